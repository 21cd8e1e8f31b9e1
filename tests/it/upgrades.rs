//! Upgrades under load (UC-3): legacy customers become IM users while messages and answers to them
//! are in flight, and nothing is lost, doubled or left as it was with those who watch.

use std::collections::BTreeMap;

use crate::common::{count, prepare, prepare_with_slo, simulate};
use interwork::domain::id::SubscriberId;
use interwork::domain::observation::Observation;
use interwork::domain::presence::News;
use interwork::domain::time::Instant;
use interwork::engine::simulation::Simulation;
use interwork::model::context::Observer;

/// One in ten of 20,000 legacy customers of B upgrades within ten minutes, while users of A write
/// 200 messages a second to them.
const UPGRADES: &str = "interwork: 1
name: upgrades
operators:
  a: { kind: imsp, domain: a.example, numbers: [\"+4670\"], subscribers: { im: 4000, sms_only: 2000 }, smsc: { throughput: 600/s } }
  b: { kind: imsp, domain: b.example, numbers: [\"+4671\"], subscribers: { im: 1000, sms_only: 20000 }, smsc: { throughput: 600/s }, hlr: { workers: 200 } }
agreements: [ { between: [a, b], protocol: ssp, presence: { fan_out: per_domain } } ]
workload:
  contacts: { per_user: 10, sms_only: 90%, sms_only_elsewhere: 100% }
  messages: { total: 222/s, length: 40 }
  sessions: { online: 100%, length: unlimited }
  growth: { add_contact: 0/h, accept: 80% }
  by_operator: { b: { messages: { total: 10/s }, growth: { upgrades: 200/min } } }
run: { seed: 3, warm_up: 0s, duration: 10m }
";

#[test]
fn uc_3_upgrades_under_load_lose_and_double_nothing() {
    // The run itself fails if a message is lost, ends twice, or stays without an end.
    let results = simulate(UPGRADES, &[], 2).results;
    let upgrades = count(&results, "upgrades", &[("operator", "b")]);
    assert!((1600..2100).contains(&upgrades), "one in ten of 20,000: {upgrades}");
    for route in ["sms-home", "interworked", "sms-reply-home"] {
        assert_eq!(count(&results, "messages_lost", &[("route", route)]), 0, "{route}");
    }
    // Whoever has upgraded gets instant messages from those who knew a legacy customer: on average
    // over the run one in twenty of the customers.
    let share_of_im = |results: &interwork::measure::results::Results| {
        let from_a = |route| {
            let labels = [("route", route), ("from", "a"), ("to", "b")];
            count(results, "messages_delivered", &labels) as f64
        };
        from_a("interworked") / (from_a("interworked") + from_a("sms-home"))
    };
    let before = simulate(UPGRADES, &["workload.by_operator.b.growth.upgrades=0/h"], 2).results;
    let more = share_of_im(&results) - share_of_im(&before);
    assert!((0.035..0.06).contains(&more), "{more}");
}

#[test]
fn an_slo_line_may_name_the_server_of_an_operator_that_becomes_an_imsp() {
    let topology = "interwork: 1
name: later
operators:
  a: { kind: imsp, domain: a.example, numbers: [\"+4670\"], subscribers: { im: 10 } }
  c: { kind: mno, numbers: [\"+4672\"], subscribers: { sms_only: 10 } }
agreements: []
timeline: [ { at: 10s, becomes_imsp: c, domain: c.example } ]
slo: [ 'station_utilisation{station=c/im_server} <= 70%' ]
run: { duration: 1m }
";
    let (_, setup) = prepare_with_slo(topology, &[]);
    assert_eq!(setup.slo.len(), 1);
}

/// What watchers were last shown of new IM users, in one shard.
#[derive(Debug, Default)]
struct Watchers {
    asked: u64,
    answered: BTreeMap<(SubscriberId, SubscriberId), bool>,
    shown: BTreeMap<(SubscriberId, SubscriberId), News>,
}

impl Observer for Watchers {
    fn observe(&mut self, _: Instant, observation: &Observation<'_>) {
        match *observation {
            Observation::Upgraded { watchers, .. } => self.asked += u64::from(watchers),
            Observation::WatcherAnswered { publisher, watcher, allowed, .. } => {
                self.answered.insert((publisher, watcher), allowed);
            }
            Observation::PresenceShown {
                publisher,
                watcher: Some(watcher),
                news,
                at: Some(_),
                ..
            } => {
                self.shown.insert((publisher, watcher), news);
            }
            _ => {}
        }
    }
}

#[test]
fn uc_3_no_watcher_is_left_with_stale_attributes() {
    // Upgrades end two minutes before the run, so that all news has arrived.
    let stages = "  stages: [ { for: 8m, load: 1 }, { for: 2m, load: 0 } ]\nrun:";
    let (plan, setup) = prepare(&UPGRADES.replace("run:", stages), &[]);
    let mut simulation = Simulation::new(&plan, |_| Watchers::default());
    simulation.run_until(setup.window.end, 2).expect("a sound run");
    let mut all = Watchers::default();
    for part in simulation.into_observers() {
        all.asked += part.asked;
        all.answered.extend(part.answered);
        all.shown.extend(part.shown);
    }
    assert!(all.asked > 2000, "{} watchers", all.asked);
    assert_eq!(all.answered.len() as u64, all.asked, "each watcher is answered about once");
    for (pair, allowed) in &all.answered {
        let shown = all.shown.get(pair);
        let as_answered = match shown {
            Some(News::Granted(_)) => *allowed,
            Some(News::Withdrawn) => !*allowed,
            _ => false,
        };
        assert!(as_answered, "{pair:?}: {allowed} and {shown:?}");
    }
}
