//! What CI services read: `--junit FILE`, `--markdown FILE` and `--json FILE`, besides the terminal.
//! `-` stands for standard output, which then carries nothing else.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::Serialize;

use super::record::utc;
use super::{Exit, fault, folder_error};
use crate::measure::results::Slo;
use crate::measure::written::has_baseline;
use crate::report::document::json;
use crate::report::document::manifest::{Precision, StopReason};
use crate::report::face::github::{Level, annotation};
use crate::report::face::junit::{Case, Took, Verdict, junit};
use crate::report::face::markdown;
use crate::report::folder::write::Folder;
use crate::report::judge::Run;

/// Where a result goes besides its folder.
#[derive(Debug, clap::Args)]
pub(super) struct Outputs {
    /// Write the verdicts as JUnit XML, one test case each; `-` prints it instead of the text
    #[arg(long, value_name = "FILE")]
    pub(super) junit: Option<PathBuf>,

    /// Write the summary as Markdown, for a comment on a change under review; `-` prints it instead
    /// of the text
    #[arg(long, value_name = "FILE")]
    pub(super) markdown: Option<PathBuf>,

    /// Write the summary as JSON; `-` prints it instead of the text
    #[arg(long, value_name = "FILE")]
    pub(super) json: Option<PathBuf>,

    /// Also write lines that do not hold as annotations of GitHub Actions, on standard error
    #[arg(long)]
    pub(super) github: bool,
}

/// The folder of an answer.
#[derive(Debug, clap::Args)]
pub(super) struct Place {
    /// Folder for the answer and its page, report.html; a new one under results/ if left out
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Write into a folder that is not empty
    #[arg(long)]
    force: bool,
}

impl Place {
    /// Makes it: before anything runs, so that a folder that cannot be had costs no time.
    pub(super) fn create(&self, name: &str) -> Result<(Folder, PathBuf), Exit> {
        self.create_or(name, |_| false)
    }

    /// The same where a folder that is not empty may be gone on with.
    pub(super) fn create_or(
        &self,
        name: &str,
        goes_on: impl FnOnce(&Path) -> bool,
    ) -> Result<(Folder, PathBuf), Exit> {
        let dir = self.out.clone().unwrap_or_else(|| {
            let name = format!("{name}-{}", utc(SystemTime::now(), "", ""));
            // Two within one second.
            let more = (2..).map(|n| format!("{name}-{n}"));
            let names = std::iter::once(name.clone()).chain(more);
            let mut free = names.map(|name| Path::new("results").join(name));
            free.find(|dir| !dir.exists()).unwrap_or_default()
        });
        let force = self.force || goes_on(&dir);
        Folder::create(&dir, force).map(|folder| (folder, dir)).map_err(folder_error)
    }
}

impl Outputs {
    /// Those among arguments that could not be understood as a whole.
    pub(super) fn among(given: &[OsString]) -> Self {
        let value = |option: &str| {
            let mut after = given.iter().skip_while(|argument| *argument != option).skip(1);
            let joined = given.iter().find_map(|argument| {
                argument.to_str()?.strip_prefix(option)?.strip_prefix('=').map(PathBuf::from)
            });
            after.next().map(PathBuf::from).or(joined)
        };
        let github = given.iter().any(|argument| argument == "--github");
        let [junit, markdown, json] = ["--junit", "--markdown", "--json"].map(value);
        Self { junit, markdown, json, github }
    }

    fn printed(&self) -> usize {
        let all = [&self.junit, &self.markdown, &self.json];
        all.into_iter().filter(|path| path.as_deref() == Some(Path::new("-"))).count()
    }

    /// Whether standard output carries one of these alone.
    pub(super) fn on_stdout(&self) -> bool {
        self.printed() > 0
    }

    /// Refuses what would run into one another.
    pub(super) fn check(&self) -> Result<(), Exit> {
        if self.printed() > 1 {
            anstream::eprintln!("error: only one of --junit, --markdown and --json can be `-`");
            return Err(Exit::BadInput);
        }
        Ok(())
    }
}

/// What CI services are told of a command that ended without an answer: a test case that fails, an
/// annotation, and none of the files that an earlier one left. The exit code goes on.
pub(super) fn ended(outputs: &Outputs, command: &str, exit: Exit, started: SystemTime) -> Exit {
    let Some(why) = exit.why() else { return exit };
    let why = format!("exit code {}: {why}; the log has more", exit as u8);
    let title = format!("interwork {command}");
    if outputs.github {
        anstream::eprintln!("{}", annotation(Level::Error, None, &title, &why));
    }
    for (earlier, start) in
        [(&outputs.markdown, "### "), (&outputs.json, "{\n  \"schema\": \"interwork/")]
    {
        if let Some(earlier) = earlier.as_deref().filter(|path| starts(path, start)) {
            // One that cannot go is a fault of whoever writes there next.
            let _ = std::fs::remove_file(earlier);
        }
    }
    let case =
        Case { class: title, name: "there is an answer".to_owned(), verdict: Verdict::Failed(why) };
    let xml = junit(command, std::slice::from_ref(&case), &took(started));
    match outputs.junit.as_deref() {
        Some(path) if path == Path::new("-") => anstream::print!("{xml}"),
        // Where it cannot be written, that may be the very reason, which was told.
        Some(path) if !path.exists() || starts(path, "<?xml ") => drop(std::fs::write(path, xml)),
        _ => {}
    }
    exit
}

/// Whether a file begins as those that are written here: options that make no sense may name any file.
fn starts(path: &Path, with: &str) -> bool {
    std::fs::read(path).is_ok_and(|content| content.starts_with(with.as_bytes()))
}

/// The time since a command began, for JUnit.
pub(super) fn took(started: SystemTime) -> Took {
    let seconds = started.elapsed().unwrap_or_default().as_secs_f64();
    Took { started: utc(started, "-", ":"), seconds }
}

/// Writes a run's summary in every form that was asked for; `places`: the file and line of each SLO
/// line that stands in a file.
pub(super) fn write(
    outputs: &Outputs,
    run: &Run<'_>,
    places: &[Option<(String, usize)>],
    started: SystemTime,
) -> Result<(), Exit> {
    let Run { summary, manifest, .. } = *run;
    let case =
        |name: &str, verdict| Case { class: summary.name.clone(), name: name.to_owned(), verdict };
    // As the exit code has it: what is against an earlier run may be undecided, any other line has to be
    // shown to hold, unless it could not be, since the run was stopped or a line that fails ended it.
    let whole = manifest.stop_reason == StopReason::Finished;
    let open = |line: &Slo| line.undecided && (!whole || has_baseline(&line.line));
    let lines = summary.slo.iter().map(|line| {
        let open = open(line);
        let verdict = match (line.passed, open) {
            (true, _) => Verdict::Held,
            (false, true) => Verdict::Open(line.seen()),
            (false, false) => Verdict::Failed(line.seen()),
        };
        case(&line.line, verdict)
    });
    let mut cases: Vec<Case> = lines.collect();
    if manifest.stop_reason == StopReason::Interrupted {
        let why = "interrupted: not all of it was simulated".to_owned();
        cases.push(case("the run ends", Verdict::Failed(why)));
    }
    if let Some(missed) = manifest.precision.as_ref().and_then(Precision::missed) {
        cases.push(case("figures are known as well as was asked", Verdict::Open(missed)));
    }
    for (line, place) in summary.slo.iter().zip(places).filter(|_| outputs.github) {
        let level = if open(line) { Level::Warning } else { Level::Error };
        let at = place.as_ref().map(|(file, line)| (file.as_str(), *line));
        if !line.passed {
            anstream::eprintln!("{}", annotation(level, at, &line.line, &line.seen()));
        }
    }
    put(outputs.junit.as_deref(), || junit(&summary.name, &cases, &took(started)))?;
    put(outputs.markdown.as_deref(), || markdown::render(run))?;
    put_json(outputs.json.as_deref(), summary)
}

/// Writes a document to a file, or prints it.
pub(super) fn put_json(path: Option<&Path>, document: &impl Serialize) -> Result<(), Exit> {
    let Some(path) = path else { return Ok(()) };
    let text = json::text(document).map_err(fault)?;
    put(Some(path), || text)
}

/// Writes a text to a file, or prints it.
pub(super) fn put(path: Option<&Path>, text: impl FnOnce() -> String) -> Result<(), Exit> {
    match path {
        None => Ok(()),
        Some(path) if path == Path::new("-") => {
            anstream::print!("{}", text());
            Ok(())
        }
        Some(path) => std::fs::write(path, text()).map_err(|error| {
            anstream::eprintln!("error: {} could not be written: {error}", path.display());
            Exit::FileError
        }),
    }
}
