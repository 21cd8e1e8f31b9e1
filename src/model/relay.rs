//! The transit server of a hub: whatever passes through takes one service and goes on by the
//! hub's own way. It knows nothing of what it passes on.

use super::context::Context;
use super::gateway::{Gateway, Passed};
use super::outbox::{Input, Payload, Transfer};
use super::plan::Plan;
use super::station::{Arrival, Claim, Station};
use crate::domain::federation;
use crate::domain::id::{OperatorId, Role};
use crate::domain::outcome::{Reason, Stage};
use crate::domain::random::{Stream, StreamSeed};

/// The relay of one hub.
#[derive(Debug)]
pub struct Relay {
    settings: federation::Relay,
    station: Station<Transfer>,
    service: Stream,
}

impl Relay {
    /// The relay of the hub `operator`.
    pub fn new(plan: &Plan, operator: OperatorId, settings: &federation::Relay) -> Self {
        let name = &plan.federation.operator(operator).name;
        let station =
            Station::new(plan.stations.relay(operator), settings.workers, settings.queue_limit);
        let service = StreamSeed::new(plan.federation.run.seed, name, "relay/service").stream();
        Self { settings: settings.clone(), station, service }
    }

    /// Something is to pass through.
    pub fn arrive(&mut self, transfer: Transfer, gateway: &mut Gateway, cx: &mut Context<'_>) {
        match self.station.arrive(transfer, Claim::Usual, cx) {
            Arrival::Started(place) => self.start(Some(place), gateway, cx),
            Arrival::Queued => {}
            Arrival::Full(transfer) => gateway.turn_back(transfer, Reason::RelayFull, cx),
            Arrival::Down(transfer) => gateway.turn_back(transfer, Reason::NodeDown, cx),
        }
    }

    /// An outage begins, or ends.
    pub fn outage(&mut self, begins: bool, gateway: &mut Gateway, cx: &mut Context<'_>) {
        self.station.outage(begins);
        while let Some(place) = self.station.next(cx) {
            self.start(Some(place), gateway, cx);
        }
    }

    /// A service ends.
    pub fn served(&mut self, place: u32, gateway: &mut Gateway, cx: &mut Context<'_>) {
        let next = self.finish(place, gateway, cx);
        self.start(next, gateway, cx);
    }

    /// What is in service or waits.
    pub fn transfers(&self) -> impl Iterator<Item = &Transfer> {
        self.station.jobs()
    }

    /// Services begin until one takes time.
    fn start(&mut self, mut next: Option<u32>, gateway: &mut Gateway, cx: &mut Context<'_>) {
        while let Some(place) = next {
            let service = self.settings.service_time.sample(&mut self.service);
            if !service.is_zero() {
                cx.at(cx.now + service, Role::Relay, Input::Relayed(place));
                return;
            }
            next = self.finish(place, gateway, cx);
        }
    }

    fn finish(&mut self, place: u32, gateway: &mut Gateway, cx: &mut Context<'_>) -> Option<u32> {
        let served = self.station.end(place, cx);
        let mut transfer = served.job;
        let payload = &mut transfer.payload;
        let carriage = payload.carriage();
        let charged =
            matches!(payload, Payload::Message(_) | Payload::GroupMessage(_) | Payload::Sms(_));
        if let Some(&mut slot) = payload.message() {
            cx.stage(slot, Stage::Relay);
        }
        let Some(way) = cx.plan.routing.way(carriage, cx.operator, transfer.to) else {
            gateway.turn_back(transfer, Reason::NoRoute, cx);
            return served.next;
        };
        transfer.agreement = way.agreement;
        // A hub cannot convert: what its own limit would turn into SMS is refused.
        let passed =
            if charged { gateway.pass(carriage, transfer.to, cx) } else { Some(Passed::Now) };
        match passed {
            Some(Passed::At(release)) => cx.at(release, Role::Gateway, Input::Release(transfer)),
            Some(Passed::Refused(reason)) => gateway.turn_back(transfer, reason, cx),
            Some(Passed::AsSms) => gateway.turn_back(transfer, Reason::RateLimited, cx),
            Some(Passed::Now) | None => gateway.put(transfer, cx),
        }
        served.next
    }
}
