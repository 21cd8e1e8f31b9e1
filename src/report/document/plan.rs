//! What to buy, what it costs by the month and what it survives (schema `interwork/plan/1`). Filled in by
//! `study::plan`; shown by the terminal, by a page of two sheets, and as CSV.

use serde::Serialize;

/// The whole plan.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Plan {
    /// Format and its version: `interwork/plan/1`.
    pub(crate) schema: &'static str,
    /// The topology's name.
    pub(crate) name: String,
    /// Whose plan it is; null: all operators together.
    pub(crate) operator: Option<String>,
    /// Currency of every sum.
    pub(crate) currency: String,
    /// What has to hold, line by line in words.
    pub(crate) lines: Vec<String>,
    /// Every part, with what to have of it.
    pub(crate) parts: Vec<Purchase>,
    /// What was tried, in the order of the table.
    pub(crate) scenarios: Vec<Scenario>,
    /// A month, by operator.
    pub(crate) bills: Vec<Bill>,
    /// What was assumed.
    pub(crate) assumed: Assumed,
    /// Why the figures are too low, if the load still rose while they were measured.
    pub(crate) unsteady: Option<String>,
}

/// A part and how much of it to have.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Purchase {
    /// The part; of an SMSC all nodes together.
    pub(crate) part: String,
    /// The operator who has the part, and pays for it.
    pub(crate) operator: String,
    /// What kind of part it is, for people, such as `SMSC licence`.
    pub(crate) kind: &'static str,
    /// Of the amounts: `/s`, `workers` or `bit/s`.
    pub(crate) unit: &'static str,
    /// How much of that the part has.
    pub(crate) installed: f64,
    /// What is needed in a year from now, with a node more where that is planned.
    pub(crate) needed: f64,
    /// What to have: never less than is installed.
    pub(crate) then: f64,
    /// Nodes installed and then; null of a part that has none.
    pub(crate) nodes: Option<[u32; 2]>,
    /// What that costs more a month.
    pub(crate) more: f64,
    /// What it costs in all a month.
    pub(crate) a_month: f64,
}

/// Something that may come.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Scenario {
    /// What comes, in words; names the row of the table.
    pub(crate) name: String,
    /// Whether every line holds.
    pub(crate) verdict: Verdict,
    /// Lines that do not, in words, with what was seen.
    pub(crate) failing: Vec<String>,
    /// Messages offered a second.
    pub(crate) offered: f64,
    /// Share of them that was undelivered.
    pub(crate) undelivered: f64,
    /// From the end of an outage until all queues are as before, seconds; null: not within the run, or
    /// there is none.
    pub(crate) drained: Option<f64>,
    /// SMSC licences that its load needs, messages a second.
    pub(crate) licence: f64,
    /// Workers that its load needs.
    pub(crate) workers: f64,
    /// Parts of which that is more than there is to be.
    pub(crate) short: Vec<String>,
    /// A month of that, and of what crosses at that load.
    pub(crate) a_month: f64,
}

/// How a scenario went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// Every line holds.
    Holds,
    /// A line fails.
    Fails,
    /// Too close, or too little was seen, to tell.
    Open,
}

/// A month of one operator.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Bill {
    /// The operator who pays.
    pub(crate) operator: String,
    /// Licences and nodes of its SMSC.
    pub(crate) smsc: f64,
    /// Workers of its servers.
    pub(crate) workers: f64,
    /// Bandwidth for what it sends.
    pub(crate) links: f64,
    /// What it owes partners.
    pub(crate) owes: f64,
    /// What partners owe it.
    pub(crate) is_owed: f64,
}

/// What was assumed, as the topology says.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Assumed {
    /// Growth in a year, as a share.
    pub(crate) growth: f64,
    /// Load of the hours of the peak.
    pub(crate) peak: Vec<f64>,
    /// How long a link or a part is down, seconds.
    pub(crate) outage_s: f64,
    /// Whether that is less than was asked for: no more than a third of the measured time.
    pub(crate) outage_cut: bool,
    /// Whether SMSCs have a node more than they need.
    pub(crate) spare: bool,
    /// Share of a day's traffic in its busy hour.
    pub(crate) busy_hour_share: f64,
    /// Days of a month.
    pub(crate) days: f64,
    /// Whether anything has a price.
    pub(crate) priced: bool,
    /// Measured time of each run, seconds.
    pub(crate) measured_s: f64,
}

impl Scenario {
    /// With sums to the cent.
    pub(crate) fn rounded(self) -> Self {
        Self { a_month: cents(self.a_month), ..self }
    }
}

/// To the cent: what is beyond is how numbers are kept.
pub(crate) fn cents(sum: f64) -> f64 {
    (sum * 100.0).round() / 100.0
}

impl Bill {
    /// Of what it has.
    pub(crate) fn equipment(&self) -> f64 {
        self.smsc + self.workers + self.links
    }

    /// All of it.
    pub(crate) fn total(&self) -> f64 {
        cents(self.equipment() + self.owes - self.is_owed)
    }
}

impl Plan {
    /// Schema of this version.
    pub(crate) const SCHEMA: &str = "interwork/plan/1";

    /// Whether no line fails in the busy hours of today and of next year with what is to be had.
    pub(crate) fn holds(&self) -> bool {
        let busy = self.scenarios.iter().skip(1).take(2);
        busy.into_iter().all(|scenario| scenario.verdict != Verdict::Fails)
    }

    /// What there is less of than is needed.
    pub(crate) fn buys(&self) -> impl Iterator<Item = &Purchase> {
        self.parts.iter().filter(|part| part.grows())
    }
}

impl Purchase {
    /// Whether there is less of it than is needed.
    pub(crate) fn grows(&self) -> bool {
        self.then > self.installed || self.nodes.is_some_and(|[has, then]| then > has)
    }
}
