//! Telling watchers: fan-out of a change to the clients of this operator and over agreements, per
//! watcher or per domain, and the subscriptions of watchers elsewhere (RD-5).

use smallvec::smallvec;

use super::Imsp;
use crate::domain::client::Act;
use crate::domain::crossing::{Audience, Contacts, Listed, SubscriptionAct};
use crate::domain::id::{OperatorId, SubscriberId};
use crate::domain::observation::Observation;
use crate::domain::outcome::Defect;
use crate::domain::presence::News;
use crate::domain::time::Instant;
use crate::model::bits::Bits;
use crate::model::context::Context;
use crate::model::crossing::{Content, Notification, Subscription};
use crate::model::gateway::Gateway;
use crate::model::outbox::{Input, Job};
use crate::model::plan::Plan;
use crate::model::routing::Carriage;
use crate::model::store::Slot;

/// Whose presence changed, when, and what is new.
pub(super) type Change = (SubscriberId, Instant, News);

impl Imsp {
    /// Subscriptions that stand at the start: of everybody elsewhere who is logged in.
    pub(super) fn begin_subscriptions(
        &mut self,
        plan: &Plan,
        operator: OperatorId,
        online: &dyn Fn(SubscriberId) -> bool,
    ) {
        let range = plan.population.range(operator);
        self.watcher_base = plan.graph.watcher_offset(SubscriberId(range.start));
        let end = plan.graph.watcher_offset(SubscriberId(range.end));
        self.subscribed = Bits::new((end - self.watcher_base) as usize);
        for publisher in range.clone().map(SubscriberId) {
            let first = plan.graph.watcher_offset(publisher) - self.watcher_base;
            for (&watcher, place) in plan.graph.watchers(publisher).iter().zip(first..) {
                if !range.contains(&watcher.0) && online(watcher) {
                    let domain = plan.population.operator(watcher);
                    let way = plan.routing.way(Carriage::Presence, domain, operator);
                    self.subscribed.set(place as usize, way.is_some());
                }
            }
        }
    }

    /// A user's presence changed: everybody who watches is told.
    pub(super) fn presence_changed(
        &mut self,
        publisher: SubscriberId,
        changed: Instant,
        news: News,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let mut told = std::mem::take(&mut self.told);
        self.find_watchers(publisher, cx, &mut told);
        let (operator, watchers) = (cx.operator, told.len() as u32);
        cx.observe(Observation::PresenceChanged { publisher, operator, changed, watchers });
        let own = cx.plan.population.range(cx.operator);
        // The other domain does not know whom the publisher does not let see.
        let (hidden, blocked) = (self.hidden.of(publisher), self.blocked.of(publisher));
        let selective = hidden.is_some() || blocked.is_some();
        let mut rest = &told[..];
        while let Some(&watcher) = rest.first() {
            let domain = if own.contains(&watcher.0) {
                cx.operator
            } else {
                cx.plan.population.operator(watcher)
            };
            let end = cx.plan.population.range(domain).end;
            let (here, after) = rest.split_at(rest.partition_point(|watcher| watcher.0 < end));
            rest = after;
            let (from, to, watchers) = (cx.operator, domain, here.len() as u32);
            let scope = cx.plan.presence_scope(from, to);
            cx.observe(Observation::PresenceOwed { publisher, changed, scope, from, to, watchers });
            if domain == cx.operator {
                for &watcher in here {
                    self.notify((publisher, changed, news), watcher, gateway, cx);
                }
            } else if !cx.plan.has(Defect::PresenceStays) {
                // How legacy customers look by default is for the lists' own operator to say (IM-0090).
                let legacy = matches!(news, News::LegacyOnline | News::LegacyOffline);
                let default = legacy && !self.known.contains_key(&publisher);
                let news = if default { self.state_of(publisher, to, cx.plan) } else { news };
                tell_domain((publisher, changed, news), domain, here, selective, gateway, cx);
            }
        }
        told.clear();
        self.told = told;
    }

    /// Who is told: clients here that are logged in, watchers elsewhere that are subscribed.
    /// Ascending, so that the watchers of one domain stand together.
    fn find_watchers(
        &self,
        publisher: SubscriberId,
        cx: &Context<'_>,
        told: &mut Vec<SubscriberId>,
    ) {
        let own = cx.plan.population.range(cx.operator);
        let first = cx.plan.graph.watcher_offset(publisher) - self.watcher_base;
        for (&watcher, place) in cx.plan.graph.watchers(publisher).iter().zip(first..) {
            let listens = if own.contains(&watcher.0) {
                self.logged_in(watcher)
            } else {
                self.subscribed.get(place as usize)
            };
            if listens {
                told.push(watcher);
            }
        }
        let added = self.added.watchers(publisher);
        if !added.is_empty() {
            told.extend(added.iter().filter_map(|&(watcher, subscribed)| {
                let here = own.contains(&watcher.0);
                let listens = if here { self.logged_in(watcher) } else { subscribed };
                listens.then_some(watcher)
            }));
            told.sort_unstable();
        }
        if let Some(hidden) = self.hidden.of(publisher) {
            told.retain(|watcher| !hidden.contains(watcher));
        }
        if !self.removed.is_empty() {
            told.retain(|watcher| !self.has_removed(*watcher, publisher));
        }
        let leaks = cx.plan.has(Defect::BlockedWatcherSees);
        if let Some(blocked) = self.blocked.of(publisher).filter(|_| !leaks) {
            told.retain(|watcher| !blocked.contains(watcher));
        }
    }

    /// To the client of a watcher of this operator; the IM server may take a service for it.
    pub(super) fn notify(
        &mut self,
        (publisher, changed, news): Change,
        watcher: SubscriberId,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        if self.settings.service_time.notification.is_zero() {
            self.tell_client(publisher, changed, news, watcher, cx);
        } else {
            self.request(Job::Notify { publisher, changed, news, watcher }, gateway, cx);
        }
    }

    /// The client will show the change after its access delay. Nothing in the model depends on
    /// that, so it is an observation and no event.
    pub(super) fn tell_client(
        &mut self,
        publisher: SubscriberId,
        changed: Instant,
        news: News,
        watcher: SubscriberId,
        cx: &mut Context<'_>,
    ) {
        let at = Some(self.reaches(watcher, cx));
        let (from, to) = (cx.plan.population.operator(publisher), cx.operator);
        let scope = cx.plan.presence_scope(from, to);
        let client = Some(cx.exchanged(watcher, Act::Notify, 0));
        cx.observe(Observation::Notified { from, to, client });
        let watcher = Some(watcher);
        cx.observe(Observation::PresenceShown {
            watcher,
            news,
            publisher,
            changed,
            at,
            scope,
            from,
            to,
        });
    }

    /// News from another domain: to the one watcher, or to all here.
    pub(super) fn notification(
        &mut self,
        news: Notification,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let Notification { publisher, changed, news, audience } = news;
        self.learn(publisher, news, cx.operator, cx.plan);
        let change = (publisher, changed, news);
        match audience.audience() {
            Audience::Watcher(watcher)
                if self.logged_in(watcher) && !self.has_removed(watcher, publisher) =>
            {
                self.notify(change, watcher, gateway, cx);
            }
            Audience::Watcher(watcher) => {
                shown_never(publisher, changed, news, Some(watcher), 1, cx);
            }
            Audience::Domain(known) => {
                let own = cx.plan.population.range(cx.operator);
                let all = cx.plan.graph.watchers(publisher);
                let from = all.partition_point(|watcher| watcher.0 < own.start);
                let here = all[from..].iter().take_while(|watcher| watcher.0 < own.end).copied();
                let added = self.added.watchers(publisher).iter().map(|&(watcher, _)| watcher);
                let mut told = std::mem::take(&mut self.told);
                let shown = |watcher: &SubscriberId| {
                    self.logged_in(*watcher) && !self.has_removed(*watcher, publisher)
                };
                told.extend(here.chain(added).filter(shown));
                // Whoever has come since the news left has the new state already.
                told.truncate(known as usize);
                for &watcher in &told {
                    self.notify(change, watcher, gateway, cx);
                }
                shown_never(publisher, changed, news, None, known - told.len() as u32, cx);
                told.clear();
                self.told = told;
            }
        }
    }

    /// News from another domain found no room.
    pub(super) fn drop_notification(&mut self, news: Notification, cx: &mut Context<'_>) {
        let (watcher, dropped) = match news.audience.audience() {
            Audience::Watcher(watcher) => (Some(watcher), 1),
            Audience::Domain(known) => (None, known),
        };
        shown_never(news.publisher, news.changed, news.news, watcher, dropped, cx);
    }

    /// A watcher elsewhere subscribes, refreshes, ends or takes contacts off the list.
    pub(super) fn subscription(
        &mut self,
        subscription: Subscription,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let Subscription { watcher, contacts, act, .. } = subscription;
        let stands = matches!(act, SubscriptionAct::Begin | SubscriptionAct::Refresh);
        let mut contacts = cx.lists.remove(contacts);
        for listed in &contacts {
            self.set_subscribed(listed.who, watcher, stands, cx);
            if act == SubscriptionAct::Remove {
                self.removed_elsewhere(watcher, listed.who, cx);
            }
        }
        let domain = cx.plan.population.operator(watcher);
        let Some(way) = cx.plan.routing.way(Carriage::Presence, cx.operator, domain) else {
            return;
        };
        let terms = &cx.plan.federation.agreement(way.agreement).presence;
        let tells = match act {
            SubscriptionAct::Begin => true,
            SubscriptionAct::Refresh => terms.notify_on_refresh,
            SubscriptionAct::End | SubscriptionAct::Remove => terms.notify_at_end,
        };
        if tells {
            for listed in &mut contacts {
                listed.state = self.state_for(watcher, listed.who, cx);
            }
            let (from, contacts) = (cx.operator, cx.lists.insert(contacts));
            gateway.send(domain, Content::State { watcher, from, contacts }, cx);
        }
    }

    pub(super) fn set_subscribed(
        &mut self,
        publisher: SubscriberId,
        watcher: SubscriberId,
        stands: bool,
        cx: &Context<'_>,
    ) {
        match cx.plan.graph.watchers(publisher).binary_search(&watcher) {
            Ok(place) => {
                let first = cx.plan.graph.watcher_offset(publisher) - self.watcher_base;
                self.subscribed.set(first as usize + place, stands);
            }
            Err(_) => self.added.subscribe(publisher, watcher, stands),
        }
    }

    /// The state of contacts came for a watcher, from their home.
    pub(super) fn state(
        &mut self,
        watcher: SubscriberId,
        from: OperatorId,
        contacts: Slot,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        for listed in &cx.lists[contacts] {
            if let Some(news) = listed.state {
                self.learn(listed.who, news, cx.operator, cx.plan);
            }
        }
        // Who has been taken off the list meanwhile is not shown again.
        if !self.removed.is_empty() {
            cx.lists[contacts].retain(|listed| !self.has_removed(watcher, listed.who));
        }
        if self.logged_in(watcher) && !cx.lists[contacts].is_empty() {
            self.show(watcher, from, contacts, gateway, cx);
        } else {
            cx.lists.remove(contacts);
        }
    }

    /// A list goes to a client; the IM server may take a service for it.
    fn show(
        &mut self,
        watcher: SubscriberId,
        from: OperatorId,
        contacts: Slot,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        if self.settings.service_time.notification.is_zero() {
            self.tell_state(watcher, from, contacts, cx);
        } else {
            self.request(Job::TellState { watcher, from, contacts }, gateway, cx);
        }
    }

    /// One contact goes to a client in the middle of something else: a service, if it takes one, comes in
    /// its turn.
    pub(super) fn show_one(
        &mut self,
        watcher: SubscriberId,
        from: OperatorId,
        listed: Listed,
        cx: &mut Context<'_>,
    ) {
        let contacts = cx.lists.insert(smallvec![listed]);
        if self.settings.service_time.notification.is_zero() {
            self.tell_state(watcher, from, contacts, cx);
        } else {
            cx.out.now(Input::Request(Job::TellState { watcher, from, contacts }));
        }
    }

    /// The client is told the state of contacts.
    pub(super) fn tell_state(
        &mut self,
        watcher: SubscriberId,
        from: OperatorId,
        contacts: Slot,
        cx: &mut Context<'_>,
    ) {
        let operator = cx.operator;
        let contacts = cx.lists.remove(contacts);
        let further = contacts.len().saturating_sub(1) as u32;
        let more = further * cx.plan.clients[operator.index()].presence;
        let client = Some(cx.exchanged(watcher, Act::Notify, more));
        cx.observe(Observation::Notified { from, to: operator, client });
        cx.observe(Observation::ListShown { watcher, operator, contacts: &contacts });
    }

    /// A new session's client is told in one notification what its IMSP knows by itself: how contacts
    /// here look, and legacy customers elsewhere whose looks nobody follows. The others come by
    /// subscription.
    pub(super) fn tell_list(
        &mut self,
        user: SubscriberId,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let plan = cx.plan;
        let own = plan.population.range(cx.operator);
        let contacts: Contacts = self
            .contacts(user, plan)
            .filter_map(|who| {
                if own.contains(&who.0) {
                    return Some(Listed { who, state: self.state_for(user, who, cx) });
                }
                let home = plan.population.operator(who);
                let by_subscription = self.follows(who, home, cx)
                    && plan.routing.way(Carriage::Presence, cx.operator, home).is_some();
                let im = self.directory.is_im(who, cx.operator, plan);
                let state = (!im).then(|| self.legacy_state(who, cx));
                (!by_subscription).then_some(Listed { who, state })
            })
            .collect();
        if !contacts.is_empty() && !plan.has(Defect::ListsUntold) {
            let contacts = cx.lists.insert(contacts);
            self.show(user, cx.operator, contacts, gateway, cx);
        }
    }

    /// How a contact here looks to a watcher; nothing, if the watcher may not see.
    pub(super) fn state_for(
        &self,
        watcher: SubscriberId,
        contact: SubscriberId,
        cx: &Context<'_>,
    ) -> Option<News> {
        let hidden = self.hidden.contains(contact, watcher) || self.has_blocked(contact, watcher);
        let to = cx.plan.population.operator(watcher);
        let state = match self.state_of(contact, to, cx.plan) {
            News::Offline if cx.plan.has(Defect::StaleLogin) => {
                News::Granted(self.look_of(contact))
            }
            News::LegacyOffline if cx.plan.has(Defect::StaleLogin) => News::LegacyOnline,
            state => state,
        };
        (!hidden).then_some(state)
    }

    /// How a legacy customer elsewhere looks: as their home has said, else as all of them do.
    pub(super) fn legacy_state(&self, customer: SubscriberId, cx: &Context<'_>) -> News {
        let known = self.directory.look_of(customer);
        match known.unwrap_or_else(|| cx.plan.legacy_is_online(cx.operator)) {
            true => News::LegacyOnline,
            false => News::LegacyOffline,
        }
    }
}

/// News for the watchers of one other domain, as its agreement says; if `selective`, for each by name.
pub(super) fn tell_domain(
    (publisher, changed, news): Change,
    domain: OperatorId,
    watchers: &[SubscriberId],
    selective: bool,
    gateway: &mut Gateway,
    cx: &mut Context<'_>,
) {
    let Some(way) = cx.plan.routing.way(Carriage::Presence, cx.operator, domain) else { return };
    let mut send = |audience: Audience, cx: &mut Context<'_>| {
        let audience = audience.into();
        let news = Notification { publisher, changed, news, audience };
        gateway.send(domain, Content::Notification(news), cx);
    };
    if cx.plan.federation.agreement(way.agreement).presence.per_domain && !selective {
        send(Audience::Domain(watchers.len() as u32), cx);
    } else {
        for &watcher in watchers {
            send(Audience::Watcher(watcher), cx);
        }
    }
}

/// So many watchers here will not be shown a change.
pub(super) fn shown_never(
    publisher: SubscriberId,
    changed: Instant,
    news: News,
    watcher: Option<SubscriberId>,
    watchers: u32,
    cx: &mut Context<'_>,
) {
    let (from, to) = (cx.plan.population.operator(publisher), cx.operator);
    let scope = cx.plan.presence_scope(from, to);
    for _ in 0..watchers {
        cx.observe(Observation::PresenceShown {
            watcher,
            news,
            publisher,
            changed,
            at: None,
            scope,
            from,
            to,
        });
    }
}
