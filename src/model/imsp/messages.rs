//! Where an instant message goes: own user, another operator, or SMS (OMTP use cases 2 and 4,
//! RD-6). The rule of the topology format's *Routing*.

use super::Imsp;
use crate::domain::client::Act;
use crate::domain::crossing::{Fate, ServedAs, ToGroup};
use crate::domain::federation::OfflineMessages;
use crate::domain::id::{OperatorId, Role};
use crate::domain::observation::{Carried, Decision, Observation, Stored};
use crate::domain::outcome::{Defect, Reason, Route, SmsOrigin, Stage};
use crate::domain::time::Instant;
use crate::model::context::Context;
use crate::model::crossing::{Content, Crossing};
use crate::model::gateway::{Gateway, Passed};
use crate::model::message::Message;
use crate::model::outbox::{Input, Job};
use crate::model::routing::Carriage;
use crate::model::smsc;
use crate::model::store::Slot;

impl Imsp {
    /// A message has had its service. `arrived` is when it came to this IMSP.
    pub(super) fn message(
        &mut self,
        slot: Slot,
        arrived: Instant,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        // IM over SMS: handed over by our own SMSC (UC-4a), or come in from another network (UC-4b).
        if cx.messages[slot].sms.is_some() {
            match self.conversation_of(slot, cx) {
                Ok(()) => {
                    cx.messages[slot].sms = None;
                    cx.messages[slot].by_sms = true;
                }
                Err(reason) => return cx.lose(slot, reason),
            }
        }
        let (operator, took) = (cx.operator, cx.now.since(arrived));
        cx.observe(Observation::Routed { operator, took });
        if cx.messages[slot].to == cx.operator {
            if cx.messages[slot].group == ToGroup::Post && !self.post(slot, cx) {
                return;
            }
            self.correct(slot, gateway, cx);
            self.deliver(slot, cx);
        } else if cx.messages[slot].group != ToGroup::No {
            self.send_on_to_group(slot, gateway, cx);
        } else {
            self.send_on(slot, gateway, cx);
        }
    }

    /// A message shows that its sender's operator takes the recipient for somebody of another kind: it is
    /// told (use case 3), and who wrote it knows before the next one.
    fn correct(&self, slot: Slot, gateway: &mut Gateway, cx: &mut Context<'_>) {
        let Message { sender, recipient, from, .. } = cx.messages[slot];
        // Answers by SMS and messages to groups take nobody for anybody; no way leads to oneself.
        let route = cx.messages[slot].journal.route;
        let taken_for_legacy = match (route.is_im(), route.is_sms()) {
            (true, _) => false,
            (_, true) => true,
            (false, false) => return,
        };
        let im = self.im.get(self.index(recipient));
        if taken_for_legacy == im && !cx.plan.has(Defect::MistakesUncorrected) {
            let served = ServedAs { owner: sender, contact: recipient, im };
            gateway.send(from, Content::ServedAs(served), cx);
        }
    }

    /// To a subscriber of this operator.
    pub(super) fn deliver(&mut self, slot: Slot, cx: &mut Context<'_>) {
        let recipient = cx.messages[slot].recipient;
        let Message { sender, from, by_sms, .. } = cx.messages[slot];
        if from != cx.operator && !by_sms {
            // Whoever writes IMs is an IM user (use case 3).
            self.directory.learn(sender, true, cx.operator, cx.plan);
        }
        if self.has_lapsed(recipient, cx) {
            return cx.refuse(slot, Reason::SubscriptionLapsed);
        }
        let passes = cx.plan.has(Defect::BlockedMessagePasses);
        if self.has_blocked(recipient, sender) && !passes {
            return cx.refuse(slot, Reason::Blocked);
        }
        if !self.im.get(self.index(recipient)) || cx.plan.has(Defect::ImAsSms) {
            // Meant for an IM user who has given it up.
            if cx.messages[slot].group != ToGroup::No {
                return cx.refuse(slot, Reason::LegacyCustomer);
            }
            cx.reroute(slot, cx.messages[slot].journal.route.converted());
            return self.convert(slot, cx);
        }
        if cx.plan.has(Defect::UpgradeDropsMessage) && !cx.plan.population.is_im(recipient) {
            return cx.lose(slot, Reason::Offline);
        }
        if cx.plan.has(Defect::AccessBound) && self.down.kind(recipient) != 0 {
            return cx.refuse(slot, Reason::NoRoute);
        }
        self.as_im(slot, cx);
        if by_sms && self.knows_as_im(sender, cx) {
            // An IM user who was away: shown, and answered, as one.
            cx.messages[slot].by_sms = false;
        }
        if self.logged_in(recipient) {
            self.decide(slot, Decision::Client, cx);
            self.hand_down(slot, cx);
        } else {
            match cx.settings().workload.sessions.offline {
                OfflineMessages::Store => {
                    self.decide(slot, Decision::Store, cx);
                    self.store(slot, cx);
                }
                OfflineMessages::Refuse => cx.refuse(slot, Reason::Offline),
                OfflineMessages::Sms if cx.messages[slot].group != ToGroup::No => {
                    cx.refuse(slot, Reason::Offline);
                }
                // What no SMS can carry waits for the next login.
                OfflineMessages::Sms if !self.converts(slot, cx) => {
                    self.decide(slot, Decision::Store, cx);
                    self.store(slot, cx);
                }
                OfflineMessages::Sms => {
                    cx.reroute(slot, cx.messages[slot].journal.route.converted());
                    self.convert(slot, cx);
                }
            }
        }
    }

    /// To the client of a user with a session.
    pub(super) fn hand_down(&mut self, slot: Slot, cx: &mut Context<'_>) {
        let Message { recipient, text, .. } = cx.messages[slot];
        let at = self.reaches(recipient, cx);
        cx.exchange(recipient, Act::Receive, text.bytes.into());
        cx.at(at, Role::Imsp, Input::ToClient(slot));
    }

    /// A message came to a client that has logged out meanwhile: as if it had come later.
    pub(crate) fn undelivered(&mut self, slot: Slot, cx: &mut Context<'_>) {
        cx.stage(slot, Stage::AccessDown);
        let recipient = cx.messages[slot].recipient;
        if self.logged_in(recipient) {
            // The logout is still on its way here: kept until the next login.
            self.store(slot, cx);
        } else {
            self.deliver(slot, cx);
        }
    }

    /// Kept until the recipient's next login.
    fn store(&mut self, slot: Slot, cx: &mut Context<'_>) {
        let message = &mut cx.messages[slot];
        message.journal.stored = Stored::Waits;
        self.stored.entry(message.recipient).or_default().push(slot);
    }

    /// To another operator: by agreement, through hubs, else as SMS.
    fn send_on(&mut self, slot: Slot, gateway: &mut Gateway, cx: &mut Context<'_>) {
        let (to, recipient) = (cx.messages[slot].to, cx.messages[slot].recipient);
        let known = self.knows_as_im(recipient, cx);
        let here = cx.plan.has(Defect::ConvertedBySender);
        let im = known || !here && cx.plan.serves_legacy(to, cx.operator);
        if known {
            self.as_im(slot, cx);
        }
        let passed = match im {
            true => gateway.pass(Carriage::Messaging, to, cx),
            false => None,
        };
        match passed {
            None if cx.plan.has(Defect::FallbackMissing) => cx.refuse(slot, Reason::NoRoute),
            // No way on IM: our own SMSC terminates it on the other network (UC-2b).
            None => self.convert(slot, cx),
            Some(Passed::AsSms) if !self.may_convert(to, cx) => {
                let (from, reason) = (cx.operator, Reason::RateLimited);
                cx.observe(Observation::AgreementRefused { from, to, reason });
                cx.refuse(slot, reason);
            }
            Some(Passed::AsSms) => {
                if !cx.messages[slot].journal.route.is_answer() {
                    cx.reroute(slot, Route::SmsDirect);
                }
                self.convert(slot, cx);
            }
            Some(Passed::Refused(reason)) => cx.refuse(slot, reason),
            Some(Passed::Now) => {
                self.decide_agreement(slot, to, cx);
                gateway.send(to, Content::Message(slot), cx);
            }
            Some(Passed::At(release)) => {
                self.decide_agreement(slot, to, cx);
                if let Some(way) = cx.plan.routing.way(Carriage::Messaging, cx.operator, to) {
                    let content = Content::Message(slot);
                    let crossing = Crossing { to, agreement: way.agreement, number: 0, content };
                    cx.at(release, Role::Gateway, Input::Release(crossing));
                }
            }
        }
    }

    /// Lets the observer see what becomes of a message.
    pub(super) fn decide(&self, slot: Slot, decision: Decision, cx: &mut Context<'_>) {
        cx.decide(Carried::Message(cx.messages[slot].id), decision);
    }

    fn decide_agreement(&self, slot: Slot, to: OperatorId, cx: &mut Context<'_>) {
        if let Some(way) = cx.plan.routing.way(Carriage::Messaging, cx.operator, to) {
            self.decide(slot, Decision::Agreement(way.agreement), cx);
        }
    }

    /// A message meant for a legacy customer finds an IM user: the recipient has upgraded since
    /// (OMTP use case 3).
    fn as_im(&self, slot: Slot, cx: &mut Context<'_>) {
        let message = &cx.messages[slot];
        let (from, to) = (message.from, message.to);
        if message.journal.route.is_sms() {
            let route = cx.plan.route_between(from, to, true);
            if route.is_im() {
                cx.reroute(slot, route);
            }
        }
    }

    /// Whether short messages can go from here to an operator at all.
    pub(super) fn may_convert(&self, to: OperatorId, cx: &Context<'_>) -> bool {
        let way = cx.plan.routing.way(Carriage::Sms, cx.operator, to);
        cx.settings().smsc.is_some() && way.is_some()
    }

    /// The IM server has room for a request: an SMS answer counts as delivered by its SMSC.
    pub(super) fn handed_over(&mut self, job: &Job, gateway: &mut Gateway, cx: &mut Context<'_>) {
        let Job::Message(slot) = *job else { return };
        let Some(sms) = cx.messages[slot].sms else { return };
        debug_assert_eq!(sms.origin, SmsOrigin::Reply);
        smsc::delivered(slot, cx);
        if sms.smsc != cx.operator {
            gateway.report(sms.smsc, None, cx);
        }
    }

    /// What has become of a message goes to its sender: to a client here that is logged in, or to the
    /// sender's own IMSP.
    pub(super) fn tell_fate(&mut self, fate: Fate, gateway: &mut Gateway, cx: &mut Context<'_>) {
        if cx.plan.has(Defect::ReportForgotten) {
            return;
        }
        let home = cx.plan.population.operator(fate.sender);
        if home != cx.operator {
            if !gateway.send(home, Content::DeliveryReport(fate), cx) {
                reported(fate, None, cx);
            }
        } else if self.logged_in(fate.sender) {
            let at = self.reaches(fate.sender, cx);
            cx.exchange(fate.sender, Act::Report, 0);
            reported(fate, Some(at), cx);
        } else {
            self.fates.entry(fate.sender).or_default().push(fate);
        }
    }

    /// The IM server has no room for a message, or is down: refused, or, for an SMS answer that an
    /// SMSC has accepted, tried again by that SMSC.
    pub(super) fn turn_message_away(
        &mut self,
        slot: Slot,
        reason: Reason,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        match cx.messages[slot].sms {
            None => cx.refuse(slot, reason),
            Some(sms) if sms.smsc == cx.operator => cx.out.now(Input::Failed(slot)),
            Some(sms) => {
                gateway.send(sms.smsc, Content::SmsBack(slot), cx);
            }
        }
    }
}

/// The sender of a message is told what has become of it, at `at`, or never.
pub(super) fn reported(fate: Fate, at: Option<Instant>, cx: &mut Context<'_>) {
    let population = &cx.plan.population;
    let (from, to) = (population.operator(fate.sender), population.operator(fate.recipient));
    cx.observe(Observation::Reported { fate, from, to, at });
}
