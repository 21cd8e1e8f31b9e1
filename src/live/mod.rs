//! Live runs: the same federation by the wall clock, with real octets on real sockets between its nodes.
//! `world` is the federation between two clocks, `way` what goes between an IM server and its SMSC;
//! `sockets`, `net` and `clock` are this machine's. A live run is one thread: what it says and hears, it says
//! and hears in turn.

mod clock;
mod figures;
mod net;
mod own;
mod said;
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
use self::sockets::{Live, Looker};
use self::tape::Tape;
use self::way::Way;
use self::world::World;
use crate::domain::id::OperatorId;
use crate::domain::time::{Duration, Instant};
use crate::engine::process::{LogicalProcess as _, Progress};
use crate::engine::shard::Shard;
use crate::engine::simulation::{Fault, Simulation};
use crate::engine::windows::Looks;
use crate::measure::Setup;
use crate::model::plan::Plan;
use crate::port::smpp::centre::{Centre, Door, Login, Spelling};
use crate::port::smpp::client::{Account, Client};
use crate::port::smpp::pdu::Bind;
use crate::port::smpp::session::Terms;
use crate::run::{self, Finished, Options, Report, RunError, Watch};

/// How to live, besides how to run.
#[derive(Clone, Debug)]
pub struct Manner {
    /// Seconds of Unix time at the start.
    pub(crate) epoch: u64,
    /// A capture file, and the octets that it may have.
    pub(crate) capture: Option<(PathBuf, u64)>,
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
    /// Not all sessions came about.
    #[error("{}", not_up(.0))]
    NotUp(Vec<String>),
    /// Stopped before it began.
    #[error("stopped before all sessions stood")]
    Stopped,
}

fn not_up(operators: &[String]) -> String {
    format!("no session with the SMSC of {} within 10 s", operators.join(", "))
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
    let Said { ways, lateness, own, captured } = said.unwrap_or_default();
    Ok(Lived { finished, ways, lateness, own, captured })
}

/// What is to be said of a run besides what its parts have measured.
#[derive(Debug, Default)]
struct Said {
    ways: Vec<(OperatorId, Exchanged, AtDoor)>,
    lateness: Lateness,
    own: Own,
    captured: Option<(u64, u64)>,
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
    let world = World::new(simulation, ways(plan, manner.epoch));
    let local = tokio::task::LocalSet::new();
    let mut own = Own::default();
    let seed = plan.federation.run.seed;
    let lived = catch_unwind(AssertUnwindSafe(|| {
        local.block_on(&runtime, async {
            let mut live = Live::open(world, tape).await.map_err(system("no port to listen on"))?;
            if !live.begin(stop).await.map_err(system("the timer"))? {
                let down = live.world.down();
                let name = |id: OperatorId| plan.federation.operator(id).name.clone();
                let down = down.into_iter().map(name).collect();
                return Err(if stop.is_cancelled() {
                    LiveError::Stopped
                } else {
                    LiveError::NotUp(down)
                });
            }
            own = Own::begin();
            let at = live.run(end, stop, looker).await.map_err(system("the timer"))?;
            own.end();
            live.leave().await;
            let Live { world, tape, .. } = live;
            let captured = tape.map(Tape::finish).transpose();
            let captured = captured.map_err(system("the capture file"))?;
            let (ways, lateness) = world.into_figures();
            let ways = ways.into_iter().map(|way| (way.operator, way.figures, way.door)).collect();
            Ok((at, Said { ways, lateness, own, captured }))
        })
    }));
    lived.unwrap_or_else(|_| {
        let at = simulation.shards().iter().map(Shard::now).max().unwrap_or(Instant::START);
        Err(RunError::Fault { seed, fault: Fault { at, operator: None } }.into())
    })
}

/// How long a client of our own waits until it tries a session again: shortly, then longer.
const RETRY: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_secs(1), Duration::from_secs(5)];

/// How long a receipt is awaited: longer than any default validity.
const PATIENCE: Duration = Duration::from_secs(7 * 86_400);

/// Sessions of an IM server with its SMSC, and requests of each that wait for answers.
const SESSIONS: usize = 2;
/// See [`SESSIONS`].
const WINDOW: usize = 64;

/// The ways of a federation: of each operator with an IM server and an SMSC. `epoch` is the start in seconds
/// of Unix time.
fn ways(plan: &Plan, epoch: u64) -> Vec<Way> {
    let both = plan.federation.operators().filter(|(_, it)| it.imsp.is_some() && it.smsc.is_some());
    both.map(|(id, operator)| way(id, &operator.name, epoch)).collect()
}

fn way(operator: OperatorId, name: &str, epoch: u64) -> Way {
    // Nobody else is to come in by chance: it is no secret, both ends are this program.
    let (system_id, password) = (cut(name, 15), "loopback".to_owned());
    let terms = Terms { window: WINDOW, ..Terms::default() };
    let account = Account {
        bind: Bind::Transceiver,
        sessions: SESSIONS,
        system_id: system_id.clone(),
        password: password.clone(),
        terms,
        retry: RETRY.to_vec(),
        patience: PATIENCE,
    };
    let door = Door {
        system_id: cut(&format!("{name}/smsc"), 15),
        logins: vec![Login { system_id, password, sessions: SESSIONS }],
        terms,
        connections: 4 * SESSIONS,
        spelling: Spelling::Hexadecimal,
    };
    Way::new(operator, Client::new(account, Instant::START), Centre::new(door), epoch)
}

/// At most so many octets of a name.
fn cut(name: &str, octets: usize) -> String {
    name.chars().filter(char::is_ascii).take(octets).collect()
}
