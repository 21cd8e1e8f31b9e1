//! From stored tasks to the results of a study: point by point, each replication and all together.
//! Nothing here runs, so the same tasks give the same bytes wherever they were done.

use super::tasks::{Stopped, restored};
use super::{Point, Sweep};
use crate::measure::measured::Measured;
use crate::measure::pick::rolled_up;
use crate::measure::results::{Metric, Results};
use crate::measure::slo;
use crate::report::document::points::{PointRow, State};
use crate::report::folder::tables::Tables;
use crate::report::folder::tasks::{Found, StudyFolder};
use crate::report::judge::FULL_ALL_ALONG;
use crate::study::replicate;

/// What was put together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assembled {
    /// Events of all tasks.
    pub(crate) events: u64,
    /// Points of which an SLO line does not hold.
    pub(crate) missed: u32,
    /// Points of which none fails and one is not decided.
    pub(crate) open: u32,
    /// How the runs of each point went.
    pub(crate) states: Vec<State>,
}

/// Puts the results together from the tasks in a folder, which are all there.
///
/// # Errors
/// If a task is missing or damaged after all, or a file cannot be read or written.
pub(crate) fn assemble(sweep: &Sweep, folder: &StudyFolder) -> Result<Assembled, Stopped> {
    folder.clear()?;
    for (name, content) in sweep.copies() {
        folder.put(&format!("study/{name}"), &content)?;
    }
    let parameters: Vec<String> =
        sweep.study.parameters.iter().map(|one| one.path.text.clone()).collect();
    let mut tables = Tables::begin(folder, &sweep.columns, &parameters)?;
    let mut assembled = Assembled::default();
    for point in &sweep.points {
        tables.point(PointRow {
            topology: sweep.topology(point).to_owned(),
            columns: sweep.columns_of(point),
            parameters: point.values.clone(),
        });
        of_point(sweep, folder, point, &mut tables, &mut assembled)?;
    }
    assembled.states = tables.end(&sweep.study.name)?;
    Ok(assembled)
}

fn of_point(
    sweep: &Sweep,
    folder: &StudyFolder,
    point: &Point,
    tables: &mut Tables<'_>,
    assembled: &mut Assembled,
) -> Result<(), Stopped> {
    let case = sweep.case(point).map_err(Stopped::Unfit)?;
    let picked = |metrics: &mut Vec<Metric>| {
        metrics.retain(|metric| match sweep.picks.as_slice() {
            [] => rolled_up(metric),
            picks => picks.iter().any(|pick| pick.takes(metric)),
        });
    };
    let mut pooled: Option<Measured> = None;
    let mut each: Vec<Results> = Vec::new();
    let mut unsteady = 0;
    for replication in 0..point.replications {
        let number = point.first + replication;
        let broken = |why: String| {
            let path = folder.task_path(number);
            Stopped::Unfit(format!("{} is no whole task: {why}; run it again", path.display()))
        };
        let task = match folder.task(number)? {
            Found::Whole(task) => task,
            Found::Damaged(why) => return Err(broken(why)),
            Found::Missing => return Err(broken("it is not there".to_owned())),
        };
        assembled.events += task.events;
        unsteady += u32::from(!task.trends.is_empty());
        let measured = restored(case.clone(), point, &task).map_err(broken)?;
        let mut results = slo::results(&measured);
        results.metrics.extend(measured.over_routes());
        picked(&mut results.metrics);
        tables.replication(replication, results.metrics.iter())?;
        each.push(results);
        match &mut pooled {
            None => pooled = Some(measured),
            Some(all) => all.add(&measured),
        }
    }
    let Some(pooled) = pooled else { return Ok(()) };
    let mut all = slo::results(&pooled);
    let full = full(&all.metrics);
    tables.state(State { replications: point.replications, unsteady, full })?;
    all.metrics.extend(pooled.over_routes());
    picked(&mut all.metrics);
    let metrics: Vec<&[Metric]> = each.iter().map(|results| results.metrics.as_slice()).collect();
    let all = replicate::with_intervals(all, &metrics);
    tables.pooled(all.metrics.iter())?;
    let held = |place: usize| each.iter().filter(|one| one.slo[place].passed).count() as u32;
    let held: Vec<u32> = (0..all.slo.len()).map(held).collect();
    let fails = all.slo.iter().any(|line| !line.passed && !line.undecided);
    assembled.missed += u32::from(fails);
    assembled.open += u32::from(!fails && all.slo.iter().any(|line| line.undecided));
    tables.slo(&all.slo, point.replications, &held)?;
    Ok(())
}

/// Parts that had nothing left all along.
fn full(metrics: &[Metric]) -> Vec<String> {
    let used = metrics.iter().filter(|metric| metric.name == "station_utilisation");
    let full = used.filter(|metric| metric.mean.is_some_and(|mean| mean >= FULL_ALL_ALONG));
    full.map(|metric| metric.label("station").to_owned()).collect()
}
