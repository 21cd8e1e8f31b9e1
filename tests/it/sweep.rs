//! Studies as a whole: the same bytes however their tasks were divided, stopped and taken up again,
//! and what is told of broken ones.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn interwork(arguments: &[&str], dir: &Path) -> Output {
    // Whatever runs these tests may itself be a job of an array.
    Command::new(env!("CARGO_BIN_EXE_interwork"))
        .args(arguments)
        .current_dir(dir)
        .env_remove("SLURM_ARRAY_TASK_ID")
        .env_remove("JOB_COMPLETION_INDEX")
        .env_remove("HQ_TASK_ID")
        .output()
        .expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const TINY: &str = "interwork: 1
name: tiny
operators:
  a: { kind: imsp, domain: a.example, numbers: [\"+4670\"], subscribers: { im: 20, sms_only: 5 } }
  b: { kind: imsp, domain: b.example, numbers: [\"+4671\"], subscribers: { im: 20 } }
agreements: [ { between: [a, b], protocol: ssp } ]
workload: { messages: { per_user: 60/h } }
run: { seed: 7, warm_up: 1s, duration: 3s }
slo: [ \"messages_lost count == 0\", \"message_latency p50 < 10s after 1s\" ]
";

/// 200 points.
const GRID: &str = "study: 1
name: many
topologies: [ { file: tiny.yaml, shape: pair } ]
parameters:
  workload.load: { from: 0.5, to: 5.25, steps: 20 }
  operators.a.smsc.throughput: { from: 10/s, to: 55/s, steps: 10 }
metrics: [ message_latency, messages_offered, \"station_utilisation{station=a/smsc[0]}\" ]
";

struct Bench {
    dir: tempfile::TempDir,
}

impl Bench {
    fn new(study: &str) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join("tiny.yaml"), TINY).expect("written");
        std::fs::write(dir.path().join("study.yaml"), study).expect("written");
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn sweep(&self, out: &str, more: &[&str]) -> Output {
        let arguments = [&["sweep", "study.yaml", "--out", out], more].concat();
        interwork(&arguments, self.dir.path())
    }

    /// The same, and done.
    #[track_caller]
    fn swept(&self, out: &str, more: &[&str]) {
        let output = self.sweep(out, more);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    }

    #[track_caller]
    fn merged(&self, parts: &[&str], out: &str) {
        let arguments = [&["merge"], parts, &["--out", out]].concat();
        let output = interwork(&arguments, self.dir.path());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    }

    /// Every file with its content, but for the one that knows the clock.
    fn files(&self, out: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        fn walk(root: &Path, dir: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
            for entry in std::fs::read_dir(dir).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    walk(root, &path, files);
                } else {
                    let name = path.strip_prefix(root).expect("below").to_owned();
                    files.insert(name, std::fs::read(&path).expect("a file"));
                }
            }
        }
        let mut files = BTreeMap::new();
        walk(&self.path(out), &self.path(out), &mut files);
        assert!(files.remove(Path::new("manifest.json")).is_some(), "{out} is a result");
        files
    }

    #[track_caller]
    fn same(&self, one: &str, other: &str) {
        let (one, other) = (self.files(one), self.files(other));
        let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&one), names(&other));
        let differs: Vec<&PathBuf> = one
            .iter()
            .filter(|(name, content)| other[*name] != **content)
            .map(|(n, _)| n)
            .collect();
        assert!(differs.is_empty(), "{differs:?}");
    }

    fn rows(&self, file: &str) -> Vec<BTreeMap<String, String>> {
        let mut reader = csv::Reader::from_path(self.path(file)).expect("a table");
        reader.deserialize().map(|row| row.expect("a row")).collect()
    }
}

/// The program ends, and what is shared with others is taken up: shards, merged and interrupted runs
/// give the same bytes.
#[test]
fn shards_merged_and_a_study_taken_up_again_are_the_study_itself() {
    let bench = Bench::new(GRID);
    bench.swept("whole", &[]);
    assert_eq!(bench.files("whole").len(), 200 + 5 + 2 + bench.pictures("whole"));
    bench.swept("one", &["--shard", "1/2", "--jobs", "1"]);
    let two = bench.sweep("two", &["--shard", "2/2"]);
    assert!(text(&two.stdout).contains("100 of 200 tasks"), "{}", text(&two.stdout));
    assert!(!bench.path("two/results.csv").exists(), "a part has tasks only");
    let early = interwork(&["merge", "one", "--out", "early"], bench.dir.path());
    assert_eq!(early.status.code(), Some(104));
    assert!(text(&early.stderr).contains("100 of 200 tasks are missing: 1, 3, 5"));
    bench.merged(&["one", "two"], "merged");
    bench.same("whole", "merged");

    // As a machine that went away in the middle leaves it.
    std::fs::remove_file(bench.path("one/study/study.yaml")).expect("removed");
    for number in (0..200).step_by(7) {
        std::fs::remove_file(bench.path(&format!("merged/tasks/{number:06}.json")))
            .expect("removed");
    }
    let cut = bench.path("merged/tasks/000001.json");
    let half = std::fs::read(&cut).expect("a task");
    std::fs::write(&cut, &half[..half.len() / 2]).expect("written");
    std::fs::remove_file(bench.path("merged/manifest.json")).expect("removed");
    let again = bench.sweep("merged", &[]);
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
    assert!(text(&again.stderr).contains("000001.json is done again"), "{}", text(&again.stderr));
    bench.same("whole", "merged");

    // Points of the grid, and one figure of each.
    let points = bench.rows("whole/points.csv");
    assert_eq!(points.len(), 200);
    assert_eq!(points[11]["workload.load"], "0.75");
    assert_eq!(points[11]["operators.a.smsc.throughput"], "15/s");
    let slo = bench.rows("whole/slo.csv");
    assert_eq!((slo.len(), slo[0]["passed"].as_str()), (400, "true"));
    let results = bench.rows("whole/results.csv");
    assert!(results.iter().all(|row| row["shape"] == "pair" && row["from"].is_empty()));
    // The SMSC bears on no message that does not go by SMS: the people do the same at every point
    // with the same load.
    let offered = |point: &str| -> Vec<&str> {
        let of = results.iter().filter(|row| {
            row["point"] == point
                && row["metric"] == "messages_offered"
                && row["statistic"] == "count"
        });
        of.map(|row| row["value"].as_str()).collect()
    };
    assert!(!offered("150").is_empty());
    assert_eq!(offered("150"), offered("151"));
    assert_ne!(offered("0"), offered("190"));
}

impl Bench {
    fn pictures(&self, out: &str) -> usize {
        std::fs::read_dir(self.path(out).join("plots")).map_or(0, Iterator::count)
    }
}

#[cfg(unix)]
#[test]
fn a_study_that_is_killed_goes_on_where_it_was() {
    use rustix::process::{Pid, Signal, kill_process};

    use std::os::unix::process::ExitStatusExt;
    let bench = Bench::new(GRID);
    let mut run = Command::new(env!("CARGO_BIN_EXE_interwork"))
        .args(["sweep", "study.yaml", "--out", "out", "--jobs", "1"])
        .current_dir(bench.dir.path())
        .spawn()
        .expect("the program starts");
    while !bench.path("out/tasks/000004.json").exists() {
        assert!(run.try_wait().expect("its state").is_none(), "it runs until it is killed");
        std::thread::yield_now();
    }
    run.kill().expect("killed");
    assert_eq!(run.wait().expect("it ends").signal(), Some(9));
    let kept = std::fs::metadata(bench.path("out/tasks/000000.json")).expect("a task");
    // Interrupted politely, it says so and keeps what is done.
    let mut run = Command::new(env!("CARGO_BIN_EXE_interwork"))
        .args(["sweep", "study.yaml", "--out", "out", "--jobs", "1"])
        .current_dir(bench.dir.path())
        .spawn()
        .expect("the program starts");
    while !bench.path("out/tasks/000012.json").exists() {
        assert!(run.try_wait().expect("its state").is_none(), "it runs until it is stopped");
        std::thread::yield_now();
    }
    kill_process(Pid::from_child(&run), Signal::INT).expect("asked");
    assert_eq!(run.wait().expect("it ends").code(), Some(105));
    assert!(!bench.path("out/manifest.json").exists());
    bench.swept("out", &[]);
    let still = std::fs::metadata(bench.path("out/tasks/000000.json")).expect("a task");
    assert_eq!(kept.modified().ok(), still.modified().ok(), "a task is done once");
    let parts = bench.files("out").keys().any(|name| name.to_string_lossy().contains(".part"));
    if parts {
        // What the killed process was writing stays beside; nobody reads it.
        for entry in std::fs::read_dir(bench.path("out/tasks")).expect("tasks").flatten() {
            if entry.path().extension().is_some_and(|extension| extension == "part") {
                std::fs::remove_file(entry.path()).expect("removed");
            }
        }
    }
    bench.swept("whole", &[]);
    bench.same("whole", "out");
}

const FEW: &str = "study: 1
name: few
topologies: [ tiny.yaml ]
parameters: { workload.load: [1, 4] }
replications: 2
metrics: [ messages_offered, message_latency ]
";

#[test]
fn one_task_at_a_time_by_number_or_by_the_variable_of_an_array() {
    let bench = Bench::new(FEW);
    let told = interwork(&["sweep", "study.yaml", "--tasks"], bench.dir.path());
    assert_eq!(text(&told.stdout), "4\n");
    bench.swept("whole", &[]);
    let auto = |variables: &[(&str, &str)]| {
        Command::new(env!("CARGO_BIN_EXE_interwork"))
            .args(["sweep", "study.yaml", "--out", "parts", "--index", "auto"])
            .current_dir(bench.dir.path())
            .env_remove("SLURM_ARRAY_TASK_ID")
            .env_remove("JOB_COMPLETION_INDEX")
            .env_remove("HQ_TASK_ID")
            .envs(variables.iter().copied())
            .output()
            .expect("the program starts")
    };
    let refused = |variables: &[(&str, &str)], why: &str| {
        let output = auto(variables);
        assert_eq!(output.status.code(), Some(104));
        assert!(text(&output.stderr).contains(why), "{}", text(&output.stderr));
    };
    refused(&[], "none of SLURM_ARRAY_TASK_ID");
    refused(&[("HQ_TASK_ID", "1"), ("SLURM_ARRAY_TASK_ID", "1")], "both set");
    refused(&[("HQ_TASK_ID", "one")], "no number of a task");
    refused(&[("HQ_TASK_ID", "4")], "numbered 0 to 3");
    assert_eq!(auto(&[("SLURM_ARRAY_TASK_ID", "0")]).status.code(), Some(0));
    assert_eq!(auto(&[("HQ_TASK_ID", "1")]).status.code(), Some(0));
    let third = auto(&[("JOB_COMPLETION_INDEX", "2")]);
    assert!(text(&third.stdout).contains("missing: 3"), "{}", text(&third.stdout));
    bench.swept("parts", &["--index", "3"]);
    bench.merged(&["parts"], "parts");
    bench.same("whole", "parts");
}

#[test]
fn series_and_messages_of_tasks_are_those_of_their_runs() {
    let often = "workload.messages.per_user";
    let bench = Bench::new(&format!("{FEW}set: {{ {often}: 3600/h }}\n"));
    bench.swept("study", &[]);
    let plain = bench.files("study");
    // Done without them, the runs are made again, and give the same.
    bench.swept("study", &["--series", "--messages", "5"]);
    let kept = bench.files("study");
    for (name, content) in &plain {
        assert_eq!(kept.get(name), Some(content), "{}", name.display());
    }
    let often = format!("{often}=3600/h");
    let run = ["run", "tiny.yaml", "--set", "workload.load=4", "--set", &often];
    let run = [&run[..], &["--messages", "5", "--out", "run"]].concat();
    let code = interwork(&run, bench.dir.path()).status.code();
    assert!(matches!(code, Some(0 | 99)), "{code:?}");
    let read = |name: &str| std::fs::read_to_string(bench.path(name)).expect(name);
    assert_eq!(read("study/tasks/000002.series.csv"), read("run/series.csv"));
    assert_eq!(read("study/tasks/000002.messages.csv"), read("run/messages.csv"));
    assert!(read("study/tasks/000002.messages.csv").lines().count() > 3);
    // They go along with a merge.
    bench.merged(&["study"], "all");
    assert_eq!(read("all/tasks/000003.series.csv"), read("study/tasks/000003.series.csv"));
}

#[test]
fn pooled_figures_are_those_of_run_with_as_many_replications() {
    // A licence that leaves much under way at the end.
    let short = "operators.a.smsc.throughput";
    let bench = Bench::new(&format!("{FEW}set: {{ {short}: 0.2/s }}\n"));
    bench.swept("study", &[]);
    let (load, licence) = ("workload.load=4", format!("{short}=0.2/s"));
    let run = ["run", "tiny.yaml", "--set", load, "--set", &licence];
    let run = [&run[..], &["--replications", "2", "--out", "run"]].concat();
    let code = interwork(&run, bench.dir.path()).status.code();
    assert!(matches!(code, Some(0 | 99)), "{code:?}");
    let summary = std::fs::read_to_string(bench.path("run/summary.json")).expect("a summary");
    let summary: serde_json::Value = serde_json::from_str(&summary).expect("JSON");
    let (mut compared, mut bounds) = (0, 0);
    let mut offered: BTreeMap<bool, f64> = BTreeMap::new();
    for row in bench.rows("study/pooled.csv") {
        let route = &row["route"];
        if row["point"] != "1" || !row["reason"].is_empty() {
            continue;
        }
        if row["metric"] == "messages_offered" && row["statistic"] == "count" {
            let count: f64 = row["value"].parse().expect("a number");
            *offered.entry(route.is_empty()).or_default() += count;
        }
        // Of what is over all routes the summary has no row.
        if route.is_empty() {
            continue;
        }
        let metrics = summary["metrics"].as_array().expect("metrics");
        let same = metrics.iter().find(|metric| {
            metric["name"] == row["metric"]
                && metric["labels"]
                    .as_object()
                    .is_some_and(|l| l.len() == 1 && l["route"] == *route)
        });
        let metric = same.expect("the same metric");
        let value: f64 = row["value"].parse().expect("a number");
        assert_eq!(metric[&row["statistic"]].as_f64(), Some(value), "{row:?}");
        let least = metric["at_least"]
            .as_array()
            .is_some_and(|names| names.iter().any(|name| *name == row["statistic"].as_str()));
        assert_eq!(row["at_least"], least.to_string(), "{row:?}");
        bounds += u32::from(least);
        if !row["low"].is_empty() {
            let ends = &metric["interval95"][&row["statistic"]];
            assert_eq!(ends[0].as_f64(), row["low"].parse().ok(), "{row:?} {metric}");
            compared += 1;
        }
    }
    assert!(compared > 0 && bounds > 0, "{compared} have intervals, {bounds} are lower bounds");
    assert!(offered[&true] > 0.0);
    assert_eq!(offered[&true], offered[&false], "all routes together, in a row of their own");
}

/// A licence that is too small fails no line about other routes; its point is told all the same.
#[test]
fn a_point_that_is_overloaded_is_told_and_makes_no_page_green() {
    let bench = Bench::new(
        "study: 1
name: licences
topologies: [ tiny.yaml ]
replications: 3
set:
  run.duration: 10m
  slo: [ \"messages_refused count < 1000000\" ]
parameters: { operators.a.smsc.throughput: [0.01/s, 5/s] }
",
    );
    let output = bench.sweep("out", &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(said.contains("1 of them measured a state that does not last"), "{said}");
    let why = "a/smsc[0] is full, 3 of 3 replications not steady";
    assert!(said.contains(&format!("  point 0: {why}\n")), "{said}");
    let rows = bench.rows("out/points.csv");
    let of = |name: &str| rows.iter().map(|row| row[name].as_str()).collect::<Vec<_>>();
    assert_eq!(of("full"), ["a/smsc[0]", ""]);
    assert_eq!((of("unsteady"), of("replications")), (vec!["3", "0"], vec!["3", "3"]));
    let page = std::fs::read_to_string(bench.path("out/report.html")).expect("a page");
    let verdict =
        "every SLO line holds at all 2 points, but 1 point measured a state that does not";
    assert!(page.contains(verdict) && page.contains(why), "the page says it too");
    assert!(!page.contains("class=\"verdict passed"), "nor is it green");
    // What is still under way makes the median a bound, in the table, the page and the picture.
    let least = |row: &&BTreeMap<String, String>| {
        row["metric"] == "message_latency" && row["statistic"] == "p95" && row["at_least"] == "true"
    };
    assert!(bench.rows("out/pooled.csv").iter().any(|row| least(&row) && row["point"] == "0"));
    assert!(page.contains("\"least\":[true,"), "the page has bounds");
}

/// What was under way could break the line yet: it neither holds nor fails.
#[test]
fn a_line_that_is_not_decided_at_a_point_is_told_so_in_table_page_and_terminal() {
    let bench = Bench::new(
        "study: 1
name: open
topologies: [ tiny.yaml ]
set:
  run.duration: 10m
  slo: [ \"message_latency p90 < 10h\" ]
parameters: { operators.a.smsc.throughput: [0.01/s, 5/s] }
",
    );
    let output = bench.sweep("out", &[]);
    let said = text(&output.stdout);
    assert!(said.contains("at 1 of them one is not decided"), "{said}");
    assert!(!said.contains("does not hold"), "{said}");
    let rows = bench.rows("out/slo.csv");
    let of = |name: &str| rows.iter().map(|row| row[name].as_str()).collect::<Vec<_>>();
    assert_eq!((of("passed"), of("undecided")), (vec!["false", "true"], vec!["true", "false"]));
    assert_eq!(of("at_least"), ["true", "false"]);
    let page = std::fs::read_to_string(bench.path("out/report.html")).expect("a page");
    assert!(page.contains("an SLO line is not decided at 1 point of 2"), "the page says it");
    assert!(!page.contains("class=\"verdict passed") && !page.contains("class=\"verdict failed"));
}

#[test]
fn no_column_of_a_topology_is_called_as_one_of_the_tables() {
    let bench = Bench::new("study: 1\nname: s\ntopologies: [ tiny.yaml ]\n");
    bench.swept("out", &[]);
    for table in ["points.csv", "results.csv", "pooled.csv", "slo.csv"] {
        let mut reader = csv::Reader::from_path(bench.path("out").join(table)).expect("a table");
        for column in reader.headers().expect("a head") {
            let study =
                format!("study: 1\nname: s\ntopologies: [ {{ file: tiny.yaml, {column}: x }} ]\n");
            std::fs::write(bench.path("study.yaml"), study).expect("written");
            let output = bench.sweep("other", &[]);
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(104), "{column} of {table}: {said}");
            assert!(said.contains(&format!("a column `{column}` of their own")), "{said}");
        }
    }
}

#[test]
fn one_at_a_time_and_a_latin_hypercube_make_their_points() {
    let study = "study: 1
name: around
topologies: [ { file: tiny.yaml, size: 2 } ]
set: { run.duration: 2s }
parameters:
  operators.a.smsc.throughput: {}
  operators.a.subscribers.im: {}
  workload.load: {}
design: { one_at_a_time: { change: 20% } }
metrics: [ messages_offered ]
";
    let bench = Bench::new(study);
    bench.swept("out", &[]);
    let rows = bench.rows("out/points.csv");
    let of = |name: &str| rows.iter().map(|row| row[name].as_str()).collect::<Vec<_>>();
    assert_eq!(of("operators.a.subscribers.im"), ["20", "20", "20", "16", "24", "20", "20"]);
    assert_eq!(of("workload.load")[5..], ["0.8", "1.2"]);
    assert!(bench.pictures("out") > 0);

    let latin = "study: 1
name: latin
topologies: [ tiny.yaml ]
seed: 9
parameters: { workload.load: { from: 1.0, to: 2.0 }, operators.a.subscribers.im: { from: 10, to: 20 } }
design: { latin_hypercube: { points: 5 } }
metrics: [ messages_offered ]
";
    std::fs::write(bench.path("study.yaml"), latin).expect("written");
    bench.swept("latin", &[]);
    let mut fifths: Vec<u32> = bench
        .rows("latin/points.csv")
        .iter()
        .map(|row| {
            let load: f64 = row["workload.load"].parse().expect("a number");
            ((load - 1.0) * 5.0) as u32
        })
        .collect();
    fifths.sort_unstable();
    assert_eq!(fifths, [0, 1, 2, 3, 4]);
    let task = std::fs::read_to_string(bench.path("latin/tasks/000003.json")).expect("a task");
    assert!(task.contains("\"seed\": 9"));
}

/// What does not bear on the simulation changes no figure: the same people, the same seeds.
#[test]
fn alternatives_see_the_same_people() {
    let study = "study: 1
name: irrelevant
topologies: [ tiny.yaml ]
parameters: { description: [one, another], currency: [EUR, SEK] }
replications: 2
metrics: [ message_latency, messages_offered, station_utilisation ]
";
    let bench = Bench::new(study);
    bench.swept("out", &[]);
    let rows = bench.rows("out/results.csv");
    let of = |point: &str| -> Vec<Vec<String>> {
        let rows = rows.iter().filter(|row| row["point"] == point);
        let figure = |row: &BTreeMap<String, String>| {
            ["replication", "metric", "route", "statistic", "value", "station"]
                .map(|c| row[c].clone())
                .to_vec()
        };
        rows.map(figure).collect()
    };
    assert!(of("0").len() > 20);
    for point in ["1", "2", "3"] {
        assert_eq!(of("0"), of(point));
    }
    let values = |replication: &str| -> Vec<String> {
        let rows = of("0").into_iter().filter(|row| row[0] == replication);
        rows.map(|row| row[4].clone()).collect()
    };
    assert_ne!(values("0"), values("1"), "replications differ");
}

#[test]
fn tasks_of_another_study_are_refused_and_discarded_by_force() {
    let bench = Bench::new(FEW);
    bench.swept("out", &[]);
    std::fs::write(bench.path("study.yaml"), FEW.replace("[1, 4]", "[1, 5]")).expect("written");
    let refused = bench.sweep("out", &[]);
    assert_eq!(refused.status.code(), Some(104));
    assert!(text(&refused.stderr).contains("another study"), "{}", text(&refused.stderr));
    bench.swept("out", &["--force"]);
    bench.swept("fresh", &[]);
    bench.same("fresh", "out");
    // Which metrics are shown is no other study: nothing runs again.
    let fewer = FEW.replace("[1, 4]", "[1, 5]").replace(", message_latency", "");
    std::fs::write(bench.path("study.yaml"), fewer).expect("written");
    bench.swept("out", &[]);
    assert!(bench.rows("out/results.csv").iter().all(|row| row["metric"] == "messages_offered"));
    // A version that did it otherwise.
    let path = bench.path("out/tasks/000000.json");
    let task = std::fs::read_to_string(&path).expect("a task");
    std::fs::write(&path, task.replace("\"version\": \"", "\"version\": \"0.0.9-"))
        .expect("written");
    let refused = bench.sweep("out", &[]);
    assert!(text(&refused.stderr).contains("version 0.0.9-"), "{}", text(&refused.stderr));
    // A folder of something else.
    std::fs::create_dir(bench.path("mine")).expect("made");
    std::fs::write(bench.path("mine/notes.txt"), "mine").expect("written");
    assert_eq!(bench.sweep("mine", &[]).status.code(), Some(104));
}

#[test]
fn every_broken_study_is_told_where_why_and_how_to_mend_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut names: Vec<String> = std::fs::read_dir(root.join("topologies/studies/invalid"))
        .expect("the broken studies")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".yaml"))
        .collect();
    names.sort();
    assert!(names.len() >= 7);
    let mut wrong = Vec::new();
    for name in names {
        let path = format!("topologies/studies/invalid/{name}");
        let output = interwork(&["sweep", &path, "--tasks"], root);
        assert_eq!(output.status.code(), Some(104), "{name}");
        let told = text(&output.stderr);
        let golden = root.join(&path).with_extension("expected");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&golden, &told).expect("written");
        }
        let expected = std::fs::read_to_string(&golden).unwrap_or_default();
        if told != expected {
            wrong.push(format!("{name} is told:\n{told}\ninstead of:\n{expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_shipped_study_is_right() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(root.join("topologies/studies")).expect("the studies").flatten()
    {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let shown = path.display().to_string();
            let output = interwork(&["sweep", &shown, "--tasks"], root);
            assert_eq!(output.status.code(), Some(0), "{shown}\n{}", text(&output.stderr));
        }
    }
}
