//! A queueing part that serves by events: its station, the stream of its service times, and the
//! event at which a service ends. IM server, SMSC licence, HLR, relay and translator have one each;
//! what a service takes and what it means is their own.
//!
//! Its owner takes what is over turn by turn:
//!
//! ```text
//! arrive, served, outage -> Turn; while let Some(served) = server.next(&mut turn, …) { … }
//! ```

use crate::domain::observation::Observation;
use crate::domain::outcome::Reason;
use crate::domain::part::{Owner, Part, PartKind};
use crate::domain::random::{Stream, StreamSeed};
use crate::domain::time::Duration;

use super::context::Context;
use super::outbox::Input;
use super::plan::Plan;
use super::station::{Arrival, Claim, Served, Station};

/// Parallel servers at one queue.
#[derive(Debug)]
pub(crate) struct Server<J> {
    kind: PartKind,
    /// Of a kind that has nodes.
    node: u16,
    station: Station<J>,
    service: Stream,
}

/// What an arrival, the end of a service or an outage leaves to be done at a server. Those of
/// requests that cause others at the same server lie within each other.
#[derive(Clone, Copy, Debug)]
#[must_use = "what is over has consequences, and what begins has an end"]
pub struct Turn {
    step: Step,
    /// Whether all that waits takes a seat as long as one is free: after an outage.
    resumes: bool,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// The service at this place is over.
    Over(u32),
    /// A service begins at this place.
    Begins(u32),
    /// No service begins or ends by it; after an outage what waits may begin.
    None,
}

impl Turn {
    /// The time of a service at a place is over.
    pub fn over(place: u32) -> Self {
        Self { step: Step::Over(place), resumes: false }
    }
}

impl<J: Copy> Server<J> {
    /// The server of a part; so many jobs may wait. Service times are drawn for the `purpose`.
    pub(crate) fn new(plan: &Plan, part: Part, queue_limit: u32, purpose: &str) -> Self {
        let id = plan.stations.id(part);
        let name = &plan.federation.operator(part.operator(&plan.federation)).name;
        let node = if let Owner::Node(_, node) = part.owner { node } else { 0 };
        Self {
            kind: part.kind,
            node,
            station: Station::new(id, plan.stations.all[id.0 as usize].servers, queue_limit),
            service: StreamSeed::new(plan.federation.run.seed, name, purpose).stream(),
        }
    }

    /// A job arrives. With nowhere to go it comes back with the reason.
    pub(crate) fn arrive(
        &mut self,
        job: J,
        claim: Claim,
        cx: &mut Context<'_>,
    ) -> Result<Turn, (J, Reason)> {
        let step = match self.station.arrive(job, claim, cx) {
            Arrival::Started(place) => Step::Begins(place),
            Arrival::Queued => Step::None,
            Arrival::Full(job) => {
                return Err((job, self.kind.info().full.unwrap_or(Reason::NodeDown)));
            }
            Arrival::Down(job) => return Err((job, Reason::NodeDown)),
        };
        Ok(Turn { step, resumes: false })
    }

    /// An outage begins, or ends: then what waits goes on.
    pub(crate) fn outage(&mut self, begins: bool) -> Turn {
        self.station.outage(begins);
        Turn { step: Step::None, resumes: true }
    }

    /// What is served next in a turn: services begin until one takes time, and those of no time
    /// are over at once. `time` says how long the service of a job takes.
    pub(crate) fn next(
        &mut self,
        turn: &mut Turn,
        time: impl Fn(&J, &mut Stream, &Context<'_>) -> Duration,
        cx: &mut Context<'_>,
    ) -> Option<Served<J>> {
        let place = loop {
            let place = match turn.step {
                Step::Over(place) => break place,
                Step::Begins(place) => place,
                Step::None if turn.resumes => self.station.next(cx)?,
                Step::None => return None,
            };
            turn.step = Step::None;
            let service = time(self.station.job(place), &mut self.service, cx);
            if service.is_zero() {
                break place;
            }
            let over = Input::Served { kind: self.kind, node: self.node, place };
            cx.at(cx.now + service, self.kind.info().role, over);
        };
        let (served, next) = self.station.end(place, cx);
        turn.step = next.map_or(Step::None, Step::Begins);
        Some(served)
    }

    /// What was served last was asked by nobody of the federation.
    pub(crate) fn was_other(&self, cx: &mut Context<'_>) {
        cx.observe(Observation::StationOther(self.station.id()));
    }

    /// Whether no service can begin.
    pub(crate) fn is_down(&self) -> bool {
        self.station.is_down()
    }

    /// All jobs, in service and waiting.
    pub(crate) fn jobs(&self) -> impl Iterator<Item = &J> {
        self.station.jobs()
    }
}
