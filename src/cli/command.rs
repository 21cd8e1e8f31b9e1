//! What somebody may have meant by words of the command line that there are not. Called by `main`
//! before and after the arguments are parsed.

use std::ffi::OsString;

use clap::Command;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::domain::words::nearest;

/// Options that people look for, and where that stands.
const INSTEAD: &[(&str, &str)] = &[
    ("--seed", "run.seed=5"),
    ("--duration", "run.duration=1h"),
    ("--time", "run.duration=1h"),
    ("--warm-up", "run.warm_up=5m"),
    ("--warmup", "run.warm_up=5m"),
    ("--load", "workload.load=2"),
];

/// The arguments as they are meant: who asks `help` for help gets it.
pub(super) fn given(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let all: Vec<OsString> = arguments.collect();
    let help = all.get(1).is_some_and(|word| word == "help");
    let asks = |word: &OsString| word == "--help" || word == "-h";
    all.into_iter().filter(|word| !(help && asks(word))).collect()
}

/// The error with what may have been meant.
pub(super) fn explained(mut error: clap::Error, command: &Command) -> clap::Error {
    let text = |error: &clap::Error, kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    };
    let hint = match error.kind() {
        ErrorKind::UnknownArgument => {
            let given = text(&error, ContextKind::InvalidArg).unwrap_or_default();
            let option = given.split(['=', ' ']).next().unwrap_or_default();
            let known = INSTEAD.iter().find(|(name, _)| *name == option);
            known.map(|(_, set)| format!("every value of a topology can be set: --set {set}"))
        }
        ErrorKind::InvalidSubcommand => {
            let given = text(&error, ContextKind::InvalidSubcommand).unwrap_or_default();
            let names = command.get_subcommands().map(Command::get_name);
            nearest(&given, names).map(|right| format!("did you mean '{right}'?"))
        }
        _ => None,
    };
    if let Some(hint) = hint {
        error.remove(ContextKind::SuggestedArg);
        error.remove(ContextKind::SuggestedSubcommand);
        error.remove(ContextKind::TrailingArg);
        let hint = ContextValue::StyledStrs(vec![StyledStr::from(hint)]);
        error.insert(ContextKind::Suggested, hint);
    }
    error
}
