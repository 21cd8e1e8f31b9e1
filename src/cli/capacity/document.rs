//! What the study found, as the document that is printed and written. It knows no files.

use crate::report::capacity::{self as page, Capacity};
use crate::study::capacity::inputs::Sensitivity;
use crate::study::capacity::planner;
use crate::study::capacity::search::{Side, Verdict};
use crate::study::capacity::{Answer, CurvePoint, Limit, curve_point};
use crate::study::replicate::Case;
use crate::topology::Scalar;

/// Everything that was found.
pub(super) struct Found {
    pub(super) answer: Answer,
    pub(super) licences: Vec<planner::Licence>,
    pub(super) failures: Vec<planner::Failure>,
    pub(super) inputs: Vec<Sensitivity>,
    /// The last value that the topology could not have, and why.
    pub(super) refused: Option<(f64, String)>,
}

/// The document of what was found for the value `varied`, planned as `own`.
pub(super) fn document(varied: &str, planned: &Case, own: &Scalar, found: Found) -> Capacity {
    let Found { answer, licences, failures, inputs, refused } = found;
    let federation = &planned.federation;
    let seen = &answer.planned.replicated;
    let (border, side) = (answer.found.border, answer.found.side);
    let accounts = planner::accounts(federation, seen);
    let owed: f64 = accounts.iter().flat_map(|account| account.owed).sum();
    let monthly: f64 = accounts.iter().map(|account| 2.0 * account.monthly).sum();
    let point = curve_point(0.0, &seen.measured);
    let seconds = seen.results.measured.1 - seen.results.measured.0;
    let messages = point.delivered * seconds;
    let per_thousand = |owed: f64| if messages > 0.0 { owed / messages * 1e3 } else { 0.0 };
    // Where a line cannot be told, the highest such value says how far to look for samples.
    let unknown = |line: usize| {
        let points = answer.found.points.iter().filter(|point| point.unknown.contains(&line));
        points.map(|point| point.value).reduce(f64::max)
    };
    let too_few = planned.slo.iter().enumerate().filter_map(|(place, line)| {
        unknown(place).map(|value| page::TooFew { line: line.text().to_owned(), at: value })
    });
    // What is promised is what clearly holds.
    let sure = answer.found.interval.0.or(border);
    let headroom = sure.filter(|_| border.is_some()).map(|sure| match side {
        Side::UpTo => sure / answer.planned.value - 1.0,
        Side::From => answer.planned.value / sure - 1.0,
    });
    let ends = [answer.found.points.first(), answer.found.points.last()];
    let tried = ends.map(|point| point.map_or(answer.planned.value, |point| point.value));
    // The easiest point tried tells best what cannot be met.
    let easiest = answer.found.points.first().filter(|_| border.is_none());
    let failing = easiest.map_or(Vec::new(), |point| {
        let lines = point.failing.iter().map(|place| &point.replicated.results.slo[*place]);
        lines.map(|line| format!("{} ({})", line.line, line.seen())).collect()
    });
    Capacity {
        schema: Capacity::SCHEMA,
        name: federation.name.clone(),
        varied: varied.to_owned(),
        unit: own.unit().to_owned(),
        planned: answer.planned.value,
        largest: border.filter(|_| side == Side::UpTo),
        smallest: border.filter(|_| side == Side::From),
        interval: [answer.found.interval.0, answer.found.interval.1],
        ended: refused.filter(|_| border.is_none()).map(|(value, why)| page::End { value, why }),
        headroom,
        tried,
        failing,
        holds: answer.planned.verdict.holds(),
        known: answer.planned.verdict != Verdict::Unknown,
        bottleneck: answer.bottleneck.map(limit),
        next: answer.next.map(limit),
        busy: answer.busy,
        full: answer.full,
        knee: answer.knee,
        curve: answer.curve.into_iter().map(curve).collect(),
        too_few_samples: too_few.collect(),
        licences: licences.into_iter().map(licence).collect(),
        failures: failures.into_iter().map(failure).collect(),
        accounts: accounts.into_iter().map(account).collect(),
        currency: federation.currency.clone(),
        per_thousand: per_thousand(owed),
        per_thousand_with_monthly: per_thousand(owed + monthly / planner::month(seen)),
        break_even: planner::break_even(federation, seen).map(break_even),
        inputs: inputs
            .into_iter()
            .map(|Sensitivity { input, answers: [lower, higher] }| page::Input {
                input,
                lower,
                higher,
            })
            .collect(),
    }
}

fn limit(limit: Limit) -> page::Limit {
    let Limit { resources, name, pressure, lines, largest, relieves } = limit;
    let kind = resources.first().map_or("part", |resource| resource.kind());
    page::Limit { part: name, kind, utilisation: pressure, lines, largest, relieves }
}

fn curve(point: CurvePoint) -> page::CurvePoint {
    let CurvePoint { value, offered, delivered, latency, refused, lost, waiting } = point;
    let [mean, p50, p95, p99] = latency;
    page::CurvePoint { value, offered, delivered, mean, p50, p95, p99, refused, lost, waiting }
}

fn licence(licence: planner::Licence) -> page::Licence {
    let planner::Licence { operator, first, retries, installed, needed } = licence;
    page::Licence { operator, first_attempts: first, retries, installed, needed }
}

fn failure(failure: planner::Failure) -> page::Failure {
    let planner::Failure { part, run, backlog, at, drained, failing, unknown } = failure;
    let CurvePoint { refused, lost, latency: [_, _, p95, _], .. } = run;
    page::Failure { part, refused, lost, p95, backlog, at, drained, failing, unknown }
}

fn account(account: planner::Account) -> page::Account {
    let planner::Account { between, owed, monthly, messages } = account;
    let per_thousand = (messages > 0.0).then(|| (owed[0] + owed[1]) / messages * 1e3);
    page::Account { between, owed, monthly, messages, per_thousand }
}

fn break_even(even: planner::BreakEven) -> page::BreakEven {
    let planner::BreakEven { messages, bilateral, hub_fixed, hub_each, partners } = even;
    page::BreakEven {
        messages_per_partner: messages,
        bilateral,
        hub_fixed,
        hub_per_partner: hub_each,
        partners,
    }
}
