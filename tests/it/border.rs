//! The border of an operator: what other operators send is a request or an answer that may be late,
//! doubled, wrong or no sense at all, and touches nothing but what it is for.

use std::sync::Arc;

use crate::common::prepare;
use interwork::domain::bytes::{self, Malformed};
use interwork::domain::crossing::{Content, Crossing, Envelope, Note, Query, Sent};
use interwork::domain::id::{AgreementId, MessageId, OperatorId, SubscriberId, Transaction};
use interwork::domain::ledger::{Journal, Ledger, Occasion};
use interwork::domain::number::ReplyNumber;
use interwork::domain::observation::{Observation, SmsEvent};
use interwork::domain::outcome::{Reason, Route, SmsOrigin};
use interwork::domain::session::{Services, Step, Talk};
use interwork::domain::text::{Alphabet, Text};
use interwork::domain::time::Instant;
use interwork::engine::process::LogicalProcess as _;
use interwork::engine::shard::Shard;
use interwork::model::clients::Clients;
use interwork::model::context::{Context, Observer};
use interwork::model::crossing::{Lists, Located};
use interwork::model::gateway::Gateway;
use interwork::model::message::{Message, Messages, Sms};
use interwork::model::outbox::{Input, Mail, Outbox};
use interwork::model::plan::Plan;
use interwork::model::server::Turn;
use interwork::model::smsc::Smsc;

/// An SMSC `a`, and a network `b` whose phones it delivers to.
const PAIR: &str = "interwork: 1
name: border
operators:
  a:
    kind: mno
    numbers: [\"+4670\"]
    subscribers: { sms_only: 5 }
    smsc: { nodes: 1, throughput: 10/s }
    hlr: { attached: 100% }
  b:
    kind: mno
    numbers: [\"+4671\"]
    subscribers: { sms_only: 5 }
    hlr: { attached: 100% }
agreements: [ { between: [a, b], protocol: sms, link: { latency: 20ms } } ]
workload: { growth: { add_contact: 0/h } }
run: { seed: 1, warm_up: 0s, duration: 1m }
";

const A: OperatorId = OperatorId(0);
const B: OperatorId = OperatorId(1);

/// Counts what the tests ask about.
#[derive(Default)]
struct Seen {
    strays: u32,
    retried: u32,
    /// Messages refused since nothing carries them.
    uncarried: u32,
}

impl Observer for Seen {
    fn observe(&mut self, _: Instant, observation: &Observation<'_>) {
        match observation {
            Observation::Stray { .. } => self.strays += 1,
            Observation::Sms { event: SmsEvent::Retried, .. } => self.retried += 1,
            Observation::Refused { reason: Reason::FeatureNotCarried, .. } => self.uncarried += 1,
            _ => {}
        }
    }
}

/// One node on a bench: all that it touches, in the open.
struct Bench<'p> {
    plan: &'p Plan,
    messages: Messages,
    lists: Lists,
    clients: Clients,
    out: Outbox,
    seen: Seen,
    gateway: Gateway,
    smsc: Smsc,
}

impl<'p> Bench<'p> {
    fn new(plan: &'p Plan) -> Self {
        let settings = plan.federation.operator(A).smsc.as_ref().expect("a has an SMSC");
        Self {
            plan,
            messages: Messages::default(),
            lists: Lists::default(),
            clients: Clients::new(plan, A, &|_| false),
            out: Outbox::new(A),
            seen: Seen::default(),
            gateway: Gateway::new(plan, A),
            smsc: Smsc::new(plan, A, settings),
        }
    }

    fn at<R>(
        &mut self,
        ms: u64,
        act: impl FnOnce(&mut Smsc, &mut Gateway, &mut Context<'_>) -> R,
    ) -> R {
        let mut cx = Context {
            now: Instant(ms * 1_000_000),
            operator: A,
            plan: self.plan,
            messages: &mut self.messages,
            lists: &mut self.lists,
            clients: &mut self.clients,
            out: &mut self.out,
            observer: &mut self.seen,
        };
        act(&mut self.smsc, &mut self.gateway, &mut cx)
    }

    /// Submits a short message for a phone of `b` and lets the licence pass it: the number under
    /// which the HLR's answer is awaited.
    fn submit(&mut self, ms: u64, phone: u32) -> Transaction {
        let population = &self.plan.population;
        let (sender, recipient) = (population.subscriber(A, 0), population.subscriber(B, phone));
        let id = (MessageId::new(A, u64::from(phone)), Occasion(u64::from(phone)));
        let text = Text::synthetic(20, Alphabet::Gsm7);
        let now = Instant(ms * 1_000_000);
        let route = Route::SmsDirect;
        let mut message = Message::new(id, (sender, A), (recipient, B), route, text, now);
        message.sms = Some(Sms {
            smsc: A,
            network: A,
            node: 0,
            segments: 1,
            origin: SmsOrigin::Fallback,
            reply: ReplyNumber { owner: A, index: 0 },
            alert: false,
            crossed: 0,
            owed: 0,
            submitted: Some(now),
            failed: 0,
            due: None,
        });
        let slot = self.messages.insert(message);
        self.at(ms, |smsc, gateway, cx| smsc.submit(slot, gateway, cx));
        let served = self.out.later.drain(..).find_map(|(_, _, input)| match input {
            Input::Served { node, place, .. } => Some((node, place)),
            _ => None,
        });
        let (node, place) = served.expect("a service begins");
        self.at(ms + 100, |smsc, gateway, cx| smsc.serve(node, Turn::over(place), gateway, cx));
        self.asked().transaction
    }

    fn asked(&mut self) -> Query {
        let mail = self.out.leaving.pop().expect("a question leaves");
        match mail.crossing.content {
            Content::Query(query) => query,
            other => panic!("no question: {other:?}"),
        }
    }

    fn answer(&mut self, ms: u64, transaction: Transaction, attached: bool) {
        let looked = [Instant(ms * 1_000_000); 2];
        let located = Located { transaction, attached, looked };
        self.at(ms, |smsc, gateway, cx| smsc.located(located, gateway, cx));
    }
}

#[test]
fn an_answer_of_an_hlr_that_comes_twice_finds_nothing() {
    let (plan, _) = prepare(PAIR, &[]);
    let mut bench = Bench::new(&plan);
    let asked = bench.submit(0, 0);
    bench.answer(200, asked, true);
    assert_eq!((bench.out.leaving.len(), bench.messages.len()), (1, 0), "it has left for `b`");
    bench.answer(210, asked, true);
    bench.answer(220, asked, false);
    assert_eq!((bench.out.leaving.len(), bench.seen.strays, bench.seen.retried), (1, 2, 0));
}

#[test]
fn a_late_answer_does_not_touch_the_message_that_took_the_place() {
    let (plan, _) = prepare(PAIR, &[]);
    let mut bench = Bench::new(&plan);
    let first = bench.submit(0, 0);
    bench.answer(200, first, true);
    let second = bench.submit(300, 1);
    assert_ne!(first, second);
    bench.answer(500, first, false);
    assert_eq!((bench.messages.len(), bench.seen.strays, bench.seen.retried), (1, 1, 0));
    bench.answer(510, second, false);
    assert_eq!((bench.seen.strays, bench.seen.retried), (1, 1), "its own answer reaches it");
}

#[test]
fn an_answer_with_a_number_that_was_never_given_is_left_alone() {
    let (plan, _) = prepare(PAIR, &[]);
    let mut bench = Bench::new(&plan);
    let asked = bench.submit(0, 0);
    for number in [u64::MAX, asked.0 + 1, asked.0 + (1 << 32), 1 << 63] {
        bench.answer(200, Transaction(number), true);
    }
    assert_eq!((bench.out.leaving.len(), bench.messages.len(), bench.seen.strays), (0, 1, 4));
}

/// Two IMSPs that share everything, a hub between them and an operator of another kind.
const ALL: &str = "interwork: 1
name: border
operators:
  a:
    kind: imsp
    domain: a.example
    numbers: [\"+4670\"]
    subscribers: { im: 20, sms_only: 10 }
    smsc: { nodes: 2, throughput: 10/s, retry: [1s] }
    hlr: { attached: 60%, detached_for: 10s }
  b:
    kind: imsp
    domain: b.example
    numbers: [\"+4671\"]
    subscribers: { im: 20, sms_only: 10 }
    legacy: { presence: hlr }
    smsc: { nodes: 1, throughput: 10/s }
    hlr: { attached: 100% }
  h: { kind: hub, relay: { service_time: 1ms, queue_limit: 5 } }
  m: { kind: mno, numbers: [\"+4672\"], subscribers: { sms_only: 10 }, hlr: { attached: 60%, detached_for: 10s } }
agreements:
  - { between: [a, b], protocol: ssp, link: { latency: 20ms }, presence: { fan_out: per_domain, subscription: per_list, acknowledged: true } }
  - { between: [a, b], protocol: sms, link: { latency: 20ms, loss: 20% } }
  - { between: [a, h], protocol: ssp, session: { keep_alive: 1s, timeout: 1s, retry: [1s] }, link: { latency: 20ms, loss: 20% } }
  - { between: [b, h], protocol: ssp, link: { latency: 20ms } }
  - { between: [a, m], protocol: sms, link: { latency: 20ms } }
workload: { growth: { add_contact: 60/h }, sessions: { online: 50% } }
run: { seed: 1, warm_up: 0s, duration: 1m }
";

/// The agreements of each operator.
const OF: [&[u16]; 4] = [&[0, 1, 2, 4], &[0, 1, 3], &[2, 3], &[4]];

/// A ledger of the kind that goes with a crossing: the given one, if it is.
fn fitting(crossing: &Sent, given: Ledger, order: usize) -> Ledger {
    let occasion = Occasion(order as u64);
    let message = || {
        let meant = SubscriberId(order as u32 % 70);
        Ledger::Message(meant, Journal::new(occasion, Route::SmsDirect, Instant(0)))
    };
    match (&crossing.content, given) {
        (
            Content::Message(_)
            | Content::GroupMessage(_)
            | Content::GroupPost(_)
            | Content::Sms(_)
            | Content::SmsBack(_),
            given,
        ) => match given {
            Ledger::Message(..) => given,
            Ledger::None | Ledger::Instants(_) => message(),
        },
        (Content::Located(_) | Content::Notification(_), given @ Ledger::Instants(_)) => given,
        (Content::Located(_) | Content::Notification(_), _) => Ledger::Instants([Instant(0); 2]),
        _ => Ledger::None,
    }
}

mod any;

/// A short message of `b` that comes in at `a`, over their agreement for short messages.
fn short(phone: SubscriberId, envelope: Envelope) -> Note {
    let id = MessageId::new(B, u64::from(phone.0));
    let text = Text::synthetic(20, Alphabet::Gsm7);
    Note {
        id,
        sender: phone,
        recipient: Some(phone),
        text,
        sms: Some(envelope),
        report: false,
        by_sms: false,
    }
}

/// Lets `a` set up a session with a partner that serves so much, and its users write for ten minutes: how many
/// messages are refused since nothing carries them.
fn uncarried(served: Services) -> u32 {
    let terms = "link: { latency: 20ms }, presence: {";
    let (plan, _) = prepare(&ALL.replacen(terms, &format!("session: {{}}, {terms}"), 1), &[]);
    let mut shard = Shard::new(&plan, A, &|_| true, Seen::default());
    let mut said = 0;
    while shard.step(Instant(600_000_000_000)).is_some() {
        let mut asked = Vec::new();
        shard.send(|mail| {
            if let Content::Session(talk) = mail.crossing.content
                && !talk.answer
                && mail.next == B
            {
                asked.push((mail, talk));
            }
        });
        for (mail, Talk { step, set_up, .. }) in asked {
            said += 1;
            // It says the secret that it has heard, so that the proof is the same as well.
            let step = if let Step::Services(_) = step { Step::Services(served) } else { step };
            let content = Content::Session(Talk { step, answer: true, set_up });
            let (at, order) = (Instant(mail.at.0 + 20_000_000), u64::from(said));
            let crossing = Crossing { to: A, number: said, content, ..mail.crossing };
            shard.receive(Mail { at, order, next: A, crossing, ledger: Ledger::None });
        }
    }
    assert!(said >= 3, "a session is set up");
    shard.into_observer().uncarried
}

#[test]
fn ssp_1_what_the_partner_does_not_serve_is_refused() {
    assert_eq!(uncarried(Services::ALL), 0);
    assert!(uncarried(Services { messaging: false, ..Services::ALL }) > 0);
}

/// Lets these come in at `a`, one every millisecond, and goes on for ten minutes: what was strange.
fn strays(plan: &Arc<Plan>, came: &[Sent]) -> u32 {
    let mut shard = Shard::new(plan, A, &|_| true, Seen::default());
    for (order, crossing) in came.iter().enumerate() {
        let at = Instant(1_000_000_000 + order as u64 * 1_000_000);
        let (Content::Sms(Note { sender, .. }) | Content::SmsBack(Note { sender, .. })) =
            crossing.content
        else {
            panic!("a short message is tried")
        };
        let journal = Journal::new(Occasion(order as u64), Route::SmsDirect, Instant(0));
        let ledger = Ledger::Message(sender, journal);
        let order = order as u64;
        shard.receive(Mail { at, order, next: A, crossing: crossing.clone(), ledger });
    }
    while shard.step(Instant(600_000_000_000)).is_some() {}
    shard.into_observer().strays
}

/// Of every phone of an operator, a short message by an envelope.
fn each(
    plan: &Plan,
    operator: OperatorId,
    content: impl Fn(Note) -> Content<Note, interwork::domain::crossing::Contacts, ()>,
    envelope: Envelope,
) -> Vec<Sent> {
    let phones = (0..30).map(|place| plan.population.subscriber(operator, place));
    phones
        .enumerate()
        .map(|(number, phone)| Crossing {
            to: A,
            agreement: AgreementId(1),
            number: number as u32,
            content: content(short(phone, envelope)),
        })
        .collect()
}

fn envelope(smsc: OperatorId, network: OperatorId, node: u64) -> Envelope {
    Envelope {
        smsc,
        network,
        segments: 1,
        origin: SmsOrigin::Fallback,
        reply: ReplyNumber { owner: B, index: 0 },
        alert: true,
        crossed: 0,
        owed: 0,
        submitted: Instant(0),
        reference: node << 32,
    }
}

#[test]
fn a_short_message_that_names_its_receiver_as_its_smsc_is_left_alone() {
    let (plan, _) = prepare(ALL, &[]);
    let ours = each(&plan, A, Content::Sms, envelope(A, A, 99));
    assert_eq!(strays(&plan, &ours), ours.len() as u32);
    let theirs = each(&plan, A, Content::Sms, envelope(B, A, 0));
    assert_eq!(strays(&plan, &theirs), 0, "those of `b` are taken");
}

#[test]
fn a_short_message_that_comes_back_from_our_own_network_is_left_alone() {
    let (plan, _) = prepare(ALL, &[]);
    let own = each(&plan, B, Content::SmsBack, envelope(A, A, 0));
    assert_eq!(strays(&plan, &own), own.len() as u32);
    let foreign = each(&plan, B, Content::SmsBack, envelope(A, B, 0));
    assert_eq!(strays(&plan, &foreign), 0, "what was sent to `b` comes back");
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(256))]

    #[test]
    fn whatever_crosses_no_node_panics(
        crossings in proptest::collection::vec((any::sent(), any::ledger()), 1..200),
    ) {
        let (plan, _) = prepare(ALL, &[]);
        for place in 0..plan.federation.operators.len() as u16 {
            let mut shard = Shard::new(&plan, OperatorId(place), &|_| true, Seen::default());
            for (order, (crossing, ledger)) in crossings.iter().enumerate() {
                let at = Instant(1_000_000_000 + order as u64 * 1_000_000);
                let (mut crossing, mut ledger) = (crossing.clone(), ledger.clone());
                // Most are such as the operator looks at more closely.
                if order % 8 > 0 {
                    let own = OF[usize::from(place)];
                    crossing.agreement = AgreementId(own[order % own.len()]);
                    crossing.to = OperatorId(place);
                    ledger = fitting(&crossing, ledger, order);
                }
                let order = order as u64;
                shard.receive(Mail { at, order, next: OperatorId(place), crossing, ledger });
            }
            while shard.step(Instant(120_000_000_000)).is_some() {}
        }
    }
}

proptest::proptest! {
    #[test]
    fn every_crossing_comes_out_of_its_bytes_as_it_went_in(
        crossings in proptest::collection::vec((any::sent(), any::ledger()), 0..20),
    ) {
        let mut written = Vec::new();
        crossings.iter().for_each(|(sent, ledger)| bytes::write(sent, ledger, &mut written));
        let mut rest = &written[..];
        for (sent, ledger) in &crossings {
            let read = bytes::read(&mut rest);
            proptest::prop_assert_eq!(read, Ok((sent.clone(), ledger.clone())));
        }
        proptest::prop_assert!(rest.is_empty());
    }

    #[test]
    fn cut_or_changed_bytes_are_refused_or_something_else_but_never_the_same(
        crossing in any::sent(),
        ledger in any::ledger(),
        place in proptest::arbitrary::any::<proptest::sample::Index>(),
        by in 1u8..,
    ) {
        let mut written = Vec::new();
        bytes::write(&crossing, &ledger, &mut written);
        let place = place.index(written.len());
        proptest::prop_assert_eq!(bytes::read(&mut &written[..place]), Err(Malformed));
        written[place] ^= by;
        proptest::prop_assert_ne!(bytes::read(&mut &written[..]), Ok((crossing, ledger)));
    }

    #[test]
    fn any_bytes_are_read_or_refused(
        noise in proptest::collection::vec(proptest::arbitrary::any::<u8>(), 0..300),
    ) {
        let mut noise = [&[1][..], &noise].concat();
        for kind in 0..=18 {
            // Past version, addresses and number, so that every kind is met.
            if let Some(byte) = noise.get_mut(9) {
                *byte = kind;
            }
            let mut rest = &noise[..];
            if bytes::read(&mut rest).is_err() {
                proptest::prop_assert_eq!(rest, &noise[..], "what is refused stays where it is");
            }
        }
    }
}

#[test]
fn a_list_that_claims_to_be_longer_than_its_bytes_is_refused_at_once() {
    let mut claimed = vec![1, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0];
    claimed.extend(u32::MAX.to_le_bytes());
    claimed.extend([0; 40]);
    assert_eq!(bytes::read(&mut &claimed[..]), Err(Malformed));
}
