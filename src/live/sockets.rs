//! A world by the wall clock: one thread, a timer armed to whatever is due next, and an inbox of what has
//! come. Everything happens between two waits; nothing is locked. Called by `live`.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::rc::Rc;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::clock::{Clock, Timer};
use super::net::{Came, Net, Open};
use super::settings::Place;
use super::tape::Tape;
use super::way::{End, Want};
use super::world::{Line, World};
use crate::domain::time::{Duration, Instant};
use crate::engine::simulation::Simulation;
use crate::model::context::Observer;

/// How long sessions have for their end.
const LEAVE: std::time::Duration = std::time::Duration::from_secs(2);

/// Where clients of our own find a door that is open to all.
fn own_side(at: SocketAddr) -> SocketAddr {
    match at.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => (Ipv4Addr::LOCALHOST, at.port()).into(),
        IpAddr::V6(ip) if ip.is_unspecified() => (Ipv6Addr::LOCALHOST, at.port()).into(),
        _ => at,
    }
}

/// Who looks on.
pub(super) struct Looker<'a, O> {
    /// Instants at which it is called, when all before them has happened; the next one first.
    pub(super) ticks: VecDeque<Instant>,
    /// What is called then.
    pub(super) tick: &'a mut dyn FnMut(&mut Simulation<O>, Instant),
    /// Told how far the run is.
    pub(super) progress: &'a mut dyn FnMut(&Simulation<O>, Instant),
}

/// A world with its connections.
pub(super) struct Live<'a, O> {
    pub(super) world: World<'a, O>,
    net: Rc<Net>,
    lines: BTreeMap<Line, Rc<Open>>,
    /// By way: where its SMSC is.
    doors: Vec<SocketAddr>,
    clock: Clock,
    timer: Timer,
    pub(super) tape: Option<Tape>,
}

impl<'a, O: Observer + Send + 'static> Live<'a, O> {
    /// A world whose SMSCs are at these places, by way; ours listen from now on.
    ///
    /// # Errors
    /// No port, or no descriptor, is left, or somebody else has it.
    pub(super) async fn open(
        world: World<'a, O>,
        places: &[Place],
        tape: Option<Tape>,
    ) -> io::Result<Self> {
        let net = Net::new();
        let mut doors = Vec::new();
        for (way, place) in places.iter().enumerate() {
            doors.push(match *place {
                Place::Outside(address) => address,
                Place::Door(address) => {
                    let listener = TcpListener::bind(address).await;
                    let named = |error| {
                        io::Error::new(io::Error::kind(&error), format!("{address}: {error}"))
                    };
                    let listener = listener.map_err(named)?;
                    let at = listener.local_addr()?;
                    net.listen(way, listener);
                    own_side(at)
                }
            });
        }
        let (lines, clock) = (BTreeMap::new(), Clock::default());
        Ok(Self { world, net, lines, doors, clock, timer: Timer::new()?, tape })
    }

    /// Waits until all sessions of our clients stand and somebody has come for each account at our doors, but no
    /// longer than that. False if it was stopped.
    ///
    /// # Errors
    /// Those of the timer.
    pub(super) async fn begin(
        &mut self,
        wait: Duration,
        stop: &CancellationToken,
    ) -> io::Result<bool> {
        self.clock.start();
        loop {
            self.turn(Instant::START);
            let now = self.clock.now();
            if self.world.is_complete() || now >= Instant::START + wait {
                return Ok(true);
            }
            let next = self.world.next_wake_of_ways().min(Instant::START + wait);
            self.timer.arm(next.since(now.min(next)));
            tokio::select! {
                woken = self.timer.wakes() => woken?,
                () = self.net.came.notified() => {}
                () = stop.cancelled() => return Ok(false),
            }
        }
    }

    /// Runs to the end, or until `stop` is cancelled: where it ended.
    ///
    /// # Errors
    /// Those of the timer.
    pub(super) async fn run(
        &mut self,
        end: Instant,
        stop: &CancellationToken,
        mut looker: Looker<'_, O>,
    ) -> io::Result<Instant> {
        self.clock.start();
        self.world.begin();
        loop {
            let tick = looker.ticks.front().copied();
            let until = tick.map_or(end, |tick| end.min(tick));
            self.turn(until);
            let now = self.clock.now();
            (looker.progress)(self.world.simulation(), now);
            if stop.is_cancelled() {
                return Ok(now.min(end));
            }
            if now >= until && self.world.due() >= until {
                let Some(tick) = tick.filter(|tick| *tick < end) else { return Ok(end) };
                looker.ticks.pop_front();
                (looker.tick)(self.world.simulation(), tick);
                continue;
            }
            let next = self.world.next_wake().min(until);
            if next <= now {
                // Behind: octets have their turn all the same.
                tokio::task::yield_now().await;
                continue;
            }
            self.timer.arm(next.since(now));
            tokio::select! {
                woken = self.timer.wakes() => woken?,
                () = self.net.came.notified() => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Ends all sessions in good order, as far as the others let it.
    pub(super) async fn leave(&mut self) {
        self.world.close(self.clock.now());
        let within = tokio::time::sleep(LEAVE);
        tokio::pin!(within);
        loop {
            self.turn(Instant::START);
            if self.lines.keys().all(|(_, end)| matches!(end, End::Centre(_))) {
                return;
            }
            tokio::select! {
                () = self.net.came.notified() => {}
                () = &mut within => return,
            }
        }
    }

    /// What is due before `until`, what has come, and what is to be written.
    fn turn(&mut self, until: Instant) {
        let now = self.world.wake(|| self.clock.now(), until);
        self.write();
        if let Some(now) = now {
            while let Some(came) = self.net.take() {
                self.come(came, now);
            }
            self.write();
        }
    }

    fn come(&mut self, came: Came, now: Instant) {
        match came {
            Came::Connected(line, open) => {
                if self.world.connected(line, now) {
                    self.net.serve(line, &open);
                    if let Some(tape) = &mut self.tape {
                        tape.connected(line, open.ends);
                    }
                    self.lines.insert(line, open);
                }
            }
            Came::Missed(line) => self.world.lost(line, now),
            Came::Gone(line, open) => {
                // There may be another by now.
                if self.is_open(line, &open) {
                    self.lines.remove(&line);
                    self.world.lost(line, now);
                }
            }
            Came::Octets(line, open, octets) => {
                if self.is_open(line, &open) {
                    if let Some(tape) = &mut self.tape {
                        tape.came(line, &octets, now);
                    }
                    self.world.receive(line, &octets, now);
                    open.go_on();
                }
            }
        }
    }

    fn is_open(&self, line: Line, open: &Rc<Open>) -> bool {
        self.lines.get(&line).is_some_and(|other| Rc::ptr_eq(other, open))
    }

    fn write(&mut self) {
        let Self { world, net, lines, doors, clock, tape, .. } = self;
        let mut closed = Vec::new();
        world.take(
            |line, octets| {
                let Some(open) = lines.get(&line) else { return };
                if let Some(tape) = tape {
                    tape.goes(line, &octets, clock.now());
                }
                open.write(&octets);
            },
            |way, wanted| match wanted {
                Want::Connect(link) => net.connect((way, End::Client(link)), doors[way]),
                Want::Close(end) => closed.push((way, end)),
            },
        );
        for line in closed {
            if let Some(open) = lines.remove(&line) {
                open.close();
            }
        }
    }
}
