//! Numbers as people dial them: international, or national to one country (ITU-T E.164 annex A).
//! Scenarios ask, by which users are named as in an address book; nothing of a run dials.

use super::number::Msisdn;

/// A number as dialled where `home` is a number or prefix of the caller's network: `+46…` and `0046…`
/// are international, one `0` is the trunk prefix of the caller's own country (ITU-T E.164; a few
/// countries have another, or none). `None` if it is none of these, has under 5 or over 15 digits, or
/// the country is not to be told from `home`.
pub(crate) fn dialled(text: &str, home: Option<&str>) -> Option<Msisdn> {
    let international = match (text.strip_prefix('+'), text.strip_prefix("00")) {
        (Some(digits), _) | (None, Some(digits)) => digits.to_owned(),
        (None, None) => {
            let home = home?.trim_start_matches('+');
            let country = home.get(..country_code(home)?)?;
            format!("{country}{}", text.strip_prefix('0')?)
        }
    };
    (international.len() >= 5).then(|| Msisdn::parse(&international)).flatten()
}

/// How many digits of an international number are its country code (ITU-T E.164 list of assigned
/// codes): one in zones 1 and 7, two or three elsewhere.
fn country_code(digits: &str) -> Option<usize> {
    let digits = digits.as_bytes();
    Some(match (digits.first()?, digits.get(1)) {
        (b'1' | b'7', _) => 1,
        (b'2', Some(b'0' | b'7')) => 2,
        (b'3', Some(b'0'..=b'4' | b'6' | b'9')) => 2,
        (b'4', Some(b'0' | b'1' | b'3'..=b'9')) => 2,
        (b'5', Some(b'1'..=b'8')) => 2,
        (b'6', Some(b'0'..=b'6')) => 2,
        (b'8', Some(b'1' | b'2' | b'4' | b'6')) => 2,
        (b'9', Some(b'0'..=b'5' | b'8')) => 2,
        (b'2'..=b'9', Some(_)) => 3,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_national_number_is_of_the_callers_country() {
        let dial = |text, home| dialled(text, Some(home)).map(|number| number.to_string());
        for (home, text, whole) in [
            ("+4670", "0710000002", "+46710000002"),
            ("+35840", "0501234567", "+358501234567"),
            ("+1202", "0303123456", "+1303123456"),
            ("+4670", "+358501234567", "+358501234567"),
            ("+4670", "00358501234567", "+358501234567"),
        ] {
            assert_eq!(dial(text, home).as_deref(), Some(whole), "{text} in {home}");
        }
        assert_eq!(dial("710000002", "+4670"), None, "no trunk prefix");
        assert_eq!(dial("0710000002", "+3"), None, "the country is not told");
        assert_eq!(dialled("0710000002", None), None);
        assert_eq!(dial("+46", "+4670"), None, "nobody's number is so short");
    }
}
