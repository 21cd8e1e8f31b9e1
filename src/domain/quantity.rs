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
    let (value, unit) = positive(text)?;
    if unit.is_empty() {
        return Err(format!("a duration needs a unit, such as `{value}ms` or `{value}s`"));
    }
    let Some((_, size)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(format!("unknown unit `{unit}`: a duration is in ns, us, ms, s, m, h or d"));
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
    let (value, unit) = positive(text)?;
    let per = match unit {
        "/s" => 1.0,
        "/min" => 60.0,
        "/h" => 3600.0,
        "/day" => 86_400.0,
        "" => return Err(format!("a rate needs a unit, such as `{value}/s` or `{value}/h`")),
        _ => {
            return Err(format!("unknown unit `{unit}`: a rate is in /s, /min, /h or /day"));
        }
    };
    Ok(value / per)
}

/// `0.3` or `30%`, from 0 to 1.
///
/// # Errors
/// A sentence that says what is wrong and what is allowed.
pub(crate) fn share(text: &str) -> Result<f64, String> {
    let (value, unit) = positive(text)?;
    let share = match unit {
        "" => value,
        "%" => value / 100.0,
        _ => return Err(format!("unknown unit `{unit}`: a share is `0.3` or `30%`")),
    };
    if share > 1.0 {
        return Err("a share is at most 100% (or 1)".to_owned());
    }
    Ok(share)
}

/// `100Mbit/s`: bits a second.
///
/// # Errors
/// A sentence that says what is wrong and what is allowed.
pub(crate) fn bandwidth(text: &str) -> Result<f64, String> {
    let (value, unit) = positive(text)?;
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
    match positive(text)? {
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
    let value: u64 = text.replace('_', "").parse().map_err(|_| allowed())?;
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
fn positive(text: &str) -> Result<(f64, &str), String> {
    if text.starts_with('-') {
        return Err("a negative quantity makes no sense here".to_owned());
    }
    match split(text) {
        None => Err(format!("`{text}` is not a quantity: a number and a unit are needed")),
        Some((value, _)) if !value.is_finite() => Err(format!("`{text}` is too large")),
        Some(read) => Ok(read),
    }
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
