//! Pictures that stand in a page until the script draws its charts, and where no script may run: mail
//! previews, build servers that forbid it. Drawn as those of the result folder are, from summary and series.

use crate::report::face::plots::{self, Curve, Picture};
use crate::report::judge::Run;

/// Of the chart of this kind, if it is one of those that have a picture.
pub(crate) fn picture(run: &Run<'_>, kind: &str) -> Option<String> {
    let drawn = match kind {
        "messages" => messages(run),
        "latency" => latency(run),
        _ => None,
    };
    // Where one cannot be drawn the folder's own pictures say why, and the charts are still there.
    drawn.and_then(Result::ok)
}

/// A value over time, of all rows with this metric and statistic, by their labels.
fn over<'a>(
    run: &'a Run<'_>,
    metric: &'a str,
    statistic: &'a str,
) -> impl Iterator<Item = (&'a str, Vec<f64>)> {
    let of =
        run.over.curves.iter().filter(move |(name, _)| name.0 == metric && name.2 == statistic);
    of.map(|(name, values)| (name.1, values.iter().map(|value| value.unwrap_or(0.0)).collect()))
}

fn timed(run: &Run<'_>, values: &[f64]) -> Vec<(f64, f64)> {
    run.over.times.iter().copied().zip(values.iter().copied()).collect()
}

fn messages(run: &Run<'_>) -> Option<Picture> {
    let outcomes = [
        ("messages_offered", "offered"),
        ("messages_delivered", "delivered"),
        ("messages_refused", "refused"),
        ("messages_lost", "lost"),
    ];
    let mut curves: Vec<Curve> = Vec::new();
    for (metric, name) in outcomes {
        let mut sum = vec![0.0; run.over.times.len()];
        for (_, values) in over(run, metric, "rate") {
            sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
        }
        if sum.iter().any(|value| *value > 0.0) {
            curves.push((name.to_owned(), timed(run, &sum)));
        }
    }
    plots::over_time("Messages over time", "messages a second", &curves, None)
}

/// As far as the percentiles of the summary say.
fn latency(run: &Run<'_>) -> Option<Picture> {
    let of = run.summary.named("message_latency").filter(|metric| !metric.level().of_pair());
    let curves = of.filter_map(|metric| {
        let shares = [("min", 0.0), ("p50", 50.0), ("p90", 90.0), ("p95", 95.0), ("p99", 99.0)];
        let shares = shares.into_iter().chain([("max", 100.0)]);
        let points: Vec<(f64, f64)> = shares
            .filter_map(|(name, share)| Some((metric.figure(name)?.max(1e-6), share)))
            .collect();
        let name = format!("{} ({})", metric.label("route"), metric.count.unwrap_or(0));
        (points.len() > 2).then_some((name, points))
    });
    plots::within(&curves.collect::<Vec<Curve>>())
}
