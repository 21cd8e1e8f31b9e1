//! Sessions between two servers on a line that loses what it likes.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const MESSAGING: Services =
    Services { messaging: true, presence: false, search: false, groups: false };

fn settings() -> federation::Session {
    let seconds = Duration::from_secs;
    federation::Session {
        keep_alive: seconds(30),
        timeout: seconds(10),
        retry: vec![seconds(5), seconds(20)],
    }
}

fn own(place: usize, services: Services, version: u8) -> Own {
    let secrets = StreamSeed::new(7, ["a->b", "b->a"][place], "session");
    Own { services, version, first: place == 0, secrets, again: Duration::from_secs(2) }
}

fn session(place: usize) -> Session {
    Session::new(&settings(), own(place, Services::ALL, 3), Instant::START, None)
}

/// Both sides of a session, and what is between them.
struct Pair {
    sides: [Session; 2],
    /// On the way: to whom, what.
    wire: BTreeMap<(Instant, u64), (usize, Talk)>,
    said: u64,
    turns: Vec<(Instant, usize, SessionTurn)>,
}

impl Pair {
    fn new(sides: [Session; 2]) -> Self {
        Self { sides, wire: BTreeMap::new(), said: 0, turns: Vec::new() }
    }

    /// Plays until `end`; `latency` of what is said at an instant, as the so manieth, or nothing if it is lost.
    fn play(&mut self, end: Instant, latency: impl Fn(Instant, u64) -> Option<Duration>) {
        loop {
            let due = [0, 1].map(|place| self.sides[place].next());
            let place = usize::from(due[1] < due[0]);
            let arrival = self.wire.first_key_value().map_or(Instant::NEVER, |(&(at, _), _)| at);
            let now = arrival.min(due[place]);
            if now > end {
                return;
            }
            let (place, told) = match self.wire.first_entry().filter(|_| arrival == now) {
                Some(entry) => {
                    let (to, talk) = entry.remove();
                    self.sides[to].heard(now);
                    (to, self.sides[to].said(talk, now))
                }
                None => (place, self.sides[place].due(now)),
            };
            self.turns.extend(told.turn.map(|turn| (now, place, turn)));
            if let Some(talk) = told.say {
                self.said += 1;
                if let Some(latency) = latency(now, self.said) {
                    self.wire.insert((now + latency, self.said), (1 - place, talk));
                }
            }
        }
    }

    fn agreed(&self) -> [Option<Agreed>; 2] {
        [0, 1].map(|place| self.sides[place].agreed())
    }
}

fn steady(_: Instant, _: u64) -> Option<Duration> {
    Some(Duration::from_millis(100))
}

fn at(milliseconds: u64) -> Instant {
    Instant::START + Duration::from_millis(milliseconds)
}

#[test]
fn ssp_1_three_exchanges_agree_on_the_older_version_and_on_what_both_serve() {
    let of = |place, services, version| {
        Session::new(&settings(), own(place, services, version), Instant::START, None)
    };
    let mut pair = Pair::new([of(0, Services::ALL, 3), of(1, MESSAGING, 2)]);
    pair.play(at(20_000), steady);
    let agreed = Some(Agreed { version: 2, services: MESSAGING });
    assert_eq!((pair.agreed(), pair.said), ([agreed; 2], 6));
    let up = SessionTurn::SetUp;
    assert_eq!(pair.turns, [(at(500), 1, up), (at(600), 0, up)]);
}

#[test]
fn ssp_1_whoever_cannot_prove_to_have_the_secret_gets_no_session() {
    let mut answering = session(1);
    let token = Step::Token { secret: 5, version: 3 };
    let told = answering.said(Talk { step: token, answer: false, set_up: 1 }, at(0));
    let Some(Talk { step: Step::Token { secret, .. }, .. }) = told.say else { panic!("{told:?}") };
    let wrong = Step::Login { digest: digest(secret) ^ 1 };
    let told = answering.said(Talk { step: wrong, answer: false, set_up: 1 }, at(100));
    assert_eq!(told, Told { say: None, turn: Some(SessionTurn::Failed) });
    let right = Step::Login { digest: digest(secret) };
    let late = answering.said(Talk { step: right, answer: false, set_up: 1 }, at(200));
    assert_eq!(late, Told::default(), "the set-up is over");

    let mut asking = session(0);
    asking.due(at(0));
    let told = asking.said(Talk { step: token, answer: true, set_up: 1 }, at(100));
    assert_eq!(told, say(Step::Login { digest: digest(5) }, false, 1));
    let wrong = Talk { step: Step::Login { digest: 0 }, answer: true, set_up: 1 };
    assert_eq!(asking.said(wrong, at(200)).turn, Some(SessionTurn::Failed));
}

#[test]
fn ssp_2_both_notice_an_outage_and_have_a_session_soon_after_it() {
    let mut pair = Pair::new([session(0), session(1)]);
    let down = at(100_000)..at(200_000);
    pair.play(at(300_000), |now, _| steady(now, 0).filter(|_| !down.contains(&now)));
    let of = |wanted| pair.turns.iter().filter(move |(.., turn)| *turn == wanted);
    for place in [0, 1] {
        let lost: Vec<Instant> = of(SessionTurn::Lost)
            .filter(|(_, side, _)| *side == place)
            .map(|(at, ..)| *at)
            .collect();
        assert_eq!(lost.len(), 1, "{:?}", pair.turns);
        // Silence for as long as a keep-alive and its timeout; the second to ask waits for one more.
        let latest = [140_000, 150_000][place];
        assert!((at(100_000)..=at(latest)).contains(&lost[0]), "{lost:?}");
        let up: Vec<Instant> = of(SessionTurn::SetUp)
            .filter(|(_, side, _)| *side == place)
            .map(|(at, ..)| *at)
            .collect();
        assert_eq!(up.len(), 2, "{:?}", pair.turns);
        // The longest wait, what is said again after 2 s, and three exchanges.
        assert!((at(200_000)..at(223_000)).contains(&up[1]), "{up:?}");
    }
    assert!(of(SessionTurn::Failed).count() > 2, "tried meanwhile");
}

#[test]
fn ssp_2_what_is_heard_keeps_a_session_alive() {
    let mut one = session(0);
    one.state = State::Up {
        agreed: Agreed { version: 3, services: Services::ALL },
        heard: at(0),
        asked: None,
    };
    for seconds in [20, 40, 60] {
        one.heard(at(seconds * 1000));
        assert_eq!(one.due(at(seconds * 1000)), Told::default());
    }
    assert_eq!(one.next(), at(90_000));
    assert_eq!(one.due(at(90_000)), say(Step::KeepAlive, false, 0));
    assert_eq!(one.due(at(92_000)), say(Step::KeepAlive, false, 0), "said again");
    one.heard(at(93_000));
    assert_eq!((one.next(), one.agreed().is_some()), (at(123_000), true));
}

#[test]
fn ssp_2_a_session_that_only_one_side_has_lost_is_set_up_by_that_side() {
    let mut pair = Pair::new([session(0), session(1)]);
    pair.play(at(20_000), steady);
    let told = pair.sides[1].lose(at(20_000));
    let Some(token) = told.say else { panic!("it tries at once") };
    pair.wire.insert((at(20_100), 0), (0, token));
    pair.turns.clear();
    pair.play(at(25_000), steady);
    let (lost, up) = (SessionTurn::Lost, SessionTurn::SetUp);
    assert_eq!(pair.turns, [(at(20_100), 0, lost), (at(20_500), 0, up), (at(20_600), 1, up)]);
}

#[test]
fn of_two_set_ups_at_once_that_of_the_first_goes_on() {
    let mut pair = Pair::new([session(0), session(1)]);
    for place in [0, 1] {
        let Told { say: Some(token), .. } = pair.sides[place].begin(at(0)) else { panic!("asks") };
        pair.wire.insert((at(100), place as u64), (1 - place, token));
    }
    pair.play(at(5_000), steady);
    assert!(pair.agreed().iter().all(Option::is_some));
    let up = SessionTurn::SetUp;
    assert_eq!(pair.turns, [(at(500), 1, up), (at(600), 0, up)]);
}

#[test]
fn what_comes_late_or_twice_changes_nothing() {
    let mut pair = Pair::new([session(0), session(1)]);
    pair.play(at(20_000), steady);
    let before = format!("{:?}", pair.sides);
    let steps = [
        Step::Token { secret: 1, version: 3 },
        Step::Login { digest: 1 },
        Step::Services(MESSAGING),
    ];
    for step in steps {
        for (place, side) in pair.sides.iter_mut().enumerate() {
            // The second has begun no set-up.
            let question = Talk { step, answer: false, set_up: place as u32 };
            let answer = Talk { step, answer: true, set_up: 1 - place as u32 };
            for talk in [question, answer] {
                assert_eq!(side.said(talk, at(20_000)).turn, None, "{talk:?}");
            }
        }
    }
    assert_eq!(format!("{:?}", pair.sides), before);
}

fn asked(side: &mut Session, step: Step, set_up: u32) -> Told {
    side.said(Talk { step, answer: false, set_up }, at(0))
}

/// What a partner asks that has the secret it was told.
fn login(told: Told) -> Step {
    let Some(Talk { step: Step::Token { secret, .. }, .. }) = told.say else { panic!("{told:?}") };
    Step::Login { digest: digest(secret) }
}

const TOKEN: Step = Step::Token { secret: 5, version: 3 };

#[test]
fn ssp_1_a_question_whose_answer_was_lost_is_answered_again_and_nothing_is_undone() {
    let mut one = session(1);
    let told = asked(&mut one, TOKEN, 1);
    assert_eq!(asked(&mut one, TOKEN, 1), told);
    assert!(asked(&mut one, login(told), 1).say.is_some());
    assert_eq!(asked(&mut one, TOKEN, 1), told, "late, and the login stands");
    let services = Step::Services(MESSAGING);
    let up = asked(&mut one, services, 1);
    assert_eq!(up.turn, Some(SessionTurn::SetUp));
    assert_eq!(asked(&mut one, services, 1), Told { turn: None, ..up });
}

#[test]
fn ssp_1_what_belongs_to_an_earlier_set_up_is_left_alone() {
    let mut one = session(1);
    let services = Step::Services(MESSAGING);
    let early = asked(&mut one, TOKEN, 1);
    let told = asked(&mut one, TOKEN, 2);
    assert_ne!(early, told, "the partner has begun anew");
    for late in [TOKEN, login(early)] {
        assert_eq!(asked(&mut one, late, 1), Told::default());
    }
    assert!(asked(&mut one, login(told), 2).say.is_some());
    assert_eq!(asked(&mut one, services, 1), Told::default());
    assert_eq!(asked(&mut one, services, 2).turn, Some(SessionTurn::SetUp));
    for late in [TOKEN, login(early), services] {
        assert_eq!(asked(&mut one, late, 1), Told::default());
    }
    assert!(one.agreed().is_some());
}

#[test]
fn ssp_2_a_set_up_asks_again_then_is_tried_anew_after_each_wait_in_turn() {
    let mut one = session(0);
    let mut now = at(0);
    for wait in [5_000, 20_000, 20_000] {
        let token = one.due(now).say;
        for seconds in [2, 4, 6, 8] {
            assert_eq!(one.due(now + Duration::from_secs(seconds)).say, token, "said again");
        }
        let failed = now + Duration::from_secs(10);
        assert_eq!(one.due(failed).turn, Some(SessionTurn::Failed));
        now = failed + Duration::from_millis(wait);
        assert_eq!(one.next(), now);
    }
}

#[test]
fn every_set_up_and_every_end_has_a_secret_of_its_own() {
    let one = session(0);
    let secrets = [(1, false), (1, true), (2, false), (2, true)];
    let all: std::collections::BTreeSet<u64> =
        secrets.map(|(set_up, answer)| one.secret(set_up, answer)).into();
    assert_eq!(all.len(), 4);
}

proptest! {
    /// Whatever is lost or late for a while, both have the same session soon after, and have not said more
    /// than their times allow.
    #[test]
    fn sessions_come_up_again_whatever_happens(
        outages in prop::collection::vec((0u64..1_000, 1u64..200), 0..6),
        loss in 0u64..60,
        jitter in 1u64..9_000,
        seed in any::<u64>(),
    ) {
        let mut pair = Pair::new([session(0), session(1)]);
        let draw = StreamSeed::new(seed, "wire", "test");
        let trouble = at(1_200_000);
        let latency = |now: Instant, n: u64| {
            if now >= trouble {
                return Some(Duration::from_millis(100));
            }
            let down = outages.iter().any(|(begin, lasts)| {
                (at(begin * 1000)..at((begin + lasts) * 1000)).contains(&now)
            });
            let lost = draw.bits(2 * n) % 100 < loss;
            let late = Duration::from_millis(1 + draw.bits(2 * n + 1) % jitter);
            (!down && !lost).then_some(late)
        };
        pair.play(trouble, latency);
        pair.play(trouble + Duration::from_secs(200), latency);
        let [one, other] = pair.agreed();
        prop_assert!(one.is_some() && one == other, "{:?}", pair.sides);
        // Each side says something every two seconds at most, and answers as much.
        prop_assert!(pair.said < 4 * 1_400 / 2 + 100, "{}", pair.said);
        // No session is set up that was not down, nor lost that was not up.
        for place in [0, 1] {
            let mut up = false;
            for (_, _, turn) in pair.turns.iter().filter(|(_, side, _)| *side == place) {
                match turn {
                    SessionTurn::SetUp => prop_assert!(!std::mem::replace(&mut up, true)),
                    SessionTurn::Lost => prop_assert!(std::mem::replace(&mut up, false)),
                    SessionTurn::Failed => prop_assert!(!up),
                }
            }
        }
    }
}

#[test]
fn ssp_2_an_outage_before_the_agreement_begins_sets_nothing_up_early() {
    let mut one = Session::new(&settings(), own(0, Services::ALL, 3), at(60_000), None);
    assert_eq!(one.server(true, at(1_000)), Told::default());
    assert_eq!(one.next(), Instant::NEVER);
    assert_eq!(one.server(false, at(5_000)), Told::default());
    assert_eq!(one.next(), at(60_000));
    assert!(one.due(at(60_000)).say.is_some());
    // Later it begins at once.
    one.server(true, at(70_000));
    assert!(one.server(false, at(80_000)).say.is_some());
}
