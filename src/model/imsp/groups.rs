//! Group messaging: for IM users alone (OMTP IM-0020), over agreements that carry it (RD-7).

use super::Imsp;
use crate::domain::id::SubscriberId;
use crate::domain::observation::Observation;
use crate::domain::outcome::{Defect, Reason};
use crate::model::context::Context;
use crate::model::crossing::{Content, Crossing};
use crate::model::gateway::{Gateway, Passed};
use crate::model::outbox::Input;
use crate::model::routing::Carriage;
use crate::model::store::Slot;

impl Imsp {
    /// Somebody is invited to a group: not a legacy customer, and nobody whom groups do not reach.
    pub(super) fn invite(
        &mut self,
        user: SubscriberId,
        contact: SubscriberId,
        cx: &mut Context<'_>,
    ) {
        let (operator, home) = (cx.operator, cx.plan.population.operator(contact));
        let reached =
            home == operator || cx.plan.routing.way(Carriage::Groups, operator, home).is_some();
        let taken = self.knows_as_im(contact, cx) || cx.plan.has(Defect::LegacyInGroup);
        let blocked = self.has_blocked(contact, user);
        let reason = match (taken, reached) {
            _ if blocked => Some(Reason::Blocked),
            (false, _) => Some(Reason::LegacyCustomer),
            (true, false) => Some(cx.plan.why_no_way(operator, home)),
            (true, true) => None,
        };
        cx.observe(Observation::Invited { operator, contact, reason });
    }

    /// One copy of a group message to a member at another operator.
    pub(super) fn send_on_to_group(
        &mut self,
        slot: Slot,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let to = cx.messages[slot].to;
        let content = Content::GroupMessage(slot);
        match gateway.pass(Carriage::Groups, to, cx) {
            None => {
                let reason = cx.plan.why_no_way(cx.operator, to);
                cx.refuse(slot, reason);
            }
            // A group message does not become an SMS.
            Some(Passed::AsSms) => cx.refuse(slot, Reason::RateLimited),
            Some(Passed::Refused(reason)) => cx.refuse(slot, reason),
            Some(Passed::Now) => {
                gateway.send(to, content, cx);
            }
            Some(Passed::At(release)) => {
                if let Some(way) = cx.plan.routing.way(Carriage::Groups, cx.operator, to) {
                    let crossing = Crossing { to, agreement: way.agreement, number: 0, content };
                    cx.at(release, crate::domain::id::Role::Gateway, Input::Release(crossing));
                }
            }
        }
    }
}
