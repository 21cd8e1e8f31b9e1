//! Two alternatives compared: by pairs, where both have seen the same draws, or as independent
//! samples; and many comparisons at once. Called by studies that set runs against each other;
//! which alternative is which, and what was measured, they know.

use super::student::Estimate;
use super::{Interval, is_open_share};

/// What pairs say about b - a.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Paired {
    /// The mean of b - a, in the unit of the values.
    pub(crate) difference: f64,
    /// Interval of that mean, at the confidence asked for.
    pub(crate) interval: Interval,
    /// How likely a difference at least so far from zero is if there is none, 0..=1.
    pub(crate) p: f64,
}

/// What two independent samples say about b - a.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Welch {
    /// The mean of b less that of a, in the unit of the values.
    pub(crate) difference: f64,
    /// Interval of that difference, at the confidence asked for.
    pub(crate) interval: Interval,
    /// How likely a difference at least so far from zero is if there is none, 0..=1.
    pub(crate) p: f64,
    /// Degrees of freedom (Welch and Satterthwaite), seldom whole.
    pub(crate) df: f64,
}

/// Compares pairs: `a[i]` and `b[i]` from runs with the same seed, pairs independent of each other.
/// None for fewer than two pairs, slices of unequal length, values that are not finite, or a
/// confidence outside 0..1. Differences that are all equal have an interval without width, and `p`
/// is 1 if they are zero and 0 if not, but for counters: `event` is what one event in one run adds to a
/// mean over all, and that many differences scatter by their root at the least; else zero.
pub(crate) fn paired(a: &[f64], b: &[f64], event: f64, confidence: f64) -> Option<Paired> {
    if a.len() != b.len() {
        return None;
    }
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| b - a).collect();
    let estimate = Estimate::of(&differences)?.at_least(event);
    let interval = estimate.interval(confidence)?;
    Some(Paired { difference: estimate.mean, interval, p: estimate.p_of_zero() })
}

/// Compares two independent estimates whose variances may differ: of samples ([`Estimate::of`]), of
/// means, variances and counts ([`Estimate::of_moments`]), or of intervals
/// ([`Estimate::of_interval`]). None where no interval exists; without any spread as [`paired`].
pub(crate) fn welch(a: Estimate, b: Estimate, event: f64, confidence: f64) -> Option<Welch> {
    let (of_a, of_b) = (a.error * a.error, b.error * b.error);
    let variance = of_a + of_b;
    // The share first, so that small variances are not squared to nothing.
    let share = if variance > 0.0 { of_a / variance } else { 0.5 };
    let df = 1.0 / (share * share / a.df + (1.0 - share) * (1.0 - share) / b.df);
    let estimate = Estimate { mean: b.mean - a.mean, error: variance.sqrt(), df }.at_least(event);
    let interval = estimate.interval(confidence)?;
    Some(Welch { difference: estimate.mean, interval, p: estimate.p_of_zero(), df })
}

/// The ratio mean(b) / mean(a) of pairs and its interval, by the delta method: the residuals
/// b - ratio * a, over the mean of a. It presumes that mean(a) is far from zero, by several of its
/// standard errors. None if mean(a) is zero, and as [`paired`].
pub(crate) fn ratio_interval(
    a: &[f64],
    b: &[f64],
    event: f64,
    confidence: f64,
) -> Option<(f64, Interval)> {
    if a.len() != b.len() || !is_open_share(confidence) {
        return None;
    }
    let (base, other) = (Estimate::of(a)?.mean, Estimate::of(b)?.mean);
    let ratio = other / base;
    if base == 0.0 || !ratio.is_finite() {
        return None;
    }
    let residuals: Vec<f64> = a.iter().zip(b).map(|(a, b)| (b - ratio * a) / base).collect();
    let spread = Estimate::of(&residuals)?;
    // The residuals are zero in the mean, but for rounding.
    let least = ((other - base).abs() * event).sqrt() / base.abs();
    let estimate = Estimate { mean: ratio, error: spread.error.max(least), ..spread };
    Some((ratio, estimate.interval(confidence)?))
}

/// The ratio mean(b) / mean(a) of two independent estimates and its interval, by the delta method as
/// [`ratio_interval`], with degrees of freedom as [`welch`]. None if mean(a) is zero.
pub(crate) fn ratio_of_estimates(
    a: Estimate,
    b: Estimate,
    event: f64,
    confidence: f64,
) -> Option<(f64, Interval)> {
    let ratio = b.mean / a.mean;
    if a.mean == 0.0 || !ratio.is_finite() {
        return None;
    }
    let scale = a.mean.abs();
    let of_a = Estimate { mean: 0.0, error: ratio.abs() * a.error / scale, df: a.df };
    let of_b = Estimate { mean: ratio, error: b.error / scale, df: b.df };
    let welch = welch(of_a, of_b, 0.0, confidence)?;
    let least = ((b.mean - a.mean).abs() * event).sqrt() / scale;
    let error = (of_a.error * of_a.error + of_b.error * of_b.error).sqrt().max(least);
    let estimate = Estimate { mean: ratio, error, df: welch.df };
    Some((ratio, estimate.interval(confidence)?))
}

impl Estimate {
    /// With no smaller an error than a mean of counts can have, of which one event adds so much to it.
    fn at_least(self, event: f64) -> Self {
        Self { error: self.error.max((self.mean.abs() * event).sqrt()), ..self }
    }
}

/// Adjusts the p values of several comparisons so that the chance of any false finding among all
/// of them is what a threshold says (Holm 1979, a step-down method that presumes nothing about how
/// they depend on each other). In the order given, 0..=1; a NaN counts as a comparison and stays.
pub(crate) fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    let key = |i: usize| if p[i].is_nan() { f64::INFINITY } else { p[i] };
    order.sort_by(|&i, &j| key(i).total_cmp(&key(j)));
    let mut adjusted = vec![f64::NAN; p.len()];
    let mut highest = 0.0_f64;
    for (rank, &i) in order.iter().enumerate() {
        if !p[i].is_nan() {
            highest = highest.max((p.len() - rank) as f64 * p[i]).min(1.0);
            adjusted[i] = highest;
        }
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::random::StreamSeed;
    use proptest::prelude::*;

    fn close(value: f64, expected: f64, within: f64) {
        assert!((value - expected).abs() <= within, "{value}, not {expected}");
    }

    /// Gosset's data of 1908, additional hours of sleep by two drugs; R: t.test(paired = TRUE).
    const SLEEP_1: [f64; 10] = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
    const SLEEP_2: [f64; 10] = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

    #[test]
    fn pairs_of_the_sleep_data_are_as_published() {
        let both = paired(&SLEEP_1, &SLEEP_2, 0.0, 0.95).expect("an answer");
        close(both.difference, 1.58, 1e-12);
        close(both.interval.low, 0.7001142, 1e-6);
        close(both.interval.high, 2.4598858, 1e-6);
        close(both.p, 0.00283289, 1e-7);
    }

    #[test]
    fn the_sleep_data_as_independent_samples_are_as_published() {
        let of = |values: &[f64]| Estimate::of(values).expect("an estimate");
        let both = welch(of(&SLEEP_1), of(&SLEEP_2), 0.0, 0.95).expect("an answer");
        close(both.df, 17.776474, 1e-5);
        close(both.p, 0.07939414, 1e-7);
        close(both.interval.low, -0.2054832, 1e-6);
        close(both.interval.high, 3.3654832, 1e-6);
    }

    #[test]
    fn equal_differences_are_certain() {
        let same = paired(&[1.0, 2.0, 4.0], &[1.0, 2.0, 4.0], 0.0, 0.95).expect("an answer");
        assert_eq!((same.difference, same.p, same.interval.half_width()), (0.0, 1.0, 0.0));
        let more = paired(&[1.0, 2.0, 4.0], &[2.0, 3.0, 5.0], 0.0, 0.95).expect("an answer");
        assert_eq!((more.difference, more.p, more.interval.half_width()), (1.0, 0.0, 0.0));
        let exact = |mean| Estimate::of_moments(mean, 0.0, 5).expect("an estimate");
        assert_eq!(welch(exact(1.0), exact(1.0), 0.0, 0.9).map(|all| all.p), Some(1.0));
        assert_eq!(welch(exact(1.0), exact(2.0), 0.0, 0.9).map(|all| all.p), Some(0.0));
    }

    #[test]
    fn what_cannot_be_compared_is_not() {
        assert_eq!(paired(&[1.0], &[2.0], 0.0, 0.95), None);
        assert_eq!(paired(&[1.0, 2.0], &[2.0], 0.0, 0.95), None);
        assert_eq!(paired(&[1.0, f64::INFINITY], &[2.0, 3.0], 0.0, 0.95), None);
        assert_eq!(paired(&[1.0, 2.0], &[2.0, 3.5], 0.0, 0.0), None);
        assert_eq!(ratio_interval(&[-1.0, 1.0], &[2.0, 3.0], 0.0, 0.95), None);
    }

    #[test]
    fn a_ratio_of_proportional_pairs_is_exact() {
        let (ratio, interval) =
            ratio_interval(&[1.0, 2.0, 4.0], &[2.0, 4.0, 8.0], 0.0, 0.95).expect("an answer");
        assert_eq!((ratio, interval.half_width()), (2.0, 0.0));
    }

    #[test]
    fn ratio_intervals_cover_the_true_ratio() {
        let seed = StreamSeed::new(1, "stats", "ratio");
        let covers = |trial: &u64| {
            let mut stream = seed.nth(*trial);
            let a: Vec<f64> = (0..20).map(|_| 10.0 + stream.normal()).collect();
            let b: Vec<f64> = a.iter().map(|a| 1.5 * a + stream.normal()).collect();
            ratio_interval(&a, &b, 0.0, 0.95).is_some_and(|(_, interval)| interval.contains(1.5))
        };
        let covered = (0..1_000).filter(covers).count();
        assert!((925..=975).contains(&covered), "{covered} of 1000");
    }

    #[test]
    fn ratio_intervals_of_independent_estimates_cover_the_true_ratio() {
        let seed = StreamSeed::new(1, "stats", "ratio apart");
        let covers = |trial: &u64| {
            let mut stream = seed.nth(*trial);
            let a: Vec<f64> = (0..12).map(|_| 10.0 + stream.normal()).collect();
            let b: Vec<f64> = (0..20).map(|_| 15.0 + 2.0 * stream.normal()).collect();
            let of = |values: &[f64]| Estimate::of(values).expect("an estimate");
            ratio_of_estimates(of(&a), of(&b), 0.0, 0.95)
                .is_some_and(|(_, ends)| ends.contains(1.5))
        };
        let covered = (0..1_000).filter(covers).count();
        assert!((925..=975).contains(&covered), "{covered} of 1000");
        let zero = Estimate { mean: 0.0, error: 1.0, df: 3.0 };
        assert_eq!(ratio_of_estimates(zero, zero, 0.0, 0.95), None);
    }

    #[test]
    fn holm_adjusts_as_by_hand() {
        // Sorted 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1; none may fall below the one before.
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (value, expected) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            close(*value, expected, 1e-15);
        }
        assert_eq!(holm(&[0.7, 0.6]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
        let gap = holm(&[f64::NAN, 0.01]);
        assert!(gap[0].is_nan() && gap[1] == 0.02);
    }

    proptest! {
        #[test]
        fn no_input_panics(
            a in prop::collection::vec(prop::num::f64::ANY, 0..5),
            b in prop::collection::vec(prop::num::f64::ANY, 0..5),
            confidence in prop::num::f64::ANY,
        ) {
            for confidence in [confidence, 0.95] {
                let _ = (paired(&a, &b, 0.0, confidence), ratio_interval(&a, &b, 0.0, confidence));
                if let (Some(a), Some(b)) = (Estimate::of(&a), Estimate::of(&b)) {
                    let _ = welch(a, b, 0.0, confidence);
                    let _ = ratio_of_estimates(a, b, 0.0, confidence);
                }
            }
            prop_assert_eq!(holm(&a).len(), a.len());
        }
    }
}
