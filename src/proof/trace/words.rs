//! The steps of journeys in words: where, what, and why, with the requirement or the agreement that asks
//! for it. Called by `trace` with what it follows; knows no identities.

use super::{Step, Steps};
use crate::domain::federation::CONTACT;
use crate::domain::id::{OperatorId, Role, SubscriberId};
use crate::domain::observation::{Decision, Observation, SmsEvent};
use crate::domain::outcome::{ContactKind, Reason, Route, SmsOrigin, TransferKind};
use crate::domain::part::PartKind;
use crate::domain::presence::News;
use crate::domain::status::Language;
use crate::domain::time::Instant;
use crate::model::crowd::terminal::{Seen, entry};
use crate::proof::scenario::facts::{groups_reach, notice, shown};

/// Instant, node, what, why.
type Words = (Instant, String, String, String);

impl Steps {
    fn operator(&self, id: OperatorId) -> &str {
        &self.plan.federation.operator(id).name
    }

    fn user(&self, id: SubscriberId) -> String {
        let population = &self.plan.population;
        format!("{}/{}", self.operator(population.operator(id)), population.index(id))
    }

    /// What an observation adds to the journey that it belongs to.
    pub(super) fn told(&self, now: Instant, observation: &Observation<'_>) -> Vec<(Instant, Step)> {
        let own = self.step(now, observation);
        let more = self.shown(now, observation);
        let step =
            |(at, node, what, why): Words| (at, Step { at: at.as_secs_f64(), node, what, why });
        own.into_iter().chain(more).map(step).collect()
    }

    /// What a device does before the node that tells of it, or after.
    fn shown(&self, now: Instant, observation: &Observation<'_>) -> Option<Words> {
        match *observation {
            Observation::ContactAdded { owner, contact, from, at, presence, .. } => {
                let seen = presence.map_or(Seen::Offline, Seen::Legacy);
                let entry = entry(&self.plan, from, contact, seen);
                let groups = groups_reach(&self.plan, from, contact);
                let looks = shown(&entry, presence, groups).join(", ");
                Some((
                    at.max(now),
                    self.client(from),
                    format!("{} {}", self.user(owner), looks.replace("{}", &self.user(contact))),
                    match presence {
                        Some(_) => "the attributes that came with it; IM-0070 to IM-0140",
                        None => "what its operator exposes; RD-8",
                    }
                    .to_owned(),
                ))
            }
            Observation::Upgraded { operator, user, changed, .. } => Some((
                changed,
                self.client(operator),
                format!("{} means to be an IM user", self.user(user)),
                "has a client now".to_owned(),
            )),
            _ => None,
        }
    }

    /// What a node does.
    fn step(&self, now: Instant, observation: &Observation<'_>) -> Option<Words> {
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
                self.imsp(self.own),
                format!("takes the route {}", subject.route),
                format!("instead of {was}"),
            ),
            Observation::Decided { operator, decision, .. } => {
                let (part, what, why) = self.decision(operator, decision);
                (now, format!("{} {part}", self.operator(operator)), what, why)
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
                    "the presence of {} changed: {} told",
                    self.user(publisher),
                    counted(watchers, "watcher is", "watchers are")
                ),
                "subscribed or here, allowed and logged in (RD-5)".to_owned(),
            ),
            Observation::PresenceShown { watcher, news, publisher, at, to, scope, .. } => {
                let who = watcher.map_or("a watcher".to_owned(), |watcher| self.user(watcher));
                let node = format!("{} client", self.operator(to));
                match at {
                    Some(at) => (
                        at,
                        node,
                        format!("{who} {}", self.sees(publisher, news)),
                        scope.to_string(),
                    ),
                    None => (
                        now,
                        self.operator(self.own).to_owned(),
                        format!("{who} does not see it"),
                        "dropped here: no room, no way on, or not logged in".to_owned(),
                    ),
                }
            }
            Observation::ContactMeant { owner, contact, by_number } => (
                now,
                self.client(self.own),
                format!(
                    "{} means to add {} by {}",
                    self.user(owner),
                    self.user(contact),
                    if by_number { "number" } else { "address" }
                ),
                none(),
            ),
            Observation::LegacyNotice { user, contact, kind, .. } => {
                let contact = contact.map(|contact| self.user(contact)).unwrap_or_default();
                let text = notice(&self.plan, user, kind).replace(CONTACT, &contact);
                let what = format!("{} is told \"{text}\"", self.user(user));
                (now, self.client(self.own), what, format!("notices.{kind}; IM-0060"))
            }
            Observation::Told { user, status, language, .. } => (
                now,
                match language {
                    Language::Imps | Language::Sip => self.client(self.own),
                    Language::Sms => format!("{} handset", self.operator(self.own)),
                },
                format!("{} is told {}, {status}", self.user(user), status.code(language)),
                match language {
                    Language::Imps => "the status of IMPS; RD-1",
                    Language::Sip => "the status of SIP; RD-1",
                    Language::Sms => "the cause in the submit report; RD-1",
                }
                .to_owned(),
            ),
            Observation::AccountRegistered { operator, customer, .. } => (
                now,
                self.imsp(operator),
                format!("registers an account for {}", self.user(customer)),
                "no IM user: a legacy customer; UC-1a".to_owned(),
            ),
            Observation::ContactAdded { owner, contact, kind, from, .. } => (
                now,
                self.imsp(from),
                format!("puts {} on the list of {}", self.user(contact), self.user(owner)),
                match kind {
                    ContactKind::Im => "an IM user; RD-4",
                    ContactKind::SmsHome => "with number, UID and presence; UC-1a",
                    ContactKind::SmsDirect => "with number and default presence; UC-1b, HLR-3",
                }
                .to_owned(),
            ),
            Observation::ContactRefused { reason, .. } => (
                now,
                format!("{}{}", self.operator(self.own), part(reason)),
                "refused".to_owned(),
                reason.to_string(),
            ),
            Observation::Upgraded { operator, user, watchers, .. } => (
                now,
                self.imsp(operator),
                format!(
                    "makes {} an IM user, to be asked about {}",
                    self.user(user),
                    counted(watchers, "watcher", "watchers")
                ),
                "the legacy settings and their presence go; UC-3".to_owned(),
            ),
            Observation::WatcherAsked { publisher, watcher, .. } => (
                now,
                self.client(self.own),
                format!(
                    "asks {} to let {} see the presence",
                    self.user(publisher),
                    self.user(watcher)
                ),
                "on the list of the watcher; UC-3".to_owned(),
            ),
            Observation::WatcherAnswered { publisher, watcher, allowed, .. } => (
                now,
                self.imsp(self.own),
                format!(
                    "{} {} {}",
                    self.user(publisher),
                    if allowed { "allows" } else { "denies" },
                    self.user(watcher)
                ),
                "both may write to each other either way; UC-3".to_owned(),
            ),
            // `identity` has named them all, and passes them over.
            _ => return None,
        })
    }

    fn imsp(&self, operator: OperatorId) -> String {
        format!("{} imsp", self.operator(operator))
    }

    fn decision(&self, operator: OperatorId, decision: Decision) -> (&str, String, String) {
        let place = |id| self.operator(id);
        let (what, why) = match decision {
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
            Decision::AwaitSession(peer) => {
                let what = format!("keeps it until there is a session with {}", place(peer));
                return ("gateway", what, "their servers set one up first; SSP-1".to_owned());
            }
            Decision::Sms { segments, reply } => {
                let parts = counted(u32::from(segments), "part", "parts");
                (
                    format!("converts it to SMS in {parts}, reply number {reply}"),
                    "a legacy customer, or out of reach on IM; UC-2a, UC-2b, IM-0050".to_owned(),
                )
            }
            Decision::Conversation { reply } => (
                format!("finds the conversation by reply number {reply}"),
                "IM over SMS; UC-4a, UC-4b, IM-0050".to_owned(),
            ),
            Decision::Page => {
                return (
                    "gateway",
                    "takes the short message for a phone of its network".to_owned(),
                    "terminated by the other network; UC-2b".to_owned(),
                );
            }
            Decision::ImOverSms(from) => {
                let (part, why) = match from == operator {
                    true => ("smsc", "its own customer's short message; UC-4a".to_owned()),
                    false => {
                        let from = self.operator(from);
                        ("gateway", format!("terminated here by the SMSC of {from}; UC-4b"))
                    }
                };
                let what = "recognises IM over SMS by the number, and hands it to the IMSP";
                return (part, what.to_owned(), why);
            }
            Decision::Validate(home) => (
                format!("finds the number with {0}, asks {0} to validate it", place(home)),
                format!("the agreement with {} has numbers; UC-1a", place(home)),
            ),
            Decision::Ask(home) => (
                format!("finds an IM user of {}, who is to be asked", place(home)),
                "who is on a list has said yes; RD-3".to_owned(),
            ),
            Decision::NumberAlone(home) => (
                format!("finds the number with {}, asks nobody", place(home)),
                format!("{} is no IMSP, or does not interwork; UC-1b", place(home)),
            ),
            Decision::Valid { online } => (
                format!(
                    "answers with the UID and the presence: {}",
                    match online {
                        None => "the default",
                        Some(true) => "online",
                        Some(false) => "offline",
                    }
                ),
                "the number is valid; UC-1a".to_owned(),
            ),
            Decision::Accepted(accepted) => {
                let what = if accepted { "its user accepts" } else { "its user declines" };
                return ("client", what.to_owned(), "asked for it; RD-3".to_owned());
            }
            Decision::Kept => (
                "keeps the contact on the list, with the UID and the presence".to_owned(),
                "listed by the number before; UC-1a".to_owned(),
            ),
        };
        ("imsp", what, why)
    }

    fn client(&self, operator: OperatorId) -> String {
        format!("{} client", self.operator(operator))
    }

    /// What a watcher sees of somebody by news.
    fn sees(&self, publisher: SubscriberId, news: News) -> String {
        let publisher = self.user(publisher);
        match news {
            News::Changed(_) => format!("sees {publisher} change"),
            News::Online(_) | News::LegacyOnline => format!("sees {publisher} online"),
            News::Offline | News::LegacyOffline => format!("sees {publisher} offline"),
            News::Granted(_) => format!("sees {publisher} as IM user"),
            News::Withdrawn => format!("loses sight of {publisher}"),
        }
    }
}

fn counted(count: u32, one: &str, more: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {more}") }
}

/// The part of an operator that refuses for such a reason.
fn part(reason: Reason) -> &'static str {
    let full = PartKind::ALL.iter().find(|kind| kind.info().full == Some(reason));
    match (full.map(|kind| kind.info().role), reason) {
        (Some(Role::Imsp), _) => " imsp",
        (_, Reason::TooLong | Reason::ReplyNumbers | Reason::Blocked | Reason::NotMember) => {
            " imsp"
        }
        (_, Reason::SubscriptionLapsed) => " imsp",
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
