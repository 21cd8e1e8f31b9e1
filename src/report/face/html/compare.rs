//! The page of `compare`: what moved, with paired intervals, and every figure behind it. All figures
//! are those of the JSON document.

use serde_json::{Value, json};

use super::markup::Html;
use super::shell::{Look, chart, folded, section, table};
use super::study::{Head, Section, page};
use crate::report::document::compare::{
    Comparison, Method, Outcome, Report, Row, Verdict, interval, moved, value,
};
use crate::report::document::numbers::percent;

/// Rows of the chart at most.
const MOST: usize = 40;

/// The page.
pub(crate) fn compare_page(report: &Report) -> String {
    let asked = report.comparisons.iter().any(|one| !one.fail_on.is_empty());
    let worse = |one: &Comparison| one.counts.get(Verdict::Worse.key()).copied().unwrap_or(0);
    let moved: usize = report.comparisons.iter().map(worse).sum();
    let (look, verdict) = match (asked, report.passed) {
        (true, true) => (Look::Passed, "no line of --fail-on fails".to_owned()),
        (true, false) => (Look::Failed, "a line of --fail-on fails".to_owned()),
        (false, _) if moved == 0 => (Look::Open, "no figure is worse for sure".to_owned()),
        (false, _) => (Look::Open, format!("{moved} figures are worse")),
    };
    let head = Head {
        kicker: "a comparison",
        title: &title(report),
        look,
        verdict: &verdict,
        sentences: sentences(report),
    };
    let mut sections: Vec<Section> = vec![("moved", "What moved", chart_of(report))];
    if asked {
        sections.push(("lines", "Lines", lines(report)));
    }
    sections.push(("figures", "All figures", figures(report)));
    page(&head, &sections, &json!({ "rows": rows(report) }))
}

/// What is compared, in a line.
fn title(report: &Report) -> String {
    let mut names = vec![report.baseline.topology.as_str()];
    for one in &report.comparisons {
        if !names.contains(&one.alternative.topology.as_str()) {
            names.push(&one.alternative.topology);
        }
    }
    names.join(" and ")
}

fn sentences(report: &Report) -> Vec<String> {
    let a = &report.baseline;
    let mut all = vec![format!("A is {}, {} of {}.", a.path, runs(a.seeds.len()), a.topology)];
    for one in &report.comparisons {
        let b = &one.alternative;
        let counts = one.counts.iter().filter(|(_, count)| **count > 0);
        let counts: Vec<String> =
            counts.map(|(key, n)| format!("{n} {}", key.replace('_', " "))).collect();
        let method = match one.method {
            Method::Paired => "pairs of replications with the same seeds",
            Method::Independent => "replications, as independent samples",
            Method::BatchMeans => "batch means of single runs",
        };
        let mut text = format!(
            "{} is {}, {} of {}: {}. Intervals rest on {method}.",
            b.letter,
            b.path,
            runs(b.seeds.len()),
            b.topology,
            counts.join(", ")
        );
        let lone = [("A", &one.only_in_baseline), (&*b.letter, &one.only_in_alternative)];
        for (letter, figures) in lone.into_iter().filter(|(_, figures)| !figures.is_empty()) {
            text.push_str(&format!(" {} figures stand in {letter} alone.", figures.len()));
        }
        for difference in &one.differences {
            text.push_str(&format!(" Mind: {difference}."));
        }
        all.push(text);
    }
    all.push(format!(
        "What moved did so with at most {} chance of any false finding (Holm); what is the same is \
         within {} for sure.",
        percent(report.level),
        percent(report.margin)
    ));
    all
}

fn runs(count: usize) -> String {
    if count == 1 { "one run".to_owned() } else { format!("{count} replications") }
}

/// What moved either way, and then what is open, as far as there is room: no verdict takes it all.
fn shown(report: &Report) -> impl Iterator<Item = (&Comparison, &Row)> {
    let room = [
        (Verdict::Worse, MOST / 2),
        (Verdict::Better, MOST / 4),
        (Verdict::Changed, MOST / 4),
        (Verdict::CannotTell, MOST / 4),
    ];
    room.into_iter().flat_map(move |(verdict, most)| of(report, verdict).take(most)).take(MOST)
}

/// The rows of a verdict that have a ratio, what matters most first.
fn of(report: &Report, verdict: Verdict) -> impl Iterator<Item = (&Comparison, &Row)> {
    let all =
        report.comparisons.iter().flat_map(|one| one.figures.iter().map(move |row| (one, row)));
    all.filter(move |(_, row)| row.verdict == verdict && row.change.ratio.is_some())
}

fn rows(report: &Report) -> Vec<Value> {
    let several = report.comparisons.len() > 1;
    let row = |(one, row): (&Comparison, &Row)| {
        let name = match several {
            true => format!("{}: {}", one.alternative.letter, row.figure()),
            false => row.figure(),
        };
        let ratio95 = row.change.ratio95;
        let unit = row.shown_unit();
        let words = format!(
            "{} against {}, {}",
            value(row.change.alternative, unit),
            value(row.change.baseline, unit),
            moved(&row.change, unit)
        );
        json!({
            "name": name,
            "value": row.change.ratio.map(|ratio| ratio - 1.0),
            "low": ratio95.map(|[low, _]| low - 1.0),
            "high": ratio95.map(|[_, high]| high - 1.0),
            "verdict": row.verdict.label(),
            "words": words,
        })
    };
    shown(report).map(row).collect()
}

fn chart_of(report: &Report) -> Html {
    let rest = report
        .comparisons
        .iter()
        .flat_map(|one| &one.figures)
        .filter(|row| row.verdict != Verdict::Same)
        .count()
        .saturating_sub(shown(report).count());
    let mut lead = "Change of each figure that moved, what matters most first, and then of those of \
                    which it is open whether they did; with its 95 % interval, where replications give \
                    one: more of them (--replications) decide more."
        .to_owned();
    if rest > 0 {
        lead.push_str(&format!(" {rest} more are in the table of all figures."));
    }
    section("moved", "What moved", &lead, chart("intervals", "Changes against A"))
}

fn lines(report: &Report) -> Html {
    let rows = report.comparisons.iter().flat_map(|one| {
        one.fail_on.iter().map(|line| {
            let how = match (line.failed, line.outcome) {
                (true, _) => "fails",
                (false, Outcome::CannotTell) => "cannot tell",
                (false, _) => "holds",
            };
            vec![line.line.clone(), one.alternative.letter.clone(), how.to_owned(), line.shown()]
        })
    });
    let head = ["line", "of", "", "observed"];
    section("lines", "Lines of --fail-on", "", table(&head, &rows.collect::<Vec<_>>()))
}

fn figures(report: &Report) -> Html {
    let mut content = Html::default();
    for one in &report.comparisons {
        let rows = one.figures.iter().map(|row| {
            let unit = row.shown_unit();
            vec![
                row.figure(),
                row.verdict.label().to_owned(),
                value(row.change.baseline, unit),
                value(row.change.alternative, unit),
                moved(&row.change, unit),
                interval(&row.change, unit).unwrap_or_else(|| "-".to_owned()),
            ]
        });
        let letter = &one.alternative.letter;
        let head = ["figure", "verdict", "A", letter, "change", "95 % interval"];
        let title = format!("All {} figures of {letter} against A", one.figures.len());
        content.add(folded(&title, table(&head, &rows.collect::<Vec<_>>())));
        let lone = [("A", &one.only_in_baseline), (&**letter, &one.only_in_alternative)];
        for (letter, figures) in lone.into_iter().filter(|(_, figures)| !figures.is_empty()) {
            let rows: Vec<Vec<String>> = figures.iter().map(|name| vec![name.clone()]).collect();
            let title = format!("{} figures that stand in {letter} alone", figures.len());
            content.add(folded(&title, table(&["figure"], &rows)));
        }
    }
    section("figures", "All figures", "", content)
}
