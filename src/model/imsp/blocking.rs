//! Blocking (CR16-1): whoever is blocked neither reaches the user nor sees them, IM users and
//! SMS-only users alike.

use super::Imsp;
use crate::domain::id::{OperatorId, SubscriberId};
use crate::domain::observation::Observation;
use crate::domain::outcome::Defect;
use crate::domain::presence::{Look, News, StatusText};
use crate::domain::time::Instant;
use crate::model::context::Context;
use crate::model::gateway::Gateway;
use crate::model::outbox::ContactRequest;
use crate::model::plan::Plan;

impl Imsp {
    /// A user blocks somebody, or ends that.
    pub(super) fn block(
        &mut self,
        owner: SubscriberId,
        other: SubscriberId,
        on: bool,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let operator = cx.operator;
        cx.observe(Observation::Blocked { operator, owner, other, on });
        let changed = match on {
            true => self.blocked.insert(owner, other),
            false if cx.plan.has(Defect::UnblockIgnored) => false,
            false => self.blocked.remove(owner, other),
        };
        // Whoever may not see the user anyway hears nothing new.
        if !changed || self.hidden.contains(owner, other) {
            return;
        }
        let to = cx.plan.population.operator(other);
        let news = if on { News::Withdrawn } else { self.state_of(owner, to, cx.plan) };
        if self.watches(other, owner, cx) {
            // The subscription stays: only what is told over it ends and begins again.
            self.tell_one((owner, cx.now, news), other, true, gateway, cx);
        }
    }

    /// How somebody here looks now to whoever may see them of the operator `to`: a legacy customer of whom
    /// nothing is known as that operator says of all of them (OMTP IM-0090).
    pub(super) fn state_of(&self, owner: SubscriberId, to: OperatorId, plan: &Plan) -> News {
        let index = self.index(owner);
        let known = self.known.get(&owner).copied();
        match (self.im.get(index), self.sessions.get(index)) {
            (true, true) => News::Granted(self.look_of(owner)),
            (true, false) => News::Offline,
            (false, _) if known.unwrap_or_else(|| plan.legacy_is_online(to)) => News::LegacyOnline,
            (false, _) => News::LegacyOffline,
        }
    }

    /// What an IM user here shows while online.
    pub(super) fn look_of(&self, user: SubscriberId) -> Look {
        let client = Some(self.down.client_type(user));
        let set = self.texts.get(&user).copied();
        let text = set.or_else(|| self.texts_before.drawn(user, Instant::START));
        let text = text.unwrap_or(StatusText::NONE);
        Look { availability: self.availability[self.index(user)], client, text }
    }

    /// Whether a user of this IMSP has blocked somebody.
    pub(crate) fn has_blocked(&self, owner: SubscriberId, other: SubscriberId) -> bool {
        self.blocked.contains(owner, other)
    }

    /// Whether a request is declined unasked, because the user has blocked who makes it.
    pub(super) fn declines(&self, request: ContactRequest, cx: &Context<'_>) -> bool {
        self.has_blocked(request.contact, request.owner) && !cx.plan.has(Defect::BlockedAsks)
    }

    /// Whether somebody lists a publisher here.
    pub(super) fn watches(
        &self,
        watcher: SubscriberId,
        publisher: SubscriberId,
        cx: &Context<'_>,
    ) -> bool {
        if self.has_removed(watcher, publisher) {
            return false;
        }
        let from_start = cx.plan.graph.watchers(publisher).binary_search(&watcher).is_ok();
        from_start || self.added.watchers(publisher).iter().any(|&(known, _)| known == watcher)
    }
}
