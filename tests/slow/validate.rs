//! `interwork validate`: its table passes, is the one that is committed, and each of its rows can fail.
//! All but one test run the cases with a fraction of their measured time.

use std::num::NonZeroUsize;
use std::path::Path;
use std::process::Command;

use interwork::proof::validate::cases::{CASES, Case};
use interwork::proof::validate::fault::Fault;
use interwork::proof::validate::{Trial, cases, check, document};
use interwork::report::document::validation::{self, Verdict};
use interwork::report::face::validation::render;
use interwork::study::replicate::Parallel;
use tokio_util::sync::CancellationToken;

fn trial(seed: u64, fault: Option<Fault>, shorter: u32) -> Trial {
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    Trial { seed, fault, shorter, parallel: Parallel { threads } }
}

fn checked(case: &Case, trial: Trial) -> validation::Case {
    let stop = CancellationToken::new();
    check(case, trial, &stop, &|_, _| {}).unwrap_or_else(|error| panic!("{error}"))
}

/// Rows that fail, as `case: figure`.
fn failed(cases: &[validation::Case]) -> Vec<String> {
    let rows = cases.iter().flat_map(|case| case.figures.iter().map(move |row| (case, row)));
    let failed = rows.filter(|(_, row)| row.verdict == Verdict::Fail);
    failed.map(|(case, row)| format!("{}: {}", case.name, row.what)).collect()
}

fn root(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_interwork"));
    let output = program.arg("validate").args(arguments).output().expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// That the command prints it is looked at by `.ci/run`, where it is fast.
#[test]
fn the_table_that_is_committed_passes_and_stands_in_the_readme() {
    let table = std::fs::read_to_string(root("results/validate.txt")).expect("the table");
    assert!(!table.contains("FAIL") && table.contains("pass, 0 fail"), "{table}");
    let readme = std::fs::read_to_string(root("README.md")).expect("the README");
    let shown = readme.split("<!-- from results/validate.txt -->\n").nth(1);
    let block = shown.and_then(|rest| rest.split("```").nth(1)).expect("the table in the README");
    assert_eq!(block.trim_start_matches("text\n"), table);
}

#[test]
fn every_row_passes_with_another_seed_and_the_table_reads_as_it_did() {
    let trial = trial(7, None, 4);
    let validation =
        document(trial, cases(None).into_iter().map(|case| checked(case, trial)).collect());
    assert_eq!(failed(&validation.cases), [""; 0]);
    let shown = render(&validation, 80);
    let golden = root("tests/golden/validate-80.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &shown).expect("written");
    }
    let expected = std::fs::read_to_string(&golden).unwrap_or_default();
    assert!(shown == expected, "at 80 columns the table reads\n{shown}");
    let widest = shown.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(80), "{widest:?} columns");
}

#[test]
fn every_fault_fails_a_row_and_every_row_fails_by_some_fault() {
    let mut noticed = Vec::new();
    for fault in Fault::ALL {
        // Retries show in the mean of few long waits: that takes the whole time.
        let shorter = if *fault == Fault::RetrySkipped { 1 } else { 4 };
        let trial = trial(42, Some(*fault), shorter);
        let cases: Vec<_> = cases(Some(*fault)).into_iter().map(|c| checked(c, trial)).collect();
        assert!(!cases.is_empty(), "{}", fault.label());
        for case in &cases {
            let failed = failed(std::slice::from_ref(case));
            assert!(!failed.is_empty(), "{} does not fail {}", fault.label(), case.name);
            noticed.extend(failed);
        }
    }
    let rows = CASES.iter().flat_map(|case| {
        case.figures.iter().map(move |figure| format!("{}: {}", case.name, figure.what))
    });
    let never: Vec<String> = rows.filter(|row| !noticed.contains(row)).collect();
    assert_eq!(never, [""; 0], "no fault makes these fail");
}

#[test]
fn a_fault_changes_no_case_that_it_does_not_concern() {
    let case = CASES.iter().find(|case| case.file == "window-counter").expect("a case");
    assert!(!case.concerns(Fault::RetrySkipped));
    let [with, without] =
        [Some(Fault::RetrySkipped), None].map(|fault| checked(case, trial(42, fault, 10)));
    assert_eq!(with, without);
}

#[test]
fn the_table_is_the_same_on_any_number_of_threads() {
    let case = CASES.iter().find(|case| case.file == "tandem").expect("a case");
    let on = |threads: usize| {
        let threads = NonZeroUsize::new(threads).expect("some");
        checked(case, Trial { parallel: Parallel { threads }, ..trial(42, None, 20) })
    };
    assert_eq!(on(1), on(3));
}

#[test]
fn every_topology_of_the_folder_is_a_case_and_has_its_name() {
    let folder = std::fs::read_dir(root("topologies/validate")).expect("a folder");
    let mut files: Vec<String> = folder
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    let mut cases: Vec<String> = CASES.iter().map(|case| format!("{}.yaml", case.file)).collect();
    files.sort();
    cases.sort();
    assert_eq!(files, cases);
    for case in CASES {
        let text =
            std::fs::read_to_string(root(&format!("topologies/validate/{}.yaml", case.file)));
        let text = text.expect("a file");
        assert!(text.contains(&format!("\nname: {}\n", case.file)), "{}", case.file);
    }
}

#[test]
fn faults_are_listed_and_a_misspelt_one_is_refused() {
    let (code, listed, _) = run(&["--mutate", "list"]);
    assert_eq!(code, Some(0));
    assert!(Fault::ALL.len() >= 5 && listed.lines().count() == Fault::ALL.len(), "{listed}");
    let (_, help, _) = run(&["--help"]);
    for fault in Fault::ALL {
        assert!(listed.contains(fault.what()) && help.contains(fault.what()), "{}", fault.label());
    }
    let (code, _, told) = run(&["--mutate", "server-fewr"]);
    assert_eq!(code, Some(104));
    assert!(told.contains("did you mean `server-fewer`?"), "{told}");
}

#[test]
fn the_command_fails_with_a_fault_and_says_what_changed_in_json() {
    let (code, text, told) = run(&["--json", "--mutate", "retry-skipped"]);
    assert_eq!(code, Some(99), "{told}");
    let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(document["schema"], "interwork/validation/1");
    assert_eq!(document["fault"]["name"], "retry-skipped");
    let cases = document["cases"].as_array().expect("cases");
    assert_eq!(cases.len(), 1, "the case that it concerns");
    assert_eq!(cases[0]["topology"], "absent-phones");
    assert_eq!(cases[0]["set"], serde_json::json!(["operators.a.smsc.retry=[5m]"]));
    let row = &cases[0]["figures"][0];
    assert_eq!(row["verdict"], "fail");
    assert_eq!(row["read"], "sms_attempts{operator=a} rate / sms_submitted{operator=a} rate");
    let [theory, low] = [&row["theory"], &row["interval"][1]].map(|v| v.as_f64().expect("known"));
    assert!(low < theory, "fewer attempts than the schedule has: {low} and {theory}");
}
