//! The largest value at which every SLO line holds: bracket it, then halve the bracket. Each point is
//! replicated until its verdict is clear, with the same seeds everywhere (common random numbers), so
//! that points differ by the value alone.

use tokio_util::sync::CancellationToken;

use crate::measure::selector::{Names, Selector};
use crate::measure::slo::Line;
use crate::run::{Finished, Options, RunError};
use crate::study::replicate::{self, Case, Parallel, Replicated};
use crate::study::stats;

/// Steps up or down before the search gives up.
const REACH: u32 = 14;
/// How well the answer is known before replications begin, as a share of it.
const ROUGH: f64 = 0.06;
/// A verdict is clear when an interval of this confidence lies on one side: higher than usual, since
/// it is looked at again and again.
const CLEAR: f64 = 0.99;

/// How hard to look.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Replications of a point at the least.
    pub first: u32,
    /// Replications of a point whose verdict is not clear, at most.
    pub most: u32,
    /// Ratio of the bracket's ends, less one, at which the search ends.
    pub precision: f64,
    /// By how much the value grows or shrinks until the verdict turns, a factor above 1.
    pub stride: f64,
}

impl Effort {
    /// The same with one replication a point.
    pub fn once(self) -> Self {
        Self { first: 1, most: 1, ..self }
    }
}

/// Who runs points.
#[derive(Clone, Copy)]
pub struct Bench<'a> {
    /// The case at a value of what is varied.
    pub at: &'a (dyn Fn(f64) -> Case + Sync),
    /// Threads for replications side by side.
    pub parallel: Parallel,
    /// Ends the search early.
    pub stop: &'a CancellationToken,
    /// Told of every point.
    pub tell: &'a (dyn Fn(&str, f64) + Sync),
}

/// Whether the lines hold at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Clearly.
    Holds,
    /// Clearly not.
    Fails,
    /// As far as can be told; whether it is likely to hold.
    Unclear {
        /// By what all replications together say.
        holds: bool,
    },
}

impl Verdict {
    /// Clearly or likely.
    pub fn holds(self) -> bool {
        matches!(self, Self::Holds | Self::Unclear { holds: true })
    }
}

/// A value that was tried.
#[derive(Debug)]
pub struct Point {
    /// The value.
    pub value: f64,
    /// What came of it.
    pub verdict: Verdict,
    /// Lines that do not hold, by their places.
    pub failing: Vec<usize>,
    /// Lines that too few samples carry, by their places; they count as holding.
    pub unknown: Vec<usize>,
    /// What was measured.
    pub replicated: Replicated,
}

/// What a search came to.
#[derive(Debug)]
pub struct Found {
    /// The largest value that holds, to within the precision; `None` if none or every one does.
    pub largest: Option<f64>,
    /// The largest that clearly holds and the smallest that clearly fails around it.
    pub interval: (Option<f64>, Option<f64>),
    /// All that was tried, by value.
    pub points: Vec<Point>,
}

impl Found {
    /// The smallest tried value that fails, if it is next to one that holds.
    pub fn failing(&self) -> Option<&Point> {
        self.points.iter().find(|point| !point.verdict.holds())
    }

    /// The largest tried value below which everything holds.
    pub fn holding(&self) -> Option<&Point> {
        let end = self.points.iter().position(|point| !point.verdict.holds());
        self.points[..end.unwrap_or(self.points.len())].last()
    }
}

/// Searches from a start, which is above zero.
///
/// # Errors
/// Only faults of the program.
pub fn search(start: f64, effort: Effort, bench: Bench<'_>) -> Result<Found, RunError> {
    let mut points = vec![point(start, effort, bench)?];
    let up = points[0].verdict.holds();
    let (mut low, mut high) = (start, start);
    for _ in 0..REACH {
        if bench.stop.is_cancelled() {
            break;
        }
        let value = if up { high * effort.stride } else { low / effort.stride };
        points.push(point(value, effort, bench)?);
        let holds = points.last().is_some_and(|point| point.verdict.holds());
        if up == holds {
            (low, high) = (value, value);
            continue;
        }
        (low, high) = if up { (low, value) } else { (value, high) };
        break;
    }
    let found = low < high;
    while found && high / low > 1.0 + effort.precision && !bench.stop.is_cancelled() {
        let middle = (low * high).sqrt();
        points.push(point(middle, effort, bench)?);
        match points.last().is_some_and(|point| point.verdict.holds()) {
            true => low = middle,
            false => high = middle,
        }
    }
    let largest = found.then(|| (low * high).sqrt());
    let mut interval = (None, None);
    if let Some(largest) = largest.filter(|_| effort.most > 1) {
        interval.0 = clear(&mut points, Verdict::Holds, largest, effort, bench)?;
        interval.1 = clear(&mut points, Verdict::Fails, largest, effort, bench)?;
    }
    points.sort_by(|a, b| a.value.total_cmp(&b.value));
    Ok(Found { largest, interval, points })
}

/// The value nearest to the answer, on its side, that is clear; further ones are tried, each twice as
/// far, where none was.
fn clear(
    points: &mut Vec<Point>,
    verdict: Verdict,
    largest: f64,
    effort: Effort,
    bench: Bench<'_>,
) -> Result<Option<f64>, RunError> {
    let side =
        |value: f64| if verdict == Verdict::Holds { largest - value } else { value - largest };
    let mut away = 1.0 + 2.0 * effort.precision;
    loop {
        let clear = points.iter().filter(|point| point.verdict == verdict);
        let near = clear.map(|point| point.value).filter(|value| side(*value) > 0.0);
        if let Some(nearest) = near.min_by(|a, b| side(*a).total_cmp(&side(*b))) {
            return Ok(Some(nearest));
        }
        if away > 1.5 || bench.stop.is_cancelled() {
            return Ok(None);
        }
        let value = if verdict == Verdict::Holds { largest / away } else { largest * away };
        points.push(point(value, effort, bench)?);
        away *= away;
    }
}

/// Searches roughly with a replication at each point, then in earnest around what was found: points
/// far beyond the answer take long, and say what they have to say at once.
///
/// # Errors
/// Only faults of the program.
pub fn narrow(start: f64, effort: Effort, bench: Bench<'_>) -> Result<Found, RunError> {
    let rough = search(start, Effort { precision: ROUGH, ..effort.once() }, bench)?;
    match rough.largest {
        Some(near) => search(near, Effort { stride: 1.0 + ROUGH, ..effort }, bench),
        None => Ok(rough),
    }
}

/// Tries one value, until its verdict is clear or the effort is spent.
///
/// # Errors
/// Only faults of the program.
pub fn point(value: f64, effort: Effort, bench: Bench<'_>) -> Result<Point, RunError> {
    let case = (bench.at)(value);
    let mut runs: Vec<Finished> = Vec::new();
    let mut wanted = effort.first.max(1);
    loop {
        (bench.tell)("at", value);
        let known = runs.len() as u32;
        let options = Options::default();
        let more = replicate::several(
            &case,
            (known, wanted),
            options,
            bench.parallel,
            bench.stop,
            &|_, _| {},
        )?;
        runs.extend(more);
        let verdict = verdict(&case.slo, &runs);
        let unclear = matches!(verdict, Verdict::Unclear { .. });
        if unclear && wanted < effort.most && !bench.stop.is_cancelled() {
            wanted = (wanted + effort.first.max(2)).min(effort.most);
            continue;
        }
        let replicated = replicate::added(runs);
        let lines = replicated.results.slo.iter().enumerate();
        let unknown = |line: &crate::measure::results::SloOutcome| line.observed.is_none();
        let failing =
            lines.clone().filter(|(_, line)| !line.passed && !unknown(line)).map(|(n, _)| n);
        let failing = failing.collect();
        let unknown = lines.filter(|(_, line)| unknown(line)).map(|(n, _)| n).collect();
        return Ok(Point { value, verdict, failing, unknown, replicated });
    }
}

/// Whether the lines hold, by the figures of each replication.
fn verdict(lines: &[Line], runs: &[Finished]) -> Verdict {
    let mut worst = Verdict::Holds;
    for (place, line) in lines.iter().enumerate() {
        let observed = runs.iter().filter_map(|run| run.results.slo[place].observed);
        let observed: Vec<f64> = observed.collect();
        // What too few samples carry cannot be told: it counts as holding, and never as clear.
        if observed.is_empty() {
            if worst == Verdict::Holds {
                worst = Verdict::Unclear { holds: true };
            }
            continue;
        }
        let mean = observed.iter().sum::<f64>() / observed.len() as f64;
        let interval = stats::Estimate::of(&observed).and_then(|all| all.interval(CLEAR));
        // One replication alone says what is likely, and no more.
        let clear = interval.is_some_and(|i| line.holds(i.low) == line.holds(i.high));
        match (line.holds(mean), clear) {
            (false, true) => return Verdict::Fails,
            (false, false) => worst = Verdict::Unclear { holds: false },
            (true, false) if worst == Verdict::Holds => worst = Verdict::Unclear { holds: true },
            _ => {}
        }
    }
    worst
}

/// A figure of the results that every topology has.
pub(super) fn figure(text: &str) -> Selector {
    let selector = Selector::parse(text, &Names::default());
    selector.expect("the figures named here are in the catalogue")
}
