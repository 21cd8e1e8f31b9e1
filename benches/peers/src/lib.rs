//! What the programs of both tools share, so that they do the same work per event: the draws, and
//! the parameters of PHOLD.

use interwork::domain::random::mix;
use serde::{Deserialize, Serialize};

/// Events of PHOLD in flight per process.
pub const POPULATION: usize = 16;
/// The shortest time between an event and the one it causes, in seconds.
pub const LOOKAHEAD: f64 = 0.1;

/// A random stream of eight bytes, small enough to have one per process (SplitMix64).
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Draws(u64);

impl Draws {
    /// The `counter`th stream.
    pub fn new(counter: u64) -> Self {
        Self(mix(counter))
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// Exponential with the given mean.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        let unit = (self.bits() >> 11) as f64 / (1u64 << 53) as f64;
        -mean * (1.0 - unit).ln()
    }

    /// Uniform in 0..bound.
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.bits()) * bound as u128) >> 64) as usize
    }

    /// Seconds from an event of PHOLD to the one it causes.
    pub fn increment(&mut self) -> f64 {
        LOOKAHEAD + self.exponential(1.0)
    }
}

/// The `index`th argument as a number, or what holds without it.
pub fn argument(index: usize, otherwise: u64) -> u64 {
    match std::env::args().nth(index) {
        Some(text) => text.parse().expect("a number"),
        None => otherwise,
    }
}
