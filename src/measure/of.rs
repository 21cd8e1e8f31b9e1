//! Metrics with the types of their labels, for whoever records: a pair of operators the wrong way round,
//! or a route in the place of a reason, does not compile. Every metric of the catalogue has one
//! (`recorded`); from there on keys are numbers.

use std::marker::PhantomData;

use super::catalogue::{Metric, listed};
use super::key::{ANY, Key};
use crate::domain::id::AgreementId;

pub(super) use crate::domain::id::OperatorId as Operator;
pub(super) use crate::domain::observation::StationId as Station;
pub(super) use crate::domain::outcome::{
    Channel, ContactKind as Contact, Exchange, PresenceScope as Scope, Reason, Route,
    SessionTurn as Turn, SmsOrigin as Origin, Stage, TransferKind as Transfer,
};

/// The operator that something comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct From(pub(super) Operator);

/// The operator that something goes to.
#[derive(Clone, Copy, Debug)]
pub(super) struct To(pub(super) Operator);

/// All values of a label together.
#[derive(Clone, Copy, Debug)]
pub(super) struct All;

/// A value of a label.
pub(super) trait Place: Copy {
    /// Its number in the list that it is of.
    fn place(self) -> u32;
}

macro_rules! places {
    ($($label:ident: $value:ident => $place:expr;)+) => {
        $(impl Place for $label {
            #[inline]
            fn place(self) -> u32 {
                let $value = self;
                $place
            }
        })+
    };
}

places! {
    Route: it => it as u32;
    Reason: it => it as u32;
    Stage: it => it as u32;
    Scope: it => it as u32;
    Channel: it => it as u32;
    Origin: it => it as u32;
    Contact: it => it as u32;
    Transfer: it => it as u32;
    Exchange: it => it as u32;
    Turn: it => it as u32;
    Operator: it => u32::from(it.0);
    From: it => it.0.place();
    To: it => it.0.place();
    Station: it => it.0;
    AgreementId: it => it.index() as u32;
    All: _it => ANY;
}

/// A metric whose figures have labels of these types.
#[derive(Debug)]
pub(super) struct Of<L> {
    pub(super) metric: Metric,
    labels: PhantomData<L>,
}

impl<L> Clone for Of<L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L> Copy for Of<L> {}

impl<L> Of<L> {
    pub(super) const fn new(metric: Metric) -> Self {
        Self { metric, labels: PhantomData }
    }
}

macro_rules! keys {
    ($(($($label:ident $value:ident),+))+) => {
        $(impl<$($label: Place),+> Of<($($label,)+)> {
            /// The key of one figure.
            #[inline]
            pub(super) fn key(self, ($($value,)+): ($($label,)+)) -> Key {
                Key::new(self.metric, &[$($value.place()),+])
            }
        })+
    };
}

keys! {
    (A a)
    (A a, B b)
    (A a, B b, C c)
    (A a, B b, C c, D d)
}

impl Of<(Route, From, To, Reason)> {
    /// The same metric counted for all reasons together.
    pub(super) const fn all_reasons(self) -> Of<(Route, From, To)> {
        Of::new(self.metric)
    }
}

impl<A> Of<(A, From, To)> {
    /// The same for all pairs of operators together, as the series has it.
    pub(super) const fn all_pairs(self) -> Of<(A,)> {
        Of::new(self.metric)
    }
}

impl<A> Of<(From, To, A)> {
    /// The same for all pairs of operators together, as the series has it.
    pub(super) const fn between_all(self) -> Of<(All, All, A)> {
        Of::new(self.metric)
    }
}

impl Of<(From, To)> {
    /// What is owed, while it is counted: by what is charged, and by which agreement.
    pub(super) const fn charged(self) -> Of<(From, To, Transfer, AgreementId)> {
        Of::new(self.metric)
    }
}

macro_rules! recorded {
    ($($variant:ident: $name:literal $kind:ident $unit:ident [$($label:ident),*] $better:ident $(of $whole:ident)? $meaning:literal)+) => {
        $(pub(in crate::measure) const $variant: Of<($($label,)*)> = Of::new(Metric::$variant);)+
    };
}

/// Every metric of the catalogue with the types of its labels.
#[allow(
    dead_code,
    non_upper_case_globals,
    reason = "the whole list, by the names of the metrics; some are made of others"
)]
pub(super) mod recorded {
    use super::*;

    listed!(recorded);
}
