//! What crosses an agreement: what the network could carry, and nothing else. Addresses, identities,
//! transaction numbers, a text's length and alphabet, lists, states, status. Users are dense numbers
//! here, which is short for the addresses that a protocol has. When something was meant and how long
//! it took is told beside it, by the [`ledger`](super::ledger), and no node decides by that.
//!
//! Inside an operator a message or a list is a place in a store (`M`, `L`) and news still know their
//! instant (`T`); between operators (`Sent`) they are the message and the list, and `T` is nothing.

pub use super::audience::{Audience, Told};
use smallvec::SmallVec;

use super::id::{AgreementId, MessageId, OperatorId, SubscriberId, Transaction};
use super::number::ReplyNumber;
use super::outcome::{SmsOrigin, TransferKind};
use super::presence::News;
use super::session::{Step, Talk};
use super::status::Status;
use super::text::Text;
use super::time::Instant;

/// Something on its way between operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crossing<M, L, T> {
    /// Where it is to end.
    pub to: OperatorId,
    /// The agreement of the current hop.
    pub agreement: AgreementId,
    /// Its number among all that this side has sent over the agreement, answers left out: the same
    /// if it is sent again. An acknowledgement has that of its request; what servers say of their session is
    /// counted by itself.
    pub number: u32,
    /// What is said: a message, a request, an answer.
    pub content: Content<M, L, T>,
}

/// A crossing between two operators.
pub type Sent = Crossing<Note, Contacts, ()>;

/// What crosses agreements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content<M, L, T> {
    /// An instant message.
    Message(M),
    /// One copy of a message to a group.
    GroupMessage(M),
    /// A message to a group on its way from a member to the group's host, whose IMSP makes the copies.
    GroupPost(M),
    /// A short message, to a handset or a reply number.
    Sms(M),
    /// A short message back at its SMSC after a failed attempt.
    SmsBack(M),
    /// A question to an HLR.
    Query(Query),
    /// The HLR's answer to a `Query`: whether the phone is attached.
    Located(Located<T>),
    /// A phone is back.
    Alert(SubscriberId),
    /// A presence change.
    Notification(Notification<T>),
    /// The state of subscribed contacts.
    State {
        /// The user to be shown it.
        watcher: SubscriberId,
        /// Domain of the contacts.
        from: OperatorId,
        /// The contacts and how they look.
        contacts: L,
    },
    /// A watcher asks another domain to begin, refresh or end a subscription.
    Subscribe(Subscription<L>),
    /// A search for somebody.
    Search(Search),
    /// Whom a search has found: so many users, those whom it was for first, if they are among them.
    Found(Found),
    /// A number to validate.
    Validate(Addition),
    /// The number is valid: the contact is registered.
    Validated {
        /// The request it answers, whose transaction the owner's operator awaits.
        request: Addition,
        /// Whether the customer looks online now; `None`: nothing better is known than the default.
        online: Option<bool>,
    },
    /// A contact request.
    Contact(Addition),
    /// The contact's decision on a `Contact`.
    ContactAnswer {
        /// The request it answers, whose transaction the owner's operator awaits.
        request: Addition,
        /// What came of it.
        answer: Consent,
    },
    /// An invitation to a group: of its owner, for the contact.
    Invite(Addition),
    /// Its answer.
    InviteAnswer {
        /// The invitation.
        request: Addition,
        /// What came of it.
        answer: Consent,
    },
    /// A member leaves a group.
    Leave(Membership),
    /// What a contact has become, to one of those who list them.
    ServedAs(ServedAs),
    /// What has become of a message whose sender asked for a report, between IM servers.
    DeliveryReport(Fate),
    /// The same of the short message that carries it, from a network to the SMSC (SMS-STATUS-REPORT, 3GPP TS
    /// 23.040 9.2.2.3).
    StatusReport(Fate),
    /// A request is refused, to whoever made it.
    Refused(Refusal),
    /// The answer to a request of this number, whatever becomes of it.
    Ack,
    /// A short message has reached its handset or the service of its reply number.
    Report,
    /// What the servers at both ends of an agreement say of the session between them.
    Session(Talk),
}

/// How its sender hears that something has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Receipt {
    /// At once, whatever becomes of it.
    AtOnce,
    /// At once, where presence is acknowledged by the agreement.
    AsAgreed,
    /// By an answer of its own, or not at all: the transport below sees to it.
    Otherwise,
    /// It is what the sender of something else hears, and has that one's number or none.
    Itself,
}

/// What of a content lies in a store, or goes beside it, as it crosses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held<'a, M, L> {
    /// A message.
    Message(&'a M),
    /// A list.
    List(&'a L),
    /// Instants.
    Instants,
    /// Nothing: it is all there.
    Nothing,
}

/// A message as a network carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// The message's identity throughout the run.
    pub id: MessageId,
    /// The subscriber who wrote it.
    pub sender: SubscriberId,
    /// Whom it is for; `None`: whoever the reply number of the short message stands for.
    pub recipient: Option<SubscriberId>,
    /// How long it is, in which alphabet.
    pub text: Text,
    /// The envelope of a short message.
    pub sms: Option<Envelope>,
    /// Whether its sender asks for a report of the delivery.
    pub report: bool,
    /// Of an instant message: whether it was written as SMS; its sender's client is a phone number then
    /// (CR16-3).
    pub by_sms: bool,
}

/// What a network carries of a short message besides its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Address of the SMSC that has it in store.
    pub smsc: OperatorId,
    /// The network it goes to, by the number.
    pub network: OperatorId,
    /// Short messages that carry the text.
    pub segments: u16,
    /// Whether it is a message converted, or a legacy customer's answer.
    pub origin: SmsOrigin,
    /// A fallback's sender, an answer's destination.
    pub reply: ReplyNumber,
    /// Whether the SMSC wants to hear when the phone is back.
    pub alert: bool,
    /// Agreements that it has crossed in this attempt.
    pub crossed: u8,
    /// The same of the furthest attempt so far: for as many it is owed already.
    pub owed: u8,
    /// When the SMSC accepted it (TP-SCTS, 3GPP TS 23.040 9.2.3.11).
    pub submitted: Instant,
    /// The SMSC's own reference; to everybody else it means nothing.
    pub reference: u64,
}

/// A question to an HLR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query {
    /// The phone to be located, by its subscriber.
    pub phone: SubscriberId,
    /// The operator whose SMSC asks, and to whom the answer goes.
    pub smsc: OperatorId,
    /// Under which number it awaits the answer.
    pub transaction: Transaction,
    /// Whether that SMSC wants to hear when the phone is back.
    pub alert: bool,
}

/// An HLR's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The number under which the SMSC awaits the answer.
    pub transaction: Transaction,
    /// Whether the phone is attached.
    pub attached: bool,
    /// When the question reached the HLR, and when the answer left it.
    pub looked: [T; 2],
}

/// A contact to be added, between the operators of a list's owner and of the contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addition {
    /// The user on whose contact list the contact is to be.
    pub owner: SubscriberId,
    /// The subscriber to be added to it.
    pub contact: SubscriberId,
    /// Under which number the owner's operator awaits the answer.
    pub transaction: Transaction,
}

/// What somebody has answered to a question of another operator's user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Yes.
    Given,
    /// No; also of whoever has blocked the one who asks (CR16-1).
    Declined,
    /// Nobody was asked: there is no IM user of this name (IMPS status 531).
    Unknown,
}

impl Consent {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Given, Self::Declined, Self::Unknown];

    /// Yes or no.
    pub(crate) fn of(yes: bool) -> Self {
        if yes { Self::Given } else { Self::Declined }
    }
}

/// What has become of a message whose sender asked for a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fate {
    /// Which message.
    pub message: MessageId,
    /// Who is to be told.
    pub sender: SubscriberId,
    /// Whom it was for.
    pub recipient: SubscriberId,
    /// It is delivered, else it has expired (IMPS status 200, or 542).
    pub delivered: bool,
}

/// What a message has to do with a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToGroup {
    /// Nothing: it is for its recipient alone.
    No,
    /// It is the copy for one member.
    Copy,
    /// It is a member's, for the group of its recipient: the recipient's IMSP makes the copies.
    Post,
}

/// A request that was refused on its way, or where it came to (IMPS `Status`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Who made it, and is to be told.
    pub user: SubscriberId,
    /// What was asked.
    pub request: Request,
    /// What they are told.
    pub status: Status,
}

/// A request of a user that can be refused elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// To deliver this message.
    Message(MessageId),
    /// What the user's operator awaits the answer to under this number: a contact, a search, an
    /// invitation.
    Transaction(Transaction),
}

/// Somebody's place in the group of another user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Whose group.
    pub host: SubscriberId,
    /// Who is in it.
    pub member: SubscriberId,
}

/// That a contact is served in another way than the owner's operator was told as it asked: said where the
/// agreement has no presence, by which it would learn of an upgrade (OMTP use case 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServedAs {
    /// The user who lists the contact.
    pub owner: SubscriberId,
    /// The contact; the sending operator serves them.
    pub contact: SubscriberId,
    /// An IM user now, else a legacy customer.
    pub im: bool,
}

/// A search, between operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// The IM user who searches and is shown the result.
    pub user: SubscriberId,
    /// The subscriber looked for.
    pub contact: SubscriberId,
    /// Under which number the user's operator awaits the answer.
    pub transaction: Transaction,
}

/// What came of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The search.
    pub search: Search,
    /// Whether the subscriber looked for is among the users found.
    pub wanted: bool,
    /// How many users were found in all.
    pub users: u16,
}

/// News of a presence change on its way to another domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notification<T> {
    /// The user whose presence changed; the sending operator serves them.
    pub publisher: SubscriberId,
    /// When it changed.
    pub changed: T,
    /// What watchers are to be shown of it.
    pub news: News,
    /// The watchers it is for.
    pub audience: Told,
}

/// Contacts in a subscription or in the answer to one. Most agreements name one at a time.
pub type Contacts = SmallVec<[Listed; 2]>;

/// A contact in a subscription, or with their state in the answer to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The contact whose state it is.
    pub who: SubscriberId,
    /// How the contact looks, in an answer; `None`: in a request, or to somebody who may not see.
    pub state: Option<News>,
}

/// A watcher's subscription with another domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subscription<L> {
    /// The user who is to see the contacts; the requesting operator serves them.
    pub watcher: SubscriberId,
    /// The contacts subscribed to.
    pub contacts: L,
    /// Whether the subscription begins, goes on or ends.
    pub act: SubscriptionAct,
}

/// What a subscription request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionAct {
    /// The watcher is to see the contacts from now on, their state first.
    Begin,
    /// The watcher still wants to see them: the refresh interval is over.
    Refresh,
    /// The watcher is to see them no more, for now: the session is over.
    End,
    /// They are off the watcher's list: nothing of them is to be told any more, and nobody is to be asked
    /// about this watcher.
    Remove,
}

impl<M, L, T> Crossing<M, L, T> {
    /// What tells it from all others that the same side has sent over the agreement, but for its own
    /// repetitions.
    pub(crate) fn identity(&self) -> u64 {
        let answer = matches!(self.content, Content::Ack);
        let session = matches!(self.content, Content::Session(_));
        u64::from(session) << 33 | u64::from(answer) << 32 | u64::from(self.number)
    }
}

impl<M, L, T> Content<M, L, T> {
    /// What it counts as.
    pub(crate) fn kind(&self) -> TransferKind {
        match self {
            Self::Message(_) | Self::GroupMessage(_) | Self::GroupPost(_) => TransferKind::Message,
            Self::Sms(_) => TransferKind::Sms,
            Self::SmsBack(_) | Self::Query(_) | Self::Located(_) | Self::Alert(_) => {
                TransferKind::SmsSignalling
            }
            Self::Notification(_) | Self::State { .. } => TransferKind::Presence,
            Self::Subscribe(Subscription { act, .. }) => match act {
                SubscriptionAct::Begin | SubscriptionAct::Refresh | SubscriptionAct::End => {
                    TransferKind::Subscribe
                }
                SubscriptionAct::Remove => TransferKind::Contact,
            },
            Self::Search(_) => TransferKind::Search,
            Self::Validate(_) | Self::ServedAs(_) => TransferKind::Validate,
            Self::Contact(_) => TransferKind::Contact,
            Self::Invite(_) | Self::Leave(_) => TransferKind::Group,
            Self::DeliveryReport(_) | Self::StatusReport(_) => TransferKind::Report,
            Self::Validated { .. }
            | Self::ContactAnswer { .. }
            | Self::InviteAnswer { .. }
            | Self::Found(..)
            | Self::Refused(_)
            | Self::Ack
            | Self::Report => TransferKind::Answer,
            Self::Session(Talk { step: Step::KeepAlive, .. }) => TransferKind::KeepAlive,
            Self::Session(_) => TransferKind::SetUp,
        }
    }

    /// How its sender hears that it has come. Validations, contact requests and HLR queries have
    /// answers of their own; a short message is answered by its delivery report.
    pub(crate) fn receipt(&self) -> Receipt {
        match self {
            Self::Message(_) | Self::GroupMessage(_) | Self::GroupPost(_) => Receipt::AtOnce,
            Self::Notification(_) | Self::State { .. } | Self::Subscribe(_) => Receipt::AsAgreed,
            Self::Sms(_)
            | Self::SmsBack(_)
            | Self::Query(_)
            | Self::Located(_)
            | Self::Alert(_)
            | Self::Search(_)
            | Self::Found(..)
            | Self::Validate(_)
            | Self::Validated { .. }
            | Self::Contact(_)
            | Self::ContactAnswer { .. }
            | Self::Invite(_)
            | Self::InviteAnswer { .. }
            | Self::Leave(_)
            | Self::ServedAs(_)
            | Self::DeliveryReport(_)
            | Self::StatusReport(_)
            | Self::Refused(_) => Receipt::Otherwise,
            Self::Ack | Self::Report | Self::Session(_) => Receipt::Itself,
        }
    }

    /// Whether a user waits for what it asks for. Where a session with the partner is lost, such requests
    /// fail, and all else goes with the next one.
    pub(crate) fn is_awaited(&self) -> bool {
        match self {
            Self::Message(_) | Self::GroupMessage(_) | Self::GroupPost(_) => true,
            Self::Search(_) | Self::Validate(_) | Self::Contact(_) | Self::Invite(_) => true,
            Self::Sms(_)
            | Self::SmsBack(_)
            | Self::Query(_)
            | Self::Located(_)
            | Self::Alert(_)
            | Self::Notification(_)
            | Self::State { .. }
            | Self::Subscribe(_)
            | Self::Found(..)
            | Self::Validated { .. }
            | Self::ContactAnswer { .. }
            | Self::InviteAnswer { .. }
            | Self::Leave(_)
            | Self::ServedAs(_)
            | Self::DeliveryReport(_)
            | Self::StatusReport(_)
            | Self::Refused(_)
            | Self::Ack
            | Self::Report
            | Self::Session(_) => false,
        }
    }

    /// What of it lies elsewhere inside an operator.
    pub(crate) fn held(&self) -> Held<'_, M, L> {
        match self {
            Self::Message(message) | Self::GroupMessage(message) => Held::Message(message),
            Self::GroupPost(message) => Held::Message(message),
            Self::Sms(message) | Self::SmsBack(message) => Held::Message(message),
            Self::State { contacts, .. } | Self::Subscribe(Subscription { contacts, .. }) => {
                Held::List(contacts)
            }
            Self::Located(_) | Self::Notification(_) => Held::Instants,
            Self::Query(_)
            | Self::Alert(_)
            | Self::Search(_)
            | Self::Found(..)
            | Self::Validate(_)
            | Self::Validated { .. }
            | Self::Contact(_)
            | Self::ContactAnswer { .. }
            | Self::Invite(_)
            | Self::InviteAnswer { .. }
            | Self::Leave(_)
            | Self::ServedAs(_)
            | Self::DeliveryReport(_)
            | Self::StatusReport(_)
            | Self::Refused(_)
            | Self::Ack
            | Self::Report
            | Self::Session(_) => Held::Nothing,
        }
    }

    /// The message inside, if there is one.
    pub(crate) fn message(&self) -> Option<&M> {
        if let Held::Message(message) = self.held() { Some(message) } else { None }
    }

    /// The same with the message and the instants inside held in another way.
    pub(crate) fn map<N, K, U>(
        self,
        message: impl FnOnce(M) -> N,
        list: impl FnOnce(L) -> K,
        instant: impl FnOnce([T; 2]) -> [U; 2],
    ) -> Content<N, K, U>
    where
        T: Copy,
        U: Copy,
    {
        match self {
            Self::Message(it) => Content::Message(message(it)),
            Self::GroupMessage(it) => Content::GroupMessage(message(it)),
            Self::GroupPost(it) => Content::GroupPost(message(it)),
            Self::Sms(it) => Content::Sms(message(it)),
            Self::SmsBack(it) => Content::SmsBack(message(it)),
            Self::Query(it) => Content::Query(it),
            Self::Located(Located { transaction, attached, looked }) => {
                Content::Located(Located { transaction, attached, looked: instant(looked) })
            }
            Self::Alert(it) => Content::Alert(it),
            Self::Notification(Notification { publisher, changed, news, audience }) => {
                let [changed, _] = instant([changed; 2]);
                Content::Notification(Notification { publisher, changed, news, audience })
            }
            Self::State { watcher, from, contacts } => {
                Content::State { watcher, from, contacts: list(contacts) }
            }
            Self::Subscribe(Subscription { watcher, contacts, act }) => {
                let contacts = list(contacts);
                Content::Subscribe(Subscription { watcher, contacts, act })
            }
            Self::Search(it) => Content::Search(it),
            Self::Found(it) => Content::Found(it),
            Self::Validate(it) => Content::Validate(it),
            Self::Validated { request, online } => Content::Validated { request, online },
            Self::Contact(it) => Content::Contact(it),
            Self::ContactAnswer { request, answer } => Content::ContactAnswer { request, answer },
            Self::Invite(it) => Content::Invite(it),
            Self::InviteAnswer { request, answer } => Content::InviteAnswer { request, answer },
            Self::Leave(it) => Content::Leave(it),
            Self::ServedAs(it) => Content::ServedAs(it),
            Self::DeliveryReport(it) => Content::DeliveryReport(it),
            Self::StatusReport(it) => Content::StatusReport(it),
            Self::Refused(it) => Content::Refused(it),
            Self::Ack => Content::Ack,
            Self::Report => Content::Report,
            Self::Session(it) => Content::Session(it),
        }
    }
}
