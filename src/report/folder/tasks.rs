//! The folder of a study: its tasks, its copy and what is put together from them. Every file is whole
//! or not there: written beside and renamed, under a name that no other process writing into the same
//! folder uses.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::measure::results::Trend;
use crate::report::document::json;
use crate::report::folder::write::FolderError;

/// What came of a task: header and measurements (`measure::saved`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Task {
    /// Schema of the file.
    pub(crate) schema: String,
    /// Of the program that did it, with its commit where that is known.
    pub(crate) version: String,
    /// Digest of the study.
    pub(crate) study: String,
    /// Its number among all tasks of the study, from 0.
    pub(crate) task: u32,
    /// Number of its point.
    pub(crate) point: u32,
    /// Which repeat of the point.
    pub(crate) replication: u32,
    /// Fingerprint of the topology at the point.
    pub(crate) topology: String,
    /// Seed of the run.
    pub(crate) seed: u64,
    /// Nanoseconds of the run that were not measured; a pilot run may have found them.
    pub(crate) warm_up_ns: u64,
    /// Events that the run processed.
    pub(crate) events: u64,
    /// What still went somewhere in its measured time.
    pub(crate) trends: Vec<Trend>,
    /// What was measured.
    pub(crate) measured: Vec<String>,
}

impl Task {
    /// Schema of this version.
    pub(crate) const SCHEMA: &str = "interwork/task/2";
}

/// What a folder has of a task.
#[derive(Debug)]
pub(crate) enum Found {
    /// No file of that name: it has not been run.
    Missing,
    /// A file that is no whole task, and why.
    Damaged(String),
    /// A task that was done, of this schema and with its own number.
    Whole(Box<Task>),
}

/// A study's folder.
#[derive(Debug)]
pub(crate) struct StudyFolder {
    dir: PathBuf,
    /// Part of the names of files that are being written.
    mark: String,
}

impl StudyFolder {
    /// Takes a folder: a new one, an empty one, or that of a study; another only with `force`.
    ///
    /// # Errors
    /// If something else is in it, or it cannot be made.
    pub(crate) fn open(dir: &Path, mark: u32, force: bool) -> Result<Self, FolderError> {
        let tasks = dir.join("tasks");
        let known = tasks.is_dir() || dir.join("study").is_dir();
        fs::create_dir_all(dir).map_err(|error| io(dir, &error))?;
        let mut entries = fs::read_dir(dir).map_err(|error| io(dir, &error))?;
        if entries.next().is_some() && !known && !force {
            return Err(FolderError::NotEmpty { dir: dir.to_owned() });
        }
        fs::create_dir_all(&tasks).map_err(|error| io(&tasks, &error))?;
        let mark = format!("{}-{mark}", std::process::id());
        Ok(Self { dir: dir.to_owned(), mark })
    }

    /// One that is only read.
    pub(crate) fn reading(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), mark: String::new() }
    }

    /// Where it lies.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The file of a task.
    pub(crate) fn task_path(&self, number: u32) -> PathBuf {
        self.dir.join(format!("tasks/{number:06}.json"))
    }

    /// The file of what a task has beside its measurements: `series` or `messages`.
    pub(crate) fn beside_task(number: u32, what: &str) -> String {
        format!("tasks/{number:06}.{what}.csv")
    }

    /// Whether such a file is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.dir.join(name).is_file()
    }

    /// Takes over such a file of another folder, if it has one.
    ///
    /// # Errors
    /// If it cannot be read or written.
    pub(crate) fn take(&self, from: &Self, name: &str) -> Result<(), FolderError> {
        let path = from.dir.join(name);
        match fs::read(&path) {
            Ok(content) => self.put(name, &content),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(io(&path, &error)),
        }
    }

    /// Numbers of the tasks that have a file.
    pub(crate) fn tasks(&self) -> BTreeSet<u32> {
        let entries = fs::read_dir(self.dir.join("tasks")).into_iter().flatten();
        let number = |entry: std::io::Result<fs::DirEntry>| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            name.strip_suffix(".json").filter(|digits| digits.len() == 6)?.parse().ok()
        };
        entries.filter_map(number).collect()
    }

    /// Reads a task.
    ///
    /// # Errors
    /// If its file is there and cannot be read.
    pub(crate) fn task(&self, number: u32) -> Result<Found, FolderError> {
        let path = self.task_path(number);
        let content = match fs::read(&path) {
            Ok(content) => content,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Missing),
            Err(error) => {
                let reason = format!("it cannot be read: {error}");
                return Err(FolderError::Io { path, reason });
            }
        };
        Ok(match serde_json::from_slice::<Task>(&content) {
            Ok(task) if task.schema != Task::SCHEMA => {
                Found::Damaged(format!("its schema is not {}", Task::SCHEMA))
            }
            Ok(task) if task.task != number => Found::Damaged(format!("it is task {}", task.task)),
            Ok(task) => Found::Whole(Box::new(task)),
            Err(error) => Found::Damaged(error.to_string()),
        })
    }

    /// Stores a task.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn put_task(&self, task: &Task) -> Result<(), FolderError> {
        self.put_json(&format!("tasks/{:06}.json", task.task), task)
    }

    /// Writes a document.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn put_json(&self, name: &str, value: &impl Serialize) -> Result<(), FolderError> {
        let failed = |error: json::NoJson| FolderError::Io {
            path: self.dir.join(name),
            reason: error.to_string(),
        };
        self.put(name, json::text(value).map_err(failed)?.as_bytes())
    }

    /// Writes a file, whole or not at all. One that is there with the same content stays.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn put(&self, name: &str, content: &[u8]) -> Result<(), FolderError> {
        let path = self.dir.join(name);
        if fs::read(&path).is_ok_and(|known| known == content) {
            return Ok(());
        }
        let beside = self.beside(name);
        let folder = path.parent().unwrap_or(&self.dir);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&beside, content))
            .and_then(|()| fs::rename(&beside, &path))
            .map_err(|error| io(&path, &error))
    }

    /// The name under which a file is written until it is whole.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.{}.part", self.mark))
    }

    /// Removes what was put together of the tasks, the manifest first: without it a folder is no
    /// result.
    ///
    /// # Errors
    /// If a file cannot be removed.
    pub(crate) fn clear(&self) -> Result<(), FolderError> {
        let tables = ["points.csv", "results.csv", "pooled.csv", "slo.csv"];
        for name in ["manifest.json", "report.html"].into_iter().chain(tables) {
            let path = self.dir.join(name);
            gone(fs::remove_file(&path)).map_err(|error| io(&path, &error))?;
        }
        for entry in fs::read_dir(self.dir.join("plots")).into_iter().flatten().flatten() {
            if entry.path().extension().is_some_and(|extension| extension == "svg") {
                gone(fs::remove_file(entry.path())).map_err(|error| io(&entry.path(), &error))?;
            }
        }
        Ok(())
    }

    /// Removes a task with what lies beside it, if it is there.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub(crate) fn remove_task(&self, number: u32) -> Result<(), FolderError> {
        let beside = ["series", "messages"].map(|what| Self::beside_task(number, what));
        let beside = beside.iter().map(|name| self.dir.join(name));
        for path in std::iter::once(self.task_path(number)).chain(beside) {
            gone(fs::remove_file(&path)).map_err(|error| io(&path, &error))?;
        }
        Ok(())
    }
}

fn gone(removed: std::io::Result<()>) -> std::io::Result<()> {
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

pub(crate) fn io(path: &Path, error: &std::io::Error) -> FolderError {
    FolderError::Io { path: path.to_owned(), reason: error.to_string() }
}
