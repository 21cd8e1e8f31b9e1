//! What two resolved topologies differ in, value by value, for people who compare their results. It
//! reads the resolved form alone (`Topology::resolved_yaml`), whose layout is one value a line.

use std::collections::BTreeMap;

/// Values that are named; of more the number.
const NAMED: usize = 4;

/// The values of a resolved topology by their paths, without the seed and the number of
/// replications, which are compared by themselves.
fn values(resolved: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    // The path so far: indentation and key.
    let mut path: Vec<(usize, String)> = Vec::new();
    let mut items: BTreeMap<String, usize> = BTreeMap::new();
    for line in resolved.lines().filter(|line| !line.trim_start().starts_with('#')) {
        let mut words = line.trim_start();
        let mut indent = line.len() - words.len();
        if let Some(rest) = words.strip_prefix("- ") {
            path.retain(|(at, _)| *at < indent);
            let list = joined(&path);
            let number = items.entry(list).or_default();
            path.push((indent, number.to_string()));
            *number += 1;
            words = rest;
            indent += 2;
        }
        let words = words.rsplit_once("  # ").map_or(words, |(value, _)| value).trim_end();
        let Some((key, value)) = words.split_once(':') else {
            all.insert(joined(&path), words.to_owned());
            continue;
        };
        path.retain(|(at, _)| *at < indent);
        path.push((indent, key.to_owned()));
        if !value.is_empty() {
            all.insert(joined(&path), value.trim().to_owned());
        }
    }
    all.remove("run.seed");
    all.remove("run.replications");
    all
}

fn joined(path: &[(usize, String)]) -> String {
    path.iter().map(|(_, key)| key.as_str()).collect::<Vec<_>>().join(".")
}

/// What differs between two resolved topologies; `None` if nothing that bears on results does.
pub(super) fn differing(a: &str, b: &str) -> Option<String> {
    let (a, b) = (values(a), values(b));
    let of = |side: &BTreeMap<String, String>, path: &str| {
        side.get(path).cloned().unwrap_or_else(|| "nothing".to_owned())
    };
    let mut paths: Vec<&String> = a.keys().chain(b.keys()).collect();
    paths.sort_unstable();
    paths.dedup();
    paths.retain(|path| a.get(*path) != b.get(*path) && *path != "name" && *path != "description");
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

    const A: &str = "# Resolved\nname: a  # file\noperators:\n  x:\n    smsc:\n      throughput: 20/s  # file\n\
                     agreements:\n  - between: [x, y]  # file\n    link:\n      latency: 5ms  # default\n\
                     run:\n  seed: 1  # file\n  replications: 1  # default\n";

    #[test]
    fn values_that_differ_are_named_with_their_paths() {
        let b = A.replace("20/s", "40/s").replace("5ms", "9ms");
        let said =
            "agreements.0.link.latency 5ms and 9ms; operators.x.smsc.throughput 20/s and 40/s";
        assert_eq!(differing(A, &b).as_deref(), Some(said));
    }

    #[test]
    fn seed_replications_origins_and_names_make_no_other_topology() {
        let b = A.replace("seed: 1  # file", "seed: 2  # --set").replace("name: a", "name: b");
        let b = b.replace("replications: 1", "replications: 5");
        assert_eq!(differing(A, &b), None);
    }

    #[test]
    fn what_only_one_side_has_is_said() {
        let b = A.replace("      throughput: 20/s  # file\n", "");
        let said = "operators.x.smsc.throughput 20/s and nothing";
        assert_eq!(differing(A, &b).as_deref(), Some(said));
    }
}
