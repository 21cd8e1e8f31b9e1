//! All shards in step. Whatever one operator sends another takes at least the smallest latency of
//! any agreement: the lookahead. So every shard can run a window of that length alone, and what it
//! sent meanwhile is handed over before the next. Windows start at the earliest event anywhere, so
//! idle time costs nothing; they end at the ticks of measurement as well.

use tokio::runtime::Builder;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::shard::{Delivery, Shard};
use crate::domain::time::{Duration, Instant};
use crate::model::context::Observer;
use crate::model::plan::Plan;

/// How to run.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// No shard can reach another sooner than this; `None`: no shard can reach another.
    pub lookahead: Option<Duration>,
    /// The run ends here; events at this very instant do not happen.
    pub end: Instant,
    /// Instants at which all shards pause, ascending, before `end`.
    pub ticks: Vec<Instant>,
    /// Threads to run shards on, at least 1.
    pub threads: usize,
}

/// What came of a run.
#[derive(Debug)]
pub struct Ended<O> {
    /// The shards, in operator order.
    pub shards: Vec<Shard<O>>,
    /// What was on its way between shards.
    pub under_way: Vec<Delivery>,
    /// Where the run ended: the schedule's end, or earlier if it was cancelled.
    pub at: Instant,
}

/// A worker failed: an invariant of the program is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Start of the window in which it happened.
    pub at: Instant,
}

/// Somebody to be told of progress: simulated time, events so far.
pub type Progress<'a> = &'a mut dyn FnMut(Instant, u64);

/// Called at each tick with all shards, in operator order.
pub type Tick<'a, O> = &'a mut dyn FnMut(Instant, &mut [&mut Shard<O>]);

enum Order<O> {
    /// Take these in and run until then.
    Advance(Instant, Vec<(usize, Vec<Delivery>)>),
    /// Hand over the shards for a look, and wait to get them back.
    Pause,
    /// Here they are again.
    Resume(Vec<Shard<O>>),
}

enum Answer<O> {
    /// Next event, events so far, what was sent.
    Advanced(Instant, u64, Vec<Delivery>),
    /// The shards.
    Paused(Vec<Shard<O>>),
}

/// Runs the shards until the schedule's end, or until `stop` is cancelled.
///
/// # Errors
/// A panic in a shard is a broken invariant of the program; the start of the window in which it
/// happened is returned.
pub fn run<O: Observer + Send + 'static>(
    shards: Vec<Shard<O>>,
    schedule: &Schedule,
    stop: &CancellationToken,
    progress: Progress<'_>,
    tick: Tick<'_, O>,
) -> Result<Ended<O>, Fault> {
    let threads = schedule.threads.clamp(1, shards.len().max(1));
    let runtime = Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
        .map_err(|_| Fault { at: Instant::START })?;
    runtime.block_on(async {
        let mut team = Team::new(shards, threads);
        team.run(schedule, stop, progress, tick).await
    })
}

/// The workers, each with its shards.
struct Team<O> {
    workers: Vec<Worker<O>>,
    /// Of each operator: worker, and place with that worker.
    places: Vec<(usize, usize)>,
    now: Instant,
}

struct Worker<O> {
    orders: mpsc::UnboundedSender<Order<O>>,
    answers: mpsc::UnboundedReceiver<Answer<O>>,
    next: Instant,
    events: u64,
    inbox: Vec<(usize, Vec<Delivery>)>,
}

impl<O: Observer + Send + 'static> Team<O> {
    fn new(shards: Vec<Shard<O>>, threads: usize) -> Self {
        let mut places = vec![(0, 0); shards.len()];
        let mut parts: Vec<Vec<Shard<O>>> = (0..threads).map(|_| Vec::new()).collect();
        let mut loads = vec![0u64; threads];
        // The heaviest first, each to the least loaded worker.
        let mut order: Vec<Shard<O>> = shards;
        order.sort_by_key(|shard| (std::cmp::Reverse(shard.weight()), shard.operator()));
        for shard in order {
            let lightest = (0..threads).min_by_key(|&w| (loads[w], w)).unwrap_or(0);
            loads[lightest] += shard.weight();
            places[shard.operator().index()] = (lightest, parts[lightest].len());
            parts[lightest].push(shard);
        }
        let workers = parts.into_iter().map(Worker::start).collect();
        Self { workers, places, now: Instant::START }
    }

    async fn run(
        &mut self,
        schedule: &Schedule,
        stop: &CancellationToken,
        progress: Progress<'_>,
        tick: Tick<'_, O>,
    ) -> Result<Ended<O>, Fault> {
        let mut ticks = schedule.ticks.iter().copied().peekable();
        let mut at = schedule.end;
        loop {
            while let Some(due) = ticks.next_if(|&due| due <= self.now) {
                self.pause(due, tick).await?;
            }
            if stop.is_cancelled() {
                at = self.now;
                break;
            }
            let bound = ticks.peek().map_or(schedule.end, |&due| due.min(schedule.end));
            let next = self.next();
            if next >= bound {
                if bound >= schedule.end {
                    break;
                }
                self.now = bound;
                continue;
            }
            let end = schedule.lookahead.map_or(bound, |lookahead| (next + lookahead).min(bound));
            self.advance(end).await?;
            progress(self.now, self.workers.iter().map(|worker| worker.events).sum());
        }
        self.end(at).await
    }

    /// The earliest event anywhere, on the way between shards included.
    fn next(&self) -> Instant {
        let inboxes = self.workers.iter().flat_map(|worker| &worker.inbox);
        let under_way = inboxes.flat_map(|(_, inbox)| inbox).map(|d| d.parcel.at).min();
        let shards = self.workers.iter().map(|worker| worker.next).min();
        under_way.unwrap_or(Instant::NEVER).min(shards.unwrap_or(Instant::NEVER))
    }

    async fn advance(&mut self, end: Instant) -> Result<(), Fault> {
        let fault = Fault { at: self.now };
        for worker in &mut self.workers {
            let inbox = worker.empty_inbox();
            worker.orders.send(Order::Advance(end, inbox)).map_err(|_| fault)?;
        }
        let mut sent = Vec::new();
        for worker in &mut self.workers {
            match worker.answers.recv().await {
                Some(Answer::Advanced(next, events, deliveries)) => {
                    (worker.next, worker.events) = (next, events);
                    sent.extend(deliveries);
                }
                Some(Answer::Paused(_)) | None => return Err(fault),
            }
        }
        // Sorted by the total order, so that nothing depends on which worker answered first.
        sent.sort_unstable_by_key(|delivery| (delivery.parcel.at, delivery.parcel.order));
        for delivery in sent {
            debug_assert!(delivery.parcel.at >= end, "nothing arrives within its window");
            let (worker, place) = self.places[delivery.parcel.next.index()];
            self.workers[worker].inbox[place].1.push(delivery);
        }
        self.now = end;
        Ok(())
    }

    /// Gathers the shards for a look.
    async fn pause(&mut self, at: Instant, tick: Tick<'_, O>) -> Result<(), Fault> {
        let mut parts = self.gather().await?;
        let mut all: Vec<&mut Shard<O>> = parts.iter_mut().flatten().collect();
        all.sort_by_key(|shard| shard.operator());
        tick(at, &mut all);
        for (worker, part) in self.workers.iter().zip(parts) {
            worker.orders.send(Order::Resume(part)).map_err(|_| Fault { at })?;
        }
        Ok(())
    }

    async fn gather(&mut self) -> Result<Vec<Vec<Shard<O>>>, Fault> {
        let fault = Fault { at: self.now };
        let mut parts = Vec::new();
        for worker in &mut self.workers {
            worker.orders.send(Order::Pause).map_err(|_| fault)?;
            match worker.answers.recv().await {
                Some(Answer::Paused(part)) => parts.push(part),
                Some(Answer::Advanced(..)) | None => return Err(fault),
            }
        }
        Ok(parts)
    }

    async fn end(&mut self, at: Instant) -> Result<Ended<O>, Fault> {
        let mut shards: Vec<Shard<O>> = self.gather().await?.into_iter().flatten().collect();
        shards.sort_by_key(Shard::operator);
        let inboxes = self.workers.iter_mut().flat_map(|worker| worker.empty_inbox());
        let under_way = inboxes.flat_map(|(_, inbox)| inbox).collect();
        Ok(Ended { shards, under_way, at })
    }
}

impl<O: Observer + Send + 'static> Worker<O> {
    fn start(shards: Vec<Shard<O>>) -> Self {
        let (orders, mut inbound) = mpsc::unbounded_channel();
        let (outbound, answers) = mpsc::unbounded_channel();
        let next = shards.iter().map(Shard::next).min().unwrap_or(Instant::NEVER);
        let inbox = (0..shards.len()).map(|place| (place, Vec::new())).collect();
        tokio::spawn(async move {
            let mut shards = shards;
            while let Some(order) = inbound.recv().await {
                let answer = match order {
                    Order::Advance(end, inbox) => advance(&mut shards, end, inbox),
                    Order::Pause => Answer::Paused(std::mem::take(&mut shards)),
                    Order::Resume(part) => {
                        shards = part;
                        continue;
                    }
                };
                if outbound.send(answer).is_err() {
                    break;
                }
            }
        });
        Self { orders, answers, next, events: 0, inbox }
    }

    fn empty_inbox(&mut self) -> Vec<(usize, Vec<Delivery>)> {
        self.inbox.iter_mut().map(|(place, inbox)| (*place, std::mem::take(inbox))).collect()
    }
}

fn advance<O: Observer>(
    shards: &mut [Shard<O>],
    end: Instant,
    inbox: Vec<(usize, Vec<Delivery>)>,
) -> Answer<O> {
    for (place, deliveries) in inbox {
        shards[place].receive(deliveries);
    }
    let mut sent = Vec::new();
    for shard in &mut *shards {
        shard.run_until(end);
        sent.extend(shard.send());
    }
    let next = shards.iter().map(Shard::next).min().unwrap_or(Instant::NEVER);
    Answer::Advanced(next, shards.iter().map(Shard::events).sum(), sent)
}

/// The smallest latency of any agreement of a plan.
pub fn lookahead(plan: &Plan) -> Option<Duration> {
    plan.federation.agreements.iter().map(|agreement| agreement.link.latency.min()).min()
}
