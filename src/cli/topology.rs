//! Reading a topology for a subcommand: file, overrides, SLO lines, and what is wrong with them,
//! all at once.

use std::path::Path;

use super::{Exit, stderr_color, width};
use crate::measure::slo;
use crate::model::plan::Stations;
use crate::topology::{self, Override, Problem, Source, Topology};

/// A valid topology with its parsed SLO lines.
pub(super) struct Loaded {
    pub(super) topology: Topology,
    pub(super) slo: Vec<slo::Line>,
}

/// Reads and checks a topology; prints every problem there is.
pub(super) fn load(path: &Path, overrides: &[Override]) -> Result<Loaded, Exit> {
    let source = topology::read(path).map_err(|error| {
        anstream::eprintln!("error: {error}");
        Exit::FileError
    })?;
    let (topology, slo) = check(&source, overrides).map_err(|problems| {
        for problem in &problems {
            anstream::eprintln!("{}\n", problem.render(&source, width(), stderr_color()));
        }
        let count = match problems.len() {
            1 => "1 problem".to_owned(),
            many => format!("{many} problems"),
        };
        anstream::eprintln!("{}: {count}, nothing was run", path.display());
        Exit::BadInput
    })?;
    for warning in &topology.warnings {
        anstream::eprintln!("{}\n", warning.render(&source, width(), stderr_color()));
    }
    Ok(Loaded { topology, slo })
}

fn check(
    source: &Source,
    overrides: &[Override],
) -> Result<(Topology, Vec<slo::Line>), Vec<Problem>> {
    let topology = topology::load(source, overrides)?;
    let federation = &topology.federation;
    let operators: Vec<String> = federation.operators.iter().map(|o| o.name.clone()).collect();
    let stations: Vec<String> =
        Stations::new(federation).all.into_iter().map(|station| station.name).collect();
    let mut lines = Vec::new();
    let mut problems = Vec::new();
    for (line, span) in federation.slo.iter().zip(topology.slo_spans()) {
        match slo::parse(line, &operators, &stations) {
            Ok(line) => lines.push(line),
            Err(problem) => {
                // A line written plain stands in the file as it is.
                let plain = source.text.get(span.clone()).is_some_and(|text| text == line);
                let at = match plain {
                    true => span.start + problem.span.start..span.start + problem.span.end,
                    false => span.clone(),
                };
                let mut shown = Problem::at(at, problem.message);
                if let Some(help) = problem.help {
                    shown = shown.help(help);
                }
                shown.name_override(overrides);
                problems.push(shown);
            }
        }
    }
    if problems.is_empty() { Ok((topology, lines)) } else { Err(problems) }
}

/// Parses the arguments of `--set`; prints what is wrong with them.
pub(super) fn overrides(arguments: &[String]) -> Result<Vec<Override>, Exit> {
    let parse = |argument: &String| {
        Override::parse(argument).map_err(|problem| {
            anstream::eprintln!("error: --set {argument}: {problem}");
            Exit::BadInput
        })
    };
    arguments.iter().map(parse).collect()
}
