//! What a run shows, in the words of scenarios. One observer for all shards; it changes nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::claim::Fact;
use crate::domain::crossing::Listed;
use crate::domain::federation::{CONTACT, Exposed, NoticeKind};
use crate::domain::id::{AgreementId, MessageId, OperatorId, SubscriberId};
use crate::domain::observation::{
    Carried, ConversationTurn, Decision, Observation, SmsEvent, Subject,
};
use crate::domain::outcome::{ContactKind, Defect, SessionTurn, SmsOrigin, TransferKind};
use crate::domain::presence::{ClientId, ClientType, Look, News, Presence};
use crate::domain::session::Agreed;
use crate::domain::time::Instant;
use crate::domain::uid::number_uid;
use crate::model::context::Observer;
use crate::model::crowd::terminal::{Entry, Seen, entry};
use crate::model::plan::Plan;
use crate::model::routing::Carriage;

/// Names and words that facts use.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) plan: Arc<Plan>,
    pub(super) people: BTreeMap<SubscriberId, String>,
    /// What users say about themselves, in the order of the script.
    pub(super) texts: Vec<String>,
    /// What each user writes at an instant, in order.
    pub(super) words: BTreeMap<(SubscriberId, Instant), Vec<String>>,
}

/// Facts of one shard, with their instants.
#[derive(Debug)]
pub(super) struct Facts {
    names: Arc<Names>,
    written: BTreeMap<(SubscriberId, Instant), usize>,
    words: BTreeMap<MessageId, String>,
    pub(super) seen: Vec<Fact>,
    /// With which attributes legacy customers came on lists.
    pub(super) listed: Vec<(SubscriberId, Presence)>,
}

impl Facts {
    pub(super) fn new(names: &Arc<Names>) -> Self {
        Self {
            names: Arc::clone(names),
            written: BTreeMap::new(),
            words: BTreeMap::new(),
            seen: Vec::new(),
            listed: Vec::new(),
        }
    }

    fn name(&self, who: SubscriberId) -> String {
        self.names.people.get(&who).cloned().unwrap_or_else(|| {
            let population = &self.names.plan.population;
            let operator = population.operator(who);
            format!("{}/{}", self.operator(operator), population.index(who))
        })
    }

    fn operator(&self, id: OperatorId) -> &str {
        &self.names.plan.federation.operator(id).name
    }

    /// The words of a message: by its sender's shard in order, elsewhere by counting, since
    /// messages of one sender are numbered in the order of writing.
    fn words(&self, subject: &Subject) -> String {
        self.words.get(&subject.id).cloned().unwrap_or_else(|| self.placeholder(subject.id))
    }

    /// Stands for the words until all shards' facts are put together.
    fn placeholder(&self, id: MessageId) -> String {
        format!("{{{:x}}}", id.0)
    }

    fn message(&self, id: MessageId) -> String {
        self.words.get(&id).cloned().unwrap_or_else(|| self.placeholder(id))
    }

    fn peer(&self, agreement: AgreementId, from: OperatorId) -> &str {
        self.operator(self.names.plan.federation.agreement(agreement).peer(from))
    }

    /// What a client shows of a contact on a list that its server has told it.
    fn listed(
        &self,
        operator: OperatorId,
        contact: SubscriberId,
        state: Option<News>,
    ) -> Vec<String> {
        let plan = &self.names.plan;
        let legacy = |online| {
            let presence = plan.legacy_presence(contact, operator, Some(online));
            let seen = Seen::Legacy(&presence);
            shown(&entry(plan, operator, contact, seen), Some(&presence), false)
        };
        let look = match state {
            None | Some(News::Withdrawn) => return vec!["sees nothing of {}".to_owned()],
            Some(News::LegacyOnline) => return legacy(true),
            Some(News::LegacyOffline) => return legacy(false),
            Some(News::Changed(look) | News::Online(look) | News::Granted(look)) => Some(look),
            Some(News::Offline) => None,
        };
        let groups = groups_reach(&self.names.plan, operator, contact);
        let seen = look.map_or(Seen::Offline, Seen::Online);
        let mut facts = shown(&entry(plan, operator, contact, seen), None, groups);
        facts.push(if look.is_some() { "sees {} online" } else { "sees {} offline" }.to_owned());
        facts.extend(look.and_then(|look| self.client(operator, contact, look)));
        facts.extend(self.looks(operator, look));
        facts
    }

    /// What a client shows of an IM user who is online: availability, and the kind of client if that is
    /// exposed.
    fn looks(&self, operator: OperatorId, look: Option<Look>) -> Vec<String> {
        let Some(Look { availability, client, text }) = look else { return Vec::new() };
        // What no agreement exposes has not come.
        let tells = |what| self.names.plan.federation.operator(operator).expose.contains(&what);
        let device = client.filter(|_| tells(Exposed::DeviceType));
        let device = device.map(|kind| format!("shows {{}} on {}", kind.name()));
        let words = usize::from(text.words).checked_sub(1).filter(|_| tells(Exposed::StatusText));
        let words = words.and_then(|place| self.names.texts.get(place));
        let words = words.map(|words| format!("reads \"{words}\" of {{}}"));
        let availability = format!("shows {{}} {}", availability.word());
        device.into_iter().chain([availability]).chain(words).collect()
    }

    /// Which client of an IM user is meant, as presence of IMPS 1.3 says.
    fn client(&self, operator: OperatorId, contact: SubscriberId, look: Look) -> Option<String> {
        let plan = &self.names.plan;
        let home = plan.population.operator(contact);
        let named = plan.names_clients(home, operator) && !plan.has(Defect::ClientIdUnsaid);
        named.then(|| match look.client {
            Some(ClientType::MobilePhone | ClientType::Cli) => {
                format!("shows {{}} by client {}", plan.numbers.msisdn(contact))
            }
            Some(ClientType::Computer | ClientType::Pda | ClientType::Other) | None => {
                "shows {} by client URL".to_owned()
            }
        })
    }

    /// What a client shows as news of a contact come.
    fn told(&self, operator: OperatorId, publisher: SubscriberId, news: News) -> Vec<String> {
        let mut facts = vec![
            match news {
                News::Changed(_) => "sees {} change",
                News::Online(_) | News::LegacyOnline => "sees {} online",
                News::Offline | News::LegacyOffline => "sees {} offline",
                News::Granted(_) => "sees {} as IM user",
                News::Withdrawn => "loses sight of {}",
            }
            .to_owned(),
        ];
        if news != News::Withdrawn {
            // The group, what an IM user looks like, and of whom has become one, or none, everything.
            let list = self.listed(operator, publisher, Some(news));
            let whole = matches!(news, News::Granted(_) | News::LegacyOnline | News::LegacyOffline);
            facts.extend(list.into_iter().filter(|fact| {
                let more = whole && !fact.starts_with("sees {} ");
                more || ["keeps", "shows", "reads"].iter().any(|verb| fact.starts_with(verb))
            }));
        }
        facts
    }

    /// Puts down what somebody's client shows of somebody.
    fn see(&mut self, now: Instant, who: SubscriberId, whom: SubscriberId, facts: Vec<String>) {
        let (who, whom) = (self.name(who), self.name(whom));
        self.seen.extend(
            facts.into_iter().map(|what| (now, format!("{who} {}", what.replace("{}", &whom)))),
        );
    }

    /// That something crosses, how long it is, and what is owed for it.
    fn crossed(&self, observation: &Observation<'_>) -> Option<[Option<String>; 3]> {
        let Observation::Transferred { agreement, from, kind, carried, bytes, charged, .. } =
            *observation
        else {
            return None;
        };
        let (to, from) = (self.peer(agreement, from), self.operator(from));
        let (mut what, mut crosses) = (kind.to_string(), kind.to_string());
        if let Carried::Message(message) = carried {
            let words = format!("\"{}\"", self.message(message));
            crosses = format!("{words} as {kind}");
            // Of a short message on its way back the signalling is owed, and nothing else.
            if kind != TransferKind::SmsSignalling {
                what = words;
            }
        }
        Some([
            Some(format!("{crosses} crosses from {from} to {to}")),
            Some(format!("{what} takes {bytes} bytes from {from} to {to}")),
            (charged > 0).then(|| format!("{from} owes {to} {charged} for {what}")),
        ])
    }

    fn fact(&mut self, observation: &Observation<'_>) -> Option<String> {
        Some(match *observation {
            Observation::Offered(subject) => {
                let act = (subject.sender, subject.intended);
                let count = self.written.entry(act).or_default();
                // The copies of a message to a group have the same words.
                let words = self.names.words.get(&act);
                let words = words.and_then(|words| words.get(*count).or(words.last()));
                *count += 1;
                let words = words.cloned().unwrap_or_else(|| "…".to_owned());
                self.words.insert(subject.id, words);
                return None;
            }
            Observation::Delivered { subject, sms, .. } => {
                let (who, from) = (self.name(subject.recipient), self.name(subject.sender));
                let words = self.words(&subject);
                match sms {
                    true => format!("{who} has SMS \"{words}\" from {from}"),
                    false => format!("{who} has IM \"{words}\" in conversation with {from}"),
                }
            }
            Observation::Refused { subject, reason } => {
                format!("\"{}\" is refused: {reason}", self.words(&subject))
            }
            Observation::Lost { subject, reason } => {
                format!("\"{}\" is lost: {reason}", self.words(&subject))
            }
            Observation::Expired(subject) => format!("\"{}\" expires", self.words(&subject)),
            Observation::Decided {
                carried: Carried::Message(message),
                operator,
                decision: Decision::Sms { segments, .. },
            } => {
                let parts = if segments == 1 { "1 part" } else { &format!("{segments} parts") };
                let (who, words) = (self.operator(operator), self.message(message));
                format!("{who} converts \"{words}\" to SMS in {parts}")
            }
            Observation::Decided {
                carried: Carried::Message(message),
                operator,
                decision: Decision::Conversation { .. },
            } => {
                let (who, words) = (self.operator(operator), self.message(message));
                format!("{who} recognises \"{words}\" as IM over SMS")
            }
            Observation::Sms { operator, message, origin, event: SmsEvent::Submitted { .. } } => {
                let what = if origin == SmsOrigin::Reply { "the answer " } else { "" };
                format!(
                    "SMSC of {} takes {what}\"{}\"",
                    self.operator(operator),
                    self.message(message)
                )
            }
            Observation::Decided {
                carried: Carried::Message(message),
                operator,
                decision: Decision::AwaitSession(peer),
            } => {
                let (who, peer) = (self.operator(operator), self.operator(peer));
                format!("{who} keeps \"{}\" for the session with {peer}", self.message(message))
            }
            Observation::Translated { operator, kind, carried } => {
                let what = match carried {
                    Carried::Message(message) => format!("\"{}\"", self.message(message)),
                    Carried::Change(..) | Carried::Contact(..) | Carried::Other => kind.to_string(),
                };
                format!("{} translates {what}", self.operator(operator))
            }
            Observation::ContactRefused { owner, contact, reason, .. } => {
                format!("{} may not list {}: {reason}", self.name(owner), self.name(contact))
            }
            Observation::AccountRegistered { operator, customer, .. } => {
                format!("{} registers {}", self.operator(operator), self.name(customer))
            }
            Observation::Session { user, login, .. } => {
                format!("{} logs {}", self.name(user), if login { "in" } else { "out" })
            }
            Observation::Upgraded { user, .. } => format!("{} is an IM user", self.name(user)),
            Observation::Told { user, status, language, .. } => {
                format!("{} is told {}", self.name(user), status.code(language))
            }
            Observation::CannotAnswer { user } => format!("{} cannot answer", self.name(user)),
            Observation::Lapsed { user } => {
                format!("the subscription of {} lapses", self.name(user))
            }
            Observation::Downgraded { user } => format!("{} is served by SMS", self.name(user)),
            Observation::WatcherAnswered { publisher, watcher, allowed, .. } => {
                let verb = if allowed { "allows" } else { "denies" };
                format!("{} {verb} {}", self.name(publisher), self.name(watcher))
            }
            Observation::LegacyNotice { user, contact, kind, .. } => {
                let contact = contact.map(|contact| self.name(contact)).unwrap_or_default();
                let text = notice(&self.names.plan, user, kind).replace(CONTACT, &contact);
                format!("{} is told \"{text}\"", self.name(user))
            }
            Observation::Invited { contact, reason, .. } => match reason {
                None => format!("{} joins the group", self.name(contact)),
                Some(reason) => format!("{} may not join the group: {reason}", self.name(contact)),
            },
            Observation::Reported { at: None, .. } => return None,
            Observation::Reported { fate, .. } => {
                let what = if fate.delivered { "was delivered" } else { "has expired" };
                let (who, words) = (self.name(fate.sender), self.message(fate.message));
                format!("{who} is told that \"{words}\" {what}")
            }
            Observation::ContactRemoved { owner, contact, .. } => {
                format!("{} lists {} no more", self.name(owner), self.name(contact))
            }
            Observation::Conversation { user, peer, turn } => {
                let turn = match turn {
                    ConversationTurn::Opened => "opens",
                    ConversationTurn::Closed => "closes",
                    ConversationTurn::Reopened => "reopens",
                };
                format!("{} {turn} the conversation with {}", self.name(user), self.name(peer))
            }
            Observation::LeftGroup { host, member } => {
                format!("{} leaves the group of {}", self.name(member), self.name(host))
            }
            Observation::Found { user, contact, users, reason, .. } => match reason {
                None => {
                    let (user, contact) = (self.name(user), self.name(contact));
                    match users {
                        1 => format!("{user} finds {contact}"),
                        more => format!("{user} finds {contact} among {more} users"),
                    }
                }
                Some(reason) => {
                    format!("{} does not find {}: {reason}", self.name(user), self.name(contact))
                }
            },
            Observation::Blocked { owner, other, on, .. } => {
                let verb = if on { "blocks" } else { "unblocks" };
                format!("{} {verb} {}", self.name(owner), self.name(other))
            }
            Observation::ServerSession { operator, peer, turn, agreed, .. } => {
                let (who, peer) = (self.operator(operator), self.operator(peer));
                match (turn, agreed) {
                    (SessionTurn::SetUp, Some(Agreed { version, services })) => {
                        let services: Vec<&str> = services.words().collect();
                        let services = services.join(", ");
                        format!(
                            "{who} has a session with {peer} in version 1.{version} for {services}"
                        )
                    }
                    (SessionTurn::SetUp | SessionTurn::Lost, _) => {
                        format!("{who} loses the session with {peer}")
                    }
                    (SessionTurn::Failed, _) => format!("{who} finds no session with {peer}"),
                }
            }
            Observation::Commanded { .. } => return None,
            // Told by `observe`, for they are several facts.
            Observation::ContactAdded { .. }
            | Observation::ListShown { .. }
            | Observation::Transferred { .. } => return None,
            // No claims are made about them.
            Observation::Rerouted { .. }
            | Observation::Decided { .. }
            | Observation::Sms { .. }
            | Observation::Routed { .. }
            | Observation::StationQueued(_)
            | Observation::StationStarted { .. }
            | Observation::StationLeft { .. }
            | Observation::StationRefused(_)
            | Observation::StationOther(_)
            | Observation::StationPlanned { .. }
            | Observation::CameIn { .. }
            | Observation::Stray { .. }
            | Observation::AgreementRefused { .. }
            | Observation::PresenceChanged { .. }
            | Observation::PresenceOwed { .. }
            | Observation::Notified { .. }
            | Observation::Exchanged { .. }
            | Observation::Unasked { .. }
            | Observation::PresenceShown { .. }
            | Observation::ReplyNumbersInUse { .. }
            | Observation::ReplyNumberRefused { .. }
            | Observation::ContactMeant { .. }
            | Observation::WatcherAsked { .. }
            | Observation::GrantOwed(_) => return None,
        })
    }
}

impl Observer for Facts {
    fn observe(&mut self, now: Instant, observation: &Observation<'_>) {
        match *observation {
            Observation::ContactAdded { owner, contact, kind, from, to, presence, .. } => {
                self.listed.extend(presence.map(|presence| (contact, presence.clone())));
                // How an IM user looks comes by subscription.
                let seen = presence.map_or(Seen::Offline, Seen::Legacy);
                let entry = entry(&self.names.plan, from, contact, seen);
                let groups = groups_reach(&self.names.plan, from, contact);
                let mut facts = shown(&entry, presence, groups);
                // The UID that home has made of the number, and answered with (UC-1a).
                if kind == ContactKind::SmsHome {
                    let plan = &self.names.plan;
                    let domain = &plan.federation.operator(to).domain;
                    let uid = number_uid(plan.numbers.msisdn(contact), domain);
                    facts.push(format!("knows {{}} as {uid}"));
                }
                self.see(now, owner, contact, facts);
            }
            Observation::ListShown { watcher, operator, contacts } => {
                for Listed { who, state } in contacts {
                    let facts = self.listed(operator, *who, *state);
                    self.see(now, watcher, *who, facts);
                }
            }
            Observation::PresenceShown {
                watcher: Some(watcher),
                publisher,
                news,
                to,
                at: Some(_),
                ..
            } => {
                let facts = self.told(to, publisher, news);
                self.see(now, watcher, publisher, facts);
            }
            _ => {
                let facts = self.crossed(observation).into_iter().flatten().flatten();
                let fact = self.fact(observation);
                self.seen.extend(facts.chain(fact).map(|fact| (now, fact)));
            }
        }
    }
}

/// The facts of all shards in the order of time, every message with its words.
pub(super) fn merged(parts: Vec<Facts>) -> Vec<Fact> {
    let words: BTreeMap<String, String> = parts
        .iter()
        .flat_map(|part| {
            part.words.iter().map(|(id, words)| (part.placeholder(*id), words.clone()))
        })
        .collect();
    let mut all: Vec<Fact> = parts.into_iter().flat_map(|part| part.seen).collect();
    all.sort_by_key(|(at, _)| *at);
    for (_, fact) in &mut all {
        if let (Some(from), Some(to)) = (fact.find("\"{"), fact.find("}\"")) {
            let held = fact[from + 1..=to].to_owned();
            if let Some(words) = words.get(&held) {
                *fact = fact.replace(&held, words);
            }
        }
    }
    all
}

/// What the client of a user tells of the legacy service (IM-0060).
pub(in crate::proof) fn notice(plan: &Plan, user: SubscriberId, kind: NoticeKind) -> &str {
    let operator = plan.population.operator(user);
    let imsp = plan.federation.operator(operator).imsp.as_ref();
    imsp.map_or("", |imsp| imsp.legacy.notices.text(kind))
}

/// Whether messages to groups go from an operator to somebody: else no client offers them.
pub(in crate::proof) fn groups_reach(
    plan: &Plan,
    operator: OperatorId,
    contact: SubscriberId,
) -> bool {
    let home = plan.population.operator(contact);
    home == operator || plan.routing.way(Carriage::Groups, operator, home).is_some()
}

/// What a client shows of a contact (CR16-6, IM-0070 to IM-0140, RD-8); `groups`: whether groups reach them.
pub(in crate::proof) fn shown(
    entry: &Entry,
    presence: Option<&Presence>,
    groups: bool,
) -> Vec<String> {
    let mut facts = vec![format!("keeps {{}} among {}", entry.group)];
    facts.extend(entry.details.iter().map(|detail| format!("sees the {detail} of {{}}")));
    let Some(presence) = presence else {
        let mark = if entry.marked { "lists {} as SMS-only" } else { "lists {} as IM user" };
        facts.push(mark.to_owned());
        facts.extend(groups.then(|| "may invite {} to groups".to_owned()));
        return facts;
    };
    let mark = if entry.marked { "lists {} as SMS-only" } else { "lists {} unmarked" };
    let online = presence.online_status.as_ref().and_then(|status| status.value);
    let online = if online == Some(true) { "sees {} online" } else { "sees {} offline" };
    facts.extend([mark, online].map(str::to_owned));
    if let Some(client) = presence.online_status.as_ref().and_then(|status| status.client.as_ref())
    {
        facts.push(match client {
            ClientId::Number(number) => format!("shows {{}} by client {number}"),
            ClientId::Url(_) => "shows {} by client URL".to_owned(),
        });
    }
    // Where the two are not to be told apart, a text that tells them apart is not shown (IM-0070).
    let text = presence.status_text.as_ref().filter(|_| entry.marked || !presence.is_legacy());
    let text = text.and_then(|text| text.value.as_deref());
    facts.extend(text.map(|text| format!("reads \"{text}\" of {{}}")));
    facts
}
