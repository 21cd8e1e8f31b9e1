//! What two ends of SMPP say to each other, as values, and their octets by the crate `rusmpp`. Frames are
//! cut here, so that a PDU that cannot be read costs itself and not the stream. Called by the session;
//! knows no states and no time.

use bytes::{Buf, BytesMut};
use rusmpp::decode::DecodeWithLength;
use rusmpp::encode::{Encode, Length};
use rusmpp::pdus::{
    BindReceiver, BindReceiverResp, BindTransceiver, BindTransceiverResp, BindTransmitter,
    BindTransmitterResp, DeliverSm, DeliverSmResp, SubmitSm, SubmitSmResp,
};
use rusmpp::tlvs::{
    MessageDeliveryRequestTlvValue, MessageSubmissionRequestTlvValue, Tlv, TlvValue,
};
use rusmpp::types::{AnyOctetString, COctetString, OctetString};
use rusmpp::values::{
    DataCoding, EsmClass, InterfaceVersion, MessagePayload, MessageState, Npi, RegisteredDelivery,
    Ton, UserMessageReference,
};
use rusmpp::{Command, CommandId, CommandStatus};

/// Octets of a header, and so of the shortest PDU.
const HEADER: usize = 16;

/// Which way short messages go over a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bind {
    /// The ESME submits.
    Transmitter,
    /// The SMSC delivers.
    Receiver,
    /// Both.
    Transceiver,
}

/// What has become of a request: `command_status` (SMPP 3.4 5.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Status(pub u32);

impl Status {
    /// Done.
    pub const OK: Self = Self(0x00);
    /// The length of the PDU cannot be.
    pub const COMMAND_LENGTH: Self = Self(0x02);
    /// A PDU that the receiver does not know.
    pub const COMMAND_ID: Self = Self(0x03);
    /// Not in this state, or not by this bind.
    pub const BIND_STATE: Self = Self(0x04);
    /// Bound already.
    pub const ALREADY_BOUND: Self = Self(0x05);
    /// The receiver's own fault.
    pub const SYSTEM_ERROR: Self = Self(0x08);
    /// The bind failed.
    pub const BIND_FAILED: Self = Self(0x0D);
    /// No such destination (ESME_RINVDSTADR).
    pub const DESTINATION: Self = Self(0x0B);
    /// A wrong password.
    pub const PASSWORD: Self = Self(0x0E);
    /// An unknown system.
    pub const SYSTEM_ID: Self = Self(0x0F);
    /// The queue is full.
    pub const QUEUE_FULL: Self = Self(0x14);
    /// It cannot be submitted (ESME_RSUBMITFAIL).
    pub const SUBMIT_FAILED: Self = Self(0x45);
    /// Above the rate that was agreed.
    pub const THROTTLED: Self = Self(0x58);
    /// The client cannot take it, now or ever (ESME_RX_P_APPN).
    pub const REJECTED: Self = Self(0x65);
}

/// The address of a short message's end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Type of number: 1 international, 3 network specific, 5 alphanumeric.
    pub ton: u8,
    /// Numbering plan: 1 E.164.
    pub npi: u8,
    /// The digits, without `+`; at most 20.
    pub digits: String,
}

/// A part of a long message by the parameters `sar_*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The same for all parts of a message.
    pub reference: u16,
    /// How many there are.
    pub total: u8,
    /// Which one this is, from 1.
    pub number: u8,
}

/// A short message or a receipt as `submit_sm` and `deliver_sm` carry it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Short {
    /// Who has sent it.
    pub source: Address,
    /// Whom it is for.
    pub destination: Address,
    /// Mode, type and whether the text begins with a header.
    pub esm_class: u8,
    /// Which receipts are asked for.
    pub registered_delivery: u8,
    /// The alphabet of the text.
    pub data_coding: u8,
    /// The octets of the text, in `short_message` up to 254 of them, else in `message_payload`.
    pub text: Vec<u8>,
    /// The part that it is, where parameters say so.
    pub part: Option<Part>,
    /// A reference of the sender's.
    pub reference: Option<u16>,
    /// Of a receipt: the message that it is about, and what has become of it (`message_state`).
    pub receipted: Option<(String, u8)>,
}

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pdu {
    /// The ESME asks for a session.
    Bind {
        /// Which way.
        bind: Bind,
        /// Its name.
        system_id: String,
        /// Its password.
        password: String,
    },
    /// The answer, with the SMSC's name.
    BindResp(Bind, String),
    /// A short message for the SMSC.
    Submit(Short),
    /// The answer, with the SMSC's own identity of the message where it has taken it.
    SubmitResp(String),
    /// A short message or a receipt for the ESME.
    Deliver(Short),
    /// The answer.
    DeliverResp,
    /// Whether the other side is there.
    EnquireLink,
    /// It is.
    EnquireLinkResp,
    /// The session is to end.
    Unbind,
    /// It ends.
    UnbindResp,
    /// What was said cannot be understood.
    GenericNack,
    /// Anything else of the protocol, by its number.
    Other(u32),
}

impl Pdu {
    /// Whether it answers something.
    pub fn is_answer(&self) -> bool {
        match self {
            Self::BindResp(..)
            | Self::SubmitResp(_)
            | Self::DeliverResp
            | Self::EnquireLinkResp
            | Self::UnbindResp
            | Self::GenericNack => true,
            Self::Other(id) => id & 0x8000_0000 != 0,
            Self::Bind { .. }
            | Self::Submit(_)
            | Self::Deliver(_)
            | Self::EnquireLink
            | Self::Unbind => false,
        }
    }
}

/// A PDU with what its header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Which request it is, or answers.
    pub sequence: u32,
    /// What has become of the request that it answers.
    pub status: Status,
    /// What it says.
    pub pdu: Pdu,
}

/// What was found in octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// A PDU.
    Frame(Frame),
    /// One that cannot be read: its sequence number.
    Unreadable(u32),
}

/// The stream cannot be followed any more: a length that no PDU has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfStep;

/// Takes one PDU from the front of `octets`; `None` where it is not all there.
///
/// # Errors
///
/// A length below that of a header or above `longest`.
pub fn take(octets: &mut BytesMut, longest: usize) -> Result<Option<Taken>, OutOfStep> {
    let Some(length) = octets.first_chunk::<4>() else { return Ok(None) };
    let length = u32::from_be_bytes(*length) as usize;
    if length < HEADER || length > longest {
        return Err(OutOfStep);
    }
    if octets.len() < length {
        return Ok(None);
    }
    let mut frame = octets.split_to(length);
    let sequence = u32::from_be_bytes([frame[12], frame[13], frame[14], frame[15]]);
    frame.advance(4);
    let rest = frame.len();
    Ok(Some(match Command::decode(&mut frame, rest) {
        Ok((command, _)) => read(&command).map_or(Taken::Unreadable(sequence), Taken::Frame),
        Err(_) => Taken::Unreadable(sequence),
    }))
}

/// Takes the octets of one PDU from the front of `octets`, unread, for who writes down what was said; `None`
/// where it is not all there, or cannot be one.
pub fn whole(octets: &mut BytesMut, longest: usize) -> Option<BytesMut> {
    let length = u32::from_be_bytes(*octets.first_chunk::<4>()?) as usize;
    let is_there = (HEADER..=longest).contains(&length) && octets.len() >= length;
    is_there.then(|| octets.split_to(length))
}

/// Puts asterisks in the place of the password, if these are the octets of a bind.
pub fn blank_password(pdu: &mut [u8]) {
    const BINDS: [u32; 3] = [0x01, 0x02, 0x09];
    let id = pdu.get(4..8).map(|id| u32::from_be_bytes([id[0], id[1], id[2], id[3]]));
    if id.is_none_or(|id| !BINDS.contains(&id)) {
        return;
    }
    // The name ends at its NUL, and the password at the next.
    let body = pdu.get_mut(HEADER..).unwrap_or_default();
    let Some(name) = body.iter().position(|octet| *octet == 0) else { return };
    body[name + 1..].iter_mut().take_while(|octet| **octet != 0).for_each(|octet| *octet = b'*');
}

/// Writes a PDU behind `octets`. Names and addresses longer than their fields are cut.
pub fn put(frame: &Frame, octets: &mut BytesMut) {
    let command = written(frame);
    let length = 4 + command.length();
    let start = octets.len();
    octets.resize(start + length, 0);
    octets[start..start + 4].copy_from_slice(&(length as u32).to_be_bytes());
    command.encode(&mut octets[start + 4..]);
}

/// What a command says; `None`: a request whose body is not there.
fn read(command: &Command) -> Option<Frame> {
    use rusmpp::Pdu as Wire;
    let pdu = match command.pdu() {
        Some(Wire::BindTransmitter(bind)) => {
            asked(Bind::Transmitter, &bind.system_id, &bind.password)
        }
        Some(Wire::BindReceiver(bind)) => asked(Bind::Receiver, &bind.system_id, &bind.password),
        Some(Wire::BindTransceiver(bind)) => {
            asked(Bind::Transceiver, &bind.system_id, &bind.password)
        }
        Some(Wire::BindTransmitterResp(resp)) => {
            Pdu::BindResp(Bind::Transmitter, resp.system_id.as_str().to_owned())
        }
        Some(Wire::BindReceiverResp(resp)) => {
            Pdu::BindResp(Bind::Receiver, resp.system_id.as_str().to_owned())
        }
        Some(Wire::BindTransceiverResp(resp)) => {
            Pdu::BindResp(Bind::Transceiver, resp.system_id.as_str().to_owned())
        }
        Some(Wire::SubmitSm(sm)) => Pdu::Submit(short(Fields {
            source: (sm.source_addr_ton, sm.source_addr_npi, sm.source_addr.as_str()),
            destination: (sm.dest_addr_ton, sm.dest_addr_npi, sm.destination_addr.as_str()),
            esm_class: sm.esm_class,
            registered_delivery: sm.registered_delivery,
            data_coding: sm.data_coding,
            text: sm.short_message().as_ref(),
            tlvs: sm.tlvs(),
        })),
        Some(Wire::DeliverSm(sm)) => Pdu::Deliver(short(Fields {
            source: (sm.source_addr_ton, sm.source_addr_npi, sm.source_addr.as_str()),
            destination: (sm.dest_addr_ton, sm.dest_addr_npi, sm.destination_addr.as_str()),
            esm_class: sm.esm_class,
            registered_delivery: sm.registered_delivery,
            data_coding: sm.data_coding,
            text: sm.short_message().as_ref(),
            tlvs: sm.tlvs(),
        })),
        Some(Wire::SubmitSmResp(resp)) => Pdu::SubmitResp(resp.message_id().as_str().to_owned()),
        Some(Wire::DeliverSmResp(_)) => Pdu::DeliverResp,
        _ => bare(command.id())?,
    };
    Some(Frame {
        sequence: command.sequence_number(),
        status: Status(command.status().into()),
        pdu,
    })
}

/// A PDU of nothing but its header: those that never have more, and refusals, whose body is left out
/// (SMPP 3.4 4.4.2).
fn bare(id: CommandId) -> Option<Pdu> {
    Some(match id {
        CommandId::BindTransmitterResp => Pdu::BindResp(Bind::Transmitter, String::new()),
        CommandId::BindReceiverResp => Pdu::BindResp(Bind::Receiver, String::new()),
        CommandId::BindTransceiverResp => Pdu::BindResp(Bind::Transceiver, String::new()),
        CommandId::SubmitSmResp => Pdu::SubmitResp(String::new()),
        CommandId::DeliverSmResp => Pdu::DeliverResp,
        CommandId::EnquireLink => Pdu::EnquireLink,
        CommandId::EnquireLinkResp => Pdu::EnquireLinkResp,
        CommandId::Unbind => Pdu::Unbind,
        CommandId::UnbindResp => Pdu::UnbindResp,
        CommandId::GenericNack => Pdu::GenericNack,
        CommandId::BindTransmitter
        | CommandId::BindReceiver
        | CommandId::BindTransceiver
        | CommandId::SubmitSm
        | CommandId::DeliverSm => return None,
        other => Pdu::Other(other.into()),
    })
}

fn asked<const ID: usize, const WORD: usize>(
    bind: Bind,
    system_id: &COctetString<1, ID>,
    password: &COctetString<1, WORD>,
) -> Pdu {
    Pdu::Bind {
        bind,
        system_id: system_id.as_str().to_owned(),
        password: password.as_str().to_owned(),
    }
}

/// Fields that `submit_sm` and `deliver_sm` have in common.
struct Fields<'a> {
    source: (Ton, Npi, &'a str),
    destination: (Ton, Npi, &'a str),
    esm_class: EsmClass,
    registered_delivery: RegisteredDelivery,
    data_coding: DataCoding,
    text: &'a [u8],
    tlvs: &'a [Tlv],
}

fn short(fields: Fields<'_>) -> Short {
    let address = |(ton, npi, digits): (Ton, Npi, &str)| Address {
        ton: ton.into(),
        npi: npi.into(),
        digits: digits.to_owned(),
    };
    let mut short = Short {
        source: address(fields.source),
        destination: address(fields.destination),
        esm_class: fields.esm_class.into(),
        registered_delivery: fields.registered_delivery.into(),
        data_coding: fields.data_coding.into(),
        text: fields.text.to_vec(),
        part: None,
        reference: None,
        receipted: None,
    };
    let (mut sar, mut total, mut number, mut about, mut state) = (None, None, None, None, None);
    for tlv in fields.tlvs {
        match tlv.value() {
            Some(TlvValue::MessagePayload(payload)) => short.text = payload.value.as_ref().to_vec(),
            Some(TlvValue::UserMessageReference(reference)) => {
                short.reference = Some(reference.value)
            }
            Some(TlvValue::SarMsgRefNum(reference)) => sar = Some(*reference),
            Some(TlvValue::SarTotalSegments(segments)) => total = Some(*segments),
            Some(TlvValue::SarSegmentSeqnum(segment)) => number = Some(*segment),
            Some(TlvValue::ReceiptedMessageId(id)) => about = Some(id.as_str().to_owned()),
            Some(TlvValue::MessageState(value)) => state = Some(u8::from(*value)),
            // What a message may have besides concerns nobody here.
            _ => {}
        }
    }
    if let (Some(reference), Some(total), Some(number)) = (sar, total, number) {
        short.part = Some(Part { reference, total, number });
    }
    if let (Some(id), Some(state)) = (about, state) {
        short.receipted = Some((id, state));
    }
    short
}

/// A string of at most `MAX - 1` octets of ASCII, cut where it is longer.
fn cut<const MAX: usize>(text: &str) -> COctetString<1, MAX> {
    let ascii: String = text.chars().filter(|c| c.is_ascii() && *c != '\0').take(MAX - 1).collect();
    COctetString::from_string(ascii).unwrap_or_default()
}

fn written(frame: &Frame) -> Command {
    use rusmpp::Pdu as Wire;
    let status = CommandStatus::from(frame.status.0);
    let refused = frame.status != Status::OK;
    let pdu: Wire = match &frame.pdu {
        Pdu::Bind { bind, system_id, password } => {
            let (system_id, password) = (cut(system_id), cut(password));
            let version = InterfaceVersion::Smpp3_4;
            match bind {
                Bind::Transmitter => BindTransmitter::builder()
                    .system_id(system_id)
                    .password(password)
                    .interface_version(version)
                    .build()
                    .into(),
                Bind::Receiver => BindReceiver::builder()
                    .system_id(system_id)
                    .password(password)
                    .interface_version(version)
                    .build()
                    .into(),
                Bind::Transceiver => BindTransceiver::builder()
                    .system_id(system_id)
                    .password(password)
                    .interface_version(version)
                    .build()
                    .into(),
            }
        }
        Pdu::BindResp(bind, system_id) => {
            let version = (!refused).then_some(InterfaceVersion::Smpp3_4);
            match bind {
                Bind::Transmitter => BindTransmitterResp::new(cut(system_id), version).into(),
                Bind::Receiver => BindReceiverResp::new(cut(system_id), version).into(),
                Bind::Transceiver => BindTransceiverResp::new(cut(system_id), version).into(),
            }
        }
        Pdu::Submit(short) => submit(short).into(),
        Pdu::Deliver(short) => deliver(short).into(),
        Pdu::SubmitResp(id) => SubmitSmResp::new(cut(id), Vec::new()).into(),
        Pdu::DeliverResp => DeliverSmResp::default().into(),
        Pdu::EnquireLink => Wire::EnquireLink,
        Pdu::EnquireLinkResp => Wire::EnquireLinkResp,
        Pdu::Unbind => Wire::Unbind,
        Pdu::UnbindResp => Wire::UnbindResp,
        Pdu::GenericNack | Pdu::Other(_) => Wire::GenericNack,
    };
    Command::new(status, frame.sequence, pdu)
}

/// Octets that go into `short_message`; longer texts are a parameter.
const IN_PLACE: usize = 254;

fn split(text: &[u8]) -> (OctetString<0, 255>, Option<MessagePayload>) {
    if text.len() > IN_PLACE {
        (OctetString::default(), Some(MessagePayload::new(AnyOctetString::from_slice(text))))
    } else {
        (OctetString::from_slice(text).unwrap_or_default(), None)
    }
}

fn submit(short: &Short) -> SubmitSm {
    type Value = MessageSubmissionRequestTlvValue;
    let (text, payload) = split(&short.text);
    let mut sm = SubmitSm::builder()
        .source_addr_ton(short.source.ton.into())
        .source_addr_npi(short.source.npi.into())
        .source_addr(cut(&short.source.digits))
        .dest_addr_ton(short.destination.ton.into())
        .dest_addr_npi(short.destination.npi.into())
        .destination_addr(cut(&short.destination.digits))
        .esm_class(short.esm_class.into())
        .registered_delivery(short.registered_delivery.into())
        .data_coding(short.data_coding.into())
        .short_message(text)
        .build();
    if let Some(payload) = payload {
        sm.push_tlv(Value::MessagePayload(payload));
    }
    if let Some(reference) = short.reference {
        sm.push_tlv(Value::UserMessageReference(UserMessageReference::new(reference)));
    }
    if let Some(part) = short.part {
        sm.push_tlv(Value::SarMsgRefNum(part.reference));
        sm.push_tlv(Value::SarTotalSegments(part.total));
        sm.push_tlv(Value::SarSegmentSeqnum(part.number));
    }
    sm
}

fn deliver(short: &Short) -> DeliverSm {
    type Value = MessageDeliveryRequestTlvValue;
    let (text, payload) = split(&short.text);
    let mut sm = DeliverSm::builder()
        .source_addr_ton(short.source.ton.into())
        .source_addr_npi(short.source.npi.into())
        .source_addr(cut(&short.source.digits))
        .dest_addr_ton(short.destination.ton.into())
        .dest_addr_npi(short.destination.npi.into())
        .destination_addr(cut(&short.destination.digits))
        .esm_class(short.esm_class.into())
        .registered_delivery(short.registered_delivery.into())
        .data_coding(short.data_coding.into())
        .short_message(text)
        .build();
    if let Some(payload) = payload {
        sm.push_tlv(Value::MessagePayload(payload));
    }
    if let Some(reference) = short.reference {
        sm.push_tlv(Value::UserMessageReference(UserMessageReference::new(reference)));
    }
    if let Some(part) = short.part {
        sm.push_tlv(Value::SarMsgRefNum(part.reference));
        sm.push_tlv(Value::SarTotalSegments(part.total));
        sm.push_tlv(Value::SarSegmentSeqnum(part.number));
    }
    if let Some((id, state)) = &short.receipted {
        sm.push_tlv(Value::ReceiptedMessageId(cut(id)));
        sm.push_tlv(Value::MessageState(MessageState::from(*state)));
    }
    sm
}
