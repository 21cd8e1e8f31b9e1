//! One direction of an agreement's transport: serialisation at a bandwidth, one way latency, loss
//! with repetition. Pure arithmetic over departure instants: a transfer's whole passage is known
//! when it is put on the link.

use std::collections::VecDeque;

use crate::domain::federation;
use crate::domain::random::Stream;
use crate::domain::time::{Duration, Instant};

/// One direction of a link.
#[derive(Clone, Debug)]
pub struct Link {
    settings: federation::Link,
    latency: Stream,
    loss: Stream,
    /// When the transmitter is free.
    free: Instant,
    /// Starts of serialisation still to come, ascending.
    starts: VecDeque<Instant>,
}

/// How a transfer passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Waiting for the transmitter.
    pub wait: Duration,
    /// Serialisation.
    pub transmission: Duration,
    /// Transfers waiting just after this one came.
    pub queued: u32,
    /// When it arrives; `None`: lost.
    pub arrival: Option<Instant>,
}

impl Link {
    /// A link at rest.
    pub fn new(settings: &federation::Link, latency: Stream, loss: Stream) -> Self {
        let settings = settings.clone();
        Self { settings, latency, loss, free: Instant::START, starts: VecDeque::new() }
    }

    /// Puts a transfer on the link at `now`, which never moves back.
    pub fn send(&mut self, now: Instant, bytes: u32) -> Passage {
        let mut wait = Duration::ZERO;
        let mut transmission = Duration::ZERO;
        if let Some(bandwidth) = self.settings.bandwidth {
            while self.starts.front().is_some_and(|&start| start <= now) {
                self.starts.pop_front();
            }
            let start = self.free.max(now);
            wait = start.since(now);
            transmission = Duration::from_secs_f64(f64::from(bytes) * 8.0 / bandwidth);
            self.free = start + transmission;
            if !wait.is_zero() {
                self.starts.push_back(start);
            }
        }
        let latency = self.settings.latency.sample(&mut self.latency);
        let lost = self.settings.loss > 0.0 && self.loss.chance(self.settings.loss);
        let arrival = (!lost).then(|| now + wait + transmission + latency);
        Passage { wait, transmission, queued: self.starts.len() as u32, arrival }
    }
}
