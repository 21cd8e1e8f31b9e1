//! Logins and logouts: an alternating renewal process an IM user, in equilibrium from the start of
//! the run. Asked by the crowd's driver; each answer is decided by user and count alone, so the
//! order of questions makes no difference. Knows nothing of what a login takes.

use crate::domain::federation;
use crate::domain::random::StreamSeed;
use crate::domain::time::{Duration, Instant};

/// When the IM users of one operator log in and out.
#[derive(Clone, Debug)]
pub struct Sessions {
    settings: federation::Sessions,
    im_users: u32,
    /// Mean of the exponential time between sessions, nanoseconds; `None`: nobody ever changes.
    mean_offline: Option<f64>,
    initial: StreamSeed,
    first: StreamSeed,
    next: StreamSeed,
}

impl Sessions {
    /// The sessions of the IM users of the operator called `operator`.
    pub fn new(
        settings: &federation::Sessions,
        im_users: u32,
        run_seed: u64,
        operator: &str,
    ) -> Self {
        let online = settings.online;
        let mean = settings.length.as_ref().map_or(Duration::ZERO, |length| length.mean());
        let changes = online > 0.0 && online < 1.0 && !mean.is_zero();
        let seed = |purpose| StreamSeed::new(run_seed, operator, purpose);
        Self {
            settings: settings.clone(),
            im_users,
            mean_offline: changes.then(|| mean.0 as f64 * (1.0 - online) / online),
            initial: seed("initially online"),
            first: seed("first session change"),
            next: seed("session changes"),
        }
    }

    /// How many IM users there are; users are numbered below it.
    pub fn im_users(&self) -> u32 {
        self.im_users
    }

    /// Whether a user is logged in when the run starts.
    pub fn initially_online(&self, user: u32) -> bool {
        self.initial.unit(u64::from(user)) < self.settings.online
    }

    /// When a user first logs in or out; `None`: never.
    pub fn first_change(&self, user: u32) -> Option<Instant> {
        let mean_offline = self.mean_offline?;
        let mut stream = self.first.nth(u64::from(user));
        let residual = match &self.settings.length {
            Some(length) if self.initially_online(user) => length.residual(&mut stream),
            _ => Duration(stream.exponential(mean_offline) as u64),
        };
        Some(Instant::START + residual)
    }

    /// When a user changes again after its `count`th change, which happened at `now` and after
    /// which the user is online if `goes_online`; `None`: never.
    pub fn next_change(
        &self,
        user: u32,
        count: u32,
        now: Instant,
        goes_online: bool,
    ) -> Option<Instant> {
        let mean_offline = self.mean_offline?;
        let mut stream = self.next.nth(u64::from(user) << 32 | u64::from(count));
        let span = match &self.settings.length {
            Some(length) if goes_online => length.sample(&mut stream),
            _ => Duration(stream.exponential(mean_offline) as u64),
        };
        Some(now + span)
    }
}
