//! A scenario as text. One statement a line, `#` begins a comment:
//!
//! ```text
//! topology omtp.yaml
//! set operators.a.legacy.overlong=split
//! A1 is a/0
//! 0s A1 adds C1 by number
//! 1s A1 writes C1 "hello"
//! 5s C1 answers "hi"
//! then A1 has IM "hi" in conversation with C1
//! then not A2 has IM "hi" in conversation with C1
//! ```
//!
//! A statement with a time is an act; `then` speaks of the time from the act before to the next one:
//!
//! ```text
//! then A1 sees B1 online                  # at least once
//! then not A1 sees B1 online              # also `once`, `twice`, `3 times`
//! then A1 has IM "hi" in conversation with C1 within 2s
//! then not C1 has SMS "hello" from A1 within 20s
//! then A1 lists B1 as SMS-only before A1 lists B1 as IM user
//! then now A1 lists B1 as IM user
//! then "hello" goes through a, h, i
//! then a owes c 1 for "hello"
//! then "hello" takes 734 bytes from a to c
//! ```
//!
//! `within` ends that time so long after the act, whether the next comes before or after. `before` compares
//! the first of each. `now` speaks of the last fact so far, of whatever time, that begins with the same
//! three words: it must be this one. A way holds all crossings of the message, in order. What is owed
//! and what it takes is said of messages by their words, of all else by its kind, such as `validate`.
//! Facts stand at the instant at which the network has done its part, so what a client shows does not
//! wait for the last passage to the device.

use std::collections::BTreeMap;

use super::claim::{self, Claim};
use crate::domain::presence::{Availability, StatusText};
use crate::domain::quantity;
use crate::domain::text::Text;
use crate::domain::time::{Duration, Instant};
use crate::domain::words::nearest;

/// A scenario as read.
#[derive(Clone, Debug)]
pub struct Script {
    /// What it shows: its first comment.
    pub(crate) title: String,
    /// Name of the topology file, as the scenario has it.
    pub topology: String,
    /// Overrides of the topology.
    pub sets: Vec<String>,
    /// Who is who, by name.
    pub(crate) cast: BTreeMap<String, Person>,
    /// What happens, by time.
    pub(crate) acts: Vec<Act>,
    /// What must be seen.
    pub claims: Vec<Claim>,
}

/// How the head of a script says who somebody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Person {
    /// `B1 is b/0`: operator and index among its subscribers.
    Place(String, u32),
    /// `B1 is +46710000000`, `B1 is 0710000000 in a`: a number, as the subscribers of that operator dial.
    Number(String, Option<String>),
}

/// Something that a user does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Act {
    /// The line, counted from 1.
    pub(crate) line: usize,
    /// When it happens.
    pub(crate) at: Instant,
    /// Name of the user who acts, as the script's head gives it.
    pub(crate) who: String,
    /// What the user does.
    pub(crate) deed: Deed,
}

/// What a user does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Deed {
    /// `adds C1 by number`, `adds B1 by address`.
    Adds {
        /// Name of the new contact.
        whom: String,
        /// By number, else by address.
        by_number: bool,
    },
    /// `writes C1 "hello"`, `writes C1 161 characters`, `writes C1 71 wide characters`.
    Writes {
        /// Name of the user written to.
        whom: String,
        /// The words, as facts show them.
        words: String,
        /// What they come to.
        text: Text,
    },
    /// `invites B2`: to a group.
    Invites {
        /// Name of the user invited.
        whom: String,
    },
    /// `writes the group "hello"`: the group that the user has opened; `writes the group of A1 "hello"`.
    WritesGroup {
        /// Name of the group's host, if that is another.
        host: Option<String>,
        /// The words, as facts show them.
        words: String,
        /// What they come to.
        text: Text,
    },
    /// `leaves the group of A1`.
    Leaves {
        /// Name of the group's host.
        whom: String,
    },
    /// `removes B2`: takes the contact off the list.
    Removes {
        /// Name of the contact.
        whom: String,
    },
    /// `closes the conversation with B2`.
    Closes {
        /// Name of the other end.
        whom: String,
    },
    /// `looks for B2`: a search.
    Searches {
        /// Name of the user looked for.
        whom: String,
    },
    /// `commands online`, `commands offline`: a presence command by SMS.
    Commands(bool),
    /// `answers "hi"`: the last message that came to the user.
    Answers {
        /// Name of whom, if it is not whoever wrote last.
        whom: Option<String>,
        /// What is written back, as facts show it.
        words: String,
        /// What they come to.
        text: Text,
    },
    /// `logs in`, `logs out`.
    Logs(bool),
    /// `attaches`, `detaches`: the phone.
    Phone(bool),
    /// `changes presence`: to what comes next; `is busy`, `is away`, `is available`.
    Changes(Option<Availability>),
    /// `sets "in a meeting"`: the StatusText.
    Sets {
        /// The words, as facts show them.
        words: String,
        /// How long they are, and which of the script's.
        text: StatusText,
    },
    /// `upgrades`: a legacy customer becomes an IM user.
    Upgrades,
    /// `lapses`: the subscription of an IM user does.
    Lapses,
    /// `gives up IM`: an IM user becomes a legacy customer.
    Downgrades,
    /// `allows A1`, `denies A1`: to see their presence, unasked.
    Allows {
        /// Name of the watcher.
        whom: String,
        /// May see, else may not.
        yes: bool,
    },
    /// `blocks C1`, `unblocks C1`.
    Blocks {
        /// Name of the user blocked, or not any more.
        whom: String,
        /// Begins, else ends.
        on: bool,
    },
    /// `says yes`, `says no`: to every question from now on.
    Says(bool),
}

/// A line that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct ScriptError {
    line: usize,
    reason: String,
}

/// Reads a scenario.
///
/// # Errors
/// The first line that makes no sense.
pub fn parse(text: &str) -> Result<Script, ScriptError> {
    let mut script = Script {
        title: String::new(),
        topology: String::new(),
        sets: Vec::new(),
        cast: BTreeMap::new(),
        acts: Vec::new(),
        claims: Vec::new(),
    };
    let mut now = Instant::START;
    for (line, text) in (1..).zip(text.lines()) {
        let fail = |reason: String| ScriptError { line, reason };
        if let (Some(comment), true) = (text.strip_prefix('#'), script.title.is_empty()) {
            script.title = comment.trim().to_owned();
        }
        let statement = without_comment(text).trim();
        let (first, rest) = statement.split_once(' ').unwrap_or((statement, ""));
        let rest = rest.trim();
        match (first, rest) {
            ("", _) => {}
            ("topology", _) if !script.topology.is_empty() => {
                return Err(fail("a scenario has one topology".to_owned()));
            }
            ("topology", name) if !name.is_empty() => script.topology = name.to_owned(),
            ("set", set) if set.contains('=') => script.sets.push(set.to_owned()),
            ("then", claim) => {
                script.claims.push(claim::claim(claim, line, now).map_err(fail)?);
            }
            (name, rest) if rest.starts_with("is ") => {
                let place = rest[3..].trim();
                let who = person(place).ok_or_else(|| {
                    fail(
                        "a user is operator/index, such as `A1 is a/0`, or a number: `A1 is \
                         +46700000000`, or as dialled at an operator, `A1 is 0700000000 in a`"
                            .to_owned(),
                    )
                })?;
                if let Some((other, _)) = script.cast.iter().find(|(_, known)| **known == who) {
                    return Err(fail(format!("{place} is `{other}` already")));
                }
                if script.cast.insert(name.to_owned(), who).is_some() {
                    return Err(fail(format!("`{name}` is somebody already")));
                }
            }
            (time, rest) => {
                let after = quantity::duration(time).map_err(|reason| {
                    let is_time = time.starts_with(|c: char| c.is_ascii_digit() || c == '-');
                    fail(match is_time {
                        true => format!("`{time}`: {reason}"),
                        false => format!(
                            "`{time}` is no statement: topology, set, then, `A1 is a/0`, or a time"
                        ),
                    })
                })?;
                let at = Instant::START + after;
                if at < now {
                    return Err(fail("acts stand in the order of time".to_owned()));
                }
                now = at;
                let (who, deed) = rest.split_once(' ').unwrap_or((rest, ""));
                let deed = self::deed(deed.trim()).map_err(fail)?;
                script.acts.push(Act { line, at, who: who.to_owned(), deed });
            }
        }
    }
    check(&mut script)?;
    Ok(script)
}

/// `a/0`, `+46700000000`, `0700000000 in a`.
fn person(text: &str) -> Option<Person> {
    if let Some((operator, index)) = text.split_once('/') {
        return Some(Person::Place(operator.to_owned(), index.parse().ok()?));
    }
    let (digits, dialled_in) = match text.split_once(" in ") {
        Some((digits, operator)) => (digits.trim(), Some(operator.trim().to_owned())),
        None => (text, None),
    };
    let bare = digits.strip_prefix('+').unwrap_or(digits);
    let number = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit());
    number.then(|| Person::Number(digits.to_owned(), dialled_in))
}

/// Everything up to a `#` outside quotes.
fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let end = line.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == '#' && !quoted
    });
    end.map_or(line, |(at, _)| &line[..at])
}

fn deed(text: &str) -> Result<Deed, String> {
    let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
    let rest = rest.trim();
    let known = || no_deed(text, verb);
    Ok(match (verb, rest) {
        ("adds", rest) => {
            let (whom, how) = rest.split_once(' ').ok_or_else(known)?;
            let by_number = match how.trim() {
                "by number" => true,
                "by address" => false,
                _ => return Err(known()),
            };
            Deed::Adds { whom: whom.to_owned(), by_number }
        }
        ("writes", rest) if rest.starts_with("the group ") => {
            let rest = rest[10..].trim();
            let (host, words) = match rest.strip_prefix("of ") {
                Some(rest) => rest.split_once(' ').map(|(h, w)| (Some(h), w)).ok_or_else(known)?,
                None => (None, rest),
            };
            let (words, text) = words_of(words.trim()).ok_or_else(known)?;
            Deed::WritesGroup { host: host.map(str::to_owned), words, text }
        }
        ("leaves", rest) if rest.starts_with("the group of ") => {
            Deed::Leaves { whom: rest[13..].to_owned() }
        }
        ("writes", rest) => {
            let (whom, words) = rest.split_once(' ').ok_or_else(known)?;
            let (words, text) = words_of(words.trim()).ok_or_else(known)?;
            Deed::Writes { whom: whom.to_owned(), words, text }
        }
        ("sends", rest) if rest.ends_with(" a picture") => {
            let whom = rest.trim_end_matches(" a picture").to_owned();
            let text = Text { rich: true, ..Text::of("a picture") };
            Deed::Writes { whom, words: "a picture".to_owned(), text }
        }
        ("invites", whom) if !whom.is_empty() => Deed::Invites { whom: whom.to_owned() },
        ("removes", whom) if !whom.is_empty() => Deed::Removes { whom: whom.to_owned() },
        ("closes", rest) if rest.starts_with("the conversation with ") => {
            Deed::Closes { whom: rest[22..].to_owned() }
        }
        ("looks", rest) if rest.starts_with("for ") => {
            Deed::Searches { whom: rest[4..].to_owned() }
        }
        ("commands", "online") => Deed::Commands(true),
        ("commands", "offline") => Deed::Commands(false),
        ("answers", rest) => {
            // `answers "hi"`, or `answers A2 "hi"`.
            let (whom, words) = match words_of(rest) {
                Some(_) => (None, rest),
                None => rest.split_once(' ').map(|(w, r)| (Some(w), r)).ok_or_else(known)?,
            };
            let (words, text) = words_of(words.trim()).ok_or_else(known)?;
            Deed::Answers { whom: whom.map(str::to_owned), words, text }
        }
        ("logs", "in") => Deed::Logs(true),
        ("logs", "out") => Deed::Logs(false),
        ("attaches", "") => Deed::Phone(true),
        ("detaches", "") => Deed::Phone(false),
        ("changes", "presence") => Deed::Changes(None),
        ("is", word) => Deed::Changes(Some(Availability::from_word(word).ok_or_else(known)?)),
        ("sets", rest) if rest.starts_with('"') => {
            let (words, text) = words_of(rest).ok_or_else(known)?;
            let bytes = u8::try_from(text.bytes).map_err(|_| {
                format!("a StatusText has at most {} bytes, and this has {}", u8::MAX, text.bytes)
            })?;
            Deed::Sets { words, text: StatusText { bytes, words: 0 } }
        }
        ("upgrades", "") => Deed::Upgrades,
        ("lapses", "") => Deed::Lapses,
        ("gives", "up IM") => Deed::Downgrades,
        ("allows", whom) if !whom.is_empty() => Deed::Allows { whom: whom.to_owned(), yes: true },
        ("denies", whom) if !whom.is_empty() => Deed::Allows { whom: whom.to_owned(), yes: false },
        ("blocks", whom) if !whom.is_empty() => Deed::Blocks { whom: whom.to_owned(), on: true },
        ("unblocks", whom) if !whom.is_empty() => Deed::Blocks { whom: whom.to_owned(), on: false },
        ("says", "yes") => Deed::Says(true),
        ("says", "no") => Deed::Says(false),
        _ => return Err(known()),
    })
}

/// What may be meant where an act makes no sense.
fn no_deed(text: &str, verb: &str) -> String {
    let count = text.strip_suffix(" characters").and_then(|text| text.rsplit(' ').next());
    if count.is_some_and(|count| count.parse::<u64>().is_ok_and(|count| count > LONGEST as u64)) {
        return format!("`{text}`: a text has at most {LONGEST} characters");
    }
    let forms: Vec<&str> =
        FORMS.iter().copied().filter(|form| form.split(' ').next() == Some(verb)).collect();
    if !forms.is_empty() {
        return format!("`{text}` is no act: {}", forms.join(", or "));
    }
    let verbs = FORMS.iter().filter_map(|form| form.split(' ').next());
    match nearest(verb, verbs.clone()) {
        Some(meant) => format!("`{verb}` is no act; did you mean `{meant}`?"),
        None => {
            let mut verbs: Vec<&str> = verbs.collect();
            verbs.dedup();
            format!("`{verb}` is no act; users: {}", verbs.join(", "))
        }
    }
}

/// How acts are written.
const FORMS: &[&str] = &[
    "writes C1 \"hello\"",
    "writes C1 161 characters",
    "writes C1 71 wide characters",
    "writes the group \"hello\"",
    "writes the group of A1 \"hello\"",
    "sends C1 a picture",
    "answers \"hi\"",
    "answers A1 \"hi\"",
    "adds C1 by number",
    "adds C1 by address",
    "removes C1",
    "looks for C1",
    "invites C1",
    "leaves the group of A1",
    "closes the conversation with C1",
    "changes presence",
    "is available",
    "is busy",
    "is away",
    "sets \"in a meeting\"",
    "logs in",
    "logs out",
    "attaches",
    "detaches",
    "upgrades",
    "gives up IM",
    "lapses",
    "says yes",
    "says no",
    "allows C1",
    "denies C1",
    "blocks C1",
    "unblocks C1",
    "commands online",
    "commands offline",
];

/// `"hello"`, or `161 characters`, or `71 wide characters`, which take UCS-2; facts show these in quotes
/// as well.
fn words_of(text: &str) -> Option<(String, Text)> {
    if let Some(words) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        return Some((words.to_owned(), Text::of(words)));
    }
    let count = text.strip_suffix(" characters")?;
    let (count, letters) = match count.strip_suffix(" wide") {
        Some(count) => (count, "абвгдежзик"),
        None => (count, "abcdefghij"),
    };
    let count: usize = count.parse().ok().filter(|count| *count <= LONGEST)?;
    let words: String = letters.chars().cycle().take(count).collect();
    Some((text.to_owned(), Text::of(&words)))
}

/// Closes the spans of claims, and looks for names that nobody has.
fn check(script: &mut Script) -> Result<(), ScriptError> {
    for claim in &mut script.claims {
        let next = script.acts.iter().map(|act| act.at).find(|at| *at > claim.from);
        claim.to = claim.to.or(next);
    }
    let mut texts = 0u8;
    for act in &mut script.acts {
        let Deed::Sets { text, .. } = &mut act.deed else { continue };
        texts = texts.checked_add(1).ok_or_else(|| ScriptError {
            line: act.line,
            reason: format!("a scenario has at most {} StatusTexts", u8::MAX),
        })?;
        text.words = texts;
    }
    for act in &script.acts {
        let whom = match &act.deed {
            Deed::Adds { whom, .. }
            | Deed::Writes { whom, .. }
            | Deed::Invites { whom }
            | Deed::Leaves { whom }
            | Deed::Removes { whom }
            | Deed::Closes { whom }
            | Deed::Searches { whom }
            | Deed::Allows { whom, .. }
            | Deed::Blocks { whom, .. } => Some(whom),
            Deed::Answers { whom, .. } => whom.as_ref(),
            Deed::Commands(_) | Deed::Logs(_) | Deed::Phone(_) => None,
            Deed::Changes(_) | Deed::Sets { .. } | Deed::Lapses => None,
            Deed::Upgrades | Deed::Downgrades | Deed::Says(_) => None,
            Deed::WritesGroup { host, .. } => host.as_ref(),
        };
        if whom == Some(&act.who) {
            let reason = format!("{} cannot do that to themselves", act.who);
            return Err(ScriptError { line: act.line, reason });
        }
        for name in [Some(&act.who), whom].into_iter().flatten() {
            if !script.cast.contains_key(name) {
                let reason = format!("nobody is called `{name}`; say who that is: {name} is a/0");
                return Err(ScriptError { line: act.line, reason });
            }
        }
    }
    if script.topology.is_empty() {
        return Err(ScriptError { line: 1, reason: "`topology FILE` is missing".to_owned() });
    }
    Ok(())
}

/// Longest text that a scenario writes, in characters.
const LONGEST: usize = 100_000;

/// How long a scenario goes on after its last act.
pub(super) const AFTER: Duration = Duration::from_secs(120);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::Alphabet;

    #[test]
    fn acts_are_written_as_told_and_a_wrong_one_is_told_how() {
        for form in FORMS {
            assert!(deed(form).is_ok(), "{form}");
        }
        let told = |text: &str| deed(text).expect_err("no act");
        assert_eq!(told("is bussy"), "`is bussy` is no act: is available, or is busy, or is away");
        assert_eq!(told("wirtes C1 \"x\""), "`wirtes` is no act; did you mean `writes`?");
        assert!(told("writes C1 100001 characters").contains("at most 100000 characters"));
        assert!(told("juggles").starts_with("`juggles` is no act; users: writes, sends"));
    }

    #[test]
    fn somebody_is_named_by_place_or_by_number() {
        let number = |digits: &str, home: Option<&str>| {
            Some(Person::Number(digits.to_owned(), home.map(str::to_owned)))
        };
        assert_eq!(person("a/3"), Some(Person::Place("a".to_owned(), 3)));
        assert_eq!(person("+46700000000"), number("+46700000000", None));
        assert_eq!(person("0700000000 in a"), number("0700000000", Some("a")));
        for wrong in ["a", "a/x", "+", "07000x in a", " in a", ""] {
            assert_eq!(person(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn acts_claims_and_names_are_read() {
        let script = parse(
            "# UC-4b: an answer\ntopology omtp.yaml\nA1 is a/0\nC1 is c/0\n\
             0s A1 writes C1 \"a # b\"   # a comment\n61s C1 answers 3 characters\n\
             then once A1 has IM \"hi\"\nthen not x within 2s\n62s A1 writes C1 71 wide characters\n",
        )
        .expect("a scenario");
        assert_eq!(script.title, "UC-4b: an answer");
        assert_eq!(script.acts.len(), 3);
        let Deed::Writes { words, text, .. } = &script.acts[0].deed else { panic!("a message") };
        assert_eq!((words.as_str(), text.characters), ("a # b", 5));
        let Deed::Writes { text, .. } = &script.acts[2].deed else { panic!("a message") };
        assert_eq!((text.alphabet, text.units), (Alphabet::Ucs2, 71));
        assert_eq!(script.claims[0].from, script.acts[1].at);
        assert_eq!(script.claims[0].to, Some(script.acts[2].at), "the next act");
        let limit = Instant::START + Duration::from_secs(63);
        assert_eq!(
            script.claims[1].to.map(|to| to.since(limit)),
            Some(Duration(1)),
            "its own limit"
        );
    }

    #[test]
    fn a_line_that_makes_no_sense_is_told_with_its_number() {
        let told = |text: &str| parse(text).expect_err("no scenario").to_string();
        assert!(told("topology t\nhello").starts_with("line 2: `hello` is no statement"));
        assert!(told("topology t\n0s A1 juggles").starts_with("line 2: `juggles` is no act"));
        assert!(told("topology t\n0s A1 upgrades").contains("nobody is called `A1`"));
        assert!(told("topology t\nA1 is a\n").contains("operator/index"));
        assert!(told("A1 is a/0\n").contains("`topology FILE` is missing"));
        assert!(told("topology t\nthen x within soon").starts_with("line 2: "));
    }
}
