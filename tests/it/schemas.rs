//! The committed schemas are those that the program prints, and every shipped topology is valid
//! and names its schema.

use std::path::Path;

use interwork::topology;

fn committed(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(name);
    std::fs::read_to_string(path).expect("a committed schema")
}

#[test]
fn the_committed_schemas_are_current() {
    assert!(committed("topology.schema.json") == topology::schema(), "interwork schema topology");
    assert!(committed("study.schema.json") == topology::study::schema(), "interwork schema study");
    let summary = interwork::report::document::summary::schema();
    assert!(committed("summary.schema.json") == summary, "interwork schema summary");
}

#[test]
fn every_shipped_topology_is_valid_and_names_its_schema_in_its_first_line() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("the topologies") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        seen += 1;
        let source = topology::read(&path).expect("readable");
        let first = source.text.lines().next().unwrap_or("");
        let schema = "# yaml-language-server: $schema=../schemas/topology.schema.json";
        assert_eq!(first, schema, "{}", path.display());
        if let Err(problems) = topology::load(&source, &[]) {
            let shown: Vec<String> =
                problems.iter().map(|p| p.render(&source, 100, false)).collect();
            panic!("{}", shown.join("\n"));
        }
    }
    assert!(seen >= 6, "six topologies ship, {seen} found");
}
