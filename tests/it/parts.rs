//! Queueing parts: what they are called, what can fail, and that each can be made larger.

use crate::common::prepare;
use interwork::domain::federation::{Event, Federation, Outage};
use interwork::domain::id::OperatorId;
use interwork::domain::part::{Part, PartKind};
use interwork::domain::stations::Stations;
use interwork::domain::time::Duration;
use interwork::study::capacity::resources::{Resource, outages};

/// A federation with every kind of part.
fn federation() -> Federation {
    let text = include_str!("../federations/every-feature.yaml");
    prepare(text, &[]).0.federation.clone()
}

#[test]
fn every_kind_of_part_has_stations_with_names_of_their_own() {
    let stations = Stations::new(&federation());
    for kind in PartKind::ALL {
        assert!(stations.all.iter().any(|station| station.part.kind == *kind), "{kind}");
    }
    let names: Vec<&str> = stations.all.iter().map(|station| station.name.as_str()).collect();
    let once = |name: &&&str| names.iter().filter(|other| other == name).count() == 1;
    assert_eq!(names.iter().filter(once).count(), names.len(), "{names:?}");
    // Two agreements of one pair, and three nodes.
    for name in ["op2->op4/link", "op2->op4/sms-link", "op1->op2/link", "op1/smsc[2]"] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    for (place, station) in stations.all.iter().enumerate() {
        assert_eq!(stations.id(station.part).0 as usize, place, "{}", station.name);
    }
}

#[test]
fn an_operators_part_includes_its_own_nodes_alone() {
    let all = Part::of(PartKind::Smsc, OperatorId(1));
    assert!(all.includes(all) && all.includes(Part::node(PartKind::Smsc, OperatorId(1), 2)));
    assert!(!all.includes(Part::node(PartKind::Smsc, OperatorId(2), 2)));
    assert!(!Part::node(PartKind::Smsc, OperatorId(1), 2).includes(all));
    assert!(!all.includes(Part::of(PartKind::Hlr, OperatorId(1))));
}

#[test]
fn everything_that_can_be_too_small_can_be_made_larger_and_faster() {
    for resource in Resource::all(&federation()) {
        for change in [Resource::scale, Resource::speed] {
            let mut changed = federation();
            change(resource, &mut changed, 2.0);
            // Constant service times of nothing stay what they are.
            let nothing = resource.name(&changed) == "op5/im_server" && changed == federation();
            assert!(changed != federation() || nothing, "{}", resource.name(&changed));
        }
    }
}

#[test]
fn what_can_fail_is_every_node_of_an_operator_and_every_pair_s_link() {
    let events = outages(&federation(), Duration::from_secs(1));
    let parts = events.iter().filter_map(|(name, event)| match event {
        Event::Outage { outage: Outage::Part(part), .. } => Some((name.as_str(), part.kind)),
        _ => None,
    });
    let parts: Vec<_> = parts.collect();
    assert!(parts.contains(&("op1/smsc[0]", PartKind::Smsc)), "one node of three: {parts:?}");
    assert!(parts.contains(&("op2/smsc", PartKind::Smsc)), "the only one: {parts:?}");
    let no_node = PartKind::ALL.iter().filter(|kind| !kind.can_fail());
    assert_eq!(no_node.collect::<Vec<_>>(), [&PartKind::Link, &PartKind::RateLimit]);
    assert_eq!(events.len() - parts.len(), 10, "links of pairs, two agreements of one pair once");
}
