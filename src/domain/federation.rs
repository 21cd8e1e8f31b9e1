//! What a valid topology means: plain values, every default filled in, every name resolved.
//! `topology` writes it, every other part reads it. It knows no YAML and no behaviour.

mod agreement;
mod outage;
mod workload;

pub use self::agreement::*;
pub use self::outage::*;
pub use self::workload::*;
use super::distribution::DurationDistribution;
use super::id::{AgreementId, OperatorId};
use super::time::Duration;

/// A whole federation and the run to make of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Federation {
    /// The topology's name; names the result folder.
    pub name: String,
    /// One line for people; empty if the file has none.
    pub description: String,
    /// Indexed by `OperatorId`; in name order, so that ids do not depend on the file's order.
    pub operators: Vec<Operator>,
    /// Indexed by `AgreementId`; in the file's order.
    pub agreements: Vec<Agreement>,
    /// Numbers served by another operator than their prefix says.
    pub portability: Vec<Portability>,
    /// What changes during the run, in the order of time.
    pub timeline: Vec<TimedEvent>,
    /// Of every tariff.
    pub currency: String,
    /// Seed and times.
    pub run: Run,
    /// The lines of `slo`, as written; parsed by `measure`.
    pub slo: Vec<String>,
}

/// One operator.
#[derive(Clone, Debug, PartialEq)]
pub struct Operator {
    /// The key in the file.
    pub name: String,
    /// What it has.
    pub kind: OperatorKind,
    /// Domain of `name@domain` addresses; empty for an operator without IM.
    pub domain: String,
    /// E.164 prefixes it owns, with the leading `+`.
    pub numbers: Vec<String>,
    /// Its subscribers; none for a hub.
    pub subscribers: Subscribers,
    /// How devices reach it, in the file's order. The kind named `mobile` also carries the
    /// handsets' own short messages.
    pub access: Vec<Access>,
    /// Present exactly for the kinds `imsp` and `ims`.
    pub imsp: Option<Imsp>,
    /// Absent for a hub and for an IMSP without a mobile network (`smsc: none`).
    pub smsc: Option<Smsc>,
    /// Present exactly where `smsc` is.
    pub hlr: Option<Hlr>,
    /// Present exactly for kind `hub`.
    pub relay: Option<Relay>,
    /// Present exactly for kind `ims`.
    pub translator: Option<Translator>,
    /// What its clients tell their users of IM contacts (RD-8).
    pub expose: Vec<Exposed>,
    /// What its users do: the file's workload with `by_operator` applied.
    pub workload: Workload,
}

/// Something about a contact that may bear on charging (RD7 7.1.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposed {
    /// Whose customer it is.
    Provider,
    /// The kind of device.
    DeviceType,
    /// The kind of access network.
    AccessNetwork,
}

impl Exposed {
    /// As topologies write it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::DeviceType => "device_type",
            Self::AccessNetwork => "access_network",
        }
    }
}

/// What an operator is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperatorKind {
    /// Instant messaging service provider, with a mobile network unless `smsc: none`.
    Imsp,
    /// The same on an access-independent IMS core (IMS-1): its gateway translates what crosses
    /// interconnects (IMS-2).
    Ims,
    /// Mobile network operator without IM.
    Mno,
    /// Transit between operators; owns no subscribers.
    Hub,
}

/// How many subscribers an operator serves. Subscribers with a ported-in number are among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subscribers {
    /// IM users: account, UID and client. They have the operator's lowest indices.
    pub im: u32,
    /// Legacy customers.
    pub sms_only: u32,
}

/// One kind of access of an operator's IM users.
#[derive(Clone, Debug, PartialEq)]
pub struct Access {
    /// The key in the file, such as `mobile`.
    pub name: String,
    /// Share of the IM users, 0..=1; the shares of an operator add up to 1.
    pub share: f64,
    /// One-way delay between device and operator.
    pub delay: DurationDistribution,
}

/// An IM server and its way with legacy customers.
#[derive(Clone, Debug, PartialEq)]
pub struct Imsp {
    /// Parallel servers at one queue.
    pub workers: u32,
    /// Service time by kind of request.
    pub service_time: ServiceTimes,
    /// Requests waiting; one more is refused.
    pub queue_limit: u32,
    /// Instant messages overtake other waiting requests, without interrupting a service.
    pub messages_first: bool,
    /// Legacy customers.
    pub legacy: Legacy,
}

/// Service time of an IM server by kind of request.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceTimes {
    /// An instant message.
    pub message: DurationDistribution,
    /// A presence change, or a notification from another domain.
    pub presence: DurationDistribution,
    /// One notification to a watcher's client; zero unless given in the map.
    pub notification: DurationDistribution,
    /// A subscription, its refresh or its end.
    pub subscribe: DurationDistribution,
    /// A search.
    pub search: DurationDistribution,
    /// A login or logout.
    pub login: DurationDistribution,
    /// The validation of a number.
    pub validate: DurationDistribution,
    /// A contact request or its answer.
    pub contact: DurationDistribution,
    /// A group operation.
    pub group: DurationDistribution,
}

impl ServiceTimes {
    /// The times of all kinds.
    pub fn each_mut(&mut self) -> [&mut DurationDistribution; 9] {
        let Self {
            message,
            presence,
            notification,
            subscribe,
            search,
            login,
            validate,
            contact,
            group,
        } = self;
        [message, presence, notification, subscribe, search, login, validate, contact, group]
    }

    /// The same for all kinds but notifications, which take none.
    pub fn all(time: &DurationDistribution) -> Self {
        Self {
            message: time.clone(),
            presence: time.clone(),
            notification: DurationDistribution::Constant(Duration::ZERO),
            subscribe: time.clone(),
            search: time.clone(),
            login: time.clone(),
            validate: time.clone(),
            contact: time.clone(),
            group: time.clone(),
        }
    }
}

/// How an IMSP serves legacy customers (OMTP 2 and 3).
#[derive(Clone, Debug, PartialEq)]
pub struct Legacy {
    /// Whether the IMSP registers its legacy customers when somebody adds them (use case 1a).
    pub register_on_contact: bool,
    /// How legacy customers look (IM-0010, HLR-1).
    pub presence: LegacyPresence,
    /// Their StatusText (CR16-5).
    pub status_text: String,
    /// What happens to text over the limit (IM-0030).
    pub overlong: Overlong,
    /// Text added to a fallback SMS; counts towards its length.
    pub source_notice: String,
    /// What the client tells its user about legacy contacts (IM-0060).
    pub notice: Notice,
    /// Share of users whose client stops a text that is too long for a legacy contact (IM-0040).
    pub client_limit: f64,
    /// Whether clients mark legacy contacts (IM-0070).
    pub visible: bool,
    /// Whether legacy customers may set their presence by SMS.
    pub sms_commands: bool,
    /// Numbers that carry replies back.
    pub reply_numbers: u32,
    /// How long an unused assignment of a reply number is kept.
    pub reply_hold: Duration,
    /// What happens when a recipient has used up all reply numbers.
    pub reply_exhausted: ReplyExhausted,
}

/// How an IMSP lets its legacy customers look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegacyPresence {
    /// Online, always.
    Online,
    /// Offline, always.
    Offline,
    /// Online while the phone is attached, as the HLR tells.
    Hlr,
}

/// What an IMSP does with text that does not fit one short message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlong {
    /// Refuse it, with a reason.
    Refuse,
    /// Cut it to one short message.
    Truncate,
    /// Send it in parts.
    Split,
}

/// How often the client tells its user about the legacy service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Never.
    None,
    /// At the first message to a legacy contact.
    Once,
    /// At each message to a legacy contact.
    Each,
}

/// What happens when no reply number is free for a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyExhausted {
    /// The message is refused.
    Refuse,
    /// The assignment unused for longest is taken over; a late answer may go to the wrong person.
    ReuseOldest,
}

/// A short message service centre.
#[derive(Clone, Debug, PartialEq)]
pub struct Smsc {
    /// Nodes; a submission goes to one at random.
    pub nodes: u32,
    /// Licensed short messages a second and node.
    pub throughput: f64,
    /// Short messages waiting at a node; one more is refused.
    pub queue_limit: u32,
    /// An undelivered short message expires after it.
    pub validity: Duration,
    /// Waits after failed attempts; the last repeats. Never empty.
    pub retry: Vec<Duration>,
    /// Whether the HLR's report that a phone is back causes an attempt at once.
    pub alert: bool,
    /// From the HLR's answer to the handset: paging and radio.
    pub attempt_time: DurationDistribution,
}

/// A home location register.
#[derive(Clone, Debug, PartialEq)]
pub struct Hlr {
    /// Parallel look-ups at one queue.
    pub workers: u32,
    /// Time of a look-up.
    pub lookup_time: DurationDistribution,
    /// Share of phones attached at a moment, 0 < share <= 1.
    pub attached: f64,
    /// How long a phone stays detached.
    pub detached_for: DurationDistribution,
}

/// A hub's transit server.
#[derive(Clone, Debug, PartialEq)]
pub struct Relay {
    /// Parallel servers at one queue.
    pub workers: u32,
    /// Time to pass on one transfer.
    pub service_time: DurationDistribution,
    /// Transfers waiting; one more is refused.
    pub queue_limit: u32,
}

/// What translates between the SIP of an IMS operator and the SSP of interconnects (IMS-2).
#[derive(Clone, Debug, PartialEq)]
pub struct Translator {
    /// Parallel servers at one queue.
    pub workers: u32,
    /// Time to translate an instant message.
    pub message_time: DurationDistribution,
    /// Time to translate anything else: presence, subscriptions, contact requests, searches.
    pub presence_time: DurationDistribution,
    /// Transfers waiting; one more is refused.
    pub queue_limit: u32,
}

/// Numbers of one operator's range that another operator serves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Portability {
    /// Whose prefix the numbers have.
    pub from: OperatorId,
    /// Who serves them.
    pub to: OperatorId,
    /// Share of `from`'s numbers, 0..=1.
    pub share: f64,
}

/// Something that happens to the federation during a run.
#[derive(Clone, Debug, PartialEq)]
pub struct TimedEvent {
    /// From the start of measuring.
    pub at: Duration,
    /// What happens then.
    pub event: Event,
}

/// What can happen to a federation during a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A legacy customer becomes an IM user (UC-3).
    Upgrade {
        /// Home operator of the customer.
        operator: OperatorId,
        /// Place among the operator's subscribers.
        index: u32,
    },
    /// An operator without IM becomes an IMSP (UC-3c).
    BecomesImsp {
        /// The operator without IM.
        operator: OperatorId,
        /// Its domain from then on.
        domain: String,
        /// Its IM server and its way with legacy customers.
        imsp: Box<Imsp>,
    },
    /// An agreement begins.
    Agree(AgreementId),
    /// Something fails.
    Outage {
        /// What fails, or slows down.
        outage: Outage,
        /// How long; above zero.
        lasts: Duration,
    },
}

/// Seed and times of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Every random stream derives from it.
    pub seed: u64,
    /// Not measured.
    pub warm_up: Duration,
    /// Whether the warm-up is to be found out (`auto`); it is zero until then.
    pub find_warm_up: bool,
    /// Measured.
    pub duration: Duration,
    /// Independent repeats, at least 1.
    pub replications: u32,
}

impl Federation {
    /// Lets an event change the operators; agreements know themselves when they begin, and
    /// upgrades and outages change no settings.
    pub fn happen(&mut self, event: &Event) {
        if let Event::BecomesImsp { operator, domain, imsp } = event {
            let operator = &mut self.operators[operator.index()];
            operator.kind = OperatorKind::Imsp;
            operator.domain.clone_from(domain);
            operator.imsp = Some((**imsp).clone());
        }
    }

    /// The operator of that id.
    pub fn operator(&self, id: OperatorId) -> &Operator {
        &self.operators[id.index()]
    }

    /// The agreement of that id.
    pub fn agreement(&self, id: AgreementId) -> &Agreement {
        &self.agreements[id.index()]
    }

    /// Operators with their ids.
    pub fn operators(&self) -> impl Iterator<Item = (OperatorId, &Operator)> {
        self.operators.iter().enumerate().map(|(i, o)| (OperatorId(i as u16), o))
    }

    /// Agreements with their ids.
    pub fn agreements(&self) -> impl Iterator<Item = (AgreementId, &Agreement)> {
        self.agreements.iter().enumerate().map(|(i, a)| (AgreementId(i as u16), a))
    }
}
