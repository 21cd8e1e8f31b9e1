//! What the workers of a run say to each other: how things stand at the end of a window, with what
//! crosses from one to another, and what they report at a tick. `windows` knows no more of threads,
//! or of anything else that workers may be. Of the model it knows nothing.

use crate::domain::time::Instant;

/// How workers meet. All do the same in the same order, and nobody gets an answer before all have
/// spoken; so whatever follows from the answers, all do alike.
pub(super) trait Exchange<Mail, Report> {
    /// The end of a window: says a word, hands over what goes to each worker (`out` is empty
    /// afterwards), and gives `each` what comes from others. It is one call, since one message each
    /// way carries both, or one meeting.
    fn swap(&mut self, word: Word, out: &mut [Vec<Mail>], each: impl FnMut(Mail)) -> Word;

    /// A tick: says a word, and gives the first worker the reports of all, in any order.
    fn meet(&mut self, word: Word, reports: Vec<Report>) -> (Word, Vec<Report>);
}

/// What one worker says, or what all have said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// When the next event is due, or arrives.
    pub(super) next: Instant,
    /// Events processed so far, by one worker or by all.
    pub(super) events: u64,
    /// Whether the run shall end.
    pub(super) stop: bool,
    /// Which process has failed, or who looks on; of several the first.
    pub(super) failed: Failed,
}

impl Word {
    /// That of nobody.
    pub(super) const NONE: Self =
        Self { next: Instant::NEVER, events: 0, stop: false, failed: Failed::NOBODY };

    /// What two say together.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            next: self.next.min(other.next),
            events: self.events + other.events,
            stop: self.stop || other.stop,
            failed: self.failed.min(other.failed),
        }
    }
}

/// Who has panicked; of several, the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Failed(pub(super) u64);

impl Failed {
    /// No process has failed; the largest, so that any other comes first.
    pub(super) const NOBODY: Self = Self(u64::MAX);
    /// The observer of progress has failed, and no process.
    pub(super) const ONLOOKER: Self = Self(u64::MAX - 1);

    /// A process, by its number.
    pub(super) fn process(index: usize) -> Self {
        Self(index as u64)
    }

    /// Its number, if it is a process.
    pub(super) fn index(self) -> Option<usize> {
        (self < Self::ONLOOKER).then_some(self.0 as usize)
    }
}

/// A single worker, with nobody to talk to.
#[derive(Debug)]
pub(super) struct Alone;

impl<Mail, Report> Exchange<Mail, Report> for Alone {
    fn swap(&mut self, word: Word, _: &mut [Vec<Mail>], _: impl FnMut(Mail)) -> Word {
        word
    }

    fn meet(&mut self, word: Word, reports: Vec<Report>) -> (Word, Vec<Report>) {
        (word, reports)
    }
}
