//! Sans-IO nodes and what they are made of. A node is a function of (now, input): it changes its
//! own state and leaves effects in the context's outbox; it knows no clock, no socket, no file and
//! no other shard's state. The engine drives them, `measure` watches them.

pub(crate) mod access;
pub(crate) mod bits;
pub mod clients;
pub mod context;
pub mod crossing;
pub(crate) mod crowd;
pub(crate) mod exchange;
pub mod gateway;
pub(crate) mod hlr;
pub(crate) mod imsp;
pub(crate) mod link;
pub mod message;
pub(crate) mod news;
pub(crate) mod other;
pub mod outbox;
pub mod plan;
pub(crate) mod rate_limit;
pub(crate) mod relay;
pub(crate) mod routing;
pub mod server;
pub mod smsc;
pub(crate) mod sound;
pub(crate) mod station;
pub(crate) mod status_texts;
pub mod stimulus;
pub mod store;
