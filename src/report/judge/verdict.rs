//! A run in three paragraphs: what was run, whether it held, what was the bottleneck (`bottleneck`).
//! Every figure is of the summary or the series, or follows from them.

use super::Run;
use super::bottleneck;
use super::fate::fate;
use super::moments::Moment;
use super::over::clock;
use super::plain::plain;
use crate::domain::federation::OperatorKind;
use crate::report::document::manifest::StopReason;
use crate::report::document::numbers::{capital, plural, seconds};

/// Events that the sentences name.
const TOLD: usize = 4;

/// The paragraphs: what was run, did it hold, what was the bottleneck.
pub(crate) fn paragraphs(run: &Run<'_>) -> Vec<String> {
    vec![what_was_run(run), did_it_hold(run), bottleneck(run)]
}

fn what_was_run(run: &Run<'_>) -> String {
    let Run { manifest, .. } = run;
    let mut text = String::new();
    if let Some(federation) = run.federation {
        let kinds = |hub: bool| {
            let all = federation.operators.iter();
            all.filter(|operator| (operator.kind == OperatorKind::Hub) == hub).count() as u64
        };
        let (mut im, mut sms_only) = (0, 0);
        for operator in &federation.operators {
            im += u64::from(operator.subscribers.im);
            sms_only += u64::from(operator.subscribers.sms_only);
        }
        text = plural(kinds(false), "operator", "operators");
        if kinds(true) > 0 {
            text.push_str(&format!(" and {}", plural(kinds(true), "hub", "hubs")));
        }
        text.push_str(&format!(
            " with {} and {} {}: ",
            plural(im, "IM user", "IM users"),
            plural(sms_only, "customer without IM", "customers without IM"),
            if manifest.live.is_some() { "lived by the wall clock" } else { "were simulated" },
        ));
    }
    let measured = run.over.times.last().map_or(0.0, |_| run.over.measured);
    let runs = manifest.replication_seeds.len().max(1);
    let each = manifest.model_time_s / runs as f64;
    text.push_str(&seconds(Some(each)));
    if measured > 0.0 && each - measured > 0.5 {
        text.push_str(&format!(
            ", of which the first {} do not count",
            seconds(Some(each - measured))
        ));
    }
    text.push_str(&match runs {
        1 => format!(", seed {}.", manifest.seed),
        _ => format!(
            ", {runs} times from seed {}. What is over time is of the first.",
            manifest.seed
        ),
    });
    // What fails comes first: there is room for a few.
    let mut told: Vec<&Moment> = run.moments.iter().filter(|m| !m.is_usual()).collect();
    told.sort_by_key(|moment| !moment.fails);
    let more = told.len().saturating_sub(TOLD);
    told.truncate(TOLD);
    told.sort_by(|a, b| a.from.total_cmp(&b.from));
    for moment in told {
        match moment.to {
            Some(to) => {
                let (from, to) = (clock(moment.from), clock(to));
                text.push_str(&format!(" From {from} to {to} {}.", moment.long));
            }
            None => text.push_str(&format!(" At {} {}.", clock(moment.from), moment.long)),
        }
    }
    if more > 0 {
        text.push_str(&format!(" {more} more events are under Events."));
    }
    text.push_str(match manifest.stop_reason {
        StopReason::Finished => "",
        StopReason::Interrupted => " The run was interrupted before its end.",
        StopReason::StoppedBySlo => " The run ended as soon as an SLO line could not be met.",
    });
    capital(&text)
}

fn did_it_hold(run: &Run<'_>) -> String {
    let Run { summary, .. } = run;
    let broken: Vec<String> = summary
        .slo
        .iter()
        .filter(|line| !line.passed && !line.undecided)
        .map(|line| match line.observed {
            Some(_) => {
                format!("“{}” does not hold, it was {}", plain(&line.line), line.shown())
            }
            None => format!("“{}” has too few samples to hold", plain(&line.line)),
        })
        .collect();
    let open = summary.slo.iter().filter(|line| line.undecided).count();
    let mut text = match (broken.len(), summary.slo.len()) {
        (0, lines) if open > 0 => {
            format!("It is not decided: {open} of {lines} SLO lines were open when the run ended.")
        }
        (0, 0) => "Nothing was asked of it: the topology has no SLO lines.".to_owned(),
        (0, 1) => "It held: its one SLO line is met.".to_owned(),
        (0, 2) => "It held: both SLO lines are met.".to_owned(),
        (0, lines) => format!("It held: all {lines} SLO lines are met."),
        (_, _) => format!("It did not hold: {}.", broken.join("; ")),
    };
    if let Some(unsteady) = super::unsteady(summary) {
        text.push(' ');
        text.push_str(&unsteady);
    }
    if let Some(fate) = fate(summary) {
        text.push(' ');
        text.push_str(&fate);
    }
    text
}
