//! What a crossing costs: its bytes on the wire, and what the sending side owes for it.

use crate::domain::crossing::{Audience, Found, Located, SubscriptionAct};
use crate::domain::outcome::Defect;
use crate::model::context::Context;
use crate::model::crossing::{Content, Notification, Subscription};
use crate::model::plan::TransferSizes;
use crate::model::store::Slot;

/// What the sending side owes for a crossing: one message, or the segments of a short message the first time
/// that it gets so far on its way. Of a short message it is noted, so that no later attempt is owed too.
pub(super) fn charged(content: &Content, cx: &mut Context<'_>) -> u32 {
    let Content::Sms(slot) = *content else { return 1 };
    let Some(sms) = &mut cx.messages[slot].sms else { return 0 };
    let owes = sms.crossed >= sms.owed;
    sms.crossed = sms.crossed.saturating_add(1);
    sms.owed = sms.owed.max(sms.crossed);
    let free = !owes || sms.failed > 0 && cx.plan.has(Defect::RetryFree);
    let owed = if cx.plan.has(Defect::PartsUncounted) { 1 } else { u32::from(sms.segments) };
    if free { 0 } else { owed }
}

/// Bytes on the wire.
pub(super) fn bytes(content: &Content, sizes: &TransferSizes, cx: &Context<'_>) -> u32 {
    match *content {
        Content::Message(slot) | Content::GroupMessage(slot) | Content::GroupPost(slot) => {
            let text = u32::from(cx.messages[slot].text.bytes);
            sizes.message + if sizes.message_adds_text { text } else { 0 }
        }
        Content::Sms(slot) => {
            let message = &cx.messages[slot];
            let segments = message.sms.map_or(1, |sms| u32::from(sms.segments));
            sizes.sms.of(segments, message.text.octets())
        }
        Content::SmsBack(_) => sizes.failed,
        Content::Query(_) => sizes.query,
        Content::Located(Located { attached, .. }) => sizes.located[usize::from(attached)],
        Content::Alert(_) => sizes.alert,
        Content::Notification(Notification { news, audience, .. }) => {
            let watcher = match audience.audience() {
                Audience::Watcher(_) => sizes.presence_watcher,
                // Their own domain knows them.
                Audience::Domain(_) => 0,
            };
            sizes.presence.of(Some(news)) + watcher
        }
        Content::State { contacts, .. } => {
            let each = cx.lists[contacts].iter().map(|it| sizes.state_contact.of(it.state));
            sizes.state + each.sum::<u32>()
        }
        Content::Subscribe(Subscription { contacts, act: SubscriptionAct::Begin, .. }) => {
            sizes.subscribe + sizes.subscribe_contact * further(contacts, cx)
        }
        Content::Subscribe(Subscription { contacts, .. }) => {
            sizes.again + sizes.again_contact * further(contacts, cx)
        }
        // A search names a user as a validation names a number.
        Content::Validate(_) | Content::Search(_) => sizes.validate,
        // All of them are an InviteRequest, or as long as one.
        Content::Contact(_) | Content::Invite(_) | Content::Leave(_) => sizes.contact,
        // As by default, where nothing better is known: online.
        Content::Validated { online, .. } => sizes.validated[usize::from(online != Some(false))],
        // It says of the contact what the answer to a validation does.
        Content::ServedAs(_) => sizes.validated[1],
        // Each user found is as long as the one that a validation answers with.
        Content::Found(Found { users, .. }) => {
            let [_, found] = sizes.validated;
            sizes.answer + u32::from(users) * found.saturating_sub(sizes.answer)
        }
        Content::ContactAnswer { answer, .. } | Content::InviteAnswer { answer, .. } => {
            sizes.contact_answer[answer as usize]
        }
        Content::Refused(_) => sizes.answer,
        // It names the message as the message did (DeliveryStatusReport has its MessageInfo).
        Content::DeliveryReport(_) => sizes.message,
        Content::Ack => sizes.answer,
        Content::Report | Content::StatusReport(_) => sizes.delivered,
        Content::Session(talk) => sizes.session.of(talk),
    }
}

/// Contacts on a list beside the first.
fn further(contacts: Slot, cx: &Context<'_>) -> u32 {
    (cx.lists[contacts].len() as u32).saturating_sub(1)
}
