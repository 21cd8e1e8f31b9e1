//! Presentation: a run's result folder written and read back, the summary for people, the
//! pictures. Input is what `measure` has measured; nothing here simulates, and `judge` alone judges.

pub(crate) mod capacity;
pub mod compare;
pub(crate) mod csv;
pub(crate) mod curves;
pub(crate) mod folder;
pub mod hlog;
pub mod html;
pub(crate) mod journey;
pub(crate) mod json;
pub(crate) mod judge;
pub(crate) mod junit;
pub(crate) mod lines;
pub mod manifest;
pub mod markdown;
pub(crate) mod numbers;
pub mod parts;
pub(crate) mod plots;
pub(crate) mod points;
pub mod read;
pub mod summary;
pub mod sums;
pub(crate) mod table;
pub(crate) mod tables;
pub(crate) mod tasks;
pub mod terminal;
