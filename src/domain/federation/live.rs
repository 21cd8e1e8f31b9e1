//! What of a federation is real in a live run: systems of others in the place of a node, and doors to ours
//! for clients of others. A run by the virtual clock reads none of it.

use crate::domain::outcome::closed_list;
use crate::domain::time::Duration;

/// A real SMSC in the place of the model's.
#[derive(Clone, Debug, PartialEq)]
pub struct ExternalSmsc {
    /// Host and port.
    pub(crate) smpp: String,
    /// Our name there.
    pub(crate) system_id: String,
    /// The environment variable that holds the password; `None`: there is none.
    pub(crate) password_env: Option<String>,
    /// Sessions, at least 1.
    pub(crate) sessions: u32,
    /// Requests of each session that may wait for answers, at least 1.
    pub(crate) window: u32,
    /// Until a request is given up.
    pub(crate) response: Duration,
    /// Silence after which the link is tested.
    pub(crate) enquire_link: Duration,
    /// Whether receipts are asked for.
    pub(crate) receipts: bool,
    /// How long one is awaited.
    pub(crate) receipt_within: Duration,
    /// How parts of long texts are told.
    pub(crate) long: LongText,
}

closed_list! {
    /// How an SMSC is told that a short message is a part of a longer text.
    LongText {
        /// By a header before the text (3GPP TS 23.040 9.2.3.24).
        Header => "header",
        /// By the parameters `sar_*`.
        Sar => "sar",
        /// The whole text as `message_payload`.
        Payload => "payload",
    }
}

closed_list! {
    /// How an SMSC writes its identities of messages: in its answer, and in receipts.
    Identities {
        /// Decimal digits in both.
        Decimal => "decimal",
        /// Hexadecimal digits in both.
        Hexadecimal => "hexadecimal",
        /// Hexadecimal in the answer, decimal in the receipt.
        Mixed => "mixed",
    }
}

/// A door of our SMSC for clients of others.
#[derive(Clone, Debug, PartialEq)]
pub struct Listen {
    /// Address and port.
    pub(crate) smpp: String,
    /// Who may come in, at least one.
    pub(crate) accounts: Vec<ListenAccount>,
    /// Deliveries of a session that may wait for answers, at least 1.
    pub(crate) window: u32,
    /// How it writes identities.
    pub(crate) identities: Identities,
    /// What it does wrong, and when.
    pub(crate) faults: Vec<Fault>,
}

/// A client that may come in.
#[derive(Clone, Debug, PartialEq)]
pub struct ListenAccount {
    /// Its name.
    pub(crate) system_id: String,
    /// The environment variable that holds its password; `None`: any will do.
    pub(crate) password_env: Option<String>,
    /// Sessions that it may have at a time.
    pub(crate) sessions: u32,
}

closed_list! {
    /// What an SMSC does wrong.
    FaultKind {
        /// It refuses everything as above the rate (0x58).
        Throttle => "throttle",
        /// It refuses everything for its full queue (0x14).
        QueueFull => "queue_full",
        /// It answers after a while.
        Slow => "slow",
        /// It takes what comes and answers nothing.
        Silent => "silent",
        /// It drops all connections, and each that comes.
        Drop => "drop",
        /// It sends receipts after a while.
        LateReceipts => "late_receipts",
    }
}

/// Something that it does wrong for a while.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fault {
    /// From the start of measuring.
    pub(crate) at: Duration,
    /// How long.
    pub(crate) lasts: Duration,
    /// What.
    pub(crate) kind: FaultKind,
    /// How much later, of those that are late.
    pub(crate) by: Duration,
}
