//! The interval of a share, such as the messages in time out of all. Called where something was
//! counted as hit or miss in independent trials; it does not know what.

use super::Interval;
use super::student::normal_critical;

/// Wilson's score interval of the share of `hits` among independent `trials`, within 0..=1: unlike
/// the mean with its standard errors it does not shrink to nothing where all or none are hits. None
/// without trials, for more hits than trials, or for a confidence outside 0..1.
pub fn wilson(hits: u64, trials: u64, confidence: f64) -> Option<Interval> {
    let z = normal_critical(confidence);
    if trials == 0 || hits > trials || !z.is_finite() {
        return None;
    }
    let (n, share) = (trials as f64, hits as f64 / trials as f64);
    let by_trials = z * z / n;
    let centre = (share + by_trials / 2.0) / (1.0 + by_trials);
    let spread = (share * (1.0 - share) + by_trials / 4.0) / n;
    let half_width = z * spread.sqrt() / (1.0 + by_trials);
    // The outer ends are exact; rounding would miss them.
    Some(Interval {
        low: if hits == 0 { 0.0 } else { (centre - half_width).max(0.0) },
        high: if hits == trials { 1.0 } else { (centre + half_width).min(1.0) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shares_have_the_published_intervals() {
        // Newcombe 1998, Statistics in Medicine 17, table I, method 3; and 8 of 10.
        for (hits, trials, low, high) in [
            (8, 10, 0.4902, 0.9433),
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let interval = wilson(hits, trials, 0.95).expect("an answer");
            assert!((interval.low - low).abs() < 6e-5, "{hits} of {trials}: {interval:?}");
            assert!((interval.high - high).abs() < 6e-5, "{hits} of {trials}: {interval:?}");
        }
    }

    #[test]
    fn all_and_none_reach_the_ends() {
        assert_eq!(wilson(0, 7, 0.9).map(|interval| interval.low), Some(0.0));
        assert_eq!(wilson(7, 7, 0.9).map(|interval| interval.high), Some(1.0));
    }

    #[test]
    fn nothing_tried_is_nothing_known() {
        assert_eq!(wilson(0, 0, 0.95), None);
        assert_eq!(wilson(2, 1, 0.95), None);
        assert_eq!(wilson(1, 2, 1.0), None);
    }

    proptest! {
        #[test]
        fn the_share_seen_is_always_inside(
            hits in any::<u64>(), trials in 1..u64::MAX, confidence in 1e-9..0.999_999_f64,
        ) {
            let hits = hits % (trials + 1);
            let interval = wilson(hits, trials, confidence).expect("an answer");
            prop_assert!(interval.low >= 0.0 && interval.high <= 1.0);
            let (share, rounding) = (hits as f64 / trials as f64, 1e-15);
            prop_assert!(interval.low <= share + rounding && share <= interval.high + rounding);
        }
    }
}
