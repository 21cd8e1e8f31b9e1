//! A figure of an earlier run, out of its result folder: of the summary where it stands there, else
//! added up from what does. Called for SLO lines that compare with a baseline.

use crate::measure::selector::Selector;
use crate::report::hlog;
use crate::report::read::Stored;
use crate::report::summary::{Kind, Metric};

/// A figure of an earlier run, in base units; `None` if the folder has none.
pub fn figure(stored: &Stored, selector: &Selector) -> Option<f64> {
    let statistic = selector.statistic();
    let filter = selector.filter();
    let labels: Vec<(&str, &str)> = filter.iter().map(|(name, value)| (*name, &**value)).collect();
    if let Some(exact) = stored.summary.find(selector.metric(), &labels)
        && let Some(figure) = of(exact, statistic)
    {
        return Some(figure);
    }
    let all = matching(stored, selector.metric(), &labels);
    if all.is_empty() && selector.is_counted() && statistic != "share" {
        return Some(0.0);
    }
    let kind = all.first()?.kind;
    let sum =
        |of: fn(&Metric) -> Option<f64>| all.iter().filter_map(|metric| of(metric)).sum::<f64>();
    let highest = |of: fn(&Metric) -> Option<f64>| {
        all.iter()
            .filter_map(|metric| of(metric))
            .fold(None, |most: Option<f64>, value| Some(most.map_or(value, |most| most.max(value))))
    };
    let samples = sum(|metric| metric.count.map(|count| count as f64));
    match (kind, statistic) {
        (_, "count") => Some(samples),
        (_, "rate") => Some(sum(|metric| metric.rate)),
        (_, "max") => highest(|metric| metric.max),
        (Kind::Gauge, _) => highest(|metric| metric.mean),
        (Kind::Counter, "share") => {
            let whole = matching(stored, selector.share_of()?, &labels);
            let others: u64 = whole.iter().filter_map(|metric| metric.count).sum();
            let whole = others as f64 + if selector.apart() { samples } else { 0.0 };
            (whole > 0.0).then(|| samples / whole)
        }
        (Kind::Histogram, "mean") if samples > 0.0 => {
            Some(sum(|metric| Some(metric.mean? * metric.count? as f64)) / samples)
        }
        (Kind::Histogram, "stddev") if samples > 0.0 => {
            let count = |metric: &Metric| metric.count.map(|count| count as f64);
            let mean = all.iter().filter_map(|m| Some(m.mean? * count(m)?)).sum::<f64>() / samples;
            let squares = |m: &Metric| {
                let off = m.mean? - mean;
                Some((m.stddev? * m.stddev? + off * off) * count(m)?)
            };
            let spread = all.iter().filter_map(|m| squares(m)).sum::<f64>() / samples;
            Some(spread.sqrt())
        }
        (Kind::Histogram, "min") => all.iter().filter_map(|metric| metric.min).reduce(f64::min),
        (Kind::Histogram, _) => {
            let lowest = all.iter().filter_map(|metric| metric.min).reduce(f64::min)?;
            let highest = highest(|metric| metric.max)?;
            // A bucket of the histogram may reach beyond the samples in it.
            percentile(stored, selector, &labels).map(|value| value.clamp(lowest, highest))
        }
        _ => None,
    }
}

/// The metrics of a name with all their labels, so that nothing counts twice: those that have these.
fn matching<'a>(stored: &'a Stored, name: &str, labels: &[(&str, &str)]) -> Vec<&'a Metric> {
    let named: Vec<&Metric> = stored.summary.metrics.iter().filter(|m| m.name == name).collect();
    let reasons = labels.iter().any(|(label, _)| *label == "reason");
    let full = |metric: &&&Metric| match name {
        // By reason, and all of them together.
        "messages_refused" | "messages_lost" => metric.labels.len() == if reasons { 4 } else { 3 },
        _ => true,
    };
    let most = named.iter().map(|metric| metric.labels.len()).max().unwrap_or(0);
    let most = if matches!(name, "messages_refused" | "messages_lost") { None } else { Some(most) };
    let has = |metric: &&Metric| {
        labels
            .iter()
            .filter(|(label, _)| *label != "reason" || metric.labels.contains_key("reason"))
            .all(|(label, value)| metric.label(label) == *value)
    };
    named
        .iter()
        .filter(full)
        .filter(|metric| most.is_none_or(|most| metric.labels.len() == most))
        .copied()
        .filter(has)
        .collect()
}

/// A figure as the summary has it.
fn of(metric: &Metric, statistic: &str) -> Option<f64> {
    let percentiles = metric.percentiles;
    match statistic {
        "count" => metric.count.map(|count| count as f64),
        "rate" => metric.rate,
        "mean" => metric.mean,
        "stddev" => metric.stddev,
        "min" => metric.min,
        "max" => metric.max,
        "p50" => percentiles?.p50,
        "p90" => percentiles?.p90,
        "p95" => percentiles?.p95,
        "p99" => percentiles?.p99,
        "p999" => percentiles?.p999,
        _ => None,
    }
}

/// A percentile of all histograms with these labels, added up.
fn percentile(stored: &Stored, selector: &Selector, labels: &[(&str, &str)]) -> Option<f64> {
    let share = selector.percentile()?;
    let log = std::fs::read(stored.dir.join("histograms.hlog")).ok()?;
    let mut all = crate::measure::counts::Counts::default();
    for tagged in hlog::read(&log)? {
        let mut parts = tagged.tag.split(';');
        let known: Vec<&str> = parts.by_ref().collect();
        let named = known.first() == Some(&selector.metric());
        let pair = |(label, value): &(&str, &str)| known.contains(&&*format!("{label}={value}"));
        if named && labels.iter().all(pair) {
            all.merge(&tagged.counts);
        }
    }
    let beyond = all.total() as f64 * (1.0 - share);
    (beyond > 10.0 - 1e-6).then(|| all.quantile(share) as f64 / selector.per_unit())
}
