//! What the view of a running simulation shows, as plain values: told by the run at windows and at
//! ends of intervals, and by keys. It knows no terminal and no clock; whoever tells it of progress
//! says how long that took.

use crate::domain::federation::{Event, Federation, LinkFault, Outage};
use crate::domain::outcome::Route;
use crate::domain::time::{Duration, Instant};
use crate::measure::glance::Glance;

/// Wall-clock seconds between two looks at how fast events go by.
const PACE: f64 = 1.0;

/// What goes by each second of simulated time.
pub(super) const RATES: [&str; 5] =
    ["offered", "delivered", "refused", "notifications", "short messages"];

/// Everything that is shown.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) name: String,
    pub(super) seed: u64,
    /// Length of the warm-up, seconds of simulated time.
    pub(super) warm_up: f64,
    /// Length of the run with it.
    pub(super) total: f64,
    /// How far the run has come, seconds of simulated time with the warm-up.
    pub(super) now: f64,
    pub(super) events: u64,
    /// Wall-clock seconds, pauses left out.
    pub(super) elapsed: f64,
    /// Events a second of wall-clock time, lately.
    pub(super) pace: f64,
    mark: (f64, u64),
    pub(super) paused: bool,
    /// Stations that are scrolled past.
    pub(super) scroll: usize,
    /// The last interval that ended.
    pub(super) last: Option<Glance>,
    /// A value an interval, by [`RATES`].
    pub(super) rates: [Vec<f64>; RATES.len()],
    /// 95th percentile of latency in each interval, by route; no number where there are too few
    /// samples.
    pub(super) latencies: Vec<Vec<f64>>,
    /// Queue in each interval, by station.
    pub(super) queues: Vec<Vec<f64>>,
    happenings: Vec<Happening>,
}

/// Something on the timeline, seconds since the start of the run.
#[derive(Clone, Debug)]
struct Happening {
    from: f64,
    to: f64,
    what: String,
}

impl State {
    /// Of a run that is about to begin. What happens on the timeline at once is shown for so long as
    /// an interval.
    pub(super) fn new(federation: &Federation, interval: Duration) -> Self {
        let start = Instant::START + federation.run.warm_up;
        let happenings = federation.timeline.iter().map(|event| {
            let from = start + event.at;
            let (what, lasts) = describe(federation, &event.event);
            let to = from + lasts.unwrap_or(interval);
            Happening { from: from.as_secs_f64(), to: to.as_secs_f64(), what }
        });
        Self {
            name: federation.name.clone(),
            seed: federation.run.seed,
            warm_up: federation.run.warm_up.as_secs_f64(),
            total: (federation.run.warm_up + federation.run.duration).as_secs_f64(),
            now: 0.0,
            events: 0,
            elapsed: 0.0,
            pace: 0.0,
            mark: (0.0, 0),
            paused: false,
            scroll: 0,
            last: None,
            rates: Default::default(),
            latencies: vec![Vec::new(); Route::ALL.len()],
            queues: Vec::new(),
            happenings: happenings.collect(),
        }
    }

    /// The run is at a simulated time with so many events, after so many wall-clock seconds.
    pub(super) fn progress(&mut self, at: Instant, events: u64, elapsed: f64) {
        self.now = at.as_secs_f64();
        self.events = events;
        self.elapsed = elapsed;
        let (since, before) = self.mark;
        if elapsed >= since + PACE || since == 0.0 {
            self.pace = events.saturating_sub(before) as f64 / (elapsed - since).max(1e-3);
        }
        if elapsed >= since + PACE {
            self.mark = (elapsed, events);
        }
    }

    /// An interval of the series ended.
    pub(super) fn interval(&mut self, glance: Glance) {
        let a_second = |count: u64| count as f64 / glance.length_s.max(1e-9);
        let sum = |of: fn(&crate::measure::glance::RouteGlance) -> u64| -> u64 {
            glance.routes.iter().map(of).sum()
        };
        let seen = [
            sum(|route| route.offered),
            sum(|route| route.delivered),
            sum(|route| route.refused),
            glance.notifications,
            glance.short_messages,
        ];
        for (rates, seen) in self.rates.iter_mut().zip(seen) {
            rates.push(a_second(seen));
        }
        for (route, latencies) in Route::ALL.iter().zip(&mut self.latencies) {
            let of = glance.routes.iter().find(|seen| seen.route == *route);
            latencies.push(of.and_then(|seen| seen.latency[1]).unwrap_or(f64::NAN));
        }
        self.queues.resize(glance.stations.len(), Vec::new());
        for (queue, station) in self.queues.iter_mut().zip(&glance.stations) {
            queue.push(station.queue);
        }
        self.last = Some(glance);
    }

    /// What of the timeline is under way.
    pub(super) fn under_way(&self) -> impl Iterator<Item = (&str, f64)> {
        let now = self.now;
        let happen = self.happenings.iter().filter(move |it| it.from <= now && now < it.to);
        happen.map(move |it| (it.what.as_str(), it.to - now))
    }

    /// Moves along the stations.
    pub(super) fn scroll(&mut self, by: isize) {
        self.scroll = self.scroll.saturating_add_signed(by).min(self.queues.len());
    }
}

/// An event in words, and how long it lasts if it does.
fn describe(federation: &Federation, event: &Event) -> (String, Option<Duration>) {
    let name = |id| federation.operator(id).name.as_str();
    match event {
        Event::Upgrade { operator, index } => {
            (format!("{}/{index} becomes an IM user", name(*operator)), None)
        }
        Event::Lapse { operator, index } => {
            (format!("the subscription of {}/{index} lapses", name(*operator)), None)
        }
        Event::BecomesImsp { operator, .. } => {
            (format!("{} becomes an IM service provider", name(*operator)), None)
        }
        Event::Agree(id) => {
            let [a, b] = federation.agreement(*id).between;
            (format!("{} and {} agree", name(a), name(b)), None)
        }
        Event::Outage { outage, lasts } => {
            let what = match outage {
                Outage::Link { between: [a, b], fault } => {
                    let fault = match fault {
                        LinkFault::Down => "down".to_owned(),
                        LinkFault::Slow(factor) => format!("slower by {factor}"),
                    };
                    format!("link {}:{} {fault}", name(*a), name(*b))
                }
                Outage::Part(part) => {
                    let owner = name(part.operator(federation));
                    format!("{owner}.{} down", part.word(federation))
                }
            };
            (what, Some(*lasts))
        }
    }
}
