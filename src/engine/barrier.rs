//! Where the threads of a run meet at the end of each window. Windows are short, often some
//! microseconds, so whoever comes first spins a little, then lets others have its core as long as
//! there are any, and only then sleeps: waking a thread takes longer than most windows. Where there
//! are more threads than cores, it sleeps at once.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::yield_now;

/// Spins before yielding: a few microseconds.
const SPINS: u32 = 100;
/// Offers of the core to others before sleeping; each takes about half a microsecond if nobody
/// wants it.
const YIELDS: u32 = 400;

/// A meeting point of a fixed number of threads, used again and again.
#[derive(Debug)]
pub(super) struct Barrier {
    threads: usize,
    /// Whether each thread may have a core of its own.
    patient: bool,
    arrived: AtomicUsize,
    round: AtomicUsize,
    /// How many sleep; guards the change of rounds against them.
    sleepers: Mutex<usize>,
    wake: Condvar,
}

impl Barrier {
    /// A meeting point of so many threads.
    pub(super) fn new(threads: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            threads,
            patient: threads <= cores,
            arrived: AtomicUsize::new(0),
            round: AtomicUsize::new(0),
            sleepers: Mutex::new(0),
            wake: Condvar::new(),
        }
    }

    /// Waits until all threads have come. What each wrote before, all see afterwards.
    pub(super) fn wait(&self) {
        if self.threads == 1 {
            return;
        }
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
        for turn in 0..if self.patient { SPINS + YIELDS } else { 0 } {
            if self.round.load(Ordering::Acquire) != round {
                return;
            }
            if turn < SPINS { spin_loop() } else { yield_now() }
        }
        let mut sleepers = self.sleepers.lock().unwrap_or_else(PoisonError::into_inner);
        *sleepers += 1;
        while self.round.load(Ordering::Acquire) == round {
            sleepers = self.wake.wait(sleepers).unwrap_or_else(PoisonError::into_inner);
        }
        *sleepers -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::AtomicU64;

    #[test]
    fn nobody_goes_on_before_all_have_come() {
        // More threads than cores as well, so that both ways of waiting are taken.
        for threads in [1, 2, 7] {
            let barrier = Arc::new(Barrier::new(threads));
            let sum = Arc::new(AtomicU64::new(0));
            let workers: Vec<_> = (0..threads)
                .map(|_| {
                    let (barrier, sum) = (Arc::clone(&barrier), Arc::clone(&sum));
                    std::thread::spawn(move || {
                        for round in 1..=500u64 {
                            sum.fetch_add(1, Ordering::Relaxed);
                            barrier.wait();
                            assert_eq!(sum.load(Ordering::Relaxed), round * threads as u64);
                            barrier.wait();
                        }
                    })
                })
                .collect();
            workers.into_iter().for_each(|worker| worker.join().expect("a worker"));
        }
    }
}
