//! Annotations that GitHub Actions shows beside a change: a line of output each. Written by `run` and
//! `compare` with `--github`, on standard error, where the service reads them as well.

use std::fmt::Write;

/// What an annotation says how gravely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// A line fails, and the change with it.
    Error,
    /// Nobody can tell.
    Warning,
}

/// A workflow command: at a line of a file, where it is known.
pub(crate) fn annotation(
    level: Level,
    at: Option<(&str, usize)>,
    title: &str,
    message: &str,
) -> String {
    let word = if level == Level::Error { "error" } else { "warning" };
    let mut text = format!("::{word} ");
    if let Some((file, line)) = at {
        let _ = write!(text, "file={},line={line},", property(file));
    }
    let _ = write!(text, "title={}::{}", property(title), data(message));
    text
}

/// What ends neither the command nor its line.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The same where a property stands.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_an_annotation_ends_it() {
        let shown = annotation(Level::Error, Some(("a,b.yaml", 7)), "x: 5%", "1 %\nof 2");
        assert_eq!(shown, "::error file=a%2Cb.yaml,line=7,title=x%3A 5%25::1 %25%0Aof 2");
        let shown = annotation(Level::Warning, None, "line", "open");
        assert_eq!(shown, "::warning title=line::open");
    }
}
