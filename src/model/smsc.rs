//! The short message service centre: submission, the licensed servers, HLR look-ups, attempts,
//! retries, alerts, validity. It knows phones and numbers, not conversations: a short message to a
//! reply number it hands to the operator that owns the number.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::context::Context;
use super::crossing::{Content, Located};
use super::gateway::{Gateway, Passed};
use super::message::Sms;
use super::other::Other;
use super::outbox::{Input, Job};
use super::plan::Plan;
use super::routing::Carriage;
use super::server::{Server, Turn};
use super::station::{Claim, Served};
use super::store::{Handle, Slot, Store};
use crate::domain::crossing::Query;
use crate::domain::federation;
use crate::domain::id::{OperatorId, Role, SubscriberId};
use crate::domain::observation::{Carried, Decision, Observation, SmsEvent};
use crate::domain::outcome::{Defect, Reason, SmsOrigin, Stage};
use crate::domain::part::{Part, PartKind};
use crate::domain::random::{Stream, StreamSeed};
use crate::domain::status::Language;
use crate::domain::time::{Duration, Instant};

/// The SMSC of one operator.
#[derive(Debug)]
pub struct Smsc {
    settings: federation::Smsc,
    /// The licensed servers. No slot: a short message that nobody of the federation sends.
    nodes: Vec<Server<Option<Slot>>>,
    /// Draws the node of a submission.
    spread: Stream,
    other: Option<(Other, Stream)>,
    /// Nodes that are down.
    down: usize,
    /// Short messages of which an HLR has been asked, by transaction.
    asked: Store<Slot>,
    /// Short messages that wait for another attempt, by phone.
    waiting: FxHashMap<SubscriberId, SmallVec<[Handle; 2]>>,
}

impl Smsc {
    /// The SMSC of `operator`.
    pub fn new(plan: &Plan, operator: OperatorId, settings: &federation::Smsc) -> Self {
        let name = &plan.federation.operator(operator).name;
        let licensed = |part| Server::new(plan, part, settings.queue_limit, "smsc/service");
        let nodes = Part::of(PartKind::Smsc, operator).nodes(&plan.federation);
        let nodes = nodes.into_iter().map(licensed).collect();
        let spread = StreamSeed::new(plan.federation.run.seed, name, "smsc/node").stream();
        let other = Other::new(plan, operator, PartKind::Smsc, settings.other);
        let other_node = StreamSeed::new(plan.federation.run.seed, name, "smsc/other_node");
        let other = other.map(|other| (other, other_node.stream()));
        let (asked, waiting) = (Store::default(), FxHashMap::default());
        Self { settings: settings.clone(), nodes, spread, other, down: 0, asked, waiting }
    }

    /// Lets come what nobody of the federation sends.
    pub(crate) fn begin(&mut self, cx: &mut Context<'_>) {
        if let Some((other, _)) = &mut self.other {
            other.next(cx);
        }
    }

    /// Somebody else's short message is submitted: it takes its turn and its share of the licence.
    pub(crate) fn other(&mut self, gateway: &mut Gateway, cx: &mut Context<'_>) {
        let Some((other, spread)) = &mut self.other else { return };
        other.next(cx);
        let node = chosen(&self.nodes, self.down, spread);
        // Refused by a full queue it is gone: whoever sent it is not in this world.
        if let Ok(turn) = self.nodes[usize::from(node)].arrive(None, Claim::Usual, cx) {
            self.serve(node, turn, gateway, cx);
        }
    }

    /// A short message is submitted. The rate limit towards another network applies here, before
    /// acceptance.
    pub fn submit(&mut self, slot: Slot, gateway: &mut Gateway, cx: &mut Context<'_>) {
        cx.stage(slot, Stage::AccessUp);
        let Some(to) = network(slot, cx) else {
            return self.refuse(slot, Reason::NoRoute, cx);
        };
        sms_mut(slot, cx).network = to;
        if to != cx.operator {
            match gateway.pass(Carriage::Sms, to, cx) {
                None => {
                    let reason = cx.plan.why_no_way(cx.operator, to);
                    return self.refuse(slot, reason, cx);
                }
                Some(Passed::Refused(reason)) => return self.refuse(slot, reason, cx),
                Some(Passed::At(release)) => {
                    return cx.at(release, Role::Smsc, Input::Accept(slot));
                }
                Some(Passed::Now | Passed::AsSms) => {}
            }
        }
        self.accept(slot, gateway, cx);
    }

    /// A submission is taken into store.
    pub(crate) fn accept(&mut self, slot: Slot, gateway: &mut Gateway, cx: &mut Context<'_>) {
        cx.stage(slot, Stage::RateLimit);
        let node = chosen(&self.nodes, self.down, &mut self.spread);
        let (operator, now, alert) = (cx.operator, cx.now, self.settings.alert);
        let sms = sms_mut(slot, cx);
        (sms.smsc, sms.node, sms.submitted) = (operator, node, Some(now));
        sms.alert = alert;
        let (origin, segments) = (sms.origin, u32::from(sms.segments));
        match self.nodes[usize::from(node)].arrive(Some(slot), Claim::Usual, cx) {
            Err((_, reason)) => self.refuse(slot, reason, cx),
            Ok(turn) => {
                let event = SmsEvent::Submitted { segments };
                let message = cx.messages[slot].id;
                cx.observe(Observation::Sms { operator, message, origin, event });
                self.serve(node, turn, gateway, cx);
            }
        }
    }

    /// An outage of one node or of all begins, or ends. What a node has in store it keeps: retries
    /// that come due wait with it.
    pub(crate) fn outage(
        &mut self,
        part: Part,
        begins: bool,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        for node in 0..self.nodes.len() as u16 {
            if part.includes(Part::node(part.kind, cx.operator, node)) {
                let turn = self.nodes[usize::from(node)].outage(begins);
                self.serve(node, turn, gateway, cx);
            }
        }
        self.down = self.nodes.iter().filter(|node| node.is_down()).count();
    }

    fn refuse(&mut self, slot: Slot, reason: Reason, cx: &mut Context<'_>) {
        let (operator, origin) = (cx.operator, sms_mut(slot, cx).origin);
        let message = cx.messages[slot].id;
        cx.observe(Observation::Sms { operator, message, origin, event: SmsEvent::Refused });
        in_store(slot, false, cx);
        let user = cx.messages[slot].sender;
        cx.refuse(slot, reason);
        // The handset that submits it has the answer in hand (SMS-SUBMIT-REPORT, 3GPP TS 23.040 9.2.2.2a).
        if let (SmsOrigin::Reply, Some(status)) = (origin, reason.status())
            && !cx.plan.has(Defect::StatusUntold)
        {
            let (about, language) = (Carried::Message(message), Language::Sms);
            cx.observe(Observation::Told { user, about, status, language });
        }
    }

    /// Licensed services of a node, one licence interval a segment, and what follows them.
    pub fn serve(
        &mut self,
        node: u16,
        mut turn: Turn,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let throughput = self.settings.throughput;
        let time = |slot: &Option<Slot>, _: &mut Stream, cx: &Context<'_>| {
            let sms = slot.and_then(|slot| cx.messages[slot].sms);
            let segments = sms.map_or(1, |sms| sms.segments);
            Duration::from_secs_f64(f64::from(segments) / throughput)
        };
        while let Some(served) = self.nodes[usize::from(node)].next(&mut turn, time, cx) {
            let Served { job, started, .. } = served;
            match job {
                Some(slot) => self.licensed(slot, started, gateway, cx),
                None => self.nodes[usize::from(node)].was_other(cx),
            }
        }
    }

    /// A service ends: the short message goes where its destination is.
    fn licensed(
        &mut self,
        slot: Slot,
        started: Instant,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let operator = cx.operator;
        cx.messages[slot].stage(Stage::SmscQueue, operator, started);
        cx.stage(slot, Stage::SmscService);
        if self.expired(slot, cx) {
            return self.expire(slot, cx);
        }
        let sms = sms_mut(slot, cx);
        sms.crossed = 0;
        let origin = sms.origin;
        let message = cx.messages[slot].id;
        cx.observe(Observation::Sms { operator, message, origin, event: SmsEvent::Attempted });
        let to = sms_mut(slot, cx).network;
        match (origin, to == operator) {
            // The operator that owns the reply number hands it to its IMSP (IM over SMS).
            (SmsOrigin::Reply, true) => {
                cx.decide(Carried::Message(message), Decision::ImOverSms(operator));
                cx.out.now(Input::Request(Job::Message(slot)));
            }
            (SmsOrigin::Reply, false) => {
                gateway.send(to, Content::Sms(slot), cx);
            }
            (SmsOrigin::Fallback | SmsOrigin::Client, own) => {
                let phone = cx.messages[slot].recipient;
                let transaction = self.asked.open(slot);
                let alert = self.settings.alert;
                let query = Query { phone, smsc: operator, transaction, alert };
                if own {
                    cx.out.now(Input::Locate(query));
                } else {
                    gateway.send(to, Content::Query(query), cx);
                }
            }
        }
    }

    /// An HLR's answer: to a question of ours that is still open, or to nobody's.
    pub fn located(&mut self, located: Located, gateway: &mut Gateway, cx: &mut Context<'_>) {
        let Located { transaction, attached, looked: [came, left] } = located;
        let Some(slot) = self.asked.close(transaction, |_| true) else {
            return cx.stray();
        };
        let (to, own, now) = (sms_mut(slot, cx).network, cx.operator, cx.now);
        let message = &mut cx.messages[slot];
        let hlr = message.to;
        message.stage(Stage::Link, own, came);
        message.stage(Stage::Hlr, hlr, left);
        message.stage(Stage::Link, hlr, now);
        if !attached {
            return self.fail(slot, cx);
        }
        in_store(slot, false, cx);
        if to == cx.operator {
            cx.out.now(Input::Page(slot));
        } else {
            gateway.send(to, Content::Sms(slot), cx);
        }
    }

    /// A short message is back from an attempt that failed.
    pub(crate) fn back(&mut self, slot: Slot, cx: &mut Context<'_>) {
        in_store(slot, true, cx);
        self.fail(slot, cx);
    }

    /// An attempt failed: the short message waits for its retry, an alert, or its end.
    fn fail(&mut self, slot: Slot, cx: &mut Context<'_>) {
        if self.expired(slot, cx) {
            return self.expire(slot, cx);
        }
        let sms = sms_mut(slot, cx);
        sms.failed += 1;
        let (operator, origin) = (cx.operator, sms_mut(slot, cx).origin);
        let message = cx.messages[slot].id;
        cx.observe(Observation::Sms { operator, message, origin, event: SmsEvent::Retried });
        self.wait(slot, cx);
    }

    fn wait(&mut self, slot: Slot, cx: &mut Context<'_>) {
        let now = cx.now;
        let sms = sms_mut(slot, cx);
        let place = (sms.failed.max(1) as usize - 1).min(self.settings.retry.len() - 1);
        let due = (now + self.settings.retry[place]).min(sms.accepted() + self.settings.validity);
        sms.due = Some(due);
        let handle = cx.messages.handle(slot);
        let phone = cx.messages[slot].recipient;
        self.waiting.entry(phone).or_default().push(handle);
        cx.at(due, Role::Smsc, Input::Retry(handle));
    }

    /// A wait may be over. A reminder that comes after an alert finds nothing due.
    pub(crate) fn retry(&mut self, handle: Handle, gateway: &mut Gateway, cx: &mut Context<'_>) {
        let due = |sms: Sms| sms.due.is_some_and(|due| due <= cx.now);
        if cx.messages.holds(handle) && cx.messages[handle.slot].sms.is_some_and(due) {
            let phone = cx.messages[handle.slot].recipient;
            if let Some(handles) = self.waiting.get_mut(&phone) {
                handles.retain(|waiting| *waiting != handle);
                if handles.is_empty() {
                    self.waiting.remove(&phone);
                }
            }
            self.again(handle.slot, gateway, cx);
        }
    }

    /// A phone is back: everything that waits for it is tried at once.
    pub(crate) fn alert(
        &mut self,
        phone: SubscriberId,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        for handle in self.waiting.remove(&phone).unwrap_or_default() {
            if cx.messages.holds(handle) && sms_mut(handle.slot, cx).due.is_some() {
                self.again(handle.slot, gateway, cx);
            }
        }
    }

    /// Another attempt: through the licensed server once more.
    fn again(&mut self, slot: Slot, gateway: &mut Gateway, cx: &mut Context<'_>) {
        cx.stage(slot, Stage::RetryWait);
        let sms = sms_mut(slot, cx);
        sms.due = None;
        let node = sms.node;
        if self.expired(slot, cx) {
            return self.expire(slot, cx);
        }
        match self.nodes[usize::from(node)].arrive(Some(slot), Claim::Accepted, cx) {
            Ok(turn) => self.serve(node, turn, gateway, cx),
            // Accepted long ago, it cannot be refused: it waits once more.
            Err(_) => self.wait(slot, cx),
        }
    }

    fn expired(&self, slot: Slot, cx: &mut Context<'_>) -> bool {
        let accepted = sms_mut(slot, cx).accepted();
        cx.now >= accepted + self.settings.validity
    }

    fn expire(&mut self, slot: Slot, cx: &mut Context<'_>) {
        let (operator, origin) = (cx.operator, sms_mut(slot, cx).origin);
        let message = cx.messages[slot].id;
        cx.observe(Observation::Sms { operator, message, origin, event: SmsEvent::Expired });
        in_store(slot, false, cx);
        tell_fate(slot, false, cx);
        let subject = cx.messages.remove(slot).subject();
        cx.observe(Observation::Expired(subject));
    }
}

/// A node for a submission: any that is up, or, if none is, one that refuses. One draw however many are
/// up, so that outages change no other draw.
fn chosen(all: &[Server<Option<Slot>>], down: usize, spread: &mut Stream) -> u16 {
    if down == 0 {
        return spread.below(all.len() as u64) as u16;
    }
    let up = |node: &u16| !all[usize::from(*node)].is_down();
    let nodes = 0..all.len() as u16;
    let count = nodes.clone().filter(up).count();
    let chosen = spread.below(count.max(1) as u64) as usize;
    nodes.filter(up).nth(chosen).unwrap_or(0)
}

/// The network that serves the number a short message is for: a phone's, or a reply number.
fn network(slot: Slot, cx: &Context<'_>) -> Option<OperatorId> {
    let message = &cx.messages[slot];
    let numbers = &cx.plan.numbers;
    let sms = message.sms.expect("an SMSC handles short messages");
    numbers.server(match sms.origin {
        SmsOrigin::Reply => numbers.reply_number(sms.reply.owner, sms.reply.index),
        SmsOrigin::Fallback | SmsOrigin::Client => numbers.msisdn(message.recipient),
    })
}

fn sms_mut<'a>(slot: Slot, cx: &'a mut Context<'_>) -> &'a mut Sms {
    cx.messages[slot].sms.as_mut().expect("an SMSC handles short messages")
}

/// Tells the IMSP whose fallback a short message is that it lies here again, or no more: as long as it does
/// nobody can have answered it.
fn in_store(slot: Slot, back: bool, cx: &mut Context<'_>) {
    let recipient = cx.messages[slot].recipient;
    let Sms { origin, reply, .. } = *sms_mut(slot, cx);
    match origin {
        SmsOrigin::Fallback if cx.settings().imsp.is_some() => {
            cx.out.now(Input::InStore { recipient, reply: reply.index, back });
        }
        // Nobody here has converted it, or nobody at all.
        SmsOrigin::Fallback | SmsOrigin::Reply | SmsOrigin::Client => {}
    }
}

/// Tells the IM server here what has become of a short message of its own, if the sender asked.
pub(crate) fn tell_fate(slot: Slot, delivered: bool, cx: &mut Context<'_>) {
    if let Some(fate) = cx.messages[slot].fate(delivered).filter(|_| cx.settings().imsp.is_some()) {
        cx.out.now(Input::Fate(fate));
    }
}

/// What the delivery of a short message looks like; called by whoever has it in the end.
pub(crate) fn delivered(slot: Slot, cx: &mut Context<'_>) {
    let sms @ Sms { smsc: operator, origin, .. } = *sms_mut(slot, cx);
    let took = cx.now.since(sms.accepted());
    let message = cx.messages[slot].id;
    cx.observe(Observation::Sms { operator, message, origin, event: SmsEvent::Delivered { took } });
}
