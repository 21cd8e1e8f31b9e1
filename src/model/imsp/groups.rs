//! Groups: for IM users alone (OMTP IM-0020), over agreements that carry them (RD-7). A user's IMSP hosts
//! the group that the user has opened; whoever is invited elsewhere is asked by their own.

use super::{Imsp, Open, Wanted};
use crate::domain::client::Act;
use crate::domain::crossing::{Addition, Consent, Membership, ToGroup};
use crate::domain::id::{MessageId, Role, SubscriberId};
use crate::domain::observation::{Carried, Observation};
use crate::domain::outcome::{Defect, Reason};
use crate::model::context::Context;
use crate::model::crossing::{Content, Crossing};
use crate::model::gateway::{Gateway, Passed};
use crate::model::message::Message;
use crate::model::outbox::{Asked, ContactRequest, Input, Job};
use crate::model::routing::Carriage;
use crate::model::store::Slot;

impl Imsp {
    /// Somebody is invited to a user's group: not a legacy customer, and nobody whom groups do not reach.
    /// Their own operator decides, and they themselves.
    pub(super) fn invite(
        &mut self,
        user: SubscriberId,
        contact: SubscriberId,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let home = cx.plan.population.operator(contact);
        let request = ContactRequest { owner: user, contact, asked: Asked::Here(cx.now) };
        if !self.knows_as_im(contact, cx) && !cx.plan.has(Defect::LegacyInGroup) {
            return self.invited(request, Some(Reason::LegacyCustomer), cx);
        }
        if home == cx.operator {
            return self.ask_to_join(request, gateway, cx);
        }
        if cx.plan.routing.way(Carriage::Groups, cx.operator, home).is_none() {
            let reason = cx.plan.why_no_way(cx.operator, home);
            return self.invited(request, Some(reason), cx);
        }
        let transaction = self.open.open(Open { user, contact, wanted: Wanted::Member });
        let invitation = Addition { owner: user, contact, transaction };
        gateway.send(home, Content::Invite(invitation), cx);
    }

    /// An invitation for a user here: to the client, at the latest at the next login.
    pub(super) fn ask_to_join(
        &mut self,
        request: ContactRequest,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let contact = request.contact;
        if self.has_lapsed(contact, cx) {
            self.invite_answered(request, Consent::Unknown, gateway, cx);
        } else if !self.im.get(self.index(contact)) {
            let answer = match cx.plan.has(Defect::LegacyInGroup) {
                true => Consent::Given,
                false => Consent::Unknown,
            };
            self.invite_answered(request, answer, gateway, cx);
        } else if self.declines(request, cx) {
            // Declined without a question, as contact requests are (CR16-1).
            self.invite_answered(request, Consent::Declined, gateway, cx);
        } else if cx.plan.has(Defect::InvitationUnasked) {
            self.invite_answered(request, Consent::Given, gateway, cx);
        } else if self.logged_in(contact) {
            let at = self.reaches(contact, cx);
            cx.exchange(contact, Act::AskGroup, 0);
            cx.at(at, Role::Imsp, Input::AskedToJoin(request));
        } else {
            self.invited.entry(contact).or_default().push(request);
        }
    }

    /// The answer to an invitation, on its way from the user invited to the group's host.
    pub(super) fn invite_answered(
        &mut self,
        request: ContactRequest,
        answer: Consent,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let ContactRequest { owner, contact, asked } = request;
        let host = cx.plan.population.operator(owner);
        if let Asked::Elsewhere(transaction) = asked {
            if host != cx.operator {
                let request = Addition { owner, contact, transaction };
                gateway.send(host, Content::InviteAnswer { request, answer }, cx);
                return;
            }
            let open = Open { user: owner, contact, wanted: Wanted::Member };
            if self.open.close(transaction, |known| *known == open).is_none() {
                return cx.stray();
            }
        }
        let reason = match answer {
            Consent::Given => None,
            Consent::Declined => Some(Reason::Declined),
            Consent::Unknown if self.knows_as_im(contact, cx) => Some(Reason::UnknownUser),
            Consent::Unknown => Some(Reason::LegacyCustomer),
        };
        if reason.is_none() {
            let members = self.groups.entry(owner).or_default();
            if !members.contains(&contact) {
                members.push(contact);
            }
        }
        self.invited(request, reason, cx);
    }

    /// A member leaves a group, here or elsewhere.
    pub(super) fn leave_group(
        &mut self,
        membership: Membership,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let Membership { host, member } = membership;
        let home = cx.plan.population.operator(host);
        if home != cx.operator {
            gateway.send(home, Content::Leave(membership), cx);
            return;
        }
        let Some(members) = self.groups.get_mut(&host) else { return };
        let before = members.len();
        if !cx.plan.has(Defect::LeaverWritten) {
            members.retain(|known| *known != member);
        }
        if members.len() < before {
            cx.observe(Observation::LeftGroup { host, member });
        }
    }

    /// Who is in the group that a user here has opened, but for that user.
    pub(crate) fn group_of(&self, host: SubscriberId) -> &[SubscriberId] {
        self.groups.get(&host).map_or(&[], Vec::as_slice)
    }

    /// What has come of an invitation of a user here.
    pub(super) fn invited(
        &mut self,
        request: ContactRequest,
        reason: Option<Reason>,
        cx: &mut Context<'_>,
    ) {
        let (operator, contact) = (cx.operator, request.contact);
        cx.observe(Observation::Invited { operator, contact, reason });
        if let Some(reason) = reason {
            self.tell_why(request.owner, Carried::Other, reason, cx);
        }
    }

    /// A member writes to the group of a user here: one copy goes to each of the others, as of what the
    /// host writes, and the host has the message itself. False if the sender is no member, and is refused.
    pub(super) fn post(&mut self, slot: Slot, cx: &mut Context<'_>) -> bool {
        let Message { sender, recipient: host, .. } = cx.messages[slot];
        let members = self.groups.get(&host).map_or(&[][..], Vec::as_slice);
        if !members.contains(&sender) && !cx.plan.has(Defect::StrangerPosts) {
            cx.refuse(slot, Reason::NotMember);
            return false;
        }
        cx.messages[slot].group = ToGroup::Copy;
        for &member in members.iter().filter(|member| **member != sender) {
            if cx.plan.has(Defect::PostStays) {
                continue;
            }
            let mut copy = cx.messages[slot].clone();
            self.copies += 1;
            copy.id = MessageId::copy(cx.operator, self.copies);
            copy.recipient = member;
            copy.to = cx.plan.population.operator(member);
            cx.observe(Observation::Offered(copy.subject()));
            let copy = cx.messages.insert(copy);
            cx.out.now(Input::Request(Job::GroupMessage(copy)));
        }
        true
    }

    /// One copy of a group message to a member at another operator, or what a member here writes, to the
    /// host.
    pub(super) fn send_on_to_group(
        &mut self,
        slot: Slot,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let to = cx.messages[slot].to;
        let content = match cx.messages[slot].group {
            ToGroup::Post => Content::GroupPost(slot),
            ToGroup::Copy | ToGroup::No => Content::GroupMessage(slot),
        };
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
                    cx.at(release, Role::Gateway, Input::Release(crossing));
                }
            }
        }
    }
}
