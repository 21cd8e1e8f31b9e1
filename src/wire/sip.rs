//! SIP messages as text (RFC 3261): a start line, header fields, a body. `simple` fills them; this
//! file knows none of their meanings.

/// A message in the making.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    text: String,
}

impl Message {
    /// One with this start line.
    pub fn new(start: &str) -> Self {
        Self { text: format!("{start}\r\n") }
    }

    /// With a header field more.
    pub fn field(mut self, name: &str, value: &str) -> Self {
        for part in [name, ": ", value, "\r\n"] {
            self.text.push_str(part);
        }
        self
    }

    /// Ends it without a body.
    pub fn bare(self) -> String {
        let mut text = self.field("Content-Length", "0").text;
        text.push_str("\r\n");
        text
    }

    /// Ends it with a body. Its length is written in five digits (RFC 3261 20.14 allows zeros in
    /// front), so that a message is as much longer as its body is.
    pub fn body(self, media_type: &str, body: &str) -> String {
        let length = format!("{:05}", body.len());
        let mut text = self.field("Content-Type", media_type).field("Content-Length", &length).text;
        text.push_str("\r\n");
        text.push_str(body);
        text
    }
}

/// A body of parts that belong together, the first of which leads to the others (RFC 2387): its
/// media type and itself. Each part has an id, a media type and what it says.
pub fn related(parts: &[(String, &str, String)]) -> (String, String) {
    /// Any of its length; it must not stand in a part.
    const BOUNDARY: &str = "50UBfW7LSCVLtggUPe5z";
    let first = parts.first().map_or(("", ""), |(id, media_type, _)| (id, media_type));
    let (start, kind) = first;
    let media_type =
        format!("multipart/related;type=\"{kind}\";start=\"<{start}>\";boundary=\"{BOUNDARY}\"");
    let mut body = String::new();
    for (id, media_type, text) in parts {
        body.push_str(&format!(
            "--{BOUNDARY}\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <{id}>\r\n\
             Content-Type: {media_type};charset=\"UTF-8\"\r\n\r\n{text}\r\n"
        ));
    }
    body.push_str(&format!("--{BOUNDARY}--\r\n"));
    (media_type, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_body_stand_as_rfc_3261_has_them() {
        let message = Message::new("MESSAGE sip:b@b.example SIP/2.0").field("CSeq", "1 MESSAGE");
        assert_eq!(
            message.clone().bare(),
            "MESSAGE sip:b@b.example SIP/2.0\r\nCSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n"
        );
        assert_eq!(
            message.body("text/plain", "Hi"),
            "MESSAGE sip:b@b.example SIP/2.0\r\nCSeq: 1 MESSAGE\r\nContent-Type: text/plain\r\n\
             Content-Length: 00002\r\n\r\nHi"
        );
    }

    #[test]
    fn parts_that_belong_together_begin_with_the_one_that_leads_to_the_others() {
        let part = |id: &str, text: &str| (id.to_owned(), "application/x+xml", text.to_owned());
        let (media_type, body) = related(&[part("1@a", "<a/>"), part("2@a", "<b/>")]);
        assert!(media_type.contains("start=\"<1@a>\""), "{media_type}");
        let boundary = media_type.split("boundary=\"").nth(1).expect("one").trim_end_matches('"');
        assert_eq!(body.matches(&format!("--{boundary}\r\n")).count(), 2, "{body}");
        assert!(body.ends_with(&format!("--{boundary}--\r\n")));
    }
}
