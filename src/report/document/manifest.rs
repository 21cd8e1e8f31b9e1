//! `manifest.json`: what was run, where and how long it took. The only file of a result folder
//! that knows the wall clock.

use crate::report::document::live::Live;
use crate::report::document::numbers::percent;
use serde::{Deserialize, Serialize};

/// The manifest of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Format and its version: `interwork/manifest/1`.
    pub schema: String,
    /// Version of the program that ran it.
    pub version: String,
    /// Commit of the program, if it was built with one.
    pub commit: Option<String>,
    /// The topology's name.
    pub name: String,
    /// Fingerprint of the resolved topology.
    pub digest: String,
    /// Seed of the run, or of its first replication.
    pub seed: u64,
    /// Seed of each replication, in their order; one for a single run.
    pub replication_seeds: Vec<u64>,
    /// Options that bear on the results.
    pub options: Vec<String>,
    /// Simulated time, warm-up included, seconds.
    pub model_time_s: f64,
    /// Wall clock at the start, UTC.
    pub started: String,
    /// Wall clock time taken, seconds.
    pub wall_time_s: f64,
    /// Events that all replications processed.
    pub events: u64,
    /// Events a second of wall clock time.
    pub events_per_second: f64,
    /// Highest memory use, if the system tells.
    pub peak_memory_bytes: Option<u64>,
    /// Where it ran.
    pub machine: Machine,
    /// Threads that the run was given.
    pub threads: u32,
    /// Whether it ran to its end, and why not.
    pub stop_reason: StopReason,
    /// How the warm-up was found, if the file leaves it to the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warm_up: Option<WarmUp>,
    /// What was asked of the replications, and whether it was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<Precision>,
    /// What a live run says of itself; absent from a simulated one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<Live>,
}

/// A warm-up found by a pilot run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WarmUp {
    /// How the cut was found: `MSER-5`, of the pilot run's series.
    pub method: String,
    /// What is cut, seconds.
    pub cut_s: f64,
    /// Whether the run had settled by the middle of the pilot run.
    pub settled: bool,
}

/// Replications added until figures are known well enough.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Precision {
    /// Largest half-width asked for, as a share of the figure.
    pub target: f64,
    /// Replications at most.
    pub most: u32,
    /// Whether every figure is known so well.
    pub reached: bool,
    /// Each figure with the half-width of its interval as a share; null if it has none.
    pub figures: Vec<(String, Option<f64>)>,
}

impl Precision {
    /// What to say where figures are not known as well as was asked.
    pub(crate) fn missed(&self) -> Option<String> {
        if self.reached {
            return None;
        }
        let known = |(figure, width): &(String, Option<f64>)| match width {
            Some(width) if *width <= self.target => None,
            Some(width) => Some(format!("{figure} within {}", percent(*width))),
            None => Some(format!("{figure}: no interval")),
        };
        let widths: Vec<String> = self.figures.iter().filter_map(known).collect();
        let target = percent(self.target);
        Some(format!("Not every figure is known to {target}: {}", widths.join("; ")))
    }
}

/// The machine on which a run took so long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Processor cores that the program may use.
    pub cores: u32,
    /// Operating system, such as `linux`.
    pub os: String,
    /// Architecture of the processor, such as `x86_64`.
    pub arch: String,
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// Its time was over.
    Finished,
    /// A signal or a key ended it.
    Interrupted,
    /// An SLO line could not be met any more.
    StoppedBySlo,
}

impl Manifest {
    /// Schema of this version.
    pub const SCHEMA: &str = "interwork/manifest/1";

    /// One that says nothing: what is known of a folder of another version is put in its place.
    pub(crate) fn unknown() -> Self {
        Self {
            schema: Self::SCHEMA.to_owned(),
            version: "?".to_owned(),
            commit: None,
            name: "?".to_owned(),
            digest: "?".to_owned(),
            seed: 0,
            replication_seeds: Vec::new(),
            options: Vec::new(),
            model_time_s: 0.0,
            started: "?".to_owned(),
            wall_time_s: 0.0,
            events: 0,
            events_per_second: 0.0,
            peak_memory_bytes: None,
            machine: Machine { cores: 0, os: "?".to_owned(), arch: "?".to_owned() },
            threads: 0,
            stop_reason: StopReason::Finished,
            warm_up: None,
            precision: None,
            live: None,
        }
    }
}

/// How a study was made: the one file of its folder that knows the wall clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct StudyManifest {
    /// Schema of the file.
    pub(crate) schema: String,
    /// Of the program that put the results together.
    pub(crate) version: String,
    /// Its commit, if known.
    pub(crate) commit: Option<String>,
    /// The study's name.
    pub(crate) name: String,
    /// Of everything that the tasks depend on.
    pub(crate) digest: String,
    /// How many points the study has.
    pub(crate) points: u32,
    /// How many runs they take, all replications counted.
    pub(crate) tasks: u32,
    /// Events of all runs.
    pub(crate) events: u64,
    /// When the last start began, UTC.
    pub(crate) started: String,
    /// What it took, seconds.
    pub(crate) wall_time_s: f64,
    /// The machine that ran it.
    pub(crate) machine: Machine,
}

impl StudyManifest {
    /// Schema of this version.
    pub(crate) const SCHEMA: &str = "interwork/study-manifest/1";
}
