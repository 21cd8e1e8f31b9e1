//! The result folder of a run: every file whole or not at all, written beside and renamed.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::measure::results::Results;
use crate::report::document::csv;
use crate::report::document::manifest::Manifest;
use crate::report::document::summary::Summary;
use crate::report::document::sums::Sums;
use crate::report::document::{hlog, json};
use crate::report::face::plots;

pub(crate) use crate::report::document::csv::{MessageRow, ReplicationRow};

/// A folder that results may be written to.
#[derive(Debug)]
pub(crate) struct Folder {
    dir: PathBuf,
}

/// Everything that goes into a result folder.
#[derive(Debug)]
pub(crate) struct Bundle<'a> {
    /// The topology's name.
    pub(crate) name: &'a str,
    /// What the run, or all replications added up, measured.
    pub(crate) results: &'a Results,
    /// The same as sums, each replication by itself.
    pub(crate) sums: &'a Sums,
    /// How it was run.
    pub(crate) manifest: &'a Manifest,
    /// The resolved topology.
    pub(crate) topology_yaml: &'a str,
    /// Files that the resolved topology names.
    pub(crate) attachments: &'a [(String, Vec<u8>)],
    /// A sample of single messages, if one was asked for.
    pub(crate) messages: Option<&'a [MessageRow]>,
    /// The figures of each replication, if there are several.
    pub(crate) replications: Option<&'a [ReplicationRow]>,
}

/// Why results cannot be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FolderError {
    /// Something is in the folder already.
    #[error("{} is not empty: name another folder with --out, or write into it with --force", dir.display())]
    NotEmpty {
        /// The folder as it was named.
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
    pub(crate) fn create(dir: &Path, force: bool) -> Result<Self, FolderError> {
        fs::create_dir_all(dir).map_err(|error| io(dir, &error))?;
        let mut entries = fs::read_dir(dir).map_err(|error| io(dir, &error))?;
        if entries.next().is_some() && !force {
            return Err(FolderError::NotEmpty { dir: dir.to_owned() });
        }
        Ok(Self { dir: dir.to_owned() })
    }

    /// Removes what an earlier run left here, the manifest first: without it a folder is no result.
    /// What else lies in the folder stays.
    fn clear(&self) -> Result<(), FolderError> {
        const FILES: [&str; 9] = [
            "manifest.json",
            "summary.json",
            "topology.yaml",
            "series.csv",
            "histograms.hlog",
            Sums::NAME,
            "messages.csv",
            "replications.csv",
            crate::report::face::html::NAME,
        ];
        for name in FILES.into_iter().chain(plots::NAMES) {
            let path = self.dir.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(io(&path, &error)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Writes all files of a run.
    ///
    /// # Errors
    /// The first file that cannot be written.
    pub(crate) fn write(&self, bundle: &Bundle<'_>) -> Result<(), FolderError> {
        self.clear()?;
        let summary = Summary::new(bundle.name, bundle.results);
        self.file("topology.yaml", bundle.topology_yaml.as_bytes())?;
        for (path, content) in bundle.attachments {
            self.file(path, content)?;
        }
        self.json("summary.json", &summary)?;
        self.made("series.csv", csv::series(&bundle.results.series))?;
        self.json(Sums::NAME, bundle.sums)?;
        self.made(
            "histograms.hlog",
            hlog::write(bundle.results).ok_or("a histogram cannot be encoded"),
        )?;
        if let Some(messages) = bundle.messages {
            self.made("messages.csv", csv::messages(messages))?;
        }
        if let Some(replications) = bundle.replications {
            self.made("replications.csv", csv::replications(replications))?;
        }
        for (name, svg) in plots::draw(bundle.results) {
            self.made(name, svg.map(String::into_bytes))?;
        }
        // Last: a folder with a manifest is complete.
        self.json("manifest.json", bundle.manifest)
    }

    /// Writes the files of an answer that is no run.
    ///
    /// # Errors
    /// The first that cannot be written.
    pub(crate) fn put(&self, files: &[(&str, String)]) -> Result<(), FolderError> {
        files.iter().try_for_each(|(name, content)| self.file(name, content.as_bytes()))
    }

    /// Writes the page of the results that lie here.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn write_page(dir: &Path, page: &str) -> Result<(), FolderError> {
        Self { dir: dir.to_owned() }.file(crate::report::face::html::NAME, page.as_bytes())
    }

    fn json(&self, name: &str, value: &impl serde::Serialize) -> Result<(), FolderError> {
        self.made(name, json::text(value).map(String::into_bytes))
    }

    fn made<E: ToString>(
        &self,
        name: &str,
        content: Result<Vec<u8>, E>,
    ) -> Result<(), FolderError> {
        let failed = |reason: E| FolderError::Io {
            path: self.dir.join(name),
            reason: format!("its content could not be made: {}", reason.to_string()),
        };
        self.file(name, &content.map_err(failed)?)
    }

    fn file(&self, name: &str, content: &[u8]) -> Result<(), FolderError> {
        let path = self.dir.join(name);
        let beside = self.dir.join(format!("{name}.part"));
        let folder = path.parent().unwrap_or(&self.dir);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&beside, content))
            .and_then(|()| fs::rename(&beside, &path))
            .map_err(|error| io(&path, &error))
    }
}

fn io(path: &Path, error: &std::io::Error) -> FolderError {
    FolderError::Io { path: path.to_owned(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::catalogue::Kind;
    use crate::measure::results::{Distribution, Metric, SeriesRow, Slo};
    use crate::report::document::manifest::{Machine, StopReason};
    use crate::report::folder::read;

    fn results() -> Results {
        let metric = |name: &'static str, kind, unit: &str| Metric {
            interval95: [("mean".into(), [0.1, 0.2])].into(),
            ..Metric::new(
                name,
                [("route".into(), "on-net".to_owned()), ("from".into(), "b".to_owned())].into(),
                kind,
                unit.to_owned(),
            )
        };
        let distribution = Distribution {
            count: 12,
            mean: 0.15,
            stddev: 0.05,
            min: 0.1,
            p50: Some(0.14),
            p90: None,
            p95: None,
            p99: None,
            p999: None,
            max: 0.3,
        };
        Results {
            metrics: vec![
                metric("message_latency", Kind::Histogram, "s").spread(distribution),
                metric("messages_offered", Kind::Counter, "1").counted(3, 0.5),
                metric("station_utilisation", Kind::Gauge, "1").gauged(0.4, 1.0),
            ],
            series: vec![SeriesRow {
                time_s: 10.0,
                metric: "messages_offered".into(),
                part: None,
                labels: "route=on-net".to_owned(),
                statistic: "count".into(),
                value: 3.0,
                unit: "1".into(),
            }],
            histograms: Vec::new(),
            slo: vec![Slo {
                line: "message_latency p95 < 1s".to_owned(),
                unit: "s".to_owned(),
                bound: Some(1.0),
                ..Slo::default()
            }],
            trends: Vec::new(),
            needs: Vec::new(),
            measured: (120.0, 720.0),
        }
    }

    fn manifest() -> Manifest {
        Manifest {
            schema: Manifest::SCHEMA.to_owned(),
            version: "0.1.0".to_owned(),
            commit: None,
            name: "small".to_owned(),
            digest: "00".to_owned(),
            seed: 7,
            replication_seeds: vec![7],
            options: vec!["--set run.seed=7".to_owned()],
            model_time_s: 720.0,
            started: "2026-11-21T10:30:50Z".to_owned(),
            wall_time_s: 1.5,
            events: 100,
            events_per_second: 66.7,
            peak_memory_bytes: Some(1 << 20),
            machine: Machine { cores: 2, os: "linux".to_owned(), arch: "x86_64".to_owned() },
            threads: 2,
            stop_reason: StopReason::Finished,
            warm_up: None,
            precision: None,
            live: None,
        }
    }

    fn write(dir: &Path, force: bool) -> Result<(), FolderError> {
        let bundle = Bundle {
            name: "small",
            results: &results(),
            sums: &Sums::of(&manifest(), std::iter::empty()),
            manifest: &manifest(),
            topology_yaml: "interwork: 1\n",
            attachments: &[("inputs/delays.csv".to_owned(), b"1ms,1\n".to_vec())],
            messages: None,
            replications: None,
        };
        Folder::create(dir, force)?.write(&bundle)
    }

    #[test]
    fn a_result_folder_is_read_back_as_it_was_written() {
        let dir = tempfile::tempdir().expect("a folder");
        write(dir.path(), false).expect("written");
        let stored = read::open(dir.path()).expect("readable");
        assert_eq!(stored.manifest, manifest());
        assert_eq!(stored.summary, Summary::new("small", &results()));
        let labels: Vec<&str> =
            stored.summary.metrics[0].labels.keys().map(|name| &**name).collect();
        assert_eq!(labels, ["route", "from"], "in their order");
        assert_eq!(stored.series, results().series);
        assert_eq!(fs::read(dir.path().join("inputs/delays.csv")).expect("a copy"), b"1ms,1\n");
    }

    #[test]
    fn only_force_writes_over_an_earlier_run_and_leaves_nothing_of_it() {
        let dir = tempfile::tempdir().expect("a folder");
        write(dir.path(), false).expect("written");
        for name in ["messages.csv", "notes.txt"] {
            fs::write(dir.path().join(name), "earlier").expect("written");
        }
        let refused = write(dir.path(), false).expect_err("not empty");
        assert!(matches!(refused, FolderError::NotEmpty { .. }));
        write(dir.path(), true).expect("written again");
        assert!(!dir.path().join("messages.csv").exists(), "this run has no sample");
        assert!(dir.path().join("notes.txt").exists(), "not a file of ours");
    }

    #[test]
    fn a_run_that_cannot_be_written_leaves_no_manifest() {
        let dir = tempfile::tempdir().expect("a folder");
        write(dir.path(), false).expect("written");
        fs::remove_file(dir.path().join("series.csv")).expect("removed");
        fs::create_dir_all(dir.path().join("series.csv/in-the-way")).expect("a folder");
        assert!(matches!(write(dir.path(), true), Err(FolderError::Io { .. })));
        let missing = read::open(dir.path()).expect_err("no result");
        assert!(missing.to_string().contains("manifest.json"), "{missing}");
    }

    #[test]
    fn a_damaged_or_newer_folder_is_told_and_no_panic() {
        let dir = tempfile::tempdir().expect("a folder");
        write(dir.path(), false).expect("written");
        let path = dir.path().join("summary.json");
        let good = fs::read_to_string(&path).expect("a summary");
        for (content, told) in [
            (good[..good.len() / 2].to_owned(), "is damaged"),
            (good.replace("interwork/summary/1", "interwork/summary/9"), "summary/9"),
            ("[]".to_owned(), "is damaged"),
        ] {
            fs::write(&path, content).expect("written");
            let error = read::open(dir.path()).expect_err("no summary").to_string();
            assert!(error.contains(told), "{told} in {error}");
        }
    }
}
