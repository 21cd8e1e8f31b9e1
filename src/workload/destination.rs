//! Where the contacts of one operator's users are: IM user or legacy customer, own operator or
//! another one. The rule of the topology's `workload.contacts`, shared by the lists at the start
//! of the run and the contacts added later; who exactly it is decides the caller.

use crate::domain::federation::{Contacts, Federation};
use crate::domain::id::OperatorId;
use crate::domain::population::Population;
use crate::domain::random::Stream;

/// A kind of contact of one operator's users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destination {
    /// Who serves the contact.
    pub operator: OperatorId,
    /// Whether it is a legacy customer.
    pub legacy: bool,
}

/// The destinations of the contacts of one operator's users.
#[derive(Clone, Debug)]
pub struct Destinations {
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
    pub fn new(federation: &Federation, population: &Population, operator: OperatorId) -> Self {
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
    pub fn draw(&self, stream: &mut Stream) -> Option<Destination> {
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
    pub fn sms_only(&self) -> f64 {
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
