//! `capacity` against limits that are known in closed form: an SMSC's licence, an IM server, the cap
//! of an agreement. It must find each within 2 %, name it, and name what gives way next.

use std::num::NonZeroUsize;

use crate::common::program::{Bench as Folder, text as text_of};

use interwork::study::capacity::search::{Bench, Effort, Side, Verdict};
use interwork::study::capacity::sizes::sizes;
use interwork::study::capacity::{self, Answer, Question, Unsteady};
use interwork::study::forecast::forecast;
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
    varied(text, "workload.load", 1.0, "")
}

/// The answer for a topology with another value varied; of an empty unit all but the load are whole.
fn varied(text: &str, path: &str, planned: f64, unit: &str) -> Answer {
    question(text, path, planned, unit).expect("steady runs")
}

/// The same, or why there is none.
fn question(text: &str, path: &str, planned: f64, unit: &str) -> Result<Answer, Unsteady> {
    let is_load = path == "workload.load";
    let case = |value: f64| {
        let set = format!("{path}={value}{unit}");
        let (plan, setup) = crate::common::prepare_with_slo(text, &[&set]);
        Case { federation: plan.federation.clone(), slo: setup.slo.clone() }
    };
    let at = |value: f64| (value > 0.0).then(|| case(value));
    let stop = CancellationToken::new();
    let parallel = Parallel { threads: NonZeroUsize::new(2).expect("two") };
    let whole = !is_load && unit.is_empty();
    let (tell, found) = (&|_: &str, _| {}, &|_, _| {});
    let bench = Bench { at: &at, whole, parallel, stop: &stop, tell, found, probes: None };
    let least = if is_load { planned / 30.0 } else { 0.0 };
    let effort = Effort { first: 3, most: 6, precision: 0.02, stride: 1.5, least };
    let question = Question { planned, case: &case(planned), effort, is_load };
    capacity::answer(question, bench).expect("a sound search")
}

/// Fails unless the answer, its bottleneck and the one after it are these.
fn expect(answer: &Answer, largest: f64, first: &str, next: (&str, f64)) {
    let found = answer.found.border.expect("a limit");
    crate::common::close("the largest load", found, largest, 2.0);
    let limit = answer.bottleneck.as_ref().expect("a bottleneck");
    assert_eq!((limit.found.part.as_str(), limit.found.relieves), (first, true));
    let after = answer.next.as_ref().expect("a next one");
    assert_eq!(after.found.part, next.0);
    crate::common::close("the next limit", after.found.largest.expect("found"), next.1, 2.0);
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
    assert_eq!(answer.found.border, None);
    assert!(answer.bottleneck.is_none() && answer.planned.verdict.holds());
}

#[test]
fn of_a_size_the_smallest_is_found() {
    // 100/s of a licence: 80 % at 125/s.
    let a = "smsc: { throughput: 300/s, attempt_time: 0s }";
    let text = topology(a, "", "", LEGACY, "utilisation < 80%");
    let answer = varied(&text, "operators.a.smsc.throughput", 300.0, "/s");
    assert_eq!(answer.found.side, Side::From);
    crate::common::close("the licence", answer.found.border.expect("a border"), 125.0, 2.0);
    let (holds, fails) = answer.found.interval;
    assert!(holds.is_some_and(|holds| holds > 125.0) && fails.is_some_and(|fails| fails < 125.0));
    assert!(answer.planned.verdict.holds() && answer.next.is_none());
}

#[test]
fn of_workers_a_whole_number_is_found() {
    // 100/s of 30 ms each occupy 3 workers; 4 are used to 75 %.
    let a = "im_server: { workers: 9, service_time: 30ms }";
    let text = topology(a, "", "", ON_NET, "utilisation < 80%");
    let answer = varied(&text, "operators.a.im_server.workers", 9.0, "");
    assert_eq!((answer.found.side, answer.found.border), (Side::From, Some(4.0)));
    assert_eq!(answer.found.interval, (Some(4.0), Some(3.0)));
}

#[test]
fn a_line_that_cannot_hold_holds_at_no_load_however_few_the_samples() {
    let text = topology("", "", "", ON_NET, "message_latency p99 < 1us");
    let answer = answer(&text.replace("duration: 100s", "duration: 5s"));
    assert_eq!(answer.found.border, None);
    assert!(!answer.planned.verdict.holds());
    let seldom: Vec<_> = answer.found.points.iter().filter(|p| !p.unknown.is_empty()).collect();
    assert!(!seldom.is_empty() && seldom.iter().all(|p| p.verdict == Verdict::Unknown));
}

#[test]
fn a_queue_that_grows_is_no_capacity_though_no_line_watches_it() {
    // 100/s for a licence of 50/s; the IM server, which the line watches, is far from its end. Up to
    // where the line fails the queue of the SMSC would grow for ever.
    let a = "smsc: { throughput: 50/s, attempt_time: 0s }
    im_server: { workers: 1, service_time: { exponential: 3.2ms } }";
    let slo = "utilisation{station=a/im_server} < 80%";
    let text = topology(a, "", "", LEGACY, &format!("\"{slo}\""));
    let answer = answer(&text);
    assert_eq!(answer.bottleneck.as_ref().expect("a bottleneck").found.part, "a/smsc");
    let border = answer.found.border.expect("a border");
    assert!((0.45..0.55).contains(&border), "half of the load fits the licence: {border}");
    let (plan, setup) = crate::common::prepare_with_slo(&text, &[]);
    let case = Case { federation: plan.federation.clone(), slo: setup.slo.clone() };
    let sizes = sizes(&plan, &forecast(&plan), &case.slo);
    let size = sizes.iter().find(|size| size.part == "a/smsc").expect("its SMSC");
    // 100/s without an SLO line on it: 70 % may be used.
    assert_eq!((size.installed, size.needed), (50.0, (100.0_f64 / 0.7).ceil()));
    crate::common::close("the share that is asked for", size.used, 2.0, 0.1);
    let server = sizes.iter().find(|size| size.part == "a/im_server").expect("its server");
    // One worker is used to 32 % where the line allows 80 %.
    assert_eq!((server.installed, server.needed), (1.0, 1.0));
}

#[test]
fn parts_that_give_way_together_are_named_together() {
    // Half of the messages go to the other operator's customers: both SMSCs are at 80 % at once.
    let smsc = "smsc: { throughput: 50/s, attempt_time: 0s }
    hlr: { lookup_time: 0s, attached: 100% }
    legacy: { reply_numbers: 100000 }";
    let a = "smsc: { throughput: 50/s, attempt_time: 0s }";
    let contacts = "{ per_user: 20, elsewhere: 50%, sms_only: 100%, sms_only_elsewhere: 50% }";
    let text = topology(a, smsc, "", contacts, "utilisation < 80%");
    let text = text.replace("subscribers: { im: 500 }", "subscribers: { im: 500, sms_only: 500 }");
    let limit = answer(&text).bottleneck.expect("a bottleneck");
    let mut parts: Vec<&str> = limit.found.part.split(" and ").collect();
    parts.sort_unstable();
    assert_eq!((parts, limit.found.relieves), (vec!["a/smsc", "b/smsc"], true));
}

#[test]
fn from_a_load_that_still_rises_no_capacity_follows() {
    let text = topology(
        "im_server: { workers: 1, service_time: 2ms }",
        "",
        "",
        ON_NET,
        "utilisation < 80%",
    );
    let settled = answer(&text);
    assert!(settled.found.border.is_some());
    // Nine answers to a message, each half a minute after what it answers: for minutes more and more.
    let rising = text.replace("reply: { share: 0% }", "reply: { share: 90%, after: 30s }");
    let asked = question(&rising, "workload.load", 1.0, "");
    let why = asked.expect_err("it is not steady").0;
    assert!(why.starts_with("offered load rises from"), "{why}");
}

#[test]
fn a_folder_with_probes_is_gone_on_with_and_they_go_when_the_answer_is_there() {
    let bench = Folder::new("slo: [ 'utilisation < 80%' ]\n");
    let ask = ["capacity", "small.yaml", "--replications", "2", "--max-replications", "2"];
    let ask = [&ask[..], &["--set", "run.duration=20s", "--out", "answer"]].concat();
    std::fs::create_dir_all(bench.path("answer")).expect("a folder");
    std::fs::write(bench.path("answer/notes.txt"), "mine").expect("written");
    let refused = bench.program(&ask);
    assert!(text_of(&refused.stderr).contains("--force"), "{}", text_of(&refused.stderr));
    std::fs::create_dir_all(bench.path("answer/probes")).expect("a folder");
    std::fs::write(bench.path("answer/probes/0-0.json"), "{ damaged").expect("written");
    let answered = bench.program(&ask);
    let told = text_of(&answered.stderr);
    assert!(matches!(answered.status.code(), Some(0 | 99)), "{told}");
    assert!(bench.path("answer/capacity.json").exists() && bench.path("answer/notes.txt").exists());
    assert!(!bench.path("answer/probes").exists());
    assert!(told.contains("by arithmetic ") && told.contains("workload.load = "), "{told}");
}
