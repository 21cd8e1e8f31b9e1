//! Logins and logouts: who has a session, what a session sets going (offline messages, contact
//! requests, subscriptions at other operators), and what its end takes down.

use smallvec::{SmallVec, smallvec};

use super::Imsp;
use crate::domain::crossing::{Listed, SubscriptionAct};
use crate::domain::id::{OperatorId, Role, SubscriberId};
use crate::domain::observation::{Observation, Stored};
use crate::domain::outcome::{Defect, Stage};
use crate::domain::presence::News;
use crate::domain::random::StreamSeed;
use crate::domain::time::{Duration, Instant};
use crate::model::context::Context;
use crate::model::crossing::{Content, Subscription};
use crate::model::gateway::Gateway;
use crate::model::outbox::{Input, Job};
use crate::model::plan::Plan;
use crate::model::routing::Carriage;

impl Imsp {
    /// The start of the run: refreshes of the sessions under way come at random phases.
    pub(crate) fn begin(&mut self, cx: &mut Context<'_>) {
        for customer in cx.plan.population.range(cx.operator).map(SubscriberId) {
            if self.registered.get(self.index(customer)) {
                self.watch_phone(customer, cx);
            }
        }
        let settings = cx.settings();
        let seed = StreamSeed::new(cx.plan.federation.run.seed, &settings.name, "refresh/phase");
        for index in 0..settings.subscribers.im {
            let watcher = SubscriberId(self.base + index);
            if !self.logged_in(watcher) {
                continue;
            }
            self.await_unasked(watcher, cx);
            let phase = seed.unit(u64::from(index));
            for (domain, refresh) in self.refreshed_domains(watcher, cx) {
                let at = Duration::from_secs_f64(refresh.as_secs_f64() * phase);
                let input = Input::Refresh { watcher, session: 0, domain };
                cx.at(Instant::START + at, Role::Imsp, input);
            }
        }
    }

    /// A login or logout. Late ones that were overtaken on the way are ignored.
    pub(super) fn session(
        &mut self,
        user: SubscriberId,
        count: u32,
        login: bool,
        changed: Instant,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let index = self.index(user);
        // Whoever has given up IM meanwhile has no session.
        if count < self.session_changes[index] || !self.im.get(index) {
            return;
        }
        if login && self.refuses_login(user, cx) {
            return;
        }
        self.session_changes[index] = count;
        if !self.sessions.set(index, login) {
            return;
        }
        let operator = cx.operator;
        cx.observe(Observation::Session { operator, user, login });
        match login {
            true => self.session_begins(user, cx),
            false => cx.session_ends(user),
        }
        let news = if login { News::Online(self.look_of(user)) } else { News::Offline };
        self.presence_changed(user, changed, news, gateway, cx);
        if !login {
            return self.subscribe(user, SubscriptionAct::End, gateway, cx);
        }
        let kept = match cx.plan.has(Defect::StoredForgotten) {
            true => None,
            false => self.stored.remove(&user),
        };
        for slot in kept.unwrap_or_default() {
            cx.stage(slot, Stage::OfflineStore);
            cx.messages[slot].journal.stored = Stored::Fetched(cx.now);
            self.hand_down(slot, cx);
        }
        self.tell_all(user, cx);
        for fate in self.fates.remove(&user).unwrap_or_default() {
            self.tell_fate(fate, gateway, cx);
        }
        for request in self.asked.remove(&user).unwrap_or_default() {
            self.ask_client(request, gateway, cx);
        }
        for request in self.invited.remove(&user).unwrap_or_default() {
            self.ask_to_join(request, gateway, cx);
        }
        self.tell_list(user, gateway, cx);
        self.subscribe(user, SubscriptionAct::Begin, gateway, cx);
        for (domain, refresh) in self.refreshed_domains(user, cx) {
            let input = Input::Refresh { watcher: user, session: count, domain };
            cx.at(cx.now + refresh, Role::Imsp, input);
        }
    }

    /// A client begins a session, with the exchanges that belong to it.
    pub(super) fn session_begins(&mut self, user: SubscriberId, cx: &mut Context<'_>) {
        let contacts = self.contacts(user, cx.plan).count();
        cx.session_begins(user, contacts);
        self.await_unasked(user, cx);
    }

    /// Where it takes a service, a client that asks by itself is an event; else nothing happens by it.
    fn await_unasked(&self, user: SubscriberId, cx: &mut Context<'_>) {
        if !self.settings.service_time.poll.is_zero() {
            let session = self.session_changes[self.index(user)];
            cx.at(cx.clients.due(user), Role::Imsp, Input::Unasked { user, session });
        }
    }

    /// A client asks by itself now, unless its session is over or something has come between.
    pub(crate) fn unasked(
        &mut self,
        user: SubscriberId,
        session: u32,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        if !self.logged_in(user) || self.session_changes[self.index(user)] != session {
            return;
        }
        if cx.asks(user) {
            self.request(Job::Unasked(user), gateway, cx);
        }
        self.await_unasked(user, cx);
    }

    /// A refresh may be due, if the session it belongs to still stands.
    pub(crate) fn refresh(
        &mut self,
        watcher: SubscriberId,
        session: u32,
        domain: OperatorId,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        if !self.logged_in(watcher) || self.session_changes[self.index(watcher)] != session {
            return;
        }
        // A server that is down sends none; the next is due in its time.
        if !self.server.is_down() {
            self.subscribe_at(domain, watcher, SubscriptionAct::Refresh, gateway, cx);
        }
        let way = cx.plan.routing.way(Carriage::Presence, cx.operator, domain);
        let terms = way.map(|way| &cx.plan.federation.agreement(way.agreement).presence);
        if let Some(refresh) = terms.and_then(|terms| terms.refresh) {
            cx.at(cx.now + refresh, Role::Imsp, Input::Refresh { watcher, session, domain });
        }
    }

    /// A first contact of a domain is subscribed to in the middle of a session: refreshes begin.
    pub(super) fn begin_refresh(
        &mut self,
        watcher: SubscriberId,
        contact: SubscriberId,
        domain: OperatorId,
        cx: &mut Context<'_>,
    ) {
        let Some(way) = cx.plan.routing.way(Carriage::Presence, cx.operator, domain) else {
            return;
        };
        let terms = &cx.plan.federation.agreement(way.agreement).presence;
        let others = |other: &SubscriberId| {
            *other != contact
                && cx.plan.population.operator(*other) == domain
                && self.follows(*other, domain, cx)
        };
        let Some(refresh) = terms.refresh else { return };
        if !self.contacts(watcher, cx.plan).any(|other| others(&other)) {
            let session = self.session_changes[self.index(watcher)];
            cx.at(cx.now + refresh, Role::Imsp, Input::Refresh { watcher, session, domain });
        }
    }

    pub(super) fn subscribe(
        &mut self,
        watcher: SubscriberId,
        act: SubscriptionAct,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        for domain in self.domains(watcher, cx) {
            self.subscribe_at(domain, watcher, act, gateway, cx);
        }
    }

    /// Subscribes a watcher at one domain: per contact or for the list, as agreed.
    fn subscribe_at(
        &mut self,
        domain: OperatorId,
        watcher: SubscriberId,
        act: SubscriptionAct,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let Some(way) = cx.plan.routing.way(Carriage::Presence, cx.operator, domain) else {
            return;
        };
        let plan = cx.plan;
        let there = plan.population.range(domain);
        let contacts: SmallVec<[SubscriberId; 16]> =
            self.contacts(watcher, plan).filter(|contact| there.contains(&contact.0)).collect();
        if plan.federation.agreement(way.agreement).presence.per_list {
            let contacts = contacts.into_iter().map(|who| Listed { who, state: None }).collect();
            let contacts = cx.lists.insert(contacts);
            let subscription = Subscription { watcher, contacts, act };
            gateway.send(domain, Content::Subscribe(subscription), cx);
            return;
        }
        for contact in contacts {
            if self.follows(contact, domain, cx) {
                subscribe_one(domain, watcher, contact, act, gateway, cx);
            }
        }
    }

    /// The contact list of a user as it is now.
    pub(crate) fn contacts<'a>(
        &'a self,
        user: SubscriberId,
        plan: &'a Plan,
    ) -> impl Iterator<Item = SubscriberId> + use<'a> {
        let listed = plan.graph.contacts(user).iter().chain(self.added.contacts(user));
        listed.copied().filter(move |contact| !self.has_removed(user, *contact))
    }

    /// Whether the presence of a contact of another operator is subscribed to: of IM users, and of
    /// legacy customers whose looks can change.
    pub(super) fn follows(
        &self,
        contact: SubscriberId,
        home: OperatorId,
        cx: &Context<'_>,
    ) -> bool {
        self.directory.is_im(contact, cx.operator, cx.plan)
            || cx.plan.legacy_looks_change(home, cx.operator)
    }

    /// The other operators where a watcher has contacts whose presence comes from there, in the order
    /// of the contact list.
    fn domains(&self, watcher: SubscriberId, cx: &Context<'_>) -> SmallVec<[OperatorId; 8]> {
        let mut domains = SmallVec::new();
        let plan = cx.plan;
        for contact in self.contacts(watcher, plan) {
            let domain = plan.population.operator(contact);
            if domain != cx.operator
                && !domains.contains(&domain)
                && self.follows(contact, domain, cx)
                && plan.routing.way(Carriage::Presence, cx.operator, domain).is_some()
            {
                domains.push(domain);
            }
        }
        domains
    }

    fn refreshed_domains(
        &self,
        watcher: SubscriberId,
        cx: &Context<'_>,
    ) -> SmallVec<[(OperatorId, Duration); 8]> {
        let refresh = |domain| {
            let way = cx.plan.routing.way(Carriage::Presence, cx.operator, domain)?;
            cx.plan.federation.agreement(way.agreement).presence.refresh
        };
        if cx.plan.federation.agreements.iter().all(|terms| terms.presence.refresh.is_none()) {
            return SmallVec::new();
        }
        let domains = self.domains(watcher, cx);
        domains.into_iter().filter_map(|domain| Some((domain, refresh(domain)?))).collect()
    }
}

/// Subscribes a watcher to one contact at another domain.
pub(super) fn subscribe_one(
    domain: OperatorId,
    watcher: SubscriberId,
    contact: SubscriberId,
    act: SubscriptionAct,
    gateway: &mut Gateway,
    cx: &mut Context<'_>,
) {
    let contacts = cx.lists.insert(smallvec![Listed { who: contact, state: None }]);
    let subscription = Subscription { watcher, contacts, act };
    gateway.send(domain, Content::Subscribe(subscription), cx);
}
