//! What was said over connections, as a capture file that protocol analysers open: the classic pcap format
//! with instants in nanoseconds, raw IP, one packet for each message. Addresses and headers are made up as a
//! network would make them, so it takes neither rights nor a device, and virtual time will do. Called by
//! whoever drives connections; knows no protocol.

use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};

use rustc_hash::FxHashMap;

use crate::domain::time::Instant;

/// The magic number of files with nanoseconds.
const MAGIC: u32 = 0xA1B2_3C4D;
/// LINKTYPE_RAW: a packet begins with its IP header.
const RAW_IP: u32 = 101;
/// Octets of a packet that are kept at most: all.
const SNAP: u32 = 262_144;
/// Octets of a file's head.
const HEAD: u64 = 24;
/// Octets of a TCP header without options.
const TCP: usize = 20;
/// TCP in an IP header.
const PROTOCOL: u8 = 6;
/// Octets of payload that one IP packet has room for, of either version.
const PAYLOAD: usize = 65_535 - 40 - TCP;

/// A capture file under way.
#[derive(Debug)]
pub struct Capture<W> {
    out: W,
    /// Seconds of Unix time at the start of the run.
    epoch: u64,
    /// Octets that the file may have.
    limit: u64,
    written: u64,
    /// By direction of a connection: the next sequence number.
    next: FxHashMap<(SocketAddr, SocketAddr), u32>,
    left_out: u64,
}

impl<W: Write> Capture<W> {
    /// A file of at most `limit` octets, whose instants count from `epoch`, in seconds of Unix time.
    ///
    /// # Errors
    ///
    /// Those of writing.
    pub fn new(mut out: W, epoch: u64, limit: u64) -> io::Result<Self> {
        out.write_all(&MAGIC.to_le_bytes())?;
        for half in [2u16, 4] {
            out.write_all(&half.to_le_bytes())?;
        }
        for word in [0, 0, SNAP, RAW_IP] {
            out.write_all(&word.to_le_bytes())?;
        }
        let next = FxHashMap::default();
        Ok(Self { out, epoch, limit, written: HEAD, next, left_out: 0 })
    }

    /// Messages that found no room.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Ends the file.
    ///
    /// # Errors
    ///
    /// Those of writing.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    /// Writes a message that goes from one end of a connection to the other: a packet, or some where it is
    /// longer than any. Once the file is full, none.
    ///
    /// # Errors
    ///
    /// Those of writing.
    pub fn message(
        &mut self,
        at: Instant,
        [from, to]: [SocketAddr; 2],
        message: &[u8],
    ) -> io::Result<()> {
        let packets = message.len().div_ceil(PAYLOAD).max(1);
        let most = (packets * (16 + 40 + TCP) + message.len()) as u64;
        if self.left_out > 0 || self.written + most > self.limit {
            // A gap would be taken for a loss.
            self.left_out += 1;
            return Ok(());
        }
        let acknowledged = self.next.get(&(to, from)).copied().unwrap_or(1);
        let mut sequence = self.next.get(&(from, to)).copied().unwrap_or(1);
        for payload in message.chunks(PAYLOAD) {
            let tcp = tcp([from, to], sequence, acknowledged, payload);
            let packet = ip([from.ip(), to.ip()], &tcp);
            self.packet(at, &packet)?;
            sequence = sequence.wrapping_add(payload.len() as u32);
        }
        self.next.insert((from, to), sequence);
        Ok(())
    }

    fn packet(&mut self, at: Instant, packet: &[u8]) -> io::Result<()> {
        let (seconds, nanoseconds) = (at.0 / 1_000_000_000, at.0 % 1_000_000_000);
        let seconds = (self.epoch + seconds) as u32;
        let length = packet.len() as u32;
        for word in [seconds, nanoseconds as u32, length, length] {
            self.out.write_all(&word.to_le_bytes())?;
        }
        self.out.write_all(packet)?;
        self.written += 16 + u64::from(length);
        Ok(())
    }
}

/// A TCP segment (RFC 9293 3.1) that pushes its payload and acknowledges all that came.
fn tcp([from, to]: [SocketAddr; 2], sequence: u32, acknowledged: u32, payload: &[u8]) -> Vec<u8> {
    let mut segment = Vec::with_capacity(TCP + payload.len());
    segment.extend(from.port().to_be_bytes());
    segment.extend(to.port().to_be_bytes());
    segment.extend(sequence.to_be_bytes());
    segment.extend(acknowledged.to_be_bytes());
    // Five words of header; PSH and ACK; a window of 64 KiB; the checksum below; nothing urgent.
    segment.extend([0x50, 0x18, 0xFF, 0xFF, 0, 0, 0, 0]);
    segment.extend(payload);
    let length = (segment.len() as u32).to_be_bytes();
    let tail = [&length[..], &[0, 0, 0, PROTOCOL]].concat();
    let pseudo = [octets(from.ip()), octets(to.ip()), tail].concat();
    let sum = checksum([&pseudo[..], &segment].concat().as_slice());
    segment[16..18].copy_from_slice(&sum.to_be_bytes());
    segment
}

/// An IP packet around a segment, of the version of its addresses (RFC 791 3.1, RFC 8200 3).
fn ip([from, to]: [IpAddr; 2], segment: &[u8]) -> Vec<u8> {
    let addresses = [octets(from), octets(to)].concat();
    let mut header = match from {
        IpAddr::V4(_) => {
            let [high, low] = ((20 + segment.len()) as u16).to_be_bytes();
            // Not to be fragmented; 64 hops.
            vec![0x45, 0, high, low, 0, 0, 0x40, 0, 64, PROTOCOL, 0, 0]
        }
        IpAddr::V6(_) => {
            let [high, low] = (segment.len() as u16).to_be_bytes();
            vec![0x60, 0, 0, 0, high, low, PROTOCOL, 64]
        }
    };
    header.extend(addresses);
    if from.is_ipv4() {
        let sum = checksum(&header);
        header[10..12].copy_from_slice(&sum.to_be_bytes());
    }
    header.extend(segment);
    header
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

/// The complement of the sum of 16-bit words, with carries brought round (RFC 1071).
fn checksum(octets: &[u8]) -> u16 {
    let (words, rest) = octets.as_chunks::<2>();
    let words = words.iter().map(|word| u32::from(u16::from_be_bytes(*word)));
    let last = rest.iter().map(|octet| u32::from(*octet) << 8);
    // Of 64 KiB at most, which no sum of 32 bits is too small for.
    let mut sum: u32 = words.chain(last).sum();
    while sum > 0xFFFF {
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Duration;

    fn ends(version: u8) -> [SocketAddr; 2] {
        let ends = match version {
            4 => ["127.0.0.1:40001", "127.0.0.1:2775"],
            _ => ["[::1]:40001", "[::1]:2775"],
        };
        ends.map(|end| end.parse().expect("an address"))
    }

    fn at(milliseconds: u64) -> Instant {
        Instant::START + Duration::from_millis(milliseconds)
    }

    fn word(octets: &[u8], place: usize) -> u32 {
        u32::from_le_bytes(octets[place..place + 4].try_into().expect("four"))
    }

    #[test]
    fn a_checksum_is_that_of_the_example() {
        // RFC 1071 3: the sum of these is DDF2.
        assert_eq!(checksum(&[0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7]), !0xDDF2);
        assert_eq!(checksum(&[0xFF]), !0xFF00);
    }

    #[test]
    fn numbers_of_both_directions_run_on_and_instants_count_from_the_epoch() {
        for (version, header) in [(4, 20), (6, 40)] {
            let [client, centre] = ends(version);
            let mut capture = Capture::new(Vec::new(), 1_700_000_000, 10_000).expect("memory");
            for (milliseconds, ends, message) in [
                (1_500, [client, centre], &b"hello"[..]),
                (1_501, [centre, client], b"hi"),
                (2_000, [client, centre], b"again"),
            ] {
                capture.message(at(milliseconds), ends, message).expect("memory");
            }
            let file = capture.finish().expect("memory");
            assert_eq!((word(&file, 0), word(&file, 20)), (MAGIC, 101));
            let mut place = 24;
            let mut seen = Vec::new();
            while place < file.len() {
                let tcp = place + 16 + header;
                let number = |place: usize| {
                    u32::from_be_bytes(file[place..place + 4].try_into().expect("four"))
                };
                seen.push((
                    word(&file, place),
                    word(&file, place + 4),
                    number(tcp + 4),
                    number(tcp + 8),
                ));
                assert_eq!(checksum(&file[place + 16..place + 36]) == 0, version == 4);
                place += 16 + word(&file, place + 8) as usize;
            }
            assert_eq!(
                seen,
                [
                    (1_700_000_001, 500_000_000, 1, 1),
                    (1_700_000_001, 501_000_000, 1, 6),
                    (1_700_000_002, 0, 6, 3),
                ]
            );
        }
    }

    #[test]
    fn a_full_file_takes_nothing_more_and_says_how_much_that_was() {
        let limit = HEAD + 2 * (16 + 40 + TCP as u64 + 10) + 5;
        let mut capture = Capture::new(Vec::new(), 0, limit).expect("memory");
        for length in [10, 10, 100, 1] {
            capture.message(at(0), ends(4), &vec![7; length]).expect("memory");
        }
        assert_eq!(capture.left_out(), 2, "not even what would fit behind a gap");
        assert!(capture.finish().expect("memory").len() as u64 <= limit);
    }

    #[test]
    fn what_no_packet_holds_takes_several() {
        let mut capture = Capture::new(Vec::new(), 0, u64::MAX).expect("memory");
        capture.message(at(0), ends(6), &vec![7; PAYLOAD + 1]).expect("memory");
        let file = capture.finish().expect("memory");
        let first = word(&file, 24 + 8) as usize;
        assert_eq!(first, 65_535);
        assert_eq!(word(&file, 24 + 16 + first + 8), 40 + TCP as u32 + 1);
    }
}
