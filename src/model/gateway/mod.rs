//! The door of an operator to its partners: the sending side of every agreement with its link and
//! its rate limit, the translator of an IMS operator, and the first look at what comes in. It knows
//! nothing of presence, accounts or text; what it carries it hands on.

mod cost;
mod meaning;
mod outages;
mod partner;
mod session;
mod transactions;
mod transfer;
mod translator;
mod turn_back;

use rustc_hash::FxHashMap;

use self::cost::{bytes, charged};
use self::meaning::{answered_at_once, arrived, carried, drop_list, exposed, notified};
use self::partner::Partner;
use self::transactions::{Open, Transactions, about};
use self::transfer::Transfer;
use self::translator::{Passage, Translator};
use self::turn_back::never_shown;
use super::context::Context;
use super::crossing::{Content, Crossing, arrive, leave};
use super::link::Link;
use super::outbox::Input;
use super::plan::Plan;
use super::rate_limit::{Admission, RateLimiter};
use super::routing::Carriage;
use crate::domain::crossing::{Fate, Receipt, Refusal, Sent};
use crate::domain::id::{AgreementId, OperatorId, Role};
use crate::domain::ledger::Ledger;
use crate::domain::observation::{Observation, StationId};
use crate::domain::outcome::{Defect, Reason, Stage};
use crate::domain::part::{Part, PartKind};
use crate::domain::random::StreamSeed;
use crate::domain::time::{Duration, Instant};

/// The gateway of one operator.
#[derive(Debug)]
pub struct Gateway {
    sides: FxHashMap<AgreementId, Side>,
    /// Lost crossings that wait for their repetition; free places are `None`.
    lost: Vec<Option<Crossing>>,
    free: Vec<u32>,
    /// Where the operator speaks another language than its interconnects (IMS-2).
    translator: Option<Translator>,
}

/// This operator's side of one agreement.
#[derive(Debug)]
struct Side {
    place: usize,
    link: Link,
    station: StationId,
    limit: Option<Limit>,
    /// How much it has sent.
    sent: u32,
    /// Where the link can fail.
    transactions: Option<Transactions>,
    /// Where the agreement has a session.
    partner: Option<Box<Partner>>,
}

/// The limit on what this side sends.
#[derive(Debug)]
struct Limit {
    limiter: RateLimiter,
    station: StationId,
    /// Between two messages at the rate.
    interval: Duration,
}

impl Gateway {
    /// The gateway of `operator`, all links at rest.
    pub fn new(plan: &Plan, operator: OperatorId) -> Self {
        let seed = plan.federation.run.seed;
        let sides = plan
            .federation
            .agreements()
            .filter_map(|(id, agreement)| {
                let place = agreement.side(operator)?;
                let part = Part::side(PartKind::Link, id, place);
                let name = part.name(&plan.federation);
                let stream = |purpose| StreamSeed::new(seed, &name, purpose).stream();
                let link = Link::new(&agreement.link, stream("latency"), stream("loss"));
                let station = plan.stations.id(part);
                let limit = agreement.rate_limit[place].as_ref().map(|limit| Limit {
                    limiter: RateLimiter::new(limit),
                    station: plan.stations.id(Part::side(PartKind::RateLimit, id, place)),
                    interval: Duration::from_secs_f64(1.0 / limit.rate),
                });
                let transactions = plan.can_fail(id).then(Transactions::default);
                let partner = Partner::new(plan, operator, id).map(Box::new);
                Some((id, Side { place, link, station, limit, sent: 0, transactions, partner }))
            })
            .collect();
        let settings = plan.federation.operator(operator).translator.as_ref();
        let translator = settings.map(|settings| Translator::new(plan, operator, settings));
        Self { sides, lost: Vec::new(), free: Vec::new(), translator }
    }

    /// Asks the rate limit of an agreement whether one more message may go.
    pub(crate) fn admit(&mut self, agreement: AgreementId, cx: &mut Context<'_>) -> Admission {
        let Some(limit) = &mut self.side(agreement).limit else { return Admission::Now };
        let admission = limit.limiter.admit(cx.now);
        let Limit { station, interval: service, .. } = *limit;
        let (wait, queued) = match admission {
            Admission::Now => (Duration::ZERO, 0),
            Admission::At(release, queued) => (release.since(cx.now), queued),
            Admission::Refused | Admission::QueueFull | Admission::Sms => {
                cx.observe(Observation::StationRefused(station));
                return admission;
            }
        };
        cx.observe(Observation::StationPlanned { station, wait, service, queued });
        admission
    }

    /// Sends something to the operator `to` by the way that carries it. Without a way, nothing
    /// happens and the answer is false.
    pub(crate) fn send(&mut self, to: OperatorId, content: Content, cx: &mut Context<'_>) -> bool {
        let Some(way) = cx.plan.routing.way(content.carriage(), cx.operator, to) else {
            return false;
        };
        self.put(Crossing { to, agreement: way.agreement, number: 0, content }, cx);
        true
    }

    /// Tells a user of the operator `home` that a request is refused.
    pub(crate) fn refuse(&mut self, home: OperatorId, refusal: Refusal, cx: &mut Context<'_>) {
        // Where no way leads back, it is as if the request had been lost.
        self.send(home, Content::Refused(refusal), cx);
    }

    /// Answers a request over the agreement it came by.
    fn acknowledge(&mut self, agreement: AgreementId, number: u32, cx: &mut Context<'_>) {
        let to = cx.plan.federation.agreement(agreement).peer(cx.operator);
        self.transmit(Crossing { to, agreement, number, content: Content::Ack }, true, cx);
    }

    /// Reports a short message delivered to its SMSC in another network; with what has become of it, where
    /// its sender asked.
    pub(crate) fn report(&mut self, smsc: OperatorId, fate: Option<Fate>, cx: &mut Context<'_>) {
        if let Some(fate) = fate {
            self.send(smsc, Content::StatusReport(fate), cx);
            return;
        }
        let Some(way) = cx.plan.routing.way(Carriage::Sms, cx.operator, smsc) else { return };
        let agreement = way.agreement;
        let to = cx.plan.federation.agreement(agreement).peer(cx.operator);
        self.transmit(Crossing { to, agreement, number: 0, content: Content::Report }, true, cx);
    }

    /// Puts a crossing on the link of its agreement, translated where that is needed.
    pub(crate) fn put(&mut self, crossing: Crossing, cx: &mut Context<'_>) {
        if self.translates(&crossing, cx) {
            self.translate(Passage { crossing, outward: true }, cx);
        } else {
            self.transmit(crossing, true, cx);
        }
    }

    /// The rate limit lets a crossing go.
    pub(crate) fn release(&mut self, crossing: Crossing, cx: &mut Context<'_>) {
        if let Some(&slot) = crossing.content.message() {
            cx.stage(slot, Stage::RateLimit);
        }
        self.put(crossing, cx);
    }

    /// A lost crossing is repeated.
    pub(crate) fn repeat(&mut self, place: u32, cx: &mut Context<'_>) {
        let crossing = self.lost[place as usize].take().expect("a lost crossing is repeated once");
        self.free.push(place);
        if let Content::Notification(news) = crossing.content
            && let Some(transactions) = &mut self.side(crossing.agreement).transactions
            && transactions.is_followed(about(crossing.to, &crossing.content), crossing.number)
        {
            return never_shown(news, crossing.to, cx);
        }
        self.transmit(crossing, false, cx);
    }

    fn transmit(&mut self, mut crossing: Crossing, first: bool, cx: &mut Context<'_>) {
        let Crossing { agreement, content, .. } = crossing;
        if self.side(agreement).partner.is_some() && !self.session_lets(&crossing, first, cx) {
            return;
        }
        let terms = cx.plan.federation.agreement(agreement);
        let side = self.side(agreement);
        let receipt = content.receipt() == Receipt::Itself;
        if first && !receipt {
            crossing.number = side.sent;
            side.sent = side.sent.wrapping_add(1);
        }
        let content = exposed(content, terms, cx);
        crossing.content = content;
        let bytes = bytes(&content, &cx.plan.sizes[agreement.index()][side.place], cx);
        let charged = if first { charged(&content, cx) } else { 0 };
        let (kind, carried) = (content.kind(), carried(&content, cx));
        if first {
            notified(&crossing, cx);
        }
        let awaited = side.transactions.is_some();
        // Nobody waits for a report, nor for an answer where no request is kept.
        let ends = receipt && !(awaited && content == Content::Ack);
        let identity = (!ends).then(|| crossing.identity());
        let transfer = Transfer { agreement, kind, carried, bytes, charged, identity };
        let (arrival, over) = transfer.put_on(&mut side.link, side.station, cx);
        if let Some(transactions) = &mut side.transactions
            && answered_at_once(&content, terms)
        {
            let (sent, ledger) = leave(crossing, cx.messages, cx.lists);
            let mut open = Open { sent, ledger: Some(ledger), carried, bytes };
            depart(&mut open, arrival, cx);
            if let Some(at) = transactions.open(open, over) {
                cx.at(at, Role::Gateway, Input::Overdue(agreement));
            }
            return;
        }
        if let Some(transactions) = &mut side.transactions
            && let Some(about) = about(crossing.to, &content)
        {
            transactions.carry(about, crossing.number, arrival.is_none());
        }
        match arrival {
            // The request that it answers will come again.
            None if receipt && !ends => {}
            // The transport repeats it.
            None => {
                let place = self.keep(crossing);
                cx.at(over, Role::Gateway, Input::Repeat(place));
            }
            Some(_) if ends => {}
            Some(arrival) => {
                let (sent, ledger) = leave(crossing, cx.messages, cx.lists);
                cx.out.depart(arrival, terms.peer(cx.operator), sent, ledger);
            }
        }
    }

    /// The time of transactions of an agreement is over.
    pub(crate) fn overdue(&mut self, agreement: AgreementId, cx: &mut Context<'_>) {
        self.resend(agreement, cx);
        let Some(transactions) = &mut self.side(agreement).transactions else { return };
        if let Some(at) = transactions.remind() {
            cx.at(at, Role::Gateway, Input::Overdue(agreement));
        }
    }

    /// What is due is sent again, but for news that newer ones have followed. Without a session, what a
    /// user waits for fails, and the rest waits for the next one.
    fn resend(&mut self, agreement: AgreementId, cx: &mut Context<'_>) {
        let side = self.side(agreement);
        let up = side.partner.as_ref().is_none_or(|partner| partner.is_up());
        let Some(transactions) = &mut side.transactions else { return };
        let (mut failed, mut stale) = (Vec::new(), Vec::new());
        while let Some(mut open) = transactions.overdue(cx.now) {
            let about = about(open.sent.to, &open.sent.content);
            let ordered = !cx.plan.has(Defect::NewsOvertaken);
            if ordered && transactions.is_followed(about, open.sent.number) {
                stale.extend(open.ledger.map(|ledger| (open.sent, ledger)));
                continue;
            }
            let fails = !cx.plan.has(Defect::LossFailsNothing);
            if !up && fails && open.sent.content.is_awaited() {
                // What has arrived is the partner's, though no answer says so.
                failed.extend(open.ledger.map(|ledger| (open.sent, ledger)));
                continue;
            }
            if !up {
                transactions.hold(open);
                continue;
            }
            let Open { bytes, carried, .. } = open;
            let (kind, identity) = (open.sent.content.kind(), Some(open.sent.identity()));
            let transfer = Transfer { agreement, kind, carried, bytes, charged: 0, identity };
            let (arrival, over) = transfer.put_on(&mut side.link, side.station, cx);
            depart(&mut open, arrival, cx);
            if let Some(at) = transactions.open(open, over) {
                cx.at(at, Role::Gateway, Input::Overdue(agreement));
            }
        }
        let mut back = |(sent, ledger)| arrive(sent, ledger, cx.plan, cx.messages, cx.lists);
        let failed: Vec<Crossing> = failed.into_iter().filter_map(&mut back).collect();
        let stale: Vec<Crossing> = stale.into_iter().filter_map(&mut back).collect();
        for crossing in failed {
            self.turn_back(crossing, Reason::SessionLost, cx);
        }
        for Crossing { to, content, .. } in stale {
            if let Content::Notification(news) = content {
                never_shown(news, to, cx);
            }
        }
    }

    /// What was sent and has not arrived, in transactions.
    pub(crate) fn unanswered(&self) -> impl Iterator<Item = (&Sent, &Ledger)> {
        self.sides
            .values()
            .filter_map(|side| side.transactions.as_ref())
            .flat_map(|it| it.waiting())
    }

    /// Transfers that wait here: lost ones for their repetition, others for their translation or for a
    /// session.
    pub(crate) fn crossings(&self) -> impl Iterator<Item = &Crossing> {
        let translated = self.translator.iter().flat_map(Translator::crossings);
        let partners = self.sides.values().filter_map(|side| side.partner.as_ref());
        let held = partners.flat_map(|partner| partner.crossings());
        self.lost.iter().flatten().chain(translated).chain(held)
    }

    fn keep(&mut self, crossing: Crossing) -> u32 {
        let place = self.free.pop().unwrap_or_else(|| {
            self.lost.push(None);
            (self.lost.len() - 1) as u32
        });
        self.lost[place as usize] = Some(crossing);
        place
    }

    /// Something comes in over an agreement: it is answered where the protocol asks for it, and goes
    /// to its node. What only passes through is given back, for the hub's relay.
    pub(crate) fn incoming(
        &mut self,
        crossing: Crossing,
        cx: &mut Context<'_>,
    ) -> Option<Crossing> {
        let Crossing { agreement, number, .. } = crossing;
        let terms = cx.plan.federation.agreement(agreement);
        let peer = terms.peer(cx.operator);
        cx.observe(Observation::CameIn { agreement, from: peer, identity: crossing.identity() });
        self.session_heard(agreement, cx);
        if let Content::Session(talk) = crossing.content {
            self.session_said(agreement, talk, cx);
            return None;
        }
        let transactions = &mut self.side(agreement).transactions;
        if crossing.content.receipt() == Receipt::Itself {
            if !transactions.as_mut().is_some_and(|open| open.close(number)) {
                cx.stray();
            }
            return None;
        }
        let again = transactions.as_mut().is_some_and(|seen| !seen.take(number));
        if let Some(&slot) = crossing.content.message() {
            let now = cx.now;
            cx.messages[slot].stage(Stage::Link, peer, now);
        }
        if answered_at_once(&crossing.content, terms) {
            self.acknowledge(agreement, number, cx);
            if again && crossing.content.message().is_none() {
                drop_list(&crossing, cx);
                cx.stray();
                return None;
            }
        }
        if crossing.to != cx.operator {
            return Some(crossing);
        }
        if self.translates(&crossing, cx) {
            self.translate(Passage { crossing, outward: false }, cx);
        } else {
            self.hand_in(crossing, cx);
        }
        None
    }

    /// What has come in, in this operator's own language, goes to its node.
    fn hand_in(&mut self, crossing: Crossing, cx: &mut Context<'_>) {
        if let Some(input) = arrived(&crossing, cx) {
            cx.out.now(input);
        }
    }

    /// A request came whose ledger is elsewhere: it is here already, and only its answer was lost. Or
    /// it is nobody's.
    pub(crate) fn doubled(&mut self, agreement: AgreementId, number: u32, cx: &mut Context<'_>) {
        let from = cx.plan.federation.agreement(agreement).peer(cx.operator);
        cx.observe(Observation::CameIn { agreement, from, identity: u64::from(number) });
        self.session_heard(agreement, cx);
        let seen = &self.side(agreement).transactions;
        if seen.as_ref().is_some_and(|seen| seen.has_taken(number)) {
            self.acknowledge(agreement, number, cx);
        }
        cx.stray();
    }

    fn side(&mut self, agreement: AgreementId) -> &mut Side {
        self.sides.get_mut(&agreement).expect("an operator sends over its own agreements")
    }
}

/// Sends a request, if the link carries it; what goes beside it goes once.
fn depart(open: &mut Open, arrival: Option<Instant>, cx: &mut Context<'_>) {
    if let Some(arrival) = arrival {
        let next = cx.plan.federation.agreement(open.sent.agreement).peer(cx.operator);
        let ledger = open.ledger.take().unwrap_or(Ledger::None);
        cx.out.depart(arrival, next, open.sent.clone(), ledger);
    }
}

/// What a rate limit did to a message: when it goes, or why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passed {
    /// It goes now: within the limit, or the agreement has none.
    Now,
    /// It waits for the limit, and goes at this instant.
    At(Instant),
    /// Not at all.
    Refused(Reason),
    /// Over the limit, and to be sent on as SMS by the caller.
    AsSms,
}

impl Gateway {
    /// Asks the rate limit on the way to `to`; what is refused is seen as the agreement's doing.
    pub(crate) fn pass(
        &mut self,
        carriage: Carriage,
        to: OperatorId,
        cx: &mut Context<'_>,
    ) -> Option<Passed> {
        let way = cx.plan.routing.way(carriage, cx.operator, to)?;
        let reason = match self.admit(way.agreement, cx) {
            Admission::Now => return Some(Passed::Now),
            Admission::At(release, _) => return Some(Passed::At(release)),
            Admission::Sms if carriage == Carriage::Messaging => return Some(Passed::AsSms),
            Admission::QueueFull => Reason::RateLimitFull,
            Admission::Refused | Admission::Sms => Reason::RateLimited,
        };
        let from = cx.operator;
        cx.observe(Observation::AgreementRefused { from, to, reason });
        Some(Passed::Refused(reason))
    }
}
