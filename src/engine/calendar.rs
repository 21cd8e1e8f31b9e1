//! The future events of one shard, in the total order (time, source node, the source's own
//! counter). Insertion order plays no part: the same events in any order come out the same.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::domain::time::Instant;
use crate::model::outbox::Input;

/// A future event.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// When.
    pub at: Instant,
    /// Source node and the source's own counter; no two events of a run share it.
    pub order: u64,
    /// What happens.
    pub input: Input,
}

/// The future events of one shard.
#[derive(Debug, Default)]
pub struct Calendar {
    heap: BinaryHeap<Event>,
}

impl Calendar {
    /// Adds an event.
    pub fn push(&mut self, event: Event) {
        self.heap.push(event);
    }

    /// When the next event is due; `Instant::NEVER` if there is none.
    pub fn next(&self) -> Instant {
        self.heap.peek().map_or(Instant::NEVER, |event| event.at)
    }

    /// Takes out the next event if it is due before `end`.
    pub fn pop_before(&mut self, end: Instant) -> Option<Event> {
        if self.next() < end { self.heap.pop() } else { None }
    }

    /// All events to come, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Event> {
        self.heap.iter()
    }

    /// Events to come.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nothing is to come.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

impl Ord for Event {
    /// Reversed, since the heap gives out its greatest.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Event {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_event_fits_one_cache_line() {
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
    }
}
