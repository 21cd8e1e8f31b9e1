//! When users mean to act: one aggregated process an operator and purpose, as pure arithmetic on
//! the load's operational time. Open load: arrivals never wait for anything. Called by `run` for
//! messages and by the presence and growth processes; knows nothing of what an arrival does.

use crate::domain::federation::{Arrivals, MessageRate};
use crate::domain::random::{Stream, StreamSeed};
use crate::domain::time::{Duration, Instant};

use super::load::LoadProfile;

/// A user means to act; whether they are online is for the caller to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// When the user means to act.
    pub(crate) at: Instant,
    /// Which of the operator's IM users; `None`: any of them, uniformly, for the caller to draw.
    pub(crate) user: Option<u32>,
}

/// The intents of all IM users of one operator, for one purpose.
///
/// Rates by user count every IM user: the caller skips the intents of users who are offline, which
/// is an exact thinning of the process.
#[derive(Clone, Debug)]
pub(crate) struct ArrivalProcess {
    load: LoadProfile,
    stream: Stream,
    pattern: Pattern,
    last: Instant,
}

/// How the next arrival follows. Times are operational, in seconds.
#[derive(Clone, Debug)]
enum Pattern {
    Silent,
    Poisson {
        step: f64,
        elapsed: f64,
    },
    /// Evenly from a random phase.
    Even {
        step: f64,
        phase: f64,
        count: u64,
    },
    /// Each user evenly from a phase of its own; `order` is by phase.
    EvenByUser {
        period: f64,
        order: Vec<(f64, u32)>,
        cycle: u64,
        place: usize,
    },
    /// Candidates at the rate of sources that are all on, kept where the source is on.
    Bursty {
        step: f64,
        elapsed: f64,
        sources: OnOff,
        by_user: bool,
    },
}

/// Sources that are on and off in turn for exponential times: two-state Markov chains, looked at
/// only when asked.
#[derive(Clone, Debug)]
struct OnOff {
    /// Share of time on.
    share: f64,
    /// Sum of the two transition rates, per second.
    speed: f64,
    /// State of each source when last looked at.
    on: Vec<bool>,
    /// When each was last looked at.
    seen: Vec<Instant>,
}

impl ArrivalProcess {
    /// The process of an operator with that many IM users.
    pub(crate) fn new(
        rate: MessageRate,
        users: u32,
        arrivals: Arrivals,
        load: LoadProfile,
        seed: StreamSeed,
    ) -> Self {
        let mut stream = seed.stream();
        let pattern = Pattern::new(rate, users, arrivals, &mut stream);
        Self { load, stream, pattern, last: Instant::START }
    }

    /// The next intent, never earlier than the one before. `None`: there will be no more.
    pub(crate) fn next(&mut self) -> Option<Arrival> {
        loop {
            let (elapsed, user) = self.pattern.step(&mut self.stream)?;
            let at = self.load.instant(elapsed).filter(|&at| at < Instant::NEVER);
            let Some(at) = at else {
                self.pattern = Pattern::Silent;
                return None;
            };
            // Rounding to the nanosecond must not turn the order around.
            let at = at.max(self.last);
            self.last = at;
            let Pattern::Bursty { sources, by_user, .. } = &mut self.pattern else {
                return Some(Arrival { at, user });
            };
            let source = self.stream.below(sources.on.len() as u64) as usize;
            if sources.is_on(source, at, &mut self.stream) {
                return Some(Arrival { at, user: by_user.then_some(source as u32) });
            }
        }
    }
}

impl Pattern {
    fn new(rate: MessageRate, users: u32, arrivals: Arrivals, stream: &mut Stream) -> Self {
        let (by_user, each, total) = match rate {
            MessageRate::PerUser(each) => (true, each, each * f64::from(users)),
            MessageRate::Total(total) => (false, total, total),
        };
        if users == 0 || total <= 0.0 {
            return Self::Silent;
        }
        match arrivals {
            Arrivals::Constant if by_user => {
                let mut order: Vec<_> = (0..users).map(|user| (stream.unit(), user)).collect();
                order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                Self::EvenByUser { period: 1.0 / each, order, cycle: 0, place: 0 }
            }
            Arrivals::Constant => Self::Even { step: 1.0 / total, phase: stream.unit(), count: 0 },
            Arrivals::Bursty { mean_on, mean_off } if !mean_on.is_zero() && !mean_off.is_zero() => {
                let sources = if by_user { users } else { 1 };
                let sources = OnOff::new(mean_on, mean_off, sources, stream);
                let step = sources.share / total;
                Self::Bursty { step, elapsed: 0.0, sources, by_user }
            }
            // Bursts without a length on or off are no bursts.
            Arrivals::Poisson | Arrivals::Bursty { .. } => {
                Self::Poisson { step: 1.0 / total, elapsed: 0.0 }
            }
        }
    }

    /// Operational time of the next arrival or candidate, and its user if the pattern knows it.
    /// Even patterns multiply instead of adding up, so that nothing drifts.
    fn step(&mut self, stream: &mut Stream) -> Option<(f64, Option<u32>)> {
        match self {
            Self::Silent => None,
            Self::Poisson { step, elapsed } | Self::Bursty { step, elapsed, .. } => {
                *elapsed += stream.exponential(*step);
                Some((*elapsed, None))
            }
            Self::Even { step, phase, count } => {
                let elapsed = (*count as f64 + *phase) * *step;
                *count += 1;
                Some((elapsed, None))
            }
            Self::EvenByUser { period, order, cycle, place } => {
                let (phase, user) = order[*place];
                let elapsed = (*cycle as f64 + phase) * *period;
                *place += 1;
                if *place == order.len() {
                    *place = 0;
                    *cycle += 1;
                }
                Some((elapsed, Some(user)))
            }
        }
    }
}

impl OnOff {
    /// Sources in their stationary state at the start of the run; both means above zero.
    fn new(mean_on: Duration, mean_off: Duration, sources: u32, stream: &mut Stream) -> Self {
        let (on, off) = (mean_on.as_secs_f64(), mean_off.as_secs_f64());
        let share = on / (on + off);
        Self {
            share,
            speed: 1.0 / on + 1.0 / off,
            on: (0..sources).map(|_| stream.chance(share)).collect(),
            seen: vec![Instant::START; sources as usize],
        }
    }

    /// Moves one source to `at` by the chain's transition probabilities.
    fn is_on(&mut self, source: usize, at: Instant, stream: &mut Stream) -> bool {
        let span = at.since(self.seen[source]).as_secs_f64();
        let was = if self.on[source] { 1.0 } else { 0.0 };
        let now_on = self.share + (was - self.share) * libm::exp(-self.speed * span);
        self.on[source] = stream.chance(now_on);
        self.seen[source] = at;
        self.on[source]
    }
}

#[cfg(test)]
mod tests;
