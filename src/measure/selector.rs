//! One figure of the results, in words: `metric{label=value,…} statistic`. SLO lines, studies and
//! options name figures so. Parsed before a run, so that a misspelt word costs no time; found in what
//! was measured afterwards, in merged histograms and added counters.

use std::fmt;
use std::ops::Range;

use super::catalogue::{Direction, Kind, Label, Metric, Unit};
use super::censored::{Bounds, Censored};
use super::histogram::Recorded;
use super::key::Key;
use super::labels::{self, scale};
use super::meant;
use super::measured::{Gauge, Measured};
use super::written::Figure;

/// A figure of the results.
#[derive(Clone, Debug, PartialEq)]
pub struct Selector {
    pub(super) metric: Metric,
    filter: Vec<(&'static str, String)>,
    pub(super) statistic: Statistic,
}

/// Names that labels may have, besides those of closed lists: the topology's.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Names of operators: what `from`, `to` and `operator` may be.
    pub(crate) operators: Vec<String>,
    /// Names of stations: what `station` may be.
    pub(crate) stations: Vec<String>,
}

/// What is wrong with a line or a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// What is wrong, as a sentence.
    pub(crate) message: String,
    /// How to mend it.
    pub(crate) help: Option<String>,
    /// Where in the text, in bytes.
    pub(crate) span: Range<usize>,
}

/// Which figure of a metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Statistic {
    /// Of samples, or over time.
    Mean,
    /// Standard deviation of the samples (population).
    Stddev,
    /// Smallest of the samples.
    Min,
    /// Largest sample, highest level.
    Max,
    /// A percentile, as a share.
    Percentile(f64),
    /// Events a second.
    Rate,
    /// Events or samples, of one run.
    Count,
    /// Of all there could be: of messages those offered, of short messages those submitted, of jobs
    /// those that came.
    Share,
}

const STATISTICS: [(&str, Statistic); 12] = [
    ("mean", Statistic::Mean),
    ("stddev", Statistic::Stddev),
    ("min", Statistic::Min),
    ("max", Statistic::Max),
    ("p50", Statistic::Percentile(0.5)),
    ("p90", Statistic::Percentile(0.9)),
    ("p95", Statistic::Percentile(0.95)),
    ("p99", Statistic::Percentile(0.99)),
    ("p999", Statistic::Percentile(0.999)),
    ("rate", Statistic::Rate),
    ("count", Statistic::Count),
    ("share", Statistic::Share),
];

impl Misread {
    /// Something wrong with `part` of `text`.
    pub(super) fn at(text: &str, part: &str, message: String, help: Option<String>) -> Self {
        let start = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        Self { message, help, span: start..start + part.len() }
    }
}

impl Selector {
    /// Reads a figure.
    ///
    /// # Errors
    /// The first thing wrong with it, with the nearest right word.
    pub fn parse(text: &str, names: &Names) -> Result<Self, Misread> {
        Self::of(text, Figure::of(text), names)
    }

    /// Reads a figure that is a part of `text`.
    pub(super) fn of(text: &str, figure: Figure<'_>, names: &Names) -> Result<Self, Misread> {
        let wrong = |part: &str, message, help| Err(Misread::at(text, part, message, help));
        let (metric, filter) = head(text, figure, names)?;
        let word = figure.statistic;
        match self::statistic(metric, word) {
            Ok(statistic) => Ok(Self { metric, filter, statistic }),
            Err((message, help)) if word.is_empty() => wrong(figure.metric, message, help),
            Err((message, help)) => wrong(word, message, help),
        }
    }

    /// The same of what has one more label, which its metric must have and which it does not ask for yet.
    pub(super) fn and(&self, label: Label, value: &str) -> Self {
        let mut more = self.clone();
        more.filter.push((label.name(), value.to_owned()));
        more
    }

    /// The figure, in the unit of [`Self::unit`], as results show it; `None` if too few samples
    /// carry it.
    pub(crate) fn observe(&self, measured: &Measured) -> Option<f64> {
        self.bounds(measured).map(|bounds| bounds.shown)
    }

    /// The same, with what those that have not come to their end could make of it.
    pub(crate) fn bounds(&self, measured: &Measured) -> Option<Bounds> {
        match self.metric.info().kind {
            Kind::Histogram => self.of_samples(measured),
            Kind::Counter | Kind::Gauge => self.level(measured).map(Bounds::exact),
        }
    }

    fn of_samples(&self, measured: &Measured) -> Option<Bounds> {
        let merged = |metric: Metric| {
            let mut all = Recorded::default();
            for (key, recorded) in &measured.whole.histograms {
                if key.metric() == metric && self.suits(measured, *key, metric) {
                    all.merge(recorded);
                }
            }
            all
        };
        let open = self.metric.censored().map(merged).unwrap_or_default();
        let all = Censored::new(merged(self.metric), &open);
        let unit = scale(self.metric.info());
        let seen = all.seen().distribution(unit);
        let of_seen = |value| (seen.count > 0).then_some(Bounds::exact(value));
        match self.statistic {
            Statistic::Count => Some(Bounds::exact(seen.count as f64 / f64::from(measured.runs))),
            Statistic::Percentile(share) => all.percentile(share, unit),
            Statistic::Stddev => of_seen(seen.stddev),
            Statistic::Min => of_seen(seen.min),
            Statistic::Max => all.max(unit),
            Statistic::Mean | Statistic::Rate | Statistic::Share => all.mean(unit),
        }
    }

    /// What a counter or a level says.
    fn level(&self, measured: &Measured) -> Option<f64> {
        match self.metric.info().kind {
            Kind::Counter => {
                let count = self.count(self.metric, measured);
                match self.statistic {
                    Statistic::Rate if measured.seconds > 0.0 => Some(count / measured.seconds),
                    Statistic::Rate => Some(0.0),
                    Statistic::Share => {
                        let others = self.count(self.metric.info().whole?, measured);
                        let whole = if self.apart() { others + count } else { others };
                        // What began before the measured time may end in it.
                        (whole > 0.0).then(|| (count / whole).min(1.0))
                    }
                    Statistic::Count
                    | Statistic::Mean
                    | Statistic::Stddev
                    | Statistic::Min
                    | Statistic::Max
                    | Statistic::Percentile(_) => Some(count / f64::from(measured.runs)),
                }
            }
            Kind::Gauge => {
                let matching = measured.gauges.iter().filter(|(key, _)| {
                    key.metric() == self.metric && self.matches(measured, **key)
                });
                // The highest of all that match: a limit holds for each of them.
                let values = matching.map(|(key, gauge)| self.height(measured, *key, gauge));
                values.fold(None, |worst, value| Some(worst.map_or(value, |w: f64| w.max(value))))
            }
            Kind::Histogram => None,
        }
    }

    /// How high a level was.
    fn height(&self, measured: &Measured, key: Key, gauge: &Gauge) -> f64 {
        if self.statistic == Statistic::Max { gauge.max } else { measured.mean(key, gauge) }
    }

    /// The station whose level is observed, where several match.
    pub(super) fn highest(&self, measured: &Measured) -> Option<String> {
        if self.metric.info().kind != Kind::Gauge {
            return None;
        }
        let matching = measured
            .gauges
            .iter()
            .filter(|(key, _)| key.metric() == self.metric && self.matches(measured, **key));
        let height = |(key, gauge): (&Key, &Gauge)| (self.height(measured, *key, gauge), *key);
        let all: Vec<(f64, Key)> = matching.map(height).collect();
        let first =
            |best: (f64, Key), other: &(f64, Key)| if other.0 > best.0 { *other } else { best };
        let (_, key) = all.iter().skip(1).fold(*all.first()?, first);
        let labels = labels::texts(&measured.setup, key);
        let station = labels.into_iter().find(|(name, _)| *name == "station");
        station.map(|(_, station)| station).filter(|_| all.len() > 1)
    }

    /// Events of a counter with the labels asked for.
    fn count(&self, metric: Metric, measured: &Measured) -> f64 {
        let by_reason = self.filter.iter().any(|(label, _)| *label == "reason");
        let counters = measured.whole.counters.iter();
        let matching = counters.filter(|(key, _)| {
            key.metric() == metric
                && counts_once(**key, by_reason && metric == self.metric)
                && self.suits(measured, **key, metric)
        });
        matching.map(|(_, count)| *count).sum::<i64>() as f64
    }

    /// Labels that only the metric asked for has do not bear on what it is a share of.
    fn suits(&self, measured: &Measured, key: Key, metric: Metric) -> bool {
        let texts = labels::texts(&measured.setup, key);
        let known = |name: &str| metric.info().labels.iter().any(|label| label.name() == name);
        let mut asked = self.filter.iter().filter(|(name, _)| known(name));
        asked.all(|(name, value)| texts.iter().any(|(n, v)| n == name && v == value))
    }

    fn matches(&self, measured: &Measured, key: Key) -> bool {
        self.suits(measured, key, self.metric)
    }

    /// The unit of the figure.
    pub(crate) fn unit(&self, currency: &str) -> String {
        match self.statistic {
            Statistic::Rate => "1/s".to_owned(),
            Statistic::Count | Statistic::Share => "1".to_owned(),
            Statistic::Mean
            | Statistic::Stddev
            | Statistic::Min
            | Statistic::Max
            | Statistic::Percentile(_) => self.metric.info().unit.text(currency),
        }
    }

    /// The metric's name.
    pub(crate) fn metric(&self) -> &'static str {
        self.metric.info().name
    }

    /// Whether it cannot be more than one: a share, or how much of a part is used.
    pub(super) fn is_of_one(&self) -> bool {
        self.statistic == Statistic::Share || self.metric == Metric::StationUtilisation
    }

    /// Which way of it is better.
    pub(crate) fn direction(&self) -> Direction {
        self.metric.info().better
    }

    /// Labels asked for, with their values.
    pub(crate) fn filter(&self) -> &[(&'static str, String)] {
        &self.filter
    }

    /// The same as rows are looked for.
    pub(crate) fn labels(&self) -> Vec<(&str, &str)> {
        self.filter.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }

    /// The statistic's name.
    pub(crate) fn statistic(&self) -> &'static str {
        let named = STATISTICS.iter().find(|(_, statistic)| *statistic == self.statistic);
        named.map_or("", |(name, _)| name)
    }

    /// Whether those are not among what they are a share of, as jobs refused are not among those
    /// served: the whole is both.
    pub(crate) fn apart(&self) -> bool {
        matches!(self.metric, Metric::StationRefused | Metric::SmsRefused)
    }
}

/// Labels with the values asked for.
pub(super) type Filter = Vec<(&'static str, String)>;

/// Reads the metric and the labels of a figure that is a part of `text`.
pub(super) fn head(
    text: &str,
    figure: Figure<'_>,
    names: &Names,
) -> Result<(Metric, Filter), Misread> {
    let wrong = |part: &str, message, help| Err(Misread::at(text, part, message, help));
    let (name, full) = (figure.metric, figure.full_name());
    let known = Metric::ALL.iter().map(|metric| metric.info().name);
    let of = STATISTICS.iter().map(|(word, _)| *word);
    let Some(&metric) = Metric::ALL.iter().find(|metric| metric.info().name == full) else {
        return wrong(
            name,
            format!("no metric is called `{name}`"),
            meant::metric(name, known, of),
        );
    };
    let info = metric.info();
    if !figure.closed {
        let help = "the form is: metric{label=value} statistic".to_owned();
        return wrong(figure.filter, "a `}` is missing".to_owned(), Some(help));
    }
    let mut pairs = Vec::new();
    for pair in figure.pairs() {
        let (label, value) = match pair {
            Ok(pair) => pair,
            Err(pair) => return wrong(pair, "a filter is label=value".to_owned(), None),
        };
        let Some(known) = info.labels.iter().find(|known| known.name() == label) else {
            let names = info.labels.iter().map(|label| label.name());
            let has: Vec<&str> = names.clone().collect();
            let message = format!("`{name}` has no label `{label}`; it has {}", has.join(", "));
            return wrong(label, message, mean(label, names));
        };
        let values = values(*known, names);
        if !values.contains(&value) {
            let message = format!("no {label} is called `{value}`");
            let all = (values.len() <= 12).then(|| format!("there are {}", values.join(", ")));
            return wrong(value, message, mean(value, values.into_iter()).or(all));
        }
        pairs.push((known.name(), value.to_owned()));
    }
    Ok((metric, pairs))
}

/// Refusals and losses are counted by reason and in all: one of both.
fn counts_once(key: Key, by_reason: bool) -> bool {
    match key.metric() {
        Metric::MessagesRefused | Metric::MessagesLost => key.level().of_reason() == by_reason,
        _ => true,
    }
}

/// The nearest right word, as a remedy.
pub(super) fn mean<'a>(word: &str, right: impl Iterator<Item = &'a str>) -> Option<String> {
    crate::domain::words::nearest(word, right).map(|right| format!("did you mean `{right}`?"))
}

fn values(label: Label, names: &Names) -> Vec<&str> {
    match label {
        Label::Station => names.stations.iter().map(String::as_str).collect(),
        Label::From | Label::To | Label::Operator => {
            names.operators.iter().map(String::as_str).collect()
        }
        Label::Route
        | Label::Reason
        | Label::Stage
        | Label::Scope
        | Label::Channel
        | Label::Origin
        | Label::Contact
        | Label::Transfer
        | Label::Exchange
        | Label::Turn => (0..).map_while(|place| labels::closed(label, place)).collect(),
    }
}

fn statistic(metric: Metric, text: &str) -> Result<Statistic, (String, Option<String>)> {
    let info = metric.info();
    let fits = |statistic: Statistic| match info.kind {
        Kind::Histogram => !matches!(statistic, Statistic::Rate | Statistic::Share),
        Kind::Counter if statistic == Statistic::Share => metric.info().whole.is_some(),
        Kind::Counter => matches!(statistic, Statistic::Rate | Statistic::Count),
        Kind::Gauge => matches!(statistic, Statistic::Mean | Statistic::Max),
    };
    let allowed: Vec<&str> =
        STATISTICS.iter().filter(|(_, s)| fits(*s)).map(|(name, _)| *name).collect();
    match STATISTICS.iter().find(|(name, _)| *name == text) {
        Some((_, statistic)) if fits(*statistic) => Ok(*statistic),
        // A level alone means its average.
        None if text.is_empty() && info.kind == Kind::Gauge => Ok(Statistic::Mean),
        _ => {
            let message =
                format!("`{}` has no statistic `{text}`; it has {}", info.name, allowed.join(", "));
            Err((message, meant::statistic(text, &allowed)))
        }
    }
}

/// As it is written.
impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.metric())?;
        if !self.filter.is_empty() {
            let pairs: Vec<String> =
                self.filter.iter().map(|(name, value)| format!("{name}={value}")).collect();
            write!(f, "{{{}}}", pairs.join(","))?;
        }
        write!(f, " {}", self.statistic())
    }
}

/// Units that the bound of a figure may have, each with how many of it make the base unit.
pub(super) fn units(selector: &Selector) -> &'static [(&'static str, f64)] {
    match (selector.statistic, selector.metric.info().unit) {
        (Statistic::Rate, _) => &[("/s", 1.0), ("/min", 60.0), ("/h", 3600.0), ("/day", 86_400.0)],
        (Statistic::Count, _) => &[("", 1.0)],
        (Statistic::Share, _) => &[("%", 100.0), ("", 1.0)],
        (_, Unit::Seconds) => {
            &[("us", 1e6), ("ms", 1e3), ("s", 1.0), ("m", 1.0 / 60.0), ("h", 1.0 / 3600.0)]
        }
        (_, Unit::One) => &[("", 1.0), ("%", 100.0)],
        _ => &[("", 1.0)],
    }
}
