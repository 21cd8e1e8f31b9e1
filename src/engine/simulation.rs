//! A plan brought to life: a shard for each operator, with somebody who watches, run to any instant
//! on any number of threads, or event by event. Runs, traces, scenarios, tests and benches all begin
//! here; it knows neither measurement nor what its observers make of what they see.

use std::fmt;
use std::sync::Arc;

use super::decisions::initially_online;
use super::process::{self, LogicalProcess as _, Schedule};
use super::shard::Shard;
use super::windows::{self, Ended, Looks};
use crate::domain::id::OperatorId;
use crate::domain::time::{Duration, Instant};
use crate::model::context::Observer;
use crate::model::outbox::Input;
use crate::model::plan::Plan;
use crate::model::stimulus::Stimulus;

/// All operators of a plan, with `O` watching each.
#[derive(Debug)]
pub struct Simulation<O> {
    plan: Arc<Plan>,
    lookahead: Option<Duration>,
    /// By operator; none after a fault.
    shards: Vec<Shard<O>>,
    /// End of the window in which steps are taken, and the shard whose turn it is.
    window: (Instant, usize),
}

/// One event that has happened.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The operator in whose shard it happened.
    pub operator: OperatorId,
    /// The instant at which it was due.
    pub at: Instant,
    /// End of the window that it belongs to.
    pub window: Instant,
    /// What was due.
    pub input: Input,
}

/// A shard, or who looks on, has panicked: an invariant of the program is broken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Fault {
    /// Start of the window in which it happened, or the tick.
    pub at: Instant,
    /// The operator whose shard failed, by name; `None`: no shard did.
    pub operator: Option<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "simulated time {}", self.at)?;
        self.operator.iter().try_for_each(|name| write!(f, ", operator {name}"))
    }
}

impl<O: Observer + Send + 'static> Simulation<O> {
    /// The federation at the start of the run; `observer` makes who watches an operator.
    pub fn new(plan: &Arc<Plan>, observer: impl Fn(OperatorId) -> O) -> Self {
        let online = initially_online(&plan.federation, &plan.population);
        let operators = plan.federation.operators();
        let shards = operators.map(|(id, _)| Shard::new(plan, id, &online, observer(id)));
        Self {
            plan: Arc::clone(plan),
            lookahead: lookahead(plan),
            shards: shards.collect(),
            window: (Instant::START, 0),
        }
    }

    /// Lets a user of `operator` decide something at an instant to come, besides what the workload
    /// draws.
    pub fn script(&mut self, operator: OperatorId, at: Instant, stimulus: Stimulus) {
        // What happens to anybody's client is of interest, not only to those who act.
        self.shards.iter_mut().for_each(Shard::follow_script);
        self.shards[operator.index()].script(at, stimulus);
    }

    /// One event that is due before `end`, with all that it causes at once; `None` if there is none.
    /// They come in the order in which a thread runs them: window by window, and in each operator by
    /// operator.
    pub fn step(&mut self, end: Instant) -> Option<Step> {
        loop {
            let (window, turn) = &mut self.window;
            while let Some(shard) = self.shards.get_mut(*turn) {
                let Some(input) = shard.step(end.min(*window)) else {
                    *turn += 1;
                    continue;
                };
                let step =
                    Step { operator: shard.operator(), at: shard.now(), window: *window, input };
                let operator = step.operator;
                self.post(operator);
                return Some(step);
            }
            let next = self.shards.iter().map(Shard::next).min().unwrap_or(Instant::NEVER);
            if next >= end {
                return None;
            }
            let window = self.lookahead.map_or(Instant::NEVER, |lookahead| next + lookahead);
            self.window = (window, 0);
        }
    }

    /// What a shard has sent is with those whom it is for. It arrives in a later window, so it may as well be
    /// there at once.
    pub(crate) fn post(&mut self, from: OperatorId) {
        let mut sent = Vec::new();
        self.shards[from.index()].send(|delivery| sent.push(delivery));
        for delivery in sent {
            self.shards[Shard::<O>::address(&delivery).0].receive(delivery);
        }
    }

    /// The shards, for whoever reports of them.
    pub(crate) fn shards_mut(&mut self) -> &mut [Shard<O>] {
        &mut self.shards
    }

    /// The shard of an operator, for whoever brings it something from outside; what it sends is to be posted.
    pub(crate) fn shard_mut(&mut self, operator: OperatorId) -> &mut Shard<O> {
        &mut self.shards[operator.index()]
    }

    /// When the next event is due; [`Instant::NEVER`] if there is none.
    pub(crate) fn next(&self) -> Instant {
        self.shards.iter().map(Shard::next).min().unwrap_or(Instant::NEVER)
    }

    /// What is laid out for all of them.
    pub(crate) fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Runs all events before `end`, on so many threads; one is the calling thread alone.
    ///
    /// # Errors
    /// A panic in a shard. Nothing is left to go on with.
    pub fn run_until(&mut self, end: Instant, threads: usize) -> Result<(), Fault> {
        let schedule = Schedule { lookahead: self.lookahead, end, threads };
        let ended = windows::run(std::mem::take(&mut self.shards), &schedule);
        self.ended(ended).map(drop)
    }

    /// The same with somebody who looks on and may end it early; says where it ended.
    ///
    /// # Errors
    /// A panic in a shard or of who looks on. Nothing is left to go on with.
    pub(crate) fn watched<R: Send + 'static>(
        &mut self,
        end: Instant,
        threads: usize,
        looks: Looks<'_, Shard<O>, R>,
    ) -> Result<Instant, Fault> {
        let schedule = Schedule { lookahead: self.lookahead, end, threads };
        let ended = windows::watched(std::mem::take(&mut self.shards), &schedule, looks);
        self.ended(ended)
    }

    fn ended(&mut self, ended: Result<Ended<Shard<O>>, process::Fault>) -> Result<Instant, Fault> {
        let Ended { processes, at } = ended.map_err(|fault| {
            let name = |place: usize| self.plan.federation.operators[place].name.clone();
            Fault { at: fault.at, operator: fault.process.map(name) }
        })?;
        self.shards = processes;
        Ok(at)
    }

    /// The run has ended at `at`: what goes on without events is observed until there.
    pub(crate) fn settle(&mut self, at: Instant) {
        self.shards.iter_mut().for_each(|shard| shard.settle(at));
    }

    /// The shards, by operator.
    pub fn shards(&self) -> &[Shard<O>] {
        &self.shards
    }

    /// Ends it; who watched remains, by operator.
    pub fn into_observers(self) -> Vec<O> {
        self.shards.into_iter().map(Shard::into_observer).collect()
    }
}

/// How soon one operator can reach another: the smallest latency of any agreement of a plan;
/// `None`: never.
pub(crate) fn lookahead(plan: &Plan) -> Option<Duration> {
    plan.federation.agreements.iter().map(|agreement| agreement.link.latency.min()).min()
}
