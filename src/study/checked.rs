//! A topology with its service level objectives, both right: what `run`, `check` and studies begin
//! with. It reads no file; places lead back to the source.

use crate::measure::selector::Misread;
use crate::measure::slo;
use crate::run;
use crate::topology::{Override, Place, Problem, Source, Topology, introduced};

/// Reads a topology with `load` and its SLO lines.
///
/// # Errors
/// All mistakes there are.
pub(crate) fn checked(
    source: &Source,
    overrides: &[Override],
    load: fn(&Source, &[Override]) -> Result<Topology, Vec<Problem>>,
) -> Result<(Topology, Vec<slo::Line>), Vec<Problem>> {
    let topology = load(source, overrides)?;
    let federation = &topology.federation;
    let (names, measured) = (run::names(federation), federation.run.duration);
    let mut lines = Vec::new();
    let mut problems = Vec::new();
    for (line, &place) in federation.slo.iter().zip(topology.slo_places()) {
        match slo::parse(line, &names, measured) {
            Ok(line) => lines.push(line),
            Err(problem) => {
                let shown = within(source, line, place, problem);
                problems.push(introduced(shown, overrides));
            }
        }
    }
    if problems.is_empty() { Ok((topology, lines)) } else { Err(problems) }
}

/// What is wrong with a line or figure that stands at a place of a file.
pub(super) fn within(source: &Source, line: &str, place: Place, wrong: Misread) -> Problem {
    // A line written plain stands in the file as it is.
    let plain = place.text(&source.text).is_some_and(|text| text == line);
    let at = if plain { place.part(wrong.span) } else { place };
    let shown = Problem::at(at, wrong.message);
    match wrong.help {
        Some(help) => shown.help(help),
        None => shown,
    }
}
