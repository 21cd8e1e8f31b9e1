//! No file, however broken, makes the program panic or hang.

use std::fmt::Write;

use interwork::topology::{self, Source};
use proptest::prelude::*;

fn refused(text: String) -> String {
    let source = Source::new("hostile.yaml", text);
    let problems = topology::load(&source, &[]).expect_err("a hostile file is refused");
    problems.iter().map(|problem| problem.render(&source, 100, false)).collect()
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for n in 1..30 {
        let _ = writeln!(text, "a{n}: &a{n} [{}]", vec![format!("*a{}", n - 1); 9].join(", "));
    }
    let told = refused(text);
    assert!(told.contains("what the aliases stand for is over 500000 values"), "{told}");
    assert!(told.contains("yaml.Dumper.ignore_aliases"), "{told}");
}

#[test]
fn aliases_are_read_however_many_there_are() {
    let mut text = String::from("interwork: 1\nname: mesh\noperators:\n");
    for n in 10..50 {
        let smsc = match n {
            10 => "&id001 { throughput: 50/s, retry: [1m, 10m, 1h] }",
            _ => "*id001",
        };
        let _ = writeln!(
            text,
            "  op{n}: {{ kind: imsp, domain: op{n}.example, numbers: ['+46{n}'], \
             subscribers: {{ im: 9 }}, smsc: {smsc} }}"
        );
    }
    text.push_str("agreements:\n");
    let (mut link, mut tariff) = ("&id002 { latency: 20ms }", "&id003 { message: 0.5 }");
    for a in 10..50 {
        for b in a + 1..50 {
            let _ = writeln!(
                text,
                "- {{ between: [op{a}, op{b}], protocol: ssp, link: {link}, tariff: {tariff} }}"
            );
            (link, tariff) = ("*id002", "*id003");
        }
    }
    let load = |text: &str| topology::load(&Source::new("mesh.yaml", text), &[]);
    let aliased = load(&text).expect("aliases are read").resolved_yaml();
    let written = text
        .replace("&id001 ", "")
        .replace("&id002 ", "")
        .replace("&id003 ", "")
        .replace("*id001", "{ throughput: 50/s, retry: [1m, 10m, 1h] }")
        .replace("*id002", "{ latency: 20ms }")
        .replace("*id003", "{ message: 0.5 }");
    assert_eq!(aliased, load(&written).expect("the same without").resolved_yaml());
    assert!(text.matches('*').count() > 1500);
    // A mistake in what is repeated is told once, where it is written.
    let source = Source::new("mesh.yaml", text.replace("50/s", "50/x"));
    let problems = topology::load(&source, &[]).expect_err("a wrong unit");
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(problems[0].render(&source, 100, false).contains("mesh.yaml:4:"));
}

#[test]
fn a_scalar_repeated_by_aliases_is_refused() {
    let mut text = format!("a: &a {}\nb: [", "x".repeat(100_000));
    text.push_str(&["*a"; 20_000].join(", "));
    text.push_str("]\n");
    assert!(!refused(text).is_empty());
}

#[test]
fn an_alias_of_nothing_and_one_of_itself_are_told_as_such() {
    assert!(refused("a: *nowhere\n".to_owned()).contains("no anchor of this name"));
    assert!(refused("a: &a [*a]\n".to_owned()).contains("stands within what it repeats"));
}

#[test]
fn deep_nesting_is_refused() {
    for (open, close) in [("[", "]"), ("{a: ", "}")] {
        let text = format!("operators: {}{}", open.repeat(20_000), close.repeat(20_000));
        assert!(!refused(text).is_empty());
    }
}

#[test]
fn a_file_of_100_megabytes_is_refused_unread() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("large.yaml");
    let file = std::fs::File::create(&path).expect("a file");
    file.set_len(100 << 20).expect("a large file");
    let error = topology::read(&path).expect_err("too large");
    assert!(error.to_string().contains("64 MiB"), "{error}");
}

#[test]
fn absurd_quantities_are_refused() {
    let text = topology::starter()
        .replace("duration: 10m", "duration: 99999999999999999999999999999999h")
        .replace("per_user: 12/h", "per_user: -3/h")
        .replace("online: 60%", "online: 600%")
        .replace("im: 4000", "im: 99999999999")
        .replace("throughput: 50/s", "throughput: .inf/s");
    let shown = refused(text);
    for part in ["100 years", "negative", "at most 100%", "whole number", "not a quantity"] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
}

/// One way to damage a text.
#[derive(Clone, Debug)]
enum Damage {
    Delete(usize),
    Double(usize),
    Swap(usize, usize),
    Replace(usize, &'static str),
    Cut(usize),
    Byte(usize, char),
}

fn damages() -> impl Strategy<Value = Vec<Damage>> {
    let token = prop::sample::select(vec![
        "{}",
        "[]",
        "null",
        "~",
        "-1",
        "0",
        "1e400",
        ".nan",
        "none",
        "*a",
        "&a x",
        "!!int 3",
        "|",
        "\"",
        "ssp",
        "sms",
        "[imsp-a, imsp-a]",
        "{ zipf: { max: 0, exponent: -1 } }",
        "0s",
        "0%",
        "{ lognormal: { median: 0, p99: 0 } }",
        "{ uniform: { min: 2s, max: 1s } }",
        "é\u{0}",
    ]);
    let damage = prop_oneof![
        any::<usize>().prop_map(Damage::Delete),
        any::<usize>().prop_map(Damage::Double),
        any::<(usize, usize)>().prop_map(|(a, b)| Damage::Swap(a, b)),
        (any::<usize>(), token).prop_map(|(at, token)| Damage::Replace(at, token)),
        any::<usize>().prop_map(Damage::Cut),
        any::<(usize, char)>().prop_map(|(at, c)| Damage::Byte(at, c)),
    ];
    prop::collection::vec(damage, 1..4)
}

fn damaged(text: &str, damages: &[Damage]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for damage in damages {
        let count = lines.len().max(1);
        if lines.is_empty() {
            break;
        }
        match damage {
            Damage::Delete(at) => drop(lines.remove(at % count)),
            Damage::Double(at) => lines.insert(at % count, lines[at % count].clone()),
            Damage::Swap(a, b) => lines.swap(a % count, b % count),
            Damage::Replace(at, token) => {
                let line = &mut lines[at % count];
                if let Some(colon) = line.find(": ") {
                    line.replace_range(colon + 2.., token);
                }
            }
            Damage::Cut(at) => {
                let line = &mut lines[at % count];
                let half = line.char_indices().nth(line.chars().count() / 2).map_or(0, |(i, _)| i);
                line.truncate(half);
            }
            Damage::Byte(at, c) => {
                let line = &mut lines[at % count];
                let places: Vec<usize> = line.char_indices().map(|(i, _)| i).collect();
                if !places.is_empty() {
                    line.insert(places[at % places.len()], *c);
                }
            }
        }
    }
    lines.join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_damaged_topology_is_refused_or_valid_but_never_a_panic(damages in damages()) {
        for text in [topology::starter(), include_str!("../../topologies/omtp-reference.yaml")] {
            let source = Source::new("damaged.yaml", damaged(text, &damages));
            match topology::load(&source, &[]) {
                Ok(topology) => {
                    let again =
                        Source::new("resolved.yaml", topology.resolved_yaml());
                    let same = topology::load(&again, &[]).map(|again| again.federation);
                    prop_assert!(same.is_ok_and(|same| same == topology.federation));
                }
                Err(problems) => {
                    prop_assert!(!problems.is_empty());
                    for problem in problems {
                        problem.render(&source, 80, false);
                    }
                }
            }
        }
    }
}
