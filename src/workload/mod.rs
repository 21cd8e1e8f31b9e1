//! What users decide to do, whether or not anybody answers: when they mean to write, to whom, how
//! much, when they log in and out, whom they list. Pure draws from named streams in simulated
//! time; nothing here sends, waits, or knows a node. `run` hands it to the crowds of the operators.

pub(crate) mod activities;
pub(crate) mod arrivals;
pub(crate) mod contacts;
pub(crate) mod destination;
#[cfg(test)]
mod fixture;
pub(crate) mod groups;
pub(crate) mod growth;
pub(crate) mod load;
pub(crate) mod messages;
pub(crate) mod presence;
pub(crate) mod sessions;
