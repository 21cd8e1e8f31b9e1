//! The format's own example, and what a resolved topology promises.

use super::*;

/// The example of the format's description, without what is not simulated yet.
const EXAMPLE: &str = include_str!("example.yaml");

fn valid(text: &str, overrides: &[&str]) -> Topology {
    let source = Source { path: "example.yaml".to_owned(), text: text.to_owned() };
    let parse = |set: &&str| Override::parse(set).expect("a good override");
    let overrides: Vec<Override> = overrides.iter().map(parse).collect();
    load(&source, &overrides).unwrap_or_else(|problems| {
        let shown: Vec<String> =
            problems.iter().map(|problem| problem.render(&source, 100, false)).collect();
        panic!("{}", shown.join("\n"))
    })
}

#[test]
fn the_example_of_the_format_is_valid() {
    let federation = valid(EXAMPLE, &[]).federation;
    let names: Vec<&str> = federation.operators.iter().map(|o| o.name.as_str()).collect();
    assert_eq!(names, ["hub-x", "imsp-a", "imsp-b", "mno-c"]);
    assert_eq!(federation.agreements.len(), 2);
    assert_eq!(federation.operators[1].subscribers.im, 4000);
    assert_eq!(federation.slo.len(), 4);
}

#[test]
fn a_resolved_topology_is_valid_and_means_the_same() {
    for text in [EXAMPLE, starter()] {
        let first = valid(text, &[]);
        let second = valid(&first.resolved_yaml(), &[]);
        assert_eq!(first.federation, second.federation);
        assert_eq!(first.digest(), second.digest());
    }
}

#[test]
fn overrides_replace_scalars_anywhere_and_show_as_such() {
    let sets = [
        "operators.imsp-a.smsc.throughput=80/s",
        "agreements.imsp-a:imsp-b.link.latency=40ms",
        "run.duration=30m",
        "workload.load=2",
    ];
    let topology = valid(EXAMPLE, &sets);
    let federation = &topology.federation;
    let smsc = federation.operators[1].smsc.as_ref().expect("an SMSC");
    assert_eq!(smsc.throughput, 80.0);
    assert_eq!(federation.agreements[0].link.latency.min().to_string(), "40ms");
    assert_eq!(federation.run.duration.to_string(), "30m");
    assert!(topology.resolved_yaml().contains("duration: 30m  # command line"));
}

#[test]
fn all_mistakes_are_reported_at_once_with_place_reason_and_remedy() {
    let text = EXAMPLE
        .replace("kind: mno", "kind: mnoo")
        .replace("duration: 10m", "duration: 10")
        .replace("[imsp-a, imsp-b]", "[imsp-a, imsp-x]");
    let source = Source { path: "bad.yaml".to_owned(), text };
    let problems = load(&source, &[]).expect_err("three mistakes");
    let shown: String = problems.iter().map(|p| p.render(&source, 100, false)).collect();
    for part in ["`mno`", "a duration needs a unit", "did you mean `imsp-a`?", "bad.yaml:"] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
}
