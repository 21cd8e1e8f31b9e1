//! What a node says when a client and its server have something to do with each other: the silence before
//! is counted (`clients`), the traffic observed. Called by crowd and IM server; it knows neither.

use super::clients::Unasked;
use super::context::Context;
use crate::domain::client::{Act, Client, Traffic};
use crate::domain::id::SubscriberId;
use crate::domain::observation::Observation;
use crate::domain::time::Instant;

impl Context<'_> {
    /// A user's client and its server do something, whose contents are so many bytes long beside what
    /// is always there. Returns what that takes on the way, to be observed or part of another
    /// observation.
    #[inline]
    pub(crate) fn exchanged(&mut self, user: SubscriberId, act: Act, more: u32) -> Traffic {
        let client = self.clients.client(user);
        if let Some(unasked) = self.clients.exchange(user, client, act, self.now) {
            self.unasked(user, client, unasked);
        }
        self.plan.clients[self.operator.index()].of(act, client.channel, more)
    }

    /// The same, observed.
    pub(crate) fn exchange(&mut self, user: SubscriberId, act: Act, more: u32) {
        let traffic = self.exchanged(user, act, more);
        let operator = self.operator;
        self.observe(Observation::Exchanged { operator, user, act, traffic });
    }

    /// A session begins: with all that a client asks for then, its list among it.
    pub(crate) fn session_begins(&mut self, user: SubscriberId, contacts: usize) {
        self.clients.begin(user, self.now);
        let contact = self.plan.clients[self.operator.index()].contact;
        self.exchange(user, Act::Login, contact.saturating_mul(contacts as u32));
    }

    /// A session ends, by its client or with the account.
    pub(crate) fn session_ends(&mut self, user: SubscriberId) {
        let client = self.clients.client(user);
        if let Some(unasked) = self.clients.settle(user, client, self.now) {
            self.unasked(user, client, unasked);
        }
        self.clients.end(user);
        self.exchange(user, Act::Logout, 0);
    }

    /// Whether a user's client asks by itself now, which counts as done.
    pub(crate) fn asks(&mut self, user: SubscriberId) -> bool {
        let due = self.clients.due(user) == self.now;
        if due {
            let client = self.clients.client(user);
            let just_after = Instant(self.now.0 + 1);
            if let Some(unasked) = self.clients.settle(user, client, just_after) {
                self.unasked(user, client, unasked);
            }
        }
        due
    }

    /// The run ends: what clients with a session have asked for by themselves until now.
    pub(crate) fn run_ends(&mut self) {
        for user in self.clients.behind(self.now) {
            let client = self.clients.client(user);
            if let Some(unasked) = self.clients.settle(user, client, self.now) {
                self.unasked(user, client, unasked);
            }
        }
    }

    fn unasked(&mut self, user: SubscriberId, client: Client, unasked: Unasked) {
        let Unasked { act, first, every, before } = unasked;
        let operator = self.operator;
        let each = self.plan.clients[operator.index()].of(act, client.channel, 0);
        self.observe(Observation::Unasked { operator, user, act, each, first, every, before });
    }
}
