//! What the parts of a federation are asked for by what its users do, and what would be enough for it:
//! first messages, answers and retries as the forecast has them, which no full queue has held back.
//! Kept with the results of a run, so that whoever judges it can tell what to buy; `doubts` tells the
//! same before it.

use crate::domain::federation::{Federation, RateLimit};
use crate::domain::part::{Bound, Owner, Part};
use crate::measure::results::Need;
use crate::measure::slo::Line;
use crate::model::plan::Plan;
use crate::report::document::numbers::up;
use crate::report::judge::HIGH;
use crate::study::forecast::{Forecast, StationLoad};

/// The needs of all parts that something is asked of.
pub fn needs(plan: &Plan, expected: &Forecast, slo: &[Line]) -> Vec<Need> {
    let asked = expected.stations.iter().filter(|station| station.rate > 0.0);
    let need = |station: &StationLoad| {
        let name = station.part.name(&plan.federation);
        let target = target(&name, slo);
        let enough = enough(plan, station.part, station.utilisation, target)?;
        let StationLoad { rate, utilisation, other, .. } = *station;
        Some(Need { station: name, rate, utilisation, other, target, enough })
    };
    asked.filter_map(need).collect()
}

/// How busy a station may be: by the file's lines, else as planners allow.
pub(super) fn target(station: &str, slo: &[Line]) -> f64 {
    stated(station, slo).unwrap_or(HIGH)
}

/// The same by the file's lines alone.
pub(super) fn stated(station: &str, slo: &[Line]) -> Option<f64> {
    let about = |line: &&Line| {
        let selector = line.selector();
        let all = selector.labels().iter().all(|(_, value)| *value == station);
        selector.metric() == "station_utilisation" && all && !line.has_span()
    };
    let bounds = slo.iter().filter(about).filter_map(Line::upper);
    bounds.filter(|bound| *bound > 0.0 && *bound <= 1.0).reduce(f64::min)
}

/// A setting that makes a part so busy, as `--set` has it.
fn enough(plan: &Plan, part: Part, utilisation: f64, target: f64) -> Option<String> {
    let path = path(plan, part)?;
    let amount = amount(&plan.federation, part, utilisation, target)?;
    let value = match part.kind.info().bound {
        Bound::Licence if amount > 1.0 => format!("{amount}/s"),
        Bound::Licence | Bound::Rate => format!("{}/s", up(amount)),
        Bound::Workers => format!("{amount}"),
        Bound::Bandwidth => bandwidth(amount),
    };
    Some(format!("{path}={value}"))
}

/// How much of what bounds a part makes it so busy: what is sold whole is whole.
pub(super) fn amount(
    federation: &Federation,
    part: Part,
    utilisation: f64,
    target: f64,
) -> Option<f64> {
    let amount = has(federation, part)? * utilisation / target;
    Some(match part.kind.info().bound {
        // Licences of less than one a second are those of tests and examples.
        Bound::Licence if amount > 1.0 => amount.ceil(),
        Bound::Workers => amount.ceil().max(1.0),
        Bound::Licence | Bound::Bandwidth | Bound::Rate => amount,
    })
}

/// How much a part has of what bounds it: messages a second of a node or an agreement, workers, bits a
/// second.
pub(crate) fn has(federation: &Federation, part: Part) -> Option<f64> {
    Some(match part.kind.info().bound {
        Bound::Licence => federation.operator(part.operator(federation)).smsc.as_ref()?.throughput,
        Bound::Workers => f64::from(part.servers(federation)),
        Bound::Bandwidth => {
            let Owner::Side(id, _) = part.owner else { return None };
            federation.agreement(id).link.bandwidth?
        }
        Bound::Rate => {
            let Owner::Side(id, side) = part.owner else { return None };
            federation.agreement(id).rate_limit[usize::from(side)].as_ref()?.rate
        }
    })
}

/// `12.5Mbit/s`, rounded up.
pub(super) fn bandwidth(bits: f64) -> String {
    match bits {
        1e6.. => format!("{}Mbit/s", up(bits / 1e6)),
        1e3.. => format!("{}kbit/s", up(bits / 1e3)),
        _ => format!("{}bit/s", up(bits)),
    }
}

/// The path of what bounds a part.
fn path(plan: &Plan, part: Part) -> Option<String> {
    let federation = &plan.federation;
    let setting = match part.kind.info().bound {
        Bound::Licence => ".throughput".to_owned(),
        Bound::Workers => ".workers".to_owned(),
        Bound::Bandwidth => ".bandwidth".to_owned(),
        // Only the rate: what happens over it stays. Sides may have limits of their own.
        Bound::Rate => match part.owner {
            Owner::Side(id, _) if alike(&federation.agreement(id).rate_limit) => ".rate".to_owned(),
            _ => format!(".{}.rate", federation.operator(part.operator(federation)).name),
        },
    };
    let label = part.kind.label();
    Some(match part.owner {
        Owner::Operator(id) | Owner::Node(id, _) => {
            format!("operators.{}.{label}{setting}", federation.operator(id).name)
        }
        Owner::Side(id, _) => {
            let [a, b] = federation.agreement(id).between.map(|id| &federation.operator(id).name);
            format!("agreements.{a}:{b}.{label}{setting}")
        }
    })
}

fn alike(sides: &[Option<RateLimit>; 2]) -> bool {
    sides[0] == sides[1]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::slo;
    use crate::run;
    use crate::study::forecast::forecast;
    use crate::topology::{Override, Source};

    /// The needs of a federation of two operators with these changes and lines.
    fn of(sets: &[&str], lines: &[&str]) -> Vec<Need> {
        let text = "interwork: 1
name: small
operators:
  a: { kind: imsp, domain: a.example, numbers: ['+461'], subscribers: { im: 900, sms_only: 900 }, smsc: { throughput: 1/s, nodes: 2 }, hlr: { workers: 1, lookup_time: 2s } }
  b: { kind: imsp, domain: b.example, numbers: ['+462'], subscribers: { im: 300 }, im_server: { workers: 2, service_time: 3s } }
agreements:
  - { between: [a, b], protocol: ssp, link: { bandwidth: 300bit/s }, rate_limit: 0.01/s }
";
        let sets: Vec<Override> =
            sets.iter().map(|set| Override::parse(set).expect("a good override")).collect();
        let source = Source::new("small.yaml", text);
        let topology = crate::topology::load(&source, &sets).expect("a valid topology");
        let federation = topology.federation;
        let (names, measured) = (run::names(&federation), federation.run.duration);
        let lines = lines.iter().map(|line| slo::parse(line, &names, measured).expect("a line"));
        let lines: Vec<Line> = lines.collect();
        let plan = run::plan(federation);
        needs(&plan, &forecast(&plan), &lines)
    }

    #[test]
    fn what_is_enough_is_enough_and_a_step_less_is_not() {
        let target = 0.7;
        let over = |need: &Need| need.utilisation > target;
        for need in of(&[], &[]).iter().filter(|need| over(need)) {
            let same = |needs: Vec<Need>| {
                needs.into_iter().find(|other| other.station == need.station).expect("it is there")
            };
            let bought = same(of(&[&need.enough], &[]));
            assert!(bought.utilisation <= target * 1.000_1, "{need:?} {bought:?}");
            // A step of what is written: one of a licence or of workers, a tenth else.
            let (path, value) = need.enough.split_once('=').expect("a setting");
            let digits = value.trim_end_matches(|c: char| !c.is_ascii_digit());
            let number: f64 = digits.parse().expect("a number");
            let step = if path.ends_with("bandwidth") || path.ends_with("limit.rate") {
                number * 0.1
            } else {
                1.0
            };
            if number - step > 0.0 {
                let less = format!("{path}={}{}", number - step, &value[digits.len()..]);
                let short = same(of(&[&less], &[]));
                assert!(short.utilisation > target, "{less}: {short:?}");
            }
        }
    }

    #[test]
    fn the_lines_of_the_file_say_how_busy_a_part_may_be() {
        let target = |lines: &[&str]| {
            let of = of(&[], lines);
            let target = |station: &str| {
                of.iter().find(|need| need.station == station).map(|need| need.target)
            };
            (target("a/smsc[0]"), target("b/im_server"))
        };
        assert_eq!(target(&[]), (Some(0.7), Some(0.7)));
        assert_eq!(target(&["utilisation < 80%"]), (Some(0.8), Some(0.8)));
        let own = ["utilisation < 80%", "utilisation{station=b/im_server} <= 50%"];
        assert_eq!(target(&own), (Some(0.8), Some(0.5)));
        assert_eq!(target(&["utilisation > 10%"]), (Some(0.7), Some(0.7)));
    }
}
