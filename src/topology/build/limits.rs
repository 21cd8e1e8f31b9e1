//! What a run can hold: totals of subscribers, contacts and decisions, and periods so short that a
//! run would never end, or so long that it ends before them. Part of building a federation; each
//! refusal says the limit.

use super::super::node::Node;
use super::super::place::Place;
use super::Builder;
use crate::domain::distribution::DurationDistribution;
use crate::domain::federation::{Federation, Load, MessageRate, Run, Subscribers, Workload};
use crate::domain::time::Duration;

/// Subscribers of a federation: their numbering has 32 bits, their state some 20 bytes each.
const SUBSCRIBERS: u64 = 200_000_000;

/// Entries of all contact lists, as expected: 8 bytes each.
const CONTACTS: f64 = 500e6;

/// Decisions of users in a run, answers included, as expected: days of running.
const DECISIONS: f64 = 1e11;

/// The shortest mean of periods that follow each other: sessions, detached phones, bursts.
const PERIOD: Duration = Duration::from_secs(1);

/// The shortest wait before an attempt is repeated.
const RETRY: Duration = Duration::from_millis(100);

impl Builder<'_> {
    /// Refuses what is beyond the limits.
    pub(super) fn limits(&mut self, root: &Node, federation: &Federation) {
        let operators = key_place(root, "operators");
        if federation.operators.len() > 4096 {
            self.wrong(operators, "a federation has at most 4096 operators", "");
        }
        if federation.agreements.len() > 65_535 {
            self.wrong(
                root.place_of("agreements"),
                "a federation has at most 65535 agreements",
                "",
            );
        }
        let total = |Subscribers { im, sms_only }| u64::from(im) + u64::from(sms_only);
        let subscribers: u64 = federation.operators.iter().map(|o| total(o.subscribers)).sum();
        if subscribers > SUBSCRIBERS {
            let message = "a federation has at most 200 million subscribers";
            self.wrong(operators, message, &format!("here are {subscribers}"));
            return;
        }
        let others = subscribers.saturating_sub(1) as f64;
        let contacts: f64 = federation
            .operators
            .iter()
            .filter(|operator| operator.workload.contacts.pairs.is_none())
            .map(|o| f64::from(o.subscribers.im) * o.workload.contacts.per_user.mean().min(others))
            .sum();
        let seats: f64 = federation
            .operators
            .iter()
            .map(|o| f64::from(o.workload.groups.rooms) * o.workload.groups.members.mean())
            .sum();
        if seats > CONTACTS {
            let help = "lower `groups.rooms` or `groups.members`";
            let message = "rooms hold at most 500 million members together";
            self.wrong(key_place(root, "workload"), message, help);
        }
        if contacts > CONTACTS {
            let message = "contact lists hold at most 500 million contacts together";
            let millions = contacts / 1e6;
            let help = format!("{millions:.0} million are asked for: lower `contacts.per_user`");
            self.wrong(key_place(root, "workload"), message, &help);
        }
        let run = &federation.run;
        let decisions: f64 = federation
            .operators
            .iter()
            .map(|operator| decisions(&operator.workload, f64::from(operator.subscribers.im), run))
            .sum();
        let others = federation.operators.iter().map(|operator| {
            let smsc = operator.smsc.as_ref().map_or(0.0, |smsc| smsc.other);
            smsc + operator.hlr.as_ref().map_or(0.0, |hlr| hlr.other)
        });
        let seconds = run.warm_up.as_secs_f64() + run.duration.as_secs_f64();
        if others.sum::<f64>() * seconds > DECISIONS {
            let message = format!("`other` comes at most {DECISIONS:e} times in a run");
            self.wrong(operators, &message, "lower `smsc.other` and `hlr.other`, or a shorter run");
        }
        if decisions.is_nan() || decisions > DECISIONS {
            let message = format!("users decide at most {DECISIONS:e} things in a run");
            let help =
                format!("about {decisions:.1e} are asked for: lower rates, load or duration");
            self.wrong(root.place_of("workload"), message, &help);
        }
    }

    /// Refuses periods of an operator that are too short for a run to end.
    pub(super) fn operator_periods(&mut self, operator: &Node, detached: &DurationDistribution) {
        if let Some(hlr) = operator.get("hlr")
            && detached.mean() < PERIOD
            && !hlr.part("detached_for").is_refused()
        {
            let at = hlr.place_of("detached_for");
            self.wrong(at, "a phone stays detached for a second or more on average", "");
        }
        let waits = operator.part("smsc").part("retry").items();
        for wait in waits {
            if wait.known().is_some_and(|wait: Duration| wait < RETRY) {
                self.wrong(wait.place, "an attempt is repeated after 100ms or more", "");
            }
        }
    }

    /// Refuses periods of a workload that are too short for a run to end.
    pub(super) fn workload_periods(&mut self, workload: &Node, built: &Workload) {
        if let Some(length) = &built.sessions.length
            && length.mean() < PERIOD
            && !workload.part("sessions").part("length").is_refused()
        {
            let help = "`unlimited` keeps users logged in, or out, for the whole run";
            self.wrong(
                workload.part("sessions").place_of("length"),
                "a session lasts a second or more on average",
                help,
            );
        }
        if let Some(bursty) = workload.part("messages").part("arrivals").get("bursty") {
            for key in ["mean_on", "mean_off"] {
                let mean: Option<Duration> = bursty.part(key).known();
                if mean.is_some_and(|mean| mean < PERIOD) {
                    self.wrong(bursty.place_of(key), "bursts and pauses last a second or more", "");
                }
            }
        }
    }

    /// Refuses what the timeline has at or after the end of the run.
    pub(super) fn happens(&mut self, item: &Node) {
        let Some(measured) = self.measured else { return };
        if item.part("at").known().is_some_and(|at: Duration| at >= measured) {
            let message = format!("this never happens: `run.duration` is {measured}");
            let help = "an earlier `at`, or a longer `run.duration`";
            self.wrong(item.place_of("at"), message, help);
        }
    }

    /// Refuses stages that begin at or after the end of the run, and tells of one that is cut.
    pub(super) fn stages(&mut self, workload: &Node) {
        let Some(measured) = self.measured else { return };
        let mut begins = Duration::ZERO;
        for stage in workload.part("stages").items() {
            let Some(length) = stage.part("for").known::<Duration>() else { return };
            let ends = Duration(begins.0.saturating_add(length.0));
            if begins >= measured {
                let message = format!(
                    "this stage never begins: those before it last {begins}, and `run.duration` is \
                     {measured}"
                );
                self.wrong(stage.place, message, "shorter stages, or a longer `run.duration`");
            } else if ends > measured {
                let message = format!(
                    "the last {} of this stage are cut off: it ends at {ends}, and `run.duration` \
                     is {measured}",
                    Duration(ends.0 - measured.0)
                );
                self.doubt(
                    stage.place_of("for"),
                    message,
                    "shorter stages, or a longer `run.duration`",
                );
            }
            begins = ends;
        }
    }
}

/// The place of a key of the topology.
fn key_place(root: &Node, key: &str) -> Place {
    let entry = root.entries().iter().find(|entry| entry.key == key);
    entry.map_or(root.place, |entry| entry.place)
}

/// Things that the users of an operator decide in a run, as expected, answers included.
fn decisions(workload: &Workload, im_users: f64, run: &Run) -> f64 {
    let first = match workload.messages.rate {
        MessageRate::PerUser(rate) => rate * im_users,
        MessageRate::Total(rate) => rate,
    };
    let messages = first / (1.0 - workload.messages.reply_share);
    let groups = &workload.groups;
    let members = groups.members.mean();
    // One copy a member, of each member's messages.
    let copies = f64::from(groups.rooms) * members * members * groups.messages;
    let by_load =
        copies + messages + im_users * (workload.presence_changes + workload.growth.add_contact);
    let Load { base, stages } = &workload.load;
    let highest = stages.iter().map(|stage| stage.load).fold(1.0, f64::max);
    let sessions = workload.sessions.length.as_ref().map_or(0.0, |length| {
        2.0 * im_users / length.mean().as_secs_f64().max(PERIOD.as_secs_f64())
    });
    let seconds = (run.warm_up.as_secs_f64()) + run.duration.as_secs_f64();
    (by_load * base * highest + sessions) * seconds
}
