//! Captures as tshark reads them: it counts what was said, finds nothing malformed, and no password.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use bytes::BytesMut;
use interwork::domain::time::{Duration, Instant};
use interwork::port::capture::Capture;
use interwork::port::smpp::centre::{self, Centre, Door, Login, Spelling};
use interwork::port::smpp::client::{self, Account, Client};
use interwork::port::smpp::pdu::{self, Bind, Status};
use interwork::port::smpp::receipt::{self, Receipt, State};
use interwork::port::smpp::session::Terms;
use interwork::port::smpp::text::{self, Joined};
use interwork::wire::sms::Timestamp;

use crate::common::{needs, smpp};

const LONGEST: usize = 64 * 1024;

/// A client and a centre in one place, and all that they say written down.
struct Talk {
    client: Client,
    centre: Centre,
    capture: Capture<Vec<u8>>,
    /// PDUs by their command.
    said: BTreeMap<u32, u64>,
    submitted: u64,
    receipts: u64,
    now: Instant,
}

fn end(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

impl Talk {
    fn new() -> Self {
        let (system_id, password) = ("client".to_owned(), "hush".to_owned());
        let door = Door {
            system_id: "centre".to_owned(),
            logins: vec![Login {
                system_id: system_id.clone(),
                password: Some(password.clone()),
                sessions: 4,
            }],
            terms: Terms::default(),
            connections: 4,
            spelling: Spelling::Hexadecimal,
        };
        let account = Account {
            bind: Bind::Transceiver,
            sessions: 2,
            system_id,
            password,
            terms: Terms::default(),
            retry: vec![Duration::from_secs(1)],
            patience: Duration::from_secs(60),
        };
        Self {
            client: Client::new(account, Instant::START),
            centre: Centre::new(door),
            capture: Capture::new(Vec::new(), 1_700_000_000, u64::MAX).expect("memory"),
            said: BTreeMap::new(),
            submitted: 0,
            receipts: 0,
            now: Instant::START,
        }
    }

    fn write_down(&mut self, ends: [SocketAddr; 2], octets: &BytesMut) {
        let mut rest = octets.clone();
        while let Some(mut pdu) = pdu::whole(&mut rest, LONGEST) {
            let command = u32::from_be_bytes([pdu[4], pdu[5], pdu[6], pdu[7]]);
            *self.said.entry(command).or_default() += 1;
            pdu::blank_password(&mut pdu);
            self.capture.message(self.now, ends, &pdu).expect("memory");
        }
        assert!(rest.is_empty(), "whole PDUs");
    }

    /// Until both have nothing more to say.
    fn go_on(&mut self) {
        loop {
            self.now += Duration::from_millis(1);
            let mut quiet = true;
            while let Some(told) = self.client.told() {
                quiet = false;
                match told {
                    client::Told::Connect(link) => {
                        assert!(self.centre.connected(link as u64, self.now));
                        self.client.connected(link, self.now);
                    }
                    client::Told::Receipt { .. } => self.receipts += 1,
                    other => assert!(
                        matches!(
                            other,
                            client::Told::Bound(_)
                                | client::Told::Wrote { .. }
                                | client::Told::Accepted { .. }
                                | client::Told::Ended(..)
                        ),
                        "{other:?}"
                    ),
                }
            }
            while let Some(told) = self.centre.told() {
                quiet = false;
                let centre::Told::Came { ticket, login, short } = told else { continue };
                self.submitted += 1;
                let number = self.submitted * 1000;
                self.centre.answer(ticket, Ok(number), self.now);
                let (id, state) = (self.centre.receipted(number), State::Delivered);
                let date = Timestamp {
                    year: 23,
                    month: 11,
                    day: 14,
                    hour: 22,
                    minute: 13,
                    second: 20,
                    zone: 0,
                };
                let receipt = receipt::write(&Receipt { id, state, error: 0 }, [date; 2], &short);
                self.centre.deliver(login, receipt, number, self.now);
            }
            for link in 0..2 {
                let octets = self.client.output(link);
                self.write_down([end(40_000 + link as u16), end(2775)], &octets);
                self.centre.receive(link as u64, &octets, self.now);
                quiet &= octets.is_empty();
            }
            while let Some((connection, octets)) = self.centre.output() {
                quiet = false;
                self.write_down([end(2775), end(40_000 + connection as u16)], &octets);
                self.client.receive(connection as usize, &octets, self.now);
            }
            if quiet {
                return;
            }
        }
    }
}

fn tshark(file: &Path, arguments: &[&str]) -> Vec<String> {
    let checks = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"];
    let run = Command::new("tshark").arg("-r").arg(file).args(checks).args(arguments).output();
    let run = run.expect("tshark starts");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8_lossy(&run.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn tshark_counts_every_pdu_and_finds_nothing_malformed() {
    if !needs::program("tshark", "apt-get install tshark") {
        return;
    }
    let mut talk = Talk::new();
    talk.go_on();
    let long = "many words ".repeat(30);
    let (mut token, texts) = (0, ["hello €", "привет", &long]);
    for joined in [Joined::Header, Joined::Parameters, Joined::Whole] {
        for text in texts {
            for part in text::parts(text, &smpp::short(""), token as u16, joined).expect("few") {
                talk.client.send(part, token, talk.now);
                token += 1;
            }
        }
    }
    talk.go_on();
    talk.client.close(talk.now);
    talk.go_on();
    assert_eq!((talk.submitted, talk.receipts), (token, token));

    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("talk.pcap");
    std::fs::write(&file, talk.capture.finish().expect("memory")).expect("written");
    let mut counted = BTreeMap::new();
    for line in tshark(&file, &["-T", "fields", "-e", "smpp.command_id"]) {
        let id = u32::from_str_radix(line.trim_start_matches("0x"), 16).expect("one PDU a packet");
        *counted.entry(id).or_insert(0u64) += 1;
    }
    assert_eq!(counted, talk.said);
    assert_eq!(tshark(&file, &["-Y", "_ws.malformed"]), [""; 0]);
    let sound = ["-T", "fields", "-e", "ip.checksum.status", "-e", "tcp.checksum.status"];
    assert!(tshark(&file, &sound).iter().all(|line| line == "1\t1"), "good checksums");
    let refused = format!("smpp.command_status != {}", Status::OK.0);
    assert_eq!(tshark(&file, &["-Y", &refused]), [""; 0]);

    let passwords = tshark(&file, &["-Y", "smpp.password", "-T", "fields", "-e", "smpp.password"]);
    assert_eq!(passwords, ["****"; 2]);
    let ids =
        ["-Y", "smpp.receipted_message_id", "-T", "fields", "-e", "smpp.receipted_message_id"];
    assert_eq!(tshark(&file, &ids).len() as u64, token);
    // It reads UCS-2 as text, and the default alphabet as octets.
    let read = |field: &str| {
        tshark(&file, &["-Y", "smpp.command_id == 4", "-T", "fields", "-e", field]).join("\n")
    };
    assert!(read("smpp.message_text").contains("привет"));
    assert!(read("smpp.message").contains("68656c6c6f201b65"), "{}", read("smpp.message"));
}
