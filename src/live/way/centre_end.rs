//! The SMSC's end of a way: what comes in is put together and decided on, what has come to its end is told, and
//! answers of phones go to the IM server. Called by the way and, for what has come whole, by `world`.

use smallvec::SmallVec;

use super::faults::Later;
use super::{Arrival, End, Kept, Mark, OWN, PARTS, Want, Way, address, mark, short};
use crate::domain::federation::FaultKind;
use crate::domain::id::MessageId;
use crate::domain::outcome::Reason;
use crate::domain::time::Instant;
use crate::engine::shard::Shard;
use crate::engine::wire::Noted;
use crate::model::context::Observer;
use crate::model::plan::Plan;
use crate::model::store::Slot;
use crate::port::smpp::centre::{self, Ticket};
use crate::port::smpp::pdu::{Short, Status};
use crate::port::smpp::receipt::{self, Receipt, State};
use crate::port::smpp::text::{self, Joined};
use crate::wire::sms::Timestamp;

impl Way {
    pub(super) fn answer<O: Observer>(
        &mut self,
        slot: Slot,
        shard: &Shard<O>,
        plan: &Plan,
        now: Instant,
    ) {
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
    pub(in crate::live) fn noted(&mut self, noted: Noted, now: Instant) {
        match noted {
            Noted::Accepted(message) => {
                if let Some((ticket, kept)) = self.undecided.remove(&message) {
                    self.door.accepted += 1;
                    self.say(ticket, Ok(kept.number), now);
                    self.kept.insert(message, kept);
                }
            }
            Noted::Refused(message, reason) => {
                if let Some((ticket, _)) = self.undecided.remove(&message) {
                    let status = status(reason);
                    self.refuse(ticket, status, now);
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
    pub(super) fn receipt(&mut self, message: MessageId, delivered: bool, now: Instant) {
        let Some(Kept { login, like, asked, since, .. }) = self.kept.remove(&message) else {
            return;
        };
        let state = if delivered { State::Delivered } else { State::Expired };
        let times = [since, now].map(|at| Timestamp::of_unix(self.epoch + at.0 / 1_000_000_000));
        // Each part is a short message of its own to whoever asked.
        for number in asked {
            let receipt = Receipt { id: self.centre.receipted(number), state, error: 0 };
            self.tokens += 1;
            let receipt = receipt::write(&receipt, times, &like);
            match self.faults.now(FaultKind::LateReceipts, now) {
                Some(by) => {
                    let later = Later::Delivery(login, receipt, self.tokens);
                    self.faults.put_off(now + by, later);
                }
                None => self.centre.deliver(login, receipt, self.tokens, now),
            }
        }
    }

    /// The same of the SMSC's end. What comes still is not taken.
    pub(super) fn last_come(&mut self, told: centre::Told, now: Instant) {
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

    /// Something has come of the SMSC's end.
    pub(super) fn centre_told<O: Observer>(
        &mut self,
        told: centre::Told,
        shard: &mut Shard<O>,
        now: Instant,
    ) {
        use centre::Told;
        match told {
            Told::Bound(..) => self.door.bound += 1,
            Told::Ended(connection, _) => {
                self.wants.push_back(Want::Close(End::Centre(connection)));
            }
            Told::Came { ticket, .. } if self.faults.refuses(now).is_some() => {
                let status = self.faults.refuses(now).unwrap_or(Status::THROTTLED);
                self.refuse(ticket, status, now);
            }
            Told::Came { ticket, login, short } => match self.assembly.take(&short, now) {
                Ok(Some(text)) => self.came(ticket, login, short, text, now),
                Ok(None) => {
                    // The answer to the last part is that to the message.
                    let number = self.number();
                    if asks(&short) {
                        self.pieces.push_back((now, mark(&short), number));
                    }
                    self.say(ticket, Ok(number), now);
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

    /// Answers a submission, if nothing goes wrong.
    fn say(&mut self, ticket: Ticket, said: Result<u64, Status>, now: Instant) {
        if self.faults.now(FaultKind::Silent, now).is_some() {
            return;
        }
        match self.faults.now(FaultKind::Slow, now) {
            Some(by) => self.faults.put_off(now + by, Later::Answer(ticket, said)),
            None => self.centre.answer(ticket, said, now),
        }
    }

    /// What was put off is said, and what is to be dropped is.
    pub(super) fn wake_faults(&mut self, now: Instant) {
        if self.faults.drops(now) {
            self.centre.cut(now);
        }
        while let Some(later) = self.faults.due(now) {
            match later {
                Later::Answer(ticket, said) => self.centre.answer(ticket, said, now),
                Later::Delivery(login, short, token) => {
                    self.centre.deliver(login, short, token, now);
                }
            }
        }
    }

    /// A connection has come to the door. False if there is no room for it, or none is let in.
    pub(in crate::live) fn knocked(&mut self, connection: u64, now: Instant) -> bool {
        self.faults.now(FaultKind::Drop, now).is_none() && self.centre.connected(connection, now)
    }

    pub(super) fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    pub(super) fn refuse(&mut self, ticket: Ticket, status: Status, now: Instant) {
        *self.door.refused.entry(status.0).or_default() += 1;
        self.say(ticket, Err(status), now);
    }

    /// A message has come to the SMSC, whole.
    pub(super) fn came(
        &mut self,
        ticket: Ticket,
        login: usize,
        short: Short,
        text: String,
        now: Instant,
    ) {
        self.door.came += 1;
        let mark = mark(&short);
        let old = |(since, of, _): &(Instant, Mark, u64)| *since + PARTS > now && *of != mark;
        let parts = self.pieces.iter().filter(|(_, of, _)| *of == mark).map(|(.., number)| *number);
        let mut asked: SmallVec<[u64; 1]> = parts.collect();
        self.pieces.retain(old);
        let number = self.number();
        if asks(&short) {
            asked.push(number);
        }
        self.arrivals.push_back(Arrival { ticket, login, short, text, number, asked });
    }

    /// The SMSC decides on a message that is here now.
    pub(in crate::live) fn decide<O: Observer>(
        &mut self,
        arrival: Arrival,
        (slot, wrote): (Slot, Instant),
        shard: &mut Shard<O>,
        now: Instant,
    ) {
        let Arrival { ticket, login, short, number, asked, .. } = arrival;
        let (id, reported) = (shard.message(slot).id, shard.message(slot).report);
        let like = Short { text: Vec::new(), ..short };
        // Of a message from elsewhere the report goes another way.
        let reported = reported && self.submissions.contains_key(&id);
        let kept = Kept { login, like, number, asked, since: now, reported };
        self.undecided.insert(id, (ticket, kept));
        let refusal = shard.submitted(slot, wrote, now);
        if let Some(submission) = self.submissions.get_mut(&id) {
            submission.refusal = refusal;
        }
        for noted in shard.noted() {
            self.noted(noted, now);
        }
    }

    /// Nobody by this number is known.
    pub(in crate::live) fn unknown(&mut self, arrival: &Arrival, now: Instant) {
        self.refuse(arrival.ticket, Status::DESTINATION, now);
    }
}

/// Whether a client wants a receipt of a short message.
fn asks(short: &Short) -> bool {
    short.registered_delivery & 0b11 != 0
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
