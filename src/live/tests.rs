//! The same run twice in virtual time: by calls inside each shard, and by octets over pipes in memory.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::way::{End, Want, Way};
use super::ways;
use super::world::{Line, World};
use crate::domain::observation::Observation;
use crate::domain::outcome::{Reason, Route};
use crate::domain::time::{Duration, Instant};
use crate::engine::shard::Shard;
use crate::engine::simulation::Simulation;
use crate::model::context::Observer;
use crate::topology::{Override, Source, load};

/// What came of messages, with every latency.
#[derive(Debug, Default)]
struct Seen {
    offered: u64,
    delivered: BTreeMap<Route, Vec<Duration>>,
    refused: BTreeMap<Reason, u64>,
    reported: u64,
    told: u64,
    /// Of the refused: what handsets submit.
    handsets: u64,
    /// Messages offered less those that ended, as the sum of their identities.
    open: u64,
    in_flight: u64,
}

impl Observer for Seen {
    fn observe(&mut self, now: Instant, observation: &Observation<'_>) {
        match *observation {
            Observation::Offered(subject) => {
                self.offered += 1;
                self.open = self.open.wrapping_add(subject.id.0);
            }
            Observation::Delivered { subject, stages, .. } => {
                self.open = self.open.wrapping_sub(subject.id.0);
                let took = now.since(subject.intended);
                let sum: u64 = stages.iter().map(|stage| stage.time.0).sum();
                assert_eq!(sum, took.0, "stages make up the latency");
                self.delivered.entry(subject.route).or_default().push(took);
            }
            Observation::Expired(subject) => self.open = self.open.wrapping_sub(subject.id.0),
            Observation::Told { .. } => self.told += 1,
            Observation::Refused { reason, subject } | Observation::Lost { reason, subject } => {
                self.open = self.open.wrapping_sub(subject.id.0);
                *self.refused.entry(reason).or_default() += 1;
                self.handsets += u64::from(subject.route.is_answer());
            }
            Observation::Reported { .. } => self.reported += 1,
            _ => {}
        }
    }
}

/// Connections in memory: octets arrive after a latency, in pieces.
struct Pipes {
    latency: Duration,
    piece: usize,
    under_way: VecDeque<(Instant, Line, Vec<u8>)>,
    /// By end: the other.
    other: BTreeMap<Line, Line>,
    connections: u64,
    /// What happens to ends: a connection with another comes about, or is gone.
    events: VecDeque<(Instant, Line, Option<Line>)>,
}

impl Pipes {
    fn new(latency: Duration, piece: usize) -> Self {
        let (under_way, events) = (VecDeque::new(), VecDeque::new());
        Self { latency, piece, under_way, other: BTreeMap::new(), connections: 0, events }
    }

    /// Takes what the ends have to write and want.
    fn carry<O: Observer + Send + 'static>(&mut self, world: &mut World<'_, O>, now: Instant) {
        let Self { latency, piece, under_way, other, connections, events } = self;
        let at = now + *latency;
        let mut closed = Vec::new();
        world.take(
            |line, octets| {
                if let Some(to) = other.get(&line) {
                    let pieces = octets.chunks(*piece).map(|piece| (at, *to, piece.to_vec()));
                    under_way.extend(pieces);
                }
            },
            |way, wanted| match wanted {
                Want::Connect(link) => {
                    let ends = [(way, End::Client(link)), (way, End::Centre(*connections))];
                    *connections += 1;
                    for (one, two) in [(ends[0], ends[1]), (ends[1], ends[0])] {
                        events.push_back((at, one, Some(two)));
                    }
                }
                Want::Close(end) => closed.push((way, end)),
            },
        );
        for line in closed {
            if let Some(to) = other.remove(&line) {
                other.remove(&to);
                events.push_back((at, to, None));
            }
        }
    }

    /// Pulls the plug of every connection.
    fn cut(&mut self, now: Instant) {
        self.under_way.clear();
        for line in std::mem::take(&mut self.other).into_keys() {
            self.events.push_back((now, line, None));
        }
    }

    /// Runs a world to its end in virtual time; `at` each of some instants, something happens to the pipes.
    fn run<O: Observer + Send + 'static>(
        &mut self,
        world: &mut World<'_, O>,
        end: Instant,
        mut cuts: VecDeque<Instant>,
    ) {
        loop {
            let pieces = self.under_way.front().map(|(at, ..)| *at);
            let events = self.events.front().map(|(at, ..)| *at);
            let next = [pieces, events, cuts.front().copied()].into_iter().flatten();
            let now = next.chain([world.next_wake()]).min().unwrap_or(Instant::NEVER);
            if now >= end {
                return;
            }
            while world.wake(|| now, end).is_none() {}
            while let Some((_, line, other)) = due(&mut self.events, |(at, ..)| *at <= now) {
                match other {
                    Some(other) => {
                        self.other.insert(line, other);
                        world.connected(line, now);
                    }
                    None => world.lost(line, now),
                }
            }
            while let Some((_, line, octets)) = due(&mut self.under_way, |(at, ..)| *at <= now) {
                world.receive(line, &octets, now);
            }
            if due(&mut cuts, |at| *at <= now).is_some() {
                self.cut(now);
            }
            self.carry(world, now);
        }
    }
}

/// The first, if it is due.
fn due<T>(queue: &mut VecDeque<T>, is_due: impl FnOnce(&T) -> bool) -> Option<T> {
    queue.front().is_some_and(is_due).then(|| queue.pop_front())?
}

/// All observers' sums.
fn sum(all: Vec<Seen>) -> Seen {
    let mut sum = Seen::default();
    for one in all {
        sum.offered += one.offered;
        sum.reported += one.reported;
        sum.told += one.told;
        sum.handsets += one.handsets;
        sum.open = sum.open.wrapping_add(one.open);
        for (route, took) in one.delivered {
            sum.delivered.entry(route).or_default().extend(took);
        }
        for (reason, count) in one.refused {
            *sum.refused.entry(reason).or_default() += count;
        }
    }
    sum.delivered.values_mut().for_each(|took| took.sort_unstable());
    sum
}

fn plan(sets: &[&str]) -> Arc<crate::model::plan::Plan> {
    let text = "
interwork: 1
name: small
operators:
  a: { kind: imsp, domain: a.example, numbers: ['+461'], subscribers: { im: 300, sms_only: 300 }, smsc: { throughput: 50/s }, legacy: { overlong: split } }
  b: { kind: imsp, domain: b.example, numbers: ['+462'], subscribers: { im: 300, sms_only: 100 } }
  c: { kind: mno, numbers: ['+463'], subscribers: { sms_only: 300 } }
agreements:
  - { between: [a, b], protocol: ssp, link: { latency: 20ms } }
  - { between: [a, c], protocol: sms, link: { latency: 10ms } }
workload:
  contacts: { per_user: 20, sms_only: 60%, sms_only_elsewhere: 30% }
  messages: { per_user: 60/h, length: { lognormal: { median: 60, p99: 300 } }, reply: { share: 40% } }
  sessions: { online: 80%, offline_messages: sms }
run: { seed: 5, duration: 2m, warm_up: 0s }
";
    let sets: Vec<Override> =
        sets.iter().map(|set| Override::parse(set).expect("a good override")).collect();
    let topology = load(&Source::new("small.yaml", text), &sets).expect("a valid topology");
    Arc::new(crate::run::plan(topology.federation))
}

const END: Instant = Instant(120_000_000_000);

fn by_calls(plan: &Arc<crate::model::plan::Plan>) -> Seen {
    let mut simulation = Simulation::new(plan, |_| Seen::default());
    simulation.run_until(END, 1).expect("sound");
    sum(simulation.into_observers())
}

/// The same over pipes.
fn by_octets(
    plan: &Arc<crate::model::plan::Plan>,
    mut pipes: Pipes,
    cuts: &[Instant],
) -> (Seen, Vec<Way>) {
    let mut simulation = Simulation::new(plan, |_| Seen::default());
    let mut world = World::new(&mut simulation, ways(plan, 0));
    pipes.run(&mut world, END, cuts.iter().copied().collect());
    let (ways, _) = world.into_figures();
    let in_flight = simulation.shards().iter().flat_map(Shard::in_flight);
    let in_flight = in_flight.fold(0u64, |sum, it| sum.wrapping_add(it.subject.id.0));
    (Seen { in_flight, ..sum(simulation.into_observers()) }, ways)
}

#[test]
fn over_pipes_without_latency_a_run_is_the_same_as_by_calls() {
    let plan = plan(&[]);
    let calls = by_calls(&plan);
    let (octets, ways) = by_octets(&plan, Pipes::new(Duration::ZERO, 4096), &[]);
    let counts: Vec<_> = calls.delivered.iter().map(|(route, all)| (*route, all.len())).collect();
    let count = |route| calls.delivered.get(&route).map_or(0, Vec::len);
    for route in [Route::SmsOwn, Route::SmsDirect, Route::SmsReplyOwn] {
        assert!(count(route) > 10, "{counts:?}");
    }
    assert_eq!(octets.offered, calls.offered);
    assert_eq!(octets.refused, calls.refused);
    assert_eq!(octets.reported, calls.reported);
    assert_eq!(octets.delivered, calls.delivered);
    let counts = |of: fn(&Way) -> u64| ways.iter().map(of).sum::<u64>();
    let submitted = counts(|way| way.figures.submitted);
    let refused = counts(|way| way.figures.refused.values().sum());
    assert_eq!(counts(|way| way.figures.accepted) + refused, submitted);
    assert_eq!(counts(|way| way.door.came), submitted);
    assert_eq!(counts(|way| way.figures.unmatched), 0);
    assert!(counts(|way| way.figures.parts) > submitted, "some are long");
    let receipts = counts(|way| way.figures.receipts.values().sum());
    let ended = counts(|way| way.figures.accepted) - counts(|way| way.kept() as u64);
    assert_eq!(receipts, ended, "each that came to its end, once");
}

#[test]
fn what_an_smsc_refuses_its_clients_hear_by_the_answer_and_users_from_them() {
    let full = ["operators.a.smsc.throughput=1/s", "operators.a.smsc.queue_limit=2"];
    let plan = plan(&full);
    let calls = by_calls(&plan);
    let (octets, ways) = by_octets(&plan, Pipes::new(Duration::ZERO, 4096), &[]);
    assert!(calls.refused[&Reason::SmscFull] > 10, "{:?}", calls.refused);
    assert_eq!(octets.refused, calls.refused);
    assert_eq!(octets.told, calls.told);
    assert_eq!(octets.delivered, calls.delivered);
    let refused: u64 = ways.iter().filter_map(|way| way.figures.refused.get(&0x14)).sum();
    assert_eq!(refused, calls.refused[&Reason::SmscFull] - calls.handsets, "by its own reason");
}

#[test]
fn octets_under_way_add_their_latency_to_each_hop_and_nothing_else() {
    let plan = plan(&["operators.a.smsc.throughput=1000/s"]);
    let calls = by_calls(&plan);
    let latency = Duration::from_millis(3);
    let (octets, ways) = by_octets(&plan, Pipes::new(latency, 1), &[]);
    assert!(octets.offered.abs_diff(calls.offered) <= 2, "answers near the end");
    let [slow, quick] = [&octets, &calls].map(|seen| seen.delivered[&Route::SmsDirect].clone());
    assert!(slow.len().abs_diff(quick.len()) <= 1, "{} and {}", slow.len(), quick.len());
    let median = |all: &[Duration]| all[all.len() / 2];
    let more = Duration(median(&slow).0 - median(&quick).0);
    assert!(more >= latency && more < latency + Duration::from_millis(1), "{more}");
    for way in ways {
        assert_eq!((way.figures.unmatched, way.figures.unanswered), (0, 0));
    }
}

#[test]
fn pulled_plugs_lose_what_was_under_way_and_double_nothing() {
    let plan = plan(&["workload.messages.per_user=600/h"]);
    let cuts: Vec<Instant> = (1..110).map(|n| Instant(n * 1_070_000_000)).collect();
    let (seen, ways) = by_octets(&plan, Pipes::new(Duration::from_millis(150), 7), &cuts);
    let lost = seen.refused.get(&Reason::Unanswered).copied().unwrap_or(0);
    let counts = |of: fn(&Way) -> u64| ways.iter().map(of).sum::<u64>();
    assert!(lost > 100, "{:?}", seen.refused);
    assert!(counts(|way| way.figures.unanswered) >= lost);
    assert!(counts(|way| way.figures.ended) > 100, "sessions were tried again");
    // Identities are the auditor's: one that ended twice would leave a remainder.
    assert_eq!(seen.open, seen.in_flight);
}
