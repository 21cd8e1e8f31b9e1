//! Shared by the whole-program tests: a topology as text in, results out, through the same parts
//! as the command line.

pub mod needs;
pub mod program;
#[cfg(unix)]
pub mod pty;
pub mod shapes;
pub mod smpp;
pub mod webdriver;

use std::sync::Arc;

use interwork::measure::catalogue::Kind;
use interwork::measure::results::{Distribution, Metric, Percentiles, Results};
use interwork::measure::slo;
use interwork::model::plan::Plan;
use interwork::run::{self, Finished, Options};
use interwork::topology::{self, Override, Source};
use tokio_util::sync::CancellationToken;

/// Runs a topology given as text.
pub fn simulate(text: &str, sets: &[&str], threads: usize) -> Finished {
    let (plan, setup) = prepare(text, sets);
    let options = Options { threads, ..Options::default() };
    let stop = CancellationToken::new();
    run::run(&plan, &setup, options, &stop, &mut |_, _| {}).expect("the run is sound")
}

/// A plan and its measurement, without the file's SLO lines.
pub fn prepare(text: &str, sets: &[&str]) -> (Arc<Plan>, Arc<interwork::measure::Setup>) {
    let (plan, _) = prepare_with_slo(text, sets);
    let setup = Arc::new(run::setup(&plan, Vec::new()));
    (plan, setup)
}

/// A plan and its measurement.
pub fn prepare_with_slo(text: &str, sets: &[&str]) -> (Arc<Plan>, Arc<interwork::measure::Setup>) {
    let source = Source::new("test.yaml", text);
    let overrides: Vec<Override> =
        sets.iter().map(|set| Override::parse(set).expect("an override of the test")).collect();
    let topology = topology::load(&source, &overrides).unwrap_or_else(|problems| {
        let shown: Vec<String> =
            problems.iter().map(|problem| problem.render(&source, 100, false)).collect();
        panic!("the test's topology is wrong:\n{}", shown.join("\n"))
    });
    let federation = topology.federation;
    let (names, measured) = (run::names(&federation), federation.run.duration);
    let lines = federation.slo.iter();
    let slo = lines.map(|line| slo::parse(line, &names, measured).expect("an SLO line")).collect();
    let plan = Arc::new(run::plan(federation));
    let setup = Arc::new(run::setup(&plan, slo));
    (plan, setup)
}

/// A metric with exactly these labels.
pub fn metric<'a>(results: &'a Results, name: &str, labels: &[(&str, &str)]) -> &'a Metric {
    let found = results.metrics.iter().find(|metric| metric.is(name, labels));
    found.unwrap_or_else(|| panic!("no metric {name} {labels:?}"))
}

/// A distribution.
pub fn distribution(results: &Results, name: &str, labels: &[(&str, &str)]) -> Distribution {
    let Metric { count, mean, stddev, min, percentiles, max, .. } = metric(results, name, labels);
    let told = "a distribution";
    let Percentiles { p50, p90, p95, p99, p999 } = percentiles.expect(told);
    Distribution {
        count: count.expect(told),
        mean: mean.expect(told),
        stddev: stddev.expect(told),
        min: min.expect(told),
        p50,
        p90,
        p95,
        p99,
        p999,
        max: max.expect(told),
    }
}

/// A count; zero if nothing was counted.
pub fn count(results: &Results, name: &str, labels: &[(&str, &str)]) -> u64 {
    let found = results.metrics.iter().find(|metric| metric.is(name, labels));
    found.map_or(0, |metric| metric.count.filter(|_| metric.rate.is_some()).expect("a counter"))
}

/// The time average and maximum of a level.
pub fn gauge(results: &Results, name: &str, labels: &[(&str, &str)]) -> (f64, f64) {
    let metric = metric(results, name, labels);
    assert_eq!(metric.kind, Kind::Gauge, "{name}");
    (metric.mean.expect("a level"), metric.max.expect("a level"))
}

/// Fails unless `seen` is within `percent` of `expected`.
#[track_caller]
pub fn close(what: &str, seen: f64, expected: f64, percent: f64) {
    let off = (seen / expected - 1.0) * 100.0;
    assert!(off.abs() <= percent, "{what}: {seen} instead of {expected} ({off:+.2} %)");
}
