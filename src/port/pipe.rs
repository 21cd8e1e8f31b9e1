//! Two ends of a connection in memory and in virtual time, for tests: octets arrive after a latency, in
//! pieces of the length that the test wants, and in between the ends are woken as they ask.

use crate::domain::time::{Duration, Instant};
use crate::port::smpp::session::Session;

/// A connection with an end on either side.
pub(crate) struct Pipe {
    /// The client's and the centre's end.
    pub(crate) ends: [Session; 2],
    /// What is under way to each end.
    under_way: [Vec<(Instant, Vec<u8>)>; 2],
    /// How long octets are under way.
    pub(crate) latency: Duration,
    /// Octets of a piece, at least 1.
    pub(crate) piece: usize,
    /// Whether octets get lost, as when somebody pulls the plug.
    pub(crate) cut: bool,
    /// Octets that each end has written.
    pub(crate) written: [Vec<u8>; 2],
    pub(crate) now: Instant,
}

impl Pipe {
    pub(crate) fn new(ends: [Session; 2], latency: Duration, piece: usize) -> Self {
        Self {
            ends,
            under_way: [Vec::new(), Vec::new()],
            latency,
            piece,
            cut: false,
            written: [Vec::new(), Vec::new()],
            now: Instant::START,
        }
    }

    /// Lets octets out that the ends have written.
    fn flush(&mut self) {
        for from in 0..2 {
            let octets = self.ends[from].output();
            self.written[from].extend_from_slice(&octets);
            if !self.cut {
                for piece in octets.chunks(self.piece) {
                    self.under_way[1 - from].push((self.now + self.latency, piece.to_vec()));
                }
            }
        }
    }

    /// Goes to the next instant at which anything happens, if that is not after `until`.
    pub(crate) fn step(&mut self, until: Instant) -> bool {
        self.flush();
        let arrivals =
            self.under_way.iter().filter_map(|pieces| pieces.first().map(|piece| piece.0));
        let wakes = self.ends.iter().map(Session::next_wake);
        let Some(next) = arrivals.chain(wakes).min().filter(|next| *next <= until) else {
            self.now = until;
            return false;
        };
        self.now = self.now.max(next);
        for to in 0..2 {
            let due = self.under_way[to].iter().take_while(|piece| piece.0 <= self.now).count();
            for (_, piece) in self.under_way[to].drain(..due).collect::<Vec<_>>() {
                self.ends[to].receive(&piece, self.now);
            }
            if self.ends[to].next_wake() <= self.now {
                self.ends[to].wake(self.now);
            }
        }
        self.flush();
        true
    }
}
