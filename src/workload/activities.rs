//! What users do beside writing and adding contacts, each at a rate of its own: searches, removals,
//! blocking, invitations, presence commands. Called by the crowd's driver, which knows the lists as they
//! are by then; nothing here knows what comes of it.

use crate::domain::federation::{Activity, Federation};
use crate::domain::id::{OperatorId, SubscriberId};
use crate::domain::population::Population;
use crate::domain::random::{Stream, StreamSeed};

use super::contacts::anybody;
use super::destination::Destinations;
use super::load::LoadProfile;
use super::presence::{UserIntent, UserIntents};

/// Draws of another user to search for, after a legacy customer or the user themselves.
const REDRAWS: u32 = 32;

/// The activities of one operator's users.
#[derive(Clone, Debug)]
pub(crate) struct Activities {
    /// In the order of `Activity::ALL`; `None` where the rate is 0.
    each: [Option<Process>; 5],
    rule: Destinations,
}

/// One kind.
#[derive(Clone, Debug)]
struct Process {
    intents: UserIntents,
    /// Draws whom or what it is about.
    about: Stream,
    /// Who acts next: of the IM users, or of the legacy customers, by index.
    user: u32,
}

impl Activities {
    /// The activities of the users of `operator`.
    pub(crate) fn new(
        federation: &Federation,
        population: &Population,
        operator: OperatorId,
        load: &LoadProfile,
        run_seed: u64,
    ) -> Self {
        let settings = federation.operator(operator);
        let process = |activity: Activity| {
            let rate = activity.rate(&settings.workload.activities);
            let users = match activity {
                Activity::Command => population.sms_only(operator),
                Activity::Search | Activity::RemoveContact | Activity::Block | Activity::Invite => {
                    population.im_users(operator)
                }
            };
            let (name, purpose) = (&settings.name, activity.purpose());
            (rate > 0.0 && users > 0).then(|| Process {
                intents: UserIntents::new(rate, users, load.clone(), run_seed, name, purpose),
                about: StreamSeed::new(run_seed, name, &format!("{purpose}: whom")).stream(),
                user: 0,
            })
        };
        Self {
            each: Activity::ALL.map(process),
            rule: Destinations::new(federation, population, operator),
        }
    }

    /// The next intent of a kind, whose user is remembered; `None`: there will be no more.
    pub(crate) fn next(&mut self, activity: Activity) -> Option<UserIntent> {
        let process = self.each[activity as usize].as_mut()?;
        let intent = process.intents.next()?;
        process.user = intent.user;
        Some(intent)
    }

    /// Who acts: the index of the intent drawn last.
    pub(crate) fn user(&self, activity: Activity) -> u32 {
        self.each[activity as usize].as_ref().map_or(0, |process| process.user)
    }

    /// One of so many.
    pub(crate) fn one_of(&mut self, activity: Activity, many: usize) -> Option<usize> {
        let process = self.each[activity as usize].as_mut()?;
        (many > 0).then(|| process.about.below(many as u64) as usize)
    }

    /// An IM user whom `user` may search for: where contacts of the operator's users are.
    pub(crate) fn wanted(
        &mut self,
        population: &Population,
        user: SubscriberId,
    ) -> Option<SubscriberId> {
        let process = self.each[Activity::Search as usize].as_mut()?;
        for _ in 0..REDRAWS {
            let to = self.rule.draw(&mut process.about)?;
            let found = SubscriberId(anybody(population, to, &mut process.about));
            if !to.legacy && found != user {
                return Some(found);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::{Duration, Instant};
    use crate::workload::fixture;

    #[test]
    fn each_kind_keeps_its_rate_and_searches_are_for_im_users() {
        let mut federation =
            fixture::federation(&[("a", 100, 50), ("b", 100, 0)], &fixture::contacts(5));
        let rates = &mut federation.operators[0].workload.activities;
        (rates.search, rates.command) = (0.02, 0.01);
        let population = Population::new(&federation);
        let load = LoadProfile::new(&fixture::even_load(), &fixture::run());
        let mut activities = Activities::new(&federation, &population, OperatorId(0), &load, 9);
        let end = Instant::START + Duration::from_secs(1000);
        let mut count = |activity| {
            let next = || activities.next(activity).filter(|intent| intent.at < end);
            std::iter::from_fn(next).count() as f64
        };
        // Poisson counts: 2,000 and 500 expected, within four deviations.
        assert!((count(Activity::Search) - 2000.0).abs() < 4.0 * 44.8);
        assert!((count(Activity::Command) - 500.0).abs() < 4.0 * 22.4);
        assert_eq!(count(Activity::Block), 0.0);
        let user = SubscriberId(population.base(OperatorId(0)));
        for _ in 0..100 {
            let wanted = activities.wanted(&population, user).expect("there are others");
            assert!(population.is_im(wanted) && wanted != user);
        }
    }
}
