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
use crate::report::document::parts::Parts;
use crate::report::folder::read::Stored;
use crate::report::judge::over::Over;
use crate::report::judge::{Run, moments};

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
    let runs = stored.manifest.replication_seeds.len().max(1) as f64;
    let each = stored.manifest.model_time_s / runs;
    let measured = federation.map(|federation| each - federation.run.warm_up.as_secs_f64());
    let over = Over::new(&stored.series, measured);
    let moments = federation.map(moments::moments).unwrap_or_default();
    let parts = federation.map(Parts::of).unwrap_or_default();
    let run = Run {
        summary: &stored.summary,
        manifest: &stored.manifest,
        over: &over,
        federation,
        parts: &parts,
        moments: &moments,
    };
    let body = sections::body(&run, topology, remarks);
    let data = data::json(&stored.summary, &over, federation, &moments);
    shell::document(&format!("{}: report of a run", stored.summary.name), &body, &data)
}
