//! Queueing truth: a topology reduced to one queue is compared with the closed formula of that
//! queue. Everything else takes `0s`. A million or so messages each, one fixed seed.

use crate::common::{close, count, distribution, gauge, simulate};
use interwork::proof::validate::formulas::{
    erlang_c, md1_mean_wait, md1_waiting, md1k_lost, mm1k, mm1k_mean_sojourn, over_window,
    quantile, two_stages,
};

/// One IMSP whose users do nothing but write; `rest` sets up the queue in question.
fn one_operator(
    subscribers: &str,
    im_server: &str,
    smsc: &str,
    contacts: &str,
    run: &str,
) -> String {
    format!(
        "interwork: 1
name: one-queue
operators:
  a:
    kind: imsp
    domain: a.example
    numbers: [\"+46700\"]
    subscribers: {subscribers}
    access: {{ wired: 0s }}
    im_server: {im_server}
    smsc: {smsc}
    hlr: {{ lookup_time: 0s, attached: 100% }}
    legacy: {{ reply_numbers: 100000 }}
agreements: []
workload:
  contacts: {contacts}
  messages: {{ total: 100/s, length: 20, ucs2: 0%, recipients: uniform, reply: {{ share: 0% }} }}
  presence: {{ changes: 0/h }}
  sessions: {{ online: 100%, length: unlimited }}
  growth: {{ add_contact: 0/h }}
run: {run}
"
    )
}

const ON_NET: &str = "{ per_user: 5, elsewhere: 0%, sms_only: 0% }";
const LEGACY: &str = "{ per_user: 5, elsewhere: 0%, sms_only: 100%, sms_only_elsewhere: 0% }";
const SMSC: &str = "{ throughput: 200/s, attempt_time: 0s }";

#[test]
fn one_smsc_is_m_d_1() {
    let text = one_operator(
        "{ im: 2000, sms_only: 2000 }",
        "{ workers: 1, service_time: 0s }",
        SMSC,
        LEGACY,
        "{ seed: 7, warm_up: 1m, duration: 100m }",
    );
    let rho = 0.8;
    let results = simulate(&text, &["workload.messages.total=160/s"], 2).results;
    let station = [("station", "a/smsc[0]")];
    let service = 1.0 / 200.0;
    let (busy, most) = gauge(&results, "station_utilisation", &station);
    close("utilisation", busy, rho, 2.0);
    assert_eq!(most, 1.0);
    let waiting = distribution(&results, "station_wait", &station);
    let mean = md1_mean_wait(rho) * service;
    close("mean wait", waiting.mean, mean, 3.0);
    let sojourn = distribution(&results, "station_sojourn", &station);
    close("mean sojourn", sojourn.mean, mean + service, 3.0);
    let (queue, _) = gauge(&results, "station_queue_length", &station);
    close("mean queue", queue, rho * rho / (2.0 * (1.0 - rho)), 3.0);
    for (share, seen) in [(0.9, waiting.p90), (0.95, waiting.p95), (0.99, waiting.p99)] {
        let expected = quantile(share, |t| md1_waiting(rho, t)) * service;
        close(&format!("wait p{share}"), seen.unwrap_or(0.0), expected, 4.0);
    }
    let latency = distribution(&results, "message_latency", &[("route", "sms-own")]);
    close("mean latency", latency.mean, mean + service, 3.0);
    assert!(latency.count > 900_000);
}

/// 10/s of the federation and 150/s of others: PASTA, each finds the queue of all of them.
#[test]
fn what_others_send_is_in_the_queue_of_what_im_sends() {
    let text = one_operator(
        "{ im: 2000, sms_only: 2000 }",
        "{ workers: 1, service_time: 0s }",
        SMSC,
        LEGACY,
        "{ seed: 8, warm_up: 1m, duration: 300m }",
    );
    let (rho, service) = (0.8, 1.0 / 200.0);
    let load = "workload.messages.total=10/s";
    let sets = [load, "operators.a.smsc.other=150/s", "operators.a.hlr.other=40/s"];
    let slow = "operators.a.hlr.lookup_time={ exponential: 150ms }";
    let results = simulate(&text, &[&sets[..], &[slow]].concat(), 1).results;
    let station = [("station", "a/smsc[0]")];
    close("utilisation", gauge(&results, "station_utilisation", &station).0, rho, 2.0);
    let waiting = distribution(&results, "station_wait", &station);
    close("mean wait of all", waiting.mean, md1_mean_wait(rho) * service, 3.0);
    let stage = [("route", "sms-own"), ("stage", "smsc_queue")];
    // Of those that wait at all, the share of the busy time.
    let own = distribution(&results, "route_stage_time", &stage);
    close("mean wait of IM's", rho * own.mean, md1_mean_wait(rho) * service, 4.0);
    let served = count(&results, "station_served", &station) as f64;
    let others = count(&results, "station_other", &station) as f64;
    close("share of others", others / served, 150.0 / 160.0, 1.0);
    // 50 look-ups a second of 150 ms each at 20 workers.
    let (busy, _) = gauge(&results, "station_utilisation", &[("station", "a/hlr")]);
    close("look-ups", busy, 50.0 * 0.15 / 20.0, 2.0);

    // Whom they write to and when is what it was without others.
    let alone = simulate(&text, &[load], 1).results;
    let offered = |of| count(of, "messages_offered", &[("route", "sms-own")]);
    assert_eq!(offered(&results), offered(&alone));
    assert_eq!(count(&alone, "station_other", &station), 0);
}

#[test]
fn others_fill_nodes_evenly_and_only_those_that_are_up() {
    let text = one_operator(
        "{ im: 200, sms_only: 200 }",
        "{ workers: 1, service_time: 0s }",
        "{ throughput: 200/s, nodes: 2, other: 120/s, queue_limit: 50, attempt_time: 0s }",
        LEGACY,
        "{ seed: 9, warm_up: 1m, duration: 60m }",
    );
    let load = "workload.messages.total=1/s";
    let busy = |sets: &[&str], node| {
        let results = simulate(&text, &[&[load], sets].concat(), 1).results;
        let station = [("station", node)];
        let refused = count(&results, "station_refused", &station);
        (gauge(&results, "station_utilisation", &station).0, refused)
    };
    let (first, refused) = busy(&[], "a/smsc[0]");
    close("one of two", first, 60.5 / 200.0, 2.0);
    assert_eq!(refused, 0);
    let down = "timeline=[{ at: 0s, node_down: 'a.smsc[1]', for: 1h }]";
    close("with the other down", busy(&[down], "a/smsc[0]").0, 121.0 / 200.0, 2.0);
    let (full, refused) = busy(&["operators.a.smsc.other=800/s"], "a/smsc[0]");
    assert!(full > 0.99 && refused > 100_000, "{full} {refused}");
}

#[test]
fn an_im_server_is_m_m_c() {
    let text = one_operator(
        "{ im: 2000 }",
        "{ workers: 4, service_time: { exponential: 10ms } }",
        "none",
        ON_NET,
        "{ seed: 11, warm_up: 1m, duration: 60m }",
    );
    let results = simulate(&text, &["workload.messages.total=320/s"], 2).results;
    let station = [("station", "a/im_server")];
    let (busy, _) = gauge(&results, "station_utilisation", &station);
    close("utilisation", busy, 0.8, 2.0);
    let waits = erlang_c(4, 3.2);
    let waiting = distribution(&results, "station_wait", &station);
    close("mean wait", waiting.mean, waits / 80.0, 3.0);
    for (share, seen) in [(0.9, waiting.p90), (0.95, waiting.p95), (0.99, waiting.p99)] {
        let expected = libm::log(waits / (1.0 - share)) / 80.0;
        close(&format!("wait p{share}"), seen.unwrap_or(0.0), expected, 4.0);
    }
    let latency = distribution(&results, "message_latency", &[("route", "on-net")]);
    close("mean latency", latency.mean, waits / 80.0 + 0.01, 2.0);
}

#[test]
fn a_bounded_im_server_queue_is_m_m_1_k() {
    let text = one_operator(
        "{ im: 2000 }",
        "{ workers: 1, service_time: { exponential: 10ms }, queue_limit: 9 }",
        "none",
        ON_NET,
        "{ seed: 13, warm_up: 1m, duration: 180m }",
    );
    let results = simulate(&text, &["workload.messages.total=90/s"], 2).results;
    let (rho, places) = (0.9_f64, 10);
    let inside = mm1k(rho, places);
    let blocked = inside[places];
    let offered = count(&results, "messages_offered", &[("route", "on-net")]);
    let refused =
        count(&results, "messages_refused", &[("route", "on-net"), ("reason", "im_server_full")]);
    close("share refused", refused as f64 / offered as f64, blocked, 4.0);
    let sojourn = distribution(&results, "station_sojourn", &[("station", "a/im_server")]);
    close("mean sojourn", sojourn.mean, mm1k_mean_sojourn(rho, places, 90.0), 3.0);
    let (busy, _) = gauge(&results, "station_utilisation", &[("station", "a/im_server")]);
    close("utilisation", busy, 1.0 - inside[0], 2.0);
}

/// Two IMSPs; the users of `a` write to those of `b` alone.
fn two_operators(im_server: &str, agreement: &str, run: &str) -> String {
    let operator = |name: &str, numbers: &str| {
        format!(
            "  {name}:
    kind: imsp
    domain: {name}.example
    numbers: [\"{numbers}\"]
    subscribers: {{ im: 2000 }}
    access: {{ wired: 0s }}
    im_server: {im_server}
    smsc: none
"
        )
    };
    format!(
        "interwork: 1
name: two
operators:
{}{}agreements:
  - between: [a, b]
    protocol: ssp
    link: {{ latency: 20ms }}
{agreement}workload:
  contacts: {{ per_user: 5, elsewhere: 100%, sms_only: 0% }}
  messages: {{ total: 100/s, length: 20, ucs2: 0%, recipients: uniform, reply: {{ share: 0% }} }}
  presence: {{ changes: 0/h }}
  sessions: {{ online: 100%, length: unlimited }}
  growth: {{ add_contact: 0/h }}
  by_operator: {{ b: {{ messages: {{ total: 0/s }} }} }}
run: {run}
",
        operator("a", "+46700"),
        operator("b", "+46710"),
    )
}

#[test]
fn two_imsps_and_a_link_are_a_tandem_of_m_m_1() {
    let text = two_operators(
        "{ workers: 1, service_time: { exponential: 10ms } }",
        "",
        "{ seed: 17, warm_up: 1m, duration: 240m }",
    );
    let results = simulate(&text, &["workload.messages.total=70/s"], 2).results;
    // Burke: the departures of the first queue are Poisson; both sojourns are exponential with
    // rate 30 and independent, so their sum is Erlang-2.
    let latency = distribution(&results, "message_latency", &[("route", "interworked")]);
    close("mean latency", latency.mean, 2.0 / 30.0 + 0.02, 3.0);
    let erlang = |t: f64| two_stages(30.0, t);
    for (share, seen) in [(0.5, latency.p50), (0.95, latency.p95), (0.99, latency.p99)] {
        close(&format!("p{share}"), seen.unwrap_or(0.0), quantile(share, erlang) + 0.02, 4.0);
    }
    for station in ["a/im_server", "b/im_server"] {
        let (busy, _) = gauge(&results, "station_utilisation", &[("station", station)]);
        close(station, busy, 0.7, 2.0);
    }
}

#[test]
fn a_leaky_bucket_loses_what_m_d_1_with_so_many_places_loses() {
    let limit = "    rate_limit: { rate: 100/s, burst: 10, over: refuse }\n";
    let text = two_operators(
        "{ workers: 1, service_time: 0s }",
        limit,
        "{ seed: 19, warm_up: 1m, duration: 180m }",
    );
    let results = simulate(&text, &["workload.messages.total=95/s"], 2).results;
    let offered = count(&results, "messages_offered", &[("route", "interworked")]);
    let refused = count(
        &results,
        "messages_refused",
        &[("route", "interworked"), ("reason", "rate_limited")],
    );
    close("share refused", refused as f64 / offered as f64, md1k_lost(0.95, 10), 4.0);
}

#[test]
fn a_window_limit_lets_the_smaller_of_arrivals_and_limit_through() {
    let limit = "    rate_limit: { rate: 100/s, window: 1s, over: refuse }\n";
    let text = two_operators(
        "{ workers: 1, service_time: 0s }",
        limit,
        "{ seed: 23, warm_up: 1m, duration: 180m }",
    );
    let results = simulate(&text, &["workload.messages.total=95/s"], 2).results;
    // Arrivals of a window are Poisson; what is over 100 is refused.
    let offered = count(&results, "messages_offered", &[("route", "interworked")]);
    let refused = count(
        &results,
        "messages_refused",
        &[("route", "interworked"), ("reason", "rate_limited")],
    );
    close("share refused", refused as f64 / offered as f64, over_window(95.0, 100), 4.0);
}

#[test]
fn a_rate_limit_that_queues_is_the_waiting_of_m_d_1() {
    let limit = "    rate_limit: { rate: 100/s, over: queue, queue_limit: 1000000 }\n";
    let text = two_operators(
        "{ workers: 1, service_time: 0s }",
        limit,
        "{ seed: 29, warm_up: 1m, duration: 180m }",
    );
    let results = simulate(&text, &["workload.messages.total=80/s"], 2).results;
    let latency = distribution(&results, "message_latency", &[("route", "interworked")]);
    close("mean latency", latency.mean, 0.02 + 0.8 * 0.01 / (2.0 * 0.2), 3.0);
    let (queue, _) = gauge(&results, "station_queue_length", &[("station", "a->b/rate_limit")]);
    close("mean queue", queue, 0.8 * 0.8 / (2.0 * 0.2), 4.0);
}

#[test]
fn bounded_fan_out_is_a_queue_with_batches() {
    let text = one_operator(
        "{ im: 1000 }",
        "{ workers: 1, service_time: { notification: 1ms, default: 0s } }",
        "none",
        "{ per_user: 10, elsewhere: 0%, sms_only: 0%, mutual: 100% }",
        "{ seed: 31, warm_up: 1m, duration: 60m }",
    );
    let sets = ["workload.messages.total=0/s", "workload.presence.changes=216/h"];
    let results = simulate(&text, &sets, 2).results;
    let fan_out = distribution(&results, "presence_fan_out", &[("operator", "a")]);
    close("watchers told", fan_out.mean, 10.0, 0.5);
    // A change is one customer of M/D/1 with a service of ten notifications; within it, the
    // first is told after one and the last after ten.
    let (service, batch) = (0.001, 0.01);
    let rho = 0.06 * 1000.0 * batch;
    let waiting = rho * batch / (2.0 * (1.0 - rho));
    let first = distribution(&results, "presence_first_watcher", &[("operator", "a")]);
    close("first watcher", first.mean, waiting + service, 3.0);
    let last = distribution(&results, "presence_last_watcher", &[("operator", "a")]);
    close("last watcher", last.mean, waiting + batch, 3.0);
    let each = distribution(&results, "presence_latency", &[("scope", "on-net")]);
    close("each watcher", each.mean, waiting + 5.5 * service, 3.0);
    let (busy, _) = gauge(&results, "station_utilisation", &[("station", "a/im_server")]);
    close("utilisation", busy, rho, 2.0);
}
