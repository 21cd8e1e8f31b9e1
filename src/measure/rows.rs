//! Sums out of the rows of a summary, for result folders that have no exact ones (`saved`): counts are
//! exact, percentiles those of the histograms, means and levels within rounding. Called by `study`.

use std::sync::Arc;

use super::Setup;
use super::catalogue::{self, Kind, Label};
use super::figures::Figures;
use super::histogram::Recorded;
use super::key::{ANY, Key};
use super::labels::{self, scale};
use super::measured::{Gauge, Measured};
use super::results::{Metric, TaggedHistogram};

/// What so many runs with this setup measured, as far as their rows say it. Rows that are rolled up,
/// of no metric or operator that the setup knows, or without their histogram, are left out.
pub(crate) fn measured(
    setup: &Arc<Setup>,
    rows: &[Metric],
    histograms: &[TaggedHistogram],
    runs: u32,
) -> Measured {
    // A rate tells the time best: a run may have ended early.
    let time = |row: &Metric| Some(row.count.filter(|n| *n > 0)? as f64 / row.rate?);
    let planned = setup.window.end.since(setup.window.start).as_secs_f64() * f64::from(runs);
    let seconds = rows.iter().find_map(time).unwrap_or(planned);
    let mut measured = Measured::of_figures(Arc::clone(setup), Figures::default(), seconds);
    measured.runs = runs;
    for row in rows {
        let Some(key) = key(setup, row) else { continue };
        match key.metric().info().kind {
            Kind::Counter => {
                let count = row.count.unwrap_or(0) as i64;
                measured.whole.counters.insert(key, count);
            }
            Kind::Gauge => {
                let (mean, max) = (row.mean.unwrap_or(0.0), row.max.unwrap_or(0.0));
                let integral = mean * measured.parts(key);
                measured.gauges.insert(key, Gauge { integral, max });
            }
            Kind::Histogram => {
                let tag = format!("{};{}", row.name, row.joined()).replace([',', ' '], "_");
                let counts = histograms.iter().find(|one| one.tag == tag);
                let open = censored(rows, row);
                if let Some(recorded) = counts.and_then(|one| recorded(row, open, one)) {
                    measured.whole.histograms.insert(key, Box::new(recorded));
                }
            }
        }
    }
    measured
}

/// The key of a row that is added up over no operators.
fn key(setup: &Setup, row: &Metric) -> Option<Key> {
    let metric = catalogue::Metric::named(&row.name)?;
    let place = |label: &Label| match row.labels.get(label.name()) {
        None if matches!(label, Label::From | Label::To) => None,
        None => Some(ANY),
        Some(value) => (0..)
            .map_while(|place| Some((place, labels::word(setup, *label, place)?)))
            .find(|(_, word)| word == value)
            .map(|(place, _)| place),
    };
    let places: Option<Vec<u32>> = metric.info().labels.iter().map(place).collect();
    Some(Key::new(metric, &places?))
}

/// The row of those that had not come to their end, where they have a share in this one's figures.
fn censored<'a>(rows: &'a [Metric], row: &Metric) -> Option<&'a Metric> {
    let name = catalogue::Metric::named(&row.name)?.censored()?.name();
    rows.iter().find(|other| other.name == name && other.labels == row.labels)
}

/// A distribution with the sums that its figures came from.
fn recorded(row: &Metric, open: Option<&Metric>, histogram: &TaggedHistogram) -> Option<Recorded> {
    let unit = scale(catalogue::Metric::named(&row.name)?.info());
    let samples = row.count.filter(|samples| *samples > 0)? as f64;
    let mut mean = row.mean?;
    let mut max = row.max?;
    if let Some(open) = open {
        let (others, theirs) = (open.count? as f64, open.mean?);
        if row.is_least("mean") {
            mean = (mean * (samples + others) - theirs * others) / samples;
        }
        if open.max? >= max {
            // The longest of those that had is known as well as its cell is wide.
            max = histogram.counts.quantile(1.0) as f64 * 1e3 / unit;
        }
    }
    let (mean, spread) = (mean * unit, row.stddev? * unit);
    let (sum, squares) = (mean * samples, (spread * spread + mean * mean) * samples);
    let sums = (
        sum.round() as u128,
        (squares.round() as u128).max(sum.round() as u128),
        (row.min? * unit).round() as u64,
        (max * unit).round() as u64,
    );
    Recorded::of_parts(histogram.counts.clone(), sums)
}
