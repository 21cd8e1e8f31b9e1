//! Stanzas between the servers of two domains for presence and instant messages (RFC 6121), as they
//! stand in a stream (RFC 6120). All identifiers have a fixed width. `sizes` of an agreement come from
//! here.

use super::sizes::{Sides, WireSizes};
use super::xml;
use crate::domain::presence::{self, Availability, Look, Presence};
use crate::domain::uid::INDEX_DIGITS;

/// Measures what `sides.from` sends.
pub fn sizes(sides: Sides<'_>) -> WireSizes {
    let Sides { from, to, number, status_text } = sides;
    let length = |stanza: String| stanza.len() as u32;
    let [sender, recipient] = [from, to].map(user);
    let by_number = |domain: &str| format!("{number}@{domain}");
    let legacy = presence::legacy(number, true, status_text);
    let shown =
        length(shown(&client(from), &recipient, &Presence::im_user(true, Look::MOBILE, None)));
    WireSizes {
        message: length(message(&client(from), &recipient, "")),
        presence: shown,
        presence_per_watcher: 0,
        state: shown,
        state_per_contact: 0,
        subscribe: length(asked(&sender, &recipient, "probe")),
        subscribe_per_contact: 0,
        again: length(asked(&client(from), &recipient, "unavailable")),
        again_per_contact: 0,
        validate: length(asked(&sender, &by_number(to), "probe")),
        contact: length(asked(&sender, &recipient, "subscribe")),
        answer: length(asked(&sender, &recipient, "subscribed")),
        validated: length(self::shown(&by_number(from), &recipient, &legacy)),
        ..WireSizes::default()
    }
}

/// An instant message.
fn message(from: &str, to: &str, text: &str) -> String {
    let mut out = String::new();
    let id = format!("{:016}", 0);
    let names = [("from", from), ("to", to), ("id", &*id), ("type", "chat")];
    xml::open("message", &names, &mut out);
    xml::leaf("body", text, &mut out);
    xml::close("message", &mut out);
    out
}

/// How somebody looks.
fn shown(from: &str, to: &str, presence: &Presence) -> String {
    let mut out = String::new();
    let online = presence.online_status.as_ref().and_then(|online| online.value);
    let mut names = vec![("from", from), ("to", to)];
    if online != Some(true) {
        names.push(("type", "unavailable"));
    }
    xml::open("presence", &names, &mut out);
    let show = match presence.user_availability.as_ref().and_then(|it| it.value) {
        Some(Availability::NotAvailable) => Some("away"),
        Some(Availability::Discreet) => Some("dnd"),
        Some(Availability::Available) | None => None,
    };
    if let Some(show) = show.filter(|_| online == Some(true)) {
        xml::leaf("show", show, &mut out);
    }
    if let Some(text) = presence.status_text.as_ref().and_then(|text| text.value.as_ref()) {
        xml::leaf("status", text, &mut out);
    }
    xml::close("presence", &mut out);
    out
}

/// A presence stanza of a type that says all: a probe, an end, a request or its answer.
fn asked(from: &str, to: &str, kind: &str) -> String {
    let mut out = String::new();
    xml::empty("presence", &[("from", from), ("to", to), ("type", kind)], &mut out);
    out
}

/// A user's account, which is asked and subscribed to.
fn user(domain: &str) -> String {
    format!("u{:0INDEX_DIGITS$}@{domain}", 0)
}

/// A user's client, which shows and writes.
fn client(domain: &str) -> String {
    format!("{}/mobile", user(domain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::number::Msisdn;

    #[test]
    fn stanzas_are_those_of_rfc_6121() {
        let (ours, theirs) = (client("a.example"), user("b.example"));
        assert_eq!(
            asked(&ours, &theirs, "probe"),
            "<presence from=\"u0000000@a.example/mobile\" to=\"u0000000@b.example\" \
             type=\"probe\"/>"
        );
        let away = Presence {
            user_availability: Some(presence::Attribute::valid(Availability::NotAvailable)),
            ..Presence::im_user(true, Look::MOBILE, None)
        };
        assert!(shown(&ours, &theirs, &away).contains("><show>away</show></presence>"));
        let gone = shown(&ours, &theirs, &Presence::im_user(false, Look::MOBILE, None));
        assert!(gone.ends_with("type=\"unavailable\"></presence>"), "{gone}");
        let text = message(&ours, &theirs, "a < b");
        assert!(text.contains("type=\"chat\"><body>a &lt; b</body></message>"), "{text}");
        for stanza in [gone, text] {
            roxmltree::Document::parse(&stanza).expect("well-formed");
        }
    }

    #[test]
    fn stanzas_are_as_short_as_the_examples_of_the_rfc() {
        let number = Msisdn::of_length(12);
        let sides = Sides { from: "a.example", to: "b.example", number, status_text: "SMS-only" };
        let sizes = sizes(sides);
        for size in [sizes.presence, sizes.subscribe, sizes.again, sizes.contact, sizes.answer] {
            assert!((60..120).contains(&size), "{sizes:?}");
        }
        assert!((100..180).contains(&sizes.message) && sizes.validated > sizes.presence);
        assert_eq!((sizes.state, sizes.subscribe_per_contact), (sizes.presence, 0));
    }
}
