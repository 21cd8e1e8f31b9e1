//! How much a federation can carry: the largest load at which the SLO of its file holds, or the value of
//! anything else up to which, or from which on, it does; what gives way first, and what next; the curve
//! around it; and the planner's page (`sizes`, `planner`, `inputs`). Arithmetic says where to look, runs say
//! what is there. Called by the command line, which words and draws the answer.

pub(crate) mod document;
pub(crate) mod inputs;
pub mod planner;
pub mod probes;
pub mod resources;
pub mod search;
pub mod sizes;

use std::num::NonZeroUsize;

use self::resources::Resource;
use self::search::{Bench, Effort, Found, Point, Side, figure};
use self::sizes::room;
use crate::measure::measured::Measured;
use crate::measure::results::{Trend, Trending};
use crate::report::document::capacity::{self as page, CurvePoint};
use crate::report::judge::{BUSY, FULL, FULL_ALL_ALONG};
use crate::run::RunError;
use crate::study::pool;
use crate::study::replicate::Case;

/// Parts tried one by one, the hardest pressed first, to see whose growth mends the SLO.
const SUSPECTS: usize = 5;
/// Pressure below which a part is no suspect.
const IDLE: f64 = 0.2;
/// Points of the curve beside those of the search, as shares of the answer; near it there are enough.
const CURVE: [f64; 4] = [0.25, 0.5, 0.75, 0.9];
/// Where the end lies below this share of what is planned, the planned value is far beyond it.
const OVER: f64 = 0.8;
/// How much a lone point adds to the curve: the nearest of the search may lie no nearer, as a share.
const APART: f64 = 0.08;
/// How well what gives way next is known, as a share: one run a point.
const NEXT: f64 = 0.05;
/// By how much a search that starts where arithmetic says the end is steps away from it at first.
pub(crate) const NEAR: f64 = 1.08;

/// What is wanted to be known.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The value that is planned for; the search starts there, or where arithmetic says the load ends.
    pub planned: f64,
    /// The topology with that value.
    pub case: &'a Case,
    /// How hard to look.
    pub effort: Effort,
    /// Whether the value is the load, so that what stations have to do grows in proportion.
    pub is_load: bool,
}

/// What was found.
#[derive(Debug)]
pub struct Answer {
    /// Every value that was tried, and where the verdict turns.
    pub found: Found,
    /// What gives way first, where anything does.
    pub bottleneck: Option<Limit>,
    /// What gives way next once that is doubled.
    pub next: Option<Limit>,
    /// Parts with a utilisation above 60 % at the answer, the highest first.
    pub(crate) busy: Vec<(String, f64)>,
    /// Delays and losses around the answer.
    pub(crate) curve: Vec<CurvePoint>,
    /// Parts at their end at the answer, whatever the lines say: what waits for them is not lost, and
    /// their queues grow.
    pub full: Vec<String>,
    /// Where load divided by mean latency is greatest (Kleinrock's power): beyond it delay grows
    /// faster than load.
    pub(crate) knee: Option<f64>,
    /// At what was planned for.
    pub planned: Point,
}

/// Runs are not steady: what load they had nobody can say, and no capacity follows from them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsteady(pub String);

/// Why nothing follows from a point: what came was not the same all along.
fn unsteady(point: &Point) -> Option<Unsteady> {
    let load = |trend: &&Trend| trend.what == Trending::OfferedLoad;
    let trend = point.replicated.results.trends.iter().find(load)?;
    Some(Unsteady(trend.told()))
}

/// What gives way.
#[derive(Clone, Debug)]
pub struct Limit {
    /// The part; several of one kind where only all of them together help.
    pub(crate) resources: Vec<Resource>,
    /// The same in words.
    pub found: page::Limit,
}

/// Answers a question.
///
/// # Errors
/// Only faults of the program.
pub fn answer(
    question: Question<'_>,
    bench: Bench<'_>,
) -> Result<Result<Answer, Unsteady>, RunError> {
    let Question { planned, case, effort, is_load } = question;
    let side = is_load.then_some(Side::UpTo);
    let room = |case: &Case| is_load.then(|| room(case)).flatten().unwrap_or(1.0);
    let own = room(case);
    // Far beyond its end one run says as much as several, and takes as long.
    let quick = if own < OVER { effort.once() } else { Effort { most: effort.first, ..effort } };
    let at_planned = search::tried(case, planned, quick, bench)?;
    // What is beyond its end is not steady for that reason: half of the end tells, before the search.
    let below = (own < 1.0).then(|| search::point(planned * own / 2.0, effort.once(), bench));
    let below = below.transpose()?.flatten();
    if let Some(why) = unsteady(below.as_ref().unwrap_or(&at_planned)) {
        return Ok(Err(why));
    }
    let stride = if is_load { NEAR } else { effort.stride };
    let found = search::narrow(planned * own, side, Effort { stride, ..effort }, bench)?;
    if let Some(why) = found.holding().and_then(unsteady) {
        return Ok(Err(why));
    }
    let next = |first: &Option<Limit>| match first {
        Some(limit) if limit.found.relieves && found.side == Side::UpTo => {
            let at = |value| grown(bench, &limit.resources, value);
            let bench = bench.aside(&at);
            let start = at(planned).map_or(planned, |case| planned * room(&case));
            let largest = limit.found.largest.unwrap_or(planned);
            // As far from what arithmetic says as the first end was, to single runs as here.
            let rough = found.rough.unwrap_or(largest);
            let start = (start * rough / (planned * own)).max(largest);
            let stride = if is_load { 1.0 + NEXT } else { effort.stride };
            let effort = Effort { precision: NEXT, stride, ..effort.once() };
            let found = search::search(start, Some(Side::UpTo), effort, bench)?;
            self::limit(&found, effort, bench)
        }
        _ => Ok(None),
    };
    // Where nothing gave way, the highest value tried shows what comes nearest.
    let highest = found.points.last().map(|point| point.value);
    let holds = found.points.iter().all(|point| point.verdict.holds());
    let answer = found.border.or(highest.filter(|_| holds)).unwrap_or(planned);
    let point = |point: &Point| {
        let slo = point.replicated.results.slo.clone();
        CurvePoint { slo, ..curve_point(point.value, &point.replicated.measured) }
    };
    let seen = found.points.iter().chain([&at_planned]).chain(&below);
    let mut curve: Vec<CurvePoint> = seen.map(point).collect();
    let value = |share: f64| if bench.whole { (answer * share).round() } else { answer * share };
    let far = |value: &f64| curve.iter().all(|at| (at.value / value - 1.0).abs() >= APART);
    let values: Vec<f64> = CURVE.into_iter().map(value).filter(far).collect();
    // What gives way and the rest of the curve know nothing of each other.
    let (mut limits, mut tried) = (None, Vec::new());
    let pool = bench.parallel.threads.min(NonZeroUsize::MIN.saturating_add(1));
    let rest = |place| match place {
        0 => {
            let first = limit(&found, effort, bench)?;
            let next = next(&first)?;
            Ok((Some((first, next)), Vec::new()))
        }
        _ => {
            let points = values.iter().map(|value| search::point(*value, effort.once(), bench));
            Ok((None, points.collect::<Result<Vec<_>, RunError>>()?))
        }
    };
    for (of_limits, of_curve) in pool::run(pool, 2, rest)? {
        limits = limits.or(of_limits);
        tried.extend(of_curve.into_iter().flatten());
    }
    let (bottleneck, next) = limits.unwrap_or_default();
    curve.extend(tried.iter().map(point));
    curve.sort_by(|a, b| a.value.total_cmp(&b.value));
    curve.dedup_by(|a, b| a.value == b.value);
    let busy = busiest(found.holding().unwrap_or(&at_planned), bench);
    let end = |(_, pressure): &&(String, f64)| *pressure >= FULL_ALL_ALONG;
    let full = busy.iter().filter(end).map(|(part, _)| part.clone()).collect();
    let power = |point: &CurvePoint| Some(point.delivered / point.mean?);
    // A greatest one at an end of the curve lies beyond it.
    let ends = [curve.first(), curve.last()].map(|point| point.map(|point| point.value));
    let knee = curve
        .iter()
        .filter_map(|point| Some((power(point)?, point.value)))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, value)| value)
        .filter(|value| !ends.contains(&Some(*value)));
    Ok(Ok(Answer { found, bottleneck, next, busy, full, curve, knee, planned: at_planned }))
}

/// The case at a value with parts of it doubled.
fn grown(bench: Bench<'_>, resources: &[Resource], value: f64) -> Option<Case> {
    let mut case = (bench.at)(value)?;
    resources.iter().for_each(|resource| resource.scale(&mut case.federation, 2.0));
    Some(case)
}

/// What gave way in a search: of the parts that are hardest pressed where the SLO clearly fails, the
/// one that makes it hold there when it is doubled, with as many replications. Of several the one
/// whose doubling takes the border furthest; where none does it alone, all of the hardest pressed
/// one's kind.
fn limit(found: &Found, effort: Effort, bench: Bench<'_>) -> Result<Option<Limit>, RunError> {
    let Some(failing) = found.failing() else { return Ok(None) };
    let Some(case) = (bench.at)(failing.value) else { return Ok(None) };
    let pressed =
        |resource: Resource| resource.pressure(&case.federation, &failing.replicated.results);
    let mut suspects: Vec<(f64, Resource)> = Resource::all(&case.federation)
        .into_iter()
        .map(|resource| (pressed(resource), resource))
        .filter(|(pressure, _)| *pressure > IDLE)
        .collect();
    // A stable sort: of equals the first in the federation's order.
    suspects.sort_by(|a, b| b.0.total_cmp(&a.0));
    suspects.truncate(SUSPECTS);
    let lines = failing.failing.iter().map(|place| case.slo[*place].text().to_owned());
    let lines: Vec<String> = lines.collect();
    let limit = |parts: &[(f64, Resource)], relieves| {
        let resources: Vec<Resource> = parts.iter().map(|(_, resource)| *resource).collect();
        let names = resources.iter().map(|resource| resource.name(&case.federation));
        let found = page::Limit {
            part: names.collect::<Vec<_>>().join(" and "),
            kind: resources.first().map_or("part", |resource| resource.kind()),
            utilisation: parts.first().map_or(0.0, |(pressure, _)| *pressure),
            lines: lines.clone(),
            largest: found.border,
            relieves,
        };
        Limit { resources, found }
    };
    let relieves = |parts: &[(f64, Resource)]| -> Result<bool, RunError> {
        let parts: Vec<Resource> = parts.iter().map(|(_, resource)| *resource).collect();
        let at = |value| grown(bench, &parts, value);
        // What is twice as large tells at once.
        let point = search::point(failing.value, effort.once(), bench.aside(&at))?;
        Ok(point.is_some_and(|point| point.verdict.holds()))
    };
    let mut relieving: Vec<(f64, Resource)> = Vec::new();
    for suspect in &suspects {
        // What is not near its end is not to blame once something that is has been found.
        if !relieving.is_empty() && suspect.0 < FULL {
            break;
        }
        if relieves(&[*suspect])? {
            relieving.push(*suspect);
        }
    }
    if let [one] = *relieving {
        return Ok(Some(limit(&[one], true)));
    }
    let rough = Effort { precision: 0.1, stride: 1.15, ..effort.once() };
    let mut furthest: Option<(f64, (f64, Resource))> = None;
    for suspect in relieving {
        let at = |value| grown(bench, &[suspect.1], value);
        let bench = bench.aside(&at);
        let border = search::search(failing.value, Some(found.side), rough, bench)?.border;
        // None at all is furthest.
        let far = border.map_or(f64::INFINITY, |border| match found.side {
            Side::UpTo => border,
            Side::From => -border,
        });
        if furthest.is_none_or(|(best, _)| far > best) {
            furthest = Some((far, suspect));
        }
    }
    if let Some((_, suspect)) = furthest {
        return Ok(Some(limit(&[suspect], true)));
    }
    let Some(first) = suspects.first() else { return Ok(None) };
    let alike = |suspect: &&(f64, Resource)| suspect.1.kind() == first.1.kind();
    let kind: Vec<(f64, Resource)> = suspects.iter().filter(alike).copied().collect();
    if kind.len() > 1 && relieves(&kind)? {
        return Ok(Some(limit(&kind, true)));
    }
    Ok(Some(limit(&[*first], false)))
}

/// Parts with a utilisation above 60 %, the highest first.
fn busiest(point: &Point, bench: Bench<'_>) -> Vec<(String, f64)> {
    let Some(case) = (bench.at)(point.value) else { return Vec::new() };
    let mut busy: Vec<(String, f64)> = Resource::all(&case.federation)
        .into_iter()
        .map(|resource| {
            let used = resource.utilisation(&case.federation, &point.replicated.results);
            (resource.name(&case.federation), used)
        })
        .filter(|(_, pressure)| *pressure > BUSY)
        .collect();
    busy.sort_by(|a, b| b.1.total_cmp(&a.1));
    busy
}

/// Delays and losses in what was measured.
pub(crate) fn curve_point(value: f64, measured: &Measured) -> CurvePoint {
    let see = |text: &str| figure(text).observe(measured);
    let is_least = |name: &&str| {
        let bounds = figure(&format!("message_latency {name}")).bounds(measured);
        bounds.is_some_and(|bounds| bounds.is_least())
    };
    let share = |names: &[&str]| -> f64 {
        names.iter().filter_map(|name| see(&format!("{name} share"))).sum()
    };
    CurvePoint {
        value,
        offered: see("messages_offered rate").unwrap_or(0.0),
        delivered: see("messages_delivered rate").unwrap_or(0.0),
        mean: see("message_latency mean"),
        p50: see("message_latency p50"),
        p95: see("message_latency p95"),
        p99: see("message_latency p99"),
        at_least: ["mean", "p50", "p95", "p99"].into_iter().filter(is_least).collect(),
        refused: share(&["messages_refused"]),
        lost: share(&["messages_expired", "messages_lost"]),
        waiting: see("messages_in_flight count").unwrap_or(0.0),
        slo: Vec::new(),
    }
}
