//! Tests played with each mutant: first without any, to see how long each program takes and which
//! mutants it reaches; then each mutant with the programs that reach it, the quick ones first, until one
//! fails.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::copy::Copy;

/// Address space of a test: a mutant may go on for ever and keep what it makes.
const MEMORY_KB: u32 = 6_000_000;

/// A program that waits is given up after so many times its limit.
const PATIENCE: u32 = 10;

/// The signal by which a program ends that has used up its processor time.
const SIGXCPU: i32 = 24;

/// What takes longer is left out where a quick answer is asked for.
const QUICK: Duration = Duration::from_secs(12);

/// Of the whole program's tests those, by what their names contain, whose claims are about what the
/// model does. None that compares whole outputs with stored ones: those notice that something changed, not
/// that it is wrong. None that takes minutes.
const SUBJECTS: &[&str] = &[
    "border::",
    "clients::",
    "conformance::",
    "conservation::",
    "failures::",
    "groups::",
    "interconnect::",
    "protocols::",
    "queueing::others_fill",
    "short_messages::",
    "trace::",
    "upgrades::",
    "use_cases::",
];

/// One program of tests, with what it did without a mutant.
#[derive(Debug)]
pub struct Stage {
    pub name: String,
    command: Vec<String>,
    took: Duration,
    reaches: BTreeSet<usize>,
}

/// What came of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Noticed by this program.
    Caught(String),
    /// This program did not end.
    Endless(String),
    /// Nothing failed.
    Survived,
    /// Nothing reaches it.
    Unreached,
}

/// Builds the programs and plays them without a mutant.
#[allow(
    clippy::disallowed_methods,
    reason = "how long programs take is no result of the simulator"
)]
pub fn stages(copy: &Copy, work: &Path, quick: bool) -> Result<Vec<Stage>, String> {
    let mut stages = Vec::new();
    for message in copy.cargo(&["test", "--no-run", "--lib", "--bins", "--test", "it"])? {
        if message["message"]["level"] == "error" {
            return Err(message["message"]["rendered"].as_str().unwrap_or_default().to_owned());
        }
        let Some(path) = message["executable"].as_str() else { continue };
        let test = message["profile"]["test"] == true;
        let kind = message["target"]["kind"][0].as_str().unwrap_or_default();
        let words = |words: &[&str]| -> Vec<String> {
            std::iter::once(path).chain(words.iter().copied()).map(str::to_owned).collect()
        };
        match (kind, test) {
            ("bin", false) => {
                stages.push(("interwork conformance".to_owned(), words(&["conformance"])))
            }
            ("lib", true) => {
                let own = words(&["--test-threads=1", "model::", "proof::", "engine::"]);
                stages.push(("unit tests".to_owned(), own));
            }
            ("test", true) => stages.extend(SUBJECTS.iter().map(|subject| {
                let own = words(&["--test-threads=1", subject]);
                (subject.trim_end_matches(':').to_owned(), own)
            })),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for (name, command) in stages {
        let file = work.join("reached.txt");
        let _ = std::fs::remove_file(&file);
        let began = Instant::now();
        let limit = Duration::from_secs(if quick { QUICK.as_secs() } else { 900 });
        let result = run(copy, work, &command, &format!("record:{}", file.display()), limit);
        let took = began.elapsed();
        if quick && took > QUICK {
            eprintln!("{name}: not quick, left out");
            continue;
        }
        if result != Run::Passed {
            return Err(format!("{name} fails without a mutant: {}", command.join(" ")));
        }
        let reached = std::fs::read_to_string(&file).unwrap_or_default();
        let reaches: BTreeSet<usize> = reached.lines().filter_map(|it| it.parse().ok()).collect();
        eprintln!("{name}: {:.1} s, reaches {}", took.as_secs_f64(), reaches.len());
        found.push(Stage { name, command, took, reaches });
    }
    found.sort_by_key(|stage| stage.took);
    Ok(found)
}

/// Plays the tests with each of some mutants, `jobs` at a time.
pub fn outcomes(
    copy: &Copy,
    work: &Path,
    stages: &[Stage],
    mutants: &[usize],
    jobs: usize,
    done: &(dyn Fn(usize, &Outcome) + Sync),
) -> Vec<(usize, Outcome)> {
    let next = AtomicUsize::new(0);
    let all = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some(&mutant) = mutants.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = outcome(copy, work, stages, mutant);
                    done(mutant, &outcome);
                    all.lock().expect("no thread panics").push((mutant, outcome));
                }
            });
        }
    });
    all.into_inner().expect("no thread panics")
}

fn outcome(copy: &Copy, work: &Path, stages: &[Stage], mutant: usize) -> Outcome {
    let mut last = Outcome::Unreached;
    for stage in stages.iter().filter(|stage| stage.reaches.contains(&mutant)) {
        let limit = stage.took * 8 + Duration::from_secs(20);
        match run(copy, work, &stage.command, &mutant.to_string(), limit) {
            Run::Passed => last = Outcome::Survived,
            Run::Failed => return Outcome::Caught(stage.name.clone()),
            Run::Endless => return Outcome::Endless(stage.name.clone()),
        }
    }
    last
}

#[derive(PartialEq, Eq)]
enum Run {
    Passed,
    Failed,
    Endless,
}

/// Runs one program; the first test that fails ends it. `limit` is of processor time, so that it does not
/// matter what else runs here.
fn run(copy: &Copy, work: &Path, command: &[String], mutant: &str, limit: Duration) -> Run {
    let limited = format!("ulimit -v {MEMORY_KB} && ulimit -t {} && exec \"$@\"", limit.as_secs());
    let mut child = Command::new("sh")
        .args(["-c", &limited, "sh"])
        .args(command)
        .current_dir(&copy.root)
        .env("INTERWORK_MUTANT", mutant)
        .env("TMPDIR", temporary(work))
        .env("PROPTEST_RNG_SEED", "1")
        .env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "true")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("a shell starts");
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let (tell, told) = mpsc::channel();
    // It ends with the program, whose group is ended below at the latest.
    let reader = std::thread::spawn(move || {
        let failed = lines
            .map_while(Result::ok)
            .any(|line| line.starts_with("test ") && line.ends_with("FAILED"));
        let _ = tell.send(failed);
    });
    let result = match told.recv_timeout(limit * PATIENCE) {
        Ok(true) => Run::Failed,
        Ok(false) => match child.wait() {
            Ok(status) if status.success() => Run::Passed,
            Ok(status) if status.signal() == Some(SIGXCPU) => Run::Endless,
            Ok(_) | Err(_) => Run::Failed,
        },
        Err(_) => Run::Endless,
    };
    end(&mut child);
    let _ = reader.join();
    result
}

/// Ends a program and what it has started.
fn end(child: &mut Child) {
    let group = format!("-{}", child.id());
    let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
    let _ = child.wait();
}

/// Where tests of a run leave what they make.
fn temporary(work: &Path) -> PathBuf {
    let path = work.join("tmp");
    let _ = std::fs::create_dir_all(&path);
    path
}
