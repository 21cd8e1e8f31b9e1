//! The table of what a workload may say, of all operators or of one.

use super::super::shape::Default::{Absent, Is, Required};
use super::super::shape::Shape::{Count, Either, Flag, List, Map, Number, Rate, Share, Text, Word};
use super::super::shape::{Field, Shape, field};
use super::super::words;

const DURATION: Shape = Shape::Duration;
const DELAY: Shape = Shape::DurationDistribution;
const COUNTS: Shape = Shape::CountDistribution;

/// Keys of `workload`; each may be set anew for the users of one operator.
pub(crate) const WORKLOAD: &[Field] = &[
    field("contacts", Map(CONTACTS), Is("{}"), "Contact lists."),
    field("messages", Map(MESSAGES), Is("{}"), "First messages and answers."),
    field("presence", Map(PRESENCE), Is("{}"), "Presence changes."),
    field("sessions", Map(SESSIONS), Is("{}"), "Logins and logouts."),
    field("growth", Map(GROWTH), Is("{}"), "Contacts added during the run."),
    field("activities", Map(ACTIVITIES), Is("{}"), "What users do besides."),
    field("groups", Map(GROUPS), Is("{}"), "Group messaging."),
    field("load", Number, Is("1.0"), "Multiplies all rates."),
    field("stages", List(&Map(STAGE), 0), Is("[]"), "Load over the measured time."),
    field(
        "by_operator",
        Shape::WorkloadByOperator,
        Is("{}"),
        "Overrides for the users of one operator.",
    ),
];

const CONTACTS: &[Field] = &[
    field(
        "per_user",
        COUNTS,
        Is("{ zipf: { max: 200, exponent: 1.1 } }"),
        "Contacts of an IM user.",
    ),
    field("elsewhere", Share, Is("35%"), "Share of IM contacts served by other operators."),
    field("sms_only", Share, Is("30%"), "Share of contacts that are legacy customers."),
    field("sms_only_elsewhere", Share, Is("60%"), "Of those, the share served by other operators."),
    field("mutual", Share, Is("80%"), "Share of IM contacts that also list the user."),
    field("file", Text, Absent, "Contacts from a CSV file instead: from,to as operator/index."),
];

const MESSAGES: &[Field] = &[
    field("per_user", Rate, Is("12/h"), "First messages of an online IM user."),
    field("total", Rate, Absent, "One arrival process for all users of the operator instead."),
    field(
        "arrivals",
        Either(&Word(words::ARRIVALS.list), &Map(BURSTY_CHOICE)),
        Is("poisson"),
        "How arrivals are spread over time.",
    ),
    field("length", COUNTS, Is("{ lognormal: { median: 38, p99: 300 } }"), "Characters."),
    field("ucs2", Share, Is("5%"), "Share of texts outside the GSM 7-bit alphabet."),
    field("rich", Share, Is("0%"), "Share of texts that are not plain, such as pictures (CLI-1)."),
    field("reports", Share, Is("0%"), "Share of instant messages with a delivery report."),
    field(
        "recipients",
        Either(&Word(words::RECIPIENTS.list), &Map(ZIPF_CHOICE)),
        Is("{ zipf: 1.0 }"),
        "Weight over the sender's contact list.",
    ),
    field("reply", Map(REPLY), Is("{}"), "Answers."),
];

const BURSTY_CHOICE: &[Field] = &[field("bursty", Map(BURSTY), Required, "On and off in turn.")];
const BURSTY: &[Field] = &[
    field("mean_on", DURATION, Required, "Mean length of an on period."),
    field("mean_off", DURATION, Required, "Mean length of an off period."),
];
const ZIPF_CHOICE: &[Field] = &[field("zipf", Number, Required, "Exponent.")];
const REPLY: &[Field] = &[
    field("share", Share, Is("60%"), "Share of delivered messages that are answered."),
    field(
        "after",
        DELAY,
        Is("{ lognormal: { median: 25s, p99: 20m } }"),
        "From the delivery to the intent to answer.",
    ),
];
const PRESENCE: &[Field] = &[
    field("changes", Rate, Is("3/h"), "Presence changes of an online IM user."),
    field(
        "status_text",
        COUNTS,
        Absent,
        "Characters of the StatusText that users show, 255 at most, new with each change; none by \
         default.",
    ),
];
const SESSIONS: &[Field] = &[
    field("online", Share, Is("60%"), "Share of IM users logged in at a moment."),
    field(
        "length",
        Either(&Word(&["unlimited"]), &DELAY),
        Is("{ exponential: 2h }"),
        "Session length.",
    ),
    field(
        "offline_messages",
        Word(words::OFFLINE_MESSAGES.list),
        Is("store"),
        "A message to an IM user who is logged out.",
    ),
];
const GROWTH: &[Field] = &[
    field("add_contact", Rate, Is("0.1/h"), "Contacts an online IM user adds."),
    field("accept", Share, Is("95%"), "Share of contact requests accepted."),
    field("upgrades", Rate, Is("0/h"), "Legacy customers becoming IM users, per operator."),
];
const ACTIVITIES: &[Field] = &[
    field("search", Rate, Is("0/h"), "Searches of an online IM user (RD-3)."),
    field("remove_contact", Rate, Is("0/h"), "Contacts an online IM user removes."),
    field("block", Rate, Is("0/h"), "Contacts an online IM user blocks, or unblocks (CR16-1)."),
    field("invite", Rate, Is("0/h"), "Invitations of an online IM user to a group (IM-0020)."),
    field("command", Rate, Is("0/h"), "Presence commands by SMS of a legacy customer (HLR-2)."),
];
const GROUPS: &[Field] = &[
    field("rooms", Count(0, 10_000_000), Is("0"), "Rooms per operator."),
    field("members", COUNTS, Is("{ geometric: 6 }"), "Members of a room."),
    field("messages", Rate, Is("0/h"), "Messages of a member."),
];
const STAGE: &[Field] = &[
    field("for", DURATION, Required, "How long it lasts."),
    field("load", Number, Required, "Load at its end."),
    field("ramp", Flag, Is("false"), "Whether the load moves linearly from the stage before."),
];
/// Keys that another replaces.
pub(crate) fn instead_of(key: &str) -> &'static [&'static str] {
    match key {
        "total" => &["per_user"],
        "file" => &["per_user", "elsewhere", "sms_only", "sms_only_elsewhere", "mutual"],
        _ => &[],
    }
}
