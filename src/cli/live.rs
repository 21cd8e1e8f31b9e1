//! `interwork live`: a topology by the wall clock, with real octets between its nodes. What comes of it is
//! written and judged as of `run`; options about safety and sockets are its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::output::Outputs;
use super::progress::Progress;
use super::record::{self, Record, utc};
use super::signal::stop_on_signal;
use super::topology::{load, overrides, unasked_baseline, warn};
use super::{Exit, fault, folder_error, output, run as runs};
use crate::domain::quantity;
use crate::domain::time::{Duration, Instant};
use crate::live::{self, LiveError, Lived, Manner, paired};
use crate::report::folder::write::Folder;
use crate::run::{self, Ending, Options};
use crate::study::forecast::forecast;
use crate::study::needs::needs;
use crate::study::replicate;

/// Live a topology: by the wall clock, with real SMPP on real sockets of this machine between its IM
/// servers and their SMSCs
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The topology file
    topology: PathBuf,

    /// Result folder; results/<name>-live-<UTC date-time> if left out
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Write into a result folder that is not empty
    #[arg(long)]
    force: bool,

    /// Override a value, such as run.duration=30s
    #[arg(long = "set", value_name = "PATH=VALUE")]
    overrides: Vec<String>,

    /// Write a sample of N single messages with every stage time to messages.csv
    #[arg(long, value_name = "N", default_value_t = 0)]
    messages: u32,

    /// End as soon as an SLO line cannot be met any more
    #[arg(long)]
    stop_on_slo: bool,

    /// Write what is said over sockets to a capture file, one packet a PDU, without passwords
    #[arg(long, value_name = "FILE")]
    capture: Option<PathBuf>,

    /// Octets of the capture file at most; what comes after is left out, and said so
    #[arg(long, value_name = "SIZE", default_value = "100MB", value_parser = size, requires = "capture")]
    capture_limit: u64,

    /// The longest that a run may take by the wall clock, warm-up included
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = time)]
    max_duration: Duration,

    /// How long to wait at the start until all sessions stand, and somebody has come for each account of
    /// `listen`
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = time)]
    wait: Duration,

    /// Let it use this other machine: an address, or an address and a port, that the topology names; as often
    /// as needed. Without it nothing leaves or enters this machine
    #[arg(long, value_name = "ADDRESS")]
    allow: Vec<String>,

    /// Whoever owns the public addresses among those allowed has agreed to be tested
    #[arg(long)]
    i_am_authorised: bool,

    /// Simulate the same topology and seed first, and hold the live run against it, figure by figure
    #[arg(long)]
    compare: bool,

    /// Exit with 106 if the program did not keep its schedule, so that times are its own
    #[arg(long)]
    strict: bool,

    #[command(flatten)]
    outputs: Outputs,
}

/// `100MB`, `1GB`, `65536`.
fn size(text: &str) -> Result<u64, String> {
    let units = [("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1), ("", 1)];
    let read = |(unit, octets): (&str, u64)| {
        let number: u64 = text.strip_suffix(unit)?.trim().parse().ok()?;
        number.checked_mul(octets).filter(|octets| *octets > 0)
    };
    units.into_iter().find_map(read).ok_or_else(|| "a size such as 100MB".to_owned())
}

/// `30s`, `10m`.
fn time(text: &str) -> Result<Duration, String> {
    match quantity::duration(text) {
        Ok(time) if !time.is_zero() => Ok(time),
        _ => Err("a time such as 30s or 10m".to_owned()),
    }
}

pub(super) fn main(arguments: &Arguments) -> Exit {
    let started = SystemTime::now();
    live(arguments, started)
        .unwrap_or_else(|exit| output::ended(&arguments.outputs, "live", exit, started))
}

fn live(arguments: &Arguments, started: SystemTime) -> Result<Exit, Exit> {
    arguments.outputs.check()?;
    let overrides = overrides(&arguments.overrides)?;
    let loaded = load(&arguments.topology, &overrides)?;
    unasked_baseline(&loaded, None)?;
    let case = loaded.case();
    let times = &case.federation.run;
    let takes = times.warm_up + times.duration;
    if times.find_warm_up {
        return Err(refused(
            "`run.warm_up: auto` needs a pilot run, and a live run has none",
            "add --set run.warm_up=10s",
        ));
    }
    if takes > arguments.max_duration {
        return Err(refused(
            &format!(
                "this run takes {takes} by the wall clock, and --max-duration is {}",
                arguments.max_duration
            ),
            "shorten it, as --set run.duration=30s --set run.warm_up=5s, or raise --max-duration",
        ));
    }
    if times.replications > 1 {
        anstream::eprintln!("note: a live run is one run, whatever run.replications says");
    }
    let dir = arguments.out.clone().unwrap_or_else(|| {
        let name = format!("{}-live-{}", loaded.topology.federation.name, utc(started, "", ""));
        Path::new("results").join(name)
    });
    let stop = stop_on_signal();
    let folder = Folder::create(&dir, arguments.force).map_err(folder_error)?;
    let samples = arguments.messages as usize;
    let options = Options { threads: 1, samples, stop_on_slo: arguments.stop_on_slo };
    let plan = Arc::new(run::plan(case.federation.clone()));
    let expected = forecast(&plan);
    let needs = needs(&plan, &expected, &case.slo);
    warn(&loaded, &overrides, &plan, &expected, &needs);
    let mut setup = run::setup(&plan, case.slo.clone());
    setup.replications = 1;
    let manner = Manner {
        epoch: started.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs()),
        capture: arguments.capture.clone().map(|path| (path, arguments.capture_limit)),
        wait: arguments.wait,
        allowed: arguments.allow.clone(),
        authorised: arguments.i_am_authorised,
    };
    let setup = Arc::new(setup);
    let simulated = match arguments.compare {
        false => None,
        true => {
            let run = run::run(&plan, &setup, options, &stop, &mut |_, _| {}).map_err(fault)?;
            Some(run.results)
        }
    };
    let bar = Progress::new();
    let mut tell = |at: Instant, events: u64| {
        bar.tell(at.as_secs_f64() / takes.as_secs_f64(), events);
    };
    let lived = live::run(&plan, &setup, (options, &manner), &stop, &mut tell);
    bar.end();
    let lived = lived.map_err(not_lived)?;
    if !lived.absent.is_empty() {
        anstream::eprintln!("note: nobody had come as {}", lived.absent.join(", "));
    }
    let mut document = lived.document(&case.federation);
    let Lived { finished, .. } = lived;
    let pairs =
        simulated.map(|simulated| paired::pairs(&simulated, &finished.results, document.kept()));
    document.pairs = pairs;
    let mut replicated = replicate::lone(finished);
    replicated.results.needs = needs;
    let mut manifest = record::manifest(Record {
        topology: &loaded.topology,
        replicated: &replicated,
        options: said(arguments),
        started,
        threads: 1,
        warm_up: None,
        precision: None,
    });
    let kept = document.kept();
    manifest.live = Some(document);
    let place = (&folder, dir.as_path());
    runs::conclude(
        &loaded,
        &replicated,
        &manifest,
        (samples > 0, started),
        place,
        &arguments.outputs,
    )?;
    Ok(match replicated.ended {
        Ending::Interrupted => Exit::Interrupted,
        _ if case.slo.iter().zip(&replicated.results.slo).any(runs::missed) => Exit::SloMissed,
        _ if arguments.strict && !kept => Exit::Late,
        _ => Exit::Done,
    })
}

/// Says what is not to be had, and what would.
fn refused(what: &str, help: &str) -> Exit {
    anstream::eprintln!("error: {what}\nhelp: {help}");
    Exit::BadInput
}

fn not_lived(error: LiveError) -> Exit {
    match error {
        LiveError::Run(error) => fault(error),
        LiveError::Stopped => {
            anstream::eprintln!("{error}");
            Exit::Interrupted
        }
        LiveError::Unfit(all) => {
            all.iter().for_each(|one| anstream::eprintln!("error: {one}"));
            Exit::BadInput
        }
        LiveError::NotUp(..) => {
            anstream::eprintln!(
                "error: {error}\n\
                 help: is it there, and does it know `system_id` and password? --wait waits longer"
            );
            Exit::FileError
        }
        LiveError::System { .. } => {
            anstream::eprintln!("error: {error}");
            Exit::FileError
        }
    }
}

/// The options that bear on the results.
fn said(arguments: &Arguments) -> Vec<String> {
    let mut options: Vec<String> =
        arguments.overrides.iter().map(|set| format!("--set {set}")).collect();
    if arguments.messages > 0 {
        options.push(format!("--messages {}", arguments.messages));
    }
    if arguments.stop_on_slo {
        options.push("--stop-on-slo".to_owned());
    }
    options
}
