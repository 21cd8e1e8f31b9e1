//! Study files: which topologies, which values, how often. Read here since they are YAML, with all
//! mistakes at once; what a study makes of it is `study::sweep`, which knows no YAML.

mod schema;
mod shape;

use super::node::{Entry, Node, Origin, Value};
use super::place::Place;
use super::problem::Problem;
use super::scalar::Scalar;
use super::shape::Field;
use super::source::Source;
use super::tree;
use super::words::{self, DesignWord};
use super::{complete, resolved};

pub use self::schema::schema;
pub(crate) use self::shape::MOST_POINTS;

/// Columns that results have anyway.
const TAKEN: [&str; 28] = [
    "point",
    "replication",
    "topology",
    "metric",
    "statistic",
    "value",
    "unit",
    "low",
    "high",
    "at_least",
    "line",
    "observed",
    "passed",
    "undecided",
    "held",
    "replications",
    "unsteady",
    "full",
    // Labels of metrics.
    "route",
    "from",
    "to",
    "reason",
    "stage",
    "operator",
    "scope",
    "origin",
    "kind",
    "station",
];

/// A study file that is right in itself.
#[derive(Clone, Debug)]
pub(crate) struct Study {
    /// Names the result folder.
    pub(crate) name: String,
    /// The topologies that take part, each with all points.
    pub(crate) topologies: Vec<Member>,
    /// Values that are the same for every point.
    pub(crate) set: Vec<Setting>,
    /// What differs from point to point; with none, each topology is one point.
    pub(crate) parameters: Vec<Parameter>,
    /// How the values of parameters are combined into points.
    pub(crate) design: Design,
    /// Repeats of every point, if not the topology's.
    pub(crate) replications: Option<u32>,
    /// Seed of every point, if not the topology's.
    pub(crate) seed: Option<u64>,
    /// Metrics in the results; all if empty.
    pub(crate) metrics: Vec<Written>,
}

/// A text of the file with its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Written {
    /// What is written.
    pub(crate) text: String,
    /// Where, in bytes.
    pub(crate) place: Place,
}

/// A topology of a study.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// Its file, as the study has it.
    pub(crate) file: Written,
    /// Columns of the results with their values.
    pub(crate) columns: Vec<(String, String)>,
}

/// A value for every point.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// Where in the topology.
    pub(crate) path: String,
    /// The value as `--set` takes it.
    pub(crate) value: Written,
}

/// A value that varies.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    /// Where in the topology.
    pub(crate) path: Written,
    /// The values it has in the points.
    pub(crate) takes: Takes,
}

/// The values of a parameter.
#[derive(Clone, Debug)]
pub(crate) enum Takes {
    /// Each of these, as the study writes them.
    Values(Vec<Written>),
    /// Anything between two, which have the same unit.
    Between {
        /// Lower end of the range, not negative.
        from: Scalar,
        /// Upper end of the range, in the same unit.
        to: Scalar,
        /// How many in equal steps, for a grid or list.
        steps: Option<u32>,
        /// Where it stands.
        place: Place,
    },
    /// The topology's own value, lower and higher, in one-at-a-time designs.
    Own,
}

/// How values make points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Design {
    /// All with all.
    Grid,
    /// The first of each together, then the second.
    List,
    /// So many points, each parameter once in each of as many parts of its range.
    LatinHypercube {
        /// How many points each topology gets.
        points: u32,
    },
    /// A base, and each parameter lower and higher.
    OneAtATime {
        /// How far down and up, as a share of the base value: 0.2 for 20 %.
        change: f64,
    },
}

/// Reads a study.
///
/// # Errors
/// All mistakes there are, in the order of the file.
pub(crate) fn parse(source: &Source) -> Result<Study, Vec<Problem>> {
    let raw = tree::parse(&source.text, Origin::File).map_err(|problem| vec![problem])?;
    if !matches!(raw.value, Value::Map(_)) {
        let problem = match source.text.is_empty() {
            true => Problem::nowhere(format!("{}: the file is empty", source.path)),
            false => Problem::at(raw.place, "a study is a map of keys and values"),
        };
        return Err(vec![problem.help("docs/studies.md has one to start from")]);
    }
    let mut problems = Vec::new();
    let whole = complete::map(&raw, shape::STUDY, "the study", &mut problems);
    let mut reader = Reader { problems: &mut problems };
    let study = Study {
        name: reader.name(whole.get("name")),
        topologies: reader.each(whole.get("topologies"), Reader::member),
        set: reader.settings(whole.get("set")),
        parameters: reader.parameters(whole.get("parameters")),
        design: reader.design(whole.get("design")),
        replications: whole.get("replications").and_then(Node::known),
        seed: whole.get("seed").and_then(Node::known),
        metrics: reader.each(whole.get("metrics"), |_, node| Some(written(node))),
    };
    reader.twice(&study);
    if problems.is_empty() {
        return Ok(study);
    }
    problems.sort_by_key(|problem| problem.place().start());
    problems.dedup();
    Err(problems)
}

fn written(node: &Node) -> Written {
    Written { text: resolved::flow(node), place: node.place }
}

struct Reader<'a> {
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn wrong(&mut self, place: Place, message: impl Into<String>, help: &str) {
        self.problems.push(Problem::at(place, message).help(help));
    }

    fn each<T>(
        &mut self,
        list: Option<&Node>,
        mut read: impl FnMut(&mut Self, &Node) -> Option<T>,
    ) -> Vec<T> {
        let items = list.map_or(&[][..], Node::items);
        items.iter().filter_map(|item| read(self, item)).collect()
    }

    /// A folder is called so.
    fn name(&mut self, node: Option<&Node>) -> String {
        let Some(node) = node else { return String::new() };
        let name = node.text();
        let good = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
        if name.is_empty() || name.len() > 100 || !name.chars().all(good) || name.starts_with('.') {
            let help = "letters, digits, `-`, `_` and `.`: a folder is called so";
            self.wrong(node.place, format!("`{name}` is no name for a study"), help);
        }
        name.to_owned()
    }

    fn member(&mut self, node: &Node) -> Option<Member> {
        const HELP: &str = "such as two.yaml, or { file: two.yaml, shape: mesh }";
        let file = match &node.value {
            Value::Scalar(_) => Some(node),
            _ => node.get("file"),
        };
        let Some(file) = file.filter(|file| !file.text().is_empty()) else {
            self.wrong(node.place, "a topology is the name of a file, or a map with `file`", HELP);
            return None;
        };
        let mut columns = Vec::new();
        for entry in node.entries().iter().filter(|entry| entry.key != "file") {
            if TAKEN.contains(&entry.key.as_str()) {
                let message = format!("the results have a column `{}` of their own", entry.key);
                self.wrong(entry.place, message, "give it another name");
            }
            match &entry.node.value {
                Value::Scalar(text) => columns.push((entry.key.clone(), text.clone())),
                _ => {
                    let message = format!("`{}` is a column: a single value is needed", entry.key);
                    self.wrong(entry.node.place, message, HELP);
                }
            }
        }
        Some(Member { file: written(file), columns })
    }

    fn settings(&mut self, node: Option<&Node>) -> Vec<Setting> {
        let entries = node.map_or(&[][..], Node::entries);
        let setting =
            |entry: &Entry| Setting { path: entry.key.clone(), value: written(&entry.node) };
        entries.iter().map(setting).collect()
    }

    fn parameters(&mut self, node: Option<&Node>) -> Vec<Parameter> {
        let entries = node.map_or(&[][..], Node::entries);
        let mut parameters = Vec::new();
        for entry in entries {
            let takes = match &entry.node.value {
                Value::List(items) if !items.is_empty() => {
                    Some(Takes::Values(items.iter().map(written).collect()))
                }
                Value::List(_) => {
                    let message = format!("`{}` takes no value at all", entry.key);
                    self.wrong(entry.node.place, message, "list its values");
                    None
                }
                Value::Scalar(_) => {
                    let message = format!("`{}` takes several values, as a list", entry.key);
                    let help = "what is the same for every point belongs to `set`";
                    self.wrong(entry.node.place, message, help);
                    None
                }
                Value::Map(_) => self.range(&entry.key, &entry.node),
            };
            if let Some(takes) = takes {
                let path = Written { text: entry.key.clone(), place: entry.place };
                parameters.push(Parameter { path, takes });
            }
        }
        parameters
    }

    fn range(&mut self, name: &str, node: &Node) -> Option<Takes> {
        let range = complete::map(node, shape::RANGE, &format!("`{name}`"), self.problems);
        let steps = range.get("steps").and_then(Node::known);
        let (from, to) = match (range.get("from"), range.get("to")) {
            (Some(from), Some(to)) => (from, to),
            (None, None) if node.entries().is_empty() => return Some(Takes::Own),
            _ => {
                let help = "such as { from: 10/s, to: 40/s }";
                self.wrong(node.place, format!("`{name}`: a range has `from` and `to`"), help);
                return None;
            }
        };
        let mut end = |node: &Node| {
            let read = Scalar::parse(node.text()).filter(|scalar| scalar.number >= 0.0);
            if read.is_none() {
                let message = format!("`{name}`: `{}` is no number with a unit", node.text());
                self.problems.push(Problem::at(node.place, message));
            }
            read
        };
        let (low, high) = (end(from), end(to));
        let (low, high) = (low?, high?);
        if low.unit() != high.unit() {
            let message = format!("`{name}`: `{}` and `{}` have two units", from.text(), to.text());
            self.wrong(node.place, message, "write both ends in the same unit");
            return None;
        }
        if low.number >= high.number {
            let message = format!("`{name}`: `from` is not below `to`");
            self.wrong(node.place, message, "swap them, or list the values");
            return None;
        }
        Some(Takes::Between { from: low, to: high, steps, place: node.place })
    }

    fn design(&mut self, node: Option<&Node>) -> Design {
        let Some(node) = node else { return Design::Grid };
        let inner = |design: &str, key: &str| node.get(design).and_then(|d| d.get(key));
        if node.entries().len() > 1 {
            self.wrong(node.place, "a study has one design", "leave all but one out");
        }
        if let Some(points) = inner("latin_hypercube", "points") {
            return Design::LatinHypercube { points: points.known().unwrap_or(1) };
        }
        if let Some(change) = inner("one_at_a_time", "change") {
            let share = change.known().unwrap_or(0.5);
            if share <= 0.0 || share >= 1.0 {
                let message = "a change is above 0 and below 100%";
                self.wrong(change.place, message, "such as 20%");
            }
            return Design::OneAtATime { change: share };
        }
        if matches!(node.value, Value::Map(_)) && node.entries().is_empty() {
            let help = "such as { latin_hypercube: { points: 20 } }";
            self.wrong(node.place, "which design is meant?", help);
        }
        // A word that was refused is told already.
        let example = match words::DESIGN.meaning(node.text()) {
            Some(DesignWord::LatinHypercube) => "{ latin_hypercube: { points: 20 } }",
            Some(DesignWord::OneAtATime) => "{ one_at_a_time: { change: 20% } }",
            Some(DesignWord::List) => return Design::List,
            Some(DesignWord::Grid) | None => return Design::Grid,
        };
        let message = format!("`{}` needs a number", node.text());
        self.wrong(node.place, message, &format!("such as {example}"));
        Design::Grid
    }

    /// What is said in two places.
    fn twice(&mut self, study: &Study) {
        for parameter in &study.parameters {
            let Written { text, place } = &parameter.path;
            if study.set.iter().any(|setting| setting.path == *text) {
                let message = format!("`{text}` stands in `set` as well");
                self.wrong(*place, message, "leave one out");
            }
            let column = |member: &Member| member.columns.iter().any(|(name, _)| name == text);
            if study.topologies.iter().any(column) {
                let message = format!("`{text}` is a column of a topology as well");
                self.wrong(*place, message, "give the column another name");
            }
        }
    }
}

/// The fields of a study, for the schema.
fn fields() -> &'static [Field] {
    shape::STUDY
}
