//! Reading a topology for a subcommand: file, overrides, SLO lines, and what is wrong with them,
//! all at once.

use std::path::Path;

use super::{Exit, stderr_color, width};
use crate::measure::results::Need;
use crate::measure::selector::{Names, Selector};
use crate::measure::slo;
use crate::model::plan::Plan;
use crate::report::document::manifest::StopReason;
use crate::report::document::stored::Stored;
use crate::report::folder::read::{self, ReadError};
use crate::study::checked;
use crate::study::compare::Baseline;
use crate::study::doubts::doubts;
use crate::study::forecast::Forecast;
use crate::study::replicate::Case;
use crate::study::stored::Earlier;
use crate::topology::{self, Override, Place, Problem, Source, Topology};

/// A valid topology with its parsed SLO lines.
pub(super) struct Loaded {
    pub(super) source: Source,
    pub(super) topology: Topology,
    pub(super) slo: Vec<slo::Line>,
}

impl Loaded {
    /// The topology, ready to run.
    pub(super) fn case(&self) -> Case {
        Case { federation: self.topology.federation.clone(), slo: self.slo.clone() }
    }

    /// The file and line of each SLO line; `None` of those that an option added.
    pub(super) fn slo_lines(&self) -> Vec<Option<(String, usize)>> {
        let Source { path, text, .. } = &self.source;
        let line = |place: &Place| match *place {
            Place::Source { start, .. } => {
                Some((path.clone(), text.get(..start)?.matches('\n').count() + 1))
            }
            Place::Override(_) | Place::File => None,
        };
        self.topology.slo_places().iter().map(line).collect()
    }
}

/// Prints what of a valid topology can hardly be meant, by the file and by what is foretold of it;
/// says how much that is.
pub(super) fn warn(
    loaded: &Loaded,
    overrides: &[Override],
    plan: &Plan,
    expected: &Forecast,
    needs: &[Need],
) -> usize {
    let doubts = doubts(&loaded.topology, plan, expected, needs);
    let doubts = doubts.into_iter().map(|doubt| topology::introduced(doubt, overrides));
    let all: Vec<Problem> = loaded.topology.warnings().iter().cloned().chain(doubts).collect();
    for warning in &all {
        let shown = warning.render(&loaded.source, width(), stderr_color());
        anstream::eprintln!("{shown}\n");
    }
    all.len()
}

/// Looks at a baseline that no line asks for: it may be missing, or meant for a line that is.
pub(super) fn unasked_baseline(loaded: &Loaded, folder: Option<&Path>) -> Result<(), Exit> {
    let asked = loaded.slo.iter().any(slo::Line::needs_baseline);
    let Some(folder) = folder.filter(|_| !asked) else { return Ok(()) };
    open_baseline(folder)?;
    anstream::eprintln!("warning: no SLO line asks for --baseline {}", folder.display());
    anstream::eprintln!("such a line is: message_latency p95 <= baseline +5%\n");
    Ok(())
}

fn open_baseline(folder: &Path) -> Result<Stored, Exit> {
    read::open(folder).map_err(unreadable)
}

/// Prints why a result folder cannot be read.
pub(super) fn unreadable(error: ReadError) -> Exit {
    anstream::eprintln!("error: {error}");
    Exit::FileError
}

/// Fills in the figures of an earlier run where lines ask for them, and gives what it knows of them.
pub(super) fn set_baseline(
    loaded: &mut Loaded,
    folder: Option<&Path>,
) -> Result<Option<Baseline>, Exit> {
    let name = loaded.topology.federation.name.clone();
    let asking = loaded.slo.iter_mut().enumerate().filter(|(_, line)| line.needs_baseline());
    let mut asking = asking.peekable();
    let Some((_, first)) = asking.peek() else { return Ok(None) };
    let Some(folder) = folder else {
        anstream::eprintln!("error: `{}` compares with an earlier run", first.text());
        anstream::eprintln!("name its result folder: --baseline DIR");
        return Err(Exit::BadInput);
    };
    let stored = open_baseline(folder)?;
    if stored.manifest.stop_reason != StopReason::Finished {
        let folder = folder.display();
        anstream::eprintln!("error: the run of {folder} did not end: it is no baseline");
        anstream::eprintln!("`interwork run` its topology again, to the end");
        return Err(Exit::BadInput);
    }
    if stored.manifest.name != name {
        let (folder, other) = (folder.display(), &stored.manifest.name);
        anstream::eprintln!("warning: {folder} is a run of `{other}`, this is `{name}`");
    }
    let earlier = Earlier::of(&stored).map_err(unreadable)?;
    let mut baseline = Baseline::new(&stored.manifest.replication_seeds);
    for (place, line) in asking {
        match baseline.take(place, line, &earlier) {
            Some(figure) => line.set_baseline(figure),
            None => {
                let (figure, folder) = (line.selector(), folder.display());
                anstream::eprintln!("error: {folder} has no figure `{figure}` to compare with");
                if !earlier.is_exact() {
                    anstream::eprintln!("its sums are not there or do not fit: run it again");
                }
                return Err(Exit::BadInput);
            }
        }
    }
    Ok(Some(baseline))
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
        if !path.exists() {
            others_there(path);
        }
        Exit::FileError
    })?;
    load_source(source, overrides)
}

/// Prints which topologies or studies lie where one was looked for.
fn others_there(path: &Path) {
    const SHOWN: usize = 8;
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".yaml") || name.ends_with(".yml"))
        .collect();
    names.sort();
    let more = if names.len() > SHOWN { ", …" } else { "" };
    names.truncate(SHOWN);
    match names.as_slice() {
        [] => anstream::eprintln!("`interwork new FILE` writes a topology to start from"),
        names => anstream::eprintln!("files there: {}{more}", names.join(", ")),
    }
}

/// Checks a topology that has been read; prints every problem there is.
pub(super) fn load_source(source: Source, overrides: &[Override]) -> Result<Loaded, Exit> {
    let (topology, slo) = checked(&source, overrides, topology::load).map_err(|problems| {
        for problem in &problems {
            anstream::eprintln!("{}\n", problem.render(&source, width(), stderr_color()));
        }
        let count = count_of_problems(problems.len());
        anstream::eprintln!("{}: {count}, nothing was run", source.path);
        Exit::BadInput
    })?;
    Ok(Loaded { source, topology, slo })
}

/// A topology whose problems have been told, with other values; the first thing that is wrong with
/// them, if anything is.
pub(super) fn reload(source: &Source, overrides: &[Override]) -> Result<Topology, String> {
    let loaded = checked(source, overrides, topology::load);
    let first = |problems: Vec<Problem>| problems[0].message().to_owned();
    loaded.map(|(topology, _)| topology).map_err(first)
}

/// `1 problem`, `2 problems`.
pub(super) fn count_of_problems(count: usize) -> String {
    if count == 1 { "1 problem".to_owned() } else { format!("{count} problems") }
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
