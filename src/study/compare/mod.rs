//! Alternatives against a baseline: every figure that both have, with how it differs, how sure that
//! is, and a verdict. Called by `compare`, which runs topologies or reads folders into [`Side`]s and
//! prints what comes back.
//!
//! The list is sorted by how much it matters: what SLO lines are about, headline figures, all others,
//! parts of latencies; among these worse, better, changed, cannot tell, same; within a verdict figures added up over `from` and `to` before those of single pairs of operators; then,
//! among figures that moved or are the same, by how large the change is, |log ratio|, where from or
//! to zero is the largest of all. With common random numbers a change of a hundredth of a percent
//! can be very sure, so sureness says nothing about what matters. Among those that cannot be told,
//! by |difference| / half-width: the nearest to being told first.

mod against;
mod line;
mod side;
mod values;
mod weigh;

use indexmap::IndexMap;

pub(crate) use self::against::Baseline;
pub use self::line::FailOn;
pub use self::side::Side;
use self::side::{Figure, Known};
use self::weigh::{Weighed, judge, verdict, weigh};
use crate::measure::catalogue::Direction;
use crate::measure::results::{Trend, Trending};
use crate::report::document::compare::{
    Change, Comparison, Line, Method, Outcome, Party, Rank, Report, Row, Verdict,
};
use crate::study::{stats, stored};

/// By what figures are judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// Chance of any false finding among all figures of one comparison, as a share.
    pub level: f64,
    /// How far from the baseline's a figure may be to count as the same, as a share.
    pub margin: f64,
    /// Whether a line that cannot be told fails.
    pub strict: bool,
}

/// Compares each alternative with the baseline. The sides know the figures of `lines`, in their order.
pub fn compare(baseline: &Side, others: &[Side], lines: &[FailOn], rules: Rules) -> Report {
    let comparisons: Vec<Comparison> =
        others.iter().map(|other| one(baseline, other, lines, rules)).collect();
    let passed = comparisons.iter().flat_map(|one| &one.fail_on).all(|line| !line.failed);
    let Rules { level, margin, strict } = rules;
    Report {
        schema: Report::SCHEMA,
        level,
        margin,
        strict,
        passed,
        baseline: baseline.party.clone(),
        comparisons,
    }
}

fn one(a: &Side, b: &Side, lines: &[FailOn], rules: Rules) -> Comparison {
    let pairs = a.party.seeds == b.party.seeds;
    let mut both: Vec<(Figure, Weighed)> = Vec::new();
    let (mut only_a, mut only_b) = (Vec::new(), Vec::new());
    for (figure, known) in &a.figures {
        match b.figures.get(figure).cloned().or_else(|| b.uncounted(figure)) {
            Some(other) => both.push((figure.clone(), weigh(known, &other, pairs))),
            None => only_a.push(figure),
        }
    }
    for (figure, known) in &b.figures {
        if a.figures.contains_key(figure) {
            continue;
        }
        match a.uncounted(figure) {
            Some(other) => both.push((figure.clone(), weigh(&other, known, pairs))),
            None => only_b.push(figure),
        }
    }
    // A figure that a line asks for was chosen before anything ran: the line is its one verdict, and
    // the others need not share their chance of a false finding with it.
    both.retain(|(figure, _)| !lines.iter().any(|line| figure.is(&line.selector)));
    let trust = Trust::of(&a.party, &b.party);
    let told: Vec<f64> = both.iter().filter_map(|(_, weighed)| weighed.change.p).collect();
    let mut adjusted = stats::holm(&told).into_iter();
    let mut rows: Vec<(bool, Row)> = both
        .into_iter()
        .map(|(figure, weighed)| {
            let p_adjusted = weighed.change.p.and_then(|_| adjusted.next());
            let direction = figure.direction();
            let verdict = verdict(&weighed, p_adjusted, direction, rules.level, rules.margin);
            let verdict = if trust.bears(verdict) { verdict } else { Verdict::CannotTell };
            let rank = a.rank(&figure).min(b.rank(&figure));
            (figure.rolled(), row(figure, weighed.change, p_adjusted, (verdict, rank)))
        })
        .collect();
    rows.sort_by(|(a_rolled, a), (b_rolled, b)| {
        let by_size = || size(b.verdict, &b.change).total_cmp(&size(a.verdict, &a.change));
        let by_verdict = a.rank.cmp(&b.rank).then(a.verdict.cmp(&b.verdict));
        by_verdict.then(b_rolled.cmp(a_rolled)).then_with(by_size)
    });
    let figures: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
    let count = |verdict| figures.iter().filter(|row| row.verdict == verdict).count();
    let counts = Verdict::ALL.into_iter().map(|verdict| (verdict.key(), count(verdict))).collect();
    let asked = a.asked.iter().zip(&b.asked);
    Comparison {
        alternative: b.party.clone(),
        differences: differences(&a.party, &b.party),
        method: match (a.replications() > 1 && b.replications() > 1, pairs) {
            (true, true) => Method::Paired,
            (true, false) => Method::Independent,
            (false, _) => Method::BatchMeans,
        },
        counts,
        would_tell: would_tell(a, b, &figures, rules),
        figures,
        only_in_baseline: only(&only_a, b),
        only_in_alternative: only(&only_b, a),
        fail_on: lines
            .iter()
            .zip(asked)
            .map(|(line, asked)| judged(line, asked, pairs, (rules, trust)))
            .collect(),
    }
}

/// What may be concluded of two sides of which one was not steady.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    /// Whatever the figures say: both sides were steady.
    All,
    /// What is worse: the queues of the alternative alone were still growing.
    Worse,
    /// What is better: those of the baseline were.
    Better,
    /// No direction: both sides were unsteady, or one by more than growing queues.
    Nothing,
}

impl Trust {
    fn of(a: &Party, b: &Party) -> Self {
        let grows = |trend: &Trend| trend.what != Trending::OfferedLoad && trend.to > trend.from;
        let grow = |party: &Party| unsteady(party).all(grows);
        match (unsteady(a).next().is_none(), unsteady(b).next().is_none()) {
            (true, true) => Self::All,
            (true, false) if grow(b) => Self::Worse,
            (false, true) if grow(a) => Self::Better,
            _ => Self::Nothing,
        }
    }

    fn bears(self, verdict: Verdict) -> bool {
        match self {
            Self::All => true,
            Self::Worse => verdict == Verdict::Worse,
            Self::Better => verdict == Verdict::Better,
            Self::Nothing => false,
        }
    }

    /// In words, with what would mend it.
    fn told(self) -> Option<&'static str> {
        match self {
            Self::All => None,
            Self::Worse => Some("so only what is worse is concluded: it will be worse still"),
            Self::Better => Some("so only what is better is concluded"),
            Self::Nothing => {
                Some("so nothing is concluded: `warm_up: forecast` or a longer one may help")
            }
        }
    }
}

/// The trends that leave figures open. What is under way is none: short messages for phones that are away
/// gather for hours and keep nothing busy, and the percentiles that they could move are lower bounds.
fn unsteady(party: &Party) -> impl Iterator<Item = &Trend> {
    party.trends.iter().filter(|trend| trend.what != Trending::UnderWay)
}

/// The command that would tell more of figures that moved far and are not proved to have. More runs tell
/// nothing of those that are not steady, and make no lower bound a figure.
fn would_tell(a: &Side, b: &Side, rows: &[Row], rules: Rules) -> Option<String> {
    if Trust::of(&a.party, &b.party) != Trust::All {
        return None;
    }
    let open = |row: &Row| {
        let bound = row.change.baseline_at_least || row.change.alternative_at_least;
        row.verdict == Verdict::CannotTell && row.change.is_beyond(rules.margin) && !bound
    };
    let [of_a, of_b] = [a, b].map(|side| side.replications().max(1));
    let more = (4 * of_a.max(of_b)).max(10);
    let [file_a, file_b] = [a, b].map(|side| typed(&side.party.file));
    let command = || format!("interwork compare {file_a} {file_b} --replications {more}");
    rows.iter().any(open).then(command)
}

/// A word as a shell has to be given it.
pub fn typed(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%,".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

fn row(
    figure: Figure,
    change: Change,
    p_adjusted: Option<f64>,
    (verdict, rank): (Verdict, Rank),
) -> Row {
    let Figure { metric, labels, statistic, unit } = figure;
    Row { metric, labels: labels_of(&labels), statistic, unit, change, p_adjusted, verdict, rank }
}

fn labels_of(labels: &str) -> IndexMap<String, String> {
    stored::pairs(labels).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// How much a figure matters among those of the same verdict.
fn size(verdict: Verdict, change: &Change) -> f64 {
    if verdict == Verdict::CannotTell {
        let Some([low, high]) = change.difference95 else { return -1.0 };
        let half_width = (high - low) / 2.0;
        return if half_width > 0.0 { change.difference.abs() / half_width } else { f64::INFINITY };
    }
    change.factor()
}

/// Figures that the other side does not have: as a whole, or single ones of a metric that it has.
fn only(figures: &[&Figure], other: &Side) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    for figure in figures {
        let same = |theirs: &Figure| {
            theirs.metric == figure.metric
                && theirs.labels == figure.labels
                && theirs.unit == figure.unit
        };
        let labels = labels_of(&figure.labels);
        let name = match other.figures.keys().any(same) {
            true => format!(
                "{} (the other side has too few samples)",
                crate::report::document::compare::named(&figure.metric, &labels, figure.statistic)
            ),
            false => crate::report::document::compare::named(&figure.metric, &labels, "")
                .trim()
                .to_owned(),
        };
        if named.last() != Some(&name) {
            named.push(name);
        }
    }
    named
}

/// What else is not the same, which a reader of figures should know.
fn differences(a: &Party, b: &Party) -> Vec<String> {
    let mut all = Vec::new();
    if a.version != b.version {
        all.push(format!("different versions of interwork: {} and {}", a.version, b.version));
    }
    if a.commit != b.commit {
        let commit = |party: &Party| party.commit.clone().unwrap_or_else(|| "unknown".to_owned());
        all.push(format!("different commits of interwork: {} and {}", commit(a), commit(b)));
    }
    if a.topology != b.topology {
        all.push(format!("different topologies: {} and {}", a.topology, b.topology));
    }
    if a.digest != b.digest {
        if a.values.is_empty() || b.values.is_empty() {
            let short = |party: &Party| party.digest.chars().take(12).collect::<String>();
            all.push(format!("the topologies differ: digests {} and {}", short(a), short(b)));
        } else if let Some(values) = values::differing(&a.values, &b.values) {
            all.push(format!("the topologies differ: {values}"));
        }
    }
    match (a.seeds.len(), b.seeds.len()) {
        (ours, theirs) if ours != theirs => {
            all.push(format!("different numbers of replications: {ours} and {theirs}"));
        }
        _ if a.seeds != b.seeds => {
            let first = |party: &Party| party.seeds.first().copied().unwrap_or(0);
            all.push(format!("different seeds: {} and {}", first(a), first(b)));
        }
        _ => {}
    }
    for party in [a, b] {
        let trends: Vec<String> = unsteady(party).map(Trend::told).collect();
        if let Some(so) = Trust::of(a, b).told().filter(|_| !trends.is_empty()) {
            all.push(format!("{} was not steady: {}; {so}", party.letter, trends.join(", ")));
        }
    }
    for party in [a, b].into_iter().filter(|party| !party.finished) {
        all.push(format!("{} did not run to its end", party.letter));
    }
    all
}

fn judged(
    line: &FailOn,
    (a, b): (&Option<Known>, &Option<Known>),
    pairs: bool,
    (rules, trust): (Rules, Trust),
) -> Line {
    let weighed = match (a, b) {
        (Some(a), Some(b)) => Some(weigh(a, b, pairs)),
        _ => None,
    };
    let outcome = weighed.map(|weighed| {
        // Values decide where there is no interval, but not between other people or other numbers
        // of runs: those differ without any change.
        let change = &weighed.change;
        let interval = change.ratio95.or(change.difference95).is_some();
        let outcome = match interval || weighed.equal || pairs {
            true => judge(&weighed, line.up, line.limit),
            false => Outcome::CannotTell,
        };
        let trusted = match (trust, outcome) {
            (Trust::All, _) => true,
            (Trust::Worse, Outcome::Fails) => fails_worse(line),
            (Trust::Better, Outcome::Holds) => fails_worse(line),
            _ => weighed.equal,
        };
        if trusted { outcome } else { Outcome::CannotTell }
    });
    let outcome = outcome.unwrap_or(Outcome::CannotTell);
    Line {
        line: line.text.clone(),
        unit: line.selector.unit(""),
        change: weighed.map(|weighed| weighed.change),
        outcome,
        failed: match outcome {
            Outcome::Holds => false,
            Outcome::Fails => true,
            // What neither side has, nothing could ever fail.
            Outcome::CannotTell => rules.strict || (a.is_none() && b.is_none()),
        },
    }
}

/// Whether a line fails on what is worse.
fn fails_worse(line: &FailOn) -> bool {
    match line.selector.direction() {
        Direction::Less => line.up,
        Direction::More => !line.up,
        Direction::Neither => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_typed_so_that_a_shell_reads_it_as_it_is() {
        assert_eq!(typed("results/a-1/topology.yaml"), "results/a-1/topology.yaml");
        assert_eq!(typed("a dir/it's.yaml"), "'a dir/it'\\''s.yaml'");
        assert_eq!(typed("run.duration=1m"), "'run.duration=1m'");
    }

    fn change(ratio: f64, half_width: f64) -> Change {
        let difference = ratio - 1.0;
        Change {
            baseline: 1.0,
            alternative: ratio,
            difference,
            difference95: Some([difference - half_width, difference + half_width]),
            ratio: Some(ratio),
            ..Change::default()
        }
    }

    #[test]
    fn what_moved_is_sorted_by_the_factor_and_what_cannot_be_told_by_how_nearly_it_can() {
        let moved = |ratio, width| size(Verdict::Worse, &change(ratio, width));
        assert!(moved(2.0, 0.9) > moved(1.1, 0.001) && moved(0.5, 0.1) > moved(1.9, 0.1));
        let from_zero = Change { difference: 1.0, alternative: 1.0, ..Change::default() };
        assert_eq!(size(Verdict::Worse, &from_zero), f64::INFINITY);
        let unknown = |ratio, width| size(Verdict::CannotTell, &change(ratio, width));
        assert!(unknown(1.1, 0.1) > unknown(2.0, 5.0));
        assert!(size(Verdict::CannotTell, &from_zero) < unknown(1.0, 1.0));
    }

    #[test]
    fn of_what_was_not_steady_only_what_it_cannot_undo_is_concluded() {
        let trend = |what, to| Trend { what, from: 10.0, to };
        let [growing, drained] = [20.0, 5.0].map(|to| trend(Trending::JobsWaiting, to));
        let load = trend(Trending::OfferedLoad, 20.0);
        let party = |trends: &[Trend]| Party { trends: trends.to_vec(), ..Party::default() };
        let of = |a: &[Trend], b: &[Trend]| Trust::of(&party(a), &party(b));
        assert_eq!(of(&[], &[]), Trust::All);
        assert_eq!(of(&[], &[growing]), Trust::Worse);
        assert_eq!(of(&[growing], &[]), Trust::Better);
        assert_eq!(of(&[growing], &[growing]), Trust::Nothing);
        assert_eq!(of(&[], &[drained]), Trust::Nothing);
        assert_eq!(of(&[], &[growing, load]), Trust::Nothing);
        assert_eq!(of(&[], &[trend(Trending::UnderWay, 20.0)]), Trust::All);
    }

    #[test]
    fn whatever_else_differs_is_said() {
        let party = Party {
            letter: "A".to_owned(),
            path: "a".to_owned(),
            file: "a".to_owned(),
            topology: "t".to_owned(),
            digest: "0123456789abcdef".to_owned(),
            values: vec![("load".to_owned(), "1.0".to_owned())],
            version: "1".to_owned(),
            commit: None,
            seeds: vec![1, 2],
            finished: true,
            slo: Vec::new(),
            trends: Vec::new(),
        };
        assert_eq!(differences(&party, &party), Vec::<String>::new());
        let other = Party {
            topology: "u".to_owned(),
            digest: "123".to_owned(),
            values: vec![("load".to_owned(), "2.0".to_owned())],
            version: "2".to_owned(),
            commit: Some("abc".to_owned()),
            seeds: vec![3, 4],
            finished: false,
            ..party.clone()
        };
        assert_eq!(differences(&party, &other).len(), 6);
        let named = differences(&party, &other);
        assert!(named.contains(&"the topologies differ: load 1.0 and 2.0".to_owned()), "{named:?}");
        let unknown = Party { values: Vec::new(), ..other.clone() };
        let digests = "the topologies differ: digests 0123456789ab and 123".to_owned();
        assert!(differences(&party, &unknown).contains(&digests));
        let fewer = Party { seeds: vec![1], ..party.clone() };
        let said = ["different numbers of replications: 2 and 1".to_owned()];
        assert_eq!(differences(&party, &fewer), said);
    }
}
