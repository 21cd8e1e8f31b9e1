//! The same run twice in virtual time: by calls inside each shard, and by octets over pipes in memory.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::settings;
use super::way::{End, Want, Way};
use super::world::{Line, World};
use crate::domain::id::OperatorId;
use crate::domain::observation::Observation;
use crate::domain::outcome::{Reason, Route};
use crate::domain::time::{Duration, Instant};
use crate::engine::shard::Shard;
use crate::engine::simulation::Simulation;
use crate::model::context::Observer;
use crate::port::smpp::client::{self, Account, Client};
use crate::port::smpp::pdu::{Address, Bind, Short};
use crate::port::smpp::session::Terms;
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
    /// By way: whose door its client knocks at.
    doors: Vec<usize>,
    /// What happens to ends: a connection with another comes about, or is gone.
    events: VecDeque<(Instant, Line, Option<Line>)>,
}

impl Pipes {
    fn new(latency: Duration, piece: usize) -> Self {
        let (under_way, events) = (VecDeque::new(), VecDeque::new());
        let doors = (0..9).collect();
        Self { latency, piece, under_way, other: BTreeMap::new(), connections: 0, doors, events }
    }

    /// Takes what the ends have to write and want.
    fn carry<O: Observer + Send + 'static>(&mut self, world: &mut World<'_, O>, now: Instant) {
        let Self { latency, piece, under_way, other, connections, doors, events } = self;
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
                    let ends = [(way, End::Client(link)), (doors[way], End::Centre(*connections))];
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
    plan_of(SMALL, sets)
}

const SMALL: &str = "
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

fn plan_of(text: &str, sets: &[&str]) -> Arc<crate::model::plan::Plan> {
    let sets: Vec<Override> =
        sets.iter().map(|set| Override::parse(set).expect("a good override")).collect();
    let topology = load(&Source::new("small.yaml", text), &sets).expect("a valid topology");
    Arc::new(crate::run::plan(topology.federation))
}

const END: Instant = Instant(120_000_000_000);

fn ways(plan: &crate::model::plan::Plan) -> Vec<Way> {
    let ways = settings::ways(plan, 0, &|_| None).expect("addresses of this machine");
    ways.into_iter().map(|(way, _)| way).collect()
}

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
    let mut world = World::new(&mut simulation, ways(plan));
    world.begin();
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

/// An operator whose SMSC is a real one, and one with a door for it.
const BEHIND: &str = "
interwork: 1
name: behind
operators:
  a:
    kind: imsp
    domain: a.example
    numbers: ['+461']
    subscribers: { im: 300 }
    smsc: { external: { smpp: '127.0.0.1:2775', system_id: gate } }
  c:
    kind: mno
    numbers: ['+463']
    subscribers: { sms_only: 300 }
    smsc: { throughput: 100/s, listen: { accounts: [ { system_id: gate } ] } }
agreements:
  - { between: [a, c], protocol: sms, link: { latency: 10ms } }
workload:
  contacts: { per_user: 20, sms_only: 60%, sms_only_elsewhere: 100% }
  messages: { per_user: 120/h, length: 40, reply: { share: 40% }, reports: 30% }
  sessions: { online: 100%, length: unlimited }
run: { seed: 5, duration: 2m, warm_up: 0s }
";

#[test]
fn a_message_that_leaves_a_real_smsc_at_our_own_door_is_the_same_message() {
    let plan = plan_of(BEHIND, &[]);
    let mut pipes = Pipes::new(Duration::from_millis(1), 4096);
    // Nothing lies between: the real one is our other one.
    pipes.doors[0] = 1;
    let (seen, ways) = by_octets(&plan, pipes, &[]);
    let [a, c] = &ways[..] else { panic!("both have ways") };
    assert!(a.figures.submitted > 300, "{:?}", a.figures);
    assert_eq!(a.figures.seen, c.door.came);
    assert!(a.figures.submitted - a.figures.seen <= 2, "but for the last");
    assert_eq!((c.door.strangers, a.figures.unmatched, a.figures.unanswered), (0, 0, 0));
    let direct = seen.delivered[&Route::SmsDirect].len() as u64;
    let receipts: u64 = a.figures.receipts.values().sum();
    assert!(direct > 100 && receipts.abs_diff(direct) <= 2, "{receipts} of {direct}");
    assert!(seen.delivered[&Route::SmsReplyDirect].len() > 20, "answers find their way");
    assert!(seen.reported > 20, "who asked has heard");
    assert_eq!(seen.open, seen.in_flight, "each has one outcome, or is under way");
}

#[test]
fn what_a_real_smsc_says_is_what_becomes_of_a_message() {
    let plan =
        plan_of(BEHIND, &["operators.c.smsc.queue_limit=0", "operators.c.smsc.throughput=2/s"]);
    let mut pipes = Pipes::new(Duration::from_millis(1), 4096);
    pipes.doors[0] = 1;
    let (seen, ways) = by_octets(&plan, pipes, &[]);
    let refused = ways[0].figures.refused.get(&0x14).copied().unwrap_or(0);
    assert!(refused > 30, "{:?}", ways[0].figures.refused);
    assert_eq!(seen.refused[&Reason::SmscFull] - seen.handsets, refused);
    assert_eq!(seen.open, seen.in_flight);
}

/// A client of another program at the door of the second way, in virtual time.
struct Stranger {
    client: Client,
    told: Vec<(Instant, client::Told)>,
    connections: u64,
}

impl Stranger {
    fn new() -> Self {
        let account = Account {
            bind: Bind::Transceiver,
            sessions: 1,
            system_id: "gate".to_owned(),
            password: "any".to_owned(),
            terms: Terms { response: Duration::from_secs(4), ..Terms::default() },
            retry: vec![Duration::from_secs(1)],
            patience: Duration::from_secs(60),
        };
        let client = Client::new(account, Instant::START);
        Self { client, told: Vec::new(), connections: 0 }
    }

    /// Goes on until `end` in steps of 5 ms; at each of some instants it writes to a number.
    fn go_on(
        &mut self,
        world: &mut World<'_, Seen>,
        writes: &[(u64, &str)],
        (from, end): (Instant, Instant),
    ) {
        let mut writes: VecDeque<_> = writes.iter().enumerate().collect();
        let mut now = from;
        while now < end {
            while world.wake(|| now, END).is_none() {}
            self.client.wake(now);
            let door = |number| (1, End::Centre(number));
            while let Some(news) = self.client.told() {
                if matches!(news, client::Told::Connect(_)) {
                    self.connections += 1;
                    match world.connected(door(self.connections), now) {
                        true => self.client.connected(0, now),
                        false => self.client.lost(0, now),
                    }
                }
                self.told.push((now, news));
            }
            let is_due = |(_, (at, _)): &(usize, &(u64, &str))| Instant(at * 1_000_000_000) <= now;
            while self.client.is_up()
                && let Some((token, (_, to))) = due(&mut writes, is_due)
            {
                let like = crate::port::smpp::tests::short(&format!("hello {token}"));
                let destination = Address { digits: (*to).to_owned(), ..like.destination.clone() };
                let asked = Short { destination, registered_delivery: 1, ..like };
                self.client.send(asked, token as u64, now);
            }
            let line = door(self.connections);
            world.receive(line, &self.client.output(0), now);
            let (mut came, mut gone) = (Vec::new(), false);
            world.take(
                |to, octets| {
                    if to == line {
                        came.push(octets)
                    }
                },
                |_, want| gone |= want == Want::Close(line.1),
            );
            came.iter().for_each(|octets| self.client.receive(0, octets, now));
            if gone {
                self.client.lost(0, now);
            }
            now += Duration::from_millis(5);
        }
    }

    /// What was told of messages, with the second in which it was.
    fn heard(&self) -> Vec<(u64, u64, String)> {
        let heard = self.told.iter().filter_map(|(at, news)| {
            let (token, what) = match news {
                client::Told::Accepted { token, .. } => (token, "accepted".to_owned()),
                client::Told::Refused { token, status, .. } => (token, format!("{:#x}", status.0)),
                client::Told::Unanswered { token, .. } => (token, "unanswered".to_owned()),
                client::Told::Receipt { token, receipt } => {
                    (token, receipt.state.word().to_owned())
                }
                _ => return None,
            };
            Some((*token, at.0 / 1_000_000_000, what))
        });
        heard.collect()
    }
}

/// The first number of the operator with the door.
fn number(plan: &crate::model::plan::Plan) -> String {
    let number = plan.numbers.msisdn(plan.population.subscriber(OperatorId(1), 0));
    number.to_string().trim_start_matches('+').to_owned()
}

const QUIET: &str = "workload.messages.per_user=0.001/h";

#[test]
fn strangers_write_to_subscribers_and_to_nobody_else() {
    let plan = plan_of(BEHIND, &[QUIET, "operators.c.hlr.attached=100%"]);
    let mut simulation = Simulation::new(&plan, |_| Seen::default());
    let mut world = World::new(&mut simulation, ways(&plan));
    world.begin();
    let mut stranger = Stranger::new();
    let known = number(&plan);
    let writes = [(0, &*known), (0, "4999"), (0, "no digits")];
    stranger.go_on(&mut world, &writes, (Instant::START, Instant(60_000_000_000)));
    let heard: Vec<_> =
        stranger.heard().into_iter().map(|(token, _, what)| (token, what)).collect();
    let told = |token, what: &str| (token, what.to_owned());
    let all = [told(0, "accepted"), told(1, "0xb"), told(2, "0xb"), told(0, "DELIVRD")];
    assert_eq!(heard, all);
    let (ways, _) = world.into_figures();
    assert_eq!((ways[1].door.came, ways[1].door.strangers, ways[1].door.accepted), (3, 3, 1));
    let seen = sum(simulation.into_observers());
    assert_eq!(seen.delivered[&Route::SmsClient].len(), 1);
}

#[test]
fn what_comes_before_the_run_begins_waits_for_its_begin() {
    let plan = plan_of(BEHIND, &[QUIET, "operators.c.hlr.attached=100%"]);
    let mut simulation = Simulation::new(&plan, |_| Seen::default());
    let mut world = World::new(&mut simulation, ways(&plan));
    let mut stranger = Stranger::new();
    let known = number(&plan);
    stranger.go_on(&mut world, &[(1, &*known)], (Instant::START, Instant(3_000_000_000)));
    assert_eq!(stranger.heard(), [], "it is neither taken nor refused");
    world.begin();
    // By the run's own clock, which begins now.
    stranger.go_on(&mut world, &[], (Instant::START, Instant(30_000_000_000)));
    let heard: Vec<String> = stranger.heard().into_iter().map(|(.., what)| what).collect();
    assert_eq!(heard, ["accepted", "DELIVRD"]);
}

#[test]
fn faults_come_and_go_as_they_are_written() {
    let does = ["throttle", "queue_full", "slow", "silent", "drop", "late_receipts"];
    let spells = does
        .iter()
        .zip(1..)
        .map(|(does, n)| format!("{{ at: {}s, for: 5s, does: {does}, by: 3s }}", n * 10));
    let set = format!("operators.c.smsc.listen.faults=[{}]", spells.collect::<Vec<_>>().join(", "));
    let attempt = "operators.c.smsc.attempt_time=100ms";
    let plan = plan_of(BEHIND, &[QUIET, "operators.c.hlr.attached=100%", attempt, &set]);
    let mut simulation = Simulation::new(&plan, |_| Seen::default());
    let mut world = World::new(&mut simulation, ways(&plan));
    world.begin();
    let mut stranger = Stranger::new();
    let known = number(&plan);
    let writes: Vec<(u64, &str)> = (1..=7).map(|n| (n * 10 + 1, &*known)).collect();
    stranger.go_on(&mut world, &writes, (Instant::START, Instant(90_000_000_000)));
    let heard = stranger.heard();
    let first = |token: u64| {
        let mut own = heard.iter().filter(|(of, ..)| *of == token);
        own.next().map(|(_, at, what)| (*at, &**what)).unwrap_or_else(|| panic!("{heard:?}"))
    };
    assert_eq!(first(0), (11, "0x58"), "throttled");
    assert_eq!(first(1), (21, "0x14"), "full");
    assert_eq!(first(2), (34, "accepted"), "slow by 3 s");
    assert_eq!(first(3), (45, "unanswered"), "silent until the client gives up");
    // Written while connections are dropped, it goes once one stands again.
    let (at, what) = first(4);
    assert!((55..58).contains(&at) && what == "accepted", "{at} {what}");
    let receipt = |token: u64| {
        heard.iter().find(|(of, _, what)| *of == token && what == "DELIVRD").map(|(_, at, _)| *at)
    };
    assert!(receipt(5) >= Some(64), "told 3 s late: {heard:?}");
    assert!(receipt(6) <= Some(72), "and in time again: {heard:?}");
}
