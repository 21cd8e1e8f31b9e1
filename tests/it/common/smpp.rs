//! Short messages for tests that speak SMPP with programs of others.

use interwork::port::smpp::pdu::{Address, Short};

/// From one number to another, with a receipt asked for.
pub fn short(text: &str) -> Short {
    let number = |digits: &str| Address { ton: 1, npi: 1, digits: digits.to_owned() };
    Short {
        source: number("46700000001"),
        destination: number("46710000002"),
        esm_class: 0,
        registered_delivery: 1,
        data_coding: 0,
        text: text.as_bytes().to_vec(),
        part: None,
        reference: None,
        receipted: None,
    }
}
