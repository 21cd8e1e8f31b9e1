//! Independent repeats of one topology: what they differ in is the seed alone, and the seeds follow
//! from the one of the file. The first repeat has that very seed, so that one replication is the run
//! that it always was, and alternatives with the same seed see the same people do the same.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use tokio_util::sync::CancellationToken;

use super::{intervals, pool, steady};
use crate::domain::federation::Federation;
use crate::domain::random::mix;
use crate::domain::time::Instant;
use crate::measure::measured::Measured;
use crate::measure::results::{Metric, Results, Trend};
use crate::measure::slo;
use crate::model::plan::Plan;
use crate::run::{self, Ending, Finished, Options, RunError, Sample};

/// A topology that is ready to run, with the lines to judge it by.
#[derive(Clone, Debug)]
pub struct Case {
    /// What is simulated.
    pub federation: Federation,
    /// Lines to judge by.
    pub slo: Vec<slo::Line>,
}

/// How to run replications.
#[derive(Clone, Copy, Debug)]
pub struct Parallel {
    /// Threads in all: shared by replications side by side, or all for a single one.
    pub threads: NonZeroUsize,
}

/// What came of one replication.
#[derive(Clone, Debug)]
pub struct Replication {
    /// The seed from which its random streams derive.
    pub seed: u64,
    /// What it measured by itself, in the order of results.
    pub metrics: Vec<Metric>,
    /// The same as sums, without what shows how it went over time.
    pub(crate) measured: Measured,
}

/// What came of all.
#[derive(Debug)]
pub struct Replicated {
    /// All replications added up, with intervals.
    pub results: Results,
    /// The same as sums.
    pub measured: Measured,
    /// Each by itself.
    pub each: Vec<Replication>,
    /// Sample of single messages of the first replication.
    pub(crate) samples: Vec<Sample>,
    /// Events that all replications processed.
    pub(crate) events: u64,
    /// Simulated time of all, warm-ups included, seconds.
    pub model_time_s: f64,
    /// Why the last one ended.
    pub ended: Ending,
}

/// Somebody to be told how far all replications are: share done, events so far.
pub(crate) type Progress<'a> = &'a (dyn Fn(f64, u64) + Sync);

/// The seed of a replication, counted from 0.
pub(crate) fn seed(run_seed: u64, replication: u32) -> u64 {
    match replication {
        0 => run_seed,
        n => mix(mix(run_seed) ^ mix(0x5eed_0000_0000_0000 | u64::from(n))),
    }
}

/// Runs one replication of a case; `alone`: nothing else tells how sure its figures are.
///
/// # Errors
/// Only faults of the program.
pub(crate) fn one(
    case: &Case,
    replication: u32,
    alone: bool,
    options: Options,
    stop: &CancellationToken,
    progress: &mut dyn FnMut(Instant, u64),
) -> Result<Finished, RunError> {
    let mut federation = case.federation.clone();
    federation.run.seed = seed(federation.run.seed, replication);
    planned(case, &Arc::new(run::plan(federation)), alone, options, stop, progress)
}

/// Runs a replication whose plan has been laid out.
fn planned(
    case: &Case,
    plan: &Arc<Plan>,
    alone: bool,
    options: Options,
    stop: &CancellationToken,
    progress: &mut dyn FnMut(Instant, u64),
) -> Result<Finished, RunError> {
    let mut setup = run::setup(plan, case.slo.clone());
    setup.batches &= alone;
    run::run(plan, &Arc::new(setup), options, stop, progress)
}

/// Runs a case once by its plan, shown to somebody who looks on; the same results as those of
/// [`all`].
///
/// # Errors
/// Only faults of the program.
pub(crate) fn watched(
    case: &Case,
    plan: &Arc<Plan>,
    options: Options,
    stop: &CancellationToken,
    progress: &mut dyn FnMut(Instant, u64),
    shown: run::Shown<'_>,
) -> Result<Replicated, RunError> {
    let setup = Arc::new(run::setup(plan, case.slo.clone()));
    let run = run::watched(plan, &setup, options, stop, progress, Some(shown))?;
    Ok(added(vec![run]))
}

/// One run, however it was made, as all that there is.
pub(crate) fn lone(run: Finished) -> Replicated {
    added(vec![run])
}

/// Runs replications `from..to` side by side, and gives those that count: whole ones. What was cut
/// short from outside is left out, for it would weigh less than the others and say nothing of the end
/// of the measured time; if there is nothing else, the first one counts as far as it came. After one
/// that an SLO line ended none counts, however far others have come, so that threads do not show.
///
/// # Errors
/// Only faults of the program.
pub(super) fn several(
    case: &Case,
    range: (u32, u32),
    options: Options,
    parallel: Parallel,
    stop: &CancellationToken,
    progress: Progress<'_>,
) -> Result<Vec<Finished>, RunError> {
    several_by(case, None, range, options, parallel, stop, progress)
}

/// The same where the plan of the first replication may have been laid out.
///
/// # Errors
/// Only faults of the program.
pub(super) fn several_by(
    case: &Case,
    first: Option<&Arc<Plan>>,
    (from, to): (u32, u32),
    options: Options,
    parallel: Parallel,
    stop: &CancellationToken,
    progress: Progress<'_>,
) -> Result<Vec<Finished>, RunError> {
    let count = (to - from) as usize;
    let jobs = parallel.threads.min(NonZeroUsize::new(count).unwrap_or(NonZeroUsize::MIN));
    // Threads that are left over help within the runs.
    let threads = parallel.threads.get() / jobs.get();
    let end = (case.federation.run.warm_up + case.federation.run.duration).as_secs_f64();
    let done: Vec<(AtomicU64, AtomicU64)> = (0..count).map(|_| Default::default()).collect();
    // The first one that an SLO line ended, and what ends those after it.
    let failed = AtomicUsize::new(usize::MAX);
    let stops: Vec<CancellationToken> = (0..count).map(|_| stop.child_token()).collect();
    let runs = pool::run(jobs, count, |place| {
        // The first gives what there is; others that have not begun are left out.
        if from + place as u32 > 0 && stops[place].is_cancelled() {
            return Ok(None);
        }
        let options = Options {
            threads,
            samples: if from == 0 && place == 0 { options.samples } else { 0 },
            ..options
        };
        let mut tell = |at: Instant, events: u64| {
            done[place].0.store(at.0, Relaxed);
            done[place].1.store(events, Relaxed);
            // One thread tells of all.
            let simulated: u64 = done.iter().map(|(at, _)| at.load(Relaxed)).sum();
            let events = done.iter().map(|(_, events)| events.load(Relaxed)).sum();
            progress(Instant(simulated).as_secs_f64() / (end * count as f64), events);
        };
        let alone = from + to == 1;
        let number = from + place as u32;
        let run = match first.filter(|_| number == 0) {
            Some(plan) => planned(case, plan, alone, options, &stops[place], &mut tell)?,
            None => one(case, number, alone, options, &stops[place], &mut tell)?,
        };
        if run.ended == Ending::StoppedBySlo {
            failed.fetch_min(place, Relaxed);
            stops[place + 1..].iter().for_each(CancellationToken::cancel);
        }
        Ok(Some(run))
    })?;
    let last = failed.into_inner();
    let mut counted: Vec<Finished> = Vec::new();
    let mut cut_short = None;
    for (place, run) in runs.into_iter().enumerate().take_while(|(place, _)| *place <= last) {
        match run {
            Some(run) if run.ended != Ending::Interrupted => counted.push(run),
            Some(run) if from + place as u32 == 0 => cut_short = Some(run),
            _ => {}
        }
    }
    if counted.is_empty() {
        counted.extend(cut_short);
    }
    Ok(counted)
}

/// Runs all replications that the case asks for, and adds them up.
///
/// # Errors
/// Only faults of the program.
pub fn all(
    case: &Case,
    options: Options,
    parallel: Parallel,
    stop: &CancellationToken,
    progress: Progress<'_>,
) -> Result<Replicated, RunError> {
    all_by(case, None, options, parallel, stop, progress)
}

/// The same where the plan of the first replication may have been laid out.
///
/// # Errors
/// Only faults of the program.
pub(crate) fn all_by(
    case: &Case,
    first: Option<&Arc<Plan>>,
    options: Options,
    parallel: Parallel,
    stop: &CancellationToken,
    progress: Progress<'_>,
) -> Result<Replicated, RunError> {
    let replications = case.federation.run.replications.max(1);
    let runs = several_by(case, first, (0, replications), options, parallel, stop, progress)?;
    let all = runs.len() as u32 == replications;
    let mut replicated = added(runs);
    if !all && replicated.ended == Ending::Finished {
        replicated.ended = Ending::Interrupted;
    }
    Ok(replicated)
}

/// Adds up replications, the first one first.
pub(super) fn added(runs: Vec<Finished>) -> Replicated {
    let each = runs.iter().map(|run| Replication {
        seed: run.seed,
        metrics: run.results.metrics.clone(),
        measured: run.measured.sums(),
    });
    let each: Vec<Replication> = each.collect();
    let events = runs.iter().map(|run| run.events).sum();
    let model_time_s = runs.iter().map(|run| run.at.since(Instant::START).as_secs_f64()).sum();
    let ended = runs.iter().map(|run| run.ended).find(|ended| *ended != Ending::Finished);
    let found = trends(&runs);
    let shortest = runs.iter().map(|run| run.at).min().unwrap_or(Instant::START);
    let mut runs = runs.into_iter();
    let first = runs.next().expect("there is at least one replication");
    let Finished { samples, mut measured, mut results, .. } = first;
    if each.len() > 1 {
        runs.for_each(|run| measured.add(&run.measured));
        results = slo::results(&measured);
    }
    let ended = ended.unwrap_or(Ending::Finished);
    if ended != Ending::Finished {
        slo::leave_open(measured.setup(), &mut results.slo, shortest);
    }
    // A run that ended because of what it showed is no fair sample.
    if ended != Ending::StoppedBySlo {
        let metrics: Vec<&[Metric]> = each.iter().map(|one| one.metrics.as_slice()).collect();
        results = with_intervals(results, &metrics);
    }
    results.trends = if ended == Ending::Finished { found } else { Vec::new() };
    Replicated { results, measured, each, samples, events, model_time_s, ended }
}

/// What goes somewhere in most of the runs, as in the first of those: one of many may seem to by chance.
fn trends(runs: &[Finished]) -> Vec<Trend> {
    let of_run = |run: &Finished| match run.results.series.as_slice() {
        // Sums that were kept have no series: what was found of it is kept with them.
        [] => run.results.trends.clone(),
        series => steady::trends(run.measured.setup(), series),
    };
    let each: Vec<Vec<Trend>> = runs.iter().map(of_run).collect();
    let mut all: Vec<Trend> = Vec::new();
    for trend in each.iter().flatten() {
        let alike = |found: &&Vec<Trend>| found.iter().any(|other| other.what == trend.what);
        let most = 2 * each.iter().filter(alike).count() > each.len();
        if most && !all.iter().any(|known| known.what == trend.what) {
            all.push(*trend);
        }
    }
    all
}

/// Gives added results the intervals that their parts allow; `metrics` are those of each replication.
pub(super) fn with_intervals(mut results: Results, metrics: &[&[Metric]]) -> Results {
    match metrics {
        [_] => intervals::by_batches(&mut results),
        many => intervals::by_replications(&mut results, many),
    }
    results
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_replication_has_the_seed_itself_and_no_two_share_one() {
        let mut seeds: Vec<u64> = (0..1000).map(|n| seed(42, n)).collect();
        assert_eq!(seeds[0], 42);
        seeds.extend((1..1000).map(|n| seed(43, n)));
        seeds.sort_unstable();
        seeds.dedup();
        assert_eq!(seeds.len(), 1999);
    }
}
