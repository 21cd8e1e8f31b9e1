//! Where the start-up of a run ends, by MSER-5. Called with a series of equally spaced observations
//! to set, or to doubt, a warm-up; it does not know what they are of.

/// Observations in a batch: the five of the name.
const BATCH: usize = 5;

/// With fewer batches, half of them are too few to compare.
const FEWEST: usize = 10;

/// How much of the start of a series to leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Observations to leave out, a multiple of five and at most half of all.
    pub(crate) observations: usize,
    /// Whether the rest looks steady. False if the best cut lies at the half of the series, where
    /// the search ends: it has probably not settled, and a longer run is needed. False as well if
    /// the series is too short to tell (fewer than 50 observations), or not finite.
    pub(crate) settled: bool,
}

/// The cut that leaves the smallest marginal standard error: with d of k means of five observations
/// left out, their squared deviations over (k - d)^2. Leaving out more of the start-up lowers the
/// deviations, leaving out more than that only the number (White, Cobb and Spratt, A comparison of
/// five steady-state truncation heuristics for simulation, Winter Simulation Conference 2000). Only
/// the first half is searched: near the end, a few values that happen to agree would win. Of equal
/// cuts the shortest; observations after the last full five take no part.
pub(crate) fn mser5(series: &[f64]) -> Cut {
    let means: Vec<f64> = series.chunks_exact(BATCH).map(mean).collect();
    let limit = means.len() / 2;
    let (mut least, mut cut) = (f64::INFINITY, limit);
    // From the end, so that each mean is added once.
    let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
    for (at, value) in means.iter().enumerate().rev() {
        let from_mean = value - mean;
        count += 1.0;
        mean += from_mean / count;
        squares += from_mean * (value - mean);
        let error = squares / (count * count);
        if at <= limit && error <= least {
            (least, cut) = (error, at);
        }
    }
    if means.len() < FEWEST || !squares.is_finite() {
        return Cut { observations: 0, settled: false };
    }
    Cut { observations: cut * BATCH, settled: cut < limit }
}

/// The mean of a batch, from its first value on, so that equal values have no spread by rounding.
fn mean(batch: &[f64]) -> f64 {
    let first = batch.first().copied().unwrap_or(0.0);
    first + batch.iter().map(|value| value - first).sum::<f64>() / batch.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::random::StreamSeed;
    use proptest::prelude::*;

    /// Cuts of a hundred series of 2000 observations: noise of variance 1 on what the index gives.
    fn cuts(purpose: &str, level: impl Fn(f64) -> f64) -> Vec<Cut> {
        let seed = StreamSeed::new(1, "stats", purpose);
        let series = |trial| {
            let mut stream = seed.nth(trial);
            (0..2_000).map(|at| level(f64::from(at)) + stream.normal()).collect::<Vec<f64>>()
        };
        (0..100).map(|trial| mser5(&series(trial))).collect()
    }

    #[test]
    fn a_start_up_that_fades_is_cut_where_noise_hides_it() {
        for cut in cuts("decay", |at| 10.0 * libm::exp(-at / 50.0)) {
            // From 1.4 standard deviations of an observation to a 300th of one.
            assert!(cut.settled && (100..=400).contains(&cut.observations), "{cut:?}");
        }
    }

    #[test]
    fn steady_noise_is_mostly_left_whole() {
        let all = cuts("steady", |_| 3.0);
        let whole = all.iter().filter(|cut| cut.observations == 0).count();
        let short = all.iter().filter(|cut| cut.observations <= 100).count();
        assert!(whole > 50, "{whole} of 100");
        assert!(short > 85, "{short} of 100");
        assert!(all.iter().filter(|cut| cut.settled).count() > 95);
    }

    #[test]
    fn a_series_that_grows_to_its_end_has_not_settled() {
        for cut in cuts("growth", |at| at / 50.0) {
            assert_eq!(cut, Cut { observations: 1_000, settled: false });
        }
    }

    #[test]
    fn a_step_is_cut_where_it_is() {
        let series: Vec<f64> = (0..200).map(|at| if at < 42 { 9.0 } else { 0.1 }).collect();
        assert_eq!(mser5(&series), Cut { observations: 45, settled: true });
    }

    #[test]
    fn a_series_that_never_changes_is_left_whole() {
        assert_eq!(mser5(&[0.1; 103]), Cut { observations: 0, settled: true });
    }

    #[test]
    fn a_short_or_broken_series_is_left_whole_and_not_trusted() {
        let unknown = Cut { observations: 0, settled: false };
        for series in [&[][..], &[1.0; 3], &[1.0; 49], &[f64::NAN; 100], &[f64::INFINITY; 100]] {
            assert_eq!(mser5(series), unknown);
        }
    }

    proptest! {
        #[test]
        fn a_cut_is_within_the_first_half(
            series in prop::collection::vec(prop::num::f64::ANY, 0..120), scale in 1..200u32,
        ) {
            let tame: Vec<f64> = series.iter().map(|x| f64::from(scale) * libm::tanh(*x)).collect();
            for series in [series, tame] {
                prop_assert!(mser5(&series).observations <= series.len() / 2);
            }
        }
    }
}
