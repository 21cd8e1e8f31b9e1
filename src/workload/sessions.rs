//! Logins and logouts: an alternating renewal process an IM user, in equilibrium from the start of
//! the run. Asked by the crowd's driver; each answer is decided by user and count alone, so the
//! order of questions makes no difference. Knows nothing of what a login takes.

use crate::domain::federation;
use crate::domain::random::StreamSeed;
use crate::domain::time::{Duration, Instant};

/// When the IM users of one operator log in and out.
#[derive(Clone, Debug)]
pub(crate) struct Sessions {
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
    pub(crate) fn new(
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
    pub(crate) fn im_users(&self) -> u32 {
        self.im_users
    }

    /// Whether a user is logged in when the run starts.
    pub(crate) fn initially_online(&self, user: u32) -> bool {
        self.initial.unit(u64::from(user)) < self.settings.online
    }

    /// When a user first logs in or out; `None`: never.
    pub(crate) fn first_change(&self, user: u32) -> Option<Instant> {
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
    pub(crate) fn next_change(
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::distribution::DurationDistribution;
    use crate::domain::federation::OfflineMessages;

    const USERS: u32 = 20_000;
    const HOUR: u64 = 3_600_000_000_000;

    fn sessions(online: f64, length: Option<DurationDistribution>) -> Sessions {
        let offline = OfflineMessages::Store;
        Sessions::new(&federation::Sessions { online, length, offline }, USERS, 5, "imsp-a")
    }

    fn lengths() -> [DurationDistribution; 3] {
        let hour = Duration(HOUR);
        [
            DurationDistribution::Exponential(hour),
            DurationDistribution::Constant(hour),
            DurationDistribution::Lognormal { median: Duration(HOUR / 2), p99: Duration(HOUR * 8) },
        ]
    }

    /// All changes of a user up to an instant, with the state after each.
    fn changes(sessions: &Sessions, user: u32, until: Instant) -> Vec<(Instant, bool)> {
        let mut online = sessions.initially_online(user);
        let mut changes = Vec::new();
        let mut next = sessions.first_change(user);
        while let Some(at) = next.filter(|&at| at <= until) {
            online = !online;
            changes.push((at, online));
            next = sessions.next_change(user, changes.len() as u32, at, online);
        }
        changes
    }

    #[test]
    fn the_share_online_is_the_same_at_every_moment() {
        for length in lengths() {
            let sessions = sessions(0.3, Some(length.clone()));
            let moments = [0, HOUR / 10, HOUR / 2, HOUR, HOUR * 5 / 4, 3 * HOUR, 10 * HOUR];
            let mut online = [0u32; 7];
            for user in 0..USERS {
                let changes = changes(&sessions, user, Instant(10 * HOUR));
                for (count, moment) in online.iter_mut().zip(moments) {
                    let before = changes.iter().rev().find(|(at, _)| at.0 <= moment);
                    let state = before.map_or(sessions.initially_online(user), |change| change.1);
                    *count += u32::from(state);
                }
            }
            for (count, moment) in online.iter().zip(moments) {
                // Users are independent: binomial; 4 deviations.
                let deviation = (f64::from(USERS) * 0.3 * 0.7).sqrt();
                let error = f64::from(*count) - 0.3 * f64::from(USERS);
                assert!(error.abs() < 4.0 * deviation, "{length:?} at {moment}: {count}");
            }
        }
    }

    #[test]
    fn logins_come_at_the_renewal_rate_from_the_first_moment() {
        for length in lengths() {
            let sessions = sessions(0.3, Some(length.clone()));
            let mut logins = [0u32; 4];
            for user in 0..USERS {
                for (at, online) in changes(&sessions, user, Instant(HOUR - 1)) {
                    logins[(at.0 / (HOUR / 4)) as usize] += u32::from(online);
                }
            }
            // One cycle takes a mean session over the share online. Within a quarter of an hour
            // hardly anybody logs in twice, so that counts vary as Poisson counts do.
            let expected = f64::from(USERS) * 0.25 * HOUR as f64 * 0.3 / length.mean().0 as f64;
            for count in logins {
                let error = f64::from(count) - expected;
                assert!(error.abs() < 4.0 * expected.sqrt(), "{length:?}: {logins:?}");
            }
        }
    }

    #[test]
    fn sessions_of_a_constant_length_last_exactly_so_long() {
        let sessions = sessions(0.5, Some(DurationDistribution::Constant(Duration(HOUR))));
        for user in 0..100 {
            for pair in changes(&sessions, user, Instant(20 * HOUR)).windows(2) {
                if pair[0].1 {
                    assert_eq!(pair[1].0.since(pair[0].0), Duration(HOUR));
                }
            }
        }
    }

    #[test]
    fn with_everybody_nobody_or_unlimited_sessions_nothing_changes() {
        let length = || Some(DurationDistribution::Constant(Duration(HOUR)));
        for (online, length) in [(1.0, length()), (0.0, length()), (0.6, None)] {
            let sessions = sessions(online, length);
            let initially = (0..USERS).filter(|&user| sessions.initially_online(user)).count();
            let deviation = (f64::from(USERS) * online * (1.0 - online)).sqrt();
            let error = initially as f64 - online * f64::from(USERS);
            assert!(error.abs() <= 4.0 * deviation, "{initially} online");
            assert!((0..USERS).all(|user| sessions.first_change(user).is_none()));
            assert_eq!(sessions.next_change(0, 1, Instant(HOUR), true), None);
        }
    }

    #[test]
    fn answers_do_not_depend_on_the_order_of_questions() {
        let sessions = sessions(0.4, Some(lengths()[0].clone()));
        let forwards: Vec<_> = (0..100).map(|user| sessions.first_change(user)).collect();
        let mut backwards: Vec<_> =
            (0..100).rev().map(|user| sessions.first_change(user)).collect();
        backwards.reverse();
        assert_eq!(forwards, backwards);
    }
}
