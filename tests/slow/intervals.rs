//! Honest intervals: an IM server at 80 % load is M/M/1, whose mean sojourn is known. Of many
//! independent studies' 95 % intervals, about 95 % contain it.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use interwork::measure::results::Metric;
use interwork::run::Options;
use interwork::study::replicate::{self, Case, Parallel};
use interwork::topology::{self, Source};
use tokio_util::sync::CancellationToken;

/// Studies of each kind.
const STUDIES: u64 = 200;

/// Services and arrivals a second.
const SERVICES: f64 = 1000.0;
const ARRIVALS: f64 = 800.0;

/// One IM server and nothing else that takes time.
fn case(run: &str) -> Case {
    let text = format!(
        "interwork: 1
name: one-queue
operators:
  a:
    kind: imsp
    domain: a.example
    numbers: [\"+46700\"]
    subscribers: {{ im: 20 }}
    access: {{ wired: 0s }}
    im_server: {{ workers: 1, service_time: {{ exponential: 1ms }} }}
    smsc: none
agreements: []
workload:
  contacts: {{ per_user: 5, elsewhere: 0%, sms_only: 0% }}
  messages: {{ total: {ARRIVALS}/s, length: 20, ucs2: 0%, recipients: uniform, reply: {{ share: 0% }} }}
  presence: {{ changes: 0/h }}
  sessions: {{ online: 100%, length: unlimited }}
  growth: {{ add_contact: 0/h }}
run: {run}
"
    );
    let source = Source::new("test.yaml", text);
    let topology = topology::load(&source, &[]).expect("a valid topology");
    Case { federation: topology.federation, slo: Vec::new() }
}

/// The interval of the mean sojourn in each study, where it has one. Every study has seeds of its
/// own.
fn intervals(case: &Case) -> Vec<Option<[f64; 2]>> {
    let next = AtomicU64::new(0);
    let found: Mutex<Vec<Option<[f64; 2]>>> = Mutex::default();
    let work = || {
        loop {
            let study = next.fetch_add(1, Relaxed);
            if study >= STUDIES {
                return;
            }
            let mut case = case.clone();
            case.federation.run.seed = 1000 + study;
            let options = Options { threads: 1, ..Options::default() };
            let alone = Parallel { threads: NonZeroUsize::MIN };
            let stop = CancellationToken::new();
            let all = replicate::all(&case, options, alone, &stop, &|_, _| {});
            let results = all.expect("a sound run").results;
            let sojourn = |metric: &&Metric| metric.name == "station_sojourn";
            let sojourn = results.metrics.iter().find(sojourn).expect("messages went through it");
            let mean = sojourn.interval95.get("mean");
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            found.push(mean.copied());
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(work);
        }
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Fails unless so many intervals contain the mean sojourn as promise it.
#[track_caller]
fn covered(intervals: &[[f64; 2]]) {
    let sojourn = 1.0 / (SERVICES - ARRIVALS);
    let below = intervals.iter().filter(|[_, high]| *high < sojourn).count();
    let above = intervals.iter().filter(|[low, _]| *low > sojourn).count();
    let all = intervals.len();
    let share = (all - below - above) as f64 / all as f64;
    assert!(
        (0.92..=0.98).contains(&share),
        "{share} of {all} contain it; {below} lie below, {above} above"
    );
}

#[test]
fn intervals_of_ten_replications_contain_the_true_mean_as_often_as_they_say() {
    let found = intervals(&case("{ warm_up: 2s, duration: 8s, replications: 10 }"));
    let known: Vec<[f64; 2]> = found.iter().flatten().copied().collect();
    assert_eq!(known.len(), STUDIES as usize, "replications always give an interval");
    covered(&known);
}

#[test]
fn intervals_of_batch_means_contain_the_true_mean_as_often_as_they_say() {
    let found = intervals(&case("{ warm_up: 2s, duration: 2m }"));
    let known: Vec<[f64; 2]> = found.iter().flatten().copied().collect();
    assert!(known.len() > STUDIES as usize * 8 / 10, "{} of {STUDIES}", known.len());
    covered(&known);
}
