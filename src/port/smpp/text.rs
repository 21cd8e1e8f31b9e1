//! Texts as short messages of SMPP carry them: the alphabet by `data_coding`, long ones in parts, and
//! parts put together again (SMPP 3.4 5.2.19, 3GPP TS 23.040 9.2.3.24). Called by whoever has a text to
//! send or a short message to read; knows no session and no receipt.

use std::collections::BTreeMap;

use super::pdu::{Part, Short};
use crate::domain::text::{Alphabet, Text};
use crate::domain::time::{Duration, Instant};
use crate::wire::gsm7;

/// `esm_class`: the text begins with a user data header.
const UDHI: u8 = 0x40;
/// `data_coding`: the SMSC's default alphabet, here GSM 7-bit with a character in each octet.
const DEFAULT: u8 = 0x00;
/// `data_coding`: UCS-2, big-endian.
const UCS2: u8 = 0x08;

/// How a receiver is told that a short message is a part of a longer text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// By a header in front of the text, with a reference of 8 bits: what phones understand.
    Header,
    /// By the parameters `sar_*`.
    Parameters,
    /// Not at all: the whole text goes in `message_payload`, and the SMSC makes parts of it.
    Whole,
}

/// Why the text of a short message cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// A coding that holds no text, or that nobody here reads.
    Coding(u8),
    /// A header that is longer than what there is, or a part that cannot be.
    Header,
    /// Octets that are no text in their coding.
    Octets,
}

/// The short messages that carry a text, like `like` in all else; `None` beyond 255 parts.
pub fn parts(text: &str, like: &Short, reference: u16, joined: Joined) -> Option<Vec<Short>> {
    let alphabet = Text::of(text).alphabet;
    let data_coding = match alphabet {
        Alphabet::Gsm7 => DEFAULT,
        Alphabet::Ucs2 => UCS2,
    };
    let pieces = if joined == Joined::Whole { vec![text] } else { gsm7::split(text) };
    let total = u8::try_from(pieces.len()).ok()?;
    let short = |(number, piece): (u8, &str)| {
        let mut short = Short { data_coding, text: octets(piece, alphabet), ..like.clone() };
        match joined {
            Joined::Header if total > 1 => {
                let header = gsm7::concatenation_header(reference as u8, total, number);
                short.text.splice(..0, header);
                short.esm_class |= UDHI;
            }
            Joined::Parameters if total > 1 => {
                short.part = Some(Part { reference, total, number });
            }
            Joined::Header | Joined::Parameters | Joined::Whole => {}
        }
        short
    };
    Some((1..=total).zip(pieces).map(short).collect())
}

/// The text of a short message, and which part of a longer one it is.
///
/// # Errors
///
/// A coding without text, a broken header, octets that are no text.
pub fn read(short: &Short) -> Result<(String, Option<Part>), Unread> {
    let (mut body, mut part) = (&short.text[..], short.part);
    if short.esm_class & UDHI != 0 {
        let (header, rest) = header(body)?;
        body = rest;
        part = concatenation(header)?.or(part);
    }
    // Of a part that cannot be, nobody knows what it belongs to.
    if part.is_some_and(|part| part.number == 0 || part.number > part.total) {
        return Err(Unread::Header);
    }
    Ok((decoded(body, short.data_coding)?, part))
}

fn octets(text: &str, alphabet: Alphabet) -> Vec<u8> {
    match alphabet {
        // The alphabet was found by looking at each character.
        Alphabet::Gsm7 => gsm7::septets(text).unwrap_or_default(),
        Alphabet::Ucs2 => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    }
}

fn decoded(body: &[u8], coding: u8) -> Result<String, Unread> {
    match coding {
        // A message class without more says GSM 7-bit too (3GPP TS 23.038 4).
        DEFAULT | 0xF0..=0xF3 if body.iter().all(|octet| *octet < 0x80) => Ok(gsm7::text(body)),
        // IA5. Clients that mean GSM 7-bit by it give themselves away by what no text has in IA5.
        0x01 if body.is_ascii() && body.iter().any(|octet| is_control(*octet)) => {
            Ok(gsm7::text(body))
        }
        0x01 if body.is_ascii() => Ok(body.iter().copied().map(char::from).collect()),
        DEFAULT | 0xF0..=0xF3 | 0x01 => Err(Unread::Octets),
        // ISO 8859-1: each octet is the character of its number.
        0x03 => Ok(body.iter().copied().map(char::from).collect()),
        UCS2 => {
            let (units, rest) = body.as_chunks::<2>();
            let units = units.iter().copied().map(u16::from_be_bytes);
            let text: Result<String, _> = char::decode_utf16(units).collect();
            text.ok().filter(|_| rest.is_empty()).ok_or(Unread::Octets)
        }
        other => Err(Unread::Coding(other)),
    }
}

/// Whether an octet of IA5 is neither a character nor the end of a line.
fn is_control(octet: u8) -> bool {
    octet.is_ascii_control() && !matches!(octet, b'\n' | b'\r')
}

/// The elements of a user data header, and what follows it.
fn header(body: &[u8]) -> Result<(&[u8], &[u8]), Unread> {
    let (length, rest) = body.split_first().ok_or(Unread::Header)?;
    rest.split_at_checked(usize::from(*length)).ok_or(Unread::Header)
}

/// What a header says of parts; elements that say other things are passed over.
fn concatenation(mut header: &[u8]) -> Result<Option<Part>, Unread> {
    let mut part = None;
    while let [kind, length, rest @ ..] = header {
        let (value, after) = rest.split_at_checked(usize::from(*length)).ok_or(Unread::Header)?;
        match (kind, value) {
            (0x00, &[reference, total, number]) => {
                part = Some(Part { reference: u16::from(reference), total, number });
            }
            (0x08, &[high, low, total, number]) => {
                part = Some(Part { reference: u16::from_be_bytes([high, low]), total, number });
            }
            (0x00 | 0x08, _) => return Err(Unread::Header),
            _ => {}
        }
        header = after;
    }
    if header.is_empty() { Ok(part) } else { Err(Unread::Header) }
}

/// What parts of one text have in common (3GPP TS 23.040 9.2.3.24.1): both addresses, reference, total.
type Key = (String, String, u16, u8);

/// Parts of a text that have come.
#[derive(Debug)]
struct Open {
    since: Instant,
    /// In the order of their numbers.
    parts: BTreeMap<u8, String>,
}

/// Texts of which parts are still to come: no more at a time, and none for longer, than is said.
#[derive(Debug)]
pub struct Assembly {
    room: usize,
    patience: Duration,
    open: BTreeMap<Key, Open>,
    given_up: u64,
}

impl Assembly {
    /// For so many texts at a time, at least one, each for so long after its first part.
    pub fn new(room: usize, patience: Duration) -> Self {
        Self { room: room.max(1), patience, open: BTreeMap::new(), given_up: 0 }
    }

    /// A short message has come: its text, if that is whole now. A part that comes twice counts once.
    ///
    /// # Errors
    ///
    /// As [`read`].
    pub fn take(&mut self, short: &Short, now: Instant) -> Result<Option<String>, Unread> {
        let (text, part) = read(short)?;
        let Some(Part { reference, total, number }) = part.filter(|part| part.total > 1) else {
            return Ok(Some(text));
        };
        self.give_up(now);
        let ends = [&short.source, &short.destination].map(|end| end.digits.clone());
        let [source, destination] = ends;
        let key = (source, destination, reference, total);
        if !self.open.contains_key(&key) && self.open.len() >= self.room {
            self.drop_oldest();
        }
        let open = self
            .open
            .entry(key.clone())
            .or_insert_with(|| Open { since: now, parts: BTreeMap::new() });
        open.parts.entry(number).or_insert(text);
        if open.parts.len() < usize::from(total) {
            return Ok(None);
        }
        Ok(self.open.remove(&key).map(|open| open.parts.into_values().collect()))
    }

    /// Gives up what has waited too long at `now`.
    pub fn give_up(&mut self, now: Instant) {
        let (before, patience) = (self.open.len(), self.patience);
        self.open.retain(|_, open| now < open.since + patience);
        self.given_up += (before - self.open.len()) as u64;
    }

    /// Texts that were given up, for want of time or room.
    pub fn given_up(&self) -> u64 {
        self.given_up
    }

    fn drop_oldest(&mut self) {
        let oldest = self.open.iter().min_by_key(|(_, open)| open.since);
        if let Some(key) = oldest.map(|(key, _)| key.clone()) {
            self.open.remove(&key);
            self.given_up += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::short;
    use super::*;
    use proptest::prelude::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn at(second: u64) -> Instant {
        Instant::START + Duration::from_secs(second)
    }

    fn sent(text: &str, joined: Joined) -> Vec<Short> {
        parts(text, &short(""), 0x1207, joined).expect("no more than 255 parts")
    }

    #[test]
    fn a_character_of_the_default_alphabet_takes_an_octet_and_one_of_the_extension_two() {
        let [one] = &sent("Hello €@", Joined::Header)[..] else { panic!("one") };
        assert_eq!(one.text, [0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x20, 0x1B, 0x65, 0x00]);
        assert_eq!((one.data_coding, one.esm_class, one.part), (0, 0, None));
        let [other] = &sent("ч", Joined::Header)[..] else { panic!("one") };
        assert_eq!((&other.text[..], other.data_coding), (&[0x04, 0x47][..], 8));
    }

    #[test]
    fn of_161_characters_the_first_part_has_153_behind_six_octets_of_header() {
        let parts = sent(&"a".repeat(161), Joined::Header);
        let lengths: Vec<usize> = parts.iter().map(|part| part.text.len()).collect();
        assert_eq!(lengths, [159, 14]);
        assert_eq!(parts[1].text[..6], [5, 0, 3, 0x07, 2, 2]);
        assert!(parts.iter().all(|part| part.esm_class == 0x40));
        assert_eq!(sent(&"a".repeat(160), Joined::Header).len(), 1);

        let parts = sent(&"я".repeat(71), Joined::Parameters);
        let lengths: Vec<usize> = parts.iter().map(|part| part.text.len()).collect();
        assert_eq!((lengths, parts[0].esm_class), (vec![134, 8], 0));
        assert_eq!(parts[1].part, Some(Part { reference: 0x1207, total: 2, number: 2 }));

        let [whole] = &sent(&"a".repeat(500), Joined::Whole)[..] else { panic!("one") };
        assert_eq!((whole.text.len(), whole.part), (500, None));
        assert_eq!(parts_of("a".repeat(153 * 255).as_str()), Some(255));
        assert_eq!(parts_of("a".repeat(153 * 255 + 1).as_str()), None);
    }

    fn parts_of(text: &str) -> Option<usize> {
        parts(text, &short(""), 1, Joined::Header).map(|parts| parts.len())
    }

    #[test]
    fn headers_of_16_bits_and_of_other_meanings_are_read() {
        let with = |header: &[u8]| Short {
            esm_class: 0x40,
            text: [&[header.len() as u8], header, b"end"].concat(),
            ..short("")
        };
        let part = |reference, total, number| Some(Part { reference, total, number });
        let read = |header: &[u8]| read(&with(header)).map(|(text, part)| (text.len(), part));
        assert_eq!(read(&[8, 4, 1, 2, 3, 2]), Ok((3, part(0x102, 3, 2))));
        // Ports, and behind them the concatenation.
        assert_eq!(read(&[5, 4, 0, 1, 0, 2, 0, 3, 9, 2, 1]), Ok((3, part(9, 2, 1))));
        assert_eq!(read(&[5, 4, 0, 1, 0, 2]), Ok((3, None)));
        assert_eq!(read(&[]), Ok((3, None)));
        for broken in [&[0, 3, 9, 2][..], &[0, 2, 9, 2], &[0, 3, 9, 2, 3], &[0, 3, 9, 2, 0], &[7]] {
            assert_eq!(read(broken), Err(Unread::Header), "{broken:?}");
        }
        let empty = Short { esm_class: 0x40, text: vec![9, 0], ..short("") };
        assert_eq!(super::read(&empty), Err(Unread::Header));
    }

    #[test]
    fn each_coding_is_read_as_what_it_is() {
        let read = |data_coding, octets: &[u8]| {
            read(&Short { data_coding, text: octets.to_vec(), ..short("") }).map(|(text, _)| text)
        };
        assert_eq!(read(0x00, &[0x00, 0x7F]).as_deref(), Ok("@à"));
        assert_eq!(read(0xF1, &[0x00, 0x7F]).as_deref(), Ok("@à"));
        assert_eq!(read(0x01, b"@~").as_deref(), Ok("@~"));
        assert_eq!(read(0x01, b"e\x1Be\n\x00").as_deref(), Ok("e€\n@"), "GSM 7-bit in truth");
        assert_eq!(read(0x03, &[0x40, 0xE5]).as_deref(), Ok("@å"));
        assert_eq!(read(0x08, &[0x20, 0xAC]).as_deref(), Ok("€"));
        for (coding, octets) in
            [(0x00, &[0x80][..]), (0x01, &[0xE5]), (0x08, &[0x20]), (0x08, &[0xD8, 0])]
        {
            assert_eq!(read(coding, octets), Err(Unread::Octets), "{coding} {octets:?}");
        }
        for binary in [0x02, 0x04, 0xF5] {
            assert_eq!(read(binary, b"x"), Err(Unread::Coding(binary)));
        }
    }

    #[test]
    fn parts_of_two_texts_that_come_mixed_are_told_apart_by_all_they_have_in_common() {
        let long = |letter: &str| letter.repeat(200);
        let mut all = sent(&long("a"), Joined::Header);
        let other = Short { source: super::super::tests::number("15550009"), ..short("") };
        all.extend(parts(&long("b"), &other, 0x1207, Joined::Header).unwrap());
        all.extend(parts(&long("c"), &short(""), 0x1208, Joined::Header).unwrap());
        let mut assembly = Assembly::new(8, MINUTE);
        let whole: Vec<String> = [3, 4, 0, 0, 2, 5, 1]
            .into_iter()
            .filter_map(|n: usize| assembly.take(&all[n], at(1)).expect("text"))
            .collect();
        assert_eq!(whole, [long("b"), long("c"), long("a")]);
        assert_eq!((assembly.open.len(), assembly.given_up()), (0, 0));
    }

    #[test]
    fn what_never_becomes_whole_is_given_up_for_want_of_time_or_room() {
        let first = |reference| {
            let text = "a".repeat(161);
            parts(&text, &short(""), reference, Joined::Parameters).unwrap().swap_remove(0)
        };
        let mut assembly = Assembly::new(2, MINUTE);
        for (reference, second) in [(1, 0), (2, 10), (3, 20)] {
            assert_eq!(assembly.take(&first(reference), at(second)), Ok(None));
        }
        assert_eq!((assembly.open.len(), assembly.given_up()), (2, 1), "no room");
        assembly.give_up(at(70));
        assert_eq!((assembly.open.len(), assembly.given_up()), (1, 2), "no time");
        assert_eq!(assembly.take(&first(4), at(90)), Ok(None));
        assert_eq!((assembly.open.len(), assembly.given_up()), (1, 3), "before what is new");
    }

    /// A text with its parts in any order.
    fn any_text() -> impl Strategy<Value = (String, Vec<Short>)> {
        let joined = prop::sample::select(vec![Joined::Header, Joined::Parameters, Joined::Whole]);
        ("(\\PC|[€^{}a-z]){0,400}", joined).prop_flat_map(|(text, joined)| {
            let parts = sent(&text, joined);
            (Just(text), Just(parts).prop_shuffle())
        })
    }

    proptest! {
        /// Any text comes back whole, in whatever order its parts come.
        #[test]
        fn any_text_comes_back((text, parts) in any_text()) {
            let mut assembly = Assembly::new(1, MINUTE);
            let last = parts.len() - 1;
            for (n, part) in parts.iter().enumerate() {
                let came = assembly.take(part, at(0)).expect("text");
                prop_assert_eq!(came.as_deref(), (n == last).then_some(&*text));
            }
        }

        /// Whatever a stranger sends is a text or an error, and keeps no more than there is room for.
        #[test]
        fn any_octets_are_read_or_refused(
            all in prop::collection::vec(
                (prop::collection::vec(any::<u8>(), 0..20), any::<u8>(), any::<u8>()), 1..40),
        ) {
            let mut assembly = Assembly::new(3, MINUTE);
            for (second, (text, esm_class, data_coding)) in (0..).zip(all) {
                let stranger = Short { text, esm_class, data_coding, ..short("") };
                let _ = assembly.take(&stranger, at(second));
                prop_assert!(assembly.open.len() <= 3);
            }
        }
    }
}
