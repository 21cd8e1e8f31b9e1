//! A month of each operator: what it has, and what crosses its agreements.

use super::purchase::{Bought, bill};
use crate::domain::federation::{Federation, Operator, OperatorKind};
use crate::domain::id::OperatorId;
use crate::report::document::plan::{Bill, cents};
use crate::study::capacity::planner;
use crate::study::replicate::Replicated;

/// The bills, if all busy hours of a month are like the run.
pub(super) fn bills(
    federation: &Federation,
    run: &Replicated,
    all: &[Bought],
    ours: &dyn Fn(OperatorId) -> bool,
) -> Vec<Bill> {
    let month = planner::month(&federation.money, run);
    let accounts = planner::accounts(federation, run);
    let of = |(id, operator): (OperatorId, &Operator)| {
        let mut bill = bill(federation, id, all);
        for account in &accounts {
            let side = account.between.iter().position(|name| *name == bill.operator);
            if let Some(side) = side {
                // The fee is what an agreement costs each side; a hub lives by it.
                let (pays, gets) = match operator.kind {
                    OperatorKind::Hub => (0.0, account.monthly),
                    _ => (account.monthly, 0.0),
                };
                bill.owes += account.owed[side] * month + pays;
                bill.is_owed += account.owed[1 - side] * month + gets;
            }
        }
        (bill.owes, bill.is_owed) = (cents(bill.owes), cents(bill.is_owed));
        bill
    };
    federation.operators().filter(|(id, _)| ours(*id)).map(of).collect()
}

/// Transfers that crossed from one operator to another.
pub(super) fn crossed(run: &Replicated, from: &str, to: &str) -> f64 {
    let metrics = run.results.metrics.iter().filter(|metric| {
        metric.name == "agreement_messages"
            && metric.label("from") == from
            && metric.label("to") == to
    });
    metrics.filter_map(|metric| metric.count).map(|count| count as f64).sum()
}
