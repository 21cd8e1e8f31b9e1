//! Two values of one figure weighed against each other, and the rules that say what follows. Called
//! for every figure and every line of a comparison; what the figure is, it does not know.

use super::side::Known;
use crate::measure::catalogue::Direction;
use crate::report::document::compare::{Change, Outcome, Verdict};
use crate::study::stats::{self, Estimate, Interval};

/// Of all intervals that are shown.
const CONFIDENCE: f64 = 0.95;
/// A mean that is not so many of its standard errors away from zero makes no sound ratio.
const SURE: f64 = 3.0;

/// How two values differ, and whether they are the same in every replication.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Weighed {
    pub(super) change: Change,
    pub(super) equal: bool,
}

/// Weighs b against a; `pairs`: their replications have the same seeds.
pub(super) fn weigh(a: &Known, b: &Known, pairs: bool) -> Weighed {
    let (each_a, each_b) = (a.complete(), b.complete());
    // Never anything else than this value, or the same in every replication.
    let steady = |known: &Known| known.each.iter().all(|each| *each == Some(a.value));
    let equal = a.value == b.value && (a.each == b.each || (steady(a) && steady(b)));
    let estimate = |known: &Known, each: &Option<Vec<f64>>| match each {
        Some(each) => Estimate::of(each),
        None => known.estimate,
    };
    let (of_a, of_b) = (estimate(a, &each_a), estimate(b, &each_b));
    // Values belong to their intervals: of replications both are means over them.
    let value = |known: &Known, estimate: Option<Estimate>| match (of_a, of_b, estimate) {
        (Some(_), Some(_), Some(estimate)) => estimate.mean,
        _ => known.value,
    };
    let (baseline, alternative) = (value(a, of_a), value(b, of_b));
    let ratio = Some(alternative / baseline).filter(|ratio| baseline != 0.0 && ratio.is_finite());
    let mut change = Change {
        baseline,
        alternative,
        difference: alternative - baseline,
        ratio,
        baseline_at_least: a.least,
        alternative_at_least: b.least,
        ..Change::default()
    };
    // So many events lie between the two in each run, and no fewer: they scatter by their root at the
    // least, however alike a few runs may be.
    let event = a.event.or(b.event).unwrap_or(0.0);
    let each = event / a.each.len().min(b.each.len()).max(1) as f64;
    let sound = of_a.is_some_and(|a| a.mean.abs() > SURE * a.error);
    match (&each_a, &each_b, of_a, of_b) {
        (Some(a), Some(b), ..) if pairs => {
            if let Some(paired) = stats::paired(a, b, each, CONFIDENCE) {
                // As the pairs have it, without the rounding of two means.
                change.difference = paired.difference;
                change.difference95 = Some(ends(paired.interval));
                change.p = Some(paired.p);
            }
            let ratio = stats::ratio_interval(a, b, each, CONFIDENCE).filter(|_| sound);
            change.ratio95 = ratio.map(|(_, interval)| ends(interval));
        }
        // Another seed has other people, of whom one run alone knows nothing.
        (None, _, Some(_), Some(_)) | (_, None, Some(_), Some(_)) if !pairs => {}
        (_, _, Some(a), Some(b)) => {
            if let Some(welch) = stats::welch(a, b, each, CONFIDENCE) {
                change.difference95 = Some(ends(welch.interval));
                change.p = Some(welch.p);
            }
            let ratio = stats::ratio_of_estimates(a, b, each, CONFIDENCE).filter(|_| sound);
            change.ratio95 = ratio.map(|(_, interval)| ends(interval));
        }
        _ => {}
    }
    // No figure falls by more than all of it.
    if let Some([low, _]) = &mut change.ratio95
        && change.baseline > 0.0
        && change.alternative >= 0.0
    {
        *low = low.max(0.0);
    }
    Weighed { change, equal }
}

fn ends(interval: Interval) -> [f64; 2] {
    [interval.low, interval.high]
}

/// What follows for a figure. Equal in every replication: the same. Else, if its adjusted p is below
/// `level` and the interval of the ratio, if there is one, leaves out 1: it moved. Else, if that
/// interval lies within `margin` of 1: the same. Else
/// nobody can tell.
pub(super) fn verdict(
    weighed: &Weighed,
    adjusted: Option<f64>,
    direction: Direction,
    level: f64,
    margin: f64,
) -> Verdict {
    let change = &weighed.change;
    if weighed.equal {
        return Verdict::Same;
    }
    if open(change) {
        return Verdict::CannotTell;
    }
    // Nobody reads that a figure moved beside an interval in which it did not.
    let unmoved = change.ratio95.is_some_and(|[low, high]| low <= 1.0 && 1.0 <= high);
    if adjusted.is_some_and(|p| p < level) && change.difference != 0.0 && !unmoved {
        return match (direction, change.difference > 0.0) {
            (Direction::Neither, _) => Verdict::Changed,
            (Direction::Less, true) | (Direction::More, false) => Verdict::Worse,
            _ => Verdict::Better,
        };
    }
    match change.ratio95.filter(|_| !change.baseline_at_least && !change.alternative_at_least) {
        Some([low, high]) if low >= 1.0 - margin && high <= 1.0 + margin => Verdict::Same,
        _ => Verdict::CannotTell,
    }
}

/// Whether a lower bound leaves open which way a figure went: it tells only what lies beyond it.
fn open(change: &Change) -> bool {
    match (change.baseline_at_least, change.alternative_at_least) {
        (false, false) => false,
        (false, true) => change.difference <= 0.0,
        (true, false) => change.difference >= 0.0,
        (true, true) => true,
    }
}

/// How a line goes that fails when a figure changes by more than `limit`, a share of the baseline's
/// with its sign: upwards, or downwards.
///
/// It fails if the value is beyond the limit and the interval, if there is one, leaves out that
/// nothing changed. It holds if the value is within and so is the end of the interval on that side.
/// What is between cannot be told.
pub(super) fn judge(weighed: &Weighed, up: bool, limit: f64) -> Outcome {
    let change = &weighed.change;
    let size = change.baseline.abs();
    let share = |difference: f64| if size > 0.0 { difference / size } else { difference };
    // Of a baseline of zero, any change at all is beyond; upwards is made positive.
    let limit = if size > 0.0 { limit.abs() } else { 0.0 };
    let turned = |value: f64| if up { value } else { -value };
    let by_ratio = change.ratio95.filter(|_| change.baseline > 0.0);
    let interval = by_ratio
        .map(|ends| ends.map(|end| end - 1.0))
        .or(change.difference95.map(|ends| ends.map(share)))
        .filter(|_| !weighed.equal)
        .map(|[low, high]| if up { [low, high] } else { [-high, -low] });
    let value = turned(share(change.difference));
    // A lower bound of the alternative's may hide a rise, one of the baseline's a fall.
    let hidden = if up { change.alternative_at_least } else { change.baseline_at_least };
    match interval {
        _ if weighed.equal => Outcome::Holds,
        _ if open(change) || (hidden && value <= limit) => Outcome::CannotTell,
        None if value > limit => Outcome::Fails,
        Some([low, _]) if value > limit && low > 0.0 => Outcome::Fails,
        None => Outcome::Holds,
        Some([_, high]) if value <= limit && high <= limit => Outcome::Holds,
        Some(_) => Outcome::CannotTell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(each: &[f64]) -> Known {
        let value = each.iter().sum::<f64>() / each.len() as f64;
        let each = if each.len() == 1 { &[] } else { each };
        let each = each.iter().copied().map(Some).collect();
        Known { value, each, estimate: None, least: false, event: None }
    }

    fn told(a: &[f64], b: &[f64], direction: Direction) -> Verdict {
        let weighed = weigh(&known(a), &known(b), true);
        verdict(&weighed, weighed.change.p, direction, 0.01, 0.05)
    }

    const BASE: [f64; 6] = [1.0, 1.1, 0.9, 1.05, 0.95, 1.0];

    fn times(factor: f64) -> Vec<f64> {
        BASE.iter().zip(0..).map(|(v, n)| v * factor * (1.0 + 1e-4 * f64::from(n % 2))).collect()
    }

    #[test]
    fn a_figure_that_surely_moved_is_worse_better_or_changed() {
        assert_eq!(told(&BASE, &times(1.1), Direction::Less), Verdict::Worse);
        assert_eq!(told(&BASE, &times(1.1), Direction::More), Verdict::Better);
        assert_eq!(told(&BASE, &times(0.9), Direction::Less), Verdict::Better);
        assert_eq!(told(&BASE, &times(0.9), Direction::More), Verdict::Worse);
        assert_eq!(told(&BASE, &times(0.9), Direction::Neither), Verdict::Changed);
    }

    /// The difference of means and their ratio are two questions, and one is shown.
    #[test]
    fn nothing_moved_beside_an_interval_in_which_it_did_not() {
        let shown = |ratio95| {
            let change = Change { difference: 0.2, ratio: Some(1.2), ratio95, ..Change::default() };
            let weighed = Weighed { change, equal: false };
            verdict(&weighed, Some(1e-6), Direction::Less, 0.01, 0.05)
        };
        assert_eq!(shown(Some([0.99, 1.5])), Verdict::CannotTell);
        assert_eq!(shown(Some([1.01, 1.5])), Verdict::Worse);
        assert_eq!(shown(None), Verdict::Worse);
    }

    #[test]
    fn what_is_equal_or_within_the_margin_is_the_same() {
        assert_eq!(told(&BASE, &BASE, Direction::Less), Verdict::Same);
        assert_eq!(told(&[2.0], &[2.0], Direction::Less), Verdict::Same);
        assert_eq!(told(&[0.0; 4], &[0.0; 4], Direction::Less), Verdict::Same);
        let near = [1.01, 1.09, 0.91, 1.04, 0.95, 1.01];
        assert_eq!(told(&BASE, &near, Direction::Less), Verdict::Same);
    }

    #[test]
    fn what_scatters_too_widely_or_has_no_interval_cannot_be_told() {
        assert_eq!(
            told(&BASE, &[1.3, 0.8, 1.2, 0.7, 1.4, 0.9], Direction::Less),
            Verdict::CannotTell
        );
        assert_eq!(told(&[2.0], &[2.5], Direction::Less), Verdict::CannotTell);
        assert_eq!(told(&[0.0; 4], &[0.0, 0.0, 0.0, 1.0], Direction::Less), Verdict::CannotTell);
    }

    /// One message more in each of three runs is no finding, a hundred are.
    #[test]
    fn a_few_events_that_fall_alike_are_no_proof() {
        let seconds = 600.0;
        let counted = |count: f64| {
            let each = [count / seconds; 3];
            Known { event: (count > 0.0).then_some(1.0 / seconds), ..known(&each) }
        };
        for pairs in [true, false] {
            let few = weigh(&counted(0.0), &counted(1.0), pairs).change;
            assert!(few.p > Some(0.1), "{few:?}");
            let [low, high] = few.difference95.expect("an interval");
            assert!(low < 0.0 && high > 2.0 / seconds, "{few:?}");
            let fewer = weigh(&counted(2.0), &counted(1.0), pairs).change;
            assert!(fewer.p > Some(0.1) && fewer.ratio95.is_none_or(|[low, _]| low >= 0.0));
            let many = weigh(&counted(1000.0), &counted(1100.0), pairs).change;
            assert!(many.p < Some(0.01), "{many:?}");
        }
    }

    #[test]
    fn a_percentile_that_a_replication_lacks_has_no_interval() {
        let mut gap = known(&BASE);
        gap.each[2] = None;
        let weighed = weigh(&gap, &known(&times(2.0)), true);
        assert_eq!((weighed.change.p, weighed.change.ratio95), (None, None));
        assert!(!weighed.equal && weigh(&gap, &gap.clone(), true).equal);
    }

    #[test]
    fn other_seeds_are_independent_and_see_less() {
        let (a, b) = (known(&BASE), known(&times(1.1)));
        let (paired, apart) = (weigh(&a, &b, true).change, weigh(&a, &b, false).change);
        assert!(paired.p < Some(1e-4) && apart.p > Some(0.01), "{paired:?} {apart:?}");
        let estimate = Estimate::of_moments(1.0, 0.06, 30);
        let single = Known { value: 1.0, each: Vec::new(), estimate, least: false, event: None };
        let change = weigh(&single, &known(&times(1.5)), false).change;
        assert!(change.p.is_none() && change.ratio95.is_none(), "one run knows its people alone");
        let change = weigh(&single, &known(&times(1.5)), true).change;
        assert!(change.p < Some(1e-3) && change.ratio95.is_some(), "{change:?}");
    }

    #[test]
    fn a_lower_bound_tells_only_what_lies_beyond_it() {
        let least = |each: &[f64]| Known { least: true, ..known(each) };
        let told = |a: &Known, b: &Known| {
            let weighed = weigh(a, b, true);
            let judged = judge(&weighed, true, 0.05);
            (verdict(&weighed, weighed.change.p, Direction::Less, 0.01, 0.05), judged)
        };
        let (base, more, less) = (known(&BASE), times(1.3), times(0.7));
        // It rose, whatever more there is to come.
        assert_eq!(told(&base, &least(&more)), (Verdict::Worse, Outcome::Fails));
        // It may rise yet.
        assert_eq!(told(&base, &least(&less)), (Verdict::CannotTell, Outcome::CannotTell));
        let near = [1.01, 1.09, 0.91, 1.04, 0.95, 1.01];
        assert_eq!(told(&base, &least(&near)), (Verdict::CannotTell, Outcome::CannotTell));
        // The baseline was worse still.
        assert_eq!(told(&least(&BASE), &known(&less)), (Verdict::Better, Outcome::Holds));
        assert_eq!(told(&least(&BASE), &known(&more)), (Verdict::CannotTell, Outcome::CannotTell));
        assert_eq!(told(&least(&BASE), &least(&more)), (Verdict::CannotTell, Outcome::CannotTell));
    }

    #[test]
    fn a_line_fails_beyond_its_limit_if_nothing_speaks_for_no_change() {
        let judged =
            |a: &[f64], b: &[f64], up, limit| judge(&weigh(&known(a), &known(b), true), up, limit);
        let wide = [1.6, 0.8, 1.5, 0.7, 1.4, 0.9];
        assert_eq!(judged(&BASE, &times(1.1), true, 0.05), Outcome::Fails);
        assert_eq!(judged(&BASE, &times(1.1), true, 0.15), Outcome::Holds);
        assert_eq!(judged(&BASE, &times(1.1), false, 0.05), Outcome::Holds);
        assert_eq!(judged(&BASE, &times(0.9), false, 0.05), Outcome::Fails);
        assert_eq!(judged(&BASE, &wide, true, 0.05), Outcome::CannotTell);
        // Within, yet it may well be beyond.
        assert_eq!(judged(&BASE, &wide, true, 0.3), Outcome::CannotTell);
        assert_eq!(judged(&BASE, &BASE, true, 0.0), Outcome::Holds);
        // Without an interval the values decide.
        assert_eq!(judged(&[2.0], &[2.2], true, 0.05), Outcome::Fails);
        assert_eq!(judged(&[2.0], &[2.2], true, 0.15), Outcome::Holds);
        // From zero, any change is beyond; of what is below zero, its size counts.
        assert_eq!(judged(&[0.0], &[0.1], true, 0.5), Outcome::Fails);
        assert_eq!(judged(&[0.0], &[0.1], false, 0.5), Outcome::Holds);
        assert_eq!(judged(&[-2.0], &[-2.2], false, 0.05), Outcome::Fails);
    }
}
