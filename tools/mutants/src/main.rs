//! Mutation testing of the model without a build for each mutant: all are compiled into one copy of the
//! repository, each behind a switch (mutant schemata, Untch 1993). `run.sh` starts it.

mod copy;
mod play;
mod sites;
mod table;
mod values;
mod weave;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;

use self::copy::Copy;
use self::play::Outcome;
use self::sites::Mutant;

/// What is changed, if nothing else is named.
const FILES: &[&str] =
    &["src/model/imsp", "src/model/gateway", "src/model/smsc.rs", "src/model/hlr.rs"];

const USAGE: &str =
    "mutants [--list] [--again] [--quick] [--jobs N] [--work FOLDER] [FILE OR FOLDER]...
  --list    shows the mutants and ends
  --again   plays those alone that were not caught before (results/mutation/caught.txt)
  --quick   leaves out test programs of more than some seconds
Run it in the repository's root.";

/// In the file of what came of runs so far.
const UNVIABLE: &str = "does not compile";

/// What was asked for.
struct Arguments {
    list: bool,
    again: bool,
    quick: bool,
    jobs: usize,
    work: PathBuf,
    named: Vec<String>,
}

fn arguments() -> Result<Arguments, String> {
    let root = std::env::current_dir().map_err(|error| error.to_string())?;
    let work = root.join("target/mutants");
    let mut found =
        Arguments { list: false, again: false, quick: false, jobs: 2, work, named: Vec::new() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} what?\n{USAGE}"));
        match word.as_str() {
            "--list" => found.list = true,
            "--again" => found.again = true,
            "--quick" => found.quick = true,
            "--jobs" => found.jobs = value()?.parse().map_err(|_| USAGE.to_owned())?,
            "--work" => found.work = root.join(value()?),
            path if !path.starts_with('-') => found.named.push(path.to_owned()),
            _ => return Err(USAGE.to_owned()),
        }
    }
    if found.named.is_empty() {
        found.named = FILES.iter().map(|&file| file.to_owned()).collect();
    }
    Ok(found)
}

/// Source files below a folder but for those of tests, or the file itself.
pub fn files(path: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(path) else {
        found.push(path.to_owned());
        return;
    };
    let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for entry in entries {
        if entry.ends_with("tests.rs") {
            continue;
        }
        if entry.is_dir() || entry.extension().is_some_and(|extension| extension == "rs") {
            files(&entry, found);
        }
    }
}

fn main() -> ExitCode {
    match mutate() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn mutate() -> Result<(), String> {
    let arguments = arguments()?;
    let (mut texts, mut mutants): (BTreeMap<String, String>, Vec<Mutant>) = Default::default();
    for named in &arguments.named {
        let mut found = Vec::new();
        files(Path::new(named), &mut found);
        for file in found {
            let name = file.display().to_string();
            let text =
                std::fs::read_to_string(&file).map_err(|error| format!("{name}: {error}"))?;
            let sites = sites::sites(&name, &text).map_err(|error| format!("{name}: {error}"))?;
            mutants.extend(sites);
            texts.insert(name, text);
        }
    }
    if arguments.list {
        for Mutant { file, line, function, change, .. } in &mutants {
            println!("{file}:{line} {function}: {change}");
        }
        return Ok(());
    }
    eprintln!("{} mutants in {} files", mutants.len(), texts.len());
    let work = &arguments.work;
    let wrong = |error: std::io::Error| error.to_string();
    let folder = Path::new("results/mutation");
    std::fs::create_dir_all(folder).map_err(wrong)?;
    let state = folder.join("caught.txt");
    let (mut dropped, mut outcomes) = (BTreeSet::new(), BTreeMap::new());
    let before = std::fs::read_to_string(&state).unwrap_or_default();
    if arguments.again {
        let before: BTreeMap<&str, &str> =
            before.lines().filter_map(|line| line.split_once(" <- ")).collect();
        for (number, mutant) in mutants.iter().enumerate() {
            match before.get(line(mutant).as_str()) {
                Some(&UNVIABLE) => drop(dropped.insert(number)),
                Some(&by) => drop(outcomes.insert(number, Outcome::Caught(by.to_owned()))),
                None => {}
            }
        }
    }
    let grown: Vec<&str> = texts.keys().map(String::as_str).chain(["src/lib.rs"]).collect();
    let copy = Copy::of(Path::new("."), work, &grown)?;
    let library = std::fs::read_to_string("src/lib.rs").map_err(|error| error.to_string())?;
    let dropped = copy.grow(&library, &texts, &mutants, dropped)?;
    let stages = play::stages(&copy, work, arguments.quick)?;
    let viable: BTreeSet<usize> = (0..mutants.len()).filter(|it| !dropped.contains(it)).collect();
    outcomes.retain(|number, _| viable.contains(number));
    let open: Vec<usize> =
        viable.iter().copied().filter(|number| !outcomes.contains_key(number)).collect();
    // Kept as it comes about: a run that is interrupted goes on with `--again`.
    let mut last = std::fs::File::create(&state).map_err(wrong)?;
    // What is known of files that were not asked about stays.
    for kept in before
        .lines()
        .filter(|known| known.split_once(" | ").is_some_and(|(file, _)| !texts.contains_key(file)))
    {
        writeln!(last, "{kept}").map_err(wrong)?;
    }
    for number in &dropped {
        writeln!(last, "{} <- {UNVIABLE}", line(&mutants[*number])).map_err(wrong)?;
    }
    for (number, outcome) in &outcomes {
        note(&mut last, &mutants[*number], outcome);
    }
    let last = Mutex::new((last, 0));
    let told = |number: usize, outcome: &Outcome| {
        let mutant @ Mutant { file, line, function, change, .. } = &mutants[number];
        let (last, count) = &mut *last.lock().expect("no thread panics");
        note(last, mutant, outcome);
        *count += 1;
        match outcome {
            Outcome::Caught(_) if *count % 20 > 0 => {}
            Outcome::Caught(_) => eprintln!("{count}/{}", open.len()),
            Outcome::Survived | Outcome::Unreached | Outcome::Endless(_) => {
                eprintln!("{count}/{}: {outcome:?} {file}:{line} {function}: {change}", open.len());
            }
        }
    };
    outcomes.extend(play::outcomes(&copy, work, &stages, &open, arguments.jobs, &told));
    let _ = std::fs::remove_dir_all(work.join("tmp"));
    let reasons = std::fs::read_to_string(folder.join("reasons.txt")).unwrap_or_default();
    let reasons = table::reasons(&reasons)?;
    let page = table::page(&mutants, &outcomes, &reasons);
    std::fs::write(folder.join("README.md"), page).map_err(wrong)?;
    let known: BTreeSet<_> = mutants.iter().map(table::key).collect();
    for key in reasons.keys().filter(|key| !known.contains(*key)) {
        eprintln!("reasons.txt: no mutant is {key:?} any more");
    }
    Ok(())
}

/// Puts down that a mutant was caught.
fn note(file: &mut std::fs::File, mutant: &Mutant, outcome: &Outcome) {
    let by = match outcome {
        Outcome::Caught(by) => by.as_str(),
        Outcome::Endless(_) => table::ENDLESS,
        Outcome::Survived | Outcome::Unreached => return,
    };
    let _ = writeln!(file, "{} <- {by}", line(mutant));
}

/// A mutant on a line.
fn line(mutant: &Mutant) -> String {
    let (file, function, change) = table::key(mutant);
    format!("{file} | {function} | {change}")
}
