//! Reading a study and checking every point of it before anything runs: all mistakes of all points,
//! equal ones once, each at the place that led to it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::design::{self, Choice};
use super::{At, Broken, MOST_TASKS, Place, Point, Sweep, loader};
use crate::measure::pick::Pick;
use crate::measure::selector::Names;
use crate::run;
use crate::study::checked::{checked, within};
use crate::topology::study::{self, Design, Study};
use crate::topology::{self, Override, Problem, Source, Topology, fingerprint};

/// Mistakes that are told at most.
const MOST_TOLD: usize = 100;

/// The last part of a path.
pub(super) fn file_name(path: &str) -> String {
    Path::new(path).file_name().map_or("topology.yaml".into(), |name| name.to_string_lossy()).into()
}

/// Reads a study and checks it.
pub(super) fn open(place: &Place) -> Result<Sweep, Broken> {
    let path = match place {
        Place::File(path) => path.clone(),
        Place::Copy(folder) => folder.join("study.yaml"),
    };
    let source = topology::read(&path).map_err(|error| Broken::Unreadable(error.to_string()))?;
    let study = study::parse(&source).map_err(|problems| {
        let with_source = |problem| (source.clone(), problem);
        Broken::Wrong(problems.into_iter().map(with_source).collect())
    })?;
    let mut wrong = Wrong { study: source.clone(), all: Vec::new() };
    let members = members(&study, place, &mut wrong);
    let copied = matches!(place, Place::Copy(_));
    let mut opening = Opening {
        sets: sets(&study, &mut wrong),
        study: &study,
        copied,
        points: Vec::new(),
        names: (BTreeSet::new(), BTreeSet::new()),
        attachments: vec![Vec::new(); members.len()],
    };
    let table = match design::points(&study) {
        Ok(table) => table,
        Err(problems) => {
            problems.into_iter().for_each(|problem| wrong.here(problem));
            Vec::new()
        }
    };
    // A design or a value that is wrong in itself is no mistake of every point.
    if wrong.all.is_empty() {
        for (place, member) in members.iter().enumerate() {
            opening.member(place, member, &table, &mut wrong);
        }
    }
    let Opening { points, names: (operators, stations), attachments, .. } = opening;
    let names = Names {
        operators: operators.into_iter().collect(),
        stations: stations.into_iter().collect(),
    };
    let mut picks = Vec::new();
    for metric in &study.metrics {
        // Without a valid topology no operator's name can be told from a wrong one.
        let end = metric.text.find('{').filter(|_| points.is_empty());
        match Pick::parse(&metric.text[..end.unwrap_or(metric.text.len())], &names) {
            Ok(pick) => picks.push(pick),
            Err(error) => wrong.here(within(&source, &metric.text, metric.place, error)),
        }
    }
    let tasks: u64 = points.iter().map(|point: &Point| u64::from(point.replications)).sum();
    if tasks > u64::from(MOST_TASKS) {
        let message = format!("these are {tasks} runs, and {MOST_TASKS} is the most");
        wrong.here(Problem::nowhere(message).help("take fewer points or replications"));
    }
    if !wrong.all.is_empty() {
        let order =
            |(of, problem): &(Source, Problem)| (of.path != source.path, problem.place().start());
        wrong.all.sort_by_key(order);
        return Err(Broken::Wrong(wrong.all));
    }
    let mut points = points;
    let mut first = 0;
    let mut all = String::new();
    for point in &mut points {
        point.first = first;
        first += point.replications;
        all.push_str(&format!("{} {}\n", point.fingerprint, point.replications));
    }
    let mut columns: Vec<String> = Vec::new();
    for (name, _) in study.topologies.iter().flat_map(|member| &member.columns) {
        if !columns.contains(name) {
            columns.push(name.clone());
        }
    }
    let digest = fingerprint(all.as_bytes());
    Ok(Sweep { study, points, columns, digest, source, members, copied, attachments, picks })
}

/// Mistakes so far.
struct Wrong {
    study: Source,
    all: Vec<(Source, Problem)>,
}

impl Wrong {
    /// A mistake in the study.
    fn here(&mut self, problem: Problem) {
        let source = self.study.clone();
        self.add(&source, problem);
    }

    fn add(&mut self, source: &Source, problem: Problem) {
        let known = self.all.iter().any(|(s, p)| s.path == source.path && *p == problem);
        if !known && self.all.len() < MOST_TOLD {
            self.all.push((source.clone(), problem));
        }
    }
}

fn members(study: &Study, place: &Place, wrong: &mut Wrong) -> Vec<Source> {
    let mut members = Vec::new();
    for (number, member) in study.topologies.iter().enumerate() {
        let file = &member.file;
        let path: PathBuf = match place {
            Place::File(path) => path.parent().unwrap_or(Path::new("")).join(&file.text),
            Place::Copy(folder) => {
                folder.join("topologies").join(number.to_string()).join(file_name(&file.text))
            }
        };
        match topology::read(&path) {
            Ok(source) => members.push(source),
            Err(error) => {
                let help = "the path is relative to the study";
                wrong.here(Problem::at(file.place, error.to_string()).help(help));
            }
        }
    }
    members
}

/// What is set at every point, each with its place in the study.
fn sets(study: &Study, wrong: &mut Wrong) -> Vec<At<Override>> {
    let start = topology::Place::from(0..0);
    let seed = study.seed.map(|seed| ("run.seed", seed.to_string(), start));
    let replications = study.replications.map(|n| ("run.replications", n.to_string(), start));
    let set = study
        .set
        .iter()
        .map(|setting| (setting.path.as_str(), setting.value.text.clone(), setting.value.place));
    let mut sets = Vec::new();
    for (path, value, place) in seed.into_iter().chain(replications).chain(set) {
        sets.extend(set_one(path, &value, place, wrong));
    }
    sets
}

fn set_one(
    path: &str,
    value: &str,
    place: topology::Place,
    wrong: &mut Wrong,
) -> Option<At<Override>> {
    match Override::of_study(path, value) {
        Ok(set) => Some((set, place)),
        Err(message) => {
            wrong.here(Problem::at(place, format!("`{path}`: {message}")));
            None
        }
    }
}

struct Opening<'a> {
    study: &'a Study,
    sets: Vec<At<Override>>,
    copied: bool,
    points: Vec<Point>,
    /// Operators and stations of all points.
    names: (BTreeSet<String>, BTreeSet<String>),
    attachments: Vec<Vec<(String, Vec<u8>)>>,
}

impl Opening<'_> {
    /// All points of a topology.
    fn member(&mut self, place: usize, source: &Source, table: &[Vec<Choice>], wrong: &mut Wrong) {
        let own;
        let table = match self.study.design {
            Design::OneAtATime { change } => {
                own = self.around(place, source, change, wrong);
                own.as_slice()
            }
            _ => table,
        };
        for choices in table {
            let mut sets = self.sets.clone();
            for (parameter, choice) in self.study.parameters.iter().zip(choices) {
                if !choice.own {
                    let path = &parameter.path.text;
                    sets.extend(set_one(path, &choice.text, choice.place, wrong));
                }
            }
            let Some(topology) = self.load(place, source, &sets, wrong) else { continue };
            let names = run::names(&topology.federation);
            self.names.0.extend(names.operators);
            self.names.1.extend(names.stations);
            self.attach(place, source, &topology, wrong);
            self.points.push(Point {
                member: place,
                values: choices.iter().map(|choice| choice.text.clone()).collect(),
                fingerprint: topology.fingerprint(),
                replications: topology.federation.run.replications.max(1),
                first: 0,
                sets: sets.into_iter().map(|(set, _)| set).collect(),
            });
        }
    }

    /// The points of a topology one parameter at a time.
    fn around(
        &self,
        place: usize,
        source: &Source,
        change: f64,
        wrong: &mut Wrong,
    ) -> Vec<Vec<Choice>> {
        let Some(base) = self.load(place, source, &self.sets, wrong) else { return Vec::new() };
        let own = |path: &str| base.scalar(path);
        design::around(self.study, change, own).unwrap_or_else(|problems| {
            let name = file_name(&source.path);
            for problem in problems {
                wrong.here(problem.of(&name));
            }
            Vec::new()
        })
    }

    /// Checks one point.
    fn load(
        &self,
        place: usize,
        source: &Source,
        sets: &[At<Override>],
        wrong: &mut Wrong,
    ) -> Option<Topology> {
        let overrides: Vec<Override> = sets.iter().map(|(set, _)| set.clone()).collect();
        match checked(source, &overrides, loader(self.copied)) {
            Err(problems) => {
                for problem in problems {
                    match problem.about_override().and_then(|set| sets.get(set)) {
                        Some((_, place)) => {
                            let name = file_name(&source.path);
                            wrong.here(problem.led_to_by(*place, &name));
                        }
                        None => wrong.add(source, problem),
                    }
                }
                None
            }
            Ok((topology, lines)) => {
                let asking = lines.iter().find(|line| line.needs_baseline());
                if let Some(line) = asking {
                    let at = self.study.topologies[place].file.place;
                    let message = format!("`{}` compares with an earlier run", line.text());
                    let help = "a study has none: leave the line out of this topology";
                    wrong.here(Problem::at(at, message).help(help));
                }
                Some(topology)
            }
        }
    }

    /// Keeps the files that a topology names, of which one folder holds copies.
    fn attach(&mut self, place: usize, source: &Source, topology: &Topology, wrong: &mut Wrong) {
        for (name, content) in topology.attachments() {
            match self.attachments[place].iter().find(|(known, _)| *known == name) {
                None => self.attachments[place].push((name, content)),
                Some((_, known)) if *known == content => {}
                Some(_) => {
                    let at = self.study.topologies[place].file.place;
                    let message =
                        format!("{}: points name two files `{}`", source.path, file_name(&name));
                    wrong.here(Problem::at(at, message).help("rename one of them"));
                }
            }
        }
    }
}
