//! The border of an operator: what other operators send is a request or an answer that may be late,
//! doubled, wrong or no sense at all, and touches nothing but what it is for.

mod common;

use common::prepare;
use interwork::domain::crossing::{Content, Query};
use interwork::domain::id::{MessageId, OperatorId, Transaction};
use interwork::domain::ledger::Occasion;
use interwork::domain::number::ReplyNumber;
use interwork::domain::observation::{Observation, SmsEvent};
use interwork::domain::outcome::{Route, SmsOrigin};
use interwork::domain::text::{Alphabet, Text};
use interwork::domain::time::Instant;
use interwork::model::context::{Context, Observer};
use interwork::model::crossing::{Lists, Located};
use interwork::model::gateway::Gateway;
use interwork::model::message::{Message, Messages, Sms};
use interwork::model::outbox::{Input, Outbox};
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
}

impl Observer for Seen {
    fn observe(&mut self, _: Instant, observation: &Observation<'_>) {
        match observation {
            Observation::Stray { .. } => self.strays += 1,
            Observation::Sms { event: SmsEvent::Retried, .. } => self.retried += 1,
            _ => {}
        }
    }
}

/// One node on a bench: all that it touches, in the open.
struct Bench<'p> {
    plan: &'p Plan,
    messages: Messages,
    lists: Lists,
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
            submitted: now,
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
