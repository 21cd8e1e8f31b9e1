//! Search for a user by address or number, where the agreement allows it (RD-3); and presence
//! commands that legacy customers send by SMS (HLR-2).

use super::Imsp;
use crate::domain::id::SubscriberId;
use crate::domain::observation::Observation;
use crate::domain::outcome::Defect;
use crate::domain::time::Instant;
use crate::model::context::Context;
use crate::model::gateway::Gateway;
use crate::model::outbox::Payload;
use crate::model::routing::Carriage;

impl Imsp {
    /// A user here searches, or somebody elsewhere for a user here.
    pub(super) fn search(
        &mut self,
        user: SubscriberId,
        contact: SubscriberId,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let population = &cx.plan.population;
        let (asks, home) = (population.operator(user), population.operator(contact));
        if home == cx.operator {
            if asks == cx.operator {
                cx.observe(Observation::Found { user, contact, reason: None });
            } else {
                gateway.send(asks, Payload::Found { user, contact }, cx);
            }
            return;
        }
        let way = cx.plan.routing.way(Carriage::Search, cx.operator, home);
        if way.is_some() {
            gateway.send(home, Payload::Search { user, contact }, cx);
        } else {
            let reason = match cx.plan.has(Defect::SearchUnasked) {
                true => None,
                false => Some(cx.plan.why_no_way(cx.operator, home)),
            };
            cx.observe(Observation::Found { user, contact, reason });
        }
    }

    /// A legacy customer has set their presence by SMS; watchers are told (HLR-2).
    pub(super) fn command(
        &mut self,
        customer: SubscriberId,
        online: bool,
        changed: Instant,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let legacy =
            !self.im.get(self.index(customer)) && self.registered.get(self.index(customer));
        let taken = self.settings.legacy.sms_commands && !cx.plan.has(Defect::CommandIgnored);
        if legacy && taken {
            let news = self.legacy_news(customer, online);
            self.presence_changed(customer, changed, news, gateway, cx);
        }
    }
}
