//! The script of the pages by itself: its form, its types, that these are the types of the data that
//! the program writes, and that it shows figures as the program does. Without Node.js and the tools
//! of `tools/page` these tests are skipped.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::common::program::{Bench, text};

fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/page")
}

/// Whether Node.js and the tools are there; if not, the test is skipped.
#[track_caller]
fn installed() -> bool {
    if !crate::common::needs::program(
        "node",
        "apt-get install nodejs npm, then npm ci --prefix tools/page",
    ) {
        return false;
    }
    let there = tools().join("node_modules/typescript").is_dir();
    if !there {
        crate::common::needs::skip(
            "the tools of the page's script are not there",
            "npm ci --prefix tools/page",
        );
    }
    there
}

/// Runs a program of Node.js in the folder of the tools; what it printed, and whether it went well.
fn node(arguments: &[&str]) -> (bool, String) {
    let output = Command::new("node").args(arguments).current_dir(tools()).output();
    let output = output.expect("node starts");
    (output.status.success(), text(&output.stdout) + &text(&output.stderr))
}

/// Checks the types of the script, and of these files beside it.
fn typed(files: &[&Path]) -> (bool, String) {
    let dir = tempfile::tempdir().expect("a folder");
    let config = dir.path().join("tsconfig.json");
    let own = tools().join("tsconfig.json");
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/face/html/assets");
    let include: Vec<&Path> = files.iter().copied().chain([assets.as_path()]).collect();
    let told = serde_json::json!({ "extends": own, "include": include });
    std::fs::write(&config, told.to_string()).expect("written");
    node(&["node_modules/typescript/bin/tsc", "--project", &config.display().to_string()])
}

#[test]
fn the_script_is_formatted() {
    if !installed() {
        return;
    }
    let assets = "../../src/report/face/html/assets/*.{js,ts}";
    let prettier = "node_modules/prettier/bin/prettier.cjs";
    let (formatted, told) = node(&[prettier, "--config", "prettier.json", "--check", assets]);
    assert!(formatted, "npm run format --prefix tools/page\n{told}");
}

/// The data of a page, as a constant of the type that the script expects.
fn constant(page: &str, dir: &Path, name: &str) -> PathBuf {
    let (_, rest) = page.split_once("id=\"data\">").expect("data");
    let (json, _) = rest.split_once("</script>").expect("an end");
    let file = dir.join(format!("{name}.ts"));
    std::fs::write(&file, format!("export const data: PageData = {json};\n")).expect("written");
    file
}

#[test]
fn the_types_hold_and_are_those_of_the_data() {
    if !installed() {
        return;
    }
    let bench = Bench::new("timeline: [ { at: 2s, link_down: [a, b], for: 2s } ]\n");
    bench.ends(0, "out", &[]);
    let short = ["--set", "run.duration=20s"];
    let slo = ["--set", "slo=[\"utilisation < 80%\"]"];
    let quick =
        ["capacity", "small.yaml", "--failures", "--replications", "2", "--out", "capacity"];
    let study = "study: 1\nname: s\ntopologies: [small.yaml]\nset: { run.duration: 5s }\n\
                 parameters: { workload.load: [1, 2] }\nreplications: 2\n";
    std::fs::write(bench.path("study.yaml"), study).expect("written");
    let compare =
        ["compare", "small.yaml", "small.yaml", "--replications", "2", "--out", "compare"];
    for answered in [
        bench.program(&[&quick[..], &["--max-replications", "2"], &short, &slo].concat()),
        bench.program(&[&compare[..], &short].concat()),
        bench.program(&["sweep", "study.yaml", "--out", "sweep"]),
    ] {
        assert!(matches!(answered.status.code(), Some(0 | 99)), "{}", text(&answered.stderr));
    }
    let page = |name: &str| {
        let page = std::fs::read_to_string(bench.path(&format!("{name}/report.html")));
        page.expect("a page")
    };
    let made = ["out", "capacity", "compare", "sweep"];
    let files = made.map(|name| constant(&page(name), &bench.path(""), name));
    let (holds, told) = typed(&files.each_ref().map(PathBuf::as_path));
    assert!(holds, "{told}");

    // A field by another name, in the data or in the script, is told.
    let other = page("out").replacen("\"marks\":", "\"moments\":", 1);
    let (holds, told) = typed(&[&constant(&other, &bench.path(""), "other")]);
    assert!(!holds && told.contains("'\"moments\"' does not exist in type 'PageData'"), "{told}");
    let wrong = bench.path("wrong.ts");
    std::fs::write(&wrong, "export const f = (row: Row) => row.cuont;\n").expect("written");
    let (holds, told) = typed(&[&wrong]);
    assert!(!holds && told.contains("'cuont' does not exist on type 'Row'"), "{told}");
}

/// `tests/golden/figures.json` is made by `report::document::numbers` and holds it too.
#[test]
fn the_script_shows_figures_as_the_program_does() {
    if !installed() {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let golden = std::fs::read_to_string(root.join("tests/golden/figures.json")).expect("figures");
    let golden: Vec<(String, f64, String)> = serde_json::from_str(&golden).expect("a list");
    let asked: Vec<(&str, f64)> = golden.iter().map(|(kind, value, _)| (&**kind, *value)).collect();
    let asked = serde_json::to_string(&asked).expect("a list");
    let script = format!(
        "import * as format from '../../src/report/face/html/assets/format.js';\n\
         const shown = {asked}.map(([kind, value]) => format[kind](value));\n\
         console.log(JSON.stringify(shown));"
    );
    let (ran, told) = node(&["--no-warnings", "--input-type=module", "--eval", &script]);
    assert!(ran, "{told}");
    let shown: Value = serde_json::from_str(&told).expect("a list");
    for (place, (kind, value, text)) in golden.iter().enumerate() {
        assert_eq!(shown[place], **text, "{kind} of {value}");
    }
}
