//! What a live run says of itself, in words and tables that terminal, Markdown and page have in common.

use crate::report::document::live::{Live, LiveWay, Times};
use crate::report::document::numbers::{count, seconds};

/// Head of [`sides`].
pub(crate) const SIDES: [&str; 9] = [
    "way",
    "submitted",
    "accepted",
    "refused",
    "came",
    "taken",
    "receipts",
    "missing",
    "unmatched",
];

/// What each end of each way saw: a row a way.
pub(crate) fn sides(live: &Live) -> Vec<Vec<String>> {
    live.ways.iter().map(side).collect()
}

fn side(way: &LiveWay) -> Vec<String> {
    let sum = |all: &[(String, u64)]| all.iter().map(|(_, n)| n).sum::<u64>();
    let door = |of: fn(&crate::report::document::live::LiveDoor) -> u64| {
        way.door.as_ref().map_or("-".to_owned(), |door| count(of(door)))
    };
    vec![
        way.operator.clone(),
        count(way.submitted),
        count(way.accepted),
        count(sum(&way.refused)),
        door(|door| door.came),
        door(|door| door.accepted),
        count(sum(&way.receipts)),
        count(way.unanswered + way.no_receipt),
        count(way.unmatched),
    ]
}

/// Head of [`times`].
pub(crate) const TIMES: [&str; 6] = ["way", "time", "answers", "p50", "p99", "longest"];

/// How long answers and receipts took: from the schedule, from the first octet, in the window.
pub(crate) fn times(live: &Live) -> Vec<Vec<String>> {
    let rows = live.ways.iter().flat_map(|way| {
        let rows: [(&str, &Times); 4] = [
            ("response, from the schedule", &way.response),
            ("service, from the first octet", &way.service),
            ("wait for a window", &way.window),
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

/// What is to be said besides: why messages were refused, sessions lost, captures, Nagle's algorithm.
pub(crate) fn remarks(live: &Live) -> Vec<String> {
    let mut all = Vec::new();
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
