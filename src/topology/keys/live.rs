//! The keys of what is real in a live run.

use super::super::shape::Default::{Absent, Is, Required};
use super::super::shape::Shape::{Count, Flag, List, Map, Text, Word};
use super::super::shape::{Field, Shape, field};
use crate::domain::federation::{FaultKind, Identities, LongText};

const TIME: Shape = Shape::Duration;

/// A real SMSC in the place of the model's.
pub(crate) const EXTERNAL_SMSC: &[Field] = &[
    field("smpp", Text, Required, "Host and port of its SMPP 3.4."),
    field("system_id", Text, Is("interwork"), "Our name there."),
    field(
        "password_env",
        Text,
        Absent,
        "The environment variable that holds the password; none is sent without it.",
    ),
    field("sessions", Count(1, 10_000), Is("1"), "Sessions, bound as transceivers."),
    field("window", Count(1, 10_000), Is("10"), "Requests of a session that may wait for answers."),
    field("response", TIME, Is("30s"), "A request without an answer is given up after it."),
    field("enquire_link", TIME, Is("30s"), "Silence after which a session is tested."),
    field("receipts", Flag, Is("true"), "Whether delivery receipts are asked for."),
    field("receipt_within", TIME, Is("48h"), "A receipt is awaited for so long."),
    field("long", Word(LongText::LABELS), Is("header"), "How it is told of parts of long texts."),
];

/// A door of our SMSC for clients of others.
pub(crate) const LISTEN: &[Field] = &[
    field("smpp", Text, Is("\"127.0.0.1:2775\""), "Address and port to listen on."),
    field("accounts", List(&Map(ACCOUNT), 1), Required, "Clients that may come in."),
    field(
        "window",
        Count(1, 10_000),
        Is("10"),
        "Deliveries of a session that may wait for answers.",
    ),
    field(
        "identities",
        Word(Identities::LABELS),
        Is("hexadecimal"),
        "How identities of messages are written; mixed: hexadecimal in answers, decimal in receipts.",
    ),
    field("faults", List(&Map(FAULT), 0), Is("[]"), "What it does wrong, and when."),
];

const ACCOUNT: &[Field] = &[
    field("system_id", Text, Required, "The client's name."),
    field(
        "password_env",
        Text,
        Absent,
        "The environment variable that holds its password; without it any will do.",
    ),
    field("sessions", Count(1, 10_000), Is("10"), "Sessions that it may have at a time."),
];

const FAULT: &[Field] = &[
    field("at", TIME, Required, "When it begins, from the start of measuring."),
    field("for", TIME, Required, "How long it lasts."),
    field("does", Word(FaultKind::LABELS), Required, "What goes wrong."),
    field("by", TIME, Is("1s"), "How much later it answers (slow) or tells (late_receipts)."),
];
