//! Every requirement holds, each deliberate defect is noticed by the rows it belongs to and by no
//! other, and there is no row that notices none.

use std::process::Command;

use interwork::domain::outcome::Defect;
use interwork::proof::conformance::{ROWS, check};

/// The rows that must notice a defect, and no others.
fn noticing(defect: Defect) -> &'static [&'static str] {
    match defect {
        Defect::WrongConversation => {
            &["UC-3", "UC-3c", "UC-4a", "UC-4b", "CR16-1", "IM-0030", "IM-0050"]
        }
        Defect::AnswerLost => &["UC-3", "UC-3c", "UC-4a", "UC-4b", "CR16-1", "IM-0030", "IM-0050"],
        Defect::OverlongPasses => &["UC-2a", "IM-0030"],
        Defect::KindRevealed => &["IM-0090", "IM-0120", "IM-0130"],
        Defect::UpgradeDropsMessage => &["UC-3", "UC-3c"],
        Defect::DeniedWatcherSees => &["UC-3", "CR16-1"],
        Defect::BlockedWatcherSees => &["RD-5", "CR16-1"],
        Defect::BlockedMessagePasses => &["RD-1", "CR16-1", "IM-0020"],
        Defect::RegisteredTwice => &["UC-1a", "UC-3c"],
        Defect::ConvertedBySender => &["KIND-2", "UC-2a", "UC-3", "UC-3c", "UC-4a", "RD-6"],
        Defect::OfflineByDefault => &["CR16-2", "CR16-4", "IM-0010", "IM-0090", "HLR-2", "HLR-3"],
        Defect::StatusTextMissing => &["UC-3", "CR16-5", "IM-0090", "IM-0120", "IM-0130"],
        Defect::ClientTypeMissing => &[
            "KIND-3", "UC-1a", "UC-1b", "UC-3", "UC-3c", "RD-3", "RD-4", "CR16-1", "CR16-3",
            "CR16-6", "IM-0070", "IM-0080", "IM-0100", "IM-0110", "IM-0140", "HLR-2",
        ],
        Defect::RichPasses => &["RD-1", "CLI-1"],
        Defect::NoticeSent => &["IM-0060"],
        Defect::NoticeOmitted => &["UC-3", "IM-0040", "IM-0060"],
        Defect::SearchUnasked => &["RD-3"],
        Defect::CommandIgnored => &["UC-1a", "IM-0130", "HLR-2"],
        Defect::LegacyInGroup => &["RD-1", "IM-0020"],
        Defect::HlrIgnored => &["UC-1a", "HLR-1"],
        Defect::StateForgotten => &["UC-1a"],
        Defect::UpgradeUnlearned => &["UC-3", "UC-3c"],
        Defect::AccessBound => &["RD-2", "IMS-1"],
        Defect::ReportForgotten => &["RD-6"],
        Defect::AvailabilityLost => &["RD-5", "RD-8", "CR16-1", "CR16-2", "CR16-3"],
        Defect::StatusTextLost => &["RD-5", "RD-8", "IM-0070"],
        Defect::AgreementExposes => &["RD-8"],
        Defect::DirectoryIgnored => &["RD-3"],
        Defect::RemovalIgnored => &["UC-3", "RD-5", "CR16-1"],
        Defect::ConversationUnclosed => &["UC-4b"],
        Defect::SessionOffAir => &["KIND-1", "HLR-1"],
        Defect::TranslationSkipped => &["IMS-2"],
        Defect::EqualDelays => &["RD-2"],
        Defect::FreeTranslation => &["IMS-2"],
        Defect::WideLimit => &["IM-0030"],
        Defect::TruncationSplits => &["IM-0030"],
        Defect::NoticeUncounted => &["UC-2a"],
        Defect::OneReplyNumber => &["KIND-2", "UC-4a", "RD-6", "IM-0050"],
        Defect::AddressingIgnored => &["UC-3c", "RD-1"],
        Defect::ReasonMixed => &["UC-1b", "RD-1"],
        Defect::StatusUntold => &["RD-1"],
        Defect::LapsedServed => &["RD-1"],
        Defect::UnknownSilent => &["RD-1", "RD-3", "RD-4"],
        Defect::GroupsAlways => &["RD-7"],
        Defect::PresenceAlways => &["UC-3", "RD-7"],
        Defect::SecondLegIgnored => &["RD-7"],
        Defect::PresenceStays => &[
            "KIND-1", "UC-3", "RD-1", "RD-4", "RD-5", "RD-8", "CR16-1", "CR16-2", "CR16-3",
            "IM-0070", "IM-0130", "IM-0140", "HLR-1", "HLR-2", "IMS-1", "IMS-2",
        ],
        Defect::DetachedReached => &["KIND-3", "UC-2a", "UC-2b", "RD-6", "IM-0050"],
        Defect::FallbackMissing => &[
            "KIND-3", "KIND-4", "UC-2b", "UC-3", "UC-3c", "UC-4b", "RD-6", "RD-7", "CR16-1",
            "IM-0030", "IM-0040", "IM-0050", "IM-0060", "CLI-1",
        ],
        Defect::UpgradeUnheard => &["UC-3", "UC-3c", "RD-4"],
        Defect::StoredForgotten => &["KIND-1", "RD-6", "IM-0020", "IM-0030", "IM-0050"],
        Defect::AnswerMissing => &["UC-3", "RD-2", "RD-6", "IMS-2", "SSP-1", "SSP-2"],
        Defect::HoldFromConversion => &["IM-0050"],
        Defect::HlrAfterUpgrade => &["HLR-1"],
        Defect::RegisterAlways => &["KIND-3", "UC-3"],
        Defect::RetryFree => &["UC-2b"],
        Defect::PartsUncounted => &["UC-2b"],
        Defect::StaleLogin => &["RD-5", "HLR-2"],
        Defect::ListsUntold => &["UC-1a", "UC-3", "CR16-6", "IM-0100", "IM-0110", "IM-0130"],
        Defect::LaterConsentIgnored => &["UC-3"],
        Defect::AcceptorUnasked => &["RD-4", "RD-5", "RD-8", "CR16-3"],
        Defect::DeclinedListed => &["UC-3", "RD-1", "RD-4", "CR16-1"],
        Defect::ContactUnasked => &["UC-3", "RD-1", "RD-3", "RD-4"],
        Defect::ValidationSkipped => &[
            "KIND-2", "UC-1a", "UC-3", "UC-3c", "RD-1", "RD-4", "CR16-1", "IM-0100", "IM-0130",
            "IM-0140", "HLR-1", "HLR-2",
        ],
        Defect::ExposureIgnored => &["RD-8"],
        Defect::LegacyAmongOthers => &["IM-0100"],
        Defect::MarkOnIm => &[
            "UC-3", "UC-3c", "RD-1", "RD-3", "RD-4", "RD-5", "RD-6", "RD-7", "CR16-1", "IM-0070",
            "IM-0100", "IM-0110", "IM-0140", "HLR-1", "IMS-2",
        ],
        Defect::MarkMissing => &[
            "KIND-3", "UC-1a", "UC-1b", "UC-3", "UC-3c", "RD-3", "RD-4", "CR16-1", "CR16-6",
            "IM-0070", "IM-0080", "IM-0090", "IM-0100", "IM-0110", "IM-0120", "IM-0130", "IM-0140",
            "HLR-2",
        ],
        Defect::VisibleIgnored => &["IM-0070"],
        Defect::StatusTextFixed => &["IM-0120"],
        Defect::ClientLimitIgnored => &["IM-0040", "IM-0060"],
        Defect::NoticeRepeated => &["IM-0060"],
        Defect::CommandsAlways => &["HLR-2"],
        Defect::ListedUnvalidated => &["UC-3c"],
        Defect::ClientIdMissing => &["CR16-2", "CR16-3"],
        Defect::ClientIdEarly => &["CR16-2", "CR16-3"],
        Defect::ClientIdUnsaid => &["RD-5", "RD-8", "CR16-2", "CR16-3"],
        Defect::AvailabilityMissing => &["CR16-4"],
        Defect::QualifierMissing => &["CR16-2", "CR16-3", "CR16-4", "CR16-5"],
        Defect::UnblockIgnored => &["RD-5", "CR16-1"],
        Defect::InvitationUnasked => &["IM-0020"],
        Defect::ImAsSms => &[
            "KIND-1", "KIND-4", "UC-3", "UC-3c", "UC-4a", "UC-4b", "RD-1", "RD-2", "RD-6", "RD-7",
            "CR16-1", "IM-0020", "IM-0030", "IM-0050", "CLI-1", "IMS-1", "IMS-2", "SSP-1", "SSP-2",
        ],
        Defect::OnlineAlways => &["IM-0010", "IM-0090"],
        Defect::NoticeAlways => &["IM-0060"],
        Defect::BlockedAsks => &["CR16-1", "IM-0020"],
        Defect::SearchUnanswered => &["RD-1", "RD-3"],
        Defect::DenialBlocks => &["UC-3", "CR16-1"],
        Defect::GroupsNever => &["IM-0020"],
        Defect::LeaverWritten => &["IM-0020"],
        Defect::UpgradeUntold => &["UC-3"],
        Defect::RemovalUntold => &["UC-3", "CR16-1"],
        Defect::PostStays => &["IM-0020"],
        Defect::StrangerPosts => &["IM-0020"],
        Defect::RepeatedAsNew => &["RD-6"],
        Defect::OutagesIgnored => &["UC-2a", "RD-6", "SSP-2"],
        Defect::SessionUnawaited => &["SSP-1", "SSP-2"],
        Defect::ServicesUnasked => &["SSP-1"],
        Defect::LossUnnoticed => &["SSP-2"],
        Defect::SetUpOnce => &["SSP-2"],
    }
}

/// The rows that each defect fails, as the matrix of the results says.
fn written_down() -> Vec<(&'static str, Vec<&'static str>)> {
    let text = include_str!("../results/conformance-matrix.txt");
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
    let known: Vec<_> = Defect::ALL.iter().map(|&it| (it.label(), noticing(it).to_vec())).collect();
    assert_eq!(known, written_down(), "results/conformance-matrix.txt");
    for &defect in Defect::ALL {
        assert!(!noticing(defect).is_empty(), "{defect} is noticed by nobody");
        for id in noticing(defect) {
            let row = ROWS.iter().find(|row| row.id == *id).expect("a row");
            assert!(check(row, Some(defect)).is_err(), "{id} holds with {defect}");
        }
    }
    for row in ROWS {
        let fails = Defect::ALL.iter().any(|&defect| noticing(defect).contains(&row.id));
        assert!(fails, "{} fails with no defect", row.id);
    }
    let readme = include_str!("../README.md");
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
    assert_eq!(failed, noticing(Defect::OverlongPasses));
    assert_eq!(run(&["--mutate", "overlong-pases"]).0, Some(104));
    assert_eq!(run(&["--matrix", "--mutate", "overlong-passes"]).0, Some(104));
}
