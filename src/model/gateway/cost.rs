//! What a transfer costs: its bytes on the wire, and what the sending side owes for it.

use crate::domain::id::SubscriberId;
use crate::model::context::Context;
use crate::model::outbox::{Audience, Notification, Payload};
use crate::model::plan::TransferSizes;

/// What the sending side owes for a transfer: one message, or the segments of a short message at
/// its first attempt.
pub(super) fn charged(payload: &Payload, cx: &Context<'_>) -> u32 {
    match *payload {
        Payload::Sms(slot) => match cx.messages[slot].sms {
            Some(sms) if sms.failed == 0 => u32::from(sms.segments),
            _ => 0,
        },
        _ => 1,
    }
}

/// Bytes on the wire.
pub(super) fn bytes(payload: &Payload, sizes: &TransferSizes, cx: &Context<'_>) -> u32 {
    match *payload {
        Payload::Message(slot) | Payload::GroupMessage(slot) => {
            let text = u32::from(cx.messages[slot].text.bytes);
            sizes.message + if sizes.message_adds_text { text } else { 0 }
        }
        Payload::Sms(slot) => {
            let message = &cx.messages[slot];
            let segments = message.sms.map_or(1, |sms| u32::from(sms.segments));
            sizes.sms * segments + if sizes.sms_adds_text { message.text.octets() } else { 0 }
        }
        Payload::SmsBack(_) | Payload::Query(_) | Payload::Located(_) | Payload::Alert(_) => {
            sizes.sms_signalling
        }
        Payload::Notification(Notification { audience: Audience::Domain(_), .. }) => {
            sizes.presence_domain
        }
        Payload::Notification(_) | Payload::State { .. } => sizes.presence,
        Payload::Subscribe(subscription) => {
            let contacts = match subscription.publisher {
                Some(_) => 1,
                None => listed(cx, subscription.watcher),
            };
            sizes.subscribe + sizes.subscribe_contact * contacts.saturating_sub(1)
        }
        // A search names a user as a validation names a number.
        Payload::Validate(_) | Payload::Search(_) => sizes.validate,
        Payload::Contact(_) => sizes.contact,
        Payload::Validated(_) | Payload::Found(_) => sizes.validated,
        Payload::ContactAnswer { .. } | Payload::Ack => sizes.answer,
    }
}

/// Contacts a list subscription names: those of the watcher at other operators, at most.
fn listed(cx: &Context<'_>, watcher: SubscriberId) -> u32 {
    let own = cx.plan.population.range(cx.operator);
    let contacts = cx.plan.graph.contacts(watcher).iter();
    contacts.filter(|contact| !own.contains(&contact.0)).count() as u32
}
