//! How large each part has to be for what the topology asks of it, by arithmetic alone: licences, workers,
//! bandwidths, rates; as it is used at most as the SLO says, and with one node, worker or server more than
//! that, so that one may fail. Called for the answer to "how much can it carry" and for plans.

use indexmap::IndexMap;

use crate::domain::federation::Federation;
use crate::domain::part::{Bound, Owner, Part};
use crate::measure::slo::Line;
use crate::model::plan::Plan;
use crate::report::document::capacity::Size;
use crate::study::forecast::{Forecast, StationLoad, forecast};
use crate::study::needs;
use crate::study::replicate::Case;

/// A part that others fill leaves so little of the load.
const HARDLY: f64 = 0.01;

/// The factor on the load at which the first part is at its end, or at what an SLO line allows it, what
/// others ask of it remaining; `None` where nothing is asked of anything.
pub(crate) fn room(case: &Case) -> Option<f64> {
    let plan = crate::run::plan(case.federation.clone());
    let expected = forecast(&plan);
    let most = |part: Part| needs::stated(&part.name(&plan.federation), &case.slo).unwrap_or(1.0);
    let own = |station: &StationLoad| station.utilisation - station.other;
    let stations = expected.stations.iter().filter(|station| own(station) > 1e-6);
    let room = |station: &StationLoad| (most(station.part) - station.other) / own(station);
    stations.map(room).reduce(f64::min).map(|room| room.max(HARDLY))
}

/// What every part that something is asked of needs; of several nodes all together.
pub fn sizes(plan: &Plan, expected: &Forecast, slo: &[Line]) -> Vec<Size> {
    sized(plan, expected, slo).into_iter().map(|(_, size)| size).collect()
}

/// The same with the parts.
pub(crate) fn sized(plan: &Plan, expected: &Forecast, slo: &[Line]) -> Vec<(Part, Size)> {
    let federation = &plan.federation;
    // Of several nodes the lines may allow one less than another; all are of one size.
    let mut all: IndexMap<String, (Part, f64, f64)> = IndexMap::new();
    for station in expected.stations.iter().filter(|station| station.rate > 0.0) {
        let whole = match station.part.owner {
            Owner::Node(id, _) => Part::of(station.part.kind, id),
            Owner::Operator(_) | Owner::Side(..) => station.part,
        };
        let target = needs::target(&station.part.name(federation), slo);
        let known = all.entry(whole.name(federation)).or_insert((whole, 0.0, target));
        (known.1, known.2) = (known.1.max(station.utilisation), known.2.min(target));
    }
    let size = |(part, used, target)| Some((part, size(federation, part, used, target)?));
    all.into_values().filter_map(size).collect()
}

/// What one part needs that is used so much and may be used so much.
pub(crate) fn size(federation: &Federation, part: Part, used: f64, target: f64) -> Option<Size> {
    let amount = |times: f64| needs::amount(federation, part, used * times, target);
    let nodes = part.nodes(federation).len() as f64;
    let (unit, spare) = match part.kind.info().bound {
        // The others carry it all when one is down; a lone one gets a second.
        Bound::Licence if nodes > 1.0 => ("/s", Some(amount(nodes / (nodes - 1.0))? * nodes)),
        Bound::Licence => ("/s", Some(amount(1.0)? * 2.0)),
        Bound::Workers => ("workers", Some(amount(1.0)? + 1.0)),
        Bound::Bandwidth => ("bit/s", None),
        Bound::Rate => ("/s", None),
    };
    Some(Size {
        part: part.name(federation),
        kind: part.kind.info().title,
        unit,
        installed: needs::has(federation, part)? * nodes,
        used,
        target,
        needed: amount(1.0)? * nodes,
        spare,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::slo;
    use crate::topology::{Override, Source};

    fn of(sets: &[&str], lines: &[&str]) -> Vec<Size> {
        let sets: Vec<Override> =
            sets.iter().map(|set| Override::parse(set).expect("an override")).collect();
        let source = Source::new("starter.yaml", crate::topology::starter());
        let federation =
            crate::topology::load(&source, &sets).expect("a valid topology").federation;
        let (names, measured) = (crate::run::names(&federation), federation.run.duration);
        let lines: Vec<Line> =
            lines.iter().map(|line| slo::parse(line, &names, measured).expect("a line")).collect();
        let plan = crate::run::plan(federation);
        sizes(&plan, &forecast(&plan), &lines)
    }

    fn smsc(sets: &[&str], lines: &[&str]) -> Size {
        let all = of(sets, lines);
        all.into_iter().find(|size| size.part == "north/smsc").expect("an SMSC")
    }

    #[test]
    fn an_smsc_is_sized_with_all_its_nodes_and_with_one_of_them_down() {
        let one = smsc(&["operators.north.smsc.throughput=2.5/s"], &[]);
        let asked = one.used * 2.5;
        assert_eq!((one.installed, one.needed), (2.5, (asked / 0.7).ceil()));
        assert_eq!(one.spare, Some(one.needed * 2.0));
        let three =
            smsc(&["operators.north.smsc.throughput=2.5/s", "operators.north.smsc.nodes=3"], &[]);
        assert_eq!(three.installed, 7.5);
        assert!((three.used * 7.5 / asked - 1.0).abs() < 1e-9, "the same is asked for");
        assert_eq!(three.needed, 3.0 * (asked / 3.0 / 0.7).ceil());
        assert_eq!(three.spare, Some(3.0 * (asked / 2.0 / 0.7).ceil()));
    }

    #[test]
    fn the_tightest_line_on_any_node_counts() {
        let nodes = ["operators.north.smsc.nodes=2"];
        let line = "utilisation{station=north/smsc[1]} < 35%";
        let (loose, tight) = (smsc(&nodes, &[]), smsc(&nodes, &[line]));
        assert_eq!((loose.target, tight.target), (0.7, 0.35));
        assert!(tight.needed >= 2.0 * loose.needed - 2.0, "{tight:?} {loose:?}");
    }
}
