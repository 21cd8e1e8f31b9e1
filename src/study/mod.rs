//! What is asked of a topology beyond one run.

pub mod capacity;
mod checked;
pub mod compare;
pub(crate) mod doubts;
pub mod forecast;
mod intervals;
pub mod needs;
pub(crate) mod plan;
mod pool;
pub(crate) mod precision;
pub mod replicate;
pub(crate) mod stats;
mod steady;
pub mod stored;
pub(crate) mod sweep;
pub(crate) mod warm_up;

pub(crate) use self::checked::checked;
