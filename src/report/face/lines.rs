//! Sentences in lines of a terminal. Used wherever text may be longer than a line.

pub(crate) use crate::domain::words::wrapped;

/// Lines of a text, each wrapped at `width`; what continues a line is indented by two more.
pub(crate) fn paragraphs(text: &str, width: usize) -> String {
    let mut shown = String::new();
    for line in text.lines() {
        let words = line.trim_start();
        let indent = line.len() - words.len();
        let room = width.saturating_sub(indent + 2).max(20);
        for (place, part) in wrapped(words, room).iter().enumerate() {
            let more = if place == 0 { 0 } else { 2 };
            shown.push_str(&" ".repeat(indent + more));
            shown.push_str(part);
            shown.push('\n');
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_keep_their_indentation_and_stay_within_the_width() {
        let text = paragraphs("one two three four five six\n    a b", 24);
        assert_eq!(text, "one two three four\n  five six\n    a b\n");
        assert!(text.lines().all(|line| line.chars().count() <= 24));
    }
}
