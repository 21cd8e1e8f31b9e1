//! Pictures of a study: each metric's statistic over each axis that has numbers, a line for each
//! combination of everything else, intervals as bars. Called as the tables of a study end.

use std::collections::{BTreeMap, BTreeSet};

use plotters::prelude::*;

use crate::domain::quantity;
use crate::report::document::points::{PointRow, Points, Reading};
use crate::report::face::plots::{COLOURS, Picture, font, picture, swatch};

/// Lines in one picture at most; more cannot be told apart.
const MOST_LINES: usize = 16;

/// Something that points have numbers of.
struct Axis {
    name: String,
    unit: String,
    /// By point, where it is a number.
    numbers: Vec<Option<f64>>,
    /// Everything else of the point, in words: points with the same make a line.
    others: Vec<String>,
}

/// One point of a line.
#[derive(Clone, Copy, Debug)]
struct Dot {
    at: f64,
    value: f64,
    interval: Option<[f64; 2]>,
    /// A lower bound.
    at_least: bool,
}

/// Draws all pictures: name and SVG. What is zero everywhere is left out.
pub(crate) fn draw(points: &Points, readings: &[Reading]) -> Vec<(String, Picture)> {
    let mut figures: BTreeMap<(&str, &str), Vec<&Reading>> = BTreeMap::new();
    for reading in readings {
        figures.entry((&reading.metric, reading.statistic)).or_default().push(reading);
    }
    figures.retain(|_, readings| readings.iter().any(|reading| reading.value != 0.0));
    let mut pictures: Vec<(String, Picture)> = Vec::new();
    let mut names = BTreeSet::new();
    for axis in axes(points) {
        for ((metric, statistic), readings) in &figures {
            let Some(svg) = over(&axis, metric, statistic, readings) else { continue };
            let name = file_name(&format!("{metric}-{statistic}-over-{}", axis.name));
            let more = (2..).map(|n| format!("{name}-{n}"));
            let free = std::iter::once(name.clone()).chain(more).find(|name| !names.contains(name));
            if let Some(name) = free {
                names.insert(name.clone());
                pictures.push((name, svg));
            }
        }
    }
    pictures
}

/// Letters, digits and dashes.
fn file_name(text: &str) -> String {
    let mut name = String::new();
    for c in text.chars().take(150) {
        match c {
            c if c.is_ascii_alphanumeric() || matches!(c, '_' | '.') => name.push(c),
            _ if name.ends_with('-') => {}
            _ => name.push('-'),
        }
    }
    name
}

/// Parameters and columns that have at least two numbers with one unit.
fn axes(points: &Points) -> Vec<Axis> {
    let (columns, parameters) = (points.columns.len(), points.parameters.len());
    let of_column = |place: usize| {
        axis(
            points,
            &points.columns[place],
            |row| &row.columns[place],
            |row| {
                // Topologies differ in what the axis says; the rest of what they are is in other columns.
                words(&points.columns, &row.columns, Some(place), String::new())
                    + &words(&points.parameters, &row.parameters, None, String::new())
            },
        )
    };
    let of_parameter = |place: usize| {
        axis(
            points,
            &points.parameters[place],
            |row| &row.parameters[place],
            |row| {
                let topology = match points.rows.iter().all(|other| other.topology == row.topology)
                {
                    true => String::new(),
                    false => format!("{}, ", row.topology.trim_end_matches(".yaml")),
                };
                words(&points.parameters, &row.parameters, Some(place), topology)
            },
        )
    };
    let parameters = (0..parameters).filter_map(of_parameter);
    parameters.chain((0..columns).filter_map(of_column)).collect()
}

/// `name=value, …` of all but one; of a path the last two keys, which people know it by.
fn words(names: &[String], values: &[String], but: Option<usize>, first: String) -> String {
    let pairs = names.iter().zip(values).enumerate().filter(|(place, _)| Some(*place) != but);
    pairs.fold(first, |text, (_, (name, value))| {
        let from = name.rmatch_indices('.').nth(1).map_or(0, |(at, _)| at + 1);
        text + &name[from..] + " " + value + ", "
    })
}

fn axis<'p>(
    points: &'p Points,
    name: &str,
    value: impl Fn(&'p PointRow) -> &'p str,
    others: impl Fn(&'p PointRow) -> String,
) -> Option<Axis> {
    let numbers: Vec<Option<(f64, &str)>> =
        points.rows.iter().map(|row| quantity::split(value(row))).collect();
    let unit = numbers.iter().flatten().next()?.1;
    let numbers: Vec<Option<f64>> =
        numbers.into_iter().map(|n| n.filter(|(_, own)| *own == unit).map(|(n, _)| n)).collect();
    let first = numbers.iter().flatten().next()?;
    if !numbers.iter().flatten().any(|number| number != first) {
        return None;
    }
    let others = points.rows.iter().map(|row| others(row).trim_end_matches(", ").to_owned());
    Some(Axis { name: name.to_owned(), unit: unit.to_owned(), numbers, others: others.collect() })
}

/// Lines by what else holds; where nothing else is ever equal, all dots without a line.
fn lines<'a>(axis: &'a Axis, readings: &[&Reading]) -> Vec<(&'a str, Vec<Dot>)> {
    let mut lines: Vec<(&str, Vec<Dot>)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for reading in readings {
        let point = reading.point as usize;
        let Some(Some(x)) = axis.numbers.get(point) else { continue };
        let others = axis.others[point].as_str();
        let place = *places.entry(others).or_insert_with(|| {
            lines.push((others, Vec::new()));
            lines.len() - 1
        });
        let Reading { value, interval, at_least, .. } = **reading;
        lines[place].1.push(Dot { at: *x, value, interval, at_least });
    }
    let long = |(_, dots): &(&str, Vec<Dot>)| dots.iter().any(|dot| dot.at != dots[0].at);
    if lines.iter().any(long) {
        // A single dot belongs to another axis.
        lines.retain(long);
        lines.iter_mut().for_each(|(_, dots)| dots.sort_by(|a, b| a.at.total_cmp(&b.at)));
        return lines;
    }
    let dots = lines.into_iter().flat_map(|(_, dots)| dots).collect();
    vec![("", dots)]
}

fn over(axis: &Axis, metric: &str, statistic: &str, readings: &[&Reading]) -> Option<Picture> {
    let mut lines = lines(axis, readings);
    let all = lines.len();
    lines.truncate(MOST_LINES);
    let unit = readings.first().map_or("", |reading| reading.unit.as_str());
    let dots = || lines.iter().flat_map(|(_, dots)| dots);
    let xs = dots().map(|dot| dot.at);
    let (left, right) = (xs.clone().reduce(f64::min)?, xs.reduce(f64::max)?);
    let highest = dots().map(|dot| dot.interval.map_or(dot.value, |[_, high]| high.max(dot.value)));
    let highest = highest.reduce(f64::max)?;
    if left >= right || highest <= 0.0 {
        return None;
    }
    let (scale, shown_unit) = readable(highest, unit);
    let scattered = matches!(lines.as_slice(), [("", dots)] if dots.len() > 1 && all == 1
        && axis.others.first().is_some_and(|other| !other.is_empty()));
    let named = lines.iter().any(|(name, _)| !name.is_empty());
    // Room for the legend above the lines.
    let top = highest * scale * if named { 1.15 + 0.05 * lines.len() as f64 } else { 1.08 };
    let margin = (right - left) * 0.03;
    let bounds = if dots().any(|dot| dot.at_least) { ", triangles: at least" } else { "" };
    let title = match all > MOST_LINES {
        true => format!("{metric} {statistic} ({MOST_LINES} of {all} lines)"),
        false => format!("{metric} {statistic}"),
    } + bounds;
    let with_unit = |name: &str, unit: &str| match unit {
        "" | "1" => name.to_owned(),
        unit => format!("{name}, {unit}"),
    };
    Some(picture(|area| {
        let mut chart = ChartBuilder::on(area)
            .caption(title, font(20))
            .margin(16)
            .x_label_area_size(46)
            .y_label_area_size(64)
            .build_cartesian_2d(left - margin..right + margin, 0.0..top)?;
        chart
            .configure_mesh()
            .light_line_style(WHITE)
            .x_desc(with_unit(&axis.name, &axis.unit))
            .y_desc(with_unit(statistic, shown_unit))
            .x_label_formatter(&|value| bare(short(*value, right)))
            .y_label_formatter(&|value| short(*value, top))
            .label_style(font(14))
            .draw()?;
        for (place, (name, dots)) in lines.iter().enumerate() {
            let colour = COLOURS[place % COLOURS.len()];
            let at = |dot: &Dot| (dot.at, dot.value * scale);
            if !scattered {
                let line = LineSeries::new(dots.iter().map(at), colour.stroke_width(2));
                let line = chart.draw_series(line)?;
                if !name.is_empty() {
                    line.label(*name).legend(move |(x, y)| swatch(x, y, colour));
                }
            }
            let known = dots.iter().filter(|dot| !dot.at_least);
            chart.draw_series(known.map(|dot| Circle::new(at(dot), 3, colour.filled())))?;
            let least = dots.iter().filter(|dot| dot.at_least);
            let triangle = |dot| TriangleMarker::new(at(dot), 6, colour.filled());
            chart.draw_series(least.map(triangle))?;
            let bars = dots.iter().filter_map(|dot| dot.interval.map(|ends| (dot.at, ends)));
            let cap = margin * 0.15;
            chart.draw_series(bars.flat_map(|(x, [low, high])| {
                let (low, high) = (low.max(0.0) * scale, high * scale);
                let line = move |from, to| PathElement::new(vec![from, to], colour);
                [
                    line((x, low), (x, high)),
                    line((x - cap, low), (x + cap, low)),
                    line((x - cap, high), (x + cap, high)),
                ]
            }))?;
        }
        if named {
            chart
                .configure_series_labels()
                .position(SeriesLabelPosition::UpperRight)
                .background_style(WHITE.mix(0.85))
                .border_style(RGBColor(160, 160, 160))
                .label_font(font(14))
                .draw()?;
        }
        Ok(())
    }))
}

/// Seconds in the unit that reads best, with how many of it make the base unit.
fn readable(highest: f64, unit: &str) -> (f64, &str) {
    match unit {
        "s" if highest < 0.001 => (1e6, "us"),
        "s" if highest < 1.0 => (1e3, "ms"),
        unit => (1.0, unit),
    }
}

/// Without a fraction of nothing: partners are 3, not 3.00.
fn bare(text: String) -> String {
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// A number on an axis that reaches so far.
fn short(value: f64, reach: f64) -> String {
    match reach {
        r if r < 0.01 => format!("{value:.5}"),
        r if r < 1.0 => format!("{value:.3}"),
        r if r < 20.0 => format!("{value:.2}"),
        r if r < 100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::catalogue::Kind;
    use crate::measure::results::Metric;

    fn points(rows: &[(&str, &str, &str)]) -> Points {
        let row = |(topology, size, load): &(&str, &str, &str)| PointRow {
            topology: (*topology).to_owned(),
            columns: vec![(*size).to_owned()],
            parameters: vec![(*load).to_owned()],
        };
        let (columns, parameters) = (vec!["size".to_owned()], vec!["workload.load".to_owned()]);
        Points { columns, parameters, rows: rows.iter().map(row).collect(), states: Vec::new() }
    }

    fn readings(count: u32) -> Vec<Reading> {
        let metric = |n: u32| {
            let labels = [("route".into(), "hub".to_owned())].into();
            let interval = [0.5, f64::from(n) + 2.0];
            Metric {
                interval95: [("rate".into(), interval)].into(),
                ..Metric::new("messages_offered", labels, Kind::Counter, "1".to_owned())
                    .counted(1, f64::from(n) + 1.0)
            }
        };
        (0..count).flat_map(|n| Reading::of(n, &metric(n))).collect()
    }

    #[test]
    fn every_axis_with_numbers_has_a_picture_with_a_line_for_all_else() {
        let study = points(&[
            ("a.yaml", "4", "1"),
            ("a.yaml", "4", "2"),
            ("b.yaml", "8", "1"),
            ("b.yaml", "8", "2"),
        ]);
        let pictures = draw(&study, &readings(4));
        let names: Vec<&str> = pictures.iter().map(|(name, _)| name.as_str()).collect();
        let start = "messages_offered-route-hub-rate-over";
        assert_eq!(names, [format!("{start}-workload.load"), format!("{start}-size")]);
        assert!(pictures[0].1.as_ref().is_ok_and(|svg| svg.contains("hub")));
        assert!(
            pictures[1].1.as_ref().is_ok_and(|svg| svg.contains("workload.load 2")),
            "a line for each load"
        );
    }

    #[test]
    fn what_has_no_numbers_or_is_zero_is_not_drawn() {
        let study = points(&[("a.yaml", "small", "1"), ("a.yaml", "large", "1")]);
        assert!(draw(&study, &readings(2)).is_empty());
        let study = points(&[("a.yaml", "s", "1ms"), ("a.yaml", "l", "2s")]);
        assert!(draw(&study, &readings(2)).is_empty(), "two units make no axis");
        assert!(draw(&points(&[]), &[]).is_empty());
    }
}
