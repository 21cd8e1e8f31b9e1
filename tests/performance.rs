//! The performance section of the README quotes the recorded figures and nothing else;
//! `UPDATE_GOLDEN=1` writes it anew from them.

use std::path::Path;

use serde_json::Value;

const BEGIN: &str = "<!-- from results/performance/targets.json -->\n";
const END: &str = "<!-- end -->";

fn section(recorded: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let commit = text(&recorded["commit"]);
    let mut section = format!(
        "On {}, commit {}:\n\n| what | measured | target |\n| --- | --- | --- |\n",
        text(&recorded["machine"]),
        commit.get(..10).unwrap_or(&commit)
    );
    for row in recorded["rows"].as_array().expect("rows") {
        let measured = row["measured"].as_f64().expect("a figure");
        let mark = if row["met"] == true { "" } else { " (missed)" };
        let (what, unit, target) = (text(&row["what"]), text(&row["unit"]), text(&row["target"]));
        section.push_str(&format!("| {what} | {measured} {unit} | {target}{mark} |\n"));
    }
    section
}

#[test]
fn the_readme_quotes_the_recorded_figures() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let recorded = std::fs::read_to_string(root.join("results/performance/targets.json"));
    let recorded: Value = serde_json::from_str(&recorded.expect("the record")).expect("JSON");
    let readme = std::fs::read_to_string(root.join("README.md")).expect("the README");
    let (before, rest) = readme.split_once(BEGIN).expect("a performance section");
    let (quoted, after) = rest.split_once(END).expect("its end");
    let expected = section(&recorded);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let text = format!("{before}{BEGIN}{expected}{END}{after}");
        std::fs::write(root.join("README.md"), text).expect("written");
    } else {
        assert_eq!(quoted, expected);
    }
}
