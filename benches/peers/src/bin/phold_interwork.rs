//! What does an event of PHOLD cost in interwork's engine? Each event causes one at a process
//! drawn uniformly from all, after a lookahead and an exponential increment. Two ways:
//!
//! - `calendar`: one calendar with all processes, the core alone.
//! - `shards`: the loop that interwork runs operators in: 8 logical processes with a calendar each
//!   and an eighth of the processes, in windows of the lookahead, mail in between.
//!
//! Neither is a whole run with stations and statistics: this is the part that can be compared with
//! another engine's core. `phold_interwork [processes] [events] [calendar|shards] [threads]`

use std::time;

use interwork::domain::time::{Duration, Instant};
use interwork::engine::calendar::{Calendar, Event};
use interwork::engine::process::{LogicalProcess, Schedule};
use interwork::engine::windows;
use interwork::model::message::Slot;
use interwork::model::outbox::Input;
use interwork_peers::{Draws, LOOKAHEAD, POPULATION, argument};

/// Logical processes of `shards`.
const SHARDS: usize = 8;

fn increment(draws: &mut Draws) -> Duration {
    Duration::from_secs_f64(draws.increment())
}

/// An event on its way.
struct Mail {
    to: u32,
    at: Instant,
    order: u64,
}

/// Every eighth process, with their calendar.
struct Shard {
    index: usize,
    /// Of all shards together.
    processes: usize,
    own: Vec<Draws>,
    calendar: Calendar,
    leaving: Vec<Mail>,
    now: Instant,
    order: u64,
    events: u64,
}

impl Shard {
    fn new(index: usize, shards: usize, processes: usize) -> Self {
        let own = (index..processes).step_by(shards).map(|p| Draws::new(p as u64)).collect();
        let calendar = Calendar::default();
        let mut shard = Self {
            index,
            processes,
            own,
            calendar,
            leaving: Vec::new(),
            now: Instant::START,
            // Of two events at one instant the one of the lower shard comes first.
            order: (index as u64) << 48,
            events: 0,
        };
        for place in 0..shard.own.len() {
            for _ in 0..POPULATION {
                let at = Instant::START + increment(&mut shard.own[place]);
                let to = (place * shards + index) as u32;
                shard.calendar.push(Event { at, order: shard.order, input: Input::ToClient(Slot(to)) });
                shard.order += 1;
            }
        }
        shard
    }

    /// The next event before `end`, and what it causes: for here, or for another.
    #[inline]
    fn step(&mut self, shards: usize, end: Instant) -> bool {
        let Some(event) = self.calendar.pop_before(end) else { return false };
        let Input::ToClient(Slot(number)) = event.input else { unreachable!("nothing else was put in") };
        self.now = event.at;
        self.events += 1;
        let process = &mut self.own[number as usize / shards];
        let at = event.at + increment(process);
        let to = process.below(self.processes) as u32;
        let order = self.order;
        self.order += 1;
        if to as usize % shards == self.index {
            self.calendar.push(Event { at, order, input: Input::ToClient(Slot(to)) });
        } else {
            self.leaving.push(Mail { to, at, order });
        }
        true
    }
}

impl LogicalProcess for Shard {
    type Mail = Mail;

    fn index(&self) -> usize {
        self.index
    }

    fn weight(&self) -> u64 {
        1
    }

    fn next(&self) -> Instant {
        self.calendar.next()
    }

    fn events(&self) -> u64 {
        self.events
    }

    fn run_until(&mut self, end: Instant) {
        while self.step(SHARDS, end) {}
    }

    fn send(&mut self, to: impl FnMut(Mail)) {
        self.leaving.drain(..).for_each(to);
    }

    fn receive(&mut self, Mail { to, at, order }: Mail) {
        self.calendar.push(Event { at, order, input: Input::ToClient(Slot(to)) });
    }

    fn address(mail: &Mail) -> (usize, Instant) {
        (mail.to as usize % SHARDS, mail.at)
    }
}

fn main() {
    let processes = argument(1, 1_000) as usize;
    let events = argument(2, 2_000_000);
    let style = std::env::args().nth(3).unwrap_or_else(|| "calendar".to_owned());
    let start = time::Instant::now();
    let count = match style.as_str() {
        "calendar" => 1,
        "shards" => SHARDS,
        other => panic!("calendar or shards, not {other}"),
    };
    let mut shards: Vec<Shard> = (0..count).map(|i| Shard::new(i, count, processes)).collect();
    let built = start.elapsed().as_secs_f64();

    let start = time::Instant::now();
    if let [all] = shards.as_mut_slice() {
        for _ in 0..events {
            assert!(all.step(1, Instant::NEVER), "as many are due as at the start");
        }
    } else {
        // The simulated time in which about so many events happen: each process has 16 of them
        // under way, for the lookahead and a second.
        let end = events as f64 / (processes * POPULATION) as f64 * (LOOKAHEAD + 1.0);
        let schedule = Schedule {
            lookahead: Some(Duration::from_secs_f64(LOOKAHEAD)),
            end: Instant::START + Duration::from_secs_f64(end),
            threads: argument(4, 1) as usize,
        };
        shards = windows::run(shards, &schedule).expect("no invariant is broken").processes;
    }
    let elapsed = start.elapsed().as_secs_f64();
    let reached = shards.iter().map(|shard| shard.now).max().unwrap_or(Instant::START);
    println!("setup {built:.6} s");
    println!("inside {elapsed:.6} s");
    println!("reached {:.6} model_s", reached.as_secs_f64());
    println!("done {} events", shards.iter().map(Shard::events).sum::<u64>());
}
