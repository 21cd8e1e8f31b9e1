//! What may come: the busy hour now and in the years to come, a link or a part down, the peak of the year.
//! Each is the federation that has what was bought, with something changed. It runs nothing.

use crate::domain::federation::{Event, Federation, LinkFault, LoadStage, Outage, TimedEvent};
use crate::domain::id::OperatorId;
use crate::domain::part::{Part, PartKind};
use crate::domain::time::Duration;
use crate::study::forecast::{Forecast, StationLoad};

/// Links of which the busiest are taken down.
const LINKS: usize = 3;

/// Something that may come.
#[derive(Clone, Debug)]
pub(super) struct Coming {
    pub(super) name: String,
    pub(super) federation: Federation,
    /// When an outage ends, in the measured time.
    pub(super) outage_ends: Option<f64>,
    /// Hours that are judged one by one.
    pub(super) hours: usize,
}

impl Coming {
    /// One without an outage.
    pub(super) fn new(name: &str, federation: Federation) -> Self {
        Self { name: name.to_owned(), federation, outage_ends: None, hours: 1 }
    }
}

/// The federation at so many times its load, and of what others ask; without the outages of its timeline.
pub(super) fn busy_hour(federation: &Federation, times: f64) -> Federation {
    let mut federation = federation.clone();
    federation.timeline.retain(|event| !matches!(event.event, Event::Outage { .. }));
    for operator in &mut federation.operators {
        operator.workload.load.base *= times;
        operator.smsc.iter_mut().for_each(|smsc| smsc.other *= times);
        operator.hlr.iter_mut().for_each(|hlr| hlr.other *= times);
    }
    federation
}

/// The busy hours of the years to come.
pub(super) fn years(federation: &Federation) -> impl Iterator<Item = Coming> {
    let growth = 1.0 + federation.planning.growth;
    (0..=federation.planning.years).map(move |year| {
        let times = (0..year).fold(1.0, |times, _| times * growth);
        let name = match year {
            0 => "busy hour".to_owned(),
            1 => "in a year".to_owned(),
            _ => format!("in {year} years"),
        };
        Coming::new(&name, busy_hour(federation, times))
    })
}

/// Hour by hour, the peak of the year.
pub(super) fn peak(federation: &Federation) -> Coming {
    let hour = Duration::from_secs(3600);
    let mut federation = busy_hour(federation, 1.0);
    let hours = federation.planning.peak.clone();
    for operator in &mut federation.operators {
        let stage = |load: &f64| LoadStage { length: hour, load: *load, ramp: false };
        operator.workload.load.stages = hours.iter().map(stage).collect();
    }
    federation.run.duration = Duration(hour.0 * hours.len() as u64);
    let name = format!("New Year's Eve, {} h", hours.len());
    Coming { hours: hours.len(), ..Coming::new(&name, federation) }
}

/// How long an outage lasts: not beyond the middle third of the measured time.
pub(super) fn lasts(federation: &Federation) -> Duration {
    federation.planning.outage.min(Duration(federation.run.duration.0 / 3))
}

/// The busiest links and, of each kind, the busiest part, down for a while.
pub(super) fn outages(
    federation: &Federation,
    expected: &Forecast,
    ours: impl Fn(OperatorId) -> bool,
    crossed: impl Fn(&str, &str) -> f64,
) -> Vec<Coming> {
    let federation = busy_hour(federation, 1.0);
    let third = Duration(federation.run.duration.0 / 3);
    let lasts = lasts(&federation);
    let mut all = Vec::new();
    let mut add = |name: String, outage| {
        let mut federation = federation.clone();
        let event = Event::Outage { outage, lasts };
        federation.timeline.push(TimedEvent { at: third, event });
        federation.timeline.sort_by_key(|event| event.at);
        let outage_ends = Some((third + lasts).as_secs_f64());
        all.push(Coming { outage_ends, ..Coming::new(&format!("{name} down"), federation) });
    };
    for between in links(&federation, &ours, &crossed) {
        let [a, b] = between.map(|id| &federation.operator(id).name);
        add(format!("link {a} - {b}"), Outage::Link { between, fault: LinkFault::Down });
    }
    let can_fail = PartKind::ALL.iter().filter(|kind| kind.can_fail());
    for kind in can_fail {
        let of = |station: &&StationLoad| {
            station.part.kind == *kind && ours(station.part.operator(&federation))
        };
        let most = |a: &&StationLoad, b: &&StationLoad| a.utilisation.total_cmp(&b.utilisation);
        // The first of several that are as busy.
        let stations = expected.stations.iter().rev().filter(of);
        if let Some(busiest) = stations.max_by(most).filter(|station| station.rate > 0.0) {
            let part = busiest.part;
            let operator = &federation.operator(part.operator(&federation)).name;
            let what = match (part.kind, nodes(&federation, part)) {
                (PartKind::Smsc, 1) => "SMSC",
                (PartKind::Smsc, _) => "one SMSC node",
                _ => part.kind.info().title,
            };
            add(format!("{what} of {operator}"), Outage::Part(part));
        }
    }
    all
}

fn nodes(federation: &Federation, part: Part) -> usize {
    Part::of(part.kind, part.operator(federation)).nodes(federation).len()
}

/// Pairs of operators with agreements, those with the most transfers first.
fn links(
    federation: &Federation,
    ours: &impl Fn(OperatorId) -> bool,
    crossed: &impl Fn(&str, &str) -> f64,
) -> Vec<[OperatorId; 2]> {
    let mut pairs: Vec<([OperatorId; 2], f64)> = Vec::new();
    for (_, agreement) in federation.agreements() {
        let [a, b] = agreement.between;
        let known = pairs.iter().any(|(pair, _)| *pair == [a, b] || *pair == [b, a]);
        if !known && (ours(a) || ours(b)) {
            let [one, other] = [a, b].map(|id| &federation.operator(id).name);
            pairs.push(([a, b], crossed(one, other) + crossed(other, one)));
        }
    }
    pairs.sort_by(|a, b| b.1.total_cmp(&a.1));
    pairs.into_iter().take(LINKS).map(|(pair, _)| pair).collect()
}
