//! Arrival processes against the closed forms of their counts and intervals; levels of 0.001 and
//! fixed seeds throughout.

use super::*;
use crate::domain::federation::{Load, LoadStage};
use crate::workload::fixture;

const POISSON: Arrivals = Arrivals::Poisson;
const CONSTANT: Arrivals = Arrivals::Constant;

fn bursty(on_ms: u64, off_ms: u64) -> Arrivals {
    Arrivals::Bursty {
        mean_on: Duration::from_millis(on_ms),
        mean_off: Duration::from_millis(off_ms),
    }
}

fn process(rate: MessageRate, users: u32, arrivals: Arrivals, load: &Load) -> ArrivalProcess {
    let seed = StreamSeed::new(11, "imsp-a", "messages");
    ArrivalProcess::new(rate, users, arrivals, LoadProfile::new(load, &fixture::run()), seed)
}

fn even(rate: MessageRate, users: u32, arrivals: Arrivals) -> ArrivalProcess {
    process(rate, users, arrivals, &fixture::even_load())
}

/// All arrivals of the first `seconds`.
fn until(mut process: ArrivalProcess, seconds: u64) -> Vec<Arrival> {
    std::iter::from_fn(|| process.next())
        .take_while(|arrival| arrival.at < Instant::START + Duration::from_secs(seconds))
        .collect()
}

/// Arrivals in each whole second.
fn counts(arrivals: &[Arrival], seconds: u64) -> Vec<f64> {
    let mut counts = vec![0.0; seconds as usize];
    for arrival in arrivals {
        counts[(arrival.at.0 / 1_000_000_000) as usize] += 1.0;
    }
    counts
}

fn mean_and_variance(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0))
}

/// Gaps between arrivals in seconds.
fn gaps(arrivals: &[Arrival]) -> Vec<f64> {
    arrivals.windows(2).map(|pair| pair[1].at.since(pair[0].at).as_secs_f64()).collect()
}

/// Kolmogorov and Smirnov's test; 1.9495 is the 99.9% point of its limit distribution.
fn assert_distributed(values: &[f64], cdf: impl Fn(f64) -> f64) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let distance = sorted.iter().enumerate().fold(0.0f64, |largest, (place, &x)| {
        largest.max(cdf(x) - place as f64 / n).max((place as f64 + 1.0) / n - cdf(x))
    });
    assert!(distance * n.sqrt() < 1.9495, "distance {distance} of {n} values");
}

fn exponential_cdf(mean: f64) -> impl Fn(f64) -> f64 {
    move |x| 1.0 - libm::exp(-x / mean)
}

#[test]
fn poisson_counts_have_their_mean_as_their_variance() {
    let seconds = 5000;
    for rate in [MessageRate::Total(20.0), MessageRate::PerUser(0.02)] {
        let arrivals = until(even(rate, 1000, POISSON), seconds);
        let (mean, variance) = mean_and_variance(&counts(&arrivals, seconds));
        let n = seconds as f64;
        assert!((mean - 20.0).abs() < 3.29 * (20.0 / n).sqrt(), "mean {mean}");
        // Fisher's dispersion, chi-square with n - 1 degrees of freedom, for this n normal.
        let dispersion = (n - 1.0) * variance / mean;
        assert!((dispersion - n).abs() < 3.29 * (2.0 * n).sqrt(), "dispersion {dispersion}");
    }
}

#[test]
fn poisson_gaps_are_exponential_and_name_no_user() {
    let arrivals = until(even(MessageRate::Total(20.0), 7, POISSON), 1000);
    assert!(arrivals.iter().all(|arrival| arrival.user.is_none()));
    assert_distributed(&gaps(&arrivals), exponential_cdf(0.05));
}

#[test]
fn constant_arrivals_of_an_operator_are_evenly_spaced() {
    let arrivals = until(even(MessageRate::Total(80.0), 7, CONSTANT), 100);
    assert_eq!(arrivals.len(), 8000);
    for pair in arrivals.windows(2) {
        assert!(pair[1].at.since(pair[0].at).0.abs_diff(12_500_000) <= 1);
    }
}

#[test]
fn constant_arrivals_do_not_drift_over_a_hundred_million() {
    let mut process = even(MessageRate::Total(30_000.0), 7, CONSTANT);
    let first = process.next().expect("an arrival").at;
    let Pattern::Even { count, .. } = &mut process.pattern else { panic!("evenly spaced") };
    *count = 120_000_000;
    let later = process.next().expect("an arrival").at;
    assert!(later.since(first).0.abs_diff(4_000_000_000_000) <= 2);
}

#[test]
fn constant_arrivals_of_users_come_every_period_from_phases_of_their_own() {
    let users = 2000;
    let arrivals = until(even(MessageRate::PerUser(0.1), users, CONSTANT), 40);
    assert_eq!(arrivals.len(), 4 * users as usize);
    let (first, later) = arrivals.split_at(users as usize);
    for (n, arrival) in later.iter().enumerate() {
        let before = arrivals[n];
        assert_eq!(arrival.user, before.user);
        assert!(arrival.at.since(before.at).0.abs_diff(10_000_000_000) <= 1);
    }
    let mut seen: Vec<_> = first.iter().filter_map(|arrival| arrival.user).collect();
    seen.sort_unstable();
    assert!(seen.iter().copied().eq(0..users));
    let phases: Vec<f64> = first.iter().map(|arrival| arrival.at.as_secs_f64()).collect();
    assert_distributed(&phases, |x| (x / 10.0).clamp(0.0, 1.0));
}

/// Variance of the arrivals of one on/off source in a window: an interrupted Poisson process, the
/// Markov-modulated one whose second rate is zero. With rate `peak` while on, `p` the share of
/// time on and `s` the sum of both transition rates, Poisson's `p peak w` is joined by the double
/// integral of the covariance `peak^2 p (1 - p) exp(-s |u - v|)`.
fn on_off_variance(peak: f64, on: f64, off: f64, window: f64) -> f64 {
    let (p, s) = (on / (on + off), 1.0 / on + 1.0 / off);
    let covariance = 2.0 * peak * peak * p * (1.0 - p) / (s * s);
    p * peak * window + covariance * (s * window - 1.0 + libm::exp(-s * window))
}

#[test]
fn bursts_of_an_operator_keep_the_rate_and_have_the_dispersion_of_an_on_off_source() {
    let seconds = 40_000;
    let arrivals = until(even(MessageRate::Total(20.0), 7, bursty(500, 1000)), seconds);
    assert!(arrivals.iter().all(|arrival| arrival.user.is_none()));
    let (mean, variance) = mean_and_variance(&counts(&arrivals, seconds));
    let expected = on_off_variance(60.0, 0.5, 1.0, 1.0);
    assert!(expected / 20.0 > 15.0, "bursts are told from Poisson");
    // Of all arrivals, correlations between windows included.
    let error = on_off_variance(60.0, 0.5, 1.0, seconds as f64).sqrt() / seconds as f64;
    assert!((mean - 20.0).abs() < 3.29 * error, "mean {mean}");
    assert!((variance / expected - 1.0).abs() < 0.05, "{variance} for {expected}");
}

#[test]
fn bursts_of_users_keep_the_rate_and_add_up_the_dispersion_of_their_sources() {
    let (users, seconds) = (10, 20_000);
    let process = even(MessageRate::PerUser(2.0), users, bursty(1000, 4000));
    let arrivals = until(process, seconds);
    let (mean, variance) = mean_and_variance(&counts(&arrivals, seconds));
    let of_all = |window| f64::from(users) * on_off_variance(10.0, 1.0, 4.0, window);
    let error = of_all(seconds as f64).sqrt() / seconds as f64;
    assert!((mean - 20.0).abs() < 3.29 * error, "mean {mean}");
    assert!((variance / of_all(1.0) - 1.0).abs() < 0.07, "{variance} for {}", of_all(1.0));
    for user in 0..users {
        let own: Vec<_> = arrivals.iter().filter(|a| a.user == Some(user)).copied().collect();
        let (mean, variance) = mean_and_variance(&counts(&own, seconds));
        let error = on_off_variance(10.0, 1.0, 4.0, seconds as f64).sqrt() / seconds as f64;
        assert!((mean - 2.0).abs() < 4.0 * error, "user {user}: mean {mean}");
        let expected = on_off_variance(10.0, 1.0, 4.0, 1.0);
        assert!((variance / expected - 1.0).abs() < 0.1, "user {user}: {variance}");
    }
}

#[test]
fn periods_on_and_off_are_exponential_with_their_means() {
    // At 4000 a second while on, a gap of 10 ms (e^-40 in a burst) is a period off.
    let arrivals = until(even(MessageRate::Total(1000.0), 7, bursty(1000, 3000)), 4000);
    let silences: Vec<usize> = gaps(&arrivals)
        .iter()
        .enumerate()
        .filter(|(_, gap)| **gap > 0.01)
        .map(|(place, _)| place)
        .collect();
    assert!(silences.len() > 800, "{} periods", silences.len());
    let off: Vec<f64> = silences
        .iter()
        .map(|&place| arrivals[place + 1].at.since(arrivals[place].at).as_secs_f64() - 0.01)
        .collect();
    let on: Vec<f64> = silences
        .windows(2)
        .map(|pair| arrivals[pair[1]].at.since(arrivals[pair[0] + 1].at).as_secs_f64())
        .collect();
    assert_distributed(&off, exponential_cdf(3.0));
    assert_distributed(&on, exponential_cdf(1.0));
}

#[test]
fn bursts_without_a_length_are_poisson() {
    for arrivals in [bursty(0, 1000), bursty(1000, 0)] {
        let rate = MessageRate::Total(20.0);
        assert_eq!(until(even(rate, 7, arrivals), 10), until(even(rate, 7, POISSON), 10));
    }
}

#[test]
fn stages_of_the_load_scale_every_process() {
    let stage = |load, ramp| LoadStage { length: Duration::from_secs(1000), load, ramp };
    let stages = vec![stage(1.0, false), stage(3.0, true), stage(0.0, false), stage(2.0, false)];
    let load = Load { base: 0.5, stages };
    let all = [
        (MessageRate::PerUser(0.2), POISSON, 1.0f64),
        (MessageRate::Total(20.0), CONSTANT, 0.01),
        (MessageRate::PerUser(0.2), CONSTANT, 0.2),
        // Index of dispersion for long windows: 1 + 2 peak (1 - p) / s.
        (MessageRate::PerUser(0.2), bursty(1000, 1000), 1.2),
    ];
    for (rate, arrivals, dispersion) in all {
        let arrivals = until(process(rate, 100, arrivals, &load), 4000);
        for (place, expected) in [10_000.0f64, 20_000.0, 0.0, 20_000.0].into_iter().enumerate() {
            let during = |a: &&Arrival| a.at.0 / 1_000_000_000_000 == place as u64;
            let count = arrivals.iter().filter(during).count() as f64;
            let bound = 4.0 * (expected * dispersion).sqrt();
            assert!((count - expected).abs() <= bound, "{rate:?}, stage {place}: {count}");
        }
    }
}

#[test]
fn arrivals_end_when_the_load_ends_for_good() {
    let stages = vec![LoadStage { length: Duration::from_secs(10), load: 0.0, ramp: true }];
    for arrivals in [POISSON, CONSTANT, bursty(100, 100)] {
        let load = Load { base: 1.0, stages: stages.clone() };
        let mut process = process(MessageRate::Total(100.0), 7, arrivals, &load);
        let all: Vec<_> = std::iter::from_fn(|| process.next()).collect();
        assert!(all.last().is_some_and(|last| last.at < Instant(10_000_000_000)));
        assert_eq!(process.next(), None);
    }
}

#[test]
fn nobody_and_rate_zero_never_act() {
    for arrivals in [POISSON, CONSTANT, bursty(100, 100)] {
        assert_eq!(even(MessageRate::PerUser(1.0), 0, arrivals).next(), None);
        assert_eq!(even(MessageRate::Total(1.0), 0, arrivals).next(), None);
        assert_eq!(even(MessageRate::PerUser(0.0), 7, arrivals).next(), None);
    }
}

#[test]
fn arrivals_never_go_back_and_are_the_same_for_the_same_seed() {
    for arrivals in [POISSON, CONSTANT, bursty(100, 300)] {
        let once = until(even(MessageRate::PerUser(3.0), 50, arrivals), 100);
        assert!(once.is_sorted_by_key(|arrival| arrival.at));
        assert_eq!(once, until(even(MessageRate::PerUser(3.0), 50, arrivals), 100));
        let load = LoadProfile::new(&fixture::even_load(), &fixture::run());
        let seed = StreamSeed::new(12, "imsp-a", "messages");
        let other = ArrivalProcess::new(MessageRate::PerUser(3.0), 50, arrivals, load, seed);
        assert_ne!(once, until(other, 100));
    }
}
