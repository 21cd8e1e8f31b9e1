//! Presence as SIP carries it: PIDF (RFC 3863) with the data model of RFC 4479, whole or as what is
//! new of it (RFC 5262), alone or as the parts of a list (RFC 4662, RFC 4826). `simple` sends it;
//! which values an operator shows is not decided here.

use super::xml;
use crate::domain::presence::{Availability, Presence};

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
const PIDF: (&str, &str) = ("xmlns", "urn:ietf:params:xml:ns:pidf");
const DATA_MODEL: (&str, &str) = ("xmlns:dm", "urn:ietf:params:xml:ns:pidf:data-model");
const RPID: (&str, &str) = ("xmlns:rp", "urn:ietf:params:xml:ns:pidf:rpid");
const DIFF: (&str, &str) = ("xmlns:p", "urn:ietf:params:xml:ns:pidf-diff");

/// Any time; all are equally long.
const DATE_TIME: &str = "2000-01-01T00:00:00Z";

/// How a document says what somebody shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// All of it, as every watcher understands.
    Whole,
    /// All of it, for a watcher who will be told of changes alone.
    Full,
    /// Only what a login, a logout or a change moves.
    Diff,
}

impl Form {
    /// The media type of the document.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Whole => "application/pidf+xml",
            Self::Full | Self::Diff => "application/pidf-diff+xml",
        }
    }
}

/// The document about one user. Their address is what other domains reach them by: that of their
/// client, or a telephone number.
pub fn document(entity: &str, contact: &str, presence: &Presence, form: Form) -> String {
    let mut out = String::from(DECLARATION);
    let entity = ("entity", entity);
    match form {
        Form::Whole => {
            xml::open("presence", &[PIDF, DATA_MODEL, RPID, entity], &mut out);
            content(contact, presence, &mut out);
            xml::close("presence", &mut out);
        }
        Form::Full => {
            let version = ("version", "1");
            let names = [PIDF, DATA_MODEL, RPID, DIFF, entity, version];
            xml::open("p:pidf-full", &names, &mut out);
            content(contact, presence, &mut out);
            xml::close("p:pidf-full", &mut out);
        }
        Form::Diff => {
            xml::open("p:pidf-diff", &[PIDF, DIFF, entity, ("version", "2")], &mut out);
            let mut replace = |path: &str, text: &str| {
                let path = format!("*/{path}/text()");
                xml::open("p:replace", &[("sel", &path)], &mut out);
                xml::escape_into(text, &mut out);
                xml::close("p:replace", &mut out);
            };
            replace("tuple[@id='im']/status/basic", basic(presence));
            replace("tuple[@id='im']/timestamp", DATE_TIME);
            if let Some(text) = presence.status_text.as_ref().and_then(|text| text.value.as_ref()) {
                replace("note", text);
            }
            xml::close("p:pidf-diff", &mut out);
        }
    }
    out
}

/// OnlineStatus as the status of a service, UserAvailability as what the person does, ClientInfo as
/// their device.
fn content(contact: &str, presence: &Presence, out: &mut String) {
    xml::open("tuple", &[("id", "im")], out);
    xml::open("status", &[], out);
    xml::leaf("basic", basic(presence), out);
    xml::close("status", out);
    xml::leaf("contact", contact, out);
    xml::leaf("timestamp", DATE_TIME, out);
    xml::close("tuple", out);
    if let Some(text) = presence.status_text.as_ref().and_then(|text| text.value.as_ref()) {
        xml::leaf("note", text, out);
    }
    if let Some(availability) = presence.user_availability.as_ref().and_then(|it| it.value) {
        xml::open("dm:person", &[("id", "me")], out);
        let activity = match availability {
            Availability::Available => None,
            Availability::NotAvailable => Some("rp:away"),
            Availability::Discreet => Some("rp:busy"),
        };
        if let Some(activity) = activity {
            xml::open("rp:activities", &[], out);
            xml::empty(activity, &[], out);
            xml::close("rp:activities", out);
        }
        xml::leaf("dm:timestamp", DATE_TIME, out);
        xml::close("dm:person", out);
    }
    if let Some(client) = presence.client_info.as_ref().and_then(|client| client.value) {
        xml::open("dm:device", &[("id", "ue")], out);
        xml::leaf("dm:deviceID", "urn:device:ue", out);
        xml::leaf("dm:note", client.name(), out);
        xml::close("dm:device", out);
    }
}

fn basic(presence: &Presence) -> &'static str {
    let online = presence.online_status.as_ref().and_then(|online| online.value);
    if online == Some(true) { "open" } else { "closed" }
}

/// The addresses that a subscription to a list is for (RFC 5367).
pub fn addresses(users: &[String]) -> String {
    let mut out = String::from(DECLARATION);
    xml::open("resource-lists", &[("xmlns", "urn:ietf:params:xml:ns:resource-lists")], &mut out);
    xml::open("list", &[], &mut out);
    for user in users {
        xml::empty("entry", &[("uri", user)], &mut out);
    }
    xml::close("list", &mut out);
    xml::close("resource-lists", &mut out);
    out
}

/// What leads from the users of a list to the parts that say how they look; all of them, or those
/// alone of whom something is new.
pub fn index(list: &str, users: &[(String, String)], all: bool) -> String {
    let mut out = String::from(DECLARATION);
    let full = if all { "true" } else { "false" };
    let names = [
        ("xmlns", "urn:ietf:params:xml:ns:rlmi"),
        ("uri", list),
        ("version", "0001"),
        ("fullState", full),
    ];
    xml::open("list", &names, &mut out);
    for (user, part) in users {
        xml::open("resource", &[("uri", user)], &mut out);
        xml::empty("instance", &[("id", "1"), ("state", "active"), ("cid", part)], &mut out);
        xml::close("resource", &mut out);
    }
    xml::close("list", &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::number::Msisdn;
    use crate::domain::presence::{Look, legacy};

    const WHO: &str = "sip:u0000001@im.a.example";

    fn namespaces(text: &str) -> Vec<String> {
        let document = roxmltree::Document::parse(text).expect("well-formed");
        let elements = document.descendants().filter(|node| node.is_element());
        elements
            .map(|node| {
                let name = node.tag_name();
                let namespace = name.namespace().expect("a namespace").rsplit(':').next();
                format!("{}:{}", namespace.expect("its last part"), name.name())
            })
            .collect()
    }

    #[test]
    fn a_user_on_a_phone_has_a_service_a_person_and_a_device() {
        let text = document(WHO, WHO, &Presence::im_user(Look::MOBILE, None), Form::Whole);
        assert_eq!(
            namespaces(&text),
            [
                "pidf:presence",
                "pidf:tuple",
                "pidf:status",
                "pidf:basic",
                "pidf:contact",
                "pidf:timestamp",
                "data-model:person",
                "data-model:timestamp",
                "data-model:device",
                "data-model:deviceID",
                "data-model:note"
            ]
        );
        assert!(text.contains("<basic>open</basic>") && text.contains("MOBILE_PHONE"));
    }

    #[test]
    fn a_legacy_customer_is_noted_as_one_and_reached_by_number() {
        let number = Msisdn::parse("+46760000001").unwrap();
        let text =
            document(WHO, "tel:+46760000001", &legacy(number, false, "SMS", true), Form::Whole);
        assert!(text.contains("<basic>closed</basic>") && text.contains("<note>SMS</note>"));
        assert!(text.contains("<contact>tel:+46760000001</contact>") && text.contains("CLI"));
        assert!(namespaces(&text).contains(&"rpid:away".to_owned()));
    }

    #[test]
    fn what_is_new_of_it_is_shorter_than_the_whole() {
        let of = |form| document(WHO, WHO, &Presence::offline(None), form);
        let diff = of(Form::Diff);
        assert_eq!(
            namespaces(&diff),
            ["pidf-diff:pidf-diff", "pidf-diff:replace", "pidf-diff:replace"]
        );
        assert!(diff.contains("status/basic/text()\">closed<"), "{diff}");
        let whole = of(Form::Whole).len();
        assert!(diff.len() < whole && whole < of(Form::Full).len());
        assert!(namespaces(&of(Form::Full)).starts_with(&["pidf-diff:pidf-full".to_owned()]));
    }

    #[test]
    fn lists_name_each_user_once() {
        let users = [WHO.to_owned(), "sip:u0000002@im.a.example".to_owned()];
        assert_eq!(namespaces(&addresses(&users)).len(), 4);
        let parts = users.map(|user| (user, "1@im.a.example".to_owned()));
        let index = index(WHO, &parts, true);
        assert_eq!(namespaces(&index).len(), 5);
        assert!(index.contains("fullState=\"true\""));
    }
}
