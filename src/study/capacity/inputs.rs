//! The inputs that change the answer most: each 20 % up and down, one at a time, by arithmetic.

use std::convert::Infallible;

use super::resources::Resource;
use super::sizes::room;
use crate::domain::federation::{Federation, MessageRate};
use crate::report::document::capacity as page;
use crate::study::pool;
use crate::study::replicate::{Case, Parallel};

/// How much inputs are changed.
pub(crate) const CHANGE: f64 = 0.2;
/// How far apart the answers are.
fn spread(input: &page::Input) -> f64 {
    match (input.lower, input.higher) {
        (Some(low), Some(high)) => (high - low).abs(),
        _ => f64::INFINITY,
    }
}

/// Something that a planner has to estimate, or may buy.
#[derive(Clone, Copy, Debug)]
enum Input {
    Messages,
    Answers,
    PresenceChanges,
    LegacyContacts,
    ContactsElsewhere,
    Online,
    Detached,
    Speed(Resource),
}

impl Input {
    fn name(self, federation: &Federation) -> String {
        match self {
            Self::Messages => "first messages per user".to_owned(),
            Self::Answers => "share of messages answered".to_owned(),
            Self::PresenceChanges => "presence changes per user".to_owned(),
            Self::LegacyContacts => "share of contacts without IM".to_owned(),
            Self::ContactsElsewhere => "share of contacts elsewhere".to_owned(),
            Self::Online => "share of users online".to_owned(),
            Self::Detached => "share of phones detached".to_owned(),
            Self::Speed(resource) => format!("{} {}", resource.kind(), resource.name(federation)),
        }
    }

    fn change(self, federation: &mut Federation, factor: f64) {
        let share = |value: &mut f64| *value = (*value * factor).min(0.99);
        for operator in &mut federation.operators {
            let workload = &mut operator.workload;
            match self {
                Self::Messages => match &mut workload.messages.rate {
                    MessageRate::PerUser(rate) | MessageRate::Total(rate) => *rate *= factor,
                },
                Self::Answers => share(&mut workload.messages.reply_share),
                Self::PresenceChanges => workload.presence_changes *= factor,
                Self::LegacyContacts => share(&mut workload.contacts.sms_only),
                Self::ContactsElsewhere => share(&mut workload.contacts.elsewhere),
                Self::Online => share(&mut workload.sessions.online),
                Self::Detached => {
                    if let Some(hlr) = &mut operator.hlr {
                        hlr.attached = (1.0 - (1.0 - hlr.attached) * factor).max(0.01);
                    }
                }
                Self::Speed(_) => {}
            }
        }
        if let Self::Speed(resource) = self {
            resource.speed(federation, factor);
        }
    }
}

/// What the largest load becomes with each input less and more, the most effective first: it grows as the
/// room does that the first part to be at its end has by arithmetic. Inputs that have no bearing on that
/// part change nothing here, though a line about latency may mind them.
pub(crate) fn sensitivities(
    answer: f64,
    case: &Case,
    limits: &[Resource],
    parallel: Parallel,
) -> Vec<page::Input> {
    let fixed = [
        Input::Messages,
        Input::Answers,
        Input::PresenceChanges,
        Input::LegacyContacts,
        Input::ContactsElsewhere,
        Input::Online,
        Input::Detached,
    ];
    let Some(now) = room(case) else { return Vec::new() };
    let limits = limits.iter().map(|limit| Input::Speed(*limit));
    let inputs: Vec<Input> = fixed.into_iter().chain(limits).collect();
    let factors = [1.0 - CHANGE, 1.0 + CHANGE];
    let answers = pool::run(parallel.threads, inputs.len() * 2, |task| {
        let mut case = case.clone();
        inputs[task / 2].change(&mut case.federation, factors[task % 2]);
        Ok::<_, Infallible>(room(&case).map(|room| answer * room / now))
    });
    let Ok(answers) = answers;
    let changed = inputs.iter().zip(answers.chunks(2));
    let mut all: Vec<page::Input> = changed
        .map(|(input, answers)| page::Input {
            input: input.name(&case.federation),
            lower: answers[0],
            higher: answers[1],
        })
        .collect();
    all.sort_by(|a, b| spread(b).total_cmp(&spread(a)));
    all
}
