//! A run in Markdown, made for a comment on a change under review: the verdict first, then the SLO
//! lines, the routes and the busiest stations. Written by `run --markdown`.

use std::fmt::Write;

use crate::domain::outcome::Route;
use crate::measure::results::Metric;
use crate::report::document::manifest::{Manifest, Precision, StopReason};
use crate::report::document::numbers::{count, percent, seconds};
use crate::report::document::summary::{Summary, Verdict};
use crate::report::judge::{self, Run};

/// Stations that are shown.
const BUSIEST: usize = 5;

/// The summary of a run.
pub fn render(run: &Run<'_>) -> String {
    let Run { summary, manifest, .. } = *run;
    let mut text = String::new();
    let mark = match summary.verdict {
        Verdict::Passed => "✅ ",
        Verdict::Failed => "❌ ",
        Verdict::Undecided => "❔ ",
        Verdict::None => "",
    };
    let name = &summary.name;
    let _ = writeln!(text, "### {name}: {mark}{}\n", judge::headline(summary));
    if let Some(unsteady) = judge::unsteady(summary) {
        let _ = writeln!(text, "⚠️ {unsteady}\n");
    }
    if let Some(fate) = judge::fate(summary) {
        let _ = writeln!(text, "{fate}\n");
    }
    let _ = writeln!(text, "{}\n", judge::bottleneck(run));
    if let Some(live) = &manifest.live {
        let _ = writeln!(text, "{}\n", live.verdict());
    }
    match manifest.stop_reason {
        StopReason::Finished => {}
        StopReason::Interrupted => text.push_str("Interrupted: not all of it was simulated.\n\n"),
        StopReason::StoppedBySlo => {
            text.push_str("Stopped as soon as an SLO line could not be met any more.\n\n");
        }
    }
    if let Some(missed) = manifest.precision.as_ref().and_then(Precision::missed) {
        let _ = writeln!(text, "{missed}\n");
    }
    if !summary.slo.is_empty() {
        let _ = writeln!(text, "| | SLO line | observed |\n| --- | --- | ---: |");
        for line in &summary.slo {
            let mark = match (line.passed, line.undecided) {
                (true, _) => "✅",
                (false, true) => "❔",
                (false, false) => "❌",
            };
            let seen = line.seen();
            let seen = seen.strip_prefix("observed ").unwrap_or(&seen);
            let _ = writeln!(text, "| {mark} | `{}` | {seen} |", line.line);
        }
        text.push('\n');
    }
    routes(&mut text, summary);
    stations(&mut text, summary);
    let runs = match manifest.replication_seeds.len() {
        1 => format!("seed {}", manifest.seed),
        many => format!("{many} replications from seed {}", manifest.seed),
    };
    let Manifest { digest, version, .. } = manifest;
    let model_time = seconds(Some(manifest.model_time_s));
    let how = if manifest.live.is_some() { "live" } else { "simulated" };
    let _ = writeln!(
        text,
        "<sub>interwork {version}, topology `{}`, {runs}, {model_time} {how}</sub>",
        &digest[..digest.len().min(12)],
    );
    text
}

fn routes(text: &mut String, summary: &Summary) {
    let _ = writeln!(text, "| route | offered | delivered | p50 | p95 | p99 |");
    let _ = writeln!(text, "| --- | ---: | ---: | ---: | ---: | ---: |");
    for route in Route::ALL {
        let labels = [("route", route.label())];
        let of = |name: &str| summary.find(name, &labels).and_then(|metric| metric.count);
        let Some(offered) = of("messages_offered").filter(|offered| *offered > 0) else { continue };
        let latency = summary.find("message_latency", &labels);
        let [p50, p95, p99] = latency.map_or(["-"; 3].map(str::to_owned), Metric::usual);
        let (route, delivered) = (route.label(), count(of("messages_delivered").unwrap_or(0)));
        let offered = count(offered);
        let _ = writeln!(text, "| {route} | {offered} | {delivered} | {p50} | {p95} | {p99} |");
    }
    text.push('\n');
}

fn stations(text: &mut String, summary: &Summary) {
    let mut stations = judge::busiest(summary);
    stations.truncate(BUSIEST);
    if stations.is_empty() {
        return;
    }
    let _ = writeln!(text, "| station | utilisation | highest queue |\n| --- | ---: | ---: |");
    for station in stations {
        let name = station.label("station");
        let queue = summary.find("station_queue_length", &[("station", name)]);
        let queue = count(queue.and_then(|queue| queue.max).unwrap_or(0.0) as u64);
        let utilisation = percent(station.mean.unwrap_or(0.0));
        let _ = writeln!(text, "| {name} | {utilisation} | {queue} |");
    }
    text.push('\n');
}
