//! A simulation runs the same in one go, in pieces, event by event and on any number of threads, and
//! says whose shard has failed.

use std::sync::Arc;

use crate::common::prepare;
use interwork::domain::id::OperatorId;
use interwork::domain::observation::Observation;
use interwork::domain::time::{Duration, Instant};
use interwork::engine::process::LogicalProcess as _;
use interwork::engine::shard::Shard;
use interwork::engine::simulation::{Fault, Simulation};
use interwork::model::context::Observer;
use interwork::model::plan::Plan;
use interwork::run::RunError;

const END: Instant = Instant(60_000_000_000);

fn plan() -> Arc<Plan> {
    // Its own timeline goes on for longer.
    let timeline = "timeline=[{ at: 5s, link_down: [op2, op3], for: 10s },
        { at: 20s, link_slow: [op0, op5], factor: 2.5, for: 30s },
        { at: 40s, node_down: op0.relay, for: 5s },
        { at: 50s, node_down: op2.im_server, for: 5s }]";
    let sets = ["run.duration=1m", timeline];
    prepare(include_str!("../federations/every-feature.yaml"), &sets).0
}

/// Everything seen, in words.
#[derive(Debug, Default, PartialEq)]
struct Log(Vec<String>);

impl Observer for Log {
    fn observe(&mut self, now: Instant, observation: &Observation<'_>) {
        self.0.push(format!("{now} {observation:?}"));
    }
}

fn log(plan: &Arc<Plan>) -> Simulation<Log> {
    Simulation::new(plan, |_| Log::default())
}

/// What was seen, and how many events there were.
fn seen(simulation: Simulation<Log>) -> (u64, Vec<Log>) {
    (simulation.shards().iter().map(Shard::events).sum(), simulation.into_observers())
}

#[test]
fn in_one_go_in_pieces_and_event_by_event_the_same_is_seen() {
    let plan = plan();
    let mut whole = log(&plan);
    whole.run_until(END, 1).expect("a sound run");
    let whole = seen(whole);
    assert!(whole.0 > 10_000, "{} events", whole.0);

    let mut threads = log(&plan);
    threads.run_until(END, 3).expect("a sound run");
    assert!(seen(threads) == whole, "on three threads");

    let mut stepped = log(&plan);
    let steps = std::iter::from_fn(|| stepped.step(END)).count();
    assert_eq!(steps as u64, whole.0);
    assert!(seen(stepped) == whole, "event by event");
}

#[test]
fn whoever_goes_on_after_steps_or_an_instant_sees_no_seam() {
    let plan = plan();
    let mut whole = log(&plan);
    whole.run_until(END, 1).expect("a sound run");
    let mut pieces = log(&plan);
    for (second, threads) in [(7, 1), (13, 2), (31, 1), (60, 2)] {
        let end = Instant::START + Duration::from_secs(second);
        // Most likely in the middle of a window.
        for _ in 0..1001 {
            let step = pieces.step(end).expect("an event");
            assert!(step.at < end && step.at < step.window);
        }
        pieces.run_until(end, threads).expect("a sound run");
        assert!(pieces.step(end).is_none(), "nothing is left before it");
    }
    assert!(seen(pieces) == seen(whole));
}

#[test]
fn steps_of_a_window_come_operator_by_operator_and_windows_in_order() {
    let mut simulation = log(&plan());
    let mut last = (Instant::START, OperatorId(0), Instant::START);
    let mut windows = 0;
    while let Some(step) = simulation.step(END) {
        let this = (step.window, step.operator, step.at);
        assert!(this >= last, "{this:?} after {last:?}");
        windows += usize::from(this.0 > last.0);
        last = this;
    }
    assert!(windows > 100, "{windows} windows");
}

/// Panics in the end.
struct Faulty {
    after: Instant,
}

impl Observer for Faulty {
    fn observe(&mut self, now: Instant, _: &Observation<'_>) {
        assert!(now < self.after, "a fault that this test has put in");
    }
}

#[test]
fn a_fault_names_the_operator_on_any_number_of_threads() {
    let plan = plan();
    let faulty = |operator: OperatorId| {
        let fails = operator == OperatorId(2);
        Faulty { after: if fails { Instant(20_000_000_000) } else { Instant::NEVER } }
    };
    let fault = |threads| {
        let mut simulation = Simulation::new(&plan, faulty);
        simulation.run_until(END, threads).expect_err("it fails")
    };
    let one = fault(1);
    let name = &plan.federation.operators[2].name;
    assert_eq!(one.operator.as_ref(), Some(name), "{one}");
    assert!(one.at > Instant(19_000_000_000) && one.at < Instant(21_000_000_000), "{one}");
    for threads in [2, 5] {
        assert_eq!(fault(threads), one, "{threads} threads");
    }
}

#[test]
fn a_fault_says_seed_instant_and_operator() {
    let fault = Fault { at: Instant(1_500_000_000), operator: Some("nordtel".to_owned()) };
    assert_eq!(
        RunError::Fault { seed: 7, fault }.to_string(),
        "a part of the program failed (seed 7, simulated time 1.500000s, operator nordtel)"
    );
}
