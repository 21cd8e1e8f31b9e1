//! What matters of a run in a few sentences: what was run, whether it held, what was the bottleneck
//! and what to buy. Every figure is of the summary or the series, or follows from them; it takes no
//! part in judging.

use std::collections::BTreeMap;

use super::moments::Moment;
use super::over::{Over, clock};
use crate::domain::federation::{Federation, OperatorKind};
use crate::report::manifest::{Manifest, StopReason};
use crate::report::numbers::{count, percent, seconds, three};
use crate::report::summary::{Metric, Summary, Verdict};

/// Utilisation of an interval from which a station has nothing left.
const FULL: f64 = 0.95;
/// Intervals in a row that make it more than chance.
const STRETCH: usize = 2;

/// A run that is spoken of.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// What was measured.
    pub summary: &'a Summary,
    /// How it was run.
    pub manifest: &'a Manifest,
    /// Over time.
    pub over: &'a Over,
    /// The topology, where it can be read.
    pub federation: Option<&'a Federation>,
    /// What changed during the run.
    pub moments: &'a [Moment],
}

/// One word or two.
pub fn headline(summary: &Summary) -> &'static str {
    match summary.verdict {
        Verdict::Passed => "every SLO line holds",
        Verdict::Failed => "an SLO line does not hold",
        Verdict::None => "no SLO lines",
    }
}

/// The paragraphs: what was run, did it hold, what was the bottleneck.
pub fn paragraphs(run: &Run<'_>) -> Vec<String> {
    vec![what_was_run(run), did_it_hold(run), bottleneck(run)]
}

fn what_was_run(run: &Run<'_>) -> String {
    let Run { manifest, .. } = run;
    let mut text = String::new();
    if let Some(federation) = run.federation {
        let kinds = |hub: bool| {
            let all = federation.operators.iter();
            all.filter(|operator| (operator.kind == OperatorKind::Hub) == hub).count() as u64
        };
        let (mut im, mut sms_only) = (0, 0);
        for operator in &federation.operators {
            im += u64::from(operator.subscribers.im);
            sms_only += u64::from(operator.subscribers.sms_only);
        }
        text = plural(kinds(false), "operator", "operators");
        if kinds(true) > 0 {
            text.push_str(&format!(" and {}", plural(kinds(true), "hub", "hubs")));
        }
        text.push_str(&format!(
            " with {} and {} were simulated: ",
            plural(im, "IM user", "IM users"),
            plural(sms_only, "customer without IM", "customers without IM"),
        ));
    }
    let measured = run.over.times.last().map_or(0.0, |_| run.over.end(run.over.times.len() - 1));
    let before = (manifest.model_time_s - measured).max(0.0);
    text.push_str(&seconds(Some(manifest.model_time_s)));
    if measured > 0.0 && before > 0.5 {
        text.push_str(&format!(", of which the first {} do not count", seconds(Some(before))));
    }
    text.push_str(&match manifest.replication_seeds.len() {
        0 | 1 => format!(", seed {}.", manifest.seed),
        many => format!(", {many} times from seed {}.", manifest.seed),
    });
    for moment in run.moments.iter().filter(|m| m.short != "load × 1").take(4) {
        match moment.to {
            Some(to) => {
                let (from, to) = (clock(moment.from), clock(to));
                text.push_str(&format!(" From {from} to {to} {}.", moment.long));
            }
            None => text.push_str(&format!(" At {} {}.", clock(moment.from), moment.long)),
        }
    }
    text.push_str(match manifest.stop_reason {
        StopReason::Finished => "",
        StopReason::Interrupted => " The run was interrupted before its end.",
        StopReason::StoppedBySlo => " The run ended as soon as an SLO line could not be met.",
    });
    sentence(&text)
}

fn did_it_hold(run: &Run<'_>) -> String {
    let Run { summary, .. } = run;
    let broken: Vec<String> = summary
        .slo
        .iter()
        .filter(|line| !line.passed)
        .map(|line| format!("“{}” does not hold, it was {}", line.line, line.shown()))
        .collect();
    let mut text = match (broken.len(), summary.slo.len()) {
        (0, 0) => "Nothing was asked of it: the topology has no SLO lines.".to_owned(),
        (0, 1) => "It held: its one SLO line is met.".to_owned(),
        (0, lines) => format!("It held: all {lines} SLO lines are met."),
        (_, _) => format!("It did not hold: {}.", broken.join("; ")),
    };
    let total = |name: &str| -> u64 {
        let of = summary.named(name).filter(|m| m.labels.len() == 1 && m.label("route") != "");
        of.filter_map(|metric| metric.count).sum()
    };
    let offered = total("messages_offered");
    text.push_str(&format!(
        " Of {} that users meant to send, {} were delivered",
        plural(offered, "message", "messages"),
        count(total("messages_delivered")),
    ));
    if offered > 0 {
        let share = total("messages_delivered") as f64 / offered as f64;
        text.push_str(&format!(" ({})", percent(share)));
    }
    for (name, words) in [
        ("messages_refused", "refused"),
        ("messages_expired", "expired"),
        ("messages_lost", "lost"),
        ("messages_in_flight", "still under way at the end"),
    ] {
        let ended = total(name);
        if ended > 0 {
            text.push_str(&format!(", {} {words}", count(ended)));
            text.push_str(&reasons(summary, name));
        }
    }
    text.push('.');
    text.push_str(&refused_by_agreements(summary));
    text
}

/// ` (too_long 477)`.
fn reasons(summary: &Summary, name: &str) -> String {
    let mut by: BTreeMap<&str, u64> = BTreeMap::new();
    for metric in summary.named(name).filter(|m| m.labels.len() == 2 && m.label("reason") != "") {
        *by.entry(metric.label("reason")).or_default() += metric.count.unwrap_or(0);
    }
    let mut by: Vec<(&str, u64)> = by.into_iter().filter(|(_, n)| *n > 0).collect();
    by.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let shown: Vec<String> =
        by.iter().take(3).map(|(reason, n)| format!("{reason} {}", count(*n))).collect();
    if shown.is_empty() { String::new() } else { format!(" ({})", shown.join(", ")) }
}

/// The agreement that refused most.
fn refused_by_agreements(summary: &Summary) -> String {
    let pairs = summary.named("agreement_refused").filter(|m| m.label("from") != "");
    let most = pairs.max_by_key(|metric| metric.count);
    match most {
        Some(metric) if metric.count > Some(0) => format!(
            " The agreement that refused most is that of {} with {}: {} ({}).",
            metric.label("from"),
            metric.label("to"),
            plural(metric.count.unwrap_or(0), "transfer", "transfers"),
            metric.label("reason"),
        ),
        _ => String::new(),
    }
}

/// A station as the verdict sees it.
struct Station<'a> {
    name: &'a str,
    utilisation: f64,
    highest_queue: f64,
    mean_queue: f64,
    /// Jobs a second that it can serve.
    capacity: Option<f64>,
    busy: Vec<f64>,
    queue: Vec<f64>,
}

impl<'a> Station<'a> {
    fn of(metric: &'a Metric, run: &Run<'a>) -> Option<Self> {
        let name = metric.label("station");
        let labels = [("station", name)];
        let utilisation = metric.mean?;
        let queue = run.summary.find("station_queue_length", &labels)?;
        let served = run.summary.find("station_served", &labels)?.rate?;
        let capacity = (utilisation > 0.0).then(|| served / utilisation);
        let key = format!("station={name}");
        let curve = |metric| run.over.curve(metric, &key, "mean").unwrap_or_default();
        Some(Self {
            name,
            utilisation,
            highest_queue: queue.max?,
            mean_queue: queue.mean?,
            capacity: capacity.filter(|rate| *rate > 0.0),
            busy: curve("station_utilisation"),
            queue: curve("station_queue_length"),
        })
    }

    /// The longest stretch of full intervals, first and last.
    fn full(&self) -> Option<(usize, usize)> {
        let mut best: Option<(usize, usize)> = None;
        let mut start = None;
        for (place, share) in self.busy.iter().enumerate() {
            let waits = self.queue.get(place).is_some_and(|queue| *queue >= 0.5);
            start = if *share >= FULL && waits { start.or(Some(place)) } else { None };
            if let Some(first) = start {
                if best.is_none_or(|(a, b)| place - first > b - a) {
                    best = Some((first, place));
                }
            }
        }
        best.filter(|(first, last)| last - first + 1 >= STRETCH)
    }

    /// The most that came in an interval, jobs a second: what was served and what the queue grew by.
    fn asked(&self, step: f64) -> Option<f64> {
        let capacity = self.capacity?;
        let at = |place: usize| self.queue.get(place).copied();
        let came = (0..self.busy.len()).map(|place| {
            let (before, after) = (place.saturating_sub(1), (place + 1).min(self.busy.len() - 1));
            let span = (after - before) as f64 * step;
            let grown = at(after).unwrap_or(0.0) - at(before).unwrap_or(0.0);
            self.busy[place] * capacity + if span > 0.0 { grown / span } else { 0.0 }
        });
        came.max_by(f64::total_cmp)
    }

    fn kind(&self) -> &str {
        let part = self.name.rsplit('/').next().unwrap_or("");
        part.split('[').next().unwrap_or("")
    }

    /// What it serves, what limits it.
    fn words(&self) -> (&'static str, &'static str) {
        match self.kind() {
            "smsc" => ("short messages", "licence"),
            "hlr" => ("look-ups", "workers"),
            "im_server" => ("requests", "workers"),
            "relay" | "translator" => ("transfers", "workers"),
            "rate_limit" | "sms-rate_limit" => ("messages", "rate limit"),
            _ => ("transfers", "bandwidth"),
        }
    }
}

fn bottleneck(run: &Run<'_>) -> String {
    let stations = run.summary.named("station_utilisation");
    let stations: Vec<Station<'_>> = stations.filter_map(|m| Station::of(m, run)).collect();
    let mut full: Vec<(&Station<'_>, (usize, usize))> =
        stations.iter().filter_map(|station| Some((station, station.full()?))).collect();
    full.sort_by(|a, b| b.0.mean_queue.total_cmp(&a.0.mean_queue));
    let Some((worst, stretch)) = full.first() else { return closest(&stations) };
    let mut text = saturated(run, worst, *stretch);
    let others: Vec<&str> = full.iter().skip(1).map(|(station, _)| station.name).collect();
    match others.len() {
        0 => {}
        1..=4 => text.push_str(&format!(" Full for a while, too: {}.", others.join(", "))),
        many => text.push_str(&format!(" {many} more stations were full for a while.")),
    }
    text
}

fn saturated(run: &Run<'_>, station: &Station<'_>, (first, last): (usize, usize)) -> String {
    let (jobs, limit) = station.words();
    let over = run.over;
    let (from, to) = (over.times[first], over.end(last));
    let mut text = format!(
        "The bottleneck was {}: from {} to {} its {limit} was used up, and up to {} {jobs} waited",
        station.name,
        clock(from),
        clock(to),
        count(station.highest_queue as u64),
    );
    let peak = (0..station.queue.len())
        .max_by(|a, b| station.queue[*a].total_cmp(&station.queue[*b]))
        .unwrap_or(first);
    let level = station.queue[peak];
    let empty = (peak..station.queue.len()).find(|i| station.queue[*i] < (level / 100.0).max(1.0));
    text.push_str(&format!(", most about {}. ", clock(over.times[peak])));
    text.push_str(&match empty {
        Some(place) => {
            let took = over.times[place] - over.times[peak];
            format!("The queue took {} to drain.", seconds(Some(took)))
        }
        None => {
            let left = station.queue.last().copied().unwrap_or(0.0);
            format!("It had not drained by the end: {} still waited.", count(left.round() as u64))
        }
    });
    if let (Some(capacity), Some(asked)) = (station.capacity, station.asked(over.step())) {
        let times = format!("{} times", three(asked / capacity));
        let need = count(asked.ceil() as u64);
        text.push_str(&format!(
            " In its busiest {} it was asked for {}/s and can do {}/s: ",
            seconds(Some(over.step())),
            three(asked),
            three(capacity),
        ));
        text.push_str(&match limit {
            "licence" => format!("buy a licence of at least {need} messages a second"),
            "rate limit" => format!("agree on a rate of at least {need} messages a second"),
            "workers" => format!("give it at least {times} the workers, or make each faster"),
            _ => format!("give it at least {times} the bandwidth"),
        });
        text.push_str(", or let the queue grow as it did.");
    }
    text
}

/// Where nothing is full: what comes nearest to it.
fn closest(stations: &[Station<'_>]) -> String {
    let highest = |station: &Station<'_>| station.busy.iter().copied().fold(0.0, f64::max);
    let all = stations.iter().filter(|station| !station.busy.is_empty());
    let Some(station) = all.max_by(|a, b| highest(a).total_cmp(&highest(b))) else {
        return "Nothing is known of its stations over time.".to_owned();
    };
    let (jobs, limit) = station.words();
    let top = highest(station);
    let mut text = format!(
        "Nothing was a bottleneck. {} came closest to its limit: {} of its {limit} was used on \
         average, {} in its busiest interval",
        station.name,
        percent(station.utilisation),
        percent(top),
    );
    if top > 0.0 && top < 1.0 {
        text.push_str(&format!(", so it could serve {} times the {jobs}", three(1.0 / top)));
    }
    text.push('.');
    text
}

fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// With a capital letter.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
