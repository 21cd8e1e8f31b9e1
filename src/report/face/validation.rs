//! The table of `interwork validate` on a terminal: a line a figure, under a line for each case.

use std::fmt::Write as _;

use crate::report::document::numbers::{count, plural};
use crate::report::document::validation::{Figure, Validation, Verdict};
use crate::report::face::lines::{paragraphs, wrapped};

/// The table, at most `width` columns wide, 80 or more.
pub fn render(validation: &Validation, width: usize) -> String {
    let head = ["figure", "theory", "measured", "interval", "verdict"].map(str::to_owned);
    let rows: Vec<[String; 5]> = validation.figures().map(|(_, figure)| cells(figure)).collect();
    let mut widths = [0; 5];
    for row in std::iter::once(&head).chain(&rows) {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(cell.chars().count());
        }
    }
    let line = |[figure, theory, measured, interval, verdict]: &[String; 5]| {
        let [a, b, c, d, _] = widths;
        format!("  {figure:<a$}  {theory:>b$}  {measured:>c$}  {interval:>d$}  {verdict}\n")
    };
    let mut text = String::new();
    if let Some(fault) = validation.fault {
        let what = format!("With a deliberate fault, {}: {}.\n\n", fault.name, fault.what);
        text += &paragraphs(&what, width);
    }
    text += &line(&head);
    let mut rows = rows.iter();
    for case in &validation.cases {
        let _ = writeln!(text);
        let title = format!("{}: {} ({})", case.name, case.what, case.source);
        for (place, part) in wrapped(&title, width - 2).iter().enumerate() {
            let _ = writeln!(text, "{}{part}", if place == 0 { "" } else { "  " });
        }
        for set in &case.set {
            let _ = writeln!(text, "  --set '{set}'");
        }
        rows.by_ref().take(case.figures.len()).for_each(|row| text += &line(row));
    }
    let failed = validation.failed().count();
    let all = validation.figures().count();
    let _ = writeln!(
        text,
        "\n{} in {}, seed {}: {} pass, {failed} fail",
        plural(all as u64, "figure", "figures"),
        plural(validation.cases.len() as u64, "case", "cases"),
        validation.seed,
        all - failed,
    );
    text + &paragraphs(&sure(validation), width)
}

/// How sure that is.
fn sure(validation: &Validation) -> String {
    let replications = validation.cases.iter().map(|case| case.replications).max().unwrap_or(0);
    format!(
        "A row passes if its interval holds what theory says. Intervals are Student's t over {} at \
         {:.4} % each: with any one seed, a simulator that is right has a row that fails in at most \
         one of {} (Bonferroni).\n",
        plural(replications as u64, "replication", "replications"),
        validation.confidence * 100.0,
        count((1.0 / validation.false_alarm).round() as u64),
    )
}

fn cells(figure: &Figure) -> [String; 5] {
    let (unit, factor) = unit(figure);
    let half = figure.interval.map_or(0.0, |[low, high]| (high - low) / 2.0 * factor);
    let digits = digits(if half > 0.0 { half } else { figure.theory * factor * 0.01 });
    let number = |value: f64| format!("{:.digits$}", value * factor + 0.0);
    let what = figure.what;
    let verdict = if figure.verdict == Verdict::Pass { "pass" } else { "FAIL" };
    [
        if unit.is_empty() { what.to_owned() } else { format!("{what}, {unit}") },
        number(figure.theory),
        figure.measured.map_or("-".to_owned(), number),
        figure
            .interval
            .map_or("-".to_owned(), |[low, high]| format!("{} .. {}", number(low), number(high))),
        verdict.to_owned(),
    ]
}

/// The unit that reads best, the same for the whole row, and how many of it make the base unit.
fn unit(figure: &Figure) -> (&'static str, f64) {
    match figure.unit {
        "s" if figure.theory < 0.9995 => ("ms", 1e3),
        "s" => ("s", 1.0),
        _ if figure.what.starts_with("share") => ("%", 100.0),
        _ => ("", 1.0),
    }
}

/// Decimals that show two digits of a width.
fn digits(mut half_width: f64) -> usize {
    let mut digits = 0;
    while half_width < 9.5 && digits < 6 {
        half_width *= 10.0;
        digits += 1;
    }
    digits
}
