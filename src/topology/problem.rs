//! A mistake in a topology: where, why, how to mend. Shown with a frame of the source.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::Source;
use super::overrides::{Override, override_at};
use crate::domain::words::nearest;

/// A mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// In the source, in bytes; `None` for a value of the command line.
    span: Option<Range<usize>>,
    /// Which `--set` it is about.
    set: Option<usize>,
    message: String,
    help: Option<String>,
}

impl Problem {
    /// A mistake at a place of the source, or in the override that has this place.
    pub fn at(span: Range<usize>, message: impl Into<String>) -> Self {
        let message = message.into();
        match override_at(&span) {
            None => Self { span: Some(span), set: None, message, help: None },
            set => Self { span: None, set, message, help: None },
        }
    }

    /// A mistake that is nowhere in the source.
    pub fn nowhere(message: impl Into<String>) -> Self {
        Self { span: None, set: None, message: message.into(), help: None }
    }

    /// How to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Names the nearest right word, if one is near.
    #[must_use]
    pub fn did_you_mean<'a>(self, word: &str, right: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(word, right) {
            Some(right) => self.help(format!("did you mean `{right}`?")),
            None => self,
        }
    }

    /// Where it starts, to sort by.
    pub fn start(&self) -> usize {
        self.span.as_ref().map_or(0, |span| span.start)
    }

    /// Whether both are about the same place of the source or the same override.
    pub fn same_place(&self, other: &Self) -> bool {
        match (&self.span, &other.span) {
            (Some(a), Some(b)) => a.start < b.end && b.start < a.end,
            _ => self.set.is_some() && self.set == other.set,
        }
    }

    /// Names the override it is about, if it is about one.
    pub fn name_override(&mut self, overrides: &[Override]) {
        if let Some(set) = self.set.and_then(|set| overrides.get(set)) {
            self.message = format!("{}: {}", set.said, self.message);
        }
    }

    /// Which override it is about.
    pub fn about_override(&self) -> Option<usize> {
        self.set
    }

    /// The same mistake at the place of another file that led to it.
    #[must_use]
    pub fn led_to_by(self, span: Range<usize>, whose: &str) -> Self {
        let message = format!("{whose}: {}", self.message);
        Self { span: Some(span), set: None, message, help: self.help }
    }

    /// The same mistake, with the file it is about.
    #[must_use]
    pub fn of_file(mut self, name: &str) -> Self {
        self.message = format!("{name}: {}", self.message);
        self
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// With file, line, column, a frame of the source and the remedy, for a terminal of so many
    /// columns.
    pub fn render(&self, source: &Source, width: usize, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.term_width(width);
        let title = Level::ERROR.primary_title(self.message.clone());
        let mut group = match &self.span {
            Some(span) => {
                let end = span.end.min(source.text.len());
                let start = span.start.min(end);
                // A place of no length is shown as one character.
                let (start, end) = visible(&source.text, start, end);
                title.element(
                    Snippet::source(&source.text)
                        .path(&source.path)
                        .line_start(1)
                        .annotation(AnnotationKind::Primary.span(start..end)),
                )
            }
            None => Group::with_title(title),
        };
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.clone()));
        }
        renderer.render(&[group])
    }
}

/// The first line of a place, at character boundaries.
fn visible(text: &str, mut start: usize, mut end: usize) -> (usize, usize) {
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let line = text[start..end].find('\n').map_or(end, |offset| start + offset);
    (start, line.max(start))
}
