//! From what parameters take to points: all with all, lists side by side, a Latin hypercube, or one
//! parameter at a time. Values keep the unit they are written with.

use crate::domain::random::StreamSeed;
use crate::topology::study::{Design, MOST_POINTS, Parameter, Study, Takes};
use crate::topology::{Place, Problem, Scalar};

/// One parameter's value at a point.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Choice {
    /// As the topology would have it.
    pub(super) text: String,
    /// What it comes from, in the study.
    pub(super) place: Place,
    /// Whether it is the topology's own, so that nothing is set.
    pub(super) own: bool,
}

/// The choices of every point, the same for every topology; not for one at a time.
///
/// # Errors
/// Every parameter that does not fit the design.
pub(super) fn points(study: &Study) -> Result<Vec<Vec<Choice>>, Vec<Problem>> {
    let mut problems = Vec::new();
    let parameters = &study.parameters;
    let lists: Vec<Option<Vec<Choice>>> =
        parameters.iter().map(|one| list(one, study.design, &mut problems)).collect();
    if parameters.is_empty() && matches!(study.design, Design::LatinHypercube { .. }) {
        problems.push(Problem::nowhere("a Latin hypercube needs parameters with ranges"));
    }
    let lists: Option<Vec<Vec<Choice>>> = lists.into_iter().collect();
    let Some(lists) = lists.filter(|_| problems.is_empty()) else { return Err(problems) };
    match study.design {
        Design::Grid => grid(study, &lists),
        Design::List => side_by_side(study, &lists),
        Design::LatinHypercube { points } => {
            let columns = parameters.iter().map(|one| latin(one, points, study.seed.unwrap_or(0)));
            Ok(transposed(&columns.collect::<Vec<_>>(), points as usize))
        }
        Design::OneAtATime { .. } => Ok(Vec::new()),
    }
}

/// The values of a parameter where they are a list; nothing if it does not fit the design.
fn list(one: &Parameter, design: Design, problems: &mut Vec<Problem>) -> Option<Vec<Choice>> {
    let name = &one.path.text;
    let mut wrong = |message: String, help: &str| {
        problems.push(Problem::at(one.path.place, message).help(help));
        None
    };
    let hypercube = matches!(design, Design::LatinHypercube { .. });
    match (&one.takes, design) {
        (Takes::Own, Design::OneAtATime { .. }) => Some(Vec::new()),
        (_, Design::OneAtATime { .. }) => wrong(
            format!("`{name}`: one at a time starts from the topology's own value"),
            "write {} instead of values",
        ),
        (Takes::Own, _) => wrong(
            format!("`{name}` takes no values"),
            "list them, or give from and to; {} is for one_at_a_time",
        ),
        (Takes::Between { steps: None, .. }, Design::Grid | Design::List) => wrong(
            format!("`{name}`: how many values between from and to?"),
            "add steps, such as { from: 10/s, to: 40/s, steps: 4 }",
        ),
        (Takes::Between { .. }, _) if hypercube => Some(Vec::new()),
        (Takes::Between { from, to, steps, place }, _) => {
            let steps = steps.unwrap_or(2).max(2);
            let share = |step: u32| f64::from(step) / f64::from(steps - 1);
            let mut texts: Vec<String> =
                (0..steps).map(|step| between(from, to, share(step))).collect();
            texts.dedup();
            let choice = |text| Choice { text, place: *place, own: false };
            Some(texts.into_iter().map(choice).collect())
        }
        (Takes::Values(values), _) => {
            let choice = |value: &crate::topology::study::Written| Choice {
                text: value.text.clone(),
                place: value.place,
                own: false,
            };
            Some(values.iter().map(choice).collect())
        }
    }
}

/// A value so far between two, in six digits; a count where both are counts.
fn between(from: &Scalar, to: &Scalar, share: f64) -> String {
    let value = from.number + (to.number - from.number) * share;
    if from.whole() && to.whole() {
        return from.with(value);
    }
    let six: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    format!("{six}{}", from.unit())
}

/// All with all; the last parameter changes fastest.
fn grid(study: &Study, lists: &[Vec<Choice>]) -> Result<Vec<Vec<Choice>>, Vec<Problem>> {
    let count = lists.iter().try_fold(1u64, |all, list| all.checked_mul(list.len() as u64));
    if count.is_none_or(|count| count > MOST_POINTS) {
        let at = study.parameters.first().map_or(Place::File, |one| one.path.place);
        let message = format!("this grid has more than {MOST_POINTS} points");
        let help = "take fewer values, or a latin_hypercube";
        return Err(vec![Problem::at(at, message).help(help)]);
    }
    let mut points = vec![Vec::new()];
    for list in lists {
        let longer = |point: &Vec<Choice>| -> Vec<Vec<Choice>> {
            list.iter().map(|one| [point.as_slice(), std::slice::from_ref(one)].concat()).collect()
        };
        points = points.iter().flat_map(longer).collect();
    }
    Ok(points)
}

/// The first of each, then the second.
fn side_by_side(study: &Study, lists: &[Vec<Choice>]) -> Result<Vec<Vec<Choice>>, Vec<Problem>> {
    let Some(first) = lists.first() else { return Ok(vec![Vec::new()]) };
    let unequal = study.parameters.iter().zip(lists).filter(|(_, list)| list.len() != first.len());
    let problems = unequal.map(|(one, list)| {
        let (name, leader) = (&one.path.text, &study.parameters[0].path.text);
        let message =
            format!("`{name}` takes {} values, but `{leader}` takes {}", list.len(), first.len());
        Problem::at(one.path.place, message).help("lists taken together are equally long")
    });
    let problems: Vec<Problem> = problems.collect();
    if problems.is_empty() { Ok(transposed(lists, first.len())) } else { Err(problems) }
}

fn transposed(columns: &[Vec<Choice>], rows: usize) -> Vec<Vec<Choice>> {
    (0..rows).map(|row| columns.iter().map(|column| column[row].clone()).collect()).collect()
}

/// A parameter's values of a Latin hypercube: one in each of as many equal parts as there are points,
/// the parts in random order.
fn latin(one: &Parameter, points: u32, seed: u64) -> Vec<Choice> {
    let mut stream = StreamSeed::new(seed, &one.path.text, "latin hypercube").stream();
    let mut parts: Vec<u32> = (0..points).collect();
    for last in (1..parts.len()).rev() {
        parts.swap(last, stream.below(last as u64 + 1) as usize);
    }
    let values = parts.into_iter().map(|part| {
        let share = (f64::from(part) + stream.unit()) / f64::from(points);
        match &one.takes {
            Takes::Between { from, to, place, .. } => {
                // A count has as many values as there are, not one less.
                let text = match from.whole() && to.whole() {
                    true => {
                        let room = to.number - from.number + 1.0;
                        from.with((from.number + (room * share).floor()).min(to.number))
                    }
                    false => between(from, to, share),
                };
                Choice { text, place: *place, own: false }
            }
            Takes::Values(values) => {
                let place = ((share * values.len() as f64) as usize).min(values.len() - 1);
                let value = &values[place];
                Choice { text: value.text.clone(), place: value.place, own: false }
            }
            Takes::Own => Choice { text: String::new(), place: one.path.place, own: true },
        }
    });
    values.collect()
}

/// One at a time: the base, then each parameter lower and higher. `own` is the topology's value at a
/// path.
///
/// # Errors
/// Every parameter that is no number, or has no other value so near.
pub(super) fn around(
    study: &Study,
    change: f64,
    own: impl Fn(&str) -> Result<Scalar, String>,
) -> Result<Vec<Vec<Choice>>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut base = Vec::new();
    let mut changes = Vec::new();
    if study.parameters.is_empty() {
        problems.push(Problem::nowhere("one at a time needs parameters"));
    }
    for (place, one) in study.parameters.iter().enumerate() {
        let (path, at) = (&one.path.text, || one.path.place);
        let value = match own(path) {
            Ok(value) => value,
            Err(reason) => {
                problems.push(Problem::at(at(), format!("`{path}`: {reason}")));
                continue;
            }
        };
        let text = value.with(value.number);
        base.push(Choice { text: text.clone(), place: at(), own: true });
        for factor in [1.0 - change, 1.0 + change] {
            let changed = value.with(value.number * factor);
            if changed == text {
                let percent = change * 100.0;
                let message = format!("`{path}` is {text}: no other value is {percent} % away");
                problems.push(Problem::at(at(), message).help("take a larger change"));
                break;
            }
            changes.push((place, Choice { text: changed, place: at(), own: false }));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let changed = changes.into_iter().map(|(place, choice)| {
        let mut point = base.clone();
        point[place] = choice;
        point
    });
    Ok(std::iter::once(base.clone()).chain(changed).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::Source;
    use crate::topology::study;
    use proptest::prelude::*;

    fn parsed(text: &str) -> Study {
        let text = format!("study: 1\nname: s\ntopologies: [t.yaml]\n{text}");
        study::parse(&Source::new("s.yaml", text)).expect("a good study")
    }

    fn texts(study: &Study) -> Vec<String> {
        let points = points(study).expect("a good design");
        let row = |point: &Vec<Choice>| {
            point.iter().map(|choice| choice.text.as_str()).collect::<Vec<_>>().join(" ")
        };
        points.iter().map(row).collect()
    }

    #[test]
    fn a_grid_has_all_with_all_and_lists_go_together() {
        let parameters = "parameters: { a: [1, 2], b: { from: 10/s, to: 40/s, steps: 3 } }\n";
        let all = ["1 10/s", "1 25/s", "1 40/s", "2 10/s", "2 25/s", "2 40/s"];
        assert_eq!(texts(&parsed(parameters)), all);
        let list = "parameters: { a: [1, 2], b: [x, y] }\ndesign: list\n";
        assert_eq!(texts(&parsed(list)), ["1 x", "2 y"]);
        assert_eq!(texts(&parsed("")), [""]);
    }

    #[test]
    fn one_at_a_time_changes_one_value_down_and_up() {
        let study =
            parsed("parameters: { a: {}, b: {} }\ndesign: { one_at_a_time: { change: 20% } }\n");
        let scalar = |text: &str| Scalar::parse(text).ok_or_else(|| "no number".to_owned());
        let own = |path: &str| scalar(if path == "a" { "50ms" } else { "10" });
        let points = around(&study, 0.2, own).expect("good");
        let rows: Vec<Vec<&str>> =
            points.iter().map(|p| p.iter().map(|c| c.text.as_str()).collect()).collect();
        let expected =
            [["50ms", "10"], ["40ms", "10"], ["60ms", "10"], ["50ms", "8"], ["50ms", "12"]];
        assert_eq!(rows, expected);
        let wrong = around(&study, 0.01, |_| scalar("auto"));
        assert_eq!(wrong.expect_err("no numbers").len(), 2);
        let near = around(&study, 0.01, |_| scalar("3"));
        assert!(near.expect_err("too near")[0].message().contains("no other value"));
    }

    proptest! {
        #[test]
        fn a_latin_hypercube_has_one_value_in_each_part_of_each_range(
            points in 1u32..60, seed in any::<u64>(), low in 0.0f64..50.0, room in 1.0f64..1000.0,
        ) {
            let (from, to) = (format!("{low:.1}ms"), format!("{:.1}ms", low + room));
            let study = parsed(&format!(
                "seed: {seed}\nparameters: {{ a: {{ from: {from}, to: {to} }}, b: {{ from: 1, to: 6 }} }}\n\
                 design: {{ latin_hypercube: {{ points: {points} }} }}\n"
            ));
            let table = super::points(&study).expect("a good design");
            prop_assert_eq!(table.len(), points as usize);
            prop_assert_eq!(&super::points(&study).expect("again"), &table);
            let number = |text: &str| Scalar::parse(text).expect("ms").number;
            let (from, to) = (number(&from), number(&to));
            let mut parts: Vec<f64> = Vec::new();
            for point in &table {
                let value = Scalar::parse(&point[0].text).expect("a number");
                prop_assert_eq!(value.unit(), "ms");
                parts.push((value.number - from) / (to - from) * f64::from(points));
                let count: u32 = point[1].text.parse().expect("a count");
                prop_assert!((1..=6).contains(&count));
            }
            parts.sort_by(f64::total_cmp);
            for (place, part) in parts.iter().enumerate() {
                // Six digits may step over an edge by a hair.
                let place = place as f64;
                prop_assert!(*part > place - 0.02 && *part < place + 1.02, "{} in {}", part, place);
            }
        }
    }
}
