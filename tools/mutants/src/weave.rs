//! All mutants of a file in one text, each behind its switch, so that one build has them all. Knows
//! where each came to stand, for what the compiler says.

use std::ops::Range;

use crate::sites::{Mutant, Weave};

/// A text with its mutants.
#[derive(Debug)]
pub struct Woven {
    pub text: String,
    /// Places of the new text, with the mutants to drop if an error lies there.
    pub places: Vec<(Range<usize>, Vec<usize>)>,
}

/// What goes in at a place of the old text.
struct Piece {
    at: usize,
    /// Ends before starts; of ends the inner first, of starts the outer first.
    order: (u8, usize, u8),
    text: String,
    /// Mutants whose own text lies in a part of this one.
    own: Vec<(Range<usize>, usize)>,
    /// The mutants that begin or end with this piece.
    of: Vec<usize>,
}

/// The switch of a mutant.
fn switch(number: usize) -> String {
    format!("crate::mutant::is({number})")
}

/// Weaves mutants, with their numbers, into the text of their file.
pub fn weave(text: &str, mutants: &[(usize, &Mutant)]) -> Woven {
    let mut pieces = Vec::new();
    for &(number, mutant) in mutants {
        match &mutant.weave {
            Weave::Instead(..) => {}
            Weave::Return(at, value) => {
                let text = format!(" if {} {{ return {value}; }} ", switch(number));
                pieces.push(point(*at, text, number));
            }
            Weave::Arm(at) => {
                pieces.push(point(*at, format!(" if !{} ", switch(number)), number));
            }
            Weave::Nothing(range) => {
                let end = format!(").filter(|_| !{})", switch(number));
                around(&mut pieces, range, 0, "(".to_owned(), Vec::new(), end, vec![number]);
            }
            Weave::Guarded(range) => {
                let start = format!("!{} && (", switch(number));
                around(&mut pieces, range, 0, start, Vec::new(), ")".to_owned(), vec![number]);
            }
        }
    }
    let mut ranges: Vec<&Range<usize>> = Vec::new();
    for (_, mutant) in mutants {
        if let Weave::Instead(range, _) = &mutant.weave
            && !ranges.contains(&range)
        {
            ranges.push(range);
        }
    }
    for range in ranges {
        let (mut start, mut own, mut all) = ("(".to_owned(), Vec::new(), Vec::new());
        for &(number, mutant) in mutants {
            if let Weave::Instead(its, with) = &mutant.weave
                && its == range
            {
                start += &format!("if {} {{ ", switch(number));
                own.push((start.len()..start.len() + with.len(), number));
                start += &format!("{with} }} else ");
                all.push(number);
            }
        }
        start += "{ ";
        around(&mut pieces, range, 1, start, own, " })".to_owned(), all);
    }
    pieces.sort_by_key(|piece| (piece.at, piece.order));
    joined(text, pieces)
}

fn point(at: usize, text: String, number: usize) -> Piece {
    let own = vec![(0..text.len(), number)];
    Piece { at, order: (1, 0, 0), text, own, of: Vec::new() }
}

fn around(
    pieces: &mut Vec<Piece>,
    range: &Range<usize>,
    depth: u8,
    start: String,
    own: Vec<(Range<usize>, usize)>,
    end: String,
    of: Vec<usize>,
) {
    let (far, near) = (usize::MAX - range.end, usize::MAX - range.start);
    let order = (2, far, depth);
    pieces.push(Piece { at: range.start, order, text: start, own, of: of.clone() });
    let order = (0, near, u8::MAX - depth);
    pieces.push(Piece { at: range.end, order, text: end, own: Vec::new(), of });
}

fn joined(old: &str, pieces: Vec<Piece>) -> Woven {
    let (mut text, mut done, mut places) = (String::new(), 0, Vec::new());
    let mut open: Vec<(usize, Vec<usize>)> = Vec::new();
    for piece in pieces {
        text += &old[done..piece.at];
        done = piece.at;
        let start = text.len();
        text += &piece.text;
        for (range, number) in piece.own {
            places.push((start + range.start..start + range.end, vec![number]));
        }
        if piece.of.is_empty() {
            continue;
        }
        match open.last() {
            Some((_, of)) if *of == piece.of => {
                let (start, of) = open.pop().expect("looked at just now");
                places.push((start..text.len(), of));
            }
            _ => open.push((start, piece.of)),
        }
    }
    text += &old[done..];
    assert!(open.is_empty(), "sites are nested: {open:?}");
    Woven { text, places }
}

/// The module that the switches ask.
pub fn switches(most: usize) -> String {
    SWITCHES.replace("MOST", &(most + 1).to_string())
}

const SWITCHES: &str = r#"//! Which mutant is active: `INTERWORK_MUTANT` is its number, or `record:FILE`, then each that is
//! reached is a line of the file.
#![allow(warnings)]
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

const UNREAD: u32 = u32::MAX;
const NONE: u32 = u32::MAX - 1;
const RECORD: u32 = u32::MAX - 2;

static ACTIVE: AtomicU32 = AtomicU32::new(UNREAD);
static SEEN: [AtomicBool; MOST] = [const { AtomicBool::new(false) }; MOST];

#[inline]
pub fn is(number: u32) -> bool {
    let active = ACTIVE.load(Relaxed);
    if active >= RECORD { look(number, active) } else { active == number }
}

fn look(number: u32, active: u32) -> bool {
    match active {
        NONE => false,
        RECORD => {
            if !SEEN[number as usize].swap(true, Relaxed) {
                let told = std::env::var("INTERWORK_MUTANT").unwrap();
                let path = told.strip_prefix("record:").unwrap();
                let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
                file.unwrap().write_all(format!("{number}\n").as_bytes()).unwrap();
            }
            false
        }
        _ => {
            let told = std::env::var("INTERWORK_MUTANT").unwrap_or_default();
            let active = match told.parse() {
                Ok(number) => number,
                Err(_) if told.starts_with("record:") => RECORD,
                Err(_) => NONE,
            };
            ACTIVE.store(active, Relaxed);
            is(number)
        }
    }
}
"#;
