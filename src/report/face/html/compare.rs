//! The page of `compare`: what moved, with paired intervals, and every figure behind it. All figures
//! are those of the JSON document.

use serde_json::{Value, json};

use super::markup::Html;
use super::shell::{Look, chart, folded, section, table};
use super::study::{Head, Section, page};
use crate::measure::results::Slo;
use crate::report::document::compare::{
    Comparison, Method, Outcome, Report, Row, SloPair, Verdict, interval, moved,
};
use crate::report::document::numbers::{percent, plural};

/// Rows of the chart at most.
const MOST: usize = 40;

/// The whole page of a comparison, with its charts, as one HTML document.
pub(crate) fn compare_page(report: &Report) -> String {
    let asked = report.comparisons.iter().any(|one| !one.fail_on.is_empty());
    let worse = |one: &Comparison| one.counts.get(Verdict::Worse.key()).copied().unwrap_or(0);
    let moved: usize = report.comparisons.iter().map(worse).sum();
    let missed: Vec<String> =
        report.comparisons.iter().filter_map(|one| missed(one, report)).collect();
    let (look, verdict) = match (asked, report.passed) {
        _ if !missed.is_empty() && (!asked || report.passed) => (Look::Failed, missed.join("; ")),
        (true, true) => (Look::Passed, "no line of --fail-on fails".to_owned()),
        (true, false) => (Look::Failed, "a line of --fail-on fails".to_owned()),
        (false, _) if moved == 0 => (Look::Open, "no figure is proved worse".to_owned()),
        (false, _) => {
            (Look::Open, format!("{} worse", plural(moved as u64, "figure is", "figures are")))
        }
    };
    let head = Head {
        kicker: "a comparison",
        title: &title(report),
        look,
        verdict: &verdict,
        sentences: sentences(report),
    };
    let mut sections: Vec<Section> = Vec::new();
    if asked {
        sections.push(("lines", "Lines", lines(report)));
    }
    sections.extend(slo(report).map(|lines| ("slo", "SLO lines", lines)));
    sections.push(("moved", "What moved", chart_of(report)));
    sections.push(("figures", "All figures", figures(report)));
    page(&head, &sections, &json!({ "rows": rows(report) }))
}

/// `B misses 2 SLO lines that A holds`.
fn missed(one: &Comparison, report: &Report) -> Option<String> {
    let lines = one.slo(&report.baseline);
    let held = |line: Option<&Slo>| line.is_some_and(|line| line.passed);
    let fails = |line: Option<&Slo>| line.is_some_and(|line| !line.passed && !line.undecided);
    let count = lines.iter().filter(|line| held(line.a) && fails(line.b)).count();
    let lines = plural(count as u64, "SLO line", "SLO lines");
    (count > 0).then(|| format!("{} misses {lines} that A holds", one.alternative.letter))
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

/// Headline figures that differ, then what moved either way, and then the largest moves that are not
/// proved: no verdict takes all the room.
fn shown(report: &Report) -> Vec<(&Comparison, &Row)> {
    let room =
        [(Verdict::Worse, MOST / 2), (Verdict::Better, MOST / 4), (Verdict::Changed, MOST / 4)];
    let of = |one| {
        let comparison: &Comparison = one;
        let differs = |row: &&Row| row.change.difference != 0.0;
        let mut rows: Vec<&Row> = comparison.headline().filter(differs).take(MOST / 2).collect();
        for (verdict, most) in room {
            rows.extend(comparison.moved(verdict).take(most));
        }
        rows.extend(comparison.unproved(report.margin).into_iter().take(MOST / 4));
        rows.retain(|row| row.change.ratio.is_some_and(|ratio| ratio > 0.0));
        rows.truncate(MOST);
        rows.into_iter().map(move |row| (comparison, row))
    };
    report.comparisons.iter().flat_map(of).collect()
}

fn rows(report: &Report) -> Vec<Value> {
    let several = report.comparisons.len() > 1;
    let row = |(one, row): (&Comparison, &Row)| {
        let name = match several {
            true => format!("{}: {}", one.alternative.letter, row.figure()),
            false => row.figure(),
        };
        let ratio95 = row.change.ratio95.filter(|[low, _]| *low > 0.0);
        let unit = row.shown_unit();
        let [a, b] = row.change.values(unit);
        json!({
            "name": name,
            "value": row.change.ratio,
            "low": ratio95.map(|[low, _]| low),
            "high": ratio95.map(|[_, high]| high),
            "verdict": row.verdict.label(),
            "moved": moved(&row.change, unit),
            "interval": interval(&row.change, unit),
            "words": format!("{b} against {a}, {}", moved(&row.change, unit)),
        })
    };
    shown(report).into_iter().map(row).collect()
}

/// The lines of the topologies' own, and how they went.
fn slo(report: &Report) -> Option<Html> {
    let shown = |line: Option<&Slo>| match line {
        None => "-".to_owned(),
        Some(line) => {
            let how = match (line.passed, line.undecided) {
                (true, _) => "holds",
                (false, true) => "undecided",
                (false, false) => "fails",
            };
            format!("{how}, {}", line.shown())
        }
    };
    let row = |one: &Comparison, line: SloPair<'_>| {
        let letter = one.alternative.letter.clone();
        vec![line.line.to_owned(), shown(line.a), letter, shown(line.b)]
    };
    let rows: Vec<Vec<String>> = report
        .comparisons
        .iter()
        .flat_map(|one| one.slo(&report.baseline).into_iter().map(|line| row(one, line)))
        .collect();
    let head = ["line", "in A", "against", "there"];
    (!rows.is_empty()).then(|| section("slo", "SLO lines", "", table(&head, &rows)))
}

fn chart_of(report: &Report) -> Html {
    let mut lead = "Each figure against A, by what factor: what SLO lines and most people ask for first, \
                    then all that moved, then the largest moves that may be chance. Strokes are 95 % \
                    intervals, where replications give one."
        .to_owned();
    for one in &report.comparisons {
        if let Some(command) = &one.would_tell {
            let runs = one.runs(&report.baseline);
            lead.push_str(&format!(" Not all is proved ({runs}): {command} would tell more."));
        }
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
            let [a, b] = row.change.values(unit);
            vec![
                row.figure(),
                row.verdict.label().to_owned(),
                a,
                b,
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
