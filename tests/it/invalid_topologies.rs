//! Every broken topology under `topologies/invalid/` is told what its `.expected` file says, by the
//! command line, at 100 columns. `UPDATE_GOLDEN=1 cargo test --test it invalid` writes them anew:
//! read each as a user would before it is committed.

use std::path::Path;
use std::process::Command;

#[test]
fn every_broken_topology_is_told_where_why_and_how_to_mend_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut names: Vec<String> = std::fs::read_dir(root.join("topologies/invalid"))
        .expect("the broken topologies")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".yaml"))
        .collect();
    names.sort();
    assert!(names.len() >= 20, "at least twenty broken topologies, {} found", names.len());
    let mut wrong = Vec::new();
    for name in names {
        let path = format!("topologies/invalid/{name}");
        let output = Command::new(env!("CARGO_BIN_EXE_interwork"))
            .current_dir(root)
            .args(["check", &path])
            .output()
            .expect("the program starts");
        assert_eq!(output.status.code(), Some(104), "{name}");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
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
