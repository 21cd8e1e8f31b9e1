//! One session of SMPP, from either end: bind, windows, timers, the link's test and the end. Octets and
//! instants go in; octets, what they mean and the next instant it wants to be woken at come out. Who
//! has the socket and the clock drives it; who owns the node says which binds and messages it takes.

use std::collections::VecDeque;

use bytes::BytesMut;

use super::pdu::{self, Bind, Frame, Pdu, Short, Status, Taken};
use super::window::Window;
use crate::domain::time::{Duration, Instant};

/// Which end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The client, which binds.
    Esme,
    /// The message centre.
    Smsc,
}

/// What an end holds itself to (SMPP 3.4 2.7 for the timers).
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Own requests that may wait for answers, at least 1.
    pub window: usize,
    /// Until a request is given up, and until the link's test has failed.
    pub response: Duration,
    /// Silence after which the link is tested.
    pub enquire_link: Duration,
    /// Until a bind must have come and been answered.
    pub session_init: Duration,
    /// Time without a short message after which the session is ended; zero: never.
    pub inactivity: Duration,
    /// Octets of the longest PDU that is read.
    pub longest: usize,
}

impl Default for Terms {
    /// Windows and timers in the middle of what centres and clients have: 10 as Kannel, 30 s and 60 s of the
    /// ranges in use; no end for inactivity.
    fn default() -> Self {
        Self {
            window: 10,
            response: Duration::from_secs(30),
            enquire_link: Duration::from_secs(30),
            session_init: Duration::from_secs(10),
            inactivity: Duration::from_secs(0),
            longest: 64 * 1024,
        }
    }
}

/// Where a session stands (SMPP 3.4 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Connected: of the SMSC, until a bind has come.
    Open,
    /// A bind, of this sequence number, waits for its answer.
    Binding(Bind, u32),
    /// Short messages go.
    Bound(Bind),
    /// This end has asked for its end.
    Unbinding,
    /// The other end has, by this sequence number; what it has sent before is answered first.
    Leaving(u32),
    /// Over.
    Closed(Ending),
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// One side asked for it.
    Unbound,
    /// The bind was refused.
    Refused(Status),
    /// No bind, or no answer to it, in time.
    NoBind,
    /// The other side answers no more.
    Silent,
    /// No short message for too long.
    Inactive,
    /// What came is no SMPP.
    OutOfStep,
    /// The connection is gone.
    Lost,
}

/// What has come of octets and time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A client asks for a session: to be answered by [`Session::admit`].
    BindAsked {
        /// Which way.
        bind: Bind,
        /// Its name.
        system_id: String,
        /// Its password.
        password: String,
    },
    /// Short messages may go.
    Bound(Bind),
    /// A short message or receipt has come: to be answered by [`Session::answer`].
    Came {
        /// Under which number it is answered.
        sequence: u32,
        /// What it says.
        short: Short,
    },
    /// One of ours has its answer.
    Answered {
        /// As given to [`Session::send`].
        token: u64,
        /// When it was sent.
        sent: Instant,
        /// What has become of it.
        status: Status,
        /// The SMSC's identity of the message, if it gave one.
        id: String,
    },
    /// One of ours has had no answer in time, or the session ended before one.
    Unanswered {
        /// As given to [`Session::send`].
        token: u64,
        /// When it was sent.
        sent: Instant,
    },
    /// An answer to nothing that waits: late, or a mistake of the other side.
    Stray(u32),
    /// Something that could not be read, or has no place here; it was answered so.
    Misplaced(Status),
    /// The session is over.
    Over(Ending),
}

/// Why a short message was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsent {
    /// No session, or not this way.
    NotBound,
    /// As many wait for answers as may.
    WindowFull,
}

/// What of ours waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Bind,
    Short(u64),
    Link,
    Unbind,
}

/// One end of one session.
#[derive(Debug)]
pub struct Session {
    end: End,
    terms: Terms,
    state: State,
    /// Since when it is in this state.
    since: Instant,
    /// Of own requests; the link's test and the end of the session are in it and not counted.
    window: Window<Asked>,
    /// Short messages of ours that wait.
    outstanding: usize,
    /// Short messages of the other side that wait for an answer of ours.
    owed: usize,
    /// Whether the link's test waits.
    testing: bool,
    /// Last octet from the other side.
    heard: Instant,
    /// Last short message of either side.
    busy: Instant,
    inbound: BytesMut,
    outbound: BytesMut,
    events: VecDeque<Event>,
}

impl Session {
    /// The client's end of a connection that has just come about: it asks for a session.
    pub fn bind(terms: Terms, bind: Bind, system_id: &str, password: &str, now: Instant) -> Self {
        let mut session = Self::new(End::Esme, terms, now);
        let asked =
            Pdu::Bind { bind, system_id: system_id.to_owned(), password: password.to_owned() };
        let sequence = session.ask(Asked::Bind, asked, now);
        session.state = State::Binding(bind, sequence);
        session
    }

    /// The centre's end of a connection that has just come about: it waits for a bind.
    pub fn accept(terms: Terms, now: Instant) -> Self {
        Self::new(End::Smsc, terms, now)
    }

    fn new(end: End, terms: Terms, now: Instant) -> Self {
        Self {
            end,
            terms,
            state: State::Open,
            since: now,
            window: Window::new(),
            outstanding: 0,
            owed: 0,
            testing: false,
            heard: now,
            busy: now,
            inbound: BytesMut::new(),
            outbound: BytesMut::new(),
            events: VecDeque::new(),
        }
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// Whether short messages go, one way or both.
    pub fn is_bound(&self) -> bool {
        matches!(self.state, State::Bound(_))
    }

    /// How many more short messages may be sent before an answer comes.
    pub fn room(&self) -> usize {
        if self.may_send() { self.terms.window.saturating_sub(self.outstanding) } else { 0 }
    }

    /// Takes what is to be written to the connection.
    pub fn output(&mut self) -> BytesMut {
        self.outbound.split()
    }

    /// Whether anything is to be written.
    pub fn has_output(&self) -> bool {
        !self.outbound.is_empty()
    }

    /// The next thing that has come of it.
    pub fn event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Sends a short message: the client a `submit_sm`, the centre a `deliver_sm`. What becomes of it
    /// is told with the token.
    ///
    /// # Errors
    ///
    /// No session of this direction, or a full window.
    pub fn send(&mut self, short: Short, token: u64, now: Instant) -> Result<u32, Unsent> {
        if !self.may_send() {
            return Err(Unsent::NotBound);
        }
        if self.outstanding >= self.terms.window {
            return Err(Unsent::WindowFull);
        }
        self.outstanding += 1;
        self.busy = now;
        let pdu = match self.end {
            End::Esme => Pdu::Submit(short),
            End::Smsc => Pdu::Deliver(short),
        };
        Ok(self.ask(Asked::Short(token), pdu, now))
    }

    /// Answers a short message that has come: the centre with its identity of it.
    pub fn answer(&mut self, sequence: u32, status: Status, id: &str, now: Instant) {
        let pdu = match self.end {
            End::Esme => Pdu::DeliverResp,
            End::Smsc => Pdu::SubmitResp(id.to_owned()),
        };
        if matches!(self.state, State::Bound(_) | State::Unbinding | State::Leaving(_)) {
            self.owed = self.owed.saturating_sub(1);
            self.say(Frame { sequence, status, pdu });
            self.leave(now);
        }
    }

    /// Answers a bind that was asked for: with [`Status::OK`] the session stands, else it is over.
    pub fn admit(&mut self, status: Status, system_id: &str, now: Instant) {
        let (End::Smsc, State::Binding(bind, sequence)) = (self.end, self.state) else { return };
        self.say(Frame { sequence, status, pdu: Pdu::BindResp(bind, system_id.to_owned()) });
        if status == Status::OK {
            self.stand(bind, now);
        } else {
            self.over(Ending::Refused(status), now);
        }
    }

    /// Asks for the end of the session. Nothing more is sent; answers still come.
    pub fn unbind(&mut self, now: Instant) {
        if matches!(self.state, State::Bound(_)) {
            self.enter(State::Unbinding, now);
            self.ask(Asked::Unbind, Pdu::Unbind, now);
        }
    }

    /// The connection is gone.
    pub fn lost(&mut self, now: Instant) {
        self.over(Ending::Lost, now);
    }

    /// Takes octets from the other side, in pieces of any length.
    pub fn receive(&mut self, octets: &[u8], now: Instant) {
        if matches!(self.state, State::Closed(_)) {
            return;
        }
        self.heard = now;
        self.inbound.extend_from_slice(octets);
        while !matches!(self.state, State::Closed(_)) {
            match pdu::take(&mut self.inbound, self.terms.longest) {
                Ok(None) => return,
                Ok(Some(Taken::Frame(frame))) => self.hear(frame, now),
                Ok(Some(Taken::Unreadable(sequence))) => {
                    self.refuse(sequence, Pdu::GenericNack, Status::COMMAND_LENGTH);
                }
                Err(pdu::OutOfStep) => {
                    self.refuse(0, Pdu::GenericNack, Status::COMMAND_LENGTH);
                    self.over(Ending::OutOfStep, now);
                }
            }
        }
    }

    /// What is due at this instant or before.
    pub fn wake(&mut self, now: Instant) {
        match self.state {
            State::Open | State::Binding(..) if self.since + self.terms.session_init <= now => {
                self.over(Ending::NoBind, now);
            }
            State::Unbinding | State::Leaving(_) if self.since + self.terms.response <= now => {
                self.over(Ending::Unbound, now);
            }
            State::Bound(_) => self.attend(now),
            State::Open
            | State::Binding(..)
            | State::Unbinding
            | State::Leaving(_)
            | State::Closed(_) => {}
        }
    }

    /// When it wants to be woken: [`Instant::NEVER`] once it is over.
    pub fn next_wake(&self) -> Instant {
        match self.state {
            State::Open | State::Binding(..) => self.since + self.terms.session_init,
            State::Unbinding | State::Leaving(_) => self.since + self.terms.response,
            State::Closed(_) => Instant::NEVER,
            State::Bound(_) => {
                let answer = self.window.oldest().map(|oldest| oldest.sent + self.terms.response);
                let test = (!self.testing).then(|| self.heard + self.terms.enquire_link);
                let idle = (self.terms.inactivity.0 > 0).then(|| self.busy + self.terms.inactivity);
                [answer, test, idle].into_iter().flatten().min().unwrap_or(Instant::NEVER)
            }
        }
    }

    /// Timers of a session that stands.
    fn attend(&mut self, now: Instant) {
        while let Some(oldest) = self.window.oldest()
            && oldest.sent + self.terms.response <= now
        {
            self.window.give_up();
            match oldest.kind {
                Asked::Short(token) => {
                    self.outstanding -= 1;
                    self.events.push_back(Event::Unanswered { token, sent: oldest.sent });
                }
                Asked::Link => return self.over(Ending::Silent, now),
                Asked::Bind | Asked::Unbind => {}
            }
        }
        if self.terms.inactivity.0 > 0 && self.busy + self.terms.inactivity <= now {
            self.enter(State::Unbinding, now);
            self.ask(Asked::Unbind, Pdu::Unbind, now);
        } else if !self.testing && self.heard + self.terms.enquire_link <= now {
            self.testing = true;
            self.ask(Asked::Link, Pdu::EnquireLink, now);
        }
    }

    /// Whether short messages may be sent: no receiver submits, to no transmitter is delivered.
    fn may_send(&self) -> bool {
        match (self.state, self.end) {
            (State::Bound(Bind::Transceiver), _)
            | (State::Bound(Bind::Transmitter), End::Esme)
            | (State::Bound(Bind::Receiver), End::Smsc) => true,
            (State::Bound(_) | State::Open | State::Binding(..), _) => false,
            (State::Unbinding | State::Leaving(_) | State::Closed(_), _) => false,
        }
    }

    /// Whether the other side may send them.
    fn may_come(&self) -> bool {
        match (self.state, self.end) {
            (State::Bound(Bind::Transceiver), _)
            | (State::Bound(Bind::Receiver), End::Esme)
            | (State::Bound(Bind::Transmitter), End::Smsc) => true,
            (State::Bound(_) | State::Open | State::Binding(..), _) => false,
            (State::Unbinding | State::Leaving(_) | State::Closed(_), _) => false,
        }
    }

    fn hear(&mut self, frame: Frame, now: Instant) {
        let Frame { sequence, status, pdu } = frame;
        if pdu.is_answer() {
            return self.take_answer(sequence, status, pdu, now);
        }
        match (pdu, self.end) {
            (Pdu::EnquireLink, _) => {
                self.say(Frame { sequence, status: Status::OK, pdu: Pdu::EnquireLinkResp });
            }
            (Pdu::Unbind, _) => {
                self.enter(State::Leaving(sequence), now);
                self.leave(now);
            }
            (Pdu::Bind { bind, system_id, password }, End::Smsc) => match self.state {
                State::Open => {
                    self.state = State::Binding(bind, sequence);
                    self.events.push_back(Event::BindAsked { bind, system_id, password });
                }
                State::Binding(..)
                | State::Bound(_)
                | State::Unbinding
                | State::Leaving(_)
                | State::Closed(_) => {
                    self.refuse(
                        sequence,
                        Pdu::BindResp(bind, String::new()),
                        Status::ALREADY_BOUND,
                    );
                }
            },
            (Pdu::Submit(short), End::Smsc) => {
                self.came(sequence, short, Pdu::SubmitResp(String::new()), now);
            }
            (Pdu::Deliver(short), End::Esme) => self.came(sequence, short, Pdu::DeliverResp, now),
            // What only the other end may ask is as unknown here as what nobody may.
            _ => self.refuse(sequence, Pdu::GenericNack, Status::COMMAND_ID),
        }
    }

    /// Lets the other side go, once it has its answers.
    fn leave(&mut self, now: Instant) {
        if let (State::Leaving(sequence), 0) = (self.state, self.owed) {
            self.say(Frame { sequence, status: Status::OK, pdu: Pdu::UnbindResp });
            self.over(Ending::Unbound, now);
        }
    }

    fn came(&mut self, sequence: u32, short: Short, refusal: Pdu, now: Instant) {
        if self.may_come() {
            self.busy = now;
            self.owed += 1;
            self.events.push_back(Event::Came { sequence, short });
        } else {
            self.refuse(sequence, refusal, Status::BIND_STATE);
        }
    }

    fn take_answer(&mut self, sequence: u32, status: Status, pdu: Pdu, now: Instant) {
        let Some(waiting) = self.window.close(sequence) else {
            return self.events.push_back(Event::Stray(sequence));
        };
        match waiting.kind {
            Asked::Bind => match (self.state, status) {
                (State::Binding(bind, _), Status::OK) => self.stand(bind, now),
                _ => self.over(Ending::Refused(status), now),
            },
            Asked::Short(token) => {
                self.outstanding -= 1;
                let (id, status) = match (pdu, status) {
                    (Pdu::SubmitResp(id), status) => (id, status),
                    (Pdu::DeliverResp, status) => (String::new(), status),
                    // Any other answer is none, whatever its status says.
                    (_, Status::OK) => (String::new(), Status::SYSTEM_ERROR),
                    (_, status) => (String::new(), status),
                };
                self.events.push_back(Event::Answered { token, sent: waiting.sent, status, id });
            }
            Asked::Link => self.testing = false,
            Asked::Unbind => self.over(Ending::Unbound, now),
        }
    }

    fn stand(&mut self, bind: Bind, now: Instant) {
        self.enter(State::Bound(bind), now);
        self.busy = now;
        self.events.push_back(Event::Bound(bind));
    }

    fn enter(&mut self, state: State, now: Instant) {
        self.state = state;
        self.since = now;
    }

    /// It is over: what still waits gets no answer.
    fn over(&mut self, ending: Ending, now: Instant) {
        if matches!(self.state, State::Closed(_)) {
            return;
        }
        self.enter(State::Closed(ending), now);
        while let Some(waiting) = self.window.give_up() {
            if let Asked::Short(token) = waiting.kind {
                self.events.push_back(Event::Unanswered { token, sent: waiting.sent });
            }
        }
        self.outstanding = 0;
        self.events.push_back(Event::Over(ending));
    }

    fn ask(&mut self, kind: Asked, pdu: Pdu, now: Instant) -> u32 {
        let sequence = self.window.open(kind, now);
        self.say(Frame { sequence, status: Status::OK, pdu });
        sequence
    }

    fn refuse(&mut self, sequence: u32, pdu: Pdu, status: Status) {
        self.say(Frame { sequence, status, pdu });
        self.events.push_back(Event::Misplaced(status));
    }

    fn say(&mut self, frame: Frame) {
        pdu::put(&frame, &mut self.outbound);
    }
}
