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
pub(crate) struct Growth {
    intents: UserIntents,
    contacts: Stream,
    rule: Destinations,
    /// Share of IM contacts asked for by number, so that half of all requests are.
    im_by_number: f64,
}

/// A contact that a user means to add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Addition {
    /// The subscriber to be added.
    pub contact: SubscriberId,
    /// Asked for by number; otherwise by UID, which legacy customers do not have.
    pub(crate) by_number: bool,
}

impl Growth {
    /// The additions of one operator's users.
    pub(crate) fn new(
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
            im_by_number: if legacy < 0.5 { (0.5 - legacy) / (1.0 - legacy) } else { 0.0 },
            rule,
        }
    }

    /// The next intent to add a contact; `None`: there will be no more.
    pub(crate) fn next(&mut self) -> Option<UserIntent> {
        self.intents.next()
    }

    /// Whom `owner` adds: by the rule of the lists at the start of the run, anybody whom
    /// `is_listed` does not know yet. `None` if nobody is found.
    pub(crate) fn addition(
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::federation::Contacts;
    use crate::domain::time::{Duration, Instant};
    use crate::workload::fixture;

    const OWNER: SubscriberId = SubscriberId(3);

    fn growth(operators: &[(&str, u32, u32)], sms_only: f64) -> (Growth, Population) {
        let rule = Contacts { sms_only, ..fixture::contacts(20) };
        let federation = fixture::federation(operators, &rule);
        let population = Population::new(&federation);
        let load = LoadProfile::new(&fixture::even_load(), &fixture::run());
        (Growth::new(&federation, &population, OperatorId(0), load, 5), population)
    }

    fn assert_share(count: usize, expected: f64) {
        let error = count as f64 - 10_000.0 * expected;
        let bound = 4.0 * (10_000.0 * expected * (1.0 - expected)).sqrt();
        assert!(error.abs() <= bound, "{count} of 10000 for {expected}");
    }

    #[test]
    fn users_add_contacts_at_their_rate() {
        let (mut growth, _) = growth(&[("a", 500, 500)], 0.3);
        let end = Instant::START + Duration::from_secs(1000);
        let intents =
            std::iter::from_fn(|| growth.next()).take_while(|intent| intent.at < end).count();
        // 500 users at 0.01 a second, as Poisson counts; 4 deviations.
        assert!((intents as f64 - 5000.0).abs() < 4.0 * 5000f64.sqrt(), "{intents}");
    }

    #[test]
    fn half_of_the_contacts_are_asked_for_by_number_and_all_legacy_customers_are() {
        for (sms_only, by_number) in [(0.0, 0.5), (0.3, 0.5), (0.8, 0.8)] {
            let (mut growth, population) = growth(&[("a", 500, 500)], sms_only);
            let additions: Vec<_> = (0..10_000)
                .filter_map(|_| growth.addition(&population, OWNER, |_| false))
                .collect();
            assert_eq!(additions.len(), 10_000);
            assert!(additions.iter().all(|a| a.by_number || population.is_im(a.contact)));
            assert_share(additions.iter().filter(|a| a.by_number).count(), by_number);
            let legacy = additions.iter().filter(|a| !population.is_im(a.contact)).count();
            // The owner itself is no contact: IM draws are repeated in 1 of 500 cases.
            assert_share(legacy, sms_only);
        }
    }

    #[test]
    fn only_strangers_are_added() {
        let (mut growth, population) = growth(&[("a", 5, 0)], 0.3);
        for _ in 0..100 {
            let addition = growth.addition(&population, OWNER, |contact| contact.0 < 3);
            assert_eq!(addition.map(|a| a.contact), Some(SubscriberId(4)));
        }
        assert_eq!(growth.addition(&population, OWNER, |_| true), None);
    }
}
