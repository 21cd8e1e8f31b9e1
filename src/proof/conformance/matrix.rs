//! The matrix of deliberate defects and rows: which rows notice which defect. A row that no defect
//! fails proves nothing; a defect that no row notices is one that the program could have. Asked for
//! by `interwork conformance --matrix` and held by a test.

use super::{ROWS, Row, failures, ready};
use crate::domain::outcome::Defect;

/// Which rows notice which defect.
#[derive(Clone, Debug)]
pub(crate) struct Matrix {
    /// Ids of rows that fail without any defect, in the order of `ROWS`; empty in a sound program.
    pub(crate) failing: Vec<&'static str>,
    /// Of each defect, in the order of `Defect::ALL`, the ids of the rows that fail with it.
    pub(crate) noticed: Vec<(Defect, Vec<&'static str>)>,
}

/// Checks every row without a defect and with each.
///
/// # Errors
/// A row's scenario cannot be read.
pub(crate) fn matrix() -> Result<Matrix, String> {
    let rows: Result<Vec<_>, String> = ROWS.iter().map(|row| Ok((row, ready(row)?))).collect();
    let rows = rows?;
    let fails = |defect| {
        let failing = rows
            .iter()
            .filter(|(row, scenarios)| failures(row, scenarios, defect).next().is_some());
        failing.map(|(row, _)| row.id).collect()
    };
    let row = |defect: &Defect| (*defect, fails(Some(*defect)));
    // Tens of thousands of small runs: each core takes its share of the defects.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = Defect::ALL.len().div_ceil(cores);
    let noticed = std::thread::scope(|scope| {
        let parts = Defect::ALL.chunks(share);
        let parts: Vec<_> =
            parts.map(|part| scope.spawn(|| part.iter().map(row).collect::<Vec<_>>())).collect();
        let joined = parts
            .into_iter()
            .flat_map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        joined.collect()
    });
    Ok(Matrix { failing: fails(None), noticed })
}

impl Matrix {
    /// Defects that no row notices.
    pub(crate) fn unnoticed(&self) -> Vec<Defect> {
        let unnoticed = self.noticed.iter().filter(|(_, rows)| rows.is_empty());
        unnoticed.map(|(defect, _)| *defect).collect()
    }

    /// Ids of rows that fail with no defect.
    pub(crate) fn idle(&self) -> Vec<&'static str> {
        let idle = |row: &&Row| !self.noticed.iter().any(|(_, rows)| rows.contains(&row.id));
        ROWS.iter().filter(idle).map(|row| row.id).collect()
    }

    /// Whether it has no empty row and no empty column, and every row holds without a defect.
    pub(crate) fn is_whole(&self) -> bool {
        self.failing.is_empty() && self.unnoticed().is_empty() && self.idle().is_empty()
    }
}
