//! What is asked of a topology beyond one run.

pub mod conformance;
pub mod forecast;
pub mod scenario;
pub mod stats;
pub mod trace;
