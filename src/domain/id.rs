//! Identities: small dense numbers for everything that hot paths touch. Names live in the
//! settings; nothing here knows what an operator or a subscriber is like.

/// An operator: its place in the topology's name order. Dense from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperatorId(pub u16);

/// An agreement: its place in the topology file. Dense from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgreementId(pub u16);

/// A subscriber of any operator, dense over the federation. `Population` leads back to the
/// operator and the place within it; 32 bits keep contact lists small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriberId(pub u32);

/// One message of a user, from the intent to its one outcome. The operator of the sender in the
/// upper 16 bits, that operator's counter below: unique in a run and the same on any number of
/// threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub u64);

/// A transaction: the number under which whoever asked something awaits the answer. The answer brings
/// it back; to everybody else it means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Transaction(pub u64);

impl OperatorId {
    /// As an index into a table with one place an operator.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl AgreementId {
    /// As an index into the table of agreements.
    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl SubscriberId {
    /// As an index into a table with one place a subscriber.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

impl MessageId {
    /// The `counter`th message of the users of `operator`.
    pub fn new(operator: OperatorId, counter: u64) -> Self {
        debug_assert!(counter < COPIES);
        Self(u64::from(operator.0) << 48 | counter)
    }

    /// The `counter`th copy that the IMSP of `operator` makes of what members write to groups.
    pub(crate) fn copy(operator: OperatorId, counter: u64) -> Self {
        debug_assert!(counter < COPIES);
        Self(u64::from(operator.0) << 48 | COPIES | counter)
    }
}

/// Below an operator's, the bit that only copies have.
const COPIES: u64 = 1 << 47;

/// A part of an operator that handles inputs. The order of the variants is part of the event
/// order: simultaneous events run in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub(crate) enum Role {
    /// What users decide to do: the arrival processes.
    Workload,
    /// All subscribers of the operator: clients and handsets.
    Crowd,
    /// The instant messaging and presence server.
    Imsp,
    /// The short message service centre.
    Smsc,
    /// The home location register.
    Hlr,
    /// The door to other operators: links and rate limits.
    Gateway,
    /// A hub's transit server.
    Relay,
}
