//! What the users of an operator do: the settings of the workload, with every default filled in.

use std::sync::Arc;

use crate::domain::distribution::{CountDistribution, DurationDistribution};
use crate::domain::id::OperatorId;
use crate::domain::time::Duration;

/// What the users of one operator do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Workload {
    /// How contact lists are drawn before the run.
    pub(crate) contacts: Contacts,
    /// First messages and answers.
    pub(crate) messages: Messages,
    /// Presence changes a second and online IM user, logins apart.
    pub(crate) presence_changes: f64,
    /// Characters of the StatusText that users show, new with each change; `None`: they show none.
    pub(crate) status_text: Option<CountDistribution>,
    /// Logins and logouts.
    pub(crate) sessions: Sessions,
    /// Contacts added during the run.
    pub(crate) growth: Growth,
    /// What users do besides.
    pub(crate) activities: Activities,
    /// Groups that the operator hosts, and how much members write to them.
    pub(crate) groups: Groups,
    /// Multiplies all rates over time.
    pub(crate) load: Load,
}

/// Contact lists of IM users.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Contacts {
    /// Contacts of an IM user.
    pub(crate) per_user: CountDistribution,
    /// Share of IM contacts served by other operators.
    pub(crate) elsewhere: f64,
    /// Share of contacts that are legacy customers.
    pub(crate) sms_only: f64,
    /// Of those, the share served by other operators.
    pub(crate) sms_only_elsewhere: f64,
    /// Share of IM contacts that also list the user.
    pub(crate) mutual: f64,
    /// Instead of all above: (owner, contact) pairs from a file, as (operator, index) each.
    /// Holds the pairs of the whole federation; each operator takes those of its own users.
    pub(crate) pairs: Option<Arc<Vec<ContactPair>>>,
}

/// Owner and contact, each as operator and index among that operator's subscribers.
pub(crate) type ContactPair = [(OperatorId, u32); 2];

/// Messages of IM users.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Messages {
    /// How often first messages are meant to be sent.
    pub(crate) rate: MessageRate,
    /// How they are spread over time.
    pub(crate) arrivals: Arrivals,
    /// Length of a text in characters.
    pub(crate) length: CountDistribution,
    /// Share of texts outside the GSM 7-bit alphabet.
    pub(crate) ucs2: f64,
    /// Share of texts that are not plain, which legacy customers cannot take (CLI-1).
    pub(crate) rich: f64,
    /// Share of instant messages whose sender asks for a report of the delivery.
    pub(crate) reports: f64,
    /// Weight over the sender's contact list.
    pub(crate) recipients: Recipients,
    /// Share of delivered messages that are answered, below 1; answers are answered in turn.
    pub(crate) reply_share: f64,
    /// From the delivery to the intent to answer.
    pub(crate) reply_after: DurationDistribution,
}

/// How often first messages are meant to be sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum MessageRate {
    /// Per second and online IM user.
    PerUser(f64),
    /// Per second, one arrival process for all users of the operator.
    Total(f64),
}

/// How arrivals are spread over time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Arrivals {
    /// Independent of each other.
    Poisson,
    /// At equal distances from a random phase.
    Constant,
    /// Poisson while on, none while off, both exponential; the mean rate is kept.
    Bursty {
        /// Mean length of an on period.
        mean_on: Duration,
        /// Mean length of an off period.
        mean_off: Duration,
    },
}

/// Weight of a recipient by its place on the sender's contact list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Recipients {
    /// Every contact on the list has the same weight.
    Uniform,
    /// Place k weighs k to the power of minus this exponent.
    Zipf(f64),
}

/// Logins and logouts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sessions {
    /// Share of IM users logged in at a moment.
    pub(crate) online: f64,
    /// Session length; `None`: logged in, or out, for the whole run.
    pub(crate) length: Option<DurationDistribution>,
    /// What happens to a message to an IM user who is logged out.
    pub(crate) offline: OfflineMessages,
}

/// What happens to a message to an IM user who is logged out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfflineMessages {
    /// Kept until the login.
    Store,
    /// Converted to SMS.
    Sms,
    /// Refused with the reason `recipient_offline`.
    Refuse,
}

/// Contacts added during the run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Growth {
    /// Per second and online IM user; half by number, half by UID.
    pub(crate) add_contact: f64,
    /// Share of contact requests accepted, and of watchers whom a new IM user lets see their
    /// presence.
    pub(crate) accept: f64,
    /// Legacy customers becoming IM users, per second, all of the operator together.
    pub(crate) upgrades: f64,
}

/// A kind of what users do beside writing and adding contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// An IM user searches for somebody (RD-3).
    Search,
    /// An IM user takes a contact off the list.
    RemoveContact,
    /// An IM user blocks a contact, or ends that (CR16-1).
    Block,
    /// An IM user invites a contact to their group (IM-0020).
    Invite,
    /// A legacy customer sets their presence by SMS (HLR-2).
    Command,
}

impl Activity {
    /// All of them.
    pub(crate) const ALL: [Self; 5] =
        [Self::Search, Self::RemoveContact, Self::Block, Self::Invite, Self::Command];

    /// Names its random streams.
    pub(crate) fn purpose(self) -> &'static str {
        match self {
            Self::Search => "searches",
            Self::RemoveContact => "removed contacts",
            Self::Block => "blocked contacts",
            Self::Invite => "invitations",
            Self::Command => "presence commands",
        }
    }

    /// A second, of each user who may.
    pub(crate) fn rate(self, rates: &Activities) -> f64 {
        match self {
            Self::Search => rates.search,
            Self::RemoveContact => rates.remove_contact,
            Self::Block => rates.block,
            Self::Invite => rates.invite,
            Self::Command => rates.command,
        }
    }
}

/// How often users do it: a second, of each online IM user.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Activities {
    /// Searches for somebody (RD-3).
    pub(crate) search: f64,
    /// Contacts taken off lists.
    pub(crate) remove_contact: f64,
    /// Contacts blocked, or not any more (CR16-1).
    pub(crate) block: f64,
    /// Invitations to the user's group (IM-0020).
    pub(crate) invite: f64,
    /// Presence commands by SMS of each legacy customer (HLR-2).
    pub(crate) command: f64,
}

/// Group messaging of the users of an operator.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Groups {
    /// Memberships that the operator hosts.
    pub(crate) rooms: u32,
    /// Members of a room, the host's own first member included.
    pub(crate) members: CountDistribution,
    /// Messages a second and member who is online.
    pub(crate) messages: f64,
}

/// Load over the measured time; multiplies all rates.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Load {
    /// During warm-up, and throughout where there are no stages.
    pub(crate) base: f64,
    /// Over the measured time, one after the other; each multiplies `base`. After the last its
    /// load stays.
    pub(crate) stages: Vec<LoadStage>,
}

/// One stage of the load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LoadStage {
    /// How long it lasts.
    pub(crate) length: Duration,
    /// Load at its end, and throughout unless `ramp`.
    pub(crate) load: f64,
    /// Whether the load moves linearly from the stage before.
    pub(crate) ramp: bool,
}
