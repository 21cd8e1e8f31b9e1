//! A comparison in Markdown, made for a comment on a change under review: the lines that may fail
//! first, then what moved.

use std::fmt::Write;

use super::terminal::{party, slo_mark};
use crate::measure::results::Slo;
use crate::report::document::compare::{
    Comparison, Outcome, Rank, Report, Row, Verdict, interval, moved,
};
use crate::report::document::numbers::percent;

/// Rows of figures that moved.
const MOST: usize = 30;
/// Rows of those that are far from the baseline's and not proved to have.
const FEW: usize = 8;

/// All comparisons of a report.
pub(crate) fn markdown(report: &Report) -> String {
    let mut text = String::new();
    for comparison in &report.comparisons {
        one(&mut text, report, comparison);
    }
    text
}

fn one(text: &mut String, report: &Report, comparison: &Comparison) {
    let counts: Vec<String> =
        comparison.counts.iter().map(|(word, n)| format!("{n} {word}")).collect();
    let alternative = &comparison.alternative;
    let failed = comparison.fail_on.iter().any(|line| line.failed);
    let open = comparison.fail_on.iter().any(|line| line.outcome == Outcome::CannotTell);
    let mark = match (failed, comparison.fail_on.is_empty()) {
        (true, _) => "❌ ",
        (false, false) if open => "❔ ",
        (false, false) => "✅ ",
        (false, true) => "",
    };
    let counts = counts.join(", ").replace('_', " ");
    let _ = writeln!(text, "### {mark}{} against A: {counts}\n", alternative.letter);
    for party in [party(&report.baseline), party(alternative)] {
        let _ = writeln!(text, "- {}", cell(party.trim()));
    }
    for difference in &comparison.differences {
        let _ = writeln!(text, "- ⚠️ {}", cell(difference));
    }
    text.push('\n');
    if !comparison.fail_on.is_empty() {
        let _ = writeln!(text, "| | fails on | observed |\n| --- | --- | --- |");
        for line in &comparison.fail_on {
            let mark = match line.outcome {
                _ if line.failed => "❌",
                Outcome::CannotTell => "❔",
                _ => "✅",
            };
            let _ = writeln!(text, "| {mark} | `{}` | {} |", cell(&line.line), line.shown());
        }
        text.push('\n');
    }
    let lines = comparison.slo(&report.baseline);
    if !lines.is_empty() {
        let _ = writeln!(text, "| SLO line | A | {} |\n| --- | --- | --- |", alternative.letter);
        let shown = |line: Option<&Slo>| {
            line.map_or("-".to_owned(), |line| format!("{} {}", slo_mark(line), line.shown()))
        };
        for line in &lines {
            let [a, b] = [line.a, line.b].map(shown);
            let _ = writeln!(text, "| `{}` | {a} | {b} |", cell(line.line));
        }
        text.push('\n');
    }
    let moved = |row: &&Row| row.rank == Rank::Figure && row.verdict.moved();
    let all: Vec<&Row> = comparison.figures.iter().filter(moved).collect();
    let mut rows: Vec<&Row> = comparison.headline().take(MOST).collect();
    rows.extend(all.iter().take(MOST));
    rows.extend(comparison.unproved(report.margin).into_iter().take(FEW));
    if rows.iter().all(|row| !row.verdict.moved()) {
        let _ = writeln!(text, "Nothing is shown to have moved.\n");
    }
    if !rows.is_empty() {
        let _ =
            writeln!(text, "| | figure | A | {} | change | 95 % interval |", alternative.letter);
        let _ = writeln!(text, "| --- | --- | ---: | ---: | ---: | ---: |");
        rows.iter().for_each(|row| self::row(text, row));
        if all.len() > MOST {
            let _ = writeln!(text, "\n{} more moved.", all.len() - MOST);
        }
        text.push('\n');
    }
    if let Some(command) = &comparison.would_tell {
        let runs = comparison.runs(&report.baseline);
        let _ = writeln!(text, "Not proved: {runs}; `{}` would tell more.\n", cell(command));
    }
    let only = [
        ("A", &comparison.only_in_baseline),
        (alternative.letter.as_str(), &comparison.only_in_alternative),
    ];
    for (letter, figures) in only.iter().filter(|(_, figures)| !figures.is_empty()) {
        let _ = writeln!(text, "{} figures are only in {letter}.\n", figures.len());
    }
    let (level, margin) = (percent(report.level), percent(report.margin));
    let _ = writeln!(
        text,
        "<sub>moved: at most {level} chance of any false finding (Holm); same: within {margin}</sub>\n"
    );
}

fn row(text: &mut String, row: &Row) {
    let mark = match row.verdict {
        Verdict::Worse => "🔺 worse",
        Verdict::Better => "🔹 better",
        Verdict::CannotTell => "not proved",
        other => other.label(),
    };
    let (change, unit) = (&row.change, row.shown_unit());
    let [a, b] = change.values(unit);
    let _ = writeln!(
        text,
        "| {mark} | `{}` | {} | {} | {} | {} |",
        cell(&row.figure()),
        a,
        b,
        moved(change, unit),
        interval(change, unit).unwrap_or_else(|| "-".to_owned()),
    );
}

/// What stands in a cell or a list cannot end it.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}
