//! What comes to a shard from outside its calendar, in a live run: what has arrived over the way between its
//! IM server and its SMSC, and what a real system has done. Called by the live driver.

use super::shard::Shard;
use super::wire::{Leaving, Noted, Wire};
use crate::domain::crossing::{Fate, Refusal};
use crate::domain::outcome::{Reason, Stage};
use crate::domain::time::Instant;
use crate::model::context::Observer;
use crate::model::outbox::{Input, Job};
use crate::model::store::Slot;

impl<O: Observer> Shard<O> {
    /// From now on what SMSCs decide is noted, and the way between IM server and SMSC, where `ways`, is one
    /// of octets.
    pub(crate) fn set_wire(&mut self, ways: bool) {
        self.wire = Some(Box::new(Wire { ways, ..Wire::default() }));
    }

    /// Takes what is to go over the way.
    pub(crate) fn leaving(&mut self) -> Vec<Leaving> {
        self.wire.as_mut().map_or(Vec::new(), |wire| std::mem::take(&mut wire.leaving))
    }

    /// Takes what SMSCs have decided since it was last asked.
    pub(crate) fn noted(&mut self) -> Vec<Noted> {
        self.wire.as_mut().map_or(Vec::new(), |wire| std::mem::take(&mut wire.noted))
    }

    /// A submission, written at `wrote`, has arrived at the SMSC. Its sender hears of a refusal by the
    /// answer: then it is given back.
    pub(crate) fn submitted(
        &mut self,
        slot: Slot,
        wrote: Instant,
        now: Instant,
    ) -> Option<Refusal> {
        let operator = self.operator();
        let message = &mut self.messages_mut()[slot];
        message.stage(Stage::Window, operator, wrote);
        message.stage(Stage::Smpp, operator, now);
        if let Some(wire) = &mut self.wire {
            wire.answers = true;
        }
        self.come(Input::Submit(slot), now);
        let wire = self.wire.as_mut()?;
        wire.answers = false;
        wire.refused.take()
    }

    /// An answer for a reply number has arrived at the IM server.
    pub(crate) fn answered(&mut self, slot: Slot, now: Instant) {
        let operator = self.operator();
        self.messages_mut()[slot].stage(Stage::Smpp, operator, now);
        self.come(Input::Request(Job::Message(slot)), now);
    }

    /// What has become of a message has arrived at the IM server.
    pub(crate) fn told(&mut self, fate: Fate, now: Instant) {
        self.come(Input::Fate(fate), now);
    }

    /// The refusal of a submission has arrived at the IM server.
    pub(crate) fn refused(&mut self, refusal: Refusal, now: Instant) {
        self.come(Input::Refused(refusal), now);
    }

    /// A submission has come to nothing: whether the SMSC has it, nobody here knows.
    pub(crate) fn lost(&mut self, slot: Slot, reason: Reason, now: Instant) {
        self.outside(now, |cx| cx.lose(slot, reason));
    }

    fn come(&mut self, input: Input, now: Instant) {
        if let Some(wire) = &mut self.wire {
            wire.passes = wire.ways;
        }
        self.bring(now, input);
    }
}
