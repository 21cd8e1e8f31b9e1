//! The home location register: which phones are attached, look-ups for SMSCs, and the list of
//! those to alert when a phone is back (3GPP TS 23.040 10; MWD list). A phone's history unfolds
//! only when somebody asks: periods are drawn by phone and number, so the order of questions does
//! not matter.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::context::Context;
use super::crossing::{Content, Located};
use super::gateway::Gateway;
use super::other::Other;
use super::outbox::{Input, Job};
use super::plan::Plan;
use super::server::{Server, Turn};
use super::smsc;
use super::station::Claim;
use super::store::Slot;
use crate::domain::crossing::Query;
use crate::domain::distribution::DurationDistribution;
use crate::domain::federation;
use crate::domain::id::{OperatorId, Role, SubscriberId};
use crate::domain::outcome::{Defect, SmsOrigin, Stage};
use crate::domain::part::{Part, PartKind};
use crate::domain::random::{Stream, StreamSeed};
use crate::domain::time::{Duration, Instant};

/// Whether a phone is on the air with its owner's IM client: attached, whatever its periods say.
pub(crate) type Air<'a> = &'a dyn Fn(SubscriberId) -> bool;

/// The HLR of one operator.
#[derive(Debug)]
pub(crate) struct Hlr {
    settings: federation::Hlr,
    /// No query: a look-up that nobody of the federation asks for.
    server: Server<Option<Asked>>,
    other: Option<Other>,
    paging: Stream,
    periods: StreamSeed,
    /// How long an attempt takes, by the operator of the SMSC: known with the agreement.
    attempts: Vec<Option<DurationDistribution>>,
    /// Mean time attached between two detached periods; `None`: always attached.
    attached_for: Option<Duration>,
    base: u32,
    phones: Vec<Phone>,
    /// Whom to alert when a phone is back.
    waiting: FxHashMap<SubscriberId, SmallVec<[OperatorId; 2]>>,
    /// Phones whose changes the IMSP wants to hear of.
    watched: FxHashSet<SubscriberId>,
    /// Phones that a script has attached or detached.
    set: FxHashMap<SubscriberId, bool>,
    /// What it has to tell of phones when it is up again.
    late: Vec<Input>,
}

/// A query with the instant at which it came.
#[derive(Clone, Copy, Debug)]
struct Asked {
    query: Query,
    came: Instant,
}

/// The current period of a phone. All zero: nobody asked yet.
#[derive(Clone, Copy, Debug, Default)]
struct Phone {
    until: Instant,
    /// Periods begun so far.
    periods: u32,
    attached: bool,
}

impl Hlr {
    /// The HLR of `operator`, which serves the phones of all its subscribers.
    pub(crate) fn new(plan: &Plan, operator: OperatorId, settings: &federation::Hlr) -> Self {
        let name = &plan.federation.operator(operator).name;
        let seed = plan.federation.run.seed;
        let away = settings.detached_for.mean().as_secs_f64();
        let attached_for = (settings.attached < 1.0 && away > 0.0)
            .then(|| Duration::from_secs_f64(away * settings.attached / (1.0 - settings.attached)));
        let range = plan.population.range(operator);
        let attempt = |smsc: &federation::Smsc| smsc.attempt_time.clone();
        let attempts =
            plan.federation.operators().map(|(_, other)| other.smsc.as_ref().map(attempt));
        let attempts = attempts.collect();
        Self {
            settings: settings.clone(),
            server: Server::new(plan, Part::of(PartKind::Hlr, operator), u32::MAX, "hlr/lookup"),
            other: Other::new(plan, operator, PartKind::Hlr, settings.other),
            paging: StreamSeed::new(seed, name, "hlr/paging").stream(),
            attempts,
            periods: StreamSeed::new(seed, name, "hlr/periods"),
            attached_for,
            base: range.start,
            phones: vec![Phone::default(); range.len()],
            waiting: FxHashMap::default(),
            watched: FxHashSet::default(),
            set: FxHashMap::default(),
            late: Vec::new(),
        }
    }

    /// Lets come what nobody of the federation asks for.
    pub(crate) fn begin(&mut self, cx: &mut Context<'_>) {
        if let Some(other) = &mut self.other {
            other.next(cx);
        }
    }

    /// Somebody else asks for a phone: that takes a look-up, and what it is told is not our concern.
    pub(crate) fn other(&mut self, air: Air<'_>, gateway: &mut Gateway, cx: &mut Context<'_>) {
        let Some(other) = &mut self.other else { return };
        other.next(cx);
        if let Ok(turn) = self.server.arrive(None, Claim::Usual, cx) {
            self.serve(turn, air, gateway, cx);
        }
    }

    /// An SMSC asks for a phone.
    pub(crate) fn locate(
        &mut self,
        query: Query,
        air: Air<'_>,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let asked = Asked { query, came: cx.now };
        match self.server.arrive(Some(asked), Claim::Usual, cx) {
            Ok(turn) => self.serve(turn, air, gateway, cx),
            // The queue of an HLR is not bounded, but it may be down. The SMSC holds the short
            // message until it hears: to it, nobody is there, and it tries again by its schedule.
            Err(_) => answer(asked, false, gateway, cx),
        }
    }

    /// An outage begins, or ends: then it tells what it had to keep to itself.
    pub(crate) fn outage(
        &mut self,
        begins: bool,
        air: Air<'_>,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let turn = self.server.outage(begins);
        self.serve(turn, air, gateway, cx);
        if !self.server.is_down() {
            self.late.drain(..).for_each(|input| cx.out.now(input));
        }
    }

    /// What was looked up is answered.
    pub(crate) fn serve(
        &mut self,
        mut turn: Turn,
        air: Air<'_>,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        loop {
            let time = &self.settings.lookup_time;
            let next = self.server.next(&mut turn, |_, draw, _| time.sample(draw), cx);
            let Some(served) = next else { return };
            let Some(asked) = served.job else {
                self.server.was_other(cx);
                continue;
            };
            let query = asked.query;
            let attached = self.reached(query.phone, air, cx);
            if !attached && query.alert {
                self.remember(query.phone, query.smsc, cx);
            }
            answer(asked, attached, gateway, cx);
        }
    }

    /// A delivery attempt begins: paging and radio, as long as agreed for that SMSC.
    pub(crate) fn page(&mut self, slot: Slot, cx: &mut Context<'_>) {
        let message = &cx.messages[slot];
        let smsc = message.sms.map_or(message.to, |sms| sms.smsc);
        let attempt = &self.attempts[smsc.index()];
        let time = attempt.as_ref().map_or(Duration::ZERO, |time| time.sample(&mut self.paging));
        cx.at(cx.now + time, Role::Hlr, Input::Attempt(slot));
    }

    /// A delivery attempt reaches the phone, if it is attached now. Says whether it was; if not,
    /// the short message goes back to its SMSC.
    pub(crate) fn attempt(
        &mut self,
        slot: Slot,
        air: Air<'_>,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) -> bool {
        cx.stage(slot, Stage::Attempt);
        let message = &cx.messages[slot];
        let (phone, smsc) = (message.recipient, message.sms.map_or(message.to, |sms| sms.smsc));
        let alert = message.sms.is_some_and(|sms| sms.alert);
        debug_assert!(message.sms.is_some_and(|sms| sms.origin != SmsOrigin::Reply));
        if self.reached(phone, air, cx) {
            // The SMSC is here, and so is the IM server that asked it, or both are elsewhere.
            if smsc == cx.operator {
                smsc::tell_fate(slot, true, cx);
            } else {
                gateway.report(smsc, cx.messages[slot].fate(true), cx);
            }
            return true;
        }
        if alert {
            self.remember(phone, smsc, cx);
        }
        if smsc == cx.operator {
            cx.out.now(Input::Failed(slot));
        } else {
            gateway.send(smsc, Content::SmsBack(slot), cx);
        }
        false
    }

    /// The IMSP wants to hear of a phone from now on: at once how it is, then whenever that changes
    /// (HLR-1).
    pub(crate) fn watch(&mut self, phone: SubscriberId, cx: &mut Context<'_>) {
        if self.watched.insert(phone) {
            self.report(phone, cx);
        }
    }

    /// A phone attaches or detaches because a script says so, and stays so.
    pub(crate) fn set_phone(
        &mut self,
        phone: SubscriberId,
        attached: bool,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        self.set.insert(phone, attached);
        if self.watched.contains(&phone) {
            self.report(phone, cx);
        }
        if attached {
            self.phone_back(phone, gateway, cx);
        }
    }

    /// A phone that the IMSP watches attaches or detaches.
    pub(crate) fn flip(&mut self, phone: SubscriberId, cx: &mut Context<'_>) {
        self.report(phone, cx);
    }

    fn report(&mut self, customer: SubscriberId, cx: &mut Context<'_>) {
        if self.server.is_down() {
            return self.late.push(Input::Flip(customer));
        }
        let (attached, changed) = (self.attached(customer, cx.now), cx.now);
        cx.out.now(Input::Request(Job::Phone { customer, attached, changed }));
        if self.attached_for.is_some() && !self.set.contains_key(&customer) {
            let until = self.phones[(customer.0 - self.base) as usize].until;
            cx.at(until, Role::Hlr, Input::Flip(customer));
        }
    }

    /// A phone that somebody waits for may be back.
    pub(crate) fn phone_back(
        &mut self,
        phone: SubscriberId,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        if !self.waiting.contains_key(&phone) {
            return;
        }
        if self.server.is_down() {
            return self.late.push(Input::PhoneBack(phone));
        }
        for smsc in self.waiting.remove(&phone).unwrap_or_default() {
            if smsc == cx.operator {
                cx.out.now(Input::Alert(phone));
            } else {
                gateway.send(smsc, Content::Alert(phone), cx);
            }
        }
    }

    fn remember(&mut self, phone: SubscriberId, smsc: OperatorId, cx: &mut Context<'_>) {
        let back = self.phones[(phone.0 - self.base) as usize].until;
        let list = self.waiting.entry(phone).or_default();
        if list.is_empty() && !self.set.contains_key(&phone) {
            cx.at(back, Role::Hlr, Input::PhoneBack(phone));
        }
        if !list.contains(&smsc) {
            list.push(smsc);
        }
    }

    /// Whether a short message reaches a phone now.
    fn reached(&mut self, phone: SubscriberId, air: Air<'_>, cx: &Context<'_>) -> bool {
        air(phone) || self.attached(phone, cx.now) || cx.plan.has(Defect::DetachedReached)
    }

    /// Whether a phone is attached at `now`, which never moves back.
    pub(crate) fn attached(&mut self, phone: SubscriberId, now: Instant) -> bool {
        if let Some(&set) = self.set.get(&phone) {
            return set;
        }
        let Some(attached_for) = self.attached_for else { return true };
        let index = phone.0 - self.base;
        let mut state = self.phones[index as usize];
        while state.until <= now {
            let counter = u64::from(index) << 32 | u64::from(state.periods);
            let mut stream = self.periods.nth(counter);
            // The first period is the one under way at the start of the run.
            let first = state.periods == 0;
            state.attached =
                if first { stream.chance(self.settings.attached) } else { !state.attached };
            let length = match (state.attached, first) {
                (true, _) => {
                    Duration::from_secs_f64(stream.exponential(attached_for.as_secs_f64()))
                }
                (false, true) => self.settings.detached_for.residual(&mut stream),
                (false, false) => self.settings.detached_for.sample(&mut stream),
            };
            // At least a nanosecond, so that time moves on.
            state.until = state.until + length + Duration(1);
            state.periods += 1;
        }
        self.phones[index as usize] = state;
        state.attached
    }
}

/// Tells the SMSC that asked.
fn answer(asked: Asked, attached: bool, gateway: &mut Gateway, cx: &mut Context<'_>) {
    let Asked { query, came } = asked;
    let located = Located { transaction: query.transaction, attached, looked: [came, cx.now] };
    if query.smsc == cx.operator {
        cx.out.now(Input::Located(located));
    } else {
        gateway.send(query.smsc, Content::Located(located), cx);
    }
}
