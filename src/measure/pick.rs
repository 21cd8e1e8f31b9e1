//! Which metrics a study has in its results: `message_latency`, `message_latency{route=hub}`. A metric
//! by its name alone is shown for each of its labels' values but `from` and `to`, over which it is
//! rolled up; a filter keeps what has these values, and may name `from` and `to`.

use super::catalogue;
use super::results::Metric;
use super::selector::{self, Filter, Misread, Names};
use super::written::Figure;

/// Metrics to show.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pick {
    metric: catalogue::Metric,
    filter: Filter,
}

impl Pick {
    /// Reads a metric with its filter.
    ///
    /// # Errors
    /// The first thing wrong with it, with the nearest right word.
    pub(crate) fn parse(text: &str, names: &Names) -> Result<Self, Misread> {
        let figure = Figure::of(text);
        let (metric, filter) = selector::head(text, figure, names)?;
        match figure.statistic {
            "" => Ok(Self { metric, filter }),
            rest => {
                let message = format!("`{rest}` is too much: a metric with all its statistics");
                Err(Misread::at(text, rest, message, Some("leave it out".to_owned())))
            }
        }
    }

    /// Whether a metric of the results is meant.
    pub(crate) fn takes(&self, metric: &Metric) -> bool {
        let has = |(name, value): &(&str, String)| metric.label(name) == value;
        let pairs = self.filter.iter().any(|(name, _)| matches!(*name, "from" | "to"));
        metric.name == self.metric.info().name
            && self.filter.iter().all(has)
            && (pairs || rolled_up(metric))
    }
}

/// Whether a metric is rolled up over operators: what a study shows unless it says which metrics.
pub(crate) fn rolled_up(metric: &Metric) -> bool {
    !metric.level().of_pair()
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::Kind;
    use super::*;

    #[test]
    fn a_pick_takes_what_its_filter_says_and_pairs_of_operators_only_if_asked() {
        let names = Names { operators: vec!["a".to_owned()], stations: Vec::new() };
        let metric = |labels: &[(&'static str, &str)]| {
            let labels = labels.iter().map(|(name, value)| ((*name).into(), (*value).to_owned()));
            Metric::new("message_latency", labels.collect(), Kind::Counter, "s".to_owned())
        };
        let (hub, pair) = (metric(&[("route", "hub")]), metric(&[("route", "hub"), ("from", "a")]));
        let takes = |text: &str, metric| Pick::parse(text, &names).expect("good").takes(metric);
        assert!(takes("message_latency", &hub) && !takes("message_latency", &pair));
        assert!(takes("message_latency{route=hub}", &hub));
        assert!(!takes("message_latency{route=on-net}", &hub) && !takes("sms_delivered", &hub));
        assert!(takes("message_latency{from=a}", &pair) && !takes("message_latency{from=a}", &hub));
        assert!(Pick::parse("message_latency p95", &names).is_err());
        assert!(Pick::parse("message_latency{rout=hub}", &names).is_err());
    }
}
