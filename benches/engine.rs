//! How fast is the engine? Three questions: what does one event cost in the calendar alone (hold
//! model: take one, put one), what does one operator cost, what does the whole of `national` cost.
//! `cargo bench` runs all; `cargo bench -- calendar` one. Compare ratios within one run: absolute
//! times on shared machines are not evidence.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use interwork::domain::random::{Stream, StreamSeed};
use interwork::domain::time::{Duration, Instant};
use interwork::engine::calendar::{Calendar, Event};
use interwork::measure::Setup;
use interwork::model::outbox::Input;
use interwork::model::plan::Plan;
use interwork::model::store::Slot;
use interwork::run::{self, Options};
use interwork::topology::{self, Override, Source};
use tokio_util::sync::CancellationToken;

/// The hold model: exponential increments of a second on average.
fn calendar(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("calendar");
    group.throughput(Throughput::Elements(1));
    for pending in [1_000u64, 100_000, 1_000_000] {
        let mut stream: Stream = StreamSeed::new(1, "bench", "hold").stream();
        let mut calendar = Calendar::default();
        // Drawn beforehand: what a draw costs is another question.
        let waits: Vec<Duration> =
            (0..1 << 16).map(|_| Duration::from_secs_f64(stream.exponential(1.0))).collect();
        let mut order = 0;
        let mut put = |calendar: &mut Calendar, now: Instant| {
            order += 1;
            let at = now + waits[order as usize % waits.len()];
            calendar.push(Event { at, order, input: Input::ToClient(Slot(order as u32)) });
        };
        for _ in 0..pending {
            put(&mut calendar, Instant::START);
        }
        group.bench_with_input(BenchmarkId::new("hold", pending), &pending, |bencher, _| {
            bencher.iter(|| {
                let event = calendar.pop_before(Instant::NEVER).expect("never empty");
                put(&mut calendar, event.at);
                black_box(event.order)
            });
        });
    }
    group.finish();
}

fn prepare(source: &Source, sets: &[&str]) -> (Arc<Plan>, Arc<Setup>) {
    let sets: Vec<Override> =
        sets.iter().map(|set| Override::parse(set).expect("a good override")).collect();
    let topology = topology::load(source, &sets).expect("a valid topology");
    let plan = Arc::new(run::plan(topology.federation));
    let setup = Arc::new(run::setup(&plan, Vec::new()));
    (plan, setup)
}

fn events(plan: &Arc<Plan>, setup: &Arc<Setup>, threads: usize) -> u64 {
    let options = Options { threads, ..Options::default() };
    let stop = CancellationToken::new();
    run::run(plan, setup, options, &stop, &mut |_, _| {}).expect("a sound run").events
}

/// Whole runs, population and graph built beforehand.
fn runs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("run");
    group.sample_size(10);
    let one = "interwork: 1
name: one
operators:
  a: { kind: imsp, domain: a.example, numbers: [\"+4670\"], subscribers: { im: 20000, sms_only: 5000 } }
agreements: []
run: { seed: 1, warm_up: 1m, duration: 5m }
";
    let one = Source::new("one", one);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies/national.yaml");
    let national = topology::read(&path).expect("the shipped topology");
    let cases =
        [("one operator", one, 1), ("national", national.clone(), 1), ("national", national, 2)];
    for (name, source, threads) in cases {
        let (plan, setup) = prepare(&source, &[]);
        let count = events(&plan, &setup, threads);
        group.throughput(Throughput::Elements(count));
        let threads_named = format!("{threads} thread(s)");
        group.bench_function(BenchmarkId::new(name, threads_named), |bencher| {
            bencher.iter(|| black_box(events(&plan, &setup, threads)));
        });
    }
    group.finish();
}

criterion_group!(benches, calendar, runs);
criterion_main!(benches);
