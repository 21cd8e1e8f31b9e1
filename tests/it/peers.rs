//! Programs of others that talk to ours over real sockets, each started by its script under `tests/peers/`
//! on a free port and ended with the test. Here SMPP by the package smpp of npm: as client and as centre.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use interwork::domain::time::{Duration, Instant};
use interwork::port::smpp::centre::{self, Centre, Door, Login, Spelling};
use interwork::port::smpp::client::{self, Account, Client};
use interwork::port::smpp::pdu::{Bind, Short, Status};
use interwork::port::smpp::receipt::{self, Receipt, State};
use interwork::port::smpp::session::Terms;
use interwork::port::smpp::text::{self, Assembly, Joined};
use interwork::wire::sms::Timestamp;
use serde_json::{Value, json};

use crate::common::needs;
use crate::common::smpp::short;

/// By then everything has been said long ago.
const PATIENCE: Duration = Duration::from_secs(20);

const TEXTS: [&str; 4] = ["hello [world] €@", "привет", "plain", "çа ira"];

/// A script of Node.js, ended with the test.
struct Peer(Child, BufReader<ChildStdout>);

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Peer {
    /// None, if Node.js or the package is missing.
    fn start(script: &str, argument: &str) -> Option<Self> {
        Self::start_with(&[script, argument])
    }

    fn start_with(arguments: &[&str]) -> Option<Self> {
        let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers");
        let how = "apt-get install nodejs npm; npm ci --prefix tests/peers";
        if !needs::program("node", how) {
            return None;
        }
        if !folder.join("node_modules/smpp").is_dir() {
            needs::skip("the package smpp is not installed", how);
            return None;
        }
        let child = Command::new("node")
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = child.expect("node starts");
        let out = BufReader::new(child.stdout.take().expect("piped"));
        Some(Self(child, out))
    }

    /// The next line that it prints.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.1.read_line(&mut line).expect("text");
        line.trim_end().to_owned()
    }
}

/// A clock that counts from its start.
struct Clock(std::time::Instant);

#[allow(clippy::disallowed_methods, reason = "sockets of others go by the wall clock")]
impl Clock {
    fn start() -> Self {
        Self(std::time::Instant::now())
    }

    fn now(&self) -> Instant {
        Instant::START + Duration(self.0.elapsed().as_nanos() as u64)
    }
}

/// Reads what comes before `wake`; `None`: the other side has closed the connection.
fn read<'a>(
    stream: &mut TcpStream,
    buffer: &'a mut [u8],
    wake: Instant,
    now: Instant,
) -> Option<&'a [u8]> {
    assert!(now < Instant::START + PATIENCE, "the other side has not come to an end");
    let wait = wake.min(Instant::START + PATIENCE).since(now.min(wake)).0.max(1_000_000);
    stream.set_read_timeout(Some(std::time::Duration::from_nanos(wait))).expect("a timeout");
    match stream.read(buffer) {
        Ok(0) => None,
        Ok(length) => Some(&buffer[..length]),
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => None,
        // In the time that it was given.
        Err(_) => Some(&[]),
    }
}

#[test]
fn a_client_of_npm_submits_to_our_centre_and_has_its_receipts() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("bound").port();
    let Some(mut peer) = Peer::start("client.js", &port.to_string()) else { return };
    let texts = serde_json::to_vec(&TEXTS).expect("JSON");
    peer.0.stdin.take().expect("piped").write_all(&texts).expect("written");
    let (mut stream, _) = listener.accept().expect("a client");
    stream.set_nodelay(true).expect("no delay");

    let clock = Clock::start();
    let login =
        Login { system_id: "client".to_owned(), password: Some("secret".to_owned()), sessions: 1 };
    let mut centre = Centre::new(Door {
        system_id: "ours".to_owned(),
        logins: vec![login],
        terms: Terms::default(),
        connections: 1,
        spelling: Spelling::Hexadecimal,
    });
    assert!(centre.connected(0, clock.now()));
    let (mut assembly, mut came, mut delivered) =
        (Assembly::new(9, PATIENCE), Vec::new(), Vec::new());
    let (mut buffer, mut ended) = ([0; 4096], None);
    while ended.is_none() {
        match read(&mut stream, &mut buffer, centre.next_wake(), clock.now()) {
            Some(octets) => centre.receive(0, octets, clock.now()),
            None => centre.lost(0, clock.now()),
        }
        let now = clock.now();
        centre.wake(now);
        while let Some(told) = centre.told() {
            match told {
                centre::Told::Bound(_, login) => {
                    let answer = Short { registered_delivery: 0, ..short("") };
                    for part in text::parts("и тебе", &answer, 1, Joined::Header).expect("one")
                    {
                        centre.deliver(login, part, 1000, now);
                    }
                }
                centre::Told::Came { ticket, login, short } => {
                    came.push(assembly.take(&short, now).expect("text").expect("whole"));
                    let number = 250 + came.len() as u64;
                    if came.len() == 3 {
                        centre.answer(ticket, Err(Status::THROTTLED), now);
                        continue;
                    }
                    centre.answer(ticket, Ok(number), now);
                    let id = centre.receipted(number);
                    let receipt = Receipt { id, state: State::Expired, error: 9 };
                    let date = Timestamp {
                        year: 26,
                        month: 11,
                        day: 28,
                        hour: 10,
                        minute: 5,
                        second: 0,
                        zone: 0,
                    };
                    let receipt = receipt::write(&receipt, [date; 2], &short);
                    centre.deliver(login, receipt, number, now);
                }
                centre::Told::Delivered { token, status } => delivered.push((token, status)),
                centre::Told::Unanswered { token } => panic!("{token} has no answer"),
                centre::Told::Ended(_, ending) => ended = Some(ending),
            }
        }
        while let Some((_, octets)) = centre.output() {
            let _ = stream.write_all(&octets);
        }
    }
    drop(stream);
    assert_eq!(came, TEXTS);
    assert_eq!(delivered, [1000, 251, 252, 254].map(|token| (token, Status::OK)));
    let seen: Value = serde_json::from_str(&peer.line()).expect("JSON");
    let text = |id: &str| {
        format!(
            "id:{id} sub:001 dlvrd:000 submit date:2611281005 done date:2611281005 \
             stat:EXPIRED err:009 text:"
        )
    };
    let ids = ["00000000FB", "00000000FC", "00000000FE"];
    assert_eq!(
        seen,
        json!({
            "bound": [0, "ours"],
            "answers": [[0, ids[0]], [0, ids[1]], [0x58, ""], [0, ids[2]]],
            "receipts": ids.map(|id| json!([id, 3, text(id)])),
            "replies": ["и тебе"],
            "unbound": true,
        })
    );
}

#[test]
fn our_client_submits_to_a_centre_of_npm_and_finds_the_message_of_each_receipt() {
    let Some(mut peer) = Peer::start("centre.js", "5") else { return };
    let port: u16 = peer.line().parse().expect("a port");
    let clock = Clock::start();
    let mut client = Client::new(
        Account {
            bind: Bind::Transceiver,
            sessions: 1,
            system_id: "client".to_owned(),
            password: "secret".to_owned(),
            terms: Terms { window: 2, ..Terms::default() },
            retry: vec![Duration::from_secs(1)],
            patience: PATIENCE,
        },
        clock.now(),
    );
    let long = "many words, ".repeat(20);
    let mut sent: Vec<Short> = Vec::new();
    for (reference, text) in TEXTS.iter().copied().chain([&*long]).enumerate() {
        let joined = if reference == 3 { Joined::Whole } else { Joined::Header };
        sent.extend(text::parts(text, &short(""), reference as u16, joined).expect("few"));
    }
    assert_eq!(sent.len(), 6);
    for (token, short) in sent.into_iter().enumerate() {
        client.send(short, token as u64, clock.now());
    }
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    stream.set_nodelay(true).expect("no delay");
    let (mut accepted, mut refused, mut receipts, mut replies) = (vec![], vec![], vec![], vec![]);
    let (mut buffer, mut ended, mut closed) = ([0; 4096], None, false);
    while ended.is_none() {
        let now = clock.now();
        client.wake(now);
        while let Some(told) = client.told() {
            match told {
                client::Told::Connect(link) => client.connected(link, now),
                client::Told::Bound(_) => {}
                client::Told::Accepted { token, .. } => accepted.push(token),
                client::Told::Refused { token, status, .. } => refused.push((token, status)),
                client::Told::Receipt { token, receipt } => {
                    receipts.push((token, receipt.state, receipt.error));
                }
                client::Told::Wrote { .. } => {}
                client::Told::Came { source, text, .. } => replies.push((source.digits, text)),
                client::Told::Ended(_, ending) => ended = Some(ending),
                other @ (client::Told::Unanswered { .. }
                | client::Told::NoReceipt { .. }
                | client::Told::Unmatched(_)
                | client::Told::Unread(_)) => panic!("{other:?}"),
            }
        }
        if receipts.len() == 5 && refused.len() == 1 && !std::mem::replace(&mut closed, true) {
            client.close(now);
        }
        stream.write_all(&client.output(0)).expect("written");
        if ended.is_some() {
            break;
        }
        match read(&mut stream, &mut buffer, client.next_wake(), clock.now()) {
            Some(octets) => client.receive(0, octets, clock.now()),
            None => client.lost(0, clock.now()),
        }
    }
    assert_eq!(accepted, [0, 1, 2, 3, 5]);
    assert_eq!(refused, [(4, Status::THROTTLED)]);
    receipts.sort_unstable();
    let (done, not) = ((State::Delivered, 0), (State::Undeliverable, 7));
    let expected = [(0, done), (1, not), (2, done), (3, not), (5, not)];
    assert_eq!(receipts, expected.map(|(token, (state, error))| (token, state, error)));
    assert_eq!(replies, [("46710000009".to_owned(), "привет, client".to_owned())]);
    let read: Value = serde_json::from_str(&peer.line()).expect("JSON");
    let parts = [(TEXTS[0], None), (TEXTS[1], None), (TEXTS[2], None), (TEXTS[3], None)];
    let parts = parts.into_iter().chain([(&long[153..], Some([2, 2]))]);
    let parts: Vec<Value> =
        parts.map(|(text, part)| json!({ "text": text, "part": part })).collect();
    assert_eq!(read, json!(parts));
}

/// A topology of `topologies/live`, changed by `--set`, lived for some seconds in a folder of its own.
struct LiveRun(tempfile::TempDir);

impl LiveRun {
    fn of(topology: &str, sets: &[&str]) -> (Self, Command) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies/live").join(topology);
        let mut command = Command::new(env!("CARGO_BIN_EXE_interwork"));
        command.arg("live").arg(path).args(["--out", "out"]).current_dir(&folder);
        command.args(sets.iter().flat_map(|set| ["--set", set]));
        (Self(folder), command)
    }

    /// What it says of itself, and its page.
    fn told(&self) -> (Value, String) {
        let read = |name: &str| std::fs::read_to_string(self.0.path().join("out").join(name));
        let manifest: Value =
            serde_json::from_str(&read("manifest.json").expect("written")).expect("JSON");
        (manifest["live"].clone(), read("report.html").expect("written"))
    }
}

fn count(of: &Value) -> u64 {
    of.as_u64().unwrap_or_else(|| panic!("{of} is no count"))
}

/// Sums of pairs of a word and a count.
fn counts(of: &Value) -> u64 {
    of.as_array().expect("pairs").iter().map(|pair| count(&pair[1])).sum()
}

/// A port that nobody has at the moment.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("bound").port()
}

#[test]
fn a_live_run_has_an_smsc_of_npm_in_the_place_of_its_own() {
    let Some(mut peer) = Peer::start("centre.js", "5") else { return };
    let smpp = format!("operators.nordtel.smsc.external.smpp=127.0.0.1:{}", peer.line());
    let sets = [
        &*smpp,
        "operators.nordtel.smsc.external.password_env=TEST_SMPP",
        "operators.nordtel.smsc.external.sessions=1",
        "workload.messages.length=60",
        "run.duration=3s",
    ];
    let (run, mut command) = LiveRun::of("smsc-under-test.yaml", &sets);
    let done = command.env("TEST_SMPP", "secret").output().expect("it starts");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let read: Value = serde_json::from_str(&peer.line()).expect("JSON");
    let (live, page) = run.told();
    let way = &live["ways"][0];
    let (submitted, accepted) = (count(&way["submitted"]), count(&way["accepted"]));
    assert!(submitted > 80, "{live:#}");
    // What was under way at the end is as it is: on a busy machine that is some more.
    let open = submitted / 10;
    let taken = read.as_array().expect("texts").len() as u64;
    assert!(taken - accepted <= open, "{taken} {live:#}");
    assert!((submitted / 5).abs_diff(counts(&way["refused"])) <= open, "{live:#}");
    assert_eq!(way["refused"][0][0], "0x58");
    assert!(accepted - counts(&way["receipts"]) <= open, "{live:#}");
    let states: Vec<&str> =
        way["receipts"].as_array().expect("pairs").iter().filter_map(|of| of[0].as_str()).collect();
    assert_eq!(states, ["DELIVRD", "UNDELIV"]);
    // It writes once by itself, from a number that nobody here has.
    assert_eq!(count(&way["unmatched"]), 1);
    assert!(page.contains("The real SMSC of nordtel accepted"), "the page says so");
}

#[test]
fn clients_of_npm_come_to_the_smsc_of_a_live_run() {
    let port = free_port().to_string();
    let smpp = format!("operators.westtel.smsc.listen.smpp=127.0.0.1:{port}");
    let sets = [
        &*smpp,
        "operators.westtel.numbers=[\"+46710\"]",
        "operators.westtel.smsc.attempt_time=100ms",
        "operators.westtel.hlr.attached=100%",
        "run.duration=4s",
    ];
    let (run, mut command) = LiveRun::of("client-under-test.yaml", &sets);
    let live = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    while TcpStream::connect(format!("127.0.0.1:{port}")).is_err() {
        std::thread::park_timeout(std::time::Duration::from_millis(5));
    }
    let mut live = live;
    let Some(mut peer) = Peer::start_with(&["client.js", &port, "0"]) else {
        let _ = live.kill();
        let _ = live.wait();
        return;
    };
    let texts = serde_json::to_vec(&TEXTS).expect("JSON");
    peer.0.stdin.take().expect("piped").write_all(&texts).expect("written");
    let seen: Value = serde_json::from_str(&peer.line()).expect("JSON");
    assert!(live.wait().expect("it ends").success());
    assert_eq!(seen["bound"], json!([0, "westtel"]));
    let answers = seen["answers"].as_array().expect("answers");
    assert!(answers.iter().all(|answer| answer[0] == 0) && answers.len() == TEXTS.len(), "{seen}");
    let mut receipts: Vec<&Value> = seen["receipts"].as_array().expect("receipts").iter().collect();
    receipts.sort_by_key(|receipt| receipt[0].to_string());
    let mut ids: Vec<&Value> = answers.iter().map(|answer| &answer[1]).collect();
    ids.sort_by_key(|id| id.to_string());
    let receipted: Vec<&Value> = receipts.iter().map(|receipt| &receipt[0]).collect();
    assert_eq!(receipted, ids, "each has its receipt");
    assert!(receipts.iter().all(|receipt| receipt[1] == 2), "delivered: {seen}");
    let (said, _) = run.told();
    let door = &said["ways"][0]["door"];
    let texts = TEXTS.len();
    assert_eq!([&door["came"], &door["strangers"], &door["accepted"]], [texts, texts, texts]);
    assert_eq!((&door["delivered"], seen["unbound"].as_bool()), (&json!(texts), Some(true)));
}

#[test]
fn both_ends_of_a_gateway_show_what_its_client_cannot_see() {
    let door = free_port();
    let ours = format!("operators.westtel.smsc.listen.smpp=127.0.0.1:{door}");
    // Its centre is there once the run waits for sessions, and its own port is known once it is bound: so
    // somebody stands at the door first.
    let Some(mut peer) = gateway(door) else { return };
    let to = format!("operators.nordtel.smsc.external.smpp=127.0.0.1:{}", peer.1);
    let (run, mut command) = LiveRun::of(
        "gateway-under-test.yaml",
        &[&*ours, &to, "run.duration=4s", "workload.messages.length=60"],
    );
    let done = command.args(["--wait", "20s"]).output().expect("it starts");
    let text = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{text}");
    let _ = peer.0.0.kill();
    let (live, page) = run.told();
    let way = &live["ways"][0];
    let (accepted, seen) = (count(&way["accepted"]), count(&way["seen"]));
    assert!(accepted > 200, "all is accepted at once: {live:#}");
    assert_eq!((counts(&way["refused"]), count(&way["unanswered"])), (0, 0));
    // One every 50 ms and what the way takes.
    assert!((5..=80).contains(&seen), "few come out: {live:#}");
    assert!(count(&way["open"]) + seen >= accepted - 2, "the rest stands in it: {live:#}");
    let door = &live["ways"][1]["door"];
    assert_eq!(
        (count(&door["came"]), count(&door["strangers"])),
        (seen, 0),
        "none is a stranger's"
    );
    assert!(page.contains("of them came out at ours"), "and the page says so");
    assert!(page.contains("The bottleneck was the real SMSC of nordtel"), "and whose fault it is");
}

/// A gateway that waits for its centre, with the port for its client.
fn gateway(centre: u16) -> Option<(Peer, u16)> {
    let own = free_port();
    let peer = Peer::start_with(&["gateway.js", &centre.to_string(), "50", &own.to_string()])?;
    Some((peer, own))
}
