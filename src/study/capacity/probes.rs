//! What a search has run so far, in its folder: a file for each replication of each case, so that a search
//! that was stopped goes on where it was. A file is of one case and one version of the program; any other
//! is passed over.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::domain::time::Instant;
use crate::measure::results::Trend;
use crate::measure::{saved, slo};
use crate::run::{self, Ending, Finished, Options, RunError};
use crate::study::replicate::{self, Case, Parallel};
use crate::study::steady;
use crate::topology::fingerprint;

/// Where they lie.
#[derive(Clone, Debug)]
pub struct Probes {
    dir: PathBuf,
    /// Version of the program: another's probes are not read.
    version: String,
}

/// The file of one replication of a value, read again by a search begun anew.
#[derive(Debug, Serialize, Deserialize)]
struct Probe {
    /// Of the program and the case.
    of: String,
    seed: u64,
    events: u64,
    /// Simulated time, nanoseconds.
    end: u64,
    trends: Vec<Trend>,
    /// Its sums, as `measure::saved` writes them.
    sums: Vec<String>,
}

impl Probes {
    /// Those of the folder of a search, for a program of this version.
    pub(crate) fn of(folder: &Path, version: String) -> Self {
        Self { dir: folder.join("probes"), version }
    }

    /// Whether a search has left any.
    pub(crate) fn any(&self) -> bool {
        std::fs::read_dir(&self.dir).is_ok_and(|mut entries| entries.next().is_some())
    }

    /// Replications of a case, those that are there without running them.
    pub(super) fn several(
        &self,
        case: &Case,
        (from, to): (u32, u32),
        parallel: Parallel,
        stop: &CancellationToken,
    ) -> Result<Vec<Finished>, RunError> {
        let lines: Vec<&str> = case.slo.iter().map(|line| line.text()).collect();
        // A federation's own words say all that a run depends on.
        let words = format!("{}\n{lines:?}\n{:?}", self.version, case.federation);
        let of = fingerprint(words.as_bytes());
        let path = |number: u32| self.dir.join(format!("{of}-{number}.json"));
        let mut kept = Vec::new();
        while from + (kept.len() as u32) < to {
            match restored(&path(from + kept.len() as u32), &of, case) {
                Some(probe) => kept.push(probe),
                None => break,
            }
        }
        let first = from + kept.len() as u32;
        if first < to {
            let options = Options::default();
            let more = replicate::several(case, (first, to), options, parallel, stop, &|_, _| {})?;
            for (number, run) in (first..).zip(&more) {
                if run.ended == Ending::Finished {
                    self.keep(&path(number), &of, run);
                }
            }
            kept.extend(more);
        }
        Ok(kept)
    }

    /// Writes one; a search that cannot keep its probes goes on without them.
    fn keep(&self, path: &Path, of: &str, run: &Finished) {
        let probe = Probe {
            of: of.to_owned(),
            seed: run.seed,
            events: run.events,
            end: run.at.0,
            trends: steady::trends(run.measured.setup(), &run.results.series),
            sums: saved::lines(&run.measured),
        };
        let Ok(text) = serde_json::to_vec(&probe) else { return };
        // Whole or not at all: whoever stops the program may do so here.
        let new = path.with_extension("new");
        let kept = std::fs::create_dir_all(&self.dir)
            .and_then(|()| std::fs::write(&new, text))
            .and_then(|()| std::fs::rename(&new, path));
        if kept.is_err() {
            let _ = std::fs::remove_file(&new);
        }
    }

    /// Forgets them all: the answer is found.
    pub(crate) fn clear(&self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

fn restored(path: &Path, of: &str, case: &Case) -> Option<Finished> {
    let probe: Probe = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    let setup = std::sync::Arc::new(run::setup_of(&case.federation, case.slo.clone()));
    let measured = saved::restore(&setup, &probe.sums).ok().filter(|_| probe.of == of)?;
    let mut results = slo::results(&measured);
    results.trends = probe.trends;
    Some(Finished {
        seed: probe.seed,
        measured,
        results,
        samples: Vec::new(),
        events: probe.events,
        at: Instant(probe.end),
        ended: Ending::Finished,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::slo::Line;
    use crate::topology::{Override, Source};
    use std::num::NonZeroUsize;

    fn case(load: &str) -> Case {
        let sets = ["run.warm_up=10s", "run.duration=1m", load]
            .map(|set| Override::parse(set).expect("an override"));
        let source = Source::new("starter.yaml", crate::topology::starter());
        let topology = crate::topology::load(&source, &sets).expect("the starter");
        let federation = topology.federation;
        let names = run::names(&federation);
        let read = |line: &str| slo::parse(line, &names, federation.run.duration);
        let slo: Vec<Line> = vec![read("message_latency p50 < 1s").expect("a line")];
        Case { federation, slo }
    }

    #[test]
    fn what_has_run_is_not_run_again_and_says_the_same() {
        let dir = tempfile::tempdir().expect("a folder");
        let probes = Probes::of(dir.path(), "1".to_owned());
        let parallel = Parallel { threads: NonZeroUsize::MIN };
        let several = |probes: &Probes, case: &Case, to, stop: &CancellationToken| {
            probes.several(case, (0, to), parallel, stop).expect("a sound run")
        };
        assert!(!probes.any());
        let (one, going) = (case("workload.load=1"), CancellationToken::new());
        let ran = several(&probes, &one, 2, &going);
        assert!(probes.any());
        // Nothing can run any more.
        let stopped = CancellationToken::new();
        stopped.cancel();
        let kept = several(&probes, &one, 2, &stopped);
        assert_eq!((kept.len(), ran.len()), (2, 2));
        for (kept, ran) in kept.iter().zip(&ran) {
            let figures = |run: &Finished| -> Vec<_> {
                run.results.metrics.iter().map(|metric| metric.figures()).collect()
            };
            assert_eq!(figures(kept), figures(ran));
            assert_eq!((kept.seed, kept.events, kept.at), (ran.seed, ran.events, ran.at));
            assert_eq!(kept.results.slo, ran.results.slo);
        }
        // Of a queue that grows it is known that it does, also where its first run is a kept one.
        let slow = case("operators.north.smsc.throughput=0.5/s");
        let fresh =
            replicate::several(&slow, (0, 2), Options::default(), parallel, &going, &|_, _| {});
        let fresh = replicate::added(fresh.expect("a sound run"));
        several(&probes, &slow, 1, &going);
        let some_kept = replicate::added(several(&probes, &slow, 2, &going));
        assert!(!fresh.results.trends.is_empty(), "it grows");
        assert_eq!(some_kept.results.trends, fresh.results.trends);
        // Another case, and another version of the program, have none.
        let whole = |runs: Vec<Finished>| runs.iter().all(|run| run.ended == Ending::Finished);
        assert!(!whole(several(&probes, &case("workload.load=2"), 1, &stopped)));
        let newer = Probes::of(dir.path(), "2".to_owned());
        assert!(!whole(several(&newer, &one, 1, &stopped)));
        probes.clear();
        assert!(!probes.any());
    }
}
