//! The shape of the sources, held as data: imports point downwards only, siblings do not know each
//! other, each file says what it is. ARCHITECTURE.md has the same table for people.

use std::path::{Path, PathBuf};

/// Layers from the top; modules of one layer are siblings.
const LAYERS: &[&[&str]] = &[
    &["main", "cli", "face"],
    &["study"],
    &["run"],
    &["topology", "engine", "report"],
    &["workload", "model", "measure", "wire"],
    &["domain"],
];

/// Words that must not stay in the sources.
const UNFINISHED: &[&str] = &["todo!(", "unimplemented!(", "dbg!(", "FIXME", "XXX", "#[ignore"];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The module a source file belongs to: its first folder, or its own name.
fn module(relative: &Path) -> String {
    let first = relative.components().next().expect("a relative path");
    first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// Modules that a text names by `crate::…`.
fn named(text: &str) -> Vec<&str> {
    text.match_indices("crate::")
        .map(|(at, found)| {
            let rest = &text[at + found.len()..];
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            &rest[..end]
        })
        .collect()
}

/// What is wrong with one source file.
fn faults(relative: &Path, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let own = module(relative);
    let shown = relative.display();
    if own != "lib" {
        let Some(mine) = layer(&own) else {
            return vec![format!("{shown}: `{own}` is in no layer; add it to LAYERS")];
        };
        for other in named(text) {
            if other == own {
                continue;
            }
            if layer(other).is_some_and(|theirs| theirs <= mine) {
                faults.push(format!(
                    "{shown}: `{own}` imports `{other}`, which is above or beside it; \
                     pass a value down, or move what both need to a lower layer"
                ));
            }
        }
    }
    if !text.starts_with("//!") {
        faults.push(format!("{shown}: say in a `//!` header what this file is and who calls it"));
    }
    let lines = text.lines().count();
    if lines > 600 {
        faults.push(format!("{shown}: {lines} lines; is it one thing? Split it"));
    }
    for word in UNFINISHED {
        if text.contains(word) {
            faults.push(format!("{shown}: `{word}` is left over; finish it or take it out"));
        }
    }
    faults
}

#[test]
fn imports_point_downwards_and_every_file_says_what_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.sort();
    assert!(files.len() > 50, "the sources are found");
    let all: Vec<String> = files
        .iter()
        .flat_map(|path| {
            let text = std::fs::read_to_string(path).expect("a source file");
            faults(path.strip_prefix(&root).expect("below src"), &text)
        })
        .collect();
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn the_rules_can_fail() {
    let told = |path: &str, text: &str| faults(Path::new(path), text).join("\n");
    assert!(told("model/hlr.rs", "//! H\nuse crate::measure::slo;").contains("imports `measure`"));
    assert!(told("domain/id.rs", "//! I\nuse crate::engine::shard;").contains("imports `engine`"));
    assert!(told("run.rs", "use crate::model::plan;").contains("header"));
    assert!(told("run.rs", &"//! long\n".repeat(601)).contains("lines"));
    assert!(told("run.rs", &format!("//! R\n{}", UNFINISHED[0])).contains("left over"));
    assert!(told("other/x.rs", "//! X").contains("in no layer"));
    assert_eq!(told("engine/shard.rs", "//! S\nuse crate::model::plan;"), "");
}
