//! `interwork conformance`: the requirements of the source documents, each played, with its verdict.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::SystemTime;

use super::output::took;
use super::{Exit, width};
use crate::domain::outcome::Defect;
use crate::domain::words::nearest;
use crate::proof::conformance::{ROWS, Row, check};
use crate::report::face::junit::{self, Case};
use crate::report::face::lines::{paragraphs, wrapped};

/// Play a scenario for every requirement of the source documents
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,

    /// Write the verdicts as JUnit XML as well
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,

    /// Run with a deliberate defect, to see which rows notice it; `list` names them
    #[arg(long, value_name = "NAME")]
    mutate: Option<String>,
}

pub(super) fn main(arguments: &Arguments) -> Exit {
    let started = SystemTime::now();
    let defect = match arguments.mutate.as_deref().map(defect) {
        None => None,
        Some(Ok(defect)) => Some(defect),
        Some(Err(exit)) => return exit,
    };
    let verdicts: Vec<(&Row, Verdict)> = ROWS.iter().map(|row| (row, check(row, defect))).collect();
    if arguments.json {
        anstream::println!("{}", json(&verdicts));
    } else {
        anstream::print!("{}", text(&verdicts, width()));
    }
    if let Some(path) = &arguments.junit
        && let Err(error) = std::fs::write(path, junit(&verdicts, started))
    {
        anstream::eprintln!("error: {} could not be written: {error}", path.display());
        return Exit::FileError;
    }
    if verdicts.iter().any(|(_, verdict)| verdict.is_err()) { Exit::SloMissed } else { Exit::Done }
}

fn defect(name: &str) -> Result<Defect, Exit> {
    let labels = || Defect::ALL.iter().map(|defect| defect.label());
    if name == "list" {
        labels().for_each(|label| anstream::println!("{label}"));
        return Err(Exit::Done);
    }
    Defect::named(name).ok_or_else(|| {
        let hint = nearest(name, labels())
            .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        anstream::eprintln!("error: no defect is called `{name}`{hint}");
        anstream::eprintln!("`--mutate list` names them");
        Exit::BadInput
    })
}

/// What came of a row: why it does not hold, if so.
type Verdict = Result<(), String>;

fn word(verdict: &Verdict) -> &'static str {
    if verdict.is_ok() { "pass" } else { "FAIL" }
}

fn text(verdicts: &[(&Row, Verdict)], width: usize) -> String {
    let mut text = String::new();
    let mut line = |cells: [&str; 4], what: &str| {
        let [id, level, verdict, source] = cells;
        let lead = format!("  {id:<7} {level:<10} {verdict:<7} {source:<9} ");
        let room = width.saturating_sub(lead.len()).max(20);
        for (place, part) in wrapped(what, room).iter().enumerate() {
            let lead = if place == 0 { lead.clone() } else { " ".repeat(lead.len()) };
            let _ = writeln!(text, "{lead}{part}");
        }
    };
    line(["id", "level", "verdict", "source"], "what holds");
    for (row, verdict) in verdicts {
        line([row.id, row.level.label(), word(verdict), row.source], row.what);
    }
    let count = |wanted: &str| verdicts.iter().filter(|(_, v)| word(v) == wanted).count();
    let _ = writeln!(
        text,
        "\n{} rows: {} pass, {} fail",
        verdicts.len(),
        count("pass"),
        count("FAIL"),
    );
    for (row, verdict) in verdicts {
        if let Err(why) = verdict {
            let _ = write!(text, "\n{}", paragraphs(&format!("{}: {why}", row.id), width));
        }
    }
    text
}

fn json(verdicts: &[(&Row, Verdict)]) -> String {
    let rows: Vec<serde_json::Value> = verdicts
        .iter()
        .map(|(row, verdict)| {
            serde_json::json!({
                "id": row.id,
                "level": row.level.label(),
                "source": row.source,
                "what": row.what,
                "verdict": word(verdict).to_lowercase(),
                "why": verdict.as_ref().err(),
            })
        })
        .collect();
    let document = serde_json::json!({ "schema": "interwork/conformance/1", "rows": rows });
    format!("{document:#}")
}

fn junit(verdicts: &[(&Row, Verdict)], started: SystemTime) -> String {
    let cases = verdicts.iter().map(|(row, verdict)| Case {
        class: row.source.to_owned(),
        name: format!("{} {}", row.id, row.what),
        verdict: match verdict {
            Ok(()) => junit::Verdict::Held,
            Err(why) => junit::Verdict::Failed(why.clone()),
        },
    });
    junit::junit("conformance", &cases.collect::<Vec<_>>(), &took(started))
}
