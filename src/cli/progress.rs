//! The progress bar of a run: simulated time, events a second, time left. Nothing is shown when
//! standard error is not a terminal.

use indicatif::{ProgressBar, ProgressStyle};

use crate::domain::time::Instant;

/// A progress bar over the simulated time of one run.
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar for a run that ends at `end`.
    pub(super) fn new(end: Instant) -> Self {
        let bar = ProgressBar::new(end.0 / MILLISECOND);
        let template = "{bar:32} {msg}  {elapsed} so far, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━╸─"));
        }
        Self { bar }
    }

    /// The run has come to `at` with so many events.
    pub(super) fn tell(&self, at: Instant, events: u64) {
        let position = at.0 / MILLISECOND;
        // A message is made only when one will be drawn: twice a percent is plenty.
        if position - self.bar.position() < self.bar.length().unwrap_or(0) / 200 {
            return;
        }
        let seconds = self.bar.elapsed().as_secs_f64().max(1e-3);
        let rate = events as f64 / seconds / 1e6;
        self.bar.set_message(format!("{:.0} s simulated, {rate:.2} M events/s", at.as_secs_f64()));
        self.bar.set_position(position);
    }

    /// The run is over; the bar goes.
    pub(super) fn end(self) {
        self.bar.finish_and_clear();
    }
}

/// In nanoseconds.
const MILLISECOND: u64 = 1_000_000;
