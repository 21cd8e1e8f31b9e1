//! Joins what all shards saw into results: merges in operator order, rolls up, averages, prices,
//! judges. Everything here is sums of integers until the last division.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Setup;
use super::batches::Batches;
use super::catalogue::Metric;
use super::figures::Figures;
use super::histogram::Recorded;
use super::key::Key;
use super::labels::{self, scale};
use super::levels::{Level, StationLevels};
use super::measured::{Gauge, Measured};
use super::of::{From, Of, To, recorded};
use super::presence::{FirstAndLast, Join, Owed, Unshown};
use super::recorder::{IntervalPart, RecorderPart};
use super::results::SeriesRow;
use super::slo;
use crate::domain::id::OperatorId;
use crate::domain::observation::{InFlight, StationId, Stored};
use crate::domain::outcome::{Route, TransferKind};
use crate::domain::time::{Duration, Instant};

/// Joins the parts of all shards.
#[derive(Debug)]
pub(crate) struct Collector {
    pub(super) setup: Arc<Setup>,
    join: Join,
    watchers: FirstAndLast,
    pub(super) intervals: Vec<Interval>,
    /// Latencies by route of the last of them, for those who look on.
    pub(super) latest: Vec<(Key, Box<Recorded>)>,
    /// Messages offered in an interval that have taken another route since: place, before, now.
    rerouted: BTreeMap<(u32, Route, Route), i64>,
    batches: Batches,
}

/// An interval of the series; whole distributions of each would take more and more memory.
#[derive(Debug)]
pub(super) struct Interval {
    pub(super) counters: Vec<(Key, i64)>,
    /// Messages under way at its end.
    under_way: i64,
    pub(super) times: Vec<(Key, Times)>,
}

/// What the series shows of a distribution, in seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    mean: f64,
    pub(super) percentiles: [Option<f64>; 3],
}

impl Interval {
    fn of(figures: Figures, under_way: i64) -> Self {
        let mut counters: Vec<(Key, i64)> = figures.counters.into_iter().collect();
        counters.sort_unstable();
        let times = figures.histograms.into_iter().map(|(key, recorded)| {
            let seen = recorded.distribution(scale(key.metric().info()));
            (key, Times { mean: seen.mean, percentiles: [seen.p50, seen.p95, seen.p99] })
        });
        let mut times: Vec<(Key, Times)> = times.collect();
        times.sort_unstable_by_key(|(key, _)| *key);
        Self { counters, under_way, times }
    }
}

impl Interval {
    /// Adds to a counter, which need not be there yet.
    fn add(&mut self, key: Key, by: i64) {
        match self.counters.binary_search_by_key(&key, |(known, _)| *known) {
            Ok(place) => self.counters[place].1 += by,
            Err(place) => self.counters.insert(place, (key, by)),
        }
        self.counters.retain(|(_, count)| *count != 0);
    }
}

impl Collector {
    /// A collector that has seen nothing.
    pub(crate) fn new(setup: Arc<Setup>) -> Self {
        Self {
            setup,
            join: Join::default(),
            watchers: FirstAndLast::default(),
            intervals: Vec::new(),
            latest: Vec::new(),
            rerouted: BTreeMap::new(),
            batches: Batches::default(),
        }
    }

    /// An interval ended at `at`: the first time the warm-up, then the intervals of the series.
    pub(crate) fn interval(&mut self, at: Instant, parts: Vec<IntervalPart>) {
        let under_way = parts.iter().map(|part| part.under_way).sum();
        let figures = self.take(at, parts);
        if at > self.setup.window.start {
            let latencies = figures.histograms.iter();
            let latencies = latencies.filter(|(key, _)| key.metric() == Metric::MessageLatency);
            self.latest = latencies.map(|(key, recorded)| (*key, recorded.clone())).collect();
            self.intervals.push(Interval::of(figures, under_way));
        }
    }

    fn take(&mut self, at: Instant, parts: Vec<IntervalPart>) -> Figures {
        let mut all = Figures::default();
        let mut presence = Vec::new();
        let mut so_far = Vec::new();
        for part in parts {
            all.merge(part.figures);
            presence.push(part.presence);
            so_far.extend(part.so_far);
            for (of, count) in part.rerouted {
                *self.rerouted.entry(of).or_default() += count;
            }
        }
        if self.setup.batches {
            self.batches.add(at.since(self.setup.window.start).as_secs_f64(), so_far);
        }
        let watchers = &mut self.watchers;
        let record = |operator: OperatorId, first: Duration, last: Duration| {
            watchers.record(operator, first, last);
        };
        self.join.add(presence.into_iter(), record);
        all
    }

    /// Whether an SLO line cannot be met any more, by what all shards have counted up to `at`.
    pub(crate) fn has_failed(&self, at: Instant, parts: impl Iterator<Item = Figures>) -> bool {
        let mut whole = Figures::default();
        parts.for_each(|part| whole.merge(part));
        complete_ledger(&mut whole);
        let seconds = measured(&self.setup, at);
        let mut so_far = Measured::of_figures(Arc::clone(&self.setup), whole, seconds);
        // Even if all other replications count nothing.
        so_far.runs = self.setup.replications.max(1);
        slo::early(&self.setup)
            .any(|line| line.selector().observe(&so_far).is_some_and(|seen| line.has_failed(seen)))
    }

    /// The run ended at `now`, and what is measured of it at `at`; `in_flight` are the messages that
    /// are under way somewhere.
    pub(crate) fn finish(
        mut self,
        at: Instant,
        parts: Vec<RecorderPart>,
        in_flight: &[InFlight],
        now: Instant,
    ) -> Measured {
        let setup = Arc::clone(&self.setup);
        let mut whole = Figures::default();
        let mut stations = BTreeMap::new();
        let mut reply_numbers = BTreeMap::new();
        let mut last = Vec::new();
        for part in parts {
            whole.merge(part.whole);
            stations.extend(part.stations);
            reply_numbers.extend(part.reply_numbers);
            last.push(part.last);
        }
        let under_way = last.iter().map(|part| part.under_way).sum();
        let last = self.take(at, last);
        if at > setup.window.start {
            self.intervals.push(Interval::of(last, under_way));
        }
        self.censor(in_flight, now, &mut whole);
        for ((place, was, now), count) in std::mem::take(&mut self.rerouted) {
            if let Some(interval) = self.intervals.get_mut(place as usize) {
                interval.add(recorded::MessagesOffered.all_pairs().key((was,)), -count);
                interval.add(recorded::MessagesOffered.all_pairs().key((now,)), count);
            }
        }
        let measured = self.sums(at, whole, &stations, &reply_numbers);
        Measured {
            span: (setup.window.start.as_secs_f64(), at.as_secs_f64()),
            series: series(&setup, at, &self.intervals, &stations, &reply_numbers),
            batches: self.batches.finish(&setup, &stations),
            ..measured
        }
    }

    /// Takes in what has not come to its end at `now`, with the time that it has taken so far.
    pub(super) fn censor(&self, in_flight: &[InFlight], now: Instant, whole: &mut Figures) {
        let window = self.setup.window;
        for InFlight { subject, sms } in in_flight {
            if let Some((operator, accepted)) = sms.filter(|(_, at)| window.contains(*at)) {
                let age = now.since(accepted);
                whole.record(recorded::SmsLatencyCensored.key((operator,)), age.0);
            }
            if !window.contains(subject.intended) {
                continue;
            }
            let labels = (subject.route, From(subject.from), To(subject.to));
            whole.count(recorded::MessagesInFlight.key(labels), 1);
            if subject.stored != Stored::Never {
                whole.count(recorded::MessagesStored.key(labels), 1);
                continue;
            }
            let age = now.since(subject.intended);
            whole.record(recorded::MessageLatencyCensored.key(labels), age.0);
            if age > self.setup.overdue {
                whole.count(recorded::MessagesUndelivered.key(labels), 1);
            }
        }
        for Unshown { operator, changed, first, owed } in self.join.unshown() {
            let age = now.since(changed).0;
            match first {
                Some(first) => {
                    let first = first.since(changed).0;
                    whole.record(recorded::PresenceFirstWatcher.key((operator,)), first);
                }
                None => whole.record(recorded::PresenceFirstWatcherCensored.key((operator,)), age),
            }
            whole.record(recorded::PresenceLastWatcherCensored.key((operator,)), age);
            for Owed { scope, from, to, watchers } in owed {
                let key = recorded::PresenceLatencyCensored.key((scope, From(from), To(to)));
                whole.record_times(key, age, watchers);
            }
        }
    }

    /// Counts, distributions and levels of all shards up to `at`, as those of one run.
    pub(super) fn sums(
        &self,
        at: Instant,
        mut whole: Figures,
        stations: &BTreeMap<StationId, StationLevels>,
        reply_numbers: &BTreeMap<OperatorId, Level>,
    ) -> Measured {
        let setup = Arc::clone(&self.setup);
        for (operator, (first, last)) in self.watchers.by_operator.iter() {
            let mut add = |metric: Of<(OperatorId,)>, recorded: &Recorded| {
                let key = metric.key((*operator,));
                whole.histograms.entry(key).or_default().merge(recorded);
            };
            add(recorded::PresenceFirstWatcher, first);
            add(recorded::PresenceLastWatcher, last);
        }
        complete_ledger(&mut whole);
        let mut gauges = gauges(&setup, at, stations);
        for (operator, level) in reply_numbers {
            let key = recorded::ReplyNumbersInUse.key((*operator,));
            gauges.insert(key, (level.mean(at, &setup), f64::from(level.max())));
        }
        gauges.extend(settlement(&setup, &mut whole));
        let seconds = measured(&setup, at);
        let gauges = gauges.into_iter().map(|(key, (mean, max))| {
            let integral = if key.metric() == Metric::Settlement { mean } else { mean * seconds };
            (key, Gauge { integral, max })
        });
        Measured { gauges: gauges.collect(), ..Measured::of_figures(setup, whole, seconds) }
    }
}

fn measured(setup: &Setup, at: Instant) -> f64 {
    at.since(setup.window.start).as_secs_f64()
}

/// Accepted is what was offered and not refused, undelivered what was refused, expired or lost, besides
/// what is overdue; every offered label set has every count.
fn complete_ledger(whole: &mut Figures) {
    let offered: BTreeSet<[u32; 4]> = whole
        .counters
        .keys()
        .filter(|key| key.metric() == Metric::MessagesOffered)
        .map(|key| key.labels())
        .collect();
    for labels in offered {
        let get = |metric| whole.counters.get(&Key::new(metric, &labels)).copied().unwrap_or(0);
        let accepted = get(Metric::MessagesOffered) - get(Metric::MessagesRefused);
        let ended = [Metric::MessagesRefused, Metric::MessagesExpired, Metric::MessagesLost];
        let ended: i64 = ended.into_iter().map(get).sum();
        whole.counters.insert(Key::new(Metric::MessagesAccepted, &labels), accepted);
        whole.count(Key::new(Metric::MessagesUndelivered, &labels), ended);
        for metric in [
            Metric::MessagesDelivered,
            Metric::MessagesRefused,
            Metric::MessagesExpired,
            Metric::MessagesLost,
            Metric::MessagesInFlight,
            Metric::MessagesStored,
        ] {
            whole.counters.entry(Key::new(metric, &labels)).or_default();
        }
    }
}

type Gauges = BTreeMap<Key, (f64, f64)>;

fn gauges(setup: &Setup, at: Instant, stations: &BTreeMap<StationId, StationLevels>) -> Gauges {
    let mut gauges = Gauges::new();
    for (station, levels) in stations {
        let servers = f64::from(setup.stations[station.0 as usize].servers);
        let busy = &levels.busy;
        let utilisation = (busy.mean(at, setup) / servers, f64::from(busy.max()) / servers);
        gauges.insert(recorded::StationUtilisation.key((*station,)), utilisation);
        let queue = (levels.queued.mean(at, setup), f64::from(levels.queued.max()));
        gauges.insert(recorded::StationQueueLength.key((*station,)), queue);
    }
    gauges
}

/// Prices the charged transfers, and takes their counts out of the figures.
fn settlement(setup: &Setup, whole: &mut Figures) -> Gauges {
    let charged: BTreeMap<Key, i64> = whole
        .counters
        .iter()
        .filter(|(key, _)| key.metric() == Metric::Settlement)
        .map(|(key, count)| (*key, *count))
        .collect();
    whole.counters.retain(|key, _| key.metric() != Metric::Settlement);
    let mut owed = Gauges::new();
    for (key, count) in charged {
        let [from, to, kind, agreement] = key.labels();
        let tariff = setup.agreements[agreement as usize].tariff;
        let price = match TransferKind::ALL[kind as usize] {
            TransferKind::Message => tariff.message,
            TransferKind::Sms => tariff.sms,
            TransferKind::Presence
            | TransferKind::Subscribe
            | TransferKind::Search
            | TransferKind::Validate
            | TransferKind::Contact
            | TransferKind::Group
            | TransferKind::Report
            | TransferKind::Answer
            | TransferKind::SmsSignalling
            | TransferKind::SetUp
            | TransferKind::KeepAlive => tariff.presence,
        };
        let sum = owed.entry(Key::new(Metric::Settlement, &[from, to])).or_default();
        sum.0 += count as f64 * price;
        sum.1 = sum.0;
    }
    owed
}

/// The time series, by time, then by metric and labels.
fn series(
    setup: &Setup,
    at: Instant,
    intervals: &[Interval],
    stations: &BTreeMap<StationId, StationLevels>,
    reply_numbers: &BTreeMap<OperatorId, Level>,
) -> Vec<SeriesRow> {
    let mut rows = Vec::new();
    for (place, interval) in intervals.iter().enumerate() {
        let start = setup.window.start + setup.interval * place as u64;
        let length = (start + setup.interval).min(at).since(start);
        let time_s = start.since(setup.window.start).as_secs_f64();
        if length.is_zero() {
            continue;
        }
        let mut row = |key: Key, statistic: &'static str, value, unit: &'static str| {
            let texts = labels::texts(setup, key);
            let texts: Vec<String> =
                texts.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let metric = key.metric().info().name;
            rows.push(SeriesRow {
                time_s,
                metric: metric.into(),
                labels: texts.join(";"),
                part: labels::part(setup, key),
                statistic: statistic.into(),
                value,
                unit: unit.into(),
            });
        };
        for (key, count) in &interval.counters {
            row(*key, "count", *count as f64, "1");
            row(*key, "rate", *count as f64 / length.as_secs_f64(), "1/s");
        }
        let all = Key::new(Metric::MessagesInFlight, &[]);
        row(all, "level", interval.under_way as f64, "1");
        for (key, times) in &interval.times {
            row(*key, "mean", times.mean, "s");
            for (statistic, percentile) in ["p50", "p95", "p99"].iter().zip(times.percentiles) {
                if let Some(value) = percentile {
                    row(*key, statistic, value, "s");
                }
            }
        }
        for (station, levels) in stations {
            let servers = f64::from(setup.stations[station.0 as usize].servers);
            let mean = |level: &Level| level.integrals[place] as f64 / length.0 as f64;
            let utilisation = recorded::StationUtilisation.key((*station,));
            row(utilisation, "mean", mean(&levels.busy) / servers, "1");
            let queue = recorded::StationQueueLength.key((*station,));
            row(queue, "mean", mean(&levels.queued), "1");
        }
        for (operator, level) in reply_numbers {
            let key = recorded::ReplyNumbersInUse.key((*operator,));
            row(key, "mean", level.integrals[place] as f64 / length.0 as f64, "1");
        }
    }
    rows
}
