//! The engine: one calendar of future events per operator shard, the total event order, shards run
//! as tasks on one tokio runtime in lookahead windows. The only door to tokio. It knows nodes only
//! by their inputs and effects; `windows` knows not even these, only logical processes with mail.
//!
//! Reading order: `calendar` (what is due), `decisions` (what users decide), `shard` (one
//! operator), `windows` (all of them, in step), `simulation` (a plan, run).

mod barrier;
pub mod calendar;
pub mod decisions;
mod packed;
pub mod shard;
pub mod simulation;
pub mod windows;
