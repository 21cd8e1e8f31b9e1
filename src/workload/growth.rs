//! Contacts that users add during the run: when, whom, and whether they ask by number or by UID.
//! Called by the crowd's driver, which knows the lists as they are by then; nothing here knows
//! whether the request is granted.

use crate::domain::federation::Federation;
use crate::domain::id::{OperatorId, SubscriberId};
use crate::domain::population::Population;
use crate::domain::random::{Stream, StreamSeed};

use super::contacts::anybody;
use super::destination::Destinations;
use super::load::LoadProfile;
use super::presence::{UserIntent, UserIntents};

/// Draws of another contact, after one that is listed already, before the intent is dropped.
const REDRAWS: u32 = 32;

/// The contacts that the users of one operator add.
#[derive(Clone, Debug)]
pub struct Growth {
    intents: UserIntents,
    contacts: Stream,
    accepted: StreamSeed,
    accept: f64,
    rule: Destinations,
    /// Share of IM contacts asked for by number, so that half of all requests are.
    im_by_number: f64,
}

/// A contact that a user means to add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addition {
    /// Whom.
    pub contact: SubscriberId,
    /// Asked for by number; otherwise by UID, which legacy customers do not have.
    pub by_number: bool,
}

impl Growth {
    /// The additions of one operator's users.
    pub fn new(
        federation: &Federation,
        population: &Population,
        operator: OperatorId,
        load: LoadProfile,
        run_seed: u64,
    ) -> Self {
        let name = &federation.operator(operator).name;
        let growth = federation.operator(operator).workload.growth;
        let rule = Destinations::new(federation, population, operator);
        let legacy = rule.sms_only();
        let im_users = population.im_users(operator);
        Self {
            intents: UserIntents::new(
                growth.add_contact,
                im_users,
                load,
                run_seed,
                name,
                "added contacts",
            ),
            contacts: StreamSeed::new(run_seed, name, "added contacts: whom").stream(),
            accepted: StreamSeed::new(run_seed, name, "accepted contacts"),
            accept: growth.accept,
            im_by_number: if legacy < 0.5 { (0.5 - legacy) / (1.0 - legacy) } else { 0.0 },
            rule,
        }
    }

    /// The next intent to add a contact; `None`: there will be no more.
    #[expect(clippy::should_implement_trait, reason = "a source of events, not a collection")]
    pub fn next(&mut self) -> Option<UserIntent> {
        self.intents.next()
    }

    /// Whom `owner` adds: by the rule of the lists at the start of the run, anybody whom
    /// `is_listed` does not know yet. `None` if nobody is found.
    pub fn addition(
        &mut self,
        population: &Population,
        owner: SubscriberId,
        mut is_listed: impl FnMut(SubscriberId) -> bool,
    ) -> Option<Addition> {
        for _ in 0..REDRAWS {
            let to = self.rule.draw(&mut self.contacts)?;
            let contact = SubscriberId(anybody(population, to, &mut self.contacts));
            if contact != owner && !is_listed(contact) {
                let by_number = to.legacy || self.contacts.chance(self.im_by_number);
                return Some(Addition { contact, by_number });
            }
        }
        None
    }

    /// Whether a user of this operator accepts the request of `owner` to list `contact`; decided by
    /// the two alone.
    pub fn accepts(&self, owner: SubscriberId, contact: SubscriberId) -> bool {
        let pair = u64::from(owner.0) << 32 | u64::from(contact.0);
        self.accepted.unit(pair) < self.accept
    }
}
