//! Deliberate faults of what is run, to prove that `validate` would notice them: what formulas say
//! stays that of the case as it is written.

/// A deliberate fault. Each changes what is run as a user could, by `--set`; the last one, what is read
/// of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Services take longer.
    SlowerService,
    /// A server is missing.
    ServerFewer,
    /// A bound is off by one.
    LongerQueue,
    /// Arrivals are not Poisson.
    EvenArrivals,
    /// Waits of the schedule are left out.
    RetrySkipped,
    /// A watcher of each user is missing.
    WatcherForgotten,
    /// A median is taken for a mean.
    MedianRead,
}

impl Fault {
    /// All, in the order of `--mutate list`.
    pub const ALL: &'static [Self] = &[
        Self::SlowerService,
        Self::ServerFewer,
        Self::LongerQueue,
        Self::EvenArrivals,
        Self::RetrySkipped,
        Self::WatcherForgotten,
        Self::MedianRead,
    ];

    /// Its name on the command line and in results.
    pub const fn label(self) -> &'static str {
        match self {
            Self::SlowerService => "slower-service",
            Self::ServerFewer => "server-fewer",
            Self::LongerQueue => "longer-queue",
            Self::EvenArrivals => "even-arrivals",
            Self::RetrySkipped => "retry-skipped",
            Self::WatcherForgotten => "watcher-forgotten",
            Self::MedianRead => "median-read",
        }
    }

    /// What it does, for people.
    pub const fn what(self) -> &'static str {
        match self {
            Self::SlowerService => "every service takes 5 % longer",
            Self::ServerFewer => "M/M/c has three servers, not four",
            Self::LongerQueue => "one more finds room in a bounded queue and in a leaky bucket",
            Self::EvenArrivals => "messages come evenly, not at random",
            Self::RetrySkipped => "the first two waits of the retry schedule are left out",
            Self::WatcherForgotten => "everybody has nine contacts, not ten",
            Self::MedianRead => "the median of waits is read where their mean is meant",
        }
    }
}
