//! `interwork compare`: what it finds between runs that differ in one known way, and nothing between
//! runs that do not; its rules, files and exit codes. `UPDATE_GOLDEN=1 cargo test --test it compare`
//! writes the golden files anew; read them before they are committed.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use interwork::report::document::compare::{Party, Rank, Report, Row, Verdict};
use interwork::report::face::compare::{Show, render};
use interwork::run::{self, Options};
use interwork::study::compare::{FailOn, Rules, Side, compare};
use interwork::study::replicate::{Case, Parallel};
use interwork::topology::{self, Override, Source};
use tokio_util::sync::CancellationToken;

/// Two operators whose short messages take little but their HLRs' time.
const SMALL: &str = "interwork: 1
name: small
operators:
  a:
    kind: imsp
    domain: a.example
    numbers: [\"+4670\"]
    subscribers: { im: 200, sms_only: 50 }
    hlr: { lookup_time: { exponential: 150ms }, attached: 100% }
    smsc: { attempt_time: 100ms }
  b:
    kind: imsp
    domain: b.example
    numbers: [\"+4671\"]
    subscribers: { im: 200, sms_only: 50 }
    hlr: { lookup_time: { exponential: 150ms }, attached: 100% }
    smsc: { attempt_time: 100ms }
agreements: [ { between: [a, b], protocol: ssp } ]
workload: { messages: { per_user: 40/h }, sessions: { offline_messages: sms } }
run: { seed: 42, warm_up: 5m, duration: 10m }
";
/// An HLR that is slower by a tenth.
const SLOWER: &str = "operators.a.hlr.lookup_time={ exponential: 165ms }";

fn side(letter: &str, sets: &[&str], lines: &[FailOn]) -> Side {
    let source = Source::new("small.yaml", SMALL);
    let sets: Vec<Override> =
        sets.iter().map(|set| Override::parse(set).expect("an override")).collect();
    let topology = topology::load(&source, &sets).expect("a valid topology");
    let values = topology.values();
    let mut federation = topology.federation;
    federation.run.replications = 10;
    let path = format!("{}.yaml", if letter == "A" { "today" } else { "slower" });
    let party = Party {
        letter: letter.to_owned(),
        path: path.clone(),
        file: path,
        topology: "small".to_owned(),
        // The true one changes with every new key of the format.
        digest: format!("{letter}0123456789"),
        values,
        version: "0.0.0".to_owned(),
        commit: None,
        ..Party::default()
    };
    let asked: Vec<_> = lines.iter().map(|line| line.selector.clone()).collect();
    let case = Case { federation, slo: Vec::new() };
    let parallel = Parallel { threads: NonZeroUsize::new(2).expect("two") };
    let stop = CancellationToken::new();
    let options = Options::default();
    Side::of_runs(party, &case, &asked, options, parallel, &stop, &|_, _| {}).expect("a sound run")
}

fn report(others: &[&[&str]], lines: &[&str], strict: bool) -> Report {
    let source = Source::new("small.yaml", SMALL);
    let names = run::names(&topology::load(&source, &[]).expect("a topology").federation);
    let lines: Vec<FailOn> =
        lines.iter().map(|line| FailOn::parse(line, &names).expect("a line")).collect();
    let others: Vec<Side> = others.iter().map(|sets| side("B", sets, &lines)).collect();
    let rules = Rules { level: 0.01, margin: 0.05, strict };
    compare(&side("A", &[], &lines), &others, &lines, rules)
}

fn moved(report: &Report) -> Vec<&Row> {
    report.comparisons[0].figures.iter().filter(|row| row.verdict.moved()).collect()
}

#[test]
fn a_topology_against_itself_is_the_same_in_every_figure() {
    let report = report(&[&[]], &["message_latency p95 +0%", "sms_delivered rate -0%"], true);
    let comparison = &report.comparisons[0];
    assert!(comparison.figures.len() > 200, "{} figures", comparison.figures.len());
    assert_eq!(comparison.counts["same"], comparison.figures.len());
    assert!(comparison.only_in_baseline.is_empty() && comparison.only_in_alternative.is_empty());
    assert!(report.passed, "{:?}", comparison.fail_on);
}

#[test]
fn a_slower_hlr_moves_what_depends_on_it_and_nothing_else() {
    let report = report(&[&[SLOWER]], &[], false);
    let moved = moved(&report);
    let figures: Vec<String> = moved.iter().map(|row| row.figure()).collect();
    for expected in [
        "station_sojourn{station=a/hlr} mean",
        "station_utilisation{station=a/hlr} mean",
        "message_stage_time{stage=hlr,operator=a} mean",
        "sms_latency{operator=a} p95",
    ] {
        assert!(figures.iter().any(|figure| figure == expected), "{expected} in {figures:#?}");
    }
    for row in moved {
        let label = |name: &str| row.labels.get(name).map_or("", String::as_str);
        // Over all routes those by SMS count too.
        let sms = |route: &str| route.is_empty() || route.starts_with("sms");
        let depends = label("station") == "a/hlr"
            || (label("stage") == "hlr" && label("operator") == "a")
            || (label("stage") == "hlr" && sms(label("route")))
            || (row.metric == "sms_latency" && label("operator") == "a")
            || (row.metric == "message_latency" && sms(label("route")));
        assert!(depends, "{} does not depend on the HLR of a", row.figure());
        assert_eq!(row.verdict, Verdict::Worse, "{}", row.figure());
        let [low, high] = row.change.ratio95.expect("an interval");
        assert!(low <= 1.1 + 0.03 && high > 1.0, "{}: {low} to {high}", row.figure());
    }
}

#[test]
fn rolled_up_figures_come_first_and_each_verdict_has_its_place() {
    let report = report(&[&["operators.a.im_server.service_time=60ms"]], &[], false);
    let rows = &report.comparisons[0].figures;
    let place = |row: &Row| {
        let full = row.labels.contains_key("from") || row.labels.contains_key("to");
        (row.rank, row.verdict, full)
    };
    assert_eq!(rows[0].rank, Rank::Headline);
    assert!(rows.iter().any(|row| place(row) == (Rank::Figure, Verdict::Worse, true)));
    assert!(rows.windows(2).all(|pair| place(&pair[0]) <= place(&pair[1])));
}

#[test]
fn a_line_fails_holds_or_cannot_be_told() {
    let lines = [
        "sms_latency{operator=a} p95 +2%",
        "sms_latency{operator=a} p95 -2%",
        "station_utilisation{station=a/hlr} +50%",
        "messages_lost count +0%",
        "message_latency{route=hub} p99 +5%",
    ];
    let told = |strict| {
        let report = report(&[&[SLOWER]], &lines, strict);
        let failed: Vec<bool> =
            report.comparisons[0].fail_on.iter().map(|line| line.failed).collect();
        assert!(!report.passed);
        failed
    };
    // No message takes a hub: a gate that can never close is no gate.
    assert_eq!(told(false), [true, false, false, false, true]);
    assert_eq!(told(true), [true, false, false, false, true]);
}

#[test]
fn a_comparison_reads_as_it_did_at_80_and_100_columns() {
    let lines = ["sms_latency{operator=a} p95 +2%", "message_latency mean +5%"];
    let report = report(&[&[SLOWER]], &lines, false);
    for width in [80, 100] {
        let shown = render(&report, Show { width, color: false, all: false });
        let golden =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/compare-{width}.txt"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&golden, &shown).expect("written");
        }
        let expected = std::fs::read_to_string(&golden).unwrap_or_default();
        assert!(shown == expected, "at {width} columns it reads\n{shown}");
        let all = render(&report, Show { width, color: true, all: true });
        let plain = anstream::adapter::strip_str(&all).to_string();
        for line in shown.lines().chain(plain.lines()) {
            assert!(line.chars().count() <= width, "over {width} columns: {line}");
        }
        assert!(plain.lines().count() > report.comparisons[0].figures.len());
    }
}

/// The program in a folder with the small topology and a slower one.
struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            std::fs::write(dir.path().join(name), text).expect("written");
        };
        let short = SMALL.replace("duration: 10m", "duration: 2m");
        write("small.yaml", &short);
        write("slower.yaml", &short.replacen("150ms", "600ms", 1));
        Self { dir }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_interwork"))
            .args(arguments)
            .current_dir(self.dir.path())
            .output()
            .expect("the program starts")
    }

    fn compare(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let output = self.run(&[&["compare"], arguments].concat());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect(name)
    }
}

/// Their routes differ, so what they do alike is told over all routes.
#[test]
fn a_hub_and_a_mesh_compare_by_totals_over_routes() {
    let place = Place::new();
    let file = |name| format!("{}/topologies/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let (hub, mesh) = (file("hub-and-spoke"), file("full-mesh"));
    let sets = ["--set", "run.duration=1m", "--set", "run.warm_up=30s"];
    let fixed = [&hub, &mesh, "--replications", "3", "--fail-on", "message_latency p95 +50%"];
    let (code, out, err) = place.compare(&[&fixed[..], &sets, &["--json", "-"]].concat());
    assert_eq!(code, Some(0), "{err}");
    let report: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let comparison = &report["comparisons"][0];
    let figures = comparison["figures"].as_array().expect("figures");
    let total = figures.iter().find(|row| {
        row["metric"] == "message_latency"
            && row["statistic"] == "mean"
            && row["labels"].as_object().is_some_and(|labels| labels.is_empty())
    });
    let change = total.expect("a total")["ratio"].as_f64().expect("both have it");
    assert!((0.5..2.0).contains(&change), "{change}");
    let would_tell = comparison["would_tell"].as_str().expect("something is open");
    let options = " --replications 12 --set 'run.duration=1m' --set 'run.warm_up=30s' \
                   --fail-on 'message_latency p95 +50%'";
    assert!(would_tell.ends_with(options), "{would_tell}");
}

#[test]
fn folders_compare_as_the_topologies_do() {
    let place = Place::new();
    for (file, out, more) in [
        ("small.yaml", "before", "10"),
        ("slower.yaml", "after", "10"),
        ("small.yaml", "single", "1"),
        ("small.yaml", "few", "4"),
    ] {
        let run = place.run(&["run", file, "--out", out, "--replications", more]);
        assert_eq!(run.status.code(), Some(0));
    }
    let json = |a: &str, b: &str| {
        let (code, out, err) = place.compare(&[a, b, "--json", "-"]);
        assert_eq!(code, Some(0), "{err}");
        serde_json::from_str::<serde_json::Value>(&out).expect("JSON")
    };
    let [topologies, folders, mixed] =
        [json("small.yaml", "slower.yaml"), json("before", "after"), json("before", "slower.yaml")]
            .map(|report| report["comparisons"][0].clone());
    assert!(topologies["counts"]["worse"].as_u64() > Some(0));
    for other in [folders, mixed] {
        assert_eq!(other["figures"], topologies["figures"]);
        assert_eq!(other["method"], "paired");
    }
    for same in ["before", "single"] {
        let report = json(same, same);
        let comparison = &report["comparisons"][0];
        let figures = comparison["figures"].as_array().map(Vec::len);
        assert_eq!(comparison["counts"]["same"].as_u64(), figures.map(|n| n as u64), "{same}");
    }
    let report = json("before", "few");
    let comparison = &report["comparisons"][0];
    assert_eq!(comparison["method"], "independent");
    assert_eq!(comparison["counts"]["worse"], 0);
    let said = comparison["differences"].to_string();
    assert!(said.contains("different numbers of replications: 10 and 4"), "{said}");
    assert_eq!(json("single", "after")["comparisons"][0]["method"], "batch_means");
}

#[test]
fn the_json_document_has_its_fields() {
    let place = Place::new();
    let arguments = ["small.yaml", "slower.yaml", "small.yaml", "--replications", "3"];
    let line = ["--fail-on", "sms_latency{operator=a} mean +900%", "--json", "out.json"];
    let (code, out, err) = place.compare(&[&arguments[..], &line[..]].concat());
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("B against A") && out.contains("C against A"), "{out}");
    let report: serde_json::Value = serde_json::from_str(&place.read("out.json")).expect("JSON");
    assert_eq!(report["schema"], "interwork/compare/1");
    for field in ["level", "margin", "strict", "passed", "baseline", "comparisons"] {
        assert!(!report[field].is_null(), "{field}");
    }
    assert_eq!(report["baseline"]["seeds"].as_array().map(Vec::len), Some(3));
    assert_eq!(report["comparisons"].as_array().map(Vec::len), Some(2));
    let comparison = &report["comparisons"][0];
    for field in [
        "alternative",
        "differences",
        "method",
        "counts",
        "figures",
        "only_in_baseline",
        "only_in_alternative",
        "fail_on",
    ] {
        assert!(!comparison[field].is_null(), "{field}");
    }
    for field in [
        "metric",
        "labels",
        "statistic",
        "unit",
        "baseline",
        "alternative",
        "difference",
        "difference95",
        "ratio",
        "ratio95",
        "p",
        "p_adjusted",
        "verdict",
    ] {
        assert!(comparison["figures"][0].get(field).is_some(), "{field}");
    }
    assert_eq!(comparison["fail_on"][0]["outcome"], "holds");
}

#[test]
fn lines_fail_with_exit_code_99_in_every_form() {
    let place = Place::new();
    let holds = "messages_lost count +0%";
    let fails = "sms_latency{operator=a} mean +5%";
    let (code, ..) = place.compare(&["small.yaml", "slower.yaml", "--fail-on", holds]);
    assert_eq!(code, Some(0));
    let files = ["--junit", "out.xml", "--markdown", "out.md"];
    let lines = ["small.yaml", "slower.yaml", "--fail-on", holds, "--fail-on", fails];
    let (code, out, _) = place.compare(&[&lines[..], &files[..]].concat());
    assert_eq!(code, Some(99));
    assert!(out.contains(&format!("✓ {holds}")) && out.contains(&format!("✗ {fails}")), "{out}");
    let xml = place.read("out.xml");
    let document = roxmltree::Document::parse(&xml).expect("well formed");
    let suite = document.root_element();
    assert_eq!((suite.attribute("tests"), suite.attribute("failures")), (Some("2"), Some("1")));
    assert!(place.read("out.md").contains(&format!("| ❌ | `{fails}` |")));
}

#[test]
fn mistakes_are_told_all_at_once_and_before_anything_runs() {
    let place = Place::new();
    let pair = ["small.yaml", "slower.yaml"];
    let told = |arguments: &[&str], words: &[&str]| {
        let (code, out, err) = place.compare(arguments);
        assert_eq!((code, out.as_str()), (Some(104), ""), "{arguments:?}\n{err}");
        words.iter().for_each(|word| assert!(err.contains(word), "{word} in\n{err}"));
    };
    let with = |more: &[&'static str]| [&pair[..], more].concat();
    told(
        &with(&["--fail-on", "mesage_latency p99 +5%", "--fail-on", "sms_delivered rate 5%"]),
        &["did you mean `message_latency`?", "a change is missing"],
    );
    told(&with(&["--fail-on", "sms_latency{operator=c} p95 +5%"]), &["no operator is called `c`"]);
    told(&with(&["--set", "run.duration=soon"]), &["soon", "small.yaml", "slower.yaml"]);
    told(&with(&["--level", "2"]), &["a share above 0"]);
    told(&with(&["--strict"]), &["--fail-on"]);
    told(&["small.yaml"], &["2"]);
    std::fs::write(place.path("bad.yaml"), "interwork: 2\n").expect("written");
    told(
        &["bad.yaml", "nowhere.yaml", "small.yaml", "--fail-on", "x p99 +5%"],
        &["bad.yaml", "nowhere.yaml", "no metric is called `x`"],
    );
    let run = place.run(&["run", "small.yaml", "--out", "out"]);
    assert_eq!(run.status.code(), Some(0));
    told(&["out", "out", "--set", "run.seed=3"], &["--set", "leave the options out"]);
    told(&["out", "out", "--fail-on", "sms_latency{operator=c} p95 +5%"], &["called `c`"]);
    let (code, ..) = place.compare(&["small.yaml", "nowhere.yaml"]);
    assert_eq!(code, Some(74));
}

/// Two single runs of which one has a link down for half of the time.
#[test]
fn two_runs_that_differ_by_an_outage_say_what_moved_and_what_would_prove_it() {
    let place = Place::new();
    let slo = "slo: [ 'message_latency{route=interworked} p95 < 1s' ]\n";
    let text = place.read("small.yaml").replace("duration: 2m", "duration: 10m") + slo;
    std::fs::write(place.path("up.yaml"), &text).expect("written");
    let down = "timeline: [ { at: 2m, link_down: [a, b], for: 5m } ]\n";
    std::fs::write(place.path("down.yaml"), text + down).expect("written");
    for name in ["up", "down"] {
        let run = place.run(&["run", &format!("{name}.yaml"), "--out", name]);
        assert!(matches!(run.status.code(), Some(0 | 99)), "{run:?}");
    }
    let (code, out, err) = place.compare(&["up", "down"]);
    assert_eq!(code, Some(0), "{err}");
    for words in [
        "timeline: nothing in A, link_down [a, b] at 2m for 5m in B",
        "✓ 606 ms  ✗ 4.57 min",
        "x 45",
        "Headline figures",
        "? message_latency{route=interworked}",
        "interwork compare up/topology.yaml down/topology.yaml --replications 10",
    ] {
        assert!(out.contains(words), "{words} in\n{out}");
    }
    assert!(!out.contains("timeline []") && !out.contains("and nothing"), "{out}");
    let (code, out, err) =
        place.compare(&["up/topology.yaml", "down/topology.yaml", "--replications", "5"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("✗ message_latency{route=interworked}"), "{out}");
}

#[test]
fn of_a_queue_that_grows_on_one_side_only_what_is_worse_is_concluded() {
    let short = "operators.a.smsc.throughput=0.3/s";
    let lines = ["sms_latency{operator=a} mean +5%", "sms_latency{operator=a} mean -5%"];
    let names = run::names(
        &topology::load(&Source::new("small.yaml", SMALL), &[]).expect("a topology").federation,
    );
    let parsed = lines.map(|line| FailOn::parse(line, &names).expect("a line"));
    let (steady, growing) = (side("A", &[], &parsed), side("B", &[short], &parsed));
    let rules = Rules { level: 0.01, margin: 0.05, strict: false };
    let told = |a: &Side, b: &Side| {
        let report = compare(a, std::slice::from_ref(b), &parsed, rules);
        let one = &report.comparisons[0];
        let failed: Vec<bool> = one.fail_on.iter().map(|line| line.failed).collect();
        ([one.counts["worse"] > 0, one.counts["better"] > 0], one.counts["same"], failed)
    };
    let (moved, same, failed) = told(&steady, &growing);
    assert_eq!((moved, failed), ([true, false], vec![true, false]));
    assert!(same < 200, "what is equal is the same, nothing else is: {same}");
    let (moved, _, failed) = told(&growing, &steady);
    assert_eq!((moved, failed), ([false, true], vec![false, false]));
    // Both grow: nothing follows, whatever the figures say.
    let worse = side("B", &["operators.a.smsc.throughput=0.2/s"], &parsed);
    let (moved, _, failed) = told(&growing, &worse);
    assert_eq!((moved, failed), ([false, false], vec![false, false]));
}
