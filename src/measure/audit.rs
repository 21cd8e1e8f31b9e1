//! The auditor: proves the conservation identities of every run from observations alone, with its
//! own sums. It shares no code with the nodes, and none with the recorder.
//!
//! Every message has exactly one outcome or is in flight at the end. To prove that without a list
//! of all messages, each shard keeps per route a count and two independent hash sums of the
//! identities offered, less those that ended; what remains must be exactly what is physically
//! found in flight. A message lost without a word, or ended twice, leaves a remainder.

use std::fmt;

use rustc_hash::FxHashMap;

use crate::domain::id::{AgreementId, MessageId, OperatorId};
use crate::domain::observation::{Grant, InFlight, Observation, SmsEvent, StationId, Subject};
use crate::domain::outcome::Route;
use crate::domain::presence::News;
use crate::domain::random::mix;
use crate::domain::time::{Duration, Instant};

/// Violations kept of one shard; more say nothing new.
const KEPT: usize = 20;

/// An identity that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// Messages offered on a route, less those that ended, are not those found in flight.
    Remainder {
        /// The route on which messages are missing or too many.
        route: Route,
        /// Offered less ended.
        expected: i64,
        /// Found in flight.
        found: i64,
    },
    /// The stages of a message do not add up to its latency.
    Stages {
        /// The message, at its delivery.
        message: MessageId,
        /// From the intent to the delivery.
        latency: Duration,
        /// Sum of its stages.
        stages: Duration,
    },
    /// A message ended before it was meant.
    Early {
        /// The message that was delivered, refused, expired or lost too soon.
        message: MessageId,
    },
    /// A level of a station fell below zero.
    Level {
        /// The part of which more jobs left than came.
        station: StationId,
    },
    /// An SMSC delivered, lost or let expire more than it accepted.
    Sms {
        /// The operator whose SMSC it is.
        operator: OperatorId,
        /// Accepted less ended.
        left: i64,
    },
    /// What an operator sent over an agreement, less what was lost on the link, is not what came in
    /// there or is on its way.
    Border {
        /// The agreement whose two sides do not add up.
        agreement: AgreementId,
        /// The side that sent.
        from: OperatorId,
        /// Went out and was not lost.
        expected: i64,
        /// Came in, or is on its way.
        found: i64,
    },
    /// Watchers are left with stale attributes: news that they may see somebody, or no longer, was
    /// neither shown nor dropped nor is it on its way (UC-3).
    Stale {
        /// Owed less shown or dropped.
        expected: i64,
        /// Found on its way.
        found: i64,
    },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Remainder { route, expected, found } if expected == found => write!(
                f,
                "route {route}: {found} messages are in flight, but not those without an outcome"
            ),
            Self::Remainder { route, expected, found } => write!(
                f,
                "route {route}: {expected} messages have no outcome, {found} are in flight"
            ),
            Self::Stages { message, latency, stages } => write!(
                f,
                "message {:#x}: stages add up to {stages}, its latency is {latency}",
                message.0
            ),
            Self::Early { message } => {
                write!(f, "message {:#x} ended before it was meant", message.0)
            }
            Self::Level { station } => {
                write!(f, "station {}: fewer than no jobs waiting or in service", station.0)
            }
            Self::Sms { operator, left } => write!(
                f,
                "SMSC of operator {}: {left} short messages accepted and not ended",
                operator.0
            ),
            Self::Border { agreement, from, expected, found } => write!(
                f,
                "agreement {}: operator {} sent {expected} crossings that were not lost; {found} came \
                 in or are on their way, and not all the same",
                agreement.0, from.0
            ),
            Self::Stale { expected, found } => write!(
                f,
                "{expected} watchers are still to be told that they may see somebody, or no longer; \
                 {found} such news are on their way"
            ),
        }
    }
}

/// A multiset of message identities in three numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    count: i64,
    first: u64,
    second: u64,
}

impl Sum {
    fn add(&mut self, id: u64, sign: i64) {
        self.count += sign;
        self.first = self.first.wrapping_add(hash(id, 1, sign));
        self.second = self.second.wrapping_add(hash(id, 2, sign));
    }

    fn join(&mut self, other: Self) {
        self.count += other.count;
        self.first = self.first.wrapping_add(other.first);
        self.second = self.second.wrapping_add(other.second);
    }
}

/// A number for news to a watcher: equal for equal news, different for all others that occur.
fn identity(grant: &Grant) -> u64 {
    let Grant { publisher, watcher, changed } = *grant;
    mix(u64::from(publisher.0) << 32 | u64::from(watcher.0)) ^ changed.0
}

fn hash(id: u64, which: u64, sign: i64) -> u64 {
    let hash = mix(id ^ mix(which));
    if sign < 0 { hash.wrapping_neg() } else { hash }
}

/// Watches one shard.
#[derive(Debug, Default)]
pub struct Auditor {
    open: [Sum; Route::ALL.len()],
    stations: FxHashMap<StationId, (i64, i64)>,
    sms: FxHashMap<OperatorId, i64>,
    grants: Sum,
    /// What went out and what came in here, by agreement and sending side.
    border: FxHashMap<Side, Border>,
    violations: Vec<Violation>,
}

/// An agreement and the side that sends.
type Side = (AgreementId, OperatorId);

/// The ledger of one direction of an agreement.
#[derive(Clone, Copy, Debug, Default)]
struct Border {
    out: Sum,
    came: Sum,
}

/// What one auditor saw.
#[derive(Debug)]
pub(crate) struct AuditPart(Auditor);

impl Auditor {
    /// An auditor that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sees one thing.
    pub fn observe(&mut self, now: Instant, observation: &Observation<'_>) {
        match *observation {
            Observation::Offered(subject) => self.open(subject, 1),
            Observation::Rerouted { subject, was } => {
                self.open(Subject { route: was, ..subject }, -1);
                self.open(subject, 1);
            }
            Observation::Delivered { subject, stages, .. } => {
                self.ended(now, subject);
                let latency = Duration(now.0.wrapping_sub(subject.intended.0));
                let sum = Duration(stages.iter().map(|part| part.time.0).sum());
                if sum != latency {
                    self.violated(Violation::Stages { message: subject.id, latency, stages: sum });
                }
            }
            Observation::Refused { subject, .. }
            | Observation::Expired(subject)
            | Observation::Lost { subject, .. } => self.ended(now, subject),
            Observation::StationQueued(station) => self.level(station, 1, 0),
            Observation::StationStarted { station, waited } => {
                self.level(station, -i64::from(waited.is_some()), 1);
            }
            Observation::StationLeft { station, .. } => self.level(station, 0, -1),
            Observation::Sms { operator, event, .. } => {
                let by = match event {
                    SmsEvent::Submitted { .. } => 1,
                    SmsEvent::Delivered { .. } | SmsEvent::Expired => -1,
                    SmsEvent::Refused | SmsEvent::Attempted | SmsEvent::Retried => 0,
                };
                *self.sms.entry(operator).or_default() += by;
            }
            Observation::Transferred { agreement, from, crosses: Some(identity), .. } => {
                self.border.entry((agreement, from)).or_default().out.add(identity, 1);
            }
            Observation::CameIn { agreement, from, identity } => {
                self.border.entry((agreement, from)).or_default().came.add(identity, 1);
            }
            Observation::GrantOwed(grant) => self.grants.add(identity(&grant), 1),
            Observation::PresenceShown {
                news: News::Granted(_) | News::Withdrawn,
                watcher: Some(watcher),
                publisher,
                changed,
                ..
            } => self.grants.add(identity(&Grant { publisher, watcher, changed }), -1),
            // Nothing is kept of them that could get lost.
            Observation::Routed { .. }
            | Observation::StationRefused(_)
            | Observation::StationOther(_)
            | Observation::StationPlanned { .. }
            | Observation::Transferred { .. }
            | Observation::Stray { .. }
            | Observation::ServerSession { .. }
            | Observation::Translated { .. }
            | Observation::AgreementRefused { .. }
            | Observation::PresenceChanged { .. }
            | Observation::PresenceOwed { .. }
            | Observation::Notified { .. }
            | Observation::Exchanged { .. }
            | Observation::Unasked { .. }
            | Observation::PresenceShown { .. }
            | Observation::ReplyNumbersInUse { .. }
            | Observation::ReplyNumberRefused { .. }
            | Observation::ContactMeant { .. }
            | Observation::ContactAdded { .. }
            | Observation::ContactRefused { .. }
            | Observation::AccountRegistered { .. }
            | Observation::Session { .. }
            | Observation::Decided { .. }
            | Observation::ListShown { .. }
            | Observation::Upgraded { .. }
            | Observation::Downgraded { .. }
            | Observation::WatcherAsked { .. }
            | Observation::WatcherAnswered { .. }
            | Observation::ContactRemoved { .. }
            | Observation::Conversation { .. }
            | Observation::Commanded { .. }
            | Observation::LeftGroup { .. }
            | Observation::Reported { .. }
            | Observation::Told { .. }
            | Observation::Lapsed { .. }
            | Observation::CannotAnswer { .. }
            | Observation::Invited { .. }
            | Observation::Found { .. }
            | Observation::LegacyNotice { .. }
            | Observation::Blocked { .. } => {}
        }
    }

    /// The end of the run.
    pub(crate) fn finish(self) -> AuditPart {
        AuditPart(self)
    }

    fn open(&mut self, subject: Subject, sign: i64) {
        self.open[subject.route as usize].add(subject.id.0, sign);
    }

    fn ended(&mut self, now: Instant, subject: Subject) {
        self.open(subject, -1);
        if now < subject.intended {
            self.violated(Violation::Early { message: subject.id });
        }
    }

    fn level(&mut self, station: StationId, queued: i64, busy: i64) {
        let level = self.stations.entry(station).or_default();
        level.0 += queued;
        level.1 += busy;
        if level.0 < 0 || level.1 < 0 {
            *level = (level.0.max(0), level.1.max(0));
            self.violated(Violation::Level { station });
        }
    }

    fn violated(&mut self, violation: Violation) {
        if self.violations.len() < KEPT {
            self.violations.push(violation);
        }
    }
}

/// What is physically found at the end of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// Messages in flight.
    pub(crate) in_flight: Vec<InFlight>,
    /// News for single watchers on its way.
    pub(crate) grants: Vec<Grant>,
    /// What is between operators: agreement, sending side, identity.
    pub(crate) under_way: Vec<(AgreementId, OperatorId, u64)>,
}

/// What two parties to an agreement, of whom one is not ours, leave open: a figure, no violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outside {
    /// The agreement, one side of which this program does not run.
    pub(crate) agreement: AgreementId,
    /// The side that sent.
    pub(crate) from: OperatorId,
    /// Went out here less came in here: of a partner's side, less than zero.
    pub(crate) open: i64,
}

/// Checks all identities over all shards, with what is physically found. Between two of our
/// operators, what went out must have come in, been lost on the link or be on its way; over
/// agreements with `outside` operators the difference is given back.
///
/// # Errors
/// Every identity that does not hold.
pub(crate) fn verify(
    parts: &[AuditPart],
    found: &Found,
    outside: &[AgreementId],
) -> Result<Vec<Outside>, Vec<Violation>> {
    let Found { in_flight, grants, under_way: between } = found;
    let mut border: std::collections::BTreeMap<Side, Border> = Default::default();
    let mut open = [Sum::default(); Route::ALL.len()];
    let mut sms: std::collections::BTreeMap<OperatorId, i64> = Default::default();
    let mut violations = Vec::new();
    let (mut owed, mut under_way) = (Sum::default(), Sum::default());
    grants.iter().for_each(|grant| under_way.add(identity(grant), 1));
    for AuditPart(auditor) in parts {
        for (sum, own) in open.iter_mut().zip(auditor.open) {
            sum.join(own);
        }
        owed.join(auditor.grants);
        for (side, own) in &auditor.border {
            let sums = border.entry(*side).or_default();
            sums.out.join(own.out);
            sums.came.join(own.came);
        }
        for (operator, left) in &auditor.sms {
            *sms.entry(*operator).or_default() += left;
        }
        violations.extend(auditor.violations.iter().cloned());
    }
    let mut found = [Sum::default(); Route::ALL.len()];
    for InFlight { subject, .. } in in_flight {
        found[subject.route as usize].add(subject.id.0, 1);
    }
    for (route, (expected, found)) in Route::ALL.iter().zip(open.into_iter().zip(found)) {
        if expected != found {
            let (expected, found) = (expected.count, found.count);
            violations.push(Violation::Remainder { route: *route, expected, found });
        }
    }
    for (operator, left) in sms {
        if left < 0 {
            violations.push(Violation::Sms { operator, left });
        }
    }
    if owed != under_way {
        let (expected, found) = (owed.count, under_way.count);
        violations.push(Violation::Stale { expected, found });
    }
    for (agreement, from, identity) in between {
        border.entry((*agreement, *from)).or_default().came.add(*identity, 1);
    }
    let mut open = Vec::new();
    for ((agreement, from), Border { out, came }) in border {
        if outside.contains(&agreement) {
            open.push(Outside { agreement, from, open: out.count - came.count });
        } else if out != came {
            let (expected, found) = (out.count, came.count);
            violations.push(Violation::Border { agreement, from, expected, found });
        }
    }
    if violations.is_empty() { Ok(open) } else { Err(violations) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::SubscriberId;
    use crate::domain::observation::{Carried, StageTime, Stored};
    use crate::domain::outcome::{PresenceScope, Reason, SmsOrigin, Stage, TransferKind};

    fn subject(id: u64) -> Subject {
        let (from, to) = (OperatorId(0), OperatorId(1));
        Subject {
            id: MessageId(id),
            route: Route::OnNet,
            sender: SubscriberId(1),
            recipient: SubscriberId(2),
            from,
            to,
            intended: Instant(100),
            stored: Stored::Never,
        }
    }

    fn violations(seen: &[Observation<'_>], in_flight: &[Subject]) -> Vec<Violation> {
        let mut auditor = Auditor::new();
        for observation in seen {
            auditor.observe(Instant(130), observation);
        }
        let found = Found {
            in_flight: in_flight.iter().map(|it| InFlight { subject: *it, sms: None }).collect(),
            ..Found::default()
        };
        verify(&[auditor.finish()], &found, &[]).err().unwrap_or_default()
    }

    #[test]
    fn what_went_out_has_come_in_or_is_on_its_way() {
        let (agreement, from) = (AgreementId(3), OperatorId(1));
        let out = |identity| Observation::Transferred {
            agreement,
            from,
            kind: TransferKind::Message,
            carried: Carried::Other,
            bytes: 9,
            charged: 1,
            crosses: Some(identity),
        };
        let came = |identity| Observation::CameIn { agreement, from, identity };
        let parts = |sent: &[u64], received: &[u64]| {
            let [mut one, mut other] = [Auditor::new(), Auditor::new()];
            sent.iter().for_each(|id| one.observe(Instant(1), &out(*id)));
            received.iter().for_each(|id| other.observe(Instant(2), &came(*id)));
            [one.finish(), other.finish()]
        };
        let on_its_way =
            |identity| Found { under_way: vec![(agreement, from, identity)], ..Found::default() };
        let border =
            |expected, found| Err(vec![Violation::Border { agreement, from, expected, found }]);
        assert_eq!(verify(&parts(&[1, 2, 2], &[2, 1]), &on_its_way(2), &[]), Ok(vec![]));
        assert_eq!(verify(&parts(&[1, 2, 2], &[2, 1]), &on_its_way(1), &[]), border(3, 3));
        assert_eq!(verify(&parts(&[1, 2], &[1]), &Found::default(), &[]), border(2, 1));
        assert_eq!(verify(&parts(&[], &[1]), &Found::default(), &[]), border(0, 1));
        let open = Outside { agreement, from, open: 1 };
        let outside = verify(&parts(&[1, 2], &[1]), &Found::default(), &[agreement]);
        assert_eq!(outside, Ok(vec![open]));
    }

    fn delivered(id: u64, ns: u64) -> Observation<'static> {
        let time = Duration(ns);
        let stage = StageTime { stage: Stage::Link, operator: OperatorId(0), time };
        Observation::Delivered { subject: subject(id), sms: false, stages: vec![stage].leak() }
    }

    #[test]
    fn messages_that_end_once_or_are_in_flight_are_in_order() {
        let refused = Observation::Refused { subject: subject(2), reason: Reason::TooLong };
        let offered = [1, 2, 3].map(|id| Observation::Offered(subject(id)));
        let seen = [&offered[..], &[delivered(1, 30), refused]].concat();
        assert_eq!(violations(&seen, &[subject(3)]), []);
    }

    #[test]
    fn a_message_that_vanishes_is_noticed() {
        let seen = [1, 2].map(|id| Observation::Offered(subject(id)));
        let remainder = Violation::Remainder { route: Route::OnNet, expected: 2, found: 1 };
        assert_eq!(violations(&seen, &[subject(1)]), [remainder]);
    }

    #[test]
    fn two_outcomes_of_one_message_and_none_of_another_are_noticed() {
        let offered = [1, 2].map(|id| Observation::Offered(subject(id)));
        let seen = [&offered[..], &[delivered(1, 30), delivered(1, 30)]].concat();
        let remainder = Violation::Remainder { route: Route::OnNet, expected: 0, found: 0 };
        assert_eq!(violations(&seen, &[]), [remainder]);
    }

    #[test]
    fn stages_that_do_not_add_up_are_noticed() {
        let seen = [Observation::Offered(subject(1)), delivered(1, 29)];
        let stages = Violation::Stages {
            message: MessageId(1),
            latency: Duration(30),
            stages: Duration(29),
        };
        assert_eq!(violations(&seen, &[]), [stages]);
    }

    #[test]
    fn a_delivery_that_no_submission_stands_for_is_noticed() {
        let operator = OperatorId(4);
        let event = SmsEvent::Delivered { took: Duration(1) };
        let seen = [Observation::Sms {
            operator,
            message: MessageId(1),
            origin: SmsOrigin::Fallback,
            event,
        }];
        assert_eq!(violations(&seen, &[]), [Violation::Sms { operator, left: -1 }]);
    }

    #[test]
    fn uc_3_news_that_a_watcher_is_owed_and_never_gets_is_noticed() {
        let grant = |watcher| Grant {
            publisher: SubscriberId(7),
            watcher: SubscriberId(watcher),
            changed: Instant(5),
        };
        let shown = |watcher| Observation::PresenceShown {
            watcher: Some(SubscriberId(watcher)),
            news: News::Granted(crate::domain::presence::Look::MOBILE),
            publisher: SubscriberId(7),
            changed: Instant(5),
            at: Some(Instant(6)),
            scope: PresenceScope::OnNet,
            from: OperatorId(0),
            to: OperatorId(0),
        };
        let owed = [1, 2].map(|watcher| Observation::GrantOwed(grant(watcher)));
        let stale = |expected| vec![Violation::Stale { expected, found: 0 }];
        assert_eq!(violations(&[&owed[..], &[shown(1), shown(2)]].concat(), &[]), []);
        assert_eq!(violations(&[&owed[..], &[shown(1)]].concat(), &[]), stale(1));
        assert_eq!(violations(&[&owed[..], &[shown(1), shown(1)]].concat(), &[]), stale(0));
    }

    #[test]
    fn a_service_that_ends_without_a_start_is_noticed() {
        let station = StationId(7);
        let seen = [Observation::StationLeft { station, sojourn: Duration(1) }];
        assert_eq!(violations(&seen, &[]), [Violation::Level { station }]);
    }
}
