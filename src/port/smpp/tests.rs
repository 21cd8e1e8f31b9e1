//! Sessions of SMPP over a pipe in memory: every state, timer and refusal, in virtual time.

use proptest::prelude::*;

use super::pdu::{
    Address, Bind, Frame, Part, Pdu, Short, Status, Taken, blank_password, put, take, whole,
};
use super::session::{Ending, Event, Session, State, Terms, Unsent};
use crate::domain::time::{Duration, Instant};
use crate::port::pipe::Pipe;
use bytes::BytesMut;

const LATENCY: Duration = Duration::from_millis(5);

pub(super) fn number(digits: &str) -> Address {
    Address { ton: 1, npi: 1, digits: digits.to_owned() }
}

pub(crate) fn short(text: &str) -> Short {
    Short {
        source: number("15550001"),
        destination: number("15550002"),
        esm_class: 0,
        registered_delivery: 1,
        data_coding: 0,
        text: text.as_bytes().to_vec(),
        part: None,
        reference: None,
        receipted: None,
    }
}

/// A client and a centre that takes whoever knows the password.
struct Play {
    pipe: Pipe,
    seen: [Vec<Event>; 2],
    /// How the centre answers short messages; `None`: not at all.
    answer: Option<Status>,
}

impl Play {
    fn new(terms: [Terms; 2], bind: Bind, password: &str, piece: usize) -> Self {
        let start = Instant::START;
        let ends = [
            Session::bind(terms[0], bind, "client", password, start),
            Session::accept(terms[1], start),
        ];
        Self {
            pipe: Pipe::new(ends, LATENCY, piece),
            seen: [Vec::new(), Vec::new()],
            answer: Some(Status::OK),
        }
    }

    fn usual(bind: Bind) -> Self {
        Self::new([Terms::default(); 2], bind, "secret", usize::MAX)
    }

    /// Events of both ends, answered as an owner would.
    fn attend(&mut self) {
        for at in 0..2 {
            while let Some(event) = self.pipe.ends[at].event() {
                let now = self.pipe.now;
                match &event {
                    Event::BindAsked { password, .. } => {
                        let status =
                            if password == "secret" { Status::OK } else { Status::PASSWORD };
                        self.pipe.ends[at].admit(status, "centre", now);
                    }
                    Event::Came { sequence, .. } => {
                        if let Some(status) = self.answer {
                            self.pipe.ends[at].answer(*sequence, status, "7F", now);
                        }
                    }
                    _ => {}
                }
                self.seen[at].push(event);
            }
        }
    }

    fn until(&mut self, instant: Instant) {
        self.attend();
        while self.pipe.step(instant) {
            self.attend();
        }
    }

    fn pass(&mut self, span: Duration) {
        self.until(self.pipe.now + span);
    }

    fn states(&self) -> [State; 2] {
        [self.pipe.ends[0].state(), self.pipe.ends[1].state()]
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_bind_takes_one_round_trip() {
    let mut play = Play::usual(Bind::Transceiver);
    play.pass(LATENCY * 2);
    assert_eq!(play.states(), [State::Bound(Bind::Transceiver); 2]);
    assert_eq!(play.pipe.now, Instant::START + LATENCY * 2);
}

#[test]
fn a_wrong_password_ends_it_at_both_ends() {
    let mut play = Play::new([Terms::default(); 2], Bind::Transmitter, "guess", usize::MAX);
    play.pass(SECOND);
    assert_eq!(play.states(), [State::Closed(Ending::Refused(Status::PASSWORD)); 2]);
}

#[test]
fn a_message_is_answered_with_the_centre_s_identity() {
    let mut play = Play::usual(Bind::Transmitter);
    play.pass(SECOND);
    let sent = play.pipe.now;
    play.pipe.ends[0].send(short("hello"), 42, sent).expect("room");
    play.pass(SECOND);
    assert!(play.seen[1].contains(&Event::Came { sequence: 2, short: short("hello") }));
    let answered = Event::Answered { token: 42, sent, status: Status::OK, id: "7F".to_owned() };
    assert_eq!(play.seen[0].last(), Some(&answered));
}

#[test]
fn refusals_come_without_a_body_and_keep_their_reason() {
    for status in [Status::THROTTLED, Status::QUEUE_FULL] {
        let mut play = Play::usual(Bind::Transmitter);
        play.answer = Some(status);
        play.pass(SECOND);
        let sent = play.pipe.now;
        play.pipe.ends[0].send(short("hello"), 1, sent).expect("room");
        play.pass(SECOND);
        assert!(
            matches!(play.seen[0].last(), Some(Event::Answered { status: told, .. }) if *told == status)
        );
    }
}

#[test]
fn no_more_than_the_window_waits() {
    let terms = Terms { window: 3, ..Terms::default() };
    let mut play = Play::new([terms; 2], Bind::Transceiver, "secret", usize::MAX);
    play.pass(SECOND);
    let now = play.pipe.now;
    for token in 0..3 {
        play.pipe.ends[0].send(short("x"), token, now).expect("room");
    }
    assert_eq!(play.pipe.ends[0].room(), 0);
    assert_eq!(play.pipe.ends[0].send(short("x"), 3, now), Err(Unsent::WindowFull));
    play.pass(LATENCY * 2);
    assert_eq!(play.pipe.ends[0].room(), 3, "a round trip later all are answered");
}

#[test]
fn a_receiver_is_delivered_to_and_submits_nothing() {
    let mut play = Play::usual(Bind::Receiver);
    play.pass(SECOND);
    let now = play.pipe.now;
    assert_eq!(play.pipe.ends[0].send(short("x"), 1, now), Err(Unsent::NotBound));
    play.pipe.ends[1].send(short("receipt"), 2, now).expect("room");
    play.pass(SECOND);
    assert!(matches!(play.seen[0].last(), Some(Event::Came { .. })));
    assert!(matches!(play.seen[1].last(), Some(Event::Answered { token: 2, .. })));
}

#[test]
fn who_submits_over_a_receiver_s_session_is_told() {
    let mut play = Play::usual(Bind::Receiver);
    play.pass(SECOND);
    let frame = Frame { sequence: 9, status: Status::OK, pdu: Pdu::Submit(short("x")) };
    let mut octets = BytesMut::new();
    put(&frame, &mut octets);
    let now = play.pipe.now;
    play.pipe.ends[1].receive(&octets, now);
    play.pass(SECOND);
    assert!(play.seen[1].contains(&Event::Misplaced(Status::BIND_STATE)));
    assert!(play.seen[0].contains(&Event::Stray(9)), "the client had asked nothing of that number");
}

#[test]
fn an_answer_that_does_not_come_is_given_up_in_time_and_stray_after_it() {
    let mut play = Play::usual(Bind::Transmitter);
    play.pass(SECOND);
    play.answer = None;
    let sent = play.pipe.now;
    play.pipe.ends[0].send(short("x"), 5, sent).expect("room");
    play.until(sent + Duration::from_secs(29));
    assert!(!play.seen[0].iter().any(|event| matches!(event, Event::Unanswered { .. })));
    play.until(sent + Duration::from_secs(30));
    assert!(play.seen[0].contains(&Event::Unanswered { token: 5, sent }));
    let now = play.pipe.now;
    play.pipe.ends[1].answer(2, Status::OK, "late", now);
    play.pass(SECOND);
    assert_eq!(play.seen[0].last(), Some(&Event::Stray(2)));
    assert_eq!(play.pipe.ends[0].room(), 10);
}

#[test]
fn silence_is_tested_and_a_living_peer_keeps_the_session() {
    let mut play = Play::usual(Bind::Transceiver);
    play.pass(Duration::from_secs(600));
    assert_eq!(play.states(), [State::Bound(Bind::Transceiver); 2]);
    assert!(play.pipe.written[0].len() > 16 * 10, "tests of the link were written");
}

#[test]
fn a_cut_line_is_noticed_by_both_ends_within_test_and_answer() {
    let mut play = Play::usual(Bind::Transceiver);
    play.pass(SECOND);
    play.pipe.cut = true;
    let sent = play.pipe.now;
    play.pipe.ends[0].send(short("x"), 8, sent).expect("room");
    play.pass(Duration::from_secs(61));
    assert_eq!(play.states(), [State::Closed(Ending::Silent); 2]);
    assert!(play.seen[0].contains(&Event::Unanswered { token: 8, sent }), "nothing is forgotten");
}

#[test]
fn who_does_not_bind_is_let_go() {
    let now = Instant::START;
    let mut session = Session::accept(Terms::default(), now);
    assert_eq!(session.next_wake(), now + Duration::from_secs(10));
    session.wake(session.next_wake());
    assert_eq!(session.state(), State::Closed(Ending::NoBind));
    assert_eq!(session.next_wake(), Instant::NEVER);
}

#[test]
fn an_unbind_lets_answers_come_and_ends_both() {
    let mut play = Play::usual(Bind::Transceiver);
    play.pass(SECOND);
    let now = play.pipe.now;
    play.pipe.ends[0].send(short("last"), 1, now).expect("room");
    play.pipe.ends[0].unbind(now);
    assert_eq!(play.pipe.ends[0].send(short("x"), 2, now), Err(Unsent::NotBound));
    play.pass(SECOND);
    assert_eq!(play.states(), [State::Closed(Ending::Unbound); 2]);
    assert!(play.seen[0].iter().any(|event| matches!(event, Event::Answered { token: 1, .. })));
}

#[test]
fn inactivity_ends_a_session_although_the_link_is_tested() {
    let idle = Terms { inactivity: Duration::from_secs(120), ..Terms::default() };
    let mut play = Play::new([Terms::default(), idle], Bind::Transceiver, "secret", usize::MAX);
    play.pass(Duration::from_secs(119));
    assert_eq!(play.states(), [State::Bound(Bind::Transceiver); 2]);
    play.pass(Duration::from_secs(2));
    assert_eq!(play.states(), [State::Closed(Ending::Unbound); 2]);
}

#[test]
fn a_second_bind_and_unknown_commands_are_refused_and_cost_nothing_else() {
    let mut play = Play::usual(Bind::Transceiver);
    play.pass(SECOND);
    let now = play.pipe.now;
    let mut octets = BytesMut::new();
    let bind = Pdu::Bind {
        bind: Bind::Receiver,
        system_id: "again".to_owned(),
        password: "secret".to_owned(),
    };
    put(&Frame { sequence: 70, status: Status::OK, pdu: bind }, &mut octets);
    // A command of 0x7777 that nobody has defined.
    octets.extend_from_slice(&[0, 0, 0, 16, 0, 0, 0x77, 0x77, 0, 0, 0, 0, 0, 0, 0, 71]);
    play.pipe.ends[1].receive(&octets, now);
    play.pass(SECOND);
    assert!(play.seen[1].contains(&Event::Misplaced(Status::ALREADY_BOUND)));
    assert!(play.seen[1].contains(&Event::Misplaced(Status::COMMAND_ID)));
    assert_eq!(play.states(), [State::Bound(Bind::Transceiver); 2]);
}

#[test]
fn what_is_no_smpp_ends_the_session() {
    let mut session = Session::accept(Terms::default(), Instant::START);
    session.receive(b"GET / HTTP/1.1\r\n\r\n", Instant::START);
    assert_eq!(session.state(), State::Closed(Ending::OutOfStep));
}

#[test]
fn octets_are_those_of_the_specification() {
    // The bind_transmitter of SMPP 3.4 3.1.3, which says how each octet reads.
    let octets: [u8; 47] = [
        0x00, 0x00, 0x00, 0x2F, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x01, 0x53, 0x4D, 0x50, 0x50, 0x33, 0x54, 0x45, 0x53, 0x54, 0x00, 0x73, 0x65, 0x63, 0x72,
        0x65, 0x74, 0x30, 0x38, 0x00, 0x53, 0x55, 0x42, 0x4D, 0x49, 0x54, 0x31, 0x00, 0x00, 0x01,
        0x01, 0x00,
    ];
    let mut buffer = BytesMut::from(&octets[..]);
    let bind = Pdu::Bind {
        bind: Bind::Transmitter,
        system_id: "SMPP3TEST".to_owned(),
        password: "secret08".to_owned(),
    };
    let frame = Frame { sequence: 1, status: Status::OK, pdu: bind };
    assert_eq!(take(&mut buffer, 1024), Ok(Some(Taken::Frame(frame))));
    assert!(buffer.is_empty());
}

fn address() -> impl Strategy<Value = Address> {
    (0..7u8, 0..2u8, "[0-9]{0,20}").prop_map(|(ton, npi, digits)| Address { ton, npi, digits })
}

fn shorts() -> impl Strategy<Value = Short> {
    let part = proptest::option::of((any::<u16>(), 1..9u8, 1..9u8))
        .prop_map(|part| part.map(|(reference, total, number)| Part { reference, total, number }));
    let coding = prop_oneof![Just(0u8), Just(1), Just(3), Just(8)];
    let text = proptest::collection::vec(any::<u8>(), 0..600);
    (address(), address(), coding, text, part, proptest::option::of(any::<u16>())).prop_map(
        |(source, destination, data_coding, text, part, reference)| Short {
            source,
            destination,
            esm_class: 0x40,
            registered_delivery: 1,
            data_coding,
            text,
            part,
            reference,
            receipted: None,
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_reads_the_same(short in shorts(), id in "[0-9A-F]{1,64}", sequence in 1..0x7FFF_FFFFu32) {
        let receipt = Short { esm_class: 4, receipted: Some((id.clone(), 2)), ..short.clone() };
        for pdu in [Pdu::Submit(short), Pdu::Deliver(receipt), Pdu::SubmitResp(id), Pdu::DeliverResp,
                    Pdu::EnquireLink, Pdu::Unbind, Pdu::GenericNack] {
            let frame = Frame { sequence, status: Status::OK, pdu };
            let mut octets = BytesMut::new();
            put(&frame, &mut octets);
            prop_assert_eq!(take(&mut octets, 65536), Ok(Some(Taken::Frame(frame))));
            prop_assert!(octets.is_empty());
        }
    }

    #[test]
    fn pieces_of_any_length_are_the_same_stream(piece in 1..200usize, texts in proptest::collection::vec("[a-z ]{0,300}", 1..12)) {
        let wide = Terms { window: 64, ..Terms::default() };
        let mut play = Play::new([wide; 2], Bind::Transceiver, "secret", piece);
        play.pass(SECOND);
        let now = play.pipe.now;
        for (token, text) in texts.iter().enumerate() {
            play.pipe.ends[0].send(short(text), token as u64, now).expect("room");
        }
        play.pass(SECOND);
        let came: Vec<String> = play.seen[1].iter().filter_map(|event| match event {
            Event::Came { short, .. } => Some(String::from_utf8_lossy(&short.text).into_owned()),
            _ => None,
        }).collect();
        prop_assert_eq!(came, texts.clone());
        let answered = play.seen[0].iter().filter(|event| matches!(event, Event::Answered { .. })).count();
        prop_assert_eq!(answered, texts.len());
    }

    #[test]
    fn no_octets_can_panic_an_end(octets in proptest::collection::vec(any::<u8>(), 0..400), as_centre: bool) {
        let now = Instant::START;
        let mut session = if as_centre { Session::accept(Terms::default(), now) }
            else { Session::bind(Terms::default(), Bind::Transceiver, "a", "b", now) };
        session.receive(&octets, now);
        session.wake(Instant(u64::MAX / 2));
    }

    #[test]
    fn no_damaged_pdu_can_panic_an_end(short in shorts(), at in 0..200usize, octet: u8) {
        let mut play = Play::usual(Bind::Transceiver);
        play.pass(SECOND);
        let mut octets = BytesMut::new();
        put(&Frame { sequence: 5, status: Status::OK, pdu: Pdu::Submit(short) }, &mut octets);
        let at = at % octets.len();
        octets[at] = octet;
        let now = play.pipe.now;
        play.pipe.ends[1].receive(&octets, now);
        play.pass(Duration::from_secs(100));
    }
}

#[test]
fn who_writes_down_what_was_said_gets_whole_pdus_without_passwords() {
    let bind = Pdu::Bind {
        bind: Bind::Transceiver,
        system_id: "client".to_owned(),
        password: "secret".to_owned(),
    };
    let mut octets = BytesMut::new();
    for pdu in [bind, Pdu::EnquireLink] {
        put(&Frame { sequence: 1, status: Status::OK, pdu }, &mut octets);
    }
    let last = octets.split_off(octets.len() - 1);
    let mut first = whole(&mut octets, 1000).expect("a bind");
    blank_password(&mut first);
    let Ok(Some(Taken::Frame(frame))) = take(&mut first, 1000) else { panic!("a bind") };
    assert!(matches!(frame.pdu, Pdu::Bind { password, system_id, .. }
        if password == "******" && system_id == "client"));
    assert_eq!(whole(&mut octets, 1000), None, "an octet is missing");
    octets.unsplit(last);
    assert_eq!(whole(&mut octets, 15), None, "too long");
    let mut second = whole(&mut octets, 1000).expect("a test of the link");
    let before = second.clone();
    blank_password(&mut second);
    assert_eq!((second, octets.len()), (before, 0));
    for broken in [
        &[][..],
        &[0, 0, 0, 20, 0, 0, 0, 9],
        &[0, 0, 0, 18, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, b'a', b'b'],
    ] {
        blank_password(&mut broken.to_vec());
    }
}
