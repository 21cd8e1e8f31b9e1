//! What runs in lookahead windows, how, and what may come of it: the words that `windows`, its workers
//! and their callers have in common.

use crate::domain::time::{Duration, Instant};

/// What has a calendar of its own and reaches others by mail alone: the shard of an operator, or
/// whatever else is to run in lookahead windows (`benches/peers` has PHOLD).
pub trait LogicalProcess: Send {
    /// What goes from one to another.
    type Mail: Send;

    /// Its number among all of the run, from 0 and without gaps.
    fn index(&self) -> usize;
    /// How much of the work it is likely to make, in any unit.
    fn weight(&self) -> u64;
    /// When its next event is due; `Instant::NEVER` if there is none.
    fn next(&self) -> Instant;
    /// Events processed so far.
    fn events(&self) -> u64;
    /// Processes all events before `end`, in order.
    fn run_until(&mut self, end: Instant);
    /// Hands out what goes to others, in the order in which it was sent.
    fn send(&mut self, to: impl FnMut(Self::Mail));
    /// Takes in what another has sent.
    fn receive(&mut self, mail: Self::Mail);
    /// For whom it is, and when it arrives: not sooner than the lookahead after it was sent.
    fn address(mail: &Self::Mail) -> (usize, Instant);
}

/// How to run.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    /// No shard can reach another sooner than this; `None`: no shard can reach another.
    pub(crate) lookahead: Option<Duration>,
    /// The run ends here; events at this very instant do not happen.
    pub(crate) end: Instant,
    /// Threads to run shards on, at least 1.
    pub(crate) threads: usize,
}

/// Something panicked: an invariant of the program is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Start of the window in which it happened, or the tick.
    pub(crate) at: Instant,
    /// The process that failed; `None`: it was who looks on.
    pub(crate) process: Option<usize>,
}

/// Somebody to be told of progress: simulated time, events so far.
pub(crate) type Progress<'a> = &'a mut dyn FnMut(Instant, u64);

/// Given the reports of an instant.
pub(crate) type Tick<'a, R> = &'a mut dyn FnMut(Instant, Vec<R>);
