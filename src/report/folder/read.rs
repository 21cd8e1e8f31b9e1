//! A result folder read back.

use std::fs;
use std::path::{Path, PathBuf};

use crate::measure::results::{Metric, Slo, TaggedHistogram};
use crate::report::document::hlog;
use crate::report::document::manifest::Manifest;
use crate::report::document::stored::Stored;
use crate::report::document::summary::{Summary, Verdict};

/// Why a result folder cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file is missing.
    #[error("{} could not be read: {reason}; is this the result folder of a finished run?", path.display())]
    Missing {
        /// The file that is looked for.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A file is of another version.
    #[error("{} has the schema {found}, this version reads {expected}", path.display())]
    Version {
        /// The file of another version.
        path: PathBuf,
        /// The format and version that stand in it.
        found: String,
        /// The one that can be read.
        expected: &'static str,
    },
    /// A file is damaged.
    #[error("{} is damaged: {reason}; run the topology again", path.display())]
    Damaged {
        /// The file whose content makes no sense.
        path: PathBuf,
        /// What is wrong with its content.
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

/// The histograms of a run's folder, which only those read who ask for what no row tells.
///
/// # Errors
/// If their file is missing or damaged.
pub(crate) fn histograms(dir: &Path) -> Result<Vec<TaggedHistogram>, ReadError> {
    let path = dir.join("histograms.hlog");
    hlog::read(&content(&path)?).map_err(|reason| ReadError::Damaged { path, reason })
}

/// Reads a result folder of another version as far as it has what this one knows; one of this version
/// as [`open`] does. What was not as it should be comes along as sentences.
///
/// # Errors
/// If a file is missing or damaged, or is no result of this program.
pub(crate) fn open_as_far_as_known(dir: &Path) -> Result<(Stored, Vec<String>), ReadError> {
    let mut remarks = Vec::new();
    let manifest: Manifest =
        known(&dir.join("manifest.json"), Manifest::SCHEMA, &mut remarks, |value| {
            let mut known = serde_json::to_value(Manifest::unknown()).unwrap_or_default();
            overlay::<Manifest>(&mut known, value);
            serde_json::from_value(known)
        })?;
    let summary = known(&dir.join("summary.json"), Summary::SCHEMA, &mut remarks, |value| {
        serde_json::from_value::<Summary>(serde_json::json!({
            "schema": Summary::SCHEMA,
            "name": value["name"].as_str().unwrap_or(&manifest.name),
            "verdict": the(value, "verdict").unwrap_or(Verdict::None),
            "slo": each::<Slo>(value, "slo"),
            "metrics": each::<Metric>(value, "metrics"),
        }))
    })?;
    let path = dir.join("series.csv");
    let series = match rows(path) {
        Err(_) if !remarks.is_empty() => {
            remarks.push("Nothing is shown over time: series.csv could not be read.".to_owned());
            Vec::new()
        }
        read => read?,
    };
    Ok((
        Stored { manifest, summary, series, replications: Vec::new(), dir: dir.to_owned() },
        remarks,
    ))
}

/// A JSON file of this version, or of another as far as `recover` finds its way in it.
fn known<T: serde::de::DeserializeOwned>(
    path: &Path,
    expected: &'static str,
    remarks: &mut Vec<String>,
    recover: impl FnOnce(&serde_json::Value) -> Result<T, serde_json::Error>,
) -> Result<T, ReadError> {
    let found = match json(path, expected) {
        Err(ReadError::Version { found, .. }) => found,
        read => return read,
    };
    let family = |schema: &str| schema.rsplit_once('/').map(|(family, _)| family.to_owned());
    if family(&found) != family(expected) {
        return Err(ReadError::Version { path: path.into(), found, expected });
    }
    let damaged = |error: serde_json::Error| ReadError::Damaged {
        path: path.into(),
        reason: error.to_string(),
    };
    let value = serde_json::from_slice(&content(path)?).map_err(damaged)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    remarks.push(format!(
        "{name} has the schema {found}, this version reads {expected}: what both know is shown, the \
         rest is left out."
    ));
    recover(&value).map_err(damaged)
}

/// One value, if it is there and of its type.
fn the<T: serde::de::DeserializeOwned>(value: &serde_json::Value, key: &str) -> Option<T> {
    serde_json::from_value(value.get(key)?.clone()).ok()
}

/// Those of a list that can be read.
fn each<T: serde::de::DeserializeOwned>(value: &serde_json::Value, key: &str) -> Vec<T> {
    let all = value.get(key).and_then(serde_json::Value::as_array);
    let all = all.into_iter().flatten();
    all.filter_map(|one| serde_json::from_value(one.clone()).ok()).collect()
}

/// Puts those values in place that leave the whole readable.
fn overlay<T: serde::de::DeserializeOwned>(
    known: &mut serde_json::Value,
    found: &serde_json::Value,
) {
    let Some(found) = found.as_object() else { return };
    for (key, value) in found.iter().filter(|(key, _)| *key != "schema") {
        let mut with = known.clone();
        with[key] = value.clone();
        if serde_json::from_value::<T>(with.clone()).is_ok() {
            *known = with;
        }
    }
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
