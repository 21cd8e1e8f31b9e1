//! What each content means to a gateway: what is observed of it, how it is answered, where it goes
//! inside. Each is listed, so that a new one finds its place here and not a default.

use crate::domain::crossing::{Addition, Held, Receipt, Refusal, Request, Search};
use crate::domain::federation::{Agreement, Exposed};
use crate::domain::observation::{Carried, Decision, Observation};
use crate::domain::outcome::{Defect, SmsOrigin};
use crate::domain::presence::{Look, StatusText};
use crate::model::context::Context;
use crate::model::crossing::{Content, Crossing, Notification};
use crate::model::outbox::{Asked, ContactRequest, Input, Job};
use crate::model::routing::Carriage;
use crate::model::store::Slot;

/// What a crossing is about.
pub(super) fn carried(content: &Content, cx: &Context<'_>) -> Carried {
    match *content {
        Content::Message(slot) | Content::GroupMessage(slot) | Content::GroupPost(slot) => {
            Carried::Message(cx.messages[slot].id)
        }
        Content::Sms(slot) | Content::SmsBack(slot) => Carried::Message(cx.messages[slot].id),
        Content::Notification(news) => Carried::Change(news.publisher, news.changed),
        Content::Validate(request) | Content::Contact(request) => about(request),
        Content::Validated { request, .. } | Content::ContactAnswer { request, .. } => {
            about(request)
        }
        Content::DeliveryReport(fate) | Content::StatusReport(fate) => {
            Carried::Message(fate.message)
        }
        Content::Refused(Refusal { request: Request::Message(message), .. }) => {
            Carried::Message(message)
        }
        Content::Refused(Refusal { request: Request::Transaction(_), .. })
        | Content::Query(_)
        | Content::Located(_)
        | Content::Alert(_)
        | Content::State { .. }
        | Content::Subscribe(_)
        | Content::Search(_)
        | Content::Found(..)
        | Content::Invite(_)
        | Content::InviteAnswer { .. }
        | Content::Leave(_)
        | Content::ServedAs(_)
        | Content::Ack
        | Content::Report
        | Content::Session(_) => Carried::Other,
    }
}

fn about(request: Addition) -> Carried {
    Carried::Contact(request.owner, request.contact)
}

/// A notification leaves its publisher's operator over an agreement.
pub(super) fn notified(crossing: &Crossing, cx: &mut Context<'_>) {
    let from = match crossing.content {
        Content::Notification(news) => cx.plan.population.operator(news.publisher),
        Content::State { from, .. } => from,
        Content::Message(_)
        | Content::GroupMessage(_)
        | Content::GroupPost(_)
        | Content::Sms(_)
        | Content::SmsBack(_)
        | Content::Query(_)
        | Content::Located(_)
        | Content::Alert(_)
        | Content::Subscribe(_)
        | Content::Search(_)
        | Content::Found(..)
        | Content::Validate(_)
        | Content::Validated { .. }
        | Content::Contact(_)
        | Content::ContactAnswer { .. }
        | Content::Invite(_)
        | Content::InviteAnswer { .. }
        | Content::Leave(_)
        | Content::ServedAs(_)
        | Content::DeliveryReport(_)
        | Content::StatusReport(_)
        | Content::Refused(_)
        | Content::Ack
        | Content::Report
        | Content::Session(_) => return,
    };
    if from == cx.operator {
        cx.observe(Observation::Notified { from, to: crossing.to, client: None });
    }
}

/// What of presence an agreement lets cross: without the kind of client or the StatusText, if it does not
/// expose these (RD-8).
pub(super) fn exposed(content: Content, terms: &Agreement, cx: &mut Context<'_>) -> Content {
    let leaks = cx.plan.has(Defect::AgreementExposes);
    let hides = |what| !terms.expose.contains(&what) && !leaks;
    let (device, text) = (hides(Exposed::DeviceType), hides(Exposed::StatusText));
    match content.carriage() {
        Carriage::Presence if device || text => {}
        Carriage::Presence
        | Carriage::Messaging
        | Carriage::Search
        | Carriage::Groups
        | Carriage::Sms => return content,
    }
    let kept = |look: Look| Look {
        client: look.client.filter(|_| !device),
        text: if text { StatusText::NONE } else { look.text },
        ..look
    };
    if let Content::Notification(news) = content {
        return Content::Notification(Notification { news: news.news.map(kept), ..news });
    }
    if let Held::List(&contacts) = content.held() {
        for listed in &mut cx.lists[contacts] {
            listed.state = listed.state.map(|news| news.map(kept));
        }
    }
    content
}

/// A request that came again takes its list with it.
pub(super) fn drop_list(crossing: &Crossing, cx: &mut Context<'_>) {
    if let Held::List(&contacts) = crossing.content.held() {
        cx.lists.remove(contacts);
    }
}

/// What a crossing that has come to its operator means there; nothing, for an answer.
pub(super) fn arrived(crossing: &Crossing, cx: &mut Context<'_>) -> Option<Input> {
    Some(match crossing.content {
        Content::Message(slot) => Input::Request(Job::Message(slot)),
        Content::GroupMessage(slot) | Content::GroupPost(slot) => {
            Input::Request(Job::GroupMessage(slot))
        }
        Content::Sms(slot) if cx.messages[slot].to == cx.operator && !to_number(slot, cx) => {
            cx.decide(Carried::Message(cx.messages[slot].id), Decision::Page);
            Input::Page(slot)
        }
        // An SMS to one of our reply numbers: IM over SMS (OMTP use case 4b).
        Content::Sms(slot) => {
            let message = &cx.messages[slot];
            let from = message.sms.map_or(message.from, |sms| sms.smsc);
            cx.decide(Carried::Message(message.id), Decision::ImOverSms(from));
            Input::Request(Job::Message(slot))
        }
        Content::SmsBack(slot) => Input::Failed(slot),
        Content::Query(query) => Input::Locate(query),
        Content::Located(located) => Input::Located(located),
        Content::Alert(phone) => Input::Alert(phone),
        Content::Notification(news) => Input::Request(Job::Notification(news)),
        Content::State { watcher, from, contacts } => {
            Input::Request(Job::State { watcher, from, contacts })
        }
        Content::Subscribe(subscription) => Input::Request(Job::Subscribe(subscription)),
        Content::Search(Search { user, contact, transaction }) => {
            let transaction = Some(transaction);
            Input::Request(Job::Search { user, contact, transaction })
        }
        Content::Found(search) => Input::Request(Job::SearchAnswered(search)),
        Content::Validate(addition) => Input::Request(Job::Validate(request(addition))),
        Content::Validated { request: addition, online } => {
            Input::Request(Job::Validated { request: request(addition), online })
        }
        Content::Contact(addition) => Input::Request(Job::ContactAsked(request(addition))),
        Content::ContactAnswer { request: addition, answer } => {
            Input::Request(Job::ContactAnswered { request: request(addition), answer })
        }
        Content::Invite(addition) => Input::Request(Job::Invited(request(addition))),
        Content::InviteAnswer { request: addition, answer } => {
            Input::Request(Job::InviteAnswered { request: request(addition), answer })
        }
        Content::Leave(membership) => Input::Request(Job::Leave(membership)),
        Content::ServedAs(served) => Input::Request(Job::ServedAs(served)),
        Content::DeliveryReport(fate) => Input::Request(Job::Fate(fate)),
        Content::StatusReport(fate) => Input::Fate(fate),
        Content::Refused(refusal) => Input::Refused(refusal),
        Content::Ack | Content::Report | Content::Session(_) => return None,
    })
}

/// Whether a short message is an answer on its way to a reply number.
fn to_number(slot: Slot, cx: &Context<'_>) -> bool {
    cx.messages[slot].sms.is_some_and(|sms| sms.origin == SmsOrigin::Reply)
}

/// A contact request that came from elsewhere, or went there and comes back answered.
fn request(Addition { owner, contact, transaction }: Addition) -> ContactRequest {
    ContactRequest { owner, contact, asked: Asked::Elsewhere(transaction) }
}

/// Whether the answer to it does not depend on what becomes of it.
pub(super) fn answered_at_once(content: &Content, terms: &Agreement) -> bool {
    match content.receipt() {
        Receipt::AtOnce => terms.protocol.answers_messages(),
        Receipt::AsAgreed => terms.presence.acknowledged,
        Receipt::Otherwise | Receipt::Itself => false,
    }
}
