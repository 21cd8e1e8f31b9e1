//! A comparison on the terminal, 80 to 100 columns: what moved first, one figure a row, its name
//! wrapped where it is longer than the numbers leave room for.

use anstyle::{AnsiColor, Style};

use crate::measure::results::Slo;
use crate::report::document::compare::{
    Comparison, Line, Method, Outcome, Party, Rank, Report, Row, Verdict, interval, moved,
};
use crate::report::document::numbers::percent;
use crate::report::face::lines::paragraphs;

/// Rows of figures that moved, unless all are asked for.
const MOST: usize = 30;
/// Rows of figures that are far from the baseline's and not proved to have moved.
const FEW: usize = 8;
/// Rows of headline figures, unless all are asked for.
const HEADLINES: usize = 16;

/// How to show it.
#[derive(Clone, Copy, Debug)]
pub struct Show {
    /// In so many columns.
    pub width: usize,
    /// Whether verdicts are coloured; without, the words alone say them.
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
        page.lines(&comparison.fail_on);
        page.slo(report, comparison);
        page.headline(comparison);
        page.figures(&report.baseline, comparison);
        page.unproved(report, comparison);
        page.text.push('\n');
        page.only("A", &comparison.only_in_baseline);
        page.only(&comparison.alternative.letter, &comparison.only_in_alternative);
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

    fn slo(&mut self, report: &Report, comparison: &Comparison) {
        let lines = comparison.slo(&report.baseline);
        if lines.is_empty() {
            return;
        }
        self.title(Style::new(), "SLO lines");
        let letter = &comparison.alternative.letter;
        let shown = |line: Option<&Slo>| match line {
            None => "-".to_owned(),
            Some(line) => format!("{} {}", slo_mark(line), line.shown()),
        };
        let cells: Vec<[String; 2]> =
            lines.iter().map(|line| [shown(line.a), shown(line.b)]).collect();
        let heads = ["A".to_owned(), letter.clone()];
        let widths = [0, 1].map(|side| {
            let all = cells.iter().map(|cells| &cells[side]).chain([&heads[side]]);
            all.map(|cell| cell.chars().count()).max().unwrap_or(0)
        });
        let longest = lines.iter().map(|line| line.line.chars().count()).max().unwrap_or(0);
        let room = self.show.width.saturating_sub(widths[0] + widths[1] + 6).max(20);
        let name = longest.clamp(4, room);
        let row = |text: &str, [a, b]: [&str; 2]| {
            let line = format!("  {text:<name$}  {a:<w0$}  {b}", w0 = widths[0]);
            line.trim_end().to_owned() + "\n"
        };
        let mut table = row("line", [&heads[0], &heads[1]]);
        for (line, [a, b]) in lines.iter().zip(&cells) {
            let mut parts = broken(line.line, name);
            let last = parts.pop().unwrap_or_default();
            parts.iter().for_each(|part| table.push_str(&format!("  {part}\n")));
            table.push_str(&row(&last, [a, b]));
        }
        for (sign, style) in
            [("✓", AnsiColor::Green), ("✗", AnsiColor::Red), ("?", AnsiColor::Yellow)]
        {
            let sign = format!("  {sign} ");
            table = table.replace(&sign, &self.styled(style.on_default(), &sign));
        }
        self.text.push_str(&table);
    }

    /// The figures that most people look at first, whatever is known of them.
    fn headline(&mut self, comparison: &Comparison) {
        let all = self.show.all;
        let differs = |row: &&Row| all || row.change.difference != 0.0;
        let (differing, equal): (Vec<&Row>, Vec<&Row>) = comparison.headline().partition(differs);
        let most = if all { usize::MAX } else { HEADLINES };
        let rows = &differing[..differing.len().min(most)];
        if rows.is_empty() {
            return;
        }
        self.title(Style::new(), "Headline figures");
        let columns = Columns::of(rows, &comparison.alternative.letter, self.show.width - 2);
        self.text.push_str(&format!("  {}", columns.head()));
        for row in rows {
            let (sign, style) = sign(row.verdict);
            let shown = columns.row(row).replace("\n  ", "\n    ");
            self.text.push_str(&format!("  {}{}", self.styled(style, sign), &shown[1..]));
        }
        let hidden =
            [(differing.len() - rows.len(), "more with --all"), (equal.len(), "are equal")];
        let hidden = hidden.iter().filter(|(count, _)| *count > 0);
        let rest: String = hidden.map(|(count, what)| format!("; {count} {what}")).collect();
        self.line(&format!("  ✗ worse  ✓ better  ~ changed  ? not proved  = same{rest}"));
    }

    fn figures(&mut self, baseline: &Party, comparison: &Comparison) {
        let all = self.show.all;
        let shown = |row: &&Row| match row.rank {
            Rank::Slo | Rank::Headline => false,
            Rank::Figure => all || row.verdict.moved(),
            Rank::Stage => all,
        };
        let rows: Vec<&Row> = comparison.figures.iter().filter(shown).collect();
        let most = if all { rows.len() } else { MOST };
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
        if comparison.figures.iter().all(|row| !row.verdict.moved()) {
            let runs = comparison.runs(baseline);
            self.text.push_str(&format!("\n  Nothing is proved to have moved ({runs})\n"));
        }
        let rest: Vec<&Row> =
            comparison.figures.iter().filter(|row| row.rank > Rank::Headline).collect();
        let number = |of: &dyn Fn(&Row) -> bool| rest.iter().filter(|row| of(row)).count();
        let stage = |row: &Row| row.rank == Rank::Stage;
        let hidden = [
            (rows.len().saturating_sub(most), "more moved"),
            (number(&|row| stage(row) && row.verdict.moved()), "parts of latencies moved"),
            (number(&|row| row.verdict == Verdict::CannotTell), "cannot be told"),
            (number(&|row| row.verdict == Verdict::Same), "are the same"),
        ];
        let hidden: Vec<String> = hidden
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        if !hidden.is_empty() && !all {
            self.line(&format!("  {}; --all shows them", hidden.join(", ")));
        }
    }

    /// What is far from the baseline's and may be chance, with what would tell.
    fn unproved(&mut self, report: &Report, comparison: &Comparison) {
        let rows = comparison.unproved(report.margin);
        let rows = &rows[..rows.len().min(FEW)];
        if !self.show.all && !rows.is_empty() {
            let runs = comparison.runs(&report.baseline);
            let title = format!("Largest other moves, not proved ({runs})");
            self.title(style(Verdict::CannotTell), &title);
            let columns = Columns::of(rows, &comparison.alternative.letter, self.show.width);
            self.text.push_str(&columns.head());
            rows.iter().for_each(|row| self.text.push_str(&columns.row(row)));
        }
        if let Some(command) = &comparison.would_tell {
            self.text.push_str(&format!("\n  more replications would tell:\n    {command}\n"));
        }
    }

    fn only(&mut self, letter: &str, figures: &[String]) {
        let Some(first) = figures.first() else { return };
        if self.show.all {
            self.title(Style::new(), &format!("Only in {letter}"));
            figures.iter().for_each(|figure| self.line(&format!("  {figure}")));
            return;
        }
        let rest = match figures.len() {
            1 => String::new(),
            many => format!(" and {} more; --all lists them", many - 1),
        };
        self.line(&format!("  only in {letter}: {first}{rest}"));
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

/// How a line of a topology went.
pub(super) fn slo_mark(line: &Slo) -> &'static str {
    match (line.passed, line.undecided) {
        (true, _) => "✓",
        (false, true) => "?",
        (false, false) => "✗",
    }
}

/// A figure's verdict in a letter.
fn sign(verdict: Verdict) -> (&'static str, Style) {
    let sign = match verdict {
        Verdict::Worse => "✗",
        Verdict::Better => "✓",
        Verdict::Changed => "~",
        Verdict::CannotTell => "?",
        Verdict::Same => "=",
    };
    (sign, style(verdict))
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
    let [a, b] = change.values(unit);
    [a, b, moved(change, unit), interval]
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
