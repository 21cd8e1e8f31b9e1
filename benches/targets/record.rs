//! An answer beside its target, and `results/performance/targets.json`: what may be written there,
//! and with what beside it.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

/// What an answer is held to, in its own unit.
#[derive(Clone, Copy)]
pub enum Target {
    Under(f64),
    AtLeast(f64),
}

/// One answer. Its name says by itself what was done.
pub struct Row {
    pub what: &'static str,
    pub target: Target,
    /// Rounded to what is shown, and judged as it is shown.
    pub measured: f64,
    pub unit: &'static str,
    /// What of several measurements it is.
    pub statistic: &'static str,
}

impl Row {
    pub fn new(
        what: &'static str,
        target: Target,
        (measured, unit): (f64, &'static str),
        statistic: &'static str,
    ) -> Self {
        let measured = (measured * 100.0).round() / 100.0;
        Self { what, target, measured, unit, statistic }
    }

    pub fn met(&self) -> bool {
        match self.target {
            Target::Under(limit) => self.measured < limit,
            Target::AtLeast(limit) => self.measured >= limit,
        }
    }

    pub fn target(&self) -> String {
        match self.target {
            Target::Under(limit) => format!("under {limit} {}", self.unit),
            Target::AtLeast(limit) => format!("at least {limit} {}", self.unit),
        }
    }
}

/// The middle one of several measurements.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").current_dir(root()).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// The commit that the figures are of, if whoever has it could make them again.
///
/// # Errors
/// Why the figures may not be recorded.
pub fn commit() -> Result<&'static str, String> {
    let built = option_env!("INTERWORK_COMMIT").ok_or("this was not built from a commit")?;
    if built.ends_with("-dirty") {
        return Err(format!("this was built from {built}: commit the changes first"));
    }
    let changes = git(&["status", "--porcelain", "--", ".", ":!results"])
        .ok_or("git does not tell whether anything has changed")?;
    if !changes.is_empty() {
        return Err(format!("not committed yet:\n{changes}"));
    }
    match git(&["rev-parse", "HEAD"]) {
        Some(head) if head == built => Ok(built),
        _ => Err(format!("this was built from {built}, which is not what is checked out")),
    }
}

/// Writes all answers down.
pub fn write(commit: &str, rows: &[Row], event_types: &Value) {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "what": row.what,
                "target": row.target(),
                "measured": row.measured,
                "unit": row.unit,
                "statistic": row.statistic,
                "met": row.met(),
            })
        })
        .collect();
    let document = json!({
        "machine": format!("{}, {cores} cores", model.unwrap_or("unknown")),
        "commit": commit,
        "rows": rows,
        "event_types": event_types,
    });
    let text = serde_json::to_string_pretty(&document).expect("plain values") + "\n";
    let path = root().join("results/performance/targets.json");
    std::fs::write(path, text).expect("the file is written");
}
