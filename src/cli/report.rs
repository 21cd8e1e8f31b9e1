//! `interwork report`: the summary of an earlier run.

use std::path::PathBuf;

use super::{Exit, stdout_color, width};
use crate::report::{read, terminal};

/// Print the summary of an earlier run
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The result folder
    dir: PathBuf,
}

pub(super) fn main(arguments: &Arguments) -> Exit {
    match read::open(&arguments.dir) {
        Ok(stored) => {
            anstream::print!(
                "{}",
                terminal::render(&stored.summary, &stored.manifest, width(), stdout_color())
            );
            Exit::Done
        }
        Err(error) => {
            anstream::eprintln!("error: {error}");
            Exit::FileError
        }
    }
}
