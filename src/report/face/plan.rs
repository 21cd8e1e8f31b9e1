//! The plan for people, 80 to 100 columns, and its tables as CSV. The page has the same sentences and rows.

use crate::report::document::numbers::{capital, count, of_part, percent, plural, seconds, three};
use crate::report::document::plan::*;
use crate::report::face::lines::paragraphs;
use crate::report::face::table::table;

/// Columns of the tables; without prices those of money are left out.
pub(crate) const PARTS: [&str; 6] = ["part", "now", "needed", "then", "more a month", "a month"];
pub(crate) const SCENARIOS: [&str; 8] = [
    "what comes",
    "verdict",
    "messages",
    "undelivered",
    "licence",
    "workers",
    "a month",
    "too small for it",
];
pub(crate) const BILLS: [&str; 7] =
    ["operator", "SMSC", "servers", "links", "pays", "gets", "a month"];

impl Plan {
    /// The plan, in so many columns.
    pub(crate) fn page(&self, width: usize) -> String {
        let mut text = paragraphs(&format!("{}: {}\n", self.title(), self.verdict()), width);
        text.push_str(&paragraphs(&self.sentences().join("\n"), width));
        let section = |title: &str, head: &[&str], rows: &[Vec<String>]| match rows {
            [] => String::new(),
            rows => paragraphs(&format!("\n{title}\n"), width) + &table(head, rows, width),
        };
        text += &section(&self.about_scenarios(), &SCENARIOS, &self.scenario_rows());
        text += &paragraphs(&self.too_small().unwrap_or_default(), width);
        text += &section(&self.about_parts(), self.part_head(), &self.part_rows());
        text += &section(&self.about_bills(), &BILLS, &self.bill_rows());
        text.push_str(&paragraphs(&format!("\n{}\n", self.assumptions().join("\n")), width));
        text
    }

    /// Of what it is a plan.
    pub(crate) fn title(&self) -> String {
        match &self.operator {
            Some(operator) => format!("{}, for {operator}", self.name),
            None => self.name.clone(),
        }
    }

    /// What it comes to, in a sentence.
    pub(crate) fn verdict(&self) -> String {
        let buys = self.buys().count();
        let what = match buys {
            0 => "what there is is enough for a year".to_owned(),
            1 => "one purchase for the next year".to_owned(),
            many => format!("{many} purchases for the next year"),
        };
        let (later, now) = (self.a_month(), self.more());
        match (self.assumed.priced, buys) {
            (false, _) => what,
            (true, 0) => format!("{what}; {} a month then", self.money(later)),
            (true, _) => {
                format!("{what}; {} a month then, {} of it new", self.money(later), self.money(now))
            }
        }
    }

    /// What matters, a sentence each.
    pub(crate) fn sentences(&self) -> Vec<String> {
        let mut all: Vec<String> = self
            .unsteady
            .iter()
            .map(|why| {
                format!(
                    "In the measured time {why}: the figures are too low. Measure later \
                     (run.warm_up: forecast)."
                )
            })
            .collect();
        let buys: Vec<String> = self.buys().map(bought).collect();
        if !buys.is_empty() {
            all.push(format!("Buy: {}.", buys.join("; ")));
        }
        let named = |verdict: Verdict| {
            let of = self.scenarios.iter().skip(1).filter(|scenario| scenario.verdict == verdict);
            of.map(|scenario| scenario.name.clone()).collect::<Vec<_>>()
        };
        let with = if buys.is_empty() { "As it is" } else { "With that" };
        for (verdict, words) in [
            (Verdict::Holds, "everything holds in"),
            (Verdict::Fails, "something does not hold in"),
            (Verdict::Open, "it is too close, or too little was seen, to tell in"),
        ] {
            let names = named(verdict);
            if !names.is_empty() {
                all.push(format!("{with} {words}: {}.", names.join(", ")));
            }
        }
        for scenario in self.scenarios.iter().filter(|scenario| !scenario.failing.is_empty()) {
            let after = match scenario.drained {
                Some(after) if after > 0.0 => {
                    format!("; queues are as before within {} of its end", seconds(Some(after)))
                }
                Some(_) => "; queues are as before at its end".to_owned(),
                None => String::new(),
            };
            let more = match scenario.failing.len() - 1 {
                0 => String::new(),
                more => format!(" (and {})", plural(more as u64, "more line", "more lines")),
            };
            all.push(format!("{}: {}{more}{after}.", capital(&scenario.name), scenario.failing[0]));
        }
        all
    }

    /// What grows too small, which is the last column of a table that seldom fits a terminal.
    fn too_small(&self) -> Option<String> {
        let later = self.scenarios.iter().skip(1).filter(|scenario| !scenario.short.is_empty());
        let later: Vec<String> = later
            .map(|scenario| format!("{}: {}", scenario.name, scenario.short.join(", ")))
            .collect();
        (!later.is_empty()).then(|| format!("  Too small for it, {}\n", later.join("; ")))
    }

    /// All that it costs a month.
    fn a_month(&self) -> f64 {
        self.bills.iter().map(Bill::total).sum()
    }

    /// How much of that is new.
    fn more(&self) -> f64 {
        self.parts.iter().map(|part| part.more).sum()
    }

    fn money(&self, sum: f64) -> String {
        format!("{} {}", sum_of(sum), self.currency)
    }

    pub(crate) fn about_scenarios(&self) -> String {
        let cut = match self.assumed.outage_cut {
            true => ", a third of the measured time",
            false => "",
        };
        let whose = match &self.operator {
            Some(operator) => format!(" Messages and what has to hold are those of {operator}."),
            None => String::new(),
        };
        let outage = seconds(Some(self.assumed.outage_s));
        format!(
            "What may come, one run each, five where it is close; the first as things are, the others \
             with what is bought. Outages ({outage} each{cut}) and New Year's Eve come in a year. \
             Licence and workers are what that load needs.{whose}"
        )
    }

    pub(crate) fn about_parts(&self) -> String {
        let spare = match self.assumed.spare {
            true => {
                "; an SMSC has a node to spare, and what is needed is needed with that one down"
            }
            false => "",
        };
        format!("Parts, for the busy hour in a year (! to buy){spare}")
    }

    pub(crate) fn about_bills(&self) -> String {
        let currency = &self.currency;
        format!(
            "A month in {currency} in a year, with what is bought. What operators pay is for messages \
             and for agreements; fees for these are a cost of both sides"
        )
    }

    /// What was assumed, a sentence each.
    pub(crate) fn assumptions(&self) -> Vec<String> {
        let Assumed { growth, peak, busy_hour_share, days, measured_s, .. } = &self.assumed;
        let hours: Vec<String> = peak.iter().map(|load| load.to_string()).collect();
        let mut all = vec![format!("What has to hold: {}.", self.lines.join("; "))];
        all.push(format!(
            "Load grows by {} a year, and what others ask of SMSCs and HLRs with it; on New Year's Eve \
             the hours have {} times the busy hour's load, and each has to hold by itself.",
            percent(*growth),
            hours.join(", ")
        ));
        if self.assumed.priced {
            all.push(format!(
                "A month has {days} days, of which the hour that is measured has {}; of it {} were \
                 simulated, once: what crosses is known to some per cent.",
                percent(*busy_hour_share),
                seconds(Some(*measured_s))
            ));
        } else {
            all.push("Nothing has a price: see `money` and `tariff` of the topology.".to_owned());
        }
        if self.operator.is_some() {
            all.push("Partners are taken to have enough of everything.".to_owned());
        }
        all
    }

    /// The columns of parts.
    pub(crate) fn part_head(&self) -> &'static [&'static str] {
        if self.assumed.priced { &PARTS } else { &PARTS[..4] }
    }

    /// Parts, as [`PARTS`] names the columns.
    pub(crate) fn part_rows(&self) -> Vec<Vec<String>> {
        let row = |part: &Purchase| {
            let short = if part.grows() { " !" } else { "" };
            let [has, then] = match part.nodes {
                Some([has, then]) if has.max(then) > 1 => {
                    [has, then].map(|nodes| format!(" in {nodes}"))
                }
                _ => [const { String::new() }; 2],
            };
            let mut row = vec![
                format!("{}{short}", part.part),
                of_part(part.installed, part.unit) + &has,
                of_part(part.needed, part.unit),
                of_part(part.then, part.unit) + &then,
            ];
            if self.assumed.priced {
                row.extend([part.more, part.a_month].map(sum_of));
            }
            row
        };
        self.parts.iter().map(row).collect()
    }

    /// Scenarios, as [`SCENARIOS`] names the columns.
    pub(crate) fn scenario_rows(&self) -> Vec<Vec<String>> {
        let row = |scenario: &Scenario| {
            let verdict = match scenario.verdict {
                Verdict::Holds => "✓ holds",
                Verdict::Fails => "✗ fails",
                Verdict::Open => "? close",
            };
            vec![
                scenario.name.clone(),
                verdict.to_owned(),
                format!("{}/s", three(scenario.offered)),
                percent(scenario.undelivered),
                of_part(scenario.licence, "/s"),
                count(scenario.workers as u64),
                if self.assumed.priced { sum_of(scenario.a_month) } else { "-".to_owned() },
                if scenario.short.is_empty() { "-".to_owned() } else { scenario.short.join(", ") },
            ]
        };
        self.scenarios.iter().map(row).collect()
    }

    /// Bills, as [`BILLS`] names the columns; the last row is of all.
    pub(crate) fn bill_rows(&self) -> Vec<Vec<String>> {
        if !self.assumed.priced {
            return Vec::new();
        }
        let row = |name: &str, bill: &Bill| {
            let sums = [bill.smsc, bill.workers, bill.links, bill.owes, bill.is_owed, bill.total()];
            let sums = sums.map(sum_of);
            [vec![name.to_owned()], sums.to_vec()].concat()
        };
        let mut rows: Vec<Vec<String>> =
            self.bills.iter().map(|bill| row(&bill.operator, bill)).collect();
        if self.bills.len() > 1 {
            let add = |figure: fn(&Bill) -> f64| self.bills.iter().map(figure).sum();
            let all = Bill {
                operator: String::new(),
                smsc: add(|bill| bill.smsc),
                workers: add(|bill| bill.workers),
                links: add(|bill| bill.links),
                owes: add(|bill| bill.owes),
                is_owed: add(|bill| bill.is_owed),
            };
            rows.push(row("all", &all));
        }
        rows
    }
}

/// `SMSC licence of north: 120/s in 2 nodes of 60.0/s (now 50.0/s in one)`.
fn bought(part: &Purchase) -> String {
    let amount = |value: f64| of_part(value, part.unit);
    let (nodes, one) = match part.nodes {
        Some([has, then]) if then > 1 => {
            let each = amount(part.then / f64::from(then));
            let has = if has == 1 { "one".to_owned() } else { has.to_string() };
            (format!(" in {then} nodes of {each}"), format!(" in {has}"))
        }
        _ => (String::new(), String::new()),
    };
    let whose = match part.unit {
        "workers" | "/s" if part.nodes.is_some() || part.unit == "workers" => {
            format!("{} of {}", part.kind, part.operator)
        }
        _ => format!("{} {}", part.kind, part.part),
    };
    format!("{whose}: {}{nodes} (now {}{one})", amount(part.then), amount(part.installed))
}

/// A sum of money, whole where it is large.
pub(crate) fn sum_of(sum: f64) -> String {
    let sign = if sum < 0.0 { "-" } else { "" };
    match sum.abs() {
        nothing if nothing < 0.005 => "0".to_owned(),
        large if large >= 100.0 => format!("{sign}{}", count(large.round() as u64)),
        small => format!("{sign}{small:.2}"),
    }
}

/// The tables as CSV, by file name: plain numbers, a head of the document's own names.
pub(crate) fn tables(plan: &Plan) -> Result<Vec<(&'static str, Vec<u8>)>, csv::Error> {
    fn text(head: &[&str], rows: Vec<Vec<String>>) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(head)?;
        rows.iter().try_for_each(|row| writer.write_record(row))?;
        writer.into_inner().map_err(|error| error.into_error().into())
    }
    let parts = plan.parts.iter().map(|part| {
        let nodes = part.nodes.map_or([String::new(), String::new()], |n| n.map(|n| n.to_string()));
        let [has, then] = nodes;
        let [more, a_month] = [part.more, part.a_month].map(cents);
        let figures = [part.installed, part.needed, part.then, more, a_month];
        let [installed, needed, have, more, a_month] = figures.map(|figure| figure.to_string());
        let words = [&part.part, &part.operator, part.kind, part.unit].map(str::to_owned);
        [words.to_vec(), vec![installed, needed, have, has, then, more, a_month]].concat()
    });
    let scenarios = plan.scenarios.iter().map(|scenario| {
        let verdict = match scenario.verdict {
            Verdict::Holds => "holds",
            Verdict::Fails => "fails",
            Verdict::Open => "open",
        };
        let Scenario { offered, undelivered, licence, workers, a_month, .. } = *scenario;
        let drained = scenario.drained.map_or(String::new(), |after| after.to_string());
        let figures = [offered, undelivered, licence, workers, a_month];
        let mut row = vec![scenario.name.clone(), verdict.to_owned()];
        row.extend(figures.map(|figure| figure.to_string()));
        row.extend([drained, scenario.short.join("; "), scenario.failing.join("; ")]);
        row
    });
    let bills = plan.bills.iter().map(|bill| {
        let sums = [bill.smsc, bill.workers, bill.links, bill.owes, bill.is_owed].map(cents);
        let sums = [&sums[..], &[bill.total()]].concat();
        [vec![bill.operator.clone()], sums.iter().map(f64::to_string).collect()].concat()
    });
    let part_head = [
        "part",
        "operator",
        "kind",
        "unit",
        "installed",
        "needed",
        "have",
        "nodes_installed",
        "nodes_have",
        "more_a_month",
        "a_month",
    ];
    let scenario_head = [
        "scenario",
        "verdict",
        "offered_per_s",
        "undelivered_share",
        "licence_per_s",
        "workers",
        "a_month",
        "drained_s",
        "too_small",
        "failing",
    ];
    let bill_head = ["operator", "smsc", "workers", "links", "owes", "is_owed", "a_month"];
    Ok(vec![
        ("parts.csv", text(&part_head, parts.collect())?),
        ("scenarios.csv", text(&scenario_head, scenarios.collect())?),
        ("bills.csv", text(&bill_head, bills.collect())?),
    ])
}
