//! What two servers say to each other of the session between them (IMPS SSP): the three exchanges that
//! set it up, and the keep-alive. How each answers is `model/gateway/session.rs`, how it looks on the
//! wire `wire/setup.rs`.
//!
//! The exchanges are those of the one public server that speaks SSP. What no public text says is as in
//! CSP: services are named as its service tree does, each side's in the third exchange, and who has heard
//! nothing for a while asks whether the other is there.

/// Something said of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Talk {
    /// What.
    pub step: Step,
    /// It answers, else asks.
    pub answer: bool,
    /// Which set-up it belongs to, counted by the side that began it.
    pub set_up: u32,
}

/// What is asked, or answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// First exchange (SendSecretToken): a secret, and the version spoken.
    Token {
        /// Whoever gets it proves that it did.
        secret: u64,
        /// The digit after `1.` of the newest version spoken.
        version: u8,
    },
    /// Second exchange (LoginRequest): the proof.
    Login {
        /// Of the other side's secret, by [`digest`].
        digest: u64,
    },
    /// Third exchange (LoginResponse): what the side serves.
    Services(Services),
    /// Whether the other side is there (as in CSP: KeepAliveRequest).
    KeepAlive,
}

/// Services of a session (RD-7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Services {
    /// Instant messages, contact requests and validations.
    pub messaging: bool,
    /// Subscriptions and what they bring.
    pub presence: bool,
    /// Searches.
    pub search: bool,
    /// Messages to groups.
    pub groups: bool,
}

/// What two servers have agreed on as their session was set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// The newest version that both speak, as the digit after `1.`.
    pub version: u8,
    /// What both serve.
    pub services: Services,
}

impl Services {
    /// All of them.
    pub const ALL: Self = Self { messaging: true, presence: true, search: true, groups: true };

    /// What both serve.
    pub(crate) fn both(self, other: Self) -> Self {
        Self {
            messaging: self.messaging && other.messaging,
            presence: self.presence && other.presence,
            search: self.search && other.search,
            groups: self.groups && other.groups,
        }
    }

    /// Their names, as features of an agreement have them.
    pub(crate) fn words(self) -> impl Iterator<Item = &'static str> {
        let Self { messaging, presence, search, groups } = self;
        [(messaging, "messaging"), (presence, "presence"), (search, "search"), (groups, "groups")]
            .into_iter()
            .filter_map(|(served, word)| served.then_some(word))
    }
}

/// What proves that a secret has come: stands for MD5, of which nothing but the length matters here.
pub(crate) fn digest(secret: u64) -> u64 {
    secret.rotate_left(23).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ secret
}
