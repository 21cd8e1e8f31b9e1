//! Presence changes that users make by hand, logins and logouts apart: one aggregated Poisson
//! process an operator. Called by the crowd's driver; knows nothing of presence attributes.

use crate::domain::federation::{Arrivals, MessageRate};
use crate::domain::random::{Stream, StreamSeed};
use crate::domain::time::Instant;

use super::arrivals::ArrivalProcess;
use super::load::LoadProfile;

/// An intent of a known user; the caller skips it if the user is offline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserIntent {
    /// When the user means to act.
    pub at: Instant,
    /// Which of the operator's IM users.
    pub user: u32,
}

/// Intents of all IM users of an operator at a rate each, for one purpose.
#[derive(Clone, Debug)]
pub struct UserIntents {
    arrivals: ArrivalProcess,
    users: Stream,
    im_users: u32,
}

impl UserIntents {
    /// Presence changes, `rate` a second and online IM user of the operator called `operator`.
    pub fn presence_changes(
        rate: f64,
        im_users: u32,
        load: LoadProfile,
        run_seed: u64,
        operator: &str,
    ) -> Self {
        Self::new(rate, im_users, load, run_seed, operator, "presence changes")
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
    #[expect(clippy::should_implement_trait, reason = "a source of events, not a collection")]
    pub fn next(&mut self) -> Option<UserIntent> {
        let arrival = self.arrivals.next()?;
        let user = self.users.below(u64::from(self.im_users)) as u32;
        Some(UserIntent { at: arrival.at, user })
    }
}
