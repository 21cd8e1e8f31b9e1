//! Where something in a file was said, so that a mistake leads back to it. Carried by the tree and by
//! problems; it knows neither files nor overrides themselves.

use std::ops::Range;

/// Where something was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the source, from one byte to before another.
    Source {
        /// The first byte of what was said, counted from 0.
        start: usize,
        /// Behind the last.
        end: usize,
    },
    /// In the override of this number, counted from 0.
    Override(usize),
    /// In the file as a whole.
    File,
}

impl Place {
    /// Where it starts in the source, to sort by; 0 outside of it.
    pub(crate) fn start(self) -> usize {
        match self {
            Self::Source { start, .. } => start,
            Self::Override(_) | Self::File => 0,
        }
    }

    /// Its first byte alone.
    #[must_use]
    pub(crate) fn first(self) -> Self {
        match self {
            Self::Source { start, end } => Self::from(start..end.min(start + 1)),
            Self::Override(_) | Self::File => self,
        }
    }

    /// A part of it, in bytes from its start; all of it outside of the source.
    #[must_use]
    pub(crate) fn part(self, part: Range<usize>) -> Self {
        match self {
            Self::Source { start, .. } => Self::from(start + part.start..start + part.end),
            Self::Override(_) | Self::File => self,
        }
    }

    /// What the source has there.
    pub(crate) fn text(self, source: &str) -> Option<&str> {
        match self {
            Self::Source { start, end } => source.get(start..end),
            Self::Override(_) | Self::File => None,
        }
    }

    /// Whether nothing stands there.
    pub(crate) fn is_empty(self) -> bool {
        matches!(self, Self::Source { start, end } if start == end)
    }

    /// Whether both have a byte or an override in common.
    pub(crate) fn overlaps(self, other: Self) -> bool {
        match (self, other) {
            (Self::Source { start, end }, Self::Source { start: first, end: last }) => {
                start < last && first < end
            }
            (Self::Override(mine), Self::Override(theirs)) => mine == theirs,
            _ => false,
        }
    }
}

impl From<Range<usize>> for Place {
    fn from(range: Range<usize>) -> Self {
        Self::Source { start: range.start, end: range.end }
    }
}
