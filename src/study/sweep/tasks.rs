//! Doing tasks: which of them, which are done already, and each as one run on one thread. A task that
//! is stored is never done again, unless it is damaged; one of another study or version is refused.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use tokio_util::sync::CancellationToken;

use super::{Case, Point, Sweep, setup};
use crate::domain::time::Duration;
use crate::measure::measured::Measured;
use crate::measure::saved;
use crate::report::document::csv;
use crate::report::folder::tasks::{Found, StudyFolder, Task};
use crate::report::folder::write::FolderError;
use crate::run::{Ending, Options, RunError, row};
use crate::study::{pool, replicate, steady, warm_up};

/// Which of a study's tasks a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Every task of the study.
    Whole,
    /// The task of this number, counted from 0.
    Index(u32),
    /// Every one of so many, the first part being 1.
    Shard(u32, u32),
}

impl Part {
    /// Its tasks, of so many.
    pub(crate) fn tasks(self, of: u32) -> Vec<u32> {
        match self {
            Self::Whole => (0..of).collect(),
            Self::Index(number) => (number..of).take(1).collect(),
            Self::Shard(part, parts) => {
                (part.saturating_sub(1)..of).step_by(parts.max(1) as usize).collect()
            }
        }
    }
}

/// What is kept of each run beside its measurements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// How its figures went over time.
    pub(crate) series: bool,
    /// So many single messages.
    pub(crate) messages: usize,
}

impl Kept {
    /// The files of a task.
    pub(crate) fn files(self, number: u32) -> Vec<String> {
        let kept = [("series", self.series), ("messages", self.messages > 0)];
        let kept = kept.into_iter().filter(|(_, kept)| *kept);
        kept.map(|(what, _)| StudyFolder::beside_task(number, what)).collect()
    }
}

/// Why tasks were not done.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// By a signal.
    Interrupted,
    /// A fault of the program.
    Fault(RunError),
    /// A file could not be read or written.
    File(FolderError),
    /// Something does not fit, in words.
    Unfit(String),
}

impl From<FolderError> for Stopped {
    fn from(error: FolderError) -> Self {
        Self::File(error)
    }
}

/// What a folder has of the tasks asked for.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Not there, or not whole.
    pub(crate) missing: Vec<u32>,
    /// Of these, those with a file that is not whole, and why.
    pub(crate) damaged: Vec<(u32, String)>,
    /// Of another study or version, and why.
    pub(crate) foreign: Vec<(u32, String)>,
}

/// The version that tasks are of.
fn version() -> String {
    let commit = option_env!("INTERWORK_COMMIT").map_or(String::new(), |c| format!("+{c}"));
    format!("{}{commit}", env!("CARGO_PKG_VERSION"))
}

/// Looks which of these tasks a folder has.
///
/// # Errors
/// If a file cannot be read.
pub(crate) fn state(sweep: &Sweep, folder: &StudyFolder, tasks: &[u32]) -> Result<State, Stopped> {
    let mut state = State::default();
    let mut known: Option<(usize, Case)> = None;
    for &number in tasks {
        let Some((place, replication)) = sweep.task(number) else { continue };
        let point = &sweep.points[place];
        match folder.task(number)? {
            Found::Missing => state.missing.push(number),
            Found::Damaged(why) => {
                state.missing.push(number);
                state.damaged.push((number, why));
            }
            Found::Whole(task) => {
                if let Err(why) = belongs(sweep, point, replication, &task) {
                    state.foreign.push((number, why));
                    continue;
                }
                if known.as_ref().is_none_or(|(of, _)| *of != place) {
                    known = Some((place, sweep.case(point).map_err(Stopped::Unfit)?));
                }
                let case = known.as_ref().map(|(_, case)| case.clone());
                if let Some(Err(why)) = case.map(|case| restored(case, point, &task)) {
                    state.missing.push(number);
                    state.damaged.push((number, why));
                }
            }
        }
    }
    Ok(state)
}

/// Whether a task is one of this study, done by this version.
fn belongs(sweep: &Sweep, point: &Point, replication: u32, task: &Task) -> Result<(), String> {
    if task.version != version() {
        return Err(format!("it was done by version {}, this is {}", task.version, version()));
    }
    if task.study != sweep.digest
        || task.topology != point.fingerprint
        || task.replication != replication
    {
        return Err("it is of another study, or of this one before it was changed".to_owned());
    }
    Ok(())
}

/// What a stored task measured.
pub(super) fn restored(mut case: Case, point: &Point, task: &Task) -> Result<Measured, String> {
    settle(&mut case, Duration(task.warm_up_ns));
    saved::restore(&setup(&case, point.replications == 1), &task.measured)
}

/// Takes a warm-up that was found.
fn settle(case: &mut Case, warm_up: Duration) {
    case.federation.run.find_warm_up = false;
    case.federation.run.warm_up = warm_up;
}

/// Does tasks, so many at a time, and stores each as it is done; `told` hears how many are. Tasks that
/// were done when it stops early are stored.
///
/// # Errors
/// If it was stopped, a file could not be written, or by a fault of the program.
pub(crate) fn work(
    sweep: &Sweep,
    folder: &StudyFolder,
    tasks: &[u32],
    kept: Kept,
    jobs: NonZeroUsize,
    stop: &CancellationToken,
    told: &(dyn Fn(u32, f64) + Sync),
) -> Result<(), Stopped> {
    let done = AtomicU32::new(0);
    pool::run(jobs, tasks.len(), |place| {
        if stop.is_cancelled() {
            return Err(Stopped::Interrupted);
        }
        // A single long task moves the display too.
        let mut next = 0.01;
        let mut within = |share: f64| {
            if share >= next {
                next = share + 0.01;
                told(done.load(Relaxed), share);
            }
        };
        let (task, files) = one(sweep, tasks[place], kept, stop, &mut within)?;
        // The task last: what has it is done.
        files.iter().try_for_each(|(name, content)| folder.put(name, content))?;
        folder.put_task(&task)?;
        told(done.fetch_add(1, Relaxed) + 1, 0.0);
        Ok(())
    })?;
    Ok(())
}

/// Names of files beside a task, with what is in them.
type Files = Vec<(String, Vec<u8>)>;

fn one(
    sweep: &Sweep,
    number: u32,
    kept: Kept,
    stop: &CancellationToken,
    within: &mut dyn FnMut(f64),
) -> Result<(Task, Files), Stopped> {
    let unknown = || Stopped::Unfit(format!("there is no task {number}"));
    let (place, replication) = sweep.task(number).ok_or_else(unknown)?;
    let point = &sweep.points[place];
    let mut case = sweep.case(point).map_err(Stopped::Unfit)?;
    let options = Options { threads: 1, samples: kept.messages, ..Options::default() };
    if case.federation.run.find_warm_up {
        // The same in every replication, since the pilot run has the point's own seed.
        let found = warm_up::find(&case, options, stop).map_err(Stopped::Fault)?;
        settle(&mut case, found.cut);
    }
    let run = &case.federation.run;
    let end = (run.warm_up + run.duration).as_secs_f64();
    let (seed, warm_up_ns) = (replicate::seed(run.seed, replication), run.warm_up.0);
    let alone = point.replications == 1;
    let mut tell = |at: crate::domain::time::Instant, _| within(at.as_secs_f64() / end);
    let finished = replicate::one(&case, replication, alone, options, stop, &mut tell)
        .map_err(Stopped::Fault)?;
    if stop.is_cancelled() || finished.ended != Ending::Finished {
        return Err(Stopped::Interrupted);
    }
    let mut files = Vec::new();
    let mut keep = |what: &str, content: Result<Vec<u8>, ::csv::Error>| {
        let content = content.map_err(|error| Stopped::Unfit(error.to_string()))?;
        files.push((StudyFolder::beside_task(number, what), content));
        Ok::<(), Stopped>(())
    };
    if kept.series {
        keep("series", csv::series(&finished.results.series))?;
    }
    if kept.messages > 0 {
        let rows = finished.samples.iter().map(|sample| row(sample, &case.federation));
        keep("messages", csv::messages(&rows.collect::<Vec<_>>()))?;
    }
    let task = Task {
        schema: Task::SCHEMA.to_owned(),
        version: version(),
        study: sweep.digest.clone(),
        task: number,
        point: place as u32,
        replication,
        topology: point.fingerprint.clone(),
        seed,
        warm_up_ns,
        events: finished.events,
        trends: steady::trends(finished.measured.setup(), &finished.results.series),
        measured: saved::lines(&finished.measured),
    };
    Ok((task, files))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_have_every_task_once() {
        let mut all: Vec<u32> = (1..=3).flat_map(|part| Part::Shard(part, 3).tasks(10)).collect();
        assert_eq!(Part::Shard(1, 3).tasks(10), [0, 3, 6, 9]);
        all.sort_unstable();
        assert_eq!(all, Part::Whole.tasks(10));
        assert_eq!(Part::Index(9).tasks(10), [9]);
        assert!(Part::Index(10).tasks(10).is_empty() && Part::Shard(3, 3).tasks(2).is_empty());
    }
}
