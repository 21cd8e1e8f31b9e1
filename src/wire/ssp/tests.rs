//! Messages of SSP there and back, and to an independent parser.

use super::*;
use crate::domain::number::Msisdn;
use crate::domain::presence::{Look, legacy};
use proptest::prelude::*;

fn meta() -> MetaInfo {
    let user = Some("wv:u0000001@im.a.example".to_owned());
    MetaInfo { service: "wv:@im.a.example".to_owned(), user }
}

fn message(content: &str) -> Primitive {
    Primitive::SendMessageRequest {
        meta: meta(),
        delivery_report: true,
        info: MessageInfo {
            message: "m1".to_owned(),
            recipients: vec!["wv:u0000002@im.b.example".to_owned()],
            sender: "wv:u0000001@im.a.example".to_owned(),
            date_time: "20261121T103050Z".to_owned(),
        },
        content: content.to_owned(),
    }
}

fn envelope(primitive: Primitive) -> Envelope {
    Envelope {
        version: ImpsVersion::V13,
        session: "1@im.a.example".to_owned(),
        mode: Mode::Request,
        transaction: "t1".to_owned(),
        primitive,
    }
}

fn encoded(primitive: Primitive) -> String {
    let mut out = String::new();
    encode(&envelope(primitive), &mut out);
    out
}

fn primitives() -> Vec<Primitive> {
    let users = || vec!["wv:u0000002@b".to_owned(), "wv:u0000003@b".to_owned()];
    let number = Msisdn::parse("+46760000001").unwrap();
    let values = || {
        vec![
            ("wv:u0000002@b".to_owned(), legacy(number, true, "SMS-only", true)),
            ("wv:u0000003@b".to_owned(), Presence::im_user(Look::MOBILE, None)),
        ]
    };
    let server = MetaInfo { service: "wv:@im.a.example".to_owned(), user: None };
    let (invite, inviting) = ("i1".to_owned(), "wv:u0000001@a".to_owned());
    let invited = "wv:u0000002@b".to_owned();
    vec![
        message("Hello <you> & \"me\""),
        Primitive::SendMessageResponse { message: "m1".to_owned(), status: 531 },
        Primitive::SubscribeRequest { meta: meta(), users: users(), attributes: None },
        Primitive::SubscribeRequest {
            meta: meta(),
            users: users(),
            attributes: Some(Presence::all_named()),
        },
        Primitive::UnsubscribeRequest { meta: meta(), users: users() },
        Primitive::PresenceNotification { meta: server, watchers: users(), values: values() },
        Primitive::GetPresenceRequest {
            meta: meta(),
            users: vec!["wv:+46760000001@b".to_owned()],
            attributes: Presence::all_named(),
        },
        Primitive::GetPresenceResponse { status: SUCCESSFUL, values: values() },
        Primitive::InviteRequest {
            meta: meta(),
            invite: invite.clone(),
            inviting: inviting.clone(),
            invited: invited.clone(),
        },
        Primitive::InviteResponse {
            invite,
            accepted: false,
            status: SUCCESSFUL,
            inviting,
            responding: invited,
        },
        Primitive::KeepAliveRequest,
        Primitive::Status { code: 516 },
    ]
}

#[test]
fn every_primitive_comes_back_and_is_well_formed_to_an_independent_parser() {
    for primitive in primitives() {
        let text = encoded(primitive.clone());
        assert_eq!(decode(&text).unwrap(), envelope(primitive));
        let theirs = roxmltree::Document::parse(&text).unwrap();
        let root = theirs.root_element();
        assert_eq!(root.tag_name().name(), "WV-SSP-Message");
        for node in theirs.descendants().filter(|node| node.is_element()) {
            let in_presence =
                node.ancestors().any(|above| above.tag_name().name() == "PresenceSubList");
            let of = if in_presence { presence::namespace } else { namespace };
            assert_eq!(node.tag_name().namespace(), Some(of(ImpsVersion::V13)));
        }
    }
}

#[test]
fn every_version_has_namespaces_of_its_own_and_comes_back() {
    for &version in ImpsVersion::ALL {
        let values = vec![("wv:u0000003@b".to_owned(), Presence::im_user(Look::MOBILE, None))];
        let answer = Primitive::GetPresenceResponse { status: SUCCESSFUL, values };
        let sent = Envelope { version, ..envelope(answer) };
        let mut text = String::new();
        encode(&sent, &mut text);
        assert_eq!(decode(&text).unwrap(), sent);
        assert!(text.contains(namespace(version)) && text.contains(presence::namespace(version)));
        let unknown = text.replace(namespace(version), "http://nobody.example");
        assert!(matches!(decode(&unknown), Err(WireError::Value { name: "xmlns", .. })));
    }
}

#[test]
fn a_message_names_its_parties_where_an_independent_parser_finds_them() {
    let text = encoded(message("Hi"));
    let document = roxmltree::Document::parse(&text).unwrap();
    let find =
        |name: &str| document.descendants().find(|node| node.tag_name().name() == name).unwrap();
    let user = |name: &str| find(name).first_element_child().unwrap().attribute("userID");
    assert_eq!(find("Session").attribute("sessionID"), Some("1@im.a.example"));
    assert_eq!(find("Transaction").attribute("mode"), Some("Request"));
    assert_eq!(find("Requestor").attribute("serviceID"), Some("wv:@im.a.example"));
    assert_eq!(user("Recipient"), Some("wv:u0000002@im.b.example"));
    assert_eq!(user("Sender"), Some("wv:u0000001@im.a.example"));
    assert_eq!(find("MessageInfo").attribute("contentSize"), Some("00002"));
    assert_eq!(find("ContentData").text(), Some("Hi"));
}

#[test]
fn what_is_no_message_is_an_error() {
    let cut = encoded(message("Hi"));
    assert!(decode(&cut[..cut.len() - 3]).is_err());
    let wrong = |from: &str, to: &str| decode(&cut.replace(from, to));
    assert_eq!(wrong("userID", "user"), Err(WireError::Missing("userID")));
    assert!(matches!(wrong("SendMessageRequest", "Mystery"), Err(WireError::Unknown(_))));
    assert!(matches!(wrong("mode=\"Request\"", "mode=\"x\""), Err(WireError::Value { .. })));
    assert!(matches!(wrong("WV-SSP-Message", "Other"), Err(WireError::Unknown(_))));
}

proptest! {
    #[test]
    fn any_text_of_printable_characters_comes_back(content in "[^\\pC]{0,200}") {
        let text = encoded(message(&content));
        prop_assert_eq!(decode(&text).unwrap(), envelope(message(&content)));
    }
}
