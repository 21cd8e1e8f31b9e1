//! `interwork schema`: the JSON Schemas of what the program reads and writes.

use std::io::Write;

use super::Exit;
use crate::{report, topology};

/// Print the JSON Schema of a format, for editors and other programs
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The format to describe
    format: Format,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// The topology file
    Topology,
    /// The study file
    Study,
    /// summary.json of a result folder
    Summary,
}

pub(super) fn main(arguments: &Arguments) -> Exit {
    let schema = match arguments.format {
        Format::Topology => topology::schema(),
        Format::Study => topology::study::schema(),
        Format::Summary => report::document::summary::schema(),
    };
    match std::io::stdout().write_all(schema.as_bytes()) {
        Ok(()) => Exit::Done,
        Err(_) => Exit::FileError,
    }
}
