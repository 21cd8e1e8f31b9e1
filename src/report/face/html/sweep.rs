//! The page of a study: each figure over each axis, the heat map of two of them, and how the SLO lines
//! went at each point. Made as its tables end; all figures are those of `pooled.csv` and `slo.csv`.

use crate::measure::written;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::markup::{Html, paragraph};
use super::shell::{Look, chart, folded, section, table};
use super::study::{Head, Section, page};
use crate::domain::quantity;
use crate::report::document::numbers::{capital, count};
use crate::report::document::points::{Line, Points, Reading};

/// Points whose SLO lines are listed.
const LISTED: usize = 400;

/// The page of a study of this name.
pub(crate) fn sweep_page(
    name: &str,
    points: &Points,
    readings: &[Reading],
    lines: &[Line],
) -> String {
    let number = points.rows.len();
    let points_with = |of: fn(&&Line) -> bool| -> BTreeSet<u32> {
        lines.iter().filter(of).map(|line| line.point).collect()
    };
    let failing = points_with(|line| !line.passed && !line.undecided);
    let open = points_with(|line| line.undecided);
    let points_of = |count: usize| match count {
        1 => "1 point".to_owned(),
        count => format!("{count} points"),
    };
    let (look, verdict) = match (lines.is_empty(), failing.len()) {
        (true, _) => (Look::Open, "no SLO lines".to_owned()),
        (false, 0) if !open.is_empty() => (
            Look::Open,
            format!("an SLO line is not decided at {} of {number}", points_of(open.len())),
        ),
        (false, 0) => (Look::Passed, format!("every SLO line holds at all {}", points_of(number))),
        (false, failed) => {
            (Look::Failed, format!("an SLO line fails at {} of {number}", points_of(failed)))
        }
    };
    let doubts = doubts(points);
    let look = if look == Look::Passed && !doubts.is_empty() { Look::Open } else { look };
    let verdict = match doubts.len() {
        0 => verdict,
        doubtful => {
            format!("{verdict}, but {} measured a state that does not last", points_of(doubtful))
        }
    };
    let axes = axes(points);
    let named: Vec<String> = axes
        .iter()
        .map(|(name, values)| {
            let mut known: Vec<&str> = Vec::new();
            for value in values {
                if !known.contains(&value.as_str()) {
                    known.push(value);
                }
            }
            match known.len() {
                0..=6 => format!("{name} {}", known.join(", ")),
                many => format!("{name}, {many} values"),
            }
        })
        .collect();
    let sentences = vec![format!(
        "{} that differ in: {}.",
        capital(&points_of(number)),
        if named.is_empty() { "nothing".to_owned() } else { named.join("; ") }
    )];
    let head = Head { kicker: "a study", title: name, look, verdict: &verdict, sentences };
    let mut sections: Vec<Section> = vec![("figures", "Figures", figures(axes.len()))];
    if !doubts.is_empty() {
        sections.push(("doubts", "Points without a steady state", unsteady(&axes, &doubts)));
    }
    if !lines.is_empty() {
        sections.push(("slo", "SLO lines", slo(&axes, lines)));
    }
    page(&head, &sections, &data(&axes, readings, lines, number))
}

/// Points whose figures are of no state that lasts, and why.
fn doubts(points: &Points) -> Vec<(usize, String)> {
    let doubts = points.states.iter().enumerate();
    doubts.filter_map(|(point, state)| Some((point, state.doubt()?))).collect()
}

fn unsteady(axes: &[(String, Vec<String>)], doubts: &[(usize, String)]) -> Html {
    let row = |(point, why): &(usize, String)| {
        let values = axes.iter().map(|(_, values)| values[*point].clone());
        let mut cells: Vec<String> = std::iter::once(point.to_string()).chain(values).collect();
        cells.push(why.clone());
        cells
    };
    let rows: Vec<Vec<String>> = doubts.iter().take(LISTED).map(row).collect();
    let mut head = vec!["point"];
    head.extend(axes.iter().map(|(name, _)| name.as_str()));
    head.push("why");
    let lead = "What these points measured depends on when they began and on how long they went on. \
                All of them stand in points.csv.";
    section("doubts", "Points without a steady state", lead, table(&head, &rows))
}

/// What points differ in, with each point's value.
fn axes(points: &Points) -> Vec<(String, Vec<String>)> {
    let column = |place: usize| points.rows.iter().map(move |row| row.columns[place].clone());
    let parameter = |place: usize| points.rows.iter().map(move |row| row.parameters[place].clone());
    let topology = points.rows.iter().map(|row| row.topology.trim_end_matches(".yaml").to_owned());
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    for (place, name) in points.columns.iter().enumerate() {
        all.push((name.clone(), column(place).collect()));
    }
    for (place, name) in points.parameters.iter().enumerate() {
        all.push((name.clone(), parameter(place).collect()));
    }
    // Columns say what topologies differ in, where there are any.
    if points.columns.is_empty() {
        all.insert(0, ("topology".to_owned(), topology.collect()));
    }
    all.retain(|(_, values)| values.iter().any(|value| Some(value) != values.first()));
    all
}

fn data(
    axes: &[(String, Vec<String>)],
    readings: &[Reading],
    lines: &[Line],
    points: usize,
) -> Value {
    let axes = axes.iter().map(|(name, values)| {
        let (unit, numbers) = numbers(values).unzip();
        let unit = unit.unwrap_or("");
        json!({ "name": name, "unit": unit, "values": values, "numbers": numbers })
    });
    let axes: Vec<Value> = axes.collect();
    let mut figures: BTreeMap<(&str, &str), Vec<&Reading>> = BTreeMap::new();
    for reading in readings {
        figures.entry((&reading.metric, reading.statistic)).or_default().push(reading);
    }
    // What is zero everywhere shows nothing; latencies are what people ask for first.
    figures.retain(|_, readings| readings.iter().any(|reading| reading.value != 0.0));
    let mut figures: Vec<_> = figures.into_iter().collect();
    // First what people ask for, of that what all points have, then what differs most from point to point.
    figures.sort_by_cached_key(|((metric, statistic), readings)| {
        let few = readings.len() != points;
        let differs = std::cmp::Reverse((differs(readings) * 1e6) as u64);
        (rank(metric, statistic, lines), few, differs)
    });
    let figures = figures.into_iter().map(|((metric, statistic), readings)| {
        let mut values = vec![Value::Null; points];
        let (mut low, mut high) = (values.clone(), values.clone());
        let mut least = vec![false; points];
        for reading in &readings {
            let place = reading.point as usize;
            values[place] = cut(reading.value);
            least[place] = reading.at_least;
            if let Some([from, to]) = reading.interval {
                (low[place], high[place]) = (cut(from), cut(to));
            }
        }
        let name = format!("{metric} {statistic}");
        let unit = match written::is_share(&name) {
            true => "share",
            false => readings.first().map_or("", |reading| &reading.unit),
        };
        let mut figure =
            json!({ "name": name, "unit": unit, "values": values, "low": low, "high": high });
        if least.contains(&true) {
            figure["least"] = json!(least);
        }
        figure
    });
    json!({ "axes": axes, "figures": figures.collect::<Vec<_>>() })
}

/// What SLO lines speak of comes first, then what tells most of a federation.
fn rank(metric: &str, statistic: &str, lines: &[Line]) -> u32 {
    let figure = format!("{metric} {statistic} ");
    let name = metric.split('{').next().unwrap_or(metric);
    match (name, statistic) {
        _ if lines.iter().any(|line| line.line.starts_with(&figure)) => 0,
        ("message_latency", "p95") | ("messages_undelivered", "share") => 1,
        ("sms_latency" | "presence_latency", "p95") | ("station_utilisation", "mean") => 2,
        _ => 3,
    }
}

/// The unit and the numbers of values that are numbers with one unit.
fn numbers(values: &[String]) -> Option<(&str, Vec<f64>)> {
    let all: Vec<(f64, &str)> =
        values.iter().map(|value| quantity::split(value)).collect::<Option<_>>()?;
    let (_, unit) = *all.first()?;
    let one =
        all.iter().all(|(_, own)| *own == unit) && !unit.contains(|c: char| c.is_ascii_digit());
    one.then(|| (unit, all.iter().map(|(number, _)| *number).collect()))
}

/// How far a figure's values lie apart, measured by their intervals; without any by the values.
fn differs(readings: &[&Reading]) -> f64 {
    let values = || readings.iter().map(|reading| reading.value);
    let span = values().fold(f64::MIN, f64::max) - values().fold(f64::MAX, f64::min);
    let widths = readings.iter().filter_map(|reading| reading.interval);
    let widths: Vec<f64> = widths.map(|[low, high]| high - low).collect();
    let width = widths.iter().sum::<f64>() / widths.len().max(1) as f64;
    let mean = values().sum::<f64>().abs() / readings.len().max(1) as f64;
    // What hardly has an interval would always come first.
    span / width.max(mean * 0.05).max(f64::MIN_POSITIVE)
}

/// Seven digits, as everywhere in pages.
fn cut(value: f64) -> Value {
    let text = format!("{value:.6e}");
    text.parse::<f64>().map_or(Value::Null, |value| json!(value))
}

fn figures(axes: usize) -> Html {
    let mut content = chart("sweep", "A figure over an axis");
    if axes > 1 {
        content.add(chart("heat", "A figure over two axes"));
    }
    let lead = "Choose the figure and the axis. Strokes are 95 % intervals, where replications give \
                them; all figures stand in pooled.csv.";
    section("figures", "Figures", lead, content)
}

fn slo(axes: &[(String, Vec<String>)], lines: &[Line]) -> Html {
    let row = |line: &Line| {
        let place = line.point as usize;
        let mut cells = vec![line.point.to_string()];
        cells.extend(axes.iter().map(|(_, values)| values[place].clone()));
        let how = match (line.passed, line.undecided) {
            (true, _) => "holds",
            (false, true) => "not decided",
            (false, false) => "fails",
        };
        let (held, of) = line.held;
        cells.extend([line.line.clone(), line.observed.clone(), how.to_owned()]);
        cells.push(format!("{held} of {of}"));
        cells
    };
    let mut head = vec!["point"];
    head.extend(axes.iter().map(|(name, _)| name.as_str()));
    head.extend(["line", "observed", "", "held in"]);
    let failing: Vec<Vec<String>> =
        lines.iter().filter(|line| !line.passed).take(LISTED).map(row).collect();
    let all: Vec<Vec<String>> = lines.iter().take(LISTED).map(row).collect();
    let mut content = match failing.as_slice() {
        [] => paragraph("Every line holds at every point."),
        failing => table(&head, failing),
    };
    content.add(folded("All lines at all points", table(&head, &all)));
    let lead = match lines.len() > LISTED {
        true => {
            format!("The first {LISTED} of {} rows; slo.csv has all.", count(lines.len() as u64))
        }
        false => String::new(),
    };
    section("slo", "SLO lines", &lead, content)
}
