//! A distribution while it grows: counts by value for percentiles, exact sums beside them.

use super::counts::Counts;
use super::results::Distribution;

/// Samples beyond a percentile, at the least, for it to be given.
const BEYOND: f64 = 10.0;

/// A growing distribution. Samples are thousandths of the histogram's unit: nanoseconds with
/// percentiles to the microsecond, or thousandths of a count.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    counts: Counts,
    sum: u128,
    squares: u128,
    min: u64,
    max: u64,
}

impl Default for Recorded {
    fn default() -> Self {
        Self { counts: Counts::default(), sum: 0, squares: 0, min: u64::MAX, max: 0 }
    }
}

impl Recorded {
    /// Adds a sample, in thousandths.
    pub(crate) fn record(&mut self, value: u64) {
        self.counts.add(value.saturating_add(500) / 1000);
        self.sum += u128::from(value);
        self.squares += u128::from(value) * u128::from(value);
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    /// What it is made of besides counts: sum, sum of squares, smallest and largest sample.
    pub(super) fn sums(&self) -> (u128, u128, u64, u64) {
        (self.sum, self.squares, self.min, self.max)
    }

    /// The same distribution again; `None` if the parts contradict each other.
    pub(super) fn of_parts(counts: Counts, sums: (u128, u128, u64, u64)) -> Option<Self> {
        let (sum, squares, min, max) = sums;
        let samples = u128::from(counts.total());
        let bounds = u128::from(min)..=u128::from(max);
        let fits = match samples {
            0 => sums == Self::default().sums(),
            _ => bounds.contains(&(sum / samples)) && squares >= sum,
        };
        // All samples are 0, or above 1 and then less than their squares.
        fits.then_some(Self { counts, sum, squares, min, max })
    }

    /// Adds all samples of another distribution.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.counts.merge(&other.counts);
        self.sum = self.sum.saturating_add(other.sum);
        self.squares = self.squares.saturating_add(other.squares);
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// How many samples there are, of all values.
    pub(crate) fn count(&self) -> u64 {
        self.counts.total()
    }

    /// Sum of all samples, in thousandths.
    pub(crate) fn sum(&self) -> u128 {
        self.sum
    }

    /// The samples by value, in whole units.
    pub(crate) fn counts(&self) -> &Counts {
        &self.counts
    }

    /// A percentile in the histogram's unit; `None` if fewer than ten samples lie beyond it.
    pub(crate) fn percentile(&self, share: f64) -> Option<f64> {
        // Rounding must not take away a sample: 1000 samples do have ten beyond the 99th.
        let beyond = self.count() as f64 * (1.0 - share);
        (beyond > BEYOND - 1e-6).then(|| self.counts.quantile(share) as f64)
    }

    /// The same in thousandths, within the smallest and the largest sample: a bucket of the histogram
    /// may reach beyond the samples in it.
    pub(super) fn shown_percentile(&self, share: f64) -> Option<f64> {
        self.percentile(share).map(|_| self.value_at(share))
    }

    /// The value below which a share of the samples lies, in thousandths, however few lie beyond.
    pub(super) fn value_at(&self, share: f64) -> f64 {
        (self.counts.quantile(share) as f64 * 1e3).clamp(self.min as f64, self.max as f64)
    }

    /// Adds so many samples of one value, in thousandths.
    pub(super) fn record_times(&mut self, value: u64, times: u32) {
        (0..times).for_each(|_| self.record(value));
    }

    /// The figures, with `unit` thousandths of a sample's unit to one of the result's: 1e9 for
    /// seconds from nanoseconds, 1e3 for counts.
    pub(crate) fn distribution(&self, unit: f64) -> Distribution {
        if self.count() == 0 {
            return Distribution::default();
        }
        let count = self.count() as f64;
        let mean = self.sum as f64 / count;
        // n * squares - sum^2 in integers, so that nothing cancels.
        let spread = (u128::from(self.count()).checked_mul(self.squares))
            .zip(self.sum.checked_mul(self.sum))
            .map_or_else(
                || (self.squares as f64 / count - mean * mean).max(0.0),
                |(a, b)| a.saturating_sub(b) as f64 / (count * count),
            );
        let (min, max) = (self.min as f64 / unit, self.max as f64 / unit);
        let percentile = |share| self.shown_percentile(share).map(|value| value / unit);
        Distribution {
            count: self.count(),
            mean: mean / unit,
            stddev: spread.sqrt() / unit,
            min,
            p50: percentile(0.5),
            p90: percentile(0.9),
            p95: percentile(0.95),
            p99: percentile(0.99),
            p999: percentile(0.999),
            max,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_deviation_are_exact_and_percentiles_nearly_so() {
        let mut recorded = Recorded::default();
        for n in 1..=10_000u64 {
            recorded.record(n * 1_000_000);
        }
        let seen = recorded.distribution(1e9);
        assert_eq!((seen.count, seen.min, seen.max), (10_000, 0.001, 10.0));
        assert_eq!(seen.mean, 5.0005);
        assert!((seen.stddev - 2.886_751_331_5).abs() < 1e-9, "{}", seen.stddev);
        for (percentile, expected) in [(seen.p50, 5.0), (seen.p90, 9.0), (seen.p99, 9.9)] {
            assert!((percentile.unwrap_or(0.0) / expected - 1.0).abs() < 2e-3);
        }
    }

    #[test]
    fn a_percentile_needs_ten_samples_beyond_it() {
        let mut recorded = Recorded::default();
        for n in 0..999 {
            recorded.record(n);
        }
        assert_eq!((recorded.percentile(0.99), recorded.percentile(0.9).is_some()), (None, true));
        recorded.record(1);
        assert!(recorded.percentile(0.99).is_some());
    }

    #[test]
    fn merging_is_recording_everything_in_one() {
        let (mut all, mut a, mut b) = Default::default();
        let record = |to: &mut Recorded, n: u64| to.record(n * n * 777);
        for n in 0..5_000 {
            record(&mut all, n);
            record(if n % 3 == 0 { &mut a } else { &mut b }, n);
        }
        a.merge(&b);
        assert_eq!(a.distribution(1e9), all.distribution(1e9));
    }
}
