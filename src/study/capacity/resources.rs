//! What a federation can run out of: its queueing parts, and reply numbers. Each has a name, a
//! pressure that results show, and can be made larger or smaller.

use crate::domain::federation::{Event, Federation, LinkFault, Outage};
use crate::domain::id::OperatorId;
use crate::domain::part::{Part, times};
use crate::domain::time::Duration;
use crate::measure::results::{Metric, Results};

/// Something that can be too small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// A queueing part, with all its nodes.
    Part(Part),
    /// The reply numbers of an IMSP.
    ReplyNumbers(OperatorId),
}

impl Resource {
    /// All that a federation has.
    pub fn all(federation: &Federation) -> Vec<Self> {
        let mut all = Vec::new();
        for (id, operator) in federation.operators() {
            all.extend(Part::own(id, operator).map(Self::Part));
            all.extend(operator.imsp.iter().map(|_| Self::ReplyNumbers(id)));
        }
        for (id, agreement) in federation.agreements() {
            let bounded = |part: &Part| part.is_bounded(federation);
            all.extend(Part::sides(id, agreement).filter(bounded).map(Self::Part));
        }
        all
    }

    /// As results call it; of an SMSC all nodes together.
    pub fn name(self, federation: &Federation) -> String {
        match self {
            Self::Part(part) => part.name(federation),
            Self::ReplyNumbers(id) => format!("{}/reply_numbers", federation.operator(id).name),
        }
    }

    /// What it is, for people.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Part(part) => part.kind.info().title,
            Self::ReplyNumbers(_) => "reply numbers",
        }
    }

    /// How hard it is pressed: its utilisation, and more where it refuses. From 1 on it is at its
    /// end.
    pub(crate) fn pressure(self, federation: &Federation, results: &Results) -> f64 {
        let part = match self {
            Self::Part(part) => part,
            Self::ReplyNumbers(id) => {
                let operator = &federation.operator(id).name;
                let refused = count(results, "reply_number_refusals", "operator", operator);
                let sent = count(results, "sms_submitted", "operator", operator);
                return if refused > 0.0 { 1.0 + refused / sent.max(1.0) } else { 0.0 };
            }
        };
        let pressure = stations(part, results).map(|(metric, mean)| {
            let station = metric.label("station");
            let served = count(results, "station_served", "station", station);
            let refused = count(results, "station_refused", "station", station);
            mean * (1.0 + refused / served.max(1.0))
        });
        pressure.fold(0.0, f64::max)
    }

    /// How much of it is used on average, of several nodes that of the busiest; of reply numbers
    /// what `pressure` says.
    pub(crate) fn utilisation(self, federation: &Federation, results: &Results) -> f64 {
        match self {
            Self::Part(part) => stations(part, results).map(|(_, mean)| mean).fold(0.0, f64::max),
            Self::ReplyNumbers(_) => self.pressure(federation, results),
        }
    }

    /// Makes it larger or smaller.
    pub fn scale(self, federation: &mut Federation, factor: f64) {
        match self {
            Self::Part(part) => {
                part.limit(federation).into_iter().for_each(|limit| limit.scale(factor));
            }
            Self::ReplyNumbers(id) => {
                if let Some(imsp) = &mut federation.operators[id.index()].imsp {
                    times(&mut imsp.legacy.reply_numbers, factor);
                }
            }
        }
    }

    /// Makes it faster or slower, where that is something else.
    pub fn speed(self, federation: &mut Federation, factor: f64) {
        match self {
            Self::Part(part) => {
                part.limit(federation).into_iter().for_each(|limit| limit.speed(factor));
            }
            Self::ReplyNumbers(_) => self.scale(federation, factor),
        }
    }
}

/// Everything that can fail, as an event of so long, with its name: one node of an SMSC that has
/// several, all of anything else.
pub fn outages(federation: &Federation, lasts: Duration) -> Vec<(String, Event)> {
    let own = federation.operators().flat_map(|(id, operator)| Part::own(id, operator));
    let parts = own.filter(|part| part.kind.can_fail()).map(|part| {
        let nodes = part.nodes(federation);
        let part = if nodes.len() > 1 { nodes[0] } else { part };
        (part.name(federation), Event::Outage { outage: Outage::Part(part), lasts })
    });
    let mut pairs: Vec<[OperatorId; 2]> = Vec::new();
    for (_, agreement) in federation.agreements() {
        let [a, b] = agreement.between;
        if !pairs.contains(&[a, b]) && !pairs.contains(&[b, a]) {
            pairs.push([a, b]);
        }
    }
    let links = pairs.into_iter().map(|between| {
        let [a, b] = between.map(|id| &federation.operator(id).name);
        let outage = Outage::Link { between, fault: LinkFault::Down };
        (format!("link {a} - {b}"), Event::Outage { outage, lasts })
    });
    parts.chain(links).collect()
}

/// The utilisation of a part, or of each of its nodes.
fn stations(part: Part, results: &Results) -> impl Iterator<Item = (&Metric, f64)> {
    let of = results.metrics.iter().filter(|metric| metric.name == "station_utilisation");
    let of = of.filter(move |metric| metric.part.is_some_and(|one| part.includes(one)));
    of.filter_map(|metric| Some((metric, metric.mean?)))
}

/// The count of all a metric's entries with this label.
pub(super) fn count(results: &Results, name: &str, with: &str, value: &str) -> f64 {
    let named = results.metrics.iter().filter(|metric| metric.name == name);
    let with = named.filter(|metric| metric.label(with) == value);
    with.filter_map(|metric| metric.count).map(|count| count as f64).sum()
}
