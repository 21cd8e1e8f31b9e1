//! A topology or study file as read, with the files it names as first read: however often it is
//! loaded, with whatever values, it is one topology.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Largest topology file, in bytes.
const LIMIT: u64 = 64 << 20;

/// Largest file that a topology may name, in bytes.
const LIMIT_NAMED: u64 = 256 << 20;

/// A topology file as read.
#[derive(Clone, Debug)]
pub struct Source {
    /// As the user gave it.
    pub(crate) path: String,
    /// What stands in the file, UTF-8, up to 64 MiB.
    pub text: String,
    /// Files it names, as they were when it was first loaded.
    pub(super) named: Named,
}

/// Contents of files by path, shared by all copies of a source.
#[derive(Clone, Debug, Default)]
pub(crate) struct Named(Arc<Mutex<BTreeMap<PathBuf, Arc<Vec<u8>>>>>);

/// A file that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{path} could not be read: {reason}")]
pub struct ReadError {
    path: String,
    reason: String,
}

impl Source {
    /// A text as if it had been read from a file.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), named: Named::default() }
    }
}

impl Named {
    /// A file as it was first read.
    pub(crate) fn read(&self, path: &Path) -> Result<Arc<Vec<u8>>, String> {
        let mut named = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(content) = named.get(path) {
            return Ok(Arc::clone(content));
        }
        let content = Arc::new(bounded(path, LIMIT_NAMED, "256 MiB")?);
        named.insert(path.to_owned(), Arc::clone(&content));
        Ok(content)
    }
}

/// Reads a topology file.
///
/// # Errors
/// If it cannot be read, is no UTF-8 text, or is over 64 MiB.
pub fn read(path: &Path) -> Result<Source, ReadError> {
    let shown = path.display().to_string();
    let fail = |reason: String| ReadError { path: shown.clone(), reason };
    let bytes = bounded(path, LIMIT, "64 MiB").map_err(fail)?;
    let text = String::from_utf8(bytes).map_err(|_| fail("it is no UTF-8 text".to_owned()))?;
    Ok(Source::new(shown, text))
}

/// Reads a file up to a limit, whatever its length is said to be: some files have no end.
fn bounded(path: &Path, limit: u64, shown: &str) -> Result<Vec<u8>, String> {
    let mut content = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => error.to_string(),
    })?;
    file.take(limit + 1).read_to_end(&mut content).map_err(|error| error.to_string())?;
    match content.len() as u64 > limit {
        true => Err(format!("it is over {shown}")),
        false => Ok(content),
    }
}
