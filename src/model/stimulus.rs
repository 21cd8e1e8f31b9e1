//! What users decide: by the workload's draws, by a script, or by the timeline. Reaches the crowd
//! through the engine; the model reacts and decides nothing of this kind itself.

use crate::domain::id::SubscriberId;
use crate::domain::text::Text;

/// A process of the workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stimulus {
    /// The next first message.
    Message {
        /// The sender, where the process decides; else drawn.
        user: Option<SubscriberId>,
    },
    /// The next presence change.
    Presence,
    /// The next added contact.
    AddContact,
    /// This user writes this, by script instead of by draw.
    Write {
        /// Who writes.
        sender: SubscriberId,
        /// To whom.
        recipient: SubscriberId,
        /// What.
        text: Text,
    },
    /// This user adds this contact, by script instead of by draw.
    Add {
        /// Whose list grows.
        owner: SubscriberId,
        /// By whom.
        contact: SubscriberId,
        /// By number, else by UID.
        by_number: bool,
    },
    /// A legacy customer becomes an IM user: this one, or the next by draw.
    Upgrade {
        /// Who, where a script or the timeline decides.
        user: Option<SubscriberId>,
    },
    /// This user blocks somebody, or ends that, by script.
    Block {
        /// Who.
        owner: SubscriberId,
        /// Whom.
        other: SubscriberId,
        /// Begins, else ends.
        on: bool,
    },
    /// The next message to a group.
    GroupMessage,
    /// This user invites somebody to a group, by script.
    Invite {
        /// Who.
        user: SubscriberId,
        /// Whom.
        contact: SubscriberId,
    },
    /// This user searches for somebody, by script.
    Search {
        /// Who.
        user: SubscriberId,
        /// For whom.
        contact: SubscriberId,
    },
    /// This legacy customer sets their presence by SMS, by script.
    Command {
        /// Who.
        customer: SubscriberId,
        /// Online, else offline.
        online: bool,
    },
    /// This user's phone attaches or detaches, by script.
    Phone {
        /// Whose.
        user: SubscriberId,
        /// Attaches, else detaches.
        attached: bool,
    },
    /// This user changes presence, by script.
    Change(SubscriberId),
    /// This user logs in or out, by script; who is so already stays so.
    Log {
        /// Who.
        user: SubscriberId,
        /// In, else out.
        login: bool,
    },
    /// This user answers the last message that came, by script.
    Answer {
        /// Who.
        from: SubscriberId,
        /// What.
        text: Text,
    },
    /// From now on this user says so when asked for contact or presence, by script.
    Consent {
        /// Who.
        user: SubscriberId,
        /// Yes or no.
        yes: bool,
    },
    /// A login or logout of this user.
    Session {
        /// Who.
        user: SubscriberId,
        /// How many changes of the user came before.
        count: u32,
    },
}
