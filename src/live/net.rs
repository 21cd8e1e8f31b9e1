//! Connections of a live run as tasks of one thread: what comes is put into an inbox, what is to be written
//! and did not go at once waits here. Called by `sockets`; it knows octets and ends, and not what they mean.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;

use bytes::{Buf, BytesMut};
use tokio::io::Interest;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use super::way::End;
use super::world::Line;

/// Octets that may wait for a peer who does not read; beyond, it is not read from either.
const WAITING: usize = 256 * 1024;
/// Octets that are read at once.
const READ: usize = 64 * 1024;
/// How long a connection may take to come about.
const CONNECT: std::time::Duration = std::time::Duration::from_secs(10);

/// What has come from the network.
pub(super) enum Came {
    /// A connection.
    Connected(Line, Rc<Open>),
    /// A connection has not come about.
    Missed(Line),
    /// A connection is gone.
    Gone(Line, Rc<Open>),
    /// Octets over a connection, which is not read again before they are taken.
    Octets(Line, Rc<Open>, BytesMut),
}

/// What all connections share.
pub(super) struct Net {
    inbox: RefCell<VecDeque<Came>>,
    /// Something is in the inbox.
    pub(super) came: Notify,
    scratch: RefCell<Box<[u8]>>,
    /// Connections that have come to our doors.
    accepted: Cell<u64>,
}

/// An open connection.
pub(super) struct Open {
    stream: TcpStream,
    /// Its addresses: here and there.
    pub(super) ends: [SocketAddr; 2],
    pending: RefCell<BytesMut>,
    reads: Cell<bool>,
    /// Once all is written, it ends.
    closing: Cell<bool>,
    stirred: Notify,
}

impl Net {
    /// Without connections.
    pub(super) fn new() -> Rc<Self> {
        Rc::new(Self {
            inbox: RefCell::default(),
            came: Notify::new(),
            scratch: RefCell::new(vec![0; READ].into_boxed_slice()),
            accepted: Cell::new(0),
        })
    }

    /// The next thing that has come.
    pub(super) fn take(&self) -> Option<Came> {
        self.inbox.borrow_mut().pop_front()
    }

    fn put(&self, came: Came) {
        self.inbox.borrow_mut().push_back(came);
        self.came.notify_one();
    }

    /// Lets anybody in who comes to a door of the way.
    pub(super) fn listen(self: &Rc<Self>, way: usize, listener: TcpListener) {
        let net = Rc::clone(self);
        tokio::task::spawn_local(async move {
            loop {
                match listener.accept().await.and_then(|(stream, _)| Open::new(stream)) {
                    Ok(open) => {
                        let number = net.accepted.get();
                        net.accepted.set(number + 1);
                        net.put(Came::Connected((way, End::Centre(number)), Rc::new(open)));
                    }
                    // Whoever came is gone again, or no descriptor is left: others may have more luck.
                    Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
                }
            }
        });
    }

    /// Sets up a connection.
    pub(super) fn connect(self: &Rc<Self>, line: Line, to: SocketAddr) {
        let net = Rc::clone(self);
        tokio::task::spawn_local(async move {
            let stream = tokio::time::timeout(CONNECT, TcpStream::connect(to)).await;
            let open = stream.ok().and_then(Result::ok).map(Open::new);
            net.put(match open {
                Some(Ok(open)) => Came::Connected(line, Rc::new(open)),
                Some(Err(_)) | None => Came::Missed(line),
            });
        });
    }

    /// Attends to a connection until it ends.
    pub(super) fn serve(self: &Rc<Self>, line: Line, open: &Rc<Open>) {
        let (net, open) = (Rc::clone(self), Rc::clone(open));
        tokio::task::spawn_local(async move {
            if open.attend(line, &net).await.is_err() {
                net.put(Came::Gone(line, open));
            }
        });
    }
}

impl Open {
    fn new(stream: TcpStream) -> io::Result<Self> {
        // Small messages go at once: Nagle's algorithm would keep them for an acknowledgement.
        stream.set_nodelay(true)?;
        let ends = [stream.local_addr()?, stream.peer_addr()?];
        Ok(Self {
            stream,
            ends,
            pending: RefCell::default(),
            reads: Cell::new(true),
            closing: Cell::new(false),
            stirred: Notify::new(),
        })
    }

    /// Writes behind what waits.
    pub(super) fn write(&self, octets: &BytesMut) {
        let mut pending = self.pending.borrow_mut();
        let gone = if pending.is_empty() {
            // What fails here fails again where the connection is attended to.
            self.stream.try_write(octets).unwrap_or(0)
        } else {
            0
        };
        if gone < octets.len() {
            pending.extend_from_slice(&octets[gone..]);
            self.stirred.notify_one();
        }
    }

    /// What came has been taken: more may come, unless the peer does not read.
    pub(super) fn go_on(&self) {
        if self.pending.borrow().len() < WAITING {
            self.reads.set(true);
            self.stirred.notify_one();
        }
    }

    /// Ends it, once all is written.
    pub(super) fn close(&self) {
        self.closing.set(true);
        self.stirred.notify_one();
    }

    /// Reads and writes until it is to end, which is fine, or the peer has ended it.
    async fn attend(self: &Rc<Self>, line: Line, net: &Net) -> io::Result<()> {
        loop {
            let writes = !self.pending.borrow().is_empty();
            if self.closing.get() && !writes {
                return Ok(());
            }
            let interest = match (self.reads.get(), writes) {
                (true, true) => Some(Interest::READABLE | Interest::WRITABLE),
                (true, false) => Some(Interest::READABLE),
                (false, true) => Some(Interest::WRITABLE),
                (false, false) => None,
            };
            let Some(interest) = interest else {
                self.stirred.notified().await;
                continue;
            };
            let ready = tokio::select! {
                ready = self.stream.ready(interest) => ready?,
                () = self.stirred.notified() => continue,
            };
            if ready.is_writable() {
                self.flush()?;
            }
            if ready.is_readable() && self.reads.get() {
                self.read(line, net)?;
            }
        }
    }

    fn flush(&self) -> io::Result<()> {
        let mut pending = self.pending.borrow_mut();
        while !pending.is_empty() {
            match self.stream.try_write(&pending) {
                Ok(gone) => pending.advance(gone),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        if pending.len() < WAITING {
            self.reads.set(true);
        }
        Ok(())
    }

    fn read(self: &Rc<Self>, line: Line, net: &Net) -> io::Result<()> {
        let mut scratch = net.scratch.borrow_mut();
        match self.stream.try_read(&mut scratch) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(length) => {
                self.reads.set(false);
                let octets = BytesMut::from(&scratch[..length]);
                net.put(Came::Octets(line, Rc::clone(self), octets));
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error),
        }
    }
}
