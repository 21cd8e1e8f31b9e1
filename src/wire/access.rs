//! How much of the access network an act of a client takes: requests, and bytes either way, the
//! headers of HTTP among them. The encoders run once for an operator, with identifiers as long as
//! all are; a text or a contact adds its own bytes. Called as a plan is laid out.

use super::csp::{self, ListChange, MEDIA_TYPE, Primitive};
use crate::domain::client::{Act, ClientSizes, Traffic};

/// The line by which a server has a client poll (IMPS CSP transport, STCP), its cookie as in a login.
const CIR: &str = "WVCI 1.3 0000000000000001\r\n";
/// How a client opens that channel, and the answer.
const HELLO: (&str, &str) = ("HELO 0000000000000001\r\n", "OK\r\n");

/// The traffic of clients of a domain; a domain without IM has some, too, of clients that do not exist.
pub fn sizes(domain: &str) -> ClientSizes {
    let sides = Sides { domain };
    let length = |primitive| sides.length(&primitive);
    let [one, two] = [1, 2].map(|n| length(Primitive::PresenceNotificationRequest(n)));
    let [none, some] = [0, 1].map(|n| length(Primitive::ListManageResponse(n)));
    ClientSizes {
        cir: CIR.len() as u32,
        hello: Traffic { requests: 0, up: HELLO.0.len() as u32, down: HELLO.1.len() as u32 },
        contact: some - none,
        presence: two - one,
        ..ClientSizes::new(|act| sides.act(act))
    }
}

/// The headers of a client's request; the length is padded as the size of a text is.
pub fn request_head(domain: &str, length: usize) -> String {
    format!(
        "POST /csp HTTP/1.1\r\nHost: {domain}\r\nContent-Type: {MEDIA_TYPE}\r\n\
         Content-Length: {length:05}\r\n\r\n"
    )
}

/// The headers of the server's response.
pub fn response_head(length: usize) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Type: {MEDIA_TYPE}\r\nContent-Length: {length:05}\r\n\r\n")
}

/// A response that says nothing.
pub const EMPTY: &str = "HTTP/1.1 200 OK\r\nContent-Length: 00000\r\n\r\n";

struct Sides<'a> {
    domain: &'a str,
}

impl Sides<'_> {
    fn act(&self, act: Act) -> Traffic {
        use Primitive as P;
        let status = P::Status;
        let fetched = P::ClientStatus;
        match act {
            Act::Login => [
                (P::LoginRequest, P::LoginChallenge),
                (P::LoginAnswer, P::LoginResponse),
                (P::ClientCapabilityRequest, P::ClientCapabilityResponse),
                (P::ServiceRequest, P::ServiceResponse),
                (P::UpdatePresenceRequest, P::Status),
                (P::GetListRequest, P::GetListResponse),
                (P::ListManageRequest(ListChange::Read), P::ListManageResponse(0)),
                (P::SubscribePresenceRequest, P::Status),
            ]
            .iter()
            .map(|(request, response)| self.asked(request, response))
            .fold(Traffic::default(), |all, one| all + one),
            Act::Logout => self.asked(&P::LogoutRequest, &status),
            Act::Send => {
                let request = P::SendMessageRequest { group: false, content: "" };
                self.asked(&request, &P::SendMessageResponse)
            }
            Act::SendGroup => {
                let request = P::SendMessageRequest { group: true, content: "" };
                self.asked(&request, &P::SendMessageResponse)
            }
            Act::Receive => self.fetched(&P::NewMessage { content: "" }, &P::MessageDelivered),
            Act::Report => self.fetched(&P::DeliveryReportRequest, &fetched),
            Act::Update => self.asked(&P::UpdatePresenceRequest, &status),
            Act::Notify => self.fetched(&P::PresenceNotificationRequest(1), &fetched),
            Act::ChangeContact => {
                let request = P::ListManageRequest(ListChange::Add);
                self.asked(&request, &P::ListManageResponse(0))
            }
            Act::AskContact => self.fetched(&P::PresenceAuthRequest, &fetched),
            Act::AnswerContact => self.asked(&P::PresenceAuthUser, &status),
            Act::Block => self.asked(&P::BlockEntityRequest, &status),
            Act::Search => self.asked(&P::SearchRequest, &P::SearchResponse),
            Act::Invite => self.asked(&P::InviteRequest, &status),
            Act::AskGroup => self.fetched(&P::InviteUserRequest, &fetched),
            Act::AnswerGroup => self.asked(&P::InviteUserResponse, &status),
            Act::LeaveGroup => self.asked(&P::LeaveGroupRequest, &P::LeaveGroupResponse),
            Act::KeepAlive => self.asked(&P::KeepAliveRequest, &P::KeepAliveResponse),
            Act::Poll => {
                let up = self.request(&P::PollingRequest);
                Traffic { requests: 1, up, down: EMPTY.len() as u32 }
            }
        }
    }

    /// A request and its answer.
    fn asked(&self, request: &Primitive<'_>, response: &Primitive<'_>) -> Traffic {
        Traffic { requests: 1, up: self.request(request), down: self.response(response) }
    }

    /// What a poll brings, and the client's answer to that, to which nothing is said.
    fn fetched(&self, item: &Primitive<'_>, answer: &Primitive<'_>) -> Traffic {
        let answered = Traffic { requests: 1, up: self.request(answer), down: EMPTY.len() as u32 };
        self.asked(&Primitive::PollingRequest, item) + answered
    }

    fn request(&self, primitive: &Primitive<'_>) -> u32 {
        let head = request_head(self.domain, 0).len() as u32;
        head + self.length(primitive)
    }

    fn response(&self, primitive: &Primitive<'_>) -> u32 {
        response_head(0).len() as u32 + self.length(primitive)
    }

    fn length(&self, primitive: &Primitive<'_>) -> u32 {
        let mut out = String::new();
        csp::encode(self.domain, primitive, &mut out);
        out.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::client::Fetching;
    use crate::domain::text::Text;
    use proptest::prelude::*;

    const DOMAIN: &str = "im.a.example";

    /// A message with its headers, as it would be sent.
    fn sent(head: impl Fn(usize) -> String, primitive: &Primitive<'_>) -> u32 {
        let mut body = String::new();
        csp::encode(DOMAIN, primitive, &mut body);
        let all = head(body.len()) + &body;
        all.len() as u32
    }

    fn up(primitive: &Primitive<'_>) -> u32 {
        sent(|length| request_head(DOMAIN, length), primitive)
    }

    fn down(primitive: &Primitive<'_>) -> u32 {
        sent(response_head, primitive)
    }

    proptest! {
        #[test]
        fn texts_and_contacts_add_what_they_add_to_the_messages(
            text in "(?s).{0,200}", contacts in 1usize..40,
        ) {
            let sizes = sizes(DOMAIN);
            let bytes = u32::from(Text::of(&text).bytes);
            let send = sizes.of(Act::Send, Fetching::Poll, bytes);
            let request = Primitive::SendMessageRequest { group: false, content: &text };
            prop_assert_eq!(send.up, up(&request));
            prop_assert_eq!(send.down, down(&Primitive::SendMessageResponse));
            let receive = sizes.of(Act::Receive, Fetching::Poll, bytes);
            let answered = up(&Primitive::MessageDelivered);
            prop_assert_eq!(receive.up, up(&Primitive::PollingRequest) + answered);
            let message = Primitive::NewMessage { content: &text };
            prop_assert_eq!(receive.down, down(&message) + EMPTY.len() as u32);
            let more = (contacts as u32 - 1) * sizes.presence;
            let told = sizes.of(Act::Notify, Fetching::Poll, more);
            let news = Primitive::PresenceNotificationRequest(contacts);
            prop_assert_eq!(told.down, down(&news) + EMPTY.len() as u32);
            let login = sizes.of(Act::Login, Fetching::Poll, contacts as u32 * sizes.contact);
            let list = |n| down(&Primitive::ListManageResponse(n));
            let grown = login.down - sizes.of(Act::Login, Fetching::Poll, 0).down;
            prop_assert_eq!(grown, list(contacts) - list(0));
        }
    }

    #[test]
    fn a_push_adds_the_line_that_calls_the_client_and_its_channel() {
        let sizes = sizes(DOMAIN);
        let differ = |act| {
            let [push, poll] = [Fetching::Push, Fetching::Poll].map(|by| sizes.of(act, by, 7));
            (push.requests - poll.requests, push.up - poll.up, push.down - poll.down)
        };
        // "WVCI 1.3 " with a cookie of 16 and the end of the line; "HELO ", 16 and the end; "OK".
        assert_eq!(differ(Act::Notify), (0, 0, 27));
        assert_eq!(differ(Act::Login), (0, 23, 4));
        for act in [Act::Send, Act::KeepAlive, Act::Poll, Act::Update] {
            assert_eq!(differ(act), (0, 0, 0));
        }
    }

    /// Written out by hand (and counted by another program), with all tags and headers: the eight requests
    /// of a four-way login are 878 + 833 + 1124 + 795 + 1141 + 634 + 744 + 801 bytes, their answers 755 +
    /// 806 + 885 + 751 + 658 + 816 + 705 + 658 before any contact.
    #[test]
    fn a_login_is_eight_requests_of_so_many_bytes() {
        let sizes = sizes(DOMAIN);
        let of = |act| sizes.of(act, Fetching::Poll, 0);
        assert_eq!(of(Act::Login), Traffic { requests: 8, up: 6950, down: 6034 });
        assert_eq!(of(Act::KeepAlive), Traffic { requests: 1, up: 684, down: 717 });
        assert_eq!(of(Act::Poll), Traffic { requests: 1, up: 630, down: 42 });
    }

    #[test]
    fn any_domain_has_sizes() {
        let none = sizes("");
        let some = sizes(DOMAIN);
        for act in Act::ALL {
            let [none, some] = [&none, &some].map(|sizes| sizes.of(*act, Fetching::Push, 0));
            assert!(none.requests > 0 && none.up > 0 && none.down > 0, "{act:?}");
            assert!(some.up > none.up, "{act:?}: the domain stands in the request");
        }
    }
}
