//! Inputs as the calendar keeps them. Sorting moves events about, so they are small: the inputs
//! that wait most often and longest fit in 16 bytes as they are, all others stay where they are put
//! and are known by their place.

use crate::domain::id::{AgreementId, OperatorId, SubscriberId};
use crate::domain::part::PartKind;
use crate::model::crossing::{Content, Crossing};
use crate::model::outbox::{Input, Job};
use crate::model::stimulus::Stimulus;
use crate::model::store::{Handle, Slot};

/// An input in 16 bytes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Packed {
    Session {
        user: SubscriberId,
        count: u32,
    },
    Refresh {
        watcher: SubscriberId,
        session: u32,
        domain: OperatorId,
    },
    PhoneBack(SubscriberId),
    Retry(Handle),
    ToClient(Slot),
    Message(Slot),
    Other(PartKind),
    Served {
        kind: PartKind,
        node: u16,
        place: u32,
    },
    Page(Slot),
    Attempt(Slot),
    MessageIn {
        to: OperatorId,
        agreement: AgreementId,
        number: u32,
        slot: Slot,
    },
    AckIn {
        to: OperatorId,
        agreement: AgreementId,
        number: u32,
    },
    /// Too long: the place among those kept.
    Kept(u32),
}

/// The inputs that are too long to be moved about.
#[derive(Debug, Default)]
pub(super) struct Kept {
    inputs: Vec<Input>,
    free: Vec<u32>,
}

impl Kept {
    /// Makes an input small.
    pub(super) fn pack(&mut self, input: Input) -> Packed {
        match input {
            Input::Decide(Stimulus::Session { user, count }) => Packed::Session { user, count },
            Input::Refresh { watcher, session, domain } => {
                Packed::Refresh { watcher, session, domain }
            }
            Input::PhoneBack(phone) => Packed::PhoneBack(phone),
            Input::Retry(handle) => Packed::Retry(handle),
            Input::ToClient(slot) => Packed::ToClient(slot),
            Input::Request(Job::Message(slot)) => Packed::Message(slot),
            Input::Other(kind) => Packed::Other(kind),
            Input::Served { kind, node, place } => Packed::Served { kind, node, place },
            Input::Page(slot) => Packed::Page(slot),
            Input::Attempt(slot) => Packed::Attempt(slot),
            Input::Incoming(Crossing {
                to,
                agreement,
                number,
                content: Content::Message(slot),
            }) => Packed::MessageIn { to, agreement, number, slot },
            Input::Incoming(Crossing { to, agreement, number, content: Content::Ack }) => {
                Packed::AckIn { to, agreement, number }
            }
            input => Packed::Kept(self.keep(input)),
        }
    }

    fn keep(&mut self, input: Input) -> u32 {
        match self.free.pop() {
            Some(place) => {
                self.inputs[place as usize] = input;
                place
            }
            None => {
                self.inputs.push(input);
                (self.inputs.len() - 1) as u32
            }
        }
    }

    /// Gives an input back; its place is free from now on.
    pub(super) fn unpack(&mut self, packed: Packed) -> Input {
        if let Packed::Kept(place) = packed {
            self.free.push(place);
        }
        self.look(packed)
    }

    /// What an input is.
    pub(super) fn look(&self, packed: Packed) -> Input {
        match packed {
            Packed::Session { user, count } => Input::Decide(Stimulus::Session { user, count }),
            Packed::Refresh { watcher, session, domain } => {
                Input::Refresh { watcher, session, domain }
            }
            Packed::PhoneBack(phone) => Input::PhoneBack(phone),
            Packed::Retry(handle) => Input::Retry(handle),
            Packed::ToClient(slot) => Input::ToClient(slot),
            Packed::Message(slot) => Input::Request(Job::Message(slot)),
            Packed::Other(kind) => Input::Other(kind),
            Packed::Served { kind, node, place } => Input::Served { kind, node, place },
            Packed::Page(slot) => Input::Page(slot),
            Packed::Attempt(slot) => Input::Attempt(slot),
            Packed::MessageIn { to, agreement, number, slot } => {
                Input::Incoming(Crossing { to, agreement, number, content: Content::Message(slot) })
            }
            Packed::AckIn { to, agreement, number } => {
                Input::Incoming(Crossing { to, agreement, number, content: Content::Ack })
            }
            Packed::Kept(place) => self.inputs[place as usize],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_input_comes_out_as_it_went_in() {
        let (user, slot) = (SubscriberId(70_000), Slot(9));
        let (to, agreement) = (OperatorId(3), AgreementId(4));
        let incoming =
            |content| Input::Incoming(Crossing { to, agreement, number: 70_000, content });
        let inputs = [
            Input::Decide(Stimulus::Session { user, count: 2 }),
            Input::Decide(Stimulus::Presence),
            Input::Refresh { watcher: user, session: 5, domain: to },
            Input::PhoneBack(user),
            Input::ToClient(slot),
            Input::Request(Job::Message(slot)),
            Input::Request(Job::GroupMessage(slot)),
            Input::Other(PartKind::Hlr),
            Input::Served { kind: PartKind::Smsc, node: 1, place: 7 },
            Input::Page(slot),
            Input::Attempt(slot),
            incoming(Content::Message(slot)),
            incoming(Content::Ack),
            incoming(Content::Sms(slot)),
        ];
        let mut kept = Kept::default();
        let packed = inputs.map(|input| kept.pack(input));
        for (input, packed) in inputs.iter().zip(packed) {
            assert_eq!(format!("{input:?}"), format!("{:?}", kept.unpack(packed)));
        }
        assert_eq!(kept.free.len(), kept.inputs.len(), "every place is free again");
    }
}
