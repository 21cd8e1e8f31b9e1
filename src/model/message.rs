//! A user's message in flight: who, what, where it stands and where its time went. Messages lie
//! in their shard's store and are passed around by place; they move when they cross an agreement.

use smallvec::SmallVec;

use super::store::Store;
use crate::domain::id::{MessageId, OperatorId, SubscriberId};
use crate::domain::observation::{StageTime, Subject};
use crate::domain::outcome::{Route, SmsOrigin, Stage};
use crate::domain::random::{StreamSeed, mix};
use crate::domain::text::Text;
use crate::domain::time::Instant;

/// One message in flight.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its identity.
    pub id: MessageId,
    /// What names the draws of its answer.
    pub occasion: Occasion,
    /// Who wrote it.
    pub sender: SubscriberId,
    /// Whom it is for. For an SMS answer: whom the answerer means; the nodes on the way know only
    /// the reply number.
    pub recipient: SubscriberId,
    /// Operator of the sender.
    pub from: OperatorId,
    /// Operator of the recipient.
    pub to: OperatorId,
    /// The route as decided so far.
    pub route: Route,
    /// What it says.
    pub text: Text,
    /// When the sender meant to send it: latency counts from here.
    pub intended: Instant,
    /// Start of the stage it is in.
    since: Instant,
    /// Present while it travels as SMS, and for an SMS answer throughout.
    pub sms: Option<Sms>,
    journey: SmallVec<[StageTime; 8]>,
}

/// An occasion to answer, the same in every alternative of a study: the place of a first message
/// among its operator's, and for an answer that of what it answers. When others write, or how long
/// anything takes, plays no part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Occasion(pub u64);

impl Occasion {
    /// Of an operator's `n`th first message; `operator` belongs to its name, so that others who come
    /// or go change nothing.
    pub fn first(operator: StreamSeed, n: u64) -> Self {
        Self(operator.bits(n))
    }

    /// Of the answer.
    pub fn answer(self) -> Self {
        Self(mix(!self.0))
    }
}

/// The short message that carries a message.
#[derive(Clone, Copy, Debug)]
pub struct Sms {
    /// Whose SMSC has it in store.
    pub smsc: OperatorId,
    /// The network it goes to: whose phone or whose reply number it is for, by the number. Known
    /// from submission on.
    pub network: OperatorId,
    /// The node of that SMSC.
    pub node: u16,
    /// Short messages that carry the text.
    pub segments: u16,
    /// What it is.
    pub origin: SmsOrigin,
    /// A fallback's sender, an answer's destination.
    pub reply: ReplyNumber,
    /// When the SMSC accepted it.
    pub submitted: Instant,
    /// Failed attempts so far.
    pub failed: u32,
    /// While it waits for another attempt: when that is due.
    pub due: Option<Instant>,
}

/// A reply number: the place in the pool of an IMSP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyNumber {
    /// Whose pool.
    pub owner: OperatorId,
    /// Which number of it.
    pub index: u32,
}

impl Message {
    /// A message that its sender means to send now.
    pub fn new(
        (id, occasion): (MessageId, Occasion),
        (sender, from): (SubscriberId, OperatorId),
        (recipient, to): (SubscriberId, OperatorId),
        route: Route,
        text: Text,
        intended: Instant,
    ) -> Self {
        let journey = SmallVec::new();
        let since = intended;
        Self {
            id,
            occasion,
            sender,
            recipient,
            from,
            to,
            route,
            text,
            intended,
            since,
            sms: None,
            journey,
        }
    }

    /// What observations say of it.
    pub fn subject(&self) -> Subject {
        let Self { id, route, sender, recipient, from, to, intended, .. } = *self;
        Subject { id, route, sender, recipient, from, to, intended }
    }

    /// The stage it was in ends at `now` and the next begins. Times of one stage at one operator
    /// add up; no time, no entry.
    pub fn stage(&mut self, stage: Stage, operator: OperatorId, now: Instant) {
        let time = now.since(self.since);
        self.since = now;
        if time.is_zero() {
            return;
        }
        match self.journey.iter_mut().find(|s| s.stage == stage && s.operator == operator) {
            Some(entry) => entry.time += time,
            None => self.journey.push(StageTime { stage, operator, time }),
        }
    }

    /// Start of the stage it is in.
    pub fn since(&self) -> Instant {
        self.since
    }

    /// Its latency so far in parts.
    pub fn journey(&self) -> &[StageTime] {
        &self.journey
    }
}

/// The messages in flight in one shard.
pub type Messages = Store<Message>;
