//! Files that a topology names: distributions and contact lists as CSV, beside the topology. Read
//! once; their bytes are kept, so that a result folder can hold copies.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::problem::Problem;
use super::tree::Node;
use super::units;
use crate::domain::distribution::Empirical;
use crate::domain::federation::{ContactPair, Federation};
use crate::domain::id::OperatorId;

/// Largest file that a topology may name, in bytes.
const LIMIT: u64 = 1 << 30;

/// The files of one topology.
#[derive(Debug)]
pub struct Files {
    folder: PathBuf,
    /// File names with their content, in order of first use.
    pub read: Vec<(String, Vec<u8>)>,
}

impl Files {
    /// The files beside the topology at `path`.
    pub fn beside(path: &str) -> Self {
        let folder = Path::new(path).parent().unwrap_or(Path::new("")).to_owned();
        Self { folder, read: Vec::new() }
    }

    /// Durations with weights.
    pub fn durations(
        &mut self,
        node: &Node,
        problems: &mut Vec<Problem>,
    ) -> Option<Arc<Empirical>> {
        self.table(node, problems, |value| units::duration(value).map(|duration| duration.0))
    }

    /// Counts with weights.
    pub fn counts(&mut self, node: &Node, problems: &mut Vec<Problem>) -> Option<Arc<Empirical>> {
        self.table(node, problems, |value| units::count(value, 0, u32::MAX.into()))
    }

    fn table(
        &mut self,
        node: &Node,
        problems: &mut Vec<Problem>,
        parse: impl Fn(&str) -> Result<u64, String>,
    ) -> Option<Arc<Empirical>> {
        let rows = self.rows(node, problems, |fields| match fields {
            [value, weight] => Ok((parse(value)?, units::number(weight)?)),
            _ => Err("a row is value,weight".to_owned()),
        })?;
        let name = file_name(node.text());
        let table = Empirical::new(name, &rows);
        if table.is_none() {
            let message = format!("`{}`: the weights add up to nothing", node.text());
            problems.push(Problem::at(node.span.clone(), message));
        }
        table.map(Arc::new)
    }

    /// Pairs of owner and contact.
    pub fn contacts(
        &mut self,
        node: &Node,
        names: &[String],
        federation: &Federation,
        problems: &mut Vec<Problem>,
    ) -> Option<Vec<ContactPair>> {
        let subscriber = |text: &str| -> Result<(OperatorId, u32), String> {
            let (name, index) = text.rsplit_once('/').ok_or("a subscriber is operator/index")?;
            let place = names.binary_search_by(|known| known.as_str().cmp(name));
            let place = place.map_err(|_| format!("no operator is called `{name}`"))?;
            let counts = federation.operators[place].subscribers;
            let total = u64::from(counts.im) + u64::from(counts.sms_only);
            let index = units::count(index, 0, total.saturating_sub(1))?;
            Ok((OperatorId(place as u16), index as u32))
        };
        let mut rows = self.rows(node, problems, |fields| {
            let [owner, contact] = fields else { return Err("a row is from,to".to_owned()) };
            let (owner, contact) = (subscriber(owner)?, subscriber(contact)?);
            if owner.1 >= federation.operators[owner.0.index()].subscribers.im {
                return Err("only IM users have contact lists".to_owned());
            }
            if owner == contact {
                return Err("nobody lists themselves".to_owned());
            }
            Ok([owner, contact])
        })?;
        let given = rows.len();
        let mut seen = rows.clone();
        seen.sort_unstable();
        seen.dedup();
        if seen.len() < given {
            let message = format!("`{}` has a pair twice", node.text());
            problems.push(Problem::at(node.span.clone(), message));
            rows.clear();
        }
        Some(rows)
    }

    /// The rows of a CSV file after its header; every bad one is a problem, the first ten in words.
    fn rows<T>(
        &mut self,
        node: &Node,
        problems: &mut Vec<Problem>,
        parse: impl Fn(&[&str]) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let content = match self.read(node.text()) {
            Ok(content) => content,
            Err(reason) => {
                let message = format!("`{}` could not be read: {reason}", node.text());
                let help = "the path is relative to the topology file";
                problems.push(Problem::at(node.span.clone(), message).help(help));
                return None;
            }
        };
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(content.as_slice());
        let mut rows = Vec::new();
        let mut bad = 0;
        for record in reader.records() {
            let parsed = record.map_err(|error| (0, error.to_string())).and_then(|record| {
                let line = record.position().map_or(0, csv::Position::line);
                let fields: Vec<&str> = record.iter().collect();
                parse(&fields).map_err(|reason| (line, reason))
            });
            match parsed {
                Ok(row) => rows.push(row),
                Err((line, reason)) => {
                    bad += 1;
                    if bad <= 10 {
                        let message = format!("`{}`, line {line}: {reason}", node.text());
                        problems.push(Problem::at(node.span.clone(), message));
                    }
                }
            }
        }
        if rows.is_empty() && bad == 0 {
            let message = format!("`{}` has no rows after its header", node.text());
            problems.push(Problem::at(node.span.clone(), message));
        }
        (bad == 0 && !rows.is_empty()).then_some(rows)
    }

    fn read(&mut self, name: &str) -> Result<Vec<u8>, String> {
        let path = self.folder.join(name);
        let size = std::fs::metadata(&path).map_err(|error| error.to_string())?.len();
        if size > LIMIT {
            return Err("it is over 1 GiB".to_owned());
        }
        let content = std::fs::read(&path).map_err(|error| error.to_string())?;
        let name = file_name(name);
        if !self.read.iter().any(|(known, _)| *known == name) {
            self.read.push((name, content.clone()));
        }
        Ok(content)
    }
}

/// The last part of a path: under it the result folder holds a copy.
pub fn file_name(path: &str) -> String {
    Path::new(path).file_name().map_or(path.to_owned(), |name| name.to_string_lossy().into_owned())
}
