//! What was too small in a run, and how much would be enough, by utilisation, queues and refusals of the
//! summary and the series. Called by `verdict`; it names stations and judges no SLO line.

use super::advice;
use super::moments::Moment;
use super::over::clock;
use super::{FULL, Run, busiest};
use crate::domain::outcome::Reason;
use crate::domain::part::{Bound, PartKind};
use crate::measure::results::{Level, Metric};
use crate::report::document::live::Live;
use crate::report::document::numbers::{count, percent, plural, seconds, three};
use crate::report::document::summary::{Summary, Verdict};

/// Intervals in a row that make it more than chance.
const STRETCH: usize = 2;
/// Jobs that wait on average where more than what is served is there.
const WAITS: f64 = 0.5;

/// Failures that are named.
const NAMED: usize = 3;

/// A station over time.
struct Station<'a> {
    name: &'a str,
    kind: PartKind,
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
            kind: run.parts.kind(name)?,
            utilisation,
            highest_queue: queue.max?,
            mean_queue: queue.mean?,
            capacity: capacity.filter(|rate| *rate > 0.0),
            busy: curve("station_utilisation"),
            queue: curve("station_queue_length"),
        })
    }

    /// Whether it was full, interval by interval.
    fn full(&self) -> Vec<bool> {
        let both = self.busy.iter().zip(&self.queue);
        both.map(|(share, queue)| *share >= FULL && *queue >= WAITS).collect()
    }

    /// The longest stretch of full intervals, first and last.
    fn stretch(&self) -> Option<(usize, usize)> {
        let mut best: Option<(usize, usize)> = None;
        let mut start = None;
        for (place, full) in self.full().into_iter().enumerate() {
            start = if full { start.or(Some(place)) } else { None };
            if let Some(first) = start
                && best.is_none_or(|(a, b)| place - first > b - a)
            {
                best = Some((first, place));
            }
        }
        best.filter(|(first, last)| last - first + 1 >= STRETCH)
    }
}

fn used_up(bound: Bound) -> &'static str {
    match bound {
        Bound::Licence => "its licence was used up",
        Bound::Workers => "all its workers were busy",
        Bound::Rate => "its rate was used up",
        Bound::Bandwidth => "its bandwidth was used up",
    }
}

fn used(bound: Bound) -> &'static str {
    match bound {
        Bound::Licence => "of its licence was used",
        Bound::Workers => "of its workers were busy",
        Bound::Rate => "of its rate was used",
        Bound::Bandwidth => "of its bandwidth was used",
    }
}

/// Reasons of refusals that more of something would have avoided: full queues, rates that are used
/// up, numbers that are all taken.
fn limiting() -> Vec<Reason> {
    let full = PartKind::ALL.iter().filter_map(|kind| kind.info().full);
    full.chain([Reason::RateLimited, Reason::ReplyNumbers]).collect()
}

/// What was too small, from when to when, and what would be enough; where nothing was, what comes
/// closest.
pub(crate) fn bottleneck(run: &Run<'_>) -> String {
    let stations = busiest(run.summary).into_iter();
    let stations: Vec<Station<'_>> = stations.filter_map(|m| Station::of(m, run)).collect();
    let mut full: Vec<(&Station<'_>, (usize, usize))> =
        stations.iter().filter_map(|station| Some((station, station.stretch()?))).collect();
    full.sort_by(|a, b| b.0.mean_queue.total_cmp(&a.0.mean_queue));
    if run.over.times.is_empty() {
        return "What was too small is not known: nothing is known over time.".to_owned();
    }
    if run.parts.is_empty() {
        return "What was too small is not known: the topology could not be read.".to_owned();
    }
    let refused = refused_for(run.summary, &limiting());
    let down = refused_for(run.summary, &[Reason::NodeDown]);
    let mut said: Vec<String> = run.manifest.live.iter().filter_map(Live::stands).collect();
    let real = !said.is_empty();
    if let Some((worst, stretch)) = full.first() {
        let cause = advice::cause(run, worst.name, &worst.full(), stretch.0);
        said.extend(cause.map(advice::blamed));
        said.push(saturated(run, worst, *stretch, cause));
        let others: Vec<&str> = full.iter().skip(1).map(|(station, _)| station.name).collect();
        match others.len() {
            0 => {}
            1..=4 => said.push(format!("Full for a while, too: {}.", others.join(", "))),
            many => said.push(format!("{many} more stations were full for a while.")),
        }
    }
    if refused > 0 {
        said.push(limits(run, &stations, refused));
    }
    if down > 0 {
        let messages = plural(down, "message", "messages");
        said.push(format!("What was down refused {messages} (node_down)."));
    }
    let lost = refused_for(run.summary, &[Reason::SessionLost]);
    if lost > 0 {
        let messages = plural(lost, "message", "messages");
        said.push(format!(
            "{messages} failed as sessions between servers were lost (session_lost)."
        ));
    }
    if full.is_empty() && refused == 0 {
        let failed: Vec<String> = run
            .moments
            .iter()
            .filter(|moment| moment.fails)
            .map(|moment| format!("{} ({})", moment.long, moment.when()))
            .collect();
        let lead = match (failed.is_empty(), down > 0) {
            (false, _) => {
                let slo = match run.summary.verdict {
                    Verdict::Failed => ": that is where to look for what does not hold",
                    _ => "",
                };
                let named = failed.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
                let more = match failed.len().saturating_sub(NAMED) {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                return format!("Nothing was too small, but {named}{more}{slo}.");
            }
            (true, true) => "Nothing was too small.",
            (true, false) if real => "Of our own parts none was.",
            (true, false) => "Nothing was a bottleneck.",
        };
        said.insert(usize::from(real), format!("{lead} {}", closest(run, &stations)));
    }
    said.join(" ")
}

fn refused_for(summary: &Summary, reasons: &[Reason]) -> u64 {
    let of = summary.named("messages_refused");
    let of = of.filter(|metric| metric.level() == Level::Reason);
    let of = of.filter(|m| reasons.iter().any(|reason| m.label("reason") == reason.label()));
    of.filter_map(|metric| metric.count).sum()
}

/// What refused because it was at its limit.
fn limits(run: &Run<'_>, stations: &[Station<'_>], refused: u64) -> String {
    let messages = plural(refused, "message", "messages");
    let mut text = format!("Limits refused {messages}.");
    // A rate limit is told of as the agreement's.
    let refusals = run.summary.named("station_refused");
    let kind = |metric: &&Metric| run.parts.kind(metric.label("station"));
    let refusals = refusals.filter(|metric| kind(metric) != Some(PartKind::RateLimit));
    let refusals = refusals.max_by_key(|metric| metric.count);
    if let Some(metric) = refusals.filter(|metric| metric.count > Some(0)) {
        let (name, jobs) = (metric.label("station"), count(metric.count.unwrap_or(0)));
        text.push_str(&format!(" The station that refused most is {name}: {jobs} jobs."));
    }
    let pairs = run.summary.named("agreement_refused").filter(|metric| {
        let reason = metric.label("reason");
        let limit = [Reason::RateLimited, Reason::RateLimitFull];
        metric.level().of_pair() && limit.iter().any(|of| of.label() == reason)
    });
    let Some(most) = pairs.max_by_key(|metric| metric.count) else { return text };
    let (from, to) = (most.label("from"), most.label("to"));
    let refused = run.over.curve("agreement_refused", &format!("from={from};to={to}"), "rate");
    let limits = |station: &&Station<'_>| {
        let peer = run.parts.get(station.name).and_then(|known| known.peer.as_deref());
        run.parts.is_of(station.name, PartKind::RateLimit, from) && peer == Some(to)
    };
    let rate = stations.iter().find(limits);
    let (Some(rate), Some(refused)) = (rate, refused) else { return text };
    let Some(capacity) = rate.capacity else { return text };
    let came = rate.busy.iter().zip(&refused).map(|(share, refused)| share * capacity + refused);
    let asked = came.fold(0.0, f64::max);
    let step = seconds(Some(run.over.step()));
    text.push_str(&match asked > capacity {
        true => format!(
            " {from} may send {to} {}/s, and in the busiest {step} had {}/s for it.{}",
            three(capacity),
            three(asked),
            advice::headroom(run, rate.name).map_or(String::new(), |told| format!(" {told}")),
        ),
        // Within an interval there was room: what came at once was too much.
        false => format!(
            " {from} may send {to} {}/s, and even in the busiest {step} had no more than {}/s for \
             it: bursts were refused, so a longer burst or a queue may do.",
            three(capacity),
            three(asked),
        ),
    });
    text
}

fn saturated(
    run: &Run<'_>,
    station: &Station<'_>,
    (first, last): (usize, usize),
    cause: Option<&Moment>,
) -> String {
    let (jobs, bound) = (station.kind.info().jobs, station.kind.info().bound);
    let over = run.over;
    let (from, to) = (over.times[first], over.end(last));
    let mut text = format!(
        "The bottleneck was {}: from {} to {} {}, and up to {} {} waited",
        station.name,
        clock(from),
        clock(to),
        used_up(bound),
        count(station.highest_queue as u64),
        jobs,
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
    let refused = run.summary.find("station_refused", &[("station", station.name)]);
    if let Some(refused) = refused.and_then(|metric| metric.count).filter(|count| *count > 0) {
        text.push_str(&format!(" It refused {} {jobs}, being full or down.", count(refused)));
    }
    text.push(' ');
    text.push_str(&advice::advice(run, station.name, cause));
    text
}

/// Where nothing is full: what comes nearest to it.
fn closest(run: &Run<'_>, stations: &[Station<'_>]) -> String {
    let highest = |station: &Station<'_>| station.busy.iter().copied().fold(0.0, f64::max);
    let mut all = stations.iter().filter(|station| !station.busy.is_empty());
    // The busiest of all, as everybody lists them.
    let Some(station) = all.next() else {
        return "Nothing is known of its stations over time.".to_owned();
    };
    let top = highest(station);
    let mut text = format!(
        "Closest to its limit came {}: {} {} on average, {} in its busiest interval",
        station.name,
        percent(station.utilisation),
        used(station.kind.info().bound),
        percent(top),
    );
    text.push('.');
    text.extend(advice::headroom(run, station.name).map(|told| format!(" {told}")));
    let higher = all.filter(|other| highest(other) > top);
    if let Some(peak) = higher.max_by(|a, b| highest(a).total_cmp(&highest(b))) {
        let (name, top) = (peak.name, percent(highest(peak)));
        text.push_str(&format!(" In a single interval {name} was used more: {top}."));
    }
    text
}
