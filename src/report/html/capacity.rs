//! The page of `capacity`: the answer in sentences, the curve with its interval and its knee, what gives
//! way in which order, and the planner's tables. All figures are those of `capacity.json`.

use serde_json::{Value, json};

use super::shell::{chart, folded, section, table};
use super::study::{Head, Look, Section, page};
use crate::report::capacity::{Capacity, CurvePoint, amount};
use crate::report::numbers::{count, percent, seconds, three};

/// Chart of latency over the value.
const LATENCY: &str = "Latency of all messages";
/// Chart of what is delivered of what is offered.
const RATES: &str = "Messages a second";
/// Chart of losses.
const LOSS: &str = "Share refused, and expired or lost";

/// The page.
pub fn capacity_page(found: &Capacity) -> String {
    let sentences = found.verdict();
    let mut lines = sentences.lines().map(str::to_owned);
    let verdict = lines.next().unwrap_or_default();
    let look = match (found.holds, found.known) {
        (true, _) => Look::Passed,
        (false, true) => Look::Failed,
        (false, false) => Look::Open,
    };
    let head = Head {
        kicker: "how much it can carry",
        title: &found.name,
        look,
        verdict: verdict.split_once(": ").map_or(&*verdict, |(_, rest)| rest),
        sentences: lines.collect(),
    };
    let mut sections: Vec<Section> = vec![
        ("curve", "Around the answer", around(found)),
        ("limits", "What gives way", limits(found)),
    ];
    let mut add = |id, title, html: Option<String>| {
        sections.extend(html.map(|html| (id, title, html)));
    };
    add("licences", "Licences", licences(found));
    add("failures", "Failures", failures(found));
    add("money", "Money", money(found));
    add("inputs", "Inputs", inputs(found));
    page(&head, &sections, &json!({ "charts": charts(found) }))
}

fn charts(found: &Capacity) -> Value {
    let last = found.varied.rsplit('.').next().unwrap_or("value");
    let unit = if found.unit.is_empty() { String::new() } else { format!(", {}", found.unit) };
    let x = json!({ "name": format!("{last}{unit}") });
    let answer = found.largest.or(found.smallest);
    let mut stops = vec![json!({ "at": found.planned, "words": "planned" })];
    stops.extend(answer.map(|at| json!({ "at": at, "words": "answer" })));
    stops.extend(found.knee.map(|at| json!({ "at": at, "words": "knee" })));
    let bands: Vec<Value> = match found.interval {
        [Some(holds), Some(fails)] => {
            let words = "between what clearly holds and what clearly fails";
            let (from, to) = (holds.min(fails), holds.max(fails));
            vec![json!({ "from": from, "to": to, "words": words })]
        }
        _ => Vec::new(),
    };
    let of = |name: &str, figure: &dyn Fn(&CurvePoint) -> Option<f64>| {
        let points = found.curve.iter();
        let points: Vec<Value> = points.map(|point| json!([point.value, figure(point)])).collect();
        json!({ "name": name, "points": points })
    };
    let chart = |name: &str, unit: &str, log: bool, lines: Vec<Value>| {
        let y = json!({ "name": name, "unit": unit, "log": log });
        json!({ "x": x, "y": y, "lines": lines, "stops": stops, "bands": bands })
    };
    let latency = vec![
        of("p50", &|point| point.p50),
        of("p95", &|point| point.p95),
        of("p99", &|point| point.p99),
    ];
    let rates = vec![
        of("offered", &|point| Some(point.offered)),
        of("delivered", &|point| Some(point.delivered)),
    ];
    let loss = vec![
        of("refused", &|point| Some(point.refused)),
        of("expired or lost", &|point| Some(point.lost)),
    ];
    json!({
        LATENCY: chart("latency, logarithmic", "s", true, latency),
        RATES: chart("messages a second", "1/s", false, rates),
        LOSS: chart("share of messages", "share", false, loss),
    })
}

fn around(found: &Capacity) -> String {
    let rows = found.curve.iter().map(|point| {
        vec![
            amount(point.value) + &found.unit,
            format!("{}/s", three(point.offered)),
            format!("{}/s", three(point.delivered)),
            seconds(point.p50),
            seconds(point.p95),
            seconds(point.p99),
            format!("{:.2} %", point.refused * 100.0),
            format!("{:.2} %", point.lost * 100.0),
            count(point.waiting.round() as u64),
        ]
    });
    let head = [
        &*found.varied,
        "offered",
        "delivered",
        "p50",
        "p95",
        "p99",
        "refused",
        "expired or lost",
        "on their way at the end",
    ];
    let content = [LATENCY, RATES, LOSS].map(|label| chart("ready", label)).concat()
        + &folded("All figures of these points", &table(&head, &rows.collect::<Vec<_>>()));
    let lead = "Points tried around the answer. The band lies between the nearest values that clearly \
                hold and clearly fail; beyond the knee delay grows faster than load.";
    section("curve", "Around the answer", lead, &content)
}

fn limits(found: &Capacity) -> String {
    let value = |value: Option<f64>| match value {
        Some(value) => amount(value) + &found.unit,
        None => "-".to_owned(),
    };
    let order = [("1", &found.bottleneck), ("2", &found.next)];
    let order = order.into_iter().filter_map(|(place, limit)| Some((place, limit.as_ref()?)));
    let rows: Vec<Vec<String>> = order
        .map(|(place, limit)| {
            let relieves = if limit.relieves { "yes" } else { "no" };
            vec![
                place.to_owned(),
                limit.kind.to_owned(),
                limit.part.clone(),
                percent(limit.utilisation),
                value(limit.largest),
                relieves.to_owned(),
                limit.lines.join("; "),
            ]
        })
        .collect();
    let mut content = match rows.as_slice() {
        [] => "<p>Nothing gave way.</p>\n".to_owned(),
        rows => {
            let head = [
                "order",
                "kind",
                "part",
                "used where it fails",
                "holds to",
                "doubling it helps",
                "lines that fail there",
            ];
            table(&head, rows)
        }
    };
    let busy = found.busy.iter();
    let busy: Vec<Vec<String>> =
        busy.map(|(part, busy)| vec![part.clone(), percent(*busy)]).collect();
    if !busy.is_empty() {
        content.push_str("<h3>Used above 60 % at the answer</h3>\n");
        content.push_str(&table(&["part", "utilisation"], &busy));
    }
    let lead =
        "The first is what gives way as things are, the second what does once that is doubled.";
    section("limits", "What gives way", lead, &content)
}

fn licences(found: &Capacity) -> Option<String> {
    let rate = |value: f64| format!("{}/s", three(value));
    let rows = found.licences.iter().map(|licence| {
        let enough = if licence.needed > licence.installed { "too small" } else { "enough" };
        vec![
            licence.operator.clone(),
            rate(licence.first_attempts),
            rate(licence.retries),
            rate(licence.needed),
            rate(licence.installed),
            enough.to_owned(),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let head = ["SMSC of", "first attempts", "retries", "needed", "installed", ""];
    let lead = "At the planned value, in the busiest tenth of the time, if no licence held anything \
                back; at most 70 % of a licence is to be used.";
    (!rows.is_empty()).then(|| section("licences", "SMSC licences", lead, &table(&head, &rows)))
}

fn failures(found: &Capacity) -> Option<String> {
    let rows = found.failures.iter().map(|failure| {
        let slo = match (failure.failing.is_empty(), failure.unknown.is_empty()) {
            (false, _) => format!("fails: {}", failure.failing.join("; ")),
            (true, false) => "too few samples".to_owned(),
            (true, true) => "holds".to_owned(),
        };
        let drained = match failure.drained {
            _ if failure.part == "nothing" => "-".to_owned(),
            Some(after) => seconds(Some(after)),
            None => "not in time".to_owned(),
        };
        vec![
            failure.part.clone(),
            format!("{:.2} %", failure.refused * 100.0),
            format!("{:.2} %", failure.lost * 100.0),
            seconds(failure.p95),
            drained,
            format!("{} at {}", count(failure.backlog as u64), failure.at),
            slo,
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let head = ["down", "refused", "lost", "p95", "drained after", "longest queue", "SLO"];
    let lead = "Each part down for a third of the time, one at a time, at the planned value.";
    (!rows.is_empty()).then(|| section("failures", "If a part fails", lead, &table(&head, &rows)))
}

fn money(found: &Capacity) -> Option<String> {
    let rows = found.accounts.iter().filter(|a| a.owed[0] + a.owed[1] + a.monthly > 0.0);
    let rows = rows.map(|account| {
        let ([a, b], [ab, ba]) = (&account.between, account.owed);
        vec![
            format!("{a}, {b}"),
            format!("{ab:.2}"),
            format!("{ba:.2}"),
            format!("{:+.2}", ba - ab),
            account.per_thousand.map_or("-".to_owned(), |cost| format!("{cost:.2}")),
            format!("{:.2}", account.monthly),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let head = ["a, b", "a owes b", "b owes a", "a's net", "per 1,000 messages", "a month, each"];
    let lead = format!(
        "{}, for the measured time at the planned value: {:.2} per 1,000 delivered messages, {:.2} \
         with the monthly fees.",
        found.currency, found.per_thousand, found.per_thousand_with_monthly
    );
    (!rows.is_empty()).then(|| section("money", "Who owes whom", &lead, &table(&head, &rows)))
}

fn inputs(found: &Capacity) -> Option<String> {
    let value = |value: Option<f64>| match value {
        Some(value) => amount(value) + &found.unit,
        None => "-".to_owned(),
    };
    let answer = found.largest.or(found.smallest);
    let rows = found.inputs.iter().map(|input| {
        let change = match (input.lower, input.higher, answer) {
            (Some(lower), Some(higher), Some(now)) if now > 0.0 => {
                format!("{:+.0} %", (higher - lower) / now * 100.0)
            }
            _ => "-".to_owned(),
        };
        vec![input.input.clone(), value(input.lower), value(input.higher), change]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let head = ["input", "20 % lower", "20 % higher", "from lower to higher"];
    let lead = "What the answer becomes; one run a point, so that less than 5 % says nothing.";
    (!rows.is_empty()).then(|| section("inputs", "What matters most", lead, &table(&head, &rows)))
}
