//! What CI services read of a run: JUnit, Markdown and JSON, in files or on standard output.

use crate::common::program::{Bench, text};
use serde_json::Value;

const SLO: &str = "slo: [ messages_lost count == 0, 'message_latency{route=on-net} p50 < 1ms' ]\n";

#[test]
fn every_slo_line_is_a_test_case_and_a_row_of_the_table() {
    let bench = Bench::new(SLO);
    bench.ends(99, "out", &["--junit", "junit.xml", "--markdown", "summary.md"]);
    let junit = std::fs::read_to_string(bench.path("junit.xml")).expect("written");
    let document = roxmltree::Document::parse(&junit).expect("well-formed");
    let cases: Vec<_> = document.descendants().filter(|n| n.has_tag_name("testcase")).collect();
    let names: Vec<_> = cases.iter().filter_map(|case| case.attribute("name")).collect();
    assert_eq!(names, ["messages_lost count == 0", "message_latency{route=on-net} p50 < 1ms"]);
    let failed = |case: &roxmltree::Node<'_, '_>| {
        case.children()
            .find(|n| n.has_tag_name("failure"))
            .and_then(|n| n.text())
            .map(str::to_owned)
    };
    assert_eq!(failed(&cases[0]), None);
    assert!(failed(&cases[1]).is_some_and(|why| why.starts_with("observed ")), "{junit}");
    let markdown = std::fs::read_to_string(bench.path("summary.md")).expect("written");
    assert!(markdown.starts_with("### small: ❌"), "{markdown}");
    assert!(markdown.contains("| ✅ | `messages_lost count == 0` | 0 |"), "{markdown}");
    let columns = |line: &str| line.matches('|').count();
    let tables: Vec<&str> = markdown.lines().filter(|line| line.starts_with('|')).collect();
    for pair in tables.windows(2) {
        let head = pair[1].starts_with("| ---");
        assert!(!head || columns(pair[0]) == columns(pair[1]), "{markdown}");
    }
}

#[test]
fn a_line_that_does_not_hold_is_annotated_where_it_stands() {
    let bench = Bench::new(SLO);
    let run = bench.run("out", &["--github"]);
    let told = text(&run.stderr);
    let topology = std::fs::read_to_string(bench.path("small.yaml")).expect("a topology");
    let line = topology.lines().position(|line| line.contains("p50 < 1ms")).expect("the line") + 1;
    let place = format!("small.yaml,line={line},title=message_latency{{route=on-net}} p50 < 1ms::");
    let found = told.lines().find(|said| said.starts_with("::error file=")).expect("an annotation");
    assert!(found.contains(&place) && found.contains("observed "), "{told}");
    assert_eq!(told.matches("::error").count(), 1, "{told}");
}

#[test]
fn json_on_standard_output_stands_alone_and_is_the_summary() {
    let bench = Bench::new(SLO);
    let run = bench.run("out", &["--json", "-"]);
    assert_eq!(run.status.code(), Some(99));
    let printed: Value = serde_json::from_slice(&run.stdout).expect("JSON and nothing else");
    assert_eq!(printed, bench.json("out/summary.json"));
    assert_eq!(text(&run.stderr), "");
}

#[test]
fn the_other_forms_stand_alone_on_standard_output_too_and_two_of_them_are_refused() {
    let bench = Bench::new(SLO);
    let junit = text(&bench.run("junit", &["--junit", "-"]).stdout);
    assert!(roxmltree::Document::parse(&junit).is_ok(), "{junit}");
    let markdown = text(&bench.run("markdown", &["--markdown", "-"]).stdout);
    assert!(markdown.starts_with("### small") && !markdown.contains("results in"), "{markdown}");
    let printed = bench.ends(104, "both", &["--json", "-", "--markdown", "-"]);
    assert!(printed.contains("only one"), "{printed}");
}

/// A kept workspace has the files of the run before: none of them may speak for this one.
#[test]
fn a_command_without_an_answer_fails_in_every_form_and_leaves_none_of_an_earlier_one() {
    let bench = Bench::new("slo: [ messages_lost count == 0 ]\n");
    let forms =
        ["--junit", "junit.xml", "--markdown", "summary.md", "--json", "summary.json", "--github"];
    bench.ends(0, "out", &forms);
    let wrong = [&forms[..], &["--set", "run.duration=soon"]].concat();
    let printed = bench.ends(104, "other", &wrong);
    let why =
        "exit code 104: the topology or an option is wrong; nothing was run; the log has more";
    assert!(printed.contains(&format!("::error title=interwork run::{why}")), "{printed}");
    let junit = std::fs::read_to_string(bench.path("junit.xml")).expect("written");
    assert!(junit.contains("failures=\"1\"") && junit.contains(why), "{junit}");
    assert!(!bench.path("summary.md").exists() && !bench.path("summary.json").exists());
    // So does one whose options make no sense.
    bench.ends(0, "again", &forms);
    bench.ends(104, "third", &[&forms[..], &["--replications", "some"]].concat());
    let junit = std::fs::read_to_string(bench.path("junit.xml")).expect("written");
    assert!(junit.contains("failures=\"1\"") && junit.contains(why), "{junit}");
    assert!(!bench.path("summary.md").exists());
}

/// Without its topology a command takes the next word for the file of an option.
#[test]
fn a_command_without_an_answer_touches_no_file_that_is_not_its_own() {
    let bench = Bench::new("");
    let before = std::fs::read_to_string(bench.path("small.yaml")).expect("a topology");
    for option in ["--junit", "--markdown", "--json"] {
        for command in ["run", "compare"] {
            let run = std::process::Command::new(env!("CARGO_BIN_EXE_interwork"))
                .args([command, option, "small.yaml"])
                .current_dir(bench.path("."))
                .output()
                .expect("the program starts");
            assert_eq!(run.status.code(), Some(104), "{}", text(&run.stderr));
            let after = std::fs::read_to_string(bench.path("small.yaml"));
            assert_eq!(after.ok().as_ref(), Some(&before), "{command} {option}");
        }
    }
}

#[test]
fn a_file_that_cannot_be_written_is_exit_code_74_and_the_folder_is_there() {
    let bench = Bench::new(SLO);
    for option in ["--junit", "--markdown", "--json"] {
        let printed = bench.ends(74, &option[2..], &[option, "no/such/folder/file"]);
        assert!(printed.contains("no/such/folder/file could not be written"), "{printed}");
        assert!(bench.path(&option[2..]).join("manifest.json").exists());
    }
}

#[test]
fn markdown_says_that_a_run_was_stopped() {
    let bench = Bench::new("slo: [ messages_delivered count < 100 ]\n");
    bench.ends(99, "out", &["--stop-on-slo", "--markdown", "summary.md"]);
    let markdown = std::fs::read_to_string(bench.path("summary.md")).expect("written");
    assert!(markdown.contains("could not be met any more"), "{markdown}");
}

#[test]
fn what_a_stopped_run_leaves_open_neither_holds_nor_fails() {
    let slo = "slo: [ messages_delivered count < 100, 'message_latency p50 < 9s', \
               'message_latency p50 < 9s during 1s..2s' ]\n";
    let bench = Bench::new(slo);
    let printed =
        bench.ends(99, "out", &["--stop-on-slo", "--markdown", "m.md", "--junit", "j.xml"]);
    assert!(printed.contains("? message_latency p50 < 9s") && printed.contains("undecided"));
    assert!(printed.contains("✓ message_latency p50 < 9s during"), "its time was over: {printed}");
    let summary = bench.json("out/summary.json");
    let open = |place: usize| summary["slo"][place]["undecided"].as_bool();
    assert_eq!([open(0), open(1), open(2)], [None, Some(true), None]);
    assert_eq!(summary["slo"][1]["passed"], false);
    assert_eq!(summary["verdict"], "failed");
    let markdown = std::fs::read_to_string(bench.path("m.md")).expect("written");
    assert!(markdown.contains("| ❔ | `message_latency p50 < 9s` |"), "{markdown}");
    let junit = std::fs::read_to_string(bench.path("j.xml")).expect("written");
    assert!(junit.contains("failures=\"1\" skipped=\"1\""), "{junit}");
}

/// What ends with 99 is red in every form.
#[test]
fn a_line_that_nothing_can_decide_is_a_failure_for_junit_too() {
    // Too few samples; and more phones away at the end than a percentile can stand.
    for (line, why) in [
        ("message_latency{route=hub} p95 < 9s", "too few samples"),
        ("message_latency{route=sms-own} p95 < 10m", "undecided: more is under way"),
    ] {
        let bench = Bench::new(&format!("slo: [ '{line}' ]\n"));
        let told = bench.ends(99, "out", &["--junit", "j.xml", "--github"]);
        let junit = std::fs::read_to_string(bench.path("j.xml")).expect("written");
        assert!(junit.contains("failures=\"1\" skipped=\"0\""), "{junit}");
        assert!(told.contains(why), "{told}");
    }
}

#[test]
fn shares_that_nothing_can_exceed_are_no_bounds() {
    for (line, meant) in [
        ("messages_undelivered share < 6", "did you mean `6%`?"),
        ("messages_undelivered share < 600%", "more than all of it"),
        ("utilisation < 70", "did you mean `70%`?"),
        ("utilisation <= 100%", "nothing can break"),
        ("messages_lost count >= 0", "nothing can break"),
    ] {
        let bench = Bench::new(&format!("slo: [ '{line}' ]\n"));
        let told = bench.ends(104, "out", &[]);
        assert!(told.contains(meant), "{line}: {told}");
    }
}

#[test]
fn figures_that_are_not_known_as_well_as_was_asked_are_said_to_ci() {
    let bench = Bench::new("");
    let options = ["--precision", "0.001%", "--max-replications", "3"];
    let outputs = ["--markdown", "m.md", "--junit", "j.xml"];
    bench.ends(0, "out", &[&options[..], &outputs[..]].concat());
    let markdown = std::fs::read_to_string(bench.path("m.md")).expect("written");
    assert!(markdown.contains("Not every figure is known to 0.0 %"), "{markdown}");
    let junit = std::fs::read_to_string(bench.path("j.xml")).expect("written");
    assert!(junit.contains("<skipped message=\"Not every figure"), "{junit}");
}

#[test]
fn a_run_that_did_not_end_is_no_baseline() {
    let bench = Bench::new("slo: [ messages_delivered count < 100 ]\n");
    bench.ends(99, "early", &["--stop-on-slo"]);
    let slo = "slo: [ 'message_latency p50 <= baseline +1%' ]\n";
    let other = Bench::new(slo);
    let early = bench.path("early");
    let printed = other.ends(104, "out", &["--baseline", early.to_str().expect("a path")]);
    assert!(printed.contains("did not end: it is no baseline"), "{printed}");
}

#[test]
fn a_line_against_a_baseline_is_decided_by_the_interval_of_the_change() {
    let bench = Bench::new("");
    let line = [
        "--set",
        "slo.+=message_latency{route=interworked} p50 <= baseline +5%",
        "--baseline",
        "base",
    ];
    let against = |code, out: &str, more: &[&str]| {
        let printed = bench.ends(code, out, &[&line[..], more].concat());
        let summary = bench.json(&format!("{out}/summary.json"));
        let slo = summary["slo"][0].clone();
        (slo["passed"].as_bool(), slo["undecided"].as_bool().unwrap_or(false), slo, printed)
    };
    bench.ends(0, "base", &["--replications", "5"]);
    // The same once more.
    let (passed, undecided, ..) = against(0, "again", &["--replications", "5"]);
    assert_eq!((passed, undecided), (Some(true), false));
    // Other people, and one run of them alone: nobody can tell, and that is no failure.
    let (passed, undecided, _, printed) = against(0, "other", &["--set", "run.seed=7"]);
    assert_eq!((passed, undecided), (Some(false), true), "{printed}");
    assert!(printed.contains("undecided"), "{printed}");
    // 100 ms on every message between the two are beyond 5 % for sure.
    let slow = ["--replications", "5", "--set", "agreements.a:b.link.latency=120ms"];
    let (passed, undecided, slo, printed) = against(99, "slow", &slow);
    assert_eq!((passed, undecided), (Some(false), false), "{printed}");
    assert!(slo["change95"][0].as_f64() > Some(0.05), "{slo}");
    assert!(printed.contains("changed by +") && printed.contains("(95 %)"), "{printed}");
}
