//! A comparison on the terminal, 80 to 100 columns: what moved first, one figure a row, its name
//! wrapped where it is longer than the numbers leave room for.

use anstyle::{AnsiColor, Style};

use crate::report::document::compare::{
    Comparison, Line, Method, Outcome, Party, Report, Row, Verdict,
};
use crate::report::document::compare::{interval, moved, value};
use crate::report::document::numbers::percent;
use crate::report::face::lines::paragraphs;

/// Rows of figures that moved, unless all are asked for.
const MOST: usize = 30;
/// Figures of one side that are named, unless all are asked for.
const FEW: usize = 8;

/// How to show it.
#[derive(Clone, Copy, Debug)]
pub struct Show {
    /// In so many columns.
    pub width: usize,
    /// With colours.
    pub color: bool,
    /// Every figure, not only what moved.
    pub all: bool,
}

/// The comparison as a person reads it.
pub fn render(report: &Report, show: Show) -> String {
    let mut page = Page { text: String::new(), show };
    for (place, comparison) in report.comparisons.iter().enumerate() {
        if place > 0 {
            page.text.push('\n');
        }
        page.head(report, comparison);
        page.figures(comparison);
        page.only("A", &comparison.only_in_baseline);
        page.only(&comparison.alternative.letter, &comparison.only_in_alternative);
        page.lines(&comparison.fail_on);
    }
    page.text
}

struct Page {
    text: String,
    show: Show,
}

impl Page {
    fn styled(&self, style: Style, text: &str) -> String {
        if self.show.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn line(&mut self, text: &str) {
        self.text.push_str(&paragraphs(text, self.show.width));
    }

    fn title(&mut self, style: Style, text: &str) {
        let shown = self.styled(style.bold(), text);
        self.text.push_str(&format!("\n{shown}\n"));
    }

    fn head(&mut self, report: &Report, comparison: &Comparison) {
        let counts: Vec<String> =
            comparison.counts.iter().map(|(word, n)| format!("{n} {word}")).collect();
        let counts = counts.join(", ").replace('_', " ");
        let letter = &comparison.alternative.letter;
        let title = self.styled(Style::new().bold(), &format!("{letter} against A"));
        self.text.push_str(&format!("{title}: {counts}\n"));
        self.line(&party(&report.baseline));
        self.line(&party(&comparison.alternative));
        for difference in &comparison.differences {
            self.line(&format!("  ! {difference}"));
        }
        let method = match comparison.method {
            Method::Paired => {
                let pairs = comparison.alternative.seeds.len();
                format!("{pairs} pairs of replications with the same seeds")
            }
            Method::Independent => "replications as independent samples (Welch)".to_owned(),
            Method::BatchMeans => "batch means of a single run; percentiles have none".to_owned(),
        };
        let (level, margin) = (percent(report.level), percent(report.margin));
        self.line(&format!("  95 % intervals from {method}"));
        self.line(&format!(
            "  moved: at most {level} chance of any false finding (Holm); same: within {margin}"
        ));
    }

    fn figures(&mut self, comparison: &Comparison) {
        let all = self.show.all;
        let shown = |row: &&Row| all || row.verdict.moved();
        let rows: Vec<&Row> = comparison.figures.iter().filter(shown).collect();
        let most = if self.show.all { rows.len() } else { MOST };
        let letter = &comparison.alternative.letter;
        let columns = Columns::of(&rows[..rows.len().min(most)], letter, self.show.width);
        for verdict in Verdict::ALL {
            let of: Vec<&Row> =
                rows.iter().take(most).filter(|row| row.verdict == verdict).copied().collect();
            if of.is_empty() {
                continue;
            }
            let word = match verdict {
                Verdict::Worse => "Worse",
                Verdict::Better => "Better",
                Verdict::Changed => "Changed, neither better nor worse",
                Verdict::CannotTell => "Cannot tell",
                Verdict::Same => "Same",
            };
            self.title(style(verdict), word);
            self.text.push_str(&columns.head());
            of.iter().for_each(|row| self.text.push_str(&columns.row(row)));
        }
        if rows.is_empty() {
            self.text.push_str("\n  Nothing is shown to have moved\n");
        }
        let rest = comparison.figures.iter().filter(|row| !shown(row));
        let (unknown, same): (Vec<&Row>, Vec<&Row>) =
            rest.partition(|row| row.verdict == Verdict::CannotTell);
        let hidden = [
            (rows.len().saturating_sub(most), "more moved"),
            (unknown.len(), "cannot be told"),
            (same.len(), "are the same"),
        ];
        let hidden: Vec<String> = hidden
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        if !hidden.is_empty() {
            self.line(&format!("  {}; --all shows them", hidden.join(", ")));
        }
    }

    fn only(&mut self, letter: &str, figures: &[String]) {
        if figures.is_empty() {
            return;
        }
        self.title(Style::new(), &format!("Only in {letter}"));
        let most = if self.show.all { figures.len() } else { FEW };
        for figure in figures.iter().take(most) {
            self.line(&format!("  {figure}"));
        }
        if figures.len() > most {
            self.line(&format!("  and {} more; --all shows them", figures.len() - most));
        }
    }

    fn lines(&mut self, lines: &[Line]) {
        if lines.is_empty() {
            return;
        }
        self.title(Style::new(), "Fails on");
        for line in lines {
            let (mark, style) = match line.outcome {
                Outcome::Holds => ("✓", AnsiColor::Green.on_default()),
                Outcome::Fails => ("✗", AnsiColor::Red.on_default()),
                Outcome::CannotTell if line.failed => ("✗", AnsiColor::Red.on_default()),
                Outcome::CannotTell => ("?", AnsiColor::Yellow.on_default()),
            };
            let unknown = if line.outcome == Outcome::CannotTell { "cannot tell: " } else { "" };
            let text = format!("  {mark} {}  ({unknown}{})", line.line, line.shown());
            // A number is not parted from its sign; colours come last, since they have no width.
            let kept = text.replace(" %", "\u{a0}%");
            let wrapped = paragraphs(&kept, self.show.width).replace('\u{a0}', " ");
            self.text.push_str(&wrapped.replacen(mark, &self.styled(style, mark), 1));
        }
    }
}

fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Worse => AnsiColor::Red.on_default(),
        Verdict::Better => AnsiColor::Green.on_default(),
        Verdict::Changed | Verdict::CannotTell => AnsiColor::Yellow.on_default(),
        Verdict::Same => Style::new(),
    }
}

/// Who takes part, in a line.
pub(crate) fn party(party: &Party) -> String {
    let Party { letter, path, topology, seeds, .. } = party;
    let first = seeds.first().copied().unwrap_or(0);
    let runs = match seeds.len() {
        0 | 1 => format!("seed {first}"),
        many => format!("{many} replications from seed {first}"),
    };
    format!("  {letter}  {path}: {topology}, {runs}")
}

/// Widths of all tables of a comparison, so that their columns stand below each other.
struct Columns {
    letter: String,
    name: usize,
    cells: [usize; 4],
}

impl Columns {
    fn of(rows: &[&Row], letter: &str, width: usize) -> Self {
        let mut cells = titles(letter).map(|title| title.chars().count());
        for row in rows {
            for (widest, cell) in cells.iter_mut().zip(self::cells(row)) {
                *widest = (*widest).max(cell.chars().count());
            }
        }
        let numbers: usize = cells.iter().map(|cell| cell + 2).sum();
        let longest = rows.iter().map(|row| row.figure().chars().count()).max().unwrap_or(0);
        let room = width.saturating_sub(numbers + 2).max(20);
        Self { letter: letter.to_owned(), name: longest.clamp(6, room), cells }
    }

    fn head(&self) -> String {
        self.line("figure", &titles(&self.letter))
    }

    fn row(&self, row: &Row) -> String {
        let mut parts = broken(&row.figure(), self.name);
        let last = parts.pop().unwrap_or_default();
        let lead: String = parts.iter().map(|part| format!("  {part}\n")).collect();
        lead + &self.line(&last, &cells(row))
    }

    fn line(&self, name: &str, cells: &[String; 4]) -> String {
        let mut line = format!("  {name:<width$}", width = self.name);
        for (cell, width) in cells.iter().zip(self.cells) {
            line.push_str(&format!("  {cell:>width$}"));
        }
        line.trim_end().to_owned() + "\n"
    }
}

fn titles(letter: &str) -> [String; 4] {
    ["A", letter, "change", "95 % interval"].map(str::to_owned)
}

fn cells(row: &Row) -> [String; 4] {
    let (change, unit) = (&row.change, row.shown_unit());
    let interval = match interval(change, unit) {
        _ if change.difference == 0.0 && row.verdict == Verdict::Same => "equal".to_owned(),
        interval => interval.unwrap_or_else(|| "-".to_owned()),
    };
    [value(change.baseline, unit), value(change.alternative, unit), moved(change, unit), interval]
}

/// A name in parts that fit, broken after `{` and `,` and at blanks; what continues is indented.
fn broken(name: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut rest = name;
    while !rest.is_empty() {
        let end = rest.find(['{', ',', ' ']).map_or(rest.len(), |at| at + 1);
        let (part, more) = rest.split_at(end);
        let line = lines.last_mut().map_or(0, |line| line.chars().count());
        if line > 2 && line + part.trim_end().chars().count() > room {
            lines.push("  ".to_owned());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(part);
        }
        rest = more;
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_too_long_is_broken_between_its_labels() {
        let name = "message_stage_time{stage=hlr,operator=a} mean";
        assert_eq!(broken(name, 60), [name]);
        assert_eq!(broken(name, 31), ["message_stage_time{stage=hlr,", "  operator=a} mean"]);
        assert_eq!(broken(name, 20), ["message_stage_time{", "  stage=hlr,", "  operator=a} mean"]);
        assert_eq!(broken("", 20), [""]);
    }
}
