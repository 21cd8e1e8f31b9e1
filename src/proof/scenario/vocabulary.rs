//! Words of facts. A claim with a word that no fact has could not be seen, and with `not` would hold for
//! ever; `play` refuses it. It knows words alone, not which of them make a fact together.

use std::collections::BTreeMap;

use crate::domain::id::SubscriberId;
use crate::domain::outcome::{Reason, TransferKind};
use crate::domain::presence::Availability;
use crate::domain::session::Services;
use crate::domain::status::{Language, Status};
use crate::domain::words::nearest;
use crate::model::plan::Plan;

use super::claim::Claim;

/// Words that facts have whatever they are about.
const WORDS: &str = "a access access_network allows among an and join answer as availability blocks by bytes \
    cannot change client closes conversation converts crosses delivered denies device_type does expired \
    expires find finds for from group groups has IM in invite is joins keeps knows lapses leaves list lists \
    logs lost loses may message mark messaging more no not nothing now of offline on online opens out over \
    owes part parts presence provider reads recognises refused registers reopens search sees served session \
    shows sight SMS SMS-only SMSC status_text subscription takes that the through to told translates \
    unblocks unmarked URL user users version was with Online Busy Legacy Offline MOBILE_PHONE COMPUTER PDA \
    CLI OTHER";

/// Whether every word of a claim outside its quotes is one of facts, of the cast or of the topology.
///
/// # Errors
/// A sentence: the line and the word, and what may have been meant.
pub(super) fn known(
    claim: &Claim,
    cast: &BTreeMap<String, SubscriberId>,
    plan: &Plan,
) -> Result<(), String> {
    let federation = &plan.federation;
    let operators = federation.operators.iter().map(|operator| operator.name.as_str());
    let accesses = federation.operators.iter().flat_map(|operator| &operator.access);
    let own = WORDS.split_whitespace().chain(Services::ALL.words());
    let own = own.chain(Reason::ALL.iter().map(|reason| reason.label()));
    let own = own.chain(TransferKind::ALL.iter().map(|kind| kind.label()));
    let own = own.chain(Availability::ALL.iter().map(|availability| availability.word()));
    let theirs = operators.chain(accesses.map(|access| access.name.as_str()));
    let mut known: Vec<&str> = theirs.chain(cast.keys().map(String::as_str)).collect();
    for word in own {
        known.push(word);
    }
    for fact in claim.facts() {
        let outside = fact.split('"').step_by(2).flat_map(str::split_whitespace);
        let mut before = "";
        for word in outside.map(|word| word.trim_matches([':', ','])) {
            let told = std::mem::replace(&mut before, word) == "told";
            // A status, a count, a version, a number, a UID.
            let figure = word.starts_with(|first: char| first.is_ascii_digit() || first == '+')
                || word.starts_with("wv:")
                || word.is_empty();
            if told && figure && !is_status(word) {
                return Err(format!(
                    "line {}: nobody is told `{word}`: no status is that",
                    claim.line
                ));
            }
            if figure || known.contains(&word) {
                continue;
            }
            // Names begin so.
            if word.starts_with(|first: char| first.is_ascii_uppercase()) {
                return Err(format!("line {}: nobody is called `{word}`", claim.line));
            }
            let meant = nearest(word, known.iter().copied())
                .map(|near| format!("; did you mean `{near}`?"));
            let meant = meant.unwrap_or_default();
            return Err(format!("line {}: no fact has the word `{word}`{meant}", claim.line));
        }
    }
    Ok(())
}

fn is_status(code: &str) -> bool {
    let languages = [Language::Imps, Language::Sip, Language::Sms];
    Status::ALL.iter().any(|status| languages.iter().any(|&language| status.code(language) == code))
}
