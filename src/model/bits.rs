//! A fixed set of dense numbers, one bit each: who is logged in, who is registered, which
//! subscriptions stand.

/// A set over 0..length.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    /// The empty set over 0..length.
    pub(crate) fn new(length: usize) -> Self {
        Self(vec![0; length.div_ceil(64)])
    }

    /// Whether `place` is in the set; false beyond its range.
    pub(crate) fn get(&self, place: usize) -> bool {
        self.0.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    /// Puts `place` in or takes it out; says whether that changed anything.
    pub(crate) fn set(&mut self, place: usize, value: bool) -> bool {
        let word = &mut self.0[place / 64];
        let before = *word;
        let bit = 1 << (place % 64);
        *word = if value { before | bit } else { before & !bit };
        *word != before
    }
}
