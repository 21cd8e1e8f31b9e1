//! Presence changes that users make by hand, logins and logouts apart: one aggregated Poisson
//! process an operator. Called by the crowd's driver; knows nothing of presence attributes.

use crate::domain::federation::{Arrivals, MessageRate};
use crate::domain::random::{Stream, StreamSeed};
use crate::domain::time::Instant;

use super::arrivals::ArrivalProcess;
use super::load::LoadProfile;

/// An intent of a known user; the caller skips it if the user is offline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UserIntent {
    /// When the user means to act.
    pub(crate) at: Instant,
    /// Which of the operator's IM users.
    pub(crate) user: u32,
}

/// Intents of all IM users of an operator at a rate each, for one purpose.
#[derive(Clone, Debug)]
pub(crate) struct UserIntents {
    arrivals: ArrivalProcess,
    users: Stream,
    im_users: u32,
}

impl UserIntents {
    /// Presence changes, `rate` a second and online IM user of the operator called `operator`.
    pub(crate) fn presence_changes(
        rate: f64,
        im_users: u32,
        load: LoadProfile,
        run_seed: u64,
        operator: &str,
    ) -> Self {
        Self::new(rate, im_users, load, run_seed, operator, "presence changes")
    }

    /// Group messages, `rate` a second and membership of an online user; the user of an intent is
    /// the place among `memberships`.
    pub(crate) fn group_messages(
        rate: f64,
        memberships: u32,
        load: LoadProfile,
        run_seed: u64,
        operator: &str,
    ) -> Self {
        Self::new(rate, memberships, load, run_seed, operator, "group messages")
    }

    /// Legacy customers who become IM users, `rate` a second of all `customers` together.
    pub(crate) fn upgrades(
        rate: f64,
        customers: u32,
        load: LoadProfile,
        run_seed: u64,
        operator: &str,
    ) -> Self {
        let each = rate / f64::from(customers.max(1));
        Self::new(each, customers, load, run_seed, operator, "upgrades")
    }

    /// Intents for another purpose, which names the streams.
    pub(super) fn new(
        rate: f64,
        im_users: u32,
        load: LoadProfile,
        run_seed: u64,
        operator: &str,
        purpose: &str,
    ) -> Self {
        let arrivals = ArrivalProcess::new(
            MessageRate::PerUser(rate),
            im_users,
            Arrivals::Poisson,
            load,
            StreamSeed::new(run_seed, operator, purpose),
        );
        let users = StreamSeed::new(run_seed, operator, &format!("{purpose}: users")).stream();
        Self { arrivals, users, im_users }
    }

    /// The next intent, never earlier than the one before; `None`: there will be no more.
    pub(crate) fn next(&mut self) -> Option<UserIntent> {
        let arrival = self.arrivals.next()?;
        let user = self.users.below(u64::from(self.im_users)) as u32;
        Some(UserIntent { at: arrival.at, user })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::federation::Load;
    use crate::domain::time::Duration;
    use crate::workload::fixture;

    fn changes(rate: f64, users: u32, base: f64) -> Vec<UserIntent> {
        let load = Load { base, ..fixture::even_load() };
        let load = LoadProfile::new(&load, &fixture::run());
        let mut changes = UserIntents::presence_changes(rate, users, load, 9, "imsp-a");
        std::iter::from_fn(|| changes.next())
            .take_while(|change| change.at < Instant::START + Duration::from_secs(1000))
            .collect()
    }

    #[test]
    fn each_user_changes_at_the_rate_times_the_load() {
        let changes = changes(0.2, 20, 2.0);
        let mut seen = [0f64; 20];
        for change in &changes {
            seen[change.user as usize] += 1.0;
        }
        // 400 expected each, as Poisson counts: chi-square with 20 degrees of freedom.
        let statistic: f64 = seen.iter().map(|n| (n - 400.0) * (n - 400.0) / 400.0).sum();
        assert!(statistic < 45.31, "{seen:?}");
        assert!(changes.is_sorted_by_key(|change| change.at));
    }

    #[test]
    fn nobody_changes_without_users_rate_or_load() {
        assert!(changes(0.2, 0, 1.0).is_empty());
        assert!(changes(0.0, 20, 1.0).is_empty());
        assert!(changes(0.2, 20, 0.0).is_empty());
    }
}
