//! The translator of an IMS operator's gateway (IMS-2): inside, SIP; on some interconnects, SSP or
//! XMPP. Every request that crosses takes one service, either way; what is answered hop by hop, the
//! gateway answers itself. It changes nothing but the time that things take.

use super::Gateway;
use super::meaning::carried;
use crate::domain::distribution::DurationDistribution;
use crate::domain::federation;
use crate::domain::id::OperatorId;
use crate::domain::observation::Observation;
use crate::domain::outcome::{Defect, Stage, TransferKind};
use crate::domain::part::{Part, PartKind};
use crate::domain::time::Duration;
use crate::model::context::Context;
use crate::model::crossing::{Content, Crossing};
use crate::model::plan::Plan;
use crate::model::server::{Server, Turn};
use crate::model::station::Claim;

/// A crossing at the translator.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passage {
    pub(super) crossing: Crossing,
    /// To a partner, else from one.
    pub(super) outward: bool,
}

/// The translator of one operator.
#[derive(Debug)]
pub(super) struct Translator {
    settings: federation::Translator,
    server: Server<Passage>,
}

impl Translator {
    /// The translator of `operator`.
    pub(super) fn new(
        plan: &Plan,
        operator: OperatorId,
        settings: &federation::Translator,
    ) -> Self {
        let part = Part::of(PartKind::Translator, operator);
        let server = Server::new(plan, part, settings.queue_limit, "translator/service");
        let mut settings = settings.clone();
        if plan.has(Defect::FreeTranslation) {
            settings.message_time = DurationDistribution::Constant(Duration::ZERO);
            settings.presence_time = DurationDistribution::Constant(Duration::ZERO);
        }
        Self { settings, server }
    }

    /// What is in service or waits.
    pub(super) fn crossings(&self) -> impl Iterator<Item = &Crossing> {
        self.server.jobs().map(|passage| &passage.crossing)
    }

    /// What is translated next in a turn.
    fn next(&mut self, turn: &mut Turn, cx: &mut Context<'_>) -> Option<Passage> {
        let Self { settings, server } = self;
        let time = |passage: &Passage| match passage.crossing.content.kind() {
            TransferKind::Message => &settings.message_time,
            TransferKind::Presence
            | TransferKind::Subscribe
            | TransferKind::Search
            | TransferKind::Validate
            | TransferKind::Contact
            | TransferKind::Group
            | TransferKind::Report
            | TransferKind::Answer
            | TransferKind::Sms
            | TransferKind::SmsSignalling
            | TransferKind::SetUp
            | TransferKind::KeepAlive => &settings.presence_time,
        };
        let served = server.next(turn, |passage, draw, _| time(passage).sample(draw), cx);
        served.map(|served| served.job)
    }
}

impl Gateway {
    /// Whether what crosses an agreement is translated here (IMS-2).
    pub(super) fn translates(&self, crossing: &Crossing, cx: &Context<'_>) -> bool {
        let federation = &cx.plan.federation;
        // One status for another: the gateway's own, or a translator that is full could not say so.
        let refusal = matches!(crossing.content, Content::Refused(_));
        federation.agreement(crossing.agreement).is_translated_by(cx.settings())
            && !refusal
            && !cx.plan.has(Defect::TranslationSkipped)
    }

    /// Something is to be translated.
    pub(super) fn translate(&mut self, passage: Passage, cx: &mut Context<'_>) {
        let Some(translator) = &mut self.translator else { return };
        match translator.server.arrive(passage, Claim::Usual, cx) {
            Ok(turn) => self.serve(turn, cx),
            Err((passage, reason)) => self.turn_back(passage.crossing, reason, cx),
        }
    }

    /// An outage of the translator begins, or ends.
    pub(crate) fn translator_outage(&mut self, begins: bool, cx: &mut Context<'_>) {
        if let Some(translator) = &mut self.translator {
            let turn = translator.server.outage(begins);
            self.serve(turn, cx);
        }
    }

    /// What was translated goes on.
    pub(crate) fn serve(&mut self, mut turn: Turn, cx: &mut Context<'_>) {
        while let Some(passage) = self.translator.as_mut().and_then(|it| it.next(&mut turn, cx)) {
            let Passage { crossing, outward } = passage;
            let (operator, kind) = (cx.operator, crossing.content.kind());
            if let Some(&slot) = crossing.content.message() {
                cx.stage(slot, Stage::Translation);
            }
            let carried = carried(&crossing.content, cx);
            cx.observe(Observation::Translated { operator, kind, carried });
            if outward {
                self.transmit(crossing, true, cx);
            } else {
                self.hand_in(crossing, cx);
            }
        }
    }
}
