//! The door of an SMSC: who may come in and how often, what clients submit, and what they are delivered.
//! Octets and instants in; octets, submissions and what became of deliveries out. Whoever has the sockets
//! and the clock drives it, and the node behind it answers each submission; it knows neither.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::BytesMut;

use super::pdu::{Short, Status};
use super::session::{Ending, Event, Session, Terms};
use crate::domain::time::Instant;

/// A client that may come in.
#[derive(Clone, Debug)]
pub struct Login {
    /// Its name.
    pub system_id: String,
    /// Its password; `None`: any will do.
    pub password: Option<String>,
    /// Sessions that it may have at a time.
    pub sessions: usize,
}

/// How the centre writes its identity of a message: `submit_sm_resp` first, receipts second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// In decimal digits.
    Decimal,
    /// In ten hexadecimal digits.
    Hexadecimal,
    /// In hexadecimal digits in the answer and in decimal ones in the receipt, as some centres do.
    Mixed,
}

/// What a centre holds its clients to.
#[derive(Clone, Debug)]
pub struct Door {
    /// Its own name.
    pub system_id: String,
    /// Who may come in.
    pub logins: Vec<Login>,
    /// Windows and timers of each session.
    pub terms: Terms,
    /// Connections at a time, bound or not.
    pub connections: usize,
    /// How it writes identities.
    pub spelling: Spelling,
}

/// A submission that waits for its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    connection: u64,
    sequence: u32,
}

/// What has come of octets and time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// A client, by its place among the logins, has another session.
    Bound(u64, usize),
    /// A session is over, or somebody was not let in: the connection is to be closed once what is left is
    /// written.
    Ended(u64, Ending),
    /// A client submits something: to be answered by [`Centre::answer`].
    Came {
        /// What to answer.
        ticket: Ticket,
        /// Which client, by its place among the logins.
        login: usize,
        /// What it says.
        short: Short,
    },
    /// A client has what it was delivered, or has refused it.
    Delivered {
        /// As given to [`Centre::deliver`].
        token: u64,
        /// Whether it has it.
        status: Status,
    },
    /// A client has not answered a delivery.
    Unanswered {
        /// As given to [`Centre::deliver`].
        token: u64,
    },
}

/// A connection.
#[derive(Debug)]
struct Line {
    session: Session,
    /// Who it is, once bound.
    login: Option<usize>,
    /// When the centre looks at it next: not after it wants to be woken.
    due: Instant,
    /// Whether it stands among those with something to write.
    written: bool,
}

/// A client's share of the centre.
#[derive(Debug, Default)]
struct Client {
    /// Its sessions.
    bound: BTreeSet<u64>,
    /// What it is to be delivered once there is room, the oldest first.
    waiting: VecDeque<(Short, u64)>,
}

/// The door with all that stand in it.
#[derive(Debug)]
pub struct Centre {
    door: Door,
    lines: BTreeMap<u64, Line>,
    clients: Vec<Client>,
    due: BTreeSet<(Instant, u64)>,
    written: VecDeque<u64>,
    /// Octets of connections that are no more, the last that was said to them.
    last: VecDeque<(u64, BytesMut)>,
    told: VecDeque<Told>,
}

impl Centre {
    /// A door nobody has come to.
    pub fn new(door: Door) -> Self {
        Self {
            clients: door.logins.iter().map(|_| Client::default()).collect(),
            door,
            lines: BTreeMap::new(),
            due: BTreeSet::new(),
            written: VecDeque::new(),
            last: VecDeque::new(),
            told: VecDeque::new(),
        }
    }

    /// The next thing that has come of it.
    pub fn told(&mut self) -> Option<Told> {
        self.told.pop_front()
    }

    /// Takes what is to be written to a connection, of any that has something.
    pub fn output(&mut self) -> Option<(u64, BytesMut)> {
        if let Some(last) = self.last.pop_front() {
            return Some(last);
        }
        while let Some(connection) = self.written.pop_front() {
            if let Some(line) = self.lines.get_mut(&connection) {
                line.written = false;
                return Some((connection, line.session.output()));
            }
        }
        None
    }

    /// Clients that may come in and have no session.
    pub fn absent(&self) -> impl Iterator<Item = &str> {
        let absent =
            self.door.logins.iter().zip(&self.clients).filter(|(_, it)| it.bound.is_empty());
        absent.map(|(login, _)| login.system_id.as_str())
    }

    /// Connections at this moment.
    pub fn connections(&self) -> usize {
        self.lines.len()
    }

    /// Deliveries that wait for a session or for room in one.
    pub fn waiting(&self) -> usize {
        self.clients.iter().map(|client| client.waiting.len()).sum()
    }

    /// A connection, of a number that no other ever has, has come about. False if there is no room for it.
    pub fn connected(&mut self, connection: u64, now: Instant) -> bool {
        if self.lines.len() >= self.door.connections {
            return false;
        }
        let session = Session::accept(self.door.terms, now);
        let due = session.next_wake();
        self.due.insert((due, connection));
        self.lines.insert(connection, Line { session, login: None, due, written: false });
        true
    }

    /// A connection is gone.
    pub fn lost(&mut self, connection: u64, now: Instant) {
        self.with(connection, now, |session| session.lost(now));
    }

    /// Octets have come over a connection.
    pub fn receive(&mut self, connection: u64, octets: &[u8], now: Instant) {
        self.with(connection, now, |session| session.receive(octets, now));
    }

    /// Answers a submission: with the number that the message has in the centre, or why it has none.
    pub fn answer(&mut self, ticket: Ticket, number: Result<u64, Status>, now: Instant) {
        let (status, id) = match number {
            Ok(number) => (Status::OK, self.door.spelling.answered(number)),
            Err(status) => (status, String::new()),
        };
        let Ticket { connection, sequence } = ticket;
        self.with(connection, now, |session| session.answer(sequence, status, &id, now));
    }

    /// The identity of a message as its receipts have it.
    pub fn receipted(&self, number: u64) -> String {
        self.door.spelling.receipted(number)
    }

    /// Delivers something to a client, as soon as one of its sessions takes it and has room. What becomes of
    /// it is told with the token.
    pub fn deliver(&mut self, login: usize, short: Short, token: u64, now: Instant) {
        self.clients[login].waiting.push_back((short, token));
        self.fill(login, now);
    }

    /// Drops all connections.
    pub fn cut(&mut self, now: Instant) {
        let all: Vec<u64> = self.lines.keys().copied().collect();
        all.into_iter().for_each(|connection| self.lost(connection, now));
    }

    /// Ends all sessions: nothing more is delivered, answers still come.
    pub fn close(&mut self, now: Instant) {
        let all: Vec<u64> = self.lines.keys().copied().collect();
        for connection in all {
            self.with(connection, now, |session| match session.is_bound() {
                true => session.unbind(now),
                false => session.lost(now),
            });
        }
    }

    /// What is due at this instant or before.
    pub fn wake(&mut self, now: Instant) {
        while let Some(&(at, connection)) = self.due.first()
            && at <= now
        {
            self.due.pop_first();
            let Some(line) = self.lines.get_mut(&connection) else { continue };
            // It may have been heard of meanwhile.
            line.due = Instant::NEVER;
            self.with(connection, now, |session| session.wake(now));
        }
    }

    /// When it wants to be woken; [`Instant::NEVER`]: only by octets.
    pub fn next_wake(&self) -> Instant {
        self.due.first().map_or(Instant::NEVER, |(at, _)| *at)
    }

    /// Lets something happen to a session, and looks at what has come of it.
    fn with(&mut self, connection: u64, now: Instant, happens: impl FnOnce(&mut Session)) {
        let Some(line) = self.lines.get_mut(&connection) else { return };
        happens(&mut line.session);
        while let Some(line) = self.lines.get_mut(&connection)
            && let Some(event) = line.session.event()
        {
            self.attend(connection, event, now);
        }
        if let Some(login) = self.lines.get(&connection).and_then(|line| line.login) {
            self.fill(login, now);
        }
        self.remember(connection);
    }

    /// Something may be to be written, and the next look may be earlier.
    fn remember(&mut self, connection: u64) {
        let Some(line) = self.lines.get_mut(&connection) else { return };
        if line.session.has_output() && !std::mem::replace(&mut line.written, true) {
            self.written.push_back(connection);
        }
        let wake = line.session.next_wake();
        if wake < line.due {
            self.due.remove(&(line.due, connection));
            self.due.insert((wake, connection));
            line.due = wake;
        }
    }

    fn attend(&mut self, connection: u64, event: Event, now: Instant) {
        let Some(line) = self.lines.get_mut(&connection) else { return };
        match event {
            Event::BindAsked { system_id, password, .. } => {
                let found = self.door.logins.iter().position(|it| it.system_id == system_id);
                let wrong = |login: usize| {
                    let own = self.door.logins[login].password.as_ref();
                    own.is_some_and(|own| *own != password)
                };
                let status = match found {
                    None => Status::SYSTEM_ID,
                    Some(login) if wrong(login) => Status::PASSWORD,
                    Some(login)
                        if self.clients[login].bound.len() >= self.door.logins[login].sessions =>
                    {
                        Status::BIND_FAILED
                    }
                    Some(login) => {
                        line.login = Some(login);
                        self.clients[login].bound.insert(connection);
                        Status::OK
                    }
                };
                line.session.admit(status, &self.door.system_id, now);
            }
            Event::Bound(_) => {
                self.told.extend(line.login.map(|login| Told::Bound(connection, login)));
            }
            Event::Came { sequence, short } => {
                let ticket = Ticket { connection, sequence };
                self.told.extend(line.login.map(|login| Told::Came { ticket, login, short }));
            }
            Event::Answered { token, status, .. } => {
                self.told.push_back(Told::Delivered { token, status });
            }
            Event::Unanswered { token, .. } => self.told.push_back(Told::Unanswered { token }),
            Event::Over(ending) => self.over(connection, ending),
            // The session has answered these by itself.
            Event::Stray(_) | Event::Misplaced(_) => {}
        }
    }

    fn over(&mut self, connection: u64, ending: Ending) {
        let Some(mut line) = self.lines.remove(&connection) else { return };
        self.due.remove(&(line.due, connection));
        if let Some(login) = line.login {
            self.clients[login].bound.remove(&connection);
        }
        if line.session.has_output() {
            self.last.push_back((connection, line.session.output()));
        }
        self.told.push_back(Told::Ended(connection, ending));
    }

    /// Lets deliveries go, each by the session with the most room.
    fn fill(&mut self, login: usize, now: Instant) {
        while !self.clients[login].waiting.is_empty() {
            let room = |connection: &u64| self.lines[connection].session.room();
            let most = self.clients[login].bound.iter().rev().max_by_key(|it| room(it)).copied();
            let Some(connection) = most.filter(|connection| room(connection) > 0) else { return };
            let Some((short, token)) = self.clients[login].waiting.pop_front() else { return };
            let Some(line) = self.lines.get_mut(&connection) else { return };
            let sent = line.session.send(short, token, now);
            debug_assert!(sent.is_ok(), "there was room");
            self.remember(connection);
        }
    }
}

impl Spelling {
    fn answered(self, number: u64) -> String {
        match self {
            Self::Decimal => number.to_string(),
            Self::Hexadecimal | Self::Mixed => format!("{number:010X}"),
        }
    }

    fn receipted(self, number: u64) -> String {
        match self {
            Self::Decimal | Self::Mixed => number.to_string(),
            Self::Hexadecimal => format!("{number:010X}"),
        }
    }
}

#[cfg(test)]
mod tests;
