//! Addresses of users as IMPS writes them (`wv:user@domain`). All UIDs of one domain are equally
//! long, so that the length of a message does not depend on who writes to whom.

use super::number::Msisdn;

/// Digits of the index in a UID.
pub const INDEX_DIGITS: usize = 7;

/// The UID of the subscriber at `index` of the operator with that domain, as in
/// `wv:u0000017@im.a.example`. Longer for an index beyond seven digits.
pub fn uid(index: u32, domain: &str) -> String {
    format!("wv:u{index:0INDEX_DIGITS$}@{domain}")
}

/// A user addressed by number at a domain, as in `wv:+46700000017@im.a.example`.
pub fn number_uid(number: Msisdn, domain: &str) -> String {
    format!("wv:{number}@{domain}")
}

/// The index and the domain of a UID that [`uid`] wrote.
pub fn parse_uid(uid: &str) -> Option<(u32, &str)> {
    let (index, domain) = uid.strip_prefix("wv:u")?.split_once('@')?;
    let digits = index.len() >= INDEX_DIGITS && index.bytes().all(|byte| byte.is_ascii_digit());
    Some((index.parse().ok().filter(|_| digits)?, domain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_leads_back_to_its_index_and_domain() {
        assert_eq!(uid(17, "im.a.example"), "wv:u0000017@im.a.example");
        for index in [0, 17, 9_999_999, u32::MAX] {
            assert_eq!(parse_uid(&uid(index, "im.a.example")), Some((index, "im.a.example")));
        }
        for other in ["wv:u17@a", "wv:u0000017", "wv:+46700000017@a", "wv:u+000017@a", ""] {
            assert_eq!(parse_uid(other), None, "{other}");
        }
    }

    #[test]
    fn a_number_is_an_address_at_a_domain() {
        let number = Msisdn::parse("46700000017").unwrap();
        assert_eq!(number_uid(number, "im.a.example"), "wv:+46700000017@im.a.example");
    }
}
