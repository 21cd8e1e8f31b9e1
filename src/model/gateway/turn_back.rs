//! What becomes of transfers that cannot pass: they go back where that matters, or end here. Used
//! by the hub's relay and by the translator.

use super::Gateway;
use crate::domain::observation::Observation;
use crate::domain::outcome::Reason;
use crate::model::context::Context;
use crate::model::outbox::{Audience, Located, Payload, Search, Transfer};
use crate::model::routing::Carriage;

impl Gateway {
    /// A transfer finds no room or no way on.
    pub fn turn_back(&mut self, transfer: Transfer, reason: Reason, cx: &mut Context<'_>) {
        let to = transfer.to;
        let agreement = cx.plan.federation.agreement(transfer.agreement);
        // What has come all the way is refused as the partner's.
        let from = if to == cx.operator { agreement.peer(to) } else { cx.operator };
        cx.observe(Observation::AgreementRefused { from, to, reason });
        match transfer.payload {
            Payload::Message(slot) | Payload::GroupMessage(slot) => cx.refuse(slot, reason),
            Payload::Sms(slot) => {
                let smsc = cx.messages[slot].sms.map_or(cx.messages[slot].from, |sms| sms.smsc);
                self.send(smsc, Payload::SmsBack(slot), cx);
            }
            Payload::SmsBack(slot) => cx.lose(slot, reason),
            Payload::Query(query) => {
                let looked = [cx.now, cx.now];
                let answer = Located { transaction: query.transaction, attached: false, looked };
                self.send(query.smsc, Payload::Located(answer), cx);
            }
            // The asking SMSC holds the message until it hears: the answer must get through.
            Payload::Located(_) => {
                let way = cx.plan.routing.way(Carriage::Sms, cx.operator, transfer.to);
                if let Some(way) = way {
                    self.put(Transfer { agreement: way.agreement, ..transfer }, cx);
                }
            }
            Payload::Notification(news) => {
                let (watcher, dropped) = match news.audience {
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
            Payload::Validate(request)
            | Payload::Validated(request)
            | Payload::Contact(request) => {
                let population = &cx.plan.population;
                let from = population.operator(request.owner);
                let to = population.operator(request.contact);
                let (owner, contact) = (request.owner, request.contact);
                cx.observe(Observation::ContactRefused { owner, contact, from, to, reason });
            }
            Payload::ContactAnswer { .. } | Payload::State { .. } | Payload::Subscribe(_) => {}
            Payload::Search(Search { user, contact, .. })
            | Payload::Found(Search { user, contact, .. }) => {
                let reason = Some(reason);
                cx.observe(Observation::Found { user, contact, reason });
            }
            Payload::Alert(_) | Payload::Ack => {}
        }
    }
}
