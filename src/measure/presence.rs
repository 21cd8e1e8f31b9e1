//! First and last watcher of a presence change. Its watchers are shown it in several shards; each
//! recorder folds what it sees, the collector joins the parts when all are accounted for.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::histogram::Recorded;
use crate::domain::id::{OperatorId, SubscriberId};
use crate::domain::time::{Duration, Instant};

/// A change: whose, and when.
type Change = (SubscriberId, Instant);

/// What one shard saw of some changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Part {
    told: Vec<(Change, OperatorId, u32)>,
    shown: FxHashMap<Change, Shown>,
}

/// Watchers accounted for.
#[derive(Clone, Copy, Debug, Default)]
struct Shown {
    count: u32,
    /// First and last of those that are shown it.
    span: Option<(Instant, Instant)>,
}

impl Shown {
    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.span = match (self.span, other.span) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (one, other) => one.or(other),
        };
    }
}

impl Part {
    pub(super) fn told(&mut self, change: Change, operator: OperatorId, watchers: u32) {
        if watchers > 0 {
            self.told.push((change, operator, watchers));
        }
    }

    pub(super) fn shown(&mut self, change: Change, at: Option<Instant>) {
        let shown = Shown { count: 1, span: at.map(|at| (at, at)) };
        self.shown.entry(change).or_default().merge(shown);
    }
}

/// Changes whose watchers are not all accounted for.
#[derive(Debug, Default)]
pub(super) struct Join {
    open: BTreeMap<Change, Open>,
}

#[derive(Debug, Default)]
struct Open {
    told: Option<(OperatorId, u32)>,
    shown: Shown,
}

impl Join {
    /// Takes in the parts of all shards; `record` gets operator, first and last of each change
    /// that is complete now.
    pub(super) fn add(
        &mut self,
        parts: impl Iterator<Item = Part>,
        mut record: impl FnMut(OperatorId, Duration, Duration),
    ) {
        for part in parts {
            for (change, operator, watchers) in part.told {
                self.open.entry(change).or_default().told = Some((operator, watchers));
            }
            // Merging is the same in any order.
            for (change, shown) in part.shown {
                self.open.entry(change).or_default().shown.merge(shown);
            }
        }
        self.open.retain(|&(_, changed), open| {
            let Some((operator, watchers)) = open.told else { return true };
            if open.shown.count < watchers {
                return true;
            }
            if let Some((first, last)) = open.shown.span {
                record(operator, first.since(changed), last.since(changed));
            }
            false
        });
    }
}

/// First and last watcher, by publisher's operator.
#[derive(Debug, Default)]
pub(super) struct FirstAndLast {
    pub(super) by_operator: BTreeMap<OperatorId, (Recorded, Recorded)>,
}

impl FirstAndLast {
    pub(super) fn record(&mut self, operator: OperatorId, first: Duration, last: Duration) {
        let (firsts, lasts) = self.by_operator.entry(operator).or_default();
        firsts.record(first.0);
        lasts.record(last.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_recorded_when_all_its_watchers_are_accounted_for() {
        let change = (SubscriberId(1), Instant(100));
        let (mut home, mut away) = (Part::default(), Part::default());
        home.told(change, OperatorId(0), 3);
        home.shown(change, Some(Instant(130)));
        away.shown(change, None);
        let mut join = Join::default();
        let mut seen = Vec::new();
        join.add([home, away].into_iter(), |_, first, last| seen.push((first.0, last.0)));
        assert!(seen.is_empty());
        let mut later = Part::default();
        later.shown(change, Some(Instant(170)));
        join.add([later].into_iter(), |_, first, last| seen.push((first.0, last.0)));
        assert_eq!(seen, [(30, 70)]);
        assert!(join.open.is_empty());
    }
}
