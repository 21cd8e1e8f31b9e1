//! How much a federation can carry: the largest load, or any other value, at which the SLO of its
//! file holds; what gives way first, and what next; the curve around it; and the planner's page
//! (`planner`, `inputs`). Called by the command line, which words and draws the answer.

pub mod inputs;
pub mod planner;
pub mod resources;
pub mod search;

use self::resources::Resource;
use self::search::{Bench, Effort, Found, Point, figure};
use crate::measure::measured::Measured;
use crate::run::{self, RunError};
use crate::study::forecast::forecast;

/// Parts tried one by one, the hardest pressed first, to see whose growth mends the SLO.
const SUSPECTS: usize = 5;
/// Pressure below which a part is no suspect.
const IDLE: f64 = 0.2;
/// Points of the curve, as shares of the answer.
const CURVE: [f64; 11] = [0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.25];

/// What is wanted to be known.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// The value that is planned for; the search starts there.
    pub planned: f64,
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
    pub busy: Vec<(String, f64)>,
    /// Delays and losses around the answer.
    pub curve: Vec<CurvePoint>,
    /// Where load divided by mean latency is greatest (Kleinrock's power): beyond it delay grows
    /// faster than load.
    pub knee: Option<f64>,
    /// At what was planned for.
    pub planned: Point,
}

/// What gives way.
#[derive(Clone, Debug)]
pub struct Limit {
    /// The part.
    pub resource: Resource,
    /// As results call it.
    pub name: String,
    /// Its utilisation, and more where it refuses, at the first value that fails.
    pub pressure: f64,
    /// The SLO lines that fail there.
    pub lines: Vec<String>,
    /// The largest value that holds with it as it is; `None` if any does.
    pub largest: Option<f64>,
    /// Whether doubling it alone makes the lines hold there.
    pub relieves: bool,
}

/// A point of the curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    /// The value.
    pub value: f64,
    /// Messages offered a second.
    pub offered: f64,
    /// Messages delivered a second.
    pub delivered: f64,
    /// Mean, median, 95th and 99th percentile of the latency of all messages, seconds.
    pub latency: [Option<f64>; 4],
    /// Share of messages refused, expired or lost.
    pub loss: f64,
}

/// Answers a question.
///
/// # Errors
/// Only faults of the program.
pub fn answer(question: Question, bench: Bench<'_>) -> Result<Answer, RunError> {
    let Question { planned, effort, .. } = question;
    let found = search::narrow(question.start(bench), effort, bench)?;
    let bottleneck = limit(&found, bench)?;
    let next = match &bottleneck {
        Some(limit) if limit.relieves => {
            let at = |value| grown(bench, limit.resource, value);
            let bench = Bench { at: &at, ..bench };
            let start = question.start(bench).max(limit.largest.unwrap_or(planned));
            self::limit(&search::narrow(start, effort, bench)?, bench)?
        }
        _ => None,
    };
    let answer = found.largest.unwrap_or(planned);
    let quick = Effort { most: effort.first, ..effort };
    let at_planned = search::point(planned, quick, bench)?;
    let mut curve = Vec::new();
    let mut busy = Vec::new();
    for share in CURVE {
        let point = search::point(answer * share, quick, bench)?;
        curve.push(curve_point(point.value, &point.replicated.measured));
        if share == 1.0 {
            busy = busiest(&point, bench);
        }
    }
    let power = |point: &CurvePoint| Some(point.delivered / point.latency[0]?);
    // A greatest one at an end of the curve lies beyond it.
    let ends = [curve.first(), curve.last()].map(|point| point.map(|point| point.value));
    let knee = curve
        .iter()
        .filter_map(|point| Some((power(point)?, point.value)))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, value)| value)
        .filter(|value| !ends.contains(&Some(*value)));
    Ok(Answer { found, bottleneck, next, busy, curve, knee, planned: at_planned })
}

impl Question {
    /// Where to begin: near the load at which the busiest station is at its end, since points far
    /// beyond take long and say nothing.
    fn start(&self, bench: Bench<'_>) -> f64 {
        if !self.is_load {
            return self.planned;
        }
        let expected = forecast(&run::plan((bench.at)(self.planned).federation));
        let stations = expected.stations.iter().map(|station| station.utilisation);
        let busiest = stations.fold(0.0, f64::max);
        if busiest > 1e-3 { self.planned * 0.8 / busiest } else { self.planned }
    }
}

/// The case at a value with a part of it doubled.
fn grown(bench: Bench<'_>, resource: Resource, value: f64) -> crate::study::replicate::Case {
    let mut case = (bench.at)(value);
    resource.scale(&mut case.federation, 2.0);
    case
}

/// What gave way in a search: of the parts that are hardest pressed where the SLO first fails, the
/// first that makes it hold there when it is doubled.
fn limit(found: &Found, bench: Bench<'_>) -> Result<Option<Limit>, RunError> {
    let Some(failing) = found.failing() else { return Ok(None) };
    let case = (bench.at)(failing.value);
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
    let limit = |(pressure, resource): (f64, Resource), relieves| Limit {
        resource,
        name: resource.name(&case.federation),
        pressure,
        lines: lines.clone(),
        largest: found.largest,
        relieves,
    };
    let once = Effort { first: 1, most: 1, precision: 0.0, stride: 1.0 };
    for suspect in &suspects {
        let at = |value| grown(bench, suspect.1, value);
        let point = search::point(failing.value, once, Bench { at: &at, ..bench })?;
        if point.verdict.holds() {
            return Ok(Some(limit(*suspect, true)));
        }
    }
    Ok(suspects.first().map(|suspect| limit(*suspect, false)))
}

/// Parts with a utilisation above 60 %, the highest first.
fn busiest(point: &Point, bench: Bench<'_>) -> Vec<(String, f64)> {
    let case = (bench.at)(point.value);
    let mut busy: Vec<(String, f64)> = Resource::all(&case.federation)
        .into_iter()
        .map(|resource| {
            let pressure = resource.pressure(&case.federation, &point.replicated.results);
            (resource.name(&case.federation), pressure)
        })
        .filter(|(_, pressure)| *pressure > 0.6)
        .collect();
    busy.sort_by(|a, b| b.1.total_cmp(&a.1));
    busy
}

/// Delays and losses in what was measured.
pub fn curve_point(value: f64, measured: &Measured) -> CurvePoint {
    let see = |text: &str| figure(text).observe(measured);
    let lost = ["messages_refused", "messages_expired", "messages_lost"];
    CurvePoint {
        value,
        offered: see("messages_offered rate").unwrap_or(0.0),
        delivered: see("messages_delivered rate").unwrap_or(0.0),
        latency: ["mean", "p50", "p95", "p99"].map(|name| see(&format!("message_latency {name}"))),
        loss: lost.iter().filter_map(|name| see(&format!("{name} share"))).sum(),
    }
}
