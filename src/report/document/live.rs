//! What a live run says of itself besides the model's figures, in `manifest.json`: how late the program was,
//! what it took of the machine, and what was said at both ends of each way. It counts the whole run, warm-up
//! included.

use serde::{Deserialize, Serialize};

use super::numbers::{percent, plural, seconds, three};
use crate::measure::results::Distribution;

/// A live run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Live {
    /// Time that it took by the wall clock, from its first event, seconds.
    pub(crate) lasted_s: f64,
    /// How late events began, against their instants.
    pub(crate) late: Times,
    /// The same by second: start, events, the latest of them.
    pub(crate) late_by_second: Vec<(f64, u64, f64)>,
    /// Processor time of the program, seconds; absent where the system does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cpu_s: Option<f64>,
    /// Time that it stood in the queue for a processor, seconds; absent where the system does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) run_queue_s: Option<f64>,
    /// PDUs in the capture file, and those that found no room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) captured: Option<(u64, u64)>,
    /// What was said between IM servers and SMSCs.
    pub(crate) ways: Vec<LiveWay>,
    /// The run held against the simulated one, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pairs: Option<Pairs>,
}

/// A live run held against the simulated one of the same topology and seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pairs {
    /// Whether times may be compared: the live run kept its schedule.
    pub(crate) comparable: bool,
    /// Figure by figure.
    pub(crate) rows: Vec<Paired>,
}

/// One figure of both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Paired {
    /// Of which route's messages.
    pub(crate) route: String,
    /// Which figure.
    pub(crate) what: String,
    /// `s` or `1`.
    pub(crate) unit: String,
    /// Of the simulated run.
    pub(crate) simulated: f64,
    /// Of the live one.
    pub(crate) live: f64,
    /// How far they may differ.
    pub(crate) allowed: f64,
}

/// How a pair is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Agreement {
    /// Within what is allowed.
    Equal,
    /// Beyond it.
    Differs,
    /// A time, and the live run was late itself.
    NotComparable,
}

impl Pairs {
    /// How a pair is judged.
    pub(crate) fn judge(&self, pair: &Paired) -> Agreement {
        match (pair.live - pair.simulated).abs() <= pair.allowed {
            true => Agreement::Equal,
            false if pair.unit == "s" && !self.comparable => Agreement::NotComparable,
            false => Agreement::Differs,
        }
    }

    /// `Simulated and live agree in 31 of 32 figures.`
    pub(crate) fn verdict(&self) -> String {
        let count = |of| self.rows.iter().filter(|pair| self.judge(pair) == of).count() as u64;
        let (equal, all) = (count(Agreement::Equal), self.rows.len());
        let late = match count(Agreement::NotComparable) {
            0 => String::new(),
            n => format!(
                "; {} not comparable, since the live run was late itself",
                plural(n, "is", "are")
            ),
        };
        format!(
            "Simulated and live agree in {equal} of {}: times within 0.5 ms a stage, 2 % and what chance \
             takes where they are drawn anew; counts but for the ends of the measured time{late}.",
            plural(all as u64, "figure", "figures")
        )
    }
}

/// Both ends of one way, as each of them saw it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct LiveWay {
    /// Whose way it is.
    pub(crate) operator: String,
    /// Messages that the IM server submitted.
    pub(crate) submitted: u64,
    /// Short messages that carried them.
    pub(crate) parts: u64,
    /// Messages that the SMSC accepted.
    pub(crate) accepted: u64,
    /// Messages that it refused, by `command_status` as `0x58`.
    pub(crate) refused: Vec<(String, u64)>,
    /// Messages without an answer in time.
    pub(crate) unanswered: u64,
    /// Messages whose receipts came, by what they say.
    pub(crate) receipts: Vec<(String, u64)>,
    /// Receipts that did not come in time.
    pub(crate) no_receipt: u64,
    /// What came for nobody.
    pub(crate) unmatched: u64,
    /// Whether the SMSC is a real one, which is not this program's.
    #[serde(default)]
    pub(crate) external: bool,
    /// Messages that a real SMSC has handed on to one of ours.
    #[serde(default)]
    pub(crate) seen: u64,
    /// From the last octet written to there.
    #[serde(default)]
    pub(crate) through: Times,
    /// At the end: accepted by a real SMSC, neither handed on to ours nor receipted.
    #[serde(default)]
    pub(crate) open: u64,
    /// How long ago the oldest of them was accepted, seconds.
    #[serde(default)]
    pub(crate) open_s: f64,
    /// Answers of phones that came.
    pub(crate) answers: u64,
    /// Sessions that came about.
    pub(crate) sessions: u64,
    /// Sessions that were lost or refused.
    pub(crate) lost_sessions: u64,
    /// From the wish to send to the answer.
    pub(crate) response: Times,
    /// From the first octet written to the answer.
    pub(crate) service: Times,
    /// For a place in a window, or for a session.
    pub(crate) window: Times,
    /// From the answer to the receipt.
    pub(crate) receipt: Times,
    /// Answers that took about as long as an acknowledgement may be delayed.
    pub(crate) nagle: u64,
    /// What came in at the SMSC, if it is ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) door: Option<LiveDoor>,
}

/// The SMSC's end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct LiveDoor {
    /// Messages that came, whole.
    pub(crate) came: u64,
    /// Of these, such as no user of the topology has sent.
    #[serde(default)]
    pub(crate) strangers: u64,
    /// Messages accepted.
    pub(crate) accepted: u64,
    /// Messages refused, by `command_status`.
    pub(crate) refused: Vec<(String, u64)>,
    /// Receipts and short messages that clients took.
    pub(crate) delivered: u64,
    /// Deliveries that they refused or did not answer.
    pub(crate) undelivered: u64,
}

/// Times in seconds; percentiles are absent with fewer than ten samples beyond them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Times {
    pub(crate) count: u64,
    pub(crate) mean: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) p50: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) p95: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) p99: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) p999: Option<f64>,
    pub(crate) max: f64,
}

impl From<Distribution> for Times {
    fn from(of: Distribution) -> Self {
        let Distribution { count, mean, p50, p95, p99, p999, max, .. } = of;
        Self { count, mean, p50, p95, p99, p999, max }
    }
}

impl Times {
    /// The 99th percentile, or the largest where there are too few.
    fn high(&self) -> (&'static str, f64) {
        self.p99.map_or(("at most", self.max), |p99| ("p99", p99))
    }
}

/// Lateness, as 99th percentile, from which on times say more of this program than of what it tests.
const LATE: f64 = 0.000_5;
/// Share of a processor from which on the same is to be feared.
const BUSY: f64 = 0.7;

impl Live {
    /// Whether the program kept its schedule, so that its times are those of the system.
    pub(crate) fn kept(&self) -> bool {
        self.late.high().1 <= LATE && self.cpu().is_none_or(|share| share <= BUSY)
    }

    /// Share of one processor.
    pub(crate) fn cpu(&self) -> Option<f64> {
        self.cpu_s.map(|cpu| cpu / self.lasted_s.max(1e-9))
    }

    /// `kept its schedule: late p99 0.11 ms, CPU 12.0 %`, or that it did not.
    pub(crate) fn verdict(&self) -> String {
        let (which, late) = self.late.high();
        let late = format!("late {which} {}", seconds(Some(late)));
        let cpu = self.cpu().map_or(String::new(), |share| format!(", CPU {}", percent(share)));
        let queue = self.run_queue_s.map(|queue| queue / self.lasted_s.max(1e-9));
        let queue = queue.filter(|share| *share >= 0.01);
        let queue = queue.map_or(String::new(), |share| {
            format!(", {} of the time it waited for a processor", percent(share))
        });
        match self.kept() {
            true => format!("The load generator kept its schedule: {late}{cpu}{queue}."),
            false => format!(
                "These latencies are ours, not the system's: {late}{cpu}{queue}. Counts hold; for times, \
                 lower the rate or free the machine."
            ),
        }
    }

    /// What stands in real systems at the end, where that is no small part of what they accepted.
    pub(crate) fn stands(&self) -> Option<String> {
        // Without an end of ours behind it, what has no receipt may as well be on its way to a phone.
        let behind = |way: &LiveWay| way.door.as_ref().is_some_and(|door| door.came > 0);
        if !self.ways.iter().any(behind) {
            return None;
        }
        let rate = |n: u64| format!("{}/s", three(n as f64 / self.lasted_s.max(1e-9)));
        let told = |way: &LiveWay| {
            let LiveWay { operator, accepted, seen, open, .. } = way;
            (*open >= 10 && open * 20 >= *accepted && way.external).then(|| {
                format!(
                    "The bottleneck was the real SMSC of {operator}: it accepted {} and let out {}, so \
                     that {} stood in it at the end. Ask its maker what holds it: a limit on its rate, one \
                     message in flight at a time, or what it waits for.",
                    rate(*accepted),
                    rate(*seen),
                    plural(*open, "message", "messages"),
                )
            })
        };
        let all: Vec<String> = self.ways.iter().filter_map(told).collect();
        (!all.is_empty()).then(|| all.join(" "))
    }

    /// What of the answers looks like Nagle's algorithm waiting for a delayed acknowledgement.
    pub(crate) fn nagle(&self) -> Option<String> {
        let (gaps, answers) = self
            .ways
            .iter()
            .fold((0, 0), |(gaps, answers), way| (gaps + way.nagle, answers + way.service.count));
        (gaps >= 10 && gaps * 20 >= answers).then(|| {
            let share = percent(gaps as f64 / answers as f64);
            format!(
                "{share} of answers took 39 to 46 ms: probably Nagle's algorithm at the other side, waiting \
                 for a delayed acknowledgement. Ask its maker to set TCP_NODELAY."
            )
        })
    }
}
