//! What a month costs and what is planned for: prices, how a month is made of busy hours, growth, the
//! peak of the year. Read by planning alone; no run depends on any of it.

use crate::domain::part::{Bound, PartKind};
use crate::domain::time::Duration;

/// Prices by the month, in the topology's currency, and what a month is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Money {
    /// Share of a day's traffic in its busy hour.
    pub(crate) busy_hour_share: f64,
    /// Days like it in a month.
    pub(crate) days: f64,
    /// Of each begun step of an SMSC's licence, all nodes together.
    pub(crate) licence: f64,
    /// Messages a second of such a step.
    pub(crate) licence_step: f64,
    /// Of an SMSC's node.
    pub(crate) smsc_node: f64,
    /// Of a worker: IM server, HLR, relay, translator.
    pub(crate) workers: [f64; 4],
    /// Of each begun step of a link's bandwidth, for what one side sends.
    pub(crate) bandwidth: f64,
    /// Bits a second of such a step.
    pub(crate) bandwidth_step: f64,
}

/// What is planned for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Planning {
    /// Growth of the load in a year, as a share.
    pub(crate) growth: f64,
    /// How many years ahead the plan looks.
    pub(crate) years: u32,
    /// Load of the hours of the peak of the year, as multiples of the busy hour's.
    pub(crate) peak: Vec<f64>,
    /// How long a part or a link is down.
    pub(crate) outage: Duration,
    /// Whether an SMSC has a node more than it needs.
    pub(crate) spare: bool,
}

impl Money {
    /// How many busy hours have a month's traffic.
    pub(crate) fn busy_hours(&self) -> f64 {
        self.days / self.busy_hour_share
    }

    /// A month of so much of what bounds a part: messages or bits a second, workers; of several nodes
    /// all together.
    pub(crate) fn price(&self, kind: PartKind, amount: f64, nodes: f64) -> f64 {
        let steps = |step: f64| (amount / step - 1e-9).ceil().max(0.0);
        match kind.info().bound {
            Bound::Licence => steps(self.licence_step) * self.licence + nodes * self.smsc_node,
            Bound::Workers => self.worker(kind) * amount,
            Bound::Bandwidth => steps(self.bandwidth_step) * self.bandwidth,
            // An agreement's terms are in its tariff.
            Bound::Rate => 0.0,
        }
    }

    fn worker(&self, kind: PartKind) -> f64 {
        let [im_server, hlr, relay, translator] = self.workers;
        match kind {
            PartKind::ImServer => im_server,
            PartKind::Hlr => hlr,
            PartKind::Relay => relay,
            PartKind::Translator => translator,
            PartKind::Smsc | PartKind::Link | PartKind::RateLimit => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_that_are_begun_are_paid() {
        let money = Money {
            busy_hour_share: 0.1,
            days: 30.0,
            licence: 400.0,
            licence_step: 10.0,
            smsc_node: 1000.0,
            workers: [5.0, 6.0, 7.0, 8.0],
            bandwidth: 20.0,
            bandwidth_step: 1e6,
        };
        assert_eq!(money.busy_hours(), 300.0);
        assert_eq!(money.price(PartKind::Smsc, 40.0, 2.0), 3600.0);
        assert_eq!(money.price(PartKind::Smsc, 41.0, 2.0), 4000.0);
        assert_eq!(money.price(PartKind::Hlr, 3.0, 1.0), 18.0);
        assert_eq!(money.price(PartKind::Link, 2.5e6, 1.0), 60.0);
        assert_eq!(money.price(PartKind::RateLimit, 50.0, 1.0), 0.0);
    }
}
