//! What an earlier run measured, out of its result folder: its exact sums, so that any figure can be
//! asked for as of a run that has just ended. For a folder without them (of an earlier version, or changed
//! since) sums are made of its rows, with the percentiles of `histograms.hlog`, and of single replications
//! only what `replications.csv` has is known; where its topology cannot be read any more, its rows alone
//! are. Called for SLO lines that compare
//! with a baseline, and for the lines of `compare`.

use std::sync::Arc;

use super::checked;
use crate::measure::measured::Measured;
use crate::measure::selector::{Names, Selector};
use crate::measure::{Setup, rows, saved};
use crate::report::document::stored::Stored;
use crate::report::document::summary::Summary;
use crate::report::document::sums::Sums;
use crate::report::folder::read::{self, ReadError};
use crate::{run, topology};

/// An earlier run that can be asked for figures.
#[derive(Debug)]
pub struct Earlier<'a> {
    stored: &'a Stored,
    /// All replications added up; `None` if the topology beside them cannot be read.
    whole: Option<Measured>,
    /// Each by itself; `None` without exact sums.
    each: Option<Vec<Measured>>,
}

impl<'a> Earlier<'a> {
    /// Restores what a folder has.
    ///
    /// # Errors
    /// If it has no sums that fit, and its histograms cannot be read.
    pub fn of(stored: &'a Stored) -> Result<Self, ReadError> {
        let setup = setup(stored);
        let each = setup.as_ref().and_then(|setup| {
            let sums = Sums::read(&stored.dir, &stored.manifest)?;
            let each = sums.replications.iter().map(|lines| saved::restore(setup, lines).ok());
            each.collect::<Option<Vec<Measured>>>().filter(|each| !each.is_empty())
        });
        let whole = match (&each, &setup) {
            (Some(each), _) => each.iter().cloned().reduce(|mut all, one| {
                all.add(&one);
                all
            }),
            (None, Some(setup)) => {
                let histograms = read::histograms(&stored.dir)?;
                let runs = stored.manifest.replication_seeds.len().max(1) as u32;
                Some(rows::measured(setup, &stored.summary.metrics, &histograms, runs))
            }
            (None, None) => None,
        };
        Ok(Self { stored, whole, each })
    }

    /// Everything that was measured, all together and of each replication; `None` without exact sums.
    pub(crate) fn sums(&self) -> Option<(&Measured, &[Measured])> {
        self.whole.as_ref().zip(self.each.as_deref())
    }

    /// Whether its exact sums are there.
    pub fn is_exact(&self) -> bool {
        self.each.is_some()
    }

    /// A figure, in base units; `None` if the folder does not tell it.
    pub fn figure(&self, selector: &Selector) -> Option<f64> {
        match &self.whole {
            Some(whole) => selector.observe(whole),
            None => self.row(selector),
        }
    }

    /// Whether a figure is a lower bound, of all together or of one among them.
    pub(crate) fn is_least(&self, selector: &Selector) -> bool {
        let each = self.each.iter().flatten();
        let mut all = self.whole.iter().chain(each).filter_map(|one| selector.bounds(one));
        all.any(|bounds| bounds.is_least())
    }

    /// The figure of a row of the summary, all that is known where nobody knows what was measured.
    fn row(&self, selector: &Selector) -> Option<f64> {
        let labels = selector.labels();
        let mut metrics = self.stored.summary.metrics.iter();
        let figure = metrics.find(|metric| metric.is(selector.metric(), &labels))?;
        let figure = figure.figure(selector.statistic())?;
        // Counts add up over replications; that of a line is of one run.
        let runs = self.stored.manifest.replication_seeds.len().max(1) as f64;
        Some(if selector.statistic() == "count" { figure / runs } else { figure })
    }

    /// The same of each of several replications; `None` for those of which it is not known.
    pub fn each(&self, selector: &Selector) -> Vec<Option<f64>> {
        if let Some(each) = &self.each {
            return each.iter().map(|one| selector.observe(one)).collect();
        }
        let mut each = vec![None; self.stored.manifest.replication_seeds.len()];
        let labels: Vec<String> =
            selector.labels().iter().map(|(name, value)| format!("{name}={value}")).collect();
        for row in &self.stored.replications {
            let mut pairs = row.labels.split(';').filter(|pair| !pair.is_empty());
            let same = row.metric == selector.metric()
                && row.statistic == selector.statistic()
                && pairs.clone().count() == labels.len()
                && pairs.all(|pair| labels.iter().any(|label| label == pair));
            if let Some(of) = each.get_mut(row.replication as usize).filter(|_| same) {
                *of = Some(row.value);
            }
        }
        each
    }
}

/// What was measured, by the topology that lies beside the results.
fn setup(stored: &Stored) -> Option<Arc<Setup>> {
    let source = topology::read(&stored.dir.join("topology.yaml")).ok()?;
    let (topology, lines) = checked(&source, &[], topology::load_copy).ok()?;
    Some(Arc::new(run::setup_of(&topology.federation, lines)))
}

/// The names that labels have in an earlier run, for figures that are held against it.
pub fn names(summary: &Summary) -> Names {
    let mut names = Names::default();
    for (label, value) in summary.metrics.iter().flat_map(|metric| &metric.labels) {
        let known = match &**label {
            "from" | "to" | "operator" => &mut names.operators,
            "station" => &mut names.stations,
            _ => continue,
        };
        known.push(value.clone());
    }
    for known in [&mut names.operators, &mut names.stations] {
        known.sort();
        known.dedup();
    }
    names
}

/// Labels as rows of a CSV file have them.
pub(crate) fn pairs(labels: &str) -> impl Iterator<Item = (&str, &str)> {
    labels.split(';').filter_map(|pair| pair.split_once('='))
}
