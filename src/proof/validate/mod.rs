//! Truth by closed formulas: small topologies run as users run them, their figures read as SLO lines
//! name them, beside what theory says of each. Used by `interwork validate` and by tests; a row holds
//! if the interval of its replications holds what theory says.
//!
//! Every interval, that of a share too, is Student's t over replications: jobs that are refused come in
//! bunches, so that an interval for independent draws (Wilson, or the exact one) would be too narrow;
//! and means of many thousands of jobs are near enough to normal. All cases have one seed, so that each
//! can be run again by itself; those alike share their arrivals and lean the same way together, which
//! Bonferroni's bound allows.

pub mod cases;
pub mod fault;
pub mod formulas;

use tokio_util::sync::CancellationToken;

use self::cases::{CASES, Case, Figure, Reading};
use self::fault::Fault;
use crate::domain::federation::Federation;
use crate::domain::time::Duration;
use crate::measure::measured::Measured;
use crate::measure::selector::{Misread, Names, Selector};
use crate::report::document::validation::{self, Validation, Verdict};
use crate::run::{self, Options, RunError};
use crate::study::replicate::{self, Parallel, Progress, Replication};
use crate::study::stats::Estimate;
use crate::study::{checked, replicate::Case as Runs};
use crate::topology::{self, Override, Source};

/// How often a simulator that is right may be called wrong, all rows of a table together.
const FALSE_ALARM: f64 = 0.001;

/// How cases are run.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// Of the first replication of every case.
    pub seed: u64,
    /// A deliberate fault.
    pub fault: Option<Fault>,
    /// The measured time is the file's divided by this, 1 or more: what a test can wait for.
    pub shorter: u32,
    /// Threads; results do not depend on them.
    pub parallel: Parallel,
}

/// A fault of the program: a case that ships cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum Unsound {
    /// Something is wrong with a topology.
    #[error("topology {0}: {1}")]
    Topology(&'static str, String),
    /// There is no such figure.
    #[error("topology {0}: {1}: {2}")]
    Figure(&'static str, &'static str, String),
    /// A run is worthless.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// How sure each interval is by itself: Bonferroni, over all rows of the table.
fn confidence() -> f64 {
    let rows: usize = CASES.iter().map(|case| case.figures.len()).sum();
    1.0 - FALSE_ALARM / rows as f64
}

/// The cases of a table: all, or those that a fault concerns, for the others are run as without it.
pub fn cases(fault: Option<Fault>) -> Vec<&'static Case> {
    CASES.iter().filter(|case| fault.is_none_or(|fault| case.concerns(fault))).collect()
}

/// Runs a case and compares; told to stop, it compares what is there, which says nothing.
///
/// # Errors
/// Only faults of the program.
pub fn check(
    case: &Case,
    trial: Trial,
    stop: &CancellationToken,
    progress: Progress<'_>,
) -> Result<validation::Case, Unsound> {
    let set = trial.fault.and_then(|fault| case.changed_by(fault)).unwrap_or_default();
    let federation = federation(case, set, trial)?;
    let names = run::names(&federation);
    let runs = Runs { federation, slo: Vec::new() };
    let options = Options { threads: trial.parallel.threads.get(), ..Options::default() };
    let replicated = replicate::all(&runs, options, trial.parallel, stop, progress)?;
    let compare = |figure: &Figure| {
        let read = Read::parse(figure.reading, trial.fault, &names)
            .map_err(|wrong| Unsound::Figure(case.file, figure.what, wrong.message))?;
        Ok(compared(figure, &read, &replicated.each))
    };
    Ok(validation::Case {
        name: case.name,
        what: case.what,
        source: case.source,
        topology: case.file,
        replications: replicated.each.len(),
        set: set.to_vec(),
        figures: case.figures.iter().map(compare).collect::<Result<_, Unsound>>()?,
    })
}

/// The document of cases that were checked.
pub fn document(trial: Trial, cases: Vec<validation::Case>) -> Validation {
    let fault = |fault: Fault| validation::Fault { name: fault.label(), what: fault.what() };
    Validation {
        schema: Validation::SCHEMA,
        seed: trial.seed,
        fault: trial.fault.map(fault),
        confidence: confidence(),
        false_alarm: FALSE_ALARM,
        cases,
    }
}

/// What is run.
fn federation(case: &Case, set: &[&str], trial: Trial) -> Result<Federation, Unsound> {
    let wrong = |why: String| Unsound::Topology(case.file, why);
    let overrides = set.iter().map(|set| Override::parse(set)).collect::<Result<Vec<_>, _>>();
    let source = Source::new(case.file, case.yaml);
    let (topology, _) =
        checked(&source, &overrides.map_err(wrong)?, topology::load).map_err(|problems| {
            let messages: Vec<&str> = problems.iter().map(topology::Problem::message).collect();
            wrong(messages.join("; "))
        })?;
    let mut federation = topology.federation;
    federation.run.seed = trial.seed;
    shorten(&mut federation, u64::from(trial.shorter.max(1)));
    Ok(federation)
}

/// A fraction of the measured time, but for a last stage, in which things come to their end.
fn shorten(federation: &mut Federation, by: u64) {
    let mut end = Duration::ZERO;
    for operator in &mut federation.operators {
        if let [stages @ .., last] = operator.workload.load.stages.as_mut_slice() {
            stages.iter_mut().for_each(|stage| stage.length = Duration(stage.length.0 / by));
            end = end.max(last.length);
        }
    }
    let measured = federation.run.duration.0.saturating_sub(end.0);
    federation.run.duration = Duration(measured / by) + end;
}

/// Theory beside the replications.
fn compared(figure: &Figure, read: &Read, replications: &[Replication]) -> validation::Figure {
    let values: Option<Vec<f64>> =
        replications.iter().map(|replication| read.of(&replication.measured)).collect();
    let estimate = values.and_then(|values| Estimate::of(&values));
    let interval = estimate.and_then(|estimate| estimate.interval(confidence()));
    let theory = (figure.theory)();
    let holds = interval.is_some_and(|interval| interval.contains(theory));
    validation::Figure {
        what: figure.what,
        read: read.words(),
        unit: read.unit(),
        theory,
        measured: estimate.map(|estimate| estimate.mean),
        interval: interval.map(|interval| [interval.low, interval.high]),
        verdict: if holds { Verdict::Pass } else { Verdict::Fail },
    }
}

/// Figures to be multiplied, and those that divide them.
struct Read {
    above: Vec<Selector>,
    below: Vec<Selector>,
}

impl Read {
    fn parse(reading: Reading, fault: Option<Fault>, names: &Names) -> Result<Self, Misread> {
        let median = fault == Some(Fault::MedianRead);
        let of = |texts: &[&str]| -> Result<Vec<Selector>, Misread> {
            let selectors = texts.iter().map(|text| match text.strip_suffix("} mean") {
                Some(start) if median && start.starts_with("station_wait{") => {
                    Selector::parse(&format!("{start}}} p50"), names)
                }
                _ => Selector::parse(text, names),
            });
            selectors.collect()
        };
        let (above, below) = match reading {
            Reading::One(figure) => (of(&[figure])?, Vec::new()),
            Reading::Ratio(figure, by) => (of(&[figure])?, of(&[by])?),
            Reading::Little(station) => {
                let of_station = |figure: &str, statistic: &str| {
                    format!("{figure}{{station={station}}} {statistic}")
                };
                let queue = of_station("station_queue_length", "mean");
                let rate = of_station("station_served", "rate");
                let wait = of_station("station_wait", "mean");
                (of(&[&queue])?, of(&[&rate, &wait])?)
            }
        };
        Ok(Self { above, below })
    }

    /// The figure of one replication; `None` if too few samples carry it.
    fn of(&self, measured: &Measured) -> Option<f64> {
        let product = |selectors: &[Selector]| -> Option<f64> {
            let figures = selectors.iter().map(|selector| selector.observe(measured));
            figures.product()
        };
        Some(product(&self.above)? / product(&self.below)?)
    }

    /// As people write it.
    fn words(&self) -> String {
        let product = |selectors: &[Selector]| {
            let words = selectors.iter().map(Selector::to_string);
            words.collect::<Vec<_>>().join(" x ")
        };
        match self.below.as_slice() {
            [] => product(&self.above),
            [below] => format!("{} / {below}", product(&self.above)),
            below => format!("{} / ({})", product(&self.above), product(below)),
        }
    }

    /// Of the figure; ratios have none.
    fn unit(&self) -> &'static str {
        let seconds = |selector: &Selector| selector.unit("") == "s";
        if self.below.is_empty() && self.above.iter().all(seconds) { "s" } else { "1" }
    }
}
