//! Every scenario under `tests/scenarios/` holds.

use std::path::Path;
use std::sync::Arc;

use interwork::run;
use interwork::study::scenario::play::play;
use interwork::study::scenario::script::parse;
use interwork::topology::{self, Override};

#[test]
fn every_scenario_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the scenarios")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    assert!(files.len() > 20, "{} scenarios", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).expect("a scenario");
        let script = parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!script.claims.is_empty(), "{name} claims something");
        let source = topology::read(&folder.join(&script.topology)).expect("its topology");
        let set = |set: &String| Override::parse(set).expect("an override");
        let sets: Vec<Override> = script.sets.iter().map(set).collect();
        let federation = topology::load(&source, &sets).unwrap_or_else(|problems| {
            let shown: Vec<String> =
                problems.iter().map(|problem| problem.render(&source, 100, false)).collect();
            panic!("{name}: {}", shown.join("\n"))
        });
        let plan = Arc::new(run::plan(federation.federation));
        let played = play(&script, &plan).unwrap_or_else(|error| panic!("{name}: {error}"));
        wrong.extend(played.failures.into_iter().map(|failure| format!("{name}: {failure}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
