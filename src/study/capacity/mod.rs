//! How much a federation can carry: the largest load at which the SLO of its file holds, or the value
//! of anything else up to which, or from which on, it does; what gives way first, and what next; the curve around it; and the planner's page
//! (`planner`, `inputs`). Called by the command line, which words and draws the answer.

pub(crate) mod document;
pub(crate) mod inputs;
pub mod planner;
pub mod resources;
pub mod search;

use self::resources::Resource;
use self::search::{Bench, Effort, Found, Point, Side, figure};
use crate::measure::measured::Measured;
use crate::report::document::capacity::{self as page, CurvePoint};
use crate::report::judge::{BUSY, FULL_ALL_ALONG};
use crate::run::{self, RunError};
use crate::study::forecast::forecast;
use crate::study::replicate::Case;

/// Parts tried one by one, the hardest pressed first, to see whose growth mends the SLO.
const SUSPECTS: usize = 5;
/// Pressure below which a part is no suspect.
const IDLE: f64 = 0.2;
/// Points of the curve, as shares of the answer.
const CURVE: [f64; 11] = [0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.25];

/// What is wanted to be known.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The value that is planned for; the search starts there.
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
    /// The search.
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
pub fn answer(question: Question<'_>, bench: Bench<'_>) -> Result<Answer, RunError> {
    let Question { planned, effort, .. } = question;
    let side = question.is_load.then_some(Side::UpTo);
    let found = search::narrow(question.start(), side, effort, bench)?;
    let bottleneck = limit(&found, effort, bench)?;
    let next = match &bottleneck {
        Some(limit) if limit.found.relieves && found.side == Side::UpTo => {
            let at = |value| grown(bench, &limit.resources, value);
            let bench = bench.aside(&at);
            let start = question.start().max(limit.found.largest.unwrap_or(planned));
            let found = search::narrow(start, Some(Side::UpTo), effort, bench)?;
            self::limit(&found, effort, bench)?
        }
        _ => None,
    };
    // Where nothing gave way, the highest value tried shows what comes nearest.
    let highest = found.points.last().map(|point| point.value);
    let holds = found.points.iter().all(|point| point.verdict.holds());
    let answer = found.border.or(highest.filter(|_| holds)).unwrap_or(planned);
    let quick = Effort { most: effort.first, ..effort };
    let at_planned = search::tried(question.case, planned, quick, bench)?;
    let mut curve: Vec<CurvePoint> = Vec::new();
    let mut busy = Vec::new();
    for share in CURVE {
        let value = answer * share;
        let value = if bench.whole { value.round() } else { value };
        if curve.last().is_some_and(|point| point.value == value) {
            continue;
        }
        let Some(point) = search::point(value, quick, bench)? else { continue };
        curve.push(curve_point(point.value, &point.replicated.measured));
        if share == 1.0 {
            busy = busiest(&point, bench);
        }
    }
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
    Ok(Answer { found, bottleneck, next, busy, full, curve, knee, planned: at_planned })
}

impl Question<'_> {
    /// Where to begin: near the load at which the busiest station is at its end, since points far
    /// beyond take long and say nothing.
    fn start(&self) -> f64 {
        if !self.is_load {
            return self.planned;
        }
        let expected = forecast(&run::plan(self.case.federation.clone()));
        let stations = expected.stations.iter().map(|station| station.utilisation);
        let busiest = stations.fold(0.0, f64::max);
        if busiest > 1e-3 { self.planned * 0.8 / busiest } else { self.planned }
    }
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
    let same = Effort { most: effort.first, ..effort };
    let relieves = |parts: &[(f64, Resource)]| -> Result<bool, RunError> {
        let parts: Vec<Resource> = parts.iter().map(|(_, resource)| *resource).collect();
        let at = |value| grown(bench, &parts, value);
        let point = search::point(failing.value, same, bench.aside(&at))?;
        Ok(point.is_some_and(|point| point.verdict.holds()))
    };
    let mut relieving = Vec::new();
    for suspect in &suspects {
        if relieves(&[*suspect])? {
            relieving.push(*suspect);
        }
    }
    if let [one] = *relieving {
        return Ok(Some(limit(&[one], true)));
    }
    let rough = Effort { precision: 0.1, stride: 1.25, ..effort.once() };
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
        refused: share(&["messages_refused"]),
        lost: share(&["messages_expired", "messages_lost"]),
        waiting: see("messages_in_flight count").unwrap_or(0.0),
    }
}
