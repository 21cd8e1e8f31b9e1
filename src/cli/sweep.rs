//! `interwork sweep` and `interwork merge`: a study with all its points, here, on many machines, or
//! put together from what they did.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::progress::Progress;
use super::record::{machine, utc};
use super::signal::stop_on_signal;
use super::topology::count_of_problems;
use super::{Exit, fault, folder_error, stderr_color, width};
use crate::report::document::manifest::StudyManifest;
use crate::report::document::points::State;
use crate::report::folder::tasks::{Found, StudyFolder};
use crate::study::sweep::{self, Broken, Kept, Part, Place, Stopped, Sweep};

/// Run a study: topologies, values and replications, with results by point
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The study file
    study: PathBuf,

    /// Result folder; results/studies/<name> if left out. Tasks that are done there are not done again
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Discard tasks of another study or version, and write into a folder of something else
    #[arg(long)]
    force: bool,

    /// Tasks side by side, each on one thread; the number of cores if left out
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,

    /// Do one task only, counted from 0; `auto` reads SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX or
    /// HQ_TASK_ID
    #[arg(long, value_name = "I", conflicts_with = "shard")]
    index: Option<String>,

    /// Do every N-th task only, beginning with the I-th: parts 1/N to N/N are the study
    #[arg(long, value_name = "I/N", value_parser = shard)]
    shard: Option<(u32, u32)>,

    /// Keep how the figures of each run went over time, as tasks/NNNNNN.series.csv
    #[arg(long)]
    series: bool,

    /// Keep a sample of this many single messages of each run, as tasks/NNNNNN.messages.csv
    #[arg(long, value_name = "N", default_value_t = 0)]
    messages: u32,

    /// Print how many tasks there are, for the size of an array of jobs
    #[arg(long)]
    tasks: bool,
}

/// Put a study together from the folders of its parts
#[derive(Debug, clap::Args)]
pub(super) struct MergeArguments {
    /// Folders with tasks of one study
    #[arg(required = true)]
    dirs: Vec<PathBuf>,

    /// Result folder; may be one of the others
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// Write into a folder of something else
    #[arg(long)]
    force: bool,
}

/// Names of the variables that tell an array's jobs apart.
const ARRAYS: [&str; 3] = ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX", "HQ_TASK_ID"];

/// A part I of N parts, written `2/8`; I counts from 1.
fn shard(text: &str) -> Result<(u32, u32), String> {
    let parts = text.split_once('/');
    let numbers = parts.and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
    match numbers {
        Some((part, parts)) if (1..=parts).contains(&part) => Ok((part, parts)),
        _ => Err("a part is I/N with I from 1 to N, such as 2/8".to_owned()),
    }
}

pub(super) fn main(arguments: &Arguments) -> Exit {
    run(arguments).unwrap_or_else(|exit| exit)
}

pub(super) fn merge(arguments: &MergeArguments) -> Exit {
    join(arguments).unwrap_or_else(|exit| exit)
}

fn run(arguments: &Arguments) -> Result<Exit, Exit> {
    let started = SystemTime::now();
    let part = part(arguments)?;
    let sweep = open(&Place::File(arguments.study.clone()))?;
    let all = sweep.tasks();
    if arguments.tasks {
        anstream::println!("{all}");
        return Ok(Exit::Done);
    }
    if let Part::Index(number) = part
        && number >= all
    {
        return Err(wrong(&format!(
            "there is no task {number}: they are numbered 0 to {}",
            all - 1
        )));
    }
    let name = || Path::new("results/studies").join(&sweep.study.name);
    let dir = arguments.out.clone().unwrap_or_else(name);
    // First of all: whoever sees the folder may send a signal.
    let stop = stop_on_signal();
    let own = part.tasks(all);
    let mark = own.first().copied().unwrap_or(0);
    let folder = StudyFolder::open(&dir, mark, arguments.force).map_err(folder_error)?;
    let mut todo = todo(&sweep, &folder, &own, arguments.force)?;
    // What is to be kept of a run that was done without it has to be made again.
    let kept = Kept { series: arguments.series, messages: arguments.messages as usize };
    if kept != Kept::default() {
        let lacks = |task: &u32| kept.files(*task).iter().any(|name| !folder.has(name));
        let done = |task: &u32| todo.binary_search(task).is_err();
        let again: Vec<u32> =
            own.iter().copied().filter(|task| done(task) && lacks(task)).collect();
        todo.extend(again);
        todo.sort_unstable();
    }
    // Tasks of others do not go with another study either.
    if !arguments.force && own.len() < all as usize {
        let there: Vec<u32> =
            folder.tasks().into_iter().filter(|n| *n < all && !own.contains(n)).take(1).collect();
        foreign(&folder, &sweep::state(&sweep, &folder, &there).map_err(failed)?.foreign)?;
    }
    // Nothing of the folder is touched before all that could be refused was.
    for (name, content) in sweep.copies() {
        folder.put(&format!("study/{name}"), &content).map_err(folder_error)?;
    }
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let jobs = arguments.jobs.and_then(|jobs| NonZeroUsize::new(jobs.into())).unwrap_or(cores);
    let bar = Progress::new();
    let known = own.len() - todo.len();
    let told = |done: u32, within: f64| {
        let done = known as f64 + f64::from(done);
        let share = (done + within) / own.len().max(1) as f64;
        bar.part(share.min(1.0), format!("{done} of {} tasks", own.len()));
    };
    let worked = sweep::work(&sweep, &folder, &todo, kept, jobs, &stop, &told);
    bar.end();
    worked.map_err(|stopped| match stopped {
        Stopped::Interrupted => {
            anstream::eprintln!("stopped: what is done is kept, start it again to go on");
            Exit::Interrupted
        }
        other => failed(other),
    })?;
    if part == Part::Whole {
        return assemble(&sweep, &folder, started);
    }
    let there = folder.tasks();
    let missing: Vec<u32> = (0..all).filter(|task| !there.contains(task)).collect();
    anstream::println!("{} of {all} tasks are in {}", all as usize - missing.len(), dir.display());
    match missing.is_empty() {
        true => anstream::println!(
            "all are there; put them together: interwork merge {0} --out {0}",
            dir.display()
        ),
        false => anstream::println!("missing: {}", ranges(&missing)),
    }
    Ok(Exit::Done)
}

fn join(arguments: &MergeArguments) -> Result<Exit, Exit> {
    let started = SystemTime::now();
    let sweep = open(&Place::Copy(arguments.dirs[0].join("study")))?;
    let all: Vec<u32> = (0..sweep.tasks()).collect();
    let out = StudyFolder::open(&arguments.out, 0, arguments.force).map_err(folder_error)?;
    for dir in &arguments.dirs {
        let part = StudyFolder::reading(dir);
        let there: Vec<u32> =
            part.tasks().into_iter().filter(|task| *task < sweep.tasks()).collect();
        let state = sweep::state(&sweep, &part, &there).map_err(failed)?;
        foreign(&part, &state.foreign)?;
        for number in there.into_iter().filter(|task| !state.missing.contains(task)) {
            if let Found::Whole(task) = part.task(number).map_err(folder_error)? {
                for what in ["series", "messages"] {
                    let name = StudyFolder::beside_task(number, what);
                    out.take(&part, &name).map_err(folder_error)?;
                }
                out.put_task(&task).map_err(folder_error)?;
            }
        }
    }
    let state = sweep::state(&sweep, &out, &all).map_err(failed)?;
    foreign(&out, &state.foreign)?;
    if !state.missing.is_empty() {
        let (missing, of) = (ranges(&state.missing), all.len());
        let message = format!("{} of {of} tasks are missing: {missing}", state.missing.len());
        return Err(wrong(&message));
    }
    assemble(&sweep, &out, started)
}

/// Which tasks are asked for.
fn part(arguments: &Arguments) -> Result<Part, Exit> {
    let number = |text: &str, whose: &str| {
        text.trim().parse().map(Part::Index).map_err(|_| {
            wrong(&format!("{whose} is `{text}`, which is no number of a task from 0 on"))
        })
    };
    match (arguments.index.as_deref(), arguments.shard) {
        (None, None) => Ok(Part::Whole),
        (None, Some((part, parts))) => Ok(Part::Shard(part, parts)),
        (Some("auto"), _) => {
            let set: Vec<(&str, String)> = ARRAYS
                .iter()
                .filter_map(|name| Some((*name, std::env::var_os(name)?.to_string_lossy().into())))
                .collect();
            match set.as_slice() {
                [(name, value)] => number(value, name),
                [] => Err(wrong(&format!("--index auto: none of {} is set", ARRAYS.join(", ")))),
                many => {
                    let names: Vec<&str> = many.iter().map(|(name, _)| *name).collect();
                    let message = format!("--index auto: {} are both set", names.join(" and "));
                    Err(wrong(&(message + "; say which task with --index I")))
                }
            }
        }
        (Some(text), _) => number(text, "--index"),
    }
}

/// Reads a study; prints every problem there is.
fn open(place: &Place) -> Result<Sweep, Exit> {
    let path = match place {
        Place::File(path) => path.clone(),
        Place::Copy(folder) => folder.join("study.yaml"),
    };
    Sweep::open(place).map_err(|broken| match broken {
        Broken::Unreadable(error) => {
            anstream::eprintln!("error: {error}");
            Exit::FileError
        }
        Broken::Wrong(problems) => {
            for (source, problem) in &problems {
                anstream::eprintln!("{}\n", problem.render(source, width(), stderr_color()));
            }
            let count = count_of_problems(problems.len());
            anstream::eprintln!("{}: {count}, nothing was run", path.display());
            Exit::BadInput
        }
    })
}

/// The tasks that are still to be done; what does not belong is discarded with `force`, else refused.
fn todo(sweep: &Sweep, folder: &StudyFolder, own: &[u32], force: bool) -> Result<Vec<u32>, Exit> {
    let mut state = sweep::state(sweep, folder, own).map_err(failed)?;
    if !force {
        foreign(folder, &state.foreign)?;
    }
    for (number, _) in &state.foreign {
        folder.remove_task(*number).map_err(folder_error)?;
        state.missing.push(*number);
    }
    if force {
        // Tasks beyond the last are of a study that was larger.
        for number in folder.tasks().range(sweep.tasks()..) {
            folder.remove_task(*number).map_err(folder_error)?;
        }
    }
    for (number, why) in &state.damaged {
        let path = folder.task_path(*number);
        anstream::eprintln!("{} is done again: {why}", path.display());
    }
    state.missing.sort_unstable();
    Ok(state.missing)
}

/// Refuses tasks of another study or version.
fn foreign(folder: &StudyFolder, tasks: &[(u32, String)]) -> Result<(), Exit> {
    let Some((number, why)) = tasks.first() else { return Ok(()) };
    let path = folder.task_path(*number);
    anstream::eprintln!("error: {} does not belong here: {why}", path.display());
    if tasks.len() > 1 {
        let others: Vec<u32> = tasks.iter().map(|(number, _)| *number).collect();
        anstream::eprintln!("so with tasks {}", ranges(&others));
    }
    anstream::eprintln!("name another folder with --out, or discard such tasks: sweep --force");
    Err(Exit::BadInput)
}

/// Writes the results of a study of which all tasks are there.
fn assemble(sweep: &Sweep, folder: &StudyFolder, started: SystemTime) -> Result<Exit, Exit> {
    let assembled = sweep::assemble(sweep, folder).map_err(failed)?;
    let manifest = StudyManifest {
        schema: StudyManifest::SCHEMA.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: option_env!("INTERWORK_COMMIT").map(str::to_owned),
        name: sweep.study.name.clone(),
        digest: sweep.digest.clone(),
        points: sweep.points.len() as u32,
        tasks: sweep.tasks(),
        events: assembled.events,
        started: utc(started, "-", ":"),
        wall_time_s: started.elapsed().map_or(0.0, |elapsed| elapsed.as_secs_f64()),
        machine: machine(),
    };
    folder.put_json("manifest.json", &manifest).map_err(folder_error)?;
    let (points, tasks) = (sweep.points.len(), sweep.tasks());
    anstream::println!("{}: {points} points, {tasks} runs", sweep.study.name);
    if assembled.missed > 0 {
        let missed = assembled.missed;
        anstream::println!("an SLO line does not hold at {missed} of them, see slo.csv");
    }
    if assembled.open > 0 {
        let open = assembled.open;
        anstream::println!(
            "at {open} of them one is not decided: what was under way could change it"
        );
    }
    for line in doubtful(&assembled.states) {
        anstream::println!("{line}");
    }
    anstream::println!("results in {}", folder.dir().display());
    Ok(Exit::Done)
}

/// Points that are told.
const TOLD: usize = 4;

/// The points whose figures are of no state that lasts.
fn doubtful(states: &[State]) -> Vec<String> {
    let doubts = states.iter().enumerate();
    let doubts = doubts.filter_map(|(point, state)| Some((point, state.doubt()?)));
    let doubts: Vec<String> =
        doubts.map(|(point, why)| format!("  point {point}: {why}")).collect();
    if doubts.is_empty() {
        return doubts;
    }
    let head =
        format!("{} of them measured a state that does not last, see points.csv:", doubts.len());
    let more = doubts.len().saturating_sub(TOLD);
    let rest = (more > 0).then(|| format!("  and {more} more"));
    [head].into_iter().chain(doubts.into_iter().take(TOLD)).chain(rest).collect()
}

fn wrong(message: &str) -> Exit {
    anstream::eprintln!("error: {message}");
    Exit::BadInput
}

fn failed(stopped: Stopped) -> Exit {
    match stopped {
        Stopped::Interrupted => Exit::Interrupted,
        Stopped::Fault(error) => fault(error),
        Stopped::File(error) => folder_error(error),
        Stopped::Unfit(why) => {
            anstream::eprintln!("error: {why}");
            Exit::FileError
        }
    }
}

/// `0-3, 7`, shortened where there are many.
fn ranges(numbers: &[u32]) -> String {
    let mut spans: Vec<(u32, u32)> = Vec::new();
    for &number in numbers {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => spans.push((number, number)),
        }
    }
    let more = spans.len().saturating_sub(20);
    let shown = spans.iter().take(20).map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    });
    let shown = shown.collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown} and {more} ranges more") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_counted_from_one_and_ranges_are_short() {
        assert_eq!(shard("2/8"), Ok((2, 8)));
        for bad in ["0/8", "9/8", "8", "a/b", "1/0"] {
            assert!(shard(bad).is_err(), "{bad}");
        }
        assert_eq!(ranges(&[0, 1, 2, 5, 7, 8]), "0-2, 5, 7-8");
        let even: Vec<u32> = (0..60).map(|n| n * 2).collect();
        assert!(ranges(&even).ends_with("and 40 ranges more"));
    }
}
