//! Where the threads of a run meet at the end of each window. Windows are short, often some
//! microseconds, so whoever comes first spins a little, then lets others have its core as long as
//! there are any, and only then sleeps: waking a thread takes longer than most windows. Where there
//! are more threads than cores, it sleeps at once.
//!
//! `tests/exchange.rs` has it checked by loom, which is why it takes its parts from `sync`.

use super::sync::{AtomicUsize, Condvar, Mutex, Ordering, PoisonError, spin_loop, yield_now};

/// How long a thread waits awake.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Spins before yielding.
    pub(super) spins: u32,
    /// Offers of the core to others before sleeping.
    pub(super) yields: u32,
}

impl Patience {
    /// That of so many threads on this machine: some microseconds of spinning, then yields that take
    /// about half a microsecond each if nobody wants the core; none where cores are too few.
    pub(super) fn of(threads: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        if threads <= cores {
            Self { spins: 100, yields: 400 }
        } else {
            Self { spins: 0, yields: 0 }
        }
    }
}

/// A meeting point of a fixed number of threads, used again and again.
#[derive(Debug)]
pub(super) struct Barrier {
    threads: usize,
    patience: Patience,
    arrived: AtomicUsize,
    round: AtomicUsize,
    /// How many sleep; guards the change of rounds against them.
    sleepers: Mutex<usize>,
    wake: Condvar,
}

impl Barrier {
    /// A meeting point of so many threads.
    pub(super) fn new(threads: usize, patience: Patience) -> Self {
        Self {
            threads,
            patience,
            arrived: AtomicUsize::new(0),
            round: AtomicUsize::new(0),
            sleepers: Mutex::new(0),
            wake: Condvar::new(),
        }
    }

    /// Waits until all threads have come. What each wrote before, all see afterwards.
    pub(super) fn wait(&self) {
        // No thread can come to the next round before this one has ended: the number holds.
        let round = self.round.load(Ordering::Acquire);
        if self.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.threads {
            self.arrived.store(0, Ordering::Relaxed);
            let sleepers = self.sleepers.lock().unwrap_or_else(PoisonError::into_inner);
            self.round.store(round.wrapping_add(1), Ordering::Release);
            if *sleepers > 0 {
                self.wake.notify_all();
            }
            return;
        }
        let Patience { spins, yields } = self.patience;
        for turn in 0..spins + yields {
            if self.round.load(Ordering::Acquire) != round {
                return;
            }
            if turn < spins { spin_loop() } else { yield_now() }
        }
        let mut sleepers = self.sleepers.lock().unwrap_or_else(PoisonError::into_inner);
        *sleepers += 1;
        while self.round.load(Ordering::Acquire) == round {
            sleepers = self.wake.wait(sleepers).unwrap_or_else(PoisonError::into_inner);
        }
        *sleepers -= 1;
    }
}
