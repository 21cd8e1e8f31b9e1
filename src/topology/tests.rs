//! The format's own example, and what a resolved topology promises.

mod table;

use std::path::Path;

use super::*;

/// The example of the format's description, without what is not simulated yet.
const EXAMPLE: &str = include_str!("example.yaml");

fn valid(text: &str, overrides: &[&str]) -> Topology {
    let source = Source::new("example.yaml", text);
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
    assert_eq!(federation.agreements.len(), 3, "one of them begins during the run");
    assert_eq!(federation.timeline.len(), 6);
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
fn quotes_around_the_value_of_an_override_are_none_of_it() {
    for (set, text) in [
        ("operators.imsp-a.legacy.status_text=\"by text\"", "by text"),
        ("operators.imsp-a.legacy.status_text='by text'", "by text"),
        ("operators.imsp-a.legacy.status_text=by text", "by text"),
        ("operators.imsp-a.legacy.status_text=a \"b\"", "a \"b\""),
    ] {
        let topology = valid(EXAMPLE, &[set]);
        let operator = topology.federation.operators.iter().find(|o| o.name == "imsp-a");
        let imsp = operator.and_then(|operator| operator.imsp.as_ref()).expect("an IMSP");
        assert_eq!(imsp.legacy.status_text, text, "{set}");
    }
}

#[test]
fn all_mistakes_are_reported_at_once_with_place_reason_and_remedy() {
    let text = EXAMPLE
        .replace("kind: mno", "kind: mnoo")
        .replace("duration: 10m", "duration: 10")
        .replace("[imsp-a, imsp-b]", "[imsp-a, imsp-x]");
    let source = Source::new("bad.yaml", text);
    let problems = load(&source, &[]).expect_err("three mistakes");
    let shown: String = problems.iter().map(|p| p.render(&source, 100, false)).collect();
    for part in ["`mno`", "a duration needs a unit", "did you mean `imsp-a`?", "bad.yaml:"] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
}

/// What a topology that is wrong is told.
fn told(text: &str) -> String {
    told_beside("bad.yaml", text)
}

fn told_beside(path: &str, text: &str) -> String {
    let source = Source::new(path, text);
    let problems = load(&source, &[]).expect_err("a mistake");
    problems.iter().map(|problem| problem.render(&source, 100, false)).collect()
}

#[test]
fn what_no_run_can_hold_is_refused_at_once() {
    let contacts = |value: &str| {
        starter().replace("\nrun:", &format!("\n  contacts: {{ per_user: {value} }}\nrun:"))
    };
    let example = |from: &str, to: &str| {
        assert!(EXAMPLE.contains(from), "{from}");
        EXAMPLE.replace(from, to)
    };
    for (text, limit) in [
        (contacts("{ poisson: 1000000000 }"), "a mean is at most a million"),
        (contacts("{ geometric: 2000000 }"), "a mean is at most a million"),
        (example("im: 4000", "im: 100000000"), "contact lists hold at most"),
        (example("sms_only: 5000", "sms_only: 4000000000"), "at most 200 million subscribers"),
        (example("per_user: 12/h", "per_user: 1000000000/s"), "users decide at most"),
        (example("changes: 3/h", "changes: 999999999999/s"), "users decide at most"),
        (example("duration: 10m", "duration: 800000h"), "users decide at most"),
        (example("length: { exponential: 2h }", "length: 1ns"), "a session lasts a second"),
        (example("detached_for: { exponential: 40m }", "detached_for: 0s"), "stays detached"),
        (example("retry: [1m,", "retry: [0s,"), "repeated after 100ms or more"),
        (example("throughput: 200/s", "throughput: 99999999999/s"), "a throughput is"),
    ] {
        let told = told(&text);
        assert!(told.contains(limit), "{limit} in\n{told}");
    }
}

#[test]
fn an_operator_may_have_its_contacts_from_a_file_or_by_rule() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("topology.yaml").display().to_string();
    std::fs::write(dir.path().join("pairs.csv"), "from,to\nnorth/0,north/1\n").expect("written");
    let load = |workload: &str| {
        let text = starter().replace("\nrun:", &format!("\n{workload}\nrun:"));
        load(&Source::new(path.clone(), text), &[]).expect("a valid topology").federation
    };
    let pairs = |federation: &Federation| -> Vec<Option<usize>> {
        let lists = federation.operators.iter().map(|o| o.workload.contacts.pairs.as_ref());
        lists.map(|pairs| pairs.map(|pairs| pairs.len())).collect()
    };
    let own = load("  by_operator: { north: { contacts: { file: pairs.csv } } }");
    assert_eq!(pairs(&own), [Some(1), None, None]);
    let rest = load(
        "  contacts: { file: pairs.csv }\n  by_operator: { south: { contacts: { per_user: 3 } } }",
    );
    assert_eq!(pairs(&rest), [Some(1), Some(1), None]);
}

#[test]
fn a_table_may_have_a_header_or_not() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("topology.yaml").display().to_string();
    let text = EXAMPLE.replace("wired: 15ms", "wired: { empirical: delays.csv }");
    let mean = |content: &str| {
        std::fs::write(dir.path().join("delays.csv"), content).expect("written");
        let source = Source::new(path.clone(), text.clone());
        let federation = load(&source, &[]).expect("a valid topology").federation;
        federation.operators[1].access[1].delay.mean().to_string()
    };
    assert_eq!(mean("10ms,1\n20ms,1\n"), "15ms");
    assert_eq!(mean("value,weight\n10ms,1\n20ms,1\n"), "15ms");
}

#[test]
fn files_of_one_name_in_two_folders_are_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    for folder in ["a", "b"] {
        std::fs::create_dir(dir.path().join(folder)).expect("a folder");
        std::fs::write(dir.path().join(folder).join("d.csv"), "1ms,1\n").expect("written");
    }
    let path = dir.path().join("topology.yaml").display().to_string();
    let text = EXAMPLE
        .replace(
            "mobile: { lognormal: { median: 120ms, p99: 600ms } }",
            "mobile: { empirical: a/d.csv }",
        )
        .replace("wired: 15ms", "wired: { empirical: b/d.csv }");
    assert!(told_beside(&path, &text).contains("another file of that name"));
}

#[cfg(unix)]
#[test]
fn a_file_without_an_end_is_refused() {
    let text = EXAMPLE.replace("wired: 15ms", "wired: { empirical: /dev/zero }");
    assert!(told(&text).contains("over 256 MiB"));
    let error = read(Path::new("/dev/zero")).expect_err("endless");
    assert!(error.to_string().contains("64 MiB"), "{error}");
}

/// What holds for kinds of access that `clients` does not name stands in the code, beside the keys.
#[test]
fn clients_that_are_not_named_are_as_the_keys_say() {
    let named =
        EXAMPLE.replace("    im_server:", "    clients: { mobile: {}, wired: {} }\n    im_server:");
    assert_ne!(named, EXAMPLE);
    assert_eq!(valid(&named, &[]).federation, valid(EXAMPLE, &[]).federation);
}

#[test]
fn im_0060_a_notice_has_no_place_holder_but_the_contact() {
    let charge = "        charge: \"\" ";
    let of = |given| EXAMPLE.replacen(charge, &format!("        charge: {given} "), 1);
    valid(&of("\"<contact> < 3, <contact>\""), &[]);
    let wrong = of("\"<name> costs\"").replacen("setup: \"\"", "setup: welcome <contact>", 1);
    let told = told(&wrong);
    for part in ["`<contact>` stands for nothing here", "in particular", "`<name>` stands for"] {
        assert!(told.contains(part), "{told}");
    }
}

#[test]
fn a_session_does_not_end_between_two_polls() {
    let clients = |given: &str| {
        EXAMPLE.replacen("    im_server:", &format!("    clients: {given}\n    im_server:"), 1)
    };
    let text = clients("{ mobile: { channel: poll, poll_interval: 2m, keep_alive: 1m } }");
    assert!(told(&text).contains("a session would end between two polls"));
    assert!(told(&clients("{ wire: {} }")).contains("did you mean `wired`?"));
    assert!(
        told(&clients("{ mobile: { keep_alive: 0s } }")).contains("`keep_alive` is 1s or longer")
    );
    // Nobody polls.
    valid(&clients("{ mobile: { poll_interval: 2m, keep_alive: 1m } }"), &[]);
}
