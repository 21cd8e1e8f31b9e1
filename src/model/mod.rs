//! Sans-IO nodes and what they are made of. A node is a function of (now, input): it changes its
//! own state and leaves effects in the context's outbox; it knows no clock, no socket, no file and
//! no other shard's state. The engine drives them, `measure` watches them.

pub mod access;
pub mod bits;
pub mod context;
pub mod crossing;
pub mod crowd;
pub mod gateway;
pub mod hlr;
pub mod imsp;
pub mod link;
pub mod message;
pub mod news;
pub mod outbox;
pub mod plan;
pub mod rate_limit;
pub mod relay;
pub mod routing;
pub mod server;
pub mod smsc;
pub mod sound;
pub mod station;
pub mod stimulus;
pub mod store;
