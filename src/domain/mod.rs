//! Values that every other part speaks in: time, identities, distributions, text, settings,
//! messages and observations. Nothing here acts, reads a file or knows a node.

pub mod bytes;
pub mod crossing;
pub mod distribution;
pub mod federation;
pub mod graph;
pub mod id;
pub mod ledger;
pub mod number;
pub mod observation;
pub mod outcome;
pub mod part;
pub mod population;
pub mod presence;
pub mod quantity;
pub mod random;
pub mod rooms;
pub mod stations;
pub mod text;
pub mod time;
pub mod uid;
pub mod words;
