//! The table of what a topology may say: keys, kinds of values, defaults and their reasons.

mod live;
mod money;
mod workload;

pub(crate) use self::live::{EXTERNAL_SMSC, LISTEN};
use self::money::{MONEY, PLAN};
pub(crate) use self::workload::{WORKLOAD, instead_of};
use super::shape::Default::{Absent, By, Is, Required};
use super::shape::Shape::{Count, Either, Flag, List, Map, Named, Number, Rate, Share, Text, Word};
use super::shape::{Field, Shape, field};
use super::words;
use crate::domain::federation::Protocol;

const MANY: u64 = u32::MAX as u64;
const DURATION: Shape = Shape::Duration;
const DELAY: Shape = Shape::DurationDistribution;

/// The whole file.
pub(crate) const TOPOLOGY: &[Field] = &[
    field("interwork", Count(1, 1), Required, "Version of the format: 1."),
    field("name", Text, Required, "Name of the topology; names the result folder."),
    field("description", Text, Is("\"\""), "One line for people."),
    field("operators", Shape::Operators, Required, "Operators by name."),
    field(
        "portability",
        List(&Map(PORTABILITY), 0),
        Is("[]"),
        "Numbers served by another operator than their prefix says.",
    ),
    field(
        "agreements",
        List(&Shape::Agreement, 0),
        Required,
        "Interconnect agreements; may be empty.",
    ),
    field("currency", Text, Is("EUR"), "Currency of every tariff and price."),
    field(
        "money",
        Map(MONEY),
        Is("{}"),
        "What a month costs, for `interwork plan` and `capacity`.",
    ),
    field("plan", Map(PLAN), Is("{}"), "What `interwork plan` plans for."),
    field("workload", Map(WORKLOAD), Is("{}"), "What users do."),
    field(
        "timeline",
        List(&Map(EVENT), 0),
        Is("[]"),
        "Events during the run, at times counted from the start of measuring.",
    ),
    field("run", Map(RUN), Is("{}"), "Seed and times."),
    field(
        "slo",
        List(&Text, 0),
        Is("[]"),
        "Service level objectives; one that fails makes `run` exit with 99.",
    ),
];

const KIND: Field = field("kind", Word(words::KIND.list), Required, "imsp, ims, mno or hub.");

/// An operator of kind `imsp`.
pub(crate) const IMSP: &[Field] = &[
    KIND,
    field("domain", Text, Required, "Domain of name@domain addresses."),
    field("numbers", List(&Text, 1), Required, "E.164 prefixes owned, quoted, with the plus sign."),
    field("subscribers", Map(SUBSCRIBERS), Is("{}"), "Subscribers served."),
    field(
        "access",
        Named(&DELAY),
        Is("{ mobile: { lognormal: { median: 120ms, p99: 600ms } }, wired: 15ms }"),
        "One-way delay between device and operator, by kind of access.",
    ),
    field(
        "clients",
        Named(&Map(CLIENT)),
        Is("{}"),
        "How clients get what comes for them, by kind of access.",
    ),
    field("im_server", Map(IM_SERVER), Is("{}"), "The IM server."),
    field(
        "imps_version",
        Word(words::IMPS_VERSION.list),
        Is("1.3"),
        "The version of IMPS that it speaks: between two operators the lower one governs. Presence \
         names clients from 1.3 on (CR16).",
    ),
    field(
        "smsc",
        Either(&Word(&["none"]), &Map(SMSC)),
        Is("{}"),
        "The SMSC; none for a provider without a mobile network.",
    ),
    field("hlr", Map(HLR), Is("{}"), "The HLR."),
    field("legacy", Map(LEGACY), Is("{}"), "Legacy customers (OMTP 2 and 3)."),
    field("directory", Map(DIRECTORY), Is("{}"), "Whom searches find (RD-3)."),
    field(
        "expose",
        List(&Word(words::EXPOSE.list), 0),
        Is("[provider, device_type, access_network, status_text]"),
        "What users see of their contacts (RD-8).",
    ),
];

/// An operator of kind `ims`: all of an IMSP, and the translator (IMS-2).
pub(crate) const IMS: &[Field] = &{
    let mut fields = [KIND; IMSP.len() + 1];
    let mut place = 0;
    while place < IMSP.len() {
        fields[place] = IMSP[place];
        place += 1;
    }
    fields[place] = field(
        "translator",
        Map(TRANSLATOR),
        Is("{}"),
        "Between the SIP inside and the SSP or XMPP of interconnects.",
    );
    fields
};

/// An operator of kind `mno`.
pub(crate) const MNO: &[Field] = &[
    KIND,
    field("numbers", List(&Text, 1), Required, "E.164 prefixes owned, quoted, with the plus sign."),
    field("subscribers", Map(SUBSCRIBERS), Is("{}"), "Subscribers served."),
    field(
        "access",
        Named(&DELAY),
        Is("{ mobile: { lognormal: { median: 120ms, p99: 600ms } } }"),
        "One-way delay between handset and operator.",
    ),
    field("smsc", Map(SMSC), Is("{}"), "The SMSC."),
    field("hlr", Map(HLR), Is("{}"), "The HLR."),
];

/// An operator of kind `hub`.
pub(crate) const HUB: &[Field] =
    &[KIND, field("relay", Map(RELAY), Is("{}"), "The transit server.")];

const SUBSCRIBERS: &[Field] = &[
    field("im", Count(0, MANY), Is("0"), "IM users: account, UID and client."),
    field("sms_only", Count(0, MANY), Is("0"), "Legacy customers."),
    field(
        "access",
        Named(&Share),
        Absent,
        "Shares of the IM users by kind of access; evenly over a single kind, else 80% mobile and 20% wired.",
    ),
];

const CLIENT: &[Field] = &[
    field(
        "channel",
        Word(words::FETCHING.list),
        Is("push"),
        "Told to fetch it as it comes, or asking for it at an interval (IMPS CSP).",
    ),
    field("poll_interval", DURATION, Is("30s"), "Between two polls, with `channel: poll`."),
    field(
        "keep_alive",
        DURATION,
        Is("59m"),
        "After so much silence a client says that it is there.",
    ),
];

const IM_SERVER: &[Field] = &[
    field("workers", Count(1, 1_000_000), Is("8"), "Parallel servers at one queue."),
    field(
        "service_time",
        Shape::ServiceTimes,
        Is("{ exponential: 2ms }"),
        "Per request; or a map by kind of request.",
    ),
    field("queue_limit", Count(0, MANY), Is("100000"), "Requests waiting; one more is refused."),
    field(
        "priority",
        Word(words::MESSAGES_FIRST.list),
        Is("none"),
        "Whether instant messages overtake other waiting requests.",
    ),
    field(
        "overload",
        Either(&Word(&["none"]), &Map(OVERLOAD)),
        Is("none"),
        "Shedding under overload (not simulated yet).",
    ),
];

const OVERLOAD: &[Field] = &[
    field("shed_above", Share, Required, "Utilisation above which requests are shed."),
    field("first", List(&Text, 0), Required, "Kinds of request shed first."),
];

const SMSC: &[Field] = &[
    field("nodes", Count(1, 1000), Is("1"), "Nodes; a submission goes to one at random."),
    field("throughput", Rate, Is("200/s"), "Licensed short messages a second and node."),
    field("queue_limit", Count(0, MANY), Is("1000000"), "Short messages waiting at a node."),
    field("validity", DURATION, Is("48h"), "An undelivered short message expires after it."),
    field(
        "retry",
        List(&DURATION, 1),
        Is("[1m, 1m, 1m, 1m, 1m, 10m, 10m, 10m, 10m, 10m, 10m, 1h]"),
        "Waits after failed attempts; the last repeats.",
    ),
    field(
        "alert",
        Flag,
        Is("true"),
        "Whether the HLR's report that a phone is back causes an attempt at once.",
    ),
    field(
        "attempt_time",
        DELAY,
        Is("{ lognormal: { median: 2.5s, p99: 12s } }"),
        "From the HLR's answer to the handset: paging and radio.",
    ),
    field(
        "other",
        Rate,
        Absent,
        "Short messages a second that IM does not cause, all nodes together: each takes its turn and \
         one message of the licence. None by default; the load does not change it.",
    ),
    field(
        "external",
        Map(EXTERNAL_SMSC),
        Absent,
        "`live`: a real SMSC in the place of this one; all else here is what is expected of it.",
    ),
    field("listen", Map(LISTEN), Absent, "`live`: real clients may come to this one."),
];

const HLR: &[Field] = &[
    field("workers", Count(1, 1_000_000), Is("20"), "Parallel look-ups at one queue."),
    field("lookup_time", DELAY, Is("{ exponential: 150ms }"), "Time of a look-up."),
    field("attached", Share, Is("92%"), "Share of phones attached at a moment."),
    field("detached_for", DELAY, Is("{ exponential: 40m }"), "How long a phone stays detached."),
    field(
        "other",
        Rate,
        Absent,
        "Look-ups a second that IM does not cause, such as those for calls. None by default; the \
         load does not change it.",
    ),
];

const DIRECTORY: &[Field] = &[
    field("listed", Share, Is("100%"), "Share of IM users who are listed."),
    field("others", Count(0, 1000), Is("0"), "Users found beside the one looked for."),
];

const NOTICES: &[Field] = &[
    field("setup", Text, Is("\"\""), "In the set-up wizard, as a customer becomes an IM user."),
    field(
        "writing",
        Text,
        Is("<contact> is served by SMS"),
        "In the status line, as the user writes to a legacy contact.",
    ),
    field("charge", Text, Is("\"\""), "As advice of charge, as what is written goes as SMS."),
    field(
        "limit",
        Text,
        Is("<contact> can be sent 160 characters"),
        "As the client stops a text, whatever `notice` says (IM-0040).",
    ),
];

const LEGACY: &[Field] = &[
    field(
        "register",
        Word(words::REGISTER_ON_CONTACT.list),
        Is("on_contact"),
        "Pre-registration of legacy customers (use case 1).",
    ),
    field(
        "presence",
        Word(words::LEGACY_PRESENCE.list),
        Is("online"),
        "How legacy customers look on the lists of its users, those of others too (IM-0010, IM-0090); `hlr`: its own as their phones are.",
    ),
    field(
        "status_text",
        Text,
        Is("SMS-only"),
        "Their StatusText on the lists of its users (CR16, IM-0090).",
    ),
    field(
        "overlong",
        Word(words::OVERLONG.list),
        Is("refuse"),
        "Text over one short message (IM-0030).",
    ),
    field(
        "source_notice",
        Text,
        Is("\"\""),
        "Text added to a fallback SMS; counts towards its length.",
    ),
    field(
        "notice",
        Word(words::NOTICE.list),
        Is("once"),
        "How often the client tells its user of a contact (IM-0060).",
    ),
    field(
        "notices",
        Map(NOTICES),
        Is("{}"),
        "What it tells, by kind: <contact> stands for the contact, \"\" for nothing; counts towards nothing.",
    ),
    field(
        "client_limit",
        Share,
        Is("100%"),
        "Share of users whose client stops a text too long for a legacy contact, if `overlong: refuse` (IM-0040).",
    ),
    field("visible", Flag, Is("true"), "Whether clients mark legacy contacts (IM-0070)."),
    field(
        "sms_commands",
        Flag,
        Is("true"),
        "Whether legacy customers may set their presence by SMS.",
    ),
    field("reply_numbers", Count(1, MANY), Is("1000"), "Numbers that carry replies back."),
    field("reply_hold", DURATION, Is("24h"), "How long an unused assignment is kept."),
    field(
        "reply_exhausted",
        Word(words::REPLY_EXHAUSTED.list),
        Is("refuse"),
        "When a recipient has used up all reply numbers.",
    ),
];

const RELAY: &[Field] = &[
    field("workers", Count(1, 1_000_000), Is("16"), "Parallel servers at one queue."),
    field("service_time", DELAY, Is("500us"), "Time to pass on one transfer."),
    field("queue_limit", Count(0, MANY), Is("100000"), "Transfers waiting."),
];

const TRANSLATOR: &[Field] = &[
    field("workers", Count(1, 1_000_000), Is("16"), "Parallel servers at one queue."),
    field(
        "message_time",
        DELAY,
        Is("{ exponential: 1ms }"),
        "Time to translate an instant message.",
    ),
    field(
        "presence_time",
        DELAY,
        Is("{ exponential: 1ms }"),
        "Time to translate anything else: presence, subscriptions, contact requests.",
    ),
    field("queue_limit", Count(0, MANY), Is("100000"), "Transfers waiting."),
];

/// Something that happens.
pub(crate) const EVENT: &[Field] = &[
    field("at", DURATION, Required, "When, from the start of measuring."),
    field("upgrade", Text, Absent, "A legacy customer becomes an IM user, as operator/index."),
    field(
        "lapse",
        Text,
        Absent,
        "The subscription of an IM user lapses, as operator/index: unknown from then on (IMPS 531).",
    ),
    field("becomes_imsp", Text, Absent, "An operator without IM becomes an IMSP."),
    field("domain", Text, Absent, "Its domain from then on."),
    field("agree", Shape::Agreement, Absent, "An agreement that begins."),
    field(
        "link_down",
        List(&Text, 2),
        Absent,
        "Two operators whose agreements lose, and repeat, all that is sent meanwhile.",
    ),
    field("link_slow", List(&Text, 2), Absent, "Two operators whose latencies are longer."),
    field("factor", Number, Absent, "How many times as long with `link_slow`, 1 at least."),
    field(
        "node_down",
        Text,
        Absent,
        "A part that serves nobody: imsp-b.im_server, imsp-b.smsc, \"imsp-b.smsc[1]\" (one node), \
         imsp-b.hlr, hub-x.relay, ims-c.translator.",
    ),
    field("for", DURATION, Absent, "How long a link or node is down or slow."),
];

const PORTABILITY: &[Field] = &[
    field("from", Text, Required, "Operator whose prefix the numbers have."),
    field("to", Text, Required, "Operator that serves them."),
    field("share", Share, Required, "Share of the numbers of `from`."),
];

/// What two operators have agreed on.
pub(crate) const AGREEMENT: &[Field] = &[
    field("between", List(&Text, 2), Required, "The two operators."),
    field(
        "protocol",
        Word(words::PROTOCOL.list),
        Required,
        "Instant messages and presence by IMPS (ssp), between IMS operators by SIP (simple), or by \
         XMPP (xmpp); or short messages (sms).",
    ),
    field(
        "addressing",
        List(&Word(words::ADDRESSING.list), 1),
        Is("[e164, uid]"),
        "How users are addressed.",
    ),
    field(
        "features",
        List(&Word(words::FEATURES.list), 0),
        Absent,
        "What it carries; all that its protocol can by default: simple and xmpp have messaging and \
         presence.",
    ),
    field(
        "expose",
        List(&Word(words::EXPOSE.list), 0),
        Is("[provider, device_type, access_network, status_text]"),
        "What it lets cross of what users show (RD-8).",
    ),
    field("link", Map(LINK), Is("{}"), "The transport."),
    field("rate_limit", Shape::RateLimit, Absent, "Limit on the messages of each side."),
    field(
        "retry_timeout",
        DURATION,
        Is("2s"),
        "A transfer without an answer is repeated after it.",
    ),
    field(
        "session",
        Either(&Word(&["none"]), &Map(SESSION)),
        Is("none"),
        "The session between the two servers, ssp only: set up before anything else crosses, kept alive, \
         and set up again when it is lost. None: taken to be there always.",
    ),
    field("presence", Map(PRESENCE_TERMS), Is("{}"), "How presence crosses."),
    field("sizes", Map(SIZES), Is("{}"), "Bytes on the wire by kind."),
    field("tariff", Map(TARIFF), Is("{}"), "Owed by the sending side."),
];

/// The session between two servers.
pub(crate) const SESSION: &[Field] = &[
    field(
        "keep_alive",
        DURATION,
        Is("60s"),
        "After so much silence the party written first asks whether the other is there; if it does not, the other asks after `timeout`.",
    ),
    field(
        "timeout",
        DURATION,
        Is("30s"),
        "Without an answer for so long a session is lost, and a set-up has failed.",
    ),
    field(
        "retry",
        List(&DURATION, 1),
        Is("[10s]"),
        "Waits after failed set-ups; the last repeats.",
    ),
];

const LINK: &[Field] = &[
    field(
        "latency",
        DELAY,
        Is("{ shifted: { by: 15ms, plus: { exponential: 5ms } } }"),
        "One way; its minimum is above zero.",
    ),
    field("bandwidth", Shape::Bandwidth, Absent, "Serialisation delay by message size."),
    field("loss", Share, Is("0%"), "Share of transfers lost and repeated."),
];

/// A limit of one side.
pub(crate) const LIMIT: &[Field] = &[
    field("rate", Rate, Required, "Messages a second."),
    field(
        "burst",
        Count(1, MANY),
        Absent,
        "Places of the leaky bucket; the messages of a second, or 1 with a queue.",
    ),
    field("window", DURATION, Absent, "Counter per calendar window instead of a bucket."),
    field(
        "over",
        Word(words::OVER.list),
        Is("refuse"),
        "What happens to a message over the limit.",
    ),
    field("queue_limit", Count(0, MANY), Absent, "Messages waiting; four hours of the rate."),
];

/// How presence crosses an agreement.
pub(crate) const PRESENCE_TERMS: &[Field] = &[
    field(
        "fan_out",
        Word(words::PER_DOMAIN.list),
        Is("per_watcher"),
        "One notification per watcher, or per change and domain; the latter with ssp only.",
    ),
    field(
        "acknowledged",
        Flag,
        By("true", &[(Protocol::Xmpp, "false")]),
        "Each request is answered; always with simple, never with xmpp.",
    ),
    field(
        "refresh",
        Either(&Word(&["none"]), &DURATION),
        By("none", &[(Protocol::Simple, "1h")]),
        "Subscription refresh interval; not with xmpp.",
    ),
    field(
        "subscription",
        Word(words::PER_LIST.list),
        Is("per_contact"),
        "One subscription per contact or per list (simple: RFC 4662); not with xmpp.",
    ),
    field(
        "notify_on_refresh",
        Flag,
        By("true", &[(Protocol::Xmpp, "false")]),
        "Whether a refresh also sends the state; with ssp the end too, which with simple always does.",
    ),
    field(
        "notification",
        Word(words::PARTIAL.list),
        Is("full"),
        "Whether a change sends the whole state or what is new of it (RFC 5263); simple only.",
    ),
];

const SIZE: Shape = Either(&Word(&["encoded"]), &Count(1, 100_000_000));
const SIZES: &[Field] = &[
    field("message", SIZE, Is("encoded"), "Bytes of an instant message."),
    field("notification", SIZE, Is("encoded"), "Bytes of a presence notification."),
    field("subscribe", SIZE, Is("encoded"), "Bytes of a subscription."),
    field("validate", SIZE, Is("encoded"), "Bytes of a validation request."),
    field("contact", SIZE, Is("encoded"), "Bytes of a contact request."),
    field("answer", SIZE, Is("encoded"), "Bytes of an answer."),
    field("sms", SIZE, Is("encoded"), "Bytes of a short message."),
];

const TARIFF: &[Field] = &[
    field("message", Number, Is("0"), "Per instant message."),
    field("sms", Number, Is("0"), "Per segment of a short message."),
    field("presence", Number, Is("0"), "Per presence notification."),
    field("monthly", Number, Is("0"), "Owed by each side every month, whatever crosses."),
];

const WARM_UP: Shape = Either(&Word(words::WARM_UP.list), &DURATION);
const RUN: &[Field] = &[
    field("seed", Count(0, u64::MAX), Is("42"), "Every random stream derives from it."),
    field(
        "warm_up",
        WARM_UP,
        Is("forecast"),
        "Not measured; `forecast`: what answers, attempts and logins need to settle, by the file, at \
         most an hour; `auto`: by a pilot run, at most half of `duration`.",
    ),
    field("duration", DURATION, Is("10m"), "Measured."),
    field(
        "overdue",
        DURATION,
        Is("1m"),
        "A message under way for longer when the run ends counts as undelivered.",
    ),
    field(
        "replications",
        Count(1, 10_000),
        Is("1"),
        "Independent repeats, seeds derived from `seed`; figures get 95 % intervals.",
    ),
];
