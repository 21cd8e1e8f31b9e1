//! What came of the mutants, as a page: figures, and each that no test notices with the reason. Reasons
//! are kept by file, function and change, so that they outlive other changes of the file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::play::Outcome;
use crate::sites::Mutant;

/// A line of the reasons' file: what no test notices, and why that is right.
pub type Reasons = BTreeMap<(String, String, String), String>;

/// By which a mutant is caught with which a program does not end.
pub const ENDLESS: &str = "it does not end";

/// Reads `file | function | change | reason` lines; `#` begins a comment.
pub fn reasons(text: &str) -> Result<Reasons, String> {
    let mut all = Reasons::new();
    for (place, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let parts: Vec<&str> = line.split(" | ").map(str::trim).collect();
        let [file, function, ref change @ .., reason] = parts[..] else {
            return Err(format!("line {}: `file | function | change | reason`", place + 1));
        };
        let key = (file.to_owned(), function.to_owned(), change.join(" | "));
        all.insert(key, reason.to_owned());
    }
    Ok(all)
}

/// The name by which a mutant is known again.
pub fn key(mutant: &Mutant) -> (String, String, String) {
    (mutant.file.clone(), mutant.function.clone(), mutant.change.clone())
}

#[derive(Default)]
struct Row {
    all: usize,
    unviable: usize,
    caught: usize,
}

impl Row {
    fn text(&self, name: &str) -> String {
        let viable = self.all - self.unviable;
        let share = 100.0 * self.caught as f64 / viable.max(1) as f64;
        let Row { all, unviable, caught } = self;
        let survived = viable - caught;
        format!(
            "| {name} | {all} | {unviable} | {viable} | {caught} | {survived} | {share:.1} % |\n"
        )
    }
}

/// The page.
pub fn page(mutants: &[Mutant], outcomes: &BTreeMap<usize, Outcome>, reasons: &Reasons) -> String {
    let (mut rows, mut total) = (BTreeMap::<&str, Row>::new(), Row::default());
    let mut by: BTreeMap<&str, usize> = BTreeMap::new();
    let mut survivors = Vec::new();
    for (number, mutant) in mutants.iter().enumerate() {
        let outcome = outcomes.get(&number);
        let caught = match outcome {
            Some(Outcome::Caught(name)) => Some(name.as_str()),
            Some(Outcome::Endless(_)) => Some(ENDLESS),
            Some(Outcome::Survived | Outcome::Unreached) | None => None,
        };
        for row in [rows.entry(&mutant.file).or_default(), &mut total] {
            row.all += 1;
            row.unviable += usize::from(outcome.is_none());
            row.caught += usize::from(caught.is_some());
        }
        match caught {
            Some(name) => *by.entry(name).or_default() += 1,
            None if outcome.is_some() => survivors.push((number, mutant)),
            None => {}
        }
    }
    let mut page = HEAD.to_owned();
    page += "| file | mutants | do not compile | viable | caught | not caught | |\n";
    page += "| --- | --: | --: | --: | --: | --: | --: |\n";
    for (file, row) in &rows {
        page += &row.text(&format!("`{file}`"));
    }
    page += &total.text("all");
    page += "\nThe first program that notices, the quick ones asked first:\n\n| by | mutants |\n| --- | --: |\n";
    let mut by: Vec<_> = by.into_iter().collect();
    by.sort_by_key(|(name, count)| (usize::MAX - count, *name));
    for (name, count) in by {
        let _ = writeln!(page, "| {name} | {count} |");
    }
    page += "\n## Not caught\n\n| where | change | why |\n| --- | --- | --- |\n";
    for (number, mutant) in survivors {
        let unreached = outcomes.get(&number) == Some(&Outcome::Unreached);
        let why = match reasons.get(&key(mutant)) {
            Some(reason) => reason.as_str(),
            None if unreached => "**open**: no test comes here",
            None => "**open**",
        };
        let place = format!("{}:{} `{}`", short(&mutant.file), mutant.line, mutant.function);
        let change = mutant.change.replace('|', "\\|");
        let _ = writeln!(page, "| {place} | {change} | {why} |");
    }
    page
}

fn short(file: &str) -> &str {
    file.strip_prefix("src/model/").unwrap_or(file)
}

const HEAD: &str = "# Mutants of the model

Small changes of the model's source, one at a time, as cargo-mutants makes them, and which tests notice.
All are in one build, each behind a switch; each is played with the test programs that reach it. Programs
that compare whole outputs with stored ones are left out: they notice a change, not a wrong. Made by

    tools/mutants/run.sh

which writes this page; reasons stand in `reasons.txt`.

";
