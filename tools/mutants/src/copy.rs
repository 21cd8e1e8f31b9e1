//! A copy of the repository with all mutants in it, built. Those that do not compile are dropped, round
//! by round, until the rest does.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::sites::Mutant;
use crate::weave::{switches, weave};

/// So many rounds, or something else is wrong.
const ROUNDS: usize = 12;

/// The module with the switches, in the copy.
const SWITCHES: &str = "src/mutant.rs";

/// A place of a woven file, with the mutants that stand there.
type Places = Vec<(Range<usize>, Vec<usize>)>;

/// A folder in which the repository lies a second time.
#[derive(Debug)]
pub struct Copy {
    pub root: PathBuf,
    pub target: PathBuf,
}

impl Copy {
    /// Copies what git knows, or would take, of the repository at `from`, but for what `grow` writes. What
    /// is the same stays as it is, so that builds are short.
    pub fn of(from: &Path, work: &Path, grown: &[&str]) -> Result<Self, String> {
        let root = work.join("copy");
        let listed = Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard"])
            .current_dir(from)
            .output()
            .map_err(|error| format!("git: {error}"))?;
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        let names: BTreeSet<&str> =
            listed.lines().filter(|name| !name.starts_with("tools/")).collect();
        for name in &names {
            let (old, new) = (from.join(name), root.join(name));
            if grown.contains(name) && new.exists() {
                continue;
            }
            let Ok(bytes) = std::fs::read(&old) else { continue };
            if std::fs::read(&new).is_ok_and(|there| there == bytes) {
                continue;
            }
            make_parent(&new)?;
            std::fs::copy(&old, &new).map_err(|error| format!("{}: {error}", new.display()))?;
        }
        let source = root.join("src");
        let mut there = Vec::new();
        crate::files(&source, &mut there);
        for file in there {
            let name = file.strip_prefix(&root).expect("below the copy").display().to_string();
            if !names.contains(name.as_str()) && name != SWITCHES {
                std::fs::remove_file(&file).map_err(|error| format!("{name}: {error}"))?;
            }
        }
        Ok(Self { root, target: work.join("target") })
    }

    /// Weaves the mutants in, but for those dropped before, and drops those that do not compile. Gives the
    /// numbers of the dropped.
    pub fn grow(
        &self,
        library: &str,
        texts: &BTreeMap<String, String>,
        mutants: &[Mutant],
        mut dropped: BTreeSet<usize>,
    ) -> Result<BTreeSet<usize>, String> {
        self.write(SWITCHES, &switches(mutants.len()))?;
        let library = library.replace("#![deny(", "#![allow(unused, ");
        self.write("src/lib.rs", &format!("{library}\n#[doc(hidden)]\npub mod mutant;\n"))?;
        for round in 1..=ROUNDS {
            let mut places = BTreeMap::new();
            for (file, text) in texts {
                let own: Vec<(usize, &Mutant)> = (0..mutants.len())
                    .filter(|number| !dropped.contains(number) && mutants[*number].file == *file)
                    .map(|number| (number, &mutants[number]))
                    .collect();
                let woven = weave(text, &own);
                self.write(file, &woven.text)?;
                places.insert(file.clone(), woven.places);
            }
            let wrong = self.unviable(&places)?;
            eprintln!("round {round}: {} do not compile", wrong.len());
            if wrong.is_empty() {
                return Ok(dropped);
            }
            dropped.extend(wrong);
        }
        Err(format!("after {ROUNDS} rounds some mutants still do not compile"))
    }

    /// Mutants at which the compiler stops.
    fn unviable(&self, places: &BTreeMap<String, Places>) -> Result<BTreeSet<usize>, String> {
        let mut wrong = BTreeSet::new();
        for message in self.cargo(&["check", "--lib"])? {
            let message = &message["message"];
            if message["level"] != "error" || message["spans"].as_array().is_none_or(Vec::is_empty)
            {
                continue;
            }
            let mut spans: Vec<&Value> = Vec::new();
            collect(message, &mut spans);
            // Where the error is; else what it is about.
            spans.sort_by_key(|span| span["is_primary"] != true);
            let found = spans.iter().find_map(|span| at(span, places));
            let found = found.ok_or_else(|| {
                format!("not at a mutant: {}", message["rendered"].as_str().unwrap_or_default())
            })?;
            wrong.extend(found);
        }
        Ok(wrong)
    }

    /// Runs cargo in the copy. Gives its messages.
    pub fn cargo(&self, arguments: &[&str]) -> Result<Vec<Value>, String> {
        let output = Command::new("cargo")
            .args(arguments)
            .args(["--locked", "--message-format=json"])
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target)
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("cargo: {error}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }

    fn read(&self, name: &str) -> Result<String, String> {
        std::fs::read_to_string(self.root.join(name)).map_err(|error| format!("{name}: {error}"))
    }

    fn write(&self, name: &str, text: &str) -> Result<(), String> {
        if self.read(name).is_ok_and(|there| there == text) {
            return Ok(());
        }
        std::fs::write(self.root.join(name), text).map_err(|error| format!("{name}: {error}"))
    }
}

/// Spans of a message and of what it says beside.
fn collect<'a>(message: &'a Value, spans: &mut Vec<&'a Value>) {
    spans.extend(message["spans"].as_array().into_iter().flatten());
    for child in message["children"].as_array().into_iter().flatten() {
        collect(child, spans);
    }
}

/// The mutants at a span: of the innermost place around it.
fn at(span: &Value, places: &BTreeMap<String, Places>) -> Option<Vec<usize>> {
    let own = places.get(span["file_name"].as_str()?)?;
    let byte = |key: &str| span[key].as_u64().map(|byte| byte as usize);
    let (start, end) = (byte("byte_start")?, byte("byte_end")?);
    let around = own.iter().filter(|(range, _)| range.start <= start && end <= range.end);
    let innermost = around.min_by_key(|(range, _)| range.len());
    // A span over more than a place: all that begins in it.
    innermost.map(|(_, of)| of.clone())
}

fn make_parent(path: &Path) -> Result<(), String> {
    let parent = path.parent().expect("a file has a folder");
    std::fs::create_dir_all(parent).map_err(|error| format!("{}: {error}", parent.display()))
}
