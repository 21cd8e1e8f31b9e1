//! `interwork trace` shows journeys in every format, each valid by somebody else's rules.

use std::path::Path;
use std::process::Command;

fn traced(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_interwork"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .arg("trace")
        .args(arguments)
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

const WALK: &[&str] = &["--scenario", "tests/scenarios/uc-4b.txt"];

#[test]
fn the_walk_from_a1_to_c1_and_the_answer_names_its_rules() {
    let text = traced(WALK);
    for part in [
        "a client   a/0 means to write to c/0 (route sms-direct)",
        "converts it to SMS in 1 part, reply number 0",
        "finds the conversation by reply number 0",
        "c/0 has it after 1.23s",
        "a/0 has it after 240ms",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

#[test]
fn a_message_takes_another_route_where_that_is_decided() {
    let text = traced(&["--scenario", "tests/scenarios/uc-3.txt"]);
    assert!(text.contains("a imsp     takes the route interworked (instead of sms-home)"), "{text}");
}

#[test]
fn pictures_and_traces_are_valid() {
    let svg = traced(&[WALK, &["--format", "svg"]].concat());
    roxmltree::Document::parse(&svg).expect("XML");
    let perfetto = traced(&[WALK, &["--format", "perfetto"]].concat());
    let trace: serde_json::Value = serde_json::from_str(&perfetto).expect("JSON");
    assert!(trace["traceEvents"].as_array().is_some_and(|events| events.len() > 10));
    assert!(traced(&[WALK, &["--format", "mermaid"]].concat()).starts_with("sequenceDiagram\n"));
}

#[test]
fn a_message_and_a_presence_change_of_a_run_are_followed() {
    let run = |what: &str, n: &str| {
        traced(&["topologies/two-imsps.yaml", "--set", "run.duration=30s", what, n])
    };
    assert!(run("--message", "3").starts_with("message 3, at "));
    let presence = run("--presence", "2");
    assert!(presence.contains("watchers are told"), "{presence}");
    let none = Command::new(env!("CARGO_BIN_EXE_interwork"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .args([
            "trace",
            "topologies/two-imsps.yaml",
            "--set",
            "run.duration=1s",
            "--message",
            "99999",
        ])
        .output()
        .expect("the program starts");
    assert_eq!(none.status.code(), Some(104));
    assert!(String::from_utf8_lossy(&none.stderr).contains("there are only"));
}
