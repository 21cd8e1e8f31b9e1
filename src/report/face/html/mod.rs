//! `report.html`: the page of a run, a study, a search or a comparison, for people who do not read tables. One file that fetches nothing.
//! Made from what a finished result folder holds, so that page and files agree: `run` hands over what it
//! has written, `report` what it has read. It judges nothing and reads no file.

mod capacity;
mod compare;
pub(crate) mod data;
pub(crate) mod markup;
mod plan;
mod script;
mod sections;
pub(crate) mod shell;
mod still;
mod study;
pub(crate) mod sweep;
mod tables;
mod tiles;

pub(crate) use self::capacity::capacity_page;
pub(crate) use self::compare::compare_page;
pub(crate) use self::plan::plan_page;
use crate::domain::federation::Federation;
use crate::report::document::stored::Stored;
use crate::report::judge::{Basis, Run};

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
    page_of(&basis.run(&stored.summary, &stored.manifest), topology, remarks)
}

/// The same of a run whose basis is there.
pub(crate) fn page_of(run: &Run<'_>, topology: Option<&str>, remarks: &[String]) -> String {
    let body = sections::body(run, topology, remarks);
    let data = data::json(run.summary, run.over, run.federation, run.moments);
    shell::document(&format!("{}: report of a run", run.summary.name), &body, &data)
}
