//! Addresses of users as IMPS writes them (`wv:user@domain`). All UIDs of one domain are equally
//! long, so that the length of a message does not depend on who writes to whom.

use super::number::Msisdn;

/// Digits of the index in a UID.
pub(crate) const INDEX_DIGITS: usize = 7;

/// The UID of the subscriber at `index` of the operator with that domain, as in
/// `wv:u0000017@im.a.example`. Longer for an index beyond seven digits.
pub(crate) fn uid(index: u32, domain: &str) -> String {
    format!("wv:u{index:0INDEX_DIGITS$}@{domain}")
}

/// A user addressed by number at a domain, as in `wv:+46700000017@im.a.example`.
pub(crate) fn number_uid(number: Msisdn, domain: &str) -> String {
    format!("wv:{number}@{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_uids_of_a_domain_are_equally_long() {
        assert_eq!(uid(17, "im.a.example"), "wv:u0000017@im.a.example");
        assert_eq!(uid(0, "im.a.example").len(), uid(9_999_999, "im.a.example").len());
    }

    #[test]
    fn a_number_is_an_address_at_a_domain() {
        let number = Msisdn::parse("46700000017").unwrap();
        assert_eq!(number_uid(number, "im.a.example"), "wv:+46700000017@im.a.example");
    }
}
