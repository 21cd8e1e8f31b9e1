//! A mistake in a topology: where, why, how to mend. Shown with a frame of the source.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::place::Place;
use super::source::Source;
use crate::domain::words::{nearest, wrapped};

/// A mistake, or what is no mistake but can hardly be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    place: Place,
    message: String,
    help: Option<String>,
    /// Whether the topology means something all the same.
    warns: bool,
}

impl Problem {
    /// A mistake at a place of the source or in an override.
    pub(crate) fn at(place: Place, message: impl Into<String>) -> Self {
        Self { place, message: message.into(), help: None, warns: false }
    }

    /// What can hardly be meant, at a place of the source or in an override.
    pub(crate) fn warning(place: Place, message: impl Into<String>) -> Self {
        Self { warns: true, ..Self::at(place, message) }
    }

    /// Whether it only warns.
    pub(crate) fn warns(&self) -> bool {
        self.warns
    }

    /// A mistake that is nowhere in the source.
    pub(crate) fn nowhere(message: impl Into<String>) -> Self {
        Self::at(Place::File, message)
    }

    /// How to mend it.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Names the nearest right word, if one is near.
    #[must_use]
    pub(crate) fn did_you_mean<'a>(
        self,
        word: &str,
        right: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        match nearest(word, right) {
            Some(right) => self.help(format!("did you mean `{right}`?")),
            None => self,
        }
    }

    /// Where it is.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// Which override it is about.
    pub(crate) fn about_override(&self) -> Option<usize> {
        match self.place {
            Place::Override(index) => Some(index),
            Place::Source { .. } | Place::File => None,
        }
    }

    /// The same mistake at the place of another file that led to it.
    #[must_use]
    pub(crate) fn led_to_by(self, place: Place, whose: &str) -> Self {
        Self { place, ..self.of(whose) }
    }

    /// The same mistake, with the file or override it is about.
    #[must_use]
    pub(crate) fn of(mut self, whose: &str) -> Self {
        self.message = format!("{whose}: {}", self.message);
        self
    }

    /// What is wrong.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// With file, line, column, a frame of the source and the remedy, for a terminal of so many
    /// columns.
    pub fn render(&self, source: &Source, width: usize, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.term_width(width);
        let level = if self.warns { Level::WARNING } else { Level::ERROR };
        // Behind the word for the level, and as far again where the title goes on.
        let room = width.saturating_sub("warning: ".len()).max(20);
        let title = level.primary_title(wrapped(&self.message, room).join("\n"));
        let mut group = match self.place {
            Place::Source { start, end } => {
                let end = end.min(source.text.len());
                let start = start.min(end);
                // A place of no length is shown as one character.
                let (start, end) = visible(&source.text, start, end);
                title.element(
                    Snippet::source(&source.text)
                        .path(&source.path)
                        .line_start(1)
                        .annotation(AnnotationKind::Primary.span(start..end)),
                )
            }
            Place::Override(_) | Place::File => Group::with_title(title),
        };
        if let Some(help) = &self.help {
            // Behind the gutter and the word for it.
            let room = room.saturating_sub(6).max(20);
            group = group.element(Level::HELP.message(wrapped(help, room).join("\n")));
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
