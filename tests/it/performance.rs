//! What the README and `results/performance/README.md` say in figures stands in the records beside
//! them and nowhere else; `UPDATE_GOLDEN=1` writes their sections anew.

use std::path::{Path, PathBuf};

use serde_json::Value;

const END: &str = "<!-- end -->";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn record(name: &str) -> Value {
    let text = std::fs::read_to_string(root().join("results/performance").join(name));
    serde_json::from_str(&text.expect("the record")).expect("JSON")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The section of a document between markers is what it should be, or becomes it.
fn holds(document: &str, record: &str, expected: &str) {
    let path = root().join(document);
    let whole = std::fs::read_to_string(&path).expect("the document");
    let begin = format!("<!-- from {record} -->\n");
    let (before, rest) = whole.split_once(&begin).expect("a section of the record");
    let (quoted, after) = rest.split_once(END).expect("its end");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let text = format!("{before}{begin}{expected}{END}{after}");
        std::fs::write(path, text).expect("written");
    } else {
        assert_eq!(quoted, expected, "{document}: UPDATE_GOLDEN=1 writes it anew");
    }
}

/// `On MACHINE, commit COMMIT`, as far as the record says.
fn taken(recorded: &Value) -> String {
    let commit = text(&recorded["commit"]);
    let (short, mark) = (commit.get(..10).unwrap_or(commit), commit.strip_suffix("-dirty"));
    let parts = [
        recorded["machine"].as_str().map(|machine| format!("on {machine}")),
        recorded["commit"]
            .as_str()
            .map(|_| format!("commit {short}{}", mark.map_or("", |_| " with changes"))),
        recorded["rustc"].as_str().map(str::to_owned),
    ];
    parts.into_iter().flatten().collect::<Vec<String>>().join(", ")
}

fn targets(recorded: &Value) -> String {
    let mut section = format!(
        "Taken {}:\n\n| what | measured | target |\n| --- | --- | --- |\n",
        taken(recorded)
    );
    for row in recorded["rows"].as_array().expect("rows") {
        let measured = row["measured"].as_f64().expect("a figure");
        let mark = if row["met"] == true { "" } else { " (missed)" };
        let statistic =
            row["statistic"].as_str().map(|name| format!(" ({name})")).unwrap_or_default();
        let (what, unit, target) = (text(&row["what"]), text(&row["unit"]), text(&row["target"]));
        section.push_str(&format!("| {what} | {measured} {unit}{statistic} | {target}{mark} |\n"));
    }
    section
}

/// Three digits, as far as they are before or just after the point.
fn three_digits(value: f64) -> String {
    let places = match value {
        v if v >= 100.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 1.0 => 2,
        _ => 3,
    };
    format!("{value:.places$}")
}

fn peers(recorded: &Value) -> String {
    let version = |tool: &str| text(&recorded["versions"][tool]).to_owned();
    let work = |name: &str, tool: &str| recorded["work"][name][tool].clone();
    let cell = |name: &str, tool: &str, unit: &str| {
        let measured = work(name, tool);
        let Some(each) = measured["each_us"].as_f64() else { return String::new() };
        let figure = if unit == "s" { measured["process"].as_f64() } else { Some(each) };
        let shown = format!("{} {unit}", three_digits(figure.expect("a figure")));
        let ratio = measured["ratio"].as_f64().expect("a ratio");
        if tool == "interwork" { shown } else { format!("{shown} ({} x)", three_digits(ratio)) }
    };
    let mut section = format!(
        "Python {}{}:\n\n| work | tool | measured |\n| --- | --- | --- |\n",
        version("python"),
        match taken(recorded) {
            taken if taken.is_empty() => String::new(),
            taken => format!(", {taken}"),
        }
    );
    let (nexosim, simpy, ciw) = (version("nexosim"), version("simpy"), version("ciw"));
    let mm1 = "M/M/1 at 80 %, a million customers, whole process";
    let phold = |processes| format!("PHOLD, {processes} processes, an event");
    let nexosim_as = |way| format!("NeXosim {nexosim}, {way}");
    let uniform = nexosim_as("any process reached through the scheduler");
    let ports = nexosim_as("ports, as its documentation writes models");
    let mut row = |what: &str, (name, key): (&str, &str), tool: &str, unit: &str| {
        let line = format!("| {what} | {name} | {} |\n", cell(key, tool, unit));
        section.push_str(&line);
    };
    row(mm1, ("interwork", "mm1"), "interwork", "s");
    row("", (&format!("NeXosim {nexosim}"), "mm1"), "nexosim", "s");
    row("", (&format!("SimPy {simpy}"), "mm1"), "simpy", "s");
    row("", (&format!("Ciw {ciw}"), "mm1"), "ciw", "s");
    for (processes, key) in [("1,000", "phold-1000"), ("100,000", "phold-100000")] {
        row(&phold(processes), ("interwork, the calendar", key), "interwork", "us");
        row("", ("interwork, its loop of shards, 8 of them", key), "interwork-shards", "us");
        row("", (&uniform, key), "nexosim-uniform", "us");
        row("", (&ports, key), "nexosim-ports", "us");
    }
    section
}

#[test]
fn the_readme_quotes_the_recorded_figures() {
    let record_of = "results/performance/targets.json";
    holds("README.md", record_of, &targets(&record("targets.json")));
}

#[test]
fn the_comparison_with_other_simulators_quotes_the_recorded_figures() {
    holds("results/performance/README.md", "peers.json", &peers(&record("peers.json")));
}
