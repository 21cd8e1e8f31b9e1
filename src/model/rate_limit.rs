//! The limit on what one side of an agreement may send: a leaky bucket or a counter per calendar
//! window. Pure arithmetic over arrival instants; the gateway asks it before a message goes.

use std::collections::VecDeque;

use crate::domain::federation::{Meter, OverLimit, RateLimit};
use crate::domain::time::{Duration, Instant};

/// The state of a rate limit.
#[derive(Clone, Debug)]
pub(crate) struct RateLimiter {
    meter: Metered,
    over: OverLimit,
    /// Release instants of waiting messages, ascending.
    waiting: VecDeque<Instant>,
}

#[derive(Clone, Debug)]
enum Metered {
    /// The bucket as the instant at which it will be empty: each message adds one `interval`.
    Bucket {
        /// Between two messages at the rate.
        interval: Duration,
        /// A message fits while the bucket drains no longer than this.
        tolerance: Duration,
        /// When the bucket is empty.
        empty: Instant,
    },
    /// The counter of the window that the last message fell into.
    Window {
        /// Length of a window.
        length: Duration,
        /// Messages a window allows on average; fractions add up from window to window.
        share: f64,
        /// Number of the window.
        window: u64,
        /// Messages in it.
        count: u64,
    },
}

/// What a rate limit says to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// It may go now.
    Now,
    /// It may go then; so many wait, this one included.
    At(Instant, u32),
    /// Over the limit: refused.
    Refused,
    /// Over the limit, and the queue is full.
    QueueFull,
    /// Over the limit: to be converted to SMS.
    Sms,
}

impl RateLimiter {
    /// A limit that has seen nothing yet.
    pub(crate) fn new(settings: &RateLimit) -> Self {
        let meter = match settings.meter {
            Meter::LeakyBucket { burst } => {
                let interval = Duration::from_secs_f64(1.0 / settings.rate);
                let tolerance = interval * u64::from(burst.saturating_sub(1));
                Metered::Bucket { interval, tolerance, empty: Instant::START }
            }
            Meter::Window(length) => {
                let share = settings.rate * length.as_secs_f64();
                Metered::Window { length, share, window: 0, count: 0 }
            }
        };
        Self { meter, over: settings.over, waiting: VecDeque::new() }
    }

    /// A message wants to go at `now`, which never moves back.
    pub(crate) fn admit(&mut self, now: Instant) -> Admission {
        while self.waiting.front().is_some_and(|&release| release <= now) {
            self.waiting.pop_front();
        }
        let earliest = self.meter.earliest(now);
        if earliest > now {
            match self.over {
                OverLimit::Refuse => return Admission::Refused,
                OverLimit::Sms => return Admission::Sms,
                OverLimit::Queue { limit } if self.waiting.len() >= limit as usize => {
                    return Admission::QueueFull;
                }
                OverLimit::Queue { .. } => self.waiting.push_back(earliest),
            }
        }
        self.meter.take(earliest);
        if earliest == now {
            Admission::Now
        } else {
            Admission::At(earliest, self.waiting.len() as u32)
        }
    }
}

impl Metered {
    /// The first instant, not before `now`, at which one more message conforms.
    fn earliest(&self, now: Instant) -> Instant {
        match *self {
            Self::Bucket { tolerance, empty, .. } => {
                Instant(empty.0.saturating_sub(tolerance.0)).max(now)
            }
            Self::Window { length, share, window, count } => {
                let current = now.0 / length.0;
                // A queue may have filled windows ahead of now.
                let (mut window, taken) =
                    if current > window { (current, 0) } else { (window, count) };
                if taken >= allowed(share, window) {
                    window += 1;
                    while allowed(share, window) == 0 {
                        window += 1;
                    }
                }
                Instant(window * length.0).max(now)
            }
        }
    }

    /// One message goes at `at`.
    fn take(&mut self, at: Instant) {
        match self {
            Self::Bucket { interval, empty, .. } => *empty = (*empty).max(at) + *interval,
            Self::Window { length, window, count, .. } => {
                let current = at.0 / length.0;
                if current > *window {
                    (*window, *count) = (current, 0);
                }
                *count += 1;
            }
        }
    }
}

/// Messages that a window allows: what is due by its end less what was due by its start, so that a
/// rate of half a message a window allows one in every other.
fn allowed(share: f64, window: u64) -> u64 {
    // 500/s over 1s allows 500, whatever the product's rounding error.
    let due = |windows: u64| (share * windows as f64 + 1e-6) as u64;
    due(window + 1) - due(window)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(meter: Meter, over: OverLimit) -> RateLimiter {
        RateLimiter::new(&RateLimit { rate: 10.0, meter, over })
    }

    fn ms(milliseconds: u64) -> Instant {
        Instant::START + Duration::from_millis(milliseconds)
    }

    #[test]
    fn a_bucket_of_three_places_takes_three_at_once_and_then_one_an_interval() {
        let mut limit = limiter(Meter::LeakyBucket { burst: 3 }, OverLimit::Refuse);
        let said: Vec<_> = [0, 0, 0, 0, 99, 100, 100, 200].map(|t| limit.admit(ms(t))).into();
        use Admission::{Now, Refused};
        assert_eq!(said, [Now, Now, Now, Refused, Refused, Now, Refused, Now]);
    }

    #[test]
    fn a_queue_drains_at_the_rate_and_refuses_past_its_limit() {
        let over = OverLimit::Queue { limit: 2 };
        let mut limit = limiter(Meter::LeakyBucket { burst: 1 }, over);
        let said: Vec<_> = [0, 0, 0, 0, 100].map(|t| limit.admit(ms(t))).into();
        use Admission::{At, Now, QueueFull};
        assert_eq!(said, [Now, At(ms(100), 1), At(ms(200), 2), QueueFull, At(ms(300), 2)]);
    }

    #[test]
    fn a_window_counts_anew_at_each_multiple_of_its_length() {
        let mut limit = limiter(Meter::Window(Duration::from_millis(200)), OverLimit::Refuse);
        let said: Vec<_> = [150, 160, 199, 200, 210, 220, 400].map(|t| limit.admit(ms(t))).into();
        use Admission::{Now, Refused};
        assert_eq!(said, [Now, Now, Refused, Now, Now, Refused, Now]);
    }

    #[test]
    fn a_window_shorter_than_a_message_lets_one_through_now_and_then() {
        // 10 a second over 30 ms: one in every third or fourth window.
        let mut limit = limiter(Meter::Window(Duration::from_millis(30)), OverLimit::Refuse);
        let passed = (0..10_000).filter(|t| limit.admit(ms(*t)) == Admission::Now).count();
        assert_eq!(passed, 100);
    }

    #[test]
    fn a_window_with_a_queue_fills_the_windows_to_come() {
        let over = OverLimit::Queue { limit: 10 };
        let mut limit = limiter(Meter::Window(Duration::from_millis(200)), over);
        let said: Vec<_> = [0, 0, 0, 0, 0, 10].map(|t| limit.admit(ms(t))).into();
        use Admission::{At, Now};
        let expected = [Now, Now, At(ms(200), 1), At(ms(200), 2), At(ms(400), 3), At(ms(400), 4)];
        assert_eq!(said, expected);
    }
}
