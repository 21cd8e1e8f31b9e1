//! The two operators of one direction of an agreement, as far as the lengths of what crosses depend on them.
//! Whoever fills or measures messages is given one; it writes nothing.

use crate::domain::imps::ImpsVersion;
use crate::domain::number::Msisdn;

/// What lengths depend on in one direction of an agreement.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    /// Domain of the sending side, empty without IM.
    pub from: &'a str,
    /// Domain of the receiving side.
    pub to: &'a str,
    /// A number as long as those of either side.
    pub number: Msisdn,
    /// That of the sending side's legacy customers.
    pub status_text: &'a str,
    /// The version of IMPS between the two.
    pub version: ImpsVersion,
    /// Whether presence names clients, as that version has it.
    pub names_clients: bool,
}

impl<'a> Sides<'a> {
    /// Two domains that speak IMPS 1.3, with the StatusText of CR16 and numbers of 12 digits, country code
    /// included, as most numbering plans have them.
    pub fn of(from: &'a str, to: &'a str) -> Self {
        let (number, version) = (Msisdn::of_length(12), ImpsVersion::V13);
        Self { from, to, number, status_text: "SMS-only", version, names_clients: true }
    }
}
