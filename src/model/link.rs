//! One direction of an agreement's transport: serialisation at a bandwidth, one way latency, loss
//! with repetition; down or slow now and then. Pure arithmetic over departure instants: a
//! crossing's whole passage is known when it is put on the link. An outage takes no draw and spares
//! none, so that a run with it stays comparable with one without.

use std::collections::VecDeque;

use crate::domain::federation::{self, LinkFault};
use crate::domain::random::Stream;
use crate::domain::time::{Duration, Instant};

/// One direction of a link.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    settings: federation::Link,
    latency: Stream,
    loss: Stream,
    /// When the transmitter is free.
    free: Instant,
    /// Starts of serialisation still to come, ascending.
    starts: VecDeque<Instant>,
    /// Outages under way in which everything is lost.
    down: u32,
    /// What latencies are multiplied by now: the largest of `slow`, or 1.
    factor: f64,
    /// Factors of the slow times under way.
    slow: Vec<f64>,
}

/// How a crossing passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Passage {
    /// Waiting for the transmitter.
    pub(crate) wait: Duration,
    /// Time that the transmitter takes: bytes by bandwidth; zero without one.
    pub(crate) transmission: Duration,
    /// Transfers waiting just after this one came.
    pub(crate) queued: u32,
    /// When it arrives; `None`: lost.
    pub(crate) arrival: Option<Instant>,
}

impl Link {
    /// A link at rest.
    pub(crate) fn new(settings: &federation::Link, latency: Stream, loss: Stream) -> Self {
        let settings = settings.clone();
        Self {
            settings,
            latency,
            loss,
            free: Instant::START,
            starts: VecDeque::new(),
            down: 0,
            factor: 1.0,
            slow: Vec::new(),
        }
    }

    /// A fault begins, or ends. Of several the worst holds: down while any of them says so, slow
    /// by the largest factor.
    pub(crate) fn outage(&mut self, fault: LinkFault, begins: bool) {
        match (fault, begins) {
            (LinkFault::Down, true) => self.down += 1,
            (LinkFault::Down, false) => self.down = self.down.saturating_sub(1),
            (LinkFault::Slow(factor), true) => self.slow.push(factor),
            (LinkFault::Slow(factor), false) => {
                if let Some(place) = self.slow.iter().position(|&other| other == factor) {
                    self.slow.swap_remove(place);
                }
            }
        }
        self.factor = self.slow.iter().copied().fold(1.0, f64::max);
    }

    /// Puts a crossing on the link at `now`, which never moves back.
    pub(crate) fn send(&mut self, now: Instant, bytes: u32) -> Passage {
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
        let mut latency = self.settings.latency.sample(&mut self.latency);
        if self.factor > 1.0 {
            // Never shorter by rounding: the lookahead is a lower bound.
            latency = latency.max(Duration((latency.0 as f64 * self.factor) as u64));
        }
        let lost = self.settings.loss > 0.0 && self.loss.chance(self.settings.loss);
        let arrives = !lost && self.down == 0;
        let arrival = arrives.then(|| now + wait + transmission + latency);
        Passage { wait, transmission, queued: self.starts.len() as u32, arrival }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::distribution::DurationDistribution;
    use crate::domain::random::StreamSeed;

    fn link() -> Link {
        let latency = DurationDistribution::Exponential(Duration::from_millis(20));
        let settings = federation::Link { latency, bandwidth: None, loss: 0.5 };
        let stream = |purpose| StreamSeed::new(1, "a->b/link", purpose).stream();
        Link::new(&settings, stream("latency"), stream("loss"))
    }

    fn arrivals(link: &mut Link, outage: Option<LinkFault>) -> Vec<Option<Instant>> {
        let send = |link: &mut Link, n: u64| link.send(Instant(n * 1_000_000), 100).arrival;
        let mut seen: Vec<_> = (0..100).map(|n| send(link, n)).collect();
        outage.into_iter().for_each(|fault| link.outage(fault, true));
        seen.extend((100..200).map(|n| send(link, n)));
        outage.into_iter().for_each(|fault| link.outage(fault, false));
        seen.extend((200..300).map(|n| send(link, n)));
        seen
    }

    #[test]
    fn an_outage_changes_nothing_before_and_after_it() {
        let usual = arrivals(&mut link(), None);
        let down = arrivals(&mut link(), Some(LinkFault::Down));
        let slow = arrivals(&mut link(), Some(LinkFault::Slow(3.0)));
        for other in [&down, &slow] {
            assert_eq!(usual[..100], other[..100]);
            assert_eq!(usual[200..], other[200..]);
        }
        assert!(down[100..200].iter().all(Option::is_none));
        for (n, (usual, slow)) in (100..200).zip(usual[100..200].iter().zip(&slow[100..200])) {
            let took = |arrival: Instant| arrival.since(Instant(n * 1_000_000)).0;
            assert_eq!(usual.map(took).map(|usual| 3 * usual), slow.map(took));
        }
    }

    #[test]
    fn of_overlapping_outages_the_worst_holds() {
        let mut link = link();
        for fault in [LinkFault::Down, LinkFault::Down, LinkFault::Slow(2.0), LinkFault::Slow(5.0)]
        {
            link.outage(fault, true);
        }
        link.outage(LinkFault::Down, false);
        assert_eq!((link.down, link.factor), (1, 5.0));
        link.outage(LinkFault::Slow(5.0), false);
        link.outage(LinkFault::Down, false);
        assert_eq!((link.down, link.factor), (0, 2.0));
        link.outage(LinkFault::Slow(2.0), false);
        assert_eq!(link.factor, 1.0);
    }
}
