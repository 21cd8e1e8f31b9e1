//! Parallel servers at one queue, first come first served, bounded; down now and then. The station
//! decides who is served when; `Server`, which has one, how long a service takes.

use std::collections::VecDeque;

use crate::domain::observation::StationId;
use crate::domain::time::Instant;

use super::context::Context;
use crate::domain::observation::Observation;

/// Parallel servers at one queue.
#[derive(Clone, Debug)]
pub(crate) struct Station<J> {
    id: StationId,
    /// Jobs in service; free places are `None`.
    in_service: Vec<Option<Waiting<J>>>,
    free: Vec<u32>,
    /// How many may be in service: none while the station is down, so that nobody has to ask.
    servers: usize,
    /// How many may be in service while it is up.
    built: usize,
    /// Outages under way.
    outages: u32,
    limit: usize,
    urgent: VecDeque<Waiting<J>>,
    waiting: VecDeque<Waiting<J>>,
}

/// A job with its times.
#[derive(Clone, Debug)]
struct Waiting<J> {
    job: J,
    arrived: Instant,
    started: Instant,
}

/// What an arriving job may claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// Its turn: refused if the queue is full or the station is down.
    Usual,
    /// To wait before all others, without interrupting a service.
    Urgent,
    /// To wait even at a station that is down: it was accepted before.
    Accepted,
}

/// What becomes of an arriving job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Arrival<J> {
    /// It starts service at this place.
    Started(u32),
    /// It waits for a free server, or for an outage to end.
    Queued,
    /// The queue is full: the job is handed back.
    Full(J),
    /// The station is down: the job is handed back.
    Down(J),
}

/// A job whose service ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Served<J> {
    /// What was served, as its owner handed it in.
    pub(crate) job: J,
    /// When it came.
    pub(crate) arrived: Instant,
    /// When its service began.
    pub(crate) started: Instant,
}

impl<J: Copy> Station<J> {
    /// A station with `servers` servers; `limit` jobs may wait.
    pub(crate) fn new(id: StationId, servers: u32, limit: u32) -> Self {
        Self {
            id,
            in_service: Vec::new(),
            free: Vec::new(),
            servers: servers as usize,
            built: servers as usize,
            outages: 0,
            limit: limit as usize,
            urgent: VecDeque::new(),
            waiting: VecDeque::new(),
        }
    }

    /// Its number in observations.
    pub(crate) fn id(&self) -> StationId {
        self.id
    }

    /// A job arrives.
    pub(crate) fn arrive(&mut self, job: J, claim: Claim, cx: &mut Context<'_>) -> Arrival<J> {
        let busy = self.in_service.len() - self.free.len();
        let waiting = Waiting { job, arrived: cx.now, started: cx.now };
        if busy < self.servers {
            let station = self.id;
            cx.observe(Observation::StationStarted { station, waited: None });
            return Arrival::Started(self.seat(waiting));
        }
        if self.is_down() && claim != Claim::Accepted {
            cx.observe(Observation::StationRefused(self.id));
            return Arrival::Down(job);
        }
        if self.waiting.len() + self.urgent.len() >= self.limit {
            cx.observe(Observation::StationRefused(self.id));
            return Arrival::Full(job);
        }
        cx.observe(Observation::StationQueued(self.id));
        match claim {
            Claim::Urgent => self.urgent.push_back(waiting),
            Claim::Usual | Claim::Accepted => self.waiting.push_back(waiting),
        }
        Arrival::Queued
    }

    /// The service at a place ends; the place at which a waiting job starts service now, if one
    /// does: none while the station is down.
    pub(crate) fn end(&mut self, place: u32, cx: &mut Context<'_>) -> (Served<J>, Option<u32>) {
        let station = self.id;
        let Waiting { job, arrived, started } =
            self.in_service[place as usize].take().expect("a service that ends was going on");
        self.free.push(place);
        cx.observe(Observation::StationLeft { station, sojourn: cx.now.since(arrived) });
        (Served { job, arrived, started }, self.next(cx))
    }

    /// A waiting job takes a seat that is free, if there are both and the station is up.
    pub(crate) fn next(&mut self, cx: &mut Context<'_>) -> Option<u32> {
        if self.in_service.len() - self.free.len() >= self.servers {
            return None;
        }
        let mut next = self.urgent.pop_front().or_else(|| self.waiting.pop_front())?;
        next.started = cx.now;
        let (station, waited) = (self.id, Some(cx.now.since(next.arrived)));
        cx.observe(Observation::StationStarted { station, waited });
        Some(self.seat(next))
    }

    /// An outage begins, or ends: the station is down while any lasts. What is in service ends as
    /// it would; after the last, the owner asks for the `next` until there is none.
    pub(crate) fn outage(&mut self, begins: bool) {
        self.outages = if begins { self.outages + 1 } else { self.outages.saturating_sub(1) };
        self.servers = if self.is_down() { 0 } else { self.built };
    }

    /// Whether no service can begin.
    pub(crate) fn is_down(&self) -> bool {
        self.outages > 0
    }

    /// The job in service at a place.
    pub(crate) fn job(&self, place: u32) -> &J {
        let waiting = self.in_service[place as usize].as_ref();
        &waiting.expect("a place in use holds a job").job
    }

    /// All jobs, in service and waiting.
    pub(crate) fn jobs(&self) -> impl Iterator<Item = &J> {
        let served = self.in_service.iter().flatten();
        served.chain(&self.urgent).chain(&self.waiting).map(|waiting| &waiting.job)
    }

    fn seat(&mut self, job: Waiting<J>) -> u32 {
        match self.free.pop() {
            Some(place) => {
                self.in_service[place as usize] = Some(job);
                place
            }
            None => {
                self.in_service.push(Some(job));
                (self.in_service.len() - 1) as u32
            }
        }
    }
}
