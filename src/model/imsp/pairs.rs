//! Who hides from whom: pairs of a publisher and a watcher, found by the pair and by the publisher
//! alone. Kept by the IMSP of the publisher for blocked and for not yet allowed watchers.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::domain::id::SubscriberId;

/// A set of (publisher, watcher) pairs.
#[derive(Debug, Default)]
pub(super) struct Pairs(FxHashMap<SubscriberId, FxHashSet<SubscriberId>>);

impl Pairs {
    /// Adds a pair; false if it was there.
    pub(super) fn insert(&mut self, publisher: SubscriberId, watcher: SubscriberId) -> bool {
        self.0.entry(publisher).or_default().insert(watcher)
    }

    /// Takes a pair out; false if it was not there.
    pub(super) fn remove(&mut self, publisher: SubscriberId, watcher: SubscriberId) -> bool {
        let Some(watchers) = self.0.get_mut(&publisher) else { return false };
        let found = watchers.remove(&watcher);
        if watchers.is_empty() {
            self.0.remove(&publisher);
        }
        found
    }

    /// Takes out all pairs of a publisher: the watchers, ascending.
    pub(super) fn forget(&mut self, publisher: SubscriberId) -> Vec<SubscriberId> {
        let mut watchers: Vec<SubscriberId> =
            self.0.remove(&publisher).into_iter().flatten().collect();
        watchers.sort_unstable();
        watchers
    }

    /// Whether there is no pair at all.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a pair is there.
    pub(super) fn contains(&self, publisher: SubscriberId, watcher: SubscriberId) -> bool {
        self.of(publisher).is_some_and(|watchers| watchers.contains(&watcher))
    }

    /// The watchers of one publisher; `None` if there are none.
    pub(super) fn of(&self, publisher: SubscriberId) -> Option<&FxHashSet<SubscriberId>> {
        // Most operators have no pair at all.
        if self.0.is_empty() { None } else { self.0.get(&publisher) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_publisher_without_pairs_is_not_found() {
        let [ann, ben, carl] = [1, 2, 3].map(SubscriberId);
        let mut pairs = Pairs::default();
        assert!(pairs.insert(ann, ben) && pairs.insert(ann, carl) && !pairs.insert(ann, ben));
        assert!(pairs.contains(ann, ben) && !pairs.contains(ben, ann));
        assert_eq!((pairs.of(ann).map(FxHashSet::len), pairs.of(ben)), (Some(2), None));
        assert!(pairs.remove(ann, ben) && !pairs.remove(ann, ben) && pairs.remove(ann, carl));
        assert_eq!(pairs.of(ann), None);
    }
}
