//! `--fail-on` lines: `metric{label=value} statistic +5%`, a figure and how far it may move from the
//! baseline's. Read before anything runs; judged by `weigh`.

use crate::domain::quantity;
use crate::measure::selector::{Misread, Names, Selector};

/// A line that can be read.
#[derive(Clone, Debug, PartialEq)]
pub struct FailOn {
    /// The line as the option gives it, without what surrounds it.
    pub(crate) text: String,
    /// Which figure may not move so far.
    pub selector: Selector,
    /// Whether more than the limit fails, else less.
    pub(super) up: bool,
    /// How far it may move, as a share of the baseline's, at least 0.
    pub(super) limit: f64,
}

const FORM: &str =
    "the form is: metric{label=value} statistic +5%, or -5%, such as 'message_latency p99 +5%'";

impl FailOn {
    /// Reads a line for a side with these names.
    ///
    /// # Errors
    /// The first thing wrong with it, with how to mend it.
    pub fn parse(text: &str, names: &Names) -> Result<Self, Misread> {
        let wrong = |message: String| {
            Err(Misread { message, help: Some(FORM.to_owned()), span: 0..text.len() })
        };
        let line = text.trim();
        // The sign of the change; a name may hold one too.
        let (figure, change) = line.rsplit_once(char::is_whitespace).unwrap_or((line, ""));
        if !change.starts_with(['+', '-']) {
            // Whatever is wrong with the figure comes first, with or without a word after it.
            Selector::parse(line, names)
                .or_else(|problem| Selector::parse(figure, names).map_err(|_| problem))?;
            return wrong("a change is missing, or has no sign".to_owned());
        }
        let selector = Selector::parse(figure, names)?;
        let Some(limit) = quantity::change(change).map(f64::abs) else {
            return wrong(format!("`{change}` is no change such as +5%"));
        };
        let up = change.starts_with('+');
        if !up && limit >= 1.0 {
            return wrong(format!(
                "`{change}`: nothing falls by more than 100 %, so it cannot fail"
            ));
        }
        Ok(Self { text: line.to_owned(), selector, up, limit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names() -> Names {
        Names { operators: vec!["a-1".to_owned()], stations: vec!["a-1/hlr".to_owned()] }
    }

    #[test]
    fn good_lines_are_understood() {
        let of = |text: &str| {
            let line = FailOn::parse(text, &names()).expect(text);
            (line.selector.to_string(), line.up, line.limit)
        };
        let p99 = "message_latency{route=hub} p99";
        assert_eq!(of("message_latency{route=hub} p99 +5%"), (p99.to_owned(), true, 0.05));
        assert_eq!(of("  sms_delivered rate -2.5% "), ("sms_delivered rate".into(), false, 0.025));
        assert_eq!(of("messages_lost count +0%"), ("messages_lost count".into(), true, 0.0));
        let station = "station_utilisation{station=a-1/hlr} mean".to_owned();
        assert_eq!(of("utilisation{station=a-1/hlr} -10%"), (station, false, 0.1));
    }

    #[test]
    fn bad_lines_are_refused_with_the_nearest_right_word() {
        for (line, message, help) in [
            ("mesage_latency p99 +5%", "no metric", "`message_latency`"),
            ("message_latency{route=hubb} p99 +5%", "no route", "`hub`"),
            ("message_latency{from=a-2} p99 +5%", "no from", "`a-1`"),
            ("message_latency p9 +5%", "no statistic", "`p90`"),
            ("message_latency p99", "change is missing", "the form is"),
            ("message_latency p99 5%", "change is missing", "the form is"),
            ("mesage_latency p99 5%", "no metric", "`message_latency`"),
            ("message_latency p99 +5", "no change such as", "the form is"),
            ("message_latency p99 +-5%", "no change such as", "the form is"),
            ("message_latency p99 +inf%", "no change such as", "the form is"),
            ("message_latency p99 -101%", "more than 100 %", "the form is"),
            ("message_latency p99 -100%", "more than 100 %", "the form is"),
            ("", "no metric", ""),
        ] {
            let problem = FailOn::parse(line, &names()).expect_err(line);
            assert!(problem.message.contains(message), "{line}: {}", problem.message);
            assert!(problem.help.unwrap_or_default().contains(help), "{line}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}", change in "[+-]?[0-9.]{0,5}%?") {
            let _ = FailOn::parse(&text, &names());
            let _ = FailOn::parse(&format!("message_latency p99 {change}"), &names());
        }
    }
}
