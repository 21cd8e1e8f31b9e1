//! What is thought of a run: whether it held, what was busiest, what was too small and how much would be
//! enough. Terminal, Markdown, page and studies ask here, so that they cannot disagree: thresholds of use
//! stand here once.
//! It reads what was measured and the topology, and knows no face.

mod advice;
mod bottleneck;
mod fate;
pub(crate) mod moments;
pub(crate) mod over;
pub(crate) mod plain;
pub(crate) mod verdict;

pub(crate) use self::bottleneck::bottleneck;
pub(crate) use self::fate::fate;
use self::moments::Moment;
use self::over::Over;
use crate::domain::federation::Federation;
use crate::measure::results::{Metric, SeriesRow, Trend};
use crate::report::document::manifest::Manifest;
use crate::report::document::parts::Parts;
use crate::report::document::summary::{Summary, Verdict};

/// Highest use that planners allow (handset makers' and vendors' guides: 70 %): from there on a station is
/// marked, and a licence is told to be too small.
pub(crate) const HIGH: f64 = 0.7;
/// Use above which `capacity` lists a part.
pub(crate) const BUSY: f64 = 0.6;
/// Use of a station in one interval of the series from which on it has nothing left then.
pub(crate) const FULL: f64 = 0.95;
/// The same of a whole run, in which the start is less busy by nothing but chance.
pub(crate) const FULL_ALL_ALONG: f64 = 0.98;
/// Use of a station in a whole run from which on it may be what makes queues grow.
pub(crate) const NEARLY_FULL: f64 = 0.9;
/// Uses at which the colours of a page's stations change; from the last on there is nothing left.
pub(crate) const SHADES: [f64; 3] = [0.5, 0.8, FULL];

/// A threshold in words: `70 %`.
pub(crate) fn bound(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// What a run is judged by besides its figures: how they went over time, its parts, what happened in it.
#[derive(Debug)]
pub struct Basis<'a> {
    over: Over<'a>,
    federation: Option<&'a Federation>,
    parts: Parts,
    moments: Vec<Moment>,
}

impl<'a> Basis<'a> {
    /// Of a run with this series and topology, where that can be read.
    pub fn new(
        manifest: &Manifest,
        series: &'a [SeriesRow],
        federation: Option<&'a Federation>,
    ) -> Self {
        let runs = manifest.replication_seeds.len().max(1) as f64;
        let each = manifest.model_time_s / runs;
        let measured = federation.map(|federation| each - federation.run.warm_up.as_secs_f64());
        Self {
            over: Over::new(series, measured),
            federation,
            parts: federation.map(Parts::of).unwrap_or_default(),
            moments: federation.map(moments::moments).unwrap_or_default(),
        }
    }

    /// The run with its figures.
    pub fn run<'b>(&'b self, summary: &'b Summary, manifest: &'b Manifest) -> Run<'b> {
        let Self { over, federation, parts, moments } = self;
        Run { summary, manifest, over, federation: *federation, parts, moments }
    }
}

/// A run that is judged.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// What was measured.
    pub(crate) summary: &'a Summary,
    /// How it was run.
    pub(crate) manifest: &'a Manifest,
    /// How its figures went over time, from `series.csv`.
    pub(crate) over: &'a Over<'a>,
    /// The topology, where it can be read.
    pub(crate) federation: Option<&'a Federation>,
    /// What its stations are; none are known without a topology.
    pub(crate) parts: &'a Parts,
    /// What changed during the run.
    pub(crate) moments: &'a [Moment],
}

/// One word or two on the SLO.
pub(crate) fn headline(summary: &Summary) -> &'static str {
    match summary.verdict {
        Verdict::Passed if !summary.trends.is_empty() => {
            "every SLO line holds, but the run is not steady"
        }
        Verdict::Passed => "every SLO line holds",
        Verdict::Failed => "an SLO line does not hold",
        Verdict::Undecided => "the SLO is not decided",
        Verdict::None => "no SLO lines",
    }
}

/// That the measured time was not steady, and what to do; `None` if nothing says so.
pub(crate) fn unsteady(summary: &Summary) -> Option<String> {
    let told: Vec<String> = summary.trends.iter().map(Trend::told).collect();
    (!told.is_empty()).then(|| {
        format!(
            "Not steady: in the measured time {}. These figures are of a state that passes: measure \
             later (run.warm_up: forecast) or, if a part is overloaded, make it larger.",
            told.join(", ")
        )
    })
}

/// Utilisations of all stations, the busiest on average first.
pub(crate) fn busiest(summary: &Summary) -> Vec<&Metric> {
    let mut stations: Vec<&Metric> = summary.named("station_utilisation").collect();
    let busy = |metric: &Metric| metric.mean.unwrap_or(0.0);
    stations.sort_by(|a, b| busy(b).total_cmp(&busy(a)));
    stations
}
