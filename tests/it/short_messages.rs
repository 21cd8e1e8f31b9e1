//! What an SMSC does with phones that are not there: attempts, retry schedule, alerts, validity;
//! and what numbers lead to.

use crate::common::{count, distribution, gauge, prepare, simulate};
use interwork::domain::id::{OperatorId, SubscriberId};

/// One IMSP and an operator without IM; a message a second to its customers, everything but what a
/// test is about without delay.
const FEDERATION: &str = "interwork: 1
name: short-messages
operators:
  a:
    kind: imsp
    domain: a.example
    numbers: [\"+4670\"]
    subscribers: { im: 100 }
    access: { mobile: 0s }
    im_server: { service_time: 0s }
    smsc: { throughput: 1000/s, attempt_time: 0s, retry: [1m] }
    hlr: { lookup_time: 0s }
  c:
    kind: mno
    numbers: [\"+4676\"]
    subscribers: { sms_only: 1000 }
    access: { mobile: 0s }
    hlr: { lookup_time: 0s, attached: 50%, detached_for: { exponential: 20m } }
agreements: [ { between: [a, c], protocol: sms, link: { latency: 1ms } } ]
workload:
  contacts: { per_user: 10, sms_only: 100%, sms_only_elsewhere: 100% }
  messages: { total: 1/s, length: 20, ucs2: 0%, reply: { share: 0% } }
  presence: { changes: 0/h }
  sessions: { online: 100%, length: unlimited }
  growth: { add_contact: 0/h }
run: { warm_up: 0s, duration: 2h }
";

fn sms(sets: &[&str], name: &str) -> u64 {
    let results = simulate(FEDERATION, sets, 2).results;
    count(&results, name, &[("operator", "a"), ("origin", "fallback")])
}

#[test]
fn every_attempt_is_the_first_or_follows_a_failed_one() {
    let results = simulate(FEDERATION, &[], 2).results;
    let of = |name| count(&results, name, &[("operator", "a"), ("origin", "fallback")]);
    let waiting = of("sms_submitted") - of("sms_delivered");
    // Every failure but those that still wait has been followed by an attempt.
    assert!(of("sms_attempts") <= of("sms_submitted") + of("sms_retried"));
    assert!(of("sms_attempts") + waiting >= of("sms_submitted") + of("sms_retried"));
}

/// Half of the phones are off at the first attempt, and some of those at others: nothing crosses until the
/// HLR says that a phone is there, and what crosses is owed once.
#[test]
fn what_crosses_is_owed_once_however_often_a_phone_was_off_before() {
    let price = |terms: &str| FEDERATION.replace("link: {", &format!("{terms}, link: {{"));
    let direct = price("tariff: { sms: 1.0 }");
    let by_hub = FEDERATION
        .replace("agreements:", "  h: { kind: hub }\nagreements:")
        .replace(
            "{ between: [a, c], protocol: sms,",
            "{ between: [a, h], protocol: sms, tariff: { sms: 1.0 } }, { between: [h, c], protocol: sms, tariff: { sms: 1.0 },",
        );
    for (text, legs) in [(direct, vec![("a", "c")]), (by_hub, vec![("a", "h"), ("h", "c")])] {
        let results = simulate(&text, &[], 2).results;
        let delivered =
            count(&results, "sms_delivered", &[("operator", "a"), ("origin", "fallback")]);
        for (from, to) in legs {
            let (_, owed) = gauge(&results, "settlement", &[("from", from), ("to", to)]);
            // A phone may go off in the millisecond between; one under way at the end is owed too.
            crate::common::close("owed", owed, delivered as f64, 0.2);
        }
    }
}

#[test]
fn a_detached_phone_is_tried_as_often_as_the_schedule_says() {
    let results = simulate(FEDERATION, &["run.warm_up=2h"], 2).results;
    let of = |name| count(&results, name, &[("operator", "a"), ("origin", "fallback")]) as f64;
    // Half of the phones are detached, for 20 minutes at an attempt a minute.
    let expected = 0.5 / (1.0 - libm::exp(-1.0 / 20.0));
    crate::common::close("retries", of("sms_retried") / of("sms_submitted"), expected, 8.0);
}

#[test]
fn without_alerts_a_message_waits_for_its_retry() {
    let latency = |sets: &[&str]| {
        distribution(&simulate(FEDERATION, sets, 2).results, "sms_latency", &[("operator", "a")])
    };
    let alerted = latency(&[]);
    let waited = latency(&["operators.a.smsc.alert=false"]);
    // Half of the messages wait: up to a minute longer than until the phone is back, or until it
    // is back once more.
    let more = waited.mean - alerted.mean;
    assert!((10.0..40.0).contains(&more), "{more} s more");
    assert_eq!(waited.min, alerted.min, "attached phones have no wait");
}

#[test]
fn the_last_wait_of_the_schedule_repeats() {
    let once =
        sms(&["operators.a.smsc.retry.0=10m", "operators.a.smsc.alert=false"], "sms_retried");
    let often = sms(&["operators.a.smsc.alert=false"], "sms_retried");
    // A phone that was detached is so again after t minutes with a chance of (1 + exp(-t/10))/2;
    // attempts fail until one does not.
    let failures = |t: f64| 0.5 / (1.0 - 0.5 * (1.0 + libm::exp(-t / 10.0)));
    crate::common::close("ratio", often as f64 / once as f64, failures(1.0) / failures(10.0), 10.0);
}

#[test]
fn what_is_not_delivered_within_its_validity_expires() {
    let results =
        simulate(FEDERATION, &["operators.a.smsc.validity=10m", "run.warm_up=1h"], 2).results;
    let of = |name| count(&results, name, &[("operator", "a"), ("origin", "fallback")]);
    // Detached with a chance of 1/2 and still so after 10 minutes: exp(-1/2)/2 = 30 %.
    crate::common::close(
        "expired",
        of("sms_expired") as f64 / of("sms_submitted") as f64,
        0.303,
        6.0,
    );
    let latency = distribution(&results, "sms_latency", &[("operator", "a")]);
    assert!(latency.max < 600.1, "{latency:?}");
    let expired = count(&results, "messages_expired", &[("route", "sms-direct")]);
    // Of messages, those count that were meant within the measured time.
    assert!(expired > 1000 && expired <= of("sms_expired"), "{expired}");
}

#[test]
fn a_full_smsc_refuses_and_says_so() {
    let sets = ["operators.a.smsc.throughput=1/s", "operators.a.smsc.queue_limit=5"];
    let results = simulate(FEDERATION, &sets, 2).results;
    let refused = count(&results, "sms_refused", &[("operator", "a"), ("origin", "fallback")]);
    let by_reason = [("route", "sms-direct"), ("reason", "smsc_full")];
    assert!(refused > 100, "{refused}");
    assert_eq!(count(&results, "messages_refused", &by_reason), refused);
}

#[test]
fn parts_of_a_long_text_take_a_service_each() {
    let sets = ["operators.a.legacy.overlong=split", "workload.messages.length=300"];
    let results = simulate(FEDERATION, &sets, 2).results;
    let of = |name| count(&results, name, &[("operator", "a"), ("origin", "fallback")]);
    assert_eq!(of("sms_segments"), 2 * of("sms_submitted"));
}

#[test]
fn a_recipient_with_too_many_conversations_has_no_reply_number_left() {
    let sets = ["operators.a.legacy.reply_numbers=2", "operators.c.subscribers.sms_only=10"];
    let results = simulate(FEDERATION, &sets, 2).results;
    let refused = count(&results, "reply_number_refusals", &[("operator", "a")]);
    let by_reason = [("route", "sms-direct"), ("reason", "reply_numbers_exhausted")];
    assert!(refused > 1000, "100 users write to 10 customers with 2 numbers");
    assert_eq!(count(&results, "messages_refused", &by_reason), refused);
}

#[test]
fn a_short_message_to_a_ported_number_goes_to_the_network_that_serves_it() {
    let ported = FEDERATION
        .replace("agreements:", "portability: [ { from: a, to: c, share: 100% } ]\nagreements:");
    let (plan, _) = prepare(&ported, &[]);
    let numbers = (100..1100).map(|customer| plan.numbers.msisdn(SubscriberId(customer)));
    let moved: Vec<_> = numbers
        .filter(|number| plan.numbers.range_holder(*number) == Some(OperatorId(0)))
        .collect();
    assert_eq!(moved.len(), 100, "as many as the share says look like a's");
    assert!(moved.iter().all(|number| plan.numbers.server(*number) == Some(OperatorId(1))));
    let results = simulate(&ported, &[], 2).results;
    let at = |station: &str| count(&results, "station_served", &[("station", station)]);
    assert_eq!(at("a/hlr"), 0, "its HLR knows no such phone");
    assert!(at("c/hlr") > 1000);
}
