//! The transit server of a hub: whatever passes through takes one service and goes on by the
//! hub's own way. It knows nothing of what it passes on.

use super::context::Context;
use super::gateway::{Gateway, Passed};
use super::outbox::{Input, Payload, Transfer};
use super::plan::Plan;
use super::server::{Server, Turn};
use super::station::Claim;
use crate::domain::distribution::DurationDistribution;
use crate::domain::federation;
use crate::domain::id::{OperatorId, Role};
use crate::domain::outcome::{Reason, Stage};
use crate::domain::part::{Part, PartKind};

/// The relay of one hub.
#[derive(Debug)]
pub struct Relay {
    time: DurationDistribution,
    server: Server<Transfer>,
}

impl Relay {
    /// The relay of the hub `operator`.
    pub fn new(plan: &Plan, operator: OperatorId, settings: &federation::Relay) -> Self {
        let part = Part::of(PartKind::Relay, operator);
        let server = Server::new(plan, part, settings.queue_limit, "relay/service");
        Self { time: settings.service_time.clone(), server }
    }

    /// Something is to pass through.
    pub fn arrive(&mut self, transfer: Transfer, gateway: &mut Gateway, cx: &mut Context<'_>) {
        match self.server.arrive(transfer, Claim::Usual, cx) {
            Ok(turn) => self.serve(turn, gateway, cx),
            Err((transfer, reason)) => gateway.turn_back(transfer, reason, cx),
        }
    }

    /// An outage begins, or ends.
    pub fn outage(&mut self, begins: bool, gateway: &mut Gateway, cx: &mut Context<'_>) {
        let turn = self.server.outage(begins);
        self.serve(turn, gateway, cx);
    }

    /// What is in service or waits.
    pub fn transfers(&self) -> impl Iterator<Item = &Transfer> {
        self.server.jobs()
    }

    /// What is served goes on.
    pub fn serve(&mut self, mut turn: Turn, gateway: &mut Gateway, cx: &mut Context<'_>) {
        let time = &self.time;
        while let Some(served) = self.server.next(&mut turn, |_, draw, _| time.sample(draw), cx) {
            pass_on(served.job, gateway, cx);
        }
    }
}

/// A transfer goes on by the hub's own way.
fn pass_on(mut transfer: Transfer, gateway: &mut Gateway, cx: &mut Context<'_>) {
    let payload = &mut transfer.payload;
    let carriage = payload.carriage();
    let charged =
        matches!(payload, Payload::Message(_) | Payload::GroupMessage(_) | Payload::Sms(_));
    if let Some(&mut slot) = payload.message() {
        cx.stage(slot, Stage::Relay);
    }
    let Some(way) = cx.plan.routing.way(carriage, cx.operator, transfer.to) else {
        return gateway.turn_back(transfer, Reason::NoRoute, cx);
    };
    transfer.agreement = way.agreement;
    // A hub cannot convert: what its own limit would turn into SMS is refused.
    let passed = if charged { gateway.pass(carriage, transfer.to, cx) } else { Some(Passed::Now) };
    match passed {
        Some(Passed::At(release)) => cx.at(release, Role::Gateway, Input::Release(transfer)),
        Some(Passed::Refused(reason)) => gateway.turn_back(transfer, reason, cx),
        Some(Passed::AsSms) => gateway.turn_back(transfer, Reason::RateLimited, cx),
        Some(Passed::Now) | None => gateway.put(transfer, cx),
    }
}
