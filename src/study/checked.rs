//! A topology with its service level objectives, both right: what `run`, `check` and studies begin
//! with. It reads no file; places lead back to the source.

use std::ops::Range;

use crate::measure::selector::Misread;
use crate::measure::slo;
use crate::run;
use crate::topology::{Override, Problem, Source, Topology};

/// Reads a topology with `load` and its SLO lines.
///
/// # Errors
/// All mistakes there are.
pub fn checked(
    source: &Source,
    overrides: &[Override],
    load: fn(&Source, &[Override]) -> Result<Topology, Vec<Problem>>,
) -> Result<(Topology, Vec<slo::Line>), Vec<Problem>> {
    let topology = load(source, overrides)?;
    let federation = &topology.federation;
    let (names, measured) = (run::names(federation), federation.run.duration);
    let mut lines = Vec::new();
    let mut problems = Vec::new();
    for (line, span) in federation.slo.iter().zip(topology.slo_spans()) {
        match slo::parse(line, &names, measured) {
            Ok(line) => lines.push(line),
            Err(problem) => {
                let mut shown = within(source, line, span, problem);
                shown.name_override(overrides);
                problems.push(shown);
            }
        }
    }
    if problems.is_empty() { Ok((topology, lines)) } else { Err(problems) }
}

/// What is wrong with a line or figure that stands at a place of a file.
pub(super) fn within(source: &Source, line: &str, span: &Range<usize>, wrong: Misread) -> Problem {
    // A line written plain stands in the file as it is.
    let plain = source.text.get(span.clone()).is_some_and(|text| text == line);
    let at = match plain {
        true => span.start + wrong.span.start..span.start + wrong.span.end,
        false => span.clone(),
    };
    let shown = Problem::at(at, wrong.message);
    match wrong.help {
        Some(help) => shown.help(help),
        None => shown,
    }
}
