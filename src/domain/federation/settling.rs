//! How long a federation takes until its load is what it will be: runs begin without answers under way
//! and without short messages that wait for their phones. What follows from the settings alone, by
//! arithmetic; called where a topology leaves its warm-up to it, and by `check`. Sessions are in
//! equilibrium from the start, so that they take no time; it knows no stage of the load and no event.

use super::{Federation, OfflineMessages, Operator};
use crate::domain::random::StreamSeed;
use crate::domain::time::Duration;

/// Settled is what is within so much of where it goes.
const NEAR: f64 = 0.05;
/// Nobody waits for longer: what takes hours is told, not waited for.
const LONGEST: f64 = 3600.0;
/// Delays of answers drawn for an operator.
const DELAYS: usize = 400;
/// Answers to answers, and attempts after attempts, are followed until so little is left.
const NEGLIGIBLE: f64 = 1e-3;
/// As if no larger share were answered: a file may ask for conversations without an end, and is refused.
const ANSWERED: f64 = 0.99;
/// Attempts of one short message that are followed.
const ATTEMPTS: usize = 500;
/// Attempts of all that are added up.
const ADDED: usize = 200_000;

/// How long what takes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Settling {
    /// Answers, and the answers to these.
    pub(crate) answers: Duration,
    /// Attempts to deliver short messages to phones that are away, those for answers included.
    pub(crate) attempts: Duration,
    /// Answers to messages that are kept for a login; zero where none are.
    pub(crate) logins: Duration,
    /// Assignments of reply numbers, which are held for so long.
    pub(crate) holds: Duration,
}

impl Settling {
    /// The warm-up that comes of it, in whole seconds: answers, attempts and logins, an hour at most.
    pub(crate) fn warm_up(&self) -> Duration {
        let needed = self.answers.max(self.attempts).max(self.logins).as_secs_f64();
        Duration::from_secs(needed.min(LONGEST).ceil() as u64)
    }

    /// Whether something takes longer than a warm-up waits.
    pub(crate) fn is_cut(&self) -> bool {
        self.answers.max(self.attempts).max(self.logins).as_secs_f64() > LONGEST
    }

    /// Of all operators of a federation together: the longest of each.
    pub(crate) fn of(federation: &Federation) -> Self {
        let mut all = Self::default();
        let away = phones(federation);
        let mut seen: Vec<&Operator> = Vec::new();
        for operator in federation.operators.iter().filter(|it| it.subscribers.im > 0) {
            // Most operators of a large federation are alike.
            let alike = |other: &&Operator| {
                let (a, b) = (&operator.workload, &other.workload);
                let retry = |it: &Operator| it.smsc.as_ref().map(|smsc| smsc.retry.clone());
                a.messages.reply_share == b.messages.reply_share
                    && a.messages.reply_after == b.messages.reply_after
                    && a.sessions == b.sessions
                    && retry(operator) == retry(other)
            };
            if seen.iter().any(alike) {
                continue;
            }
            seen.push(operator);
            let own = of_operator(operator, away);
            all.answers = all.answers.max(own.answers);
            all.attempts = all.attempts.max(own.attempts);
            all.logins = all.logins.max(own.logins);
        }
        let imsps = federation.operators.iter().filter_map(|it| it.imsp.as_ref());
        all.holds = imsps.map(|imsp| imsp.legacy.reply_hold).max().unwrap_or_default();
        all
    }
}

/// Share of phones that are away, and for how long on average, seconds: where they are away most. `None`
/// where nobody gets a short message.
fn phones(federation: &Federation) -> Option<(f64, f64)> {
    let gets = |operator: &Operator| {
        let sessions = &operator.workload.sessions;
        operator.subscribers.sms_only > 0
            || operator.subscribers.im > 0 && sessions.offline == OfflineMessages::Sms
    };
    if !federation.operators.iter().any(gets) {
        return None;
    }
    let hlrs = federation.operators.iter().filter_map(|operator| operator.hlr.as_ref());
    Some(hlrs.fold((0.0, 1.0), |(away, back): (f64, f64), hlr| {
        let mean = hlr.detached_for.mean().as_secs_f64();
        (away.max(1.0 - hlr.attached), back.max(mean))
    }))
}

fn of_operator(operator: &Operator, away: Option<(f64, f64)>) -> Settling {
    let messages = &operator.workload.messages;
    let mut stream = StreamSeed::new(0, "settling", "answers").stream();
    let mut draw = || messages.reply_after.sample(&mut stream).as_secs_f64();
    let delays: Vec<f64> = (0..DELAYS).map(|_| draw()).collect();
    // From a first message to the answers of a generation, each with its weight.
    let mut load = vec![(0.0, DELAYS as f64)];
    let mut since = vec![0.0; DELAYS];
    let mut weight = 1.0;
    for generation in 1.. {
        weight *= messages.reply_share.min(ANSWERED);
        if weight < NEGLIGIBLE {
            break;
        }
        // Any pairing of independent draws does; this one never pairs a draw with itself.
        for (place, sum) in since.iter_mut().enumerate() {
            *sum += delays[(place + generation * 7) % DELAYS];
        }
        load.extend(since.iter().map(|delay| (*delay, weight)));
    }
    let answers = settled(load.clone());
    let attempts =
        match operator.smsc.as_ref().zip(away).map(|(smsc, away)| ages(&smsc.retry, away)) {
            Some(ages) => {
                // A part of the load says as much about its attempts.
                let step = (load.len() * ages.len()).div_ceil(ADDED).max(1);
                // Of the first messages so many as there are of others.
                let first = (load[0].0, load[0].1 / step as f64);
                let some = load[1..].iter().step_by(step).copied().chain([first]);
                let ages = &ages;
                let each = some.flat_map(|(delay, weight)| {
                    ages.iter().map(move |(age, share)| (delay + age, weight * share))
                });
                settled(each.collect())
            }
            None => answers,
        };
    let logins = match stored(operator) {
        Some((share, absent)) => {
            // Of first messages so many wait for an absence that ends at random.
            let answered = messages.reply_share * share * DELAYS as f64;
            let ends = |part: usize| {
                let quantile = (part as f64 + 0.5) / DELAYS as f64;
                -absent * libm::log(1.0 - quantile)
            };
            let late = (0..DELAYS).map(|part| (ends(part), answered / DELAYS as f64));
            settled(load.iter().copied().chain(late).collect())
        }
        None => Duration::ZERO,
    };
    Settling { answers, attempts, logins, holds: Duration::ZERO }
}

/// Attempts of a short message by their age, each with how many there are of it: a phone that is away
/// comes back as an exponential of the mean does.
fn ages(retry: &[Duration], (away, back): (f64, f64)) -> Vec<(f64, f64)> {
    let mut all = vec![(0.0, 1.0)];
    let (mut age, mut waits, mut wait) = (0.0, retry.iter(), 0.0_f64);
    loop {
        wait = waits.next().map_or(wait, |next| next.as_secs_f64());
        let failed = away * libm::exp(-age / back);
        age += wait.max(1e-3);
        if failed < NEGLIGIBLE || all.len() >= ATTEMPTS {
            return all;
        }
        all.push((age, failed));
    }
}

/// Share of first messages that wait for a login, and the mean absence in seconds.
fn stored(operator: &Operator) -> Option<(f64, f64)> {
    let sessions = &operator.workload.sessions;
    let length = sessions.length.as_ref()?.mean().as_secs_f64();
    let stores = sessions.offline == OfflineMessages::Store && sessions.online < 1.0;
    let absent = length * (1.0 - sessions.online) / sessions.online;
    (stores && absent.is_finite()).then_some((1.0 - sessions.online, absent))
}

/// The delay after which all but a small share of the weight has come.
fn settled(mut load: Vec<(f64, f64)>) -> Duration {
    load.sort_by(|a, b| a.0.total_cmp(&b.0));
    let whole: f64 = load.iter().map(|(_, weight)| weight).sum();
    let mut left = whole;
    for (delay, weight) in load {
        left -= weight;
        if left <= NEAR * whole {
            return Duration::from_secs_f64(delay);
        }
    }
    Duration::ZERO
}
