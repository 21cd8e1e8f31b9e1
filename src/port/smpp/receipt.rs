//! Delivery receipts: what an SMSC tells of a message later, by a `deliver_sm` (SMPP 3.4 5.2.12, Appendix
//! B). The form is no standard, so much is read and one form is written. Called by whoever asked for
//! receipts or gives them; knows no session.

use super::pdu::Short;
use crate::wire::sms::Timestamp;

/// `esm_class`: bits of the kind of message.
const KIND: u8 = 0b0011_1100;
/// `esm_class`: a delivery receipt.
const RECEIPT: u8 = 0b0000_0100;
/// `esm_class`: a receipt before the end, to whoever asks for those too.
const INTERMEDIATE: u8 = 0b0010_0000;

/// Where a message stands (SMPP 3.4 5.2.28).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Under way.
    Enroute,
    /// Its phone has it.
    Delivered,
    /// Its validity is over.
    Expired,
    /// Somebody has taken it back.
    Deleted,
    /// It cannot be delivered.
    Undeliverable,
    /// Somebody has read it in the place of its recipient.
    Accepted,
    /// Nobody knows.
    Unknown,
    /// It is refused.
    Rejected,
}

impl State {
    /// All of them, by `message_state` from 1.
    pub const ALL: [Self; 8] = [
        Self::Enroute,
        Self::Delivered,
        Self::Expired,
        Self::Deleted,
        Self::Undeliverable,
        Self::Accepted,
        Self::Unknown,
        Self::Rejected,
    ];

    /// As `message_state` has it.
    pub fn code(self) -> u8 {
        self as u8 + 1
    }

    /// As the text of a receipt has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Enroute => "ENROUTE",
            Self::Delivered => "DELIVRD",
            Self::Expired => "EXPIRED",
            Self::Deleted => "DELETED",
            Self::Undeliverable => "UNDELIV",
            Self::Accepted => "ACCEPTD",
            Self::Unknown => "UNKNOWN",
            Self::Rejected => "REJECTD",
        }
    }

    /// Whether nothing more is to be told.
    pub fn is_final(self) -> bool {
        self != Self::Enroute
    }

    fn of_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word().eq_ignore_ascii_case(word))
    }
}

/// What a receipt says that matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The SMSC's identity of the message, as it writes it here.
    pub id: String,
    /// What has become of it.
    pub state: State,
    /// Why, in the SMSC's own numbers; 0: nothing.
    pub error: u16,
}

/// The receipt of a message that was submitted and done at these times, to its sender: `about`, the message
/// as it came, gives the addresses.
pub fn write(receipt: &Receipt, [submitted, done]: [Timestamp; 2], about: &Short) -> Short {
    let delivered = u8::from(receipt.state == State::Delivered);
    let text = format!(
        "id:{} sub:001 dlvrd:{delivered:03} submit date:{} done date:{} stat:{} err:{:03} text:",
        receipt.id,
        date(submitted),
        date(done),
        receipt.state.word(),
        receipt.error,
    );
    Short {
        source: about.destination.clone(),
        destination: about.source.clone(),
        esm_class: if receipt.state.is_final() { RECEIPT } else { INTERMEDIATE },
        registered_delivery: 0,
        data_coding: 0,
        text: text.into_bytes(),
        part: None,
        reference: about.reference,
        receipted: Some((receipt.id.clone(), receipt.state.code())),
    }
}

/// What a short message says, if it is a receipt: by its parameters, else by its text, of which the order,
/// letters' case and dates do not matter.
pub fn read(short: &Short) -> Option<Receipt> {
    if ![RECEIPT, INTERMEDIATE].contains(&(short.esm_class & KIND)) {
        return None;
    }
    let text: String = short.text.iter().copied().map(char::from).collect();
    let word = |name: &str| field(&text, name);
    let (id, state) = match &short.receipted {
        Some((id, state)) => (Some(id.clone()), State::of_code(*state)),
        None => (None, None),
    };
    let id = id.or_else(|| word("id").map(str::to_owned))?;
    let state = state.or_else(|| word("stat").and_then(State::of_word))?;
    let error = word("err").and_then(|error| error.parse().ok()).unwrap_or(0);
    Some(Receipt { id, state, error })
}

/// The word behind `name:`, up to the next space.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut words = text.split(' ');
    let found = words.find_map(|word| {
        let (label, value) = word.split_once(':')?;
        label.eq_ignore_ascii_case(name).then_some(value)
    })?;
    Some(found).filter(|value| !value.is_empty())
}

/// `YYMMDDhhmm`.
fn date(at: Timestamp) -> String {
    let Timestamp { year, month, day, hour, minute, .. } = at;
    format!("{year:02}{month:02}{day:02}{hour:02}{minute:02}")
}

/// How an identity may stand in a receipt that stands otherwise in the answer to its submission: as it is;
/// in other letters; one of both in decimal digits, the other in hexadecimal. The likeliest first; the
/// caller keeps identities as [`key`] writes them.
pub fn spellings(id: &str) -> Vec<String> {
    let plain = key(id);
    let decimal = plain.parse::<u128>().ok().map(|number| format!("{number:x}"));
    let hexadecimal = u128::from_str_radix(&plain, 16).ok().map(|number| number.to_string());
    let mut all = vec![plain];
    for other in [decimal, hexadecimal].into_iter().flatten() {
        if !all.contains(&other) {
            all.push(other);
        }
    }
    all
}

/// An identity without what makes no difference: capitals, and zeros in front.
pub fn key(id: &str) -> String {
    let small = id.trim().to_ascii_lowercase();
    let short = small.trim_start_matches('0');
    if short.is_empty() { small } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::tests::short;
    use super::*;
    use proptest::prelude::*;

    const NOON: Timestamp =
        Timestamp { year: 26, month: 11, day: 8, hour: 12, minute: 0, second: 9, zone: 4 };

    fn receipt(state: State) -> Receipt {
        Receipt { id: "7F00a1".to_owned(), state, error: 27 }
    }

    #[test]
    fn a_receipt_goes_back_to_the_sender_and_says_what_became_of_the_message() {
        let later = Timestamp { minute: 7, ..NOON };
        let about = Short { reference: Some(9), ..short("hello") };
        let sent = write(&receipt(State::Expired), [NOON, later], &about);
        assert_eq!(
            String::from_utf8_lossy(&sent.text),
            "id:7F00a1 sub:001 dlvrd:000 submit date:2611081200 done date:2611081207 \
             stat:EXPIRED err:027 text:"
        );
        assert_eq!((&sent.source, &sent.destination), (&about.destination, &about.source));
        assert_eq!((sent.esm_class, sent.reference), (0x04, Some(9)));
        assert_eq!(sent.receipted, Some(("7F00a1".to_owned(), 3)));
        let under_way = write(&receipt(State::Enroute), [NOON, NOON], &about);
        assert_eq!(under_way.esm_class, 0x20);
    }

    #[test]
    fn every_state_comes_back_by_parameters_and_by_text_alone() {
        for state in State::ALL {
            let mut sent = write(&receipt(state), [NOON, NOON], &short("hello"));
            assert_eq!(read(&sent), Some(receipt(state)));
            sent.receipted = None;
            assert_eq!(read(&sent), Some(receipt(state)));
        }
    }

    #[test]
    fn other_forms_of_the_text_are_read() {
        let read = |text: &str| {
            read(&Short { esm_class: 0x04, text: text.as_bytes().to_vec(), ..short("") })
        };
        let receipt = |id: &str, state, error| Some(Receipt { id: id.to_owned(), state, error });
        for text in [
            "id:12 sub:1 dlvrd:1 submit date:261108120009 done date:261108120010 stat:DELIVRD err:0 Text:id:13",
            "ID:12 STAT:Delivrd",
            "stat:DELIVRD err:abc id:12",
        ] {
            assert_eq!(read(text), receipt("12", State::Delivered, 0), "{text}");
        }
        for text in ["", "id:12", "stat:DELIVRD", "id: stat:DELIVRD", "id:12 stat:GONE"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(super::read(&short("id:12 stat:DELIVRD")), None, "a message of somebody's");
    }

    #[test]
    fn an_identity_is_found_in_either_system_and_in_any_letters() {
        let finds = |given: &str, receipted: &str| spellings(receipted).contains(&key(given));
        for (given, receipted) in [
            ("1234", "1234"),
            ("00001234", "1234"),
            ("7F00A1", "7f00a1"),
            ("7f00a1", "8323233"),
            ("8323233", "7F00A1"),
            ("a-message_of-9", "A-message_of-9"),
            ("0", "0000"),
        ] {
            assert!(finds(given, receipted), "{given} by {receipted}");
        }
        assert!(!finds("1234", "1235") && !finds("a-1", "a-2"));
        assert_eq!(spellings("12")[0], "12", "as it is, first");
    }

    proptest! {
        #[test]
        fn whatever_comes_as_a_receipt_is_read_or_is_none(text in any::<Vec<u8>>(), id in any::<String>()) {
            let _ = read(&Short { esm_class: 0x04, text, ..short("") });
            prop_assert!(!spellings(&id).is_empty());
        }
    }
}
