//! What changes during a run: stages of the load and events of the timeline, as words and instants
//! that every time axis marks.

use super::over::clock;
use crate::domain::federation::{Event, Federation, LinkFault, Outage};
use crate::domain::id::OperatorId;
use crate::report::document::numbers::three;

/// Something that changes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Moment {
    /// Seconds from the start of measuring.
    pub(crate) from: f64,
    /// Its end, if it ends.
    pub(crate) to: Option<f64>,
    /// For an axis.
    pub(crate) short: String,
    /// A sentence without its time.
    pub(crate) long: String,
    /// Whether something fails.
    pub(crate) fails: bool,
}

impl Moment {
    /// Whether it is as if nothing changed.
    pub(crate) fn is_usual(&self) -> bool {
        self.short == "load × 1"
    }

    /// `5:00 to 10:00`.
    pub(crate) fn when(&self) -> String {
        match self.to {
            Some(to) => format!("{} to {}", clock(self.from), clock(to)),
            None => clock(self.from),
        }
    }
}

/// Single upgrades beyond this many are one line; they change little each.
const UPGRADES: usize = 3;

/// Everything that changes, in the order of time.
pub(crate) fn moments(federation: &Federation) -> Vec<Moment> {
    let mut all = stages(federation);
    let upgrade = |event: &&Event| matches!(event, Event::Upgrade { .. });
    let events = || federation.timeline.iter();
    let upgrades = events().map(|timed| &timed.event).filter(upgrade).count();
    for timed in events() {
        if upgrades > UPGRADES && upgrade(&&timed.event) {
            continue;
        }
        all.push(moment(federation, timed.at.as_secs_f64(), &timed.event));
    }
    if upgrades > UPGRADES {
        let mut at = events().filter(|t| upgrade(&&t.event)).map(|t| t.at.as_secs_f64());
        let first = at.next().unwrap_or(0.0);
        let long = format!("{upgrades} legacy customers become IM users, one by one");
        all.push(Moment {
            from: first,
            to: at.next_back(),
            short: "upgrades".to_owned(),
            long,
            fails: false,
        });
    }
    all.sort_by(|a, b| a.from.total_cmp(&b.from));
    all
}

/// Stages of the load. Operators with the same stages share them.
fn stages(federation: &Federation) -> Vec<Moment> {
    let end = federation.run.duration.as_secs_f64();
    let with = |operator: &&crate::domain::federation::Operator| {
        operator.imsp.is_some() && !operator.workload.load.stages.is_empty()
    };
    let concerned = federation.operators.iter().filter(|operator| operator.imsp.is_some());
    let all = concerned.clone().count();
    let mut known: Vec<(&[_], Vec<&str>)> = Vec::new();
    for operator in concerned.filter(with) {
        let stages = operator.workload.load.stages.as_slice();
        match known.iter_mut().find(|(other, _)| *other == stages) {
            Some((_, names)) => names.push(&operator.name),
            None => known.push((stages, vec![&operator.name])),
        }
    }
    let mut shown = Vec::new();
    for (stages, names) in known {
        let whose = match names.len() == all {
            true => String::new(),
            false => format!(" of {}", names.join(", ")),
        };
        let mut from = 0.0;
        for stage in stages {
            let to = (from + stage.length.as_secs_f64()).min(end);
            let load = three(stage.load);
            let load = load.trim_end_matches('0').trim_end_matches('.');
            let long = match (stage.ramp, stage.load == 1.0) {
                (true, true) => format!("the load{whose} moves back to the usual"),
                (true, false) => format!("the load{whose} moves to {load} times the usual"),
                (false, true) => format!("the load{whose} is the usual"),
                (false, false) => format!("the load{whose} is {load} times the usual"),
            };
            if from < end && (stage.load != 1.0 || stage.ramp || from > 0.0) {
                let short = format!("load × {load}");
                shown.push(Moment { from, to: Some(to), short, long, fails: false });
            }
            from = to;
        }
    }
    shown
}

fn moment(federation: &Federation, from: f64, event: &Event) -> Moment {
    let name = |id: OperatorId| federation.operator(id).name.as_str();
    let mut to = None;
    let (short, long) = match event {
        Event::Upgrade { operator, index } => {
            let long = format!("legacy customer {index} of {} becomes an IM user", name(*operator));
            ("upgrade".to_owned(), long)
        }
        Event::Lapse { operator, index } => {
            let long = format!("the subscription of IM user {index} of {} lapses", name(*operator));
            ("lapse".to_owned(), long)
        }
        Event::BecomesImsp { operator, .. } => {
            let name = name(*operator);
            (format!("{name} gets IM"), format!("{name} becomes an IM service provider"))
        }
        Event::Agree(id) => {
            let [a, b] = federation.agreement(*id).between.map(name);
            (format!("{a}–{b} agree"), format!("an agreement of {a} and {b} begins"))
        }
        Event::Outage { outage, lasts } => {
            to = Some(from + lasts.as_secs_f64());
            match outage {
                Outage::Link { between, fault } => {
                    let [a, b] = between.map(name);
                    match fault {
                        LinkFault::Down => {
                            (format!("{a}–{b} down"), format!("the link of {a} and {b} is down"))
                        }
                        LinkFault::Slow(factor) => {
                            let factor = three(*factor);
                            let long = format!("the link of {a} and {b} is {factor} times as slow");
                            (format!("{a}–{b} slow"), long)
                        }
                    }
                }
                Outage::Part(part) => {
                    let name = part.name(federation);
                    (format!("{name} down"), format!("{name} is down"))
                }
            }
        }
    };
    Moment { from, to, short, long, fails: matches!(event, Event::Outage { .. }) }
}
