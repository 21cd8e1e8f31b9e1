//! Messages between IM servers: IMPS SSP as far as the federation uses it, each in its full
//! envelope. It writes and reads; who may send what is decided elsewhere.
//!
//! No public text of SSP says how a number is validated (OMTP use case 1a). Here it is a
//! GetPresenceRequest for the user `wv:+number@domain`: the answer's PresenceValue names the UID
//! and carries the attributes; status 531 says that nobody has the number.

use super::presence;
use super::xml::{self, Element, WireError};
use crate::domain::imps::ImpsVersion;
use crate::domain::presence::Presence;

/// Namespace of the root element. That of 1.3 is the one implementation's; no public text has those of
/// 1.1 and 1.2, which are formed as those of CSP are.
pub fn namespace(version: ImpsVersion) -> &'static str {
    match version {
        ImpsVersion::V11 => "http://www.wireless-village.org/SSP1.1",
        ImpsVersion::V12 => "http://www.openmobilealliance.org/DTD/WV-SSP1.2",
        ImpsVersion::V13 => "http://www.openmobilealliance.org/DTD/WV-SSP1.3",
    }
}

/// Status of success.
pub const SUCCESSFUL: u16 = 200;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

/// Whether a transaction asks or answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It asks, and names the transaction that the response repeats.
    Request,
    /// It answers the request of the same transaction.
    Response,
}

/// One message of a session between two servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The version of IMPS that both sides speak.
    pub version: ImpsVersion,
    /// The sender's session id, which ends in its domain.
    pub session: String,
    /// Asks or answers.
    pub mode: Mode,
    /// The same in request and response.
    pub transaction: String,
    /// What it says.
    pub primitive: Primitive,
}

/// Who asks: the first part of every request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetaInfo {
    /// The asking server, `wv:@domain`.
    pub service: String,
    /// The user it asks for, if one does.
    pub user: Option<String>,
}

/// About an instant message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageInfo {
    /// Given by the server that accepted the message.
    pub message: String,
    /// UIDs of all recipients, of one domain.
    pub recipients: Vec<String>,
    /// UID of the sender.
    pub sender: String,
    /// When it was accepted, `YYYYMMDDThhmmssZ`.
    pub date_time: String,
}

/// Users and what they show.
pub type PresenceValues = Vec<(String, Presence)>;

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Primitive {
    /// An instant message in plain text.
    SendMessageRequest {
        /// The server and the sender it asks for.
        meta: MetaInfo,
        /// Whether the sender wants a report.
        delivery_report: bool,
        /// About the message.
        info: MessageInfo,
        /// The plain text of the message; escaped on the wire.
        content: String,
    },
    /// Whether the recipient's server takes the message.
    SendMessageResponse {
        /// Identity of the message answered, as in its `MessageInfo`.
        message: String,
        /// Status code (IMPS CSP).
        status: u16,
    },
    /// Presence of users is wanted from now on.
    SubscribeRequest {
        /// The server and the watcher it asks for.
        meta: MetaInfo,
        /// Whose presence, by UID.
        users: Vec<String>,
        /// Which attributes; all if absent.
        attributes: Option<Presence>,
    },
    /// Presence of users is wanted no more.
    UnsubscribeRequest {
        /// The server and the watcher it asks for.
        meta: MetaInfo,
        /// Whose presence, by UID.
        users: Vec<String>,
    },
    /// Presence for watchers of one domain.
    PresenceNotification {
        /// The server and the publisher it tells of.
        meta: MetaInfo,
        /// UIDs of the watchers; none where the receiving domain expands the notification.
        watchers: Vec<String>,
        /// What they may see.
        values: PresenceValues,
    },
    /// Presence of users once; also the validation of a number.
    GetPresenceRequest {
        /// The server and the user it asks for.
        meta: MetaInfo,
        /// Whose presence, by UID or number.
        users: Vec<String>,
        /// The attributes that are wanted, named without values.
        attributes: Presence,
    },
    /// Presence, or the UID behind a number, with a status.
    GetPresenceResponse {
        /// Status code (IMPS CSP).
        status: u16,
        /// Users, by UID, and their presence.
        values: PresenceValues,
    },
    /// A contact request: an invitation to share presence (InviteType `PR`).
    InviteRequest {
        /// The server and the user whose list is to grow.
        meta: MetaInfo,
        /// The same in the answer.
        invite: String,
        /// UID of the user who asks.
        inviting: String,
        /// UID of the user who is asked.
        invited: String,
    },
    /// What the invited user decided.
    InviteResponse {
        /// The same as in the request.
        invite: String,
        /// Whether the user said yes.
        accepted: bool,
        /// Status code (IMPS CSP).
        status: u16,
        /// UID of the user who asked.
        inviting: String,
        /// UID of the user who answers.
        responding: String,
    },
    /// Whether the other server is there, as in CSP.
    KeepAliveRequest,
    /// The answer to any other request.
    Status {
        /// Status code (IMPS CSP).
        code: u16,
    },
}

/// Writes a message at the end of `out`.
pub fn encode(envelope: &Envelope, out: &mut String) {
    let mode = match envelope.mode {
        Mode::Request => "Request",
        Mode::Response => "Response",
    };
    out.push_str(DECLARATION);
    xml::open("WV-SSP-Message", &[("xmlns", namespace(envelope.version))], out);
    xml::open("Session", &[("sessionID", &envelope.session)], out);
    let transaction = [("mode", mode), ("transactionID", &*envelope.transaction)];
    xml::open("Transaction", &transaction, out);
    envelope.primitive.encode(envelope.version, out);
    xml::close("Transaction", out);
    xml::close("Session", out);
    xml::close("WV-SSP-Message", out);
}

/// Reads a message. Unknown attributes and elements beside the known ones are passed over; an
/// unknown primitive is an error.
pub fn decode(document: &str) -> Result<Envelope, WireError> {
    let root = xml::parse(document)?;
    if root.name != "WV-SSP-Message" {
        return Err(WireError::Unknown(root.name));
    }
    let named = root.need_attribute("xmlns")?;
    let version = ImpsVersion::ALL.iter().find(|version| namespace(**version) == named);
    let wrong = || WireError::Value { name: "xmlns", value: named.to_owned() };
    let version = *version.ok_or_else(wrong)?;
    let session = root.need("Session")?;
    let transaction = session.need("Transaction")?;
    let mode = match transaction.need_attribute("mode")? {
        "Request" => Mode::Request,
        "Response" => Mode::Response,
        other => return Err(WireError::Value { name: "mode", value: other.to_owned() }),
    };
    let content = transaction.children.first().ok_or(WireError::Missing("primitive"))?;
    Ok(Envelope {
        version,
        session: session.need_attribute("sessionID")?.to_owned(),
        mode,
        transaction: transaction.need_attribute("transactionID")?.to_owned(),
        primitive: Primitive::decode(content)?,
    })
}

impl Primitive {
    fn encode(&self, version: ImpsVersion, out: &mut String) {
        match self {
            Self::SendMessageRequest { meta, delivery_report, info, content } => {
                let report = [("deliveryReport", yes_no(*delivery_report))];
                xml::open("SendMessageRequest", &report, out);
                meta.encode(out);
                info.encode(content.len(), out);
                xml::open("ContentData", &[("contentType", "text/plain")], out);
                xml::escape_into(content, out);
                xml::close("ContentData", out);
                xml::close("SendMessageRequest", out);
            }
            Self::SendMessageResponse { message, status } => {
                xml::open("SendMessageResponse", &[("messageID", message)], out);
                encode_status(*status, out);
                xml::close("SendMessageResponse", out);
            }
            Self::SubscribeRequest { meta, users, attributes } => {
                xml::open("SubscribeRequest", &[], out);
                meta.encode(out);
                users_as("UserID", users, out);
                if let Some(attributes) = attributes {
                    attribute_list(attributes, version, out);
                }
                xml::close("SubscribeRequest", out);
            }
            Self::UnsubscribeRequest { meta, users } => {
                xml::open("UnsubscribeRequest", &[], out);
                meta.encode(out);
                users_as("UserID", users, out);
                xml::close("UnsubscribeRequest", out);
            }
            Self::PresenceNotification { meta, watchers, values } => {
                xml::open("PresenceNotification", &[], out);
                meta.encode(out);
                users_as("User", watchers, out);
                encode_values(values, version, out);
                xml::close("PresenceNotification", out);
            }
            Self::GetPresenceRequest { meta, users, attributes } => {
                xml::open("GetPresenceRequest", &[], out);
                meta.encode(out);
                users_as("VerUserID", users, out);
                attribute_list(attributes, version, out);
                xml::close("GetPresenceRequest", out);
            }
            Self::GetPresenceResponse { status, values } => {
                xml::open("GetPresenceResponse", &[], out);
                encode_status(*status, out);
                encode_values(values, version, out);
                xml::close("GetPresenceResponse", out);
            }
            Self::InviteRequest { meta, invite, inviting, invited } => {
                xml::open("InviteRequest", &[("inviteID", invite), ("inviteType", "PR")], out);
                meta.encode(out);
                one_user("Inviting", inviting, out);
                one_user("Invited", invited, out);
                xml::close("InviteRequest", out);
            }
            Self::InviteResponse { invite, accepted, status, inviting, responding } => {
                let acceptance = [("inviteID", &**invite), ("acceptance", yes_no(*accepted))];
                xml::open("InviteResponse", &acceptance, out);
                encode_status(*status, out);
                one_user("Inviting", inviting, out);
                one_user("Responding", responding, out);
                xml::close("InviteResponse", out);
            }
            Self::KeepAliveRequest => xml::empty("KeepAliveRequest", &[], out),
            Self::Status { code } => encode_status(*code, out),
        }
    }

    fn decode(element: &Element) -> Result<Self, WireError> {
        Ok(match &*element.name {
            "SendMessageRequest" => Self::SendMessageRequest {
                meta: MetaInfo::decode(element)?,
                delivery_report: element
                    .attribute("deliveryReport")
                    .map_or(Ok(false), |value| read_yes_no("deliveryReport", value))?,
                info: MessageInfo::decode(element.need("MessageInfo")?)?,
                content: element.child("ContentData").map_or("", |data| &data.text).to_owned(),
            },
            "SendMessageResponse" => Self::SendMessageResponse {
                message: element.need_attribute("messageID")?.to_owned(),
                status: decode_status(element.need("Status")?)?,
            },
            "SubscribeRequest" => Self::SubscribeRequest {
                meta: MetaInfo::decode(element)?,
                users: read_users("UserID", element)?,
                attributes: element.child("AttributeList").map(read_attribute_list).transpose()?,
            },
            "UnsubscribeRequest" => Self::UnsubscribeRequest {
                meta: MetaInfo::decode(element)?,
                users: read_users("UserID", element)?,
            },
            "PresenceNotification" => Self::PresenceNotification {
                meta: MetaInfo::decode(element)?,
                watchers: read_users("User", element)?,
                values: read_values(element)?,
            },
            "GetPresenceRequest" => Self::GetPresenceRequest {
                meta: MetaInfo::decode(element)?,
                users: read_users("VerUserID", element)?,
                attributes: read_attribute_list(element.need("AttributeList")?)?,
            },
            "GetPresenceResponse" => Self::GetPresenceResponse {
                status: element.child("Status").map_or(Ok(SUCCESSFUL), decode_status)?,
                values: read_values(element)?,
            },
            "InviteRequest" => match element.need_attribute("inviteType")? {
                "PR" => Self::InviteRequest {
                    meta: MetaInfo::decode(element)?,
                    invite: element.need_attribute("inviteID")?.to_owned(),
                    inviting: read_one_user("Inviting", element)?,
                    invited: read_one_user("Invited", element)?,
                },
                other => {
                    return Err(WireError::Value { name: "inviteType", value: other.to_owned() });
                }
            },
            "InviteResponse" => Self::InviteResponse {
                invite: element.need_attribute("inviteID")?.to_owned(),
                accepted: read_yes_no("acceptance", element.need_attribute("acceptance")?)?,
                status: decode_status(element.need("Status")?)?,
                inviting: read_one_user("Inviting", element)?,
                responding: read_one_user("Responding", element)?,
            },
            "KeepAliveRequest" => Self::KeepAliveRequest,
            "Status" => Self::Status { code: decode_status(element)? },
            other => return Err(WireError::Unknown(other.to_owned())),
        })
    }
}

impl MetaInfo {
    fn encode(&self, out: &mut String) {
        xml::open("MetaInfo", &[("clientOriginated", yes_no(self.user.is_some()))], out);
        let service = [("serviceID", &*self.service)];
        match &self.user {
            Some(user) => {
                xml::open("Requestor", &service, out);
                xml::empty("User", &[("userID", user)], out);
                xml::close("Requestor", out);
            }
            None => xml::empty("Requestor", &service, out),
        }
        xml::close("MetaInfo", out);
    }

    fn decode(request: &Element) -> Result<Self, WireError> {
        let requestor = request.need("MetaInfo")?.need("Requestor")?;
        let user = requestor.child("User").map(|user| user.need_attribute("userID")).transpose()?;
        let service = requestor.need_attribute("serviceID")?.to_owned();
        Ok(Self { service, user: user.map(str::to_owned) })
    }
}

impl MessageInfo {
    /// The size is padded to five digits, so that a text adds to a message its own bytes alone.
    fn encode(&self, size: usize, out: &mut String) {
        let size = format!("{size:05}");
        let attributes =
            [("messageID", &*self.message), ("contentType", "text/plain"), ("contentSize", &size)];
        xml::open("MessageInfo", &attributes, out);
        for recipient in &self.recipients {
            one_user("Recipient", recipient, out);
        }
        one_user("Sender", &self.sender, out);
        xml::open("DateTime", &[("format", "iso8601")], out);
        xml::escape_into(&self.date_time, out);
        xml::close("DateTime", out);
        xml::close("MessageInfo", out);
    }

    fn decode(element: &Element) -> Result<Self, WireError> {
        let user =
            |element: &Element| element.need("User")?.need_attribute("userID").map(str::to_owned);
        Ok(Self {
            message: element.need_attribute("messageID")?.to_owned(),
            recipients: element.all("Recipient").map(user).collect::<Result<_, _>>()?,
            sender: user(element.need("Sender")?)?,
            date_time: element.child("DateTime").map_or("", |time| &time.text).to_owned(),
        })
    }
}

fn yes_no(value: bool) -> &'static str {
    if value { "Yes" } else { "No" }
}

fn read_yes_no(name: &'static str, value: &str) -> Result<bool, WireError> {
    match value {
        "Yes" => Ok(true),
        "No" => Ok(false),
        _ => Err(WireError::Value { name, value: value.to_owned() }),
    }
}

fn encode_status(code: u16, out: &mut String) {
    xml::empty("Status", &[("code", &code.to_string())], out);
}

fn decode_status(element: &Element) -> Result<u16, WireError> {
    let code = element.need_attribute("code")?;
    code.parse().map_err(|_| WireError::Value { name: "code", value: code.to_owned() })
}

fn users_as(name: &str, users: &[String], out: &mut String) {
    for user in users {
        xml::empty(name, &[("userID", user)], out);
    }
}

fn read_users(name: &str, element: &Element) -> Result<Vec<String>, WireError> {
    element.all(name).map(|user| user.need_attribute("userID").map(str::to_owned)).collect()
}

fn one_user(name: &str, user: &str, out: &mut String) {
    xml::open(name, &[], out);
    xml::empty("User", &[("userID", user)], out);
    xml::close(name, out);
}

fn read_one_user(name: &'static str, element: &Element) -> Result<String, WireError> {
    Ok(element.need(name)?.need("User")?.need_attribute("userID")?.to_owned())
}

fn attribute_list(attributes: &Presence, version: ImpsVersion, out: &mut String) {
    xml::open("AttributeList", &[], out);
    presence::encode(attributes, version, out);
    xml::close("AttributeList", out);
}

fn read_attribute_list(element: &Element) -> Result<Presence, WireError> {
    presence::decode(element.need("PresenceSubList")?)
}

fn encode_values(values: &PresenceValues, version: ImpsVersion, out: &mut String) {
    for (user, value) in values {
        xml::open("PresenceValue", &[("userID", user)], out);
        presence::encode(value, version, out);
        xml::close("PresenceValue", out);
    }
}

fn read_values(element: &Element) -> Result<PresenceValues, WireError> {
    let read = |value: &Element| {
        let user = value.need_attribute("userID")?.to_owned();
        Ok((user, presence::decode(value.need("PresenceSubList")?)?))
    };
    element.all("PresenceValue").map(read).collect()
}

#[cfg(test)]
mod tests;
