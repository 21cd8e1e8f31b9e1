//! Pictures of a run as SVG: latency distribution per route, messages over time, utilisation of
//! the busiest stations over time.

use std::collections::BTreeMap;
use std::ops::Range;

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use crate::domain::outcome::Route;
use crate::measure::counts::Counts;
use crate::measure::results::{Results, SeriesRow};

/// Okabe and Ito's colours, told apart with every kind of sight.
pub(crate) const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
    RGBColor(0, 0, 0),
    RGBColor(120, 120, 120),
];
const SIZE: (u32, u32) = (900, 500);

const LATENCY: &str = "plots/latency.svg";
const MESSAGES: &str = "plots/messages.svg";
const STATIONS: &str = "plots/stations.svg";

/// Every picture there may be, as paths in a result folder.
pub(crate) const NAMES: [&str; 3] = [LATENCY, MESSAGES, STATIONS];

/// A named curve.
pub(crate) type Curve = (String, Vec<(f64, f64)>);
/// A picture as SVG, or why it could not be drawn.
pub(crate) type Picture = Result<String, String>;
type Drawn = Result<(), Box<dyn std::error::Error>>;

/// Draws all pictures: path and SVG. One that has nothing to show is left out.
pub(crate) fn draw(results: &Results) -> Vec<(&'static str, Picture)> {
    let mut pictures = Vec::new();
    let mut add = |name, drawn: Option<Picture>| pictures.extend(drawn.map(|svg| (name, svg)));
    add(LATENCY, latency(results));
    add(MESSAGES, messages(&results.series));
    add(STATIONS, stations(&results.series));
    pictures
}

/// Draws a picture.
///
/// # Errors
/// What the drawing says.
pub(crate) fn picture(draw: impl FnOnce(&DrawingArea<SVGBackend<'_>, Shift>) -> Drawn) -> Picture {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE).map_err(|error| error.to_string())?;
        draw(&area).map_err(|error| error.to_string())?;
        area.present().map_err(|error| error.to_string())?;
    }
    svg.push('\n');
    Ok(svg)
}

/// Share of messages delivered within a time, by route; time on a logarithmic axis.
fn latency(results: &Results) -> Option<Picture> {
    let mut routes: BTreeMap<Route, Counts> = BTreeMap::new();
    for tagged in results.histograms.iter().filter(|t| t.tag.starts_with("message_latency;")) {
        let label = tagged.tag.split(';').find_map(|pair| pair.strip_prefix("route="));
        // One without a route is of no curve, and takes none of the others away.
        let Some(route) = label.and_then(Route::named) else { continue };
        routes.entry(route).or_default().merge(&tagged.counts);
    }
    let curves: Vec<Curve> = routes
        .iter()
        .map(|(route, counts)| {
            let shares: Vec<f64> = (0..=400).map(|step| f64::from(step) / 400.0).collect();
            let times = counts.quantiles(&shares).into_iter().map(|us| us.max(1) as f64 / 1e6);
            let points = times.zip(shares.iter().map(|share| share * 100.0));
            (format!("{route} ({})", counts.total()), points.collect())
        })
        .collect();
    within(&curves)
}

/// Share of messages delivered within a time, curve by curve; time on a logarithmic axis.
pub(crate) fn within(curves: &[Curve]) -> Option<Picture> {
    let (min, max) = bounds(curves.iter().flat_map(|(_, points)| points.iter().map(|p| p.0)))?;
    Some(picture(|area| {
        let x = (min * 0.8..(max * 1.25).max(min * 2.0)).log_scale();
        let mut chart = ChartBuilder::on(area)
            .caption("Latency by route: share of delivered messages within a time", font(20))
            .margin(16)
            .x_label_area_size(46)
            .y_label_area_size(64)
            .build_cartesian_2d(x, 0.0..100.0)?;
        chart
            .configure_mesh()
            .light_line_style(WHITE)
            .x_desc("from the intent to the device (logarithmic)")
            .y_desc("delivered, %")
            .x_label_formatter(&|value| crate::report::document::numbers::seconds(Some(*value)))
            .y_label_formatter(&|value| format!("{value:.0}"))
            .label_style(font(14))
            .draw()?;
        draw_curves(&mut chart, curves, SeriesLabelPosition::LowerRight)
    }))
}

/// Messages a second over the measured time.
fn messages(series: &[SeriesRow]) -> Option<Picture> {
    let mut curves: Vec<Curve> = Vec::new();
    for (metric, name) in [
        ("messages_offered", "offered"),
        ("messages_delivered", "delivered"),
        ("messages_refused", "refused"),
        ("messages_lost", "lost"),
    ] {
        let mut sums: BTreeMap<u64, f64> = BTreeMap::new();
        for row in series.iter().filter(|row| row.metric == metric && row.statistic == "rate") {
            *sums.entry((row.time_s * 1e3) as u64).or_default() += row.value;
        }
        if !sums.is_empty() {
            let points = sums.into_iter().map(|(ms, rate)| (ms as f64 / 1e3, rate));
            curves.push((name.to_owned(), points.collect()));
        }
    }
    over_time("Messages over time", "messages a second", &curves, None)
}

/// Utilisation of the busiest stations over the measured time.
fn stations(series: &[SeriesRow]) -> Option<Picture> {
    let mut stations: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    for row in series.iter().filter(|row| row.metric == "station_utilisation") {
        let name = row.labels.strip_prefix("station=").unwrap_or(&row.labels);
        stations.entry(name).or_default().push((row.time_s, row.value * 100.0));
    }
    let mut curves: Vec<Curve> =
        stations.into_iter().map(|(name, points)| (name.to_owned(), points)).collect();
    let mean = |(_, points): &Curve| points.iter().map(|p| p.1).sum::<f64>();
    curves.sort_by(|a, b| mean(b).total_cmp(&mean(a)));
    curves.truncate(6);
    over_time("Utilisation of the busiest stations", "servers busy, %", &curves, Some(100.0))
}

pub(crate) fn over_time(
    title: &str,
    unit: &str,
    curves: &[Curve],
    top: Option<f64>,
) -> Option<Picture> {
    let points = || curves.iter().flat_map(|(_, points)| points);
    let (start, end) = bounds(points().map(|p| p.0))?;
    let (_, highest) = bounds(points().map(|p| p.1))?;
    // Room for the legend above the curves.
    let highest = top.unwrap_or(highest * 1.35).max(1e-9);
    Some(picture(|area| {
        let x: Range<f64> = start..end.max(start + 1.0);
        let mut chart = ChartBuilder::on(area)
            .caption(title, font(20))
            .margin(16)
            .x_label_area_size(46)
            .y_label_area_size(64)
            .build_cartesian_2d(x, 0.0..highest * 1.02)?;
        chart
            .configure_mesh()
            .light_line_style(WHITE)
            .x_desc("measured time, s")
            .y_desc(unit)
            .x_label_formatter(&|value| format!("{value:.0}"))
            .y_label_formatter(&|value| crate::report::document::numbers::three(*value))
            .label_style(font(14))
            .draw()?;
        draw_curves(&mut chart, curves, SeriesLabelPosition::UpperRight)
    }))
}

/// Draws curves in colours of their own, and the legend.
fn draw_curves<'a, 's: 'a, X: Ranged<ValueType = f64>>(
    chart: &mut ChartContext<'a, SVGBackend<'s>, Cartesian2d<X, RangedCoordf64>>,
    curves: &[Curve],
    legend: SeriesLabelPosition,
) -> Drawn {
    for (place, (name, points)) in curves.iter().enumerate() {
        let colour = COLOURS[place % COLOURS.len()];
        chart
            .draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)))?
            .label(name)
            .legend(move |(x, y)| swatch(x, y, colour));
    }
    chart
        .configure_series_labels()
        .position(legend)
        .background_style(WHITE.mix(0.85))
        .border_style(RGBColor(160, 160, 160))
        .label_font(font(14))
        .draw()?;
    Ok(())
}

pub(crate) fn swatch(x: i32, y: i32, colour: RGBColor) -> PathElement<(i32, i32)> {
    PathElement::new(vec![(x, y), (x + 18, y)], colour.stroke_width(3))
}

pub(crate) fn font(size: i32) -> (&'static str, i32) {
    ("sans-serif", size)
}

/// Smallest and largest; `None` without values.
fn bounds(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |seen, value| match seen {
        None => Some((value, value)),
        Some((low, high)) => Some((value.min(low), value.max(high))),
    })
}
