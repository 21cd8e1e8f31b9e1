//! Reading a topology for a subcommand: file, overrides, SLO lines, and what is wrong with them,
//! all at once.

use std::path::Path;

use super::{Exit, stderr_color, width};
use crate::measure::selector::{Names, Selector};
use crate::measure::slo;
use crate::report::read;
use crate::run;
use crate::study::replicate::Case;
use crate::study::stored;
use crate::topology::{self, Override, Problem, Source, Topology};

/// A valid topology with its parsed SLO lines.
pub(super) struct Loaded {
    pub(super) topology: Topology,
    pub(super) slo: Vec<slo::Line>,
}

impl Loaded {
    /// The topology, ready to run.
    pub(super) fn case(&self) -> Case {
        Case { federation: self.topology.federation.clone(), slo: self.slo.clone() }
    }
}

/// Fills in the figures of an earlier run where lines ask for them.
pub(super) fn set_baseline(lines: &mut [slo::Line], folder: Option<&Path>) -> Result<(), Exit> {
    let mut asking = lines.iter_mut().filter(|line| line.needs_baseline()).peekable();
    let (Some(first), folder) = (asking.peek(), folder) else { return Ok(()) };
    let Some(folder) = folder else {
        anstream::eprintln!("error: `{}` compares with an earlier run", first.text());
        anstream::eprintln!("name its result folder: --baseline DIR");
        return Err(Exit::BadInput);
    };
    let stored = read::open(folder).map_err(|error| {
        anstream::eprintln!("error: {error}");
        Exit::FileError
    })?;
    for line in asking {
        match stored::figure(&stored, line.selector()) {
            Some(figure) => line.set_baseline(figure),
            None => {
                let (figure, folder) = (line.selector(), folder.display());
                anstream::eprintln!("error: {folder} has no figure `{figure}` to compare with");
                return Err(Exit::BadInput);
            }
        }
    }
    Ok(())
}

/// Reads a figure that an option names; prints what is wrong with it.
pub(super) fn figure(text: &str, names: &Names) -> Result<Selector, Exit> {
    Selector::parse(text, names).map_err(|problem| {
        anstream::eprintln!("error: `{text}`: {}", problem.message);
        problem.help.iter().for_each(|help| anstream::eprintln!("{help}"));
        Exit::BadInput
    })
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
    let (names, measured) = (run::names(federation), federation.run.duration);
    let mut lines = Vec::new();
    let mut problems = Vec::new();
    for (line, span) in federation.slo.iter().zip(topology.slo_spans()) {
        match slo::parse(line, &names, measured) {
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
