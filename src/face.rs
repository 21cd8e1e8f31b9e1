//! The public face: a topology in, results out, for programs that use interwork as a library. All of
//! it goes through the same parts as the command line, so figures are the same; files and terminals
//! it does not know.

use std::num::NonZeroUsize;
use std::path::Path;

use tokio_util::sync::CancellationToken;

use crate::measure::selector::{Misread, Names, Selector};
use crate::run::{self, Options, RunError};
use crate::study::checked;
use crate::study::replicate::{self, Case, Parallel, Replicated};
use crate::topology::{self, Override, Problem, ReadError, Source};

/// Columns of the frames in which mistakes are shown.
const WIDTH: usize = 100;

/// Why there are no results.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The topology could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An override is no `path=value`.
    #[error("`{0}`: {1}")]
    Override(String, String),
    /// The topology is wrong: all mistakes there are, each with place and remedy.
    #[error("{}", .0.join("\n\n"))]
    Topology(Vec<String>),
    /// No such figure: what is wrong with its name, and what there is.
    #[error("`{0}`: {1}")]
    Figure(String, String),
    /// A fault of the program: the run is worthless.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// A valid topology with its service level objectives.
#[derive(Clone, Debug)]
pub struct Topology {
    case: Case,
}

impl Topology {
    /// Reads a topology file; `overrides` as `--set` has them, such as `run.seed=7`.
    ///
    /// # Errors
    /// If it cannot be read, or anything is wrong with it or with an override.
    pub fn read(path: impl AsRef<Path>, overrides: &[&str]) -> Result<Self, Error> {
        Self::checked(&topology::read(path.as_ref())?, overrides)
    }

    /// The same for a topology given as text; files that it names are looked for in the current
    /// folder.
    ///
    /// # Errors
    /// If anything is wrong with it or with an override.
    pub fn parse(yaml: &str, overrides: &[&str]) -> Result<Self, Error> {
        Self::checked(&Source::new("topology", yaml), overrides)
    }

    fn checked(source: &Source, overrides: &[&str]) -> Result<Self, Error> {
        let read = |text: &&str| {
            Override::parse(text).map_err(|why| Error::Override((*text).to_owned(), why))
        };
        let overrides: Vec<Override> = overrides.iter().map(read).collect::<Result<_, _>>()?;
        let shown = |problem: &Problem| problem.render(source, WIDTH, false);
        let (topology, slo) = checked(source, &overrides, topology::load)
            .map_err(|problems| Error::Topology(problems.iter().map(shown).collect()))?;
        Ok(Self { case: Case { federation: topology.federation, slo } })
    }

    /// The topology's name, after which its result folder is called.
    pub fn name(&self) -> &str {
        &self.case.federation.name
    }
}

/// A topology that is about to be run.
#[derive(Clone, Debug)]
pub struct Simulation {
    case: Case,
    threads: NonZeroUsize,
}

impl Simulation {
    /// The runs that the topology asks for: one, or its replications.
    pub fn of(topology: &Topology) -> Self {
        Self { case: topology.case.clone(), threads: NonZeroUsize::MIN }
    }

    /// Threads to run on, at least 1, the default; results do not depend on it.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads: NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN), ..self }
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// Only faults of the program: a broken invariant, with seed and simulated time.
    pub fn run(self) -> Result<Results, Error> {
        let names = run::names(&self.case.federation);
        let options = Options { threads: self.threads.get(), ..Options::default() };
        let parallel = Parallel { threads: self.threads };
        let stop = CancellationToken::new();
        let replicated = replicate::all(&self.case, options, parallel, &stop, &|_, _| {})?;
        Ok(Results { replicated, names })
    }
}

/// What was measured.
#[derive(Debug)]
pub struct Results {
    replicated: Replicated,
    names: Names,
}

/// A service level objective, judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// The line of the topology.
    pub line: String,
    /// Its figure, in base units; `None` if too few samples carry it.
    pub observed: Option<f64>,
    /// Whether the line holds.
    pub holds: bool,
}

impl Results {
    /// A figure as SLO lines name it: `message_latency{route=on-net} p95`, in base units (seconds,
    /// one, bytes, currency); `None` if too few samples carry it.
    ///
    /// # Errors
    /// If there is no such figure.
    pub fn figure(&self, name: &str) -> Result<Option<f64>, Error> {
        let wrong = |Misread { message, help, .. }: Misread| {
            let help = help.map(|help| format!("; {help}")).unwrap_or_default();
            Error::Figure(name.to_owned(), message + &help)
        };
        let selector = Selector::parse(name, &self.names).map_err(wrong)?;
        Ok(selector.observe(&self.replicated.measured))
    }

    /// The SLO lines of the topology, judged.
    pub fn objectives(&self) -> impl Iterator<Item = Objective> {
        self.replicated.results.slo.iter().map(|outcome| Objective {
            line: outcome.line.clone(),
            observed: outcome.observed,
            holds: outcome.passed,
        })
    }

    /// Events processed, of all replications.
    pub fn events(&self) -> u64 {
        self.replicated.events
    }
}
