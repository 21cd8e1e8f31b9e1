//! `sums.json`: what each replication of a run measured, as exact sums (schema `interwork/sums/1`), so
//! that any figure of it can still be asked for; how sure figures are, the summary says. Written into a result folder, read by whoever compares
//! with an earlier run. What the lines say is `measure::saved`'s; this is the file around them.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::measure::measured::Measured;
use crate::measure::saved;
use crate::report::document::manifest::Manifest;

/// The sums of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sums {
    /// Format and its version: `interwork/sums/1`.
    pub(crate) schema: String,
    /// Version of the program that measured them.
    pub(crate) version: String,
    /// Fingerprint of the resolved topology, which numbers operators and stations.
    pub(crate) topology: String,
    /// The words of all other labels, in the order of their numbers.
    pub(crate) labels: Vec<String>,
    /// What each replication measured, in the order of their seeds.
    pub(crate) replications: Vec<Vec<String>>,
}

impl Sums {
    /// Name of the file.
    pub const NAME: &str = "sums.json";
    /// Schema of this version.
    const SCHEMA: &str = "interwork/sums/1";

    /// Those of a run with this manifest.
    pub(crate) fn of<'a>(
        manifest: &Manifest,
        measured: impl Iterator<Item = &'a Measured>,
    ) -> Self {
        Self {
            schema: Self::SCHEMA.to_owned(),
            version: manifest.version.clone(),
            topology: manifest.digest.clone(),
            labels: saved::words(),
            replications: measured.map(saved::lines).collect(),
        }
    }

    /// Those that lie in a folder, if they are what a run with this manifest left and this program
    /// understands them.
    pub(crate) fn read(dir: &Path, manifest: &Manifest) -> Option<Self> {
        let content = std::fs::read(dir.join(Self::NAME)).ok()?;
        let sums: Self = serde_json::from_slice(&content).ok()?;
        let fits = sums.schema == Self::SCHEMA
            && sums.version == manifest.version
            && sums.topology == manifest.digest
            && sums.labels == saved::words()
            && sums.replications.len() == manifest.replication_seeds.len();
        fits.then_some(sums)
    }
}
