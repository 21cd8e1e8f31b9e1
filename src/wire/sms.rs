//! Short messages as TPDUs: SMS-SUBMIT and SMS-DELIVER (3GPP TS 23.040 9.2.2). It knows no SMSC
//! and no transport below.

use super::gsm7;
use crate::domain::date::civil;
use crate::domain::number::Msisdn;
use crate::domain::text::{Alphabet, Text};
use thiserror::Error;

/// Octets of user data that one TPDU holds.
const MAX_USER_DATA: usize = 140;

/// Why octets are no TPDU, or a value cannot become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TpduError {
    /// The octets end before the TPDU does.
    #[error("the TPDU ends too early")]
    Short,
    /// The first octet names another type.
    #[error("the TPDU is of another type")]
    Type,
    /// An address with too many digits or characters, or of another form.
    #[error("the address is not a number, a short code or a short name")]
    Address,
    /// A validity format other than relative or none.
    #[error("the validity is not relative")]
    Validity,
    /// A data coding other than GSM 7-bit and UCS-2.
    #[error("the data coding is neither GSM 7-bit nor UCS-2")]
    Coding,
    /// User data that is longer than one TPDU, or not as long as it says.
    #[error("the user data has a wrong length")]
    UserData,
}

/// An address of a TPDU (3GPP TS 23.040 9.1.2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A number in international form.
    International(Msisdn),
    /// Digits of unknown type, such as a short code; at most 20.
    Digits(String),
    /// A name in the GSM 7-bit alphabet, at most 11 septets.
    Name(String),
}

/// When a service centre took a message (TP-SCTS), in local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp {
    /// Year of the century, 0..=99.
    pub year: u8,
    /// Month of the year, 1..=12.
    pub month: u8,
    /// Day of the month, 1..=31.
    pub day: u8,
    /// Hour of the day, 0..=23.
    pub hour: u8,
    /// Minute of the hour, 0..=59.
    pub minute: u8,
    /// Second of the minute, 0..=59.
    pub second: u8,
    /// Quarters of an hour east of UTC, -79..=79.
    pub zone: i8,
}

impl Timestamp {
    /// So many seconds after the start of 1970, in UTC.
    pub fn of_unix(seconds: u64) -> Self {
        let (year, month, day) = civil((seconds / 86_400) as i64);
        let of_day = seconds % 86_400;
        let [hour, minute, second] = [of_day / 3600, of_day / 60 % 60, of_day % 60];
        Self {
            year: year.rem_euclid(100) as u8,
            month: month as u8,
            day: day as u8,
            hour: hour as u8,
            minute: minute as u8,
            second: second as u8,
            zone: 0,
        }
    }
}

/// Place of a part in a concatenated short message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concatenation {
    /// The same for all parts.
    pub reference: u8,
    /// How many parts, at least 1.
    pub total: u8,
    /// Which one, from 1.
    pub part: u8,
}

/// User data: text of one part, and which part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserData {
    /// How the text is coded: the alphabet of the whole message, not of this part.
    pub alphabet: Alphabet,
    /// Which part of which message; `None` for a short message by itself.
    pub concatenation: Option<Concatenation>,
    /// The text of this part.
    pub text: String,
}

/// SMS-SUBMIT, from a handset to the service centre.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submit {
    /// TP-MR: the handset's number of the submission, given back in a report.
    pub reference: u8,
    /// TP-DA: the destination, a subscriber or a reply number.
    pub to: Address,
    /// TP-VP, relative (3GPP TS 23.040 9.2.3.12.1).
    pub validity: Option<u8>,
    /// TP-UD with its header, and the data coding that goes with it.
    pub data: UserData,
}

/// SMS-DELIVER, from the service centre to a handset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deliver {
    /// TP-OA: the sender, or the reply number to answer to.
    pub from: Address,
    /// TP-SCTS: when the service centre took it.
    pub sent: Timestamp,
    /// Whether more messages wait (TP-MMS, which says the opposite).
    pub more: bool,
    /// TP-UD with its header, and the data coding that goes with it.
    pub data: UserData,
}

impl Submit {
    /// The octets, TP-PID zero; an error if an address or the text does not fit.
    pub fn encode(&self) -> Result<Vec<u8>, TpduError> {
        let validity = if self.validity.is_some() { 0x10 } else { 0 };
        let mut out = vec![0x01 | validity | self.data.indicator(), self.reference];
        self.to.encode(&mut out)?;
        out.extend([0, self.data.coding()]);
        out.extend(self.validity);
        self.data.encode(&mut out)?;
        Ok(out)
    }

    /// Reads all octets of one TPDU; what is left over is an error.
    pub fn decode(octets: &[u8]) -> Result<Self, TpduError> {
        let mut input = Input(octets);
        let first = input.octet()?;
        if first & 0x03 != 0x01 {
            return Err(TpduError::Type);
        }
        let reference = input.octet()?;
        let to = Address::decode(&mut input)?;
        input.octet()?; // TP-PID
        let coding = input.octet()?;
        let validity = match first & 0x18 {
            0 => None,
            0x10 => Some(input.octet()?),
            _ => return Err(TpduError::Validity),
        };
        let data = UserData::decode(&mut input, first & 0x40 != 0, coding)?;
        Ok(Self { reference, to, validity, data })
    }
}

impl Deliver {
    /// The octets, TP-PID zero; an error if an address or the text does not fit.
    pub fn encode(&self) -> Result<Vec<u8>, TpduError> {
        let mut out = vec![if self.more { 0 } else { 0x04 } | self.data.indicator()];
        self.from.encode(&mut out)?;
        out.extend([0, self.data.coding()]);
        out.extend(self.sent.octets());
        self.data.encode(&mut out)?;
        Ok(out)
    }

    /// Reads all octets of one TPDU; what is left over is an error.
    pub fn decode(octets: &[u8]) -> Result<Self, TpduError> {
        let mut input = Input(octets);
        let first = input.octet()?;
        if first & 0x03 != 0 {
            return Err(TpduError::Type);
        }
        let from = Address::decode(&mut input)?;
        input.octet()?; // TP-PID
        let coding = input.octet()?;
        let sent = Timestamp::read(input.take(7)?);
        let data = UserData::decode(&mut input, first & 0x40 != 0, coding)?;
        Ok(Self { from, sent, more: first & 0x04 == 0, data })
    }
}

impl UserData {
    /// The parts of a text under one reference; `None` beyond 255 parts.
    pub fn parts(text: &str, reference: u8) -> Option<Vec<Self>> {
        let alphabet = Text::of(text).alphabet;
        let parts = gsm7::split(text);
        let total = u8::try_from(parts.len()).ok()?;
        let place = |part| (total > 1).then_some(Concatenation { reference, total, part });
        let data = (1..=total).zip(parts).map(|(part, text)| UserData {
            alphabet,
            concatenation: place(part),
            text: text.to_owned(),
        });
        Some(data.collect())
    }

    /// TP-UDHI in its place.
    fn indicator(&self) -> u8 {
        if self.concatenation.is_some() { 0x40 } else { 0 }
    }

    /// TP-DCS: the general group, without class or compression.
    fn coding(&self) -> u8 {
        match self.alphabet {
            Alphabet::Gsm7 => 0x00,
            Alphabet::Ucs2 => 0x08,
        }
    }

    /// TP-UDL and TP-UD.
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), TpduError> {
        let header = self
            .concatenation
            .map(|place| gsm7::concatenation_header(place.reference, place.total, place.part));
        let header = header.as_ref().map_or(&[][..], |header| &header[..]);
        let (length, body) = match self.alphabet {
            Alphabet::Gsm7 => {
                let septets = gsm7::septets(&self.text).ok_or(TpduError::Coding)?;
                let fill = gsm7::fill_bits(header.len());
                let length = (header.len() * 8 + fill) / 7 + septets.len();
                (length, gsm7::pack(&septets, fill))
            }
            Alphabet::Ucs2 => {
                let body: Vec<u8> = self.text.encode_utf16().flat_map(u16::to_be_bytes).collect();
                (header.len() + body.len(), body)
            }
        };
        if header.len() + body.len() > MAX_USER_DATA {
            return Err(TpduError::UserData);
        }
        // 140 octets hold at most 160 septets.
        out.push(length as u8);
        out.extend_from_slice(header);
        out.extend_from_slice(&body);
        Ok(())
    }

    /// Reads TP-UDL and TP-UD to the end.
    fn decode(input: &mut Input<'_>, header: bool, coding: u8) -> Result<Self, TpduError> {
        let alphabet = match coding {
            0x00 => Alphabet::Gsm7,
            0x08 => Alphabet::Ucs2,
            _ => return Err(TpduError::Coding),
        };
        let length = usize::from(input.octet()?);
        let octets = match alphabet {
            Alphabet::Gsm7 => (length * 7).div_ceil(8),
            Alphabet::Ucs2 => length,
        };
        let data = input.take(octets)?;
        if !input.0.is_empty() || octets > MAX_USER_DATA {
            return Err(TpduError::UserData);
        }
        let header_length =
            if header { 1 + usize::from(*data.first().ok_or(TpduError::UserData)?) } else { 0 };
        let header = data.get(..header_length).ok_or(TpduError::UserData)?;
        let body = &data[header_length..];
        let text = match alphabet {
            Alphabet::Gsm7 => {
                let fill = gsm7::fill_bits(header_length);
                let taken = (header_length * 8 + fill) / 7;
                let count = length.checked_sub(taken).ok_or(TpduError::UserData)?;
                gsm7::text(&gsm7::unpack(body, fill, count).ok_or(TpduError::UserData)?)
            }
            Alphabet::Ucs2 => {
                if body.len() % 2 != 0 {
                    return Err(TpduError::UserData);
                }
                let units = body.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
                char::decode_utf16(units)
                    .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                    .collect()
            }
        };
        Ok(Self { alphabet, concatenation: concatenation(header), text })
    }
}

/// The concatenation among the elements of a user data header; other elements are passed over.
fn concatenation(header: &[u8]) -> Option<Concatenation> {
    let mut rest = header.get(1..)?;
    while let [identifier, length, tail @ ..] = rest {
        let value = tail.get(..usize::from(*length))?;
        if let (0, &[reference, total, part]) = (*identifier, value) {
            return Some(Concatenation { reference, total, part });
        }
        rest = &tail[value.len()..];
    }
    None
}

impl Address {
    /// Length in semi-octets, type, and the value.
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), TpduError> {
        match self {
            Address::International(number) => {
                let text = number.to_string();
                semi_octets(0x91, &text.as_bytes()[1..], out)
            }
            Address::Digits(digits) => semi_octets(0x81, digits.as_bytes(), out),
            Address::Name(name) => {
                let septets = gsm7::septets(name).ok_or(TpduError::Address)?;
                if septets.len() > 11 {
                    return Err(TpduError::Address);
                }
                out.extend([(septets.len() * 7).div_ceil(4) as u8, 0xD0]);
                out.extend(gsm7::pack(&septets, 0));
                Ok(())
            }
        }
    }

    /// Reads length, type and value.
    fn decode(input: &mut Input<'_>) -> Result<Self, TpduError> {
        let length = usize::from(input.octet()?);
        let kind = input.octet()?;
        if length > 20 {
            return Err(TpduError::Address);
        }
        let value = input.take(length.div_ceil(2))?;
        if kind == 0xD0 {
            let septets = gsm7::unpack(value, 0, length * 4 / 7).ok_or(TpduError::Address)?;
            return Ok(Address::Name(gsm7::text(&septets)));
        }
        let semi = value.iter().flat_map(|octet| [octet & 0x0F, octet >> 4]).take(length);
        let digits: Option<String> =
            semi.map(|digit| char::from_digit(u32::from(digit), 10)).collect();
        let digits = digits.ok_or(TpduError::Address)?;
        match kind {
            0x91 => Msisdn::parse(&digits).map(Address::International).ok_or(TpduError::Address),
            _ => Ok(Address::Digits(digits)),
        }
    }
}

/// Writes digits as an address of type `kind`.
fn semi_octets(kind: u8, digits: &[u8], out: &mut Vec<u8>) -> Result<(), TpduError> {
    if digits.len() > 20 || !digits.iter().all(u8::is_ascii_digit) {
        return Err(TpduError::Address);
    }
    out.extend([digits.len() as u8, kind]);
    for pair in digits.chunks(2) {
        let high = pair.get(1).map_or(0x0F, |digit| digit - b'0');
        out.push(high << 4 | (pair[0] - b'0'));
    }
    Ok(())
}

impl Timestamp {
    /// The seven octets of TP-SCTS.
    fn octets(self) -> [u8; 7] {
        let swapped = |value: u8| ((value % 10) << 4) | (value / 10 % 10);
        let sign = if self.zone < 0 { 0x08 } else { 0 };
        let zone = swapped(self.zone.unsigned_abs()) | sign;
        let Self { year, month, day, hour, minute, second, .. } = self;
        let [year, month, day, hour, minute, second] =
            [year, month, day, hour, minute, second].map(swapped);
        [year, month, day, hour, minute, second, zone]
    }

    /// Reads seven octets; what is no decimal digit counts by its value.
    fn read(octets: &[u8]) -> Self {
        let value = |at: usize, mask: u8| {
            let octet = octets.get(at).copied().unwrap_or(0) & mask;
            (octet & 0x0F) * 10 % 100 + (octet >> 4)
        };
        let field = |at: usize| value(at, 0xFF);
        let zone = value(6, 0xF7) as i8;
        let west = octets.get(6).is_some_and(|octet| octet & 0x08 != 0);
        Self {
            year: field(0),
            month: field(1),
            day: field(2),
            hour: field(3),
            minute: field(4),
            second: field(5),
            zone: if west { -zone } else { zone },
        }
    }
}

/// Octets still to read.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn octet(&mut self) -> Result<u8, TpduError> {
        Ok(self.take(1)?[0])
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], TpduError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(TpduError::Short)?;
        self.0 = rest;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SENT: Timestamp =
        Timestamp { year: 26, month: 11, day: 21, hour: 10, minute: 30, second: 50, zone: 0 };

    fn hex(octets: &[u8]) -> String {
        octets.iter().map(|octet| format!("{octet:02X}")).collect()
    }

    fn single(text: &str) -> UserData {
        UserData::parts(text, 0).unwrap().remove(0)
    }

    fn number(text: &str) -> Address {
        Address::International(Msisdn::parse(text).unwrap())
    }

    fn short_code() -> Address {
        Address::Digits("60010".to_owned())
    }

    #[track_caller]
    fn assert_deliver(deliver: Deliver, octets: &str) {
        let encoded = deliver.encode().unwrap();
        assert_eq!(hex(&encoded), octets);
        assert_eq!(Deliver::decode(&encoded).unwrap(), deliver);
    }

    #[test]
    fn submissions_give_the_known_octets() {
        for (validity, octets) in [
            (None, "01000C91447700090010000008C8329BFD066DCA"),
            (Some(0xAA), "11000C914477000900100000AA08C8329BFD066DCA"),
        ] {
            let to = number("+447700900001");
            let submit = Submit { reference: 0, to, validity, data: single("Hello €") };
            let encoded = submit.encode().unwrap();
            assert_eq!(hex(&encoded), octets);
            assert_eq!(Submit::decode(&encoded).unwrap(), submit);
        }
    }

    #[test]
    fn deliveries_give_the_known_octets() {
        let deliver = |from, text| Deliver { from, sent: SENT, more: false, data: single(text) };
        assert_deliver(
            deliver(short_code(), "Ana: Hi {you} 5€"),
            "0405810610F0000062111201030500134177580742A6411B54FE5DDFA440B54D19",
        );
        assert_deliver(
            deliver(number("+447700900001"), "Reply ok"),
            "040C9144770009001000006211120103050008D2329C9D07BDD7",
        );
        assert_deliver(
            deliver(Address::Name("IM Ana".to_owned()), "Hi"),
            "040BD0C92628E80E0300006211120103050002C834",
        );
        assert_deliver(
            deliver(short_code(), "Привет"),
            "0405810610F00008621112010305000C041F04400438043204350442",
        );
    }

    #[test]
    fn a_part_of_a_concatenated_message_starts_on_a_septet_boundary() {
        let place = Concatenation { reference: 0x2A, total: 2, part: 2 };
        let data = UserData {
            alphabet: Alphabet::Gsm7,
            concatenation: Some(place),
            text: "BB".to_owned(),
        };
        assert_deliver(
            Deliver { from: short_code(), sent: SENT, more: false, data },
            "4405810610F0000062111201030500090500032A02028442",
        );
    }

    #[test]
    fn text_over_one_tpdu_is_an_error() {
        let data =
            UserData { alphabet: Alphabet::Gsm7, concatenation: None, text: "a".repeat(161) };
        let deliver = Deliver { from: short_code(), sent: SENT, more: false, data };
        assert_eq!(deliver.encode(), Err(TpduError::UserData));
    }

    proptest! {
        #[test]
        fn any_octets_decode_or_fail_without_panic(
            octets in proptest::collection::vec(any::<u8>(), 0..200)
        ) {
            let _ = (Deliver::decode(&octets), Submit::decode(&octets));
        }

        #[test]
        fn all_parts_of_a_text_come_back(text in "[a-zA-Z €{}]{0,400}|[a-zж😀]{0,200}") {
            let parts = UserData::parts(&text, 7).unwrap();
            let mut joined = String::new();
            for data in parts {
                let deliver = Deliver { from: short_code(), sent: SENT, more: true, data };
                let read = Deliver::decode(&deliver.encode().unwrap()).unwrap();
                prop_assert_eq!(&read, &deliver);
                joined.push_str(&read.data.text);
            }
            prop_assert_eq!(joined, text);
        }

        #[test]
        fn timestamps_come_back(year in 0u8..100, hour in 0u8..24, zone in -79i8..=79) {
            let sent = Timestamp { year, hour, zone, ..SENT };
            prop_assert_eq!(Timestamp::read(&sent.octets()), sent);
        }
    }
}
