//! Requests over a link that can fail, from their departure to their acknowledgement. Nobody is told
//! of a loss: a request that is open when its time is over is sent again, under the same number, until
//! its answer comes. If only the answer was lost, the partner knows the number and answers again.
//!
//! Where a link neither loses nor fails during the run, every answer comes, and nothing is kept. What
//! has no answer of its own, or one that takes as long as people or phones do, is carried by the
//! transport below (TCP, SCTP), which repeats it.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::domain::crossing::{Audience, Content, Sent};
use crate::domain::id::{OperatorId, SubscriberId};
use crate::domain::ledger::Ledger;
use crate::domain::observation::Carried;
use crate::domain::time::Instant;

/// The transactions of one side of an agreement, and what came over it.
#[derive(Debug, Default)]
pub(super) struct Transactions {
    open: FxHashMap<u32, Open>,
    /// When each is to be sent again, in this order: all wait equally long.
    due: VecDeque<(Instant, u32)>,
    /// Whether a reminder is under way.
    reminded: bool,
    seen: Seen,
    news: Unsettled,
}

/// A request without an answer so far.
#[derive(Clone, Debug)]
pub(super) struct Open {
    /// As it crosses.
    pub(super) sent: Sent,
    /// What goes beside it, as long as the request has not arrived.
    pub(super) ledger: Option<Ledger>,
    /// What it is about.
    pub(super) carried: Carried,
    /// Bytes on the wire, the same each time it is sent.
    pub(super) bytes: u32,
}

/// Which numbers have come.
#[derive(Debug, Default)]
struct Seen {
    /// Every number below this one has come.
    below: u32,
    /// Of the others those that have come, until the gap below is filled.
    beyond: FxHashSet<u32>,
}

/// News of a publisher that is not known to have arrived. What is sent again must not come after what is
/// newer (RFC 6665 4.2.2: one NOTIFY after the other).
#[derive(Debug, Default)]
struct Unsettled {
    newest: FxHashMap<About, u32>,
    followed: FxHashSet<u32>,
}

/// Whose news, for which operator, for which of its watchers if not for all.
pub(super) type About = (SubscriberId, OperatorId, Option<SubscriberId>);

/// What a crossing to an operator tells, if it is news of somebody's presence.
pub(super) fn about<M, L, T>(to: OperatorId, content: &Content<M, L, T>) -> Option<About> {
    let Content::Notification(news) = content else { return None };
    let watcher = match news.audience.audience() {
        Audience::Watcher(watcher) => Some(watcher),
        Audience::Domain(_) => None,
    };
    Some((news.publisher, to, watcher))
}

impl Unsettled {
    fn follow(&mut self, about: About, number: u32) {
        let before = self.newest.insert(about, number);
        self.followed.extend(before.filter(|before| *before != number));
    }

    fn settle(&mut self, about: About, number: u32) {
        if self.newest.get(&about) == Some(&number) {
            self.newest.remove(&about);
        }
        self.followed.remove(&number);
    }
}

impl Transactions {
    /// A request has left, to be sent again at `due`. A reminder is to be set then, if that is said.
    pub(super) fn open(&mut self, open: Open, due: Instant) -> Option<Instant> {
        let number = open.sent.number;
        if let Some(about) = about(open.sent.to, &open.sent.content) {
            self.news.follow(about, number);
        }
        self.open.insert(number, open);
        self.due.push_back((due, number));
        (!std::mem::replace(&mut self.reminded, true)).then_some(due)
    }

    /// A request stays open, not to be sent again before `resume`.
    pub(super) fn hold(&mut self, open: Open) {
        self.open.insert(open.sent.number, open);
    }

    /// All that is open is to be sent again at `now`, in the order in which it was sent first.
    pub(super) fn resume(&mut self, now: Instant) {
        let mut numbers: Vec<u32> = self.open.keys().copied().collect();
        numbers.sort_unstable();
        self.due = numbers.into_iter().map(|number| (now, number)).collect();
    }

    /// An answer has come. False if nothing under its number waits for one.
    pub(super) fn close(&mut self, number: u32) -> bool {
        // What has not arrived has no answer.
        if self.open.get(&number).is_none_or(|open| open.ledger.is_some()) {
            return false;
        }
        if let Some(open) = self.open.remove(&number)
            && let Some(about) = about(open.sent.to, &open.sent.content)
        {
            self.news.settle(about, number);
        }
        true
    }

    /// News that the transport carries leaves, or is lost and will be repeated.
    pub(super) fn carry(&mut self, about: About, number: u32, lost: bool) {
        self.news.follow(about, number);
        if !lost {
            self.news.settle(about, number);
        }
    }

    /// Whether newer news has followed what went under this number, which is forgotten then.
    pub(super) fn is_followed(&mut self, about: Option<About>, number: u32) -> bool {
        let Some(about) = about else { return false };
        let followed = self.news.followed.contains(&number);
        if followed {
            self.news.settle(about, number);
        }
        followed
    }

    /// A request whose time is over at `now`, for the caller to send again.
    pub(super) fn overdue(&mut self, now: Instant) -> Option<Open> {
        while self.due.front().is_some_and(|(due, _)| *due <= now) {
            let (_, number) = self.due.pop_front()?;
            if let Some(open) = self.open.remove(&number) {
                return Some(open);
            }
        }
        None
    }

    /// When the next reminder is to be, if anything is open.
    pub(super) fn remind(&mut self) -> Option<Instant> {
        while self.due.front().is_some_and(|(_, number)| !self.open.contains_key(number)) {
            self.due.pop_front();
        }
        self.reminded = !self.due.is_empty();
        self.due.front().map(|(due, _)| *due)
    }

    /// What has not arrived.
    pub(super) fn waiting(&self) -> impl Iterator<Item = (&Sent, &Ledger)> {
        self.open.values().filter_map(|open| Some((&open.sent, open.ledger.as_ref()?)))
    }

    /// Something has come in under a number. False if it has before.
    pub(super) fn take(&mut self, number: u32) -> bool {
        let Seen { below, beyond } = &mut self.seen;
        if number < *below || !beyond.insert(number) {
            return false;
        }
        while beyond.remove(below) {
            *below += 1;
        }
        true
    }

    /// Whether something has come in under a number.
    pub(super) fn has_taken(&self, number: u32) -> bool {
        number < self.seen.below || self.seen.beyond.contains(&number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::crossing::Crossing;
    use crate::domain::id::AgreementId;

    fn open(number: u32, arrived: bool) -> Open {
        let (to, agreement) = (OperatorId(1), AgreementId(0));
        Open {
            sent: Crossing { to, agreement, number, content: Content::Ack },
            ledger: (!arrived).then_some(Ledger::None),
            carried: Carried::Other,
            bytes: 9,
        }
    }

    #[test]
    fn one_reminder_serves_all_that_wait() {
        let mut side = Transactions::default();
        let due = [3, 5, 7].map(Instant);
        let reminders = [0, 1, 2].map(|n| side.open(open(n, true), due[n as usize]));
        assert_eq!(reminders, [Some(due[0]), None, None]);
        assert!(side.close(0) && side.close(1) && !side.close(1), "each is answered once");
        assert!(side.overdue(Instant(6)).is_none());
        assert_eq!(side.remind(), Some(due[2]));
        assert_eq!(side.overdue(due[2]).map(|open| open.sent.number), Some(2));
        assert_eq!(side.remind(), None);
        assert_eq!(side.open(open(3, true), Instant(9)), Some(Instant(9)), "reminded anew");
    }

    #[test]
    fn what_is_held_goes_again_from_the_oldest_on() {
        let mut side = Transactions::default();
        for number in [7, 2, 9] {
            side.open(open(number, false), Instant(3));
        }
        while let Some(open) = side.overdue(Instant(3)) {
            side.hold(open);
        }
        assert_eq!(side.remind(), None, "nothing is due");
        side.resume(Instant(8));
        let again: Vec<u32> =
            std::iter::from_fn(|| side.overdue(Instant(8)).map(|open| open.sent.number)).collect();
        assert_eq!(again, [2, 7, 9]);
    }

    #[test]
    fn news_that_newer_news_has_followed_is_known_until_it_is_settled() {
        let about = (SubscriberId(1), OperatorId(1), None);
        let mut news = Unsettled::default();
        for number in [1, 2] {
            news.follow(about, number);
        }
        news.settle(about, 1);
        news.follow(about, 3);
        assert!(news.followed.contains(&2), "the first has come, and the second is still behind");
        for number in [2, 3] {
            news.settle(about, number);
        }
        assert!(news.newest.is_empty() && news.followed.is_empty(), "no more is kept");
    }

    #[test]
    fn news_that_a_transport_has_lost_is_followed_by_the_next() {
        let about = (SubscriberId(1), OperatorId(1), None);
        let mut side = Transactions::default();
        side.carry(about, 1, true);
        assert!(!side.is_followed(Some(about), 1), "nothing newer");
        side.carry(about, 2, false);
        assert!(side.is_followed(Some(about), 1));
        assert!(!side.is_followed(Some(about), 2), "it has come");
    }

    #[test]
    fn an_answer_to_what_has_not_arrived_closes_nothing() {
        let mut side = Transactions::default();
        side.open(open(4, false), Instant(3));
        assert!(!side.close(4) && !side.close(5));
        assert_eq!(side.waiting().count(), 1);
    }

    #[test]
    fn a_number_is_taken_once_and_what_is_remembered_stays_small() {
        let mut side = Transactions::default();
        for number in [0, 2, 3, u32::MAX, 1, 4] {
            assert!(side.take(number) && !side.take(number) && side.has_taken(number));
        }
        assert_eq!((side.seen.below, side.seen.beyond.len(), side.has_taken(5)), (5, 1, false));
    }
}
