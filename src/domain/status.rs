//! What the sender of a request is told when it is refused: the status codes of the protocols, and
//! which of them goes with which reason. Crosses agreements; clients show it. It knows nothing of
//! how it gets there.

use super::outcome::{Reason, closed_list};

/// The protocol that a sender's device speaks with its operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// CSP of IMPS: the client of an IMSP.
    Imps,
    /// SIP: the client of an operator of kind `ims`.
    Sip,
    /// SMS: a handset.
    Sms,
}

closed_list! {
    /// A status of IMPS by its words (CSP and SSP have one list of codes).
    Status {
        /// 403.
        Forbidden => "forbidden",
        /// 404.
        NotFound => "not found",
        /// 405.
        NotSupported => "service not supported",
        /// 410.
        Undeliverable => "unable to deliver",
        /// 415.
        MediaType => "unsupported media type",
        /// 503.
        Unavailable => "service unavailable",
        /// 506.
        NotAgreed => "service not agreed",
        /// 507.
        QueueFull => "message queue is full",
        /// 516.
        Domain => "domain not supported",
        /// 531.
        UnknownUser => "unknown user",
        /// 532.
        Blocked => "recipient blocked the sender",
        /// 533.
        LoggedOut => "recipient not logged in",
        /// 810.
        NotMember => "not a group member",
        /// 901.
        Address => "general address error",
    }
}

impl Status {
    /// Its codes: of IMPS; of SIP (RFC 3261, mapped where no standard does); TP-FCS of an
    /// SMS-SUBMIT-REPORT (3GPP TS 23.040 9.2.3.22; of what no SMSC refuses a submission for: unspecified).
    const fn codes(self) -> (u16, u16, u8) {
        match self {
            Self::Forbidden => (403, 403, 0xFF),
            Self::NotFound => (404, 404, 0xFF),
            Self::NotSupported => (405, 405, 0xFF),
            Self::Undeliverable => (410, 480, 0xFF),
            Self::MediaType => (415, 415, 0xFF),
            // SC system failure.
            Self::Unavailable => (503, 503, 0xC2),
            // Destination SME barred.
            Self::NotAgreed => (506, 488, 0xC4),
            // SC busy.
            Self::QueueFull => (507, 503, 0xC0),
            // Invalid SME address.
            Self::Domain => (516, 404, 0xC3),
            Self::UnknownUser => (531, 404, 0xFF),
            Self::Blocked => (532, 403, 0xFF),
            Self::LoggedOut => (533, 480, 0xFF),
            Self::NotMember => (810, 403, 0xFF),
            Self::Address => (901, 416, 0xFF),
        }
    }

    /// As a device shows it: `531`, `404`, `0xC0`.
    pub(crate) fn code(self, language: Language) -> String {
        let (imps, sip, sms) = self.codes();
        match language {
            Language::Imps => imps.to_string(),
            Language::Sip => sip.to_string(),
            Language::Sms => format!("0x{sms:X}"),
        }
    }
}

impl Reason {
    /// What the sender is told of it; `None`: nothing, since no network refuses a client for it.
    pub(crate) const fn status(self) -> Option<Status> {
        Some(match self {
            Self::NoRoute => Status::Domain,
            Self::FeatureNotCarried => Status::NotAgreed,
            Self::Addressing => Status::Address,
            // None of their own: what cannot be delivered as SMS for good is 410.
            Self::TooLong | Self::NoSmsc | Self::RefusedOutside => Status::Undeliverable,
            Self::ContentType => Status::MediaType,
            Self::ImServerFull | Self::RelayFull | Self::TranslatorFull => Status::QueueFull,
            Self::SmscFull | Self::RateLimitFull | Self::ReplyNumbers => Status::QueueFull,
            // None of its own: the partner takes nothing more now.
            Self::NodeDown | Self::SessionLost | Self::RateLimited => Status::Unavailable,
            Self::Unanswered => Status::Unavailable,
            Self::Offline => Status::LoggedOut,
            // None of its own: an answer in the negative has none. It does not tell who was asked from who
            // has blocked the asker (CR16-1).
            Self::Declined => Status::Forbidden,
            // Whose subscription has lapsed is nobody's business but theirs.
            Self::UnknownUser | Self::SubscriptionLapsed => Status::UnknownUser,
            // None of its own: the service is not for this user.
            Self::LegacyCustomer => Status::NotSupported,
            Self::Blocked => Status::Blocked,
            Self::NotMember => Status::NotMember,
            // The client says so by itself (IM-0040).
            Self::StoppedByClient => return None,
            // Of short messages that an SMSC has accepted, handsets hear if they ask for a report.
            Self::ReplyUnassigned | Self::Misdelivered => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rd_1_each_device_is_told_in_its_own_protocol() {
        let told = |reason: Reason| reason.status().expect("a status");
        let unknown = told(Reason::UnknownUser);
        assert_eq!(unknown.code(Language::Imps), "531");
        assert_eq!(unknown.code(Language::Sip), "404");
        assert_eq!(told(Reason::SmscFull).code(Language::Sms), "0xC0");
        assert_eq!(told(Reason::Blocked).code(Language::Imps), "532");
        assert_eq!(told(Reason::Offline).code(Language::Imps), "533");
        assert_eq!(told(Reason::NoRoute).code(Language::Imps), "516");
        assert_eq!(told(Reason::SubscriptionLapsed), unknown);
    }

    #[test]
    fn codes_of_imps_are_each_of_one_status() {
        let codes: Vec<u16> = Status::ALL.iter().map(|status| status.codes().0).collect();
        assert!(codes.is_sorted_by(|one, next| one < next), "{codes:?}");
    }
}
