//! Text of a message as the network sees it: how many characters, how many units of which
//! alphabet, how many short messages (3GPP TS 23.038 6.2.1, 3GPP TS 23.040 9.2.3.24). Called by
//! whoever draws, limits or charges text. Packing into octets is the business of `wire`.

use super::distribution::CountDistribution;
use super::random::{Stream, mix};

/// The basic table of the GSM 7-bit default alphabet, indexed by septet (3GPP TS 23.038 6.2.1).
/// Septet 0x1B leads into [`GSM7_EXTENSION`] and stands for no character by itself.
pub(crate) const GSM7_BASIC: [char; 128] = [
    '@', '£', '$', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', '\n', 'Ø', 'ø', '\r', 'Å', 'å', //
    'Δ', '_', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', '\u{1b}', 'Æ', 'æ', 'ß', 'É', //
    ' ', '!', '"', '#', '¤', '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/', //
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?', //
    '¡', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', //
    'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'Ä', 'Ö', 'Ñ', 'Ü', '§', //
    '¿', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', //
    'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ä', 'ö', 'ñ', 'ü', 'à',
];

/// The septet that leads into the extension table.
pub(crate) const GSM7_ESCAPE: u8 = 0x1B;

/// The extension table: the septet after the escape, and its character (3GPP TS 23.038 6.2.1.1).
pub(crate) const GSM7_EXTENSION: [(u8, char); 10] = [
    (0x0A, '\u{c}'),
    (0x14, '^'),
    (0x28, '{'),
    (0x29, '}'),
    (0x2F, '\\'),
    (0x3C, '['),
    (0x3D, '~'),
    (0x3E, ']'),
    (0x40, '|'),
    (0x65, '€'),
];

/// Octets of the header that tells the parts of a text apart (3GPP TS 23.040 9.2.3.24.1).
const HEADER: u32 = 6;

/// The alphabet of a short message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alphabet {
    /// GSM 7-bit default alphabet with its extension table; the unit is the septet.
    Gsm7,
    /// UCS-2, UTF-16 in practice; the unit is the 16-bit code unit.
    Ucs2,
}

impl Alphabet {
    /// Units that one short message holds without concatenation.
    pub(crate) fn single(self) -> u16 {
        match self {
            Alphabet::Gsm7 => 160,
            Alphabet::Ucs2 => 70,
        }
    }

    /// Units that each part of a concatenated short message holds beside the six octets of the
    /// concatenation header with its 8-bit reference (3GPP TS 23.040 9.2.3.24.1).
    pub(crate) fn part(self) -> u16 {
        match self {
            Alphabet::Gsm7 => 153,
            Alphabet::Ucs2 => 67,
        }
    }

    /// Octets of so many units of text after a header of so many octets.
    fn user_data(self, units: u32, header: u32) -> u32 {
        match self {
            // With its fill bit a header of six octets takes seven septets.
            Alphabet::Gsm7 => ((header * 8).div_ceil(7) * 7 + units * 7).div_ceil(8),
            Alphabet::Ucs2 => header + units * 2,
        }
    }
}

/// What the network needs to know of a text; small, so that millions can be in flight. All counts
/// stop at `u16::MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Text {
    /// Characters (Unicode scalar values).
    pub characters: u16,
    /// Septets or 16-bit code units, by `alphabet`.
    pub units: u16,
    /// Bytes of the text as UTF-8 in an XML document, markup characters escaped.
    pub bytes: u16,
    /// The smallest alphabet that holds it.
    pub alphabet: Alphabet,
    /// Whether it is more than plain text: a picture with a caption, say (CLI-1).
    pub rich: bool,
}

/// A text that an operator adds to each fallback short message, measured once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SourceNotice {
    text: Text,
}

impl SourceNotice {
    /// Measures the notice; an empty one adds nothing.
    pub(crate) fn new(text: &str) -> Self {
        Self { text: Text::of(text) }
    }
}

impl Text {
    /// Measures a text.
    pub(crate) fn of(text: &str) -> Self {
        let (mut characters, mut septets, mut utf16, mut bytes) = (0u16, 0u16, 0u16, 0u16);
        let mut alphabet = Alphabet::Gsm7;
        for character in text.chars() {
            characters = characters.saturating_add(1);
            utf16 = utf16.saturating_add(character.len_utf16() as u16);
            bytes = bytes.saturating_add(xml_bytes(character));
            match is_gsm7(character) {
                Some(width) => septets = septets.saturating_add(u16::from(width)),
                None => alphabet = Alphabet::Ucs2,
            }
        }
        let units = if alphabet == Alphabet::Gsm7 { septets } else { utf16 };
        Self { characters, units, bytes, alphabet, rich: false }
    }

    /// The text that the workload means by so many characters: one unit each, and one byte
    /// (`Gsm7`) or two (`Ucs2`). A text without characters needs no UCS-2.
    pub fn synthetic(characters: u32, alphabet: Alphabet) -> Self {
        let characters = u16::try_from(characters).unwrap_or(u16::MAX);
        match alphabet {
            Alphabet::Ucs2 if characters > 0 => Self {
                characters,
                units: characters,
                bytes: characters.saturating_mul(2),
                alphabet: Alphabet::Ucs2,
                rich: false,
            },
            Alphabet::Ucs2 | Alphabet::Gsm7 => {
                let alphabet = Alphabet::Gsm7;
                Self { characters, units: characters, bytes: characters, alphabet, rich: false }
            }
        }
    }

    /// A synthetic text as a workload draws it: at least one character, a share `ucs2` of texts
    /// outside the GSM 7-bit alphabet.
    pub(crate) fn draw(length: &CountDistribution, ucs2: f64, stream: &mut Stream) -> Self {
        let characters = length.sample(stream).max(1);
        let alphabet = if stream.chance(ucs2) { Alphabet::Ucs2 } else { Alphabet::Gsm7 };
        Self::synthetic(characters, alphabet)
    }

    /// Words for a synthetic text, the same each time and others for another `salt`: [`Text::of`] them is the
    /// text again.
    pub(crate) fn words(self, salt: u64) -> String {
        const LATIN: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz 12345";
        let place = |i: u64| {
            // Words of seven letters or so, of which each message has its own.
            let letter = (mix(salt ^ (i / 7)).wrapping_add(i * 11) % 32) as u32;
            match self.alphabet {
                Alphabet::Gsm7 => char::from(LATIN[letter as usize]),
                // The lower-case letters of Cyrillic.
                Alphabet::Ucs2 => char::from_u32(0x0430 + letter).unwrap_or(' '),
            }
        };
        (0..u64::from(self.characters)).map(place).collect()
    }

    /// Short messages that carry the text: one up to 160 septets or 70 code units, parts of 153
    /// or 67 beyond. Never 0. A real text may need one more where an escape or a surrogate pair
    /// would be cut; synthetic text has neither.
    pub(crate) fn segments(self) -> u16 {
        if self.fits_one() { 1 } else { self.units.div_ceil(self.alphabet.part()) }
    }

    /// Octets of user data of all its short messages, concatenation headers included.
    pub(crate) fn octets(self) -> u32 {
        let (segments, units) = (u32::from(self.segments()), u32::from(self.units));
        if segments == 1 {
            return self.alphabet.user_data(units, 0);
        }
        let part = u32::from(self.alphabet.part());
        let last = units - part * (segments - 1);
        self.alphabet.user_data(part, HEADER) * (segments - 1)
            + self.alphabet.user_data(last, HEADER)
    }

    /// Whether one short message carries the text (OMTP IM-0030 for GSM 7-bit).
    pub(crate) fn fits_one(self) -> bool {
        self.units <= self.alphabet.single()
    }

    /// The text, a space and the notice. If either needs UCS-2, the whole does.
    pub(crate) fn with_notice(self, notice: &SourceNotice) -> Self {
        if notice.text.characters == 0 {
            return self;
        }
        let both_gsm7 = self.alphabet == Alphabet::Gsm7 && notice.text.alphabet == Alphabet::Gsm7;
        let alphabet = if both_gsm7 { Alphabet::Gsm7 } else { Alphabet::Ucs2 };
        let sum = |a: u16, b: u16| a.saturating_add(b).saturating_add(1);
        Self {
            characters: sum(self.characters, notice.text.characters),
            units: sum(self.units_in(alphabet), notice.text.units_in(alphabet)),
            bytes: sum(self.bytes, notice.text.bytes),
            alphabet,
            rich: self.rich,
        }
    }

    /// The text with the notice, the text cut so that both fit one short message. Text whose
    /// characters differ in units or bytes is cut in proportion, which is exact for synthetic
    /// text; the alphabet stays. A notice that leaves no room for a single unit of text is
    /// left out.
    pub(crate) fn truncated(self, notice: &SourceNotice) -> Self {
        let whole = self.with_notice(notice);
        if whole.fits_one() {
            return whole;
        }
        let added = whole.units.saturating_sub(self.units_in(whole.alphabet));
        if added >= whole.alphabet.single() {
            return self.cut(self.alphabet, self.alphabet.single());
        }
        self.cut(whole.alphabet, whole.alphabet.single() - added).with_notice(notice)
    }

    /// At most `room` units of the text in `alphabet`.
    fn cut(self, alphabet: Alphabet, room: u16) -> Self {
        let units = self.units_in(alphabet);
        if units <= room {
            return self;
        }
        let share = |count: u16| (u32::from(count) * u32::from(room) / u32::from(units)) as u16;
        // Units are counted in the text's own alphabet again: where that is GSM 7-bit and the
        // room was in code units, a character is one of either but for escape pairs.
        Self {
            characters: share(self.characters),
            units: if alphabet == self.alphabet { room } else { share(self.units) },
            bytes: share(self.bytes),
            alphabet: self.alphabet,
            rich: self.rich,
        }
    }

    /// Units of the text if it were written in `alphabet`. All GSM 7-bit characters are one code
    /// unit, so the counts at hand suffice.
    fn units_in(self, alphabet: Alphabet) -> u16 {
        match (self.alphabet, alphabet) {
            (Alphabet::Gsm7, Alphabet::Ucs2) => self.characters,
            (Alphabet::Gsm7, Alphabet::Gsm7) | (Alphabet::Ucs2, _) => self.units,
        }
    }
}

/// Septets of a character in the GSM 7-bit default alphabet: 1, 2 by the extension table, or
/// `None` if it is in neither table.
pub(crate) fn is_gsm7(character: char) -> Option<u8> {
    match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' => Some(1),
        '\u{1b}' => None,
        _ if GSM7_BASIC.contains(&character) => Some(1),
        _ if GSM7_EXTENSION.iter().any(|&(_, extended)| extended == character) => Some(2),
        _ => None,
    }
}

/// What stands for a character in an XML document where it cannot stand for itself: markup, the
/// carriage return that a parser would turn into a line feed, and the replacement character for
/// what XML 1.0 (2.2) does not allow at all.
pub(crate) fn xml_escape(character: char) -> Option<&'static str> {
    match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&apos;"),
        '\t' => Some("&#9;"),
        '\n' => Some("&#10;"),
        '\r' => Some("&#13;"),
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => Some("\u{fffd}"),
        _ => None,
    }
}

/// Bytes of a character in an XML document.
fn xml_bytes(character: char) -> u16 {
    xml_escape(character).map_or(character.len_utf8(), str::len) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Septets of a text by the independent encoder.
    fn septets(text: &str) -> Option<usize> {
        text.chars().map(oracle_width).sum()
    }

    /// Septets of one character by the independent encoder: eight copies of a character of one
    /// septet fill seven octets, of two fourteen.
    fn oracle_width(character: char) -> Option<usize> {
        if character == '\u{1b}' {
            return None; // The encoder would write the bare escape.
        }
        let mut writer = gsm7::Gsm7Writer::new(Vec::new());
        for _ in 0..8 {
            writer.write_char(character).ok()?;
        }
        Some(writer.into_writer().ok()?.len() / 7)
    }

    fn any_text() -> impl Strategy<Value = String> {
        let table: Vec<char> = GSM7_BASIC
            .into_iter()
            .filter(|&c| c != '\u{1b}')
            .chain(GSM7_EXTENSION.map(|(_, c)| c))
            .collect();
        let gsm = proptest::collection::vec(proptest::sample::select(table), 0..400)
            .prop_map(|characters| characters.into_iter().collect());
        prop_oneof![gsm, ".{0,200}"]
    }

    #[test]
    fn a_text_takes_at_most_twelve_bytes() {
        assert!(size_of::<Text>() <= 12);
    }

    #[test]
    fn every_character_of_both_tables_has_the_width_an_independent_encoder_gives_it() {
        for (code, &character) in GSM7_BASIC.iter().enumerate() {
            if code != usize::from(GSM7_ESCAPE) {
                assert_eq!(is_gsm7(character), Some(1), "{character:?}");
                assert_eq!(oracle_width(character), Some(1), "{character:?}");
            }
        }
        for (_, character) in GSM7_EXTENSION {
            assert_eq!(is_gsm7(character), Some(2), "{character:?}");
            assert_eq!(oracle_width(character), Some(2), "{character:?}");
        }
    }

    #[test]
    fn the_grave_accent_the_tab_the_escape_and_small_c_cedilla_are_outside_the_alphabet() {
        for character in ['`', '\t', '\u{1b}', 'ç'] {
            assert_eq!(is_gsm7(character), None, "{character:?}");
        }
    }

    #[test]
    fn an_escape_character_counts_two_septets() {
        let text = Text::of("Hello €");
        assert_eq!((text.characters, text.units, text.alphabet), (7, 8, Alphabet::Gsm7));
        assert_eq!(text.bytes, 9);
    }

    #[test]
    fn one_letter_outside_the_alphabet_turns_the_whole_text_to_ucs2() {
        let text = Text::of(&format!("{}ж", "a".repeat(70)));
        assert_eq!((text.units, text.alphabet, text.segments()), (71, Alphabet::Ucs2, 2));
        let emoji = Text::of("😀");
        assert_eq!((emoji.characters, emoji.units, emoji.bytes), (1, 2, 4));
    }

    #[test]
    fn a_message_of_161_septets_needs_two_parts() {
        assert_eq!(Text::of(&"a".repeat(160)).segments(), 1);
        assert_eq!(Text::of(&"a".repeat(161)).segments(), 2);
        assert_eq!(Text::of(&format!("{}€", "a".repeat(159))).segments(), 2);
        assert_eq!(Text::of(&"a".repeat(306)).segments(), 2);
        assert_eq!(Text::of(&"a".repeat(307)).segments(), 3);
        assert_eq!(Text::of("").segments(), 1);
    }

    #[test]
    fn ucs2_parts_hold_70_alone_and_67_each() {
        for (characters, parts) in [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3)] {
            assert_eq!(Text::synthetic(characters, Alphabet::Ucs2).segments(), parts);
        }
    }

    #[test]
    fn markup_characters_count_with_their_escapes() {
        assert_eq!(Text::of("<a & 'b'>").bytes, 4 + 1 + 1 + 5 + 1 + 6 + 1 + 6 + 4);
        for character in ['&', '<', '>', '"', '\''] {
            let raw = character.to_string();
            let escaped = quick_xml::escape::escape(raw.as_str());
            assert_eq!(xml_escape(character), Some(escaped.as_ref()));
        }
    }

    #[test]
    fn counts_stop_at_the_largest_value() {
        let text = Text::of(&"€".repeat(70_000));
        assert_eq!((text.characters, text.units, text.bytes), (u16::MAX, u16::MAX, u16::MAX));
        let drawn = Text::synthetic(u32::MAX, Alphabet::Ucs2);
        assert_eq!(Text::of(&drawn.words(7)), drawn);
    }

    #[test]
    fn a_notice_counts_towards_the_length_and_its_alphabet_holds_for_the_whole() {
        let text = Text::synthetic(150, Alphabet::Gsm7);
        assert_eq!(text.with_notice(&SourceNotice::new("")), text);
        assert!(text.with_notice(&SourceNotice::new("by Chatter")).segments() == 2);
        assert!(text.with_notice(&SourceNotice::new("by Chat9")).fits_one());
        let whole = text.with_notice(&SourceNotice::new("привет"));
        assert_eq!((whole.units, whole.alphabet, whole.segments()), (157, Alphabet::Ucs2, 3));
    }

    #[test]
    fn truncated_text_fills_one_short_message_with_the_notice() {
        let notice = SourceNotice::new("by Chat");
        let cut = Text::synthetic(500, Alphabet::Gsm7).truncated(&notice);
        assert_eq!((cut.characters, cut.units, cut.bytes), (160, 160, 160));
        let cut = Text::synthetic(500, Alphabet::Ucs2).truncated(&notice);
        assert_eq!((cut.characters, cut.units, cut.bytes), (70, 70, 132));
        let cut = Text::synthetic(500, Alphabet::Gsm7).truncated(&SourceNotice::new("привет"));
        assert_eq!((cut.units, cut.alphabet), (70, Alphabet::Ucs2));
    }

    #[test]
    fn a_notice_that_fills_a_whole_short_message_is_left_out_of_truncated_text() {
        let cut =
            Text::synthetic(500, Alphabet::Gsm7).truncated(&SourceNotice::new(&"n".repeat(160)));
        assert_eq!(cut, Text::synthetic(160, Alphabet::Gsm7));
    }

    proptest! {
        #[test]
        fn units_agree_with_the_actual_encoding(text in any_text()) {
            let counted = Text::of(&text);
            match septets(&text) {
                Some(septets) => {
                    prop_assert_eq!(counted.alphabet, Alphabet::Gsm7);
                    prop_assert_eq!(usize::from(counted.units), septets);
                }
                None => {
                    prop_assert_eq!(counted.alphabet, Alphabet::Ucs2);
                    prop_assert_eq!(usize::from(counted.units), text.encode_utf16().count());
                }
            }
            prop_assert_eq!(usize::from(counted.characters), text.chars().count());
        }

        #[test]
        fn with_notice_is_the_measure_of_the_joined_text(text in any_text(), notice in ".{1,40}") {
            let joined = Text::of(&format!("{text} {notice}"));
            prop_assert_eq!(Text::of(&text).with_notice(&SourceNotice::new(&notice)), joined);
        }

        #[test]
        fn synthetic_text_measures_as_drawn(characters in 0u32..2000, wide in any::<bool>()) {
            let alphabet = if wide { Alphabet::Ucs2 } else { Alphabet::Gsm7 };
            let drawn = Text::synthetic(characters, alphabet);
            prop_assert_eq!(Text::of(&drawn.words(7)), drawn);
        }

        #[test]
        fn truncated_text_fits_one_short_message(text in any_text(), notice in ".{0,200}") {
            prop_assert!(Text::of(&text).truncated(&SourceNotice::new(&notice)).fits_one());
        }
    }
}
