//! `interwork compare`: two or more runs figure by figure, the first being the baseline. Result
//! folders are read, topologies are run here with the same seeds.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tokio_util::sync::CancellationToken;

use super::output::{self, Outputs, Place, put, put_json, took};
use super::progress::Progress;
use super::signal::stop_on_signal;
use super::topology::{Loaded, load, overrides, unreadable};
use super::{Exit, fault, folder_error, stdout_color, width};
use crate::measure::selector::{Names, Selector};
use crate::report::document::compare::{Outcome, Party, Report};
use crate::report::document::stored::Stored;
use crate::report::document::sums::Sums;
use crate::report::face::compare::{Show, markdown, render};
use crate::report::face::github::{Level, annotation};
use crate::report::face::html;
use crate::report::face::junit::{Case as Entry, Verdict, junit};
use crate::report::folder::read;
use crate::report::folder::write::Folder;
use crate::run::{self, Options};
use crate::study::compare::{FailOn, Rules, Side, compare, typed};
use crate::study::replicate::Parallel;
use crate::study::{stored, warm_up};
use crate::topology;

/// Replications of a topology, unless the file asks for more.
const REPLICATIONS: u32 = 10;

/// Compare runs, figure by figure: what moved, and how sure that is
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Arguments {
    /// Result folders or topology files; each is compared with the first. Topologies are run here
    #[arg(required = true, num_args = 2.., value_name = "FILE|DIR")]
    sides: Vec<PathBuf>,

    /// Replications of each topology; by default as many as a folder among the others has, or the
    /// largest number of the files, but at least 10
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    replications: Option<u32>,

    /// Override a value of every topology, such as run.seed=7
    #[arg(long = "set", value_name = "PATH=VALUE")]
    overrides: Vec<String>,

    /// Threads to run on; the results are the same on any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,

    /// Chance of any false finding among all figures of a comparison
    #[arg(long, value_name = "SHARE", default_value = "1%", value_parser = super::run::share)]
    level: f64,

    /// How far from the baseline's a figure may surely be to count as the same
    #[arg(long, value_name = "SHARE", default_value = "5%", value_parser = super::run::share)]
    margin: f64,

    /// Fail if a figure rises (+5%) or falls (-5%) by more than so much, such as
    /// 'message_latency{route=hub} p99 +5%'; as often as needed
    #[arg(long = "fail-on", value_name = "LINE")]
    fail_on: Vec<String>,

    /// Fail also where it cannot be told whether a line of --fail-on holds
    #[arg(long, requires = "fail_on")]
    strict: bool,

    #[command(flatten)]
    place: Place,

    /// Show every figure, not only what moved
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    outputs: Outputs,
}

const AFTER_HELP: &str = "\
Figures: of histograms mean, p50, p95, p99; of counters the rate; of levels the mean. What is told
by route is told over all routes too, so that a hub compares with a mesh. Replications with the
same seeds are compared pair by pair, others as independent samples, single runs by their batch
means; values of replications are means over them. p values are adjusted for the number of figures
(Holm).

Verdicts:
  same         equal in every replication, or the 95 % interval of the ratio lies within --margin
  worse, better, changed (where neither way is better)
               the adjusted p value is below --level
  cannot tell  neither can be shown; more replications may

A value with ≥ is a lower bound: what was under way could raise it; only what lies beyond it is
concluded. Of a run that was not steady nothing is (of queues that still grow, what is worse).

A line of --fail-on fails if the change is beyond it and the 95 % interval, if there is one, leaves
out that nothing changed. It holds if the change is within and the interval too; else it cannot be
told. A line about what neither side has fails, for nothing could ever break it. That is the one
verdict on its figure, chosen before anything ran. Exit code 99 if a line fails.

  interwork compare today.yaml wider.yaml --fail-on 'message_latency{route=hub} p99 +5%'
  interwork compare results/before results/after --json - | jq .comparisons[0].counts";

pub(super) fn main(arguments: &Arguments) -> Exit {
    let started = SystemTime::now();
    judged(arguments, started)
        .unwrap_or_else(|exit| output::ended(&arguments.outputs, "compare", exit, started))
}

/// A side before it is run.
enum Given {
    Folder(Box<Stored>),
    Topology(Box<Loaded>),
}

/// The sides that can be read, by their paths, and how wrong the others are.
struct Sides<'a> {
    read: Vec<(&'a Path, Given)>,
    wrong: Option<Exit>,
}

fn judged(arguments: &Arguments, started: SystemTime) -> Result<Exit, Exit> {
    arguments.outputs.check()?;
    let Sides { read: given, wrong } = given(arguments)?;
    // What is wrong with lines is said as well, by the sides that can be read.
    let lines = lines(arguments, &given);
    if let Some(exit) = wrong {
        return Err(exit);
    }
    let lines = lines?;
    let given = given.into_iter().map(|(_, side)| side).collect();
    let (folder, dir) = arguments.place.create("compare")?;
    let stop = stop_on_signal();
    let Some(sides) = sides(arguments, given, &lines, &stop)? else {
        anstream::eprintln!("error: stopped by a signal before all had run: nothing is compared");
        return Err(Exit::Interrupted);
    };
    let Arguments { level, margin, strict, .. } = *arguments;
    let Some((baseline, others)) = sides.split_first() else { return Ok(Exit::BadInput) };
    let mut report = compare(baseline, others, &lines, Rules { level, margin, strict });
    for would_tell in report.comparisons.iter_mut().filter_map(|one| one.would_tell.as_mut()) {
        would_tell.push_str(&options(arguments));
    }
    present(arguments, &report, (&folder, &dir), started)?;
    Ok(if report.passed { Exit::Done } else { Exit::SloMissed })
}

/// The options that bear on what is found, as they would be typed again.
fn options(arguments: &Arguments) -> String {
    let Arguments { overrides, fail_on, strict, level, margin, .. } = arguments;
    let percent = |share: f64| format!("{}%", (share * 1e6).round() / 1e4);
    let quoted = |option: &str, value: &str| format!(" {option} {}", typed(value));
    let sets = overrides.iter().map(|set| quoted("--set", set));
    let lines = fail_on.iter().map(|line| quoted("--fail-on", line));
    let rules = [("--level", *level, 0.01), ("--margin", *margin, 0.05)].into_iter();
    let rules = rules.filter(|(_, value, usual)| value != usual);
    let rules = rules.map(|(option, value, _)| format!(" {option} {}", percent(value)));
    let strict = strict.then(|| " --strict".to_owned());
    sets.chain(lines).chain(rules).chain(strict).collect()
}

/// Reads all sides; prints what is wrong with each.
fn given(arguments: &Arguments) -> Result<Sides<'_>, Exit> {
    let overrides = overrides(&arguments.overrides)?;
    let mut worst = None;
    let mut wrong = |exit: Exit| {
        if worst.is_none_or(|worst: Exit| exit as u8 > worst as u8) {
            worst = Some(exit);
        }
    };
    let mut all = Vec::new();
    for path in &arguments.sides {
        let side = match path.is_dir() {
            true => {
                read::open(path).map(|stored| Given::Folder(Box::new(stored))).map_err(unreadable)
            }
            false => load(path, &overrides).map(|loaded| Given::Topology(Box::new(loaded))),
        };
        match side {
            Ok(side) => all.push((path.as_path(), side)),
            Err(exit) => wrong(exit),
        }
    }
    let bears = !arguments.overrides.is_empty() || arguments.replications.is_some();
    if bears && arguments.sides.iter().all(|path| path.is_dir()) {
        anstream::eprintln!("error: --set and --replications bear on topologies, which run here");
        anstream::eprintln!("these are folders of runs that are over: leave the options out");
        wrong(Exit::BadInput);
    }
    Ok(Sides { read: all, wrong: worst })
}

/// Reads the lines of `--fail-on`, which every side must understand; prints all that is wrong.
fn lines(arguments: &Arguments, given: &[(&Path, Given)]) -> Result<Vec<FailOn>, Exit> {
    let names: Vec<(&Path, Names)> = given
        .iter()
        .map(|(path, side)| match side {
            Given::Folder(stored) => (*path, stored::names(&stored.summary)),
            Given::Topology(loaded) => (*path, run::names(&loaded.topology.federation)),
        })
        .collect();
    let mut lines = Vec::new();
    let mut wrong = false;
    for text in &arguments.fail_on {
        let mut parsed = names
            .iter()
            .map(|(path, names)| FailOn::parse(text, names).map_err(|problem| (problem, *path)));
        match parsed.try_fold(None, |first, line| line.map(|line| first.or(Some(line)))) {
            Ok(line) => lines.extend(line),
            Err((problem, path)) => {
                let path = path.display();
                anstream::eprintln!("error: --fail-on `{text}`: {} ({path})", problem.message);
                problem.help.iter().for_each(|help| anstream::eprintln!("{help}"));
                wrong = true;
            }
        }
    }
    if wrong { Err(Exit::BadInput) } else { Ok(lines) }
}

/// Runs what is to be run, with common random numbers; `None` if a signal stopped it.
fn sides(
    arguments: &Arguments,
    mut given: Vec<Given>,
    lines: &[FailOn],
    stop: &CancellationToken,
) -> Result<Option<Vec<Side>>, Exit> {
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let threads = arguments.threads.and_then(|n| NonZeroUsize::new(n.into())).unwrap_or(cores);
    let options = Options { threads: threads.get(), ..Options::default() };
    alike(arguments, &mut given, options, stop)?;
    let asked: Vec<Selector> = lines.iter().map(|line| line.selector.clone()).collect();
    let runs = given.iter().filter(|side| matches!(side, Given::Topology(_))).count() as f64;
    let bar = Progress::new();
    let mut sides = Vec::new();
    let mut ran = 0.0;
    for ((side, path), number) in given.iter().zip(&arguments.sides).zip(0..) {
        let letter = letter(number);
        sides.push(match side {
            Given::Folder(stored) => {
                if !asked.is_empty() && Sums::read(&stored.dir, &stored.manifest).is_none() {
                    anstream::eprintln!(
                        "warning: {path} has no sums that fit, so of its single replications only \
                         the rows of replications.csv are known: run it again to have all",
                        path = stored.dir.display()
                    );
                }
                let source = topology::read(&stored.dir.join("topology.yaml")).ok();
                let loaded = source.and_then(|source| topology::load_copy(&source, &[]).ok());
                let values = loaded.map(|topology| topology.values()).unwrap_or_default();
                Side::of_folder(stored, values, &asked, &letter).map_err(unreadable)?
            }
            Given::Topology(loaded) => {
                let tell = |share: f64, events: u64| bar.tell((ran + share) / runs, events);
                let case = loaded.case();
                let party = party(loaded, path, letter);
                let parallel = Parallel { threads };
                let side = Side::of_runs(party, &case, &asked, options, parallel, stop, &tell)
                    .map_err(fault)?;
                ran += 1.0;
                side
            }
        });
        if stop.is_cancelled() {
            bar.end();
            return Ok(None);
        }
    }
    bar.end();
    Ok(Some(sides))
}

/// Gives all topologies the seed of the first side, the same number of replications, and one warm-up
/// where it is to be found: people and windows must be the same for figures to compare.
fn alike(
    arguments: &Arguments,
    given: &mut [Given],
    options: Options,
    stop: &CancellationToken,
) -> Result<(), Exit> {
    let seed = match given.first() {
        Some(Given::Folder(stored)) => Some(stored.manifest.seed),
        Some(Given::Topology(loaded)) => Some(loaded.topology.federation.run.seed),
        None => None,
    };
    let folder = given.iter().find_map(|side| match side {
        Given::Folder(stored) => Some(stored.manifest.replication_seeds.len() as u32),
        Given::Topology(_) => None,
    });
    let mut loaded: Vec<&mut Loaded> = given
        .iter_mut()
        .filter_map(|side| match side {
            Given::Topology(loaded) => Some(&mut **loaded),
            Given::Folder(_) => None,
        })
        .collect();
    let asked = loaded.iter().map(|loaded| loaded.topology.federation.run.replications);
    let most = asked.max().unwrap_or(1).max(REPLICATIONS);
    // As many as a folder has: only then there are pairs.
    let of_folder = folder.filter(|count| *count > 1);
    let replications = arguments.replications.or(of_folder).unwrap_or(most);
    let own_seed = arguments.overrides.iter().any(|set| set.starts_with("run.seed="));
    let mut cut = None;
    for loaded in &mut loaded {
        let run = &mut loaded.topology.federation.run;
        run.replications = replications;
        if let Some(seed) = seed.filter(|_| !own_seed) {
            run.seed = seed;
        }
        if run.find_warm_up {
            cut = cut.max(Some(warm_up::find(&loaded.case(), options, stop).map_err(fault)?.cut));
        }
    }
    for loaded in loaded {
        let run = &mut loaded.topology.federation.run;
        if let Some(cut) = cut.filter(|_| run.find_warm_up) {
            run.warm_up = cut;
        }
    }
    Ok(())
}

/// What is known of a topology before it is run.
fn party(loaded: &Loaded, path: &Path, letter: String) -> Party {
    Party {
        letter,
        path: path.display().to_string(),
        file: path.display().to_string(),
        topology: loaded.topology.federation.name.clone(),
        digest: loaded.topology.digest(),
        values: loaded.topology.values(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: option_env!("INTERWORK_COMMIT").map(str::to_owned),
        seeds: Vec::new(),
        finished: false,
        slo: Vec::new(),
        trends: Vec::new(),
    }
}

/// `A`, `B` … `Z`, `27`.
fn letter(number: usize) -> String {
    ('A'..='Z').nth(number).map_or_else(|| (number + 1).to_string(), String::from)
}

/// Prints and writes the comparison in every form that was asked for.
fn present(
    arguments: &Arguments,
    report: &Report,
    (folder, dir): (&Folder, &Path),
    started: SystemTime,
) -> Result<(), Exit> {
    let document = report.json().map_err(fault)?;
    let files = [("compare.json", document), (html::NAME, html::compare_page(report))];
    folder.put(&files).map_err(folder_error)?;
    let Outputs { json, markdown: page, junit: cases, github } = &arguments.outputs;
    if !arguments.outputs.on_stdout() {
        let show = Show { width: width(), color: stdout_color(), all: arguments.all };
        anstream::print!("{}", render(report, show));
        anstream::println!("\nresults in {}", dir.display());
    }
    let lines = report.comparisons.iter().flat_map(|one| &one.fail_on);
    for line in lines.filter(|line| *github && line.outcome != Outcome::Holds) {
        let level = if line.failed { Level::Error } else { Level::Warning };
        anstream::eprintln!("{}", annotation(level, None, &line.line, &line.shown()));
    }
    put_json(json.as_deref(), report)?;
    put(page.as_deref(), || markdown(report))?;
    put(cases.as_deref(), || {
        let cases = report.comparisons.iter().flat_map(|comparison| {
            comparison.fail_on.iter().map(|line| Entry {
                class: format!("{} against A", comparison.alternative.letter),
                name: line.line.clone(),
                verdict: match (line.failed, line.outcome) {
                    (true, _) => Verdict::Failed(line.shown()),
                    (false, Outcome::CannotTell) => Verdict::Open(line.shown()),
                    (false, _) => Verdict::Held,
                },
            })
        });
        junit("compare", &cases.collect::<Vec<_>>(), &took(started))
    })
}
