//! Which agreement leads where. The rule of the topology format: an agreement with the recipient's
//! operator that carries the feature, else through hubs, fewest first, then in name order. Built
//! once from the settings; asked by IMSPs, SMSCs and hubs.

use std::collections::VecDeque;

use crate::domain::federation::{Agreement, Federation, OperatorKind};
use crate::domain::id::{AgreementId, OperatorId};
use crate::domain::outcome::Defect;
use crate::domain::time::Duration;

/// What is to cross.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carriage {
    /// Instant messages, contact requests and validations.
    Messaging,
    /// Notifications, states and subscriptions.
    Presence,
    /// Searches for somebody and their answers.
    Search,
    /// Copies of messages to groups; also asked of when somebody is invited.
    Groups,
    /// Short messages and their signalling.
    Sms,
}

/// The way to another operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    /// The agreement of the next hop.
    pub(crate) agreement: AgreementId,
    /// The next hop.
    pub(crate) next: OperatorId,
    /// Hubs on the whole way.
    pub(crate) hubs: u16,
}

/// The ways of all pairs, one table per carriage.
#[derive(Clone, Debug)]
pub(crate) struct Routing {
    operators: usize,
    /// By carriage, then from * operators + to.
    ways: [Vec<Option<Way>>; 5],
    /// The same whatever agreements carry.
    joined: Vec<Option<Way>>,
}

impl Routing {
    /// Finds all ways over the agreements that have begun `after` the start of measuring; `None`:
    /// before anything on the timeline.
    pub(crate) fn new(
        federation: &Federation,
        after: Option<Duration>,
        defect: Option<Defect>,
    ) -> Self {
        let operators = federation.operators.len();
        let all = [
            Carriage::Messaging,
            Carriage::Presence,
            Carriage::Search,
            Carriage::Groups,
            Carriage::Sms,
        ];
        let table = |carriage| {
            let first = neighbours(federation, carriage, after, defect);
            let ignored = defect == Some(Defect::SecondLegIgnored);
            let all = ignored.then(|| neighbours(federation, None, after, defect));
            let beyond = all.as_ref().unwrap_or(&first);
            let mut table = Vec::with_capacity(operators * operators);
            for from in 0..operators {
                table.extend(ways_from(federation, [&first, beyond], from));
            }
            table
        };
        let ways = all.map(|carriage| table(Some(carriage)));
        Self { operators, ways, joined: table(None) }
    }

    /// Whether agreements lead from one operator to another, whatever they carry.
    pub(crate) fn joined(&self, from: OperatorId, to: OperatorId) -> bool {
        self.joined[from.index() * self.operators + to.index()].is_some()
    }

    /// The agreements of a way, from the first on; none where there is no way.
    pub(crate) fn legs(
        &self,
        carriage: Carriage,
        from: OperatorId,
        to: OperatorId,
    ) -> impl Iterator<Item = AgreementId> {
        let next = move |way: &Way| self.way(carriage, way.next, to);
        std::iter::successors(self.way(carriage, from, to), next).map(|way| way.agreement)
    }

    /// The way from one operator to another; `None` where there is none, or they are the same.
    pub(crate) fn way(&self, carriage: Carriage, from: OperatorId, to: OperatorId) -> Option<Way> {
        self.ways[carriage as usize][from.index() * self.operators + to.index()]
    }
}

fn carries(agreement: &Agreement, carriage: Carriage, defect: Option<Defect>) -> bool {
    match carriage {
        Carriage::Presence if defect == Some(Defect::PresenceAlways) => true,
        Carriage::Groups if defect == Some(Defect::GroupsAlways) => true,
        Carriage::Groups if defect == Some(Defect::GroupsNever) => false,
        Carriage::Messaging => agreement.features.messaging,
        Carriage::Presence => agreement.features.presence,
        Carriage::Search => agreement.features.search,
        Carriage::Groups => agreement.features.groups,
        Carriage::Sms => agreement.features.sms,
    }
}

/// For each operator its neighbours in name order (ids are in name order), by agreements that carry
/// this, or by any.
fn neighbours(
    federation: &Federation,
    carriage: Option<Carriage>,
    after: Option<Duration>,
    defect: Option<Defect>,
) -> Vec<Vec<(OperatorId, AgreementId)>> {
    let mut neighbours = vec![Vec::new(); federation.operators.len()];
    for (id, agreement) in federation.agreements() {
        let carries = carriage.is_none_or(|carriage| carries(agreement, carriage, defect));
        if carries && agreement.begins <= after {
            let [a, b] = agreement.between;
            neighbours[a.index()].push((b, id));
            neighbours[b.index()].push((a, id));
        }
    }
    for list in &mut neighbours {
        list.sort_unstable();
    }
    neighbours
}

/// Breadth first, hubs alone passing on: by neighbours of the first, and of hubs. Queueing in name order makes the first way found the
/// first in name order among the shortest.
fn ways_from(
    federation: &Federation,
    [neighbours, beyond]: [&[Vec<(OperatorId, AgreementId)>]; 2],
    from: usize,
) -> Vec<Option<Way>> {
    let mut ways: Vec<Option<Way>> = vec![None; neighbours.len()];
    let mut queue = VecDeque::new();
    for &(next, agreement) in &neighbours[from] {
        // Of two agreements with one neighbour that carry the same, the first in the file serves.
        if ways[next.index()].is_none() {
            ways[next.index()] = Some(Way { agreement, next, hubs: 0 });
            queue.push_back(next);
        }
    }
    while let Some(at) = queue.pop_front() {
        if federation.operator(at).kind != OperatorKind::Hub {
            continue;
        }
        let Some(way) = ways[at.index()] else { continue };
        for &(next, _) in &beyond[at.index()] {
            if next.index() != from && ways[next.index()].is_none() {
                ways[next.index()] = Some(Way { hubs: way.hubs + 1, ..way });
                queue.push_back(next);
            }
        }
    }
    ways
}
