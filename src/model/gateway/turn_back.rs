//! What becomes of crossings that cannot pass: they go back where that matters, or end here. Used
//! by the hub's relay and by the translator.

use super::Gateway;
use crate::domain::crossing::{Audience, Found, Request, Search};
use crate::domain::id::OperatorId;
use crate::domain::observation::Observation;
use crate::domain::outcome::Reason;
use crate::model::context::Context;
use crate::model::crossing::{Content, Crossing, Located, Notification, Subscription};
use crate::model::routing::Carriage;

impl Gateway {
    /// A crossing finds no room or no way on.
    pub(crate) fn turn_back(&mut self, crossing: Crossing, reason: Reason, cx: &mut Context<'_>) {
        let to = crossing.to;
        let agreement = cx.plan.federation.agreement(crossing.agreement);
        // What has come all the way is refused as the partner's.
        let from = if to == cx.operator { agreement.peer(to) } else { cx.operator };
        cx.observe(Observation::AgreementRefused { from, to, reason });
        match crossing.content {
            Content::Message(slot) | Content::GroupMessage(slot) => cx.refuse(slot, reason),
            Content::GroupPost(slot) => cx.refuse(slot, reason),
            Content::Sms(slot) => {
                let smsc = cx.messages[slot].sms.map_or(cx.messages[slot].from, |sms| sms.smsc);
                self.send(smsc, Content::SmsBack(slot), cx);
            }
            Content::SmsBack(slot) => cx.lose(slot, reason),
            Content::Query(query) => {
                let looked = [cx.now, cx.now];
                let answer = Located { transaction: query.transaction, attached: false, looked };
                self.send(query.smsc, Content::Located(answer), cx);
            }
            // The asking SMSC holds the message until it hears: the answer must get through.
            Content::Located(_) => {
                let way = cx.plan.routing.way(Carriage::Sms, cx.operator, crossing.to);
                if let Some(way) = way {
                    self.put(Crossing { agreement: way.agreement, ..crossing }, cx);
                }
            }
            Content::Notification(news) => never_shown(news, to, cx),
            Content::Validate(request)
            | Content::Validated { request, .. }
            | Content::Contact(request)
            | Content::ContactAnswer { request, .. } => {
                let population = &cx.plan.population;
                let from = population.operator(request.owner);
                let to = population.operator(request.contact);
                let (owner, contact) = (request.owner, request.contact);
                cx.observe(Observation::ContactRefused { owner, contact, from, to, reason });
                cx.turn_down(owner, Request::Transaction(request.transaction), reason);
            }
            Content::State { contacts, .. } | Content::Subscribe(Subscription { contacts, .. }) => {
                cx.lists.remove(contacts);
            }
            Content::Invite(request) | Content::InviteAnswer { request, .. } => {
                let (operator, contact) =
                    (cx.plan.population.operator(request.owner), request.contact);
                cx.observe(Observation::Invited { operator, contact, reason: Some(reason) });
                cx.turn_down(request.owner, Request::Transaction(request.transaction), reason);
            }
            Content::Search(Search { user, contact, transaction })
            | Content::Found(Found { search: Search { user, contact, transaction }, .. }) => {
                let population = &cx.plan.population;
                let (from, to) = (population.operator(user), population.operator(contact));
                cx.turn_down(user, Request::Transaction(transaction), reason);
                let reason = Some(reason);
                cx.observe(Observation::Found { user, contact, from, to, users: 0, reason });
            }
            Content::Alert(_) | Content::Ack | Content::Report => {}
            Content::Leave(_) | Content::Refused(_) => {}
            Content::ServedAs(_) | Content::Session(_) => {}
            Content::DeliveryReport(_) | Content::StatusReport(_) => {}
        }
    }
}

/// News for an operator that does not get there.
pub(super) fn never_shown(news: Notification, to: OperatorId, cx: &mut Context<'_>) {
    let (watcher, dropped) = match news.audience.audience() {
        Audience::Watcher(watcher) => (Some(watcher), 1),
        Audience::Domain(told) => (None, told),
    };
    let from = cx.plan.population.operator(news.publisher);
    for _ in 0..dropped {
        cx.observe(Observation::PresenceShown {
            watcher,
            news: news.news,
            publisher: news.publisher,
            changed: news.changed,
            at: None,
            scope: cx.plan.presence_scope(from, to),
            from,
            to,
        });
    }
}
