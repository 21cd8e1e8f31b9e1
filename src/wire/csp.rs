//! Messages between an IM client and its server: IMPS CSP 1.3 as XML, as far as clients here use it,
//! each in its full envelope. It writes alone: nobody here reads what a client sends. All
//! identifiers are as long as all are, so that lengths do not depend on who writes to whom.

use super::xml::{close, empty, leaf, open};
use super::{presence, ssp::SUCCESSFUL};
use crate::domain::imps::ImpsVersion;
use crate::domain::presence::{ClientId, Look, Presence};
use crate::domain::uid::uid;

/// Namespace of the root element.
pub const NAMESPACE: &str = "http://www.openmobilealliance.org/DTD/IMPS-CSP1.3";

/// Namespace of what a transaction contains.
pub const CONTENT_NAMESPACE: &str = "http://www.openmobilealliance.org/DTD/IMPS-TRC1.3";

/// Media type of the XML.
pub const MEDIA_TYPE: &str = "application/vnd.wv.csp+xml";

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
/// Sessions, messages and invitations are named by as many characters as in SSP.
const IDENTITY: &str = "0000000000000001";
/// Each side numbers its transactions.
const TRANSACTION: &str = "0001";
/// Any time; all are equally long.
const DATE_TIME: &str = "20000101T000000Z";
/// A client names itself by a URL.
const CLIENT: &str = "http://im.example/client";
/// Base64 of an MD5 digest.
const DIGEST: &str = "AAAAAAAAAAAAAAAAAAAAAA==";
/// Seconds of life that a client asks for and is granted: two hours.
const TIME_TO_LIVE: &str = "7200";

/// What happens to a contact list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListChange {
    /// Nothing: the client wants to know it.
    Read,
    /// A contact goes on it.
    Add,
    /// A contact goes off it.
    Remove,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Primitive<'a> {
    /// First of a four-way login: the client names its digests.
    LoginRequest,
    /// The server's nonce and its choice.
    LoginChallenge,
    /// Second: the digest of nonce and password.
    LoginAnswer,
    /// The session.
    LoginResponse,
    /// What the client can.
    ClientCapabilityRequest,
    /// What the two agree on.
    ClientCapabilityResponse,
    /// Which functions the client wants.
    ServiceRequest,
    /// Which of them there are.
    ServiceResponse,
    /// The user's own presence.
    UpdatePresenceRequest,
    /// Which contact lists there are.
    GetListRequest,
    /// One list, the default one.
    GetListResponse,
    /// Something about a contact list.
    ListManageRequest(ListChange),
    /// So many contacts of it.
    ListManageResponse(usize),
    /// The presence of all on the list is wanted, now and of those who come.
    SubscribePresenceRequest,
    /// The session is to end.
    LogoutRequest,
    /// The client is still there.
    KeepAliveRequest,
    /// The session goes on.
    KeepAliveResponse,
    /// Is there anything?
    PollingRequest,
    /// A message of the user, to a user or to a group.
    SendMessageRequest {
        /// To a group.
        group: bool,
        /// The plain text; escaped on the wire.
        content: &'a str,
    },
    /// The identity that the server has given it.
    SendMessageResponse,
    /// A message for the user, to whom or to whose group.
    NewMessage {
        /// The plain text; escaped on the wire.
        content: &'a str,
    },
    /// The client has the message.
    MessageDelivered,
    /// What has become of a message of the user.
    DeliveryReportRequest,
    /// Presence of so many contacts.
    PresenceNotificationRequest(usize),
    /// Somebody wants to see the user's presence.
    PresenceAuthRequest,
    /// What the user says to that.
    PresenceAuthUser,
    /// A contact is blocked.
    BlockEntityRequest,
    /// Who has this number?
    SearchRequest,
    /// One user.
    SearchResponse,
    /// Somebody is to join the user's group.
    InviteRequest,
    /// Somebody wants the user in a group.
    InviteUserRequest,
    /// What the user says to that.
    InviteUserResponse,
    /// The user leaves a group.
    LeaveGroupRequest,
    /// The user has left it.
    LeaveGroupResponse,
    /// The answer of the server to any other request.
    Status,
    /// The answer of the client to anything else that it has fetched.
    ClientStatus,
}

/// Who sends a message, and whether it asks or answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    /// A client, which asks.
    Client,
    /// A client, which answers what it has fetched.
    ClientAnswer,
    /// A server, which answers.
    ServerAnswer,
    /// A server, which asks; the client has polled for it.
    Server,
}

impl Primitive<'_> {
    fn from(&self) -> From {
        match self {
            Self::LoginRequest
            | Self::LoginAnswer
            | Self::ClientCapabilityRequest
            | Self::ServiceRequest
            | Self::UpdatePresenceRequest
            | Self::GetListRequest
            | Self::ListManageRequest(_)
            | Self::SubscribePresenceRequest
            | Self::LogoutRequest
            | Self::KeepAliveRequest
            | Self::PollingRequest
            | Self::SendMessageRequest { .. }
            | Self::PresenceAuthUser
            | Self::BlockEntityRequest
            | Self::SearchRequest
            | Self::InviteRequest
            | Self::InviteUserResponse
            | Self::LeaveGroupRequest => From::Client,
            Self::MessageDelivered | Self::ClientStatus => From::ClientAnswer,
            Self::NewMessage { .. }
            | Self::DeliveryReportRequest
            | Self::PresenceNotificationRequest(_)
            | Self::PresenceAuthRequest
            | Self::InviteUserRequest => From::Server,
            Self::LoginChallenge
            | Self::LoginResponse
            | Self::ClientCapabilityResponse
            | Self::ServiceResponse
            | Self::GetListResponse
            | Self::ListManageResponse(_)
            | Self::KeepAliveResponse
            | Self::SendMessageResponse
            | Self::SearchResponse
            | Self::LeaveGroupResponse
            | Self::Status => From::ServerAnswer,
        }
    }

    /// Whether it belongs to no session yet.
    fn is_outband(&self) -> bool {
        matches!(
            self,
            Self::LoginRequest | Self::LoginChallenge | Self::LoginAnswer | Self::LoginResponse
        )
    }
}

/// Writes a message of a client of `domain`, or for one, at the end of `out`.
pub fn encode(domain: &str, primitive: &Primitive<'_>, out: &mut String) {
    let from = primitive.from();
    out.push_str(DECLARATION);
    open("WV-CSP-Message", &[("xmlns", NAMESPACE)], out);
    within("Session", out, |out| {
        within("SessionDescriptor", out, |out| match primitive.is_outband() {
            true => leaf("SessionType", "Outband", out),
            false => {
                leaf("SessionType", "Inband", out);
                leaf("SessionID", IDENTITY, out);
            }
        });
        within("Transaction", out, |out| {
            within("TransactionDescriptor", out, |out| {
                let (mode, number) = match (primitive, from) {
                    // It numbers nothing.
                    (Primitive::PollingRequest, _) => ("Request", ""),
                    (_, From::Client | From::Server) => ("Request", TRANSACTION),
                    (_, From::ClientAnswer | From::ServerAnswer) => ("Response", TRANSACTION),
                };
                leaf("TransactionMode", mode, out);
                leaf("TransactionID", number, out);
            });
            open("TransactionContent", &[("xmlns", CONTENT_NAMESPACE)], out);
            contents(domain, primitive, out);
            close("TransactionContent", out);
        });
        if matches!(from, From::Server | From::ServerAnswer) {
            leaf("Poll", "F", out);
        }
    });
    close("WV-CSP-Message", out);
}

fn contents(domain: &str, primitive: &Primitive<'_>, out: &mut String) {
    let me = uid(0, domain);
    let list = format!("{me}/friends");
    let group = format!("{me}/group");
    let service = |out: &mut String| {
        within("WVCSPFeat", out, |out| {
            for feature in ["FundamentalFeat", "PresenceFeat", "IMFeat", "GroupFeat"] {
                empty(feature, &[], out);
            }
        });
    };
    match primitive {
        Primitive::LoginRequest | Primitive::LoginAnswer => within("Login-Request", out, |out| {
            leaf("UserID", &me, out);
            client_id(out);
            match primitive {
                Primitive::LoginAnswer => leaf("DigestBytes", DIGEST, out),
                _ => ["PWD", "SHA", "MD5"].iter().for_each(|one| leaf("DigestSchema", one, out)),
            }
            leaf("TimeToLive", TIME_TO_LIVE, out);
            leaf("SessionCookie", IDENTITY, out);
        }),
        Primitive::LoginChallenge => within("Login-Response", out, |out| {
            client_id(out);
            result(out);
            leaf("Nonce", IDENTITY, out);
            leaf("DigestSchema", "MD5", out);
        }),
        Primitive::LoginResponse => within("Login-Response", out, |out| {
            client_id(out);
            result(out);
            leaf("SessionID", IDENTITY, out);
            leaf("KeepAliveTime", TIME_TO_LIVE, out);
            leaf("CapabilityRequest", "T", out);
        }),
        Primitive::ClientCapabilityRequest => within("ClientCapability-Request", out, |out| {
            within("CapabilityList", out, |out| {
                for (name, value) in [
                    ("ClientType", "MOBILE_PHONE"),
                    ("InitialDeliveryMethod", "P"),
                    ("AcceptedContentType", "text/plain"),
                    ("AcceptedTransferEncoding", "BASE64"),
                    ("AcceptedContentLength", "32767"),
                    ("SupportedBearer", "HTTP"),
                    ("MultiTrans", "1"),
                    ("ParserSize", "32767"),
                    ("SupportedCIRMethod", "STCP"),
                    ("ServerPollMin", "30"),
                ] {
                    leaf(name, value, out);
                }
            });
        }),
        Primitive::ClientCapabilityResponse => within("ClientCapability-Response", out, |out| {
            within("AgreedCapabilityList", out, |out| {
                leaf("SupportedBearer", "HTTP", out);
                leaf("SupportedCIRMethod", "STCP", out);
                leaf("TCPAddress", domain, out);
                leaf("TCPPort", "3716", out);
                leaf("ServerPollMin", "30", out);
            });
        }),
        Primitive::ServiceRequest => within("Service-Request", out, |out| {
            within("Functions", out, service);
            leaf("AllFunctionsRequest", "T", out);
        }),
        Primitive::ServiceResponse => within("Service-Response", out, |out| {
            within("AllFunctions", out, service);
        }),
        Primitive::UpdatePresenceRequest => within("UpdatePresence-Request", out, |out| {
            presence::encode(&shown(), ImpsVersion::V13, out);
        }),
        Primitive::GetListRequest => empty("GetList-Request", &[], out),
        Primitive::GetListResponse => within("GetList-Response", out, |out| {
            within("ContactListIDList", out, |out| leaf("ContactList", &list, out));
            leaf("DefaultContactList", &list, out);
        }),
        Primitive::ListManageRequest(change) => within("ListManage-Request", out, |out| {
            leaf("ContactList", &list, out);
            match change {
                ListChange::Read => leaf("ReceiveList", "T", out),
                ListChange::Add => {
                    within("AddNickList", out, |out| nick_names(domain, 1, out));
                    leaf("ReceiveList", "F", out);
                }
                ListChange::Remove => {
                    within("RemoveNickList", out, |out| leaf("UserID", &me, out));
                    leaf("ReceiveList", "F", out);
                }
            }
        }),
        Primitive::ListManageResponse(contacts) => within("ListManage-Response", out, |out| {
            result(out);
            within("NickList", out, |out| nick_names(domain, *contacts, out));
        }),
        Primitive::SubscribePresenceRequest => within("SubscribePresence-Request", out, |out| {
            within("ContactListIDList", out, |out| leaf("ContactList", &list, out));
            leaf("AutoSubscribe", "T", out);
        }),
        Primitive::LogoutRequest => empty("Logout-Request", &[], out),
        Primitive::KeepAliveRequest => within("KeepAlive-Request", out, |out| {
            leaf("TimeToLive", TIME_TO_LIVE, out);
        }),
        Primitive::KeepAliveResponse => within("KeepAlive-Response", out, |out| {
            result(out);
            leaf("KeepAliveTime", TIME_TO_LIVE, out);
        }),
        Primitive::PollingRequest => empty("Polling-Request", &[], out),
        Primitive::SendMessageRequest { group: to_group, content } => {
            within("SendMessage-Request", out, |out| {
                leaf("DeliveryReport", "F", out);
                let recipient = if *to_group { ("Group", &*group) } else { ("User", &*me) };
                message_info(None, recipient, &me, content.len(), out);
                leaf("ContentData", content, out);
            });
        }
        Primitive::SendMessageResponse => within("SendMessage-Response", out, |out| {
            result(out);
            leaf("MessageID", IDENTITY, out);
        }),
        Primitive::NewMessage { content } => within("NewMessage", out, |out| {
            message_info(Some(DATE_TIME), ("User", &me), &me, content.len(), out);
            leaf("ContentData", content, out);
        }),
        Primitive::MessageDelivered => within("MessageDelivered", out, |out| {
            leaf("MessageID", IDENTITY, out);
        }),
        Primitive::DeliveryReportRequest => within("DeliveryReport-Request", out, |out| {
            result(out);
            leaf("DeliveryTime", DATE_TIME, out);
            message_info(Some(DATE_TIME), ("User", &me), &me, 0, out);
        }),
        Primitive::PresenceNotificationRequest(contacts) => {
            within("PresenceNotification-Request", out, |out| {
                for _ in 0..*contacts {
                    within("Presence", out, |out| {
                        leaf("UserID", &me, out);
                        presence::encode(&shown(), ImpsVersion::V13, out);
                    });
                }
            });
        }
        Primitive::PresenceAuthRequest => within("PresenceAuth-Request", out, |out| {
            leaf("UserID", &me, out);
        }),
        Primitive::PresenceAuthUser => within("PresenceAuth-User", out, |out| {
            leaf("UserID", &me, out);
            leaf("Acceptance", "T", out);
        }),
        Primitive::BlockEntityRequest => within("BlockEntity-Request", out, |out| {
            within("BlockList", out, |out| {
                within("AddList", out, |out| leaf("UserID", &me, out));
            });
        }),
        Primitive::SearchRequest => within("Search-Request", out, |out| {
            within("SearchPairList", out, |out| {
                leaf("SearchElement", "USER_MOBILE_NUMBER", out);
                leaf("SearchString", "+00000000000", out);
            });
            leaf("SearchLimit", "10", out);
        }),
        Primitive::SearchResponse => within("Search-Response", out, |out| {
            leaf("SearchFindings", "1", out);
            leaf("CompletionFlag", "T", out);
            leaf("SearchIndex", "1", out);
            within("SearchResult", out, |out| {
                within("UserList", out, |out| user(&me, out));
            });
        }),
        Primitive::InviteRequest | Primitive::InviteUserRequest => {
            let (name, other) = match primitive {
                Primitive::InviteRequest => ("Invite-Request", "Recipient"),
                _ => ("InviteUser-Request", "Sender"),
            };
            within(name, out, |out| {
                leaf("InviteID", IDENTITY, out);
                leaf("InviteType", "GR", out);
                within(other, out, |out| user(&me, out));
                leaf("GroupID", &group, out);
            });
        }
        Primitive::InviteUserResponse => within("InviteUser-Response", out, |out| {
            leaf("InviteID", IDENTITY, out);
            leaf("Acceptance", "T", out);
            within("Sender", out, |out| user(&me, out));
        }),
        Primitive::LeaveGroupRequest => within("LeaveGroup-Request", out, |out| {
            leaf("GroupID", &group, out);
        }),
        Primitive::LeaveGroupResponse => within("LeaveGroup-Response", out, |out| {
            leaf("GroupID", &group, out);
            result(out);
        }),
        Primitive::Status | Primitive::ClientStatus => within("Status", out, result),
    }
}

fn within(name: &str, out: &mut String, inner: impl FnOnce(&mut String)) {
    open(name, &[], out);
    inner(out);
    close(name, out);
}

fn client_id(out: &mut String) {
    within("ClientID", out, |out| leaf("URL", CLIENT, out));
}

fn result(out: &mut String) {
    within("Result", out, |out| leaf("Code", &SUCCESSFUL.to_string(), out));
}

/// What a user shows, at the client that says so.
fn shown() -> Presence {
    Presence::im_user(Look::MOBILE, Some(ClientId::Url(CLIENT.to_owned())))
}

fn user(uid: &str, out: &mut String) {
    within("User", out, |out| leaf("UserID", uid, out));
}

fn nick_names(domain: &str, contacts: usize, out: &mut String) {
    for _ in 0..contacts {
        within("NickName", out, |out| {
            leaf("Name", "00000000", out);
            leaf("UserID", &uid(0, domain), out);
        });
    }
}

/// The size is padded to five digits, as in SSP: a text adds its own bytes alone.
fn message_info(
    accepted: Option<&str>,
    (kind, recipient): (&str, &str),
    sender: &str,
    size: usize,
    out: &mut String,
) {
    within("MessageInfo", out, |out| {
        if accepted.is_some() {
            leaf("MessageID", IDENTITY, out);
        }
        leaf("ContentType", "text/plain", out);
        leaf("ContentSize", &format!("{size:05}"), out);
        within("Recipient", out, |out| match kind {
            "Group" => within("Group", out, |out| leaf("GroupID", recipient, out)),
            _ => user(recipient, out),
        });
        within("Sender", out, |out| user(sender, out));
        if let Some(time) = accepted {
            leaf("DateTime", time, out);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(primitive: &Primitive<'_>) -> String {
        let mut out = String::new();
        encode("im.a.example", primitive, &mut out);
        out
    }

    /// A primitive of each kind with the name that its element has (IMPS CSP).
    fn all() -> Vec<(Primitive<'static>, &'static str)> {
        use Primitive as P;
        vec![
            (P::LoginRequest, "Login-Request"),
            (P::LoginChallenge, "Login-Response"),
            (P::LoginAnswer, "Login-Request"),
            (P::LoginResponse, "Login-Response"),
            (P::ClientCapabilityRequest, "ClientCapability-Request"),
            (P::ClientCapabilityResponse, "ClientCapability-Response"),
            (P::ServiceRequest, "Service-Request"),
            (P::ServiceResponse, "Service-Response"),
            (P::UpdatePresenceRequest, "UpdatePresence-Request"),
            (P::GetListRequest, "GetList-Request"),
            (P::GetListResponse, "GetList-Response"),
            (P::ListManageRequest(ListChange::Read), "ListManage-Request"),
            (P::ListManageRequest(ListChange::Add), "ListManage-Request"),
            (P::ListManageRequest(ListChange::Remove), "ListManage-Request"),
            (P::ListManageResponse(3), "ListManage-Response"),
            (P::SubscribePresenceRequest, "SubscribePresence-Request"),
            (P::LogoutRequest, "Logout-Request"),
            (P::KeepAliveRequest, "KeepAlive-Request"),
            (P::KeepAliveResponse, "KeepAlive-Response"),
            (P::PollingRequest, "Polling-Request"),
            (P::SendMessageRequest { group: false, content: "<&>" }, "SendMessage-Request"),
            (P::SendMessageRequest { group: true, content: "a" }, "SendMessage-Request"),
            (P::SendMessageResponse, "SendMessage-Response"),
            (P::NewMessage { content: "\"'" }, "NewMessage"),
            (P::MessageDelivered, "MessageDelivered"),
            (P::DeliveryReportRequest, "DeliveryReport-Request"),
            (P::PresenceNotificationRequest(2), "PresenceNotification-Request"),
            (P::PresenceAuthRequest, "PresenceAuth-Request"),
            (P::PresenceAuthUser, "PresenceAuth-User"),
            (P::BlockEntityRequest, "BlockEntity-Request"),
            (P::SearchRequest, "Search-Request"),
            (P::SearchResponse, "Search-Response"),
            (P::InviteRequest, "Invite-Request"),
            (P::InviteUserRequest, "InviteUser-Request"),
            (P::InviteUserResponse, "InviteUser-Response"),
            (P::LeaveGroupRequest, "LeaveGroup-Request"),
            (P::LeaveGroupResponse, "LeaveGroup-Response"),
            (P::Status, "Status"),
            (P::ClientStatus, "Status"),
        ]
    }

    #[test]
    fn every_message_is_well_formed_and_stands_in_its_envelope() {
        for (primitive, name) in all() {
            let text = written(&primitive);
            let document = roxmltree::Document::parse(&text).unwrap();
            let find = |name| document.descendants().find(|node| node.tag_name().name() == name);
            let root = document.root_element().tag_name();
            assert_eq!((root.name(), root.namespace()), ("WV-CSP-Message", Some(NAMESPACE)));
            let content = find("TransactionContent").unwrap().first_element_child().unwrap();
            let found = content.tag_name();
            assert_eq!((found.name(), found.namespace()), (name, Some(CONTENT_NAMESPACE)));
            // No session before there is one; only servers say whether there is more.
            assert_eq!(
                find("SessionType").unwrap().text() == Some("Inband"),
                find("SessionID").is_some_and(
                    |id| id.parent_element().unwrap().tag_name().name() == "SessionDescriptor"
                ),
                "{text}"
            );
            let of_server = matches!(primitive.from(), From::Server | From::ServerAnswer);
            assert_eq!(find("Poll").is_some(), of_server, "{text}");
        }
    }

    #[test]
    fn what_a_user_writes_comes_out_as_it_went_in() {
        for words in ["plain", "<&>\"'", "ж😀"] {
            let text = written(&Primitive::SendMessageRequest { group: false, content: words });
            let document = roxmltree::Document::parse(&text).unwrap();
            let of = |name| document.descendants().find(|node| node.tag_name().name() == name);
            assert_eq!(of("ContentData").unwrap().text(), Some(words));
            let size: usize = of("ContentSize").unwrap().text().unwrap().parse().unwrap();
            assert_eq!(size, words.len());
        }
    }

    #[test]
    fn a_poll_is_the_message_that_the_documents_show() {
        let shown = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
            <WV-CSP-Message xmlns=\"http://www.openmobilealliance.org/DTD/IMPS-CSP1.3\">\
            <Session><SessionDescriptor><SessionType>Inband</SessionType>\
            <SessionID>0000000000000001</SessionID></SessionDescriptor>\
            <Transaction><TransactionDescriptor><TransactionMode>Request</TransactionMode>\
            <TransactionID></TransactionID></TransactionDescriptor>\
            <TransactionContent xmlns=\"http://www.openmobilealliance.org/DTD/IMPS-TRC1.3\">\
            <Polling-Request/></TransactionContent></Transaction></Session></WV-CSP-Message>";
        assert_eq!(written(&Primitive::PollingRequest), shown);
    }
}
