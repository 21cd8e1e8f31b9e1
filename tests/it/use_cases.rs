//! The use cases of OMTP 2 and the walk of one message, on single messages: every step in order,
//! with its stages. A1 is the IM user of `a`, B1 the legacy customer of `b`, C1 a customer of `c`,
//! which has no IM.

use std::sync::Arc;

use crate::common::prepare;
use interwork::domain::id::{OperatorId, SubscriberId};
use interwork::domain::observation::{Observation, SmsEvent};
use interwork::domain::outcome::{SessionTurn, TransferKind};
use interwork::domain::presence::News;
use interwork::domain::text::{Alphabet, Text};
use interwork::domain::time::{Duration, Instant};
use interwork::engine::simulation::Simulation;
use interwork::model::context::Observer;
use interwork::model::plan::Plan;
use interwork::model::stimulus::{Change, Stimulus};

const A: OperatorId = OperatorId(0);
const C: OperatorId = OperatorId(2);
const A1: SubscriberId = SubscriberId(0);
const A2: SubscriberId = SubscriberId(1);
const B1: SubscriberId = SubscriberId(2);
const C1: SubscriberId = SubscriberId(3);

const FEDERATION: &str = "interwork: 1
name: use-cases
operators:
  a:
    kind: imsp
    domain: a.example
    numbers: [\"+46700\"]
    subscribers: { im: 2 }
    access: { mobile: 100ms }
    im_server: { service_time: 10ms }
    smsc: { throughput: 100/s, attempt_time: 1s }
    hlr: { lookup_time: 50ms, attached: 100% }
  b:
    kind: imsp
    domain: b.example
    numbers: [\"+46710\"]
    subscribers: { sms_only: 1 }
    access: { mobile: 100ms }
    im_server: { service_time: 10ms }
    smsc: { throughput: 100/s, attempt_time: 1s }
    hlr: { lookup_time: 50ms, attached: 100% }
  c:
    kind: mno
    numbers: [\"+46760\"]
    subscribers: { sms_only: 1 }
    access: { mobile: 100ms }
    smsc: { throughput: 100/s, attempt_time: 1s }
    hlr: { lookup_time: 50ms, attached: 100% }
agreements:
  - { between: [a, b], protocol: ssp, link: { latency: 20ms } }
  - { between: [a, c], protocol: sms, link: { latency: 20ms } }
workload:
  contacts: { per_user: 0 }
  messages: { total: 0/s, length: 5, ucs2: 0%, reply: { share: 0%, after: 5s } }
  presence: { changes: 0/h }
  sessions: { online: 100%, length: unlimited }
  growth: { add_contact: 0/h }
run: { seed: 1, warm_up: 0s, duration: 60s }
";

/// Writes down what matters, in words.
#[derive(Default)]
struct Notes {
    plan: Option<Arc<Plan>>,
    lines: Vec<(Instant, String)>,
}

impl Observer for Notes {
    fn observe(&mut self, now: Instant, observation: &Observation<'_>) {
        let name = |id: OperatorId| {
            let plan = self.plan.as_ref().expect("a plan");
            plan.federation.operator(id).name.clone()
        };
        let line = match *observation {
            Observation::Delivered { subject, stages, .. } => {
                let sum: u64 = stages.iter().map(|part| part.time.0).sum();
                assert_eq!(sum, now.since(subject.intended).0, "the stages add up");
                let stages: Vec<String> = stages
                    .iter()
                    .map(|part| format!("{} {} {}", part.stage, name(part.operator), part.time))
                    .collect();
                format!("{} delivered: {}", subject.route, stages.join(", "))
            }
            Observation::Refused { subject, reason } => {
                format!("{} refused: {reason}", subject.route)
            }
            Observation::Sms { operator, event: SmsEvent::Submitted { segments }, .. } => {
                format!("submitted to {} in {segments}", name(operator))
            }
            Observation::ContactAdded { kind, took, presence, .. } => {
                let shown = presence.map_or(String::new(), |presence| {
                    assert!(presence.is_legacy(), "marked as a legacy customer");
                    let online = presence.online_status.as_ref().and_then(|status| status.value);
                    let text = presence.status_text.as_ref().and_then(|text| text.value.clone());
                    let online = if online == Some(true) { "online" } else { "offline" };
                    format!(", {online}, {}", text.unwrap_or_default())
                });
                format!("{kind} added in {took}{shown}")
            }
            Observation::AccountRegistered { operator, .. } => {
                format!("account registered at {}", name(operator))
            }
            Observation::Transferred { agreement, from, kind, .. } => {
                format!("{kind} from {} over {}", name(from), agreement.0)
            }
            _ => return,
        };
        self.lines.push((now, line));
    }
}

/// Lets these things happen and says what was seen, in the order of time.
fn seen(text: &str, sets: &[&str], script: &[(u64, Stimulus)]) -> Vec<String> {
    let (plan, setup) = prepare(text, sets);
    let notes = |_| Notes { plan: Some(Arc::clone(&plan)), lines: Vec::new() };
    let mut simulation = Simulation::new(&plan, notes);
    for (second, stimulus) in script {
        simulation.script(A, Instant::START + Duration::from_secs(*second), *stimulus);
    }
    simulation.run_until(setup.window.end, 2).expect("the run is sound");
    let mut lines: Vec<(Instant, String)> =
        simulation.into_observers().into_iter().flat_map(|notes| notes.lines).collect();
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(_, line)| line).collect()
}

fn writes(sender: SubscriberId, recipient: SubscriberId, characters: u32) -> Stimulus {
    let text = Text::synthetic(characters, Alphabet::Gsm7);
    Stimulus::Write { sender, recipient, text }
}

fn delivered(lines: &[String]) -> Vec<&str> {
    lines.iter().filter(|line| line.contains("delivered")).map(String::as_str).collect()
}

/// Everybody answers the first message, and hardly ever the answer.
const ANSWERED: &[&str] = &["workload.messages.reply.share=99%", "run.duration=9s"];

#[test]
fn uc_2b_uc_4b_im_0050_the_walk_from_a1_to_c1_and_the_answer() {
    let lines = seen(FEDERATION, ANSWERED, &[(1, writes(A1, C1, 41))]);
    let ways = delivered(&lines);
    assert_eq!(
        ways[..2],
        [
            "sms-direct delivered: access_up a 100ms, im_service a 10ms, smsc_service a 10ms, \
             link a 40ms, hlr c 50ms, link c 20ms, attempt c 1s",
            "sms-reply-direct delivered: access_up c 100ms, smsc_service c 10ms, link c 20ms, \
             im_service a 10ms, access_down a 100ms",
        ]
    );
}

#[test]
fn uc_2a_uc_4a_a1_writes_to_b1_and_gets_the_answer_as_im() {
    let lines = seen(FEDERATION, ANSWERED, &[(1, writes(A1, B1, 41))]);
    let ways = delivered(&lines);
    assert_eq!(
        ways[..2],
        [
            "sms-home delivered: access_up a 100ms, im_service a 10ms, link a 20ms, \
             im_service b 10ms, smsc_service b 10ms, hlr b 50ms, attempt b 1s",
            "sms-reply-home delivered: access_up b 100ms, smsc_service b 10ms, im_service b 10ms, \
             link b 20ms, im_service a 10ms, access_down a 100ms",
        ]
    );
    let submitted = lines.iter().filter(|line| *line == "submitted to b in 1").count();
    assert_eq!(submitted, 2, "the message and its answer pass B's own SMSC: {lines:#?}");
}

#[test]
fn uc_1a_a_legacy_customer_is_validated_and_registered_once_however_many_add_them() {
    let add = |owner| Stimulus::Add { owner, contact: B1, by_number: true };
    let lines = seen(FEDERATION, &[], &[(1, add(A1)), (2, add(A2))]);
    let count = |what: &str| lines.iter().filter(|line| *line == what).count();
    assert_eq!(count("account registered at b"), 1, "{lines:#?}");
    assert_eq!(count("validate from a over 0"), 2);
    assert_eq!(count("answer from b over 0"), 2);
    // 100 up, 10 at A, 20 over, 10 at B, 20 back, 10 at A, 100 down.
    assert_eq!(count("sms-home added in 270ms, online, SMS-only"), 2, "{lines:#?}");
}

#[test]
fn uc_1b_nothing_crosses_an_im_agreement_for_a_customer_of_an_operator_without_im() {
    let add = Stimulus::Add { owner: A1, contact: C1, by_number: true };
    assert_eq!(seen(FEDERATION, &[], &[(1, add)]), ["sms-direct added in 210ms, online, SMS-only"]);
}

#[test]
fn im_0090_legacy_customers_look_as_the_operator_of_the_list_says_whosever_they_are() {
    let add = |contact| Stimulus::Add { owner: A1, contact, by_number: true };
    for (whose, [home, direct]) in [
        ("b", ["online, SMS-only", "online, SMS-only"]),
        ("a", ["offline, Text me", "offline, Text me"]),
    ] {
        let sets = ["presence=offline", "status_text=Text me"];
        let sets = sets.map(|set| format!("operators.{whose}.legacy.{set}"));
        let sets: Vec<&str> = sets.iter().map(String::as_str).collect();
        let lines = seen(FEDERATION, &sets, &[(1, add(B1)), (2, add(C1))]);
        let added: Vec<&String> = lines.iter().filter(|line| line.contains("added in")).collect();
        let expected = [
            format!("sms-home added in 270ms, {home}"),
            format!("sms-direct added in 210ms, {direct}"),
        ];
        assert_eq!(added, expected.iter().collect::<Vec<_>>(), "set at {whose}");
    }
}

#[test]
fn im_0030_160_characters_pass_and_161_are_refused() {
    // The network's refusal, where no client stops the user before (IM-0040).
    let sets = ["operators.a.legacy.client_limit=0%"];
    let lines = seen(FEDERATION, &sets, &[(1, writes(A1, C1, 160)), (2, writes(A1, C1, 161))]);
    assert!(lines.contains(&"submitted to a in 1".to_owned()), "{lines:#?}");
    assert!(lines.contains(&"sms-direct refused: too_long".to_owned()), "{lines:#?}");
}

#[test]
fn im_0030_operators_may_split_or_truncate_instead() {
    let split = ["operators.a.legacy.overlong=split"];
    let lines = seen(FEDERATION, &split, &[(1, writes(A1, C1, 161))]);
    assert!(lines.contains(&"submitted to a in 2".to_owned()), "{lines:#?}");
    let truncate = ["operators.a.legacy.overlong=truncate"];
    let lines = seen(FEDERATION, &truncate, &[(1, writes(A1, C1, 161))]);
    assert!(lines.contains(&"submitted to a in 1".to_owned()), "{lines:#?}");
}

#[test]
fn a_source_notice_counts_towards_the_160_characters() {
    let notice = ["operators.a.legacy.source_notice=sent by IM"];
    let script = [(1, writes(A1, C1, 149)), (2, writes(A1, C1, 150))];
    let lines = seen(FEDERATION, &notice, &script);
    let count = |what: &str| lines.iter().filter(|line| *line == what).count();
    assert_eq!(count("submitted to a in 1"), 1, "{lines:#?}");
    assert_eq!(count("sms-direct refused: too_long"), 1, "{lines:#?}");
}

#[test]
fn rd_1_without_an_agreement_a_message_is_refused_with_the_reason() {
    let text =
        FEDERATION.replace("  - { between: [a, c], protocol: sms, link: { latency: 20ms } }\n", "");
    let lines = seen(&text, &[], &[(1, writes(A1, C1, 41))]);
    assert_eq!(lines, ["sms-direct refused: no_route"]);
}

#[test]
fn a_message_through_a_chain_of_two_hubs_has_every_hop_among_its_stages() {
    let text = FEDERATION
        .replace(
            "subscribers: { sms_only: 1 }\n    access: { mobile: 100ms }\n    im_server",
            "subscribers: { im: 1 }\n    access: { mobile: 100ms }\n    im_server",
        )
        .replace(
            "agreements:\n  - { between: [a, b], protocol: ssp, link: { latency: 20ms } }",
            "  hub-x: { kind: hub, relay: { service_time: 5ms } }
  hub-y: { kind: hub, relay: { service_time: 5ms } }
agreements:
  - { between: [a, hub-x], protocol: ssp, link: { latency: 20ms } }
  - { between: [hub-x, hub-y], protocol: ssp, link: { latency: 30ms } }
  - { between: [hub-y, b], protocol: ssp, link: { latency: 40ms } }",
        );
    let lines = seen(&text, &[], &[(1, writes(A1, B1, 41))]);
    assert_eq!(
        delivered(&lines),
        ["hub delivered: access_up a 100ms, im_service a 10ms, link a 20ms, relay hub-x 5ms, \
          link hub-x 30ms, relay hub-y 5ms, link hub-y 40ms, im_service b 10ms, access_down b 100ms"]
    );
}

/// What one observer of all operators makes of a run with these things in it.
fn noted<T: Send + 'static>(
    text: &str,
    sets: &[&str],
    script: &[(OperatorId, u64, Stimulus)],
    note: fn(&Observation<'_>) -> Option<T>,
) -> Vec<T> {
    timed(text, sets, script, note).into_iter().map(|(_, noted)| noted).collect()
}

/// The same with the instant of each.
fn timed<T: Send + 'static>(
    text: &str,
    sets: &[&str],
    script: &[(OperatorId, u64, Stimulus)],
    note: fn(&Observation<'_>) -> Option<T>,
) -> Vec<(Instant, T)> {
    struct Noted<T>(fn(&Observation<'_>) -> Option<T>, Vec<(Instant, T)>);
    impl<T> Observer for Noted<T> {
        fn observe(&mut self, now: Instant, observation: &Observation<'_>) {
            self.1.extend((self.0)(observation).map(|noted| (now, noted)));
        }
    }
    let (plan, setup) = prepare(text, sets);
    let mut simulation = Simulation::new(&plan, |_| Noted(note, Vec::new()));
    for (home, second, stimulus) in script {
        simulation.script(*home, Instant::START + Duration::from_secs(*second), *stimulus);
    }
    simulation.run_until(setup.window.end, 2).expect("the run is sound");
    let mut all: Vec<_> = simulation.into_observers().into_iter().flat_map(|it| it.1).collect();
    all.sort_by_key(|(at, _)| *at);
    all
}

#[test]
fn im_0050_reply_numbers_are_taken_by_conversation_and_free_after_the_hold() {
    let sets = ["operators.a.legacy.reply_hold=10s"];
    let script =
        [(1, A1), (4, A2), (5, A1)].map(|(second, sender)| (A, second, writes(sender, C1, 41)));
    let in_use = noted(FEDERATION, &sets, &script, |seen| match seen {
        Observation::ReplyNumbersInUse { operator: A, numbers } => Some(*numbers),
        _ => None,
    });
    assert_eq!(in_use, [1, 2, 1, 0]);
}

#[test]
fn rd_7_where_only_presence_crosses_a_removal_ends_what_is_subscribed_alone() {
    let removed = Stimulus::Remove { owner: A1, contact: B1 };
    for (kind, share, ends) in [("im", "0%", 1), ("sms_only", "100%", 0)] {
        let contact = format!("operators.b.subscribers={{ {kind}: 1 }}");
        let listed = format!(
            "workload.contacts={{ per_user: 1, elsewhere: 100%, sms_only: {share}, mutual: 0% }}"
        );
        let only = ["agreements.0.features=[presence]", "operators.c.subscribers={ sms_only: 0 }"];
        let sets = [contact.as_str(), listed.as_str(), only[0], only[1]];
        let crossed = noted(FEDERATION, &sets, &[(A, 5, removed)], |seen| match seen {
            Observation::Transferred { from: A, kind: TransferKind::Subscribe, .. } => Some(()),
            _ => None,
        });
        assert_eq!(crossed.len(), ends, "{kind}");
    }
}

#[test]
fn whom_users_add_during_a_run_they_write_to() {
    let sets =
        ["workload.growth.add_contact=60/h", "workload.messages.total=1/s", "run.duration=20m"];
    let written = noted(FEDERATION, &sets, &[], |seen| match seen {
        Observation::Offered { .. } => Some(()),
        _ => None,
    });
    assert!(written.len() > 100, "{} messages", written.len());
}

/// Users of `a` watch the one user of `b`, who watches nobody.
const WATCHED: [&str; 4] = [
    "operators.b.subscribers={ im: 1 }",
    "operators.c.subscribers={ sms_only: 0 }",
    "workload.contacts={ per_user: 1, elsewhere: 100%, sms_only: 0%, mutual: 0% }",
    "workload.by_operator={ b: { contacts: { per_user: 0 } } }",
];

#[test]
fn rd_5_news_for_a_domain_is_never_shown_to_whoever_has_left_meanwhile() {
    let b1 = SubscriberId(2);
    let sets = [&WATCHED[..], &["agreements.0.presence.fan_out=per_domain"]].concat();
    let script = [
        (OperatorId(1), 1, Stimulus::Change { user: b1, to: Change::Next }),
        (A, 1, Stimulus::Log { user: A1, login: false }),
    ];
    let shown = noted(FEDERATION, &sets, &script, |seen| match seen {
        Observation::PresenceShown { news: News::Changed(_), at, .. } => Some(at.is_some()),
        _ => None,
    });
    assert_eq!(shown, [true, false], "to A2, and to A1 no more");
}

#[test]
fn rd_6_a_report_is_told_once() {
    let sets = ["workload.messages.reports=100%"];
    let told = noted(FEDERATION, &sets, &[(A, 1, writes(A1, B1, 41))], |seen| match seen {
        Observation::Reported { at, .. } => Some(at.is_some()),
        _ => None,
    });
    assert_eq!(told, [true]);
}

#[test]
fn rd_5_news_that_finds_no_room_is_never_shown() {
    let b1 = SubscriberId(2);
    let narrow = "operators.a.im_server={ workers: 1, service_time: 1s, queue_limit: 1 }";
    let sets = [&WATCHED[..], &[narrow]].concat();
    let change = (OperatorId(1), 1, Stimulus::Change { user: b1, to: Change::Next });
    let shown = noted(FEDERATION, &sets, &[change, change], |seen| match seen {
        Observation::PresenceShown { news: News::Changed(_), at, .. } => Some(at.is_some()),
        _ => None,
    });
    let seen = |wanted| shown.iter().filter(|shown| **shown == wanted).count();
    assert_eq!((seen(true), seen(false)), (2, 2), "one in service, one waits");
}

#[test]
fn rd_5_news_that_newer_news_has_followed_is_never_shown() {
    let down = "timeline=[{ at: 2s, link_down: [a, b], for: 20s }]";
    let change = |second| {
        (OperatorId(1), second, Stimulus::Change { user: SubscriberId(2), to: Change::Next })
    };
    let sets = [&WATCHED[..], &[down]].concat();
    let shown = noted(FEDERATION, &sets, &[change(5), change(6)], |seen| match seen {
        Observation::PresenceShown { news: News::Changed(_), at, .. } => Some(at.is_some()),
        _ => None,
    });
    let seen = |wanted| shown.iter().filter(|shown| **shown == wanted).count();
    assert_eq!((seen(true), seen(false)), (2, 2), "of two changes, to two watchers");
}

#[test]
fn rd_5_a_notification_is_counted_by_the_publishers_operator() {
    let b1 = SubscriberId(2);
    let change = (OperatorId(1), 1, Stimulus::Change { user: b1, to: Change::Next });
    let sent = noted(FEDERATION, &WATCHED, &[change], |seen| match seen {
        Observation::Notified { from, to, client: None } => Some((*from, *to)),
        _ => None,
    });
    assert_eq!(sent, [(OperatorId(1), A); 2], "one for each watcher");
}

#[test]
fn rd_7_a_limit_takes_as_long_for_a_message_as_its_rate_says() {
    let sets = ["agreements.0.rate_limit={ rate: 4/s, burst: 1, over: queue }"];
    let script = [(A, 1, writes(A1, B1, 5)), (A, 1, writes(A2, B1, 5))];
    let planned = noted(FEDERATION, &sets, &script, |seen| match seen {
        Observation::StationPlanned { service, wait, .. } => Some((*wait, *service)),
        _ => None,
    });
    let quarter = Duration::from_millis(250);
    assert!(planned.contains(&(Duration::from_millis(0), quarter)), "{planned:?}");
    assert!(planned.contains(&(quarter, quarter)), "{planned:?}");
}

#[test]
fn rd_6_answers_over_a_link_that_may_fail_find_their_requests() {
    let sets = ["timeline=[{ at: 30s, link_down: [a, b], for: 1s }]"];
    let stray = noted(FEDERATION, &sets, &[(A, 1, writes(A1, B1, 5))], |seen| match seen {
        Observation::Stray { .. } => Some(()),
        _ => None,
    });
    assert_eq!(stray.len(), 0);
}

#[test]
fn ssp_2_a_session_says_since_when_there_was_none() {
    let sets = [
        "agreements.0.session={ keep_alive: 5s, timeout: 2s, retry: [1s] }",
        "timeline=[{ at: 10s, link_down: [a, b], for: 20s }]",
    ];
    let down = noted(FEDERATION, &sets, &[], |seen| match seen {
        Observation::ServerSession { operator: A, turn: SessionTurn::SetUp, down, .. } => {
            Some(*down)
        }
        _ => None,
    });
    let [first, second] = down[..] else { panic!("{down:?}") };
    assert!(first < Duration::from_secs(1), "{first:?} to set up");
    let lost = Duration::from_secs(10)..Duration::from_secs(20);
    assert!(lost.contains(&second), "{second:?} since it was lost");
}

#[test]
fn im_0050_an_smsc_waits_after_each_failure_as_its_schedule_says_and_its_last_wait_stays() {
    let sets = ["operators.a.smsc.retry=[2s, 5s, 9s]", "operators.a.smsc.alert=false"];
    let script =
        [(C, 0, Stimulus::Phone { user: C1, attached: false }), (A, 1, writes(A1, C1, 41))];
    let failed = timed(FEDERATION, &sets, &script, |seen| match seen {
        Observation::Sms { event: SmsEvent::Retried, .. } => Some(()),
        _ => None,
    });
    let second = |at: Instant| at.since(Instant::START).0 / Duration::from_secs(1).0;
    let seconds: Vec<u64> = failed.into_iter().map(|(at, ())| second(at)).collect();
    assert_eq!(seconds, [1, 3, 8, 17, 26, 35, 44, 53]);
}

#[test]
fn hlr_1_a_phone_that_comes_and_goes_is_told_each_time_it_does() {
    let sets = [
        "operators.b.legacy.presence=hlr",
        "operators.b.hlr.attached=50%",
        "operators.b.hlr.detached_for=10s",
        "run.duration=4000s",
    ];
    let added = Stimulus::Add { owner: A1, contact: B1, by_number: true };
    let heard = timed(FEDERATION, &sets, &[(A, 1, added)], |seen| match seen {
        Observation::PresenceChanged { publisher: B1, .. } => Some(()),
        _ => None,
    });
    // Off for 10 s, on for as long on average: 200 times each, 26 more or fewer.
    assert!((320..480).contains(&heard.len()), "{}", heard.len());
    let seconds: Vec<u64> = heard.iter().map(|(at, ())| at.0).collect();
    let off = seconds.windows(2).filter(|pair| pair[1] - pair[0] == 10_000_000_001).count();
    assert!(off >= heard.len() / 2 - 2, "every other wait is of 10 s: {off}");
}

#[test]
fn uc_4b_an_answer_that_is_turned_away_is_tried_again_by_the_smsc_that_has_it() {
    let sets = [
        "timeline=[{ at: 5s, node_down: a.im_server, for: 20s }]",
        "operators.a.smsc.retry=[30s]",
        "operators.c.smsc.retry=[30s]",
    ];
    let sets = [ANSWERED, &sets, &["run.duration=50s"]].concat();
    let again = noted(FEDERATION, &sets, &[(A, 1, writes(A1, C1, 41))], |seen| match seen {
        Observation::Sms { operator, event: SmsEvent::Retried, .. } => Some(*operator),
        _ => None,
    });
    assert_eq!(again, [C]);
}
