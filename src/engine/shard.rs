//! One operator: its nodes, its calendar, its messages. A shard can do one thing: process its
//! events in order up to a given instant. What crosses to other operators it hands out afterwards.

use std::sync::Arc;

use super::calendar::{Calendar, Event};
use super::decisions::Decisions;
use super::process::LogicalProcess;
use super::wire::{Tap, Wire};
use crate::domain::crossing::Sent;
use crate::domain::federation::{Event as Happening, Outage, TimedEvent};
use crate::domain::id::{AgreementId, OperatorId, Role, SubscriberId};
use crate::domain::ledger::{Journal, Ledger, Occasion};
use crate::domain::observation::{Grant, InFlight, Observation};
use crate::domain::outcome::{Defect, Route};
use crate::domain::part::PartKind;
use crate::domain::time::Instant;
use crate::model::clients::Clients;
use crate::model::context::{Context, Observer};
use crate::model::crossing::{Lists, arrive, in_flight};
use crate::model::crowd::Crowd;
use crate::model::gateway::Gateway;
use crate::model::hlr::Hlr;
use crate::model::imsp::Imsp;
use crate::model::message::{Message, Messages};
use crate::model::news;
use crate::model::outbox::{Input, Job, Mail, Outbox};
use crate::model::plan::Plan;
use crate::model::relay::Relay;
use crate::model::server::Turn;
use crate::model::smsc::Smsc;
use crate::model::sound::is_sound;
use crate::model::stimulus::Stimulus;
use crate::model::store::Slot;

/// Work of one request a second that nobody of the federation makes, in eighths of an IM user's: two
/// events, of the default user's tenth of one a second.
const OTHER: f64 = 160.0;

/// One operator, with `O` watching.
#[derive(Debug)]
pub struct Shard<O> {
    operator: OperatorId,
    plan: Arc<Plan>,
    /// Plans to come, the next one last.
    later: Vec<(Instant, Arc<Plan>)>,
    now: Instant,
    calendar: Calendar,
    out: Outbox,
    messages: Messages,
    lists: Lists,
    clients: Clients,
    nodes: Nodes,
    events: u64,
    /// Where the way between the IM server and its SMSC is one of octets.
    pub(super) wire: Option<Box<Wire>>,
    /// Sees every observation of the shard, in the order of its events.
    pub(crate) observer: O,
}

/// The nodes of an operator; which of them exist depends on its kind.
#[derive(Debug)]
struct Nodes {
    decisions: Option<Decisions>,
    crowd: Crowd,
    imsp: Option<Imsp>,
    smsc: Option<Smsc>,
    hlr: Option<Hlr>,
    gateway: Gateway,
    relay: Option<Relay>,
}

impl<O: Observer> Shard<O> {
    /// The shard of `operator` at the start of the run; `online` tells who is logged in then.
    pub fn new(
        plan: &Arc<Plan>,
        operator: OperatorId,
        online: &dyn Fn(SubscriberId) -> bool,
        observer: O,
    ) -> Self {
        let settings = plan.federation.operator(operator);
        let nodes = Nodes {
            decisions: Some(Decisions::new(plan, operator)),
            crowd: Crowd::new(plan, operator, online),
            imsp: settings.imsp.as_ref().map(|imsp| Imsp::new(plan, operator, imsp, online)),
            smsc: settings.smsc.as_ref().map(|smsc| Smsc::new(plan, operator, smsc)),
            hlr: settings.hlr.as_ref().map(|hlr| Hlr::new(plan, operator, hlr)),
            gateway: Gateway::new(plan, operator),
            relay: settings.relay.as_ref().map(|relay| Relay::new(plan, operator, relay)),
        };
        let mut shard = Self {
            operator,
            plan: Arc::clone(plan),
            later: plan.later.iter().rev().cloned().collect(),
            now: Instant::START,
            calendar: Calendar::default(),
            out: Outbox::new(operator),
            messages: Messages::default(),
            lists: Lists::default(),
            clients: Clients::new(plan, operator, online),
            nodes,
            events: 0,
            wire: None,
            observer,
        };
        shard.begin();
        shard
    }

    fn begin(&mut self) {
        let Self { nodes, .. } = self;
        let mut cx = Context {
            now: Instant::START,
            operator: self.operator,
            plan: &self.plan,
            messages: &mut self.messages,
            lists: &mut self.lists,
            clients: &mut self.clients,
            out: &mut self.out,
            observer: &mut self.observer,
        };
        begin_outages(&mut cx);
        nodes.gateway.begin(&mut cx);
        if let Some(decisions) = &mut nodes.decisions {
            decisions.begin(&mut cx);
        }
        if let Some(imsp) = &mut nodes.imsp {
            imsp.begin(&mut cx);
        }
        if let Some(smsc) = &mut nodes.smsc {
            smsc.begin(&mut cx);
        }
        if let Some(hlr) = &mut nodes.hlr {
            hlr.begin(&mut cx);
        }
        self.file();
    }

    /// Whose shard it is.
    pub(crate) fn operator(&self) -> OperatorId {
        self.operator
    }

    /// The instant of the event in hand, or of the last one.
    pub(crate) fn now(&self) -> Instant {
        self.now
    }

    /// Processes the next event if it is due before `end`, with all that it causes at once; gives
    /// back what it was.
    pub fn step(&mut self, end: Instant) -> Option<Input> {
        let event = self.calendar.pop_before(end)?;
        debug_assert!(event.at >= self.now, "time never moves back");
        self.now = event.at;
        self.events += 1;
        while let Some((_, plan)) = self.later.pop_if(|(at, _)| *at <= event.at) {
            self.follow(plan);
        }
        self.handle(event.input);
        self.settle_now();
        Some(event.input)
    }

    /// What an input has caused at once, and all that follows.
    fn settle_now(&mut self) {
        while let Some(input) = self.out.now.pop_front() {
            self.handle(input);
        }
        self.file();
    }

    /// Something comes from outside the calendar, now. What is due before has been processed.
    pub(super) fn bring(&mut self, at: Instant, input: Input) {
        debug_assert!(at >= self.now, "time never moves back");
        self.now = at;
        self.events += 1;
        self.handle(input);
        self.settle_now();
    }

    /// Something happens that no node of this operator does, now.
    pub(super) fn outside(&mut self, at: Instant, happens: impl FnOnce(&mut Context<'_>)) {
        debug_assert!(at >= self.now, "time never moves back");
        self.now = at;
        happens(&mut Context {
            now: at,
            operator: self.operator,
            plan: &self.plan,
            messages: &mut self.messages,
            lists: &mut self.lists,
            clients: &mut self.clients,
            out: &mut self.out,
            observer: &mut self.observer,
        });
        self.settle_now();
    }

    /// A message that is here.
    pub(crate) fn message(&self, slot: Slot) -> &Message {
        &self.messages[slot]
    }

    /// The messages that are here.
    pub(super) fn messages_mut(&mut self) -> &mut Messages {
        &mut self.messages
    }

    /// Another plan holds from now on: other ways, and perhaps an IM server where there was none.
    fn follow(&mut self, plan: Arc<Plan>) {
        let settings = plan.federation.operator(self.operator);
        if let (Some(imsp), None) = (&settings.imsp, &self.nodes.imsp) {
            self.nodes.imsp = Some(Imsp::new(&plan, self.operator, imsp, &|_| false));
        }
        let before = std::mem::replace(&mut self.plan, plan);
        let Nodes { imsp, gateway, .. } = &mut self.nodes;
        let mut cx = Context {
            now: self.now,
            operator: self.operator,
            plan: &self.plan,
            messages: &mut self.messages,
            lists: &mut self.lists,
            clients: &mut self.clients,
            out: &mut self.out,
            observer: &mut self.observer,
        };
        if let Some(imsp) = imsp {
            imsp.partners_changed(&before, gateway, &mut cx);
        }
    }

    /// A script follows somewhere: what reaches users is kept in mind.
    pub(crate) fn follow_script(&mut self) {
        self.nodes.crowd.follow_script();
    }

    /// Lets a user decide something at an instant to come, besides what the workload draws.
    pub(crate) fn script(&mut self, at: Instant, stimulus: Stimulus) {
        self.out.at(at, Role::Workload, Input::Decide(stimulus));
        self.file();
    }

    /// The messages in flight here: those whose ledger is here.
    pub(crate) fn in_flight(&self) -> impl Iterator<Item = InFlight> {
        let here = self.messages.iter().map(Message::in_flight);
        let plan = &self.plan;
        let lost = self.nodes.gateway.unanswered();
        here.chain(lost.filter_map(|(sent, ledger)| in_flight(sent, ledger, plan)))
    }

    /// What is on its way here from other operators: agreement, sending side, identity.
    pub(crate) fn under_way(&self) -> impl Iterator<Item = (AgreementId, OperatorId, u64)> {
        self.calendar.inputs().filter_map(|input| {
            let (agreement, identity) = match input {
                Input::Incoming(crossing) => (crossing.agreement, crossing.identity()),
                Input::Doubled(agreement, number) => (agreement, u64::from(number)),
                Input::Decide(_)
                | Input::Reply(_)
                | Input::ToClient(_)
                | Input::AskedForContact(_)
                | Input::AskedToAllow(_)
                | Input::AskedToJoin(_)
                | Input::InStore { .. }
                | Input::Refresh { .. }
                | Input::Unasked { .. }
                | Input::ReplyNumbersDue
                | Input::Submit(_)
                | Input::Accept(_)
                | Input::Retry(_)
                | Input::Located(_)
                | Input::Failed(_)
                | Input::Alert(_)
                | Input::Locate(_)
                | Input::Watch(_)
                | Input::SetPhone(..)
                | Input::Flip(_)
                | Input::PhoneBack(_)
                | Input::Page(_)
                | Input::Attempt(_)
                | Input::Repeat(_)
                | Input::Overdue(_)
                | Input::SessionDue(_)
                | Input::Request(_)
                | Input::Release(_)
                | Input::Refused(_)
                | Input::Fate(_)
                | Input::Other(_)
                | Input::Served { .. }
                | Input::Outage { .. } => return None,
            };
            let from = self.plan.federation.agreement(agreement).peer(self.operator);
            Some((agreement, from, identity))
        })
    }

    /// News for single watchers that is on its way here (UC-3).
    pub(crate) fn grants(&self) -> impl Iterator<Item = Grant> {
        let Nodes { imsp, gateway, relay, .. } = &self.nodes;
        let jobs = imsp.iter().flat_map(Imsp::jobs).filter_map(news::of_job);
        let passing = relay.iter().flat_map(Relay::crossings).chain(gateway.crossings());
        let due = self.calendar.inputs().filter_map(|input| news::of_input(&input));
        let lost = gateway.unanswered().filter_map(|(sent, ledger)| news::of_sent(sent, ledger));
        jobs.chain(passing.filter_map(news::of_crossing)).chain(due).chain(lost)
    }

    /// The run has ended at `at`: what goes on without events is observed until there.
    pub(crate) fn settle(&mut self, at: Instant) {
        let mut cx = Context {
            now: at,
            operator: self.operator,
            plan: &self.plan,
            messages: &mut self.messages,
            lists: &mut self.lists,
            clients: &mut self.clients,
            out: &mut self.out,
            observer: &mut self.observer,
        };
        cx.run_ends();
    }

    /// Ends the shard; who watched remains.
    pub fn into_observer(self) -> O {
        self.observer
    }

    /// Files what the nodes want to happen later.
    fn file(&mut self) {
        for (at, order, input) in self.out.later.drain(..) {
            self.calendar.push(Event { at, order, input });
        }
    }

    /// Brings one input to its node. A node that the operator does not have receives none: the
    /// topology's checks and the nodes' own rules see to that.
    fn handle(&mut self, input: Input) {
        let mut tap;
        let observer: &mut dyn Observer = match &mut self.wire {
            None => &mut self.observer,
            Some(wire) => {
                if wire.takes(&input, &self.messages) {
                    return;
                }
                tap = Tap { wire, through: &mut self.observer };
                &mut tap
            }
        };
        let Nodes { decisions, crowd, imsp, smsc, hlr, gateway, relay } = &mut self.nodes;
        let cx = &mut Context {
            now: self.now,
            operator: self.operator,
            plan: &self.plan,
            messages: &mut self.messages,
            lists: &mut self.lists,
            clients: &mut self.clients,
            out: &mut self.out,
            observer,
        };
        match input {
            Input::Decide(stimulus) => {
                if let Some(decisions) = decisions {
                    decisions.due(stimulus, crowd, imsp.as_ref(), cx);
                }
            }
            Input::Reply(reply) => crowd.reply(reply, cx),
            Input::ToClient(slot) => {
                if !crowd.reaches_client(slot, cx) {
                    node(imsp).undelivered(slot, cx);
                }
            }
            Input::AskedForContact(request) => crowd.asked_for_contact(request, cx),
            Input::AskedToJoin(request) => crowd.asked_to_join(request, cx),
            Input::AskedToAllow(question) => crowd.asked_to_allow(question, cx),

            Input::Request(job) => node(imsp).request(job, gateway, cx),
            Input::Refresh { watcher, session, domain } => {
                node(imsp).refresh(watcher, session, domain, gateway, cx);
            }
            Input::Unasked { user, session } => node(imsp).unasked(user, session, gateway, cx),
            Input::ReplyNumbersDue => node(imsp).reply_numbers_due(cx),
            Input::InStore { recipient, reply, back } => {
                node(imsp).in_store(recipient, reply, back, cx);
            }

            Input::Fate(fate) => node(imsp).request(Job::Fate(fate), gateway, cx),
            Input::Refused(refusal) => match cx.plan.population.operator(refusal.user) {
                home if home == cx.operator => node(imsp).refused(refusal, cx),
                home => gateway.refuse(home, refusal, cx),
            },

            Input::Submit(slot) => node(smsc).submit(slot, gateway, cx),
            Input::Accept(slot) => node(smsc).accept(slot, gateway, cx),
            Input::Retry(handle) => node(smsc).retry(handle, gateway, cx),
            Input::Located(located) => node(smsc).located(located, gateway, cx),
            Input::Failed(slot) => node(smsc).back(slot, cx),
            Input::Alert(phone) => node(smsc).alert(phone, gateway, cx),

            Input::Locate(query) => {
                node(hlr).locate(query, &|phone| crowd.is_on_air(phone), gateway, cx);
            }
            Input::PhoneBack(phone) => node(hlr).phone_back(phone, gateway, cx),
            Input::SetPhone(phone, attached) => {
                node(hlr).set_phone(phone, attached, gateway, cx);
            }
            Input::Watch(phone) => node(hlr).watch(phone, cx),
            Input::Flip(phone) => node(hlr).flip(phone, cx),
            Input::Page(slot) => node(hlr).page(slot, cx),
            Input::Attempt(slot) => {
                if node(hlr).attempt(slot, &|phone| crowd.is_on_air(phone), gateway, cx) {
                    crowd.reaches_handset(slot, cx);
                }
            }

            Input::Incoming(crossing) => {
                if let Some(crossing) = gateway.incoming(crossing, cx) {
                    node(relay).arrive(crossing, gateway, cx);
                }
            }
            Input::Repeat(place) => gateway.repeat(place, cx),
            Input::Overdue(agreement) => gateway.overdue(agreement, cx),
            Input::SessionDue(agreement) => gateway.session_due(agreement, cx),
            Input::Doubled(agreement, number) => gateway.doubled(agreement, number, cx),
            Input::Release(crossing) => gateway.release(crossing, cx),

            Input::Other(kind) => match kind {
                PartKind::Smsc => node(smsc).other(gateway, cx),
                PartKind::Hlr => node(hlr).other(&|phone| crowd.is_on_air(phone), gateway, cx),
                // Nobody else uses them.
                PartKind::ImServer
                | PartKind::Relay
                | PartKind::Translator
                | PartKind::Link
                | PartKind::RateLimit => {}
            },
            Input::Served { kind, node: which, place } => {
                let turn = Turn::over(place);
                match kind {
                    PartKind::ImServer => node(imsp).serve(turn, gateway, cx),
                    PartKind::Smsc => node(smsc).serve(which, turn, gateway, cx),
                    PartKind::Hlr => {
                        node(hlr).serve(turn, &|phone| crowd.is_on_air(phone), gateway, cx);
                    }
                    PartKind::Relay => node(relay).serve(turn, gateway, cx),
                    PartKind::Translator => gateway.serve(turn, cx),
                    // They know beforehand when a crossing or a message goes.
                    PartKind::Link | PartKind::RateLimit => {}
                }
            }
            Input::Outage { outage: Outage::Link { between: [a, b], fault }, begins } => {
                let peer = if a == cx.operator { b } else { a };
                gateway.link_outage(peer, fault, begins, cx);
            }
            Input::Outage { outage: Outage::Part(part), begins } => match part.kind {
                PartKind::ImServer => node(imsp).outage(begins, gateway, cx),
                PartKind::Smsc => node(smsc).outage(part, begins, gateway, cx),
                PartKind::Hlr => {
                    node(hlr).outage(begins, &|phone| crowd.is_on_air(phone), gateway, cx);
                }
                PartKind::Relay => node(relay).outage(begins, gateway, cx),
                PartKind::Translator => gateway.translator_outage(begins, cx),
                // They fail by `Outage::Link`, or not at all.
                PartKind::Link | PartKind::RateLimit => {}
            },
        }
    }
}

impl<O: Observer + Send> LogicalProcess for Shard<O> {
    type Mail = Mail;

    fn index(&self) -> usize {
        self.operator.index()
    }

    /// How much of the work it is likely to make: its IM users first, then everybody; a hub, what
    /// its neighbours' IM users send through it.
    fn weight(&self) -> u64 {
        let Plan { population, federation, .. } = &*self.plan;
        let mut weight = 1 + u64::from(population.sms_only(self.operator));
        weight += 8 * u64::from(population.im_users(self.operator));
        if federation.operator(self.operator).relay.is_some() {
            let neighbours = federation.agreements().filter_map(|(_, agreement)| {
                let [a, b] = agreement.between;
                let here = [(a, b), (b, a)].into_iter().find(|(hub, _)| *hub == self.operator);
                here.map(|(_, neighbour)| neighbour)
            });
            // About a third of the work that they make at home, measured at `hub-and-spoke`.
            weight += neighbours.map(|id| 3 * u64::from(population.im_users(id))).sum::<u64>();
        }
        let own = federation.operator(self.operator);
        let others = own.smsc.as_ref().map_or(0.0, |smsc| smsc.other)
            + own.hlr.as_ref().map_or(0.0, |hlr| hlr.other);
        weight += (others * OTHER) as u64;
        weight
    }

    fn next(&self) -> Instant {
        self.calendar.next()
    }

    fn events(&self) -> u64 {
        self.events
    }

    fn run_until(&mut self, end: Instant) {
        while self.step(end).is_some() {}
    }

    fn send(&mut self, to: impl FnMut(Mail)) {
        self.out.leaving.drain(..).for_each(to);
    }

    fn receive(&mut self, Mail { at, order, crossing, ledger, .. }: Mail) {
        let operator = self.operator;
        // Who is there when it arrives decides, not who is now.
        let then = self.later.iter().find(|(from, _)| *from <= at);
        let plan = then.map_or(&self.plan, |(_, plan)| plan);
        if !is_sound(&crossing, operator, at, plan) {
            return self.observer.observe(at, &Observation::Stray { operator });
        }
        let doubled = Input::Doubled(crossing.agreement, crossing.number);
        let ledger = match plan.has(Defect::RepeatedAsNew) && ledger == Ledger::None {
            true => as_new(&crossing, at),
            false => ledger,
        };
        let arrived = arrive(crossing, ledger, plan, &mut self.messages, &mut self.lists);
        let input = arrived.map_or(doubled, Input::Incoming);
        self.calendar.push(Event { at, order, input });
    }

    fn address(mail: &Mail) -> (usize, Instant) {
        (mail.next.index(), mail.at)
    }
}

/// What would go beside a repetition if it were another message: for the defect that takes it for one.
fn as_new(sent: &Sent, at: Instant) -> Ledger {
    let recipient = sent.content.message().and_then(|note| note.recipient);
    recipient.map_or(Ledger::None, |recipient| {
        Ledger::Message(recipient, Journal::new(Occasion(0), Route::Interworked, at))
    })
}

/// What fails here by the timeline, and when it works again: known from the start, so that no shard
/// has to tell another.
fn begin_outages(cx: &mut Context<'_>) {
    let federation = &cx.plan.federation;
    let start = Instant::START + federation.run.warm_up;
    for TimedEvent { at, event } in &federation.timeline {
        if let Happening::Outage { outage, lasts } = *event
            && outage.concerns(cx.operator)
            && !cx.plan.has(Defect::OutagesIgnored)
        {
            let at = start + *at;
            cx.at(at, Role::Workload, Input::Outage { outage, begins: true });
            cx.at(at + lasts, Role::Workload, Input::Outage { outage, begins: false });
        }
    }
}

/// The node an input is for. Whoever sends an input has made sure that the node exists; if not,
/// the run is worthless and stops.
fn node<N>(node: &mut Option<N>) -> &mut N {
    node.as_mut().expect("an input reaches only nodes that its operator has")
}
