//! What CI services read: `--junit FILE`, `--markdown FILE` and `--json FILE`, besides the terminal.
//! `-` stands for standard output, which then carries nothing else.

use std::path::{Path, PathBuf};

use super::Exit;
use crate::report::junit::{Case, junit};
use crate::report::manifest::Manifest;
use crate::report::markdown;
use crate::report::summary::Summary;

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
}

impl Outputs {
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

/// Writes a run's summary in every form that was asked for.
pub(super) fn write(outputs: &Outputs, summary: &Summary, manifest: &Manifest) -> Result<(), Exit> {
    let cases = summary.slo.iter().map(|line| Case {
        class: summary.name.clone(),
        name: line.line.clone(),
        failure: (!line.passed).then(|| line.seen()),
    });
    let cases: Vec<Case> = cases.collect();
    let json = || serde_json::to_string_pretty(summary).unwrap_or_default() + "\n";
    put(outputs.junit.as_deref(), || junit(&summary.name, &cases))?;
    put(outputs.markdown.as_deref(), || markdown::render(summary, manifest))?;
    put(outputs.json.as_deref(), json)
}

/// Writes a text to a file, or prints it.
pub(super) fn put(path: Option<&Path>, text: impl Fn() -> String) -> Result<(), Exit> {
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
