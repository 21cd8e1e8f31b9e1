//! The session with a partner's server, as this side sees it (SSP-1, SSP-2): states with times, which say
//! what is to be said and when to look again. It knows neither links nor what the session carries.
//!
//! Three exchanges set a session up (`domain/session.rs`). Whoever has lost it tries at once, then after the
//! waits of the agreement; if both try, the set-up of the one who is written first goes on. A set-up that
//! the partner begins is the end of the session that was.

use crate::domain::federation;
use crate::domain::outcome::{Defect, SessionTurn};
use crate::domain::random::StreamSeed;
use crate::domain::session::{Agreed, Services, Step, Talk, digest};
use crate::domain::time::{Duration, Instant};

/// One side of a session.
#[derive(Debug)]
pub(super) struct Session {
    settings: federation::Session,
    own: Own,
    state: State,
    /// Set-ups that this side has begun.
    begun: u32,
    /// The last one that the partner has begun.
    theirs: u32,
    /// Set-ups in a row that came to nothing.
    failures: usize,
    /// Since when there is no session.
    down: Instant,
    /// This side's server is down.
    stopped: bool,
    defect: Option<Defect>,
}

/// What this side brings along.
#[derive(Clone, Copy, Debug)]
pub(super) struct Own {
    /// What it serves.
    pub(super) services: Services,
    /// The newest version it speaks.
    pub(super) version: u8,
    /// Whether its set-up goes on where both have begun one.
    pub(super) first: bool,
    /// What is secret about it.
    pub(super) secrets: StreamSeed,
    /// How long it waits before it says something again.
    pub(super) again: Duration,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// No session; a set-up begins then.
    Down(Instant),
    /// This side has asked, and waits for the answer.
    Asking(Exchange, Wait),
    /// The partner has asked and got its answer; this side waits for its next question.
    Answering {
        partner: Partner,
        /// It has proved who it is.
        known: bool,
        until: Instant,
    },
    /// There is a session.
    Up {
        agreed: Agreed,
        /// When the partner was heard last.
        heard: Instant,
        /// It is asked whether it is there.
        asked: Option<Wait>,
    },
}

/// An exchange that this side has begun, with what it has learnt in those before.
#[derive(Clone, Copy, Debug)]
enum Exchange {
    Token,
    Login(Partner),
    Services(Partner),
}

/// What the partner has said of itself in the first exchange.
#[derive(Clone, Copy, Debug)]
struct Partner {
    secret: u64,
    version: u8,
}

/// For an answer.
#[derive(Clone, Copy, Debug)]
struct Wait {
    until: Instant,
    again: Instant,
}

/// What is to be said and seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// To the partner.
    pub(super) say: Option<Talk>,
    /// Of the session.
    pub(super) turn: Option<SessionTurn>,
}

impl Session {
    /// A session still to be set up, from `begin` on: by the first of the two, or by the other if the
    /// first does not.
    pub(super) fn new(
        settings: &federation::Session,
        own: Own,
        begin: Instant,
        defect: Option<Defect>,
    ) -> Self {
        let wait = if own.first { Duration::ZERO } else { settings.timeout };
        Self {
            settings: settings.clone(),
            own,
            state: State::Down(begin + wait),
            begun: 0,
            theirs: 0,
            failures: 0,
            down: begin,
            stopped: false,
            defect,
        }
    }

    /// What the session is for; `None` while there is none.
    pub(super) fn agreed(&self) -> Option<Agreed> {
        match self.state {
            State::Up { agreed, .. } => Some(agreed),
            State::Down(_) | State::Asking(..) | State::Answering { .. } => None,
        }
    }

    /// Since when there is no session, or was none before this one.
    pub(super) fn down(&self) -> Instant {
        self.down
    }

    /// When to look at it again.
    pub(super) fn next(&self) -> Instant {
        match self.state {
            State::Down(at) => at,
            State::Asking(_, wait) | State::Up { asked: Some(wait), .. } => {
                wait.until.min(wait.again)
            }
            State::Answering { until, .. } => until,
            State::Up { heard, asked: None, .. } => {
                // One question serves both; if the first does not ask, the other does.
                let after = if self.own.first { Duration::ZERO } else { self.settings.timeout };
                heard + self.settings.keep_alive + after
            }
        }
    }

    /// This side's server goes down, and with it the session, without a word; or is up again.
    pub(super) fn server(&mut self, down: bool, now: Instant) -> Told {
        if std::mem::replace(&mut self.stopped, down) == down {
            return Told::default();
        }
        if !down && now < self.down {
            // The agreement is still to begin.
            self.state = State::Down(self.down);
            return Told::default();
        }
        if !down {
            return self.begin(now);
        }
        let turn = matches!(self.state, State::Up { .. }).then_some(SessionTurn::Lost);
        if turn.is_some() {
            self.down = now;
        }
        self.state = State::Down(Instant::NEVER);
        Told { say: None, turn }
    }

    /// Time has come.
    pub(super) fn due(&mut self, now: Instant) -> Told {
        if now < self.next() {
            return Told::default();
        }
        match &mut self.state {
            State::Down(_) => self.begin(now),
            State::Asking(_, wait) if now >= wait.until => self.fail(now),
            State::Asking(exchange, wait) => {
                wait.again = now + self.own.again;
                let exchange = *exchange;
                self.ask(exchange)
            }
            State::Answering { .. } => self.fail(now),
            State::Up { asked: Some(wait), .. } if now >= wait.until => self.lose(now),
            State::Up { asked, .. } => {
                let until = match (*asked, self.defect) {
                    (_, Some(Defect::LossUnnoticed)) => Instant::NEVER,
                    (Some(wait), _) => wait.until,
                    (None, _) => now + self.settings.timeout,
                };
                *asked = Some(Wait { until, again: now + self.own.again });
                say(Step::KeepAlive, false, self.begun)
            }
        }
    }

    /// Whatever comes from the partner shows that it is there.
    pub(super) fn heard(&mut self, now: Instant) {
        if let State::Up { heard, asked, .. } = &mut self.state {
            *heard = now;
            *asked = None;
        }
    }

    /// The partner says something.
    pub(super) fn said(&mut self, talk: Talk, now: Instant) -> Told {
        let Talk { step, answer, set_up } = talk;
        if self.stopped {
            return Told::default();
        }
        if answer { self.answered(step, set_up, now) } else { self.asked(step, set_up, now) }
    }

    fn asked(&mut self, step: Step, set_up: u32, now: Instant) -> Told {
        let until = now + self.settings.timeout;
        match (step, self.state) {
            (Step::Token { .. }, State::Asking(..)) if self.own.first => Told::default(),
            // What was said before, and comes late.
            (Step::Token { .. }, _) if set_up < self.theirs => Told::default(),
            (Step::Token { .. }, State::Down(_) | State::Asking(..) | State::Up { .. })
                if set_up == self.theirs =>
            {
                Told::default()
            }
            // The answer has not come there.
            (Step::Token { .. }, State::Answering { .. }) if set_up == self.theirs => {
                say(self.token(set_up, true), true, set_up)
            }
            (Step::Token { secret, version }, before) => {
                let lost = matches!(before, State::Up { .. });
                if lost {
                    self.down = now;
                }
                self.theirs = set_up;
                let partner = Partner { secret, version };
                self.state = State::Answering { partner, known: false, until };
                let turn = lost.then_some(SessionTurn::Lost);
                Told { turn, ..say(self.token(set_up, true), true, set_up) }
            }
            (Step::Login { digest: proof }, State::Answering { partner, .. })
                if set_up == self.theirs =>
            {
                if proof != digest(self.secret(set_up, true)) {
                    return self.fail(now);
                }
                self.state = State::Answering { partner, known: true, until };
                say(Step::Login { digest: digest(partner.secret) }, true, set_up)
            }
            (Step::Services(services), State::Answering { partner, known: true, .. })
                if set_up == self.theirs =>
            {
                self.up(partner, services, now);
                let turn = Some(SessionTurn::SetUp);
                Told { turn, ..say(Step::Services(self.own.services), true, set_up) }
            }
            // Nor this one.
            (Step::Services(_), State::Up { .. }) if set_up == self.theirs => {
                say(Step::Services(self.own.services), true, set_up)
            }
            (Step::KeepAlive, State::Up { .. }) => say(Step::KeepAlive, true, set_up),
            // In no session, or of one that is over: whoever asks will notice.
            (Step::Login { .. } | Step::Services(_) | Step::KeepAlive, _) => Told::default(),
        }
    }

    fn answered(&mut self, step: Step, set_up: u32, now: Instant) -> Told {
        let State::Asking(exchange, _) = self.state else { return Told::default() };
        if set_up != self.begun {
            return Told::default();
        }
        match (exchange, step) {
            (Exchange::Token, Step::Token { secret, version }) => {
                self.wait(Exchange::Login(Partner { secret, version }), now)
            }
            (Exchange::Login(_), Step::Login { digest: proof })
                if proof != digest(self.secret(set_up, false)) =>
            {
                self.fail(now)
            }
            (Exchange::Login(partner), Step::Login { .. }) => {
                self.wait(Exchange::Services(partner), now)
            }
            (Exchange::Services(partner), Step::Services(services)) => {
                self.up(partner, services, now);
                Told { say: None, turn: Some(SessionTurn::SetUp) }
            }
            // Said before, and late.
            (Exchange::Token | Exchange::Login(_) | Exchange::Services(_), _) => Told::default(),
        }
    }

    fn begin(&mut self, now: Instant) -> Told {
        self.begun = self.begun.wrapping_add(1);
        self.wait(Exchange::Token, now)
    }

    fn wait(&mut self, exchange: Exchange, now: Instant) -> Told {
        let wait = Wait { until: now + self.settings.timeout, again: now + self.own.again };
        self.state = State::Asking(exchange, wait);
        self.ask(exchange)
    }

    fn ask(&self, exchange: Exchange) -> Told {
        let step = match exchange {
            Exchange::Token => self.token(self.begun, false),
            Exchange::Login(partner) => Step::Login { digest: digest(partner.secret) },
            Exchange::Services(_) => Step::Services(self.own.services),
        };
        say(step, false, self.begun)
    }

    fn up(&mut self, partner: Partner, theirs: Services, now: Instant) {
        let services = match self.defect {
            Some(Defect::ServicesUnasked) => Services::ALL,
            _ => self.own.services.both(theirs),
        };
        let agreed = Agreed { version: self.own.version.min(partner.version), services };
        self.state = State::Up { agreed, heard: now, asked: None };
        self.failures = 0;
    }

    /// The session is over, and another is set up at once.
    fn lose(&mut self, now: Instant) -> Told {
        self.down = now;
        let turn = Some(SessionTurn::Lost);
        if self.defect == Some(Defect::SetUpOnce) {
            self.state = State::Down(Instant::NEVER);
            return Told { say: None, turn };
        }
        Told { turn, ..self.begin(now) }
    }

    /// A set-up comes to nothing, and is tried again later.
    fn fail(&mut self, now: Instant) -> Told {
        let waits = &self.settings.retry;
        let wait = waits.get(self.failures).or(waits.last()).copied();
        self.failures += 1;
        self.state = State::Down(now + wait.unwrap_or(self.settings.timeout));
        Told { say: None, turn: Some(SessionTurn::Failed) }
    }

    fn token(&self, set_up: u32, answer: bool) -> Step {
        Step::Token { secret: self.secret(set_up, answer), version: self.own.version }
    }

    /// This side's secret for a set-up, begun here or answered.
    fn secret(&self, set_up: u32, answer: bool) -> u64 {
        self.own.secrets.bits(u64::from(answer) << 32 | u64::from(set_up))
    }
}

fn say(step: Step, answer: bool, set_up: u32) -> Told {
    Told { say: Some(Talk { step, answer, set_up }), turn: None }
}

#[cfg(test)]
mod tests;
