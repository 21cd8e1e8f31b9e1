//! The inputs that change the answer most: each 20 % up and down, one at a time, and the search done
//! again, more coarsely, from the answer.

use std::num::NonZeroUsize;

use super::resources::Resource;
use super::search::{self, Bench, Effort, Side};
use crate::domain::federation::{Federation, MessageRate};
use crate::report::document::capacity as page;
use crate::run::RunError;
use crate::study::pool;
use crate::study::replicate::{Case, Parallel};

/// How much inputs are changed.
pub(crate) const CHANGE: f64 = 0.2;
/// Answers are found to within this share: what matters is their order.
const COARSE: f64 = 0.03;

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
    /// Nothing is changed: what the coarse search says of the topology as it is.
    Nothing,
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
            Self::Nothing => "nothing changed".to_owned(),
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
                Self::Nothing | Self::Speed(_) => {}
            }
        }
        if let Self::Speed(resource) = self {
            resource.speed(federation, factor);
        }
    }
}

/// Changes every input in turn; `limits` are the parts whose speed matters. First what the search
/// says with nothing changed, to see how coarse it is; then the most effective.
///
/// # Errors
/// Only faults of the program.
pub(crate) fn sensitivities(
    answer: f64,
    side: Side,
    limits: &[Resource],
    effort: Effort,
    bench: Bench<'_>,
) -> Result<Vec<page::Input>, RunError> {
    let fixed = [
        Input::Nothing,
        Input::Messages,
        Input::Answers,
        Input::PresenceChanges,
        Input::LegacyContacts,
        Input::ContactsElsewhere,
        Input::Online,
        Input::Detached,
    ];
    let effort = Effort { precision: COARSE, stride: 1.2, ..effort.once() };
    let Some(case) = (bench.at)(answer) else { return Ok(Vec::new()) };
    let federation = case.federation;
    let inputs: Vec<Input> =
        fixed.into_iter().chain(limits.iter().map(|limit| Input::Speed(*limit))).collect();
    let factors = [1.0 - CHANGE, 1.0 + CHANGE];
    // A search is one run after the other: several go side by side.
    let alone = Bench { parallel: Parallel { threads: NonZeroUsize::MIN }, ..bench };
    let answers = pool::run(bench.parallel.threads, inputs.len() * 2, |task| {
        let (input, factor) = (inputs[task / 2], factors[task % 2]);
        let at = |value| -> Option<Case> {
            let mut case = (bench.at)(value)?;
            input.change(&mut case.federation, factor);
            Some(case)
        };
        let bench = Bench { at: &at, ..alone };
        search::search(answer, Some(side), effort, bench).map(|found| found.border)
    })?;
    let changed = inputs.iter().zip(answers.chunks(2));
    let mut all: Vec<page::Input> = changed
        .map(|(input, answers)| page::Input {
            input: input.name(&federation),
            lower: answers[0],
            higher: answers[1],
        })
        .collect();
    // The first is what nothing changed; it stays there.
    all[1..].sort_by(|a, b| spread(b).total_cmp(&spread(a)));
    Ok(all)
}
