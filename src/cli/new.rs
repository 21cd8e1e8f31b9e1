//! `interwork new`: a commented starter topology.

use std::io::Write;
use std::path::PathBuf;

use super::Exit;
use crate::topology;

/// Write a commented starter topology
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Where to write it; standard output if left out. An existing file is never touched
    file: Option<PathBuf>,
}

pub(super) fn main(arguments: &Arguments) -> Exit {
    let Some(path) = &arguments.file else {
        return match std::io::stdout().write_all(topology::starter().as_bytes()) {
            Ok(()) => Exit::Done,
            Err(_) => Exit::FileError,
        };
    };
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    match file.and_then(|mut file| file.write_all(topology::starter().as_bytes())) {
        Ok(()) => {
            anstream::println!("wrote {}", path.display());
            anstream::println!("next:  interwork check {0} && interwork run {0}", path.display());
            Exit::Done
        }
        Err(error) => {
            let reason = match error.kind() {
                std::io::ErrorKind::AlreadyExists => "it exists already; name another".to_owned(),
                _ => error.to_string(),
            };
            anstream::eprintln!("error: {} could not be written: {reason}", path.display());
            Exit::FileError
        }
    }
}
