//! A sample of single messages with every stage time. Chosen by a hash of the message's identity,
//! so the sample is the same on any number of threads, and spread evenly over the run.

use std::collections::BinaryHeap;

use crate::domain::federation::Federation;
use crate::domain::id::MessageId;
use crate::domain::observation::{Observation, StageTime, Subject};
use crate::domain::outcome::Reason;
use crate::domain::random::mix;
use crate::domain::time::{Duration, Instant};
use crate::measure::Window;
use crate::report::document::csv::MessageRow;

/// One message of the sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Which message, and the route on which it ended.
    pub(crate) subject: Subject,
    /// How it ended.
    pub(crate) outcome: SampleOutcome,
    /// From the intent to the outcome.
    pub(crate) took: Duration,
    /// Its latency in parts; empty unless delivered.
    pub(crate) stages: Vec<StageTime>,
}

/// The message as a row of `messages.csv`.
pub(crate) fn row(sample: &Sample, federation: &Federation) -> MessageRow {
    let name = |id| federation.operator(id).name.clone();
    let subject = &sample.subject;
    let (outcome, reason) = match sample.outcome {
        SampleOutcome::Delivered => ("delivered", None),
        SampleOutcome::Refused(reason) => ("refused", Some(reason.label())),
        SampleOutcome::Expired => ("expired", None),
        SampleOutcome::Lost(reason) => ("lost", Some(reason.label())),
    };
    MessageRow {
        id: subject.id.0,
        route: subject.route.label().to_owned(),
        from: name(subject.from),
        to: name(subject.to),
        intended_s: subject.intended.as_secs_f64(),
        outcome: outcome.to_owned(),
        reason: reason.map(str::to_owned),
        latency_s: sample.took.as_secs_f64(),
        stages: sample
            .stages
            .iter()
            .map(|part| {
                (part.stage.label().to_owned(), name(part.operator), part.time.as_secs_f64())
            })
            .collect(),
    }
}

/// How a message of the sample ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SampleOutcome {
    /// The recipient's device has it.
    Delivered,
    /// Refused by a rule.
    Refused(Reason),
    /// Its validity ended.
    Expired,
    /// Lost after acceptance.
    Lost(Reason),
}

/// Keeps the messages with the smallest hashes.
#[derive(Debug)]
pub(super) struct Sampler {
    size: usize,
    window: Window,
    kept: BinaryHeap<Kept>,
}

#[derive(Debug)]
struct Kept {
    hash: u64,
    sample: Sample,
}

impl Sampler {
    pub(super) fn new(size: usize, window: Window) -> Self {
        Self { size, window, kept: BinaryHeap::new() }
    }

    pub(super) fn observe(&mut self, now: Instant, observation: &Observation<'_>) {
        if self.size == 0 {
            return;
        }
        let (subject, outcome, stages) = match *observation {
            Observation::Delivered { subject, stages, .. } => {
                (subject, SampleOutcome::Delivered, stages)
            }
            Observation::Refused { subject, reason } => {
                (subject, SampleOutcome::Refused(reason), &[][..])
            }
            Observation::Expired(subject) => (subject, SampleOutcome::Expired, &[][..]),
            Observation::Lost { subject, reason } => {
                (subject, SampleOutcome::Lost(reason), &[][..])
            }
            _ => return,
        };
        let MessageId(id) = subject.id;
        let hash = mix(id);
        let full = self.kept.len() >= self.size;
        if subject.intended < self.window.start
            || full && self.kept.peek().is_some_and(|largest| largest.hash <= hash)
        {
            return;
        }
        let took = now.since(subject.intended);
        let sample = Sample { subject, outcome, took, stages: stages.to_vec() };
        self.kept.push(Kept { hash, sample });
        if full {
            self.kept.pop();
        }
    }
}

/// The sample of all shards, by intended instant.
pub(super) fn merge(samplers: Vec<Sampler>, size: usize) -> Vec<Sample> {
    let mut all: Vec<Kept> = samplers.into_iter().flat_map(|sampler| sampler.kept).collect();
    all.sort_by_key(|kept| kept.hash);
    all.truncate(size);
    let mut samples: Vec<Sample> = all.into_iter().map(|kept| kept.sample).collect();
    samples.sort_by_key(|sample| (sample.subject.intended, sample.subject.id));
    samples
}

impl Ord for Kept {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.hash.cmp(&other.hash)
    }
}

impl PartialOrd for Kept {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
    }
}

impl Eq for Kept {}
