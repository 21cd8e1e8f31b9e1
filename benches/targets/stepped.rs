//! Shards stepped by hand, in windows as runs have them: what single events cost, and how evenly
//! windows fill two threads. It knows no target.

#![allow(clippy::disallowed_methods, reason = "a bench is where the wall clock is asked")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant as Clock;

use interwork::domain::id::OperatorId;
use interwork::domain::observation::Observation;
use interwork::domain::time::Instant;
use interwork::engine::decisions::initially_online;
use interwork::engine::shard::Shard;
use interwork::engine::windows::{self, LogicalProcess as _};
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

pub fn shards<O: Observer + Send>(
    plan: &Arc<Plan>,
    watch: impl Fn(OperatorId) -> O,
) -> Vec<Shard<O>> {
    let online = initially_online(&plan.federation, &plan.population);
    plan.federation.operators().map(|(id, _)| Shard::new(plan, id, &online, watch(id))).collect()
}

/// Events of each kind, and the seconds they took.
pub type Kinds = BTreeMap<String, (u64, f64)>;

/// Runs shards to the end, one after the other in windows as runs have them; `play` plays a shard
/// up to the end of a window.
fn in_windows<O: Observer + Send>(
    plan: &Plan,
    mut shards: Vec<Shard<O>>,
    run_end: Instant,
    play: &mut dyn FnMut(&mut Shard<O>, Instant),
) {
    let lookahead = windows::lookahead(plan).expect("agreements");
    let mut sent = Vec::new();
    loop {
        let next = shards.iter().map(Shard::next).min().unwrap_or(Instant::NEVER);
        if next >= run_end {
            return;
        }
        let end = (next + lookahead).min(run_end);
        for shard in &mut shards {
            play(shard, end);
            shard.send(|delivery| sent.push(delivery));
        }
        for delivery in sent.drain(..) {
            shards[delivery.parcel.next.index()].receive(delivery);
        }
    }
}

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
pub fn clocked<O: Observer + Send>(plan: &Plan, shards: Vec<Shard<O>>, run_end: Instant) -> Kinds {
    let own = {
        let clock = Clock::now();
        (0..1_000_000).for_each(|_| {
            std::hint::black_box(Clock::now());
        });
        clock.elapsed().as_secs_f64() / 1e6
    };
    let mut kinds = Kinds::new();
    in_windows(plan, shards, run_end, &mut |shard, end| {
        loop {
            let clock = Clock::now();
            let Some(input) = shard.step(end) else { break };
            let took = clock.elapsed().as_secs_f64() - own;
            let (count, total) = kinds.entry(kind(&input)).or_default();
            *count += 1;
            *total += took;
        }
    });
    kinds
}

/// How much faster can a thread for each operator be, if every event costs the same and meeting
/// costs nothing? Each window takes as long as the operator with the most events in it.
pub fn most(plan: &Arc<Plan>, end: Instant) -> f64 {
    let operators = plan.federation.operators().count();
    let (mut all, mut slowest) = (0, 0);
    let mut window = Vec::new();
    in_windows(plan, shards(plan, |_| Blind), end, &mut |shard, end| {
        let before = shard.events();
        shard.run_until(end);
        window.push(shard.events() - before);
        if window.len() == operators {
            all += window.iter().sum::<u64>();
            slowest += window.drain(..).max().unwrap_or(0);
        }
    });
    all as f64 / slowest as f64
}
