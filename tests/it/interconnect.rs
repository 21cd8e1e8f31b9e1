//! What an agreement says is what crosses: features, addressing, presence terms, limits, loss.

use crate::common::{count, distribution, prepare, simulate};

/// Two IMSPs whose users have contacts at the other only.
const PAIR: &str = "interwork: 1
name: pair
operators:
  a: { kind: imsp, domain: a.example, numbers: [\"+4670\"], subscribers: { im: 300 }, access: { wired: 1ms }, im_server: { service_time: 0s } }
  b: { kind: imsp, domain: b.example, numbers: [\"+4671\"], subscribers: { im: 300 }, access: { wired: 1ms }, im_server: { service_time: 0s } }
agreements: [ { between: [a, b], protocol: ssp, link: { latency: 10ms } } ]
workload:
  contacts: { per_user: 8, elsewhere: 100%, sms_only: 0% }
  messages: { total: 5/s, reply: { share: 0% } }
  presence: { changes: 12/h }
  sessions: { online: 100%, length: unlimited }
  growth: { add_contact: 0/h }
run: { warm_up: 0s, duration: 20m }
";

fn crossed(results: &interwork::measure::results::Results, kind: &str) -> u64 {
    count(results, "agreement_messages", &[("kind", kind)])
}

#[test]
fn rd_7_a_feature_that_is_absent_does_not_cross() {
    let features = |list: &str| PAIR.replace("link: {", &format!("features: {list}, link: {{"));
    let messaging = simulate(&features("[messaging]"), &[], 2).results;
    assert!(crossed(&messaging, "message") > 1000);
    assert_eq!(crossed(&messaging, "presence") + crossed(&messaging, "subscribe"), 0);
    let presence = simulate(&features("[presence]"), &[], 2).results;
    assert!(crossed(&presence, "presence") > 1000);
    assert_eq!(crossed(&presence, "message"), 0);
    // Without a way as instant message a message takes the way to a legacy customer (KIND-4), and
    // these two have no agreement on SMS.
    let refused = [("route", "sms-direct"), ("reason", "feature_not_carried")];
    assert!(count(&presence, "messages_refused", &refused) > 1000);
}

/// Over a hub every leg has its say: what the far one does not carry, and how it names users.
#[test]
fn the_second_leg_of_a_hub_counts_like_the_first() {
    let by_hub = |far: &str| {
        PAIR.replace("agreements:", "  h: { kind: hub }\nagreements:").replace(
            "{ between: [a, b], protocol: ssp, link: { latency: 10ms } }",
            &format!(
                "{{ between: [a, h], protocol: ssp }}, {{ between: [h, b], protocol: ssp, {far} }}"
            ),
        )
    };
    let presence = simulate(&by_hub("features: [presence]"), &[], 2).results;
    let refused = |reason| {
        count(&presence, "messages_refused", &[("route", "sms-direct"), ("reason", reason)])
    };
    assert!(refused("feature_not_carried") > 1000 && refused("no_route") == 0);
    let growth = ["workload.growth.add_contact=6/h", "workload.contacts.per_user=2"];
    let uid = simulate(&by_hub("addressing: [uid]"), &growth, 2).results;
    let refused = count(&uid, "contacts_refused", &[("reason", "addressing")]);
    let added = distribution(&uid, "contact_add_latency", &[("kind", "im")]).count;
    // Half of the requests are by number.
    let share = refused as f64 / (refused + added / 2) as f64;
    assert!((0.4..0.6).contains(&share), "{share}");
}

#[test]
fn rd_3_a_contact_is_added_only_by_an_address_in_common_use() {
    let growth = ["workload.growth.add_contact=6/h", "workload.contacts.per_user=2"];
    let only = |kind: &str| PAIR.replace("link: {", &format!("addressing: [{kind}], link: {{"));
    for text in [only("uid"), only("e164")] {
        let results = simulate(&text, &growth, 2).results;
        let refused = count(&results, "contacts_refused", &[("reason", "addressing")]);
        let added = distribution(&results, "contact_add_latency", &[("kind", "im")]).count;
        // Half of the requests are by number, half by UID; whoever accepts adds the other too.
        let share = refused as f64 / (refused + added / 2) as f64;
        assert!((0.4..0.6).contains(&share), "{share}");
    }
}

#[test]
fn rd_4_the_share_of_contact_requests_accepted_is_kept() {
    let sets = ["workload.growth.add_contact=20/h", "workload.growth.accept=70%"];
    let results = simulate(PAIR, &sets, 2).results;
    let declined = count(&results, "contacts_refused", &[("reason", "declined")]);
    let added = distribution(&results, "contact_add_latency", &[("kind", "im")]).count;
    let share = added as f64 / (added + declined) as f64;
    assert!((0.66..0.74).contains(&share), "{share} of {}", added + declined);
}

#[test]
fn a_notification_per_domain_reaches_the_same_watchers_with_fewer_transfers() {
    let per_watcher = simulate(PAIR, &[], 2).results;
    let per_domain = simulate(PAIR, &["agreements.0.presence.fan_out=per_domain"], 2).results;
    let client = |results| count(results, "presence_notifications", &[("scope", "client")]);
    assert_eq!(client(&per_watcher), client(&per_domain));
    let (plan, _) = prepare(PAIR, &[]);
    // Everybody has watchers at the other operator only: one transfer a change instead of one a
    // watcher.
    let watchers = plan.graph.len() as f64 / 600.0;
    let ratio = crossed(&per_watcher, "presence") as f64 / crossed(&per_domain, "presence") as f64;
    crate::common::close("notifications a change", ratio, watchers, 3.0);
}

#[test]
fn a_list_is_subscribed_to_at_once_and_refreshed_as_agreed() {
    let sessions = ["workload.sessions.online=50%", "workload.sessions.length=10m"];
    let with = |more: &str| {
        let sets: Vec<&str> = sessions.iter().copied().chain([more]).collect();
        crossed(&simulate(PAIR, &sets, 2).results, "subscribe") as f64
    };
    let per_contact = with("agreements.0.presence.subscription=per_contact");
    let per_list = with("agreements.0.presence.subscription=per_list");
    crate::common::close("contacts a list", per_contact / per_list, 8.0, 2.0);
    let steady =
        ["agreements.0.presence.subscription=per_list", "agreements.0.presence.refresh=1m"];
    let refreshed = crossed(&simulate(PAIR, &steady, 2).results, "subscribe") as f64;
    // 600 users for 20 minutes, once a minute.
    crate::common::close("refreshes", refreshed, 12_000.0, 1.0);
}

/// With contacts at two partners each list names those at its partner, and its bytes are theirs.
#[test]
fn a_list_subscription_has_the_bytes_of_the_contacts_it_names() {
    let trio = PAIR
        .replace("agreements: [", "agreements: [ { between: [a, c], protocol: ssp }, { between: [b, c], protocol: ssp },")
        .replace("agreements:", "  c: { kind: imsp, domain: c.example, numbers: [\"+4672\"], subscribers: { im: 300 } }\nagreements:");
    let each = |text: &str, agreements: u32, how: &str| {
        let terms = (0..agreements).map(|n| format!("agreements.{n}.presence.subscription={how}"));
        let sets: Vec<String> = terms
            .chain([
                "workload.sessions.length=10m".to_owned(),
                "workload.sessions.online=50%".to_owned(),
            ])
            .collect();
        let sets: Vec<&str> = sets.iter().map(String::as_str).collect();
        let results = simulate(text, &sets, 2).results;
        let of = [("from", "a"), ("to", "b"), ("kind", "subscribe")];
        let bytes = count(&results, "agreement_bytes", &of) as f64;
        bytes / count(&results, "agreement_messages", &of) as f64
    };
    let one = each(PAIR, 1, "per_contact");
    let eight = each(PAIR, 1, "per_list");
    let more = (eight - one) / 7.0;
    assert!(one > 100.0 && more > 10.0, "{one} {more}");
    crate::common::close("a list of about four", each(&trio, 3, "per_list"), one + 3.0 * more, 5.0);
}

#[test]
fn what_is_lost_is_repeated_after_the_timeout_until_it_arrives() {
    let clean = simulate(PAIR, &[], 2).results;
    let lossy = simulate(PAIR, &["agreements.0.link.loss=30%"], 2).results;
    let latency = |r| distribution(r, "message_latency", &[("route", "interworked")]);
    let arrived = |results| latency(results).count as f64;
    crate::common::close("arrived by the end", arrived(&lossy), arrived(&clean), 0.5);
    // A geometric number of repetitions: 0.3 / 0.7 on average, 2 s and a latency's rest each.
    crate::common::close("wait", latency(&lossy).mean - latency(&clean).mean, 2.0 * 0.3 / 0.7, 6.0);
}

#[test]
fn over_the_limit_a_message_is_refused_queued_or_becomes_an_sms() {
    let limited = |over: &str| {
        let terms =
            format!("rate_limit: {{ a: {{ rate: 1/s, burst: 1, over: {over} }} }}, link: {{");
        let both =
            PAIR.replace("agreements: [", "agreements: [ { between: [a, b], protocol: sms },");
        simulate(&both.replace("ssp, link: {", &format!("ssp, {terms}")), &[], 2).results
    };
    let refused = limited("refuse");
    let reason = [("route", "interworked"), ("from", "a"), ("to", "b"), ("reason", "rate_limited")];
    let refusals = count(&refused, "messages_refused", &reason);
    assert!(refusals > 2000, "{refusals}");
    let sms = limited("sms");
    let converted =
        count(&sms, "messages_offered", &[("route", "sms-direct"), ("from", "a"), ("to", "b")]);
    crate::common::close("converted", converted as f64, refusals as f64, 2.0);
    let queued = limited("queue");
    let through = count(
        &queued,
        "messages_delivered",
        &[("route", "interworked"), ("from", "a"), ("to", "b")],
    );
    crate::common::close("at the rate", through as f64, 1200.0, 1.0);
}

#[test]
fn a_message_to_a_user_who_is_logged_out_is_stored_refused_or_sent_as_sms() {
    let with = |kind: &str| {
        let offline = format!("workload.sessions.offline_messages={kind}");
        let sets = ["workload.sessions.online=50%", "workload.sessions.length=5m", &offline];
        simulate(PAIR, &sets, 2).results
    };
    let stored = with("store");
    let wait = count(&stored, "messages_delivered", &[("route", "interworked")]);
    let labels = [("route", "interworked")];
    let held = distribution(&stored, "stored_until_login", &labels);
    assert!(wait > 4000 && held.mean > 120.0 && held.count > 2000, "{wait} {held:?}");
    // The absence is none of the network's: what counts is the way before it, or the way after it.
    let [latency, after] = ["message_latency", "stored_delivery_latency"]
        .map(|name| distribution(&stored, name, &labels));
    assert!(latency.max < 10.0 && after.max < 10.0, "{latency:?} {after:?}");
    let kept = count(&stored, "messages_stored", &labels);
    let waits = count(&stored, "messages_in_flight", &labels);
    assert_eq!(latency.count + held.count, wait, "every message that arrived is in one of both");
    assert!(held.count <= kept && kept <= held.count + waits, "{kept} {held:?} {waits}");
    let refused = with("refuse");
    let share = count(
        &refused,
        "messages_refused",
        &[("route", "interworked"), ("reason", "recipient_offline")],
    ) as f64
        / count(&refused, "messages_offered", &[("route", "interworked")]) as f64;
    assert!((0.45..0.55).contains(&share), "{share}");
    let sms = with("sms");
    assert!(count(&sms, "sms_delivered", &[("operator", "b"), ("origin", "fallback")]) > 1000);
    assert!(count(&sms, "messages_delivered", &[("route", "sms-home")]) > 1000);
}

#[test]
fn ims_2_what_crosses_into_an_ims_operator_takes_its_translation() {
    let text = PAIR.replace(
        "b: { kind: imsp,",
        "b: { kind: ims, translator: { workers: 1000, message_time: 8ms, presence_time: 3ms },",
    );
    let (plain, ims) = (simulate(PAIR, &[], 2).results, simulate(&text, &[], 2).results);
    // Each message crosses the one gateway once; every one takes the time of its kind.
    let latency = |results, from, to| {
        let labels = [("route", "interworked"), ("from", from), ("to", to)];
        distribution(results, "message_latency", &labels).mean * 1e3
    };
    for (from, to) in [("a", "b"), ("b", "a")] {
        let longer = latency(&ims, from, to) - latency(&plain, from, to);
        assert!((longer - 8.0).abs() < 0.01, "{from} to {to}: {longer} ms");
    }
    let shown =
        |results| distribution(results, "presence_latency", &[("scope", "interworked")]).mean * 1e3;
    let longer = shown(&ims) - shown(&plain);
    assert!((longer - 3.0).abs() < 0.01, "presence: {longer} ms");
}

#[test]
fn ims_2_a_translator_without_room_refuses_with_its_own_reason() {
    let text = PAIR.replace(
        "b: { kind: imsp,",
        "b: { kind: ims, translator: { workers: 1, message_time: 2s, queue_limit: 2 },",
    );
    let results = simulate(&text, &["workload.presence.changes=0/h"], 2).results;
    let full = [("route", "interworked"), ("reason", "translator_full")];
    let refused = count(&results, "messages_refused", &full);
    let delivered = count(&results, "messages_delivered", &[("route", "interworked")]);
    // One server of 2 s a message.
    assert!((500..=605).contains(&delivered), "{delivered} delivered");
    assert!(refused > 4000, "{refused} refused");
}
