//! The interval of a quantile from independent values, whatever their distribution. Called with one
//! value from each replication; it does not know how they came about.

use super::{Interval, is_open_share};

/// The interval that holds the `q` quantile (0..1, ends excluded) of the distribution of
/// independent `values` with at least this confidence. Its ends are two of the values: how many of
/// them lie below the quantile is binomial whatever the distribution is (David and Nagaraja, Order
/// Statistics, 7.1). Each side may err in half of the cases the confidence leaves; where the
/// outermost value on one side already errs more often, the other side has the rest. None if even
/// the smallest and the largest value do not reach the confidence (for the median at 95 %: fewer
/// than 6 values), if a value is not finite, or for a confidence outside 0..1.
pub fn quantile_interval(values: &[f64], q: f64, confidence: f64) -> Option<Interval> {
    let known = is_open_share(q) && is_open_share(confidence);
    if !known || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let (low, high) = ranks(values.len(), q, confidence)?;
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    Some(Interval { low: *sorted.get(low)?, high: *sorted.get(high)? })
}

/// Which of `n` sorted values, counted from 0, are the ends.
fn ranks(n: usize, q: f64, confidence: f64) -> Option<(usize, usize)> {
    // Against the rounding of such as 1 - 0.95.
    let miss = (1.0 - confidence) * (1.0 + 1e-12);
    // The smallest value is above the quantile, or the largest below it.
    let (first, last) = (probability(0, n, q), probability(n, n, q));
    if n < 2 || first + last > miss {
        return None;
    }
    let half = miss / 2.0;
    let below = if last > half { miss - last } else { half };
    let above = if first > half { miss - first } else { half };
    // The value of rank r is above the quantile if at most r values are below it.
    let low = outermost((0..n).map(|k| probability(k, n, q)), below);
    // And it is below the quantile if more than r values are.
    let high = n - 1 - outermost((0..n).map(|k| probability(n - k, n, q)), above);
    (low < high).then_some((low, high))
}

/// How many steps inwards the errors of one side, summed up, leave possible.
fn outermost(probabilities: impl Iterator<Item = f64>, allowed: f64) -> usize {
    let mut sum = 0.0;
    let within = probabilities.take_while(|probability| {
        sum += probability;
        sum <= allowed
    });
    within.count().saturating_sub(1)
}

/// The binomial probability that `k` of `n` values lie below the quantile.
fn probability(k: usize, n: usize, q: f64) -> f64 {
    let (below, above, all) = (k as f64, (n - k) as f64, n as f64);
    let ways = libm::lgamma(all + 1.0) - libm::lgamma(below + 1.0) - libm::lgamma(above + 1.0);
    libm::exp(ways + below * libm::log(q) + above * libm::log1p(-q))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::random::StreamSeed;
    use proptest::prelude::*;

    #[test]
    fn ranks_of_the_median_are_those_of_the_tables() {
        // As a table of the binomial distribution gives them, 2.5 % to a side; ranks from 1.
        for (n, low, high) in
            [(6, 1, 6), (8, 1, 8), (9, 2, 8), (10, 2, 9), (15, 4, 12), (20, 6, 15)]
        {
            assert_eq!(ranks(n, 0.5, 0.95), Some((low - 1, high - 1)), "of {n}");
        }
    }

    #[test]
    fn too_few_values_have_no_interval() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        assert_eq!(quantile_interval(&values[..5], 0.5, 0.95), None);
        assert!(quantile_interval(&values[..6], 0.5, 0.95).is_some());
        // 0.95^58 is more than 0.05, 0.95^59 is less (Wilks 1941).
        assert_eq!(quantile_interval(&values[..58], 0.95, 0.95), None);
        assert!(quantile_interval(&values[..59], 0.95, 0.95).is_some());
        assert_eq!(quantile_interval(&[1.0, f64::NAN, 2.0], 0.5, 0.5), None);
        assert_eq!(quantile_interval(&[], 0.5, 0.5), None);
        assert_eq!(quantile_interval(&values, 1.0, 0.95), None);
    }

    #[test]
    fn values_need_not_be_sorted() {
        let interval = quantile_interval(&[6.0, 1.0, 4.0, 2.0, 5.0, 3.0], 0.5, 0.95);
        assert_eq!(interval, Some(Interval { low: 1.0, high: 6.0 }));
    }

    #[test]
    fn intervals_cover_the_quantile_of_any_distribution() {
        let seed = StreamSeed::new(1, "stats", "order");
        for (q, n) in [(0.5, 25), (0.9, 60), (0.95, 100)] {
            let truth = -libm::log(1.0 - q);
            let covers = |trial: &u64| {
                let mut stream = seed.nth(*trial);
                let values: Vec<f64> = (0..n).map(|_| stream.exponential(1.0)).collect();
                quantile_interval(&values, q, 0.95).is_some_and(|ends| ends.contains(truth))
            };
            let covered = (0..1_000).filter(covers).count();
            assert!(covered >= 935, "{q}: {covered} of 1000");
        }
    }

    proptest! {
        #[test]
        fn no_input_panics_and_ends_are_in_order(
            values in prop::collection::vec(prop::num::f64::ANY, 0..80),
            q in prop::num::f64::ANY, unit in 0.0..1.0_f64, confidence in 0.0..1.0_f64,
        ) {
            let _ = quantile_interval(&values, q, q);
            if let Some(ends) = quantile_interval(&values, unit, confidence) {
                prop_assert!(ends.low <= ends.high);
            }
            for n in 0..values.len() {
                if let Some((low, high)) = ranks(n, unit, confidence) {
                    let held: f64 = (low + 1..=high).map(|k| probability(k, n, unit)).sum();
                    prop_assert!(held >= confidence - 1e-9, "{} of {}", held, confidence);
                }
            }
        }
    }
}
