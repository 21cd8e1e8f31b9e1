//! Ways inside an operator that are octets in a live run: between its IM server and its SMSC. What would
//! go over them is held back for whoever drives the run, and comes back when it has arrived. Nodes know
//! nothing of it. Called by the live driver; in a run by the virtual clock there is none.

use crate::domain::crossing::{Fate, Refusal};
use crate::domain::id::{MessageId, OperatorId};
use crate::domain::observation::{Observation, SmsEvent};
use crate::domain::outcome::{Reason, SmsOrigin};
use crate::domain::time::Instant;
use crate::model::context::Observer;
use crate::model::message::Messages;
use crate::model::outbox::{Input, Job};
use crate::model::store::Slot;

/// What goes over the way as octets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Goes {
    /// Nothing: there is no way, and nothing is held back, only noted.
    #[default]
    Nothing,
    /// What the IM server submits: the SMSC is none of ours, and what it has to say comes from outside.
    Submissions,
    /// That, answers and reports.
    BothWays,
}

/// What is to go over the way, and what its ends have to know.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    /// What goes over the way.
    pub(super) goes: Goes,
    /// What comes next has gone over the way already.
    pub(super) passes: bool,
    /// A submission is being decided on: its sender hears by the answer.
    pub(super) answers: bool,
    pub(super) refused: Option<Refusal>,
    /// Messages of clients who are nobody of the federation.
    pub(super) strangers: u64,
    pub(super) leaving: Vec<Leaving>,
    pub(super) noted: Vec<Noted>,
}

/// What is to go over the way: it has happened when it has arrived.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Leaving {
    /// The IM server submits a short message.
    Submission(Slot),
    /// The SMSC has an answer for a reply number.
    Answer(Slot),
    /// The SMSC tells what has become of a message.
    Fate(Fate),
}

/// What the SMSC has decided of a short message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Noted {
    /// It has it in store.
    Accepted(MessageId),
    /// It does not take it.
    Refused(MessageId, Reason),
    /// Its phone has it, or else its validity is over.
    Ended {
        /// The message.
        message: MessageId,
        /// Whose SMSC had it.
        smsc: OperatorId,
        /// Whether its phone has it.
        delivered: bool,
    },
}

impl Wire {
    /// Whether an input is to go over the way; then it is held back.
    pub(super) fn takes(&mut self, input: &Input, messages: &Messages) -> bool {
        if self.goes == Goes::Nothing || std::mem::take(&mut self.passes) {
            return false;
        }
        let of = |slot: Slot, origin| messages[slot].sms.is_some_and(|sms| sms.origin == origin);
        let leaving = match *input {
            Input::Submit(slot) if of(slot, SmsOrigin::Fallback) => Leaving::Submission(slot),
            Input::Request(Job::Message(slot))
                if self.goes == Goes::BothWays && of(slot, SmsOrigin::Reply) =>
            {
                Leaving::Answer(slot)
            }
            Input::Fate(fate) if self.goes == Goes::BothWays => Leaving::Fate(fate),
            Input::Refused(refusal) if self.answers => {
                self.refused = Some(refusal);
                return true;
            }
            _ => return false,
        };
        self.leaving.push(leaving);
        true
    }
}

/// Sees what happens to short messages on the way to whoever watches.
pub(super) struct Tap<'a> {
    pub(super) wire: &'a mut Wire,
    pub(super) through: &'a mut dyn Observer,
}

impl Observer for Tap<'_> {
    fn observe(&mut self, now: Instant, observation: &Observation<'_>) {
        let noted = match *observation {
            Observation::Sms { operator: smsc, message, origin, event }
                if origin != SmsOrigin::Reply =>
            {
                let ended = |delivered| Some(Noted::Ended { message, smsc, delivered });
                match event {
                    SmsEvent::Submitted { .. } => Some(Noted::Accepted(message)),
                    SmsEvent::Delivered { .. } => ended(true),
                    SmsEvent::Expired => ended(false),
                    SmsEvent::Refused | SmsEvent::Attempted | SmsEvent::Retried => None,
                }
            }
            Observation::Refused { subject, reason } => Some(Noted::Refused(subject.id, reason)),
            _ => None,
        };
        self.wire.noted.extend(noted);
        self.through.observe(now, observation);
    }
}
