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
    let topology = loaded.and_then(Result::ok);
    // A file of another run would make a page that is wrong without looking so.
    let other = topology.as_ref().is_some_and(|topology| {
        // Not by the digest: it changes with every new key of the format.
        let federation = &topology.federation;
        federation.name != stored.manifest.name || federation.run.seed != stored.manifest.seed
    });
    let federation = topology.filter(|_| !other).map(|topology| topology.federation);
    let text = source.as_ref().ok().map(|source| source.text.as_str());
    if federation.is_none() {
        let why = match &source {
            _ if other => "topology.yaml is not that of this run",
            Err(_) => "topology.yaml could not be read",
            Ok(_) => "this version finds mistakes in topology.yaml",
        };
        remarks.push(format!("There is no map, and events are not marked: {why}."));
    }
    if let (Some(federation), Some(last)) = (&federation, stored.series.last()) {
        let runs = stored.manifest.replication_seeds.len().max(1) as f64;
        let warm_up = federation.run.warm_up.as_secs_f64();
        let measured = stored.manifest.model_time_s / runs - warm_up;
        // An interval is a sixtieth, and seldom longer.
        if last.time_s > measured || last.time_s < measured * 0.9 - 2.0 {
            let remark = "series.csv is not that of this run, or not all of it: do not trust what \
                          is over time.";
            remarks.push(remark.to_owned());
        }
    }
    let page = html::run_page(stored, federation.as_ref(), text, &remarks);
    Folder::write_page(&stored.dir, &page).map_err(super::run::folder_error)?;
    Ok(stored.dir.join(html::NAME))
}
