//! Where the contacts of one operator's users are: IM user or legacy customer, own operator or
//! another one. The rule of the topology's `workload.contacts`, shared by the lists at the start
//! of the run and the contacts added later; who exactly it is decides the caller.

use crate::domain::federation::{Contacts, Federation};
use crate::domain::id::OperatorId;
use crate::domain::population::Population;
use crate::domain::random::Stream;

/// A kind of contact of one operator's users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Destination {
    /// Who serves the contact.
    pub(crate) operator: OperatorId,
    /// Whether it is a legacy customer.
    pub(crate) legacy: bool,
}

/// The destinations of the contacts of one operator's users.
#[derive(Clone, Debug)]
pub(crate) struct Destinations {
    /// Whose users the contacts are of.
    operator: OperatorId,
    /// Share of legacy customers, 0 or 1 where only one side has anybody.
    sms_only: f64,
    im: Side,
    legacy: Side,
}

/// Contacts of one kind.
#[derive(Clone, Debug)]
struct Side {
    /// Share at other operators, 0 or 1 where only one side has anybody.
    elsewhere: f64,
    /// The other operators with the running sum of their customers of this kind.
    others: Vec<(u64, OperatorId)>,
    /// Whether there is anybody at all.
    any: bool,
}

impl Destinations {
    /// The rule for the users of one operator. Where nobody is on the wanted side, the other side
    /// is taken.
    pub(crate) fn new(
        federation: &Federation,
        population: &Population,
        operator: OperatorId,
    ) -> Self {
        let contacts: &Contacts = &federation.operator(operator).workload.contacts;
        let side = |own: bool, elsewhere: f64, count: &dyn Fn(OperatorId) -> u32| {
            let mut sum = 0;
            let mut others = Vec::new();
            for (other, _) in federation.operators().filter(|&(other, _)| other != operator) {
                if count(other) > 0 {
                    sum += u64::from(count(other));
                    others.push((sum, other));
                }
            }
            let (any, elsewhere) = choose(own, !others.is_empty(), elsewhere);
            Side { elsewhere, others, any }
        };
        let own_im = population.im_users(operator) > 1;
        let im = side(own_im, contacts.elsewhere, &|o| population.im_users(o));
        let own_legacy = population.sms_only(operator) > 0;
        let legacy = side(own_legacy, contacts.sms_only_elsewhere, &|o| population.sms_only(o));
        let (_, sms_only) = choose(im.any, legacy.any, contacts.sms_only);
        Self { operator, sms_only, im, legacy }
    }

    /// Where one contact is; `None` if there is nobody to list.
    pub(crate) fn draw(&self, stream: &mut Stream) -> Option<Destination> {
        let legacy = stream.chance(self.sms_only);
        let side = if legacy { &self.legacy } else { &self.im };
        if !side.any {
            return None;
        }
        let operator = if stream.chance(side.elsewhere) {
            let at = stream.below(side.others[side.others.len() - 1].0);
            side.others[side.others.partition_point(|&(sum, _)| sum <= at)].1
        } else {
            self.operator
        };
        Some(Destination { operator, legacy })
    }

    /// The share of legacy customers among contacts, as far as there are any of both kinds.
    pub(crate) fn sms_only(&self) -> f64 {
        self.sms_only
    }
}

/// Whether either of two sides has anybody, and the share of the second corrected for it.
fn choose(first: bool, second: bool, share_of_second: f64) -> (bool, f64) {
    match (first, second) {
        (true, true) => (true, share_of_second),
        (_, false) => (first, 0.0),
        (false, true) => (true, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::random::StreamSeed;
    use crate::workload::fixture;

    fn rule(operators: &[(&str, u32, u32)]) -> Destinations {
        let federation = fixture::federation(operators, &fixture::contacts(20));
        Destinations::new(&federation, &Population::new(&federation), OperatorId(0))
    }

    #[test]
    fn destinations_come_by_their_shares_and_the_sizes_of_operators() {
        let rule = rule(&[("a", 10, 10), ("b", 30, 0), ("c", 10, 20), ("m", 0, 60)]);
        let mut stream = StreamSeed::new(1, "a", "destinations").stream();
        let expected = [
            (0, false, 0.7 * 0.65),
            (1, false, 0.7 * 0.35 * 0.75),
            (2, false, 0.7 * 0.35 * 0.25),
            (0, true, 0.3 * 0.4),
            (2, true, 0.3 * 0.6 * 0.25),
            (3, true, 0.3 * 0.6 * 0.75),
        ];
        let draws: Vec<_> = (0..50_000).filter_map(|_| rule.draw(&mut stream)).collect();
        let statistic: f64 = expected
            .iter()
            .map(|&(operator, legacy, share)| {
                let to = Destination { operator: OperatorId(operator), legacy };
                let seen = draws.iter().filter(|&&draw| draw == to).count() as f64;
                (seen - 50_000.0 * share) * (seen - 50_000.0 * share) / (50_000.0 * share)
            })
            .sum();
        // 5 degrees of freedom, level 0.001; what is none of the six would be missing in them.
        assert!(statistic < 20.52, "chi-square {statistic}");
    }

    #[test]
    fn the_share_of_legacy_customers_is_that_of_the_settings_while_there_are_both() {
        assert_eq!(rule(&[("a", 10, 10)]).sms_only(), 0.3);
        assert_eq!(rule(&[("a", 10, 0)]).sms_only(), 0.0);
        assert_eq!(rule(&[("a", 1, 10)]).sms_only(), 1.0);
    }
}
