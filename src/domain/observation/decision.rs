//! What operators and users decide, as it is seen: where a message or a contact request goes next, and by
//! which rule.

use crate::domain::id::{AgreementId, OperatorId};

/// What an operator does with a message or a contact to be added, and by which rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// To the client of its own user (KIND-1).
    Client,
    /// Kept until its user logs in.
    Store,
    /// Over an agreement, to its peer or through it (RD-6).
    Agreement(AgreementId),
    /// As SMS for a legacy customer or an IM user out of reach (KIND-2, KIND-3, KIND-4), in so many
    /// parts.
    Sms {
        /// Short messages that carry the text, at least 1.
        segments: u16,
        /// Place of the reply number in the pool (IM-0050).
        reply: u32,
    },
    /// A reply number led back to the conversation it belongs to (IM-0050).
    Conversation {
        /// Place of the reply number in the pool.
        reply: u32,
    },
    /// A short message from another network goes to its phone here (UC-2b).
    Page,
    /// A short message from the SMSC of that operator, which may be this one, is for a reply number
    /// here: IM over SMS, for the IMSP (UC-4a, UC-4b).
    ImOverSms(OperatorId),
    /// The number of a contact is validated by its home (UC-1a).
    Validate(OperatorId),
    /// An IM user of this operator is asked to be a contact (RD-3).
    Ask(OperatorId),
    /// The number of a contact is enough: no IM there, or none that interworks (UC-1b).
    NumberAlone(OperatorId),
    /// The home of a legacy customer answers with the UID and the presence (UC-1a).
    Valid {
        /// Whether the customer looks online; `None`: nothing better is known than the default.
        online: Option<bool>,
    },
    /// The IM user who was asked says yes or no, at the client (RD-3).
    Accepted(bool),
    /// A contact who was listed by the number alone stays, now with UID and presence.
    Kept,
}
