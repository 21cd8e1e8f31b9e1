//! One run: the one place where topology, workload, engine and measurement meet. Called by the
//! command line and by studies; it knows no file and no terminal.

mod samples;
mod sizes;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::domain::federation::{
    Agreement, Event, Federation, OfflineMessages, Operator, Overlong, TimedEvent,
};
use crate::domain::number::NumberingPlan;
use crate::domain::observation::{InFlight, Observation};
use crate::domain::outcome::Defect;
use crate::domain::population::Population;
use crate::domain::stations::Stations;
use crate::domain::time::{Duration, Instant};
use crate::engine::process::{LogicalProcess as _, Progress};
use crate::engine::shard::Shard;
use crate::engine::simulation::{Fault, Simulation};
use crate::engine::windows::Looks;
use crate::measure::audit::{self, AuditPart, Auditor, Found, Violation};
use crate::measure::figures::Figures;
use crate::measure::glance::Glance;
use crate::measure::measured::Measured;
use crate::measure::recorder::{IntervalPart, Recorder, RecorderPart};
use crate::measure::results::Results;
use crate::measure::selector::Names;
use crate::measure::slo;
use crate::measure::{AgreementTerms, Collector, Setup, Window};
use crate::model::context::Observer;
use crate::model::plan::Plan;
use crate::model::routing::Routing;
use crate::wire::access;
use crate::workload::{contacts, groups};

use self::samples::Sampler;
pub(crate) use self::samples::{Sample, row};
use self::sizes::transfer_sizes;

/// How to run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Threads to run operators on; results do not depend on it.
    pub threads: usize,
    /// Single messages to keep with every stage time.
    pub samples: usize,
    /// Whether to end as soon as an SLO line cannot be met any more.
    pub stop_on_slo: bool,
}

/// What came of a run.
#[derive(Debug)]
pub struct Finished {
    /// Seed that its random streams derive from.
    pub(crate) seed: u64,
    /// What was measured, as sums.
    pub(crate) measured: Measured,
    /// The same in words.
    pub results: Results,
    /// A sample of single messages, by intended instant.
    pub samples: Vec<Sample>,
    /// Events that all shards processed, those of the warm-up included.
    pub events: u64,
    /// Where the run ended.
    pub(crate) at: Instant,
    /// Whether it ran to its end, and why not.
    pub(crate) ended: Ending,
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Its time was over.
    Finished,
    /// It was stopped from outside.
    Interrupted,
    /// An SLO line could not be met any more.
    StoppedBySlo,
}

/// The run is worthless: an invariant of the program is broken.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A part of the program panicked.
    #[error("a part of the program failed (seed {seed}, {fault})")]
    Fault {
        /// Seed of the run.
        seed: u64,
        /// When, and whose.
        fault: Fault,
    },
    /// A conservation check failed.
    #[error("conservation does not hold (seed {seed}, simulated time {at}):{}", list(violations))]
    Conservation {
        /// Seed of the run.
        seed: u64,
        /// When the check was made.
        at: Instant,
        /// What does not add up.
        violations: Vec<Violation>,
    },
}

fn list(violations: &[Violation]) -> String {
    violations.iter().map(|violation| format!("\n  {violation}")).collect()
}

/// Everything that does not change during a run, and what changes at which instant.
pub fn plan(federation: Federation) -> Plan {
    plan_with(federation, None)
}

/// The same with a deliberate fault.
pub(crate) fn plan_with(federation: Federation, defect: Option<Defect>) -> Plan {
    let population = Population::new(&federation);
    let graph = Arc::new(contacts::build(&federation, &population, federation.run.seed));
    let memberships = Arc::new(groups::build(&federation, &population, federation.run.seed));
    let sizes = |federation: &Federation| {
        let agreements = federation.agreements();
        agreements.map(|(id, _)| transfer_sizes(federation, id, defect)).collect()
    };
    let start = Instant::START + federation.run.warm_up;
    let mut last = federation.clone();
    federation.timeline.iter().for_each(|event| last.happen(&event.event));
    let clients = last.operators.iter().map(|operator| access::sizes(&operator.domain)).collect();
    // Reply numbers have their places from the start, whenever they come into use.
    let numbers = NumberingPlan::new(&last, &population);
    let base = Plan {
        routing: Routing::new(&federation, None, defect),
        sizes: sizes(&federation),
        stations: Stations::new(&federation),
        federation,
        population,
        numbers,
        graph,
        memberships,
        clients,
        defect,
        later: Vec::new(),
    };
    let mut later: Vec<(Instant, Arc<Plan>)> = Vec::new();
    let mut now = base.federation.clone();
    for TimedEvent { at, event } in &base.federation.timeline {
        now.happen(event);
        if matches!(event, Event::BecomesImsp { .. } | Event::Agree(_)) {
            let routing = Routing::new(&now, Some(*at), defect);
            let sizes = sizes(&now);
            let plan = Plan { federation: now.clone(), routing, sizes, ..base.clone() };
            later.push((start + *at, Arc::new(plan)));
        }
    }
    Plan { later, ..base }
}

/// The names that SLO lines may use.
pub fn names(federation: &Federation) -> Names {
    Names {
        operators: federation.operators.iter().map(|operator| operator.name.clone()).collect(),
        stations: Stations::new(federation).all.into_iter().map(|station| station.name).collect(),
    }
}

/// What measurement needs to know of a plan. The SLO lines have been parsed before the run.
pub fn setup(plan: &Plan, slo: Vec<slo::Line>) -> Setup {
    setup_with(&plan.federation, &plan.stations, slo)
}

/// The same without laying out a plan, for results that are read back.
pub(crate) fn setup_of(federation: &Federation, slo: Vec<slo::Line>) -> Setup {
    setup_with(federation, &Stations::new(federation), slo)
}

fn setup_with(federation: &Federation, stations: &Stations, slo: Vec<slo::Line>) -> Setup {
    let start = Instant::START + federation.run.warm_up;
    let end = start + federation.run.duration;
    // A sixtieth of the measured time, at least a second.
    let interval = Duration(federation.run.duration.0.div_ceil(60)).max(Duration::from_secs(1));
    let terms = |agreement: &Agreement| AgreementTerms {
        between: agreement.between,
        tariff: agreement.tariff,
    };
    Setup {
        window: Window { start, end },
        interval,
        operators: federation.operators.iter().map(|operator| operator.name.clone()).collect(),
        agreements: federation.agreements.iter().map(terms).collect(),
        currency: federation.currency.clone(),
        stations: stations.all.clone(),
        slo,
        batches: steady(federation),
        steady: steady(federation),
        stores: federation.operators.iter().any(stores),
        overdue: federation.run.overdue,
        replications: federation.run.replications,
    }
}

/// Whether load and federation stay as they are during a run.
fn steady(federation: &Federation) -> bool {
    let constant = federation.operators.iter().all(|o| o.workload.load.stages.is_empty());
    constant && federation.timeline.is_empty()
}

/// Whether messages to an operator's users are kept for their logins.
fn stores(operator: &Operator) -> bool {
    let sessions = &operator.workload.sessions;
    let kept = match sessions.offline {
        OfflineMessages::Store => true,
        // What no SMS can carry.
        OfflineMessages::Sms => {
            let legacy = operator.imsp.as_ref().map(|imsp| &imsp.legacy);
            legacy.is_some_and(|legacy| legacy.overlong == Overlong::Refuse)
        }
        OfflineMessages::Refuse => false,
    };
    kept && sessions.online < 1.0
}

/// Everybody who watches one shard.
#[derive(Debug)]
pub(crate) struct Watch {
    recorder: Recorder,
    /// For the parts of the measured time that SLO lines ask for.
    within: Vec<Recorder>,
    auditor: Auditor,
    sampler: Sampler,
    wanted: Wanted,
}

/// What is asked of a watch at the end of an interval, besides the interval.
#[derive(Clone, Debug)]
struct Wanted {
    /// All counts, for lines that may have failed already.
    so_far: bool,
    /// Copies of all recorders, for a glance; with the setup of the whole.
    copies: Option<Arc<Setup>>,
}

/// What a watch says at the end of an interval.
pub(crate) struct Report {
    interval: IntervalPart,
    so_far: Option<Figures>,
    /// Of the whole, then of the parts.
    copies: Vec<RecorderPart>,
    /// What is under way, where copies are wanted.
    in_flight: Vec<InFlight>,
}

impl Watch {
    fn report(&mut self, at: Instant) -> Report {
        let interval = self.recorder.close_interval();
        let so_far = self.wanted.so_far.then(|| self.recorder.so_far());
        let recorders = std::iter::once(&self.recorder).chain(&self.within);
        let copies = self.wanted.copies.iter().filter(|whole| at > whole.window.start);
        let copies = copies.flat_map(|whole| recorders.clone().map(|it| it.copied(at, whole)));
        Report { interval, so_far, copies: copies.collect(), in_flight: Vec::new() }
    }
}

impl Observer for Watch {
    fn observe(&mut self, now: Instant, observation: &Observation<'_>) {
        self.recorder.observe(now, observation);
        self.within.iter_mut().for_each(|recorder| recorder.observe(now, observation));
        self.auditor.observe(now, observation);
        self.sampler.observe(now, observation);
    }
}

/// Runs a plan to its end, or until `stop` is cancelled. `progress` is told simulated time and
/// events now and then.
///
/// # Errors
/// Only faults of the program: a panic, or a conservation identity that does not hold.
pub fn run(
    plan: &Arc<Plan>,
    setup: &Arc<Setup>,
    options: Options,
    stop: &CancellationToken,
    progress: Progress<'_>,
) -> Result<Finished, RunError> {
    watched(plan, setup, options, stop, progress, None)
}

/// Somebody to be shown each interval of the series as it ends.
pub(crate) type Shown<'a> = &'a mut dyn FnMut(Glance);

/// The same, shown to somebody who looks on. The run goes as it would alone, and waits as long as
/// `progress` takes.
///
/// # Errors
/// As of [`run`].
pub fn watched(
    plan: &Arc<Plan>,
    setup: &Arc<Setup>,
    options: Options,
    stop: &CancellationToken,
    progress: Progress<'_>,
    shown: Option<Shown<'_>>,
) -> Result<Finished, RunError> {
    let seed = plan.federation.run.seed;
    driven(plan, setup, options, (stop, progress, shown), |simulation, end, looks| {
        let ended = simulation.watched(end, options.threads, looks);
        ended.map_err(|fault| RunError::Fault { seed, fault })
    })
}

/// The same, driven by somebody: a simulation is to be run up to an instant, and looked at on the way.
///
/// # Errors
/// As of [`run`], and those of who drives.
pub(crate) fn driven<E: From<RunError>>(
    plan: &Arc<Plan>,
    setup: &Arc<Setup>,
    options: Options,
    (stop, progress, mut shown): (&CancellationToken, Progress<'_>, Option<Shown<'_>>),
    drive: impl FnOnce(
        &mut Simulation<Watch>,
        Instant,
        Looks<'_, Shard<Watch>, Report>,
    ) -> Result<Instant, E>,
) -> Result<Finished, E> {
    let seed = plan.federation.run.seed;
    let windows = setup.windows();
    let within: Vec<Arc<Setup>> =
        windows.iter().map(|window| Arc::new(setup.within(*window))).collect();
    let copies = shown.as_ref().map(|_| Arc::clone(setup));
    let wanted = Wanted { so_far: options.stop_on_slo, copies };
    let mut simulation = Simulation::new(plan, |id| Watch {
        recorder: Recorder::new(Arc::clone(setup), id),
        within: within.iter().map(|part| Recorder::new(Arc::clone(part), id)).collect(),
        auditor: Auditor::new(),
        sampler: Sampler::new(options.samples, setup.window),
        wanted: wanted.clone(),
    });
    let mut collector = Collector::new(Arc::clone(setup));
    // Ends the run from within.
    let own = stop.child_token();
    let mut failed = false;
    let mut close = |at: Instant, mut reports: Vec<Report>| {
        let so_far: Vec<Figures> = reports.iter_mut().filter_map(|r| r.so_far.take()).collect();
        let copies = reports.iter_mut().map(|r| std::mem::take(&mut r.copies)).collect();
        let in_flight: Vec<InFlight> =
            reports.iter_mut().flat_map(|r| std::mem::take(&mut r.in_flight)).collect();
        collector.interval(at, reports.into_iter().map(|report| report.interval).collect());
        failed |= options.stop_on_slo && collector.has_failed(at, so_far.into_iter());
        if failed {
            own.cancel();
        }
        if let Some(show) = shown.as_mut().filter(|_| at > setup.window.start) {
            show(glance(&collector, at, &within, copies, &in_flight));
        }
    };
    let report = |shard: &mut Shard<Watch>, at| {
        let report = shard.observer.report(at);
        let looked_on = !report.copies.is_empty();
        let in_flight = shard.in_flight().filter(|_| looked_on).collect();
        Report { in_flight, ..report }
    };
    let looks = Looks { stop: &own, progress, ticks: ticks(setup), report, tick: &mut close };
    let at = drive(&mut simulation, setup.window.end, looks)?;
    let why = match at < setup.window.end {
        true if failed => Ending::StoppedBySlo,
        true => Ending::Interrupted,
        false => Ending::Finished,
    };
    simulation.settle(at);
    let mut finished = finish(simulation, at, collector, &within, seed, options)?;
    finished.ended = why;
    if why != Ending::Finished {
        slo::leave_open(setup, &mut finished.results.slo, finished.at);
    }
    Ok(finished)
}

/// What there is to see at the end of an interval, by the copies of every shard.
fn glance(
    collector: &Collector,
    at: Instant,
    within: &[Arc<Setup>],
    copies: Vec<Vec<RecorderPart>>,
    in_flight: &[InFlight],
) -> Glance {
    let mut copies: Vec<_> = copies.into_iter().map(Vec::into_iter).collect();
    let mut next = || copies.iter_mut().filter_map(Iterator::next).collect::<Vec<RecorderPart>>();
    let whole = next();
    let parts = within.iter().map(|setup| (Arc::clone(setup), next())).collect();
    collector.glance(at, whole, parts, in_flight)
}

/// The ends of the series' intervals, but for the last, which ends with the run.
fn ticks(setup: &Setup) -> Vec<Instant> {
    let Window { start, end } = setup.window;
    let mut ticks = vec![start];
    let mut tick = start + setup.interval;
    while tick < end {
        ticks.push(tick);
        tick += setup.interval;
    }
    ticks
}

fn finish(
    simulation: Simulation<Watch>,
    at: Instant,
    collector: Collector,
    within: &[Arc<Setup>],
    seed: u64,
    options: Options,
) -> Result<Finished, RunError> {
    let shards = simulation.shards();
    let events = shards.iter().map(Shard::events).sum();
    // In an order that no table of a node decides.
    let mut in_flight: Vec<InFlight> = shards.iter().flat_map(Shard::in_flight).collect();
    in_flight.sort_unstable_by_key(|it| it.subject.id);
    let found = Found {
        in_flight,
        grants: shards.iter().flat_map(Shard::grants).collect(),
        under_way: shards.iter().flat_map(Shard::under_way).collect(),
    };
    let mut recorders = Vec::new();
    let mut parts: Vec<Vec<RecorderPart>> = within.iter().map(|_| Vec::new()).collect();
    let mut audits: Vec<AuditPart> = Vec::new();
    let mut samplers = Vec::new();
    for Watch { recorder, within, auditor, sampler, .. } in simulation.into_observers() {
        recorders.push(recorder.finish(at));
        for (part, recorder) in parts.iter_mut().zip(within) {
            part.push(recorder.finish(at));
        }
        audits.push(auditor.finish());
        samplers.push(sampler);
    }
    audit::verify(&audits, &found, &[]).map_err(|violations| RunError::Conservation {
        seed,
        at,
        violations,
    })?;
    let mut measured = collector.finish(at, recorders, &found.in_flight, at);
    for (setup, recorders) in within.iter().zip(parts) {
        // Of a run that ended before, nothing is known of it.
        let until = at.clamp(setup.window.start, setup.window.end);
        let part = Collector::new(Arc::clone(setup));
        let part = part.finish(until, recorders, &found.in_flight, at);
        measured.push_part(part);
    }
    let results = slo::results(&measured);
    let samples = samples::merge(samplers, options.samples);
    Ok(Finished { seed, measured, results, samples, events, at, ended: Ending::Finished })
}
