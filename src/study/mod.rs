//! What is asked of a topology beyond one run.

pub mod capacity;
mod checked;
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
pub mod sweep;
pub mod trace;
pub mod warm_up;

pub use self::checked::checked;
