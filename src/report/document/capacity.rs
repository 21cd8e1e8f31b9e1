//! The answer to "how much can it carry" (schema `interwork/capacity/2`). Filled in by `study::capacity`,
//! shown by the terminal and by a page.

use serde::Serialize;

use crate::measure::results::Slo;
use crate::report::document::json;

/// Everything that was found.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Capacity {
    /// Format and its version: `interwork/capacity/2`.
    pub(crate) schema: &'static str,
    /// The topology's name.
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
    /// Where no border was found: lines that fail at the least value at which any does, with what was
    /// observed.
    pub(crate) failing: Vec<String>,
    /// Whether every line holds at the planned value.
    pub(crate) holds: bool,
    /// Whether the samples at the planned value carry every line.
    pub(crate) known: bool,
    /// What gives way first.
    pub(crate) bottleneck: Option<Limit>,
    /// What gives way next once that is doubled.
    pub(crate) next: Option<Limit>,
    /// Parts with a utilisation above 60 % at the value nearest to the answer that holds.
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
    /// Sizes of all parts at the planned value.
    pub(crate) sizes: Vec<Size>,
    /// Failures at the planned value, where they were asked for.
    pub(crate) failures: Vec<Failure>,
    /// What operators owe each other at the planned value.
    pub(crate) accounts: Vec<Account>,
    /// Currency of the accounts.
    pub(crate) currency: String,
    /// What a thousand delivered messages cost in fees that depend on them.
    pub(crate) per_thousand: f64,
    /// The same with the monthly fees, a month being made of busy hours by `money`.
    pub(crate) per_thousand_with_monthly: f64,
    /// Busy hours that have a month's traffic.
    pub(crate) busy_hours: f64,
    /// Hub or bilateral agreements.
    pub(crate) break_even: Option<BreakEven>,
    /// The answer with each input 20 % lower and higher, by arithmetic.
    pub(crate) inputs: Vec<Input>,
}

/// A value that the topology cannot have.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct End {
    /// The value tried, in the unit of the answer.
    pub(crate) value: f64,
    /// What the topology says of it.
    pub(crate) why: String,
}

/// An SLO line and the largest value tried at which too few samples carried it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TooFew {
    /// The line as the topology writes it.
    pub(crate) line: String,
    /// That value, in the unit of the answer.
    pub(crate) at: f64,
}

/// What gives way.
#[derive(Clone, Debug, Serialize)]
pub struct Limit {
    /// Name of the part, such as `imsp-a/smsc`; several are joined by `and`.
    pub part: String,
    /// What kind of part it is, for people, such as `SMSC licence`.
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
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CurvePoint {
    /// The value tried, in the unit of the answer.
    pub(crate) value: f64,
    /// Messages offered a second.
    pub(crate) offered: f64,
    /// Messages delivered a second.
    pub(crate) delivered: f64,
    /// Mean latency of all messages, seconds.
    pub(crate) mean: Option<f64>,
    /// Its median, seconds, as the two below; null for too few samples.
    pub(crate) p50: Option<f64>,
    /// Its 95th percentile.
    pub(crate) p95: Option<f64>,
    /// Its 99th percentile.
    pub(crate) p99: Option<f64>,
    /// Which of these are lower bounds: what was under way could raise them.
    pub(crate) at_least: Vec<&'static str>,
    /// Share of messages refused.
    pub(crate) refused: f64,
    /// Share of messages expired or lost.
    pub(crate) lost: f64,
    /// Messages still on their way at the end of a run, with those that wait for a phone.
    pub(crate) waiting: f64,
    /// How each SLO line went there, in their order.
    pub(crate) slo: Vec<Slo>,
}

/// How large a part has to be for what the topology asks of it at the planned value, by arithmetic: first
/// messages, answers and retries that nothing holds back.
#[derive(Clone, Debug, Serialize)]
pub struct Size {
    /// The part; of an SMSC all nodes together.
    pub part: String,
    /// What kind of part it is, for people, such as `SMSC licence`.
    pub(crate) kind: &'static str,
    /// Of the three amounts: `/s`, `workers` or `bit/s`.
    pub(crate) unit: &'static str,
    /// How much of that the part has.
    pub installed: f64,
    /// Share of that which is asked for; from 1 on its queue only grows.
    pub used: f64,
    /// Share that may be used, by the SLO lines or as planners allow.
    pub(crate) target: f64,
    /// The amount of which no more than that is used.
    pub needed: f64,
    /// The same while a node or a worker is down; null of what has none.
    pub(crate) spare: Option<f64>,
}

/// What the failure of one part for a third of the time does.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Failure {
    /// Name of the part, or `link a - b`; `nothing` for the run without a failure.
    pub(crate) part: String,
    /// Share of the run's messages refused.
    pub(crate) refused: f64,
    /// Share of the run's messages expired or lost.
    pub(crate) lost: f64,
    /// 95th percentile of their latency, seconds.
    pub(crate) p95: Option<f64>,
    /// Whether that is a lower bound: what was under way could raise it.
    pub(crate) at_least: bool,
    /// Longest queue at any station from the failure on, the mean of an interval.
    pub(crate) backlog: f64,
    /// Name of the station with that queue.
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
    /// Names of the operators, in the order of the sums they owe.
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
    /// What is varied, in words, such as `share of messages answered`.
    pub(crate) input: String,
    /// The answer with it lower; null if none was found.
    pub(crate) lower: Option<f64>,
    /// The answer with it higher; null if none was found.
    pub(crate) higher: Option<f64>,
}

impl Capacity {
    /// Schema of this version.
    pub(crate) const SCHEMA: &str = "interwork/capacity/2";

    /// As JSON.
    ///
    /// # Errors
    /// If it has no form in JSON.
    pub(crate) fn json(&self) -> Result<String, json::NoJson> {
        json::text(self)
    }
}
