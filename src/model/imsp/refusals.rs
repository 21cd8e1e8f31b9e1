//! What users here are told of what they have asked for and does not come about, with the status of the
//! protocol (RD-1); and subscriptions that lapse, whose users are unknown from then on.

use super::{Imsp, Wanted};
use crate::domain::crossing::SubscriptionAct;
use crate::domain::crossing::{Consent, Refusal, Request};
use crate::domain::federation::OperatorKind;
use crate::domain::id::SubscriberId;
use crate::domain::observation::{Carried, Observation, Stored};
use crate::domain::outcome::{Defect, Reason, Stage};
use crate::domain::presence::News;
use crate::domain::status::{Language, Status};
use crate::domain::time::Instant;
use crate::model::context::Context;
use crate::model::gateway::Gateway;
use crate::model::outbox::Asked;

impl Imsp {
    /// A request of a user here is refused, here or on its way. As an answer it takes no service.
    pub(crate) fn refused(&mut self, refusal: Refusal, cx: &mut Context<'_>) {
        let Refusal { user, request, status } = refusal;
        let about = match request {
            Request::Message(message) => Carried::Message(message),
            Request::Transaction(number) => {
                let Some(open) = self.open.close(number, |open| open.user == user) else {
                    return cx.stray();
                };
                match open.wanted {
                    // Nobody asked.
                    Wanted::Contact(Asked::Listed) => return,
                    Wanted::Contact(_) => Carried::Contact(user, open.contact),
                    Wanted::Search | Wanted::Member => Carried::Other,
                }
            }
        };
        self.tell(user, about, status, cx);
    }

    /// A user here is told of a refusal; who is logged out, with the next login.
    pub(super) fn tell(
        &mut self,
        user: SubscriberId,
        about: Carried,
        status: Status,
        cx: &mut Context<'_>,
    ) {
        if self.logged_in(user) {
            told(user, about, status, cx);
        } else if self.im.get(self.index(user)) {
            self.untold.entry(user).or_default().push((about, status));
        }
    }

    /// The same for a reason, if a network refuses anybody for it.
    pub(super) fn tell_why(
        &mut self,
        user: SubscriberId,
        about: Carried,
        reason: Reason,
        cx: &mut Context<'_>,
    ) {
        if let Some(status) = reason.status() {
            self.tell(user, about, status, cx);
        }
    }

    /// What a user who is back has not been told yet.
    pub(super) fn tell_all(&mut self, user: SubscriberId, cx: &mut Context<'_>) {
        for (about, status) in self.untold.remove(&user).unwrap_or_default() {
            told(user, about, status, cx);
        }
    }

    /// Whether the subscription of an IM user here has lapsed (RD-1).
    pub(super) fn has_lapsed(&self, user: SubscriberId, cx: &Context<'_>) -> bool {
        self.lapsed.contains(&user) && !cx.plan.has(Defect::LapsedServed)
    }

    /// Whether a login is refused: the user is told so at once.
    pub(super) fn refuses_login(&self, user: SubscriberId, cx: &mut Context<'_>) -> bool {
        let lapsed = self.has_lapsed(user, cx);
        if lapsed {
            told(user, Carried::Other, Status::UnknownUser, cx);
        }
        lapsed
    }

    /// The subscription of an IM user lapses: the session ends, and nobody reaches the user any more.
    pub(super) fn lapse(
        &mut self,
        user: SubscriberId,
        changed: Instant,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let index = self.index(user);
        if !self.im.get(index) || !self.lapsed.insert(user) {
            return;
        }
        let operator = cx.operator;
        cx.observe(Observation::Lapsed { user });
        if self.sessions.set(index, false) {
            cx.observe(Observation::Session { operator, user, login: false });
            self.presence_changed(user, changed, News::Offline, gateway, cx);
            self.subscribe(user, SubscriptionAct::End, gateway, cx);
        }
        for slot in self.stored.remove(&user).unwrap_or_default() {
            cx.stage(slot, Stage::OfflineStore);
            cx.messages[slot].journal.stored = Stored::Fetched(cx.now);
            self.deliver(slot, cx);
        }
        for request in self.asked.remove(&user).unwrap_or_default() {
            self.contact_answered(request, Consent::Unknown, gateway, cx);
        }
        for request in self.invited.remove(&user).unwrap_or_default() {
            self.invite_answered(request, Consent::Unknown, gateway, cx);
        }
        self.untold.remove(&user);
    }
}

fn told(user: SubscriberId, about: Carried, status: Status, cx: &mut Context<'_>) {
    let language = match cx.settings().kind {
        OperatorKind::Ims => Language::Sip,
        OperatorKind::Imsp | OperatorKind::Mno | OperatorKind::Hub => Language::Imps,
    };
    if !cx.plan.has(Defect::StatusUntold) {
        cx.observe(Observation::Told { user, about, status, language });
    }
}
