//! What a run measured, ready to be shown: plain values in a fixed order. `measure` fills it,
//! `report` writes and draws it, `study` compares it. These are the rows of the documents themselves:
//! files, tables and pages have them as they stand here. No clock here.

use std::borrow::Cow;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::catalogue::Kind;
use super::counts::Counts;
use crate::domain::part::Part;

/// Everything one run measured.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// In a fixed order: by name as `catalogue` lists them, then by labels.
    pub metrics: Vec<Metric>,
    /// Rows of the time series, by time, then in the order of `metrics`.
    pub series: Vec<SeriesRow>,
    /// One histogram per metric and full label set, values in microseconds (a fan-out: counts).
    pub(crate) histograms: Vec<TaggedHistogram>,
    /// The SLO lines with what was observed.
    pub slo: Vec<Slo>,
    /// What still went somewhere in the measured time, where nothing was meant to change: figures of
    /// such a run are not those of a steady state. Of replications, what most of them show.
    pub trends: Vec<Trend>,
    /// What each part is asked for by what users do, whatever full queues hold back; empty where
    /// nobody has forecast it.
    pub needs: Vec<Need>,
    /// Start and end of the measured time, seconds since the start of the run. The end is earlier
    /// than planned if the run was stopped.
    pub(crate) measured: (f64, f64),
}

/// One metric with one label set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Metric {
    /// Such as `message_latency`.
    pub name: Cow<'static, str>,
    /// Label names and values.
    pub labels: IndexMap<Cow<'static, str>, String>,
    /// histogram, counter or gauge.
    pub kind: Kind,
    /// Base unit: s, B, 1 or the currency.
    pub(crate) unit: String,
    /// Samples of a histogram that have come to their end, events of a counter.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub count: Option<u64>,
    /// Events a second of a counter.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rate: Option<f64>,
    /// Mean of a histogram; time average of a gauge.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mean: Option<f64>,
    /// Standard deviation of those samples, also where the other figures count what is under way.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub stddev: Option<f64>,
    /// Smallest of a histogram's samples that have come to their end.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub min: Option<f64>,
    /// Percentiles of a histogram.
    #[serde(flatten, default)]
    pub percentiles: Option<Percentiles>,
    /// Largest sample of a histogram; highest level of a gauge.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max: Option<f64>,
    /// The figures above that are lower bounds, by their names: messages under way when the run
    /// ended could raise them.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub at_least: Vec<Cow<'static, str>>,
    /// 95 % intervals of the figures above, by their names, where the method behind them is valid.
    #[serde(skip_serializing_if = "IndexMap::is_empty", default)]
    pub interval95: IndexMap<Cow<'static, str>, [f64; 2]>,
    /// Of a single run: the batch means that the interval rests on, or that are too few or too alike
    /// for one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) batch_means: Option<BatchMeans>,
    /// Of a station's row, what the station is; unknown in documents.
    #[serde(skip)]
    pub(crate) part: Option<Part>,
    /// The measured time in parts, in order; empty where they were not kept, and in documents.
    #[serde(skip)]
    pub(crate) batches: Vec<Batch>,
}

/// Batch means of one run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct BatchMeans {
    /// How many parts of the measured time there are.
    pub(crate) number: u32,
    /// Correlation of each with the next.
    pub(crate) lag1: f64,
}

/// Percentiles; null where fewer than ten samples lie beyond. All are there or none: a metric
/// without them is no histogram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Percentiles {
    /// Median: half of the samples are at most as large; from 20 samples on.
    #[serde(deserialize_with = "Option::deserialize")]
    pub p50: Option<f64>,
    /// 90 % of the samples are at most as large; from 100 samples on.
    #[serde(deserialize_with = "Option::deserialize")]
    pub p90: Option<f64>,
    /// 95 % of the samples are at most as large; from 200 samples on.
    #[serde(deserialize_with = "Option::deserialize")]
    pub p95: Option<f64>,
    /// 99 % of the samples are at most as large; from 1,000 samples on.
    #[serde(deserialize_with = "Option::deserialize")]
    pub p99: Option<f64>,
    /// 99.9 % of the samples are at most as large; from 10,000 samples on.
    #[serde(deserialize_with = "Option::deserialize")]
    pub p999: Option<f64>,
}

/// What a metric's mean or rate is of one part of the measured time: `sum` / `weight`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Batch {
    /// Sum of samples, events, or level times seconds.
    pub(crate) sum: f64,
    /// Samples, or seconds.
    pub(crate) weight: f64,
}

impl Batch {
    /// Adds another of the same part.
    pub(crate) fn add(&mut self, other: Self) {
        self.sum += other.sum;
        self.weight += other.weight;
    }
}

/// What a row is of: what is added up in it, and what it is one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Level {
    /// All pairs of operators, and all reasons; also a metric that knows neither.
    Total,
    /// One reason, all pairs of operators.
    Reason,
    /// One pair of operators, all reasons.
    Pair,
    /// One pair of operators and one reason.
    PairReason,
}

impl Level {
    /// By whether a row has the labels.
    pub(super) fn of(pair: bool, reason: bool) -> Self {
        match (pair, reason) {
            (false, false) => Self::Total,
            (false, true) => Self::Reason,
            (true, false) => Self::Pair,
            (true, true) => Self::PairReason,
        }
    }

    /// Whether it is of one pair of operators.
    pub(crate) fn of_pair(self) -> bool {
        matches!(self, Self::Pair | Self::PairReason)
    }

    /// Whether it is of one reason.
    pub(crate) fn of_reason(self) -> bool {
        matches!(self, Self::Reason | Self::PairReason)
    }
}

impl Metric {
    /// One without figures.
    pub(crate) fn new(
        name: impl Into<Cow<'static, str>>,
        labels: IndexMap<Cow<'static, str>, String>,
        kind: Kind,
        unit: String,
    ) -> Self {
        Self {
            name: name.into(),
            labels,
            kind,
            unit,
            count: None,
            rate: None,
            mean: None,
            stddev: None,
            min: None,
            percentiles: None,
            max: None,
            at_least: Vec::new(),
            interval95: IndexMap::new(),
            batch_means: None,
            part: None,
            batches: Vec::new(),
        }
    }

    /// The same with a count and a rate.
    pub(crate) fn counted(self, count: u64, rate: f64) -> Self {
        Self { count: Some(count), rate: Some(rate), ..self }
    }

    /// The same with a level.
    pub(crate) fn gauged(self, mean: f64, max: f64) -> Self {
        Self { mean: Some(mean), max: Some(max), ..self }
    }

    /// The same with a distribution of which some figures are lower bounds.
    pub(super) fn censored(self, (seen, least): (Distribution, Vec<&'static str>)) -> Self {
        let at_least = least.into_iter().map(Cow::from).collect();
        Self { at_least, ..self.spread(seen) }
    }

    /// Whether a figure is a lower bound.
    pub(crate) fn is_least(&self, figure: &str) -> bool {
        self.at_least.iter().any(|name| name == figure)
    }

    /// The same with a distribution.
    pub(crate) fn spread(self, seen: Distribution) -> Self {
        let Distribution { count, mean, stddev, min, p50, p90, p95, p99, p999, max } = seen;
        Self {
            count: Some(count),
            mean: Some(mean),
            stddev: Some(stddev),
            min: Some(min),
            percentiles: Some(Percentiles { p50, p90, p95, p99, p999 }),
            max: Some(max),
            ..self
        }
    }

    /// What documents have of it.
    pub(crate) fn written(&self) -> Self {
        Self { part: None, batches: Vec::new(), ..self.clone() }
    }

    /// What it is of.
    pub(crate) fn level(&self) -> Level {
        Level::of(self.labels.contains_key("from"), self.labels.contains_key("reason"))
    }

    /// Whether it is the one of this name with exactly these labels.
    pub fn is(&self, name: &str, labels: &[(&str, &str)]) -> bool {
        self.name == name
            && self.labels.len() == labels.len()
            && labels
                .iter()
                .all(|(label, value)| self.labels.get(*label).is_some_and(|v| v == value))
    }

    /// The value of a label; empty without it.
    pub(crate) fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
    }

    /// Its labels as `name=value` pairs joined by `;`, as rows of CSV files have them.
    pub fn joined(&self) -> String {
        let pairs = self.labels.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join(";")
    }

    /// A figure by its name; `None` without it.
    pub(crate) fn figure(&self, name: &str) -> Option<f64> {
        self.figures().into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// All figures by name: of a histogram count, mean, stddev, min, percentiles and max; of a
    /// counter count and rate; of a gauge mean and max. What too few samples carry is left out.
    /// Some may be lower bounds ([`Self::is_least`]).
    pub fn figures(&self) -> Vec<(&'static str, f64)> {
        let p = self.percentiles.unwrap_or_default();
        let all = [
            ("count", self.count.map(|count| count as f64)),
            ("rate", self.rate),
            ("mean", self.mean),
            ("stddev", self.stddev),
            ("min", self.min),
            ("p50", p.p50),
            ("p90", p.p90),
            ("p95", p.p95),
            ("p99", p.p99),
            ("p999", p.p999),
            ("max", self.max),
        ];
        let none = self.kind == Kind::Histogram && self.count == Some(0);
        let known = |name: &str| !none || name == "count" || self.is_least(name);
        let all = all.into_iter().filter(|(name, _)| known(name));
        all.filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// A distribution in figures, in the metric's unit. Percentiles come from the merged histogram and
/// are absent when fewer than ten samples lie beyond them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Distribution {
    /// Samples that have come to their end.
    pub count: u64,
    /// Exact mean; 0 without samples, like all below.
    pub mean: f64,
    /// Exact standard deviation (population).
    pub stddev: f64,
    /// Smallest of those samples.
    pub min: f64,
    /// Median; given from 20 samples on.
    pub p50: Option<f64>,
    /// 90th percentile; given from 100 samples on.
    pub p90: Option<f64>,
    /// 95th percentile; given from 200 samples on.
    pub p95: Option<f64>,
    /// 99th percentile; given from 1,000 samples on.
    pub p99: Option<f64>,
    /// 99.9th percentile; given from 10,000 samples on.
    pub p999: Option<f64>,
    /// Largest of those samples, or how long one under way has waited already.
    pub max: f64,
}

/// What a part is asked for by what users do: first messages, answers and retries, at the highest load
/// of the run, by arithmetic on the topology.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Need {
    /// Name of the part, such as `imsp-a/im_server`; each node has its own.
    pub station: String,
    /// Jobs a second.
    pub rate: f64,
    /// Work, as a share of what the station can do; from 1 on its queue only grows.
    pub utilisation: f64,
    /// The part of that which nobody of the federation asks (`other`).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub other: f64,
    /// How busy it may be: by the topology's SLO lines, else as planners allow.
    pub target: f64,
    /// A setting that makes it as busy as that, as `--set` has it; of several nodes that of each.
    pub enough: String,
}

fn is_zero(share: &f64) -> bool {
    *share == 0.0
}

/// Something that rises or falls through the measured time by more than chance makes it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trend {
    /// What rises or falls.
    pub what: Trending,
    /// At the start of the measured time, by a straight line.
    pub from: f64,
    /// At its end.
    pub to: f64,
}

/// What may go somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trending {
    /// Messages that users mean to send, a second.
    OfferedLoad,
    /// Jobs that wait at stations.
    JobsWaiting,
    /// Messages under way.
    UnderWay,
}

/// One figure of one interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesRow {
    /// Start of the interval, seconds since the start of measuring.
    pub time_s: f64,
    /// The metric's name, such as `station_utilisation`.
    pub metric: Cow<'static, str>,
    /// As `name=value` pairs joined by `;`, or empty.
    pub labels: String,
    /// Of a station's row, what the station is; unknown in documents.
    #[serde(skip)]
    pub(crate) part: Option<Part>,
    /// `count`, `rate`, `mean`, `max`, `p50`, `p95`, `p99` …
    pub statistic: Cow<'static, str>,
    /// The figure, in the unit of its row.
    pub value: f64,
    /// `s`, `1`, `1/s`, `B`.
    pub(crate) unit: Cow<'static, str>,
}

/// A histogram with its tag.
#[derive(Clone, Debug)]
pub struct TaggedHistogram {
    /// `metric;label=value;label=value`: its name among the histograms of a run.
    pub tag: String,
    /// Values in microseconds, or counts.
    pub counts: Counts,
}

/// One SLO line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Slo {
    /// The line as the topology writes it.
    pub line: String,
    /// The figure; null if too few samples carry it.
    pub observed: Option<f64>,
    /// Whether the figure is a lower bound: messages under way when the run ended could raise it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_least: bool,
    /// Unit of `observed` and `bound`: s, B, 1, 1/s or the currency.
    pub unit: String,
    /// What the figure was held against, in the same unit; of a baseline with its change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<f64>,
    /// Of a line against a baseline, the 95 % interval of the change since, as shares of the
    /// baseline's figure; the line is decided by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change95: Option<[f64; 2]>,
    /// The station whose figure it is, where the line is about whichever is highest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Whether it holds.
    pub passed: bool,
    /// Whether the run ended before that could be said, or what was under way at its end could
    /// change it; such a line has not passed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undecided: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_it_is_of_however_many_labels_it_has() {
        let level = |labels: &[&'static str]| {
            let labels = labels.iter().map(|name| ((*name).into(), "x".to_owned())).collect();
            Metric::new("m", labels, Kind::Counter, "1".to_owned()).level()
        };
        assert_eq!(level(&["route"]), Level::Total);
        assert_eq!(level(&["operator", "origin"]), Level::Total);
        assert_eq!(level(&["route", "reason"]), Level::Reason);
        assert_eq!(level(&["from", "to", "scope"]), Level::Pair);
        assert_eq!(level(&["route", "from", "to", "reason"]), Level::PairReason);
    }
}
