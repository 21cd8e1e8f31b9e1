//! `series.csv` as curves: one value for each interval. Read by the verdict and by the page's data.

use std::collections::BTreeMap;

use crate::report::csv::SeriesRow;

/// All curves of a run.
#[derive(Debug, Default)]
pub struct Over {
    /// Starts of the intervals, seconds from the start of measuring.
    pub times: Vec<f64>,
    /// Metric, labels and statistic; `None` where an interval has no such row.
    pub curves: BTreeMap<(String, String, String), Vec<Option<f64>>>,
}

impl Over {
    /// The curves of these rows.
    pub fn new(rows: &[SeriesRow]) -> Self {
        let mut times: Vec<f64> = rows.iter().map(|row| row.time_s).collect();
        times.sort_by(f64::total_cmp);
        times.dedup();
        let mut curves: BTreeMap<_, Vec<Option<f64>>> = BTreeMap::new();
        for row in rows {
            let Ok(place) = times.binary_search_by(|time| time.total_cmp(&row.time_s)) else {
                continue;
            };
            let key = (row.metric.clone(), row.labels.clone(), row.statistic.clone());
            let curve = curves.entry(key).or_insert_with(|| vec![None; times.len()]);
            curve[place] = Some(row.value);
        }
        Self { times, curves }
    }

    /// A curve, with 0 where nothing was seen.
    pub fn curve(&self, metric: &str, labels: &str, statistic: &str) -> Option<Vec<f64>> {
        let key = (metric.to_owned(), labels.to_owned(), statistic.to_owned());
        let curve = self.curves.get(&key)?;
        Some(curve.iter().map(|value| value.unwrap_or(0.0)).collect())
    }

    /// Length of an interval, seconds; the last may be shorter.
    pub fn step(&self) -> f64 {
        match self.times.as_slice() {
            [first, second, ..] => second - first,
            _ => 0.0,
        }
    }

    /// The end of an interval, seconds from the start of measuring.
    pub fn end(&self, place: usize) -> f64 {
        match self.times.get(place + 1) {
            Some(next) => *next,
            None => self.times.last().copied().unwrap_or(0.0) + self.step(),
        }
    }
}

/// Minutes and seconds, or hours, from the start of measuring: `5:00`, `1:05:00`.
pub fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}
