//! From what the file says to what holds: every key checked against the table, every default
//! filled in, every scalar read. All mistakes are collected.

use super::keys::{self, instead_of};
use super::node::{Entry, Meaning, Node, Origin, Value};
use super::place::Place;
use super::problem::Problem;
use super::shape::{self, Default, Field, Shape};
use super::tree::parse;
use super::{unknown, words};
use crate::domain::federation::{OperatorKind, Protocol};
use crate::domain::quantity;

/// Completes a whole topology.
pub(crate) fn topology(root: &Node, problems: &mut Vec<Problem>) -> Node {
    Completer::new(problems).node(root, &Shape::Map(keys::TOPOLOGY), "the topology")
}

/// Completes the workload of one operator.
pub(crate) fn workload(root: &Node, problems: &mut Vec<Problem>) -> Node {
    Completer::new(problems).node(root, &Shape::Map(keys::WORKLOAD), "workload")
}

/// Completes a map of fixed keys.
pub(crate) fn map(node: &Node, fields: &[Field], name: &str, problems: &mut Vec<Problem>) -> Node {
    Completer::new(problems).map(node, fields, name)
}

/// An IMSP of which only defaults are known.
pub(crate) fn imsp(root: &Node) -> Node {
    let of_im = ["im_server", "imps_version", "legacy", "directory"];
    let parts = keys::IMSP.iter().filter(|field| of_im.contains(&field.key));
    let fields: Vec<Field> = parts.copied().collect();
    Completer::new(&mut Vec::new()).map(root, &fields, "an IMSP")
}

struct Completer<'a> {
    problems: &'a mut Vec<Problem>,
    /// Within an agreement, what is spoken, unless that is wrong.
    protocol: Option<Protocol>,
}

impl<'a> Completer<'a> {
    fn new(problems: &'a mut Vec<Problem>) -> Self {
        Self { problems, protocol: None }
    }

    fn wrong(&mut self, node: &Node, message: impl Into<String>) {
        self.problems.push(Problem::at(node.place, message));
    }

    fn node(&mut self, node: &Node, shape: &Shape, name: &str) -> Node {
        match shape {
            Shape::Map(fields) => self.map(node, fields, name),
            Shape::Agreement => self.agreement(node, name),
            Shape::Operators => self.operators(node),
            Shape::Named(inner) => self.named(node, inner, name),
            Shape::List(inner, least) => self.list(node, inner, *least, name),
            Shape::Either(scalar, other) => {
                let inner = match (&node.value, scalar, other) {
                    // A scalar that is no word of the first shape may be one of the second.
                    (Value::Scalar(text), Shape::Word(words), second)
                        if !words.contains(&text.as_str()) && !is_map(second) =>
                    {
                        second
                    }
                    (Value::Scalar(_), ..) => scalar,
                    _ => other,
                };
                self.node(node, inner, name)
            }
            Shape::Free => node.clone(),
            Shape::ServiceTimes => self.service_times(node, name),
            Shape::RateLimit => self.rate_limit(node, name),
            Shape::WorkloadByOperator => self.by_operator(node),
            Shape::DurationDistribution => {
                self.distribution(node, &Shape::Duration, shape::DELAYS, name)
            }
            Shape::CountDistribution => {
                let plain = Shape::Count(0, u32::MAX.into());
                self.distribution(node, &plain, shape::COUNTS, name)
            }
            Shape::Text
            | Shape::Flag
            | Shape::Count(..)
            | Shape::Number
            | Shape::Share
            | Shape::Duration
            | Shape::Rate
            | Shape::Bandwidth
            | Shape::Word(_) => {
                let meaning = self.scalar(node, shape, name).unwrap_or_else(|problem| {
                    self.problems.push(problem);
                    Meaning::Refused
                });
                node.with(node.value.clone(), meaning)
            }
        }
    }

    /// What a single value means.
    fn scalar(&self, node: &Node, shape: &Shape, name: &str) -> Result<Meaning, Problem> {
        let Value::Scalar(text) = &node.value else {
            let message = format!("`{name}` is a single value, not a list or map");
            return Err(Problem::at(node.place, message));
        };
        let read = match shape {
            Shape::Flag => match text.as_str() {
                "true" => Ok(Meaning::Flag(true)),
                "false" => Ok(Meaning::Flag(false)),
                _ => Err("`true` or `false` is needed".to_owned()),
            },
            Shape::Count(min, max) => quantity::count(text, *min, *max).map(Meaning::Count),
            Shape::Number => quantity::number(text).map(Meaning::Number),
            Shape::Share => quantity::share(text).map(Meaning::Number),
            Shape::Rate => quantity::rate(text).map(Meaning::Number),
            Shape::Bandwidth => quantity::bandwidth(text).map(Meaning::Number),
            Shape::Duration => quantity::duration(text).map(Meaning::Duration),
            Shape::Word(words) => match words.iter().find(|word| *word == text) {
                Some(word) => Ok(Meaning::Word(word)),
                None => return Err(unknown::word(node.place, text, words, name)),
            },
            _ => Ok(Meaning::Itself),
        };
        read.map_err(|reason| Problem::at(node.place, format!("`{name}`: {reason}")))
    }

    fn map(&mut self, node: &Node, fields: &[Field], name: &str) -> Node {
        let Some(entries) = self.entries(node, name) else {
            return node.with(Value::Map(Vec::new()), Meaning::Refused);
        };
        let mut meaning = Meaning::Itself;
        for (place, entry) in entries.iter().enumerate() {
            if !fields.iter().any(|field| field.key == entry.key) {
                let before = place.checked_sub(1).and_then(|before| entries.get(before));
                self.problems.push(unknown::key(entry, before, fields, name));
                meaning = Meaning::Refused;
            }
        }
        self.alternatives(entries);
        let mut done = Vec::new();
        for field in fields {
            if replaced(entries, field.key) {
                continue;
            }
            let given = entries.iter().find(|entry| entry.key == field.key);
            let value = match (given, field.default.yaml(self.protocol)) {
                (Some(entry), _) => self.node(&entry.node, &field.shape, field.key),
                (None, Some(yaml)) => self.default(yaml, node.place, field),
                (None, None) if field.default == Default::Absent => continue,
                (None, None) => {
                    // The first character: what else is wrong with it is another matter.
                    let message = format!("`{}` is missing in {name}", field.key);
                    self.problems.push(Problem::at(node.place.first(), message).help(field.doc));
                    meaning = Meaning::Refused;
                    continue;
                }
            };
            let place = given.map_or(node.place, |entry| entry.place);
            done.push(Entry { key: field.key.to_owned(), place, node: value });
        }
        node.with(Value::Map(done), meaning)
    }

    fn agreement(&mut self, node: &Node, name: &str) -> Node {
        let word = node.get("protocol").map_or("", Node::text);
        self.protocol = words::PROTOCOL.meaning(word);
        let done = self.map(node, keys::AGREEMENT, name);
        self.protocol = None;
        done
    }

    /// What stands instead of another does not stand beside it.
    fn alternatives(&mut self, entries: &[Entry]) {
        for entry in entries {
            let given = |key: &&&str| entries.iter().any(|other| other.key == **key);
            if let Some(other) = instead_of(&entry.key).iter().find(given) {
                let message = format!("`{}` stands instead of `{other}`", entry.key);
                self.problems.push(Problem::at(entry.place, message).help("leave one out"));
            }
        }
    }

    fn default(&mut self, yaml: &str, place: Place, field: &Field) -> Node {
        let mut node = parse(yaml, Origin::Default).expect("the table's own defaults parse");
        node.put(place);
        self.node(&node, &field.shape, field.key)
    }

    fn entries<'n>(&mut self, node: &'n Node, name: &str) -> Option<&'n [Entry]> {
        match &node.value {
            Value::Map(entries) => Some(entries),
            // An empty value is an empty map.
            Value::Scalar(text) if text.is_empty() => Some(&[]),
            _ => {
                self.wrong(node, format!("`{name}` is a map of keys and values"));
                None
            }
        }
    }

    fn named(&mut self, node: &Node, inner: &Shape, name: &str) -> Node {
        let Some(entries) = self.entries(node, name) else {
            return node.with(node.value.clone(), Meaning::Refused);
        };
        let done = entries
            .iter()
            .map(|Entry { key, place, node }| {
                let node = self.node(node, inner, key);
                Entry { key: key.clone(), place: *place, node }
            })
            .collect();
        node.with(Value::Map(done), Meaning::Itself)
    }

    fn list(&mut self, node: &Node, inner: &Shape, least: usize, name: &str) -> Node {
        let Value::List(items) = &node.value else {
            self.wrong(node, format!("`{name}` is a list, such as [ … ]"));
            return node.with(Value::List(Vec::new()), Meaning::Refused);
        };
        if items.len() < least {
            let problem = match (least, items.as_slice()) {
                // Of two operators, wherever two are needed.
                (2, [one]) => {
                    let message = format!("`{name}` names both operators, and this is one");
                    let help = format!("{name}: [{}, the other]", one.text());
                    Problem::at(node.place, message).help(help)
                }
                (2, _) => Problem::at(node.place, format!("`{name}` names two operators"))
                    .help(format!("{name}: [one, the other]")),
                _ => {
                    let items = if least == 1 { "item" } else { "items" };
                    Problem::at(node.place, format!("`{name}` needs at least {least} {items}"))
                }
            };
            self.problems.push(problem);
        }
        let done = items.iter().map(|item| self.node(item, inner, name)).collect();
        node.with(Value::List(done), Meaning::Itself)
    }

    fn operators(&mut self, node: &Node) -> Node {
        let Some(entries) = self.entries(node, "operators") else {
            return node.with(Value::Map(Vec::new()), Meaning::Refused);
        };
        if entries.is_empty() {
            self.wrong(node, "a federation has at least one operator");
        }
        let mut done = Vec::new();
        for entry in entries {
            let kind = entry.node.get("kind").map(Node::text);
            let fields = match kind.map(|kind| words::KIND.meaning(kind)) {
                Some(Some(OperatorKind::Mno)) => keys::MNO,
                Some(Some(OperatorKind::Hub)) => keys::HUB,
                Some(Some(OperatorKind::Ims)) => keys::IMS,
                Some(Some(OperatorKind::Imsp)) | None => keys::IMSP,
                // What else is wrong with it depends on what it is meant to be.
                Some(None) => &keys::IMSP[..1],
            };
            let name = format!("operator `{}`", entry.key);
            let node = if fields.len() == 1 {
                let kind = entry.node.entries().iter().filter(|e| e.key == "kind").cloned();
                let kind = entry.node.with(Value::Map(kind.collect()), Meaning::Itself);
                Node { meaning: Meaning::Refused, ..self.map(&kind, fields, &name) }
            } else {
                self.map(&entry.node, fields, &name)
            };
            done.push(Entry { key: entry.key.clone(), place: entry.place, node });
        }
        node.with(Value::Map(done), Meaning::Itself)
    }

    fn service_times(&mut self, node: &Node, name: &str) -> Node {
        let known = |entry: &Entry| words::SERVICES.list.contains(&entry.key.as_str());
        if !node.entries().iter().any(known) {
            return self.node(node, &Shape::DurationDistribution, name);
        }
        for entry in node.entries().iter().filter(|entry| !known(entry)) {
            let message = format!("unknown kind of request `{}`", entry.key);
            let problem = Problem::at(entry.place, message);
            let kinds = words::SERVICES.list.iter().copied();
            self.problems.push(problem.did_you_mean(&entry.key, kinds));
        }
        let mut times = self.named(node, &Shape::DurationDistribution, name);
        if let Value::Map(entries) = &mut times.value {
            entries.retain(known);
        }
        times
    }

    fn rate_limit(&mut self, node: &Node, name: &str) -> Node {
        if matches!(node.value, Value::Scalar(_)) {
            return self.node(node, &Shape::Rate, name);
        }
        let own = |entry: &Entry| keys::LIMIT.iter().any(|field| field.key == entry.key);
        if node.entries().iter().any(own) {
            return self.map(node, keys::LIMIT, name);
        }
        let sides = Shape::Either(&Shape::Rate, &Shape::Map(keys::LIMIT));
        self.named(node, &sides, name)
    }

    fn by_operator(&mut self, node: &Node) -> Node {
        // Checked after it has been laid over the common workload.
        if self.entries(node, "by_operator").is_none() {
            return node.with(Value::Map(Vec::new()), Meaning::Refused);
        }
        node.clone()
    }

    /// A plain value, or one of the distributions with its parameters.
    fn distribution(&mut self, node: &Node, plain: &Shape, kinds: &[Field], name: &str) -> Node {
        let refused = || node.with(node.value.clone(), Meaning::Refused);
        let keys = || kinds.iter().map(|kind| kind.key);
        let entries = match &node.value {
            Value::Scalar(_) => return self.node(node, plain, name),
            Value::Map(entries) => entries,
            Value::List(_) => {
                self.wrong(node, format!("`{name}` is a value or a distribution, not a list"));
                return refused();
            }
        };
        let one_of = keys().collect::<Vec<_>>().join(", ");
        let [entry] = entries.as_slice() else {
            let message = format!("`{name}`: a distribution has exactly one of the keys {one_of}");
            self.wrong(node, message);
            return refused();
        };
        let Some(kind) = kinds.iter().find(|kind| kind.key == entry.key) else {
            let message = format!("`{name}`: unknown distribution `{}`", entry.key);
            let problem = Problem::at(entry.place, message).help(format!("one of {one_of}"));
            self.problems.push(problem.did_you_mean(&entry.key, keys()));
            return refused();
        };
        let inner = self.node(&entry.node, &kind.shape, kind.key);
        let done = Entry { key: entry.key.clone(), place: entry.place, node: inner };
        node.with(Value::Map(vec![done]), Meaning::Itself)
    }
}

/// Whether a key is replaced by another that is given.
fn replaced(entries: &[Entry], key: &str) -> bool {
    entries.iter().any(|entry| instead_of(&entry.key).contains(&key))
}

fn is_map(shape: &Shape) -> bool {
    matches!(shape, Shape::Map(_) | Shape::Named(_))
}
