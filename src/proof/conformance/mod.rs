//! Conformance: every requirement of the source documents as a scenario that is played, or as bytes
//! that are encoded; never a list of ticks. Used by `interwork conformance` and by tests.

mod table;

use std::sync::Arc;

pub use self::table::{Level, ROWS, Row};
use crate::domain::id::OperatorId;
use crate::domain::outcome::Defect;
use crate::model::plan::Plan;
use crate::proof::scenario::play::play;
use crate::proof::scenario::script::parse;
use crate::run;
use crate::topology::{self, Override, Source};
use crate::wire::presence::encode;

/// How a row is checked.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Check {
    /// Scenarios, each by its file's name, without ending, under `tests/scenarios/`.
    Played(&'static [&'static str]),
    /// Bytes that an SMS-only user's presence must contain; `{}` is the number.
    Encoded(&'static str),
}

/// Checks one row, with a deliberate defect or none.
///
/// # Errors
/// Why the row does not hold.
pub fn check(row: &Row, defect: Option<Defect>) -> Result<(), String> {
    match row.check {
        Check::Encoded(expected) => encoded(expected, defect),
        Check::Played(scenarios) => {
            let failures: Vec<String> =
                scenarios.iter().filter_map(|name| played(name, defect).err()).collect();
            if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
        }
    }
}

/// Plays a scenario that comes with the program.
fn played(name: &str, defect: Option<Defect>) -> Result<(), String> {
    let text = table::scenario(name).ok_or_else(|| format!("no scenario is called {name}"))?;
    let script = parse(text).map_err(|error| format!("{name}: {error}"))?;
    let plan = plan(&script.sets, defect).map_err(|error| format!("{name}: {error}"))?;
    let played = play(&script, &plan).map_err(|error| format!("{name}: {error}"))?;
    match played.failures.as_slice() {
        [] => Ok(()),
        failures => Err(format!("{name}: {}", failures.join("\n"))),
    }
}

/// The federation of the scenarios.
fn plan(sets: &[String], defect: Option<Defect>) -> Result<Arc<Plan>, String> {
    let text = table::TOPOLOGY.to_owned();
    let source = Source::new("omtp.yaml", text);
    let overrides: Result<Vec<Override>, String> =
        sets.iter().map(|set| Override::parse(set)).collect();
    let topology = topology::load(&source, &overrides?).map_err(|problems| {
        let messages: Vec<&str> = problems.iter().map(topology::Problem::message).collect();
        messages.join("; ")
    })?;
    Ok(Arc::new(run::plan_with(topology.federation, defect)))
}

/// What an SMS-only user of the scenarios' federation looks like on the wire (CR16).
fn encoded(expected: &str, defect: Option<Defect>) -> Result<(), String> {
    let plan = plan(&[], defect)?;
    let population = &plan.population;
    // IMSPs A and B: ids are in name order.
    let (a, b) = (OperatorId(0), OperatorId(1));
    let customer = population.subscriber(b, population.im_users(b));
    let number = plan.numbers.msisdn(customer);
    let mut bytes = String::new();
    encode(&plan.legacy_presence(customer, a, None), &mut bytes);
    let expected = expected.replace("{}", &number.to_string());
    match bytes.contains(&expected) {
        true => Ok(()),
        false => Err(format!("`{expected}` is not in `{bytes}`")),
    }
}
