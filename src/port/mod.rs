//! Protocol machines between a node and a network: bytes and instants in, bytes and what they mean
//! out. No socket, no clock and no task is known here: whoever has these drives them, and a test
//! drives them in virtual time over pipes in memory.

pub mod capture;
#[cfg(test)]
pub(crate) mod pipe;
pub mod smpp;
