//! Replications until a figure is known, and warm-ups that the program finds by itself.

use crate::common::program::{Bench, same};
use serde_json::Value;

#[test]
fn a_precision_that_is_reached_is_said_and_the_same_on_any_number_of_threads() {
    let bench = Bench::new("");
    let more = ["--precision", "8%", "--figure", "message_latency{route=on-net} mean"];
    let folders = ["1", "2", "8"].map(|threads| {
        let printed = bench.ends(0, threads, &[&more[..], &["--threads", threads]].concat());
        assert!(printed.contains("every figure is known to 8.0 %"), "{printed}");
        assert!(printed.contains("message_latency{route=on-net} mean: within "), "{printed}");
        let manifest = bench.json(&format!("{threads}/manifest.json"));
        let precision = &manifest["precision"];
        assert_eq!((&precision["reached"], &precision["target"]), (&true.into(), &0.08.into()));
        let width = precision["figures"][0][1].as_f64().expect("a half-width");
        assert!(width > 0.0 && width <= 0.08, "{width}");
        let seeds = manifest["replication_seeds"].as_array().expect("seeds").len();
        assert!((3..50).contains(&seeds), "{seeds}");
        bench.files(threads)
    });
    same(&folders[0], &folders[1]);
    same(&folders[0], &folders[2]);
}

#[test]
fn a_precision_that_is_not_reached_is_said_with_the_replications_there_were() {
    let bench = Bench::new("");
    let more = ["--precision", "0.1%", "--max-replications", "4"];
    let printed = bench.ends(0, "out", &more);
    assert!(
        printed.contains("not every figure is known to 0.1 % after 4 replications"),
        "{printed}"
    );
    let manifest = bench.json("out/manifest.json");
    assert_eq!(manifest["precision"]["reached"], false);
    assert_eq!(manifest["replication_seeds"].as_array().map(Vec::len), Some(4));
    assert_eq!(manifest["precision"]["figures"][0][0], "message_latency mean");
}

#[test]
fn the_figures_of_slo_lines_are_those_to_be_known() {
    let bench = Bench::new("slo: [ 'message_latency{route=on-net} p50 < 5s' ]\n");
    bench.ends(0, "out", &["--precision", "20%"]);
    let figures = &bench.json("out/manifest.json")["precision"]["figures"];
    assert_eq!(figures[0][0], "message_latency{route=on-net} p50");
}

#[test]
fn a_misspelt_figure_is_refused_with_the_nearest_word_before_anything_runs() {
    let bench = Bench::new("");
    for (figure, near) in [
        ("mesage_latency mean", "`message_latency`"),
        ("message_latency p96", "`p9"),
        ("message_latency{route=hubb} mean", "`hub`"),
        ("utilisation{station=a/smsc[1]} mean", "`a/smsc[0]`"),
    ] {
        let printed = bench.ends(104, "out", &["--precision", "5%", "--figure", figure]);
        assert!(printed.contains("did you mean") && printed.contains(near), "{printed}");
    }
    assert!(!bench.path("out").exists(), "nothing was run");
    let printed = bench.ends(104, "out", &["--figure", "message_latency mean"]);
    assert!(printed.contains("--precision"), "{printed}");
    for share in ["0%", "100%", "much"] {
        bench.ends(104, "out", &["--precision", share]);
    }
}

#[test]
fn a_warm_up_that_was_found_is_said_and_gives_the_run_with_that_warm_up() {
    // An SMSC with hardly more than its work, so that a queue builds up at first.
    let bench = Bench::new("");
    let crowded = ["--set", "operators.a.smsc.throughput=6/s", "--set", "run.duration=100s"];
    let auto = [&crowded[..], &["--set", "run.warm_up=auto"]].concat();
    let printed = bench.ends(0, "auto", &auto);
    let warm_up = bench.json("auto/manifest.json")["warm_up"].clone();
    assert_eq!(warm_up["method"], "MSER-5");
    assert!(printed.contains("found by a pilot run (MSER-5)"), "{printed}");
    let cut = warm_up["cut_s"].as_f64().expect("seconds");
    assert!((0.0..=50.0).contains(&cut), "{cut}");
    let set = format!("run.warm_up={}ms", cut * 1e3);
    bench.ends(0, "fixed", &[&crowded[..], &["--set", &set]].concat());
    assert_eq!(bench.json("fixed/manifest.json")["warm_up"], Value::Null);
    let but = |out| {
        let mut files = bench.files(out);
        // Both say where each value comes from.
        files.retain(|(name, _)| name != "topology.yaml" && name != "report.html");
        files
    };
    same(&but("auto"), &but("fixed"));
    let again = bench.program(&["run", "auto/topology.yaml", "--out", "again"]);
    assert!(again.status.success());
    same(&but("auto"), &but("again"));
}

#[test]
fn what_never_settles_is_said_and_half_is_cut() {
    let bench = Bench::new("");
    // Legacy customers get several messages a second.
    let more = [
        "--set",
        "operators.a.smsc.throughput=1/s",
        "--set",
        "operators.a.smsc.queue_limit=100000",
        "--set",
        "workload.contacts.sms_only=60%",
        "--set",
        "run.duration=4m",
        "--set",
        "run.warm_up=auto",
    ];
    let printed = bench.ends(0, "out", &more);
    assert!(printed.contains("it had not settled by half of the measured time"), "{printed}");
    let warm_up = bench.json("out/manifest.json")["warm_up"].clone();
    assert_eq!((&warm_up["settled"], &warm_up["cut_s"]), (&false.into(), &120.0.into()));
}

#[test]
fn short_runs_find_their_warm_up_too_and_idle_ones_have_settled() {
    let bench = Bench::new("");
    for duration in ["1ms", "150ms", "1s", "7s"] {
        let set = format!("run.duration={duration}");
        bench.ends(0, duration, &["--set", &set, "--set", "run.warm_up=auto"]);
    }
    let idle = ["--set", "workload.messages.total=0/s", "--set", "workload.presence.changes=0/h"];
    let never = ["--set", "workload.growth.add_contact=0/h", "--set", "run.warm_up=auto"];
    let always =
        ["--set", "workload.sessions.online=100%", "--set", "workload.sessions.length=unlimited"];
    bench.ends(0, "idle", &[&idle[..], &never, &always].concat());
    let warm_up = bench.json("idle/manifest.json")["warm_up"].clone();
    assert_eq!((&warm_up["settled"], &warm_up["cut_s"]), (&true.into(), &0.0.into()));
}
