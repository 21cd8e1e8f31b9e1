//! Statistics of what runs have shown: intervals, comparisons, warm-up. Pure functions over slices
//! of numbers, called by studies of several runs; nothing here knows what was simulated. All of it
//! is `+ - * /`, `sqrt` and `libm`, so every platform prints the same digits.
//!
//! Whatever the input, nothing panics: where no honest answer exists (too few values, values that
//! are not finite, a confidence outside 0..1), the answer is `None`.

pub(crate) mod batches;
mod counts;
pub(crate) mod mser;
pub(crate) mod paired;
pub(crate) mod student;
mod trend;

pub(crate) use self::batches::ratio_of_many;
pub(crate) use self::counts::poisson;
pub(crate) use self::mser::mser5;
pub(crate) use self::paired::{holm, paired, ratio_interval, ratio_of_estimates, welch};
pub(crate) use self::student::{Estimate, Intervals, mean_interval};
pub(crate) use self::trend::trend;

/// A confidence interval, ends included, in the unit of what it is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Interval {
    /// The lower end.
    pub(crate) low: f64,
    /// The upper end, never below the lower.
    pub(crate) high: f64,
}

impl Interval {
    /// Half of its width, at least 0.
    pub(crate) fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }

    /// Whether a value lies in it, ends included; a NaN lies nowhere.
    pub(crate) fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// The interval of this half-width around a centre; none if an end is not finite.
    fn around(centre: f64, half_width: f64) -> Option<Self> {
        let interval = Self { low: centre - half_width, high: centre + half_width };
        (interval.low.is_finite() && interval.high.is_finite()).then_some(interval)
    }
}

/// Whether a probability is neither certain nor impossible (nor a NaN).
fn is_open_share(probability: f64) -> bool {
    probability > 0.0 && probability < 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_has_its_ends() {
        let interval = Interval { low: 1.0, high: 4.0 };
        assert_eq!(interval.half_width(), 1.5);
        assert!(interval.contains(1.0) && interval.contains(4.0));
        assert!(!interval.contains(4.1) && !interval.contains(f64::NAN));
        assert_eq!(Interval::around(f64::MAX, f64::MAX), None);
    }
}
