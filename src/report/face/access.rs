//! The table of the access side, for terminal and page alike: what IM clients asked of their servers.

use crate::domain::outcome::Exchange;
use crate::report::document::numbers::{percent, three};
use crate::report::document::summary::Summary;

/// What each operator's IM clients asked of its server, those that asked most first, and how many
/// operators there are.
pub(crate) fn rows(summary: &Summary, most: usize) -> (Vec<Vec<String>>, usize) {
    let mut operators: Vec<&str> =
        summary.named("client_requests").map(|metric| metric.label("operator")).collect();
    operators.dedup();
    let rate = |name: &str, operator: &str, kinds: &dyn Fn(&str) -> bool| -> f64 {
        let of = summary.named(name).filter(|metric| metric.label("operator") == operator);
        of.filter(|metric| kinds(metric.label("kind")))
            .filter_map(|metric| metric.rate)
            .fold(0.0, |all, rate| all + rate)
    };
    let unasked = [Exchange::KeepAlive, Exchange::Poll].map(Exchange::label);
    let mut each: Vec<(f64, &str)> = operators
        .into_iter()
        .map(|operator| (rate("client_requests", operator, &|_| true), operator))
        .collect();
    each.sort_by(|a, b| b.0.total_cmp(&a.0));
    let all = each.len();
    let row = |(requests, operator): (f64, &str)| {
        let idle = rate("client_requests", operator, &|kind| unasked.contains(&kind));
        let kilobytes = |name| three(rate(name, operator, &|_| true) / 1000.0);
        vec![
            operator.to_owned(),
            three(requests),
            percent(idle / requests.max(1e-9)),
            kilobytes("client_bytes_up"),
            kilobytes("client_bytes_down"),
        ]
    };
    let rows = each.into_iter().take(most).map(row).collect();
    (rows, all)
}

/// The head of that table.
pub(crate) const HEAD: [&str; 5] =
    ["operator", "requests/s", "of them idle", "kB/s up", "kB/s down"];
