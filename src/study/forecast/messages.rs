//! Expected messages: who writes to whom, by contact lists and recipients' weights; what becomes of
//! them on their routes; and their answers, which are answered in turn.

use std::collections::BTreeMap;

use super::generation::{Generation, Kind, To};
use super::people::{OnlineAgain, Phones};
use super::texts::{Converted, Texts};
use super::work::{Traffic, Work};
use super::{NEGLIGIBLE, highest, logins, online};
use crate::domain::client::Act;
use crate::domain::federation::{MessageRate, OfflineMessages, Operator, Recipients};
use crate::domain::id::{OperatorId, SubscriberId};
use crate::domain::outcome::Route;
use crate::domain::part::{Part, PartKind};
use crate::model::plan::{Plan, TransferSizes};
use crate::model::routing::Carriage;

/// The messages of a federation while they are followed.
pub(super) struct Flows<'a> {
    plan: &'a Plan,
    texts: Vec<Texts>,
    /// Of each operator's users, as each IMSP converts them: by operator, then by IMSP.
    converted: Vec<Vec<Option<Converted>>>,
    presences: Vec<OnlineAgain>,
    /// Of the phones of each operator from which somebody has just written, the share that is there for
    /// certain when each operator's users answer.
    still_there: Vec<Vec<Option<f64>>>,
    /// Messages a second by route, origin and destination.
    offered: BTreeMap<(Route, OperatorId, OperatorId), f64>,
}

impl<'a> Flows<'a> {
    /// Follows all messages, adding what they take of each station.
    pub(super) fn of(plan: &'a Plan, work: &mut Work<'_>) -> Self {
        let operators = &plan.federation.operators;
        let mut flows = Self {
            plan,
            texts: operators.iter().map(|o| Texts::of(&o.workload.messages)).collect(),
            converted: operators.iter().map(|_| vec![None; operators.len()]).collect(),
            presences: operators.iter().map(|o| OnlineAgain::of(o, &plan.federation.run)).collect(),
            still_there: operators.iter().map(|_| vec![None; operators.len()]).collect(),
            offered: BTreeMap::new(),
        };
        let mut messages = first_messages(plan);
        let negligible = messages.total() * NEGLIGIBLE;
        while messages.total() > negligible {
            messages = flows.follow(&messages, work);
            // Answers come later than what they answer: a short run does not see all of them.
            for people in &mut flows.presences {
                people.next_generation(&plan.federation.run);
            }
        }
        flows
    }

    /// Messages a second by route, in the order of routes.
    pub(super) fn routes(&self) -> Vec<(Route, f64)> {
        let of = |route| self.offered.iter().filter(move |((r, ..), _)| *r == route);
        let total = |&route| (route, of(route).map(|(_, rate)| rate).sum::<f64>());
        Route::ALL.iter().map(total).filter(|(_, rate)| *rate > 0.0).collect()
    }

    /// All messages a second.
    pub(super) fn offered(&self) -> f64 {
        self.offered.values().sum()
    }

    /// Combinations of route, origin and destination.
    pub(super) fn combinations(&self) -> usize {
        self.offered.len()
    }

    fn count(&mut self, route: Route, from: OperatorId, to: OperatorId, rate: f64) {
        *self.offered.entry((route, from, to)).or_default() += rate;
    }

    /// Follows messages to their ends; what comes back is their answers.
    fn follow(&mut self, messages: &Generation, work: &mut Work<'_>) -> Generation {
        let mut answers = Generation::new(self.plan.federation.operators.len());
        for (kind, from, to, rate) in messages.flows() {
            let Texts { segments, octets, .. } = self.texts[from.index()];
            // Who is answered, and who is written to.
            let (at, back, whom) = match kind {
                Kind::Im { to: whom } => {
                    let route = self.plan.route_between(from, to, !is_legacy(whom));
                    self.count(route, from, to, rate);
                    work.clients_act(from, Act::Send, rate, self.texts[from.index()].bytes);
                    (from, To::Online, whom)
                }
                Kind::Home { from_im, to: whom } => {
                    let own = from == to;
                    let route = if own { Route::SmsReplyOwn } else { Route::SmsReplyHome };
                    self.count(route, from, to, rate);
                    self.submit(from, rate, 1.0, segments, work);
                    (from, if from_im { To::Offline } else { To::Heard }, whom)
                }
                Kind::Direct { from_im } => {
                    self.count(Route::SmsReplyDirect, from, to, rate);
                    self.submit(from, rate, 1.0, segments, work);
                    work.carry(from, to, sms(rate), sms_bytes(segments, octets));
                    (to, if from_im { To::Offline } else { To::Heard }, To::Online)
                }
            };
            work.im_server(at, rate, |times| &times.message);
            let message = Message { writer: from, back, at, to, rate };
            if is_legacy(whom) {
                self.reach_legacy(message, whom == To::Heard, &mut answers, work);
            } else {
                self.reach_im_user(message, whom, &mut answers, work);
            }
        }
        answers
    }

    fn reach_im_user(
        &mut self,
        message: Message,
        whom: To,
        answers: &mut Generation,
        work: &mut Work<'_>,
    ) {
        let Message { writer, back, at, to, rate } = message;
        let reply = self.reply_share(to);
        if at != to && !self.interwork(writer, at, to, rate, work) {
            let delivered = self.convert(writer, at, to, (rate, false), work);
            answers.add(Kind::Direct { from_im: true }, to, at, delivered * reply);
            return;
        }
        let (own, other) = (&self.presences[to.index()], &self.presences[writer.index()]);
        let online = own.chance(whom, other);
        // Only a client that is still logged in answers.
        let answered = reply * own.chance(To::Online, own);
        let sessions = &self.operator(to).workload.sessions;
        let missed = rate * (1.0 - online);
        let mut by_client = rate * online;
        match sessions.offline {
            OfflineMessages::Store if logins(sessions) > 0.0 => by_client = rate,
            OfflineMessages::Store | OfflineMessages::Refuse => {}
            OfflineMessages::Sms => {
                // What no SMS can carry waits for the login, if there is one.
                let smsc = self.operator(to).smsc.is_some();
                let accepted = if smsc { self.converted(writer, to).accepted } else { 0.0 };
                if logins(sessions) > 0.0 {
                    by_client += missed * (1.0 - accepted);
                }
                self.reroute(writer, to, back, missed * accepted);
                // Who was answered by SMS has a phone that was there.
                let heard = whom == To::Offline;
                let delivered = self.convert(writer, to, to, (missed, heard), work);
                let kind = Kind::Home { from_im: true, to: back };
                answers.add(kind, to, writer, delivered * reply);
            }
        }
        work.clients_act(to, Act::Receive, by_client, self.texts[writer.index()].bytes);
        answers.add(Kind::Im { to: back }, to, writer, by_client * answered);
    }

    /// A legacy customer, `heard` from just before.
    fn reach_legacy(
        &mut self,
        message: Message,
        heard: bool,
        answers: &mut Generation,
        work: &mut Work<'_>,
    ) {
        let Message { writer, back, at, to, rate } = message;
        let at_home = at == to
            || self.plan.serves_legacy(to, at) && self.interwork(writer, at, to, rate, work);
        let converter = if at_home { to } else { at };
        let delivered = self.convert(writer, converter, to, (rate, heard), work);
        let delivered = delivered * self.reply_share(to);
        let kind = match at_home {
            true => Kind::Home { from_im: false, to: back },
            false => Kind::Direct { from_im: false },
        };
        answers.add(kind, to, writer, delivered);
    }

    /// What was offered as an instant message becomes an SMS at the recipient's IMSP.
    fn reroute(&mut self, from: OperatorId, to: OperatorId, back: To, rate: f64) {
        let was = self.plan.route_between(from, to, true);
        if back == To::Online && was.is_im() {
            self.count(was, from, to, -rate);
            self.count(was.converted(), from, to, rate);
        }
    }

    /// An instant message over agreements and hubs to another IMSP's server.
    fn interwork(
        &mut self,
        writer: OperatorId,
        from: OperatorId,
        to: OperatorId,
        rate: f64,
        work: &mut Work<'_>,
    ) -> bool {
        let text = self.texts[writer.index()].bytes;
        let bytes = move |sizes: &TransferSizes| {
            f64::from(sizes.message) + if sizes.message_adds_text { text } else { 0.0 }
        };
        let traffic =
            Traffic { carriage: Carriage::Messaging, rate, limited: true, answered: true };
        let passes = work.carry(from, to, traffic, bytes);
        if passes {
            work.im_server(to, rate, |times| &times.message);
        }
        passes
    }

    /// Messages of `from`'s users as SMS by the IMSP and SMSC of `converter` to phones of `to`, from
    /// which somebody may just have been `heard`; how many are delivered.
    fn convert(
        &mut self,
        from: OperatorId,
        converter: OperatorId,
        to: OperatorId,
        (rate, heard): (f64, bool),
        work: &mut Work<'_>,
    ) -> f64 {
        let plan = self.plan;
        let own = converter == to;
        let way = own || plan.routing.way(Carriage::Sms, converter, to).is_some();
        if self.operator(converter).smsc.is_none() || !way {
            return 0.0;
        }
        let Converted { accepted, segments, octets } = self.converted(from, converter);
        let submitted = rate * accepted;
        let there = if heard { self.still_there(from, to) } else { 0.0 };
        let phones = Phones::of(plan, converter, to, there);
        let attempts = submitted * phones.attempts;
        self.submit(converter, submitted, phones.attempts, segments, work);
        if let Some(hlr) = &self.operator(to).hlr {
            let time = hlr.lookup_time.mean().as_secs_f64();
            work.serve(Part::of(PartKind::Hlr, to), attempts, time);
        }
        if !own {
            let signal = Traffic { limited: false, answered: false, ..sms(attempts) };
            work.carry(converter, to, signal, |sizes| f64::from(sizes.query));
            let there =
                if phones.attempts > 0.0 { phones.delivered / phones.attempts } else { 0.0 };
            work.carry(to, converter, signal, |sizes| {
                let [absent, attached] = sizes.located.map(f64::from);
                absent + (attached - absent) * there
            });
            let delivered = sms(submitted * phones.delivered);
            work.carry(converter, to, delivered, sms_bytes(segments, octets));
        }
        submitted * phones.delivered
    }

    /// Short messages at the SMSC of an operator, each so often through its licensed servers.
    fn submit(
        &self,
        operator: OperatorId,
        rate: f64,
        attempts: f64,
        segments: f64,
        work: &mut Work<'_>,
    ) {
        let Some(smsc) = &self.operator(operator).smsc else { return };
        for node in Part::of(PartKind::Smsc, operator).nodes(&self.plan.federation) {
            let each = rate * attempts / f64::from(smsc.nodes);
            work.serve(node, each, segments / smsc.throughput);
        }
    }

    fn converted(&mut self, from: OperatorId, converter: OperatorId) -> Converted {
        let messages = &self.plan.federation.operator(from).workload.messages;
        let imsp = self.plan.federation.operator(converter).imsp.as_ref();
        let known = &mut self.converted[from.index()][converter.index()];
        *known.get_or_insert_with(|| match imsp {
            Some(imsp) => Converted::of(messages, &imsp.legacy),
            None => Converted { accepted: 0.0, segments: 0.0, octets: 0.0 },
        })
    }

    /// Share of the phones of `to` that are there for certain when users of `from` answer.
    fn still_there(&mut self, from: OperatorId, to: OperatorId) -> f64 {
        let (people, operator) = (&self.presences[from.index()], self.plan.federation.operator(to));
        let known = &mut self.still_there[from.index()][to.index()];
        *known.get_or_insert_with(|| people.still_there(operator))
    }

    fn operator(&self, id: OperatorId) -> &'a Operator {
        self.plan.federation.operator(id)
    }

    /// Share of messages to an operator's subscribers that are answered within the measured time.
    fn reply_share(&self, operator: OperatorId) -> f64 {
        self.operator(operator).workload.messages.reply_share
            * self.presences[operator.index()].seen
    }
}

fn is_legacy(whom: To) -> bool {
    matches!(whom, To::Legacy | To::Heard)
}

/// Messages at an IM server on their way on.
#[derive(Clone, Copy)]
struct Message {
    /// Operator of whoever wrote it.
    writer: OperatorId,
    /// Who is answered by the next message.
    back: To,
    /// The operator whose IM server has it.
    at: OperatorId,
    to: OperatorId,
    rate: f64,
}

/// First messages by the contact lists: each user's rate is spread over its list by weight.
fn first_messages(plan: &Plan) -> Generation {
    let mut first = Generation::new(plan.federation.operators.len());
    for (operator, settings) in plan.federation.operators() {
        let base = plan.population.base(operator);
        let users = base..base + plan.population.im_users(operator);
        let lists = users.map(|user| plan.graph.contacts(SubscriberId(user)));
        let lists = lists.filter(|list| !list.is_empty());
        let messages = &settings.workload.messages;
        let each = highest(&settings.workload.load, &plan.federation.run)
            * match messages.rate {
                MessageRate::PerUser(rate) => rate * online(plan, operator),
                MessageRate::Total(rate) => rate / (lists.clone().count().max(1) as f64),
            };
        let exponent = match messages.recipients {
            Recipients::Uniform => 0.0,
            Recipients::Zipf(exponent) => exponent,
        };
        let weights: Vec<f64> =
            (1..=plan.graph.longest()).map(|place| libm::pow(place as f64, -exponent)).collect();
        for list in lists {
            let total: f64 = weights[..list.len()].iter().sum();
            for (&contact, weight) in list.iter().zip(&weights) {
                let to = plan.population.operator(contact);
                let im = plan.population.is_im(contact);
                let whom = if im { To::Anybody } else { To::Legacy };
                first.add(Kind::Im { to: whom }, operator, to, each * weight / total);
            }
        }
    }
    first
}

fn sms(rate: f64) -> Traffic {
    Traffic { carriage: Carriage::Sms, rate, limited: true, answered: true }
}

fn sms_bytes(segments: f64, octets: f64) -> impl Fn(&TransferSizes) -> f64 {
    move |sizes| sizes.sms.usual(segments, octets)
}
