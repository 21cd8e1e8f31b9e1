//! HTTP/1.1 around the messages of SSP: each is a POST of its own, which is answered by an empty
//! response; the answer of SSP is a POST the other way (RFC 9112; media type and header fields as the
//! one public implementation has them).

use super::ssp::{self, Envelope};

/// The empty response to a POST.
pub const RESPONSE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// The POST of a message to the server of a domain.
pub fn post(domain: &str, envelope: &Envelope) -> String {
    let mut body = String::new();
    ssp::encode(envelope, &mut body);
    around(domain, &envelope.transaction, Some(&envelope.session), &body)
}

/// The POST of a body; before there is a session it names none. The length of the body is written in five
/// digits (RFC 9110 8.6 allows zeros in front), so that the POST is as much longer as its body is.
pub fn around(domain: &str, transaction: &str, session: Option<&str>, body: &str) -> String {
    let session = session.map_or_else(String::new, |id| format!("x-wv-sessionid: {id}\r\n"));
    format!(
        "POST / HTTP/1.1\r\nHost: {domain}\r\n\
         Content-Type: application/vnd.wv.ssp+xml; charset=UTF-8\r\nContent-Length: {:05}\r\n\
         x-wv-transactionid: {transaction}\r\n{session}\r\n{body}",
        body.len(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::imps::ImpsVersion;
    use crate::wire::ssp::Primitive;
    use crate::wire::transfer::envelope;

    #[test]
    fn a_post_says_whose_it_is_and_how_long_its_body_is() {
        let status = Primitive::Status { code: 200 };
        let envelope = envelope("im.a.example", ImpsVersion::V13, 7, status);
        let text = post("im.b.example", &envelope);
        let (head, body) = text.split_once("\r\n\r\n").expect("an empty line");
        let mut lines = head.split("\r\n");
        assert_eq!(lines.next(), Some("POST / HTTP/1.1"));
        let fields: Vec<_> = lines.map(|line| line.split_once(": ").expect("a field")).collect();
        let field = |name| fields.iter().find(|(known, _)| *known == name).expect("there").1;
        assert_eq!(field("Host"), "im.b.example");
        assert_eq!(field("Content-Length").parse(), Ok(body.len()));
        assert_eq!(field("x-wv-transactionid"), envelope.transaction);
        assert_eq!(field("x-wv-sessionid"), envelope.session);
        assert_eq!(ssp::decode(body).expect("a message"), envelope);
    }
}
