//! The requests of one side of a session that wait for their answers, in the order they were sent.
//! Used by the session alone; knows numbers and instants, no PDUs.

use std::collections::VecDeque;

use crate::domain::time::Instant;

/// The largest sequence number; the next one is 1 (SMPP 3.4 3.2).
const LAST: u32 = 0x7FFF_FFFF;

/// A request that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Waiting<K> {
    /// What it was.
    pub kind: K,
    /// When it was sent.
    pub sent: Instant,
}

/// Requests in flight. Every number between the oldest and the newest has its place, so that an
/// answer is found by subtraction.
#[derive(Debug)]
pub(super) struct Window<K> {
    /// Sequence number of the first place.
    first: u32,
    /// The places; `None`: answered already.
    places: VecDeque<Option<Waiting<K>>>,
}

impl<K: Copy> Window<K> {
    /// Nothing sent yet; the first number is 1.
    pub(super) fn new() -> Self {
        Self { first: 1, places: VecDeque::new() }
    }

    /// Takes a request; its sequence number.
    pub(super) fn open(&mut self, kind: K, sent: Instant) -> u32 {
        let number = after(self.first, self.places.len() as u32);
        self.places.push_back(Some(Waiting { kind, sent }));
        number
    }

    /// The request that an answer of this number is for, which waits no longer. `None`: none such
    /// was sent, or it has its answer, or was given up.
    pub(super) fn close(&mut self, number: u32) -> Option<Waiting<K>> {
        if number == 0 || number > LAST {
            return None;
        }
        let ahead =
            if number >= self.first { number - self.first } else { LAST - self.first + number };
        let found = self.places.get_mut(ahead as usize)?.take()?;
        self.forget_answered();
        Some(found)
    }

    /// The oldest that waits.
    pub(super) fn oldest(&self) -> Option<Waiting<K>> {
        self.places.front().copied().flatten()
    }

    /// Gives up the oldest.
    pub(super) fn give_up(&mut self) -> Option<Waiting<K>> {
        let number = self.first;
        self.oldest().and_then(|_| self.close(number))
    }

    /// The front is always one that waits.
    fn forget_answered(&mut self) {
        while let Some(None) = self.places.front() {
            self.places.pop_front();
            self.first = after(self.first, 1);
        }
    }
}

/// The sequence number so many after another.
fn after(number: u32, steps: u32) -> u32 {
    ((u64::from(number) - 1 + u64::from(steps)) % u64::from(LAST)) as u32 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_find_their_requests_in_any_order() {
        let mut window = Window::new();
        let numbers: Vec<u32> = (0..5).map(|kind| window.open(kind, Instant(kind))).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5]);
        for at in [3, 0, 4, 1, 2] {
            assert_eq!(window.close(numbers[at]).map(|found| found.kind), Some(at as u64));
            assert_eq!(window.close(numbers[at]), None, "answered once");
        }
        assert!(window.oldest().is_none());
        assert_eq!(window.open(9, Instant(9)), 6);
    }

    #[test]
    fn numbers_begin_again_after_the_last() {
        let mut window = Window { first: LAST - 1, places: VecDeque::new() };
        let numbers: Vec<u32> = (0..4).map(|kind| window.open(kind, Instant(0))).collect();
        assert_eq!(numbers, [LAST - 1, LAST, 1, 2]);
        for (kind, number) in numbers.into_iter().enumerate().rev() {
            assert_eq!(window.close(number).map(|found| found.kind), Some(kind as i32));
        }
    }

    #[test]
    fn nobody_answers_what_was_not_asked() {
        let mut window = Window::new();
        window.open((), Instant(0));
        for stray in [0, 2, 7, LAST, LAST + 1, u32::MAX] {
            assert_eq!(window.close(stray), None);
        }
        assert!(window.oldest().is_some());
    }
}
