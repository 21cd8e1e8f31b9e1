//! Same topology and seed, same bytes, on any number of threads.

use std::path::Path;
use std::process::Command;

use crate::common::prepare;
use interwork::run::{self, Options};

/// Coarse times everywhere, so that ties are frequent: constant delays and services in whole
/// multiples of 10 ms, evenly spaced arrivals, a hub in the middle.
const TIES: &str = "interwork: 1
name: ties
operators:
  a: { kind: imsp, domain: a.example, numbers: [\"+4670\"], subscribers: { im: 300, sms_only: 100 }, access: { wired: 10ms }, im_server: { workers: 1, service_time: 10ms }, smsc: { throughput: 50/s, attempt_time: 10ms }, hlr: { lookup_time: 10ms } }
  b: { kind: imsp, domain: b.example, numbers: [\"+4671\"], subscribers: { im: 300, sms_only: 100 }, access: { wired: 10ms }, im_server: { workers: 1, service_time: 10ms }, smsc: { throughput: 50/s, attempt_time: 10ms }, hlr: { lookup_time: 10ms } }
  c: { kind: mno, numbers: [\"+4672\"], subscribers: { sms_only: 300 }, access: { mobile: 10ms }, smsc: { throughput: 50/s, attempt_time: 10ms }, hlr: { lookup_time: 10ms } }
  d: { kind: imsp, domain: d.example, numbers: [\"+4673\"], subscribers: { im: 300 }, access: { wired: 10ms }, im_server: { workers: 1, service_time: 10ms }, smsc: none }
  h: { kind: hub, relay: { workers: 1, service_time: 10ms } }
agreements:
  - { between: [a, b], protocol: ssp, link: { latency: 20ms, loss: 5%, bandwidth: 1Mbit/s }, presence: { fan_out: per_domain, refresh: 1m } }
  - { between: [a, c], protocol: sms, link: { latency: 20ms } }
  - { between: [b, c], protocol: sms, link: { latency: 20ms } }
  - { between: [a, h], protocol: ssp, link: { latency: 20ms }, rate_limit: { rate: 5/s, over: queue } }
  - { between: [d, h], protocol: ssp, link: { latency: 20ms } }
workload:
  contacts: { per_user: 10 }
  messages: { total: 20/s, arrivals: constant, length: 30, reply: { share: 50%, after: 10ms } }
  presence: { changes: 60/h }
  sessions: { online: 60%, length: 5m }
  growth: { add_contact: 6/h }
run: { seed: 1, warm_up: 10s, duration: 2m }
";

fn run_to(dir: &Path, topology: &Path, threads: &str, seed: &str) {
    let status = Command::new(env!("CARGO_BIN_EXE_interwork"))
        .arg("run")
        .arg(topology)
        .args(["--threads", threads, "--messages", "100", "--set", &format!("run.seed={seed}")])
        .arg("--out")
        .arg(dir)
        .output()
        .expect("the program starts");
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
}

/// The files of a result folder, by name.
type Files = Vec<(String, Vec<u8>)>;

const NONE: [&str; 0] = [];

/// Every file of a result folder but the manifest.
fn files(dir: &Path) -> Files {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(dir).expect("below").to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name != "manifest.json" {
                found.push((name, std::fs::read(path).expect("a file")));
            }
        }
    }
    found.sort();
    found
}

/// Names of the files that only one of the folders has, or that differ: `Files` themselves would be
/// too long to read.
fn differing(one: &Files, other: &Files) -> Vec<String> {
    let only = |here: &Files, there: &Files| {
        let missing = here.iter().filter(|file| !there.contains(file));
        missing.map(|(name, _)| name.clone()).collect::<Vec<String>>()
    };
    let mut names = [only(one, other), only(other, one)].concat();
    names.sort();
    names.dedup();
    names
}

#[test]
fn one_two_and_eight_threads_give_the_same_bytes_and_another_seed_does_not() {
    let dir = tempfile::tempdir().expect("a folder");
    let topology = dir.path().join("ties.yaml");
    std::fs::write(&topology, TIES).expect("written");
    let results: Vec<_> = [("1", "7"), ("2", "7"), ("8", "7"), ("2", "8")]
        .iter()
        .map(|(threads, seed)| {
            let out = dir.path().join(format!("out-{threads}-{seed}"));
            run_to(&out, &topology, threads, seed);
            files(&out)
        })
        .collect();
    let names: Vec<&str> = results[0].iter().map(|(name, _)| name.as_str()).collect();
    assert!(names.contains(&"summary.json") && names.contains(&"histograms.hlog"), "{names:?}");
    for other in &results[1..3] {
        assert_eq!(differing(&results[0], other), NONE, "by the number of threads");
    }
    let summary = |of: &Files| {
        of.iter().find(|(name, _)| name == "summary.json").map(|(_, bytes)| bytes.clone())
    };
    assert_ne!(summary(&results[0]), summary(&results[3]), "another seed, another run");
}

/// Everything fails in it, at instants at which other things happen.
fn failing() -> String {
    let events = [
        "{ at: 10s, link_down: [a, b], for: 20s }",
        "{ at: 20s, link_slow: [a, h], factor: 3, for: 1m }",
        "{ at: 30s, node_down: b.im_server, for: 4s }",
        "{ at: 30s, node_down: h.relay, for: 10s }",
        "{ at: 40s, node_down: \"a.smsc[0]\", for: 20s }",
        "{ at: 50s, node_down: c.hlr, for: 30s }",
    ];
    format!("{TIES}timeline: [ {} ]\n", events.join(", "))
}

#[test]
fn failures_give_the_same_bytes_on_any_number_of_threads() {
    let dir = tempfile::tempdir().expect("a folder");
    let topology = dir.path().join("failing.yaml");
    std::fs::write(&topology, failing()).expect("written");
    let [one, two, eight] = ["1", "2", "8"].map(|threads| {
        let out = dir.path().join(threads);
        run_to(&out, &topology, threads, "7");
        files(&out)
    });
    assert!(one == two && two == eight, "threads make a difference");
    let results = crate::common::simulate(&failing(), &[], 2).results;
    let down = |route| [("route", route), ("reason", "node_down")];
    for route in ["interworked", "hub", "sms-own"] {
        assert!(crate::common::count(&results, "messages_refused", &down(route)) > 0, "{route}");
    }
}

#[test]
fn a_resolved_topology_gives_the_same_results() {
    let dir = tempfile::tempdir().expect("a folder");
    let topology = dir.path().join("ties.yaml");
    std::fs::write(&topology, failing()).expect("written");
    let (first, second) = (dir.path().join("first"), dir.path().join("second"));
    run_to(&first, &topology, "2", "7");
    run_to(&second, &first.join("topology.yaml"), "2", "7");
    let mut different = differing(&files(&first), &files(&second));
    // Where each value comes from is another matter than what it is.
    different.retain(|name| name != "topology.yaml" && name != "report.html");
    assert_eq!(different, NONE);
}

#[test]
fn the_topology_of_these_tests_uses_every_kind_of_way() {
    let (plan, _) = prepare(TIES, &[]);
    assert!(plan.graph.len() > 1000);
    let results = crate::common::simulate(TIES, &[], 2).results;
    for route in ["on-net", "interworked", "hub", "sms-own", "sms-home", "sms-direct"] {
        assert!(
            crate::common::count(&results, "messages_offered", &[("route", route)]) > 0,
            "{route}"
        );
    }
}

#[test]
fn a_million_users_behind_four_hubs_give_the_same_on_one_two_and_eight_threads() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies/continental.yaml");
    let text = std::fs::read_to_string(path).expect("a shipped topology");
    let (plan, setup) = prepare(&text, &["run.warm_up=0s", "run.duration=3s"]);
    let results = [1, 2, 8].map(|threads| {
        let stop = Default::default();
        let options = Options { threads, samples: 100, ..Options::default() };
        let ended = run::run(&plan, &setup, options, &stop, &mut |_, _| {}).expect("a sound run");
        // Metrics, series, histograms and judgements, whole.
        (ended.events, format!("{:?}", ended.results), format!("{:?}", ended.samples))
    });
    assert!(results[0].0 > 50_000, "{} events", results[0].0);
    assert!(results[0] == results[1] && results[1] == results[2], "threads make a difference");
}
