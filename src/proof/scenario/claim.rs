//! Claims of a scenario: what must be seen, or must not. Read for `script`, judged for `play` against
//! the facts of a run, which are words to it and nothing else.

use std::fmt::Write;

use crate::domain::quantity;
use crate::domain::time::{Duration, Instant};

/// Something that must, or must not, be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The line, counted from 1.
    pub(crate) line: usize,
    /// The time it speaks of begins with its act.
    pub(crate) from: Instant,
    /// Where that time ends; `None` after the last act.
    pub(crate) to: Option<Instant>,
    /// What is claimed of that time.
    pub(crate) wanted: Wanted,
}

/// What a claim asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// `FACT`: at least once.
    Seen(String),
    /// `not FACT`, `once FACT`, `twice FACT`, `3 times FACT`.
    Times(usize, String),
    /// `FACT before FACT`: the first of each, in this order.
    Before(String, String),
    /// `now FACT`: the last so far that begins with the same three words, whenever it came.
    Now(String),
    /// `"hi" goes through a, h, b`: all crossings of the message, in order, are these.
    Through(String, Vec<String>),
}

impl Claim {
    /// The facts that it speaks of, as written.
    pub(super) fn facts(&self) -> Vec<&str> {
        match &self.wanted {
            Wanted::Seen(fact) | Wanted::Times(_, fact) | Wanted::Now(fact) => vec![fact],
            Wanted::Before(first, second) => vec![first, second],
            Wanted::Through(..) => Vec::new(),
        }
    }
}

/// A fact with its instant.
pub(super) type Fact = (Instant, String);

/// Reads what follows `then` after an act at `from`.
///
/// # Errors
/// A sentence: what makes no sense.
pub(super) fn claim(text: &str, line: usize, from: Instant) -> Result<Claim, String> {
    let (text, to) = match outside_quotes(text, " within ") {
        Some((text, limit)) => {
            // The limit itself is within it.
            let after = quantity::duration(limit.trim())? + Duration(1);
            (text, Some(from + after))
        }
        None => (text, None),
    };
    Ok(Claim { line, from, to, wanted: wanted(text.trim())? })
}

fn wanted(text: &str) -> Result<Wanted, String> {
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let counted = rest.strip_prefix("times ").zip(first.parse().ok());
    let (wanted, fact): (fn(usize, String) -> Wanted, _) = match (first, counted) {
        ("not" | "once" | "twice", _) => (Wanted::Times, rest),
        ("now", _) => (|_, fact| Wanted::Now(fact), rest),
        (_, Some((fact, _))) => (Wanted::Times, fact),
        _ => return whole(text),
    };
    let times = match (first, counted) {
        ("once", _) => 1,
        ("twice", _) => 2,
        (_, counted) => counted.map_or(0, |(_, times)| times),
    };
    match whole(fact)? {
        Wanted::Seen(fact) => Ok(wanted(times, fact)),
        // As the words of one fact they would never be seen, and `not` would always hold.
        _ => Err(format!("`{first}` speaks of one fact")),
    }
}

/// A claim without a word about how often.
fn whole(text: &str) -> Result<Wanted, String> {
    if text.trim().is_empty() {
        return Err("`then` says what is seen, such as `then A1 sees B1 online`".to_owned());
    }
    let own = |text: &str| text.trim().to_owned();
    if let Some((first, then)) = outside_quotes(text, " before ") {
        return Ok(Wanted::Before(own(first), own(then)));
    }
    let Some((words, stops)) = outside_quotes(text, " goes through ") else {
        return Ok(Wanted::Seen(own(text)));
    };
    let stops: Vec<String> = stops.split(',').map(own).collect();
    match stops.len() > 1 && stops.iter().all(|stop| !stop.is_empty()) {
        true => Ok(Wanted::Through(own(words), stops)),
        false => Err("a message goes through two operators or more: a, h, b".to_owned()),
    }
}

/// The two sides of a separator that stands outside quotes.
fn outside_quotes<'a>(text: &'a str, separator: &str) -> Option<(&'a str, &'a str)> {
    let open = |at: &usize| text[..*at].matches('"').count() % 2 == 1;
    let at = text.match_indices(separator).map(|(at, _)| at).find(|at| !open(at))?;
    Some((&text[..at], &text[at + separator.len()..]))
}

/// Why a claim does not hold; `facts` are in the order of time.
pub(super) fn failure(claim: &Claim, facts: &[Fact]) -> Option<String> {
    let by_then = |at: &Instant| claim.to.is_none_or(|to| *at < to);
    let within = |at: &Instant| *at >= claim.from && by_then(at);
    let spoken: Vec<&Fact> = facts.iter().filter(|(at, _)| within(at)).collect();
    let place = |fact: &String| spoken.iter().position(|(_, seen)| seen == fact);
    let wrong = match &claim.wanted {
        Wanted::Seen(fact) => place(fact).is_none().then(|| format!("`{fact}` is not seen")),
        Wanted::Times(times, fact) => {
            let count = spoken.iter().filter(|(_, seen)| seen == fact).count();
            let wrong = || format!("`{fact}` is seen {count} times instead of {times}");
            (count != *times).then(wrong)
        }
        Wanted::Before(first, then) => match (place(first), place(then)) {
            (None, _) => Some(format!("`{first}` is not seen")),
            (_, None) => Some(format!("`{then}` is not seen")),
            (Some(a), Some(b)) if a < b => None,
            _ => Some(format!("`{first}` is not seen before `{then}`")),
        },
        Wanted::Now(fact) => {
            let alike = |seen: &&Fact| by_then(&seen.0) && stem(&seen.1).eq(stem(fact));
            match facts.iter().rev().find(alike) {
                Some((_, last)) if last == fact => None,
                Some((_, last)) => Some(format!("`{fact}` does not hold, but `{last}`")),
                None => Some(format!("`{fact}` has not been seen so far")),
            }
        }
        Wanted::Through(words, stops) => {
            let gone: Vec<_> =
                spoken.iter().filter_map(|(_, seen)| crossing(seen, words)).collect();
            let meant =
                stops.iter().zip(&stops[1..]).map(|(from, to)| (from.as_str(), to.as_str()));
            let wrong = || {
                let gone: Vec<_> =
                    gone.iter().map(|(from, to)| format!("from {from} to {to}")).collect();
                let gone = if gone.is_empty() { "nowhere".to_owned() } else { gone.join(", ") };
                format!("{words} does not go through {}, but {gone}", stops.join(", "))
            };
            (!gone.iter().copied().eq(meant)).then(wrong)
        }
    };
    let mut text = format!("line {}: {}; seen meanwhile:", claim.line, wrong?);
    for (at, fact) in spoken {
        let _ = write!(text, "\n    {at} {fact}");
    }
    Some(text)
}

/// By what facts are alike: such as `A1 lists B1`.
fn stem(fact: &str) -> impl Iterator<Item = &str> {
    fact.split(' ').take(3)
}

/// From where to where a message crosses, if a fact is about that.
fn crossing<'a>(fact: &'a str, words: &str) -> Option<(&'a str, &'a str)> {
    let (_, way) = fact.strip_prefix(words)?.split_once(" crosses from ")?;
    way.split_once(" to ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Facts a second apart, from the start on.
    fn facts(all: &[&str]) -> Vec<Fact> {
        let at = |second| Instant::START + Duration::from_secs(second);
        (0..).map(at).zip(all.iter().map(|fact| (*fact).to_owned())).collect()
    }

    fn holds(text: &str, all: &[&str]) -> bool {
        let claim = claim(text, 1, Instant::START).expect("a claim");
        failure(&claim, &facts(all)).is_none()
    }

    #[test]
    fn a_fact_may_be_counted() {
        let seen = ["x y", "x y", "x y", "z"];
        assert!(holds("3 times x y", &seen) && holds("once z", &seen) && holds("not w", &seen));
        assert!(!holds("twice x y", &seen) && !holds("2 times x y", &seen));
        assert!(holds("3 x y", &["3 x y"]), "a number alone is part of the fact");
    }

    #[test]
    fn a_limit_counts_from_the_act() {
        let seen = ["one", "two", "three"];
        assert!(holds("two within 1s", &seen) && !holds("two within 999ms", &seen));
        assert!(holds("not three within 1s", &seen) && !holds("not three within 2s", &seen));
        assert!(holds("\"all within 1s\" is lost", &["\"all within 1s\" is lost"]), "quoted");
    }

    #[test]
    fn the_first_of_two_comes_before_the_first_of_the_other() {
        let seen = ["a before \"b\"", "one", "two", "one"];
        assert!(holds("one before two", &seen) && !holds("two before one", &seen));
        assert!(!holds("one before three", &seen) && !holds("three before one", &seen));
        assert!(!holds("one before one", &seen));
        assert!(holds("says \"one before\" before two", &["says \"one before\"", "two"]));
    }

    #[test]
    fn now_speaks_of_the_last_fact_of_its_kind() {
        let seen = ["A1 lists B1 as SMS-only", "A1 lists C1 as SMS-only", "A1 lists B1 as IM user"];
        assert!(holds("now A1 lists B1 as IM user", &seen));
        assert!(holds("now A1 lists C1 as SMS-only", &seen));
        assert!(!holds("now A1 lists B1 as SMS-only", &seen));
        assert!(holds("now A1 lists B1 as SMS-only within 1s", &seen), "it was so then");
        assert!(!holds("now A1 lists D1 as SMS-only", &seen));
    }

    #[test]
    fn a_message_goes_through_these_operators_and_no_others() {
        let seen = [
            "\"hi\" as message crosses from a to h",
            "\"ho\" as message crosses from b to a",
            "\"hi\" as message crosses from h to b",
        ];
        assert!(holds("\"hi\" goes through a, h, b", &seen));
        assert!(holds("\"ho\" goes through b, a", &seen));
        for wrong in ["a, h", "a, b", "h, b", "a, h, b, a", "a, h, c"] {
            assert!(!holds(&format!("\"hi\" goes through {wrong}"), &seen), "{wrong}");
        }
    }

    #[test]
    fn what_would_hold_whatever_happens_is_no_claim() {
        for text in ["not a before b", "once \"hi\" goes through a, b", "now a before b"] {
            let told = claim(text, 1, Instant::START).expect_err("no claim");
            assert!(told.ends_with("speaks of one fact"), "{told}");
        }
        for text in ["", "not", "\"hi\" goes through a", "\"hi\" goes through a,", "x within soon"]
        {
            assert!(claim(text, 1, Instant::START).is_err(), "{text}");
        }
    }
}
