//! The commands of the documentation do what it says: every `sh` block of a page is run, in order, in
//! a folder with a copy of the topologies.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// The `sh` blocks of a page.
fn blocks(page: &str) -> Vec<&str> {
    let opened = page.split("\n```sh\n").skip(1);
    opened.map(|rest| rest.split("\n```").next().expect("an end")).collect()
}

#[cfg(unix)]
#[test]
fn the_commands_of_the_ci_page_run_as_they_stand() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/ci.md")).expect("a page");
    let dir = tempfile::tempdir().expect("a folder");
    let topologies = dir.path().join("topologies");
    std::fs::create_dir(&topologies).expect("a folder");
    for entry in std::fs::read_dir(root.join("topologies")).expect("topologies") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            let name = path.file_name().expect("a name");
            std::fs::copy(&path, topologies.join(name)).expect("a copy");
        }
    }
    // What the main branch has: here the same.
    std::fs::copy(topologies.join("two-imsps.yaml"), dir.path().join("baseline.yaml"))
        .expect("a copy");
    let program = Path::new(env!("CARGO_BIN_EXE_interwork"));
    let beside = program.parent().expect("a folder").display();
    let path = format!("{beside}:{}", std::env::var("PATH").unwrap_or_default());
    let blocks = blocks(&page);
    assert!(blocks.len() >= 4, "the page has its commands");
    for block in blocks {
        let shell =
            Command::new("sh").args(["-ec", block]).env("PATH", &path).current_dir(&dir).output();
        let done = shell.expect("a shell");
        let printed = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{block}\n{printed}");
    }
    for file in ["current/summary.json", "junit.xml", "summary.md", "compare.md"] {
        assert!(dir.path().join(file).exists(), "{file}");
    }
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).expect("written");
    assert!(read("compare.xml").contains("p99 +2.5%"), "{}", read("compare.xml"));
    assert!(read("again/summary.json").contains("p95 <= baseline +5%"));
    assert!(serde_json::from_str::<serde_json::Value>(&read("summary.json")).is_ok());
    // What a service runs is what has been run here.
    let workflow = page.split("\n```yaml\n").nth(1).and_then(|rest| rest.split("\n```").next());
    let workflow = workflow.expect("a workflow");
    assert!(workflow.contains("interwork check topologies/two-imsps.yaml"));
    let words =
        |text: &str| text.replace('\\', "").split_whitespace().collect::<Vec<_>>().join(" ");
    for block in [blocks_with(&page, "--junit junit.xml"), blocks_with(&page, "--fail-on")] {
        assert!(words(workflow).contains(&words(block)), "{block}");
    }
    // The line that was measured is the one that is advised.
    let gate = std::fs::read_to_string(root.join("results/performance/ci-gate.txt"));
    let gate = gate.expect("a measurement");
    assert!(gate.contains("message_latency{route=interworked} p99 +2.5%"), "{gate}");
    let counts = |kind: &str| {
        let line = gate.lines().find(|line| line.starts_with(kind)).expect(kind);
        let numbers = line.split(|c: char| !c.is_ascii_digit()).filter(|word| !word.is_empty());
        numbers.map(|word| word.parse::<u32>().expect("a number")).collect::<Vec<_>>()
    };
    for (kind, shown) in [("unchanged", "nothing"), ("worse", "43 ms more on the link")] {
        let [of, fail, hold, open] = counts(kind)[..] else { panic!("{gate}") };
        let row = format!("| {shown} | {of} | {fail} | {hold} | {open} |");
        assert!(page.contains(&row), "{row}");
    }
}

/// The `sh` block that says something.
fn blocks_with<'a>(page: &'a str, what: &str) -> &'a str {
    blocks(page).into_iter().find(|block| block.contains(what)).expect("a block")
}

/// Every default of a part of the topology's schema, by its path; what stands by a name or in a list
/// is `*`.
fn defaults(part: &serde_json::Value, path: &str, all: &mut BTreeMap<String, String>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    for (key, value) in part["properties"].as_object().into_iter().flatten() {
        let said = value["description"].as_str().and_then(|said| said.split_once("Default: "));
        if let Some((_, default)) = said {
            all.insert(below(key), default.to_owned());
        }
        defaults(value, &below(key), all);
    }
    for other in part["anyOf"].as_array().into_iter().flatten() {
        defaults(other, path, all);
    }
    for many in ["items", "additionalProperties"] {
        if part[many].is_object() {
            defaults(&part[many], &below("*"), all);
        }
    }
}

#[test]
fn the_page_of_defaults_has_every_figure_of_the_format_and_its_value() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/defaults.md")).expect("a page");
    let schema = serde_json::from_str(&interwork::topology::schema()).expect("a schema");
    let mut known = BTreeMap::new();
    defaults(&schema, "", &mut known);
    // Figures of what is simulated: not how runs are made, nor agreements again on the timeline.
    known.retain(|path, default| {
        default.contains(|c: char| c.is_ascii_digit())
            && !path.starts_with("run.")
            && !path.starts_with("timeline.")
            && !path.ends_with(".addressing")
    });
    let cells = |row: &str| -> Vec<String> {
        row.split(" | ").map(|cell| cell.trim_matches(['|', ' ', '`']).to_owned()).collect()
    };
    let rows: Vec<Vec<String>> =
        page.lines().filter(|line| line.starts_with("| `")).map(cells).collect();
    let said: BTreeMap<String, String> =
        rows.iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    assert_eq!(said, known);
    assert_eq!(rows.len(), known.len(), "each once");
    for row in rows {
        assert!(row.len() == 4 && row[2].len() > 7 && !row[3].is_empty(), "{row:?}");
    }
}
