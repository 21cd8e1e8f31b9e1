//! Simulations taken step by step: what single events cost, and how evenly windows fill two threads.
//! It knows no target.

#![allow(clippy::disallowed_methods, reason = "a bench is where the wall clock is asked")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant as Clock;

use interwork::domain::id::OperatorId;
use interwork::domain::observation::Observation;
use interwork::domain::time::Instant;
use interwork::engine::simulation::Simulation;
use interwork::measure::Setup;
use interwork::measure::audit::Auditor;
use interwork::measure::recorder::Recorder;
use interwork::model::context::Observer;
use interwork::model::outbox::Input;
use interwork::model::plan::Plan;

/// What runs are watched by: measurement and the auditor.
pub struct Watch(Recorder, Auditor);

impl Watch {
    pub fn new(setup: &Arc<Setup>, id: OperatorId) -> Self {
        Self(Recorder::new(Arc::clone(setup), id), Auditor::new())
    }
}

impl Observer for Watch {
    fn observe(&mut self, now: Instant, observation: &Observation<'_>) {
        self.0.observe(now, observation);
        self.1.observe(now, observation);
    }
}

/// Nobody watches.
pub struct Blind;

impl Observer for Blind {
    fn observe(&mut self, _: Instant, _: &Observation<'_>) {}
}

/// Events of each kind, and the seconds they took.
pub type Kinds = BTreeMap<String, (u64, f64)>;

/// The kind of an input, in words.
fn kind(input: &Input) -> String {
    let words = format!("{input:?}");
    let mut words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.next().unwrap_or("").to_owned();
    match name.as_str() {
        "Request" | "Decide" => format!("{name} {}", words.next().unwrap_or("")),
        "Served" => format!("{name} {}", words.nth(1).unwrap_or("")),
        "Incoming" => {
            let payload = words.skip_while(|word| *word != "payload").nth(1);
            format!("{name} {}", payload.unwrap_or(""))
        }
        _ => name,
    }
}

/// Runs to the end with a clock around every event. The clock's own time is taken off; that the
/// words between events displace the caches is not.
pub fn clocked<O: Observer + Send + 'static>(mut simulation: Simulation<O>, end: Instant) -> Kinds {
    let own = {
        let clock = Clock::now();
        (0..1_000_000).for_each(|_| {
            std::hint::black_box(Clock::now());
        });
        clock.elapsed().as_secs_f64() / 1e6
    };
    let mut kinds = Kinds::new();
    loop {
        let clock = Clock::now();
        let Some(step) = simulation.step(end) else { break };
        let took = clock.elapsed().as_secs_f64() - own;
        let (count, total) = kinds.entry(kind(&step.input)).or_default();
        *count += 1;
        *total += took;
    }
    kinds
}

/// How much faster can a thread for each operator be, if every event costs the same and meeting
/// costs nothing? Each window takes as long as the operator with the most events in it.
pub fn most(plan: &Arc<Plan>, end: Instant) -> f64 {
    let mut simulation = Simulation::new(plan, |_| Blind);
    let (mut all, mut slowest, mut window) = (0, 0, Instant::START);
    let mut events = vec![0u64; simulation.shards().len()];
    let mut close = |events: &mut Vec<u64>| {
        all += events.iter().sum::<u64>();
        slowest += events.iter().max().copied().unwrap_or(0);
        events.fill(0);
    };
    while let Some(step) = simulation.step(end) {
        if step.window != window {
            window = step.window;
            close(&mut events);
        }
        events[step.operator.index()] += 1;
    }
    close(&mut events);
    all as f64 / slowest as f64
}
