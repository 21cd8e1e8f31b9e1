//! The answer to "how much can it carry" for people, 80 to 100 columns. The page has the same rows.

use std::fmt::Write;

use crate::report::document::capacity::*;
use crate::report::document::numbers::{count, of_part, percent, seconds, three};
use crate::report::face::lines::paragraphs;
use crate::report::face::table::table;
use crate::report::judge;

/// Columns of the curve after that of the value; below, those of the other tables.
pub(crate) const CURVE: [&str; 8] =
    ["offered", "delivered", "p50", "p95", "p99", "refused", "lost", "waiting"];
pub(crate) const PARTS: [&str; 2] = ["part", "utilisation"];
pub(crate) const SIZES: [&str; 5] = ["part", "installed", "asked for", "needed", "with one down"];
pub(crate) const FAILURES: [&str; 7] =
    ["down", "refused", "lost", "p95", "drained after", "longest queue", "at"];
pub(crate) const ACCOUNTS: [&str; 6] =
    ["a, b", "a to b", "b to a", "a's net", "per 1,000 messages", "a month, each"];
pub(crate) const INPUTS: [&str; 4] = ["input", "-20 %", "+20 %", "from - to +"];

impl Capacity {
    /// The page, in so many columns.
    pub(crate) fn page(&self, width: usize) -> String {
        let mut text = String::new();
        text.push_str(&paragraphs(&self.verdict(), width));
        self.curve_of(&mut text, width);
        self.parts(&mut text, width);
        self.sizes_of(&mut text, width);
        self.failures_of(&mut text, width);
        self.money(&mut text, width);
        self.inputs_of(&mut text, width);
        text
    }

    /// The answer in sentences.
    pub(crate) fn verdict(&self) -> String {
        let planned = self.value(self.planned);
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
                    "{}: the SLO holds {way} {}{on} (clearly at {holds}, clearly not at {fails})\n\
                     planned {planned}, headroom {headroom:+.0} %{}\n",
                    self.name,
                    self.at(border),
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
                let varied = if self.is_load() { "load" } else { &self.varied };
                let mut text = format!("{name}: {how} {varied} tried, {from} to {to}\n");
                for line in &self.failing {
                    let _ = writeln!(text, "even at the least that tells, {line} fails");
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
                "first to give way: {} {} at {} of what it can do; there {}",
                limit.kind,
                limit.part,
                percent(limit.utilisation),
                limit.what(),
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
            let largest = next.largest.map_or("?".to_owned(), |value| self.at(value));
            let _ = writeln!(
                text,
                "with that doubled, {} {} gives way next, at {largest}, where {}",
                next.kind,
                next.part,
                next.what()
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

    /// Whether it is the load, for which there are words.
    fn is_load(&self) -> bool {
        self.varied == "workload.load"
    }

    /// What is varied, at a value.
    fn at(&self, value: f64) -> String {
        match self.is_load() {
            true => format!("{} times the load", self.value(value)),
            false => format!("{} {}", self.varied, self.value(value)),
        }
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
    pub(crate) fn curve_rows(&self) -> Vec<Vec<String>> {
        let row = |point: &CurvePoint| {
            let knee = if self.knee == Some(point.value) { " knee" } else { "" };
            let time = |name: &str, value: Option<f64>| {
                let least = if point.at_least.contains(&name) { "≥ " } else { "" };
                format!("{least}{}", seconds(value))
            };
            vec![
                format!("{}{knee}", amount(point.value)),
                format!("{}/s", three(point.offered)),
                format!("{}/s", three(point.delivered)),
                time("p50", point.p50),
                time("p95", point.p95),
                time("p99", point.p99),
                format!("{:.2} %", point.refused * 100.0),
                format!("{:.2} %", point.lost * 100.0),
                count(point.waiting.round() as u64),
            ]
        };
        self.curve.iter().map(row).collect()
    }

    fn parts(&self, text: &mut String, width: usize) {
        if !self.busy.is_empty() {
            section(text, &format!("Above {} there", judge::bound(judge::BUSY)));
            text.push_str(&table(&PARTS, &self.part_rows(), width));
        }
    }

    /// Parts that are used most, as [`PARTS`] names the columns.
    pub(crate) fn part_rows(&self) -> Vec<Vec<String>> {
        self.busy.iter().map(|(part, busy)| vec![part.clone(), percent(*busy)]).collect()
    }

    fn sizes_of(&self, text: &mut String, width: usize) {
        if !self.sizes.is_empty() {
            let title = format!(
                "Sizes at the planned value, by arithmetic, of an SMSC all nodes together: what is needed is \
                 used at most to {} (! too small)",
                self.targets()
            );
            text.push_str(&paragraphs(&format!("\n{title}\n"), width));
            text.push_str(&table(&SIZES, &self.size_rows(), width));
        }
    }

    /// How much of a part may be used.
    pub(crate) fn targets(&self) -> String {
        let mut targets: Vec<String> =
            self.sizes.iter().map(|size| judge::bound(size.target)).collect();
        targets.sort();
        targets.dedup();
        targets.join(" or ")
    }

    /// Sizes, as [`SIZES`] names the columns.
    pub(crate) fn size_rows(&self) -> Vec<Vec<String>> {
        let row = |size: &Size| {
            let short = if size.used > size.target { " !" } else { "" };
            let amount = |value: f64| of_part(value, size.unit);
            vec![
                format!("{}{short}", size.part),
                amount(size.installed),
                percent(size.used),
                amount(size.needed),
                size.spare.map_or("-".to_owned(), amount),
            ]
        };
        self.sizes.iter().map(row).collect()
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
    pub(crate) fn failure_rows(&self) -> Vec<Vec<String>> {
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
                format!("{}{}", if failure.at_least { "≥ " } else { "" }, seconds(failure.p95)),
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
    pub(crate) fn account_rows(&self) -> Vec<Vec<String>> {
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
    pub(crate) fn costs(&self) -> Vec<String> {
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
                 month, the hub {:.2} and {:.2} for each partner ({} messages to each a month, of \
                 {} busy hours like this; fees of the file's first agreement of \
                 each kind)",
                even.bilateral,
                self.currency,
                even.hub_fixed,
                even.hub_per_partner,
                count(even.messages_per_partner as u64),
                amount(self.busy_hours),
            )
        }));
        sentences
    }

    fn inputs_of(&self, text: &mut String, width: usize) {
        if !self.inputs.is_empty() {
            let title = "What the answer becomes with each input 20 % lower and higher, by arithmetic \
                         on the part that is first at its end";
            text.push_str(&paragraphs(&format!("\n{title}\n"), width));
            text.push_str(&table(&INPUTS, &self.input_rows(), width));
        }
    }

    /// Inputs, as [`INPUTS`] names the columns.
    pub(crate) fn input_rows(&self) -> Vec<Vec<String>> {
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

impl Limit {
    /// What happens where it gives way.
    fn what(&self) -> String {
        match self.lines.first() {
            Some(line) => format!("{line} fails"),
            None => "its queue only grows".to_owned(),
        }
    }
}

fn section(text: &mut String, title: &str) {
    let _ = writeln!(text, "\n{title}");
}

/// A value of what is varied, with as many digits as it is known to.
pub(crate) fn amount(value: f64) -> String {
    match value {
        v if v >= 999.5 => count(v.round() as u64),
        v if v >= 99.95 => format!("{v:.0}"),
        v if v >= 9.995 => format!("{v:.1}"),
        v => format!("{v:.3}"),
    }
}
