//! The program in a folder of its own, with a topology that one may change: for tests that meet it
//! as people and scripts do.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// Two operators with some traffic on every route that two can have.
pub const TOPOLOGY: &str = "interwork: 1
name: small
operators:
  a: { kind: imsp, domain: a.example, numbers: [\"+4670\"], subscribers: { im: 200, sms_only: 50 } }
  b: { kind: imsp, domain: b.example, numbers: [\"+4671\"], subscribers: { im: 200 } }
agreements: [ { between: [a, b], protocol: ssp, link: { latency: 20ms } } ]
workload:
  contacts: { per_user: 10 }
  messages: { total: 20/s }
run: { warm_up: 10s, duration: 1m }
";

/// A folder with a topology.
pub struct Bench {
    dir: tempfile::TempDir,
}

impl Bench {
    /// With [`TOPOLOGY`] and what is to follow it.
    pub fn new(more: &str) -> Self {
        let bench = Self { dir: tempfile::tempdir().expect("a folder") };
        std::fs::write(bench.path("small.yaml"), format!("{TOPOLOGY}{more}")).expect("written");
        bench
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs a subcommand in the folder.
    pub fn program(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program starts")
    }

    /// The same, to be started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_interwork"));
        command.args(arguments).current_dir(self.dir.path());
        command
    }

    /// Runs the topology into a result folder.
    pub fn run(&self, out: &str, more: &[&str]) -> Output {
        self.program(&[&["run", "small.yaml", "--out", out], more].concat())
    }

    /// The same, which ends with an exit code; what it printed.
    #[track_caller]
    pub fn ends(&self, code: i32, out: &str, more: &[&str]) -> String {
        let run = self.run(out, more);
        let printed = text(&run.stdout) + &text(&run.stderr);
        assert_eq!(run.status.code(), Some(code), "{more:?}\n{printed}");
        printed
    }

    /// A JSON file of a result folder.
    pub fn json(&self, name: &str) -> Value {
        let text = std::fs::read_to_string(self.path(name)).expect(name);
        serde_json::from_str(&text).expect("JSON")
    }

    /// The rows of a CSV file by the names of their columns.
    pub fn rows(&self, name: &str) -> Vec<std::collections::BTreeMap<String, String>> {
        let mut reader = csv::Reader::from_path(self.path(name)).expect(name);
        reader.deserialize().map(|row| row.expect("a row")).collect()
    }

    /// Every file of a result folder but the manifest, by its path.
    pub fn files(&self, out: &str) -> Vec<(String, Vec<u8>)> {
        let mut found = Vec::new();
        gather(&self.path(out), &self.path(out), &mut found);
        found.sort();
        assert!(found.len() > 5, "a whole folder");
        found
    }
}

fn gather(root: &Path, folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
        if path.is_dir() {
            gather(root, &path, found);
        } else if name != "manifest.json" {
            found.push((name, std::fs::read(path).expect("a file")));
        }
    }
}

/// Fails unless two result folders are the same.
#[track_caller]
pub fn same(one: &[(String, Vec<u8>)], two: &[(String, Vec<u8>)]) {
    let names = |of: &[(String, Vec<u8>)]| of.iter().map(|f| f.0.clone()).collect::<Vec<_>>();
    assert_eq!(names(one), names(two));
    for ((name, a), (_, b)) in one.iter().zip(two) {
        assert!(a == b, "{name} differs");
    }
}

/// Bytes as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A metric of a summary with exactly these labels; null if there is none.
pub fn metric<'a>(summary: &'a Value, name: &str, labels: &[(&str, &str)]) -> &'a Value {
    let metrics = summary["metrics"].as_array().expect("metrics");
    let is = |metric: &&Value| {
        metric["name"] == name
            && metric["labels"].as_object().is_some_and(|own| own.len() == labels.len())
            && labels.iter().all(|(label, value)| metric["labels"][label] == *value)
    };
    metrics.iter().find(is).unwrap_or(&Value::Null)
}

/// A metric's labels as CSV files write them, in the order of the alphabet.
pub fn labels(metric: &Value) -> String {
    let pairs = metric["labels"].as_object().expect("labels");
    let mut pairs: Vec<String> =
        pairs.iter().map(|(k, v)| format!("{k}={}", v.as_str().expect("text"))).collect();
    pairs.sort_unstable();
    pairs.join(";")
}
