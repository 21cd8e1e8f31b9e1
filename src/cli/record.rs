//! The manifest of what a subcommand ran: options, seeds, times, machine. The only place that looks at
//! the wall clock besides the progress bar.

use std::time::SystemTime;

use crate::domain::date::civil;
use crate::report::document::manifest::{Machine, Manifest, Precision, StopReason, WarmUp};
use crate::run::Ending;
use crate::study::replicate::Replicated;
use crate::topology::Topology;

/// What a manifest says besides what was measured.
pub(super) struct Record<'a> {
    pub(super) topology: &'a Topology,
    pub(super) replicated: &'a Replicated,
    pub(super) options: Vec<String>,
    pub(super) started: SystemTime,
    pub(super) threads: usize,
    pub(super) warm_up: Option<WarmUp>,
    pub(super) precision: Option<Precision>,
}

/// The manifest of a run that has just ended.
pub(super) fn manifest(record: Record<'_>) -> Manifest {
    let Record { topology, replicated, options, started, threads, warm_up, precision } = record;
    let wall_time_s = started.elapsed().map_or(0.0, |elapsed| elapsed.as_secs_f64());
    Manifest {
        schema: Manifest::SCHEMA.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: option_env!("INTERWORK_COMMIT").map(str::to_owned),
        name: topology.federation.name.clone(),
        digest: topology.digest(),
        seed: topology.federation.run.seed,
        replication_seeds: replicated.each.iter().map(|one| one.seed).collect(),
        options,
        model_time_s: replicated.model_time_s,
        started: utc(started, "-", ":"),
        wall_time_s,
        events: replicated.events,
        events_per_second: replicated.events as f64 / wall_time_s.max(1e-9),
        peak_memory_bytes: peak_memory(),
        machine: machine(),
        threads: threads as u32,
        stop_reason: match replicated.ended {
            Ending::Finished => StopReason::Finished,
            Ending::Interrupted => StopReason::Interrupted,
            Ending::StoppedBySlo => StopReason::StoppedBySlo,
        },
        warm_up,
        precision,
        live: None,
    }
}

/// The machine this runs on.
pub(super) fn machine() -> Machine {
    Machine {
        cores: std::thread::available_parallelism().map_or(1, usize::from) as u32,
        os: std::env::consts::OS.to_owned(),
        arch: std::env::consts::ARCH.to_owned(),
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
pub(super) fn utc(time: SystemTime, date: &str, clock: &str) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days as i64);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!(
        "{year:04}{date}{month:02}{date}{day:02}T{hour:02}{clock}{minute:02}{clock}{second:02}Z"
    )
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
