//! The future events of one shard, in the total order (time, source node, the source's own
//! counter). Insertion order plays no part: the same events in any order come out the same.
//!
//! A radix heap (Ahuja, Mehlhorn, Orlin, Tarjan: Faster algorithms for the shortest path problem,
//! 1990): nothing is ever scheduled before the event in hand, so an event only needs to be sorted as
//! finely as its time is near. It waits in the bucket of the highest bit in which its time differs
//! from the present, and moves down as the present comes nearer; each move halves at least what it
//! has to wait. What moves is small, see `packed`.

use super::packed::{Kept, Packed};
use crate::domain::time::Instant;
use crate::model::outbox::Input;

/// A future event.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// The instant at which it is due.
    pub at: Instant,
    /// Source node and the source's own counter; no two events of a run share it.
    pub order: u64,
    /// What reaches a node of the shard as the event is due.
    pub input: Input,
}

/// An event as it is sorted.
#[derive(Clone, Copy, Debug)]
struct Entry {
    at: u64,
    order: u64,
    what: Packed,
}

/// The future events of one shard.
#[derive(Debug)]
pub struct Calendar {
    /// The instant of the event taken out last; no other may be added before it.
    present: u64,
    /// Due at the present, the first one last.
    ready: Vec<Entry>,
    /// By the highest bit in which their times differ from the present.
    buckets: [Vec<Entry>; 64],
    /// The earliest time of each bucket.
    earliest: [u64; 64],
    /// Buckets that hold something, a bit each.
    occupied: u64,
    kept: Kept,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            present: 0,
            ready: Vec::new(),
            buckets: [const { Vec::new() }; 64],
            earliest: [u64::MAX; 64],
            occupied: 0,
            kept: Kept::default(),
        }
    }
}

impl Calendar {
    /// Adds an event, not before the one taken out last.
    pub fn push(&mut self, Event { at, order, input }: Event) {
        debug_assert!(at.0 >= self.present, "time never moves back");
        let entry = Entry { at: at.0, order, what: self.kept.pack(input) };
        if at.0 == self.present {
            let later = self.ready.partition_point(|other| other.order > order);
            self.ready.insert(later, entry);
        } else {
            self.file(entry);
        }
    }

    /// Puts an entry into its bucket.
    fn file(&mut self, entry: Entry) {
        let bucket = (entry.at ^ self.present).ilog2() as usize;
        self.buckets[bucket].push(entry);
        self.earliest[bucket] = self.earliest[bucket].min(entry.at);
        self.occupied |= 1 << bucket;
    }

    /// When the next event is due; `Instant::NEVER` if there is none.
    pub(crate) fn next(&self) -> Instant {
        match self.occupied.trailing_zeros() {
            _ if !self.ready.is_empty() => Instant(self.present),
            64 => Instant::NEVER,
            first => Instant(self.earliest[first as usize]),
        }
    }

    /// Takes out the next event if it is due before `end`.
    pub fn pop_before(&mut self, end: Instant) -> Option<Event> {
        if self.next() >= end {
            return None;
        }
        if self.ready.is_empty() {
            self.advance();
        }
        let Entry { at, order, what } = self.ready.pop()?;
        Some(Event { at: Instant(at), order, input: self.kept.unpack(what) })
    }

    /// The present moves to the next event; its bucket spreads over those below.
    fn advance(&mut self) {
        let bucket = self.occupied.trailing_zeros() as usize;
        self.present = self.earliest[bucket];
        self.occupied &= !(1 << bucket);
        self.earliest[bucket] = u64::MAX;
        if self.buckets[bucket].len() == 1 {
            self.ready.extend(self.buckets[bucket].pop());
            return;
        }
        let mut entries = std::mem::take(&mut self.buckets[bucket]);
        for entry in entries.drain(..) {
            if entry.at == self.present {
                self.ready.push(entry);
            } else {
                self.file(entry);
            }
        }
        self.buckets[bucket] = entries;
        if self.ready.len() > 1 {
            self.ready.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.order));
        }
    }

    /// The inputs of all events to come, in no order.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = Input> {
        let entries = self.ready.iter().chain(self.buckets.iter().flatten());
        entries.map(|entry| self.kept.look(entry.what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_sorted_is_small() {
        assert!(size_of::<Packed>() <= 16, "{}", size_of::<Packed>());
        assert!(size_of::<Entry>() <= 32, "{}", size_of::<Entry>());
        assert!(size_of::<Event>() <= 64, "{}", size_of::<Event>());
    }

    proptest! {
        /// Coarse times, so that ties are frequent.
        #[test]
        fn events_come_out_in_total_order_however_they_went_in(
            times in prop::collection::vec(0u64..8, 1..200),
            seed in any::<u64>(),
        ) {
            let mut events: Vec<(Instant, u64)> =
                times.iter().zip(0..).map(|(&at, order)| (Instant(at), order)).collect();
            let mut expected = events.clone();
            expected.sort();
            // A permutation drawn from the seed.
            events.sort_by_key(|&(_, order)| crate::domain::random::mix(seed ^ order));
            let mut calendar = Calendar::default();
            for &(at, order) in &events {
                calendar.push(Event { at, order, input: Input::ReplyNumbersDue });
            }
            let out: Vec<(Instant, u64)> =
                std::iter::from_fn(|| calendar.pop_before(Instant::NEVER))
                    .map(|event| (event.at, event.order))
                    .collect();
            prop_assert_eq!(out, expected);
        }

        /// Adding and taking out in turn, near and far, as a run does it: a sorted set is the oracle.
        #[test]
        fn events_added_meanwhile_come_out_in_their_place(
            steps in prop::collection::vec((0u32..40, 0u64..4, 0u8..4), 1..300),
        ) {
            let mut calendar = Calendar::default();
            let mut oracle = std::collections::BTreeSet::new();
            let mut now = 0u64;
            for ((shift, low, taken), order) in steps.into_iter().zip(0u64..) {
                // Orders fall as often as they rise.
                let order = crate::domain::random::mix(order);
                let at = now + ((low << shift) >> 2);
                calendar.push(Event { at: Instant(at), order, input: Input::ReplyNumbersDue });
                oracle.insert((at, order));
                prop_assert_eq!(calendar.next(), Instant(oracle.first().expect("one").0));
                for _ in 0..taken {
                    // Ends before the next event change nothing.
                    let (due, expected) = match oracle.first() {
                        Some(&(at, order)) => (Instant(at), Some((at, order))),
                        None => (Instant::NEVER, None),
                    };
                    prop_assert!(calendar.pop_before(due).is_none());
                    let taken = calendar.pop_before(Instant::NEVER).map(|e| (e.at.0, e.order));
                    prop_assert_eq!(taken, expected);
                    if let Some(first) = expected {
                        oracle.remove(&first);
                        now = first.0;
                    }
                }
                prop_assert_eq!(calendar.inputs().count(), oracle.len());
            }
        }
    }
}
