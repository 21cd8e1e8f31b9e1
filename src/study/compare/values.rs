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
    paths.sort_unstable();
    paths.dedup();
    paths.retain(|path| a.get(*path) != b.get(*path));
    if paths.is_empty() {
        return None;
    }
    let shown = paths.iter().take(NAMED);
    let shown = shown.map(|path| format!("{path} {} and {}", of(&a, path), of(&b, path)));
    let mut text = shown.collect::<Vec<_>>().join("; ");
    if paths.len() > NAMED {
        text.push_str(&format!("; and {} more", paths.len() - NAMED));
    }
    Some(text)
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
    fn seed_replications_and_names_make_no_other_topology() {
        let a = values(&[(SMSC, "20/s"), ("run.seed", "1"), ("name", "a")]);
        let b = values(&[(SMSC, "20/s"), ("run.seed", "2"), ("name", "b")]);
        assert_eq!(differing(&a, &b), None);
    }
}
