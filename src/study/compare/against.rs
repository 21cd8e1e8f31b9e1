//! SLO lines that are held against an earlier run: `<= baseline +5%`. Whether the figure of today is
//! beyond the bound for sure, within it for sure, or neither. Called by `run`, where a line alone
//! compares; the lines of `compare` are judged in `weigh`.

use super::side::Known;
use super::weigh::weigh;
use crate::measure::results::Slo;
use crate::measure::slo::Line;
use crate::study::replicate::Replicated;
use crate::study::stored::Earlier;

/// What an earlier run knows of the lines that are held against it, by their places.
#[derive(Clone, Debug)]
pub(crate) struct Baseline {
    seeds: Vec<u64>,
    lines: Vec<(usize, Known)>,
}

impl Baseline {
    /// Of an earlier run with these seeds.
    pub(crate) fn new(seeds: &[u64]) -> Self {
        Self { seeds: seeds.to_vec(), lines: Vec::new() }
    }

    /// Takes what the run knows of a line's figure; `None` if it has none.
    pub(crate) fn take(&mut self, place: usize, line: &Line, earlier: &Earlier<'_>) -> Option<f64> {
        let selector = line.selector();
        let value = earlier.figure(selector)?;
        let each = if self.seeds.len() > 1 { earlier.each(selector) } else { Vec::new() };
        let least = earlier.is_least(selector);
        let known = Known { value, each, estimate: None, least, event: None };
        self.lines.push((place, known));
        Some(value)
    }

    /// Judges the lines by the intervals of their changes: one that reaches over the bound leaves the
    /// line open, and so does none at all between runs of other people.
    pub(crate) fn judge(&self, lines: &[Line], replicated: &mut Replicated) {
        let seeds: Vec<u64> = replicated.each.iter().map(|one| one.seed).collect();
        for (place, earlier) in &self.lines {
            let (line, outcome) = (&lines[*place], &mut replicated.results.slo[*place]);
            let Some(value) = outcome.observed.filter(|_| !outcome.undecided) else { continue };
            let each = match seeds.as_slice() {
                [_] => Vec::new(),
                _ => {
                    let each = replicated.each.iter();
                    each.map(|one| line.selector().observe(&one.measured)).collect()
                }
            };
            let least = outcome.at_least;
            let today = Known { value, each, estimate: None, least, event: None };
            decide(line, outcome, earlier, &today, seeds == self.seeds);
        }
    }
}

fn decide(line: &Line, outcome: &mut Slo, earlier: &Known, today: &Known, pairs: bool) {
    let weighed = weigh(earlier, today, pairs);
    let size = weighed.change.baseline;
    if weighed.equal || size == 0.0 {
        return;
    }
    let by_difference = weighed.change.difference95.map(|ends| ends.map(|end| end / size));
    let by_ratio = weighed.change.ratio95.map(|ends| ends.map(|end| end - 1.0));
    let Some([low, high]) = by_ratio.or(by_difference) else {
        // The same people: what differs is the change's own doing. Others differ without any.
        if !pairs {
            (outcome.passed, outcome.undecided) = (false, true);
        }
        return;
    };
    outcome.change95 = Some([low, high]);
    let [at_low, at_high] = [low, high].map(|share| line.holds(earlier.value * (1.0 + share)));
    (outcome.passed, outcome.undecided) = (at_low && at_high, at_low != at_high);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::selector::Names;
    use crate::measure::slo;

    fn told(earlier: &[f64], today: &[f64], pairs: bool) -> (bool, bool) {
        let text = "message_latency p99 <= baseline +5%";
        let mut line =
            slo::parse(text, &Names::default(), crate::domain::time::Duration::from_secs(1))
                .expect("a line");
        let known = |each: &[f64]| {
            let value = each.iter().sum::<f64>() / each.len() as f64;
            let each = if each.len() == 1 { &[] } else { each };
            let each = each.iter().copied().map(Some).collect();
            Known { value, each, estimate: None, least: false, event: None }
        };
        let (earlier, today) = (known(earlier), known(today));
        line.set_baseline(earlier.value);
        let mut outcome = Slo {
            line: text.to_owned(),
            observed: Some(today.value),
            passed: line.holds(today.value),
            ..Slo::default()
        };
        decide(&line, &mut outcome, &earlier, &today, pairs);
        (outcome.passed, outcome.undecided)
    }

    #[test]
    fn a_line_against_a_baseline_is_open_where_its_interval_crosses_the_bound() {
        let base = [1.0, 1.02, 0.98, 1.01, 0.99];
        let by = |factor: f64| base.map(|value| value * factor);
        let wide = [1.3, 0.8, 1.2, 0.7, 1.4];
        assert_eq!(told(&base, &by(1.01), false), (true, false));
        assert_eq!(told(&base, &by(1.2), false), (false, false));
        assert_eq!(told(&base, &by(1.05), false), (false, true));
        assert_eq!(told(&base, &wide, false), (false, true));
        assert_eq!(told(&base, &base, true), (true, false));
        // One run each: of the same people the values decide, of others nothing does.
        assert_eq!(told(&[1.0], &[1.2], true), (false, false));
        assert_eq!(told(&[1.0], &[1.2], false), (false, true));
        assert_eq!(told(&[1.0], &[1.01], false), (false, true));
    }
}
