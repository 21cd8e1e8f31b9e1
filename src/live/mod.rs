//! Live runs: the same federation by the wall clock, with real octets on real sockets between its nodes.
//! `world` is the federation between two clocks, `way` what goes between an IM server and its SMSC;
//! `sockets`, `net` and `clock` are this machine's. A live run is one thread: what it says and hears, it says
//! and hears in turn.

mod clock;
mod figures;
mod net;
mod own;
pub(crate) mod paired;
mod pending;
mod said;
mod settings;
mod sockets;
mod tape;
#[cfg(test)]
mod tests;
mod way;
mod world;

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

pub(crate) use self::figures::{Door as AtDoor, Exchanged, Lateness};
use self::own::Own;
use self::settings::{Place, Unfit};
use self::sockets::{Live, Looker};
use self::tape::Tape;
use self::world::World;
use crate::domain::id::OperatorId;
use crate::domain::time::{Duration, Instant};
use crate::engine::process::{LogicalProcess as _, Progress};
use crate::engine::shard::Shard;
use crate::engine::simulation::{Fault, Simulation};
use crate::engine::windows::Looks;
use crate::measure::Setup;
use crate::model::plan::Plan;
use crate::run::{self, Finished, Options, Report, RunError, Watch};

/// How to live, besides how to run.
#[derive(Clone, Debug)]
pub struct Manner {
    /// Seconds of Unix time at the start.
    pub(crate) epoch: u64,
    /// A capture file, and the octets that it may have.
    pub(crate) capture: Option<(PathBuf, u64)>,
    /// How long it waits at most until all sessions stand.
    pub(crate) wait: Duration,
    /// Addresses of other machines that it may use.
    pub(crate) allowed: Vec<String>,
    /// Whether public ones may be among them.
    pub(crate) authorised: bool,
}

/// What came of a live run.
#[derive(Debug)]
pub struct Lived {
    /// What the model's parts measured.
    pub(crate) finished: Finished,
    /// Of each way: whose it is, the IM server's end, the SMSC's.
    pub(crate) ways: Vec<(OperatorId, Exchanged, AtDoor)>,
    /// How late this program was.
    pub(crate) lateness: Lateness,
    /// What it took of the machine.
    pub(crate) own: Own,
    /// PDUs in the capture file, and those that found no room.
    pub(crate) captured: Option<(u64, u64)>,
    /// Accounts at our doors as which nobody had come when the run began.
    pub(crate) absent: Vec<String>,
}

/// Why there is no live run.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// A fault of the program.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The system does not let it.
    #[error("{what}: {source}")]
    System {
        /// What was tried.
        what: String,
        /// What the system says.
        source: io::Error,
    },
    /// What the topology asks for cannot be had, or may not be.
    #[error("{}", .0.join("\n"))]
    Unfit(Vec<String>),
    /// Not all sessions came about.
    #[error("no session with the SMSC of {} within {}", .0.join(", "), .1)]
    NotUp(Vec<String>, Duration),
    /// Stopped before it began.
    #[error("stopped before all sessions stood")]
    Stopped,
}

/// Lives a plan to its end, or until `stop` is cancelled.
///
/// # Errors
/// Faults of the program, what the system refuses, and sessions that do not come about.
pub(crate) fn run(
    plan: &Arc<Plan>,
    setup: &Arc<Setup>,
    (options, manner): (Options, &Manner),
    stop: &CancellationToken,
    progress: Progress<'_>,
) -> Result<Lived, LiveError> {
    let mut said = None;
    let finished =
        run::driven(plan, setup, options, (stop, progress, None), |simulation, end, looks| {
            let (at, rest) = drive(simulation, plan, manner, end, looks)?;
            said = Some(rest);
            Ok::<_, LiveError>(at)
        })?;
    let Said { ways, lateness, own, captured, absent } = said.unwrap_or_default();
    Ok(Lived { finished, ways, lateness, own, captured, absent })
}

/// What is to be said of a run besides what its parts have measured.
#[derive(Debug, Default)]
struct Said {
    ways: Vec<(OperatorId, Exchanged, AtDoor)>,
    lateness: Lateness,
    own: Own,
    captured: Option<(u64, u64)>,
    absent: Vec<String>,
}

fn drive(
    simulation: &mut Simulation<Watch>,
    plan: &Plan,
    manner: &Manner,
    end: Instant,
    looks: Looks<'_, Shard<Watch>, Report>,
) -> Result<(Instant, Said), LiveError> {
    let system = |what: &str| {
        let what = what.to_owned();
        move |source| LiveError::System { what, source }
    };
    let tape = match &manner.capture {
        None => None,
        Some((path, limit)) => {
            let tape = Tape::new(path, manner.epoch, *limit);
            Some(tape.map_err(system(&format!("cannot write {}", path.display())))?)
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(system("cannot start tokio"))?;
    let Looks { stop, progress, ticks, report, tick } = looks;
    let mut tick = |simulation: &mut Simulation<Watch>, at: Instant| {
        let shards = simulation.shards_mut().iter_mut();
        tick(at, shards.map(|shard| report(shard, at)).collect());
    };
    let mut progress = |simulation: &Simulation<Watch>, now: Instant| {
        progress(now, simulation.shards().iter().map(Shard::events).sum());
    };
    let looker = Looker { ticks: ticks.into(), tick: &mut tick, progress: &mut progress };
    let secret = |variable: &str| std::env::var(variable).ok();
    let found = settings::ways(plan, manner.epoch, &secret);
    let found =
        found.map_err(|all| LiveError::Unfit(all.iter().map(Unfit::to_string).collect()))?;
    let (ways, places): (Vec<_>, Vec<Place>) = found.into_iter().unzip();
    let not_allowed = settings::not_allowed(&places, &manner.allowed, manner.authorised);
    if !not_allowed.is_empty() {
        return Err(LiveError::Unfit(not_allowed));
    }
    let world = World::new(simulation, ways);
    let local = tokio::task::LocalSet::new();
    let mut own = Own::default();
    let seed = plan.federation.run.seed;
    let lived = catch_unwind(AssertUnwindSafe(|| {
        local.block_on(&runtime, async {
            let mut live =
                Live::open(world, &places, tape).await.map_err(system("cannot listen"))?;
            if !live.begin(manner.wait, stop).await.map_err(system("the timer"))? {
                return Err(LiveError::Stopped);
            }
            let name = |id: OperatorId| plan.federation.operator(id).name.clone();
            let down: Vec<String> = live.world.down().into_iter().map(name).collect();
            if !down.is_empty() {
                return Err(LiveError::NotUp(down, manner.wait));
            }
            let absent = live.world.absent();
            let absent =
                absent.map(|(id, account)| format!("`{account}` at {}", name(id))).collect();
            own = Own::begin();
            let at = live.run(end, stop, looker).await.map_err(system("the timer"))?;
            own.end();
            live.leave().await;
            let Live { world, tape, .. } = live;
            let captured = tape.map(Tape::finish).transpose();
            let captured = captured.map_err(system("the capture file"))?;
            let (ways, lateness) = world.into_figures();
            let ways = ways.into_iter().map(|way| (way.operator, way.figures, way.door)).collect();
            Ok((at, Said { ways, lateness, own, captured, absent }))
        })
    }));
    lived.unwrap_or_else(|_| {
        let at = simulation.shards().iter().map(Shard::now).max().unwrap_or(Instant::START);
        Err(RunError::Fault { seed, fault: Fault { at, operator: None } }.into())
    })
}
