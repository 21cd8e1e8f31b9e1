//! `interwork conformance`: the requirements of the source documents, each played, with its verdict.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::SystemTime;

use super::output::took;
use super::{Exit, width};
use crate::domain::outcome::Defect;
use crate::domain::words::nearest;
use crate::proof::conformance::{self, Matrix, ROWS, Row, check};
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

    /// Print which rows notice which deliberate defect: all are played with each
    #[arg(long, conflicts_with_all = ["mutate", "junit"])]
    matrix: bool,
}

pub(super) fn main(arguments: &Arguments) -> Exit {
    if arguments.matrix {
        return matrix(arguments.json);
    }
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

/// Which rows notice which defect.
fn matrix(json: bool) -> Exit {
    let matrix = match conformance::matrix() {
        Ok(matrix) => matrix,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            return Exit::Fault;
        }
    };
    if json {
        anstream::println!("{:#}", matrix_json(&matrix));
    } else {
        anstream::print!("{}", matrix_text(&matrix, width()));
    }
    if matrix.is_whole() { Exit::Done } else { Exit::SloMissed }
}

/// Rows that stand together without a gap.
const TOGETHER: usize = 10;

/// Defects down, rows across by their numbers, in blocks as wide as fits.
fn matrix_text(matrix: &Matrix, width: usize) -> String {
    let labels = Defect::ALL.iter().map(|defect| defect.label().len()).max().unwrap_or(0);
    let room = width.saturating_sub(labels + 3);
    let block = (room / (TOGETHER + 1)).max(1) * TOGETHER;
    let mut text = String::new();
    let numbered: Vec<(usize, &Row)> = (1..).zip(ROWS).collect();
    for rows in numbered.chunks(block) {
        let mut line = |label: &str, cell: &dyn Fn(usize, &Row) -> char| {
            let _ = write!(text, "  {label:<labels$}");
            for rows in rows.chunks(TOGETHER) {
                let cells: String = rows.iter().map(|(number, row)| cell(*number, row)).collect();
                let _ = write!(text, " {cells}");
            }
            text.push('\n');
        };
        let digit = |digit: usize| char::from(b'0' + (digit % 10) as u8);
        line("", &|number, _| if number < 10 { ' ' } else { digit(number / 10) });
        line("", &|number, _| digit(number));
        for (defect, noticed) in &matrix.noticed {
            let cell = |_, row: &Row| if noticed.contains(&row.id) { '#' } else { '.' };
            line(defect.label(), &cell);
        }
        text.push('\n');
    }
    let legend = numbered.iter().map(|(number, row)| format!("{number}={}", row.id));
    text.push_str(&paragraphs(&format!("  {}", legend.collect::<Vec<_>>().join(" ")), width));
    let _ = writeln!(text, "\n{} defects, {} rows", matrix.noticed.len(), ROWS.len());
    let mut told = |what: &str, which: &[&str]| {
        if !which.is_empty() {
            text.push_str(&paragraphs(&format!("{what}: {}", which.join(", ")), width));
        }
    };
    told("rows that fail without a defect", &matrix.failing);
    let unnoticed: Vec<&str> = matrix.unnoticed().into_iter().map(Defect::label).collect();
    told("defects that no row notices", &unnoticed);
    told("rows that fail with no defect", &matrix.idle());
    if matrix.is_whole() {
        text.push_str("each defect fails a row, and each row fails with a defect\n");
    }
    text
}

fn matrix_json(matrix: &Matrix) -> serde_json::Value {
    let noticed = matrix
        .noticed
        .iter()
        .map(|(defect, rows)| serde_json::json!({ "defect": defect.label(), "rows": rows }));
    let unnoticed: Vec<&str> = matrix.unnoticed().into_iter().map(Defect::label).collect();
    serde_json::json!({
        "schema": "interwork/conformance-matrix/1",
        "rows": ROWS.iter().map(|row| row.id).collect::<Vec<_>>(),
        "noticed": noticed.collect::<Vec<_>>(),
        "failing": matrix.failing,
        "unnoticed": unnoticed,
        "idle": matrix.idle(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_matrix_fits_the_width_and_names_what_is_empty() {
        let noticed: Vec<(Defect, Vec<&'static str>)> =
            Defect::ALL.iter().map(|defect| (*defect, vec!["KIND-1"])).collect();
        let mut matrix = Matrix { failing: Vec::new(), noticed };
        matrix.noticed[1].1.clear();
        for width in [80, 100] {
            let text = matrix_text(&matrix, width);
            assert!(text.lines().all(|line| line.chars().count() <= width), "{width}: {text}");
        }
        let text = matrix_text(&matrix, 100);
        assert!(text.contains("  wrong-conversation     #........."), "{text}");
        assert!(text.contains("defects that no row notices: answer-lost\n"), "{text}");
        assert!(text.contains("rows that fail with no defect: KIND-2, KIND-3, "), "{text}");
        assert!(!text.contains("each defect fails a row"), "{text}");
    }
}
