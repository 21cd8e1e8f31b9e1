//! Stanzas between the servers of two domains for presence and instant messages (RFC 6121), as they
//! stand in a stream (RFC 6120). All identifiers have a fixed width. `sizes` of an agreement come from
//! here.

use super::sides::Sides;
use super::sizes::WireSizes;
use super::{transfer, xml};
use crate::domain::lengths::Lengths;
use crate::domain::presence::{Availability, News, Presence};
use crate::domain::uid::INDEX_DIGITS;

/// Measures what `sides.from` sends.
pub fn sizes(sides: Sides<'_>) -> WireSizes {
    let Sides { from, to, number, .. } = sides;
    let length = |stanza: String| stanza.len() as u32;
    let [sender, recipient] = [from, to].map(user);
    let by_number = |domain: &str| format!("{number}@{domain}");
    let told = |news| length(told(&sides, news));
    let asked_by = |kind| length(asked(&sender, &recipient, kind));
    WireSizes {
        message: length(message(&client(from), &recipient, "")),
        presence: Lengths::measured(told),
        presence_per_watcher: 0,
        state: 0,
        state_contact: Lengths::measured(told),
        subscribe: asked_by("probe"),
        subscribe_per_contact: 0,
        again: length(asked(&client(from), &recipient, "unavailable")),
        again_per_contact: 0,
        validate: length(asked(&sender, &by_number(to), "probe")),
        contact: asked_by("subscribe"),
        contact_answer: ["subscribed", "unsubscribed", "unsubscribed"].map(asked_by),
        answer: asked_by("subscribed"),
        validated: [News::LegacyOffline, News::LegacyOnline].map(|news| told(Some(news))),
        ..WireSizes::default()
    }
}

/// What is told of somebody of the sending side: who may not be seen any more is unsubscribed from (RFC
/// 6121 3.2.1, 4.3.2).
fn told(sides: &Sides<'_>, news: Option<News>) -> String {
    let (from, to) = (sides.from, user(sides.to));
    let who = match news {
        Some(News::Withdrawn) | None => return asked(&user(from), &to, "unsubscribed"),
        Some(News::LegacyOnline | News::LegacyOffline) => format!("{}@{from}", sides.number),
        Some(News::Changed(_) | News::Online(_) | News::Granted(_) | News::Offline) => client(from),
    };
    self::shown(&who, &to, &transfer::shown(sides, news))
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
    use crate::domain::presence::{Look, StatusText};

    #[test]
    fn stanzas_are_those_of_rfc_6121() {
        let (ours, theirs) = (client("a.example"), user("b.example"));
        assert_eq!(
            asked(&ours, &theirs, "probe"),
            "<presence from=\"u0000000@a.example/mobile\" to=\"u0000000@b.example\" \
             type=\"probe\"/>"
        );
        let look = |availability| Look { availability, ..Look::MOBILE };
        let sides = Sides::of("a.example", "b.example");
        let away = told(&sides, Some(News::Changed(look(Availability::NotAvailable))));
        assert!(away.contains("><show>away</show></presence>"), "{away}");
        let gone = told(&sides, Some(News::Offline));
        assert!(gone.ends_with("type=\"unavailable\"></presence>"), "{gone}");
        let text = message(&ours, &theirs, "a < b");
        assert!(text.contains("type=\"chat\"><body>a &lt; b</body></message>"), "{text}");
        for stanza in [away, gone, text, told(&sides, None)] {
            roxmltree::Document::parse(&stanza).expect("well-formed");
        }
    }

    #[test]
    fn stanzas_are_as_short_as_the_examples_of_the_rfc() {
        let sizes = sizes(Sides::of("a.example", "b.example"));
        let online = Some(News::Online(Look::MOBILE));
        let presence = sizes.presence.of(online);
        let [yes, ..] = sizes.contact_answer;
        for size in [presence, sizes.subscribe, sizes.again, sizes.contact, yes, sizes.answer] {
            assert!((60..120).contains(&size), "{sizes:?}");
        }
        assert!((100..180).contains(&sizes.message) && sizes.validated[1] > presence);
        assert_eq!((sizes.state_contact, sizes.subscribe_per_contact), (sizes.presence, 0));
        let text = StatusText { bytes: 10, words: 0 };
        let look = Look { text, ..Look::MOBILE };
        assert_eq!(
            sizes.presence.of(Some(News::Changed(look))),
            presence + "<status>".len() as u32 + 10 + "</status>".len() as u32
        );
    }
}
