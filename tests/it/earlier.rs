//! Figures of an earlier run: any figure is found in its folder as it was in the run, replication by
//! replication; a folder without its sums is read as far as its rows go.

use std::path::Path;

use crate::common::program::Bench;
use interwork::domain::time::Duration;
use interwork::measure::results::Slo;
use interwork::measure::selector::Selector;
use interwork::measure::slo;
use interwork::report::document::stored::Stored;
use interwork::report::document::sums::Sums;
use interwork::report::folder::read;
use interwork::study::stored::{Earlier, names};

/// Figures that no row of the summary has, and rows.
const FIGURES: [&str; 12] = [
    "message_latency p95",
    "message_latency{route=on-net} p50",
    "message_latency mean",
    "message_latency stddev",
    "message_latency max",
    "message_latency min",
    "messages_offered rate",
    "messages_offered count",
    "messages_delivered share",
    "messages_refused share",
    "utilisation max",
    "presence_latency{scope=on-net} mean",
];

fn open(dir: &Path) -> Stored {
    read::open(dir).expect("a result folder")
}

fn restored(stored: &Stored) -> Earlier<'_> {
    Earlier::of(stored).expect("readable figures")
}

fn selector(stored: &Stored, text: &str) -> Selector {
    Selector::parse(text, &names(&stored.summary)).expect(text)
}

#[track_caller]
fn near(what: &str, a: Option<f64>, b: Option<f64>) {
    let (Some(a), Some(b)) = (a, b) else { panic!("{what}: {a:?} and {b:?}") };
    assert!((a - b).abs() <= 1e-9 * b.abs(), "{what}: {a} instead of {b}");
}

/// Every row of the summary is what its selector finds.
#[track_caller]
fn every_row_is_found(stored: &Stored, earlier: &Earlier<'_>) {
    let runs = stored.manifest.replication_seeds.len().max(1) as f64;
    let mut rows = 0;
    for metric in &stored.summary.metrics {
        let labels = metric.labels.iter().map(|(label, value)| format!("{label}={value}"));
        let labels = labels.collect::<Vec<_>>().join(",");
        for (statistic, value) in metric.figures() {
            let text = format!("{}{{{labels}}} {statistic}", metric.name);
            let value = if statistic == "count" { value / runs } else { value };
            near(&text, earlier.figure(&selector(stored, &text)), Some(value));
            rows += 1;
        }
    }
    assert!(rows > 100, "{rows} rows were compared");
}

#[test]
fn a_folder_keeps_its_sums_and_without_them_its_rows_are_asked() {
    let bench = Bench::new("");
    bench.ends(0, "out", &["--replications", "3", "--set", "run.duration=5m"]);
    let dir = bench.path("out");
    let stored = open(&dir);
    let exact = restored(&stored);
    assert!(exact.is_exact(), "the sums of its own run fit");
    let all: Vec<_> = FIGURES.iter().map(|text| exact.figure(&selector(&stored, text))).collect();
    for (text, figure) in FIGURES.iter().zip(&all) {
        assert!(figure.is_some(), "{text}");
        let each = exact.each(&selector(&stored, text));
        assert!(each.len() == 3 && each.iter().all(Option::is_some), "{text}: {each:?}");
    }
    every_row_is_found(&stored, &exact);

    // Sums of another topology, of another version, damaged, or none.
    let path = dir.join(Sums::NAME);
    let good = std::fs::read_to_string(&path).expect("sums");
    let digest = stored.manifest.digest.as_str();
    for bad in [
        good.replace(digest, "0123456789abcdef"),
        good.replace("interwork/sums/1", "interwork/sums/9"),
        good.replace("on-net,", "on-nets,"),
        good.replace("counter messages_offered 0", "counter messages_offered x"),
        good[..good.len() / 2].to_owned(),
    ] {
        assert_ne!(bad, good);
        std::fs::write(&path, bad).expect("written");
        assert!(!restored(&stored).is_exact());
    }
    std::fs::remove_file(&path).expect("removed");
    let rows = restored(&stored);
    assert!(!rows.is_exact());
    for (text, figure) in FIGURES.iter().zip(all) {
        near(text, rows.figure(&selector(&stored, text)), figure);
    }
    every_row_is_found(&stored, &rows);
    let each = |text: &str| rows.each(&selector(&stored, text));
    assert!(each("message_latency{route=on-net} p50").iter().all(Option::is_some));
    assert_eq!(each("message_latency p95"), [None; 3], "no row tells it");
}

#[test]
fn a_folder_of_an_earlier_version_answers_by_its_rows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let stored = open(&root.join("tests/results/before-sums"));
    let earlier = restored(&stored);
    assert!(!earlier.is_exact(), "it was written before there were sums");
    let measured = Duration::from_secs(10);
    for Slo { line, observed, .. } in &stored.summary.slo {
        let parsed = slo::parse(line, &names(&stored.summary), measured).expect("its own line");
        near(line, earlier.figure(parsed.selector()), *observed);
    }
    every_row_is_found(&stored, &earlier);
    // Of all routes together, which no row tells; of one replication only rows are known.
    let all = selector(&stored, "message_latency p95");
    let p95 = earlier.figure(&all).expect("in the histograms");
    let slowest = selector(&stored, "message_latency max");
    assert!(Some(p95) < earlier.figure(&slowest) && p95 > 0.1, "{p95}");
    assert_eq!(earlier.each(&all), [None; 2]);
    let each = earlier.each(&selector(&stored, "message_latency{route=on-net} p50"));
    assert!(each.len() == 2 && each.iter().all(Option::is_some), "{each:?}");
}

#[test]
fn histograms_that_cannot_be_read_are_named_and_no_figure_is_made_up() {
    let dir = tempfile::tempdir().expect("a folder");
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/results/before-sums");
    for file in std::fs::read_dir(kept).expect("a folder").flatten() {
        std::fs::copy(file.path(), dir.path().join(file.file_name())).expect("copied");
    }
    let stored = open(dir.path());
    let path = dir.path().join("histograms.hlog");
    let good = std::fs::read_to_string(&path).expect("a log");
    for (bad, why) in [
        (String::new(), "does not begin as a log"),
        (good.replace("HISTFAAAA", "HISTFAAA?"), "the histogram message_latency;route="),
        (good.replace("Tag=message", "message"), "cannot be read from byte"),
        (good[..good.len() - 9].to_owned(), "cannot be read from byte"),
    ] {
        std::fs::write(&path, bad).expect("written");
        let told = Earlier::of(&stored).expect_err(why).to_string();
        assert!(told.contains("histograms.hlog is damaged") && told.contains(why), "{told}");
    }
    std::fs::remove_file(&path).expect("removed");
    let told = Earlier::of(&stored).expect_err("missing").to_string();
    assert!(told.contains("histograms.hlog could not be read"), "{told}");

    // Without its topology a folder has its rows alone, and needs no histograms.
    std::fs::remove_file(dir.path().join("topology.yaml")).expect("removed");
    let rows = restored(&stored);
    assert!(rows.figure(&selector(&stored, "message_latency{route=on-net} p50")).is_some());
    assert_eq!(rows.figure(&selector(&stored, "message_latency p95")), None);
}
