//! What somebody may have meant by a key or a word that a topology does not have. Asked by `complete`.

use super::node::{Entry, Value};
use super::place::Place;
use super::problem::Problem;
use super::shape::Field;
use super::words;

/// A key that a map does not have, with the entry before it.
pub(super) fn key(entry: &Entry, before: Option<&Entry>, fields: &[Field], name: &str) -> Problem {
    let key = entry.key.as_str();
    let nothing = entry.node.text().is_empty() && matches!(entry.node.value, Value::Scalar(_));
    if let Some(before) = before.filter(|_| nothing && thousands(key)) {
        let number = before.node.text();
        if !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()) {
            let message = "a number has no comma: here it ends the value before it";
            let help = format!("{}: {number}{key}, or {number}_{key}", before.key);
            return Problem::at(entry.place, message).help(help);
        }
    }
    if let Some((first, value)) = key.split_once(' ')
        && (nothing || value.starts_with(['{', '[']))
        && fields.iter().any(|field| field.key == first)
    {
        return Problem::at(entry.place, format!("a colon is missing after `{first}`")).help(
            match nothing {
                true => format!("{first}: {}", value.trim()),
                false => format!("{first}: {} …", &value[..1]),
            },
        );
    }
    let problem = Problem::at(entry.place, format!("unknown key `{key}` in {name}"));
    let keys: Vec<&str> = fields.iter().map(|field| field.key).collect();
    let known = format!("known here: {}", keys.join(", "));
    if matches!(key, "price" | "prices" | "cost" | "costs" | "fee" | "fees" | "tariff") {
        let help = format!(
            "what parts cost stands in `money`, what messages cost in the `tariff` of an agreement; \
             {known}"
        );
        return problem.help(help);
    }
    problem.help(known).did_you_mean(key, keys)
}

/// A word that is none of those it may be.
pub(super) fn word(place: Place, text: &str, allowed: &[&str], name: &str) -> Problem {
    let message = format!("`{name}`: `{text}` is not one of {}", allowed.join(", "));
    let problem = Problem::at(place, message);
    let problem = match allowed == words::KIND.list {
        true => problem.help(
            "imsp: an IM provider with users, servers and mostly an SMSC; ims: the same on an IMS \
             core; mno: an operator without IM, reached by SMS; hub: passes messages on, no users",
        ),
        false => problem,
    };
    problem.did_you_mean(text, allowed.iter().copied())
}

/// What a comma between thousands leaves behind it: three digits, and perhaps a unit.
fn thousands(key: &str) -> bool {
    let digits = key.bytes().take_while(u8::is_ascii_digit).count();
    digits == 3
}
