//! `summary.json`: every metric of a run as plain figures (schema `interwork/summary/1`).

use crate::measure::written;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::measure::results::{Metric, Need, Results, Slo, Trend, Trending};
use crate::report::document::numbers::{count, percent, seconds, three};

/// The summary of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Format and its version: `interwork/summary/1`.
    pub(crate) schema: String,
    /// The topology's name.
    pub(crate) name: String,
    /// Whether every SLO line holds.
    pub(crate) verdict: Verdict,
    /// The SLO lines with what was observed.
    pub slo: Vec<Slo>,
    /// What still went somewhere in the measured time: figures of such a run are not those of a
    /// steady state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trends: Vec<Trend>,
    /// What each part is asked for by what users do, whatever full queues hold back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Need>,
    /// Every metric, for its full label set and rolled up over `from` and `to`.
    pub metrics: Vec<Metric>,
}

/// Whether every SLO line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    /// Every line holds.
    Passed,
    /// One line or more does not hold.
    Failed,
    /// No line fails, and the run ended before all were decided.
    Undecided,
    /// There is no line.
    None,
}

impl Slo {
    /// What was seen, as people read it: with the bound where the line does not say it.
    pub(crate) fn seen(&self) -> String {
        if self.observed.is_none() {
            return self.shown();
        }
        let against = written::has_baseline(&self.line);
        let so_far = match (self.undecided, self.at_least) {
            (false, _) => "",
            (true, false) if against => ", undecided",
            (true, false) => " so far, undecided",
            (true, true) => ", undecided: more is under way",
        };
        let bound = self.bound.filter(|_| against);
        let bound = bound.map_or(String::new(), |bound| format!(", bound {}", self.amount(bound)));
        let change = |[low, high]: [f64; 2]| {
            let shown = |share: f64| {
                format!("{}{}", if share < 0.0 { "-" } else { "+" }, percent(share.abs()))
            };
            format!(", changed by {} to {} (95 %)", shown(low), shown(high))
        };
        let change = self.change95.map_or(String::new(), change);
        format!("observed {}{so_far}{bound}{change}", self.shown())
    }

    /// The figure as people read it, and where it was observed.
    pub(crate) fn shown(&self) -> String {
        let Some(observed) = self.observed else { return "too few samples".to_owned() };
        let at = self.at.as_ref().map_or(String::new(), |station| format!(" at {station}"));
        let least = if self.at_least { "≥ " } else { "" };
        let shown = format!("{least}{}", self.amount(observed));
        // What looks like the bound and is not is told in full.
        match self.bound {
            Some(bound) if bound != observed && self.amount(bound) == shown => {
                let unit = if self.unit == "1" { "" } else { &self.unit };
                format!("{observed} {unit}").trim_end().to_owned() + &at
            }
            _ => shown + &at,
        }
    }

    pub(crate) fn amount(&self, value: f64) -> String {
        let share = written::is_share(&self.line);
        match self.unit.as_str() {
            "s" => seconds(Some(value)),
            "1/s" => format!("{}/s", three(value)),
            "1" if share => percent(value),
            "1" if value.fract() == 0.0 => count(value as u64),
            _ => three(value),
        }
    }
}

impl Trend {
    /// `offered load rises from 29.3/s to 37.1/s`.
    pub(crate) fn told(&self) -> String {
        let Self { what, from, to } = *self;
        let (name, unit) = match what {
            Trending::OfferedLoad => ("offered load", "/s"),
            Trending::JobsWaiting => ("the number of jobs that wait", ""),
            Trending::UnderWay => ("the number of messages under way", ""),
        };
        let moves = if to > from { "rises" } else { "falls" };
        let shown = |value: f64| format!("{}{unit}", three(value.max(0.0)));
        format!("{name} {moves} from {} to {}", shown(from), shown(to))
    }
}

impl Metric {
    /// A figure in seconds as people read it, `≥ 8.2 min` where it is a lower bound.
    pub(crate) fn time(&self, figure: &str) -> String {
        let least = if self.is_least(figure) { "≥ " } else { "" };
        format!("{least}{}", seconds(self.figure(figure)))
    }

    /// The 50th, 95th and 99th percentile of times.
    pub(crate) fn usual(&self) -> [String; 3] {
        ["p50", "p95", "p99"].map(|figure| self.time(figure))
    }
}

impl Summary {
    /// Schema of this version.
    pub(crate) const SCHEMA: &str = "interwork/summary/1";

    /// The summary of a run of the topology `name`.
    pub fn new(name: &str, results: &Results) -> Self {
        let verdict = match results.slo.as_slice() {
            [] => Verdict::None,
            lines if lines.iter().all(|line| line.passed) => Verdict::Passed,
            lines if lines.iter().all(|line| line.passed || line.undecided) => Verdict::Undecided,
            _ => Verdict::Failed,
        };
        Self {
            schema: Self::SCHEMA.to_owned(),
            name: name.to_owned(),
            verdict,
            slo: results.slo.clone(),
            trends: results.trends.clone(),
            needs: results.needs.clone(),
            metrics: results.metrics.iter().map(Metric::written).collect(),
        }
    }

    /// The metrics of a name.
    pub(crate) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Metric> {
        self.metrics.iter().filter(move |metric| metric.name == name)
    }

    /// The metric with exactly these labels.
    pub(crate) fn find(&self, name: &str, labels: &[(&str, &str)]) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.is(name, labels))
    }
}

/// The JSON Schema of `summary.json`.
pub fn schema() -> String {
    format!("{:#}\n", schemars::schema_for!(Summary).as_value())
}
