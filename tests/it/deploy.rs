//! The scripts under `deploy/` do what they say: executed with stand-ins for the cluster's commands,
//! once for each task, they give the study that one machine gives.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const TINY: &str = "interwork: 1
name: tiny
operators:
  a: { kind: imsp, domain: a.example, numbers: [\"+4670\"], subscribers: { im: 20 } }
agreements: []
run: { seed: 7, warm_up: 1s, duration: 2s }
";
const STUDY: &str = "study: 1
name: four
topologies: [tiny.yaml]
parameters: { workload.load: [1, 4] }
replications: 2
metrics: [messages_offered]
";

/// What stands in for the commands of a cluster: `srun` runs what follows, `sbatch` a script or a
/// wrapped line for every index of its array, `hq submit` a command.
const SRUN: &str = "#!/bin/sh\nexec \"$@\"\n";
const SBATCH: &str = r#"#!/bin/sh
set -eu
array= wrap=
for word in "$@"; do
  case $word in
    --array=*) array=${word#--array=} ;;
    --wrap=*) wrap=${word#--wrap=} ;;
    --*) ;;
    *) script=$word ;;
  esac
done
if [ -n "$wrap" ]; then sh -c "$wrap" >&2; echo 2; exit; fi
for index in $(seq "${array%-*}" "${array#*-}"); do
  SLURM_ARRAY_TASK_ID=$index sh "$script" >&2
done
echo 1
"#;
const HQ: &str = r#"#!/bin/sh
set -eu
[ "$1" = submit ] && [ "$2" = --wait ] && [ "$3" = --array ] && [ "$5" = --cpus ]
array=$4; shift 6
for index in $(seq "${array%-*}" "${array#*-}"); do HQ_TASK_ID=$index "$@"; done
"#;

struct Cluster {
    dir: tempfile::TempDir,
}

impl Cluster {
    fn new() -> Self {
        let cluster = Self { dir: tempfile::tempdir().expect("a folder") };
        std::fs::create_dir(cluster.path("bin")).expect("a folder");
        for (name, text) in [("srun", SRUN), ("sbatch", SBATCH), ("hq", HQ)] {
            let path = cluster.path("bin").join(name);
            std::fs::write(&path, text).expect("written");
            let mode = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(&path, mode).expect("executable");
        }
        std::fs::write(cluster.path("tiny.yaml"), TINY).expect("written");
        std::fs::write(cluster.path("study.yaml"), STUDY).expect("written");
        cluster.run(&["interwork", "sweep", "study.yaml", "--out", "whole"], &[]);
        cluster
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    #[track_caller]
    fn run(&self, command: &[&str], variables: &[(&str, &str)]) -> Output {
        let own = Path::new(env!("CARGO_BIN_EXE_interwork")).parent().expect("a folder");
        let rest = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{}:{rest}", self.path("bin").display(), own.display());
        // A relative name would be looked up in the PATH of the test.
        let mut line = Command::new("/usr/bin/env");
        for name in ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX", "HQ_TASK_ID"] {
            line.env_remove(name);
        }
        line.args(command).current_dir(self.dir.path()).env("PATH", path);
        let output = line.envs(variables.iter().copied()).output().expect("it starts");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?}: {told}");
        output
    }

    #[track_caller]
    fn is_whole(&self, out: &str) {
        for name in ["results.csv", "pooled.csv", "points.csv", "slo.csv", "tasks/000003.json"] {
            let [one, other] =
                ["whole", out].map(|dir| std::fs::read(self.path(dir).join(name)).expect("a file"));
            assert!(one == other, "{out}/{name}");
        }
    }
}

fn deploy(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy");
    root.join(name).display().to_string()
}

#[test]
fn the_slurm_script_does_every_task_as_its_comment_says() {
    let cluster = Cluster::new();
    let script = std::fs::read_to_string(deploy("slurm.sh")).expect("the script");
    assert!(script.contains("#SBATCH --cpus-per-task=1"));
    // The lines to type are those of the comment.
    let lines = script.lines().filter_map(|line| line.strip_prefix("#   "));
    let lines: Vec<String> =
        lines.map(|line| line.replace("deploy/slurm.sh", &deploy("slurm.sh"))).collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    cluster.run(&["sh", "-euc", &lines.join("\n")], &[]);
    cluster.is_whole("results");
}

#[test]
fn the_hyperqueue_script_does_every_task_and_merges() {
    let cluster = Cluster::new();
    let variables = [("STUDY", "study.yaml"), ("OUT", "by-hq")];
    cluster.run(&["sh", &deploy("hyperqueue.sh")], &variables);
    cluster.is_whole("by-hq");
}

#[test]
fn the_kubernetes_job_is_an_indexed_one_and_its_command_does_a_task() {
    let cluster = Cluster::new();
    let text = std::fs::read_to_string(deploy("kubernetes-job.yaml")).expect("the manifest");
    let job: serde_json::Value = serde_saphyr::from_str(&text).expect("YAML");
    assert_eq!((&job["apiVersion"], &job["kind"]), (&"batch/v1".into(), &"Job".into()));
    assert_eq!(job["spec"]["completionMode"], "Indexed");
    assert!(job["spec"]["completions"].as_u64().is_some_and(|count| count > 0));
    let pod = &job["spec"]["template"]["spec"];
    assert_eq!(pod["restartPolicy"], "OnFailure");
    let container = &pod["containers"][0];
    assert_eq!(container["volumeMounts"][0]["name"], pod["volumes"][0]["name"]);
    let command = container["command"].as_array().expect("a command");
    let here = |word: &serde_json::Value| match word.as_str().expect("a word") {
        "/study/study.yaml" => "study.yaml".to_owned(),
        "/results" => "by-job".to_owned(),
        word => word.to_owned(),
    };
    let command: Vec<String> = command.iter().map(here).collect();
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    for index in ["0", "1", "2", "3"] {
        cluster.run(&command, &[("JOB_COMPLETION_INDEX", index)]);
    }
    cluster.run(&["interwork", "merge", "by-job", "--out", "by-job"], &[]);
    cluster.is_whole("by-job");
}
