//! Where workload and model meet in a shard: what users decide comes due here, is drawn in full,
//! and is handed to the crowd.

use crate::domain::federation::{Activity, Event, Federation, TimedEvent};
use crate::domain::id::{OperatorId, Role, SubscriberId};
use crate::domain::memberships::GroupId;
use crate::domain::observation::Observation;
use crate::domain::outcome::Reason;
use crate::domain::population::Population;
use crate::domain::random::StreamSeed;
use crate::domain::time::Instant;
use crate::model::context::Context;
use crate::model::crowd::Crowd;
use crate::model::imsp::Imsp;
use crate::model::outbox::Input;
use crate::model::plan::Plan;
use crate::model::stimulus::{Change, Stimulus};
use crate::workload::activities::Activities;
use crate::workload::arrivals::{Arrival, ArrivalProcess};
use crate::workload::growth::Growth;
use crate::workload::load::LoadProfile;
use crate::workload::messages::MessageDraw;
use crate::workload::presence::UserIntents;
use crate::workload::sessions::Sessions;

/// What the IM users of one operator decide to do.
#[derive(Debug)]
pub(crate) struct Decisions {
    arrivals: ArrivalProcess,
    messages: MessageDraw,
    presence: UserIntents,
    presence_user: u32,
    growth: Growth,
    growth_user: u32,
    activities: Activities,
    sessions: Sessions,
    upgrades: UserIntents,
    upgraded: u32,
    groups: UserIntents,
    /// Of own users, by place.
    memberships: Vec<(SubscriberId, GroupId)>,
    membership: u32,
    im_users: u32,
    base: u32,
}

impl Decisions {
    /// The decisions of the users of `operator`.
    pub(crate) fn new(plan: &Plan, operator: OperatorId) -> Self {
        let federation = &plan.federation;
        let settings = federation.operator(operator);
        let (name, workload) = (&settings.name, &settings.workload);
        let (seed, im_users) = (federation.run.seed, settings.subscribers.im);
        let load = LoadProfile::new(&workload.load, &federation.run);
        let base = plan.population.base(operator);
        let own = plan.population.range(operator);
        let memberships: Vec<(SubscriberId, GroupId)> = plan
            .memberships
            .all()
            .flat_map(|group| {
                plan.memberships.members(group).iter().map(move |member| (*member, group))
            })
            .filter(|(member, _)| own.contains(&member.0))
            .collect();
        let longest = (base..base + im_users)
            .map(|user| plan.graph.contacts(SubscriberId(user)).len())
            .max()
            .unwrap_or(0);
        Self {
            arrivals: ArrivalProcess::new(
                workload.messages.rate,
                im_users,
                workload.messages.arrivals,
                load.clone(),
                StreamSeed::new(seed, name, "message arrivals"),
            ),
            messages: MessageDraw::new(&workload.messages, im_users, longest, seed, name),
            presence: UserIntents::presence_changes(
                workload.presence_changes,
                im_users,
                load.clone(),
                seed,
                name,
            ),
            presence_user: 0,
            upgrades: UserIntents::upgrades(
                workload.growth.upgrades,
                settings.subscribers.sms_only,
                load.clone(),
                seed,
                name,
            ),
            upgraded: 0,
            groups: UserIntents::group_messages(
                workload.groups.messages,
                memberships.len() as u32,
                load.clone(),
                seed,
                name,
            ),
            memberships,
            membership: 0,
            im_users,
            activities: Activities::new(federation, &plan.population, operator, &load, seed),
            growth: Growth::new(federation, &plan.population, operator, load, seed),
            growth_user: 0,
            sessions: sessions(federation, &plan.population, operator),
            base,
        }
    }

    /// The first of every kind.
    pub(crate) fn begin(&mut self, cx: &mut Context<'_>) {
        self.next_message(cx);
        self.next_presence(cx);
        self.next_growth(cx);
        self.next_upgrade(cx);
        self.next_group(cx);
        Activity::ALL.into_iter().for_each(|activity| self.next_activity(activity, cx));
        for &(host, contact) in &cx.plan.memberships.turned_away {
            if host == cx.operator {
                let (operator, reason) = (host, Some(Reason::LegacyCustomer));
                cx.observe(Observation::Invited { operator, contact, reason });
            }
        }
        let federation = &cx.plan.federation;
        let start = Instant::START + federation.run.warm_up;
        for TimedEvent { at, event } in &federation.timeline {
            let user = |index: u32| SubscriberId(self.base + index);
            let stimulus = match *event {
                Event::Upgrade { operator, index } if operator == cx.operator => {
                    Stimulus::Upgrade { user: Some(user(index)) }
                }
                Event::Lapse { operator, index } if operator == cx.operator => {
                    Stimulus::Lapse(user(index))
                }
                Event::Upgrade { .. } | Event::Lapse { .. } => continue,
                Event::BecomesImsp { .. } | Event::Agree(_) | Event::Outage { .. } => continue,
            };
            cx.out.at(start + *at, Role::Workload, Input::Decide(stimulus));
        }
        for index in 0..self.sessions.im_users() {
            if let Some(at) = self.sessions.first_change(index) {
                let user = SubscriberId(self.base + index);
                cx.at(at, Role::Workload, Input::Decide(Stimulus::Session { user, count: 1 }));
            }
        }
    }

    /// A decision is due.
    pub(crate) fn due(
        &mut self,
        stimulus: Stimulus,
        crowd: &mut Crowd,
        imsp: Option<&Imsp>,
        cx: &mut Context<'_>,
    ) {
        match stimulus {
            Stimulus::Message { user } => {
                self.message(user, crowd, imsp, cx);
                self.next_message(cx);
            }
            Stimulus::Presence => {
                let user = SubscriberId(self.base + self.presence_user);
                if crowd.is_online(user) {
                    crowd.change_presence(user, Change::Next, cx);
                }
                self.next_presence(cx);
            }
            Stimulus::AddContact => {
                let owner = SubscriberId(self.base + self.growth_user);
                if crowd.is_online(owner) {
                    self.add_contact(owner, crowd, imsp, cx);
                }
                self.next_growth(cx);
            }
            Stimulus::Activity(activity) => {
                self.act(activity, crowd, imsp, cx);
                self.next_activity(activity, cx);
            }
            Stimulus::Remove { owner, contact } => crowd.remove_contact(owner, contact, cx),
            Stimulus::Close { user, peer } => crowd.close(user, peer, cx),
            Stimulus::Write { sender, recipient, text } => {
                let im = imsp.is_some_and(|imsp| imsp.knows_as_im(recipient, cx));
                crowd.write(sender, recipient, im, text, cx);
            }
            Stimulus::Add { owner, contact, by_number } => {
                crowd.add_contact(owner, contact, by_number, cx);
            }
            Stimulus::Upgrade { user: Some(user) } => crowd.upgrade(user, cx),
            Stimulus::Upgrade { user: None } => {
                crowd.upgrade(SubscriberId(self.base + self.im_users + self.upgraded), cx);
                self.next_upgrade(cx);
            }
            Stimulus::Downgrade(user) => crowd.downgrade(user, cx),
            Stimulus::Lapse(user) => crowd.lapse(user, cx),
            Stimulus::Allow { publisher, watcher, yes } => {
                crowd.allow(publisher, watcher, yes, cx);
            }
            Stimulus::Block { owner, other, on } => crowd.block(owner, other, on, cx),
            Stimulus::GroupMessage => {
                let (sender, group) = self.memberships[self.membership as usize];
                if crowd.is_online(sender) {
                    let members = cx.plan.memberships.members(group);
                    crowd.write_group(sender, members, self.messages.text(), cx);
                }
                self.next_group(cx);
            }
            Stimulus::Invite { user, contact } => crowd.invite(user, contact, cx),
            Stimulus::WriteGroup { sender, host: Some(host), text } => {
                crowd.post_to_group(sender, host, text, cx);
            }
            Stimulus::WriteGroup { sender, host: None, text } => {
                let members = imsp.map_or(&[][..], |imsp| imsp.group_of(sender));
                crowd.write_group(sender, members, text, cx);
            }
            Stimulus::LeaveGroup { member, host } => crowd.leave_group(member, host, cx),
            Stimulus::Search { user, contact } => crowd.search(user, contact, cx),
            Stimulus::Command { customer, online } => crowd.command(customer, online, cx),
            Stimulus::Phone { user, attached } => {
                crowd.set_phone(user, attached, cx);
                cx.out.now(Input::SetPhone(user, attached));
            }
            Stimulus::Change { user, to } => crowd.change_presence(user, to, cx),
            Stimulus::Log { user, login } => crowd.set_session(user, login, cx),
            Stimulus::Answer { from, to, text } => crowd.answer_last(from, to, text, cx),
            Stimulus::Consent { user, yes } => crowd.consent(user, yes),
            Stimulus::Session { user, count } => {
                let goes_online = crowd.change_session(user, count, cx);
                let index = user.0 - self.base;
                if let Some(at) = self.sessions.next_change(index, count, cx.now, goes_online) {
                    let input = Input::Decide(Stimulus::Session { user, count: count + 1 });
                    cx.at(at, Role::Workload, input);
                }
            }
        }
    }

    fn message(
        &mut self,
        user: Option<SubscriberId>,
        crowd: &mut Crowd,
        imsp: Option<&Imsp>,
        cx: &mut Context<'_>,
    ) {
        let (base, plan) = (self.base, cx.plan);
        let arrival = Arrival { at: cx.now, user: user.map(|user| user.0 - base) };
        let added = |user| imsp.map_or(&[][..], |imsp| imsp.added_contacts(user));
        let writes = |index: u32| {
            let user = SubscriberId(base + index);
            crowd.is_online(user)
                && !(plan.graph.contacts(user).is_empty() && added(user).is_empty())
        };
        let Some(index) = self.messages.sender(arrival, writes) else { return };
        let sender = SubscriberId(base + index);
        let listed = plan.graph.contacts(sender);
        let recipient = self.messages.recipient(listed, added(sender));
        // Nobody writes to whom they have taken off the list.
        let gone = |contact| imsp.is_some_and(|imsp| imsp.has_removed(sender, contact));
        let Some(recipient) = recipient.filter(|recipient| !gone(*recipient)) else { return };
        let im = imsp.is_some_and(|imsp| imsp.knows_as_im(recipient, cx));
        crowd.write(sender, recipient, im, self.messages.text(), cx);
    }

    fn add_contact(
        &mut self,
        owner: SubscriberId,
        crowd: &mut Crowd,
        imsp: Option<&Imsp>,
        cx: &mut Context<'_>,
    ) {
        let plan = cx.plan;
        let listed = |contact: SubscriberId| {
            plan.graph.contacts(owner).contains(&contact)
                || imsp.is_some_and(|imsp| imsp.added_contacts(owner).contains(&contact))
        };
        if let Some(addition) = self.growth.addition(&plan.population, owner, listed) {
            crowd.add_contact(owner, addition.contact, addition.by_number, cx);
        }
    }

    /// What a user does besides, as drawn: only who is online can.
    fn act(
        &mut self,
        activity: Activity,
        crowd: &mut Crowd,
        imsp: Option<&Imsp>,
        cx: &mut Context<'_>,
    ) {
        let (plan, index) = (cx.plan, self.activities.user(activity));
        let user = SubscriberId(self.base + index);
        if activity == Activity::Command {
            let customer = SubscriberId(self.base + self.im_users + index);
            let online = self.activities.one_of(activity, 2) == Some(0);
            return crowd.command(customer, online, cx);
        }
        let Some(imsp) = imsp.filter(|_| crowd.is_online(user)) else { return };
        if activity == Activity::Search {
            if let Some(contact) = self.activities.wanted(&plan.population, user) {
                crowd.search(user, contact, cx);
            }
            return;
        }
        let list: Vec<SubscriberId> = imsp.contacts(user, plan).collect();
        let Some(place) = self.activities.one_of(activity, list.len()) else { return };
        let contact = list[place];
        match activity {
            Activity::RemoveContact => crowd.remove_contact(user, contact, cx),
            Activity::Block => crowd.block(user, contact, !imsp.has_blocked(user, contact), cx),
            Activity::Invite => crowd.invite(user, contact, cx),
            Activity::Search | Activity::Command => {}
        }
    }

    fn next_activity(&mut self, activity: Activity, cx: &mut Context<'_>) {
        if let Some(intent) = self.activities.next(activity) {
            cx.at(intent.at, Role::Workload, Input::Decide(Stimulus::Activity(activity)));
        }
    }

    fn next_message(&mut self, cx: &mut Context<'_>) {
        if let Some(Arrival { at, user }) = self.arrivals.next() {
            let user = user.map(|index| SubscriberId(self.base + index));
            cx.at(at, Role::Workload, Input::Decide(Stimulus::Message { user }));
        }
    }

    fn next_presence(&mut self, cx: &mut Context<'_>) {
        if let Some(intent) = self.presence.next() {
            self.presence_user = intent.user;
            cx.at(intent.at, Role::Workload, Input::Decide(Stimulus::Presence));
        }
    }

    fn next_group(&mut self, cx: &mut Context<'_>) {
        if let Some(intent) = self.groups.next() {
            self.membership = intent.user;
            cx.at(intent.at, Role::Workload, Input::Decide(Stimulus::GroupMessage));
        }
    }

    fn next_upgrade(&mut self, cx: &mut Context<'_>) {
        if let Some(intent) = self.upgrades.next() {
            self.upgraded = intent.user;
            cx.at(intent.at, Role::Workload, Input::Decide(Stimulus::Upgrade { user: None }));
        }
    }

    fn next_growth(&mut self, cx: &mut Context<'_>) {
        if let Some(intent) = self.growth.next() {
            self.growth_user = intent.user;
            cx.at(intent.at, Role::Workload, Input::Decide(Stimulus::AddContact));
        }
    }
}

/// The sessions of an operator's IM users.
pub(crate) fn sessions(
    federation: &Federation,
    population: &Population,
    operator: OperatorId,
) -> Sessions {
    let settings = federation.operator(operator);
    let im_users = population.im_users(operator);
    Sessions::new(&settings.workload.sessions, im_users, federation.run.seed, &settings.name)
}

/// Who is logged in when the run starts, anywhere.
pub(super) fn initially_online(
    federation: &Federation,
    population: &Population,
) -> impl Fn(SubscriberId) -> bool {
    let sessions: Vec<Sessions> =
        federation.operators().map(|(id, _)| sessions(federation, population, id)).collect();
    let population = population.clone();
    move |user| {
        let operator = population.operator(user);
        sessions[operator.index()].initially_online(user.0 - population.base(operator))
    }
}
