//! What can fail for a while, as the timeline says: links and parts of operators.

use crate::domain::id::OperatorId;
use crate::domain::part::{Owner, Part};

/// Something fails, for a while.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outage {
    /// Whatever connects two operators, in both directions and by every agreement of theirs.
    Link {
        /// The operators at its ends, in no order.
        between: [OperatorId; 2],
        /// What is wrong with it.
        fault: LinkFault,
    },
    /// A part of an operator, or one of its nodes, starts no service and takes in nothing new.
    Part(Part),
}

/// What is wrong with a link.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LinkFault {
    /// Every transfer put on it is lost, and repeated as with any loss.
    Down,
    /// Latencies are multiplied by this, which is 1 at least.
    Slow(f64),
}

impl Outage {
    /// Whether something of `operator` fails.
    pub(crate) fn concerns(&self, operator: OperatorId) -> bool {
        match self {
            Self::Link { between, .. } => between.contains(&operator),
            Self::Part(Part { owner: Owner::Operator(whose) | Owner::Node(whose, _), .. }) => {
                *whose == operator
            }
            Self::Part(Part { owner: Owner::Side(..), .. }) => false,
        }
    }
}
