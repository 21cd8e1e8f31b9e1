//! The answer to "how much can it carry": as JSON (schema `interwork/capacity/1`), and as a page for
//! people, 80 to 100 columns. Filled in by `study::capacity`.

use std::fmt::Write;

use serde::Serialize;

use super::lines::paragraphs;
use super::numbers::{count, percent, seconds, three};
use super::table::table;

/// Columns of the curve after that of the value; below, those of the other tables.
pub(super) const CURVE: [&str; 8] =
    ["offered", "delivered", "p50", "p95", "p99", "refused", "lost", "waiting"];
pub(super) const PARTS: [&str; 2] = ["part", "utilisation"];
pub(super) const LICENCES: [&str; 5] =
    ["operator", "first attempts", "retries", "needed", "installed"];
pub(super) const FAILURES: [&str; 7] =
    ["down", "refused", "lost", "p95", "drained after", "longest queue", "at"];
pub(super) const ACCOUNTS: [&str; 6] =
    ["a, b", "a to b", "b to a", "a's net", "per 1,000 messages", "a month, each"];
pub(super) const INPUTS: [&str; 4] = ["input", "-20 %", "+20 %", "from - to +"];

/// Everything that was found.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Capacity {
    /// `interwork/capacity/1`.
    pub(crate) schema: &'static str,
    /// Of the topology.
    pub(crate) name: String,
    /// Path of the value that was varied.
    pub(crate) varied: String,
    /// Unit of all values of it, such as `/s`; empty for a plain number.
    pub(crate) unit: String,
    /// The value that is planned for.
    pub(crate) planned: f64,
    /// The largest value at which every SLO line holds; null if there is none, or the lines hold
    /// from a value on.
    pub(crate) largest: Option<f64>,
    /// The smallest value from which on every SLO line holds; null if they hold up to a value, or
    /// none was found.
    pub(crate) smallest: Option<f64>,
    /// The values nearest to the answer that clearly hold and clearly fail.
    pub(crate) interval: [Option<f64>; 2],
    /// Where the search ended because the topology cannot have the value; null if it did not.
    pub(crate) ended: Option<End>,
    /// By how much the planned value may grow, or the size shrink, until where the lines clearly
    /// hold; as a share of the lesser.
    pub(crate) headroom: Option<f64>,
    /// The least and the greatest value tried.
    pub(crate) tried: [f64; 2],
    /// Where no border was found: lines that fail at the least value tried, with what was observed.
    pub(crate) failing: Vec<String>,
    /// Whether every line holds at the planned value.
    pub(crate) holds: bool,
    /// Whether the samples at the planned value carry every line.
    pub(crate) known: bool,
    /// What gives way first.
    pub(crate) bottleneck: Option<Limit>,
    /// What gives way next once that is doubled.
    pub(crate) next: Option<Limit>,
    /// Parts with a utilisation above 60 % at the largest value.
    pub(crate) busy: Vec<(String, f64)>,
    /// Parts at their end at the answer, whatever the SLO lines say of it.
    pub(crate) full: Vec<String>,
    /// Where load over mean latency is greatest.
    pub(crate) knee: Option<f64>,
    /// Delays and losses around the answer.
    pub(crate) curve: Vec<CurvePoint>,
    /// SLO lines that too few samples carried somewhere; there they counted neither as held nor as
    /// missed.
    pub(crate) too_few_samples: Vec<TooFew>,
    /// Licences of SMSCs at the planned value.
    pub(crate) licences: Vec<Licence>,
    /// Failures at the planned value.
    pub(crate) failures: Vec<Failure>,
    /// What operators owe each other at the planned value.
    pub(crate) accounts: Vec<Account>,
    /// Currency of the accounts.
    pub(crate) currency: String,
    /// What a thousand delivered messages cost in fees that depend on them.
    pub(crate) per_thousand: f64,
    /// The same with the monthly fees, a busy hour having a tenth of a day's messages.
    pub(crate) per_thousand_with_monthly: f64,
    /// Hub or bilateral agreements.
    pub(crate) break_even: Option<BreakEven>,
    /// The answer with each input 20 % lower and higher.
    pub(crate) inputs: Vec<Input>,
}

/// A value that the topology cannot have.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct End {
    /// The value.
    pub(crate) value: f64,
    /// What the topology says of it.
    pub(crate) why: String,
}

/// An SLO line and the largest value tried at which too few samples carried it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TooFew {
    /// As written.
    pub(crate) line: String,
    /// The value.
    pub(crate) at: f64,
}

/// What gives way.
#[derive(Clone, Debug, Serialize)]
pub struct Limit {
    /// The part.
    pub part: String,
    /// What it is.
    pub(crate) kind: &'static str,
    /// Its utilisation where the SLO first fails, and more where it refuses.
    pub(crate) utilisation: f64,
    /// Lines that fail there.
    pub(crate) lines: Vec<String>,
    /// The largest value that holds with it as it is.
    pub largest: Option<f64>,
    /// Whether doubling it alone makes the lines hold there.
    pub relieves: bool,
}

/// A point of the curve.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct CurvePoint {
    /// The value.
    pub(crate) value: f64,
    /// Messages offered a second.
    pub(crate) offered: f64,
    /// Messages delivered a second.
    pub(crate) delivered: f64,
    /// Mean latency of all messages, seconds.
    pub(crate) mean: Option<f64>,
    /// Its median.
    pub(crate) p50: Option<f64>,
    /// Its 95th percentile.
    pub(crate) p95: Option<f64>,
    /// Its 99th percentile.
    pub(crate) p99: Option<f64>,
    /// Share of messages refused.
    pub(crate) refused: f64,
    /// Share of messages expired or lost.
    pub(crate) lost: f64,
    /// Messages still on their way at the end of a run, with those that wait for a phone.
    pub(crate) waiting: f64,
}

/// What one SMSC needs, short messages a second, in the busiest tenth of the measured time.
#[derive(Clone, Debug, Serialize)]
pub struct Licence {
    /// Whose.
    pub operator: String,
    /// First attempts a second then, if no licence held anything back.
    pub(crate) first_attempts: f64,
    /// Repeated attempts a second then.
    pub retries: f64,
    /// Licensed rate of all nodes, a second.
    pub installed: f64,
    /// Licensed rate that is needed at the highest use allowed, a second.
    pub needed: f64,
}

/// What the failure of one part for a third of the time does.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Failure {
    /// The part.
    pub(crate) part: String,
    /// Share of the run's messages refused.
    pub(crate) refused: f64,
    /// Share of the run's messages expired or lost.
    pub(crate) lost: f64,
    /// 95th percentile of their latency, seconds.
    pub(crate) p95: Option<f64>,
    /// Longest queue at any station from the failure on, the mean of an interval.
    pub(crate) backlog: f64,
    /// That station.
    pub(crate) at: String,
    /// From the end of the failure until all queues are as before, seconds; null: not within the run.
    pub(crate) drained: Option<f64>,
    /// SLO lines that do not hold.
    pub(crate) failing: Vec<String>,
    /// SLO lines that too few samples carry.
    pub(crate) unknown: Vec<String>,
}

/// What two operators owe each other for the measured time.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Account {
    /// The two.
    pub(crate) between: [String; 2],
    /// What each owes the other for the measured time.
    pub(crate) owed: [f64; 2],
    /// What each owes every month whatever crosses.
    pub(crate) monthly: f64,
    /// Messages between them, both ways.
    pub(crate) messages: f64,
    /// What a thousand of these cost; null without any.
    pub(crate) per_thousand: Option<f64>,
}

/// Hub or bilateral agreements, by the month, as one operator pays for what it sends.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct BreakEven {
    /// Messages a month that it sends to one partner.
    pub(crate) messages_per_partner: f64,
    /// A month of one bilateral agreement.
    pub(crate) bilateral: f64,
    /// A month of the hub's agreement, whatever crosses.
    pub(crate) hub_fixed: f64,
    /// The hub's price for what is sent to one partner in a month.
    pub(crate) hub_per_partner: f64,
    /// Partners from which on the hub costs less; null: it never does.
    pub(crate) partners: Option<f64>,
}

/// An input and the answer with it 20 % lower and higher.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Input {
    /// The input.
    pub(crate) input: String,
    /// The answer with it lower; null if none was found.
    pub(crate) lower: Option<f64>,
    /// The answer with it higher; null if none was found.
    pub(crate) higher: Option<f64>,
}

impl Capacity {
    /// Schema of this version.
    pub(crate) const SCHEMA: &str = "interwork/capacity/1";

    /// As JSON.
    pub(crate) fn json(&self) -> String {
        crate::report::json::text(self)
    }

    /// The page, in so many columns.
    pub(crate) fn page(&self, width: usize) -> String {
        let mut text = String::new();
        text.push_str(&paragraphs(&self.verdict(), width));
        self.curve_of(&mut text, width);
        self.parts(&mut text, width);
        self.licences_of(&mut text, width);
        self.failures_of(&mut text, width);
        self.money(&mut text, width);
        self.inputs_of(&mut text, width);
        text
    }

    /// The answer in sentences.
    pub(super) fn verdict(&self) -> String {
        let (varied, planned) = (&self.varied, self.value(self.planned));
        let answer = match (self.largest, self.smallest) {
            (Some(largest), _) => Some(("up to", largest)),
            (None, smallest) => smallest.map(|smallest| ("from", smallest)),
        };
        let mut text = match answer {
            Some((way, border)) => {
                let clear = |value: Option<f64>| value.map_or("?".to_owned(), |v| self.value(v));
                let [holds, fails] = self.interval.map(clear);
                let on = if self.largest.is_none() { " on" } else { "" };
                let headroom = self.headroom.unwrap_or(0.0) * 100.0;
                format!(
                    "{}: the SLO holds {way} {varied} {}{on} (clearly at {holds}, clearly not at {fails})\n\
                     planned {planned}, headroom {headroom:+.0} %{}\n",
                    self.name,
                    self.value(border),
                    if self.interval[0].is_some() { " to where it clearly holds" } else { "" },
                )
            }
            None => {
                let [from, to] = self.tried.map(|value| self.value(value));
                let how = match (self.holds, self.known) {
                    (true, _) => "the SLO holds at every",
                    (false, true) => "the SLO holds at no",
                    (false, false) => "too few samples tell whether the SLO holds at any",
                };
                let name = &self.name;
                let mut text = format!("{name}: {how} {varied} tried, {from} to {to}\n");
                for line in &self.failing {
                    let _ = writeln!(text, "at {from}, {line} fails");
                }
                text
            }
        };
        if let Some(End { value, why }) = &self.ended {
            let _ = writeln!(text, "the search ended before {}: {why}", self.value(*value));
        }
        if !self.known {
            let _ =
                writeln!(text, "at the planned {planned} too few samples tell whether it holds");
        }
        let _ = match &self.bottleneck {
            Some(limit) if limit.relieves => writeln!(
                text,
                "first to give way: {} {} at {} of what it can do; there {} fails",
                limit.kind,
                limit.part,
                percent(limit.utilisation),
                limit.lines.first().map_or("the SLO", String::as_str),
            ),
            Some(limit) => writeln!(
                text,
                "no part alone is to blame: doubling any of the hardest pressed does not help; the \
                 hardest pressed is {} {} at {}",
                limit.kind,
                limit.part,
                percent(limit.utilisation),
            ),
            None => Ok(()),
        };
        if let Some(next) = &self.next {
            let largest = next.largest.map_or("?".to_owned(), |value| self.value(value));
            let lines = next.lines.first().map_or("the SLO", String::as_str);
            let _ = writeln!(
                text,
                "with that doubled, {} {} gives way next, at {varied} {largest}, where {lines} fails",
                next.kind, next.part
            );
        }
        let blamed: Vec<&str> =
            self.bottleneck.iter().flat_map(|limit| limit.part.split(" and ")).collect();
        let full = self.full.iter().map(String::as_str);
        let full: Vec<&str> = full.filter(|part| !blamed.contains(part)).collect();
        if !full.is_empty() {
            let _ = writeln!(
                text,
                "at its end there, and no SLO line minds: {}; what waits for it is neither refused \
                 nor lost, and its queue grows as long as the load lasts",
                full.join(", ")
            );
        }
        for TooFew { line, at } in &self.too_few_samples {
            let at = self.value(*at);
            let _ = writeln!(
                text,
                "too few samples for {line} at {at} and below: neither held nor missed there; a \
                 longer run tells"
            );
        }
        text
    }

    /// A value of what is varied, with its unit.
    fn value(&self, value: f64) -> String {
        format!("{}{}", amount(value), self.unit)
    }

    fn curve_of(&self, text: &mut String, width: usize) {
        let last = self.varied.rsplit('.').next().unwrap_or("value");
        section(text, "Latency and loss of all messages around it (waiting: at the end of a run)");
        let head = [&[last], &CURVE[..]].concat();
        text.push_str(&table(&head, &self.curve_rows(), width));
    }

    /// The curve, as [`CURVE`] names its columns after the value's.
    pub(super) fn curve_rows(&self) -> Vec<Vec<String>> {
        let row = |point: &CurvePoint| {
            let knee = if self.knee == Some(point.value) { " knee" } else { "" };
            vec![
                format!("{}{knee}", amount(point.value)),
                format!("{}/s", three(point.offered)),
                format!("{}/s", three(point.delivered)),
                seconds(point.p50),
                seconds(point.p95),
                seconds(point.p99),
                format!("{:.2} %", point.refused * 100.0),
                format!("{:.2} %", point.lost * 100.0),
                count(point.waiting.round() as u64),
            ]
        };
        self.curve.iter().map(row).collect()
    }

    fn parts(&self, text: &mut String, width: usize) {
        if !self.busy.is_empty() {
            section(text, "Above 60 % there");
            text.push_str(&table(&PARTS, &self.part_rows(), width));
        }
    }

    /// Parts that are used most, as [`PARTS`] names the columns.
    pub(super) fn part_rows(&self) -> Vec<Vec<String>> {
        self.busy.iter().map(|(part, busy)| vec![part.clone(), percent(*busy)]).collect()
    }

    fn licences_of(&self, text: &mut String, width: usize) {
        if !self.licences.is_empty() {
            let title = "SMSC licences at the planned value: the busiest tenth of the time, at most \
                         70 % used (! too small)";
            text.push_str(&paragraphs(&format!("\n{title}\n"), width));
            text.push_str(&table(&LICENCES, &self.licence_rows(), width));
        }
    }

    /// Licences, as [`LICENCES`] names the columns.
    pub(super) fn licence_rows(&self) -> Vec<Vec<String>> {
        let rate = |value: f64| format!("{}/s", three(value));
        let row = |licence: &Licence| {
            let short = if licence.needed > licence.installed { " !" } else { "" };
            vec![
                format!("{}{short}", licence.operator),
                rate(licence.first_attempts),
                rate(licence.retries),
                rate(licence.needed),
                rate(licence.installed),
            ]
        };
        self.licences.iter().map(row).collect()
    }

    fn failures_of(&self, text: &mut String, width: usize) {
        if !self.failures.is_empty() {
            let title = "Each part down for a third of the time, at the planned value (! SLO fails, ? too \
                         few samples)";
            text.push_str(&paragraphs(&format!("\n{title}\n"), width));
            text.push_str(&table(&FAILURES, &self.failure_rows(), width));
        }
    }

    /// Failures, as [`FAILURES`] names the columns.
    pub(super) fn failure_rows(&self) -> Vec<Vec<String>> {
        let row = |failure: &Failure| {
            let mark = match (failure.failing.is_empty(), failure.unknown.is_empty()) {
                (false, _) => " !",
                (true, false) => " ?",
                (true, true) => "",
            };
            vec![
                format!("{}{mark}", failure.part),
                format!("{:.2} %", failure.refused * 100.0),
                format!("{:.2} %", failure.lost * 100.0),
                seconds(failure.p95),
                match (failure.part.as_str(), failure.drained) {
                    ("nothing", _) => "-".to_owned(),
                    (_, Some(after)) => seconds(Some(after)),
                    (_, None) => "not in time".to_owned(),
                },
                count(failure.backlog as u64),
                failure.at.clone(),
            ]
        };
        self.failures.iter().map(row).collect()
    }

    fn money(&self, text: &mut String, width: usize) {
        let rows = self.account_rows();
        if !rows.is_empty() {
            section(text, &format!("Owed for the measured time, {}", self.currency));
            text.push_str(&table(&ACCOUNTS, &rows, width));
        }
        for sentence in self.costs() {
            text.push_str(&paragraphs(&format!("  {sentence}\n"), width));
        }
    }

    /// Who owes whom, as [`ACCOUNTS`] names the columns.
    pub(super) fn account_rows(&self) -> Vec<Vec<String>> {
        let owed = |account: &&Account| account.owed[0] + account.owed[1] + account.monthly > 0.0;
        let row = |account: &Account| {
            let ([a, b], [ab, ba]) = (&account.between, account.owed);
            vec![
                format!("{a}, {b}"),
                format!("{ab:.2}"),
                format!("{ba:.2}"),
                format!("{:+.2}", ba - ab),
                account.per_thousand.map_or("-".to_owned(), |cost| format!("{cost:.2}")),
                format!("{:.2}", account.monthly),
            ]
        };
        self.accounts.iter().filter(owed).map(row).collect()
    }

    /// What a message costs, and whether a hub pays, where there are fees.
    pub(super) fn costs(&self) -> Vec<String> {
        let (per, all) = (self.per_thousand, self.per_thousand_with_monthly);
        let mut sentences = Vec::new();
        if all > 0.0 {
            let mut sentence = format!("{per:.2} {} per 1,000 delivered messages", self.currency);
            if all > per {
                let _ = write!(sentence, ", {all:.2} with the monthly fees");
            }
            sentences.push(sentence);
        }
        sentences.extend(self.break_even.as_ref().map(|even| {
            let verdict = match even.partners {
                Some(partners) if partners <= 1.0 => {
                    "a hub pays from the first partner on".to_owned()
                }
                Some(partners) => format!("a hub pays from {} partners on", partners.ceil()),
                None => "a hub never pays".to_owned(),
            };
            format!(
                "{verdict}: for what one operator sends, a bilateral agreement costs {:.2} {} a \
                 month, the hub {:.2} and {:.2} for each partner ({} messages to each a month, if \
                 this is a busy hour with 10 % of a day; fees of the file's first agreement of \
                 each kind)",
                even.bilateral,
                self.currency,
                even.hub_fixed,
                even.hub_per_partner,
                count(even.messages_per_partner as u64),
            )
        }));
        sentences
    }

    fn inputs_of(&self, text: &mut String, width: usize) {
        if !self.inputs.is_empty() {
            let title = "What the answer becomes with each input 20 % lower and higher (one run a \
                         point: less than 5 % says nothing)";
            text.push_str(&paragraphs(&format!("\n{title}\n"), width));
            text.push_str(&table(&INPUTS, &self.input_rows(), width));
        }
    }

    /// Inputs, as [`INPUTS`] names the columns.
    pub(super) fn input_rows(&self) -> Vec<Vec<String>> {
        let shown = |value: Option<f64>| value.map_or("-".to_owned(), amount);
        let row = |input: &Input| {
            let change = match (input.lower, input.higher, self.largest.or(self.smallest)) {
                (Some(lower), Some(higher), Some(now)) if now > 0.0 => {
                    format!("{:+.0} %", (higher - lower) / now * 100.0)
                }
                _ => "-".to_owned(),
            };
            vec![input.input.clone(), shown(input.lower), shown(input.higher), change]
        };
        self.inputs.iter().map(row).collect()
    }
}

fn section(text: &mut String, title: &str) {
    let _ = writeln!(text, "\n{title}");
}

/// A value of what is varied, with as many digits as it is known to.
pub(super) fn amount(value: f64) -> String {
    match value {
        v if v >= 999.5 => count(v.round() as u64),
        v if v >= 99.95 => format!("{v:.0}"),
        v if v >= 9.995 => format!("{v:.1}"),
        v => format!("{v:.3}"),
    }
}
