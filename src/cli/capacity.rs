//! `interwork capacity`: the largest load that meets the SLO, what gives way first, and the planner's
//! page.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use super::output::put;
use super::progress::Progress;
use super::signal::stop_on_signal;
use super::topology::{Loaded, load, overrides, set_baseline};
use super::{Exit, fault, width};
use crate::report::capacity::{self as page, Capacity};
use crate::study::capacity::inputs::{self, Sensitivity};
use crate::study::capacity::planner;
use crate::study::capacity::resources::Resource;
use crate::study::capacity::search::{Bench, Effort};
use crate::study::capacity::{self, Answer, CurvePoint, Limit, Question};
use crate::study::replicate::{Case, Parallel};
use crate::topology::{Override, Scalar};

/// Find the largest load that meets the SLO, what gives way first, and what planners ask next
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The topology file, with `slo` lines
    topology: PathBuf,

    /// Path of the value to vary instead of workload.load, such as workload.messages.total
    #[arg(long, value_name = "PATH", default_value = "workload.load")]
    vary: String,

    /// The value that is planned for, in the file's unit; the file's own if left out
    #[arg(long, value_name = "VALUE")]
    planned: Option<f64>,

    /// Override a value, such as operators.imsp-a.smsc.throughput=80/s
    #[arg(long = "set", value_name = "PATH=VALUE")]
    overrides: Vec<String>,

    /// Replications of a point at the least
    #[arg(long, value_name = "N", default_value_t = 3,
          value_parser = clap::value_parser!(u32).range(2..=1000))]
    replications: u32,

    /// Replications of a point whose verdict is not clear, at most
    #[arg(long, value_name = "N", default_value_t = 9,
          value_parser = clap::value_parser!(u32).range(2..=1000))]
    max_replications: u32,

    /// How narrow the bracket around the answer becomes, as a share of it
    #[arg(long, value_name = "SHARE", default_value = "1%", value_parser = super::run::share)]
    precision: f64,

    /// The answer alone: no failures, no inputs
    #[arg(long)]
    quick: bool,

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
    let mut loaded = load(&arguments.topology, &overrides)?;
    set_baseline(&mut loaded.slo, arguments.baseline.as_deref())?;
    let own = varied(&loaded, &arguments.vary)?;
    let planned = arguments.planned.unwrap_or(own.number);
    check(&loaded, planned)?;
    let case_at = |value: f64| case_at(arguments, &loaded, &overrides, &own, value);
    case_at(planned)?;
    // A value that the topology cannot have ends everything: its mistake has been told.
    let at = |value: f64| {
        case_at(value).unwrap_or_else(|_| {
            let vary = &arguments.vary;
            anstream::eprintln!("the search for {vary} leaves what it may be: nothing is known");
            std::process::exit(Exit::BadInput as i32)
        })
    };

    let stop = stop_on_signal();
    let bar = Progress::new();
    let tell = |what: &str, value: f64| bar.say(format!("{what} {value:.3}"));
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let threads = arguments.threads.and_then(|n| NonZeroUsize::new(n.into())).unwrap_or(cores);
    let parallel = Parallel { threads };
    let bench = Bench { at: &at, parallel, stop: &stop, tell: &tell };
    let effort = Effort {
        first: arguments.replications,
        most: arguments.max_replications.max(arguments.replications),
        precision: arguments.precision,
        stride: 1.5,
    };
    let question = Question { planned, effort, is_load: arguments.vary == "workload.load" };
    let answer = capacity::answer(question, bench).map_err(fault)?;
    let (mut failures, mut inputs) = (Vec::new(), Vec::new());
    if !arguments.quick && !stop.is_cancelled() {
        failures = planner::failures(&at(planned), parallel, &stop, &tell).map_err(fault)?;
        if let Some(largest) = answer.found.largest {
            let limits = [&answer.bottleneck, &answer.next];
            let limits: Vec<Resource> =
                limits.iter().copied().flatten().map(|l| l.resource).collect();
            inputs = inputs::sensitivities(largest, &limits, effort, bench).map_err(fault)?;
        }
    }
    bar.end();
    if stop.is_cancelled() {
        anstream::eprintln!("stopped before the answer was found");
        return Ok(Exit::Interrupted);
    }
    let document = document(arguments, &at(planned), answer, failures, inputs);
    put(arguments.json.as_deref(), || document.json())?;
    if arguments.json.as_deref() != Some(std::path::Path::new("-")) {
        anstream::print!("{}", document.page(width()));
    }
    Ok(if document.holds { Exit::Done } else { Exit::SloMissed })
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

/// The case at a value of what is varied.
fn case_at(
    arguments: &Arguments,
    loaded: &Loaded,
    overrides: &[Override],
    own: &Scalar,
    value: f64,
) -> Result<Case, Exit> {
    let mut overrides = overrides.to_vec();
    let set = format!("{}={}", arguments.vary, own.with(value));
    overrides.push(Override::parse(&set).map_err(|_| Exit::BadInput)?);
    let other = load(&arguments.topology, &overrides)?;
    Ok(Case { federation: other.topology.federation, slo: loaded.slo.clone() })
}

fn document(
    arguments: &Arguments,
    planned: &Case,
    answer: Answer,
    failures: Vec<planner::Failure>,
    inputs: Vec<Sensitivity>,
) -> Capacity {
    let federation = &planned.federation;
    let seen = &answer.planned.replicated;
    let largest = answer.found.largest;
    let accounts = planner::accounts(federation, seen);
    let owed: f64 = accounts.iter().flat_map(|account| account.owed).sum();
    let point = capacity::curve_point(0.0, &seen.measured);
    let seconds = seen.results.measured.1 - seen.results.measured.0;
    let messages = point.delivered * seconds;
    let unknown = answer.found.points.iter().flat_map(|point| point.unknown.iter().copied());
    let mut unknown: Vec<usize> = unknown.collect();
    unknown.sort_unstable();
    unknown.dedup();
    Capacity {
        schema: Capacity::SCHEMA,
        name: federation.name.clone(),
        varied: arguments.vary.clone(),
        planned: answer.planned.value,
        largest,
        interval: [answer.found.interval.0, answer.found.interval.1],
        headroom: largest.map(|largest| largest / answer.planned.value - 1.0),
        holds: answer.planned.verdict.holds(),
        bottleneck: answer.bottleneck.map(limit),
        next: answer.next.map(limit),
        busy: answer.busy,
        knee: answer.knee,
        curve: answer.curve.into_iter().map(curve).collect(),
        too_few_samples: unknown.iter().map(|n| planned.slo[*n].text().to_owned()).collect(),
        licences: planner::licences(federation, seen).into_iter().map(licence).collect(),
        failures: failures.into_iter().map(failure).collect(),
        accounts: accounts.into_iter().map(account).collect(),
        currency: federation.currency.clone(),
        per_thousand: if messages > 0.0 { owed / messages * 1e3 } else { 0.0 },
        break_even: planner::break_even(federation, seen).map(break_even),
        inputs: inputs
            .into_iter()
            .map(|Sensitivity { input, answers: [lower, higher] }| page::Input {
                input,
                lower,
                higher,
            })
            .collect(),
    }
}

fn limit(limit: Limit) -> page::Limit {
    let Limit { resource, name, pressure, lines, largest, relieves } = limit;
    let kind = resource.kind();
    page::Limit { part: name, kind, utilisation: pressure, lines, largest, relieves }
}

fn curve(point: CurvePoint) -> page::CurvePoint {
    let CurvePoint { value, offered, delivered, latency: [mean, p50, p95, p99], loss } = point;
    page::CurvePoint { value, offered, delivered, mean, p50, p95, p99, loss }
}

fn licence(licence: planner::Licence) -> page::Licence {
    let planner::Licence { operator, first, retries, installed, needed } = licence;
    page::Licence { operator, first_attempts: first, retries, installed, needed }
}

fn failure(failure: planner::Failure) -> page::Failure {
    let planner::Failure { part, run, backlog, drained, failing } = failure;
    page::Failure { part, loss: run.loss, p95: run.latency[2], backlog, drained, failing }
}

fn account(account: planner::Account) -> page::Account {
    let planner::Account { between, owed, monthly, messages } = account;
    let per_thousand = (messages > 0.0).then(|| (owed[0] + owed[1]) / messages * 1e3);
    page::Account { between, owed, monthly, messages, per_thousand }
}

fn break_even(even: planner::BreakEven) -> page::BreakEven {
    let planner::BreakEven { messages, bilateral, hub_fixed, hub_each, partners } = even;
    page::BreakEven {
        messages_per_pair: messages,
        bilateral,
        hub_fixed,
        hub_per_partner: hub_each,
        partners,
    }
}
