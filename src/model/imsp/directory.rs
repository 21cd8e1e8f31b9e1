//! What an IMSP has been told of users elsewhere: with an agreement, by contact lists that were there
//! before, by notifications, validations and messages since. What partners told at the start is not
//! copied: it is looked up in the plan (`Plan::told_as_im`), which for that one question reads the
//! partner's population as it was then. Whatever else teaches of strangers writes here.

use rustc_hash::FxHashMap;

use crate::domain::id::{OperatorId, SubscriberId};
use crate::domain::outcome::Defect;
use crate::model::plan::Plan;

/// The strangers that one IMSP knows.
#[derive(Debug, Default)]
pub(super) struct Directory {
    /// Of whom it has learned since that they are IM users, or are none any more.
    learned: FxHashMap<SubscriberId, bool>,
    /// Whether legacy customers look online, of whom their home has said so.
    looks: FxHashMap<SubscriberId, bool>,
}

impl Directory {
    /// Whether a stranger is an IM user, as far as the IMSP of `operator` knows.
    pub(super) fn is_im(&self, stranger: SubscriberId, operator: OperatorId, plan: &Plan) -> bool {
        // Most IMSPs have learned of nobody.
        let learned = if self.learned.is_empty() { None } else { self.learned.get(&stranger) };
        learned.copied().unwrap_or_else(|| plan.told_as_im(operator, stranger))
    }

    /// A stranger has shown to be an IM user, or to be none any more.
    pub(super) fn learn(
        &mut self,
        stranger: SubscriberId,
        im: bool,
        operator: OperatorId,
        plan: &Plan,
    ) {
        if im && plan.has(Defect::UpgradeUnheard) {
            return;
        }
        if plan.told_as_im(operator, stranger) == im {
            self.learned.remove(&stranger);
        } else {
            self.learned.insert(stranger, im);
        }
    }

    /// A legacy customer elsewhere looks so from now on.
    pub(super) fn looks(&mut self, customer: SubscriberId, online: bool) {
        self.looks.insert(customer, online);
    }

    /// How a legacy customer elsewhere looks, if home has said.
    pub(super) fn look_of(&self, customer: SubscriberId) -> Option<bool> {
        self.looks.get(&customer).copied()
    }
}
