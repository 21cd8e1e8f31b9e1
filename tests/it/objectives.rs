//! SLO lines as a run judges them: shares, utilisation, parts of the measured time, an earlier run as
//! a baseline, and the end of a run that cannot meet them any more.

use crate::common::program::{Bench, metric, same};
use serde_json::Value;

/// What each SLO line has seen.
fn observed(summary: &Value) -> Vec<f64> {
    let lines = summary["slo"].as_array().expect("lines");
    lines.iter().map(|line| line["observed"].as_f64().unwrap_or(f64::NAN)).collect()
}

#[track_caller]
fn close(seen: f64, expected: f64) {
    assert!((seen - expected).abs() <= 1e-9 * expected.abs(), "{seen} instead of {expected}");
}

#[test]
fn a_line_about_a_part_of_the_time_sees_the_messages_meant_in_it() {
    let windows = ["during 0s..1m", "during 1m..2m", "after 2m"];
    let lines: Vec<String> =
        ["messages_offered rate > 0/s", "message_latency{route=on-net} mean < 1h"]
            .iter()
            .flat_map(|figure| windows.iter().map(move |window| format!("'{figure} {window}'")))
            .chain(["'messages_delivered count > 0 during 1m..2m'".to_owned()])
            .collect();
    let bench = Bench::new(&format!("slo: [ {} ]\n", lines.join(", ")));
    let stages = bench.path("small.yaml");
    let text = std::fs::read_to_string(&stages).expect("the topology").replace(
        "messages: { total: 20/s }",
        "messages: { total: 20/s, reply: { share: 0% } }
  stages: [ { for: 1m, load: 1 }, { for: 1m, load: 2 }, { for: 1m, load: 4 } ]",
    );
    std::fs::write(&stages, text).expect("written");
    bench.ends(0, "out", &["--set", "run.duration=3m", "--messages", "100000"]);
    let seen = observed(&bench.json("out/summary.json"));
    // The load of both operators doubles from minute to minute.
    for (rate, expected) in seen[..3].iter().zip([40.0, 80.0, 160.0]) {
        assert!((rate / expected - 1.0).abs() < 0.1, "{rate} instead of {expected}");
    }
    // And the messages themselves say the same.
    let rows = bench.rows("out/messages.csv");
    let number = |text: &str| text.parse::<f64>().expect("a number");
    for (minute, mean) in (0..3).zip(&seen[3..6]) {
        let start = 10.0 + 60.0 * f64::from(minute);
        let meant = |row: &&std::collections::BTreeMap<String, String>| {
            (start..start + 60.0).contains(&number(&row["intended_s"]))
                && row["outcome"] == "delivered"
        };
        // What was kept for a login is in no latency.
        let on_net = rows.iter().filter(meant).filter(|row| row["route"] == "on-net");
        let on_net = on_net.filter(|row| number(&row["offline_store_s"]) == 0.0);
        let latencies: Vec<f64> = on_net.map(|row| number(&row["latency_s"])).collect();
        assert!(latencies.len() > 300, "{}", latencies.len());
        let expected = latencies.iter().sum::<f64>() / latencies.len() as f64;
        assert!((mean / expected - 1.0).abs() < 1e-6, "{mean} instead of {expected}");
        if minute == 1 {
            assert_eq!(seen[6], rows.iter().filter(meant).count() as f64);
        }
    }
}

#[test]
fn shares_are_of_all_there_could_be() {
    let bench = Bench::new(
        "slo:
  - messages_refused share < 50%
  - messages_refused{reason=smsc_full} share < 50%
  - messages_delivered{route=on-net} share > 10%
  - station_refused{station=a/smsc[0]} share < 99%
  - sms_refused{operator=a} share < 99%
  - utilisation{station=a/smsc[0]} > 90%
  - utilisation > 90%
",
    );
    let small = ["operators.a.smsc.throughput=1/s", "operators.a.smsc.queue_limit=2"];
    bench.ends(0, "out", &["--set", small[0], "--set", small[1]]);
    let summary = bench.json("out/summary.json");
    let all = |name: &str, label: (&str, &str)| -> f64 {
        let has = |metric: &&Value| {
            metric["name"] == name
                && (label.0.is_empty() || metric["labels"][label.0] == label.1)
                // Counts for all operators together, without those by reason.
                && metric["labels"]["from"].is_null()
                && (metric["labels"]["reason"].is_null() || label.0 == "reason")
        };
        let metrics = summary["metrics"].as_array().expect("metrics");
        metrics.iter().filter(has).filter_map(|metric| metric["count"].as_f64()).sum()
    };
    let seen = observed(&summary);
    let offered = all("messages_offered", ("", ""));
    close(seen[0], all("messages_refused", ("", "")) / offered);
    let full = all("messages_refused", ("reason", "smsc_full"));
    assert!(full > 0.0, "the SMSC is too small");
    close(seen[1], full / offered);
    let on_net = ("route", "on-net");
    close(seen[2], all("messages_delivered", on_net) / all("messages_offered", on_net));
    let station = ("station", "a/smsc[0]");
    let refused = all("station_refused", station);
    close(seen[3], refused / (refused + all("station_served", station)));
    let refused = all("sms_refused", ("operator", "a"));
    close(seen[4], refused / (refused + all("sms_submitted", ("operator", "a"))));
    let busy = metric(&summary, "station_utilisation", &[station])["mean"].as_f64();
    assert_eq!((busy, busy), (Some(seen[5]), Some(seen[6])), "the busiest station is this one");
    assert!(seen[5] > 0.9 && seen[5] <= 1.0, "{}", seen[5]);
}

/// Figures of every kind, with and without labels.
const FIGURES: [&str; 18] = [
    "message_latency mean",
    "message_latency stddev",
    "message_latency p50",
    "message_latency p95",
    "message_latency max",
    "message_latency min",
    "message_latency count",
    "message_latency{route=on-net} p99",
    "message_latency{route=interworked,from=a} p90",
    "message_stage_time{stage=link} p95",
    "messages_offered rate",
    "messages_delivered share",
    "messages_refused{reason=blocked} count",
    "messages_lost{route=hub} count",
    "sms_delivered rate",
    "station_served count",
    "station_utilisation{station=a/smsc[0]} mean",
    "utilisation max",
];

/// An SLO of all figures, each held against the same figure of a baseline.
fn against_baseline(op: &str) -> String {
    let lines: Vec<String> =
        FIGURES.iter().map(|figure| format!("  - {figure} {op} baseline\n")).collect();
    format!("slo:\n{}", lines.concat())
}

#[test]
fn a_run_is_no_worse_and_no_better_than_itself() {
    for op in ["<=", ">=", "=="] {
        let bench = Bench::new(&against_baseline(op));
        let all = std::fs::read_to_string(bench.path("small.yaml")).expect("the topology");
        let (plain, _) = all.split_once("slo:").expect("lines");
        std::fs::write(bench.path("plain.yaml"), plain).expect("written");
        for replications in ["1", "3"] {
            let first = format!("baseline-{replications}");
            let more = ["--replications", replications];
            let run = ["run", "plain.yaml", "--out", &first];
            assert!(bench.program(&[&run[..], &more].concat()).status.success());
            let second = format!("again-{replications}");
            bench.ends(0, &second, &[&more[..], &["--baseline", &first]].concat());
        }
    }
}

#[test]
fn constant_latencies_are_no_worse_than_themselves() {
    let line = "message_latency{route=interworked} p95 <= baseline";
    let bench = Bench::new(&format!("slo: [ '{line}' ]\n"));
    let text = std::fs::read_to_string(bench.path("small.yaml")).expect("the topology");
    // Above two milliseconds a bucket of the histogram is wider than a microsecond.
    let text = text.replace("latency: 20ms", "latency: 1234567us").replace(
        "kind: imsp,",
        "kind: imsp, access: { wired: 0s }, im_server: { workers: 100, service_time: 0s },",
    );
    std::fs::write(bench.path("small.yaml"), &text).expect("written");
    let (plain, _) = text.split_once("slo:").expect("lines");
    std::fs::write(bench.path("plain.yaml"), plain).expect("written");
    let run = bench.program(&["run", "plain.yaml", "--out", "first"]);
    assert!(run.status.success(), "{}", crate::common::program::text(&run.stderr));
    bench.ends(0, "second", &["--baseline", "first"]);
}

#[test]
fn what_got_worse_by_more_than_its_line_allows_fails() {
    let bench = Bench::new("slo: [ 'message_latency{route=interworked} p95 <= baseline +5%' ]\n");
    let text = std::fs::read_to_string(bench.path("small.yaml")).expect("the topology");
    let (plain, _) = text.split_once("slo:").expect("lines");
    std::fs::write(bench.path("plain.yaml"), plain).expect("written");
    assert!(bench.program(&["run", "plain.yaml", "--out", "first"]).status.success());
    bench.ends(0, "same", &["--baseline", "first"]);
    let slower = ["--set", "agreements.a:b.link.latency=400ms"];
    let printed = bench.ends(99, "slower", &[&slower[..], &["--baseline", "first"]].concat());
    assert!(printed.contains("✗ message_latency{route=interworked} p95 <= baseline +5%"));
    let printed = bench.ends(104, "none", &[]);
    assert!(printed.contains("--baseline DIR"), "{printed}");
    bench.ends(74, "missing", &["--baseline", "nowhere"]);
}

#[test]
fn a_run_ends_as_soon_as_a_line_cannot_be_met_any_more() {
    let bench = Bench::new("slo: [ messages_delivered count < 400, messages_lost count == 0 ]\n");
    let folders = ["1", "2", "8"].map(|threads| {
        let printed = bench.ends(99, threads, &["--stop-on-slo", "--threads", threads]);
        assert!(printed.contains("(stopped by an SLO line)"), "{printed}");
        let manifest = bench.json(&format!("{threads}/manifest.json"));
        assert_eq!(manifest["stop_reason"], "stopped_by_slo");
        (manifest["model_time_s"].clone(), bench.files(threads))
    });
    let at = folders[0].0.as_f64().expect("seconds");
    assert!(at > 10.0 && at < 60.0, "it ended at {at} s of 70");
    for (time, files) in &folders[1..] {
        assert_eq!(*time, folders[0].0);
        same(files, &folders[0].1);
    }
    bench.ends(99, "whole", &[]);
    assert_eq!(bench.json("whole/manifest.json")["stop_reason"], "finished");
}

#[test]
fn lines_that_only_the_end_can_judge_do_not_end_a_run() {
    for line in [
        "message_latency p50 < 1ms",
        "messages_offered rate > 1000/s",
        "messages_delivered count > 1_000_000",
        "messages_accepted count < 5",
        "messages_offered{route=on-net} count < 5",
        "messages_delivered count < 5 during 0s..30s",
        "utilisation < 0.001%",
    ] {
        let bench = Bench::new(&format!("slo: [ '{line}' ]\n"));
        bench.ends(99, "out", &["--stop-on-slo", "--set", "run.duration=40s"]);
        let manifest = bench.json("out/manifest.json");
        assert_eq!(manifest["stop_reason"], "finished", "{line}");
        assert_eq!(manifest["model_time_s"], 50.0, "{line}");
    }
}

#[test]
fn a_line_is_decided_only_where_what_is_under_way_cannot_change_it() {
    // Half of the phones are away: half of the short messages wait for hours.
    let lines = "slo: [ sms_latency p90 < 1s, sms_latency p90 < 1h, sms_latency p50 < 1h, \
                 messages_undelivered share < 1%, 'message_latency{route=on-net} p50 < 1s' ]\n";
    let bench = Bench::new(lines);
    let away = ["--set", "run.duration=5m", "--set", "workload.sessions.offline_messages=sms"];
    let more = ["--set", "operators.a.hlr.attached=50%", "--set", "operators.b.hlr.attached=50%"];
    bench.ends(99, "out", &[&away[..], &more].concat());
    let summary = bench.json("out/summary.json");
    let told: Vec<(bool, bool, bool)> = summary["slo"]
        .as_array()
        .expect("lines")
        .iter()
        .map(|line| {
            let of = |key: &str| line[key].as_bool().unwrap_or(false);
            (of("passed"), of("undecided"), of("at_least"))
        })
        .collect();
    let (fails, open, holds) = ((false, false, true), (false, true, true), (true, false, false));
    assert_eq!(told, [fails, open, holds, (false, false, false), holds], "{summary}");
}
