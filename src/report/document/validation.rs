//! What closed formulas say beside what was measured (schema `interwork/validation/1`). Filled in by
//! `proof::validate`, shown by the terminal.

use serde::Serialize;

/// What came of all cases, or of those that a fault concerns.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Validation {
    /// Format and its version: `interwork/validation/1`.
    pub(crate) schema: &'static str,
    /// Of the first replication of every case.
    pub(crate) seed: u64,
    /// The deliberate fault; null without one.
    pub(crate) fault: Option<Fault>,
    /// How sure each interval is by itself, 0..1.
    pub(crate) confidence: f64,
    /// How often, at the most, any true figure lies outside of its interval, 0..1.
    pub(crate) false_alarm: f64,
    /// In the order of the table.
    pub cases: Vec<Case>,
}

/// A deliberate fault of what is run or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Fault {
    /// The word by which an option asks for it.
    pub(crate) name: &'static str,
    /// What it does.
    pub(crate) what: &'static str,
}

/// One topology and what is known of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Case {
    /// What theory calls it.
    pub name: &'static str,
    /// What of the simulator it is.
    pub(crate) what: &'static str,
    /// Who found the formula.
    pub(crate) source: &'static str,
    /// The topology's name.
    pub(crate) topology: &'static str,
    /// Replications that were run and measured.
    pub(crate) replications: usize,
    /// What the fault changed in the topology, as `--set` has it.
    pub(crate) set: Vec<&'static str>,
    /// What was compared.
    pub figures: Vec<Figure>,
}

/// A figure that a formula foretells, beside what was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// What it is.
    pub what: &'static str,
    /// How it was read, in words of SLO lines.
    pub(crate) read: String,
    /// Of the numbers below: `s` or `1`.
    pub(crate) unit: &'static str,
    /// What the formula says.
    pub theory: f64,
    /// Mean over the replications; null if one of them had no such figure.
    pub measured: Option<f64>,
    /// Where the true mean is, as far as the replications tell.
    pub interval: Option<[f64; 2]>,
    /// Whether the interval holds what theory says.
    pub verdict: Verdict,
}

/// Whether a row holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The interval holds what theory says.
    Pass,
    /// It does not, or nothing was measured.
    Fail,
}

impl Validation {
    /// Format of this version.
    pub(crate) const SCHEMA: &'static str = "interwork/validation/1";

    /// All figures, each with its case.
    pub(crate) fn figures(&self) -> impl Iterator<Item = (&Case, &Figure)> {
        self.cases.iter().flat_map(|case| case.figures.iter().map(move |figure| (case, figure)))
    }

    /// Those whose row does not hold.
    pub(crate) fn failed(&self) -> impl Iterator<Item = (&Case, &Figure)> {
        self.figures().filter(|(_, figure)| figure.verdict == Verdict::Fail)
    }

    /// Whether every row holds.
    pub(crate) fn holds(&self) -> bool {
        self.failed().next().is_none()
    }
}
