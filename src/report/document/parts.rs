//! The parts behind the stations of a summary, by the topology of the run: a file has their names
//! alone. Terminal and page ask it; without a topology it knows none.

use std::collections::BTreeMap;

use crate::domain::federation::Federation;
use crate::domain::part::{Owner, Part, PartKind};
use crate::domain::stations::Stations;

/// What the stations of a run are, by their names.
#[derive(Clone, Debug, Default)]
pub struct Parts(BTreeMap<String, Known>);

/// What a station is.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// What kind of part it is, for whoever judges the run.
    pub(crate) kind: PartKind,
    /// Whose; of an agreement's, the sending side.
    pub(crate) operator: String,
    /// How many its operator has like it: nodes of one part.
    pub(crate) nodes: usize,
    /// Of an agreement's, the other side.
    pub(crate) peer: Option<String>,
}

impl Parts {
    /// The parts of a run of this topology.
    pub fn of(federation: &Federation) -> Self {
        let name = |id| federation.operator(id).name.clone();
        let known = Stations::new(federation).all.into_iter().map(|station| {
            let peer = match station.part.owner {
                Owner::Side(id, _) => Some(name(federation.agreement(id).peer(station.operator))),
                Owner::Operator(_) | Owner::Node(..) => None,
            };
            let operator = name(station.operator);
            let (kind, owner) = (station.part.kind, station.part.owner);
            let nodes = match owner {
                Owner::Node(id, _) => Part::of(kind, id).nodes(federation).len(),
                Owner::Operator(_) | Owner::Side(..) => 1,
            };
            (station.name, Known { kind, operator, nodes, peer })
        });
        Self(known.collect())
    }

    /// Whether none are known.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a station is.
    pub(crate) fn get(&self, station: &str) -> Option<&Known> {
        self.0.get(station)
    }

    /// What a station is, if it is one.
    pub(crate) fn kind(&self, station: &str) -> Option<PartKind> {
        self.get(station).map(|known| known.kind)
    }

    /// Whether a station is an operator's of this kind.
    pub(crate) fn is_of(&self, station: &str, kind: PartKind, operator: &str) -> bool {
        self.get(station).is_some_and(|known| known.kind == kind && known.operator == operator)
    }
}
