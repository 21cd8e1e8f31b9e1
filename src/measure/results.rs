//! What a run measured, ready to be shown: plain values in a fixed order. `measure` fills it,
//! `report` writes and draws it, `study` compares it. No file format and no clock here.

use super::counts::Counts;
use crate::domain::part::Part;

/// Everything one run measured.
#[derive(Clone, Debug)]
pub struct Results {
    /// In a fixed order: by name as `catalogue` lists them, then by labels.
    pub metrics: Vec<Metric>,
    /// Rows of the time series, by time, then in the order of `metrics`.
    pub series: Vec<SeriesRow>,
    /// One histogram per metric and full label set, values in microseconds (a fan-out: counts).
    pub histograms: Vec<TaggedHistogram>,
    /// The SLO lines with what was observed.
    pub slo: Vec<SloOutcome>,
    /// Start and end of the measured time, seconds since the start of the run. The end is earlier
    /// than planned if the run was stopped.
    pub measured: (f64, f64),
}

/// One metric with one label set.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Such as `message_latency`.
    pub name: &'static str,
    /// In the order of the format's table; rolled-up metrics leave labels out.
    pub labels: Vec<(&'static str, String)>,
    /// Of a station's row, what the station is.
    pub part: Option<Part>,
    /// `s`, `1`, `B`, or the currency.
    pub unit: String,
    /// The figures.
    pub value: MetricValue,
    /// The measured time in parts, in order; empty where they were not kept.
    pub batches: Vec<Batch>,
    /// 95 % intervals of figures, by their names, where a valid method gave one.
    pub intervals: Vec<(&'static str, [f64; 2])>,
    /// What batch means there were, if the run is alone.
    pub batch_means: Option<BatchMeans>,
}

/// The batches that an interval rests on, or that are too few or too alike for one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchMeans {
    /// How many.
    pub number: u32,
    /// Correlation of each with the next.
    pub lag1: f64,
}

/// What a metric's mean or rate is of one part of the measured time: `sum` / `weight`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Batch {
    /// Sum of samples, events, or level times seconds.
    pub sum: f64,
    /// Samples, or seconds.
    pub weight: f64,
}

impl Batch {
    /// Adds another of the same part.
    pub fn add(&mut self, other: Self) {
        self.sum += other.sum;
        self.weight += other.weight;
    }
}

impl Metric {
    /// All figures by name: of a histogram count, mean, stddev, min, percentiles and max; of a
    /// counter count and rate; of a gauge mean and max. What too few samples carry is left out.
    pub fn figures(&self) -> Vec<(&'static str, f64)> {
        match self.value {
            MetricValue::Counter { count, rate } => vec![("count", count as f64), ("rate", rate)],
            MetricValue::Gauge { mean, max } => vec![("mean", mean), ("max", max)],
            MetricValue::Histogram(d) if d.count == 0 => vec![("count", 0.0)],
            MetricValue::Histogram(d) => {
                let percentiles = [
                    ("p50", d.p50),
                    ("p90", d.p90),
                    ("p95", d.p95),
                    ("p99", d.p99),
                    ("p999", d.p999),
                ];
                let mut all = vec![
                    ("count", d.count as f64),
                    ("mean", d.mean),
                    ("stddev", d.stddev),
                    ("min", d.min),
                ];
                all.extend(percentiles.iter().filter_map(|(name, p)| p.map(|p| (*name, p))));
                all.push(("max", d.max));
                all
            }
        }
    }
}

/// The figures of a metric.
#[derive(Clone, Debug, PartialEq)]
pub enum MetricValue {
    /// A distribution.
    Histogram(Distribution),
    /// A count of events and its rate over the measured time.
    Counter {
        /// Events.
        count: u64,
        /// Events a second.
        rate: f64,
    },
    /// A level, averaged over time.
    Gauge {
        /// Time average.
        mean: f64,
        /// Highest.
        max: f64,
    },
}

/// A distribution in figures, in the metric's unit. Percentiles come from the merged histogram and
/// are absent when fewer than ten samples lie beyond them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Distribution {
    /// Samples.
    pub count: u64,
    /// Exact mean; 0 without samples, like all below.
    pub mean: f64,
    /// Exact standard deviation (population).
    pub stddev: f64,
    /// Smallest.
    pub min: f64,
    /// Median.
    pub p50: Option<f64>,
    /// 90th percentile.
    pub p90: Option<f64>,
    /// 95th percentile.
    pub p95: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
    /// 99.9th percentile.
    pub p999: Option<f64>,
    /// Largest.
    pub max: f64,
}

/// One figure of one interval.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesRow {
    /// Start of the interval, seconds since the start of measuring.
    pub time_s: f64,
    /// The metric.
    pub metric: &'static str,
    /// As `name=value` pairs joined by `;`, or empty.
    pub labels: String,
    /// Of a station's row, what the station is.
    pub part: Option<Part>,
    /// `count`, `rate`, `mean`, `max`, `p50`, `p95`, `p99` …
    pub statistic: &'static str,
    /// In `unit`.
    pub value: f64,
    /// `s`, `1`, `1/s`, `B`.
    pub unit: &'static str,
}

/// A histogram with its tag.
#[derive(Clone, Debug)]
pub struct TaggedHistogram {
    /// `metric;label=value;label=value`.
    pub tag: String,
    /// Values in microseconds, or counts.
    pub counts: Counts,
}

/// One SLO line and how it went.
#[derive(Clone, Debug, PartialEq)]
pub struct SloOutcome {
    /// As written.
    pub line: String,
    /// The figure; `None` if too few samples carry it, which fails the line.
    pub observed: Option<f64>,
    /// Of `observed`.
    pub unit: String,
    /// What it was held against, in the same unit; of a baseline with its change.
    pub bound: Option<f64>,
    /// The station whose figure it is, where the line is about whichever is highest.
    pub at: Option<String>,
    /// Whether it holds.
    pub passed: bool,
    /// Whether that is final; a run that ended early leaves lines open, and those do not hold.
    pub decided: bool,
}
