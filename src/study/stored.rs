//! A figure of an earlier run, out of its result folder: of the summary where it stands there, else
//! added up from what does. Called for SLO lines that compare with a baseline, and for the lines of
//! `compare`, which ask for it of each replication too.

use std::collections::BTreeMap;

use crate::measure::catalogue;
use crate::measure::catalogue::Kind;
use crate::measure::results::Metric;
use crate::measure::selector::{Names, Selector};
use crate::report::csv::ReplicationRow;
use crate::report::hlog;
use crate::report::read::Stored;
use crate::report::summary::Summary;

/// A figure of an earlier run, in base units; `None` if the folder has none.
pub fn figure(stored: &Stored, selector: &Selector) -> Option<f64> {
    let all = |labels: &[(&str, &str)]| percentile(stored, selector, labels);
    let figure = of_metrics(&stored.summary.metrics, selector, all)?;
    // Counts add up over replications; that of a line is of one run.
    let runs = stored.manifest.replication_seeds.len().max(1) as f64;
    Some(if selector.statistic() == "count" { figure / runs } else { figure })
}

/// The same of each of `count` replications; `None` for those whose rows do not carry it, such as
/// percentiles of several label sets together.
pub fn each(rows: &[ReplicationRow], count: usize, selector: &Selector) -> Vec<Option<f64>> {
    let wanted = |row: &&ReplicationRow| {
        row.metric == selector.metric() || Some(row.metric.as_str()) == selector.share_of()
    };
    let mut metrics: BTreeMap<(u32, &str, &str), Metric> = BTreeMap::new();
    for row in rows.iter().filter(wanted) {
        let key = (row.replication, row.metric.as_str(), row.labels.as_str());
        set(metrics.entry(key).or_insert_with(|| blank(row)), row);
    }
    let mut of: Vec<Vec<Metric>> = vec![Vec::new(); count];
    for ((replication, _, _), metric) in metrics {
        if let Some(all) = of.get_mut(replication as usize) {
            all.push(metric);
        }
    }
    of.iter().map(|metrics| of_metrics(metrics, selector, |_| None)).collect()
}

/// The names that labels have in an earlier run, for figures that are held against it.
pub fn names(summary: &Summary) -> Names {
    let mut names = Names::default();
    for (label, value) in summary.metrics.iter().flat_map(|metric| &metric.labels) {
        let known = match &**label {
            "from" | "to" | "operator" => &mut names.operators,
            "station" => &mut names.stations,
            _ => continue,
        };
        known.push(value.clone());
    }
    for known in [&mut names.operators, &mut names.stations] {
        known.sort();
        known.dedup();
    }
    names
}

/// Labels as rows of a CSV file have them.
pub fn pairs(labels: &str) -> impl Iterator<Item = (&str, &str)> {
    labels.split(';').filter_map(|pair| pair.split_once('='))
}

/// The kind of a metric; one that this version does not know is a level.
fn kind_of(name: &str) -> Kind {
    catalogue::Metric::named(name).map_or(Kind::Gauge, |metric| metric.info().kind)
}

/// A metric without figures.
fn blank(row: &ReplicationRow) -> Metric {
    let labels = pairs(&row.labels).map(|(name, value)| (name.to_owned().into(), value.to_owned()));
    Metric::new(row.metric.clone(), labels.collect(), kind_of(&row.metric), row.unit.clone())
}

/// Takes a figure.
fn set(metric: &mut Metric, row: &ReplicationRow) {
    let value = Some(row.value);
    let mut p = metric.percentiles.unwrap_or_default();
    match row.statistic.as_str() {
        "count" => metric.count = Some(row.value as u64),
        "rate" => metric.rate = value,
        "mean" => metric.mean = value,
        "stddev" => metric.stddev = value,
        "min" => metric.min = value,
        "max" => metric.max = value,
        "p50" => p.p50 = value,
        "p90" => p.p90 = value,
        "p95" => p.p95 = value,
        "p99" => p.p99 = value,
        "p999" => p.p999 = value,
        _ => {}
    }
    metric.percentiles = Some(p);
}

/// A figure out of these metrics; `percentile` adds up histograms where one must.
fn of_metrics(
    metrics: &[Metric],
    selector: &Selector,
    percentile: impl Fn(&[(&str, &str)]) -> Option<f64>,
) -> Option<f64> {
    let statistic = selector.statistic();
    let filter = selector.filter();
    let labels: Vec<(&str, &str)> = filter.iter().map(|(name, value)| (*name, &**value)).collect();
    let exact = metrics.iter().find(|metric| metric.is(selector.metric(), &labels));
    if let Some(figure) = exact.and_then(|exact| exact.figure(statistic)) {
        return Some(figure);
    }
    let all = matching(metrics, selector.metric(), &labels);
    let kind = match all.first() {
        Some(metric) => metric.kind,
        // What was never counted is not written.
        None if kind_of(selector.metric()) == Kind::Counter => Kind::Counter,
        None => return None,
    };
    // A sum of nothing is -0.
    let sum = |of: fn(&Metric) -> Option<f64>| {
        all.iter().filter_map(|metric| of(metric)).sum::<f64>() + 0.0
    };
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
            let whole = matching(metrics, selector.share_of()?, &labels);
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
            percentile(&labels).map(|value| value.clamp(lowest, highest))
        }
        _ => None,
    }
}

/// The metrics of a name with all their labels, so that nothing counts twice: those that have these.
fn matching<'a>(metrics: &'a [Metric], name: &str, labels: &[(&str, &str)]) -> Vec<&'a Metric> {
    let named: Vec<&Metric> = metrics.iter().filter(|m| m.name == name).collect();
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
