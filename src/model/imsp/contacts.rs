//! Contacts added during the run (OMTP use cases 1a and 1b, RD-3): validation of numbers,
//! pre-registration of legacy customers, requests to IM users, and the lists that grow by them.

use rustc_hash::FxHashMap;

use super::sessions::subscribe_one;
use super::{Imsp, Open, Wanted};
use crate::domain::client::Act;
use crate::domain::crossing::{Addition, Consent, Listed, Request, SubscriptionAct};
use crate::domain::id::{OperatorId, Role, SubscriberId};
use crate::domain::observation::{Carried, Decision, Observation};
use crate::domain::outcome::{ContactKind, Defect, Reason};
use crate::domain::status::Status;
use crate::model::context::Context;
use crate::model::crossing::Content;
use crate::model::gateway::Gateway;
use crate::model::outbox::{Asked, ContactRequest, Input, Job};
use crate::model::plan::Plan;
use crate::model::routing::Carriage;

/// What the run has added to the contact graph, as far as this IMSP knows.
#[derive(Debug, Default)]
pub(super) struct Added {
    contacts: FxHashMap<SubscriberId, Vec<SubscriberId>>,
    /// Of own publishers, everybody; of publishers elsewhere, the watchers here. With each:
    /// whether its subscription stands.
    watchers: FxHashMap<SubscriberId, Vec<(SubscriberId, bool)>>,
}

impl Added {
    pub(super) fn contacts(&self, owner: SubscriberId) -> &[SubscriberId] {
        self.contacts.get(&owner).map_or(&[], Vec::as_slice)
    }

    pub(super) fn watchers(&self, publisher: SubscriberId) -> &[(SubscriberId, bool)] {
        self.watchers.get(&publisher).map_or(&[], Vec::as_slice)
    }

    /// One subscription begins or ends.
    pub(super) fn subscribe(&mut self, publisher: SubscriberId, watcher: SubscriberId, on: bool) {
        let list = self.watchers.get_mut(&publisher);
        if let Some(entry) = list.and_then(|list| list.iter_mut().find(|w| w.0 == watcher)) {
            entry.1 = on;
        }
    }
}

impl Imsp {
    /// A user takes a contact off the list: nothing of them is shown any more, and their home hears of
    /// it, which ends what is subscribed to.
    pub(super) fn remove_contact(
        &mut self,
        owner: SubscriberId,
        contact: SubscriberId,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        if !self.contacts(owner, cx.plan).any(|listed| listed == contact) {
            return self.tell(owner, Carried::Contact(owner, contact), Status::NotFound, cx);
        }
        let home = cx.plan.population.operator(contact);
        let way = cx.plan.routing.way(Carriage::Messaging, cx.operator, home);
        let untold = cx.plan.has(Defect::RemovalUntold);
        if home == cx.operator {
            self.hidden.remove(contact, owner);
        } else if way.is_some() && !untold {
            subscribe_one(home, owner, contact, SubscriptionAct::Remove, gateway, cx);
        } else if self.logged_in(owner) && self.follows(contact, home, cx) {
            subscribe_one(home, owner, contact, SubscriptionAct::End, gateway, cx);
        }
        if !cx.plan.has(Defect::RemovalIgnored) {
            self.removed.insert(owner, contact);
        }
        cx.observe(Observation::ContactRemoved { owner, contact, operator: cx.operator });
    }

    /// A user elsewhere has taken somebody here off the list: what was said of them is forgotten, and
    /// nobody is asked about them, until they ask again.
    pub(super) fn removed_elsewhere(
        &mut self,
        owner: SubscriberId,
        contact: SubscriberId,
        cx: &Context<'_>,
    ) {
        if self.watches(owner, contact, cx) {
            self.removed.insert(owner, contact);
            self.hidden.remove(contact, owner);
        }
    }

    /// Whether a user has taken somebody off the list, where one of the two is served here.
    pub(crate) fn has_removed(&self, owner: SubscriberId, contact: SubscriberId) -> bool {
        self.removed.contains(owner, contact)
    }

    /// Contacts that a user has added during the run.
    pub(crate) fn added_contacts(&self, owner: SubscriberId) -> &[SubscriberId] {
        self.added.contacts(owner)
    }

    /// A user adds a contact.
    pub(super) fn add_contact(
        &mut self,
        request: ContactRequest,
        by_number: bool,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let contact = request.contact;
        // A number leads to whoever serves it, a UID to its domain.
        let home = match by_number {
            true => cx.plan.numbers.server(cx.plan.numbers.msisdn(contact)),
            false => Some(cx.plan.population.operator(contact)),
        };
        let Some(home) = home else {
            return self.contact_refused(request, Reason::NoRoute, cx);
        };
        let im = self.knows_as_im(contact, cx);
        // Who is on the list already is shown as before, and not asked again.
        if im && self.lists(request.owner, contact, cx) {
            return;
        }
        if home == cx.operator {
            if im || !by_number {
                self.decide_contact(request, Decision::Ask(home), cx);
                return self.ask_client(request, gateway, cx);
            }
            return self.validate_here(request, gateway, cx);
        }
        let Some((e164, uid)) = cx.plan.addresses(cx.operator, home) else {
            // No IM, or none that interworks (use case 1b): the number is enough. A UID is an IM user's.
            return match by_number {
                true => self.list_direct(request, home, None, cx),
                false => {
                    let reason = cx.plan.why_no_way(cx.operator, home);
                    self.contact_refused(request, reason, cx);
                }
            };
        };
        if !im && by_number {
            // Legacy customers have no UID that people know (use case 1a). Whether an account is made for
            // them is for their home to say, which learns who is to be told of an upgrade (use case 3).
            if cx.plan.has(Defect::ValidationSkipped) {
                let kind = legacy_kind(cx.plan, home, cx.operator);
                self.contact_added(request, kind, None, cx);
            } else if e164 {
                self.decide_contact(request, Decision::Validate(home), cx);
                let addition = self.ask_elsewhere(request);
                gateway.send(home, Content::Validate(addition), cx);
            } else {
                self.list_direct(request, home, Some(Reason::Addressing), cx);
            }
        } else if if by_number { e164 } else { uid } {
            self.decide_contact(request, Decision::Ask(home), cx);
            let addition = self.ask_elsewhere(request);
            gateway.send(home, Content::Contact(addition), cx);
        } else {
            self.contact_refused(request, Reason::Addressing, cx);
        }
    }

    /// A number that short messages alone lead to goes on the list, if they do; why it is to be refused else
    /// may be known.
    fn list_direct(
        &mut self,
        request: ContactRequest,
        home: OperatorId,
        why: Option<Reason>,
        cx: &mut Context<'_>,
    ) {
        if self.may_convert(home, cx) {
            self.decide_contact(request, Decision::NumberAlone(home), cx);
            self.contact_added(request, ContactKind::SmsDirect, None, cx);
        } else {
            let reason = why.unwrap_or_else(|| cx.plan.why_no_way(cx.operator, home));
            self.contact_refused(request, reason, cx);
        }
    }

    /// Other ways lead to other operators from now on: who was listed by a number that nobody served on
    /// IM is validated where somebody does now (use case 3).
    pub(crate) fn partners_changed(
        &mut self,
        before: &Plan,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let plan = cx.plan;
        let numbered =
            |plan: &Plan, home| plan.addresses(cx.operator, home).is_some_and(|(e164, _)| e164);
        let mut listed: Vec<(SubscriberId, SubscriberId)> = Vec::new();
        if plan.has(Defect::ListedUnvalidated) {
            return;
        }
        for (owner, contacts) in &self.added.contacts {
            let new = contacts.iter().filter(|contact| {
                let home = plan.population.operator(**contact);
                numbered(plan, home)
                    && !numbered(before, home)
                    // Nothing is left to learn of whoever is known on IM.
                    && !self.directory.is_im(**contact, cx.operator, plan)
                    && !self.has_removed(*owner, **contact)
            });
            listed.extend(new.map(|contact| (*owner, *contact)));
        }
        listed.sort_unstable();
        for (owner, contact) in listed {
            let request = ContactRequest { owner, contact, asked: Asked::Listed };
            let home = plan.population.operator(contact);
            self.decide_contact(request, Decision::Validate(home), cx);
            let addition = self.ask_elsewhere(request);
            gateway.send(home, Content::Validate(addition), cx);
        }
    }

    /// A number that another operator takes for a legacy customer's is to be validated: the account
    /// exists once, however many contacts add it (use case 1a). Who has become an IM user meanwhile
    /// is asked like any other (use case 3).
    pub(super) fn validate(
        &mut self,
        request: ContactRequest,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let asked = !cx.plan.has(Defect::UpgradeUnlearned);
        if asked && self.im.get(self.index(request.contact)) {
            return self.ask_client(request, gateway, cx);
        }
        self.validate_here(request, gateway, cx);
    }

    /// A legacy customer here gets an account and goes on a list, if anything reaches them.
    fn validate_here(
        &mut self,
        request: ContactRequest,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        if !cx.plan.sms_reaches(cx.operator, cx.operator) {
            return self.contact_refused(request, Reason::NoSmsc, cx);
        }
        self.register(request.contact, Some(request.owner), cx);
        self.list_legacy(request, gateway, cx);
    }

    /// A legacy customer here goes on a list with what is known of them now; if the HLR has been asked
    /// and has not told yet, as soon as it has.
    pub(super) fn list_legacy(
        &mut self,
        request: ContactRequest,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let ContactRequest { owner, contact, .. } = request;
        if let Some(waiting) = self.unheard.get_mut(&contact) {
            return waiting.push(request);
        }
        self.watched_by(contact, owner, cx);
        let online = self.known.get(&contact).copied();
        let online = online.filter(|_| !cx.plan.has(Defect::StateForgotten));
        match addition(request) {
            Some(addition) => {
                self.decide_contact(request, Decision::Valid { online }, cx);
                let from = cx.plan.population.operator(owner);
                gateway.send(from, Content::Validated { request: addition, online }, cx);
            }
            None => {
                let kind = legacy_kind(cx.plan, cx.operator, cx.operator);
                self.contact_added(request, kind, online, cx);
            }
        }
    }

    /// The home of a legacy customer has validated the number.
    pub(super) fn validated(
        &mut self,
        request: ContactRequest,
        online: Option<bool>,
        cx: &mut Context<'_>,
    ) {
        let Some(request) = self.answered(request, cx) else { return };
        let home = cx.plan.population.operator(request.contact);
        if let Some(online) = online {
            self.directory.looks(request.contact, online);
        }
        self.contact_added(request, legacy_kind(cx.plan, home, cx.operator), online, cx);
    }

    /// Lets the observer see what becomes of a request.
    fn decide_contact(&self, request: ContactRequest, decision: Decision, cx: &mut Context<'_>) {
        cx.decide(Carried::Contact(request.owner, request.contact), decision);
    }

    /// A request that another operator is to answer: open until it does.
    fn ask_elsewhere(&mut self, request: ContactRequest) -> Addition {
        let ContactRequest { owner, contact, asked } = request;
        let transaction =
            self.open.open(Open { user: owner, contact, wanted: Wanted::Contact(asked) });
        Addition { owner, contact, transaction }
    }

    /// The request that an answer is for, as it was meant here; nothing if nobody awaits it.
    pub(super) fn answered(
        &mut self,
        request: ContactRequest,
        cx: &mut Context<'_>,
    ) -> Option<ContactRequest> {
        let ContactRequest { owner, contact, asked } = request;
        let (here, transaction) = match asked {
            Asked::Elsewhere(transaction) => {
                (cx.plan.population.operator(contact) == cx.operator, transaction)
            }
            Asked::Here(_) | Asked::Listed => return Some(request),
        };
        if here {
            return Some(request);
        }
        let of = |open: &Open| {
            (open.user, open.contact) == (owner, contact)
                && matches!(open.wanted, Wanted::Contact(_))
        };
        let Some(Open { wanted: Wanted::Contact(asked), .. }) = self.open.close(transaction, of)
        else {
            cx.stray();
            return None;
        };
        Some(ContactRequest { owner, contact, asked })
    }

    /// Whether a user of this IMSP lists somebody.
    fn lists(&self, owner: SubscriberId, contact: SubscriberId, cx: &Context<'_>) -> bool {
        if self.has_removed(owner, contact) {
            return false;
        }
        let from_start = cx.plan.graph.watchers(contact).binary_search(&owner).is_ok();
        from_start || self.added.contacts(owner).contains(&contact)
    }

    /// Somebody lists a customer here from now on, and is told what is new about them.
    fn watched_by(&mut self, customer: SubscriberId, watcher: SubscriberId, cx: &Context<'_>) {
        self.removed.remove(watcher, customer);
        self.added_by(customer, watcher, true, cx);
        self.set_subscribed(customer, watcher, true, cx);
    }

    /// A publisher has one more watcher, unless the graph has them already.
    fn added_by(
        &mut self,
        publisher: SubscriberId,
        watcher: SubscriberId,
        subscribed: bool,
        cx: &Context<'_>,
    ) {
        if cx.plan.graph.watchers(publisher).binary_search(&watcher).is_err() {
            let watchers = self.added.watchers.entry(publisher).or_default();
            if !watchers.iter().any(|&(known, _)| known == watcher) {
                watchers.push((watcher, subscribed));
            }
        }
    }

    /// A contact request for an IM user here: to the client, at the latest at the next login.
    pub(super) fn ask_client(
        &mut self,
        request: ContactRequest,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        if !self.im.get(self.index(request.contact)) || self.has_lapsed(request.contact, cx) {
            // Nobody has this UID, as far as people know: a legacy customer is added by number.
            if !cx.plan.has(Defect::UnknownSilent) {
                self.contact_answered(request, Consent::Unknown, gateway, cx);
            }
        } else if self.declines(request, cx) {
            // Declined without a question; the blocked user need not know why (CR16-1).
            self.contact_answered(request, Consent::Declined, gateway, cx);
        } else if cx.plan.has(Defect::ContactUnasked) {
            self.contact_answered(request, Consent::Given, gateway, cx);
        } else if self.logged_in(request.contact) {
            let at = self.reaches(request.contact, cx);
            cx.exchange(request.contact, Act::AskContact, 0);
            cx.at(at, Role::Imsp, Input::AskedForContact(request));
        } else {
            self.asked.entry(request.contact).or_default().push(request);
        }
    }

    /// The answer to a contact request, on its way from the contact to the owner of the list.
    pub(super) fn contact_answered(
        &mut self,
        request: ContactRequest,
        answer: Consent,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let Some(request) = self.answered(request, cx) else { return };
        let answer = match answer {
            Consent::Declined if cx.plan.has(Defect::DeclinedListed) => Consent::Given,
            answer => answer,
        };
        let accepted = answer == Consent::Given;
        let ContactRequest { owner, contact, .. } = request;
        let from = cx.plan.population.operator(owner);
        let home = cx.plan.population.operator(contact);
        if home != cx.operator && accepted {
            // Only an IM user is asked: whoever was taken for a legacy customer is one now (use case 3).
            self.directory.learn(contact, true, cx.operator, cx.plan);
        }
        let im = self.knows_as_im(contact, cx);
        if home == cx.operator && accepted && im {
            let here = from == cx.operator && self.logged_in(owner);
            self.removed.remove(owner, contact);
            // Whoever accepts lets the other see, whatever was said before.
            self.hidden.remove(contact, owner);
            self.added_by(contact, owner, here, cx);
        }
        let asked = !cx.plan.has(Defect::AcceptorUnasked);
        if home == cx.operator && accepted && im && asked && !self.lists(contact, owner, cx) {
            // Whoever accepts is asked to add the other as well, and does (RD-4).
            let asked = Asked::Here(cx.now);
            let request = ContactRequest { owner: contact, contact: owner, asked };
            // By whatever address the two operators have in common.
            let by_number = cx.plan.addresses(home, from).is_some_and(|(_, uid)| !uid);
            cx.out.now(Input::Request(Job::AddContact { request, by_number }));
        }
        if let Some(request) = addition(request) {
            gateway.send(from, Content::ContactAnswer { request, answer }, cx);
        } else if answer == Consent::Unknown {
            self.contact_refused(request, Reason::UnknownUser, cx);
        } else if answer == Consent::Declined {
            self.contact_refused(request, Reason::Declined, cx);
        } else {
            self.contact_added(request, ContactKind::Im, None, cx);
            if home != cx.operator {
                self.watch_elsewhere(owner, contact, home, gateway, cx);
            } else if self.logged_in(owner) {
                let state = self.state_for(owner, contact, cx);
                self.show_one(owner, home, Listed { who: contact, state }, cx);
            }
        }
    }

    fn watch_elsewhere(
        &mut self,
        owner: SubscriberId,
        contact: SubscriberId,
        home: OperatorId,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        self.added_by(contact, owner, true, cx);
        if self.logged_in(owner) {
            subscribe_one(home, owner, contact, SubscriptionAct::Begin, gateway, cx);
            self.begin_refresh(owner, contact, home, cx);
        }
    }

    /// The contact is on the list; the client is told.
    fn contact_added(
        &mut self,
        request: ContactRequest,
        kind: ContactKind,
        online: Option<bool>,
        cx: &mut Context<'_>,
    ) {
        self.removed.remove(request.owner, request.contact);
        let listed = cx.plan.graph.contacts(request.owner).contains(&request.contact);
        let list = self.added.contacts.entry(request.owner).or_default();
        if !listed && !list.contains(&request.contact) {
            list.push(request.contact);
        }
        let asked = match request.asked {
            Asked::Here(asked) => asked,
            Asked::Elsewhere(_) | Asked::Listed => return self.listed_anew(request, kind, cx),
        };
        // A validation is answered while the client waits; a person takes their time.
        let at = match kind {
            ContactKind::Im => self.reaches(request.owner, cx),
            ContactKind::SmsHome | ContactKind::SmsDirect => {
                cx.now + self.down.client(request.owner)
            }
        };
        let from = cx.operator;
        let to = cx.plan.population.operator(request.contact);
        let took = at.since(asked);
        let presence = match kind {
            ContactKind::Im => None,
            ContactKind::SmsHome | ContactKind::SmsDirect => {
                // The client shows the new contact with the attributes that came with it.
                let client = Some(cx.exchanged(request.owner, Act::Notify, 0));
                cx.observe(Observation::Notified { from: to, to: from, client });
                Some(cx.plan.legacy_presence(request.contact, from, online))
            }
        };
        let presence = presence.as_ref();
        let ContactRequest { owner, contact, .. } = request;
        cx.observe(Observation::ContactAdded {
            owner,
            contact,
            kind,
            from,
            to,
            took,
            at,
            presence,
        });
    }

    /// A contact who is on the list already turns out to be served on IM: the client is told, if it is
    /// there. How an IM user looks comes by subscription.
    fn listed_anew(&mut self, request: ContactRequest, kind: ContactKind, cx: &mut Context<'_>) {
        self.decide_contact(request, Decision::Kept, cx);
        let ContactRequest { owner, contact, .. } = request;
        if kind == ContactKind::Im || !self.logged_in(owner) {
            return;
        }
        let state = Some(self.legacy_state(contact, cx));
        let home = cx.plan.population.operator(contact);
        self.show_one(owner, home, Listed { who: contact, state }, cx);
    }

    pub(super) fn contact_refused(
        &mut self,
        request: ContactRequest,
        reason: Reason,
        cx: &mut Context<'_>,
    ) {
        let population = &cx.plan.population;
        let from = population.operator(request.owner);
        let to = population.operator(request.contact);
        let ContactRequest { owner, contact, asked } = request;
        // Nobody asked: the contact stays on the list as it was.
        if asked == Asked::Listed {
            return;
        }
        cx.observe(Observation::ContactRefused { owner, contact, from, to, reason });
        match asked {
            Asked::Elsewhere(transaction) => {
                cx.turn_down(owner, Request::Transaction(transaction), reason);
            }
            Asked::Here(_) | Asked::Listed => {
                self.tell_why(owner, Carried::Contact(owner, contact), reason, cx);
            }
        }
    }
}

/// A request of another operator, as its answer goes back there; nothing for one of a user here.
fn addition(ContactRequest { owner, contact, asked }: ContactRequest) -> Option<Addition> {
    match asked {
        Asked::Elsewhere(transaction) => Some(Addition { owner, contact, transaction }),
        Asked::Here(_) | Asked::Listed => None,
    }
}

/// What kind of legacy customer somebody of `home` is to the users of `from`.
fn legacy_kind(plan: &Plan, home: OperatorId, from: OperatorId) -> ContactKind {
    if plan.serves_legacy(home, from) { ContactKind::SmsHome } else { ContactKind::SmsDirect }
}
