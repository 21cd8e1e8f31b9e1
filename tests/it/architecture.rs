//! The shape of the sources, held as data: imports point downwards only, siblings do not know each
//! other, each file says what it is. ARCHITECTURE.md has the same table for people.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Layers from the top; modules of one layer are siblings.
const LAYERS: &[&[&str]] = &[
    &["main", "cli", "face"],
    &["proof"],
    &["study"],
    &["live"],
    &["run"],
    &["topology", "engine", "report"],
    &["port"],
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

/// Every source file by its path below `src`.
fn texts() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let named = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a source file");
        (path.strip_prefix(&root).expect("below src").display().to_string(), text)
    };
    files.into_iter().map(named).collect()
}

/// The module of a file as its path below the crate: `a/b.rs` and `a/b/mod.rs` are `a::b`.
fn module_path(file: &str) -> Vec<String> {
    let file = file.trim_end_matches(".rs");
    let file = file.strip_suffix("/mod").unwrap_or(file);
    file.split('/').filter(|part| !matches!(*part, "lib" | "main")).map(str::to_owned).collect()
}

/// Paths of a use tree such as `a::{b, c::d}`.
fn expanded(tree: &str) -> Vec<String> {
    let Some((before, rest)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap_or("").trim().to_owned()];
    };
    let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inner[start..]);
    let parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
    parts.flat_map(expanded).map(|part| format!("{}{part}", before.trim())).collect()
}

/// Files that a file names in its `use` lines; its tests and the files of its folder left out.
fn uses(file: &str, files: &BTreeMap<String, String>) -> BTreeSet<String> {
    let modules: BTreeMap<Vec<String>, &String> =
        files.keys().map(|file| (module_path(file), file)).collect();
    let own = module_path(file);
    let text = files[file].split("#[cfg(test)]\nmod tests {").next().unwrap_or("");
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("use ") {
        let line = text[..at].rsplit('\n').next().unwrap_or("").trim();
        if !(line.is_empty() || line.starts_with("pub")) {
            continue;
        }
        let tree = text[at + 4..].split(';').next().unwrap_or("");
        for path in expanded(tree) {
            let mut path: Vec<&str> = path.split("::").collect();
            let mut from = match path[0] {
                "crate" => Vec::new(),
                "self" | "super" => own.clone(),
                _ => continue,
            };
            while matches!(path.first(), Some(&("crate" | "self" | "super"))) {
                if path.remove(0) == "super" {
                    from.pop();
                }
            }
            from.extend(path.iter().map(|part| (*part).to_owned()));
            // The longest beginning that is a file: what follows is an item in it.
            while !from.is_empty() && !modules.contains_key(&from) {
                from.pop();
            }
            found.extend(modules.get(&from).map(|file| (*file).clone()));
        }
    }
    // A folder's own file may call the files in it, and they may use what it says.
    found.retain(|other| module_path(other) == own || !module_path(other).starts_with(&own));
    found.remove(file);
    found
}

/// Sets of files of which each uses all others, be it through further ones.
fn circles(files: &BTreeMap<String, String>) -> BTreeSet<Vec<String>> {
    let direct: BTreeMap<&String, BTreeSet<String>> =
        files.keys().map(|file| (file, uses(file, files))).collect();
    let reached = |from: &String| {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&String> = direct[from].iter().collect();
        while let Some(file) = open.pop() {
            if seen.insert(file.clone()) {
                open.extend(&direct[file]);
            }
        }
        seen
    };
    let all: BTreeMap<&String, BTreeSet<String>> = files.keys().map(|f| (f, reached(f))).collect();
    let circle = |file: &String| -> Vec<String> {
        all[file].iter().filter(|other| all[*other].contains(file)).cloned().collect()
    };
    files.keys().map(circle).filter(|circle| circle.len() > 1).collect()
}

/// The rooms of the report, from the top: folders are written and read with faces in them, faces show
/// what was judged, and documents know none of these.
const REPORT: [&str; 4] = ["folder", "face", "judge", "document"];

#[test]
fn rooms_of_the_report_name_only_those_below_them() {
    let mut faults = Vec::new();
    for (file, text) in texts().iter().filter(|(file, _)| file.starts_with("report/")) {
        let room = file.split('/').nth(1).unwrap_or("");
        let Some(mine) = REPORT.iter().position(|other| *other == room) else { continue };
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or("");
        for above in &REPORT[..mine] {
            if text.contains(&format!("report::{above}")) {
                faults.push(format!("{file} names {above}"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn no_files_use_each_other_in_circles() {
    let found = circles(&texts());
    assert!(found.is_empty(), "files in circles; take out what both need: {found:#?}");
}

#[test]
fn the_rule_on_circles_can_fail() {
    let files = |texts: &[(&str, &str)]| {
        let owned = texts.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned()));
        circles(&owned.collect()).into_iter().flatten().collect::<Vec<_>>()
    };
    let (b, c) = ("use super::{b::{self, B}, d};", "pub use crate::a::c::C;\nfn f() {}");
    let d = ("a/d.rs", "//! D");
    assert_eq!(files(&[("a/c.rs", b), ("a/b.rs", c), d]), ["a/b.rs", "a/c.rs"]);
    let tests = "#[cfg(test)]\nmod tests {\n    use crate::a::c::C;\n}";
    assert!(files(&[("a/c.rs", b), ("a/b.rs", tests), d]).is_empty(), "tests may look back");
    let (parent, child) = ("use self::b::B;\npub struct A;", "use super::A;");
    assert!(files(&[("a/mod.rs", parent), ("a/b.rs", child)]).is_empty(), "a folder is one thing");
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
