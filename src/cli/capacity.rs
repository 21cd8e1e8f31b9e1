//! `interwork capacity`: the largest load that meets the SLO, what gives way first, and the planner's
//! page.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::output::{Place, put_json};
use super::progress::Progress;
use super::signal::stop_on_signal;
use super::topology::{Loaded, load, load_source, overrides, reload, set_baseline};
use super::{Exit, fault, folder_error, width};
use crate::report::document::numbers::percent;
use crate::report::face::html;
use crate::run;
use crate::study::capacity::document::{Found as Everything, document};
use crate::study::capacity::inputs;
use crate::study::capacity::planner;
use crate::study::capacity::probes::Probes;
use crate::study::capacity::resources::Resource;
use crate::study::capacity::search::{Bench, Effort, Verdict};
use crate::study::capacity::sizes::sizes;
use crate::study::capacity::{self, Question, Unsteady};
use crate::study::forecast::forecast;
use crate::study::replicate::{Case, Parallel};
use crate::topology::{Override, Scalar};

/// How far below the planned load a search goes that finds no line to hold.
const FAR: f64 = 30.0;

/// Find the largest load that meets the SLO, what gives way first, and what planners ask next
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The topology file, with `slo` lines
    topology: PathBuf,

    /// Path of the value to vary instead of workload.load, such as workload.messages.total
    #[arg(long, value_name = "PATH", default_value = "workload.load")]
    vary: String,

    /// The value that is planned for, such as 1.5 or 300/s; the file's own if left out
    #[arg(long, value_name = "VALUE")]
    planned: Option<String>,

    /// Override a value, such as operators.imsp-a.smsc.throughput=80/s
    #[arg(long = "set", value_name = "PATH=VALUE")]
    overrides: Vec<String>,

    /// Replications of a point at the least
    #[arg(long, value_name = "N", default_value_t = 3,
          value_parser = clap::value_parser!(u32).range(2..=1000))]
    replications: u32,

    /// Replications of a point whose verdict is not clear, at most
    #[arg(long, value_name = "N", default_value_t = 6,
          value_parser = clap::value_parser!(u32).range(2..=1000))]
    max_replications: u32,

    /// How narrow the bracket around the answer becomes, as a share of it
    #[arg(long, value_name = "SHARE", default_value = "3%", value_parser = super::run::share)]
    precision: f64,

    #[command(flatten)]
    place: Place,

    /// Let each part fail in turn as well, a run each
    #[arg(long)]
    failures: bool,

    /// Threads to run on; the answer is the same on any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,

    /// Write everything as JSON; `-` prints it instead of the page
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// The result folder of an earlier run, for SLO lines that compare with a baseline
    #[arg(long, value_name = "DIR")]
    baseline: Option<PathBuf>,
}

pub(super) fn main(arguments: &Arguments) -> Exit {
    find(arguments).unwrap_or_else(|exit| exit)
}

fn find(arguments: &Arguments) -> Result<Exit, Exit> {
    let overrides = overrides(&arguments.overrides)?;
    let (mut loaded, own) = planned(arguments, &overrides)?;
    set_baseline(&mut loaded, arguments.baseline.as_deref())?;
    let planned = own.number;
    check(&loaded, planned)?;
    let planned_case = loaded.case();
    // A value that the topology cannot have ends the search that way; the page says why.
    let refused: Mutex<Option<(f64, String)>> = Mutex::new(None);
    let at = |value: f64| match case_at(&arguments.vary, &loaded, &overrides, &own, value) {
        Ok(case) => Some(case),
        Err(why) => {
            *refused.lock().unwrap_or_else(PoisonError::into_inner) = Some((value, why));
            None
        }
    };

    let stop = stop_on_signal();
    let name = format!("{}-capacity", loaded.topology.federation.name);
    let version = format!("{} {:?}", env!("CARGO_PKG_VERSION"), option_env!("INTERWORK_COMMIT"));
    // What a search that was stopped has left may be gone on with.
    let goes_on = |dir: &Path| Probes::of(dir, version.clone()).any();
    let (folder, dir) = arguments.place.create_or(&name, goes_on)?;
    let probes = Probes::of(&dir, version.clone());
    let bar = Progress::new();
    let tell = |what: &str, value: f64| bar.say(format!("{what} {value:.3}"));
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let threads = arguments.threads.and_then(|n| NonZeroUsize::new(n.into())).unwrap_or(cores);
    let parallel = Parallel { threads };
    // What is known so far, for whoever waits, and for whoever stops waiting.
    let tried: Mutex<Vec<(f64, Verdict)>> = Mutex::new(Vec::new());
    let found = |value: f64, verdict: Verdict| {
        let mut tried = tried.lock().unwrap_or_else(PoisonError::into_inner);
        tried.push((value, verdict));
        bar.note(&format!("{} = {}: {}", arguments.vary, own.with(value), worded(verdict)));
    };
    let whole = own.whole();
    let bench = Bench {
        at: &at,
        whole,
        parallel,
        stop: &stop,
        tell: &tell,
        found: &found,
        probes: Some(&probes),
    };
    let is_load = arguments.vary == "workload.load";
    let effort = Effort {
        first: arguments.replications,
        most: arguments.max_replications.max(arguments.replications),
        precision: arguments.precision,
        stride: 1.5,
        least: if is_load { planned / FAR } else { 0.0 },
    };
    let plan = run::plan(planned_case.federation.clone());
    let expected = forecast(&plan);
    let sizes = sizes(&plan, &expected, &planned_case.slo);
    drop(plan);
    if let Some(first) =
        sizes.iter().max_by(|a, b| (a.used / a.target).total_cmp(&(b.used / b.target)))
    {
        bar.note(&format!(
            "by arithmetic {} comes first: {} of it is asked for at {} = {}",
            first.part,
            percent(first.used),
            arguments.vary,
            own.with(planned)
        ));
    }
    let question = Question { planned, case: &planned_case, effort, is_load };
    let answer = match capacity::answer(question, bench).map_err(fault)? {
        Ok(answer) => answer,
        Err(Unsteady(why)) => {
            bar.end();
            probes.clear();
            anstream::eprintln!("error: in the measured time {why}: no capacity follows from that");
            anstream::eprintln!("measure later (--set run.warm_up=forecast), or for longer");
            return Ok(Exit::BadInput);
        }
    };
    let (mut failures, mut inputs) = (Vec::new(), Vec::new());
    if arguments.failures && !stop.is_cancelled() {
        failures = planner::failures(&planned_case, parallel, &stop, &tell).map_err(fault)?;
    }
    if let (true, Some(border), false) = (is_load, answer.found.border, stop.is_cancelled()) {
        let limits = [&answer.bottleneck, &answer.next];
        let mut limits: Vec<Resource> =
            limits.iter().copied().flatten().flat_map(|l| l.resources.clone()).collect();
        let mut seen = Vec::new();
        limits.retain(|limit| {
            !seen.contains(limit) && {
                seen.push(*limit);
                true
            }
        });
        inputs = inputs::sensitivities(border, &planned_case, &limits, parallel);
    }
    bar.end();
    if stop.is_cancelled() {
        anstream::eprintln!("stopped before the answer was found");
        let tried = tried.into_inner().unwrap_or_else(PoisonError::into_inner);
        let of = |verdict: Verdict| {
            let of = tried.iter().filter(move |(_, other)| *other == verdict);
            of.map(|(value, _)| *value)
        };
        let least = |values: &mut dyn Iterator<Item = f64>| values.reduce(f64::min);
        let most = |values: &mut dyn Iterator<Item = f64>| values.reduce(f64::max);
        for (words, verdict) in [("holds", Verdict::Holds), ("fails", Verdict::Fails)] {
            if let (Some(low), Some(high)) = (least(&mut of(verdict)), most(&mut of(verdict))) {
                let (low, high) = (own.with(low), own.with(high));
                anstream::eprintln!("so far it {words} at {low} to {high}");
            }
        }
        let file = arguments.topology.display();
        anstream::eprintln!(
            "it goes on from there with the same options and --out {}",
            dir.display()
        );
        anstream::eprintln!("  interwork capacity {file} --out {} …", dir.display());
        return Ok(Exit::Interrupted);
    }
    let refused = refused.into_inner().unwrap_or_else(PoisonError::into_inner);
    let found = Everything { answer, sizes, failures, inputs, refused };
    let document = document(&arguments.vary, &planned_case, own.unit(), found);
    let files = [
        ("topology.yaml", loaded.topology.resolved_yaml()),
        ("capacity.json", document.json().map_err(fault)?),
        (html::NAME, html::capacity_page(&document)),
    ];
    folder.put(&files).map_err(folder_error)?;
    probes.clear();
    put_json(arguments.json.as_deref(), &document)?;
    if arguments.json.as_deref() != Some(std::path::Path::new("-")) {
        anstream::print!("{}", document.page(width()));
        anstream::println!("\nresults in {}", dir.display());
    }
    Ok(if document.holds { Exit::Done } else { Exit::SloMissed })
}

/// A verdict in words.
fn worded(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "every line holds",
        Verdict::Fails => "a line fails",
        Verdict::Unclear { holds: true } => "every line is likely to hold",
        Verdict::Unclear { holds: false } => "a line is not likely to hold",
        Verdict::Unknown => "a line has too few samples",
    }
}

/// The topology with the value that is planned for, and that value.
fn planned(arguments: &Arguments, overrides: &[Override]) -> Result<(Loaded, Scalar), Exit> {
    let loaded = load(&arguments.topology, overrides)?;
    let own = varied(&loaded, &arguments.vary)?;
    let Some(planned) = &arguments.planned else { return Ok((loaded, own)) };
    let given = Scalar::parse(planned).ok_or_else(|| {
        anstream::eprintln!(
            "error: --planned {planned}: a number is needed, such as {}",
            own.with(own.number)
        );
        Exit::BadInput
    })?;
    let bare = given.unit().is_empty();
    let text = if bare { own.with(given.number) } else { planned.clone() };
    let mut overrides = overrides.to_vec();
    overrides.push(set(&arguments.vary, &text)?);
    let loaded = load_source(loaded.source, &overrides)?;
    let own = varied(&loaded, &arguments.vary)?;
    Ok((loaded, own))
}

fn set(path: &str, value: &str) -> Result<Override, Exit> {
    Override::parse(&format!("{path}={value}")).map_err(|problem| {
        anstream::eprintln!("error: --vary {path}: {problem}");
        Exit::BadInput
    })
}

/// The file's own value of what is varied.
fn varied(loaded: &Loaded, path: &str) -> Result<Scalar, Exit> {
    loaded.topology.scalar(path).map_err(|problem| {
        anstream::eprintln!("error: --vary {path}: {problem}");
        Exit::BadInput
    })
}

/// Whether the question makes sense.
fn check(loaded: &Loaded, planned: f64) -> Result<(), Exit> {
    if loaded.slo.is_empty() {
        anstream::eprintln!(
            "error: the topology has no `slo` lines: without them any load will do"
        );
        return Err(Exit::BadInput);
    }
    if loaded.topology.federation.run.find_warm_up {
        anstream::eprintln!("error: capacity needs a fixed `run.warm_up`, not `auto`");
        anstream::eprintln!("`interwork run` says what `auto` comes to: --set run.warm_up=90s");
        return Err(Exit::BadInput);
    }
    if planned.is_nan() || planned <= 0.0 || planned.is_infinite() {
        anstream::eprintln!("error: the search starts from the planned value, which is above zero");
        return Err(Exit::BadInput);
    }
    Ok(())
}

/// The case at a value of what is varied, or why there is none.
fn case_at(
    path: &str,
    loaded: &Loaded,
    overrides: &[Override],
    own: &Scalar,
    value: f64,
) -> Result<Case, String> {
    let mut overrides = overrides.to_vec();
    let set = format!("{path}={}", own.with(value));
    overrides.push(Override::parse(&set).map_err(|problem| problem.to_string())?);
    let other = reload(&loaded.source, &overrides)?;
    Ok(Case { federation: other.federation, slo: loaded.slo.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_about_the_files_as_they_were_when_it_began() {
        let dir = tempfile::tempdir().expect("a folder");
        let (file, pairs) = (dir.path().join("t.yaml"), dir.path().join("pairs.csv"));
        let own = "\n  contacts: { file: pairs.csv }\nrun:";
        let text = crate::topology::starter().replace("\nrun:", own);
        std::fs::write(&file, text).expect("written");
        std::fs::write(&pairs, "north/0,north/1\n").expect("written");
        let loaded = load(&file, &[]).expect("a valid topology");
        let own = varied(&loaded, "workload.load").expect("a number");
        std::fs::write(&file, "gone: true").expect("written");
        std::fs::remove_file(&pairs).expect("removed");
        let case = case_at("workload.load", &loaded, &[], &own, 2.0).expect("the same topology");
        let mut expected = loaded.topology.federation.clone();
        expected.operators.iter_mut().for_each(|operator| operator.workload.load.base = 2.0);
        assert_eq!(case.federation, expected);
    }
}
