//! What a live run counts and times besides the model's own figures: what was said at each end of a way, how
//! long answers took and whose fault that is, and how late this program was. Filled in by ways and world.

use std::collections::BTreeMap;

use crate::domain::time::Duration;
use crate::measure::histogram::Recorded;
use crate::port::smpp::receipt::State;

/// What was said over the way to an SMSC. Messages are counted whole, however many parts they have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exchanged {
    /// Messages that the IM server has submitted.
    pub(crate) submitted: u64,
    /// Short messages that carry them, written.
    pub(crate) parts: u64,
    /// Messages that the SMSC has accepted.
    pub(crate) accepted: u64,
    /// Messages that it has refused, by `command_status`.
    pub(crate) refused: BTreeMap<u32, u64>,
    /// Messages without an answer in time.
    pub(crate) unanswered: u64,
    /// Receipts that came, by what they say.
    pub(crate) receipts: BTreeMap<State, u64>,
    /// Receipts that did not come in time.
    pub(crate) no_receipt: u64,
    /// What came for nobody: receipts of no message of ours, short messages that no number of the topology
    /// sent or gets, texts that cannot be read.
    pub(crate) unmatched: u64,
    /// Messages that a real system has handed on to an SMSC of ours.
    pub(crate) seen: u64,
    /// From the last octet written to there.
    pub(crate) through: Recorded,
    /// At the end of the run: accepted by a real SMSC, and neither seen nor receipted; how long the oldest.
    pub(crate) open: (u64, Duration),
    /// Answers of phones that came.
    pub(crate) answers: u64,
    /// Sessions that have come about.
    pub(crate) bound: u64,
    /// Sessions that were lost or refused, and tried again.
    pub(crate) ended: u64,
    /// From the IM server's wish to the answer.
    pub(crate) response: Recorded,
    /// From the first octet written to the answer.
    pub(crate) service: Recorded,
    /// For a place in a window, or for a session.
    pub(crate) window: Recorded,
    /// From the answer to the receipt; a receipt that comes first counts as none.
    pub(crate) receipt: Recorded,
    /// Answers that took about as long as an acknowledgement may be delayed: 39 to 46 ms.
    pub(crate) nagle: u64,
}

/// What came in at the door of our own SMSC.
#[derive(Clone, Debug, Default)]
pub(crate) struct Door {
    /// Sessions that clients have set up.
    pub(crate) bound: u64,
    /// Messages that came, whole.
    pub(crate) came: u64,
    /// Of these, such as nobody of the federation has sent.
    pub(crate) strangers: u64,
    /// Messages accepted.
    pub(crate) accepted: u64,
    /// Messages refused, by `command_status`.
    pub(crate) refused: BTreeMap<u32, u64>,
    /// Receipts and short messages that clients have taken.
    pub(crate) delivered: u64,
    /// Deliveries that clients have refused, or not answered in time.
    pub(crate) undelivered: u64,
}

/// Since the start of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lateness {
    /// How late events began, against their instants.
    pub(crate) all: Recorded,
    /// By second of the run: events, the latest of them.
    pub(crate) seconds: Vec<(u64, Duration)>,
}

/// A delayed acknowledgement, as Linux has it: 40 ms.
const DELAYED: std::ops::RangeInclusive<u64> = 39_000_000..=46_000_000;

impl Exchanged {
    /// An answer has come.
    pub(crate) fn answered(&mut self, response: Duration, service: Duration) {
        self.response.record(response.0);
        self.service.record(service.0);
        self.window.record(response.0.saturating_sub(service.0));
        self.nagle += u64::from(DELAYED.contains(&service.0));
    }
}

impl Lateness {
    /// An event that was due so long after the start of the run began so late.
    pub(crate) fn late(&mut self, due: Duration, late: Duration) {
        self.all.record(late.0);
        let second = (due.0 / 1_000_000_000) as usize;
        if self.seconds.len() <= second {
            self.seconds.resize(second + 1, (0, Duration::ZERO));
        }
        let (events, latest) = &mut self.seconds[second];
        *events += 1;
        *latest = late.max(*latest);
    }
}
