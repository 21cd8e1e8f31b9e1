//! `capacity` against limits that are known in closed form: an SMSC's licence, an IM server, the cap
//! of an agreement. It must find each within 2 %, name it, and name what gives way next.

mod common;

use std::num::NonZeroUsize;

use interwork::study::capacity::search::{Bench, Effort};
use interwork::study::capacity::{self, Answer, Question};
use interwork::study::replicate::{Case, Parallel};
use tokio_util::sync::CancellationToken;

/// Two operators whose users do nothing but write, 100 first messages a second at `a`.
fn topology(a: &str, b: &str, agreement: &str, contacts: &str, slo: &str) -> String {
    format!(
        "interwork: 1
name: limits
operators:
  a:
    kind: imsp
    domain: a.example
    numbers: [\"+46700\"]
    subscribers: {{ im: 500, sms_only: 500 }}
    access: {{ wired: 0s }}
    hlr: {{ lookup_time: 0s, attached: 100% }}
    legacy: {{ reply_numbers: 100000 }}
    {a}
  b:
    kind: imsp
    domain: b.example
    numbers: [\"+46710\"]
    subscribers: {{ im: 500 }}
    access: {{ wired: 0s }}
    {b}
agreements:
  - between: [a, b]
    protocol: ssp
    link: {{ latency: 10ms }}
    {agreement}
workload:
  contacts: {contacts}
  messages: {{ total: 100/s, length: 20, ucs2: 0%, recipients: uniform, reply: {{ share: 0% }} }}
  by_operator: {{ b: {{ messages: {{ total: 0/s }} }} }}
  presence: {{ changes: 0/h }}
  sessions: {{ online: 100%, length: unlimited }}
  growth: {{ add_contact: 0/h }}
run: {{ seed: 1, warm_up: 10s, duration: 100s }}
slo: [{slo}]
"
    )
}

const LEGACY: &str = "{ per_user: 5, elsewhere: 0%, sms_only: 100%, sms_only_elsewhere: 0% }";
const ON_NET: &str = "{ per_user: 5, elsewhere: 0%, sms_only: 0% }";
const ELSEWHERE: &str = "{ per_user: 5, elsewhere: 100%, sms_only: 0% }";

/// The answer for a topology, the load being varied from 1.
fn answer(text: &str) -> Answer {
    let at = |load: f64| {
        let set = format!("workload.load={load}");
        let (plan, setup) = common::prepare_with_slo(text, &[&set]);
        Case { federation: plan.federation.clone(), slo: setup.slo.clone() }
    };
    let stop = CancellationToken::new();
    let parallel = Parallel { threads: NonZeroUsize::new(2).expect("two") };
    let bench = Bench { at: &at, parallel, stop: &stop, tell: &|_, _| {} };
    let effort = Effort { first: 3, most: 9, precision: 0.01, stride: 1.5 };
    let question = Question { planned: 1.0, effort, is_load: true };
    capacity::answer(question, bench).expect("a sound search")
}

/// Fails unless the answer, its bottleneck and the one after it are these.
fn expect(answer: &Answer, largest: f64, first: &str, next: (&str, f64)) {
    let found = answer.found.largest.expect("a limit");
    common::close("the largest load", found, largest, 2.0);
    let limit = answer.bottleneck.as_ref().expect("a bottleneck");
    assert_eq!((limit.name.as_str(), limit.relieves), (first, true));
    let after = answer.next.as_ref().expect("a next one");
    assert_eq!(after.name, next.0);
    common::close("the next limit", after.largest.expect("found"), next.1, 2.0);
    let (holds, fails) = answer.found.interval;
    assert!(holds.is_some_and(|holds| holds < found) && fails.is_some_and(|fails| fails > found));
}

#[test]
fn the_licence_of_an_smsc_is_found_and_named() {
    // Licensed 200/s, 100/s a unit of load: 80 % at 1.6. One worker of 3.2 ms: 80 % at 2.5.
    let a = "smsc: { throughput: 200/s, attempt_time: 0s }
    im_server: { workers: 1, service_time: { exponential: 3.2ms } }";
    let text = topology(a, "", "", LEGACY, "utilisation < 80%");
    expect(&answer(&text), 1.6, "a/smsc", ("a/im_server", 2.5));
}

#[test]
fn an_im_server_is_found_and_named() {
    // M/M/1 with 2 ms: a mean sojourn of 10 ms at 400/s. Two workers (M/M/2, Erlang C) have the
    // mean 2 / (1 - (load/10)^2) ms: 10 ms where load/10 is the root of 0.8.
    let a = "im_server: { workers: 1, service_time: { exponential: 2ms } }";
    let slo = "\"station_sojourn{station=a/im_server} mean < 10ms\"";
    let text = topology(a, "", "", ON_NET, slo);
    expect(&answer(&text), 4.0, "a/im_server", ("a/im_server", 10.0 * 0.8_f64.sqrt()));
}

#[test]
fn the_cap_of_an_agreement_is_found_and_named() {
    // Capped at 150/s, refused beyond: 4 % are refused at 150/0.96. Then the IM server of `b`, full
    // at 250/s, whose queue of 50 overflows by as much at 250/0.96.
    let cap = "rate_limit: { rate: 150/s, burst: 200, over: refuse }";
    let b = "im_server: { workers: 1, service_time: 4ms, queue_limit: 50 }";
    let text = topology("", b, cap, ELSEWHERE, "messages_refused share < 4%");
    expect(&answer(&text), 1.5 / 0.96, "a->b/rate_limit", ("b/im_server", 2.5 / 0.96));
}

#[test]
fn what_never_fails_has_no_limit_and_no_bottleneck() {
    let text = topology("", "", "", ON_NET, "messages_lost count == 0");
    let text = text.replace("100/s", "1/s").replace("duration: 100s", "duration: 2s");
    let answer = answer(&text);
    assert_eq!(answer.found.largest, None);
    assert!(answer.bottleneck.is_none() && answer.planned.verdict.holds());
}
