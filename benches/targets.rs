//! Are the engine's targets met? Each row is one question and its answer, printed beside its target:
//! what an event of each kind costs, how long a million users take to build and to run for a busy
//! hour, what two threads gain, what an idle window costs, whether memory stays flat, how soon the
//! smallest run begins, and what the calendar costs (more closely in `engine`).
//!
//! `cargo bench --bench targets` prints; `-- --write` also writes `results/performance/targets.json`,
//! which the README quotes, if all is committed; `-- NAME...` asks the questions whose names hold
//! one of the words. Absolute times are those of one machine; the ratios are taken in one run.
//! Memory, in MB of a million bytes, is that of a process of its own for each figure.

#![allow(clippy::disallowed_methods, reason = "a bench is where the wall clock is asked")]

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::Instant as Clock;

use interwork::domain::id::{OperatorId, SubscriberId};
use interwork::domain::random::StreamSeed;
use interwork::domain::time::{Duration, Instant};
use interwork::engine::calendar::{Calendar, Event};
use interwork::engine::process::LogicalProcess as _;
use interwork::engine::shard::Shard;
use interwork::engine::simulation::Simulation;
use interwork::measure::Setup;
use interwork::model::outbox::Input;
use interwork::model::plan::Plan;
use interwork::model::stimulus::Stimulus;
use interwork::model::store::Slot;
use interwork::run::{self, Options};
use interwork::topology::{self, Override, Source};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use self::record::{Row, Target::AtLeast, Target::Under, median};
use self::stepped::{Blind, Kinds, Watch, clocked, most};

// Files beside this one would be benches of their own.
#[path = "targets/record.rs"]
mod record;
#[path = "targets/stepped.rs"]
mod stepped;

/// What was answered so far.
#[derive(Default)]
struct Answers {
    rows: Vec<Row>,
    event_types: Value,
}

type Question = fn(&mut Answers);

const QUESTIONS: [(&str, Question); 8] = [
    ("memory over time", memory_over_time),
    ("calendar", calendar),
    ("idle window", idle_window),
    ("start-up", start_up),
    ("national", national),
    ("parallel", parallel),
    ("million", million),
    ("event types", event_types),
];

fn prepare(source: &Source, sets: &[&str]) -> (Arc<Plan>, Arc<Setup>) {
    let sets: Vec<Override> =
        sets.iter().map(|set| Override::parse(set).expect("a good override")).collect();
    let topology = topology::load(source, &sets).expect("a valid topology");
    let plan = Arc::new(run::plan(topology.federation));
    let setup = Arc::new(run::setup(&plan, Vec::new()));
    (plan, setup)
}

fn shipped(name: &str) -> Source {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies");
    topology::read(&folder.join(name)).expect("a shipped topology")
}

fn text(text: &str) -> Source {
    Source::new("bench", text)
}

/// Events, and seconds they took.
fn play(plan: &Arc<Plan>, setup: &Arc<Setup>, threads: usize) -> (u64, f64) {
    let stop = CancellationToken::new();
    let clock = Clock::now();
    let options = Options { threads, ..Options::default() };
    let ended = run::run(plan, setup, options, &stop, &mut |_, _| {}).expect("a sound run");
    (ended.events, clock.elapsed().as_secs_f64())
}

/// Seconds that a run takes which is stopped before it begins: everything is there, nothing has
/// happened.
fn begin(plan: &Arc<Plan>, setup: &Arc<Setup>, threads: usize) -> f64 {
    let stop = CancellationToken::new();
    stop.cancel();
    let clock = Clock::now();
    let options = Options { threads, ..Options::default() };
    run::run(plan, setup, options, &stop, &mut |_, _| {}).expect("a sound run");
    clock.elapsed().as_secs_f64()
}

/// Peak resident memory of this process so far, in MB.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.expect("a peak") * 1024.0 / 1e6
}

/// What this program prints when it is run anew with an argument for that: its peak is then of
/// that alone.
fn apart(arguments: &[&str]) -> Vec<f64> {
    let program = std::env::current_exe().expect("a program");
    let output = Command::new(program).args(arguments).stderr(Stdio::inherit()).output();
    let output = output.expect("the program starts");
    assert!(output.status.success(), "{arguments:?}: {}", output.status);
    let text = String::from_utf8(output.stdout).expect("text");
    text.split_whitespace().map(|figure| figure.parse().expect("a figure")).collect()
}

/// What does it cost to take one event out of the calendar and put one in (hold model, exponential
/// waits drawn beforehand)? The standard library's heap with entries of the same size beside it.
fn calendar(answers: &mut Answers) {
    const HOLDS: u64 = 4_000_000;
    let mut stream = StreamSeed::new(1, "bench", "hold").stream();
    let waits: Vec<Duration> =
        (0..1 << 16).map(|_| Duration::from_secs_f64(stream.exponential(1.0))).collect();
    let wait = |order: u64| waits[order as usize % waits.len()];
    let each = |clock: Clock| clock.elapsed().as_secs_f64() / HOLDS as f64 * 1e9;
    let hold = |pending: u64| {
        let mut calendar = Calendar::default();
        let event = |at, order| Event { at, order, input: Input::ToClient(Slot(order as u32)) };
        for order in 0..pending {
            calendar.push(event(Instant::START + wait(order), order));
        }
        let clock = Clock::now();
        for order in pending..pending + HOLDS {
            let now = calendar.pop_before(Instant::NEVER).expect("never empty").at;
            calendar.push(event(now + wait(order), order));
        }
        each(clock)
    };
    let heap = |pending: u64| {
        let mut heap: BinaryHeap<_> = (0..pending)
            .map(|order| Reverse((Instant::START + wait(order), order, [0u64; 2])))
            .collect();
        let clock = Clock::now();
        for order in pending..pending + HOLDS {
            let Reverse((now, _, payload)) = heap.pop().expect("never empty");
            heap.push(Reverse((now + wait(order), order, payload)));
        }
        each(clock)
    };
    for (pending, what, limit) in [
        (1_000, "one event taken from the calendar and one put in, 1,000 pending", 40.0),
        (100_000, "one event taken from the calendar and one put in, 100,000 pending", 60.0),
        (1_000_000, "one event taken from the calendar and one put in, 1,000,000 pending", 80.0),
    ] {
        let ns = median((0..5).map(|_| hold(pending)).collect());
        let heap = heap(pending);
        println!("    hold model, {pending} pending: {ns:.1} ns, binary heap {heap:.0} ns");
        answers.rows.push(Row::new(what, Under(limit), (ns, "ns"), "median of 5"));
    }
}

/// What does an event of each kind cost in `national`, and what with nobody watching?
fn event_types(answers: &mut Answers) {
    const ROUNDS: usize = 3;
    let (plan, setup) = prepare(&shipped("national.yaml"), &[]);
    let end = setup.window.end;
    let rounds: Vec<[Kinds; 2]> = (0..ROUNDS)
        .map(|_| {
            let watched = Simulation::new(&plan, |id| Watch::new(&setup, id));
            [clocked(watched, end), clocked(Simulation::new(&plan, |_| Blind), end)]
        })
        .collect();
    let mut table = BTreeMap::new();
    for (name, (count, _)) in &rounds[0][0] {
        let ns = [0, 1].map(|way| {
            let seconds = rounds.iter().map(|round| round[way][name].1).collect();
            (median(seconds) / *count as f64 * 1e9).round()
        });
        println!("    {name:<28} {count:>9} {:>8} ns, {:>8} ns unwatched", ns[0], ns[1]);
        let costs = json!({ "events": count, "ns": ns[0], "ns_unwatched": ns[1] });
        table.insert(name.clone(), costs);
    }
    let all = |way: usize| {
        let mean = |kinds: &Kinds| {
            let (events, seconds) =
                kinds.values().fold((0, 0.0), |sum, kind| (sum.0 + kind.0, sum.1 + kind.1));
            seconds / events as f64 * 1e9
        };
        median(rounds.iter().map(|round| mean(&round[way])).collect())
    };
    println!("    {:<28} {:>9} {:>8.0} ns, {:>8.0} ns unwatched", "all", "", all(0), all(1));
    let what = "an event of `national` by the clock, all kinds on average";
    answers.rows.push(Row::new(what, Under(350.0), (all(0), "ns"), "median of 3"));
    answers.event_types = json!(table);
}

/// How many events a second does one thread make of `national`; and with nobody watching?
fn national(answers: &mut Answers) {
    let (plan, setup) = prepare(&shipped("national.yaml"), &[]);
    let unwatched = || {
        let clock = Clock::now();
        let mut simulation = Simulation::new(&plan, |_| Blind);
        simulation.run_until(setup.window.end, 1).expect("a sound run");
        let events: u64 = simulation.shards().iter().map(Shard::events).sum();
        events as f64 / clock.elapsed().as_secs_f64() / 1e6
    };
    let watched = || {
        let (events, seconds) = play(&plan, &setup, 1);
        events as f64 / seconds / 1e6
    };
    // In turn, so that a busy minute of the machine strikes both alike.
    let rates: Vec<(f64, f64)> = (0..5).map(|_| (watched(), unwatched())).collect();
    let (rate, unwatched) = (
        median(rates.iter().map(|rate| rate.0).collect()),
        median(rates.iter().map(|rate| rate.1).collect()),
    );
    println!("    national: {rate:.2} M events/s, {unwatched:.2} with nobody watching");
    let what = "`national` on one thread, measurement and audit included";
    answers.rows.push(Row::new(what, AtLeast(3.0), (rate, "M events/s"), "median of 5"));
}

const MILLION: &str = "interwork: 1
name: million
operators:
  a: { kind: imsp, domain: a.example, numbers: [\"+4670\"], subscribers: { im: 500000 }, im_server: { workers: 1000 } }
  b: { kind: imsp, domain: b.example, numbers: [\"+4671\"], subscribers: { im: 500000 }, im_server: { workers: 1000 } }
agreements: [ { between: [a, b], protocol: ssp, link: { latency: 20ms }, presence: { fan_out: per_domain } } ]
workload:
  contacts: { per_user: 20, elsewhere: 50%, sms_only: 0% }
  messages: { per_user: 12/h }
  presence: { changes: 3/h }
run: { seed: 1, warm_up: 0s, duration: 1h }
";

/// Said to this program by itself: see `million_apart`.
const MILLION_APART: &str = "--million-apart";

/// Builds a million users with 20 contacts each and runs their busy hour; prints how long the
/// building took, the peak of memory then, how long the hour took, the peak in the end.
fn million_apart() {
    let clock = Clock::now();
    let (plan, setup) = prepare(&text(MILLION), &[]);
    begin(&plan, &setup, 2);
    let (built, memory) = (clock.elapsed().as_secs_f64(), peak());
    let (_, hour) = play(&plan, &setup, 2);
    println!("{built} {memory} {hour} {}", peak());
}

/// How long do a million users take to build, and in how much memory; and how long is their busy
/// hour?
fn million(answers: &mut Answers) {
    let rounds: Vec<Vec<f64>> = (0..3).map(|_| apart(&[MILLION_APART])).collect();
    let figure = |place: usize| median(rounds.iter().map(|round| round[place]).collect());
    println!("    a million users: {:.0} MB at the peak of the hour", figure(3));
    let rows = [
        ("a million users built: time", 5.0, (figure(0), "s")),
        ("a million users built: peak memory", 512.0, (figure(1), "MB")),
        ("a busy hour of a million users on 2 threads", 60.0, (figure(2), "s")),
    ];
    let row = |(what, limit, measured)| Row::new(what, Under(limit), measured, "median of 3");
    answers.rows.extend(rows.map(row));
}

/// What do two threads gain for two operators of equal size?
fn parallel(answers: &mut Answers) {
    let sets = ["run.duration=2m", "workload.messages.per_user=240/h"];
    let (plan, setup) = prepare(&text(&MILLION.replace("500000", "50000")), &sets);
    println!("    at most {:.2} x by the events of each window", most(&plan, setup.window.end));
    let begun = begin(&plan, &setup, 1);
    let whole = play(&plan, &setup, 1).1;
    println!("    {begun:.2} s of {whole:.2} s begin and end a run, on one thread in any case");
    let ratio = || play(&plan, &setup, 1).1 / play(&plan, &setup, 2).1;
    let ratios: Vec<f64> = (0..7).map(|_| ratio()).collect();
    println!("    two threads against one: {ratios:.2?}");
    let what = "two threads against one, two operators of 50,000 users";
    answers.rows.push(Row::new(what, AtLeast(1.7), (median(ratios), "x"), "median of 7"));
}

/// What does a window cost in which one of 8 operators has one thing to note and the others none?
fn idle_window(answers: &mut Answers) {
    const WINDOWS: u64 = 200_000;
    let mut topology = String::from("interwork: 1\nname: idle\noperators:\n");
    for place in 0..8 {
        topology.push_str(&format!(
            "  op{place}: {{ kind: imsp, domain: op{place}.example, numbers: [\"+467{place}\"], subscribers: {{ im: 10 }} }}\n"
        ));
    }
    topology.push_str(
        "agreements: [ { between: [op0, op1], protocol: ssp, link: { latency: 1ms } } ]
workload: { contacts: { per_user: 0 }, messages: { total: 0/s }, presence: { changes: 0/h }, sessions: { online: 100%, length: unlimited }, growth: { add_contact: 0/h } }
",
    );
    let (plan, _) = prepare(&text(&topology), &[]);
    let end = Instant::START + Duration::from_millis(WINDOWS + 2);
    let one = || {
        let mut simulation = Simulation::new(&plan, |_| Blind);
        for window in 0..WINDOWS {
            let at = Instant::START + Duration::from_millis(window + 1);
            let consent = Stimulus::Consent { user: SubscriberId(0), yes: true };
            simulation.script(OperatorId(0), at, consent);
        }
        let clock = Clock::now();
        simulation.run_until(end, 2).expect("a sound run");
        clock.elapsed().as_secs_f64() / WINDOWS as f64 * 1e6
    };
    let us = median((0..5).map(|_| one()).collect());
    let what = "a window with nothing to do, 8 operators on 2 threads";
    answers.rows.push(Row::new(what, Under(3.0), (us, "us"), "median of 5"));
}

/// Said to this program by itself, with a duration: see `national_apart`.
const NATIONAL_APART: &str = "--national-apart";

/// Runs `national` for so long and prints the peak of memory.
fn national_apart(duration: &str) {
    let (plan, setup) = prepare(&shipped("national.yaml"), &[&format!("run.duration={duration}")]);
    play(&plan, &setup, 2);
    println!("{}", peak());
}

/// Do five hours of `national` take more memory than half of one?
fn memory_over_time(answers: &mut Answers) {
    let [short, long] = ["30m", "5h"].map(|duration| apart(&[NATIONAL_APART, duration])[0]);
    println!("    national: {short:.0} MB after half an hour, {long:.0} MB after five");
    let what = "`national`: memory after 5 hours against half an hour";
    answers.rows.push(Row::new(what, Under(1.05), (long / short, "x"), "one run each"));
}

/// How soon does the smallest run begin, and how large is the program?
fn start_up(answers: &mut Answers) {
    let program = env!("CARGO_BIN_EXE_interwork");
    let folder = tempfile::tempdir().expect("a folder");
    let topology = Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies/two-imsps.yaml");
    let one = || {
        let clock = Clock::now();
        let status = Command::new(program)
            .arg("run")
            .arg(&topology)
            .args(["--set", "run.warm_up=0s", "--set", "run.duration=1s", "--force", "--out"])
            .arg(folder.path().join("out"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        // A second says nothing about service levels.
        let code = status.expect("the program starts").code();
        assert!(matches!(code, Some(0 | 99)), "{code:?}");
        clock.elapsed().as_secs_f64() * 1e3
    };
    let ms = median((0..11).map(|_| one()).collect());
    let size = std::fs::metadata(program).expect("the program").len() as f64 / 1e6;
    let what = "`two-imsps`, a second of it: the whole process";
    answers.rows.push(Row::new(what, Under(20.0), (ms, "ms"), "median of 11"));
    let what = "size of the program, stripped";
    answers.rows.push(Row::new(what, Under(8.0), (size, "MB"), "exact"));
}

/// What was asked on the command line.
struct Asked {
    write: bool,
    names: Vec<String>,
}

impl Asked {
    fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut asked = Self { write: false, names: Vec::new() };
        for argument in arguments {
            match argument.as_str() {
                "--write" => asked.write = true,
                // Cargo's own word to every bench.
                "--bench" => {}
                option if option.starts_with('-') => {
                    return Err(format!("unknown option {option}; there is --write"));
                }
                name if QUESTIONS.iter().any(|(question, _)| question.contains(name)) => {
                    asked.names.push(name.to_owned());
                }
                name => {
                    let known = QUESTIONS.map(|(name, _)| name).join(", ");
                    return Err(format!("no question is named {name}; there are: {known}"));
                }
            }
        }
        if asked.write && !asked.names.is_empty() {
            return Err("the record holds all answers: --write goes without names".to_owned());
        }
        Ok(asked)
    }

    fn is_asked(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|asked| name.contains(asked.as_str()))
    }
}

fn ask(arguments: &[String]) -> Result<(), String> {
    let asked = Asked::parse(arguments)?;
    // Before minutes of measuring that could not be recorded.
    let commit = if asked.write { Some(record::commit()?) } else { None };
    let mut answers = Answers::default();
    for (name, question) in QUESTIONS {
        if asked.is_asked(name) {
            question(&mut answers);
        }
    }
    println!();
    for row in &answers.rows {
        let mark = if row.met() { "✓" } else { "✗" };
        let (what, target) = (row.what, row.target());
        let Row { measured, unit, statistic, .. } = row;
        println!("  {mark} {what:<68} {measured:>8.2} {unit:<10} {statistic:<12} {target}");
    }
    if let Some(commit) = commit {
        record::write(commit, &answers.rows, &answers.event_types);
    }
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some(MILLION_APART) => million_apart(),
        Some(NATIONAL_APART) => national_apart(&arguments[1]),
        _ => {
            if let Err(why) = ask(&arguments) {
                eprintln!("error: {why}");
                return ExitCode::from(2);
            }
        }
    }
    ExitCode::SUCCESS
}
