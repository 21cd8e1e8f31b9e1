//! A centre and its clients over connections in memory, in virtual time.

use super::*;
use crate::domain::time::Duration;
use crate::port::smpp::client::{self, Account};
use crate::port::smpp::pdu::{Bind, Frame, Pdu, put};
use crate::port::smpp::receipt::{self, Receipt, State};
use crate::port::smpp::tests::short;
use crate::wire::sms::Timestamp;

const LATENCY: Duration = Duration::from_millis(5);
const SECOND: Duration = Duration::from_secs(1);
const DATE: Timestamp =
    Timestamp { year: 26, month: 1, day: 2, hour: 3, minute: 4, second: 5, zone: 0 };

fn door(spelling: Spelling) -> Door {
    let login = |name: &str, sessions| Login {
        system_id: name.to_owned(),
        password: Some(format!("of {name}")),
        sessions,
    };
    Door {
        system_id: "centre".to_owned(),
        logins: vec![login("one", 3), login("two", 2)],
        terms: Terms::default(),
        connections: 6,
        spelling,
    }
}

fn account(name: &str, bind: Bind, sessions: usize) -> Account {
    Account {
        bind,
        sessions,
        system_id: name.to_owned(),
        password: format!("of {name}"),
        terms: Terms { window: 4, ..Terms::default() },
        retry: vec![SECOND * 2],
        patience: SECOND * 60,
    }
}

/// What is on its way.
#[derive(Debug)]
enum Way {
    Connects,
    ToCentre(Vec<u8>),
    ToClient(Vec<u8>),
    IsThere,
    IsGone,
}

/// Clients and a centre; connections are numbered as they come, and stay with whose they are.
struct Net {
    clients: Vec<client::Client>,
    centre: Centre,
    /// By connection: client and session.
    ends: Vec<(usize, usize)>,
    wire: BTreeMap<(Instant, u64), (u64, Way)>,
    steps: u64,
    /// Octets of a piece.
    piece: usize,
    told: Vec<Told>,
    heard: Vec<(usize, client::Told)>,
    /// What becomes of submissions: the number of each, or why not.
    answer: fn(u64) -> Result<u64, Status>,
    /// Whether each is receipted at once, before its answer leaves.
    receipts: bool,
    took: u64,
    now: Instant,
}

impl Net {
    fn new(door: Door, accounts: Vec<Account>) -> Self {
        let clients = accounts.into_iter().map(|it| client::Client::new(it, Instant::START));
        Self {
            clients: clients.collect(),
            centre: Centre::new(door),
            ends: Vec::new(),
            wire: BTreeMap::new(),
            steps: 0,
            piece: usize::MAX,
            told: Vec::new(),
            heard: Vec::new(),
            answer: Ok,
            receipts: false,
            took: 0,
            now: Instant::START,
        }
    }

    fn put(&mut self, connection: u64, way: Way) {
        self.steps += 1;
        self.wire.insert((self.now + LATENCY, self.steps), (connection, way));
    }

    fn flush(&mut self) {
        for place in 0..self.clients.len() {
            while let Some(told) = self.clients[place].told() {
                if let client::Told::Connect(link) = told {
                    self.ends.push((place, link));
                    self.put(self.ends.len() as u64 - 1, Way::Connects);
                }
                self.heard.push((place, told));
            }
        }
        let mut ended = Vec::new();
        while let Some(told) = self.centre.told() {
            if let Told::Came { ticket, login, ref short } = told {
                self.took += 1;
                let number = (self.answer)(self.took);
                if let (Ok(number), true) = (number, self.receipts) {
                    let id = self.centre.receipted(number);
                    let receipt = Receipt { id, state: State::Delivered, error: 0 };
                    let receipt = receipt::write(&receipt, [DATE; 2], short);
                    self.centre.deliver(login, receipt, number, self.now);
                }
                self.centre.answer(ticket, number, self.now);
            }
            if let Told::Ended(connection, _) = told {
                ended.push(connection);
            }
            self.told.push(told);
        }
        for connection in 0..self.ends.len() {
            let (place, link) = self.ends[connection];
            let latest = self.ends.iter().rposition(|end| *end == (place, link));
            if latest != Some(connection) {
                continue;
            }
            let octets = self.clients[place].output(link);
            for piece in octets.chunks(self.piece) {
                self.put(connection as u64, Way::ToCentre(piece.to_vec()));
            }
        }
        while let Some((connection, octets)) = self.centre.output() {
            for piece in octets.chunks(self.piece) {
                self.put(connection, Way::ToClient(piece.to_vec()));
            }
        }
        for connection in ended {
            self.put(connection, Way::IsGone);
        }
    }

    fn until(&mut self, end: Instant) {
        self.flush();
        loop {
            let arrival = self.wire.first_key_value().map_or(Instant::NEVER, |(&(at, _), _)| at);
            let wakes = self.clients.iter().map(client::Client::next_wake);
            let wake = wakes.min().unwrap_or(Instant::NEVER).min(self.centre.next_wake());
            if arrival.min(wake) > end {
                self.now = end;
                return;
            }
            self.now = self.now.max(arrival.min(wake));
            if wake <= self.now {
                self.clients.iter_mut().for_each(|client| client.wake(self.now));
                self.centre.wake(self.now);
            } else if let Some((_, (connection, way))) = self.wire.pop_first() {
                self.happens(connection, way);
            }
            self.flush();
        }
    }

    fn happens(&mut self, connection: u64, way: Way) {
        let (place, link) = self.ends[connection as usize];
        let (client, now) = (&mut self.clients[place], self.now);
        match way {
            Way::Connects => {
                let there = self.centre.connected(connection, now);
                self.put(connection, if there { Way::IsThere } else { Way::IsGone });
            }
            Way::IsThere => client.connected(link, now),
            Way::IsGone => client.lost(link, now),
            Way::ToClient(octets) => client.receive(link, &octets, now),
            Way::ToCentre(octets) => self.centre.receive(connection, &octets, now),
        }
    }

    fn pass(&mut self, span: Duration) {
        self.until(self.now + span);
    }

    fn count(&self, of: impl Fn(&Told) -> bool) -> usize {
        self.told.iter().filter(|told| of(told)).count()
    }

    fn heard(&self, of: impl Fn(&client::Told) -> bool) -> usize {
        self.heard.iter().filter(|(_, told)| of(told)).count()
    }
}

#[test]
fn every_message_has_its_receipt_whatever_the_spelling_and_the_pieces() {
    for spelling in [Spelling::Decimal, Spelling::Hexadecimal, Spelling::Mixed] {
        for piece in [1, 7, usize::MAX] {
            let mut net = Net::new(door(spelling), vec![account("one", Bind::Transceiver, 3)]);
            (net.piece, net.receipts, net.answer) = (piece, true, |n| Ok(n * 7 + 4090));
            for token in 0..100 {
                net.clients[0].send(short("hello"), token, net.now);
            }
            net.pass(SECOND * 5);
            let mut receipts: Vec<u64> = (net.heard.iter())
                .filter_map(|(_, told)| match told {
                    client::Told::Receipt { token, receipt } => {
                        assert_eq!(receipt.state, State::Delivered);
                        Some(*token)
                    }
                    _ => None,
                })
                .collect();
            receipts.sort_unstable();
            assert_eq!(receipts, (0..100).collect::<Vec<_>>(), "{spelling:?} {piece}");
            assert_eq!(net.heard(|told| matches!(told, client::Told::Unmatched(_))), 0);
            let delivered = net.count(
                |told| matches!(told, Told::Delivered { status, .. } if *status == Status::OK),
            );
            assert_eq!((delivered, net.centre.waiting()), (100, 0));
        }
    }
}

#[test]
fn nobody_comes_in_without_name_and_password_nor_more_often_than_agreed() {
    let stranger = account("three", Bind::Transceiver, 1);
    let wrong = Account { password: "a guess".to_owned(), ..account("one", Bind::Transceiver, 1) };
    let many = account("two", Bind::Transmitter, 3);
    for (account, refusal, sessions) in [
        (stranger, Status::SYSTEM_ID, 0),
        (wrong, Status::PASSWORD, 0),
        (many, Status::BIND_FAILED, 2),
    ] {
        let mut net = Net::new(door(Spelling::Decimal), vec![account]);
        net.pass(SECOND);
        let refused = client::Told::Ended(sessions, Ending::Refused(refusal));
        assert_eq!(net.heard(|told| *told == refused), 1, "{:?}", net.heard);
        assert_eq!(net.count(|told| matches!(told, Told::Bound(..))), sessions);
        assert_eq!(net.centre.connections(), sessions, "the connection is closed");
    }
}

#[test]
fn there_is_room_for_so_many_connections_and_for_the_next_when_one_is_gone() {
    let door = Door { connections: 2, ..door(Spelling::Decimal) };
    let mut net = Net::new(door, vec![account("one", Bind::Transceiver, 3)]);
    net.pass(SECOND);
    assert_eq!(
        (net.centre.connections(), net.heard(|told| matches!(told, client::Told::Bound(_)))),
        (2, 2)
    );
    net.centre.lost(0, net.now);
    net.pass(SECOND * 3);
    assert_eq!(net.centre.connections(), 2, "another has its place");
}

#[test]
fn who_only_submits_is_delivered_nothing_until_a_session_of_theirs_takes_it() {
    let mut net = Net::new(door(Spelling::Decimal), vec![account("one", Bind::Transmitter, 2)]);
    net.receipts = true;
    net.clients[0].send(short("hello"), 1, net.now);
    net.pass(SECOND);
    assert_eq!((net.took, net.centre.waiting()), (1, 1));
    net.clients.push(client::Client::new(account("one", Bind::Receiver, 1), net.now));
    net.pass(SECOND);
    assert_eq!(net.centre.waiting(), 0);
    // It comes to whom the client has beside the one that asked.
    let came = |(place, told): &(usize, client::Told)| {
        *place == 1 && matches!(told, client::Told::Unmatched(_))
    };
    net.pass(SECOND * 31);
    assert_eq!(net.heard.iter().filter(|heard| came(heard)).count(), 1);
}

#[test]
fn refusals_reach_the_client_by_their_own_reasons() {
    let mut net = Net::new(door(Spelling::Decimal), vec![account("two", Bind::Transceiver, 1)]);
    net.answer = |n| Err([Status::THROTTLED, Status::QUEUE_FULL][n as usize - 1]);
    for token in [1, 2] {
        net.clients[0].send(short("hello"), token, net.now);
    }
    net.pass(SECOND);
    for (of, reason) in [(1, Status::THROTTLED), (2, Status::QUEUE_FULL)] {
        let told = |told: &client::Told| matches!(told, client::Told::Refused { token, status, .. } if (*token, *status) == (of, reason));
        assert_eq!(net.heard(told), 1);
    }
}

#[test]
fn timers_run_for_each_connection_whatever_the_others_do() {
    let mut centre = Centre::new(Door { connections: 500, ..door(Spelling::Decimal) });
    let at = |second| Instant::START + Duration::from_secs(second);
    for connection in 0..300 {
        assert!(centre.connected(connection, at(connection / 100)));
    }
    assert_eq!(centre.next_wake(), at(10), "ten seconds to bind in");
    // One of them binds, and is silent after that.
    let mut octets = BytesMut::new();
    let (system_id, password) = ("one".to_owned(), "of one".to_owned());
    let pdu = Pdu::Bind { bind: Bind::Transceiver, system_id, password };
    put(&Frame { sequence: 1, status: Status::OK, pdu }, &mut octets);
    centre.receive(7, &octets, at(5));
    for (second, left) in [(9, 300), (10, 201), (11, 101), (12, 1)] {
        centre.wake(at(second));
        assert_eq!(centre.connections(), left, "at {second} s");
    }
    let ended = |told: &Told| matches!(told, Told::Ended(_, Ending::NoBind));
    assert_eq!(std::iter::from_fn(|| centre.told()).filter(ended).count(), 299);
    assert_eq!(centre.next_wake(), at(35), "thirty seconds of silence");
    centre.wake(at(35));
    assert_eq!(centre.next_wake(), at(65), "as many for the answer");
    centre.wake(at(65));
    assert_eq!(
        (centre.told(), centre.next_wake()),
        (Some(Told::Ended(7, Ending::Silent)), Instant::NEVER)
    );
}

#[test]
fn a_centre_that_closes_has_its_answers_first() {
    let mut net = Net::new(door(Spelling::Decimal), vec![account("one", Bind::Transceiver, 3)]);
    net.pass(SECOND);
    net.centre.deliver(0, short("hello"), 9, net.now);
    net.centre.close(net.now);
    net.pass(LATENCY * 4);
    assert_eq!(net.count(|told| *told == Told::Delivered { token: 9, status: Status::OK }), 1);
    let ended = net.heard(|told| matches!(told, client::Told::Ended(_, Ending::Unbound)));
    assert_eq!((ended, net.centre.connections()), (3, 0));
}
