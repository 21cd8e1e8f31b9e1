//! `interwork run`: the main job. Reads a topology, runs it, writes the result folder, prints the
//! summary. The only place that looks at the wall clock, for the manifest.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::progress::Progress;
use super::signal::stop_on_signal;
use super::topology::{Loaded, load, overrides};
use super::{Exit, stdout_color, width};
use crate::domain::time::Instant;
use crate::model::plan::Plan;
use crate::report::folder::{Bundle, Folder, FolderError, MessageRow};
use crate::report::manifest::{Machine, Manifest, StopReason};
use crate::report::summary::Summary;
use crate::report::terminal;
use crate::run::{self, Finished, Options, Sample, SampleOutcome};
use crate::topology::Topology;

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

    /// Threads to run operators on; the results are the same on any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,

    /// Override a value, such as operators.imsp-a.smsc.throughput=80/s
    #[arg(long = "set", value_name = "PATH=VALUE")]
    overrides: Vec<String>,

    /// Write a sample of N single messages with every stage time to messages.csv
    #[arg(long, value_name = "N", default_value_t = 0)]
    messages: u32,
}

pub(super) fn main(arguments: &Arguments) -> Exit {
    simulate(arguments).unwrap_or_else(|exit| exit)
}

fn simulate(arguments: &Arguments) -> Result<Exit, Exit> {
    let started = SystemTime::now();
    let overrides = overrides(&arguments.overrides)?;
    let Loaded { topology, slo } = load(&arguments.topology, &overrides)?;
    let dir = arguments.out.clone().unwrap_or_else(|| {
        let name = format!("{}-{}", topology.federation.name, utc(started, "", ""));
        Path::new("results").join(name)
    });
    // First of all: whoever sees the folder may send a signal.
    let stop = stop_on_signal();
    // Before the run, so that a folder that cannot be had costs no time.
    let folder = Folder::create(&dir, arguments.force).map_err(report_folder_error)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = arguments.threads.map_or(cores, usize::from);
    let samples = arguments.messages as usize;

    let plan = Arc::new(run::plan(topology.federation.clone()));
    let setup = Arc::new(run::setup(&plan, slo));
    let bar = Progress::new(setup.window.end);
    let finished =
        run::run(&plan, &setup, Options { threads, samples }, &stop, &mut |at, events| {
            bar.tell(at, events);
        });
    bar.end();
    let finished = finished.map_err(|error| {
        anstream::eprintln!("error: {error}");
        anstream::eprintln!(
            "this is a fault of interwork, not of the topology: nothing is written"
        );
        Exit::Fault
    })?;

    let manifest = manifest(arguments, &topology, &finished, started, cores, threads);
    let rows: Vec<MessageRow> = finished.samples.iter().map(|s| row(s, &plan)).collect();
    let bundle = Bundle {
        name: &topology.federation.name,
        results: &finished.results,
        manifest: &manifest,
        topology_yaml: &topology.resolved_yaml(),
        attachments: &topology.attachments(),
        messages: (samples > 0).then_some(&rows[..]),
    };
    folder.write(&bundle).map_err(report_folder_error)?;
    let summary = Summary::new(&topology.federation.name, &finished.results);
    anstream::print!("{}", terminal::render(&summary, &manifest, width(), stdout_color()));
    anstream::println!("results in {}", dir.display());
    Ok(if finished.interrupted {
        Exit::Interrupted
    } else if finished.results.slo.iter().any(|line| !line.passed) {
        Exit::SloMissed
    } else {
        Exit::Done
    })
}

fn report_folder_error(error: FolderError) -> Exit {
    anstream::eprintln!("error: {error}");
    match error {
        FolderError::NotEmpty { .. } => Exit::BadInput,
        _ => Exit::FileError,
    }
}

fn manifest(
    arguments: &Arguments,
    topology: &Topology,
    finished: &Finished,
    started: SystemTime,
    cores: usize,
    threads: usize,
) -> Manifest {
    let wall_time_s = started.elapsed().map_or(0.0, |elapsed| elapsed.as_secs_f64());
    let mut options: Vec<String> =
        arguments.overrides.iter().map(|set| format!("--set {set}")).collect();
    if arguments.messages > 0 {
        options.push(format!("--messages {}", arguments.messages));
    }
    Manifest {
        schema: Manifest::SCHEMA.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: option_env!("INTERWORK_COMMIT").map(str::to_owned),
        name: topology.federation.name.clone(),
        digest: topology.digest(),
        seed: topology.federation.run.seed,
        replication_seeds: vec![topology.federation.run.seed],
        options,
        model_time_s: finished.at.since(Instant::START).as_secs_f64(),
        started: utc(started, "-", ":"),
        wall_time_s,
        events: finished.events,
        events_per_second: finished.events as f64 / wall_time_s.max(1e-9),
        peak_memory_bytes: peak_memory(),
        machine: Machine {
            cores: cores as u32,
            os: std::env::consts::OS.to_owned(),
            arch: std::env::consts::ARCH.to_owned(),
        },
        threads: threads as u32,
        stop_reason: match finished.interrupted {
            true => StopReason::Interrupted,
            false => StopReason::Finished,
        },
    }
}

/// The most memory the process has used, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// Date and time as `20260421T101500Z`, with the given separators between their parts.
fn utc(time: SystemTime, date: &str, clock: &str) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days as i64);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!(
        "{year:04}{date}{month:02}{date}{day:02}T{hour:02}{clock}{minute:02}{clock}{second:02}Z"
    )
}

/// Year, month and day of a number of days since 1970-01-01 in the Gregorian calendar: counted in
/// eras of 400 years that begin in March, so that the leap day comes last.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

fn row(sample: &Sample, plan: &Plan) -> MessageRow {
    let name = |id| plan.federation.operator(id).name.clone();
    let subject = &sample.subject;
    let (outcome, reason) = match sample.outcome {
        SampleOutcome::Delivered => ("delivered", None),
        SampleOutcome::Refused(reason) => ("refused", Some(reason.label())),
        SampleOutcome::Expired => ("expired", None),
        SampleOutcome::Lost(reason) => ("lost", Some(reason.label())),
    };
    MessageRow {
        id: subject.id.0,
        route: subject.route.label().to_owned(),
        from: name(subject.from),
        to: name(subject.to),
        intended_s: subject.intended.as_secs_f64(),
        outcome: outcome.to_owned(),
        reason: reason.map(str::to_owned),
        latency_s: sample.took.as_secs_f64(),
        stages: sample
            .stages
            .iter()
            .map(|part| {
                (part.stage.label().to_owned(), name(part.operator), part.time.as_secs_f64())
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn dates_are_those_of_the_gregorian_calendar() {
        let at = |seconds| utc(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds), "-", ":");
        assert_eq!(at(0), "1970-01-01T00:00:00Z");
        assert_eq!(at(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(at(1_795_257_050), "2026-11-21T10:30:50Z");
    }
}
