//! How this federation fills SSP messages: one function per kind of transfer, all identifiers of
//! fixed width. Both what is measured and what is sent is made here.

use super::sides::Sides;
use super::ssp::{Envelope, MessageInfo, MetaInfo, Mode, Primitive, SUCCESSFUL};
use crate::domain::imps::ImpsVersion;
use crate::domain::presence::{self, ClientId, ClientType, News, Presence};
use crate::domain::uid::INDEX_DIGITS;

/// The envelope of a request from a domain, its session and transaction written as all are.
pub fn envelope(
    domain: &str,
    version: ImpsVersion,
    transaction: u64,
    primitive: Primitive,
) -> Envelope {
    Envelope {
        version,
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

/// What a user or customer of the sending side shows, as its news are sent: a phone is named by its
/// number (CR16 16.3), any other client by a URL of its provider, as is one that is not exposed (RD-8).
pub fn shown(sides: &Sides<'_>, news: Option<News>) -> Presence {
    let named = sides.names_clients;
    let phone = named.then_some(ClientId::Number(sides.number));
    let legacy = |online| presence::legacy(sides.number, online, sides.status_text, named);
    let look = match news {
        Some(News::Changed(look) | News::Online(look) | News::Granted(look)) => look,
        Some(News::Offline) => return Presence::offline(phone),
        Some(News::LegacyOnline) => return legacy(true),
        Some(News::LegacyOffline) => return legacy(false),
        Some(News::Withdrawn) | None => return Presence::withdrawn(phone),
    };
    let client = match look.client {
        Some(ClientType::MobilePhone | ClientType::Cli) => phone,
        Some(ClientType::Computer | ClientType::Pda | ClientType::Other) | None => {
            let url = format!("http://{}/client/{:0INDEX_DIGITS$}", sides.from, 0);
            named.then_some(ClientId::Url(url))
        }
    };
    Presence::im_user(look, client)
}

/// A notification to watchers of one domain about users, of whom `user` is one.
pub fn notification(
    domain: &str,
    user: String,
    watchers: Vec<String>,
    values: Vec<(String, Presence)>,
) -> Primitive {
    Primitive::PresenceNotification { meta: meta(domain, user), watchers, values }
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

/// The answer to a contact request: the user has said yes, or no.
pub fn contact_answer(
    invite: u64,
    inviting: String,
    responding: String,
    accepted: bool,
) -> Primitive {
    let (invite, status) = (format!("{invite:016x}"), SUCCESSFUL);
    Primitive::InviteResponse { invite, accepted, status, inviting, responding }
}

/// Who asks: a user of a domain.
fn meta(domain: &str, user: String) -> MetaInfo {
    MetaInfo { service: format!("wv:@{domain}"), user: Some(user) }
}
