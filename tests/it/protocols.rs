//! What presence and messages cost between two operators by `simple` and `xmpp`: transfers and bytes
//! of single relations over a working day, held to formulas that follow from the RFCs, as the
//! published analyses of presence between domains have them (draft-ietf-simple-interdomain-scaling-
//! analysis, draft-saintandre-xmpp-presence-analysis).

use std::collections::BTreeMap;

use crate::common::{count, prepare, simulate};
use interwork::domain::id::OperatorId;
use interwork::domain::observation::Observation;
use interwork::domain::outcome::TransferKind::{self, Answer, Message, Presence, Subscribe};
use interwork::domain::presence::{Availability, ClientType, Look, News, StatusText};
use interwork::domain::text::{Alphabet, Text};
use interwork::domain::time::{Duration, Instant};
use interwork::engine::simulation::Simulation;
use interwork::measure::results::Metric;
use interwork::model::context::Observer;
use interwork::model::stimulus::{Change, Stimulus};
use interwork::wire::sides::Sides;
use interwork::wire::sizes::WireSizes;
use interwork::wire::{simple, xmpp};

/// Users of `a`, who all watch each of the users of `b`; nobody watches them.
const WATCHERS: u64 = 4;
const WATCHED: u64 = 3;
/// Relations of a watcher to somebody watched.
const RELATIONS: u64 = WATCHERS * WATCHED;
/// Changes of each user of `b`: three an hour for eight hours.
const CHANGES: u64 = 24;
/// Messages of each user of `a`, of so many characters.
const MESSAGES: u64 = 5;
const LENGTH: u16 = 40;
/// Refreshes by a session of just under eight hours, one an hour.
const REFRESHES: u64 = 7;

const A: OperatorId = OperatorId(0);
const B: OperatorId = OperatorId(1);

fn topology(kind: &str, agreements: &str) -> String {
    format!(
        "interwork: 1
name: protocols
operators:
  a: {{ kind: {kind}, domain: im.a.example, numbers: ['+4670'], subscribers: {{ im: {WATCHERS} }},
        access: {{ mobile: 0s }}, im_server: {{ service_time: 0s }} }}
  b: {{ kind: {kind}, domain: im.b.example, numbers: ['+4671'], subscribers: {{ im: {WATCHED} }},
        access: {{ mobile: 0s }}, im_server: {{ service_time: 0s }} }}
  hub: {{ kind: hub }}
agreements: [ {agreements} ]
workload:
  contacts: {{ per_user: {WATCHED}, elsewhere: 100%, sms_only: 0%, mutual: 0% }}
  by_operator: {{ b: {{ contacts: {{ per_user: 0 }} }} }}
  messages: {{ per_user: 0/h, reply: {{ share: 0% }} }}
  presence: {{ changes: 0/h }}
  growth: {{ add_contact: 0/h }}
  sessions: {{ online: 100%, length: unlimited }}
run: {{ warm_up: 0s, duration: 8h }}
"
    )
}

fn agreement(protocol: &str, terms: &str) -> String {
    format!(
        "{{ between: [a, b], protocol: {protocol}, link: {{ latency: 20ms }}, presence: {{ {terms} }} }}"
    )
}

/// Transfers and their bytes by sending side and kind, from an instant on.
struct Counts {
    from: Instant,
    all: BTreeMap<(OperatorId, TransferKind), (u64, u64)>,
}

impl Observer for Counts {
    fn observe(&mut self, now: Instant, observation: &Observation<'_>) {
        if let Observation::Transferred { from, kind, bytes, .. } = *observation
            && now >= self.from
        {
            let (count, sum) = self.all.entry((from, kind)).or_default();
            *count += 1;
            *sum += u64::from(bytes);
        }
    }
}

/// A working day: users of `a` log in one after another, users of `b` change their presence, users of
/// `a` write, and log out again.
fn day(text: &str) -> BTreeMap<(OperatorId, TransferKind), (u64, u64)> {
    let (plan, _) = prepare(text, &[]);
    let begin = Instant::START + Duration::from_secs(600);
    let counts = |_| Counts { from: begin, all: BTreeMap::new() };
    let mut simulation = Simulation::new(&plan, counts);
    let watchers: Vec<_> = (0..WATCHERS).map(|i| plan.population.subscriber(A, i as u32)).collect();
    let watched: Vec<_> = (0..WATCHED).map(|i| plan.population.subscriber(B, i as u32)).collect();
    for (place, &user) in (0..).zip(&watchers) {
        let mut log = |at, login| simulation.script(A, at, Stimulus::Log { user, login });
        log(Instant::START + Duration::from_secs(1), false);
        log(begin + Duration::from_secs(place), true);
        log(begin + Duration::from_secs(8 * 3600 - 60), false);
        for n in 0..MESSAGES {
            let recipient = watched[(n % WATCHED) as usize];
            let text = Text::synthetic(u32::from(LENGTH), Alphabet::Gsm7);
            let write = Stimulus::Write { sender: user, recipient, text };
            simulation.script(A, begin + Duration::from_secs(1000 + n), write);
        }
    }
    for &user in &watched {
        for change in 0..CHANGES {
            let at = begin + Duration::from_secs(300 + 1200 * change);
            simulation.script(B, at, Stimulus::Change { user, to: Change::Next });
        }
    }
    let end = begin + Duration::from_secs(8 * 3600 + 60);
    simulation.run_until(end, 1).expect("no fault");
    let mut all = BTreeMap::new();
    for counts in simulation.into_observers() {
        all.extend(counts.all);
    }
    all
}

/// Bytes of what each side sends.
fn sizes(protocol: &str, terms: simple::Terms) -> [WireSizes; 2] {
    let side = |from, to| {
        let sides = Sides::of(from, to);
        if protocol == "simple" { simple::sizes(sides, terms) } else { xmpp::sizes(sides) }
    };
    [side("im.a.example", "im.b.example"), side("im.b.example", "im.a.example")]
}

/// How users of `b` look in turn, on a phone: changes begin with the second.
fn looks() -> [Option<News>; 3] {
    let client = Some(ClientType::MobilePhone);
    [Availability::Available, Availability::Discreet, Availability::NotAvailable].map(
        |availability| Some(News::Changed(Look { availability, client, text: StatusText::NONE })),
    )
}

/// Bytes of the changes of a user of `b` to one watcher.
fn changes(sizes: &WireSizes) -> [(u64, u32); 3] {
    looks().map(|look| (RELATIONS * CHANGES / 3, sizes.presence.of(look)))
}

/// Times of each size.
fn sum(terms: &[(u64, u32)]) -> (u64, u64) {
    let count = terms.iter().map(|(times, _)| times).sum();
    (count, terms.iter().map(|(times, size)| times * u64::from(*size)).sum())
}

/// What a day comes to by SIP. RFC 3856 and 6665: a subscription begins with SUBSCRIBE and 200, NOTIFY and
/// 200: four messages; each refresh is the same four, or two where a NOTIFY is not sent for it (RFC
/// 5839); a change is NOTIFY and 200: two; SUBSCRIBE with Expires 0 ends it, and is followed by a last
/// NOTIFY: four. MESSAGE and 200 are two (RFC 3428). With lists (RFC 4662) one subscription of a watcher
/// serves for all, while each change is still a NOTIFY for each watcher.
fn by_sip(terms: simple::Terms, notify_on_refresh: bool) {
    let subscription = if terms.per_list { "per_list" } else { "per_contact" };
    let notification = if terms.partial { "partial" } else { "full" };
    let said = format!(
        "subscription: {subscription}, notification: {notification}, notify_on_refresh: {notify_on_refresh}"
    );
    let seen = day(&topology("ims", &agreement("simple", &said)));
    let [a, b] = sizes("simple", terms);
    // On a list a subscription has all contacts of its watcher.
    let (subscriptions, listed) =
        if terms.per_list { (WATCHERS, WATCHED as u32) } else { (RELATIONS, 0) };
    let refreshed = if notify_on_refresh { REFRESHES } else { 0 };
    let begin = a.subscribe + a.subscribe_per_contact * listed;
    // After so many changes everybody looks as at first.
    let state = b.state + b.state_contact.of(looks()[0]) * listed.max(1);
    let asked = sum(&[(subscriptions, begin), (subscriptions * (REFRESHES + 1), a.again)]);
    let [one, two, three] = changes(&b);
    let told = sum(&[(subscriptions * (1 + refreshed + 1), state), one, two, three]);
    let written = sum(&[(WATCHERS * MESSAGES, a.message + u32::from(LENGTH))]);
    let expected = BTreeMap::from([
        ((A, Subscribe), asked),
        ((B, Presence), told),
        ((A, Message), written),
        ((A, Answer), sum(&[(told.0, a.answer)])),
        ((B, Answer), sum(&[(asked.0 + written.0, b.answer)])),
    ]);
    assert_eq!(seen, expected, "{terms:?}, notify_on_refresh {notify_on_refresh}");
    // The closed formula of the analysis.
    let refresh = if notify_on_refresh { 4 } else { 2 };
    let closed = subscriptions * (4 + refresh * REFRESHES + 4)
        + RELATIONS * 2 * CHANGES
        + 2 * WATCHERS * MESSAGES;
    assert_eq!(seen.values().map(|(count, _)| count).sum::<u64>(), closed);
}

#[test]
fn a_day_of_sip_has_the_messages_and_bytes_of_the_formula_with_every_option() {
    for per_list in [false, true] {
        for partial in [false, true] {
            for notify_on_refresh in [true, false] {
                by_sip(simple::Terms { per_list, partial }, notify_on_refresh);
            }
        }
    }
}

/// RFC 6121: a login sends a probe, which one presence stanza answers; a change is one; a logout sends
/// one of the type unavailable, after which nothing more comes. Nothing expires, nothing is answered.
#[test]
fn a_day_of_xmpp_has_the_stanzas_and_bytes_of_the_formula() {
    let seen = day(&topology("imsp", &agreement("xmpp", "")));
    let [a, b] = sizes("xmpp", simple::Terms::default());
    let [one, two, three] = changes(&b);
    let expected = BTreeMap::from([
        ((A, Subscribe), sum(&[(RELATIONS, a.subscribe), (RELATIONS, a.again)])),
        ((B, Presence), sum(&[(RELATIONS, b.state_contact.of(looks()[0])), one, two, three])),
        ((A, Message), sum(&[(WATCHERS * MESSAGES, a.message + u32::from(LENGTH))])),
    ]);
    assert_eq!(seen, expected);
    let stanzas: u64 = seen.values().map(|(count, _)| count).sum();
    assert_eq!(stanzas, RELATIONS * (1 + 1 + CHANGES + 1) + WATCHERS * MESSAGES);
}

#[test]
fn a_hub_passes_on_each_message_and_answers_each_by_itself() {
    let alone = day(&topology("ims", &agreement("simple", "")));
    let leg = |party| {
        format!("{{ between: [{party}, hub], protocol: simple, link: {{ latency: 20ms }} }}")
    };
    let through = day(&topology("ims", &format!("{}, {}", leg("a"), leg("b"))));
    let hub = OperatorId(2);
    for kind in [Subscribe, Presence, Message] {
        let of = |all: &BTreeMap<_, (u64, u64)>, from| all.get(&(from, kind)).map_or(0, |n| n.0);
        let sent = of(&alone, A) + of(&alone, B);
        assert_eq!(of(&through, A) + of(&through, B), sent, "{kind}");
        assert_eq!(of(&through, hub), sent, "{kind} through the hub");
    }
}

#[test]
fn ims_operators_translate_what_the_other_does_not_speak_alone() {
    let busy = |kind, protocol| {
        let text = topology(kind, &agreement(protocol, ""));
        let run = simulate(&text, &["workload.presence.changes=3/h", "run.duration=1h"], 2);
        let use_of =
            |metric: &&Metric| metric.is("station_utilisation", &[("station", "a/translator")]);
        run.results.metrics.iter().find(use_of).and_then(|metric| metric.mean).unwrap_or(0.0)
    };
    assert_eq!(busy("ims", "simple"), 0.0, "both speak SIP");
    assert!(busy("ims", "xmpp") > 0.0 && busy("ims", "ssp") > 0.0);
    assert_eq!(busy("imsp", "xmpp"), 0.0, "nobody has a translator");
}

#[test]
fn of_two_agreements_that_carry_the_same_the_first_serves() {
    let refreshes = |first: &str, second: &str| {
        let both = format!("{}, {}", agreement(first, ""), agreement(second, ""));
        let run = simulate(&topology("ims", &both), &[], 2);
        let labels = [("from", "a"), ("to", "b"), ("kind", "subscribe")];
        count(&run.results, "agreement_messages", &labels)
    };
    assert_eq!(refreshes("simple", "ssp"), 8 * RELATIONS);
    assert_eq!(refreshes("ssp", "simple"), 0);
}

#[test]
fn the_metrics_of_a_run_are_those_of_the_formula() {
    let sets = ["workload.presence.changes=3/h"];
    for (kind, protocol, answered, refreshes) in
        [("ims", "simple", true, 8), ("imsp", "xmpp", false, 0), ("imsp", "ssp", true, 0)]
    {
        let run = simulate(&topology(kind, &agreement(protocol, "")), &sets, 2);
        let seen = |from, to, kind| {
            let labels = [("from", from), ("to", to), ("kind", kind)];
            count(&run.results, "agreement_messages", &labels)
        };
        // Everybody is logged in all the time: what stood at the start is refreshed, each at its time of
        // the hour.
        let subscribed = RELATIONS * refreshes;
        let changes = count(&run.results, "presence_changes", &[("operator", "b")]);
        assert!(changes > 20, "{changes} changes");
        let told = subscribed + changes * WATCHERS;
        let answers = |count| if answered { count } else { 0 };
        assert_eq!(seen("a", "b", "subscribe"), subscribed, "{protocol}");
        assert_eq!(seen("b", "a", "presence"), told, "{protocol}");
        assert_eq!(seen("a", "b", "answer"), answers(told), "{protocol}");
        assert_eq!(seen("b", "a", "answer"), answers(subscribed), "{protocol}");
    }
}
