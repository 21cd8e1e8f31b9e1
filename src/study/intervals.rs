//! How sure figures are: 95 % intervals from independent replications, or of one long run from batch
//! means. What no valid method carries gets none.

use super::stats::{self, Estimate, Interval, Intervals};
use crate::measure::catalogue::{self, Kind};
use crate::measure::results::{Batch, BatchMeans, Metric, Results};

/// How sure every interval is by itself.
const CONFIDENCE: f64 = 0.95;
/// Batches at most; as many parts are joined as it takes.
const BATCHES: usize = 40;

/// Counts below it scatter otherwise than means do.
const SMALL: u64 = 50;
const STATION_UTILISATION: &str = catalogue::Metric::StationUtilisation.name();

/// Figures whose replications are averaged; counts add up and extremes are what they are.
/// A deviation of all replications together is another thing than the mean of theirs.
const AVERAGED: [&str; 7] = ["rate", "mean", "p50", "p90", "p95", "p99", "p999"];

/// Gives every mean, rate and percentile the Student-t interval of its replications, and small counts
/// that of a count.
pub(super) fn by_replications(results: &mut Results, replications: &[&[Metric]]) {
    // Metrics come in one order everywhere; a rare one may be missing in some replications.
    let mut places = vec![0; replications.len()];
    let mut intervals = Intervals::new(CONFIDENCE);
    let time = (results.measured.1 - results.measured.0) * replications.len() as f64;
    for metric in &mut results.metrics {
        let mut values: Vec<Vec<(&'static str, f64)>> = Vec::new();
        let mut bounds: Vec<&Metric> = Vec::new();
        for (replication, place) in replications.iter().zip(&mut places) {
            let own = replication.get(*place);
            match own.filter(|own| own.name == metric.name && own.labels == metric.labels) {
                Some(own) => {
                    values.push(own.figures());
                    bounds.push(own);
                    *place += 1;
                }
                // It counted nothing there.
                None if metric.kind == Kind::Counter => values.push(vec![("rate", 0.0)]),
                None => {}
            }
        }
        if values.len() < replications.len() {
            continue;
        }
        // Of a lower bound it is not known how far it lies from the figure, and one among others is
        // another figure than theirs.
        for name in AVERAGED {
            if metric.is_least(name) || bounds.iter().any(|own| own.is_least(name)) {
                continue;
            }
            let of = |figures: &Vec<(&'static str, f64)>| {
                figures.iter().find(|(figure, _)| *figure == name).map(|(_, value)| *value)
            };
            let each: Option<Vec<f64>> = values.iter().map(of).collect();
            let estimate = each.and_then(|each| Estimate::of(&each));
            let shown = metric.figures().into_iter().find(|(figure, _)| *figure == name);
            // A percentile of few samples is off in each replication, and its mean as well: an
            // interval that misses the figure of all together says nothing of it.
            let holds = |i: &Interval| {
                shown.is_some_and(|(_, v)| {
                    let off = 1e-9 * v.abs();
                    i.low - off <= v && v <= i.high + off
                })
            };
            let interval = estimate.and_then(|estimate| intervals.of(&estimate));
            put(metric, name, interval.filter(holds), time);
        }
    }
}

/// Gives means and rates of one run the interval of its batch means, where batches are enough and do
/// not follow one another, and small counts that of a count.
pub(super) fn by_batches(results: &mut Results) {
    let mut intervals = Intervals::new(CONFIDENCE);
    let time = results.measured.1 - results.measured.0;
    for metric in &mut results.metrics {
        let parts = joined(&metric.batches);
        let means = stats::ratio_of_many(&parts, &mut intervals);
        metric.batch_means = means
            .as_ref()
            .map(|means| BatchMeans { number: means.batches as u32, lag1: means.lag1 });
        let name = if metric.kind == Kind::Counter { "rate" } else { "mean" };
        if !metric.is_least(name) {
            put(metric, name, means.and_then(|means| means.interval), time);
        }
    }
}

/// Notes the interval of a figure, within what the figure can be. A small count has that of a count;
/// where what is counted scatters more than if each came by itself, the wider one of both. Of a level
/// that never moved nothing is known.
fn put(metric: &mut Metric, name: &'static str, interval: Option<Interval>, time: f64) {
    let most = if metric.name == STATION_UTILISATION { 1.0 } else { f64::INFINITY };
    let mut found = interval.map(|it| [it.low.max(0.0), it.high.min(most)]);
    let counted = metric.kind == Kind::Counter && name == "rate";
    match metric.count.filter(|count| counted && *count < SMALL) {
        Some(count) => {
            let exact = stats::poisson(count, CONFIDENCE).filter(|_| time > 0.0);
            let exact = exact.map(|it| [it.low / time, it.high / time]);
            let [low, high] = found.unwrap_or([f64::INFINITY, 0.0]);
            found = exact.map(|exact| [low.min(exact[0]), high.max(exact[1])]);
        }
        None => found = found.filter(|ends| *ends != [0.0, 0.0]),
    }
    if let Some(ends) = found {
        metric.interval95.insert(name.into(), ends);
    }
}

/// Neighbours joined until there are few enough.
fn joined(parts: &[Batch]) -> Vec<(f64, f64)> {
    let each = parts.len().div_ceil(BATCHES).max(1);
    let whole = parts.len() / each * each;
    let mut batches: Vec<Batch> = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        // What is left over at the end belongs to the last.
        if place % each == 0 && place < whole {
            batches.push(Batch::default());
        }
        if let Some(last) = batches.last_mut() {
            last.add(*part);
        }
    }
    batches.into_iter().map(|batch| (batch.sum, batch.weight)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::random::StreamSeed;

    /// Chance of a true rate being covered by the interval of so many replications with Poisson counts
    /// of this mean each.
    fn coverage(mean: f64, replications: usize) -> f64 {
        let mut random = StreamSeed::new(7, "counts", "coverage").stream();
        let mut poisson = || {
            // Exponential gaps until one is past the end.
            let mut at = 0.0;
            (0u64..).find(|_| {
                at -= libm::log(random.unit_above_zero());
                at > mean
            })
        };
        let covered = (0..2000).filter(|_| {
            let counts: Vec<u64> = (0..replications).filter_map(|_| poisson()).collect();
            let of = |count: u64| {
                let labels = indexmap::IndexMap::new();
                Metric::new("sms_expired", labels, Kind::Counter, "1".into())
                    .counted(count, count as f64)
            };
            let each: Vec<Vec<Metric>> = counts.iter().map(|count| vec![of(*count)]).collect();
            let each: Vec<&[Metric]> = each.iter().map(Vec::as_slice).collect();
            let total: u64 = counts.iter().sum();
            let mut all = of(total);
            all.rate = Some(total as f64 / replications as f64);
            let mut results = Results { metrics: vec![all], ..Results::default() };
            results.measured = (0.0, 1.0);
            by_replications(&mut results, &each);
            let ends = results.metrics[0].interval95.get("rate");
            ends.is_some_and(|[low, high]| *low <= mean && mean <= *high)
        });
        covered.count() as f64 / 2000.0
    }

    /// A mean of those that ended is another figure than one that counts those under way.
    #[test]
    fn a_lower_bound_among_replications_leaves_no_interval() {
        let of = |mean: f64, least: bool| {
            let labels = indexmap::IndexMap::new();
            let row = Metric::new("sms_latency", labels, Kind::Histogram, "s".into());
            let at_least = if least { vec!["mean".into()] } else { Vec::new() };
            Metric { mean: Some(mean), at_least, ..row }
        };
        let interval = |last: Metric| {
            let each =
                [vec![of(1.8, false)], vec![of(2.2, false)], vec![of(2.1, false)], vec![last]];
            let each: Vec<&[Metric]> = each.iter().map(Vec::as_slice).collect();
            let mut results = Results { metrics: vec![of(2.05, false)], ..Results::default() };
            by_replications(&mut results, &each);
            results.metrics[0].interval95.contains_key("mean")
        };
        assert!(interval(of(2.0, false)));
        assert!(!interval(of(6.8, true)));
    }

    #[test]
    fn a_rate_is_covered_however_few_were_counted() {
        for (mean, replications) in [(0.01, 5), (0.3, 5), (1.0, 10), (3.0, 5), (20.0, 5)] {
            let covered = coverage(mean, replications);
            assert!(covered > 0.94, "{mean} in {replications}: {covered}");
        }
    }

    #[test]
    fn no_interval_has_an_end_that_the_figure_cannot_have() {
        let mut metric = Metric::new("m", indexmap::IndexMap::new(), Kind::Gauge, "1".into());
        put(&mut metric, "mean", Some(Interval { low: -0.5, high: 2.0 }), 1.0);
        assert_eq!(metric.interval95["mean"], [0.0, 2.0]);
        metric.name = STATION_UTILISATION.into();
        put(&mut metric, "mean", Some(Interval { low: 0.9, high: 1.1 }), 1.0);
        assert_eq!(metric.interval95["mean"], [0.9, 1.0]);
        metric.interval95.clear();
        put(&mut metric, "mean", Some(Interval { low: 0.0, high: 0.0 }), 1.0);
        assert!(metric.interval95.is_empty(), "it may move yet");
    }

    #[test]
    fn parts_are_joined_until_there_are_at_most_forty() {
        let parts = |count| vec![Batch { sum: 1.0, weight: 2.0 }; count];
        assert_eq!(joined(&parts(30)).len(), 30);
        assert_eq!(joined(&parts(60)), vec![(2.0, 4.0); 30]);
        let uneven = joined(&parts(125));
        assert_eq!((uneven.len(), uneven[0], uneven[30]), (31, (4.0, 8.0), (5.0, 10.0)));
    }
}
