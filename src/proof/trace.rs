//! Single journeys out of a run: every step of one message, or of one presence change, with what was
//! decided and why. Used by `interwork trace`; `report::face::journey` draws them.

use std::sync::Arc;

use crate::domain::id::{MessageId, OperatorId, Role, SubscriberId};
use crate::domain::observation::{Carried, Decision, Observation, SmsEvent};
use crate::domain::outcome::{Reason, Route, SmsOrigin, TransferKind};
use crate::domain::part::PartKind;
use crate::domain::time::Instant;
use crate::engine::simulation::{Fault, Simulation};
use crate::model::context::Observer;
use crate::model::plan::Plan;
use crate::model::stimulus::Stimulus;
use crate::report::face::journey::{Journey, Step};

/// What to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Follow {
    /// The `n`th message of the run, counted from 1 in the order in which they are meant.
    Message(u64),
    /// The `n`th presence change, counted from 1.
    Presence(u64),
    /// Every message.
    Everything,
}

/// What was asked for is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TraceError {
    /// Fewer than that.
    #[error("there are only {0} in this run")]
    Fewer(u64),
    /// Counting starts at 1.
    #[error("messages and presence changes are counted from 1")]
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
    let mut all: Vec<(Instant, Identity)> = offered.into_iter().flat_map(|seen| seen.0).collect();
    all.sort_unstable();
    let wanted = |message: bool| {
        let of_kind = all.iter().map(|(_, identity)| *identity);
        of_kind.filter(move |identity| matches!(identity, Identity::Message(_)) == message)
    };
    let nth = |message, n: u64| {
        if n == 0 {
            return Err(TraceError::Zero);
        }
        let found = wanted(message).nth(n.saturating_sub(1) as usize).filter(|_| n > 0);
        found.ok_or(TraceError::Fewer(wanted(message).count() as u64))
    };
    let chosen: Vec<Identity> = match follow {
        Follow::Message(n) => vec![nth(true, n)?],
        Follow::Presence(n) => vec![nth(false, n)?],
        Follow::Everything => wanted(true).collect(),
    };
    let seen = play(plan, end, script, |own| Steps {
        plan: Arc::clone(plan),
        own,
        chosen: chosen.clone(),
        steps: Vec::new(),
    })?;
    let mut steps: Vec<(Instant, Identity, Step)> =
        seen.into_iter().flat_map(|part| part.steps).collect();
    steps.sort_by_key(|(at, ..)| *at);
    Ok(chosen
        .iter()
        .map(|identity| {
            let own = steps.iter().filter(|(_, of, _)| of == identity);
            Journey { title: title(*identity, &all), steps: own.map(|(.., s)| s.clone()).collect() }
        })
        .collect())
}

/// What a journey is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    Message(MessageId),
    Change(SubscriberId, Instant),
}

fn title(identity: Identity, all: &[(Instant, Identity)]) -> String {
    let message = matches!(identity, Identity::Message(_));
    let same = all.iter().filter(|(_, i)| matches!(i, Identity::Message(_)) == message);
    let place = same.take_while(|(_, known)| *known != identity).count() + 1;
    format!("{} {place}", if message { "message" } else { "presence change" })
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

/// Identities as they come.
#[derive(Debug, Default)]
struct Offered(Vec<(Instant, Identity)>);

impl Observer for Offered {
    fn observe(&mut self, now: Instant, observation: &Observation<'_>) {
        match *observation {
            Observation::Offered(subject) => self.0.push((now, Identity::Message(subject.id))),
            Observation::PresenceChanged { publisher, changed, .. } => {
                self.0.push((changed, Identity::Change(publisher, changed)));
            }
            _ => {}
        }
    }
}

/// Steps of what was chosen, in one shard.
#[derive(Debug)]
struct Steps {
    plan: Arc<Plan>,
    /// Whose shard it is.
    own: OperatorId,
    chosen: Vec<Identity>,
    steps: Vec<(Instant, Identity, Step)>,
}

impl Observer for Steps {
    fn observe(&mut self, now: Instant, observation: &Observation<'_>) {
        let Some(identity) = identity(observation) else { return };
        if self.chosen.contains(&identity)
            && let Some((at, node, what, why)) = self.step(now, observation)
        {
            let step = Step { at: at.as_secs_f64(), node, what, why };
            self.steps.push((at, identity, step));
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
        Observation::Decided { message, .. } | Observation::Sms { message, .. } => {
            Identity::Message(message)
        }
        Observation::Translated { carried, .. } | Observation::Transferred { carried, .. } => {
            match carried {
                Carried::Message(message) => Identity::Message(message),
                Carried::Change(publisher, changed) => Identity::Change(publisher, changed),
                Carried::Other => return None,
            }
        }
        Observation::PresenceChanged { publisher, changed, .. }
        | Observation::PresenceShown { publisher, changed, .. } => {
            Identity::Change(publisher, changed)
        }
        // Of no single message or change.
        Observation::Routed { .. }
        | Observation::StationQueued(_)
        | Observation::StationStarted { .. }
        | Observation::StationLeft { .. }
        | Observation::StationRefused(_)
        | Observation::StationOther(_)
        | Observation::StationPlanned { .. }
        | Observation::CameIn { .. }
        | Observation::Stray { .. }
        | Observation::AgreementRefused { .. }
        | Observation::Notified { .. }
        | Observation::ReplyNumbersInUse { .. }
        | Observation::ReplyNumberRefused { .. }
        | Observation::ContactAdded { .. }
        | Observation::ContactRefused { .. }
        | Observation::AccountRegistered { .. }
        | Observation::Session { .. }
        | Observation::ListShown { .. }
        | Observation::Upgraded { .. }
        | Observation::Downgraded { .. }
        | Observation::WatcherAnswered { .. }
        | Observation::Invited { .. }
        | Observation::Found { .. }
        | Observation::LegacyNotice { .. }
        | Observation::PresenceOwed { .. }
        | Observation::GrantOwed(_)
        | Observation::Blocked { .. } => return None,
    })
}

impl Steps {
    fn operator(&self, id: OperatorId) -> &str {
        &self.plan.federation.operator(id).name
    }

    fn user(&self, id: SubscriberId) -> String {
        let population = &self.plan.population;
        format!("{}/{}", self.operator(population.operator(id)), population.index(id))
    }

    /// Instant, node, what, why.
    fn step(
        &self,
        now: Instant,
        observation: &Observation<'_>,
    ) -> Option<(Instant, String, String, String)> {
        let none = String::new;
        let device = |route: Route, from: bool| {
            if route.is_answer() == from { "handset" } else { "client" }
        };
        Some(match *observation {
            Observation::Offered(subject) => (
                now,
                format!("{} {}", self.operator(subject.from), device(subject.route, true)),
                format!(
                    "{} means to write to {}",
                    self.user(subject.sender),
                    self.user(subject.recipient)
                ),
                format!("route {}", subject.route),
            ),
            Observation::Rerouted { subject, was } => (
                now,
                self.imsp(subject.to),
                format!("takes the route {}", subject.route),
                format!("instead of {was}"),
            ),
            Observation::Decided { operator, decision, .. } => {
                let (what, why) = self.decision(operator, decision);
                (now, self.imsp(operator), what, why)
            }
            Observation::Transferred { agreement, from, kind, bytes, charged, .. } => {
                let to = self.plan.federation.agreement(agreement).peer(from);
                let repeated = charged == 0 && kind != TransferKind::SmsSignalling;
                let again = if repeated { ", once more" } else { "" };
                (
                    now,
                    format!("{} gateway", self.operator(from)),
                    format!("{kind} to {}, {bytes} bytes{again}", self.operator(to)),
                    none(),
                )
            }
            Observation::Translated { operator, .. } => (
                now,
                format!("{} gateway", self.operator(operator)),
                "translates it between SIP and what the partner speaks".to_owned(),
                "an IMS operator speaks SIP inside; IMS-2".to_owned(),
            ),
            Observation::Sms { operator, origin, event, .. } => {
                let (what, why) = sms(origin, event)?;
                (now, format!("{} smsc", self.operator(operator)), what, why)
            }
            Observation::Delivered { subject, sms, stages } => {
                let latency = now.since(subject.intended);
                let parts: Vec<String> =
                    stages.iter().map(|part| format!("{} {}", part.stage, part.time)).collect();
                let device = if sms { "handset" } else { "client" };
                (
                    now,
                    format!("{} {device}", self.operator(subject.to)),
                    format!("{} has it after {latency}", self.user(subject.recipient)),
                    parts.join(", "),
                )
            }
            Observation::Refused { reason, .. } => (
                now,
                format!("{}{}", self.operator(self.own), part(reason)),
                "refused".to_owned(),
                reason.to_string(),
            ),
            Observation::Lost { reason, .. } => (
                now,
                format!("{}{}", self.operator(self.own), part(reason)),
                "lost".to_owned(),
                reason.to_string(),
            ),
            Observation::Expired(_) => (
                now,
                format!("{} smsc", self.operator(self.own)),
                "expired".to_owned(),
                "its validity ended".to_owned(),
            ),
            Observation::PresenceChanged { publisher, operator, watchers, .. } => (
                now,
                self.imsp(operator),
                format!(
                    "the presence of {} changed: {watchers} watchers are told",
                    self.user(publisher)
                ),
                "subscribed or here, allowed and logged in (RD-5)".to_owned(),
            ),
            Observation::PresenceShown { watcher, at, to, scope, .. } => {
                let who = watcher.map_or("a watcher".to_owned(), |watcher| self.user(watcher));
                let node = format!("{} client", self.operator(to));
                match at {
                    Some(at) => (at, node, format!("{who} sees it"), scope.to_string()),
                    None => (
                        now,
                        self.operator(self.own).to_owned(),
                        format!("{who} does not see it"),
                        "dropped here: no room, no way on, or not logged in".to_owned(),
                    ),
                }
            }
            // `identity` has named them all, and passes them over.
            _ => return None,
        })
    }

    fn imsp(&self, operator: OperatorId) -> String {
        format!("{} imsp", self.operator(operator))
    }

    fn decision(&self, operator: OperatorId, decision: Decision) -> (String, String) {
        match decision {
            Decision::Client => (
                "hands it down to the client".to_owned(),
                "own IM user, logged in; KIND-1".to_owned(),
            ),
            Decision::Store => (
                "keeps it until the recipient logs in".to_owned(),
                "offline_messages: store".to_owned(),
            ),
            Decision::Agreement(id) => {
                let agreement = self.plan.federation.agreement(id);
                let peer = self.operator(agreement.peer(operator));
                (
                    format!("sends it to {peer}"),
                    format!("the agreement with {peer} carries messages; RD-6"),
                )
            }
            Decision::Sms { segments, reply } => {
                let parts =
                    if segments == 1 { "1 part".to_owned() } else { format!("{segments} parts") };
                (
                    format!("converts it to SMS in {parts}, reply number {reply}"),
                    "a legacy customer, or out of reach on IM; UC-2a, UC-2b, IM-0050".to_owned(),
                )
            }
            Decision::Conversation { reply } => (
                format!("finds the conversation by reply number {reply}"),
                "IM over SMS; UC-4a, UC-4b, IM-0050".to_owned(),
            ),
        }
    }
}

/// The part of an operator that refuses for such a reason.
fn part(reason: Reason) -> &'static str {
    let full = PartKind::ALL.iter().find(|kind| kind.info().full == Some(reason));
    match (full.map(|kind| kind.info().role), reason) {
        (Some(Role::Imsp), _) => " imsp",
        (_, Reason::TooLong | Reason::ReplyNumbers | Reason::Blocked) => " imsp",
        (Some(Role::Smsc), _) => " smsc",
        (Some(Role::Relay), _) => " relay",
        (Some(Role::Gateway), _) | (_, Reason::RateLimited) => " gateway",
        (_, Reason::StoppedByClient) => " client",
        _ => "",
    }
}

fn sms(origin: SmsOrigin, event: SmsEvent) -> Option<(String, String)> {
    let words = |what: &str, why: &str| Some((what.to_owned(), why.to_owned()));
    match event {
        SmsEvent::Submitted { segments } => {
            Some((format!("takes the {origin} in {segments}"), "into store".to_owned()))
        }
        SmsEvent::Refused => words("refuses it", ""),
        SmsEvent::Attempted => words("attempts the delivery", "licensed service done"),
        SmsEvent::Retried => words("waits for another attempt", "this one failed"),
        // The device says so in the same instant.
        SmsEvent::Delivered { .. } => None,
        SmsEvent::Expired => words("gives up", "the validity ended"),
    }
}
