//! Whether the measured time of a run was steady: offered load, jobs that wait, messages under way. What
//! still goes somewhere does so beyond the run as well, and no figure of it says what will be. Called
//! where runs are added up. Stages of the load and events of the timeline are meant to change things:
//! such a run is not asked.

use std::collections::BTreeMap;

use super::stats::trend;
use crate::measure::Setup;
use crate::measure::results::{SeriesRow, Trend, Trending};

/// A change of the load, or of what waits, that matters.
const LOAD: f64 = 0.05;
/// The same of messages under way: short messages for phones that are away gather for hours, and no part
/// works for them.
const UNDER_WAY: f64 = 0.25;

/// What goes somewhere in the measured time of a run, by its series.
pub(super) fn trends(setup: &Setup, series: &[SeriesRow]) -> Vec<Trend> {
    if !setup.steady {
        return Vec::new();
    }
    let sum = |metric: &str, statistic: &str| -> Vec<f64> {
        let mut by_time: BTreeMap<u64, f64> = BTreeMap::new();
        for row in series {
            // Times are positive: their bits have their order.
            let sum = by_time.entry(row.time_s.to_bits()).or_default();
            if row.metric == metric && row.statistic == statistic {
                *sum += row.value;
            }
        }
        by_time.into_values().collect()
    };
    let mut figures = vec![
        (Trending::OfferedLoad, sum("messages_offered", "rate")),
        (Trending::JobsWaiting, sum("station_queue_length", "mean")),
    ];
    // Where messages are kept for logins they gather for hours, and nothing waits for them.
    if !setup.stores {
        figures.push((Trending::UnderWay, sum("messages_in_flight", "level")));
    }
    let found = |(what, series): (Trending, Vec<f64>)| {
        // The last interval may be shorter than the others.
        let whole = &series[..series.len().saturating_sub(1)];
        let matters = if what == Trending::UnderWay { UNDER_WAY } else { LOAD };
        trend(whole, matters).map(|it| Trend { what, from: it.from, to: it.to })
    };
    figures.into_iter().filter_map(found).collect()
}
