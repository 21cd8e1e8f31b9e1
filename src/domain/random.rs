//! Random streams. A draw belongs to an entity and a purpose: stream = f(run seed, entity name,
//! purpose, counter), so adding an operator or a measurement changes no other stream. The
//! generator is named (xoshiro256++), its values are stable by promise; no other may feed results.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

/// A stream of random draws.
#[derive(Clone, Debug)]
pub struct Stream(Xoshiro256PlusPlus);

/// The seed of all streams of one entity and purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamSeed(u64);

impl StreamSeed {
    /// The seed for `purpose` of the entity called `entity`.
    pub fn new(run_seed: u64, entity: &str, purpose: &str) -> Self {
        let seed = mix(run_seed ^ 0x9e37_79b9_7f4a_7c15);
        Self(mix(seed ^ hash(entity)).wrapping_add(mix(hash(purpose) ^ seed)))
    }

    /// The one stream of this entity and purpose.
    pub fn stream(self) -> Stream {
        Stream(Xoshiro256PlusPlus::seed_from_u64(self.0))
    }

    /// The stream of the `counter`th occasion, independent of the order of occasions.
    pub(crate) fn nth(self, counter: u64) -> Stream {
        Stream(Xoshiro256PlusPlus::seed_from_u64(mix(self.0 ^ mix(counter))))
    }

    /// 64 bits that belong to the `counter`th occasion.
    pub(crate) fn bits(self, counter: u64) -> u64 {
        mix(self.0 ^ mix(counter))
    }

    /// One draw from 0..1 for the `counter`th occasion; cheaper than a stream.
    pub(crate) fn unit(self, counter: u64) -> f64 {
        unit(mix(self.0 ^ mix(counter)))
    }
}

impl Stream {
    /// 64 uniform bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform in 0 <= x < 1, in steps of 2^-53.
    pub(crate) fn unit(&mut self) -> f64 {
        unit(self.bits())
    }

    /// Uniform in 0 < x <= 1: safe for logarithms.
    pub(crate) fn unit_above_zero(&mut self) -> f64 {
        1.0 - self.unit()
    }

    /// Uniform in 0..bound; `bound` above zero. Multiply-shift: the bias is below bound / 2^64.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }

    /// True with the given probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Exponential with the given mean.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(self.unit_above_zero())
    }

    /// Standard normal (Box and Muller, one of the pair).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(self.unit_above_zero())).sqrt();
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }
}

fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// FNV-1a, 64 bits.
fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |h, byte| (h ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The finaliser of SplitMix64: a bijection that spreads every bit.
pub(crate) fn mix(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_seed_entity_purpose_and_counter_only() {
        let draw = |seed, entity, purpose| StreamSeed::new(seed, entity, purpose).stream().bits();
        assert_eq!(draw(1, "a", "x"), draw(1, "a", "x"));
        let all = [draw(1, "a", "x"), draw(2, "a", "x"), draw(1, "b", "x"), draw(1, "a", "y")];
        for (i, x) in all.iter().enumerate() {
            assert!(!all[..i].contains(x));
        }
        let seed = StreamSeed::new(1, "a", "x");
        assert_ne!(seed.nth(1).bits(), seed.nth(2).bits());
    }

    #[test]
    fn values_are_the_same_on_every_machine_and_release() {
        let mut stream = StreamSeed::new(42, "imsp-a", "arrivals").stream();
        assert_eq!([stream.bits(), stream.bits()], GOLDEN);
    }

    /// Printed once by this code; a change of it is a change of every result.
    const GOLDEN: [u64; 2] = [11_964_158_693_354_323_599, 8_380_966_148_506_705_561];
}
