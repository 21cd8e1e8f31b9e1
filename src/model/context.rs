//! What a node may touch while it handles an input: the instant, the shared plan, the shard's
//! messages, its outbox, and somebody who watches.

use super::clients::Clients;
use super::crossing::Lists;
use super::message::{Message, Messages};
use super::outbox::{Input, Outbox};
use super::plan::Plan;
use super::store::Slot;
use crate::domain::crossing::{Refusal, Request};
use crate::domain::federation::Operator;
use crate::domain::id::{OperatorId, Role, SubscriberId};
use crate::domain::observation::{Carried, Decision, Observation};
use crate::domain::outcome::{Reason, Stage};
use crate::domain::time::Instant;

/// Somebody who sees everything that happens and changes nothing: measurement, the auditor, a
/// trace, a test.
pub trait Observer {
    /// Sees one thing.
    fn observe(&mut self, now: Instant, observation: &Observation<'_>);
}

/// Everything a node may touch besides its own state.
pub struct Context<'a> {
    /// The instant of the input.
    pub now: Instant,
    /// The operator whose shard this is.
    pub operator: OperatorId,
    /// What never changes.
    pub plan: &'a Plan,
    /// The messages in flight in this shard.
    pub messages: &'a mut Messages,
    /// The lists of crossings that are here.
    pub lists: &'a mut Lists,
    /// The clients of the operator's IM users.
    pub clients: &'a mut Clients,
    /// What the node causes.
    pub out: &'a mut Outbox,
    /// Takes what the node observes, and answers nothing.
    pub observer: &'a mut dyn Observer,
}

impl Context<'_> {
    /// Lets the observer see something.
    pub(crate) fn observe(&mut self, observation: Observation<'_>) {
        self.observer.observe(self.now, &observation);
    }

    /// An answer came that nobody here awaits: late, doubled or not ours. It is left alone.
    pub(crate) fn stray(&mut self) {
        let operator = self.operator;
        self.observe(Observation::Stray { operator });
    }

    /// The settings of this shard's operator.
    pub(crate) fn settings(&self) -> &Operator {
        self.plan.federation.operator(self.operator)
    }

    /// Lets an input happen in this shard later.
    pub(crate) fn at(&mut self, at: Instant, source: Role, input: Input) {
        self.out.at(at, source, input);
    }

    /// The stage a message was in ends now.
    pub(crate) fn stage(&mut self, slot: Slot, stage: Stage) {
        self.messages[slot].stage(stage, self.operator, self.now);
    }

    /// A message ends: refused by a rule. Its sender is told, if it was written on a client.
    pub(crate) fn refuse(&mut self, slot: Slot, reason: Reason) {
        let message = self.messages.remove(slot);
        self.observe(Observation::Refused { subject: message.subject(), reason });
        self.answer_in_the_negative(&message, reason);
    }

    /// A message ends: lost after acceptance. Its sender is told, if it was written on a client.
    pub(crate) fn lose(&mut self, slot: Slot, reason: Reason) {
        let message = self.messages.remove(slot);
        self.observe(Observation::Lost { subject: message.subject(), reason });
        self.answer_in_the_negative(&message, reason);
    }

    fn answer_in_the_negative(&mut self, message: &Message, reason: Reason) {
        if message.is_of_client() {
            self.turn_down(message.sender, Request::Message(message.id), reason);
        }
    }

    /// Whoever made a request, here or elsewhere, is to be told why it is refused.
    pub(crate) fn turn_down(&mut self, user: SubscriberId, request: Request, reason: Reason) {
        if let Some(status) = reason.status() {
            self.out.now(Input::Refused(Refusal { user, request, status }));
        }
    }

    /// Lets the observer see what becomes of a message or a contact here.
    pub(crate) fn decide(&mut self, carried: Carried, decision: Decision) {
        let operator = self.operator;
        self.observe(Observation::Decided { carried, operator, decision });
    }

    /// A message takes another route than it was offered on.
    pub(crate) fn reroute(&mut self, slot: Slot, route: crate::domain::outcome::Route) {
        let message = &mut self.messages[slot];
        if message.journal.route != route {
            let was = std::mem::replace(&mut message.journal.route, route);
            let subject = message.subject();
            self.observe(Observation::Rerouted { subject, was });
        }
    }
}
