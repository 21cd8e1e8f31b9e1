//! The way between devices and their operator: kinds of access, their shares and delays (RD-2).
//! A user's kind follows from the user alone, so that both directions agree on it.

use super::plan::Plan;
use crate::domain::distribution::DurationDistribution;
use crate::domain::id::{OperatorId, SubscriberId};
use crate::domain::outcome::Defect;
use crate::domain::presence::ClientType;
use crate::domain::random::{Stream, StreamSeed};
use crate::domain::time::Duration;

/// One direction of the access of one operator's devices.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    /// Cumulative share and delay of each kind. The IM service is the same over all of them: what
    /// comes and goes by any reaches one server (RD-2, IMS-1).
    kinds: Vec<(f64, DurationDistribution)>,
    /// The client that users of each kind have.
    clients: Vec<ClientType>,
    handset: Option<usize>,
    base: u32,
    kind_of: StreamSeed,
    delay: Stream,
}

impl Access {
    /// The access of `operator`; `direction` names the random stream of its delays.
    pub(crate) fn new(plan: &Plan, operator: OperatorId, direction: &str) -> Self {
        let settings = plan.federation.operator(operator);
        let seed = plan.federation.run.seed;
        let mut cumulative = 0.0;
        let equal = settings.access.first().filter(|_| plan.has(Defect::EqualDelays));
        let kinds = settings.access.iter().map(|kind| {
            cumulative += kind.share;
            (cumulative, equal.unwrap_or(kind).delay.clone())
        });
        Self {
            kinds: kinds.collect(),
            clients: settings.access.iter().map(|kind| client_of(&kind.name)).collect(),
            handset: settings.access.iter().position(|kind| kind.name == "mobile"),
            base: plan.population.base(operator),
            kind_of: StreamSeed::new(seed, &settings.name, "access/kind"),
            delay: StreamSeed::new(seed, &settings.name, direction).stream(),
        }
    }

    /// The delay of one passage of a user's IM client.
    pub(crate) fn client(&mut self, user: SubscriberId) -> Duration {
        let kind = self.kind(user);
        self.kinds.get(kind).map_or(Duration::ZERO, |(_, delay)| delay.sample(&mut self.delay))
    }

    /// The place of a user's kind of access among those of the operator.
    pub(crate) fn kind(&self, user: SubscriberId) -> usize {
        let Some(last) = self.kinds.len().checked_sub(1).filter(|last| *last > 0) else {
            return 0;
        };
        let at = self.kind_of.unit(u64::from(user.0 - self.base));
        self.kinds[..last].iter().position(|(cumulative, _)| at < *cumulative).unwrap_or(last)
    }

    /// The kind of client of a user.
    pub(crate) fn client_type(&self, user: SubscriberId) -> ClientType {
        self.clients.get(self.kind(user)).copied().unwrap_or(ClientType::MobilePhone)
    }

    /// Whether a user's IM client is on a phone of the mobile network.
    pub(crate) fn is_mobile(&self, user: SubscriberId) -> bool {
        self.handset == Some(self.kind(user))
    }

    /// The delay of a short message from a handset to its SMSC: that of the kind `mobile`.
    pub(crate) fn handset(&mut self) -> Duration {
        self.handset.map_or(Duration::ZERO, |kind| self.kinds[kind].1.sample(&mut self.delay))
    }
}

/// The client that goes with a kind of access: a wire leads to a desk, a cellular network to a phone, and
/// what roams between access points is carried in a bag.
fn client_of(access: &str) -> ClientType {
    match access {
        "wired" => ClientType::Computer,
        "wlan" => ClientType::Pda,
        _ => ClientType::MobilePhone,
    }
}
