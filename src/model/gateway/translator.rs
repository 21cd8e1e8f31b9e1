//! The translator of an IMS operator's gateway (IMS-2): inside, SIP; on interconnects, SSP. Every
//! request that crosses takes one service, either way; what is answered hop by hop, the gateway
//! answers itself. It changes nothing but the time that things take.

use crate::domain::federation;
use crate::domain::id::OperatorId;
use crate::domain::random::{Stream, StreamSeed};
use crate::domain::time::Duration;
use crate::model::context::Context;
use crate::model::outbox::{Payload, Transfer};
use crate::model::plan::Plan;
use crate::model::station::{Arrival, Claim, Station};

/// A transfer at the translator.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passage {
    pub(super) transfer: Transfer,
    /// To a partner, else from one.
    pub(super) outward: bool,
}

/// The translator of one operator.
#[derive(Debug)]
pub(super) struct Translator {
    settings: federation::Translator,
    station: Station<Passage>,
    service: Stream,
}

impl Translator {
    /// The translator of `operator`.
    pub(super) fn new(
        plan: &Plan,
        operator: OperatorId,
        settings: &federation::Translator,
    ) -> Self {
        let name = &plan.federation.operator(operator).name;
        let station = Station::new(
            plan.stations.translator(operator),
            settings.workers,
            settings.queue_limit,
        );
        let seed = plan.federation.run.seed;
        let service = StreamSeed::new(seed, name, "translator/service").stream();
        Self { settings: settings.clone(), station, service }
    }

    /// Something is to be translated.
    pub(super) fn arrive(&mut self, passage: Passage, cx: &mut Context<'_>) -> Arrival<Passage> {
        self.station.arrive(passage, Claim::Usual, cx)
    }

    /// An outage begins, or ends.
    pub(super) fn outage(&mut self, begins: bool) {
        self.station.outage(begins);
    }

    /// The place at which something that waits is served now, if it can be.
    pub(super) fn next(&mut self, cx: &mut Context<'_>) -> Option<u32> {
        self.station.next(cx)
    }

    /// What is in service or waits.
    pub(super) fn transfers(&self) -> impl Iterator<Item = &Transfer> {
        self.station.jobs().map(|passage| &passage.transfer)
    }

    /// How long the service of the job at a place takes.
    pub(super) fn time(&mut self, place: u32) -> Duration {
        let time = match self.station.job(place).transfer.payload {
            Payload::Message(_) | Payload::GroupMessage(_) => &self.settings.message_time,
            _ => &self.settings.presence_time,
        };
        time.sample(&mut self.service)
    }

    /// The service at a place ends: what was translated, and the place that is served next.
    pub(super) fn end(&mut self, place: u32, cx: &mut Context<'_>) -> (Passage, Option<u32>) {
        let served = self.station.end(place, cx);
        (served.job, served.next)
    }
}
