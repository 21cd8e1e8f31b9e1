//! Presence attributes as a PresenceSubList of IMPS; from 1.3 on the client attributes name their
//! client. SSP carries it; which values an operator sends is not decided here.

use super::xml::{self, Element, WireError};
use crate::domain::imps::ImpsVersion;
use crate::domain::number::Msisdn;
use crate::domain::presence::{Attribute, Availability, ClientId, ClientType, Presence};

/// Namespace of presence attributes.
pub fn namespace(version: ImpsVersion) -> &'static str {
    match version {
        ImpsVersion::V11 => "http://www.wireless-village.org/PA1.1",
        ImpsVersion::V12 => "http://www.openmobilealliance.org/DTD/WV-PA1.2",
        ImpsVersion::V13 => "http://www.openmobilealliance.org/DTD/IMPS-PA1.3",
    }
}

/// Writes a PresenceSubList in the order of the content model.
pub fn encode(presence: &Presence, version: ImpsVersion, out: &mut String) {
    xml::open("PresenceSubList", &[("xmlns", namespace(version))], out);
    if let Some(online) = &presence.online_status {
        attribute("OnlineStatus", "PresenceValue", online, |&value| boolean(value), out);
    }
    if let Some(info) = &presence.client_info {
        attribute("ClientInfo", "ClientType", info, |kind| kind.name(), out);
    }
    if let Some(availability) = &presence.user_availability {
        attribute("UserAvailability", "PresenceValue", availability, |value| value.name(), out);
    }
    if let Some(status) = &presence.status_text {
        attribute("StatusText", "PresenceValue", status, |text| text, out);
    }
    xml::close("PresenceSubList", out);
}

/// Reads a PresenceSubList. Attributes of other names are passed over.
pub fn decode(list: &Element) -> Result<Presence, WireError> {
    Ok(Presence {
        online_status: list
            .child("OnlineStatus")
            .map(|element| read(element, "PresenceValue", read_boolean))
            .transpose()?,
        client_info: list
            .child("ClientInfo")
            .map(|element| read(element, "ClientType", ClientType::from_name))
            .transpose()?,
        user_availability: list
            .child("UserAvailability")
            .map(|element| read(element, "PresenceValue", Availability::from_name))
            .transpose()?,
        status_text: list
            .child("StatusText")
            .map(|element| read(element, "PresenceValue", |text| Some(text.to_owned())))
            .transpose()?,
    })
}

/// `T` or `F`.
fn boolean(value: bool) -> &'static str {
    if value { "T" } else { "F" }
}

fn read_boolean(value: &str) -> Option<bool> {
    match value {
        "T" => Some(true),
        "F" => Some(false),
        _ => None,
    }
}

/// Writes one attribute: qualifier, client, value.
fn attribute<'a, T>(
    name: &str,
    value_name: &str,
    attribute: &'a Attribute<T>,
    text: impl Fn(&'a T) -> &'a str,
    out: &mut String,
) {
    if attribute.qualifier.is_none() && attribute.client.is_none() && attribute.value.is_none() {
        xml::empty(name, &[], out);
        return;
    }
    xml::open(name, &[], out);
    if let Some(valid) = attribute.qualifier {
        xml::leaf("Qualifier", boolean(valid), out);
    }
    if let Some(client) = &attribute.client {
        xml::open("ClientID", &[], out);
        match client {
            ClientId::Number(number) => xml::leaf("MSISDN", &number.to_string(), out),
            ClientId::Url(url) => xml::leaf("URL", url, out),
        }
        xml::close("ClientID", out);
    }
    if let Some(value) = &attribute.value {
        xml::leaf(value_name, text(value), out);
    }
    xml::close(name, out);
}

/// Reads one attribute.
fn read<T>(
    element: &Element,
    value_name: &'static str,
    value: impl Fn(&str) -> Option<T>,
) -> Result<Attribute<T>, WireError> {
    let wrong = |name, value: &str| WireError::Value { name, value: value.to_owned() };
    let qualifier = element
        .child("Qualifier")
        .map(|q| read_boolean(&q.text).ok_or_else(|| wrong("Qualifier", &q.text)))
        .transpose()?;
    let client = match element.child("ClientID") {
        Some(client) => client_id(client)?,
        None => None,
    };
    let value = element
        .child(value_name)
        .map(|v| value(&v.text).ok_or_else(|| wrong(value_name, &v.text)))
        .transpose()?;
    Ok(Attribute { qualifier, client, value })
}

/// Reads a ClientID: its number, else its URL.
fn client_id(client: &Element) -> Result<Option<ClientId>, WireError> {
    if let Some(number) = client.child("MSISDN") {
        let wrong = || WireError::Value { name: "MSISDN", value: number.text.clone() };
        return Msisdn::parse(&number.text).map(ClientId::Number).map(Some).ok_or_else(wrong);
    }
    Ok(client.child("URL").map(|url| ClientId::Url(url.text.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::presence::{Look, legacy};

    fn encoded(presence: &Presence) -> String {
        let mut out = String::new();
        encode(presence, ImpsVersion::V13, &mut out);
        out
    }

    #[test]
    fn cr16_2_cr16_3_cr16_4_cr16_5_an_sms_only_user_has_these_bytes() {
        let presence = legacy(Msisdn::parse("+46760000001").unwrap(), true, "SMS-only", true);
        let client = "<ClientID><MSISDN>+46760000001</MSISDN></ClientID>";
        assert_eq!(
            encoded(&presence),
            format!(
                "<PresenceSubList xmlns=\"http://www.openmobilealliance.org/DTD/IMPS-PA1.3\">\
                 <OnlineStatus><Qualifier>T</Qualifier>{client}\
                 <PresenceValue>T</PresenceValue></OnlineStatus>\
                 <ClientInfo><Qualifier>T</Qualifier>{client}\
                 <ClientType>CLI</ClientType></ClientInfo>\
                 <UserAvailability><Qualifier>T</Qualifier>\
                 <PresenceValue>AVAILABLE</PresenceValue></UserAvailability>\
                 <StatusText><Qualifier>T</Qualifier>\
                 <PresenceValue>SMS-only</PresenceValue></StatusText></PresenceSubList>"
            )
        );
    }

    #[test]
    fn what_is_written_comes_back() {
        let number = Msisdn::parse("+46760000001").unwrap();
        let odd = Presence {
            online_status: Some(Attribute {
                qualifier: Some(false),
                client: Some(ClientId::Number(number)),
                value: None,
            }),
            status_text: Some(Attribute::valid("a < b & \"c\"\r\n".to_owned())),
            ..Presence::default()
        };
        for presence in [
            legacy(number, false, "Unknown (SMS)", true),
            Presence::im_user(Look::MOBILE, None),
            Presence::im_user(
                Look::MOBILE,
                Some(ClientId::Url("http://a.example/?a&b".to_owned())),
            ),
            Presence::offline(Some(ClientId::Number(number))),
            Presence::withdrawn(None),
            Presence::all_named(),
            Presence::default(),
            odd,
        ] {
            let text = encoded(&presence);
            assert_eq!(decode(&xml::parse(&text).unwrap()).unwrap(), presence);
            let theirs = roxmltree::Document::parse(&text).unwrap();
            assert!(
                theirs.descendants().filter(|node| node.is_element()).all(|node| {
                    node.tag_name().namespace() == Some(namespace(ImpsVersion::V13))
                })
            );
        }
    }

    #[test]
    fn a_wrong_value_is_an_error_and_an_unknown_attribute_is_not() {
        let read = |text| decode(&xml::parse(text).unwrap());
        assert!(
            read("<P><OnlineStatus><PresenceValue>yes</PresenceValue></OnlineStatus></P>").is_err()
        );
        assert_eq!(read("<P><StatusMood/></P>"), Ok(Presence::default()));
    }
}
