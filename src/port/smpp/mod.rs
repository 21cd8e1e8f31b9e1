//! SMPP 3.4, both ends: what is said ([`pdu`]), who may say it when ([`session`]), what waits for an
//! answer ([`window`]), texts in parts ([`text`]) and what becomes of them ([`receipt`]). Callers are the live
//! nodes that send or take short messages.

pub mod pdu;
pub mod receipt;
pub mod session;
#[cfg(test)]
mod tests;
pub mod text;
mod window;
