//! What to buy, what it costs by the month, and what it survives: sizes by arithmetic for the busy hour of
//! next year, then runs of what may come with just that. Called by the command line.

mod purchase;
mod scenarios;

use std::num::NonZeroUsize;

use tokio_util::sync::CancellationToken;

use self::purchase::{Bought, bill, bought, row, with};
use self::scenarios::{Coming, busy_hour, outages, peak, years};
use crate::domain::federation::{Federation, Operator, OperatorKind};
use crate::domain::id::OperatorId;
use crate::domain::part::Bound;
use crate::measure::results::{Slo, Trend, Trending};
use crate::report::document::plan::{Assumed, Bill, Plan, Scenario, Verdict};
use crate::report::judge::plain::plain;
use crate::run::{Options, RunError};
use crate::study::capacity::search::{self, Bench, Effort, figure};
use crate::study::capacity::{curve_point, planner};
use crate::study::forecast::forecast;
use crate::study::pool;
use crate::study::replicate::{self, Case, Parallel, Replicated};

/// A figure that is nearer to its bound than this share is looked at in earnest.
const CLOSE: f64 = 0.1;
/// Replications then.
const EARNEST: Effort =
    Effort { first: CLOSELY, most: CLOSELY, precision: 0.0, stride: 1.0, least: 0.0 };
/// So many.
pub(crate) const CLOSELY: u32 = 5;

/// Somebody to be told of each scenario as it is known.
pub(crate) type Told<'a> = &'a (dyn Fn(&Scenario) + Sync);

/// Plans for a case; for one operator, if `only` says which.
///
/// # Errors
/// Only faults of the program.
pub(crate) fn plan(
    case: &Case,
    only: Option<OperatorId>,
    parallel: Parallel,
    stop: &CancellationToken,
    told: Told<'_>,
) -> Result<Plan, RunError> {
    let federation = &case.federation;
    let ours = |id: OperatorId| only.is_none_or(|only| only == id);
    let next = busy_hour(federation, 1.0 + federation.planning.growth);
    let mut buys = bought(&next, &case.slo, federation);
    // Partners have what is asked of them: what they lack is nothing that this plan can mend.
    let then = with(federation, &buys);
    buys.retain(|bought| ours(bought.part.operator(federation)));
    let work = Work { case, has: &then, ours: &ours, parallel, stop };

    // As it is, and with what is bought: the rest follows from that.
    let now = Coming { name: "busy hour, as it is".into(), ..first(federation) };
    let mut comings = vec![now];
    comings.extend(years(&then));
    let mut seen = work.runs(&comings, told)?;
    let base = &seen[1];
    let crossed = |from: &str, to: &str| crossed(&base.run, from, to);
    let plan = crate::run::plan(busy_hour(&then, 1.0));
    let expected = forecast(&plan);
    drop(plan);
    let mut rest = outages(&then, &expected, ours, crossed);
    rest.push(peak(&then));
    let usual = planner::queues(&base.run.results.series).into_values().fold(0.0, f64::max);
    let unsteady = base.run.results.trends.iter().find(|trend| trend.what == Trending::OfferedLoad);
    let unsteady = unsteady.map(Trend::told);
    let base_bills = bills(&then, &base.run, &buys, &ours);
    let crossing: f64 = base_bills.iter().map(|bill| bill.owes - bill.is_owed).sum();
    let new: f64 = buys.iter().map(|bought| row(federation, bought).more).sum();
    let mut more = work.runs(&rest, told)?;
    for (coming, seen) in rest.iter().zip(&mut more) {
        seen.scenario.drained = coming.outage_ends.and_then(|end| {
            planner::drained(&planner::queues(&seen.run.results.series), usual, end)
        });
        // Neither an outage nor a night changes what crosses in a month.
        seen.scenario.a_month = seen.equipment + crossing;
    }
    // As things are, what there is costs what it costs.
    let total: f64 = base_bills.iter().map(Bill::total).sum();
    seen[0].scenario.a_month = total - new;
    seen.extend(more);
    Ok(Plan {
        schema: Plan::SCHEMA,
        name: federation.name.clone(),
        operator: only.map(|id| federation.operator(id).name.clone()),
        currency: federation.currency.clone(),
        lines: case.slo.iter().map(|line| plain(line.text())).collect(),
        parts: buys.iter().map(|bought| row(federation, bought)).collect(),
        scenarios: seen.into_iter().map(|seen| seen.scenario).collect(),
        bills: base_bills,
        assumed: assumed(federation),
        unsteady,
    })
}

fn first(federation: &Federation) -> Coming {
    Coming { name: String::new(), federation: busy_hour(federation, 1.0), outage_ends: None }
}

fn assumed(federation: &Federation) -> Assumed {
    let (money, planning) = (&federation.money, &federation.planning);
    let tariffs = federation.agreements.iter().map(|agreement| agreement.tariff);
    let owed = tariffs.map(|tariff| tariff.message + tariff.sms + tariff.presence + tariff.monthly);
    let priced = money.licence + money.smsc_node + money.bandwidth;
    Assumed {
        growth: planning.growth,
        peak: planning.peak.clone(),
        outage_s: scenarios::lasts(federation).as_secs_f64(),
        spare: planning.spare,
        busy_hour_share: money.busy_hour_share,
        days: money.days,
        priced: priced + money.workers.iter().sum::<f64>() + owed.sum::<f64>() > 0.0,
        measured_s: federation.run.duration.as_secs_f64(),
    }
}

/// What runs are made with.
struct Work<'a> {
    case: &'a Case,
    /// What there is of everything, at the least.
    has: &'a Federation,
    ours: &'a (dyn Fn(OperatorId) -> bool + Sync),
    parallel: Parallel,
    stop: &'a CancellationToken,
}

/// What came of a scenario.
struct Seen {
    scenario: Scenario,
    run: Replicated,
    /// A month of all that its load needs.
    equipment: f64,
}

impl<'a> Work<'a> {
    /// For a scenario that is looked at in earnest, on the thread that it has.
    fn bench(&self) -> Bench<'a> {
        Bench {
            at: &|_| None,
            whole: false,
            parallel: Parallel { threads: NonZeroUsize::MIN },
            stop: self.stop,
            tell: &|_, _| {},
            found: &|_, _| {},
            probes: None,
        }
    }

    fn runs(&self, comings: &[Coming], told: Told<'_>) -> Result<Vec<Seen>, RunError> {
        pool::run(self.parallel.threads, comings.len(), |place| {
            let seen = self.run(&comings[place])?;
            if !self.stop.is_cancelled() {
                told(&seen.scenario);
            }
            Ok(seen)
        })
    }

    fn run(&self, coming: &Coming) -> Result<Seen, RunError> {
        let case = Case { federation: coming.federation.clone(), slo: self.case.slo.clone() };
        let options = Options { threads: 1, ..Options::default() };
        let run = replicate::one(&case, 0, false, options, self.stop, &mut |_, _| {})?;
        let mut run = replicate::added(vec![run]);
        let mut verdict = verdict(&run.results.slo);
        let long = case.federation.run.duration > self.case.federation.run.duration;
        if run.results.slo.iter().any(is_close) && !long && !self.stop.is_cancelled() {
            let point = search::tried(&case, 1.0, EARNEST, self.bench())?;
            verdict = match point.verdict {
                search::Verdict::Holds | search::Verdict::Unclear { holds: true } => Verdict::Holds,
                search::Verdict::Fails => Verdict::Fails,
                search::Verdict::Unclear { holds: false } | search::Verdict::Unknown => {
                    Verdict::Open
                }
            };
            run = point.replicated;
        }
        let told = |line: &Slo| format!("{}: {}", plain(&line.line), line.seen());
        let failing = run.results.slo.iter().filter(|line| !line.passed).map(told).collect();
        // Nothing is given back that is there.
        let mut needs = bought(&case.federation, &case.slo, self.has);
        needs.retain(|bought| (self.ours)(bought.part.operator(&case.federation)));
        let all = bills(&case.federation, &run, &needs, &self.ours);
        let equipment = all.iter().map(|bill| bill.smsc + bill.workers + bill.links).sum();
        let seen = curve_point(0.0, &run.measured);
        let undelivered = figure("messages_undelivered share").observe(&run.measured);
        let scenario = Scenario {
            name: coming.name.clone(),
            verdict,
            failing,
            offered: seen.offered,
            undelivered: undelivered.unwrap_or(0.0),
            drained: None,
            licence: needed(&needs, Bound::Licence),
            workers: needed(&needs, Bound::Workers),
            a_month: all.iter().map(Bill::total).sum(),
        };
        Ok(Seen { scenario, run, equipment })
    }
}

/// How the lines went.
fn verdict(slo: &[Slo]) -> Verdict {
    match slo.iter().any(|line| !line.passed && !line.undecided) {
        true => Verdict::Fails,
        false if slo.iter().all(|line| line.passed) => Verdict::Holds,
        false => Verdict::Open,
    }
}

/// Whether a figure is so near its bound that chance may decide.
fn is_close(line: &Slo) -> bool {
    let (Some(observed), Some(bound)) = (line.observed, line.bound) else { return false };
    (observed - bound).abs() < CLOSE * bound.abs()
}

/// How much of one kind is needed in all.
fn needed(needs: &[Bought], bound: Bound) -> f64 {
    let of = needs.iter().filter(|bought| bought.part.kind.info().bound == bound);
    of.map(|bought| bought.size.needed).sum()
}

/// A month of what operators have and of what crosses, if all busy hours of it are like the run.
fn bills(
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
        bill
    };
    federation.operators().filter(|(id, _)| ours(*id)).map(of).collect()
}

/// Messages and short messages that crossed from one operator to another.
fn crossed(run: &Replicated, from: &str, to: &str) -> f64 {
    let metrics = run.results.metrics.iter().filter(|metric| {
        metric.name == "agreement_messages"
            && metric.label("from") == from
            && metric.label("to") == to
    });
    metrics.filter_map(|metric| metric.count).map(|count| count as f64).sum()
}
