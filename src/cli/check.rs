//! `interwork check`: validates topologies and prints what follows from them without a run.

use std::fmt::Write;
use std::path::PathBuf;

use super::topology::{load, overrides, warn};
use super::{Exit, width};
use crate::domain::federation::{Agreement, Federation, Protocol, Settling};
use crate::domain::id::OperatorId;
use crate::domain::time::Duration;
use crate::engine::simulation::lookahead;
use crate::model::plan::{Plan, TransferSizes};
use crate::report::document::numbers::{count, percent, plural, seconds, three};
use crate::report::face::lines::paragraphs;
use crate::report::face::table::table;
use crate::report::judge::{self, HIGH};
use crate::run;
use crate::study::forecast::{ClientLoad, Forecast, StationLoad, forecast};
use crate::study::needs::needs;

/// Stations that are shown.
const STATIONS: usize = 40;
/// Agreements that are named one by one.
const LISTED: usize = 4;

/// Check topologies and show what follows from them: load, utilisation, memory
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Topology files, one or more
    #[arg(required = true)]
    files: Vec<PathBuf>,

    /// Override a value, such as operators.imsp-a.smsc.throughput=80/s
    #[arg(long = "set", value_name = "PATH=VALUE")]
    overrides: Vec<String>,
}

pub(super) fn main(arguments: &Arguments) -> Exit {
    let overrides = match overrides(&arguments.overrides) {
        Ok(overrides) => overrides,
        Err(exit) => return exit,
    };
    let mut worst = Exit::Done;
    for file in &arguments.files {
        match load(file, &overrides) {
            Ok(loaded) => {
                let plan = run::plan(loaded.topology.federation.clone());
                let expected = forecast(&plan);
                let needs = needs(&plan, &expected, &loaded.slo);
                let warnings = match warn(&loaded, &overrides, &plan, &expected, &needs) {
                    0 => String::new(),
                    some => format!(", with {}", plural(some as u64, "warning", "warnings")),
                };
                anstream::println!("{}: valid{warnings}", file.display());
                anstream::println!("{}", facts(&plan, &expected, width()));
            }
            Err(exit) => worst = exit,
        }
    }
    worst
}

/// What follows from a topology before any of it is simulated, for so many columns.
fn facts(plan: &Plan, expected: &Forecast, width: usize) -> String {
    let mut text = format!("{}\n{}\n", sizes(plan), agreements(plan, width));
    let lookahead = match lookahead(plan) {
        Some(lookahead) => format!("lookahead {lookahead}"),
        None => "no lookahead: operators do not meet".to_owned(),
    };
    let _ =
        writeln!(text, "  {lookahead}; memory about {} MB", expected.memory.div_ceil(1_000_000));

    text.push_str(&paragraphs(&sessions(plan).unwrap_or_default(), width));
    text.push_str(&paragraphs(&settling(&plan.federation), width));
    if let Some((operator, share)) = expected.largest {
        let name = &plan.federation.operator(operator).name;
        let bound = format!(
            "  threads make it at most {} x as fast: {name} has {} of the work",
            three(1.0 / share),
            percent(share)
        );
        text.push_str(&paragraphs(&bound, width));
    }

    let _ = writeln!(
        text,
        "\nExpected messages at load {}, answers included, over the measured time",
        expected.load
    );
    let mut routes: Vec<Vec<String>> = expected
        .routes
        .iter()
        .map(|(route, rate)| vec![route.label().to_owned(), three(*rate)])
        .collect();
    let total = expected.routes.iter().map(|(_, rate)| rate).sum();
    routes.push(vec!["all".to_owned(), three(total)]);
    text.push_str(&table(&["route", "offered/s"], &routes, width));

    if !expected.clients.is_empty() {
        text.push_str("\nExpected requests of IM clients, polls and signs of life included\n");
        let kilobytes = |bytes: f64| three(bytes / 1000.0);
        let row = |(operator, load): &(OperatorId, ClientLoad)| {
            let name = plan.federation.operator(*operator).name.clone();
            vec![name, three(load.requests), kilobytes(load.up), kilobytes(load.down)]
        };
        let shown = expected.clients.len().min(STATIONS);
        let rows: Vec<Vec<String>> = expected.clients[..shown].iter().map(row).collect();
        text.push_str(&table(&["operator", "requests/s", "kB/s up", "kB/s down"], &rows, width));
        if expected.clients.len() > shown {
            let _ = writeln!(text, "  and {} more", expected.clients.len() - shown);
        }
    }

    let mut stations: Vec<&StationLoad> =
        expected.stations.iter().filter(|station| station.rate > 0.0).collect();
    stations.sort_by(|a, b| b.utilisation.total_cmp(&a.utilisation));
    let hidden = stations.len().saturating_sub(STATIONS);
    stations.truncate(STATIONS);
    let high = judge::bound(HIGH);
    text.push_str(&format!(
        "\nExpected work of stations (! from {high}, !! more than they can do)\n"
    ));
    let others = stations.iter().any(|station| station.other > 0.0);
    let row = |station: &&StationLoad| {
        let mark = match station.utilisation {
            1.0.. => " !!",
            HIGH.. => " !",
            _ => "",
        };
        let name = format!("{}{mark}", station.part.name(&plan.federation));
        let mut row = vec![name, three(station.rate), percent(station.utilisation)];
        row.extend(others.then(|| percent(station.other)));
        row
    };
    let rows: Vec<Vec<String>> = stations.iter().map(row).collect();
    let mut head = vec!["station", "requests/s", "utilisation"];
    head.extend(others.then_some("of it other"));
    text.push_str(&table(&head, &rows, width));
    if hidden > 0 {
        let _ = writeln!(text, "  and {hidden} more, less busy");
    }
    text
}

/// How long the load takes to settle, and whether the warm-up waits for it.
fn settling(federation: &Federation) -> String {
    let settling = Settling::of(federation);
    let shown = |time: Duration| seconds(Some(time.as_secs_f64()));
    let run = &federation.run;
    let mut parts = vec![format!("answers {}", shown(settling.answers))];
    if settling.attempts > settling.answers {
        parts.push(format!("attempts at phones that are away {}", shown(settling.attempts)));
    }
    if !settling.logins.is_zero() {
        parts.push(format!("answers to messages kept for a login {}", shown(settling.logins)));
    }
    let needed = settling.warm_up();
    let warm_up = match run.find_warm_up {
        true => "; the warm-up is found by a pilot run".to_owned(),
        false if run.warm_up < needed => format!(
            "; the warm-up of {} is too short (run.warm_up: forecast waits for {})",
            shown(run.warm_up),
            shown(needed)
        ),
        false if settling.is_cut() => {
            format!("; the warm-up is {}, so that what takes longer goes on", shown(run.warm_up))
        }
        false => format!("; the warm-up is {}", shown(run.warm_up)),
    };
    format!("  load settles within: {}{warm_up}", parts.join(", "))
}

fn sizes(plan: &Plan) -> String {
    let population = &plan.population;
    let operators = || plan.federation.operators();
    let im: u64 = operators().map(|(id, _)| u64::from(population.im_users(id))).sum();
    let ported: u64 = operators().map(|(id, _)| u64::from(plan.numbers.ported_in(id))).sum();
    let ported = match ported {
        0 => String::new(),
        some => format!(" ({} with ported numbers)", count(some)),
    };
    format!(
        "  {} operators, {} IM users, {} legacy customers{ported}, {} contacts",
        plan.federation.operators.len(),
        count(im),
        count(u64::from(population.total()) - im),
        count(plan.graph.len() as u64),
    )
}

/// What it takes to keep the sessions between servers alive, where there are any.
fn sessions(plan: &Plan) -> Option<String> {
    let a_day = |(agreement, sizes): (&Agreement, &[TransferSizes; 2])| {
        let times = 86_400.0 / agreement.session.as_ref()?.keep_alive.as_secs_f64();
        let bytes = sizes.iter().flat_map(|side| side.session.keep_alive).map(f64::from);
        Some(times * bytes.sum::<f64>())
    };
    let each = plan.federation.agreements.iter().zip(&plan.sizes).filter_map(a_day);
    let bytes = each.reduce(|sum, one| sum + one)?;
    Some(format!(
        "  sessions between servers are kept alive by {} bytes a day at most, where nothing else crosses",
        count(bytes as u64)
    ))
}

fn agreements(plan: &Plan, width: usize) -> String {
    let name = |id| plan.federation.operator(id).name.as_str();
    let all = &plan.federation.agreements;
    let spoken = |agreement: &Agreement| agreement.protocol.label();
    let heading = match all.len() {
        0 => return "  no agreements".to_owned(),
        1 => "1 agreement".to_owned(),
        many => format!("{many} agreements"),
    };
    let line = |items: Vec<String>| format!("  {heading}: {}", items.join(", "));
    let one =
        |a: &Agreement| format!("{}:{} {}", name(a.between[0]), name(a.between[1]), spoken(a));
    let each = line(all.iter().take(LISTED).map(one).collect());
    if all.len() <= LISTED && each.chars().count() <= width {
        return each;
    }
    let of = |protocol| all.iter().filter(|agreement| agreement.protocol == protocol).count();
    let counted = Protocol::ALL.iter().map(|protocol| (protocol, of(*protocol)));
    let some = counted.filter(|(_, some)| *some > 0);
    line(some.map(|(protocol, some)| format!("{some} {protocol}")).collect())
}
