//! What fails by the timeline at an operator's door: its side of links.

use super::Gateway;
use crate::domain::federation::LinkFault;
use crate::domain::id::OperatorId;
use crate::model::context::Context;

impl Gateway {
    /// A fault of whatever connects the operator with `peer` begins, or ends: on its side of every
    /// agreement of theirs, those that are still to begin included.
    pub(crate) fn link_outage(
        &mut self,
        peer: OperatorId,
        fault: LinkFault,
        begins: bool,
        cx: &Context<'_>,
    ) {
        for (agreement, side) in &mut self.sides {
            if cx.plan.federation.agreement(*agreement).peer(cx.operator) == peer {
                side.link.outage(fault, begins);
            }
        }
    }
}
