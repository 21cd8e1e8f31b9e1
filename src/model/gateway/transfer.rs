//! One transfer over a link: put on it and observed, for the first time or again. What becomes of it
//! is for the gateway to say.

use crate::domain::id::AgreementId;
use crate::domain::observation::{Carried, Observation, StationId};
use crate::domain::outcome::TransferKind;
use crate::domain::time::Instant;
use crate::model::context::Context;
use crate::model::link::{Link, Passage};

/// What is put on a link.
pub(super) struct Transfer {
    pub(super) agreement: AgreementId,
    pub(super) kind: TransferKind,
    pub(super) carried: Carried,
    pub(super) bytes: u32,
    /// What is owed for it; 0 for a repetition.
    pub(super) charged: u32,
    /// What the partner knows it by; `None`: it ends with the link.
    pub(super) identity: Option<u64>,
}

impl Transfer {
    /// Puts it on the link of its side: when it arrives, unless it is lost, and when it is time to
    /// send it again.
    pub(super) fn put_on(
        self,
        link: &mut Link,
        station: StationId,
        cx: &mut Context<'_>,
    ) -> (Option<Instant>, Instant) {
        let Self { agreement, kind, carried, bytes, charged, identity } = self;
        let terms = cx.plan.federation.agreement(agreement);
        let Passage { wait, transmission: service, queued, arrival } = link.send(cx.now, bytes);
        let (from, crosses) = (cx.operator, identity.filter(|_| arrival.is_some()));
        cx.observe(Observation::Transferred {
            agreement,
            from,
            kind,
            carried,
            bytes,
            charged,
            crosses,
        });
        if terms.link.bandwidth.is_some() {
            cx.observe(Observation::StationPlanned { station, wait, service, queued });
        }
        (arrival, cx.now + wait + service + terms.retry_timeout)
    }
}
