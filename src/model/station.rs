//! A queueing part: parallel servers at one queue, first come first served, bounded. Used by the
//! IM server, the SMSC's licensed servers, the HLR and the hub's relay. The station decides who is
//! served when; how long a service takes is its owner's to draw, what it means its owner's to do.

use std::collections::VecDeque;

use crate::domain::observation::StationId;
use crate::domain::time::{Duration, Instant};

use super::context::Context;
use crate::domain::observation::Observation;

/// Parallel servers at one queue.
#[derive(Clone, Debug)]
pub struct Station<J> {
    id: StationId,
    /// Jobs in service; free places are `None`.
    in_service: Vec<Option<Waiting<J>>>,
    free: Vec<u32>,
    servers: usize,
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

/// What becomes of an arriving job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival<J> {
    /// It starts service at this place: the owner draws the time.
    Started(u32),
    /// It waits.
    Queued,
    /// The queue is full: the job is handed back.
    Full(J),
}

/// A job whose service ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served<J> {
    /// The job.
    pub job: J,
    /// When it came.
    pub arrived: Instant,
    /// When its service began.
    pub started: Instant,
    /// The place at which a waiting job starts service now, if one does.
    pub next: Option<u32>,
}

impl<J: Copy> Station<J> {
    /// A station with `servers` servers; `limit` jobs may wait.
    pub fn new(id: StationId, servers: u32, limit: u32) -> Self {
        Self {
            id,
            in_service: Vec::new(),
            free: Vec::new(),
            servers: servers as usize,
            limit: limit as usize,
            urgent: VecDeque::new(),
            waiting: VecDeque::new(),
        }
    }

    /// A job arrives. An urgent one waits before all others, without interrupting a service.
    pub fn arrive(&mut self, job: J, urgent: bool, cx: &mut Context<'_>) -> Arrival<J> {
        let busy = self.in_service.len() - self.free.len();
        let waiting = Waiting { job, arrived: cx.now, started: cx.now };
        if busy < self.servers {
            let station = self.id;
            cx.observe(Observation::StationStarted { station, waited: None });
            return Arrival::Started(self.seat(waiting));
        }
        if self.waiting.len() + self.urgent.len() >= self.limit {
            cx.observe(Observation::StationRefused(self.id));
            return Arrival::Full(job);
        }
        cx.observe(Observation::StationQueued(self.id));
        if urgent {
            self.urgent.push_back(waiting)
        } else {
            self.waiting.push_back(waiting)
        }
        Arrival::Queued
    }

    /// The service at a place ends; the next job takes a seat.
    pub fn end(&mut self, place: u32, cx: &mut Context<'_>) -> Served<J> {
        let station = self.id;
        let Waiting { job, arrived, started } =
            self.in_service[place as usize].take().expect("a service that ends was going on");
        self.free.push(place);
        cx.observe(Observation::StationLeft { station, sojourn: cx.now.since(arrived) });
        let next = self.urgent.pop_front().or_else(|| self.waiting.pop_front()).map(|mut next| {
            next.started = cx.now;
            let waited = Some(cx.now.since(next.arrived));
            cx.observe(Observation::StationStarted { station, waited });
            self.seat(next)
        });
        Served { job, arrived, started, next }
    }

    /// The job in service at a place.
    pub fn job(&self, place: u32) -> &J {
        let waiting = self.in_service[place as usize].as_ref();
        &waiting.expect("a place in use holds a job").job
    }

    /// All jobs, in service and waiting.
    pub fn jobs(&self) -> impl Iterator<Item = &J> {
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

/// The time a job spent waiting and in service, as its message's two stages.
impl<J> Served<J> {
    /// Waiting.
    pub fn waited(&self) -> Duration {
        self.started.since(self.arrived)
    }
}
