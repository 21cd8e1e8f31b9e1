//! `--set path=value`: any scalar of a topology from the command line. Laid over the tree before
//! defaults are filled in.

use super::problem::Problem;
use super::tree::{Entry, Node, Origin, Value};

/// One override.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    path: Vec<String>,
    value: String,
    text: String,
}

impl Override {
    /// Parses `operators.imsp-a.smsc.throughput=80/s`.
    ///
    /// # Errors
    /// A sentence that says what the form is.
    pub fn parse(text: &str) -> Result<Self, String> {
        let form = || "the form is path.to.key=value".to_owned();
        let (path, value) = text.split_once('=').ok_or_else(form)?;
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        if path.iter().any(String::is_empty) || path.len() > 16 {
            return Err(form());
        }
        Ok(Self { path, value: value.trim().to_owned(), text: text.to_owned() })
    }

    /// Changes a tree.
    pub(super) fn apply(&self, root: &mut Node) -> Result<(), Problem> {
        self.set(root, 0)
            .map_err(|message| Problem::nowhere(format!("--set {}: {message}", self.text)))
    }

    /// Goes down the path from `depth` on.
    fn set(&self, at: &mut Node, depth: usize) -> Result<(), String> {
        let Some(key) = self.path.get(depth) else {
            let value = Value::Scalar(self.value.clone());
            *at = Node { span: 0..0, origin: Origin::CommandLine, value };
            return Ok(());
        };
        if matches!(at.value, Value::Scalar(_)) {
            // A value such as `2ms` or `none` gives way to a map.
            at.value = Value::Map(Vec::new());
        }
        match &mut at.value {
            Value::List(items) => {
                let agreement = depth == 1 && self.path[0] == "agreements";
                let place = place(items, key, agreement)?;
                self.set(&mut items[place], depth + 1)
            }
            Value::Map(entries) => self.set(child(entries, key), depth + 1),
            Value::Scalar(_) => Ok(()),
        }
    }
}

fn child<'a>(entries: &'a mut Vec<Entry>, key: &str) -> &'a mut Node {
    let place = entries.iter().position(|entry| entry.key == key).unwrap_or_else(|| {
        let node = Node { span: 0..0, origin: Origin::CommandLine, value: Value::Map(Vec::new()) };
        entries.push(Entry { key: key.to_owned(), span: 0..0, node });
        entries.len() - 1
    });
    &mut entries[place].node
}

/// The item meant by a key: a number, or for agreements the two parties as `a:b`.
fn place(items: &[Node], key: &str, agreement: bool) -> Result<usize, String> {
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
    let (a, b) = key.split_once(':').ok_or("an agreement is named by its parties, a:b")?;
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
        _ => Err(format!("two agreements are between `{a}` and `{b}`: say {a}:{b}/ssp or /sms")),
    }
}
