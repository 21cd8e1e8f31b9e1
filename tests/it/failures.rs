//! What fails for a while by the timeline: links and parts of operators. Everything but what a test
//! is about takes no time, and the load ends early enough for everything to arrive.

use crate::common::{close, count, distribution, prepare, simulate};
use interwork::measure::results::Results;
use interwork::run::{self, Options};

/// An IMSP `a`, another `b`, an IMS operator `i` and a hub `h` between them, and an operator `c`
/// without IM. The users of `a` alone write, for the first minute of five.
fn federation(per_second: u32, contacts: &str, timeline: &str) -> String {
    let imsp = |name: &str, kind: &str, prefix: u32, sms_only: u32, smsc: &str| {
        format!(
            "  {name}:
    kind: {kind}
    domain: {name}.example
    numbers: [\"+467{prefix}\"]
    subscribers: {{ im: 500, sms_only: {sms_only} }}
    access: {{ mobile: 0s }}
    im_server: {{ workers: 1, service_time: 0s }}
    smsc: {smsc}
"
        )
    };
    let smsc = "{ nodes: 2, throughput: 10/s, attempt_time: 0s, retry: [10s] }
    hlr: { lookup_time: 0s, attached: 100% }";
    let ims = "none
    translator: { message_time: 0s, presence_time: 0s }";
    format!(
        "interwork: 1
name: failures
operators:
{}{}{}  c: {{ kind: mno, numbers: [\"+4679\"], subscribers: {{ sms_only: 500 }}, access: {{ mobile: 0s }}, hlr: {{ lookup_time: 0s, attached: 100% }} }}
  h: {{ kind: hub, relay: {{ workers: 1, service_time: 0s }} }}
agreements:
  - {{ between: [a, b], protocol: ssp, link: {{ latency: 20ms }} }}
  - {{ between: [a, h], protocol: ssp, link: {{ latency: 20ms }} }}
  - {{ between: [h, i], protocol: ssp, link: {{ latency: 20ms }} }}
  - {{ between: [a, c], protocol: sms, link: {{ latency: 20ms }} }}
workload:
  contacts: {{ per_user: 5, mutual: 0%, {contacts} }}
  messages: {{ total: {per_second}/s, length: 20, ucs2: 0%, recipients: uniform, reply: {{ share: 0% }} }}
  presence: {{ changes: 0/h }}
  sessions: {{ online: 100%, length: unlimited }}
  growth: {{ add_contact: 0/h }}
  stages: [ {{ for: 1m, load: 1 }}, {{ for: 4m, load: 0 }} ]
  by_operator: {{ b: {{ messages: {{ total: 0/s }} }}, i: {{ messages: {{ total: 0/s }} }} }}
timeline: [ {timeline} ]
run: {{ seed: 3, warm_up: 0s, duration: 5m }}
",
        imsp("a", "imsp", 0, 500, smsc),
        imsp("b", "imsp", 1, 0, "none"),
        imsp("i", "ims", 2, 0, ims),
    )
}

const ON_NET: &str = "elsewhere: 0%, sms_only: 0%";
const ELSEWHERE: &str = "elsewhere: 100%, sms_only: 0%";
const LEGACY: &str = "sms_only: 100%, sms_only_elsewhere: 0%";
const LEGACY_ELSEWHERE: &str = "sms_only: 100%, sms_only_elsewhere: 100%";

fn results(per_second: u32, contacts: &str, timeline: &str) -> Results {
    simulate(&federation(per_second, contacts, timeline), &[], 2).results
}

/// Offered, delivered, refused because a node is down; nothing else becomes of any message.
#[track_caller]
fn ends(results: &Results, route: &str) -> [u64; 3] {
    let of = |name: &str| count(results, &format!("messages_{name}"), &[("route", route)]);
    let down = [("route", route), ("reason", "node_down")];
    let refused = count(results, "messages_refused", &down);
    let (offered, delivered) = (of("offered"), of("delivered"));
    assert_eq!(offered, delivered + refused, "{route}: delivered {delivered}, refused {refused}");
    assert!(delivered > 0, "{route}: some are delivered");
    [offered, delivered, refused]
}

#[test]
fn a_link_that_is_down_delays_until_a_repetition_gets_through_and_loses_nothing() {
    let usual = results(20, ELSEWHERE, "");
    let down = results(20, ELSEWHERE, "{ at: 20s, link_down: [b, a], for: 30s }");
    let [offered, _, refused] = ends(&down, "interworked");
    assert_eq!((offered, refused), (ends(&usual, "interworked")[0], 0), "the same people");
    let latency = distribution(&down, "message_latency", &[("route", "interworked")]);
    assert!((28.0..32.1).contains(&latency.max), "until it is up, and a repetition: {latency:?}");
    assert!(latency.min < 0.0201, "before and after, as ever");
    let sent = |results| {
        let labels = [("from", "a"), ("to", "b"), ("kind", "message")];
        count(results, "agreement_messages", &labels)
    };
    assert_eq!(sent(&usual), offered);
    assert!(sent(&down) > 2 * offered, "repeated every two seconds");
    let hub = |results| distribution(results, "message_latency", &[("route", "hub")]).mean;
    assert_eq!(hub(&usual), hub(&down), "other links carry what they carry");
}

#[test]
fn lost_requests_and_lost_answers_are_made_good_and_nothing_comes_twice() {
    let link = "between: [a, b], protocol: ssp, link: { latency: 20ms";
    let text = federation(20, ELSEWHERE, "").replace(link, &format!("{link}, loss: 50%"));
    let results = simulate(&text, &[], 2).results;
    let [offered, delivered, refused] = ends(&results, "interworked");
    assert_eq!((offered, refused), (delivered, 0));
    let sent = |from, to, kind| {
        let labels = [("from", from), ("to", to), ("kind", kind)];
        count(&results, "agreement_messages", &labels) as f64
    };
    // Until a request and its answer get through, a half each; every request that does is answered.
    let requests = sent("a", "b", "message");
    close("requests a message", requests / offered as f64, 4.0, 12.0);
    close("answers a request", sent("b", "a", "answer") / requests, 0.5, 6.0);
    // The first that gets through is the message: one repetition on average before.
    let latency = distribution(&results, "message_latency", &[("route", "interworked")]);
    close("latency", latency.mean, 0.02 + 2.0, 15.0);
}

#[test]
fn a_slow_link_multiplies_latency_by_the_largest_factor() {
    let mean = |timeline: &str| {
        let results = results(20, ELSEWHERE, timeline);
        let route = |route| distribution(&results, "message_latency", &[("route", route)]).mean;
        (route("interworked"), route("hub"))
    };
    close("usual", mean("").0, 0.02, 0.1);
    let slow = mean("{ at: 0s, link_slow: [a, b], factor: 5, for: 5m }");
    close("slow", slow.0, 0.1, 0.1);
    close("by the hub", slow.1, 0.04, 0.1);
    let both = "{ at: 0s, link_slow: [a, b], factor: 2.5, for: 5m }, { at: 0s, link_slow: [a, b], factor: 2, for: 5m }";
    close("of two", mean(both).0, 0.05, 0.1);
}

#[test]
fn an_im_server_that_is_down_refuses_and_serves_its_queue_when_it_is_back() {
    let timeline = "{ at: 30s, node_down: a.im_server, for: 20s }, { at: 40s, node_down: a.im_server, for: 20s }";
    let text = federation(100, ON_NET, timeline);
    // Half of what comes in the first half minute waits.
    let sets = ["operators.a.im_server.service_time=20ms"];
    let results = simulate(&text, &sets, 2).results;
    let [_, delivered, refused] = ends(&results, "on-net");
    close("refused", refused as f64, 100.0 * 30.0, 5.0);
    close("served", delivered as f64, 100.0 * 30.0, 5.0);
    let station = [("station", "a/im_server")];
    assert_eq!(count(&results, "station_refused", &station), refused);
    let wait = distribution(&results, "station_wait", &station);
    // Whoever came last before the outage waits for it, and for the 30 s of work before it.
    assert!((58.0..62.0).contains(&wait.max), "{wait:?}");
}

#[test]
fn logins_wait_for_a_server_that_is_down() {
    let text = federation(0, ON_NET, "{ at: 10s, node_down: a.im_server, for: 30s }")
        .replace("online: 100%, length: unlimited", "online: 50%, length: 1m");
    let results = simulate(&text, &[], 2).results;
    let station = [("station", "a/im_server")];
    assert_eq!(count(&results, "station_refused", &station), 0);
    let wait = distribution(&results, "station_wait", &station);
    assert!((28.0..30.1).contains(&wait.max), "{wait:?}");
}

#[test]
fn while_one_node_of_an_smsc_is_down_the_others_take_all_submissions() {
    let results = results(8, LEGACY, "{ at: 0s, node_down: \"a.smsc[0]\", for: 5m }");
    let [offered, _, refused] = ends(&results, "sms-own");
    assert_eq!(refused, 0);
    let served = |node| count(&results, "station_served", &[("station", node)]);
    assert_eq!((served("a/smsc[0]"), served("a/smsc[1]")), (0, offered));
}

#[test]
fn what_a_node_of_an_smsc_has_in_store_waits_for_it() {
    let results = results(30, LEGACY, "{ at: 40s, node_down: \"a.smsc[0]\", for: 2m }");
    assert_eq!(ends(&results, "sms-own")[2], 0);
    let wait = |node| distribution(&results, "station_wait", &[("station", node)]).max;
    // 15/s come to each node, which serves 10/s: 20 s of work wait after 40 s.
    assert!((110.0..150.0).contains(&wait("a/smsc[0]")), "{}", wait("a/smsc[0]"));
    assert!(wait("a/smsc[1]") < 80.0, "{}", wait("a/smsc[1]"));
}

#[test]
fn an_smsc_that_is_down_refuses_and_has_its_retries_wait() {
    let text = federation(8, LEGACY, "{ at: 30s, node_down: a.smsc, for: 30s }");
    let sets = ["operators.a.hlr.attached=50%", "operators.a.hlr.detached_for=20s"];
    let results = simulate(&text, &sets, 2).results;
    let [_, _, refused] = ends(&results, "sms-own");
    close("refused", refused as f64, 8.0 * 30.0, 15.0);
    let wait = distribution(&results, "station_wait", &[("station", "a/smsc[0]")]);
    assert!((20.0..40.0).contains(&wait.max), "a retry that came due waits: {wait:?}");
}

#[test]
fn short_messages_are_tried_again_when_an_hlr_is_down() {
    for (contacts, route, hlr) in
        [(LEGACY, "sms-own", "a.hlr"), (LEGACY_ELSEWHERE, "sms-direct", "c.hlr")]
    {
        let timeline = format!("{{ at: 20s, node_down: {hlr}, for: 30s }}");
        let text = federation(100, contacts, &timeline);
        let results = simulate(&text, &["operators.a.smsc.throughput=1000/s"], 2).results;
        let [_, _, refused] = ends(&results, route);
        assert_eq!(refused, 0, "accepted before");
        let labels = [("operator", "a"), ("origin", "fallback")];
        let retried = count(&results, "sms_retried", &labels) as f64;
        // Those of each ten seconds: three times, twice, once.
        close("retried", retried, 1000.0 * (3.0 + 2.0 + 1.0), 8.0);
    }
}

#[test]
fn an_hlr_tells_of_phones_that_came_back_while_it_was_down() {
    let text = federation(8, LEGACY, "{ at: 61s, node_down: a.hlr, for: 100s }");
    let sets = [
        "operators.a.hlr.attached=50%",
        "operators.a.hlr.detached_for=1m",
        "operators.a.smsc.retry.0=48h",
    ];
    let results = simulate(&text, &sets, 2).results;
    // Nobody but the HLR's alert lets them through before the run ends.
    assert_eq!(ends(&results, "sms-own")[2], 0);
    let latency = distribution(&results, "message_latency", &[("route", "sms-own")]);
    assert!(latency.max > 100.0, "{latency:?}");
}

#[test]
fn a_relay_that_is_down_refuses_what_is_to_pass() {
    let results = results(20, ELSEWHERE, "{ at: 20s, node_down: h.relay, for: 30s }");
    let [offered, _, refused] = ends(&results, "hub");
    close("refused", refused as f64 / offered as f64, 0.5, 15.0);
    assert_eq!(ends(&results, "interworked")[2], 0);
    let labels = [("from", "h"), ("to", "i"), ("reason", "node_down")];
    assert_eq!(count(&results, "agreement_refused", &labels), refused);
}

#[test]
fn a_translator_that_is_down_refuses_what_comes_in() {
    let results = results(20, ELSEWHERE, "{ at: 20s, node_down: i.translator, for: 30s }");
    let [offered, _, refused] = ends(&results, "hub");
    close("refused", refused as f64 / offered as f64, 0.5, 15.0);
    assert_eq!(ends(&results, "interworked")[2], 0);
}

#[test]
fn failures_are_the_same_on_one_two_and_eight_threads() {
    let timeline = "{ at: 10s, link_down: [a, b], for: 20s }, { at: 15s, link_slow: [a, h], factor: 7, for: 20s },
  { at: 20s, node_down: a.im_server, for: 3s }, { at: 25s, node_down: b.im_server, for: 9s },
  { at: 30s, node_down: h.relay, for: 5s }, { at: 35s, node_down: \"a.smsc[1]\", for: 20s },
  { at: 40s, node_down: a.smsc, for: 5s }, { at: 41s, node_down: c.hlr, for: 15s },
  { at: 50s, node_down: i.translator, for: 2s }, { at: 52s, link_down: [a, c], for: 20s }";
    let text = federation(40, "elsewhere: 70%, sms_only: 40%", timeline)
        .replace("share: 0%", "share: 50%, after: 1s")
        .replace("changes: 0/h", "changes: 60/h")
        .replace("online: 100%, length: unlimited", "online: 60%, length: 1m");
    let (plan, setup) = prepare(&text, &[]);
    let [one, two, eight] = [1, 2, 8].map(|threads| {
        let options = Options { threads, samples: 100, ..Options::default() };
        let stop = Default::default();
        let ended = run::run(&plan, &setup, options, &stop, &mut |_, _| {}).expect("a sound run");
        (ended.events, format!("{:?} {:?}", ended.results.metrics, ended.samples))
    });
    assert!(one == two && two == eight, "threads make a difference");
}
