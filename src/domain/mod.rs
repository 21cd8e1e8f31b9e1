//! Values that every other part speaks in: time, identities, distributions, text, settings,
//! messages and observations. Nothing here acts, reads a file or knows a node.

pub(crate) mod audience;
pub mod bytes;
pub mod client;
pub mod crossing;
pub(crate) mod date;
pub(crate) mod dialling;
pub(crate) mod distribution;
pub mod federation;
pub(crate) mod graph;
pub mod id;
pub mod imps;
pub mod ledger;
pub mod lengths;
pub(crate) mod memberships;
pub mod number;
pub mod observation;
pub mod outcome;
pub mod part;
pub(crate) mod population;
pub mod presence;
pub(crate) mod quantity;
pub mod random;
pub mod session;
pub mod stations;
pub mod status;
pub mod text;
pub mod time;
pub(crate) mod uid;
pub(crate) mod words;
