//! What an IM client and its operator's server have to do with each other: how a client gets what
//! comes for it, what the two exchange, and how long that is. Called by settings, lengths, nodes and
//! measurement; it knows no encoding.

use super::outcome::Exchange;
use super::time::Duration;

/// How clients get what comes for them (IMPS CSP).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fetching {
    /// They are told to fetch it, over a communication initiation request channel (CIR).
    Push,
    /// They ask at an interval (`ServerPollMin`).
    Poll,
}

/// The clients of one kind of access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Client {
    /// How they get what comes for them.
    pub(crate) channel: Fetching,
    /// Between two polls of a client that polls, above zero.
    pub(crate) poll_interval: Duration,
    /// After so much silence a client tells the server that it is there, above zero. Polls are no
    /// silence.
    pub(crate) keep_alive: Duration,
}

impl Client {
    /// Of whom the topology says nothing.
    pub(crate) const STANDARD: Self = Self {
        channel: Fetching::Push,
        poll_interval: Duration::from_secs(30),
        keep_alive: Duration::from_secs(59 * 60),
    };

    /// What such a client asks the server for by itself, and how often at most.
    pub(crate) fn unasked(self) -> (Act, Duration) {
        match self.channel {
            Fetching::Push => (Act::KeepAlive, self.keep_alive),
            Fetching::Poll => (Act::Poll, self.poll_interval),
        }
    }
}

/// Whether requests and their answers, or their lengths: of one act, or added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// HTTP requests of the client.
    pub(crate) requests: u32,
    /// Bytes from the client, headers included.
    pub(crate) up: u32,
    /// Bytes to the client, headers included.
    pub(crate) down: u32,
}

impl std::ops::Add for Traffic {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_add(other.requests),
            up: self.up.saturating_add(other.up),
            down: self.down.saturating_add(other.down),
        }
    }
}

macro_rules! acts {
    ($($(#[$doc:meta])* $act:ident of $exchange:ident $way:ident)+) => {
        /// One thing that a client and its server do: a request with its answer, or several that
        /// belong together.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Act { $($(#[$doc])* $act,)+ }

        impl Act {
            /// All of them.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$act,)+];

            /// What results count it as.
            pub(crate) const fn exchange(self) -> Exchange {
                match self { $(Self::$act => Exchange::$exchange,)+ }
            }

            /// Whether the server has something for the client, which fetches it.
            pub(crate) const fn is_fetched(self) -> bool {
                match self { $(Self::$act => matches!(Way::$way, Way::Fetched),)+ }
            }

            /// Whether what makes it longer, a text or a list, goes to the client.
            pub(crate) const fn grows_down(self) -> bool {
                match self { $(Self::$act => !matches!(Way::$way, Way::Up),)+ }
            }
        }
    };
}

/// Who begins, and which way contents go.
enum Way {
    /// The client brings something.
    Up,
    /// The client asks for something.
    Down,
    /// The server has something for the client.
    Fetched,
}

acts! {
    /// Everything from the first request until presence is subscribed to.
    Login of Login Down
    /// The end of a session by its client.
    Logout of Logout Up
    /// A message of the user.
    Send of Send Up
    /// A message for the user.
    Receive of Receive Fetched
    /// What has become of a message of the user.
    Report of Report Fetched
    /// A change of the user's own presence.
    Update of Update Up
    /// Presence of contacts.
    Notify of Notify Fetched
    /// A contact goes on the list, or off it.
    ChangeContact of Contacts Up
    /// Somebody wants to see the user's presence.
    AskContact of Contacts Fetched
    /// What the user says to that, asked or unasked.
    AnswerContact of Contacts Up
    /// A contact is blocked, or not any more.
    Block of Contacts Up
    /// A search for somebody.
    Search of Search Down
    /// A message of the user to a group.
    SendGroup of Group Up
    /// An invitation by the user.
    Invite of Group Up
    /// An invitation for the user.
    AskGroup of Group Fetched
    /// What the user says to that.
    AnswerGroup of Group Up
    /// The user leaves a group.
    LeaveGroup of Group Up
    /// A sign of life after silence.
    KeepAlive of KeepAlive Up
    /// A poll that finds nothing.
    Poll of Poll Down
}

/// Traffic of every act of one operator's clients, without what makes it longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSizes {
    pub(crate) acts: [Traffic; Act::ALL.len()],
    /// What a server sends to have something fetched by CIR, bytes to the client.
    pub(crate) cir: u32,
    /// What opening that channel adds to a login.
    pub(crate) hello: Traffic,
    /// Each contact of the list that a login brings, bytes to the client.
    pub(crate) contact: u32,
    /// Each further contact in a notification, bytes to the client.
    pub(crate) presence: u32,
}

impl ClientSizes {
    /// The sizes of acts as `of` has them; those that come on top are zero.
    pub(crate) fn new(of: impl Fn(Act) -> Traffic) -> Self {
        let mut acts = [Traffic::default(); Act::ALL.len()];
        Act::ALL.iter().for_each(|act| acts[*act as usize] = of(*act));
        Self { acts, cir: 0, hello: Traffic::default(), contact: 0, presence: 0 }
    }

    /// The traffic of an act of a client, its contents `more` bytes longer.
    #[inline]
    pub(crate) fn of(&self, act: Act, fetching: Fetching, more: u32) -> Traffic {
        let mut traffic = self.acts[act as usize];
        match act.grows_down() {
            true => traffic.down = traffic.down.saturating_add(more),
            false => traffic.up = traffic.up.saturating_add(more),
        }
        match fetching {
            Fetching::Push if act.is_fetched() => traffic.down += self.cir,
            Fetching::Push if act == Act::Login => traffic = traffic + self.hello,
            Fetching::Push | Fetching::Poll => {}
        }
        traffic
    }
}
