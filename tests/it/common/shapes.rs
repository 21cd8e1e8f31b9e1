//! A study with three axes, short enough for a test: the smallest topologies of `hub-or-mesh`.

use std::path::Path;
use std::process::Command;

/// Topologies, with their number of partners.
const TOPOLOGIES: [(&str, u32, &str); 6] = [
    ("hub", 3, "none"),
    ("hub", 3, "worst"),
    ("mesh", 3, "none"),
    ("mesh", 3, "worst"),
    ("hub", 4, "none"),
    ("mesh", 4, "worst"),
];

/// Makes the study in a folder; its results are in `shapes`.
pub fn make(dir: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies/studies/hub-or-mesh");
    let mut study = "study: 1\nname: shapes\nset: { run.duration: 30s, run.warm_up: 1s, \
                     timeline: [] }\nreplications: 3\nmetrics: [ messages_offered, \
                     messages_accepted, messages_refused, message_latency ]\ntopologies:\n"
        .to_owned();
    for (shape, partners, failure) in TOPOLOGIES {
        let suffix = if failure == "none" { "" } else { "-failure" };
        let file = root.join(format!("{shape}-{partners:02}{suffix}.yaml"));
        let columns = format!("shape: {shape}, partners: {partners}, failure: {failure}");
        study.push_str(&format!("  - {{ file: \"{}\", {columns} }}\n", file.display()));
    }
    std::fs::create_dir_all(dir).expect("a folder");
    std::fs::write(dir.join("shapes.yaml"), study).expect("written");
    let swept = Command::new(env!("CARGO_BIN_EXE_interwork"))
        .args(["sweep", "shapes.yaml", "--force", "--out", "shapes"])
        .current_dir(dir)
        .output()
        .expect("the program starts");
    assert!(swept.status.success(), "{}", String::from_utf8_lossy(&swept.stderr));
}
