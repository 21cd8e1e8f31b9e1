//! Student's t and the normal distribution, and the interval of a mean by them. Called by studies
//! with one number from each replication, and by the siblings for their quantiles.
//!
//! The tail of t is a regularised incomplete beta function by continued fraction (Lentz; see Press
//! and others, Numerical Recipes, 6.4), its quantile a bisection of that down to neighbouring
//! numbers: slower than a rational approximation, and nothing in it to mistype.

use super::{Interval, is_open_share};
use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// From here on, t is the normal distribution with its first correction (error below 1e-12).
const NEARLY_NORMAL: f64 = 1e6;

/// A mean with its uncertainty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Estimate {
    /// The mean, in the unit of the values.
    pub(crate) mean: f64,
    /// The standard error of the mean, same unit, at least 0.
    pub(crate) error: f64,
    /// Degrees of freedom of the standard error, above 0.
    pub(crate) df: f64,
}

impl Estimate {
    /// Of independent values of one distribution; none for fewer than two, or if one is not finite.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        let (&first, rest) = values.split_first()?;
        let count = values.len() as f64;
        // From the first value on, so that equal values have no spread by rounding.
        let mean = first + rest.iter().map(|value| value - first).sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        Self::of_moments(mean, squares / (count - 1.0), values.len())
    }

    /// Of the mean, the variance (with n - 1) and the number of independent values; none for fewer
    /// than two, a negative variance, or numbers that are not finite.
    pub(crate) fn of_moments(mean: f64, variance: f64, count: usize) -> Option<Self> {
        let known = mean.is_finite() && variance.is_finite() && variance >= 0.0 && count >= 2;
        let error = (variance / count as f64).sqrt();
        known.then_some(Self { mean, error, df: count as f64 - 1.0 })
    }

    /// Of an interval that Student's t with `df` degrees of freedom has given at this confidence;
    /// none where no such interval exists.
    pub(crate) fn of_interval(
        mean: f64,
        interval: Interval,
        confidence: f64,
        df: f64,
    ) -> Option<Self> {
        let error = interval.half_width() / critical(confidence, df);
        let known = mean.is_finite() && error.is_finite() && error >= 0.0;
        known.then_some(Self { mean, error, df })
    }

    /// The interval that holds the true mean with this confidence (0..1, ends excluded).
    pub(crate) fn interval(&self, confidence: f64) -> Option<Interval> {
        self.interval_of(critical(confidence, self.df))
    }

    fn interval_of(&self, critical: f64) -> Option<Interval> {
        match self.error {
            _ if critical.is_nan() => None,
            // No spread seen: no width, however wide the quantile.
            0.0 => Interval::around(self.mean, 0.0),
            error => Interval::around(self.mean, critical * error),
        }
    }

    /// How likely a mean at least so far from zero is if the true one is zero, 0..=1. Without any
    /// spread: 1 for zero, 0 for all else.
    pub(crate) fn p_of_zero(&self) -> f64 {
        match (self.mean, self.error) {
            (0.0, 0.0) => 1.0,
            (mean, error) => two_sided_p(mean / error, self.df),
        }
    }
}

/// Intervals of one confidence for many estimates: most have the same degrees of freedom, and a
/// quantile takes longer than all the rest.
#[derive(Clone, Debug)]
pub(crate) struct Intervals {
    confidence: f64,
    /// Degrees of freedom, and the t that is exceeded in neither direction.
    known: Vec<(f64, f64)>,
}

impl Intervals {
    /// Of this confidence (0..1, ends excluded).
    pub(crate) fn new(confidence: f64) -> Self {
        Self { confidence, known: Vec::new() }
    }

    /// The interval of an estimate.
    pub(crate) fn of(&mut self, estimate: &Estimate) -> Option<Interval> {
        let df = estimate.df;
        let known = self.known.iter().find(|(known, _)| *known == df).map(|(_, t)| *t);
        let critical = known.unwrap_or_else(|| {
            let critical = critical(self.confidence, df);
            self.known.push((df, critical));
            critical
        });
        estimate.interval_of(critical)
    }
}

/// The mean of independent values and its interval at a confidence (0..1, ends excluded). None for
/// fewer than two values, or if one is not finite; values without spread have an interval without
/// width.
pub(crate) fn mean_interval(values: &[f64], confidence: f64) -> Option<(f64, Interval)> {
    let estimate = Estimate::of(values)?;
    Some((estimate.mean, estimate.interval(confidence)?))
}

/// How likely a t at least so far from zero is by chance, 0..=1; NaN for a NaN, or for a `df`
/// that is not above 0.
pub(crate) fn two_sided_p(t: f64, df: f64) -> f64 {
    2.0 * tail(t.abs(), df)
}

/// The t that is exceeded in neither direction with this confidence; NaN where there is none.
pub(super) fn critical(confidence: f64, df: f64) -> f64 {
    if is_open_share(confidence) { tail_quantile((1.0 - confidence) / 2.0, df) } else { f64::NAN }
}

/// The t above which lies a probability, above 0 and up to 1/2.
fn tail_quantile(of: f64, df: f64) -> f64 {
    match df {
        df if df.is_nan() || df <= 0.0 => f64::NAN,
        1.0 if of < 0.5 => 1.0 / libm::tan(PI * of),
        2.0 => (1.0 - 2.0 * of) / (2.0 * of * (1.0 - of)).sqrt(),
        df => solve(of, |t| tail(t, df)),
    }
}

/// Where a tail, falling from 1/2 at 0, has fallen to `to`: by chords that keep it between their
/// ends (the Illinois method), which takes a tenth of the steps of bisection. Every interval of every
/// figure asks for one.
fn solve(to: f64, tail: impl Fn(f64) -> f64) -> f64 {
    if to >= 0.5 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    while tail(high) > to {
        (low, high) = (high, 2.0 * high);
        if high == f64::INFINITY {
            return high;
        }
    }
    // The tail's logarithm is nearly straight, however far out.
    let wanted = libm::log(to);
    let above = |t: f64| libm::log(tail(t)) - wanted;
    let (mut at_low, mut at_high) = (above(low), above(high));
    for _ in 0..200 {
        let chord = (low * at_high - high * at_low) / (at_high - at_low);
        let next = if chord > low && chord < high { chord } else { low + (high - low) / 2.0 };
        if next <= low || next >= high {
            break;
        }
        let at = above(next);
        if at.abs() <= f64::EPSILON {
            return next;
        }
        // The end that stays has half the say, so that it gives way the next time.
        if at > 0.0 {
            (low, at_low, at_high) = (next, at, at_high / 2.0);
        } else {
            (high, at_high, at_low) = (next, at, at_low / 2.0);
        }
        if high - low <= 2.0 * f64::EPSILON * high {
            break;
        }
    }
    low + (high - low) / 2.0
}

/// The normal probability of more than `x`.
fn normal_tail(x: f64) -> f64 {
    0.5 * libm::erfc(x * FRAC_1_SQRT_2)
}

/// The probability of more than `t` (at least 0) with `df` degrees of freedom.
fn tail(t: f64, df: f64) -> f64 {
    if t.is_nan() || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    let square_by_df = t / df * t;
    if df == 1.0 {
        return libm::atan2(1.0, t) / PI;
    }
    if df > NEARLY_NORMAL {
        let density = libm::exp(-t * t / 2.0) / (2.0 * PI).sqrt();
        let first = if density > 0.0 { density * t * (t * t + 1.0) / (4.0 * df) } else { 0.0 };
        return normal_tail(t) + first;
    }
    if square_by_df.is_infinite() || t.is_infinite() {
        return 0.0;
    }
    if df == 2.0 {
        // (1 - u) / 2 with u = t / sqrt(2 + t^2), without its cancellation.
        let wide = 2.0 + t * t;
        return 1.0 / (wide * (1.0 + t / wide.sqrt()));
    }
    // Half of the regularised incomplete beta function of x = df / (df + t^2), with y = 1 - x.
    let (a, b) = (df / 2.0, 0.5);
    let (x, y) = (1.0 / (1.0 + square_by_df), square_by_df / (1.0 + square_by_df));
    let front = libm::exp(-a * libm::log1p(square_by_df)) * (y / PI).sqrt() * gamma_ratio(a);
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(x, a, b) / a / 2.0
    } else {
        0.5 - front * fraction(y, b, a) / b / 2.0
    }
}

/// Gamma(a + 1/2) / Gamma(a). For large `a` by its series, where two large logarithms would cancel.
fn gamma_ratio(a: f64) -> f64 {
    if a < 50.0 {
        return libm::exp(libm::lgamma(a + 0.5) - libm::lgamma(a));
    }
    let terms = [-399.0 / 262_144.0, -21.0 / 32_768.0, 5.0 / 1_024.0, 1.0 / 128.0, -1.0 / 8.0, 1.0];
    a.sqrt() * terms.into_iter().fold(0.0, |sum, term| sum / a + term)
}

/// The continued fraction of the incomplete beta function, by Lentz; it needs some sqrt(max(a, b))
/// steps.
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    let above_zero = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / above_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for step in 1..10_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let before = value;
        for coefficient in [even, odd] {
            d = 1.0 / above_zero(1.0 + coefficient * d);
            c = above_zero(1.0 + coefficient / c);
            value *= c * d;
        }
        if (value - before).abs() <= 1e-16 * value.abs() {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::random::StreamSeed;
    use proptest::prelude::*;
    use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

    fn close(value: f64, expected: f64, within: f64) {
        assert!((value - expected).abs() <= within, "{value}, not {expected}");
    }

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (p, df, expected) in [
            (0.975, 1.0, 12.7062),
            (0.975, 2.0, 4.302653),
            (0.975, 9.0, 2.262157),
            (0.95, 4.0, 2.131847),
            (0.995, 29.0, 2.756386),
            (0.975, 120.0, 1.979930),
            (0.9995, 5.0, 6.868827),
            (0.975, f64::INFINITY, 1.959964),
        ] {
            close(quantile(p, df), expected, 5e-5_f64.min(expected * 4e-6));
            close(quantile(1.0 - p, df), -quantile(p, df), 1e-9);
        }
        close(quantile(0.995, f64::INFINITY), 2.575_829_303_548_901, 1e-12);
        close(two_sided_p(2.262157, 9.0), 0.05, 1e-7);
        assert_eq!(quantile(0.5, 7.0), 0.0);
    }

    #[test]
    fn what_has_no_answer_gets_none() {
        assert!(quantile(1.5, 3.0).is_nan() && quantile(0.5, 0.0).is_nan());
        assert!(cdf(f64::NAN, 3.0).is_nan() && cdf(1.0, f64::NAN).is_nan());
        assert_eq!((quantile(0.0, 3.0), quantile(1.0, 1.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert_eq!(cdf(f64::INFINITY, f64::INFINITY), 1.0);
        assert_eq!(mean_interval(&[], 0.95), None);
        assert_eq!(mean_interval(&[1.0], 0.95), None);
        assert_eq!(mean_interval(&[1.0, f64::NAN], 0.95), None);
        assert_eq!(mean_interval(&[f64::MAX, f64::MIN], 0.95), None);
        assert_eq!(mean_interval(&[1.0, 2.0], 1.0), None);
        assert_eq!(mean_interval(&[0.1; 3], f64::NAN), None);
    }

    #[test]
    fn equal_values_have_an_interval_without_width() {
        let all = mean_interval(&[0.1; 7], 0.99);
        assert_eq!(all, Some((0.1, Interval { low: 0.1, high: 0.1 })));
    }

    #[test]
    fn an_interval_is_its_mean_and_t_standard_errors_to_either_side() {
        let (mean, interval) = mean_interval(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.95).expect("an answer");
        assert_eq!(mean, 3.0);
        close(interval.half_width(), 2.776445 * 0.5_f64.sqrt(), 1e-6);
        let back = Estimate::of_interval(mean, interval, 0.95, 4.0).expect("an estimate");
        close(back.error, 0.5_f64.sqrt(), 1e-12);
    }

    #[test]
    fn the_series_of_the_gamma_ratio_continues_the_logarithms() {
        for a in [50.0_f64, 61.5, 100.0] {
            let logarithms = libm::exp(libm::lgamma(a + 0.5) - libm::lgamma(a));
            close(gamma_ratio(a) / logarithms, 1.0, 1e-12);
        }
    }

    #[test]
    fn the_normal_end_continues_the_fraction() {
        for t in [0.5, 1.96, 4.0] {
            close(tail(t, NEARLY_NORMAL), tail(t, NEARLY_NORMAL + 1.0), 1e-11);
        }
    }

    #[test]
    fn intervals_cover_the_mean_of_exponential_values() {
        let seed = StreamSeed::new(1, "stats", "coverage");
        let covers = |trial: &u64| {
            let mut stream = seed.nth(*trial);
            let values: Vec<f64> = (0..30).map(|_| stream.exponential(2.0)).collect();
            mean_interval(&values, 0.95).is_some_and(|(_, interval)| interval.contains(2.0))
        };
        let covered = (0..2_000).filter(covers).count();
        // Skewed values cover a little less than 95 %.
        assert!((1_860..=1_940).contains(&covered), "{covered} of 2000");
    }

    proptest! {
        #[test]
        fn t_is_that_of_an_independent_library(
            t in -60.0..60.0_f64, df in 0.2..400.0_f64, whole in 1..200u32,
            p in 1e-6..0.999_999_f64,
        ) {
            for df in [df, f64::from(whole)] {
                let oracle = StudentsT::new(0.0, 1.0, df).expect("a distribution");
                prop_assert!((cdf(t, df) - oracle.cdf(t)).abs() < 1e-10, "{} {}", t, df);
                let back = oracle.cdf(quantile(p, df));
                prop_assert!((back - p).abs() < 1e-9, "{} {} {}", p, df, back);
            }
            let normal = Normal::standard();
            prop_assert!((normal.cdf(quantile(p, f64::INFINITY)) - p).abs() < 1e-9);
        }

        #[test]
        fn no_input_panics(
            values in prop::collection::vec(prop::num::f64::ANY, 0..6),
            t in prop::num::f64::ANY, df in prop::num::f64::ANY,
        ) {
            let _ = (mean_interval(&values, t), cdf(t, df), quantile(t, df));
            let p = quantile(0.975, df.abs());
            prop_assert!(p.is_nan() || p >= 0.0);
        }
    }

    /// The probability of at most `t` with `df` degrees of freedom (above 0, whole or not; infinite for
    /// the normal distribution), 0..=1; NaN for what is none.
    fn cdf(t: f64, df: f64) -> f64 {
        if t < 0.0 { tail(-t, df) } else { 1.0 - tail(t, df) }
    }

    /// The value that t with `df` degrees of freedom stays below with probability `p`: infinite for 0
    /// and 1; NaN for a `p` outside 0..=1, or `df` not above 0.
    fn quantile(p: f64, df: f64) -> f64 {
        by_tail(p, |of| tail_quantile(of, df))
    }

    /// A symmetric distribution's quantile by that of its upper half.
    fn by_tail(p: f64, upper: impl Fn(f64) -> f64) -> f64 {
        match p {
            p if !(0.0..=1.0).contains(&p) => f64::NAN,
            0.0 => f64::NEG_INFINITY,
            1.0 => f64::INFINITY,
            p if p < 0.5 => -upper(p),
            p => upper(1.0 - p),
        }
    }
}
