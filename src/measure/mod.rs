//! Observations in; histograms, ledger, audit and results out. One [`recorder::Recorder`] and one
//! [`audit::Auditor`] watch each shard; a [`Collector`] joins what they saw in operator order, so
//! that results do not depend on threads. It knows no node, no file and no clock.

pub mod audit;
mod batches;
pub mod catalogue;
mod censored;
mod clients;
pub(crate) mod collector;
mod counted;
pub mod counts;
pub(crate) mod figures;
pub mod glance;
pub(crate) mod histogram;
mod key;
mod labels;
mod levels;
mod meant;
pub(crate) mod measured;
mod of;
mod people;
pub(crate) mod pick;
mod presence;
pub mod recorder;
pub mod results;
pub(crate) mod rows;
pub(crate) mod saved;
pub mod selector;
pub mod slo;
pub(crate) mod written;

pub(crate) use self::censored::Bounds;
pub(crate) use self::collector::Collector;

use crate::domain::federation::Tariff;
use crate::domain::id::OperatorId;
use crate::domain::stations::Station;
use crate::domain::time::{Duration, Instant};

/// What measurement needs to know of a run.
#[derive(Clone, Debug)]
pub struct Setup {
    /// What is measured.
    pub window: Window,
    /// Length of an interval of the time series.
    pub(crate) interval: Duration,
    /// Names, by `OperatorId`.
    pub(crate) operators: Vec<String>,
    /// Parties and prices, by `AgreementId`.
    pub(crate) agreements: Vec<AgreementTerms>,
    /// What the tariffs are in, and figures of money with them.
    pub(crate) currency: String,
    /// Name, owner and servers of each part, by `StationId`.
    pub(crate) stations: Vec<Station>,
    /// Lines to judge by.
    pub slo: Vec<slo::Line>,
    /// Whether the measured time is also kept in parts, for batch means: where load and federation
    /// stay as they are, and nothing else tells how sure a figure is.
    pub(crate) batches: bool,
    /// Whether load and federation stay as they are during the run.
    pub(crate) steady: bool,
    /// Whether messages are kept for logins.
    pub(crate) stores: bool,
    /// Messages under way for longer when the run ends have not been delivered.
    pub(crate) overdue: Duration,
    /// Replications that are asked for; counts are judged by their mean.
    pub(crate) replications: u32,
}

impl Setup {
    /// The same for a part of the measured time, which nobody judges.
    pub(crate) fn within(&self, window: Window) -> Self {
        let interval = window.end.since(window.start).max(Duration(1));
        Self { window, interval, slo: Vec::new(), batches: false, ..self.clone() }
    }

    /// The parts of the measured time that SLO lines ask for.
    pub(crate) fn windows(&self) -> Vec<Window> {
        let mut windows: Vec<Window> =
            self.slo.iter().filter_map(|line| line.window(self.window)).collect();
        windows.sort_by_key(|window| (window.start, window.end));
        windows.dedup();
        windows
    }
}

/// The measured time, end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// End of the warm-up.
    pub(crate) start: Instant,
    /// End of the run.
    pub end: Instant,
}

/// What measurement needs to know of an agreement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct AgreementTerms {
    /// The two operators, in the order of the topology.
    pub(crate) between: [OperatorId; 2],
    /// What the sending side owes.
    pub(crate) tariff: Tariff,
}

impl Window {
    /// Whether an instant is measured.
    pub(crate) fn contains(self, instant: Instant) -> bool {
        self.start <= instant && instant < self.end
    }

    /// How often something is measured that happens at `first`, then `every` so often, before `end`.
    pub(crate) fn times(self, first: Instant, every: Duration, end: Instant) -> u64 {
        let until = |end: Instant| match end > first {
            true => end.since(first).0.div_ceil(every.0.max(1)),
            false => 0,
        };
        until(end.min(self.end)).saturating_sub(until(end.min(self.start)))
    }

    /// The measured part of a span of time, as its start and end.
    pub(crate) fn clip(self, from: Instant, to: Instant) -> (Instant, Instant) {
        let from = from.clamp(self.start, self.end);
        (from, to.clamp(from, self.end))
    }
}
