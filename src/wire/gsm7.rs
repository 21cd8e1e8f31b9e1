//! Septets of the GSM 7-bit default alphabet: characters to septets to octets and back (3GPP TS
//! 23.038 6.1.2.1), and the splitting of long text. `sms` calls it; it knows no TPDU.

use crate::domain::text::{Alphabet, GSM7_BASIC, GSM7_ESCAPE, GSM7_EXTENSION, Text, is_gsm7};

/// Septets of a text; `None` if a character is in neither table.
pub fn septets(text: &str) -> Option<Vec<u8>> {
    let mut septets = Vec::with_capacity(text.len());
    for character in text.chars() {
        match is_gsm7(character)? {
            1 => septets.push(GSM7_BASIC.iter().position(|&c| c == character)? as u8),
            _ => {
                let (code, _) = GSM7_EXTENSION.iter().find(|&&(_, c)| c == character)?;
                septets.extend([GSM7_ESCAPE, *code]);
            }
        }
    }
    Some(septets)
}

/// Text of septets. An unknown septet after the escape shows its character of the basic table, a
/// second or a last escape shows a space (3GPP TS 23.038 6.2.1.1).
pub fn text(septets: &[u8]) -> String {
    let basic = |septet: u8| match septet & 0x7F {
        GSM7_ESCAPE => ' ',
        code => GSM7_BASIC[usize::from(code)],
    };
    let mut text = String::with_capacity(septets.len());
    let mut rest = septets.iter().copied();
    while let Some(septet) = rest.next() {
        if septet != GSM7_ESCAPE {
            text.push(basic(septet));
            continue;
        }
        let Some(code) = rest.next() else {
            text.push(' ');
            break;
        };
        let extended = GSM7_EXTENSION.iter().find(|&&(extension, _)| extension == code);
        text.push(extended.map_or_else(|| basic(code), |&(_, character)| character));
    }
    text
}

/// Bits between a user data header of `header` octets, its length octet included, and the first
/// septet (3GPP TS 23.040 9.2.3.24); 0..=6.
pub fn fill_bits(header: usize) -> usize {
    (7 - header * 8 % 7) % 7
}

/// Packs septets into octets after `fill` zero bits; the last octet ends in zero bits.
pub fn pack(septets: &[u8], fill: usize) -> Vec<u8> {
    let mut octets = vec![0u8; (fill + septets.len() * 7).div_ceil(8)];
    for (i, &septet) in septets.iter().enumerate() {
        let bit = fill + i * 7;
        let shifted = u16::from(septet & 0x7F) << (bit % 8);
        octets[bit / 8] |= shifted as u8;
        if shifted > 0xFF {
            octets[bit / 8 + 1] |= (shifted >> 8) as u8;
        }
    }
    octets
}

/// Unpacks `count` septets after `fill` bits; `None` if the octets do not hold them.
pub fn unpack(octets: &[u8], fill: usize, count: usize) -> Option<Vec<u8>> {
    if octets.len() < (fill + count * 7).div_ceil(8) {
        return None;
    }
    let septet = |i: usize| {
        let bit = fill + i * 7;
        let high = octets.get(bit / 8 + 1).copied().unwrap_or(0);
        let pair = u16::from(octets[bit / 8]) | u16::from(high) << 8;
        (pair >> (bit % 8)) as u8 & 0x7F
    };
    Some((0..count).map(septet).collect())
}

/// Splits a text for short messages: whole if one holds it, otherwise in parts that leave room
/// for the concatenation header. No escape or surrogate pair is cut. Never empty.
pub fn split(text: &str) -> Vec<&str> {
    let whole = Text::of(text);
    if whole.fits_one() {
        return vec![text];
    }
    let (mut parts, mut start, mut used) = (Vec::new(), 0, 0);
    for (at, character) in text.char_indices() {
        let units = match whole.alphabet {
            Alphabet::Gsm7 => usize::from(is_gsm7(character).unwrap_or(1)),
            Alphabet::Ucs2 => character.len_utf16(),
        };
        if used + units > usize::from(whole.alphabet.part()) {
            parts.push(&text[start..at]);
            (start, used) = (at, 0);
        }
        used += units;
    }
    parts.push(&text[start..]);
    parts
}

/// The user data header of a part of a concatenated short message, 8-bit reference (3GPP TS
/// 23.040 9.2.3.24.1); `part` counts from 1.
pub fn concatenation_header(reference: u8, total: u8, part: u8) -> [u8; 6] {
    [5, 0, 3, reference, total, part]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hex(octets: &[u8]) -> String {
        octets.iter().map(|octet| format!("{octet:02X}")).collect()
    }

    fn table() -> Vec<char> {
        let basic = GSM7_BASIC.into_iter().filter(|&c| c != '\u{1b}');
        basic.chain(GSM7_EXTENSION.map(|(_, c)| c)).collect()
    }

    #[test]
    fn packing_gives_the_known_octets() {
        for (text, octets) in
            [("Hello €", "C8329BFD066DCA"), ("Hello € {}", "C8329BFD066DCAA00D6A9302")]
        {
            assert_eq!(hex(&pack(&septets(text).unwrap(), 0)), octets);
        }
    }

    #[test]
    fn every_character_of_both_tables_survives() {
        let all: String = table().into_iter().collect();
        assert_eq!(text(&septets(&all).unwrap()), all);
        assert_eq!(septets("a`b"), None);
    }

    #[test]
    fn an_unknown_extension_shows_the_basic_character_and_a_second_escape_a_space() {
        assert_eq!(text(&[GSM7_ESCAPE, 0x41, GSM7_ESCAPE, GSM7_ESCAPE, 0x42]), "A B");
        assert_eq!(text(&[0x41, GSM7_ESCAPE]), "A ");
    }

    #[test]
    fn long_text_is_split_at_153_septets() {
        let lengths = |text: &str| split(text).iter().map(|p| p.len()).collect::<Vec<_>>();
        assert_eq!(lengths(&"a".repeat(160)), [160]);
        assert_eq!(lengths(&"a".repeat(161)), [153, 8]);
        let euro = "a".repeat(159) + "€";
        let parts = split(&euro);
        assert_eq!((parts[0].len(), parts[1]), (153, "aaaaaa€"));
        assert_eq!(split(""), [""]);
    }

    #[test]
    fn neither_an_escape_pair_nor_a_surrogate_pair_is_cut() {
        let escape = "a".repeat(152) + "€" + &"a".repeat(20);
        assert_eq!(split(&escape)[0].chars().count(), 152);
        let surrogate = "ж".repeat(66) + "😀" + &"ж".repeat(20);
        assert_eq!(split(&surrogate)[0].chars().count(), 66);
    }

    proptest! {
        #[test]
        fn packing_agrees_with_an_independent_encoder(
            characters in proptest::collection::vec(proptest::sample::select(table()), 0..200)
        ) {
            let text: String = characters.into_iter().collect();
            let septets = septets(&text).unwrap();
            let mut writer = gsm7::Gsm7Writer::new(Vec::new());
            writer.write_str(&text).unwrap();
            let mut theirs = writer.into_writer().unwrap();
            if septets.len() % 8 == 1 {
                // Theirs sets the one spare bit after a septet alone in its octet.
                *theirs.last_mut().unwrap() &= 0x7F;
            }
            prop_assert_eq!(pack(&septets, 0), theirs);
        }

        #[test]
        fn unpacking_undoes_packing(
            septets in proptest::collection::vec(0u8..128, 0..160),
            fill in 0usize..7,
        ) {
            prop_assert_eq!(unpack(&pack(&septets, fill), fill, septets.len()), Some(septets));
        }

        #[test]
        fn parts_are_the_text_and_each_fits(text in "[a-zж€😀]{0,500}") {
            let parts = split(&text);
            prop_assert_eq!(parts.concat(), &*text);
            let whole = Text::of(&text);
            if parts.len() > 1 {
                for part in parts {
                    let units = match whole.alphabet {
                        Alphabet::Gsm7 => septets(part).unwrap().len(),
                        Alphabet::Ucs2 => part.encode_utf16().count(),
                    };
                    prop_assert!((1..=usize::from(whole.alphabet.part())).contains(&units));
                }
            }
        }
    }
}
