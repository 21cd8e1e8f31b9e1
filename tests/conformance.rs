//! Every requirement holds, and each deliberate defect is noticed by the rows it
//! belongs to and by no other.

use std::process::Command;

use interwork::domain::outcome::Defect;
use interwork::proof::conformance::{ROWS, check};

/// Rows that fail with a defect.
fn noticed(defect: Option<Defect>) -> Vec<&'static str> {
    ROWS.iter().filter(|row| check(row, defect).is_err()).map(|row| row.id).collect()
}

#[test]
fn every_requirement_holds() {
    assert_eq!(noticed(None), [""; 0]);
}

#[test]
fn each_defect_is_noticed_by_its_own_rows_alone() {
    for defect in Defect::ALL {
        let expected: &[&str] = match defect {
            Defect::WrongConversation => &["UC-4a", "UC-4b", "CR16-1", "IM-0050"],
            Defect::AnswerLost => &["UC-4a", "UC-4b", "CR16-1", "IM-0050"],
            Defect::OverlongPasses => &["IM-0030"],
            Defect::KindRevealed => &["IM-0090"],
            Defect::UpgradeDropsMessage => &["UC-3", "UC-3c"],
            Defect::DeniedWatcherSees => &["UC-3"],
            Defect::BlockedWatcherSees => &["CR16-1"],
            Defect::BlockedMessagePasses => &["CR16-1"],
            Defect::RegisteredTwice => &["UC-1a"],
            Defect::ConvertedBySender => &["KIND-2", "UC-2a", "UC-3", "UC-3c", "UC-4a", "IM-0050"],
            Defect::OfflineByDefault => &["CR16-2", "CR16-4", "IM-0010", "IM-0090", "HLR-3"],
            Defect::StatusTextMissing => &["CR16-5", "IM-0090", "IM-0120", "IM-0130"],
            Defect::ClientTypeMissing => &[
                "UC-1a", "UC-1b", "CR16-3", "CR16-6", "IM-0070", "IM-0080", "IM-0100", "IM-0110",
                "IM-0140",
            ],
            Defect::LegacyInGroup => &["IM-0020"],
            Defect::RichPasses => &["CLI-1"],
            Defect::NoticeOmitted => &["IM-0060"],
            Defect::SearchUnasked => &["RD-3"],
            Defect::CommandIgnored => &["UC-1a", "HLR-2"],
            Defect::HlrIgnored => &["UC-1a", "HLR-1"],
            Defect::StateForgotten => &["UC-1a"],
            Defect::UpgradeUnlearned => &["UC-3"],
            Defect::AccessBound => &["RD-2", "IMS-1"],
            Defect::TranslationSkipped => &["IMS-2"],
        };
        assert_eq!(noticed(Some(*defect)), expected, "{defect}");
    }
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
    assert_eq!(failed, ["IM-0030"]);
    assert_eq!(run(&["--mutate", "overlong-pases"]).0, Some(104));
}
