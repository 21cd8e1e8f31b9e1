//! What a valid topology means: plain values, every default filled in, every name resolved.
//! `topology` writes it, every other part reads it. It knows no YAML and no behaviour.

pub mod agreement;
pub mod live;
mod money;
mod notices;
mod outage;
mod settling;
mod workload;

pub(crate) use self::agreement::*;
pub use self::live::*;
pub(crate) use self::money::{Money, Planning};
pub use self::notices::NoticeKind;
pub(crate) use self::notices::{CONTACT, Notice, Notices};
pub use self::outage::*;
pub(crate) use self::settling::Settling;
pub(crate) use self::workload::*;
use super::client::Client;
use super::distribution::DurationDistribution;
use super::id::{AgreementId, OperatorId};
use super::imps::ImpsVersion;
use super::time::Duration;

/// A whole federation and the run to make of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Federation {
    /// The topology's name; names the result folder.
    pub name: String,
    /// One line for people; empty if the file has none.
    pub(crate) description: String,
    /// Indexed by `OperatorId`; in name order, so that ids do not depend on the file's order.
    pub operators: Vec<Operator>,
    /// Indexed by `AgreementId`; in the file's order.
    pub(crate) agreements: Vec<Agreement>,
    /// Numbers served by another operator than their prefix says.
    pub(crate) portability: Vec<Portability>,
    /// What changes during the run, in the order of time.
    pub(crate) timeline: Vec<TimedEvent>,
    /// Currency of every price and sum, as results name it.
    pub(crate) currency: String,
    /// What a month costs.
    pub(crate) money: Money,
    /// What is planned for.
    pub(crate) planning: Planning,
    /// Seed and times.
    pub run: Run,
    /// The lines of `slo`, as written; parsed by `measure`.
    pub slo: Vec<String>,
}

/// One operator of any kind, with the settings of each node that it has.
#[derive(Clone, Debug, PartialEq)]
pub struct Operator {
    /// The key in the file.
    pub name: String,
    /// Which nodes it has, and which documents apply to it.
    pub(crate) kind: OperatorKind,
    /// Domain of `name@domain` addresses; empty for an operator without IM.
    pub(crate) domain: String,
    /// E.164 prefixes it owns, with the leading `+`.
    pub(crate) numbers: Vec<String>,
    /// Its subscribers; none for a hub.
    pub(crate) subscribers: Subscribers,
    /// How devices reach it, in the file's order. The kind named `mobile` also carries the
    /// handsets' own short messages.
    pub(crate) access: Vec<Access>,
    /// Present exactly for the kinds `imsp` and `ims`.
    pub(crate) imsp: Option<Imsp>,
    /// Absent for a hub and for an IMSP without a mobile network (`smsc: none`).
    pub smsc: Option<Smsc>,
    /// Present exactly where `smsc` is.
    pub(crate) hlr: Option<Hlr>,
    /// Present exactly for kind `hub`.
    pub(crate) relay: Option<Relay>,
    /// Present exactly for kind `ims`.
    pub(crate) translator: Option<Translator>,
    /// What its clients tell their users of IM contacts (RD-8).
    pub(crate) expose: Vec<Exposed>,
    /// What its users do: the file's workload with `by_operator` applied.
    pub(crate) workload: Workload,
}

impl Operator {
    /// The version of IMPS that it speaks; whoever is no IMSP stands in nobody's way.
    pub(crate) fn imps_version(&self) -> ImpsVersion {
        self.imsp.as_ref().map_or(ImpsVersion::V13, |imsp| imsp.version)
    }
}

/// Something about a contact that may bear on charging (RD7 7.1.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exposed {
    /// Whose customer it is.
    Provider,
    /// The kind of device.
    DeviceType,
    /// The kind of access network.
    AccessNetwork,
    /// What an IM user has written about themselves.
    StatusText,
}

impl Exposed {
    /// All of it.
    pub(crate) const ALL: [Self; 4] =
        [Self::Provider, Self::DeviceType, Self::AccessNetwork, Self::StatusText];

    /// As topologies write it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::DeviceType => "device_type",
            Self::AccessNetwork => "access_network",
            Self::StatusText => "status_text",
        }
    }
}

/// What an operator is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OperatorKind {
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
pub(crate) struct Subscribers {
    /// IM users: account, UID and client. They have the operator's lowest indices.
    pub(crate) im: u32,
    /// Legacy customers: reached by SMS alone; indices after those of the IM users.
    pub(crate) sms_only: u32,
}

/// One kind of access of an operator's IM users.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Access {
    /// The key in the file, such as `mobile`.
    pub(crate) name: String,
    /// Share of the IM users, 0..=1; the shares of an operator add up to 1.
    pub(crate) share: f64,
    /// One-way delay between device and operator.
    pub(crate) delay: DurationDistribution,
    /// The IM clients there.
    pub(crate) client: Client,
}

/// An IM server and its way with legacy customers.
#[derive(Clone, Debug, PartialEq)]
pub struct Imsp {
    /// The version of IMPS that it speaks to other operators and to clients.
    pub(crate) version: ImpsVersion,
    /// Parallel servers at one queue.
    pub(crate) workers: u32,
    /// Service time by kind of request.
    pub(crate) service_time: ServiceTimes,
    /// Requests waiting; one more is refused.
    pub(crate) queue_limit: u32,
    /// Instant messages overtake other waiting requests, without interrupting a service.
    pub(crate) messages_first: bool,
    /// How it and its clients deal with legacy customers.
    pub(crate) legacy: Legacy,
    /// Whom searches find.
    pub(crate) directory: Directory,
}

/// Service time of an IM server by kind of request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ServiceTimes {
    /// An instant message.
    pub(crate) message: DurationDistribution,
    /// A presence change, or a notification from another domain.
    pub(crate) presence: DurationDistribution,
    /// One notification to a watcher's client; zero unless given in the map.
    pub(crate) notification: DurationDistribution,
    /// A subscription, its refresh or its end.
    pub(crate) subscribe: DurationDistribution,
    /// A search of a user here or from another domain, or the answer to one.
    pub(crate) search: DurationDistribution,
    /// A login or logout.
    pub(crate) login: DurationDistribution,
    /// The validation of a number.
    pub(crate) validate: DurationDistribution,
    /// A contact request or its answer.
    pub(crate) contact: DurationDistribution,
    /// A group operation.
    pub(crate) group: DurationDistribution,
    /// A poll that finds nothing, or a sign of life; zero unless given in the map.
    pub(crate) poll: DurationDistribution,
}

impl ServiceTimes {
    /// The times of all kinds.
    pub(crate) fn each_mut(&mut self) -> [&mut DurationDistribution; 10] {
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
            poll,
        } = self;
        [message, presence, notification, subscribe, search, login, validate, contact, group, poll]
    }

    /// The same for all kinds but notifications and polls, which take none.
    pub(crate) fn all(time: &DurationDistribution) -> Self {
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
            poll: DurationDistribution::Constant(Duration::ZERO),
        }
    }
}

/// How an IMSP serves legacy customers (OMTP 2 and 3).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Legacy {
    /// Whether the IMSP registers its legacy customers when somebody adds them (use case 1a).
    pub(crate) register_on_contact: bool,
    /// How legacy customers look (IM-0010, HLR-1).
    pub(crate) presence: LegacyPresence,
    /// Their StatusText (CR16-5).
    pub(crate) status_text: String,
    /// What happens to text over the limit (IM-0030).
    pub(crate) overlong: Overlong,
    /// Text added to a fallback SMS; counts towards its length.
    pub(crate) source_notice: String,
    /// How often the client tells its user about a legacy contact (IM-0060).
    pub(crate) notice: Notice,
    /// What it tells (IM-0060, IM-0040).
    pub(crate) notices: Notices,
    /// Share of users whose client stops a text that is too long for a legacy contact (IM-0040).
    pub(crate) client_limit: f64,
    /// Whether clients mark legacy contacts (IM-0070).
    pub(crate) visible: bool,
    /// Whether legacy customers may set their presence by SMS.
    pub(crate) sms_commands: bool,
    /// Numbers that carry replies back.
    pub(crate) reply_numbers: u32,
    /// How long an unused assignment of a reply number is kept.
    pub(crate) reply_hold: Duration,
    /// What happens when a recipient has used up all reply numbers.
    pub(crate) reply_exhausted: ReplyExhausted,
}

/// The directory of an IMSP's users that searches go through (RD-3).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Directory {
    /// Share of IM users who are listed.
    pub(crate) listed: f64,
    /// Users whom a search finds beside the one it is for.
    pub(crate) others: u32,
}

/// How an IMSP lets its legacy customers look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LegacyPresence {
    /// Online, whatever their phones do, unless a command by SMS said otherwise.
    Online,
    /// Offline, whatever their phones do, unless a command by SMS said otherwise.
    Offline,
    /// Online while the phone is attached, as the HLR tells.
    Hlr,
}

/// What an IMSP does with text that does not fit one short message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overlong {
    /// Refuse it, with a reason.
    Refuse,
    /// Cut it to one short message.
    Truncate,
    /// Send it in parts.
    Split,
}

/// What happens when no reply number is free for a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReplyExhausted {
    /// The message is refused.
    Refuse,
    /// The assignment unused for longest is taken over; a late answer may go to the wrong person.
    ReuseOldest,
}

/// A short message service centre.
#[derive(Clone, Debug, PartialEq)]
pub struct Smsc {
    /// Nodes; a submission goes to one at random.
    pub(crate) nodes: u32,
    /// Licensed short messages a second and node.
    pub(crate) throughput: f64,
    /// Short messages waiting at a node; one more is refused.
    pub(crate) queue_limit: u32,
    /// An undelivered short message expires after it.
    pub(crate) validity: Duration,
    /// Waits after failed attempts; the last repeats. Never empty.
    pub(crate) retry: Vec<Duration>,
    /// Whether the HLR's report that a phone is back causes an attempt at once.
    pub(crate) alert: bool,
    /// From the HLR's answer to the handset: paging and radio.
    pub(crate) attempt_time: DurationDistribution,
    /// Short messages a second that nobody of the federation causes, all nodes together.
    pub(crate) other: f64,
    /// In a live run: a real one in its place.
    pub(crate) external: Option<ExternalSmsc>,
    /// In a live run: clients of others may come to it.
    pub(crate) listen: Option<Listen>,
}

/// A home location register.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hlr {
    /// Parallel look-ups at one queue.
    pub(crate) workers: u32,
    /// Time of a look-up.
    pub(crate) lookup_time: DurationDistribution,
    /// Share of phones attached at a moment, 0 < share <= 1.
    pub(crate) attached: f64,
    /// How long a phone stays detached.
    pub(crate) detached_for: DurationDistribution,
    /// Look-ups a second that nobody of the federation causes.
    pub(crate) other: f64,
}

/// A hub's transit server.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Relay {
    /// Parallel servers at one queue.
    pub(crate) workers: u32,
    /// Time to pass on one transfer.
    pub(crate) service_time: DurationDistribution,
    /// Transfers waiting; one more is refused.
    pub(crate) queue_limit: u32,
}

/// What translates between the SIP of an IMS operator and the SSP or XMPP of interconnects (IMS-2).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Translator {
    /// Parallel servers at one queue.
    pub(crate) workers: u32,
    /// Time to translate an instant message.
    pub(crate) message_time: DurationDistribution,
    /// Time to translate anything else: presence, subscriptions, contact requests, searches.
    pub(crate) presence_time: DurationDistribution,
    /// Transfers waiting; one more is refused.
    pub(crate) queue_limit: u32,
}

/// Numbers of one operator's range that another operator serves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Portability {
    /// Whose prefix the numbers have.
    pub(crate) from: OperatorId,
    /// The operator who serves them now.
    pub(crate) to: OperatorId,
    /// Share of `from`'s numbers, 0..=1.
    pub(crate) share: f64,
}

/// Something that happens to the federation during a run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TimedEvent {
    /// From the start of measuring.
    pub(crate) at: Duration,
    /// What happens at that time.
    pub(crate) event: Event,
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
    /// The subscription of an IM user lapses (RD-1).
    Lapse {
        /// Home operator of the user.
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
    /// A link or a part of an operator fails or slows down, and recovers.
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
    /// Simulated first and not measured, so that the load has settled; may be zero.
    pub(crate) warm_up: Duration,
    /// Whether the warm-up is to be found out (`auto`); it is zero until then.
    pub(crate) find_warm_up: bool,
    /// Simulated after the warm-up, and measured.
    pub duration: Duration,
    /// A message under way for longer when the run ends counts as undelivered.
    pub(crate) overdue: Duration,
    /// Independent repeats, at least 1.
    pub replications: u32,
}

impl Federation {
    /// Lets an event change the operators; agreements know themselves when they begin, and
    /// upgrades and outages change no settings.
    pub(crate) fn happen(&mut self, event: &Event) {
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

    /// The version of IMPS that two parties of an agreement have in common. A hub passes on what it gets.
    pub(crate) fn imps_version(&self, agreement: &Agreement) -> ImpsVersion {
        let [a, b] = agreement.between.map(|party| self.operator(party).imps_version());
        a.min(b)
    }

    /// The agreement of that id.
    pub(crate) fn agreement(&self, id: AgreementId) -> &Agreement {
        &self.agreements[id.index()]
    }

    /// Operators with their ids.
    pub(crate) fn operators(&self) -> impl Iterator<Item = (OperatorId, &Operator)> {
        self.operators.iter().enumerate().map(|(i, o)| (OperatorId(i as u16), o))
    }

    /// Agreements with their ids.
    pub(crate) fn agreements(&self) -> impl Iterator<Item = (AgreementId, &Agreement)> {
        self.agreements.iter().enumerate().map(|(i, a)| (AgreementId(i as u16), a))
    }
}
