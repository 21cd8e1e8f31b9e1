//! What a figure is of: a metric with the values of its labels, in one number, so that finding a
//! figure takes one multiplication. The order of keys is that of results.

use super::catalogue::{Label, Metric};
use super::results::Level;

/// A label that is not there: a rolled-up metric.
pub(super) const ANY: u32 = u32::MAX;

/// Bits of the first three labels: operators, routes and the like, and one more value for none.
const NARROW: u32 = 13;
/// Bits of the fourth label, which may be an agreement.
const WIDE: u32 = 17;
/// Bits of all labels, above which stands the metric: eight bits are left for it.
const METRIC: u32 = 3 * NARROW + WIDE;

/// A metric with its labels' values, in the catalogue's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key(u64);

impl Key {
    /// The key of a metric; labels that are not given are `ANY`. Values are places in the lists
    /// that the labels' values come from.
    #[inline]
    pub(super) fn new(metric: Metric, labels: &[u32]) -> Self {
        if of_station(metric) {
            return Self((metric as u64) << METRIC | u64::from(labels[0]));
        }
        let mut key = metric as u64;
        for place in 0..4 {
            let bits = if place == 3 { WIDE } else { NARROW };
            let none = (1 << bits) - 1;
            let value = labels.get(place).map_or(none, |value| (*value).min(none));
            key = key << bits | u64::from(value);
        }
        Self(key)
    }

    /// The metric in the key's upper byte.
    pub(super) fn metric(self) -> Metric {
        Metric::ALL[(self.0 >> METRIC) as usize]
    }

    /// Its labels' values.
    pub(super) fn labels(self) -> [u32; 4] {
        if of_station(self.metric()) {
            return [self.0 as u32, ANY, ANY, ANY];
        }
        let mut rest = self.0;
        let mut labels = [ANY; 4];
        for place in (0..4).rev() {
            let bits = if place == 3 { WIDE } else { NARROW };
            let none = (1u64 << bits) - 1;
            let value = rest & none;
            labels[place] = if value == none { ANY } else { value as u32 };
            rest >>= bits;
        }
        labels
    }

    /// What a figure of it is of, by the catalogue's labels.
    pub(super) fn level(self) -> Level {
        let labels = self.labels();
        let has = |wanted: Label| {
            let place = self.metric().info().labels.iter().position(|label| *label == wanted);
            place.is_some_and(|place| labels[place] != ANY)
        };
        Level::of(has(Label::From), has(Label::Reason))
    }
}

/// Stations are too many for a narrow label; their metrics have no other.
fn of_station(metric: Metric) -> bool {
    matches!(
        metric,
        Metric::StationUtilisation
            | Metric::StationQueueLength
            | Metric::StationWait
            | Metric::StationSojourn
            | Metric::StationServed
            | Metric::StationOther
            | Metric::StationRefused
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn exactly_the_metrics_of_stations_have_a_station_for_their_only_label() {
        for metric in Metric::ALL {
            let labels = metric.info().labels;
            assert_eq!(of_station(*metric), labels == [Label::Station], "{metric:?}");
            assert_eq!(labels.contains(&Label::Station), of_station(*metric), "{metric:?}");
        }
        assert!(Metric::ALL.len() <= 1 << (64 - METRIC));
    }

    proptest! {
        #[test]
        fn a_key_gives_back_what_it_was_made_of_and_keys_have_the_order_of_labels(
            metric in 0..Metric::ALL.len(),
            values in prop::collection::vec((prop::option::of(0u32..4096), 0u32..65_536), 2),
        ) {
            let metric = Metric::ALL[metric];
            let made = values.into_iter().map(|(first, wide)| {
                let first = first.unwrap_or(ANY);
                match of_station(metric) {
                    true => [first.min(1 << 24), ANY, ANY, ANY],
                    false => [first, wide % 4096, first, wide],
                }
            });
            let made: Vec<[u32; 4]> = made.collect();
            let keys: Vec<Key> = made.iter().map(|labels| Key::new(metric, labels)).collect();
            for (labels, key) in made.iter().zip(&keys) {
                prop_assert_eq!((key.metric(), key.labels()), (metric, *labels));
            }
            prop_assert_eq!(made[0].cmp(&made[1]), keys[0].cmp(&keys[1]));
        }
    }
}
