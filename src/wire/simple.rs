//! How two IMS operators fill SIP messages for presence and instant messages (RFC 3428, 3856, 4662,
//! 5263), as they cross between their edge proxies: the server behind and the edge have each put a Via
//! and stand in the route. All identifiers have a fixed width. `sizes` of an agreement come from here.

use super::pidf::{self, Form};
use super::sides::Sides;
use super::sip::{self, Message};
use super::sizes::WireSizes;
use super::transfer::shown;
use crate::domain::lengths::Lengths;
use crate::domain::presence::News;
use crate::domain::uid::INDEX_DIGITS;

/// What of the terms of presence decides how messages look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// One subscription for a list (RFC 4662, its addresses by RFC 5367).
    pub per_list: bool,
    /// Changes send what is new (RFC 5263).
    pub partial: bool,
}

/// Measures what `sides.from` sends.
pub fn sizes(sides: Sides<'_>, terms: Terms) -> WireSizes {
    let leg = Leg { sides, terms };
    let length = |message: String| message.len() as u32;
    let (none, one, two) = (leg.subscribe(0), leg.subscribe(1), leg.subscribe(2));
    // Without a list a NOTIFY is all of one contact.
    let nobody = if terms.per_list { length(leg.state(&[])) } else { 0 };
    WireSizes {
        message: length(leg.message("")),
        presence: Lengths::measured(|news| length(leg.change(news))),
        presence_per_watcher: 0,
        state: nobody,
        state_contact: Lengths::measured(|news| length(leg.state(&[news])) - nobody),
        subscribe: length(none),
        subscribe_per_contact: length(two) - length(one),
        again: length(leg.again()),
        again_per_contact: 0,
        validate: length(leg.fetch()),
        contact: length(leg.ask()),
        contact_answer: [
            length(leg.answered("active;expires=3600")),
            length(leg.answered("terminated;reason=rejected")),
            length(leg.response("404 Not Found")),
        ],
        answer: length(leg.ok()),
        validated: [false, true].map(|online| length(leg.fetched(online))),
        ..WireSizes::default()
    }
}

/// One direction of an agreement.
struct Leg<'a> {
    sides: Sides<'a>,
    terms: Terms,
}

impl Leg<'_> {
    /// A user of the sending side writes to one of the other (RFC 3428).
    fn message(&self, text: &str) -> String {
        let Sides { from, to, .. } = self.sides;
        let [writer, reader] = [user(from), user(to)];
        let message = self.outside("MESSAGE", &reader, &writer);
        message.body("text/plain;charset=UTF-8", text)
    }

    /// The first SUBSCRIBE of a user of the sending side: to so many contacts, one without a list.
    fn subscribe(&self, contacts: usize) -> String {
        let to = self.sides.to;
        if !self.terms.per_list {
            return self.first(&user(to), "3600").bare();
        }
        // The contacts' domain keeps no list of this user's: it comes along.
        let service = format!("sip:rls@{to}");
        let message = self
            .first(&service, "3600")
            .field("Require", "recipient-list-subscribe")
            .field("Content-Disposition", "recipient-list");
        message.body("application/resource-lists+xml", &pidf::addresses(&vec![user(to); contacts]))
    }

    /// A SUBSCRIBE for one contact, to whom a user has not been let yet (RFC 3857: their own watcher
    /// information tells them).
    fn ask(&self) -> String {
        self.first(&user(self.sides.to), "3600").bare()
    }

    /// A SUBSCRIBE for one answer alone, by number (RFC 6665 4.4.3).
    fn fetch(&self) -> String {
        let Sides { to, number, .. } = self.sides;
        self.first(&format!("sip:{number}@{to};user=phone"), "0").bare()
    }

    /// A SUBSCRIBE within its dialog: to go on, or to end. It has no list (RFC 5367 3.2).
    fn again(&self) -> String {
        let Sides { from, to, .. } = self.sides;
        let message = self.within("SUBSCRIBE", &user(from), &self.watched(to), from);
        self.subscribed(message, "3600").bare()
    }

    /// A NOTIFY of all that is subscribed to.
    fn state(&self, contacts: &[Option<News>]) -> String {
        let form = if self.terms.partial { Form::Full } else { Form::Whole };
        self.notify(contacts, form, true)
    }

    /// A NOTIFY of what has changed about one contact.
    fn change(&self, news: Option<News>) -> String {
        let form = if self.terms.partial { Form::Diff } else { Form::Whole };
        self.notify(&[news], form, false)
    }

    /// Who is told of, and their document.
    fn document(&self, news: Option<News>, form: Form) -> (String, String) {
        let Sides { from, number, .. } = self.sides;
        let presence = shown(&self.sides, news);
        let (who, contact) = match news {
            Some(News::LegacyOnline | News::LegacyOffline) => {
                (format!("sip:{number}@{from};user=phone"), format!("tel:{number}"))
            }
            Some(News::Changed(_) | News::Online(_) | News::Granted(_) | News::Offline)
            | Some(News::Withdrawn)
            | None => (user(from), user(from)),
        };
        let document = pidf::document(&who, &contact, &presence, form);
        (who, document)
    }

    /// The NOTIFY that a number's fetch is answered by.
    fn fetched(&self, online: bool) -> String {
        let Sides { to, .. } = self.sides;
        let news = if online { News::LegacyOnline } else { News::LegacyOffline };
        let (who, document) = self.document(Some(news), Form::Whole);
        let message = self.within("NOTIFY", &who, &user(to), to);
        let message = message
            .field("Event", "presence")
            .field("Subscription-State", "terminated;reason=timeout");
        message.body(Form::Whole.media_type(), &document)
    }

    /// The NOTIFY that tells whether a contact has let a user subscribe: of what they look like the
    /// subscription tells by itself.
    fn answered(&self, state: &str) -> String {
        let Sides { from, to, .. } = self.sides;
        let message = self.within("NOTIFY", &user(from), &user(to), to);
        message.field("Event", "presence").field("Subscription-State", state).bare()
    }

    /// The answer to a NOTIFY or MESSAGE of the other side. That to a SUBSCRIBE has Contact and Expires
    /// besides, and counts as one of these.
    fn ok(&self) -> String {
        self.response("200 OK")
    }

    /// Any response, by its status.
    fn response(&self, status: &str) -> String {
        let Sides { from, to, .. } = self.sides;
        let message = via(Message::new(&format!("SIP/2.0 {status}")), to);
        message
            .field("From", &tagged(&user(to)))
            .field("To", &tagged(&user(from)))
            .field("Call-ID", &call(from))
            .field("CSeq", "1001 NOTIFY")
            .bare()
    }

    fn notify(&self, contacts: &[Option<News>], form: Form, all: bool) -> String {
        let Sides { from, to, .. } = self.sides;
        let mut documents = contacts.iter().map(|news| self.document(*news, form));
        let list = self.watched(from);
        let mut message = self
            .within("NOTIFY", &list, &user(to), to)
            .field("Event", "presence")
            .field("Subscription-State", "active;expires=3600");
        if !self.terms.per_list {
            let (_, document) = documents.next().unwrap_or_default();
            return message.body(form.media_type(), &document);
        }
        message = message.field("Require", "eventlist");
        let id = format!("{}@{from}", "0".repeat(8));
        let documents: Vec<_> = documents.collect();
        let users: Vec<_> = documents.iter().map(|(who, _)| (who.clone(), id.clone())).collect();
        let index = pidf::index(&list, &users, all);
        let mut parts = vec![(id.clone(), "application/rlmi+xml", index)];
        let each = documents.into_iter();
        parts.extend(each.map(|(_, document)| (id.clone(), form.media_type(), document)));
        let (media_type, body) = sip::related(&parts);
        message.body(&media_type, &body)
    }

    /// What a dialog is about: a contact of a domain, or the list.
    fn watched(&self, domain: &str) -> String {
        if self.terms.per_list { format!("sip:rls@{domain}") } else { user(domain) }
    }

    /// A SUBSCRIBE that begins a dialog.
    fn first(&self, whom: &str, expires: &str) -> Message {
        let message = self.outside("SUBSCRIBE", whom, &user(self.sides.from));
        let edge = edge(self.sides.from);
        self.subscribed(message.field("Record-Route", &format!("<sip:{edge};lr>")), expires)
    }

    /// What every SUBSCRIBE says.
    fn subscribed(&self, message: Message, expires: &str) -> Message {
        let Terms { per_list, partial } = self.terms;
        let mut accept = String::from(Form::Whole.media_type());
        if partial {
            accept = format!("{accept}, {}", Form::Diff.media_type());
        }
        if per_list {
            accept.push_str(", application/rlmi+xml, multipart/related");
        }
        let message = message
            .field("Contact", &contact(self.sides.from))
            .field("Event", "presence")
            .field("Accept", &accept)
            .field("Expires", expires);
        if per_list { message.field("Supported", "eventlist") } else { message }
    }

    /// A request outside of any dialog.
    fn outside(&self, method: &str, to: &str, by: &str) -> Message {
        let start = format!("{method} {to} SIP/2.0");
        via(Message::new(&start), self.sides.from)
            .field("Max-Forwards", "68")
            .field("P-Asserted-Identity", &format!("<{by}>"))
            .field("From", &tagged(by))
            .field("To", &format!("<{to}>"))
            .field("Call-ID", &call(self.sides.from))
            .field("CSeq", &format!("1000 {method}"))
    }

    /// A request within a dialog that a user of the domain `caller` has begun.
    fn within(&self, method: &str, by: &str, to: &str, caller: &str) -> Message {
        let Sides { from, to: other, .. } = self.sides;
        let start = format!("{method} sip:{} SIP/2.0", server(other));
        let message = via(Message::new(&start), from)
            .field("Max-Forwards", "68")
            .field("Route", &format!("<sip:{};lr>", edge(other)))
            .field("From", &tagged(by))
            .field("To", &tagged(to))
            .field("Call-ID", &call(caller))
            .field("CSeq", &format!("1001 {method}"));
        if method == "NOTIFY" { message.field("Contact", &contact(from)) } else { message }
    }
}

/// The ways back: through the sender's edge proxy, to the server behind.
fn via(message: Message, domain: &str) -> Message {
    [edge(domain), server(domain)].iter().fold(message, |message, host| {
        message.field("Via", &format!("SIP/2.0/TCP {host};branch=z9hG4bK{:016}", 0))
    })
}

fn user(domain: &str) -> String {
    format!("sip:u{:0INDEX_DIGITS$}@{domain}", 0)
}

fn edge(domain: &str) -> String {
    format!("edge.{domain}")
}

fn server(domain: &str) -> String {
    format!("ps.{domain}")
}

fn contact(domain: &str) -> String {
    format!("<sip:{}>", server(domain))
}

fn tagged(user: &str) -> String {
    format!("<{user}>;tag={:08}", 0)
}

fn call(domain: &str) -> String {
    format!("{:016}@{domain}", 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::presence::{Availability, Look, StatusText};
    use crate::wire::sides::Sides;

    const ONLINE: Option<News> = Some(News::Online(Look::MOBILE));

    fn sides() -> Sides<'static> {
        Sides::of("a.example", "b.example")
    }

    fn leg(per_list: bool, partial: bool) -> Leg<'static> {
        Leg { sides: sides(), terms: Terms { per_list, partial } }
    }

    /// Header fields and body.
    fn parted(message: &str) -> (Vec<(&str, &str)>, &str) {
        let (head, body) = message.split_once("\r\n\r\n").expect("an empty line");
        let lines = head.split("\r\n").skip(1);
        (lines.map(|line| line.split_once(": ").expect("a field")).collect(), body)
    }

    #[test]
    fn every_message_has_what_sip_needs_and_says_how_long_its_body_is() {
        for terms in [(false, false), (false, true), (true, false), (true, true)] {
            let leg = leg(terms.0, terms.1);
            let state = (1..3).map(|contacts| leg.state(&vec![ONLINE; contacts]));
            let once = [leg.message("Hi"), leg.subscribe(1), leg.again(), leg.ask(), leg.fetch()];
            let told = [leg.change(ONLINE), leg.fetched(true), leg.ok(), leg.answered("active")];
            for message in once.into_iter().chain(told).chain(state) {
                let (fields, body) = parted(&message);
                let has = |name| fields.iter().filter(|(field, _)| *field == name).count();
                for name in ["From", "To", "Call-ID", "CSeq", "Content-Length"] {
                    assert_eq!(has(name), 1, "{name} in\n{message}");
                }
                assert_eq!(has("Via"), 2, "{message}");
                let length = fields.last().expect("fields").1;
                assert_eq!(length.parse::<usize>().expect("a length"), body.len());
                assert_eq!(has("Content-Type"), usize::from(!body.is_empty()));
            }
        }
    }

    #[test]
    fn lengths_are_near_those_of_the_examples_of_the_rfcs() {
        // RFC 3856 8, RFC 3428 and the assumptions of the published analysis: 450 and 370 bytes for a
        // SUBSCRIBE and an answer, 500 for a NOTIFY without its document; here one proxy more.
        let sizes = sizes(sides(), Terms::default());
        assert!((450..650).contains(&sizes.subscribe), "{sizes:?}");
        assert!((450..650).contains(&sizes.again), "{sizes:?}");
        assert!((250..400).contains(&sizes.answer), "{sizes:?}");
        assert!((400..550).contains(&sizes.message), "{sizes:?}");
        assert!((1000..1300).contains(&sizes.presence.of(ONLINE)), "{sizes:?}");
        assert_eq!((sizes.presence, 0), (sizes.state_contact, sizes.state), "a change says all");
        assert_eq!((sizes.subscribe_per_contact, sizes.again_per_contact), (0, 0));
    }

    #[test]
    fn a_list_takes_an_entry_a_contact_and_its_state_a_part_each() {
        let list = leg(true, false);
        let sizes = sizes(sides(), list.terms);
        for contacts in 1..20 {
            let n = contacts as u32;
            let subscribe = sizes.subscribe + sizes.subscribe_per_contact * n;
            assert_eq!(list.subscribe(contacts).len() as u32, subscribe);
            let state = sizes.state + sizes.state_contact.of(ONLINE) * n;
            assert_eq!(list.state(&vec![ONLINE; contacts]).len() as u32, state);
        }
        let single = super::sizes(sides(), Terms::default());
        let each = sizes.state_contact.of(ONLINE);
        assert!(each < single.state_contact.of(ONLINE), "a document without its NOTIFY");
        let [change, alone] = [sizes, single].map(|sizes| sizes.presence.of(ONLINE));
        assert!(change > alone, "a change has the index with it");
        let body = list.state(&[ONLINE; 3]);
        let (_, body) = parted(&body);
        assert_eq!(body.matches("<presence ").count(), 3);
        assert_eq!(body.matches("<resource ").count(), 3);
    }

    #[test]
    fn partial_notification_makes_changes_shorter_and_states_longer() {
        let [whole, partial] =
            [false, true].map(|partial| sizes(sides(), Terms { per_list: false, partial }));
        assert!(partial.presence.of(ONLINE) < whole.presence.of(ONLINE), "{partial:?} {whole:?}");
        assert!(partial.state_contact.of(ONLINE) > whole.state_contact.of(ONLINE));
        assert!(partial.subscribe > whole.subscribe, "what is accepted is said");
    }

    #[test]
    fn a_document_is_as_long_as_what_it_says() {
        let (list, single) = (leg(true, false), leg(false, false));
        let text = StatusText { bytes: 20, words: 0 };
        let busy = Look { availability: Availability::Discreet, text, ..Look::MOBILE };
        let all = [Some(News::Changed(busy)), Some(News::LegacyOffline), Some(News::Offline), None];
        let sizes = sizes(sides(), list.terms);
        let each: u32 = all.iter().map(|news| sizes.state_contact.of(*news)).sum();
        assert_eq!(list.state(&all).len() as u32, sizes.state + each);
        let sizes = super::sizes(sides(), single.terms);
        for news in all {
            assert_eq!(single.change(news).len() as u32, sizes.presence.of(news), "{news:?}");
        }
        assert!(single.change(all[0]).contains(&format!("<note>{}</note>", "x".repeat(20))));
    }

    #[test]
    fn a_text_makes_a_message_longer_by_its_bytes() {
        let leg = leg(false, false);
        let text = "åäö and a";
        assert_eq!(leg.message(text).len(), leg.message("").len() + text.len());
    }
}
