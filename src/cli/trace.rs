//! `interwork trace`: single journeys, step by step, with what was decided and why.

use std::path::PathBuf;
use std::sync::Arc;

use super::topology::{load, overrides};
use super::{Exit, scenario, width};
use crate::domain::time::Instant;
use crate::proof::scenario::play::{end, scripted};
use crate::proof::trace::{Follow, Kind, trace};
use crate::report::face::journey::{self, Journey};
use crate::run;

/// Follow single messages, presence changes, contacts and upgrades, step by step
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The topology file; left out with --scenario
    #[arg(required_unless_present = "scenario", conflicts_with = "scenario")]
    topology: Option<PathBuf>,

    #[command(flatten)]
    one: One,

    /// Follow everything of a scenario, or the one asked for
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,

    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Draw times to scale (svg); else a row a step
    #[arg(long)]
    to_scale: bool,

    /// Override a value, such as run.seed=7
    #[arg(long = "set", value_name = "PATH=VALUE")]
    overrides: Vec<String>,
}

/// What to follow, counted from 1 in the order in which it is meant.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct One {
    /// Follow the Nth message, counted from 1; of a run the first unless another is asked for
    #[arg(long, value_name = "N")]
    message: Option<u64>,

    /// Follow the Nth presence change instead
    #[arg(long, value_name = "N")]
    presence: Option<u64>,

    /// Follow the Nth contact to be added instead
    #[arg(long, value_name = "N")]
    contact: Option<u64>,

    /// Follow the Nth upgrade of a legacy customer instead
    #[arg(long, value_name = "N")]
    upgrade: Option<u64>,
}

impl One {
    fn follow(&self) -> Option<Follow> {
        let asked = [
            (Kind::Message, self.message),
            (Kind::Presence, self.presence),
            (Kind::Contact, self.contact),
            (Kind::Upgrade, self.upgrade),
        ];
        asked.into_iter().find_map(|(kind, n)| Some(Follow::One(kind, n?)))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Lines for people
    Text,
    /// A Mermaid sequence diagram
    Mermaid,
    /// A picture with a lane per node
    Svg,
    /// For the Perfetto and Chrome trace viewers
    Perfetto,
}

pub(super) fn main(arguments: &Arguments) -> Exit {
    match journeys(arguments) {
        Ok(journeys) => {
            let drawn = match arguments.format {
                Format::Text => journey::text(&journeys, width()),
                Format::Mermaid => journey::mermaid(&journeys),
                Format::Svg => journey::svg(&journeys, arguments.to_scale),
                Format::Perfetto => journey::perfetto(&journeys),
            };
            anstream::print!("{drawn}");
            Exit::Done
        }
        Err(exit) => exit,
    }
}

fn journeys(arguments: &Arguments) -> Result<Vec<Journey>, Exit> {
    let wrong = |error: &dyn std::fmt::Display| {
        anstream::eprintln!("error: {error}");
        Exit::BadInput
    };
    if let Some(file) = &arguments.scenario {
        let (script, plan) = scenario::read(file)?;
        let acts = scripted(&script, &plan).map_err(|error| wrong(&error))?;
        let follow = arguments.one.follow().unwrap_or(Follow::Everything);
        return trace(&plan, follow, end(&script), &acts).map_err(|error| wrong(&error));
    }
    let Some(file) = &arguments.topology else { return Ok(Vec::new()) };
    let loaded = load(file, &overrides(&arguments.overrides)?)?;
    let run = loaded.topology.federation.run;
    let plan = Arc::new(run::plan(loaded.topology.federation));
    let follow = arguments.one.follow().unwrap_or(Follow::One(Kind::Message, 1));
    let end = Instant::START + run.warm_up + run.duration;
    trace(&plan, follow, end, &[]).map_err(|error| wrong(&error))
}
