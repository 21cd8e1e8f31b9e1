//! A client against a centre over connections in memory, in virtual time.

use std::collections::BTreeMap;

use super::*;
use crate::port::smpp::receipt::State;
use crate::port::smpp::session::State as Standing;
use crate::port::smpp::tests::{number, short};
use crate::port::smpp::text::{self, Joined};
use crate::wire::sms::Timestamp;

const LATENCY: Duration = Duration::from_millis(5);
const SECOND: Duration = Duration::from_secs(1);
const DATE: Timestamp =
    Timestamp { year: 26, month: 1, day: 2, hour: 3, minute: 4, second: 5, zone: 0 };

fn at(milliseconds: u64) -> Instant {
    Instant::START + Duration::from_millis(milliseconds)
}

fn account(sessions: usize, window: usize) -> Account {
    Account {
        bind: Bind::Transceiver,
        sessions,
        system_id: "client".to_owned(),
        password: "secret".to_owned(),
        terms: Terms { window, ..Terms::default() },
        retry: [1, 2, 5].map(Duration::from_secs).to_vec(),
        patience: Duration::from_secs(60),
    }
}

/// What is on its way.
enum Way {
    /// A connection comes about at the centre.
    Connects,
    ToCentre(Vec<u8>),
    ToClient(Vec<u8>),
    /// The client hears that there is a connection.
    IsThere,
    /// Or that it is gone.
    IsGone,
}

/// A client, and a centre that answers each message at once.
struct Play {
    client: Client,
    centre: Vec<Option<Session>>,
    /// Whether anybody listens.
    listens: bool,
    /// How submissions are answered: status and identity of the so manieth; `None`: not at all.
    answer: fn(u64) -> Option<(Status, String)>,
    /// Submissions by session.
    took: Vec<u64>,
    wire: BTreeMap<(Instant, u64), (usize, Way)>,
    steps: u64,
    told: Vec<(Instant, Told)>,
    now: Instant,
}

impl Play {
    fn new(account: Account) -> Self {
        let sessions = account.sessions;
        Self {
            client: Client::new(account, Instant::START),
            centre: (0..sessions).map(|_| None).collect(),
            listens: true,
            answer: |n| Some((Status::OK, n.to_string())),
            took: vec![0; sessions],
            wire: BTreeMap::new(),
            steps: 0,
            told: Vec::new(),
            now: Instant::START,
        }
    }

    fn put(&mut self, link: usize, way: Way) {
        self.steps += 1;
        self.wire.insert((self.now + LATENCY, self.steps), (link, way));
    }

    /// What both ends have said and want by now.
    fn flush(&mut self) {
        while let Some(told) = self.client.told() {
            if let Told::Connect(link) = told {
                self.put(link, Way::Connects);
            }
            self.told.push((self.now, told));
        }
        for link in 0..self.centre.len() {
            let octets = self.client.output(link);
            if !octets.is_empty() {
                self.put(link, Way::ToCentre(octets.to_vec()));
            }
            let Some(session) = &mut self.centre[link] else { continue };
            while let Some(event) = session.event() {
                match event {
                    Event::BindAsked { .. } => session.admit(Status::OK, "centre", self.now),
                    Event::Came { sequence, .. } => {
                        let before = self.took.iter().sum();
                        self.took[link] += 1;
                        if let Some((status, id)) = (self.answer)(before) {
                            session.answer(sequence, status, &id, self.now);
                        }
                    }
                    _ => {}
                }
            }
            let octets = session.output();
            if !octets.is_empty() {
                self.put(link, Way::ToClient(octets.to_vec()));
            }
        }
    }

    fn until(&mut self, end: Instant) {
        self.flush();
        loop {
            let arrival = self.wire.first_key_value().map_or(Instant::NEVER, |(&(at, _), _)| at);
            let next = arrival.min(self.client.next_wake());
            if next > end {
                self.now = end;
                return;
            }
            self.now = self.now.max(next);
            if arrival > next {
                self.client.wake(self.now);
            } else if let Some((_, (link, way))) = self.wire.pop_first() {
                self.happens(link, way);
            }
            self.flush();
        }
    }

    fn happens(&mut self, link: usize, way: Way) {
        let now = self.now;
        match way {
            Way::Connects if self.listens => {
                self.centre[link] = Some(Session::accept(Terms::default(), now));
                self.put(link, Way::IsThere);
            }
            Way::Connects => self.put(link, Way::IsGone),
            Way::IsThere => self.client.connected(link, now),
            Way::IsGone => self.client.lost(link, now),
            Way::ToClient(octets) => self.client.receive(link, &octets, now),
            Way::ToCentre(octets) => {
                if let Some(session) = &mut self.centre[link] {
                    session.receive(&octets, now);
                }
            }
        }
    }

    fn pass(&mut self, span: Duration) {
        self.until(self.now + span);
    }

    /// Somebody pulls the plug.
    fn cut(&mut self, link: usize) {
        self.centre[link] = None;
        self.wire.retain(|_, (of, _)| *of != link);
        self.put(link, Way::IsGone);
    }

    /// Sends a message that asks for a receipt.
    fn send(&mut self, token: u64) {
        self.client.send(short("hello"), token, self.now);
        self.flush();
    }

    /// The centre sends something.
    fn deliver(&mut self, link: usize, short: Short) {
        let session = self.centre[link].as_mut().expect("a session");
        session.send(short, 0, self.now).expect("room");
        self.flush();
    }

    fn receipt(&mut self, id: &str, state: State) {
        let receipt = Receipt { id: id.to_owned(), state, error: 0 };
        self.deliver(0, receipt::write(&receipt, [DATE; 2], &short("hello")));
    }

    fn told(&self) -> Vec<Told> {
        self.told.iter().map(|(_, told)| told.clone()).collect()
    }

    fn count(&self, of: impl Fn(&Told) -> bool) -> usize {
        self.told.iter().filter(|(_, told)| of(told)).count()
    }
}

fn accepted(told: &Told) -> bool {
    matches!(told, Told::Accepted { .. })
}

#[test]
fn messages_wait_for_a_session_and_for_room_and_go_evenly_over_all_sessions() {
    let mut play = Play::new(account(3, 2));
    for token in 0..60 {
        play.send(token);
    }
    assert_eq!((play.client.waiting(), play.client.is_up()), (60, false));
    // Connection and bind take two round trips; then six go each round trip.
    play.until(at(20));
    assert_eq!(play.client.waiting(), 54);
    play.until(at(20 + 9 * 10));
    assert_eq!((play.client.waiting(), play.count(accepted)), (0, 54));
    play.pass(SECOND);
    assert_eq!((play.count(accepted), &play.took[..]), (60, &[20, 20, 20][..]));
    let tokens: Vec<u64> = (play.told().iter())
        .filter_map(
            |told| if let Told::Accepted { token, .. } = told { Some(*token) } else { None },
        )
        .collect();
    assert_eq!(tokens, (0..60).collect::<Vec<_>>(), "the oldest first");
}

#[test]
fn a_receipt_finds_its_message_however_its_identity_is_written() {
    let mut play = Play::new(account(1, 10));
    play.answer = |n| Some((Status::OK, ["00AB", "171", "x-7"][n as usize].to_owned()));
    for token in [7, 8, 9] {
        play.send(token);
    }
    play.pass(SECOND);
    play.told.clear();
    for (id, state) in [
        ("ab", State::Enroute),
        ("X-7", State::Delivered),
        ("AB", State::Delivered),
        ("AB", State::Expired),
        ("12", State::Delivered),
    ] {
        play.receipt(id, state);
        play.pass(SECOND);
    }
    let told = play.told();
    let of = |told: &Told| match told {
        Told::Receipt { token, receipt } => Some((*token, receipt.state)),
        _ => None,
    };
    let found: Vec<_> = told.iter().filter_map(of).collect();
    let delivered = State::Delivered;
    // 171 is AB in the other system: once AB has its receipt, the next is of the second.
    assert_eq!(found, [(7, State::Enroute), (9, delivered), (7, delivered), (8, State::Expired)]);
    play.pass(Duration::from_secs(60));
    let of_nobody = play.count(|told| matches!(told, Told::Unmatched(it) if it.id == "12"));
    assert_eq!((of_nobody, play.count(|told| matches!(told, Told::NoReceipt { .. }))), (1, 0));
}

#[test]
fn a_receipt_before_its_answer_waits_for_it() {
    let mut play = Play::new(account(2, 10));
    play.answer = |_| None;
    play.pass(SECOND);
    play.send(5);
    play.pass(SECOND);
    let busy = usize::from(play.took[1] > 0);
    play.receipt("12", State::Delivered);
    play.pass(SECOND);
    assert_eq!(play.count(|told| matches!(told, Told::Receipt { .. } | Told::Unmatched(_))), 0);
    let now = play.now;
    play.centre[busy].as_mut().expect("bound").answer(2, Status::OK, "000c", now);
    play.pass(SECOND);
    let told = play.told();
    let [Told::Accepted { token: 5, .. }, Told::Receipt { token: 5, .. }] = &told[told.len() - 2..]
    else {
        panic!("{told:?}")
    };
}

#[test]
fn a_receipt_that_does_not_come_is_given_up_in_time() {
    let mut play = Play::new(account(1, 10));
    play.pass(SECOND);
    play.send(1);
    play.client.send(Short { registered_delivery: 0, ..short("hello") }, 2, play.now);
    play.pass(Duration::from_secs(59));
    assert!(!play.told().contains(&Told::NoReceipt { token: 1 }));
    play.pass(SECOND * 2);
    assert!(play.told().contains(&Told::NoReceipt { token: 1 }));
    assert!(!play.told().contains(&Told::NoReceipt { token: 2 }), "nobody asked for one");
}

#[test]
fn a_lost_connection_is_tried_again_after_longer_and_longer_waits() {
    let mut play = Play::new(account(1, 10));
    play.pass(SECOND);
    play.listens = false;
    play.told.clear();
    play.cut(0);
    play.until(at(30_000));
    let tried: Vec<Instant> = (play.told.iter())
        .filter(|(_, told)| *told == Told::Connect(0))
        .map(|(at, _)| *at)
        .collect();
    let gone = LATENCY * 2;
    let mut expected = vec![at(1005) + SECOND];
    for wait in [2, 5, 5, 5, 5, 5] {
        expected.push(*expected.last().expect("one") + gone + Duration::from_secs(wait));
    }
    assert_eq!(tried, expected);
    play.listens = true;
    play.pass(Duration::from_secs(6));
    assert!(play.client.is_up());
    play.cut(0);
    let cut = play.now;
    play.told.clear();
    play.pass(SECOND * 2);
    let again = play.told.iter().find(|(_, told)| *told == Told::Connect(0)).map(|(at, _)| *at);
    assert_eq!(again, Some(cut + LATENCY + SECOND), "from the shortest again");
}

#[test]
fn what_waits_for_an_answer_as_a_session_ends_is_told_and_not_sent_twice() {
    let mut play = Play::new(account(2, 1));
    play.answer = |_| None;
    play.pass(SECOND);
    for token in 0..3 {
        play.send(token);
    }
    play.pass(SECOND);
    play.cut(0);
    play.pass(LATENCY * 2);
    let unanswered = play.count(|told| matches!(told, Told::Unanswered { token: 0 | 1, .. }));
    assert_eq!((unanswered, play.client.waiting()), (1, 1), "what waits for room goes on");
    assert_eq!(play.count(|told| matches!(told, Told::Ended(0, Ending::Lost))), 1);
    play.pass(SECOND * 2);
    assert_eq!((play.client.waiting(), play.took.iter().sum::<u64>()), (0, 3));
}

#[test]
fn refusals_keep_their_status_and_the_message_is_the_caller_s_again() {
    let mut play = Play::new(account(1, 10));
    play.answer = |n| Some(([Status::THROTTLED, Status::QUEUE_FULL][n as usize], String::new()));
    play.pass(SECOND);
    play.send(1);
    play.send(2);
    let wrote = play.now;
    play.pass(SECOND);
    let told = play.told();
    assert_eq!(
        told[told.len() - 2..],
        [
            Told::Refused { token: 1, wrote, status: Status::THROTTLED },
            Told::Refused { token: 2, wrote, status: Status::QUEUE_FULL },
        ]
    );
}

#[test]
fn what_somebody_writes_comes_whole_and_what_is_no_text_is_refused() {
    let mut play = Play::new(account(1, 10));
    play.pass(SECOND);
    let long = "the answer ".repeat(20);
    for part in text::parts(&long, &short(""), 3, Joined::Header).expect("two") {
        play.deliver(0, part);
    }
    play.deliver(0, Short { data_coding: 4, ..short("binary") });
    play.pass(SECOND);
    let told = play.told();
    let [source, destination] = ["15550001", "15550002"].map(number);
    let came = Told::Came { source, destination, text: long, reference: None };
    assert_eq!(told[told.len() - 2..], [came, Told::Unread(Unread::Coding(4))]);
    let centre = play.centre[0].as_mut().expect("bound");
    let all = std::iter::from_fn(|| centre.event());
    assert_eq!(all.count(), 0, "the centre has its answers already");
}

#[test]
fn a_client_that_closes_waits_for_its_answers_and_stays_closed() {
    let mut play = Play::new(account(2, 10));
    play.pass(SECOND);
    play.send(1);
    play.client.close(play.now);
    play.pass(Duration::from_secs(100));
    assert_eq!(play.count(accepted), 1);
    let ended = play.count(|told| matches!(told, Told::Ended(_, Ending::Unbound)));
    assert_eq!((ended, play.client.is_up()), (2, false));
    assert_eq!(play.count(|told| matches!(told, Told::Connect(_))), 2, "as it began");
    let centre = play.centre.iter().flatten().map(Session::state);
    assert!(centre.into_iter().all(|state| state == Standing::Closed(Ending::Unbound)));
}
