//! Documents: plain values with the names that files and faces have, and their text as JSON or CSV.

pub(crate) mod capacity;
pub mod compare;
pub mod csv;
pub mod hlog;
pub(crate) mod json;
pub mod live;
pub mod manifest;
pub(crate) mod numbers;
pub mod parts;
pub(crate) mod plan;
pub(crate) mod points;
pub mod stored;
pub mod summary;
pub mod sums;
pub mod validation;
