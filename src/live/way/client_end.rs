//! The IM server's end of a way: what it submits, what becomes of that by answers and receipts, and answers of
//! phones that come. Called by the way.

use super::{End, Submission, Want, Way, address, short};
use crate::domain::crossing::Fate;
use crate::domain::id::MessageId;
use crate::domain::outcome::Reason;
use crate::domain::time::Instant;
use crate::engine::shard::Shard;
use crate::live::pending::{Pending, pair};
use crate::model::context::Observer;
use crate::model::plan::Plan;
use crate::model::store::Slot;
use crate::port::smpp::client;
use crate::port::smpp::pdu::Status;
use crate::port::smpp::receipt::State;
use crate::port::smpp::session::Ending;
use crate::port::smpp::text;

impl Way {
    pub(super) fn submit<O: Observer>(
        &mut self,
        slot: Slot,
        shard: &Shard<O>,
        (plan, pending): (&Plan, &mut Pending),
        now: Instant,
    ) {
        let message = shard.message(slot);
        let reply = message.sms.expect("what is submitted is a short message").reply;
        let source = address(plan.numbers.reply_number(reply.owner, reply.index));
        let destination = address(plan.numbers.msisdn(message.recipient));
        let id = message.id;
        self.reference = self.reference.wrapping_add(1);
        let like = short(source, destination, self.reference, u8::from(self.receipts));
        let words = message.text.words(id.0);
        let parts = text::parts(&words, &like, self.reference, self.joined).unwrap_or_default();
        pending.add(&like, words, self.place, id);
        self.figures.submitted += 1;
        self.figures.parts += parts.len() as u64;
        let submission = Submission {
            slot,
            wanted: now,
            wrote: [None; 2],
            open: parts.len() as u32,
            owed: if self.receipts { parts.len() as u32 } else { 0 },
            pair: pair(&like),
            fate: message.fate(true).filter(|_| self.external),
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

    /// After the end of the run: connections alone matter.
    pub(super) fn last_told(&mut self, told: client::Told) {
        match told {
            client::Told::Ended(link, _) => self.wants.push_back(Want::Close(End::Client(link))),
            client::Told::Connect(link) => self.wants.push_back(Want::Connect(link)),
            _ => {}
        }
    }

    /// Something has come of the IM server's end.
    pub(super) fn client_told<O: Observer>(
        &mut self,
        told: client::Told,
        shard: &mut Shard<O>,
        pending: &mut Pending,
        now: Instant,
    ) {
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
                self.response(token, (Status::OK, wrote), shard, pending, now);
            }
            Told::Refused { token, wrote, status } => {
                self.response(token, (status, wrote), shard, pending, now);
            }
            Told::Unanswered { token, .. } => {
                let Some(id) = self.parts.remove(&token) else { return };
                let Some(submission) = self.submissions.remove(&id) else { return };
                self.figures.unanswered += 1;
                // What the SMSC has is its business.
                if !submission.arrived {
                    pending.forget(&submission.pair, id);
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
                let delivered = receipt.state == State::Delivered;
                if let Some(submission) = self.submissions.remove(&id)
                    && self.external
                {
                    let Submission { slot, pair, fate, arrived, .. } = submission;
                    match fate {
                        _ if !arrived => {
                            pending.forget(&pair, id);
                            shard.ended_outside(slot, delivered, now);
                        }
                        Some(fate) => shard.told(Fate { delivered, ..fate }, now),
                        None => {}
                    }
                }
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

    pub(super) fn submission(&mut self, token: u64) -> Option<&mut Submission> {
        self.submissions.get_mut(self.parts.get(&token)?)
    }

    /// A part has its answer; with the last of them the message has it.
    pub(super) fn response<O: Observer>(
        &mut self,
        token: u64,
        (status, wrote): (Status, Instant),
        shard: &mut Shard<O>,
        pending: &mut Pending,
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
        let here = self.external && !submission.arrived;
        if submission.status == Status::OK {
            self.figures.accepted += 1;
            if here {
                shard.accepted_outside(submission.slot, submission.wrote[1].unwrap_or(wrote), now);
            }
            if !self.receipts && !here {
                self.submissions.remove(&id);
            }
            return;
        }
        if here {
            pending.forget(&submission.pair, id);
            shard.refused_outside(submission.slot, reason(submission.status), now);
        }
        *self.figures.refused.entry(submission.status.0).or_default() += 1;
        self.parts.remove(&token);
        // Of parts that were accepted, receipts may come all the same.
        let refusal = self.submissions.remove(&id).and_then(|it| it.refusal);
        if let Some(refusal) = refusal {
            shard.refused(refusal, now);
        }
    }

    /// A message that the way has carried has come to the SMSC: where it is, and when it was written.
    pub(in crate::live) fn arrived(
        &mut self,
        message: MessageId,
        now: Instant,
    ) -> Option<(Slot, Instant)> {
        let submission = self.submissions.get_mut(&message)?;
        submission.arrived = true;
        let wrote = submission.wrote[1].unwrap_or(now);
        if self.external {
            self.figures.seen += 1;
            self.figures.through.record(now.since(wrote).0);
        }
        Some((submission.slot, wrote))
    }
}

/// Why a real SMSC does not take a message, by what it answers.
fn reason(status: Status) -> Reason {
    match status {
        Status::QUEUE_FULL => Reason::SmscFull,
        Status::THROTTLED => Reason::RateLimited,
        Status::DESTINATION => Reason::NoRoute,
        _ => Reason::RefusedOutside,
    }
}
