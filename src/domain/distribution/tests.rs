//! Every distribution against its closed form: Kolmogorov and Smirnov's test for durations,
//! Pearson's chi-square for counts, both at the level 0.001 with fixed seeds.

use super::*;
use crate::domain::random::StreamSeed;

const DRAWS: usize = 20_000;
const MS: f64 = 1e6;

fn stream(purpose: &str) -> Stream {
    StreamSeed::new(7, "distribution tests", purpose).stream()
}

fn ms(value: f64) -> Duration {
    Duration((value * MS) as u64)
}

fn shifted(by: f64, plus: DurationDistribution) -> DurationDistribution {
    DurationDistribution::Shifted { by: ms(by), plus: Box::new(plus) }
}

/// Asserts that draws, in milliseconds, have the given distribution function.
fn assert_distributed(
    name: &str,
    mut draw: impl FnMut(&mut Stream) -> Duration,
    cdf: impl Fn(f64) -> f64,
) {
    let mut stream = stream(name);
    let mut draws: Vec<f64> = (0..DRAWS).map(|_| draw(&mut stream).0 as f64 / MS).collect();
    draws.sort_by(f64::total_cmp);
    let n = DRAWS as f64;
    let distance = draws.iter().enumerate().fold(0.0f64, |largest, (place, &x)| {
        let (below, to) = (place as f64 / n, (place as f64 + 1.0) / n);
        largest.max(cdf(x) - below).max(to - cdf(x))
    });
    // Kolmogorov's limit distribution has its 99.9% point at 1.9495.
    assert!(distance * n.sqrt() < 1.9495, "{name}: distance {distance}");
}

/// Asserts that counts have the given probabilities; values from `cells - 1` on share a cell.
fn assert_counts(
    distribution: &CountDistribution,
    cells: usize,
    critical: f64,
    p: impl Fn(u32) -> f64,
) {
    let mut stream = stream(&format!("{distribution:?}"));
    let mut seen = vec![0u32; cells];
    for _ in 0..DRAWS {
        seen[(distribution.sample(&mut stream) as usize).min(cells - 1)] += 1;
    }
    let mut left = 1.0;
    let statistic: f64 = (0..cells)
        .map(|k| {
            let share = if k == cells - 1 { left } else { p(k as u32) };
            left -= share;
            let expected = share * DRAWS as f64;
            if expected == 0.0 {
                assert_eq!(seen[k], 0);
                return 0.0;
            }
            (f64::from(seen[k]) - expected) * (f64::from(seen[k]) - expected) / expected
        })
        .sum();
    assert!(statistic < critical, "{distribution:?}: chi-square {statistic}");
}

fn normal_cdf(x: f64) -> f64 {
    libm::erfc(-x / std::f64::consts::SQRT_2) / 2.0
}

fn erlang_cdf(k: u32, step: f64, x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 0.0;
    for j in 0..k {
        if j > 0 {
            term *= x / step / f64::from(j);
        }
        sum += term;
    }
    1.0 - libm::exp(-x / step) * sum
}

const ERLANG: DurationDistribution =
    DurationDistribution::Erlang { k: 4, mean: Duration::from_millis(2) };
const UNIFORM: DurationDistribution =
    DurationDistribution::Uniform { min: Duration::from_millis(1), max: Duration::from_millis(3) };
const LOGNORMAL: DurationDistribution = DurationDistribution::Lognormal {
    median: Duration::from_millis(2),
    p99: Duration::from_millis(9),
};
const EXPONENTIAL: DurationDistribution =
    DurationDistribution::Exponential(Duration::from_millis(2));

fn empirical() -> DurationDistribution {
    let rows = [(1_000_000, 3.0), (4_000_000, 1.0), (9_000_000, 0.0)];
    let table = Empirical::new("delays.csv".to_owned(), &rows);
    DurationDistribution::Empirical(Arc::new(table.expect("weights above zero")))
}

/// Deviation of the logarithm of `LOGNORMAL`: ln 4.5 over the 99th normal percentile.
fn sigma() -> f64 {
    libm::log(4.5) / 2.326_347_874_040_841
}

#[test]
fn an_exponential_draw_is_exponential() {
    assert_distributed("exponential", |s| EXPONENTIAL.sample(s), |x| 1.0 - libm::exp(-x / 2.0));
}

#[test]
fn a_uniform_draw_is_uniform() {
    assert_distributed("uniform", |s| UNIFORM.sample(s), |x| (x - 1.0) / 2.0);
}

#[test]
fn a_lognormal_draw_has_its_median_and_99th_percentile() {
    let cdf = |x: f64| normal_cdf(libm::log(x / 2.0) / sigma());
    assert!((cdf(2.0) - 0.5).abs() < 1e-12 && (cdf(9.0) - 0.99).abs() < 1e-12);
    assert_distributed("lognormal", |s| LOGNORMAL.sample(s), cdf);
}

#[test]
fn an_erlang_draw_is_a_sum_of_exponentials() {
    assert_distributed("erlang", |s| ERLANG.sample(s), |x| erlang_cdf(4, 0.5, x));
}

#[test]
fn a_shifted_draw_is_never_below_its_shift() {
    let distribution = shifted(15.0, EXPONENTIAL);
    assert_eq!(distribution.min(), ms(15.0));
    assert_eq!(distribution.mean(), ms(17.0));
    let cdf = |x: f64| if x < 15.0 { 0.0 } else { 1.0 - libm::exp(-(x - 15.0) / 2.0) };
    assert_distributed("shifted", |s| distribution.sample(s), cdf);
}

#[test]
fn draws_of_a_distribution_average_to_its_mean() {
    let all = [EXPONENTIAL, UNIFORM, LOGNORMAL, ERLANG, shifted(15.0, ERLANG), empirical()];
    for distribution in all {
        let mut stream = stream(&format!("mean of {distribution:?}"));
        let draws: Vec<f64> =
            (0..DRAWS).map(|_| distribution.sample(&mut stream).0 as f64).collect();
        let mean = draws.iter().sum::<f64>() / DRAWS as f64;
        let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / DRAWS as f64;
        // 3.29 standard errors: the two-sided level 0.001.
        let bound = 3.29 * (variance / DRAWS as f64).sqrt();
        assert!((mean - distribution.mean().0 as f64).abs() < bound, "{distribution:?}: {mean}");
    }
}

#[test]
fn an_empirical_draw_comes_as_often_as_its_weight() {
    let rows = [(0, 1.0), (1, 0.0), (2, 5.0), (3, 4.0)];
    let table = Empirical::new("sizes.csv".to_owned(), &rows).expect("weights above zero");
    let distribution = CountDistribution::Empirical(Arc::new(table));
    assert!((distribution.mean() - 2.2).abs() < 1e-12);
    // 2 degrees of freedom.
    assert_counts(&distribution, 4, 13.82, |k| [0.1, 0.0, 0.5, 0.4][k as usize]);
}

#[test]
fn an_empirical_table_needs_a_weight_above_zero_and_none_below() {
    let table = |rows: &[(u64, f64)]| Empirical::new(String::new(), rows);
    assert_eq!(table(&[]), None);
    assert_eq!(table(&[(1, 0.0)]), None);
    assert_eq!(table(&[(1, 2.0), (2, -1.0)]), None);
    assert_eq!(table(&[(1, f64::NAN)]), None);
    assert_eq!(table(&[(1, f64::INFINITY)]), None);
}

#[test]
fn poisson_counts_follow_their_probabilities() {
    // 5 and 15 degrees of freedom.
    for (mean, cells, critical) in [(0.5, 6, 20.52), (6.0, 16, 37.70)] {
        let p = |k: u32| {
            let ln_factorial: f64 = (1..=k).map(|j| libm::log(f64::from(j))).sum();
            libm::exp(f64::from(k) * libm::log(mean) - mean - ln_factorial)
        };
        assert_counts(&CountDistribution::Poisson(mean), cells, critical, p);
    }
}

#[test]
fn poisson_counts_of_a_large_mean_have_it_as_their_variance() {
    let (mean, n) = (100.0, DRAWS as f64);
    let mut stream = stream("large poisson");
    let distribution = CountDistribution::Poisson(mean);
    let draws: Vec<f64> = (0..DRAWS).map(|_| f64::from(distribution.sample(&mut stream))).collect();
    let average = draws.iter().sum::<f64>() / n;
    let squares: f64 = draws.iter().map(|x| (x - average) * (x - average)).sum();
    assert!((average - mean).abs() < 3.29 * (mean / n).sqrt());
    // The dispersion is chi-square with n - 1 degrees of freedom, for this n a normal one.
    assert!((squares / mean - n).abs() < 3.29 * (2.0 * n).sqrt());
}

#[test]
fn geometric_counts_start_at_zero_and_follow_their_mean() {
    let p = |k: u32| 0.25 * libm::pow(0.75, f64::from(k));
    // 15 degrees of freedom.
    assert_counts(&CountDistribution::Geometric(3.0), 16, 37.70, p);
    assert_eq!(CountDistribution::Geometric(0.0).sample(&mut stream("zero")), 0);
}

#[test]
fn zipf_counts_weigh_as_powers_of_their_value() {
    let total: f64 = (1..=15).map(|k| libm::pow(f64::from(k), -1.1)).sum();
    let p = |k: u32| if k == 0 { 0.0 } else { libm::pow(f64::from(k), -1.1) / total };
    let zipf = CountDistribution::Zipf(Arc::new(Zipf::new(15, 1.1)));
    let mean: f64 = (1..=15).map(|k| f64::from(k) * p(k)).sum();
    assert!((zipf.mean() - mean).abs() < 1e-12);
    // 14 degrees of freedom.
    assert_counts(&zipf, 16, 36.12, p);
}

#[test]
fn a_place_on_a_shorter_list_weighs_as_on_a_list_of_its_length() {
    let (long, short) = (Zipf::new(100, 0.8), Zipf::new(10, 0.8));
    let (mut one, mut other) = (stream("place"), stream("place"));
    for _ in 0..1000 {
        assert_eq!(long.place_of(10, &mut one), short.sample(&mut other) as usize - 1);
    }
}

#[test]
fn lognormal_counts_are_rounded_to_the_nearest() {
    let distribution = CountDistribution::Lognormal { median: 2.0, p99: 9.0 };
    let cdf = |x: f64| normal_cdf(libm::log(x / 2.0) / sigma());
    let p = |k: u32| {
        let k = f64::from(k);
        cdf(k + 0.5) - if k > 0.0 { cdf(k - 0.5) } else { 0.0 }
    };
    // 11 degrees of freedom.
    assert_counts(&distribution, 12, 31.26, p);
}

#[test]
fn what_is_left_of_a_constant_period_is_uniform() {
    let constant = DurationDistribution::Constant(ms(2.0));
    assert_distributed("rest of constant", |s| constant.residual(s), |x| x / 2.0);
}

#[test]
fn what_is_left_of_an_exponential_period_is_as_long_as_a_new_one() {
    let cdf = |x: f64| 1.0 - libm::exp(-x / 2.0);
    assert_distributed("rest of exponential", |s| EXPONENTIAL.residual(s), cdf);
    // The other way to it: a uniform share of a length-biased period.
    assert_distributed(
        "biased exponential",
        |s| EXPONENTIAL.length_biased(s),
        |x| erlang_cdf(2, 2.0, x),
    );
}

#[test]
fn what_is_left_of_a_uniform_period_follows_renewal_theory() {
    let cdf = |x: f64| {
        let over = (x - 1.0).max(0.0);
        (x - over * over / 4.0) / 2.0
    };
    assert_distributed("rest of uniform", |s| UNIFORM.residual(s), cdf);
}

#[test]
fn what_is_left_of_an_erlang_period_is_a_mixture_of_erlangs() {
    let cdf = |x: f64| (1..=4).map(|k| erlang_cdf(k, 0.5, x)).sum::<f64>() / 4.0;
    assert_distributed("rest of erlang", |s| ERLANG.residual(s), cdf);
}

#[test]
fn what_is_left_of_a_lognormal_period_follows_renewal_theory() {
    let sigma = sigma();
    let mean = 2.0 * libm::exp(sigma * sigma / 2.0);
    let cdf = |x: f64| {
        let z = libm::log(x / 2.0) / sigma;
        x * (1.0 - normal_cdf(z)) / mean + normal_cdf(z - sigma)
    };
    assert_distributed("rest of lognormal", |s| LOGNORMAL.residual(s), cdf);
}

#[test]
fn what_is_left_of_a_shifted_period_follows_renewal_theory() {
    let distribution = shifted(3.0, EXPONENTIAL);
    let cdf = |x: f64| {
        let over = (x - 3.0).max(0.0);
        (x.min(3.0) + 2.0 * (1.0 - libm::exp(-over / 2.0))) / 5.0
    };
    assert_distributed("rest of shifted", |s| distribution.residual(s), cdf);
}

#[test]
fn what_is_left_of_an_empirical_period_follows_renewal_theory() {
    // The survivor function is 1 to 1 ms and 1/4 to 4 ms; the mean is 1.75 ms.
    let cdf = |x: f64| (x.min(1.0) + 0.25 * (x - 1.0).clamp(0.0, 3.0)) / 1.75;
    let distribution = empirical();
    assert_distributed("rest of empirical", |s| distribution.residual(s), cdf);
}

#[test]
fn nothing_is_left_of_no_period() {
    let mut stream = stream("nothing");
    let zero = DurationDistribution::Constant(Duration::ZERO);
    assert!(zero.is_zero());
    assert_eq!(zero.residual(&mut stream), Duration::ZERO);
    assert_eq!(shifted(0.0, zero).residual(&mut stream), Duration::ZERO);
    let table = Empirical::new(String::new(), &[(0, 1.0)]).expect("a weight above zero");
    let empirical = DurationDistribution::Empirical(Arc::new(table));
    assert_eq!(empirical.residual(&mut stream), Duration::ZERO);
}
