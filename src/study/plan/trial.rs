//! A scenario as it is run: one run, and five where a figure is so near its bound that chance may decide.

use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::bills::bills;
use super::lines::hourly;
use super::purchase::{Bought, bought};
use super::scenarios::Coming;
use crate::domain::federation::Federation;
use crate::domain::id::OperatorId;
use crate::domain::part::Bound;
use crate::measure::results::Slo;
use crate::measure::slo::Line;
use crate::report::document::plan::{Bill, Scenario, Verdict};
use crate::report::judge::plain::plain;
use crate::run::{Options, RunError};
use crate::study::capacity::search::{self, Bench, Effort, figure};
use crate::study::forecast::{Forecast, forecast};
use crate::study::pool;
use crate::study::replicate::{self, Case, Parallel, Replicated};

/// A figure that is nearer to its bound than this share is looked at in earnest.
const CLOSE: f64 = 0.1;
/// Replications that such a scenario gets: five, whatever they say.
const EARNEST: Effort = Effort { first: 5, most: 5, precision: 0.0, stride: 1.0, least: 0.0 };

/// Somebody to be told of each scenario as it is known.
pub(crate) type Told<'a> = &'a (dyn Fn(&Scenario) + Sync);

/// What trials are made with.
pub(super) struct Trials<'a> {
    /// What has to hold.
    pub(super) slo: &'a [Line],
    /// The measured time of the topology: what lasts longer is run once.
    pub(super) usual: f64,
    /// What there is of everything, at the least.
    pub(super) has: &'a Federation,
    pub(super) ours: &'a (dyn Fn(OperatorId) -> bool + Sync),
    /// The operator whose plan it is.
    pub(super) only: Option<&'a str>,
    pub(super) parallel: Parallel,
    pub(super) stop: &'a CancellationToken,
}

/// What came of a scenario.
pub(super) struct Seen {
    pub(super) scenario: Scenario,
    pub(super) run: Replicated,
    /// A month of what its load needs and of what crosses, by operator.
    pub(super) bills: Vec<Bill>,
    /// What arithmetic foretold.
    pub(super) expected: Forecast,
}

impl Seen {
    /// A month of all that its load needs, without what crosses.
    pub(super) fn equipment(&self) -> f64 {
        self.bills.iter().map(Bill::equipment).sum()
    }

    /// A month of what crosses at its load.
    pub(super) fn crossing(&self) -> f64 {
        self.bills.iter().map(|bill| bill.owes - bill.is_owed).sum()
    }
}

impl<'a> Trials<'a> {
    /// For a scenario that is looked at in earnest, on the thread that it has.
    fn bench(&self) -> Bench<'a> {
        Bench {
            at: &|_| None,
            whole: false,
            parallel: Parallel { threads: NonZeroUsize::MIN },
            stop: self.stop,
            tell: &|_, _| {},
            found: &|_, _| {},
            probes: None,
        }
    }

    /// All of these, side by side.
    ///
    /// # Errors
    /// Only faults of the program.
    pub(super) fn run(&self, comings: &[Coming], told: Told<'_>) -> Result<Vec<Seen>, RunError> {
        pool::run(self.parallel.threads, comings.len(), |place| {
            let seen = self.one(&comings[place])?;
            if !self.stop.is_cancelled() {
                told(&seen.scenario);
            }
            Ok(seen)
        })
    }

    fn one(&self, coming: &Coming) -> Result<Seen, RunError> {
        let federation = &coming.federation;
        let long = federation.run.duration.as_secs_f64() > self.usual;
        let slo = match long {
            true => hourly(self.slo, coming.hours),
            false => self.slo.to_vec(),
        };
        let case = Case { federation: federation.clone(), slo };
        // Laid out once, for arithmetic and the run.
        let plan = Arc::new(crate::run::plan(federation.clone()));
        let expected = forecast(&plan);
        // Nothing is given back that is there.
        let mut needs = bought(&plan, &expected, self.slo, self.has);
        needs.retain(|bought| (self.ours)(bought.part.operator(federation)));
        let (options, alone) = (Options::default(), Parallel { threads: NonZeroUsize::MIN });
        let quiet = &|_: f64, _: u64| {};
        let (first, once) = (Some(&plan), (0, 1));
        let run = replicate::several_by(&case, first, once, options, alone, self.stop, quiet)?;
        let mut run = replicate::added(run);
        drop(plan);
        let mut verdict = verdict(&run.results.slo);
        if run.results.slo.iter().any(is_close) && !long && !self.stop.is_cancelled() {
            let point = search::tried(&case, 1.0, EARNEST, self.bench())?;
            verdict = match point.verdict {
                search::Verdict::Holds | search::Verdict::Unclear { holds: true } => Verdict::Holds,
                search::Verdict::Fails => Verdict::Fails,
                search::Verdict::Unclear { holds: false } | search::Verdict::Unknown => {
                    Verdict::Open
                }
            };
            run = point.replicated;
        }
        let short = needs.iter().filter(|bought| bought.grows(self.has));
        let bills = bills(federation, &run, &needs, self.ours);
        let of = |name: &str, statistic: &str| match self.only {
            Some(operator) => format!("{name}{{from={operator}}} {statistic}"),
            None => format!("{name} {statistic}"),
        };
        let names = crate::run::names(federation);
        let see = |name: &str, statistic: &str| {
            crate::measure::selector::Selector::parse(&of(name, statistic), &names)
                .unwrap_or_else(|_| figure(&format!("{name} {statistic}")))
                .observe(&run.measured)
        };
        let scenario = Scenario {
            name: coming.name.clone(),
            verdict,
            failing: if verdict == Verdict::Holds { Vec::new() } else { failing(&run.results.slo) },
            offered: see("messages_offered", "rate").unwrap_or(0.0),
            undelivered: see("messages_undelivered", "share").unwrap_or(0.0),
            drained: None,
            licence: needed(&needs, Bound::Licence),
            workers: needed(&needs, Bound::Workers),
            short: short.map(|bought| bought.size.part.clone()).collect(),
            a_month: bills.iter().map(Bill::total).sum(),
        };
        Ok(Seen { scenario, run, bills, expected })
    }
}

/// Lines that do not hold in words, with what was seen.
fn failing(slo: &[Slo]) -> Vec<String> {
    let told = |line: &Slo| format!("{}: {}", plain(&line.line), line.seen());
    let mut all: Vec<&Slo> = slo.iter().filter(|line| !line.passed).collect();
    // The one that is furthest beyond its bound first; a stable sort.
    let beyond = |line: &Slo| match (line.observed, line.bound) {
        (Some(observed), Some(bound)) if bound > 0.0 && fails(line) => observed / bound,
        _ => 0.0,
    };
    all.sort_by(|a, b| beyond(b).total_cmp(&beyond(a)));
    all.into_iter().map(told).collect()
}

/// Whether it is seen not to hold.
fn fails(line: &Slo) -> bool {
    !line.passed && !line.undecided && line.observed.is_some()
}

/// How the lines went.
fn verdict(slo: &[Slo]) -> Verdict {
    match slo.iter().any(fails) {
        true => Verdict::Fails,
        false if slo.iter().all(|line| line.passed) => Verdict::Holds,
        false => Verdict::Open,
    }
}

/// Whether a figure is so near its bound that chance may decide.
fn is_close(line: &Slo) -> bool {
    let (Some(observed), Some(bound)) = (line.observed, line.bound) else { return false };
    (observed - bound).abs() < CLOSE * bound.abs()
}

/// How much of one kind is needed in all.
fn needed(needs: &[Bought], bound: Bound) -> f64 {
    let of = needs.iter().filter(|bought| bought.part.kind.info().bound == bound);
    of.map(|bought| bought.size.needed).sum()
}
