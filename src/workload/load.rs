//! The load over time, as operational time: a clock that runs at the speed of the load. A process
//! of constant rate on that clock has, on the run's clock, the rate times the load. Called by the
//! arrival processes; knows nothing of what arrives.

use crate::domain::federation::{Load, Run};
use crate::domain::time::{Duration, Instant};

/// The load over the whole run: linear pieces, the last without an end.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadProfile {
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
    pub fn new(load: &Load, run: &Run) -> Self {
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
    pub fn at(&self, instant: Instant) -> f64 {
        let piece = &self.pieces[self.pieces.partition_point(|p| p.from <= instant) - 1];
        (piece.load + piece.slope * piece.seconds(instant)).max(0.0)
    }

    /// Operational time at an instant: the integral of the load from the start of the run, seconds.
    pub fn elapsed(&self, instant: Instant) -> f64 {
        self.pieces[self.pieces.partition_point(|p| p.from <= instant) - 1].elapsed(instant)
    }

    /// The earliest instant at which that much operational time, in seconds, has passed. `None` if
    /// it never does: the load is zero for ever before.
    pub fn instant(&self, elapsed: f64) -> Option<Instant> {
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
