//! `interwork report`: the summary of an earlier run, and its page.

use std::path::PathBuf;

use super::{Exit, stdout_color, width};
use crate::report::folder::Folder;
use crate::report::read::{self, Stored};
use crate::report::{html, terminal};
use crate::topology;

/// Print the summary of an earlier run, and write its page, report.html
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The result folder
    dir: PathBuf,
}

/// What other folders are, by a file that only they have.
const OTHERS: [(&str, &str); 3] = [
    ("capacity.json", "the answer of `interwork capacity`"),
    ("compare.json", "a comparison"),
    ("points.csv", "a study"),
];

pub(super) fn main(arguments: &Arguments) -> Exit {
    let is = |(file, _): &&(&str, &str)| arguments.dir.join(file).is_file();
    if let Some((_, what)) = OTHERS.iter().find(is) {
        let dir = arguments.dir.display();
        anstream::eprintln!(
            "error: {dir} is {what}, not a run; its page lies there: {}",
            html::NAME
        );
        return Exit::BadInput;
    }
    match read::open_as_far_as_known(&arguments.dir) {
        Ok((stored, remarks)) => {
            remarks.iter().for_each(|remark| anstream::eprintln!("warning: {remark}"));
            anstream::print!(
                "{}",
                terminal::render(&stored.summary, &stored.manifest, width(), stdout_color())
            );
            match write(&stored, remarks) {
                Ok(path) => {
                    anstream::eprintln!("page in {}", path.display());
                    Exit::Done
                }
                Err(exit) => exit,
            }
        }
        Err(error) => {
            anstream::eprintln!("error: {error}");
            Exit::FileError
        }
    }
}

fn write(stored: &Stored, mut remarks: Vec<String>) -> Result<PathBuf, Exit> {
    let path = stored.dir.join("topology.yaml");
    let source = topology::read(&path);
    let loaded = source.as_ref().ok().map(|source| topology::load_copy(source, &[]));
    let federation = loaded.and_then(Result::ok).map(|topology| topology.federation);
    let text = source.as_ref().ok().map(|source| source.text.as_str());
    if federation.is_none() {
        let why = match &source {
            Err(_) => "topology.yaml could not be read",
            Ok(_) => "this version finds mistakes in topology.yaml",
        };
        remarks.push(format!("There is no map, and events are not marked: {why}."));
    }
    let page = html::run_page(stored, federation.as_ref(), text, &remarks);
    Folder::write_page(&stored.dir, &page).map_err(super::run::folder_error)?;
    Ok(stored.dir.join(html::NAME))
}
