//! What a topology leads one to expect before anything is simulated: offered messages per route,
//! work of every station, memory. First-order arithmetic on the settings and the contact graph:
//! nothing is refused by a full queue or a rate limit here, and nobody waits. Called by `check`; a
//! test holds it against simulated runs.

mod clients;
mod generation;
mod memory;
mod messages;
mod people;
mod presence;
mod texts;
mod work;

pub use self::clients::ClientLoad;
use self::messages::Flows;
use self::work::Work;
use crate::domain::federation::{Load, OfflineMessages, Run, Sessions};
use crate::domain::id::OperatorId;
use crate::domain::observation::StationId;
use crate::domain::outcome::Route;
use crate::domain::part::Part;
use crate::domain::time::Instant;
use crate::model::plan::Plan;
use crate::workload::load::LoadProfile;

/// Answers to answers, and attempts after attempts, are followed until so little is left.
const NEGLIGIBLE: f64 = 1e-6;

/// What is to be expected of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// The load it is for: the highest of the run.
    pub(crate) load: f64,
    /// Messages offered a second, answers included, by route; routes without any are left out.
    pub routes: Vec<(Route, f64)>,
    /// What each station is to do, in the order of the plan's stations.
    pub stations: Vec<StationLoad>,
    /// Bytes of memory, to within a half.
    pub(crate) memory: u64,
    /// The operator with the most work, and its share of all: no number of threads makes a run
    /// faster than one over that share, since an operator runs on one thread at a time.
    pub(crate) largest: Option<(OperatorId, f64)>,
    /// What IM clients ask of their operator's server, by operator; operators without IM are left out.
    pub clients: Vec<(OperatorId, ClientLoad)>,
}

/// What one station is to do.
#[derive(Clone, Debug, PartialEq)]
pub struct StationLoad {
    /// The queueing part; each node of several is one.
    pub part: Part,
    /// Requests a second.
    pub(crate) rate: f64,
    /// Work offered, as a share of what the station can do; from 1 on its queue only grows.
    pub utilisation: f64,
    /// The part of that which nobody of the federation asks (`other`).
    pub(crate) other: f64,
}

/// What is to be expected of a plan.
pub fn forecast(plan: &Plan) -> Forecast {
    let mut work = Work::new(plan);
    let flows = Flows::of(plan, &mut work);
    presence::add(plan, &mut work);
    work.background();
    let pending = flows.offered() * 60.0 + stored(plan, &flows);
    let stations = plan.stations.all.iter().zip(0..).map(|(station, id)| {
        let (rate, busy) = work.of(StationId(id));
        let utilisation = busy / f64::from(station.servers);
        let other = work.other_busy(StationId(id)) / f64::from(station.servers);
        StationLoad { part: station.part, rate, utilisation, other }
    });
    Forecast {
        load: plan
            .federation
            .operators
            .iter()
            .map(|o| highest(&o.workload.load, &plan.federation.run))
            .fold(0.0, f64::max),
        routes: flows.routes(),
        stations: stations.collect(),
        memory: memory::estimate(plan, pending, flows.combinations()),
        largest: largest(plan, &work),
        clients: work.clients(),
    }
}

/// Messages that wait for a login at the end of the run, where they are stored.
fn stored(plan: &Plan, flows: &Flows<'_>) -> f64 {
    let routes = flows.routes();
    let rate: f64 = routes.iter().filter(|(route, _)| route.is_im()).map(|(_, rate)| rate).sum();
    let users: u32 = plan.federation.operators.iter().map(|o| o.subscribers.im).sum();
    let operators = plan.federation.operators.iter();
    let each = operators.map(|operator| {
        let sessions = &operator.workload.sessions;
        let run = (plan.federation.run.warm_up + plan.federation.run.duration).as_secs_f64();
        let absent = match logins(sessions) {
            login if login > 0.0 => (1.0 - sessions.online) / login,
            _ => f64::INFINITY,
        };
        // Absences end at random: those that began within the run have seen so much of it.
        let seen = if absent.is_finite() {
            absent * (1.0 - libm::exp(-run / absent.max(1.0)))
        } else {
            run
        };
        let stores = sessions.offline == OfflineMessages::Store;
        // Answers go to people who have just written: those are there.
        let first = 1.0 - operator.workload.messages.reply_share;
        let kept = if stores { first * (1.0 - sessions.online) * seen } else { 0.0 };
        rate * f64::from(operator.subscribers.im) / f64::from(users.max(1)) * kept
    });
    each.sum()
}

/// The operator with the most work, by requests at its stations.
fn largest(plan: &Plan, work: &Work<'_>) -> Option<(OperatorId, f64)> {
    let mut requests = vec![0.0; plan.federation.operators.len()];
    for (station, id) in plan.stations.all.iter().zip(0..) {
        requests[station.operator.index()] += work.of(StationId(id)).0;
    }
    let all: f64 = requests.iter().sum();
    let of = |(id, _)| (id, requests[OperatorId::index(id)]);
    let (id, most) = plan.federation.operators().map(of).max_by(|a, b| a.1.total_cmp(&b.1))?;
    (all > 0.0).then_some((id, most / all))
}

/// The highest load of a run: load moves linearly between the ends of its stages.
fn highest(load: &Load, run: &Run) -> f64 {
    let profile = LoadProfile::new(load, run);
    let start = Instant::START + run.warm_up;
    let end = start + run.duration;
    let mut at = start;
    let mut highest = profile.at(start);
    for stage in &load.stages {
        at += stage.length;
        // Just before a stage ends, and as the next begins.
        let before = Instant(at.0.saturating_sub(1));
        highest = [before, at].into_iter().map(|t| profile.at(t.min(end))).fold(highest, f64::max);
        if at >= end {
            break;
        }
    }
    highest
}

/// Of the measured time, the part in which something is seen that follows its cause by so many
/// seconds, where causes begin with the run.
fn seen(delay: f64, run: &Run) -> f64 {
    let (warm_up, measured) = (run.warm_up.as_secs_f64(), run.duration.as_secs_f64());
    ((warm_up + measured - delay.max(warm_up)) / measured).clamp(0.0, 1.0)
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
