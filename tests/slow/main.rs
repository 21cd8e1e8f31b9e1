//! Claims of the whole program that take minutes to hold and rarely break: `.ci/slow` plays them, and
//! `cargo test`; `.ci/run` does not.

#[allow(dead_code, reason = "the other test program uses the rest")]
#[path = "../it/common/mod.rs"]
mod common;

mod advice;
mod intervals;
mod plan;
mod validate;
