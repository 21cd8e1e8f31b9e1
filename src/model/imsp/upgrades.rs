//! A legacy customer becomes an IM user (OMTP use case 3): the legacy settings go, every watcher is
//! asked about, those allowed see the new user, the others lose sight of them.

use super::Imsp;
use super::presence::tell_domain;
use crate::domain::id::{Role, SubscriberId};
use crate::domain::observation::{Grant, Observation};
use crate::domain::outcome::Defect;
use crate::domain::presence::News;
use crate::domain::time::Instant;
use crate::model::context::Context;
use crate::model::gateway::Gateway;
use crate::model::outbox::{Input, WatcherQuestion};
use crate::model::routing::Carriage;

impl Imsp {
    /// The customer has an account and a client now, and is logged in (UC-3).
    pub(super) fn upgrade(&mut self, user: SubscriberId, changed: Instant, cx: &mut Context<'_>) {
        let index = self.index(user);
        if !self.im.set(index, true) {
            return;
        }
        self.registered.set(index, false);
        self.sessions.set(index, true);
        let operator = cx.operator;
        let added = self.added.watchers(user).iter().map(|&(watcher, _)| watcher);
        let watchers: Vec<SubscriberId> =
            cx.plan.graph.watchers(user).iter().copied().chain(added).collect();
        cx.observe(Observation::Upgraded { operator, user, watchers: watchers.len() as u32 });
        self.known.remove(&user);
        for watcher in watchers {
            // Blocked already: there is nothing to ask.
            if self.has_blocked(user, watcher) {
                continue;
            }
            // Nobody sees the new user before they are allowed to.
            self.hidden.insert(user, watcher);
            let question = WatcherQuestion { publisher: user, watcher, changed };
            let delay = self.down.client(user);
            cx.at(cx.now + delay, Role::Imsp, Input::AskedToAllow(question));
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
        let told = allowed || cx.plan.has(Defect::DeniedWatcherSees);
        cx.observe(Observation::WatcherAnswered { publisher, watcher, allowed });
        let news = if told { News::Granted } else { News::Withdrawn };
        if told {
            self.hidden.remove(publisher, watcher);
        }
        // Blocked while the user was being asked: stays so.
        if !self.has_blocked(publisher, watcher) {
            self.tell_one((publisher, changed, news), watcher, told, gateway, cx);
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
        if told && news.is_permission() {
            cx.observe(Observation::GrantOwed(Grant { publisher, watcher, changed }));
        }
        if !here {
            self.set_subscribed(publisher, watcher, stands, cx);
            tell_domain(change, domain, &[watcher], true, gateway, cx);
        } else if told {
            self.notify(change, watcher, gateway, cx);
        }
    }

    /// What news from elsewhere says of its publisher: who shows the presence of an IM user is one.
    pub(super) fn learn(&mut self, publisher: SubscriberId, news: News, cx: &Context<'_>) {
        if news.shows_im() {
            self.directory.learn(publisher, cx.operator, cx.plan);
        }
    }
}
