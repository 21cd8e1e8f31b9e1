//! The access side of one operator: what its clients and its IM server exchange, how long each waits
//! for a poll, and when a client that has nothing to say asks or says that it is there. Crowd and IM
//! server tell it through the context (`exchange`); what it counts nothing in the model depends on but the wait.
//!
//! What clients ask by themselves is arithmetic, not events: it is counted when a session does
//! something, when it ends, and when the run does.

use super::access::Access;
use super::plan::Plan;
use crate::domain::client::{Act, Client, Fetching};
use crate::domain::id::{OperatorId, SubscriberId};
use crate::domain::random::StreamSeed;
use crate::domain::time::{Duration, Instant};

/// The clients of one operator.
#[derive(Debug)]
pub struct Clients {
    base: u32,
    /// Of each subscriber, by index: when the client asks by itself next and that is not counted yet;
    /// never, without a session.
    due: Vec<Instant>,
    /// The clients of each kind of access.
    kinds: Vec<Client>,
    /// Who has which kind; empty where all have the same clients.
    access: Option<Access>,
    /// When in its interval a client polls, by index.
    phase: StreamSeed,
}

/// What clients have asked by themselves, at equal distances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unasked {
    /// What for.
    pub(super) act: Act,
    /// The first time.
    pub(super) first: Instant,
    /// From one time to the next.
    pub(super) every: Duration,
    /// All that were before this instant.
    pub(super) before: Instant,
}

impl Clients {
    /// The clients of `operator`; `online` tells who is logged in at the start.
    pub fn new(plan: &Plan, operator: OperatorId, online: &dyn Fn(SubscriberId) -> bool) -> Self {
        let settings = plan.federation.operator(operator);
        let range = plan.population.range(operator);
        let kinds: Vec<Client> = settings.access.iter().map(|kind| kind.client).collect();
        let differ = kinds.windows(2).any(|pair| pair[0] != pair[1]);
        let seed = plan.federation.run.seed;
        let mut clients = Self {
            base: range.start,
            due: vec![Instant::NEVER; range.len()],
            kinds,
            access: differ.then(|| Access::new(plan, operator, "access/clients")),
            phase: StreamSeed::new(seed, &settings.name, "client/phase"),
        };
        for index in 0..plan.population.im_users(operator) {
            let user = SubscriberId(range.start + index);
            if online(user) {
                // Sessions have stood for a while: silence began at any time.
                let (_, every) = clients.client(user).unasked();
                clients.due[index as usize] = Instant::START + clients.phase_of(user, every);
            }
        }
        clients
    }

    /// The client of a user.
    pub(super) fn client(&self, user: SubscriberId) -> Client {
        let kind = self.access.as_ref().map_or(0, |access| access.kind(user));
        self.kinds.get(kind).copied().unwrap_or(Client::STANDARD)
    }

    fn index(&self, user: SubscriberId) -> usize {
        (user.0 - self.base) as usize
    }

    /// A part of an interval, the same for one user whenever it is asked for.
    fn phase_of(&self, user: SubscriberId, every: Duration) -> Duration {
        let part = self.phase.unit(u64::from(user.0 - self.base));
        Duration((every.0 as f64 * part) as u64)
    }

    /// The next poll of a user's client from `now` on.
    fn next_poll(&self, user: SubscriberId, every: Duration, now: Instant) -> Instant {
        let first = Instant::START + self.phase_of(user, every);
        let passed = now.since(first).0.div_ceil(every.0);
        first + every * passed
    }

    /// How long what comes for a user waits until the client polls; no time where it is pushed.
    pub(crate) fn wait(&self, user: SubscriberId, now: Instant) -> Duration {
        let client = self.client(user);
        match client.channel {
            Fetching::Push => Duration::ZERO,
            Fetching::Poll => self.next_poll(user, client.poll_interval, now).since(now),
        }
    }

    /// When a user's client asks by itself next, if nothing comes in between; `NEVER`: no session.
    pub(crate) fn due(&self, user: SubscriberId) -> Instant {
        self.due[self.index(user)]
    }

    /// A session begins.
    pub(super) fn begin(&mut self, user: SubscriberId, now: Instant) {
        let client = self.client(user);
        let index = self.index(user);
        self.due[index] = match client.channel {
            Fetching::Push => now + client.keep_alive,
            Fetching::Poll => self.next_poll(user, client.poll_interval, now),
        };
    }

    /// A session ends.
    pub(super) fn end(&mut self, user: SubscriberId) {
        let index = self.index(user);
        self.due[index] = Instant::NEVER;
    }

    /// Whose clients have asked for something by themselves before `now` that has not been counted.
    pub(super) fn behind(&self, now: Instant) -> Vec<SubscriberId> {
        let all = (self.base..).zip(&self.due);
        all.filter(|(_, due)| **due < now).map(|(user, _)| SubscriberId(user)).collect()
    }

    /// What a user's client has asked for by itself before `now`, and has not been counted.
    #[inline]
    pub(super) fn settle(
        &mut self,
        user: SubscriberId,
        client: Client,
        now: Instant,
    ) -> Option<Unasked> {
        let index = self.index(user);
        let first = self.due[index];
        if first >= now {
            return None;
        }
        let (act, every) = client.unasked();
        let passed = now.since(first).0.div_ceil(every.0);
        self.due[index] = first + every * passed;
        Some(Unasked { act, first, every, before: now })
    }

    /// A user's client and its server exchange something: what has been asked for in the silence
    /// before, which ends.
    #[inline]
    pub(super) fn exchange(
        &mut self,
        user: SubscriberId,
        client: Client,
        act: Act,
        now: Instant,
    ) -> Option<Unasked> {
        let index = self.index(user);
        if self.due[index] == Instant::NEVER {
            return None;
        }
        match client.channel {
            Fetching::Push => {
                let unasked = self.settle(user, client, now);
                self.due[index] = now + client.keep_alive;
                unasked
            }
            // It polls at its interval, whatever it says in between. What is fetched comes with the
            // next poll, which finds something then; what else has come until there takes polls of its own.
            Fetching::Poll if act.is_fetched() => {
                let poll = self.next_poll(user, client.poll_interval, now);
                let unasked = self.settle(user, client, poll);
                self.due[index] = self.due[index].max(poll + client.poll_interval);
                unasked
            }
            Fetching::Poll => None,
        }
    }
}
