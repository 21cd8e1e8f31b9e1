//! What would be enough for a part, by what its users ask of it; and what made it full, where that was
//! a failure. Called by `bottleneck`; what users ask stands in the summary, since whoever ran it has
//! forecast it: what came to a full part is less, for answers and retries that wait are not there yet.

use super::moments::Moment;
use super::{Run, bound};
use crate::measure::results::Need;
use crate::report::document::numbers::{percent, three};

/// What users ask of a station.
pub(super) fn need<'a>(run: &Run<'a>, station: &str) -> Option<&'a Need> {
    run.summary.needs.iter().find(|need| need.station == station)
}

/// The failure that filled a station from interval `first` on, by the intervals in which it was full: one
/// that went on then, or that it has been full ever since. A part that users ask more of than it can do
/// needs none.
pub(super) fn cause<'a>(
    run: &Run<'a>,
    station: &str,
    full: &[bool],
    first: usize,
) -> Option<&'a Moment> {
    if need(run, station).is_none_or(|need| need.utilisation >= 1.0) {
        return None;
    }
    let times = &run.over.times;
    let (start, step) = (times[first], run.over.step());
    let lasted = |moment: &&Moment| {
        let Some(to) = moment.to.filter(|to| *to < start) else { return true };
        let mut since = times.iter().zip(full).take(first).filter(|(at, _)| **at >= to);
        since.all(|(_, full)| *full)
    };
    let failed = run.moments.iter().filter(|moment| moment.fails);
    failed.filter(|moment| moment.from <= start + step).rfind(lasted)
}

/// The same in words.
pub(super) fn blamed(moment: &Moment) -> String {
    let Moment { long, .. } = moment;
    format!("The cause is a failure: {long} ({}). What follows is its consequence.", moment.when())
}

/// What would have been enough for a part that was full, and what filled it if that is not too little of it.
pub(super) fn advice(run: &Run<'_>, station: &str, cause: Option<&Moment>) -> String {
    let Some(need) = need(run, station) else {
        return "`interwork check` tells how much would be enough.".to_owned();
    };
    let used = percent(need.utilisation);
    if cause.is_some() {
        return format!(
            "What users ask of it is {used} of what it can do: more is not the remedy."
        );
    }
    if need.utilisation <= need.target {
        return format!(
            "What users ask of it is {used} of what it can do: what came at once filled it."
        );
    }
    format!(
        "{} ask it for {}/s, answers and retries included, which is {used} of what it can do: {}.",
        who(need),
        three(need.rate),
        enough(run, need),
    )
}

/// `operators.a.smsc.throughput=17/s keeps it at 70 %`.
pub(super) fn enough(run: &Run<'_>, need: &Need) -> String {
    let nodes = nodes(run, &need.station);
    format!("{} keeps it at {}{nodes}", need.enough, bound(need.target))
}

/// That a setting is of each node, where a part has several.
fn nodes(run: &Run<'_>, station: &str) -> String {
    match run.parts.get(station).map_or(1, |known| known.nodes) {
        1 => String::new(),
        many => format!(", for each of the {many} nodes"),
    }
}

/// How much more users may ask of a station, and what is enough if it is too much already.
pub(super) fn headroom(run: &Run<'_>, station: &str) -> Option<String> {
    let need = need(run, station).filter(|need| need.utilisation > 0.0)?;
    let (used, target, who) = (percent(need.utilisation), bound(need.target), who(need));
    let own = need.utilisation - need.other;
    Some(match (need.target - need.other) / own {
        times if times >= 1.0 && times.is_finite() => {
            let of = if need.other > 0.0 { " of the federation's" } else { "" };
            format!(
                "{who} ask {used} of it; {} times as much{of} keeps it at {target}.",
                three(times)
            )
        }
        _ if need.utilisation <= need.target => format!("{who} ask {used} of it."),
        _ => format!("{who} ask {used} of it: {}.", enough(run, need)),
    })
}

/// Who asks something of a station.
fn who(need: &Need) -> String {
    match need.other / need.utilisation {
        share if share > 0.0 => format!("Users, and others for {} of it,", percent(share)),
        _ => "Users".to_owned(),
    }
}
