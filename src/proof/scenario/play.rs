//! Plays a scenario and compares what is seen with what must be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::claim::failure;
use super::facts::{Facts, Names, merged};
use super::script::{AFTER, Act, Deed, Person, Script};
use super::vocabulary;
use crate::domain::dialling::dialled;
use crate::domain::federation::Event;
use crate::domain::id::{OperatorId, SubscriberId};
use crate::domain::presence::Presence;
use crate::domain::time::Instant;
use crate::engine::simulation::Simulation;
use crate::model::access::Access;
use crate::model::plan::Plan;
use crate::model::stimulus::{Change, Stimulus};

/// What came of a scenario.
#[derive(Clone, Debug)]
pub struct Played {
    /// Everything seen, in the order of time.
    pub(crate) facts: Vec<(Instant, String)>,
    /// Claims that do not hold, in words.
    pub failures: Vec<String>,
    /// The attributes with which legacy customers came on lists (CR16).
    pub(crate) listed: Vec<(SubscriberId, Presence)>,
}

/// Plays a scenario on a plan of its topology.
///
/// # Errors
/// A sentence: a name that the topology does not have, or a fault of the program.
pub fn play(script: &Script, plan: &Arc<Plan>) -> Result<Played, String> {
    let cast = cast(script, plan)?;
    let mut words: BTreeMap<(SubscriberId, Instant), Vec<String>> = BTreeMap::new();
    for act in &script.acts {
        if let Deed::Writes { words: said, .. }
        | Deed::WritesGroup { words: said, .. }
        | Deed::Answers { words: said, .. } = &act.deed
        {
            words.entry((cast[&act.who], act.at)).or_default().push(said.clone());
        }
    }
    let people = cast.iter().map(|(name, id)| (*id, name.clone())).collect();
    let texts = script.acts.iter().filter_map(|act| match &act.deed {
        Deed::Sets { words, .. } => Some(words.clone()),
        _ => None,
    });
    let texts = texts.collect();
    let names = Arc::new(Names { plan: Arc::clone(plan), people, texts, words });
    let mut simulation = Simulation::new(plan, |_| Facts::new(&names));
    for (home, at, stimulus) in scripted(script, plan)? {
        simulation.script(home, at, stimulus);
    }
    let ended = simulation.run_until(end(script), 1);
    ended.map_err(|fault| format!("a part of the program failed ({fault})"))?;
    let mut seen = simulation.into_observers();
    let listed = seen.iter_mut().flat_map(|facts| std::mem::take(&mut facts.listed)).collect();
    let mut facts = on_access(&cast, plan);
    facts.extend(merged(seen));
    let failures = script.claims.iter().filter_map(|claim| failure(claim, &facts)).collect();
    Ok(Played { facts, failures, listed })
}

/// Over which kind of access each client reaches its operator.
fn on_access(cast: &BTreeMap<String, SubscriberId>, plan: &Plan) -> Vec<(Instant, String)> {
    let clients = cast.iter().filter(|(_, user)| plan.population.is_im(**user));
    let fact = |(name, user): (&String, &SubscriberId)| {
        let operator = plan.population.operator(*user);
        let kind = Access::new(plan, operator, "").kind(*user);
        let access = &plan.federation.operator(operator).access[kind].name;
        (Instant::START, format!("{name} is on {access} access"))
    };
    clients.map(fact).collect()
}

/// The acts of a scenario as what the engine is told: whose shard, when, what.
///
/// # Errors
/// A sentence: a name that the topology does not have.
pub(crate) fn scripted(
    script: &Script,
    plan: &Plan,
) -> Result<Vec<(OperatorId, Instant, Stimulus)>, String> {
    let cast = cast(script, plan)?;
    possible(script, &cast, plan)?;
    script.claims.iter().try_for_each(|claim| vocabulary::known(claim, &cast, plan))?;
    let act = |act: &Act| {
        let who = cast[&act.who];
        (plan.population.operator(who), act.at, stimulus(act, who, &cast))
    };
    Ok(script.acts.iter().map(act).collect())
}

/// When a scenario ends: some time after its last act, and not before its last claim does.
pub(crate) fn end(script: &Script) -> Instant {
    let after = script.acts.last().map_or(Instant::START, |act| act.at) + AFTER;
    script.claims.iter().filter_map(|claim| claim.to).fold(after, Instant::max)
}

/// Whether everybody has what their acts take: a client, a phone, a legacy customer's account.
fn possible(
    script: &Script,
    cast: &BTreeMap<String, SubscriberId>,
    plan: &Plan,
) -> Result<(), String> {
    let start = Instant::START + plan.federation.run.warm_up;
    // Who is an IM user, and who of them has a session, as far as script and timeline say.
    let population = &plan.population;
    let mut im: BTreeMap<SubscriberId, bool> =
        cast.values().map(|who| (*who, population.is_im(*who))).collect();
    let mut out: BTreeSet<SubscriberId> = BTreeSet::new();
    let mut lapsed: BTreeSet<SubscriberId> = BTreeSet::new();
    let timed = plan.federation.timeline.iter().filter_map(|timed| match timed.event {
        Event::Upgrade { operator, index } => {
            Some((start + timed.at, population.subscriber(operator, index), true))
        }
        Event::Lapse { operator, index } => {
            Some((start + timed.at, population.subscriber(operator, index), false))
        }
        Event::BecomesImsp { .. } | Event::Agree(_) | Event::Outage { .. } => None,
    });
    let mut timed: Vec<(Instant, SubscriberId, bool)> = timed.collect();
    for act in &script.acts {
        let who = cast[&act.who];
        for (_, user, upgrades) in timed.extract_if(.., |(at, ..)| *at <= act.at) {
            if upgrades {
                im.insert(user, true);
                out.remove(&user);
            } else {
                lapsed.insert(user);
            }
        }
        let later = plan.later.iter().rev().find(|(at, _)| *at <= act.at);
        let now = later.map_or(plan, |(_, plan)| plan.as_ref());
        let settings = now.federation.operator(population.operator(who));
        let invited = |of: &dyn Fn(&String, &String) -> bool| {
            let before = script.acts.iter().take_while(|other| other.line < act.line);
            before.into_iter().any(|other| match &other.deed {
                Deed::Invites { whom } => of(&other.who, whom),
                _ => false,
            })
        };
        let (client, session) = (im[&who], im[&who] && !out.contains(&who));
        let missing = match &act.deed {
            Deed::Answers { .. } | Deed::Says(_) => None,
            Deed::Phone(_) if settings.hlr.is_none() => Some("has no phone in this network"),
            Deed::Phone(_) => None,
            Deed::Upgrades | Deed::Commands(_) if client => Some("is an IM user already"),
            Deed::Commands(_) => None,
            Deed::Upgrades => {
                // Of an operator without IM it comes to nothing (UC-3c).
                im.insert(who, settings.imsp.is_some());
                out.remove(&who);
                None
            }
            _ if !client => Some("is no IM user and has no client"),
            // Who tries all the same is told why.
            Deed::Logs(true) if lapsed.contains(&who) => None,
            _ if lapsed.contains(&who) => Some("has no valid subscription any more"),
            Deed::Lapses => {
                lapsed.insert(who);
                None
            }
            Deed::Downgrades => {
                im.insert(who, false);
                None
            }
            Deed::Logs(login) => {
                if *login {
                    out.remove(&who)
                } else {
                    out.insert(who)
                };
                None
            }
            Deed::WritesGroup { host: None, .. } if !invited(&|host, _| *host == act.who) => {
                Some("has invited nobody to a group")
            }
            Deed::Leaves { whom } if !invited(&|host, guest| host == whom && *guest == act.who) => {
                Some("has not been invited to that group")
            }
            Deed::Adds { .. }
            | Deed::Writes { .. }
            | Deed::WritesGroup { .. }
            | Deed::Leaves { .. }
            | Deed::Removes { .. }
            | Deed::Closes { .. }
            | Deed::Invites { .. }
            | Deed::Searches { .. }
            | Deed::Changes(_)
            | Deed::Sets { .. }
            | Deed::Allows { .. }
            | Deed::Blocks { .. } => (!session).then_some("is logged out"),
        };
        if let Some(missing) = missing {
            return Err(format!("line {}: {} {missing}", act.line, act.who));
        }
    }
    Ok(())
}

/// Who everybody is.
///
/// # Errors
/// A sentence: an operator, a place or a number that nobody has, or two names of one user.
fn cast(script: &Script, plan: &Plan) -> Result<BTreeMap<String, SubscriberId>, String> {
    let mut cast: BTreeMap<String, SubscriberId> = BTreeMap::new();
    for (name, person) in &script.cast {
        let who = subscriber(person, plan).map_err(|reason| format!("{name}: {reason}"))?;
        if let Some((other, _)) = cast.iter().find(|(_, known)| **known == who) {
            return Err(format!("{name} is `{other}` already"));
        }
        cast.insert(name.clone(), who);
    }
    Ok(cast)
}

fn subscriber(person: &Person, plan: &Plan) -> Result<SubscriberId, String> {
    let operator = |name: &str| {
        let known = plan.federation.operators.iter().position(|o| o.name == name);
        let id = known.map(|place| OperatorId(place as u16));
        id.ok_or_else(|| format!("no operator is called `{name}`"))
    };
    match person {
        Person::Place(name, index) => {
            let id = operator(name)?;
            if *index as usize >= plan.population.range(id).len() {
                return Err(format!("`{name}` has no subscriber {index}"));
            }
            Ok(plan.population.subscriber(id, *index))
        }
        Person::Number(digits, dialled_in) => {
            let home = dialled_in.as_deref().map(operator).transpose()?;
            let prefix = home.and_then(|id| plan.federation.operator(id).numbers.first());
            let number = dialled(digits, prefix.map(String::as_str)).ok_or_else(|| {
                let where_from = "; say where it is dialled: `0710000000 in a`";
                format!("`{digits}` is no number{}", if home.is_none() { where_from } else { "" })
            })?;
            let who = plan.numbers.subscriber(number);
            who.ok_or_else(|| format!("no subscriber has the number {number}"))
        }
    }
}

fn stimulus(act: &Act, who: SubscriberId, cast: &BTreeMap<String, SubscriberId>) -> Stimulus {
    match &act.deed {
        Deed::Adds { whom, by_number } => {
            Stimulus::Add { owner: who, contact: cast[whom], by_number: *by_number }
        }
        Deed::Writes { whom, text, .. } => {
            Stimulus::Write { sender: who, recipient: cast[whom], text: *text }
        }
        Deed::Answers { whom, text, .. } => {
            let to = whom.as_ref().map(|whom| cast[whom]);
            Stimulus::Answer { from: who, to, text: *text }
        }
        Deed::Removes { whom } => Stimulus::Remove { owner: who, contact: cast[whom] },
        Deed::Closes { whom } => Stimulus::Close { user: who, peer: cast[whom] },
        Deed::Invites { whom } => Stimulus::Invite { user: who, contact: cast[whom] },
        Deed::WritesGroup { host, text, .. } => {
            let host = host.as_ref().map(|host| cast[host]);
            Stimulus::WriteGroup { sender: who, host, text: *text }
        }
        Deed::Leaves { whom } => Stimulus::LeaveGroup { member: who, host: cast[whom] },
        Deed::Searches { whom } => Stimulus::Search { user: who, contact: cast[whom] },
        Deed::Commands(online) => Stimulus::Command { customer: who, online: *online },
        Deed::Logs(login) => Stimulus::Log { user: who, login: *login },
        Deed::Phone(attached) => Stimulus::Phone { user: who, attached: *attached },
        Deed::Changes(to) => {
            let to = to.map_or(Change::Next, Change::Availability);
            Stimulus::Change { user: who, to }
        }
        Deed::Sets { text, .. } => Stimulus::Change { user: who, to: Change::Text(*text) },
        Deed::Upgrades => Stimulus::Upgrade { user: Some(who) },
        Deed::Downgrades => Stimulus::Downgrade(who),
        Deed::Lapses => Stimulus::Lapse(who),
        Deed::Allows { whom, yes } => {
            Stimulus::Allow { publisher: who, watcher: cast[whom], yes: *yes }
        }
        Deed::Blocks { whom, on } => Stimulus::Block { owner: who, other: cast[whom], on: *on },
        Deed::Says(yes) => Stimulus::Consent { user: who, yes: *yes },
    }
}
