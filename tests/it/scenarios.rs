//! Every scenario under `tests/scenarios/` holds.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use interwork::proof::scenario::play::play;
use interwork::proof::scenario::script::parse;
use interwork::run;
use interwork::topology::{self, Override};

/// Plays a scenario of the common federation.
fn played(text: &str) -> Result<interwork::proof::scenario::play::Played, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let cast = "topology omtp.yaml\nA1 is a/0\nA2 is a/1\nB1 is b/2\nB2 is b/0\nC1 is c/0\n";
    let script = parse(&format!("{cast}{text}")).map_err(|error| error.to_string())?;
    let source = topology::read(&folder.join("omtp.yaml")).expect("the topology");
    let federation = topology::load(&source, &[]).expect("a valid topology").federation;
    play(&script, &Arc::new(run::plan(federation)))
}

#[test]
fn what_nobody_can_do_is_told_with_its_line() {
    for (act, told) in [
        ("0s C1 writes A1 \"x\"", "line 7: C1 is no IM user and has no client"),
        ("0s C1 adds A1 by number", "no client"),
        ("0s B1 logs in", "no client"),
        ("0s A1 upgrades", "line 7: A1 is an IM user already"),
        ("0s B1 upgrades\n1s B1 upgrades", "line 8: B1 is an IM user already"),
        ("0s A1 changes presence\nthen not A1 sees Bl online", "line 8: nobody is called `Bl`"),
        ("0s A1 writes the group \"x\"", "line 7: A1 has invited nobody to a group"),
        ("0s A1 leaves the group of B2", "line 7: A1 has not been invited to that group"),
        ("X is a/0", "line 7: a/0 is `A1` already"),
        ("A1 is a/3", "line 7: `A1` is somebody already"),
        ("topology omtp.yaml", "line 7: a scenario has one topology"),
        ("0s A1 commands offline", "is an IM user already"),
        ("0s B2 logs out\n1s B2 writes A1 \"x\"", "line 8: B2 is logged out"),
        ("0s B2 lapses\n1s B2 writes A1 \"x\"", "line 8: B2 has no valid subscription any more"),
        ("0s B1 lapses", "line 7: B1 is no IM user and has no client"),
    ] {
        let error = played(act).expect_err("impossible");
        assert!(error.contains(told), "{told} in {error}");
    }
}

#[test]
fn an_answer_to_nothing_is_no_message_and_takes_no_words_of_another() {
    let acts = "0s A1 answers \"to nothing\"\nthen A1 cannot answer\n1s A1 writes B2 \"hello\"\n\
                then B2 has IM \"hello\" in conversation with A1\n";
    let played = played(acts).expect("played");
    assert_eq!(played.failures, [""; 0]);
}

#[test]
fn what_comes_to_nothing_is_seen() {
    let acts = "0s A1 removes B2\nthen A1 is told 404\n\
                1s A1 writes B2 \"hello\"\n2s B2 logs out\n3s B2 answers \"x\"\nthen B2 cannot answer\n\
                4s B2 logs in\n5s B2 denies A1\nthen B2 denies A1\n";
    assert_eq!(played(acts).expect("played").failures, [""; 0]);
}

#[test]
fn claims_speak_of_order_time_way_cost_and_size() {
    let acts = "0s A1 writes C1 \"hello\"\n\
                then a converts \"hello\" to SMS in 1 part before C1 has SMS \"hello\" from A1\n\
                then C1 has SMS \"hello\" from A1 within 2s\n\
                then not C1 has SMS \"hello\" from A1 within 1s\n\
                then \"hello\" goes through a, c\n\
                then once a owes c 1 for \"hello\"\n\
                then \"hello\" takes 160 bytes from a to c\n\
                10s A1 adds B1 by number\n\
                then a owes b 1 for validate\n\
                then now A1 lists B1 as SMS-only\n";
    assert_eq!(played(acts).expect("played").failures, [""; 0]);
    let wrong = "0s A1 writes B2 \"hello\"\n\
                 then \"hello\" goes through a, c\n\
                 then 3 times a owes b 1 for \"hello\"\n";
    let failures = played(wrong).expect("played").failures;
    let told = |text: &str| failures.iter().any(|failure| failure.starts_with(text));
    assert!(told("line 8: \"hello\" does not go through a, c, but from a to b; "), "{failures:?}");
    assert!(
        told("line 9: `a owes b 1 for \"hello\"` is seen 1 times instead of 3; "),
        "{failures:?}"
    );
}

#[test]
fn every_scenario_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the scenarios")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    assert!(files.len() > 20, "{} scenarios", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).expect("a scenario");
        let script = parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!script.claims.is_empty(), "{name} claims something");
        let source = topology::read(&folder.join(&script.topology)).expect("its topology");
        let set = |set: &String| Override::parse(set).expect("an override");
        let sets: Vec<Override> = script.sets.iter().map(set).collect();
        let federation = topology::load(&source, &sets).unwrap_or_else(|problems| {
            let shown: Vec<String> =
                problems.iter().map(|problem| problem.render(&source, 100, false)).collect();
            panic!("{name}: {}", shown.join("\n"))
        });
        let plan = Arc::new(run::plan(federation.federation));
        let played = play(&script, &plan).unwrap_or_else(|error| panic!("{name}: {error}"));
        wrong.extend(played.failures.into_iter().map(|failure| format!("{name}: {failure}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_page_of_scenarios_has_acts_that_are_understood_and_an_example_that_plays() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/scenarios.md")).expect("a page");
    let example: String = page
        .lines()
        .skip_while(|line| !line.starts_with("    # "))
        .take_while(|line| line.is_empty() || line.starts_with("    "))
        .map(|line| format!("{}\n", line.trim()))
        .collect();
    let dir = tempfile::tempdir().expect("a folder");
    let topology = root.join("tests/scenarios/omtp.yaml");
    std::fs::copy(topology, dir.path().join("omtp.yaml")).expect("copied");
    std::fs::write(dir.path().join("example.txt"), &example).expect("written");
    let played = Command::new(env!("CARGO_BIN_EXE_interwork"))
        .args(["scenario", "example.txt"])
        .current_dir(dir.path())
        .output()
        .expect("the program starts");
    assert!(played.status.success(), "{}", String::from_utf8_lossy(&played.stdout));
    // What stands in the first column is an act.
    let table = page.lines().skip_while(|line| !line.starts_with("| act")).skip(2);
    let acts: Vec<&str> = table
        .take_while(|line| line.starts_with("| `"))
        .filter_map(|line| line.split(" | ").next())
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    assert!(acts.len() > 25, "{acts:?}");
    for act in acts {
        let cast = "topology omtp.yaml\nE1 is e/0\nA1 is a/0\nB1 is b/2\nC1 is c/0\n";
        let script = parse(&format!("{cast}0s E1 {act}\n"));
        assert!(script.is_ok(), "{act}: {script:?}");
    }
}
