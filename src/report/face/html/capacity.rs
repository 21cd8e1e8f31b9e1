//! The page of `capacity`: the answer in sentences, the curve with its interval and its knee, what gives
//! way in which order, and the planner's tables. All figures are those of `capacity.json`.

use serde_json::{Value, json};

use super::markup::{Html, element, paragraph};
use super::shell::{Look, chart, folded, section, table};
use super::study::{Head, Section, page};
use crate::measure::results::Slo;
use crate::measure::written;
use crate::report::document::capacity::{Capacity, CurvePoint};
use crate::report::document::numbers::{capital, percent};
use crate::report::face::capacity::{ACCOUNTS, CURVE, FAILURES, INPUTS, PARTS, SIZES, amount};
use crate::report::judge;

/// SLO lines that have a chart.
const CHARTED: usize = 4;
/// Chart of latency over the value.
const LATENCY: &str = "Latency of all messages";
/// Chart of what is delivered of what is offered.
const RATES: &str = "Messages a second";
/// Chart of losses.
const LOSS: &str = "Share refused, and expired or lost";

/// The whole page of an answer, with its charts, as one HTML document.
pub(crate) fn capacity_page(found: &Capacity) -> String {
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
        sentences: lines.map(|line| capital(&line)).collect(),
    };
    let mut sections: Vec<Section> = vec![
        ("curve", "Around the answer", around(found)),
        ("limits", "What gives way", limits(found)),
    ];
    let mut add = |id, title, html: Option<Html>| {
        sections.extend(html.map(|html| (id, title, html)));
    };
    add("sizes", "Sizes", sizes(found));
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
        let point = |point: &CurvePoint| {
            let least = u8::from(point.at_least.contains(&name));
            json!([point.value, figure(point), null, null, least])
        };
        let points: Vec<Value> = found.curve.iter().map(point).collect();
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
    let mut charts = json!({
        LATENCY: chart("latency, logarithmic", "s", true, latency),
        RATES: chart("messages a second", "1/s", false, rates),
        LOSS: chart("share of messages", "share", false, loss),
    });
    for (place, line) in lines(found).enumerate() {
        let observed = |point: &CurvePoint| {
            let seen = point.slo.get(place)?;
            Some(json!([point.value, seen.observed?, null, null, u8::from(seen.at_least)]))
        };
        let points: Vec<Value> = found.curve.iter().filter_map(observed).collect();
        let mut shown = vec![json!({ "name": "observed", "points": points })];
        shown.extend(line.bound.map(|bound| {
            let points = found.curve.iter().map(|point| json!([point.value, bound]));
            json!({ "name": "its bound", "points": points.collect::<Vec<_>>() })
        }));
        let unit = if written::is_share(&line.line) { "share" } else { &line.unit };
        let name = match unit {
            "share" => "observed share",
            "s" => "observed, seconds",
            "1/s" => "observed, a second",
            _ => "observed number",
        };
        charts[&line.line] = chart(name, unit, false, shown);
    }
    charts
}

/// The SLO lines that have a chart of their own.
fn lines(found: &Capacity) -> impl Iterator<Item = &Slo> {
    found.curve.first().into_iter().flat_map(|point| &point.slo).take(CHARTED)
}

fn around(found: &Capacity) -> Html {
    let head = [&[found.varied.as_str()], &CURVE[..]].concat();
    let mut content = lines(found).map(|line| chart("ready", &line.line)).collect::<Html>();
    content.add(Html::from([LATENCY, RATES, LOSS].map(|label| chart("ready", label))));
    content.add(folded("All figures of these points", table(&head, &found.curve_rows())));
    let lead = "Points tried around the answer: first what the SLO lines speak of, then all messages. \
                The band lies between the nearest values that clearly hold and clearly fail; beyond \
                the knee delay grows faster than load. Waiting are those on their way at the end of a \
                run.";
    section("curve", "Around the answer", lead, content)
}

fn limits(found: &Capacity) -> Html {
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
                match limit.lines.as_slice() {
                    [] => "none: its queue only grows".to_owned(),
                    lines => lines.join("; "),
                },
            ]
        })
        .collect();
    let mut content = match rows.as_slice() {
        [] => paragraph("Nothing gave way."),
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
    if !found.busy.is_empty() {
        content.add(element(
            "h3",
            &[],
            format!("Used above {} at the answer", judge::bound(judge::BUSY)),
        ));
        content.add(table(&PARTS, &found.part_rows()));
    }
    let lead =
        "The first is what gives way as things are, the second what does once that is doubled.";
    section("limits", "What gives way", lead, content)
}

/// A section that is left out where its table is empty.
fn listed(
    (id, title, lead): (&str, &str, &str),
    head: &[&str],
    rows: &[Vec<String>],
) -> Option<Html> {
    (!rows.is_empty()).then(|| section(id, title, lead, table(head, rows)))
}

fn sizes(found: &Capacity) -> Option<Html> {
    let lead = format!(
        "What the topology asks of each part (of an SMSC all nodes together) at the planned value, by arithmetic: first messages, answers \
         and retries that nothing holds back. What is needed is used to {} at most; with one node or \
         worker down the last column still is. An exclamation mark: it is too small.",
        found.targets()
    );
    listed(("sizes", "Sizes", &lead), &SIZES, &found.size_rows())
}

fn failures(found: &Capacity) -> Option<Html> {
    let lead = "Each part down for a third of the time, one at a time, at the planned value. An \
                exclamation mark: an SLO line fails; a question mark: too few samples tell.";
    listed(("failures", "If a part fails", lead), &FAILURES, &found.failure_rows())
}

fn money(found: &Capacity) -> Option<Html> {
    let lead = format!("{}, for the measured time at the planned value.", found.currency);
    let costs = found.costs();
    let costs = costs.iter().map(|cost| paragraph(format!("{}.", capital(cost))));
    let rows = found.account_rows();
    let content = [table(&ACCOUNTS, &rows), costs.collect()];
    (!rows.is_empty()).then(|| section("money", "Who owes whom", &lead, content))
}

fn inputs(found: &Capacity) -> Option<Html> {
    let lead = "What the answer becomes with each input 20 % lower and higher, by arithmetic on the part \
                that is first at its end.";
    listed(("inputs", "What matters most", lead), &INPUTS, &found.input_rows())
}
