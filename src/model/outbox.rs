//! Inputs and effects: everything that can reach a node, and everything a node can cause. Closed
//! enums, so that the compiler leads every extension.

use std::collections::VecDeque;

use super::crossing::{Crossing, Located, Notification, Subscription};
use super::stimulus::Stimulus;
use super::store::{Handle, Slot};
use crate::domain::crossing::{Consent, Fate, Found, Membership, Query, Refusal, Sent, ServedAs};
use crate::domain::federation::Outage;
use crate::domain::id::{AgreementId, OperatorId, Role, SubscriberId, Transaction};
use crate::domain::ledger::{Ledger, Occasion};
use crate::domain::number::ReplyNumber;
use crate::domain::part::PartKind;
use crate::domain::presence::{Availability, News, StatusText};
use crate::domain::time::Instant;

/// What can reach a node of a shard.
#[derive(Clone, Copy, Debug)]
pub enum Input {
    /// Crowd: the next thing that users decide to do is due.
    Decide(Stimulus),
    /// Crowd: a user means to answer.
    Reply(Reply),
    /// Crowd: a message reaches a client.
    ToClient(Slot),
    /// Crowd: a contact request reaches a client.
    AskedForContact(ContactRequest),
    /// Crowd: an invitation to a group reaches a client.
    AskedToJoin(ContactRequest),
    /// Crowd: a client is asked whether a watcher may see its user's presence.
    AskedToAllow(WatcherQuestion),

    /// IMSP: a request reaches the IM server.
    Request(Job),
    /// IMSP: a presence subscription may be due for refresh.
    Refresh {
        /// The user here whose subscriptions are to be refreshed.
        watcher: SubscriberId,
        /// The session it belongs to.
        session: u32,
        /// To whom the refresh goes.
        domain: OperatorId,
    },
    /// IMSP: a client may be due to ask by itself, where that takes a service.
    Unasked {
        /// Whose client.
        user: SubscriberId,
        /// The session it belongs to.
        session: u32,
    },
    /// IMSP: assignments of reply numbers may have run out.
    ReplyNumbersDue,
    /// IMSP: its SMSC has sent a short message to its phone, or has it back.
    InStore {
        /// Whom the short message is for.
        recipient: SubscriberId,
        /// Place of its reply number in the pool.
        reply: u32,
        /// It is back, else on its way to the phone, or over.
        back: bool,
    },

    /// SMSC: a short message is submitted.
    Submit(Slot),
    /// SMSC: a submission that waited for a rate limit goes on.
    Accept(Slot),
    /// SMSC: the wait after a failed attempt is over, or the validity.
    Retry(Handle),
    /// SMSC: an HLR's answer.
    Located(Located),
    /// SMSC: an attempt failed; the short message is back.
    Failed(Slot),
    /// SMSC: a phone is back.
    Alert(SubscriberId),

    /// HLR: where is this phone?
    Locate(Query),
    /// HLR: the IMSP wants to hear whenever a phone attaches or detaches.
    Watch(SubscriberId),
    /// HLR: a phone attaches or detaches by script.
    SetPhone(SubscriberId, bool),
    /// HLR: a phone that the IMSP watches attaches or detaches.
    Flip(SubscriberId),
    /// HLR: a phone that somebody waits for is back.
    PhoneBack(SubscriberId),
    /// HLR: a delivery attempt to an attached phone begins.
    Page(Slot),
    /// HLR: a delivery attempt reaches the phone, if it is attached.
    Attempt(Slot),

    /// Gateway: something comes in over an agreement, or passes through.
    Incoming(Crossing),
    /// Gateway: a crossing was lost and is repeated.
    Repeat(u32),
    /// Gateway: the time of transactions of this agreement is over.
    Overdue(AgreementId),
    /// Gateway: the session over this agreement is to be looked at.
    SessionDue(AgreementId),
    /// Gateway: a request came that is here already, over this agreement, by this number.
    Doubled(AgreementId, u32),
    /// Gateway: the rate limit lets a crossing go.
    Release(Crossing),

    /// A queueing part: a request comes that nobody of the federation makes.
    Other(PartKind),
    /// A queueing part: a service ends.
    Served {
        /// What kind of part it is.
        kind: PartKind,
        /// Which node of it; 0 if it has none.
        node: u16,
        /// The place in service.
        place: u32,
    },
    /// IMSP: an SMSC tells what has become of a short message of its own.
    Fate(Fate),
    /// IMSP, or the gateway on the way there: what a user has asked for is refused.
    Refused(Refusal),
    /// Whatever it concerns here: something fails, or works again.
    Outage {
        /// What fails, or works again.
        outage: Outage,
        /// It begins, else ends.
        begins: bool,
    },
}

/// An answer that a user means to give.
#[derive(Clone, Copy, Debug)]
pub struct Reply {
    /// Names the draws of the answer.
    pub(crate) occasion: Occasion,
    /// The user who answers, of this operator.
    pub(crate) from: SubscriberId,
    /// The subscriber answered: whoever wrote the message.
    pub(crate) to: SubscriberId,
    /// Whether the message was written as SMS: by a legacy customer.
    pub(crate) by_sms: bool,
    /// The number to answer to, if the message came as SMS.
    pub(crate) number: Option<ReplyNumber>,
}

/// Whether a watcher may see somebody's presence.
#[derive(Clone, Copy, Debug)]
pub struct WatcherQuestion {
    /// The user who decides, and whose client is asked.
    pub(crate) publisher: SubscriberId,
    /// Who wants to see it.
    pub(crate) watcher: SubscriberId,
    /// When the publisher's presence changed so that it is asked.
    pub(crate) changed: Instant,
}

/// A request of a contact.
#[derive(Clone, Copy, Debug)]
pub struct ContactRequest {
    /// The user on whose contact list the contact is to be.
    pub(crate) owner: SubscriberId,
    /// The subscriber to be added to it.
    pub(crate) contact: SubscriberId,
    /// Whom the answer goes to: a user here, or another operator.
    pub(crate) asked: Asked,
}

/// How whoever asked for something is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// A user here, then.
    Here(Instant),
    /// Another operator, which awaits the answer under this number.
    Elsewhere(Transaction),
    /// This IMSP by itself, of a contact that is on the list already: a new partner serves the number.
    Listed,
}

/// A request at an IM server.
#[derive(Clone, Copy, Debug)]
pub enum Job {
    /// An instant message, or an SMS answer on its way to an IM user.
    Message(Slot),
    /// One copy of a message to a group, or what a member writes to it, on the way to the host.
    GroupMessage(Slot),
    /// A user invites somebody to a group (IM-0020).
    Invite {
        /// The IM user who asks.
        user: SubscriberId,
        /// The subscriber it is about.
        contact: SubscriberId,
    },
    /// An invitation to a group, from another domain.
    Invited(ContactRequest),
    /// The answer to an invitation: of a client here, or of another operator.
    InviteAnswered {
        /// The invitation: who asks, and who is asked.
        request: ContactRequest,
        /// What came of it.
        answer: Consent,
    },
    /// A member leaves a group: of a user here, or on the way to the host's domain.
    Leave(Membership),
    /// What a contact elsewhere has become.
    ServedAs(ServedAs),
    /// What has become of a message whose sender asked: from a client or an SMSC here, or on the way to the
    /// sender.
    Fate(Fate),
    /// A user's presence changed.
    Presence {
        /// What they have set.
        availability: Availability,
        /// Their new StatusText, if it changes.
        text: Option<StatusText>,
        /// The user whose presence changed.
        publisher: SubscriberId,
        /// The instant at which it came about, from which latency counts.
        changed: Instant,
    },
    /// A notification from another domain.
    Notification(Notification),
    /// The state of contacts, after a subscription or its refresh.
    State {
        /// The user to be shown it.
        watcher: SubscriberId,
        /// Domain of the contacts.
        from: OperatorId,
        /// The contacts and how they look.
        contacts: Slot,
    },
    /// The state of contacts, to a watcher's client.
    TellState {
        /// The user to be shown it.
        watcher: SubscriberId,
        /// Domain of the contacts.
        from: OperatorId,
        /// The contacts and how they look.
        contacts: Slot,
    },
    /// A notification to a watcher's client.
    Notify {
        /// The user whose presence it is about.
        publisher: SubscriberId,
        /// The instant at which it came about, from which latency counts.
        changed: Instant,
        /// What the watcher is to see of the publisher.
        news: News,
        /// The user to be shown it.
        watcher: SubscriberId,
    },
    /// A subscription from another domain.
    Subscribe(Subscription),
    /// A login or logout.
    Session {
        /// The IM user who asks.
        user: SubscriberId,
        /// Number of the change, to put late ones right.
        count: u32,
        /// Login, else logout.
        login: bool,
        /// When the user meant it.
        changed: Instant,
    },
    /// A poll of a user's client that finds nothing, or a sign of life.
    Unasked(SubscriberId),
    /// A legacy customer becomes an IM user (OMTP use case 3).
    Upgrade {
        /// The IM user who asks.
        user: SubscriberId,
        /// The instant at which it came about, from which latency counts.
        changed: Instant,
    },
    /// An IM user gives up IM, and is a legacy customer again.
    Downgrade {
        /// The user.
        user: SubscriberId,
        /// The instant at which it came about, from which latency counts.
        changed: Instant,
    },
    /// The subscription of an IM user lapses.
    Lapse {
        /// The user.
        user: SubscriberId,
        /// The instant at which it came about, from which latency counts.
        changed: Instant,
    },
    /// A user's answer whether a watcher may see their presence, or what they say later unasked.
    WatcherAnswered {
        /// The question that the answer belongs to.
        question: WatcherQuestion,
        /// Whether the watcher may see the presence.
        allowed: bool,
    },
    /// A search by a user here, or from another domain (RD-3).
    Search {
        /// The IM user who searches, of this operator or another.
        user: SubscriberId,
        /// The subscriber it is about.
        contact: SubscriberId,
        /// By which transaction, from another domain.
        transaction: Option<Transaction>,
    },
    /// What a search at another domain found.
    SearchAnswered(Found),
    /// A presence command that came by SMS (HLR-2).
    Command {
        /// The legacy customer.
        customer: SubscriberId,
        /// Online, else offline.
        online: bool,
        /// When it was meant.
        changed: Instant,
    },
    /// The HLR tells that a legacy customer's phone attached or detached.
    Phone {
        /// The legacy customer.
        customer: SubscriberId,
        /// Attached, else detached.
        attached: bool,
        /// The instant at which it came about, from which latency counts.
        changed: Instant,
    },
    /// A user blocks somebody, or ends that.
    Block {
        /// The user whose list of blocked senders changes.
        owner: SubscriberId,
        /// The sender blocked, or not any more.
        other: SubscriberId,
        /// Begins, else ends.
        on: bool,
    },
    /// A number from another domain is to be validated.
    Validate(ContactRequest),
    /// A user's request to add a contact by number or UID.
    AddContact {
        /// What was asked: whose list, which contact, and who began it.
        request: ContactRequest,
        /// By number, else by UID.
        by_number: bool,
    },
    /// A user takes a contact off the list.
    RemoveContact {
        /// The list's owner.
        owner: SubscriberId,
        /// Who goes.
        contact: SubscriberId,
    },
    /// A contact request from another domain.
    ContactAsked(ContactRequest),
    /// The answer to a validation.
    Validated {
        /// The request that was validated.
        request: ContactRequest,
        /// Whether the customer looks online now; `None`: nothing better is known than the default.
        online: Option<bool>,
    },
    /// The answer to a contact request: of a client here, or of another operator.
    ContactAnswered {
        /// What was asked, as the contact or their operator answers it.
        request: ContactRequest,
        /// What came of it.
        answer: Consent,
    },
}

/// Something that leaves the shard.
#[derive(Clone, Debug)]
pub struct Mail {
    /// When it reaches the next operator.
    pub at: Instant,
    /// Its place among the simultaneous ones.
    pub order: u64,
    /// The operator at the other end of the agreement.
    pub next: OperatorId,
    /// The content with its agreement and number, as the network carries it.
    pub crossing: Sent,
    /// What is told beside it.
    pub ledger: Ledger,
}

/// What nodes cause. The engine drains it after every input.
#[derive(Debug)]
pub struct Outbox {
    operator: OperatorId,
    /// Events caused so far, by source role.
    counters: [u64; 7],
    /// For nodes of this shard, now.
    pub(crate) now: VecDeque<Input>,
    /// For nodes of this shard, later: instant, order, input.
    pub later: Vec<(Instant, u64, Input)>,
    /// For other shards.
    pub leaving: Vec<Mail>,
}

impl Outbox {
    /// The empty outbox of an operator's shard.
    pub fn new(operator: OperatorId) -> Self {
        Self {
            operator,
            counters: [0; 7],
            now: VecDeque::new(),
            later: Vec::new(),
            leaving: Vec::new(),
        }
    }

    /// The place of the next event that `source` causes among simultaneous events: the source
    /// node, then the source's own counter. Never the order of insertion.
    fn order(&mut self, source: Role) -> u64 {
        let counter = &mut self.counters[source as usize];
        *counter += 1;
        debug_assert!(*counter < 1 << 40);
        u64::from(self.operator.0) << 48 | (source as u64) << 40 | *counter
    }

    /// Lets an input happen in this shard at a later instant.
    pub(crate) fn at(&mut self, at: Instant, source: Role, input: Input) {
        let order = self.order(source);
        self.later.push((at, order, input));
    }

    /// Lets an input happen in this shard now, after what is under way.
    pub(crate) fn now(&mut self, input: Input) {
        self.now.push_back(input);
    }

    /// Sends something to another operator.
    pub(crate) fn depart(&mut self, at: Instant, next: OperatorId, crossing: Sent, ledger: Ledger) {
        let order = self.order(Role::Gateway);
        self.leaving.push(Mail { at, order, next, crossing, ledger });
    }
}
