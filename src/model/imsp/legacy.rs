//! Between IM and SMS: conversion of an instant message for a legacy customer (OMTP use case 2,
//! IM-0030), and the way of the answer back by reply numbers (OMTP use case 4, IM-0050).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::Imsp;
use crate::domain::federation::{Overlong, ReplyExhausted};
use crate::domain::id::{Role, SubscriberId};
use crate::domain::number::ReplyNumber;
use crate::domain::observation::{Decision, Observation};
use crate::domain::outcome::{Defect, Reason, SmsOrigin};
use crate::domain::text::{Alphabet, SourceNotice};
use crate::domain::time::{Duration, Instant};
use crate::model::context::Context;
use crate::model::message::Sms;
use crate::model::outbox::Input;
use crate::model::store::Slot;

/// The assignments of an IMSP's reply numbers: (number, SMS recipient) leads to an IM user.
#[derive(Debug)]
pub(super) struct ReplyPool {
    numbers: u32,
    hold: Duration,
    /// By SMS recipient.
    assignments: FxHashMap<SubscriberId, SmallVec<[Assignment; 2]>>,
    /// Assignments of each number; numbers beyond carry none.
    carried: Vec<u32>,
    in_use: u32,
    /// When an assignment may have gone unused for too long.
    due: BinaryHeap<Reverse<(Instant, SubscriberId, u32)>>,
}

#[derive(Clone, Copy, Debug)]
struct Assignment {
    index: u32,
    user: SubscriberId,
    used: Instant,
    /// Its short messages that have not been sent to the phone, or have come back.
    stored: u32,
}

impl ReplyPool {
    pub(super) fn new(numbers: u32, hold: Duration) -> Self {
        Self {
            numbers,
            hold,
            assignments: FxHashMap::default(),
            carried: Vec::new(),
            in_use: 0,
            due: BinaryHeap::new(),
        }
    }

    /// The number for messages of `user` to `recipient`: the one they have, else the lowest that
    /// is free for this recipient, else the one unused for longest if it may be taken over.
    fn assign(
        &mut self,
        user: SubscriberId,
        recipient: SubscriberId,
        take_over: bool,
        now: Instant,
    ) -> Option<u32> {
        let list = self.assignments.entry(recipient).or_default();
        if let Some(known) = list.iter_mut().find(|known| known.user == user) {
            known.used = now;
            known.stored += 1;
            return Some(known.index);
        }
        // The list is in the order of numbers: the first gap is the lowest free number.
        let gap = list.iter().zip(0..).find(|(known, index)| known.index != *index);
        let index = gap.map_or(list.len() as u32, |(_, index)| index);
        if index >= self.numbers {
            let oldest = list.iter_mut().min_by_key(|known| (known.used, known.index))?;
            if !take_over {
                return None;
            }
            (oldest.user, oldest.used) = (user, now);
            oldest.stored += 1;
            return Some(oldest.index);
        }
        list.insert(index as usize, Assignment { index, user, used: now, stored: 1 });
        if self.carried.len() <= index as usize {
            self.carried.resize(index as usize + 1, 0);
        }
        self.carried[index as usize] += 1;
        self.in_use += u32::from(self.carried[index as usize] == 1);
        self.due.push(Reverse((now + self.hold, recipient, index)));
        Some(index)
    }

    /// Whom an answer of `recipient` to a number is for.
    fn user(&mut self, index: u32, recipient: SubscriberId, now: Instant) -> Option<SubscriberId> {
        let list = self.assignments.get_mut(&recipient)?;
        let known = list.iter_mut().find(|known| known.index == index)?;
        known.used = now;
        Some(known.user)
    }

    /// A short message to a recipient has been sent to the phone, from when on an answer can come, or is
    /// back in store.
    fn in_store(&mut self, index: u32, recipient: SubscriberId, back: bool, now: Instant) {
        let list = self.assignments.get_mut(&recipient);
        let known = list.and_then(|list| list.iter_mut().find(|known| known.index == index));
        let Some(known) = known else { return };
        known.used = now;
        known.stored = match back {
            true => known.stored + 1,
            false => known.stored.saturating_sub(1),
        };
    }

    /// Drops what has gone unused for the hold time; says when to look again.
    fn sweep(&mut self, now: Instant) -> Option<Instant> {
        while let Some(&Reverse((due, recipient, index))) = self.due.peek() {
            if due > now {
                return Some(due);
            }
            self.due.pop();
            let Some(list) = self.assignments.get_mut(&recipient) else { continue };
            let Some(place) = list.iter().position(|known| known.index == index) else { continue };
            // What has not reached its phone cannot be answered: the hold counts from then (IM-0050).
            let from = if list[place].stored > 0 { now } else { list[place].used };
            let unused = from + self.hold;
            if unused > now {
                self.due.push(Reverse((unused, recipient, index)));
                continue;
            }
            list.remove(place);
            if list.is_empty() {
                self.assignments.remove(&recipient);
            }
            self.carried[index as usize] -= 1;
            self.in_use -= u32::from(self.carried[index as usize] == 0);
        }
        None
    }
}

impl Imsp {
    /// Whether a message can become an SMS, but for the want of reply numbers.
    pub(super) fn converts(&self, slot: Slot, cx: &Context<'_>) -> bool {
        let text = cx.messages[slot].text;
        let short = text.with_notice(&self.source_notice).fits_one();
        let fits = short || self.settings.legacy.overlong != Overlong::Refuse;
        cx.settings().smsc.is_some() && !text.rich && fits
    }

    /// Converts a message for a legacy customer, or an IM user out of reach, and submits it.
    pub(super) fn convert(&mut self, slot: Slot, cx: &mut Context<'_>) {
        if cx.settings().smsc.is_none() {
            return cx.refuse(slot, Reason::NoSmsc);
        }
        let text = cx.messages[slot].text;
        // CLI-1: plain text only.
        if text.rich && !cx.plan.has(Defect::RichPasses) {
            return cx.refuse(slot, Reason::ContentType);
        }
        let mut carried = match cx.plan.has(Defect::NoticeUncounted) {
            true => text,
            false => text.with_notice(&self.source_notice),
        };
        if cx.plan.has(Defect::NoticeSent) {
            let notices = &self.settings.legacy.notices;
            carried = carried.with_notice(&SourceNotice::new(&notices.charge));
        }
        let wide = carried.units <= Alphabet::Gsm7.single() && cx.plan.has(Defect::WideLimit);
        if !carried.fits_one() && !wide {
            match self.settings.legacy.overlong {
                // What was written as SMS goes on as it came.
                Overlong::Refuse if cx.messages[slot].by_sms => {}
                // OMTP IM-0030: 160 characters of text, no more.
                Overlong::Refuse if cx.plan.has(Defect::OverlongPasses) => {}
                Overlong::Refuse => return cx.refuse(slot, Reason::TooLong),
                Overlong::Truncate if cx.plan.has(Defect::TruncationSplits) => {}
                Overlong::Truncate => carried = text.truncated(&self.source_notice),
                Overlong::Split => {}
            }
        }
        let Some(index) = self.reply_number(slot, cx) else {
            return cx.refuse(slot, Reason::ReplyNumbers);
        };
        let message = &mut cx.messages[slot];
        message.text = carried;
        message.sms = Some(Sms {
            smsc: cx.operator,
            network: cx.operator,
            node: 0,
            segments: carried.segments(),
            origin: SmsOrigin::Fallback,
            reply: ReplyNumber { owner: cx.operator, index },
            alert: false,
            crossed: 0,
            owed: 0,
            submitted: None,
            failed: 0,
            due: None,
        });
        let segments = carried.segments();
        self.decide(slot, Decision::Sms { segments, reply: index }, cx);
        cx.out.now(Input::Submit(slot));
    }

    fn reply_number(&mut self, slot: Slot, cx: &mut Context<'_>) -> Option<u32> {
        let (user, recipient) = (cx.messages[slot].sender, cx.messages[slot].recipient);
        let take_over = self.settings.legacy.reply_exhausted == ReplyExhausted::ReuseOldest;
        let before = self.replies.in_use;
        let idle = self.replies.due.is_empty();
        let operator = cx.operator;
        let Some(index) = self.replies.assign(user, recipient, take_over, cx.now) else {
            cx.observe(Observation::ReplyNumberRefused { operator });
            return None;
        };
        if idle && !self.replies.due.is_empty() {
            cx.at(cx.now + self.replies.hold, Role::Imsp, Input::ReplyNumbersDue);
        }
        if cx.plan.has(Defect::HoldFromConversion) {
            self.replies.in_store(index, recipient, false, cx.now);
        }
        self.observe_replies(before, cx);
        Some(index)
    }

    /// A short message of this IMSP's has been sent to its phone, or is back at the SMSC.
    pub(crate) fn in_store(
        &mut self,
        recipient: SubscriberId,
        reply: u32,
        back: bool,
        cx: &mut Context<'_>,
    ) {
        self.replies.in_store(reply, recipient, back, cx.now);
    }

    /// Assignments may have gone unused for too long.
    pub(crate) fn reply_numbers_due(&mut self, cx: &mut Context<'_>) {
        let before = self.replies.in_use;
        if let Some(next) = self.replies.sweep(cx.now) {
            cx.at(next, Role::Imsp, Input::ReplyNumbersDue);
        }
        self.observe_replies(before, cx);
    }

    fn observe_replies(&self, before: u32, cx: &mut Context<'_>) {
        let (operator, numbers) = (cx.operator, self.replies.in_use);
        if numbers != before {
            cx.observe(Observation::ReplyNumbersInUse { operator, numbers });
        }
    }

    /// Finds the conversation that an SMS answer belongs to (OMTP IM-0050).
    pub(super) fn conversation_of(
        &mut self,
        slot: Slot,
        cx: &mut Context<'_>,
    ) -> Result<(), Reason> {
        let message = &cx.messages[slot];
        let Some(sms) = message.sms else { return Ok(()) };
        let (index, from, meant) = (sms.reply.index, message.sender, message.recipient);
        if cx.plan.has(Defect::AnswerLost) {
            return Err(Reason::ReplyUnassigned);
        }
        match self.replies.user(index, from, cx.now) {
            Some(user) if user == meant => {
                self.decide(slot, Decision::Conversation { reply: index }, cx);
                if cx.plan.has(Defect::WrongConversation) {
                    let users = cx.plan.population.range(cx.messages[slot].to);
                    let next = meant.0 + 1 - users.start;
                    let im_users = cx.plan.population.im_users(cx.messages[slot].to);
                    cx.messages[slot].recipient = SubscriberId(users.start + next % im_users);
                }
                Ok(())
            }
            Some(_) => Err(Reason::Misdelivered),
            None => Err(Reason::ReplyUnassigned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn at(hours: u64) -> Instant {
        Instant::START + HOUR * hours
    }

    #[test]
    fn one_number_serves_many_recipients_and_a_pair_keeps_its_number() {
        let mut pool = ReplyPool::new(2, HOUR * 24);
        let [ann, ben, carl, dora] = [1, 2, 3, 4].map(SubscriberId);
        assert_eq!(pool.assign(ann, carl, false, at(0)), Some(0));
        assert_eq!(pool.assign(ann, dora, false, at(0)), Some(0));
        assert_eq!(pool.assign(ben, carl, false, at(1)), Some(1));
        assert_eq!(pool.assign(ann, carl, false, at(2)), Some(0));
        assert_eq!((pool.in_use, pool.user(0, carl, at(2))), (2, Some(ann)));
        assert_eq!(pool.user(1, dora, at(2)), None);
    }

    #[test]
    fn a_recipient_with_as_many_conversations_as_numbers_exhausts_the_pool() {
        let mut pool = ReplyPool::new(2, HOUR * 24);
        let [ann, ben, cleo, dora] = [1, 2, 3, 4].map(SubscriberId);
        pool.assign(ann, dora, false, at(0));
        pool.assign(ben, dora, false, at(1));
        assert_eq!(pool.assign(cleo, dora, false, at(2)), None);
        assert_eq!(pool.assign(cleo, dora, true, at(2)), Some(0), "taken over from ann");
        assert_eq!(pool.user(0, dora, at(2)), Some(cleo));
    }

    #[test]
    fn an_assignment_ends_when_unused_for_the_hold_time() {
        let mut pool = ReplyPool::new(8, HOUR * 24);
        let [ann, ben, carl] = [1, 2, 3].map(SubscriberId);
        pool.assign(ann, carl, false, at(0));
        pool.assign(ben, carl, false, at(0));
        pool.in_store(0, carl, false, at(0));
        pool.in_store(1, carl, false, at(0));
        assert_eq!(pool.user(1, carl, at(20)), Some(ben));
        assert_eq!(pool.sweep(at(24)), Some(at(44)));
        assert_eq!((pool.user(0, carl, at(24)), pool.in_use), (None, 1));
        assert_eq!(pool.sweep(at(44)), None);
        assert_eq!((pool.in_use, pool.assignments.len()), (0, 0));
        assert_eq!(pool.assign(ann, carl, false, at(50)), Some(0), "the lowest free number");
    }

    #[test]
    fn im_0050_the_hold_counts_from_the_attempt_that_delivers() {
        let mut pool = ReplyPool::new(8, HOUR * 24);
        let [ann, carl] = [1, 2].map(SubscriberId);
        pool.assign(ann, carl, false, at(0));
        assert_eq!(pool.sweep(at(24)), Some(at(48)), "nothing has reached the phone");
        pool.in_store(0, carl, false, at(30));
        pool.in_store(0, carl, true, at(31));
        assert_eq!(pool.sweep(at(48)), Some(at(72)), "it is back");
        pool.in_store(0, carl, false, at(60));
        assert_eq!(pool.user(0, carl, at(83)), Some(ann));
        assert_eq!(pool.sweep(at(84)), Some(at(107)), "the answer was a use");
        assert_eq!((pool.sweep(at(107)), pool.in_use), (None, 0));
    }

    #[test]
    fn im_0050_the_hold_counts_from_when_the_last_of_several_messages_is_sent() {
        let [ann, ben, carl] = [1, 2, 3].map(SubscriberId);
        // Two of one user; or the second of another, who has taken the only number over.
        for second in [ann, ben] {
            let mut pool = ReplyPool::new(1, HOUR * 24);
            pool.assign(ann, carl, false, at(0));
            assert_eq!(pool.assign(second, carl, true, at(1)), Some(0));
            pool.in_store(0, carl, false, at(2));
            assert_eq!(pool.sweep(at(24)), Some(at(48)), "the second is still in store");
            pool.in_store(0, carl, false, at(30));
            assert_eq!(pool.sweep(at(48)), Some(at(54)));
            assert_eq!((pool.sweep(at(54)), pool.in_use), (None, 0));
        }
    }

    #[test]
    fn a_number_is_in_use_as_long_as_one_recipient_has_it() {
        let mut pool = ReplyPool::new(8, HOUR * 24);
        let [ann, carl, dora] = [1, 2, 3].map(SubscriberId);
        for (hour, recipient) in [(0, carl), (1, dora)] {
            assert_eq!(pool.assign(ann, recipient, false, at(hour)), Some(0));
            pool.in_store(0, recipient, false, at(hour));
        }
        assert_eq!(pool.in_use, 1);
        assert_eq!((pool.sweep(at(24)), pool.in_use), (Some(at(25)), 1), "dora has it");
        assert_eq!((pool.sweep(at(25)), pool.in_use), (None, 0));
    }
}
