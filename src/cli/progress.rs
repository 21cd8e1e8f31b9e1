//! The progress bar of runs: share done, events a second, time left. Nothing is shown when standard
//! error is not a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// Steps of the bar.
const STEPS: u64 = 1000;

/// A progress bar over all that a subcommand runs.
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::new(STEPS);
        let template = "{bar:32} {msg}  {elapsed} so far, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━╸─"));
        }
        Self { bar }
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
        self.bar.set_message(format!("{:.0} %, {rate:.2} M events/s", share * 100.0));
        self.bar.set_position(position);
    }

    /// What is being done, where it cannot be known how much is left.
    pub(super) fn say(&self, message: String) {
        self.bar.set_message(message);
    }

    /// So large a share is done, in other words.
    pub(super) fn part(&self, share: f64, message: String) {
        self.bar.set_message(message);
        self.bar.set_position((share * STEPS as f64) as u64);
    }

    /// All is done; the bar goes.
    pub(super) fn end(self) {
        self.bar.finish_and_clear();
    }
}
