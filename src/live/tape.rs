//! What a live run says to others, and they to it, as a capture file: each PDU once, where our own client
//! writes or reads it, or else at our own door. Called by `sockets`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufWriter};
use std::net::SocketAddr;
use std::path::Path;

use bytes::BytesMut;

use super::way::End;
use super::world::Line;
use crate::domain::time::Instant;
use crate::port::capture::Capture;
use crate::port::smpp::pdu;

/// Octets of the longest PDU.
const LONGEST: usize = 64 * 1024;

/// A capture file under way.
#[derive(Debug)]
pub(super) struct Tape {
    capture: Capture<BufWriter<File>>,
    /// Of each connection its ends, and what is not yet a whole PDU: what goes, and what comes.
    lines: BTreeMap<Line, ([SocketAddr; 2], [BytesMut; 2])>,
    /// Where our own clients write from.
    own: BTreeSet<SocketAddr>,
    messages: u64,
    failed: Option<io::Error>,
}

impl Tape {
    /// A new file of at most `limit` octets, whose instants count from `epoch`.
    ///
    /// # Errors
    /// Those of the file.
    pub(super) fn new(path: &Path, epoch: u64, limit: u64) -> io::Result<Self> {
        let capture = Capture::new(BufWriter::new(File::create(path)?), epoch, limit)?;
        let (lines, own) = (BTreeMap::new(), BTreeSet::new());
        Ok(Self { capture, lines, own, messages: 0, failed: None })
    }

    /// A connection has come about.
    pub(super) fn connected(&mut self, line: Line, ends: [SocketAddr; 2]) {
        if matches!(line.1, End::Client(_)) {
            self.own.insert(ends[0]);
        }
        self.lines.insert(line, (ends, [BytesMut::new(), BytesMut::new()]));
    }

    /// Octets are written.
    pub(super) fn goes(&mut self, line: Line, octets: &[u8], now: Instant) {
        self.say(line, octets, now, 0);
    }

    /// Octets have come.
    pub(super) fn came(&mut self, line: Line, octets: &[u8], now: Instant) {
        self.say(line, octets, now, 1);
    }

    fn say(&mut self, line: Line, octets: &[u8], now: Instant, way: usize) {
        let Some(&mut ([here, there], ref mut rest)) = self.lines.get_mut(&line) else { return };
        // Between two ends of ours the client's is enough.
        if matches!(line.1, End::Centre(_)) && self.own.contains(&there) {
            return;
        }
        let ends = if way == 0 { [here, there] } else { [there, here] };
        rest[way].extend_from_slice(octets);
        while let Some(mut message) = pdu::whole(&mut rest[way], LONGEST) {
            pdu::blank_password(&mut message);
            self.messages += 1;
            if let Err(error) = self.capture.message(now, ends, &message) {
                self.failed.get_or_insert(error);
            }
        }
    }

    /// Ends the file: PDUs that were said, and those that found no room.
    ///
    /// # Errors
    /// Those of writing.
    pub(super) fn finish(self) -> io::Result<(u64, u64)> {
        let left_out = self.capture.left_out();
        self.capture.finish()?;
        self.failed.map_or(Ok((self.messages, left_out)), Err)
    }
}
