//! The words of a topology, each with what it means: the table of keys lists them from here, and the
//! builder reads them back from here, so that no word can be known to one and not to the other.

use crate::domain::client::Fetching;
use crate::domain::federation::{
    Arrivals, Exposed, LegacyPresence, Notice, OfflineMessages, OperatorKind, Overlong, Protocol,
    Recipients, ReplyExhausted,
};
use crate::domain::imps::ImpsVersion;

/// Words that a value may be, with their meanings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words<T: 'static> {
    /// As a topology has them.
    pub(crate) list: &'static [&'static str],
    /// What each means, in the same order.
    pub(crate) means: &'static [T],
}

impl<T: Copy> Words<T> {
    /// What a word means.
    pub(crate) fn meaning(&self, word: &str) -> Option<T> {
        let place = self.list.iter().position(|known| *known == word)?;
        Some(self.means[place])
    }

    /// Each word with its meaning.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&'static str, T)> {
        self.list.iter().copied().zip(self.means.iter().copied())
    }

    /// The meaning of the first word, which stands in for a word that was refused.
    pub(crate) fn first(&self) -> T {
        self.means[0]
    }
}

macro_rules! words {
    ($($name:ident: $of:ty { $($word:literal: $means:expr),+ })+) => {
        $(pub(crate) const $name: Words<$of> = Words { list: &[$($word),+], means: &[$($means),+] };)+
    };
}

/// Those that the protocol itself says.
pub(crate) const PROTOCOL: Words<Protocol> = Words { list: Protocol::LABELS, means: Protocol::ALL };

/// Those of the versions themselves.
pub(crate) const IMPS_VERSION: Words<ImpsVersion> =
    Words { list: ImpsVersion::LABELS, means: ImpsVersion::ALL };

/// How the values of a study's parameters make points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DesignWord {
    /// All with all.
    Grid,
    /// The first of each list together, then the second.
    List,
    /// Random, each value's range evenly filled.
    LatinHypercube,
    /// Each alone, from the topology's own.
    OneAtATime,
}

/// A warm-up that is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WarmUp {
    /// What the file says that it needs.
    Forecast,
    /// Found by a pilot run.
    Auto,
}

words! {
    WARM_UP: WarmUp { "forecast": WarmUp::Forecast, "auto": WarmUp::Auto }
    DESIGN: DesignWord {
        "grid": DesignWord::Grid,
        "list": DesignWord::List,
        "latin_hypercube": DesignWord::LatinHypercube,
        "one_at_a_time": DesignWord::OneAtATime
    }
    KIND: OperatorKind {
        "imsp": OperatorKind::Imsp,
        "ims": OperatorKind::Ims,
        "mno": OperatorKind::Mno,
        "hub": OperatorKind::Hub
    }
    EXPOSE: Exposed {
        "provider": Exposed::Provider,
        "device_type": Exposed::DeviceType,
        "access_network": Exposed::AccessNetwork,
        "status_text": Exposed::StatusText
    }
    FETCHING: Fetching { "push": Fetching::Push, "poll": Fetching::Poll }
    MESSAGES_FIRST: bool { "none": false, "messages_first": true }
    REGISTER_ON_CONTACT: bool { "on_contact": true, "never": false }
    LEGACY_PRESENCE: LegacyPresence {
        "online": LegacyPresence::Online,
        "offline": LegacyPresence::Offline,
        "hlr": LegacyPresence::Hlr
    }
    OVERLONG: Overlong {
        "refuse": Overlong::Refuse,
        "truncate": Overlong::Truncate,
        "split": Overlong::Split
    }
    NOTICE: Notice { "none": Notice::None, "once": Notice::Once, "each": Notice::Each }
    REPLY_EXHAUSTED: ReplyExhausted {
        "refuse": ReplyExhausted::Refuse,
        "reuse_oldest": ReplyExhausted::ReuseOldest
    }
    ADDRESSING: Addressing { "e164": Addressing::Number, "uid": Addressing::Uid }
    FEATURES: Feature {
        "messaging": Feature::Messaging,
        "presence": Feature::Presence,
        "search": Feature::Search,
        "groups": Feature::Groups
    }
    OVER: Over { "refuse": Over::Refuse, "queue": Over::Queue, "sms": Over::Sms }
    PER_DOMAIN: bool { "per_watcher": false, "per_domain": true }
    PARTIAL: bool { "full": false, "partial": true }
    PER_LIST: bool { "per_contact": false, "per_list": true }
    ARRIVALS: Arrivals { "poisson": Arrivals::Poisson, "constant": Arrivals::Constant }
    RECIPIENTS: Recipients { "uniform": Recipients::Uniform }
    OFFLINE_MESSAGES: OfflineMessages {
        "store": OfflineMessages::Store,
        "sms": OfflineMessages::Sms,
        "refuse": OfflineMessages::Refuse
    }
    // Keys, of which a distribution of durations has exactly one.
    DELAYS: Delay {
        "exponential": Delay::Exponential,
        "uniform": Delay::Uniform,
        "lognormal": Delay::Lognormal,
        "erlang": Delay::Erlang,
        "shifted": Delay::Shifted,
        "empirical": Delay::Empirical
    }
    // The same of counts.
    COUNTS: Amount {
        "poisson": Amount::Poisson,
        "geometric": Amount::Geometric,
        "zipf": Amount::Zipf,
        "lognormal": Amount::Lognormal,
        "empirical": Amount::Empirical
    }
    // Keys of `service_time`.
    SERVICES: Service {
        "message": Service::Message,
        "presence": Service::Presence,
        "notification": Service::Notification,
        "subscribe": Service::Subscribe,
        "search": Service::Search,
        "login": Service::Login,
        "validate": Service::Validate,
        "contact": Service::Contact,
        "group": Service::Group,
        "poll": Service::Poll,
        "default": Service::Rest
    }
    // Keys, of which an event of the timeline has exactly one.
    EVENTS: Happening {
        "upgrade": Happening::Upgrade,
        "lapse": Happening::Lapse,
        "becomes_imsp": Happening::BecomesImsp,
        "agree": Happening::Agree,
        "link_down": Happening::LinkDown,
        "link_slow": Happening::LinkSlow,
        "node_down": Happening::NodeDown
    }
}

/// Kinds of distributions of durations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delay {
    /// Memoryless.
    Exponential,
    /// Between two bounds.
    Uniform,
    /// By median and 99th percentile.
    Lognormal,
    /// A sum of exponential ones.
    Erlang,
    /// Another one, later.
    Shifted,
    /// From a file.
    Empirical,
}

/// Kinds of distributions of counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Amount {
    /// By mean.
    Poisson,
    /// By mean.
    Geometric,
    /// By exponent, to a maximum.
    Zipf,
    /// By median and 99th percentile.
    Lognormal,
    /// From a file.
    Empirical,
}

/// Kinds of request of an IM server, by what each takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// An instant message.
    Message,
    /// A presence change.
    Presence,
    /// One notification to a client.
    Notification,
    /// A subscription.
    Subscribe,
    /// A search.
    Search,
    /// A login or logout.
    Login,
    /// The validation of a number.
    Validate,
    /// A contact request.
    Contact,
    /// A group operation.
    Group,
    /// A poll that finds nothing, or a sign of life.
    Poll,
    /// All that are not named.
    Rest,
}

/// How users are addressed across an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Addressing {
    /// By E.164 number.
    Number,
    /// By UID, `name@domain`.
    Uid,
}

/// What an agreement may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feature {
    /// Instant messages, contact requests and validations.
    Messaging,
    /// Subscriptions, notifications and states.
    Presence,
    /// Searches for users of the other operator (RD-3).
    Search,
    /// Copies of messages to groups (RD-7).
    Groups,
}

/// What happens over a rate limit, before it is known how many may queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// Refused with the reason `rate_limited`.
    Refuse,
    /// Waits for the limit, among as many as `queue_limit` says.
    Queue,
    /// Becomes a short message.
    Sms,
}

/// What can happen during a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happening {
    /// A legacy customer becomes an IM user.
    Upgrade,
    /// The subscription of an IM user lapses.
    Lapse,
    /// An operator without IM becomes an IMSP.
    BecomesImsp,
    /// An agreement begins.
    Agree,
    /// A link fails.
    LinkDown,
    /// A link is slower.
    LinkSlow,
    /// A part of an operator fails.
    NodeDown,
}
