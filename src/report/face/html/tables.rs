//! The tables behind the charts of a run's page, out of the summary alone. Called by `sections`.

use std::collections::BTreeMap;

use super::markup::Html;
use super::shell::table;
use crate::domain::outcome::{Channel, Route, Stage};
use crate::domain::part::PartKind;
use crate::measure::results::{Level, Metric};
use crate::report::document::numbers::{count, percent, seconds, three};
use crate::report::document::summary::Summary;
use crate::report::face::access;
use crate::report::judge::{self, Run};

fn counter(summary: &Summary, name: &str, labels: &[(&str, &str)]) -> u64 {
    summary.find(name, labels).and_then(|metric| metric.count).unwrap_or(0)
}

/// Messages by route and outcome.
pub(crate) fn routes(summary: &Summary) -> Html {
    let columns = ["offered", "accepted", "delivered", "refused", "expired", "lost", "in_flight"];
    let mut rows = Vec::new();
    let mut totals = [0; 7];
    for route in Route::ALL {
        let of = |column: &str| {
            counter(summary, &format!("messages_{column}"), &[("route", route.label())])
        };
        let counts = columns.map(of);
        if counts[0] == 0 {
            continue;
        }
        totals.iter_mut().zip(counts).for_each(|(total, own)| *total += own);
        rows.push((route.label(), counts));
    }
    rows.push(("all", totals));
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(name, counts)| std::iter::once(name.to_owned()).chain(counts.map(count)).collect())
        .collect();
    let head =
        ["route", "offered", "accepted", "delivered", "refused", "expired", "lost", "in flight"];
    table(&head, &rows)
}

/// Refused and lost messages by route and reason.
pub(crate) fn losses(summary: &Summary) -> Option<Html> {
    let mut rows = Vec::new();
    for (name, words) in [("messages_refused", "refused"), ("messages_lost", "lost")] {
        let by = summary.named(name).filter(|metric| metric.level() == Level::Reason);
        for metric in by.filter(|metric| metric.count > Some(0)) {
            let what = [metric.label("route"), words, metric.label("reason")].map(str::to_owned);
            rows.push(what.into_iter().chain([count(metric.count.unwrap_or(0))]).collect());
        }
    }
    (!rows.is_empty()).then(|| table(&["route", "outcome", "reason", "messages"], &rows))
}

/// The figures of a distribution of times.
fn spread(metric: &Metric) -> Vec<String> {
    let figures = ["mean", "min", "p50", "p90", "p95", "p99", "p999", "max"];
    let times = figures.map(|figure| metric.time(figure));
    std::iter::once(count(metric.count.unwrap_or(0))).chain(times).collect()
}

const SPREAD: [&str; 9] = ["samples", "mean", "least", "p50", "p90", "p95", "p99", "p99.9", "most"];

fn spreads(first: &str, rows: Vec<(String, &Metric)>) -> Html {
    let head: Vec<&str> = std::iter::once(first).chain(SPREAD).collect();
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(name, metric)| std::iter::once(name).chain(spread(metric)).collect())
        .collect();
    table(&head, &rows)
}

/// Latency by route.
pub(crate) fn latency(summary: &Summary) -> Html {
    let rows = Route::ALL.iter().filter_map(|route| {
        let metric = summary.find("message_latency", &[("route", route.label())])?;
        Some((route.label().to_owned(), metric))
    });
    spreads("route", rows.collect())
}

/// Mean time in each stage by route, over the delivered messages of the route; empty if the results
/// do not have it.
pub(crate) fn stages(summary: &Summary) -> Html {
    let share = |route: &str, stage: &str, all: u64| {
        let metric = summary.find("route_stage_time", &[("route", route), ("stage", stage)])?;
        Some(metric.mean? * metric.count? as f64 / all.max(1) as f64)
    };
    let routes: Vec<(&str, u64, f64)> = Route::ALL
        .iter()
        .filter_map(|route| {
            let metric = summary.find("message_latency", &[("route", route.label())])?;
            Some((route.label(), metric.count?, metric.mean?))
        })
        .collect();
    let used = |stage: &&Stage| {
        routes.iter().any(|(route, all, _)| share(route, stage.label(), *all).is_some())
    };
    let stages: Vec<&Stage> = Stage::ALL.iter().filter(used).collect();
    if stages.is_empty() {
        return Html::default();
    }
    let mut head = vec!["route"];
    head.extend(stages.iter().map(|stage| stage.label()));
    head.push("together");
    let rows: Vec<Vec<String>> = routes
        .iter()
        .map(|(route, all, mean)| {
            let mut row = vec![(*route).to_owned()];
            row.extend(stages.iter().map(|stage| seconds(share(route, stage.label(), *all))));
            row.push(seconds(Some(*mean)));
            row
        })
        .collect();
    table(&head, &rows)
}

/// How fast watchers know of a change.
pub(crate) fn presence_latency(summary: &Summary) -> Html {
    let mut rows = Vec::new();
    for metric in summary.named("presence_latency").filter(|metric| metric.level() == Level::Total)
    {
        rows.push((format!("each watcher, {}", metric.label("scope")), metric));
    }
    for (name, words) in
        [("presence_first_watcher", "first watcher"), ("presence_last_watcher", "last watcher")]
    {
        for metric in summary.named(name) {
            rows.push((format!("{words}, {}", metric.label("operator")), metric));
        }
    }
    spreads("change until shown", rows)
}

/// Watchers told of a change, by operator; `None` if nothing changed.
pub(crate) fn fan_out(summary: &Summary) -> Option<Html> {
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |n| count(n.round() as u64));
    let rows: Vec<Vec<String>> = summary
        .named("presence_fan_out")
        .map(|metric| {
            let operator = metric.label("operator");
            let p = metric.percentiles;
            vec![
                operator.to_owned(),
                count(counter(summary, "presence_changes", &[("operator", operator)])),
                metric.mean.map_or("-".to_owned(), three),
                number(p.and_then(|p| p.p50)),
                number(p.and_then(|p| p.p95)),
                number(metric.max),
            ]
        })
        .collect();
    let head = ["operator", "changes", "mean", "p50", "p95", "most"];
    (!rows.is_empty()).then(|| table(&head, &rows))
}

/// Notifications for each change, by operator of the publisher and of the watcher.
pub(crate) fn notifications(summary: &Summary) -> Html {
    let mut pairs: BTreeMap<(&str, &str), [u64; 2]> = BTreeMap::new();
    for metric in summary.named("presence_notifications").filter(|m| m.level().of_pair()) {
        let sums = pairs.entry((metric.label("from"), metric.label("to"))).or_default();
        let place = usize::from(Channel::named(metric.label("scope")) != Some(Channel::Client));
        sums[place] += metric.count.unwrap_or(0);
    }
    let rows: Vec<Vec<String>> = pairs
        .into_iter()
        .map(|((from, to), [clients, over])| {
            let changes = counter(summary, "presence_changes", &[("operator", from)]);
            let each = (clients + over) as f64 / changes.max(1) as f64;
            vec![
                format!("{from} → {to}"),
                count(clients),
                count(over),
                if changes > 0 { three(each) } else { "-".to_owned() },
            ]
        })
        .collect();
    table(&["from → to", "to clients", "between operators", "for each change"], &rows)
}

/// What IM clients asked of their servers: requests, and bytes of the access network.
pub(crate) fn clients(summary: &Summary) -> Html {
    table(&access::HEAD, &access::rows(summary, usize::MAX).0)
}

/// What each SMSC did; `None` if there is none.
pub(crate) fn sms(run: &Run<'_>) -> Option<Html> {
    let summary = run.summary;
    let mut operators: Vec<&str> =
        summary.named("sms_submitted").map(|metric| metric.label("operator")).collect();
    operators.dedup();
    let rows: Vec<Vec<String>> = operators
        .into_iter()
        .map(|operator| {
            let sum = |name: &str| -> u64 {
                let of = summary.named(name).filter(|m| m.label("operator") == operator);
                of.filter_map(|metric| metric.count).sum()
            };
            let known = |shown| if run.parts.is_empty() { "-".to_owned() } else { shown };
            let highest = |name: &str, figure: fn(&Metric) -> Option<f64>| {
                let nodes = summary.named(name);
                let nodes =
                    nodes.filter(|m| run.parts.is_of(m.label("station"), PartKind::Smsc, operator));
                nodes.filter_map(figure).fold(0.0, f64::max)
            };
            let latency = summary.find("sms_latency", &[("operator", operator)]);
            let mut row = vec![operator.to_owned()];
            row.extend(
                ["submitted", "attempts", "delivered", "retried", "expired", "refused"]
                    .map(|name| count(sum(&format!("sms_{name}")))),
            );
            row.push(latency.map_or("-".to_owned(), |metric| metric.time("p95")));
            row.push(known(percent(highest("station_utilisation", |metric| metric.mean))));
            row.push(known(count(highest("station_queue_length", |metric| metric.max) as u64)));
            row
        })
        .collect();
    let head = [
        "operator",
        "submitted",
        "attempts",
        "delivered",
        "retried",
        "expired",
        "refused",
        "p95",
        "licence used",
        "longest queue",
    ];
    (!rows.is_empty()).then(|| table(&head, &rows))
}

/// All stations, the busiest first.
pub(crate) fn stations(summary: &Summary) -> Html {
    let others = summary.named("station_other").next().is_some();
    let rows: Vec<Vec<String>> = judge::busiest(summary)
        .into_iter()
        .map(|metric| {
            let station = metric.label("station");
            let labels = [("station", station)];
            let queue = summary.find("station_queue_length", &labels);
            let wait = summary.find("station_wait", &labels).and_then(|m| m.percentiles);
            let mut row = vec![
                station.to_owned(),
                percent(metric.mean.unwrap_or(0.0)),
                three(queue.and_then(|m| m.mean).unwrap_or(0.0)),
                count(queue.and_then(|m| m.max).unwrap_or(0.0) as u64),
                seconds(wait.and_then(|p| p.p50)),
                seconds(wait.and_then(|p| p.p95)),
                seconds(wait.and_then(|p| p.p99)),
                count(counter(summary, "station_served", &labels)),
                count(counter(summary, "station_refused", &labels)),
            ];
            row.extend(others.then(|| count(counter(summary, "station_other", &labels))));
            row
        })
        .collect();
    let mut head = vec![
        "station",
        "utilisation",
        "queue mean",
        "longest",
        "wait p50",
        "p95",
        "p99",
        "served",
        "refused",
    ];
    head.extend(others.then_some("served for others"));
    table(&head, &rows)
}

/// What operators owe each other; `None` if nothing.
pub(crate) fn settlement(summary: &Summary) -> Option<Html> {
    let owed = summary.named("settlement").filter(|m| m.level().of_pair());
    let owed: Vec<&Metric> = owed.filter(|metric| metric.mean > Some(0.0)).collect();
    let unit = owed.first()?.unit.clone();
    let rows: Vec<Vec<String>> = owed
        .into_iter()
        .map(|metric| {
            let (from, to) = (metric.label("from"), metric.label("to"));
            let back = summary.find("settlement", &[("from", to), ("to", from)]);
            let (sum, back) =
                (metric.mean.unwrap_or(0.0), back.and_then(|m| m.mean).unwrap_or(0.0));
            vec![format!("{from} to {to}"), format!("{sum:.2}"), format!("{:.2}", sum - back)]
        })
        .collect();
    let owes = format!("owes, {unit}");
    let net = format!("less what it is owed, {unit}");
    Some(table(&["who owes whom", &owes, &net], &rows))
}
