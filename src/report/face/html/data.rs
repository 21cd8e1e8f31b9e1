//! The figures that the script of a run's page draws, as compact JSON: names once, a row for each
//! metric and label set, curves over shared times. All of it stands in `summary.json`, `series.csv`
//! or the resolved topology; floating-point figures are cut to seven digits. The script knows its form by
//! `assets/types.d.ts`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::domain::federation::{Federation, OperatorKind};
use crate::domain::id::OperatorId;
use crate::domain::outcome::{Route, Stage};
use crate::domain::part::Owner;
use crate::domain::stations::{Station, Stations};
use crate::measure::catalogue;
use crate::measure::results::{Level, Metric, Slo};
use crate::measure::written::apart;
use crate::report::document::summary::Summary;
use crate::report::judge::moments::Moment;
use crate::report::judge::over::Over;
use crate::report::judge::{SHADES, bound};

/// A metric of the page: the figures that its rows have, in order, and those of rows between two
/// operators, of which there are many.
struct Shown {
    name: &'static str,
    figures: &'static [&'static str],
    pairs: usize,
}

const fn shown(name: &'static str, figures: &'static [&'static str], pairs: usize) -> Shown {
    Shown { name, figures, pairs }
}

const COUNT: &[&str] = &["count"];
const SPREAD: &[&str] = &["count", "p50", "p95", "p99", "mean", "min", "p90", "p999", "max"];

/// What the page shows of the summary.
const METRICS: &[Shown] = &[
    shown("message_latency", SPREAD, 4),
    shown("route_stage_time", &["count", "mean"], 0),
    shown("messages_offered", COUNT, 1),
    shown("messages_delivered", COUNT, 0),
    shown("messages_refused", COUNT, 1),
    shown("messages_expired", COUNT, 1),
    shown("messages_lost", COUNT, 1),
    shown("messages_in_flight", COUNT, 0),
    shown("presence_latency", SPREAD, 0),
    shown("presence_first_watcher", SPREAD, 0),
    shown("presence_last_watcher", SPREAD, 0),
    shown("station_utilisation", &["mean", "max"], 0),
    shown("station_queue_length", &["mean", "max"], 0),
    shown("agreement_messages", COUNT, 1),
    shown("settlement", &["mean"], 1),
];

/// What the page shows of the series.
const CURVES: &[(&str, &[&str])] = &[
    ("messages_offered", &["rate"]),
    ("messages_delivered", &["rate"]),
    ("messages_refused", &["rate"]),
    ("messages_lost", &["rate"]),
    ("messages_expired", &["rate"]),
    ("message_latency", &["p50", "p95", "p99", "mean"]),
    ("presence_notifications", &["rate"]),
    ("sms_submitted", &["rate"]),
    ("sms_attempts", &["rate"]),
    ("sms_delivered", &["rate"]),
    ("sms_retried", &["rate"]),
    ("sms_expired", &["rate"]),
    ("station_utilisation", &["mean"]),
    ("station_queue_length", &["mean"]),
    ("agreement_messages", &["rate"]),
];

/// The data of a run's page as JSON.
pub(crate) fn json(
    summary: &Summary,
    over: &Over<'_>,
    federation: Option<&Federation>,
    moments: &[Moment],
) -> String {
    let mut names = Names::default();
    let metrics: Map<String, Value> = METRICS
        .iter()
        .filter_map(|shown| Some((shown.name.to_owned(), metric(summary, shown, &mut names)?)))
        .collect();
    let (operators, agreements) = federation.map_or_else(Default::default, map);
    let times: Vec<Value> = over.times.iter().copied().map(short).collect();
    let data = json!({
        "name": summary.name,
        "names": names.list,
        "metrics": metrics,
        "times": times,
        "end": short(over.end(over.times.len().saturating_sub(1))),
        "series": curves(over),
        "bounds": summary.slo.iter().filter_map(limit).collect::<Vec<_>>(),
        "marks": moments.iter().map(mark).collect::<Vec<_>>(),
        "operators": operators,
        "agreements": agreements,
        "stations": federation.map(|federation| stations(summary, federation)).unwrap_or_default(),
        "shades": shades(),
        "stages": Stage::ALL.iter().map(|stage| look(*stage)).collect::<Vec<_>>(),
        "routes": Route::ALL.iter().map(|route| kind(*route)).collect::<Vec<_>>(),
    });
    data.to_string()
}

/// A limit that an SLO line sets to a figure of a chart; of a part of the measured time none is drawn.
fn limit(line: &Slo) -> Option<Value> {
    let written = apart(&line.line).filter(|line| line.is_limit() && line.time.is_none())?;
    let (value, words) = (short(line.bound?), line.amount(line.bound?));
    let (figure, metric) = (written.figure, written.figure.full_name());
    let statistic = if figure.statistic.is_empty() { "mean" } else { figure.statistic };
    let mut all = json!({ "metric": metric, "statistic": statistic, "at": value, "words": words });
    for (label, value) in figure.labels() {
        all[label] = json!(value);
    }
    Some(all)
}

#[derive(Default)]
struct Names {
    list: Vec<String>,
    places: BTreeMap<String, usize>,
}

impl Names {
    fn place(&mut self, name: &str) -> usize {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        self.list.push(name.to_owned());
        self.places.insert(name.to_owned(), self.list.len() - 1);
        self.list.len() - 1
    }
}

/// The rows of a metric: places of the labels' values in the names, -1 where rolled up, then figures.
fn metric(summary: &Summary, shown: &Shown, names: &mut Names) -> Option<Value> {
    let of: Vec<&Metric> = summary.named(shown.name).collect();
    let known = catalogue::Metric::named(shown.name)?.info().labels.iter();
    let labels: Vec<&str> = known
        .map(|label| label.name())
        .filter(|label| of.iter().any(|metric| metric.labels.contains_key(*label)))
        .collect();
    let mut rows = Vec::new();
    for metric in &of {
        let level = metric.level();
        let pair = level.of_pair();
        // Losses of two operators are shown without their reasons.
        if pair && shown.pairs == 0 || level == Level::PairReason {
            continue;
        }
        let mut row: Vec<Value> = Vec::new();
        for label in &labels {
            row.push(match metric.labels.get(*label) {
                Some(value) => json!(names.place(value)),
                None => json!(-1),
            });
        }
        let figures = if pair { &shown.figures[..shown.pairs] } else { shown.figures };
        row.extend(figures.iter().map(|name| figure(metric, name)));
        rows.push(Value::Array(row));
    }
    let unit = &of.first()?.unit;
    Some(json!({ "labels": labels, "unit": unit, "figures": shown.figures, "rows": rows }))
}

fn figure(metric: &Metric, name: &str) -> Value {
    match name {
        "count" => json!(metric.count),
        _ => metric.figure(name).map_or(Value::Null, short),
    }
}

/// Seven significant digits, whole numbers without a point.
fn short(value: f64) -> Value {
    let whole = |value: f64| value.fract() == 0.0 && value.abs() < 1e15;
    if whole(value) {
        return json!(value as i64);
    }
    let cut: f64 = format!("{value:.6e}").parse().unwrap_or(value);
    if whole(cut) { json!(cut as i64) } else { json!(cut) }
}

fn curves(over: &Over<'_>) -> Vec<Value> {
    let mut all = Vec::new();
    for ((metric, labels, statistic), values) in &over.curves {
        let wanted = |(name, statistics): &&(&str, &[&str])| {
            name == metric && statistics.contains(statistic)
        };
        if CURVES.iter().any(|shown| wanted(&shown)) {
            let nothing = if *statistic == "rate" { json!(0) } else { Value::Null };
            let values = values.iter().map(|v| v.map_or(nothing.clone(), short));
            all.push(json!([metric, labels, statistic, values.collect::<Vec<_>>()]));
        }
    }
    all
}

/// Operators and agreements as the map draws them.
fn map(federation: &Federation) -> (Vec<Value>, Vec<Value>) {
    let operators = federation.operators.iter().map(|operator| {
        let kind = match operator.kind {
            OperatorKind::Imsp => "imsp",
            OperatorKind::Ims => "ims",
            OperatorKind::Mno => "mno",
            OperatorKind::Hub => "hub",
        };
        let users = operator.subscribers;
        let licence = operator.smsc.as_ref().map(|smsc| f64::from(smsc.nodes) * smsc.throughput);
        json!({
            "name": operator.name,
            "kind": kind,
            "im": users.im,
            "sms_only": users.sms_only,
            "licence": licence.map(short),
        })
    });
    let agreements = federation.agreements.iter().map(|agreement| {
        let between = agreement.between.map(OperatorId::index);
        json!({ "between": between, "protocol": agreement.protocol.label() })
    });
    (operators.collect(), agreements.collect())
}

fn mark(moment: &Moment) -> Value {
    json!({
        "from": short(moment.from),
        "to": moment.to.map(short),
        "short": moment.short,
        "long": moment.long,
        "usual": moment.is_usual(),
    })
}

/// The stations that were measured: what each is, and whose, or between which two operators.
fn stations(summary: &Summary, federation: &Federation) -> Vec<Value> {
    let measured = |station: &Station| {
        summary.find("station_utilisation", &[("station", &station.name)]).is_some()
    };
    let shown = |Station { part, name, operator, .. }: Station| {
        let of = match part.owner {
            Owner::Operator(_) | Owner::Node(..) => vec![operator],
            Owner::Side(id, _) => federation.agreement(id).between.to_vec(),
        };
        let of: Vec<&str> = of.into_iter().map(|id| &*federation.operator(id).name).collect();
        let (short, kind) = (part.word(federation), part.kind.label());
        json!({ "name": name, "short": short, "kind": kind, "of": of })
    };
    Stations::new(federation).all.into_iter().filter(measured).map(shown).collect()
}

/// The colours of stations by how much they are used: each below a share, the last of all others.
fn shades() -> [Value; 4] {
    let [low, busy, full] = SHADES.map(bound);
    // `50 to 80 %`: the unit once.
    let range = |from: &str, to: &str| format!("{} to {to}", from.trim_end_matches(" %"));
    let [first, second, third] = SHADES.map(Some);
    [
        ("u1", first, format!("under {low}")),
        ("u2", second, range(&low, &busy)),
        ("u3", third, range(&busy, &full)),
        ("u4", None, format!("{full} and more")),
    ]
    .map(|(colour, below, words)| json!({ "colour": colour, "below": below, "words": words }))
}

/// How the stages of a route are told apart.
fn look(stage: Stage) -> Value {
    let (colour, opacity) = match stage {
        Stage::AccessUp => ("s4", 1.0),
        Stage::ImQueue => ("s1", 1.0),
        Stage::ImService => ("s0", 1.0),
        Stage::OfflineStore => ("s6", 0.5),
        Stage::RateLimit => ("s3", 1.0),
        Stage::Session => ("s6", 1.0),
        Stage::Link => ("s2", 1.0),
        Stage::Relay => ("s0", 0.55),
        Stage::Translation => ("s3", 0.5),
        Stage::Window => ("s7", 0.5),
        Stage::Smpp => ("s2", 0.75),
        Stage::Outside => ("s6", 0.75),
        Stage::SmscQueue => ("s5", 1.0),
        Stage::SmscService => ("s5", 0.45),
        Stage::Hlr => ("s2", 0.5),
        Stage::Attempt => ("s7", 1.0),
        Stage::RetryWait => ("s1", 0.5),
        Stage::AccessDown => ("s4", 0.5),
    };
    json!({ "name": stage.label(), "colour": colour, "opacity": opacity })
}

/// Whether a route is one of short messages.
fn kind(route: Route) -> Value {
    json!({ "name": route.label(), "sms": route.is_sms() || route.is_answer() })
}
