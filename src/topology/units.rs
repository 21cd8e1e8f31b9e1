//! Quantities with their unit in the text. Pure parsing, one function a kind; every message says
//! what is allowed.

use crate::domain::time::Duration;

/// `20ms`, `1.5s`, `10m`, `24h`, `2d`; `0s` is allowed.
///
/// # Errors
/// A sentence that says what is wrong and what is allowed.
pub fn duration(text: &str) -> Result<Duration, String> {
    const UNITS: [(&str, f64); 7] = [
        ("ns", 1e-9),
        ("us", 1e-6),
        ("ms", 1e-3),
        ("s", 1.0),
        ("m", 60.0),
        ("h", 3600.0),
        ("d", 86_400.0),
    ];
    let (value, unit) = split(text)?;
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
pub fn rate(text: &str) -> Result<f64, String> {
    let (value, unit) = split(text)?;
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
pub fn share(text: &str) -> Result<f64, String> {
    let (value, unit) = split(text)?;
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
pub fn bandwidth(text: &str) -> Result<f64, String> {
    let (value, unit) = split(text)?;
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
pub fn number(text: &str) -> Result<f64, String> {
    match split(text)? {
        (value, "") => Ok(value),
        (_, unit) => Err(format!("a plain number has no unit, but this has `{unit}`")),
    }
}

/// A whole number within bounds.
///
/// # Errors
/// A sentence that says what is wrong and what is allowed.
pub fn count(text: &str, min: u64, max: u64) -> Result<u64, String> {
    let allowed = || match min == max {
        true => format!("`{text}` is not {min}"),
        false => format!("`{text}` is not a whole number from {min} to {max}"),
    };
    let value: u64 = text.replace('_', "").parse().map_err(|_| allowed())?;
    if (min..=max).contains(&value) { Ok(value) } else { Err(allowed()) }
}

/// A number that is finite and not negative, and whatever follows it.
fn split(text: &str) -> Result<(f64, &str), String> {
    let end =
        text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    if text.starts_with('-') {
        return Err("a negative quantity makes no sense here".to_owned());
    }
    let value: f64 = digits
        .replace('_', "")
        .parse()
        .map_err(|_| format!("`{text}` is not a quantity: a number and a unit are needed"))?;
    if !value.is_finite() {
        return Err(format!("`{text}` is too large"));
    }
    Ok((value, unit.trim()))
}
