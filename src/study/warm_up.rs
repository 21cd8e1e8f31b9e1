//! How long a topology takes to settle (`warm_up: auto`): a pilot run from the very start, cut by
//! MSER-5. The load is that of the start, without stages or timeline, since what changes on purpose
//! never settles. Called before the runs that count, which then have a fixed warm-up.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::replicate::Case;
use super::stats;
use crate::domain::federation::Federation;
use crate::domain::time::{Duration, Instant};
use crate::measure::results::SeriesRow;
use crate::run::{self, Options, RunError};
use crate::workload::load::LoadProfile;

/// Parts that the pilot run is looked at in.
const PARTS: u64 = 300;
/// With fewer parts that have a figure, the figure shows nothing.
const FEWEST: usize = 50;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The warm-up in whole milliseconds, at most half of the measured time.
    pub(crate) cut: Duration,
    /// Whether the run had settled by then.
    pub(crate) settled: bool,
}

/// Finds the warm-up of a topology.
///
/// # Errors
/// Only faults of the program.
pub(crate) fn find(
    case: &Case,
    options: Options,
    stop: &CancellationToken,
) -> Result<Found, RunError> {
    let pilot = pilot(case.federation.clone());
    let duration = pilot.run.duration;
    let plan = Arc::new(run::plan(pilot));
    let mut setup = run::setup(&plan, Vec::new());
    setup.interval = Duration((duration.0 / PARTS).max(1));
    setup.batches = false;
    let options = Options { samples: 0, stop_on_slo: false, ..options };
    let run = run::run(&plan, &Arc::new(setup), options, stop, &mut |_, _| {})?;
    let mut found = Found { cut: Duration::ZERO, settled: !stop.is_cancelled() };
    for series in series(&run.results.series).iter().filter(|series| series.len() >= FEWEST) {
        let cut = stats::mser5(series);
        let share = cut.observations as f64 / series.len() as f64;
        let cut_ms = (share * duration.as_secs_f64() * 1e3).floor();
        found.cut = found.cut.max(Duration::from_millis(cut_ms as u64));
        found.settled &= cut.settled;
    }
    Ok(found)
}

/// The same topology from the start, as it would go on for ever.
fn pilot(mut federation: Federation) -> Federation {
    federation.run.warm_up = Duration::ZERO;
    federation.run.find_warm_up = false;
    for operator in &mut federation.operators {
        let load = &mut operator.workload.load;
        load.base = LoadProfile::new(load, &federation.run).at(Instant::START);
        load.stages.clear();
    }
    federation.timeline.retain(|event| event.at == Duration::ZERO);
    federation
}

/// What shows whether a federation has settled: how much is at its stations, and how long messages
/// take on the route that most of them take.
fn series(rows: &[SeriesRow]) -> Vec<Vec<f64>> {
    let mut busy: BTreeMap<u64, f64> = BTreeMap::new();
    let mut latency: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for row in rows {
        match (&*row.metric, &*row.statistic) {
            ("station_queue_length" | "station_utilisation", "mean") => {
                *busy.entry(row.time_s.to_bits()).or_default() += row.value;
            }
            ("message_latency", "mean") => latency.entry(&row.labels).or_default().push(row.value),
            _ => {}
        }
    }
    let busiest = latency.into_values().max_by_key(Vec::len);
    std::iter::once(busy.into_values().collect()).chain(busiest).collect()
}
