//! `summary.json`: every metric of a run as plain figures (schema `interwork/summary/1`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::numbers::{count, percent, seconds, three};
use crate::measure::results::{self, MetricValue, Results};

/// The summary of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// `interwork/summary/1`.
    pub schema: String,
    /// Of the topology.
    pub name: String,
    /// Whether every SLO line holds.
    pub verdict: Verdict,
    /// The SLO lines with what was observed.
    pub slo: Vec<Slo>,
    /// Every metric, for its full label set and rolled up over `from` and `to`.
    pub metrics: Vec<Metric>,
}

/// Whether every SLO line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every line holds.
    Passed,
    /// One line or more does not hold.
    Failed,
    /// No line fails, and the run ended before all were decided.
    Undecided,
    /// There is no line.
    None,
}

/// One SLO line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Slo {
    /// As written.
    pub line: String,
    /// The figure; null if too few samples carry it.
    pub observed: Option<f64>,
    /// Of `observed`.
    pub unit: String,
    /// What the figure was held against, in the same unit; of a baseline with its change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<f64>,
    /// The station whose figure it is, where the line is about whichever is highest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Whether it holds.
    pub passed: bool,
    /// Whether the run ended before that could be said; such a line has not passed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undecided: bool,
}

impl Slo {
    /// A line as it was judged.
    pub fn of(line: &results::SloOutcome) -> Self {
        Self {
            line: line.line.clone(),
            observed: line.observed,
            unit: line.unit.clone(),
            bound: line.bound,
            at: line.at.clone(),
            passed: line.passed,
            undecided: !line.decided,
        }
    }

    /// What was seen, as people read it: with the bound where the line does not say it.
    pub fn seen(&self) -> String {
        if self.observed.is_none() {
            return self.shown();
        }
        let so_far = if self.undecided { " so far, undecided" } else { "" };
        let bound = self.bound.filter(|_| self.line.contains("baseline"));
        let bound = bound.map_or(String::new(), |bound| format!(", bound {}", self.amount(bound)));
        format!("observed {}{so_far}{bound}", self.shown())
    }

    /// The figure as people read it, and where it was observed.
    pub fn shown(&self) -> String {
        let Some(observed) = self.observed else { return "too few samples".to_owned() };
        let at = self.at.as_ref().map_or(String::new(), |station| format!(" at {station}"));
        let shown = self.amount(observed);
        // What looks like the bound and is not is told in full.
        match self.bound {
            Some(bound) if bound != observed && self.amount(bound) == shown => {
                let unit = if self.unit == "1" { "" } else { &self.unit };
                format!("{observed} {unit}").trim_end().to_owned() + &at
            }
            _ => shown + &at,
        }
    }

    fn amount(&self, value: f64) -> String {
        let share = self.line.contains("utilisation") || self.line.contains(" share ");
        match self.unit.as_str() {
            "s" => seconds(Some(value)),
            "1/s" => format!("{}/s", three(value)),
            "1" if share => percent(value),
            "1" if value.fract() == 0.0 => count(value as u64),
            _ => three(value),
        }
    }
}

/// One metric with one label set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Metric {
    /// Such as `message_latency`.
    pub name: String,
    /// Label names and values.
    pub labels: indexmap::IndexMap<String, String>,
    /// histogram, counter or gauge.
    pub kind: Kind,
    /// Base unit: s, B, 1 or the currency.
    pub unit: String,
    /// Samples of a histogram, events of a counter.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub count: Option<u64>,
    /// Events a second of a counter.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rate: Option<f64>,
    /// Mean of a histogram; time average of a gauge.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mean: Option<f64>,
    /// Standard deviation of a histogram.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub stddev: Option<f64>,
    /// Smallest sample.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub min: Option<f64>,
    /// Percentiles of a histogram.
    #[serde(flatten, default)]
    pub percentiles: Option<Percentiles>,
    /// Largest sample of a histogram; highest level of a gauge.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max: Option<f64>,
    /// 95 % intervals of the figures above, by their names, where the method behind them is valid.
    #[serde(skip_serializing_if = "indexmap::IndexMap::is_empty", default)]
    pub interval95: indexmap::IndexMap<String, [f64; 2]>,
    /// Of a single run: the batch means that the interval rests on, or that are too few or too alike
    /// for one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub batch_means: Option<BatchMeans>,
}

/// Batch means of one run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BatchMeans {
    /// How many.
    pub number: u32,
    /// Correlation of each with the next.
    pub lag1: f64,
}

/// Percentiles; null where fewer than ten samples lie beyond. All are there or none: a metric
/// without them is no histogram.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Percentiles {
    /// Median.
    #[serde(deserialize_with = "Option::deserialize")]
    pub p50: Option<f64>,
    /// 90th.
    #[serde(deserialize_with = "Option::deserialize")]
    pub p90: Option<f64>,
    /// 95th.
    #[serde(deserialize_with = "Option::deserialize")]
    pub p95: Option<f64>,
    /// 99th.
    #[serde(deserialize_with = "Option::deserialize")]
    pub p99: Option<f64>,
    /// 99.9th.
    #[serde(deserialize_with = "Option::deserialize")]
    pub p999: Option<f64>,
}

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A distribution.
    Histogram,
    /// A count of events.
    Counter,
    /// A level over time.
    Gauge,
}

impl Summary {
    /// Schema of this version.
    pub const SCHEMA: &str = "interwork/summary/1";

    /// The summary of a run of the topology `name`.
    pub fn new(name: &str, results: &Results) -> Self {
        let verdict = match results.slo.as_slice() {
            [] => Verdict::None,
            lines if lines.iter().all(|line| line.passed) => Verdict::Passed,
            lines if lines.iter().all(|line| line.passed || !line.decided) => Verdict::Undecided,
            _ => Verdict::Failed,
        };
        Self {
            schema: Self::SCHEMA.to_owned(),
            name: name.to_owned(),
            verdict,
            slo: results.slo.iter().map(Slo::of).collect(),
            metrics: results.metrics.iter().map(Metric::new).collect(),
        }
    }

    /// The metrics of a name.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Metric> {
        self.metrics.iter().filter(move |metric| metric.name == name)
    }

    /// The metric with exactly these labels.
    pub fn find(&self, name: &str, labels: &[(&str, &str)]) -> Option<&Metric> {
        self.metrics.iter().find(|metric| {
            metric.name == name
                && metric.labels.len() == labels.len()
                && labels.iter().all(|(label, value)| metric.label(label) == *value)
        })
    }
}

impl Metric {
    fn new(metric: &results::Metric) -> Self {
        let labels =
            metric.labels.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let mut shown = Self {
            name: metric.name.to_owned(),
            labels,
            kind: Kind::Counter,
            unit: metric.unit.clone(),
            count: None,
            rate: None,
            mean: None,
            stddev: None,
            min: None,
            percentiles: None,
            max: None,
            interval95: metric
                .intervals
                .iter()
                .map(|(name, interval)| ((*name).to_owned(), *interval))
                .collect(),
            batch_means: metric.batch_means.map(|means| {
                let results::BatchMeans { number, lag1 } = means;
                BatchMeans { number, lag1 }
            }),
        };
        match metric.value {
            MetricValue::Counter { count, rate } => {
                (shown.count, shown.rate) = (Some(count), Some(rate));
            }
            MetricValue::Gauge { mean, max } => {
                (shown.kind, shown.mean, shown.max) = (Kind::Gauge, Some(mean), Some(max));
            }
            MetricValue::Histogram(d) => {
                shown.kind = Kind::Histogram;
                shown.count = Some(d.count);
                (shown.mean, shown.stddev) = (Some(d.mean), Some(d.stddev));
                (shown.min, shown.max) = (Some(d.min), Some(d.max));
                let results::Distribution { p50, p90, p95, p99, p999, .. } = d;
                shown.percentiles = Some(Percentiles { p50, p90, p95, p99, p999 });
            }
        }
        shown
    }

    /// The value of a label; empty without it.
    pub fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
    }
}

/// The JSON Schema of `summary.json`.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Summary);
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}
