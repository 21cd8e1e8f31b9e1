//! What an IMSP has been told of users elsewhere: with an agreement, by contact lists that were there
//! before, by notifications since. What partners told at the start is not copied: it is looked up in
//! the plan (`Plan::told_as_im`), which for that one question reads the partner's population as it was
//! then. Whatever else teaches of strangers writes here; the IMSP asks nobody else.

use rustc_hash::FxHashSet;

use crate::domain::id::{OperatorId, SubscriberId};
use crate::model::plan::Plan;

/// The strangers that one IMSP knows.
#[derive(Debug, Default)]
pub(super) struct Directory {
    /// Of whom it has learned since that they are IM users.
    learned: FxHashSet<SubscriberId>,
}

impl Directory {
    /// Whether a stranger is an IM user, as far as the IMSP of `operator` knows.
    pub(super) fn is_im(&self, stranger: SubscriberId, operator: OperatorId, plan: &Plan) -> bool {
        Self::was_told(stranger, operator, plan) || self.learned.contains(&stranger)
    }

    /// Whether it was told at the start. What sessions begin and end goes by this: a subscription to a
    /// stranger learned of since stands, but where it is on a list with others.
    pub(super) fn was_told(stranger: SubscriberId, operator: OperatorId, plan: &Plan) -> bool {
        plan.told_as_im(operator, stranger)
    }

    /// A stranger has shown to be an IM user.
    pub(super) fn learn(&mut self, stranger: SubscriberId, operator: OperatorId, plan: &Plan) {
        if !Self::was_told(stranger, operator, plan) {
            self.learned.insert(stranger);
        }
    }
}
