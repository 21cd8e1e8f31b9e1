//! What a run measured, ready to be shown: plain values in a fixed order. `measure` fills it,
//! `report` writes and draws it, `study` compares it. No file format and no clock here.

use super::counts::Counts;

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
    /// `s`, `1`, `B`, or the currency.
    pub unit: String,
    /// The figures.
    pub value: MetricValue,
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
    /// Whether it holds.
    pub passed: bool,
}
