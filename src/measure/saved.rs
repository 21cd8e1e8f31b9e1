//! What a run measured as lines of text, and back: one line a figure, sums as exact as they are. A
//! study keeps the runs of its tasks so (`study::sweep`), a result folder its replications; the file
//! around the lines is `report`'s.
//! The series over time is not kept. Lines that do not fit the setup are refused, whatever they say.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::catalogue::{Kind, Label, Metric};
use super::counts::Counts;
use super::figures::Figures;
use super::histogram::Recorded;
use super::key::{ANY, Key};
use super::labels;
use super::measured::{Gauge, Measured};
use super::results::Batch;
use super::{Setup, Window};
use crate::domain::time::Instant;

/// Largest count that is believed: thousands of them can be added.
const MOST: u64 = 1 << 48;

/// Writes what was measured.
pub(crate) fn lines(measured: &Measured) -> Vec<String> {
    let mut lines = Vec::new();
    write(measured, &mut lines);
    for part in &measured.within {
        let Window { start, end } = part.setup.window;
        lines.push(format!("window {} {}", start.0, end.0));
        write(part, &mut lines);
    }
    lines
}

fn write(measured: &Measured, lines: &mut Vec<String>) {
    let Measured { seconds, runs, span, .. } = measured;
    lines.push(format!("run {runs} {seconds} {} {}", span.0, span.1));
    let counters: BTreeMap<&Key, &i64> = measured.whole.counters.iter().collect();
    for (key, count) in counters {
        lines.push(format!("counter {} {count}", name(*key)));
    }
    let histograms: BTreeMap<&Key, &Box<Recorded>> = measured.whole.histograms.iter().collect();
    for (key, recorded) in histograms {
        let (sum, squares, min, max) = recorded.sums();
        let mut line = format!("histogram {} {sum} {squares} {min} {max}", name(*key));
        for (cell, count) in recorded.counts().filled() {
            line.push(' ');
            digits(&mut line, cell as u64);
            line.push(':');
            digits(&mut line, count);
        }
        lines.push(line);
    }
    for (key, Gauge { integral, max }) in &measured.gauges {
        lines.push(format!("gauge {} {integral} {max}", name(*key)));
    }
    for (key, batches) in &measured.batches {
        let mut line = format!("batches {}", name(*key));
        for Batch { sum, weight } in batches {
            let _ = write!(line, " {sum}:{weight}");
        }
        lines.push(line);
    }
}

/// Writes a number; there are hundreds of thousands of them.
fn digits(line: &mut String, mut value: u64) {
    let mut shown = [0; 20];
    let mut first = shown.len();
    loop {
        first -= 1;
        shown[first] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    line.extend(shown[first..].iter().map(|digit| char::from(*digit)));
}

/// The words of labels that are no names of a topology, as their numbers in lines count them.
pub(crate) fn words() -> Vec<String> {
    let mut lists: Vec<String> = Vec::new();
    for label in Metric::ALL.iter().flat_map(|metric| metric.info().labels) {
        let words: Vec<&str> = (0..).map_while(|place| labels::closed(*label, place)).collect();
        let list = format!("{} {}", label.name(), words.join(","));
        if !words.is_empty() && !lists.contains(&list) {
            lists.push(list);
        }
    }
    lists
}

/// A metric with the places of its labels' values: `message_latency 2,0,1`, `*` for all.
fn name(key: Key) -> String {
    let info = key.metric().info();
    let labels = key.labels().into_iter().take(info.labels.len());
    let labels = labels.map(|value| if value == ANY { "*".to_owned() } else { value.to_string() });
    format!("{} {}", info.name, labels.collect::<Vec<_>>().join(","))
}

/// Reads what was measured of a run with this setup.
///
/// # Errors
/// The first line that does not fit, and why.
pub(crate) fn restore(setup: &Arc<Setup>, lines: &[String]) -> Result<Measured, String> {
    let mut parts: Vec<(Option<Window>, &[String])> = Vec::new();
    let mut start = 0;
    let mut window = None;
    for (place, line) in lines.iter().enumerate() {
        if let Some(bounds) = line.strip_prefix("window ") {
            parts.push((window, &lines[start..place]));
            let bounds: Vec<u64> = bounds.split(' ').flat_map(str::parse).collect();
            let [from, to] = bounds[..] else { return Err(refused(line, "two times are needed")) };
            (window, start) = (Some(Window { start: Instant(from), end: Instant(to) }), place + 1);
        }
    }
    parts.push((window, &lines[start..]));
    let asked: Vec<Window> = setup.windows();
    if parts.iter().skip(1).map(|(window, _)| *window).ne(asked.into_iter().map(Some)) {
        return Err("the parts of the measured time are not those of the SLO lines".to_owned());
    }
    let mut whole = None;
    for (window, lines) in parts {
        let setup = match window {
            None => Arc::clone(setup),
            Some(window) => Arc::new(setup.within(window)),
        };
        let part = read(setup, lines)?;
        match &mut whole {
            None => whole = Some(part),
            Some(whole) => Measured::push_part(whole, part),
        }
    }
    whole.ok_or_else(|| "nothing is there".to_owned())
}

/// A sentence about a line, which may be very long.
fn refused(line: &str, why: &str) -> String {
    let shown: String = line.chars().take(60).collect();
    format!("`{shown}`: {why}")
}

fn read(setup: Arc<Setup>, lines: &[String]) -> Result<Measured, String> {
    let Some((head, figures)) = lines.split_first() else {
        return Err("the line about the run is missing".to_owned());
    };
    let mut measured = run(setup, head).ok_or_else(|| refused(head, "this is no run"))?;
    for line in figures {
        let added = figure(&mut measured, line);
        added
            .map_err(|why| refused(line, why))?
            .ok_or_else(|| refused(line, "a number is wrong"))?;
    }
    Ok(measured)
}

/// The line about the run: how many, how long, from when to when.
fn run(setup: Arc<Setup>, line: &str) -> Option<Measured> {
    let words: Vec<&str> = line.split(' ').collect();
    let ["run", runs, seconds, start, end] = words[..] else { return None };
    let runs = runs.parse().ok().filter(|runs| (1..=1 << 20).contains(runs))?;
    let seconds = finite(seconds).filter(|seconds| *seconds >= 0.0)?;
    let span = (finite(start)?, finite(end)?);
    let measured = Measured::of_figures(setup, Figures::default(), seconds);
    Some(Measured { runs, span, ..measured })
}

fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite() && value.abs() < 1e150)
}

/// Takes one figure; nothing if a number in it is none.
fn figure(measured: &mut Measured, line: &str) -> Result<Option<()>, &'static str> {
    let mut words = line.split(' ');
    let mut word = || words.next().unwrap_or("");
    let (kind, metric, labels) = (word(), word(), word());
    let key = key(&measured.setup, metric, labels)?;
    let expected = match kind {
        "counter" => Some(Kind::Counter),
        "histogram" => Some(Kind::Histogram),
        "gauge" => Some(Kind::Gauge),
        "batches" => None,
        _ => return Err("this is no figure"),
    };
    if expected.is_some_and(|kind| kind != key.metric().info().kind) {
        return Err("the metric is of another kind");
    }
    let rest: Vec<&str> = words.collect();
    let twice = match kind {
        "counter" => {
            let Some(count) = counter(&rest) else { return Ok(None) };
            measured.whole.counters.insert(key, count).is_some()
        }
        "histogram" => {
            let Some(recorded) = histogram(&rest) else { return Ok(None) };
            measured.whole.histograms.insert(key, Box::new(recorded)).is_some()
        }
        "gauge" => {
            let Some(gauge) = gauge(&rest) else { return Ok(None) };
            measured.gauges.insert(key, gauge).is_some()
        }
        _ => {
            let batches: Option<Vec<Batch>> = rest.iter().map(|pair| batch(pair)).collect();
            let Some(batches) = batches else { return Ok(None) };
            measured.batches.insert(key, batches).is_some()
        }
    };
    if twice { Err("this figure is there twice") } else { Ok(Some(())) }
}

fn counter(words: &[&str]) -> Option<i64> {
    let [count] = words else { return None };
    count.parse().ok().filter(|count: &i64| count.unsigned_abs() < MOST)
}

fn histogram(words: &[&str]) -> Option<Recorded> {
    let [sum, squares, min, max, cells @ ..] = words else { return None };
    let cell = |text: &&str| {
        let (cell, count) = text.split_once(':')?;
        Some((cell.parse().ok()?, count.parse().ok().filter(|count| *count < MOST)?))
    };
    let cells: Option<Vec<(usize, u64)>> = cells.iter().map(cell).collect();
    let counts = Counts::of_cells(&cells?).filter(|counts| counts.total() < MOST)?;
    let sums = (sum.parse().ok()?, squares.parse().ok()?, min.parse().ok()?, max.parse().ok()?);
    Recorded::of_parts(counts, sums)
}

fn gauge(words: &[&str]) -> Option<Gauge> {
    let [integral, max] = words else { return None };
    Some(Gauge { integral: finite(integral)?, max: finite(max)? })
}

fn batch(pair: &str) -> Option<Batch> {
    let (sum, weight) = pair.split_once(':')?;
    Some(Batch { sum: finite(sum)?, weight: finite(weight)? })
}

/// The key of a metric with labels that the setup has.
fn key(setup: &Setup, metric: &str, places: &str) -> Result<Key, &'static str> {
    let known = Metric::ALL.iter().find(|known| known.info().name == metric);
    let metric = *known.ok_or("no metric has this name")?;
    let info = metric.info();
    let mut values = Vec::new();
    for (text, label) in places.split(',').zip(info.labels) {
        let value = match text {
            "*" if *label != Label::Station => ANY,
            _ => match text.parse() {
                Ok(value) if labels::word(setup, *label, value).is_some() => value,
                _ => return Err("a label has no such value here"),
            },
        };
        values.push(value);
    }
    if values.len() != places.split(',').count() || values.len() != info.labels.len() {
        return Err("the metric has other labels");
    }
    Ok(Key::new(metric, &values))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::OperatorId;
    use crate::domain::part::{Part, PartKind};
    use crate::domain::stations::Station;
    use crate::domain::time::Duration;
    use crate::measure::slo;
    use proptest::prelude::*;

    fn setup() -> Arc<Setup> {
        let station = |kind: PartKind| Station {
            part: Part::of(kind, OperatorId(0)),
            name: format!("a/{kind}"),
            operator: OperatorId(0),
            servers: 1,
        };
        Arc::new(Setup {
            window: Window { start: Instant(10), end: Instant(1_000_000) },
            interval: Duration(1000),
            operators: vec!["a".to_owned(), "b".to_owned()],
            agreements: Vec::new(),
            currency: "EUR".to_owned(),
            stations: vec![station(PartKind::ImServer), station(PartKind::Hlr)],
            slo: Vec::new(),
            batches: true,
            steady: true,
            stores: false,
            overdue: Duration::from_secs(60),
            replications: 1,
        })
    }

    /// Something of every kind.
    fn measured(samples: &[u64], counts: &[u32]) -> Measured {
        let mut whole = Figures::default();
        for (place, sample) in samples.iter().enumerate() {
            let key = Key::new(Metric::MessageLatency, &[place as u32 % 3, 0, 1]);
            whole.record(key, *sample);
        }
        for (place, count) in counts.iter().enumerate() {
            let labels = [place as u32 % 3, 0, 1, if place % 2 == 0 { ANY } else { 1 }];
            whole.count(Key::new(Metric::MessagesLost, &labels), i64::from(*count));
        }
        let mut measured = Measured::of_figures(setup(), whole, 1.0 / 3.0);
        let key = Key::new(Metric::StationUtilisation, &[1]);
        measured.gauges.insert(key, Gauge { integral: 0.1 + 0.2, max: 1.0 });
        measured.batches.insert(key, vec![Batch { sum: 1e-7, weight: 2.0 }; 2]);
        measured
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let good = lines(&measured(&[5_000_000], &[3, 4]));
        assert!(restore(&setup(), &good).is_ok());
        for (change, told) in [
            ("counter messages_lost 0,0,1,* 3", "twice"),
            ("counter messages_lots 0,0,1,1 3", "no metric"),
            ("counter messages_lost 0,0,7,1 3", "no such value"),
            ("counter messages_lost 0,0,1 3", "other labels"),
            ("counter messages_lost 0,0,1,1,1 3", "other labels"),
            ("counter messages_lost 0,0,0,1 99999999999999999", "number is wrong"),
            ("counter message_latency 0,0,1 3", "another kind"),
            ("gauge station_utilisation * 1 1", "no such value"),
            ("gauge station_utilisation 0 NaN 1", "number is wrong"),
            ("histogram message_latency 1,1,1 5 25 9 1 5:1", "number is wrong"),
            ("histogram message_latency 1,1,1 5 25 5 5 5:0", "number is wrong"),
            ("histogram message_latency 1,1,1 5 25 5 5 99999999:1", "number is wrong"),
            ("window 1 2", "not those of the SLO lines"),
            ("window 1", "two times"),
            ("", "no metric"),
        ] {
            let mut lines = good.clone();
            lines.push(change.to_owned());
            let error = restore(&setup(), &lines).expect_err(change);
            assert!(error.contains(told), "{change}: {error}");
        }
        assert!(restore(&setup(), &[]).is_err() && restore(&setup(), &good[1..]).is_err());
    }

    proptest! {
        #[test]
        fn what_is_restored_is_what_was_measured(
            samples in prop::collection::vec((0u32..50, any::<u64>()), 0..60),
            counts in prop::collection::vec(any::<u32>(), 0..6),
        ) {
            let samples: Vec<u64> =
                samples.into_iter().map(|(bits, value)| value >> (63 - bits) >> 1).collect();
            let first = measured(&samples, &counts);
            let written = lines(&first);
            let again = restore(&setup(), &written).map_err(TestCaseError::fail)?;
            prop_assert_eq!(&lines(&again), &written);
            prop_assert_eq!(slo::results(&again).metrics, slo::results(&first).metrics);
        }

        #[test]
        fn no_line_makes_a_panic(line in "(counter|histogram|gauge|batches|window|run) ?[a-z_]{0,16} ?[0-9,*]{0,8}( [0-9:.e-]{0,40}){0,5}") {
            let mut lines = lines(&measured(&[1], &[1]));
            lines.push(line);
            let _ = restore(&setup(), &lines).map(|measured| slo::results(&measured));
        }
    }
}
