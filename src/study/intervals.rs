//! How sure figures are: 95 % intervals from independent replications, or of one long run from batch
//! means. What no valid method carries gets none.

use super::stats::{self, Estimate, Interval, Intervals};
use crate::measure::catalogue::Kind;
use crate::measure::results::{Batch, BatchMeans, Metric, Results};

/// Of every interval.
const CONFIDENCE: f64 = 0.95;
/// Batches at most; as many parts are joined as it takes.
const BATCHES: usize = 40;

/// Figures whose replications are averaged; counts add up and extremes are what they are.
/// A deviation of all replications together is another thing than the mean of theirs.
const AVERAGED: [&str; 7] = ["rate", "mean", "p50", "p90", "p95", "p99", "p999"];

/// Gives every mean, rate and percentile the Student-t interval of its replications.
pub(super) fn by_replications(results: &mut Results, replications: &[&[Metric]]) {
    // Metrics come in one order everywhere; a rare one may be missing in some replications.
    let mut places = vec![0; replications.len()];
    let mut intervals = Intervals::new(CONFIDENCE);
    for metric in &mut results.metrics {
        let mut values: Vec<Vec<(&'static str, f64)>> = Vec::new();
        for (replication, place) in replications.iter().zip(&mut places) {
            let Some(own) = replication.get(*place) else { continue };
            if own.name == metric.name && own.labels == metric.labels {
                values.push(own.figures());
                *place += 1;
            }
        }
        if values.len() < replications.len() {
            continue;
        }
        // Of a lower bound it is not known how far it lies from the figure.
        for name in AVERAGED.into_iter().filter(|name| !metric.at_least.iter().any(|it| it == name))
        {
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
            if let Some(interval) = interval.filter(holds) {
                metric.interval95.insert(name.into(), [interval.low, interval.high]);
            }
        }
    }
}

/// Gives means and rates of one run the interval of its batch means, where batches are enough and do
/// not follow one another.
pub(super) fn by_batches(results: &mut Results) {
    let mut intervals = Intervals::new(CONFIDENCE);
    for metric in &mut results.metrics {
        let parts = joined(&metric.batches);
        let Some(means) = stats::ratio_of_many(&parts, &mut intervals) else { continue };
        let number = means.batches as u32;
        metric.batch_means = Some(BatchMeans { number, lag1: means.lag1 });
        let name = if metric.kind == Kind::Counter { "rate" } else { "mean" };
        if let Some(interval) = means.interval.filter(|_| !metric.is_least(name)) {
            metric.interval95.insert(name.into(), [interval.low, interval.high]);
        }
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

    #[test]
    fn parts_are_joined_until_there_are_at_most_forty() {
        let parts = |count| vec![Batch { sum: 1.0, weight: 2.0 }; count];
        assert_eq!(joined(&parts(30)).len(), 30);
        assert_eq!(joined(&parts(60)), vec![(2.0, 4.0); 30]);
        let uneven = joined(&parts(125));
        assert_eq!((uneven.len(), uneven[0], uneven[30]), (31, (4.0, 8.0), (5.0, 10.0)));
    }
}
