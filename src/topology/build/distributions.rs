//! Distributions of a completed tree. Part of building a federation.

use std::sync::Arc;

use super::super::node::Node;
use super::super::words::{self, Amount, Delay};
use super::Builder;
use crate::domain::distribution::{CountDistribution, DurationDistribution, Zipf};
use crate::domain::time::Duration;

impl Builder<'_> {
    pub(super) fn delay(&mut self, parent: &Node, key: &str) -> DurationDistribution {
        self.delay_of(parent.part(key))
    }

    pub(super) fn delay_of(&mut self, node: &Node) -> DurationDistribution {
        use DurationDistribution as D;
        let Some((kind, inner)) = node.kind(&words::DELAYS) else {
            return D::Constant(node.meant());
        };
        match kind {
            Delay::Exponential => D::Exponential(inner.meant()),
            Delay::Uniform => {
                let (min, max) = (inner.read("min"), inner.read("max"));
                if min > max && !inner.is_refused() {
                    self.wrong(inner.place, "`min` is above `max`", "");
                }
                D::Uniform { min, max: max.max(min) }
            }
            Delay::Lognormal => {
                if inner.is_refused() {
                    return D::Constant(Duration::ZERO);
                }
                let (median, p99): (Duration, Duration) = (inner.read("median"), inner.read("p99"));
                if median.is_zero() || p99 <= median {
                    self.wrong(inner.place, "`median` is above zero, `p99` above it", "");
                }
                D::Lognormal { median, p99: p99.max(median + Duration(1)) }
            }
            Delay::Erlang => {
                D::Erlang { k: inner.read::<u32>("k").max(1), mean: inner.read("mean") }
            }
            Delay::Shifted => {
                let plus = Box::new(self.delay(inner, "plus"));
                D::Shifted { by: inner.read("by"), plus }
            }
            Delay::Empirical => match self.files.durations(inner, self.problems) {
                Some(table) => D::Empirical(table),
                None => D::Constant(Duration::ZERO),
            },
        }
    }

    pub(super) fn counts(&mut self, parent: &Node, key: &str) -> CountDistribution {
        use CountDistribution as C;
        let node = parent.part(key);
        let Some((kind, inner)) = node.kind(&words::COUNTS) else {
            return C::Constant(node.meant());
        };
        match kind {
            Amount::Poisson => C::Poisson(self.mean(inner)),
            Amount::Geometric => C::Geometric(self.mean(inner)),
            Amount::Zipf => {
                let max = inner.read::<u32>("max").clamp(1, 1_000_000);
                C::Zipf(Arc::new(Zipf::new(max, inner.read("exponent"))))
            }
            Amount::Lognormal => {
                let (median, p99) = (inner.read("median"), inner.read("p99"));
                if median <= 0.0 || p99 <= median {
                    if !inner.is_refused() {
                        self.wrong(inner.place, "`median` is above zero, `p99` above it", "");
                    }
                    return C::Constant(0);
                }
                C::Lognormal { median, p99 }
            }
            Amount::Empirical => match self.files.counts(inner, self.problems) {
                Some(table) => C::Empirical(table),
                None => C::Constant(0),
            },
        }
    }

    /// The mean of a distribution of counts.
    fn mean(&mut self, node: &Node) -> f64 {
        let mean = node.meant();
        if mean > 1e6 {
            self.wrong(node.place, "a mean is at most a million", "");
        }
        f64::min(mean, 1e6)
    }
}
