//! All shards in step. Whatever one operator sends another takes at least the smallest latency of
//! any agreement: the lookahead. So every shard can run a window of that length alone, and what it
//! sent meanwhile is handed over before the next. Windows start at the earliest event anywhere, so
//! idle time costs nothing; they end at the ticks of measurement as well.
//!
//! Every thread has its shards and computes the same windows by itself, from what all have posted:
//! one meeting a window, no coordinator. What is posted and sent has two places, used in turn, so
//! that nobody overwrites what a slower thread still reads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Builder;
use tokio_util::sync::CancellationToken;

use super::barrier::Barrier;
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
pub struct Schedule {
    /// No shard can reach another sooner than this; `None`: no shard can reach another.
    pub lookahead: Option<Duration>,
    /// The run ends here; events at this very instant do not happen.
    pub end: Instant,
    /// Threads to run shards on, at least 1.
    pub threads: usize,
}

/// What came of a run.
#[derive(Debug)]
pub struct Ended<P> {
    /// The shards, in the order of their numbers, with everything that was on its way to them.
    pub shards: Vec<P>,
    /// Where the run ended: the schedule's end, or earlier if it was cancelled.
    pub at: Instant,
}

/// Something panicked: an invariant of the program is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Start of the window in which it happened, or the tick.
    pub at: Instant,
    /// The process that failed; `None`: it was who looks on.
    pub process: Option<usize>,
}

/// Somebody to be told of progress: simulated time, events so far.
pub type Progress<'a> = &'a mut dyn FnMut(Instant, u64);

/// Called at each tick with all shards, in the order of their numbers.
pub type Tick<'a, P> = &'a mut dyn FnMut(Instant, &mut [&mut P]);

/// Somebody who looks on, from the calling thread. Shards wait as long as it takes.
pub struct Looks<'a, P> {
    /// Ends the run at the end of a window once it is cancelled.
    pub stop: &'a CancellationToken,
    /// Told at the end of each window.
    pub progress: Progress<'a>,
    /// Instants at which all shards pause, ascending, before the end.
    pub ticks: Vec<Instant>,
    /// Called then.
    pub tick: Tick<'a, P>,
}

/// Runs the shards until the schedule's end, or until who looks on has had enough.
///
/// # Errors
/// A panic in a shard, or of who looks on.
pub fn run<P: LogicalProcess<Mail: 'static> + 'static>(
    shards: Vec<P>,
    schedule: &Schedule,
    looks: Option<Looks<'_, P>>,
) -> Result<Ended<P>, Fault> {
    let threads = schedule.threads.clamp(1, shards.len().max(1));
    let ticks = looks.as_ref().map_or(Vec::new(), |looks| looks.ticks.clone());
    let team = Arc::new(Team::new(shards, schedule, ticks, threads));
    // The calling thread is the first worker: what looks on is called from there alone.
    let at = if threads == 1 {
        Worker::new(&team, 0).run(looks)
    } else {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(threads)
            .build()
            .map_err(|_| Fault { at: Instant::START, process: None })?;
        let others: Vec<_> = (1..threads)
            .map(|id| {
                let team = Arc::clone(&team);
                runtime.spawn_blocking(move || Worker::new(&team, id).run(None))
            })
            .collect();
        let at = Worker::new(&team, 0).run(looks);
        for other in others {
            let _ = runtime.block_on(other);
        }
        at
    }?;
    let team = Arc::into_inner(team).ok_or(Fault { at, process: None })?;
    let parts =
        team.parts.into_iter().map(|p| p.into_inner().unwrap_or_else(PoisonError::into_inner));
    let mut shards: Vec<P> = parts.flatten().collect();
    shards.sort_by_key(P::index);
    Ok(Ended { shards, at })
}

/// What the threads share.
struct Team<P: LogicalProcess> {
    schedule: Schedule,
    ticks: Vec<Instant>,
    /// The shards of each worker.
    parts: Vec<Mutex<Vec<P>>>,
    /// Of each shard: worker, and place with that worker.
    places: Vec<(usize, usize)>,
    barrier: Barrier,
    turns: [Turn<P::Mail>; 2],
    /// A look at all shards failed.
    broken: AtomicBool,
}

/// What all have to say at the end of a window.
struct Turn<M> {
    posted: Vec<Posted>,
    /// From worker times workers plus to worker.
    mail: Vec<Mutex<Vec<M>>>,
}

/// One worker's word at the end of a window.
struct Posted {
    /// When its next event is due, or what it sent to others.
    next: AtomicU64,
    /// Events so far.
    events: AtomicU64,
    /// It wants the run to end.
    stop: AtomicBool,
    /// Its process that failed, or `usize::MAX`.
    fault: AtomicUsize,
}

impl Posted {
    fn new() -> Self {
        Self {
            next: AtomicU64::new(u64::MAX),
            events: AtomicU64::new(0),
            stop: AtomicBool::new(false),
            fault: AtomicUsize::new(usize::MAX),
        }
    }
}

impl<P: LogicalProcess> Team<P> {
    fn new(shards: Vec<P>, schedule: &Schedule, ticks: Vec<Instant>, threads: usize) -> Self {
        let mut places = vec![(0, 0); shards.len()];
        let mut parts: Vec<Vec<P>> = (0..threads).map(|_| Vec::new()).collect();
        let mut loads = vec![0u64; threads];
        // The heaviest first, each to the least loaded worker.
        let mut order: Vec<P> = shards;
        order.sort_by_key(|shard| (std::cmp::Reverse(shard.weight()), shard.index()));
        for shard in order {
            let lightest = (0..threads).min_by_key(|&w| (loads[w], w)).unwrap_or(0);
            loads[lightest] += shard.weight();
            places[shard.index()] = (lightest, parts[lightest].len());
            parts[lightest].push(shard);
        }
        let turn = || Turn {
            posted: (0..threads).map(|_| Posted::new()).collect(),
            mail: (0..threads * threads).map(|_| Mutex::default()).collect(),
        };
        Self {
            schedule: schedule.clone(),
            ticks,
            parts: parts.into_iter().map(Mutex::new).collect(),
            places,
            barrier: Barrier::new(threads),
            turns: [turn(), turn()],
            broken: AtomicBool::new(false),
        }
    }

    fn part(&self, worker: usize) -> MutexGuard<'_, Vec<P>> {
        locked(&self.parts[worker])
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One thread of a run.
struct Worker<'t, P: LogicalProcess> {
    team: &'t Team<P>,
    id: usize,
    /// When the next event of each of its shards is due.
    due: Vec<Instant>,
    /// What goes to each worker.
    sent: Vec<Vec<P::Mail>>,
    now: Instant,
    turn: usize,
    /// Its process that failed, or `usize::MAX`.
    failed: usize,
}

impl<'t, P: LogicalProcess> Worker<'t, P> {
    fn new(team: &'t Team<P>, id: usize) -> Self {
        let sent = team.parts.iter().map(|_| Vec::new()).collect();
        Self { team, id, due: Vec::new(), sent, now: Instant::START, turn: 0, failed: usize::MAX }
    }

    /// Runs windows until the end; where that is, all workers agree.
    fn run(mut self, mut looks: Option<Looks<'_, P>>) -> Result<Instant, Fault> {
        let team = self.team;
        let mut ticks = team.ticks.iter().copied().peekable();
        let mut part = team.part(self.id);
        self.due = part.iter().map(P::next).collect();
        self.post(&part, looks.as_ref());
        loop {
            team.barrier.wait();
            let posted = &team.turns[self.turn].posted;
            let failed = posted.iter().map(|posted| posted.fault.load(Relaxed)).min();
            if let Some(process) = failed.filter(|process| *process != usize::MAX) {
                return Err(Fault { at: self.now, process: Some(process) });
            }
            let stop = posted.iter().any(|posted| posted.stop.load(Relaxed));
            let next = posted.iter().map(|posted| posted.next.load(Relaxed)).min();
            let next = Instant(next.unwrap_or(u64::MAX));
            self.receive(&mut part);
            if let Some(looks) = &mut looks {
                let events = posted.iter().map(|posted| posted.events.load(Relaxed)).sum();
                (looks.progress)(self.now, events);
            }
            self.turn = 1 - self.turn;
            let bound = loop {
                while let Some(due) = ticks.next_if(|&due| due <= self.now) {
                    drop(part);
                    self.look(due, looks.as_mut())?;
                    part = team.part(self.id);
                }
                if stop {
                    return Ok(self.now);
                }
                let end = team.schedule.end;
                let bound = ticks.peek().map_or(end, |&due| due.min(end));
                if next < bound {
                    break bound;
                }
                if bound >= end {
                    return Ok(end);
                }
                self.now = bound;
            };
            let lookahead = team.schedule.lookahead;
            let end = lookahead.map_or(bound, |lookahead| (next + lookahead).min(bound));
            self.window(&mut part, end);
            self.now = if self.failed < usize::MAX { next } else { end };
            self.post(&part, looks.as_ref());
        }
    }

    /// Runs the shards that have something to do before `end`.
    fn window(&mut self, part: &mut [P], end: Instant) {
        let (places, sent) = (&self.team.places, &mut self.sent);
        for (shard, due) in part.iter_mut().zip(&mut self.due).filter(|(_, due)| **due < end) {
            let window = AssertUnwindSafe(|| {
                shard.run_until(end);
                shard.send(|mail| {
                    let (to, at) = P::address(&mail);
                    debug_assert!(at >= end, "nothing arrives within its window");
                    let (worker, _) = places[to];
                    sent[worker].push(mail);
                });
                *due = shard.next();
            });
            // The others run as well, so that it is the same one that is named on any number of
            // threads.
            if catch_unwind(window).is_err() {
                self.failed = self.failed.min(shard.index());
            }
        }
        // What stays with this worker needs no mail; it is due after the window.
        let mut own = std::mem::take(&mut self.sent[self.id]);
        own.drain(..).for_each(|mail| self.deliver(part, mail));
        self.sent[self.id] = own;
    }

    fn deliver(&mut self, part: &mut [P], mail: P::Mail) {
        let (to, at) = P::address(&mail);
        let (_, place) = self.team.places[to];
        self.due[place] = self.due[place].min(at);
        part[place].receive(mail);
    }

    /// Says how things stand, and hands over what goes to others.
    fn post(&mut self, part: &[P], looks: Option<&Looks<'_, P>>) {
        let turn = &self.team.turns[self.turn];
        let mut next = self.due.iter().copied().min().unwrap_or(Instant::NEVER);
        let workers = self.team.parts.len();
        for (to, sent) in self.sent.iter_mut().enumerate().filter(|(_, sent)| !sent.is_empty()) {
            next = sent.iter().map(|mail| P::address(mail).1).fold(next, Instant::min);
            locked(&turn.mail[self.id * workers + to]).append(sent);
        }
        let posted = &turn.posted[self.id];
        posted.next.store(next.0, Relaxed);
        posted.events.store(part.iter().map(P::events).sum(), Relaxed);
        posted.stop.store(looks.is_some_and(|looks| looks.stop.is_cancelled()), Relaxed);
        posted.fault.store(self.failed, Relaxed);
    }

    /// Takes in what others have sent.
    fn receive(&mut self, part: &mut [P]) {
        let workers = self.team.parts.len();
        for from in 0..workers {
            let mut mail = locked(&self.team.turns[self.turn].mail[from * workers + self.id]);
            mail.drain(..).for_each(|mail| self.deliver(part, mail));
        }
    }

    /// The first worker looks at all shards while the others wait.
    fn look(&self, at: Instant, looks: Option<&mut Looks<'_, P>>) -> Result<(), Fault> {
        self.team.barrier.wait();
        if let Some(looks) = looks {
            let mut parts: Vec<_> = (0..self.team.parts.len()).map(|w| self.team.part(w)).collect();
            let mut all: Vec<&mut P> = parts.iter_mut().flat_map(|part| part.iter_mut()).collect();
            all.sort_by_key(|shard| shard.index());
            let look = AssertUnwindSafe(|| (looks.tick)(at, &mut all));
            self.team.broken.store(catch_unwind(look).is_err(), Relaxed);
        }
        self.team.barrier.wait();
        if self.team.broken.load(Relaxed) { Err(Fault { at, process: None }) } else { Ok(()) }
    }
}
