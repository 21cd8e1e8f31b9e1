//! The page of a run and the files it is made of say the same; folders of other versions are shown as far
//! as they are known, damaged ones are told apart.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::common::program::{Bench, text};

/// A page with the files beside it.
struct Made {
    _dir: tempfile::TempDir,
    page: String,
    data: Value,
    summary: Value,
    /// Metric, labels and statistic, with values by time.
    series: BTreeMap<(String, String, String), BTreeMap<u64, f64>>,
}

/// Runs a shipped topology.
fn made(name: &str, options: &[&str]) -> Made {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("out");
    let topology = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("topologies/{name}.yaml"));
    let run = Command::new(env!("CARGO_BIN_EXE_interwork"))
        .args(["run".as_ref(), topology.as_os_str(), "--out".as_ref(), out.as_os_str()])
        .args(options)
        .output()
        .expect("the program starts");
    assert!(matches!(run.status.code(), Some(0 | 99)), "{}", text(&run.stderr));
    let read = |name: &str| std::fs::read_to_string(out.join(name)).expect(name);
    let page = read("report.html");
    let data = embedded(&page);
    let mut series: BTreeMap<_, BTreeMap<u64, f64>> = BTreeMap::new();
    let mut rows = csv::Reader::from_path(out.join("series.csv")).expect("a series");
    for row in rows.deserialize() {
        let (time, metric, labels, statistic, value, _): (
            f64,
            String,
            String,
            String,
            f64,
            String,
        ) = row.expect("a row");
        series.entry((metric, labels, statistic)).or_default().insert(ms(time), value);
    }
    let summary = serde_json::from_str(&read("summary.json")).expect("JSON");
    Made { _dir: dir, page, data, summary, series }
}

fn embedded(page: &str) -> Value {
    let (_, rest) = page.split_once("id=\"data\">").expect("data");
    let (json, _) = rest.split_once("</script>").expect("an end");
    serde_json::from_str(json).expect("JSON")
}

fn ms(seconds: f64) -> u64 {
    (seconds * 1e3).round() as u64
}

/// The sentences of the page as plain text.
fn sentences(page: &str) -> String {
    let (_, rest) = page.split_once("<div class=\"sentences\">").expect("sentences");
    let (part, _) = rest.split_once("</div>").expect("an end");
    let mut plain = String::new();
    let mut inside = false;
    for letter in part.trim().chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => plain.push(letter),
            _ => {}
        }
    }
    plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") + "\n"
}

#[track_caller]
fn same(what: &str, shown: f64, file: f64) {
    // Seven digits are embedded.
    assert!((shown - file).abs() <= file.abs() * 1e-6, "{what}: {shown} instead of {file}");
}

#[test]
fn the_page_has_no_figure_that_is_not_in_the_summary_or_the_series() {
    for (name, options) in [
        ("omtp-reference", &[][..]),
        ("sms-fallback-storm", &[]),
        ("hub-and-spoke", &["--set", "run.duration=2m"]),
    ] {
        let made = made(name, options);
        let names = made.data["names"].as_array().expect("names");
        let mut compared = 0;
        for (metric, table) in made.data["metrics"].as_object().expect("metrics") {
            let labels = table["labels"].as_array().expect("labels");
            for row in table["rows"].as_array().expect("rows") {
                let of: Vec<(&str, &str)> = labels
                    .iter()
                    .zip(row.as_array().expect("a row"))
                    .filter(|(_, place)| place.as_i64() != Some(-1))
                    .map(|(label, place)| {
                        let value = &names[place.as_u64().expect("a place") as usize];
                        (label.as_str().expect("a label"), value.as_str().expect("a name"))
                    })
                    .collect();
                let file = crate::common::program::metric(&made.summary, metric, &of);
                assert!(!file.is_null(), "{name}: {metric} {of:?} is in the summary");
                let figures = table["figures"].as_array().expect("figures");
                for (figure, shown) in
                    figures.iter().zip(&row.as_array().expect("a row")[labels.len()..])
                {
                    let file = &file[figure.as_str().expect("a name")];
                    let what = format!("{name}: {metric} {of:?} {figure}");
                    match (shown.as_f64(), file.as_f64()) {
                        (Some(shown), Some(file)) => same(&what, shown, file),
                        (shown, file) => assert_eq!(shown, file, "{what}"),
                    }
                    compared += 1;
                }
            }
        }
        let times = made.data["times"].as_array().expect("times");
        for curve in made.data["series"].as_array().expect("curves") {
            let part = |place: usize| curve[place].as_str().expect("text").to_owned();
            let file = &made.series[&(part(0), part(1), part(2))];
            for (time, shown) in times.iter().zip(curve[3].as_array().expect("values")) {
                let what = format!("{name}: {} {} {} at {time}", part(0), part(1), part(2));
                match (shown.as_f64(), file.get(&ms(time.as_f64().expect("a time")))) {
                    (Some(shown), Some(file)) => same(&what, shown, *file),
                    // Nothing counted in an interval has no row.
                    (shown, None) => {
                        assert!(matches!(shown, None | Some(0.0)), "{what}: {shown:?}")
                    }
                    (None, Some(file)) => panic!("{what}: nothing instead of {file}"),
                }
                compared += 1;
            }
        }
        assert!(compared > 2_000, "{name}: {compared} figures");
    }
}

#[test]
fn the_sentences_of_the_storm_say_what_went_wrong_when_and_what_to_buy() {
    let made = made("sms-fallback-storm", &[]);
    let said = sentences(&made.page);
    let golden =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/sms-fallback-storm-verdict.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &said).expect("written");
    }
    assert_eq!(said, std::fs::read_to_string(&golden).expect("a golden file"));

    // The same figures worked out from the files in another way.
    let station = [("station", "imsp-a/smsc[0]")];
    let queue =
        crate::common::program::metric(&made.summary, "station_queue_length", &station)["max"]
            .as_f64();
    assert!(said.contains(&format!("up to {} short messages waited", queue.expect("a queue"))));
    let curve = |metric: &str| {
        let labels = "station=imsp-a/smsc[0]".to_owned();
        made.series[&(metric.to_owned(), labels, "mean".to_owned())].clone()
    };
    let full = curve("station_utilisation");
    let full: Vec<u64> =
        full.iter().filter(|(_, share)| **share > 0.95).map(|(at, _)| *at).collect();
    let clock = |ms: u64| format!("{}:{:02}", ms / 60_000, ms / 1000 % 60);
    let (from, to) = (full[0], full[full.len() - 1] + 30_000);
    assert!(said.contains(&format!("from {} to {} its licence", clock(from), clock(to))), "{said}");
    // The advice is what users ask for, at a use that planners allow; what came in the busiest half
    // minute is less, for answers to what waits are not written yet.
    let rate = |metric: &str| {
        made.series[&(metric.to_owned(), "operator=imsp-a".to_owned(), "rate".to_owned())].clone()
    };
    let retried = rate("sms_retried");
    let came = rate("sms_submitted")
        .iter()
        .map(|(at, n)| n + retried.get(at).unwrap_or(&0.0))
        .fold(0.0, f64::max);
    let (_, advice) = said.split_once("operators.imsp-a.smsc.throughput=").expect("advice");
    let advised: f64 = advice.split('/').next().expect("a number").parse().expect("a number");
    assert!(advised * 0.7 > came, "{advised} messages a second for {came}");
}

#[test]
fn what_the_page_of_the_storm_advises_makes_the_slo_hold() {
    let set = "operators.imsp-a.smsc.throughput=17/s";
    let made = made("sms-fallback-storm", &["--set", set]);
    assert_eq!(made.summary["verdict"], "passed");
    let said = sentences(&made.page);
    assert!(said.contains("Nothing was a bottleneck."), "{said}");
}

#[test]
fn a_limit_that_refuses_is_named_with_what_would_be_enough() {
    let made = made("omtp-reference", &["--set", "agreements.imsp-a:imsp-b.rate_limit=2/s"]);
    let said = sentences(&made.page);
    let ways = ["imsp-a may send imsp-b 2.0", "imsp-b may send imsp-a 2.0"];
    assert!(ways.iter().any(|way| said.contains(way)), "{said}");
    assert!(said.contains("agreements.imsp-a:imsp-b.rate_limit.rate="), "{said}");
}

#[test]
fn the_head_has_its_figures_lines_in_words_and_pictures_without_a_script() {
    let made = made("sms-fallback-storm", &[]);
    let (page, _) = made.page.split_once("<script").expect("a script at the end");
    for words in [
        "<p class=\"what\">Messages undelivered</p>",
        "90 % of short messages of imsp-a take less than 60 s",
        "At most 5 % of all messages are undelivered",
        "<p class=\"under\">limit 60.0 s</p>",
        // No line asks for it, so it is neither green nor red.
        "<div class=\"tile open\"><p class=\"what\">Most used: SMSC licence imsp-a/smsc[0]</p>",
        "<p class=\"under\">planners allow 70 %</p>",
        ">Messages over time<",
        ">Latency by route: share of delivered messages within a time<",
    ] {
        assert!(page.replace('\n', "").contains(words), "{words}");
    }
}

#[test]
fn the_same_folder_gives_the_same_page() {
    let bench = Bench::new("");
    bench.ends(0, "out", &[]);
    let first = std::fs::read(bench.path("out/report.html")).expect("a page");
    std::fs::rename(bench.path("out"), bench.path("moved")).expect("moved");
    let again = bench.program(&["report", "moved"]);
    assert_eq!(again.status.code(), Some(0));
    assert!(text(&again.stderr).contains("page in moved/report.html"), "{}", text(&again.stderr));
    assert!(first == std::fs::read(bench.path("moved/report.html")).expect("a page"));
}

#[test]
fn the_timeline_is_marked_and_told() {
    let bench = Bench::new("timeline: [ { at: 20s, link_down: [a, b], for: 10s } ]\n");
    bench.ends(0, "out", &[]);
    let page = std::fs::read_to_string(bench.path("out/report.html")).expect("a page");
    assert!(sentences(&page).contains("From 0:20 to 0:30 the link of a and b is down."), "{page}");
    let marks = &embedded(&page)["marks"];
    assert_eq!(marks[0]["from"], 20);
    assert_eq!(marks[0]["to"], 30);
    assert_eq!(marks[0]["short"], "a–b down");
}

#[test]
fn an_older_result_says_so_and_shows_what_it_can() {
    let bench = Bench::new("");
    bench.ends(0, "out", &[]);
    let edit = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut value = bench.json(name);
        change(&mut value);
        std::fs::write(bench.path(name), value.to_string()).expect("written");
    };
    edit("out/summary.json", &|summary| {
        summary["schema"] = "interwork/summary/0".into();
        let metrics = summary["metrics"].as_array_mut().expect("metrics");
        metrics
            .iter_mut()
            .filter(|m| m["name"] == "routing_time")
            .for_each(|m| m["kind"] = 7.into());
    });
    edit("out/manifest.json", &|manifest| {
        manifest["schema"] = "interwork/manifest/0".into();
        manifest.as_object_mut().expect("a map").remove("machine");
    });
    let report = bench.program(&["report", "out"]);
    let (said, warned) = (text(&report.stdout), text(&report.stderr));
    assert_eq!(report.status.code(), Some(0), "{warned}");
    assert!(warned.contains("summary.json has the schema interwork/summary/0"), "{warned}");
    assert!(said.contains("on-net"), "{said}");
    let page = std::fs::read_to_string(bench.path("out/report.html")).expect("a page");
    let (head, _) = page.split_once("<h1>").expect("a title");
    assert!(
        head.contains("role=\"alert\">summary.json has the schema interwork/summary/0"),
        "{head}"
    );
    assert!(head.contains("manifest.json has the schema interwork/manifest/0"), "{head}");
    assert!(
        !embedded(&page)["metrics"]["message_latency"]["rows"].as_array().expect("rows").is_empty()
    );
    // Series of another version may be unreadable altogether; a topology may be gone.
    std::fs::write(bench.path("out/series.csv"), "when,what\n1,2\n").expect("written");
    std::fs::remove_file(bench.path("out/topology.yaml")).expect("removed");
    let report = bench.program(&["report", "out"]);
    assert_eq!(report.status.code(), Some(0), "{}", text(&report.stderr));
    let page = std::fs::read_to_string(bench.path("out/report.html")).expect("a page");
    assert!(page.contains("Nothing is shown over time") && page.contains("There is no map"));
}

#[test]
fn a_damaged_folder_says_which_file() {
    let bench = Bench::new("");
    bench.ends(0, "out", &[]);
    for (name, content, told) in [
        ("summary.json", "{\"schema\": \"interwork/summary/1\", \"na", "is damaged"),
        ("summary.json", "{\"schema\": \"else/1\"}", "has the schema else/1"),
        ("summary.json", "{\"schema\": \"interwork/summary/0\", \"na", "is damaged"),
        ("manifest.json", "[]", "is damaged"),
        ("series.csv", "time_s,metric\nx,y\n", "is damaged"),
    ] {
        let path = bench.path(&format!("out/{name}"));
        let whole = std::fs::read(&path).expect("a file");
        std::fs::write(&path, content).expect("written");
        let report = bench.program(&["report", "out"]);
        let said = text(&report.stderr);
        assert_eq!(report.status.code(), Some(74), "{name}: {said}");
        assert!(said.contains(name) && said.contains(told), "{name}: {said}");
        std::fs::write(&path, whole).expect("written");
    }
    std::fs::remove_file(bench.path("out/series.csv")).expect("removed");
    let report = bench.program(&["report", "out"]);
    assert_eq!(report.status.code(), Some(74));
    assert!(text(&report.stderr).contains("series.csv could not be read"));
}

#[test]
fn the_page_of_a_national_run_is_under_two_megabytes() {
    let made = made("national", &["--set", "run.duration=2m", "--set", "run.warm_up=10s"]);
    assert!(made.page.len() < 2_000_000, "{} bytes", made.page.len());
}

#[test]
fn the_page_of_a_study_has_the_figures_of_its_table() {
    let made = tempfile::tempdir().expect("a folder");
    crate::common::shapes::make(made.path());
    let dir = made.path().join("shapes");
    let page = std::fs::read_to_string(dir.join("report.html")).expect("the page");
    let study = embedded(&page)["study"].clone();
    let mut rows = csv::Reader::from_path(dir.join("pooled.csv")).expect("the table");
    let head = rows.headers().expect("a head").clone();
    let column = |name: &str| head.iter().position(|title| title == name).expect(name);
    let [point, metric, statistic, value, low] =
        ["point", "metric", "statistic", "value", "low"].map(column);
    let mut table = std::collections::BTreeMap::new();
    for row in rows.records() {
        let row = row.expect("a row");
        // Labels stand between metric and statistic, a column each.
        let labels = (metric + 1..statistic).filter(|place| !row[*place].is_empty());
        let labels: Vec<String> =
            labels.map(|place| format!("{}={}", &head[place], &row[place])).collect();
        let labels = labels.join(",");
        let labels = if labels.is_empty() { labels } else { format!("{{{labels}}}") };
        let name = format!("{}{labels} {}", &row[metric], &row[statistic]);
        let figures = [&row[value], &row[low]].map(|text| text.parse::<f64>().ok());
        table.insert((name, row[point].parse::<usize>().expect("a number")), figures);
    }
    let mut seen = 0;
    for figure in study["figures"].as_array().expect("figures") {
        let name = figure["name"].as_str().expect("a name");
        for (place, value) in figure["values"].as_array().expect("values").iter().enumerate() {
            let known = table.get(&(name.to_owned(), place));
            assert_eq!(known.is_some(), !value.is_null(), "{name} at {place}");
            let Some([value, low]) = known else { continue };
            same(name, figure["values"][place].as_f64().expect("a value"), value.expect("one"));
            assert_eq!(figure["low"][place].is_null(), low.is_none(), "{name} at {place}");
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen} figures");
}

#[test]
fn a_folder_that_is_no_run_says_what_it_is() {
    let bench = Bench::new("");
    for file in ["capacity.json", "compare.json", "points.csv"] {
        std::fs::create_dir_all(bench.path("other")).expect("a folder");
        std::fs::write(bench.path(&format!("other/{file}")), "").expect("written");
        let report = bench.program(&["report", "other"]);
        assert_eq!(report.status.code(), Some(104));
        assert!(text(&report.stderr).contains("not a run; its page lies there: report.html"));
        std::fs::remove_dir_all(bench.path("other")).expect("removed");
    }
}

#[test]
fn files_of_another_run_are_told_apart() {
    let bench = Bench::new("");
    bench.ends(0, "out", &[]);
    let sets = ["--set", "run.duration=3s", "--set", "run.warm_up=1s", "--set", "run.seed=9"];
    bench.ends(0, "other", &sets);
    for (name, told) in
        [("topology.yaml", "topology.yaml is not that"), ("series.csv", "series.csv is not that")]
    {
        let path = bench.path(&format!("out/{name}"));
        let own = std::fs::read(&path).expect("a file");
        std::fs::copy(bench.path(&format!("other/{name}")), &path).expect("copied");
        let report = bench.program(&["report", "out"]);
        assert_eq!(report.status.code(), Some(0));
        let page = std::fs::read_to_string(bench.path("out/report.html")).expect("a page");
        assert!(page.contains(told), "{name}");
        std::fs::write(&path, own).expect("written");
    }
    bench.program(&["report", "out"]);
    let page = std::fs::read_to_string(bench.path("out/report.html")).expect("a page");
    assert!(!page.contains("is not that of this run"));
}
