//! What was found, as the document that is printed and written: the rest of what it says follows from
//! the answer. It knows no files.

use super::search::{Side, Verdict};
use super::{Answer, curve_point, planner};
use crate::report::document::capacity::{self as page, Capacity};
use crate::study::replicate::Case;

/// Everything that was found.
#[derive(Debug)]
pub(crate) struct Found {
    /// The search and what follows from it.
    pub(crate) answer: Answer,
    /// Of every part.
    pub(crate) sizes: Vec<page::Size>,
    /// By part, the first with nothing failing; none if not asked for.
    pub(crate) failures: Vec<page::Failure>,
    /// The most effective first.
    pub(crate) inputs: Vec<page::Input>,
    /// The last value that the topology could not have, and why.
    pub(crate) refused: Option<(f64, String)>,
}

/// The document of what was found for the value `varied`, in this unit.
pub(crate) fn document(varied: &str, planned: &Case, unit: &str, found: Found) -> Capacity {
    let Found { answer, sizes, failures, inputs, refused } = found;
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
    let known = |point: &&super::search::Point| !point.failing.is_empty();
    let easiest = answer.found.points.iter().find(known).filter(|_| border.is_none());
    let failing = easiest.map_or(Vec::new(), |point| {
        let lines = point.failing.iter().map(|place| &point.replicated.results.slo[*place]);
        lines.map(|line| format!("{} ({})", line.line, line.seen())).collect()
    });
    Capacity {
        schema: Capacity::SCHEMA,
        name: federation.name.clone(),
        varied: varied.to_owned(),
        unit: unit.to_owned(),
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
        bottleneck: answer.bottleneck.map(|limit| limit.found),
        next: answer.next.map(|limit| limit.found),
        busy: answer.busy,
        full: answer.full,
        knee: answer.knee,
        curve: answer.curve,
        too_few_samples: too_few.collect(),
        sizes,
        failures,
        accounts,
        currency: federation.currency.clone(),
        per_thousand: per_thousand(owed),
        per_thousand_with_monthly: per_thousand(
            owed + monthly / planner::month(&federation.money, seen),
        ),
        busy_hours: federation.money.busy_hours(),
        break_even: planner::break_even(federation, seen),
        inputs,
    }
}
