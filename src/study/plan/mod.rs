//! What to buy, what it costs by the month, and what it survives: sizes by arithmetic for the busy hour of
//! next year, then runs of what may come with just that. Called by the command line.

mod bills;
mod lines;
mod purchase;
mod scenarios;
mod trial;

use tokio_util::sync::CancellationToken;

use self::bills::crossed;
use self::purchase::{bought, row, with};
use self::scenarios::{Coming, busy_hour, outages, peak, years};
pub(crate) use self::trial::Told;
use self::trial::Trials;
use crate::domain::federation::Federation;
use crate::domain::id::OperatorId;
use crate::measure::results::{Trend, Trending};
use crate::report::document::plan::{Assumed, Plan};
use crate::report::judge::plain::plain;
use crate::run::RunError;
use crate::study::capacity::planner;
use crate::study::forecast::forecast;
use crate::study::replicate::{Case, Parallel};

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
    let name = only.map(|id| federation.operator(id).name.as_str());
    let slo = match name {
        Some(name) => lines::own(&case.slo, name),
        None => case.slo.clone(),
    };
    let growth = 1.0 + federation.planning.growth;
    let next = crate::run::plan(busy_hour(federation, growth));
    let all = bought(&next, &forecast(&next), &case.slo, federation);
    drop(next);
    // Partners have what is asked of them: what they lack is nothing that this plan can mend.
    let (buys, partners): (Vec<_>, Vec<_>) =
        all.iter().cloned().partition(|bought| ours(bought.part.operator(federation)));
    let (as_it_is, then) = (with(federation, &partners), with(federation, &all));
    let usual = federation.run.duration.as_secs_f64();
    let trials = Trials { slo: &slo, usual, has: &then, ours: &ours, only: name, parallel, stop };

    // As it is, and with what is bought: the rest follows from that, at the load that it is bought for.
    let now = Coming::new("busy hour, as it is", busy_hour(&as_it_is, 1.0));
    let comings: Vec<Coming> = std::iter::once(now).chain(years(&then)).collect();
    let mut seen = trials.run(&comings, told)?;
    let next = &seen[2];
    let in_a_year = &comings[2].federation;
    let mut rest =
        outages(in_a_year, &next.expected, ours, |from, to| crossed(&next.run, from, to));
    rest.push(peak(in_a_year));
    let quiet = planner::queues(&next.run.results.series).into_values().fold(0.0, f64::max);
    let trend = |trend: &&Trend| trend.what == Trending::OfferedLoad;
    let unsteady = seen[1].run.results.trends.iter().find(trend).map(Trend::told);
    let (bills, crossing) = (next.bills.clone(), next.crossing());
    let new: f64 = buys.iter().map(|bought| row(federation, bought).more).sum();
    let mut more = trials.run(&rest, told)?;
    for (coming, seen) in rest.iter().zip(&mut more) {
        seen.scenario.drained = coming.outage_ends.and_then(|end| {
            planner::drained(&planner::queues(&seen.run.results.series), quiet, end)
        });
        // Neither an outage nor a night changes what crosses in a month.
        seen.scenario.a_month = seen.equipment() + crossing;
    }
    // As things are, what there is costs what it costs; asked for is what next year's load has grown from.
    seen[0].scenario.a_month = seen[1].equipment() - new + seen[0].crossing();
    seen[0].scenario.short = buys
        .iter()
        .filter(|bought| bought.size.used / growth > bought.size.target)
        .map(|bought| bought.size.part.clone())
        .collect();
    seen.extend(more);
    Ok(Plan {
        schema: Plan::SCHEMA,
        name: federation.name.clone(),
        operator: name.map(str::to_owned),
        currency: federation.currency.clone(),
        lines: slo.iter().map(|line| plain(line.text())).collect(),
        parts: buys.iter().map(|bought| row(federation, bought)).collect(),
        scenarios: seen.into_iter().map(|seen| seen.scenario.rounded()).collect(),
        bills,
        assumed: assumed(federation),
        unsteady,
    })
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
        outage_cut: scenarios::lasts(federation) < planning.outage,
        spare: planning.spare,
        busy_hour_share: money.busy_hour_share,
        days: money.days,
        priced: priced + money.workers.iter().sum::<f64>() + owed.sum::<f64>() > 0.0,
        measured_s: federation.run.duration.as_secs_f64(),
    }
}
