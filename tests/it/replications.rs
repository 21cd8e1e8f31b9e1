//! Replications: the same figures on any number of threads, each the run that its seed gives, added
//! up to what all of them saw.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Mutex;

use crate::common::program::{Bench, TOPOLOGY, labels, metric, same, text};
use interwork::measure::counts::Counts;
use interwork::report::document::hlog;
use interwork::run::{Ending, Options};
use interwork::study::replicate::{self, Case, Parallel, Replicated};
use interwork::topology::{self, Source};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

#[test]
fn replications_give_the_same_bytes_on_any_number_of_threads() {
    let bench = Bench::new("slo: [ messages_lost count == 0 ]\n");
    let [one, two, eight] = ["1", "2", "8"].map(|threads| {
        let more = ["--replications", "5", "--messages", "20", "--threads", threads];
        bench.ends(0, threads, &more);
        bench.files(threads)
    });
    assert!(one.iter().any(|(name, _)| name == "replications.csv"));
    same(&one, &two);
    same(&one, &eight);
}

/// Figures of `replications.csv`: replication, metric with its labels, statistic.
type Figures = BTreeMap<(u64, String, String), f64>;

fn replications(bench: &Bench, out: &str) -> Figures {
    let rows = bench.rows(&format!("{out}/replications.csv"));
    let figure = |row: &BTreeMap<String, String>| {
        let mut labels: Vec<&str> = row["labels"].split(';').collect();
        labels.sort_unstable();
        let metric = format!("{} {}", row["metric"], labels.join(";"));
        let key = (row["replication"].parse().expect("a number"), metric, row["statistic"].clone());
        (key, row["value"].parse().expect("a figure"))
    };
    rows.iter().map(figure).collect()
}

#[test]
fn every_replication_is_the_run_of_its_seed_and_the_first_has_the_seed_of_the_file() {
    let bench = Bench::new("");
    bench.ends(0, "all", &["--replications", "3"]);
    let figures = replications(&bench, "all");
    let manifest = bench.json("all/manifest.json");
    let seeds = manifest["replication_seeds"].as_array().expect("seeds");
    assert_eq!((seeds.len(), &seeds[0]), (3, &Value::from(42)));
    for (seed, n) in seeds.iter().zip(0..) {
        let set = format!("run.seed={seed}");
        bench.ends(0, &seed.to_string(), &["--set", &set]);
        let summary = bench.json(&format!("{seed}/summary.json"));
        let mut compared = 0;
        for metric in summary["metrics"].as_array().expect("metrics") {
            let name = format!("{} {}", metric["name"].as_str().expect("a name"), labels(metric));
            for statistic in ["count", "rate", "mean", "stddev", "p50", "p95", "max"] {
                let key = (n, name.clone(), statistic.to_owned());
                let Some(alone) = metric[statistic].as_f64() else { continue };
                let Some(figure) = figures.get(&key) else {
                    assert_eq!(metric["count"], 0, "{key:?} is missing");
                    continue;
                };
                assert_eq!(*figure, alone, "{key:?}");
                compared += 1;
            }
        }
        assert!(compared > 200, "{compared}");
    }
}

#[test]
fn pooled_counts_are_sums_and_pooled_percentiles_those_of_the_merged_histograms() {
    let bench = Bench::new("");
    bench.ends(0, "all", &["--replications", "4"]);
    let (summary, figures) = (bench.json("all/summary.json"), replications(&bench, "all"));
    let of = |name: &str, statistic: &str| -> Vec<f64> {
        let key = |n| (n, name.to_owned(), statistic.to_owned());
        (0..4).filter_map(|n| figures.get(&key(n)).copied()).collect()
    };
    for metric in summary["metrics"].as_array().expect("metrics") {
        let name = format!("{} {}", metric["name"].as_str().expect("a name"), labels(metric));
        if let Some(count) = metric["count"].as_f64() {
            assert_eq!(count, of(&name, "count").iter().sum::<f64>(), "{name}");
        }
        if let Some(rate) = metric["rate"].as_f64() {
            let mean = of(&name, "rate").iter().sum::<f64>() / 4.0;
            assert!((rate - mean).abs() <= 1e-9 * mean, "{name}: {rate} instead of {mean}");
        }
        if let Some(max) = metric["max"].as_f64() {
            assert_eq!(max, of(&name, "max").into_iter().fold(0.0, f64::max), "{name}");
        }
    }
    let mut merged: BTreeMap<String, Counts> = BTreeMap::new();
    for seed in bench.json("all/manifest.json")["replication_seeds"].as_array().expect("seeds") {
        let out = seed.to_string();
        bench.ends(0, &out, &["--set", &format!("run.seed={seed}")]);
        let log = std::fs::read(bench.path(&out).join("histograms.hlog")).expect("a log");
        for tagged in hlog::read(&log).expect("a log") {
            merged.entry(tagged.tag).or_default().merge(&tagged.counts);
        }
    }
    let mut compared = 0;
    for (tag, counts) in &merged {
        let (name, pairs) = tag.split_once(';').expect("labels");
        let pairs: Vec<(&str, &str)> = pairs.split(';').filter_map(|p| p.split_once('=')).collect();
        let pooled = metric(&summary, name, &pairs);
        assert_eq!(pooled["count"], counts.total(), "{tag}");
        for (percentile, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
            let least = pooled["at_least"]
                .as_array()
                .is_some_and(|all| all.iter().any(|figure| figure == percentile));
            let whole = !least && name != "presence_fan_out";
            let Some(figure) = pooled[percentile].as_f64().filter(|_| whole) else {
                continue;
            };
            let expected = counts.quantile(share) as f64 / 1e6;
            let highest = pooled["max"].as_f64().expect("a maximum");
            let lowest = pooled["min"].as_f64().expect("a minimum");
            assert_eq!(figure, expected.clamp(lowest, highest), "{tag} {percentile}");
            compared += 1;
        }
    }
    assert!(compared > 20, "{compared}");
}

#[test]
fn a_resolved_topology_repeats_the_replications() {
    let bench = Bench::new("");
    bench.ends(0, "first", &["--replications", "3"]);
    let again = ["run", "first/topology.yaml", "--out", "second"];
    assert!(bench.program(&again).status.success());
    let but = |out| {
        let mut files = bench.files(out);
        // Both say where each value comes from.
        files.retain(|(name, _)| name != "topology.yaml" && name != "report.html");
        files
    };
    same(&but("first"), &but("second"));
}

/// Runs so many replications, and stops when so large a share of all is done.
fn study(replications: u32, slo: &str, options: Options, stop_at: f64) -> Replicated {
    let text = format!("{TOPOLOGY}slo: [ {slo} ]\n");
    let source = Source::new("test.yaml", text);
    let mut federation = topology::load(&source, &[]).expect("a topology").federation;
    federation.run.replications = replications;
    let (names, measured) = (interwork::run::names(&federation), federation.run.duration);
    let lines = federation.slo.iter();
    let slo = lines.map(|l| interwork::measure::slo::parse(l, &names, measured).expect("a line"));
    let case = Case { slo: slo.collect(), federation };
    let stop = CancellationToken::new();
    let told = Mutex::new(0.0);
    let tell = |share: f64, _| {
        *told.lock().expect("no panic") = share;
        if share >= stop_at {
            stop.cancel();
        }
    };
    let parallel = Parallel { threads: NonZeroUsize::new(options.threads).expect("some") };
    replicate::all(&case, options, parallel, &stop, &tell).expect("a sound run")
}

fn threads(threads: usize) -> Options {
    Options { threads, ..Options::default() }
}

#[test]
fn every_interval_holds_the_figure_that_it_is_of() {
    for replications in [1, 8] {
        let study = study(replications, "", threads(2), f64::INFINITY);
        let mut intervals = 0;
        for metric in &study.results.metrics {
            for (name, [low, high]) in &metric.interval95 {
                let figures = metric.figures();
                let value = figures.iter().find(|(figure, _)| figure == name).expect("a figure").1;
                let rounding = 1e-9 * value.abs();
                let told = format!("{} {:?} {name}: {value}", metric.name, metric.labels);
                assert!(low - rounding <= value && value <= high + rounding, "{told} {low} {high}");
                intervals += 1;
            }
        }
        assert!(intervals > 50, "{intervals} of {replications}");
    }
}

#[test]
fn an_interrupted_study_keeps_the_whole_replications_and_nothing_half_done() {
    let all = study(10, "", threads(2), f64::INFINITY);
    let part = study(10, "", threads(2), 0.55);
    assert_eq!((all.ended, part.ended), (Ending::Finished, Ending::Interrupted));
    let kept = part.each.len();
    assert!((2..10).contains(&kept), "{kept}");
    for one in &part.each {
        let whole = all.each.iter().find(|other| other.seed == one.seed).expect("one of them");
        assert_eq!(one.metrics, whole.metrics, "{}", one.seed);
    }
    assert_eq!(part.measured.runs() as usize, kept);
    assert_eq!(part.model_time_s, 70.0 * kept as f64, "each counts from start to end");
    assert!(part.results.metrics.iter().any(|metric| !metric.interval95.is_empty()));
}

#[test]
fn if_none_is_whole_the_first_counts_as_far_as_it_came() {
    let part = study(10, "", threads(1), 0.05);
    assert_eq!((part.ended, part.each.len()), (Ending::Interrupted, 1));
    assert_eq!(part.each[0].seed, 42);
    assert!(part.model_time_s > 30.0 && part.model_time_s < 70.0, "{}", part.model_time_s);
}

#[test]
fn a_study_ends_with_the_first_replication_that_an_slo_line_ended() {
    // 1,296 in one of twelve: then their mean is 108 whatever the others count.
    let line = "messages_delivered count < 108";
    let options = |threads| Options { threads, stop_on_slo: true, ..Options::default() };
    let studies = [1, 2, 8].map(|threads| study(12, line, options(threads), f64::INFINITY));
    let told = |study: &Replicated| {
        let seeds: Vec<u64> = study.each.iter().map(|one| one.seed).collect();
        (seeds, study.model_time_s, format!("{:?}", study.results.metrics))
    };
    assert_eq!(told(&studies[0]), told(&studies[1]));
    assert_eq!(told(&studies[0]), told(&studies[2]));
    let study = &studies[0];
    assert_eq!(study.ended, Ending::StoppedBySlo);
    assert!(study.each.len() < 12, "{} replications", study.each.len());
    let intervals = study.results.metrics.iter().map(|metric| metric.interval95.len());
    assert_eq!(intervals.sum::<usize>(), 0, "a run that ended for what it showed is no sample");
}

/// A signal stops a study that would last for hours.
#[cfg(unix)]
#[test]
fn a_signal_leaves_a_folder_with_what_was_done_so_far() {
    use rustix::process::{Pid, Signal, kill_process};

    let bench = Bench::new("");
    let arguments =
        ["run", "small.yaml", "--out", "out", "--replications", "50", "--set", "run.duration=100h"];
    let mut command = bench.command(&arguments);
    let mut run = command.stdout(std::process::Stdio::piped()).spawn().expect("it starts");
    // The folder is made once signals are listened to.
    while !bench.path("out").exists() {
        assert!(run.try_wait().expect("its state").is_none(), "it runs until it is stopped");
        std::thread::yield_now();
    }
    kill_process(Pid::from_child(&run), Signal::INT).expect("asked");
    assert_eq!(run.wait().expect("it ends").code(), Some(105));
    assert_eq!(bench.json("out/manifest.json")["stop_reason"], "interrupted");
    let report = bench.program(&["report", "out"]);
    assert!(text(&report.stdout).contains("(interrupted)"), "{}", text(&report.stdout));
}
