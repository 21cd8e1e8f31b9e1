//! Whether a series still goes somewhere: a straight line through it, and whether its slope is more than
//! chance makes of observations that follow one another. Called with a figure in equal spans of time.

use super::student::{Estimate, two_sided_p};

/// With fewer observations, neither slope nor correlation could be told.
const FEWEST: usize = 20;
/// A slope is one if chance makes a steeper one less often. Since the correlation is estimated from the
/// same series, the rate is higher than that; the tests hold it below 1 % up to a correlation of 0.9.
const CHANCE: f64 = 0.000_12;
/// A series that goes somewhere: where its line begins and ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Trend {
    /// At the start of the series.
    pub(crate) from: f64,
    /// At its end.
    pub(crate) to: f64,
}

/// The trend of a series, if it has one: a change over the whole series of less than a share of its mean
/// that `matters` is none, however sure it is. Residuals are taken to keep a share of the one
/// before (an autoregression of first order), by which fewer observations are independent.
pub(crate) fn trend(series: &[f64], matters: f64) -> Option<Trend> {
    let n = series.len() as f64;
    if series.len() < FEWEST || !series.iter().all(|value| value.is_finite()) {
        return None;
    }
    let mean = series.iter().sum::<f64>() / n;
    let middle = (n - 1.0) / 2.0;
    let (mut spread, mut product) = (0.0, 0.0);
    for (place, value) in series.iter().enumerate() {
        let at = place as f64 - middle;
        spread += at * at;
        product += at * (value - mean);
    }
    let slope = product / spread;
    let line = |place: f64| mean + slope * (place - middle);
    let change = slope * n;
    if change.abs() <= matters * mean.abs() || change == 0.0 {
        return None;
    }
    let residuals: Vec<f64> =
        series.iter().enumerate().map(|(place, value)| value - line(place as f64)).collect();
    let squares: f64 = residuals.iter().map(|it| it * it).sum();
    let products: f64 = residuals.windows(2).map(|pair| pair[0] * pair[1]).sum();
    // Taking a line out of a series takes correlation out of it as well.
    let seen = if squares > 0.0 { products / squares } else { 0.0 };
    let kept = (seen + (1.0 + 4.0 * seen) / n).clamp(0.0, 0.98);
    let error = (squares / (n - 2.0) / spread * (1.0 + kept) / (1.0 - kept)).sqrt();
    let independent = (n * (1.0 - kept) / (1.0 + kept) - 2.0).max(1.0);
    let p = if error > 0.0 { two_sided_p(slope / error, independent) } else { 0.0 };
    (p < CHANCE || drifts(series)).then(|| Trend { from: line(0.0), to: line(n - 1.0) })
}

/// Whether steps from one observation to the next go one way by more than chance. A queue that grows all
/// along is a walk that leaves its line for long, so that little of it looks independent; its steps are.
/// Steps of a steady series take each other back, which makes this the rarer there.
fn drifts(series: &[f64]) -> bool {
    let steps: Vec<f64> = series.windows(2).map(|pair| pair[1] - pair[0]).collect();
    Estimate::of(&steps).is_some_and(|steps| steps.p_of_zero() < CHANCE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::random::StreamSeed;

    /// Of so many series of 60 with a correlation and a rise over the whole, in deviations of an
    /// observation on a mean of ten, how many are found to have a trend.
    fn found(kept: f64, rise: f64, trials: u64) -> u64 {
        let seed = StreamSeed::new(7, "stats", "trend");
        let one = |trial: u64| {
            let mut stream = seed.nth(trial);
            let mut value = stream.normal();
            let series = (0..60).map(|place| {
                value = kept * value + (1.0 - kept * kept).sqrt() * stream.normal();
                10.0 + value + rise * f64::from(place) / 60.0
            });
            trend(&series.collect::<Vec<f64>>(), 0.05).is_some()
        };
        (0..trials).filter(|trial| one(*trial)).count() as u64
    }

    #[test]
    fn a_steady_series_has_a_trend_in_less_than_one_case_of_a_hundred() {
        for kept in [0.0, 0.3, 0.6, 0.8, 0.9] {
            let false_alarms = found(kept, 0.0, 10_000);
            assert!(false_alarms < 100, "correlation {kept}: {false_alarms} of 10,000");
        }
    }

    #[test]
    fn a_rise_is_found_where_it_is_larger_than_chance() {
        // In deviations of an observation: a third of the mean, where these are a tenth of it.
        for (kept, rise, least) in [(0.0, 3.5, 990), (0.3, 5.0, 990), (0.6, 12.0, 950)] {
            let seen = found(kept, rise, 1_000);
            assert!(seen >= least, "correlation {kept}: {seen} of 1,000");
        }
    }

    #[test]
    fn a_walk_that_drifts_has_a_trend() {
        let seed = StreamSeed::new(7, "stats", "walk");
        let one = |trial: u64| {
            let (mut stream, mut value) = (seed.nth(trial), 0.0);
            let mut step = || {
                value += 1.0 + stream.normal();
                value
            };
            trend(&(0..60).map(|_| step()).collect::<Vec<f64>>(), 0.05).is_some()
        };
        let seen = (0..1_000).filter(|trial| one(*trial)).count();
        assert!(seen >= 990, "{seen} of 1,000");
    }

    #[test]
    fn a_change_that_does_not_matter_is_none_however_sure_it_is() {
        let rise =
            |by: f64| (0..60).map(|at| 100.0 + by * f64::from(at) / 60.0).collect::<Vec<_>>();
        assert_eq!(trend(&rise(4.0), 0.05), None);
        let seen = trend(&rise(27.0), 0.05).expect("a trend");
        assert!((seen.from - 100.0).abs() < 1e-9 && (seen.to - 126.55).abs() < 1e-9, "{seen:?}");
        assert_eq!(trend(&[5.0; 60], 0.0), None);
        assert_eq!(trend(&rise(27.0)[..19], 0.05), None, "too few to tell");
        assert_eq!(trend(&[f64::NAN; 60], 0.05), None);
    }
}
