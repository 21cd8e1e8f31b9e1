//! Conservation under overload, link loss and full queues: offered = accepted + refused, accepted
//! = delivered + expired + lost + in flight, per route, from the results alone.

use crate::common::{count, simulate};

const STRESS: &str = "interwork: 1
name: stress
operators:
  a: { kind: imsp, domain: a.example, numbers: [\"+4670\"], subscribers: { im: 500, sms_only: 300 }, im_server: { workers: 1, service_time: 20ms, queue_limit: 20 }, smsc: { throughput: 5/s, queue_limit: 50, validity: 1m }, hlr: { attached: 50% }, legacy: { reply_numbers: 2, reply_hold: 30s, reply_exhausted: reuse_oldest, overlong: split } }
  b: { kind: imsp, domain: b.example, numbers: [\"+4671\"], subscribers: { im: 500, sms_only: 300 }, im_server: { workers: 1, service_time: 20ms, queue_limit: 20, priority: messages_first }, smsc: { throughput: 5/s, queue_limit: 50, validity: 1m }, hlr: { attached: 50% }, legacy: { reply_numbers: 1, reply_hold: 10s } }
  c: { kind: mno, numbers: [\"+4672\"], subscribers: { sms_only: 500 }, smsc: { throughput: 5/s, validity: 30s }, hlr: { attached: 50% } }
  d: { kind: imsp, domain: d.example, numbers: [\"+4673\"], subscribers: { im: 500 }, smsc: none }
  h: { kind: hub, relay: { workers: 1, service_time: 30ms, queue_limit: 5 } }
agreements:
  - { between: [a, b], protocol: ssp, link: { latency: 20ms, loss: 20% }, rate_limit: { a: { rate: 5/s, burst: 2, over: sms }, b: { rate: 5/s, over: queue, queue_limit: 10 } } }
  - { between: [a, b], protocol: sms, link: { latency: 20ms, loss: 20% } }
  - { between: [a, c], protocol: sms, link: { latency: 20ms }, rate_limit: { rate: 3/s, window: 1s } }
  - { between: [b, c], protocol: sms, link: { latency: 20ms, bandwidth: 9.6kbit/s } }
  - { between: [a, h], protocol: ssp, link: { latency: 20ms } }
  - { between: [b, h], protocol: ssp, link: { latency: 20ms } }
  - { between: [d, h], protocol: ssp, link: { latency: 20ms, loss: 10% } }
workload:
  contacts: { per_user: 10 }
  messages: { total: 30/s, arrivals: { bursty: { mean_on: 10s, mean_off: 10s } }, reply: { share: 70%, after: { exponential: 5s } } }
  sessions: { online: 60%, length: { exponential: 2m } }
  growth: { add_contact: 30/h, accept: 70% }
  stages: [ { for: 1m, load: 1 }, { for: 1m, load: 3, ramp: true }, { for: 1m, load: 0.2 } ]
run: { seed: 5, warm_up: 30s, duration: 5m }
";

#[test]
fn every_message_is_accounted_for_per_route_under_overload_loss_and_full_queues() {
    // The auditor has checked the identities of all messages before the results exist.
    let results = simulate(STRESS, &[], 2).results;
    let mut ended = [0; 5];
    for route in interwork::domain::outcome::Route::ALL {
        let of =
            |name: &str| count(&results, &format!("messages_{name}"), &[("route", route.label())]);
        let (offered, accepted, refused) = (of("offered"), of("accepted"), of("refused"));
        assert_eq!(offered, accepted + refused, "{route}");
        let ends = ["delivered", "expired", "lost", "in_flight"].map(of);
        assert_eq!(accepted, ends.iter().sum::<u64>(), "{route}: {ends:?}");
        let own = [refused, ends[0], ends[1], ends[2], ends[3]];
        for (total, own) in ended.iter_mut().zip(own) {
            *total += own;
        }
    }
    assert!(ended.iter().all(|&n| n > 0), "every kind of end occurs: {ended:?}");
}

#[test]
fn every_rule_that_refuses_has_its_reason() {
    let results = simulate(STRESS, &[], 2).results;
    let reasons = |outcome: &str| -> Vec<String> {
        let metrics = results.metrics.iter().filter(|m| m.name == format!("messages_{outcome}"));
        let mut found: Vec<String> = metrics
            .flat_map(|m| m.labels.iter().filter(|(label, _)| *label == "reason"))
            .map(|(_, reason)| reason.clone())
            .collect();
        found.sort();
        found.dedup();
        found
    };
    let refused = reasons("refused");
    for reason in [
        "im_server_full",
        "relay_full",
        "smsc_full",
        "rate_limited",
        "rate_limit_full",
        "reply_numbers_exhausted",
        "too_long",
        "no_smsc",
    ] {
        assert!(refused.iter().any(|r| r == reason), "{reason} is not among {refused:?}");
    }
}
