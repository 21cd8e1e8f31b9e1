//! What a study found, point by point: filled in by its tables, drawn by its pictures and its page.

use crate::measure::results::Metric;
use crate::report::document::csv::unit_of;

/// Statistics that are drawn.
const DRAWN: [&str; 3] = ["mean", "p95", "rate"];

/// A point of a study.
#[derive(Clone, Debug)]
pub(crate) struct PointRow {
    /// Its topology's file.
    pub(crate) topology: String,
    /// In the order of the columns.
    pub(crate) columns: Vec<String>,
    /// In the order of the parameters.
    pub(crate) parameters: Vec<String>,
}

/// What of a point's runs says that its figures are of no state that lasts.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    /// How many replications the point has.
    pub(crate) replications: u32,
    /// Those of which the measured time was not steady.
    pub(crate) unsteady: u32,
    /// Parts that had nothing left all along.
    pub(crate) full: Vec<String>,
}

impl State {
    /// Whether most of its replications were not steady: one of many may seem so by chance.
    pub(crate) fn is_unsteady(&self) -> bool {
        2 * self.unsteady > self.replications
    }

    /// What is wrong with it in words, if something is.
    pub(crate) fn doubt(&self) -> Option<String> {
        let full = match self.full.as_slice() {
            [] => None,
            [one] => Some(format!("{one} is full")),
            [first, second] => Some(format!("{first} and {second} are full")),
            [first, rest @ ..] => Some(format!("{first} and {} others are full", rest.len())),
        };
        let unsteady = self.is_unsteady().then(|| match self.replications {
            1 => "not steady".to_owned(),
            of => format!("{} of {of} replications not steady", self.unsteady),
        });
        let told: Vec<String> = full.into_iter().chain(unsteady).collect();
        (!told.is_empty()).then(|| told.join(", "))
    }
}

/// One figure of one point, all its replications together.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) point: u32,
    /// The metric with its labels, `name{label=value,…}`.
    pub(crate) metric: String,
    pub(crate) statistic: &'static str,
    pub(crate) unit: String,
    pub(crate) value: f64,
    pub(crate) interval: Option<[f64; 2]>,
    /// A lower bound: messages under way when the runs ended could raise it.
    pub(crate) at_least: bool,
}

impl Reading {
    /// What is drawn of a metric.
    pub(crate) fn of(point: u32, metric: &Metric) -> Vec<Self> {
        let pairs = metric.labels.iter().map(|(name, value)| format!("{name}={value}"));
        let labels = pairs.collect::<Vec<_>>().join(",");
        let name = match labels.is_empty() {
            true => metric.name.to_string(),
            false => format!("{}{{{labels}}}", metric.name),
        };
        let figures = metric.figures().into_iter().filter(|(name, _)| DRAWN.contains(name));
        let reading = |(statistic, value): (&'static str, f64)| Self {
            point,
            metric: name.clone(),
            statistic,
            unit: unit_of(statistic, &metric.unit).to_owned(),
            value,
            interval: metric.interval95.get(statistic).copied(),
            at_least: metric.is_least(statistic),
        };
        figures.map(reading).collect()
    }
}

/// The points of a study.
#[derive(Clone, Debug)]
pub(crate) struct Points {
    /// Names of the columns that topologies bring.
    pub(crate) columns: Vec<String>,
    /// Paths of the parameters.
    pub(crate) parameters: Vec<String>,
    /// The points, in the order of their numbers.
    pub(crate) rows: Vec<PointRow>,
    /// How the runs of each went.
    pub(crate) states: Vec<State>,
}

/// How one SLO line went at one point.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// Number of the point.
    pub(crate) point: u32,
    /// The line as the topology writes it.
    pub(crate) line: String,
    /// As people read it.
    pub(crate) observed: String,
    /// Of all replications together.
    pub(crate) passed: bool,
    /// Whether what was under way could still change that.
    pub(crate) undecided: bool,
    /// In how many replications it held, and of how many.
    pub(crate) held: (u32, u32),
}
