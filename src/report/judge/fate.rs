//! What became of the messages, in a sentence or two: those that arrived, and those that did not, with
//! their reasons. Terminal, Markdown and page show it at their heads.

use std::collections::BTreeMap;

use crate::measure::results::Level;
use crate::report::document::numbers::{count, plural};
use crate::report::document::summary::Summary;

/// Reasons that are named.
const NAMED: usize = 3;

/// The sentences; `None` if no message was offered.
pub(crate) fn fate(summary: &Summary) -> Option<String> {
    let total = |name: &str| -> u64 {
        let of = summary.named(name).filter(|metric| metric.level() == Level::Total);
        of.filter_map(|metric| metric.count).sum()
    };
    let (offered, delivered) = (total("messages_offered"), total("messages_delivered"));
    if offered == 0 {
        return None;
    }
    let share = |part: u64| shown(part, offered);
    let mut text = format!(
        "Of {} that users meant to send, {} arrived ({}).",
        plural(offered, "message", "messages"),
        count(delivered),
        share(delivered),
    );
    let mut ends = Vec::new();
    let mut ended = 0;
    for (name, words) in [
        ("messages_refused", "refused"),
        ("messages_expired", "expired"),
        ("messages_lost", "lost"),
    ] {
        let number = total(name);
        ended += number;
        if number > 0 {
            ends.push(format!("{} {words}{}", count(number), reasons(summary, name)));
        }
    }
    // Folders of earlier versions do not have the count.
    let undelivered = total("messages_undelivered").max(ended);
    if undelivered > ended {
        ends.push(format!("{} overdue", count(undelivered - ended)));
    }
    if undelivered > 0 {
        let number = count(undelivered);
        text.push_str(&format!(" Undelivered: {number} ({})", share(undelivered)));
        text.push_str(&format!(": {}.", ends.join(", ")));
    }
    let (open, stored) = (total("messages_in_flight"), total("messages_stored"));
    if open > 0 {
        text.push_str(&format!(" At the end {} {} under way.", count(open), were(open)));
    }
    if stored > 0 {
        let (number, were) = (count(stored), were(stored));
        text.push_str(&format!(" {number} {were} kept for the recipient's login."));
    }
    Some(text)
}

fn were(number: u64) -> &'static str {
    if number == 1 { "was" } else { "were" }
}

/// A share that is neither nothing nor everything is never shown as if it were.
fn shown(part: u64, whole: u64) -> String {
    let share = part as f64 / whole.max(1) as f64;
    let text = format!("{:.1} %", share * 100.0);
    match text.as_str() {
        "0.0 %" if part > 0 => "less than 0.1 %".to_owned(),
        "100.0 %" if part < whole => "over 99.9 %".to_owned(),
        _ => text,
    }
}

fn named(reason: &str, number: u64) -> String {
    format!("{} {}", reason.replace('_', " "), count(number))
}

/// ` (too long 477)`.
fn reasons(summary: &Summary, name: &str) -> String {
    let mut by: BTreeMap<&str, u64> = BTreeMap::new();
    for metric in summary.named(name).filter(|metric| metric.level() == Level::Reason) {
        *by.entry(metric.label("reason")).or_default() += metric.count.unwrap_or(0);
    }
    let mut by: Vec<(&str, u64)> = by.into_iter().filter(|(_, n)| *n > 0).collect();
    by.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let named: Vec<String> = by.iter().take(NAMED).map(|(reason, n)| named(reason, *n)).collect();
    if named.is_empty() { String::new() } else { format!(" ({})", named.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_small_share_is_not_none_and_nearly_all_is_not_all() {
        let shares = [(0, 9), (1, 100_000), (1, 8), (99_999, 100_000), (9, 9)];
        let texts = shares.map(|(part, whole)| shown(part, whole));
        assert_eq!(texts, ["0.0 %", "less than 0.1 %", "12.5 %", "over 99.9 %", "100.0 %"]);
    }
}
