//! From what the file says to what holds: every key checked against the table, every default
//! filled in, every scalar checked for its kind. All mistakes are collected.

use super::place::Place;
use super::problem::Problem;
use super::shape::{self, Default, Field, Shape, instead_of};
use super::tree::{Entry, Node, Origin, Value, parse};
use crate::domain::quantity;

/// Keys of duration distributions.
const DURATIONS: &[&str] =
    &["exponential", "uniform", "lognormal", "erlang", "shifted", "empirical"];
/// Keys of count distributions.
const COUNTS: &[&str] = &["poisson", "geometric", "zipf", "lognormal", "empirical"];

/// Completes a whole topology.
pub fn topology(root: &Node, problems: &mut Vec<Problem>) -> Node {
    Completer { problems }.node(root, &Shape::Map(shape::TOPOLOGY), "the topology")
}

/// Completes the workload of one operator.
pub fn workload(root: &Node, problems: &mut Vec<Problem>) -> Node {
    Completer { problems }.node(root, &Shape::Map(shape::WORKLOAD), "workload")
}

/// Completes a map of fixed keys.
pub fn map(node: &Node, fields: &[Field], name: &str, problems: &mut Vec<Problem>) -> Node {
    Completer { problems }.map(node, fields, name)
}

/// An IMSP of which only defaults are known.
pub fn imsp(root: &Node) -> Node {
    let parts = shape::IMSP.iter().filter(|field| matches!(field.key, "im_server" | "legacy"));
    let fields: Vec<Field> = parts.copied().collect();
    Completer { problems: &mut Vec::new() }.map(root, &fields, "an IMSP")
}

struct Completer<'a> {
    problems: &'a mut Vec<Problem>,
}

impl Completer<'_> {
    fn wrong(&mut self, node: &Node, message: impl Into<String>) {
        self.problems.push(Problem::at(node.place, message));
    }

    fn node(&mut self, node: &Node, shape: &Shape, name: &str) -> Node {
        match shape {
            Shape::Map(fields) => return self.map(node, fields, name),
            Shape::Operators => return self.operators(node),
            Shape::Named(inner) => return self.named(node, inner, name),
            Shape::List(inner, least) => return self.list(node, inner, *least, name),
            Shape::Either(scalar, other) => {
                let inner = if matches!(node.value, Value::Scalar(_)) {
                    // A scalar that is no word of the first shape may be one of the second.
                    match (scalar, other) {
                        (Shape::Word(words), second)
                            if !words.contains(&node.text()) && !is_map(second) =>
                        {
                            second
                        }
                        _ => scalar,
                    }
                } else {
                    other
                };
                return self.node(node, inner, name);
            }
            Shape::Free => return node.clone(),
            Shape::ServiceTimes => return self.service_times(node, name),
            Shape::RateLimit => return self.rate_limit(node, name),
            Shape::WorkloadByOperator => return self.by_operator(node),
            Shape::DurationDistribution => return self.distribution(node, DURATIONS, name, true),
            Shape::CountDistribution => return self.distribution(node, COUNTS, name, false),
            _ => {}
        }
        let Value::Scalar(text) = &node.value else {
            self.wrong(node, format!("`{name}` is a single value, not a list or map"));
            return node.clone();
        };
        let checked = match shape {
            Shape::Text => Ok(()),
            Shape::Flag => match text.as_str() {
                "true" | "false" => Ok(()),
                _ => Err("`true` or `false` is needed".to_owned()),
            },
            Shape::Count(min, max) => quantity::count(text, *min, *max).map(drop),
            Shape::Number => quantity::number(text).map(drop),
            Shape::Share => quantity::share(text).map(drop),
            Shape::Duration => quantity::duration(text).map(drop),
            Shape::Rate => quantity::rate(text).map(drop),
            Shape::Bandwidth => quantity::bandwidth(text).map(drop),
            Shape::Word(words) => {
                if words.contains(&text.as_str()) {
                    Ok(())
                } else {
                    let message = format!("`{text}` is not one of {}", words.join(", "));
                    let problem = Problem::at(node.place, format!("`{name}`: {message}"));
                    self.problems.push(problem.did_you_mean(text, words.iter().copied()));
                    return node.clone();
                }
            }
            _ => Ok(()),
        };
        if let Err(reason) = checked {
            self.wrong(node, format!("`{name}`: {reason}"));
        }
        node.clone()
    }

    fn map(&mut self, node: &Node, fields: &[Field], name: &str) -> Node {
        let Some(entries) = self.entries(node, name) else {
            return Node { value: Value::Map(Vec::new()), ..node.clone() };
        };
        for entry in entries {
            if !fields.iter().any(|field| field.key == entry.key) {
                let problem =
                    Problem::at(entry.place, format!("unknown key `{}` in {name}", entry.key));
                let keys: Vec<&str> = fields.iter().map(|field| field.key).collect();
                let known = format!("known here: {}", keys.join(", "));
                let problem = problem.help(known);
                self.problems.push(problem.did_you_mean(&entry.key, keys));
            }
        }
        self.alternatives(entries);
        let mut done = Vec::new();
        for field in fields {
            if replaced(entries, field.key) {
                continue;
            }
            let given = entries.iter().find(|entry| entry.key == field.key);
            let value = match (given, field.default) {
                (Some(entry), _) => self.node(&entry.node, &field.shape, field.key),
                (None, Default::Is(yaml)) => {
                    self.default(yaml, node.place, &field.shape, field.key)
                }
                (None, Default::Absent) => continue,
                (None, Default::Required) => {
                    // The first character: what else is wrong with it is another matter.
                    let message = format!("`{}` is missing in {name}", field.key);
                    self.problems.push(Problem::at(node.place.first(), message).help(field.doc));
                    continue;
                }
            };
            let place = given.map_or(node.place, |entry| entry.place);
            done.push(Entry { key: field.key.to_owned(), place, node: value });
        }
        Node { value: Value::Map(done), ..node.clone() }
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

    fn default(&mut self, yaml: &str, place: Place, shape: &Shape, name: &str) -> Node {
        let mut node = parse(yaml, Origin::Default).expect("the table's own defaults parse");
        node.put(place);
        self.node(&node, shape, name)
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
        let Some(entries) = self.entries(node, name) else { return node.clone() };
        let done = entries
            .iter()
            .map(|entry| Entry { node: self.node(&entry.node, inner, &entry.key), ..entry.clone() })
            .collect();
        Node { value: Value::Map(done), ..node.clone() }
    }

    fn list(&mut self, node: &Node, inner: &Shape, least: usize, name: &str) -> Node {
        let Value::List(items) = &node.value else {
            self.wrong(node, format!("`{name}` is a list, such as [ … ]"));
            return Node { value: Value::List(Vec::new()), ..node.clone() };
        };
        if items.len() < least {
            self.wrong(node, format!("`{name}` needs at least {least} item(s)"));
        }
        let done = items.iter().map(|item| self.node(item, inner, name)).collect();
        Node { value: Value::List(done), ..node.clone() }
    }

    fn operators(&mut self, node: &Node) -> Node {
        let Some(entries) = self.entries(node, "operators") else {
            return Node { value: Value::Map(Vec::new()), ..node.clone() };
        };
        if entries.is_empty() {
            self.wrong(node, "a federation has at least one operator");
        }
        let mut done = Vec::new();
        for entry in entries {
            let fields = match entry.node.get("kind").map(Node::text) {
                Some("mno") => shape::MNO,
                Some("hub") => shape::HUB,
                Some("ims") => shape::IMS,
                Some("imsp") | None => shape::IMSP,
                // What else is wrong with it depends on what it is meant to be.
                Some(_) => &shape::IMSP[..1],
            };
            let known = matches!(
                entry.node.get("kind").map(Node::text),
                Some("imsp" | "ims" | "mno" | "hub") | None
            );
            let given = if known {
                entry.node.clone()
            } else {
                let kind =
                    entry.node.entries().iter().filter(|e| e.key == "kind").cloned().collect();
                Node { value: Value::Map(kind), ..entry.node.clone() }
            };
            let node = self.map(&given, fields, &format!("operator `{}`", entry.key));
            done.push(Entry { node, ..entry.clone() });
        }
        Node { value: Value::Map(done), ..node.clone() }
    }

    fn service_times(&mut self, node: &Node, name: &str) -> Node {
        let by_kind =
            node.entries().iter().any(|entry| shape::SERVICE_KINDS.contains(&entry.key.as_str()));
        if !by_kind {
            return self.distribution(node, DURATIONS, name, true);
        }
        for entry in node.entries() {
            if !shape::SERVICE_KINDS.contains(&entry.key.as_str()) {
                let message = format!("unknown kind of request `{}`", entry.key);
                let problem = Problem::at(entry.place, message);
                let kinds = shape::SERVICE_KINDS.iter().copied();
                self.problems.push(problem.did_you_mean(&entry.key, kinds));
            }
        }
        self.named(node, &Shape::DurationDistribution, name)
    }

    fn rate_limit(&mut self, node: &Node, name: &str) -> Node {
        if matches!(node.value, Value::Scalar(_)) {
            return self.node(node, &Shape::Rate, name);
        }
        let own = |entry: &Entry| shape::LIMIT.iter().any(|field| field.key == entry.key);
        if node.entries().iter().any(own) {
            return self.map(node, shape::LIMIT, name);
        }
        let sides = Shape::Either(&Shape::Rate, &Shape::Map(shape::LIMIT));
        self.named(node, &sides, name)
    }

    fn by_operator(&mut self, node: &Node) -> Node {
        // Checked after it has been laid over the common workload.
        if self.entries(node, "by_operator").is_none() {
            return Node { value: Value::Map(Vec::new()), ..node.clone() };
        }
        node.clone()
    }

    fn distribution(&mut self, node: &Node, kinds: &[&str], name: &str, time: bool) -> Node {
        let plain = if time { Shape::Duration } else { Shape::Count(0, u32::MAX.into()) };
        let entries = match &node.value {
            Value::Scalar(_) => return self.node(node, &plain, name),
            Value::Map(entries) => entries,
            Value::List(_) => {
                self.wrong(node, format!("`{name}` is a value or a distribution, not a list"));
                return node.clone();
            }
        };
        let [entry] = entries.as_slice() else {
            let message = format!(
                "`{name}`: a distribution has exactly one of the keys {}",
                kinds.join(", ")
            );
            self.wrong(node, message);
            return node.clone();
        };
        if !kinds.contains(&entry.key.as_str()) {
            let message = format!("`{name}`: unknown distribution `{}`", entry.key);
            let problem =
                Problem::at(entry.place, message).help(format!("one of {}", kinds.join(", ")));
            self.problems.push(problem.did_you_mean(&entry.key, kinds.iter().copied()));
            return node.clone();
        }
        let value = if time { Shape::Duration } else { Shape::Number };
        const fn required(key: &'static str, shape: Shape) -> Field {
            Field { key, shape, default: Default::Required, doc: "a distribution's parameter" }
        }
        let inner = match entry.key.as_str() {
            "exponential" => self.node(&entry.node, &Shape::Duration, &entry.key),
            "poisson" | "geometric" => self.node(&entry.node, &Shape::Number, &entry.key),
            "uniform" => {
                const FIELDS: &[Field] =
                    &[required("min", Shape::Duration), required("max", Shape::Duration)];
                self.map(&entry.node, FIELDS, &entry.key)
            }
            "lognormal" => {
                let fields = [required("median", value), required("p99", value)];
                self.map(&entry.node, &fields, &entry.key)
            }
            "erlang" => {
                const FIELDS: &[Field] =
                    &[required("k", Shape::Count(1, 10_000)), required("mean", Shape::Duration)];
                self.map(&entry.node, FIELDS, &entry.key)
            }
            "shifted" => {
                const FIELDS: &[Field] = &[
                    required("by", Shape::Duration),
                    required("plus", Shape::DurationDistribution),
                ];
                self.map(&entry.node, FIELDS, &entry.key)
            }
            "zipf" => {
                const FIELDS: &[Field] = &[
                    required("max", Shape::Count(1, 1_000_000)),
                    required("exponent", Shape::Number),
                ];
                self.map(&entry.node, FIELDS, &entry.key)
            }
            _ => self.node(&entry.node, &Shape::Text, &entry.key),
        };
        let done = Entry { node: inner, ..entry.clone() };
        Node { value: Value::Map(vec![done]), ..node.clone() }
    }
}

/// Whether a key is replaced by another that is given.
fn replaced(entries: &[Entry], key: &str) -> bool {
    entries.iter().any(|entry| instead_of(&entry.key).contains(&key))
}

fn is_map(shape: &Shape) -> bool {
    matches!(shape, Shape::Map(_) | Shape::Named(_))
}
