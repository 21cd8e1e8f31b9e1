//! Whether what another operator sent can be taken at all: what it names exists, and is on the side
//! where such a thing belongs. Asked once, at the border, so that no node has to expect nonsense.
//! Whether an answer is awaited is the asking node's to know.

use super::plan::Plan;
use crate::domain::crossing::{
    Addition, Audience, Contacts, Content, Envelope, Fate, Found, Located, Membership, Note,
    Notification, Query, Refusal, Search, Sent, ServedAs, Subscription,
};
use crate::domain::id::{OperatorId, SubscriberId};
use crate::domain::outcome::SmsOrigin;
use crate::domain::time::Instant;

/// Whether a crossing can be taken by `operator` at `at`.
pub(crate) fn is_sound(sent: &Sent, operator: OperatorId, at: Instant, plan: &Plan) -> bool {
    let federation = &plan.federation;
    let Some(terms) = federation.agreements.get(sent.agreement.index()) else { return false };
    let border = Border { plan, operator, at };
    terms.side(operator).is_some()
        && border.exists(sent.to)
        && border.names(&sent.content)
        && match sent.to == operator {
            // A session is between the two of its agreement.
            true if matches!(sent.content, Content::Session(_)) => terms.session.is_some(),
            true => border.belongs(&sent.content),
            false if matches!(sent.content, Content::Session(_)) => false,
            false => federation.operator(operator).relay.is_some(),
        }
}

struct Border<'p> {
    plan: &'p Plan,
    operator: OperatorId,
    at: Instant,
}

impl Border<'_> {
    fn exists(&self, operator: OperatorId) -> bool {
        operator.index() < self.plan.federation.operators.len()
    }

    fn somebody(&self, who: SubscriberId) -> bool {
        who.0 < self.plan.population.total()
    }

    fn own(&self, who: SubscriberId) -> bool {
        self.plan.population.range(self.operator).contains(&who.0)
    }

    /// Whether all that is named exists, wherever it is.
    fn names(&self, content: &Content<Note, Contacts, ()>) -> bool {
        match content {
            Content::Message(note) | Content::GroupMessage(note) => self.note(note),
            Content::GroupPost(note) => self.note(note),
            Content::Sms(note) | Content::SmsBack(note) => self.note(note),
            Content::Query(query) => self.somebody(query.phone) && self.exists(query.smsc),
            Content::DeliveryReport(Fate { sender, recipient, .. })
            | Content::StatusReport(Fate { sender, recipient, .. }) => {
                self.somebody(*sender) && self.somebody(*recipient)
            }
            Content::Refused(Refusal { user, .. }) => self.somebody(*user),
            Content::Located(Located { .. }) => true,
            Content::Ack | Content::Report | Content::Session(_) => true,
            Content::Alert(phone) => self.somebody(*phone),
            Content::Notification(Notification { publisher, audience, .. }) => {
                self.somebody(*publisher)
                    && match audience.audience() {
                        Audience::Watcher(watcher) => self.somebody(watcher),
                        Audience::Domain(told) => told <= self.plan.population.total(),
                    }
            }
            Content::State { watcher, from, contacts } => {
                let listed = contacts.iter().all(|listed| self.somebody(listed.who));
                self.somebody(*watcher) && self.exists(*from) && listed
            }
            Content::Subscribe(Subscription { watcher, contacts, .. }) => {
                let listed = contacts.iter().all(|listed| self.somebody(listed.who));
                self.somebody(*watcher) && listed
            }
            Content::Search(Search { user, contact, .. })
            | Content::Found(Found { search: Search { user, contact, .. }, .. }) => {
                self.somebody(*user) && self.somebody(*contact)
            }
            Content::Validate(Addition { owner, contact, .. })
            | Content::Validated { request: Addition { owner, contact, .. }, .. }
            | Content::Contact(Addition { owner, contact, .. })
            | Content::ContactAnswer { request: Addition { owner, contact, .. }, .. }
            | Content::Invite(Addition { owner, contact, .. })
            | Content::InviteAnswer { request: Addition { owner, contact, .. }, .. }
            | Content::Leave(Membership { host: owner, member: contact })
            | Content::ServedAs(ServedAs { owner, contact, .. }) => {
                self.somebody(*owner) && self.somebody(*contact)
            }
        }
    }

    fn note(&self, note: &Note) -> bool {
        let envelope = note.sms.is_none_or(|sms| self.envelope(&sms));
        let recipient = note.recipient.is_none_or(|recipient| self.somebody(recipient));
        self.somebody(note.sender) && recipient && envelope
    }

    fn envelope(&self, sms: &Envelope) -> bool {
        let Envelope { smsc, network, reply, submitted, .. } = *sms;
        let named = self.exists(smsc) && self.exists(network) && self.exists(reply.owner);
        named && submitted <= self.at
    }

    /// Whether it is for this operator, and has a node here.
    fn belongs(&self, content: &Content<Note, Contacts, ()>) -> bool {
        let settings = self.plan.federation.operator(self.operator);
        let imsp = settings.imsp.is_some();
        match content {
            Content::Message(note) | Content::GroupMessage(note) | Content::GroupPost(note) => {
                imsp && note.sms.is_none() && note.recipient.is_some_and(|who| self.own(who))
            }
            // What our own SMSC sends within the operator crosses nothing.
            Content::Sms(Note { sms: Some(sms), .. }) if sms.smsc == self.operator => false,
            Content::Sms(Note { recipient, sms: Some(sms), .. }) => match *recipient {
                Some(phone) => {
                    settings.hlr.is_some() && self.own(phone) && sms.origin != SmsOrigin::Reply
                }
                None => imsp && sms.origin == SmsOrigin::Reply && sms.reply.owner == self.operator,
            },
            Content::SmsBack(Note { recipient, sms: Some(sms), .. }) => {
                // Our own reference comes back as we gave it, or it is not ours.
                let (node, failed) = (sms.reference >> 32, sms.reference as u32);
                let nodes = settings.smsc.as_ref().map_or(0, |smsc| u64::from(smsc.nodes));
                let answer = sms.origin == SmsOrigin::Reply;
                sms.smsc == self.operator
                    && sms.network != self.operator
                    && node < nodes
                    && failed < u32::MAX
                    && recipient.is_none() == answer
            }
            Content::Sms(_) | Content::SmsBack(_) => false,
            Content::Query(Query { phone, smsc, .. }) => {
                settings.hlr.is_some() && self.own(*phone) && *smsc != self.operator
            }
            Content::Located(_) | Content::Alert(_) => settings.smsc.is_some(),
            Content::Notification(Notification { publisher, audience, .. }) => {
                let here = match audience.audience() {
                    Audience::Watcher(watcher) => self.own(watcher),
                    Audience::Domain(_) => true,
                };
                imsp && here && !self.own(*publisher)
            }
            Content::State { watcher, .. } => imsp && self.own(*watcher),
            Content::Subscribe(Subscription { watcher, contacts, .. }) => {
                let ours = contacts.iter().all(|listed| self.own(listed.who));
                imsp && !self.own(*watcher) && ours
            }
            Content::Search(Search { user, contact, .. }) => {
                imsp && !self.own(*user) && self.own(*contact)
            }
            Content::Found(Found { search: Search { user, .. }, .. }) => imsp && self.own(*user),
            Content::Validate(Addition { owner, contact, .. })
            | Content::Contact(Addition { owner, contact, .. })
            | Content::Invite(Addition { owner, contact, .. }) => {
                imsp && !self.own(*owner) && self.own(*contact)
            }
            Content::Validated { request: Addition { owner, contact, .. }, .. }
            | Content::ContactAnswer { request: Addition { owner, contact, .. }, .. }
            | Content::InviteAnswer { request: Addition { owner, contact, .. }, .. }
            | Content::Leave(Membership { host: owner, member: contact })
            | Content::ServedAs(ServedAs { owner, contact, .. }) => {
                imsp && self.own(*owner) && !self.own(*contact)
            }
            Content::DeliveryReport(Fate { sender, .. }) => imsp && self.own(*sender),
            Content::Refused(Refusal { user, .. }) => imsp && self.own(*user),
            Content::StatusReport(_) => imsp && settings.smsc.is_some(),
            Content::Ack | Content::Report => true,
            Content::Session(_) => true,
        }
    }
}
