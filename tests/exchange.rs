//! The meeting of threads (`engine/barrier.rs`, `engine/threads.rs`), by real threads and by a model
//! check: loom runs the same files through every order that threads can take, with every value that
//! the memory model lets them see, and reports claims that fail, and threads that are never woken.

#![allow(clippy::duplicate_mod, reason = "the engine's files, with a `sync` of another kind each")]
#![allow(dead_code, reason = "each kind is asked a part")]

/// The engine's files name it as their own crate's.
use interwork::domain;

/// With the standard library's threads, as the program has them.
#[path = "."]
mod real {
    mod sync {
        pub use std::hint::spin_loop;
        pub use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
        pub use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
        pub use std::thread::{spawn, yield_now};
    }

    #[path = "../src/engine/barrier.rs"]
    mod barrier;
    #[path = "../src/engine/exchange.rs"]
    mod exchange;
    #[path = "exchange/play.rs"]
    pub mod play;
    #[path = "../src/engine/threads.rs"]
    mod threads;
}

/// With loom's.
#[path = "."]
mod checked {
    mod sync {
        pub use loom::hint::spin_loop;
        pub use loom::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
        pub use loom::sync::{Arc, Condvar, Mutex, MutexGuard};
        pub use loom::thread::{spawn, yield_now};
        pub use std::sync::PoisonError;
    }

    #[path = "../src/engine/barrier.rs"]
    mod barrier;
    #[path = "../src/engine/exchange.rs"]
    mod exchange;
    #[path = "exchange/play.rs"]
    pub mod play;
    #[path = "../src/engine/threads.rs"]
    mod threads;
}

/// With loom's, and a barrier whose atomics order nothing: a check of the check.
#[path = "."]
mod disordered {
    mod sync {
        pub use loom::hint::spin_loop;
        pub use loom::sync::atomic::{AtomicBool, AtomicU64, Ordering};
        pub use loom::sync::{Arc, Condvar, Mutex, MutexGuard};
        pub use loom::thread::{spawn, yield_now};
        pub use std::sync::PoisonError;

        #[derive(Debug)]
        pub struct AtomicUsize(loom::sync::atomic::AtomicUsize);

        impl AtomicUsize {
            pub fn new(value: usize) -> Self {
                Self(loom::sync::atomic::AtomicUsize::new(value))
            }
            pub fn load(&self, _: Ordering) -> usize {
                self.0.load(Ordering::Relaxed)
            }
            pub fn store(&self, value: usize, _: Ordering) {
                self.0.store(value, Ordering::Relaxed);
            }
            pub fn fetch_add(&self, by: usize, _: Ordering) -> usize {
                self.0.fetch_add(by, Ordering::Relaxed)
            }
        }
    }

    #[path = "../src/engine/barrier.rs"]
    mod barrier;
    #[path = "../src/engine/exchange.rs"]
    mod exchange;
    #[path = "exchange/play.rs"]
    pub mod play;
    #[path = "../src/engine/threads.rs"]
    mod threads;
}

/// Every order with at most so many changes from a thread that could have gone on.
fn model(changes: usize, play: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(changes);
    builder.check(play);
}

#[test]
fn real_threads_meet_awake_and_asleep() {
    use real::play::{rounds, windows};
    for threads in [1, 2, 7] {
        for awake in [[100, 400], [0, 0]] {
            rounds(threads, 500, awake);
            windows::<2>(threads, 500, awake);
        }
    }
}

#[test]
fn two_threads_meet_in_every_order() {
    for awake in [[0, 0], [1, 0], [0, 1]] {
        model(3, move || checked::play::rounds(2, 2, awake));
    }
}

#[test]
fn three_threads_meet_in_every_order_and_none_is_left_asleep() {
    for spins in [0, 1] {
        model(2, move || checked::play::rounds(3, 1, [spins, 0]));
    }
}

#[test]
fn what_two_threads_say_and_hand_over_is_that_of_the_same_window() {
    for spins in [0, 1] {
        model(2, move || checked::play::windows::<2>(2, 3, [spins, 0]));
    }
}

#[test]
fn what_three_threads_say_and_hand_over_is_that_of_the_same_window() {
    model(1, || checked::play::windows::<2>(3, 2, [1, 0]));
}

#[test]
#[should_panic(expected = "of the window")]
fn one_turn_in_place_of_two_is_found_out() {
    model(2, || checked::play::windows::<1>(2, 3, [1, 0]));
}

#[test]
#[should_panic(expected = "all have come")]
fn a_barrier_that_orders_nothing_is_found_out() {
    model(2, || disordered::play::rounds(2, 1, [1, 0]));
}
