//! Replications until figures are known well enough: each figure's 95 % interval no wider to either
//! side than a share of the figure itself. How many are added follows from what was seen, not from
//! the machine, so the same study always ends with the same number.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::replicate::{self, Case, Parallel, Progress, Replicated};
use super::stats;
use crate::measure::selector::Selector;
use crate::model::plan::Plan;
use crate::run::{Ending, Finished, Options, RunError};

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// Figures that are to be known.
    pub(crate) figures: Vec<Selector>,
    /// Largest half-width, as a share of the figure.
    pub(crate) share: f64,
    /// Replications at most.
    pub(crate) most: u32,
}

/// Replications, and how well figures are known.
#[derive(Debug)]
pub(crate) struct Reached {
    /// What they gave.
    pub(crate) replicated: Replicated,
    /// Half-width of each figure's interval as a share of it; `None` without an interval.
    pub(crate) half_widths: Vec<Option<f64>>,
    /// Whether all are at most what was asked.
    pub(crate) reached: bool,
}

/// Adds replications until the target is reached, or there are as many as allowed. At least three are
/// made, since two may agree by chance. The plan of the first may have been laid out.
///
/// # Errors
/// Only faults of the program.
pub(crate) fn run(
    case: &Case,
    first: Option<&Arc<Plan>>,
    target: &Target,
    options: Options,
    parallel: Parallel,
    stop: &CancellationToken,
    progress: Progress<'_>,
) -> Result<Reached, RunError> {
    let most = target.most.max(1);
    let mut wanted = case.federation.run.replications.max(3).min(most);
    let mut runs: Vec<Finished> = Vec::new();
    loop {
        let known = runs.len() as u32;
        let range = (known, wanted);
        let more = replicate::several_by(case, first, range, options, parallel, stop, progress)?;
        runs.extend(more);
        let half_widths: Vec<Option<f64>> =
            target.figures.iter().map(|figure| half_width(figure, &runs)).collect();
        let good = |width: &Option<f64>| width.is_some_and(|width| width <= target.share);
        let reached = half_widths.iter().all(good);
        let slo_ended = runs.last().is_some_and(|run| run.ended == Ending::StoppedBySlo);
        if reached || wanted >= most || slo_ended || stop.is_cancelled() {
            let all = runs.len() as u32 == wanted && (reached || wanted >= most);
            let mut replicated = replicate::added(runs);
            if !all && replicated.ended == Ending::Finished {
                replicated.ended = Ending::Interrupted;
            }
            return Ok(Reached { replicated, half_widths, reached });
        }
        // The half-width shrinks with the root of the number; no more than twice as many at once.
        let widest = half_widths.iter().map(|width| width.unwrap_or(f64::INFINITY));
        let over = widest.fold(target.share, f64::max) / target.share;
        let more = (f64::from(wanted) * (over * over).min(2.0)) as u32;
        wanted = more.max(wanted + 1).min(most);
    }
}

/// The half-width of a figure's interval as a share of it.
fn half_width(figure: &Selector, runs: &[Finished]) -> Option<f64> {
    let values: Option<Vec<f64>> = runs.iter().map(|run| figure.observe(&run.measured)).collect();
    let (mean, interval) = stats::mean_interval(&values?, 0.95)?;
    let width = interval.half_width();
    if width == 0.0 { Some(0.0) } else { (mean != 0.0).then(|| width / mean.abs()) }
}
