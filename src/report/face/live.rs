//! What a live run says of itself, in words and tables that terminal, Markdown and page have in common.

use crate::report::document::live::{Agreement, Live, LiveDoor, LiveWay, Paired, Pairs, Times};
use crate::report::document::numbers::{count, plural, seconds, three};

/// Head of [`clients`].
pub(crate) const CLIENTS: [&str; 8] = [
    "IM server of",
    "submitted",
    "accepted",
    "refused",
    "no answer",
    "receipts",
    "missing",
    "unmatched",
];

/// What the IM server's end of each way saw.
pub(crate) fn clients(live: &Live) -> Vec<Vec<String>> {
    let ways = live.ways.iter().filter(|way| way.sessions > 0);
    let row = |way: &LiveWay| {
        let LiveWay { submitted, accepted, unanswered, no_receipt, unmatched, .. } = way;
        let counts = [
            *submitted,
            *accepted,
            sum(&way.refused),
            *unanswered,
            sum(&way.receipts),
            *no_receipt,
            *unmatched,
        ];
        [way.operator.clone()].into_iter().chain(counts.map(count)).collect()
    };
    ways.map(row).collect()
}

/// Head of [`doors`].
pub(crate) const DOORS: [&str; 7] =
    ["SMSC of", "came", "of strangers", "accepted", "refused", "told", "not taken"];

/// What the SMSC's end of each way saw, where it is ours.
pub(crate) fn doors(live: &Live) -> Vec<Vec<String>> {
    let doors = live.ways.iter().filter_map(|way| Some((way, way.door.as_ref()?)));
    let row = |(way, door): (&LiveWay, &LiveDoor)| {
        let LiveDoor { came, strangers, accepted, delivered, undelivered, .. } = door;
        let counts = [*came, *strangers, *accepted, sum(&door.refused), *delivered, *undelivered];
        [way.operator.clone()].into_iter().chain(counts.map(count)).collect()
    };
    doors.map(row).collect()
}

/// What lies between two ends of ours: what a real SMSC has accepted, what of it has come out, what waits.
pub(crate) fn between(live: &Live) -> Vec<String> {
    let real = live.ways.iter().filter(|way| way.external && way.accepted > 0);
    let told = |way: &LiveWay| {
        let LiveWay { operator, accepted, seen, open, open_s, receipts, .. } = way;
        let (took, total) = (seconds(Some(live.lasted_s)), live.lasted_s.max(1e-9));
        let rate = |n: u64| format!("{}/s", three(n as f64 / total));
        let mut words = format!(
            "The real SMSC of {operator} accepted {} in {took} ({})",
            plural(*accepted, "message", "messages"),
            rate(*accepted)
        );
        if live.ways.iter().any(|other| other.door.as_ref().is_some_and(|door| door.came > 0)) {
            words += &format!("; {} of them came out at ours ({})", count(*seen), rate(*seen));
            if let Some(half) = way.through.p50 {
                words += &format!(", after {} in the median", seconds(Some(half)));
            }
        }
        words += &format!("; of {} there are receipts", count(sum(receipts)));
        words += &match open {
            0 => ". Nothing waits in it.".to_owned(),
            open => format!(
                ". At the end {} stood in it, the oldest accepted {} before.",
                count(*open),
                seconds(Some(*open_s))
            ),
        };
        words
    };
    real.map(told).collect()
}

fn sum(all: &[(String, u64)]) -> u64 {
    all.iter().map(|(_, n)| n).sum()
}

/// Head of [`times`].
pub(crate) const TIMES: [&str; 6] = ["way", "time", "answers", "p50", "p99", "longest"];

/// How long answers and receipts took: from the schedule, from the first octet, in the window.
pub(crate) fn times(live: &Live) -> Vec<Vec<String>> {
    let rows = live.ways.iter().flat_map(|way| {
        let rows: [(&str, &Times); 5] = [
            ("response, from the schedule", &way.response),
            ("service, from the first octet", &way.service),
            ("wait for a window", &way.window),
            ("to our own end behind it", &way.through),
            ("receipt, from the answer", &way.receipt),
        ];
        rows.into_iter().filter(|(_, times)| times.count > 0).map(|(name, times)| {
            let Times { count: n, p50, p99, max, .. } = *times;
            let owner = way.operator.clone();
            let shown = [p50, p99, Some(max)].map(seconds);
            [owner, name.to_owned(), count(n)].into_iter().chain(shown).collect()
        })
    });
    rows.collect()
}

/// Head of [`pairs`].
pub(crate) const PAIRS: [&str; 6] = ["route", "figure", "simulated", "live", "more by", ""];

/// The run held against the simulated one, figure by figure.
pub(crate) fn pairs(pairs: &Pairs) -> Vec<Vec<String>> {
    let row = |pair: &Paired| {
        let Paired { route, what, unit, simulated, live, .. } = pair;
        let shown = |value: f64| match unit.as_str() {
            "s" => seconds(Some(value)),
            _ if value < 0.0 => format!("-{}", count(-value as u64)),
            _ => count(value as u64),
        };
        let judged = match pairs.judge(pair) {
            Agreement::Equal => "equal",
            Agreement::Differs => "differs",
            Agreement::NotComparable => "not comparable",
        };
        let figures = [*simulated, *live, live - simulated].map(shown);
        let what = what.replace("messages_", "");
        [route.clone(), what].into_iter().chain(figures).chain([judged.to_owned()]).collect()
    };
    pairs.rows.iter().map(row).collect()
}

/// What is to be said besides: why messages were refused, sessions lost, captures, Nagle's algorithm.
pub(crate) fn remarks(live: &Live) -> Vec<String> {
    let mut all = between(live);
    for way in &live.ways {
        let LiveWay { operator, refused, lost_sessions, .. } = way;
        if !refused.is_empty() {
            let shown: Vec<String> = refused
                .iter()
                .map(|(status, n)| format!("{} {}", status_words(status), count(*n)))
                .collect();
            all.push(format!("{operator}: refused with {}.", shown.join(", ")));
        }
        if *lost_sessions > 0 {
            all.push(format!("{operator}: sessions lost or refused: {}.", count(*lost_sessions)));
        }
    }
    all.extend(live.nagle());
    if let Some((messages, left_out)) = live.captured {
        let more = match left_out {
            0 => String::new(),
            n => format!("; {} found no room (--capture-limit)", count(n)),
        };
        all.push(format!("The capture has {} PDUs{more}.", count(messages - left_out)));
    }
    all
}

/// `0x58 (throttled)`.
fn status_words(status: &str) -> String {
    let words = match status {
        "0x08" => "system error",
        "0x0A" => "source address",
        "0x0B" => "destination address",
        "0x14" => "queue full",
        "0x45" => "submission failed",
        "0x58" => "throttled",
        "0x65" => "rejected",
        _ => return status.to_owned(),
    };
    format!("{status} ({words})")
}
