//! Watchers of a presence change: the first and the last who is shown it, and those who are owed it
//! still. They are shown it in several shards; each recorder folds what it sees, the collector joins
//! the parts when all are accounted for.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::histogram::Recorded;
use crate::domain::id::{OperatorId, SubscriberId};
use crate::domain::outcome::PresenceScope;
use crate::domain::time::{Duration, Instant};

/// A change: whose, and when.
type Change = (SubscriberId, Instant);

/// What one shard saw of some changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Part {
    told: Vec<(Change, OperatorId, u32)>,
    owed: Vec<(Change, Owed)>,
    /// By the operator of the watchers.
    shown: FxHashMap<(Change, OperatorId), Shown>,
}

/// So many watchers of one operator are owed a change.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owed {
    /// How it travels.
    pub(super) scope: PresenceScope,
    /// Operator of the publisher.
    pub(super) from: OperatorId,
    /// Operator of the watchers.
    pub(super) to: OperatorId,
    /// How many watchers at `to` are to be shown it.
    pub(super) watchers: u32,
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

    pub(super) fn owed(&mut self, change: Change, owed: Owed) {
        self.owed.push((change, owed));
    }

    pub(super) fn shown(&mut self, change: Change, to: OperatorId, at: Option<Instant>) {
        let shown = Shown { count: 1, span: at.map(|at| (at, at)) };
        self.shown.entry((change, to)).or_default().merge(shown);
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
    owed: SmallVec<[Owed; 2]>,
    /// Watchers accounted for, by operator.
    paid: SmallVec<[(OperatorId, u32); 2]>,
}

/// A change that not everybody has been shown.
#[derive(Debug)]
pub(super) struct Unshown {
    /// Operator of the publisher.
    pub(super) operator: OperatorId,
    /// When it changed.
    pub(super) changed: Instant,
    /// The first who was shown it, if anybody was.
    pub(super) first: Option<Instant>,
    /// Who is still owed it.
    pub(super) owed: SmallVec<[Owed; 2]>,
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
            for (change, owed) in part.owed {
                self.open.entry(change).or_default().owed.push(owed);
            }
            // Merging is the same in any order.
            for ((change, to), shown) in part.shown {
                let open = self.open.entry(change).or_default();
                open.shown.merge(shown);
                match open.paid.iter_mut().find(|(known, _)| *known == to) {
                    Some((_, count)) => *count += shown.count,
                    None => open.paid.push((to, shown.count)),
                }
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

    /// The changes that not everybody has been shown, in the order of publishers and instants.
    pub(super) fn unshown(&self) -> impl Iterator<Item = Unshown> {
        self.open.iter().filter_map(|((_, changed), open)| {
            let (operator, _) = open.told?;
            let paid = |to: OperatorId| {
                open.paid.iter().find(|(known, _)| *known == to).map_or(0, |(_, count)| *count)
            };
            let left = |owed: &Owed| Owed {
                watchers: owed.watchers.saturating_sub(paid(owed.to)),
                ..*owed
            };
            let owed = open.owed.iter().map(left).filter(|owed| owed.watchers > 0).collect();
            let first = open.shown.span.map(|(first, _)| first);
            Some(Unshown { operator, changed: *changed, first, owed })
        })
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
        let [here, there] = [0, 1].map(OperatorId);
        let (mut home, mut away) = (Part::default(), Part::default());
        home.told(change, here, 3);
        let owed = |scope, to, watchers| Owed { scope, from: here, to, watchers };
        home.owed(change, owed(PresenceScope::OnNet, here, 1));
        home.owed(change, owed(PresenceScope::Interworked, there, 2));
        home.shown(change, here, Some(Instant(130)));
        away.shown(change, there, None);
        let mut join = Join::default();
        let mut seen = Vec::new();
        join.add([home, away].into_iter(), |_, first, last| seen.push((first.0, last.0)));
        assert!(seen.is_empty());
        let unshown: Vec<Unshown> = join.unshown().collect();
        let [Unshown { operator, changed, first, owed }] = &unshown[..] else {
            panic!("{unshown:?}")
        };
        assert_eq!((*operator, *changed, *first), (here, Instant(100), Some(Instant(130))));
        assert_eq!(owed.iter().map(|it| (it.to, it.watchers)).collect::<Vec<_>>(), [(there, 1)]);
        let mut later = Part::default();
        later.shown(change, there, Some(Instant(170)));
        join.add([later].into_iter(), |_, first, last| seen.push((first.0, last.0)));
        assert_eq!(seen, [(30, 70)]);
        assert!(join.open.is_empty());
    }
}
