//! A part at which something queues: what it is, whose, what it is called, what bounds it. Nodes,
//! measurement, forecast, capacity, outages and pages all speak of this type; nobody reads what a
//! part is from its name. It knows settings and no behaviour.

use super::distribution::DurationDistribution;
use super::federation::{Agreement, Federation, Meter, Operator, Protocol, RateLimit};
use super::id::{AgreementId, OperatorId, Role};
use super::outcome::{Reason, closed_list};

closed_list! {
    /// A kind of queueing part, in the order in which an operator's parts are listed; the label is
    /// its word in names, topologies and results.
    PartKind {
        /// The IM server of an IMSP.
        ImServer => "im_server",
        /// The licensed server of an SMSC's node.
        Smsc => "smsc",
        /// A home location register.
        Hlr => "hlr",
        /// The transit server of a hub.
        Relay => "relay",
        /// The translator of an IMS operator.
        Translator => "translator",
        /// The transport of what one side of an agreement sends.
        Link => "link",
        /// The cap on what one side of an agreement sends.
        RateLimit => "rate_limit",
    }
}

/// What there is not enough of where a part is too small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// Parallel servers, and the time that each service takes.
    Workers,
    /// Licensed messages a second.
    Licence,
    /// Bits a second.
    Bandwidth,
    /// Messages a second by agreement.
    Rate,
}

/// The settings behind a bound, to be changed.
#[derive(Debug)]
pub(crate) enum Limit<'a> {
    /// How many, and how long each kind of service takes them.
    Workers(&'a mut u32, Vec<&'a mut DurationDistribution>),
    /// Licensed messages a second of each node.
    Licence(&'a mut f64),
    /// `None`: whatever is put on it passes at once.
    Bandwidth(&'a mut Option<f64>),
    /// The rate, and the burst of a leaky bucket with it.
    Rate(&'a mut RateLimit),
}

/// Whose a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Owner {
    /// An operator's: the only part of its kind, or all nodes together.
    Operator(OperatorId),
    /// An operator's: one node of several.
    Node(OperatorId, u16),
    /// That of the sending side of an agreement, by its place in `between`.
    Side(AgreementId, u8),
}

/// A queueing part of a federation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Part {
    /// What kind of part it is.
    pub kind: PartKind,
    /// The operator, node or side of an agreement that has it.
    pub(crate) owner: Owner,
}

/// What is the same of all parts of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Info {
    /// The node of an operator that has it: the source of the events at which services end.
    pub(crate) role: Role,
    /// What there can be too little of.
    pub(crate) bound: Bound,
    /// Why it refuses when its queue is full; `None` if its queue has no bound.
    pub(crate) full: Option<Reason>,
    /// What it is, for people.
    pub(crate) title: &'static str,
    /// What it serves, for people.
    pub(crate) jobs: &'static str,
}

impl PartKind {
    /// What is known of the kind.
    pub(crate) const fn info(self) -> Info {
        use {Bound::*, Reason::*, Role::*};
        let (role, bound, full, title, jobs) = match self {
            Self::ImServer => (Imsp, Workers, Some(ImServerFull), "IM server", "requests"),
            Self::Smsc => (Role::Smsc, Licence, Some(SmscFull), "SMSC licence", "short messages"),
            Self::Hlr => (Role::Hlr, Workers, None, "HLR", "look-ups"),
            Self::Relay => (Role::Relay, Workers, Some(RelayFull), "hub", "transfers"),
            Self::Translator => (Gateway, Workers, Some(TranslatorFull), "translator", "transfers"),
            Self::Link => (Gateway, Bandwidth, None, "link", "transfers"),
            Self::RateLimit => (Gateway, Rate, Some(RateLimitFull), "agreement cap", "messages"),
        };
        Info { role, bound, full, title, jobs }
    }

    /// Whether the timeline can let it fail as a node. A rule cannot, and what becomes of a link
    /// concerns both operators (`link_down`).
    pub const fn can_fail(self) -> bool {
        matches!(self.info().bound, Bound::Workers | Bound::Licence)
    }

    /// Whether a job leaves as its service begins: a rate limit's service is room taken, not time
    /// spent.
    pub(crate) const fn passes(self) -> bool {
        matches!(self.info().bound, Bound::Rate)
    }

    /// Parallel servers of an operator's part of this kind, of each node if it has nodes; `None` if
    /// the operator has none, or if it is a part of agreements.
    pub(crate) fn servers(self, operator: &Operator) -> Option<u32> {
        match self {
            Self::ImServer => operator.imsp.as_ref().map(|imsp| imsp.workers),
            Self::Smsc => operator.smsc.as_ref().map(|_| 1),
            Self::Hlr => operator.hlr.as_ref().map(|hlr| hlr.workers),
            Self::Relay => operator.relay.as_ref().map(|relay| relay.workers),
            Self::Translator => operator.translator.as_ref().map(|translator| translator.workers),
            Self::Link | Self::RateLimit => None,
        }
    }

    /// How many nodes an operator has of it, each with a queue of its own; `None` if a part of this
    /// kind is one.
    pub(crate) fn nodes(self, operator: &Operator) -> Option<u32> {
        match self {
            Self::Smsc => operator.smsc.as_ref().map(|smsc| smsc.nodes),
            Self::ImServer
            | Self::Hlr
            | Self::Relay
            | Self::Translator
            | Self::Link
            | Self::RateLimit => None,
        }
    }
}

impl Part {
    /// The part of an operator; of several nodes all together.
    pub const fn of(kind: PartKind, operator: OperatorId) -> Self {
        Self { kind, owner: Owner::Operator(operator) }
    }

    /// One node of an operator's part.
    pub const fn node(kind: PartKind, operator: OperatorId, node: u16) -> Self {
        Self { kind, owner: Owner::Node(operator, node) }
    }

    /// The part of the sending side of an agreement.
    pub(crate) const fn side(kind: PartKind, agreement: AgreementId, side: usize) -> Self {
        Self { kind, owner: Owner::Side(agreement, side as u8) }
    }

    /// Whether it is the other one, or the other one is a node of it.
    pub fn includes(self, other: Self) -> bool {
        match (self.owner, other.owner) {
            (Owner::Operator(all), Owner::Node(one, _)) => self.kind == other.kind && all == one,
            _ => self == other,
        }
    }

    /// What an operator has, of nodes all together.
    pub(crate) fn own(id: OperatorId, operator: &Operator) -> impl Iterator<Item = Self> {
        let has = |kind: &&PartKind| kind.servers(operator).is_some();
        PartKind::ALL.iter().filter(has).map(move |kind| Self::of(*kind, id))
    }

    /// The parts of both sides of an agreement; a link without a bandwidth is among them.
    pub(crate) fn sides(id: AgreementId, agreement: &Agreement) -> impl Iterator<Item = Self> {
        (0..2).flat_map(move |side| {
            let limit = agreement.rate_limit[side].as_ref();
            let limit = limit.map(|_| Self::side(PartKind::RateLimit, id, side));
            std::iter::once(Self::side(PartKind::Link, id, side)).chain(limit)
        })
    }

    /// Its nodes, or itself if it is one.
    pub(crate) fn nodes(self, federation: &Federation) -> Vec<Self> {
        let Owner::Operator(id) = self.owner else { return vec![self] };
        match self.kind.nodes(federation.operator(id)) {
            Some(nodes) => (0..nodes as u16).map(|node| Self::node(self.kind, id, node)).collect(),
            None => vec![self],
        }
    }

    /// Whose it is; of an agreement's part, the sending side.
    pub(crate) fn operator(self, federation: &Federation) -> OperatorId {
        match self.owner {
            Owner::Operator(id) | Owner::Node(id, _) => id,
            Owner::Side(id, side) => federation.agreement(id).between[usize::from(side)],
        }
    }

    /// Parallel servers at its queue, of each node if it has nodes.
    pub(crate) fn servers(self, federation: &Federation) -> u32 {
        self.kind.servers(federation.operator(self.operator(federation))).unwrap_or(1)
    }

    /// What it is called among its owner's parts: `im_server`, `smsc[1]`, `sms-link`.
    pub(crate) fn word(self, federation: &Federation) -> String {
        let label = self.kind.label();
        match self.owner {
            Owner::Operator(_) => label.to_owned(),
            Owner::Node(_, node) => format!("{label}[{node}]"),
            Owner::Side(id, _) => format!("{}{label}", infix(federation, federation.agreement(id))),
        }
    }

    /// Its name in results: `imsp-a/im_server`, `imsp-a/smsc[0]`, `imsp-a->imsp-b/link`.
    pub fn name(self, federation: &Federation) -> String {
        let name = |id: OperatorId| federation.operator(id).name.as_str();
        let word = self.word(federation);
        let from = self.operator(federation);
        match self.owner {
            Owner::Operator(_) | Owner::Node(..) => format!("{}/{word}", name(from)),
            Owner::Side(id, _) => {
                let to = federation.agreement(id).peer(from);
                format!("{}->{}/{word}", name(from), name(to))
            }
        }
    }

    /// Whether something bounds it: a link without a bandwidth passes everything at once.
    pub(crate) fn is_bounded(self, federation: &Federation) -> bool {
        match self.kind {
            PartKind::Link => match self.owner {
                Owner::Side(id, _) => federation.agreement(id).link.bandwidth.is_some(),
                Owner::Operator(_) | Owner::Node(..) => true,
            },
            PartKind::ImServer
            | PartKind::Smsc
            | PartKind::Hlr
            | PartKind::Relay
            | PartKind::Translator
            | PartKind::RateLimit => true,
        }
    }

    /// What bounds it, to be made more or less; `None` if the federation has no such part.
    pub(crate) fn limit(self, federation: &mut Federation) -> Option<Limit<'_>> {
        let (agreement, side) = match self.owner {
            Owner::Operator(id) | Owner::Node(id, _) => {
                return own_limit(self.kind, &mut federation.operators[id.index()]);
            }
            Owner::Side(id, side) => (&mut federation.agreements[id.index()], usize::from(side)),
        };
        match self.kind {
            PartKind::RateLimit => agreement.rate_limit[side].as_mut().map(Limit::Rate),
            PartKind::Link => Some(Limit::Bandwidth(&mut agreement.link.bandwidth)),
            PartKind::ImServer
            | PartKind::Smsc
            | PartKind::Hlr
            | PartKind::Relay
            | PartKind::Translator => None,
        }
    }
}

fn own_limit(kind: PartKind, operator: &mut Operator) -> Option<Limit<'_>> {
    Some(match kind {
        PartKind::ImServer => {
            let imsp = operator.imsp.as_mut()?;
            Limit::Workers(&mut imsp.workers, imsp.service_time.each_mut().into())
        }
        PartKind::Smsc => Limit::Licence(&mut operator.smsc.as_mut()?.throughput),
        PartKind::Hlr => {
            let hlr = operator.hlr.as_mut()?;
            Limit::Workers(&mut hlr.workers, vec![&mut hlr.lookup_time])
        }
        PartKind::Relay => {
            let relay = operator.relay.as_mut()?;
            Limit::Workers(&mut relay.workers, vec![&mut relay.service_time])
        }
        PartKind::Translator => {
            let translator = operator.translator.as_mut()?;
            let times = vec![&mut translator.message_time, &mut translator.presence_time];
            Limit::Workers(&mut translator.workers, times)
        }
        PartKind::Link | PartKind::RateLimit => return None,
    })
}

impl Limit<'_> {
    /// Makes it larger or smaller: more workers, a higher rate.
    pub(crate) fn scale(self, factor: f64) {
        match self {
            Self::Workers(workers, _) => times(workers, factor),
            Self::Licence(throughput) => *throughput *= factor,
            Self::Bandwidth(bandwidth) => {
                bandwidth.iter_mut().for_each(|bandwidth| *bandwidth *= factor);
            }
            Self::Rate(limit) => {
                limit.rate *= factor;
                if let Meter::LeakyBucket { burst } = &mut limit.meter {
                    times(burst, factor);
                }
            }
        }
    }

    /// Makes it faster or slower: workers take less time or more, anything else is made larger or
    /// smaller. A share of a worker cannot be had, so that small numbers of them say nothing.
    pub(crate) fn speed(self, factor: f64) {
        match self {
            Self::Workers(_, times) => {
                times.into_iter().for_each(|time| *time = time.scaled(1.0 / factor));
            }
            other => other.scale(factor),
        }
    }
}

/// Makes a count so many times as large, and one at least.
pub(crate) fn times(count: &mut u32, factor: f64) {
    *count = ((f64::from(*count) * factor).round() as u32).max(1);
}

/// Of several agreements of one pair, the parts of all but one of the first protocol have a word more.
fn infix(federation: &Federation, agreement: &Agreement) -> String {
    let [a, b] = agreement.between;
    let theirs = |other: &&Agreement| other.side(a).is_some() && other.side(b).is_some();
    let twins = agreement.protocol != Protocol::ALL[0]
        && federation.agreements.iter().filter(theirs).nth(1).is_some();
    if twins { format!("{}-", agreement.protocol) } else { String::new() }
}
