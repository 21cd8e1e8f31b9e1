//! Presentation: a run's result folder written and read back, the summary for people, the
//! pictures. Input is what `measure` has measured; nothing here simulates, and `judge` alone judges.

pub mod capacity;
pub mod compare;
pub mod csv;
pub mod curves;
pub mod folder;
pub mod hlog;
pub mod html;
pub mod journey;
pub mod json;
pub mod judge;
pub mod junit;
pub mod lines;
pub mod manifest;
pub mod markdown;
pub mod numbers;
pub mod parts;
pub mod plots;
pub mod points;
pub mod read;
pub mod summary;
pub mod sums;
pub mod table;
pub mod tables;
pub mod tasks;
pub mod terminal;
