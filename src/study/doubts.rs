//! What of a valid topology can hardly be meant, beyond what its file shows by itself: operators that
//! cannot reach each other, parts that are too small for what is foretold. Asked by `check` and `run`
//! before anything is simulated; it knows no terminal.

use crate::domain::distribution::DurationDistribution;
use crate::domain::federation::{OperatorKind, OverLimit};
use crate::domain::id::OperatorId;
use crate::domain::part::{Bound, Owner, Part};
use crate::domain::random::StreamSeed;
use crate::domain::time::Duration;
use crate::measure::results::Need;
use crate::model::plan::Plan;
use crate::model::routing::Carriage;
use crate::report::document::numbers::{percent, seconds, three};
use crate::report::judge;
use crate::study::forecast::Forecast;
use crate::study::needs::bandwidth;
use crate::topology::{Place, Problem, Topology};

/// Pairs of operators that are named.
const NAMED: usize = 3;

/// Everything that can hardly be meant, as warnings.
pub(crate) fn doubts(
    topology: &Topology,
    plan: &Plan,
    expected: &Forecast,
    needs: &[Need],
) -> Vec<Problem> {
    let mut all: Vec<Problem> = unreached(topology, plan).into_iter().collect();
    all.extend(late_answers(topology, plan));
    all.extend(too_small(topology, plan, expected, needs));
    all
}

/// Pairs of operators with users of whom one could write to another, and no way leads there, at no
/// time of the run.
fn unreached(topology: &Topology, plan: &Plan) -> Option<Problem> {
    let federation = &plan.federation;
    let im = |id| f64::from(plan.population.im_users(id));
    let people = |id| im(id) + f64::from(plan.population.sms_only(id));
    let with_users: Vec<OperatorId> = federation
        .operators()
        .filter(|(id, operator)| operator.kind != OperatorKind::Hub && people(*id) > 0.0)
        .map(|(id, _)| id)
        .collect();
    let reaches = |plan: &Plan, a, b| {
        [Carriage::Messaging, Carriage::Sms]
            .into_iter()
            .any(|carriage| plan.routing.way(carriage, a, b).is_some())
    };
    let (mut pairs, mut apart) = (0_u64, 0_u64);
    let (mut all, mut cut) = (0.0, 0.0);
    let mut named = Vec::new();
    for (place, &a) in with_users.iter().enumerate() {
        for &b in &with_users[place + 1..] {
            // Who writes to whom: an IM user to anybody.
            let writers = im(a) * people(b) + im(b) * people(a);
            if writers == 0.0 {
                continue;
            }
            pairs += 1;
            all += writers;
            if reaches(plan, a, b) || plan.later.iter().any(|(_, later)| reaches(later, a, b)) {
                continue;
            }
            apart += 1;
            cut += writers;
            if named.len() < NAMED {
                let name = |id| federation.operator(id).name.as_str();
                named.push(format!("{}:{}", name(a), name(b)));
            }
        }
    }
    if apart == 0 {
        return None;
    }
    let more = match apart - named.len() as u64 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!(
        "{apart} of {pairs} pairs of operators cannot reach each other, {} of the pairs of users: \
         {}{more}",
        percent(cut / all),
        named.join(", ")
    );
    let help = "only a hub passes messages on: agreements of these, or of both with a hub";
    Some(Problem::warning(topology.place(&["agreements"]).first(), message).help(help))
}

/// Operators whose reply numbers forget a conversation before some of the answers come (IM-0050). The hold
/// counts from the delivery, as the delay of answers does.
fn late_answers(topology: &Topology, plan: &Plan) -> Vec<Problem> {
    /// Answers drawn of each kind of delay.
    const DRAWN: usize = 10_000;
    /// The share of them that is worth a word.
    const LATE: f64 = 0.001;
    let federation = &plan.federation;
    // Delays are the same for most operators.
    let mut delays: Vec<&DurationDistribution> = Vec::new();
    for operator in &federation.operators {
        let messages = &operator.workload.messages;
        if messages.reply_share > 0.0 && !delays.contains(&&messages.reply_after) {
            delays.push(&messages.reply_after);
        }
    }
    let late = |hold: Duration| {
        let share = |delay: &&DurationDistribution| {
            let mut stream = StreamSeed::new(1, "doubts", "late answers").stream();
            let late = (0..DRAWN).filter(|_| delay.sample(&mut stream) > hold).count();
            (late as f64 / DRAWN as f64, delay.mean())
        };
        let worst = delays.iter().map(share).max_by(|a, b| a.0.total_cmp(&b.0));
        worst.filter(|(share, _)| *share > LATE)
    };
    let mut holds: Vec<(Duration, Vec<&str>)> = Vec::new();
    for operator in &federation.operators {
        let (Some(imsp), true) = (&operator.imsp, operator.smsc.is_some()) else { continue };
        let hold = imsp.legacy.reply_hold;
        match holds.iter_mut().find(|(known, _)| *known == hold) {
            Some((_, names)) => names.push(&operator.name),
            None => holds.push((hold, vec![&operator.name])),
        }
    }
    let warn = |(hold, names): (Duration, Vec<&str>)| {
        let (share, mean) = late(hold)?;
        let message = format!(
            "answers to SMS come {} after the delivery on average, and {} of them later than `reply_hold: {}` of {}: \
             they find no conversation any more",
            seconds(Some(mean.as_secs_f64())),
            percent(share),
            seconds(Some(hold.as_secs_f64())),
            names.join(", ")
        );
        let help = "a longer `legacy.reply_hold` keeps the numbers for them".to_owned();
        let keys = ["operators", names[0], "legacy", "reply_hold"];
        Some(Problem::warning(topology.place(&keys).first(), message).help(help))
    };
    holds.into_iter().filter_map(warn).collect()
}

/// Parts that are offered more than they can do; of several nodes all together.
fn too_small(
    topology: &Topology,
    plan: &Plan,
    expected: &Forecast,
    needs: &[Need],
) -> Vec<Problem> {
    let mut told: Vec<Part> = Vec::new();
    let mut problems = Vec::new();
    for station in expected.stations.iter().filter(|station| station.utilisation >= 1.0) {
        let part = match station.part.owner {
            Owner::Node(id, _) => Part::of(station.part.kind, id),
            _ => station.part,
        };
        if told.contains(&part) {
            continue;
        }
        told.push(part);
        let at = match expected.load {
            1.0 => String::new(),
            load => format!(" at load {}", short(load)),
        };
        let name = station.part.name(&plan.federation);
        let need = needs.iter().find(|need| need.station == name);
        problems.extend(need.and_then(|need| small(topology, plan, part, need, &at)));
    }
    problems
}

/// What a part has, what it is offered, and what would be enough.
fn small(topology: &Topology, plan: &Plan, part: Part, need: &Need, at: &str) -> Option<Problem> {
    let federation = &plan.federation;
    let name = part.name(federation);
    let utilisation = need.utilisation;
    let enough = need.enough.replacen('=', ": ", 1);
    let enough = format!("{enough} keeps it at {}", judge::bound(need.target));
    let operator = federation.operator(part.operator(federation));
    let (message, help) = match part.kind.info().bound {
        Bound::Licence => {
            let smsc = operator.smsc.as_ref()?;
            let each = match smsc.nodes {
                1 => format!("`{name}` is licensed"),
                nodes => format!("each of the {nodes} nodes of `{name}` is licensed"),
            };
            let (has, asked) = (short(smsc.throughput), smsc.throughput * utilisation);
            let message = format!("{each} for {has}/s, and {}/s arrive{at}", three(asked));
            (message, enough)
        }
        Bound::Workers => {
            let workers = part.servers(federation);
            let asked = f64::from(workers) * utilisation;
            let has = if workers == 1 { "1 worker".into() } else { format!("{workers} workers") };
            let busy = three(asked);
            let message = format!("`{name}` has {has}, and work for {busy} arrives{at}");
            (message, enough)
        }
        Bound::Bandwidth => {
            let Owner::Side(id, _) = part.owner else { return None };
            let has = federation.agreement(id).link.bandwidth?;
            let [has, asked] = [has, has * utilisation].map(bandwidth);
            (format!("`{name}` carries {has}, and {asked} arrive{at}"), enough)
        }
        Bound::Rate => {
            let Owner::Side(id, side) = part.owner else { return None };
            let limit = federation.agreement(id).rate_limit[usize::from(side)].as_ref()?;
            let asked = limit.rate * utilisation;
            let message = format!(
                "`{name}` lets {}/s pass, and {}/s arrive{at}",
                short(limit.rate),
                three(asked)
            );
            let rest = match limit.over {
                OverLimit::Refuse => "the rest is refused",
                OverLimit::Queue { .. } => "the rest waits longer and longer",
                OverLimit::Sms => "the rest becomes SMS",
            };
            (message, format!("{rest}; {enough}"))
        }
    };
    Some(Problem::warning(place(topology, plan, part), message).help(help))
}

/// Where what bounds a part stands.
fn place(topology: &Topology, plan: &Plan, part: Part) -> Place {
    let federation = &plan.federation;
    let setting = match part.kind.info().bound {
        Bound::Licence => "throughput",
        Bound::Workers => "workers",
        Bound::Bandwidth => "bandwidth",
        Bound::Rate => "",
    };
    match part.owner {
        Owner::Operator(id) | Owner::Node(id, _) => {
            let (name, label) = (&federation.operator(id).name, part.kind.label());
            topology.place(&["operators", name, label, setting])
        }
        Owner::Side(id, _) => {
            let number = id.index().to_string();
            topology.place(&["agreements", &number, part.kind.label(), setting])
        }
    }
}

/// A setting as it was written, unless that is long.
fn short(value: f64) -> String {
    let text = value.to_string();
    if text.len() <= 6 { text } else { three(value) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run;
    use crate::study::forecast::forecast;
    use crate::topology::{Override, Source};

    const FEDERATION: &str = "
interwork: 1
name: small
operators:
  a: { kind: imsp, domain: a.example, numbers: ['+461'], subscribers: { im: 300, sms_only: 300 }, smsc: { throughput: 0.02/s, nodes: 2 }, hlr: { workers: 1, lookup_time: 20s } }
  b: { kind: imsp, domain: b.example, numbers: ['+462'], subscribers: { im: 300 }, im_server: { workers: 2, service_time: 3s } }
  c: { kind: imsp, domain: c.example, numbers: ['+463'], subscribers: { im: 300 } }
  m: { kind: mno, numbers: ['+464'], subscribers: { sms_only: 100 } }
  n: { kind: mno, numbers: ['+465'], subscribers: { sms_only: 100 } }
agreements:
  - { between: [a, b], protocol: ssp, link: { bandwidth: 300bit/s }, rate_limit: 0.01/s }
  - { between: [b, c], protocol: ssp }
";

    fn told(sets: &[&str]) -> Vec<String> {
        let sets: Vec<Override> =
            sets.iter().map(|set| Override::parse(set).expect("a good override")).collect();
        let source = Source::new("small.yaml", FEDERATION);
        let topology = crate::topology::load(&source, &sets).expect("a valid topology");
        let plan = run::plan(topology.federation.clone());
        let expected = forecast(&plan);
        let needs = crate::study::needs::needs(&plan, &expected, &[]);
        let doubts = doubts(&topology, &plan, &expected, &needs);
        doubts.iter().map(|doubt| doubt.render(&source, 100, false)).collect()
    }

    #[test]
    fn operators_that_cannot_reach_each_other_are_counted_and_named() {
        let all = told(&[]);
        // Of ten pairs one is of two operators without IM, whose customers only answer.
        let words = all[0].split_whitespace().collect::<Vec<_>>().join(" ");
        let first = "7 of 9 pairs of operators cannot reach each other, 50.0 % of the pairs of \
                     users: a:c, a:m, a:n and 4 more";
        assert!(words.contains(first), "{}", all[0]);
        assert!(all[0].contains("only a hub passes messages on"), "{}", all[0]);
        let hub = ["operators.b={ kind: hub }", "operators.m.subscribers.sms_only=0"];
        let n = ["operators.n.subscribers.sms_only=0", "agreements.0.rate_limit=9/s"];
        let all = told(&[hub, n].concat());
        assert!(!all.iter().any(|told| told.contains("cannot reach")), "{all:#?}");
    }

    #[test]
    fn what_begins_during_the_run_counts() {
        let later = "timeline=[{ at: 1m, agree: { between: [a, c], protocol: ssp } }]";
        assert!(told(&[later])[0].contains("6 of 9 pairs"), "{}", told(&[later])[0]);
    }

    #[test]
    fn parts_that_are_too_small_are_told_with_what_arrives_and_what_would_do() {
        let all = told(&[]);
        for (part, remedy) in [
            ("each of the 2 nodes of `a/smsc` is licensed for 0.02/s, and ", "throughput: "),
            ("`a/hlr` has 1 worker, and work for ", "operators.a.hlr.workers: "),
            ("`b/im_server` has 2 workers, and work for ", "operators.b.im_server.workers: "),
            ("`a->b/link` carries 300bit/s, and ", "agreements.a:b.link.bandwidth: "),
            ("`a->b/rate_limit` lets 0.01/s pass, and ", "the rest is refused; agreements.a:b"),
        ] {
            let found = all.iter().find(|told| told.contains(part));
            let found = found.unwrap_or_else(|| panic!("{part} in {all:#?}"));
            assert!(found.contains(remedy) && found.contains("small.yaml:"), "{found}");
        }
        let enough = told(&["operators.a.smsc.throughput=50/s"]);
        assert!(!enough.iter().any(|told| told.contains("licensed")), "{enough:#?}");
        assert!(told(&["workload.load=2"]).iter().any(|told| told.contains("arrive at load 2")));
    }

    #[test]
    fn what_is_said_to_do_does() {
        for path in [
            "operators.a.smsc.throughput",
            "operators.a.hlr.workers",
            "operators.b.im_server.workers",
            "agreements.a:b.link.bandwidth",
            "agreements.a:b.rate_limit.rate",
        ] {
            let remedy = format!("{path}: ");
            let words = |told: &str| -> Option<String> {
                let rest = told.split_once(&remedy)?.1;
                Some(rest.split_whitespace().next()?.to_owned())
            };
            let value = told(&[]).iter().find_map(|told| words(told)).expect(path);
            let again = told(&[&format!("{path}={value}")]);
            let left: Vec<&String> = again.iter().filter(|told| told.contains(&remedy)).collect();
            // The other side of an agreement may need more.
            assert!(left.len() <= usize::from(path.starts_with("agr")), "{path}={value} {left:#?}");
        }
    }
}
