//! Every metric of the catalogue is measured: a row that nothing records compiles.

mod common;

use common::simulate;
use interwork::measure::catalogue::Metric;

#[test]
fn every_metric_has_figures_in_a_federation_of_every_feature() {
    let run = simulate(include_str!("federations/every-feature.yaml"), &[], 2);
    for metric in Metric::ALL {
        let measured = run.results.metrics.iter().any(|row| row.name == metric.name());
        assert!(measured, "nothing records {}", metric.name());
    }
}
