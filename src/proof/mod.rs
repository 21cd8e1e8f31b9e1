//! Whether the model does what the documents say: scenarios played, a row for every requirement, and
//! single journeys told step by step; and whether queues, limits and counts come to what theory says.
//! `study`, whose replications and intervals that takes, asks other questions and knows nothing of it.

pub mod conformance;
pub mod scenario;
pub(crate) mod trace;
pub mod validate;
