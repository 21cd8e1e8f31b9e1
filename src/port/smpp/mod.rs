//! SMPP 3.4, both ends: what is said ([`pdu`]), who may say it when ([`session`]), what waits for an
//! answer ([`window`]), texts in parts ([`text`]) and what becomes of them ([`receipt`]). Of these a [`client`]
//! and a [`centre`] are made, for the live nodes that send or take short messages.

pub mod centre;
pub mod client;
pub mod pdu;
pub mod receipt;
pub mod session;
#[cfg(test)]
pub(crate) mod tests;
pub mod text;
mod window;
