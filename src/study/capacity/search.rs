//! The value up to which, or from which on, every SLO line holds: bracket it, then halve the bracket. Each point is
//! replicated until its verdict is clear, with the same seeds everywhere (common random numbers), so
//! that points differ by the value alone.

use std::num::NonZeroUsize;

use tokio_util::sync::CancellationToken;

use crate::measure::catalogue;
use crate::measure::results::{Trend, Trending};
use crate::measure::selector::{Names, Selector};
use crate::measure::slo::Line;
use crate::report::judge::NEARLY_FULL;
use crate::run::{Finished, Options, RunError};
use crate::study::capacity::probes::Probes;
use crate::study::pool;
use crate::study::replicate::{self, Case, Parallel, Replicated};
use crate::study::stats;

/// Steps up before the search gives up, and down, where each takes less time than the one before.
const REACH: u32 = 11;
const REACH_DOWN: u32 = 25;
/// Each step is longer than the one before it, as a power of its factor, up to the longest: a start that
/// is right is not left far, and one that is wrong is left soon.
const LONGER: f64 = 1.5;
const LONGEST: f64 = 1.6;
const STATION_UTILISATION: &str = catalogue::Metric::StationUtilisation.name();
/// How many times the precision from the answer it is looked for first that the lines clearly hold, and
/// that they clearly fail: near the answer queues grow slowly, and what fails does so late.
const CLEARLY: [f64; 2] = [3.0, 6.0];
/// A verdict is clear when an interval of this confidence lies on one side, so that chance puts it on the
/// wrong one once in a hundred: less than usual, since it is looked at again and again.
const CLEAR: f64 = 0.98;

/// Replications at most of a point that a line has too few samples of, even where one is enough.
const PATIENCE: u32 = 5;

/// How hard to look.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Replications of a point at the least.
    pub first: u32,
    /// Replications of a point whose verdict is not clear, at most.
    pub most: u32,
    /// Ratio of the bracket's ends, less one, at which the search ends.
    pub precision: f64,
    /// By how much the value grows or shrinks at first until the verdict turns, a factor above 1.
    pub stride: f64,
    /// Smaller values are not looked at to see whether a line ever holds.
    pub least: f64,
}

impl Effort {
    /// The same with one replication a point.
    pub(crate) fn once(self) -> Self {
        Self { first: 1, most: 1, ..self }
    }
}

/// Who runs points.
#[derive(Clone, Copy)]
pub struct Bench<'a> {
    /// The case at a value of what is varied; `None` where the topology cannot have the value.
    pub at: &'a (dyn Fn(f64) -> Option<Case> + Sync),
    /// Whether the value is a count: 2 workers or 3, nothing between.
    pub whole: bool,
    /// Threads for replications side by side.
    pub parallel: Parallel,
    /// Ends the search early.
    pub stop: &'a CancellationToken,
    /// Told of every point, before it is tried.
    pub tell: &'a (dyn Fn(&str, f64) + Sync),
    /// Told of every point's verdict.
    pub found: &'a (dyn Fn(f64, Verdict) + Sync),
    /// What has been run already, by an earlier search that was stopped.
    pub probes: Option<&'a Probes>,
}

impl<'a> Bench<'a> {
    /// The same for other cases, whose verdicts are none of the question's.
    pub(super) fn aside(self, at: &'a (dyn Fn(f64) -> Option<Case> + Sync)) -> Self {
        Self { at, found: &|_, _| {}, ..self }
    }
}

/// On which side of the answer the lines hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Below it, as with load.
    UpTo,
    /// Above it, as with the size of something.
    From,
}

/// Two values between which the verdict turns, the lower one first, and on which side of it lines hold.
type Bracket = (f64, f64, Side);

/// Whether the lines hold at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Of every line the interval over replications holds at both ends.
    Holds,
    /// Of a line the interval over replications fails at both ends.
    Fails,
    /// As far as can be told; whether it is likely to hold.
    Unclear {
        /// By what all replications together say.
        holds: bool,
    },
    /// No line fails, and of one or more too few samples were taken to tell.
    Unknown,
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
    /// What the setting was, in the unit of the value that is planned for.
    pub(crate) value: f64,
    /// What came of it.
    pub verdict: Verdict,
    /// Lines that do not hold, by their places.
    pub(crate) failing: Vec<usize>,
    /// Lines that too few samples carry, by their places.
    pub unknown: Vec<usize>,
    /// What was measured.
    pub(crate) replicated: Replicated,
}

/// What a search came to.
#[derive(Debug)]
pub struct Found {
    /// The value at which the lines begin or cease to hold, to within the precision; `None` if they
    /// hold everywhere or nowhere.
    pub border: Option<f64>,
    /// What single runs took it for, where they were asked first.
    pub(super) rough: Option<f64>,
    /// On which side of it they hold.
    pub side: Side,
    /// The values nearest to it that clearly hold and clearly fail.
    pub interval: (Option<f64>, Option<f64>),
    /// All that was tried, by value.
    pub points: Vec<Point>,
}

impl Found {
    /// The point nearest to the answer that holds.
    pub(crate) fn holding(&self) -> Option<&Point> {
        let holds = |point: &&Point| point.verdict.holds();
        match self.side {
            Side::UpTo => self.points.iter().rev().find(holds),
            Side::From => self.points.iter().find(holds),
        }
    }

    /// The point nearest to the answer that fails, a clear one if there is any.
    pub(crate) fn failing(&self) -> Option<&Point> {
        let clear = |point: &&Point| point.verdict == Verdict::Fails;
        let fails = |point: &&Point| !point.verdict.holds() && point.verdict != Verdict::Unknown;
        let nearest = |which: &dyn Fn(&&Point) -> bool| match self.side {
            Side::UpTo => self.points.iter().find(which),
            Side::From => self.points.iter().rev().find(which),
        };
        nearest(&clear).or_else(|| nearest(&fails))
    }
}

/// A search under way.
struct Search<'a> {
    effort: Effort,
    bench: Bench<'a>,
    points: Vec<Point>,
}

impl Search<'_> {
    /// Tries a value; `None` if the topology cannot have it.
    fn verdict(&mut self, value: f64) -> Result<Option<Verdict>, RunError> {
        let Some(point) = point(value, self.effort, self.bench)? else { return Ok(None) };
        let verdict = point.verdict;
        if !self.bench.stop.is_cancelled() {
            (self.bench.found)(value, verdict);
        }
        self.points.push(point);
        Ok(Some(verdict))
    }

    /// The same of two values at once, for as long as it takes to try one; each on threads of its own.
    fn verdicts(&mut self, values: [f64; 2]) -> Result<[Option<Verdict>; 2], RunError> {
        let one = NonZeroUsize::MIN;
        let bench = Bench { parallel: Parallel { threads: one }, ..self.bench };
        let jobs = self.bench.parallel.threads.min(one.saturating_add(1));
        let points = pool::run(jobs, 2, |place| point(values[place], self.effort, bench))?;
        let mut verdicts = [None; 2];
        for (place, point) in points.into_iter().enumerate() {
            let Some(point) = point else { continue };
            verdicts[place] = Some(point.verdict);
            if !self.bench.stop.is_cancelled() {
                (self.bench.found)(point.value, point.verdict);
            }
            self.points.push(point);
        }
        Ok(verdicts)
    }

    /// The next value up or down from one, the `number`th step.
    fn step(&self, value: f64, up: bool, number: u32) -> f64 {
        let (mut stride, most) = (self.effort.stride, LONGEST.max(self.effort.stride));
        for _ in 0..number {
            stride = libm::pow(stride, LONGER).min(most);
        }
        let next = if up { value * stride } else { value / stride };
        match (self.bench.whole, up) {
            (false, _) => next,
            (true, true) => next.round().max(value + 1.0),
            (true, false) => next.round().min(value - 1.0),
        }
    }

    /// Two values between which the verdict turns, the lower one first, and on which side of it the
    /// lines hold. Without a side both ways are tried in turn.
    fn bracket(&mut self, start: f64, side: Option<Side>) -> Result<Option<Bracket>, RunError> {
        let mut start = start;
        let first = match side.filter(|_| !self.bench.whole) {
            None => self.verdict(start)?,
            // What is foretold lies between two values, more often than not.
            Some(side) => {
                let half = self.effort.stride.sqrt();
                let values = [start / half, start * half];
                let [low, high] = self.verdicts(values)?;
                let (Some(low), Some(high)) = (low, high) else { return Ok(None) };
                let known = low != Verdict::Unknown && high != Verdict::Unknown;
                if known && low.holds() != high.holds() && low.holds() == (side == Side::UpTo) {
                    return Ok(Some((values[0], values[1], side)));
                }
                // On from whichever is nearer to where it turns.
                let up = !known || high.holds() == (side == Side::UpTo);
                start = values[usize::from(up)];
                Some(if up { high } else { low })
            }
        };
        let Some(mut first) = first else { return Ok(None) };
        // More of anything makes more samples.
        for number in 0..REACH {
            if first != Verdict::Unknown || self.bench.stop.is_cancelled() {
                break;
            }
            start = self.step(start, true, number);
            let Some(verdict) = self.verdict(start)? else { return Ok(None) };
            first = verdict;
        }
        let holds = first.holds();
        let mut ways = match side {
            None => vec![true, false],
            Some(side) => vec![(side == Side::UpTo) == holds],
        };
        // The lowest and the highest tried.
        let mut ends = [start, start];
        for number in 0..REACH_DOWN {
            ways.retain(|up| number < REACH || !up);
            for up in ways.clone() {
                if self.bench.stop.is_cancelled() {
                    return Ok(None);
                }
                let known = ends[usize::from(up)];
                let value = self.step(known, up, number);
                if !up && value < self.effort.least {
                    ways.retain(|way| *way != up);
                    continue;
                }
                match self.verdict(value)? {
                    Some(verdict) if verdict == Verdict::Unknown && !holds => {}
                    Some(verdict) if verdict != Verdict::Unknown && verdict.holds() == holds => {}
                    // Out of what may be, or too few samples: there is nothing to find that way.
                    None | Some(Verdict::Unknown) => {
                        ways.retain(|way| *way != up);
                        continue;
                    }
                    Some(_) => {
                        let side = if holds == up { Side::UpTo } else { Side::From };
                        return Ok(Some((known.min(value), known.max(value), side)));
                    }
                }
                ends[usize::from(up)] = value;
            }
        }
        Ok(None)
    }

    /// Halves a bracket until it is narrow enough; where points are single runs, which gain little from
    /// threads, it is cut in three by two of them side by side.
    fn halve(&mut self, bracket: (f64, f64), side: Side) -> Result<(f64, f64), RunError> {
        let (mut low, mut high) = bracket;
        let (whole, precision) = (self.bench.whole, self.effort.precision);
        let narrow = |low: f64, high: f64| match whole {
            true => high - low <= 1.0,
            false => high / low <= 1.0 + precision,
        };
        let lower = |verdict: Verdict| verdict.holds() == (side == Side::UpTo);
        while !narrow(low, high) && !self.bench.stop.is_cancelled() {
            if self.effort.most == 1 && !whole && !narrow(low, (low * high).sqrt()) {
                let third = libm::cbrt(high / low);
                let inner = [low * third, high / third];
                let [Some(at_low), Some(at_high)] = self.verdicts(inner)? else { break };
                (low, high) = match (lower(at_low), lower(at_high)) {
                    (false, _) => (low, inner[0]),
                    (true, false) => (inner[0], inner[1]),
                    (true, true) => (inner[1], high),
                };
                continue;
            }
            let middle = (low * high).sqrt();
            let middle =
                if self.bench.whole { middle.round().clamp(low + 1.0, high - 1.0) } else { middle };
            let Some(verdict) = self.verdict(middle)? else { break };
            match lower(verdict) {
                true => low = middle,
                false => high = middle,
            }
        }
        Ok((low, high))
    }

    /// Finds a bracket and halves it.
    fn run(mut self, start: f64, side: Option<Side>) -> Result<(Self, Option<Bracket>), RunError> {
        let Some((low, high, side)) = self.bracket(start, side)? else { return Ok((self, None)) };
        let (low, high) = self.halve((low, high), side)?;
        Ok((self, Some((low, high, side))))
    }

    /// A bracket whose ends say what they should, each looked at in earnest: one that does not is the
    /// other end of the next bracket, as wide as this one.
    fn confirm(
        &mut self,
        (mut low, mut high): (f64, f64),
        side: Side,
    ) -> Result<Option<(f64, f64)>, RunError> {
        let lower = |verdict: Verdict| verdict.holds() == (side == Side::UpTo);
        let ratio = high / low;
        let [Some(at_low), Some(at_high)] = self.verdicts([low, high])? else {
            return Ok(Some((low, high)));
        };
        let (mut at_low, mut at_high) = (lower(at_low), lower(at_high));
        for _ in 0..REACH {
            if (at_low && !at_high) || self.bench.stop.is_cancelled() {
                break;
            }
            let up = at_high;
            let value = match (self.bench.whole, up) {
                (false, true) => high * ratio,
                (false, false) => low / ratio,
                (true, true) => high + 1.0,
                (true, false) => low - 1.0,
            };
            let Some(verdict) = self.verdict(value)? else { return Ok(None) };
            if up {
                (low, at_low, high, at_high) = (high, true, value, lower(verdict));
            } else {
                (low, at_low, high, at_high) = (value, lower(verdict), low, false);
            }
        }
        Ok(Some((low, high)))
    }

    /// The answer that a bracket gives.
    fn border(&self, (low, high): (f64, f64), side: Side) -> f64 {
        match (self.bench.whole, side) {
            (false, _) => (low * high).sqrt(),
            (true, Side::UpTo) => low,
            (true, Side::From) => high,
        }
    }

    /// What the search came to.
    fn found(mut self, border: Option<f64>, side: Option<Side>) -> Found {
        self.points.sort_by(|a, b| a.value.total_cmp(&b.value));
        Found {
            border,
            rough: None,
            side: side.unwrap_or(Side::UpTo),
            interval: (None, None),
            points: self.points,
        }
    }

    /// The value nearest to the answer, on its side, that is clear; further ones are tried, each
    /// twice as far, where none was.
    fn clear(
        &mut self,
        verdict: Verdict,
        border: f64,
        side: Side,
    ) -> Result<Option<f64>, RunError> {
        let below = (verdict == Verdict::Holds) == (side == Side::UpTo);
        let apart = |value: f64| if below { border - value } else { value - border };
        let whole = self.bench.whole;
        let reached = |value: f64| apart(value) > 0.0 || (whole && value == border);
        let mut away =
            1.0 + CLEARLY[usize::from(verdict == Verdict::Fails)] * self.effort.precision;
        loop {
            let clear = self.points.iter().filter(|point| point.verdict == verdict);
            let near = clear.map(|point| point.value).filter(|value| reached(*value));
            if let Some(nearest) = near.min_by(|a, b| apart(*a).total_cmp(&apart(*b))) {
                return Ok(Some(nearest));
            }
            if away > 1.5 || self.bench.stop.is_cancelled() {
                return Ok(None);
            }
            let value = if below { border / away } else { border * away };
            let value = match (self.bench.whole, below) {
                (false, _) => value,
                (true, true) => value.floor(),
                (true, false) => value.ceil(),
            };
            if self.verdict(value)?.is_none() {
                return Ok(None);
            }
            away *= away;
        }
    }
}

/// Searches from a start, which is above zero, for the border of one side, or of whichever there is.
///
/// # Errors
/// Only faults of the program.
pub(crate) fn search(
    start: f64,
    side: Option<Side>,
    effort: Effort,
    bench: Bench<'_>,
) -> Result<Found, RunError> {
    let search = Search { effort, bench, points: Vec::new() };
    let (search, bracket) = search.run(start, side)?;
    Ok(match bracket {
        None => search.found(None, side),
        Some((low, high, side)) => {
            let border = search.border((low, high), side);
            search.found(Some(border), Some(side))
        }
    })
}

/// Searches with a replication at each point, then looks in earnest at the ends of what was found, moves
/// on where they say otherwise, and goes as far from there as it takes for a verdict to be clear: points
/// take long, and most say what they have to say at once.
///
/// # Errors
/// Only faults of the program.
pub(crate) fn narrow(
    start: f64,
    side: Option<Side>,
    effort: Effort,
    bench: Bench<'_>,
) -> Result<Found, RunError> {
    let rough = Search { effort: effort.once(), bench, points: Vec::new() };
    let (rough, bracket) = rough.run(start, side)?;
    let Some((low, high, side)) = bracket else { return Ok(rough.found(None, side)) };
    let at = rough.border((low, high), side);
    let short = Effort { most: effort.first, ..effort };
    let mut search = Search { effort: short, bench, points: Vec::new() };
    let bracket = search.confirm((low, high), side)?;
    search.effort = effort;
    // What a single replication said of other values is known as well.
    let known: Vec<f64> = search.points.iter().map(|point| point.value).collect();
    search.points.extend(rough.points.into_iter().filter(|one| !known.contains(&one.value)));
    let Some((low, high)) = bracket else { return Ok(search.found(None, Some(side))) };
    let border = search.border((low, high), side);
    let interval =
        (search.clear(Verdict::Holds, border, side)?, search.clear(Verdict::Fails, border, side)?);
    let mut found = search.found(Some(border), Some(side));
    (found.interval, found.rough) = (interval, Some(at));
    Ok(found)
}

/// Tries one value, until its verdict is clear or the effort is spent; `None` if the topology cannot
/// have it.
///
/// # Errors
/// Only faults of the program.
pub(crate) fn point(
    value: f64,
    effort: Effort,
    bench: Bench<'_>,
) -> Result<Option<Point>, RunError> {
    let Some(case) = (bench.at)(value) else { return Ok(None) };
    tried(&case, value, effort, bench).map(Some)
}

/// Tries a case, which has one value of what is varied, until its verdict is clear or the effort is
/// spent.
///
/// # Errors
/// Only faults of the program.
pub(crate) fn tried(
    case: &Case,
    value: f64,
    effort: Effort,
    bench: Bench<'_>,
) -> Result<Point, RunError> {
    let mut runs: Vec<Finished> = Vec::new();
    let mut wanted = effort.first.max(1);
    loop {
        (bench.tell)("at", value);
        let known = runs.len() as u32;
        let options = Options::default();
        let Bench { stop, .. } = bench;
        // A single run leaves the other threads to what goes on beside it.
        let alone = Parallel { threads: NonZeroUsize::MIN };
        let parallel = if effort.most == 1 { alone } else { bench.parallel };
        let more = match bench.probes {
            Some(probes) => probes.several(case, (known, wanted), parallel, stop)?,
            None => replicate::several(case, (known, wanted), options, parallel, stop, &|_, _| {})?,
        };
        runs.extend(more);
        let verdict = verdict(&case.slo, &runs);
        // More of the same is what too few samples need.
        let (unclear, most) = match verdict {
            Verdict::Unclear { .. } => (true, effort.most),
            Verdict::Unknown => (true, effort.most.max(PATIENCE)),
            _ => (false, effort.most),
        };
        if unclear && wanted < most && !bench.stop.is_cancelled() {
            wanted = (wanted + effort.first.max(2)).min(most);
            continue;
        }
        let replicated = replicate::added(runs);
        let lines = replicated.results.slo.iter().enumerate();
        // What no single run carries all together may.
        let all_known = replicated.results.slo.iter().all(|line| line.observed.is_some());
        let holds = replicated.results.slo.iter().all(|line| line.passed);
        let verdict = match verdict {
            Verdict::Unknown if all_known => Verdict::Unclear { holds },
            // What no replication decides by itself all of them may: that is what `run` says of them.
            Verdict::Unclear { .. } => Verdict::Unclear { holds },
            verdict => verdict,
        };
        let verdict = match verdict {
            // A queue that grows all along is one that the lines have not seen the end of.
            verdict if verdict.holds() && grows(&replicated) => Verdict::Unclear { holds: false },
            verdict => verdict,
        };
        let unknown = |line: &crate::measure::results::Slo| line.observed.is_none();
        let failing =
            lines.clone().filter(|(_, line)| !line.passed && !unknown(line)).map(|(n, _)| n);
        let failing = failing.collect();
        let unknown = lines.filter(|(_, line)| unknown(line)).map(|(n, _)| n).collect();
        return Ok(Point { value, verdict, failing, unknown, replicated });
    }
}

/// Whether jobs that wait became more and more, where nothing was meant to change, and something is at its
/// end: elsewhere a queue only follows what comes.
fn grows(replicated: &Replicated) -> bool {
    let rises = |trend: &Trend| trend.what == Trending::JobsWaiting && trend.to > trend.from;
    let results = &replicated.results;
    let mut used = results.metrics.iter().filter(|metric| metric.name == STATION_UTILISATION);
    results.trends.iter().any(rises)
        && used.any(|one| one.mean.is_some_and(|mean| mean >= NEARLY_FULL))
}

/// Whether the lines hold, by the figures of each replication.
fn verdict(lines: &[Line], runs: &[Finished]) -> Verdict {
    let (mut unknown, mut worst) = (false, Verdict::Holds);
    for (place, line) in lines.iter().enumerate() {
        let observed = runs.iter().filter_map(|run| run.results.slo[place].observed);
        let observed: Vec<f64> = observed.collect();
        if observed.is_empty() {
            unknown = true;
            continue;
        }
        let mean = observed.iter().sum::<f64>() / observed.len() as f64;
        // What was under way could change it: it may hold, and cannot be counted on.
        let open = runs.iter().any(|run| run.results.slo[place].undecided);
        let interval = stats::Estimate::of(&observed).and_then(|all| all.interval(CLEAR));
        // One replication alone says what is likely, and no more.
        let clear = interval.is_some_and(|i| line.holds(i.low) == line.holds(i.high));
        match (line.holds(mean), clear) {
            (false, true) => return Verdict::Fails,
            (false, false) => worst = Verdict::Unclear { holds: false },
            (true, _) if open => worst = Verdict::Unclear { holds: false },
            (true, false) if worst == Verdict::Holds => worst = Verdict::Unclear { holds: true },
            _ => {}
        }
    }
    if unknown && worst.holds() { Verdict::Unknown } else { worst }
}

/// A figure of the results that every topology has.
pub(crate) fn figure(text: &str) -> Selector {
    let selector = Selector::parse(text, &Names::default());
    selector.expect("the figures named here are in the catalogue")
}
