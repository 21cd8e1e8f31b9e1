//! Group messaging over operators: a copy for every other member, where agreements carry it, and
//! never for legacy customers (OMTP IM-0020, RD-7).

use crate::common::{close, count, prepare, simulate};

const GROUPS: &str = "interwork: 1
name: groups
operators:
  a: { kind: imsp, domain: a.example, numbers: [\"+4670\"], subscribers: { im: 500, sms_only: 200 } }
  b: { kind: imsp, domain: b.example, numbers: [\"+4671\"], subscribers: { im: 500, sms_only: 200 } }
  d: { kind: imsp, domain: d.example, numbers: [\"+4673\"], subscribers: { im: 500 }, smsc: none }
  h: { kind: hub }
agreements:
  - { between: [a, b], protocol: ssp }
  - { between: [b, h], protocol: ssp }
  - { between: [d, h], protocol: ssp }
workload:
  contacts: { per_user: 0 }
  messages: { total: 0/s, length: 40 }
  presence: { changes: 0/h }
  sessions: { online: 100%, length: unlimited }
  growth: { add_contact: 0/h }
  groups: { rooms: 40, members: 6, messages: 30/h }
run: { seed: 2, warm_up: 0s, duration: 20m }
";

#[test]
fn every_other_member_gets_a_copy_over_agreements_and_hubs() {
    let (plan, _) = prepare(GROUPS, &[]);
    let results = simulate(GROUPS, &[], 2).results;
    let of = |name: &str| count(&results, name, &[("route", "group")]);
    // Each member's messages, times the other members.
    let copies: usize = plan
        .memberships
        .all()
        .map(|room| plan.memberships.members(room).len())
        .map(|members| members * (members - 1))
        .sum();
    let expected = copies as f64 * 30.0 / 3.0;
    close("copies", of("messages_offered") as f64, expected, 4.0);
    assert!(of("messages_delivered") > of("messages_offered") * 6 / 10);
    // A and D have no hub in common: what one writes the other does not get.
    let refused = [("route", "group"), ("from", "a"), ("to", "d"), ("reason", "no_route")];
    let between = [("route", "group"), ("from", "a"), ("to", "d")];
    assert!(count(&results, "messages_refused", &refused) > 0);
    assert_eq!(
        count(&results, "messages_refused", &refused),
        count(&results, "messages_offered", &between)
    );
    let through = [("route", "group"), ("from", "b"), ("to", "d")];
    assert!(count(&results, "messages_delivered", &through) > 0, "through the hub");
}

#[test]
fn im_0020_legacy_customers_are_turned_away_with_a_reason_and_get_no_group_message() {
    let (plan, _) = prepare(GROUPS, &[]);
    let results = simulate(GROUPS, &[], 2).results;
    let reason = ("reason", "legacy_customer");
    let at = |operator| count(&results, "invitations_refused", &[("operator", operator), reason]);
    assert_eq!(at("a") + at("b") + at("d"), plan.memberships.turned_away.len() as u64);
    assert!(at("a") > 10, "three in ten contacts are legacy customers");
    let sms = [("operator", "b"), ("origin", "fallback")];
    assert_eq!(count(&results, "sms_submitted", &sms), 0);
}

#[test]
fn rd_7_groups_do_not_cross_where_the_agreement_does_not_carry_them() {
    let sets = ["agreements.a:b.features=[messaging, presence]"];
    let results = simulate(GROUPS, &sets, 2).results;
    let between = [("route", "group"), ("from", "a"), ("to", "b")];
    let refused =
        [("route", "group"), ("from", "a"), ("to", "b"), ("reason", "feature_not_carried")];
    assert!(count(&results, "messages_refused", &refused) > 0);
    assert_eq!(
        count(&results, "messages_refused", &refused),
        count(&results, "messages_offered", &between)
    );
}
