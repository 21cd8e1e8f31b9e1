//! What the users of an operator do: the settings of the workload, with every default filled in.

use std::sync::Arc;

use crate::domain::distribution::{CountDistribution, DurationDistribution};
use crate::domain::id::OperatorId;
use crate::domain::time::Duration;

/// What the users of one operator do.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// Contact lists.
    pub contacts: Contacts,
    /// First messages and answers.
    pub messages: Messages,
    /// Presence changes a second and online IM user, logins apart.
    pub presence_changes: f64,
    /// Logins and logouts.
    pub sessions: Sessions,
    /// Contacts added during the run.
    pub growth: Growth,
    /// Group messaging.
    pub groups: Groups,
    /// Multiplies all rates over time.
    pub load: Load,
}

/// Contact lists of IM users.
#[derive(Clone, Debug, PartialEq)]
pub struct Contacts {
    /// Contacts of an IM user.
    pub per_user: CountDistribution,
    /// Share of IM contacts served by other operators.
    pub elsewhere: f64,
    /// Share of contacts that are legacy customers.
    pub sms_only: f64,
    /// Of those, the share served by other operators.
    pub sms_only_elsewhere: f64,
    /// Share of IM contacts that also list the user.
    pub mutual: f64,
    /// Instead of all above: (owner, contact) pairs from a file, as (operator, index) each.
    /// Holds the pairs of the whole federation; each operator takes those of its own users.
    pub pairs: Option<Arc<Vec<ContactPair>>>,
}

/// Owner and contact, each as operator and index among that operator's subscribers.
pub type ContactPair = [(OperatorId, u32); 2];

/// Messages of IM users.
#[derive(Clone, Debug, PartialEq)]
pub struct Messages {
    /// How often first messages are meant to be sent.
    pub rate: MessageRate,
    /// How they are spread over time.
    pub arrivals: Arrivals,
    /// Characters.
    pub length: CountDistribution,
    /// Share of texts outside the GSM 7-bit alphabet.
    pub ucs2: f64,
    /// Weight over the sender's contact list.
    pub recipients: Recipients,
    /// Share of delivered messages that are answered, below 1; answers are answered in turn.
    pub reply_share: f64,
    /// From the delivery to the intent to answer.
    pub reply_after: DurationDistribution,
}

/// How often first messages are meant to be sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MessageRate {
    /// Per second and online IM user.
    PerUser(f64),
    /// Per second, one arrival process for all users of the operator.
    Total(f64),
}

/// How arrivals are spread over time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arrivals {
    /// Independent of each other.
    Poisson,
    /// Evenly.
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
pub enum Recipients {
    /// All alike.
    Uniform,
    /// Place k weighs k to the power of minus this exponent.
    Zipf(f64),
}

/// Logins and logouts.
#[derive(Clone, Debug, PartialEq)]
pub struct Sessions {
    /// Share of IM users logged in at a moment.
    pub online: f64,
    /// Session length; `None`: logged in, or out, for the whole run.
    pub length: Option<DurationDistribution>,
    /// What happens to a message to an IM user who is logged out.
    pub offline: OfflineMessages,
}

/// What happens to a message to an IM user who is logged out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfflineMessages {
    /// Kept until the login.
    Store,
    /// Converted to SMS.
    Sms,
    /// Refused.
    Refuse,
}

/// Contacts added during the run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// Per second and online IM user; half by number, half by UID.
    pub add_contact: f64,
    /// Share of contact requests accepted, and of watchers whom a new IM user lets see their
    /// presence.
    pub accept: f64,
    /// Legacy customers becoming IM users, per second, all of the operator together.
    pub upgrades: f64,
}

/// Group messaging of the users of an operator.
#[derive(Clone, Debug, PartialEq)]
pub struct Groups {
    /// Rooms that the operator hosts.
    pub rooms: u32,
    /// Members of a room, the host's own first member included.
    pub members: CountDistribution,
    /// Messages a second and member who is online.
    pub messages: f64,
}

/// Load over the measured time; multiplies all rates.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// During warm-up, and throughout where there are no stages.
    pub base: f64,
    /// Over the measured time, one after the other; each multiplies `base`. After the last its
    /// load stays.
    pub stages: Vec<LoadStage>,
}

/// One stage of the load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LoadStage {
    /// How long it lasts.
    pub length: Duration,
    /// Load at its end, and throughout unless `ramp`.
    pub load: f64,
    /// Whether the load moves linearly from the stage before.
    pub ramp: bool,
}
