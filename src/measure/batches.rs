//! The measured time in parts, one for each interval of the series: what every metric summed up to
//! in each. Figures of one long run get their intervals from them (batch means); the collector fills
//! them in.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::Setup;
use super::catalogue::Kind;
use super::key::Key;
use super::labels::scale;
use super::levels::StationLevels;
use super::of::recorded;
use super::results::Batch;
use crate::domain::observation::StationId;

/// Sums by part.
#[derive(Debug, Default)]
pub(super) struct Batches {
    sums: FxHashMap<Key, Sums>,
    /// Ends of the parts, seconds of measured time.
    ends: Vec<f64>,
}

/// Of one metric: what all shards have summed up since the start by now and by the last part's end,
/// and the parts.
#[derive(Debug, Default)]
struct Sums {
    now: (i64, u128),
    before: (i64, u128),
    parts: Vec<Batch>,
}

impl Batches {
    /// A part ends so many seconds into the measured time, with what all shards have summed up
    /// since the start. At 0 the warm-up ends.
    pub(super) fn add(&mut self, end: f64, so_far: Vec<(Key, i64, u128)>) {
        for (key, count, sum) in so_far {
            let now = &mut self.sums.entry(key).or_default().now;
            *now = (now.0 + count, now.1 + sum);
        }
        let known = self.ends.len();
        for (key, sums) in &mut self.sums {
            let ((count, sum), before) = (std::mem::take(&mut sums.now), sums.before);
            sums.before = (count, sum);
            if end > 0.0 {
                let info = key.metric().info();
                let count = (count - before.0) as f64;
                let batch = match info.kind {
                    Kind::Histogram => {
                        Batch { sum: (sum - before.1) as f64 / scale(info), weight: count }
                    }
                    Kind::Counter | Kind::Gauge => Batch { sum: count, weight: 0.0 },
                };
                sums.parts.resize(known, Batch::default());
                sums.parts.push(batch);
            }
        }
        if end > 0.0 {
            self.ends.push(end);
        }
    }

    /// All parts of every metric that is counted, recorded, or a level of a station.
    pub(super) fn finish(
        self,
        setup: &Setup,
        stations: &BTreeMap<StationId, StationLevels>,
    ) -> BTreeMap<Key, Vec<Batch>> {
        let starts = std::iter::once(0.0).chain(self.ends.iter().copied());
        let lengths: Vec<f64> =
            self.ends.iter().zip(starts).map(|(end, start)| end - start).collect();
        let mut all = BTreeMap::new();
        for (key, Sums { mut parts, .. }) in self.sums {
            parts.resize(lengths.len(), Batch::default());
            if key.metric().info().kind == Kind::Counter {
                parts.iter_mut().zip(&lengths).for_each(|(part, length)| part.weight = *length);
            }
            all.insert(key, parts);
        }
        for (station, levels) in stations.iter().filter(|_| !lengths.is_empty()) {
            let servers = f64::from(setup.stations[station.0 as usize].servers);
            let level = |integrals: &[u128], servers: f64| {
                let parts = integrals.iter().zip(&lengths);
                parts
                    .map(|(sum, length)| Batch {
                        sum: *sum as f64 / 1e9 / servers,
                        weight: *length,
                    })
                    .collect()
            };
            all.insert(
                recorded::StationUtilisation.key((*station,)),
                level(&levels.busy.integrals, servers),
            );
            all.insert(
                recorded::StationQueueLength.key((*station,)),
                level(&levels.queued.integrals, 1.0),
            );
        }
        all
    }
}
