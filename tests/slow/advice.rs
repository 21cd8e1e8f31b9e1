//! What a run says was too small, and that it is true: bought once, what is advised makes the line hold,
//! and a step less does not; a failure is blamed for what it caused and for nothing else.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Two operators whose users write for an hour; a part of `north` is too small.
fn topology(north: &str, agreement: &str, more: &str) -> String {
    format!(
        "interwork: 1
name: small
operators:
  north:
    kind: imsp
    domain: n.example
    numbers: ['+461']
    subscribers: {{ im: 3000, sms_only: 6000 }}
    {north}
  south: {{ kind: imsp, domain: s.example, numbers: ['+462'], subscribers: {{ im: 1000 }} }}
agreements: [ {{ between: [north, south], protocol: ssp{agreement} }} ]
workload: {{ sessions: {{ offline_messages: sms }} }}
{more}
"
    )
}

/// What came of a run: its terminal's words in one line, and its summary.
fn run(dir: &Path, sets: &[&str]) -> (String, Value) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_interwork"));
    program.current_dir(dir).args(["run", "small.yaml", "--force", "--out", "out"]);
    sets.iter().for_each(|set| {
        program.args(["--set", set]);
    });
    let output = program.output().expect("the program starts");
    assert!(matches!(output.status.code(), Some(0 | 99)), "{output:?}");
    let told = one_line(&String::from_utf8_lossy(&output.stdout));
    let summary = std::fs::read_to_string(dir.join("out/summary.json")).expect("a summary");
    (told, serde_json::from_str(&summary).expect("JSON"))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn written(text: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("small.yaml"), text).expect("written");
    dir
}

/// The setting that the terminal advises.
fn advised(told: &str) -> String {
    let (before, _) = told.split_once(" keeps it at 70 %").unwrap_or_else(|| panic!("{told}"));
    before.rsplit(' ').next().expect("a setting").to_owned()
}

/// Buys what is advised, once, and a step less, for a line about utilisation.
fn bought(text: &str, step: impl Fn(f64) -> f64) {
    let dir = written(text);
    let (told, summary) = run(dir.path(), &[]);
    assert_eq!(summary["verdict"], "failed", "{told}");
    let setting = advised(&told);
    let (told, summary) = run(dir.path(), &[&setting]);
    assert_eq!(summary["verdict"], "passed", "{setting}: {told}");
    let (path, value) = setting.split_once('=').expect("a setting");
    let digits = value.trim_end_matches(|c: char| !c.is_ascii_digit());
    let less = step(digits.parse().expect("a number"));
    let setting = format!("{path}={less}{}", &value[digits.len()..]);
    let (told, summary) = run(dir.path(), &[&setting]);
    assert_eq!(summary["verdict"], "failed", "{setting}: {told}");
}

const LINE: &str = "slo: [ utilisation < 70% ]\nrun: { seed: 5, duration: 1h }";

#[test]
fn a_licence_that_is_advised_is_enough_and_a_tenth_less_is_not() {
    // What people do in an hour varies by some per cent: a licence in whole messages a second is either
    // side of the line by more than that.
    let nodes = topology("smsc: { throughput: 2/s, nodes: 2 }", "", LINE);
    let (told, _) = run(written(&nodes).path(), &[]);
    assert!(told.contains(" keeps it at 70 %, for each of the 2 nodes"), "{told}");
    bought(&nodes, |n| n - 1.0);
    bought(&topology("smsc: { throughput: 5/s }", "", LINE), |n| (n * 0.9).floor());
}

#[test]
fn workers_that_are_advised_are_enough_and_one_less_is_not() {
    let hlr = "hlr: { workers: 1, lookup_time: 400ms }";
    bought(&topology(hlr, "", LINE), |n| n - 1.0);
    let im = "im_server: { workers: 1, service_time: { exponential: 100ms } }";
    bought(&topology(im, "", LINE), |n| n - 1.0);
}

#[test]
fn a_bandwidth_that_is_advised_is_enough_and_a_tenth_less_is_not() {
    bought(&topology("", ", link: { bandwidth: 40kbit/s }", LINE), |n| (n * 0.9).floor());
}

#[test]
fn a_rate_that_is_advised_is_enough_and_a_tenth_less_is_not() {
    let hundredth = |n: f64| (n * 90.0).floor() / 100.0;
    let limit = ", rate_limit: { rate: 1/s, over: queue }";
    bought(&topology("", limit, LINE), hundredth);
}

#[test]
fn a_licence_that_is_advised_to_a_storm_makes_its_line_hold() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let storm = std::fs::read_to_string(root.join("topologies/sms-fallback-storm.yaml"));
    let dir = written(&storm.expect("a shipped topology"));
    let (told, summary) = run(dir.path(), &[]);
    assert_eq!(summary["verdict"], "failed", "{told}");
    let (told, summary) = run(dir.path(), &[&advised(&told)]);
    assert_eq!(summary["verdict"], "passed", "{told}");
}

#[test]
fn an_outage_is_the_cause_of_what_it_fills_and_sells_nothing() {
    let events = "timeline: [ { at: 10m, node_down: north.hlr, for: 5m } ]\n\
                  run: { seed: 5, duration: 30m }\nslo: [ sms_latency p90 < 5s ]";
    // Three quarters of what it can do are asked of it. Without the HLR every attempt fails, and a retry
    // a minute of all that waits is too much.
    let dir = written(&topology("smsc: { throughput: 24/s, retry: [1m] }", "", events));
    let (told, _) = run(dir.path(), &[]);
    let cause = "The cause is a failure: north/hlr is down (10:00 to 15:00).";
    let full = "The bottleneck was north/smsc[0]: from 1";
    let none = "more is not the remedy";
    assert!([cause, full, none].iter().all(|words| told.contains(words)), "{told}");
    assert!(!told.contains("keeps it at"), "{told}");
}

#[test]
fn an_outage_is_no_cause_of_what_a_later_storm_fills() {
    let events = "timeline: [ { at: 5m, link_down: [north, south], for: 10s } ]\n\
                  run: { seed: 5, duration: 40m }";
    let stages = "workload: { sessions: { offline_messages: sms }, stages: [ { for: 20m, load: 1 }, { for: 10m, load: 6 }, { for: 10m, load: 1 } ] }";
    let text = topology("smsc: { throughput: 12/s }", "", events);
    let text = text.replace("workload: { sessions: { offline_messages: sms } }", stages);
    let dir = written(&text);
    let (told, _) = run(dir.path(), &[]);
    assert!(told.contains("The bottleneck was north/smsc[0]: from 2"), "{told}");
    assert!(!told.contains("The cause is"), "{told}");
    assert!(advised(&told).starts_with("operators.north.smsc.throughput="), "{told}");
}

#[test]
fn an_outage_whose_queue_has_drained_is_no_cause_of_what_chance_fills() {
    let events = "timeline: [ { at: 1m, link_down: [north, south], for: 5s } ]\n\
                  run: { seed: 5, duration: 1h }";
    // Nine tenths of what it can do are asked of it: for a while now and then it is all of it.
    let dir = written(&topology("smsc: { throughput: 11.8/s }", "", events));
    let (told, summary) = run(dir.path(), &[]);
    let needs = summary["needs"].as_array().expect("needs");
    let need = needs.iter().find(|need| need["station"] == "north/smsc[0]").expect("its need");
    let used = need["utilisation"].as_f64().expect("a share");
    assert!((0.8..1.0).contains(&used), "{used}");
    assert!(told.contains("The bottleneck was north/smsc[0]: from "), "{told}");
    assert!(!told.contains("The cause is"), "{told}");
}

#[test]
fn terminal_markdown_and_page_say_the_same_of_what_was_too_small() {
    let bench = crate::common::program::Bench::new("");
    let sets = ["--set", "operators.a.smsc.throughput=1/s", "--markdown", "summary.md"];
    let shown = bench.program(&[&["run", "small.yaml", "--out", "out"], &sets[..]].concat());
    let shown = one_line(&String::from_utf8_lossy(&shown.stdout));
    let from = shown.find("The bottleneck was a/smsc[0]").unwrap_or_else(|| panic!("{shown}"));
    let to = from + shown[from..].find("Messages, offered").expect("the table after it");
    let sentence = shown[from..to].trim();
    assert!(sentence.contains("keeps it at 70 %"), "{sentence}");
    for file in ["summary.md", "out/report.html"] {
        let text = one_line(&std::fs::read_to_string(bench.path(file)).expect("written"));
        assert!(text.contains(sentence), "{file} without: {sentence}");
    }
    let again = bench.program(&["report", "out"]);
    assert!(one_line(&String::from_utf8_lossy(&again.stdout)).contains(sentence));
}
