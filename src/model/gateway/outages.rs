//! What fails by the timeline at an operator's door: its side of links, and the translator.

use super::Gateway;
use crate::domain::federation::LinkFault;
use crate::domain::id::OperatorId;
use crate::model::context::Context;

impl Gateway {
    /// A fault of whatever connects the operator with `peer` begins, or ends: on its side of every
    /// agreement of theirs, those that are still to begin included.
    pub fn link_outage(
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

    /// An outage of the translator begins, or ends.
    pub fn translator_outage(&mut self, begins: bool, cx: &mut Context<'_>) {
        if let Some(translator) = &mut self.translator {
            translator.outage(begins);
        }
        while let Some(place) = self.translator.as_mut().and_then(|it| it.next(cx)) {
            self.begin_translation(Some(place), cx);
        }
    }
}
