//! `interwork run`: the main job. Reads a topology, runs it as often as it says, writes the result
//! folder, prints the summary.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::output::{self, Outputs};
use super::progress::Progress;
use super::record::{self, Record, utc};
use super::signal::stop_on_signal;
use super::topology::{Loaded, figure, load, overrides, set_baseline, unasked_baseline, warn};
use super::{Exit, fault, folder_error, stdout_color, watch, width};
use crate::domain::quantity;
use crate::measure::results::Slo;
use crate::measure::selector::Selector;
use crate::measure::slo;
use crate::model::plan::Plan;
use crate::report::document::manifest::{Manifest, Precision, WarmUp};
use crate::report::document::numbers;
use crate::report::document::summary::Summary;
use crate::report::document::sums::Sums;
use crate::report::face::{html, terminal};
use crate::report::folder::write::{Bundle, Folder, MessageRow, ReplicationRow};
use crate::report::judge::Basis;
use crate::run::{self, Ending, Options};
use crate::study::forecast::forecast;
use crate::study::needs::needs;
use crate::study::precision::{self, Reached, Target};
use crate::study::replicate::{self, Case, Parallel, Replicated};
use crate::study::warm_up;
use crate::topology::Override;
use tokio_util::sync::CancellationToken;

/// Run a topology: simulate it, write a result folder, print the summary
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The topology file
    topology: PathBuf,

    /// Result folder; results/<name>-<UTC date-time> if left out
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Write into a result folder that is not empty
    #[arg(long)]
    force: bool,

    /// Threads to run on; the results are the same on any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,

    /// Override a value, such as operators.imsp-a.smsc.throughput=80/s
    #[arg(long = "set", value_name = "PATH=VALUE")]
    overrides: Vec<String>,

    /// Independent repeats with seeds derived from the file's; instead of run.replications
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    replications: Option<u32>,

    /// Add replications until the 95 % interval of each figure reaches no further than this share
    /// of it to either side, such as 5%
    #[arg(long, value_name = "SHARE", value_parser = share)]
    precision: Option<f64>,

    /// A figure for --precision, such as 'message_latency{route=hub} p95'; as often as needed. By
    /// default the figures of the SLO lines, or else the mean latency of messages
    #[arg(long = "figure", value_name = "FIGURE", requires = "precision")]
    figures: Vec<String>,

    /// Replications at most, for --precision
    #[arg(long, value_name = "N", default_value_t = 50, requires = "precision",
          value_parser = clap::value_parser!(u32).range(1..=10_000))]
    max_replications: u32,

    /// Write a sample of N single messages with every stage time to messages.csv
    #[arg(long, value_name = "N", default_value_t = 0)]
    messages: u32,

    /// The result folder of an earlier run, for SLO lines that compare with a baseline
    #[arg(long, value_name = "DIR")]
    baseline: Option<PathBuf>,

    /// End as soon as an SLO line cannot be met any more
    #[arg(long)]
    stop_on_slo: bool,

    /// Fill the terminal with load, latencies, queues and SLO lines while the run goes on: space
    /// pauses, q quits. Ignored with a note where the output is no terminal
    #[arg(long)]
    watch: bool,

    #[command(flatten)]
    outputs: Outputs,
}

/// `5%` or `0.05`.
pub(super) fn share(text: &str) -> Result<f64, String> {
    match quantity::share(text) {
        Ok(value) if value > 0.0 && value < 1.0 => Ok(value),
        _ => Err("a share above 0 and below 1, such as 5%".to_owned()),
    }
}

pub(super) fn main(arguments: &Arguments) -> Exit {
    let started = SystemTime::now();
    simulate(arguments, started)
        .unwrap_or_else(|exit| output::ended(&arguments.outputs, "run", exit, started))
}

fn simulate(arguments: &Arguments, started: SystemTime) -> Result<Exit, Exit> {
    arguments.outputs.check()?;
    let mut overrides = overrides(&arguments.overrides)?;
    if let Some(replications) = arguments.replications {
        let set = format!("run.replications={replications}");
        overrides.push(Override::parse(&set).map_err(|_| Exit::BadInput)?);
    }
    let baseline = arguments.baseline.as_deref();
    let mut loaded = load(&arguments.topology, &overrides)?;
    let mut earlier = set_baseline(&mut loaded, baseline)?;
    unasked_baseline(&loaded, baseline)?;
    let figures = figures(arguments, &loaded)?;
    let watched = in_view(arguments, &loaded)?;
    let dir = arguments.out.clone().unwrap_or_else(|| {
        let name = format!("{}-{}", loaded.topology.federation.name, utc(started, "", ""));
        Path::new("results").join(name)
    });
    // First of all: whoever sees the folder may send a signal.
    let stop = stop_on_signal();
    // Before the run, so that a folder that cannot be had costs no time.
    let folder = Folder::create(&dir, arguments.force).map_err(folder_error)?;
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let threads = arguments.threads.and_then(|n| NonZeroUsize::new(n.into())).unwrap_or(cores);
    let samples = arguments.messages as usize;
    let options = Options { threads: threads.get(), samples, stop_on_slo: arguments.stop_on_slo };

    let warm_up = match loaded.topology.federation.run.find_warm_up {
        false => None,
        true => {
            let found = warm_up::find(&loaded.case(), options, &stop).map_err(fault)?;
            let cut_s = found.cut.as_secs_f64();
            let set = format!("run.warm_up={}ms", (cut_s * 1e3).round());
            overrides.push(Override::parse(&set).map_err(|_| Exit::BadInput)?);
            loaded = load(&arguments.topology, &overrides)?;
            earlier = set_baseline(&mut loaded, baseline)?;
            Some(WarmUp { method: "MSER-5".to_owned(), cut_s, settled: found.settled })
        }
    };
    let case = loaded.case();
    let parallel = Parallel { threads };
    let plan = Arc::new(run::plan(case.federation.clone()));
    let expected = forecast(&plan);
    let needs = needs(&plan, &expected, &case.slo);
    warn(&loaded, &overrides, &plan, &expected, &needs);
    let (mut replicated, precision) = match watched {
        true => (watch::run(&case, &plan, options, &stop).map_err(fault)?, None),
        false => replications(arguments, (&case, &plan), figures, options, parallel, &stop)?,
    };
    drop(plan);
    replicated.results.needs = needs;
    if let Some(earlier) = earlier.filter(|_| replicated.ended == Ending::Finished) {
        earlier.judge(&case.slo, &mut replicated);
    }

    let manifest = record::manifest(Record {
        topology: &loaded.topology,
        replicated: &replicated,
        options: said(arguments),
        started,
        threads: threads.get(),
        warm_up,
        precision,
    });
    conclude(
        &loaded,
        &replicated,
        &manifest,
        (samples > 0, started),
        (&folder, &dir),
        &arguments.outputs,
    )?;
    Ok(match replicated.ended {
        Ending::Interrupted => Exit::Interrupted,
        _ if case.slo.iter().zip(&replicated.results.slo).any(missed) => Exit::SloMissed,
        _ => Exit::Done,
    })
}

/// Writes what came of a run: its folder, its page, what CI services read, and the summary.
pub(super) fn conclude(
    loaded: &Loaded,
    replicated: &Replicated,
    manifest: &Manifest,
    (messages, started): (bool, SystemTime),
    (folder, dir): (&Folder, &Path),
    outputs: &Outputs,
) -> Result<(), Exit> {
    let rows: Vec<MessageRow> = replicated
        .samples
        .iter()
        .map(|sample| run::row(sample, &loaded.topology.federation))
        .collect();
    let each: Vec<ReplicationRow> = (0..)
        .zip(&replicated.each)
        .flat_map(|(n, one)| ReplicationRow::of(n, &one.metrics))
        .collect();
    let name = &loaded.topology.federation.name;
    let resolved = loaded.topology.resolved_yaml();
    folder
        .write(&Bundle {
            name,
            results: &replicated.results,
            sums: &Sums::of(manifest, replicated.each.iter().map(|one| &one.measured)),
            manifest,
            topology_yaml: &resolved,
            attachments: &loaded.topology.attachments(),
            messages: messages.then_some(&rows[..]),
            replications: (replicated.each.len() > 1).then_some(&each[..]),
        })
        .map_err(folder_error)?;
    let federation = Some(&loaded.topology.federation);
    let summary = Summary::new(name, &replicated.results);
    let basis = Basis::new(manifest, &replicated.results.series, federation);
    let run = basis.run(&summary, manifest);
    Folder::write_page(dir, &html::page_of(&run, Some(&resolved), &[])).map_err(folder_error)?;
    output::write(outputs, &run, &loaded.slo_lines(), started)?;
    if !outputs.on_stdout() {
        anstream::print!("{}", terminal::render(&run, width(), stdout_color()));
        anstream::println!("results in {}", dir.display());
    }
    Ok(())
}

/// Whether a line fails the run. A bound has to be shown to hold; of a change since an earlier run it
/// is the other way round, for what cannot be told is no change.
pub(super) fn missed((line, outcome): (&slo::Line, &Slo)) -> bool {
    let open = outcome.undecided && line.needs_baseline();
    !outcome.passed && !open
}

/// Figures that are to be known to `--precision`.
fn figures(arguments: &Arguments, loaded: &Loaded) -> Result<Vec<Selector>, Exit> {
    if arguments.precision.is_none() {
        return Ok(Vec::new());
    }
    let names = run::names(&loaded.topology.federation);
    match (arguments.figures.as_slice(), loaded.slo.as_slice()) {
        ([], []) => Ok(vec![figure("message_latency mean", &names)?]),
        ([], lines) => Ok(lines.iter().map(|line| line.selector().clone()).collect()),
        (given, _) => given.iter().map(|text| figure(text, &names)).collect(),
    }
}

/// Whether the run is to be seen as it goes, and can be.
fn in_view(arguments: &Arguments, loaded: &Loaded) -> Result<bool, Exit> {
    let replications = loaded.topology.federation.run.replications;
    if arguments.watch && (replications > 1 || arguments.precision.is_some()) {
        anstream::eprintln!(
            "error: --watch shows one run, and this is to make several side by side\n\
             help: add --replications 1, or leave out --watch: a bar shows how far they all are"
        );
        return Err(Exit::BadInput);
    }
    let watched = arguments.watch && watch::possible();
    if arguments.watch && !watched {
        anstream::eprintln!("note: --watch is ignored, since the output is no terminal");
    }
    Ok(watched)
}

/// Runs what the case and the options ask for, with a progress bar.
fn replications(
    arguments: &Arguments,
    (case, plan): (&Case, &Arc<Plan>),
    figures: Vec<Selector>,
    options: Options,
    parallel: Parallel,
    stop: &CancellationToken,
) -> Result<(Replicated, Option<Precision>), Exit> {
    let bar = Progress::new();
    let tell = |share: f64, events: u64| bar.tell(share, events);
    let result = match arguments.precision {
        None => {
            let all = replicate::all_by(case, Some(plan), options, parallel, stop, &tell);
            all.map(|all| (all, None))
        }
        Some(share) => {
            let target = Target { figures, share, most: arguments.max_replications };
            let reached = precision::run(case, Some(plan), &target, options, parallel, stop, &tell);
            reached.map(|Reached { replicated, half_widths, reached }| {
                let names = target.figures.iter().map(Selector::to_string);
                let figures = names.zip(half_widths).collect();
                let most = target.most;
                (replicated, Some(Precision { target: share, most, reached, figures }))
            })
        }
    };
    bar.end();
    result.map_err(fault)
}

/// The options that bear on the results.
fn said(arguments: &Arguments) -> Vec<String> {
    let mut options: Vec<String> =
        arguments.overrides.iter().map(|set| format!("--set {set}")).collect();
    options.extend(arguments.replications.map(|n| format!("--replications {n}")));
    if let Some(share) = arguments.precision {
        options.push(format!("--precision {}", numbers::percent(share).replace(' ', "")));
        options.push(format!("--max-replications {}", arguments.max_replications));
        options.extend(arguments.figures.iter().map(|figure| format!("--figure '{figure}'")));
    }
    if arguments.messages > 0 {
        options.push(format!("--messages {}", arguments.messages));
    }
    if arguments.stop_on_slo {
        options.push("--stop-on-slo".to_owned());
    }
    options
}
