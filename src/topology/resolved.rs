//! The resolved topology as text: every value with its origin, byte for byte the same for equal
//! values, itself a valid topology.

use std::fmt::Write;

use super::files::copy;
use super::node::{Entry, Node, Origin, Value};

/// Writes a completed tree; with `origins`, each value has its origin as a comment.
pub(crate) fn yaml(root: &Node, origins: bool) -> String {
    let mut text = String::new();
    if origins {
        text.push_str("# Resolved by interwork: every value with its origin. Itself a topology.\n");
    }
    Writer { text: &mut text, origins }.entries(root.entries(), 0);
    text
}

/// A value in one line, as an override takes it.
pub(crate) fn flow(node: &Node) -> String {
    fn within(node: &Node) -> String {
        match &node.value {
            Value::Scalar(text) => quoted(text),
            _ => flow(node),
        }
    }
    match &node.value {
        Value::Scalar(text) => text.clone(),
        Value::List(items) => {
            format!("[{}]", items.iter().map(within).collect::<Vec<_>>().join(", "))
        }
        Value::Map(entries) => {
            let pair = |e: &Entry| format!("{}: {}", quoted(&e.key), within(&e.node));
            format!("{{{}}}", entries.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
    }
}

/// Every single value with its path, in the order of the file; a list of plain values is one.
pub(crate) fn values(root: &Node) -> Vec<(String, String)> {
    fn walk(node: &Node, path: &str, all: &mut Vec<(String, String)>) {
        let below = |key: &str| match path {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        };
        let plain = |item: &Node| matches!(item.value, Value::Scalar(_));
        match &node.value {
            Value::Map(entries) if !entries.is_empty() => {
                entries.iter().for_each(|entry| walk(&entry.node, &below(&entry.key), all));
            }
            Value::List(items) if !items.iter().all(plain) => {
                for (place, item) in items.iter().enumerate() {
                    walk(item, &below(&place.to_string()), all);
                }
            }
            _ => all.push((path.to_owned(), flow(node))),
        }
    }
    let mut all = Vec::new();
    walk(root, "", &mut all);
    all
}

/// FNV-1a over 128 bits, hexadecimal.
pub(crate) fn digest(bytes: &[u8]) -> String {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let hash = bytes.iter().fold(OFFSET, |h, byte| (h ^ u128::from(*byte)).wrapping_mul(PRIME));
    format!("{hash:032x}")
}

struct Writer<'a> {
    text: &'a mut String,
    origins: bool,
}

impl Writer<'_> {
    fn entries(&mut self, entries: &[Entry], depth: usize) {
        for entry in entries {
            self.indent(depth);
            self.text.push_str(&quoted(&entry.key));
            self.text.push(':');
            let file = entry.key == "empirical" || entry.key == "file";
            self.value(&entry.node, depth, file);
        }
    }

    /// The value after `key:`, on the same line if it is a scalar.
    fn value(&mut self, node: &Node, depth: usize, file: bool) {
        match &node.value {
            Value::Scalar(text) => {
                let text = if file { copy(text) } else { text.clone() };
                let _ = write!(self.text, " {}", quoted(&text));
                self.origin(node.origin);
            }
            Value::Map(entries) if entries.is_empty() => {
                self.text.push_str(" {}");
                self.origin(node.origin);
            }
            Value::Map(entries) => {
                self.text.push('\n');
                self.entries(entries, depth + 1);
            }
            Value::List(items) if items.iter().all(|i| matches!(i.value, Value::Scalar(_))) => {
                let items: Vec<String> = items.iter().map(|item| quoted(item.text())).collect();
                let _ = write!(self.text, " [{}]", items.join(", "));
                self.origin(node.origin);
            }
            Value::List(items) => {
                self.text.push('\n');
                for item in items {
                    self.item(item, depth + 1);
                }
            }
        }
    }

    fn item(&mut self, node: &Node, depth: usize) {
        let start = self.text.len();
        match &node.value {
            Value::Map(entries) if !entries.is_empty() => {
                self.entries(entries, depth + 1);
                // The dash takes the place of the first entry's last indentation.
                let dash = start + 2 * depth;
                self.text.replace_range(dash..dash + 2, "- ");
            }
            _ => {
                self.indent(depth);
                self.text.push('-');
                self.value(node, depth, false);
            }
        }
    }

    fn indent(&mut self, depth: usize) {
        for _ in 0..depth {
            self.text.push_str("  ");
        }
    }

    fn origin(&mut self, origin: Origin) {
        if self.origins {
            self.text.push_str(match origin {
                Origin::Default => "  # default",
                Origin::File => "  # file",
                Origin::CommandLine => "  # command line",
            });
        }
        self.text.push('\n');
    }
}

/// A scalar as YAML: plain where that is safe, else in double quotes.
fn quoted(text: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '%');
    let plain = !text.is_empty()
        && text.chars().all(safe)
        && !text.starts_with(['-', '.', '%'])
        && !matches!(text, "null" | "Null" | "NULL");
    if plain {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
