//! What a person reads after a run, as golden files at both widths: `UPDATE_GOLDEN=1 cargo test
//! --test it terminal` writes them anew; read them before they are committed.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use interwork::domain::federation::Federation;
use interwork::measure::results::{Results, Slo};
use interwork::measure::slo;
use interwork::report::document::manifest::{Machine, Manifest, Precision, StopReason, WarmUp};
use interwork::report::document::stored::Stored;
use interwork::report::document::summary::Summary;
use interwork::report::face::{html, markdown, terminal};
use interwork::report::judge::Basis;
use interwork::run::{self, Options};
use interwork::study::forecast::forecast;
use interwork::study::needs::needs;
use interwork::study::replicate::{self, Case, Parallel};
use interwork::topology;
use tokio_util::sync::CancellationToken;

/// The results of a shipped topology, and what it says.
fn run(name: &str) -> (Results, Federation) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies").join(name);
    let source = topology::read(&path).expect("a shipped topology");
    let federation = topology::load(&source, &[]).expect("a valid topology").federation;
    let (names, measured) = (run::names(&federation), federation.run.duration);
    let lines = federation.slo.iter();
    let slo = lines.map(|line| slo::parse(line, &names, measured).expect("an SLO line")).collect();
    let options = Options { threads: 2, ..Options::default() };
    let parallel = Parallel { threads: NonZeroUsize::MIN };
    let stop = CancellationToken::new();
    let case = Case { federation, slo };
    let mut run = replicate::all(&case, options, parallel, &stop, &|_, _| {}).expect("a sound run");
    // What the command line forecasts, besides.
    let plan = run::plan(case.federation.clone());
    run.results.needs = needs(&plan, &forecast(&plan), &case.slo);
    (run.results, case.federation)
}

fn manifest(name: &str) -> Manifest {
    Manifest {
        schema: Manifest::SCHEMA.to_owned(),
        version: "0.0.0".to_owned(),
        commit: None,
        name: name.to_owned(),
        digest: String::new(),
        seed: 42,
        replication_seeds: vec![42],
        options: Vec::new(),
        model_time_s: 720.0,
        started: String::new(),
        wall_time_s: 1.5,
        events: 1_234_567,
        events_per_second: 823_044.7,
        peak_memory_bytes: None,
        machine: Machine { cores: 2, os: String::new(), arch: String::new() },
        threads: 2,
        stop_reason: StopReason::Finished,
        warm_up: None,
        precision: None,
        live: None,
    }
}

#[test]
fn the_summary_reads_as_it_did_at_80_and_100_columns() {
    for name in ["omtp-reference", "sms-fallback-storm"] {
        let (results, federation) = run(&format!("{name}.yaml"));
        let (summary, manifest) = (Summary::new(name, &results), manifest(name));
        let basis = Basis::new(&manifest, &results.series, Some(&federation));
        for width in [80, 100] {
            let shown = terminal::render(&basis.run(&summary, &manifest), width, false);
            let golden = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join(format!("tests/golden/{name}-{width}.txt"));
            if std::env::var_os("UPDATE_GOLDEN").is_some() {
                std::fs::create_dir_all(golden.parent().expect("a folder")).expect("made");
                std::fs::write(&golden, &shown).expect("written");
            }
            let expected = std::fs::read_to_string(&golden).unwrap_or_default();
            assert!(shown == expected, "{name} at {width} columns reads\n{shown}");
            let widest = shown.lines().map(|line| line.chars().count()).max();
            assert!(widest <= Some(width), "{widest:?} of {width} columns");
        }
    }
}

#[test]
fn long_lines_are_wrapped_at_80_columns() {
    let (results, federation) = run("omtp-reference.yaml");
    let mut summary = Summary::new("omtp-reference", &results);
    let figure = "message_latency{route=sms-reply-direct,from=imsp-a,to=mno-c} p95";
    summary.slo.push(Slo {
        line: format!("{figure} < 800ms"),
        observed: Some(0.7),
        unit: "s".to_owned(),
        bound: Some(0.8),
        passed: true,
        ..Slo::default()
    });
    let asked = Manifest {
        replication_seeds: vec![42, 43, 44],
        warm_up: Some(WarmUp { method: "MSER-5".to_owned(), cut_s: 300.0, settled: false }),
        precision: Some(Precision {
            target: 0.05,
            most: 3,
            reached: false,
            figures: vec![(figure.to_owned(), Some(0.0734)), (figure.to_owned(), None)],
        }),
        ..manifest("omtp-reference")
    };
    let basis = Basis::new(&asked, &results.series, Some(&federation));
    let shown = terminal::render(&basis.run(&summary, &asked), 80, false);
    assert!(shown.contains("not every figure is known to 5.0 % after 3 replications"), "{shown}");
    assert!(shown.contains("Messages of all replications; "), "{shown}");
    let widest = shown.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(80), "{widest:?} columns\n{shown}");
}

#[test]
fn terminal_markdown_and_page_name_the_same_busiest_station() {
    let (results, federation) = run("omtp-reference.yaml");
    let stored = Stored {
        manifest: manifest("omtp-reference"),
        summary: Summary::new("omtp-reference", &results),
        series: results.series,
        replications: Vec::new(),
        dir: PathBuf::new(),
    };
    let Stored { summary, manifest, series, .. } = &stored;
    let basis = Basis::new(manifest, series, Some(&federation));
    let run = basis.run(summary, manifest);
    let first = |text: &str, before: &str| {
        let rest = &text[text.find(before).expect(before) + before.len()..];
        let end = rest.find([' ', ':', '\n']).unwrap_or(rest.len());
        rest[..end].to_owned()
    };
    let shown = terminal::render(&run, 100, false);
    let list = &shown[shown.find("Busiest stations").expect("a list of stations")..];
    let on_terminal = first(list, "wait p95\n  ");
    let in_markdown = first(&markdown::render(&run), "---: | ---: |\n| imsp");
    let page = html::run_page(&stored, Some(&federation), None, &[]);
    let on_page = first(&page, "Closest to its limit came ");
    assert_eq!(on_terminal, "imsp-a/smsc[0]");
    assert_eq!((on_page, format!("imsp{in_markdown}")), (on_terminal.clone(), on_terminal));
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read =
        |name: &str| std::fs::read_to_string(root.join(name)).expect("a file of the project");
    let (readme, golden) = (read("README.md"), read("tests/golden/omtp-reference-100.txt"));
    let block = readme.split("```text\n").nth(1).and_then(|rest| rest.split("```").next());
    let lines: Vec<&str> = block.expect("the summary").lines().collect();
    assert!(lines.len() > 20, "the summary of a run stands in the README");
    for line in lines.iter().filter(|line| !line.contains("simulated")) {
        assert!(golden.lines().any(|printed| printed == *line), "{line}");
    }
    for name in ["omtp-reference", "sms-fallback-storm"] {
        let committed = read(&format!("results/{name}/summary.json"));
        let committed: Summary = serde_json::from_str(&committed).expect("a summary");
        assert!(
            committed == Summary::new(name, &run(&format!("{name}.yaml")).0),
            "run it again with --force --out results/{name}"
        );
    }
}
