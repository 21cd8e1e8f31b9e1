//! How many bytes a transfer takes on the wire without writing it: the encoders run once per
//! direction of an agreement, with identifiers as long as all are, and lengths are added up
//! from there; here those of SSP and SMS, beside it those of `simple` and `xmpp`. Links and byte
//! counts use it; it knows neither.

use super::sms::{Address, Deliver, Timestamp, UserData};
use super::ssp::{self, Primitive};
use super::transfer::{contact_request, envelope, message, notification, subscription, validation};
use crate::domain::number::Msisdn;
use crate::domain::presence::{self, Look, Presence};
use crate::domain::text::Alphabet;
use crate::domain::uid::{number_uid, uid};

/// Bytes of an HLR query for a short message and its answer: an assumption, two MAP dialogue
/// messages over SCCP (3GPP TS 29.002 12.1) of about 100 bytes each. Nothing here encodes MAP.
pub const SMS_SIGNALLING: u32 = 200;

/// Any time; all are equally long.
const DATE_TIME: &str = "20000101T000000Z";

/// Bytes on the wire by kind of transfer, for one direction of an agreement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WireSizes {
    /// An instant message without its text.
    pub message: u32,
    /// A presence notification without watchers.
    pub presence: u32,
    /// Each watcher in it.
    pub presence_per_watcher: u32,
    /// The state of one contact, in answer to a subscription.
    pub state: u32,
    /// Each further contact in it.
    pub state_per_contact: u32,
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
    /// The answer to any request: a Status.
    pub answer: u32,
    /// The answer to a validation: the UID of a legacy customer and the SMS-only attributes.
    pub validated: u32,
    /// A short message (SMS-DELIVER) without its user data.
    pub sms: u32,
    /// An HLR query and its answer.
    pub sms_signalling: u32,
}

/// What lengths depend on in one direction of an agreement.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    /// Domain of the sending side, empty without IM.
    pub from: &'a str,
    /// Domain of the receiving side.
    pub to: &'a str,
    /// A number as long as those of either side.
    pub number: Msisdn,
    /// That of the sending side's legacy customers.
    pub status_text: &'a str,
}

impl WireSizes {
    /// Measures one direction of what SSP and the short message service carry.
    pub fn of(sides: Sides<'_>) -> Self {
        let Sides { from, to, number, status_text } = sides;
        let parties = Parties { from, to, number };
        let presence = parties.length(parties.presence(0));
        let subscribe = parties.length(parties.subscribe(0));
        let empty = parties.empty_sms().encode().map_or(0, |octets| octets.len() as u32);
        Self {
            message: parties.length(parties.message(String::new())),
            presence,
            presence_per_watcher: parties.length(parties.presence(1)) - presence,
            // The state of a list counts as that of one contact.
            state: parties.length(parties.presence(1)),
            state_per_contact: 0,
            subscribe,
            subscribe_per_contact: parties.length(parties.subscribe(1)) - subscribe,
            again: subscribe,
            again_per_contact: parties.length(parties.subscribe(1)) - subscribe,
            validate: parties.length(parties.validate()),
            contact: parties.length(parties.contact()),
            answer: parties.length(Primitive::Status { code: ssp::SUCCESSFUL }),
            validated: parties.length(parties.validated(status_text)),
            sms: empty,
            sms_signalling: SMS_SIGNALLING,
        }
    }
}

/// Two sides of an agreement and stand-ins for all that varies without a change of length.
struct Parties<'a> {
    from: &'a str,
    to: &'a str,
    number: Msisdn,
}

impl Parties<'_> {
    fn length(&self, primitive: Primitive) -> u32 {
        let mut out = String::new();
        ssp::encode(&envelope(self.from, 0, primitive), &mut out);
        out.len() as u32
    }

    fn message(&self, content: String) -> Primitive {
        message(self.from, 0, uid(0, self.from), uid(0, self.to), DATE_TIME, content)
    }

    fn presence(&self, watchers: usize) -> Primitive {
        let watchers = vec![uid(0, self.to); watchers];
        notification(
            self.from,
            uid(0, self.from),
            watchers,
            Presence::im_user(true, Look::MOBILE, None),
        )
    }

    fn subscribe(&self, contacts: usize) -> Primitive {
        subscription(self.from, uid(0, self.from), vec![uid(0, self.to); contacts])
    }

    fn validate(&self) -> Primitive {
        validation(self.from, uid(0, self.from), number_uid(self.number, self.to))
    }

    fn validated(&self, status_text: &str) -> Primitive {
        let presence = presence::legacy(self.number, true, status_text);
        let values = vec![(number_uid(self.number, self.from), presence)];
        Primitive::GetPresenceResponse { status: ssp::SUCCESSFUL, values }
    }

    fn contact(&self) -> Primitive {
        contact_request(self.from, 0, uid(0, self.from), uid(0, self.to))
    }

    fn empty_sms(&self) -> Deliver {
        let sent = Timestamp { year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0, zone: 0 };
        let data = UserData { alphabet: Alphabet::Gsm7, concatenation: None, text: String::new() };
        Deliver { from: Address::International(self.number), sent, more: false, data }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::Text;
    use proptest::prelude::*;

    const A: &str = "im.a.example";
    const B: &str = "chat.b.example";

    fn sizes() -> WireSizes {
        let number = Msisdn::of_length(11);
        WireSizes::of(Sides { from: A, to: B, number, status_text: "SMS-only" })
    }

    fn length(transaction: u64, primitive: Primitive) -> u32 {
        let mut out = String::new();
        ssp::encode(&envelope(A, transaction, primitive), &mut out);
        out.len() as u32
    }

    /// Octets of all parts of a text as TPDUs.
    fn tpdus(text: &str) -> u32 {
        let from = Address::International(Msisdn::parse("+46700000017").unwrap());
        let sent =
            Timestamp { year: 26, month: 11, day: 21, hour: 1, minute: 2, second: 3, zone: 4 };
        let parts = UserData::parts(text, 9).unwrap().into_iter();
        let deliver = |data| Deliver { from: from.clone(), sent, more: false, data };
        parts.map(|data| deliver(data).encode().unwrap().len() as u32).sum()
    }

    proptest! {
        #[test]
        fn computed_lengths_are_those_of_the_encoder(
            text in "(?s).{0,200}",
            (from, to) in (0u32..10_000_000, 0u32..10_000_000),
            (number, online) in (any::<u64>(), any::<bool>()),
            many in 0usize..20,
        ) {
            let sizes = sizes();
            let (me, you) = (uid(from, A), uid(to, B));
            let content = message(A, number, me.clone(), you.clone(), DATE_TIME, text.clone());
            prop_assert_eq!(sizes.message_bytes(Text::of(&text)), length(number, content));
            let all = vec![you.clone(); many];
            let told = notification(A, me.clone(), all.clone(), Presence::im_user(online, Look::MOBILE, None));
            prop_assert_eq!(sizes.presence_bytes(many as u32), length(number, told));
            let wanted = subscription(A, me.clone(), all);
            prop_assert_eq!(sizes.subscribe_bytes(many as u32), length(number, wanted));
            let asked = contact_request(A, number, me.clone(), you);
            prop_assert_eq!(sizes.contact, length(number, asked));
            let phone = Msisdn::parse(&format!("4670{to:07}")).unwrap();
            let validated = validation(A, me, number_uid(phone, B));
            prop_assert_eq!(sizes.validate, length(number, validated));
            prop_assert_eq!(sizes.answer, length(number, Primitive::Status { code: 531 }));
        }

        #[test]
        fn computed_lengths_of_short_messages_are_those_of_the_tpdus(
            characters in 0u32..1000, wide in any::<bool>()
        ) {
            let alphabet = if wide { Alphabet::Ucs2 } else { Alphabet::Gsm7 };
            let text = Text::synthetic(characters, alphabet);
            let sizes = sizes();
            prop_assert_eq!(sizes.sms_bytes(text), tpdus(&text.materialise_synthetic()));
        }

        #[test]
        fn a_single_short_message_of_any_text_has_the_length_of_its_tpdu(
            text in "[a-z€{}]{0,80}|[a-zж😀]{0,35}"
        ) {
            prop_assert_eq!(sizes().sms_bytes(Text::of(&text)), tpdus(&text));
        }
    }

    #[test]
    fn any_domains_and_digits_have_sizes() {
        for digits in [0, 1, 15, 255] {
            let number = Msisdn::of_length(digits);
            let sides = Sides { from: "", to: "", number, status_text: "" };
            assert!(WireSizes::of(sides).sms > 10);
        }
    }

    impl WireSizes {
        /// An instant message.
        fn message_bytes(&self, text: Text) -> u32 {
            self.message + u32::from(text.bytes)
        }

        /// A presence notification for so many watchers.
        fn presence_bytes(&self, watchers: u32) -> u32 {
            self.presence + self.presence_per_watcher * watchers
        }

        /// A subscription to so many contacts.
        fn subscribe_bytes(&self, contacts: u32) -> u32 {
            self.subscribe + self.subscribe_per_contact * contacts
        }

        /// All segments of a short message, each with its own TPDU; exact where no escape or
        /// surrogate pair stands at a cut.
        fn sms_bytes(&self, text: Text) -> u32 {
            self.sms * u32::from(text.segments()) + text.octets()
        }
    }
}
