//! `--set path=value`: any value of a topology from the command line. Laid over the tree before
//! defaults are filled in.

use crate::domain::federation::Protocol;
use std::fmt;

use super::keys::instead_of;
use super::node::{Entry, Meaning, Node, Origin, Value};
use super::place::Place;
use super::problem::Problem;

/// Stands for one item more at the end of a list.
const ADDED: &str = "+";

/// A `--set` of the command line, or a value that a study gives a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    path: Vec<String>,
    value: String,
    text: String,
    /// How a mistake in it is introduced.
    said: String,
}

/// A text without the quotes around it, as YAML would read it.
fn unquoted(value: &str) -> String {
    let within = |quote: char| {
        let inner = value.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.contains(quote)).then(|| inner.to_owned())
    };
    within('"').or_else(|| within('\'')).unwrap_or_else(|| value.to_owned())
}

impl Override {
    /// Parses `operators.imsp-a.smsc.throughput=80/s`.
    ///
    /// # Errors
    /// A sentence that says what the form is.
    pub fn parse(text: &str) -> Result<Self, String> {
        let form = || "the form is path.to.key=value".to_owned();
        let (path, value) = text.split_once('=').ok_or_else(form)?;
        let path = split(path).ok_or_else(form)?;
        let said = format!("--set {text}");
        Ok(Self { path, value: unquoted(value.trim()), text: text.to_owned(), said })
    }

    /// What a study sets.
    ///
    /// # Errors
    /// If the path has no form.
    pub(crate) fn of_study(path: &str, value: &str) -> Result<Self, String> {
        let keys = split(path).ok_or_else(|| "a path has the form path.to.key".to_owned())?;
        let text = format!("{path}={value}");
        Ok(Self { path: keys, value: value.to_owned(), text, said: format!("{path}: {value}") })
    }

    /// Changes a tree; it is the override at `index`. `complete` is the same tree with defaults:
    /// a list that the file leaves out is taken from there, to change an item of it. A line of the
    /// file's SLO that gives way is told, as a warning.
    pub(super) fn apply(
        &self,
        index: usize,
        root: &mut Node,
        complete: &Node,
    ) -> Result<Option<Problem>, Problem> {
        if let [family, name, _, ..] = self.path.as_slice()
            && family == "operators"
            && let Some(operators) = root.get(family)
            && operators.get(name).is_none()
        {
            // Else it would be a new one, of which nearly everything is missing.
            let known = operators.entries().iter().map(|entry| entry.key.as_str());
            let problem =
                Problem::at(Place::Override(index), format!("no operator is called `{name}`"));
            return Err(problem.did_you_mean(name, known));
        }
        let replaced = self.replaced_line(root);
        self.set(root, Some(complete), index, 0)
            .map_err(|message| Problem::at(Place::Override(index), message))?;
        Ok(replaced.map(|line| {
            let message = format!("it replaces the file's line `{line}`");
            Problem::warning(Place::Override(index), message)
                .help(format!("`slo.{ADDED}` adds a line instead"))
        }))
    }

    /// The line of the file's SLO that gives way.
    fn replaced_line(&self, root: &Node) -> Option<String> {
        let [family, place] = self.path.as_slice() else { return None };
        let lines = root.get("slo").filter(|_| family == "slo")?.items();
        let line = lines.get(place.parse::<usize>().ok()?)?;
        (line.origin == Origin::File && line.text() != self.value).then(|| line.text().to_owned())
    }

    /// The value: a scalar as it stands, a list or map as YAML in one line.
    fn node(&self, index: usize) -> Result<Node, String> {
        if !self.value.starts_with(['[', '{']) {
            let value = Value::Scalar(self.value.clone());
            return Ok(Node {
                place: Place::Override(index),
                origin: Origin::CommandLine,
                value,
                meaning: Meaning::Itself,
            });
        }
        let mut node = super::tree::parse(&self.value, Origin::CommandLine)
            .map_err(|problem| problem.message().to_owned())?;
        node.put(Place::Override(index));
        Ok(node)
    }

    /// Goes down the path from `depth` on.
    fn set(
        &self,
        at: &mut Node,
        complete: Option<&Node>,
        index: usize,
        depth: usize,
    ) -> Result<(), String> {
        let Some(key) = self.path.get(depth) else {
            *at = self.node(index)?;
            return Ok(());
        };
        let default = complete.filter(|node| matches!(node.value, Value::List(_)));
        if let (Value::Map(entries), Some(default)) = (&at.value, default)
            && entries.is_empty()
        {
            *at = default.clone();
        }
        if matches!(at.value, Value::Scalar(_)) {
            // A value such as `2ms` or `none` gives way to a map.
            at.value = Value::Map(Vec::new());
        }
        match &mut at.value {
            Value::List(items) if key == ADDED => {
                let place = Place::Override(index);
                let (origin, value) = (Origin::CommandLine, Value::Map(Vec::new()));
                items.push(Node { place, origin, value, meaning: Meaning::Itself });
                let last = items.len() - 1;
                self.set(&mut items[last], None, index, depth + 1)
            }
            Value::List(items) => {
                let agreement = depth == 1 && self.path[0] == "agreements";
                let place = item(items, key, agreement)?;
                let complete = complete.and_then(|node| node.items().get(place));
                self.set(&mut items[place], complete, index, depth + 1)
            }
            Value::Map(entries) => {
                let complete = complete.and_then(|node| node.get(key));
                // What it stands instead of gives way to it.
                let twins = instead_of(key);
                entries.retain(|entry| !twins.contains(&entry.key.as_str()));
                entries.retain(|entry| !instead_of(&entry.key).contains(&key.as_str()));
                self.set(child(entries, key, Place::Override(index)), complete, index, depth + 1)
            }
            Value::Scalar(_) => Ok(()),
        }
    }
}

/// As on the command line.
impl fmt::Display for Override {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The problem with the override it is about named, if it is about one of these.
pub fn introduced(problem: Problem, overrides: &[Override]) -> Problem {
    match problem.about_override().and_then(|set| overrides.get(set)) {
        Some(set) => problem.of(&set.said),
        None => problem,
    }
}

/// The keys of a path.
fn split(path: &str) -> Option<Vec<String>> {
    let keys: Vec<String> = path.split('.').map(str::to_owned).collect();
    (keys.len() <= 16 && !keys.iter().any(String::is_empty)).then_some(keys)
}

fn child<'a>(entries: &'a mut Vec<Entry>, key: &str, place: Place) -> &'a mut Node {
    let found = entries.iter().position(|entry| entry.key == key).unwrap_or_else(|| {
        let value = Value::Map(Vec::new());
        let node = Node { place, origin: Origin::CommandLine, value, meaning: Meaning::Itself };
        entries.push(Entry { key: key.to_owned(), place, node });
        entries.len() - 1
    });
    &mut entries[found].node
}

/// What is wrong with a name of an agreement that has no colon.
fn nameless(items: &[Node], key: &str) -> String {
    let pair = |item: &Node| match item.get("between").map_or(&[][..], Node::items) {
        [a, b] => Some((a.text().to_owned(), b.text().to_owned())),
        _ => None,
    };
    let pairs: Vec<(String, String)> = items.iter().filter_map(pair).collect();
    let meant = pairs.iter().find(|(a, b)| {
        let joined = |a: &str, b: &str| {
            key.strip_prefix(a).and_then(|rest| rest.strip_suffix(b)).is_some_and(|sign| {
                sign.chars().count() <= 2 && !sign.chars().any(char::is_alphanumeric)
            })
        };
        joined(a, b) || joined(b, a)
    });
    let form = "an agreement is named by its parties, a:b";
    match meant.or(pairs.first()) {
        Some((a, b)) if meant.is_some() => format!("{form}; did you mean `{a}:{b}`?"),
        Some((a, b)) => format!("{form}, such as `{a}:{b}`"),
        None => form.to_owned(),
    }
}

/// The item meant by a key: a number, or for agreements the two parties as `a:b`.
pub(super) fn item(items: &[Node], key: &str, agreement: bool) -> Result<usize, String> {
    if let Ok(place) = key.parse::<usize>() {
        let count = items.len();
        return if place < count {
            Ok(place)
        } else {
            Err(format!("there are {count} items, counted from 0"))
        };
    }
    if !agreement {
        return Err(format!("`{key}` is no place in a list; places are counted from 0"));
    }
    let (a, b) = key.split_once(':').ok_or_else(|| nameless(items, key))?;
    let (b, protocol) = b.split_once('/').map_or((b, None), |(b, protocol)| (b, Some(protocol)));
    let matches = |item: &Node| {
        let between = item.get("between").map_or(&[][..], Node::items);
        let has = |name: &str| between.iter().any(|party| party.text() == name);
        let spoken = item.get("protocol").map_or("", Node::text);
        has(a) && has(b) && protocol.is_none_or(|protocol| protocol == spoken)
    };
    let found: Vec<usize> = (0..items.len()).filter(|&place| matches(&items[place])).collect();
    match found.as_slice() {
        [place] => Ok(*place),
        [] => Err(format!("no agreement is between `{a}` and `{b}`")),
        _ => {
            let or = Protocol::LABELS.join(" or /");
            Err(format!("two agreements are between `{a}` and `{b}`: say {a}:{b}/{or}"))
        }
    }
}
