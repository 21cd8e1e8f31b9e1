//! The engine: one calendar of future events per operator shard, the total event order, shards run
//! by threads in lookahead windows. It knows nodes only by their inputs and effects; `windows` knows
//! not even these, only logical processes with mail. Threads are those of tokio's
//! blocking pool, made in `windows` for each run.
//!
//! Reading order: `calendar` (what is due), `decisions` (what users decide), `shard` (one
//! operator), `process`, `windows` and `worker` (all of them, in step), `exchange` and `threads` (how workers
//! meet), `simulation` (a plan, run).

mod barrier;
pub mod calendar;
pub(crate) mod decisions;
mod exchange;
mod outside;
mod packed;
pub mod process;
pub mod shard;
pub mod simulation;
mod threads;
pub(crate) mod windows;
pub(crate) mod wire;
mod worker;

/// What `barrier` and `threads` are made of; a model check has others in its place.
mod sync {
    pub(super) use std::hint::spin_loop;
    pub(super) use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
    pub(super) use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
    pub(super) use std::thread::yield_now;
}
