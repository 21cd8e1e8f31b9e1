//! Expected traffic of the access side: requests and bytes of clients, by operator. Messages and presence
//! add what they take; what clients ask by themselves follows from how often else something happens.

use crate::domain::client::{Act, ClientSizes, Fetching};
use crate::domain::federation::Operator;

/// Traffic of one operator's clients.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClientLoad {
    /// HTTP requests a second.
    pub requests: f64,
    /// Bytes a second from clients, headers included.
    pub up: f64,
    /// Bytes a second to clients, headers included.
    pub down: f64,
    /// Acts a second of any kind.
    acts: f64,
    /// Acts a second in which something is fetched.
    fetched: f64,
}

impl ClientLoad {
    /// So many acts a second, their contents `more` bytes longer on average.
    pub(super) fn add(
        &mut self,
        (sizes, operator): (&ClientSizes, &Operator),
        act: Act,
        rate: f64,
        more: f64,
    ) {
        for kind in &operator.access {
            self.carry(sizes, act, kind.client.channel, rate * kind.share);
        }
        let longer = if act.grows_down() { &mut self.down } else { &mut self.up };
        *longer += rate * more;
        self.acts += rate;
        self.fetched += if act.is_fetched() { rate } else { 0.0 };
    }

    /// What so many users with a session ask by themselves.
    pub(super) fn add_unasked(&mut self, (sizes, operator): (&ClientSizes, &Operator), users: f64) {
        if users <= 0.0 {
            return;
        }
        let (acts, fetched) = (self.acts / users, self.fetched / users);
        for kind in &operator.access {
            let (act, every) = kind.client.unasked();
            let every = every.as_secs_f64();
            let each = match kind.client.channel {
                Fetching::Push => after_silence(acts, every),
                // A poll that finds something is part of what it finds.
                Fetching::Poll => libm::exp(-fetched * every) / every,
            };
            self.carry(sizes, act, kind.client.channel, each * users * kind.share);
        }
    }

    fn carry(&mut self, sizes: &ClientSizes, act: Act, channel: Fetching, rate: f64) {
        let traffic = sizes.of(act, channel, 0);
        self.requests += rate * f64::from(traffic.requests);
        self.up += rate * f64::from(traffic.up);
        self.down += rate * f64::from(traffic.down);
    }
}

/// Signs of life a second of somebody who does something at random, so often a second, and gives one
/// whenever nothing has happened for `every` seconds: those within a gap are geometric.
fn after_silence(acts: f64, every: f64) -> f64 {
    let silent = libm::exp(-acts * every);
    match acts * every < 1e-9 {
        true => 1.0 / every,
        false => acts * silent / (1.0 - silent),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_what_the_gaps_of_random_acts_leave() {
        // Nobody who does nothing: one an interval.
        assert!((after_silence(0.0, 60.0) - 1.0 / 60.0).abs() < 1e-12);
        // By the sum over gaps: acts x (P(gap > T) + P(gap > 2T) + ...).
        let (acts, every) = (1.0 / 90.0, 60.0);
        let sum: f64 = (1..200).map(|n| libm::exp(-acts * every * f64::from(n))).sum();
        assert!((after_silence(acts, every) - acts * sum).abs() < 1e-12);
    }
}
