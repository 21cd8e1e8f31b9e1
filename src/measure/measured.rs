//! What one run measured, as sums that can be added to those of other runs: the replications of one
//! study. Figures in words come from it (`results`) and from nothing else; percentiles are those of
//! the merged counts, never averages.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Setup;
use super::Window;
use super::catalogue::{Kind, Label, Metric};
use super::censored::Censored;
use super::figures::Figures;
use super::histogram::Recorded;
use super::key::{ANY, Key};
use super::labels::{self, scale};
use super::results::{self, Batch, SeriesRow, TaggedHistogram};

/// Everything that one run, or several added, measured.
#[derive(Clone, Debug)]
pub struct Measured {
    pub(super) setup: Arc<Setup>,
    pub(super) whole: Figures,
    pub(super) gauges: BTreeMap<Key, Gauge>,
    /// Seconds measured, of all runs together.
    pub(super) seconds: f64,
    /// How many runs are added up; counts of one run are divided by it.
    pub(super) runs: u32,
    /// Start and end of the measured time of the first run, seconds since its start.
    pub(super) span: (f64, f64),
    /// Of the first run.
    pub(super) series: Vec<SeriesRow>,
    /// Parts of the measured time in order, where there is one run.
    pub(super) batches: BTreeMap<Key, Vec<Batch>>,
    /// The same of parts of the measured time that SLO lines ask for.
    pub(super) within: Vec<Measured>,
}

/// A level over time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Gauge {
    /// Sum over time, level times seconds; by `seconds` it is the average.
    pub(super) integral: f64,
    /// Highest level of any run.
    pub(super) max: f64,
}

impl Measured {
    /// One run's figures, without levels.
    pub(super) fn of_figures(setup: Arc<Setup>, whole: Figures, seconds: f64) -> Self {
        let start = setup.window.start.as_secs_f64();
        Self {
            setup,
            whole,
            gauges: BTreeMap::new(),
            seconds,
            runs: 1,
            span: (start, start + seconds),
            series: Vec::new(),
            batches: BTreeMap::new(),
            within: Vec::new(),
        }
    }

    /// Adds another run of the same topology, or of another state of it with the same parts.
    pub(crate) fn add(&mut self, other: &Self) {
        self.whole.merge(other.whole.clone());
        for (key, gauge) in &other.gauges {
            let sum = self.gauges.entry(*key).or_default();
            sum.integral += gauge.integral;
            sum.max = sum.max.max(gauge.max);
        }
        self.seconds += other.seconds;
        self.runs += other.runs;
        self.batches.clear();
        for (own, other) in self.within.iter_mut().zip(&other.within) {
            own.add(other);
        }
    }

    /// The same without what shows how it went over time: series and batches.
    pub(crate) fn sums(&self) -> Self {
        let Self { setup, whole, gauges, seconds, runs, span, within, .. } = self;
        Self {
            gauges: gauges.clone(),
            runs: *runs,
            span: *span,
            within: within.iter().map(Self::sums).collect(),
            ..Self::of_figures(Arc::clone(setup), whole.clone(), *seconds)
        }
    }

    /// Takes the same run's figures of a part of the measured time.
    pub(crate) fn push_part(&mut self, part: Self) {
        self.within.push(part);
    }

    /// Runs that were added up.
    pub fn runs(&self) -> u32 {
        self.runs
    }

    /// What was to be measured.
    pub(crate) fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The part of the measured time that a window is; the whole without one.
    pub(super) fn of(&self, window: Option<Window>) -> Option<&Self> {
        match window {
            None => Some(self),
            Some(window) => self.within.iter().find(|part| part.setup.window == window),
        }
    }

    /// Every figure in words, for full label sets and rolled up, in the order of keys.
    pub(super) fn metrics(&self) -> Vec<results::Metric> {
        self.rolled(rolled_up)
    }

    /// What is told by route, over all routes: federations with other routes compare by it.
    pub(crate) fn over_routes(&self) -> Vec<results::Metric> {
        self.rolled(over_routes)
    }

    /// Figures of all keys that some of what was measured is added up in.
    fn rolled<K: Iterator<Item = Key>>(&self, rolled_up: fn(Key) -> K) -> Vec<results::Metric> {
        let mut merged: BTreeMap<Key, Recorded> = BTreeMap::new();
        let mut counted: BTreeMap<Key, i64> = BTreeMap::new();
        let mut batches: BTreeMap<Key, Vec<Batch>> = BTreeMap::new();
        for (key, recorded) in &self.whole.histograms {
            for rolled in rolled_up(*key) {
                merged.entry(rolled).or_default().merge(recorded);
            }
        }
        for (key, count) in &self.whole.counters {
            for rolled in rolled_up(*key) {
                *counted.entry(rolled).or_default() += count;
            }
        }
        for (key, parts) in &self.batches {
            for rolled in rolled_up(*key) {
                let sums =
                    batches.entry(rolled).or_insert_with(|| vec![Batch::default(); parts.len()]);
                for (sum, part) in sums.iter_mut().zip(parts) {
                    // Samples add up; seconds are those of the same part of the time.
                    let counted = key.metric().info().kind == Kind::Counter;
                    let weight = if counted { part.weight - sum.weight } else { part.weight };
                    sum.add(Batch { weight, ..*part });
                }
            }
        }
        let mut all: BTreeMap<Key, results::Metric> = BTreeMap::new();
        let row = |key: Key| {
            let info = key.metric().info();
            let labels = labels::texts(&self.setup, key);
            let labels = labels.into_iter().map(|(name, value)| (name.into(), value)).collect();
            let unit = info.unit.text(&self.setup.currency);
            let part = labels::part(&self.setup, key);
            results::Metric { part, ..results::Metric::new(info.name, labels, info.kind, unit) }
        };
        // Where nothing has come to its end there is a row all the same.
        for key in open_alone(&merged) {
            merged.entry(key).or_default();
        }
        for (key, recorded) in &merged {
            let open = key.metric().censored().map(|metric| Key::new(metric, &key.labels()));
            let unit = scale(key.metric().info());
            let seen = match open.and_then(|key| merged.get(&key)) {
                Some(open) => Censored::new(recorded.clone(), open).distribution(unit),
                None => (recorded.distribution(unit), Vec::new()),
            };
            all.insert(*key, row(*key).censored(seen));
        }
        for (key, count) in counted {
            let count = count.max(0) as u64;
            let rate = if self.seconds > 0.0 { count as f64 / self.seconds } else { 0.0 };
            all.insert(key, row(key).counted(count, rate));
        }
        // Levels add up to no level.
        for (key, gauge) in
            self.gauges.iter().filter(|(key, _)| rolled_up(**key).any(|k| k == **key))
        {
            all.insert(*key, row(*key).gauged(self.mean(*key, gauge), gauge.max));
        }
        for (key, parts) in batches {
            if let Some(metric) = all.get_mut(&key) {
                metric.batches = parts;
            }
        }
        all.into_values().collect()
    }

    /// A level's average over time; of money owed, that of a run.
    pub(super) fn mean(&self, key: Key, gauge: &Gauge) -> f64 {
        let parts = self.parts(key);
        if parts > 0.0 { gauge.integral / parts } else { 0.0 }
    }

    /// What a level's integral is divided by.
    pub(super) fn parts(&self, key: Key) -> f64 {
        if key.metric() == Metric::Settlement { f64::from(self.runs) } else { self.seconds }
    }

    /// Every distribution with its full label set.
    pub(super) fn tagged(&self) -> Vec<TaggedHistogram> {
        let sorted: BTreeMap<&Key, &Box<Recorded>> = self.whole.histograms.iter().collect();
        sorted
            .into_iter()
            .map(|(key, recorded)| {
                let mut tag = key.metric().info().name.to_owned();
                for (name, value) in labels::texts(&self.setup, *key) {
                    tag.push_str(&format!(";{name}={value}"));
                }
                TaggedHistogram { tag, counts: recorded.counts().clone() }
            })
            .collect()
    }
}

/// Keys of distributions of which nothing but censored samples is known.
fn open_alone(merged: &BTreeMap<Key, Recorded>) -> Vec<Key> {
    let of = |key: &Key| {
        let metric = Metric::ALL.iter().find(|it| it.censored() == Some(key.metric()))?;
        Some(Key::new(*metric, &key.labels()))
    };
    merged.keys().filter_map(of).filter(|key| !merged.contains_key(key)).collect()
}

/// A key without route, `from` and `to`, if it has a route.
fn over_routes(key: Key) -> impl Iterator<Item = Key> {
    let mut labels = key.labels();
    let own = key.metric().info().labels;
    for (place, label) in own.iter().enumerate() {
        if matches!(label, Label::Route | Label::From | Label::To) {
            labels[place] = ANY;
        }
    }
    own.contains(&Label::Route).then(|| Key::new(key.metric(), &labels)).into_iter()
}

/// A key as it is, and once more without `from` and `to`. Counts of refusals and losses by reason
/// stand beside those of all reasons.
fn rolled_up(key: Key) -> impl Iterator<Item = Key> {
    let mut labels = key.labels();
    for (place, label) in key.metric().info().labels.iter().enumerate() {
        if matches!(label, Label::From | Label::To) {
            labels[place] = ANY;
        }
    }
    let rolled = Key::new(key.metric(), &labels);
    std::iter::once(key).chain((rolled != key).then_some(rolled))
}
