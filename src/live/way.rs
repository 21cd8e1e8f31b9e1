//! The way between the IM server of an operator and its SMSC: the server's end is a client of SMPP, the
//! SMSC's end its centre, and each knows of the other what comes over the network. What has left a shard is
//! found again by addresses and reference, as a stranger would find it. Driven by `world`; octets and
//! instants are its only ways in and out.

mod centre_end;
mod client_end;
mod faults;

use std::collections::VecDeque;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use self::faults::Faults;
pub(super) use self::faults::Spell;
use super::figures::{Door, Exchanged};
use super::pending::{Pair, Pending};
use crate::domain::crossing::{Fate, Refusal};
use crate::domain::id::{MessageId, OperatorId};
use crate::domain::number::Msisdn;
use crate::domain::time::{Duration, Instant};
use crate::engine::shard::Shard;
use crate::engine::wire::{Goes, Leaving};
use crate::model::context::Observer;
use crate::model::plan::Plan;
use crate::model::store::Slot;
use crate::port::smpp::centre::{Centre, Ticket};
use crate::port::smpp::client::Client;
use crate::port::smpp::pdu::{Address, Short, Status};
use crate::port::smpp::text::{Assembly, Joined};

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
    /// Its numbers.
    pair: Pair,
    /// What its sender is to hear, where they asked.
    fate: Option<Fate>,
    /// Whether it has come to an SMSC of ours, its own or behind a real system.
    arrived: bool,
    /// What its sender hears when the answer is here.
    refusal: Option<Refusal>,
    /// The first status that was not good.
    status: Status,
    /// When the last answer came.
    answered: Option<Instant>,
}

/// A message that has come to our SMSC, whole: what is left is to find out whose it is.
#[derive(Debug)]
pub(super) struct Arrival {
    ticket: Ticket,
    login: usize,
    pub(super) short: Short,
    pub(super) text: String,
    /// Its own number, and those of its parts that are to be receipted.
    number: u64,
    asked: SmallVec<[u64; 1]>,
}

/// A message that our SMSC has accepted from a client.
#[derive(Debug)]
struct Kept {
    login: usize,
    /// Addresses and reference, for its receipts.
    like: Short,
    /// Its own number, and those of its parts that are to be receipted.
    number: u64,
    asked: SmallVec<[u64; 1]>,
    since: Instant,
    /// Whether its sender asked for a report, which comes from the phone's network; else its end will do.
    reported: bool,
}

/// Both ends of the way of one operator.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) operator: OperatorId,
    /// Its place among all.
    pub(super) place: usize,
    /// Whether the SMSC is a real one.
    external: bool,
    /// Whether receipts are asked for.
    receipts: bool,
    joined: Joined,
    pub(super) arrivals: VecDeque<Arrival>,
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
    /// Answers of phones on their way to the IM server.
    answers: FxHashMap<Mark, Slot>,
    /// The same by the token of their last part.
    delivered: FxHashMap<u64, Mark>,
    assembly: Assembly,
    /// Parts of texts that are not whole: when they came, of which text, their numbers, where a receipt is
    /// asked for.
    pieces: VecDeque<(Instant, Mark, u64)>,
    /// Submissions on which the SMSC has not decided.
    undecided: FxHashMap<MessageId, (Ticket, Kept)>,
    /// Messages that the SMSC has, for their receipts.
    kept: FxHashMap<MessageId, Kept>,
    numbers: u64,
    /// What receipts on their way tell the IM server.
    fates: FxHashMap<MessageId, Fate>,
    faults: Faults,
    /// The run is over: nothing more happens in the shard.
    over: bool,
    /// What it wants of the network.
    pub(super) wants: VecDeque<Want>,
}

/// What the ends of a way hold to.
#[derive(Clone, Debug)]
pub(super) struct Manners {
    /// Whether the SMSC is a real one.
    pub(super) external: bool,
    /// Whether receipts are asked for.
    pub(super) receipts: bool,
    /// How parts of long texts are told.
    pub(super) joined: Joined,
    /// Seconds of Unix time at the start of the run.
    pub(super) epoch: u64,
    /// What our SMSC does wrong by script.
    pub(super) faults: Vec<Spell>,
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
    pub(super) fn new(
        (operator, place): (OperatorId, usize),
        (client, centre): (Client, Centre),
        Manners { external, receipts, joined, epoch, faults }: Manners,
    ) -> Self {
        Self {
            operator,
            place,
            external,
            receipts,
            joined,
            arrivals: VecDeque::new(),
            client,
            centre,
            figures: Exchanged::default(),
            door: Door::default(),
            epoch,
            reference: 0,
            tokens: 0,
            parts: FxHashMap::default(),
            submissions: FxHashMap::default(),
            answers: FxHashMap::default(),
            delivered: FxHashMap::default(),
            assembly: Assembly::new(TEXTS, PARTS),
            pieces: VecDeque::new(),
            undecided: FxHashMap::default(),
            kept: FxHashMap::default(),
            numbers: 0,
            fates: FxHashMap::default(),
            faults: Faults::new(faults),
            over: false,
            wants: VecDeque::new(),
        }
    }

    /// Ends all sessions. What is under way stays so.
    pub(super) fn close(&mut self, now: Instant) {
        self.over = true;
        let lost = self.submissions.values().filter(|it| self.external && !it.arrived);
        let since = lost.filter_map(|submission| submission.answered);
        self.figures.open = since.fold((0, Duration::ZERO), |(count, oldest), since| {
            (count + 1, oldest.max(now.since(since)))
        });
        for (ticket, _) in std::mem::take(&mut self.undecided).into_values() {
            self.centre.answer(ticket, Err(Status::SYSTEM_ERROR), now);
        }
        self.client.close(now);
    }

    /// What goes over it as octets.
    pub(super) fn goes(&self) -> Goes {
        match (self.client.links(), self.external) {
            (0, _) => Goes::Nothing,
            (_, true) => Goes::Submissions,
            (_, false) => Goes::BothWays,
        }
    }

    #[cfg(test)]
    /// Messages that the SMSC has accepted and that have not come to their end.
    pub(super) fn kept(&self) -> usize {
        self.kept.len()
    }

    /// When it wants to be woken, should no octet come before.
    pub(super) fn next_wake(&self) -> Instant {
        self.client.next_wake().min(self.centre.next_wake()).min(self.faults.next_wake())
    }

    /// What is due at this instant or before.
    pub(super) fn wake(&mut self, now: Instant) {
        self.client.wake(now);
        self.centre.wake(now);
        self.wake_faults(now);
    }

    /// Something leaves the shard over the way.
    pub(super) fn leave<O: Observer>(
        &mut self,
        leaving: Leaving,
        shard: &Shard<O>,
        (plan, pending): (&Plan, &mut Pending),
        now: Instant,
    ) {
        match leaving {
            Leaving::Submission(slot) => self.submit(slot, shard, (plan, pending), now),
            Leaving::Answer(slot) => self.answer(slot, shard, plan, now),
            Leaving::Fate(fate) => {
                self.fates.insert(fate.message, fate);
                self.receipt(fate.message, fate.delivered, now);
            }
        }
    }

    /// Looks at what has come of octets and time at either end.
    pub(super) fn attend<O: Observer>(
        &mut self,
        shard: &mut Shard<O>,
        pending: &mut Pending,
        now: Instant,
    ) {
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
                self.client_told(told, shard, pending, now);
            } else if let Some(told) = self.centre.told() {
                self.centre_told(told, shard, now);
            } else {
                return;
            }
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
