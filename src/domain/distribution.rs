//! Distributions of durations and counts, as a topology writes them. Sampling uses `libm` only, so
//! that every platform draws the same values.

use std::sync::Arc;

use super::random::Stream;
use super::time::Duration;

/// A distribution of durations.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum DurationDistribution {
    /// Always the same.
    Constant(Duration),
    /// Exponential, by its mean.
    Exponential(Duration),
    /// Uniform between two bounds, `min` <= `max`.
    Uniform {
        /// Smallest draw, included.
        min: Duration,
        /// Largest draw, included.
        max: Duration,
    },
    /// Log-normal, by its median and 99th percentile; `p99` above `median`.
    Lognormal {
        /// Half of the draws are shorter.
        median: Duration,
        /// 99 of 100 draws are shorter.
        p99: Duration,
    },
    /// Sum of `k` exponentials, by the mean of the sum.
    Erlang {
        /// How many, at least 1.
        k: u32,
        /// Mean of the sum.
        mean: Duration,
    },
    /// Another distribution, later by a constant.
    Shifted {
        /// Added to every draw.
        by: Duration,
        /// What is drawn and then moved.
        plus: Box<DurationDistribution>,
    },
    /// Values with weights, from a file.
    Empirical(Arc<Empirical>),
}

/// A distribution of counts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CountDistribution {
    /// Always the same.
    Constant(u32),
    /// Poisson, by its mean.
    Poisson(f64),
    /// Geometric on 0, 1, 2 …, by its mean.
    Geometric(f64),
    /// Zipf on 1..=max.
    Zipf(Arc<Zipf>),
    /// Log-normal, rounded to the nearest count.
    Lognormal {
        /// Half of the draws are smaller.
        median: f64,
        /// 99th percentile, above `median`.
        p99: f64,
    },
    /// Values with weights, from a file.
    Empirical(Arc<Empirical>),
}

/// Values with weights: nanoseconds for durations, plain numbers for counts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Empirical {
    /// The file's name, as the topology has it.
    pub(crate) file: String,
    values: Vec<u64>,
    /// Cumulative weights, the last is the total.
    cumulative: Vec<f64>,
    /// Cumulative products of value and weight.
    lengths: Vec<f64>,
}

/// Zipf weights 1/k^exponent for k in 1..=max.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Zipf {
    /// Largest value, at least 1; the smallest is 1.
    pub(crate) max: u32,
    /// How steeply weights fall with the count; 0 makes all alike.
    pub(crate) exponent: f64,
    /// Entry k - 1 is the weight of the counts up to k; the last is the total.
    cumulative: Vec<f64>,
}

/// The 99th percentile of the standard normal distribution.
const Z99: f64 = 2.326_347_874_040_841;

impl DurationDistribution {
    /// Draws one duration; how much of the stream it takes depends on the kind.
    pub(crate) fn sample(&self, stream: &mut Stream) -> Duration {
        match self {
            Self::Constant(value) => *value,
            Self::Exponential(mean) => from_ns(stream.exponential(mean.0 as f64)),
            Self::Uniform { min, max } => {
                Duration(min.0 + stream.below((max.0 - min.0).saturating_add(1)))
            }
            Self::Lognormal { median, p99 } => {
                from_ns(lognormal(median.0 as f64, p99.0 as f64, stream))
            }
            Self::Erlang { k, mean } => {
                let step = mean.0 as f64 / f64::from(*k);
                from_ns((0..*k).map(|_| stream.exponential(step)).sum())
            }
            Self::Shifted { by, plus } => *by + plus.sample(stream),
            Self::Empirical(table) => Duration(table.sample(stream)),
        }
    }

    /// The smallest possible draw.
    pub(crate) fn min(&self) -> Duration {
        match self {
            Self::Constant(value) => *value,
            Self::Uniform { min, .. } => *min,
            Self::Exponential(_) | Self::Lognormal { .. } | Self::Erlang { .. } => Duration::ZERO,
            Self::Shifted { by, plus } => *by + plus.min(),
            Self::Empirical(table) => Duration(table.values.iter().copied().min().unwrap_or(0)),
        }
    }

    /// Expected length of a draw, to the nanosecond.
    pub(crate) fn mean(&self) -> Duration {
        match self {
            Self::Constant(value) => *value,
            Self::Exponential(mean) | Self::Erlang { mean, .. } => *mean,
            Self::Uniform { min, max } => Duration(min.0 + (max.0 - min.0) / 2),
            Self::Lognormal { median, p99 } => {
                from_ns(lognormal_mean(median.0 as f64, p99.0 as f64))
            }
            Self::Shifted { by, plus } => *by + plus.mean(),
            Self::Empirical(table) => from_ns(table.mean()),
        }
    }

    /// What is left, at a random moment, of a period of this distribution: the equilibrium
    /// residual of renewal theory, with which a process of such periods starts stationary. A
    /// uniform share of a period drawn in proportion to its length.
    pub(crate) fn residual(&self, stream: &mut Stream) -> Duration {
        if let Self::Exponential(_) = self {
            return self.sample(stream);
        }
        let period = self.length_biased(stream).0 as f64;
        Duration((period * stream.unit()) as u64)
    }

    /// One draw of the distribution whose density is in proportion to length times density; exact
    /// for every kind.
    fn length_biased(&self, stream: &mut Stream) -> Duration {
        match self {
            Self::Constant(value) => *value,
            // An exponential so biased is the sum of two, a sum of k one of k + 1.
            Self::Exponential(mean) => Self::Erlang { k: 2, mean: *mean * 2 }.sample(stream),
            Self::Erlang { k, mean } => {
                let step = mean.0 as f64 / f64::from(*k);
                from_ns((0..=*k).map(|_| stream.exponential(step)).sum())
            }
            Self::Uniform { min, max } => {
                let (min, max) = (min.0 as f64, max.0 as f64);
                from_ns((min * min + stream.unit() * (max * max - min * min)).sqrt())
            }
            // The logarithm's mean moves up by its variance, which stays.
            Self::Lognormal { median, p99 } => {
                let sigma = libm::log(p99.0 as f64 / median.0 as f64) / Z99;
                let factor = libm::exp(sigma * sigma);
                from_ns(factor * lognormal(median.0 as f64, p99.0 as f64, stream))
            }
            // Either the constant part or the other holds the moment, in proportion to its mean.
            Self::Shifted { by, plus } => {
                let mean = plus.mean().0 as f64;
                let in_plus = stream.unit() * (by.0 as f64 + mean) < mean;
                *by + if in_plus { plus.length_biased(stream) } else { plus.sample(stream) }
            }
            Self::Empirical(table) => Duration(table.sample_length_biased(stream)),
        }
    }

    /// The same with every draw so many times as long.
    pub(crate) fn scaled(&self, factor: f64) -> Self {
        let times = |time: Duration| from_ns(time.0 as f64 * factor);
        match self {
            Self::Constant(value) => Self::Constant(times(*value)),
            Self::Exponential(mean) => Self::Exponential(times(*mean)),
            Self::Uniform { min, max } => Self::Uniform { min: times(*min), max: times(*max) },
            Self::Lognormal { median, p99 } => {
                Self::Lognormal { median: times(*median), p99: times(*p99) }
            }
            Self::Erlang { k, mean } => Self::Erlang { k: *k, mean: times(*mean) },
            Self::Shifted { by, plus } => {
                Self::Shifted { by: times(*by), plus: Box::new(plus.scaled(factor)) }
            }
            Self::Empirical(table) => Self::Empirical(Arc::new(table.scaled(factor))),
        }
    }

    /// Whether every draw is zero: the stage does not exist.
    pub(crate) fn is_zero(&self) -> bool {
        self.mean().is_zero()
    }
}

impl CountDistribution {
    /// Draws one count; how much of the stream it takes depends on the kind.
    pub(crate) fn sample(&self, stream: &mut Stream) -> u32 {
        match self {
            Self::Constant(value) => *value,
            Self::Poisson(mean) => poisson(*mean, stream),
            Self::Geometric(mean) => {
                // Failures before a success of probability 1 / (1 + mean).
                if *mean <= 0.0 {
                    return 0;
                }
                let ln_failure = libm::log(*mean / (1.0 + *mean));
                (libm::log(stream.unit_above_zero()) / ln_failure) as u32
            }
            Self::Zipf(zipf) => zipf.sample(stream),
            Self::Lognormal { median, p99 } => (lognormal(*median, *p99, stream) + 0.5) as u32,
            Self::Empirical(table) => table.sample(stream).min(u64::from(u32::MAX)) as u32,
        }
    }

    /// The mean (of the log-normal before rounding).
    pub(crate) fn mean(&self) -> f64 {
        match self {
            Self::Constant(value) => f64::from(*value),
            Self::Poisson(mean) | Self::Geometric(mean) => *mean,
            Self::Zipf(zipf) => zipf.mean(),
            Self::Lognormal { median, p99 } => lognormal_mean(*median, *p99),
            Self::Empirical(table) => table.mean(),
        }
    }
}

impl Empirical {
    /// A table of (value, weight) rows. `None` if it is empty, or no weight is above zero, or one
    /// is negative or not a number.
    pub(crate) fn new(file: String, rows: &[(u64, f64)]) -> Option<Self> {
        let mut total = 0.0;
        let mut length = 0.0;
        let mut cumulative = Vec::with_capacity(rows.len());
        let mut lengths = Vec::with_capacity(rows.len());
        for (value, weight) in rows {
            if !weight.is_finite() || *weight < 0.0 {
                return None;
            }
            total += weight;
            cumulative.push(total);
            length += *value as f64 * weight;
            lengths.push(length);
        }
        let values = rows.iter().map(|(value, _)| *value).collect();
        (total > 0.0 && total.is_finite()).then_some(Self { file, values, cumulative, lengths })
    }

    fn scaled(&self, factor: f64) -> Self {
        let value = |value: &u64| (*value as f64 * factor).round() as u64;
        Self {
            file: self.file.clone(),
            values: self.values.iter().map(value).collect(),
            cumulative: self.cumulative.clone(),
            lengths: self.lengths.iter().map(|length| length * factor).collect(),
        }
    }

    fn sample(&self, stream: &mut Stream) -> u64 {
        self.values[pick(&self.cumulative, stream)]
    }

    /// A value drawn in proportion to weight times value; where all values are zero, the last.
    fn sample_length_biased(&self, stream: &mut Stream) -> u64 {
        self.values[pick(&self.lengths, stream)]
    }

    fn mean(&self) -> f64 {
        let mut before = 0.0;
        let mut sum = 0.0;
        for (value, cumulative) in self.values.iter().zip(&self.cumulative) {
            sum += *value as f64 * (cumulative - before);
            before = *cumulative;
        }
        sum / before
    }
}

impl Zipf {
    /// Weights for 1..=max; `max` at least 1.
    pub(crate) fn new(max: u32, exponent: f64) -> Self {
        let mut total = 0.0;
        let cumulative = (1..=max)
            .map(|k| {
                total += libm::pow(f64::from(k), -exponent);
                total
            })
            .collect();
        Self { max, exponent, cumulative }
    }

    /// One draw from 1..=max.
    pub(crate) fn sample(&self, stream: &mut Stream) -> u32 {
        pick(&self.cumulative, stream) as u32 + 1
    }

    /// One draw from 0..n, place 0 weighing most; `n` from 1 to max.
    pub(crate) fn place_of(&self, n: usize, stream: &mut Stream) -> usize {
        pick(&self.cumulative[..n], stream)
    }

    fn mean(&self) -> f64 {
        let total = self.cumulative[self.cumulative.len() - 1];
        (1..=self.max).map(|k| libm::pow(f64::from(k), 1.0 - self.exponent)).sum::<f64>() / total
    }
}

/// The place of a draw in cumulative weights.
fn pick(cumulative: &[f64], stream: &mut Stream) -> usize {
    let at = stream.unit() * cumulative[cumulative.len() - 1];
    cumulative.partition_point(|&c| c <= at).min(cumulative.len() - 1)
}

fn lognormal(median: f64, p99: f64, stream: &mut Stream) -> f64 {
    median * libm::exp(libm::log(p99 / median) / Z99 * stream.normal())
}

fn lognormal_mean(median: f64, p99: f64) -> f64 {
    let sigma = libm::log(p99 / median) / Z99;
    median * libm::exp(sigma * sigma / 2.0)
}

fn from_ns(ns: f64) -> Duration {
    Duration((ns + 0.5) as u64)
}

/// Poisson by multiplication, in pieces so that the product never underflows; a count of the
/// arrivals of a unit-rate process up to `mean`.
fn poisson(mean: f64, stream: &mut Stream) -> u32 {
    let mut left = mean;
    let mut count = 0;
    while left > 0.0 {
        let piece = left.min(32.0);
        left -= piece;
        let limit = libm::exp(-piece);
        let mut product = stream.unit_above_zero();
        while product > limit {
            count += 1;
            product *= stream.unit_above_zero();
        }
    }
    count
}

#[cfg(test)]
mod tests;
