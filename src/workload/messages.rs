//! What a user means to write: who writes, to whom, how much, and whether a delivered message is
//! answered. One `MessageDraw` an operator, called by the crowd's driver for each arrival and each
//! delivery; it knows neither routes nor what becomes of a message.

use crate::domain::distribution::Zipf;
use crate::domain::federation::{MessageRate, Messages, Recipients};
use crate::domain::id::{MessageId, SubscriberId};
use crate::domain::random::{Stream, StreamSeed};
use crate::domain::time::Duration;

use super::arrivals::Arrival;

/// Draws for the messages of one operator's users.
#[derive(Clone, Debug)]
pub struct MessageDraw {
    settings: Messages,
    im_users: u32,
    senders: Stream,
    recipients: Stream,
    texts: Stream,
    replies: StreamSeed,
    reply_texts: StreamSeed,
    /// Weights by place where recipients are Zipf, grown when a list outgrows it.
    weights: Option<Zipf>,
}

/// A text as drawn, before it becomes characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextDraw {
    /// Characters, at least 1.
    pub characters: u32,
    /// Whether it has a character outside the GSM 7-bit alphabet.
    pub ucs2: bool,
}

/// Draws for a sender under a rate of the whole operator before giving up: with one user in a
/// hundred online all but one in 10^17 arrivals find one.
const SENDER_DRAWS: u32 = 4096;

impl MessageDraw {
    /// Draws for the operator called `operator`; `longest_list` is the longest contact list among
    /// its users, so that weights are computed once.
    pub fn new(
        settings: &Messages,
        im_users: u32,
        longest_list: usize,
        run_seed: u64,
        operator: &str,
    ) -> Self {
        let seed = |purpose| StreamSeed::new(run_seed, operator, purpose);
        let weights = match settings.recipients {
            Recipients::Uniform => None,
            Recipients::Zipf(exponent) => Some(Zipf::new(longest_list.max(1) as u32, exponent)),
        };
        Self {
            settings: settings.clone(),
            im_users,
            senders: seed("message senders").stream(),
            recipients: seed("message recipients").stream(),
            texts: seed("message texts").stream(),
            replies: seed("replies"),
            reply_texts: seed("reply texts"),
            weights,
        }
    }

    /// Who writes: the arrival's own user or one drawn uniformly among the IM users. `None`: the
    /// user is offline and the intent is not had. Under a rate for the whole operator the draw is
    /// repeated among all users instead, so that the total is kept while anybody is online.
    pub fn sender(
        &mut self,
        arrival: Arrival,
        mut is_online: impl FnMut(u32) -> bool,
    ) -> Option<u32> {
        if let Some(user) = arrival.user {
            return is_online(user).then_some(user);
        }
        let draws = match self.settings.rate {
            MessageRate::PerUser(_) => 1,
            MessageRate::Total(_) => SENDER_DRAWS,
        };
        let users = u64::from(self.im_users);
        (0..draws).map(|_| self.senders.below(users) as u32).find(|&user| is_online(user))
    }

    /// To whom: by place on the sender's list as it was at the start of the run, followed by the
    /// contacts added since. `None` if the list is empty.
    pub fn recipient(
        &mut self,
        contacts: &[SubscriberId],
        added: &[SubscriberId],
    ) -> Option<SubscriberId> {
        let length = contacts.len() + added.len();
        if length == 0 {
            return None;
        }
        let place = match &mut self.weights {
            None => self.recipients.below(length as u64) as usize,
            Some(weights) => {
                if length > weights.max as usize {
                    // By half as much again, so that growth by ones stays cheap.
                    *weights = Zipf::new((length + length / 2) as u32, weights.exponent);
                }
                weights.place_of(length, &mut self.recipients)
            }
        };
        Some(*contacts.get(place).unwrap_or_else(|| &added[place - contacts.len()]))
    }

    /// The text of the next first message.
    pub fn text(&mut self) -> TextDraw {
        text(&self.settings, &mut self.texts)
    }

    /// Whether a delivered message is answered, and how long after. Decided by the message alone:
    /// the order of deliveries makes no difference.
    pub fn reply(&self, message: MessageId) -> Option<Duration> {
        let mut stream = self.replies.nth(message.0);
        stream
            .chance(self.settings.reply_share)
            .then(|| self.settings.reply_after.sample(&mut stream))
    }

    /// The text of the answer to a message, decided by the message alone.
    pub fn reply_text(&self, message: MessageId) -> TextDraw {
        text(&self.settings, &mut self.reply_texts.nth(message.0))
    }
}

fn text(settings: &Messages, stream: &mut Stream) -> TextDraw {
    let characters = settings.length.sample(stream).max(1);
    TextDraw { characters, ucs2: stream.chance(settings.ucs2) }
}
