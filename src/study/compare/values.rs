//! What two topologies differ in, value by value, for people who compare their results.

use std::collections::BTreeMap;

/// Values that are named; of more the number.
const NAMED: usize = 4;
/// What makes no other topology: the first two are compared by themselves, the others are words.
const ASIDE: [&str; 4] = ["run.seed", "run.replications", "name", "description"];

/// What differs between two topologies, by their values; `None` if nothing that bears on results does.
pub(super) fn differing(a: &[(String, String)], b: &[(String, String)]) -> Option<String> {
    let by_path = |values: &'_ [(String, String)]| -> BTreeMap<String, String> {
        values.iter().filter(|(path, _)| !ASIDE.contains(&path.as_str())).cloned().collect()
    };
    let (a, b) = (by_path(a), by_path(b));
    let of = |side: &BTreeMap<String, String>, path: &str| {
        side.get(path).cloned().unwrap_or_else(|| "nothing".to_owned())
    };
    let mut paths: Vec<&String> = a.keys().chain(b.keys()).collect();
    // How it was run comes first: with another duration every count is another.
    paths.sort_unstable_by_key(|path| (!path.starts_with("run."), *path));
    paths.dedup();
    // What is empty here and a list there is told by what the list has.
    paths.retain(|path| a.get(*path) != b.get(*path) && *path != "timeline");
    let mut said: Vec<String> = Vec::new();
    for path in paths {
        let part = match event(path) {
            Some(prefix) => {
                let [in_a, in_b] = [&a, &b].map(|side| told(side, prefix));
                format!("timeline: {in_a} in A, {in_b} in B")
            }
            None => format!("{path} {} and {}", of(&a, path), of(&b, path)),
        };
        if said.last() != Some(&part) {
            said.push(part);
        }
    }
    if said.is_empty() {
        return None;
    }
    let rest = said.len().saturating_sub(NAMED);
    said.truncate(NAMED);
    let mut text = said.join("; ");
    if rest > 0 {
        text.push_str(&format!("; and {rest} more"));
    }
    Some(text)
}

/// `timeline.0.` of a value of an event.
fn event(path: &str) -> Option<&str> {
    let (number, _) = path.strip_prefix("timeline.")?.split_once('.')?;
    Some(&path[.."timeline.".len() + number.len() + 1])
}

/// An event in words: `link_down [north, south] at 5m for 5m`.
fn told(side: &BTreeMap<String, String>, prefix: &str) -> String {
    let values = |name: &str| side.get(&format!("{prefix}{name}"));
    let of = |(path, value): (&String, &String)| {
        let name = path.strip_prefix(prefix).filter(|name| !matches!(*name, "at" | "for"))?;
        Some(format!("{name} {value}"))
    };
    let mut words: Vec<String> = side.iter().filter_map(of).collect();
    for name in ["at", "for"] {
        words.extend(values(name).map(|value| format!("{name} {value}")));
    }
    if words.is_empty() { "nothing".to_owned() } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(path, value)| ((*path).to_owned(), (*value).to_owned())).collect()
    }

    const SMSC: &str = "operators.x.smsc.throughput";

    #[test]
    fn values_that_differ_are_named_with_their_paths() {
        let a = values(&[(SMSC, "20/s"), ("agreements.0.link.latency", "5ms"), ("run.seed", "1")]);
        let b = values(&[(SMSC, "40/s"), ("agreements.0.link.latency", "9ms"), ("run.seed", "2")]);
        let said =
            "agreements.0.link.latency 5ms and 9ms; operators.x.smsc.throughput 20/s and 40/s";
        assert_eq!(differing(&a, &b).as_deref(), Some(said));
        let said = "operators.x.smsc.throughput 20/s and nothing";
        assert_eq!(differing(&a[..1], &[]).as_deref(), Some(said));
    }

    #[test]
    fn an_event_is_told_as_a_whole() {
        let none = values(&[("timeline", "[]")]);
        let event = [("at", "5m"), ("for", "2m"), ("link_down", "[north, south]")];
        let event = event.map(|(name, value)| (format!("timeline.0.{name}"), value.to_owned()));
        let said = "timeline: nothing in A, link_down [north, south] at 5m for 2m in B";
        assert_eq!(differing(&none, &event).as_deref(), Some(said));
    }

    #[test]
    fn seed_replications_and_names_make_no_other_topology() {
        let a = values(&[(SMSC, "20/s"), ("run.seed", "1"), ("name", "a")]);
        let b = values(&[(SMSC, "20/s"), ("run.seed", "2"), ("name", "b")]);
        assert_eq!(differing(&a, &b), None);
    }
}
