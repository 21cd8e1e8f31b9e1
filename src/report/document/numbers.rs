//! Figures and words for people: thousands separators, seconds in the unit that reads best, percentages.

/// A count with its thousands apart: `12,043`.
pub(crate) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// Seconds as `412 us`, `151 ms`, `2.51 s`, `4.2 min`, `3.1 h`; `-` for none.
pub(crate) fn seconds(value: Option<f64>) -> String {
    let Some(value) = value else { return "-".to_owned() };
    match value {
        0.0 => "0".to_owned(),
        // The end of an interval, at most.
        v if v < 0.0 => format!("-{}", seconds(Some(-v))),
        v if v < 0.000_999_5 => format!("{} us", three(v * 1e6)),
        v if v < 0.999_5 => format!("{} ms", three(v * 1e3)),
        v if v < 119.5 => format!("{} s", three(v)),
        v if v < 7_170.0 => format!("{} min", three(v / 60.0)),
        v => format!("{} h", three(v / 3600.0)),
    }
}

/// Three significant digits.
pub(crate) fn three(value: f64) -> String {
    // A sum of nothing is -0.
    match value + 0.0 {
        v if v >= 99.95 => format!("{v:.0}"),
        v if v >= 9.995 => format!("{v:.1}"),
        v => format!("{v:.2}"),
    }
}

/// A share as `85.3 %`.
pub(crate) fn percent(value: f64) -> String {
    format!("{:.1} %", value * 100.0)
}

/// How much of a part, in its unit: `/s`, `workers` or `bit/s`.
pub(crate) fn of_part(value: f64, unit: &str) -> String {
    match unit {
        "workers" => plural(value as u64, "worker", "workers"),
        "bit/s" if value >= 1e6 => format!("{} Mbit/s", three(value / 1e6)),
        "bit/s" => format!("{} kbit/s", three(value / 1e3)),
        unit if value >= 1000.0 => format!("{}{unit}", count(value.round() as u64)),
        unit => format!("{}{unit}", three(value)),
    }
}

/// `1 message`, `12,043 messages`.
pub(crate) fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// With a capital letter.
pub(crate) fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Two digits of a number, rounded up: enough, with some room for what people do otherwise in another hour.
pub(crate) fn up(value: f64) -> String {
    let mut step = 1.0;
    while value / step >= 100.0 {
        step *= 10.0;
    }
    while value > 0.0 && value / step < 10.0 && step > 1e-6 {
        step /= 10.0;
    }
    // Steps below one are not exact: what is left of them is cut.
    let whole = (value / step - 1e-9).ceil();
    let text = match step {
        1.0.. => format!("{}", whole * step),
        _ => format!("{:.6}", whole * step),
    };
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_shown_as_people_read_them() {
        assert_eq!([0, 999, 12_043, 1_000_000].map(count), ["0", "999", "12,043", "1,000,000"]);
        let shown = [0.000_412, 0.151, 2.512, 45.0, 252.0, 11_160.0].map(|s| seconds(Some(s)));
        assert_eq!(shown, ["412 us", "151 ms", "2.51 s", "45.0 s", "4.20 min", "3.10 h"]);
        assert_eq!(seconds(Some(-0.02)), "-20.0 ms");
        assert_eq!((seconds(None).as_str(), percent(0.853).as_str()), ("-", "85.3 %"));
    }

    /// Round figures, those just between two, and the ends of every unit. The page's script is held to
    /// the same file by `tests/it/page_script.rs`.
    #[test]
    fn figures_are_shown_as_they_were() {
        let golden = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let golden = golden.join("tests/golden/figures.json");
        let mut values = vec![0.0, 0.000_999_4, 0.000_999_5, 0.999_4, 0.999_5, 119.4, 119.5];
        values.extend([7_169.0, 7_170.0, 0.125, 0.375, 2.25, 12.25, 12.75, 100.5, 101.5, 5.0e5]);
        values.extend((-7..6).flat_map(|e| [1.0, 2.345, 9.994, 9.995, 9.996].map(|m| m * pow(e))));
        let mut shown = Vec::new();
        for value in values {
            shown.push(("seconds", value, seconds(Some(value))));
            shown.push(("seconds", -value, seconds(Some(-value))));
            shown.push(("percent", value / 100.0, percent(value / 100.0)));
            shown.push(("count", value.round(), count(value.round() as u64)));
        }
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            let rows = shown.iter().map(|row| serde_json::to_string(row).expect("a row"));
            let rows: Vec<String> = rows.collect();
            let text = format!("[\n{}\n]\n", rows.join(",\n"));
            std::fs::write(&golden, text).expect("written");
        }
        let golden = std::fs::read_to_string(golden).expect("a golden file");
        let golden: Vec<(String, f64, String)> = serde_json::from_str(&golden).expect("a list");
        assert_eq!(golden.len(), shown.len());
        for ((kind, value, text), known) in shown.into_iter().zip(golden) {
            assert_eq!((kind.to_owned(), value, text), known);
        }
    }

    /// A power of ten.
    fn pow(exponent: i32) -> f64 {
        format!("1e{exponent}").parse().expect("a number")
    }

    #[test]
    fn numbers_are_rounded_up_to_two_digits() {
        for (value, shown) in [
            (187.2, "190"),
            (100.0, "100"),
            (0.0123456, "0.013"),
            (12_341.0, "13000"),
            (2.5, "2.5"),
        ] {
            assert_eq!(up(value), shown);
        }
    }
}
