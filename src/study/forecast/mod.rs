//! What a topology leads one to expect before anything is simulated: offered messages per route,
//! work of every station, memory. First-order arithmetic on the settings and the contact graph:
//! nothing is refused by a full queue or a rate limit here, and nobody waits. Called by `check`; a
//! test holds it against simulated runs.

mod generation;
mod memory;
mod messages;
mod people;
mod presence;
mod texts;
mod work;

use self::messages::Flows;
use self::work::Work;
use crate::domain::federation::{Load, Sessions};
use crate::domain::id::OperatorId;
use crate::domain::observation::StationId;
use crate::domain::outcome::Route;
use crate::model::plan::Plan;

/// What is to be expected of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// The load it is for: the highest of the run.
    pub load: f64,
    /// Messages offered a second, answers included, by route; routes without any are left out.
    pub routes: Vec<(Route, f64)>,
    /// What each station is to do, in the order of the plan's stations.
    pub stations: Vec<StationLoad>,
    /// Bytes of memory, to within a half.
    pub memory: u64,
}

/// What one station is to do.
#[derive(Clone, Debug, PartialEq)]
pub struct StationLoad {
    /// Such as `imsp-a/im_server`.
    pub name: String,
    /// Requests a second.
    pub rate: f64,
    /// Work offered, as a share of what the station can do; from 1 on its queue only grows.
    pub utilisation: f64,
}

/// What is to be expected of a plan.
pub fn forecast(plan: &Plan) -> Forecast {
    let mut work = Work::new(plan);
    let flows = Flows::of(plan, &mut work);
    presence::add(plan, &mut work);
    let pending = flows.offered() * 60.0;
    let stations = plan.stations.all.iter().zip(0..).map(|(station, id)| {
        let (rate, busy) = work.of(StationId(id));
        let utilisation = busy / f64::from(station.servers);
        StationLoad { name: station.name.clone(), rate, utilisation }
    });
    Forecast {
        load: plan
            .federation
            .operators
            .iter()
            .map(|o| highest(&o.workload.load))
            .fold(0.0, f64::max),
        routes: flows.routes(),
        stations: stations.collect(),
        memory: memory::estimate(plan, pending, flows.combinations()),
    }
}

/// The highest load of a run.
fn highest(load: &Load) -> f64 {
    match load.stages.iter().map(|stage| stage.load).reduce(f64::max) {
        Some(stage) => load.base * stage,
        None => load.base,
    }
}

/// Share of an operator's IM users who are logged in.
fn online(plan: &Plan, operator: OperatorId) -> f64 {
    plan.federation.operator(operator).workload.sessions.online
}

/// Logins a second of an IM user, and as many logouts.
fn logins(sessions: &Sessions) -> f64 {
    match &sessions.length {
        Some(length) if sessions.online < 1.0 => {
            sessions.online / length.mean().as_secs_f64().max(1e-9)
        }
        _ => 0.0,
    }
}
