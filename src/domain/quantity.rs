//! Quantities with their unit in the text: the one reader of numbers with units, of topologies, SLO
//! lines and options alike. One function a kind; every message says what is allowed.

use crate::domain::time::Duration;

/// `20ms`, `1.5s`, `10m`, `24h`, `2d`; `0s` is allowed.
///
/// # Errors
/// A sentence that says what is wrong and what is allowed.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    const UNITS: [(&str, f64); 7] = [
        ("ns", 1e-9),
        ("us", 1e-6),
        ("ms", 1e-3),
        ("s", 1.0),
        ("m", 60.0),
        ("h", 3600.0),
        ("d", 86_400.0),
    ];
    if let Some(seconds) = clock(text) {
        let read = Duration::from_secs_f64(seconds);
        return Err(format!("`{text}` is no duration: write `{read}`"));
    }
    let (value, unit) = positive(text, "a duration such as `20ms` or `10m`")?;
    if unit.is_empty() {
        return Err(format!("a duration needs a unit, such as `{value}ms` or `{value}s`"));
    }
    let Some((_, size)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        let known = "a duration is in ns, us, ms, s, m, h or d";
        return Err(unknown_unit(value, unit, DURATION_WORDS, known));
    };
    let seconds = value * size;
    if seconds > 3.2e9 {
        return Err("a duration is at most 100 years".to_owned());
    }
    Ok(Duration::from_secs_f64(seconds))
}

/// `50/s`, `30/min`, `3/h`, `2/day`: events a second.
///
/// # Errors
/// A sentence that says what is wrong and what is allowed.
pub(crate) fn rate(text: &str) -> Result<f64, String> {
    let (value, unit) = positive(text, "a rate such as `50/s` or `3/h`")?;
    let per = match unit {
        "/s" => 1.0,
        "/min" => 60.0,
        "/h" => 3600.0,
        "/day" => 86_400.0,
        "" => return Err(format!("a rate needs a unit, such as `{value}/s` or `{value}/h`")),
        _ => {
            let known = "a rate is in /s, /min, /h or /day";
            return Err(unknown_unit(value, unit, RATE_WORDS, known));
        }
    };
    Ok(value / per)
}

/// `0.3` or `30%`, from 0 to 1.
///
/// # Errors
/// A sentence that says what is wrong and what is allowed.
pub(crate) fn share(text: &str) -> Result<f64, String> {
    let (value, unit) = positive(text, "a share such as `0.3` or `30%`")?;
    let share = match unit {
        "" => value,
        "%" => value / 100.0,
        _ => return Err(format!("unknown unit `{unit}`: a share is `0.3` or `30%`")),
    };
    if share > 1.0 {
        let most = "a share is at most 100% (or 1)";
        return Err(match unit {
            "" if value <= 100.0 => format!("{most}: did you mean `{value}%`?"),
            _ => most.to_owned(),
        });
    }
    Ok(share)
}

/// `100Mbit/s`: bits a second.
///
/// # Errors
/// A sentence that says what is wrong and what is allowed.
pub(crate) fn bandwidth(text: &str) -> Result<f64, String> {
    let (value, unit) = positive(text, "a bandwidth such as `100Mbit/s`")?;
    let size = match unit {
        "bit/s" => 1.0,
        "kbit/s" => 1e3,
        "Mbit/s" => 1e6,
        "Gbit/s" => 1e9,
        "" => return Err(format!("a bandwidth needs a unit, such as `{value}Mbit/s`")),
        _ => {
            return Err(format!(
                "unknown unit `{unit}`: a bandwidth is in bit/s, kbit/s, Mbit/s or Gbit/s"
            ));
        }
    };
    if value <= 0.0 {
        return Err("a bandwidth is above zero".to_owned());
    }
    Ok(value * size)
}

/// A plain number, not negative.
///
/// # Errors
/// A sentence that says what is wrong and what is allowed.
pub(crate) fn number(text: &str) -> Result<f64, String> {
    match positive(text, "a number such as 2 or 0.5")? {
        (value, "") => Ok(value),
        (_, unit) => Err(format!("a plain number has no unit, but this has `{unit}`")),
    }
}

/// A whole number within bounds.
///
/// # Errors
/// A sentence that says what is wrong and what is allowed.
pub(crate) fn count(text: &str, min: u64, max: u64) -> Result<u64, String> {
    let allowed = || match min == max {
        true => format!("`{text}` is not {min}"),
        false => format!("`{text}` is not a whole number from {min} to {max}"),
    };
    let value: u64 = text.replace('_', "").parse().map_err(|_| match comma(text) {
        Some(help) => help,
        None => allowed(),
    })?;
    if (min..=max).contains(&value) { Ok(value) } else { Err(allowed()) }
}

/// `+5%`, `-10%`: a change by a share, with its sign; nothing if it has no sign or no percent.
pub(crate) fn change(text: &str) -> Option<f64> {
    let size = text.strip_prefix(['+', '-'])?.trim_start();
    let (percent, unit) = split(size).filter(|(percent, _)| percent.is_finite())?;
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    (unit == "%" && !size.starts_with('-')).then_some(sign * percent / 100.0)
}

/// A number and whatever follows it. A number too large to be held is infinite.
pub(crate) fn split(text: &str) -> Option<(f64, &str)> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let end = unsigned.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '_')));
    let end = text.len() - unsigned.len() + end.unwrap_or(unsigned.len());
    let (digits, unit) = text.split_at(end);
    Some((digits.replace('_', "").parse().ok()?, unit.trim()))
}

/// A number that is finite and not negative, and whatever follows it.
fn positive<'t>(text: &'t str, needed: &str) -> Result<(f64, &'t str), String> {
    if text.starts_with('-') {
        return Err("a negative quantity makes no sense here".to_owned());
    }
    if let Some(help) = comma(text) {
        return Err(help);
    }
    match split(text) {
        None => Err(format!("`{text}` is not a quantity: {needed} is needed")),
        Some((value, _)) if !value.is_finite() => Err(format!("`{text}` is too large")),
        Some(read) => Ok(read),
    }
}

/// Words that people write for a unit of time.
const DURATION_WORDS: &[(&str, &[&str])] = &[
    ("ns", &["nanosecond", "nanoseconds"]),
    ("us", &["µs", "μs", "usec", "microsecond", "microseconds"]),
    ("ms", &["msec", "msecs", "millis", "millisecond", "milliseconds"]),
    ("s", &["sec", "secs", "second", "seconds", "S"]),
    ("m", &["min", "mins", "minute", "minutes", "M"]),
    ("h", &["hr", "hrs", "hour", "hours", "H"]),
    ("d", &["day", "days", "D"]),
];

/// Words that people write for a unit of rates.
const RATE_WORDS: &[(&str, &[&str])] = &[
    ("/s", &["/sec", "/second", "per second", "Hz", "tps", "TPS", "mps"]),
    ("/min", &["/m", "/minute", "per minute"]),
    ("/h", &["/hr", "/hour", "per hour"]),
    ("/day", &["/d", "per day"]),
];

/// What is wrong with a unit that there is not, with the one that is meant.
fn unknown_unit(value: f64, unit: &str, words: &[(&str, &[&str])], known: &str) -> String {
    match words.iter().find(|(_, words)| words.contains(&unit)) {
        Some((meant, _)) => format!("unknown unit `{unit}`: write `{value}{meant}`; {known}"),
        None => format!("unknown unit `{unit}`: {known}"),
    }
}

/// Seconds of a time as a clock shows it: `00:10:00`, `0:30`.
fn clock(text: &str) -> Option<f64> {
    let parts: Vec<&str> = text.split(':').collect();
    let plain = |part: &&str| {
        (1..=6).contains(&part.len()) && part.bytes().all(|digit| digit.is_ascii_digit())
    };
    if !(2..=3).contains(&parts.len()) || !parts.iter().all(plain) {
        return None;
    }
    let add = |sum: f64, part: &&str| Some(sum * 60.0 + part.parse::<f64>().ok()?);
    parts.iter().try_fold(0.0, add)
}

/// What is wrong with a number that has commas between its thousands: `4,000`.
fn comma(text: &str) -> Option<String> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == ',')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (first, rest) = number.split_once(',')?;
    let thousands = |group: &str| group.len() == 3;
    if first.is_empty() || first.len() > 3 || !rest.split(',').all(thousands) {
        return None;
    }
    let (plain, apart) = (number.replace(',', ""), number.replace(',', "_"));
    Some(format!("a number has no comma: write `{plain}{unit}` or `{apart}{unit}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_change_has_a_sign_and_a_percent() {
        for (text, is) in [("+5%", Some(0.05)), ("-10 %", Some(-0.1)), ("+ 0%", Some(0.0))] {
            assert_eq!(change(text), is, "{text}");
        }
        for text in ["5%", "+5", "+-5%", "+inf%", "+%", "", "-"] {
            assert_eq!(change(text), None, "{text}");
        }
    }

    #[test]
    fn what_people_write_for_units_is_told_as_it_should_be() {
        let told = |read: Result<Duration, String>| read.expect_err("refused");
        for (text, right) in [
            ("5 min", "5m"),
            ("25 seconds", "25s"),
            ("00:10:00", "10m"),
            ("0:30", "30s"),
            ("1:30:00", "90m"),
            ("2 hours", "2h"),
            ("7 days", "7d"),
            ("10 msec", "10ms"),
        ] {
            let told = told(duration(text));
            assert!(told.contains(&format!("write `{right}`")), "{text}: {told}");
        }
        assert!(told(duration("5 parsecs")).ends_with("in ns, us, ms, s, m, h or d"));
        assert!(told(duration("soon")).contains("a duration such as `20ms`"));
        let rate = |text: &str| rate(text).expect_err("refused");
        assert!(rate("50/sec").contains("write `50/s`"));
        assert!(rate("3 per hour").contains("write `3/h`"));
    }

    #[test]
    fn numbers_without_units_have_neither_commas_nor_words() {
        let told = |read: Result<f64, String>| read.expect_err("refused");
        assert!(told(number("double")).contains("a number such as 2 or 0.5 is needed"));
        assert!(told(share("60")).contains("did you mean `60%`?"));
        assert!(!told(share("600%")).contains("did you mean"));
        assert!(count("4,000", 0, 9999).expect_err("refused").contains("`4000` or `4_000`"));
        assert!(told(rate("1,200/s")).contains("`1200/s` or `1_200/s`"));
        assert!(count("4,00", 0, 9999).expect_err("refused").contains("not a whole number"));
    }

    #[test]
    fn a_number_ends_where_its_unit_begins() {
        assert_eq!(split("-1_000.5 /s"), Some((-1000.5, "/s")));
        assert_eq!(split("5-3s"), Some((5.0, "-3s")));
        assert_eq!(split(".inf/s"), None);
        assert_eq!(split(&"9".repeat(400)), Some((f64::INFINITY, "")));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_and_no_text_panics(n in 0u32..1_000_000, text in "\\PC{0,20}") {
            prop_assert_eq!(duration(&format!("{n}ms")), Ok(Duration::from_millis(n.into())));
            prop_assert_eq!(rate(&format!("{n} /min")), Ok(f64::from(n) / 60.0));
            prop_assert_eq!(count(&n.to_string(), 0, u64::MAX), Ok(n.into()));
            let _ = (share(&text), bandwidth(&text), number(&text), change(&text));
        }
    }
}
