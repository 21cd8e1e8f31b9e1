//! A result folder read back.

use std::fs;
use std::path::{Path, PathBuf};

use super::csv::{ReplicationRow, SeriesRow};
use super::manifest::Manifest;
use super::summary::Summary;

/// An earlier run.
#[derive(Clone, Debug)]
pub struct Stored {
    /// How it was run.
    pub manifest: Manifest,
    /// What was measured.
    pub summary: Summary,
    /// Over time.
    pub series: Vec<SeriesRow>,
    /// Of each replication; empty if there was one.
    pub replications: Vec<ReplicationRow>,
    /// Where it lies.
    pub dir: PathBuf,
}

/// Why a result folder cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file is missing.
    #[error("{} could not be read: {reason}; is this the result folder of a finished run?", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A file is of another version.
    #[error("{} has the schema {found}, this version reads {expected}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: String,
        /// The one that can be read.
        expected: &'static str,
    },
    /// A file is damaged.
    #[error("{} is damaged: {reason}; run the topology again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// How.
        reason: String,
    },
}

/// Reads a result folder.
///
/// # Errors
/// If a file is missing, damaged, or of another version.
pub fn open(dir: &Path) -> Result<Stored, ReadError> {
    let manifest = json(&dir.join("manifest.json"), Manifest::SCHEMA)?;
    let summary = json(&dir.join("summary.json"), Summary::SCHEMA)?;
    let series = rows(dir.join("series.csv"))?;
    let path = dir.join("replications.csv");
    let replications = if path.exists() { rows(path)? } else { Vec::new() };
    Ok(Stored { manifest, summary, series, replications, dir: dir.to_owned() })
}

fn rows<T: serde::de::DeserializeOwned>(path: PathBuf) -> Result<Vec<T>, ReadError> {
    let content = content(&path)?;
    let rows: Result<Vec<T>, csv::Error> =
        csv::Reader::from_reader(content.as_slice()).deserialize().collect();
    rows.map_err(|error| ReadError::Damaged { path, reason: error.to_string() })
}

fn content(path: &Path) -> Result<Vec<u8>, ReadError> {
    let missing =
        |error: std::io::Error| ReadError::Missing { path: path.into(), reason: error.to_string() };
    fs::read(path).map_err(missing)
}

fn json<T: serde::de::DeserializeOwned>(
    path: &Path,
    expected: &'static str,
) -> Result<T, ReadError> {
    let content = content(path)?;
    let damaged = |error: serde_json::Error| ReadError::Damaged {
        path: path.into(),
        reason: error.to_string(),
    };
    let head: Head = serde_json::from_slice(&content).map_err(damaged)?;
    if head.schema != expected {
        return Err(ReadError::Version { path: path.into(), found: head.schema, expected });
    }
    serde_json::from_slice(&content).map_err(damaged)
}

/// What every JSON file of a result folder has.
#[derive(serde::Deserialize)]
struct Head {
    schema: String,
}
