//! Scenarios: a few users, what each does when, and what must be seen, in lines that people can
//! read. `script` reads them, `facts` says in the same words what a run shows, `claim` compares,
//! `vocabulary` looks for claims that nothing could meet, `play` plays. Used by `interwork scenario`,
//! by `conformance` and by tests.

mod claim;
pub(super) mod facts;
pub mod play;
pub mod script;
mod vocabulary;
