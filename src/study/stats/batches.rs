//! Batch means: the mean of one long run and how far to trust it, where successive observations
//! depend on each other. Called with sums and counts of equal spans of time, in order; it does not
//! know what they are of.

use super::Interval;
use super::student::{Estimate, Intervals};

/// Fewer batches than this have no interval: neither their variance nor their correlation could be
/// told.
pub(crate) const FEWEST: usize = 20;

/// Residuals smaller than this share of what they are the difference of are rounding.
const ROUNDING: f64 = 1e-12;

/// The mean of one run by batches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct BatchMeans {
    /// Batches with a count above 0.
    pub(crate) batches: usize,
    /// All sums over all counts.
    pub(crate) mean: f64,
    /// The interval of the mean, where there is an honest one: at least [`FEWEST`] batches, and
    /// residuals that look independent, that is `lag1` within 2 / sqrt(batches) of zero. That is
    /// about the 5 % point of a series without correlation. Under a positive correlation, batches
    /// are too short and the interval would be too narrow: longer ones, or a longer run, are
    /// needed. A negative one beyond that bound says that batches beat against a period of the run.
    pub(crate) interval: Option<Interval>,
    /// The correlation of each batch's residual with the next one's, -1..=1; 0 without any spread.
    pub(crate) lag1: f64,
}

/// The same with intervals that are found once for many.
pub(crate) fn ratio_of_many(
    batches: &[(f64, f64)],
    intervals: &mut Intervals,
) -> Option<BatchMeans> {
    ratio(batches, |estimate| intervals.of(estimate))
}

fn ratio(
    batches: &[(f64, f64)],
    interval: impl FnOnce(&Estimate) -> Option<Interval>,
) -> Option<BatchMeans> {
    let sound = |&(sum, count): &(f64, f64)| sum.is_finite() && count.is_finite() && count >= 0.0;
    if !batches.iter().all(sound) {
        return None;
    }
    let total: f64 = batches.iter().map(|&(_, count)| count).sum();
    let mean = batches.iter().map(|&(sum, _)| sum).sum::<f64>() / total;
    if !mean.is_finite() {
        return None;
    }
    let residuals: Vec<f64> = batches
        .iter()
        .filter(|&&batch| batch != (0.0, 0.0))
        .map(|&(sum, count)| residual(sum, mean * count))
        .collect();
    let counted = batches.iter().filter(|&&(_, count)| count > 0.0).count();
    let squares: f64 = residuals.iter().map(|z| z * z).sum();
    let products: f64 = residuals.windows(2).map(|pair| pair[0] * pair[1]).sum();
    let lag1 = if squares > 0.0 { products / squares } else { 0.0 };
    let (n, df) = (counted as f64, counted as f64 - 1.0);
    let independent = lag1.abs() <= 2.0 / n.sqrt();
    let interval = if counted >= FEWEST && independent {
        let error = (n * squares / df).sqrt() / total;
        interval(&Estimate { mean, error, df })
    } else {
        None
    };
    Some(BatchMeans { batches: counted, mean, interval, lag1 })
}

/// What a sum has above what was expected; a run that never changes has nothing, not the rounding.
fn residual(sum: f64, expected: f64) -> f64 {
    let difference = sum - expected;
    if difference.abs() <= ROUNDING * (sum.abs() + expected.abs()) { 0.0 } else { difference }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::random::{Stream, StreamSeed};
    use crate::study::stats::is_open_share;
    use proptest::prelude::*;

    /// A series around zero in which each value keeps so much of the one before, from equilibrium.
    fn series(stream: &mut Stream, keeps: f64, length: usize) -> Vec<f64> {
        let mut value = stream.normal() / (1.0 - keeps * keeps).sqrt();
        let mut step = || {
            value = keeps * value + stream.normal();
            value
        };
        (0..length).map(|_| step()).collect()
    }

    fn averages(values: &[f64], size: usize) -> Vec<f64> {
        values.chunks_exact(size).map(|batch| batch.iter().sum::<f64>() / size as f64).collect()
    }

    #[test]
    fn batches_too_short_for_their_correlation_have_no_interval() {
        let seed = StreamSeed::new(1, "stats", "short");
        for trial in 0..100 {
            let values = series(&mut seed.nth(trial), 0.9, 1_000);
            let all = time_average(&averages(&values, 5), 0.95).expect("a mean");
            assert_eq!((all.batches, all.interval), (200, None), "lag1 {}", all.lag1);
            assert!(all.lag1 > 0.3, "{}", all.lag1);
        }
    }

    #[test]
    fn batches_long_enough_cover_the_mean() {
        let seed = StreamSeed::new(1, "stats", "long");
        let intervals: Vec<Interval> = (0..500)
            .filter_map(|trial| {
                let values = series(&mut seed.nth(trial), 0.9, 12_000);
                time_average(&averages(&values, 400), 0.95)?.interval
            })
            .collect();
        assert!(intervals.len() > 450, "{} of 500", intervals.len());
        let covered = intervals.iter().filter(|interval| interval.contains(0.0)).count();
        let share = covered as f64 / intervals.len() as f64;
        assert!((0.92..=0.98).contains(&share), "{share}");
    }

    #[test]
    fn ratios_of_unequal_counts_cover_the_mean_of_observations() {
        let seed = StreamSeed::new(1, "stats", "counts");
        let of = |trial: u64| {
            let mut stream = seed.nth(trial);
            let mut batch = || {
                let count = stream.below(40) as u32;
                let sum: f64 = (0..count).map(|_| stream.exponential(3.0)).sum();
                (sum, f64::from(count))
            };
            let batches: Vec<(f64, f64)> = (0..50).map(|_| batch()).collect();
            ratio_of_batches(&batches, 0.95).expect("a mean").interval
        };
        let intervals: Vec<Interval> = (0..1_000).filter_map(of).collect();
        assert!(intervals.len() > 920, "{} of 1000", intervals.len());
        let covered = intervals.iter().filter(|interval| interval.contains(3.0)).count();
        let share = covered as f64 / intervals.len() as f64;
        assert!((0.92..=0.97).contains(&share), "{share}");
    }

    #[test]
    fn equal_counts_give_the_interval_of_independent_values() {
        let mut stream = StreamSeed::new(1, "stats", "equal").stream();
        let values: Vec<f64> = (0..30).map(|_| 5.0 + stream.normal()).collect();
        let all = time_average(&values, 0.9).expect("a mean");
        let (mean, interval) = super::super::mean_interval(&values, 0.9).expect("a mean");
        let same = all.interval.expect("no correlation");
        assert!((all.mean - mean).abs() < 1e-12);
        assert!((same.half_width() - interval.half_width()).abs() < 1e-12);
    }

    #[test]
    fn a_run_that_never_changes_has_an_interval_without_width() {
        let all = time_average(&[0.1; 30], 0.95).expect("a mean");
        assert_eq!((all.lag1, all.interval.map(|i| i.half_width())), (0.0, Some(0.0)));
    }

    #[test]
    fn few_or_empty_batches_have_a_mean_but_no_interval() {
        let mut batches = vec![(0.0, 0.0); 30];
        assert_eq!(ratio_of_batches(&batches, 0.95), None);
        for (at, batch) in batches.iter_mut().enumerate().take(19) {
            *batch = if at % 3 == 0 { (4.0, 2.0) } else { (7.0, 2.0) };
        }
        let all = ratio_of_batches(&batches, 0.95).expect("a mean");
        assert_eq!((all.batches, all.interval), (19, None));
        assert!((all.mean - 112.0 / 38.0).abs() < 1e-12);
        assert_eq!(ratio_of_batches(&[(1.0, -1.0)], 0.95), None);
        assert_eq!(ratio_of_batches(&[(f64::NAN, 1.0)], 0.95), None);
        assert_eq!(time_average(&[], 0.95), None);
        assert_eq!(time_average(&[1.0; 30], 2.0), None);
    }

    proptest! {
        #[test]
        fn no_input_panics(
            batches in prop::collection::vec((prop::num::f64::ANY, prop::num::f64::ANY), 0..40),
            confidence in prop::num::f64::ANY,
        ) {
            let _ = ratio_of_batches(&batches, confidence);
            let positive: Vec<_> = batches.iter().map(|&(sum, count)| (sum, count.abs())).collect();
            if let Some(all) = ratio_of_batches(&positive, 0.95) {
                prop_assert!(all.mean.is_finite());
            }
        }
    }

    /// The mean of observations, sum by count, from the sum and the count of each batch in the order of
    /// time. Spans of equal length have unequal counts, so the mean is a ratio of two sums, and what a
    /// batch says about it is its residual `sum - mean * count` (the ratio estimator of Cochran,
    /// Sampling Techniques, chapter 6). Batches of nothing at all are passed over; a sum without a
    /// count takes part. None if nothing was counted, a count is negative, a number is not finite, or
    /// for a confidence outside 0..1.
    fn ratio_of_batches(batches: &[(f64, f64)], confidence: f64) -> Option<BatchMeans> {
        if !is_open_share(confidence) {
            return None;
        }
        ratio(batches, |estimate| estimate.interval(confidence))
    }

    /// The same for averages over spans of equal length, such as the mean length of a queue.
    fn time_average(averages: &[f64], confidence: f64) -> Option<BatchMeans> {
        let batches: Vec<(f64, f64)> = averages.iter().map(|&average| (average, 1.0)).collect();
        ratio_of_batches(&batches, confidence)
    }
}
