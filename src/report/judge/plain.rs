//! An SLO line in words that need no manual: "95 % of messages between operators take less than 1 s". Called
//! by whoever speaks to people who did not write the topology; a line for which there are no words is shown
//! as it is written.

use crate::domain::outcome::Route;
use crate::measure::written::{Figure, Op, Time, apart};

/// The line in words, without a full stop.
pub(crate) fn plain(line: &str) -> String {
    words(line).unwrap_or_else(|| line.to_owned())
}

fn words(line: &str) -> Option<String> {
    let written = apart(line).filter(|line| !line.has_baseline())?;
    let under = match written.op {
        Op::Less | Op::LessEqual => true,
        Op::Greater | Op::GreaterEqual => false,
        Op::Equal | Op::NotEqual => return None,
    };
    let Figure { metric, statistic, .. } = written.figure;
    let when = match written.time {
        None => String::new(),
        Some(Time::After(time)) => format!(" (after {time})"),
        Some(Time::During(time)) => format!(" (from {})", time.replace("..", " to ")),
    };
    let label = |name: &str| written.figure.label(name);
    let of =
        |label: Option<&str>| label.map_or(String::new(), |operator| format!(" of {operator}"));
    let towards = match (label("from"), label("to")) {
        (None, None) => String::new(),
        (from, to) => {
            let side = |way: &str, label: Option<&str>| {
                label.map_or(String::new(), |operator| format!(" {way} {operator}"))
            };
            format!("{}{}", side("from", from), side("to", to))
        }
    };
    let messages = || match label("route") {
        None => format!("all messages{towards}"),
        // Another version may have other routes.
        Some(route) => match Route::named(route) {
            Some(route) => format!("{}{towards}", messages_of(route)),
            None => format!("messages of route {route}{towards}"),
        },
    };
    let bound = spaced(written.bound);
    let than = if under { "less than" } else { "more than" };
    let at = if under { "at most" } else { "at least" };
    let time = |what: String| -> Option<String> {
        Some(match statistic {
            "max" => format!("{what} take {than} {bound}, every single one"),
            "mean" => format!("{what} take {than} {bound} on average"),
            _ => {
                let digits = statistic.strip_prefix('p')?;
                let (whole, rest) = digits.split_at_checked(2)?;
                let point = if rest.is_empty() { "" } else { "." };
                format!("{whole}{point}{rest} % of {what} take {than} {bound}")
            }
        })
    };
    let words = match metric {
        "message_latency" => time(messages())?,
        "sms_latency" => time(format!("short messages{}", of(label("operator"))))?,
        "presence_latency" => time(format!("changes of presence{towards}"))?,
        "presence_first_watcher" | "presence_last_watcher" => {
            let which = if metric.contains("first") { "first" } else { "last" };
            let changes = format!("changes of presence{}", of(label("operator")));
            time(format!("{changes}, to their {which} watcher,"))?
        }
        "utilisation" | "station_utilisation" => {
            let part = label("station").unwrap_or("every part");
            let most = if statistic == "max" { " at any moment" } else { "" };
            format!("{part} is used {at} {bound}{most}")
        }
        "sms_submitted" | "sms_delivered" | "sms_refused" | "sms_expired"
            if statistic == "rate" =>
        {
            let fate = metric.trim_start_matches("sms_");
            format!("{than} {bound} short messages{} are {fate}", of(label("operator")))
        }
        _ => {
            let fate = metric.strip_prefix("messages_")?;
            let fate = match fate {
                "undelivered" | "delivered" | "refused" | "expired" | "lost" => fate,
                "in_flight" => "under way at the end",
                _ => return None,
            };
            match statistic {
                "share" => format!("{at} {bound} of {} are {fate}", messages()),
                "count" => {
                    format!("{at} {bound} {} are {fate}", messages().trim_start_matches("all "))
                }
                _ => return None,
            }
        }
    };
    Some(words + &when)
}

/// The messages of a route.
pub(crate) fn messages_of(route: Route) -> &'static str {
    match route {
        Route::OnNet => "messages within an operator",
        Route::Interworked => "messages between operators",
        Route::Hub => "messages through a hub",
        Route::SmsOwn => "messages to own customers without IM",
        Route::SmsHome => "messages to a partner's customers without IM",
        Route::SmsDirect => "messages to customers of operators without IM",
        Route::SmsReplyOwn => "answers by SMS to the own IM",
        Route::SmsReplyHome => "answers by SMS through a partner's IM",
        Route::SmsReplyDirect => "answers by SMS from operators without IM",
        Route::Group => "messages of route group",
        Route::SmsClient => "short messages of clients of an SMSC",
    }
}

/// `1 s` for `1s`.
fn spaced(bound: &str) -> String {
    let unit = bound.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(bound.len());
    let (number, unit) = (&bound[..unit], bound[unit..].trim());
    match unit {
        "m" => format!("{number} min"),
        "" => number.to_owned(),
        // 5/s is one thing.
        unit if unit.starts_with('/') => bound.to_owned(),
        unit => format!("{number} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn lines_are_told_in_words() {
        for (line, words) in [
            (
                "message_latency{route=interworked} p95 < 1s",
                "95 % of messages between operators take less than 1 s",
            ),
            (
                "message_latency{route=by-pigeon,to=a} p95 < 1s",
                "95 % of messages of route by-pigeon to a take less than 1 s",
            ),
            ("message_latency p999 < 5m", "99.9 % of all messages take less than 5 min"),
            ("utilisation < 70%", "every part is used at most 70 %"),
            (
                "utilisation{station=a->b/link} <= 60% after 5m",
                "a->b/link is used at most 60 % (after 5m)",
            ),
            ("messages_undelivered share <= 1%", "at most 1 % of all messages are undelivered"),
            ("messages_lost{from=a,to=b} count < 5", "at most 5 messages from a to b are lost"),
            (
                "sms_latency{operator=north} p90 < 1.5m",
                "90 % of short messages of north take less than 1.5 min",
            ),
            (
                "presence_last_watcher p99 < 5s",
                "99 % of changes of presence, to their last watcher, take less than 5 s",
            ),
            ("message_latency p99 <= baseline +5%", "message_latency p99 <= baseline +5%"),
            ("messages_lost count == 0", "messages_lost count == 0"),
            (
                "message_latency mean < 1 s during 5m..8m",
                "all messages take less than 1 s on average (from 5m to 8m)",
            ),
            ("sms_delivered rate > 5/s", "more than 5/s short messages are delivered"),
            ("settlement{from=a,to=b} mean < 5", "settlement{from=a,to=b} mean < 5"),
        ] {
            assert_eq!(plain(line), words);
        }
    }
}
