//! Studies: topologies times values times replications, as tasks that can be done anywhere and in any
//! order. Nothing a task gives depends on where it ran, what ran before it, or how many ran beside it;
//! results are put together from the stored tasks alone. Called by `interwork sweep` and `merge`.

mod assemble;
mod design;
mod points;
mod tasks;

use std::path::PathBuf;
use std::sync::Arc;

use super::checked;
use super::replicate::Case;
use crate::measure::Setup;
use crate::measure::pick::Pick;
use crate::run;
use crate::topology::study::Study;
use crate::topology::{self, Override, Problem, Source, Topology};

pub(crate) use self::assemble::assemble;
pub(crate) use self::tasks::{Kept, Part, Stopped, state, work};

/// Tasks at most: their files have six digits.
pub(crate) const MOST_TASKS: u32 = 1_000_000;

/// Where a study is read from.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// A file, with its topologies where it says.
    File(PathBuf),
    /// The copy in a result folder, `study/`.
    Copy(PathBuf),
}

/// A study with all its points, each of them right.
#[derive(Debug)]
pub(crate) struct Sweep {
    /// What the file says.
    pub(crate) study: Study,
    /// Every point, topologies in the order of the file.
    pub(crate) points: Vec<Point>,
    /// Columns that topologies bring, by first appearance.
    pub(crate) columns: Vec<String>,
    /// Of everything that results depend on.
    pub(crate) digest: String,
    source: Source,
    members: Vec<Source>,
    copied: bool,
    /// Files that topologies name, by topology.
    attachments: Vec<Vec<(String, Vec<u8>)>>,
    picks: Vec<Pick>,
}

/// A topology with values.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    /// Which topology, in the order of the file.
    pub(crate) member: usize,
    /// Of each parameter, in the order of the file.
    pub(crate) values: Vec<String>,
    /// Of everything a run of it depends on.
    pub(crate) fingerprint: String,
    /// Runs of it, each a task with a seed of its own; at least 1.
    pub(crate) replications: u32,
    /// Number of the first repeat's task.
    pub(crate) first: u32,
    sets: Vec<Override>,
}

/// Why a study cannot be had.
#[derive(Debug)]
pub(crate) enum Broken {
    /// The file cannot be read.
    Unreadable(String),
    /// Everything that is wrong, each with the file it stands in.
    Wrong(Vec<(Source, Problem)>),
}

/// A text with its place in the study.
type At<T> = (T, topology::Place);

impl Sweep {
    /// Reads a study and checks every point of it.
    ///
    /// # Errors
    /// If it cannot be read, or everything that is wrong with it and its points.
    pub(crate) fn open(place: &Place) -> Result<Self, Broken> {
        points::open(place)
    }

    /// How many tasks there are; they are numbered from 0, by point, then by replication.
    pub(crate) fn tasks(&self) -> u32 {
        self.points.last().map_or(0, |last| last.first + last.replications)
    }

    /// The point of a task and its replication.
    pub(crate) fn task(&self, number: u32) -> Option<(usize, u32)> {
        let after = self.points.partition_point(|point| point.first <= number);
        let place = after.checked_sub(1)?;
        let replication = number - self.points[place].first;
        (replication < self.points[place].replications).then_some((place, replication))
    }

    /// What the results call a point's topology.
    pub(crate) fn topology(&self, point: &Point) -> &str {
        &self.study.topologies[point.member].file.text
    }

    /// A point's value in each column that topologies bring.
    pub(crate) fn columns_of(&self, point: &Point) -> Vec<String> {
        let own = &self.study.topologies[point.member].columns;
        let value = |name: &String| own.iter().find(|(known, _)| known == name);
        let values = self.columns.iter().map(value);
        values.map(|value| value.map_or(String::new(), |(_, value)| value.clone())).collect()
    }

    /// The files that make a copy of the study: path below `study/` and content.
    pub(crate) fn copies(&self) -> Vec<(String, Vec<u8>)> {
        let mut copies = vec![("study.yaml".to_owned(), self.source.text.clone().into_bytes())];
        for (place, member) in self.members.iter().enumerate() {
            let folder = format!("topologies/{place}");
            let name = points::file_name(&self.study.topologies[place].file.text);
            copies.push((format!("{folder}/{name}"), member.text.clone().into_bytes()));
            for (name, content) in &self.attachments[place] {
                copies.push((format!("{folder}/{name}"), content.clone()));
            }
        }
        copies
    }

    /// A point ready to run; it has been checked.
    fn case(&self, point: &Point) -> Result<Case, String> {
        let source = &self.members[point.member];
        let loaded = checked(source, &point.sets, loader(self.copied));
        let (Topology { federation, .. }, slo) = loaded.map_err(|problems| {
            let said = problems.first().map_or("it is wrong now", Problem::message);
            format!("{}: {said}", source.path)
        })?;
        Ok(Case { federation, slo })
    }
}

/// What a case measures.
fn setup(case: &Case, alone: bool) -> Arc<Setup> {
    let mut setup = run::setup_of(&case.federation, case.slo.clone());
    setup.batches &= alone;
    Arc::new(setup)
}

/// How the files of topologies are found.
fn loader(copied: bool) -> fn(&Source, &[Override]) -> Result<Topology, Vec<Problem>> {
    if copied { topology::load_copy } else { topology::load }
}
