//! What a month costs and what is planned for, from the tree.

use super::super::node::Node;
use super::Builder;
use crate::domain::federation::{Money, Planning};
use crate::domain::time::Duration;

/// Hours of a peak at most.
const HOURS: usize = 24;
/// The shortest outage.
const OUTAGE: Duration = Duration::from_secs(1);
/// Load of such an hour at most.
const PEAK: f64 = 1000.0;

impl Builder<'_> {
    pub(super) fn money(&mut self, root: &Node) -> Money {
        let node = root.part("money");
        let (smsc, link) = (node.part("smsc"), node.part("link"));
        for (part, key, message) in [
            (node, "busy_hour_share", "some of a day's traffic is in the busy hour"),
            (node, "days", "a month has days"),
            (smsc, "step", "a licence is sold in steps above zero"),
            (link, "step", "bandwidth is sold in steps above zero"),
        ] {
            if part.part(key).known().is_some_and(|value: f64| value <= 0.0) {
                self.wrong(part.place_of(key), message, "");
            }
        }
        Money {
            busy_hour_share: node.read("busy_hour_share"),
            days: node.read("days"),
            licence: smsc.read("licence"),
            licence_step: smsc.read("step"),
            smsc_node: smsc.read("node"),
            workers: ["im_server", "hlr", "relay", "translator"].map(|key| node.read(key)),
            bandwidth: link.read("bandwidth"),
            bandwidth_step: link.read("step"),
        }
    }

    pub(super) fn planning(&mut self, root: &Node) -> Planning {
        let node = root.part("plan");
        let hours = node.part("peak").items();
        if hours.len() > HOURS {
            self.wrong(node.place_of("peak"), "a peak has at most 24 hours", "");
        }
        for hour in hours {
            if hour.known().is_some_and(|load: f64| !(0.0..=PEAK).contains(&load)) {
                self.wrong(hour.place, "the load of an hour is at most 1000 times the file's", "");
            }
        }
        if !hours.is_empty() && hours.iter().all(|hour| hour.known() == Some(0.0)) {
            self.wrong(node.place_of("peak"), "some hour of a peak has load", "");
        }
        if node.part("outage").known().is_some_and(|lasts: Duration| lasts < OUTAGE) {
            self.wrong(node.place_of("outage"), "an outage lasts a second at least", "");
        }
        Planning {
            growth: node.read("growth"),
            years: node.read("years"),
            peak: hours.iter().map(Node::meant).collect(),
            outage: node.read("outage"),
            spare: node.read("spare"),
        }
    }
}
