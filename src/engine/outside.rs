//! What comes to a shard from outside its calendar, in a live run: what has arrived over the way between its
//! IM server and its SMSC, and what a real system has done. Called by the live driver.

use super::shard::Shard;
use super::wire::{Goes, Leaving, Noted, Wire};
use crate::domain::crossing::{Fate, Refusal};
use crate::domain::id::{MessageId, SubscriberId};
use crate::domain::ledger::Occasion;
use crate::domain::number::ReplyNumber;
use crate::domain::observation::{Observation, SmsEvent, StageTime};
use crate::domain::outcome::{Reason, Route, SmsOrigin, Stage};
use crate::domain::text::Text;
use crate::domain::time::Instant;
use crate::model::context::Observer;
use crate::model::message::{Message, Sms};
use crate::model::outbox::{Input, Job};
use crate::model::store::Slot;

/// Messages of strangers are counted from here, those of users far below.
const STRANGERS: u64 = 1 << 40;

impl<O: Observer> Shard<O> {
    /// From now on what SMSCs decide is noted, and what `goes` between IM server and SMSC does so as octets.
    pub(crate) fn set_wire(&mut self, goes: Goes) {
        self.wire = Some(Box::new(Wire { goes, ..Wire::default() }));
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

    /// A real SMSC has accepted a submission, written at `wrote`.
    pub(crate) fn accepted_outside(&mut self, slot: Slot, wrote: Instant, now: Instant) {
        let operator = self.operator();
        let message = &mut self.messages_mut()[slot];
        message.stage(Stage::Window, operator, wrote);
        message.stage(Stage::Smpp, operator, now);
        let id = message.id;
        let Some(sms) = &mut message.sms else { return };
        (sms.smsc, sms.submitted) = (operator, Some(now));
        let (origin, segments) = (sms.origin, u32::from(sms.segments));
        let event = SmsEvent::Submitted { segments };
        self.outside(now, |cx| {
            cx.observe(Observation::Sms { operator, message: id, origin, event });
        });
    }

    /// A real SMSC has refused a submission.
    pub(crate) fn refused_outside(&mut self, slot: Slot, reason: Reason, now: Instant) {
        self.outside(now, |cx| {
            let (operator, message) = (cx.operator, &cx.messages[slot]);
            let id = message.id;
            let origin = message.sms.map_or(SmsOrigin::Fallback, |sms| sms.origin);
            let event = SmsEvent::Refused;
            cx.observe(Observation::Sms { operator, message: id, origin, event });
            cx.refuse(slot, reason);
        });
    }

    /// A real SMSC tells that a message has come to its end.
    pub(crate) fn ended_outside(&mut self, slot: Slot, delivered: bool, now: Instant) {
        let message = self.hand_over(slot, delivered, now);
        let fate = message.fate(delivered);
        let subject = message.subject();
        let stages: Vec<StageTime> = message.journal.stages().collect();
        self.outside(now, |cx| {
            cx.observe(match delivered {
                true => Observation::Delivered { subject, sms: true, stages: &stages },
                false => Observation::Expired(subject),
            });
        });
        if let Some(fate) = fate {
            self.told(fate, now);
        }
    }

    /// A message has left the real system that had accepted it: it is handed out.
    pub(crate) fn hand_over(&mut self, slot: Slot, delivered: bool, now: Instant) -> Message {
        let operator = self.operator();
        let mut message = self.messages_mut().remove(slot);
        message.stage(Stage::Outside, operator, now);
        if let Some(Sms { submitted: Some(submitted), origin, .. }) = message.sms {
            let took = now.since(submitted);
            let event = if delivered { SmsEvent::Delivered { took } } else { SmsEvent::Expired };
            let id = message.id;
            self.outside(now, |cx| {
                cx.observe(Observation::Sms { operator, message: id, origin, event });
            });
        }
        message
    }

    /// A message comes here that was handed over elsewhere.
    pub(crate) fn take_in(&mut self, message: Message) -> Slot {
        self.messages_mut().insert(message)
    }

    /// A client of this SMSC, who is nobody of the federation, writes to one of its subscribers. Where a
    /// writer is to be named, the recipient stands in.
    pub(crate) fn stranger(&mut self, recipient: SubscriberId, text: Text, now: Instant) -> Slot {
        let operator = self.operator();
        let number = self.wire.as_mut().map_or(0, |wire| {
            wire.strangers += 1;
            wire.strangers
        });
        let id = MessageId::new(operator, STRANGERS | number);
        let mut slot = None;
        self.outside(now, |cx| {
            let to = cx.plan.population.operator(recipient);
            let ends = ((recipient, operator), (recipient, to));
            let occasion = Occasion(id.0);
            let route = Route::SmsClient;
            let mut message = Message::new((id, occasion), ends.0, ends.1, route, text, now);
            message.sms = Some(Sms {
                smsc: operator,
                network: operator,
                node: 0,
                segments: text.segments(),
                origin: SmsOrigin::Client,
                reply: ReplyNumber { owner: operator, index: 0 },
                alert: false,
                crossed: 0,
                owed: 0,
                submitted: None,
                failed: 0,
                due: None,
            });
            cx.observe(Observation::Offered(message.subject()));
            slot = Some(cx.messages.insert(message));
        });
        slot.expect("it has just been taken in")
    }

    fn come(&mut self, input: Input, now: Instant) {
        if let Some(wire) = &mut self.wire {
            wire.passes = wire.goes != Goes::Nothing;
        }
        self.bring(now, input);
    }
}
