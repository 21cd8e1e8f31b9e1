//! Every metric of the catalogue is measured: a row that nothing records compiles.

use crate::common::simulate;
use interwork::measure::catalogue::Metric;

#[test]
fn every_metric_has_figures_in_a_federation_of_every_feature() {
    let run = simulate(include_str!("../federations/every-feature.yaml"), &[], 2);
    for metric in Metric::ALL {
        let measured = run.results.metrics.iter().any(|row| row.name == metric.name());
        assert!(measured, "nothing records {}", metric.name());
    }
}

#[test]
fn the_series_and_the_summary_tell_a_message_under_the_same_route() {
    let run = simulate(include_str!("../federations/every-feature.yaml"), &[], 2);
    let mut compared = 0;
    for row in run.results.metrics.iter().filter(|row| row.name == "messages_offered") {
        let Some(route) = row.labels.get("route").filter(|_| row.labels.len() == 1) else {
            continue;
        };
        let labels = format!("route={route}");
        let of = |name: &str, statistic: &str| -> f64 {
            let rows = run.results.series.iter();
            rows.filter(|row| row.metric == name && row.labels == labels)
                .filter(|row| row.statistic == statistic)
                .map(|row| row.value)
                .sum()
        };
        assert_eq!(of("messages_offered", "count"), row.count.expect("a count") as f64, "{route}");
        compared += 1;
    }
    assert!(compared > 5, "{compared} routes");
}
