//! Where the threads of a run meet at the end of each window. Windows are short, often some
//! microseconds, so whoever comes first spins for a while before it sleeps; where there are more
//! threads than cores, spinning would only keep the others from their work, so it sleeps at once.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

/// Spins before sleeping: some tens of microseconds, the time that waking a thread takes.
const SPINS: u32 = 20_000;

/// A meeting point of a fixed number of threads, used again and again.
#[derive(Debug)]
pub(super) struct Barrier {
    threads: usize,
    spins: u32,
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
            spins: if threads <= cores { SPINS } else { 0 },
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
        for _ in 0..self.spins {
            if self.round.load(Ordering::Acquire) != round {
                return;
            }
            spin_loop();
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
