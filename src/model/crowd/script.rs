//! What users do because a script or the timeline says so, instead of by draw: single acts, and
//! answers to questions decided beforehand.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Crowd;
use super::terminal::tell;
use crate::domain::client::Act;
use crate::domain::crossing::Membership;
use crate::domain::federation::{Notice, NoticeKind};
use crate::domain::id::{Role, SubscriberId};
use crate::domain::observation::{Carried, ConversationTurn, Observation};
use crate::domain::outcome::Defect;
use crate::domain::text::Text;
use crate::model::context::Context;
use crate::model::outbox::{Input, Job, Reply, WatcherQuestion};

/// What a script needs to know of the crowd.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// The last message that reached each subscriber, to be answered.
    pub(super) inbox: FxHashMap<SubscriberId, Reply>,
    /// The last message of each sender that reached each subscriber.
    pub(super) inboxes: FxHashMap<(SubscriberId, SubscriberId), Reply>,
    /// Conversations of clients, and whether they are open.
    conversations: FxHashMap<(SubscriberId, SubscriberId), bool>,
    /// What users say when asked.
    consents: FxHashMap<SubscriberId, bool>,
    /// Who has lost their session with the phone's network.
    off_air: FxHashSet<SubscriberId>,
    /// Who has given up IM.
    left: FxHashSet<SubscriberId>,
    /// Logins and logouts so far.
    toggles: u32,
}

impl Crowd {
    /// A script follows: what reaches users is kept in mind.
    pub(crate) fn follow_script(&mut self) {
        self.script.get_or_insert_default();
    }

    /// What a user has said beforehand to being asked.
    pub(super) fn said(&self, user: SubscriberId) -> Option<bool> {
        self.script.as_ref()?.consents.get(&user).copied()
    }

    /// From now on a user says so when asked.
    pub(crate) fn consent(&mut self, user: SubscriberId, yes: bool) {
        self.script.get_or_insert_default().consents.insert(user, yes);
    }

    /// A message of a conversation is written or shown on a client: it opens one that is not open.
    pub(super) fn converse(
        &mut self,
        user: SubscriberId,
        peer: SubscriberId,
        cx: &mut Context<'_>,
    ) {
        // Nothing in the model depends on it, so only a script looks.
        let Some(script) = &mut self.script else { return };
        let turn = match script.conversations.insert((user, peer), true) {
            Some(true) => return,
            Some(false) => ConversationTurn::Reopened,
            None => ConversationTurn::Opened,
        };
        cx.observe(Observation::Conversation { user, peer, turn });
    }

    /// A user closes a conversation, if it is open.
    pub(crate) fn close(&mut self, user: SubscriberId, peer: SubscriberId, cx: &mut Context<'_>) {
        let script = self.script.get_or_insert_default();
        let kept = cx.plan.has(Defect::ConversationUnclosed);
        if script.conversations.get(&(user, peer)) == Some(&true) && !kept {
            script.conversations.insert((user, peer), false);
            let turn = ConversationTurn::Closed;
            cx.observe(Observation::Conversation { user, peer, turn });
        }
    }

    /// A user answers the last message that came, or the last of somebody, if there is one.
    pub(crate) fn answer_last(
        &mut self,
        from: SubscriberId,
        to: Option<SubscriberId>,
        text: Text,
        cx: &mut Context<'_>,
    ) {
        let last = self.script.as_ref().and_then(|script| match to {
            Some(to) => script.inboxes.get(&(from, to)),
            None => script.inbox.get(&from),
        });
        let last = last.copied();
        match last.filter(|reply| reply.number.is_some() || self.is_online(from)) {
            Some(reply) => self.answer(reply, text, cx),
            None => cx.observe(Observation::CannotAnswer { user: from }),
        }
    }

    /// A user logs in or out, now; who is so already stays so.
    pub(crate) fn set_session(&mut self, user: SubscriberId, login: bool, cx: &mut Context<'_>) {
        if self.is_online(user) == login {
            return;
        }
        let script = self.script.get_or_insert_default();
        script.toggles += 1;
        let count = script.toggles;
        self.change_session(user, count, cx);
    }

    /// A user's phone attaches or detaches, now: a client on it has a session no longer than the phone
    /// has a network, and begins one again with it.
    pub(crate) fn set_phone(&mut self, user: SubscriberId, attached: bool, cx: &mut Context<'_>) {
        if !self.up.is_mobile(user) || cx.plan.has(Defect::SessionOffAir) {
            return;
        }
        let script = self.script.get_or_insert_default();
        if attached && script.off_air.remove(&user) {
            self.set_session(user, true, cx);
        } else if !attached && self.is_online(user) {
            self.script.get_or_insert_default().off_air.insert(user);
            self.set_session(user, false, cx);
        }
    }

    /// A user invites somebody to a group.
    pub(crate) fn invite(
        &mut self,
        user: SubscriberId,
        contact: SubscriberId,
        cx: &mut Context<'_>,
    ) {
        cx.exchange(user, Act::Invite, 0);
        let delay = self.up.client(user);
        cx.at(cx.now + delay, Role::Crowd, Input::Request(Job::Invite { user, contact }));
    }

    /// A user leaves the group of another.
    pub(crate) fn leave_group(
        &mut self,
        member: SubscriberId,
        host: SubscriberId,
        cx: &mut Context<'_>,
    ) {
        cx.exchange(member, Act::LeaveGroup, 0);
        let delay = self.up.client(member);
        let job = Job::Leave(Membership { host, member });
        cx.at(cx.now + delay, Role::Crowd, Input::Request(job));
    }

    /// A user searches for somebody.
    pub(crate) fn search(
        &mut self,
        user: SubscriberId,
        contact: SubscriberId,
        cx: &mut Context<'_>,
    ) {
        cx.exchange(user, Act::Search, 0);
        let delay = self.up.client(user);
        cx.at(
            cx.now + delay,
            Role::Crowd,
            Input::Request(Job::Search { user, contact, transaction: None }),
        );
    }

    /// A legacy customer sets their presence by SMS. The short message goes to the operator itself
    /// and takes no part of the SMSC's licence, which is counted by deliveries to phones.
    pub(crate) fn command(&mut self, customer: SubscriberId, online: bool, cx: &mut Context<'_>) {
        let job = Job::Command { customer, online, changed: cx.now };
        if cx.settings().imsp.is_some() {
            let delay = self.up.handset();
            cx.at(cx.now + delay, Role::Crowd, Input::Request(job));
        }
    }

    /// A user blocks somebody, or ends that.
    pub(crate) fn block(
        &mut self,
        owner: SubscriberId,
        other: SubscriberId,
        on: bool,
        cx: &mut Context<'_>,
    ) {
        cx.exchange(owner, Act::Block, 0);
        let delay = self.up.client(owner);
        cx.at(cx.now + delay, Role::Crowd, Input::Request(Job::Block { owner, other, on }));
    }

    /// A legacy customer becomes an IM user, now: account and client are there, and logged in (OMTP
    /// use case 3). Who is one already stays one.
    pub(crate) fn upgrade(&mut self, user: SubscriberId, cx: &mut Context<'_>) {
        if cx.settings().imsp.is_some()
            && !self.lapsed.contains(&user)
            && self.online.set((user.0 - self.base) as usize, true)
        {
            if let Some(script) = &mut self.script {
                script.left.remove(&user);
            }
            let imsp = cx.settings().imsp.as_ref();
            if imsp.is_some_and(|imsp| imsp.legacy.notice != Notice::None) {
                tell(user, None, NoticeKind::Setup, Carried::Change(user, cx.now), cx);
            }
            let delay = self.up.client(user);
            let job = Job::Upgrade { user, changed: cx.now };
            cx.at(cx.now + delay, Role::Crowd, Input::Request(job));
        }
    }

    /// An IM user gives up IM, now: no client any more.
    pub(crate) fn downgrade(&mut self, user: SubscriberId, cx: &mut Context<'_>) {
        if cx.settings().imsp.is_some() {
            self.script.get_or_insert_default().left.insert(user);
            self.online.set((user.0 - self.base) as usize, false);
            let delay = self.up.client(user);
            let job = Job::Downgrade { user, changed: cx.now };
            cx.at(cx.now + delay, Role::Crowd, Input::Request(job));
        }
    }

    /// The subscription of an IM user lapses, now: the operator ends the session and grants no other.
    pub(crate) fn lapse(&mut self, user: SubscriberId, cx: &mut Context<'_>) {
        if cx.settings().imsp.is_some() && !cx.plan.has(Defect::LapsedServed) {
            self.lapsed.insert(user);
            self.online.set((user.0 - self.base) as usize, false);
            cx.out.now(Input::Request(Job::Lapse { user, changed: cx.now }));
        }
    }

    /// Whether a user has given up IM.
    pub(super) fn has_left(&self, user: SubscriberId) -> bool {
        self.script.as_ref().is_some_and(|script| script.left.contains(&user))
    }

    /// A user says, unasked, whether a watcher may see their presence.
    pub(crate) fn allow(
        &mut self,
        publisher: SubscriberId,
        watcher: SubscriberId,
        allowed: bool,
        cx: &mut Context<'_>,
    ) {
        if cx.plan.has(Defect::LaterConsentIgnored) {
            return;
        }
        let question = WatcherQuestion { publisher, watcher, changed: cx.now };
        cx.exchange(publisher, Act::AnswerContact, 0);
        let delay = self.up.client(publisher);
        let job = Job::WatcherAnswered { question, allowed };
        cx.at(cx.now + delay, Role::Crowd, Input::Request(job));
    }

    /// A client is asked whether a watcher may see its user's presence: the user decides.
    pub(crate) fn asked_to_allow(&mut self, question: WatcherQuestion, cx: &mut Context<'_>) {
        let WatcherQuestion { publisher, watcher, changed } = question;
        cx.observe(Observation::WatcherAsked { publisher, watcher, changed });
        let habit = || self.habits.accepts(watcher, publisher);
        let allowed = self.said(publisher).unwrap_or_else(habit);
        cx.exchange(publisher, Act::AnswerContact, 0);
        let delay = self.up.client(publisher);
        let job = Job::WatcherAnswered { question, allowed };
        cx.at(cx.now + delay, Role::Crowd, Input::Request(job));
    }
}
