//! A figure and an SLO line as they are written, taken apart: metric, labels and statistic; comparison,
//! bound and part of the time. Called by who parses them (`selector`, `slo`), and by who has the words of
//! a line alone, as result folders keep it. It knows no metric and no unit.

use std::fmt;

/// A figure as it is written: `metric{label=value,…} statistic`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Figure<'a> {
    /// The metric, by the name that the line has for it.
    pub(crate) metric: &'a str,
    /// What its braces hold; empty without any.
    pub(super) filter: &'a str,
    /// Whether every brace is closed; else the filter is all that follows it.
    pub(super) closed: bool,
    /// Such as `p95`; empty of a level's mean.
    pub(crate) statistic: &'a str,
}

/// A line as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written<'a> {
    /// What is observed.
    pub(crate) figure: Figure<'a>,
    /// How it is compared.
    pub(crate) op: Op,
    /// With what: a value, or `baseline` with a change.
    pub(crate) bound: &'a str,
    /// For which part of the measured time; `None`: the whole.
    pub(crate) time: Option<Time<'a>>,
    /// Bound and time together.
    pub(super) rest: &'a str,
}

/// A part of the measured time as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Time<'a> {
    /// `5m` after `after`.
    After(&'a str),
    /// `5m..8m` after `during`.
    During(&'a str),
}

/// How a figure is compared with its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    /// Below it.
    Less,
    /// Not above it.
    LessEqual,
    /// Above it.
    Greater,
    /// Not below it.
    GreaterEqual,
    /// Just it.
    Equal,
    /// Anything but it.
    NotEqual,
}

const OPS: [(&str, Op); 6] = [
    ("<=", Op::LessEqual),
    (">=", Op::GreaterEqual),
    ("==", Op::Equal),
    ("!=", Op::NotEqual),
    ("<", Op::Less),
    (">", Op::Greater),
];

/// Takes a line apart; `None` if it compares nothing.
pub(crate) fn apart(line: &str) -> Option<Written<'_>> {
    let line = line.trim();
    // A filter may hold a `=`, and the name of a link a `>`, but no comparison.
    let after = line.find('}').map_or(0, |at| at + 1);
    let found = OPS
        .iter()
        .filter_map(|(sign, op)| line[after..].find(sign).map(|at| (after + at, *sign, *op)));
    let (place, sign, op) = found.min_by_key(|(at, sign, _)| (*at, 2 - sign.len()))?;
    let rest = line[place + sign.len()..].trim();
    let times = [" after ", " during "].into_iter();
    let first = times.filter_map(|word| Some((rest.find(word)?, word))).min();
    let (bound, time) = match first {
        None => (rest, None),
        Some((at, word)) => {
            let time = rest[at + word.len()..].trim();
            let time = if word == " after " { Time::After(time) } else { Time::During(time) };
            (&rest[..at], Some(time))
        }
    };
    Some(Written { figure: Figure::of(&line[..place]), op, bound: bound.trim(), time, rest })
}

impl<'a> Figure<'a> {
    /// Takes a figure apart.
    pub(super) fn of(text: &'a str) -> Self {
        let text = text.trim();
        let end = text.find(|c: char| c == '{' || c.is_whitespace()).unwrap_or(text.len());
        let (metric, rest) = text.split_at(end);
        let (filter, closed, statistic) = match rest.trim_start().strip_prefix('{') {
            None => ("", true, rest),
            Some(inner) => match inner.split_once('}') {
                Some((filter, statistic)) => (filter, true, statistic),
                None => (inner, false, ""),
            },
        };
        Self { metric, filter, closed, statistic: statistic.trim() }
    }

    /// The name of its metric in results: there is one that everybody calls by a shorter name.
    pub(crate) fn full_name(&self) -> &'a str {
        if self.metric == "utilisation" { "station_utilisation" } else { self.metric }
    }

    /// The labels asked for with their values; what is no such pair is an error.
    pub(super) fn pairs(&self) -> impl Iterator<Item = Result<(&'a str, &'a str), &'a str>> {
        let pairs = self.filter.split(',').filter(|pair| !pair.trim().is_empty());
        pairs.map(|pair| {
            let (label, value) = pair.split_once('=').ok_or(pair)?;
            Ok((label.trim(), value.trim()))
        })
    }

    /// The same of a line that has been parsed once.
    pub(crate) fn labels(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.pairs().flatten()
    }

    /// The value of a label.
    pub(crate) fn label(&self, name: &str) -> Option<&'a str> {
        self.labels().find(|(label, _)| *label == name).map(|(_, value)| value)
    }
}

impl Written<'_> {
    /// Whether it is held against an earlier run.
    pub(crate) fn has_baseline(&self) -> bool {
        self.bound.starts_with("baseline")
    }

    /// Whether its figure has to stay below a value.
    pub(crate) fn is_limit(&self) -> bool {
        matches!(self.op, Op::Less | Op::LessEqual) && !self.has_baseline()
    }

    /// The same line with one more label asked for.
    pub(super) fn and(&self, label: &str, value: &str) -> String {
        let Figure { metric, filter, statistic, .. } = self.figure;
        let comma = if filter.trim().is_empty() { "" } else { "," };
        let statistic = if statistic.is_empty() { "" } else { &format!("{statistic} ") };
        let (op, rest) = (self.op, self.rest);
        format!("{metric}{{{filter}{comma}{label}={value}}} {statistic}{op} {rest}")
    }
}

/// Its sign.
impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = OPS.iter().find(|(_, op)| op == self).map_or("", |(sign, _)| sign);
        f.write_str(sign)
    }
}

/// Whether a line or a figure is a share or a utilisation, which people read in per cent. A file keeps
/// the words of a line alone, so they are asked: the metric and the statistic, and no label.
pub(crate) fn is_share(text: &str) -> bool {
    let figure = apart(text).map_or_else(|| Figure::of(text), |line| line.figure);
    figure.full_name() == "station_utilisation" || figure.statistic == "share"
}

/// Whether a line compares with an earlier run.
pub(crate) fn has_baseline(line: &str) -> bool {
    apart(line).is_some_and(|line| line.has_baseline())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_comes_apart_into_what_is_written() {
        let line =
            apart(" message_latency{route=hub, to=b} p95 <= 1 s during 5m..8m").expect("a line");
        let (figure, time) = (line.figure, line.time);
        assert_eq!((figure.metric, figure.statistic), ("message_latency", "p95"));
        assert_eq!(figure.labels().collect::<Vec<_>>(), [("route", "hub"), ("to", "b")]);
        assert_eq!(
            (line.op, line.bound, time),
            (Op::LessEqual, "1 s", Some(Time::During("5m..8m")))
        );
        let line = apart("utilisation{station=a->b/link}<70% after 5m").expect("a line");
        assert_eq!((line.figure.full_name(), line.figure.statistic), ("station_utilisation", ""));
        assert_eq!(line.figure.label("station"), Some("a->b/link"));
        assert_eq!((line.op, line.bound, line.time), (Op::Less, "70%", Some(Time::After("5m"))));
        assert_eq!(apart("messages_lost count == 0").map(|line| line.op), Some(Op::Equal));
        assert_eq!(apart("message_latency{route=hub} p95"), None);
    }

    #[test]
    fn a_limit_is_a_value_to_stay_below() {
        for (line, limit) in [
            ("utilisation < 70%", true),
            ("message_latency p95 <= 1s after 5m", true),
            ("message_latency p95 <= baseline +5%", false),
            ("sms_delivered rate > 5/s", false),
            ("messages_lost count == 0", false),
        ] {
            assert_eq!(apart(line).is_some_and(|line| line.is_limit()), limit, "{line}");
        }
    }

    #[test]
    fn words_of_a_line_are_told_from_names_in_its_labels() {
        for (line, share, baseline) in [
            ("utilisation < 70%", true, false),
            ("station_utilisation{station=a/hlr} mean < baseline +5%", true, true),
            ("messages_lost{route=hub} share < 0.1%", true, false),
            ("messages_lost{route=hub} share", true, false),
            ("messages_undelivered share<1%", true, false),
            ("messages_lost count == 0", false, false),
            ("sms_delivered{operator=utilisation} rate > 1/s", false, false),
            ("sms_latency{operator=baseline} p95 < 1s", false, false),
            ("sms_delivered rate >= baseline -5%", false, true),
        ] {
            assert_eq!((is_share(line), has_baseline(line)), (share, baseline), "{line}");
        }
    }
}
