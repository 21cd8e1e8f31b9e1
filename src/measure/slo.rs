//! Service level objectives: `metric{label=value,…} statistic op bound`, for the whole measured time
//! or a part of it (`after 5m`, `during 5m..8m`). The bound is a value with its unit, or the figure
//! of an earlier run (`baseline +5%`). Parsed before a run, judged after it; some lines can be known
//! to fail while it runs.

use super::catalogue::{Label, Metric};
use super::censored::Bounds;
use super::measured::Measured;
use super::results::{Results, Slo};
use super::selector::{self, Misread, Names, Selector, Statistic};
use super::written::{Figure, Op, Time, Written, apart};
use super::{Setup, Window};
use crate::domain::quantity;
use crate::domain::time::{Duration, Instant};

/// A line that parses.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    text: String,
    selector: Selector,
    op: Op,
    bound: Bound,
    span: Option<Span>,
}

/// What a figure is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Bound {
    /// In the metric's base unit.
    Value(f64),
    /// The same figure of an earlier run, changed by a share.
    Baseline { change: f64, value: Option<f64> },
}

/// A part of the measured time, counted from its start; without an end it lasts as long.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Span {
    from: Duration,
    to: Option<Duration>,
}

/// Figures that differ by a smaller share are the same figure.
const ROUNDING: f64 = 1e-9;

const FORM: &str = "the form is: metric{label=value} statistic < value [after 5m | during 5m..8m]";

/// Parses a line for a run of so long a measured time.
///
/// # Errors
/// The first thing wrong with it, with the nearest right word.
pub fn parse(text: &str, names: &Names, measured: Duration) -> Result<Line, Misread> {
    let wrong = |part: &str, message: String, help: Option<&str>| {
        Misread::at(text, part, message, help.map(str::to_owned))
    };
    let line = text.trim();
    let Some(written) = apart(line) else {
        // Whatever is wrong with the figure comes first, with or without a value after it.
        let first = line.rsplit_once(char::is_whitespace).map_or(line, |(first, _)| first);
        let read = |figure| Selector::of(text, Figure::of(figure), names);
        read(line).or_else(|_| read(first))?;
        return Err(wrong(line, "a comparison is missing".to_owned(), Some(FORM)));
    };
    let Written { figure, op, bound, time, rest } = written;
    let selector = Selector::of(text, figure, names)?;
    let span = match time {
        None => None,
        Some(time @ (Time::After(words) | Time::During(words))) => {
            let read = self::span(time, measured);
            Some(read.map_err(|message| wrong(words, message, Some(FORM)))?)
        }
    };
    let bound = match bound.strip_prefix("baseline") {
        Some(change) => {
            let change = change.trim();
            let read = if change.is_empty() { Some(0.0) } else { quantity::change(change) };
            let missing = || wrong(bound, format!("`{change}` is no change such as +5%"), None);
            let change = read.ok_or_else(missing)?;
            if span.is_some() {
                let message = "an earlier run is known as a whole, not in parts".to_owned();
                return Err(wrong(rest, message, Some("leave out the time or the baseline")));
            }
            Bound::Baseline { change, value: None }
        }
        None => {
            let value = value(&selector, bound).map_err(|m| wrong(bound, m, None))?;
            if value > 1.0 && selector.is_of_one() {
                let message = format!("`{bound}` is more than all of it");
                let help = format!("did you mean `{}%`?", bound.trim_end_matches('%'));
                let help = if bound.ends_with('%') { None } else { Some(&*help) };
                return Err(wrong(bound, message, help));
            }
            // No figure is below nothing, and no share above all.
            let empty = match op {
                Op::GreaterEqual => value <= 0.0,
                Op::LessEqual => value >= 1.0 && selector.is_of_one(),
                Op::Less | Op::Greater | Op::Equal | Op::NotEqual => false,
            };
            if empty {
                let message = format!("`{bound}` is a bound that nothing can break");
                return Err(wrong(bound, message, None));
            }
            Bound::Value(value)
        }
    };
    Ok(Line { text: line.to_owned(), selector, op, bound, span })
}

/// The part of the measured time that is meant.
fn span(time: Time<'_>, measured: Duration) -> Result<Span, String> {
    let read = |text: &str| {
        let text = text.trim();
        quantity::duration(text).map_err(|_| format!("`{text}` is no time such as 5m"))
    };
    let (from, to) = match time {
        Time::During(words) => {
            let needed = || "a time from when to when is needed, such as 5m..8m".to_owned();
            let (from, to) = words.split_once("..").ok_or_else(needed)?;
            (read(from)?, Some(read(to)?))
        }
        Time::After(words) if words.contains("..") => {
            return Err("one time is needed, such as 5m".to_owned());
        }
        Time::After(words) => (read(words)?, None),
    };
    if to.is_some_and(|to| to <= from) {
        return Err("this time ends before it begins".to_owned());
    }
    if from >= measured || to.is_some_and(|to| to > measured) {
        return Err(format!("the measured time is {} s long", measured.as_secs_f64()));
    }
    Ok(Span { from, to })
}

/// A bound in the metric's base unit.
pub(crate) fn value(selector: &Selector, text: &str) -> Result<f64, String> {
    let (value, unit) =
        quantity::split(text).ok_or_else(|| format!("`{text}` is no number with a unit"))?;
    let units = selector::units(selector);
    match units.iter().find(|(name, _)| *name == unit) {
        Some((_, per)) => Ok(value / per),
        None => {
            let digits = text.strip_suffix(unit).unwrap_or(text).trim_end();
            let allowed: Vec<String> =
                units.iter().map(|(name, _)| format!("{digits}{name}")).collect();
            Err(format!("`{text}` has the wrong unit here: {} would do", allowed.join(", ")))
        }
    }
}

impl Line {
    /// The line as the topology writes it, by which results name it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The figure it is about.
    pub fn selector(&self) -> &Selector {
        &self.selector
    }

    /// The same of one operator: of what its users send, or of its own parts. `None` of a line that says
    /// whose its figure is, or whose metric is no operator's.
    pub(crate) fn of_operator(&self, name: &str) -> Option<Self> {
        const WHOSE: [Label; 4] = [Label::From, Label::To, Label::Operator, Label::Station];
        let asked = self.selector.filter().iter();
        if asked.clone().any(|(asked, _)| WHOSE.iter().any(|label| label.name() == *asked)) {
            return None;
        }
        let labels = self.selector.metric.info().labels;
        let label = [Label::From, Label::Operator].into_iter().find(|one| labels.contains(one))?;
        let more = apart(&self.text).map(|line| line.and(label.name(), name));
        let text = more.unwrap_or_else(|| self.text.clone());
        Some(Self { text, selector: self.selector.and(label, name), ..self.clone() })
    }

    /// The same of one hour of the measured time, counted from 0.
    pub(crate) fn of_hour(&self, hour: usize) -> Self {
        let text = format!("{} during {hour}h..{}h", self.text, hour + 1);
        let at = |hour: usize| Duration::from_secs(3600 * hour as u64);
        let span = Some(Span { from: at(hour), to: Some(at(hour + 1)) });
        Self { text, span, ..self.clone() }
    }

    /// The part of the measured time it is about, if not the whole.
    pub(crate) fn window(&self, whole: Window) -> Option<Window> {
        self.span.map(|Span { from, to }| {
            let end = to.map_or(whole.end, |to| whole.start + to);
            Window { start: whole.start + from, end: end.min(whole.end) }
        })
    }

    /// The value that its figure has to stay under; `None` of other lines.
    pub(crate) fn upper(&self) -> Option<f64> {
        match (self.op, self.bound) {
            (Op::Less | Op::LessEqual, Bound::Value(bound)) => Some(bound),
            _ => None,
        }
    }

    /// Whether it is about a part of the measured time.
    pub(crate) fn has_span(&self) -> bool {
        self.span.is_some()
    }

    /// Whether it is held against an earlier run.
    pub(crate) fn needs_baseline(&self) -> bool {
        matches!(self.bound, Bound::Baseline { .. })
    }

    /// Takes the figure of the earlier run.
    pub(crate) fn set_baseline(&mut self, figure: f64) {
        if let Bound::Baseline { value, .. } = &mut self.bound {
            *value = Some(figure);
        }
    }

    /// How the line went.
    pub(super) fn judge(&self, measured: &Measured) -> Slo {
        let part = measured.of(self.window(measured.setup.window));
        let mut bounds = part.and_then(|part| self.selector.bounds(part));
        if self.needs_baseline() {
            // The earlier figure is what was shown then: like is held against like.
            bounds = bounds.map(|it| Bounds { least: it.shown, most: it.shown, ..it });
        }
        let holds = |figure: Option<f64>| figure.is_some_and(|figure| self.holds(figure));
        let (least, most) = (bounds.map(|it| it.least), bounds.map(|it| it.most));
        Slo {
            line: self.text.clone(),
            observed: bounds.map(|it| it.shown),
            at_least: bounds.is_some_and(|it| it.is_least()),
            unit: self.selector.unit(&measured.setup.currency),
            bound: self.bound(),
            change95: None,
            at: part.and_then(|part| self.selector.highest(part)),
            passed: holds(least) && holds(most),
            undecided: holds(least) != holds(most),
        }
    }

    /// What a figure is held against.
    fn bound(&self) -> Option<f64> {
        match self.bound {
            Bound::Value(bound) => Some(bound),
            Bound::Baseline { change, value } => value.map(|value| value * (1.0 + change)),
        }
    }

    /// Whether a figure is as it should be.
    pub(crate) fn holds(&self, observed: f64) -> bool {
        let (bound, observed) = match self.bound {
            Bound::Value(bound) => (bound, observed),
            Bound::Baseline { change, value: Some(value) } => {
                let bound = value * (1.0 + change);
                // The figure of an earlier run may have been added up in another order.
                let same = (observed - bound).abs() <= ROUNDING * bound.abs();
                (bound, if same { bound } else { observed })
            }
            Bound::Baseline { value: None, .. } => return false,
        };
        match self.op {
            Op::Less => observed < bound,
            Op::LessEqual => observed <= bound,
            Op::Greater => observed > bound,
            Op::GreaterEqual => observed >= bound,
            Op::Equal => observed == bound,
            Op::NotEqual => observed != bound,
        }
    }

    /// Whether a figure that can only grow during a run has grown too far: the line fails, whatever
    /// comes. Of counts and maxima this can be known early, of no other figure.
    pub(crate) fn has_failed(&self, so_far: f64) -> bool {
        let grows = match (self.selector.statistic, self.selector.metric) {
            (Statistic::Max, _) => true,
            // What was accepted may be refused later on, and take another route than was meant.
            (Statistic::Count, Metric::MessagesAccepted | Metric::MessagesInFlight) => false,
            (Statistic::Count, Metric::MessagesOffered) => {
                self.selector.filter().iter().all(|(label, _)| *label != "route")
            }
            (Statistic::Count, _) => true,
            (
                Statistic::Mean | Statistic::Stddev | Statistic::Min | Statistic::Percentile(_),
                _,
            )
            | (Statistic::Rate | Statistic::Share, _) => false,
        };
        grows
            && match self.op {
                Op::Equal => {
                    matches!(self.bound, Bound::Value(bound) if so_far > bound)
                }
                Op::Less | Op::LessEqual => !self.holds(so_far),
                Op::Greater | Op::GreaterEqual | Op::NotEqual => false,
            }
    }
}

/// Everything that was measured in words, judged by the setup's lines.
pub(crate) fn results(measured: &Measured) -> Results {
    Results {
        metrics: measured.metrics(),
        series: measured.series.clone(),
        histograms: measured.tagged(),
        slo: measured.setup.slo.iter().map(|line| line.judge(measured)).collect(),
        trends: Vec::new(),
        needs: Vec::new(),
        measured: measured.span,
    }
}

/// Marks what a run that ended early leaves open: all lines but those about a part of the time that
/// was over, and those that had failed for good.
pub(crate) fn leave_open(setup: &Setup, outcomes: &mut [Slo], ended: Instant) {
    for (line, outcome) in setup.slo.iter().zip(outcomes) {
        let over = line.window(setup.window).is_some_and(|window| window.end <= ended);
        let failed = line.span.is_none() && outcome.observed.is_some_and(|o| line.has_failed(o));
        if !over && !failed {
            (outcome.undecided, outcome.passed) = (true, false);
        }
    }
}

/// Lines of a setup that can be known to fail before the end.
pub(crate) fn early(setup: &Setup) -> impl Iterator<Item = &Line> {
    setup.slo.iter().filter(|line| !line.has_span())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Line, Misread> {
        let operators = ["imsp-a", "imsp-b"].map(str::to_owned).to_vec();
        let stations = ["imsp-a/smsc[0]", "imsp-a->imsp-b/link"].map(str::to_owned).to_vec();
        parse(text, &Names { operators, stations }, Duration::from_secs(600))
    }

    #[test]
    fn good_lines_are_understood() {
        let line = parsed("message_latency{route=interworked} p99 < 800ms").expect("good");
        let of = |line: &Line| (line.selector.metric, line.bound, line.op);
        assert_eq!(of(&line), (Metric::MessageLatency, Bound::Value(0.8), Op::Less));
        assert_eq!(line.selector.filter(), [("route", "interworked".to_owned())]);
        let line = parsed("sms_delivered rate > 30/min").expect("good");
        assert_eq!((line.selector.statistic, line.bound), (Statistic::Rate, Bound::Value(0.5)));
        let line = parsed("messages_lost count == 0").expect("good");
        assert_eq!((line.op, line.bound), (Op::Equal, Bound::Value(0.0)));
        let line = parsed("station_utilisation{station=imsp-a/smsc[0]} <= 70%").expect("good");
        let expected = (Statistic::Mean, Bound::Value(0.7));
        assert_eq!((line.selector.statistic, line.bound), expected);
        assert_eq!(
            parsed("utilisation < 70%").expect("good").selector.metric(),
            "station_utilisation"
        );
        let line = parsed("utilisation{station=imsp-a->imsp-b/link} <= 70%").expect("good");
        assert_eq!(line.selector.filter(), [("station", "imsp-a->imsp-b/link".to_owned())]);
        assert_eq!(line.op, Op::LessEqual);
        let line = parsed("messages_lost{route=hub} share < 0.1%").expect("good");
        assert_eq!((line.selector.statistic, line.bound), (Statistic::Share, Bound::Value(0.001)));
    }

    #[test]
    fn a_line_may_be_about_a_part_of_the_time() {
        let second = |s| Duration::from_secs(s);
        let line = parsed("message_latency p99 < 800ms after 5m").expect("good");
        assert_eq!(line.span, Some(Span { from: second(300), to: None }));
        let line = parsed("sms_delivered rate > 3/s during 90s..5m").expect("good");
        assert_eq!(line.span, Some(Span { from: second(90), to: Some(second(300)) }));
    }

    #[test]
    fn a_line_may_be_held_against_an_earlier_run() {
        let mut line = parsed("message_latency p99 <= baseline +5%").expect("good");
        assert!(line.needs_baseline() && !line.holds(0.1));
        line.set_baseline(2.0);
        assert!(line.holds(2.1) && !line.holds(2.11));
        let mut line = parsed("message_latency mean <= baseline").expect("good");
        line.set_baseline(0.3);
        assert!(line.holds(0.1 + 0.2), "rounding is no change");
        let line = parsed("sms_delivered rate >= baseline -10%").expect("good");
        assert_eq!(line.bound, Bound::Baseline { change: -0.1, value: None });
    }

    #[test]
    fn counts_and_maxima_can_fail_before_the_end() {
        let table = [
            ("messages_lost count == 0", 1.0, true),
            ("messages_lost count <= 10", 10.0, false),
            ("messages_lost count < 10", 10.0, true),
            ("messages_delivered count > 10", 3.0, false),
            ("message_latency max < 1s", 1.5, true),
            ("message_latency p99 < 1s", 1.5, false),
            ("messages_offered count < 10", 11.0, true),
            ("messages_offered{route=interworked} count < 10", 11.0, false),
            ("messages_accepted count < 10", 11.0, false),
        ];
        for (line, so_far, failed) in table {
            assert_eq!(parsed(line).expect("good").has_failed(so_far), failed, "{line}");
        }
    }

    #[test]
    fn bad_lines_are_refused_with_the_nearest_right_word() {
        let table = [
            ("mesage_latency p99 < 1s", "no metric", "`message_latency`"),
            ("message_latency{rout=hub} p99 < 1s", "no label", "`route`"),
            ("message_latency{route=hubb} p99 < 1s", "no route", "`hub`"),
            ("message_latency{from=imsp-x} p99 < 1s", "no from", "`imsp-a`"),
            ("sms_delivered{origin=command} rate > 1/s", "no origin", "there are fallback, reply"),
            ("message_latency p9 < 1s", "no statistic", "`p90`"),
            ("sms_delivered p99 < 1s", "no statistic", ""),
            ("presence_changes share < 1%", "no statistic", ""),
            ("message_latency p99 < 1", "wrong unit", ""),
            ("message_latency p99", "comparison is missing", ""),
            ("message_latency{route=hub p99 < 1s", "`}` is missing", ""),
            ("message_latency p99 < 1s after 5", "no time", ""),
            ("message_latency p99 < 1s after 5m..6m", "one time", ""),
            ("message_latency p99 < 1s during 5m", "from when to when", ""),
            ("message_latency p99 < 1s during 6m..5m", "ends before it begins", ""),
            ("message_latency p99 < 1s after 20m", "600 s long", ""),
            ("message_latency p99 < baseline 5%", "no change", ""),
            ("message_latency p99 < baseline +5% after 5m", "not in parts", ""),
        ];
        for (line, message, help) in table {
            let problem = parsed(line).expect_err(line);
            assert!(problem.message.contains(message), "{line}: {}", problem.message);
            assert!(problem.help.unwrap_or_default().contains(help), "{line}");
        }
    }
}
