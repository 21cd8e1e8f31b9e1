//! The table of what a study file may say: keys, kinds of values, defaults and meanings. The reader
//! and the JSON Schema follow it. What depends on more than one key is looked at in `mod`.

use super::super::shape::Default::{Absent, Is, Required};
use super::super::shape::Shape::{Count, Either, Free, List, Map, Named, Share, Text, Word};
use super::super::shape::{Field, field};
use super::super::words::DESIGN as DESIGN_WORDS;

/// Points at most.
pub(crate) const MOST_POINTS: u64 = 100_000;

/// The whole file.
pub(crate) const STUDY: &[Field] = &[
    field("study", Count(1, 1), Required, "Version of the format: 1."),
    field("name", Text, Required, "Name of the study; names the result folder."),
    field("description", Text, Is("\"\""), "One line for people."),
    field(
        "topologies",
        List(&Free, 1),
        Required,
        "Topology files, relative to the study: a name, or a map with `file` and further keys, which \
         become columns of the results.",
    ),
    field("set", Named(&Free), Is("{}"), "Values for every point by path, as --set takes them."),
    field(
        "parameters",
        Named(&Free),
        Is("{}"),
        "What varies: the path of a value, and the values it takes as a list; from and to, for a \
         grid with steps; or {} for the topology's own value.",
    ),
    field(
        "design",
        Either(&Word(DESIGN_WORDS.list), &Map(DESIGN)),
        Is("grid"),
        "How values make points: grid (all with all), list (the first of each list together, then \
         the second), latin_hypercube or one_at_a_time.",
    ),
    field(
        "replications",
        Count(1, 10_000),
        Absent,
        "Independent repeats of every point; the topology's own if left out.",
    ),
    field(
        "seed",
        Count(0, u64::MAX),
        Absent,
        "Seed of every point and of the Latin hypercube; the topology's own, and 0, if left out.",
    ),
    field(
        "metrics",
        List(&Text, 1),
        Absent,
        "Metrics in the results, such as message_latency{route=hub}; all without the labels from and \
         to if left out.",
    ),
];

/// Designs with something to say.
const DESIGN: &[Field] = &[
    field(
        "latin_hypercube",
        Map(LATIN_HYPERCUBE),
        Absent,
        "So many points, every parameter once in each of as many equal parts of its range.",
    ),
    field(
        "one_at_a_time",
        Map(ONE_AT_A_TIME),
        Absent,
        "The topology as it is, then each parameter by itself lower and higher by a share.",
    ),
];
const LATIN_HYPERCUBE: &[Field] =
    &[field("points", Count(1, MOST_POINTS), Required, "Points for each topology.")];
const ONE_AT_A_TIME: &[Field] =
    &[field("change", Share, Required, "Share by which a value is made lower and higher.")];

/// A range that a parameter takes values from.
pub(crate) const RANGE: &[Field] = &[
    field("from", Text, Absent, "Lowest value, with its unit."),
    field("to", Text, Absent, "Highest value, with the same unit."),
    field("steps", Count(2, 10_000), Absent, "Values in equal steps, both ends included."),
];
