//! What does an event of PHOLD cost in interwork's calendar? Each event causes one at a process
//! drawn uniformly from all, after a lookahead and an exponential increment. This is the calendar
//! with a process's state, not a whole run with its stations and statistics: the part that can be
//! compared with another engine's core. `phold_interwork [processes] [events]`

use std::time;

use interwork::domain::time::{Duration, Instant};
use interwork::engine::calendar::{Calendar, Event};
use interwork::model::outbox::Input;
use interwork_peers::{Draws, POPULATION, argument};

struct Process {
    draws: Draws,
    seen: u64,
}

fn main() {
    let processes = argument(1, 1_000) as usize;
    let events = argument(2, 2_000_000);
    let start = time::Instant::now();
    let mut all: Vec<Process> =
        (0..processes as u64).map(|p| Process { draws: Draws::new(p), seen: 0 }).collect();
    let mut calendar = Calendar::default();
    let mut order = 0;
    for (p, process) in (0..).zip(&mut all) {
        for _ in 0..POPULATION {
            let at = Instant::START + Duration::from_secs_f64(process.draws.increment());
            calendar.push(Event { at, order, input: Input::ImServed(p) });
            order += 1;
        }
    }
    let built = start.elapsed().as_secs_f64();

    let start = time::Instant::now();
    let mut now = Instant::START;
    for _ in 0..events {
        let event = calendar.pop_before(Instant::NEVER).expect("as many as at the start");
        let Input::ImServed(p) = event.input else { unreachable!("nothing else was put in") };
        now = event.at;
        let process = &mut all[p as usize];
        process.seen += 1;
        let at = now + Duration::from_secs_f64(process.draws.increment());
        let to = process.draws.below(processes) as u32;
        calendar.push(Event { at, order, input: Input::ImServed(to) });
        order += 1;
    }
    let elapsed = start.elapsed().as_secs_f64();
    println!("setup {built:.6} s");
    println!("inside {elapsed:.6} s");
    println!("reached {:.6} model_s", now.as_secs_f64());
    println!("done {} events", all.iter().map(|process| process.seen).sum::<u64>());
}
