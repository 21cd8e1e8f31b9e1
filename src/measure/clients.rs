//! The access side of one operator, counted: an array, since notifications to clients are what is seen
//! most often of all. Part of its recorder.

use super::figures::Figures;
use super::of::recorded;
use crate::domain::client::Traffic;
use crate::domain::id::OperatorId;
use crate::domain::outcome::Exchange;

/// Requests and bytes by what they are for.
#[derive(Clone, Debug, Default)]
pub(super) struct Clients([Sums; Exchange::ALL.len()]);

#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    requests: u64,
    up: u64,
    down: u64,
}

impl Clients {
    #[inline]
    pub(super) fn count(&mut self, exchange: Exchange, traffic: Traffic) {
        self.count_times(exchange, traffic, 1);
    }

    /// So many times the same.
    #[inline]
    pub(super) fn count_times(&mut self, exchange: Exchange, each: Traffic, times: u64) {
        let sums = &mut self.0[exchange as usize];
        sums.requests += u64::from(each.requests) * times;
        sums.up += u64::from(each.up) * times;
        sums.down += u64::from(each.down) * times;
    }

    /// Adds it to the counters of the operator; what never happened has none.
    pub(super) fn put(&self, operator: OperatorId, figures: &mut Figures) {
        for (exchange, sums) in Exchange::ALL.iter().zip(&self.0) {
            if sums.requests > 0 {
                let of = (operator, *exchange);
                figures.count(recorded::ClientRequests.key(of), sums.requests as i64);
                figures.count(recorded::ClientBytesUp.key(of), sums.up as i64);
                figures.count(recorded::ClientBytesDown.key(of), sums.down as i64);
            }
        }
    }
}
