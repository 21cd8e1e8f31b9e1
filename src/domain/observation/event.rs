//! What happens to conversations and short messages, and how long a stage took: parts of observations.

use crate::domain::id::OperatorId;
use crate::domain::outcome::Stage;
use crate::domain::time::Duration;

/// What happens to a conversation on a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConversationTurn {
    /// With its first message.
    Opened,
    /// By its user.
    Closed,
    /// With a message after it was closed.
    Reopened,
}

/// One part of a message's latency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StageTime {
    /// Where the time went: a queue, a service, a link, a store.
    pub stage: Stage,
    /// At which operator; for a link, the sending one.
    pub operator: OperatorId,
    /// How long in all.
    pub time: Duration,
}

/// What happens to a short message at an SMSC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmsEvent {
    /// Submitted and accepted, in so many segments.
    Submitted {
        /// Short messages that carry the text, at least 1.
        segments: u32,
    },
    /// Refused at submission.
    Refused,
    /// A delivery was attempted: an HLR was asked.
    Attempted,
    /// An attempt failed and another will follow.
    Retried,
    /// The handset, or the IM service of a reply number, has it.
    Delivered {
        /// From the submission.
        took: Duration,
    },
    /// Its validity ended.
    Expired,
}
