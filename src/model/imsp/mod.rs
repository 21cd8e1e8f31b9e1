//! The instant messaging and presence server of one IMSP: one station for all requests, and what
//! each kind of request means. `messages` routes, `legacy` crosses between IM and SMS, `presence`
//! tells watchers, `contacts` grows lists, `sessions` knows who is logged in.

mod accounts;
mod blocking;
mod contacts;
mod directory;
mod groups;
mod legacy;
mod messages;
mod pairs;
mod presence;
mod refusals;
mod search;
mod sessions;
mod upgrades;

use rustc_hash::{FxHashMap, FxHashSet};

use self::directory::Directory;
use self::legacy::ReplyPool;
use self::messages::reported;
use self::pairs::Pairs;
use self::presence::shown_never;
use self::search::found;
use super::access::Access;
use super::bits::Bits;
use super::context::Context;
use super::crossing::Subscription;
use super::gateway::Gateway;
use super::outbox::{Asked, ContactRequest, Job};
use super::plan::Plan;
use super::server::{Server, Turn};
use super::station::{Claim, Served};
use super::status_texts::StatusTexts;
use super::store::{Slot, Store};
use crate::domain::crossing::{Consent, Fate, Request};
use crate::domain::distribution::DurationDistribution;
use crate::domain::federation::{self, ServiceTimes};
use crate::domain::id::{OperatorId, SubscriberId};
use crate::domain::observation::Carried;
use crate::domain::outcome::{Defect, Reason, Stage};
use crate::domain::part::{Part, PartKind};
use crate::domain::presence::{Availability, News, StatusText};
use crate::domain::random::StreamSeed;
use crate::domain::status::Status;
use crate::domain::text::SourceNotice;
use crate::domain::time::Instant;

/// The server of one IMSP.
#[derive(Debug)]
pub(crate) struct Imsp {
    settings: federation::Imsp,
    server: Server<Job>,
    /// First subscriber of the operator.
    base: u32,
    /// IM users of this operator, by index (KIND-1); upgrades add to them.
    im: Bits,
    /// What it knows of users elsewhere.
    directory: Directory,
    /// Watchers who may not see a publisher here: not asked about yet, or denied.
    hidden: Pairs,
    /// Whether legacy customers look online, of whom phones or commands have said so.
    known: FxHashMap<SubscriberId, bool>,
    /// Legacy customers of whom the HLR has not told yet, with requests that wait for it.
    unheard: FxHashMap<SubscriberId, Vec<ContactRequest>>,
    /// Whom users here have taken off their lists, and who elsewhere has taken off users here (owner
    /// first).
    removed: Pairs,
    /// Who is blocked by whom (owner first).
    blocked: Pairs,
    /// IM users with a session, by index.
    sessions: Bits,
    /// What users have set of themselves, by index.
    availability: Vec<Availability>,
    /// What else they have set since the start.
    texts: FxHashMap<SubscriberId, StatusText>,
    /// What they had set before.
    texts_before: StatusTexts,
    /// Session changes seen of each IM user.
    session_changes: Vec<u32>,
    /// Legacy customers with a pre-registered account, by index.
    registered: Bits,
    /// Standing subscriptions of watchers elsewhere: by place in the graph's array of watchers,
    /// from `watcher_base`.
    subscribed: Bits,
    watcher_base: u32,
    added: contacts::Added,
    /// What users here have asked of other operators, by transaction.
    open: Store<Open>,
    /// Messages for IM users who are logged out.
    stored: FxHashMap<SubscriberId, Vec<Slot>>,
    /// What has become of messages of users who are logged out, and asked.
    fates: FxHashMap<SubscriberId, Vec<Fate>>,
    /// Refusals that users who are logged out have not been told of.
    untold: FxHashMap<SubscriberId, Vec<(Carried, Status)>>,
    /// IM users whose subscription has lapsed.
    lapsed: FxHashSet<SubscriberId>,
    /// Contact requests to IM users who are logged out.
    asked: FxHashMap<SubscriberId, Vec<ContactRequest>>,
    /// Invitations for IM users who are logged out.
    invited: FxHashMap<SubscriberId, Vec<ContactRequest>>,
    /// Members of the groups that users here have opened, but for the users themselves.
    groups: FxHashMap<SubscriberId, Vec<SubscriberId>>,
    /// Copies made so far of what other members write to them.
    copies: u64,
    replies: ReplyPool,
    source_notice: SourceNotice,
    /// Draws who is listed in the directory, by index.
    listed: StreamSeed,
    /// Towards the clients.
    down: Access,
    /// Watchers to be told of the change in hand; kept to spare an allocation.
    told: Vec<SubscriberId>,
}

/// What was asked of another operator and is not answered yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Open {
    user: SubscriberId,
    contact: SubscriberId,
    /// What for.
    wanted: Wanted,
}

/// What a user has asked another operator for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// To find somebody.
    Search,
    /// A contact; how that came about.
    Contact(Asked),
    /// A member for the user's group.
    Member,
}

impl Imsp {
    /// The server of `operator`. `online` tells who is logged in at the start, anywhere.
    pub(crate) fn new(
        plan: &Plan,
        operator: OperatorId,
        settings: &federation::Imsp,
        online: &dyn Fn(SubscriberId) -> bool,
    ) -> Self {
        let range = plan.population.range(operator);
        let im_users = plan.population.im_users(operator);
        let mut im = Bits::new(range.len());
        let mut sessions = Bits::new(range.len());
        for index in 0..im_users {
            im.set(index as usize, true);
            sessions.set(index as usize, online(SubscriberId(range.start + index)));
        }
        let one = plan.has(Defect::OneReplyNumber);
        let reply_numbers = if one { 1 } else { settings.legacy.reply_numbers };
        let mut imsp = Self {
            settings: settings.clone(),
            server: Server::new(
                plan,
                Part::of(PartKind::ImServer, operator),
                settings.queue_limit,
                "im_server/service",
            ),
            base: range.start,
            im,
            directory: Directory::default(),
            hidden: Pairs::default(),
            known: FxHashMap::default(),
            unheard: FxHashMap::default(),
            removed: Pairs::default(),
            blocked: Pairs::default(),
            sessions,
            availability: vec![Availability::Available; range.len()],
            texts: FxHashMap::default(),
            texts_before: StatusTexts::new(plan, operator),
            session_changes: vec![0; range.len()],
            registered: Bits::new(range.len()),
            subscribed: Bits::default(),
            watcher_base: 0,
            added: contacts::Added::default(),
            open: Store::default(),
            stored: FxHashMap::default(),
            asked: FxHashMap::default(),
            fates: FxHashMap::default(),
            untold: FxHashMap::default(),
            lapsed: FxHashSet::default(),
            invited: FxHashMap::default(),
            groups: FxHashMap::default(),
            copies: 0,
            replies: ReplyPool::new(reply_numbers, settings.legacy.reply_hold),
            source_notice: SourceNotice::new(&settings.legacy.source_notice),
            listed: StreamSeed::new(
                plan.federation.run.seed,
                &plan.federation.operator(operator).name,
                "directory/listed",
            ),
            down: Access::new(plan, operator, "access/down"),
            told: Vec::new(),
        };
        imsp.begin_subscriptions(plan, operator, online);
        imsp.begin_accounts(plan, operator);
        imsp
    }

    /// A request arrives at the server.
    pub(crate) fn request(&mut self, job: Job, gateway: &mut Gateway, cx: &mut Context<'_>) {
        if let Job::Message(slot) | Job::GroupMessage(slot) = job {
            cx.stage(slot, Stage::AccessUp);
        }
        let claim = match job {
            Job::Message(_) if self.settings.messages_first => Claim::Urgent,
            // What changes an account finds its way, later if need be: the client would repeat it.
            Job::Session { .. } | Job::Upgrade { .. } | Job::Downgrade { .. } => Claim::Accepted,
            Job::Lapse { .. } => Claim::Accepted,
            Job::WatcherAnswered { .. } | Job::Block { .. } | Job::Phone { .. } => Claim::Accepted,
            Job::Message(_)
            | Job::GroupMessage(_)
            | Job::Invite { .. }
            | Job::Invited(_)
            | Job::InviteAnswered { .. }
            | Job::Leave(_)
            | Job::ServedAs(_)
            | Job::Fate(_)
            | Job::Presence { .. }
            | Job::Unasked(_)
            | Job::Notification(_)
            | Job::State { .. }
            | Job::TellState { .. }
            | Job::Notify { .. }
            | Job::Subscribe(_)
            | Job::Search { .. }
            | Job::SearchAnswered(_)
            | Job::Command { .. }
            | Job::Validate(_)
            | Job::Validated { .. }
            | Job::AddContact { .. }
            | Job::RemoveContact { .. }
            | Job::ContactAsked(_)
            | Job::ContactAnswered { .. } => Claim::Usual,
        };
        match self.server.arrive(job, claim, cx) {
            Ok(turn) => {
                self.handed_over(&job, gateway, cx);
                self.serve(turn, gateway, cx);
            }
            Err((job, reason)) => self.turn_away(job, reason, gateway, cx),
        }
    }

    /// An outage begins, or ends, and with it the sessions with other servers.
    pub(crate) fn outage(&mut self, begins: bool, gateway: &mut Gateway, cx: &mut Context<'_>) {
        let turn = self.server.outage(begins);
        gateway.server_outage(self.server.is_down(), cx);
        self.serve(turn, gateway, cx);
    }

    /// Requests in service or waiting.
    pub(crate) fn jobs(&self) -> impl Iterator<Item = &Job> {
        self.server.jobs()
    }

    /// What was served takes its course.
    pub(crate) fn serve(&mut self, mut turn: Turn, gateway: &mut Gateway, cx: &mut Context<'_>) {
        loop {
            let times = &self.settings.service_time;
            let next =
                self.server.next(&mut turn, |job, draw, _| time_of(job, times).sample(draw), cx);
            let Some(served) = next else { return };
            self.done(served, gateway, cx);
        }
    }

    /// What each kind of request means.
    fn done(&mut self, served: Served<Job>, gateway: &mut Gateway, cx: &mut Context<'_>) {
        match served.job {
            Job::Message(slot) | Job::GroupMessage(slot) => {
                let operator = cx.operator;
                cx.messages[slot].stage(Stage::ImQueue, operator, served.started);
                cx.stage(slot, Stage::ImService);
                self.message(slot, served.arrived, gateway, cx);
            }
            Job::Presence { publisher, availability, text, changed } => {
                let index = self.index(publisher);
                if let Some(text) = text.filter(|_| !cx.plan.has(Defect::StatusTextLost)) {
                    self.texts.insert(publisher, text);
                }
                if !cx.plan.has(Defect::AvailabilityLost) {
                    self.availability[index] = availability;
                }
                let news = News::Changed(self.look_of(publisher));
                self.presence_changed(publisher, changed, news, gateway, cx);
            }
            Job::Upgrade { user, changed } => self.upgrade(user, changed, gateway, cx),
            Job::Downgrade { user, changed } => self.downgrade(user, changed, gateway, cx),
            Job::Lapse { user, changed } => self.lapse(user, changed, gateway, cx),
            Job::WatcherAnswered { question, allowed } => {
                self.watcher_answered(question, allowed, gateway, cx);
            }
            Job::Block { owner, other, on } => self.block(owner, other, on, gateway, cx),
            Job::Phone { customer, attached, changed } => {
                self.phone_changed(customer, attached, changed, gateway, cx);
            }
            Job::Search { user, contact, transaction } => {
                self.search(user, contact, transaction, gateway, cx);
            }
            Job::Invite { user, contact } => self.invite(user, contact, gateway, cx),
            Job::Invited(request) => self.ask_to_join(request, gateway, cx),
            Job::InviteAnswered { request, answer } => {
                self.invite_answered(request, answer, gateway, cx);
            }
            Job::Leave(membership) => self.leave_group(membership, gateway, cx),
            Job::ServedAs(served) => self.served_as(served, cx),
            Job::Fate(fate) => self.tell_fate(fate, gateway, cx),
            Job::SearchAnswered(found) => self.searched(found, None, cx),
            Job::Command { customer, online, changed } => {
                self.command(customer, online, changed, gateway, cx);
            }
            Job::Notification(news) => self.notification(news, gateway, cx),
            Job::State { watcher, from, contacts } => {
                self.state(watcher, from, contacts, gateway, cx);
            }
            Job::TellState { watcher, from, contacts } => {
                self.tell_state(watcher, from, contacts, cx);
            }
            Job::Notify { publisher, changed, news, watcher } => {
                self.tell_client(publisher, changed, news, watcher, cx);
            }
            Job::Subscribe(subscription) => self.subscription(subscription, gateway, cx),
            Job::Session { user, count, login, changed } => {
                self.session(user, count, login, changed, gateway, cx);
            }
            // Nothing comes of it: what there is to fetch has its own exchange.
            Job::Unasked(_) => {}
            Job::Validate(request) => self.validate(request, gateway, cx),
            Job::Validated { request, online } => self.validated(request, online, cx),
            Job::AddContact { request, by_number } => {
                self.add_contact(request, by_number, gateway, cx);
            }
            Job::RemoveContact { owner, contact } => {
                self.remove_contact(owner, contact, gateway, cx);
            }
            Job::ContactAsked(request) => self.ask_client(request, gateway, cx),
            Job::ContactAnswered { request, answer } => {
                self.contact_answered(request, answer, gateway, cx);
            }
        }
    }

    /// The queue is full, or the server down: what becomes of each kind of request.
    fn turn_away(&mut self, job: Job, reason: Reason, gateway: &mut Gateway, cx: &mut Context<'_>) {
        match job {
            Job::Message(slot) | Job::GroupMessage(slot) => {
                self.turn_message_away(slot, reason, gateway, cx);
            }
            Job::Invite { user, contact } => {
                let request = ContactRequest { owner: user, contact, asked: Asked::Here(cx.now) };
                self.invited(request, Some(reason), cx);
            }
            Job::Invited(request) => {
                self.invite_answered(request, Consent::Declined, gateway, cx);
            }
            // The client would repeat it.
            Job::InviteAnswered { request, answer } => {
                self.invite_answered(request, answer, gateway, cx);
            }
            Job::Leave(membership) => self.leave_group(membership, gateway, cx),
            Job::Notification(news) => self.drop_notification(news, cx),
            Job::Notify { publisher, changed, news, watcher } => {
                shown_never(publisher, changed, news, Some(watcher), 1, cx);
            }
            Job::Validate(request) | Job::AddContact { request, .. } => {
                self.contact_refused(request, reason, cx);
            }
            Job::ContactAsked(request) => self.contact_refused(request, reason, cx),
            Job::Validated { request, .. } | Job::ContactAnswered { request, .. } => {
                if let Some(request) = self.answered(request, cx) {
                    self.contact_refused(request, reason, cx);
                }
            }
            // What changes an account finds its way: the client would repeat it.
            Job::Upgrade { user, changed } => self.upgrade(user, changed, gateway, cx),
            Job::Downgrade { user, changed } => self.downgrade(user, changed, gateway, cx),
            Job::Lapse { user, changed } => self.lapse(user, changed, gateway, cx),
            Job::WatcherAnswered { question, allowed } => {
                self.watcher_answered(question, allowed, gateway, cx);
            }
            Job::Block { owner, other, on } => self.block(owner, other, on, gateway, cx),
            // A login or logout that finds no room counts as made: the client would repeat it.
            Job::Session { user, count, login, changed } => {
                self.session(user, count, login, changed, gateway, cx);
            }
            Job::Search { user, contact, transaction: None } => {
                self.found(user, contact, 0, Some(reason), cx);
            }
            Job::Search { user, contact, transaction: Some(transaction) } => {
                found(user, contact, 0, Some(reason), cx);
                cx.turn_down(user, Request::Transaction(transaction), reason);
            }
            Job::SearchAnswered(found) => self.searched(found, Some(reason), cx),
            Job::State { contacts, .. }
            | Job::TellState { contacts, .. }
            | Job::Subscribe(Subscription { contacts, .. }) => {
                cx.lists.remove(contacts);
            }
            // Nor is what the HLR says forgotten: it would say it again.
            Job::Phone { customer, attached, changed } => {
                self.phone_changed(customer, attached, changed, gateway, cx);
            }
            Job::Fate(fate) => reported(fate, None, cx),
            // The next message or validation tells as much.
            Job::ServedAs(_) => {}
            // The client asks again in its time.
            Job::Unasked(_) => {}
            Job::Presence { .. } | Job::Command { .. } | Job::RemoveContact { .. } => {}
        }
    }

    /// When something that is sent to a user's client now reaches it: with the next poll, where it polls.
    fn reaches(&mut self, user: SubscriberId, cx: &Context<'_>) -> Instant {
        cx.now + cx.clients.wait(user, cx.now) + self.down.client(user)
    }

    fn index(&self, subscriber: SubscriberId) -> usize {
        (subscriber.0 - self.base) as usize
    }

    /// Whether somebody is an IM user, as far as this IMSP knows: of its own it knows, of others
    /// what its directory has.
    pub(crate) fn knows_as_im(&self, somebody: SubscriberId, cx: &Context<'_>) -> bool {
        match cx.plan.population.operator(somebody) == cx.operator {
            true => self.im.get(self.index(somebody)),
            false => self.directory.is_im(somebody, cx.operator, cx.plan),
        }
    }

    /// Whether an IM user of this IMSP has a session.
    pub(crate) fn logged_in(&self, user: SubscriberId) -> bool {
        self.sessions.get(self.index(user))
    }
}

fn time_of<'a>(job: &Job, times: &'a ServiceTimes) -> &'a DurationDistribution {
    match job {
        Job::Message(_) | Job::Fate(_) => &times.message,
        Job::GroupMessage(_) | Job::Invite { .. } | Job::Invited(_) => &times.group,
        Job::InviteAnswered { .. } | Job::Leave(_) => &times.group,
        Job::Presence { .. } | Job::Notification(_) | Job::State { .. } => &times.presence,
        Job::Phone { .. } | Job::Command { .. } => &times.presence,
        Job::Search { .. } | Job::SearchAnswered(_) => &times.search,
        Job::Notify { .. } | Job::TellState { .. } => &times.notification,
        Job::Subscribe(_) | Job::WatcherAnswered { .. } | Job::Block { .. } => &times.subscribe,
        Job::Session { .. } | Job::Upgrade { .. } | Job::Downgrade { .. } => &times.login,
        Job::Unasked(_) => &times.poll,
        Job::Lapse { .. } => &times.login,
        Job::Validate(_) => &times.validate,
        Job::Validated { .. } => &times.contact,
        Job::AddContact { .. } | Job::RemoveContact { .. } => &times.contact,
        Job::ServedAs(_) => &times.contact,
        Job::ContactAsked(_) | Job::ContactAnswered { .. } => &times.contact,
    }
}
