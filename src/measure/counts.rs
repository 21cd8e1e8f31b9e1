//! Counts of samples by value: the cells of an HdrHistogram with three digits, kept only where
//! something was counted. A run has thousands of distributions, most of them with few samples or in
//! a narrow range; whole histograms would take a tenth to half of a megabyte each, and every sample
//! would miss the cache.

use std::borrow::Cow;

use hdrhistogram::Histogram;

/// Values below it have a cell each; above, every power of two has half as many cells.
const LINEAR: u64 = 2048;
const HALF: usize = 1024;
/// Cells that are allocated together.
const STRETCH: usize = 64;

/// Samples that are counted together: their cells are seldom in the cache, and so many can be
/// fetched at once.
const BATCH: usize = 56;

/// Counts by value.
#[derive(Clone, Debug)]
pub struct Counts {
    /// Cells of samples that are still to be counted, the first so many.
    batch: [u16; BATCH],
    batched: u8,
    stretches: Vec<Option<Box<[u32; STRETCH]>>>,
    /// Full cells: cell and how often it overflowed.
    carried: Vec<(usize, u64)>,
    total: u64,
}

/// The cell of a value.
fn cell(value: u64) -> usize {
    if value < LINEAR {
        return value as usize;
    }
    let shift = value.ilog2() - 10;
    shift as usize * HALF + (value >> shift) as usize
}

/// The lowest value of a cell and how many values it has.
fn range(cell: usize) -> (u64, u64) {
    if cell < LINEAR as usize {
        return (cell as u64, 1);
    }
    let shift = cell / HALF - 1;
    (((cell - shift * HALF) as u64) << shift, 1 << shift)
}

impl Default for Counts {
    fn default() -> Self {
        let (stretches, carried) = (Vec::new(), Vec::new());
        Self { batch: [0; BATCH], batched: 0, stretches, carried, total: 0 }
    }
}

impl Counts {
    /// Counts a sample.
    pub(crate) fn add(&mut self, value: u64) {
        self.batch[usize::from(self.batched)] = cell(value) as u16;
        self.batched += 1;
        self.total += 1;
        if usize::from(self.batched) == BATCH {
            self.settle();
        }
    }

    /// Counts the batch.
    fn settle(&mut self) {
        let batch = self.batch;
        for &cell in &batch[..usize::from(self.batched)] {
            self.add_to(usize::from(cell), 1);
        }
        self.batched = 0;
    }

    fn add_to(&mut self, cell: usize, by: u32) {
        let (stretch, place) = (cell / STRETCH, cell % STRETCH);
        if stretch >= self.stretches.len() {
            self.stretches.resize_with(stretch + 1, || None);
        }
        let cells = self.stretches[stretch].get_or_insert_with(|| Box::new([0; STRETCH]));
        let (sum, full) = cells[place].overflowing_add(by);
        cells[place] = sum;
        if full {
            match self.carried.iter_mut().find(|(known, _)| *known == cell) {
                Some((_, times)) => *times += 1,
                None => self.carried.push((cell, 1)),
            }
        }
    }

    /// Adds all that another has counted.
    pub fn merge(&mut self, other: &Self) {
        self.settle();
        for &cell in &other.batch[..usize::from(other.batched)] {
            self.add_to(usize::from(cell), 1);
        }
        for (stretch, cells) in other.stretches.iter().enumerate() {
            for (place, &count) in cells.iter().flat_map(|cells| cells.iter().enumerate()) {
                if count > 0 {
                    self.add_to(stretch * STRETCH + place, count);
                }
            }
        }
        for &(cell, times) in &other.carried {
            match self.carried.iter_mut().find(|(known, _)| *known == cell) {
                Some((_, all)) => *all += times,
                None => self.carried.push((cell, times)),
            }
        }
        self.total += other.total;
    }

    /// The counts of a histogram of the library.
    pub(crate) fn of(histogram: &Histogram<u64>) -> Self {
        let mut counts = Self::default();
        for step in histogram.iter_recorded() {
            let mut left = step.count_at_value();
            let cell = cell(step.value_iterated_to());
            counts.total += left;
            while left > 0 {
                let by = left.min(u64::from(u32::MAX)) as u32;
                counts.add_to(cell, by);
                left -= u64::from(by);
            }
        }
        counts
    }

    /// Cells that hold something, ascending, with their counts.
    pub(super) fn filled(&self) -> Vec<(usize, u64)> {
        self.settled().cells().collect()
    }

    /// The same counts again; `None` if there is no such cell, a cell holds nothing or comes twice.
    pub(super) fn of_cells(cells: &[(usize, u64)]) -> Option<Self> {
        let mut counts = Self::default();
        let last = cell(u64::MAX);
        let mut next = 0;
        for &(cell, count) in cells {
            if cell < next || cell > last || count == 0 {
                return None;
            }
            next = cell + 1;
            counts.add_to(cell, count as u32);
            if count >> 32 > 0 {
                counts.carried.push((cell, count >> 32));
            }
            counts.total = counts.total.checked_add(count)?;
        }
        Some(counts)
    }

    /// Samples in all cells, those of the batch included.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The same with an empty batch.
    fn settled(&self) -> Cow<'_, Self> {
        let mut all = Cow::Borrowed(self);
        if self.batched > 0 {
            all.to_mut().settle();
        }
        all
    }

    /// Cells that hold something, ascending, with their counts. The batch is empty.
    fn cells(&self) -> impl Iterator<Item = (usize, u64)> {
        debug_assert_eq!(self.batched, 0);
        let cells = self.stretches.iter().enumerate().flat_map(|(stretch, cells)| {
            let cells = cells.iter().flat_map(|cells| cells.iter().enumerate());
            cells.map(move |(place, &count)| (stretch * STRETCH + place, u64::from(count)))
        });
        let all = cells.map(|(cell, count)| {
            let carried = self.carried.iter().find(|(known, _)| *known == cell);
            (cell, count + (carried.map_or(0, |(_, times)| times << 32)))
        });
        all.filter(|(_, count)| *count > 0)
    }

    /// The value that so large a share of the samples does not exceed: the highest of its cell, as
    /// HdrHistogram has it; for no share, the lowest of the first. 0 without samples.
    pub fn quantile(&self, share: f64) -> u64 {
        self.quantiles(&[share])[0]
    }

    /// The same of several shares, which ascend, in one walk over the cells.
    pub(crate) fn quantiles(&self, shares: &[f64]) -> Vec<u64> {
        let all = self.settled();
        let mut cells = all.cells();
        let (mut at, mut seen) = (None, 0);
        let reached = shares.iter().map(|share| {
            let wanted = ((share * self.total as f64).ceil() as u64).max(1);
            while seen < wanted
                && let Some((cell, count)) = cells.next()
            {
                (at, seen) = (Some(cell), seen + count);
            }
            let cell = at.filter(|_| seen >= wanted);
            cell.map_or(0, |cell| {
                let (lowest, width) = range(cell);
                if *share > 0.0 { lowest + (width - 1) } else { lowest }
            })
        });
        reached.collect()
    }

    /// The same counts as a histogram of the library, for its file format.
    pub(crate) fn histogram(&self) -> Histogram<u64> {
        let mut histogram = Histogram::new(3).expect("three digits are within the allowed range");
        histogram.auto(true);
        for (cell, count) in self.settled().cells() {
            let recorded = histogram.record_n(range(cell).0, count);
            recorded.expect("an auto-resizing histogram takes any value");
        }
        histogram
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_full_cell_carries_on() {
        let mut counts = Counts::default();
        counts.add(5000);
        for _ in 0..2 {
            counts.add_to(cell(5000), u32::MAX);
        }
        counts.add(7);
        let mut twice = counts.clone();
        twice.merge(&counts);
        let expected = 1 + 2 * u64::from(u32::MAX);
        counts.settle();
        assert_eq!(counts.cells().collect::<Vec<_>>(), [(7, 1), (cell(5000), expected)]);
        assert_eq!(twice.cells().collect::<Vec<_>>(), [(7, 2), (cell(5000), 2 * expected)]);
    }

    proptest! {
        /// The library as the oracle: values of all magnitudes, in two parts that are merged.
        #[test]
        fn counts_are_those_of_an_hdr_histogram(
            samples in prop::collection::vec((0u32..63, any::<u64>(), any::<bool>()), 1..200),
            shares in prop::collection::vec(0.0f64..=1.0, 10),
        ) {
            let mut library = Histogram::<u64>::new(3).expect("three digits");
            library.auto(true);
            let mut parts = [Counts::default(), Counts::default()];
            for (magnitude, value, part) in samples {
                let value = value >> (63 - magnitude) >> 1;
                library.record(value).expect("recorded");
                parts[usize::from(part)].add(value);
            }
            prop_assert!(cell(u64::MAX) <= usize::from(u16::MAX), "a batch holds any cell");
            let [mut all, other] = parts;
            all.merge(&other);
            prop_assert_eq!(all.total(), library.len());
            for share in shares.into_iter().chain([0.0, 0.5, 0.99, 1.0]){
                prop_assert_eq!(all.quantile(share), library.value_at_quantile(share), "{}", share);
            }
            prop_assert_eq!(&all.histogram(), &library);
        }
    }
}
