//! The result folder of a run: every file whole or not at all, written beside and renamed.

use std::fs;
use std::path::{Path, PathBuf};

use super::csv::{self, SeriesRow};
use super::manifest::Manifest;
use super::summary::Summary;
use super::{hlog, plots};
use crate::measure::results::Results;

pub use super::csv::MessageRow;

/// A folder that results may be written to.
#[derive(Debug)]
pub struct Folder {
    dir: PathBuf,
}

/// Everything that goes into a result folder.
#[derive(Debug)]
pub struct Bundle<'a> {
    /// Of the topology.
    pub name: &'a str,
    /// What was measured.
    pub results: &'a Results,
    /// How it was run.
    pub manifest: &'a Manifest,
    /// The resolved topology.
    pub topology_yaml: &'a str,
    /// Files that the resolved topology names.
    pub attachments: &'a [(String, Vec<u8>)],
    /// A sample of single messages, if one was asked for.
    pub messages: Option<&'a [MessageRow]>,
}

/// Why results cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Something is in the folder already.
    #[error("{} is not empty: name another folder with --out, or write into it with --force", dir.display())]
    NotEmpty {
        /// The folder.
        dir: PathBuf,
    },
    /// The system refused.
    #[error("{} could not be written: {reason}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
}

impl Folder {
    /// Makes the folder, or takes an empty one; one that is not empty only with `force`.
    ///
    /// # Errors
    /// If it is not empty and `force` is not set, or cannot be made.
    pub fn create(dir: &Path, force: bool) -> Result<Self, FolderError> {
        fs::create_dir_all(dir).map_err(|error| io(dir, &error))?;
        let mut entries = fs::read_dir(dir).map_err(|error| io(dir, &error))?;
        if entries.next().is_some() && !force {
            return Err(FolderError::NotEmpty { dir: dir.to_owned() });
        }
        Ok(Self { dir: dir.to_owned() })
    }

    /// Writes all files of a run.
    ///
    /// # Errors
    /// The first file that cannot be written.
    pub fn write(&self, bundle: &Bundle<'_>) -> Result<(), FolderError> {
        let summary = Summary::new(bundle.name, bundle.results);
        let series: Vec<SeriesRow> = bundle.results.series.iter().map(SeriesRow::from).collect();
        self.file("topology.yaml", bundle.topology_yaml.as_bytes())?;
        for (name, content) in bundle.attachments {
            self.file(name, content)?;
        }
        self.json("summary.json", &summary)?;
        self.made("series.csv", csv::series(&series).ok())?;
        self.made("histograms.hlog", hlog::write(bundle.results))?;
        if let Some(messages) = bundle.messages {
            self.made("messages.csv", csv::messages(messages).ok())?;
        }
        let plots = self.dir.join("plots");
        fs::create_dir_all(&plots).map_err(|error| io(&plots, &error))?;
        for (name, svg) in plots::draw(bundle.results, &series) {
            self.file(&format!("plots/{name}"), svg.as_bytes())?;
        }
        // Last: a folder with a manifest is complete.
        self.json("manifest.json", bundle.manifest)
    }

    fn json(&self, name: &str, value: &impl serde::Serialize) -> Result<(), FolderError> {
        let text = serde_json::to_string_pretty(value).ok().map(|text| (text + "\n").into_bytes());
        self.made(name, text)
    }

    fn made(&self, name: &str, content: Option<Vec<u8>>) -> Result<(), FolderError> {
        let reason = "its content could not be made".to_owned();
        let content = content.ok_or(FolderError::Io { path: self.dir.join(name), reason })?;
        self.file(name, &content)
    }

    fn file(&self, name: &str, content: &[u8]) -> Result<(), FolderError> {
        let path = self.dir.join(name);
        let beside = self.dir.join(format!("{name}.part"));
        fs::write(&beside, content)
            .and_then(|()| fs::rename(&beside, &path))
            .map_err(|error| io(&path, &error))
    }
}

fn io(path: &Path, error: &std::io::Error) -> FolderError {
    FolderError::Io { path: path.to_owned(), reason: error.to_string() }
}
