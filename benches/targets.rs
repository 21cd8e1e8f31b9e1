//! Are the engine's targets met? Each row is one question, asked once, and printed beside its target:
//! what an event of each kind costs, how long a million users take to build and to run for a busy
//! hour, what two threads gain, what an idle window costs, whether memory stays flat, how soon the
//! smallest run begins, and what the calendar costs (more closely in `engine`).
//!
//! `cargo bench --bench targets` prints; `-- --write` also writes `results/performance/targets.json`,
//! which the README quotes; `-- NAME` asks one. Absolute times are those of one machine; the ratios
//! are taken in one run.

#![allow(clippy::disallowed_methods, reason = "a bench is where the wall clock is asked")]

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant as Clock;

use interwork::domain::id::SubscriberId;
use interwork::domain::observation::Observation;
use interwork::domain::random::StreamSeed;
use interwork::domain::time::{Duration, Instant};
use interwork::engine::calendar::{Calendar, Event};
use interwork::engine::decisions::initially_online;
use interwork::engine::shard::Shard;
use interwork::engine::windows::{self, Schedule};
use interwork::measure::Setup;
use interwork::measure::audit::Auditor;
use interwork::measure::recorder::Recorder;
use interwork::model::context::Observer;
use interwork::model::outbox::Input;
use interwork::model::plan::Plan;
use interwork::model::stimulus::Stimulus;
use interwork::run::{self, Options};
use interwork::topology::{self, Override, Source};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// One answer.
struct Row {
    what: &'static str,
    target: &'static str,
    measured: f64,
    unit: &'static str,
    met: bool,
}

/// Asks it.
type Question = fn() -> Vec<Row>;

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
    Source { path: "bench".to_owned(), text: text.to_owned() }
}

/// Events, and seconds they took.
fn play(plan: &Arc<Plan>, setup: &Arc<Setup>, threads: usize) -> (u64, f64) {
    let stop = CancellationToken::new();
    let clock = Clock::now();
    let options = Options { threads, ..Options::default() };
    let ended = run::run(plan, setup, options, &stop, &mut |_, _| {}).expect("a sound run");
    (ended.events, clock.elapsed().as_secs_f64())
}

/// Peak resident memory of this process so far, in MB.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kb.unwrap_or(0.0) / 1024.0
}

/// What does it cost to take one event out of the calendar and put one in (hold model, exponential
/// waits drawn beforehand)? The standard library's heap with entries of the same size beside it.
fn calendar() -> Vec<Row> {
    const HOLDS: u64 = 4_000_000;
    let mut stream = StreamSeed::new(1, "bench", "hold").stream();
    let waits: Vec<Duration> =
        (0..1 << 16).map(|_| Duration::from_secs_f64(stream.exponential(1.0))).collect();
    let wait = |order: u64| waits[order as usize % waits.len()];
    let sizes = [
        (1_000, "the calendar at 1,000 pending", "40 ns", 40.0),
        (100_000, "the calendar at 100,000 pending", "60 ns", 60.0),
        (1_000_000, "the calendar at 1,000,000 pending", "80 ns", 80.0),
    ];
    let row = |(pending, what, target, limit): (u64, &'static str, &'static str, f64)| {
        let mut calendar = Calendar::default();
        let mut heap = BinaryHeap::new();
        let event = |at, order| Event { at, order, input: Input::ImServed(order as u32) };
        for order in 0..pending {
            calendar.push(event(Instant::START + wait(order), order));
            heap.push(Reverse((Instant::START + wait(order), order, [0u64; 2])));
        }
        let clock = Clock::now();
        for order in pending..pending + HOLDS {
            let now = calendar.pop_before(Instant::NEVER).expect("never empty").at;
            calendar.push(event(now + wait(order), order));
        }
        let ns = clock.elapsed().as_secs_f64() / HOLDS as f64 * 1e9;
        let clock = Clock::now();
        for order in pending..pending + HOLDS {
            let Reverse((now, _, payload)) = heap.pop().expect("never empty");
            heap.push(Reverse((now + wait(order), order, payload)));
        }
        let heap = clock.elapsed().as_secs_f64() / HOLDS as f64 * 1e9;
        println!("    hold model, {pending} pending: {ns:.0} ns, binary heap {heap:.0} ns");
        Row { what, target, measured: ns, unit: "ns", met: ns <= limit }
    };
    sizes.map(row).into()
}

/// What runs are watched by: measurement and the auditor.
struct Watch(Recorder, Auditor);

impl Observer for Watch {
    fn observe(&mut self, now: Instant, observation: &Observation<'_>) {
        self.0.observe(now, observation);
        self.1.observe(now, observation);
    }
}

/// What does an event of each kind cost in `national`? The clock's own time is taken off.
fn event_types() -> (Vec<Row>, Value) {
    let (plan, setup) = prepare(&shipped("national.yaml"), &[]);
    let online = initially_online(&plan.federation, &plan.population);
    let mut shards: Vec<Shard<Watch>> = plan
        .federation
        .operators()
        .map(|(id, _)| {
            Shard::new(
                &plan,
                id,
                &online,
                Watch(Recorder::new(Arc::clone(&setup), id), Auditor::new()),
            )
        })
        .collect();
    let own = {
        let clock = Clock::now();
        (0..1_000_000).for_each(|_| {
            std::hint::black_box(Clock::now());
        });
        clock.elapsed().as_secs_f64() / 1e6
    };
    let lookahead = windows::lookahead(&plan).expect("agreements");
    let mut kinds: BTreeMap<String, (u64, f64)> = BTreeMap::new();
    let mut sent = Vec::new();
    loop {
        let next = shards.iter().map(Shard::next).min().unwrap_or(Instant::NEVER);
        if next >= setup.window.end {
            break;
        }
        let end = (next + lookahead).min(setup.window.end);
        for shard in &mut shards {
            loop {
                let clock = Clock::now();
                let Some(input) = shard.step(end) else { break };
                let took = clock.elapsed().as_secs_f64() - own;
                let words = format!("{input:?}");
                let mut words =
                    words.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
                let mut name = words.next().unwrap_or("").to_owned();
                if matches!(name.as_str(), "Request" | "Decide") {
                    name = format!("{name} {}", words.next().unwrap_or(""));
                } else if name == "Incoming" {
                    let payload = words.skip_while(|word| *word != "payload").nth(1);
                    name = format!("{name} {}", payload.unwrap_or(""));
                }
                let (count, total) = kinds.entry(name).or_default();
                *count += 1;
                *total += took;
            }
            shard.send(|delivery| sent.push(delivery));
        }
        for delivery in sent.drain(..) {
            shards[delivery.parcel.next.index()].receive(delivery);
        }
    }
    let all: (u64, f64) =
        kinds.values().fold((0, 0.0), |sum, kind| (sum.0 + kind.0, sum.1 + kind.1));
    let table: BTreeMap<&String, Value> = kinds
        .iter()
        .map(|(name, (count, total))| {
            let ns = (total / *count as f64 * 1e9).round();
            println!("    {name:<28} {count:>9} {ns:>8} ns");
            (name, json!({ "events": count, "ns": ns }))
        })
        .collect();
    let ns = all.1 / all.0 as f64 * 1e9;
    let what = "an event of `national`, all kinds on average";
    let row = Row { what, target: "350 ns", measured: ns, unit: "ns", met: ns < 350.0 };
    (vec![row], json!(table))
}

/// How many events a second does one thread make of `national`?
fn national() -> Vec<Row> {
    let (plan, setup) = prepare(&shipped("national.yaml"), &[]);
    let best = (0..3).map(|_| play(&plan, &setup, 1)).map(|(events, s)| events as f64 / s);
    let rate = best.fold(0.0, f64::max) / 1e6;
    let what = "`national` on one thread, measurement and audit included";
    vec![Row { what, target: "3 M/s", measured: rate, unit: "M events/s", met: rate >= 3.0 }]
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

/// How long do a million users with 20 contacts each take to build, and in how much memory; and how
/// long is their busy hour?
fn million() -> Vec<Row> {
    let clock = Clock::now();
    let (plan, setup) = prepare(&text(MILLION), &[]);
    // A run that is stopped before it begins: everything is there, nothing has happened.
    let stop = CancellationToken::new();
    stop.cancel();
    let options = Options { threads: 2, ..Options::default() };
    run::run(&plan, &setup, options, &stop, &mut |_, _| {}).expect("a sound run");
    let (built, memory) = (clock.elapsed().as_secs_f64(), peak());
    let (events, hour) = play(&plan, &setup, 2);
    println!("    {events} events, {:.0} MB at the peak of the hour", peak());
    let target = "60 s";
    vec![
        Row {
            what: "a million users built",
            target: "5 s",
            measured: built,
            unit: "s",
            met: built < 5.0,
        },
        Row {
            what: "the peak of memory until then",
            target: "512 MB",
            measured: memory,
            unit: "MB",
            met: memory < 512.0,
        },
        Row {
            what: "their busy hour on 2 threads",
            target,
            measured: hour,
            unit: "s",
            met: hour < 60.0,
        },
    ]
}

/// What do two threads gain for two operators of equal size?
fn parallel() -> Vec<Row> {
    let sets = ["run.duration=2m", "workload.messages.per_user=240/h"];
    let (plan, setup) = prepare(&text(&MILLION.replace("500000", "50000")), &sets);
    let mut ratios: Vec<f64> =
        (0..5).map(|_| play(&plan, &setup, 1).1 / play(&plan, &setup, 2).1).collect();
    ratios.sort_by(f64::total_cmp);
    let (what, target) = ("two threads against one, two equal operators", "1.7 x");
    vec![Row { what, target, measured: ratios[2], unit: "x", met: ratios[2] >= 1.7 }]
}

struct Blind;

impl Observer for Blind {
    fn observe(&mut self, _: Instant, _: &Observation<'_>) {}
}

/// What does a window cost in which one of 8 operators has one thing to note and the others none?
fn idle_window() -> Vec<Row> {
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
    let online = initially_online(&plan.federation, &plan.population);
    let mut shards: Vec<Shard<Blind>> =
        plan.federation.operators().map(|(id, _)| Shard::new(&plan, id, &online, Blind)).collect();
    for window in 0..WINDOWS {
        let at = Instant::START + Duration::from_millis(window + 1);
        shards[0].script(at, Stimulus::Consent { user: SubscriberId(0), yes: true });
    }
    let schedule = Schedule {
        lookahead: Some(Duration::from_millis(1)),
        end: Instant::START + Duration::from_millis(WINDOWS + 2),
        ticks: Vec::new(),
        threads: 2,
    };
    let stop = CancellationToken::new();
    let clock = Clock::now();
    let ended = windows::run(shards, &schedule, &stop, &mut |_, _| {}, &mut |_, _| {});
    let us = clock.elapsed().as_secs_f64() / WINDOWS as f64 * 1e6;
    drop(ended);
    let what = "a window with nothing to do, 8 operators on 2 threads";
    vec![Row { what, target: "3 us", measured: us, unit: "us", met: us < 3.0 }]
}

/// Do five hours of `national` take more memory than half of one?
fn memory_over_time() -> Vec<Row> {
    let source = shipped("national.yaml");
    let mut peaks = Vec::new();
    for hours in ["30m", "5h"] {
        let (plan, setup) = prepare(&source, &[&format!("run.duration={hours}")]);
        play(&plan, &setup, 2);
        peaks.push(peak());
    }
    let ratio = peaks[1] / peaks[0];
    let what = "memory of ten times the simulated time against once";
    vec![Row { what, target: "1 x", measured: ratio, unit: "x", met: ratio < 1.05 }]
}

/// How soon does the smallest run begin, and how large is the program?
fn start_up() -> Vec<Row> {
    let program = env!("CARGO_BIN_EXE_interwork");
    let folder = tempfile::tempdir().expect("a folder");
    let topology = Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies/two-imsps.yaml");
    let one = || {
        let clock = Clock::now();
        let status = std::process::Command::new(program)
            .arg("run")
            .arg(&topology)
            .args(["--set", "run.warm_up=0s", "--set", "run.duration=1s", "--force", "--out"])
            .arg(folder.path().join("out"))
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .status();
        // A second says nothing about service levels.
        let code = status.expect("the program starts").code();
        assert!(matches!(code, Some(0 | 99)), "{code:?}");
        clock.elapsed().as_secs_f64() * 1e3
    };
    let ms = (0..10).map(|_| one()).fold(f64::INFINITY, f64::min);
    let size = std::fs::metadata(program).expect("the program").len() as f64 / 1e6;
    vec![
        Row {
            what: "the smallest topology, a second of it, from start to end",
            target: "20 ms",
            measured: ms,
            unit: "ms",
            met: ms < 20.0,
        },
        Row { what: "the program", target: "8 MB", measured: size, unit: "MB", met: size < 8.0 },
    ]
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let named: Vec<&String> = arguments.iter().filter(|a| !a.starts_with('-')).collect();
    let asked = |name: &str| named.is_empty() || named.iter().any(|asked| name.contains(*asked));
    let mut rows = Vec::new();
    let mut kinds = Value::Null;
    // Memory first: a peak is of all that went before.
    let questions: [(&str, Question); 7] = [
        ("memory over time", memory_over_time),
        ("calendar", calendar),
        ("idle window", idle_window),
        ("start-up", start_up),
        ("national", national),
        ("parallel", parallel),
        ("million", million),
    ];
    for (name, question) in questions {
        if asked(name) {
            rows.extend(question());
        }
    }
    if asked("event types") {
        let (more, table) = event_types();
        rows.extend(more);
        kinds = table;
    }
    println!();
    for Row { what, target, measured, unit, met } in &rows {
        let mark = if *met { "✓" } else { "✗" };
        println!("  {mark} {what:<58} {measured:>8.2} {unit:<10} target {target}");
    }
    if arguments.iter().any(|argument| argument == "--write") {
        let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model =
            cpu.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let rows: Vec<Value> = rows
            .iter()
            .map(|row| {
                let measured = (row.measured * 100.0).round() / 100.0;
                json!({ "what": row.what, "target": row.target, "measured": measured, "unit": row.unit, "met": row.met })
            })
            .collect();
        let document = json!({
            "machine": format!("{}, {cores} cores", model.unwrap_or("unknown")),
            "commit": option_env!("INTERWORK_COMMIT"),
            "rows": rows,
            "event_types": kinds,
        });
        let text = serde_json::to_string_pretty(&document).expect("plain values") + "\n";
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("results/performance/targets.json");
        std::fs::write(&path, text).expect("the file is written");
    }
}
