//! The command line: one file per subcommand, no domain knowledge. Exit codes are part of the
//! interface and listed here alone.
#![allow(rustdoc::invalid_html_tags, reason = "these comments are the words of --help")]

mod capacity;
mod check;
mod command;
mod compare;
mod conformance;
mod live;
mod new;
mod output;
mod plan;
mod progress;
mod record;
mod report;
mod run;
mod scenario;
mod schema;
mod signal;
mod sweep;
mod topology;
mod trace;
mod validate;
mod watch;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::report::folder::write::FolderError;

/// What the process says with its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done, every SLO line holds.
    Done = 0,
    /// Done, an SLO line does not hold.
    SloMissed = 99,
    /// The topology or an option is wrong; nothing was run.
    BadInput = 104,
    /// Stopped by a signal or a key; what was measured so far is written and marked.
    Interrupted = 105,
    /// Done, but a live run did not keep its schedule, and was to (`--strict`).
    Late = 106,
    /// A fault of the program: an invariant is broken.
    Fault = 70,
    /// A file could not be read or written.
    FileError = 74,
}

impl Exit {
    /// Why there is no answer, where the code says so.
    fn why(self) -> Option<&'static str> {
        match self {
            Self::Done | Self::SloMissed | Self::Late => None,
            Self::BadInput => Some("the topology or an option is wrong; nothing was run"),
            Self::Interrupted => Some("stopped by a signal or a key"),
            Self::Fault => Some("a fault of the program"),
            Self::FileError => Some("a file could not be read or written"),
        }
    }
}

/// Simulator and load generator for federations of mobile operators: instant messaging,
/// presence, and fallback to SMS.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Exit codes:
  0    done, every SLO line holds
  99   done, an SLO line, a line of --fail-on, a scenario's claim, a requirement or a row of validate
       does not hold
  104  the topology or an option is wrong; nothing was run
  105  stopped by a signal or a key; what was measured so far is written
  106  done, but a live run did not keep its schedule (--strict)
  70   a fault of the program: a conservation check failed
  74   a file could not be read or written

Start here:
  interwork new my.yaml
  interwork check my.yaml
  interwork run my.yaml";

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Arguments),
    Live(live::Arguments),
    Check(check::Arguments),
    New(new::Arguments),
    Capacity(capacity::Arguments),
    Plan(plan::Arguments),
    Report(report::Arguments),
    Compare(compare::Arguments),
    Schema(schema::Arguments),
    Scenario(scenario::Arguments),
    Conformance(conformance::Arguments),
    Validate(validate::Arguments),
    Sweep(sweep::Arguments),
    Merge(sweep::MergeArguments),
    Trace(trace::Arguments),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let given = command::given(std::env::args_os());
    let arguments = match Arguments::try_parse_from(&given) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers, not errors.
            let exit = if error.use_stderr() { Exit::BadInput } else { Exit::Done };
            let _ = command::explained(error, &Arguments::command()).print();
            let name = given.get(1).map(|name| name.to_string_lossy()).unwrap_or_default();
            return match name.as_ref() {
                "run" | "live" | "compare" => {
                    let outputs = output::Outputs::among(&given);
                    output::ended(&outputs, &name, exit, std::time::SystemTime::now()).into()
                }
                _ => exit.into(),
            };
        }
    };
    let exit = match arguments.command {
        Command::Run(arguments) => run::main(&arguments),
        Command::Live(arguments) => live::main(&arguments),
        Command::Check(arguments) => check::main(&arguments),
        Command::New(arguments) => new::main(&arguments),
        Command::Capacity(arguments) => capacity::main(&arguments),
        Command::Plan(arguments) => plan::main(&arguments),
        Command::Report(arguments) => report::main(&arguments),
        Command::Compare(arguments) => compare::main(&arguments),
        Command::Schema(arguments) => schema::main(&arguments),
        Command::Sweep(arguments) => sweep::main(&arguments),
        Command::Merge(arguments) => sweep::merge(&arguments),
        Command::Trace(arguments) => trace::main(&arguments),
        Command::Conformance(arguments) => conformance::main(&arguments),
        Command::Validate(arguments) => validate::main(&arguments),
        Command::Scenario(arguments) => scenario::main(&arguments),
    };
    exit.into()
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Says that the program is at fault.
fn fault(error: impl std::fmt::Display) -> Exit {
    anstream::eprintln!("error: {error}");
    anstream::eprintln!("this is a fault of interwork, not of the topology: nothing is written");
    Exit::Fault
}

/// Prints why a result folder cannot be had.
fn folder_error(error: FolderError) -> Exit {
    anstream::eprintln!("error: {error}");
    match error {
        FolderError::NotEmpty { .. } => Exit::BadInput,
        _ => Exit::FileError,
    }
}

/// Columns to write for: those of the terminal between 80 and 100, or 100 where there is none.
fn width() -> usize {
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0).clamp(80, 100))
}

/// Whether to colour what goes to standard output.
fn stdout_color() -> bool {
    anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
}

/// Whether to colour what goes to standard error.
fn stderr_color() -> bool {
    anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
}
