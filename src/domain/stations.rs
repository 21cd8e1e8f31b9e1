//! The queueing parts of a federation with the numbers by which observations and figures know them.
//! Laid out once for a run; nodes ask it as they are made, measurement for names and servers.

use rustc_hash::FxHashMap;

use super::federation::Federation;
use super::id::OperatorId;
use super::observation::StationId;
use super::part::Part;

/// One queueing part as figures know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// What it is, and whose.
    pub part: Part,
    /// Such as `imsp-a/im_server` or `imsp-a->imsp-b/link`.
    pub name: String,
    /// Whose it is; of a link or rate limit, the sending side.
    pub(crate) operator: OperatorId,
    /// Servers side by side at its one queue; utilisation is per server.
    pub(crate) servers: u32,
}

/// The queueing parts of a federation, in operator order, then agreement order.
#[derive(Clone, Debug, Default)]
pub struct Stations {
    /// Indexed by `StationId`.
    pub all: Vec<Station>,
    ids: FxHashMap<Part, StationId>,
}

impl Stations {
    /// Numbers the queueing parts of a federation. They have their places from the start of a run,
    /// whenever the timeline brings them into use.
    pub fn new(federation: &Federation) -> Self {
        let mut last = federation.clone();
        federation.timeline.iter().for_each(|event| last.happen(&event.event));
        let federation = &last;
        let own = federation.operators().flat_map(|(id, operator)| Part::own(id, operator));
        let sides = federation.agreements().flat_map(|(id, agreement)| Part::sides(id, agreement));
        let parts = own.chain(sides).flat_map(|part| part.nodes(federation));
        let station = |part: Part| Station {
            part,
            name: part.name(federation),
            operator: part.operator(federation),
            servers: part.servers(federation),
        };
        let all: Vec<Station> = parts.map(station).collect();
        let ids = all.iter().zip(0..).map(|(station, id)| (station.part, StationId(id))).collect();
        Self { all, ids }
    }

    /// The number of a part that the federation has.
    pub fn id(&self, part: Part) -> StationId {
        *self.ids.get(&part).expect("who asks for a part has its settings")
    }
}
