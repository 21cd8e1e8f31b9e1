//! Federations for tests of the workload: operators that differ in size and contact rules only.

use crate::domain::distribution::{CountDistribution, DurationDistribution};
use crate::domain::federation::{
    Activities, Arrivals, Contacts, Federation, Groups, Growth, Load, MessageRate, Messages, Money,
    OfflineMessages, Operator, OperatorKind, Planning, Recipients, Run, Sessions, Subscribers,
    Workload,
};
use crate::domain::time::Duration;

/// A federation of operators with (name, IM users, legacy customers), all under one contact rule.
pub(crate) fn federation(operators: &[(&str, u32, u32)], contacts: &Contacts) -> Federation {
    let operator = |&(name, im, sms_only): &(&str, u32, u32)| Operator {
        name: name.to_owned(),
        kind: match (im, sms_only) {
            (0, 0) => OperatorKind::Hub,
            (0, _) => OperatorKind::Mno,
            _ => OperatorKind::Imsp,
        },
        domain: String::new(),
        numbers: Vec::new(),
        subscribers: Subscribers { im, sms_only },
        access: Vec::new(),
        imsp: None,
        smsc: None,
        hlr: None,
        relay: None,
        translator: None,
        expose: Vec::new(),
        workload: workload(contacts.clone()),
    };
    Federation {
        name: "test".to_owned(),
        description: String::new(),
        operators: operators.iter().map(operator).collect(),
        agreements: Vec::new(),
        timeline: Vec::new(),
        portability: Vec::new(),
        currency: "EUR".to_owned(),
        money: Money::default(),
        planning: Planning::default(),
        run: run(),
        slo: Vec::new(),
    }
}

/// `count` contacts each, and the example shares of the topology format.
pub(crate) fn contacts(count: u32) -> Contacts {
    Contacts {
        per_user: CountDistribution::Constant(count),
        elsewhere: 0.35,
        sms_only: 0.3,
        sms_only_elsewhere: 0.6,
        mutual: 0.8,
        pairs: None,
    }
}

/// Messages with 60% answers.
pub(crate) fn messages() -> Messages {
    Messages {
        rate: MessageRate::PerUser(0.01),
        arrivals: Arrivals::Poisson,
        length: CountDistribution::Constant(40),
        ucs2: 0.05,
        rich: 0.0,
        reports: 0.0,
        recipients: Recipients::Uniform,
        reply_share: 0.6,
        reply_after: DurationDistribution::Exponential(Duration::from_secs(25)),
    }
}

/// A run of a minute without warm-up.
pub(crate) fn run() -> Run {
    let (warm_up, duration) = (Duration::ZERO, Duration::from_secs(60));
    let overdue = Duration::from_secs(60);
    Run { seed: 42, warm_up, find_warm_up: false, duration, overdue, replications: 1 }
}

/// Load 1 throughout.
pub(crate) fn even_load() -> Load {
    Load { base: 1.0, stages: Vec::new() }
}

fn workload(contacts: Contacts) -> Workload {
    Workload {
        contacts,
        messages: messages(),
        presence_changes: 0.001,
        status_text: None,
        sessions: Sessions { online: 0.6, length: None, offline: OfflineMessages::Store },
        activities: Activities::default(),
        groups: Groups { rooms: 0, members: CountDistribution::Constant(0), messages: 0.0 },
        growth: Growth { add_contact: 0.01, accept: 0.95, upgrades: 0.0 },
        load: even_load(),
    }
}
