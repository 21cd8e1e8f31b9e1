//! The terminal's other screen, taken and given back. Whoever ends the program while it is taken
//! calls [`leave`]: the value that holds it as it goes, a panic on any thread before its message,
//! the second signal before it ends the process.

use std::io::{self, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

use super::state::State;
use super::view;

/// Whether the screen is taken. Changed and relied on by whoever has standard output locked, so that
/// no frame comes after it was given back.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Gives the terminal back, if it is taken.
pub(in crate::cli) fn leave() {
    let mut out = io::stdout().lock();
    if TAKEN.swap(false, SeqCst) {
        // Nothing can be done about a terminal that is gone.
        let _ = execute!(out, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
    }
}

/// The screen while it is taken.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Whole>>,
}

impl Screen {
    pub(super) fn open() -> io::Result<Self> {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let usual = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                leave();
                usual(panic);
            }));
        });
        let terminal = Terminal::new(CrosstermBackend::new(Whole(Vec::new())))?;
        enable_raw_mode()?;
        TAKEN.store(true, SeqCst);
        let screen = Self { terminal };
        execute!(io::stdout().lock(), EnterAlternateScreen, Hide)?;
        Ok(screen)
    }

    /// Draws a frame; how many stations can be scrolled past.
    pub(super) fn draw(&mut self, state: &State) -> usize {
        let mut furthest = 0;
        // A frame that could not be written is followed by another.
        let _ = self.terminal.draw(|frame| furthest = view::draw(state, frame));
        furthest
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        leave();
    }
}

/// Collects a frame and writes it as one.
struct Whole(Vec<u8>);

impl Write for Whole {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if TAKEN.load(SeqCst) {
            out.write_all(&self.0)?;
            out.flush()?;
        }
        self.0.clear();
        Ok(())
    }
}
