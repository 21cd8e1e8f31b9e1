//! How much of each part to have for what a topology asks of it, by arithmetic, in steps that are sold;
//! what it costs by the month; and the federation that has it.

use crate::domain::federation::Federation;
use crate::domain::id::OperatorId;
use crate::domain::part::{Bound, Limit, Part, PartKind};
use crate::measure::slo::Line;
use crate::model::plan::Plan;
use crate::report::document::capacity::Size;
use crate::report::document::plan::{Bill, Purchase};
use crate::report::judge::HIGH;
use crate::study::capacity::sizes::{size as size_of, sized};
use crate::study::forecast::Forecast;

/// A part and how much of it to have.
#[derive(Clone, Debug)]
pub(super) struct Bought {
    pub(super) part: Part,
    pub(super) size: Size,
    /// Of several nodes all together.
    pub(super) then: f64,
    pub(super) nodes: u32,
}

impl Bought {
    /// Whether a federation has less of it.
    pub(super) fn grows(&self, has: &Federation) -> bool {
        let nodes = self.part.nodes(has).len() as u32;
        self.then > amount(has, self.part) || self.nodes > nodes
    }
}

/// What to have of every part for what the federation of a plan asks of it, and never less than `has` has
/// of it.
pub(super) fn bought(
    plan: &Plan,
    expected: &Forecast,
    slo: &[Line],
    has: &Federation,
) -> Vec<Bought> {
    let federation = &plan.federation;
    let sized = sized(plan, expected, slo);
    let known: Vec<Part> = sized.iter().map(|(part, _)| *part).collect();
    let asked = sized.into_iter().map(|(part, size)| one(federation, part, size, has));
    // What nobody asks anything of is paid for all the same.
    let own = federation.operators().flat_map(|(id, operator)| Part::own(id, operator));
    let sides = federation.agreements().flat_map(|(id, agreement)| Part::sides(id, agreement));
    let rest = own.chain(sides.filter(|part| part.is_bounded(federation)));
    let rest = rest.filter(|part| !known.contains(part)).filter_map(|part| idle(has, part));
    asked.chain(rest).collect()
}

fn idle(has: &Federation, part: Part) -> Option<Bought> {
    let size = size_of(has, part, 0.0, HIGH)?;
    let nodes = part.nodes(has).len() as u32;
    Some(Bought { part, then: amount(has, part), nodes, size: Size { needed: 0.0, ..size } })
}

fn one(federation: &Federation, part: Part, size: Size, has: &Federation) -> Bought {
    let (money, spare) = (&federation.money, federation.planning.spare);
    let nodes = part.nodes(federation).len() as u32;
    let mut bought = Bought { part, then: size.needed, nodes, size };
    if let (Bound::Licence, true, Some(needed)) = (part.kind.info().bound, spare, bought.size.spare)
    {
        (bought.then, bought.nodes) = (needed, nodes.max(2));
    }
    let step = match part.kind.info().bound {
        Bound::Licence => money.licence_step,
        Bound::Bandwidth => money.bandwidth_step,
        Bound::Workers | Bound::Rate => 0.0,
    };
    if step > 0.0 {
        bought.then = (bought.then / step - 1e-9).ceil() * step;
    }
    bought.size.needed = bought.then;
    let installed = amount(has, part);
    bought.then = bought.then.max(installed);
    bought
}

/// How much a federation has of a part, of several nodes all together.
fn amount(federation: &Federation, part: Part) -> f64 {
    let nodes = part.nodes(federation).len() as f64;
    crate::study::needs::has(federation, part).unwrap_or(0.0) * nodes
}

/// The federation with it.
pub(super) fn with(federation: &Federation, all: &[Bought]) -> Federation {
    let mut federation = federation.clone();
    for bought in all {
        let operator = bought.part.operator(&federation);
        if let (PartKind::Smsc, Some(smsc)) =
            (bought.part.kind, &mut federation.operators[operator.index()].smsc)
        {
            smsc.nodes = bought.nodes;
        }
        match bought.part.limit(&mut federation) {
            Some(Limit::Workers(workers, _)) => *workers = bought.then as u32,
            Some(Limit::Licence(each)) => *each = bought.then / f64::from(bought.nodes),
            Some(Limit::Bandwidth(bandwidth)) => *bandwidth = Some(bought.then),
            Some(Limit::Rate(limit)) => limit.rate = bought.then,
            None => {}
        }
    }
    federation
}

/// A row of the table of what to have.
pub(super) fn row(has: &Federation, bought: &Bought) -> Purchase {
    let part = bought.part;
    let nodes = part.nodes(has).len() as u32;
    let installed = amount(has, part);
    let price = |amount: f64, nodes: u32| has.money.price(part.kind, amount, f64::from(nodes));
    let a_month = price(bought.then, bought.nodes);
    Purchase {
        part: bought.size.part.clone(),
        operator: has.operator(part.operator(has)).name.clone(),
        kind: bought.size.kind,
        unit: bought.size.unit,
        installed,
        needed: bought.size.needed,
        then: bought.then,
        nodes: (part.kind == PartKind::Smsc).then_some([nodes, bought.nodes]),
        more: a_month - price(installed, nodes),
        a_month,
    }
}

/// What all of it costs one operator a month, without what crosses.
pub(super) fn bill(federation: &Federation, id: OperatorId, all: &[Bought]) -> Bill {
    let operator = federation.operator(id).name.clone();
    let mut bill = Bill { operator, ..Bill::default() };
    for bought in all.iter().filter(|bought| bought.part.operator(federation) == id) {
        let kind = bought.part.kind;
        let price = federation.money.price(kind, bought.then, f64::from(bought.nodes));
        match kind.info().bound {
            Bound::Licence => bill.smsc += price,
            Bound::Workers => bill.workers += price,
            Bound::Bandwidth => bill.links += price,
            Bound::Rate => {}
        }
    }
    bill
}
