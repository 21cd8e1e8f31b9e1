//! Conformance: every requirement of the source documents as a scenario that is played, or as bytes
//! of what a run shows; never a list of ticks. Used by `interwork conformance` and by tests.

mod matrix;
mod scenarios;
mod table;

use std::sync::Arc;

pub(crate) use self::matrix::{Matrix, matrix};
pub use self::table::{Level, ROWS, Row};
use crate::domain::federation::Federation;
use crate::domain::imps::ImpsVersion;
use crate::domain::outcome::Defect;
use crate::model::plan::Plan;
use crate::proof::scenario::play::{Played, play};
use crate::proof::scenario::script::{Script, parse};
use crate::run;
use crate::topology::{self, Override, Source};
use crate::wire::presence::encode;

/// How a row is checked.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Check {
    /// Scenarios, each by its file's name, without ending, under `tests/scenarios/`.
    Played(&'static [&'static str]),
    /// Bytes that the presence of every customer added in [`ADDITION`] must contain, `{}` is the number; and
    /// scenarios beside.
    Encoded(&'static str, &'static [&'static str]),
}

/// The scenario in which legacy customers come on lists (use case 1a).
const ADDITION: &str = "uc-1a";

/// A scenario that comes with the program, read and ready to be played.
#[derive(Debug)]
struct Ready {
    name: &'static str,
    script: Script,
    federation: Federation,
}

/// Checks one row, with a deliberate defect or none.
///
/// # Errors
/// Why the row does not hold.
pub fn check(row: &Row, defect: Option<Defect>) -> Result<(), String> {
    let failures: Vec<String> = failures(row, &ready(row)?, defect).collect();
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

/// Why a row does not hold: one reason of each of its scenarios that says so, as it is played.
fn failures<'a>(
    row: &'a Row,
    scenarios: &'a [Ready],
    defect: Option<Defect>,
) -> impl Iterator<Item = String> + use<'a> {
    scenarios.iter().filter_map(move |ready| {
        let held = ready.play(defect).and_then(|(plan, played)| match row.check {
            Check::Played(_) => held(&played),
            Check::Encoded(expected, _) if ready.name == ADDITION => {
                encoded(expected, &plan, &played)
            }
            Check::Encoded(..) => held(&played),
        });
        held.err().map(|why| format!("{}: {why}", ready.name))
    })
}

/// The scenarios of a row.
fn ready(row: &Row) -> Result<Vec<Ready>, String> {
    let (addition, names) = match row.check {
        Check::Played(names) => (None, names),
        Check::Encoded(_, names) => (Some(ADDITION), names),
    };
    let names = addition.into_iter().chain(names.iter().copied());
    names.map(|name| Ready::new(name).map_err(|error| format!("{name}: {error}"))).collect()
}

impl Ready {
    /// Reads a scenario, and the federation that it is played in.
    fn new(name: &'static str) -> Result<Self, String> {
        let text = scenarios::scenario(name).ok_or("no scenario is called so")?;
        let script = parse(text).map_err(|error| error.to_string())?;
        let overrides: Result<Vec<Override>, String> =
            script.sets.iter().map(|set| Override::parse(set)).collect();
        let source = Source::new("omtp.yaml", scenarios::TOPOLOGY.to_owned());
        let topology = topology::load(&source, &overrides?).map_err(|problems| {
            let messages: Vec<&str> = problems.iter().map(topology::Problem::message).collect();
            messages.join("; ")
        })?;
        Ok(Self { name, script, federation: topology.federation })
    }

    fn play(&self, defect: Option<Defect>) -> Result<(Arc<Plan>, Played), String> {
        let plan = Arc::new(run::plan_with(self.federation.clone(), defect));
        play(&self.script, &plan).map(|played| (plan, played))
    }
}

/// Whether the claims of a scenario hold.
fn held(played: &Played) -> Result<(), String> {
    match played.failures.as_slice() {
        [] => Ok(()),
        failures => Err(failures.join("\n")),
    }
}

/// Whether SMS-only users look so on the wire as they come on lists (CR16).
fn encoded(expected: &str, plan: &Plan, played: &Played) -> Result<(), String> {
    if played.listed.is_empty() {
        return Err("nobody comes on a list".to_owned());
    }
    for (customer, presence) in &played.listed {
        let mut bytes = String::new();
        encode(presence, ImpsVersion::V13, &mut bytes);
        let number = plan.numbers.msisdn(*customer).to_string();
        let expected = expected.replace("{}", &number);
        if !bytes.contains(&expected) {
            return Err(format!("`{expected}` is not in `{bytes}`"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn no_row_repeats_the_scenario_of_another_and_every_scenario_belongs_to_a_row() {
        let mut played = BTreeSet::new();
        for row in ROWS {
            let (Check::Played(names) | Check::Encoded(_, names)) = row.check;
            for name in names {
                assert!(played.insert((*name).to_owned()), "{} repeats {name}", row.id);
            }
        }
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
        let files = std::fs::read_dir(folder).expect("the scenarios").map(|entry| {
            let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
            name.strip_suffix(".txt").map(str::to_owned)
        });
        assert_eq!(played, files.flatten().collect());
    }

    #[test]
    fn bytes_are_asked_of_whoever_comes_on_a_list() {
        let ready = Ready::new(ADDITION).expect("a scenario");
        let (plan, played) = ready.play(None).expect("played");
        assert_eq!(played.listed.len(), 2, "A1 and A2 add B1");
        assert_eq!(encoded("<MSISDN>{}</MSISDN>", &plan, &played), Ok(()));
        let nobody = Played { listed: Vec::new(), ..played };
        assert_eq!(encoded("", &plan, &nobody), Err("nobody comes on a list".to_owned()));
    }
}
