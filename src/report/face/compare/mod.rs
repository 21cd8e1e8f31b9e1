//! What moved between runs, for people: on a terminal, and as a comment on a change under review.

mod markdown;
mod terminal;

pub(crate) use self::markdown::markdown;
pub use self::terminal::{Show, render};
