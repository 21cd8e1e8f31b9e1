//! What `check` foretells is what runs then show: offered messages by route and utilisation by
//! station, for topologies without overload.

use crate::common::{close, gauge, metric, prepare, simulate};
use interwork::domain::part::PartKind;
use interwork::study::forecast::forecast;
use interwork::study::needs::needs;

/// IMSPs, one on an IMS core, an operator without IM and a hub on the way, everything that forecasts depend on set
/// to something.
const TOPOLOGY: &str = r#"
interwork: 1
name: forecast
operators:
  a:
    kind: imsp
    domain: im.a.example
    numbers: ["+4670"]
    subscribers: { im: 1500, sms_only: 500 }
    access: { mobile: 40ms }
    im_server: { workers: 2, service_time: { message: 3ms, notification: 1ms, default: { exponential: 2ms } } }
    smsc: { nodes: 2, throughput: 60/s }
    hlr: { workers: 20, lookup_time: 150ms, attached: 80%, detached_for: { exponential: 10m } }
    legacy: { overlong: split }
  b:
    kind: ims
    translator: { workers: 1, message_time: 5ms, presence_time: 2ms }
    domain: im.b.example
    numbers: ["+4671"]
    subscribers: { im: 1000, sms_only: 300 }
    im_server: { workers: 2, service_time: 4ms }
    smsc: { throughput: 80/s }
  c:
    kind: imsp
    domain: im.c.example
    numbers: ["+4672"]
    subscribers: { im: 500 }
    smsc: none
  m:
    kind: mno
    numbers: ["+4676"]
    subscribers: { sms_only: 800 }
    smsc: { throughput: 80/s }
  x:
    kind: hub
    relay: { workers: 1, service_time: 3ms }
agreements:
  - between: [a, b]
    protocol: ssp
    link: { latency: 20ms, bandwidth: 2Mbit/s, loss: 5% }
    rate_limit: { rate: 50/s, over: queue }
    presence: { fan_out: per_domain, subscription: per_list }
  - { between: [a, x], protocol: ssp, link: { latency: 10ms, bandwidth: 1Mbit/s } }
  - { between: [c, x], protocol: ssp, link: { latency: 10ms } }
  - { between: [a, m], protocol: sms, link: { latency: 10ms, bandwidth: 1Mbit/s } }
  - { between: [b, m], protocol: sms, link: { latency: 10ms } }
workload:
  contacts: { per_user: { geometric: 12 } }
  messages: { per_user: 40/h }
  presence: { changes: 6/h }
  sessions: { length: { exponential: 20m }, offline_messages: sms }
  load: 1.5
run: { warm_up: 30m, duration: 60m }
"#;

/// Two operators on IMS cores in their own SIP, one that speaks XMPP with both: one of these is
/// translated by its IMS side, and so is what crosses between the IMS operators in no way.
const PROTOCOLS: &str = r#"
interwork: 1
name: protocols
operators:
  p:
    kind: ims
    domain: im.p.example
    numbers: ["+4670"]
    subscribers: { im: 1000 }
    translator: { workers: 1, message_time: 5ms, presence_time: 2ms }
    im_server: { workers: 2, service_time: 2ms }
  q:
    kind: ims
    domain: im.q.example
    numbers: ["+4671"]
    subscribers: { im: 800 }
    im_server: { workers: 2, service_time: 2ms }
  r:
    kind: imsp
    domain: im.r.example
    numbers: ["+4672"]
    subscribers: { im: 600 }
    im_server: { workers: 2, service_time: 2ms }
agreements:
  - between: [p, q]
    protocol: simple
    link: { latency: 20ms, bandwidth: 2Mbit/s, loss: 5% }
    presence: { refresh: 10m }
  - { between: [p, r], protocol: xmpp, link: { latency: 10ms, bandwidth: 500kbit/s } }
  - { between: [q, r], protocol: xmpp, link: { latency: 10ms, bandwidth: 500kbit/s } }
workload:
  contacts: { per_user: { geometric: 12 }, sms_only: 0% }
  messages: { per_user: 40/h }
  presence: { changes: 6/h }
  sessions: { length: { exponential: 20m } }
run: { warm_up: 30m, duration: 60m }
"#;

fn compare(sets: &[&str]) {
    compare_in(TOPOLOGY, 9, sets);
}

fn compare_in(topology: &str, routes: usize, sets: &[&str]) {
    let (plan, _) = prepare(topology, sets);
    let expected = forecast(&plan);
    let run = simulate(topology, sets, 2);
    assert_eq!(expected.routes.len(), routes, "all that there are: {:?}", expected.routes);
    for (route, rate) in &expected.routes {
        let labels = [("route", route.label())];
        let seen = metric(&run.results, "messages_offered", &labels).rate.expect("counted");
        close(route.label(), *rate, seen, 8.0);
    }
    let busy = expected.stations.iter().filter(|station| station.utilisation > 0.0);
    for station in busy {
        let name = station.part.name(&plan.federation);
        let seen = gauge(&run.results, "station_utilisation", &[("station", &name)]).0;
        // Whose phone is there depends on who wrote when; that is foretold less well than the rest.
        let phones = matches!(station.part.kind, PartKind::Smsc | PartKind::Hlr | PartKind::Link);
        close(&name, station.utilisation, seen, if phones { 8.0 } else { 5.0 });
    }
    for (operator, load) in &expected.clients {
        let name = plan.federation.operator(*operator).name.as_str();
        let rate = |metric: &str| -> f64 {
            let rows = run.results.metrics.iter().filter(|row| row.name == metric);
            let own = rows.filter(|row| row.labels.get("operator").is_some_and(|it| it == name));
            own.filter_map(|row| row.rate).sum()
        };
        close(&format!("{name}, requests"), load.requests, rate("client_requests"), 8.0);
        close(&format!("{name}, bytes up"), load.up, rate("client_bytes_up"), 8.0);
        close(&format!("{name}, bytes down"), load.down, rate("client_bytes_down"), 8.0);
    }
}

#[test]
fn what_check_foretells_is_what_a_run_shows() {
    compare(&[]);
}

#[test]
fn it_holds_for_stored_messages_and_a_total_rate() {
    compare(&["workload.sessions.offline_messages=store", "workload.messages.total=25/s"]);
}

#[test]
fn it_holds_for_sip_and_xmpp_between_operators() {
    compare_in(PROTOCOLS, 2, &[]);
    let lists = ["subscription=per_list", "notification=partial", "notify_on_refresh=false"];
    let sets = lists.map(|set| format!("agreements.p:q.presence.{set}"));
    compare_in(PROTOCOLS, 2, &sets.each_ref().map(String::as_str));
}

#[test]
fn refreshes_are_those_of_sessions_and_of_the_time_that_a_run_has() {
    let alone = ["workload.messages.per_user=0/h", "workload.presence.changes=0/h"];
    for (refresh, run) in [
        ("20m", ["run.warm_up=30m", "run.duration=60m"]),
        ("1h", ["run.warm_up=0s", "run.duration=50m"]),
    ] {
        let refresh = format!("agreements.p:q.presence.refresh={refresh}");
        let sets = [alone[0], alone[1], run[0], run[1], &*refresh];
        compare_in(PROTOCOLS, 0, &sets);
    }
}

#[test]
fn it_holds_for_clients_that_poll_and_those_that_are_silent() {
    let poll =
        ["operators.a.clients.mobile.channel=poll", "operators.c.clients.wired.channel=poll"];
    compare(&poll);
    let silent = ["messages.per_user=10/h", "presence.changes=0.1/h"];
    let silent = silent.map(|set| format!("workload.{set}"));
    let shorter = ["a.clients.mobile", "b.clients.mobile", "c.clients.wired"];
    let shorter = shorter.map(|kind| format!("operators.{kind}.keep_alive=1m"));
    let sets: Vec<&str> =
        poll.into_iter().chain(silent.iter().chain(&shorter).map(|set| &**set)).collect();
    compare(&sets);
}

#[test]
fn what_others_ask_is_told_apart() {
    let sets = ["operators.m.smsc.other=20/s", "operators.a.hlr.other=30/s"];
    compare(&sets);
    let (plan, _) = prepare(TOPOLOGY, &sets);
    let needs = needs(&plan, &forecast(&plan), &[]);
    let other =
        |station: &str| needs.iter().find(|need| need.station == station).expect("its need").other;
    close("short messages", other("m/smsc[0]"), 20.0 / 80.0, 0.01);
    close("look-ups", other("a/hlr"), 30.0 * 0.15 / 20.0, 0.01);
    assert_eq!(other("b/smsc[0]"), 0.0);
}
