//! How large each part has to be for what the topology asks of it, by arithmetic alone: licences, workers,
//! bandwidths, rates; as it is used at most as the SLO says, and with one node, worker or server more than
//! that, so that one may fail. Called for the answer to "how much can it carry" and for plans.

use crate::domain::federation::Federation;
use crate::domain::part::{Bound, Owner, Part};
use crate::measure::slo::Line;
use crate::model::plan::Plan;
use crate::report::document::capacity::Size;
use crate::study::forecast::{Forecast, forecast};
use crate::study::needs;
use crate::study::replicate::Case;

/// The factor on the load at which the first part is at its end, or at what an SLO line allows it; `None`
/// where nothing is asked of anything.
pub(crate) fn room(case: &Case) -> Option<f64> {
    let plan = crate::run::plan(case.federation.clone());
    let expected = forecast(&plan);
    let most = |part: Part| needs::stated(&part.name(&plan.federation), &case.slo).unwrap_or(1.0);
    let stations = expected.stations.iter().filter(|station| station.utilisation > 1e-6);
    stations.map(|station| most(station.part) / station.utilisation).reduce(f64::min)
}

/// What every part that something is asked of needs; of several nodes all together.
pub fn sizes(plan: &Plan, expected: &Forecast, slo: &[Line]) -> Vec<Size> {
    let federation = &plan.federation;
    let mut told: Vec<Part> = Vec::new();
    let mut sizes = Vec::new();
    for station in expected.stations.iter().filter(|station| station.rate > 0.0) {
        let whole = match station.part.owner {
            Owner::Node(id, _) => Part::of(station.part.kind, id),
            Owner::Operator(_) | Owner::Side(..) => station.part,
        };
        if told.contains(&whole) {
            continue;
        }
        told.push(whole);
        let target = needs::target(&station.part.name(federation), slo);
        sizes.extend(size(federation, whole, station.utilisation, target));
    }
    sizes
}

fn size(federation: &Federation, part: Part, used: f64, target: f64) -> Option<Size> {
    let operator = federation.operator(part.operator(federation));
    let (unit, installed, needed, spare) = match part.kind.info().bound {
        Bound::Licence => {
            let smsc = operator.smsc.as_ref()?;
            let nodes = f64::from(smsc.nodes);
            let installed = smsc.throughput * nodes;
            let each = whole(smsc.throughput * used / target);
            // The others carry it all when one is down; a lone one gets a second.
            let with = if smsc.nodes > 1 {
                whole(installed * used / target / (nodes - 1.0)) * nodes
            } else {
                each * 2.0
            };
            ("/s", installed, each * nodes, Some(with))
        }
        Bound::Workers => {
            let installed = f64::from(part.servers(federation));
            let needed = (installed * used / target).ceil().max(1.0);
            ("workers", installed, needed, Some(needed + 1.0))
        }
        Bound::Bandwidth => {
            let Owner::Side(id, _) = part.owner else { return None };
            let installed = federation.agreement(id).link.bandwidth?;
            ("bit/s", installed, installed * used / target, None)
        }
        Bound::Rate => {
            let Owner::Side(id, side) = part.owner else { return None };
            let limit = federation.agreement(id).rate_limit[usize::from(side)].as_ref()?;
            ("/s", limit.rate, limit.rate * used / target, None)
        }
    };
    Some(Size {
        part: part.name(federation),
        kind: part.kind.info().title,
        unit,
        installed,
        used,
        target,
        needed,
        spare,
    })
}

/// Licences of more than one a second are sold whole.
fn whole(rate: f64) -> f64 {
    if rate > 1.0 { rate.ceil() } else { rate }
}
