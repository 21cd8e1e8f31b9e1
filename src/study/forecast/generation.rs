//! Messages of one generation: first messages, their answers, the answers to those. What a message
//! is, from which operator to which, and how many a second.

use crate::domain::id::OperatorId;

/// Whom a message is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    /// A legacy customer.
    Legacy,
    /// A legacy customer who has just written, with a phone that was there.
    Heard,
    /// An IM user of whom nothing is known.
    Anybody,
    /// An IM user who was online when last heard of.
    Online,
    /// An IM user who was offline then, and answered by SMS.
    Offline,
}

/// What a message is, as far as its way depends on it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Written by an IM user's client.
    Im { to: To },
    /// An SMS answer to a reply number of the answerer's own operator.
    Home { from_im: bool, to: To },
    /// An SMS answer to a reply number of the other's operator, whose user it is for.
    Direct { from_im: bool },
}

const KINDS: [Kind; 13] = [
    Kind::Im { to: To::Anybody },
    Kind::Im { to: To::Legacy },
    Kind::Im { to: To::Heard },
    Kind::Im { to: To::Online },
    Kind::Im { to: To::Offline },
    Kind::Home { from_im: false, to: To::Heard },
    Kind::Home { from_im: false, to: To::Online },
    Kind::Home { from_im: false, to: To::Offline },
    Kind::Home { from_im: true, to: To::Heard },
    Kind::Home { from_im: true, to: To::Online },
    Kind::Home { from_im: true, to: To::Offline },
    Kind::Direct { from_im: false },
    Kind::Direct { from_im: true },
];

/// Messages a second from each operator to each, by kind.
pub(super) struct Generation {
    operators: usize,
    rates: Vec<f64>,
}

impl Generation {
    pub(super) fn new(operators: usize) -> Self {
        Self { operators, rates: vec![0.0; KINDS.len() * operators * operators] }
    }

    pub(super) fn add(&mut self, kind: Kind, from: OperatorId, to: OperatorId, rate: f64) {
        let kind = KINDS.iter().position(|known| *known == kind).expect("a listed kind");
        let place = (kind * self.operators + from.index()) * self.operators + to.index();
        self.rates[place] += rate;
    }

    pub(super) fn total(&self) -> f64 {
        self.rates.iter().sum()
    }

    /// Kind, operators and rate of all there are.
    pub(super) fn flows(&self) -> impl Iterator<Item = (Kind, OperatorId, OperatorId, f64)> {
        let id = |place: usize| OperatorId((place % self.operators) as u16);
        let some = self.rates.iter().enumerate().filter(|(_, rate)| **rate > 0.0);
        some.map(move |(place, &rate)| {
            let from = place / self.operators;
            (KINDS[from / self.operators], id(from), id(place), rate)
        })
    }
}
