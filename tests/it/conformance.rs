//! Every requirement holds, each deliberate defect is noticed by the rows that the matrix among the
//! results says, and there is no row that notices none.

use std::process::Command;

use interwork::domain::outcome::Defect;
use interwork::proof::conformance::{ROWS, check};

/// The rows that each defect fails, as the matrix of the results says.
fn written_down() -> Vec<(&'static str, Vec<&'static str>)> {
    let text = include_str!("../../results/conformance-matrix.txt");
    let is_mark = |word: &&str| word.bytes().all(|byte| byte == b'.' || byte == b'#');
    let marks = |line: &'static str| -> Option<(&'static str, Vec<&'static str>)> {
        let mut words = line.split_whitespace();
        let defect = words.next().filter(|word| !is_mark(word))?;
        let marks: Vec<&str> = words.take_while(is_mark).collect();
        let rows = ROWS.iter().zip(marks.concat().into_bytes());
        let noticing = rows.filter(|(_, mark)| *mark == b'#').map(|(row, _)| row.id).collect();
        (marks.concat().len() == ROWS.len()).then_some((defect, noticing))
    };
    text.lines().filter_map(marks).collect()
}

/// That no other row notices a defect takes tens of thousands of runs: `.ci/run` compares the file.
#[test]
fn each_defect_fails_its_rows_and_each_row_notices_one() {
    let matrix = written_down();
    let defects: Vec<&str> = matrix.iter().map(|(defect, _)| *defect).collect();
    assert_eq!(defects, Defect::LABELS, "results/conformance-matrix.txt");
    for (&defect, (_, noticing)) in Defect::ALL.iter().zip(&matrix) {
        assert!(!noticing.is_empty(), "{defect} is noticed by nobody");
        for id in noticing {
            let row = ROWS.iter().find(|row| row.id == *id).expect("a row");
            assert!(check(row, Some(defect)).is_err(), "{id} holds with {defect}");
        }
    }
    for row in ROWS {
        let fails = matrix.iter().any(|(_, noticing)| noticing.contains(&row.id));
        assert!(fails, "{} fails with no defect", row.id);
    }
    let readme = include_str!("../../README.md");
    let (rows, defects) = (ROWS.len(), Defect::ALL.len());
    assert!(readme.contains(&format!("the {rows} requirements of the source documents")));
    assert!(readme.contains(&format!("one of {defects} deliberate defects")));
}

#[test]
fn the_command_prints_a_table_json_and_junit_and_can_fail() {
    let dir = tempfile::tempdir().expect("a folder");
    let junit = dir.path().join("conformance.xml");
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_interwork"))
            .arg("conformance")
            .args(arguments)
            .output()
            .expect("the program starts");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let path = junit.display().to_string();
    let (code, table) = run(&["--junit", &path]);
    assert_eq!(code, Some(0), "every row passes");
    assert!(table.contains("IM-0030") && table.contains("SHALL"), "{table}");
    let xml = std::fs::read_to_string(&junit).expect("the report");
    let document = roxmltree::Document::parse(&xml).expect("XML");
    let cases = document.descendants().filter(|node| node.has_tag_name("testcase")).count();
    assert_eq!(cases, ROWS.len());
    let (code, text) = run(&["--json", "--mutate", "overlong-passes"]);
    assert_eq!(code, Some(99));
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let rows = json["rows"].as_array().expect("rows");
    let failed: Vec<&str> = rows
        .iter()
        .filter(|row| row["verdict"] == "fail")
        .filter_map(|row| row["id"].as_str())
        .collect();
    let matrix = written_down();
    let noticing = matrix.iter().find(|(defect, _)| *defect == "overlong-passes");
    assert_eq!(Some(&failed), noticing.map(|(_, rows)| rows));
    assert_eq!(run(&["--mutate", "overlong-pases"]).0, Some(104));
    assert_eq!(run(&["--matrix", "--mutate", "overlong-passes"]).0, Some(104));
}
