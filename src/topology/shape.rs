//! What a value of a topology or study may be, and the rows of the tables of keys (`keys`,
//! `study::shape`): the reader, the JSON Schema, the resolved file and the suggestions follow them.

use crate::domain::federation::Protocol;

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Any text.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Count(u64, u64),
    /// A plain number, not negative.
    Number,
    /// `0.3` or `30%`.
    Share,
    /// `20ms`.
    Duration,
    /// `50/s`.
    Rate,
    /// `100Mbit/s`.
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
    /// Fixed keys.
    Map(&'static [Field]),
    /// An agreement, whose protocol says what some defaults are.
    Agreement,
    /// Operators: the keys of a kind follow from `kind`.
    Operators,
    /// Free keys.
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
    /// The key.
    pub(crate) key: &'static str,
    /// Its value.
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
    /// Nothing.
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
pub(crate) const DELAYS: &[Field] = &[
    parameter("exponential", Shape::Duration),
    parameter(
        "uniform",
        Shape::Map(&[parameter("min", Shape::Duration), parameter("max", Shape::Duration)]),
    ),
    parameter(
        "lognormal",
        Shape::Map(&[parameter("median", Shape::Duration), parameter("p99", Shape::Duration)]),
    ),
    parameter(
        "erlang",
        Shape::Map(&[parameter("k", Shape::Count(1, 10_000)), parameter("mean", Shape::Duration)]),
    ),
    parameter(
        "shifted",
        Shape::Map(&[
            parameter("by", Shape::Duration),
            parameter("plus", Shape::DurationDistribution),
        ]),
    ),
    parameter("empirical", Shape::Text),
];

/// Distributions of counts; a value has exactly one of these keys.
pub(crate) const COUNTS: &[Field] = &[
    parameter("poisson", Shape::Number),
    parameter("geometric", Shape::Number),
    parameter(
        "zipf",
        Shape::Map(&[
            parameter("max", Shape::Count(1, 1_000_000)),
            parameter("exponent", Shape::Number),
        ]),
    ),
    parameter(
        "lognormal",
        Shape::Map(&[parameter("median", Shape::Number), parameter("p99", Shape::Number)]),
    ),
    parameter("empirical", Shape::Text),
];
