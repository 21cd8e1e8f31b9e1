//! The messages that set up a session between IM servers (IMPS SSP 1.3): `SetupTransaction`, three times
//! asked and answered. It writes and reads, and says how long each is; who says what when is decided
//! elsewhere.
//!
//! Names and places are those of the one public server that speaks SSP. No public text says how the two
//! agree on services and version: here the answer to the first names its version as the question does, and
//! LoginResponse names services by the groups of CSP's service tree. A keep-alive is a request of the
//! session (`ssp.rs`).

use super::http;
use super::ssp::{self, Mode, Primitive, SUCCESSFUL};
use super::transfer::envelope;
use super::xml::{self, Element, WireError};
use crate::domain::imps::ImpsVersion;
use crate::domain::session::Services;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

/// Characters of an MD5 digest in Base64; a secret is as long here.
const DIGEST: usize = 24;

/// One message of a set-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// Asks or answers.
    pub mode: Mode,
    /// The same in request and response.
    pub transaction: String,
    /// What it says.
    pub exchange: Exchange,
}

/// What a message of a set-up says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// First: a secret whose digest is to come back.
    SendSecretToken {
        /// The sending server, `wv:@domain`.
        service: String,
        /// The newest version of SSP that it speaks, such as `1.3`.
        version: String,
        /// The secret, in Base64.
        secret: String,
    },
    /// Second: the digest of the other's secret.
    LoginRequest {
        /// The sending server, `wv:@domain`.
        service: String,
        /// Seconds without a sign of life after which the session is over.
        time_to_live: u64,
        /// The digest, in Base64.
        digest: String,
    },
    /// Third: the session, as the sending side calls it.
    LoginResponse {
        /// Its id, which ends in the sender's domain.
        session: String,
        /// Seconds without a sign of life after which the session is over.
        time_to_live: u64,
        /// Status code (IMPS CSP).
        status: u16,
        /// What the sending side serves.
        services: Services,
    },
}

/// The element of each service, in the order in which they are written.
const SERVICES: [&str; 4] = ["IMFeat", "PresenceFeat", "SearchFunc", "GroupFeat"];

/// Writes a message, as a server of this version does, at the end of `out`.
pub fn encode(setup: &Setup, version: ImpsVersion, out: &mut String) {
    let mode = match setup.mode {
        Mode::Request => "Request",
        Mode::Response => "Response",
    };
    out.push_str(DECLARATION);
    xml::open("WV-SSP-Message", &[("xmlns", ssp::namespace(version))], out);
    xml::open("SetupTransaction", &[("mode", mode), ("transactionID", &setup.transaction)], out);
    match &setup.exchange {
        Exchange::SendSecretToken { service, version, secret } => {
            let speaks =
                [("serviceID", &**service), ("protocol", "WV-SSP"), ("protocolVersion", version)];
            xml::open("SendSecretToken", &speaks, out);
            base64("SecretToken", secret, out);
            xml::close("SendSecretToken", out);
        }
        Exchange::LoginRequest { service, time_to_live, digest } => {
            let lives = time_to_live.to_string();
            let who = [("serviceID", &**service), ("timeToLive", &lives)];
            xml::open("LoginRequest", &who, out);
            base64("PasswordDigest", digest, out);
            xml::close("LoginRequest", out);
        }
        Exchange::LoginResponse { session, time_to_live, status, services } => {
            let lives = time_to_live.to_string();
            let which = [("sessionID", &**session), ("timeToLive", &lives)];
            xml::open("LoginResponse", &which, out);
            xml::empty("Status", &[("code", &status.to_string())], out);
            xml::open("Functions", &[], out);
            for (name, served) in SERVICES.into_iter().zip(flags(*services)) {
                if served {
                    xml::empty(name, &[], out);
                }
            }
            xml::close("Functions", out);
            xml::close("LoginResponse", out);
        }
    }
    xml::close("SetupTransaction", out);
    xml::close("WV-SSP-Message", out);
}

/// Reads a message. Unknown attributes and elements beside the known ones are passed over.
///
/// # Errors
/// If it is no message of a set-up.
pub fn decode(document: &str) -> Result<Setup, WireError> {
    let root = xml::parse(document)?;
    if root.name != "WV-SSP-Message" {
        return Err(WireError::Unknown(root.name));
    }
    let setup = root.need("SetupTransaction")?;
    let mode = match setup.need_attribute("mode")? {
        "Request" => Mode::Request,
        "Response" => Mode::Response,
        other => return Err(WireError::Value { name: "mode", value: other.to_owned() }),
    };
    let content = setup.children.first().ok_or(WireError::Missing("SendSecretToken"))?;
    let exchange = match &*content.name {
        "SendSecretToken" => Exchange::SendSecretToken {
            service: content.need_attribute("serviceID")?.to_owned(),
            version: content.need_attribute("protocolVersion")?.to_owned(),
            secret: content.need("SecretToken")?.text.clone(),
        },
        "LoginRequest" => Exchange::LoginRequest {
            service: content.need_attribute("serviceID")?.to_owned(),
            time_to_live: number(content, "timeToLive")?,
            digest: content.need("PasswordDigest")?.text.clone(),
        },
        "LoginResponse" => Exchange::LoginResponse {
            session: content.need_attribute("sessionID")?.to_owned(),
            time_to_live: number(content, "timeToLive")?,
            status: number(content.need("Status")?, "code")?,
            services: services(content.need("Functions")?),
        },
        other => return Err(WireError::Unknown(other.to_owned())),
    };
    Ok(Setup { mode, transaction: setup.need_attribute("transactionID")?.to_owned(), exchange })
}

fn base64(name: &str, text: &str, out: &mut String) {
    xml::open(name, &[("encoding", "base64")], out);
    xml::escape_into(text, out);
    xml::close(name, out);
}

fn number<N: std::str::FromStr>(element: &Element, name: &'static str) -> Result<N, WireError> {
    let value = element.need_attribute(name)?;
    value.parse().map_err(|_| WireError::Value { name, value: value.to_owned() })
}

fn flags(services: Services) -> [bool; 4] {
    let Services { messaging, presence, search, groups } = services;
    [messaging, presence, search, groups]
}

fn services(element: &Element) -> Services {
    let [messaging, presence, search, groups] = SERVICES.map(|name| element.child(name).is_some());
    Services { messaging, presence, search, groups }
}

/// Bytes of what one side says of the session, each as question and as answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TalkBytes {
    /// SendSecretToken.
    pub token: [u32; 2],
    /// LoginRequest.
    pub login: [u32; 2],
    /// LoginResponse.
    pub services: [u32; 2],
    /// KeepAliveRequest, and its Status.
    pub keep_alive: [u32; 2],
}

impl TalkBytes {
    /// Of a server of `domain` that serves `served`, with sessions that live for `time_to_live` seconds, as it
    /// POSTs them to the server of `to`.
    pub fn of(
        [domain, to]: [&str; 2],
        version: ImpsVersion,
        served: Services,
        time_to_live: u64,
    ) -> Self {
        let service = format!("wv:@{domain}");
        let length = |exchange: &Exchange| {
            [Mode::Request, Mode::Response].map(|mode| {
                let (transaction, exchange) = (format!("{:016x}", 0), exchange.clone());
                let mut out = String::new();
                let setup = Setup { mode, transaction, exchange };
                encode(&setup, version, &mut out);
                let post = http::around(to, &setup.transaction, None, &out);
                (post.len() + http::RESPONSE.len()) as u32
            })
        };
        let asked = [Primitive::KeepAliveRequest, Primitive::Status { code: SUCCESSFUL }];
        Self {
            token: length(&Exchange::SendSecretToken {
                service: service.clone(),
                version: version.label().to_owned(),
                secret: "=".repeat(DIGEST),
            }),
            login: length(&Exchange::LoginRequest {
                service,
                time_to_live,
                digest: "=".repeat(DIGEST),
            }),
            services: length(&Exchange::LoginResponse {
                session: format!("1@{domain}"),
                time_to_live,
                status: SUCCESSFUL,
                services: served,
            }),
            keep_alive: asked.map(|primitive| {
                let post = http::post(to, &envelope(domain, version, 0, primitive));
                (post.len() + http::RESPONSE.len()) as u32
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOMAINS: [&str; 2] = ["im.a.example", "im.b.example"];

    fn exchanges() -> [Exchange; 3] {
        let service = || "wv:@im.a.example".to_owned();
        [
            Exchange::SendSecretToken {
                service: service(),
                version: "1.3".to_owned(),
                secret: "c2VjcmV0IG9mIGEsIDE2IGI=".to_owned(),
            },
            Exchange::LoginRequest {
                service: service(),
                time_to_live: 60,
                digest: "XUFAKrxLKna5cZ2REBfFkg==".to_owned(),
            },
            Exchange::LoginResponse {
                session: "1@im.a.example".to_owned(),
                time_to_live: 60,
                status: SUCCESSFUL,
                services: Services {
                    messaging: true,
                    presence: false,
                    search: false,
                    groups: true,
                },
            },
        ]
    }

    fn encoded(exchange: Exchange) -> (Setup, String) {
        let setup = Setup { mode: Mode::Response, transaction: "t1".to_owned(), exchange };
        let mut out = String::new();
        encode(&setup, ImpsVersion::V13, &mut out);
        (setup, out)
    }

    #[test]
    fn every_message_comes_back_and_is_well_formed_to_an_independent_parser() {
        for (setup, text) in exchanges().map(encoded) {
            assert_eq!(decode(&text), Ok(setup));
            let theirs = roxmltree::Document::parse(&text).unwrap();
            let root = theirs.root_element();
            assert_eq!(root.tag_name().namespace(), Some(ssp::namespace(ImpsVersion::V13)));
            let transaction = root.first_element_child().unwrap();
            assert_eq!(transaction.tag_name().name(), "SetupTransaction");
            assert_eq!(transaction.attribute("mode"), Some("Response"));
        }
    }

    #[test]
    fn the_services_are_those_that_are_named() {
        let (_, text) = encoded(exchanges()[2].clone());
        assert!(text.contains("<Functions><IMFeat/><GroupFeat/></Functions>"), "{text}");
    }

    #[test]
    fn what_is_no_message_is_an_error() {
        let [token, login, response] = exchanges().map(|exchange| encoded(exchange).1);
        assert!(decode(&token[..token.len() - 3]).is_err());
        let wrong = |of: &str, from: &str, to: &str| decode(&of.replace(from, to));
        assert!(matches!(wrong(&token, "SendSecretToken", "Mystery"), Err(WireError::Unknown(_))));
        assert!(matches!(wrong(&login, "\"60\"", "\"x\""), Err(WireError::Value { .. })));
        assert_eq!(wrong(&response, "sessionID", "id"), Err(WireError::Missing("sessionID")));
    }

    #[test]
    fn what_one_side_says_is_as_long_as_it_is_written() {
        let [_, login, _] = exchanges();
        let sizes = TalkBytes::of(DOMAINS, ImpsVersion::V13, Services::ALL, 60);
        let setup = Setup { mode: Mode::Request, transaction: "0".repeat(16), exchange: login };
        let mut out = String::new();
        encode(&setup, ImpsVersion::V13, &mut out);
        let post = http::around("im.b.example", &setup.transaction, None, &out);
        let length = (post.len() + http::RESPONSE.len()) as u32;
        assert_eq!(sizes.login, [length, length + 1]);
        let fewer = TalkBytes::of(
            DOMAINS,
            ImpsVersion::V13,
            Services { groups: false, ..Services::ALL },
            60,
        );
        assert_eq!(sizes.services[0] - fewer.services[0], "<GroupFeat/>".len() as u32);
    }
}
