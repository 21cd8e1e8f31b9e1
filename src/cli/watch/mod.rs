//! `interwork run --watch`: the terminal while a run goes on. Called by `run` with a case; it listens
//! for keys, lets the run wait while it is paused, and gives the terminal back however the run ends:
//! at its end, by a key, by a signal, by a fault. What is shown is `state`'s, how is `view`'s.

mod screen;
mod state;
mod view;

use std::cell::RefCell;
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use tokio_util::sync::CancellationToken;

use self::screen::Screen;
pub(super) use self::screen::leave;
use self::state::State;
use crate::domain::time::Instant;
use crate::model::plan::Plan;
use crate::run::{Options, RunError};
use crate::study::replicate::{self, Case, Replicated};

/// Wall-clock time between two frames.
const FRAME: Duration = Duration::from_millis(100);
/// How long a paused run waits for a key before it looks whether a signal came.
const PAUSE: Duration = Duration::from_millis(250);

/// Whether there is a screen to fill: anything else gets plain text, and no view.
pub(super) fn possible() -> bool {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    std::io::stdout().is_terminal() && std::io::stderr().is_terminal() && !dumb
}

/// Runs a case once, in view.
#[allow(clippy::disallowed_methods, reason = "frames follow the wall clock")]
pub(super) fn run(
    case: &Case,
    plan: &Arc<Plan>,
    options: Options,
    stop: &CancellationToken,
) -> Result<Replicated, RunError> {
    let interval = crate::run::setup_of(&case.federation, Vec::new()).interval;
    let watching = RefCell::new(Watching {
        screen: None,
        tried: false,
        state: State::new(&case.federation, interval),
        stop,
        began: Moment::now(),
        paused: Duration::ZERO,
        drawn: Duration::ZERO,
    });
    let mut progress = |at: Instant, events: u64| watching.borrow_mut().progress(at, events);
    let mut look = |glance| watching.borrow_mut().state.interval(glance);
    replicate::watched(case, plan, options, stop, &mut progress, &mut look)
}

/// The view of one run.
struct Watching<'a> {
    /// Open while the run goes on.
    screen: Option<Screen>,
    /// Whether it has been opened, or could not be.
    tried: bool,
    state: State,
    stop: &'a CancellationToken,
    began: Moment,
    /// Time spent in pauses.
    paused: Duration,
    /// When the last frame was drawn, since the beginning.
    drawn: Duration,
}

impl Watching<'_> {
    /// At the end of a window: the run waits until this returns.
    fn progress(&mut self, at: Instant, events: u64) {
        let now = self.began.elapsed();
        if self.tried && now < self.drawn + FRAME {
            return;
        }
        self.drawn = now;
        self.state.progress(at, events, (now - self.paused).as_secs_f64());
        if !self.tried {
            // Not sooner: while the people are laid out no key is listened to.
            self.tried = true;
            self.screen = Screen::open()
                .inspect_err(|error| anstream::eprintln!("note: there is no view: {error}"))
                .ok();
        }
        self.keys(Duration::ZERO);
        self.draw();
        while self.state.paused && self.screen.is_some() && !self.stop.is_cancelled() {
            self.keys(PAUSE);
            self.draw();
        }
        self.paused += self.began.elapsed().saturating_sub(now);
        if self.stop.is_cancelled() || self.state.now >= self.state.total {
            // The terminal is as it was while results are put together: Ctrl-C is a signal again.
            self.screen = None;
        }
    }

    /// Does what keys ask for, and waits for the first of them.
    fn keys(&mut self, wait: Duration) {
        if self.screen.is_none() {
            return;
        }
        let mut wait = wait;
        while event::poll(wait).unwrap_or_else(|_| {
            // Nothing more will come; a run that waits for it would wait for ever.
            self.state.paused = false;
            false
        }) {
            wait = Duration::ZERO;
            let Ok(Event::Key(key)) = event::read() else { continue };
            if key.kind == KeyEventKind::Release {
                continue;
            }
            let control = key.modifiers.contains(KeyModifiers::CONTROL);
            match key.code {
                KeyCode::Char('c') if control => self.stop.cancel(),
                KeyCode::Char('q') => self.stop.cancel(),
                KeyCode::Char(' ') => self.state.paused = !self.state.paused,
                KeyCode::Up => self.state.scroll(-1),
                KeyCode::Down => self.state.scroll(1),
                KeyCode::PageUp => self.state.scroll(-10),
                KeyCode::PageDown => self.state.scroll(10),
                _ => {}
            }
        }
    }

    fn draw(&mut self) {
        if let Some(screen) = &mut self.screen {
            let furthest = screen.draw(&self.state);
            self.state.scroll = self.state.scroll.min(furthest);
        }
    }
}
