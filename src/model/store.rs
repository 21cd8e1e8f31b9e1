//! Things that lie still and are known by their place: the messages of a shard, what a node waits for.
//! A place is used again, so whoever comes back later, or from elsewhere, brings the generation too.

use crate::domain::id::Transaction;

/// A place in a store. Only the holder of the place may use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u32);

/// A place with the generation of what lay there: for reminders, which may come late, and for
/// transactions, whose answers may come late, twice or from somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle {
    /// Where it was.
    pub(crate) slot: Slot,
    generation: u32,
}

impl Handle {
    /// The number that crosses.
    pub(crate) fn transaction(self) -> Transaction {
        Transaction(u64::from(self.generation) << 32 | u64::from(self.slot.0))
    }

    /// What a number that came back stands for.
    pub(crate) fn of(Transaction(number): Transaction) -> Self {
        Self { slot: Slot(number as u32), generation: (number >> 32) as u32 }
    }
}

/// Things by their places.
#[derive(Debug)]
pub struct Store<T> {
    places: Vec<(u32, Option<T>)>,
    free: Vec<Slot>,
}

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self { places: Vec::new(), free: Vec::new() }
    }
}

impl<T> Store<T> {
    /// Takes something in.
    pub fn insert(&mut self, item: T) -> Slot {
        match self.free.pop() {
            Some(slot) => {
                self.places[slot.0 as usize].1 = Some(item);
                slot
            }
            None => {
                self.places.push((0, Some(item)));
                Slot((self.places.len() - 1) as u32)
            }
        }
    }

    /// Takes in what an answer is awaited for.
    pub(crate) fn open(&mut self, item: T) -> Transaction {
        let slot = self.insert(item);
        self.handle(slot).transaction()
    }

    /// What a transaction was opened for; it is closed from now on. `None` if nothing of the kind
    /// is open under this number: it is closed already, or was never opened here.
    pub(crate) fn close(
        &mut self,
        number: Transaction,
        kind: impl FnOnce(&T) -> bool,
    ) -> Option<T> {
        let handle = Handle::of(number);
        let (generation, item) = self.places.get(handle.slot.0 as usize)?;
        let open = *generation == handle.generation && item.as_ref().is_some_and(kind);
        open.then(|| self.remove(handle.slot))
    }

    /// Hands something out; its place and handles are void from now on.
    pub(crate) fn remove(&mut self, slot: Slot) -> T {
        let place = &mut self.places[slot.0 as usize];
        place.0 = place.0.wrapping_add(1);
        self.free.push(slot);
        place.1.take().expect("a slot in use holds something")
    }

    /// A handle for a reminder.
    pub(crate) fn handle(&self, slot: Slot) -> Handle {
        Handle { slot, generation: self.places[slot.0 as usize].0 }
    }

    /// Whether what the handle was given for is still in its place.
    pub(crate) fn holds(&self, handle: Handle) -> bool {
        let (generation, item) = &self.places[handle.slot.0 as usize];
        *generation == handle.generation && item.is_some()
    }

    /// Everything, by place.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.places.iter().filter_map(|(_, item)| item.as_ref())
    }

    /// How much is there.
    #[expect(clippy::len_without_is_empty, reason = "nobody asks")]
    pub fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }
}

impl<T> std::ops::Index<Slot> for Store<T> {
    type Output = T;
    fn index(&self, slot: Slot) -> &T {
        self.places[slot.0 as usize].1.as_ref().expect("a slot in use holds something")
    }
}

impl<T> std::ops::IndexMut<Slot> for Store<T> {
    fn index_mut(&mut self, slot: Slot) -> &mut T {
        self.places[slot.0 as usize].1.as_mut().expect("a slot in use holds something")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_is_closed_once_and_by_its_own_kind() {
        let mut open = Store::default();
        let [first, second] = [open.open('a'), open.open('b')];
        assert_eq!(open.close(second, |kind| *kind == 'a'), None, "another kind of answer");
        assert_eq!(open.close(first, |_| true), Some('a'));
        assert_eq!(open.close(first, |_| true), None, "a second answer");
        let again = open.open('c');
        assert_eq!(Handle::of(again).slot, Handle::of(first).slot);
        assert_eq!(open.close(first, |_| true), None, "a late answer does not hit its successor");
        for number in [Transaction(u64::MAX), Transaction(99), Transaction(again.0 + (1 << 32))] {
            assert_eq!(open.close(number, |_| true), None, "never opened");
        }
        assert_eq!((open.close(again, |_| true), open.len()), (Some('c'), 1));
    }
}
