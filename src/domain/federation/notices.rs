//! What clients tell their users of the legacy service (OMTP IM-0060), and how often. Settings of an IMSP;
//! it knows no clients.

use crate::domain::outcome::closed_list;

/// How often the client tells its user about the legacy service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// Says nothing about it.
    None,
    /// At the first message to a legacy contact.
    Once,
    /// At each message to a legacy contact.
    Each,
}

/// What stands for the contact in a text.
pub(crate) const CONTACT: &str = "<contact>";

/// What clients tell their users of the legacy service, by its kind: `<contact>` stands for the contact, and an empty
/// text is not shown. It is between client and user, and counts towards nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Notices {
    /// The set-up wizard, as somebody uses the client for the first time.
    pub(crate) setup: String,
    /// The status line, as the user writes.
    pub(crate) writing: String,
    /// The advice of charge, in a window of its own, as what is written goes as SMS.
    pub(crate) charge: String,
    /// Of the limit, as the client stops a text (IM-0040).
    pub(crate) limit: String,
}

impl Notices {
    /// The text of a kind.
    pub(crate) fn text(&self, kind: NoticeKind) -> &str {
        match kind {
            NoticeKind::Setup => &self.setup,
            NoticeKind::Writing => &self.writing,
            NoticeKind::Charge => &self.charge,
            NoticeKind::Limit => &self.limit,
        }
    }
}

closed_list! {
    /// What a client can tell its user of the legacy service: the means that OMTP IM-0060 names, and IM-0040.
    NoticeKind {
        /// In the set-up wizard.
        Setup => "setup",
        /// In the status line.
        Writing => "writing",
        /// As advice of charge.
        Charge => "charge",
        /// Of the limit.
        Limit => "limit",
    }
}
