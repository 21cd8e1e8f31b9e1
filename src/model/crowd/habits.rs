//! What users do in answer to what reaches them. Decided by the message answered, not by the order
//! of deliveries, so that two alternatives of a study see the same people.

use crate::domain::distribution::{CountDistribution, DurationDistribution};
use crate::domain::federation::Workload;
use crate::domain::id::SubscriberId;
use crate::domain::ledger::Occasion;
use crate::domain::random::StreamSeed;
use crate::domain::text::Text;
use crate::domain::time::Duration;

/// The habits of one operator's subscribers.
#[derive(Debug)]
pub(super) struct Habits {
    share: f64,
    after: DurationDistribution,
    length: CountDistribution,
    ucs2: f64,
    accept: f64,
    reports: f64,
    report: StreamSeed,
    answer: StreamSeed,
    text: StreamSeed,
    contact: StreamSeed,
}

impl Habits {
    /// The habits of the subscribers of the operator called `operator`.
    pub(super) fn new(workload: &Workload, operator: &str, run_seed: u64) -> Self {
        let messages = &workload.messages;
        let seed = |purpose| StreamSeed::new(run_seed, operator, purpose);
        Self {
            share: messages.reply_share,
            after: messages.reply_after.clone(),
            length: messages.length.clone(),
            ucs2: messages.ucs2,
            accept: workload.growth.accept,
            reports: messages.reports,
            report: seed("habits/report"),
            answer: seed("habits/answer"),
            text: seed("habits/answer text"),
            contact: seed("habits/accept contact"),
        }
    }

    /// How long after the delivery of a message its recipient means to answer, if at all.
    pub(super) fn answers_after(&self, occasion: Occasion) -> Option<Duration> {
        if self.share <= 0.0 {
            return None;
        }
        let mut stream = self.answer.nth(occasion.0);
        stream.chance(self.share).then(|| self.after.sample(&mut stream))
    }

    /// The text of that answer.
    pub(super) fn answer_text(&self, occasion: Occasion) -> Text {
        Text::draw(&self.length, self.ucs2, &mut self.text.nth(occasion.0))
    }

    /// Whether the sender of an instant message asks for a report of the delivery.
    pub(super) fn asks_for_report(&self, occasion: Occasion) -> bool {
        self.reports > 0.0 && self.report.unit(occasion.0) < self.reports
    }

    /// Whether a user lets somebody list them, or see their presence.
    pub(super) fn accepts(&self, owner: SubscriberId, contact: SubscriberId) -> bool {
        let occasion = u64::from(owner.0) << 32 | u64::from(contact.0);
        self.contact.unit(occasion) < self.accept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three in five answer after 25 seconds or so; nineteen in twenty accept.
    fn habits() -> Habits {
        let seed = |purpose| StreamSeed::new(3, "imsp-a", purpose);
        Habits {
            share: 0.6,
            after: DurationDistribution::Exponential(Duration::from_secs(25)),
            length: CountDistribution::Geometric(30.0),
            ucs2: 0.2,
            reports: 0.0,
            report: seed("report"),
            accept: 0.95,
            answer: seed("answer"),
            text: seed("text"),
            contact: seed("contact"),
        }
    }

    fn message(n: u64) -> Occasion {
        Occasion::first(StreamSeed::new(3, "imsp-b", "occasions"), n)
    }

    #[test]
    fn the_share_of_answers_and_their_delay_are_kept() {
        let habits = habits();
        let delays: Vec<f64> = (0..20_000)
            .filter_map(|n| habits.answers_after(message(n)))
            .map(Duration::as_secs_f64)
            .collect();
        let n = delays.len() as f64;
        assert!((n - 12_000.0).abs() < 4.0 * 4800f64.sqrt(), "{n} answers");
        let mean = delays.iter().sum::<f64>() / n;
        // An exponential deviates by its mean.
        assert!((mean - 25.0).abs() < 4.0 * 25.0 / n.sqrt(), "mean {mean}");
    }

    #[test]
    fn answers_do_not_depend_on_the_order_of_deliveries() {
        let habits = habits();
        let answer = |n| (habits.answers_after(message(n)), habits.answer_text(message(n)));
        let forwards: Vec<_> = (0..100).map(answer).collect();
        let backwards: Vec<_> = (0..100).rev().map(answer).collect();
        assert!(forwards.iter().eq(backwards.iter().rev()));
    }

    #[test]
    fn the_share_of_requests_accepted_is_kept() {
        let habits = habits();
        let accepts = |n: u32| habits.accepts(SubscriberId(n % 100), SubscriberId(n / 100));
        let accepted = (0..10_000).filter(|&n| accepts(n)).count();
        assert!((accepted as f64 - 9500.0).abs() < 4.0 * 475f64.sqrt(), "{accepted}");
    }
}
