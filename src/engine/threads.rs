//! The exchange of workers that are threads of one process: one meeting at the barrier carries word,
//! mail and reports. What is said and handed over has two places, used in turn, so that nobody
//! overwrites what a slower thread still reads. `tests/exchange.rs` has it checked by loom, which is
//! why it takes its parts from `sync`.

use super::barrier::{Barrier, Patience};
use super::exchange::{Exchange, Failed, Word};
use super::sync::{Arc, AtomicBool, AtomicU64, Mutex, MutexGuard, Ordering::Relaxed, PoisonError};
use crate::domain::time::Instant;

/// One of the threads that meet.
#[derive(Debug)]
pub(super) struct Threads<Mail, Report, const TURNS: usize = 2> {
    shared: Arc<Shared<Mail, Report, TURNS>>,
    id: usize,
    turn: usize,
}

#[derive(Debug)]
struct Shared<Mail, Report, const TURNS: usize> {
    barrier: Barrier,
    turns: [Turn<Mail, Report>; TURNS],
}

/// What all have to say at one meeting.
#[derive(Debug)]
struct Turn<Mail, Report> {
    said: Vec<Said>,
    /// From thread times threads plus to thread.
    mail: Vec<Mutex<Vec<Mail>>>,
    reports: Mutex<Vec<Report>>,
}

/// The word of one thread. The barrier orders its parts: what is written before a meeting is read
/// after it.
#[derive(Debug)]
struct Said {
    next: AtomicU64,
    events: AtomicU64,
    stop: AtomicBool,
    failed: AtomicU64,
}

impl Said {
    fn nothing() -> Self {
        Self {
            next: AtomicU64::new(0),
            events: AtomicU64::new(0),
            stop: AtomicBool::new(false),
            failed: AtomicU64::new(0),
        }
    }

    fn say(&self, word: Word) {
        self.next.store(word.next.0, Relaxed);
        self.events.store(word.events, Relaxed);
        self.stop.store(word.stop, Relaxed);
        self.failed.store(word.failed.0, Relaxed);
    }

    fn word(&self) -> Word {
        Word {
            next: Instant(self.next.load(Relaxed)),
            events: self.events.load(Relaxed),
            stop: self.stop.load(Relaxed),
            failed: Failed(self.failed.load(Relaxed)),
        }
    }
}

impl<Mail, Report, const TURNS: usize> Threads<Mail, Report, TURNS> {
    /// So many threads that meet each other, the first one first.
    pub(super) fn team(threads: usize, patience: Patience) -> impl Iterator<Item = Self> {
        let turn = |_| Turn {
            said: (0..threads).map(|_| Said::nothing()).collect(),
            mail: (0..threads * threads).map(|_| Mutex::new(Vec::new())).collect(),
            reports: Mutex::new(Vec::new()),
        };
        let turns = std::array::from_fn(turn);
        let shared = Arc::new(Shared { barrier: Barrier::new(threads, patience), turns });
        (0..threads).map(move |id| Self { shared: Arc::clone(&shared), id, turn: 0 })
    }

    /// The place of the meeting to come, and how many come.
    fn place(&self) -> (&Turn<Mail, Report>, usize) {
        let turn = &self.shared.turns[self.turn];
        (turn, turn.said.len())
    }

    /// Waits until all have spoken, and hears them.
    fn hear(&self, word: Word) -> Word {
        let (turn, _) = self.place();
        turn.said[self.id].say(word);
        self.shared.barrier.wait();
        turn.said.iter().map(Said::word).fold(Word::NONE, Word::and)
    }

    fn turn(&mut self) {
        self.turn = (self.turn + 1) % TURNS;
    }
}

impl<Mail, Report, const TURNS: usize> Exchange<Mail, Report> for Threads<Mail, Report, TURNS> {
    fn swap(&mut self, word: Word, out: &mut [Vec<Mail>], mut each: impl FnMut(Mail)) -> Word {
        let (turn, threads) = self.place();
        for (to, mail) in out.iter_mut().enumerate().filter(|(_, mail)| !mail.is_empty()) {
            locked(&turn.mail[self.id * threads + to]).append(mail);
        }
        let agreed = self.hear(word);
        for from in (0..threads).filter(|from| *from != self.id) {
            locked(&turn.mail[from * threads + self.id]).drain(..).for_each(&mut each);
        }
        self.turn();
        agreed
    }

    fn meet(&mut self, word: Word, mut reports: Vec<Report>) -> (Word, Vec<Report>) {
        let (turn, _) = self.place();
        locked(&turn.reports).append(&mut reports);
        let agreed = self.hear(word);
        if self.id == 0 {
            reports = std::mem::take(&mut *locked(&turn.reports));
        }
        self.turn();
        (agreed, reports)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
