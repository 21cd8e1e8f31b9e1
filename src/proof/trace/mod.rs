//! Single journeys out of a run: every step of one message, presence change, contact to be added or
//! upgrade, with what was decided and why. `words` says the steps. Used by `interwork trace`;
//! `report::face::journey` draws them.

mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::id::{MessageId, OperatorId, SubscriberId};
use crate::domain::observation::{Carried, Decision, Observation};
use crate::domain::time::Instant;
use crate::engine::simulation::{Fault, Simulation};
use crate::model::context::Observer;
use crate::model::plan::Plan;
use crate::model::stimulus::Stimulus;
use crate::report::face::journey::{Journey, Step};

/// What can be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Messages.
    Message,
    /// Presence changes.
    Presence,
    /// Contacts to be added.
    Contact,
    /// Upgrades of legacy customers.
    Upgrade,
}

impl Kind {
    fn label(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Presence => "presence change",
            Self::Contact => "contact",
            Self::Upgrade => "upgrade",
        }
    }
}

/// What to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Follow {
    /// The `n`th of a kind, counted from 1 in the order in which they are meant.
    One(Kind, u64),
    /// All of them.
    Everything,
}

/// What was asked for is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TraceError {
    /// Fewer than that.
    #[error("there are only {0} in this run")]
    Fewer(u64),
    /// Counting starts at 1.
    #[error("what is followed is counted from 1")]
    Zero,
    /// A fault of the program.
    #[error("a part of the program failed ({0})")]
    Fault(#[from] Fault),
}

/// A scripted act: whose shard, when, what.
pub(crate) type Scripted = (OperatorId, Instant, Stimulus);

/// Follows journeys through a run up to `end`; `script` adds acts to those of the workload.
///
/// # Errors
/// If the run has not as many, or fails.
pub(crate) fn trace(
    plan: &Arc<Plan>,
    follow: Follow,
    end: Instant,
    script: &[Scripted],
) -> Result<Vec<Journey>, TraceError> {
    // First the identities, then the steps of those that are asked for.
    let offered = play(plan, end, script, |_| Offered::default())?;
    let all = in_order(offered.into_iter().flat_map(|seen| seen.0).collect());
    let chosen: Vec<Named> = match follow {
        Follow::One(_, 0) => return Err(TraceError::Zero),
        Follow::One(kind, n) => {
            let of_kind = || all.iter().filter(|named| named.kind == kind);
            let found = of_kind().nth((n - 1) as usize).copied();
            vec![found.ok_or(TraceError::Fewer(of_kind().count() as u64))?]
        }
        Follow::Everything => all,
    };
    let identities: BTreeSet<Identity> = chosen.iter().map(|named| named.identity).collect();
    let seen = play(plan, end, script, |own| Steps {
        plan: Arc::clone(plan),
        own,
        chosen: identities.clone(),
        steps: Vec::new(),
    })?;
    let mut steps: Vec<Told> = seen.into_iter().flat_map(|part| part.steps).collect();
    steps.sort_by_key(|told| told.at);
    let journey = |named: &Named| {
        let own = steps.iter().filter(|told| named.has(told));
        let title = format!("{} {}", named.kind.label(), named.place);
        Journey { title, steps: own.map(|told| told.step.clone()).collect() }
    };
    Ok(chosen.iter().map(journey).collect())
}

/// What a journey is of. Whoever adds the same contact again begins another of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    Message(MessageId),
    /// A presence change, or an upgrade: whose, and when.
    Change(SubscriberId, Instant),
    Contact(SubscriberId, SubscriberId),
}

/// The place of an identity among those of its kind.
#[derive(Clone, Copy, Debug)]
struct Named {
    kind: Kind,
    /// From 1.
    place: u64,
    identity: Identity,
    /// When it begins, and when another of the same identity does.
    span: (Instant, Option<Instant>),
}

impl Named {
    /// Whether a step belongs to it.
    fn has(&self, told: &Told) -> bool {
        let (from, to) = self.span;
        told.identity == self.identity && told.seen >= from && to.is_none_or(|to| told.seen < to)
    }
}

/// What a sign of an identity says of its journeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sign {
    /// A user means it: another begins.
    Meant,
    /// An IMSP sets about it: what a user meant before, or, without that, another.
    Taken,
    /// It is there.
    Seen,
}

/// Journeys in the order of time.
fn in_order(mut all: Vec<(Instant, Kind, Identity, Sign)>) -> Vec<Named> {
    all.sort_unstable();
    let mut named: Vec<Named> = Vec::with_capacity(all.len());
    // The latest of each identity, and whether it is meant and not taken so far.
    let mut latest: BTreeMap<Identity, (usize, bool)> = BTreeMap::new();
    let mut places = BTreeMap::new();
    for (at, kind, identity, sign) in all {
        let mut from = Instant::START;
        if let Some((before, meant)) = latest.get_mut(&identity) {
            let begins = match sign {
                Sign::Meant => true,
                Sign::Taken => !std::mem::take(meant),
                Sign::Seen => false,
            };
            if !begins {
                continue;
            }
            named[*before].span.1 = Some(at);
            from = at;
        }
        latest.insert(identity, (named.len(), sign == Sign::Meant));
        let place = places.entry(kind).or_insert(0);
        *place += 1;
        named.push(Named { kind, place: *place, identity, span: (from, None) });
    }
    named
}

fn play<O: Observer + Send + 'static>(
    plan: &Arc<Plan>,
    end: Instant,
    script: &[Scripted],
    observer: impl Fn(OperatorId) -> O,
) -> Result<Vec<O>, TraceError> {
    let mut simulation = Simulation::new(plan, observer);
    for (operator, at, stimulus) in script {
        simulation.script(*operator, *at, *stimulus);
    }
    simulation.run_until(end, 1)?;
    Ok(simulation.into_observers())
}

/// Identities as they come: when, which, by which sign.
#[derive(Debug, Default)]
struct Offered(Vec<(Instant, Kind, Identity, Sign)>);

impl Observer for Offered {
    fn observe(&mut self, now: Instant, observation: &Observation<'_>) {
        self.0.extend(match *observation {
            Observation::Offered(subject) => {
                Some((now, Kind::Message, Identity::Message(subject.id), Sign::Seen))
            }
            Observation::PresenceChanged { publisher, changed, .. } => {
                let identity = Identity::Change(publisher, changed);
                Some((changed, Kind::Presence, identity, Sign::Seen))
            }
            Observation::Upgraded { user, changed, .. } => {
                Some((changed, Kind::Upgrade, Identity::Change(user, changed), Sign::Seen))
            }
            Observation::ContactMeant { owner, contact, .. } => {
                Some((now, Kind::Contact, Identity::Contact(owner, contact), Sign::Meant))
            }
            Observation::Decided {
                carried: Carried::Contact(owner, contact), decision, ..
            } => {
                // Who accepts adds the other as well, without a word (RD-4); a new partner validates.
                let taken = matches!(
                    decision,
                    Decision::Ask(_) | Decision::Validate(_) | Decision::NumberAlone(_)
                );
                let sign = if taken { Sign::Taken } else { Sign::Seen };
                Some((now, Kind::Contact, Identity::Contact(owner, contact), sign))
            }
            Observation::ContactAdded { owner, contact, .. } => {
                Some((now, Kind::Contact, Identity::Contact(owner, contact), Sign::Seen))
            }
            _ => None,
        });
    }
}

/// Steps of what was chosen, in one shard.
#[derive(Debug)]
struct Steps {
    plan: Arc<Plan>,
    /// Whose shard it is.
    own: OperatorId,
    chosen: BTreeSet<Identity>,
    steps: Vec<Told>,
}

/// A step, and what it is of.
#[derive(Debug)]
struct Told {
    identity: Identity,
    /// When it was observed.
    seen: Instant,
    /// When it happens, on a device perhaps later.
    at: Instant,
    step: Step,
}

impl Observer for Steps {
    fn observe(&mut self, now: Instant, observation: &Observation<'_>) {
        let Some(identity) = identity(observation) else { return };
        if self.chosen.contains(&identity) {
            for (at, step) in self.told(now, observation) {
                self.steps.push(Told { identity, seen: now, at, step });
            }
        }
    }
}

/// What an observation is about.
fn identity(observation: &Observation<'_>) -> Option<Identity> {
    Some(match *observation {
        Observation::Offered(subject)
        | Observation::Expired(subject)
        | Observation::Rerouted { subject, .. }
        | Observation::Delivered { subject, .. }
        | Observation::Refused { subject, .. }
        | Observation::Lost { subject, .. } => Identity::Message(subject.id),
        Observation::Sms { message, .. } => Identity::Message(message),
        Observation::Reported { fate, .. } => Identity::Message(fate.message),
        Observation::Decided { carried, .. }
        | Observation::Told { about: carried, .. }
        | Observation::LegacyNotice { about: carried, .. }
        | Observation::Translated { carried, .. }
        | Observation::Transferred { carried, .. } => match carried {
            Carried::Message(message) => Identity::Message(message),
            Carried::Change(publisher, changed) => Identity::Change(publisher, changed),
            Carried::Contact(owner, contact) => Identity::Contact(owner, contact),
            Carried::Other => return None,
        },
        Observation::PresenceChanged { publisher, changed, .. }
        | Observation::PresenceShown { publisher, changed, .. }
        | Observation::WatcherAsked { publisher, changed, .. }
        | Observation::WatcherAnswered { publisher, changed, .. } => {
            Identity::Change(publisher, changed)
        }
        Observation::Upgraded { user, changed, .. } => Identity::Change(user, changed),
        Observation::ContactMeant { owner, contact, .. }
        | Observation::ContactAdded { owner, contact, .. }
        | Observation::ContactRefused { owner, contact, .. } => Identity::Contact(owner, contact),
        Observation::AccountRegistered { customer, owner, .. } => {
            Identity::Contact(owner?, customer)
        }
        // Of nothing that is followed.
        Observation::Routed { .. }
        | Observation::StationQueued(_)
        | Observation::StationStarted { .. }
        | Observation::StationLeft { .. }
        | Observation::StationRefused(_)
        | Observation::StationOther(_)
        | Observation::StationPlanned { .. }
        | Observation::CameIn { .. }
        | Observation::Stray { .. }
        | Observation::ServerSession { .. }
        | Observation::AgreementRefused { .. }
        | Observation::Notified { .. }
        | Observation::Exchanged { .. }
        | Observation::Unasked { .. }
        | Observation::ReplyNumbersInUse { .. }
        | Observation::ReplyNumberRefused { .. }
        | Observation::Session { .. }
        | Observation::ContactRemoved { .. }
        | Observation::Conversation { .. }
        | Observation::Commanded { .. }
        | Observation::ListShown { .. }
        | Observation::LeftGroup { .. }
        | Observation::Lapsed { .. }
        | Observation::CannotAnswer { .. }
        | Observation::Downgraded { .. }
        | Observation::Invited { .. }
        | Observation::Found { .. }
        | Observation::PresenceOwed { .. }
        | Observation::GrantOwed(_)
        | Observation::Blocked { .. } => return None,
    })
}
