//! The wall clock of a live run, and a timer that keeps to it: a timerfd where there is one, which is some
//! 40 µs late; elsewhere the runtime's own, which is up to a millisecond late. The only place where a run
//! meets `std::time::Instant`.

use std::cell::Cell;
use std::io;

use crate::domain::time::{Duration, Instant};

/// Time since the run began; before that, its start.
#[derive(Debug, Default)]
pub(super) struct Clock {
    began: Cell<Option<std::time::Instant>>,
}

#[allow(clippy::disallowed_methods, reason = "a live run goes by the wall clock")]
impl Clock {
    /// The run begins now.
    pub(super) fn start(&self) {
        self.began.set(Some(std::time::Instant::now()));
    }

    /// How far the run is.
    pub(super) fn now(&self) -> Instant {
        let passed = |began: std::time::Instant| Duration(began.elapsed().as_nanos() as u64);
        self.began.get().map_or(Instant::START, |began| Instant::START + passed(began))
    }
}

/// Wakes a task at an instant.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub(super) struct Timer {
    file: tokio::io::unix::AsyncFd<rustix::fd::OwnedFd>,
}

#[cfg(target_os = "linux")]
impl Timer {
    /// One that is not armed; within the runtime.
    ///
    /// # Errors
    /// No descriptor is left.
    pub(super) fn new() -> io::Result<Self> {
        use rustix::time::{TimerfdClockId, TimerfdFlags, timerfd_create};
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let file = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        // What `new` cannot know of any descriptor holds of one that is owned and never handed out.
        #[allow(deprecated, reason = "the other way is `unsafe`")]
        let file = tokio::io::unix::AsyncFd::new(file)?;
        Ok(Self { file })
    }

    /// Wakes after so long, and not as it was told before.
    pub(super) fn arm(&self, after: Duration) {
        use rustix::time::{Itimerspec, TimerfdTimerFlags, Timespec, timerfd_settime};
        // Zero would be never.
        let after = after.0.max(1);
        let it_value = Timespec {
            tv_sec: (after / 1_000_000_000) as i64,
            tv_nsec: (after % 1_000_000_000) as _,
        };
        let it_interval = Timespec { tv_sec: 0, tv_nsec: 0 };
        // It cannot fail for a descriptor of its own and a time in range.
        let _ = timerfd_settime(
            self.file.get_ref(),
            TimerfdTimerFlags::empty(),
            &Itimerspec { it_interval, it_value },
        );
    }

    /// Waits until it wakes.
    ///
    /// # Errors
    /// Those of the descriptor.
    pub(super) async fn wakes(&self) -> io::Result<()> {
        let mut ready = self.file.readable().await?;
        let _ = rustix::io::read(self.file.get_ref(), &mut [0u8; 8]);
        ready.clear_ready();
        Ok(())
    }
}

/// Wakes a task at an instant.
#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
pub(super) struct Timer {
    after: Cell<Duration>,
    armed: tokio::sync::Notify,
}

#[cfg(not(target_os = "linux"))]
impl Timer {
    /// One that is not armed.
    ///
    /// # Errors
    /// None.
    pub(super) fn new() -> io::Result<Self> {
        let after = Cell::new(Duration::from_secs(3600));
        Ok(Self { after, armed: tokio::sync::Notify::new() })
    }

    /// Wakes after so long, and not as it was told before.
    pub(super) fn arm(&self, after: Duration) {
        self.after.set(after);
        self.armed.notify_one();
    }

    /// Waits until it wakes.
    ///
    /// # Errors
    /// None.
    pub(super) async fn wakes(&self) -> io::Result<()> {
        loop {
            let after = std::time::Duration::from_nanos(self.after.get().0);
            tokio::select! {
                () = self.armed.notified() => {}
                () = tokio::time::sleep(after) => return Ok(()),
            }
        }
    }
}
