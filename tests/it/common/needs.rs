//! What a few tests need beside Rust: a browser, Node.js. Where it is missing they are skipped, and each
//! says so in a line; where `INTERWORK_ALL_TESTS` is set, as in `.ci/run`, a skip is a failure.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// Tests of this program that were skipped so far.
static SKIPPED: AtomicU32 = AtomicU32::new(0);

/// Whether a program can be started; if not, the test is skipped.
#[track_caller]
pub fn program(name: &str, how: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&path);
    let suffix = std::env::consts::EXE_SUFFIX;
    let found = folders.any(|folder: PathBuf| folder.join(format!("{name}{suffix}")).is_file());
    if !found {
        skip(&format!("{name} is not installed"), how);
    }
    found
}

/// Says which test is skipped, why, and how to get what it needs. Not by `eprintln!`, which is shown
/// of failed tests alone.
#[track_caller]
pub fn skip(why: &str, how: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    let demanded = std::env::var_os("INTERWORK_ALL_TESTS").is_some();
    assert!(!demanded, "{why}, and INTERWORK_ALL_TESTS demands every test: {how}");
    let number = SKIPPED.fetch_add(1, Ordering::Relaxed) + 1;
    let line = format!("skipped ({number} of this program): {test}: {why}; {how}\n");
    // One write a line, so that lines of tests side by side stay whole.
    let _ = std::io::stderr().write_all(line.as_bytes());
}
