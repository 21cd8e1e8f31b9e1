//! Service level objectives: `metric{label=value,…} statistic op value`. Parsed before a run, so
//! that a misspelt metric costs no time; judged after it on merged histograms and added counters.

use std::ops::Range;

use super::catalogue::{CHANNELS, Kind, Label, Metric, Unit};
use super::collector::{Totals, label_texts, scale};
use super::histogram::Recorded;
use super::key::{ANY, Key};
use super::results::SloOutcome;
use crate::domain::outcome::{
    ContactKind, PresenceScope, Reason, Route, SmsOrigin, Stage, TransferKind,
};

/// A line that parses.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    text: String,
    metric: Metric,
    filter: Vec<(&'static str, String)>,
    statistic: Statistic,
    op: Op,
    bound: f64,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SloProblem {
    /// What.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
    /// Where in the line, in bytes.
    pub span: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Statistic {
    Mean,
    Stddev,
    Min,
    Max,
    Percentile(f64),
    Rate,
    Count,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
}

const STATISTICS: [(&str, Statistic); 11] = [
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
];

const OPS: [(&str, Op); 6] = [
    ("<=", Op::LessEqual),
    (">=", Op::GreaterEqual),
    ("==", Op::Equal),
    ("!=", Op::NotEqual),
    ("<", Op::Less),
    (">", Op::Greater),
];

/// Parses a line; names of operators and stations are those of the topology.
///
/// # Errors
/// The first thing wrong with it, with the nearest right word.
pub fn parse(text: &str, operators: &[String], stations: &[String]) -> Result<Line, SloProblem> {
    let at = |part: &str| {
        let start = part.as_ptr() as usize - text.as_ptr() as usize;
        start..start + part.len()
    };
    let wrong = |part: &str, message: String, help: Option<String>| SloProblem {
        message,
        help,
        span: at(part),
    };
    let form = "the form is: metric{label=value} statistic < value";
    let line = text.trim();
    let end = line.find(|c: char| c == '{' || c.is_whitespace()).unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    let names = Metric::ALL.iter().map(|metric| metric.info().name);
    let Some(&metric) = Metric::ALL.iter().find(|metric| metric.info().name == name) else {
        return Err(wrong(name, format!("no metric is called `{name}`"), mean(name, names)));
    };
    let info = metric.info();
    let (filter, rest) = match rest.trim_start().strip_prefix('{') {
        None => ("", rest),
        Some(inner) => match inner.split_once('}') {
            Some((filter, rest)) => (filter, rest),
            None => return Err(wrong(inner, "a `}` is missing".to_owned(), Some(form.to_owned()))),
        },
    };
    let mut pairs = Vec::new();
    for pair in filter.split(',').filter(|pair| !pair.trim().is_empty()) {
        let Some((label, value)) = pair.split_once('=') else {
            return Err(wrong(pair, "a filter is label=value".to_owned(), None));
        };
        let (label, value) = (label.trim(), value.trim());
        let Some(known) = info.labels.iter().find(|known| known.name() == label) else {
            let names = info.labels.iter().map(|label| label.name());
            let has: Vec<&str> = names.clone().collect();
            let message = format!("`{name}` has no label `{label}`; it has {}", has.join(", "));
            return Err(wrong(label, message, mean(label, names)));
        };
        let values = values(*known, operators, stations);
        if !values.contains(&value) {
            let message = format!("no {label} is called `{value}`");
            return Err(wrong(value, message, mean(value, values.into_iter())));
        }
        pairs.push((known.name(), value.to_owned()));
    }
    let found = OPS.iter().filter_map(|(sign, op)| rest.find(sign).map(|at| (at, *sign, *op)));
    let Some((place, sign, op)) = found.min_by_key(|(at, sign, _)| (*at, 2 - sign.len())) else {
        return Err(wrong(rest, "a comparison is missing".to_owned(), Some(form.to_owned())));
    };
    let (statistic, bound) = (rest[..place].trim(), rest[place + sign.len()..].trim());
    let statistic = self::statistic(metric, statistic)
        .map_err(|(message, help)| wrong(&rest[..place], message, help))?;
    let bound =
        self::bound(metric, statistic, bound).map_err(|message| wrong(bound, message, None))?;
    Ok(Line { text: line.to_owned(), metric, filter: pairs, statistic, op, bound })
}

/// The nearest right word, as a remedy.
fn mean<'a>(word: &str, right: impl Iterator<Item = &'a str>) -> Option<String> {
    crate::domain::words::nearest(word, right).map(|right| format!("did you mean `{right}`?"))
}

fn values<'a>(label: Label, operators: &'a [String], stations: &'a [String]) -> Vec<&'a str> {
    match label {
        Label::Route => Route::ALL.iter().map(|v| v.label()).collect(),
        Label::Reason => Reason::ALL.iter().map(|v| v.label()).collect(),
        Label::Stage => Stage::ALL.iter().map(|v| v.label()).collect(),
        Label::Scope => PresenceScope::ALL.iter().map(|v| v.label()).collect(),
        Label::Channel => CHANNELS.to_vec(),
        Label::Origin => SmsOrigin::ALL.iter().map(|v| v.label()).collect(),
        Label::Contact => ContactKind::ALL.iter().map(|v| v.label()).collect(),
        Label::Transfer => TransferKind::ALL.iter().map(|v| v.label()).collect(),
        Label::Station => stations.iter().map(String::as_str).collect(),
        Label::From | Label::To | Label::Operator => operators.iter().map(String::as_str).collect(),
    }
}

fn statistic(metric: Metric, text: &str) -> Result<Statistic, (String, Option<String>)> {
    let info = metric.info();
    let fits = |statistic: Statistic| match info.kind {
        Kind::Histogram => statistic != Statistic::Rate,
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
            Err((message, mean(text, allowed.into_iter())))
        }
    }
}

/// The bound in the metric's base unit.
fn bound(metric: Metric, statistic: Statistic, text: &str) -> Result<f64, String> {
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '_' | '-')))
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let value: f64 = digits
        .replace('_', "")
        .parse()
        .map_err(|_| format!("`{text}` is no number with a unit"))?;
    let units: &[(&str, f64)] = match (statistic, metric.info().unit) {
        (Statistic::Rate, _) => &[("/s", 1.0), ("/min", 60.0), ("/h", 3600.0), ("/day", 86_400.0)],
        (Statistic::Count, _) => &[("", 1.0)],
        (_, Unit::Seconds) => {
            &[("us", 1e6), ("ms", 1e3), ("s", 1.0), ("m", 1.0 / 60.0), ("h", 1.0 / 3600.0)]
        }
        (_, Unit::One) => &[("", 1.0), ("%", 100.0)],
        _ => &[("", 1.0)],
    };
    match units.iter().find(|(name, _)| *name == unit.trim()) {
        Some((_, per)) => Ok(value / per),
        None => {
            let allowed: Vec<String> =
                units.iter().map(|(name, _)| format!("{digits}{name}")).collect();
            Err(format!("`{text}` has the wrong unit here: {} would do", allowed.join(", ")))
        }
    }
}

impl Line {
    /// How the line went.
    pub(super) fn judge(&self, totals: &Totals<'_>) -> SloOutcome {
        let observed = self.observe(totals);
        let passed = observed.is_some_and(|observed| match self.op {
            Op::Less => observed < self.bound,
            Op::LessEqual => observed <= self.bound,
            Op::Greater => observed > self.bound,
            Op::GreaterEqual => observed >= self.bound,
            Op::Equal => observed == self.bound,
            Op::NotEqual => observed != self.bound,
        });
        let unit = match self.statistic {
            Statistic::Rate => "1/s".to_owned(),
            Statistic::Count => "1".to_owned(),
            _ => self.metric.info().unit.text(&totals.setup.currency),
        };
        SloOutcome { line: self.text.clone(), observed, unit, passed }
    }

    fn observe(&self, totals: &Totals<'_>) -> Option<f64> {
        let info = self.metric.info();
        match info.kind {
            Kind::Counter => {
                let by_reason = self.filter.iter().any(|(label, _)| *label == "reason");
                let counters = totals.whole.counters.iter().filter(|(key, _)| {
                    // Refusals and losses are counted by reason and in all: one of both.
                    let reasons = info.labels.last() == Some(&Label::Reason)
                        && matches!(self.metric, Metric::MessagesRefused | Metric::MessagesLost);
                    let has_reason = key.labels()[info.labels.len() - 1] != ANY;
                    key.metric() == self.metric && (!reasons || has_reason == by_reason)
                });
                let matching = counters.filter(|(key, _)| self.matches(totals, **key));
                let count = matching.map(|(_, count)| *count).sum::<i64>() as f64;
                Some(match self.statistic {
                    Statistic::Rate if totals.measured > 0.0 => count / totals.measured,
                    Statistic::Rate => 0.0,
                    _ => count,
                })
            }
            Kind::Gauge => {
                let matching = totals
                    .gauges
                    .iter()
                    .filter(|(key, _)| key.metric() == self.metric && self.matches(totals, **key));
                // The highest of all that match: a limit holds for each of them.
                let worst = matching.map(|(_, (mean, max))| match self.statistic {
                    Statistic::Max => *max,
                    _ => *mean,
                });
                worst.fold(None, |worst, value| Some(worst.map_or(value, |w: f64| w.max(value))))
            }
            Kind::Histogram => {
                let mut all = Recorded::default();
                for (key, recorded) in &totals.whole.histograms {
                    if key.metric() == self.metric && self.matches(totals, *key) {
                        all.merge(recorded);
                    }
                }
                let seen = all.distribution(scale(info));
                if let Statistic::Count = self.statistic {
                    return Some(seen.count as f64);
                }
                if seen.count == 0 {
                    return None;
                }
                match self.statistic {
                    Statistic::Percentile(share) => {
                        all.percentile(share).map(|value| value * 1e3 / scale(info))
                    }
                    Statistic::Stddev => Some(seen.stddev),
                    Statistic::Min => Some(seen.min),
                    Statistic::Max => Some(seen.max),
                    _ => Some(seen.mean),
                }
            }
        }
    }

    fn matches(&self, totals: &Totals<'_>, key: Key) -> bool {
        let texts = label_texts(totals.setup, key);
        self.filter.iter().all(|(name, value)| texts.iter().any(|(n, v)| n == name && v == value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Line, SloProblem> {
        let operators = ["imsp-a", "imsp-b"].map(str::to_owned);
        parse(text, &operators, &["imsp-a/smsc[0]".to_owned()])
    }

    #[test]
    fn good_lines_are_understood() {
        let line = parsed("message_latency{route=interworked} p99 < 800ms").expect("good");
        assert_eq!((line.metric, line.bound, line.op), (Metric::MessageLatency, 0.8, Op::Less));
        assert_eq!(line.filter, [("route", "interworked".to_owned())]);
        let line = parsed("sms_delivered rate > 30/min").expect("good");
        assert_eq!((line.statistic, line.bound), (Statistic::Rate, 0.5));
        let line = parsed("messages_lost count == 0").expect("good");
        assert_eq!((line.op, line.bound), (Op::Equal, 0.0));
        let line = parsed("station_utilisation{station=imsp-a/smsc[0]} <= 70%").expect("good");
        assert_eq!((line.statistic, line.bound), (Statistic::Mean, 0.7));
    }

    #[test]
    fn bad_lines_are_refused_with_the_nearest_right_word() {
        let table = [
            ("mesage_latency p99 < 1s", "no metric", "`message_latency`"),
            ("message_latency{rout=hub} p99 < 1s", "no label", "`route`"),
            ("message_latency{route=hubb} p99 < 1s", "no route", "`hub`"),
            ("message_latency{from=imsp-x} p99 < 1s", "no from", "`imsp-a`"),
            ("message_latency p9 < 1s", "no statistic", "`p90`"),
            ("sms_delivered p99 < 1s", "no statistic", ""),
            ("message_latency p99 < 1", "wrong unit", ""),
            ("message_latency p99", "comparison is missing", ""),
            ("message_latency{route=hub p99 < 1s", "`}` is missing", ""),
        ];
        for (line, message, help) in table {
            let problem = parsed(line).expect_err(line);
            assert!(problem.message.contains(message), "{line}: {}", problem.message);
            assert!(problem.help.unwrap_or_default().contains(help), "{line}");
        }
    }
}
