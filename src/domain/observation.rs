//! What can be seen of a run: the only thing that nodes tell the outside. Measurement and the
//! auditor live on these alone. Instants that are not given are the instant of the observation.

mod decision;
mod event;

pub use self::decision::Decision;
pub use self::event::{ConversationTurn, SmsEvent, StageTime};
use super::client::{Act, Traffic};
use super::crossing::{Fate, Listed};
use super::federation::NoticeKind;
use super::id::{AgreementId, MessageId, OperatorId, SubscriberId};
use super::outcome::{
    ContactKind, PresenceScope, Reason, Route, SessionTurn, SmsOrigin, TransferKind,
};
use super::presence::{News, Presence};
use super::session::Agreed;
use super::status::{Language, Status};
use super::time::{Duration, Instant};

/// A queueing part, dense over the federation; `measure` holds the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StationId(pub u32);

/// A message's identity in every observation of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Unique in the federation for the whole run.
    pub(crate) id: MessageId,
    /// The route as known now.
    pub route: Route,
    /// The subscriber who wrote it.
    pub(crate) sender: SubscriberId,
    /// Whom it is for.
    pub(crate) recipient: SubscriberId,
    /// Operator of the sender.
    pub(crate) from: OperatorId,
    /// Operator of the recipient.
    pub(crate) to: OperatorId,
    /// When the sender meant to send it.
    pub intended: Instant,
    /// Whether it has been kept for its recipient's login.
    pub stored: Stored,
}

/// Whether a message has been kept for its recipient's login (offline storage). What passes until
/// somebody logs in is no latency of the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stored {
    /// It has not been kept so far.
    #[default]
    Never,
    /// It is in store.
    Waits,
    /// It was, until its recipient logged in, last at this instant.
    Fetched(Instant),
}

/// A message that is under way when somebody looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InFlight {
    /// Which message, and the route it is on.
    pub(crate) subject: Subject,
    /// While it is a short message: the SMSC that has accepted it, and when.
    pub(crate) sms: Option<(OperatorId, Instant)>,
}

/// What a transfer or a decision is about, for those who follow something through a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried {
    /// An instant or short message, by its identity.
    Message(MessageId),
    /// A presence change, an upgrade included: whose, and when.
    Change(SubscriberId, Instant),
    /// A contact to be added: whose list is to grow, and by whom.
    Contact(SubscriberId, SubscriberId),
    /// Nothing that is followed: requests, answers, signalling.
    Other,
}

/// A watcher is to see a publisher from now on, or no longer; `changed` tells one such news from
/// the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The user whose presence it is.
    pub(crate) publisher: SubscriberId,
    /// The watcher who is told.
    pub(crate) watcher: SubscriberId,
    /// When that came about.
    pub(crate) changed: Instant,
}

/// One thing seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Observation<'a> {
    /// A user meant to send a message: it is offered from now on.
    Offered(Subject),
    /// A message takes another route than it was offered on; `subject` has the new one.
    Rerouted {
        /// The message, with its new route.
        subject: Subject,
        /// Its route before.
        was: Route,
    },
    /// The recipient's device has the message. Outcome.
    Delivered {
        /// Which message, and the route by which it came.
        subject: Subject,
        /// As SMS on a handset, else as IM at a client.
        sms: bool,
        /// Its latency in parts, in the order of first occurrence.
        stages: &'a [StageTime],
    },
    /// Refused by a rule. Outcome.
    Refused {
        /// Which message, and the route on which it was refused.
        subject: Subject,
        /// Why, as `messages_refused` counts it.
        reason: Reason,
    },
    /// Its validity ended at an SMSC. Outcome.
    Expired(Subject),
    /// Lost after acceptance. Outcome.
    Lost {
        /// Which message, and the route on which it was lost.
        subject: Subject,
        /// The rule, or what went wrong.
        reason: Reason,
    },
    /// A message left an IMSP towards its next hop.
    Routed {
        /// The operator whose IMSP it left.
        operator: OperatorId,
        /// From its arrival at that IMSP.
        took: Duration,
    },

    /// A job found all servers busy and waits.
    StationQueued(StationId),
    /// A job starts service.
    StationStarted {
        /// The part at which it happened.
        station: StationId,
        /// How long it waited; `None` if it found a server free and never queued.
        waited: Option<Duration>,
    },
    /// A job's service ended.
    StationLeft {
        /// The part at which it happened.
        station: StationId,
        /// Waiting and service.
        sojourn: Duration,
    },
    /// A job found the queue full, or the node down.
    StationRefused(StationId),
    /// What was served and left was a request that nobody of the federation made.
    StationOther(StationId),
    /// A job whose waiting and service are known at once (links, rate limits): it waits from now
    /// for `wait`, then is served for `service`.
    StationPlanned {
        /// The part at which it happened.
        station: StationId,
        /// How long it waits for those before it; zero if it need not.
        wait: Duration,
        /// How long it then occupies the part: transmission, or the interval of the rate.
        service: Duration,
        /// Jobs waiting just after this one came.
        queued: u32,
    },

    /// A transfer was put on a link.
    Transferred {
        /// The agreement over whose link it goes.
        agreement: AgreementId,
        /// The sending side.
        from: OperatorId,
        /// What kind of traffic it is, as counted and charged.
        kind: TransferKind,
        /// The message or presence change inside, for who follows one.
        carried: Carried,
        /// Length on the wire, bytes.
        bytes: u32,
        /// What is charged: 1, or the segments of a short message. 0 for a repetition.
        charged: u32,
        /// What the partner will know it by; `None`: lost on the link, or an answer that ends with it.
        crosses: Option<u64>,
    },
    /// Something came in over an agreement.
    CameIn {
        /// The agreement over which it came.
        agreement: AgreementId,
        /// The side that sent it.
        from: OperatorId,
        /// What tells it from others of that side, as it was sent.
        identity: u64,
    },
    /// Something came over an agreement that finds nothing here: an answer that is late, doubled or
    /// not ours, or what no partner sends.
    Stray {
        /// The operator where it came in and was left alone.
        operator: OperatorId,
    },
    /// The gateway of an IMS operator translated a transfer (IMS-2).
    Translated {
        /// The IMS operator at whose gateway it happened.
        operator: OperatorId,
        /// What kind of traffic it is.
        kind: TransferKind,
        /// The message or presence change inside, for who follows one.
        carried: Carried,
    },
    /// Something happened to the session between the servers of two operators, as one of them sees it.
    ServerSession {
        /// Who sees it.
        operator: OperatorId,
        /// The partner.
        peer: OperatorId,
        /// What happened.
        turn: SessionTurn,
        /// What it is for, from now on; `None` while there is none.
        agreed: Option<Agreed>,
        /// How long there has been no session.
        down: Duration,
    },
    /// An agreement refused a transfer, before it reached the link.
    AgreementRefused {
        /// The sending side.
        from: OperatorId,
        /// The operator it was meant for.
        to: OperatorId,
        /// The rule, or what went wrong.
        reason: Reason,
    },

    /// A user's presence changed (logins and logouts included), and its watchers are told.
    PresenceChanged {
        /// The user whose presence changed.
        publisher: SubscriberId,
        /// The publisher's operator.
        operator: OperatorId,
        /// When it changed, at the device.
        changed: Instant,
        /// How many watchers are told.
        watchers: u32,
    },
    /// Watchers of one operator are owed a presence change; `PresenceShown` pays it.
    PresenceOwed {
        /// The user whose presence changed.
        publisher: SubscriberId,
        /// When it changed, at the device.
        changed: Instant,
        /// How the change travels to them.
        scope: PresenceScope,
        /// Operator of the publisher.
        from: OperatorId,
        /// Operator of the watchers.
        to: OperatorId,
        /// How many they are.
        watchers: u32,
    },
    /// A notification went out, to a watcher's client or over an agreement.
    Notified {
        /// Operator of the publisher.
        from: OperatorId,
        /// Operator of the watcher.
        to: OperatorId,
        /// To a client, with what it took of the access network; else over an agreement.
        client: Option<Traffic>,
    },
    /// A client and its IM server exchanged something, notifications apart.
    Exchanged {
        /// The user's operator.
        operator: OperatorId,
        /// Whose client.
        user: SubscriberId,
        /// What they did.
        act: Act,
        /// What it took of the access network.
        traffic: Traffic,
    },
    /// A client asked by itself, at equal distances: seen when its session did something next, or ended.
    Unasked {
        /// The user's operator.
        operator: OperatorId,
        /// Whose client.
        user: SubscriberId,
        /// What for.
        act: Act,
        /// What each time took of the access network.
        each: Traffic,
        /// The first time.
        first: Instant,
        /// From one time to the next, above zero.
        every: Duration,
        /// All that were before this instant.
        before: Instant,
    },
    /// A client is told how contacts look: with a login, a subscription, or as a partner begins to serve
    /// them.
    ListShown {
        /// The list's owner.
        watcher: SubscriberId,
        /// Operator of that user.
        operator: OperatorId,
        /// The contacts; without a state: those whom the user may not see.
        contacts: &'a [Listed],
    },
    /// A watcher's device will show a change at `at`, or never (`None`: dropped on the way).
    PresenceShown {
        /// Who is shown it; `None` where only the number of watchers is known.
        watcher: Option<SubscriberId>,
        /// What the watcher sees of the publisher from then on.
        news: News,
        /// The user whose presence is shown.
        publisher: SubscriberId,
        /// When it changed: with `publisher`, the identity of the change.
        changed: Instant,
        /// When the device shows it.
        at: Option<Instant>,
        /// How it travelled.
        scope: PresenceScope,
        /// Operator of the publisher.
        from: OperatorId,
        /// Operator of the watcher.
        to: OperatorId,
    },

    /// Something happened to a short message at the SMSC of `operator`.
    Sms {
        /// The operator whose SMSC it is.
        operator: OperatorId,
        /// The message it carries.
        message: MessageId,
        /// What the short message is.
        origin: SmsOrigin,
        /// How far it has come there.
        event: SmsEvent,
    },
    /// Assignments of an operator's reply numbers changed: so many numbers now carry one.
    ReplyNumbersInUse {
        /// The IMSP in whose pool they are.
        operator: OperatorId,
        /// Numbers with at least one assignment.
        numbers: u32,
    },
    /// A message found no reply number.
    ReplyNumberRefused {
        /// The IMSP whose pool had none free for the recipient.
        operator: OperatorId,
    },

    /// A user meant to add a contact, at the client.
    ContactMeant {
        /// Whose list is to grow.
        owner: SubscriberId,
        /// By whom.
        contact: SubscriberId,
        /// By phone number, else by address.
        by_number: bool,
    },
    /// A contact was added and the client told.
    ContactAdded {
        /// The user on whose contact list the contact now is.
        owner: SubscriberId,
        /// The subscriber now on the list.
        contact: SubscriberId,
        /// Served as IM or in which way as SMS.
        kind: ContactKind,
        /// Operator of the list's owner.
        from: OperatorId,
        /// Operator of the contact.
        to: OperatorId,
        /// From the owner's intent until the client shows the contact.
        took: Duration,
        /// When the client shows it.
        at: Instant,
        /// What a legacy customer looks like on the list; an IM user's presence comes by
        /// subscription.
        presence: Option<&'a Presence>,
    },
    /// A user has taken a contact off the list.
    ContactRemoved {
        /// The list's owner.
        owner: SubscriberId,
        /// Who went.
        contact: SubscriberId,
        /// Operator of the list's owner.
        operator: OperatorId,
    },
    /// A conversation with somebody was opened on a client, closed, or opened again (OMTP use case 4).
    Conversation {
        /// Whose client.
        user: SubscriberId,
        /// The other end.
        peer: SubscriberId,
        /// What happened to it.
        turn: ConversationTurn,
    },
    /// A legacy customer has set their presence by SMS (HLR-2).
    Commanded {
        /// The customer's operator.
        operator: OperatorId,
        /// Who did so.
        customer: SubscriberId,
    },
    /// A contact request failed.
    ContactRefused {
        /// Whose list does not grow.
        owner: SubscriberId,
        /// By whom it does not.
        contact: SubscriberId,
        /// Operator of the list's owner.
        from: OperatorId,
        /// Operator of the contact.
        to: OperatorId,
        /// The rule, or what went wrong.
        reason: Reason,
    },
    /// A legacy customer was pre-registered (use case 1a).
    AccountRegistered {
        /// The home operator.
        operator: OperatorId,
        /// The legacy customer.
        customer: SubscriberId,
        /// Whose listing made it so; `None`: the customer has given up IM.
        owner: Option<SubscriberId>,
    },
    /// An IM user's session began or ended.
    Session {
        /// The user's operator.
        operator: OperatorId,
        /// The IM user who did so.
        user: SubscriberId,
        /// Began, else ended.
        login: bool,
    },

    /// An operator decided what to do with a message, or with a contact to be added; or a user did.
    Decided {
        /// The message, or the contact, decided about.
        carried: Carried,
        /// The operator whose IMSP, SMSC, gateway or user decided.
        operator: OperatorId,
        /// Where the message goes from here, and by which rule.
        decision: Decision,
    },
    /// A legacy customer became an IM user (OMTP use case 3).
    Upgraded {
        /// The home operator.
        operator: OperatorId,
        /// The IM user who did so.
        user: SubscriberId,
        /// When, at the device: with `user`, the identity of what its watchers are told.
        changed: Instant,
        /// Watchers whom the user is asked to allow.
        watchers: u32,
    },
    /// An IM user gave up IM and is a legacy customer.
    Downgraded {
        /// Who did so.
        user: SubscriberId,
    },
    /// A client asks its user to let a watcher see their presence.
    WatcherAsked {
        /// Whose presence.
        publisher: SubscriberId,
        /// Who wants to see it.
        watcher: SubscriberId,
        /// When the user upgraded, which is why.
        changed: Instant,
    },
    /// A user was asked to let a watcher see their presence, and answered; or says so unasked.
    WatcherAnswered {
        /// The user who was asked and answered.
        publisher: SubscriberId,
        /// Who wants to see it.
        watcher: SubscriberId,
        /// When the user upgraded, or said so unasked.
        changed: Instant,
        /// Whether the watcher may see the presence.
        allowed: bool,
    },
    /// Somebody was invited to a group (OMTP IM-0020).
    Invited {
        /// Whose operator hosts the group.
        operator: OperatorId,
        /// The subscriber it is about.
        contact: SubscriberId,
        /// Why they may not join; `None` if they may.
        reason: Option<Reason>,
    },
    /// A member has left a group.
    LeftGroup {
        /// Whose group.
        host: SubscriberId,
        /// Who has left it.
        member: SubscriberId,
    },
    /// The sender of a message is told what has become of it.
    Reported {
        /// What.
        fate: Fate,
        /// Operator of the sender.
        from: OperatorId,
        /// Operator of the recipient.
        to: OperatorId,
        /// When the client shows it; `None`: the sender is not there, or nothing leads there.
        at: Option<Instant>,
    },
    /// A user's device tells that what the user asked for is refused (RD-1).
    Told {
        /// Who asked.
        user: SubscriberId,
        /// For what.
        about: Carried,
        /// What the device is told.
        status: Status,
        /// Which protocol it speaks.
        language: Language,
    },
    /// A user means to answer, and there is no message to answer, or no client to do it with.
    CannotAnswer {
        /// Who.
        user: SubscriberId,
    },
    /// The subscription of an IM user has lapsed (RD-1).
    Lapsed {
        /// Whose.
        user: SubscriberId,
    },
    /// A search for somebody ended (RD-3).
    Found {
        /// The IM user who searched.
        user: SubscriberId,
        /// The subscriber it is about.
        contact: SubscriberId,
        /// Operator of the searching user.
        from: OperatorId,
        /// Operator of the subscriber looked for.
        to: OperatorId,
        /// Users found in all.
        users: u16,
        /// Why they are not among them; `None` if they are.
        reason: Option<Reason>,
    },
    /// A client told its user something of the legacy service (OMTP IM-0060).
    LegacyNotice {
        /// The user who is told so.
        user: SubscriberId,
        /// The legacy contact that it is about, if it is about one.
        contact: Option<SubscriberId>,
        /// Which of the texts of the user's operator.
        kind: NoticeKind,
        /// What the user was doing.
        about: Carried,
    },
    /// A watcher is owed the news that they may see somebody, or no longer; `PresenceShown` pays
    /// it.
    GrantOwed(Grant),
    /// A user blocked somebody, or ended that.
    Blocked {
        /// The operator of the one who blocks.
        operator: OperatorId,
        /// The user who blocks, and whose IMSP enforces it (CR16-1).
        owner: SubscriberId,
        /// The sender blocked, or not any more.
        other: SubscriberId,
        /// Begins, else ends.
        on: bool,
    },
}
