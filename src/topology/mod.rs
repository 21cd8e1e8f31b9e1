//! Topology files: the only place that knows YAML. A file becomes a tree with places (`tree`), the
//! tree is completed by the one table of keys (`keys`, `complete`), each value read once, and the
//! complete tree becomes a [`Federation`] (`build`). All mistakes are reported at once (`problem`).

mod build;
mod complete;
mod files;
mod keys;
mod node;
mod overrides;
mod place;
mod problem;
mod resolved;
mod scalar;
mod schema;
mod shape;
mod source;
pub mod study;
#[cfg(test)]
mod tests;
mod tree;
mod unknown;
mod words;

use std::sync::Arc;

use crate::domain::federation::Federation;

use self::node::{Node, Origin, Value};
pub use self::overrides::{Override, introduced};
pub(crate) use self::place::Place;
pub(crate) use self::problem::Problem;
pub(crate) use self::scalar::Scalar;
pub use self::schema::schema;
pub use self::source::{ReadError, Source, read};

/// A valid topology.
#[derive(Debug)]
pub struct Topology {
    /// What it means.
    pub federation: Federation,
    resolved: Node,
    slo_places: Vec<Place>,
    warnings: Vec<Problem>,
    attachments: Vec<(String, Arc<Vec<u8>>)>,
}

/// Checks a topology.
///
/// # Errors
/// All mistakes there are, in the order of the file.
pub fn load(source: &Source, overrides: &[Override]) -> Result<Topology, Vec<Problem>> {
    load_from(source, overrides, files::Files::beside(source, false))
}

/// The same for a copy of a topology, beside which its files lie as [`Topology::attachments`] names
/// them.
///
/// # Errors
/// As [`load`].
pub(crate) fn load_copy(source: &Source, overrides: &[Override]) -> Result<Topology, Vec<Problem>> {
    load_from(source, overrides, files::Files::beside(source, true))
}

fn load_from(
    source: &Source,
    overrides: &[Override],
    mut files: files::Files,
) -> Result<Topology, Vec<Problem>> {
    let mut raw = tree::parse(&source.text, Origin::File).map_err(|problem| vec![problem])?;
    if !matches!(raw.value, Value::Map(_)) {
        let message = "a topology is a map of keys and values";
        let help = "`interwork new` writes one to start from";
        let problem = match source.text.is_empty() {
            true => Problem::nowhere(format!("{}: the file is empty; {message}", source.path)),
            false => Problem::at(raw.place, message),
        };
        return Err(vec![problem.help(help)]);
    }
    let mut problems = Vec::new();
    let mut warnings = Vec::new();
    if !overrides.is_empty() {
        let complete = complete::topology(&raw, &mut Vec::new());
        for (index, change) in overrides.iter().enumerate() {
            match change.apply(index, &mut raw, &complete) {
                Ok(warning) => warnings.extend(warning),
                Err(problem) => problems.push(problem),
            }
        }
    }
    let resolved = complete::topology(&raw, &mut problems);
    let mut between = Vec::new();
    let federation = build::federation(&resolved, &raw, &mut files, &mut between);
    // What follows from a value that is wrong in itself is no mistake of its own.
    between.retain(|problem| !problems.iter().any(|known| problem.place().overlaps(known.place())));
    let (doubts, mistakes): (Vec<Problem>, Vec<Problem>) =
        between.into_iter().partition(Problem::warns);
    problems.extend(mistakes);
    if !problems.is_empty() {
        return Err(in_order(problems, overrides));
    }
    warnings.extend(doubts);
    let slo_places = resolved.get("slo").map_or(&[][..], Node::items);
    let slo_places = slo_places.iter().map(|line| line.place).collect();
    let attachments = files.read;
    let warnings = in_order(warnings, overrides);
    Ok(Topology { federation, resolved, slo_places, warnings, attachments })
}

/// Problems in the order of the file, each once, with the override it is about.
fn in_order(mut problems: Vec<Problem>, overrides: &[Override]) -> Vec<Problem> {
    problems.sort_by_key(|problem| problem.place().start());
    problems.dedup();
    problems.into_iter().map(|problem| introduced(problem, overrides)).collect()
}

impl Topology {
    /// The resolved file: every default filled in, each value with its origin; itself a valid
    /// topology that gives the same result.
    pub fn resolved_yaml(&self) -> String {
        resolved::yaml(&self.resolved, true)
    }

    /// Every value of the resolved file with its path, as `--set` has it.
    pub fn values(&self) -> Vec<(String, String)> {
        resolved::values(&self.resolved)
    }

    /// A fingerprint of the resolved values: 128 bits, hexadecimal.
    pub(crate) fn digest(&self) -> String {
        resolved::digest(resolved::yaml(&self.resolved, false).as_bytes())
    }

    /// A fingerprint of everything a run depends on: the values and the files they name.
    pub(crate) fn fingerprint(&self) -> String {
        let mut all = resolved::yaml(&self.resolved, false).into_bytes();
        for (name, content) in &self.attachments {
            all.extend_from_slice(name.as_bytes());
            all.extend_from_slice(content);
        }
        fingerprint(&all)
    }

    /// Places of the SLO lines, in order.
    pub(crate) fn slo_places(&self) -> &[Place] {
        &self.slo_places
    }

    /// What is no mistake but can hardly be meant, in the order of the file.
    pub(crate) fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// The place of a value, or of the nearest thing around it that is there.
    pub(crate) fn place(&self, path: &[&str]) -> Place {
        let mut at = &self.resolved;
        let mut place = at.place;
        for key in path {
            let entry = at.entries().iter().find(|entry| entry.key == *key);
            let item = key.parse::<usize>().ok().and_then(|number| at.items().get(number));
            let Some(node) = entry.map(|entry| &entry.node).or(item) else { break };
            at = node;
            place = match entry {
                Some(entry) if at.place.is_empty() => entry.place,
                _ => at.place,
            };
        }
        place
    }

    /// Files the resolved topology names, with their content.
    pub(crate) fn attachments(&self) -> Vec<(String, Vec<u8>)> {
        self.attachments.iter().map(|(name, content)| (name.clone(), content.to_vec())).collect()
    }
}

/// A fingerprint of bytes: 128 bits, hexadecimal.
pub(crate) fn fingerprint(bytes: &[u8]) -> String {
    resolved::digest(bytes)
}

/// A commented topology to start from.
pub fn starter() -> &'static str {
    include_str!("starter.yaml")
}
