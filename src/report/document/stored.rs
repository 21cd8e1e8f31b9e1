//! An earlier run, as its folder's documents have it: read by `folder::read`, shown by faces, asked for
//! figures by studies. It knows no files but by the name of their folder.

use std::path::PathBuf;

use crate::measure::results::SeriesRow;
use crate::report::document::csv::ReplicationRow;
use crate::report::document::manifest::Manifest;
use crate::report::document::summary::Summary;

/// An earlier run.
#[derive(Clone, Debug)]
pub struct Stored {
    /// How it was run.
    pub manifest: Manifest,
    /// What was measured.
    pub summary: Summary,
    /// How figures went over time, interval by interval.
    pub series: Vec<SeriesRow>,
    /// Of each replication; empty if there was one.
    pub replications: Vec<ReplicationRow>,
    /// Where it lies.
    pub dir: PathBuf,
}
