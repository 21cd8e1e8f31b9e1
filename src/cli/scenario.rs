//! `interwork scenario FILE…`: plays scenarios and says what does not hold.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::topology::{load, overrides};
use super::{Exit, width};
use crate::model::plan::Plan;
use crate::proof::scenario::play::{Played, play};
use crate::proof::scenario::script::{Script, parse};
use crate::report::face::lines::paragraphs;
use crate::run;

/// Play scenarios: who does what when, and what must be seen
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Scenario files; the topology that each names lies beside it
    #[arg(required = true)]
    files: Vec<PathBuf>,

    /// Print everything that is seen
    #[arg(long)]
    facts: bool,
}

pub(super) fn main(arguments: &Arguments) -> Exit {
    let mut worst = Exit::Done;
    for file in &arguments.files {
        let exit = match one(file) {
            Ok((script, played)) => {
                print(file, &script, &played, arguments.facts);
                if played.failures.is_empty() { Exit::Done } else { Exit::SloMissed }
            }
            Err(exit) => exit,
        };
        if exit as u8 > worst as u8 {
            worst = exit;
        }
    }
    worst
}

fn one(file: &Path) -> Result<(Script, Played), Exit> {
    let (script, plan) = read(file)?;
    let played = play(&script, &plan).map_err(|error| {
        anstream::eprintln!("error: {}: {error}", file.display());
        Exit::BadInput
    })?;
    Ok((script, played))
}

/// A scenario and the plan of its topology, which lies beside it.
pub(super) fn read(file: &Path) -> Result<(Script, Arc<Plan>), Exit> {
    let wrong = |error: &dyn std::fmt::Display| {
        anstream::eprintln!("error: {}: {error}", file.display());
    };
    let text = std::fs::read_to_string(file).map_err(|error| {
        wrong(&error);
        Exit::FileError
    })?;
    let script = parse(&text).map_err(|error| {
        wrong(&error);
        Exit::BadInput
    })?;
    let path = file.parent().unwrap_or(Path::new("")).join(&script.topology);
    let loaded = load(&path, &overrides(&script.sets)?)?;
    Ok((script, Arc::new(run::plan(loaded.topology.federation))))
}

fn print(file: &Path, script: &Script, played: &Played, facts: bool) {
    let mark = if played.failures.is_empty() { "✓" } else { "✗" };
    let title = format!("{mark} {}: {}", file.display(), script.title);
    anstream::print!("{}", paragraphs(&title, width()));
    if facts {
        for (at, fact) in &played.facts {
            anstream::println!("    {at} {fact}");
        }
    }
    for failure in &played.failures {
        anstream::print!("{}", paragraphs(&format!("  {failure}"), width()));
    }
}
