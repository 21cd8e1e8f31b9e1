//! How this federation fills SSP messages: one function per kind of transfer, all identifiers of
//! fixed width. Both what is measured and what is sent is made here.

use super::ssp::{Envelope, MessageInfo, MetaInfo, Mode, Primitive};
use crate::domain::presence::Presence;

/// The envelope of a request from a domain, its session and transaction written as all are.
pub fn envelope(domain: &str, transaction: u64, primitive: Primitive) -> Envelope {
    Envelope {
        session: format!("1@{domain}"),
        mode: Mode::Request,
        transaction: format!("{transaction:016x}"),
        primitive,
    }
}

/// A message of a user to another, accepted at `date_time` (`YYYYMMDDThhmmssZ`).
pub fn message(
    domain: &str,
    message: u64,
    sender: String,
    recipient: String,
    date_time: &str,
    content: String,
) -> Primitive {
    Primitive::SendMessageRequest {
        meta: meta(domain, sender.clone()),
        delivery_report: false,
        info: MessageInfo {
            message: format!("{message:016x}"),
            recipients: vec![recipient],
            sender,
            date_time: date_time.to_owned(),
        },
        content,
    }
}

/// A notification to watchers of one domain about one user.
pub fn notification(
    domain: &str,
    user: String,
    watchers: Vec<String>,
    presence: Presence,
) -> Primitive {
    let meta = meta(domain, user.clone());
    Primitive::PresenceNotification { meta, watchers, values: vec![(user, presence)] }
}

/// A subscription of one user to all attributes of others.
pub fn subscription(domain: &str, user: String, contacts: Vec<String>) -> Primitive {
    Primitive::SubscribeRequest { meta: meta(domain, user), users: contacts, attributes: None }
}

/// The validation of a number for a user.
pub fn validation(domain: &str, user: String, number: String) -> Primitive {
    Primitive::GetPresenceRequest {
        meta: meta(domain, user),
        users: vec![number],
        attributes: Presence::all_named(),
    }
}

/// A contact request of a user to another.
pub fn contact_request(domain: &str, invite: u64, inviting: String, invited: String) -> Primitive {
    let invite = format!("{invite:016x}");
    Primitive::InviteRequest { meta: meta(domain, inviting.clone()), invite, inviting, invited }
}

/// Who asks: a user of a domain.
fn meta(domain: &str, user: String) -> MetaInfo {
    MetaInfo { service: format!("wv:@{domain}"), user: Some(user) }
}
