//! The way between the IM server of an operator and its SMSC: the server's end is a client of SMPP, the
//! SMSC's end its centre, and each knows of the other what comes over the network. What has left a shard is
//! found again by addresses and reference, as a stranger would find it. Driven by `world`; octets and
//! instants are its only ways in and out.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::figures::{Door, Exchanged};
use crate::domain::crossing::{Fate, Refusal};
use crate::domain::id::{MessageId, OperatorId};
use crate::domain::number::Msisdn;
use crate::domain::outcome::Reason;
use crate::domain::time::{Duration, Instant};
use crate::engine::shard::Shard;
use crate::engine::wire::{Leaving, Noted};
use crate::model::context::Observer;
use crate::model::plan::Plan;
use crate::model::store::Slot;
use crate::port::smpp::centre::{self, Centre, Ticket};
use crate::port::smpp::client::{self, Client};
use crate::port::smpp::pdu::{Address, Short, Status};
use crate::port::smpp::receipt::{self, Receipt, State};
use crate::port::smpp::session::Ending;
use crate::port::smpp::text::{self, Assembly, Joined};
use crate::wire::sms::Timestamp;

/// Texts of which parts have come, at a time, and how long for.
const TEXTS: usize = 10_000;
const PARTS: Duration = Duration::from_secs(60);

/// The IM server's place among the clients of its own SMSC.
const OWN: usize = 0;

/// By what a short message is found again: both numbers, and the sender's reference.
type Mark = (String, String, u16);

/// A message that its IM server has submitted and that has had no answer yet, or no receipt.
#[derive(Debug)]
struct Submission {
    slot: Slot,
    /// When the IM server wanted it sent.
    wanted: Instant,
    /// When its first part was written, and its last.
    wrote: [Option<Instant>; 2],
    /// Parts that have no answer.
    open: u32,
    /// Parts of which a receipt is to come.
    owed: u32,
    /// Whether the SMSC has it.
    arrived: bool,
    /// What its sender hears when the answer is here.
    refusal: Option<Refusal>,
    /// The first status that was not good.
    status: Status,
    /// When the last answer came.
    answered: Option<Instant>,
}

/// A message that our SMSC has accepted from a client.
#[derive(Debug)]
struct Kept {
    login: usize,
    /// Addresses and reference, for its receipts; `None` if none is asked for.
    like: Option<Short>,
    /// The numbers of its parts.
    numbers: SmallVec<[u64; 1]>,
    since: Instant,
    /// Whether its sender asked for a report, which comes from the phone's network; else its end will do.
    reported: bool,
}

/// Both ends of the way of one operator.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) operator: OperatorId,
    pub(super) client: Client,
    pub(super) centre: Centre,
    pub(super) figures: Exchanged,
    pub(super) door: Door,
    /// Seconds of Unix time at the start of the run.
    epoch: u64,
    reference: u16,
    tokens: u64,
    /// By token: which message it is a part of.
    parts: FxHashMap<u64, MessageId>,
    submissions: FxHashMap<MessageId, Submission>,
    /// Submissions on their way to the SMSC.
    under_way: FxHashMap<Mark, MessageId>,
    /// Answers of phones on their way to the IM server.
    answers: FxHashMap<Mark, Slot>,
    /// The same by the token of their last part.
    delivered: FxHashMap<u64, Mark>,
    assembly: Assembly,
    /// Parts of texts that are not whole: when they came, of which text, their numbers.
    pieces: VecDeque<(Instant, Mark, u64)>,
    /// Submissions on which the SMSC has not decided.
    undecided: FxHashMap<MessageId, (Ticket, Kept)>,
    /// Messages that the SMSC has, for their receipts.
    kept: FxHashMap<MessageId, Kept>,
    numbers: u64,
    /// What receipts on their way tell the IM server.
    fates: FxHashMap<MessageId, Fate>,
    /// The run is over: nothing more happens in the shard.
    over: bool,
    /// What it wants of the network.
    pub(super) wants: VecDeque<Want>,
}

/// An end of one of the way's connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum End {
    /// The IM server's, by the place of the session.
    Client(usize),
    /// The SMSC's, by the number of the connection.
    Centre(u64),
}

/// What a way wants of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// A connection of the client, for this session.
    Connect(usize),
    /// The end of a connection, once all is written.
    Close(End),
}

impl Way {
    /// A way on which nothing has gone, of `operator`.
    pub(super) fn new(operator: OperatorId, client: Client, centre: Centre, epoch: u64) -> Self {
        Self {
            operator,
            client,
            centre,
            figures: Exchanged::default(),
            door: Door::default(),
            epoch,
            reference: 0,
            tokens: 0,
            parts: FxHashMap::default(),
            submissions: FxHashMap::default(),
            under_way: FxHashMap::default(),
            answers: FxHashMap::default(),
            delivered: FxHashMap::default(),
            assembly: Assembly::new(TEXTS, PARTS),
            pieces: VecDeque::new(),
            undecided: FxHashMap::default(),
            kept: FxHashMap::default(),
            numbers: 0,
            fates: FxHashMap::default(),
            over: false,
            wants: VecDeque::new(),
        }
    }

    /// Ends all sessions. What is under way stays so.
    pub(super) fn close(&mut self, now: Instant) {
        self.over = true;
        for (ticket, _) in std::mem::take(&mut self.undecided).into_values() {
            self.centre.answer(ticket, Err(Status::SYSTEM_ERROR), now);
        }
        self.client.close(now);
    }

    #[cfg(test)]
    /// Messages that the SMSC has accepted and that have not come to their end.
    pub(super) fn kept(&self) -> usize {
        self.kept.len()
    }

    /// Something leaves the shard over the way.
    pub(super) fn leave<O: Observer>(
        &mut self,
        leaving: Leaving,
        shard: &Shard<O>,
        plan: &Plan,
        now: Instant,
    ) {
        match leaving {
            Leaving::Submission(slot) => self.submit(slot, shard, plan, now),
            Leaving::Answer(slot) => self.answer(slot, shard, plan, now),
            Leaving::Fate(fate) => {
                self.fates.insert(fate.message, fate);
                self.receipt(fate.message, fate.delivered, now);
            }
        }
    }

    fn submit<O: Observer>(&mut self, slot: Slot, shard: &Shard<O>, plan: &Plan, now: Instant) {
        let message = shard.message(slot);
        let reply = message.sms.expect("what is submitted is a short message").reply;
        let source = address(plan.numbers.reply_number(reply.owner, reply.index));
        let destination = address(plan.numbers.msisdn(message.recipient));
        let id = message.id;
        self.reference = self.reference.wrapping_add(1);
        let like = short(source, destination, self.reference, 1);
        let words = message.text.words(id.0);
        let parts = text::parts(&words, &like, self.reference, Joined::Header).unwrap_or_default();
        self.under_way.insert(mark(&like), id);
        self.figures.submitted += 1;
        self.figures.parts += parts.len() as u64;
        let submission = Submission {
            slot,
            wanted: now,
            wrote: [None; 2],
            open: parts.len() as u32,
            owed: parts.len() as u32,
            arrived: false,
            refusal: None,
            status: Status::OK,
            answered: None,
        };
        self.submissions.insert(id, submission);
        for part in parts {
            self.tokens += 1;
            self.parts.insert(self.tokens, id);
            self.client.send(part, self.tokens, now);
        }
    }

    fn answer<O: Observer>(&mut self, slot: Slot, shard: &Shard<O>, plan: &Plan, now: Instant) {
        let message = shard.message(slot);
        let reply = message.sms.expect("an answer is a short message").reply;
        let source = address(plan.numbers.msisdn(message.sender));
        let destination = address(plan.numbers.reply_number(reply.owner, reply.index));
        self.reference = self.reference.wrapping_add(1);
        let like = short(source, destination, self.reference, 0);
        self.answers.insert(mark(&like), slot);
        let words = message.text.words(message.id.0);
        let parts = text::parts(&words, &like, self.reference, Joined::Header).unwrap_or_default();
        for part in parts {
            self.tokens += 1;
            self.centre.deliver(OWN, part, self.tokens, now);
        }
        self.delivered.insert(self.tokens, mark(&like));
    }

    /// The SMSC has decided something.
    pub(super) fn noted(&mut self, noted: Noted, now: Instant) {
        match noted {
            Noted::Accepted(message) => {
                if let Some((ticket, kept)) = self.undecided.remove(&message) {
                    self.door.accepted += 1;
                    let last = kept.numbers.last().copied().unwrap_or(0);
                    self.centre.answer(ticket, Ok(last), now);
                    self.kept.insert(message, kept);
                }
            }
            Noted::Refused(message, reason) => {
                if let Some((ticket, _)) = self.undecided.remove(&message) {
                    let status = status(reason);
                    *self.door.refused.entry(status.0).or_default() += 1;
                    self.centre.answer(ticket, Err(status), now);
                }
            }
            Noted::Ended { message, delivered, .. } => {
                if self.kept.get(&message).is_some_and(|kept| !kept.reported) {
                    self.receipt(message, delivered, now);
                }
            }
        }
    }

    /// A message has come to its end: whoever has submitted it is told, once.
    fn receipt(&mut self, message: MessageId, delivered: bool, now: Instant) {
        let Some(Kept { login, like, numbers, since, .. }) = self.kept.remove(&message) else {
            return;
        };
        let Some(like) = like else { return };
        let state = if delivered { State::Delivered } else { State::Expired };
        let times = [since, now].map(|at| Timestamp::of_unix(self.epoch + at.0 / 1_000_000_000));
        // Each part is a short message of its own to whoever asked.
        for number in numbers {
            let receipt = Receipt { id: self.centre.receipted(number), state, error: 0 };
            self.tokens += 1;
            self.centre.deliver(login, receipt::write(&receipt, times, &like), self.tokens, now);
        }
    }

    /// Looks at what has come of octets and time at either end.
    pub(super) fn attend<O: Observer>(&mut self, shard: &mut Shard<O>, now: Instant) {
        while self.over {
            if let Some(told) = self.client.told() {
                self.last_told(told);
            } else if let Some(told) = self.centre.told() {
                self.last_come(told, now);
            } else {
                return;
            }
        }
        loop {
            if let Some(told) = self.client.told() {
                self.client_told(told, shard, now);
            } else if let Some(told) = self.centre.told() {
                self.centre_told(told, shard, now);
            } else {
                return;
            }
        }
    }

    /// After the end of the run: connections alone matter.
    fn last_told(&mut self, told: client::Told) {
        match told {
            client::Told::Ended(link, _) => self.wants.push_back(Want::Close(End::Client(link))),
            client::Told::Connect(link) => self.wants.push_back(Want::Connect(link)),
            _ => {}
        }
    }

    /// The same of the SMSC's end. What comes still is not taken.
    fn last_come(&mut self, told: centre::Told, now: Instant) {
        match told {
            centre::Told::Ended(connection, _) => {
                self.wants.push_back(Want::Close(End::Centre(connection)));
            }
            centre::Told::Came { ticket, .. } => {
                self.centre.answer(ticket, Err(Status::SYSTEM_ERROR), now);
            }
            _ => {}
        }
    }

    /// Something has come of the IM server's end.
    fn client_told<O: Observer>(&mut self, told: client::Told, shard: &mut Shard<O>, now: Instant) {
        use client::Told;
        match told {
            Told::Connect(link) => self.wants.push_back(Want::Connect(link)),
            Told::Bound(_) => self.figures.bound += 1,
            Told::Ended(link, ending) => {
                self.figures.ended += u64::from(ending != Ending::Unbound);
                self.wants.push_back(Want::Close(End::Client(link)));
            }
            Told::Wrote { token } => {
                if let Some(submission) = self.submission(token) {
                    let [first, last] = &mut submission.wrote;
                    first.get_or_insert(now);
                    *last = Some(now);
                }
            }
            Told::Accepted { token, wrote } => {
                self.response(token, (Status::OK, wrote), shard, now);
            }
            Told::Refused { token, wrote, status } => {
                self.response(token, (status, wrote), shard, now);
            }
            Told::Unanswered { token, .. } => {
                let Some(id) = self.parts.remove(&token) else { return };
                let Some(submission) = self.submissions.remove(&id) else { return };
                self.figures.unanswered += 1;
                // What the SMSC has is its business.
                if !submission.arrived {
                    self.under_way.retain(|_, other| *other != id);
                    shard.lost(submission.slot, Reason::Unanswered, now);
                }
            }
            Told::Receipt { token, receipt } => {
                if !receipt.state.is_final() {
                    return;
                }
                let Some(id) = self.parts.remove(&token) else { return };
                let Some(submission) = self.submissions.get_mut(&id) else { return };
                submission.owed -= 1;
                if submission.owed > 0 {
                    return;
                }
                let answered = submission.answered.unwrap_or(now);
                self.submissions.remove(&id);
                *self.figures.receipts.entry(receipt.state).or_default() += 1;
                self.figures.receipt.record(now.since(answered).0);
                if let Some(fate) = self.fates.remove(&id) {
                    shard.told(fate, now);
                }
            }
            Told::NoReceipt { token } => {
                self.figures.no_receipt += 1;
                if let Some(id) = self.parts.remove(&token) {
                    self.submissions.remove(&id);
                    self.fates.remove(&id);
                }
            }
            Told::Came { source, destination, reference, .. } => {
                let mark = (source.digits, destination.digits, reference.unwrap_or(0));
                match self.answers.remove(&mark) {
                    Some(slot) => {
                        self.figures.answers += 1;
                        shard.answered(slot, now);
                    }
                    None => self.figures.unmatched += 1,
                }
            }
            Told::Unmatched(_) | Told::Unread(_) => self.figures.unmatched += 1,
        }
    }

    fn submission(&mut self, token: u64) -> Option<&mut Submission> {
        self.submissions.get_mut(self.parts.get(&token)?)
    }

    /// A part has its answer; with the last of them the message has it.
    fn response<O: Observer>(
        &mut self,
        token: u64,
        (status, wrote): (Status, Instant),
        shard: &mut Shard<O>,
        now: Instant,
    ) {
        let Some(&id) = self.parts.get(&token) else { return };
        let Some(submission) = self.submissions.get_mut(&id) else { return };
        submission.open -= 1;
        if submission.status == Status::OK {
            submission.status = status;
        }
        if submission.open > 0 {
            return;
        }
        submission.answered = Some(now);
        let response = now.since(submission.wanted);
        let service = now.since(submission.wrote[0].unwrap_or(wrote));
        self.figures.answered(response, service);
        if submission.status == Status::OK {
            self.figures.accepted += 1;
            return;
        }
        *self.figures.refused.entry(submission.status.0).or_default() += 1;
        self.parts.remove(&token);
        // Of parts that were accepted, receipts may come all the same.
        let refusal = self.submissions.remove(&id).and_then(|it| it.refusal);
        if let Some(refusal) = refusal {
            shard.refused(refusal, now);
        }
    }

    /// Something has come of the SMSC's end.
    fn centre_told<O: Observer>(&mut self, told: centre::Told, shard: &mut Shard<O>, now: Instant) {
        use centre::Told;
        match told {
            Told::Bound(..) => self.door.bound += 1,
            Told::Ended(connection, _) => {
                self.wants.push_back(Want::Close(End::Centre(connection)));
            }
            Told::Came { ticket, login, short } => match self.assembly.take(&short, now) {
                Ok(Some(_)) => self.came(ticket, login, short, shard, now),
                Ok(None) => {
                    // The answer to the last part is that to the message.
                    let number = self.number();
                    self.pieces.push_back((now, mark(&short), number));
                    self.centre.answer(ticket, Ok(number), now);
                }
                Err(_) => {
                    self.refuse(ticket, Status::REJECTED, now);
                }
            },
            Told::Delivered { token, status: Status::OK } => {
                self.door.delivered += 1;
                self.delivered.remove(&token);
            }
            Told::Delivered { token, .. } | Told::Unanswered { token } => {
                self.door.undelivered += 1;
                let answer = self.delivered.remove(&token);
                // What the IM server has is its business.
                if let Some(slot) = answer.and_then(|mark| self.answers.remove(&mark)) {
                    shard.lost(slot, Reason::Unanswered, now);
                }
            }
        }
    }

    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    fn refuse(&mut self, ticket: Ticket, status: Status, now: Instant) {
        *self.door.refused.entry(status.0).or_default() += 1;
        self.centre.answer(ticket, Err(status), now);
    }

    /// A message has come to the SMSC, whole.
    fn came<O: Observer>(
        &mut self,
        ticket: Ticket,
        login: usize,
        short: Short,
        shard: &mut Shard<O>,
        now: Instant,
    ) {
        self.door.came += 1;
        let Some(id) = self.under_way.remove(&mark(&short)) else {
            return self.refuse(ticket, Status::DESTINATION, now);
        };
        let mark = mark(&short);
        let old = |(since, of, _): &(Instant, Mark, u64)| *since + PARTS > now && *of != mark;
        let parts = self.pieces.iter().filter(|(_, of, _)| *of == mark).map(|(.., number)| *number);
        let mut numbers: SmallVec<[u64; 1]> = parts.collect();
        self.pieces.retain(old);
        numbers.push(self.number());
        let Some(submission) = self.submissions.get_mut(&id) else { return };
        submission.arrived = true;
        let (slot, wrote) = (submission.slot, submission.wrote[1].unwrap_or(now));
        let reported = shard.message(slot).report;
        let like =
            (short.registered_delivery & 0b11 != 0).then(|| Short { text: Vec::new(), ..short });
        let kept = Kept { login, like, numbers, since: now, reported };
        self.undecided.insert(id, (ticket, kept));
        let refusal = shard.submitted(slot, wrote, now);
        if let Some(submission) = self.submissions.get_mut(&id) {
            submission.refusal = refusal;
        }
        for noted in shard.noted() {
            self.noted(noted, now);
        }
    }
}

fn mark(short: &Short) -> Mark {
    let digits = |address: &Address| address.digits.clone();
    (digits(&short.source), digits(&short.destination), short.reference.unwrap_or(0))
}

/// A number as SMPP has it: international, E.164.
fn address(number: Msisdn) -> Address {
    Address { ton: 1, npi: 1, digits: number.to_string().trim_start_matches('+').to_owned() }
}

fn short(source: Address, destination: Address, reference: u16, receipts: u8) -> Short {
    Short {
        source,
        destination,
        esm_class: 0,
        registered_delivery: receipts,
        data_coding: 0,
        text: Vec::new(),
        part: None,
        reference: Some(reference),
        receipted: None,
    }
}

/// What an SMSC answers where it does not take a message.
fn status(reason: Reason) -> Status {
    match reason {
        Reason::SmscFull => Status::QUEUE_FULL,
        Reason::RateLimited | Reason::RateLimitFull => Status::THROTTLED,
        Reason::NodeDown => Status::SYSTEM_ERROR,
        Reason::NoRoute => Status::DESTINATION,
        _ => Status::SUBMIT_FAILED,
    }
}
