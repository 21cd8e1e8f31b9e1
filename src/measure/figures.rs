//! Counters and distributions by key: what recorders fill and the collector adds up. It knows no
//! observation.

use rustc_hash::FxHashMap;

use super::histogram::Recorded;
use super::key::Key;

/// Counters and distributions by key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    pub(super) counters: FxHashMap<Key, i64>,
    pub(super) histograms: FxHashMap<Key, Box<Recorded>>,
}

impl Figures {
    pub(super) fn count(&mut self, key: Key, by: i64) {
        *self.counters.entry(key).or_default() += by;
    }

    pub(super) fn record(&mut self, key: Key, value: u64) {
        self.histograms.entry(key).or_default().record(value);
    }

    /// Records so many samples of one value.
    pub(super) fn record_times(&mut self, key: Key, value: u64, times: u32) {
        self.histograms.entry(key).or_default().record_times(value, times);
    }

    /// Adds what another one has.
    pub(super) fn merge(&mut self, other: Self) {
        for (key, by) in other.counters {
            *self.counters.entry(key).or_default() += by;
        }
        for (key, recorded) in other.histograms {
            self.histograms.entry(key).or_default().merge(&recorded);
        }
    }
}
