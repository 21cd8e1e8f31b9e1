//! All subscribers of one operator: their clients, their handsets, their habits. Columns, not
//! objects. What users decide outside the model (`workload`) comes in as calls; what they do in
//! answer to deliveries is decided here by habit.

mod habits;
mod script;
pub(crate) mod terminal;

use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use self::habits::Habits;
use self::script::Script;
use super::access::Access;
use super::bits::Bits;
use super::context::Context;
use super::message::{Message, Sms};
use super::outbox::{Asked, ContactRequest, Input, Job, Reply};
use super::plan::Plan;
use super::smsc;
use super::store::Slot;
use crate::domain::client::Act;
use crate::domain::crossing::{Consent, ToGroup};
use crate::domain::id::{MessageId, OperatorId, Role, SubscriberId};
use crate::domain::ledger::Occasion;
use crate::domain::observation::{Carried, Decision, Observation, StageTime};
use crate::domain::outcome::{Defect, Reason, Route, SmsOrigin, Stage};
use crate::domain::presence::Availability;
use crate::domain::random::StreamSeed;
use crate::domain::text::Text;
use crate::model::status_texts::StatusTexts;
use crate::model::stimulus::Change;

/// The subscribers of one operator.
#[derive(Debug)]
pub(crate) struct Crowd {
    base: u32,
    /// IM users whose client is logged in, by index.
    online: Bits,
    /// What users have set of themselves, by index.
    availability: Vec<Availability>,
    texts: StatusTexts,
    /// Towards the operator.
    up: Access,
    habits: Habits,
    /// Who has been told that a contact is served by SMS.
    noticed: FxHashSet<(SubscriberId, SubscriberId)>,
    limited: StreamSeed,
    /// IM users whose subscription has lapsed: their clients get no session.
    lapsed: FxHashSet<SubscriberId>,
    /// What a script needs to know; `None` without one.
    script: Option<Script>,
    /// Messages meant so far.
    messages: u64,
    /// First ones among them, and what names the occasions that they are.
    firsts: u64,
    occasions: StreamSeed,
}

impl Crowd {
    /// The subscribers of `operator`; `online` tells who is logged in at the start.
    pub(crate) fn new(
        plan: &Plan,
        operator: OperatorId,
        online: &dyn Fn(SubscriberId) -> bool,
    ) -> Self {
        let settings = plan.federation.operator(operator);
        let base = plan.population.base(operator);
        let im_users = plan.population.im_users(operator);
        let mut logged_in = Bits::new(plan.population.range(operator).len());
        for index in 0..im_users {
            logged_in.set(index as usize, online(SubscriberId(base + index)));
        }
        Self {
            base,
            availability: vec![Availability::Available; plan.population.range(operator).len()],
            texts: StatusTexts::new(plan, operator),
            online: logged_in,
            up: Access::new(plan, operator, "access/up"),
            noticed: FxHashSet::default(),
            lapsed: FxHashSet::default(),
            limited: StreamSeed::new(plan.federation.run.seed, &settings.name, "client limit"),
            script: None,
            habits: Habits::new(&settings.workload, &settings.name, plan.federation.run.seed),
            messages: 0,
            firsts: 0,
            occasions: StreamSeed::new(plan.federation.run.seed, &settings.name, "occasions"),
        }
    }

    /// Whether an IM user's client is logged in.
    pub(crate) fn is_online(&self, user: SubscriberId) -> bool {
        self.online.get((user.0 - self.base) as usize)
    }

    /// Whether a phone is in the mobile network with its owner's IM client: without the one there is no
    /// session over it, so while there is a session, there is the phone.
    pub(crate) fn is_on_air(&self, user: SubscriberId) -> bool {
        self.is_online(user) && self.up.is_mobile(user)
    }

    /// A user means to write to a contact, now; `im`: whom the user's IMSP knows as an IM user.
    pub(crate) fn write(
        &mut self,
        sender: SubscriberId,
        recipient: SubscriberId,
        im: bool,
        text: Text,
        cx: &mut Context<'_>,
    ) {
        let occasion = self.first();
        self.send(occasion, sender, recipient, im, text, cx);
    }

    /// The occasion of another first message.
    fn first(&mut self) -> Occasion {
        self.firsts += 1;
        Occasion::first(self.occasions, self.firsts)
    }

    fn send(
        &mut self,
        occasion: Occasion,
        sender: SubscriberId,
        recipient: SubscriberId,
        im: bool,
        text: Text,
        cx: &mut Context<'_>,
    ) {
        let slot = self.compose(occasion, (sender, recipient), None, text, cx);
        cx.messages[slot].report = self.habits.asks_for_report(occasion);
        self.converse(sender, recipient, cx);
        if !im && !self.legacy_contact(slot, cx) {
            return cx.refuse(slot, Reason::StoppedByClient);
        }
        cx.exchange(sender, Act::Send, text.bytes.into());
        let delay = self.up.client(sender);
        cx.at(cx.now + delay, Role::Crowd, Input::Request(Job::Message(slot)));
    }

    /// A user means to write to a group, now: one copy for every other member, each a request at the
    /// IM server.
    pub(crate) fn write_group(
        &mut self,
        sender: SubscriberId,
        members: &[SubscriberId],
        text: Text,
        cx: &mut Context<'_>,
    ) {
        cx.exchange(sender, Act::SendGroup, text.bytes.into());
        let delay = self.up.client(sender);
        for &member in members.iter().filter(|member| **member != sender) {
            let occasion = self.first();
            let slot = self.compose(occasion, (sender, member), Some(Route::Group), text, cx);
            cx.at(cx.now + delay, Role::Crowd, Input::Request(Job::GroupMessage(slot)));
        }
    }

    /// A member means to write to the group of another user, now: one request, for the host's IMSP knows
    /// who else is in it.
    pub(crate) fn post_to_group(
        &mut self,
        sender: SubscriberId,
        host: SubscriberId,
        text: Text,
        cx: &mut Context<'_>,
    ) {
        let delay = self.up.client(sender);
        let occasion = self.first();
        let slot = self.compose(occasion, (sender, host), Some(Route::Group), text, cx);
        cx.messages[slot].group = ToGroup::Post;
        cx.at(cx.now + delay, Role::Crowd, Input::Request(Job::GroupMessage(slot)));
    }

    /// A user takes a contact off the list, now.
    pub(crate) fn remove_contact(
        &mut self,
        owner: SubscriberId,
        contact: SubscriberId,
        cx: &mut Context<'_>,
    ) {
        cx.exchange(owner, Act::ChangeContact, 0);
        let delay = self.up.client(owner);
        let job = Job::RemoveContact { owner, contact };
        cx.at(cx.now + delay, Role::Crowd, Input::Request(job));
    }

    /// A user's presence changes, now: to this, or to what comes next.
    pub(crate) fn change_presence(
        &mut self,
        publisher: SubscriberId,
        to: Change,
        cx: &mut Context<'_>,
    ) {
        let set = &mut self.availability[(publisher.0 - self.base) as usize];
        let text = match to {
            Change::Text(text) => Some(text),
            Change::Availability(to) => {
                *set = to;
                None
            }
            // Whoever shows a text has a new one.
            Change::Next => {
                *set = set.next();
                self.texts.drawn(publisher, cx.now)
            }
        };
        let job = Job::Presence { publisher, availability: *set, text, changed: cx.now };
        cx.exchange(publisher, Act::Update, 0);
        let delay = self.up.client(publisher);
        cx.at(cx.now + delay, Role::Crowd, Input::Request(job));
    }

    /// A user logs in or out, now; the `count`th such change of that user.
    pub(crate) fn change_session(
        &mut self,
        user: SubscriberId,
        count: u32,
        cx: &mut Context<'_>,
    ) -> bool {
        let login = !self.is_online(user);
        if login && self.has_left(user) {
            return false;
        }
        let job = Job::Session { user, count, login, changed: cx.now };
        let delay = self.up.client(user);
        cx.at(cx.now + delay, Role::Crowd, Input::Request(job));
        let login = login && !self.lapsed.contains(&user);
        self.online.set((user.0 - self.base) as usize, login);
        if login && cx.settings().hlr.is_some() && self.up.is_mobile(user) {
            // The phone is there with its client: whoever waits for it is told.
            cx.out.now(Input::PhoneBack(user));
        }
        login
    }

    /// A user means to add a contact, now.
    pub(crate) fn add_contact(
        &mut self,
        owner: SubscriberId,
        contact: SubscriberId,
        by_number: bool,
        cx: &mut Context<'_>,
    ) {
        cx.observe(Observation::ContactMeant { owner, contact, by_number });
        cx.exchange(owner, Act::ChangeContact, 0);
        let request = ContactRequest { owner, contact, asked: Asked::Here(cx.now) };
        let delay = self.up.client(owner);
        let job = Job::AddContact { request, by_number };
        cx.at(cx.now + delay, Role::Crowd, Input::Request(job));
    }

    /// A contact request reaches a client: its user decides.
    pub(crate) fn asked_for_contact(&mut self, request: ContactRequest, cx: &mut Context<'_>) {
        let accepted = self
            .said(request.contact)
            .unwrap_or_else(|| self.habits.accepts(request.owner, request.contact));
        let carried = Carried::Contact(request.owner, request.contact);
        cx.decide(carried, Decision::Accepted(accepted));
        cx.exchange(request.contact, Act::AnswerContact, 0);
        let job = Job::ContactAnswered { request, answer: Consent::of(accepted) };
        let delay = self.up.client(request.contact);
        cx.at(cx.now + delay, Role::Crowd, Input::Request(job));
    }

    /// An invitation to a group reaches a client: its user decides.
    pub(crate) fn asked_to_join(&mut self, request: ContactRequest, cx: &mut Context<'_>) {
        let habit = || self.habits.accepts(request.owner, request.contact);
        let answer = Consent::of(self.said(request.contact).unwrap_or_else(habit));
        cx.exchange(request.contact, Act::AnswerGroup, 0);
        let delay = self.up.client(request.contact);
        let job = Job::InviteAnswered { request, answer };
        cx.at(cx.now + delay, Role::Crowd, Input::Request(job));
    }

    /// An instant message reaches a client. False if the client has logged out meanwhile.
    pub(crate) fn reaches_client(&mut self, slot: Slot, cx: &mut Context<'_>) -> bool {
        if !self.is_online(cx.messages[slot].recipient) {
            return false;
        }
        cx.stage(slot, Stage::AccessDown);
        self.delivered(slot, cx);
        true
    }

    /// A short message has reached its handset.
    pub(crate) fn reaches_handset(&mut self, slot: Slot, cx: &mut Context<'_>) {
        smsc::delivered(slot, cx);
        self.delivered(slot, cx);
    }

    fn delivered(&mut self, slot: Slot, cx: &mut Context<'_>) {
        let message = cx.messages.remove(slot);
        let subject = message.subject();
        let stages: SmallVec<[StageTime; 8]> = message.journal.stages().collect();
        let sms = message.sms.is_some();
        // Whoever is nobody of the federation has no number here to answer to.
        let stranger = message.sms.is_some_and(|sms| sms.origin == SmsOrigin::Client);
        if let Some(fate) = message.fate(true).filter(|_| !sms) {
            let delay = self.up.client(message.recipient);
            cx.at(cx.now + delay, Role::Crowd, Input::Request(Job::Fate(fate)));
        }
        cx.observe(Observation::Delivered { subject, sms, stages: &stages });
        let reply = Reply {
            occasion: message.journal.occasion,
            from: message.recipient,
            to: message.sender,
            by_sms: message.by_sms,
            number: message.sms.map(|sms| sms.reply),
        };
        if !sms {
            self.converse(message.recipient, message.sender, cx);
        }
        if let Some(script) = &mut self.script {
            script.inbox.insert(reply.from, reply);
            script.inboxes.insert((reply.from, reply.to), reply);
        }
        // Nobody answers a group but by the group's own rate.
        let answers = message.group == ToGroup::No && !stranger;
        if let Some(after) = self.habits.answers_after(message.journal.occasion).filter(|_| answers)
        {
            cx.at(cx.now + after, Role::Crowd, Input::Reply(reply));
        }
    }

    /// A user means to answer, now: on SMS if the message came as SMS, else from the client if it
    /// is logged in.
    pub(crate) fn reply(&mut self, reply: Reply, cx: &mut Context<'_>) {
        let text = self.habits.answer_text(reply.occasion);
        self.answer(reply, text, cx);
    }

    fn answer(&mut self, reply: Reply, text: Text, cx: &mut Context<'_>) {
        let Some(number) = reply.number else {
            if self.is_online(reply.from) && !cx.plan.has(Defect::AnswerMissing) {
                // The client knows by the message whom it is from (CR16-3).
                let im = !reply.by_sms;
                self.send(reply.occasion.answer(), reply.from, reply.to, im, text, cx);
            }
            return;
        };
        let home = |who| cx.plan.population.operator(who);
        let route = match (number.owner == cx.operator, home(reply.to) == cx.operator) {
            (true, true) => Route::SmsReplyOwn,
            (true, false) => Route::SmsReplyHome,
            (false, _) => Route::SmsReplyDirect,
        };
        let occasion = reply.occasion.answer();
        let slot = self.compose(occasion, (reply.from, reply.to), Some(route), text, cx);
        cx.messages[slot].sms = Some(Sms {
            smsc: cx.operator,
            network: cx.operator,
            node: 0,
            segments: text.segments(),
            origin: SmsOrigin::Reply,
            reply: number,
            alert: false,
            crossed: 0,
            owed: 0,
            submitted: None,
            failed: 0,
            due: None,
        });
        let delay = self.up.handset();
        cx.at(cx.now + delay, Role::Crowd, Input::Submit(slot));
    }

    fn compose(
        &mut self,
        occasion: Occasion,
        (sender, recipient): (SubscriberId, SubscriberId),
        route: Option<Route>,
        text: Text,
        cx: &mut Context<'_>,
    ) -> Slot {
        let id = MessageId::new(cx.operator, self.messages);
        self.messages += 1;
        let route = route.unwrap_or_else(|| cx.plan.route(sender, recipient));
        let to = cx.plan.population.operator(recipient);
        let id = (id, occasion);
        let message = Message::new(id, (sender, cx.operator), (recipient, to), route, text, cx.now);
        cx.observe(Observation::Offered(message.subject()));
        cx.messages.insert(message)
    }
}
