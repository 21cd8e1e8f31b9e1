//! The transit server of a hub: whatever passes through takes one service and goes on by the
//! hub's own way. It knows nothing of what it passes on.

use super::context::Context;
use super::gateway::{Gateway, Passed};
use super::outbox::{Audience, Input, Payload, Transfer};
use super::plan::Plan;
use super::routing::Carriage;
use super::station::{Arrival, Station};
use crate::domain::federation;
use crate::domain::id::{OperatorId, Role};
use crate::domain::observation::Observation;
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
        match self.station.arrive(transfer, false, cx) {
            Arrival::Started(place) => self.start(Some(place), gateway, cx),
            Arrival::Queued => {}
            Arrival::Full(transfer) => turn_back(transfer, Reason::RelayFull, gateway, cx),
        }
    }

    /// A service ends.
    pub fn served(&mut self, place: u32, gateway: &mut Gateway, cx: &mut Context<'_>) {
        let next = self.finish(place, gateway, cx);
        self.start(next, gateway, cx);
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
            turn_back(transfer, Reason::NoRoute, gateway, cx);
            return served.next;
        };
        transfer.agreement = way.agreement;
        // A hub cannot convert: what its own limit would turn into SMS is refused.
        let passed =
            if charged { gateway.pass(carriage, transfer.to, cx) } else { Some(Passed::Now) };
        match passed {
            Some(Passed::At(release)) => cx.at(release, Role::Gateway, Input::Release(transfer)),
            Some(Passed::Refused(reason)) => turn_back(transfer, reason, gateway, cx),
            Some(Passed::AsSms) => turn_back(transfer, Reason::RateLimited, gateway, cx),
            Some(Passed::Now) | None => gateway.put(transfer, cx),
        }
        served.next
    }
}

/// What cannot pass goes back where that matters, or ends here.
fn turn_back(transfer: Transfer, reason: Reason, gateway: &mut Gateway, cx: &mut Context<'_>) {
    let (from, to) = (cx.operator, transfer.to);
    cx.observe(Observation::AgreementRefused { from, to, reason });
    match transfer.payload {
        Payload::Message(slot) | Payload::GroupMessage(slot) => cx.refuse(slot, reason),
        Payload::Sms(slot) => {
            let smsc = cx.messages[slot].sms.map_or(cx.messages[slot].from, |sms| sms.smsc);
            gateway.send(smsc, Payload::SmsBack(slot), cx);
        }
        Payload::SmsBack(slot) => cx.lose(slot, reason),
        Payload::Query(query) => {
            let (came, left) = (cx.now, cx.now);
            let answer = Payload::Located { slot: query.slot, attached: false, came, left };
            gateway.send(query.smsc, answer, cx);
        }
        // The asking SMSC holds the message until it hears: the answer must get through.
        Payload::Located { .. } => {
            let way = cx.plan.routing.way(Carriage::Sms, cx.operator, transfer.to);
            if let Some(way) = way {
                gateway.put(Transfer { agreement: way.agreement, ..transfer }, cx);
            }
        }
        Payload::Notification(news) => {
            let dropped = match news.audience {
                Audience::Watcher(_) => 1,
                Audience::Domain(told) => told,
            };
            let publisher_at = cx.plan.population.operator(news.publisher);
            for _ in 0..dropped {
                cx.observe(Observation::PresenceShown {
                    watcher: None,
                    news: news.news,
                    publisher: news.publisher,
                    changed: news.changed,
                    at: None,
                    scope: crate::domain::outcome::PresenceScope::Hub,
                    from: publisher_at,
                    to,
                });
            }
        }
        Payload::Validate(request) | Payload::Validated(request) | Payload::Contact(request) => {
            let population = &cx.plan.population;
            let from = population.operator(request.owner);
            let to = population.operator(request.contact);
            let (owner, contact) = (request.owner, request.contact);
            cx.observe(Observation::ContactRefused { owner, contact, from, to, reason });
        }
        Payload::ContactAnswer { .. } | Payload::State { .. } | Payload::Subscribe(_) => {}
        Payload::Search { user, contact } | Payload::Found { user, contact } => {
            let reason = Some(reason);
            cx.observe(Observation::Found { user, contact, reason });
        }
        Payload::Alert(_) | Payload::Ack => {}
    }
}
