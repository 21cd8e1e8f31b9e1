//! A client of an SMSC, with all its sessions: they are kept up, short messages wait for room in a window,
//! and receipts find the messages that they are about. Octets and instants in; octets, what became of each
//! message and the connections it wants out. Whoever has the sockets and the clock drives it; it knows
//! neither, and no node.

use std::collections::VecDeque;

use bytes::BytesMut;
use rustc_hash::{FxHashMap, FxHashSet};

use super::pdu::{Address, Bind, Short, Status};
use super::receipt::{self, Receipt};
use super::session::{Ending, Event, Session, Terms};
use super::text::{Assembly, Unread};
use crate::domain::time::{Duration, Instant};

/// A text of which parts are still to come is given up after so long.
const PARTS: Duration = Duration::from_secs(300);
/// So many such texts at a time.
const TEXTS: usize = 1_000;
/// So many receipts may come before the answers that say whose they are.
const EARLY: usize = 10_000;

/// What a client and its SMSC have agreed on.
#[derive(Clone, Debug)]
pub struct Account {
    /// Which way short messages go.
    pub bind: Bind,
    /// Sessions at a time; none, and nothing is ever sent.
    pub sessions: usize,
    /// The client's name.
    pub system_id: String,
    /// Its password.
    pub password: String,
    /// Windows and timers of each session.
    pub terms: Terms,
    /// Waits before another connection is tried, one after the other; the last one stays.
    pub retry: Vec<Duration>,
    /// How long a receipt is awaited.
    pub patience: Duration,
}

/// What has come of octets and time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// This session wants a connection: [`Client::connected`] or [`Client::lost`] is to follow.
    Connect(usize),
    /// This session stands.
    Bound(usize),
    /// This session is over, and its connection to be closed once what is left is written.
    Ended(usize, Ending),
    /// A message has room in a window, and goes.
    Wrote {
        /// As given to [`Client::send`].
        token: u64,
    },
    /// A message is the SMSC's now.
    Accepted {
        /// As given to [`Client::send`].
        token: u64,
        /// When it was written.
        wrote: Instant,
    },
    /// The SMSC does not take it.
    Refused {
        /// As given to [`Client::send`].
        token: u64,
        /// When it was written.
        wrote: Instant,
        /// Why.
        status: Status,
    },
    /// It has had no answer: whether the SMSC has it, nobody here knows.
    Unanswered {
        /// As given to [`Client::send`].
        token: u64,
        /// When it was written.
        wrote: Instant,
    },
    /// What has become of a message.
    Receipt {
        /// As given to [`Client::send`].
        token: u64,
        /// What the SMSC says.
        receipt: Receipt,
    },
    /// A receipt that was asked for has not come in time.
    NoReceipt {
        /// As given to [`Client::send`].
        token: u64,
    },
    /// A receipt of no message that waits for one.
    Unmatched(Receipt),
    /// Somebody writes to the client.
    Came {
        /// Who.
        source: Address,
        /// To which of its addresses.
        destination: Address,
        /// What, whole.
        text: String,
        /// A reference of the sender's.
        reference: Option<u16>,
    },
    /// A short message whose text cannot be read; it was refused.
    Unread(Unread),
}

/// One of the sessions.
#[derive(Debug)]
enum Link {
    /// A connection is to be tried at this instant.
    Down(Instant),
    /// It is being tried.
    Connecting,
    /// There is one.
    Open(Box<Session>),
}

/// A client with its sessions.
#[derive(Debug)]
pub struct Client {
    account: Account,
    links: Vec<Link>,
    /// By session: how often in a row it has not come about.
    failures: Vec<usize>,
    /// By session: what was said last over a connection that is to be closed.
    last: Vec<BytesMut>,
    /// No connection is tried any more.
    closing: bool,
    /// Short messages for which no window has room, the oldest first.
    waiting: VecDeque<(Short, u64)>,
    /// Messages whose answer is to come and whose sender wants a receipt.
    asked: FxHashSet<u64>,
    /// Messages that wait for a receipt, by identity.
    receipts: FxHashMap<String, u64>,
    /// The same in the order in which they are given up.
    due: VecDeque<(Instant, String, u64)>,
    /// Receipts of messages whose answer has not come yet, with the instant at which they are nobody's.
    early: VecDeque<(Instant, Receipt)>,
    assembly: Assembly,
    told: VecDeque<Told>,
}

impl Client {
    /// A client whose sessions are all to come about from `now` on.
    pub fn new(account: Account, now: Instant) -> Self {
        let sessions = account.sessions;
        let mut client = Self {
            account,
            links: (0..sessions).map(|_| Link::Down(now)).collect(),
            failures: vec![0; sessions],
            last: vec![BytesMut::new(); sessions],
            closing: false,
            waiting: VecDeque::new(),
            asked: FxHashSet::default(),
            receipts: FxHashMap::default(),
            due: VecDeque::new(),
            early: VecDeque::new(),
            assembly: Assembly::new(TEXTS, PARTS),
            told: VecDeque::new(),
        };
        client.wake(now);
        client
    }

    /// The next thing that has come of it.
    pub fn told(&mut self) -> Option<Told> {
        self.told.pop_front()
    }

    /// Takes what is to be written to a session's connection; of one that has ended, before it is closed.
    pub fn output(&mut self, link: usize) -> BytesMut {
        match &mut self.links[link] {
            Link::Open(session) => session.output(),
            Link::Down(_) | Link::Connecting => self.last[link].split(),
        }
    }

    /// Short messages that wait for room in a window.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// How many sessions it keeps up, or tries to.
    pub fn links(&self) -> usize {
        self.links.len()
    }

    /// Sessions that stand.
    pub fn sessions(&self) -> usize {
        self.links.iter().filter(|link| matches!(link, Link::Open(it) if it.is_bound())).count()
    }

    /// Whether a session stands.
    pub fn is_up(&self) -> bool {
        self.sessions() > 0
    }

    /// Sends a short message as soon as a window has room. What becomes of it is told with the token, which
    /// no other message has.
    pub fn send(&mut self, short: Short, token: u64, now: Instant) {
        self.waiting.push_back((short, token));
        self.fill(now);
    }

    /// A connection has come about.
    pub fn connected(&mut self, link: usize, now: Instant) {
        if !matches!(self.links[link], Link::Connecting) {
            return;
        }
        if self.closing {
            self.told.push_back(Told::Ended(link, Ending::Unbound));
            return self.down(link, now);
        }
        let Account { bind, system_id, password, terms, .. } = &self.account;
        self.links[link] =
            Link::Open(Box::new(Session::bind(*terms, *bind, system_id, password, now)));
    }

    /// A connection is gone, or has not come about.
    pub fn lost(&mut self, link: usize, now: Instant) {
        match &mut self.links[link] {
            Link::Down(_) => {}
            Link::Connecting => self.down(link, now),
            Link::Open(session) => {
                session.lost(now);
                self.attend(link, now);
            }
        }
    }

    /// Octets have come over a connection.
    pub fn receive(&mut self, link: usize, octets: &[u8], now: Instant) {
        if let Link::Open(session) = &mut self.links[link] {
            session.receive(octets, now);
            self.attend(link, now);
        }
    }

    /// Ends all sessions: nothing more is sent, answers still come.
    pub fn close(&mut self, now: Instant) {
        self.closing = true;
        for link in &mut self.links {
            match link {
                Link::Open(session) => session.unbind(now),
                Link::Down(again) => *again = Instant::NEVER,
                Link::Connecting => {}
            }
        }
    }

    /// What is due at this instant or before.
    pub fn wake(&mut self, now: Instant) {
        for link in 0..self.links.len() {
            match &mut self.links[link] {
                Link::Down(again) if *again <= now => {
                    self.links[link] = Link::Connecting;
                    self.told.push_back(Told::Connect(link));
                }
                Link::Open(session) if session.next_wake() <= now => {
                    session.wake(now);
                    self.attend(link, now);
                }
                Link::Down(_) | Link::Connecting | Link::Open(_) => {}
            }
        }
        while self.early.front().is_some_and(|(until, _)| *until <= now)
            && let Some((_, receipt)) = self.early.pop_front()
        {
            self.told.push_back(Told::Unmatched(receipt));
        }
        while self.due.front().is_some_and(|(until, ..)| *until <= now)
            && let Some((_, id, token)) = self.due.pop_front()
        {
            // It may have come, and the identity may be another's now.
            if self.receipts.get(&id) == Some(&token) {
                self.receipts.remove(&id);
                self.told.push_back(Told::NoReceipt { token });
            }
        }
    }

    /// When it wants to be woken; [`Instant::NEVER`]: only by octets.
    pub fn next_wake(&self) -> Instant {
        let links = self.links.iter().map(|link| match link {
            Link::Down(again) => *again,
            Link::Connecting => Instant::NEVER,
            Link::Open(session) => session.next_wake(),
        });
        let early = self.early.front().map(|(until, _)| *until);
        let due = self.due.front().map(|(until, ..)| *until);
        links.chain(early).chain(due).min().unwrap_or(Instant::NEVER)
    }

    /// Lets short messages go, each by the session with the most room.
    fn fill(&mut self, now: Instant) {
        while !self.waiting.is_empty() {
            let room = |link: &Link| match link {
                Link::Open(session) => session.room(),
                Link::Down(_) | Link::Connecting => 0,
            };
            let most = self.links.iter_mut().rev().max_by_key(|link| room(link));
            let Some(Link::Open(session)) = most else { return };
            if session.room() == 0 {
                return;
            }
            let Some((short, token)) = self.waiting.pop_front() else { return };
            if short.registered_delivery & 0b11 != 0 {
                self.asked.insert(token);
            }
            let sent = session.send(short, token, now);
            debug_assert!(sent.is_ok(), "there was room");
            self.told.push_back(Told::Wrote { token });
        }
    }

    /// Looks at what has come of a session, and at what may go now.
    fn attend(&mut self, link: usize, now: Instant) {
        while let Link::Open(session) = &mut self.links[link]
            && let Some(event) = session.event()
        {
            match event {
                Event::Bound(_) => {
                    self.failures[link] = 0;
                    self.told.push_back(Told::Bound(link));
                }
                Event::Came { sequence, short } => {
                    let status = self.came(&short, now);
                    if let Link::Open(session) = &mut self.links[link] {
                        session.answer(sequence, status, "", now);
                    }
                }
                Event::Answered { token, sent: wrote, status: Status::OK, id } => {
                    self.told.push_back(Told::Accepted { token, wrote });
                    self.accepted(token, &id, now);
                }
                Event::Answered { token, sent: wrote, status, .. } => {
                    self.asked.remove(&token);
                    self.told.push_back(Told::Refused { token, wrote, status });
                }
                Event::Unanswered { token, sent: wrote } => {
                    self.asked.remove(&token);
                    self.told.push_back(Told::Unanswered { token, wrote });
                }
                Event::Over(ending) => {
                    self.told.push_back(Told::Ended(link, ending));
                    self.down(link, now);
                }
                // The session has answered these by itself.
                Event::BindAsked { .. } | Event::Stray(_) | Event::Misplaced(_) => {}
            }
        }
        self.fill(now);
    }

    /// Whoever wants a receipt of a message waits for one by its identity from now on.
    fn accepted(&mut self, token: u64, id: &str, now: Instant) {
        if !self.asked.remove(&token) {
            return;
        }
        let id = receipt::key(id);
        if let Some(other) = self.receipts.insert(id.clone(), token) {
            // Two messages of one identity: of the first, nothing more can be known.
            self.told.push_back(Told::NoReceipt { token: other });
        }
        self.due.push_back((now + self.account.patience, id.clone(), token));
        let early = |(_, early): &(Instant, Receipt)| receipt::spellings(&early.id).contains(&id);
        if let Some(place) = self.early.iter().position(early)
            && let Some((_, receipt)) = self.early.remove(place)
        {
            self.match_receipt(receipt);
        }
    }

    /// A short message has come: how it is answered.
    fn came(&mut self, short: &Short, now: Instant) -> Status {
        if let Some(receipt) = receipt::read(short) {
            if let Some(receipt) = self.match_receipt(receipt) {
                if self.early.len() >= EARLY
                    && let Some((_, oldest)) = self.early.pop_front()
                {
                    self.told.push_back(Told::Unmatched(oldest));
                }
                self.early.push_back((now + self.account.terms.response, receipt));
            }
            return Status::OK;
        }
        match self.assembly.take(short, now) {
            Ok(Some(text)) => {
                let [source, destination] = [&short.source, &short.destination].map(Clone::clone);
                let reference = short.reference;
                self.told.push_back(Told::Came { source, destination, text, reference });
                Status::OK
            }
            Ok(None) => Status::OK,
            Err(unread) => {
                self.told.push_back(Told::Unread(unread));
                Status::REJECTED
            }
        }
    }

    /// Gives a receipt to the message that it is about, else back.
    fn match_receipt(&mut self, receipt: Receipt) -> Option<Receipt> {
        let spellings = receipt::spellings(&receipt.id);
        let Some(id) = spellings.iter().find(|id| self.receipts.contains_key(*id)) else {
            return Some(receipt);
        };
        let token = self.receipts[id];
        if receipt.state.is_final() {
            self.receipts.remove(id);
        }
        self.told.push_back(Told::Receipt { token, receipt });
        None
    }

    /// A session is over: when it is tried again.
    fn down(&mut self, link: usize, now: Instant) {
        let waits = &self.account.retry;
        let wait = waits.get(self.failures[link]).or(waits.last()).copied();
        let wait = wait.unwrap_or(self.account.terms.session_init);
        self.failures[link] += 1;
        let again = if self.closing { Instant::NEVER } else { now + wait };
        if let Link::Open(mut session) = std::mem::replace(&mut self.links[link], Link::Down(again))
        {
            self.last[link] = session.output();
        }
    }
}

#[cfg(test)]
mod tests;
