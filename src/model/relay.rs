//! The transit server of a hub: whatever passes through takes one service and goes on by the
//! hub's own way. It knows nothing of what it passes on.

use super::context::Context;
use super::crossing::Crossing;
use super::gateway::{Gateway, Passed};
use super::outbox::Input;
use super::plan::Plan;
use super::server::{Server, Turn};
use super::station::Claim;
use crate::domain::distribution::DurationDistribution;
use crate::domain::federation;
use crate::domain::id::{OperatorId, Role};
use crate::domain::outcome::{Reason, Stage, TransferKind};
use crate::domain::part::{Part, PartKind};

/// The relay of one hub.
#[derive(Debug)]
pub(crate) struct Relay {
    time: DurationDistribution,
    server: Server<Crossing>,
}

impl Relay {
    /// The relay of the hub `operator`.
    pub(crate) fn new(plan: &Plan, operator: OperatorId, settings: &federation::Relay) -> Self {
        let part = Part::of(PartKind::Relay, operator);
        let server = Server::new(plan, part, settings.queue_limit, "relay/service");
        Self { time: settings.service_time.clone(), server }
    }

    /// Something is to pass through.
    pub(crate) fn arrive(
        &mut self,
        crossing: Crossing,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        match self.server.arrive(crossing, Claim::Usual, cx) {
            Ok(turn) => self.serve(turn, gateway, cx),
            Err((crossing, reason)) => gateway.turn_back(crossing, reason, cx),
        }
    }

    /// An outage begins, or ends, and with it the sessions with other servers.
    pub(crate) fn outage(&mut self, begins: bool, gateway: &mut Gateway, cx: &mut Context<'_>) {
        let turn = self.server.outage(begins);
        gateway.server_outage(self.server.is_down(), cx);
        self.serve(turn, gateway, cx);
    }

    /// What is in service or waits.
    pub(crate) fn crossings(&self) -> impl Iterator<Item = &Crossing> {
        self.server.jobs()
    }

    /// What is served goes on.
    pub(crate) fn serve(&mut self, mut turn: Turn, gateway: &mut Gateway, cx: &mut Context<'_>) {
        let time = &self.time;
        while let Some(served) = self.server.next(&mut turn, |_, draw, _| time.sample(draw), cx) {
            pass_on(served.job, gateway, cx);
        }
    }
}

/// A crossing goes on by the hub's own way.
fn pass_on(mut crossing: Crossing, gateway: &mut Gateway, cx: &mut Context<'_>) {
    let content = &crossing.content;
    let carriage = content.carriage();
    let charged = match content.kind() {
        TransferKind::Message | TransferKind::Sms => true,
        TransferKind::Presence
        | TransferKind::Subscribe
        | TransferKind::Search
        | TransferKind::Validate
        | TransferKind::Contact
        | TransferKind::Group
        | TransferKind::Report
        | TransferKind::Answer
        | TransferKind::SmsSignalling
        | TransferKind::SetUp
        | TransferKind::KeepAlive => false,
    };
    if let Some(&slot) = content.message() {
        cx.stage(slot, Stage::Relay);
    }
    let Some(way) = cx.plan.routing.way(carriage, cx.operator, crossing.to) else {
        return gateway.turn_back(crossing, Reason::NoRoute, cx);
    };
    crossing.agreement = way.agreement;
    // A hub cannot convert: what its own limit would turn into SMS is refused.
    let passed = if charged { gateway.pass(carriage, crossing.to, cx) } else { Some(Passed::Now) };
    match passed {
        Some(Passed::At(release)) => cx.at(release, Role::Gateway, Input::Release(crossing)),
        Some(Passed::Refused(reason)) => gateway.turn_back(crossing, reason, cx),
        Some(Passed::AsSms) => gateway.turn_back(crossing, Reason::RateLimited, cx),
        Some(Passed::Now) | None => gateway.put(crossing, cx),
    }
}
