//! What is known of one side of a comparison: every figure with its replications or its batch means,
//! out of a result folder or of runs made for it. It knows nothing of the other side.

use indexmap::IndexMap;
use tokio_util::sync::CancellationToken;

use crate::domain::outcome::TransferKind;
use crate::domain::time::Duration;
use crate::measure::Bounds;
use crate::measure::catalogue::Kind;
use crate::measure::catalogue::{self, Direction};
use crate::measure::measured::Measured;
use crate::measure::results::{Metric, Results, Slo};
use crate::measure::selector::Selector;
use crate::measure::slo;
use crate::report::document::compare::{Party, Rank};
use crate::report::document::csv::{ReplicationRow, unit_of};
use crate::report::document::manifest::StopReason;
use crate::report::document::stored::Stored;
use crate::report::document::summary::Summary;
use crate::report::folder::read::ReadError;
use crate::run::{Ending, Options, RunError};
use crate::study::replicate::{self, Case, Parallel, Progress};
use crate::study::stats::{Estimate, Interval};
use crate::study::stored::{self, Earlier};

/// Of the intervals of summaries.
const CONFIDENCE: f64 = 0.95;

/// One of the two that are compared: the baseline or the alternative.
#[derive(Clone, Debug)]
pub struct Side {
    /// What it is, as shown.
    pub(crate) party: Party,
    /// Its figures, in the order of results.
    pub(super) figures: IndexMap<Figure, Known>,
    /// Its label values that a topology names: operators and stations.
    names: Vec<String>,
    /// The figures that lines ask for, in their order; `None` where too few samples carry it.
    pub(super) asked: Vec<Option<Known>>,
    /// Of the topology's SLO lines.
    slo: Vec<Selector>,
}

/// A figure's name. The unit is part of it: sums in two currencies do not compare.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Figure {
    pub(super) metric: String,
    /// As `name=value` pairs joined by `;`.
    pub(super) labels: String,
    pub(super) statistic: &'static str,
    pub(super) unit: String,
}

/// What is known of a figure.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Known {
    /// Of all replications added up.
    pub(super) value: f64,
    /// Of each replication that has it; empty if there was one.
    pub(super) each: Vec<Option<f64>>,
    /// Of a single run, by batch means.
    pub(super) estimate: Option<Estimate>,
    /// Whether the value is a lower bound.
    pub(super) least: bool,
    /// Of a sum over events, what one more of them in one run adds to its value there.
    pub(super) event: Option<f64>,
}

impl Known {
    /// The value of every replication, if there are several and all have it.
    pub(super) fn complete(&self) -> Option<Vec<f64>> {
        let values: Option<Vec<f64>> = self.each.iter().copied().collect();
        values.filter(|values| values.len() > 1)
    }
}

impl Figure {
    /// Whether it is added up over `from` and `to`, or never had them.
    pub(super) fn rolled(&self) -> bool {
        stored::pairs(&self.labels).all(|(label, _)| !matches!(label, "from" | "to"))
    }

    /// Whether it is the one that a line is about.
    pub(super) fn is(&self, selector: &Selector) -> bool {
        let labels: Vec<(&str, &str)> = stored::pairs(&self.labels).collect();
        let asked = selector.filter();
        self.metric == selector.metric()
            && self.statistic == selector.statistic()
            && labels.len() == asked.len()
            && asked.iter().all(|(name, value)| labels.contains(&(*name, value.as_str())))
    }

    /// Whether it is one of what most people look at first: how long messages, presence and short
    /// messages take, and how much of it comes to its end.
    fn is_headline(&self) -> bool {
        let times = ["message_latency", "sms_latency", "presence_latency"];
        let ends = ["messages_delivered", "messages_undelivered"];
        let figure = match self.statistic {
            "p95" => times.contains(&self.metric.as_str()),
            "rate" => ends.contains(&self.metric.as_str()),
            _ => false,
        };
        figure && self.rolled()
    }

    /// Which way of it is better.
    pub(super) fn direction(&self) -> Direction {
        let known = catalogue::Metric::named(&self.metric);
        known.map_or(Direction::Neither, |metric| metric.info().better)
    }
}

impl Side {
    /// A result folder, with the values of its topology where they can be read.
    ///
    /// # Errors
    /// If its figures cannot be read.
    pub(crate) fn of_folder(
        stored: &Stored,
        values: Vec<(String, String)>,
        asked: &[Selector],
        letter: &str,
    ) -> Result<Self, ReadError> {
        let manifest = &stored.manifest;
        let party = Party {
            letter: letter.to_owned(),
            path: stored.dir.display().to_string(),
            file: stored.dir.join("topology.yaml").display().to_string(),
            topology: manifest.name.clone(),
            digest: manifest.digest.clone(),
            values,
            version: manifest.version.clone(),
            commit: manifest.commit.clone(),
            seeds: manifest.replication_seeds.clone(),
            finished: manifest.stop_reason == StopReason::Finished,
            slo: Vec::new(),
            trends: Vec::new(),
        };
        let earlier = Earlier::of(stored)?;
        let (mut summary, mut rows) = (stored.summary.clone(), stored.replications.clone());
        if let Some((whole, each)) = earlier.sums() {
            over_routes(whole, &each.iter().collect::<Vec<_>>(), &mut summary, &mut rows);
        }
        let mut side = Self::new(party, &summary, &rows);
        let known = |selector: &Selector| {
            let (value, least) = (earlier.figure(selector)?, earlier.is_least(selector));
            Some(side.known(selector, (value, least), earlier.each(selector)))
        };
        side.asked = asked.iter().map(known).collect();
        Ok(side)
    }

    /// Runs a topology as often as it says; `party` says all but the seeds and the end.
    ///
    /// # Errors
    /// Only faults of the program.
    pub fn of_runs(
        party: Party,
        case: &Case,
        asked: &[Selector],
        options: Options,
        parallel: Parallel,
        stop: &CancellationToken,
        progress: Progress<'_>,
    ) -> Result<Self, RunError> {
        let replications = case.federation.run.replications.max(1);
        let runs = replicate::several(case, (0, replications), options, parallel, stop, progress)?;
        // While each can still be asked by itself.
        let of_each = |selector: &Selector| -> Vec<Option<Bounds>> {
            runs.iter().map(|run| selector.bounds(&run.measured)).collect()
        };
        let each: Vec<Vec<Option<Bounds>>> = asked.iter().map(of_each).collect();
        let all = replicate::added(runs);
        let mut rows: Vec<ReplicationRow> = match all.each.as_slice() {
            [_] => Vec::new(),
            several => (0..)
                .zip(several)
                .flat_map(|(n, one)| ReplicationRow::of(n, &one.metrics))
                .collect(),
        };
        let seeds = all.each.iter().map(|one| one.seed).collect();
        let party = Party { seeds, finished: all.ended == Ending::Finished, ..party };
        let mut summary = Summary::new(&party.topology, &all.results);
        let each_run: Vec<&Measured> = all.each.iter().map(|one| &one.measured).collect();
        over_routes(&all.measured, &each_run, &mut summary, &mut rows);
        let mut side = Self::new(party, &summary, &rows);
        side.asked = asked
            .iter()
            .zip(each)
            .map(|(selector, each)| {
                let known = selector.bounds(&all.measured)?;
                let least = known.is_least() || each.iter().flatten().any(Bounds::is_least);
                let each = each.into_iter().map(|one| one.map(|known| known.shown)).collect();
                Some(side.known(selector, (known.shown, least), each))
            })
            .collect();
        Ok(side)
    }

    fn new(party: Party, summary: &Summary, rows: &[ReplicationRow]) -> Self {
        let names = stored::names(summary);
        // Lines about a part of the time are about no figure of the whole: no part fits into none.
        let line = |line: &Slo| slo::parse(&line.line, &names, Duration::ZERO).ok();
        let lines = summary.slo.iter().filter_map(line);
        let slo = lines.map(|line| line.selector().clone()).collect();
        let party = Party { slo: summary.slo.clone(), trends: summary.trends.clone(), ..party };
        let names = names.operators.into_iter().chain(names.stations).collect();
        let mut figures = IndexMap::new();
        let runs = party.seeds.len().max(1) as f64;
        // What was still under way is known by the figures that it makes lower bounds.
        let censored =
            |name: &str| catalogue::Metric::named(name).is_some_and(|it| it.is_censored());
        for metric in summary.metrics.iter().filter(|metric| !censored(&metric.name)) {
            for (statistic, value) in statistics(metric) {
                let unit = unit_of(statistic, &metric.unit).to_owned();
                let labels = metric.joined();
                let figure = Figure { metric: metric.name.to_string(), labels, statistic, unit };
                let estimate = batches(metric, statistic);
                let least = metric.is_least(statistic);
                let event = events(metric, summary).filter(|count| *count > 0);
                let event = event.map(|count| value / count as f64 * runs);
                let known = Known { value, each: Vec::new(), estimate, least, event };
                figures.insert(figure, known);
            }
        }
        let mut side = Self { party, figures, names, asked: Vec::new(), slo };
        side.take(rows);
        side
    }

    /// Takes the figures of single replications.
    fn take(&mut self, rows: &[ReplicationRow]) {
        let count = self.replications();
        // Without rows nothing is known of single replications.
        if count < 2 || rows.is_empty() {
            return;
        }
        for (figure, known) in &mut self.figures {
            // A counter that a replication does not have counted nothing there.
            known.each = vec![(figure.statistic == "rate").then_some(0.0); count];
        }
        for row in rows {
            let Some(statistic) = STATISTICS.iter().find(|known| **known == row.statistic) else {
                continue;
            };
            let figure = Figure {
                metric: row.metric.clone(),
                labels: row.labels.clone(),
                statistic,
                unit: row.unit.clone(),
            };
            let Some(known) = self.figures.get_mut(&figure) else { continue };
            // The mean of some that are lower bounds is one.
            known.least |= row.at_least;
            if let Some(of) = known.each.get_mut(row.replication as usize) {
                *of = Some(row.value);
            }
        }
    }

    /// How many runs there were.
    pub(super) fn replications(&self) -> usize {
        self.party.seeds.len()
    }

    /// How far in front a figure stands.
    pub(super) fn rank(&self, figure: &Figure) -> Rank {
        match figure.metric.as_str() {
            _ if self.slo.iter().any(|selector| figure.is(selector)) => Rank::Slo,
            "message_stage_time" | "route_stage_time" => Rank::Stage,
            _ if figure.is_headline() => Rank::Headline,
            _ => Rank::Figure,
        }
    }

    /// A figure that a line asks for, with the batch means where it is one of the summary's; `least`:
    /// it is a lower bound.
    fn known(
        &self,
        selector: &Selector,
        (value, least): (f64, bool),
        each: Vec<Option<f64>>,
    ) -> Known {
        let each = if self.replications() > 1 { each } else { Vec::new() };
        let known = self.figures.iter().find(|(figure, _)| figure.is(selector));
        let estimate = known.and_then(|(_, known)| known.estimate);
        Known { value, each, estimate, least, event: known.and_then(|(_, known)| known.event) }
    }

    /// What a side without a figure knows of it: a counter of operators and stations that it has
    /// counted nothing; of all else nothing is known.
    pub(super) fn uncounted(&self, figure: &Figure) -> Option<Known> {
        let known = |(label, value): (&str, &str)| {
            !matches!(label, "from" | "to" | "operator" | "station")
                || self.names.iter().any(|name| name == value)
        };
        let counter = figure.statistic == "rate" && stored::pairs(&figure.labels).all(known);
        let count = if self.replications() > 1 { self.replications() } else { 0 };
        let each = vec![Some(0.0); count];
        counter.then_some(Known { value: 0.0, each, estimate: None, least: false, event: None })
    }
}

/// Adds what is told by route over all routes, so that federations with other routes compare.
fn over_routes(
    whole: &Measured,
    each: &[&Measured],
    summary: &mut Summary,
    rows: &mut Vec<ReplicationRow>,
) {
    let each: Vec<Vec<Metric>> = each.iter().map(|one| one.over_routes()).collect();
    let metrics: Vec<&[Metric]> = each.iter().map(Vec::as_slice).collect();
    let all = Results { metrics: whole.over_routes(), ..Results::default() };
    summary.metrics.extend(replicate::with_intervals(all, &metrics).metrics);
    if each.len() > 1 {
        rows.extend((0..).zip(&each).flat_map(|(n, one)| ReplicationRow::of(n, one)));
    }
}

/// The statistics that are compared: few, since every further one makes all others harder to tell.
const STATISTICS: [&str; 5] = ["mean", "p50", "p95", "p99", "rate"];

/// The figures of a metric that are compared.
fn statistics(metric: &Metric) -> Vec<(&'static str, f64)> {
    let wanted: &[&str] = match metric.kind {
        Kind::Counter => &["rate"],
        Kind::Gauge => &["mean"],
        Kind::Histogram => &["mean", "p50", "p95", "p99"],
    };
    let figures = metric.figures().into_iter();
    figures.filter(|(name, _)| wanted.contains(name)).collect()
}

/// How many events a metric is made of, if it is a sum over some: its own count, the transfers of bytes,
/// the messages of what is owed.
fn events(metric: &Metric, summary: &Summary) -> Option<u64> {
    let transfers = |wanted: &dyn Fn(&Metric) -> bool| {
        let of = summary.named("agreement_messages").filter(|transfers| wanted(transfers));
        of.filter_map(|transfers| transfers.count).sum()
    };
    match (&*metric.name, metric.kind) {
        ("agreement_bytes", _) => Some(transfers(&|other| other.labels == metric.labels)),
        ("settlement", _) => Some(transfers(&|other| {
            let same = |label| other.label(label) == metric.label(label);
            let kind = TransferKind::named(other.label("kind"));
            same("from") && same("to") && kind.is_some_and(TransferKind::is_written)
        })),
        (_, Kind::Counter) => metric.count,
        _ => None,
    }
}

/// The estimate behind an interval of batch means.
fn batches(metric: &Metric, statistic: &str) -> Option<Estimate> {
    let means = metric.batch_means?;
    let [low, high] = *metric.interval95.get(statistic)?;
    let value = if statistic == "rate" { metric.rate? } else { metric.mean? };
    let df = f64::from(means.number) - 1.0;
    // One end may be cut off at what the figure can be; the other is as far as chance reaches.
    let reach = (high - value).max(value - low);
    let interval = Interval { low: value - reach, high: value + reach };
    Estimate::of_interval(value, interval, CONFIDENCE, df)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_made_of_its_events() {
        let row =
            |name: &'static str, kind: Option<&str>, metric: Kind, count: Option<u64>, mean| {
                let between = [("from", "a"), ("to", "b")].map(|(l, v)| (l.into(), v.to_owned()));
                let kind = kind.map(|kind| ("kind".into(), kind.to_owned()));
                let labels = between.into_iter().chain(kind).collect();
                let row = Metric::new(name, labels, metric, "1".to_owned());
                let rate = count.map(|count| count as f64 / 1200.0);
                Metric { count, rate, mean, ..row }
            };
        let metrics = vec![
            row("messages_lost", None, Kind::Counter, Some(6), None),
            row("agreement_messages", Some("message"), Kind::Counter, Some(20), None),
            row("agreement_messages", Some("answer"), Kind::Counter, Some(90), None),
            row("agreement_bytes", Some("message"), Kind::Counter, Some(8000), None),
            row("settlement", None, Kind::Gauge, None, Some(0.5)),
        ];
        let summary = Summary::new("x", &Results { metrics, ..Results::default() });
        let seeds = vec![1, 2];
        let party = Party { seeds, ..Party::default() };
        let side = Side::new(party, &summary, &[]);
        let event = |name: &str| {
            let of = |(figure, _): &(&Figure, &Known)| figure.metric == name;
            side.figures.iter().find(of).and_then(|(_, known)| known.event).expect("an event")
        };
        // Two runs of 600 s: one event more in one of them, of a message 400 bytes, of 10 messages 0.5.
        assert!((event("messages_lost") * 600.0 - 1.0).abs() < 1e-9);
        assert!((event("agreement_bytes") * 600.0 - 400.0).abs() < 1e-9);
        assert!((event("settlement") - 0.05).abs() < 1e-9);
    }
}
