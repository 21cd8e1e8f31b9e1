//! What users decide: by the workload's draws, by a script, or by the timeline. Reaches the crowd
//! through the engine; the model reacts and decides nothing of this kind itself.

use crate::domain::federation::Activity;
use crate::domain::id::SubscriberId;
use crate::domain::presence::{Availability, StatusText};
use crate::domain::text::Text;

/// What a user changes of their presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// As it comes by draw: the next availability, and a new StatusText where users show any.
    Next,
    /// This availability; a StatusText stays.
    Availability(Availability),
    /// This StatusText; the availability stays.
    Text(StatusText),
}

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
    /// The next of what users do besides.
    Activity(Activity),
    /// This user writes this, by script instead of by draw.
    Write {
        /// The user who writes, of the operator whose crowd it reaches.
        sender: SubscriberId,
        /// The subscriber written to, of any operator.
        recipient: SubscriberId,
        /// Length and alphabet of what is written.
        text: Text,
    },
    /// This user adds this contact, by script instead of by draw.
    Add {
        /// Whose list grows.
        owner: SubscriberId,
        /// The contact to be added.
        contact: SubscriberId,
        /// By number, else by UID.
        by_number: bool,
    },
    /// A legacy customer becomes an IM user: this one, or the next by draw.
    Upgrade {
        /// Who, where a script or the timeline decides.
        user: Option<SubscriberId>,
    },
    /// This IM user gives up IM, by script; who is no IM user stays a legacy customer.
    Downgrade(SubscriberId),
    /// The subscription of this IM user lapses, by script or timeline (RD-1).
    Lapse(SubscriberId),
    /// This user lets a watcher see their presence from now on, or no longer, unasked, by script.
    Allow {
        /// Whose presence.
        publisher: SubscriberId,
        /// Who may see it.
        watcher: SubscriberId,
        /// May, else may not.
        yes: bool,
    },
    /// This user blocks somebody, or ends that, by script.
    Block {
        /// The user whose list of blocked senders changes.
        owner: SubscriberId,
        /// The sender who is blocked, or not any more.
        other: SubscriberId,
        /// Begins, else ends.
        on: bool,
    },
    /// The next message to a group.
    GroupMessage,
    /// This user invites somebody to a group, by script.
    Invite {
        /// The user who invites.
        user: SubscriberId,
        /// The subscriber invited.
        contact: SubscriberId,
    },
    /// This user writes to a group, by script.
    WriteGroup {
        /// Who writes.
        sender: SubscriberId,
        /// The group's host, if that is another.
        host: Option<SubscriberId>,
        /// Length and alphabet of what is written.
        text: Text,
    },
    /// This user leaves the group of another, by script.
    LeaveGroup {
        /// Who leaves.
        member: SubscriberId,
        /// Whose group.
        host: SubscriberId,
    },
    /// This user takes a contact off the list, by script.
    Remove {
        /// The list's owner.
        owner: SubscriberId,
        /// Who goes.
        contact: SubscriberId,
    },
    /// This user closes the conversation with somebody, by script.
    Close {
        /// Whose client.
        user: SubscriberId,
        /// The conversation's other end.
        peer: SubscriberId,
    },
    /// This user searches for somebody, by script.
    Search {
        /// The user who searches.
        user: SubscriberId,
        /// The subscriber looked for.
        contact: SubscriberId,
    },
    /// This legacy customer sets their presence by SMS, by script.
    Command {
        /// The legacy customer who sends the command.
        customer: SubscriberId,
        /// Online, else offline.
        online: bool,
    },
    /// This user's phone attaches or detaches, by script.
    Phone {
        /// Owner of the phone.
        user: SubscriberId,
        /// Attaches, else detaches.
        attached: bool,
    },
    /// This user changes presence, by script.
    Change {
        /// Whose presence.
        user: SubscriberId,
        /// What they set.
        to: Change,
    },
    /// This user logs in or out, by script; who is so already stays so.
    Log {
        /// The user whose session begins or ends.
        user: SubscriberId,
        /// In, else out.
        login: bool,
    },
    /// This user answers the last message that came, by script.
    Answer {
        /// The user who answers, and whose last message names the recipient.
        from: SubscriberId,
        /// Whom, if it is not whoever wrote last.
        to: Option<SubscriberId>,
        /// Length and alphabet of the answer.
        text: Text,
    },
    /// From now on this user says so when asked for contact or presence, by script.
    Consent {
        /// The user who is asked.
        user: SubscriberId,
        /// Yes or no.
        yes: bool,
    },
    /// A login or logout of this user.
    Session {
        /// The user whose session begins or ends.
        user: SubscriberId,
        /// How many changes of the user came before.
        count: u32,
    },
}
