//! The load over time, as operational time: a clock that runs at the speed of the load. A process
//! of constant rate on that clock has, on the run's clock, the rate times the load. Called by the
//! arrival processes; knows nothing of what arrives.

use crate::domain::federation::{Load, Run};
use crate::domain::time::{Duration, Instant};

/// The load over the whole run: linear pieces, the last without an end.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LoadProfile {
    pieces: Vec<Piece>,
}

/// A stretch of time over which the load moves linearly.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Piece {
    from: Instant,
    /// Load at `from`.
    load: f64,
    /// Change of the load per second.
    slope: f64,
    /// Integral of the load over all earlier pieces, seconds.
    before: f64,
}

impl LoadProfile {
    /// The load of a run: `base` until measuring starts, then `base` times the stages' loads.
    pub(crate) fn new(load: &Load, run: &Run) -> Self {
        let mut profile = Self { pieces: Vec::with_capacity(load.stages.len() + 2) };
        profile.push(Instant::START, load.base, 0.0);
        let mut from = Instant::START + run.warm_up;
        let mut level = 1.0;
        for stage in &load.stages {
            if !stage.length.is_zero() {
                let start = if stage.ramp { level } else { stage.load };
                let slope = (stage.load - start) / stage.length.as_secs_f64();
                profile.push(from, load.base * start, load.base * slope);
            }
            from += stage.length;
            level = stage.load;
        }
        profile.push(from, load.base * level, 0.0);
        profile
    }

    /// Adds a piece; one that starts where the last one does replaces it.
    fn push(&mut self, from: Instant, load: f64, slope: f64) {
        let before = self.pieces.last().map_or(0.0, |last| last.elapsed(from));
        if self.pieces.last().is_some_and(|last| last.from == from) {
            self.pieces.pop();
        }
        self.pieces.push(Piece { from, load, slope, before });
    }

    /// The load at an instant, never negative.
    pub(crate) fn at(&self, instant: Instant) -> f64 {
        let piece = &self.pieces[self.pieces.partition_point(|p| p.from <= instant) - 1];
        (piece.load + piece.slope * piece.seconds(instant)).max(0.0)
    }

    /// The earliest instant at which that much operational time, in seconds, has passed. `None` if
    /// it never does: the load is zero for ever before.
    pub(crate) fn instant(&self, elapsed: f64) -> Option<Instant> {
        // The last piece that starts before: pieces of zero load have their end's value at their
        // start and are passed over.
        let next = self.pieces.partition_point(|p| p.before < elapsed);
        let Some(place) = next.checked_sub(1) else { return Some(Instant::START) };
        let piece = &self.pieces[place];
        let missing = elapsed - piece.before;
        let root = (piece.load * piece.load + 2.0 * piece.slope * missing).max(0.0).sqrt();
        let divisor = piece.load + root;
        // The stable form of the quadratic's root: no difference of near values, also for slope 0.
        let seconds = 2.0 * missing / divisor;
        match self.pieces.get(next) {
            Some(end) => Some((piece.from + Duration::from_secs_f64(seconds)).min(end.from)),
            None if divisor > 0.0 => Some(piece.from + Duration::from_secs_f64(seconds)),
            None => None,
        }
    }
}

impl Piece {
    fn seconds(&self, instant: Instant) -> f64 {
        instant.since(self.from).as_secs_f64()
    }

    fn elapsed(&self, instant: Instant) -> f64 {
        let seconds = self.seconds(instant);
        self.before + (self.load + self.slope * seconds / 2.0) * seconds
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::federation::LoadStage;
    use proptest::prelude::*;

    fn at(seconds: f64) -> Instant {
        Instant::START + Duration::from_secs_f64(seconds)
    }

    fn profile(warm_up: u64, base: f64, stages: &[(u64, f64, bool)]) -> LoadProfile {
        let stage = |&(length, load, ramp): &(u64, f64, bool)| LoadStage {
            length: Duration::from_secs(length),
            load,
            ramp,
        };
        let run = Run {
            seed: 1,
            warm_up: Duration::from_secs(warm_up),
            find_warm_up: false,
            overdue: Duration::ZERO,
            duration: Duration::from_secs(100),
            replications: 1,
        };
        LoadProfile::new(&Load { base, stages: stages.iter().map(stage).collect() }, &run)
    }

    /// Warm-up at 2, then 2, a ramp to 6, nothing, a ramp to 2, 2 for ever.
    fn varied() -> LoadProfile {
        profile(10, 2.0, &[(10, 1.0, false), (10, 3.0, true), (5, 0.0, false), (5, 1.0, true)])
    }

    #[test]
    fn load_follows_the_stages_from_the_start_of_measuring() {
        let load = varied();
        let table = [
            (0.0, 2.0),
            (15.0, 2.0),
            (20.0, 2.0),
            (25.0, 4.0),
            (29.999, 5.9996),
            (30.0, 0.0),
            (34.0, 0.0),
            (37.5, 1.0),
            (40.0, 2.0),
            (1e6, 2.0),
        ];
        for (seconds, expected) in table {
            assert!((load.at(at(seconds)) - expected).abs() < 1e-9, "at {seconds}");
        }
    }

    #[test]
    fn operational_time_is_the_area_under_the_load() {
        let load = varied();
        let table = [
            (0.0, 0.0),
            (10.0, 20.0),
            (20.0, 40.0),
            (25.0, 55.0),
            (30.0, 80.0),
            (34.0, 80.0),
            (35.0, 80.0),
            (37.5, 81.25),
            (40.0, 85.0),
            (140.0, 285.0),
        ];
        for (seconds, expected) in table {
            assert!((load.elapsed(at(seconds)) - expected).abs() < 1e-9, "at {seconds}");
        }
    }

    #[test]
    fn an_instant_is_the_earliest_with_its_operational_time() {
        let load = varied();
        // In the ramp 2 t + 0.2 t^2 = 20 at t = 10 / golden ratio.
        let golden = 20.0 + 5.0 * (5f64.sqrt() - 1.0);
        let table = [(0.0, 0.0), (20.0, 10.0), (60.0, golden), (80.0, 30.0), (81.25, 37.5)];
        for (elapsed, seconds) in table {
            assert_eq!(load.instant(elapsed), Some(at(seconds)), "after {elapsed}");
        }
    }

    #[test]
    fn a_ramp_without_a_stage_before_starts_from_the_load_of_warm_up() {
        let load = profile(10, 3.0, &[(10, 2.0, true)]);
        assert_eq!(load.at(at(10.0)), 3.0);
        assert_eq!(load.at(at(15.0)), 4.5);
        assert_eq!(load.at(at(20.0)), 6.0);
    }

    #[test]
    fn a_stage_without_length_only_sets_where_a_ramp_starts() {
        let load = profile(0, 1.0, &[(0, 4.0, false), (10, 0.0, true)]);
        assert_eq!(load.at(at(0.0)), 4.0);
        assert_eq!(load.elapsed(at(10.0)), 20.0);
    }

    #[test]
    fn after_a_ramp_to_zero_no_more_operational_time_passes() {
        let load = profile(0, 1.0, &[(10, 0.0, true)]);
        assert_eq!(load.elapsed(at(1e6)), 5.0);
        assert_eq!(load.instant(5.0), Some(at(10.0)));
        assert_eq!(load.instant(5.000_001), None);
    }

    #[test]
    fn at_zero_load_nothing_ever_comes() {
        let load = profile(10, 0.0, &[(10, 1.0, false)]);
        assert_eq!(load.elapsed(at(1e6)), 0.0);
        assert_eq!(load.instant(1e-9), None);
    }

    #[test]
    fn waiting_in_warm_up_for_load_is_passed_over() {
        let load = profile(0, 1.0, &[(10, 0.0, false), (10, 0.0, false), (10, 1.0, false)]);
        assert_eq!(load.instant(1.0), Some(at(21.0)));
    }

    proptest! {
        #[test]
        fn the_inverse_returns_to_the_same_operational_time(
            warm_up in 0u64..100,
            base in 0.01f64..50.0,
            stages in prop::collection::vec((0u64..500, 0u8..5, any::<bool>()), 0..6),
            share in 0.0f64..1.0,
        ) {
            let stages: Vec<_> =
                stages.iter().map(|&(l, load, ramp)| (l, f64::from(load), ramp)).collect();
            let load = profile(warm_up, base, &stages);
            let elapsed = share * load.elapsed(at(4000.0));
            let instant = load.instant(elapsed).expect("reached by 4000 s");
            // Half a nanosecond at the highest load, and rounding.
            let error = (load.elapsed(instant) - elapsed).abs();
            prop_assert!(error < 5.0 * base * 1e-9 + 1e-12 * elapsed, "{error}");
        }

        #[test]
        fn later_operational_time_is_never_an_earlier_instant(
            stages in prop::collection::vec((1u64..500, 0u8..5, any::<bool>()), 1..6),
            steps in prop::collection::vec(0.0f64..1.0, 2..20),
        ) {
            let stages: Vec<_> =
                stages.iter().map(|&(l, load, ramp)| (l, f64::from(load), ramp)).collect();
            let load = profile(10, 1.0, &stages);
            let total = load.elapsed(at(4000.0));
            let mut steps: Vec<_> = steps.iter().map(|share| share * total).collect();
            steps.sort_by(f64::total_cmp);
            let instants: Vec<_> = steps.iter().map(|&e| load.instant(e)).collect();
            prop_assert!(instants.is_sorted());
        }
    }

    impl LoadProfile {
        /// Operational time at an instant: the integral of the load from the start of the run, seconds.
        fn elapsed(&self, instant: Instant) -> f64 {
            self.pieces[self.pieces.partition_point(|p| p.from <= instant) - 1].elapsed(instant)
        }
    }
}
