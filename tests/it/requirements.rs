//! Requirements, tests and code name each other: every id of the index is a row of `conformance`, is
//! named by a test or a scenario, and marks the code that is there because of it; and no row, test or
//! mark names an id that is not in the index.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use interwork::proof::conformance::ROWS;

fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> = vec![root.join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(root).expect("below").display().to_string();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(ending) {
                found.push((name, std::fs::read_to_string(&path).expect("text")));
            }
        }
    }
    found
}

fn index() -> BTreeSet<String> {
    let text = include_str!("../requirements/index.txt");
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

/// Everything in a text that looks like an id: a known family, a dash, a number.
fn ids(text: &str) -> BTreeSet<String> {
    let families = ["KIND", "UC", "RD", "CR16", "IM", "HLR", "CLI", "IMS", "SSP"];
    let mut found = BTreeSet::new();
    for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')) {
        let Some((family, number)) = word.split_once('-') else { continue };
        let digits = number.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let whole = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
        if families.contains(&family) && whole && number.len() - digits.len() <= 1 {
            found.insert(word.to_owned());
        }
    }
    found
}

/// Ids that names of test functions carry: `im_0030_text_over…` is IM-0030.
fn ids_of_names(text: &str) -> BTreeSet<String> {
    let names = text.lines().filter_map(|line| line.trim().strip_prefix("fn "));
    let words = names.map(|name| name.split('(').next().unwrap_or("").split('_').collect());
    let mut found = BTreeSet::new();
    for words in words.collect::<Vec<Vec<&str>>>() {
        for pair in words.windows(2) {
            found.extend(ids(&format!("{}-{}", pair[0].to_uppercase(), pair[1])));
        }
    }
    found
}

#[test]
fn every_requirement_is_a_row_and_every_row_a_requirement() {
    let rows: BTreeSet<String> = ROWS.iter().map(|row| row.id.to_owned()).collect();
    assert_eq!(rows, index());
    assert_eq!(rows.len(), ROWS.len(), "each once");
}

#[test]
fn every_requirement_is_named_by_a_test_or_a_scenario() {
    let mut named = BTreeSet::new();
    for (_, text) in files("tests", ".rs").iter().chain(&files("src", ".rs")) {
        named.extend(ids_of_names(text));
    }
    for (_, text) in files("tests/scenarios", ".txt") {
        named.extend(ids(text.lines().next().unwrap_or("")));
    }
    let unnamed: Vec<&str> =
        ROWS.iter().map(|row| row.id).filter(|id| !named.contains(*id)).collect();
    assert!(unnamed.is_empty(), "no test or scenario names {unnamed:?}");
    let index = index();
    let unknown: Vec<&String> = named.difference(&index).collect();
    assert!(unknown.is_empty(), "tests or scenarios name {unknown:?}, which no source asks");
}

#[test]
fn every_requirement_marks_code_and_every_mark_is_one() {
    let mut marks = BTreeSet::new();
    for (name, text) in files("src", ".rs") {
        if !name.contains("conformance") {
            let comments = text.lines().filter_map(|line| line.split_once("//").map(|(_, c)| c));
            comments.for_each(|comment| marks.extend(ids(comment)));
        }
    }
    let unmarked: Vec<&str> =
        ROWS.iter().map(|row| row.id).filter(|id| !marks.contains(*id)).collect();
    assert!(unmarked.is_empty(), "no line of code is marked with {unmarked:?}");
    let index = index();
    let unknown: Vec<&String> = marks.difference(&index).collect();
    assert!(unknown.is_empty(), "code is marked with {unknown:?}, which no source asks");
}
