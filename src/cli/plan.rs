//! `interwork plan`: what to buy, what it costs by the month, what it survives.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use super::output::{Place, put_json};
use super::progress::Progress;
use super::signal::stop_on_signal;
use super::topology::{load, overrides, warn};
use super::{Exit, fault, folder_error, width};
use crate::domain::words::nearest;
use crate::report::document::json;
use crate::report::document::numbers::capital;
use crate::report::document::plan::{Scenario, Verdict};
use crate::report::face::{html, plan as face};
use crate::run;
use crate::study::forecast::forecast;
use crate::study::needs::needs;
use crate::study::plan::plan;
use crate::study::replicate::Parallel;

/// Plan: what to buy, what it costs by the month, and what it survives, on two printed sheets
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The topology file, with `slo` lines, `money` and `plan`
    topology: PathBuf,

    /// Plan for this operator alone, its parts and its bill
    #[arg(long, value_name = "NAME")]
    operator: Option<String>,

    /// Override a value, such as plan.growth=30%
    #[arg(long = "set", value_name = "PATH=VALUE")]
    overrides: Vec<String>,

    #[command(flatten)]
    place: Place,

    /// Threads to run on; the plan is the same on any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,

    /// Write everything as JSON; `-` prints it instead of the text
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

pub(super) fn main(arguments: &Arguments) -> Exit {
    find(arguments).unwrap_or_else(|exit| exit)
}

fn find(arguments: &Arguments) -> Result<Exit, Exit> {
    let given = overrides(&arguments.overrides)?;
    let loaded = load(&arguments.topology, &given)?;
    let case = loaded.case();
    if case.slo.is_empty() {
        anstream::eprintln!(
            "error: the topology has no `slo` lines: a plan says whether they hold"
        );
        return Err(Exit::BadInput);
    }
    if loaded.topology.federation.run.find_warm_up {
        anstream::eprintln!("error: a plan needs a fixed `run.warm_up` or `forecast`, not `auto`");
        return Err(Exit::BadInput);
    }
    if case.slo.iter().any(crate::measure::slo::Line::needs_baseline) {
        anstream::eprintln!("error: a plan has no baseline: leave out the lines that need one");
        return Err(Exit::BadInput);
    }
    let only = match &arguments.operator {
        None => None,
        Some(name) => {
            let known = || case.federation.operators().map(|(_, operator)| operator.name.as_str());
            let found = case.federation.operators().find(|(_, operator)| operator.name == *name);
            let Some((id, _)) = found else {
                anstream::eprintln!("error: no operator is called `{name}`");
                match nearest(name, known()) {
                    Some(right) => anstream::eprintln!("did you mean `{right}`?"),
                    None => anstream::eprintln!(
                        "operators here: {}",
                        known().collect::<Vec<_>>().join(", ")
                    ),
                }
                return Err(Exit::BadInput);
            };
            Some(id)
        }
    };
    let laid_out = run::plan(case.federation.clone());
    let expected = forecast(&laid_out);
    let needs = needs(&laid_out, &expected, &case.slo);
    warn(&loaded, &given, &laid_out, &expected, &needs);
    drop(laid_out);
    let stop = stop_on_signal();
    let name = format!("{}-plan", case.federation.name);
    let (folder, dir) = arguments.place.create(&name)?;
    let bar = Progress::new();
    let told = |scenario: &Scenario| {
        let words = match scenario.verdict {
            Verdict::Holds => "every line holds",
            Verdict::Fails => "a line fails",
            Verdict::Open => "too close, or too little was seen, to tell",
        };
        bar.note(&format!("{}: {words}", scenario.name));
    };
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let threads = arguments.threads.and_then(|n| NonZeroUsize::new(n.into())).unwrap_or(cores);
    let plan = plan(&case, only, Parallel { threads }, &stop, &told).map_err(fault)?;
    bar.end();
    if stop.is_cancelled() {
        anstream::eprintln!("stopped before the plan was made");
        return Ok(Exit::Interrupted);
    }
    let csv = face::tables(&plan).map_err(|error| {
        anstream::eprintln!("error: {}", capital(&error.to_string()));
        Exit::FileError
    })?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let mut files = vec![
        ("topology.yaml", loaded.topology.resolved_yaml()),
        ("plan.json", json::text(&plan).map_err(fault)?),
        (html::NAME, html::plan_page(&plan)),
    ];
    files.extend(csv.into_iter().map(|(name, bytes)| (name, text(bytes))));
    folder.put(&files).map_err(folder_error)?;
    put_json(arguments.json.as_deref(), &plan)?;
    if arguments.json.as_deref() != Some(std::path::Path::new("-")) {
        anstream::print!("{}", plan.page(width()));
        anstream::println!("\nresults in {}", dir.display());
    }
    Ok(if plan.holds() { Exit::Done } else { Exit::SloMissed })
}
