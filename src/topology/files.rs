//! Files that a topology names: distributions and contact lists as CSV, beside the topology. Read
//! once; their bytes are kept, so that a result folder can hold copies.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::node::Node;
use super::problem::Problem;
use super::source::{Named, Source};
use crate::domain::distribution::Empirical;
use crate::domain::federation::{ContactPair, Subscribers};
use crate::domain::id::OperatorId;
use crate::domain::quantity;

/// Folder beside a resolved topology that holds copies of the files it names.
const COPIES: &str = "inputs";

/// The files of one topology.
#[derive(Debug)]
pub(crate) struct Files {
    named: Named,
    folder: PathBuf,
    /// Whether the folder holds copies under the names of `copy`.
    copied: bool,
    /// Paths as the resolved topology has them with their content, in order of first use.
    pub(crate) read: Vec<(String, Arc<Vec<u8>>)>,
    /// Where each of `read` came from.
    sources: Vec<PathBuf>,
    /// Contact lists by path as given: a file may be named for many operators.
    contacts: Vec<(String, Arc<Vec<ContactPair>>)>,
}

impl Files {
    /// The files beside a topology, or the copies of them beside a copy of it.
    pub(crate) fn beside(source: &Source, copied: bool) -> Self {
        let folder = Path::new(&source.path).parent().unwrap_or(Path::new("")).to_owned();
        Self {
            named: source.named.clone(),
            folder,
            copied,
            read: Vec::new(),
            sources: Vec::new(),
            contacts: Vec::new(),
        }
    }

    /// Durations with weights.
    pub(crate) fn durations(
        &mut self,
        node: &Node,
        problems: &mut Vec<Problem>,
    ) -> Option<Arc<Empirical>> {
        self.table(node, problems, |value| quantity::duration(value).map(|duration| duration.0))
    }

    /// Counts with weights.
    pub(crate) fn counts(
        &mut self,
        node: &Node,
        problems: &mut Vec<Problem>,
    ) -> Option<Arc<Empirical>> {
        self.table(node, problems, |value| quantity::count(value, 0, u32::MAX.into()))
    }

    fn table(
        &mut self,
        node: &Node,
        problems: &mut Vec<Problem>,
        parse: impl Fn(&str) -> Result<u64, String>,
    ) -> Option<Arc<Empirical>> {
        let rows = self.rows(node, ["value", "weight"], problems, |[value, weight]| {
            Ok((parse(value)?, quantity::number(weight)?))
        })?;
        let table = Empirical::new(copy(node.text()), &rows);
        if table.is_none() {
            let message = format!("`{}`: the weights add up to nothing", node.text());
            problems.push(Problem::at(node.place, message));
        }
        table.map(Arc::new)
    }

    /// Pairs of owner and contact; none if the file is wrong. `names` and `subscribers` are those
    /// of the operators in id order.
    pub(crate) fn contacts(
        &mut self,
        node: &Node,
        names: &[String],
        subscribers: &[Subscribers],
        problems: &mut Vec<Problem>,
    ) -> Arc<Vec<ContactPair>> {
        if let Some((_, known)) = self.contacts.iter().find(|(path, _)| path == node.text()) {
            return Arc::clone(known);
        }
        let subscriber = |text: &str| -> Result<(OperatorId, u32), String> {
            let (name, index) = text.rsplit_once('/').ok_or("a subscriber is operator/index")?;
            let place = names.binary_search_by(|known| known.as_str().cmp(name));
            let place = place.map_err(|_| format!("no operator is called `{name}`"))?;
            let total = u64::from(subscribers[place].im) + u64::from(subscribers[place].sms_only);
            if total == 0 {
                return Err(format!("`{name}` has no subscribers"));
            }
            let index = quantity::count(index, 0, total - 1)?;
            Ok((OperatorId(place as u16), index as u32))
        };
        let rows = self.rows(node, ["from", "to"], problems, |[owner, contact]| {
            let (owner, contact) = (subscriber(owner)?, subscriber(contact)?);
            if owner.1 >= subscribers[owner.0.index()].im {
                return Err("only IM users have contact lists".to_owned());
            }
            if owner == contact {
                return Err("nobody lists themselves".to_owned());
            }
            Ok([owner, contact])
        });
        let mut rows = rows.unwrap_or_default();
        let mut seen = rows.clone();
        seen.sort_unstable();
        seen.dedup();
        if seen.len() < rows.len() {
            let message = format!("`{}` has a pair twice", node.text());
            problems.push(Problem::at(node.place, message));
            rows.clear();
        }
        let rows = Arc::new(rows);
        self.contacts.push((node.text().to_owned(), Arc::clone(&rows)));
        rows
    }

    /// The rows of a CSV file of two columns; a first row that names them is no data. Every bad row
    /// is a problem, the first ten in words.
    fn rows<T>(
        &mut self,
        node: &Node,
        columns: [&str; 2],
        problems: &mut Vec<Problem>,
        parse: impl Fn([&str; 2]) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let place = match self.read(node.text()) {
            Ok(place) => place,
            Err(reason) => {
                let message = format!("`{}` could not be read: {reason}", node.text());
                let help = "the path is relative to the topology file";
                problems.push(Problem::at(node.place, message).help(help));
                return None;
            }
        };
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .trim(csv::Trim::All)
            .from_reader(self.read[place].1.as_slice());
        let mut rows = Vec::new();
        let mut bad = 0;
        for record in reader.records() {
            let parsed = record.map_err(|error| (0, error.to_string())).and_then(|record| {
                let line = record.position().map_or(0, csv::Position::line);
                let fields: Vec<&str> = record.iter().collect();
                let Ok(fields) = <[&str; 2]>::try_from(fields) else {
                    return Err((line, format!("a row is {},{}", columns[0], columns[1])));
                };
                if rows.is_empty() && bad == 0 && fields == columns {
                    return Ok(None);
                }
                parse(fields).map(Some).map_err(|reason| (line, reason))
            });
            match parsed {
                Ok(row) => rows.extend(row),
                Err((line, reason)) => {
                    bad += 1;
                    if bad <= 10 {
                        let message = format!("`{}`, line {line}: {reason}", node.text());
                        problems.push(Problem::at(node.place, message));
                    }
                }
            }
        }
        if rows.is_empty() && bad == 0 {
            let message = format!("`{}` has no rows", node.text());
            problems.push(Problem::at(node.place, message));
        }
        (bad == 0 && !rows.is_empty()).then_some(rows)
    }

    /// Reads a file once; its place in `read`.
    fn read(&mut self, name: &str) -> Result<usize, String> {
        let copy = copy(name);
        let path = self.folder.join(if self.copied { &copy } else { name });
        if let Some(known) = self.read.iter().position(|(known, _)| *known == copy) {
            // One folder holds all copies.
            return match self.sources[known] == path {
                true => Ok(known),
                false => Err("another file of that name is named already: rename one".to_owned()),
            };
        }
        let content = self.named.read(&path)?;
        self.read.push((copy, content));
        self.sources.push(path);
        Ok(self.read.len() - 1)
    }
}

/// The path under which a resolved topology names a file, and beside it finds its copy.
pub(crate) fn copy(path: &str) -> String {
    let name = Path::new(path).file_name().map_or(path.into(), |name| name.to_string_lossy());
    format!("{COPIES}/{name}")
}
