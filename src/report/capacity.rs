//! The answer to "how much can it carry": as JSON (schema `interwork/capacity/1`), and as a page for
//! people, 80 to 100 columns. Filled in by the command line from what the study found.

use std::fmt::Write;

use serde::Serialize;

use super::lines::paragraphs;
use super::numbers::{count, percent, seconds, three};
use super::table::table;

/// Everything that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Capacity {
    /// `interwork/capacity/1`.
    pub schema: &'static str,
    /// Of the topology.
    pub name: String,
    /// Path of the value that was varied.
    pub varied: String,
    /// The value that is planned for.
    pub planned: f64,
    /// The largest value at which every SLO line holds; null if it was not found.
    pub largest: Option<f64>,
    /// The largest that clearly holds and the smallest that clearly fails.
    pub interval: [Option<f64>; 2],
    /// (largest - planned) / planned.
    pub headroom: Option<f64>,
    /// Whether every line holds at the planned value.
    pub holds: bool,
    /// What gives way first.
    pub bottleneck: Option<Limit>,
    /// What gives way next once that is doubled.
    pub next: Option<Limit>,
    /// Parts with a utilisation above 60 % at the largest value.
    pub busy: Vec<(String, f64)>,
    /// Where load over mean latency is greatest.
    pub knee: Option<f64>,
    /// Delays and losses around the answer.
    pub curve: Vec<CurvePoint>,
    /// SLO lines that too few samples carried; they counted as holding.
    pub too_few_samples: Vec<String>,
    /// Licences of SMSCs at the planned value.
    pub licences: Vec<Licence>,
    /// Failures at the planned value.
    pub failures: Vec<Failure>,
    /// What operators owe each other at the planned value.
    pub accounts: Vec<Account>,
    /// Currency of the accounts.
    pub currency: String,
    /// What a thousand delivered messages cost in fees that depend on them.
    pub per_thousand: f64,
    /// Hub or bilateral agreements.
    pub break_even: Option<BreakEven>,
    /// The answer with each input 20 % lower and higher.
    pub inputs: Vec<Input>,
}

/// What gives way.
#[derive(Clone, Debug, Serialize)]
pub struct Limit {
    /// The part.
    pub part: String,
    /// What it is.
    pub kind: &'static str,
    /// Its utilisation where the SLO first fails, and more where it refuses.
    pub utilisation: f64,
    /// Lines that fail there.
    pub lines: Vec<String>,
    /// The largest value that holds with it as it is.
    pub largest: Option<f64>,
    /// Whether doubling it alone makes the lines hold there.
    pub relieves: bool,
}

/// A point of the curve.
#[derive(Clone, Copy, Debug, Serialize)]
#[allow(missing_docs, reason = "the names of the format's metrics and statistics, in base units")]
pub struct CurvePoint {
    pub value: f64,
    pub offered: f64,
    pub delivered: f64,
    pub mean: Option<f64>,
    pub p50: Option<f64>,
    pub p95: Option<f64>,
    pub p99: Option<f64>,
    pub loss: f64,
}

/// What one SMSC needs, short messages a second.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "each name says it")]
pub struct Licence {
    pub operator: String,
    pub first_attempts: f64,
    pub retries: f64,
    pub installed: f64,
    pub needed: f64,
}

/// What the failure of one part for a third of the time does.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "each name says it; times in seconds")]
pub struct Failure {
    pub part: String,
    pub loss: f64,
    pub p95: Option<f64>,
    pub backlog: f64,
    pub drained: Option<f64>,
    pub failing: Vec<String>,
}

/// What two operators owe each other for the measured time.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "each name says it")]
pub struct Account {
    pub between: [String; 2],
    pub owed: [f64; 2],
    pub monthly: f64,
    pub messages: f64,
    pub per_thousand: Option<f64>,
}

/// Hub or bilateral agreements, by the month.
#[derive(Clone, Copy, Debug, Serialize)]
#[allow(missing_docs, reason = "each name says it")]
pub struct BreakEven {
    pub messages_per_pair: f64,
    pub bilateral: f64,
    pub hub_fixed: f64,
    pub hub_per_partner: f64,
    pub partners: Option<f64>,
}

/// An input and the answer with it 20 % lower and higher.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "each name says it")]
pub struct Input {
    pub input: String,
    pub lower: Option<f64>,
    pub higher: Option<f64>,
}

impl Capacity {
    /// Schema of this version.
    pub const SCHEMA: &str = "interwork/capacity/1";

    /// As JSON.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// The page, in so many columns.
    pub fn page(&self, width: usize) -> String {
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
    fn verdict(&self) -> String {
        let (varied, planned) = (&self.varied, amount(self.planned));
        let mut text = match (self.largest, self.holds) {
            (Some(largest), _) => {
                let clear = |value: Option<f64>| value.map_or("?".to_owned(), amount);
                let [holds, fails] = self.interval.map(clear);
                let headroom = self.headroom.unwrap_or(0.0) * 100.0;
                format!(
                    "{}: the SLO holds up to {varied} {} (clearly at {holds}, clearly not at {fails})\n\
                     planned {planned}, headroom {headroom:+.0} %\n",
                    self.name,
                    amount(largest),
                )
            }
            (None, true) => format!("{}: the SLO holds at every {varied} tried\n", self.name),
            (None, false) => format!("{}: the SLO holds at no {varied} tried\n", self.name),
        };
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
            let largest = next.largest.map_or("?".to_owned(), amount);
            let _ = writeln!(
                text,
                "with that doubled, {} {} gives way next, at {varied} {largest}",
                next.kind, next.part
            );
        }
        for line in &self.too_few_samples {
            let _ = writeln!(text, "too few samples for {line}: taken as held; a longer run tells");
        }
        text
    }

    fn curve_of(&self, text: &mut String, width: usize) {
        let rows: Vec<Vec<String>> = self
            .curve
            .iter()
            .map(|point| {
                let knee = if self.knee == Some(point.value) { " knee" } else { "" };
                vec![
                    format!("{}{knee}", amount(point.value)),
                    format!("{}/s", three(point.offered)),
                    format!("{}/s", three(point.delivered)),
                    seconds(point.p50),
                    seconds(point.p95),
                    seconds(point.p99),
                    format!("{:.2} %", point.loss * 100.0),
                ]
            })
            .collect();
        let last = self.varied.rsplit('.').next().unwrap_or("value");
        section(text, "Latency and loss of all messages around it");
        let head = [last, "offered", "delivered", "p50", "p95", "p99", "lost"];
        text.push_str(&table(&head, &rows, width));
    }

    fn parts(&self, text: &mut String, width: usize) {
        if self.busy.is_empty() {
            return;
        }
        section(text, "Above 60 % there");
        let rows: Vec<Vec<String>> =
            self.busy.iter().map(|(part, busy)| vec![part.clone(), percent(*busy)]).collect();
        text.push_str(&table(&["part", "utilisation"], &rows, width));
    }

    fn licences_of(&self, text: &mut String, width: usize) {
        if self.licences.is_empty() {
            return;
        }
        section(text, "SMSC licences at the planned value, at most 70 % used");
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
        let rows: Vec<Vec<String>> = self.licences.iter().map(row).collect();
        let head = ["operator", "first attempts", "retries", "needed", "installed"];
        text.push_str(&table(&head, &rows, width));
    }

    fn failures_of(&self, text: &mut String, width: usize) {
        if self.failures.is_empty() {
            return;
        }
        section(text, "Each part down for a third of the time, at the planned value (! SLO fails)");
        let row = |failure: &Failure| {
            let mark = if failure.failing.is_empty() { "" } else { " !" };
            vec![
                format!("{}{mark}", failure.part),
                format!("{:.2} %", failure.loss * 100.0),
                seconds(failure.p95),
                count(failure.backlog as u64),
                failure.drained.map_or("not in time".to_owned(), |after| seconds(Some(after))),
            ]
        };
        let rows: Vec<Vec<String>> = self.failures.iter().map(row).collect();
        let head = ["down", "lost", "p95", "longest queue", "drained after"];
        text.push_str(&table(&head, &rows, width));
    }

    fn money(&self, text: &mut String, width: usize) {
        let owed = |account: &&Account| account.owed[0] + account.owed[1] + account.monthly > 0.0;
        let rows: Vec<Vec<String>> = self
            .accounts
            .iter()
            .filter(owed)
            .map(|account| {
                let [a, b] = &account.between;
                let [ab, ba] = account.owed;
                vec![
                    format!("{a}, {b}"),
                    format!("{ab:.2}"),
                    format!("{ba:.2}"),
                    format!("{:+.2}", ba - ab),
                    account.per_thousand.map_or("-".to_owned(), |cost| format!("{cost:.2}")),
                    format!("{:.2}", account.monthly),
                ]
            })
            .collect();
        if !rows.is_empty() {
            let title = format!("Owed for the measured time, {}", self.currency);
            section(text, &title);
            let head =
                ["a, b", "a to b", "b to a", "a's net", "per 1,000 messages", "a month, each"];
            text.push_str(&table(&head, &rows, width));
            let per = self.per_thousand;
            let _ = writeln!(text, "  {per:.2} {} per 1,000 delivered messages", self.currency);
        }
        if let Some(even) = &self.break_even {
            let verdict = match even.partners {
                Some(partners) if partners <= 1.0 => {
                    "a hub pays from the first partner on".to_owned()
                }
                Some(partners) => format!("a hub pays from {} partners on", partners.ceil()),
                None => "a hub never pays".to_owned(),
            };
            let sentence = format!(
                "  {verdict}: a bilateral agreement costs {:.2} {} a month, the hub {:.2} and {:.2} \
                 for each partner ({} messages a pair and month; a busy hour has 10 % of a day)",
                even.bilateral,
                self.currency,
                even.hub_fixed,
                even.hub_per_partner,
                count(even.messages_per_pair as u64),
            );
            text.push_str(&paragraphs(&sentence, width));
        }
    }

    fn inputs_of(&self, text: &mut String, width: usize) {
        if self.inputs.is_empty() {
            return;
        }
        section(text, "What the answer becomes with each input 20 % lower and higher");
        let shown = |value: Option<f64>| value.map_or("-".to_owned(), amount);
        let row = |input: &Input| {
            let change = match (input.lower, input.higher, self.largest) {
                (Some(lower), Some(higher), Some(now)) if now > 0.0 => {
                    format!("{:+.0} %", (higher - lower) / now * 100.0)
                }
                _ => "-".to_owned(),
            };
            vec![input.input.clone(), shown(input.lower), shown(input.higher), change]
        };
        let rows: Vec<Vec<String>> = self.inputs.iter().map(row).collect();
        text.push_str(&table(&["input", "-20 %", "+20 %", "from - to +"], &rows, width));
    }
}

fn section(text: &mut String, title: &str) {
    let _ = writeln!(text, "\n{title}");
}

/// A value of what is varied, with as many digits as it is known to.
fn amount(value: f64) -> String {
    match value {
        v if v >= 999.5 => count(v.round() as u64),
        v if v >= 99.95 => format!("{v:.0}"),
        v if v >= 9.995 => format!("{v:.1}"),
        v => format!("{v:.3}"),
    }
}
