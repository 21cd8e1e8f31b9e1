//! What is asked of a topology beyond one run.

pub mod capacity;
pub mod compare;
pub mod conformance;
pub mod forecast;
mod intervals;
mod pool;
pub mod precision;
pub mod replicate;
pub mod scenario;
pub mod stats;
pub mod stored;
pub mod trace;
pub mod warm_up;
