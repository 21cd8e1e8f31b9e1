//! The cases: a topology each, which lies under `topologies/validate/` and runs as any other, what is
//! read of it as SLO lines would, and what a closed formula says of that. The numbers of a formula are
//! those of its file.

use super::fault::Fault::{self, *};
use super::formulas as say;

/// A topology of which a closed formula says something.
#[derive(Debug)]
pub struct Case {
    /// What theory calls it.
    pub name: &'static str,
    /// What of the simulator it is.
    pub(crate) what: &'static str,
    /// Who found the formula.
    pub(crate) source: &'static str,
    /// The topology's name, and that of its file without the ending.
    pub file: &'static str,
    /// Text of that file, built into the program.
    pub(crate) yaml: &'static str,
    /// What is compared.
    pub figures: &'static [Figure],
    /// The faults that concern it, each as overrides of its topology.
    pub(crate) faults: &'static [(Fault, &'static [&'static str])],
}

/// A figure with its formula.
#[derive(Debug)]
pub struct Figure {
    /// What it is, for people.
    pub what: &'static str,
    /// How it is read.
    pub(crate) reading: Reading,
    /// What theory says, in base units.
    pub(crate) theory: fn() -> f64,
}

/// How a figure is read from what was measured.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reading {
    /// As an SLO line names it.
    One(&'static str),
    /// One by another.
    Ratio(&'static str, &'static str),
    /// Of a station: its mean queue by the product of its rate and its mean wait.
    Little(&'static str),
}

use Reading::{Little, One, Ratio};

const fn figure(what: &'static str, reading: Reading, theory: fn() -> f64) -> Figure {
    Figure { what, reading, theory }
}

macro_rules! case {
    ($file:literal: $name:literal, $what:literal, $source:literal, $figures:expr, $faults:expr $(,)?) => {
        Case {
            name: $name,
            what: $what,
            source: $source,
            file: $file,
            yaml: include_str!(concat!("../../../topologies/validate/", $file, ".yaml")),
            figures: $figures,
            faults: $faults,
        }
    };
}

const EVEN: (Fault, &[&str]) = (EvenArrivals, &["workload.messages.arrivals=constant"]);
const NINE: (Fault, &[&str]) = (WatcherForgotten, &["workload.contacts.per_user=9"]);
/// Nothing of the topology changes.
const READ: (Fault, &[&str]) = (MedianRead, &[]);

/// Load of the cases with 70 % of their servers busy.
const RHO: f64 = 0.7;

/// Every case, in the order of the table.
pub const CASES: &[Case] = &[
    case!(
        "m-d-1": "M/D/1",
        "an SMSC with a licence of 200/s gets 140/s",
        "Pollaczek 1930, Khinchine 1932; Erlang 1909",
        &[
            figure("mean wait", One("station_wait{station=a/smsc[0]} mean"), || {
                say::md1_mean_wait(RHO) / 200.0
            }),
            figure("wait, p95", One("station_wait{station=a/smsc[0]} p95"), || {
                say::quantile(0.95, |t| say::md1_waiting(RHO, t)) / 200.0
            }),
            figure("mean latency", One("message_latency{route=sms-own} mean"), || {
                (say::md1_mean_wait(RHO) + 1.0) / 200.0
            }),
        ],
        &[(SlowerService, &["operators.a.smsc.throughput=190.476/s"]), EVEN, READ],
    ),
    case!(
        "m-m-c": "M/M/c",
        "an IM server of 4 workers, 10 ms a message, gets 280/s",
        "Erlang 1917",
        &[
            figure("mean wait", One("station_wait{station=a/im_server} mean"), || {
                say::erlang_c(4, 4.0 * RHO) / 120.0
            }),
            figure("wait, p95", One("station_wait{station=a/im_server} p95"), || {
                libm::log(say::erlang_c(4, 4.0 * RHO) / 0.05) / 120.0
            }),
        ],
        &[
            (SlowerService, &["operators.a.im_server.service_time={ exponential: 10.5ms }"]),
            (ServerFewer, &["operators.a.im_server.workers=3"]),
            EVEN,
            READ,
        ],
    ),
    case!(
        "m-m-1-k": "M/M/1/K",
        "an IM server with room for 10, 10 ms a message, gets 90/s",
        "Kleinrock, Queueing Systems I",
        &[
            figure(
                "share refused",
                One("messages_refused{route=on-net,reason=im_server_full} share"),
                || say::mm1k(0.9, 10)[10],
            ),
            figure("mean time inside", One("station_sojourn{station=a/im_server} mean"), || {
                say::mm1k_mean_sojourn(0.9, 10, 90.0)
            }),
        ],
        &[
            (SlowerService, &["operators.a.im_server.service_time={ exponential: 10.5ms }"]),
            (LongerQueue, &["operators.a.im_server.queue_limit=10"]),
            EVEN,
        ],
    ),
    case!(
        "leaky-bucket": "Leaky bucket",
        "an agreement's limit of 100/s with 10 places gets 95/s",
        "M/D/1/K by its chain at departures; Gross and Harris",
        &[figure(
            "share refused",
            One("messages_refused{route=interworked,reason=rate_limited} share"),
            || say::md1k_lost(0.95, 10),
        )],
        &[(LongerQueue, &["agreements.a:b.rate_limit.burst=11"]), EVEN],
    ),
    case!(
        "window-counter": "Window counter",
        "an agreement's limit of 100 in each second gets 95/s",
        "what is over in a window of Poisson arrivals",
        &[figure(
            "share refused",
            One("messages_refused{route=interworked,reason=rate_limited} share"),
            || say::over_window(95.0, 100),
        )],
        &[EVEN],
    ),
    case!(
        "tandem": "Jackson tandem",
        "two IM servers of one worker, 10 ms a message, 20 ms apart, get 70/s",
        "Burke 1956, Jackson 1957",
        &[
            figure("mean latency", One("message_latency{route=interworked} mean"), || {
                2.0 / 30.0 + 0.02
            }),
            figure("latency, p95", One("message_latency{route=interworked} p95"), || {
                say::quantile(0.95, |t| say::two_stages(30.0, t)) + 0.02
            }),
            figure("queue at the second", One("station_queue_length{station=b/im_server}"), || {
                RHO * RHO / (1.0 - RHO)
            }),
        ],
        &[
            (
                SlowerService,
                &[
                    "operators.a.im_server.service_time={ exponential: 10.5ms }",
                    "operators.b.im_server.service_time={ exponential: 10.5ms }",
                ],
            ),
            EVEN,
        ],
    ),
    case!(
        "fan-out": "M[x]/D/1",
        "each of 60 presence changes a second is 10 notifications of 1 ms",
        "M/D/1 of whole batches",
        &[
            figure("first watcher, mean", One("presence_first_watcher{operator=a} mean"), || {
                say::md1_mean_wait(0.6) * 0.01 + 0.001
            }),
            figure("any watcher, mean", One("presence_latency{scope=on-net} mean"), || {
                say::md1_mean_wait(0.6) * 0.01 + 0.0055
            }),
            figure("last watcher, mean", One("presence_last_watcher{operator=a} mean"), || {
                say::md1_mean_wait(0.6) * 0.01 + 0.01
            }),
        ],
        &[
            (
                SlowerService,
                &["operators.a.im_server.service_time={ notification: 1.05ms, default: 0s }"],
            ),
            NINE,
        ],
    ),
    case!(
        "absent-phones": "Retries",
        "3 of 10 phones away for 10 min; attempts at 0, 1, 3, 8, 13 and 18 min",
        "chain of two states",
        &[
            figure(
                "attempts a message",
                Ratio("sms_attempts{operator=a} rate", "sms_submitted{operator=a} rate"),
                || absent().attempts,
            ),
            figure("share expired", One("sms_expired{operator=a} share"), || absent().undelivered),
            figure("mean latency", One("sms_latency{operator=a} mean"), || absent().mean_latency),
        ],
        &[(RetrySkipped, &["operators.a.smsc.retry=[5m]"])],
    ),
    case!(
        "presence": "Presence counts",
        "10 contacts, 4 of them elsewhere; 6 of 10 users logged in",
        "expectations over who lists whom",
        &[
            figure(
                "clients told of a change",
                Ratio("presence_notifications{scope=client} rate", CHANGES),
                || 10.0 * 0.6,
            ),
            figure(
                "transfers, one a watcher",
                Ratio("presence_notifications{to=b,scope=interconnect} rate", CHANGES),
                || 2.0 * 0.6,
            ),
            figure(
                "transfers, one a change",
                Ratio("presence_notifications{to=c,scope=interconnect} rate", CHANGES),
                || say::any_watcher(1000, 2.0 * 0.6),
            ),
        ],
        &[NINE],
    ),
    case!(
        "every-part": "Little's law",
        "queue by rate x wait at every kind of part, 100/s through all",
        "Little 1961",
        &[
            figure("IM server", Little("a/im_server"), one),
            figure("translator", Little("a/translator"), one),
            figure("agreement cap", Little("a->h/rate_limit"), one),
            figure("link", Little("a->h/link"), one),
            figure("hub", Little("h/relay"), one),
            figure("SMSC licence", Little("b/smsc[0]"), one),
            figure("HLR", Little("b/hlr"), one),
        ],
        &[READ],
    ),
];

const CHANGES: &str = "presence_changes{operator=a} rate";

fn one() -> f64 {
    1.0
}

/// Minutes in, seconds out.
fn absent() -> say::Tried {
    let at: Vec<f64> =
        say::attempts(&[1.0, 2.0, 5.0], 20.0).into_iter().map(|minutes| minutes * 60.0).collect();
    say::Phone { away: 0.3, away_for: 600.0 }.tried(&at)
}

impl Case {
    /// What a fault changes of its topology; `None` if it does not concern it.
    pub(crate) fn changed_by(&self, fault: Fault) -> Option<&'static [&'static str]> {
        self.faults.iter().find(|(known, _)| *known == fault).map(|(_, sets)| *sets)
    }

    /// Whether a fault concerns it.
    pub fn concerns(&self, fault: Fault) -> bool {
        self.changed_by(fault).is_some()
    }
}
