//! What users decide to do, whether or not anybody answers: when they mean to write, to whom, how
//! much, when they log in and out, whom they list. Pure draws from named streams in simulated
//! time; nothing here sends, waits, or knows a node. `run` hands it to the crowds of the operators.

pub mod arrivals;
pub mod contacts;
pub mod destination;
#[cfg(test)]
mod fixture;
pub mod groups;
pub mod growth;
pub mod load;
pub mod messages;
pub mod presence;
pub mod sessions;
