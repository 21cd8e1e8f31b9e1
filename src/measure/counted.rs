//! What is counted of an operator whatever happens, and which counters the series shows. Asked by the
//! recorder.

use super::Setup;
use super::catalogue::Metric;
use super::figures::Figures;
use super::key::Key;
use super::of::{Of, recorded};
use crate::domain::id::OperatorId;
use crate::domain::observation::StationId;
use crate::domain::outcome::SmsOrigin;
use crate::domain::part::PartKind;

/// Counters of short messages, by operator and origin.
const SMS: [Of<(OperatorId, SmsOrigin)>; 7] = [
    recorded::SmsSubmitted,
    recorded::SmsSegments,
    recorded::SmsAttempts,
    recorded::SmsDelivered,
    recorded::SmsRetried,
    recorded::SmsExpired,
    recorded::SmsRefused,
];

/// What is counted of an operator's parts even if nothing happens: none is a figure too.
pub(super) fn untouched(setup: &Setup, operator: OperatorId) -> Figures {
    let mut figures = Figures::default();
    for (station, id) in setup.stations.iter().zip(0..) {
        if station.operator != operator {
            continue;
        }
        figures.count(recorded::StationServed.key((StationId(id),)), 0);
        figures.count(recorded::StationRefused.key((StationId(id),)), 0);
        match station.part.kind {
            PartKind::Smsc => {
                for origin in [SmsOrigin::Fallback, SmsOrigin::Reply] {
                    for metric in SMS {
                        figures.count(metric.key((operator, origin)), 0);
                    }
                }
            }
            PartKind::ImServer => {
                figures.count(recorded::ReplyNumberRefusals.key((operator,)), 0);
                figures.count(recorded::AccountsRegistered.key((operator,)), 0);
            }
            PartKind::Hlr
            | PartKind::Relay
            | PartKind::Translator
            | PartKind::Link
            | PartKind::RateLimit => {}
        }
    }
    figures
}

/// As what a counter of the whole run is shown over time: traffic by direction, sessions between servers
/// as they are, short messages by operator. `None`: it is not, or the series has its own.
pub(super) fn in_series(key: Key) -> Option<Key> {
    let [first, second, ..] = key.labels();
    let metric = key.metric();
    match metric {
        Metric::AgreementMessages | Metric::AgreementRefused => {
            Some(Key::new(metric, &[first, second]))
        }
        Metric::ServerSessions => Some(key),
        _ if SMS.iter().any(|of| of.metric == metric) => Some(Key::new(metric, &[first])),
        _ => None,
    }
}
