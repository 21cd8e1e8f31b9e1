//! `series.csv`, `messages.csv` and `replications.csv`.

use crate::domain::outcome::Stage;
use crate::measure::results::{Metric, SeriesRow};

/// A figure of one replication, as written and read back.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ReplicationRow {
    /// Counted from 0.
    pub(crate) replication: u32,
    /// The metric's name, such as `message_latency`.
    pub(crate) metric: String,
    /// `name=value` pairs joined by `;`.
    pub(crate) labels: String,
    /// Such as `count` or `p95`.
    pub(crate) statistic: String,
    /// The figure of this replication alone.
    pub(crate) value: f64,
    /// Unit of the value: s, B, 1, 1/s or the currency.
    pub(crate) unit: String,
    /// Whether the value is a lower bound; a folder of an earlier version does not say.
    #[serde(default)]
    pub(crate) at_least: bool,
}

impl ReplicationRow {
    /// All figures of one replication.
    pub(crate) fn of(replication: u32, metrics: &[Metric]) -> impl Iterator<Item = Self> {
        metrics.iter().flat_map(move |metric| {
            let labels = metric.joined();
            metric.figures().into_iter().map(move |(statistic, value)| Self {
                replication,
                metric: metric.name.to_string(),
                labels: labels.clone(),
                statistic: statistic.to_owned(),
                value,
                unit: unit_of(statistic, &metric.unit).to_owned(),
                at_least: metric.is_least(statistic),
            })
        })
    }
}

/// The unit of a figure of a metric.
pub(crate) fn unit_of<'a>(statistic: &str, unit: &'a str) -> &'a str {
    match statistic {
        "count" => "1",
        "rate" => "1/s",
        _ => unit,
    }
}

/// The figures of all replications as CSV.
pub(crate) fn replications(rows: &[ReplicationRow]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    rows.iter().try_for_each(|row| writer.serialize(row))?;
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// A single message of the sample.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MessageRow {
    /// The message's identity, unique in the run.
    pub(crate) id: u64,
    /// The route on which it ended, such as `interworked`.
    pub(crate) route: String,
    /// Operator of the sender.
    pub(crate) from: String,
    /// Operator of the recipient.
    pub(crate) to: String,
    /// When it was meant, seconds since the start of the run.
    pub(crate) intended_s: f64,
    /// How it ended.
    pub(crate) outcome: String,
    /// Why, if refused or lost.
    pub(crate) reason: Option<String>,
    /// From the intent to the outcome.
    pub(crate) latency_s: f64,
    /// Stage, operator, seconds.
    pub(crate) stages: Vec<(String, String, f64)>,
}

/// The time series as CSV.
pub(crate) fn series(rows: &[SeriesRow]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.serialize(row)?;
    }
    if rows.is_empty() {
        writer.write_record(["time_s", "metric", "labels", "statistic", "value", "unit"])?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// The sample of messages as CSV: one column a stage, which add up to the latency.
pub(crate) fn messages(rows: &[MessageRow]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut head: Vec<String> =
        ["id", "route", "from", "to", "intended_s", "outcome", "reason", "latency_s"]
            .map(str::to_owned)
            .into();
    head.extend(Stage::ALL.iter().map(|stage| format!("{stage}_s")));
    writer.write_record(&head)?;
    for row in rows {
        let mut fields = vec![
            row.id.to_string(),
            row.route.clone(),
            row.from.clone(),
            row.to.clone(),
            row.intended_s.to_string(),
            row.outcome.clone(),
            row.reason.clone().unwrap_or_default(),
            row.latency_s.to_string(),
        ];
        for stage in Stage::ALL {
            // Integers in nanoseconds, so that the parts add up as exactly as in the run.
            let parts = row.stages.iter().filter(|(name, ..)| name == stage.label());
            let ns: u64 = parts.map(|(.., seconds)| (seconds * 1e9 + 0.5) as u64).sum();
            fields.push((ns as f64 / 1e9).to_string());
        }
        writer.write_record(&fields)?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}
