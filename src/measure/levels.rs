//! Levels over time: how many wait and how many are served at a station, how many reply numbers
//! are in use. Integrated over the measured time, interval by interval, in integers.

use super::Setup;
use crate::domain::time::{Duration, Instant};

/// A level over time.
#[derive(Clone, Debug)]
pub(super) struct Level {
    value: u32,
    since: Instant,
    max: u32,
    /// Level times nanoseconds, by interval.
    pub(super) integrals: Vec<u128>,
    /// The interval that was added to last, and where it begins and ends.
    place: usize,
    span: (Instant, Instant),
}

impl Level {
    pub(super) fn new(setup: &Setup) -> Self {
        let length = setup.window.end.since(setup.window.start).0;
        let intervals = length.div_ceil(setup.interval.0).max(1);
        let integrals = vec![0; intervals as usize];
        let mut level = Self {
            value: 0,
            since: Instant::START,
            max: 0,
            integrals,
            place: 0,
            span: Default::default(),
        };
        level.go_to(0, setup);
        level
    }

    /// From now on the interval at a place is the one in hand. The last takes whatever comes after.
    fn go_to(&mut self, place: usize, setup: &Setup) {
        let last = self.integrals.len() - 1;
        self.place = place.min(last);
        let start = setup.window.start + setup.interval * self.place as u64;
        let end = if self.place == last { Instant::NEVER } else { start + setup.interval };
        self.span = (start, end);
    }

    pub(super) fn value(&self) -> u32 {
        self.value
    }

    /// The level is `value` from now on.
    pub(super) fn set(&mut self, value: u32, now: Instant, setup: &Setup) {
        self.settle(now, setup);
        self.value = value;
        if setup.window.contains(now) {
            self.max = self.max.max(value);
        }
    }

    /// Accounts for the time up to now.
    pub(super) fn settle(&mut self, now: Instant, setup: &Setup) {
        if now > self.since {
            self.add(self.value, self.since, now, setup);
            if now > setup.window.start && self.since < setup.window.end {
                self.max = self.max.max(self.value);
            }
            self.since = now;
        }
    }

    /// Adds a level that holds from one instant to another, which may lie ahead.
    pub(super) fn add(&mut self, level: u32, from: Instant, to: Instant, setup: &Setup) {
        let (mut from, to) = setup.window.clip(from, to);
        while from < to && level > 0 {
            if from < self.span.0 || from >= self.span.1 {
                let place = from.since(setup.window.start).0 / setup.interval.0;
                self.go_to(place as usize, setup);
            }
            let end = self.span.1.min(to);
            self.integrals[self.place] += u128::from(level) * u128::from(end.since(from).0);
            from = end;
        }
    }

    /// Raises the maximum.
    pub(super) fn peak(&mut self, level: u32, now: Instant, setup: &Setup) {
        if setup.window.contains(now) {
            self.max = self.max.max(level);
        }
    }

    /// Highest level in the measured time.
    pub(super) fn max(&self) -> u32 {
        self.max
    }

    /// Time average from the start of measuring to `end`.
    pub(super) fn mean(&self, end: Instant, setup: &Setup) -> f64 {
        let measured = end.since(setup.window.start).0;
        if measured == 0 {
            0.0
        } else {
            self.integrals.iter().sum::<u128>() as f64 / measured as f64
        }
    }
}

/// The levels of one station.
#[derive(Clone, Debug)]
pub(super) struct StationLevels {
    pub(super) queued: Level,
    pub(super) busy: Level,
    /// What passes a rate takes its room one after the other: up to when it is taken.
    taken: Instant,
}

impl StationLevels {
    pub(super) fn new(setup: &Setup) -> Self {
        Self { queued: Level::new(setup), busy: Level::new(setup), taken: Instant::START }
    }

    pub(super) fn step(&mut self, queued: i32, busy: i32, now: Instant, setup: &Setup) {
        if queued != 0 {
            self.queued.set(self.queued.value().saturating_add_signed(queued), now, setup);
        }
        if busy != 0 {
            self.busy.set(self.busy.value().saturating_add_signed(busy), now, setup);
        }
    }

    pub(super) fn planned(
        &mut self,
        now: Instant,
        wait: Duration,
        service: Duration,
        queued: u32,
        passes: bool,
        setup: &Setup,
    ) {
        let mut start = now + wait;
        self.queued.add(1, now, start, setup);
        self.queued.peak(queued, now, setup);
        // A burst at once takes the room of as many that come evenly: never more than there is.
        if passes {
            start = start.max(self.taken);
            self.taken = start + service;
        }
        self.busy.add(1, start, start + service, setup);
        self.busy.peak(1, start, setup);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Window;

    fn setup() -> Setup {
        Setup {
            window: Window { start: Instant(10), end: Instant(30) },
            interval: Duration(10),
            operators: Vec::new(),
            agreements: Vec::new(),
            currency: String::new(),
            stations: Vec::new(),
            slo: Vec::new(),
            batches: false,
            steady: true,
            stores: false,
            overdue: Duration::from_secs(60),
            replications: 1,
        }
    }

    #[test]
    fn a_level_is_integrated_over_the_measured_time_alone() {
        let setup = setup();
        let mut level = Level::new(&setup);
        level.set(3, Instant(5), &setup);
        level.set(1, Instant(15), &setup);
        level.set(7, Instant(28), &setup);
        level.settle(Instant(40), &setup);
        // 3 from 10 to 15, 1 from 15 to 28, 7 from 28 to 30.
        assert_eq!(level.integrals, [15 + 5, 8 + 14]);
        assert_eq!(level.max(), 7);
        assert_eq!(level.mean(Instant(30), &setup), 42.0 / 20.0);
    }

    #[test]
    fn a_planned_job_counts_in_the_intervals_it_lies_in() {
        let setup = setup();
        let mut station = StationLevels::new(&setup);
        station.planned(Instant(8), Duration(14), Duration(20), 1, false, &setup);
        assert_eq!(station.queued.integrals, [10, 2]);
        assert_eq!(station.busy.integrals, [0, 8]);
    }

    #[test]
    fn a_burst_through_a_rate_takes_its_room_one_after_the_other() {
        let setup = setup();
        let mut station = StationLevels::new(&setup);
        for _ in 0..3 {
            station.planned(Instant(12), Duration(0), Duration(4), 0, true, &setup);
        }
        // From 12 to 24, never more than one.
        assert_eq!(station.busy.integrals, [8, 4]);
    }
}
