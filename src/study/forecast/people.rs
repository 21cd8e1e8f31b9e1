//! The people at the other end, as far as traffic depends on them: whether an IM user is logged in
//! when answered, how often a short message is tried before its phone is there.

use super::NEGLIGIBLE;
use super::generation::To;
use super::{logins, seen};
use crate::domain::federation::{Operator, Run};
use crate::domain::id::OperatorId;
use crate::domain::random::StreamSeed;
use crate::model::plan::Plan;

/// Delays of answers drawn for an operator.
const DELAYS: u32 = 1000;

/// Whether an operator's users who were online are so when they are answered.
pub(super) struct OnlineAgain {
    online: f64,
    /// How fast users forget, in sessions begun and ended a second.
    changes: f64,
    /// Delays of answers, seconds: a sample.
    delays: Vec<f64>,
    /// Share of users, who forget as fast as these, of whom the same holds after such a delay.
    kept: f64,
    /// From first messages to the answers of the generation in hand, seconds: a sample.
    since_first: Vec<f64>,
    /// Share of those answers that fall into the measured time, of the generation before that do.
    pub(super) seen: f64,
}

impl OnlineAgain {
    pub(super) fn of(operator: &Operator, run: &Run) -> Self {
        let sessions = &operator.workload.sessions;
        let mut stream = StreamSeed::new(0, "forecast", "answers").stream();
        let after = &operator.workload.messages.reply_after;
        let begun = logins(sessions);
        let changes = match begun > 0.0 {
            true => begun / sessions.online + begun / (1.0 - sessions.online),
            false => 0.0,
        };
        let delays: Vec<f64> =
            (0..DELAYS).map(|_| after.sample(&mut stream).as_secs_f64()).collect();
        let since_first = delays.clone();
        let kept = kept(&delays, changes);
        Self {
            kept,
            online: sessions.online,
            changes,
            since_first,
            seen: mean_seen(&delays, run),
            delays,
        }
    }

    /// The answers to the answers: their delays come on top.
    pub(super) fn next_generation(&mut self, run: &Run) {
        let before = mean_seen(&self.since_first, run);
        // Any pairing of independent draws does; this one never pairs a draw with itself.
        self.delays.rotate_left(1);
        for (sum, delay) in self.since_first.iter_mut().zip(&self.delays) {
            *sum += delay;
        }
        self.seen = mean_seen(&self.since_first, run) / before.max(1e-9);
    }

    /// The chance that a user is online after the delay of an answer by an `answerer`'s user.
    /// Exact for exponential sessions.
    pub(super) fn chance(&self, user: To, answerer: &Self) -> f64 {
        // Most operators are alike.
        let kept = || match self.changes == answerer.changes {
            true => answerer.kept,
            false => kept(&answerer.delays, self.changes),
        };
        match user {
            To::Legacy | To::Heard | To::Anybody => self.online,
            To::Online => self.online + (1.0 - self.online) * kept(),
            To::Offline => self.online * (1.0 - kept()),
        }
    }
}

impl OnlineAgain {
    /// Share of an operator's phones, there when somebody wrote, that still are for that reason when
    /// these users answer: phones come and go independently of each other.
    pub(super) fn still_there(&self, operator: &Operator) -> f64 {
        let Some(hlr) = &operator.hlr else { return 0.0 };
        let cycle = hlr.detached_for.mean().as_secs_f64() * hlr.attached;
        if cycle > 0.0 { kept(&self.delays, 1.0 / cycle) } else { 0.0 }
    }
}

/// Share of users of whom after a delay still holds what held before, where it is forgotten so fast.
fn kept(delays: &[f64], changes: f64) -> f64 {
    delays.iter().map(|delay| libm::exp(-delay * changes)).sum::<f64>() / delays.len() as f64
}

fn mean_seen(delays: &[f64], run: &Run) -> f64 {
    delays.iter().map(|delay| seen(*delay, run)).sum::<f64>() / delays.len() as f64
}

/// What the phones of an operator make of short messages.
pub(super) struct Phones {
    /// Attempts of each short message within the run.
    pub(super) attempts: f64,
    /// Share that is delivered within the run.
    pub(super) delivered: f64,
}

impl Phones {
    /// As tried by the SMSC of `converter`; of a share `there` of them the phone is there for certain.
    /// Detached phones are taken to come back as an exponential of the mean does.
    pub(super) fn of(plan: &Plan, converter: OperatorId, to: OperatorId, there: f64) -> Self {
        let hlr = plan.federation.operator(to).hlr.as_ref();
        let smsc = plan.federation.operator(converter).smsc.as_ref();
        let (Some(hlr), Some(smsc)) = (hlr, smsc) else {
            return Self { attempts: 1.0, delivered: 1.0 };
        };
        let away = (1.0 - hlr.attached) * (1.0 - there);
        let back = hlr.detached_for.mean().as_secs_f64();
        let run = &plan.federation.run;
        let whole = run.warm_up.as_secs_f64() + run.duration.as_secs_f64();
        let (mut age, mut attempts) = (0.0, 1.0);
        let end = smsc.validity.as_secs_f64().min(whole);
        let mut waits = smsc.retry.iter();
        let mut wait = 0.0;
        loop {
            wait = waits.next().map_or(wait, |next| next.as_secs_f64());
            let failed = away * libm::exp(-age / back);
            age += wait;
            if age >= end || failed < NEGLIGIBLE {
                break;
            }
            attempts += failed * seen(age, run);
        }
        let left = whole / back;
        let delivered = 1.0 - away * (1.0 - libm::exp(-left)) / left;
        Self { attempts, delivered }
    }
}
