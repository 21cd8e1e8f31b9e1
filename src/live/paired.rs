//! A live run held against the simulated one of the same topology and seed, figure by figure: the same people
//! meant the same, so counts are equal, and times differ by what a real hop costs. Called by the command line
//! with the results of both.

use crate::domain::outcome::Route;
use crate::measure::results::{Metric, Results};
use crate::report::document::live::{Paired, Pairs};

/// What a hop with a timer may cost more than the model says: a wake-up at each end, and the way.
const HOP_S: f64 = 0.000_5;
/// And this share of a time.
const SHARE: f64 = 0.02;

/// Standard errors that chance may take: 99.7 % of the time it takes less.
const CHANCE: f64 = 3.0;

/// All pairs; `kept`: the live run kept its schedule.
pub(crate) fn pairs(simulated: &Results, live: &Results, kept: bool) -> Pairs {
    let both = Both { simulated, live };
    let rows = Route::ALL.iter().flat_map(|route| both.of(*route));
    let rows = rows.filter(|pair| pair.simulated != 0.0 || pair.live != 0.0).collect();
    Pairs { comparable: kept, rows }
}

struct Both<'a> {
    simulated: &'a Results,
    live: &'a Results,
}

impl Both<'_> {
    fn find(&self, name: &str, route: Route) -> Option<[&Metric; 2]> {
        let labels = [("route", route.label())];
        let of = |results: &'_ Results| results.metrics.iter().position(|it| it.is(name, &labels));
        let (one, two) = (of(self.simulated)?, of(self.live)?);
        Some([&self.simulated.metrics[one], &self.live.metrics[two]])
    }

    fn count(&self, name: &str, route: Route) -> [f64; 2] {
        let count = |metric: &Metric| metric.count.unwrap_or(0) as f64;
        self.find(name, route).map_or([0.0; 2], |both| both.map(count))
    }

    fn of(&self, route: Route) -> Vec<Paired> {
        let hops = self.hops(route);
        let row = |what: &str, unit: &str, [simulated, live]: [f64; 2], allowed| {
            let [route, what, unit] = [route.label(), what, unit].map(str::to_owned);
            Paired { route, what, unit, simulated, live, allowed }
        };
        let chance = self.ends(route);
        let lasted = (self.live.measured.1 - self.live.measured.0).max(1e-9);
        let mut rows = Vec::new();
        for name in ["messages_offered", "messages_delivered", "messages_refused"] {
            let [simulated, live] = self.count(name, route);
            // What happens a hop's time later falls behind either end of the measured time.
            let edge = 1.0 + 2.0 * hops * HOP_S * simulated.max(live) / lasted;
            // Who has been sent something has their answer, or their end, by times that are drawn anew.
            let drawn = match name {
                "messages_offered" if !route.is_answer() => 0.0,
                _ => CHANCE * chance.sqrt(),
            };
            rows.push(row(name, "1", [simulated, live], (edge + drawn).ceil()));
        }
        let Some([simulated, live]) = self.find("message_latency", route) else { return rows };
        for figure in ["mean", "p50", "p95", "p99"] {
            // Bounds say how long at least, and cannot be held against each other.
            if simulated.is_least(figure) || live.is_least(figure) {
                continue;
            }
            let errors = [simulated, live].map(|metric| error(metric, figure));
            let ([Some(one), Some(other)], [Some(e), Some(f)]) =
                ([simulated, live].map(|metric| metric.figure(figure)), errors)
            else {
                continue;
            };
            let allowed = hops * HOP_S + SHARE * one + CHANCE * (e * e + f * f).sqrt();
            rows.push(row(&format!("latency {figure}"), "s", [one, other], allowed));
        }
        rows
    }

    /// Messages on which the ends of the measured time may fall by chance: those under way at the end; for
    /// answers, their share of what is under way to those who answer.
    fn ends(&self, route: Route) -> f64 {
        let open = |route| {
            let [offered, delivered, refused] =
                ["messages_offered", "messages_delivered", "messages_refused"]
                    .map(|name| self.count(name, route)[0]);
            (offered - delivered - refused).max(0.0)
        };
        if !route.is_answer() {
            return open(route);
        }
        let asked = Route::ALL.iter().filter(|asked| asked.is_sms());
        let [mut under_way, mut delivered] = [0.0, 0.0];
        for asked in asked {
            under_way += open(*asked);
            delivered += self.count("messages_delivered", *asked)[0];
        }
        let share = self.count("messages_offered", route)[0] / f64::max(delivered, 1.0);
        open(route) + under_way * share
    }

    /// Stages of a route's messages, each of which ends by a timer or by what has come.
    fn hops(&self, route: Route) -> f64 {
        let of = |results: &Results| {
            let stages = results.metrics.iter().filter(|metric| {
                metric.name == "route_stage_time" && metric.label("route") == route.label()
            });
            stages.filter(|metric| metric.mean > Some(0.0)).count()
        };
        of(self.simulated).max(of(self.live)).max(1) as f64
    }
}

/// Standard error of a figure: of a percentile by how steep the distribution is there.
fn error(metric: &Metric, figure: &str) -> Option<f64> {
    let n = metric.count? as f64;
    let at = |name: &str| metric.figure(name);
    let steep = |share: f64, [low, high]: [Option<f64>; 2], apart: f64| {
        Some((share * (1.0 - share) / n).sqrt() * (high? - low?) / apart)
    };
    match figure {
        "mean" => Some(at("stddev")? / n.sqrt()),
        "p50" => steep(0.5, [at("p50"), at("p90")], 0.4),
        "p95" => steep(0.95, [at("p95"), at("p99")], 0.04),
        "p99" => steep(0.99, [at("p99"), at("p999")], 0.009),
        _ => None,
    }
}
