//! What two operators have agreed on: protocol, features, link, limits, sizes and prices.

use crate::domain::distribution::DurationDistribution;
use crate::domain::id::OperatorId;
use crate::domain::time::Duration;

/// An interconnect agreement of two operators.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// The two, as written. Index 0 and 1 of every pair below.
    pub between: [OperatorId; 2],
    /// What is spoken.
    pub protocol: Protocol,
    /// Users may be addressed by number.
    pub e164: bool,
    /// Users may be addressed by UID.
    pub uid: bool,
    /// What it carries; messaging alone for `sms`.
    pub features: Features,
    /// The transport, the same in both directions.
    pub link: Link,
    /// By sending side: index 0 limits what `between[0]` sends.
    pub rate_limit: [Option<RateLimit>; 2],
    /// After this long without an answer a transfer is repeated.
    pub retry_timeout: Duration,
    /// How presence crosses.
    pub presence: PresenceTerms,
    /// Bytes by transfer kind where the file gives them; `None`: the length of the encoding.
    pub sizes: Sizes,
    /// What the sending side owes.
    pub tariff: Tariff,
    /// From the start of measuring, if it is made during the run.
    pub begins: Option<Duration>,
}

impl Agreement {
    /// The place of `operator` in `between`, if it is a party.
    pub fn side(&self, operator: OperatorId) -> Option<usize> {
        self.between.iter().position(|&party| party == operator)
    }

    /// The other party.
    pub fn peer(&self, operator: OperatorId) -> OperatorId {
        if self.between[0] == operator { self.between[1] } else { self.between[0] }
    }
}

/// What two operators speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// IMPS server to server: instant messages and presence.
    Ssp,
    /// Short messages only.
    Sms,
}

impl Protocol {
    /// As topologies write it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Ssp => "ssp",
            Self::Sms => "sms",
        }
    }

    /// Whether instant messages and presence cross by it, else short messages alone.
    pub fn carries_im(self) -> bool {
        match self {
            Self::Ssp => true,
            Self::Sms => false,
        }
    }
}

/// What an agreement carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Features {
    /// Instant messages (on an `sms` agreement: short messages).
    pub messaging: bool,
    /// Presence.
    pub presence: bool,
    /// Search.
    pub search: bool,
    /// Group messaging.
    pub groups: bool,
}

impl Features {
    /// All that a protocol can carry.
    pub fn all(protocol: Protocol) -> Self {
        let all = protocol.carries_im();
        Self { messaging: true, presence: all, search: all, groups: all }
    }
}

/// The transport of an agreement.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// One way; its minimum is above zero.
    pub latency: DurationDistribution,
    /// Bits a second; `None`: no serialisation delay.
    pub bandwidth: Option<f64>,
    /// Share of transfers lost, below 1.
    pub loss: f64,
}

/// A limit on the messages of one side.
#[derive(Clone, Debug, PartialEq)]
pub struct RateLimit {
    /// Messages a second.
    pub rate: f64,
    /// How conformance is decided.
    pub meter: Meter,
    /// What happens to a message over the limit.
    pub over: OverLimit,
}

/// How a rate limit decides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Meter {
    /// A bucket of so many places that drains at the rate.
    LeakyBucket {
        /// Places.
        burst: u32,
    },
    /// A counter per calendar window, which starts at zero at each multiple of it.
    Window(Duration),
}

/// What happens over a rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverLimit {
    /// Refused with a reason.
    Refuse,
    /// Waits until the limit allows it.
    Queue {
        /// Messages waiting; one more is refused.
        limit: u32,
    },
    /// Converted to SMS by the sending side.
    Sms,
}

/// How presence crosses an agreement.
#[derive(Clone, Debug, PartialEq)]
pub struct PresenceTerms {
    /// One notification per change and domain, expanded there, instead of one per watcher.
    pub per_domain: bool,
    /// Each request is answered.
    pub acknowledged: bool,
    /// Subscription refresh interval.
    pub refresh: Option<Duration>,
    /// One subscription per list of contacts instead of one per contact.
    pub per_list: bool,
    /// Whether refresh and termination also send the state.
    pub notify_on_refresh: bool,
}

/// Bytes on the wire by kind of transfer; `None` takes the length of the real encoding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// An instant message.
    pub message: Option<u32>,
    /// A presence notification.
    pub notification: Option<u32>,
    /// A subscription.
    pub subscribe: Option<u32>,
    /// A validation request.
    pub validate: Option<u32>,
    /// A contact request.
    pub contact: Option<u32>,
    /// An answer.
    pub answer: Option<u32>,
    /// A short message.
    pub sms: Option<u32>,
}

/// What the sending side owes, in the topology's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tariff {
    /// Per instant message.
    pub message: f64,
    /// Per segment of a short message.
    pub sms: f64,
    /// Per presence notification.
    pub presence: f64,
    /// Owed by each side every month, whatever crosses.
    pub monthly: f64,
}
