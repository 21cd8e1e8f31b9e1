//! Any valid topology conserves its messages and gives the same results on any number of threads:
//! random small federations, with overload, loss and absurd settings and outages more often than not.

use crate::common::simulate;
use proptest::prelude::*;

/// Words of a random topology.
#[derive(Clone, Debug)]
struct Choices {
    kinds: Vec<u8>,
    links: Vec<(usize, usize, u8)>,
    words: Vec<u8>,
    seed: u64,
    /// Two operators, what fails, seconds until then, how many.
    outages: Vec<(usize, usize, u8, u8, u8)>,
}

fn choices() -> impl Strategy<Value = Choices> {
    let kinds = prop::collection::vec(0u8..5, 1..6);
    let links = prop::collection::vec((0usize..6, 0usize..6, 0u8..3), 0..9);
    let words = prop::collection::vec(any::<u8>(), 40);
    let outages = prop::collection::vec((0usize..6, 0usize..6, 0u8..8, 0u8..60, 1u8..60), 0..7);
    (kinds, links, words, 0u64..1000, outages).prop_map(|(kinds, links, words, seed, outages)| {
        Choices { kinds, links, words, seed, outages }
    })
}

/// Picks one of some words, another at each call.
struct Picker<'a> {
    words: &'a [u8],
    next: usize,
}

impl Picker<'_> {
    fn of<'w>(&mut self, words: &[&'w str]) -> &'w str {
        self.next += 1;
        words[usize::from(self.words[self.next % self.words.len()]) % words.len()]
    }
}

fn operator(place: usize, kind: u8, pick: &mut Picker<'_>) -> String {
    let head = format!("  op{place}:\n    numbers: [\"+467{place}\"]\n");
    let smsc = format!(
        "    smsc: {{ throughput: {}, queue_limit: {}, validity: {}, retry: [{}], alert: {}, nodes: {}, other: {} }}\n    hlr: {{ attached: {}, detached_for: {}, other: {} }}\n",
        pick.of(&["1/s", "20/s", "500/s"]),
        pick.of(&["0", "3", "10000"]),
        pick.of(&["5s", "1m", "48h"]),
        pick.of(&["100ms", "7s", "1m, 2m"]),
        pick.of(&["true", "false"]),
        pick.of(&["1", "3"]),
        pick.of(&["0/s", "2/s", "30/s"]),
        pick.of(&["1%", "60%", "100%"]),
        pick.of(&["1s", "{ exponential: 1m }"]),
        pick.of(&["0/s", "9/s", "300/s"]),
    );
    match kind {
        0 => format!(
            "  op{place}:\n    kind: hub\n    relay: {{ workers: 1, service_time: {}, queue_limit: {} }}\n",
            pick.of(&["0s", "1ms", "200ms"]),
            pick.of(&["0", "2", "1000"])
        ),
        1 => format!(
            "{head}    kind: mno\n    subscribers: {{ sms_only: {} }}\n{smsc}",
            pick.of(&["1", "50"])
        ),
        _ => {
            let own = if kind == 3 { "    smsc: none\n" } else { smsc.as_str() };
            let family = match kind {
                4 => format!(
                    "ims\n    translator: {{ workers: 1, message_time: {}, presence_time: {}, queue_limit: {} }}",
                    pick.of(&["0s", "1ms", "300ms"]),
                    pick.of(&["0s", "20ms"]),
                    pick.of(&["0", "2", "1000"]),
                ),
                _ => "imsp".to_owned(),
            };
            let legacy = if kind == 3 { "0" } else { pick.of(&["0", "30"]) };
            format!(
                "{head}    kind: {family}\n    domain: op{place}.example\n    subscribers: {{ im: {}, sms_only: {legacy} }}\n{own}    im_server: {{ workers: {}, service_time: {}, queue_limit: {}, priority: {} }}\n    legacy: {{ presence: {}, register: {}, overlong: {}, reply_numbers: {}, reply_hold: {}, reply_exhausted: {} }}\n    clients: {{ mobile: {}, wired: {} }}\n",
                pick.of(&["1", "20", "60"]),
                pick.of(&["1", "4"]),
                pick.of(&["0s", "5ms", "{ message: 300ms, notification: 1ms }", "{ poll: 20ms }"]),
                pick.of(&["0", "4", "1000"]),
                pick.of(&["none", "messages_first"]),
                pick.of(&["online", "offline", "hlr"]),
                pick.of(&["on_contact", "never"]),
                pick.of(&["refuse", "truncate", "split"]),
                pick.of(&["1", "3", "1000"]),
                pick.of(&["1s", "1h"]),
                pick.of(&["refuse", "reuse_oldest"]),
                pick.of(&["{}", "{ channel: poll, poll_interval: 7s }", "{ keep_alive: 3s }"]),
                pick.of(&["{}", "{ channel: poll }"]),
            )
        }
    }
}

fn topology(choices: &Choices) -> String {
    let pick = &mut Picker { words: &choices.words, next: 0 };
    let mut text = String::from("interwork: 1\nname: random\noperators:\n");
    for (place, kind) in choices.kinds.iter().enumerate() {
        text.push_str(&operator(place, *kind, pick));
    }
    text.push_str("agreements:\n");
    let mut known = Vec::new();
    for &(a, b, limit) in &choices.links {
        let (a, b) = (a % choices.kinds.len(), b % choices.kinds.len());
        let im = |place: usize| choices.kinds[place] != 1;
        let phones = |place: usize| choices.kinds[place] != 3;
        // Hubs pass on SSP here; operators on IMS cores have SIP among themselves.
        let spoken: &[&str] = match (choices.kinds[a], choices.kinds[b]) {
            (0, _) | (_, 0) => &["ssp"],
            (4, 4) => &["ssp", "simple", "xmpp"],
            _ => &["ssp", "xmpp"],
        };
        let protocol = match (im(a) && im(b), phones(a) && phones(b)) {
            (true, true) => match pick.of(&["im", "sms"]) {
                "im" => pick.of(spoken),
                sms => sms,
            },
            (true, false) => pick.of(spoken),
            (false, true) => "sms",
            (false, false) => continue,
        };
        if a == b || known.contains(&(a.min(b), a.max(b), protocol)) {
            continue;
        }
        known.push((a.min(b), a.max(b), protocol));
        let limit = match limit {
            0 => "".to_owned(),
            1 => format!(
                ", rate_limit: {{ rate: {}, over: queue, queue_limit: 3 }}",
                pick.of(&["1/s", "50/s"])
            ),
            _ if protocol != "sms" && choices.kinds[a] != 0 && choices.kinds[b] != 0 => {
                ", rate_limit: { rate: 2/s, burst: 1, over: sms }".to_owned()
            }
            _ => ", rate_limit: { rate: 2/s, window: 2s }".to_owned(),
        };
        let presence = match protocol {
            "ssp" => format!(
                ", session: {}, presence: {{ fan_out: {}, subscription: {}, refresh: {}, acknowledged: {} }}",
                pick.of(&["none", "{}", "{ keep_alive: 1s, timeout: 2s, retry: [1s, 3s] }"]),
                pick.of(&["per_watcher", "per_domain"]),
                pick.of(&["per_contact", "per_list"]),
                pick.of(&["none", "5s"]),
                pick.of(&["true", "false"])
            ),
            "simple" => format!(
                ", presence: {{ subscription: {}, refresh: {}, notify_on_refresh: {}, notification: {} }}",
                pick.of(&["per_contact", "per_list"]),
                pick.of(&["1h", "5s"]),
                pick.of(&["true", "false"]),
                pick.of(&["full", "partial"])
            ),
            _ => String::new(),
        };
        text.push_str(&format!(
            "  - {{ between: [op{a}, op{b}], protocol: {protocol}, link: {{ latency: {}, loss: {}, bandwidth: {} }}{limit}{presence} }}\n",
            pick.of(&["1ns", "20ms", "{ shifted: { by: 1ms, plus: { exponential: 50ms } } }"]),
            pick.of(&["0%", "30%"]),
            pick.of(&["9.6kbit/s", "10Mbit/s"]),
        ));
    }
    let failures = outages(choices, &known, pick);
    if known.is_empty() {
        text = text.replace("agreements:\n", "agreements: []\n");
    }
    text.push_str(&format!(
        "workload:\n  contacts: {{ per_user: {}, elsewhere: 60% }}\n  messages: {{ total: 4/s, arrivals: {}, length: {}, reply: {{ share: {}, after: {} }} }}\n  presence: {{ changes: 60/h }}\n  sessions: {{ online: {}, length: {}, offline_messages: {} }}\n  growth: {{ add_contact: 60/h, accept: 60%, upgrades: 20/min }}\n  groups: {{ rooms: 2, members: 5, messages: 60/h }}\nrun: {{ seed: {}, warm_up: {}, duration: 1m }}\n",
        pick.of(&["0", "5", "{ poisson: 10 }"]),
        pick.of(&["poisson", "constant", "{ bursty: { mean_on: 2s, mean_off: 2s } }"]),
        pick.of(&["10", "{ geometric: 150 }", "1000"]),
        pick.of(&["0%", "90%"]),
        pick.of(&["0s", "{ exponential: 3s }"]),
        pick.of(&["1%", "50%", "100%"]),
        pick.of(&["unlimited", "10s", "{ exponential: 1m }"]),
        pick.of(&["store", "sms", "refuse"]),
        choices.seed,
        pick.of(&["0s", "10s"]),
    ));
    text.push_str(&format!("timeline: [{}]\n", failures.join(", ")));
    text
}

/// What fails: links that there are, parts that the operators have.
fn outages(
    choices: &Choices,
    known: &[(usize, usize, &str)],
    pick: &mut Picker<'_>,
) -> Vec<String> {
    let events = choices.outages.iter().filter_map(|&(a, b, what, at, lasts)| {
        let (a, b) = (a % choices.kinds.len(), b % choices.kinds.len());
        let agreed = known.iter().any(|&(one, other, _)| (one, other) == (a.min(b), a.max(b)));
        let part = match (what, choices.kinds[a]) {
            (0, _) if agreed => format!("link_down: [op{a}, op{b}]"),
            (1, _) if agreed => {
                format!("link_slow: [op{a}, op{b}], factor: {}", pick.of(&["1", "2.5", "1000"]))
            }
            (_, 0) => format!("node_down: op{a}.relay"),
            (2 | 3, 2..) => format!("node_down: op{a}.im_server"),
            (4, 4) => format!("node_down: op{a}.translator"),
            (_, 3) => return None,
            (5, _) => format!("node_down: \"op{a}.smsc[0]\""),
            (6, _) => format!("node_down: op{a}.smsc"),
            _ => format!("node_down: op{a}.hlr"),
        };
        Some(format!("{{ at: {at}s, {part}, for: {}s }}", f64::from(lasts) / 2.0))
    });
    events.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 200, ..ProptestConfig::default() })]
    #[test]
    fn messages_are_conserved_and_threads_make_no_difference(choices in choices()) {
        let text = topology(&choices);
        // A run whose messages or presence do not add up fails in itself.
        let (one, three) = (simulate(&text, &[], 1), simulate(&text, &[], 3));
        prop_assert_eq!(one.events, three.events);
        prop_assert_eq!(format!("{:?}", one.results.metrics), format!("{:?}", three.results.metrics));
    }
}
