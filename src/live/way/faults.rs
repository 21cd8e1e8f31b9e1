//! What our SMSC does wrong by script, for clients under test: it refuses, is slow or silent, drops connections,
//! tells late. Called by the way; the model behind knows nothing of it.

use std::collections::BTreeMap;

use crate::domain::federation::FaultKind;
use crate::domain::time::{Duration, Instant};
use crate::port::smpp::centre::Ticket;
use crate::port::smpp::pdu::{Short, Status};

/// A fault by the run's own instants.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spell {
    /// When it begins, and when it is over.
    pub(crate) between: [Instant; 2],
    /// What goes wrong.
    pub(crate) kind: FaultKind,
    /// How much later, of what is late.
    pub(crate) by: Duration,
}

/// Something that is to be said later.
#[derive(Debug)]
pub(super) enum Later {
    /// The answer to a submission.
    Answer(Ticket, Result<u64, Status>),
    /// A delivery to a client.
    Delivery(usize, Short, u64),
}

/// All faults, and what waits for them.
#[derive(Debug, Default)]
pub(super) struct Faults {
    spells: Vec<Spell>,
    later: BTreeMap<(Instant, u64), Later>,
    count: u64,
    /// Until when connections have been dropped.
    cut: Instant,
}

impl Faults {
    /// These, in any order.
    pub(super) fn new(spells: Vec<Spell>) -> Self {
        Self { spells, ..Self::default() }
    }

    /// How much later, if this goes wrong now.
    pub(super) fn now(&self, kind: FaultKind, now: Instant) -> Option<Duration> {
        let holds = |spell: &&Spell| {
            spell.kind == kind && spell.between[0] <= now && now < spell.between[1]
        };
        self.spells.iter().find(holds).map(|spell| spell.by)
    }

    /// What refuses everything now.
    pub(super) fn refuses(&self, now: Instant) -> Option<Status> {
        let throttled = self.now(FaultKind::Throttle, now).map(|_| Status::THROTTLED);
        throttled.or_else(|| self.now(FaultKind::QueueFull, now).map(|_| Status::QUEUE_FULL))
    }

    /// Something is to be said so much later.
    pub(super) fn put_off(&mut self, until: Instant, later: Later) {
        self.count += 1;
        self.later.insert((until, self.count), later);
    }

    /// What is to be said by now.
    pub(super) fn due(&mut self, now: Instant) -> Option<Later> {
        let first = self.later.first_entry().filter(|first| first.key().0 <= now)?;
        Some(first.remove())
    }

    /// Whether connections are to be dropped now, once a spell.
    pub(super) fn drops(&mut self, now: Instant) -> bool {
        let spell = self.spells.iter().find(|spell| {
            spell.kind == FaultKind::Drop && spell.between[0] <= now && now < spell.between[1]
        });
        match spell {
            Some(spell) if self.cut < spell.between[1] => {
                self.cut = spell.between[1];
                true
            }
            Some(_) | None => false,
        }
    }

    /// When it has something to do.
    pub(super) fn next_wake(&self) -> Instant {
        let later = self.later.first_key_value().map(|((at, _), _)| *at);
        let drop = self
            .spells
            .iter()
            .filter(|spell| spell.kind == FaultKind::Drop && self.cut < spell.between[1]);
        let drop = drop.map(|spell| spell.between[0]).min();
        later.into_iter().chain(drop).min().unwrap_or(Instant::NEVER)
    }
}
