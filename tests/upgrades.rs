//! Upgrades under load: legacy customers become IM users while messages and answers to them are in
//! flight, and nothing is lost, doubled or shown to those who may not see it.

mod common;

use common::{count, simulate};

const UPGRADES: &str = "interwork: 1
name: upgrades
operators:
  a: { kind: imsp, domain: a.example, numbers: [\"+4670\"], subscribers: { im: 4000, sms_only: 2000 }, smsc: { throughput: 400/s } }
  b: { kind: imsp, domain: b.example, numbers: [\"+4671\"], subscribers: { im: 1000, sms_only: 20000 }, smsc: { throughput: 400/s }, hlr: { workers: 100 } }
agreements: [ { between: [a, b], protocol: ssp, presence: { fan_out: per_domain } } ]
workload:
  contacts: { per_user: 10, sms_only: 90%, sms_only_elsewhere: 100% }
  messages: { total: 100/s, length: 40 }
  sessions: { online: 100%, length: unlimited }
  growth: { add_contact: 0/h, accept: 80% }
  by_operator: { b: { growth: { upgrades: 200/min } } }
run: { seed: 3, warm_up: 10s, duration: 10m }
";

#[test]
fn uc_3_upgrades_under_load_lose_and_double_nothing() {
    // The run itself fails if a message is lost, ends twice, or stays without an end.
    let results = simulate(UPGRADES, &[], 2).results;
    let upgrades = count(&results, "upgrades", &[("operator", "b")]);
    assert!((1600..2100).contains(&upgrades), "one in ten of 20,000: {upgrades}");
    let lost = count(&results, "messages_lost", &[("route", "sms-home")]);
    assert_eq!(lost, 0);
    // Who has upgraded gets instant messages from those who knew a legacy customer.
    let interworked = count(
        &results,
        "messages_delivered",
        &[("route", "interworked"), ("from", "a"), ("to", "b")],
    );
    let sms =
        count(&results, "messages_delivered", &[("route", "sms-home"), ("from", "a"), ("to", "b")]);
    let share = interworked as f64 / (interworked + sms) as f64;
    assert!(share > 0.10, "{interworked} of {}", interworked + sms);
}
