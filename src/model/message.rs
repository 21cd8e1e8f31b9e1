//! A user's message in flight: who, what, where it stands, and its ledger. Messages lie in their
//! shard's store and are passed around by place; they move when they cross an agreement.

use super::store::Store;
use crate::domain::crossing::{Fate, ToGroup};
use crate::domain::id::{MessageId, OperatorId, SubscriberId};
use crate::domain::ledger::{Journal, Occasion};
use crate::domain::number::ReplyNumber;
use crate::domain::observation::{InFlight, Subject};
use crate::domain::outcome::{Route, SmsOrigin, Stage};
use crate::domain::text::Text;
use crate::domain::time::Instant;

/// One message in flight.
#[derive(Clone, Debug)]
pub struct Message {
    /// Unique in the federation, kept across agreements and as SMS.
    pub(crate) id: MessageId,
    /// Who wrote it.
    pub(crate) sender: SubscriberId,
    /// Whom it is for. For an SMS answer: whom the answerer means; the nodes on the way know only
    /// the reply number.
    pub(crate) recipient: SubscriberId,
    /// Operator of the sender.
    pub(crate) from: OperatorId,
    /// Operator of the recipient.
    pub(crate) to: OperatorId,
    /// What it says.
    pub(crate) text: Text,
    /// Whether it is for a group, and what of it.
    pub(crate) group: ToGroup,
    /// Present while it travels as SMS, and for an SMS answer throughout.
    pub sms: Option<Sms>,
    /// Whether its sender asks for a report of the delivery.
    pub(crate) report: bool,
    /// Whether it was written as SMS, and its sender has no IM client (CR16-3).
    pub(crate) by_sms: bool,
    /// What observations say of its way.
    pub(crate) journal: Journal,
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
    /// Whether its SMSC wants to hear when the phone is back.
    pub alert: bool,
    /// Agreements that it has crossed in this attempt.
    pub crossed: u8,
    /// The same of the furthest attempt so far: for as many it is owed already.
    pub owed: u8,
    /// When the SMSC accepted it; `None` before.
    pub submitted: Option<Instant>,
    /// Failed attempts so far.
    pub failed: u32,
    /// While it waits for another attempt: when that is due.
    pub due: Option<Instant>,
}

impl Sms {
    /// When its SMSC accepted it, of one that it has accepted.
    pub(crate) fn accepted(&self) -> Instant {
        self.submitted.expect("an SMSC has accepted what it delivers or keeps")
    }
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
        let journal = Journal::new(occasion, route, intended);
        let group = if route == Route::Group { ToGroup::Copy } else { ToGroup::No };
        Self {
            id,
            sender,
            recipient,
            from,
            to,
            text,
            group,
            sms: None,
            report: false,
            by_sms: false,
            journal,
        }
    }

    /// What observations say of it.
    pub(crate) fn subject(&self) -> Subject {
        let Self {
            id,
            sender,
            recipient,
            from,
            to,
            journal: Journal { route, intended, stored, .. },
            ..
        } = *self;
        Subject { id, route, sender, recipient, from, to, intended, stored }
    }

    /// Whether it was written on an IM client, which hears of a refusal; of what an SMSC has accepted no
    /// handset does.
    pub(crate) fn is_of_client(&self) -> bool {
        !self.by_sms && self.sms.is_none_or(|sms| sms.origin == SmsOrigin::Fallback)
    }

    /// What has become of it, for a sender who asked.
    pub(crate) fn fate(&self, delivered: bool) -> Option<Fate> {
        let Self { id: message, sender, recipient, .. } = *self;
        self.report.then_some(Fate { message, sender, recipient, delivered })
    }

    /// What there is to see of it while it is under way.
    pub(crate) fn in_flight(&self) -> InFlight {
        let sms = self.sms.and_then(|sms| Some((sms.smsc, sms.submitted?)));
        InFlight { subject: self.subject(), sms }
    }

    /// The stage it was in ends at `now` and the next begins.
    pub(crate) fn stage(&mut self, stage: Stage, operator: OperatorId, now: Instant) {
        self.journal.stage(stage, operator, now);
    }
}

/// The messages in flight in one shard.
pub type Messages = Store<Message>;
