//! The keys of `money` and `plan`: what a month costs, and what is planned for.

use super::super::shape::Default::Is;
use super::super::shape::Shape::{Count, Flag, List, Map, Number, Rate, Share};
use super::super::shape::{Field, Shape, field};

/// What a month costs.
pub(super) const MONEY: &[Field] = &[
    field("busy_hour_share", Share, Is("10%"), "Share of a day's traffic in the measured hour."),
    field("days", Number, Is("30"), "Days like it in a month."),
    field("smsc", Map(SMSC_PRICES), Is("{}"), "A month of SMSCs."),
    field("im_server", Number, Is("0"), "A month of a worker of an IM server."),
    field("hlr", Number, Is("0"), "A month of a worker of an HLR."),
    field("relay", Number, Is("0"), "A month of a worker of a hub."),
    field("translator", Number, Is("0"), "A month of a worker of a translator."),
    field("link", Map(LINK_PRICES), Is("{}"), "A month of links, for what one side sends."),
];

const SMSC_PRICES: &[Field] = &[
    field("licence", Number, Is("0"), "A month of each begun step of an SMSC's licence."),
    field("step", Rate, Is("1/s"), "Messages a second of a step, all nodes together."),
    field("node", Number, Is("0"), "A month of a node."),
];

const LINK_PRICES: &[Field] = &[
    field("bandwidth", Number, Is("0"), "A month of each begun step of bandwidth."),
    field("step", Shape::Bandwidth, Is("1Mbit/s"), "Bandwidth of a step."),
];

/// What `plan` plans for.
pub(super) const PLAN: &[Field] = &[
    field("growth", Share, Is("20%"), "Growth of the load in a year."),
    field("years", Count(1, 10), Is("3"), "Years looked at; what is bought is for the first."),
    field(
        "peak",
        List(&Number, 1),
        Is("[1, 1.5, 2.5, 2, 1]"),
        "Load of the hours around the peak of the year (New Year's Eve), as multiples of the file's.",
    ),
    field("outage", Shape::Duration, Is("5m"), "How long a link or a part is down."),
    field("spare", Flag, Is("true"), "Whether an SMSC has a node more than it needs (N+1)."),
];
