//! Short messages between networks as MAP carries them (3GPP TS 29.002), each with all that lies
//! around it: TCAP and its dialogue (ITU-T Q.773), SCCP with global titles (Q.713), M3UA (RFC 4666).
//! SCTP and IP below count nowhere. `sizes` measures what is built here; nothing reads it back.

use crate::domain::number::Msisdn;

/// Octets of an IMSI: 15 digits (3GPP TS 23.003 2.2).
const IMSI: [u8; 8] = [0x42, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0xF0];

/// The application context of a dialogue (3GPP TS 29.002 17.1.6): number and version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Context {
    /// shortMsgGatewayContext-v3: a service centre asks an HLR.
    Gateway,
    /// shortMsgMT-RelayContext-v3: it forwards to the node that serves the phone.
    Relay,
    /// shortMsgAlertContext-v2: an HLR says that a phone is back.
    Alert,
}

/// One signalling relation: both ends by number, as long as all are.
#[derive(Clone, Copy, Debug)]
pub struct Relation {
    /// Of service centres, HLRs, serving nodes and phones alike.
    pub number: Msisdn,
}

impl Relation {
    /// Where is this phone (sendRoutingInfoForSM)?
    pub fn query(self) -> Vec<u8> {
        let number = self.address();
        let priority = tlv(0x81, &[0xFF]);
        let asked = [tlv(0x80, &number), priority, tlv(0x82, &number)].concat();
        self.begin(Context::Gateway, 45, &tlv(0x30, &asked))
    }

    /// There: IMSI and serving node.
    pub fn located(self) -> Vec<u8> {
        let node = tlv(0xA0, &tlv(0x81, &self.address()));
        let found = tlv(0x30, &[tlv(0x04, &IMSI), node].concat());
        self.end(Context::Gateway, &result(45, &found))
    }

    /// Nowhere: absentSubscriberSM, detached.
    pub fn absent(self) -> Vec<u8> {
        self.end(Context::Gateway, &absence())
    }

    /// A segment of a short message, as its TPDU, to the node that serves the phone (mt-forwardSM).
    pub fn forward(self, tpdu: &[u8]) -> Vec<u8> {
        let parts = [tlv(0x80, &IMSI), tlv(0x84, &self.address()), tlv(0x04, tpdu)];
        self.begin(Context::Relay, 44, &tlv(0x30, &parts.concat()))
    }

    /// The phone has it.
    pub fn forwarded(self) -> Vec<u8> {
        self.end(Context::Relay, &tlv(0xA2, &INVOKED))
    }

    /// The phone did not answer: absentSubscriberSM.
    pub fn failed(self) -> Vec<u8> {
        self.end(Context::Relay, &absence())
    }

    /// The phone is back (alertServiceCentre).
    pub fn alert(self) -> Vec<u8> {
        let number = tlv(0x04, &self.address());
        self.begin(Context::Alert, 64, &tlv(0x30, &[number.clone(), number].concat()))
    }

    /// The first message of a dialogue: what is asked for.
    fn begin(self, context: Context, operation: u8, argument: &[u8]) -> Vec<u8> {
        let invoke = [&INVOKED[..], &tlv(0x02, &[operation]), argument].concat();
        let dialogue = tlv(0x60, &[tlv(0x80, &VERSION), context.name()].concat());
        let parts = [tlv(0x48, &[0; 4]), external(&dialogue), tlv(0x6C, &tlv(0xA1, &invoke))];
        self.carried(&tlv(0x62, &parts.concat()))
    }

    /// The last message of a dialogue: what came of it.
    fn end(self, context: Context, component: &[u8]) -> Vec<u8> {
        let accepted = tlv(0xA2, &tlv(0x02, &[0]));
        let by_user = tlv(0xA3, &tlv(0xA1, &tlv(0x02, &[0])));
        let response = [tlv(0x80, &VERSION), context.name(), accepted, by_user].concat();
        let dialogue = external(&tlv(0x61, &response));
        let parts = [tlv(0x49, &[0; 4]), dialogue, tlv(0x6C, component)];
        self.carried(&tlv(0x64, &parts.concat()))
    }

    /// A TCAP message as unit data of SCCP, in a DATA message of M3UA.
    fn carried(self, tcap: &[u8]) -> Vec<u8> {
        // Routed by global title: subsystem, translation type, plan and encoding, nature, digits.
        let party: Vec<u8> = [&[0x12, 0x08, 0x00, 0x11, 0x04][..], &digits(self.number)].concat();
        let party = [&[party.len() as u8][..], &party].concat();
        let to_calling = 2 + party.len() as u8;
        let to_data = 1 + 2 * party.len() as u8;
        let head = [0x09, 0x80, 3, to_calling, to_data];
        let unit = [&head[..], &party, &party, &[tcap.len() as u8], tcap].concat();
        let label = [&[0; 8][..], &[3, 2, 0, 0]].concat();
        let data = parameter(0x0210, &[label, unit].concat());
        let parts = [parameter(0x0006, &[0; 4]), data].concat();
        let length = 8 + parts.len() as u32;
        [&[1, 0, 1, 1][..], &length.to_be_bytes(), &parts].concat()
    }

    /// An AddressString (3GPP TS 29.002 17.7.8): international, ISDN, digits.
    fn address(self) -> Vec<u8> {
        [&[0x91][..], &digits(self.number)].concat()
    }
}

/// The number of the only invocation of a dialogue.
const INVOKED: [u8; 3] = [0x02, 0x01, 0x01];
/// Version 1 of the dialogue protocol, as a bit string.
const VERSION: [u8; 2] = [0x07, 0x80];

impl Context {
    /// The object identifier, as a dialogue names it.
    fn name(self) -> Vec<u8> {
        let (number, version) = match self {
            Self::Gateway => (20, 3),
            Self::Relay => (25, 3),
            Self::Alert => (23, 2),
        };
        tlv(0xA1, &tlv(0x06, &[0x04, 0x00, 0x00, 0x01, 0x00, number, version]))
    }
}

/// The dialogue portion (ITU-T Q.773 4.2.3).
fn external(dialogue: &[u8]) -> Vec<u8> {
    let syntax = tlv(0x06, &[0x00, 0x11, 0x86, 0x05, 0x01, 0x01, 0x01]);
    tlv(0x6B, &tlv(0x28, &[syntax, tlv(0xA0, dialogue)].concat()))
}

fn result(operation: u8, argument: &[u8]) -> Vec<u8> {
    let returned = tlv(0x30, &[tlv(0x02, &[operation]), argument.to_vec()].concat());
    tlv(0xA2, &[&INVOKED[..], &returned].concat())
}

/// Error 6, absentSubscriberSM, with its diagnostic: detached.
fn absence() -> Vec<u8> {
    let why = tlv(0x30, &tlv(0x02, &[1]));
    tlv(0xA3, &[&INVOKED[..], &tlv(0x02, &[6]), &why].concat())
}

/// Tag, length, content, by the basic encoding rules (ITU-T X.690 8.1).
fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let head = match length {
        0..0x80 => vec![tag, length as u8],
        0x80..0x100 => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    };
    [head, content.to_vec()].concat()
}

/// A parameter of M3UA, filled up to whole words (RFC 4666 3.2).
fn parameter(tag: u16, value: &[u8]) -> Vec<u8> {
    let length = 4 + value.len() as u16;
    let mut out = [&tag.to_be_bytes()[..], &length.to_be_bytes(), value].concat();
    out.resize(out.len().next_multiple_of(4), 0);
    out
}

/// Swapped semi-octets, with a filler after an odd number of digits.
fn digits(number: Msisdn) -> Vec<u8> {
    let text = number.to_string();
    let digits: Vec<u8> =
        text.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    digits.chunks(2).map(|pair| pair[0] | pair.get(1).unwrap_or(&0xF) << 4).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relation(digits: u8) -> Relation {
        Relation { number: Msisdn::of_length(digits) }
    }

    /// The TCAP message inside, after every length around it has been found right.
    fn tcap(message: &[u8]) -> &[u8] {
        assert_eq!(message[..4], [1, 0, 1, 1], "version 1, transfer, data");
        let word = |at: usize| u32::from_be_bytes(message[at..at + 4].try_into().unwrap());
        assert_eq!(word(4) as usize, message.len());
        assert_eq!(message[8..12], [0, 6, 0, 8], "a routing context");
        assert_eq!(message[16..18], [2, 0x10], "protocol data");
        let length = usize::from(u16::from_be_bytes([message[18], message[19]]));
        assert_eq!(16 + length.next_multiple_of(4), message.len());
        let unit = &message[32..16 + length];
        assert_eq!(unit[0], 9, "unit data");
        let [called, calling, data] = [2, 3, 4].map(|at| at + usize::from(unit[at]));
        assert_eq!(calling, called + 1 + usize::from(unit[called]));
        assert_eq!(data, calling + 1 + usize::from(unit[calling]));
        assert_eq!(usize::from(unit[data]), unit.len() - data - 1);
        &unit[data + 1..]
    }

    /// What is inside of a tag and its length, and what comes after.
    fn inside(bytes: &[u8]) -> (u8, &[u8], &[u8]) {
        let (head, length) = match bytes[1] {
            0x81 => (3, usize::from(bytes[2])),
            0x82 => (4, usize::from(bytes[2]) << 8 | usize::from(bytes[3])),
            short => (2, usize::from(short)),
        };
        (bytes[0], &bytes[head..head + length], &bytes[head + length..])
    }

    /// Everything that is in elements within elements; those that hold others have bit 6.
    fn leaves(mut bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
        let mut all = Vec::new();
        while !bytes.is_empty() {
            let (tag, content, rest) = inside(bytes);
            let deeper = tag & 0x20 != 0;
            all.extend(if deeper { leaves(content) } else { vec![(tag, content.to_vec())] });
            bytes = rest;
        }
        all
    }

    #[test]
    fn every_message_is_well_formed_and_has_its_operation_and_context() {
        for digits in [1, 11, 12, 15] {
            let relation = relation(digits);
            let tpdu = vec![0xAB; 159];
            for (message, tag, operation, context) in [
                (relation.query(), 0x62, Some(45), 20),
                (relation.located(), 0x64, Some(45), 20),
                (relation.absent(), 0x64, Some(6), 20),
                (relation.forward(&tpdu), 0x62, Some(44), 25),
                (relation.forwarded(), 0x64, None, 25),
                (relation.failed(), 0x64, Some(6), 25),
                (relation.alert(), 0x62, Some(64), 23),
            ] {
                let tcap = tcap(&message);
                assert_eq!((tcap[0], inside(tcap).2.len()), (tag, 0));
                let leaves = leaves(tcap);
                let named = |leaf: &&(u8, Vec<u8>)| leaf.0 == 6 && leaf.1.get(5) == Some(&context);
                assert_eq!(leaves.iter().filter(named).count(), 1);
                if let Some(operation) = operation {
                    assert!(leaves.contains(&(0x02, vec![operation])), "{operation}");
                }
            }
            let message = relation.forward(&tpdu);
            assert!(leaves(tcap(&message)).contains(&(0x04, tpdu)));
        }
    }

    #[test]
    fn the_largest_short_message_fits_unit_data() {
        // A TPDU with 15 digits and 140 octets of text: 12 bytes before its user data, and the address.
        let message = relation(15).forward(&[0; 1 + 10 + 10 + 140]);
        assert!(tcap(&message).len() <= 255, "{}", tcap(&message).len());
    }

    #[test]
    fn a_query_has_the_octets_that_the_standards_give_it() {
        let number = Msisdn::parse("+447700900001").unwrap();
        let message = Relation { number }.query();
        let dialogue = "6b1e281c060700118605010101a011600f80020780a109060704000001001403";
        let argument = "30158007914477000900108101ff820791447700090010";
        let invoke = format!("a11d02010102012d{argument}");
        let hex: String = tcap(&message).iter().map(|octet| format!("{octet:02x}")).collect();
        assert_eq!(hex, format!("6247480400000000{dialogue}6c1f{invoke}"));
    }
}
