//! Distributions of which some samples are not known yet: messages under way when the run ends have
//! waited for so long, and will wait longer (right-censored observations). What such a distribution
//! says for certain, and when a figure of it is only a lower bound. No clock, no labels.

use super::histogram::Recorded;
use super::results::Distribution;

/// A percentile that those under way could move by more than this share is given as a lower bound.
const MOVES: f64 = 0.05;
/// A mean and a maximum, which the last of those under way could move without limit, are lower bounds
/// where more than this share is under way.
const UNKNOWN: f64 = 0.05;

/// A distribution with those that have not come to their end.
#[derive(Clone, Debug, Default)]
pub(super) struct Censored {
    /// Those that have.
    seen: Recorded,
    /// How many others there are.
    open: u64,
    /// Everything, as if the others ended now.
    all: Recorded,
}

/// What a figure is known to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bounds {
    /// What is shown: the figure of those that have come to their end, or, where the others could
    /// move it, the least it can be.
    pub(crate) shown: f64,
    /// The least it can be: the others end now.
    pub(crate) least: f64,
    /// The most it can be: the others never end. Infinite where nothing bounds it.
    pub(crate) most: f64,
}

impl Bounds {
    /// Of a figure that nothing can move.
    pub(crate) fn exact(value: f64) -> Self {
        Self { shown: value, least: value, most: value }
    }

    /// Whether what is shown is only a lower bound.
    pub(crate) fn is_least(&self) -> bool {
        self.most > self.least * (1.0 + MOVES)
    }

    /// Of a figure of those that ended, and what the others make of it at the least and the most.
    fn of(seen: Option<f64>, least: f64, most: f64) -> Self {
        let mut bounds = Self { shown: least, least, most };
        if let Some(seen) = seen.filter(|_| !bounds.is_least()) {
            bounds.shown = seen;
        }
        bounds
    }

    /// The same in another unit.
    fn per(self, unit: f64) -> Self {
        Self { shown: self.shown / unit, least: self.least / unit, most: self.most / unit }
    }
}

/// The figures that are lower bounds, as `Percentiles` and results name them.
const PERCENTILES: [(&str, f64); 5] =
    [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999)];

impl Censored {
    /// Of those that have come to their end, and how long the others have taken so far.
    pub(super) fn new(seen: Recorded, open: &Recorded) -> Self {
        let mut all = seen.clone();
        all.merge(open);
        Self { seen, open: open.count(), all }
    }

    /// Those that have come to their end.
    pub(super) fn seen(&self) -> &Recorded {
        &self.seen
    }

    /// Whether so many are under way that a mean says little.
    fn many_open(&self) -> bool {
        let (open, seen) = (self.open as f64, self.seen.count() as f64);
        open > UNKNOWN * (open + seen)
    }

    /// A percentile with `unit` thousandths of a sample's unit to one of the result's; `None` if
    /// fewer than ten samples lie beyond it.
    pub(super) fn percentile(&self, share: f64, unit: f64) -> Option<Bounds> {
        let seen = self.seen.shown_percentile(share);
        if self.open == 0 {
            return seen.map(|value| Bounds::exact(value / unit));
        }
        let all = &self.all;
        let least = all.shown_percentile(share)?;
        // Those under way stand beyond all others: the place of the percentile among these.
        let (ended, whole) = (self.seen.count() as f64, all.count() as f64);
        let place = share * whole / ended.max(1.0);
        let most = match place <= 1.0 && ended > 0.0 {
            true => self.seen.value_at(place),
            false => f64::INFINITY,
        };
        Some(Bounds::of(seen, least, most.max(least)).per(unit))
    }

    /// The mean; `None` without samples.
    pub(super) fn mean(&self, unit: f64) -> Option<Bounds> {
        let whole = if self.many_open() { &self.all } else { &self.seen };
        let mean = whole.distribution(unit).mean;
        (whole.count() > 0).then(|| self.open_ended(mean))
    }

    /// The maximum; `None` without samples.
    pub(super) fn max(&self, unit: f64) -> Option<Bounds> {
        let all = self.all.distribution(unit);
        (all.count > 0).then(|| match all.max > self.seen.distribution(unit).max {
            true => Bounds { shown: all.max, least: all.max, most: f64::INFINITY },
            false => self.open_ended(all.max),
        })
    }

    fn open_ended(&self, least: f64) -> Bounds {
        let most = if self.many_open() { f64::INFINITY } else { least };
        Bounds { shown: least, least, most }
    }

    /// All figures, and the names of those that are lower bounds.
    pub(super) fn distribution(&self, unit: f64) -> (Distribution, Vec<&'static str>) {
        let mut figures = self.seen.distribution(unit);
        let mut least = Vec::new();
        if self.open == 0 {
            return (figures, least);
        }
        let mut told = |name, bounds: Option<Bounds>| {
            let bounds = bounds?;
            if bounds.is_least() {
                least.push(name);
            }
            Some(bounds.shown)
        };
        figures.mean = told("mean", self.mean(unit)).unwrap_or(figures.mean);
        let all = PERCENTILES.map(|(name, share)| told(name, self.percentile(share, unit)));
        [figures.p50, figures.p90, figures.p95, figures.p99, figures.p999] = all;
        figures.max = told("max", self.max(unit)).unwrap_or(figures.max);
        (figures, least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[u64]) -> Recorded {
        let mut recorded = Recorded::default();
        values.iter().for_each(|value| recorded.record(value * 1000));
        recorded
    }

    #[test]
    fn a_few_young_ones_change_nothing() {
        let seen = of(&(1..=10_000).collect::<Vec<_>>());
        let open = of(&[1; 20]);
        let (figures, least) = Censored::new(seen.clone(), &open).distribution(1e3);
        assert_eq!(figures.p95, seen.distribution(1e3).p95);
        // Beyond the 99.9th lie ten, and twenty are not known.
        assert_eq!(least, ["p999"]);
    }

    #[test]
    fn those_who_wait_count_with_their_age() {
        // Half of them wait, for longer than anybody who got through.
        let censored = Censored::new(of(&[10; 500]), &of(&[1000; 500]));
        let (figures, least) = censored.distribution(1e3);
        assert_eq!((figures.mean, figures.p90.map(f64::round)), (505.0, Some(1000.0)));
        assert_eq!(least, ["mean", "p90", "p95", "p99", "max"]);
        let p50 = censored.percentile(0.5, 1e3).expect("samples enough");
        assert_eq!((p50.shown, p50.most), (10.0, 10.0), "the median got through");
    }

    #[test]
    fn nobody_who_got_through_leaves_lower_bounds_alone() {
        let censored = Censored::new(Recorded::default(), &of(&[7; 100]));
        let p50 = censored.percentile(0.5, 1e3).expect("samples enough");
        assert_eq!((p50.shown, p50.most), (7.0, f64::INFINITY));
        assert_eq!(censored.mean(1e3).map(|mean| mean.shown), Some(7.0));
        assert_eq!(Censored::default().percentile(0.5, 1e3), None);
    }

    proptest! {
        #[test]
        fn whatever_becomes_of_those_under_way_the_percentile_lies_within_the_bounds(
            seen in prop::collection::vec(1u64..10_000, 0..400),
            open in prop::collection::vec((1u64..10_000, 0u64..100_000), 0..200),
            share in prop::sample::select(vec![0.5, 0.9, 0.95]),
        ) {
            let ages: Vec<u64> = open.iter().map(|(age, _)| *age).collect();
            let censored = Censored::new(of(&seen), &of(&ages));
            let mut all = seen;
            all.extend(open.iter().map(|(age, more)| age + more));
            let known = of(&all).shown_percentile(share);
            let bounds = censored.percentile(share, 1.0);
            // A histogram's cell is a thousandth wide.
            if let (Some(known), Some(bounds)) = (known, bounds) {
                prop_assert!(bounds.least <= known * 1.002, "{bounds:?} {known}");
                prop_assert!(known <= bounds.most * 1.002, "{bounds:?} {known}");
            }
        }
    }
}
