//! Requests at a part that nobody of the federation makes: subscribers' short messages to each other,
//! look-ups for calls. They come at random and at one rate from the start of a run, whatever its load;
//! SMSC and HLR, which serve them as they serve what the federation asks, have one each.

use super::context::Context;
use super::outbox::Input;
use super::plan::Plan;
use crate::domain::id::OperatorId;
use crate::domain::part::PartKind;
use crate::domain::random::{Stream, StreamSeed};
use crate::domain::time::Duration;

/// A Poisson process of such requests.
#[derive(Debug)]
pub(crate) struct Other {
    kind: PartKind,
    /// Seconds between two of them, on average.
    mean: f64,
    arrivals: Stream,
}

impl Other {
    /// So many a second at the part of this kind; `None` if there are none.
    pub(crate) fn new(
        plan: &Plan,
        operator: OperatorId,
        kind: PartKind,
        rate: f64,
    ) -> Option<Self> {
        let name = &plan.federation.operator(operator).name;
        let purpose = format!("{}/other", kind.label());
        let arrivals = StreamSeed::new(plan.federation.run.seed, name, &purpose).stream();
        (rate > 0.0).then(|| Self { kind, mean: 1.0 / rate, arrivals })
    }

    /// Lets the next one come.
    pub(crate) fn next(&mut self, cx: &mut Context<'_>) {
        let after = Duration::from_secs_f64(self.arrivals.exponential(self.mean));
        cx.at(cx.now + after, self.kind.info().role, Input::Other(self.kind));
    }
}
