//! How many bytes a transfer takes on the wire without writing it: the encoders run once per
//! direction of an agreement, with identifiers as long as all are, and lengths are added up
//! from there; here those of SSP and SMS, beside it those of `simple` and `xmpp`. Links and byte
//! counts use it; it knows neither.

use super::http;
use super::map::Relation;
use super::sides::Sides;
use super::sms::{Address, Deliver, Timestamp, UserData};
use super::ssp::{self, Primitive};
use super::transfer::{
    contact_answer, contact_request, envelope, message, notification, shown, subscription,
    validation,
};
use crate::domain::lengths::{Lengths, SmsLengths};
use crate::domain::number::Msisdn;
use crate::domain::presence::{News, Presence};
use crate::domain::text::Alphabet;
use crate::domain::uid::{number_uid, uid};

/// Any time; all are equally long.
const DATE_TIME: &str = "20000101T000000Z";

/// IMPS status of a user whom nobody knows.
const UNKNOWN_USER: u16 = 531;

/// Bytes on the wire by kind of transfer, for one direction of an agreement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WireSizes {
    /// An instant message without its text.
    pub message: u32,
    /// A presence notification without watchers.
    pub presence: Lengths,
    /// Each watcher in it.
    pub presence_per_watcher: u32,
    /// The answer to a subscription without contacts.
    pub state: u32,
    /// Each contact in it.
    pub state_contact: Lengths,
    /// A subscription without contacts.
    pub subscribe: u32,
    /// Each contact in it.
    pub subscribe_per_contact: u32,
    /// Its refresh or end, without contacts.
    pub again: u32,
    /// Each contact in that.
    pub again_per_contact: u32,
    /// The validation of a number.
    pub validate: u32,
    /// A contact request.
    pub contact: u32,
    /// Its answer: yes, no, nobody is called so.
    pub contact_answer: [u32; 3],
    /// The answer to any other request: a Status.
    pub answer: u32,
    /// The answer to a validation: the UID of a legacy customer and the SMS-only attributes, offline or
    /// online.
    pub validated: [u32; 2],
    /// A short message, each segment by itself.
    pub sms: SmsLengths,
    /// What networks say of short messages besides.
    pub signalling: Signalling,
}

/// Bytes of what networks say to each other about short messages, by MAP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signalling {
    /// An HLR query.
    pub query: u32,
    /// Its answer: the phone is absent, or attached.
    pub located: [u32; 2],
    /// A short message has been delivered.
    pub delivered: u32,
    /// It comes back: the phone did not answer.
    pub failed: u32,
    /// A phone is back.
    pub alert: u32,
}

impl WireSizes {
    /// Measures one direction of what SSP carries, each message with its POST and with the empty response
    /// to another. That one is not answered by whom it counts with: of a request and its answer each side
    /// sends one message and one response.
    pub fn of(sides: Sides<'_>) -> Self {
        let Sides { from, to, number, .. } = sides;
        let parties = Parties(sides);
        let watched = |watchers, values| parties.length(parties.presence(watchers, values));
        let nobody = watched(0, Vec::new());
        let subscribe = parties.length(parties.subscribe(0));
        let contact = Lengths::measured(|news| watched(0, vec![parties.value(news)]) - nobody);
        let per_watcher = watched(1, Vec::new()) - nobody;
        let per_contact = parties.length(parties.subscribe(1)) - subscribe;
        let answers = [true, false]
            .map(|yes| parties.length(contact_answer(0, uid(0, to), uid(0, from), yes)));
        let status = |code| parties.length(Primitive::Status { code });
        Self {
            message: parties.length(parties.message(String::new())),
            presence: contact.longer(nobody),
            presence_per_watcher: per_watcher,
            state: nobody + per_watcher,
            state_contact: contact,
            subscribe,
            subscribe_per_contact: per_contact,
            again: subscribe,
            again_per_contact: per_contact,
            validate: parties.length(validation(from, uid(0, from), number_uid(number, to))),
            contact: parties.length(contact_request(from, 0, uid(0, from), uid(0, to))),
            contact_answer: [answers[0], answers[1], status(UNKNOWN_USER)],
            answer: status(ssp::SUCCESSFUL),
            validated: [News::LegacyOffline, News::LegacyOnline].map(|news| {
                let values = vec![parties.value(Some(news))];
                let status = ssp::SUCCESSFUL;
                parties.length(Primitive::GetPresenceResponse { status, values })
            }),
            ..Self::default()
        }
    }

    /// Measures what two networks send each other of short messages and about them, by MAP.
    pub fn of_sms(number: Msisdn) -> Self {
        let relation = Relation { number };
        let length = |message: Vec<u8>| message.len() as u32;
        let head = empty_sms(number).encode().unwrap_or_default();
        let forward = |octets| {
            let tpdu = [&head[..], &vec![0; octets]].concat();
            length(relation.forward(&tpdu))
        };
        Self {
            sms: SmsLengths::measured(forward),
            signalling: Signalling {
                query: length(relation.query()),
                located: [length(relation.absent()), length(relation.located())],
                delivered: length(relation.forwarded()),
                failed: length(relation.failed()),
                alert: length(relation.alert()),
            },
            ..Self::default()
        }
    }
}

/// A short message without text.
fn empty_sms(number: Msisdn) -> Deliver {
    let sent = Timestamp { year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0, zone: 0 };
    let data = UserData { alphabet: Alphabet::Gsm7, concatenation: None, text: String::new() };
    Deliver { from: Address::International(number), sent, more: false, data }
}

/// Two sides of an agreement and stand-ins for all that varies without a change of length.
struct Parties<'a>(Sides<'a>);

impl Parties<'_> {
    fn length(&self, primitive: Primitive) -> u32 {
        let Sides { from, to, version, .. } = self.0;
        let envelope = envelope(from, version, 0, primitive);
        (http::post(to, &envelope).len() + http::RESPONSE.len()) as u32
    }

    fn message(&self, content: String) -> Primitive {
        let Sides { from, to, .. } = self.0;
        message(from, 0, uid(0, from), uid(0, to), DATE_TIME, content)
    }

    fn presence(&self, watchers: usize, values: Vec<(String, Presence)>) -> Primitive {
        let Sides { from, to, .. } = self.0;
        notification(from, uid(0, from), vec![uid(0, to); watchers], values)
    }

    /// Somebody of the sending side, with what is told of them: by number who has no client.
    fn value(&self, news: Option<News>) -> (String, Presence) {
        let Sides { from, number, .. } = self.0;
        let who = match news {
            Some(News::LegacyOnline | News::LegacyOffline) => number_uid(number, from),
            Some(News::Changed(_) | News::Online(_) | News::Granted(_)) => uid(0, from),
            Some(News::Offline | News::Withdrawn) | None => uid(0, from),
        };
        (who, shown(&self.0, news))
    }

    fn subscribe(&self, contacts: usize) -> Primitive {
        let Sides { from, to, .. } = self.0;
        subscription(from, uid(0, from), vec![uid(0, to); contacts])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::imps::ImpsVersion;
    use crate::domain::presence::{Availability, ClientType, Look, StatusText};
    use crate::domain::text::Text;
    use proptest::prelude::*;

    const A: &str = "im.a.example";
    const B: &str = "chat.b.example";

    fn sides() -> Sides<'static> {
        Sides { number: Msisdn::of_length(11), ..Sides::of(A, B) }
    }

    /// The bytes of a message and what stands around it, and of the empty response.
    fn length(transaction: u64, primitive: Primitive) -> u32 {
        let post = http::post(B, &envelope(A, ImpsVersion::V13, transaction, primitive));
        (post.len() + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".len()) as u32
    }

    /// Bytes of all parts of a text, each as a TPDU forwarded by MAP.
    fn forwarded(text: &str) -> u32 {
        let number = Msisdn::parse("+46700000017").unwrap();
        let from = Address::International(number);
        let sent =
            Timestamp { year: 26, month: 11, day: 21, hour: 1, minute: 2, second: 3, zone: 4 };
        let parts = UserData::parts(text, 9).unwrap().into_iter();
        let deliver = |data| Deliver { from: from.clone(), sent, more: false, data };
        let tpdus = parts.map(|data| deliver(data).encode().unwrap());
        tpdus.map(|tpdu| Relation { number }.forward(&tpdu).len() as u32).sum()
    }

    fn any_look() -> impl Strategy<Value = Look> {
        let clients: Vec<_> = std::iter::once(None).chain(ClientType::ALL.map(Some)).collect();
        let availability = proptest::sample::select(Availability::ALL.to_vec());
        (availability, proptest::sample::select(clients), any::<u8>()).prop_map(
            |(availability, client, bytes)| Look {
                availability,
                client,
                text: StatusText { bytes, words: 0 },
            },
        )
    }

    fn any_news() -> impl Strategy<Value = Option<News>> {
        prop_oneof![
            any_look().prop_map(|look| Some(News::Changed(look))),
            any_look().prop_map(|look| Some(News::Online(look))),
            Just(Some(News::Offline)),
            Just(Some(News::LegacyOnline)),
            Just(Some(News::LegacyOffline)),
            Just(Some(News::Withdrawn)),
            Just(None),
        ]
    }

    proptest! {
        #[test]
        fn computed_lengths_are_those_of_the_encoder(
            text in "(?s).{0,200}",
            (from, to) in (0u32..10_000_000, 0u32..10_000_000),
            number in any::<u64>(),
            many in 0usize..20,
        ) {
            let sizes = WireSizes::of(sides());
            let (me, you) = (uid(from, A), uid(to, B));
            let content = message(A, number, me.clone(), you.clone(), DATE_TIME, text.clone());
            let bytes = sizes.message + u32::from(Text::of(&text).bytes);
            prop_assert_eq!(bytes, length(number, content));
            let wanted = subscription(A, me.clone(), vec![you.clone(); many]);
            let bytes = sizes.subscribe + sizes.subscribe_per_contact * many as u32;
            prop_assert_eq!(bytes, length(number, wanted));
            let asked = contact_request(A, number, me.clone(), you.clone());
            prop_assert_eq!(sizes.contact, length(number, asked));
            let [yes, no] =
                [true, false].map(|yes| contact_answer(number, you.clone(), me.clone(), yes));
            prop_assert_eq!(sizes.contact_answer[0], length(number, yes));
            prop_assert_eq!(sizes.contact_answer[1], length(number, no));
            let phone = Msisdn::parse(&format!("4670{to:07}")).unwrap();
            let validated = validation(A, me, number_uid(phone, B));
            prop_assert_eq!(sizes.validate, length(number, validated));
            prop_assert_eq!(sizes.answer, length(number, Primitive::Status { code: 531 }));
        }

        #[test]
        fn computed_lengths_of_presence_are_those_of_the_encoder(
            news in proptest::collection::vec(any_news(), 1..20),
            (from, to) in (0u32..10_000_000, 0u32..10_000_000),
            many in 0usize..20,
        ) {
            let (sizes, parties) = (WireSizes::of(sides()), Parties(sides()));
            let (me, you) = (uid(from, A), uid(to, B));
            let told = notification(A, me.clone(), vec![you.clone(); many], vec![parties.value(news[0])]);
            let bytes = sizes.presence.of(news[0]) + sizes.presence_per_watcher * many as u32;
            prop_assert_eq!(bytes, length(7, told));
            let values = news.iter().map(|news| parties.value(*news)).collect();
            let each: u32 = news.iter().map(|news| sizes.state_contact.of(*news)).sum();
            prop_assert_eq!(sizes.state + each, length(7, notification(A, me, vec![you], values)));
        }

        #[test]
        fn computed_lengths_of_short_messages_are_those_of_map(
            characters in 0u32..1000, wide in any::<bool>()
        ) {
            let alphabet = if wide { Alphabet::Ucs2 } else { Alphabet::Gsm7 };
            let text = Text::synthetic(characters, alphabet);
            prop_assert_eq!(sms_bytes(text), forwarded(&text.words(7)));
        }

        #[test]
        fn a_single_short_message_of_any_text_has_the_length_of_its_tpdu(
            text in "[a-z€{}]{0,80}|[a-zж😀]{0,35}"
        ) {
            prop_assert_eq!(sms_bytes(Text::of(&text)), forwarded(&text));
        }
    }

    /// All segments of a short message; exact where no escape or surrogate pair stands at a cut.
    fn sms_bytes(text: Text) -> u32 {
        let sizes = WireSizes::of_sms(Msisdn::of_length(11));
        sizes.sms.of(u32::from(text.segments()), text.octets())
    }

    #[test]
    fn cr16_clients_are_named_from_1_3_on_a_phone_by_number_any_other_by_url() {
        let look = |client| Look { client: Some(client), ..Look::MOBILE };
        let client = |sides: &Sides<'_>, client| {
            let mut text = String::new();
            let presence = shown(sides, Some(News::Online(look(client))));
            super::super::presence::encode(&presence, sides.version, &mut text);
            text
        };
        let phone = client(&sides(), ClientType::MobilePhone);
        let number = format!("<ClientID><MSISDN>{}</MSISDN></ClientID>", sides().number);
        assert_eq!(phone.matches(&number).count(), 2, "OnlineStatus and ClientInfo: {phone}");
        let desk = client(&sides(), ClientType::Computer);
        assert_eq!(desk.matches("<ClientID><URL>http://im.a.example/").count(), 2, "{desk}");
        for version in [ImpsVersion::V11, ImpsVersion::V12] {
            let before = Sides { version, names_clients: version.names_clients(), ..sides() };
            let phone = client(&before, ClientType::MobilePhone);
            assert!(!phone.contains("ClientID"), "{phone}");
            let [now, then] = [sides(), before].map(|sides| WireSizes::of(sides).presence);
            let online = Some(News::Online(Look::MOBILE));
            assert!(then.of(online) < now.of(online) - 2 * number.len() as u32 + 20);
        }
    }

    #[test]
    fn any_domains_and_digits_have_sizes() {
        for digits in [0, 1, 15, 255] {
            let number = Msisdn::of_length(digits);
            let sides = Sides { number, status_text: "", ..Sides::of("", "") };
            assert!(WireSizes::of(sides).answer > 100);
            assert!(WireSizes::of_sms(number).sms.of(1, 0) > 100);
        }
    }
}
