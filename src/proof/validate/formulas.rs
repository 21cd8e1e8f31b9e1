//! Closed formulas of queues, limits, retries and fan-out: plain functions of numbers, each with where
//! it comes from. Called by the cases of `interwork validate` and by tests of queues; nothing here
//! knows the simulator. Times are in any one unit, the same in and out; loads are numbers of servers
//! kept busy; shares are 0..=1.

/// Mean wait of M/D/1 at utilisation `rho` (0..1, 1 excluded), in services. Pollaczek 1930, Khinchine
/// 1932: half of what exponential services would give.
pub fn md1_mean_wait(rho: f64) -> f64 {
    rho / (2.0 * (1.0 - rho))
}

/// Share of customers of M/D/1 that wait at most `t` services (Erlang 1909). A sum of alternating
/// terms: good to nine digits for `t` up to about 10.
pub fn md1_waiting(rho: f64, t: f64) -> f64 {
    let mut sum = 0.0;
    for k in 0..=(t as u32) {
        let x = rho * (f64::from(k) - t);
        let mut term = libm::exp(-x);
        for i in 1..=k {
            term *= x / f64::from(i);
        }
        sum += term;
    }
    (1.0 - rho) * sum
}

/// Share that M/D/1 with `places` places in all, 1 or more, loses at an offered load of `rho`: from the
/// chain embedded at departures (Gross and Harris, Fundamentals of Queueing Theory, chapter 5). A leaky
/// bucket of so many places that drains one each interval is that queue.
pub fn md1k_lost(rho: f64, places: usize) -> f64 {
    // Arrivals during one service.
    let mut arrivals = vec![libm::exp(-rho)];
    for k in 1..places {
        arrivals.push(arrivals[k - 1] * rho / k as f64);
    }
    // Unnormalised probabilities of k left behind at a departure, k = 0..places-1.
    let mut left = vec![1.0];
    for k in 0..places.saturating_sub(1) {
        let mut next = left[k] - arrivals[k] * left[0];
        for j in 1..=k {
            next -= arrivals[k - j + 1] * left[j];
        }
        left.push(next / arrivals[0]);
    }
    let total: f64 = left.iter().sum();
    1.0 - 1.0 / (left[0] / total + rho)
}

/// Probability to wait in M/M/c at a load below the number of servers (Erlang C, 1917).
pub fn erlang_c(servers: u32, load: f64) -> f64 {
    let mut blocked = 1.0;
    for n in 1..=servers {
        blocked = load * blocked / (f64::from(n) + load * blocked);
    }
    let rho = load / f64::from(servers);
    blocked / (1.0 - rho * (1.0 - blocked))
}

/// Probabilities of 0..=`places` customers in M/M/1/K at an offered load of `rho` (Kleinrock, Queueing
/// Systems I, chapter 3): a geometric series, cut off.
pub fn mm1k(rho: f64, places: usize) -> Vec<f64> {
    let next = |p: &mut f64, _| Some(std::mem::replace(p, *p * rho));
    let powers: Vec<f64> = (0..=places).scan(1.0, next).collect();
    let total: f64 = powers.iter().sum();
    powers.into_iter().map(|p| p / total).collect()
}

/// Mean time in M/M/1/K of those that are let in, where `rate` arrive in a unit of time and each is
/// served at `rate / rho`: Little's law for those inside.
pub fn mm1k_mean_sojourn(rho: f64, places: usize, rate: f64) -> f64 {
    let inside = mm1k(rho, places);
    let lost = inside.last().copied().unwrap_or(0.0);
    let mean: f64 = inside.iter().zip(0..).map(|(p, n)| p * f64::from(n)).sum();
    mean / (rate * (1.0 - lost))
}

/// Share of Poisson arrivals, `mean` a window, that a counter refuses which lets `allowed` through in
/// each window: what is over, on average, of each.
pub fn over_window(mean: f64, allowed: u32) -> f64 {
    let mut probability = libm::exp(-mean);
    let mut over = 0.0;
    let mut n = 0_u32;
    // Until what is left cannot be seen.
    while f64::from(n) < mean + 40.0 * mean.sqrt() + 40.0 {
        n += 1;
        probability *= mean / f64::from(n);
        over += probability * f64::from(n.saturating_sub(allowed));
    }
    over / mean
}

/// Share of sums of two independent exponential times at `rate` that are at most `t`: Erlang's
/// distribution of two stages. So is the time in a tandem of two equal M/M/1, for the departures of the
/// first are Poisson (Burke 1956) and the queues independent (Jackson 1957).
pub fn two_stages(rate: f64, t: f64) -> f64 {
    1.0 - libm::exp(-rate * t) * (1.0 + rate * t)
}

/// The smallest `t` from 0 on at which an increasing share reaches `share` (0..1, 1 excluded).
pub fn quantile(share: f64, cdf: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while cdf(high) < share {
        high *= 2.0;
    }
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if cdf(middle) < share { low = middle } else { high = middle }
    }
    high
}

/// A phone that is away and back in turn, for exponential times.
#[derive(Clone, Copy, Debug)]
pub struct Phone {
    /// Share of time away, 0..1.
    pub away: f64,
    /// Mean time away.
    pub away_for: f64,
}

impl Phone {
    /// Probability that one that is away is away a time later: a chain of two states, whose memory
    /// fades at the sum of its two rates (any text on continuous-time Markov chains).
    fn still_away(self, later: f64) -> f64 {
        let back_for = self.away_for * (1.0 - self.away) / self.away;
        let fading = libm::exp(-later * (1.0 / self.away_for + 1.0 / back_for));
        self.away + (1.0 - self.away) * fading
    }

    /// What becomes of a short message to it, whose attempts come at these times after its submission.
    pub fn tried(self, at: &[f64]) -> Tried {
        let mut tried = Tried { attempts: 0.0, undelivered: 1.0, mean_latency: 0.0 };
        for (place, &time) in at.iter().enumerate() {
            tried.attempts += tried.undelivered;
            let fails = match place {
                0 => self.away,
                _ => self.still_away(time - at[place - 1]),
            };
            tried.mean_latency += time * tried.undelivered * (1.0 - fails);
            tried.undelivered *= fails;
        }
        tried.mean_latency /= 1.0 - tried.undelivered;
        tried
    }
}

/// What becomes of a short message, on average.
#[derive(Clone, Copy, Debug)]
pub struct Tried {
    /// Attempts that are made, the first included.
    pub attempts: f64,
    /// Share that no attempt delivers.
    pub undelivered: f64,
    /// Mean time from submission to delivery, of those delivered.
    pub mean_latency: f64,
}

/// When attempts come: at once, then after these waits, the last of which repeats, while less than
/// `validity` has gone by. `waits` are above 0.
pub fn attempts(waits: &[f64], validity: f64) -> Vec<f64> {
    let mut at = Vec::new();
    let mut next = 0.0;
    while next < validity {
        let Some(wait) = waits.get(at.len()).or(waits.last()) else { return vec![0.0] };
        at.push(next);
        next += wait;
    }
    at
}

/// Share of publishers with a watcher among `users`, where each user watches a publisher by itself and
/// there are `mean` of them on average: binomial.
pub fn any_watcher(users: u32, mean: f64) -> f64 {
    1.0 - libm::pow(1.0 - mean / f64::from(users), f64::from(users))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(seen: f64, expected: f64) {
        assert!(
            (seen - expected).abs() <= 1e-9 * expected.abs().max(1.0),
            "{seen}, not {expected}"
        );
    }

    #[test]
    fn the_distribution_of_m_d_1_has_the_mean_of_pollaczek_and_khinchine() {
        for rho in [0.3, 0.7] {
            near(md1_waiting(rho, 0.0), 1.0 - rho);
            // The mean is the area above the distribution.
            let step = 1e-3;
            let above = (0..10_000).map(|n| 1.0 - md1_waiting(rho, (f64::from(n) + 0.5) * step));
            let mean = above.sum::<f64>() * step;
            assert!((mean / md1_mean_wait(rho) - 1.0).abs() < 1e-2, "{mean}");
        }
    }

    #[test]
    fn with_one_place_every_loss_is_that_of_erlang_b() {
        for rho in [0.2, 1.0, 3.0] {
            near(md1k_lost(rho, 1), rho / (1.0 + rho));
            near(mm1k(rho, 1)[1], rho / (1.0 + rho));
        }
        // Two places: one left behind with probability a0, none with 1 - a0, up to a factor.
        let a0 = libm::exp(-0.5);
        near(md1k_lost(0.5, 2), 1.0 - 1.0 / (a0 + 0.5));
    }

    #[test]
    fn erlang_c_is_what_tables_have() {
        near(erlang_c(1, 0.7), 0.7);
        // Two servers: 2 rho^2 / (1 + rho).
        near(erlang_c(2, 1.5), 2.0 * 0.75 * 0.75 / 1.75);
        near(erlang_c(3, 2.0), 4.0 / 9.0);
    }

    #[test]
    fn a_large_m_m_1_k_is_m_m_1() {
        near(mm1k_mean_sojourn(0.7, 400, 70.0), 1.0 / 30.0);
        near(mm1k(0.5, 2).iter().sum(), 1.0);
    }

    #[test]
    fn a_window_that_allows_nothing_refuses_all_and_a_wide_one_nothing() {
        near(over_window(95.0, 0), 1.0);
        assert!(over_window(95.0, 300) < 1e-12);
        // One allowed: what is over is the mean, less the share of windows with any.
        near(over_window(2.0, 1), (2.0 - (1.0 - libm::exp(-2.0))) / 2.0);
    }

    #[test]
    fn two_stages_have_twice_the_mean_of_one() {
        let mean: f64 =
            (0..40_000).map(|n| 1.0 - two_stages(1.0, (f64::from(n) + 0.5) * 1e-3)).sum();
        assert!((mean * 1e-3 - 2.0).abs() < 1e-4, "{mean}");
        near(quantile(0.75, |t| 1.0 - libm::exp(-t)), libm::log(4.0));
    }

    #[test]
    fn attempts_follow_the_schedule_until_the_validity_ends() {
        assert_eq!(attempts(&[1.0, 2.0, 5.0], 20.0), [0.0, 1.0, 3.0, 8.0, 13.0, 18.0]);
        assert_eq!(attempts(&[5.0], 5.0), [0.0]);
        assert_eq!(attempts(&[], 5.0), [0.0]);
    }

    #[test]
    fn attempts_far_apart_find_the_phone_afresh_each_time() {
        let phone = Phone { away: 0.25, away_for: 1.0 };
        let tried = phone.tried(&[0.0, 1e3, 2e3]);
        near(tried.attempts, 1.0 + 0.25 + 0.0625);
        near(tried.undelivered, 0.25 * 0.25 * 0.25);
        near(tried.mean_latency, (1e3 * 0.1875 + 2e3 * 0.046_875) / (1.0 - 0.015_625));
        // At once it is where it was.
        near(phone.tried(&[0.0, 0.0]).undelivered, 0.25);
    }

    #[test]
    fn nobody_watches_a_publisher_with_the_probability_of_a_binomial() {
        near(any_watcher(1, 0.3), 0.3);
        near(any_watcher(2, 1.0), 0.75);
    }
}
