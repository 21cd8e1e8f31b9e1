//! `interwork report`: the summary of an earlier run, and its page.

use std::path::PathBuf;

use super::{Exit, stdout_color, width};
use crate::domain::federation::Federation;
use crate::report::document::stored::Stored;
use crate::report::face::{html, terminal};
use crate::report::folder::read;
use crate::report::folder::write::Folder;
use crate::report::judge::Basis;
use crate::topology::{self, Source};

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
            let source = topology::read(&stored.dir.join("topology.yaml")).ok();
            let federation = federation(&stored, source.as_ref());
            let Stored { summary, manifest, series, .. } = &stored;
            let basis = Basis::new(manifest, series, federation.as_ref().ok());
            let page = terminal::render(&basis.run(summary, manifest), width(), stdout_color());
            anstream::print!("{page}");
            match write(&stored, source.as_ref(), federation, remarks) {
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

/// The topology of a run, or why it is not known.
fn federation(stored: &Stored, source: Option<&Source>) -> Result<Federation, &'static str> {
    let source = source.ok_or("topology.yaml could not be read")?;
    let loaded = topology::load_copy(source, &[]);
    let topology = loaded.map_err(|_| "this version finds mistakes in topology.yaml")?;
    // A file of another run would make a page that is wrong without looking so. Not by the digest:
    // it changes with every new key of the format.
    let federation = topology.federation;
    match federation.name == stored.manifest.name && federation.run.seed == stored.manifest.seed {
        true => Ok(federation),
        false => Err("topology.yaml is not that of this run"),
    }
}

fn write(
    stored: &Stored,
    source: Option<&Source>,
    federation: Result<Federation, &'static str>,
    mut remarks: Vec<String>,
) -> Result<PathBuf, Exit> {
    if let Err(why) = &federation {
        remarks.push(format!("There is no map, and events are not marked: {why}."));
    }
    let federation = federation.ok();
    let text = source.map(|source| source.text.as_str());
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
    Folder::write_page(&stored.dir, &page).map_err(super::folder_error)?;
    Ok(stored.dir.join(html::NAME))
}
