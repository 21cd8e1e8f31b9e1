//! Alternatives set against a baseline, as plain rows: what `compare` prints, and its JSON document
//! (schema `interwork/compare/1`) as it stands here. `study` fills it; nothing here judges.

use indexmap::IndexMap;
use serde::Serialize;

use crate::measure::results::{Slo, Trend};
use crate::measure::written;
use crate::report::document::json;
use crate::report::document::numbers::{percent, seconds, three};

/// All alternatives against the baseline.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Format and its version: `interwork/compare/1`.
    pub(crate) schema: &'static str,
    /// Chance of any false finding among all figures of one comparison, as a share.
    pub(crate) level: f64,
    /// How far from the baseline's a figure may be to count as the same, as a share.
    pub(crate) margin: f64,
    /// Whether a `--fail-on` line that cannot be told fails.
    pub(crate) strict: bool,
    /// Whether no `--fail-on` line fails.
    pub passed: bool,
    /// What the others are compared with: A.
    pub(crate) baseline: Party,
    /// One for each alternative: B, C …
    pub comparisons: Vec<Comparison>,
}

/// One of the runs, or sets of replications, that are compared.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Party {
    /// `A` for the baseline, then `B`, `C` …
    pub letter: String,
    /// The topology file or result folder.
    pub path: String,
    /// The topology file, of a folder the one in it.
    #[serde(skip)]
    pub file: String,
    /// Name of the topology.
    pub topology: String,
    /// Fingerprint of the resolved topology.
    pub digest: String,
    /// Its values with their paths; empty if they are not known.
    #[serde(skip)]
    pub values: Vec<(String, String)>,
    /// Of the program that ran it.
    pub version: String,
    /// The same, if it was built with one.
    pub commit: Option<String>,
    /// Seed of each replication, in their order.
    pub seeds: Vec<u64>,
    /// Whether it ran to its end.
    pub finished: bool,
    /// The lines of its topology, and how they went.
    pub slo: Vec<Slo>,
    /// What still went somewhere in its measured time.
    pub trends: Vec<Trend>,
}

/// An alternative against the baseline.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// What is compared with the baseline.
    pub(crate) alternative: Party,
    /// What else differs, in sentences.
    pub(crate) differences: Vec<String>,
    /// What intervals rest on.
    pub(crate) method: Method,
    /// Figures by verdict.
    pub counts: IndexMap<&'static str, usize>,
    /// The figures that both have, by how much they matter; without those that a `--fail-on` line
    /// judges.
    pub figures: Vec<Row>,
    /// What to run for figures that moved far and are not proved to have; null if there are none.
    pub(crate) would_tell: Option<String>,
    /// Figures that the alternative does not have.
    pub only_in_baseline: Vec<String>,
    /// Figures that the baseline does not have.
    pub only_in_alternative: Vec<String>,
    /// The `--fail-on` lines.
    pub fail_on: Vec<Line>,
}

/// What the intervals of a comparison rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Method {
    /// Replications with the same seeds, pair by pair.
    Paired,
    /// Replications, as independent samples (Welch).
    Independent,
    /// Batch means of a single run, against another's or against replications, as independent.
    BatchMeans,
}

/// How far in front a figure stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// An SLO line of one side is about it.
    Slo,
    /// What most people look at first.
    Headline,
    /// Any other figure of the results.
    Figure,
    /// A part of a latency: where time goes, once the latency itself is known.
    Stage,
}

/// How a figure of the alternative is, against the baseline's. In the order of lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It moved the wrong way.
    Worse,
    /// It moved the right way.
    Better,
    /// It moved, and neither way is better.
    Changed,
    /// Neither can be shown: that it moved, or that it did not by more than the margin.
    CannotTell,
    /// It is equal, or it is within the margin for sure.
    Same,
}

impl Verdict {
    /// All, in the order of lists.
    pub(crate) const ALL: [Self; 5] =
        [Self::Worse, Self::Better, Self::Changed, Self::CannotTell, Self::Same];

    /// As people read it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::Better => "better",
            Self::Changed => "changed",
            Self::CannotTell => "cannot tell",
            Self::Same => "same",
        }
    }

    /// As the JSON document has it.
    pub(crate) fn key(self) -> &'static str {
        if self == Self::CannotTell { "cannot_tell" } else { self.label() }
    }

    /// Whether the figure is shown to have moved.
    pub fn moved(self) -> bool {
        matches!(self, Self::Worse | Self::Better | Self::Changed)
    }
}

/// Two values of one figure, and what is known of how they differ. Of replications, values are means
/// over them, so that the intervals belong to what is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Change {
    /// The baseline's value, in the unit of the row.
    pub(crate) baseline: f64,
    /// The alternative's value, in the same unit.
    pub(crate) alternative: f64,
    /// The alternative's less the baseline's.
    pub(crate) difference: f64,
    /// Its 95 % interval, where there is one.
    pub(crate) difference95: Option<[f64; 2]>,
    /// The alternative's over the baseline's; null if that is zero.
    pub(crate) ratio: Option<f64>,
    /// Its 95 % interval, where there is one.
    pub ratio95: Option<[f64; 2]>,
    /// How likely so large a difference is by chance.
    pub(crate) p: Option<f64>,
    /// Whether the baseline's value is a lower bound: what was under way could raise it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) baseline_at_least: bool,
    /// The same of the alternative's.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) alternative_at_least: bool,
}

impl Change {
    /// Both values, with their units.
    pub(crate) fn values(&self, unit: &str) -> [String; 2] {
        let shown = |least, figure| if least { "≥ " } else { "" }.to_owned() + &value(figure, unit);
        [
            shown(self.baseline_at_least, self.baseline),
            shown(self.alternative_at_least, self.alternative),
        ]
    }

    /// By what factor it moved, either way, as a logarithm; infinite from or to zero.
    pub(crate) fn factor(&self) -> f64 {
        match self.ratio {
            _ if self.difference == 0.0 => 0.0,
            Some(ratio) if ratio > 0.0 => libm::log(ratio).abs(),
            _ => f64::INFINITY,
        }
    }

    /// Whether it moved by more than this share of the baseline's, or from zero.
    pub(crate) fn is_beyond(&self, margin: f64) -> bool {
        self.difference != 0.0 && self.ratio.is_none_or(|ratio| (ratio - 1.0).abs() > margin)
    }
}

/// One figure that both have.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Such as `message_latency`.
    pub metric: String,
    /// Label names and values.
    pub labels: IndexMap<String, String>,
    /// Such as `p95`.
    pub(crate) statistic: &'static str,
    /// Unit of both values: s, B, 1, 1/s or the currency.
    pub(crate) unit: String,
    /// Both values, and how they differ.
    #[serde(flatten)]
    pub change: Change,
    /// `p`, adjusted for the number of figures (Holm).
    pub(crate) p_adjusted: Option<f64>,
    /// Better, worse or the same, as far as it can be shown.
    pub verdict: Verdict,
    /// How far in front it stands.
    pub rank: Rank,
}

impl Row {
    /// The figure as an option would name it.
    pub fn figure(&self) -> String {
        named(&self.metric, &self.labels, self.statistic)
    }

    /// The unit that values read best in.
    pub(crate) fn shown_unit(&self) -> &str {
        if self.metric == "station_utilisation" { "%" } else { &self.unit }
    }
}

/// A figure as an option would name it.
pub(crate) fn named(metric: &str, labels: &IndexMap<String, String>, statistic: &str) -> String {
    let pairs: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    match pairs.as_slice() {
        [] => format!("{metric} {statistic}"),
        pairs => format!("{metric}{{{}}} {statistic}", pairs.join(",")),
    }
}

/// How a `--fail-on` line went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The change is not beyond the line.
    Holds,
    /// The change is beyond the line.
    Fails,
    /// Neither can be shown.
    CannotTell,
}

/// A `--fail-on` line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The line as the option gives it.
    pub(crate) line: String,
    /// Unit of both values.
    pub(crate) unit: String,
    /// The values; null where one side has too few samples for the figure.
    pub(crate) change: Option<Change>,
    /// Whether the line holds, as far as it can be shown.
    pub(crate) outcome: Outcome,
    /// Whether it counts as a failure: `--strict` considered, and what neither side has.
    pub failed: bool,
}

impl Line {
    /// What was observed, in words.
    pub(crate) fn shown(&self) -> String {
        let Some(change) = &self.change else { return "too few samples".to_owned() };
        let unit = if written::is_share(&self.line) { "%" } else { self.unit.as_str() };
        let [baseline, alternative] = change.values(unit);
        let values = format!("{alternative} against {baseline}");
        let moved = moved(change, unit);
        match interval(change, unit) {
            _ if change.difference == 0.0 => format!("{values}, equal"),
            None => format!("{values}, {moved}, no interval"),
            Some(interval) => format!("{values}, {moved}, 95 % interval {interval}"),
        }
    }
}

/// A value with its unit.
pub(crate) fn value(value: f64, unit: &str) -> String {
    let sign = if value < 0.0 { "-" } else { "" };
    let size = value.abs();
    match unit {
        "s" => format!("{sign}{}", seconds(Some(size))),
        "1/s" => format!("{sign}{}/s", small(size)),
        "%" if size >= 0.001 => format!("{sign}{}", percent(size)),
        "%" => format!("{sign}{} %", small(size * 100.0)),
        "1" => format!("{sign}{}", small(size)),
        unit => format!("{sign}{} {unit}", small(size)),
    }
}

/// Three digits, also of what is much smaller than one.
fn small(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        v if v < 0.000_1 => format!("{v:.1e}"),
        v if v < 0.1 => format!("{v:.4}"),
        v => three(v),
    }
}

/// With its sign.
fn signed(value: f64, show: impl Fn(f64) -> String) -> String {
    let sign = if value < 0.0 { "-" } else { "+" };
    format!("{sign}{}", show(value.abs()))
}

/// A ratio as a change: `+10.0 %`, or `x 12.3` from there on.
fn as_change(ratio: f64) -> String {
    let change = ratio - 1.0;
    match change.abs() {
        _ if ratio >= 10.0 => format!("x {}", three(ratio)),
        0.0 => "0".to_owned(),
        size if size < 0.000_01 => format!("{}0.001 %", if change < 0.0 { "> -" } else { "< +" }),
        size if size < 0.000_95 => signed(change, |c| format!("{:.3} %", c * 100.0)),
        _ => signed(change, percent),
    }
}

/// How far a figure moved: as a share, or where the baseline is zero as a difference.
pub(crate) fn moved(change: &Change, unit: &str) -> String {
    let bound = match (change.baseline_at_least, change.alternative_at_least) {
        (false, false) => "",
        (false, true) => "≥ ",
        (true, false) => "≤ ",
        (true, true) => return "?".to_owned(),
    };
    bound.to_owned() + &as_moved(change, unit)
}

fn as_moved(change: &Change, unit: &str) -> String {
    match change.ratio {
        Some(ratio) => as_change(ratio),
        None if change.difference == 0.0 => "0".to_owned(),
        None => signed(change.difference, |size| value(size, unit)),
    }
}

/// The interval of what [`moved`] says.
pub(crate) fn interval(change: &Change, unit: &str) -> Option<String> {
    if change.baseline_at_least || change.alternative_at_least {
        return None;
    }
    if let Some([low, high]) = change.ratio95 {
        return Some(format!("{} to {}", as_change(low), as_change(high)));
    }
    let show = |end: f64| signed(end, |size| value(size, unit));
    change.difference95.map(|[low, high]| format!("{} to {}", show(low), show(high)))
}

impl Comparison {
    /// The figures that the first table has: those of SLO lines, and headline figures.
    pub(crate) fn headline(&self) -> impl Iterator<Item = &Row> {
        self.figures.iter().filter(|row| row.rank <= Rank::Headline)
    }

    /// All others that are worth a row by their verdict, parts of latencies left out.
    pub(crate) fn moved(&self, verdict: Verdict) -> impl Iterator<Item = &Row> {
        let of = move |row: &&Row| row.rank == Rank::Figure && row.verdict == verdict;
        self.figures.iter().filter(of)
    }

    /// Figures of no first table that are far from the baseline's and not proved to have moved, the
    /// farthest first.
    pub(crate) fn unproved(&self, margin: f64) -> Vec<&Row> {
        let far = |row: &&Row| row.change.ratio.is_some() && row.change.is_beyond(margin);
        let whole = |row: &&Row| !row.labels.contains_key("from");
        let mut rows: Vec<&Row> =
            self.moved(Verdict::CannotTell).filter(far).filter(whole).collect();
        rows.sort_by(|a, b| b.change.factor().total_cmp(&a.change.factor()));
        rows
    }

    /// `one run each`, or how many pairs or replications there are.
    pub(crate) fn runs(&self, baseline: &Party) -> String {
        match [baseline, &self.alternative].map(|party| party.seeds.len().max(1)) {
            [1, 1] => "one run each".to_owned(),
            [a, b] if a == b => format!("{a} runs each"),
            [a, b] => format!("{a} and {b} runs"),
        }
    }

    /// The lines of both topologies, with how they went in A and in the alternative.
    pub(crate) fn slo<'a>(&'a self, baseline: &'a Party) -> Vec<SloPair<'a>> {
        let of = |party: &'a Party, text: &str| party.slo.iter().find(|line| line.line == text);
        let a = baseline.slo.iter();
        let b = self.alternative.slo.iter().filter(|line| of(baseline, &line.line).is_none());
        let lines = a.chain(b).map(|line| line.line.as_str());
        let pair = |line| SloPair { line, a: of(baseline, line), b: of(&self.alternative, line) };
        lines.map(pair).collect()
    }
}

/// An SLO line, and how it went on either side that has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SloPair<'a> {
    /// The line as the topology writes it.
    pub(crate) line: &'a str,
    /// As it went in the baseline; `None` where the baseline lacks the line.
    pub(crate) a: Option<&'a Slo>,
    /// As it went in the alternative; `None` where it lacks the line.
    pub(crate) b: Option<&'a Slo>,
}

impl Report {
    /// Schema of this version.
    pub(crate) const SCHEMA: &str = "interwork/compare/1";

    /// The JSON document.
    ///
    /// # Errors
    /// If it has no form in JSON.
    pub(crate) fn json(&self) -> Result<String, json::NoJson> {
        json::text(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_shown_as_people_read_them() {
        let shown = [1.1, 0.5, 1.000_2, 12.345, 1.0, 1.000_000_1, 0.999_999_9].map(as_change);
        let expected =
            ["+10.0 %", "-50.0 %", "+0.020 %", "x 12.3", "0", "< +0.001 %", "> -0.001 %"];
        assert_eq!(shown, expected);
        assert_eq!([0.25, -0.002, 0.0].map(|v| value(v, "1/s")), ["0.25/s", "-0.0020/s", "0/s"]);
        assert_eq!((value(-0.15, "s"), value(3.0, "EUR")), ("-150 ms".into(), "3.00 EUR".into()));
    }

    #[test]
    fn what_was_zero_moves_by_a_difference() {
        let change = Change { alternative: 0.5, difference: 0.5, ..Change::default() };
        assert_eq!(moved(&change, "1/s"), "+0.50/s");
        assert_eq!(interval(&change, "1/s"), None);
        let known = Change { difference95: Some([-0.25, 1.25]), ..change };
        assert_eq!(interval(&known, "1/s").as_deref(), Some("-0.25/s to +1.25/s"));
    }
}
