//! Presence attributes by their IMPS names, and the values that mark an SMS-only user. The model
//! keeps and compares them, `wire` writes them; this file knows no XML.

use super::number::Msisdn;
use super::outcome::Defect;

/// A kind of client, as ClientType of the attribute ClientInfo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientType {
    /// `MOBILE_PHONE`: what every simulated IM user shows.
    MobilePhone,
    /// `COMPUTER`: read and written on the wire, set by no simulated user.
    Computer,
    /// `PDA`: read and written on the wire, set by no simulated user.
    Pda,
    /// `CLI`: limited capabilities and content length, plain text only, SMS supported. Marks a
    /// legacy customer (OMTP appendix A, IM-0140).
    Cli,
    /// `OTHER`: read and written on the wire, set by no simulated user.
    Other,
}

/// Value of the attribute UserAvailability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Availability {
    /// `AVAILABLE`: what IM users show, and legacy customers who look online.
    Available,
    /// `NOT_AVAILABLE`: what legacy customers show who look offline.
    NotAvailable,
    /// `DISCREET`: read and written on the wire, set by no simulated user.
    Discreet,
}

impl ClientType {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::MobilePhone, Self::Computer, Self::Pda, Self::Cli, Self::Other];

    /// The IMPS name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::MobilePhone => "MOBILE_PHONE",
            Self::Computer => "COMPUTER",
            Self::Pda => "PDA",
            Self::Cli => "CLI",
            Self::Other => "OTHER",
        }
    }

    /// The kind of that IMPS name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Availability {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Available, Self::NotAvailable, Self::Discreet];

    /// The IMPS name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Available => "AVAILABLE",
            Self::NotAvailable => "NOT_AVAILABLE",
            Self::Discreet => "DISCREET",
        }
    }

    /// The value of that IMPS name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|value| value.name() == name)
    }

    /// What a client calls it to its user.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Discreet => "busy",
            Self::NotAvailable => "away",
        }
    }

    /// The value of a client's word.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|value| value.word() == word)
    }

    /// What a user turns to next, where nobody says what: available, busy, away, and from the start.
    pub(crate) fn next(self) -> Self {
        match self {
            Self::Available => Self::Discreet,
            Self::Discreet => Self::NotAvailable,
            Self::NotAvailable => Self::Available,
        }
    }
}

/// Which client an attribute is about (ClientID).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientId {
    /// A phone, by its number in international form (CR16 16.3).
    Number(Msisdn),
    /// Any other client, by a URL of its user's provider.
    Url(String),
}

/// One attribute. Without a qualifier and a value it means, in a request, *this attribute*.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute<T> {
    /// `Qualifier`: whether the value is valid.
    pub(crate) qualifier: Option<bool>,
    /// Which client it is about; in the client attributes of IMPS 1.3 only (OnlineStatus and ClientInfo).
    pub(crate) client: Option<ClientId>,
    /// What the attribute says; `None` in a request.
    pub value: Option<T>,
}

impl<T> Attribute<T> {
    /// A valid value.
    pub(crate) fn valid(value: T) -> Self {
        Self { qualifier: Some(true), client: None, value: Some(value) }
    }

    /// The attribute as a request names it.
    pub(crate) fn named() -> Self {
        Self { qualifier: None, client: None, value: None }
    }

    /// The same about one client, where the version of IMPS names clients.
    fn of_client(self, client: &Option<ClientId>) -> Self {
        Self { client: client.clone(), ..self }
    }
}

/// A set of presence attributes, each present or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// `OnlineStatus`: whether the user is logged in, or looks so (CR16-2).
    pub online_status: Option<Attribute<bool>>,
    /// `ClientInfo`, of which ClientType.
    pub(crate) client_info: Option<Attribute<ClientType>>,
    /// `UserAvailability`: the user's own setting (CR16-4 of a legacy customer).
    pub(crate) user_availability: Option<Attribute<Availability>>,
    /// `StatusText`: free text; of legacy customers the IMSP's own (CR16-5).
    pub status_text: Option<Attribute<String>>,
}

impl Presence {
    /// The four attributes as a request names them.
    pub(crate) fn all_named() -> Self {
        Self {
            online_status: Some(Attribute::named()),
            client_info: Some(Attribute::named()),
            user_availability: Some(Attribute::named()),
            status_text: Some(Attribute::named()),
        }
    }

    /// What an IM user shows who is online. `client`: what IMPS 1.3 adds to the client attributes. A
    /// StatusText is as long as theirs.
    pub(crate) fn im_user(look: Look, client: Option<ClientId>) -> Self {
        let text = "x".repeat(usize::from(look.text.bytes));
        Self {
            online_status: Some(Attribute::valid(true).of_client(&client)),
            client_info: look.client.map(|kind| Attribute::valid(kind).of_client(&client)),
            user_availability: Some(Attribute::valid(look.availability)),
            status_text: Some(text).filter(|text| !text.is_empty()).map(Attribute::valid),
        }
    }

    /// What a logout tells of an IM user: availability is their own setting and stays.
    pub(crate) fn offline(client: Option<ClientId>) -> Self {
        let online_status = Some(Attribute::valid(false).of_client(&client));
        Self { online_status, ..Self::default() }
    }

    /// What is told of whom a watcher may not see any more: nothing said before is valid.
    pub(crate) fn withdrawn(client: Option<ClientId>) -> Self {
        let not_valid = Attribute { qualifier: Some(false), client: None, value: None };
        Self { online_status: Some(not_valid.of_client(&client)), ..Self::default() }
    }

    /// What a deliberate fault makes of the attributes of a legacy customer (CR16-2 to CR16-5).
    pub(crate) fn spoil(&mut self, defect: Defect) {
        let Self { online_status, client_info, user_availability, status_text } = self;
        match defect {
            Defect::StatusTextMissing => *status_text = None,
            Defect::ClientTypeMissing => *client_info = None,
            Defect::AvailabilityMissing => *user_availability = None,
            Defect::ClientIdMissing => {
                online_status.iter_mut().for_each(|status| status.client = None);
                client_info.iter_mut().for_each(|info| info.client = None);
            }
            Defect::QualifierMissing => {
                online_status.iter_mut().for_each(|status| status.qualifier = None);
                client_info.iter_mut().for_each(|info| info.qualifier = None);
                user_availability.iter_mut().for_each(|value| value.qualifier = None);
                status_text.iter_mut().for_each(|text| text.qualifier = None);
            }
            _ => {}
        }
    }

    /// Whether a client marks the contact as a legacy customer (OMTP IM-0140).
    pub fn is_legacy(&self) -> bool {
        let info = self.client_info.as_ref();
        info.is_some_and(|info| {
            info.qualifier != Some(false) && info.value == Some(ClientType::Cli)
        })
    }
}

/// What an IM user shows while online: UserAvailability and ClientInfo (CR16, IMPS presence attributes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Look {
    /// The user's own setting; it outlasts sessions.
    pub availability: Availability,
    /// The kind of client; `None` where an agreement on the way does not expose it (RD-8).
    pub client: Option<ClientType>,
    /// What the user has written about themselves; none where an agreement on the way does not expose it.
    pub text: StatusText,
}

/// A user's own StatusText as networks tell it apart from others: by its length alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct StatusText {
    /// Bytes in an XML document, markup characters escaped; 0: the user shows none.
    pub bytes: u8,
    /// Which words of a script, counted from 1, for whoever shows them; 0: nobody has written any down.
    pub words: u8,
}

impl StatusText {
    /// The user shows none.
    pub const NONE: Self = Self { bytes: 0, words: 0 };
}

impl Look {
    /// Of a user who has set nothing, on a phone.
    pub(crate) const MOBILE: Self = Self {
        availability: Availability::Available,
        client: Some(ClientType::MobilePhone),
        text: StatusText::NONE,
    };
}

/// What is new about somebody to their watchers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// An IM user changed their presence while online.
    Changed(Look),
    /// An IM user logged in.
    Online(Look),
    /// An IM user logged out.
    Offline,
    /// A legacy customer, or whoever is shown as one, looks online from now on.
    LegacyOnline,
    /// A legacy customer, or whoever is shown as one, looks offline from now on.
    LegacyOffline,
    /// The watcher may see the presence of an IM user who is online, from now on.
    Granted(Look),
    /// The watcher may not see the presence any more.
    Withdrawn,
}

impl News {
    /// What an IM user who is online looks like by them.
    pub(crate) fn look(self) -> Option<Look> {
        match self {
            Self::Changed(look) | Self::Online(look) | Self::Granted(look) => Some(look),
            Self::Offline | Self::LegacyOnline | Self::LegacyOffline | Self::Withdrawn => None,
        }
    }

    /// The same with another look, such as one without what an agreement does not expose (RD-8).
    pub(crate) fn map(self, look: impl Fn(Look) -> Look) -> Self {
        match self {
            Self::Changed(shown) => Self::Changed(look(shown)),
            Self::Online(shown) => Self::Online(look(shown)),
            Self::Granted(shown) => Self::Granted(look(shown)),
            Self::Offline | Self::LegacyOnline | Self::LegacyOffline | Self::Withdrawn => self,
        }
    }

    /// Whether it tells what a watcher may see, and not how somebody looks.
    pub(crate) fn is_permission(self) -> bool {
        match self {
            Self::Granted(_) | Self::Withdrawn => true,
            Self::Changed(_)
            | Self::Online(_)
            | Self::Offline
            | Self::LegacyOnline
            | Self::LegacyOffline => false,
        }
    }
}

/// The attributes of an SMS-only user (CR16-2 to CR16-5). Where the operator shows such customers
/// offline (HLR-1), OnlineStatus is F and UserAvailability follows it. `names_client`: from IMPS 1.3 on.
pub(crate) fn legacy(
    msisdn: Msisdn,
    online: bool,
    status_text: &str,
    names_client: bool,
) -> Presence {
    let client = names_client.then_some(ClientId::Number(msisdn));
    // CR16-2: OnlineStatus; CR16-3: ClientInfo; CR16-4: UserAvailability; CR16-5: StatusText.
    let availability = if online { Availability::Available } else { Availability::NotAvailable };
    Presence {
        online_status: Some(Attribute::valid(online).of_client(&client)),
        client_info: Some(Attribute::valid(ClientType::Cli).of_client(&client)),
        user_availability: Some(Attribute::valid(availability)),
        status_text: Some(Attribute::valid(status_text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cr16_an_sms_only_user_is_online_available_and_marked_cli() {
        let number = Msisdn::parse("+46760000001").unwrap();
        let presence = legacy(number, true, "SMS-only", true);
        let online = presence.online_status.clone().unwrap();
        assert_eq!((online.qualifier, online.value), (Some(true), Some(true)));
        assert_eq!(online.client, Some(ClientId::Number(number)));
        let before = legacy(number, true, "SMS-only", false);
        assert_eq!(before.online_status.unwrap().client, None);
        assert!(presence.is_legacy());
        assert_eq!(presence.user_availability.unwrap().value, Some(Availability::Available));
        assert_eq!(presence.status_text.unwrap().value.as_deref(), Some("SMS-only"));
    }

    #[test]
    fn an_im_user_is_not_marked_legacy() {
        assert!(!Presence::im_user(Look::MOBILE, None).is_legacy());
        assert!(!Presence::default().is_legacy());
    }

    #[test]
    fn names_lead_back_to_their_values() {
        for kind in ClientType::ALL {
            assert_eq!(ClientType::from_name(kind.name()), Some(kind));
        }
        for value in Availability::ALL {
            assert_eq!(Availability::from_name(value.name()), Some(value));
            assert_eq!(Availability::from_word(value.word()), Some(value));
            assert_eq!(value.next().next().next(), value);
        }
        assert_eq!(ClientType::from_name("cli"), None);
    }
}
