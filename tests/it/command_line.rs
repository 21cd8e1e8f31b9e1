//! The program as people and scripts meet it: exit codes, files, what is printed where.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn interwork(arguments: &[&str], dir: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_interwork"))
        .args(arguments)
        .current_dir(dir)
        .output()
        .expect("the program starts")
}

fn shipped(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("topologies").join(name).display().to_string()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A small topology in a folder of its own.
struct Small {
    dir: tempfile::TempDir,
    topology: String,
}

impl Small {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let topology = dir.path().join("small.yaml");
        let text = "interwork: 1
name: small
operators:
  a: { kind: imsp, domain: a.example, numbers: [\"+4670\"], subscribers: { im: 200, sms_only: 50 } }
  b: { kind: imsp, domain: b.example, numbers: [\"+4671\"], subscribers: { im: 200 } }
agreements: [ { between: [a, b], protocol: ssp } ]
run: { warm_up: 10s, duration: 2m }
";
        std::fs::write(&topology, text).expect("written");
        let topology = topology.display().to_string();
        Self { dir, topology }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn run(&self, more: &[&str]) -> Output {
        let out = self.path("out").display().to_string();
        let arguments = [&["run", &self.topology, "--out", &out], more].concat();
        interwork(&arguments, self.dir.path())
    }
}

#[test]
fn exit_codes_say_how_it_ended() {
    let small = Small::new();
    let code = |more: &[&str]| small.run(more).status.code();
    assert_eq!(code(&[]), Some(0));
    assert_eq!(code(&[]), Some(104), "the folder is not empty");
    assert_eq!(code(&["--force"]), Some(0));
    assert_eq!(code(&["--force", "--set", "run.duration=soon"]), Some(104));
    assert_eq!(code(&["--force", "--threads", "0"]), Some(104));
    assert_eq!(code(&["--no-such-option"]), Some(104));
    let dir = small.dir.path();
    assert_eq!(interwork(&["run", "nowhere.yaml"], dir).status.code(), Some(74));
    assert_eq!(interwork(&["report", "nowhere"], dir).status.code(), Some(74));
    assert_eq!(interwork(&["--version"], dir).status.code(), Some(0));
    assert_eq!(interwork(&[], dir).status.code(), Some(104));
}

#[test]
fn an_slo_line_that_does_not_hold_is_exit_code_99_and_a_cross() {
    let small = Small::new();
    let held = std::fs::read_to_string(&small.topology).expect("the topology");
    let text_of = |line: &str| format!("{held}slo: [ \"{line}\" ]\n");
    std::fs::write(&small.topology, text_of("messages_lost count == 0")).expect("written");
    let passed = small.run(&[]);
    assert_eq!(passed.status.code(), Some(0));
    assert!(text(&passed.stdout).contains("✓ messages_lost count == 0"));
    std::fs::write(&small.topology, text_of("message_latency p50 < 1ms")).expect("written");
    let failed = small.run(&["--force"]);
    assert_eq!(failed.status.code(), Some(99));
    assert!(text(&failed.stdout).contains("✗ message_latency p50 < 1ms"));
}

#[test]
fn a_result_folder_has_its_files_and_report_prints_the_same_summary() {
    let small = Small::new();
    let run = small.run(&["--messages", "5"]);
    assert!(run.stderr.is_empty(), "no progress where there is no terminal");
    for name in [
        "manifest.json",
        "summary.json",
        "topology.yaml",
        "series.csv",
        "histograms.hlog",
        "messages.csv",
        "plots/latency.svg",
        "plots/messages.svg",
        "plots/stations.svg",
        "report.html",
    ] {
        assert!(small.path("out").join(name).metadata().is_ok_and(|m| m.len() > 0), "{name}");
    }
    let out = small.path("out").display().to_string();
    let report = text(&interwork(&["report", &out], small.dir.path()).stdout);
    let printed = text(&run.stdout);
    assert_eq!(Some(report.as_str()), printed.strip_suffix(&format!("results in {out}\n")));
}

#[test]
fn the_series_has_sixty_intervals_however_long_a_run_is() {
    let small = Small::new();
    for (duration, last) in [("2m", 118.0), ("100s", 98.333_333_353)] {
        small.run(&["--force", "--set", &format!("run.duration={duration}")]);
        let mut reader = csv::Reader::from_path(small.path("out/series.csv")).expect("a series");
        let time = |row: Result<csv::StringRecord, csv::Error>| row.expect("a row")[0].to_owned();
        let mut times: Vec<String> = reader.records().map(time).collect();
        times.dedup();
        assert_eq!(times.len(), 60, "{times:?}");
        let end: f64 = times[59].parse().expect("seconds");
        assert!((end - last).abs() < 1e-6, "{end}");
    }
}

#[test]
fn a_sample_of_messages_has_stage_times_that_add_up() {
    let small = Small::new();
    small.run(&["--messages", "20"]);
    let mut reader = csv::Reader::from_path(small.path("out/messages.csv")).expect("the sample");
    let head = reader.headers().expect("a head").clone();
    let place = |name: &str| head.iter().position(|column| column == name).expect(name);
    let (latency, outcome) = (place("latency_s"), place("outcome"));
    let stages = latency + 1..head.len();
    let mut rows = 0;
    for record in reader.records() {
        let record = record.expect("a row");
        let number = |column: usize| record[column].parse::<f64>().unwrap_or(0.0);
        rows += 1;
        if &record[outcome] == "delivered" {
            let sum: f64 = stages.clone().map(number).sum();
            assert!((sum - number(latency)).abs() < 1e-6, "{record:?}");
        }
    }
    assert_eq!(rows, 20);
}

#[test]
fn a_new_topology_is_checked_and_run_and_never_overwritten() {
    let dir = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| interwork(arguments, dir.path());
    assert_eq!(run(&["new", "my.yaml"]).status.code(), Some(0));
    assert_eq!(run(&["new", "my.yaml"]).status.code(), Some(74));
    let check = run(&["check", "my.yaml"]);
    assert_eq!(check.status.code(), Some(0), "{}", text(&check.stderr));
    let printed = text(&check.stdout);
    for part in ["6,000 IM users", "lookahead 15ms", "memory about", "offered/s", "utilisation"] {
        assert!(printed.contains(part), "{part} in\n{printed}");
    }
    let run = run(&["run", "my.yaml", "--set", "run.duration=30s", "--out", "out"]);
    assert!(run.status.code().is_some_and(|code| code == 0 || code == 99));
}

#[test]
fn check_goes_through_all_files_and_tells_of_each() {
    let small = Small::new();
    std::fs::write(small.path("bad.yaml"), "interwork: 2\n").expect("written");
    let bad = small.path("bad.yaml").display().to_string();
    let output = interwork(&["check", &bad, &small.topology], small.dir.path());
    assert_eq!(output.status.code(), Some(104));
    assert!(text(&output.stdout).contains("small.yaml: valid"));
    assert!(text(&output.stderr).contains("bad.yaml"));
}

/// A signal stops a run that would last for hours; what was measured is there and says so.
#[cfg(unix)]
#[test]
fn ctrl_c_stops_cleanly_and_leaves_what_was_measured() {
    use rustix::process::{Pid, Signal, kill_process};

    let small = Small::new();
    let out = small.path("out");
    let mut run = Command::new(env!("CARGO_BIN_EXE_interwork"))
        .args(["run", &small.topology, "--set", "run.duration=100000h", "--out"])
        .arg(&out)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    // The folder is made once signals are listened to.
    while !out.exists() {
        assert!(run.try_wait().expect("its state").is_none(), "it runs until it is stopped");
        std::thread::yield_now();
    }
    kill_process(Pid::from_child(&run), Signal::INT).expect("asked");
    assert_eq!(run.wait().expect("it ends").code(), Some(105));
    let manifest = std::fs::read_to_string(out.join("manifest.json")).expect("a manifest");
    assert!(manifest.contains("\"stop_reason\": \"interrupted\""), "{manifest}");
    let report = interwork(&["report", &out.display().to_string()], small.dir.path());
    assert!(text(&report.stdout).contains("(interrupted)"));
}

#[test]
fn every_shipped_topology_runs_and_judges_itself_as_meant() {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, code) in [
        ("omtp-reference.yaml", 0),
        ("two-imsps.yaml", 0),
        ("hub-and-spoke.yaml", 0),
        ("full-mesh.yaml", 0),
        // An SMSC that is too small.
        ("sms-fallback-storm.yaml", 99),
        ("national.yaml", 0),
    ] {
        let out = dir.path().join(name).display().to_string();
        // Of the largest not all of its warm-up: its load has settled, its waiting phones have not.
        let shorter: &[&str] =
            if name == "national.yaml" { &["--set", "run.warm_up=10m"] } else { &[] };
        let topology = shipped(name);
        let run = [&["run", &topology, "--out", &out], shorter].concat();
        let run = interwork(&run, dir.path());
        let told = text(&run.stdout) + &text(&run.stderr);
        assert_eq!(run.status.code(), Some(code), "{name}\n{told}");
        let widest = told.lines().map(|line| line.chars().count()).max();
        assert!(widest.is_some_and(|columns| columns <= 100), "{name}: {widest:?} columns\n{told}");
    }
}

#[test]
fn a_baseline_is_looked_at_even_if_no_line_asks_for_it() {
    let small = Small::new();
    let missing = small.run(&["--baseline", "nope"]);
    assert_eq!(missing.status.code(), Some(74), "{}", text(&missing.stderr));
    assert!(!small.path("out").exists(), "nothing was run");
    let first = small.path("first").display().to_string();
    let made = interwork(&["run", &small.topology, "--out", &first], small.dir.path());
    assert_eq!(made.status.code(), Some(0));
    let unasked = small.run(&["--baseline", &first]);
    assert_eq!(unasked.status.code(), Some(0));
    let told = text(&unasked.stderr);
    assert_eq!(told.matches("no SLO line asks for --baseline").count(), 1, "{told}");
    let line = ["--set", "slo.+=messages_offered count <= baseline +0%"];
    let asked = small.run(&[&["--force", "--baseline", &first], &line[..]].concat());
    assert_eq!(text(&asked.stderr), "");
}

#[test]
fn check_and_run_warn_alike_of_what_can_hardly_be_meant() {
    let small = Small::new();
    let sets = [
        "workload.stages=[{ for: 90s, load: 1 }, { for: 1m, load: 2 }]",
        "operators.a.legacy.reply_hold=10m",
        "operators.a.smsc.throughput=1/h",
        "agreements=[]",
    ];
    let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", *set]).collect();
    let check = [&["check", small.topology.as_str()], &sets[..]].concat();
    let check = interwork(&check, small.dir.path());
    assert_eq!(check.status.code(), Some(0));
    assert!(text(&check.stdout).contains("small.yaml: valid, with 4 warnings"));
    let told = text(&check.stderr);
    for part in [
        "the last 30s of this stage are cut off",
        "of them later than `reply_hold: 10.0 min` of a",
        "`a/smsc` is licensed for",
        "1 of 1 pairs of operators cannot reach each other, 100.0 % of the pairs of users: a:b",
    ] {
        let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words.matches(part).count(), 1, "{part} in\n{told}");
    }
    assert!(told.lines().all(|line| line.chars().count() <= 100), "{told}");
    assert_eq!(text(&small.run(&sets).stderr), told);
    assert_eq!(text(&small.run(&["--force", "--set", "run.warm_up=auto"]).stderr), "");
}

#[test]
fn a_line_that_gives_way_is_told_and_one_can_be_added() {
    let small = Small::new();
    let more = "slo: [ messages_lost count == 0 ]\n";
    let text_of = std::fs::read_to_string(&small.topology).expect("the topology") + more;
    std::fs::write(&small.topology, text_of).expect("written");
    let line = "presence_latency p95 < 9s";
    let replaced = small.run(&["--set", &format!("slo.0={line}")]);
    let told = text(&replaced.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("it replaces the file's line `messages_lost count == 0`"), "{told}");
    assert!(told.contains("`slo.+` adds a line"), "{told}");
    let added = small.run(&["--force", "--set", &format!("slo.+={line}")]);
    assert_eq!(text(&added.stderr), "");
    let shown = text(&added.stdout);
    assert!(shown.contains(line) && shown.contains("messages_lost count == 0"), "{shown}");
}

#[test]
fn slips_on_the_command_line_are_told_what_was_meant() {
    let dir = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| interwork(arguments, dir.path());
    let none = text(&run(&["run", "nope.yaml"]).stderr);
    assert!(none.contains("there is no such file") && none.contains("interwork new"), "{none}");
    run(&["new", "my.yaml"]);
    let fail_on = ["compare", "my.yaml", "my.yaml", "--fail-on", "p99 +5%"];
    let path = "agreements.north-south.link.latency=3ms";
    for (arguments, told) in [
        (&["rn", "my.yaml"][..], "did you mean 'run'?"),
        (&["run", "my.yaml", "--seed", "5"], "--set run.seed=5"),
        (&["run", "my.yaml", "--seed=5"], "--set run.seed=5"),
        (&["run", "my.yaml", "--duration", "1h"], "--set run.duration=1h"),
        (&["run", "my.yaml", "--thread", "1"], "'--threads'"),
        (&["run", "nope.yaml"], "files there: my.yaml"),
        (&["check", "my.yaml", "--set", path], "did you mean `north:south`?"),
        (&fail_on, "such as `message_latency p99`"),
        (&["compare", "my.yaml", "my.yaml", "--fail-on", "message_latency p99"], "p99 +5%'"),
    ] {
        let output = run(arguments);
        let code = if arguments.contains(&"nope.yaml") { 74 } else { 104 };
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        let shown = text(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(shown.contains(told), "{told} in\n{shown}");
        assert!(!shown.contains("similar") || told.contains("threads"), "one hint: {shown}");
    }
    for arguments in [&["help", "--help"][..], &["help", "run", "-h"], &["help"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(text(&output.stdout).contains("Usage: interwork"), "{arguments:?}");
    }
}
