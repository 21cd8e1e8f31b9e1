//! The rows: what the source documents ask, where they ask it, and what checks it. Ids are those of
//! the project's index of requirements.

use super::Check;

/// How strongly a source asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// SHALL: an obligation.
    Shall,
    /// SHALL NOT: a prohibition.
    ShallNot,
    /// SHOULD: a recommendation.
    Should,
    /// SHOULD NOT: advice against it.
    ShouldNot,
    /// MAY: an option that is left open.
    May,
    /// Described, without such a word.
    Holds,
}

impl Level {
    /// As the sources write it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Shall => "SHALL",
            Self::ShallNot => "SHALL NOT",
            Self::Should => "SHOULD",
            Self::ShouldNot => "SHOULD NOT",
            Self::May => "MAY",
            Self::Holds => "-",
        }
    }
}

/// A requirement of a source document, and what checks it.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Such as `IM-0030`.
    pub id: &'static str,
    /// How strongly it is asked.
    pub(crate) level: Level,
    /// Document and clause that ask for it.
    pub(crate) source: &'static str,
    /// What the source asks for, in a few words.
    pub(crate) what: &'static str,
    /// What checks it.
    pub(crate) check: Check,
}

const fn row(
    id: &'static str,
    level: Level,
    source: &'static str,
    what: &'static str,
    check: Check,
) -> Row {
    Row { id, level, source, what, check }
}

use self::Level::{Holds, May, Shall, ShallNot, Should, ShouldNot};
use super::Check::{Encoded, Played};

/// Every requirement, in the order of the index.
pub const ROWS: &[Row] = &[
    row(
        "KIND-1",
        Holds,
        "OMTP 2",
        "an IM user receives messages on IM",
        Played(&[
            "kind-1",
            "kind-1-between",
            "kind-1-overtaken",
            "kind-1-off-air",
            "kind-1-no-smsc",
        ]),
    ),
    row(
        "KIND-2",
        Holds,
        "OMTP 2",
        "a pre-registered legacy customer receives on SMS through the home IMSP's SMSC",
        Played(&["kind-2"]),
    ),
    row(
        "KIND-3",
        Holds,
        "OMTP 2",
        "a customer who is not registered receives on SMS through the sender's IMSP",
        Played(&["kind-3", "kind-3-detached"]),
    ),
    row(
        "KIND-4",
        Holds,
        "OMTP 5",
        "the same person is an IM user to one partner and an SMS customer to another",
        Played(&["kind-4"]),
    ),
    row(
        "UC-1a",
        Holds,
        "OMTP 2.3",
        "a number is validated at home; one account however many add it",
        Played(&["uc-1a", "uc-1a-state", "uc-1a-remembered"]),
    ),
    row(
        "UC-1b",
        Holds,
        "OMTP 2.3",
        "nothing crosses an IM agreement for a customer without IM",
        Played(&["uc-1b", "uc-1b-unreachable"]),
    ),
    row(
        "UC-2a",
        Holds,
        "OMTP 2.4",
        "the home IMSP converts to SMS",
        Played(&["uc-2a", "uc-2a-outage"]),
    ),
    row(
        "UC-2b",
        Holds,
        "OMTP 2.4",
        "the sender's IMSP converts and terminates on the other network",
        Played(&["uc-2b"]),
    ),
    row(
        "UC-3",
        Holds,
        "OMTP 2.5",
        "an upgrade: watchers allowed see it, the next message is IM, none lost or doubled",
        Played(&[
            "uc-3",
            "uc-3-denied",
            "uc-3-denied-im",
            "uc-3-timeline",
            "uc-3-denied-blocked",
            "uc-3-unheard",
            "uc-3-writes",
            "uc-3-login",
            "uc-3-taught",
            "uc-3-mistaken",
            "uc-3-unregistered",
            "uc-3-later",
            "uc-3-back",
            "uc-3-no-notice",
            "uc-3-messaging-only",
            "uc-3-removed",
        ]),
    ),
    row(
        "UC-3c",
        Holds,
        "OMTP 2.5",
        "an operator becomes an IMSP during the run",
        Played(&[
            "uc-3c",
            "uc-3c-listed",
            "uc-3c-known",
            "uc-3c-answer",
            "uc-3c-away",
            "uc-3c-once",
        ]),
    ),
    row(
        "UC-4a",
        Holds,
        "OMTP 2.6",
        "an answer comes back through IMSP B, in the right conversation",
        Played(&["uc-4a"]),
    ),
    row(
        "UC-4b",
        Holds,
        "OMTP 2.6",
        "an answer comes back through MNO A, in the right conversation",
        Played(&["uc-4b", "uc-4b-outage", "uc-4b-conversation"]),
    ),
    row(
        "RD-1",
        Holds,
        "RD7 7.1.3",
        "without an agreement nothing interworks, with a reason",
        Played(&[
            "rd-1",
            "rd-1-addressing",
            "rd-1-numbers",
            "rd-1-unknown",
            "rd-1-lapsed",
            "rd-1-handset",
            "rd-1-request",
            "rd-1-status",
            "rd-1-status-later",
        ]),
    ),
    row("RD-2", Holds, "RD7 7.1.3", "devices and access differ freely", Played(&["rd-2"])),
    row(
        "RD-3",
        Holds,
        "RD7 7.1.5",
        "a contact request by number or address reaches the device; search is refused where not agreed",
        Played(&[
            "rd-3",
            "rd-3-by-number",
            "rd-3-dialled",
            "rd-3-found",
            "rd-3-search",
            "rd-3-no-search",
            "rd-3-directory",
        ]),
    ),
    row(
        "RD-4",
        Holds,
        "RD7 7.1.5",
        "both lists hold each other after one exchange",
        Played(&[
            "rd-4",
            "rd-4-again",
            "rd-4-refused",
            "rd-4-declined",
            "rd-4-learned",
            "rd-4-number",
            "rd-4-uid",
        ]),
    ),
    row(
        "RD-5",
        Holds,
        "RD7 7.1.5",
        "presence crosses and reaches the watcher",
        Played(&[
            "rd-5",
            "rd-5-values",
            "rd-5-own",
            "rd-5-status-text",
            "rd-5-domain",
            "rd-5-late",
            "rd-5-phases",
            "rd-5-refresh",
            "rd-5-start",
            "rd-5-two",
            "rd-5-order",
        ]),
    ),
    row(
        "RD-6",
        Holds,
        "RD7 7.1.5",
        "messages travel both ways in one conversation",
        Played(&[
            "rd-6",
            "rd-6-first",
            "rd-6-in-turn",
            "rd-6-report",
            "rd-6-outage",
            "rd-6-alerts",
        ]),
    ),
    row(
        "RD-7",
        Holds,
        "RD7 7.1.7",
        "what an agreement does not carry does not cross",
        Played(&["rd-7", "rd-7-limited", "rd-7-groups", "rd-7-second-leg"]),
    ),
    row(
        "RD-8",
        Holds,
        "RD7 7.1.7",
        "each provider decides what its users see of contacts",
        Played(&["rd-8", "rd-8-agreement", "rd-8-status-text"]),
    ),
    row(
        "CR16-1",
        Holds,
        "CR16 16.1",
        "SMS-only users are listed, written to, blocked and unblocked as any contact",
        Played(&[
            "cr16-1",
            "cr16-blocked-watcher",
            "cr16-block-contact",
            "cr16-block-and-upgrade",
            "cr16-1-removed",
            "cr16-1-unfollowed",
            "cr16-1-own",
        ]),
    ),
    row(
        "CR16-2",
        Should,
        "CR16 16.3",
        "OnlineStatus: T, T, the MSISDN",
        Encoded(
            "<OnlineStatus><Qualifier>T</Qualifier><ClientID><MSISDN>{}</MSISDN></ClientID><PresenceValue>T</PresenceValue></OnlineStatus>",
            &["cr16-2-phone", "cr16-2-before"],
        ),
    ),
    row(
        "CR16-3",
        Should,
        "CR16 16.3",
        "ClientInfo: T, CLI, the MSISDN",
        Encoded(
            "<ClientInfo><Qualifier>T</Qualifier><ClientID><MSISDN>{}</MSISDN></ClientID><ClientType>CLI</ClientType></ClientInfo>",
            &["cr16-3-lower"],
        ),
    ),
    row(
        "CR16-4",
        Should,
        "CR16 16.3",
        "UserAvailability: T, AVAILABLE",
        Encoded(
            "<UserAvailability><Qualifier>T</Qualifier><PresenceValue>AVAILABLE</PresenceValue></UserAvailability>",
            &[],
        ),
    ),
    row(
        "CR16-5",
        Should,
        "CR16 16.3",
        "StatusText: T, SMS-only",
        Encoded(
            "<StatusText><Qualifier>T</Qualifier><PresenceValue>SMS-only</PresenceValue></StatusText>",
            &[],
        ),
    ),
    row("CR16-6", Should, "CR16 16.3", "clients mark SMS-only contacts", Played(&["cr16-6"])),
    row(
        "IM-0010",
        Shall,
        "OMTP 3.1",
        "legacy customers look online by default",
        Played(&["im-0010"]),
    ),
    row(
        "IM-0020",
        ShouldNot,
        "OMTP 3.1",
        "no group messaging with legacy customers",
        Played(&[
            "im-0020",
            "im-0020-away",
            "im-0020-group",
            "im-0020-member",
            "im-0020-blocked",
            "im-0020-left",
            "im-0020-lapsed",
            "im-0020-limited",
        ]),
    ),
    row(
        "IM-0030",
        Shall,
        "OMTP 3.1",
        "160 characters pass, 161 do not; split and truncate by choice",
        Played(&[
            "im-0030",
            "im-0030-split",
            "im-0030-truncate",
            "im-0030-wide",
            "im-0030-answer",
            "im-0030-stored",
        ]),
    ),
    row(
        "IM-0040",
        Shall,
        "OMTP 3.1",
        "the terminal tells its user of the limit",
        Played(&["im-0040"]),
    ),
    row(
        "IM-0050",
        Shall,
        "OMTP 3.1",
        "answers come back to the initiator's client",
        Played(&["im-0050", "im-0050-late", "im-0050-over"]),
    ),
    row(
        "IM-0060",
        Should,
        "OMTP 3.1",
        "the client tells its user about the legacy service",
        Played(&[
            "im-0060",
            "im-0060-each",
            "im-0060-none",
            "im-0060-kinds",
            "im-0060-unreachable",
        ]),
    ),
    row(
        "IM-0070",
        Shall,
        "OMTP 3.3",
        "users can tell IM contacts from SMS contacts, by configuration",
        Played(&["im-0070", "im-0070-hidden"]),
    ),
    row("IM-0080", Shall, "OMTP 3.3", "where visible, a clear mark shows it", Played(&["im-0080"])),
    row(
        "IM-0090",
        ShallNot,
        "OMTP 3.3",
        "the two kinds of legacy customers look the same",
        Played(&[
            "im-0090",
            "im-0090-words",
            "im-0090-offline",
            "im-0090-login",
            "im-0090-login-offline",
        ]),
    ),
    row("IM-0100", May, "OMTP 3.3", "the list is laid out consistently", Played(&["im-0100"])),
    row(
        "IM-0110",
        Shall,
        "OMTP 3.3",
        "the legacy mark is unique on the list",
        Played(&["im-0110"]),
    ),
    row("IM-0120", Shall, "OMTP 4.1", "StatusText is shown", Played(&["im-0120"])),
    row("IM-0130", Should, "OMTP 4.1", "StatusText is shown prominently", Played(&["im-0130"])),
    row("IM-0140", Shall, "OMTP 4.2", "ClientType CLI marks a contact", Played(&["im-0140"])),
    row(
        "HLR-1",
        Holds,
        "OMTP 3.2",
        "presence of registered customers from the HLR",
        Played(&["hlr-1", "hlr-1-upgrade", "hlr-1-start"]),
    ),
    row(
        "HLR-2",
        Holds,
        "OMTP 3.2",
        "presence by SMS command",
        Played(&["hlr-2", "hlr-2-off", "hlr-2-login", "hlr-2-no-account", "hlr-2-start"]),
    ),
    row(
        "HLR-3",
        Holds,
        "OMTP 3.2",
        "customers of operators without IM are online for ever",
        Played(&["hlr-3"]),
    ),
    row(
        "CLI-1",
        Holds,
        "OMTP appendix A",
        "a CLI client takes plain text only",
        Played(&["cli-1"]),
    ),
    row(
        "IMS-1",
        Holds,
        "LS",
        "one access-independent core serves users on any access",
        Played(&["ims-1"]),
    ),
    row(
        "IMS-2",
        Holds,
        "LS",
        "an IMS and an IMPS operator interwork through a gateway that translates",
        Played(&["ims-2"]),
    ),
    row(
        "SSP-1",
        Holds,
        "IMPS SSP",
        "servers set up a session, with version and services, before anything else crosses",
        Played(&["ssp-1", "ssp-1-services"]),
    ),
    row(
        "SSP-2",
        Holds,
        "IMPS SSP",
        "both servers notice that a session is lost, and set up another",
        Played(&["ssp-2", "ssp-2-idle", "ssp-2-order", "ssp-2-server"]),
    ),
];
