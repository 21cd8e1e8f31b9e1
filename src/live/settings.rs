//! The ways of a federation as its topology has them: who binds to whom, by which terms, and where the sockets
//! are. What is said of addresses and secrets stands here alone.

use std::hash::{BuildHasher as _, Hasher as _};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};

use super::way::{Manners, Spell, Way};
use crate::domain::federation::{
    ExternalSmsc, Fault, Identities, Listen, ListenAccount, LongText, Operator,
};
use crate::domain::id::OperatorId;
use crate::domain::time::{Duration, Instant};
use crate::model::plan::Plan;
use crate::port::smpp::centre::{Centre, Door, Login, Spelling};
use crate::port::smpp::client::{Account, Client};
use crate::port::smpp::pdu::Bind;
use crate::port::smpp::session::Terms;
use crate::port::smpp::text::Joined;

/// How long a client of our own waits until it tries a session again: shortly, then longer.
const RETRY: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_secs(1), Duration::from_secs(5)];
/// How long a receipt of our own SMSC is awaited: longer than any usual validity.
const PATIENCE: Duration = Duration::from_secs(7 * 86_400);
/// Sessions of an IM server with its own SMSC.
const SESSIONS: usize = 2;
/// Requests of such a session that may wait for answers.
const WINDOW: usize = 64;
/// Where a way's SMSC is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// At a door of ours; port 0: one that the system chooses.
    Door(SocketAddr),
    /// Somewhere else.
    Outside(SocketAddr),
}

/// What is wrong with the sockets that a topology asks for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unfit {
    /// No address by this name.
    #[error("{operator}: no address is known for `{address}`")]
    Unknown {
        /// Whose SMSC it is.
        operator: String,
        /// As the topology has it.
        address: String,
    },
    /// A password is to come from the environment, and is not there.
    #[error("{operator}: the environment variable {variable} holds no password")]
    NoPassword {
        /// Whose SMSC it is.
        operator: String,
        /// The variable.
        variable: String,
    },
    /// A password that no bind has room for.
    #[error("{operator}: the password in {variable} has more than 8 octets (SMPP 3.4 5.2.2)")]
    LongPassword {
        /// Whose SMSC it is.
        operator: String,
        /// The variable.
        variable: String,
    },
}

/// The ways of a federation, and where their SMSCs are: of each operator whose IM server has an SMSC, and of
/// each whose SMSC lets clients of others in. `epoch` is the start in seconds of Unix time, `secret` what an
/// environment variable holds.
///
/// # Errors
/// All that is wrong with addresses and passwords.
pub(crate) fn ways(
    plan: &Plan,
    epoch: u64,
    secret: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<(Way, Place)>, Vec<Unfit>> {
    let (mut ways, mut unfit) = (Vec::new(), Vec::new());
    for (id, operator) in plan.federation.operators() {
        let begin = Instant::START + plan.federation.run.warm_up;
        let mut said = Settings { operator, secret, begin, unfit: &mut unfit };
        let place = ways.len();
        ways.extend(said.way(id, place, epoch));
    }
    if unfit.is_empty() { Ok(ways) } else { Err(unfit) }
}

struct Settings<'a> {
    operator: &'a Operator,
    secret: &'a dyn Fn(&str) -> Option<String>,
    /// When measuring begins.
    begin: Instant,
    unfit: &'a mut Vec<Unfit>,
}

impl Settings<'_> {
    fn way(&mut self, id: OperatorId, place: usize, epoch: u64) -> Option<(Way, Place)> {
        let smsc = self.operator.smsc.as_ref()?;
        let im = self.operator.imsp.is_some();
        if !im && smsc.listen.is_none() {
            return None;
        }
        let spell = |fault: &Fault| {
            let from = self.begin + fault.at;
            Spell { between: [from, from + fault.lasts], kind: fault.kind, by: fault.by }
        };
        let faults = smsc.listen.iter().flat_map(|listen| &listen.faults).map(spell).collect();
        let (account, manners, at) = match &smsc.external {
            Some(external) => {
                let joined = match external.long {
                    LongText::Header => Joined::Header,
                    LongText::Sar => Joined::Parameters,
                    LongText::Payload => Joined::Whole,
                };
                let receipts = external.receipts;
                let at = Place::Outside(self.address(&external.smpp)?);
                (
                    self.outside(external),
                    Manners { external: true, receipts, joined, epoch, faults },
                    at,
                )
            }
            None => {
                let address = smsc.listen.as_ref().map_or("127.0.0.1:0", |listen| &listen.smpp);
                let at = Place::Door(self.address(address)?);
                let joined = Joined::Header;
                (
                    self.own(im),
                    Manners { external: false, receipts: true, joined, epoch, faults },
                    at,
                )
            }
        };
        let door = self.door(&account, im && smsc.external.is_none(), smsc.listen.as_ref());
        let ends = (Client::new(account, Instant::START), Centre::new(door));
        Some((Way::new((id, place), ends, manners), at))
    }

    /// The account of the IM server with its own SMSC.
    fn own(&self, im: bool) -> Account {
        Account {
            bind: Bind::Transceiver,
            sessions: if im { SESSIONS } else { 0 },
            system_id: cut(&self.operator.name),
            password: one_time(),
            terms: Terms { window: WINDOW, ..Terms::default() },
            retry: RETRY.to_vec(),
            patience: PATIENCE,
        }
    }

    /// The account with a real SMSC.
    fn outside(&mut self, external: &ExternalSmsc) -> Account {
        Account {
            bind: Bind::Transceiver,
            sessions: external.sessions as usize,
            system_id: external.system_id.clone(),
            password: self.password(external.password_env.as_ref()).unwrap_or_default(),
            terms: Terms {
                window: external.window as usize,
                response: external.response,
                enquire_link: external.enquire_link,
                ..Terms::default()
            },
            retry: RETRY.to_vec(),
            patience: external.receipt_within,
        }
    }

    /// Who may come to the SMSC: the own IM server first, then clients of others.
    fn door(&mut self, own: &Account, with_own: bool, listen: Option<&Listen>) -> Door {
        let Account { system_id, password, sessions, .. } = own;
        let own = with_own.then(|| Login {
            system_id: system_id.clone(),
            password: Some(password.clone()),
            sessions: *sessions,
        });
        let accounts = listen.map_or(&[][..], |listen| &listen.accounts);
        let login = |ListenAccount { system_id, password_env, sessions }: &ListenAccount| Login {
            system_id: system_id.clone(),
            password: self.password(password_env.as_ref()),
            sessions: *sessions as usize,
        };
        let logins: Vec<Login> = own.into_iter().chain(accounts.iter().map(login)).collect();
        let sessions: usize = logins.iter().map(|login| login.sessions).sum();
        let window = listen.map_or(WINDOW, |listen| listen.window as usize);
        Door {
            system_id: cut(&self.operator.name),
            // Some more may knock at a time than come in.
            connections: 2 * sessions + 16,
            logins,
            terms: Terms { window, ..Terms::default() },
            spelling: match listen.map(|listen| listen.identities) {
                None | Some(Identities::Hexadecimal) => Spelling::Hexadecimal,
                Some(Identities::Decimal) => Spelling::Decimal,
                Some(Identities::Mixed) => Spelling::Mixed,
            },
        }
    }

    fn address(&mut self, text: &str) -> Option<SocketAddr> {
        let found = text.to_socket_addrs().ok().and_then(|mut all| all.next());
        if found.is_none() {
            let (operator, address) = (self.operator.name.clone(), text.to_owned());
            self.unfit.push(Unfit::Unknown { operator, address });
        }
        found
    }

    fn password(&mut self, variable: Option<&String>) -> Option<String> {
        let variable = variable?.clone();
        let operator = self.operator.name.clone();
        match (self.secret)(&variable) {
            Some(password) if password.len() <= 8 => return Some(password),
            Some(_) => self.unfit.push(Unfit::LongPassword { operator, variable }),
            None => self.unfit.push(Unfit::NoPassword { operator, variable }),
        }
        None
    }
}

/// As much of a name as a bind has room for (SMPP 3.4 5.2.1).
fn cut(name: &str) -> String {
    name.chars().filter(char::is_ascii).take(15).collect()
}

/// A password for one run, at our own door: nobody else is to come in by chance.
fn one_time() -> String {
    let seeded = std::hash::RandomState::new();
    format!("{:08x}", seeded.build_hasher().finish() as u32)
}

/// What of these places the command line has not allowed: whoever wrote the file may be somebody else. Other
/// machines are to be named one by one; public ones need a word besides.
pub(crate) fn not_allowed(places: &[Place], allowed: &[String], authorised: bool) -> Vec<String> {
    let mut told = Vec::new();
    for place in places {
        let (Place::Door(address) | Place::Outside(address)) = place;
        let ip = address.ip();
        if ip.is_loopback() {
            continue;
        }
        let named = [ip.to_string(), address.to_string()];
        if !named.iter().any(|name| allowed.contains(name)) {
            let what = match place {
                Place::Door(_) => "would let other machines in at",
                Place::Outside(_) => "would send to",
            };
            told.push(format!("this run {what} {address}: --allow {ip} lets it"));
        } else if !authorised && !ip.is_unspecified() && is_public(ip) {
            told.push(format!(
                "{address} is a public address: add --i-am-authorised if its owner has agreed"
            ));
        }
    }
    told
}

/// Whether an address can be anybody's: in no range for private networks or documents.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            // 100.64.0.0/10: carriers' own (RFC 6598).
            let shared = a == 100 && (64..128).contains(&b);
            !(ip.is_private()
                || ip.is_link_local()
                || ip.is_loopback()
                || ip.is_documentation()
                || shared)
        }
        // fc00::/7 and fe80::/10.
        IpAddr::V6(ip) => {
            let first = ip.segments()[0];
            !(ip.is_loopback() || first & 0xFE00 == 0xFC00 || first & 0xFFC0 == 0xFE80)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_machines_are_named_on_the_command_line_and_public_ones_twice() {
        let outside = |text: &str| Place::Outside(text.parse().expect("an address"));
        let told = |place: &str, allowed: &[&str], authorised| {
            let allowed: Vec<String> = allowed.iter().map(|it| (*it).to_owned()).collect();
            not_allowed(&[outside(place)], &allowed, authorised)
        };
        for fine in ["127.0.0.1:2775", "[::1]:2775"] {
            assert_eq!(told(fine, &[], false), [""; 0]);
        }
        let private = told("10.1.2.3:2775", &[], false);
        assert_eq!(private, ["this run would send to 10.1.2.3:2775: --allow 10.1.2.3 lets it"]);
        assert_eq!(told("10.1.2.3:2775", &["10.1.2.3"], false), [""; 0]);
        assert_eq!(told("10.1.2.3:2775", &["10.1.2.3:2775"], false), [""; 0]);
        assert_eq!(told("10.1.2.3:2775", &["10.1.2.3:2776"], false).len(), 1);
        for public in ["93.184.216.34:2775", "[2606:2800::1]:2775"] {
            let ip = public.parse::<SocketAddr>().expect("an address").ip().to_string();
            assert_eq!(told(public, &[], true).len(), 1, "not named");
            let told = |authorised| told(public, &[&ip], authorised);
            assert!(told(false)[0].contains("--i-am-authorised"), "{:?}", told(false));
            assert_eq!(told(true), [""; 0]);
        }
        for own in ["172.16.0.1:1", "192.168.1.1:1", "100.64.0.1:1", "[fd00::1]:1", "[fe80::1]:1"] {
            let ip = own.parse::<SocketAddr>().expect("an address").ip().to_string();
            assert_eq!(told(own, &[&ip], false), [""; 0]);
        }
        let door = [Place::Door("0.0.0.0:2775".parse().expect("an address"))];
        assert!(not_allowed(&door, &[], false)[0].contains("let other machines in"));
        assert_eq!(not_allowed(&door, &["0.0.0.0".to_owned()], false), [""; 0]);
    }
}
