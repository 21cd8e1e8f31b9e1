//! What users do in answer to what reaches them. Decided by the message answered, not by the order
//! of deliveries, so that two alternatives of a study see the same people.

use crate::domain::distribution::{CountDistribution, DurationDistribution};
use crate::domain::id::{MessageId, OperatorId};
use crate::domain::random::StreamSeed;
use crate::domain::text::{Alphabet, Text};
use crate::domain::time::Duration;
use crate::model::outbox::ContactRequest;
use crate::model::plan::Plan;

/// The habits of one operator's subscribers.
#[derive(Debug)]
pub(super) struct Habits {
    share: f64,
    after: DurationDistribution,
    length: CountDistribution,
    ucs2: f64,
    accept: f64,
    answer: StreamSeed,
    text: StreamSeed,
    contact: StreamSeed,
}

impl Habits {
    pub(super) fn new(plan: &Plan, operator: OperatorId) -> Self {
        let settings = plan.federation.operator(operator);
        let messages = &settings.workload.messages;
        let seed = |purpose| StreamSeed::new(plan.federation.run.seed, &settings.name, purpose);
        Self {
            share: messages.reply_share,
            after: messages.reply_after.clone(),
            length: messages.length.clone(),
            ucs2: messages.ucs2,
            accept: settings.workload.growth.accept,
            answer: seed("habits/answer"),
            text: seed("habits/answer text"),
            contact: seed("habits/accept contact"),
        }
    }

    /// How long after the delivery of a message its recipient means to answer, if at all.
    pub(super) fn answers_after(&self, cause: MessageId) -> Option<Duration> {
        if self.share <= 0.0 {
            return None;
        }
        let mut stream = self.answer.nth(cause.0);
        stream.chance(self.share).then(|| self.after.sample(&mut stream))
    }

    /// The text of that answer.
    pub(super) fn answer_text(&self, cause: MessageId) -> Text {
        let mut stream = self.text.nth(cause.0);
        let characters = self.length.sample(&mut stream).max(1);
        let alphabet = if stream.chance(self.ucs2) { Alphabet::Ucs2 } else { Alphabet::Gsm7 };
        Text::synthetic(characters, alphabet)
    }

    /// Whether a user accepts a contact request.
    pub(super) fn accepts(&self, request: ContactRequest) -> bool {
        let occasion = u64::from(request.owner.0) << 32 | u64::from(request.contact.0);
        self.contact.unit(occasion) < self.accept
    }
}
