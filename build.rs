//! Tells a release build which commit it is made from, for `manifest.json`, with `-dirty` after it
//! if what the program is made of has changed since. Without git, or outside a checkout, it is not
//! told; nor are other builds, which every commit would make anew.

use std::process::Command;

/// What the program is made of.
const MADE_OF: [&str; 5] = ["src", "tests/scenarios", "Cargo.toml", "Cargo.lock", "build.rs"];

fn git(arguments: &[&str]) -> Option<String> {
    // A look at the tree is to change nothing in it, the index included.
    let output = Command::new("git").arg("--no-optional-locks").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("PROFILE").as_deref() != Ok("release") {
        return;
    }
    // The log of HEAD grows with every commit and checkout; the files tell whether it still holds.
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo:rerun-if-changed={log}");
    }
    for made_of in MADE_OF {
        println!("cargo:rerun-if-changed={made_of}");
    }
    let Some(commit) = git(&["rev-parse", "HEAD"]).filter(|commit| !commit.is_empty()) else {
        return;
    };
    let changes = git(&[&["status", "--porcelain", "--"][..], &MADE_OF].concat());
    let mark = if changes.is_none_or(|changes| !changes.is_empty()) { "-dirty" } else { "" };
    println!("cargo:rustc-env=INTERWORK_COMMIT={commit}{mark}");
}
