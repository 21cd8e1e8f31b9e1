//! The progress bar of runs: share done, events a second, time left. Where standard error is no terminal
//! there is no bar, and a line only for what takes its time: each tenth of a long run, each step of a
//! search.

use std::io::IsTerminal as _;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Steps of the bar.
const STEPS: u64 = 1000;

/// Between two lines where there is no bar.
const PAUSE: Duration = Duration::from_secs(10);

/// A progress bar over all that a subcommand runs.
pub(super) struct Progress {
    bar: ProgressBar,
    /// Whether a bar is drawn.
    drawn: bool,
    /// When a line was last written, since the start, where no bar is drawn.
    written: Mutex<Duration>,
}

impl Progress {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::new(STEPS);
        let template = "{bar:32} {msg}  {elapsed} so far, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━╸─"));
        }
        let drawn = std::io::stderr().is_terminal();
        Self { bar, drawn, written: Mutex::new(Duration::ZERO) }
    }

    /// So large a share is done, with so many events.
    pub(super) fn tell(&self, share: f64, events: u64) {
        let position = (share * STEPS as f64) as u64;
        // A message is made only when one will be drawn: twice a percent is plenty. A share that
        // moves back belongs to a further round.
        if position.abs_diff(self.bar.position()) < STEPS / 200 {
            return;
        }
        let seconds = self.bar.elapsed().as_secs_f64().max(1e-3);
        let rate = events as f64 / seconds / 1e6;
        let message = format!("{:.0} %, {rate:.2} M events/s", share * 100.0);
        self.line(&message);
        self.bar.set_message(message);
        self.bar.set_position(position);
    }

    /// Something that stays to be read: a line above the bar, or where there is none.
    pub(super) fn note(&self, text: &str) {
        if self.drawn {
            self.bar.println(text);
        } else {
            anstream::eprintln!("{text}");
        }
    }

    /// A line now and then, where there is no bar.
    fn line(&self, message: &str) {
        let now = self.bar.elapsed();
        let Ok(mut written) = self.written.lock() else { return };
        if !self.drawn && now >= *written + PAUSE {
            *written = now;
            anstream::eprintln!("{message}, {} s so far", now.as_secs());
        }
    }

    /// What is being done, where it cannot be known how much is left.
    pub(super) fn say(&self, message: String) {
        self.bar.set_message(message);
    }

    /// So large a share is done, in other words.
    pub(super) fn part(&self, share: f64, message: String) {
        self.line(&message);
        self.bar.set_message(message);
        self.bar.set_position((share * STEPS as f64) as u64);
    }

    /// All is done; the bar goes.
    pub(super) fn end(self) {
        self.bar.finish_and_clear();
    }
}
