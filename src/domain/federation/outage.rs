//! What can fail for a while, as the timeline says: links and parts of operators.

use crate::domain::id::OperatorId;

/// Something fails, for a while.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outage {
    /// Whatever connects two operators, in both directions and by every agreement of theirs.
    Link {
        /// The two.
        between: [OperatorId; 2],
        /// What is wrong with it.
        fault: LinkFault,
    },
    /// A part of an operator starts no service and takes in nothing new.
    Node {
        /// Whose part.
        operator: OperatorId,
        /// Which.
        part: Part,
    },
}

/// What is wrong with a link.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LinkFault {
    /// Every transfer put on it is lost, and repeated as with any loss.
    Down,
    /// Latencies are multiplied by this, which is 1 at least.
    Slow(f64),
}

/// A part of an operator that can be down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The IM server of an IMSP.
    ImServer,
    /// One node of the SMSC, or all.
    Smsc(Option<u16>),
    /// The HLR.
    Hlr,
    /// The relay of a hub.
    Relay,
    /// The translator of an IMS operator.
    Translator,
}

impl Outage {
    /// Whether something of `operator` fails.
    pub fn concerns(&self, operator: OperatorId) -> bool {
        match self {
            Self::Link { between, .. } => between.contains(&operator),
            Self::Node { operator: whose, .. } => *whose == operator,
        }
    }
}
