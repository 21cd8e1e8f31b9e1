//! What users show about themselves in words: only how long it is. Drawn by who sets it and when, so that
//! alternatives see the same texts and nothing is kept for users who have not changed theirs. Crowd and
//! IMSP ask.

use crate::domain::distribution::CountDistribution;
use crate::domain::id::{OperatorId, SubscriberId};
use crate::domain::presence::StatusText;
use crate::domain::random::{StreamSeed, mix};
use crate::domain::time::Instant;
use crate::model::plan::Plan;

/// The StatusTexts of an operator's IM users.
#[derive(Debug)]
pub(crate) struct StatusTexts {
    /// Characters; `None`: by themselves users show none.
    length: Option<CountDistribution>,
    seed: StreamSeed,
}

impl StatusTexts {
    /// Those of the users of an operator.
    pub(crate) fn new(plan: &Plan, operator: OperatorId) -> Self {
        let settings = plan.federation.operator(operator);
        let seed = StreamSeed::new(plan.federation.run.seed, &settings.name, "status texts");
        Self { length: settings.workload.status_text.clone(), seed }
    }

    /// The text that a user sets at an instant; that of the start was set before. `None` where users show
    /// none. A character is a byte.
    pub(crate) fn drawn(&self, user: SubscriberId, at: Instant) -> Option<StatusText> {
        let length = self.length.as_ref()?;
        let mut stream = self.seed.nth(mix(at.0) ^ u64::from(user.0));
        let bytes = u8::try_from(length.sample(&mut stream)).unwrap_or(u8::MAX);
        Some(StatusText { bytes, words: 0 })
    }
}
