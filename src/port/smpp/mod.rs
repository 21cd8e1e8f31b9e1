//! SMPP 3.4, both ends: what is said ([`pdu`]), who may say it when ([`session`]) and what waits for
//! an answer ([`window`]). Callers are the live nodes that send or take short messages.

pub mod pdu;
pub mod session;
#[cfg(test)]
mod tests;
mod window;
