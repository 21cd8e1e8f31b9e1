//! What all nodes share and never change: settings, population, contact graph, ways, the numbers of
//! the queueing parts. Assembled once by `run`.

use std::sync::Arc;

use super::routing::{Carriage, Routing};
use crate::domain::client::ClientSizes;
use crate::domain::federation::{
    Agreement, Event, Federation, Legacy, LegacyPresence, Outage, Protocol, TimedEvent,
};
use crate::domain::graph::ContactGraph;
use crate::domain::id::{AgreementId, OperatorId, SubscriberId};
use crate::domain::imps::ImpsVersion;
use crate::domain::lengths::{Lengths, SmsLengths};
use crate::domain::memberships::Memberships;
use crate::domain::number::NumberingPlan;
use crate::domain::outcome::{Defect, PresenceScope, Reason, Route};
use crate::domain::population::Population;
use crate::domain::presence::{self, Presence};
use crate::domain::session::{Step, Talk};
use crate::domain::stations::Stations;
use crate::domain::time::Instant;

/// The shared, unchanging part of a run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The topology with every default; of a later plan, as operators are then.
    pub federation: Federation,
    /// Who is where.
    pub population: Population,
    /// Their telephone numbers, and who serves a number.
    pub numbers: NumberingPlan,
    /// Who lists whom at the start.
    pub graph: Arc<ContactGraph>,
    /// Groups and their members.
    pub memberships: Arc<Memberships>,
    /// Which agreement leads where.
    pub(crate) routing: Routing,
    /// The queueing parts.
    pub(crate) stations: Stations,
    /// Bytes of crossings, by agreement, then by sending side.
    pub(crate) sizes: Vec<[TransferSizes; 2]>,
    /// What clients and their servers exchange, by operator.
    pub(crate) clients: Vec<ClientSizes>,
    /// A deliberate fault, for conformance alone.
    pub(crate) defect: Option<Defect>,
    /// What holds later: the same plan with other ways and IMSPs, from these instants on.
    pub(crate) later: Vec<(Instant, Arc<Plan>)>,
}

/// Bytes of crossings of one side of an agreement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TransferSizes {
    /// An instant message, without its text.
    pub(crate) message: u32,
    /// Whether the bytes of the text come on top (no fixed size was set).
    pub(crate) message_adds_text: bool,
    /// A presence notification, by what it says; for a whole domain.
    pub(crate) presence: Lengths,
    /// One watcher whom it names.
    pub(crate) presence_watcher: u32,
    /// The answer to a subscription, without contacts.
    pub(crate) state: u32,
    /// Each contact in it, by what it says of them.
    pub(crate) state_contact: Lengths,
    /// A subscription of one contact.
    pub(crate) subscribe: u32,
    /// Each further contact of a list subscription.
    pub(crate) subscribe_contact: u32,
    /// The refresh or the end of a subscription, for one contact.
    pub(crate) again: u32,
    /// Each further contact in that.
    pub(crate) again_contact: u32,
    /// A validation request.
    pub(crate) validate: u32,
    /// A contact request.
    pub(crate) contact: u32,
    /// The answer to a contact request or an invitation, in the order of `Consent`.
    pub(crate) contact_answer: [u32; 3],
    /// An acknowledgement, or the frame of any other answer.
    pub(crate) answer: u32,
    /// The answer to a validation: UID and presence of a legacy customer, offline or online.
    pub(crate) validated: [u32; 2],
    /// A short message, by segments and text.
    pub(crate) sms: SmsLengths,
    /// An HLR query.
    pub(crate) query: u32,
    /// Its answer: the phone is absent, or attached.
    pub(crate) located: [u32; 2],
    /// What has become of a short message that reached its phone.
    pub(crate) delivered: u32,
    /// A short message that did not comes back.
    pub(crate) failed: u32,
    /// A phone is back.
    pub(crate) alert: u32,
    /// What is said of the session.
    pub(crate) session: TalkSizes,
}

/// Bytes of what a side says of the session, as question and as answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TalkSizes {
    /// SendSecretToken.
    pub(crate) token: [u32; 2],
    /// LoginRequest.
    pub(crate) login: [u32; 2],
    /// LoginResponse.
    pub(crate) services: [u32; 2],
    /// KeepAliveRequest, and the Status that answers it.
    pub(crate) keep_alive: [u32; 2],
}

impl TalkSizes {
    /// Bytes of something said.
    pub(crate) fn of(&self, talk: Talk) -> u32 {
        let of = match talk.step {
            Step::Token { .. } => self.token,
            Step::Login { .. } => self.login,
            Step::Services(_) => self.services,
            Step::KeepAlive => self.keep_alive,
        };
        of[usize::from(talk.answer)]
    }
}

impl Plan {
    /// Whether the home IMSP of a legacy customer serves it towards the operator `from`: it
    /// registers its legacy customers, and `from` can reach them there by number (KIND-2).
    /// Otherwise they are KIND-3 to `from`.
    pub(crate) fn serves_legacy(&self, home: OperatorId, from: OperatorId) -> bool {
        let registers = self
            .federation
            .operator(home)
            .imsp
            .as_ref()
            .is_some_and(|imsp| imsp.legacy.register_on_contact);
        if home == from {
            return registers;
        }
        registers && self.addresses(from, home).is_some_and(|(e164, _)| e164)
    }

    /// Whether short messages lead from the IM users of `from` to a legacy customer of `home` at all.
    pub(crate) fn sms_reaches(&self, from: OperatorId, home: OperatorId) -> bool {
        let has_smsc = |operator| self.federation.operator(operator).smsc.is_some();
        match home == from || self.serves_legacy(home, from) {
            true => has_smsc(home),
            false => has_smsc(from) && self.routing.way(Carriage::Sms, from, home).is_some(),
        }
    }

    /// Whether legacy customers of `home` can look different from one time to the next to the users of
    /// `from`: their phones say how (HLR-1), or they themselves (HLR-2).
    pub(crate) fn legacy_looks_change(&self, home: OperatorId, from: OperatorId) -> bool {
        let imsp = self.federation.operator(home).imsp.as_ref();
        let change =
            |legacy: &Legacy| legacy.sms_commands || legacy.presence == LegacyPresence::Hlr;
        imsp.is_some_and(|imsp| change(&imsp.legacy)) && self.serves_legacy(home, from)
    }

    /// Whether numbers and UIDs name users all the way from one operator to another (RD-3); `None` where
    /// there is no way.
    pub(crate) fn addresses(&self, from: OperatorId, to: OperatorId) -> Option<(bool, bool)> {
        let legs = self.routing.legs(Carriage::Messaging, from, to);
        let all = self.has(Defect::AddressingIgnored);
        let legs = legs.map(|leg| self.federation.agreement(leg));
        let legs = legs.map(|leg| (leg.e164 || all, leg.uid || all));
        legs.reduce(|all, leg| (all.0 && leg.0, all.1 && leg.1))
    }

    /// How a message of `sender` to `recipient` travels when nothing stands in its way.
    pub(crate) fn route(&self, sender: SubscriberId, recipient: SubscriberId) -> Route {
        let population = &self.population;
        let (from, to) = (population.operator(sender), population.operator(recipient));
        self.route_between(from, to, population.is_im(recipient))
    }

    /// How a message from a user of one operator to a subscriber of another, `im` user or legacy
    /// customer, travels when nothing stands in its way.
    pub(crate) fn route_between(&self, from: OperatorId, to: OperatorId, im: bool) -> Route {
        if from == to {
            return if im { Route::OnNet } else { Route::SmsOwn };
        }
        match self.routing.way(Carriage::Messaging, from, to) {
            Some(way) if im && way.hubs == 0 => Route::Interworked,
            Some(_) if im => Route::Hub,
            Some(_) if self.serves_legacy(to, from) => Route::SmsHome,
            _ => Route::SmsDirect,
        }
    }

    /// Whether the operator `to` was told that somebody is an IM user when agreements and contact
    /// lists began: its own it knows, partners tell who theirs are, and whoever is on the list of a
    /// user of `to` at the start was put there as what they are.
    pub(crate) fn told_as_im(&self, to: OperatorId, somebody: SubscriberId) -> bool {
        let home = self.population.operator(somebody);
        let im = somebody.0 - self.population.base(home) < self.population.im_users(home);
        let way = |carriage| self.routing.way(carriage, to, home).is_some();
        im && (home == to
            || way(Carriage::Messaging)
            || way(Carriage::Presence)
            || self.is_listed_by(to, somebody))
    }

    /// Whether somebody is on the list of a user of an operator at the start.
    fn is_listed_by(&self, operator: OperatorId, somebody: SubscriberId) -> bool {
        let users = self.population.range(operator);
        let watchers = self.graph.watchers(somebody);
        let first = watchers.partition_point(|watcher| watcher.0 < users.start);
        watchers.get(first).is_some_and(|watcher| watcher.0 < users.end)
    }

    /// Whether anything that crosses an agreement can be lost or very late: a request over it may not
    /// be answered.
    pub(crate) fn can_fail(&self, agreement: AgreementId) -> bool {
        let terms = self.federation.agreement(agreement);
        let fails = |event: &TimedEvent| match &event.event {
            Event::Outage { outage: Outage::Link { between: [a, b], .. }, .. } => {
                terms.side(*a).is_some() && terms.side(*b).is_some()
            }
            Event::Outage { outage: Outage::Part(_), .. }
            | Event::Upgrade { .. }
            | Event::Lapse { .. }
            | Event::BecomesImsp { .. }
            | Event::Agree(_) => false,
        };
        terms.link.loss > 0.0 || self.federation.timeline.iter().any(fails)
    }

    /// Whether the model has this deliberate fault.
    pub(crate) fn has(&self, defect: Defect) -> bool {
        self.defect == Some(defect)
    }

    /// Why nothing leads from one operator to another: an agreement on the way does not carry it (RD-7),
    /// or there is none (RD-1).
    pub(crate) fn why_no_way(&self, from: OperatorId, to: OperatorId) -> Reason {
        let theirs = |a: &&Agreement| a.side(from).is_some() && a.side(to).is_some();
        match self.routing.joined(from, to) || self.federation.agreements.iter().any(|a| theirs(&a))
        {
            true => Reason::FeatureNotCarried,
            false if self.has(Defect::ReasonMixed) => Reason::FeatureNotCarried,
            false => Reason::NoRoute,
        }
    }

    /// What a legacy customer looks like on the contact lists of the operator `from` (CR16-2 to
    /// CR16-5), as that operator says of all of them, or as is `known` of this one: whether home has
    /// registered a customer nobody can tell (OMTP IM-0090). Online for ever unless it says otherwise,
    /// until better is known (OMTP IM-0010, UC-1b, HLR-3).
    pub(crate) fn legacy_presence(
        &self,
        customer: SubscriberId,
        from: OperatorId,
        known: Option<bool>,
    ) -> Presence {
        let home = self.population.operator(customer);
        let served = self.serves_legacy(home, from);
        let legacy = self.federation.operator(from).imsp.as_ref().map(|imsp| &imsp.legacy);
        let online = known.unwrap_or_else(|| self.legacy_is_online(from));
        let status_text = legacy.map_or("", |legacy| legacy.status_text.as_str());
        let status_text = match (self.defect, served) {
            (Some(Defect::KindRevealed), false) => "not registered",
            (Some(Defect::StatusTextFixed), _) => "SMS-only",
            _ => status_text,
        };
        let number = self.numbers.msisdn(customer);
        let mut shown =
            presence::legacy(number, online, status_text, self.names_clients(from, from));
        if let Some(defect) = self.defect {
            shown.spoil(defect);
        }
        shown
    }

    /// Whether presence says to the users of the operator `to` whose client it is of, when somebody of
    /// `from` shows it: every version of IMPS on the way does (CR16 16.3), and no other protocol.
    pub(crate) fn names_clients(&self, from: OperatorId, to: OperatorId) -> bool {
        let federation = &self.federation;
        let ends = [from, to].map(|end| federation.operator(end).imps_version());
        let names = |version: ImpsVersion| self.version_names_clients(version);
        let mut legs = self.routing.legs(Carriage::Presence, from, to);
        ends.into_iter().all(names)
            && legs.all(|leg| {
                let leg = federation.agreement(leg);
                leg.protocol == Protocol::Ssp && names(federation.imps_version(leg))
            })
    }

    /// Whether a version of IMPS names clients.
    pub(crate) fn version_names_clients(&self, version: ImpsVersion) -> bool {
        version.names_clients() || self.has(Defect::ClientIdEarly)
    }

    /// Whether legacy customers of whom nothing better is known look online to the users of an operator.
    pub(crate) fn legacy_is_online(&self, from: OperatorId) -> bool {
        let imsp = self.federation.operator(from).imsp.as_ref();
        let says = imsp.map_or(LegacyPresence::Online, |imsp| imsp.legacy.presence);
        let offline = says == LegacyPresence::Offline && !self.has(Defect::OnlineAlways);
        !offline && !self.has(Defect::OfflineByDefault)
    }

    /// How presence travels between two operators that have a way for it.
    pub(crate) fn presence_scope(&self, from: OperatorId, to: OperatorId) -> PresenceScope {
        if from == to {
            return PresenceScope::OnNet;
        }
        match self.routing.way(Carriage::Presence, from, to) {
            Some(way) if way.hubs > 0 => PresenceScope::Hub,
            _ => PresenceScope::Interworked,
        }
    }
}
