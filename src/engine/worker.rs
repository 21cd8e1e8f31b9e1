//! One worker of a run: it runs its processes window by window, tells the others how things stand,
//! and comes to the same windows as they do. `windows` makes workers; how they meet is the exchange's
//! business, and of threads it knows nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::exchange::{Exchange, Failed, Word};
use super::process::{Fault, LogicalProcess, Progress, Schedule, Tick};
use crate::domain::time::Instant;

/// What the first worker calls.
pub(super) struct Onlooker<'a, R> {
    pub(super) stop: &'a CancellationToken,
    pub(super) progress: Progress<'a>,
    pub(super) tick: Tick<'a, R>,
}

/// What all workers know.
pub(super) struct Common<P, R> {
    pub(super) schedule: Schedule,
    pub(super) ticks: Vec<Instant>,
    pub(super) report: fn(&mut P, Instant) -> R,
    /// Of each process: worker, and place with that worker.
    pub(super) places: Vec<(usize, usize)>,
}

/// Where a worker's run ended, and its processes.
pub(super) type Came<P> = (Result<Instant, Fault>, Vec<P>);

/// Who runs some of the processes.
pub(super) struct Worker<P: LogicalProcess, R, X> {
    common: Arc<Common<P, R>>,
    id: usize,
    exchange: X,
    part: Part<P>,
    /// What goes to each worker.
    sent: Vec<Vec<P::Mail>>,
}

struct Part<P> {
    processes: Vec<P>,
    /// When the next event of each is due.
    due: Vec<Instant>,
    /// The first of them that failed, or who looks on.
    failed: Failed,
}

impl<P: LogicalProcess> Part<P> {
    /// Runs those that have something to do before `end`, and gives what they send.
    fn run_until(&mut self, end: Instant, mut sent: impl FnMut(P::Mail)) {
        let Self { processes, due, failed } = self;
        for (process, due) in processes.iter_mut().zip(due).filter(|(_, due)| **due < end) {
            // If it fails, the others run all the same: so it is the same one that is named on any
            // number of threads.
            guarded(failed, Failed::process(process.index()), || {
                process.run_until(end);
                process.send(|mail| {
                    debug_assert!(P::address(&mail).1 >= end, "it arrives after its window");
                    sent(mail);
                });
                *due = process.next();
            });
        }
    }

    fn receive(&mut self, mail: P::Mail, places: &[(usize, usize)]) {
        let (to, at) = P::address(&mail);
        let (_, place) = places[to];
        self.due[place] = self.due[place].min(at);
        let process = &mut self.processes[place];
        guarded(&mut self.failed, Failed::process(to), || process.receive(mail));
    }

    fn report<R>(&mut self, at: Instant, report: fn(&mut P, Instant) -> R) -> Vec<(usize, R)> {
        let mut reports = Vec::with_capacity(self.processes.len());
        for process in &mut self.processes {
            let index = process.index();
            guarded(&mut self.failed, Failed::process(index), || {
                reports.push((index, report(process, at)));
            });
        }
        reports
    }
}

/// Does something that may panic: then it is noted who has.
fn guarded(failed: &mut Failed, who: Failed, act: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(act)).is_err() {
        *failed = who.min(*failed);
    }
}

fn sound(failed: Failed, at: Instant) -> Result<(), Fault> {
    if failed == Failed::NOBODY { Ok(()) } else { Err(Fault { at, process: failed.index() }) }
}

impl<P: LogicalProcess, R, X: Exchange<P::Mail, (usize, R)>> Worker<P, R, X> {
    /// The worker of that number with its processes; `exchange` meets the others.
    pub(super) fn new(
        common: &Arc<Common<P, R>>,
        id: usize,
        processes: Vec<P>,
        exchange: X,
    ) -> Self {
        let workers = common.places.iter().map(|(worker, _)| worker + 1).max().unwrap_or(1);
        let due = processes.iter().map(P::next).collect();
        Self {
            common: Arc::clone(common),
            id,
            exchange,
            part: Part { processes, due, failed: Failed::NOBODY },
            sent: (0..workers).map(|_| Vec::new()).collect(),
        }
    }

    /// Runs to the end; the first worker has somebody who looks on.
    pub(super) fn run(mut self, onlooker: Option<Onlooker<'_, R>>) -> Came<P> {
        let at = self.windows(onlooker);
        (at, self.part.processes)
    }

    /// Runs windows until the end; where that is, all workers agree.
    fn windows(&mut self, mut onlooker: Option<Onlooker<'_, R>>) -> Result<Instant, Fault> {
        let common = Arc::clone(&self.common);
        let Schedule { lookahead, end, .. } = common.schedule;
        let mut ticks = common.ticks.iter().copied().peekable();
        let mut now = Instant::START;
        // Where the window began that is over.
        let mut began = now;
        loop {
            let stop = onlooker.as_ref().is_some_and(|onlooker| onlooker.stop.is_cancelled());
            let Word { next, events, stop, failed } = self.swap(stop);
            sound(failed, began)?;
            if let Some(onlooker) = &mut onlooker {
                let progress = || (onlooker.progress)(now, events);
                guarded(&mut self.part.failed, Failed::ONLOOKER, progress);
            }
            let bound = loop {
                while let Some(due) = ticks.next_if(|&due| due <= now) {
                    self.look(due, onlooker.as_mut())?;
                }
                let bound = ticks.peek().map_or(end, |&due| due.min(end));
                if !stop && next < bound {
                    break bound;
                }
                if stop || bound >= end {
                    // Who looks on may have failed just now: that is nobody else's business.
                    return sound(self.part.failed, now).map(|()| if stop { now } else { end });
                }
                now = bound;
            };
            began = next;
            now = lookahead.map_or(bound, |lookahead| (next + lookahead).min(bound));
            if self.part.failed == Failed::NOBODY {
                let Self { common, part, sent, .. } = self;
                part.run_until(now, |mail| sent[common.places[P::address(&mail).0].0].push(mail));
            }
        }
    }

    /// Says how things stand, hands over what goes to others, and takes in what comes from them.
    fn swap(&mut self, stop: bool) -> Word {
        let Self { common, id, exchange, part, sent } = self;
        // What stays with this worker needs no mail; it is due after the window.
        sent[*id].drain(..).for_each(|mail| part.receive(mail, &common.places));
        let word = Word { stop, ..word(part, sent) };
        exchange.swap(word, sent, |mail| part.receive(mail, &common.places))
    }

    /// All report, and who looks on sees it.
    fn look(&mut self, at: Instant, onlooker: Option<&mut Onlooker<'_, R>>) -> Result<(), Fault> {
        let reports = self.part.report(at, self.common.report);
        let word = word(&self.part, &self.sent);
        let (agreed, mut reports) = self.exchange.meet(word, reports);
        sound(agreed.failed, at)?;
        if let Some(onlooker) = onlooker {
            reports.sort_by_key(|(index, _)| *index);
            let reports = reports.into_iter().map(|(_, report)| report).collect();
            let tick = || (onlooker.tick)(at, reports);
            guarded(&mut self.part.failed, Failed::ONLOOKER, tick);
        }
        Ok(())
    }
}

fn word<P: LogicalProcess>(part: &Part<P>, sent: &[Vec<P::Mail>]) -> Word {
    let arrives = sent.iter().flatten().map(|mail| P::address(mail).1);
    Word {
        next: part.due.iter().copied().chain(arrives).min().unwrap_or(Instant::NEVER),
        events: part.processes.iter().map(P::events).sum(),
        stop: false,
        failed: part.failed,
    }
}
