//! `interwork validate`: what is measured beside what closed formulas say, and whether they agree.

use std::num::NonZeroUsize;

use super::progress::Progress;
use super::signal::stop_on_signal;
use super::{Exit, fault, width};
use crate::domain::words::nearest;
use crate::proof::validate::fault::Fault;
use crate::proof::validate::{Trial, cases, check, document};
use crate::report::document::json;
use crate::report::face::lines::paragraphs;
use crate::report::face::validation::render;
use crate::study::replicate::Parallel;

/// Compare what is measured with closed formulas: queues, limits, retries, fan-out, Little's law
///
/// Runs small topologies of which theory knows the answer (topologies/validate/ has them) and prints
/// each figure with what the formula says, what was measured, its interval, and whether they agree.
/// Exits with 99 if a row fails.
#[derive(Debug, clap::Args)]
#[command(after_help = faults())]
pub(super) struct Arguments {
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,

    /// Run the cases that a deliberate fault concerns with that fault, to see which rows notice it;
    /// `list` names them
    #[arg(long, value_name = "NAME")]
    mutate: Option<String>,

    /// Seed of every case
    #[arg(long, value_name = "N", default_value_t = 42)]
    seed: u64,

    /// Threads to run on; the answer is the same on any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// The deliberate faults, a line each.
fn list() -> String {
    let longest = Fault::ALL.iter().map(|fault| fault.label().len()).max().unwrap_or(0);
    let line = |fault: &Fault| format!("  {:<longest$}  {}\n", fault.label(), fault.what());
    Fault::ALL.iter().map(line).collect()
}

fn faults() -> String {
    let lead = "Faults for --mutate; what is run or read changes, what theory says does not:";
    format!("{lead}\n{}", list().trim_end())
}

pub(super) fn main(arguments: &Arguments) -> Exit {
    let mutation = match arguments.mutate.as_deref().map(named) {
        None => None,
        Some(Ok(mutation)) => Some(mutation),
        Some(Err(exit)) => return exit,
    };
    let stop = stop_on_signal();
    let bar = Progress::new();
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let threads = arguments.threads.and_then(|n| NonZeroUsize::new(n.into())).unwrap_or(cores);
    let trial =
        Trial { seed: arguments.seed, fault: mutation, shorter: 1, parallel: Parallel { threads } };
    let cases = cases(mutation);
    let mut checked = Vec::new();
    for (place, case) in cases.iter().enumerate() {
        let tell = |share: f64, _| {
            let done = (place as f64 + share) / cases.len() as f64;
            bar.part(done, case.name.to_owned());
        };
        match check(case, trial, &stop, &tell) {
            Ok(case) => checked.push(case),
            Err(error) => return fault(error),
        }
        if stop.is_cancelled() {
            bar.end();
            anstream::eprintln!("stopped before every case was run");
            return Exit::Interrupted;
        }
    }
    bar.end();
    let document = document(trial, checked);
    if arguments.json {
        match json::text(&document) {
            Ok(text) => anstream::print!("{text}"),
            Err(error) => return fault(error),
        }
    } else {
        anstream::print!("{}", render(&document, width()));
    }
    if document.holds() { Exit::Done } else { Exit::SloMissed }
}

fn named(name: &str) -> Result<Fault, Exit> {
    if name == "list" {
        anstream::print!("{}", list());
        return Err(Exit::Done);
    }
    let labels = || Fault::ALL.iter().map(|fault| fault.label());
    Fault::ALL.iter().copied().find(|fault| fault.label() == name).ok_or_else(|| {
        let hint = nearest(name, labels())
            .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        let message = format!("error: no fault is called `{name}`{hint}");
        anstream::eprint!("{}", paragraphs(&message, width()));
        anstream::eprintln!("`--mutate list` names them");
        Exit::BadInput
    })
}
