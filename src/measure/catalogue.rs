//! All metrics with their kind, unit, labels and meaning: the one list that recording, results,
//! SLO lines and documentation follow.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Samples with their distribution: mean, percentiles, extremes.
    Histogram,
    /// A count of events.
    Counter,
    /// A level over time.
    Gauge,
}

/// In what a metric is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// `s`: times, recorded in nanoseconds.
    Seconds,
    /// A pure number.
    One,
    /// `B`: bytes on the wire, of an agreement or of the access network.
    Bytes,
    /// The topology's currency.
    Currency,
}

/// Which way of a figure is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// The less, the better.
    Less,
    /// The more, the better.
    More,
    /// Neither: it says what happened.
    Neither,
}

/// A label of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    /// Route of a message.
    Route,
    /// Operator of the sender, publisher, list's owner, or the side that sends or owes.
    From,
    /// Operator of the recipient, watcher or contact, or the side that receives.
    To,
    /// Why a message, a request or a transfer was refused or lost.
    Reason,
    /// Part of a message's latency.
    Stage,
    /// Operator at whose IMSP, SMSC or users it happens.
    Operator,
    /// How a presence change travels.
    Scope,
    /// To a client or over an agreement.
    Channel,
    /// What a short message is.
    Origin,
    /// What kind of contact.
    Contact,
    /// What a transfer carries.
    Transfer,
    /// What a client and its server exchange.
    Exchange,
    /// What happened to a session between servers.
    Turn,
    /// A queueing part.
    Station,
}

impl Label {
    /// All names of labels, in the order of tables.
    pub(crate) const NAMES: [&str; 10] = [
        "route", "from", "to", "reason", "stage", "operator", "scope", "origin", "kind", "station",
    ];

    /// The label's name in results.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Route => "route",
            Self::From => "from",
            Self::To => "to",
            Self::Reason => "reason",
            Self::Stage => "stage",
            Self::Operator => "operator",
            Self::Scope | Self::Channel => "scope",
            Self::Origin => "origin",
            Self::Contact | Self::Transfer | Self::Exchange | Self::Turn => "kind",
            Self::Station => "station",
        }
    }
}

/// A metric's entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Info {
    /// Name in results.
    pub(crate) name: &'static str,
    /// Whether it is a distribution, a count or a level.
    pub(crate) kind: Kind,
    /// The base unit of every figure of it but rates.
    pub(crate) unit: Unit,
    /// Its labels, in order.
    pub(crate) labels: &'static [Label],
    /// Which way is better.
    pub(crate) better: Direction,
    /// What a share of it is a share of.
    pub(crate) whole: Option<Metric>,
}

macro_rules! whole {
    () => {
        None
    };
    ($whole:ident) => {
        Some(Metric::$whole)
    };
}

macro_rules! metrics {
    ($($variant:ident: $name:literal $kind:ident $unit:ident [$($label:ident),*] $better:ident $(of $whole:ident)? $meaning:literal)+) => {
        /// What a run measures; the meaning in its row documents each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Metric { $(#[doc = $meaning] $variant,)+ }

        impl Metric {
            /// All metrics, in the order of results.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The metric of a name.
            pub(crate) fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|metric| metric.info().name == name)
            }

            /// Its name in results.
            pub const fn name(self) -> &'static str {
                self.info().name
            }

            /// The metric's entry.
            pub(crate) const fn info(self) -> Info {
                match self {
                    $(Self::$variant => Info {
                        name: $name,
                        kind: Kind::$kind,
                        unit: Unit::$unit,
                        labels: &[$(Label::$label),*],
                        better: Direction::$better,
                        whole: whole!($($whole)?),
                    },)+
                }
            }
        }
    };
}

/// Gives the list to a macro: here it becomes the metrics, in `of` their typed labels.
macro_rules! listed {
    ($macro:ident) => {
        $macro! {
            MessageLatency: "message_latency" Histogram Seconds [Route, From, To] Less "from the instant the sender meant to send until the recipient's device has it; messages kept for a login apart"
            MessageLatencyCensored: "message_latency_censored" Histogram Seconds [Route, From, To] Less "of those under way when the run ended: the time so far"
            MessageStageTime: "message_stage_time" Histogram Seconds [Stage, Operator] Less "the same time in parts; the stages of one message add up to its latency"
            RouteStageTime: "route_stage_time" Histogram Seconds [Route, Stage] Less "the same parts, by route; their sums over the messages of a route add up to those of its latency"
            MessagesOffered: "messages_offered" Counter One [Route, From, To] Neither "messages that users meant to send in the measured time"
            MessagesAccepted: "messages_accepted" Counter One [Route, From, To] More of MessagesOffered "of these, those that no rule refused"
            MessagesDelivered: "messages_delivered" Counter One [Route, From, To] More of MessagesOffered "of these, those that the recipient's device has"
            MessagesRefused: "messages_refused" Counter One [Route, From, To, Reason] Less of MessagesOffered "of the offered, those that a rule refused"
            MessagesExpired: "messages_expired" Counter One [Route, From, To] Less of MessagesOffered "of the accepted, those whose validity ended"
            MessagesLost: "messages_lost" Counter One [Route, From, To, Reason] Less of MessagesOffered "of the accepted, those lost"
            MessagesInFlight: "messages_in_flight" Counter One [Route, From, To] Less of MessagesOffered "of the accepted, those under way when the run ended"
            MessagesUndelivered: "messages_undelivered" Counter One [Route, From, To] Less of MessagesOffered "of the offered, those refused, expired, lost, or under way for longer than run.overdue when the run ended, but for those kept for a login"
            MessagesStored: "messages_stored" Counter One [Route, From, To] Neither of MessagesOffered "of the accepted, those kept for their recipient's login"
            StoredUntilLogin: "stored_until_login" Histogram Seconds [Route, From, To] Neither "of these, from the instant the sender meant to send until the recipient logged in"
            StoredDeliveryLatency: "stored_delivery_latency" Histogram Seconds [Route, From, To] Less "from then until the recipient's device has it"
            RoutingTime: "routing_time" Histogram Seconds [Operator] Less "from a message's arrival at an IMSP until it leaves towards its next hop"
            PresenceChanges: "presence_changes" Counter One [Operator] Neither "presence changes, logins and logouts included"
            PresenceNotifications: "presence_notifications" Counter One [From, To, Channel] Neither "notifications to clients and over agreements"
            PresenceLatency: "presence_latency" Histogram Seconds [Scope, From, To] Less "change at the publisher until one watcher's device shows it"
            PresenceLatencyCensored: "presence_latency_censored" Histogram Seconds [Scope, From, To] Less "of watchers who were not shown a change when the run ended: the time so far"
            PresenceFirstWatcher: "presence_first_watcher" Histogram Seconds [Operator] Less "change until the first watcher has it"
            PresenceFirstWatcherCensored: "presence_first_watcher_censored" Histogram Seconds [Operator] Less "of changes that nobody was shown when the run ended: the time so far"
            PresenceLastWatcher: "presence_last_watcher" Histogram Seconds [Operator] Less "change until the last watcher has it"
            PresenceLastWatcherCensored: "presence_last_watcher_censored" Histogram Seconds [Operator] Less "of changes that not everybody was shown when the run ended: the time so far"
            PresenceFanOut: "presence_fan_out" Histogram One [Operator] Neither "watchers told per change"
            SmsSubmitted: "sms_submitted" Counter One [Operator, Origin] Neither "short messages that an SMSC accepted"
            SmsSegments: "sms_segments" Counter One [Operator, Origin] Neither "their segments"
            SmsAttempts: "sms_attempts" Counter One [Operator, Origin] Neither "delivery attempts"
            SmsDelivered: "sms_delivered" Counter One [Operator, Origin] More of SmsSubmitted "short messages delivered; its rate is the SMS fallback throughput"
            SmsRetried: "sms_retried" Counter One [Operator, Origin] Less of SmsAttempts "failed attempts with another to follow"
            SmsExpired: "sms_expired" Counter One [Operator, Origin] Less of SmsSubmitted "short messages whose validity ended"
            SmsRefused: "sms_refused" Counter One [Operator, Origin] Less of SmsSubmitted "submissions refused"
            SmsLatency: "sms_latency" Histogram Seconds [Operator] Less "submission until the handset has it, of those submitted in the measured time"
            SmsLatencyCensored: "sms_latency_censored" Histogram Seconds [Operator] Less "of those in store when the run ended: the time so far"
            ReplyNumbersInUse: "reply_numbers_in_use" Gauge One [Operator] Neither "reply numbers that carry an assignment"
            ReplyNumberRefusals: "reply_number_refusals" Counter One [Operator] Less "messages that found no reply number"
            ContactAddLatency: "contact_add_latency" Histogram Seconds [Contact, From, To] Less "intent to add a contact until the client shows it"
            ContactsRefused: "contacts_refused" Counter One [From, To, Reason] Less "contact requests that failed"
            ContactsRemoved: "contacts_removed" Counter One [Operator] Neither "contacts that users took off their lists"
            DeliveryReports: "delivery_reports" Counter One [From, To] Neither "reports of deliveries and expiries that a sender asked for and was shown"
            Searches: "searches" Counter One [From, To] Neither "searches for somebody that ended"
            SearchesFailed: "searches_failed" Counter One [From, To, Reason] Less of Searches "of these, those that did not find whom they were for"
            Blocks: "blocks" Counter One [Operator] Neither "contacts blocked, or not any more"
            PresenceCommands: "presence_commands" Counter One [Operator] Neither "presence that legacy customers set by SMS"
            AccountsRegistered: "accounts_registered" Counter One [Operator] Neither "legacy customers pre-registered"
            InvitationsRefused: "invitations_refused" Counter One [Operator, Reason] Less "invitations to groups that were refused, those before the start included"
            InvitationsAccepted: "invitations_accepted" Counter One [Operator] Neither "users who joined a group by invitation"
            Upgrades: "upgrades" Counter One [Operator] Neither "legacy customers who became IM users"
            Logins: "logins" Counter One [Operator] Neither "sessions begun"
            Logouts: "logouts" Counter One [Operator] Neither "sessions ended"
            ClientRequests: "client_requests" Counter One [Operator, Exchange] Neither "HTTP requests of IM clients at their server, by what they are for"
            ClientBytesUp: "client_bytes_up" Counter Bytes [Operator, Exchange] Neither "bytes from IM clients, headers included"
            ClientBytesDown: "client_bytes_down" Counter Bytes [Operator, Exchange] Neither "bytes to IM clients, headers included"
            StationUtilisation: "station_utilisation" Gauge One [Station] Less "share of servers busy"
            StationQueueLength: "station_queue_length" Gauge One [Station] Less "jobs waiting"
            StationWait: "station_wait" Histogram Seconds [Station] Less "waiting alone"
            StationSojourn: "station_sojourn" Histogram Seconds [Station] Less "waiting and service"
            StationServed: "station_served" Counter One [Station] Neither "jobs served"
            StationOther: "station_other" Counter One [Station] Neither of StationServed "of these, those that nobody of the federation caused"
            StationRefused: "station_refused" Counter One [Station] Less of StationServed "jobs that found the queue full, or the node down"
            AgreementMessages: "agreement_messages" Counter One [From, To, Transfer] Neither "transfers put on the link, repetitions included"
            AgreementBytes: "agreement_bytes" Counter Bytes [From, To, Transfer] Neither "their bytes"
            AgreementRefused: "agreement_refused" Counter One [From, To, Reason] Less "transfers refused before the link"
            AgreementStrays: "agreement_strays" Counter One [Operator] Less "what came over agreements and found nothing: answers late or doubled, or what no partner sends"
            ServerSessions: "server_sessions" Counter One [From, To, Turn] Neither "sessions between servers that `from` saw set up, lost, or fail to be set up"
            ServerSessionDown: "server_session_down" Histogram Seconds [From, To] Less "from the loss of a session, or from the start, until `from` has one with `to`"
            Settlement: "settlement" Gauge Currency [From, To] Less "what `from` owes `to` for the measured time"
        }
    };
}
pub(super) use listed;

listed!(metrics);

impl Metric {
    /// The metric of what had not come to its end when the run did; a percentile of this one lies
    /// above what those that had say.
    pub(crate) const fn censored(self) -> Option<Self> {
        match self {
            Self::MessageLatency => Some(Self::MessageLatencyCensored),
            Self::PresenceLatency => Some(Self::PresenceLatencyCensored),
            Self::PresenceFirstWatcher => Some(Self::PresenceFirstWatcherCensored),
            Self::PresenceLastWatcher => Some(Self::PresenceLastWatcherCensored),
            Self::SmsLatency => Some(Self::SmsLatencyCensored),
            _ => None,
        }
    }

    /// Whether it is of what had not come to its end when the run did.
    pub(crate) fn is_censored(self) -> bool {
        Self::ALL.iter().any(|metric| metric.censored() == Some(self))
    }
}

impl Unit {
    /// As results show it.
    pub(crate) fn text(self, currency: &str) -> String {
        match self {
            Self::Seconds => "s".to_owned(),
            Self::One => "1".to_owned(),
            Self::Bytes => "B".to_owned(),
            Self::Currency => currency.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_of_a_metric_has_its_column_in_tables() {
        let mut used = Vec::new();
        for metric in Metric::ALL {
            used.extend(metric.info().labels.iter().map(|label| label.name()));
        }
        for name in &used {
            assert!(Label::NAMES.contains(name), "{name}");
        }
        for name in Label::NAMES {
            assert!(used.contains(&name), "no metric has {name}");
        }
    }
}
