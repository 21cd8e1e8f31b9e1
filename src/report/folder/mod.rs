//! Folders of results on disk, of runs and of studies: written whole or not at all, and read back.

pub mod read;
pub(crate) mod tables;
pub(crate) mod tasks;
pub(crate) mod write;
