//! A federation between two clocks: its shards with what is due by now, and ways whose octets come and go.
//! It knows no socket and no clock, only instants that whoever drives it gives: by the wall clock with
//! sockets, or in virtual time with pipes in memory.

use std::sync::Arc;

use bytes::BytesMut;

use super::figures::Lateness;
use super::pending::{Pending, pair};
use super::way::{Arrival, End, Want, Way};
use crate::domain::id::OperatorId;
use crate::domain::number::Msisdn;
use crate::domain::text::Text;
use crate::domain::time::Instant;
use crate::engine::simulation::Simulation;
use crate::engine::wire::{Goes, Noted};
use crate::model::context::Observer;
use crate::model::plan::Plan;

/// Events of shards in one turn.
const TURN: u32 = 256;

/// An end of a connection: of which way, and which.
pub(super) type Line = (usize, End);

/// Shards and ways.
#[derive(Debug)]
pub(super) struct World<'a, O> {
    simulation: &'a mut Simulation<O>,
    plan: Arc<Plan>,
    ways: Vec<Way>,
    /// By operator: the way.
    of: Vec<Option<usize>>,
    pending: Pending,
    lateness: Lateness,
    /// The run has not begun, or is over: nothing happens in the shards.
    asleep: bool,
}

impl<'a, O: Observer + Send + 'static> World<'a, O> {
    /// At the start of a run, with these ways.
    pub(super) fn new(simulation: &'a mut Simulation<O>, ways: Vec<Way>) -> Self {
        let plan = Arc::clone(simulation.plan());
        let place = |id: OperatorId| ways.iter().position(|way| way.operator == id);
        let of: Vec<_> = plan.federation.operators().map(|(id, _)| place(id)).collect();
        for (id, _) in plan.federation.operators() {
            let goes = of[id.index()].map_or(Goes::Nothing, |place| ways[place].goes());
            simulation.shard_mut(id).set_wire(goes);
        }
        let (pending, lateness) = (Pending::default(), Lateness::default());
        let mut world = Self { simulation, plan, ways, of, pending, lateness, asleep: true };
        // Clients want connections from the start.
        (0..world.ways.len()).for_each(|place| world.attend_way(place, Instant::START));
        world
    }

    /// When it wants to be woken, should no octet come before.
    pub(super) fn next_wake(&self) -> Instant {
        self.next_wake_of_ways().min(self.simulation.next())
    }

    /// The same of the ways alone.
    pub(super) fn next_wake_of_ways(&self) -> Instant {
        self.ways.iter().map(Way::next_wake).min().unwrap_or(Instant::NEVER)
    }

    /// Time begins: what has passed before was for sessions to come about. What clients have submitted already
    /// is decided on now.
    pub(super) fn begin(&mut self) {
        self.asleep = false;
        (0..self.ways.len()).for_each(|place| self.attend_way(place, Instant::START));
    }

    /// When the next event of a shard is due.
    pub(super) fn due(&self) -> Instant {
        self.simulation.next()
    }

    /// What is due before `end` and by now, as `clock` tells it: shards first, then ways. Gives the instant at
    /// which octets may come, now that all before has happened; `None`: it is behind, and to be called again.
    pub(super) fn wake(&mut self, clock: impl Fn() -> Instant, end: Instant) -> Option<Instant> {
        let mut now = clock();
        for _ in 0..TURN {
            let Some(step) = self.simulation.step(end.min(Instant(now.0 + 1))) else {
                self.wake_ways(now);
                // What is due from `end` on is not for this call.
                return (now <= end || self.asleep).then_some(now);
            };
            self.lateness.late(step.at.since(Instant::START), now.since(step.at));
            self.attend(step.operator, now);
            now = clock();
        }
        None
    }

    fn wake_ways(&mut self, now: Instant) {
        for place in 0..self.ways.len() {
            let way = &mut self.ways[place];
            if way.next_wake() <= now {
                way.wake(now);
                self.attend_way(place, now);
            }
        }
    }

    /// A connection has come about, for a session of a client, or for a door. False if there is no room.
    pub(super) fn connected(&mut self, (place, end): Line, now: Instant) -> bool {
        let way = &mut self.ways[place];
        let taken = match end {
            End::Client(link) => {
                way.client.connected(link, now);
                true
            }
            End::Centre(connection) => way.knocked(connection, now),
        };
        self.attend_way(place, now);
        taken
    }

    /// A connection is gone, or has not come about.
    pub(super) fn lost(&mut self, (place, end): Line, now: Instant) {
        let way = &mut self.ways[place];
        match end {
            End::Client(link) => way.client.lost(link, now),
            End::Centre(connection) => way.centre.lost(connection, now),
        }
        self.attend_way(place, now);
    }

    /// Octets have come. What is due by now has been done before.
    pub(super) fn receive(&mut self, (place, end): Line, octets: &[u8], now: Instant) {
        let way = &mut self.ways[place];
        match end {
            End::Client(link) => way.client.receive(link, octets, now),
            End::Centre(connection) => way.centre.receive(connection, octets, now),
        }
        self.attend_way(place, now);
    }

    /// Hands out what is to be written, and then what else the ways want.
    pub(super) fn take(
        &mut self,
        mut write: impl FnMut(Line, BytesMut),
        mut want: impl FnMut(usize, Want),
    ) {
        for (place, way) in self.ways.iter_mut().enumerate() {
            for link in 0..way.client.links() {
                let octets = way.client.output(link);
                if !octets.is_empty() {
                    write((place, End::Client(link)), octets);
                }
            }
            while let Some((connection, octets)) = way.centre.output() {
                write((place, End::Centre(connection)), octets);
            }
            way.wants.drain(..).for_each(|wanted| want(place, wanted));
        }
    }

    /// Ends all sessions: the run is over, and nothing that comes happens in its shards.
    pub(super) fn close(&mut self, now: Instant) {
        self.asleep = true;
        for place in 0..self.ways.len() {
            self.ways[place].close(now);
            self.attend_way(place, now);
        }
    }

    /// Whether each client has all its sessions, and each account at our doors one.
    pub(super) fn is_complete(&self) -> bool {
        self.down().is_empty() && self.ways.iter().all(|way| way.centre.absent().next().is_none())
    }

    /// Accounts at our doors as which nobody has come, with whose SMSC it is.
    pub(super) fn absent(&self) -> impl Iterator<Item = (OperatorId, &str)> {
        let of = |way: &'_ Way| way.operator;
        self.ways.iter().flat_map(move |way| way.centre.absent().map(move |name| (of(way), name)))
    }

    /// Whose sessions do not all stand.
    pub(super) fn down(&self) -> Vec<OperatorId> {
        let down = |way: &&Way| way.client.sessions() < way.client.links();
        self.ways.iter().filter(down).map(|way| way.operator).collect()
    }

    /// The shards.
    pub(super) fn simulation(&mut self) -> &mut Simulation<O> {
        self.simulation
    }

    /// The ways, and how late it all was.
    pub(super) fn into_figures(self) -> (Vec<Way>, Lateness) {
        (self.ways, self.lateness)
    }

    /// What has come of octets and time at the ends of a way, and what that causes.
    fn attend_way(&mut self, place: usize, now: Instant) {
        let operator = self.ways[place].operator;
        let way = &mut self.ways[place];
        way.attend(self.simulation.shard_mut(operator), &mut self.pending, now);
        while !self.asleep
            && let Some(arrival) = self.ways[place].arrivals.pop_front()
        {
            self.arrive(place, arrival, now);
        }
        self.attend(operator, now);
    }

    /// A message has come to the SMSC of a way: its own, one that a real system has handed on, or one of
    /// somebody who is nobody here.
    fn arrive(&mut self, place: usize, arrival: Arrival, now: Instant) {
        let here = self.ways[place].operator;
        let known = self.pending.take(&arrival.short, &arrival.text);
        let known = known.and_then(|(from, id)| Some((from, self.ways[from].arrived(id, now)?)));
        let at = match known {
            Some((from, at)) if from == place => at,
            Some((from, (slot, _))) => {
                let from = self.ways[from].operator;
                let message = self.simulation.shard_mut(from).hand_over(slot, true, now);
                (self.simulation.shard_mut(here).take_in(message), now)
            }
            None => {
                let (_, number) = pair(&arrival.short);
                let number = Msisdn::parse(&number);
                let recipient = number.and_then(|number| self.plan.numbers.subscriber(number));
                self.ways[place].door.strangers += 1;
                let Some(recipient) = recipient else {
                    return self.ways[place].unknown(&arrival, now);
                };
                let text = Text::of(&arrival.text);
                (self.simulation.shard_mut(here).stranger(recipient, text, now), now)
            }
        };
        self.ways[place].decide(arrival, at, self.simulation.shard_mut(here), now);
    }

    /// What a shard has caused: on its way, for its SMSC's clients, for other shards.
    fn attend(&mut self, operator: OperatorId, now: Instant) {
        loop {
            let shard = self.simulation.shard_mut(operator);
            let (leaving, noted) = (shard.leaving(), shard.noted());
            if leaving.is_empty() && noted.is_empty() {
                break;
            }
            for noted in noted {
                let smsc = match noted {
                    Noted::Ended { smsc, .. } => smsc,
                    Noted::Accepted(_) | Noted::Refused(..) => operator,
                };
                if let Some(place) = self.of[smsc.index()] {
                    self.ways[place].noted(noted, now);
                }
            }
            if let Some(place) = self.of[operator.index()] {
                let way = &mut self.ways[place];
                for leaving in leaving {
                    way.leave(leaving, shard, (&self.plan, &mut self.pending), now);
                }
                way.attend(shard, &mut self.pending, now);
            }
        }
        self.simulation.post(operator);
    }
}
