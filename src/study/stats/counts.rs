//! Intervals of small counts. The mean of a few, or of none, scatters in no way that Student's t
//! describes: it gives 0 to 0 of what did not happen, and ends below nothing of what hardly did.

use libm::{exp, log};

use super::{Interval, is_open_share};

/// The largest count that has one: beyond it the normal law is near enough, and chances vanish.
const MOST: u64 = 200;

/// The exact interval of the expected value of a count (Garwood 1936), as if each of what is counted
/// came by itself: of what comes in bursts it is one of bursts. Coverage is at least `confidence`.
pub(crate) fn poisson(count: u64, confidence: f64) -> Option<Interval> {
    if count > MOST || !is_open_share(confidence) {
        return None;
    }
    let tail = (1.0 - confidence) / 2.0;
    let low = match count {
        // Most counts: none at all is as rare as the tail.
        0 => return Some(Interval { low: 0.0, high: -log(tail) }),
        // The mean by which so many or more would be as rare as the tail.
        n => solve(n, |mean| 1.0 - at_most(n - 1, mean) < tail),
    };
    // The mean by which so few or fewer would be.
    Some(Interval { low, high: solve(count, |mean| at_most(count, mean) > tail) })
}

/// The largest mean of which something holds that holds of all smaller ones.
fn solve(count: u64, holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 10.0 + 2.0 * count as f64);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if holds(middle) { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

/// The chance of at most so many.
fn at_most(count: u64, mean: f64) -> f64 {
    let none = exp(-mean);
    let next = |chance: &mut f64, n: u64| {
        *chance *= mean / n as f64;
        Some(*chance)
    };
    none + (1..=count).scan(none, next).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ContinuousCDF, Gamma};

    #[test]
    fn of_what_did_not_happen_three_could_have() {
        let none = poisson(0, 0.95).expect("an interval");
        assert_eq!(none.low, 0.0);
        assert!((none.high - 3.688_879).abs() < 1e-6, "{none:?}");
        assert_eq!(poisson(MOST + 1, 0.95), None);
        assert_eq!(poisson(3, 1.0), None);
    }

    #[test]
    fn the_ends_are_those_of_an_independent_library() {
        for count in [1, 2, 5, 30, 100, 200] {
            let interval = poisson(count, 0.95).expect("an interval");
            let quantile = |shape: f64, p| Gamma::new(shape, 1.0).expect("one").inverse_cdf(p);
            let n = count as f64;
            let expected = [quantile(n, 0.025), quantile(n + 1.0, 0.975)];
            for (end, expected) in [interval.low, interval.high].into_iter().zip(expected) {
                assert!((end / expected - 1.0).abs() < 1e-6, "{count}: {end}, {expected}");
            }
        }
    }
}
