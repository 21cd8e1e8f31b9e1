//! What two operators have agreed on: protocol, features, link, limits, sizes and prices.

use super::{Exposed, Operator};
use crate::domain::distribution::DurationDistribution;
use crate::domain::id::OperatorId;
use crate::domain::outcome::closed_list;
use crate::domain::session::Services;
use crate::domain::time::Duration;

/// An interconnect agreement of two operators.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Agreement {
    /// The two, as written. Index 0 and 1 of every pair below.
    pub(crate) between: [OperatorId; 2],
    /// The protocol that both sides speak.
    pub(crate) protocol: Protocol,
    /// Users may be addressed by number.
    pub(crate) e164: bool,
    /// Users may be addressed by UID.
    pub(crate) uid: bool,
    /// Kinds of traffic that it carries; what it does not needs another way.
    pub(crate) features: Features,
    /// What it lets cross of what may bear on charging (RD-8).
    pub(crate) expose: Vec<Exposed>,
    /// The transport, the same in both directions.
    pub(crate) link: Link,
    /// By sending side: index 0 limits what `between[0]` sends.
    pub(crate) rate_limit: [Option<RateLimit>; 2],
    /// After this long without an answer a transfer is repeated.
    pub(crate) retry_timeout: Duration,
    /// The session between the two servers (`ssp` alone); `None`: taken to be there always.
    pub(crate) session: Option<Session>,
    /// How presence crosses.
    pub(crate) presence: PresenceTerms,
    /// Bytes by transfer kind where the file gives them; `None`: the length of the encoding.
    pub(crate) sizes: Sizes,
    /// What the sending side owes.
    pub(crate) tariff: Tariff,
    /// From the start of measuring, if it is made during the run.
    pub(crate) begins: Option<Duration>,
}

impl Agreement {
    /// The place of `operator` in `between`, if it is a party.
    pub(crate) fn side(&self, operator: OperatorId) -> Option<usize> {
        self.between.iter().position(|&party| party == operator)
    }

    /// Whether what crosses is translated by one of its parties (IMS-2).
    pub(crate) fn is_translated_by(&self, operator: &Operator) -> bool {
        operator.translator.is_some() && self.protocol.is_translated()
    }

    /// The other party.
    pub(crate) fn peer(&self, operator: OperatorId) -> OperatorId {
        if self.between[0] == operator { self.between[1] } else { self.between[0] }
    }
}

closed_list! {
    /// What two operators speak; the label is its word in topologies. Parts of an agreement beside
    /// another of the same pair are named after it, but for those of the first.
    Protocol {
        /// IMPS server to server: instant messages and presence.
        Ssp => "ssp",
        /// SIP as IMS operators speak it to each other: instant messages (RFC 3428) and presence
        /// (RFC 3856).
        Simple => "simple",
        /// XMPP server to server: instant messages and presence (RFC 6121).
        Xmpp => "xmpp",
        /// Short messages only.
        Sms => "sms",
    }
}

impl Protocol {
    /// Whether instant messages and presence cross by it, else short messages alone.
    pub(crate) fn carries_im(self) -> bool {
        match self {
            Self::Ssp | Self::Simple | Self::Xmpp => true,
            Self::Sms => false,
        }
    }

    /// Whether an operator of the IMS family, who speaks SIP within, has to translate it (IMS-2).
    pub(crate) fn is_translated(self) -> bool {
        match self {
            Self::Ssp | Self::Xmpp => true,
            Self::Simple | Self::Sms => false,
        }
    }

    /// Whether each instant message is answered by whoever gets it: a stanza is not (RFC 6120 8.1).
    pub(crate) fn answers_messages(self) -> bool {
        match self {
            Self::Ssp | Self::Simple => true,
            Self::Xmpp | Self::Sms => false,
        }
    }

    /// Whether a subscription that is ended brings the state once more, where a refresh need not: a
    /// last NOTIFY says that it is over (RFC 6665 4.1.2.3). None ends an XMPP subscription.
    pub(crate) fn notifies_at_end(self, on_refresh: bool) -> bool {
        match self {
            Self::Ssp | Self::Sms => on_refresh,
            Self::Simple => true,
            Self::Xmpp => false,
        }
    }
}

/// What an agreement carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Features {
    /// Instant messages, contact requests and validations.
    pub(crate) messaging: bool,
    /// Subscriptions, notifications and states between the two domains.
    pub(crate) presence: bool,
    /// Searches for users of the other domain, and their answers (RD-3).
    pub(crate) search: bool,
    /// Copies of messages to members of groups in the other domain (RD-7).
    pub(crate) groups: bool,
    /// Short messages and their signalling.
    pub(crate) sms: bool,
}

impl Features {
    /// What of it the two servers agree on as their session is set up.
    pub(crate) fn services(self) -> Services {
        let Self { messaging, presence, search, groups, sms: _ } = self;
        Services { messaging, presence, search, groups }
    }

    /// All that a protocol can carry.
    pub(crate) fn all(protocol: Protocol) -> Self {
        let im = protocol.carries_im();
        // RFC 3428, 3856 and 6121 have neither search nor groups.
        let imps = protocol == Protocol::Ssp;
        Self { messaging: im, presence: im, search: imps, groups: imps, sms: !im }
    }
}

/// The transport of an agreement.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Link {
    /// One way; its minimum is above zero.
    pub(crate) latency: DurationDistribution,
    /// Bits a second; `None`: no serialisation delay.
    pub(crate) bandwidth: Option<f64>,
    /// Share of transfers lost, below 1.
    pub(crate) loss: f64,
}

/// Times of the session between two servers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Session {
    /// Whoever has heard nothing for so long asks whether the other is there.
    pub(crate) keep_alive: Duration,
    /// Without an answer for so long a session is lost, and a set-up has failed.
    pub(crate) timeout: Duration,
    /// Waits after set-ups that failed; the last repeats.
    pub(crate) retry: Vec<Duration>,
}

/// A limit on the messages of one side.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RateLimit {
    /// Messages a second.
    pub(crate) rate: f64,
    /// How conformance is decided.
    pub(crate) meter: Meter,
    /// What happens to a message over the limit.
    pub(crate) over: OverLimit,
}

/// How a rate limit decides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Meter {
    /// A bucket of so many places that drains at the rate.
    LeakyBucket {
        /// Messages that may pass at once after a pause, at least 1.
        burst: u32,
    },
    /// A counter per calendar window, which starts at zero at each multiple of it.
    Window(Duration),
}

/// What happens over a rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OverLimit {
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
pub(crate) struct PresenceTerms {
    /// One notification per change and domain, expanded there, instead of one per watcher.
    pub(crate) per_domain: bool,
    /// Each request is answered.
    pub(crate) acknowledged: bool,
    /// How often a subscription is refreshed; `None`: never.
    pub(crate) refresh: Option<Duration>,
    /// One subscription per list of contacts instead of one per contact.
    pub(crate) per_list: bool,
    /// Whether a refresh also sends the state.
    pub(crate) notify_on_refresh: bool,
    /// Whether the end of a subscription also does.
    pub(crate) notify_at_end: bool,
    /// A change sends what is new of the state instead of the whole (RFC 5263).
    pub(crate) partial: bool,
}

/// Bytes on the wire by kind of transfer; `None` takes the length of the real encoding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sizes {
    /// An instant message.
    pub(crate) message: Option<u32>,
    /// A presence notification.
    pub(crate) notification: Option<u32>,
    /// A subscription, its refresh or its end.
    pub(crate) subscribe: Option<u32>,
    /// A validation request.
    pub(crate) validate: Option<u32>,
    /// A contact request.
    pub(crate) contact: Option<u32>,
    /// The answer to any request, acknowledgements included.
    pub(crate) answer: Option<u32>,
    /// A short message.
    pub(crate) sms: Option<u32>,
}

/// What the sending side owes, in the topology's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Tariff {
    /// Per instant message.
    pub(crate) message: f64,
    /// Per segment of a short message.
    pub(crate) sms: f64,
    /// Per presence notification.
    pub(crate) presence: f64,
    /// Owed by each side every month, whatever crosses.
    pub(crate) monthly: f64,
}
