//! What does an event of PHOLD cost in NeXosim? Two ways to write it:
//!
//! - `uniform`: the process an event causes the next one at is drawn from all, as in
//!   `phold_interwork`; models reach any other through the global scheduler and an event source
//!   of each process.
//! - `ports`: the way NeXosim's documentation writes models: an event is scheduled on the own
//!   model and sent through one of 8 ports, connected to processes drawn at the start.
//!
//! `phold_nexosim [processes] [events] [uniform|ports]`, on one thread

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use interwork_peers::{Draws, POPULATION, argument};
use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::{EventSource, Output};
use nexosim::simulation::{
    EventId, ExecutionError, Mailbox, Scheduler, SimInit, Simulation, SimulationError,
};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};

/// Ports of a process.
const PORTS: usize = 8;

/// What all processes know; there only once the simulation is built.
struct Shared {
    scheduler: Scheduler,
    inputs: Vec<EventId<()>>,
    until: u64,
}

static SHARED: OnceLock<Shared> = OnceLock::new();
static SEEN: AtomicU64 = AtomicU64::new(0);

fn shared() -> &'static Shared {
    SHARED.get().expect("set before the run")
}

/// Counts an event; the last one ends the run.
fn count() {
    if SEEN.fetch_add(1, Ordering::Relaxed) + 1 == shared().until {
        shared().scheduler.halt();
    }
}

fn increment(draws: &mut Draws) -> Duration {
    Duration::from_secs_f64(draws.increment())
}

#[derive(Serialize, Deserialize)]
struct Uniform {
    draws: Draws,
}

#[Model]
impl Uniform {
    fn event(&mut self, _: ()) {
        count();
        let Shared { scheduler, inputs, .. } = shared();
        let wait = increment(&mut self.draws);
        let to = &inputs[self.draws.below(inputs.len())];
        scheduler.schedule_event(wait, to, ()).expect("in the future");
    }
}

#[derive(Serialize, Deserialize)]
struct Ported {
    draws: Draws,
    ports: [Output<()>; PORTS],
}

#[Model]
impl Ported {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        for _ in 0..POPULATION {
            self.receive((), cx);
        }
    }

    fn receive(&mut self, _: (), cx: &Context<Self>) {
        let wait = increment(&mut self.draws);
        cx.schedule_event(wait, schedulable!(Self::event), ()).expect("in the future");
    }

    #[nexosim(schedulable)]
    async fn event(&mut self, _: ()) {
        count();
        let port = self.draws.below(PORTS);
        self.ports[port].send(()).await;
    }
}

fn share(simulation: &Simulation, inputs: Vec<EventId<()>>, until: u64) {
    let shared = Shared { scheduler: simulation.scheduler(), inputs, until };
    assert!(SHARED.set(shared).is_ok(), "set once");
}

fn uniform(
    mut bench: SimInit,
    processes: usize,
    until: u64,
) -> Result<Simulation, SimulationError> {
    let mut inputs = Vec::with_capacity(processes);
    for p in 0..processes {
        let mailbox = Mailbox::new();
        inputs.push(EventSource::new().connect(Uniform::event, &mailbox).register(&mut bench));
        bench = bench.add_model(Uniform { draws: Draws::new(p as u64) }, mailbox, "process");
    }
    let simulation = bench.init(MonotonicTime::EPOCH)?;
    share(&simulation, inputs, until);
    let Shared { scheduler, inputs, .. } = shared();
    for (p, input) in (0..).zip(inputs) {
        let mut draws = Draws::new(u64::MAX - p);
        for _ in 0..POPULATION {
            let wait = increment(&mut draws);
            scheduler.schedule_event(wait, input, ()).expect("in the future");
        }
    }
    Ok(simulation)
}

fn ported(mut bench: SimInit, processes: usize, until: u64) -> Result<Simulation, SimulationError> {
    let mailboxes: Vec<Mailbox<Ported>> = (0..processes).map(|_| Mailbox::new()).collect();
    let addresses: Vec<_> = mailboxes.iter().map(Mailbox::address).collect();
    for (p, mailbox) in (0..).zip(mailboxes) {
        let mut draws = Draws::new(p);
        let ports = std::array::from_fn(|_| {
            let mut port = Output::default();
            port.connect(Ported::receive, addresses[draws.below(processes)].clone());
            port
        });
        bench = bench.add_model(Ported { draws, ports }, mailbox, "process");
    }
    let simulation = bench.init(MonotonicTime::EPOCH)?;
    share(&simulation, Vec::new(), until);
    Ok(simulation)
}

fn main() -> Result<(), SimulationError> {
    let processes = argument(1, 1_000) as usize;
    let until = argument(2, 2_000_000);
    let way = std::env::args().nth(3).unwrap_or_else(|| "uniform".to_owned());
    let bench = SimInit::with_num_threads(1);
    let start = Instant::now();
    let mut simulation = match way.as_str() {
        "uniform" => uniform(bench, processes, until)?,
        "ports" => ported(bench, processes, until)?,
        _ => panic!("uniform or ports, not {way}"),
    };
    let built = start.elapsed().as_secs_f64();
    let start = Instant::now();
    match simulation.run() {
        Err(ExecutionError::Halted) => {}
        other => panic!("the run should be halted: {other:?}"),
    }
    let elapsed = start.elapsed().as_secs_f64();
    let reached = simulation.time().duration_since(MonotonicTime::EPOCH).as_secs_f64();
    println!("setup {built:.6} s");
    println!("inside {elapsed:.6} s");
    println!("reached {reached:.6} model_s");
    println!("done {} events", SEEN.load(Ordering::Relaxed));
    // Taking 100,000 models apart is not the question.
    std::process::exit(0)
}
