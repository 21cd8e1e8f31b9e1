//! `report.html`: the page of a run, a study, a search or a comparison, for people who do not read tables. One file that fetches nothing.
//! Made from what a finished result folder holds, so that page and files agree: `run` hands over what it
//! has written, `report` what it has read. It judges nothing and reads no file.

mod capacity;
mod compare;
pub(crate) mod data;
pub(crate) mod markup;
mod script;
mod sections;
pub(crate) mod shell;
mod study;
pub(crate) mod sweep;
mod tables;

pub(crate) use self::capacity::capacity_page;
pub(crate) use self::compare::compare_page;
use crate::domain::federation::Federation;
use crate::report::folder::read::Stored;
use crate::report::judge::Basis;

/// Name of the page in a result folder.
pub(crate) const NAME: &str = "report.html";

/// The page of a run. `federation` and `topology` are its resolved topology, `remarks` what could
/// not be read as it should.
pub fn run_page(
    stored: &Stored,
    federation: Option<&Federation>,
    topology: Option<&str>,
    remarks: &[String],
) -> String {
    let basis = Basis::new(&stored.manifest, &stored.series, federation);
    let run = basis.run(&stored.summary, &stored.manifest);
    let body = sections::body(&run, topology, remarks);
    let data = data::json(&stored.summary, run.over, federation, run.moments);
    shell::document(&format!("{}: report of a run", stored.summary.name), &body, &data)
}
