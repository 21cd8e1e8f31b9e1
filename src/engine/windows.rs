//! All shards in step. Whatever one operator sends another takes at least the smallest latency of
//! any agreement: the lookahead. So every shard can run a window of that length alone, and what it
//! sent meanwhile is handed over before the next. Windows start at the earliest event anywhere, so
//! idle time costs nothing; they end at the ticks of measurement as well.
//!
//! Every worker has its shards and computes the same windows by itself, from what all say at the end
//! of the last: one meeting a window, no coordinator (`worker`). Here they are shared out. The calling
//! thread is the first worker, and who looks on is called from there alone.

use std::sync::Arc;

use tokio::runtime::Builder;
use tokio_util::sync::CancellationToken;

use super::barrier::Patience;
use super::exchange::Alone;
use super::process::{Fault, LogicalProcess, Progress, Schedule, Tick};
use super::threads::Threads;
use super::worker::{Came, Common, Onlooker, Worker};
use crate::domain::time::Instant;

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Ended<P> {
    /// In the order of their numbers, with everything that was on its way to them.
    pub(crate) processes: Vec<P>,
    /// Where the run ended: the schedule's end, or earlier if it was cancelled.
    pub(crate) at: Instant,
}

/// Somebody who looks on, from the calling thread.
pub(crate) struct Looks<'a, P, R> {
    /// Ends the run at the end of a window once it is cancelled.
    pub(crate) stop: &'a CancellationToken,
    /// Told at the end of each window; the next one waits as long as it takes.
    pub(crate) progress: Progress<'a>,
    /// Instants at which all processes report, ascending, before the end.
    pub(crate) ticks: Vec<Instant>,
    /// What a process has to say then.
    pub(crate) report: fn(&mut P, Instant) -> R,
    /// Given all reports of a tick, in the order of processes.
    pub(crate) tick: Tick<'a, R>,
}

/// Runs the processes until the schedule's end.
///
/// # Errors
/// A panic in a process.
pub(crate) fn run<P: LogicalProcess<Mail: 'static> + 'static>(
    processes: Vec<P>,
    schedule: &Schedule,
) -> Result<Ended<P>, Fault> {
    share(processes, schedule, Vec::new(), |_, _| (), None)
}

/// The same with somebody who looks on, and may have enough before.
///
/// # Errors
/// A panic in a process, or of who looks on.
pub(crate) fn watched<P: LogicalProcess<Mail: 'static> + 'static, R: Send + 'static>(
    processes: Vec<P>,
    schedule: &Schedule,
    looks: Looks<'_, P, R>,
) -> Result<Ended<P>, Fault> {
    let Looks { stop, progress, ticks, report, tick } = looks;
    share(processes, schedule, ticks, report, Some(Onlooker { stop, progress, tick }))
}

/// Shares processes out among workers, and lets these run.
fn share<P: LogicalProcess<Mail: 'static> + 'static, R: Send + 'static>(
    mut processes: Vec<P>,
    schedule: &Schedule,
    ticks: Vec<Instant>,
    report: fn(&mut P, Instant) -> R,
    onlooker: Option<Onlooker<'_, R>>,
) -> Result<Ended<P>, Fault> {
    let threads = schedule.threads.clamp(1, processes.len().max(1));
    let mut places = vec![(0, 0); processes.len()];
    let mut parts: Vec<Vec<P>> = (0..threads).map(|_| Vec::new()).collect();
    let mut loads = vec![0u64; threads];
    // The heaviest first, each to the least loaded worker.
    processes.sort_by_key(|process| (std::cmp::Reverse(process.weight()), process.index()));
    for process in processes {
        let lightest = (0..threads).min_by_key(|&w| (loads[w], w)).unwrap_or(0);
        loads[lightest] += process.weight();
        places[process.index()] = (lightest, parts[lightest].len());
        parts[lightest].push(process);
    }
    let common = Arc::new(Common { schedule: schedule.clone(), ticks, report, places });
    let (at, mut processes) = match <[Vec<P>; 1]>::try_from(parts) {
        Ok([own]) => Worker::new(&common, 0, own, Alone).run(onlooker),
        Err(parts) => on_threads(&common, parts, onlooker)?,
    };
    processes.sort_by_key(P::index);
    at.map(|at| Ended { processes, at })
}

fn on_threads<P: LogicalProcess<Mail: 'static> + 'static, R: Send + 'static>(
    common: &Arc<Common<P, R>>,
    parts: Vec<Vec<P>>,
    onlooker: Option<Onlooker<'_, R>>,
) -> Result<Came<P>, Fault> {
    let broken = Fault { at: Instant::START, process: None };
    let threads = parts.len();
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(threads)
        .build()
        .map_err(|_| broken)?;
    let team = Threads::<P::Mail, (usize, R)>::team(threads, Patience::of(threads));
    let worker = |(id, (own, threads))| Worker::new(common, id, own, threads);
    let mut workers = parts.into_iter().zip(team).enumerate().map(worker);
    let first = workers.next();
    let others: Vec<_> =
        workers.map(|worker| runtime.spawn_blocking(move || worker.run(None))).collect();
    let mut came = first.map_or((Ok(common.schedule.end), Vec::new()), |first| first.run(onlooker));
    for other in others {
        came.1.extend(runtime.block_on(other).map_err(|_| broken)?.1);
    }
    Ok(came)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Duration;

    const LOOKAHEAD: Duration = Duration(10);
    const END: Instant = Instant(1000);

    /// Passes on whatever comes, to the next of four; panics at an instant.
    #[derive(Debug)]
    struct Toy {
        index: usize,
        due: Vec<Instant>,
        sent: Vec<(usize, Instant)>,
        events: u64,
        fails: Instant,
    }

    fn toys(fails: [u64; 4]) -> Vec<Toy> {
        let toy = |(index, fails)| Toy {
            index,
            due: vec![Instant(index as u64)],
            sent: Vec::new(),
            events: 0,
            fails: Instant(fails),
        };
        fails.into_iter().enumerate().map(toy).collect()
    }

    impl LogicalProcess for Toy {
        type Mail = (usize, Instant);

        fn index(&self) -> usize {
            self.index
        }
        fn weight(&self) -> u64 {
            // They are run in another order than they are counted.
            [2, 1, 4, 3][self.index]
        }
        fn next(&self) -> Instant {
            self.due.iter().copied().min().unwrap_or(Instant::NEVER)
        }
        fn events(&self) -> u64 {
            self.events
        }
        fn run_until(&mut self, end: Instant) {
            for at in self.due.extract_if(.., |at| *at < end) {
                assert!(at < self.fails, "a fault that this test has put in");
                self.events += 1;
                self.sent.push(((self.index + 1) % 4, at + LOOKAHEAD));
            }
        }
        fn send(&mut self, to: impl FnMut(Self::Mail)) {
            self.sent.drain(..).for_each(to);
        }
        fn receive(&mut self, (_, at): Self::Mail) {
            self.due.push(at);
        }
        fn address(mail: &Self::Mail) -> (usize, Instant) {
            *mail
        }
    }

    fn schedule(threads: usize) -> Schedule {
        Schedule { lookahead: Some(LOOKAHEAD), end: END, threads }
    }

    /// Runs toys with ticks at 100 and 500, and somebody who looks on.
    fn looked_at(
        toys: Vec<Toy>,
        threads: usize,
        stop: &CancellationToken,
        progress: &mut dyn FnMut(Instant, u64),
        tick: Tick<'_, (usize, u64)>,
    ) -> Result<Ended<Toy>, Fault> {
        let ticks = vec![Instant(100), Instant(500)];
        let report = |toy: &mut Toy, at: Instant| {
            assert!(at != toy.fails, "a report that this test lets fail");
            (toy.index, toy.events)
        };
        watched(toys, &schedule(threads), Looks { stop, progress, ticks, report, tick })
    }

    const SOUND: [u64; 4] = [u64::MAX; 4];

    #[test]
    fn all_events_happen_on_any_number_of_threads_once() {
        for threads in [1, 2, 3, 9] {
            let ended = run(toys(SOUND), &schedule(threads)).expect("sound");
            let events: Vec<u64> = ended.processes.iter().map(|toy| toy.events).collect();
            assert_eq!((ended.at, events), (END, vec![100; 4]), "{threads} threads");
        }
    }

    #[test]
    fn of_two_that_fail_in_one_window_the_first_is_named() {
        for threads in [1, 2, 3, 4] {
            let failed = run(toys([500, 500, u64::MAX, u64::MAX]), &schedule(threads));
            let fault = Fault { at: Instant(500), process: Some(0) };
            assert_eq!(failed.expect_err("it fails"), fault, "{threads} threads");
        }
    }

    #[test]
    fn reports_come_in_the_order_of_processes() {
        for threads in [1, 2, 4] {
            let mut seen = Vec::new();
            let stop = CancellationToken::new();
            let ended = looked_at(toys(SOUND), threads, &stop, &mut |_, _| {}, &mut |at, all| {
                seen.push((at.0, all));
            });
            ended.expect("sound");
            let all = |events| (0..4).map(|index| (index, events)).collect::<Vec<_>>();
            assert_eq!(seen, [(100, all(10)), (500, all(50))], "{threads} threads");
        }
    }

    #[test]
    fn a_report_that_fails_names_its_process_and_the_tick() {
        for threads in [1, 2, 4] {
            let stop = CancellationToken::new();
            let toys = toys([u64::MAX, u64::MAX, 500, u64::MAX]);
            let failed = looked_at(toys, threads, &stop, &mut |_, _| {}, &mut |at, _| {
                assert!(at == Instant(100), "nobody is shown half the reports");
            });
            let fault = Fault { at: Instant(500), process: Some(2) };
            assert_eq!(failed.expect_err("it fails"), fault, "{threads} threads");
        }
    }

    #[test]
    fn who_looks_on_may_fail_and_no_thread_is_left_waiting() {
        for threads in [1, 2, 4] {
            let stop = CancellationToken::new();
            let failed = looked_at(toys(SOUND), threads, &stop, &mut |_, _| {}, &mut |_, _| {
                panic!("a tick that this test lets fail");
            });
            assert_eq!(failed.expect_err("it fails").process, None, "{threads} threads");
            let mut late = |at: Instant, _| assert!(at < END, "this test lets it fail");
            let failed = looked_at(toys(SOUND), threads, &stop, &mut late, &mut |_, _| {});
            assert_eq!(failed.expect_err("it fails").process, None, "{threads} threads");
        }
    }

    #[test]
    fn a_wish_to_stop_ends_all_in_the_same_window() {
        for threads in [1, 2, 4] {
            let stop = CancellationToken::new();
            let ended = looked_at(toys(SOUND), threads, &stop, &mut |_, _| {}, &mut |_, _| {
                stop.cancel();
            });
            let ended = ended.expect("sound");
            let events: Vec<u64> = ended.processes.iter().map(|toy| toy.events).collect();
            assert_eq!((ended.at, events), (Instant(110), vec![11; 4]), "{threads} threads");
        }
    }
}
