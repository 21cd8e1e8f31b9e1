//! What a value of a topology or study may be, and the rows of the tables of keys (`keys`,
//! `study::shape`): the reader, the JSON Schema, the resolved file and the suggestions follow them.

use super::words::{self, Amount, Delay};
use crate::domain::federation::Protocol;

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Any scalar, as it is written.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Count(u64, u64),
    /// A plain number, not negative.
    Number,
    /// `0.3` or `30%`.
    Share,
    /// A length of time with its unit, such as `20ms`; read as nanoseconds.
    Duration,
    /// How often, such as `50/s` or `12/h`; read as events a second.
    Rate,
    /// How fast a link is, such as `100Mbit/s`; read as bits a second.
    Bandwidth,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A duration or one of the duration distributions.
    DurationDistribution,
    /// A count or one of the count distributions.
    CountDistribution,
    /// A scalar of the first shape, or else the second.
    Either(&'static Shape, &'static Shape),
    /// A duration distribution for all kinds of request, or a map by kind.
    ServiceTimes,
    /// A rate, a limit, or a limit for each side.
    RateLimit,
    /// A map with these keys and no others.
    Map(&'static [Field]),
    /// An agreement, whose protocol says what some defaults are.
    Agreement,
    /// Operators: the keys of a kind follow from `kind`.
    Operators,
    /// A map whose keys are names of the topology; each value has this shape.
    Named(&'static Shape),
    /// A list with at least so many items.
    List(&'static Shape, usize),
    /// The same keys as the workload, all optional, by operator.
    WorkloadByOperator,
    /// Anything; looked at elsewhere.
    Free,
}

/// A key of a map.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    /// The key as it is written in the file.
    pub(crate) key: &'static str,
    /// What its value may be.
    pub(crate) shape: Shape,
    /// What holds if it is left out.
    pub(crate) default: Default,
    /// What it means, for editors.
    pub(crate) doc: &'static str,
}

/// What holds if a key is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Default {
    /// It cannot be left out.
    Required,
    /// There is no value then, and none is filled in.
    Absent,
    /// This, as YAML.
    Is(&'static str),
    /// This in an agreement, unless its protocol is one of those with another beside it.
    By(&'static str, &'static [(Protocol, &'static str)]),
}

impl Default {
    /// What holds, as YAML, in an agreement of a protocol, or outside of any.
    pub(crate) fn yaml(self, protocol: Option<Protocol>) -> Option<&'static str> {
        match self {
            Self::Required | Self::Absent => None,
            Self::Is(yaml) => Some(yaml),
            Self::By(yaml, others) => {
                let other = others.iter().find(|(other, _)| Some(*other) == protocol);
                Some(other.map_or(yaml, |(_, other)| other))
            }
        }
    }

    /// The same in words; nothing where there is none.
    pub(crate) fn words(self) -> Option<String> {
        let usual = self.yaml(None)?;
        let others = if let Self::By(_, others) = self { others } else { &[] };
        let other = |(protocol, yaml): &(Protocol, &str)| format!("; {yaml} for {protocol}");
        Some(format!("{usual}{}", others.iter().map(other).collect::<String>()))
    }
}

/// A row of a table.
pub(crate) const fn field(
    key: &'static str,
    shape: Shape,
    default: Default,
    doc: &'static str,
) -> Field {
    Field { key, shape, default, doc }
}

const fn parameter(key: &'static str, shape: Shape) -> Field {
    field(key, shape, Default::Required, "a distribution's parameter")
}

/// Distributions of durations; a value has exactly one of these keys.
pub(crate) const DELAYS: &[Field] = &{
    let words::Words { list, means } = words::DELAYS;
    let mut rows = [parameter("", Shape::Text); words::DELAYS.list.len()];
    let mut place = 0;
    while place < rows.len() {
        rows[place] = parameter(list[place], delay(means[place]));
        place += 1;
    }
    rows
};

const fn delay(kind: Delay) -> Shape {
    const TIME: Shape = Shape::Duration;
    match kind {
        Delay::Exponential => TIME,
        Delay::Uniform => Shape::Map(const { &[parameter("min", TIME), parameter("max", TIME)] }),
        Delay::Lognormal => {
            Shape::Map(const { &[parameter("median", TIME), parameter("p99", TIME)] })
        }
        Delay::Erlang => Shape::Map(
            const { &[parameter("k", Shape::Count(1, 10_000)), parameter("mean", TIME)] },
        ),
        Delay::Shifted => Shape::Map(
            const { &[parameter("by", TIME), parameter("plus", Shape::DurationDistribution)] },
        ),
        Delay::Empirical => Shape::Text,
    }
}

/// Distributions of counts; a value has exactly one of these keys.
pub(crate) const COUNTS: &[Field] = &{
    let words::Words { list, means } = words::COUNTS;
    let mut rows = [parameter("", Shape::Text); words::COUNTS.list.len()];
    let mut place = 0;
    while place < rows.len() {
        rows[place] = parameter(list[place], amount(means[place]));
        place += 1;
    }
    rows
};

const fn amount(kind: Amount) -> Shape {
    const NUMBER: Shape = Shape::Number;
    const MAX: Shape = Shape::Count(1, 1_000_000);
    match kind {
        Amount::Poisson | Amount::Geometric => NUMBER,
        Amount::Zipf => {
            Shape::Map(const { &[parameter("max", MAX), parameter("exponent", NUMBER)] })
        }
        Amount::Lognormal => {
            Shape::Map(const { &[parameter("median", NUMBER), parameter("p99", NUMBER)] })
        }
        Amount::Empirical => Shape::Text,
    }
}
