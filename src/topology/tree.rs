//! YAML text to a tree of values with their places. The only file that knows the YAML crate; its
//! budgets keep hostile files small and quick to refuse.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use super::node::{Entry, Meaning, Node, Origin, Value};
use super::problem::Problem;

/// Values and brackets that all aliases of a file may stand for, written out.
const REPEATED: usize = 500_000;

/// Parses one YAML document.
///
/// # Errors
/// What the YAML parser has to say, at its place.
pub(crate) fn parse(text: &str, origin: Origin) -> Result<Node, Problem> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 40_000_000,
            max_nodes: 20_000_000,
            max_depth: 64,
            max_documents: 1,
            // Generators write an alias wherever two things are one object, however often that is:
            // what counts is how much they stand for.
            enforce_alias_anchor_ratio: false,
            max_aliases: REPEATED,
            max_anchors: REPEATED,
            max_recorded_anchor_events: REPEATED,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: REPEATED,
            max_replay_stack_depth: 64,
        },
        with_snippet: false,
    };
    let spanned: Spanned<Raw> = serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| refused(text, &error))?;
    Ok(node(text, spanned, origin))
}

/// What the YAML parser says, in the words of a topology.
fn refused(text: &str, error: &serde_saphyr::Error) -> Problem {
    let location = error.location();
    let at = location.map_or(0..0, |location| {
        let span = span_of(text, location);
        if span.is_empty() { line_and_column(text, location) } else { span }
    });
    let said = error.render();
    // The place is shown by the frame.
    let said = said.rfind(" at line ").map_or(said.as_str(), |end| &said[..end]);
    if let Some(key) = said.strip_prefix("duplicate mapping key: ") {
        let key = key.split(',').next().unwrap_or(key);
        if key.len() == 3 && key.bytes().all(|digit| digit.is_ascii_digit()) {
            let message = "a number has no comma: here it ends the value before it";
            return Problem::at(at.into(), message).help("write 4000 or 4_000");
        }
        return Problem::at(at.into(), format!("the key `{key}` stands here twice"))
            .help("remove one");
    }
    if said.contains("Documents") {
        let message = "a topology is one YAML document, here is another";
        return Problem::at(at.into(), message).help("remove `---` and what follows");
    }
    if said.contains("recursive") {
        return Problem::at(at.into(), "an alias stands within what it repeats")
            .help("write it out");
    }
    let without = "write out what is repeated, without aliases; PyYAML does so with \
                   yaml.Dumper.ignore_aliases = lambda *_: True";
    if said.contains("unknown anchor") {
        let help = "`&name` stands where it is written, `*name` after that where it is repeated";
        return Problem::at(at.into(), "no anchor of this name stands before it").help(help);
    }
    let aliases = ["alias", "Aliases", "Anchors", "RecordedAnchor"];
    if aliases.iter().any(|word| said.contains(word)) {
        let message = format!("what the aliases stand for is over {REPEATED} values, written out");
        return Problem::at(at.into(), message).help(without);
    }
    if said.contains("budget") && said.contains("ScalarBytes") {
        let message = "the text is over 64 MiB, with what aliases repeat";
        return Problem::at(at.into(), message).help(without);
    }
    if let Some(problem) = colon_missing(text, at.start) {
        return problem;
    }
    let help = "indent with spaces, close every bracket and quote, put a space after each colon";
    Problem::at(at.into(), format!("this is not valid YAML: {said}")).help(help)
}

/// A line above a place, or its own, of a key and a value without a colon between them: YAML takes
/// them for words that go on in the next line.
fn colon_missing(text: &str, at: usize) -> Option<Problem> {
    let mut start = text[..at.min(text.len())].rfind('\n').map_or(0, |line| line + 1);
    for _ in 0..4 {
        let line = text[start..].lines().next().unwrap_or("");
        let said = line.split(" #").next().unwrap_or("").trim_end();
        let bare = said.trim_start_matches([' ', '-']);
        let (key, value) = bare.split_once(' ').unwrap_or((bare, ""));
        let is_key = !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        if is_key && !value.is_empty() && !value.contains(": ") && !value.ends_with(':') {
            let begins = start + (said.len() - bare.len());
            let message = format!("a colon is missing after `{key}`");
            let place = begins..begins + bare.len();
            return Some(
                Problem::at(place.into(), message).help(format!("{key}: {}", value.trim())),
            );
        }
        start = text[..start.saturating_sub(1)].rfind('\n').map_or(0, |line| line + 1);
        if start == 0 {
            break;
        }
    }
    None
}

/// A place given by line and column, for errors without bytes.
fn line_and_column(text: &str, location: serde_saphyr::Location) -> Range<usize> {
    let (line, column) = (location.line() as usize, location.column() as usize);
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let within = text.get(before..).unwrap_or("");
    let place = within.char_indices().nth(column.saturating_sub(1)).map_or(0, |(at, _)| at);
    before + place..before + place
}

/// A value as the deserialiser hands it over; scalars are read again from the source, so that
/// `+46700` stays what it is.
enum Raw {
    Scalar(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Raw;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }
            fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
                Ok(Raw::Scalar(value.to_string()))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
                Ok(Raw::Scalar(value.to_string()))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
                Ok(Raw::Scalar(value.to_string()))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
                Ok(Raw::Scalar(value.to_string()))
            }
            fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
                Ok(Raw::Scalar(value.to_owned()))
            }
            fn visit_unit<E>(self) -> Result<Raw, E> {
                Ok(Raw::Scalar(String::new()))
            }
            fn visit_none<E>(self) -> Result<Raw, E> {
                Ok(Raw::Scalar(String::new()))
            }
            fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Raw, D::Error> {
                Raw::deserialize(inner)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = access.next_element()? {
                    items.push(item);
                }
                Ok(Raw::List(items))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = access.next_entry()? {
                    entries.push(entry);
                }
                Ok(Raw::Map(entries))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

fn node(text: &str, spanned: Spanned<Raw>, origin: Origin) -> Node {
    // Where it was written, not where an alias repeats it: there a mistake is mended, once.
    let span = span_of(text, spanned.defined);
    let value = match spanned.value {
        Raw::Scalar(seen) => {
            let written = text.get(span.clone()).unwrap_or("").trim();
            let plain =
                !written.is_empty() && !written.starts_with(['"', '\'', '|', '>', '*', '&', '!']);
            Value::Scalar(if plain { written.to_owned() } else { seen })
        }
        Raw::List(items) => {
            Value::List(items.into_iter().map(|item| node(text, item, origin)).collect())
        }
        Raw::Map(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(key, value)| Entry {
                    place: span_of(text, key.defined).into(),
                    key: key.value,
                    node: node(text, value, origin),
                })
                .collect(),
        ),
    };
    Node { place: span.into(), origin, value, meaning: Meaning::Itself }
}

/// The bytes of a location.
fn span_of(text: &str, location: serde_saphyr::Location) -> Range<usize> {
    let span = location.span();
    let start = span.byte_offset().unwrap_or(0) as usize;
    let length = span.byte_len().unwrap_or(0) as usize;
    let end = (start + length).min(text.len());
    start.min(end)..end
}
