//! What one shard's observations add up to. Messages count by the instant they were meant (the
//! cohort of the measured time), everything else by the instant it happened.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Setup;
use super::catalogue::Metric;
use super::clients::Clients;
use super::counted::{in_series, untouched};
use super::figures::Figures;
use super::histogram::Recorded;
use super::key::Key;
use super::levels::{Level, StationLevels};
use super::of::{All, Channel, From, Of, To, recorded};
use super::people;
use super::presence::{self, Owed};
use crate::domain::id::OperatorId;
use crate::domain::observation::{Observation, SmsEvent, StationId, Stored, Subject};
use crate::domain::outcome::{Exchange, Reason, Route, SmsOrigin, TransferKind};
use crate::domain::presence::News;
use crate::domain::time::Instant;

/// Watches one shard.
#[derive(Debug)]
pub struct Recorder {
    setup: Arc<Setup>,
    whole: Figures,
    /// What the series shows, of the interval under way.
    interval: Figures,
    /// What had been counted when the last interval ended, of what `in_series` names.
    counted: FxHashMap<Key, i64>,
    presence: presence::Part,
    stations: FxHashMap<StationId, Box<StationFigures>>,
    reply_numbers: Option<(OperatorId, Level)>,
    operator: OperatorId,
    clients: Clients,
    /// Messages offered in an interval that have taken another route since: place, before, now.
    rerouted: FxHashMap<(u32, Route, Route), i64>,
    /// Messages offered less those that ended, here: of all shards together, those under way.
    under_way: i64,
}

/// What is seen most often, found at once.
#[derive(Debug)]
struct StationFigures {
    levels: StationLevels,
    wait: Recorded,
    sojourn: Recorded,
    served: i64,
}

/// What one shard saw in one interval.
#[derive(Debug)]
pub(crate) struct IntervalPart {
    pub(super) figures: Figures,
    pub(super) presence: presence::Part,
    /// Messages offered in an interval that have taken another route since: place, before, now.
    pub(super) rerouted: FxHashMap<(u32, Route, Route), i64>,
    /// Messages offered less those that ended, since the start of the run.
    pub(super) under_way: i64,
    /// Events, or samples with their sum, since the start; empty where no batches are kept.
    pub(super) so_far: Vec<(Key, i64, u128)>,
}

/// What one shard saw in the whole run.
#[derive(Debug)]
pub(crate) struct RecorderPart {
    pub(super) whole: Figures,
    pub(super) last: IntervalPart,
    pub(super) stations: FxHashMap<StationId, StationLevels>,
    pub(super) reply_numbers: Option<(OperatorId, Level)>,
}

/// Observations that `observe` has seen by itself, and those that have no figures.
macro_rules! no_count {
    () => {
        Observation::Offered(_)
            | Observation::Rerouted { .. }
            | Observation::Delivered { .. }
            | Observation::Refused { .. }
            | Observation::Expired(_)
            | Observation::Lost { .. }
            | Observation::StationQueued(_)
            | Observation::StationStarted { .. }
            | Observation::StationLeft { .. }
            | Observation::StationRefused(_)
            | Observation::StationOther(_)
            | Observation::StationPlanned { .. }
            | Observation::Exchanged { .. }
            | Observation::Unasked { .. }
            | Observation::CameIn { .. }
            | Observation::Translated { .. }
            | Observation::Decided { .. }
            | Observation::ContactMeant { .. }
            | Observation::WatcherAsked { .. }
            | Observation::WatcherAnswered { .. }
            | Observation::LegacyNotice { .. }
            | Observation::ListShown { .. }
            | Observation::Downgraded { .. }
            | Observation::LeftGroup { .. }
            | Observation::Told { .. }
            | Observation::Lapsed { .. }
            | Observation::CannotAnswer { .. }
            | Observation::Conversation { .. }
            | Observation::GrantOwed(_)
    };
}

/// What `people` counts.
macro_rules! of_people {
    () => {
        Observation::ContactAdded { .. }
            | Observation::ContactRefused { .. }
            | Observation::ContactRemoved { .. }
            | Observation::AccountRegistered { .. }
            | Observation::Session { .. }
            | Observation::Upgraded { .. }
            | Observation::Found { .. }
            | Observation::Reported { .. }
            | Observation::Blocked { .. }
            | Observation::Commanded { .. }
    };
}

impl Recorder {
    /// A recorder for the shard of `operator`.
    pub fn new(setup: Arc<Setup>, operator: OperatorId) -> Self {
        Self {
            whole: untouched(&setup, operator),
            setup,
            interval: Figures::default(),
            counted: FxHashMap::default(),
            presence: presence::Part::default(),
            stations: FxHashMap::default(),
            reply_numbers: None,
            operator,
            clients: Clients::default(),
            rerouted: FxHashMap::default(),
            under_way: 0,
        }
    }

    /// Ends an interval of the time series.
    pub(crate) fn close_interval(&mut self) -> IntervalPart {
        self.count_interval();
        IntervalPart {
            figures: std::mem::take(&mut self.interval),
            presence: std::mem::take(&mut self.presence),
            rerouted: std::mem::take(&mut self.rerouted),
            under_way: self.under_way,
            so_far: if self.setup.batches { self.sums() } else { Vec::new() },
        }
    }

    /// What the series shows of events that are counted once: how far their counts have moved since
    /// the last interval.
    fn count_interval(&mut self) {
        let mut now: FxHashMap<Key, i64> = FxHashMap::default();
        for (key, count) in &self.whole.counters {
            if let Some(key) = in_series(*key) {
                *now.entry(key).or_default() += count;
            }
        }
        for (key, count) in &now {
            let moved = count - self.counted.get(key).copied().unwrap_or(0);
            if moved != 0 {
                self.interval.counters.insert(*key, moved);
            }
        }
        self.counted = now;
    }

    fn sums(&self) -> Vec<(Key, i64, u128)> {
        let counted = self.whole.counters.iter().map(|(key, count)| (*key, *count, 0));
        let sums = |(key, of): (Key, &Recorded)| (key, of.count() as i64, of.sum());
        let histograms = self.whole.histograms.iter().map(|(key, it)| sums((*key, it)));
        let stations = self.stations.iter().flat_map(|(id, seen)| {
            let wait = sums((recorded::StationWait.key((*id,)), &seen.wait));
            let sojourn = sums((recorded::StationSojourn.key((*id,)), &seen.sojourn));
            [(recorded::StationServed.key((*id,)), seen.served, 0), wait, sojourn]
        });
        let all = counted.chain(histograms).chain(stations);
        all.filter(|(key, ..)| key.metric() != Metric::Settlement).collect()
    }

    /// A copy of what it has counted up to `at`, or to the end of its part of the measured time. Of
    /// distributions, which are large, only those that SLO lines of the `whole` ask for.
    pub(crate) fn copied(&self, at: Instant, whole: &Setup) -> RecorderPart {
        let wanted: Vec<Metric> = whole.slo.iter().map(|line| line.selector().metric).collect();
        let histograms = self.whole.histograms.iter();
        let histograms = histograms.filter(|(key, _)| wanted.contains(&key.metric()));
        let some = |metric, recorded: &Recorded| match wanted.contains(&metric) {
            true => recorded.clone(),
            false => Recorded::default(),
        };
        let station = |seen: &StationFigures| StationFigures {
            levels: seen.levels.clone(),
            wait: some(Metric::StationWait, &seen.wait),
            sojourn: some(Metric::StationSojourn, &seen.sojourn),
            served: seen.served,
        };
        let stations = self.stations.iter().map(|(id, seen)| (*id, Box::new(station(seen))));
        let copy = Self {
            setup: Arc::clone(&self.setup),
            whole: Figures {
                counters: self.whole.counters.clone(),
                histograms: histograms.map(|(key, it)| (*key, it.clone())).collect(),
            },
            interval: Figures::default(),
            counted: FxHashMap::default(),
            presence: presence::Part::default(),
            stations: stations.collect(),
            reply_numbers: self.reply_numbers.clone(),
            operator: self.operator,
            clients: self.clients.clone(),
            rerouted: FxHashMap::default(),
            under_way: self.under_way,
        };
        copy.finish(at.clamp(self.setup.window.start, self.setup.window.end))
    }

    /// What was counted and recorded since the start, but for stations.
    pub(crate) fn so_far(&self) -> Figures {
        let mut whole = self.whole.clone();
        self.clients.put(self.operator, &mut whole);
        whole
    }

    /// Ends the run at `at`.
    pub(crate) fn finish(mut self, at: Instant) -> RecorderPart {
        let last = self.close_interval();
        // Not before: what clients ask by themselves is seen when sessions end, too late for the series and
        // for batches of it.
        self.clients.put(self.operator, &mut self.whole);
        let mut stations = FxHashMap::default();
        for (id, mut seen) in std::mem::take(&mut self.stations) {
            seen.levels.queued.settle(at, &self.setup);
            seen.levels.busy.settle(at, &self.setup);
            stations.insert(id, seen.levels);
            self.whole.count(recorded::StationServed.key((id,)), seen.served);
            for (metric, times) in
                [(recorded::StationWait, seen.wait), (recorded::StationSojourn, seen.sojourn)]
            {
                if times.count() > 0 {
                    self.whole.histograms.insert(metric.key((id,)), Box::new(times));
                }
            }
        }
        if let Some((_, level)) = &mut self.reply_numbers {
            level.settle(at, &self.setup);
        }
        RecorderPart { whole: self.whole, last, stations, reply_numbers: self.reply_numbers }
    }

    /// Sees one thing.
    pub fn observe(&mut self, now: Instant, observation: &Observation<'_>) {
        match *observation {
            Observation::Offered(subject) => self.message(now, recorded::MessagesOffered, subject),
            Observation::Rerouted { subject, was } => self.rerouted(subject, was),
            Observation::Delivered { subject, stages, .. } => {
                self.message(now, recorded::MessagesDelivered, subject);
                if let Stored::Fetched(login) = subject.stored {
                    self.fetched(now, subject, login);
                } else if self.setup.window.contains(subject.intended) {
                    let latency = now.since(subject.intended).0;
                    self.whole.record(recorded::MessageLatency.key(labels(subject)), latency);
                    let route = (subject.route,);
                    self.interval.record(recorded::MessageLatency.all_pairs().key(route), latency);
                    for part in stages {
                        let by = recorded::MessageStageTime.key((part.stage, part.operator));
                        self.whole.record(by, part.time.0);
                        let by = recorded::RouteStageTime.key((subject.route, part.stage));
                        self.whole.record(by, part.time.0);
                    }
                }
            }
            Observation::Refused { subject, reason } => {
                self.message(now, recorded::MessagesRefused.all_reasons(), subject);
                self.reason(recorded::MessagesRefused, subject, reason);
            }
            Observation::Expired(subject) => self.message(now, recorded::MessagesExpired, subject),
            Observation::Lost { subject, reason } => {
                self.message(now, recorded::MessagesLost.all_reasons(), subject);
                self.reason(recorded::MessagesLost, subject, reason);
            }
            Observation::StationQueued(station) => {
                let (seen, setup) = self.station(station);
                seen.levels.step(1, 0, now, setup);
            }
            Observation::StationStarted { station, waited } => {
                let (seen, setup) = self.station(station);
                seen.levels.step(-i32::from(waited.is_some()), 1, now, setup);
                if setup.window.contains(now) {
                    seen.wait.record(waited.map_or(0, |waited| waited.0));
                }
            }
            Observation::StationLeft { station, sojourn } => {
                let (seen, setup) = self.station(station);
                seen.levels.step(0, -1, now, setup);
                if setup.window.contains(now) {
                    seen.sojourn.record(sojourn.0);
                    seen.served += 1;
                }
            }
            Observation::StationOther(station) => {
                self.count_now(now, recorded::StationOther.key((station,)));
            }
            Observation::Exchanged { act, traffic, .. } => {
                if self.setup.window.contains(now) {
                    self.clients.count(act.exchange(), traffic);
                }
            }
            Observation::Unasked { act, each, first, every, before, .. } => {
                let times = self.setup.window.times(first, every, before);
                self.clients.count_times(act.exchange(), each, times);
            }
            Observation::StationRefused(station) => {
                self.count_now(now, recorded::StationRefused.key((station,)));
            }
            Observation::StationPlanned { station, wait, service, queued } => {
                let (seen, setup) = self.station(station);
                let passes = setup.stations[station.0 as usize].part.kind.passes();
                seen.levels.planned(now, wait, service, queued, passes, setup);
                if setup.window.contains(now + wait) {
                    seen.wait.record(wait.0);
                    let sojourn = if passes { wait } else { wait + service };
                    seen.sojourn.record(sojourn.0);
                    seen.served += 1;
                }
            }
            _ if !self.setup.window.contains(now) => self.outside(now, observation),
            _ => {
                self.outside(now, observation);
                self.inside(observation);
            }
        }
    }

    /// What is counted by the instant it happens.
    fn inside(&mut self, observation: &Observation<'_>) {
        let whole = &mut self.whole;
        match *observation {
            Observation::Routed { operator, took } => {
                whole.record(recorded::RoutingTime.key((operator,)), took.0);
            }
            Observation::Transferred { agreement, from, kind, bytes, charged, .. } => {
                let between = self.setup.agreements[agreement.index()].between;
                let to = if between[0] == from { between[1] } else { between[0] };
                let labels = (From(from), To(to), kind);
                whole.count(recorded::AgreementMessages.key(labels), 1);
                whole.count(recorded::AgreementBytes.key(labels), i64::from(bytes));
                // Counted under the agreement's number, priced at the end.
                if matches!(
                    kind,
                    TransferKind::Message | TransferKind::Sms | TransferKind::Presence
                ) {
                    let labels = (From(from), To(to), kind, agreement);
                    let key = recorded::Settlement.charged().key(labels);
                    whole.count(key, i64::from(charged));
                }
            }
            Observation::Stray { operator } => {
                whole.count(recorded::AgreementStrays.key((operator,)), 1);
            }
            Observation::ServerSession { operator, peer, turn, agreed, down } => {
                let (from, to) = (From(operator), To(peer));
                whole.count(recorded::ServerSessions.key((from, to, turn)), 1);
                if agreed.is_some() {
                    whole.record(recorded::ServerSessionDown.key((from, to)), down.0);
                }
            }
            Observation::AgreementRefused { from, to, reason } => {
                whole.count(recorded::AgreementRefused.key((From(from), To(to), reason)), 1);
            }
            Observation::PresenceChanged { operator, watchers, .. } => {
                whole.count(recorded::PresenceChanges.key((operator,)), 1);
                let told = u64::from(watchers) * 1000;
                whole.record(recorded::PresenceFanOut.key((operator,)), told);
            }
            Observation::Notified { from, to, client } => {
                let channel = match client {
                    Some(traffic) => {
                        self.clients.count(Exchange::Notify, traffic);
                        Channel::Client
                    }
                    None => Channel::Interconnect,
                };
                let metric = recorded::PresenceNotifications;
                whole.count(metric.key((From(from), To(to), channel)), 1);
                self.interval.count(metric.between_all().key((All, All, channel)), 1);
            }
            Observation::Sms { operator, origin, event, .. } => self.sms(operator, origin, event),
            Observation::ReplyNumberRefused { operator } => {
                whole.count(recorded::ReplyNumberRefusals.key((operator,)), 1);
            }
            of_people!() | Observation::Invited { .. } => people::count(observation, whole),
            // Seen by `outside`.
            Observation::PresenceShown { .. }
            | Observation::PresenceOwed { .. }
            | Observation::ReplyNumbersInUse { .. } => {}
            no_count!() => {}
        }
    }

    /// What matters whenever it happens: levels, and changes by the instant of the change.
    fn outside(&mut self, now: Instant, observation: &Observation<'_>) {
        match *observation {
            Observation::ReplyNumbersInUse { operator, numbers } => {
                let new = || (operator, Level::new(&self.setup));
                let (_, level) = self.reply_numbers.get_or_insert_with(new);
                level.set(numbers, now, &self.setup);
            }
            Observation::PresenceChanged { publisher, operator, changed, watchers }
                if self.setup.window.contains(changed) =>
            {
                self.presence.told((publisher, changed), operator, watchers);
            }
            Observation::PresenceOwed { publisher, changed, scope, from, to, watchers }
                if self.setup.window.contains(changed) =>
            {
                self.presence.owed((publisher, changed), Owed { scope, from, to, watchers });
            }
            Observation::Invited { operator, reason: Some(reason), .. } => {
                self.whole.count(recorded::InvitationsRefused.key((operator, reason)), 1);
            }
            // What one watcher is allowed to see is no change of presence.
            Observation::PresenceShown { news: News::Granted(_) | News::Withdrawn, .. } => {}
            Observation::PresenceShown { publisher, changed, at, scope, from, to, .. }
                if self.setup.window.contains(changed) =>
            {
                self.presence.shown((publisher, changed), to, at);
                if let Some(at) = at {
                    let latency = at.since(changed).0;
                    let metric = recorded::PresenceLatency;
                    self.whole.record(metric.key((scope, From(from), To(to))), latency);
                    self.interval.record(metric.all_pairs().key((scope,)), latency);
                }
            }
            // Of those that were submitted in the measured time, whenever they arrive.
            Observation::Sms { operator, event: SmsEvent::Delivered { took }, .. }
                if self.setup.window.contains(Instant(now.0.saturating_sub(took.0))) =>
            {
                self.whole.record(recorded::SmsLatency.key((operator,)), took.0);
            }
            // Of what was before the measured time, or will be after it.
            Observation::PresenceChanged { .. }
            | Observation::PresenceOwed { .. }
            | Observation::PresenceShown { .. }
            | Observation::Invited { reason: None, .. }
            | Observation::Sms { .. } => {}
            // Seen by `inside`.
            Observation::Routed { .. }
            | Observation::Transferred { .. }
            | Observation::Stray { .. }
            | Observation::ServerSession { .. }
            | Observation::AgreementRefused { .. }
            | Observation::Notified { .. }
            | Observation::ReplyNumberRefused { .. } => {}
            of_people!() | no_count!() => {}
        }
    }

    fn sms(&mut self, operator: OperatorId, origin: SmsOrigin, event: SmsEvent) {
        let labels = (operator, origin);
        let metric = match event {
            SmsEvent::Submitted { segments } => {
                self.whole.count(recorded::SmsSegments.key(labels), i64::from(segments));
                recorded::SmsSubmitted
            }
            SmsEvent::Refused => recorded::SmsRefused,
            SmsEvent::Attempted => recorded::SmsAttempts,
            SmsEvent::Retried => recorded::SmsRetried,
            SmsEvent::Delivered { .. } => recorded::SmsDelivered,
            SmsEvent::Expired => recorded::SmsExpired,
            // Seen as a lost message.
        };
        self.whole.count(metric.key(labels), 1);
    }

    /// A message of the cohort, in the ledger and in the series.
    fn message(&mut self, now: Instant, metric: Of<(Route, From, To)>, subject: Subject) {
        self.under_way += if metric.metric == Metric::MessagesOffered { 1 } else { -1 };
        if self.setup.window.contains(subject.intended) {
            self.whole.count(metric.key(labels(subject)), 1);
            if subject.stored != Stored::Never {
                self.whole.count(recorded::MessagesStored.key(labels(subject)), 1);
            }
        }
        if self.setup.window.contains(now) {
            self.interval.count(metric.all_pairs().key((subject.route,)), 1);
        }
    }

    /// A message that was kept for its recipient's login has arrived.
    fn fetched(&mut self, now: Instant, subject: Subject, login: Instant) {
        if self.setup.window.contains(subject.intended) {
            let waited = login.since(subject.intended).0;
            self.whole.record(recorded::StoredUntilLogin.key(labels(subject)), waited);
            let took = now.since(login).0;
            self.whole.record(recorded::StoredDeliveryLatency.key(labels(subject)), took);
        }
    }

    fn reason(&mut self, metric: Of<(Route, From, To, Reason)>, subject: Subject, reason: Reason) {
        if self.setup.window.contains(subject.intended) {
            let (route, from, to) = labels(subject);
            self.whole.count(metric.key((route, from, to, reason)), 1);
        }
    }

    fn rerouted(&mut self, subject: Subject, was: Route) {
        if self.setup.window.contains(subject.intended) {
            let before = Subject { route: was, ..subject };
            self.whole.count(recorded::MessagesOffered.key(labels(before)), -1);
            self.whole.count(recorded::MessagesOffered.key(labels(subject)), 1);
            // In the series it moves as well, in the interval in which it was offered.
            let since = subject.intended.since(self.setup.window.start);
            let place = (since.0 / self.setup.interval.0) as u32;
            *self.rerouted.entry((place, was, subject.route)).or_default() += 1;
        }
    }

    fn count_now(&mut self, now: Instant, key: Key) {
        if self.setup.window.contains(now) {
            self.whole.count(key, 1);
        }
    }

    fn station(&mut self, station: StationId) -> (&mut StationFigures, &Setup) {
        let setup: &Setup = &self.setup;
        let seen = self.stations.entry(station).or_insert_with(|| {
            Box::new(StationFigures {
                levels: StationLevels::new(setup),
                wait: Recorded::default(),
                sojourn: Recorded::default(),
                served: 0,
            })
        });
        (seen, setup)
    }
}

fn labels(subject: Subject) -> (Route, From, To) {
    (subject.route, From(subject.from), To(subject.to))
}
