//! Who is where: the dense numbering of all subscribers, and their telephone numbers. Built once
//! from the settings; shared by every node. It knows nothing of what subscribers do.

use super::federation::{Federation, Subscribers};
use super::id::{OperatorId, SubscriberId};

/// The subscribers of a federation. Ids are dense: operator by operator in id order, each
/// operator's IM users before its legacy customers.
#[derive(Clone, Debug)]
pub struct Population {
    /// First subscriber of each operator, and one past the last of all.
    bases: Vec<u32>,
    /// IM users of each operator.
    im: Vec<u32>,
}

impl Population {
    /// Numbers the subscribers of all operators.
    pub(crate) fn new(federation: &Federation) -> Self {
        let mut bases = vec![0u32];
        let mut im = Vec::new();
        for operator in &federation.operators {
            let Subscribers { im: im_users, sms_only } = operator.subscribers;
            im.push(im_users);
            bases.push(bases[bases.len() - 1] + im_users + sms_only);
        }
        Self { bases, im }
    }

    /// How many operators there are.
    pub(crate) fn operators(&self) -> usize {
        self.im.len()
    }

    /// All subscribers of the federation.
    pub(crate) fn total(&self) -> u32 {
        self.bases[self.bases.len() - 1]
    }

    /// The operator that serves a subscriber.
    pub(crate) fn operator(&self, subscriber: SubscriberId) -> OperatorId {
        let place = self.bases.partition_point(|&base| base <= subscriber.0);
        OperatorId((place - 1) as u16)
    }

    /// The place of a subscriber among those of its operator.
    pub(crate) fn index(&self, subscriber: SubscriberId) -> u32 {
        subscriber.0 - self.bases[self.operator(subscriber).index()]
    }

    /// The subscriber at a place of an operator.
    pub fn subscriber(&self, operator: OperatorId, index: u32) -> SubscriberId {
        SubscriberId(self.bases[operator.index()] + index)
    }

    /// First subscriber id of an operator.
    pub(crate) fn base(&self, operator: OperatorId) -> u32 {
        self.bases[operator.index()]
    }

    /// All subscribers of an operator, as a range of ids.
    pub(crate) fn range(&self, operator: OperatorId) -> std::ops::Range<u32> {
        self.bases[operator.index()]..self.bases[operator.index() + 1]
    }

    /// How many IM users an operator has.
    pub(crate) fn im_users(&self, operator: OperatorId) -> u32 {
        self.im[operator.index()]
    }

    /// How many legacy customers an operator has.
    pub(crate) fn sms_only(&self, operator: OperatorId) -> u32 {
        let range = self.range(operator);
        range.end - range.start - self.im_users(operator)
    }

    /// Whether a subscriber is an IM user (KIND-1).
    pub(crate) fn is_im(&self, subscriber: SubscriberId) -> bool {
        let operator = self.operator(subscriber);
        subscriber.0 - self.base(operator) < self.im_users(operator)
    }
}
