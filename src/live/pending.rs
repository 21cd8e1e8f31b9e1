//! Short messages that have been submitted and have not come to an SMSC of ours, found again as a stranger
//! would find them: by both numbers, the sender's reference and the text. What lies between may be our own
//! socket or somebody's gateway, which keeps of these what it likes.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::domain::id::MessageId;
use crate::port::smpp::pdu::{Address, Short};

/// Both numbers, in digits alone.
pub(super) type Pair = (String, String);

/// One of those under way.
#[derive(Debug)]
struct Entry {
    reference: u16,
    text: String,
    way: usize,
    message: MessageId,
}

/// All of them, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Pending {
    by: FxHashMap<Pair, VecDeque<Entry>>,
}

/// The numbers of a short message, however they are written.
pub(super) fn pair(short: &Short) -> Pair {
    let digits = |address: &Address| {
        let digits = address.digits.trim_start_matches('+');
        digits.strip_prefix("00").unwrap_or(digits).to_owned()
    };
    (digits(&short.source), digits(&short.destination))
}

impl Pending {
    /// A message of a way is submitted.
    pub(super) fn add(&mut self, like: &Short, text: String, way: usize, message: MessageId) {
        let reference = like.reference.unwrap_or(0);
        let entry = Entry { reference, text, way, message };
        self.by.entry(pair(like)).or_default().push_back(entry);
    }

    /// Whose message has come, by its way: of those between the two numbers the one with its text, then the
    /// one with its reference, then the oldest.
    pub(super) fn take(&mut self, short: &Short, text: &str) -> Option<(usize, MessageId)> {
        let pair = pair(short);
        let entries = self.by.get_mut(&pair)?;
        let referred = |entry: &Entry| Some(entry.reference) == short.reference;
        let both = |entry: &Entry| entry.text == text && referred(entry);
        let place = (entries.iter().position(both))
            .or_else(|| entries.iter().position(|entry| entry.text == text))
            .or_else(|| entries.iter().position(referred))
            .unwrap_or(0);
        let Entry { way, message, .. } = entries.remove(place)?;
        if entries.is_empty() {
            self.by.remove(&pair);
        }
        Some((way, message))
    }

    /// A message will not come any more.
    pub(super) fn forget(&mut self, pair: &Pair, message: MessageId) {
        if let Some(entries) = self.by.get_mut(pair) {
            entries.retain(|entry| entry.message != message);
            if entries.is_empty() {
                self.by.remove(pair);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(source: &str, reference: Option<u16>) -> Short {
        let number = |digits: &str| Address { ton: 1, npi: 1, digits: digits.to_owned() };
        Short {
            source: number(source),
            destination: number("4670"),
            esm_class: 0,
            registered_delivery: 0,
            data_coding: 0,
            text: Vec::new(),
            part: None,
            reference,
            receipted: None,
        }
    }

    #[test]
    fn a_message_is_found_by_text_then_by_reference_then_by_age() {
        let mut pending = Pending::default();
        for (n, text) in [(1, "one"), (2, "two"), (3, "three"), (4, "two")] {
            let reference = Some(n as u16);
            pending.add(&short("4671", reference), text.to_owned(), 0, MessageId(n));
        }
        let mut take = |source, reference, text| {
            pending.take(&short(source, reference), text).map(|(_, message)| message.0)
        };
        assert_eq!(take("4672", Some(1), "one"), None, "other numbers");
        assert_eq!(take("+4671", Some(4), "two"), Some(4), "text and reference");
        assert_eq!(take("004671", Some(77), "two"), Some(2), "the text, if a gateway counts anew");
        assert_eq!(take("4671", Some(3), "altered"), Some(3), "the reference, if it alters texts");
        assert_eq!(take("4671", None, "altered"), Some(1), "the only one between the two");
        assert_eq!(take("4671", None, "one"), None);
    }

    #[test]
    fn what_is_forgotten_does_not_come() {
        let mut pending = Pending::default();
        let like = short("4671", Some(1));
        pending.add(&like, "one".to_owned(), 0, MessageId(1));
        pending.forget(&pair(&like), MessageId(1));
        assert_eq!(pending.take(&like, "one"), None);
        assert!(pending.by.is_empty());
    }
}
