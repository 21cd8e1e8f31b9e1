//! The planner's page at the planned load: licences, what a failure does, who pays whom, and from how
//! many partners on a hub pays.

use tokio_util::sync::CancellationToken;

use super::resources::{self, count, label};
use super::{CurvePoint, curve_point};
use crate::domain::federation::{Federation, OperatorKind, Protocol, TimedEvent};
use crate::domain::time::Duration;
use crate::measure::results::{MetricValue, Results, SeriesRow};
use crate::run::{Finished, Options, RunError};
use crate::study::pool;
use crate::study::replicate::{self, Case, Parallel, Replicated};

/// Highest use of a licence that planners allow (handset makers' and vendors' guides: 70 %).
pub const ALLOWED: f64 = 0.7;
/// Share of a day's traffic in its busy hour, to make a month of what was measured.
pub const BUSY_HOUR: f64 = 0.1;
/// Days of a month.
const DAYS: f64 = 30.0;

/// What one SMSC needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Licence {
    /// Whose.
    pub operator: String,
    /// First attempts a second.
    pub first: f64,
    /// Repeated attempts a second.
    pub retries: f64,
    /// Licensed rate of all nodes, a second.
    pub installed: f64,
    /// Licensed rate that is needed at the highest use allowed, a second.
    pub needed: f64,
}

/// What the failure of one part does.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The part.
    pub part: String,
    /// Delays and losses of the whole run.
    pub run: CurvePoint,
    /// Longest queue at any station.
    pub backlog: f64,
    /// From the end of the failure until all queues are as before, seconds; `None`: not within the
    /// run.
    pub drained: Option<f64>,
    /// SLO lines that do not hold.
    pub failing: Vec<String>,
}

/// What two operators owe each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// The two.
    pub between: [String; 2],
    /// What each owes the other for the measured time.
    pub owed: [f64; 2],
    /// What each owes every month whatever crosses.
    pub monthly: f64,
    /// Messages between them, both ways.
    pub messages: f64,
}

/// Hub or bilateral agreements.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BreakEven {
    /// Messages a month that a partner exchanges with one other.
    pub messages: f64,
    /// A month of one bilateral agreement.
    pub bilateral: f64,
    /// A month of the hub's agreement, whatever crosses.
    pub hub_fixed: f64,
    /// The hub's price for what one partner exchanges in a month.
    pub hub_each: f64,
    /// Partners from which on the hub costs less; `None`: it never does.
    pub partners: Option<f64>,
}

/// Figures, the measured seconds of one run, and how many runs they are of.
fn parts(seen: &Replicated) -> (&Results, f64, f64) {
    let (start, end) = seen.results.measured;
    (&seen.results, (end - start).max(1e-9), f64::from(seen.measured.runs()))
}

/// Licences of every SMSC, by what was measured.
pub fn licences(federation: &Federation, seen: &Replicated) -> Vec<Licence> {
    let (results, seconds, runs) = parts(seen);
    let operators = federation.operators.iter().filter_map(|operator| {
        let smsc = operator.smsc.as_ref()?;
        let prefix = format!("{}/smsc[", operator.name);
        let served = results.metrics.iter().filter(|metric| {
            metric.name == "station_served" && label(metric, "station").starts_with(&prefix)
        });
        let served = served.map(|metric| match metric.value {
            MetricValue::Counter { rate, .. } => rate,
            _ => 0.0,
        });
        let served: f64 = served.sum();
        // A failed attempt with another to follow is the one before a retry.
        let retried = count(results, "sms_retried", "operator", &operator.name);
        let retries = (retried / seconds / runs).min(served);
        let first = served - retries;
        let installed = smsc.throughput * f64::from(smsc.nodes);
        let (operator, needed) = (operator.name.clone(), served / ALLOWED);
        Some(Licence { operator, first, retries, installed, needed })
    });
    operators.collect()
}

/// Lets every part fail in turn, for the middle third of the measured time.
///
/// # Errors
/// Only faults of the program.
pub fn failures(
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
    pool::run(parallel.threads, outages.len(), |place| {
        let (part, event) = &outages[place];
        tell(part, place as f64 / outages.len() as f64);
        let mut case = case.clone();
        let event = event.clone().map(|event| TimedEvent { at: third, event });
        case.federation.timeline.extend(event);
        case.federation.timeline.sort_by_key(|event| event.at);
        let run = replicate::one(&case, 0, false, options, stop, &mut |_, _| {})?;
        Ok(failure(part, &run, third))
    })
}

fn failure(part: &str, run: &Finished, third: Duration) -> Failure {
    let levels = run.results.metrics.iter().filter(|m| m.name == "station_queue_length");
    let backlog = levels.map(|metric| match metric.value {
        MetricValue::Gauge { max, .. } => max,
        _ => 0.0,
    });
    let failing = run.results.slo.iter().filter(|line| !line.passed && line.observed.is_some());
    Failure {
        part: part.to_owned(),
        run: curve_point(0.0, &run.measured),
        backlog: backlog.fold(0.0, f64::max),
        drained: drained(&run.results.series, third.as_secs_f64()),
        failing: failing.map(|line| line.line.clone()).collect(),
    }
}

/// From the end of a failure until the queues together are no longer than they ever were before it.
fn drained(series: &[SeriesRow], third: f64) -> Option<f64> {
    let mut totals: std::collections::BTreeMap<u64, f64> = std::collections::BTreeMap::new();
    for row in series.iter().filter(|row| row.metric == "station_queue_length") {
        *totals.entry((row.time_s * 1e3) as u64).or_default() += row.value;
    }
    let at = |ms: &u64| *ms as f64 / 1e3;
    let before = totals.iter().filter(|(ms, _)| at(ms) < third).map(|(_, total)| *total);
    let usual = before.fold(0.05, f64::max);
    let after: Vec<(f64, f64)> = totals
        .iter()
        .filter(|(ms, _)| at(ms) >= 2.0 * third - 1e-3)
        .map(|(ms, total)| (at(ms), *total))
        .collect();
    // The last interval that is above; the next one is as before.
    match after.iter().rposition(|(_, total)| *total > usual) {
        None => Some(0.0),
        Some(place) => after.get(place + 1).map(|(ms, _)| ms - 2.0 * third),
    }
}

/// Who owes whom, agreement by agreement.
pub fn accounts(federation: &Federation, seen: &Replicated) -> Vec<Account> {
    let (results, _, runs) = parts(seen);
    let owed = |from: &str, to: &str| {
        let metric = results.metrics.iter().find(|metric| {
            metric.name == "settlement"
                && label(metric, "from") == from
                && label(metric, "to") == to
        });
        metric.map_or(0.0, |metric| match metric.value {
            MetricValue::Gauge { mean, .. } => mean,
            _ => 0.0,
        })
    };
    let crossed = |from: &str, to: &str| {
        let metrics = results.metrics.iter().filter(|metric| {
            metric.name == "agreement_messages"
                && label(metric, "from") == from
                && label(metric, "to") == to
                && matches!(label(metric, "kind"), "message" | "sms")
        });
        let counts = metrics.map(|metric| match metric.value {
            MetricValue::Counter { count, .. } => count as f64,
            _ => 0.0,
        });
        counts.sum::<f64>() / runs
    };
    let mut accounts: Vec<Account> = Vec::new();
    for (_, agreement) in federation.agreements() {
        let [a, b] = agreement.between.map(|id| federation.operator(id).name.clone());
        let monthly = agreement.tariff.monthly;
        // Two agreements of one pair are one account.
        match accounts.iter_mut().find(|account| account.between == [a.clone(), b.clone()]) {
            Some(account) => account.monthly += monthly,
            None => accounts.push(Account {
                owed: [owed(&a, &b), owed(&b, &a)],
                monthly,
                messages: crossed(&a, &b) + crossed(&b, &a),
                between: [a, b],
            }),
        }
    }
    accounts
}

/// From how many partners on a hub pays, by the tariffs of the file's agreements with hubs and
/// without; `None` if it has not both, or they cost nothing.
pub fn break_even(federation: &Federation, seen: &Replicated) -> Option<BreakEven> {
    let (results, seconds, runs) = parts(seen);
    let month = 3600.0 / seconds / BUSY_HOUR * DAYS;
    let hub = |id| federation.operator(id).kind == OperatorKind::Hub;
    let ssp = || federation.agreements.iter().filter(|a| a.protocol == Protocol::Ssp);
    let with = ssp().find(|agreement| agreement.between.iter().any(|id| hub(*id)))?;
    let without = ssp().find(|agreement| !agreement.between.iter().any(|id| hub(*id)));
    let partners = federation.operators.iter().filter(|o| o.imsp.is_some()).count() as f64;
    let sent =
        ["interworked", "hub"].map(|route| count(results, "messages_accepted", "route", route));
    // Every count stands by pair and once more in all.
    let sent = sent.iter().sum::<f64>() / 2.0 / runs;
    let messages = sent * month / (partners * (partners - 1.0) / 2.0).max(1.0);
    let bilateral = without
        .map_or(0.0, |agreement| agreement.tariff.monthly + messages * agreement.tariff.message);
    let (hub_fixed, hub_each) = (with.tariff.monthly, messages * with.tariff.message);
    if without.is_none() || bilateral + hub_fixed + hub_each == 0.0 {
        return None;
    }
    let saved = bilateral - hub_each;
    let partners = (saved > 0.0).then(|| (hub_fixed / saved).max(1.0));
    Some(BreakEven { messages, bilateral, hub_fixed, hub_each, partners })
}
