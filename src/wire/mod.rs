//! Bytes: what crosses an agreement or reaches an SMSC, and how long it is. It imports `domain`
//! alone and knows neither nodes nor sockets.

pub mod access;
pub mod csp;
pub mod gsm7;
pub mod http;
pub mod map;
pub mod pidf;
pub mod presence;
pub mod setup;
pub mod sides;
pub mod simple;
pub mod sip;
pub mod sizes;
pub mod sms;
pub mod ssp;
pub mod transfer;
pub mod xml;
pub mod xmpp;
