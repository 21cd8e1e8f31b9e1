//! `interwork check`: validates topologies and prints what follows from them without a run.

use std::path::PathBuf;

use super::Exit;
use super::topology::{Loaded, load, overrides};
use crate::engine::windows::lookahead;
use crate::model::plan::Plan;
use crate::run;

/// Check topologies and show what follows from them: load, utilisation, memory
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Topology files
    #[arg(required = true)]
    files: Vec<PathBuf>,

    /// Override a value, such as operators.imsp-a.smsc.throughput=80/s
    #[arg(long = "set", value_name = "PATH=VALUE")]
    overrides: Vec<String>,
}

pub(super) fn main(arguments: &Arguments) -> Exit {
    let overrides = match overrides(&arguments.overrides) {
        Ok(overrides) => overrides,
        Err(exit) => return exit,
    };
    let mut worst = Exit::Done;
    for file in &arguments.files {
        match load(file, &overrides) {
            Ok(Loaded { topology, .. }) => {
                let plan = run::plan(topology.federation);
                anstream::println!("{}: valid", file.display());
                anstream::print!("{}", facts(&plan));
            }
            Err(exit) => worst = exit,
        }
    }
    worst
}

/// What follows from a topology before any of it is simulated.
fn facts(plan: &Plan) -> String {
    let population = &plan.population;
    let im: u64 =
        plan.federation.operators().map(|(id, _)| u64::from(population.im_users(id))).sum();
    let lookahead = lookahead(plan).map_or("none".to_owned(), |lookahead| lookahead.to_string());
    format!(
        "  {} operators, {im} IM users, {} legacy customers, {} contacts, {} agreements, lookahead {lookahead}\n",
        plan.federation.operators.len(),
        u64::from(population.total()) - im,
        plan.graph.len(),
        plan.federation.agreements.len(),
    )
}
