//! A legacy customer becomes an IM user (OMTP use case 3): the legacy settings go, every watcher is
//! asked about, those allowed see the new user, the others lose sight of them until the user says
//! otherwise. And the way back: who gives up IM is served by SMS again.

use super::Imsp;
use super::presence::tell_domain;
use crate::domain::client::Act;
use crate::domain::crossing::{Listed, ServedAs, SubscriptionAct};
use crate::domain::id::{OperatorId, Role, SubscriberId};
use crate::domain::observation::{Grant, Observation, Stored};
use crate::domain::outcome::{Defect, Stage};
use crate::domain::presence::News;
use crate::domain::time::Instant;
use crate::model::context::Context;
use crate::model::crossing::Content;
use crate::model::gateway::Gateway;
use crate::model::outbox::{Input, WatcherQuestion};
use crate::model::plan::Plan;
use crate::model::routing::Carriage;

impl Imsp {
    /// The customer has an account and a client now, and is logged in (UC-3).
    pub(super) fn upgrade(
        &mut self,
        user: SubscriberId,
        changed: Instant,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let index = self.index(user);
        if !self.im.set(index, true) {
            return;
        }
        self.registered.set(index, false);
        self.sessions.set(index, true);
        self.session_begins(user, cx);
        let operator = cx.operator;
        let added = self.added.watchers(user).iter().map(|&(watcher, _)| watcher);
        let all = cx.plan.graph.watchers(user).iter().copied().chain(added);
        let watchers: Vec<SubscriberId> =
            all.filter(|watcher| !self.has_removed(*watcher, user)).collect();
        cx.observe(Observation::Upgraded {
            operator,
            user,
            changed,
            watchers: watchers.len() as u32,
        });
        self.known.remove(&user);
        // Whoever has been an IM user before has a list.
        self.tell_list(user, gateway, cx);
        self.subscribe(user, SubscriptionAct::Begin, gateway, cx);
        for watcher in watchers {
            // Blocked already: there is nothing to ask.
            if self.has_blocked(user, watcher) {
                continue;
            }
            self.tell_served(user, watcher, gateway, cx);
            // Nobody sees the new user before they are allowed to.
            self.hidden.insert(user, watcher);
            let question = WatcherQuestion { publisher: user, watcher, changed };
            let at = self.reaches(user, cx);
            cx.exchange(user, Act::AskContact, 0);
            cx.at(at, Role::Imsp, Input::AskedToAllow(question));
        }
    }

    /// The user says whether a watcher may see their presence; both may write to each other either
    /// way.
    pub(super) fn watcher_answered(
        &mut self,
        question: WatcherQuestion,
        allowed: bool,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let WatcherQuestion { publisher, watcher, changed } = question;
        // A legacy customer by now has nothing to allow.
        if !self.im.get(self.index(publisher)) {
            return;
        }
        let told = allowed || cx.plan.has(Defect::DeniedWatcherSees);
        cx.observe(Observation::WatcherAnswered { publisher, watcher, changed, allowed });
        let to = cx.plan.population.operator(watcher);
        let news = if told { self.state_of(publisher, to, cx.plan) } else { News::Withdrawn };
        match told {
            true => self.hidden.remove(publisher, watcher),
            false => self.hidden.insert(publisher, watcher),
        };
        if !allowed && cx.plan.has(Defect::DenialBlocks) {
            self.blocked.insert(publisher, watcher);
        }
        // Blocked while the user was being asked: stays so.
        if !self.has_blocked(publisher, watcher) && self.watches(watcher, publisher, cx) {
            self.tell_one((publisher, changed, news), watcher, told, gateway, cx);
        }
    }

    /// The user gives up IM: no client any more, and whatever comes goes to the phone. The account stays,
    /// as that of a legacy customer.
    pub(super) fn downgrade(
        &mut self,
        user: SubscriberId,
        changed: Instant,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let index = self.index(user);
        if !self.im.set(index, false) {
            return;
        }
        cx.observe(Observation::Downgraded { user });
        if self.sessions.set(index, false) {
            cx.session_ends(user);
            self.subscribe(user, SubscriptionAct::End, gateway, cx);
        }
        // What IM users decide of their watchers, legacy customers do not.
        let hidden = self.hidden.forget(user);
        self.register(user, None, cx);
        let news = self.state_of(user, cx.operator, cx.plan);
        self.presence_changed(user, changed, news, gateway, cx);
        for watcher in hidden {
            let news = self.state_of(user, cx.plan.population.operator(watcher), cx.plan);
            self.tell_one((user, changed, news), watcher, true, gateway, cx);
        }
        let added = self.added.watchers(user).iter().map(|&(watcher, _)| watcher);
        let watchers: Vec<SubscriberId> =
            cx.plan.graph.watchers(user).iter().copied().chain(added).collect();
        for watcher in watchers {
            if !self.has_removed(watcher, user) && !self.has_blocked(user, watcher) {
                self.tell_served(user, watcher, gateway, cx);
            }
        }
        for slot in self.stored.remove(&user).unwrap_or_default() {
            cx.stage(slot, Stage::OfflineStore);
            cx.messages[slot].journal.stored = Stored::Fetched(cx.now);
            self.deliver(slot, cx);
        }
        for request in self.asked.remove(&user).unwrap_or_default() {
            self.list_legacy(request, gateway, cx);
        }
        for request in self.invited.remove(&user).unwrap_or_default() {
            self.ask_to_join(request, gateway, cx);
        }
    }

    /// Who lists a user where presence does not cross, is told by the messaging service how the user is
    /// served now: what its operator was told as the number was validated holds no more (OMTP use case 3).
    /// It tells nothing of presence, so it does not wait for the user's leave.
    fn tell_served(
        &self,
        user: SubscriberId,
        watcher: SubscriberId,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let domain = cx.plan.population.operator(watcher);
        let presence = cx.plan.routing.way(Carriage::Presence, cx.operator, domain).is_some();
        if domain != cx.operator && !presence && !cx.plan.has(Defect::UpgradeUntold) {
            let im = self.im.get(self.index(user));
            let served = ServedAs { owner: watcher, contact: user, im };
            gateway.send(domain, Content::ServedAs(served), cx);
        }
    }

    /// A contact elsewhere is an IM user now, or none any more, as their operator says without presence.
    pub(super) fn served_as(&mut self, served: ServedAs, cx: &mut Context<'_>) {
        let ServedAs { owner, contact, im } = served;
        self.directory.learn(contact, im, cx.operator, cx.plan);
        if self.logged_in(owner) && self.contacts(owner, cx.plan).any(|listed| listed == contact) {
            let state = (!im).then(|| self.legacy_state(contact, cx));
            let home = cx.plan.population.operator(contact);
            self.show_one(owner, home, Listed { who: contact, state }, cx);
        }
    }

    /// Tells one watcher what is new, here or at another operator, and lets its subscription stand
    /// or fall.
    pub(super) fn tell_one(
        &mut self,
        change: (SubscriberId, Instant, News),
        watcher: SubscriberId,
        stands: bool,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let domain = cx.plan.population.operator(watcher);
        let (publisher, changed, news) = change;
        let here = domain == cx.operator;
        // Whoever is not logged in sees how things are with their next session.
        let told = match here {
            true => self.logged_in(watcher),
            false => cx.plan.routing.way(Carriage::Presence, cx.operator, domain).is_some(),
        };
        if told && matches!(news, News::Granted(_) | News::Withdrawn) {
            cx.observe(Observation::GrantOwed(Grant { publisher, watcher, changed }));
        }
        if !here {
            self.set_subscribed(publisher, watcher, stands, cx);
            tell_domain(change, domain, &[watcher], true, gateway, cx);
        } else if told {
            self.notify(change, watcher, gateway, cx);
        }
    }

    /// What news from elsewhere says of its publisher: who shows the presence of an IM user is one, and
    /// who shows that of a legacy customer is none.
    pub(super) fn learn(
        &mut self,
        publisher: SubscriberId,
        news: News,
        operator: OperatorId,
        plan: &Plan,
    ) {
        let looks = match news {
            News::Changed(_) | News::Online(_) | News::Offline | News::Granted(_) => None,
            News::LegacyOnline => Some(true),
            News::LegacyOffline => Some(false),
            // Who decides whom to let see is one.
            News::Withdrawn => None,
        };
        self.directory.learn(publisher, looks.is_none(), operator, plan);
        if let Some(online) = looks {
            self.directory.looks(publisher, online);
        }
    }
}
