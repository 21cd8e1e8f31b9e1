//! `series.csv` as curves: one value for each interval. Read by the verdict and by the page's data.

use rustc_hash::FxHashMap;

use crate::measure::results::SeriesRow;

/// Metric, labels and statistic.
pub(crate) type Name<'a> = (&'a str, &'a str, &'a str);

/// All curves of a run.
#[derive(Debug, Default)]
pub(crate) struct Over<'a> {
    /// Starts of the intervals, seconds from the start of measuring.
    pub(crate) times: Vec<f64>,
    /// End of the measured time, seconds from its start.
    pub(crate) measured: f64,
    /// In the order of their names; `None` where an interval has no such row.
    pub(crate) curves: Vec<(Name<'a>, Vec<Option<f64>>)>,
}

impl<'a> Over<'a> {
    /// The curves of these rows, of a measured time so long, seconds; without it the last interval
    /// is taken to be as long as the others. One that is much shorter, because the run was stopped in
    /// it, says nothing and is left out.
    pub(crate) fn new(rows: &'a [SeriesRow], measured: Option<f64>) -> Self {
        let mut times: Vec<f64> = rows.iter().map(|row| row.time_s).collect();
        times.sort_by(f64::total_cmp);
        times.dedup();
        let step = match times.as_slice() {
            [first, second, ..] => second - first,
            _ => 0.0,
        };
        let last = times.last().copied().unwrap_or(0.0);
        let end = measured.filter(|end| *end > last).unwrap_or(last + step).min(last + step);
        if times.len() > 2 && end - last < step / 2.0 {
            times.pop();
        }
        let mut places: FxHashMap<Name<'_>, usize> = FxHashMap::default();
        let mut curves: Vec<(Name<'_>, Vec<Option<f64>>)> = Vec::new();
        for row in rows {
            let Ok(interval) = times.binary_search_by(|time| time.total_cmp(&row.time_s)) else {
                continue;
            };
            let name = (&*row.metric, row.labels.as_str(), &*row.statistic);
            let place = *places.entry(name).or_insert(curves.len());
            if place == curves.len() {
                curves.push((name, vec![None; times.len()]));
            }
            curves[place].1[interval] = Some(row.value);
        }
        curves.sort_unstable_by_key(|(name, _)| *name);
        Self { times, curves, measured: end }
    }

    /// A curve, with 0 where nothing was seen.
    pub(crate) fn curve(&self, metric: &str, labels: &str, statistic: &str) -> Option<Vec<f64>> {
        let wanted = (metric, labels, statistic);
        let place = self.curves.binary_search_by(|(name, _)| (*name).cmp(&wanted)).ok()?;
        Some(self.curves[place].1.iter().map(|value| value.unwrap_or(0.0)).collect())
    }

    /// Length of an interval, seconds; the last may be shorter.
    pub(crate) fn step(&self) -> f64 {
        match self.times.as_slice() {
            [first, second, ..] => second - first,
            _ => 0.0,
        }
    }

    /// The end of an interval, seconds from the start of measuring.
    pub(crate) fn end(&self, place: usize) -> f64 {
        match self.times.get(place + 1) {
            Some(next) => *next,
            None => self.measured.min(self.times.last().copied().unwrap_or(0.0) + self.step()),
        }
    }
}

/// Minutes and seconds, or hours, from the start of measuring: `5:00`, `1:05:00`.
pub(crate) fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_have_a_value_or_a_gap_for_each_interval() {
        let row = |time_s, labels: &str, value| SeriesRow {
            time_s,
            metric: "m".into(),
            part: None,
            labels: labels.to_owned(),
            statistic: "rate".into(),
            value,
            unit: "1/s".into(),
        };
        let rows = [row(0.0, "b", 1.0), row(0.0, "a", 2.0), row(10.0, "b", 3.0)];
        let over = Over::new(&rows, None);
        assert_eq!(over.times, [0.0, 10.0]);
        assert_eq!(over.curves[0], (("m", "a", "rate"), vec![Some(2.0), None]));
        assert_eq!(over.curve("m", "b", "rate"), Some(vec![1.0, 3.0]));
        assert_eq!(over.curve("m", "c", "rate"), None);
        assert_eq!((over.step(), over.end(0), over.end(1)), (10.0, 10.0, 20.0));
        assert_eq!(Over::new(&rows, Some(17.0)).end(1), 17.0);
        let none = Over::new(&[], None);
        assert_eq!((none.step(), none.end(0)), (0.0, 0.0));
    }

    #[test]
    fn a_sliver_at_the_end_is_no_interval() {
        let row = |time_s| SeriesRow {
            time_s,
            metric: "m".into(),
            part: None,
            labels: String::new(),
            statistic: "rate".into(),
            value: 1.0,
            unit: "1/s".into(),
        };
        let rows = [row(0.0), row(10.0), row(20.0)];
        let stopped = Over::new(&rows, Some(20.017));
        assert_eq!((stopped.times.as_slice(), stopped.measured), ([0.0, 10.0].as_slice(), 20.017));
        assert_eq!(Over::new(&rows, Some(28.0)).times.len(), 3);
    }

    #[test]
    fn instants_are_minutes_and_seconds() {
        assert_eq!([0.0, 59.6, 300.0, 3900.0].map(clock), ["0:00", "1:00", "5:00", "1:05:00"]);
    }
}
