//! What can be seen of a run while it goes on: the interval of the series that has just ended, and
//! how the SLO lines stand. `run` asks for it where somebody looks on (`interwork run --watch`). It is
//! made of copies, so that looking changes nothing, and no result comes from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Setup;
use super::catalogue::Metric;
use super::collector::Collector;
use super::figures::Figures;
use super::histogram::Recorded;
use super::key::Key;
use super::levels::{Level, StationLevels};
use super::measured::Measured;
use super::of::recorded;
use super::recorder::RecorderPart;
use super::results::Slo;
use super::slo::Line;
use crate::domain::observation::{InFlight, StationId, Stored};
use crate::domain::outcome::Route;
use crate::domain::time::Instant;

/// An interval of the series, as it ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Glance {
    /// When the interval ended, since the start of the run.
    pub at: Instant,
    /// Its length in seconds of simulated time.
    pub length_s: f64,
    /// Messages by route, those that had any; in the order of results.
    pub routes: Vec<RouteGlance>,
    /// Presence notifications, to clients and over agreements.
    pub notifications: u64,
    /// Short messages delivered.
    pub(crate) short_messages: u64,
    /// All stations, in the order of the setup.
    pub stations: Vec<StationGlance>,
    /// All SLO lines, in the order of the setup.
    pub slo: Vec<SloGlance>,
}

/// Messages of one route in one interval, counted when it happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RouteGlance {
    /// The route on which they were offered or ended.
    pub route: Route,
    /// Messages that users meant to send.
    pub offered: u64,
    /// Messages that arrived.
    pub delivered: u64,
    /// Messages that a rule refused.
    pub refused: u64,
    /// Median, 95th and 99th percentile of their latency, seconds; `None` for too few samples.
    pub latency: [Option<f64>; 3],
    /// Which of these are lower bounds: those still under way have waited for longer already.
    pub at_least: [bool; 3],
}

/// A queueing part in one interval.
#[derive(Clone, Debug, PartialEq)]
pub struct StationGlance {
    /// Such as `imsp-a/smsc[0]`.
    pub name: String,
    /// Share of its servers busy, over time.
    pub utilisation: f64,
    /// Jobs waiting, over time.
    pub queue: f64,
}

/// An SLO line over the measured time so far.
#[derive(Clone, Debug, PartialEq)]
pub struct SloGlance {
    /// The line with its figure so far.
    pub outcome: Slo,
    /// How it stands.
    pub standing: Standing,
}

/// How an SLO line stands during a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It cannot be met any more.
    Failed,
    /// It does not hold so far.
    Misses,
    /// There is no figure yet, or what is under way could change how it stands.
    Open,
    /// It holds so far.
    Holds,
}

/// What a line says of its figure so far.
fn standing(line: &Line, outcome: &Slo) -> Standing {
    match outcome.observed {
        None => Standing::Open,
        // Of a part of the time it is not asked, as with `--stop-on-slo`.
        Some(seen) if !line.has_span() && line.has_failed(seen) => Standing::Failed,
        Some(_) if outcome.passed => Standing::Holds,
        Some(_) if outcome.undecided => Standing::Open,
        Some(_) => Standing::Misses,
    }
}

impl Collector {
    /// What there is to see at `at`, where an interval has just ended, by copies of all recorders;
    /// `within` has those for parts of the measured time, and their setups.
    pub(crate) fn glance(
        &self,
        at: Instant,
        whole: Vec<RecorderPart>,
        within: Vec<(Arc<Setup>, Vec<RecorderPart>)>,
        in_flight: &[InFlight],
    ) -> Glance {
        let setup = Arc::clone(&self.setup);
        let (mut whole, stations, reply_numbers) = joined(whole);
        let place = self.intervals.len().saturating_sub(1);
        let start = setup.window.start + setup.interval * place as u64;
        let length = at.since(start).0 as f64;
        let share = |level: &Level| match level.integrals.get(place) {
            Some(integral) if length > 0.0 => *integral as f64 / length,
            _ => 0.0,
        };
        let station = |(place, station): (u32, &super::Station)| {
            let levels = stations.get(&StationId(place));
            StationGlance {
                name: station.name.clone(),
                utilisation: levels.map_or(0.0, |it| share(&it.busy)) / f64::from(station.servers),
                queue: levels.map_or(0.0, |it| share(&it.queued)),
            }
        };
        let seen = (0..).zip(&setup.stations).map(station).collect();
        self.censor(in_flight, at, &mut whole);
        let mut measured = self.sums(at, whole, &stations, &reply_numbers);
        for (setup, parts) in within {
            let until = at.clamp(setup.window.start, setup.window.end);
            let (mut whole, stations, reply_numbers) = joined(parts);
            let part = Self::new(setup);
            part.censor(in_flight, at, &mut whole);
            let part = part.sums(until, whole, &stations, &reply_numbers);
            measured.push_part(part);
        }
        let interval = self.intervals.last();
        let counted = |metric: Metric, label: Option<u32>| -> u64 {
            let counters = interval.map_or(&[][..], |interval| &interval.counters);
            let is = |key: &Key| {
                key.metric() == metric && label.is_none_or(|label| key.labels()[0] == label)
            };
            counters
                .iter()
                .filter(|(key, _)| is(key))
                .map(|(_, count)| (*count).max(0) as u64)
                .sum()
        };
        let route = |route: &Route| {
            let label = Some(*route as u32);
            let key = recorded::MessageLatency.all_pairs().key((*route,));
            let seen = self.latest.iter().find(|(of, _)| *of == key).map(|(_, it)| &**it);
            let (latency, at_least) = latencies(seen, *route, in_flight, at);
            RouteGlance {
                route: *route,
                offered: counted(Metric::MessagesOffered, label),
                delivered: counted(Metric::MessagesDelivered, label),
                refused: counted(Metric::MessagesRefused, label),
                latency,
                at_least,
            }
        };
        let routes = Route::ALL.iter().map(route);
        Glance {
            at,
            length_s: length / 1e9,
            routes: routes.filter(|r| r.offered + r.delivered + r.refused > 0).collect(),
            notifications: counted(Metric::PresenceNotifications, None),
            short_messages: counted(Metric::SmsDelivered, None),
            stations: seen,
            slo: setup.slo.iter().map(|line| judged(line, &measured)).collect(),
        }
    }
}

/// Percentiles of those that arrived in an interval, raised by those under way that have waited for
/// longer already; which of them they raise.
fn latencies(
    seen: Option<&Recorded>,
    route: Route,
    in_flight: &[InFlight],
    at: Instant,
) -> ([Option<f64>; 3], [bool; 3]) {
    let seen = seen.cloned().unwrap_or_default();
    let mut all = seen.clone();
    let waits = |it: &&InFlight| it.subject.route == route && it.subject.stored == Stored::Never;
    for InFlight { subject, .. } in in_flight.iter().filter(waits) {
        all.record(at.since(subject.intended).0);
    }
    let [seen, all] = [seen, all].map(|it| {
        let it = it.distribution(1e9);
        [it.p50, it.p95, it.p99]
    });
    let raised = |place: usize| match (seen[place], all[place]) {
        (Some(seen), Some(all)) => all > seen * 1.05,
        (seen, all) => seen.is_none() && all.is_some(),
    };
    let at_least = [0, 1, 2].map(raised);
    ([0, 1, 2].map(|place| if at_least[place] { all[place] } else { seen[place] }), at_least)
}

fn judged(line: &Line, measured: &Measured) -> SloGlance {
    let mut outcome = line.judge(measured);
    // What is under way is counted at the end alone.
    if line.selector().metric == Metric::MessagesInFlight {
        outcome.observed = None;
    }
    SloGlance { standing: standing(line, &outcome), outcome }
}

type Joined =
    (Figures, BTreeMap<StationId, StationLevels>, BTreeMap<crate::domain::id::OperatorId, Level>);

fn joined(parts: Vec<RecorderPart>) -> Joined {
    let mut all = Joined::default();
    for part in parts {
        all.0.merge(part.whole);
        all.1.extend(part.stations);
        all.2.extend(part.reply_numbers);
    }
    all
}
