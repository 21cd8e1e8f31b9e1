//! `interwork live` as people meet it: a federation on sockets of this machine, counted at both ends, and by
//! tshark. Counts are judged, times only where the run says that it kept its schedule.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::common::needs;
use crate::common::program::Bench;

/// A few seconds with some two hundred messages a second, most of them for legacy customers.
const SHORT: [&str; 10] = [
    "--set",
    "workload.messages.total=200/s",
    "--set",
    "workload.contacts.sms_only=70%",
    "--set",
    "run.warm_up=0s",
    "--set",
    "run.duration=3s",
    "--out",
    "out",
];

fn lived(bench: &Bench, more: &[&str]) -> (i32, String, Value) {
    let live = bench.program(&[&["live", "small.yaml"], &SHORT[..], more].concat());
    let said = String::from_utf8_lossy(&live.stdout).into_owned();
    let error = String::from_utf8_lossy(&live.stderr);
    let code = live.status.code().expect("it ends by itself");
    assert!([0, 106].contains(&code), "{code}: {said}{error}");
    (code, said, bench.json("out/manifest.json"))
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no count"))
}

/// PDUs of a capture by their command, as tshark counts them, and how many it finds malformed.
fn counted(path: &std::path::Path) -> (BTreeMap<String, u64>, usize) {
    let tshark = |arguments: &[&str]| {
        let out = Command::new("tshark").arg("-r").arg(path).args(arguments).output();
        String::from_utf8(out.expect("tshark starts").stdout).expect("text")
    };
    let mut by = BTreeMap::new();
    for id in tshark(&["-T", "fields", "-e", "smpp.command_id"]).split([',', '\n']) {
        if !id.is_empty() {
            *by.entry(id.to_owned()).or_default() += 1;
        }
    }
    (by, tshark(&["-Y", "_ws.malformed || tcp.checksum.status == 0"]).lines().count())
}

#[test]
fn both_ends_of_a_live_run_count_the_same_and_tshark_too() {
    let how = "apt-get install tshark";
    let capture = needs::program("tshark", how);
    let bench = Bench::new("");
    let (_, said, manifest) = lived(&bench, &["--capture", "live.pcap"]);
    let live = &manifest["live"];
    let ways = live["ways"].as_array().expect("ways");
    assert_eq!(ways.len(), 2, "both operators have an IM server and an SMSC");
    let sum = |of: fn(&Value) -> &Value| ways.iter().map(|way| number(of(way))).sum::<u64>();
    let submitted = sum(|way| &way["submitted"]);
    assert!(submitted > 100, "{live:#}");
    // What was still being said at the end has no answer: on a busy machine that is some more.
    let open = submitted / 10;
    for (one, other) in [
        (submitted, sum(|way| &way["door"]["came"])),
        (sum(|way| &way["accepted"]), sum(|way| &way["door"]["accepted"])),
        (submitted, sum(|way| &way["accepted"])),
    ] {
        assert!(one - other <= open, "{one} and {other}: {live:#}");
    }
    for way in ways {
        for none in ["unanswered", "no_receipt", "unmatched", "lost_sessions"] {
            assert_eq!(way[none], 0, "{none}: {live:#}");
        }
        assert_eq!(way["refused"], Value::Array(Vec::new()));
        assert_eq!(way["sessions"], 2);
    }
    let verdict = ["kept its schedule: late", "ours, not the system's: late"];
    assert!(verdict.iter().any(|words| said.contains(words)), "{said}");
    if !capture {
        return;
    }
    let (by, malformed) = counted(&bench.path("live.pcap"));
    let of = |id: &str| by.get(id).copied().unwrap_or(0);
    assert_eq!(malformed, 0, "{by:?}");
    assert_eq!(of("0x00000004"), sum(|way| &way["parts"]), "submit_sm");
    assert!(of("0x00000004") - of("0x80000004") <= open, "{by:?}");
    let receipts: u64 = ways
        .iter()
        .flat_map(|way| way["receipts"].as_array().expect("receipts"))
        .map(|of| number(&of[1]))
        .sum();
    assert!(receipts > 10 && of("0x00000005") >= receipts, "{by:?} and {receipts}");
    assert_eq!((of("0x00000009"), of("0x00000006"), of("0x80000006")), (4, 4, 4), "{by:?}");
    let captured = &live["captured"];
    assert_eq!(number(&captured[0]), by.values().sum::<u64>());
    assert_eq!(number(&captured[1]), 0);
}

#[test]
fn a_live_run_offers_what_the_simulated_one_offers() {
    let bench = Bench::new("");
    let (_, _, manifest) = lived(&bench, &[]);
    let simulated =
        bench.program(&[&["run", "small.yaml"], &SHORT[..9], &["simulated"][..]].concat());
    assert!(simulated.status.success());
    let first = |folder: &str| {
        let summary = bench.json(&format!("{folder}/summary.json"));
        let metrics = summary["metrics"].as_array().expect("metrics").clone();
        let offered = metrics.into_iter().filter(|metric| {
            let answer = metric["labels"]["route"].as_str().is_some_and(|it| it.contains("reply"));
            metric["name"] == "messages_offered"
                && metric["labels"].get("from").is_none()
                && !answer
        });
        offered
            .map(|metric| (metric["labels"].to_string(), number(&metric["count"])))
            .collect::<Vec<_>>()
    };
    assert!(manifest["live"].is_object());
    let (live, simulated) = (first("out"), first("simulated"));
    assert_eq!(live.len(), simulated.len());
    for ((route, live), (_, simulated)) in live.iter().zip(&simulated) {
        // Answers that come a little later may fall behind the end.
        assert!(live.abs_diff(*simulated) <= 3, "{route}: {live} and {simulated}");
    }
}

/// Nothing of it is drawn but who writes to whom, and when.
const FIXED: &str = "interwork: 1
name: fixed
operators:
  a:
    kind: imsp
    domain: a.example
    numbers: [\"+4670\"]
    subscribers: { im: 500, sms_only: 500 }
    access: { mobile: 50ms }
    im_server: { service_time: 2ms }
    smsc: { throughput: 200/s, attempt_time: 100ms }
    hlr: { lookup_time: 10ms, attached: 100% }
agreements: []
workload:
  contacts: { per_user: 20, sms_only: 50% }
  messages: { total: 150/s, length: 40, reply: { share: 0% } }
  sessions: { length: unlimited, online: 100% }
  presence: { changes: 0/h }
run: { seed: 1, warm_up: 0s, duration: 4s }
";

#[test]
fn held_against_the_simulated_run_counts_are_equal_and_times_differ_by_a_hop() {
    let bench = Bench::new("");
    std::fs::write(bench.path("fixed.yaml"), FIXED).expect("written");
    let live = bench.program(&["live", "fixed.yaml", "--compare", "--out", "out"]);
    assert!(live.status.success(), "{}", String::from_utf8_lossy(&live.stderr));
    let said = String::from_utf8_lossy(&live.stdout);
    assert!(said.contains("Held against the simulated run"), "{said}");
    let pairs = &bench.json("out/manifest.json")["live"]["pairs"];
    let kept = pairs["comparable"].as_bool().expect("a verdict");
    let rows = pairs["rows"].as_array().expect("rows");
    let mut of = BTreeMap::new();
    for row in rows {
        let [simulated, live, allowed] =
            ["simulated", "live", "allowed"].map(|key| row[key].as_f64().expect("a figure"));
        let more = live - simulated;
        let (route, what) = (row["route"].as_str(), row["what"].as_str());
        let name = format!("{} {}", route.expect("a route"), what.expect("a figure"));
        // Times where the run says that it kept its schedule.
        if kept || row["unit"] == "1" {
            assert!(more.abs() <= allowed, "{name}: {row}");
        }
        of.insert(name, (simulated, more, allowed));
    }
    let (offered, ..) = of["sms-own messages_offered"];
    assert!(offered > 150.0, "{of:?}");
    let (_, more, allowed) = of["sms-own latency mean"];
    assert!(more > 0.0 && allowed < 0.02, "a real hop takes its time: {of:?}");
}

#[test]
fn what_cannot_be_lived_is_told_before_anything_is_sent() {
    let bench = Bench::new("");
    let told = |sets: &[&str]| {
        let out = bench.program(&[&["live", "small.yaml", "--out", "none"], sets].concat());
        assert_eq!(out.status.code(), Some(104));
        String::from_utf8(out.stderr).expect("text")
    };
    let long = told(&["--set", "run.duration=1h"]);
    assert!(long.contains("--max-duration is 10m"), "{long}");
    let pilot = told(&["--set", "run.warm_up=auto"]);
    assert!(pilot.contains("--set run.warm_up=10s"), "{pilot}");
    let limit = told(&["--capture", "x.pcap", "--capture-limit", "much"]);
    assert!(limit.contains("a size such as 100MB"), "{limit}");
    assert!(!bench.path("none").exists());
}

#[cfg(unix)]
#[test]
fn a_signal_ends_a_live_run_in_good_order() {
    let bench = Bench::new("");
    let more = ["live", "small.yaml", "--out", "out", "--set", "run.warm_up=0s", "--set"];
    let mut command = bench.command(&[&more[..], &["run.duration=9m"]].concat());
    let mut child = command.stdout(std::process::Stdio::null()).spawn().expect("it starts");
    let began = || bench.path("out").exists();
    while !began() {
        std::thread::park_timeout(std::time::Duration::from_millis(5));
    }
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("it runs");
    let code = child.wait().expect("it ends").code();
    assert_eq!(code, Some(105));
}
