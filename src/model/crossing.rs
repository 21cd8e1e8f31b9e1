//! Crossings as an operator's nodes hold them, and the border itself: what they become when they
//! leave for another operator, and what is made of those that come. Called by the gateway and by the
//! shard; it decides nothing.

use super::message::{Message, Messages, Sms};
use super::plan::Plan;
use super::routing::Carriage;
use super::store::{Slot, Store};
use crate::domain::crossing::{
    self, Contacts, Envelope, Held, Note, Sent, SubscriptionAct, ToGroup,
};
use crate::domain::ledger::{Journal, Ledger};
use crate::domain::observation::{InFlight, Subject};
use crate::domain::outcome::SmsOrigin;
use crate::domain::time::Instant;

/// Something on its way, while it is here.
pub(crate) type Crossing = crossing::Crossing<Slot, Slot, Instant>;
/// What it is.
pub(crate) type Content = crossing::Content<Slot, Slot, Instant>;
/// An HLR's answer, with its times.
pub type Located = crossing::Located<Instant>;
/// A subscription; its list lies in the shard's store.
pub(crate) type Subscription = crossing::Subscription<Slot>;
/// The lists of crossings that are here.
pub type Lists = Store<Contacts>;
/// News, with the instant of the change.
pub(crate) type Notification = crossing::Notification<Instant>;

impl<M, L, T> crossing::Content<M, L, T> {
    /// What an agreement must carry for it.
    pub(crate) fn carriage(&self) -> Carriage {
        match self {
            Self::Sms(_) | Self::SmsBack(_) | Self::Query(_) => Carriage::Sms,
            Self::StatusReport(_) => Carriage::Sms,
            Self::Located(_) | Self::Alert(_) => Carriage::Sms,
            Self::Notification(_) | Self::State { .. } => Carriage::Presence,
            // Lists go with the requests that make them, also where there is no presence.
            Self::Subscribe(crossing::Subscription { act, .. }) => match act {
                SubscriptionAct::Begin | SubscriptionAct::Refresh | SubscriptionAct::End => {
                    Carriage::Presence
                }
                SubscriptionAct::Remove => Carriage::Messaging,
            },
            Self::Message(_) | Self::Validate(_) | Self::Validated { .. } => Carriage::Messaging,
            Self::DeliveryReport(_) | Self::ServedAs(_) | Self::Refused(_) => Carriage::Messaging,
            Self::Contact(_) | Self::ContactAnswer { .. } => Carriage::Messaging,
            Self::Ack | Self::Report | Self::Session(_) => Carriage::Messaging,
            Self::Search(_) | Self::Found(..) => Carriage::Search,
            Self::GroupMessage(_)
            | Self::GroupPost(_)
            | Self::Invite(_)
            | Self::InviteAnswer { .. }
            | Self::Leave(_) => Carriage::Groups,
        }
    }
}

/// Takes a crossing apart as it leaves: what the network carries, and the ledger. A message or a
/// list leaves its store with it.
pub(crate) fn leave(
    crossing: Crossing,
    messages: &mut Messages,
    lists: &mut Lists,
) -> (Sent, Ledger) {
    let Crossing { to, agreement, number, content } = crossing;
    let (mut beside, mut instants) = (Ledger::None, None);
    let content = content.map(
        |slot| {
            let message = messages.remove(slot);
            let note = note(&message);
            beside = Ledger::Message(message.recipient, message.journal);
            note
        },
        |list| lists.remove(list),
        |times| {
            instants = Some(times);
            [(), ()]
        },
    );
    let ledger = instants.map_or(beside, Ledger::Instants);
    (Sent { to, agreement, number, content }, ledger)
}

/// Puts together what came: a message or a list goes into its store. Nothing, if the ledger is not of what
/// crossed: it is elsewhere already, and so is what it belongs to.
pub(crate) fn arrive(
    sent: Sent,
    ledger: Ledger,
    plan: &Plan,
    messages: &mut Messages,
    lists: &mut Lists,
) -> Option<Crossing> {
    let Sent { to, agreement, number, content } = sent;
    let (journal, instants) = match (content.held(), ledger) {
        (Held::Message(_), Ledger::Message(meant, _)) if meant.0 >= plan.population.total() => {
            return None;
        }
        (Held::Message(_), Ledger::Message(meant, of)) => (Some((meant, of)), None),
        (Held::Instants, Ledger::Instants(times)) => (None, Some(times)),
        (Held::List(_) | Held::Nothing, Ledger::None) => (None, None),
        (Held::Message(_) | Held::List(_) | Held::Instants | Held::Nothing, _) => return None,
    };
    let group = match content {
        crossing::Content::GroupMessage(_) => ToGroup::Copy,
        crossing::Content::GroupPost(_) => ToGroup::Post,
        _ => ToGroup::No,
    };
    let content = content.map(
        |Note { id, sender, recipient, text, sms, report, by_sms }| {
            let (meant, journal) = journal.expect("looked at above");
            let recipient = recipient.unwrap_or(meant);
            let (from, to) =
                (plan.population.operator(sender), plan.population.operator(recipient));
            let sms = sms.map(unsealed);
            messages.insert(Message {
                id,
                sender,
                recipient,
                from,
                to,
                text,
                group,
                sms,
                report,
                by_sms,
                journal,
            })
        },
        |list| lists.insert(list),
        |_| instants.expect("looked at above"),
    );
    Some(Crossing { to, agreement, number, content })
}

/// A message that has been sent and did not arrive.
pub(crate) fn in_flight(sent: &Sent, ledger: &Ledger, plan: &Plan) -> Option<InFlight> {
    let (note, Ledger::Message(meant, journal)) = (sent.content.message()?, ledger) else {
        return None;
    };
    let Note { id, sender, ref sms, .. } = *note;
    let recipient = *meant;
    let (from, to) = (plan.population.operator(sender), plan.population.operator(recipient));
    let Journal { route, intended, stored, .. } = *journal;
    let subject = Subject { id, route, sender, recipient, from, to, intended, stored };
    let sms = sms.as_ref().map(|Envelope { smsc, submitted, .. }| (*smsc, *submitted));
    Some(InFlight { subject, sms })
}

fn note(message: &Message) -> Note {
    let Message { id, sender, recipient, text, ref sms, report, by_sms, .. } = *message;
    // The network knows the number, not who is meant by it.
    let answer = sms.is_some_and(|sms| sms.origin == SmsOrigin::Reply);
    let recipient = (!answer).then_some(recipient);
    Note { id, sender, recipient, text, sms: sms.map(sealed), report, by_sms }
}

/// What of an SMSC's record goes along.
fn sealed(sms: Sms) -> Envelope {
    let Sms { smsc, network, segments, origin, reply, alert, crossed, owed, .. } = sms;
    let submitted = sms.accepted();
    let reference = u64::from(sms.node) << 32 | u64::from(sms.failed);
    Envelope { smsc, network, segments, origin, reply, alert, crossed, owed, submitted, reference }
}

fn unsealed(envelope: Envelope) -> Sms {
    let Envelope { smsc, network, segments, origin, reply, alert, crossed, owed, .. } = envelope;
    Sms {
        smsc,
        network,
        node: (envelope.reference >> 32) as u16,
        segments,
        origin,
        reply,
        alert,
        crossed,
        owed,
        submitted: Some(envelope.submitted),
        failed: envelope.reference as u32,
        due: None,
    }
}
