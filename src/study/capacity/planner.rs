//! The planner's page at the planned load: what a failure does, who pays whom, and from how
//! many partners on a hub pays.

use std::collections::BTreeMap;

use tokio_util::sync::CancellationToken;

use super::curve_point;
use super::resources;
use crate::domain::federation::{Federation, Money, OperatorKind, TimedEvent};
use crate::domain::outcome::TransferKind;
use crate::domain::time::Duration;
use crate::measure::results::{Metric, Results, SeriesRow};
use crate::report::document::capacity::{Account, BreakEven, CurvePoint, Failure};
use crate::run::{Finished, Options, RunError};
use crate::study::pool;
use crate::study::replicate::{self, Case, Parallel, Replicated};

/// Figures, the measured seconds of one run, and how many runs they are of.
fn parts(seen: &Replicated) -> (&Results, f64, f64) {
    let (start, end) = seen.results.measured;
    (&seen.results, (end - start).max(1e-9), f64::from(seen.measured.runs()))
}

/// Lets every part fail in turn, for the middle third of the measured time.
///
/// # Errors
/// Only faults of the program.
pub(crate) fn failures(
    case: &Case,
    parallel: Parallel,
    stop: &CancellationToken,
    tell: &(dyn Fn(&str, f64) + Sync),
) -> Result<Vec<Failure>, RunError> {
    let third = Duration(case.federation.run.duration.0 / 3);
    let outages: Vec<_> = resources::outages(&case.federation, third);
    let outages: Vec<_> = outages.into_iter().map(|(name, event)| (name, Some(event))).collect();
    // What the run is like without, to compare with.
    let outages = [vec![("nothing".to_owned(), None)], outages].concat();
    let options = Options { threads: 1, ..Options::default() };
    let runs = pool::run(parallel.threads, outages.len(), |place| {
        let (part, event) = &outages[place];
        tell(part, place as f64 / outages.len() as f64);
        let mut case = case.clone();
        let event = event.clone().map(|event| TimedEvent { at: third, event });
        case.federation.timeline.extend(event);
        case.federation.timeline.sort_by_key(|event| event.at);
        let run = replicate::one(&case, 0, false, options, stop, &mut |_, _| {})?;
        Ok((failure(part, &run, third), queues(&run.results.series)))
    })?;
    // What is usual: the most that ever waits when nothing fails.
    let usual = runs.first().map_or(0.0, |(_, quiet)| quiet.values().copied().fold(0.0, f64::max));
    let end = 2.0 * third.as_secs_f64();
    let after = |(failure, queues): (Failure, BTreeMap<u64, f64>)| Failure {
        drained: drained(&queues, usual, end),
        ..failure
    };
    Ok(runs.into_iter().map(after).collect())
}

/// What came of a run; when its queues were as usual again is told later.
fn failure(part: &str, run: &Finished, third: Duration) -> Failure {
    // From the failure on: at the start everybody logs in at once.
    let began = third.as_secs_f64() - 1e-3;
    let rows = run.results.series.iter().filter(|row| row.metric == "station_queue_length");
    let longest = rows
        .filter(|row| row.statistic == "mean" && row.time_s >= began)
        .map(|row| (row.value, row.labels.trim_start_matches("station=")))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .unwrap_or((0.0, ""));
    let lines = |unknown: bool| {
        let slo = run.results.slo.iter().filter(|line| !line.passed);
        let lines = slo.filter(|line| line.observed.is_none() == unknown);
        lines.map(|line| line.line.clone()).collect()
    };
    let CurvePoint { refused, lost, p95, at_least, .. } = curve_point(0.0, &run.measured);
    Failure {
        part: part.to_owned(),
        refused,
        lost,
        p95,
        at_least: at_least.contains(&"p95"),
        backlog: longest.0,
        at: longest.1.to_owned(),
        drained: None,
        failing: lines(false),
        unknown: lines(true),
    }
}

/// All queues together, on average over each interval; by the interval's time in milliseconds.
pub(crate) fn queues(series: &[SeriesRow]) -> BTreeMap<u64, f64> {
    let mut totals: BTreeMap<u64, f64> = BTreeMap::new();
    let rows = series.iter().filter(|row| row.metric == "station_queue_length");
    for row in rows.filter(|row| row.statistic == "mean") {
        *totals.entry((row.time_s * 1e3) as u64).or_default() += row.value;
    }
    totals
}

/// From the end of a failure until the queues are as usual and stay so.
pub(crate) fn drained(queues: &BTreeMap<u64, f64>, usual: f64, end: f64) -> Option<f64> {
    let after = queues.iter().map(|(ms, total)| (*ms as f64 / 1e3, *total));
    let after: Vec<(f64, f64)> = after.filter(|(at, _)| *at >= end - 1e-3).collect();
    // The last interval that is above; the next one is as usual.
    match after.iter().rposition(|(_, total)| *total > usual) {
        None => Some(0.0),
        Some(place) => after.get(place + 1).map(|(at, _)| at - end),
    }
}

/// Who owes whom, agreement by agreement.
pub(crate) fn accounts(federation: &Federation, seen: &Replicated) -> Vec<Account> {
    let (results, _, runs) = parts(seen);
    let owed = |from: &str, to: &str| {
        let labels = [("from", from), ("to", to)];
        let metric = results.metrics.iter().find(|metric| metric.is("settlement", &labels));
        metric.and_then(|metric| metric.mean).unwrap_or(0.0)
    };
    let crossed = |from: &str, to: &str| {
        let metrics = results.metrics.iter().filter(|metric| {
            metric.name == "agreement_messages"
                && metric.label("from") == from
                && metric.label("to") == to
                && TransferKind::named(metric.label("kind")).is_some_and(TransferKind::is_written)
        });
        metrics.map(counted).sum::<f64>() / runs
    };
    let mut accounts: Vec<Account> = Vec::new();
    for (_, agreement) in federation.agreements() {
        let [a, b] = agreement.between.map(|id| federation.operator(id).name.clone());
        let monthly = agreement.tariff.monthly;
        // Two agreements of one pair are one account.
        match accounts.iter_mut().find(|account| account.between == [a.clone(), b.clone()]) {
            Some(account) => account.monthly += monthly,
            None => {
                let owed = [owed(&a, &b), owed(&b, &a)];
                let messages = crossed(&a, &b) + crossed(&b, &a);
                let per_thousand = (messages > 0.0).then(|| (owed[0] + owed[1]) / messages * 1e3);
                let between = [a, b];
                accounts.push(Account { between, owed, monthly, messages, per_thousand });
            }
        }
    }
    accounts
}

/// From how many partners on a hub pays, by the tariffs of the file's first agreements with a hub and
/// without; `None` if it has not both, or they cost nothing.
pub(crate) fn break_even(federation: &Federation, seen: &Replicated) -> Option<BreakEven> {
    let hub = |id| federation.operator(id).kind == OperatorKind::Hub;
    let im = || federation.agreements.iter().filter(|a| a.protocol.carries_im());
    let with = im().find(|agreement| agreement.between.iter().any(|id| hub(*id)))?;
    let without = im().find(|agreement| !agreement.between.iter().any(|id| hub(*id)))?;
    let partners = federation.operators.iter().filter(|o| o.imsp.is_some()).count() as f64;
    // What is billed: everything that leaves an operator over an agreement for IM, counted where it
    // leaves and not again at the hub.
    let (results, _, runs) = parts(seen);
    let operators = federation.operators.iter().filter(|o| o.kind != OperatorKind::Hub);
    let leaving = operators.map(|from| {
        let crossed = results.metrics.iter().filter(|metric| {
            metric.name == "agreement_messages"
                && metric.label("kind") == TransferKind::Message.label()
                && metric.label("from") == from.name
                && !metric.label("to").is_empty()
        });
        crossed.map(counted).sum::<f64>()
    });
    let pairs = (partners * (partners - 1.0)).max(1.0);
    let messages = leaving.sum::<f64>() / runs * month(&federation.money, seen) / pairs;
    let bilateral = without.tariff.monthly + messages * without.tariff.message;
    let (hub_fixed, hub_each) = (with.tariff.monthly, messages * with.tariff.message);
    if bilateral + hub_fixed + hub_each == 0.0 {
        return None;
    }
    let saved = bilateral - hub_each;
    let partners = (saved > 0.0).then(|| (hub_fixed / saved).max(1.0));
    Some(BreakEven {
        messages_per_partner: messages,
        bilateral,
        hub_fixed,
        hub_per_partner: hub_each,
        partners,
    })
}

/// How many times the measured time of one run a month is, if that time is like the busy hour.
pub(crate) fn month(money: &Money, seen: &Replicated) -> f64 {
    let (_, seconds, _) = parts(seen);
    3600.0 / seconds * money.busy_hours()
}

fn counted(metric: &Metric) -> f64 {
    metric.count.unwrap_or(0) as f64
}
