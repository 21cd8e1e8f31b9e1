//! What is told beside a crossing and never in it: when it was meant, where its time went, by which
//! route it was meant to go. The exchange hands it over by the identity of what crosses; observations
//! are made of it, and no node decides by it. A message is where its ledger is: there is one, so that
//! a message that crosses twice is still one message.

use smallvec::SmallVec;

use super::id::{OperatorId, SubscriberId};
use super::observation::{StageTime, Stored};
use super::outcome::{Route, Stage};
use super::random::{StreamSeed, mix};
use super::time::{Duration, Instant};

/// What goes beside a crossing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ledger {
    /// Beside what is neither a message nor has an instant to tell.
    None,
    /// Of a message: its journal, and whom its sender means, which an answer to a reply number does
    /// not say.
    Message(SubscriberId, Journal),
    /// Of a presence change: when it came about, twice; of a look-up: its begin and end.
    Instants([Instant; 2]),
}

/// The ledger of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// What names the draws of its answer.
    pub(crate) occasion: Occasion,
    /// The route as decided so far.
    pub(crate) route: Route,
    /// When the sender meant to send it: latency counts from here.
    pub(crate) intended: Instant,
    /// Start of the stage it is in.
    pub since: Instant,
    /// Whether it has been kept for its recipient's login.
    pub(crate) stored: Stored,
    stages: SmallVec<[Part; 8]>,
}

/// One stage in twelve bytes: there are many in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    time: [u32; 2],
    operator: OperatorId,
    stage: Stage,
}

/// An occasion to answer, the same in every alternative of a study: the place of a first message
/// among its operator's, and for an answer that of what it answers. When others write, or how long
/// anything takes, plays no part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Occasion(pub u64);

impl Occasion {
    /// Of an operator's `n`th first message; `operator` belongs to its name, so that others who come
    /// or go change nothing.
    pub(crate) fn first(operator: StreamSeed, n: u64) -> Self {
        Self(operator.bits(n))
    }

    /// Of the answer.
    pub(crate) fn answer(self) -> Self {
        Self(mix(!self.0))
    }
}

impl Journal {
    /// Of a message that is meant now.
    pub fn new(occasion: Occasion, route: Route, intended: Instant) -> Self {
        Self {
            occasion,
            route,
            intended,
            since: intended,
            stored: Stored::Never,
            stages: SmallVec::new(),
        }
    }

    /// The stage it was in ends at `now` and the next begins. Times of one stage at one operator
    /// add up; no time, no entry.
    pub(crate) fn stage(&mut self, stage: Stage, operator: OperatorId, now: Instant) {
        let time = now.since(self.since);
        self.since = now;
        if !time.is_zero() {
            self.spend(StageTime { stage, operator, time });
        }
    }

    /// Adds time to a stage.
    pub fn spend(&mut self, StageTime { stage, operator, time }: StageTime) {
        let same = |part: &&mut Part| part.stage == stage && part.operator == operator;
        match self.stages.iter_mut().find(same) {
            Some(part) => part.time = halves(part.time().saturating_add(time.0)),
            None => self.stages.push(Part { time: halves(time.0), operator, stage }),
        }
    }

    /// Its latency so far in parts, in the order of first occurrence.
    pub(crate) fn stages(&self) -> impl ExactSizeIterator<Item = StageTime> + '_ {
        self.stages.iter().map(|part| {
            let Part { operator, stage, .. } = *part;
            StageTime { stage, operator, time: Duration(part.time()) }
        })
    }
}

impl Part {
    fn time(self) -> u64 {
        u64::from(self.time[1]) << 32 | u64::from(self.time[0])
    }
}

fn halves(time: u64) -> [u32; 2] {
    [time as u32, (time >> 32) as u32]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_a_stage_add_up_and_parts_make_the_whole() {
        let [a, b] = [0, 1].map(OperatorId);
        let start = Instant(5_000_000_000);
        let mut journal = Journal::new(Occasion(1), Route::OnNet, start);
        for (stage, operator, after) in
            [(Stage::Link, a, 7), (Stage::Hlr, b, 7), (Stage::Link, a, 9_000_000_000)]
        {
            journal.stage(stage, operator, start + Duration(after));
        }
        let link = StageTime { stage: Stage::Link, operator: a, time: Duration(9_000_000_000) };
        assert_eq!(journal.stages().collect::<Vec<_>>(), [link], "the look-up took no time");
        assert_eq!(std::mem::size_of::<Part>(), 12);
    }
}
